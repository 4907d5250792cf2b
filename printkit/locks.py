"""Locks by name, first come, first served, for this process alone. Knows not what they guard."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from .transport.limits import Slots

if TYPE_CHECKING:
    from .transport.caller import Deadline


class Locks:
    """One lock per name, kept only while somebody holds or awaits it; first come, first served."""

    def __init__(self) -> None:
        self._lines: dict[str, Slots | None] = {}
        """By name; None where somebody has the lock and nobody waits for it, as is nearly always so."""

    def take_at_once(self, name: str) -> bool:
        """Take the lock if nobody has it; whoever has it calls ``give_back``."""
        if name in self._lines:
            return False
        self._lines[name] = None
        return True

    async def take(self, name: str) -> None:
        """Wait for the lock; whoever has it calls ``give_back``."""
        if self.take_at_once(name):
            return
        line = self._lines[name]
        if line is None:
            line = self._lines[name] = Slots(1)
            line.take()  # for the one who has it
        try:
            await line.wait()
        except asyncio.CancelledError:
            self._forget(name, line)
            raise

    def give_back(self, name: str) -> None:
        """Let the next one have the lock."""
        line = self._lines[name]
        if line is None:
            del self._lines[name]
        else:
            line.give_back()
            self._forget(name, line)

    def _forget(self, name: str, line: Slots) -> None:
        if line.free and self._lines.get(name) is line:  # a place that somebody waits for is handed over, and never free
            del self._lines[name]

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
        if self.take_at_once(name):
            return True
        try:
            async with asyncio.timeout(deadline.remaining()):
                await self.take(name)
        except TimeoutError:
            return False
        return True
