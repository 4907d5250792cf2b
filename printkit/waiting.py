"""Waits for something at a shop by reading orders again and again, ever more slowly. Knows no shop and sends no write."""

import asyncio
import contextlib
import logging
import math
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator, Mapping
from typing import Final, final

from attrs import define, frozen

from .errors import AuthenticationError, ConfigError, PrintKitError, RateLimitedError, StillWaitingError
from .model import ArtworkStatus, Order, OrderRef
from .progress import fingerprint

Read = Callable[[OrderRef], Awaitable[Order]]
Clock = Callable[[], float]
Sleep = Callable[[float], Awaitable[object]]

_LOG: Final = logging.getLogger("printkit.waiting")

_OF_ALL: Final = (AuthenticationError, ConfigError)
"""What no order is at fault for."""
REFUSALS: Final = 5
"""A shop that refuses once more to show an order, or does not find it, is not asked for it again."""


@final
@frozen
class Pace:
    """How long to pause between two looks at one order. Seconds."""

    first: float
    longest: float
    growth: float = 1.5

    def after(self, pause: float | None) -> float:
        """The pause after this one; None before the first."""
        return self.first if pause is None else min(self.longest, max(self.first, pause * self.growth))


FETCHING: Final = Pace(1.0, 15.0)
"""For pictures, which a shop fetches within minutes."""
PRINTING: Final = Pace(1.0, 300.0)
"""For what a shop does within days."""
TOLD: Final = Pace(30.0, 300.0)
"""The same, while notices are received: a look is only for those that were lost."""


def has_artwork(order: Order) -> bool:
    """True when no picture is still to be fetched."""
    return all(picture.status is not ArtworkStatus.PENDING for item in order.live_items for picture in item.artwork)


# ── News ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


@final
class Bell:
    """Brings an order that was just read because of a notice to whoever waits for it, so that nobody has to read it again."""

    def __init__(self) -> None:
        self._ears: dict[OrderRef, list[Ear]] = {}
        self._rung_by = 0

    @property
    def is_rung(self) -> bool:
        """Whether notices are received at all."""
        return self._rung_by > 0

    @property
    def pace(self) -> Pace:
        """How often to look at an order that is being printed."""
        return TOLD if self.is_rung else PRINTING

    @contextlib.contextmanager
    def ringing(self) -> Generator[None]:
        """Within it, notices are received and read orders are brought here."""
        self._rung_by += 1
        try:
            yield
        finally:
            self._rung_by -= 1

    def ring(self, order: Order) -> None:
        """This order was just read."""
        for ear in self._ears.get(order.ref, ()):
            ear.take(order)

    @contextlib.contextmanager
    def listening(self) -> "Generator[Ear]":
        """Within it, what is rung for the orders that the ear was given is heard."""
        ear = Ear(self._ears)
        try:
            yield ear
        finally:
            ear.close()


@final
class Ear:
    """Keeps the newest of every order that it listens for until it is heard."""

    def __init__(self, ears: "dict[OrderRef, list[Ear]]") -> None:
        self._ears = ears
        self._for: set[OrderRef] = set()
        self._news: dict[OrderRef, Order] = {}
        self._rung = asyncio.Event()

    def listen(self, ref: OrderRef) -> None:
        """Listen for this order too."""
        if ref not in self._for:
            self._for.add(ref)
            self._ears.setdefault(ref, []).append(self)

    def leave(self, ref: OrderRef) -> None:
        """Listen for it no longer."""
        self._for.discard(ref)
        self._news.pop(ref, None)
        others = self._ears.get(ref, [])
        if self in others:
            others.remove(self)
        if not others:
            self._ears.pop(ref, None)

    def take(self, order: Order) -> None:
        """News of an order."""
        self._news[order.ref] = order
        self._rung.set()

    async def hear(self, seconds: float, sleep: Sleep) -> Order | None:
        """An order of which there is news within so many seconds, else None."""
        if not self._news:
            self._rung.clear()
            await first_of(self._rung.wait(), sleep(max(0.0, seconds)))
        return self._news.pop(next(iter(self._news))) if self._news else None

    def close(self) -> None:
        """Listen for nothing any more."""
        for ref in tuple(self._for):
            self.leave(ref)


async def first_of(*waits: Awaitable[object]) -> None:
    """Wait until one of them has come; the others are given up."""
    tasks = [asyncio.ensure_future(wait) for wait in waits]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


# ── Waiting ───────────────────────────────────────────────────────────────────────────────────────────────────────────


async def until(
    ref: OrderRef,
    read: Read,
    is_there: Callable[[Order], bool],
    timeout: float | None,  # noqa: ASYNC109 - the pauses are fitted to it, and its end is an error of our own
    missing: Callable[[Order], str],
    *,
    bell: Bell,
    pace: Pace | None = None,
    clock: Clock = time.monotonic,
    sleep: Sleep = asyncio.sleep,
) -> Order:
    """The order, once ``is_there`` says so. A read that fails and may succeed later is made again.

    Raises:
        StillWaitingError: it did not within ``timeout`` seconds (None: for ever); says what is ``missing``.
        PrintKitError: reading the order failed; or what ``is_there`` raises.
    """
    ends = math.inf if timeout is None else clock() + timeout
    pause: float | None = None
    with bell.listening() as ear:
        news: Order | None = None
        while True:
            order, not_before = (news, 0.0) if news else await _look(read, ref, patiently=clock() < ends)
            if order is not None:
                if is_there(order):
                    return order
                if clock() >= ends:
                    error = StillWaitingError(f"{missing(order)} ({timeout:g} s)", provider=ref.provider)
                    error.order = order.ref
                    raise error
                ear.listen(order.ref)
            pause = (pace or bell.pace).after(pause)
            news = await ear.hear(min(max(pause, not_before), ends - clock()), sleep)


async def changes(
    known: Mapping[OrderRef, str | None],
    read: Read,
    is_over: Callable[[Order], bool],
    *,
    bell: Bell,
    clock: Clock = time.monotonic,
    sleep: Sleep = asyncio.sleep,
) -> AsyncGenerator[Order, None]:
    """Each order whenever it has another fingerprint than was known last, until all of them are over. One read at a time.

    One that cannot be read, and will not be later, is left; the others are watched to their end. One that was known already is asked
    for five times more before that.

    Args:
        known: by order the fingerprint that is known already; None: none is.
        read: reads an order.
        is_over: says that an order does not change any more.
        bell: rings when notices made somebody else read one of them.
        clock: seconds.
        sleep: waits seconds.

    Raises:
        PrintKitError: at the end: an order was left; names it, and the others in its notes. AuthenticationError and ConfigError: at once.
    """
    left: list[PrintKitError] = []
    watched = {ref: _Watched(ref, mark, clock()) for ref, mark in known.items()}
    with bell.listening() as ear:
        for ref in watched:
            ear.listen(ref)
        while watched:
            next_one = min(watched.values(), key=lambda each: each.due)
            order = await ear.hear(next_one.due - clock(), sleep)
            one = watched[order.ref] if order else next_one
            if order is None:
                one.pause = bell.pace.after(one.pause)
                try:
                    order, not_before = await _watch(read, one)
                except _OF_ALL:
                    raise
                except PrintKitError as error:
                    left.append(_named(error, one.ref))
                    _leave(one, watched, ear)
                    continue
                one.due = clock() + max(one.pause, not_before)
            if order is None:
                continue
            if order.ref != one.ref:  # a draft's name, and the order that it became
                _leave(one, watched, ear)
                one.ref = order.ref
                watched[one.ref] = one
                ear.listen(one.ref)
            if is_over(order):
                _leave(one, watched, ear)
            mark = fingerprint(order)
            if mark != one.mark:
                one.mark, one.pause = mark, None
                one.due = clock() + bell.pace.first
                yield order
    if left:
        raise _all_of(*left)


@define
class _Watched:
    ref: OrderRef
    mark: str | None
    due: float
    pause: float | None = None
    refusals: int = 0


async def _watch(read: Read, one: _Watched) -> tuple[Order | None, float]:
    """As ``_look``; a refusal of what was known already may be of something on the way to the shop, and pass."""
    try:
        found = await _look(read, one.ref, patiently=True)
    except PrintKitError as error:
        one.refusals += 1
        if one.mark is None or one.refusals > REFUSALS or isinstance(error, _OF_ALL):
            raise
        return None, 0.0
    one.refusals = 0
    return found


def _all_of(first: PrintKitError, *others: PrintKitError) -> PrintKitError:
    for other in others:
        first.add_note(other.message)
    return first


def _named(error: PrintKitError, ref: OrderRef) -> PrintKitError:
    error.order, error.message = ref, f"{ref} cannot be read: {error.message}"
    _LOG.warning("%s; it is watched no longer", error.message)
    return error


def _leave(one: _Watched, watched: dict[OrderRef, _Watched], ear: Ear) -> None:
    watched.pop(one.ref, None)
    ear.leave(one.ref)


async def _look(read: Read, ref: OrderRef, *, patiently: bool) -> tuple[Order | None, float]:
    """The order; None when it cannot be read now and may be later, with the seconds that the shop asks to wait."""
    try:
        return await read(ref), 0.0
    except PrintKitError as error:
        if not (error.retryable and patiently):
            raise
        return None, (error.retry_after or 0.0) if isinstance(error, RateLimitedError) else 0.0
