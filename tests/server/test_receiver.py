"""The receiver on real sockets: strangers, large and slow bodies, a thousand at once, and the emulated shops' own notices."""

import asyncio
import contextlib
import io
import re
import tracemalloc
from collections import Counter
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from attrs import evolve

import printkit
from printkit import NewOrder, Order, OrderStatus, Photo, PrintKit, Recipient, registry
from printkit.emulator.clock import ManualClock
from printkit.emulator.shop import Shop
from printkit.errors import ConfigError
from printkit.inbox import Inbox
from printkit.progress import fingerprint
from printkit.receiving import Limits, Receiver
from printkit.server.emulator import EmulatorServer
from printkit.server.receiver import ReceiverServer, application
from printkit.telemetry import Event, Notified
from tests.receiving import QUICK, TOKEN, Scene, scene

TOM = Recipient("Tom Smith", line1="14 Acacia Avenue", city="Cardiff", postal_code="CF11 1AB", country="GB")


class Door:
    """A scene whose receiver listens, by itself or within another application."""

    def __init__(self, there: Scene, port: int, prefix: str, session: aiohttp.ClientSession) -> None:
        self.there, self.port, self.prefix, self.session = there, port, prefix, session

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}{self.prefix}/{TOKEN}/pwinty"

    async def post(self, body: Any, url: str | None = None) -> int:
        async with self.session.post(url or self.url, data=body) as answer:
            await answer.read()
            return answer.status

    async def raw(self, method: str, path: str) -> bytes:
        """The whole answer, without what changes with the time."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        writer.write(f"{method} {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 3\r\n\r\nabc".encode())
        answer = await reader.read()
        writer.close()
        await writer.wait_closed()
        return re.sub(rb"Date: [^\r]*", b"", answer)


@contextlib.asynccontextmanager
async def door(limits: Limits = QUICK, *, mounted: bool = False, file: Path | None = None) -> AsyncIterator[Door]:
    async with scene(limits, file=file) as there:
        await there.receiver.aclose()  # the application opens it
        app, prefix = application(there.receiver), ""
        if mounted:
            outer, prefix = web.Application(), "/shop/notices"
            outer.add_subapp(prefix, app)
            app = outer
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
            yield Door(there, runner.addresses[0][1], prefix, session)
        await runner.cleanup()


@pytest.fixture(params=[False, True], ids=["alone", "mounted"])
async def at(request: pytest.FixtureRequest) -> AsyncIterator[Door]:
    async with door(mounted=request.param) as opened:
        yield opened


class TestStrangers:
    @pytest.mark.parametrize("method", ["GET", "POST", "PUT", "OPTIONS"])
    async def test_a_wrong_token_is_a_path_that_there_is_not(self, at: Door, method: str) -> None:
        there_is_not = await at.raw(method, f"{at.prefix}/a/b/c")

        assert there_is_not.startswith(b"HTTP/1.1 404 Not Found")
        for path in (f"/{'x' * len(TOKEN)}/pwinty", f"/{TOKEN[:-1]}/pwinty", f"/{TOKEN}/nobody", f"/{TOKEN}", "", "/", f"/{TOKEN}/%2e%2e"):
            assert await at.raw(method, at.prefix + path or "/") == there_is_not

    async def test_known_and_unknown_orders_are_answered_alike(self, at: Door) -> None:
        order = await at.there.placed()
        answers = []
        for number in (order.id, "424242"):
            async with at.session.post(at.url, json={"id": int(number), "status": "submitted"}) as answer:
                headers = {name: value for name, value in answer.headers.items() if name != "Date"}
                answers.append((answer.status, headers, await answer.read()))

        assert answers[0] == answers[1]
        assert answers[0][0] == 200


class TestBodies:
    async def test_ten_megabytes(self, at: Door) -> None:
        tracemalloc.start()
        try:
            with contextlib.suppress(aiohttp.ClientOSError, aiohttp.ServerDisconnectedError):  # it may hang up before all is sent
                assert await at.post(_pieces(160)) == 413
            _, most = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()

        assert most < 4_000_000
        assert at.there.outcomes["too-large"] == 1
        assert await at.post(b'{"id": 1, "status": "submitted"}') == 200

    async def test_ten_megabytes_that_are_announced(self, at: Door) -> None:
        with contextlib.suppress(aiohttp.ClientOSError, aiohttp.ServerDisconnectedError):
            assert await at.post(io.BytesIO(bytes(10_000_000))) == 413
        assert at.there.outcomes["too-large"] == 1

    async def test_a_slow_body(self) -> None:
        async with door(evolve(QUICK, body_seconds=0.05)) as at:
            reader, writer = await asyncio.open_connection("127.0.0.1", at.port)
            writer.write(f'POST /{TOKEN}/pwinty HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{{"id"'.encode())
            answer = await reader.readline()
            writer.close()
            await writer.wait_closed()

        assert answer.startswith(b"HTTP/1.1 408 ")
        assert at.there.outcomes == {"too-slow": 1}

    async def test_many_that_dawdle_do_not_keep_a_notice_out(self) -> None:
        begun = f"POST /{TOKEN}/pwinty HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\n\r\n{{"
        async with door(evolve(QUICK, body_seconds=0.1)) as at:
            dawdlers = [await asyncio.open_connection("127.0.0.1", at.port) for _ in range(300)]
            for number, (_, writer) in enumerate(dawdlers):
                writer.write((begun if number % 3 == 0 else begun[:60]).encode())
            while at.there.receiver._bodies._value:  # noqa: ASYNC110 - until all places are taken; nobody tells
                await asyncio.sleep(0)
            assert await asyncio.wait_for(at.post(b'{"id": 1, "status": "submitted"}'), 10) == 200
            for _, writer in dawdlers:
                writer.close()
                with contextlib.suppress(ConnectionError):
                    await writer.wait_closed()

    async def test_a_body_in_wrong_chunks(self) -> None:
        async with door(evolve(QUICK, body_seconds=0.05)) as at:
            reader, writer = await asyncio.open_connection("127.0.0.1", at.port)
            writer.write(f"POST /{TOKEN}/pwinty HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{{\r\n".encode())
            while at.there.receiver._bodies._value == 64:  # noqa: ASYNC110 - until it is being read; nobody tells
                await asyncio.sleep(0)
            writer.write(b"zz\r\nabc\r\n")
            answer = await reader.readline()
            writer.close()
            await writer.wait_closed()

        assert answer.split()[1] in {b"400", b"408"}

    async def test_a_body_that_breaks_off(self, at: Door, caplog: pytest.LogCaptureFixture) -> None:
        _, writer = await asyncio.open_connection("127.0.0.1", at.port)
        writer.write(f"POST {at.prefix}/{TOKEN}/pwinty HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{{".encode())
        while at.there.receiver._bodies._value == 64:  # noqa: ASYNC110 - until it is being read; nobody tells
            await asyncio.sleep(0)
        writer.close()
        await writer.wait_closed()
        while at.there.receiver._bodies._value < 64:  # noqa: ASYNC110 - as above
            await asyncio.sleep(0)

        assert await at.post(b'{"id": 1, "status": "submitted"}') == 200
        assert at.there.outcomes["malformed"] == 1
        assert caplog.text == ""

    async def test_what_is_wrong_with_it_is_told(self, at: Door) -> None:
        async with at.session.post(at.url, data=b"nonsense") as answer:
            assert (answer.status, await answer.text()) == (400, "body: is not JSON")

    async def test_a_ping(self, at: Door) -> None:
        for method in ("GET", "HEAD"):
            async with at.session.request(method, at.url) as answer:
                assert (answer.status, await answer.read()) == (200, b"")


async def _pieces(number: int) -> AsyncIterator[bytes]:
    for _ in range(number):
        yield bytes(65_536)


@pytest.mark.slow
async def test_a_thousand_at_once(tmp_path: Path) -> None:
    async with door(evolve(QUICK, at_once=4), file=tmp_path / "inbox.db") as at:
        orders = [await at.there.placed(f"R{number}") for number in range(20)]
        at.there.there.reads = 0
        bodies = [b'{"id": %d, "status": "complete"}' % int(orders[number % 20].id) for number in range(900)]
        bodies += [b'{"id": %d, "status": "complete"}' % number for number in range(1, 51)] + [b"forged"] * 50
        answers = Counter(await asyncio.gather(*(at.post(body) for body in bodies)))
        for _ in range(3):
            await at.there.idle()
            at.there.later(1)

        assert answers == {200: 950, 400: 50}
        assert Counter(order.id for order in at.there.delivered) == {order.id: 1 for order in orders}
        assert {order.status for order in at.there.delivered} == {OrderStatus.SUBMITTED}
        assert at.there.there.reads <= 2 * 50 + 3 * 20  # what the shop does not know is looked for once more


async def test_a_connection_that_brings_nothing_more_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("printkit.server.receiver.IDLE", 0.05)
    async with scene() as there:
        await there.receiver.aclose()
        async with ReceiverServer(there.receiver) as server:
            reader, writer = await asyncio.open_connection("127.0.0.1", int(server.url.rpartition(":")[2]))
            writer.write(f"GET /{TOKEN}/pwinty HTTP/1.1\r\nHost: x\r\n\r\nGET / HT".encode())
            answer = await asyncio.wait_for(reader.read(), 10)
            writer.close()
            await writer.wait_closed()

    assert answer.startswith(b"HTTP/1.1 200 ")


async def test_a_taken_port_is_told() -> None:
    async with scene() as there:
        await there.receiver.aclose()
        async with ReceiverServer(there.receiver) as server:
            port = int(server.url.rpartition(":")[2])
            other = ReceiverServer(Receiver(there.kit, there._handle, token=TOKEN), port=port)
            with pytest.raises(ConfigError, match=f"port {port} on 127.0.0.1 is in use"):
                await other.__aenter__()


async def test_an_inbox_that_cannot_be_used_is_told(tmp_path: Path) -> None:
    async with scene() as there:
        receiver = Receiver(there.kit, there._handle, token=TOKEN, inbox=Inbox(tmp_path))
        with pytest.raises(ConfigError, match="the inbox"):
            await ReceiverServer(receiver).__aenter__()


# ── The emulated shops' own notices ───────────────────────────────────────────────────────────────────────────────────


class Life:
    """An emulated shop behind HTTP, a program that orders from it and receives its notices, and what it was told."""

    def __init__(self, shop: Shop, server: EmulatorServer, kit: PrintKit, events: list[Event]) -> None:
        self.shop, self.server, self.kit, self.events = shop, server, kit, events
        self.told: list[Order] = []
        self.heard = asyncio.Event()

    async def handle(self, order: Order) -> None:
        self.told.append(order)
        self.heard.set()

    async def until(self, status: OrderStatus) -> None:
        async with asyncio.timeout(20):
            while not self.told or self.told[-1].status is not status:
                self.heard.clear()
                await self.heard.wait()

    async def placed(self) -> Order:
        found = await self.kit.list_products(country="GB")
        order = await self.kit.create_order(NewOrder(TOM))
        photos = [Photo(each.sku, "https://example.com/a.jpg") for each in found.products[:2]]
        return await self.kit.submit(await self.kit.add_photos(order, photos))


SETTINGS = {"EMAIL": "a@example.com", "PHONE": "1"}


@pytest.fixture(params=registry.kinds())
async def life(request: pytest.FixtureRequest) -> AsyncIterator[Life]:
    info = registry.info(request.param)
    shop: Shop = registry.part(info.emulator)(clock=ManualClock())
    events: list[Event] = []
    environ = {f"PRINTKIT_PROVIDERS_{info.kind.upper()}_{name}": value for name, value in SETTINGS.items() if info.kind == "gooten"}
    async with EmulatorServer([shop], tick=None) as server:
        url = f"{info.kind}+emulator://127.0.0.1:{server.port}"
        async with printkit.connect(url, environ=environ, hooks=[events.append]) as kit:
            opened = Life(shop, server, kit, events)
            receiver = Receiver(kit, opened.handle, token=TOKEN, limits=Limits(pause=0.01, per_second=1000))
            async with ReceiverServer(receiver) as listening:
                shop.control(("notices",), {"url": receiver.urls(listening.url)[info.kind]})
                yield opened


async def test_a_life_told_by_notices(life: Life) -> None:
    order = await life.placed()
    await life.server.tick()
    await life.until(OrderStatus.SUBMITTED)
    life.shop.control(("orders", order.id, "ship"), {})
    waiting = asyncio.create_task(life.kit.wait_for(order, OrderStatus.SHIPPED, timeout=20))
    await life.server.tick()
    await life.until(OrderStatus.SHIPPED)

    assert (await waiting).status is OrderStatus.SHIPPED
    assert life.told[-1].shipments
    outcomes = Counter(event.outcome for event in life.events if isinstance(event, Notified))
    assert outcomes["delivered"] == len(life.told) >= 2
    assert outcomes["malformed"] == outcomes["not-read"] == 0


async def test_repeats_delays_and_losses_change_nothing(life: Life) -> None:
    life.shop.control(("notices",), {"copies": 3, "drops_every": 4, "delays": [30, 0, 10]})
    order = await life.placed()
    life.shop.control(("orders", order.id, "ship"), {})
    for _ in range(5):
        life.shop.clock.advance(timedelta(seconds=10))
        await life.server.tick()
    await life.until(OrderStatus.SHIPPED)

    marks = [fingerprint(each) for each in life.told]
    assert len(marks) == len(set(marks))


async def test_the_test_button(life: Life) -> None:
    life.shop.control(("notices", "ping"), {})
    await life.server.tick()

    assert [event.outcome for event in life.events if isinstance(event, Notified)] == ["ping"]
