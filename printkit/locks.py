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
        self._places: dict[str, Slots] = {}

    def take_at_once(self, name: str) -> bool:
        """Take the lock if nobody has it; whoever has it calls ``give_back``."""
        place = self._places.get(name)
        if place is None:
            place = self._places[name] = Slots(1)
        return place.take()

    async def take(self, name: str) -> None:
        """Wait for the lock; whoever has it calls ``give_back``."""
        if self.take_at_once(name):
            return
        try:
            await self._places[name].wait()
        except asyncio.CancelledError:
            self._forget(name)
            raise

    def give_back(self, name: str) -> None:
        """Let the next one have the lock."""
        self._places[name].give_back()
        self._forget(name)

    def _forget(self, name: str) -> None:
        place = self._places.get(name)  # whoever is cancelled in line may come after the last one has forgotten it
        if place is not None and place.free:  # a place that somebody waits for is handed over, and never free
            del self._places[name]

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
