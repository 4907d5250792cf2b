"""How many requests may be under way at once for one account, and how many may start in a second; refuses to know what they are."""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager
from typing import Protocol, final

from attrs import frozen


@final
class Slots:
    """A bounded number of places, given out first come, first served. Share one object between all kits of an account in one event loop.

    Whom ``take`` gives none may ``wait``. Being cancelled meanwhile, or in the moment a place is handed over, loses no place.

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

    def take(self) -> bool:
        """Take a place if one is free and nobody waits for it; whoever has it calls ``give_back``."""
        if self._free and not self._waiting:
            self._free -= 1
            return True
        return False

    async def wait(self) -> None:
        """Stand in line for a place; whoever has it calls ``give_back``."""
        turn = asyncio.get_running_loop().create_future()
        self._waiting[turn] = None
        try:
            await turn
        except asyncio.CancelledError:
            self._waiting.pop(turn, None)
            if not turn.cancelled():  # called in the same moment: the place is ours to pass on
                self.give_back()
            raise

    def give_back(self) -> None:
        """Let the next one have the place."""
        while self._waiting:
            turn, _ = self._waiting.popitem(last=False)
            if not turn.done():
                turn.set_result(None)
                return
        self._free += 1

    def __repr__(self) -> str:
        return f"Slots({self._free} of {self.limit} free, {self.waiting} waiting)"


class Turns(Protocol):
    """Gives out turns to start a request, for more than one process."""

    @property
    def rate(self) -> float | None:
        """Requests per second that one of those who share it may count on; None for no limit."""
        ...

    async def turn(self, patience: float) -> bool:
        """See ``Pace.turn``."""
        ...

    def slow(self, halt: float | None) -> None:
        """See ``Pace.slow``."""
        ...


@final
@frozen
class Paced:
    """How fast an account has been going: what several processes share. Moments are by one clock."""

    limit: float | None
    rate: float | None
    next: float
    eased: float
    slowed: float
    since: float
    started: int
    before: float = 0.0


@final
class Pace:
    """How many requests of one account may start in a second: evenly spaced, no bursts. Share one object as ``Slots`` is shared.

    Slows down by itself when the shop asks for fewer requests, to half, and speeds up again by a twentieth every ten seconds
    (policy, section 4.3). Without a ``limit`` there is no limit until the shop asks for the first time.

    Args:
        limit: requests per second at most; None for as many as the shop takes.
        clock, sleep: time, for tests.

    Raises:
        ValueError: ``limit`` is not above 0.
    """

    SLOWEST = 1.0
    """Requests per second that remain however often the shop asks for fewer."""
    FIRST = 5.0
    """Requests per second that remain at least when it asks for the first time and no limit was known: one answer says little."""
    EASE_EVERY = 10.0
    EASE = 1.05
    LONGEST_HALT = 60.0
    """Seconds; a shop that asks for a longer pause is not obeyed here: whoever was told decides."""

    def __init__(
        self,
        limit: float | None = None,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        self._limit: float | None = None
        self._rate: float | None = None
        self._limit_to((limit,))
        self._clock = clock
        self._sleep = sleep
        self._next = self._eased = self._slowed = self._since = clock()
        self._started = 0
        self._before = 0.0
        """Requests per second in the last ``EASE_EVERY`` seconds that are over."""
        self.shared: Turns | None = None
        """Where the turns come from while the account is shared with other processes."""

    @classmethod
    def going_on(cls, paced: Paced, limit: float | None, clock: Callable[[], float]) -> "Pace":
        """The pace that ``paced`` was taken of, with the limit that holds now."""
        pace = cls(paced.limit, clock=clock)
        pace._rate, pace._next, pace._eased, pace._slowed = paced.rate, paced.next, paced.eased, paced.slowed
        pace._since, pace._started = paced.since, paced.started
        pace._before = paced.before
        pace._limit_to((limit,))
        return pace

    @property
    def paced(self) -> Paced:
        """For ``going_on``."""
        return Paced(self._limit, self._rate, self._next, self._eased, self._slowed, self._since, self._started, self._before)

    @property
    def rate(self) -> float | None:
        """Requests per second at present; None for no limit."""
        return self._rate if self.shared is None else self.shared.rate

    @property
    def limit(self) -> float | None:
        """Requests per second at most; None for as many as the shop takes."""
        return self._limit

    @contextmanager
    def at_most(self, limit: float | None) -> Generator[None]:
        """Within it, no more than this many requests per second either; of several the lowest counts."""
        self._limit_to((*self._limits, limit))
        try:
            yield
        finally:
            remaining = list(self._limits)
            remaining.remove(limit)
            self._limit_to(tuple(remaining))

    def _limit_to(self, limits: tuple[float | None, ...]) -> None:
        known = [limit for limit in limits if limit is not None]
        if not all(limit > 0 for limit in known):
            raise ValueError("the limit must be above 0 requests per second")
        self._limits, limit = limits, min(known, default=None)
        is_free = self._rate == self._limit  # the shop has not asked for fewer, or has forgotten
        self._limit = limit
        if is_free or (limit is not None and (self._rate is None or self._rate > limit)):
            self._rate = limit

    def turn_at_once(self) -> bool:
        """Take a turn, if there is no limit at present and nothing to wait for; else False, and none is taken."""
        if self._rate is not None or self.shared is not None:
            return False
        now = self._clock()
        if self._next > now:
            return False
        self._count(now)
        return True

    async def turn(self, patience: float) -> bool:
        """Wait for the next turn; False, at once, when it would take more than ``patience`` seconds."""
        if self.shared is not None:
            return await self.shared.turn(patience)
        wait = self.take(patience)
        if wait is not None and wait > 0:
            await self._sleep(wait)
        return wait is not None

    def take(self, patience: float) -> float | None:
        """Take the next turn: seconds until then; None, and no turn, when they would be more than ``patience``."""
        now = self._clock()
        self._count(now)
        if self._rate is None:
            wait = self._next - now
        else:
            self._ease(now)
            gap = 1 / self._rate
            wait = max(self._next, now - gap) - now
        if wait > patience:
            return None
        if self._rate is not None:
            self._next = now + wait + 1 / self._rate
        return wait

    def slow(self, halt: float | None) -> None:
        """The shop asks for fewer requests, and for none at all for ``halt`` seconds. Who asks at once is heard once."""
        if self.shared is not None:
            self.shared.slow(halt)
            return
        now = self._clock()
        self._next = max(self._next, now + min(halt or 0.0, self.LONGEST_HALT))
        if now - self._slowed < 1.0 and self._rate is not None:
            return
        if self._rate is None:
            lately = max(self._before, self._started / max(now - self._since, 1.0))
            self._rate = max(lately / 2, self.FIRST)
        else:
            self._rate = min(self._rate, max(self._rate / 2, self.SLOWEST))
        self._slowed = self._eased = now

    def _ease(self, now: float) -> None:
        times = int((now - self._eased) / self.EASE_EVERY)
        if times and self._rate is not None and self._rate != self._limit:
            self._eased += times * self.EASE_EVERY
            self._rate = min(self._rate * self.EASE ** min(times, 1000), self._limit or float("inf"))

    def _count(self, now: float) -> None:
        if now - self._since > self.EASE_EVERY:
            self._before = self._started / (now - self._since)
            self._since, self._started = now, 0
        self._started += 1

    def __repr__(self) -> str:
        return f"Pace({'no limit' if self._rate is None else f'{self._rate:.3g}/s'})"
