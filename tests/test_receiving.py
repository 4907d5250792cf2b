"""What a receiver makes of notices: it believes none, tells each change once, loses nothing, and cannot be made to work too hard."""

import asyncio
import json
import logging
import tracemalloc
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve

import printkit
from printkit import ConfigError, Order, OrderStatus, Secret
from printkit.inbox import Inbox
from printkit.notices import LONGEST
from printkit.receiving import Limits, Receiver, new_token
from tests.providers.pwinty.shops import kit_on, sample_bytes, says, stopped_clocks
from tests.receiving import QUICK, TOKEN, Scene, scene

pytest_plugins = ["tests.scenes"]

S = OrderStatus


# ── Whom it believes ──────────────────────────────────────────────────────────────────────────────────────────────────


class TestBelief:
    async def test_a_forged_notice_tells_only_what_is_true(self, there: Scene) -> None:
        order = await there.placed()

        assert (await there.tell(order.id, "complete", shipments=[{"status": "shipped", "trackingNumber": "1"}])).status == 200

        assert there.statuses == [S.SUBMITTED]
        assert there.delivered[0].shipments[0].tracking_number is None
        assert there.there.reads == 1

    async def test_replayed_fifteen_times_it_tells_once(self, there: Scene) -> None:
        order = await there.placed()
        for _ in range(15):
            assert (await asyncio.gather(there.tell(order.id), _time(there, 1)))[0].status == 200

        assert there.statuses == [S.SUBMITTED]
        assert there.outcomes["delivered"] == 1
        assert there.outcomes["unchanged"] == 14

    async def test_out_of_order_the_last_state_stays_the_last(self, durable: Scene) -> None:
        order = await durable.placed()
        durable.shop.print_and_ship(int(order.id))
        notices = durable.notices()
        assert len(notices) >= 3
        for notice in reversed(notices):
            assert (await durable.bring(notice)).status == 200
            await durable.idle()
            durable.later(2)
            await durable.idle()

        assert durable.statuses == [S.SHIPPED]

    async def test_each_change_is_told(self, there: Scene) -> None:
        order = await there.placed()
        steps = (
            lambda: None,
            lambda: there.shop.allocate_shipments(int(order.id)),
            lambda: there.shop.ship(int(order.id)),
            lambda: there.shop.complete(int(order.id)),
        )
        for step in steps:
            step()
            there.later(2)
            assert (await there.tell(order.id)).status == 200

        assert [found.provider_status for found in there.delivered] == ["Submitted", "Submitted", "Submitted", "Complete"]
        assert [bool(found.shipments[0].id) for found in there.delivered] == [False, True, True, True]

    async def test_another_environment_is_not_read(self) -> None:
        kit = printkit.connect(environ={f"PRINTKIT_PROVIDERS_PWINTY_{name}": value for name, value in SANDBOX.items()})

        async def handler(order: Order) -> None:
            raise AssertionError(order)

        heard: list[Any] = []
        kit._opened["pwinty"].telemetry.hooks.append(heard.append)
        async with Receiver(kit, handler, token=TOKEN) as receiver:
            body = b'{"id": 1, "status": "complete", "environment": "LIVE"}'
            answer = await receiver.receive(token=TOKEN, connection="pwinty", method="POST", headers={}, query={}, body=body)
        await kit.aclose()

        assert answer.status == 200
        assert [event.outcome for event in heard] == ["elsewhere"]

    async def test_an_unknown_order_is_dropped_and_answered_like_a_known_one(self, there: Scene) -> None:
        order = await there.placed()

        known, unknown = await there.tell(order.id), await there.tell(123456789)

        assert known == unknown
        assert there.outcomes["not-shown"] == 1
        assert len(there.delivered) == 1
        for _ in range(10):
            there.later(100)
            await there.idle()
        assert there.outcomes["no-such-order"] == 1
        assert await there.receiver._inbox.take(there.time.now + 10**9, {"pwinty"}, frozenset(), 10) == ([], None)

    async def test_an_order_under_another_spelling_of_its_id_is_the_same_one(self, there: Scene) -> None:
        order = await there.placed()
        name = str(order.ref)

        async def answer(ref: Any) -> Order:
            return evolve(order, status=S.SUBMITTED)

        there.kit.get_order = answer  # type: ignore[method-assign]
        await there.tell("77")  # which the shop says is another
        await there.idle()
        there.later(2)
        await there.tell(order.id)

        assert [str(found.ref) for found in there.delivered] == [name]


SANDBOX = {"ENVIRONMENT": "sandbox", "MERCHANT_ID": "m-1", "API_KEY": "k", "CURRENCY": "GBP"}


async def _time(there: Scene, seconds: float) -> None:
    await asyncio.sleep(0)
    there.later(seconds)


# ── At the door ───────────────────────────────────────────────────────────────────────────────────────────────────────


class TestTheDoor:
    @pytest.mark.parametrize(
        "how",
        [
            {"token": "x" * 36},
            {"token": ""},
            {"token": TOKEN[:-1]},
            {"token": TOKEN + "x"},
            {"token": TOKEN.upper()},
            {"token": "é\ud800"},
            {"connection": "gooten"},
            {"connection": ""},
            {"token": "x" * 36, "method": "GET"},
            {"token": "x" * 36, "method": "PUT"},
        ],
    )
    async def test_a_stranger_finds_nothing(self, there: Scene, how: dict[str, Any]) -> None:
        async def never() -> AsyncIterator[bytes]:
            raise AssertionError("the body was read")
            yield b""

        answer = await there.post(never(), **how)

        assert (answer.status, answer.text) == (404, "404: Not Found")
        assert there.outcomes == {"stranger": 1}

    @pytest.mark.parametrize("method", ["GET", "HEAD", "get"])
    async def test_a_ping_is_answered(self, there: Scene, method: str) -> None:
        assert (await there.post(b"", method=method)).status == 200
        assert there.there.reads == 0

    async def test_another_method_is_not_taken(self, there: Scene) -> None:
        assert (await there.post(b"", method="PUT")).status == 405

    @pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"id": "x"}', b"\xff" * 100, b"[" * 60_000, b"a=1&b=2"])
    async def test_what_is_no_notice_is_told_what_is_wrong(self, there: Scene, body: bytes) -> None:
        answer = await there.post(body)

        assert answer.status == 400
        assert answer.text.startswith(("body: ", "id: "))
        assert there.outcomes == {"malformed": 1}
        assert there.there.reads == 0

    async def test_no_more_than_64_kib_are_read(self, there: Scene) -> None:
        given = 0

        async def endless() -> AsyncIterator[bytes]:
            nonlocal given
            while True:
                given += 1000
                yield bytes(1000)

        tracemalloc.start()
        try:
            answer = await there.post(endless())
            _, most = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        assert answer.status == 413
        assert given <= LONGEST + 1000
        assert most < 2_000_000

    async def test_exactly_64_kib_are_read(self, there: Scene) -> None:
        order = await there.placed()
        body = json.dumps({"id": int(order.id), "status": "submitted"}).encode()

        assert (await there.post(body.ljust(LONGEST))).status == 200
        assert (await there.post(body.ljust(LONGEST + 1))).status == 413

    async def test_a_body_that_does_not_come_is_not_waited_for(self) -> None:
        async def slowly() -> AsyncIterator[bytes]:
            yield b'{"id": '
            await asyncio.Event().wait()

        async with scene(evolve(QUICK, body_seconds=0.01)) as there:
            assert (await there.post(slowly())).status == 408
            assert there.outcomes == {"too-slow": 1}

    async def test_a_body_that_breaks_off_is_the_requests_fault_whatever_the_framework_raises(self, there: Scene) -> None:
        class FrameworkError(Exception):
            pass

        async def breaks_off() -> AsyncIterator[bytes]:
            yield b'{"id": '
            raise FrameworkError

        assert (await there.post(breaks_off())).status == 400
        assert there.outcomes == {"malformed": 1}
        with pytest.raises(TypeError):
            await there.post("text")  # type: ignore[arg-type]

    async def test_a_compressed_body_is_not_unpacked(self, there: Scene) -> None:
        assert (await there.post(b"", headers={"Content-Encoding": "gzip"})).status == 415
        assert (await there.post(b"", headers={"Content-Encoding": "identity"})).status == 400

    async def test_the_seeds_sample_is_a_notice(self, there: Scene) -> None:
        broken = sample_bytes("callback.seed").replace(b'"2017-07-13', b'""2017-07-13')

        assert (await there.post(broken)).status == 200
        assert there.outcomes["not-shown"] == 1

    async def test_after_closing_nothing_is_taken(self) -> None:
        async with scene() as there:
            pass
        assert (await there.tell(1)).status == 503


@pytest.mark.parametrize("token", ["", "short", "x" * 21, "x" * 30 + "/", "x" * 30 + "é", "x" * 300])
async def test_a_token_that_can_be_guessed_is_refused(token: str) -> None:
    kit = kit_on(None)
    with pytest.raises(ConfigError, match="new_token"):
        Receiver(kit, lambda order: asyncio.sleep(0), token=token)
    assert Receiver(kit, lambda order: asyncio.sleep(0), token=Secret(new_token()))
    assert new_token() != new_token()
    await kit.aclose()


async def test_it_is_opened_once() -> None:
    async with scene() as there:
        with pytest.raises(RuntimeError, match="open already"):
            await there.receiver.__aenter__()
        assert (await there.tell(1)).status == 200


async def test_the_urls_to_set_up() -> None:
    async with printkit.connect("gooten+emulator://", environ={}) as kit:
        urls = Receiver(kit, lambda order: asyncio.sleep(0), token=TOKEN).urls("https://example.com/notices/")
    assert urls == {"gooten": f"https://example.com/notices/{TOKEN}/gooten?orderid="}


# ── When something fails ──────────────────────────────────────────────────────────────────────────────────────────────


class TestFailures:
    async def test_a_handler_that_fails_is_called_again_later(self, durable: Scene, caplog: pytest.LogCaptureFixture) -> None:
        order, called = await durable.placed(), 0

        async def fails(found: Order) -> None:
            nonlocal called
            called += 1
            if called < 3:
                raise ZeroDivisionError

        durable.on_delivery = fails
        with caplog.at_level(logging.ERROR):
            await durable.tell(order.id)
            await durable.idle()
            assert (called, durable.delivered) == (1, [])
            durable.later(1.9)
            await durable.idle()
            assert called == 1
            durable.later(0.1)
            await durable.idle()
            assert called == 2
            durable.later(4)
            await durable.idle()

        assert (called, durable.statuses) == (3, [S.SUBMITTED])
        assert durable.outcomes["not-handled"] == 2
        assert "ZeroDivisionError" in caplog.text

    async def test_what_changed_meanwhile_is_what_the_handler_gets(self, durable: Scene) -> None:
        order = await durable.placed()

        async def fails(found: Order) -> None:
            raise ZeroDivisionError

        durable.on_delivery = fails
        await durable.tell(order.id)
        await durable.idle()
        durable.on_delivery = None
        durable.shop.print_and_ship(int(order.id))
        durable.later(10)
        await durable.idle()

        assert durable.statuses == [S.SHIPPED]

    async def test_without_an_inbox_the_shop_is_told_of_the_failure(self, there: Scene) -> None:
        order = await there.placed()

        async def fails(found: Order) -> None:
            raise ZeroDivisionError

        there.on_delivery = fails
        assert (await there.tell(order.id)).status == 503
        there.on_delivery = None
        there.later(1)
        assert (await there.tell(order.id)).status == 200
        assert len(there.delivered) == 1

    async def test_a_handler_that_hangs_is_given_up(self) -> None:
        async def hangs(found: Order) -> None:
            await asyncio.Event().wait()

        async with scene(evolve(QUICK, handler_seconds=0.01)) as there:
            order = await there.placed()
            there.on_delivery = hangs
            assert (await there.tell(order.id)).status == 503

    async def test_a_shop_that_waits_too_long_is_told_to_come_again(self) -> None:
        goes_on = asyncio.Event()

        async def waits(found: Order) -> None:
            await goes_on.wait()

        async with scene(evolve(QUICK, answer_seconds=0.01)) as there:
            order = await there.placed()
            there.on_delivery = waits
            assert (await there.tell(order.id)).status == 503
            goes_on.set()
            await there.idle()
            there.later(1)
            assert len(there.delivered) == 1

    async def test_a_shop_that_is_down_is_asked_again(self, durable: Scene) -> None:
        order = await durable.placed()
        durable.there.failing = [says({"errorMessage": "down"}, 500)] * 3  # as often as the kit tries by itself
        await durable.tell(order.id)
        await durable.idle()
        assert durable.outcomes["not-read"] == 1
        durable.later(4)
        await durable.idle()

        assert durable.statuses == [S.SUBMITTED]

    @pytest.mark.parametrize(("status", "given_up"), [(403, True), (400, True), (401, False), (500, False)])
    async def test_an_order_that_the_shop_does_not_show_is_given_up_and_an_outage_is_not(
        self, durable: Scene, status: int, given_up: bool
    ) -> None:
        class Refusing:
            def answer(self, request: Any) -> Any:
                return says({"errorMessage": "no"}, status)

        with stopped_clocks():
            other = kit_on(Refusing())
        async with other:
            durable.receiver._kit = other
            await durable.tell(1)
            for _ in range(7):
                await durable.idle()
                durable.later(1000)
        entries, _ = await durable.receiver._inbox.take(durable.time.now, {"pwinty"}, frozenset(), 10)

        assert (entries == []) is given_up

    async def test_a_file_that_cannot_be_written_refuses_the_notice(self, durable: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
        order = await durable.placed()

        async def full(*_: Any, **__: Any) -> bool:
            raise ConfigError("the disk is full")

        with monkeypatch.context() as patch:
            patch.setattr(durable.receiver._inbox, "tell", full)
            assert (await durable.tell(order.id)).status == 503
        assert (await durable.tell(order.id)).status == 200
        await durable.idle()
        assert len(durable.delivered) == 1
        assert durable.receiver._awaited == {}

    async def test_what_was_handled_and_cannot_be_noted_is_not_told_in_a_storm(
        self, durable: Scene, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        order = await durable.placed()

        async def full(*_: Any, **__: Any) -> None:
            raise ConfigError("the disk is full")

        with monkeypatch.context() as patch:
            patch.setattr(durable.receiver._inbox, "settle", full)
            await durable.tell(order.id)
            while not durable.delivered:  # noqa: ASYNC110 - nobody tells
                await asyncio.sleep(0)
            for _ in range(100):
                await asyncio.sleep(0)
            assert len(durable.delivered) == 1
        durable.time.advance(5)
        await durable.idle()
        assert len(durable.delivered) == 2

    async def test_closing_lets_the_handler_finish(self, tmp_path: Path) -> None:
        begun, goes_on = asyncio.Event(), asyncio.Event()

        async def waits(found: Order) -> None:
            begun.set()
            await goes_on.wait()

        async with scene(file=tmp_path / "inbox.db") as there:
            order = await there.placed()
            there.on_delivery = waits
            await there.tell(order.id)
            await begun.wait()
            closing = asyncio.create_task(there.receiver.aclose())
            await asyncio.sleep(0)
            goes_on.set()
            await closing
            assert len(there.delivered) == 1
            async with there.receiver:
                await there.idle()
            assert len(there.delivered) == 1

    async def test_what_is_not_handled_when_it_closes_is_handled_when_it_opens(self, tmp_path: Path) -> None:
        begun = asyncio.Event()

        async def hangs(found: Order) -> None:
            begun.set()
            await asyncio.Event().wait()

        async with scene(file=tmp_path / "inbox.db") as there:
            order = await there.placed()
            there.on_delivery = hangs
            await there.tell(order.id)
            await begun.wait()
            await there.receiver.aclose(grace=0)
            there.on_delivery = None
            assert there.delivered == []
            async with there.receiver:
                await there.idle()
            assert len(there.delivered) == 1


# ── How hard it can be made to work ───────────────────────────────────────────────────────────────────────────────────


class TestFloods:
    async def test_a_thousand_of_one_order_are_two_reads(self, there: Scene) -> None:
        order = await there.placed()
        goes_on = asyncio.Event()

        async def waits(found: Order) -> None:
            await goes_on.wait()

        there.on_delivery = waits
        told = [asyncio.create_task(there.tell(order.id)) for _ in range(500)]
        while not there.there.reads:  # noqa: ASYNC110 - the shop tells nobody
            await asyncio.sleep(0)
        told += [asyncio.create_task(there.tell(order.id)) for _ in range(500)]
        while there.outcomes["accepted"] < 1000:  # noqa: ASYNC110 - as above
            await asyncio.sleep(0)
        goes_on.set()
        await asyncio.sleep(0)
        for _ in range(10):
            there.later(1)
            await there.idle()

        assert {answer.status for answer in await asyncio.gather(*told)} == {200}
        assert (there.there.reads, len(there.delivered)) == (2, 1)

    async def test_one_order_is_looked_at_once_in_a_pause(self, durable: Scene) -> None:
        order = await durable.placed()
        for _ in range(100):  # ten a second, for ten seconds
            await durable.tell(order.id)
            await durable.idle()
            durable.later(0.1)
        await durable.idle()

        assert durable.there.reads <= 11

    async def test_no_more_at_once_than_permitted(self) -> None:
        at_once = most = 0
        goes_on = asyncio.Event()

        async def counts(found: Order) -> None:
            nonlocal at_once, most
            at_once += 1
            most = max(most, at_once)
            await goes_on.wait()
            at_once -= 1

        async with scene(evolve(QUICK, at_once=3)) as there:
            orders = [await there.placed(f"R{number}") for number in range(10)]
            there.on_delivery = counts
            told = asyncio.gather(*(there.tell(order.id) for order in orders))
            while at_once < 3:  # noqa: ASYNC110 - counted in the handler
                await asyncio.sleep(0)
            goes_on.set()
            await told
            assert (most, len(there.delivered)) == (3, 10)

    async def test_no_faster_than_permitted(self, tmp_path: Path) -> None:
        async with scene(evolve(QUICK, per_second=2.0, at_once=100), file=tmp_path / "inbox.db") as there:
            for number in range(1, 21):
                await there.tell(number)
            for _ in range(20):
                await asyncio.sleep(0.001)
            assert there.there.reads == 1
            for second in range(1, 6):
                for _ in range(2):
                    there.time.advance(0.5)
                    for _ in range(20):
                        await asyncio.sleep(0.0005)
                assert there.there.reads <= 1 + 2 * second

    async def test_beyond_so_many_orders_the_shop_is_asked_to_come_again(self, tmp_path: Path) -> None:
        async with scene(evolve(QUICK, waiting=5, at_once=1, per_second=0.001), file=tmp_path / "inbox.db") as there:
            answers = [(await there.tell(number)).status for number in range(1, 11)]
            again = [(await there.tell(number)).status for number in range(1, 11)]

        assert answers.count(503) in {4, 5}  # the first may be done already
        assert again.count(503) >= 4
        assert there.outcomes["busy"] == answers.count(503) + again.count(503)

    async def test_what_is_known_of_orders_is_bounded(self, durable: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("printkit.inbox.REMEMBERED", 10)
        durable.receiver._inbox._settled = 999 - 30
        for number in range(31):
            order = await durable.placed(f"R{number}")
            await durable.tell(order.id)
            await durable.idle()
            durable.later(1)
        count = await durable.receiver._inbox._do(lambda database: database.execute("SELECT count(*) FROM told").fetchone()[0])
        assert count <= 11


# ── What was lost ─────────────────────────────────────────────────────────────────────────────────────────────────────


class TestLosses:
    async def test_an_order_that_is_not_over_is_looked_at_again(self, tmp_path: Path) -> None:
        async with scene(evolve(QUICK, look_again=100.0), file=tmp_path / "inbox.db") as there:
            order = await there.placed()
            await there.tell(order.id)
            await there.idle()
            there.shop.print_and_ship(int(order.id))  # and no notice of it arrives
            there.later(99)
            await there.idle()
            assert there.statuses == [S.SUBMITTED]
            there.later(1)
            await there.idle()
            assert there.statuses == [S.SUBMITTED, S.SHIPPED]
            there.there.reads = 0
            there.later(10**7)
            await there.idle()
            assert there.there.reads == 0  # it is over

    async def test_ever_more_seldom_and_not_for_ever(self, tmp_path: Path) -> None:
        async with scene(evolve(QUICK, look_again=100.0, looks=4), file=tmp_path / "inbox.db") as there:
            order = await there.placed()
            await there.tell(order.id)
            await there.idle()
            there.there.reads = 0
            when: list[int] = []
            for second in range(0, 5000, 50):
                there.later(50)
                before = there.there.reads
                await there.idle()
                when += [second + 50] * (there.there.reads - before)
            assert when == [100, 300, 700, 1500]

    async def test_repeated_notices_do_not_use_up_the_looks(self, tmp_path: Path) -> None:
        async with scene(evolve(QUICK, look_again=100.0, looks=4), file=tmp_path / "inbox.db") as there:
            order = await there.placed()
            for _ in range(15):
                await there.tell(order.id)
                await there.idle()
                there.later(1)
            there.shop.print_and_ship(int(order.id))
            there.later(100)
            await there.idle()
            assert there.statuses == [S.SUBMITTED, S.SHIPPED]


class TestTheFile:
    async def test_what_was_delivered_is_known_after_a_restart(self, tmp_path: Path) -> None:
        async with scene(file=tmp_path / "inbox.db") as there:
            order = await there.placed()
            await there.tell(order.id)
            await there.idle()
            await there.receiver.aclose()
            there.later(5)
            async with there.receiver:
                await there.tell(order.id)
                await there.idle()
            assert len(there.delivered) == 1

    async def test_one_receiver_at_a_time(self, durable: Scene, tmp_path: Path) -> None:
        other = Inbox(tmp_path / "inbox.db")
        with pytest.raises(ConfigError, match="another receiver has it open"):
            await other.open()
        await durable.receiver.aclose()
        await other.open()
        await other.close()

    @pytest.mark.parametrize("content", [b"no database", b"SQLite format 3\0" + bytes(100)])
    async def test_another_file_is_refused(self, tmp_path: Path, content: bytes) -> None:
        (tmp_path / "inbox.db").write_bytes(content * 10)
        inbox = Inbox(tmp_path / "inbox.db")
        with pytest.raises(ConfigError, match=r"inbox\.db"):
            await inbox.open()
        await inbox.close()

    async def test_a_file_of_another_version_is_refused(self, tmp_path: Path) -> None:
        inbox = Inbox(tmp_path / "inbox.db")
        await inbox.open()
        await inbox._do(lambda database: database.execute("PRAGMA user_version = 9"))
        await inbox.close()
        with pytest.raises(ConfigError, match="another version"):
            await inbox.open()

    async def test_a_folder_that_is_not_there(self, tmp_path: Path) -> None:
        with pytest.raises(ConfigError, match="no-such-folder"):
            await Inbox(tmp_path / "no-such-folder" / "inbox.db").open()

    async def test_nothing_of_the_order_is_in_it(self, durable: Scene, tmp_path: Path) -> None:
        order = await durable.placed()
        await durable.tell(order.id, merchantOrderId="Acacia")
        await durable.idle()
        await durable.receiver.aclose()
        content = await asyncio.to_thread(lambda: b"".join(file.read_bytes() for file in tmp_path.iterdir()))
        assert order.id.encode() in content
        for secret in (TOKEN, "Acacia", "Tom Smith", "CF11", "R1", "example.com"):
            assert secret.encode() not in content


async def test_wait_for_hears_of_what_was_read() -> None:
    async with scene() as there:
        order = await there.placed()
        waiting = asyncio.create_task(there.kit.wait_for(order, S.SHIPPED))
        while not there.there.reads:  # noqa: ASYNC110 - the shop tells nobody
            await asyncio.sleep(0)
        there.shop.print_and_ship(int(order.id))
        await there.tell(order.id)
        assert (await asyncio.wait_for(waiting, 1)).status is S.SHIPPED
        assert there.there.reads == 2


def test_the_limits_are_the_documented_ones() -> None:
    limits = Limits()
    assert (limits.at_once, limits.per_second, limits.pause, limits.waiting) == (4, 10.0, 1.0, 10_000)
