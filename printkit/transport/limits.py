"""How many requests may be under way at once for one account; refuses to know what they are."""

import asyncio
from collections import OrderedDict
from types import TracebackType
from typing import final


@final
class Slots:
    """A bounded number of places, given out first come, first served. Share one object between all kits of an account in one event loop.

    Use as ``async with slots:``. Being cancelled while waiting, or in the moment a place was handed over, loses no place.

    Raises:
        ValueError: ``limit`` is below 1.
    """

    def __init__(self, limit: int) -> None:
        if limit < 1:
            raise ValueError("at least one slot is needed")
        self.limit = limit
        self._free = limit
        self._waiting: OrderedDict[asyncio.Future[None], None] = OrderedDict()

    @property
    def free(self) -> int:
        """Places that nobody holds."""
        return self._free

    @property
    def waiting(self) -> int:
        """How many stand in line."""
        return len(self._waiting)

    async def __aenter__(self) -> None:
        if self._free and not self._waiting:
            self._free -= 1
            return
        turn = asyncio.get_running_loop().create_future()
        self._waiting[turn] = None
        try:
            await turn
        except asyncio.CancelledError:
            self._waiting.pop(turn, None)
            if not turn.cancelled():  # called in the same moment: the place is ours to pass on
                self._hand_over()
            raise

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, frames: TracebackType | None) -> None:
        self._hand_over()

    def _hand_over(self) -> None:
        while self._waiting:
            turn, _ = self._waiting.popitem(last=False)
            if not turn.done():
                turn.set_result(None)
                return
        self._free += 1

    def __repr__(self) -> str:
        return f"Slots({self._free} of {self.limit} free, {self.waiting} waiting)"
