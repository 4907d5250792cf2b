"""Emulated shops over real HTTP: routing, bodies of every kind, control calls, notices, time. Wire faults have a file of their own."""

import asyncio
import io
import json
import logging
import socket
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from printkit.emulator.clock import ManualClock
from printkit.emulator.notices import NoticeDue
from printkit.errors import ConfigError
from printkit.providers.pwinty.emulator import Automatic, Options, Shop
from printkit.server.emulator import EmulatorServer
from tests.pictures import JPEG

HEADERS = {"X-Pwinty-MerchantId": "merchant", "X-Pwinty-REST-API-Key": "canary-key"}


class Peer:
    """A server, its shop, and a client that speaks to it."""

    def __init__(self, shop: Shop, server: EmulatorServer, session: aiohttp.ClientSession) -> None:
        self.shop, self.server, self.session = shop, server, session

    async def call(self, method: str, path: str, **how: Any) -> tuple[int, Any]:
        async with self.session.request(method, f"{self.server.url}{path}", **how) as answer:
            return answer.status, await answer.json()

    async def order(self) -> int:
        status, order = await self.call(
            "POST", "/v2.5/Orders", json={"countryCode": "GB", "address1": "-", "addressTownOrCity": "-", "postalOrZipCode": "-"}
        )
        assert status == 200
        number: int = order["id"]
        return number


@pytest.fixture
async def peer() -> AsyncIterator[Peer]:
    shop = Shop(clock=ManualClock())
    async with EmulatorServer([shop], tick=None) as server, aiohttp.ClientSession(headers=HEADERS) as session:
        yield Peer(shop, server, session)


class TestBodies:
    async def test_json_form_and_multipart(self, peer: Peer) -> None:
        order = await peer.order()
        upload = aiohttp.FormData()
        upload.add_field("type", "4x6")
        upload.add_field("file", io.BytesIO(JPEG), filename="zoë.jpg", content_type="image/jpeg")

        assert (await peer.call("POST", f"/v2.5/Orders/{order}/Photos", json={"type": "4x6", "url": "http://a.example/b"}))[0] == 200
        assert (await peer.call("POST", f"/v2.5/Orders/{order}/Photos/", data={"type": "4x6", "attributes[finish]": "matte"}))[0] == 200
        status, photo = await peer.call("POST", f"/V2.5/orders/{order}/photos", data=upload)
        assert (status, photo["status"]) == (200, "Ok")
        assert len((await peer.call("GET", f"/v2.5/Orders/{order}"))[1]["photos"]) == 3

    async def test_a_large_file(self, peer: Peer) -> None:
        upload = aiohttp.FormData()
        upload.add_field("type", "4x6")
        upload.add_field("file", io.BytesIO(JPEG + bytes(5_000_000)), filename="a.jpg", content_type="image/jpeg")

        assert (await peer.call("POST", f"/v2.5/Orders/{await peer.order()}/Photos", data=upload))[1]["status"] == "Ok"

    async def test_a_file_that_is_too_large(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("printkit.server.emulator._LARGEST_BODY", 1000)
        shop = Shop(clock=ManualClock())
        async with EmulatorServer([shop], tick=None) as server, aiohttp.ClientSession(headers=HEADERS) as session:
            assert (await Peer(shop, server, session).call("POST", "/v2.5/Orders", data=bytes(1001)))[0] == 413

    async def test_a_chunked_and_a_compressed_body(self, peer: Peer) -> None:
        async def chunks() -> AsyncIterator[bytes]:
            yield b'{"countryCode":'
            yield b' "GB"}'

        kind = {"Content-Type": "application/json"}
        assert (await peer.call("POST", "/v2.5/Orders", data=chunks(), headers=kind))[0] == 200
        assert (await peer.call("POST", "/v2.5/Orders", data=b'{"countryCode": "GB"}', headers=kind, compress=True))[0] == 200

    async def test_values_in_the_query_string(self, peer: Peer) -> None:
        status, order = await peer.call("POST", "/v2.5/Orders?countryCode=GB&recipientName=Zo%C3%AB+%26+Co%2B")

        assert (status, order["recipientName"]) == (200, "Zoë & Co+")


class TestRouting:
    async def test_odd_paths(self, peer: Peer) -> None:
        number = await peer.order()
        for path, expected in (
            (f"//v2.5//Orders//{number}/", 200),
            (f"/v2.5/Orders/{number}%20", 404),
            ("/v2.5/Orders/..%2f..%2fCountry", 404),
            ("/v2.5", 404),
            ("/v2.50/Orders", 404),
            ("/", 404),
            ("/v2.5/Orders/%2e%2e/1", 400),
            ("/v2.5/Orders/{1}", 400),
        ):
            status = await raw_status(peer.server.port, path)
            assert (path, status) == (path, expected)

    async def test_no_shop_here(self, peer: Peer) -> None:
        status, answer = await peer.call("GET", "/elsewhere")

        assert status == 404
        assert "/v2.5" in answer["message"]

    async def test_errors_keep_their_headers(self, peer: Peer) -> None:
        async with peer.session.patch(f"{peer.server.url}/v2.5/Country") as answer:
            assert (answer.status, answer.headers["Allow"]) == (405, "GET")
            assert answer.headers["Content-Type"] == "application/json; charset=utf-8"

    async def test_two_shops_on_one_port(self) -> None:
        inner, outer = Shop(Options(prefix="/v2.5/inner")), Shop()
        async with EmulatorServer([outer, inner], tick=None) as server, aiohttp.ClientSession(headers=HEADERS) as session:
            await session.post(f"{server.url}/v2.5/Inner/Orders", data={"countryCode": "GB"})

        assert (inner.ledger.count("order created"), outer.ledger.count("order created")) == (1, 0)
        with pytest.raises(ValueError, match=r"pwinty and pwinty both want /v2\.5: one host serves them all"):
            EmulatorServer([Shop(), Shop()])


async def raw_status(port: int, path: str) -> int:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    fields = "".join(f"{name}: {value}\r\n" for name, value in HEADERS.items())
    writer.write(f"GET {path} HTTP/1.1\r\nHost: x\r\n{fields}Connection: close\r\n\r\n".encode())
    line = await reader.readline()
    writer.close()
    await writer.wait_closed()
    return int(line.split()[1])


class TestOpening:
    async def test_a_taken_port_is_said_clearly(self, peer: Peer) -> None:
        with pytest.raises(ConfigError, match=rf"port {peer.server.port} on 127.0.0.1 is in use"):
            async with EmulatorServer([], port=peer.server.port):
                pass

    async def test_an_unusable_host(self) -> None:
        with pytest.raises(ConfigError, match=r"cannot listen on 192\.0\.2\.1"):
            async with EmulatorServer([], host="192.0.2.1"):
                pass

    async def test_closed_is_closed_and_may_be_opened_again(self) -> None:
        server, port = EmulatorServer([Shop()]), 0
        for _ in range(2):
            async with server, aiohttp.ClientSession() as session, session.get(f"{server.url}/_emulator/health") as answer:
                assert answer.status == 200
                port = server.port
        with pytest.raises(RuntimeError, match="not open"):
            server.url  # noqa: B018 - it raises
        with socket.socket() as connection:
            assert connection.connect_ex(("127.0.0.1", port)) != 0

    async def test_open_connections_do_not_hold_it_up(self) -> None:
        async with EmulatorServer([Shop()]) as server:
            _, writer = await asyncio.open_connection("127.0.0.1", server.port)
        writer.close()


class TestControl:
    async def test_health(self, peer: Peer) -> None:
        assert await peer.call("GET", "/_emulator/health") == (200, {"status": "ok", "shops": [{"name": "pwinty", "prefixes": ["/v2.5"]}]})

    async def test_ledger_and_reset(self, peer: Peer) -> None:
        order = await peer.order()
        entry = {"kind": "order created", "key": ["", str(order)], "count": 1}
        assert await peer.call("GET", "/_emulator/ledger") == (200, {"pwinty": [entry]})

        await peer.call("POST", "/_emulator/faults", json={"instruction": "html"})
        assert await peer.call("POST", "/_emulator/reset") == (200, {})
        assert (await peer.call("GET", "/_emulator/ledger"))[1] == {"pwinty": []}
        assert (await peer.call("GET", "/v2.5/Orders")) == (200, [])

    async def test_faults(self, peer: Peer) -> None:
        one = {"method": "GET", "path": "/v2.5/Country", "instruction": {"kind": "status", "status": 503, "body": "{}"}}
        assert await peer.call("POST", "/_emulator/faults", json=one) == (200, {"ids": [1]})
        assert await peer.call("POST", "/_emulator/faults", json=[one, one]) == (200, {"ids": [2, 3]})
        assert await peer.call("POST", "/_emulator/faults", json={"faults": [one]}) == (200, {"ids": [4]})
        assert (await peer.call("GET", "/v2.5/Country"))[0] == 503

        listed = (await peer.call("GET", "/_emulator/faults"))[1]
        assert [(fault["id"], fault["taken"]) for fault in listed] == [(1, 1), (2, 0), (3, 0), (4, 0)]
        assert (await peer.call("DELETE", "/_emulator/faults/2"))[0] == 200
        assert (await peer.call("DELETE", "/_emulator/faults/2"))[0] == 404
        assert (await peer.call("DELETE", "/_emulator/faults"))[0] == 200
        assert (await peer.call("GET", "/v2.5/Country"))[0] == 200

    async def test_a_list_with_a_wrong_fault_adds_none(self, peer: Peer) -> None:
        status, answer = await peer.call("POST", "/_emulator/faults", json=[{"instruction": "html"}, {"instruction": "explode"}])

        assert status == 400
        assert "explode" not in answer["error"]
        assert (await peer.call("GET", "/_emulator/faults"))[1] == []

    async def test_the_clock(self, peer: Peer) -> None:
        before = datetime.fromisoformat((await peer.call("GET", "/_emulator/clock"))[1]["pwinty"])
        status, after = await peer.call("POST", "/_emulator/clock/advance", data='{"seconds": 90.5}')

        assert status == 200
        assert datetime.fromisoformat(after["pwinty"]) - before == timedelta(seconds=90.5)
        assert peer.shop.clock.now() == datetime.fromisoformat(after["pwinty"]).astimezone(UTC)

    @pytest.mark.parametrize("seconds", [-1, "x", None, True, 1e300, []])
    async def test_time_does_not_go_just_anywhere(self, peer: Peer, seconds: object) -> None:
        assert (await peer.call("POST", "/_emulator/clock/advance", json={"seconds": seconds}))[0] == 400

    async def test_the_shops_own_calls(self, peer: Peer) -> None:
        order = await peer.order()
        photo = (await peer.call("POST", f"/v2.5/Orders/{order}/Photos", json={"type": "4x6", "url": "http://a.example/b"}))[1]["id"]
        assert await peer.call("POST", f"/_emulator/pwinty/photos/{photo}/fetched") == (200, {"id": photo, "status": "Ok"})
        await peer.call("POST", f"/v2.5/Orders/{order}/Status", data={"status": "Submitted"})
        assert await peer.call("POST", f"/_emulator/pwinty/orders/{order}/ship?step=allocate") == (
            200,
            {"id": order, "status": "Submitted"},
        )
        assert await peer.call("POST", f"/_emulator/pwinty/orders/{order}/ship", data={"step": "ship"}) == (
            200,
            {"id": order, "status": "Submitted"},
        )
        assert await peer.call("POST", f"/_emulator/pwinty/orders/{order}/ship") == (200, {"id": order, "status": "Complete"})
        assert (await peer.call("POST", f"/_emulator/pwinty/orders/{order}/pay"))[0] == 400

    @pytest.mark.parametrize("path", ["", "nix", "pwinty/nix", "pwinty/orders/1/ship", "nobody/orders/1/ship", "faults/1/2"])
    async def test_unknown_calls(self, peer: Peer, path: str) -> None:
        status, answer = await peer.call("POST", f"/_emulator/{path}")

        assert status == 404
        assert answer["error"]

    async def test_an_unreadable_body(self, peer: Peer) -> None:
        for how in ({"data": b"{"}, {"data": b"x", "headers": {"Content-Type": "text/plain"}}):
            assert (await peer.call("POST", "/_emulator/faults", **how))[0] == 400


class Receiver:
    """Takes notices and answers them with the given statuses, the last one for ever."""

    def __init__(self, *statuses: int) -> None:
        self.statuses = list(statuses)
        self.bodies: list[dict[str, Any]] = []
        self.completed = asyncio.Event()

    async def take(self, request: web.Request) -> web.Response:
        assert request.content_type == "application/json"
        self.bodies.append(await request.json())
        if self.bodies[-1]["status"] == "complete":
            self.completed.set()
        return web.Response(status=self.statuses.pop(0) if len(self.statuses) > 1 else self.statuses[0], headers={"Location": "/elsewhere"})


@pytest.fixture
async def receiver() -> AsyncIterator[tuple[Receiver, str]]:
    receiver = Receiver(500, 302, 200)
    application = web.Application()
    application.router.add_post("/notices", receiver.take)
    runner = web.AppRunner(application)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield receiver, f"http://127.0.0.1:{runner.addresses[0][1]}/notices"
    await runner.cleanup()


class TestNotices:
    async def test_delivered_until_they_are_taken(self, receiver: tuple[Receiver, str]) -> None:
        there, url = receiver
        clock = ManualClock()
        shop = Shop(Options(callback_url=url), clock)
        async with EmulatorServer([shop], tick=None) as server, aiohttp.ClientSession(headers=HEADERS) as session:
            peer = Peer(shop, server, session)
            order = await peer.order()
            for attempts in (1, 2, 3, 3):
                await server.tick()
                assert len(there.bodies) == attempts
                await peer.call("POST", "/_emulator/clock/advance", json={"seconds": 0})
                assert len(there.bodies) == attempts
                clock.advance(timedelta(hours=6))

            status, found = await peer.call("GET", "/_emulator/pwinty/notices")

        assert {body["id"] for body in there.bodies} == {order}
        assert (status, found["url"], found["waiting"]) == (200, url, 0)
        (sent,) = found["notices"]
        assert (sent["state"], sent["attempts"], sent["status"], sent["body"]["id"]) == ("accepted", 3, 200, order)

    async def test_nobody_there(self) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            url = f"http://127.0.0.1:{free.getsockname()[1]}/"
        clock = ManualClock()
        shop = Shop(clock=clock)
        async with EmulatorServer([shop], tick=None) as server, aiohttp.ClientSession(headers=HEADERS) as session:
            peer = Peer(shop, server, session)
            for where in (url, "nonsense", "http://"):
                await peer.call("POST", "/_emulator/pwinty/notices", json={"url": where})
                await peer.order()
            await server.tick()

            assert list(shop.advance(clock.now())) == []
            clock.advance(timedelta(minutes=1))
            assert [notice.attempt for notice in shop.advance(clock.now())] == [2, 2, 2]

    async def test_time_passes_by_itself(self, receiver: tuple[Receiver, str]) -> None:
        there, url = receiver
        there.statuses[:] = [200]
        shop = Shop(Options(callback_url=url, automatic=Automatic.every(0)))
        async with EmulatorServer([shop], tick=0.001) as server, aiohttp.ClientSession(headers=HEADERS) as session:
            peer = Peer(shop, server, session)
            order = await peer.order()
            await peer.call("POST", f"/v2.5/Orders/{order}/Photos", json={"type": "4x6", "url": "http://a.example/b"})
            await peer.call("POST", f"/v2.5/Orders/{order}/Status", json={"status": "Submitted"})
            async with asyncio.timeout(10):
                await there.completed.wait()


async def test_time_goes_on_when_it_stood_still_in_a_shop(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    shop, went_on = Shop(), asyncio.Event()
    advance, fails = shop.advance, [RuntimeError("canary")]

    def stumble(now: datetime) -> Sequence[NoticeDue]:
        if fails:
            raise fails.pop()
        went_on.set()
        return advance(now)

    monkeypatch.setattr(shop, "advance", stumble)
    async with EmulatorServer([shop], tick=0.001), asyncio.timeout(10):
        await went_on.wait()

    assert "RuntimeError" in caplog.text
    assert "canary" not in caplog.text


async def test_nothing_that_was_sent_is_logged(peer: Peer, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    await peer.order()
    await peer.call("GET", "/v2.5/Orders?merchantOrderId=canary-query")
    await peer.call("POST", "/v2.5/Orders", data=b"{canary-body", headers={"Content-Type": "application/json"})
    reader, writer = await asyncio.open_connection("127.0.0.1", peer.server.port)
    writer.write(b"GET /v2.5/Orders HTTP/1.1\r\nX-Pwinty-REST-API-Key canary-header\r\n\r\n")
    await reader.read()
    writer.close()
    await writer.wait_closed()

    seen = "".join(record.getMessage() + str(record.exc_info) + json.dumps(record.args, default=str) for record in caplog.records)
    assert "canary" not in seen
