"""One logical call with a scripted link, a clock that only the test moves, and no chance: what is repeated, when, and what is raised."""

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Sequence

import pytest

from printkit.errors import NotSentError, ProviderDownError, RateLimitedError, TransportError, UnreadableAnswerError
from printkit.exchange import Content, Effect, Part, Request, Response
from printkit.secret import Secret
from printkit.telemetry import Attempt, Event, Telemetry, Wait
from printkit.transport.attempt import Cause, Ending, MaybeSent, NotSent, Wire
from printkit.transport.caller import Caller, seconds_since_start
from printkit.transport.limits import Slots
from printkit.transport.redact import Redactor
from printkit.transport.retry import RetryBudget, RetryPolicy

READ = Request("GET", "/Orders/1", Effect.READS, operation="orders.get", template="/Orders/{id}")
WRITE = Request("POST", "/Orders", Effect.WRITES, operation="orders.create", template="/Orders")

OK = Response(200, {}, b"{}")
LOST = MaybeSent(Cause.CONNECTION_LOST)
REFUSED = NotSent(Cause.CONNECT_FAILED)
THROTTLED = Response(429, {"retry-after": "2"}, b"{}")
SHOP_IS_BUSY = Response(503, {"retry-after": "2"}, b'{"error": "busy"}')
GATEWAY_IS_BUSY = Response(503, {"retry-after": "2"}, b"<html>")


class Now:
    """A clock that stands still, and a sleep that moves it."""

    def __init__(self) -> None:
        self.seconds = 1000.0
        self.slept: list[float] = []
        self.woke: list[float] = []

    def __call__(self) -> float:
        return self.seconds

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.seconds += seconds
        self.woke.append(self.seconds)


class Scripted:
    """A link that ends its attempts as it is told, the last way for ever."""

    def __init__(self, *endings: Ending, now: Now | None = None, takes: float = 0.0) -> None:
        self.endings = endings
        self.attempts = 0
        self._now = now
        self._takes = takes

    async def attempt(self, request: Request, wire: Wire) -> Ending:
        assert not wire.sent
        ending = self.endings[min(self.attempts, len(self.endings) - 1)]
        self.attempts += 1
        if self._now is not None:
            self._now.seconds += self._takes
        wire.sent = not isinstance(ending, NotSent)
        wire.status = None if isinstance(ending, NotSent) else ending.status
        return ending

    async def aclose(self) -> None:
        pass


class Stuck:
    """A link that never ends an attempt."""

    def __init__(self, *, sends: bool) -> None:
        self.begun = asyncio.Event()
        self._sends = sends

    async def attempt(self, request: Request, wire: Wire) -> Ending:
        wire.sent = self._sends
        self.begun.set()
        await asyncio.Event().wait()
        raise AssertionError

    async def aclose(self) -> None:
        pass


def make(link, now: Now | None = None, events: list[Event] | None = None, **options) -> Caller:
    now = now or Now()
    given = {
        "slots": Slots(4),
        "policy": RetryPolicy(),
        "budget": RetryBudget(),
        "telemetry": Telemetry(() if events is None else (events.append,)),
        "redactor": Redactor([Secret("SECRET-KEY")]),
        "clock": now,
        "sleep": now.sleep,
        "jitter": lambda longest: longest,
        "wall": lambda: 0.0,
    }
    return Caller("pwinty", link, **(given | options))


async def a_write_is_sent_once() -> None:
    link = Scripted(LOST, OK)
    caller = make(link)
    await caller.write(WRITE, caller.deadline(), Wire())
    assert link.attempts == 1, "a write that may have been sent was sent again"


async def test_a_write_is_sent_once():
    await a_write_is_sent_once()


@pytest.mark.parametrize(
    "first",
    [
        LOST,
        REFUSED,
        THROTTLED,
        SHOP_IS_BUSY,
        GATEWAY_IS_BUSY,
        *[Response(status) for status in (408, 500, 502, 503, 504, 507, 520, 524, 599)],
    ],
)
async def test_a_read_is_repeated_after(first):
    link = Scripted(first, OK)
    caller = make(link)
    assert await caller.read(READ, caller.deadline()) is OK
    assert link.attempts == 2


@pytest.mark.parametrize("status", [200, 201, 204, 400, 401, 403, 404, 405, 409, 410, 413, 422, 501, 505])
async def test_any_other_answer_to_a_read_is_returned(status):
    link = Scripted(Response(status))
    caller = make(link)
    assert (await caller.read(READ, caller.deadline())).status == status
    assert link.attempts == 1


LASTING = [NotSent(cause) for cause in (Cause.TLS, Cause.LOCAL_REFUSAL, Cause.CLOSED, Cause.OTHER_LOOP)]


@pytest.mark.parametrize(
    ("endings", "attempts", "error", "retryable"),
    [
        ([REFUSED], 3, NotSentError, True),
        ([LOST], 3, TransportError, True),
        ([LOST, REFUSED], 3, NotSentError, True),
        *[([each], 1, NotSentError, False) for each in LASTING],
        ([Response(500)], 3, ProviderDownError, True),
        ([GATEWAY_IS_BUSY], 3, ProviderDownError, True),
        ([THROTTLED], 3, RateLimitedError, True),
        ([SHOP_IS_BUSY], 3, RateLimitedError, True),
        ([Response(302)], 1, UnreadableAnswerError, True),
        ([Response(304)], 1, UnreadableAnswerError, True),
        ([Response(101)], 1, UnreadableAnswerError, True),
        ([Response(0)], 1, UnreadableAnswerError, True),
        ([Response(600)], 1, UnreadableAnswerError, True),
        ([Response(999)], 1, UnreadableAnswerError, True),
        ([Response(522)], 3, ProviderDownError, True),
        ([MaybeSent(Cause.TOO_LARGE, 200)], 1, UnreadableAnswerError, True),
        ([MaybeSent(Cause.BAD_ENCODING, 200)], 3, UnreadableAnswerError, True),
        ([MaybeSent(Cause.NOT_HTTP)], 3, TransportError, True),
    ],
)
async def test_what_a_read_raises(endings, attempts, error, retryable):
    link = Scripted(*endings)
    caller = make(link)
    with pytest.raises(error) as raised:
        await caller.read(READ, caller.deadline())
    assert type(raised.value) is error
    assert link.attempts == attempts
    assert raised.value.retryable is retryable
    assert (raised.value.provider, raised.value.operation) == ("pwinty", "orders.get")
    assert raised.value.exchange.startswith("GET /Orders/{id}")
    assert raised.value.__cause__ is raised.value.__context__ is None


@pytest.mark.parametrize(
    "ending",
    [OK, LOST, MaybeSent(Cause.BODY_CUT, 200), GATEWAY_IS_BUSY, *[Response(s) for s in (302, 400, 403, 404, 408, 500, 502, 503, 504)]],
)
async def test_a_write_comes_back_after_one_attempt_with(ending):
    link = Scripted(ending)
    caller, wire = make(link), Wire()
    assert await caller.write(WRITE, caller.deadline(), wire) is ending
    assert link.attempts == wire.attempts == 1
    assert wire.sent


@pytest.mark.parametrize("first", [REFUSED, NotSent(Cause.TIMED_OUT), THROTTLED, SHOP_IS_BUSY])
async def test_a_write_is_repeated_when_the_shop_did_nothing(first):
    link = Scripted(first, OK)
    caller, wire = make(link), Wire()
    assert await caller.write(WRITE, caller.deadline(), wire) is OK
    assert wire.attempts == 2


async def test_a_write_that_never_leaves_comes_back_as_not_sent():
    link = Scripted(REFUSED)
    caller, wire = make(link), Wire()
    assert await caller.write(WRITE, caller.deadline(), wire) is REFUSED
    assert (wire.attempts, wire.sent) == (3, False)


@pytest.mark.parametrize("ending", LASTING)
async def test_a_write_is_not_repeated_when_that_cannot_help(ending):
    caller, wire = make(Scripted(ending)), Wire()
    assert await caller.write(WRITE, caller.deadline(), wire) is ending
    assert wire.attempts == 1


async def test_the_second_attempt_of_a_write_may_be_the_unknown_one():
    caller, wire = make(Scripted(THROTTLED, LOST)), Wire()
    assert await caller.write(WRITE, caller.deadline(), wire) is LOST
    assert (wire.attempts, wire.sent) == (2, True)


@pytest.mark.parametrize(("asked", "told"), [("61", 61.0), ("46", 46.0), ("1e9", 1e9), ("Thu, 01 Jan 1970 01:00:00 GMT", 3600.0)])
async def test_a_write_throttled_for_longer_than_it_may_wait_raises_at_once(asked, told):
    now = Now()
    caller, wire = make(Scripted(Response(429, {"retry-after": asked})), now), Wire()
    with pytest.raises(RateLimitedError) as raised:
        await caller.write(WRITE, caller.deadline(60), wire)
    assert raised.value.retry_after == told
    assert (raised.value.status, wire.attempts, wire.sent, now.slept) == (429, 1, False, [])


async def test_a_throttle_is_waited_for_as_long_as_was_asked_and_never_less():
    now = Now()
    caller = make(Scripted(Response(429, {"retry-after": "7"}), Response(429, {"retry-after": "0.5"}), OK), now)
    assert await caller.write(WRITE, caller.deadline(60), Wire()) is OK
    assert now.slept == [7.0, 2.0]


@pytest.mark.parametrize("garbage", ["", "soon", "-1", "NaN", "inf", "-inf", "1e400", "١٢", "0x10"])
async def test_a_throttle_that_says_nothing_sensible_is_waited_out_our_way(garbage):
    now = Now()
    caller = make(Scripted(Response(429, {"retry-after": garbage}), OK), now)
    assert await caller.write(WRITE, caller.deadline(60), Wire()) is OK
    assert now.slept == [1.0]


async def test_waits_double_and_are_jittered():
    now = Now()
    caller = make(Scripted(LOST), now, policy=RetryPolicy(attempts=8), jitter=lambda longest: longest / 2)
    with pytest.raises(TransportError):
        await caller.read(READ, caller.deadline(600))
    assert now.slept == [0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 10.0]


async def test_no_wait_reaches_beyond_the_deadline():
    now = Now()
    link = Scripted(LOST, now=now, takes=2.0)
    caller = make(link, now, policy=RetryPolicy(attempts=100))
    with pytest.raises(TransportError):
        await caller.read(READ, caller.deadline(10))
    assert now.woke == [1002.5, 1005.5, 1009.5]


async def test_a_write_leaves_a_quarter_of_what_remains_for_the_look_up():
    now = Now()
    caller = make(Scripted(REFUSED, now=now, takes=2.0), now, policy=RetryPolicy(attempts=100))
    await caller.write(WRITE, caller.deadline(40), Wire())
    assert now.woke[-1] < 1030 < now.woke[-1] + 2.0 + 16.0


async def test_after_the_deadline_nothing_is_attempted():
    link = Scripted(OK)
    caller, wire = make(link), Wire()
    with pytest.raises(NotSentError):
        await caller.read(READ, caller.deadline(0))
    assert await caller.write(WRITE, caller.deadline(0), wire) == NotSent(Cause.TIMED_OUT)
    assert link.attempts == wire.attempts == 0


@pytest.mark.parametrize(("sends", "ending"), [(True, MaybeSent(Cause.TIMED_OUT)), (False, NotSent(Cause.TIMED_OUT))])
async def test_an_attempt_without_end_ends_with_the_attempt_timeout(sends, ending):
    caller = make(Stuck(sends=sends), attempt_timeout=0.02, policy=RetryPolicy(attempts=1))
    assert await caller.write(WRITE, caller.deadline(60), Wire()) == ending


@pytest.mark.parametrize(("sends", "error"), [(True, TransportError), (False, NotSentError)])
async def test_a_read_without_end_ends_with_the_deadline(sends, error):
    caller = make(Stuck(sends=sends), policy=RetryPolicy(attempts=1))
    with pytest.raises(error) as raised:
        await caller.read(READ, caller.deadline(0.02))
    assert type(raised.value) is error


async def test_an_upload_of_a_stream_has_the_whole_share_of_the_deadline():
    class Slow:
        async def attempt(self, request, wire):
            await asyncio.sleep(0.1)
            return OK

        async def aclose(self):
            pass

    async def stream() -> AsyncIterator[bytes]:
        yield b""

    upload = Request("POST", "/Photos", Effect.WRITES, body=(Part("file", Content(stream)),))
    caller = make(Slow(), attempt_timeout=0.01, policy=RetryPolicy(attempts=1))
    assert await caller.write(upload, caller.deadline(60), Wire()) is OK
    assert isinstance(await caller.write(WRITE, caller.deadline(60), Wire()), NotSent)


@pytest.mark.parametrize("first", [REFUSED, THROTTLED])
async def test_a_stream_that_can_be_read_only_once_is_sent_once(first):
    async def stream() -> AsyncIterator[bytes]:
        yield b""

    def upload(*, replayable: bool) -> Request:
        return Request("POST", "/Photos", Effect.WRITES, body=(Part("file", Content(stream, replayable=replayable)),))

    for replayable, attempts in ((False, 1), (True, 2)):
        link = Scripted(first, OK)
        caller = make(link)
        try:
            await caller.write(upload(replayable=replayable), caller.deadline(), Wire())
        except RateLimitedError:
            assert first is THROTTLED
        assert link.attempts == attempts


async def test_waiting_for_a_slot_counts_against_the_deadline():
    slots = Slots(1)
    link = Scripted(OK)
    caller, wire = make(link, slots=slots, policy=RetryPolicy(attempts=1)), Wire()
    assert slots.take()
    assert await caller.write(WRITE, caller.deadline(0.02), wire) == NotSent(Cause.POOL_TIMEOUT)
    slots.give_back()
    assert link.attempts == 0
    assert slots.free == 1
    assert await caller.write(WRITE, caller.deadline(), wire) is OK


async def test_no_slot_is_held_while_waiting():
    slots = Slots(1)
    seen = []

    async def sleep(seconds):
        seen.append(slots.free)

    caller = make(Scripted(REFUSED, OK), slots=slots, sleep=sleep)
    await caller.write(WRITE, caller.deadline(), Wire())
    assert seen == [1]


@pytest.mark.parametrize("sends", [True, False])
async def test_a_cancellation_passes_through_and_the_wire_tells(sends):
    link, wire = Stuck(sends=sends), Wire()
    caller = make(link)
    task = asyncio.create_task(caller.write(WRITE, caller.deadline(), wire))
    await link.begun.wait()
    task.cancel("enough")
    with pytest.raises(asyncio.CancelledError, match="enough"):
        await task
    assert (wire.sent, wire.attempts) == (sends, 1)


async def test_a_cancellation_between_attempts_means_that_nothing_happened():
    waiting = asyncio.Event()

    async def sleep(seconds):
        waiting.set()
        await asyncio.Event().wait()

    caller, wire = make(Scripted(THROTTLED, OK), sleep=sleep), Wire()
    task = asyncio.create_task(caller.write(WRITE, caller.deadline(), wire))
    await waiting.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert (wire.sent, wire.status, wire.attempts) == (False, None, 1)


@pytest.mark.parametrize("error", [RuntimeError("unreadable"), TimeoutError("the disk is slow"), OSError("gone")])
async def test_an_error_of_the_callers_own_stream_passes_through_as_it_is(error):
    class Failing:
        attempts = 0

        async def attempt(self, request, wire):
            self.attempts += 1
            raise error

        async def aclose(self):
            pass

    link = Failing()
    caller = make(link)
    with pytest.raises(type(error)) as raised:
        await caller.write(WRITE, caller.deadline(), Wire())
    assert raised.value is error
    assert link.attempts == 1


async def test_a_write_cannot_be_passed_off_as_a_read():
    link = Scripted(OK)
    caller = make(link)
    with pytest.raises(ValueError, match="writes"):
        await caller.read(WRITE, caller.deadline())
    assert link.attempts == 0


async def test_an_outage_is_not_answered_with_a_storm():
    link = Scripted(Response(500))
    caller = make(link, slots=Slots(100))

    async def one() -> None:
        with pytest.raises(ProviderDownError):
            await caller.read(READ, caller.deadline())

    await asyncio.gather(*[one() for _ in range(100)])
    assert 100 <= link.attempts <= 100 + 500 // 14


async def test_successes_pay_the_budget_back():
    budget = RetryBudget(28)
    caller = make(Scripted(LOST, OK, LOST, OK, LOST, LOST, OK), budget=budget)
    for _ in range(2):
        await caller.read(READ, caller.deadline())
        assert budget.tokens == 28
    await caller.read(READ, caller.deadline())
    assert budget.tokens == 14


async def test_an_empty_budget_ends_the_call():
    link = Scripted(THROTTLED)
    caller = make(link, budget=RetryBudget(4))
    with pytest.raises(RateLimitedError) as raised:
        await caller.write(WRITE, caller.deadline(), Wire())
    assert link.attempts == 1
    assert raised.value.retry_after == 2.0


async def test_telemetry_hears_of_attempts_and_waits():
    events: list[Event] = []
    caller = make(Scripted(REFUSED, THROTTLED, LOST), events=events)
    await caller.write(WRITE, caller.deadline(), Wire())
    assert [summary(event) for event in events] == [
        (1, "not-sent", None, "connect-failed"),
        ("wait", 0.5, "connect-failed"),
        (2, "answered", 429, None),
        ("wait", 2.0, "429"),
        (3, "maybe-sent", None, "connection-lost"),
    ]


@pytest.mark.parametrize(("sends", "verdict"), [(True, "maybe-sent"), (False, "not-sent")])
async def test_telemetry_hears_of_a_cancelled_attempt(sends, verdict):
    events: list[Event] = []
    link = Stuck(sends=sends)
    caller = make(link, events=events)
    task = asyncio.create_task(caller.write(WRITE, caller.deadline(), Wire()))
    await link.begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert [summary(event) for event in events] == [(1, verdict, None, "cancelled")]


def summary(event: Event) -> Sequence[object]:
    match event:
        case Attempt():
            return (event.number, event.verdict, event.status, event.cause)
        case Wait():
            return ("wait", event.seconds, event.cause)
        case _:
            raise AssertionError(event)


async def test_the_shops_name_for_the_request_is_kept_and_cleaned():
    caller = make(Scripted(Response(500, {"x-request-id": "abc\x1b[31m SECRET-KEY"})))
    with pytest.raises(ProviderDownError) as raised:
        await caller.read(READ, caller.deadline())
    assert raised.value.request_id == r"abc\x1b[31m ***"


def test_the_printed_form_names_the_connection_only():
    assert repr(make(Scripted(OK))) == "Caller('pwinty')"


async def test_a_deadline_counts_down_to_nothing():
    now = Now()
    deadline = make(Scripted(OK), now).deadline(5)
    assert deadline.remaining() == 5
    await now.sleep(7)
    assert deadline.remaining() == 0


@pytest.mark.parametrize("cause", Cause)
def test_every_cause_has_plain_words(cause):
    assert cause.words


async def test_a_write_may_not_leave_once_its_deadline_has_passed() -> None:
    now = Now()
    asked: list[bool] = []

    class Freezing:
        async def attempt(self, request: Request, wire: Wire) -> Ending:
            asked.append(wire.is_late())
            now.seconds += 600
            asked.append(wire.is_late())
            return NotSent(Cause.TIMED_OUT)

        async def aclose(self) -> None:
            pass

    caller = make(Freezing(), now)
    await caller.write(WRITE, caller.deadline(60), Wire())
    assert asked == [False, True]


def test_time_goes_on_while_the_machine_sleeps_where_the_system_says_so() -> None:
    assert seconds_since_start() >= time.monotonic() - 1


def test_what_is_late_in_one_event_loop_ends_there_and_not_in_another_that_stands_in_the_middle_of_a_step():
    caller = make(Stuck(sends=True), attempt_timeout=0.02, policy=RetryPolicy(attempts=1))
    found: list[Ending] = []

    async def late() -> None:
        found.append(await caller.write(WRITE, caller.deadline(), Wire()))

    async def first() -> None:
        await late()
        thread = threading.Thread(target=lambda: asyncio.run(late()))
        thread.start()
        thread.join()
        await asyncio.sleep(0)

    asyncio.run(first())
    assert found == [MaybeSent(Cause.TIMED_OUT)] * 2
