"""Against a receiver: orders that the shop does not show, handlers that misbehave, clocks that jump, disks that are full."""

import asyncio
import contextlib
import hmac
import logging
import math
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve

import printkit
from printkit import ConfigError, Order, OrderStatus, Response
from printkit.inbox import Inbox
from printkit.receiving import Limits
from tests.providers.pwinty.shops import says
from tests.receiving import QUICK, TOKEN, Scene, scene

pytest_plugins = ["tests.scenes"]

S = OrderStatus


async def rows(at: Scene) -> list[Any]:
    return await at.receiver._inbox._do(lambda database: database.execute("SELECT name, due FROM told WHERE due IS NOT NULL").fetchall())


async def settles(at: Scene, times: int = 10, seconds: float = 700) -> None:
    for _ in range(times):
        await at.idle()
        at.later(seconds)
    await at.idle()


def leap(at: Scene, seconds: float) -> None:
    """Another time is on the clock; who sleeps has not slept longer for that."""
    at.time.now += seconds
    at.time._sleepers = [(when + seconds, number, wakes) for when, number, wakes in at.time._sleepers]


async def a_moment() -> None:
    for _ in range(20):
        await asyncio.sleep(0.0002)


class TestWhatAnAnswerTells:
    """Neither what is answered nor what is done before it differs by what a stranger wants to know."""

    @pytest.mark.parametrize("connection", ["pwinty", "nobody"])
    @pytest.mark.parametrize("token", ["x" * 36, TOKEN[:-1] + "y", ""])
    async def test_every_token_is_compared_once_and_in_constant_time(
        self, there: Scene, monkeypatch: pytest.MonkeyPatch, token: str, connection: str
    ) -> None:
        compared: list[object] = []
        compare = hmac.compare_digest
        monkeypatch.setattr("hmac.compare_digest", lambda one, other: compared.append(None) or compare(one, other))
        monkeypatch.setattr(there.kit, "parse_notice", None)
        answer = await there.post(b'{"id": 1}', token=token, connection=connection)

        assert (answer.status, len(compared)) == (404, 1)

    async def test_with_an_inbox_it_is_answered_before_the_shop_is_asked(self, durable: Scene) -> None:
        order = await durable.placed()

        async def never(ref: Any) -> Order:
            await asyncio.Event().wait()
            raise AssertionError

        durable.kit.get_order = never  # type: ignore[method-assign]
        known, unknown = await durable.tell(order.id), await durable.tell(424242)
        assert known == unknown
        assert known.status == 200
        await durable.receiver.aclose(grace=0)


class TestRefusals:
    @pytest.mark.parametrize("status", [400, 403, 404])
    async def test_a_handlers_failures_are_not_the_shops(self, durable: Scene, status: int) -> None:
        order, failures = await durable.placed(), 8

        async def fails(found: Order) -> None:
            nonlocal failures
            failures -= 1
            if failures >= 0:
                durable.there.failing = [Response(status, {}, b"<html>blocked on the way</html>")]  # the next look, once
                raise ZeroDivisionError

        durable.on_delivery = fails
        await durable.tell(order.id)
        await settles(durable, 30)

        assert failures == -1
        assert durable.statuses == [S.SUBMITTED]
        assert durable.outcomes["no-such-order"] == 0

    @pytest.mark.parametrize("file", [None, "inbox.db"])
    async def test_a_shop_that_does_not_find_it_for_a_moment_is_asked_again(self, tmp_path: Path, file: str | None) -> None:
        async with scene(file=None if file is None else tmp_path / file) as there:
            order = await there.placed()
            there.there.failing = [says({"errorMessage": "not found"}, 404)] * 3
            assert (await there.tell(order.id)).status == 200
            await settles(there, 5, 10)

            assert there.statuses == [S.SUBMITTED]
            assert there.there.reads == 4

    @pytest.mark.parametrize("status", [403, 404])
    async def test_a_known_order_that_is_not_shown_counts_as_not_delivered(self, status: int) -> None:
        """Nothing but this process remembers the notice: the shop has to come again."""
        async with scene() as there:
            order = await there.placed()
            assert (await there.tell(order.id)).status == 200
            there.later(5)
            there.there.failing = [says({"errorMessage": "not yours"}, status)]
            assert (await there.tell(order.id)).status == 503

    async def test_it_is_looked_for_during_a_minute_and_then_forgotten(self, durable: Scene) -> None:
        when: list[int] = []
        await durable.tell(424242)
        for second in range(300):
            before = durable.there.reads
            await durable.idle()
            when += [second] * (durable.there.reads - before)
            durable.later(1)

        assert when == [0, 2, 6, 14, 30, 62]
        assert await rows(durable) == []
        assert durable.outcomes == {"accepted": 1, "not-shown": 5, "no-such-order": 1}

    async def test_its_replays_do_not_hurry_the_looks(self, durable: Scene) -> None:
        for _ in range(600):  # ten a second, for a minute
            await durable.tell(424242)
            await durable.idle()
            durable.later(0.1)

        assert durable.there.reads <= 6

    async def test_of_a_notice_while_it_is_looked_for_the_last_time_it_is_looked_for_again_and_not_at_once(self) -> None:
        inbox, shops = Inbox(), {"uk"}
        await inbox.open()
        await inbox.tell("uk:7", 100.0, pause=1, most=10)
        (entry,), _ = await inbox.take(100.0, shops, frozenset(), 1)
        await inbox.tell("uk:7", 100.5, pause=1, most=10)
        await inbox.forget(entry, 101.0, pause=1)
        assert await inbox.take(101.0, shops, frozenset(), 1) == ([], 102.0)
        (entry,), _ = await inbox.take(102.0, shops, frozenset(), 1)
        await inbox.forget(entry, 102.0, pause=1)
        assert await inbox.take(1e9, shops, frozenset(), 1) == ([], None)
        await inbox.close()


class TestHandlers:
    async def test_one_that_ends_as_cancelled_has_failed(self, durable: Scene, caplog: pytest.LogCaptureFixture) -> None:
        """As when it awaits a task that somebody else cancelled."""
        order = await durable.placed()

        async def cancelled(found: Order) -> None:
            raise asyncio.CancelledError

        durable.on_delivery = cancelled
        with caplog.at_level(logging.ERROR):
            await durable.tell(order.id)
            while not durable.outcomes["not-handled"]:  # noqa: ASYNC110 - nobody tells
                await asyncio.sleep(0)
            await a_moment()
        assert durable.there.reads == 1
        assert "is called again later" in caplog.text
        durable.on_delivery = None
        await settles(durable, 2, 10)
        assert durable.statuses == [S.SUBMITTED]

    async def test_one_that_cancels_itself_has_failed(self, durable: Scene) -> None:
        order = await durable.placed()

        async def cancels(found: Order) -> None:
            task = asyncio.current_task()
            assert task is not None
            task.cancel()
            await asyncio.sleep(0)

        durable.on_delivery = cancels
        await durable.tell(order.id)
        while not durable.outcomes["not-handled"]:  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0)
        await a_moment()
        assert durable.there.reads == 1

    async def test_one_that_is_not_async_is_said_to_be(self, caplog: pytest.LogCaptureFixture) -> None:
        async with scene() as there:
            order = await there.placed()
            there.receiver._handler = lambda found: None  # type: ignore[assignment, return-value]
            assert (await there.tell(order.id)).status == 503
        assert "has to be an async function" in caplog.text

    async def test_one_that_will_not_end_does_not_keep_the_receiver_open(
        self, tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("printkit.receiving._PARTING", 0.01)
        begun, goes_on = asyncio.Event(), asyncio.Event()

        called = 0

        async def stays(found: Order) -> None:
            nonlocal called
            called += 1
            begun.set()
            while not goes_on.is_set():
                with contextlib.suppress(asyncio.CancelledError):
                    await goes_on.wait()

        async with scene(file=tmp_path / "inbox.db") as there:
            order = await there.placed()
            there.on_delivery = stays
            await there.tell(order.id)
            await begun.wait()
            await asyncio.wait_for(there.receiver.aclose(grace=0.01), 5)
            assert "would not end" in caplog.text
            async with there.receiver:
                await a_moment()
                assert called == 1  # it is still at it
                goes_on.set()
                await there.idle()
            assert (called, there.statuses[-1]) == (2, S.SUBMITTED)

    async def test_one_that_keeps_its_place_is_told_of_while_it_does(
        self, durable: Scene, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """As many of them as are handled at once, and no order is handled any more."""
        monkeypatch.setattr("printkit.receiving._PARTING", 0.001)
        durable.receiver._limits = evolve(durable.receiver._limits, handler_seconds=0.001)
        order, goes_on = await durable.placed(), asyncio.Event()

        async def stays(found: Order) -> None:
            while not goes_on.is_set():
                with contextlib.suppress(asyncio.CancelledError):
                    await goes_on.wait()

        durable.on_delivery = stays
        await durable.tell(order.id)
        async with asyncio.timeout(5):
            while f"the handler of {order.ref} goes on" not in caplog.text:  # noqa: ASYNC110 - nobody tells
                await asyncio.sleep(0)
        assert durable.outcomes["delivered"] == 0
        goes_on.set()
        await durable.idle()
        assert durable.outcomes["delivered"] == 1

    async def test_closing_that_is_given_up_closes_all_the_same(self, tmp_path: Path) -> None:
        begun = asyncio.Event()

        async def hangs(found: Order) -> None:
            begun.set()
            await asyncio.Event().wait()

        async with scene(file=tmp_path / "inbox.db") as there:
            order = await there.placed()
            there.on_delivery = hangs
            await there.tell(order.id)
            await begun.wait()
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(there.receiver.aclose(), 0.01)
            other = Inbox(tmp_path / "inbox.db")
            await other.open()
            await other.close()
            assert there.kit.bell.is_rung is False


class TestClocks:
    async def test_one_that_is_set_back_delays_nothing(self, durable: Scene) -> None:
        """A machine that began in 2036 and was put right."""
        order = await durable.placed()

        async def fails(found: Order) -> None:
            raise ZeroDivisionError

        durable.on_delivery = fails
        await durable.tell(order.id)
        await durable.idle()
        durable.on_delivery = None
        leap(durable, -10 * 366 * 86400.0)
        durable.time.advance(60)
        await a_moment()
        await durable.idle()

        assert durable.statuses == [S.SUBMITTED]

    async def test_one_that_was_set_back_while_it_was_closed(self, tmp_path: Path) -> None:
        async with scene(evolve(QUICK, look_again=100.0), file=tmp_path / "inbox.db") as there:
            order = await there.placed()
            await there.tell(order.id)
            await there.idle()
            await there.receiver.aclose()
            there.shop.print_and_ship(int(order.id))
            there.time.now -= 10 * 366 * 86400.0
            async with there.receiver:
                await there.idle()
                assert there.statuses == [S.SUBMITTED, S.SHIPPED]

    async def test_one_that_leaps_forward_is_noticed_within_a_minute(self, tmp_path: Path) -> None:
        """As after a laptop was asleep: what waits for six hours by another clock has not slept."""
        async with scene(evolve(QUICK, look_again=6 * 3600.0), file=tmp_path / "inbox.db") as there:
            order = await there.placed()
            await there.tell(order.id)
            await there.idle()
            await a_moment()
            there.shop.print_and_ship(int(order.id))
            leap(there, 7 * 3600.0)
            there.time.advance(60)
            await a_moment()
            await there.idle()
            assert there.statuses == [S.SUBMITTED, S.SHIPPED]


class TestTheDisk:
    async def test_a_full_one_refuses_notices_and_goes_on_when_there_is_room(self, durable: Scene) -> None:
        order = await durable.placed()

        async def pages(most: int) -> int:
            return await durable.receiver._inbox._do(lambda it: int(it.execute(f"PRAGMA max_page_count = {most}").fetchone()[0]))

        most = await pages(1)
        answers = [(await durable.tell(number)).status for number in range(10**17, 10**17 + 300)]
        assert set(answers) == {200, 503}
        assert answers[-1] == 503
        assert durable.outcomes["busy"] == answers.count(503)
        await pages(most + 10_000)
        assert (await durable.tell(order.id)).status == 200
        for _ in range(3):
            await a_moment()
            durable.later(10)
        await durable.idle()

        assert durable.statuses == [S.SUBMITTED]

    async def test_one_inbox_is_opened_once(self, durable: Scene) -> None:
        with pytest.raises(RuntimeError, match="open already"):
            await durable.receiver._inbox.open()
        assert (await durable.tell(1)).status == 200

    async def test_orders_of_a_connection_that_there_is_no_more_are_left_alone(
        self, durable: Scene, caplog: pytest.LogCaptureFixture
    ) -> None:
        await durable.receiver._inbox.tell("elsewhere:7", durable.time.now, pause=1, most=100)
        await durable.receiver.aclose()
        async with durable.receiver:
            order = await durable.placed()
            await durable.tell(order.id)
            await settles(durable)
            assert [name for name, _ in await rows(durable)] == ["elsewhere:7"]
        assert durable.statuses == [S.SUBMITTED]
        assert "holds orders of elsewhere too" in caplog.text


@pytest.mark.parametrize(
    "given",
    [
        {"at_once": 0},
        {"at_once": 1.5},
        {"per_second": 0},
        {"per_second": -1.0},
        {"per_second": math.nan},
        {"pause": -1.0},
        {"pause": math.nan},
        {"waiting": 0},
        {"body_seconds": 0},
        {"answer_seconds": -1},
        {"handler_seconds": math.nan},
        {"look_again": 0},
        {"looks": -1},
    ],
)
def test_limits_that_cannot_be_kept_are_refused(given: dict[str, Any]) -> None:
    (name,) = given
    with pytest.raises(ConfigError, match=name):
        Limits(**given)


async def test_by_another_spelling_of_its_id_the_shop_is_answered_when_the_handler_has_returned(there: Scene) -> None:
    order = await there.placed()

    async def read(ref: Any) -> Order:
        return order

    async def fails(found: Order) -> None:
        raise ZeroDivisionError

    there.kit.get_order = read  # type: ignore[method-assign]
    there.on_delivery = fails
    assert (await there.tell("77")).status == 503
    there.on_delivery = None
    there.later(2)
    assert (await there.tell("77")).status == 200
    assert [found.ref for found in there.delivered] == [order.ref]


async def test_a_draft_cannot_be_told_of() -> None:
    async with scene(kind="gooten") as there:
        draft = await there.kit.create_order(printkit.NewOrder(printkit.Recipient(name="Tom Smith", country="GB")))
        answer = await there.post(b'{"Id": "%s"}' % draft.id.encode(), connection="gooten")
        assert answer.status == 400
