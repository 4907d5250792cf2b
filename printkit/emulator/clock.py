"""The time in an emulated shop, and what shall happen when. Refuses to wait: whoever owns the clock moves it on and asks what is due."""

import heapq
import itertools
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Protocol, final


class Clock(Protocol):
    """The shop's clock: always aware UTC, never going back."""

    def now(self) -> datetime:
        """The time in the shop."""
        ...

    def advance(self, by: timedelta) -> datetime:
        """Moves the clock on and returns the new time.

        Raises:
            ValueError: ``by`` is negative, or leads beyond the year 9999.
        """
        ...


@final
class SystemClock:
    """Goes with the machine's clock, plus everything it was advanced by."""

    def __init__(self) -> None:
        self._ahead = timedelta()

    def now(self) -> datetime:
        """The machine's time plus the advance."""
        return datetime.now(UTC) + self._ahead

    def advance(self, by: timedelta) -> datetime:
        """Moves the clock on and returns the new time."""
        _later(self.now(), by)
        self._ahead += by
        return self.now()


@final
class ManualClock:
    """Stands still until it is advanced, so that the same requests give the same bytes."""

    def __init__(self, start: datetime = datetime(2026, 1, 5, 9, 30, 0, 214731, tzinfo=UTC)) -> None:
        if start.tzinfo is None:
            raise ValueError("the shop's clock needs an aware time")
        self._now = start.astimezone(UTC)

    def now(self) -> datetime:
        """The time that was last set."""
        return self._now

    def advance(self, by: timedelta) -> datetime:
        """Moves the clock on and returns the new time."""
        self._now = _later(self._now, by)
        return self._now


def _later(now: datetime, by: timedelta) -> datetime:
    if by < timedelta():
        raise ValueError("a shop's clock does not go back")
    try:
        return now + by
    except OverflowError:
        raise ValueError("that is beyond the end of the calendar") from None


Happening = Callable[[datetime], None]
"""Called with the time at which it was to happen, which may lie before the clock's."""


@final
class Timers:
    """What is still to happen in a shop, in the order of its times; of equal times the earlier entered comes first."""

    def __init__(self) -> None:
        self._waiting: list[tuple[datetime, int, Happening]] = []
        self._numbers = itertools.count()

    def at(self, when: datetime, happening: Happening) -> None:
        """Enters something that is to happen."""
        heapq.heappush(self._waiting, (when, next(self._numbers), happening))

    def due(self, now: datetime) -> Iterator[tuple[datetime, Happening]]:
        """Takes out, one by one, what is to happen by ``now``, including what the earlier ones enter meanwhile."""
        while self._waiting and self._waiting[0][0] <= now:
            when, _, happening = heapq.heappop(self._waiting)
            yield when, happening

    def __len__(self) -> int:
        return len(self._waiting)
