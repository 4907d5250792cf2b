"""Receives shops' notices, whatever framework brings them: believes none, reads the order, tells of each change once. Opens no socket."""

import asyncio
import contextlib
import inspect
import logging
import math
import re
import secrets
import time
from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable, Mapping
from types import TracebackType
from typing import Final, Self, final
from urllib.parse import quote

from attrs import frozen

from .errors import (
    AuthenticationError,
    ConfigError,
    InvalidRequestError,
    PrintKitError,
    ProviderError,
    RateLimitedError,
)
from .inbox import Entry, Inbox
from .kit import PrintKit
from .model import Order, OrderRef
from .notices import LONGEST
from .progress import fingerprint, is_over
from .provider import Capability
from .secret import Secret
from .telemetry import NoticeOutcome, Notified
from .transport.retry import Jitter, RetryPolicy, full_jitter
from .waiting import REFUSALS, Clock, Sleep, first_of

Handler = Callable[[Order], Awaitable[object]]
"""Is given an order that is not as it was when it was given last. Called for one order at a time, for several orders at once."""

_LOG: Final = logging.getLogger("printkit.receiving")
_TOKEN: Final = re.compile(r"[A-Za-z0-9_-]{22,200}")
_AGAIN: Final = RetryPolicy(attempts=1_000_000, base=2.0, cap=600.0)
_BREATH: Final = 5.0
"""Seconds to wait when the inbox itself fails."""
_NAP: Final = 60.0
"""Seconds after which the clock is looked at, which may have leapt."""
_PARTING: Final = 1.0
"""Seconds that a cancelled handler has at least."""


def new_token() -> str:
    """A token that nobody guesses. Keep it: the shop's settings hold it, inside the URL."""
    return secrets.token_urlsafe(32)


@final
@frozen
class Answer:
    """What the shop is to be answered."""

    status: int
    text: str = ""


_OK: Final = Answer(200)
_NOTHING_HERE: Final = Answer(404, "404: Not Found")
_BUSY: Final = Answer(503, "try again later")


@final
@frozen(kw_only=True)
class Limits:
    """How much a receiver takes on. Seconds throughout.

    Raises:
        ConfigError: one of them cannot be kept.
    """

    at_once: int = 4
    """Orders that are read and handled at the same time."""
    per_second: float = 10.0
    """Orders that are begun in a second."""
    pause: float = 1.0
    """Between two looks at one order."""
    waiting: int = 10_000
    """Orders of which notices may wait; beyond, the shop is asked to try again later."""
    body_seconds: float = 10.0
    """For a notice to arrive."""
    answer_seconds: float = 8.0
    """Without a durable inbox: how long the shop waits for its answer."""
    handler_seconds: float = 60.0
    """For the handler; then it is cancelled, and called again later."""
    look_again: float | None = 6 * 3600.0
    """An order that is not yet over is looked at again after so long without a notice, which may have been lost; each further time after
    twice as long. None: never."""
    looks: int = 8
    """How often that is done without finding a change."""

    def __attrs_post_init__(self) -> None:
        """Refuse what cannot be kept."""
        for name in ("at_once", "waiting", "looks"):
            least, given = int(name != "looks"), getattr(self, name)
            if not isinstance(given, int) or given < least:
                raise ConfigError(f"{name} must be a whole number that is at least {least}")
        for name in ("per_second", "body_seconds", "answer_seconds", "handler_seconds", "look_again"):
            given = getattr(self, name)
            if given is not None and not given > 0:
                raise ConfigError(f"{name} must be a number above 0")
        if not 0 <= self.pause < math.inf:
            raise ConfigError("pause must be a number that is not below 0")


@final
class Receiver:
    """Takes notices of all connections of a kit that have them, and calls a handler with each order that has changed.

    An async context manager; ``receive`` is what a web framework calls. A notice proves nothing: the order is read from its shop, one
    look at an order at a time, and the handler is called when what was read differs from what was delivered last. Repeats, delays and
    disorder therefore change nothing. When the handler raises, it is called again later, with the order as it is then; it is also called
    again when the process ended before its return could be noted: it must be able to bear the same order twice.

    Args:
        kit: reads the orders; its hooks are told ``Notified`` events, and its ``wait_for`` and ``watch`` hear of the orders that are read.
        handler: an async function of an order.
        token: what has to stand in the URL: at least 22 letters, digits, ``-`` and ``_``, as of ``new_token``.
        inbox: a file that keeps what came until it is handled: then the shop is answered at once, and a crash loses nothing. Without
            one the shop is answered when the handler has returned.
        limits: how much to take on.
        clock: seconds since 1970.
        sleep: waits seconds.
        jitter: see ``printkit.transport.retry``.

    Raises:
        ConfigError: the token can be guessed, or no shop of the kit sends notices; (on entering) the inbox cannot be used.
    """

    def __init__(
        self,
        kit: PrintKit,
        handler: Handler,
        *,
        token: str | Secret,
        inbox: Inbox | None = None,
        limits: Limits | None = None,
        clock: Clock = time.time,
        sleep: Sleep = asyncio.sleep,
        jitter: Jitter = full_jitter,
    ) -> None:
        self._kit, self._handler = kit, handler
        self._token = token if isinstance(token, Secret) else Secret(token)
        self._inbox = Inbox() if inbox is None else inbox
        self._limits = Limits() if limits is None else limits
        self._clock, self._sleep, self._jitter = clock, sleep, jitter
        self._shops = {name: info for name, info in kit.connections.items() if info.supports(Capability.NOTICES)}
        if _TOKEN.fullmatch(self._token.reveal()) is None:
            raise ConfigError("the token has to be 22 letters, digits, '-' and '_' or more: printkit.receiving.new_token() makes one")
        if not self._shops:
            raise ConfigError(f"none of the connections {', '.join(kit.connections)} is to a shop that sends notices")
        self._under_way: set[str] = set()
        self._noted: dict[str, asyncio.Task[bool]] = {}
        self._awaited: dict[str, asyncio.Future[bool]] = {}
        self._bodies = asyncio.Semaphore(64)
        self._looks: set[asyncio.Task[None]] = set()
        self._wake = asyncio.Event()
        self._ringing = contextlib.ExitStack()
        self._worker: asyncio.Task[None] | None = None

    def urls(self, base: str) -> Mapping[str, str]:
        """By connection, the URL to set up at its shop. They hold the token.

        Args:
            base: where ``receive`` is reached from outside, such as ``https://example.com/notices``.
        """
        return {
            name: f"{base.rstrip('/')}/{self._token.reveal()}/{quote(name, safe='')}{info.notice_query}"
            for name, info in self._shops.items()
        }

    # ── At the door ───────────────────────────────────────────────────────────────────────────────────────────────────

    async def receive(
        self,
        *,
        token: str,
        connection: str,
        method: str,
        headers: Mapping[str, str],
        query: Mapping[str, str],
        body: bytes | AsyncIterable[bytes],
    ) -> Answer:
        """What to answer a request to ``…/{token}/{connection}``. Never raises what the request is at fault for.

        Without the right token it is what the framework says of a path that it does not know: 404, before the body is read.

        Args:
            token: from the path, percent-decoded.
            connection: from the path, percent-decoded.
            method: GET answers a shop's test.
            headers: the request's.
            query: what stands behind ``?``.
            body: best as the framework's stream, so that no more than 64 KiB is ever read.
        """
        is_known = self._token == Secret(token)
        if not is_known or connection not in self._shops:
            return self._say("", "stranger", _NOTHING_HERE)
        match method.upper():
            case "GET" | "HEAD":
                return self._say(connection, "ping", _OK)
            case "POST":
                return await self._take(connection, {name.lower(): value for name, value in headers.items()}, query, body)
            case _:
                return self._say(connection, "malformed", Answer(405, "a notice comes by POST"))

    async def _take(
        self, connection: str, headers: Mapping[str, str], query: Mapping[str, str], body: bytes | AsyncIterable[bytes]
    ) -> Answer:
        if headers.get("content-encoding", "identity").lower() != "identity":
            return self._say(connection, "malformed", Answer(415, "a notice is not compressed"))
        pieces = _once(body) if isinstance(body, bytes) else aiter(body)
        try:
            async with self._bodies, asyncio.timeout(self._limits.body_seconds):
                content = await _read(pieces)
        except TimeoutError:
            return self._say(connection, "too-slow", Answer(408, "the notice did not arrive in time"))
        except Exception:  # noqa: BLE001 - each framework has its own for a shop that hangs up
            return self._say(connection, "malformed", Answer(400, "the notice broke off"))
        if content is None:
            return self._say(connection, "too-large", Answer(413, f"a notice has at most {LONGEST} bytes"))
        try:
            notice = self._kit.parse_notice(headers, query, content, provider=connection)
        except InvalidRequestError as error:
            return self._say(connection, "malformed", Answer(400, "; ".join(map(str, error.problems))))
        if not self._kit.concerns(notice):
            return self._say(connection, "elsewhere", _OK)
        return await self._accept(notice.order)

    async def _accept(self, ref: OrderRef) -> Answer:
        name = str(ref)
        if self._worker is None or self._worker.done():
            return self._say(ref.provider, "busy", _BUSY)
        handled = self._awaited.setdefault(name, asyncio.get_running_loop().create_future())
        noted = self._noted.get(name) or self._noted.setdefault(name, asyncio.create_task(self._note(name)))
        if not await asyncio.shield(noted):
            return self._say(ref.provider, "busy", _BUSY)
        self._say(ref.provider, "accepted", _OK)
        if self._inbox.is_durable:
            return _OK
        await asyncio.wait([handled], timeout=self._limits.answer_seconds)
        return _OK if handled.done() and handled.result() else _BUSY

    async def _note(self, name: str) -> bool:
        """Enter an order once for all notices that come until it is looked at: what is read then is newer than all of them."""
        fits = False
        try:
            fits = await self._inbox.tell(name, self._clock(), pause=self._limits.pause, most=self._limits.waiting)
        except ConfigError as error:
            _LOG.error("a notice cannot be kept: %s", error.message)
        if fits:
            self._wake.set()
        else:
            self._noted.pop(name, None)
            self._answer(self._awaited.pop(name, None), handled=False)
        return fits

    def _answer(self, awaited: asyncio.Future[bool] | None, *, handled: bool) -> None:
        """To those whose notices wait without a durable inbox."""
        if awaited is not None and not awaited.done():
            awaited.set_result(handled)

    def _say(self, connection: str, outcome: NoticeOutcome, answer: Answer) -> Answer:
        self._kit.announce(Notified(connection, outcome))
        return answer

    # ── Behind it ─────────────────────────────────────────────────────────────────────────────────────────────────────

    async def _work(self) -> None:
        """Begin what is due, for ever, no more at once and no faster than permitted."""
        while True:
            self._wake.clear()
            free = self._limits.at_once - len(self._under_way)
            entries, due = await self._due(free)
            for entry in entries:
                self._under_way.add(entry.name)
                self._noted.pop(entry.name, None)
                task = asyncio.create_task(self._look(entry, self._awaited.pop(entry.name, None)))
                self._looks.add(task)
                task.add_done_callback(self._looks.discard)
                await self._sleep(1 / self._limits.per_second)
            if len(entries) < free or not free:
                await first_of(self._wake.wait(), self._sleep(_NAP if due is None else min(_NAP, max(0.0, due - self._clock()))))

    async def _due(self, free: int) -> tuple[list[Entry], float | None]:
        now = self._clock()
        try:
            return await self._inbox.take(now, self._shops.keys(), frozenset(self._under_way), free)
        except ConfigError as error:
            _LOG.error("what is to be done cannot be seen: %s", error.message)
            return [], now + _BREATH

    async def _look(self, entry: Entry, awaited: asyncio.Future[bool] | None) -> None:
        """One look at one order, and what came of it."""
        outcome: NoticeOutcome | None = "not-read"
        try:
            outcome = await self._deliver(entry, awaited)
            if outcome is not None:
                self._kit.announce(Notified(OrderRef.parse(entry.name).provider, outcome))
        except Exception:  # noqa: BLE001 - a full disk, or a fault of ours: the order stays where it is
            _LOG.exception("what became of %s cannot be noted", entry.name)
            await self._sleep(_BREATH)
        finally:
            self._under_way.discard(entry.name)
            if outcome is not None:
                known_and_not_shown = outcome == "not-shown" and entry.mark is not None  # of an unknown one nothing is told
                self._answer(awaited, handled=outcome not in {"not-read", "not-handled"} and not known_and_not_shown)
            self._wake.set()

    async def _deliver(self, entry: Entry, awaited: asyncio.Future[bool] | None) -> NoticeOutcome | None:
        try:
            order = await self._kit.get_order(entry.name)
        except PrintKitError as error:
            return await self._missed(entry, error)
        if str(order.ref) != entry.name:
            await self._hand_on(str(order.ref), awaited)
            await self._inbox.forget(entry, self._clock(), pause=self._limits.pause)
            return None
        self._kit.bell.ring(order)
        mark = fingerprint(order)
        if mark != entry.mark and not await self._handle(order):
            await self._postpone(entry, None)
            return "not-handled"
        looks = 0 if mark != entry.mark else entry.looks + (not entry.waits)
        await self._inbox.settle(entry, mark, self._clock(), pause=self._limits.pause, again=self._again(order, looks), looks=looks)
        return "unchanged" if mark == entry.mark else "delivered"

    async def _missed(self, entry: Entry, error: PrintKitError) -> NoticeOutcome:
        """The order could not be read.

        Anybody's notice may have named it, and a shop may not find what it has only just created: it is asked for during a minute.
        """
        refused = _is_refused(error)
        if isinstance(error, InvalidRequestError) or (refused and entry.refusals >= REFUSALS):
            await self._inbox.forget(entry, self._clock(), pause=self._limits.pause)
            return "no-such-order"
        await self._postpone(entry, error)
        return "not-shown" if refused else "not-read"

    async def _hand_on(self, name: str, awaited: asyncio.Future[bool] | None) -> None:
        """The entry has another spelling of the order's id: what was delivered is noted under the shop's own, which takes its place."""
        if awaited is not None:
            other = self._awaited.setdefault(name, asyncio.get_running_loop().create_future())
            other.add_done_callback(lambda done: self._answer(awaited, handled=done.result()))
        most = self._limits.waiting + self._limits.at_once
        await self._inbox.tell(name, self._clock(), pause=self._limits.pause, most=most)

    async def _handle(self, order: Order) -> bool:
        """Call the handler, in a task of its own: what it cancels is its own."""
        call, seconds = asyncio.create_task(self._call(order)), self._limits.handler_seconds
        late = False
        try:
            await asyncio.wait([call], timeout=seconds)
        finally:
            if not call.done():
                late = call.cancel()
                if not (await asyncio.wait([call], timeout=_PARTING))[0]:
                    _LOG.error("the handler of %s goes on, though it was cancelled: it keeps its place until it ends", order.ref)
                    await asyncio.wait([call])  # it may not be called again before it has ended
        error = (TimeoutError(f"not done in {seconds:g} s") if late else asyncio.CancelledError()) if call.cancelled() else call.exception()
        if error is not None:
            _LOG.error("the handler failed for %s and is called again later", order.ref, exc_info=error)
        return error is None

    async def _call(self, order: Order) -> None:
        given: object = self._handler(order)
        if not inspect.isawaitable(given):
            raise TypeError("the handler has to be an async function")
        await given

    def _again(self, order: Order, looks: int) -> float | None:
        first, over = self._limits.look_again, is_over(order.status, self._shops[order.ref.provider].never_says)
        if first is None or over or looks >= self._limits.looks:
            return None
        return self._clock() + first * 2.0**looks

    async def _postpone(self, entry: Entry, error: PrintKitError | None) -> None:
        refused = error is not None and _is_refused(error)
        jitter: Jitter = (lambda longest: longest) if refused else self._jitter
        wait = _AGAIN.wait(min(entry.failures + 1, 32), throttled=False, retry_after=None, jitter=jitter) or 0.0
        asked = error.retry_after if isinstance(error, RateLimitedError) else None
        now = self._clock()
        await self._inbox.postpone(entry, now, now + max(wait, self._limits.pause, asked or 0.0), refused=refused)

    # ── Opening and closing ───────────────────────────────────────────────────────────────────────────────────────────

    async def __aenter__(self) -> Self:
        if self._worker is not None:
            raise RuntimeError("the receiver is open already; an application opens its own")
        await self._inbox.open()
        if others := [name for name in await self._inbox.connections() if name not in self._shops]:
            _LOG.warning("the inbox holds orders of %s too, to which there is no connection: they wait", ", ".join(others))
        self._ringing.enter_context(self._kit.bell.ringing())
        self._worker = asyncio.create_task(self._work())
        self._worker.add_done_callback(_tell_fault)
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self.aclose()

    async def aclose(self, grace: float = 10.0) -> None:
        """Take no further notice, and let handlers finish for at most ``grace`` seconds, then they are cancelled.

        What is left stays in a durable inbox.
        """
        worker, self._worker = self._worker, None
        if worker is None:
            return
        worker.cancel()
        try:
            await asyncio.wait([worker, *self._looks], timeout=grace)
        finally:
            await self._end(max(grace, _PARTING))

    async def _end(self, seconds: float) -> None:
        if looks := tuple(self._looks):
            for look in looks:
                look.cancel()
            if (await asyncio.wait(looks, timeout=seconds))[1]:
                _LOG.error("a handler would not end, though it was cancelled, and is left behind")
        for awaited in self._awaited.values():
            self._answer(awaited, handled=False)
        self._awaited.clear()
        self._noted.clear()
        self._ringing.close()
        await self._inbox.close()


def _is_refused(error: PrintKitError) -> bool:
    return isinstance(error, ProviderError) and not error.retryable and not isinstance(error, AuthenticationError)


async def _once(body: bytes) -> AsyncIterator[bytes]:
    yield body


async def _read(pieces: AsyncIterator[bytes]) -> bytes | None:
    """The body; None as soon as it is too long."""
    found = bytearray()
    async for piece in pieces:
        found += piece
        if len(found) > LONGEST:
            return None
    return bytes(found)


def _tell_fault(worker: asyncio.Task[None]) -> None:
    if not worker.cancelled() and worker.exception() is not None:
        _LOG.critical("no notice is acted on any more", exc_info=worker.exception())
