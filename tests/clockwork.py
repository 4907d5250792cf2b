"""Time that stands still until a test moves it. Whoever sleeps wakes when it has come so far."""

import asyncio
import heapq
import itertools
from collections.abc import Awaitable


class Clockwork:
    """A clock in seconds, and a ``sleep`` that lives by it."""

    def __init__(self, now: float = 1_000_000.0) -> None:
        self.now = now
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []
        self._numbers = itertools.count()

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> Awaitable[None]:
        """Counts from now on, also before it is awaited."""
        if seconds <= 0:
            return asyncio.sleep(0)
        wakes = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (self.now + seconds, next(self._numbers), wakes))
        return wakes

    def advance(self, seconds: float) -> None:
        self.now += seconds
        while self._sleepers and self._sleepers[0][0] <= self.now:
            _, _, wakes = heapq.heappop(self._sleepers)
            if not wakes.done():
                wakes.set_result(None)
