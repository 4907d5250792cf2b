"""One write, from intent to certainty: lock, pre-image, intent, send, settle. Decides whether a write happened; knows no shop, no HTTP."""

import asyncio
import json
import os
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, Generic, Literal, Protocol, TypeVar, final

from attrs import define, evolve, frozen

from .errors import (
    ConflictError,
    NotSentError,
    OutcomeUnknownError,
    ProviderError,
    UnreadableAnswerError,
)
from .exchange import Request, Response
from .locks import Locks
from .outcomes import Absent, Applied, Found, Json, NotApplied, ReconcileHandle, Unknown, make_handle
from .telemetry import Outcome, Telemetry
from .transport.attempt import MaybeSent, NotSent, Wire

if TYPE_CHECKING:
    from .transport.caller import Caller, Deadline

T = TypeVar("T")

Find = Callable[[ReconcileHandle, "Deadline"], Awaitable[Found[T]]]
Send = Callable[[Json], Awaitable[T]]

# ── Intents: a journal learns of a write before its first byte leaves ─────────────────────────────────────────────────


class Journal(Protocol):
    """Learns of every write before its first byte leaves, and of what became of it."""

    async def intend(self, handle: ReconcileHandle) -> None:
        """A write is about to be sent. If this raises, nothing is sent."""
        ...

    def ended(self, handle: ReconcileHandle, fate: "Fate") -> None:
        """The write has ended; "unknown" is followed by another fate once ``reconcile`` settles it and sends it again.

        Never called for a process that was killed: then its fate is unknown.
        """
        ...


Fate = Literal["applied", "nothing", "unknown"]
"""What became of a write: it is proven, or nothing happened, or nobody can tell yet."""

_journal: ContextVar[Journal | None] = ContextVar("printkit_journal", default=None)


@final
class journaled:  # noqa: N801 - used like a function, and made once for each write of a run
    """Within it, ``journal`` is told of every write."""

    __slots__ = ("_journal", "_token")

    def __init__(self, journal: Journal) -> None:
        self._journal = journal

    def __enter__(self) -> None:
        self._token = _journal.set(self._journal)

    def __exit__(self, *_: object) -> None:
        _journal.reset(self._token)


# ── One write ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@final
@frozen
class Hint:
    """An answer that settles nothing by itself: the look-up decides.

    ``refusal`` stands when the look-up finds no effect. Without one, no effect means that nobody can say.
    """

    phase: str
    refusal: ProviderError | None = None


@final
@define(kw_only=True, eq=False)
class Write(Generic[T]):
    """A write as its provider describes it. The functions are called by ``Writer``, in this order."""

    operation: str
    step: str
    request: Request
    lock: str
    """What must not be written to by two at a time, such as ``order:1065``."""
    accept: Callable[[Response], T]
    """Read a 2xx answer. Raises UnreadableAnswerError, or a ProviderError when the answer is a refusal after all."""
    refuse: Callable[[Response], Awaitable[ProviderError]]
    """The error for an answer that is certainly a refusal; may ask the shop why."""
    find: "Callable[[ReconcileHandle, Deadline], Awaitable[Found[T]]]"
    """Look for the effect."""
    hint: Callable[[Response], Hint | None] | None = None
    """Asked first of every answer that is 2xx or a refusal: whether it is only a hint."""
    preimage: "Callable[[Deadline], Awaitable[Json]] | None" = None
    """What the shop has before, where the look-up compares with it."""
    order: str | None = None
    key: str | None = None
    meant: Json = None
    imagined: Callable[[], T] | None = None
    """What it would give, where a verb goes on with it: for a dry run. An id that the shop has yet to give is ``NEW``."""


NEW: Final = "999999999999999999"
"""Stands in a dry run for an id that the shop has yet to give; of a form that can be an id."""


@final
@define
class Done(Generic[T]):
    """A write that is proven applied."""

    value: T
    attempts: int
    reconciled: bool


@final
@frozen
class Account:
    """Whose writes these are."""

    provider: str
    kind: str
    environment: str
    digest: str


@final
@define(eq=False)
class _Intent:
    """A write that is about to be sent. Its handle is made when somebody asks for it: of a write that is answered, nobody does."""

    _write: Write[Any]
    _account: Account
    _preimage: Json
    _now: datetime
    _seconds: float
    _settle: timedelta
    _handle: ReconcileHandle | None = None

    @property
    def handle(self) -> ReconcileHandle:
        """Always the same."""
        if self._handle is None:
            write, account = self._write, self._account
            self._handle = make_handle(
                id=os.urandom(16).hex(),
                provider=account.provider,
                kind=account.kind,
                environment=account.environment,
                account=account.digest,
                operation=write.operation,
                step=write.step,
                lock=write.lock,
                order=write.order,
                key=write.key,
                meant=write.meant,
                preimage=self._preimage,
                sent_at=self._now,
                settle_until=self._now + timedelta(seconds=self._seconds) + self._settle,  # it may leave until then; see _left
                attempts=0,
                phase="awaiting-answer",
                status=None,
                cause=None,
            )
        return self._handle


_REFUSED = frozenset({400, 401, 403, 404, 405, 409, 411, 413, 414, 415, 422})
"""Statuses that say the request was not carried out (policy: failure kind F2). Everything else that is not 2xx leaves it open."""


def _is_refusal(response: Response) -> bool:
    if response.status == 409:  # a gateway may say it too; only the shop says it in JSON
        return _is_json_object(response.body)
    return response.status in _REFUSED


def _is_json_object(body: bytes) -> bool:
    try:
        return isinstance(json.loads(body), dict)
    except (ValueError, RecursionError):
        return False


class Writer:
    """Carries out the writes of one connection, and remembers those whose outcome is unknown."""

    def __init__(
        self,
        account: Account,
        caller: "Caller",
        telemetry: Telemetry,
        *,
        settle: float = 60.0,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._account = account
        self._caller = caller
        self._telemetry = telemetry
        self._settle = timedelta(seconds=settle)
        self._now = now
        self._locks = Locks()
        self._closed = False
        self._running = 0
        self._idle = asyncio.Event()
        self._idle.set()
        self.unresolved: list[ReconcileHandle] = []
        """The newest thousand unknown outcomes of this process; ``reconcile`` takes out what it settles."""

    async def perform(self, write: Write[T], deadline: "Deadline") -> Done[T]:
        """Send a write and return once it is proven applied.

        Raises:
            ProviderError: the shop refused; nothing happened.
            NotSentError: nothing left this machine.
            OutcomeUnknownError: it may have happened, and one look-up inside the deadline could not tell.
        """
        if self._closed:
            raise self._not_sent(write, "the kit is closed or closing")
        self._running += 1
        self._idle.clear()
        try:
            if not (self._locks.take_at_once(write.lock) or await self._locks.take_in_time(write.lock, deadline)):
                raise self._not_sent(write, "another write to the same order took all the time there was", in_line=True)
            try:
                intent = await self._intended(write, deadline)
                journal = _journal.get()
                if journal is None:
                    return await self._sent(write, intent, deadline)
                return await self._journaled(journal, write, intent, deadline)
            finally:
                self._locks.give_back(write.lock)
        finally:
            self._running -= 1
            if not self._running:
                self._idle.set()

    async def _intended(self, write: Write[T], deadline: "Deadline") -> _Intent:
        try:
            preimage = await write.preimage(deadline) if write.preimage else None
            intent = _Intent(write, self._account, preimage, self._now(), deadline.remaining(), self._settle)
            journal = _journal.get()
            if journal is not None:
                await journal.intend(intent.handle)
        except Exception:
            self._tell(write, "not-sent")
            raise
        return intent

    async def _journaled(self, journal: Journal, write: Write[T], intent: _Intent, deadline: "Deadline") -> Done[T]:
        """Send the write, and tell the journal what became of it."""
        try:
            done = await self._sent(write, intent, deadline)
        except BaseException:
            left = next((each for each in reversed(self.unresolved) if each.id == intent.handle.id), None)
            journal.ended(left or intent.handle, "nothing" if left is None else "unknown")
            raise
        journal.ended(intent.handle, "applied")
        return done

    async def _sent(self, write: Write[T], intent: _Intent, deadline: "Deadline") -> Done[T]:
        wire = Wire()
        left: ReconcileHandle | None = None
        try:
            try:
                answer = await self._caller.write(write.request, deadline, wire)
            except Exception as error:  # a throttle, or the caller's own stream, broken off half-way
                self._broken_off(write, intent, wire, error)
                raise
            hint = None if write.hint is None else _hint(write.hint, answer)
            if hint is not None:
                left = self._left(intent.handle, wire, hint.phase, None, "hint")
                return await self._settled(write, left, deadline, hint.refusal)
            match answer:
                case Response() if 200 <= answer.status < 300:
                    done = self._read(write, answer, wire)
                    if done is not None:
                        return done
                    left = self._left(intent.handle, wire, "unreadable-answer", answer.status, "unreadable")
                case NotSent():
                    raise self._not_sent(write, self._caller.why_not(answer), in_line=answer.cause.in_line)
                case MaybeSent():
                    phase = "awaiting-answer" if answer.status is None else "reading-answer"
                    left = self._left(intent.handle, wire, phase, answer.status, str(answer.cause))
                case Response() if _is_refusal(answer):
                    self._tell(write, "refused")
                    raise await write.refuse(answer)
                case Response():
                    left = self._left(intent.handle, wire, "unreadable-answer", answer.status, "status")
            return await self._settled(write, left, deadline)
        except asyncio.CancelledError as cancelled:
            if wire.sent and not (left is None and _is_refused(wire)):
                self._remember(self._left(left or intent.handle, wire, "cancelled", None, "cancelled"), cancelled)
            raise

    def _broken_off(self, write: Write[T], intent: _Intent, wire: Wire, error: Exception) -> None:
        if wire.sent:
            self._remember(self._left(intent.handle, wire, "broken-off", None, "stream"), error)
        else:
            self._tell(write, "refused" if isinstance(error, ProviderError) else "not-sent")

    def _read(self, write: Write[T], answer: Response, wire: Wire) -> Done[T] | None:
        """What a 2xx answer says; None when it cannot be read."""
        try:
            value = write.accept(answer)
        except UnreadableAnswerError:
            return None
        except ProviderError as error:
            refusal = error.with_traceback(None)  # the frames that read the answer hold the shop's own text, whatever it says
        except Exception:  # noqa: BLE001 - a fault of ours must not turn a placed order into an error
            return None
        else:
            self._tell(write, "applied")
            return Done(value, wire.attempts, reconciled=False)
        self._tell(write, "refused")
        raise refusal

    async def _settled(
        self, write: Write[T], handle: ReconcileHandle, deadline: "Deadline", refusal: ProviderError | None = None
    ) -> Done[T]:
        """One quick look, inside the deadline. Not finding the effect proves nothing yet, unless the shop refused."""
        try:
            found = await write.find(handle, deadline)
        except Exception:  # noqa: BLE001 - whatever it is, it must not hide that a write is open
            found = Unknown("looking for it failed")
        if isinstance(found, Applied):
            self._tell(write, "reconciled")
            return Done(found.value, handle.attempts, reconciled=True)
        if isinstance(found, NotApplied):
            refusal = ConflictError(found.why, provider=self._account.provider, operation=write.operation)
            refusal.existing = found.existing
        if refusal is not None and isinstance(found, Absent | NotApplied):
            self._tell(write, "refused")
            raise refusal
        self._remember(handle)
        raise OutcomeUnknownError(handle, _in_words(handle, found))

    async def reconcile(self, handle: ReconcileHandle, find: "Find[T]", send: Send[T] | None = None) -> "Applied[T] | NotApplied | Unknown":
        """Find out what became of a write.

        Not finding the effect counts as proof only after the settle window, and only when two look-ups in a row say so. Then, and
        only then, ``send`` is called with what is left to do; without it no write is sent. Two who ask at once are served one after
        the other, within this process: two processes that send one handle again may both do so.

        Raises:
            PrintKitError: from ``send``, as from any write.
        """
        if send is None:
            return await self._reconciled(handle, find, None)
        again = f"again:{handle.lock}"  # held to the end of sending, or two who ask at once would both find nothing and both send
        if not await self._locks.take_in_time(again, self._caller.deadline()):
            return Unknown("something is being sent again to the same order", self._now())
        try:
            return await self._reconciled(handle, find, send)
        finally:
            self._locks.give_back(again)

    async def _reconciled(self, handle: ReconcileHandle, find: "Find[T]", send: Send[T] | None) -> "Applied[T] | NotApplied | Unknown":
        if not await self._locks.take_in_time(handle.lock, self._caller.deadline()):
            return Unknown("another write to the same order is still under way", self._now())
        try:
            found = await self._weighed(handle, find)
        finally:
            self._locks.give_back(handle.lock)
        if isinstance(found, Absent):
            if send is not None:
                newer = next((each for each in self.unresolved if each.lock == handle.lock and each.id != handle.id), None)
                if newer is not None and self._now() < newer.settle_until:
                    return Unknown("a later write to the same is unknown too: settle that first", newer.settle_until)
                return await self._replaced(handle, find, send, handle.meant if found.left is None else found.left)
            found = NotApplied(found.why) if found.left is None else Unknown(found.why)
        if not isinstance(found, Unknown):
            self._forget(handle)
        return found

    async def _replaced(self, handle: ReconcileHandle, find: "Find[T]", send: Send[T], left: Json) -> "Applied[T]":
        """Send what is left. The handle is remembered until that is done, refused, or remembered by a handle of its own."""
        before = {each.id for each in self.unresolved}
        try:
            applied = await self._once_more(handle, find, send, left)
        except (OutcomeUnknownError, ProviderError) as error:
            if not error.retryable:
                self._forget(handle)
            raise
        except asyncio.CancelledError:
            if any(each.lock == handle.lock and each.id not in before for each in self.unresolved):
                self._forget(handle)
            raise
        self._forget(handle)
        return applied

    async def _once_more(self, handle: ReconcileHandle, find: "Find[T]", send: Send[T], left: Json) -> "Applied[T]":
        """Send what is left. A refusal is only a hint then: the first request may have gone through after all, just before."""
        try:
            return Applied(await send(left))
        except ProviderError as error:
            refusal = error
        try:
            found: Found[T] = await find(handle, self._caller.deadline())
        except Exception:  # noqa: BLE001 - then the refusal stands
            found = Unknown("looking for it failed")
        if isinstance(found, Applied):
            return found
        journal = _journal.get()
        if journal is not None and (isinstance(found, NotApplied) or (isinstance(found, Absent) and found.left is None)):
            journal.ended(handle, "nothing")
        raise refusal

    async def _weighed(self, handle: ReconcileHandle, find: "Find[T]") -> "Applied[T] | NotApplied | Unknown | Absent":
        """Absent only where that is proven."""
        found = await find(handle, self._caller.deadline())
        if isinstance(found, Absent | Unknown) and self._now() < handle.settle_until:
            return Unknown(f"{found.why}; the shop may still be working on it", handle.settle_until)
        return await find(handle, self._caller.deadline()) if isinstance(found, Absent) else found

    def _forget(self, handle: ReconcileHandle) -> None:
        self.unresolved = [each for each in self.unresolved if each.id != handle.id]

    async def drain(self, grace: float) -> None:
        """Admit no further write and wait up to ``grace`` seconds for those under way."""
        self._closed = True
        try:
            async with asyncio.timeout(grace):
                await self._idle.wait()
        except TimeoutError:
            return

    def _left(self, handle: ReconcileHandle, wire: Wire, phase: str, status: int | None, cause: str) -> ReconcileHandle:
        settled = self._now() + self._settle
        return evolve(handle, settle_until=settled, attempts=wire.attempts, phase=phase, status=status or wire.status, cause=cause)

    def _remember(self, handle: ReconcileHandle, ended_by: BaseException | None = None) -> None:
        self.unresolved = [*self.unresolved[-999:], handle]
        self._tell(handle, "unknown")
        if ended_by is not None:
            ended_by.add_note(f"printkit: {_in_words(handle, None)} The handle is in kit.unresolved.")

    def _not_sent(self, write: Write[T], why: str, *, in_line: bool = False) -> NotSentError:
        self._tell(write, "not-sent")
        error = NotSentError(f"nothing was sent: {why}", provider=self._account.provider, operation=write.operation)
        error.in_line = in_line
        return error

    def _tell(self, write: Write[T] | ReconcileHandle, outcome: Any) -> None:
        if self._telemetry.hooks:
            self._telemetry.tell(Outcome(self._account.provider, write.operation, outcome))


def _hint(hint: Callable[[Response], Hint | None], answer: Response | NotSent | MaybeSent) -> Hint | None:
    if not isinstance(answer, Response):
        return None
    try:
        return hint(answer) if 200 <= answer.status < 300 or _is_refusal(answer) else None
    except Exception:  # noqa: BLE001 - a fault of ours: whatever the answer meant, only looking can tell
        return Hint("unreadable-answer")


def _is_refused(wire: Wire) -> bool:
    """A refusal had come before the cancellation did. A 409 is told by its body, which may not have been read."""
    return wire.status in _REFUSED and wire.status != 409


def _in_words(handle: ReconcileHandle, found: "Found[Any] | None") -> str:
    what = f"{handle.operation} of {handle.order or handle.key}" if handle.order or handle.key else handle.operation
    seen = f" ({found.why})" if isinstance(found, Absent | Unknown | NotApplied) else ""
    return (
        f"{what} may or may not have happened{seen}. Do not repeat it; "
        f"await kit.reconcile(handle) after {handle.settle_until:%Y-%m-%d %H:%M:%SZ}."
    )
