"""One logical call: a slot, an attempt, a decision, a wait, another attempt, inside one deadline. The only place where anything
is sent again; refuses to know an HTTP library and what the requests mean.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from functools import partial
from typing import TypeVar, final

from attrs import define

from printkit.errors import (
    NotSentError,
    PrintKitError,
    ProviderDownError,
    ProviderError,
    RateLimitedError,
    TransportError,
    UnreadableAnswerError,
)
from printkit.exchange import Content, Effect, Request, Response
from printkit.telemetry import Attempt, Telemetry, Wait

from .attempt import Cause, Ending, Link, MaybeSent, NotSent, Wire
from .limits import Pace, Slots
from .redact import Redactor
from .retry import Jitter, RetryBudget, RetryPolicy, full_jitter, is_server_trouble, retry_after, throttled
from .sweep import Sweep, Watch

Clock = Callable[[], float]
Sleep = Callable[[float], Awaitable[None]]
AnyProviderError = TypeVar("AnyProviderError", bound=ProviderError)


_BOOT: int | None = getattr(time, "CLOCK_BOOTTIME", None)

seconds_since_start: Clock = time.monotonic if _BOOT is None else partial(time.clock_gettime, _BOOT)
"""A clock that nobody sets, and that goes on while the machine sleeps, where the system has such a one."""

WRITE_SHARE = 0.75
"""The part of what remains of a deadline that sending a write may use up; the rest is for finding out what became of it."""

_READS = Effect.READS
_UNREADABLE = frozenset({Cause.TOO_LARGE, Cause.BAD_ENCODING})
_REQUEST_ID_HEADERS = ("x-request-id", "request-id", "x-correlation-id")


@final
@define(eq=False)
class Deadline:
    """The end of one logical call: its attempts, its waits and its look-ups together."""

    ends: float
    _clock: Clock

    def remaining(self) -> float:
        """Seconds left; 0 when it has passed."""
        return max(0.0, self.ends - self._clock())

    def is_over(self) -> bool:
        """True when it has passed."""
        return self._clock() >= self.ends


@final
class Caller:
    """Makes logical calls to one account over one link.

    Args:
        provider: the connection's name, for errors and telemetry.
        link: makes single attempts.
        slots: how many attempts may be under way at once; waiting for one counts against the deadline.
        pace: how many attempts may start in a second; waiting for a turn counts likewise.
        policy: how often and how patiently to try.
        budget: what retries of this account may cost together.
        telemetry: is told of attempts and waits, when anybody listens.
        redactor: knows the account's secrets, for the printed form of an exchange.
        clock, sleep, jitter, wall: time and chance, for tests. ``wall`` gives seconds since 1970.
        deadline: seconds for a logical call that names none.
        where: the address of the shop, for messages; without any secret.
        attempt_timeout: seconds for one attempt. An upload of a stream has no such limit, only the deadline.
    """

    def __init__(
        self,
        provider: str,
        link: Link,
        *,
        slots: Slots,
        pace: Pace | None = None,
        policy: RetryPolicy,
        budget: RetryBudget,
        telemetry: Telemetry,
        redactor: Redactor,
        clock: Clock = seconds_since_start,
        sleep: Sleep = asyncio.sleep,
        jitter: Jitter = full_jitter,
        wall: Clock = time.time,
        deadline: float = 60.0,
        attempt_timeout: float = 30.0,
        where: str = "",
    ) -> None:
        self.provider = provider
        self._link = link
        self._slots = slots
        self._pace = pace or Pace(clock=clock, sleep=sleep)
        self._policy = policy
        self._budget = budget
        self._telemetry = telemetry
        self._redactor = redactor
        self._clock = clock
        self._sleep = sleep
        self._jitter = jitter
        self._wall = wall
        self._seconds = deadline
        self._attempt_timeout = attempt_timeout
        self._where = where
        self._sweep: Sweep | None = None

    def deadline(self, seconds: float | None = None) -> Deadline:
        """The deadline of a logical call that begins now."""
        return Deadline(self._clock() + (self._seconds if seconds is None else seconds), self._clock)

    async def read(self, request: Request, deadline: Deadline) -> Response:
        """Send a request that only reads, again if need be, until an answer comes.

        Returns:
            Any answer that is neither a server error (408, most 5xx), nor a throttle, nor a redirect: 200 as well as 404.

        Raises:
            NotSentError: no attempt left this machine.
            TransportError: no answer came; whether the shop saw the request does not matter, as it only reads.
            RateLimitedError: throttled, and waiting is not possible within the deadline.
            ProviderDownError: server errors until attempts, budget or deadline were used up.
            UnreadableAnswerError: a redirect, which is never followed, a status that does not exist, or an answer over the size limit
                or wrongly compressed.
            ValueError: the request writes.
        """
        if request.effect is not _READS:
            raise ValueError("this request writes: use write()")
        ending = await self._repeat(request, Wire(), deadline.ends, _read_may_be_repeated)
        if isinstance(ending, Response) and not _is_trouble(ending):
            return ending
        raise self._read_failed(request, ending)

    async def write(self, request: Request, deadline: Deadline, wire: Wire) -> Ending:
        """Send a request that may print or charge; again only when it is certain that the shop did nothing.

        That is: when it never left, or was throttled. Anything else comes back at once, unread: a server error, a redirect and
        ``MaybeSent`` alike. At most three quarters of what remains of the deadline are used. ``wire`` is readable throughout,
        also when this is cancelled.

        Raises:
            RateLimitedError: throttled, and waiting is not possible; the shop did nothing.
            Exception: what the caller's own upload stream raised; ``wire.sent`` tells whether the request's head had left.
        """
        now = self._clock()
        wire.is_late = deadline.is_over
        may_be_repeated = _write_may_be_repeated if _is_replayable(request) else _never
        ending = await self._repeat(request, wire, now + WRITE_SHARE * (deadline.ends - now), may_be_repeated)
        if isinstance(ending, Response) and throttled(ending):
            wire.clear()
            raise self._rate_limited(request, ending)
        return ending

    async def _repeat(self, request: Request, wire: Wire, ends: float, may_be_repeated: Callable[[Ending], bool]) -> Ending:
        paid = RetryBudget.REWARD
        while True:
            left = ends - self._clock()
            if left <= 0:
                return NotSent(Cause.TIMED_OUT)
            if not self._pace.turn_at_once():
                if not await self._pace.turn(left):
                    return NotSent(Cause.RATE_LIMITED)
                left = ends - self._clock()
            wire.begin()
            ending = await (self._told if self._telemetry.hooks else self._attempt)(request, wire, left)
            if isinstance(ending, Response) and not _is_trouble(ending):
                self._budget.refund(paid)
                return ending
            if _is_throttle(ending):
                self._pace.slow(self._asked(ending))
            if not may_be_repeated(ending):
                return ending
            pause = self._pause(ending, wire.attempts, ends)
            if pause is None:
                return ending
            cost = self._budget.spend(throttled=_is_throttle(ending))
            if cost is None:
                return ending
            paid = cost
            wire.clear()
            if self._telemetry.hooks:
                self._telemetry.tell(Wait(self.provider, request.call, pause, _why(ending)))
            await self._sleep(pause)

    def _pause(self, ending: Ending, attempts: int, ends: float) -> float | None:
        asked = self._asked(ending)
        pause = self._policy.wait(attempts, throttled=_is_throttle(ending), retry_after=asked, jitter=self._jitter)
        return pause if pause is not None and self._clock() + pause < ends else None

    def _asked(self, ending: Ending) -> float | None:
        return retry_after(ending.headers, self._wall()) if isinstance(ending, Response) else None

    async def _attempt(self, request: Request, wire: Wire, left: float) -> Ending:
        limit = left if _uploads_a_stream(request) else min(left, self._attempt_timeout)
        placed = self._slots.take()
        watch = self._watch(limit if placed else left)
        try:
            with watch:
                if not placed:
                    await self._slots.wait()
                    placed = True
                    watch.limit(limit)
                return await self._link.attempt(request, wire)
        except TimeoutError:
            if not watch.expired:
                raise
        finally:
            if placed:
                self._slots.give_back()
        if wire.sent:
            return MaybeSent(Cause.TIMED_OUT, wire.status)
        return NotSent(Cause.TIMED_OUT if placed else Cause.POOL_TIMEOUT)

    def _watch(self, seconds: float) -> Watch:
        """A watch over the task that runs now."""
        loop = asyncio.get_running_loop()  # not simply the one of the last sweep: a loop in another thread may be the one that asks
        if self._sweep is None or self._sweep.loop is not loop:
            self._sweep = Sweep(loop)
        return Watch(self._sweep, seconds)

    async def _told(self, request: Request, wire: Wire, left: float) -> Ending:
        began = self._clock()
        try:
            ending = await self._attempt(request, wire, left)
        except BaseException:
            ending = MaybeSent(Cause.CANCELLED, wire.status) if wire.sent else NotSent(Cause.CANCELLED)
            self._telemetry.tell(self._event(request, wire.attempts, ending, self._clock() - began))
            raise
        self._telemetry.tell(self._event(request, wire.attempts, ending, self._clock() - began))
        return ending

    def _event(self, request: Request, number: int, ending: Ending, seconds: float) -> Attempt:
        match ending:
            case Response():
                return Attempt(self.provider, request.call, number, "answered", ending.status, None, seconds, self._where)
            case MaybeSent():
                return Attempt(self.provider, request.call, number, "maybe-sent", ending.status, ending.cause, seconds, self._where)
            case NotSent():
                return Attempt(self.provider, request.call, number, "not-sent", None, ending.cause, seconds, self._where)

    def _read_failed(self, request: Request, ending: Ending) -> PrintKitError:
        match ending:
            case Response() if throttled(ending):
                return self._rate_limited(request, ending)
            case Response(status=status) if is_server_trouble(status):
                return self._answered_badly(ProviderDownError, f"the shop answers with a server error ({status})", request, ending)
            case Response(status=status):
                why = "which is never followed" if 300 <= status < 400 else "which is no answer"
                return self._answered_badly(UnreadableAnswerError, f"the shop answers with {status}, {why}", request, ending)
            case MaybeSent(cause=cause, status=int(status)) if cause in _UNREADABLE:
                return self._answered_badly(UnreadableAnswerError, cause.words, request, Response(status))
            case MaybeSent():
                return self._unanswered(TransportError, request, ending)
            case NotSent():
                return self._unanswered(NotSentError, request, ending)

    def _unanswered(self, kind: type[TransportError], request: Request, ending: NotSent | MaybeSent) -> TransportError:
        error = kind(
            self.why_not(ending),
            provider=self.provider,
            operation=request.operation,
            exchange=self._redactor.exchange(request, ending.status if isinstance(ending, MaybeSent) else None),
        )
        error.retryable = not ending.cause.lasting
        if isinstance(error, NotSentError):
            error.in_line = ending.cause.in_line
        return error

    def why_not(self, ending: NotSent | MaybeSent) -> str:
        """Why there is no answer, in plain words, and from where."""
        return f"{ending.cause.words} ({ending.cause}{', ' if self._where else ''}{self._where})"

    def _answered_badly(self, kind: type[AnyProviderError], message: str, request: Request, response: Response) -> AnyProviderError:
        return kind(
            message,
            status=response.status,
            provider=self.provider,
            operation=request.operation,
            request_id=self._request_id(response),
            exchange=self._redactor.exchange(request, response.status),
        )

    def _rate_limited(self, request: Request, response: Response) -> RateLimitedError:
        error = self._answered_badly(RateLimitedError, "the shop asks for fewer requests", request, response)
        error.retry_after = retry_after(response.headers, self._wall())
        return error

    def _request_id(self, response: Response) -> str | None:
        given = next((response.headers[name] for name in _REQUEST_ID_HEADERS if name in response.headers), None)
        return None if given is None else self._redactor.clean(given, 80)

    def __repr__(self) -> str:
        return f"Caller({self.provider!r})"


def _read_may_be_repeated(ending: Ending) -> bool:
    match ending:
        case Response(status=status):
            return is_server_trouble(status) or status == 429
        case MaybeSent(cause=cause):
            return cause is not Cause.TOO_LARGE
        case NotSent(cause=cause):
            return not cause.lasting


def _write_may_be_repeated(ending: Ending) -> bool:
    match ending:
        case Response():
            return throttled(ending)
        case MaybeSent():
            return False
        case NotSent(cause=cause):
            return not cause.lasting


def _never(ending: Ending) -> bool:
    return False


def _is_replayable(request: Request) -> bool:
    return isinstance(request.body, bytes) or all(not isinstance(part.content, Content) or part.content.replayable for part in request.body)


def _is_trouble(response: Response) -> bool:
    status = response.status
    return not 200 <= status < 300 and (is_server_trouble(status) or status == 429 or not 400 <= status < 600)


def _is_throttle(ending: Ending) -> bool:
    return isinstance(ending, Response) and throttled(ending)


def _why(ending: Ending) -> str:
    return str(ending.status) if isinstance(ending, Response) else ending.cause


def _uploads_a_stream(request: Request) -> bool:
    return isinstance(request.body, tuple) and any(isinstance(part.content, Content) for part in request.body)
