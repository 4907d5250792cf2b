"""One write, from intent to certainty, with a scripted caller, a scripted look-up and a clock that only the test moves."""

import asyncio
import contextlib
import json
import pickle
import traceback
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given, strategies as st

from printkit.errors import (
    ConflictError,
    InvalidRequestError,
    NotFoundError,
    NotSentError,
    OutcomeUnknownError,
    PrintKitError,
    ProviderDownError,
    RateLimitedError,
    RejectedError,
    TransportError,
    UnreadableAnswerError,
)
from printkit.exchange import Effect, Request, Response
from printkit.outcomes import (
    Absent,
    Applied,
    Found,
    Json,
    NotApplied,
    ReconcileHandle,
    Unknown,
    digest,
)
from printkit.telemetry import Event, Outcome, Telemetry
from printkit.transport.attempt import Cause, Ending, MaybeSent, NotSent, Wire
from printkit.transport.caller import Deadline
from printkit.writes import (
    Account,
    Done,
    Hint,
    Write,
    Writer,
    journaled,
)
from tests.journals import Telling, intents

ACCOUNT = Account("uk", "shop", "sandbox", digest("shop", "sandbox", "m-1"))
START = datetime(2026, 1, 5, 9, 30, tzinfo=UTC)
POST = Request("POST", "/orders", Effect.WRITES, operation="submit", template="/orders")
OK = Response(200, {}, b'"done"')
LOST = MaybeSent(Cause.CONNECTION_LOST)


class Now:
    def __init__(self) -> None:
        self.time = START

    def __call__(self) -> datetime:
        return self.time

    def advance(self, seconds: float) -> None:
        self.time += timedelta(seconds=seconds)


class FakeCaller:
    """Ends writes as it is told; a callable is awaited, and may wait, raise or be cancelled."""

    def __init__(self, *endings: Ending | BaseException | Callable[[Wire], Awaitable[Ending]], seconds: float = 60.0) -> None:
        self.endings = list(endings)
        self.sent: list[Request] = []
        self._seconds = seconds

    def deadline(self, seconds: float | None = None) -> Deadline:
        loop = asyncio.get_running_loop()
        return Deadline(loop.time() + (self._seconds if seconds is None else seconds), loop.time)

    def why_not(self, ending: NotSent | MaybeSent) -> str:
        return f"{ending.cause.words} ({ending.cause})"

    async def write(self, request: Request, deadline: Deadline, wire: Wire) -> Ending:
        ending = self.endings.pop(0) if len(self.endings) > 1 else self.endings[0]
        wire.begin()
        self.sent.append(request)
        if isinstance(ending, BaseException):
            raise ending
        if callable(ending):
            return await ending(wire)
        wire.sent = not isinstance(ending, NotSent)
        wire.status = None if isinstance(ending, NotSent) else ending.status
        return ending


class Looks:
    """A look-up that says what it is told, the last for ever, and remembers the handles it was given."""

    def __init__(self, *says: Found[str] | BaseException) -> None:
        self.says = list(says)
        self.handles: list[ReconcileHandle] = []

    async def __call__(self, handle: ReconcileHandle, deadline: Deadline) -> Found[str]:
        self.handles.append(handle)
        said = self.says.pop(0) if len(self.says) > 1 else self.says[0]
        if isinstance(said, BaseException):
            raise said
        return said


def reads(answer: Response) -> str:
    try:
        return str(json.loads(answer.body))
    except ValueError:
        pass
    raise UnreadableAnswerError("not JSON")


async def refuses(answer: Response) -> Any:
    return RejectedError("no", status=answer.status)


def write(find: Any = None, **more: Any) -> Write[str]:
    given: dict[str, Any] = {
        "operation": "submit",
        "step": "status",
        "request": POST,
        "lock": "order:1",
        "accept": reads,
        "refuse": refuses,
    }
    return Write(**(given | {"find": find or Looks(Absent("not there")), "order": "1", "key": "R1", "meant": {"status": "x"}} | more))


def writer(caller: Any, *, now: Now | None = None, settle: float = 60.0, heard: list[Event] | None = None) -> Writer:
    telemetry = Telemetry(() if heard is None else (heard.append,))
    return Writer(ACCOUNT, caller, telemetry, settle=settle, now=now or Now())


async def performed(caller: FakeCaller, each: Write[str], **more: Any) -> Done[str] | PrintKitError:
    try:
        return await writer(caller, **more).perform(each, caller.deadline())
    except PrintKitError as error:
        return error


# ── Endings ───────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_an_answer_is_read_and_nothing_is_looked_for() -> None:
    find, heard = Looks(Absent("")), []
    assert await performed(FakeCaller(OK), write(find), heard=heard) == Done("done", 1, reconciled=False)
    assert find.handles == []
    assert heard == [Outcome("uk", "submit", "applied")]


async def test_what_never_left_is_told_and_not_looked_for() -> None:
    find, heard = Looks(Applied("x")), []
    error = await performed(FakeCaller(NotSent(Cause.CONNECT_FAILED)), write(find), heard=heard)
    assert type(error) is NotSentError
    assert (error.provider, error.operation) == ("uk", "submit")
    assert find.handles == []
    assert heard == [Outcome("uk", "submit", "not-sent")]


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 411, 413, 414, 415, 422])
async def test_a_refusal_is_a_refusal(status: int) -> None:
    find, heard = Looks(Applied("x")), []
    error = await performed(FakeCaller(Response(status, {}, b"<html>")), write(find), heard=heard)
    assert type(error) is RejectedError
    assert error.status == status
    assert find.handles == []
    assert heard == [Outcome("uk", "submit", "refused")]


@pytest.mark.parametrize(
    "status", [100, 199, 300, 301, 302, 303, 304, 307, 308, 402, 406, 407, 408, 410, 421, 423, 425, 429, 451, 499, 500, 501]
)
async def test_every_other_status_leaves_it_open(status: int) -> None:
    error = await performed(FakeCaller(Response(status, {}, b"{}")), write())
    assert type(error) is OutcomeUnknownError
    assert (error.phase, error.status, error.attempts) == ("unreadable-answer", status, 1)


@given(status=st.integers(100, 999))
async def test_no_status_outside_the_list_is_ever_taken_for_a_refusal(status: int) -> None:
    error = await performed(FakeCaller(Response(status, {}, b"")), write())
    refused = {400, 401, 403, 404, 405, 411, 413, 414, 415, 422}
    assert type(error) is (RejectedError if status in refused else OutcomeUnknownError)


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b'{"errorMessage": "no"}', RejectedError),
        (b' \n{"a": 1}', RejectedError),
        (b"<html>", OutcomeUnknownError),
        (b"", OutcomeUnknownError),
    ],
)
async def test_a_409_counts_only_when_it_can_be_read(body: bytes, kind: type[PrintKitError]) -> None:
    assert type(await performed(FakeCaller(Response(409, {}, body)), write())) is kind


async def test_a_409_that_only_begins_like_json_is_no_refusal() -> None:
    assert type(await performed(FakeCaller(Response(409, {}, b"{<html>")), write())) is OutcomeUnknownError


async def test_an_unreadable_answer_of_success_is_looked_into() -> None:
    find = Looks(Applied("found"))
    assert await performed(FakeCaller(Response(200, {}, b"<html>")), write(find)) == Done("found", 1, reconciled=True)
    assert (find.handles[0].phase, find.handles[0].status) == ("unreadable-answer", 200)


@pytest.mark.parametrize("raised", [KeyError("x"), RecursionError(), ZeroDivisionError(), TypeError()])
async def test_an_answer_of_success_that_breaks_its_reader_is_looked_into(raised: Exception) -> None:
    """Whatever is wrong with the reader: the shop may have acted."""

    def breaks(answer: Response) -> str:
        raise raised

    error = await performed(FakeCaller(OK), write(accept=breaks))
    assert type(error) is OutcomeUnknownError
    assert error.phase == "unreadable-answer"
    assert error.__context__ is None


async def test_an_answer_of_success_that_says_no_is_a_refusal() -> None:
    def says_no(answer: Response) -> str:
        raise ConflictError("no", status=200)

    heard: list[Event] = []
    error = await performed(FakeCaller(OK), write(accept=says_no), heard=heard)
    assert type(error) is ConflictError
    assert heard == [Outcome("uk", "submit", "refused")]


@pytest.mark.parametrize(("status", "phase"), [(None, "awaiting-answer"), (200, "reading-answer"), (500, "reading-answer")])
async def test_what_may_have_left_is_looked_into(status: int | None, phase: str) -> None:
    find = Looks(Absent("not there"))
    error = await performed(FakeCaller(MaybeSent(Cause.BODY_CUT, status)), write(find))
    assert type(error) is OutcomeUnknownError
    assert (error.phase, error.status, error.handle.cause) == (phase, status, "body-cut")


async def test_a_throttle_passes_through() -> None:
    given = RateLimitedError("slow down")
    assert await performed(FakeCaller(given), write()) is given


async def test_what_the_upload_stream_raised_before_the_head_left_passes_through() -> None:
    given = ValueError("the disk is gone")
    caller = FakeCaller(given)
    each = writer(caller)
    with pytest.raises(ValueError, match="the disk is gone"):
        await each.perform(write(), caller.deadline())
    assert each.unresolved == []


async def test_what_the_upload_stream_raised_after_the_head_left_passes_through_and_is_remembered() -> None:
    async def half_way(wire: Wire) -> Ending:
        wire.sent = True
        raise ValueError("the disk is gone")

    caller = FakeCaller(half_way)
    each = writer(caller)
    with pytest.raises(ValueError, match="the disk is gone") as caught:
        await each.perform(write(), caller.deadline())
    assert len(each.unresolved) == 1
    assert "reconcile" in caught.value.__notes__[0]


# ── The look-up ───────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_found_is_done() -> None:
    heard: list[Event] = []
    assert await performed(FakeCaller(LOST), write(Looks(Applied("found"))), heard=heard) == Done("found", 1, reconciled=True)
    assert heard == [Outcome("uk", "submit", "reconciled")]


LOOKS: list[Found[str] | Exception] = [
    Absent("not there"),
    Unknown("odd"),
    ProviderDownError("down"),
    NotFoundError("gone"),
    TransportError("no net"),
    InvalidRequestError([]),
    KeyError("a fault of the look-up's own"),
    TimeoutError(),
]


@pytest.mark.parametrize("says", LOOKS)
async def test_one_look_that_does_not_find_it_proves_nothing(says: Found[str] | Exception) -> None:
    heard: list[Event] = []
    caller = FakeCaller(LOST)
    each = writer(caller, heard=heard)
    with pytest.raises(OutcomeUnknownError) as caught:
        await each.perform(write(Looks(says)), caller.deadline())
    error = caught.value
    assert each.unresolved == [error.handle]
    assert error.__cause__ is None
    assert error.__context__ is None
    assert heard == [Outcome("uk", "submit", "unknown")]
    assert "reconcile" in str(error)


async def test_what_can_never_happen_any_more_is_a_conflict() -> None:
    heard: list[Event] = []
    caller = FakeCaller(LOST)
    each = writer(caller, heard=heard)
    with pytest.raises(ConflictError, match="cancelled") as caught:
        await each.perform(write(Looks(NotApplied("cancelled"))), caller.deadline())
    assert (caught.value.provider, caught.value.operation) == ("uk", "submit")
    assert each.unresolved == []
    assert heard == [Outcome("uk", "submit", "refused")]


# ── Answers that are hints only ───────────────────────────────────────────────────────────────────────────────────────

NO = RejectedError("no such transition")


@pytest.mark.parametrize("status", [200, 400, 403])
@pytest.mark.parametrize("refusal", [None, NO])
@pytest.mark.parametrize(
    ("says", "ends"),
    [
        (Applied("found"), Done("found", 1, reconciled=True)),
        (Absent("not there"), None),
        (Unknown("odd"), OutcomeUnknownError),
        (NotApplied("other"), ConflictError),
        (KeyError("x"), OutcomeUnknownError),
    ],
)
async def test_a_hint_lets_the_look_up_decide(status: int, refusal: RejectedError | None, says: Any, ends: Any) -> None:
    def hint(answer: Response) -> Hint:
        return Hint("blocked", refusal)

    ended = await performed(FakeCaller(Response(status, {}, b"{}")), write(Looks(says), hint=hint))
    if isinstance(ends, Done):
        assert ended == ends
    elif ends is None:
        assert type(ended) is (OutcomeUnknownError if refusal is None else RejectedError)
    else:
        assert type(ended) is ends


async def test_no_hint_means_that_the_answer_counts() -> None:
    assert isinstance(await performed(FakeCaller(OK), write(hint=lambda answer: None)), Done)
    assert type(await performed(FakeCaller(Response(400, {}, b"")), write(hint=lambda answer: None))) is RejectedError


@pytest.mark.parametrize("status", [200, 400])
async def test_a_hint_that_breaks_leaves_it_open(status: int) -> None:
    def hint(answer: Response) -> Hint:
        raise KeyError("x")

    error = await performed(FakeCaller(Response(status, {}, b"{}")), write(hint=hint))
    assert type(error) is OutcomeUnknownError
    assert (error.status, error.handle.phase) == (status, "unreadable-answer")


@pytest.mark.parametrize("status", [200, 400])
async def test_cancelled_while_a_hint_is_looked_into(status: int) -> None:
    there = asyncio.Event()

    async def looks(handle: ReconcileHandle, deadline: Deadline) -> Any:
        there.set()
        await asyncio.Event().wait()

    async def answers(wire: Wire) -> Ending:
        wire.sent, wire.status = True, status
        return Response(status, {}, b"{}")

    caller = FakeCaller(answers)
    each = writer(caller)
    await cancelled(each, each.perform(write(looks, hint=lambda answer: Hint("blocked", NO)), caller.deadline()), there)
    assert len(each.unresolved) == 1


async def test_the_look_up_is_asked_once_and_nothing_is_sent_again() -> None:
    find, caller = Looks(Absent("")), FakeCaller(LOST)
    await performed(caller, write(find))
    assert len(find.handles) == len(caller.sent) == 1


async def test_the_handle_says_everything() -> None:
    find = Looks(Absent("not there"))

    async def before(deadline: Deadline) -> Json:
        return ["7", "8"]

    error = await performed(FakeCaller(LOST), write(find, preimage=before), settle=90)
    assert isinstance(error, OutcomeUnknownError)
    handle = error.handle
    assert (handle.provider, handle.kind, handle.environment, handle.account) == ("uk", "shop", "sandbox", ACCOUNT.digest)
    assert (handle.operation, handle.step, handle.lock, handle.order, handle.key) == ("submit", "status", "order:1", "1", "R1")
    assert (handle.meant, handle.preimage) == ({"status": "x"}, ["7", "8"])
    assert (handle.sent_at, handle.settle_until) == (START, START + timedelta(seconds=90))
    assert find.handles == [handle]
    assert str(error.order) == "uk:1"


async def test_a_pre_image_that_cannot_be_read_sends_nothing() -> None:
    async def fails(deadline: Deadline) -> Json:
        raise ProviderDownError("down")

    caller = FakeCaller(OK)
    assert type(await performed(caller, write(preimage=fails))) is ProviderDownError
    assert caller.sent == []


# ── Reconciling ───────────────────────────────────────────────────────────────────────────────────────────────────────


async def lost_one(now: Now) -> tuple[Writer, ReconcileHandle]:
    caller = FakeCaller(LOST)
    each = writer(caller, now=now)
    with pytest.raises(OutcomeUnknownError) as caught:
        await each.perform(write(), caller.deadline())
    return each, caught.value.handle


async def test_within_the_settle_window_absence_proves_nothing() -> None:
    now = Now()
    each, handle = await lost_one(now)
    now.advance(59.999)
    find = Looks(Absent("not there"))
    found = await each.reconcile(handle, find)
    assert isinstance(found, Unknown)
    assert found.not_before == handle.settle_until
    assert each.unresolved == [handle]


async def test_after_it_two_looks_in_a_row_prove_absence() -> None:
    now = Now()
    each, handle = await lost_one(now)
    now.advance(60)
    find = Looks(Absent("not there"))
    assert await each.reconcile(handle, find) == NotApplied("not there")
    assert len(find.handles) == 2
    assert each.unresolved == []


async def test_the_second_look_may_find_it() -> None:
    now = Now()
    each, handle = await lost_one(now)
    now.advance(60)
    assert await each.reconcile(handle, Looks(Absent("not there"), Applied("late"))) == Applied("late")


@pytest.mark.parametrize("says", [Unknown("odd"), NotApplied("cancelled")])
async def test_the_second_look_may_say_otherwise(says: Found[str]) -> None:
    now = Now()
    each, handle = await lost_one(now)
    now.advance(60)
    assert await each.reconcile(handle, Looks(Absent("not there"), says)) == says


@pytest.mark.parametrize("says", [Applied("found"), NotApplied("cancelled")])
async def test_what_is_proven_needs_no_window(says: Found[str]) -> None:
    each, handle = await lost_one(Now())
    find = Looks(says)
    assert await each.reconcile(handle, find) == says
    assert len(find.handles) == 1
    assert each.unresolved == []


async def test_what_time_cannot_tell_stays_unknown_after_the_window() -> None:
    now = Now()
    each, handle = await lost_one(now)
    now.advance(10_000)
    assert await each.reconcile(handle, Looks(Unknown("odd"))) == Unknown("odd")
    assert each.unresolved == [handle]


async def test_a_look_up_that_fails_is_told_and_settles_nothing() -> None:
    now = Now()
    each, handle = await lost_one(now)
    now.advance(60)
    with pytest.raises(ProviderDownError):
        await each.reconcile(handle, Looks(Absent(""), ProviderDownError("down")))
    assert each.unresolved == [handle]


async def test_reconciling_takes_out_only_its_own_handle() -> None:
    now = Now()
    caller = FakeCaller(LOST)
    each = writer(caller, now=now)
    for _ in range(3):
        with pytest.raises(OutcomeUnknownError):
            await each.perform(write(), caller.deadline())
    first, second, third = each.unresolved
    await each.reconcile(second, Looks(Applied("x")))
    assert each.unresolved == [first, third]


async def test_reconciling_waits_for_a_write_to_the_same_order() -> None:
    arrived, release = asyncio.Event(), asyncio.Event()

    async def waits(wire: Wire) -> Ending:
        wire.sent = True
        arrived.set()
        await release.wait()
        return OK

    caller = FakeCaller(waits)
    each = writer(caller)
    running = asyncio.create_task(each.perform(write(), caller.deadline()))
    await arrived.wait()
    find = Looks(Applied("x"))
    asking = asyncio.create_task(each.reconcile(evolve(HANDLE, lock="order:1"), find))
    await asyncio.sleep(0)
    assert find.handles == []
    release.set()
    await asyncio.gather(running, asking)
    assert len(find.handles) == 1


async def test_reconciling_that_waits_too_long_says_to_ask_again() -> None:
    async def never(wire: Wire) -> Ending:
        wire.sent = True
        await asyncio.Event().wait()
        raise AssertionError

    caller = FakeCaller(never, seconds=0.02)
    each = writer(caller)
    running = asyncio.create_task(each.perform(write(), caller.deadline(60)))
    await asyncio.sleep(0)
    found = await each.reconcile(evolve(HANDLE, lock="order:1"), Looks(Applied("x")))
    assert isinstance(found, Unknown)
    assert found.not_before is not None
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running


# ── Sending again ─────────────────────────────────────────────────────────────────────────────────────────────────────


class Sends:
    """Sends what is left, and remembers what it was given."""

    def __init__(self, *, ends: BaseException | None = None) -> None:
        self.given: list[Any] = []
        self._ends = ends

    async def __call__(self, left: Any) -> str:
        self.given.append(left)
        await asyncio.sleep(0)
        if self._ends is not None:
            raise self._ends
        return "sent"


@pytest.mark.parametrize("says", [Applied("x"), NotApplied("cancelled"), Unknown("odd")])
async def test_only_what_is_proven_absent_is_sent_again(says: Found[str]) -> None:
    now, send = Now(), Sends()
    each, handle = await lost_one(now)
    now.advance(61)
    assert await each.reconcile(handle, Looks(says), send) == says
    assert await each.reconcile(handle, Looks(Absent("not there"), says), send) == says
    assert send.given == []


async def test_within_the_settle_window_nothing_is_sent_again() -> None:
    now, send = Now(), Sends()
    each, handle = await lost_one(now)
    now.advance(59.999)
    assert isinstance(await each.reconcile(handle, Looks(Absent("not there")), send), Unknown)
    assert send.given == []
    assert each.unresolved == [handle]


@pytest.mark.parametrize(("left", "given"), [(None, {"status": "x"}), (["two"], ["two"])])
async def test_what_is_left_is_sent(left: Any, given: Any) -> None:
    now, send = Now(), Sends()
    each, handle = await lost_one(now)
    now.advance(60)
    assert await each.reconcile(handle, Looks(Absent("not there", left)), send) == Applied("sent")
    assert send.given == [given]
    assert each.unresolved == []


async def test_without_sending_a_part_that_is_missing_is_unknown() -> None:
    now = Now()
    each, handle = await lost_one(now)
    now.advance(60)
    assert await each.reconcile(handle, Looks(Absent("3 of 5", ["d", "e"]))) == Unknown("3 of 5")
    assert each.unresolved == [handle]


async def test_two_who_ask_at_once_send_once() -> None:
    """Also with two handles of one order: the second looks when the first has sent."""
    now, there = Now(), []
    each, handle = await lost_one(now)
    now.advance(60)

    async def find(handle: ReconcileHandle, deadline: Deadline) -> Found[str]:
        await asyncio.sleep(0)
        return Applied("found") if there else Absent("not there")

    async def send(left: Any) -> str:
        await asyncio.sleep(0)
        there.append(left)
        return "sent"

    other = evolve(handle, id="another")
    ends = await asyncio.gather(*(each.reconcile(one, find, send) for one in (handle, other, handle)))
    assert ends == [Applied("sent"), Applied("found"), Applied("found")]
    assert len(there) == 1
    assert each._locks._lines == {}


async def test_a_refusal_of_what_is_sent_again_is_only_a_hint() -> None:
    """The first one may have gone through after all, in this very moment, and the shop refuses a second."""
    now = Now()
    each, handle = await lost_one(now)
    now.advance(3600)
    sends = Sends(ends=ConflictError("it is submitted already"))
    looks = Looks(Absent("not there"), Absent("not there"), Applied("there"))
    assert await each.reconcile(handle, looks, sends) == Applied("there")
    assert len(looks.handles) == 3
    assert each.unresolved == []


@pytest.mark.parametrize("says", [Absent("not there"), Unknown("who knows"), ProviderDownError("down")])
async def test_a_refusal_of_what_is_sent_again_stands_where_nothing_is_found(says: Any) -> None:
    now = Now()
    each, handle = await lost_one(now)
    now.advance(3600)
    given = RejectedError("no")
    with pytest.raises(RejectedError) as caught:
        await each.reconcile(handle, Looks(Absent("not there"), Absent("not there"), says), Sends(ends=given))
    assert caught.value is given
    assert caught.value.__context__ is None


@pytest.mark.parametrize(
    ("says", "told"),
    [
        (Absent("not there"), ["nothing"]),
        (NotApplied("never"), ["nothing"]),
        (Absent("two are missing", left=["b"]), []),
        (Unknown("who knows"), []),
        (ProviderDownError("down"), []),
        (Applied("there"), []),
    ],
    ids=lambda each: type(each).__name__,
)
async def test_a_journal_learns_that_a_lost_write_is_proven_not_to_have_happened(says: Any, told: list[str]) -> None:
    """Sent again it is refused, and a look after that finds nothing of it."""
    now = Now()
    each, handle = await lost_one(now)
    now.advance(3600)
    journal = Telling(ignore)
    with journaled(journal), contextlib.suppress(RejectedError):
        await each.reconcile(handle, Looks(Absent("not there"), Absent("not there"), says), Sends(ends=RejectedError("no")))
    assert journal.fates == [(handle, fate) for fate in told]


async def ignore(handle: ReconcileHandle) -> None:
    """Any journal that always works."""


async def test_what_sending_again_raises_is_the_callers() -> None:
    now = Now()
    each, handle = await lost_one(now)
    now.advance(60)
    with pytest.raises(RateLimitedError):
        await each.reconcile(handle, Looks(Absent("not there")), Sends(ends=RateLimitedError("slowly")))
    assert await each.reconcile(handle, Looks(Absent("not there")), Sends()) == Applied("sent")


async def test_interrupted_before_anything_left_it_stays_remembered_also_beside_another_unknown_one() -> None:
    """Another write to the same order may be unknown since long ago: that is no handle of what was to be sent again."""
    now, caller, begun = Now(), FakeCaller(LOST), asyncio.Event()
    each = writer(caller, now=now)
    for step in ("add", "status"):
        with pytest.raises(OutcomeUnknownError):
            await each.perform(write(step=step), caller.deadline())
    both = each.unresolved
    now.advance(3600)

    async def send(left: Any) -> str:
        begun.set()
        await asyncio.Event().wait()
        return "never"

    again = asyncio.create_task(each.reconcile(both[0], Looks(Absent("not there")), send))
    await begun.wait()
    again.cancel()
    with pytest.raises(asyncio.CancelledError):
        await again
    assert each.unresolved == both


# ── Locks ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


class Turnstile:
    """Counts who is inside at once."""

    def __init__(self) -> None:
        self.inside = self.most = 0

    async def __call__(self, wire: Wire) -> Ending:
        wire.sent = True
        self.inside += 1
        self.most = max(self.most, self.inside)
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        self.inside -= 1
        return OK


async def test_two_writes_to_one_order_never_run_at_once() -> None:
    turnstile = Turnstile()
    caller = FakeCaller(turnstile)
    each = writer(caller)
    await asyncio.gather(*(each.perform(write(), caller.deadline()) for _ in range(20)))
    assert turnstile.most == 1


async def test_writes_to_different_orders_do() -> None:
    turnstile = Turnstile()
    caller = FakeCaller(turnstile)
    each = writer(caller)
    await asyncio.gather(*(each.perform(write(lock=f"order:{number}"), caller.deadline()) for number in range(20)))
    assert turnstile.most == 20


async def test_the_pre_image_the_intent_and_the_look_up_are_inside_the_lock() -> None:
    trail: list[str] = []

    def at(name: str) -> Callable[..., Awaitable[Any]]:
        async def here(*_: Any) -> Any:
            trail.append(name)
            await asyncio.sleep(0)
            return {"find": Absent("")}.get(name)

        return here

    async def lost(wire: Wire) -> Ending:
        wire.sent = True
        await at("send")()
        return LOST

    caller = FakeCaller(lost)
    each = writer(caller)
    with intents(at("intent")):
        await asyncio.gather(
            *(each.perform(write(at("find"), preimage=at("before")), caller.deadline()) for _ in range(2)), return_exceptions=True
        )
    assert trail == ["before", "intent", "send", "find"] * 2


async def test_waiting_for_the_lock_counts_against_the_deadline() -> None:
    async def never(wire: Wire) -> Ending:
        await asyncio.Event().wait()
        raise AssertionError

    caller = FakeCaller(never)
    each = writer(caller)
    first = asyncio.create_task(each.perform(write(), caller.deadline()))
    await asyncio.sleep(0)
    with pytest.raises(NotSentError) as caught:
        await each.perform(write(), caller.deadline(0.01))
    assert len(caller.sent) == 1
    assert caught.value.__context__ is None
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first
    assert each._locks._lines == {}


async def test_a_deadline_that_has_passed_sends_nothing() -> None:
    caller = FakeCaller(NotSent(Cause.TIMED_OUT))
    with pytest.raises(NotSentError):
        await writer(caller).perform(write(), caller.deadline(0))


async def test_one_who_is_cancelled_in_the_queue_lets_the_next_one_through() -> None:
    turnstile = Turnstile()
    caller = FakeCaller(turnstile)
    each = writer(caller)
    tasks = [asyncio.create_task(each.perform(write(), caller.deadline())) for _ in range(3)]
    await asyncio.sleep(0)
    tasks[1].cancel()
    ends = await asyncio.gather(*tasks, return_exceptions=True)
    assert [type(end) for end in ends] == [Done, asyncio.CancelledError, Done]
    assert len(caller.sent) == 2
    assert each._locks._lines == {}
    assert each.unresolved == []


# ── Cancellation ──────────────────────────────────────────────────────────────────────────────────────────────────────


class Halts:
    """Waits for ever once it has come as far as it is told."""

    def __init__(self, *, sent: bool, status: int | None = None) -> None:
        self.there = asyncio.Event()
        self._sent, self._status = sent, status

    async def __call__(self, wire: Wire) -> Ending:
        wire.sent, wire.status = self._sent, self._status
        self.there.set()
        await asyncio.Event().wait()
        raise AssertionError


async def cancelled(each: Writer, call: Awaitable[Any], there: asyncio.Event) -> asyncio.CancelledError:
    task = asyncio.ensure_future(call)
    await there.wait()
    task.cancel("stop")
    try:
        await task
    except asyncio.CancelledError as error:
        return error
    raise AssertionError


async def test_cancelled_before_it_left() -> None:
    halts = Halts(sent=False)
    caller = FakeCaller(halts)
    each = writer(caller)
    error = await cancelled(each, each.perform(write(), caller.deadline()), halts.there)
    assert each.unresolved == []
    assert not hasattr(error, "__notes__")


@pytest.mark.parametrize("status", [None, 200, 500])
async def test_cancelled_after_it_left(status: int | None) -> None:
    halts = Halts(sent=True, status=status)
    caller = FakeCaller(halts)
    each = writer(caller)
    error = await cancelled(each, each.perform(write(), caller.deadline()), halts.there)
    (handle,) = each.unresolved
    assert (handle.phase, handle.status, handle.attempts) == ("cancelled", status, 1)
    assert "reconcile" in error.__notes__[0]
    assert error.args == ("stop",)
    assert await each.reconcile(handle, Looks(Applied("x"))) == Applied("x")
    assert each.unresolved == []


async def test_cancelled_while_a_409_is_being_read() -> None:
    """Only its body tells whether it is the shop's, and its body has not been read."""
    halts = Halts(sent=True, status=409)
    caller = FakeCaller(halts)
    each = writer(caller)
    await cancelled(each, each.perform(write(), caller.deadline()), halts.there)
    assert len(each.unresolved) == 1


async def test_cancelled_while_a_refusal_is_being_explained() -> None:
    there = asyncio.Event()

    async def asks(answer: Response) -> Any:
        there.set()
        await asyncio.Event().wait()

    caller = FakeCaller(Response(403, {}, b"{}"))
    each = writer(caller)
    await cancelled(each, each.perform(write(refuse=asks), caller.deadline()), there)
    assert each.unresolved == []


async def test_cancelled_while_it_is_looked_for() -> None:
    there = asyncio.Event()

    async def looks(handle: ReconcileHandle, deadline: Deadline) -> Any:
        there.set()
        await asyncio.Event().wait()

    caller = FakeCaller(LOST)
    each = writer(caller)
    error = await cancelled(each, each.perform(write(looks), caller.deadline()), there)
    assert len(each.unresolved) == 1
    assert error.__notes__


async def test_a_task_group_swallows_the_cancellation_and_the_handle_is_still_there() -> None:
    halts = Halts(sent=True)
    caller = FakeCaller(halts)
    each = writer(caller)

    async def fails() -> None:
        await halts.there.wait()
        raise ZeroDivisionError

    async def together() -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(each.perform(write(), caller.deadline()))
            group.create_task(fails())

    with pytest.raises(ExceptionGroup) as caught:
        await together()
    assert [type(error) for error in caught.value.exceptions] == [ZeroDivisionError]
    assert len(each.unresolved) == 1


async def test_a_timeout_of_the_callers_own_swallows_it_and_the_handle_is_still_there() -> None:
    halts = Halts(sent=True)
    caller = FakeCaller(halts)
    each = writer(caller)
    with pytest.raises(TimeoutError) as caught:
        async with asyncio.timeout(0.01):
            await each.perform(write(), caller.deadline())
    assert len(each.unresolved) == 1
    assert "reconcile" in "".join(traceback.format_exception(caught.value))


async def test_cancelled_while_a_pre_image_is_read_or_an_intent_is_told() -> None:
    there = asyncio.Event()

    async def waits(*_: Any) -> Any:
        there.set()
        await asyncio.Event().wait()

    caller = FakeCaller(OK)
    each = writer(caller)
    await cancelled(each, each.perform(write(preimage=waits), caller.deadline()), there)
    there.clear()
    with intents(waits):
        await cancelled(each, each.perform(write(), caller.deadline()), there)
    assert caller.sent == []
    assert each.unresolved == []


# ── Intents ───────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_an_intent_is_told_before_the_first_byte_leaves() -> None:
    told: list[tuple[ReconcileHandle, int]] = []
    caller = FakeCaller(OK)

    async def tell(handle: ReconcileHandle) -> None:
        told.append((handle, len(caller.sent)))

    with intents(tell):
        await performed(caller, write())
    ((handle, sent_before),) = told
    assert sent_before == 0
    assert (handle.attempts, handle.meant) == (0, {"status": "x"})
    assert ReconcileHandle.from_json(handle.to_json()) == handle


async def test_an_intent_that_cannot_be_kept_sends_nothing() -> None:
    async def full(handle: ReconcileHandle) -> None:
        raise OSError("the disk is full")

    caller = FakeCaller(OK)
    each = writer(caller)
    with intents(full), pytest.raises(OSError, match="the disk is full"):
        await each.perform(write(), caller.deadline())
    assert caller.sent == []
    assert each.unresolved == []
    assert isinstance(await each.perform(write(), caller.deadline()), Done)


async def test_the_intent_and_the_unknown_outcome_are_the_same_write() -> None:
    told: list[ReconcileHandle] = []

    async def tell(handle: ReconcileHandle) -> None:
        told.append(handle)

    with intents(tell):
        error = await performed(FakeCaller(LOST), write())
    assert isinstance(error, OutcomeUnknownError)
    assert error.handle.id == told[0].id


@pytest.mark.parametrize(
    ("ending", "fate"), [(OK, "applied"), (LOST, "unknown"), (NotSent(Cause.CONNECT_FAILED), "nothing"), (Response(400), "nothing")]
)
async def test_a_journal_learns_what_became_of_each_write(ending: Any, fate: str) -> None:
    async def tell(handle: ReconcileHandle) -> None:
        pass

    journal = Telling(tell)
    with journaled(journal):
        await performed(FakeCaller(ending), write())
    ((handle, told),) = journal.fates
    assert told == fate
    assert handle.phase == "awaiting-answer"


async def test_intents_are_told_to_their_own_task_only() -> None:
    told: list[str] = []
    caller = FakeCaller(OK)
    each = writer(caller)

    async def kept() -> None:
        async def tell(handle: ReconcileHandle) -> None:
            told.append(handle.lock)

        with intents(tell):
            await each.perform(write(lock="order:2"), caller.deadline())

    await asyncio.gather(kept(), each.perform(write(lock="order:3"), caller.deadline()))
    assert told == ["order:2"]


# ── What hooks are told ───────────────────────────────────────────────────────────────────────────────────────────────


async def fails(*_: Any) -> Any:
    raise ProviderDownError("down")


async def breaks_off(wire: Wire) -> Ending:
    wire.sent = True
    raise ValueError("the disk is gone")


@pytest.mark.parametrize(
    ("ending", "each", "outcome"),
    [
        (OK, write(preimage=fails), "not-sent"),
        (NotSent(Cause.DNS), write(), "not-sent"),
        (ValueError("the disk is gone"), write(), "not-sent"),
        (RateLimitedError("slow down"), write(), "refused"),
        (Response(403, {}, b"{}"), write(), "refused"),
        (breaks_off, write(), "unknown"),
        (LOST, write(), "unknown"),
        (LOST, write(Looks(NotApplied("cancelled"))), "refused"),
        (LOST, write(Looks(Applied("found"))), "reconciled"),
        (OK, write(), "applied"),
    ],
)
async def test_every_end_is_told_once(ending: Any, each: Write[str], outcome: Any) -> None:
    heard: list[Event] = []
    with contextlib.suppress(ValueError):
        await performed(FakeCaller(ending), each, heard=heard)
    assert heard == [Outcome("uk", "submit", outcome)]


async def test_an_intent_that_cannot_be_kept_is_told_as_not_sent() -> None:
    heard: list[Event] = []
    with intents(fails):
        await performed(FakeCaller(OK), write(), heard=heard)
    assert heard == [Outcome("uk", "submit", "not-sent")]


async def test_a_closed_writer_tells_that_nothing_was_sent() -> None:
    heard: list[Event] = []
    caller = FakeCaller(OK)
    each = writer(caller, heard=heard)
    await each.drain(0)
    with pytest.raises(NotSentError):
        await each.perform(write(), caller.deadline())
    assert heard == [Outcome("uk", "submit", "not-sent")]


@pytest.mark.parametrize(("sent", "told"), [(False, []), (True, [Outcome("uk", "submit", "unknown")])])
async def test_a_cancelled_write_is_told_once_it_may_have_left(sent: bool, told: list[Event]) -> None:
    heard: list[Event] = []
    halts = Halts(sent=sent)
    caller = FakeCaller(halts)
    each = writer(caller, heard=heard)
    await cancelled(each, each.perform(write(), caller.deadline()), halts.there)
    assert heard == told


# ── Closing ───────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_draining_waits_for_what_is_under_way_and_admits_no_more() -> None:
    release, there = asyncio.Event(), asyncio.Event()

    async def waits(wire: Wire) -> Ending:
        wire.sent = True
        there.set()
        await release.wait()
        return OK

    caller = FakeCaller(waits)
    each = writer(caller)
    running = asyncio.create_task(each.perform(write(), caller.deadline()))
    await there.wait()
    draining = asyncio.create_task(each.drain(60))
    await asyncio.sleep(0)
    with pytest.raises(NotSentError, match="clos"):
        await each.perform(write(lock="order:2"), caller.deadline())
    assert not draining.done()
    release.set()
    await draining
    assert isinstance(await running, Done)


async def test_draining_has_an_end() -> None:
    halts = Halts(sent=True)
    caller = FakeCaller(halts)
    each = writer(caller)
    running = asyncio.create_task(each.perform(write(), caller.deadline()))
    await halts.there.wait()
    await each.drain(0.01)
    assert not running.done()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running


async def test_one_that_stands_in_line_when_the_kit_closes_is_still_let_through() -> None:
    """It was admitted; its caller waits for it, and so does draining."""
    release = asyncio.Event()

    async def waits(wire: Wire) -> Ending:
        wire.sent = True
        await release.wait()
        return OK

    caller = FakeCaller(waits)
    each = writer(caller)
    both = [asyncio.create_task(each.perform(write(), caller.deadline())) for _ in range(2)]
    await asyncio.sleep(0)
    draining = asyncio.create_task(each.drain(60))
    await asyncio.sleep(0)
    release.set()
    await draining
    assert all(task.done() for task in both)


async def test_draining_an_idle_writer_takes_no_time() -> None:
    caller = FakeCaller(OK)
    each = writer(caller)
    await each.perform(write(), caller.deadline())
    await each.drain(60)


async def test_the_unresolved_are_bounded_and_the_newest_stay() -> None:
    caller = FakeCaller(LOST)
    each = writer(caller)
    for number in range(1010):
        with pytest.raises(OutcomeUnknownError):
            await each.perform(write(order=str(number)), caller.deadline())
    assert len(each.unresolved) == 1000
    assert [handle.order for handle in each.unresolved[-2:]] == ["1008", "1009"]


# ── Handles ───────────────────────────────────────────────────────────────────────────────────────────────────────────

HANDLE = ReconcileHandle(
    id="h",
    provider="uk",
    kind="shop",
    environment="live",
    account="a",
    operation="submit",
    step="status",
    lock="order:9",
    sent_at=START,
    settle_until=START,
)

words = st.text(max_size=20)
aware = st.datetimes(timezones=st.just(UTC))
jsons = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | words,
    lambda inner: st.lists(inner) | st.dictionaries(words, inner),
    max_leaves=8,
)


@given(
    st.builds(
        ReconcileHandle,
        **dict.fromkeys(("id", "provider", "kind", "environment", "account", "operation", "step", "lock", "phase"), words),
        **dict.fromkeys(("order", "key", "cause"), st.none() | words),
        **dict.fromkeys(("meant", "preimage"), jsons),
        **dict.fromkeys(("sent_at", "settle_until"), aware),
        attempts=st.integers(0, 100),
        status=st.none() | st.integers(100, 599),
    )
)
def test_a_handle_survives_its_text(handle: ReconcileHandle) -> None:
    text = handle.to_json()
    assert "\n" not in text
    assert ReconcileHandle.from_json(text) == handle
    assert pickle.loads(pickle.dumps(handle)) == handle  # noqa: S301 - our own


def test_a_handle_keeps_the_moment_in_any_zone() -> None:
    there = START.astimezone(timezone(timedelta(hours=5)))
    assert ReconcileHandle.from_json(evolve(HANDLE, sent_at=there).to_json()).sent_at == START


@pytest.mark.parametrize("odd", [Decimal("1.50"), START, b"\xff", {1, 2}, object()])
def test_a_handle_can_always_be_written_down(odd: object) -> None:
    """What ``extra`` put into the request must not cost the handle when it is needed most."""
    text = evolve(HANDLE, meant={"odd": odd}).to_json()
    assert ReconcileHandle.from_json(text).id == "h"


GOOD = json.loads(HANDLE.to_json())
GARBAGE = [
    "",
    "null",
    "[]",
    "7",
    '"text"',
    "{}",
    "not JSON",
    "[" * 100_000,
    json.dumps({**GOOD, "more": 1}),
    json.dumps({name: value for name, value in GOOD.items() if name != "lock"}),
    json.dumps({name: value for name, value in GOOD.items() if name != "sent_at"}),
    json.dumps({**GOOD, "sent_at": "2026-01-05T09:30:00"}),
    json.dumps({**GOOD, "sent_at": "soon"}),
    json.dumps({**GOOD, "sent_at": 7}),
    json.dumps({**GOOD, "settle_until": None}),
    *(
        json.dumps({**GOOD, name: 7})
        for name in ("id", "provider", "kind", "environment", "account", "operation", "step", "lock", "order", "key", "cause", "phase")
    ),
    *(json.dumps({**GOOD, name: None}) for name in ("id", "provider", "lock", "step", "phase", "attempts")),
    json.dumps({**GOOD, "attempts": "many"}),
    json.dumps({**GOOD, "status": "500"}),
    json.dumps({**GOOD, "order": {"a": 1}}),
]


@pytest.mark.parametrize("text", GARBAGE)
def test_what_is_not_a_handle_is_refused(text: str) -> None:
    with pytest.raises(InvalidRequestError) as caught:
        ReconcileHandle.from_json(text)
    assert caught.value.problems[0].path == "handle"
    assert caught.value.__context__ is None


@pytest.mark.parametrize("given", [None, 7, b"\xff\xfe\xff", ["x"]])
def test_what_is_not_even_text_is_refused(given: Any) -> None:
    with pytest.raises(InvalidRequestError):
        ReconcileHandle.from_json(given)


def test_a_handle_prints_neither_what_was_meant_nor_what_was_before() -> None:
    shown = repr(evolve(HANDLE, meant={"address1": "14 Acacia Avenue"}, preimage={"address1": "The Hollies"}))
    assert "Acacia" not in shown
    assert "Hollies" not in shown


def test_a_digest_tells_accounts_apart() -> None:
    assert digest("a", "b") == digest("a", "b")
    assert len({digest("a", "bc"), digest("ab", "c"), digest("abc")}) == 3
    assert "secret-merchant" not in digest("secret-merchant")
