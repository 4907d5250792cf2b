"""Locks by name, first come, first served, for this process alone. Knows not what they guard."""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .transport.caller import Deadline


class Locks:
    """One lock per name, kept only while somebody holds or awaits it; first come, first served."""

    def __init__(self) -> None:
        self._locks: dict[str, deque[asyncio.Future[None]]] = {}
        """By the name of each lock that is held, those who wait for it."""

    async def take(self, name: str) -> None:
        """Wait for the lock; whoever has it calls ``give_back``."""
        line = self._locks.get(name)
        if line is None:
            self._locks[name] = deque()
            return
        turn = asyncio.get_running_loop().create_future()
        line.append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn in line:
                line.remove(turn)
            elif not turn.cancelled():  # called in the same moment: the lock is ours to pass on
                self.give_back(name)
            raise

    def give_back(self, name: str) -> None:
        """Let the next one have the lock."""
        line = self._locks[name]
        while line:
            turn = line.popleft()
            if not turn.done():
                turn.set_result(None)
                return
        del self._locks[name]

    @asynccontextmanager
    async def hold(self, name: str) -> AsyncGenerator[None]:
        """Wait for the lock and hold it."""
        await self.take(name)
        try:
            yield
        finally:
            self.give_back(name)

    async def take_in_time(self, name: str, deadline: "Deadline") -> bool:
        """Wait for the lock; False when the deadline comes before it is free."""
        if name not in self._locks:
            await self.take(name)
            return True
        try:
            async with asyncio.timeout(deadline.remaining()):
                await self.take(name)
        except TimeoutError:
            return False
        return True
