"""Fetching over real sockets: what is refused never reaches a connection, what fails is told as not found, and nothing is left running."""

import asyncio
import contextlib
import gzip
import socket
from collections.abc import AsyncIterator
from typing import Any, cast

import pytest
from aiohttp import web

from printkit.emulator.shop import ArtworkFailure, ArtworkWanted, Shop, UnknownControlError
from printkit.server.fetching import Fetching
from tests.pictures import JPEG

LOOPBACK_BY_OTHER_NAMES = (
    "127.0.0.1",
    "localhost",
    "LOCALHOST",
    "localhost.",
    "127.1",
    "127.0.1",
    "127.0.0.1.",
    "0177.0.0.1",
    "0x7f.0.0.1",
    "0x7f000001",
    "2130706433",
    "017700000001",
    "0",
    "0.0.0.0",  # noqa: S104
    "①②⑦.0.0.1",
    "user:password@127.0.0.1",
    "images.example.com@127.0.0.1",
    "[::1]",
    "[::]",
    "[0:0:0:0:0:0:0:1]",
    "[::127.0.0.1]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[64:ff9b::7f00:1]",
    "[2002:7f00:1::]",
)
ELSEWHERE_INSIDE = (
    "10.0.0.1",
    "192.168.0.1",
    "100.64.0.1",
    "169.254.169.254",
    "[::ffff:169.254.169.254]",
    "[fd00::1]",
    "[fe80::1]",
    "224.0.0.1",
)


class Listener:
    """A shop that only notes what came."""

    def __init__(self) -> None:
        self.came: list[bytes | ArtworkFailure] = []

    def artwork_arrived(self, item: str, artwork: bytes | ArtworkFailure) -> None:
        if item == "gone":
            raise UnknownControlError("gone")
        if item == "done":
            raise ValueError("done")
        self.came.append(artwork)


class Source:
    """A web server with pictures and traps; counts every connection to its port."""

    def __init__(self) -> None:
        self.connections = 0
        self.paths: list[str] = []
        self.headers: list[Any] = []
        self.release, self.busy = asyncio.Event(), asyncio.Event()
        self.at_once = self.most_at_once = 0
        self.port = 0

    async def handle(self, request: web.Request) -> web.StreamResponse:
        self.paths.append(request.path)
        self.headers.append(request.headers)
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        if self.at_once == 4:
            self.busy.set()
        try:
            return await self.answer(request)
        finally:
            self.at_once -= 1

    async def answer(self, request: web.Request) -> web.StreamResponse:
        match request.path:
            case "/redirect":
                return web.Response(status=302, headers={"Location": "/a.jpg"})
            case "/missing":
                return web.Response(status=404, body=JPEG)
            case "/gzip":
                return web.Response(body=gzip.compress(bytes(10_000_000)), headers={"Content-Encoding": "gzip"})
            case "/endless":
                return await self.endless(request)
            case "/drip":
                return await self.drip(request)
            case "/cut":
                return await self.cut(request)
            case "/slow":
                await self.release.wait()
        return web.Response(body=JPEG)

    async def endless(self, request: web.Request) -> web.StreamResponse:
        answer = web.StreamResponse()
        await answer.prepare(request)
        with contextlib.suppress(ConnectionError):
            while True:
                await answer.write(bytes(65536))
        return answer

    async def drip(self, request: web.Request) -> web.StreamResponse:
        answer = web.StreamResponse()
        await answer.prepare(request)
        with contextlib.suppress(ConnectionError):
            while True:
                await answer.write(b"x")
                await asyncio.sleep(0.02)
        return answer

    async def cut(self, request: web.Request) -> web.StreamResponse:
        answer = web.StreamResponse(headers={"Content-Length": "1000"})
        await answer.prepare(request)
        await answer.write(JPEG)
        assert request.transport is not None
        request.transport.close()
        return answer


@pytest.fixture
async def source() -> AsyncIterator[Source]:
    served = Source()
    application = web.Application()
    application.router.add_get("/{path:.*}", served.handle)
    runner = web.AppRunner(application, access_log=None, handler_cancellation=True, shutdown_timeout=0.1)
    await runner.setup()
    assert runner.server is not None

    def connected() -> Any:
        served.connections += 1
        return cast(Any, runner.server)()

    with contextlib.ExitStack() as sockets:
        first = sockets.enter_context(socket.create_server(("127.0.0.1", 0)))
        served.port = first.getsockname()[1]
        listening = [first]
        with contextlib.suppress(OSError):
            listening.append(sockets.enter_context(socket.create_server(("::1", served.port), family=socket.AF_INET6)))
        servers = [await asyncio.get_running_loop().create_server(connected, sock=each) for each in listening]
        yield served
        for server in servers:
            server.close()
        await runner.cleanup()


async def fetched(fetching: Fetching, url: str, item: str = "1") -> list[bytes | ArtworkFailure]:
    listener = Listener()
    await fetching.fetch([(cast(Shop, listener), ArtworkWanted(item, url))])
    return listener.came


NOT_FOUND = [ArtworkFailure.NOT_FOUND]


class TestAllowed:
    @pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "user:password@127.0.0.1"])
    async def test_from_where_it_was_said(self, source: Source, host: str) -> None:
        fetching = Fetching([f"127.0.0.1:{source.port}", f"localhost:{source.port}"])

        assert await fetched(fetching, f"http://{host}:{source.port}/a.jpg?width=1#top") == [JPEG]
        assert source.connections == 1

    async def test_it_asks_plainly_and_shows_nothing_of_ours(self, source: Source) -> None:
        await fetched(Fetching([f"127.0.0.1:{source.port}"]), f"http://127.0.0.1:{source.port}/a.jpg")

        assert set(source.headers[0]) == {"Host", "Connection", "Accept", "Accept-Encoding", "User-Agent"}
        assert source.headers[0]["Accept-Encoding"] == "identity"

    async def test_a_shop_that_no_longer_wants_it(self, source: Source) -> None:
        fetching = Fetching([f"127.0.0.1:{source.port}"])

        assert await fetched(fetching, f"http://127.0.0.1:{source.port}/a.jpg", "gone") == []
        assert await fetched(fetching, f"http://127.0.0.1:{source.port}/a.jpg", "done") == []

    async def test_what_is_no_picture_is_the_shop_s_affair(self, source: Source) -> None:
        [content] = await fetched(Fetching([f"127.0.0.1:{source.port}"]), f"http://127.0.0.1:{source.port}/gzip")

        assert isinstance(content, bytes)
        assert len(content) < 100_000, "it was not unpacked"


class TestRefused:
    @pytest.mark.parametrize("host", LOOPBACK_BY_OTHER_NAMES)
    async def test_this_machine_by_any_name(self, source: Source, host: str) -> None:
        for allowed in ([], ["*"], ["images.example.com"], ["127.0.0.1:1", "localhost:1"]):
            assert await fetched(Fetching(allowed), f"http://{host}:{source.port}/a.jpg") == NOT_FOUND, allowed

        assert source.connections == 0

    @pytest.mark.parametrize("host", ELSEWHERE_INSIDE)
    async def test_other_machines_inside(self, monkeypatch: pytest.MonkeyPatch, host: str) -> None:
        connected = connections(monkeypatch)

        assert await fetched(Fetching(["*"]), f"http://{host}/a.jpg") == NOT_FOUND
        assert connected == []

    @pytest.mark.parametrize("address", ["127.0.0.1", "::1", "::ffff:127.0.0.1", "10.0.0.1", "169.254.169.254"])
    async def test_a_name_that_leads_inside(self, source: Source, monkeypatch: pytest.MonkeyPatch, address: str) -> None:
        connected = connections(monkeypatch)
        resolve(monkeypatch, [[address]])
        for allowed in (["*"], [f"images.example.com:{source.port}"]):
            assert await fetched(Fetching(allowed), f"http://images.example.com:{source.port}/a.jpg") == NOT_FOUND

        assert connected == []
        assert source.connections == 0

    async def test_a_name_that_leads_inside_only_the_second_time(self, source: Source, monkeypatch: pytest.MonkeyPatch) -> None:
        connected = connections(monkeypatch, refuse={"93.184.215.14"})
        asked = resolve(monkeypatch, [["93.184.215.14"], ["127.0.0.1"], ["127.0.0.1", "93.184.215.14"]])
        fetching = Fetching(["*"])
        for _ in range(3):
            assert await fetched(fetching, f"http://images.example.com:{source.port}/a.jpg") == NOT_FOUND

        assert len(asked) == 3
        assert set(connected) == {"93.184.215.14"}
        assert source.connections == 0

    async def test_a_redirect_is_not_followed(self, source: Source) -> None:
        assert await fetched(Fetching([f"127.0.0.1:{source.port}"]), f"http://127.0.0.1:{source.port}/redirect") == NOT_FOUND
        assert source.paths == ["/redirect"]

    @pytest.mark.parametrize(
        "url", ["ftp://127.0.0.1:{}/a.jpg", "file:///etc/hostname", "gopher://127.0.0.1:{}/", "data:,x", "", "http://[", "//127.0.0.1:{}/a"]
    )
    async def test_another_scheme(self, source: Source, url: str) -> None:
        assert await fetched(Fetching(["*", f"127.0.0.1:{source.port}"]), url.format(source.port)) == NOT_FOUND
        assert source.connections == 0

    async def test_proxies_of_the_environment_are_not_asked(self, source: Source, monkeypatch: pytest.MonkeyPatch) -> None:
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{source.port}")

        assert await fetched(Fetching(["*"]), "http://10.0.0.1/a.jpg") == NOT_FOUND
        assert source.connections == 0


class TestFailures:
    async def test_another_status(self, source: Source) -> None:
        assert await fetched(Fetching([f"127.0.0.1:{source.port}"]), f"http://127.0.0.1:{source.port}/missing") == NOT_FOUND

    async def test_nobody_there(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
        assert await fetched(Fetching([f"127.0.0.1:{port}"]), f"http://127.0.0.1:{port}/a.jpg") == NOT_FOUND

    async def test_a_picture_that_breaks_off(self, source: Source) -> None:
        assert await fetched(Fetching([f"127.0.0.1:{source.port}"]), f"http://127.0.0.1:{source.port}/cut") == NOT_FOUND

    async def test_no_end(self, source: Source) -> None:
        fetching = Fetching([f"127.0.0.1:{source.port}"], most_bytes=1_000_000)

        async with asyncio.timeout(10):
            assert await fetched(fetching, f"http://127.0.0.1:{source.port}/endless") == NOT_FOUND

    async def test_a_picture_of_exactly_the_most(self, source: Source) -> None:
        url = f"http://127.0.0.1:{source.port}/a.jpg"

        assert await fetched(Fetching([f"127.0.0.1:{source.port}"], most_bytes=len(JPEG)), url) == [JPEG]
        assert await fetched(Fetching([f"127.0.0.1:{source.port}"], most_bytes=len(JPEG) - 1), url) == NOT_FOUND

    @pytest.mark.parametrize("path", ["drip", "slow"])
    async def test_too_slow(self, source: Source, path: str) -> None:
        fetching = Fetching([f"127.0.0.1:{source.port}"], patience=0.2)

        async with asyncio.timeout(10):
            assert await fetched(fetching, f"http://127.0.0.1:{source.port}/{path}") == NOT_FOUND


class TestManyAtOnce:
    async def test_only_some_at_a_time(self, source: Source) -> None:
        fetching, listener = Fetching([f"127.0.0.1:{source.port}"]), Listener()
        wanted = [(cast(Shop, listener), ArtworkWanted(str(number), f"http://127.0.0.1:{source.port}/slow")) for number in range(20)]
        fetch = asyncio.create_task(fetching.fetch(wanted))
        await source.busy.wait()
        source.release.set()
        await fetch

        assert listener.came == [JPEG] * 20
        assert source.most_at_once == 4

    @pytest.mark.parametrize("end", ["forget", "close"])
    async def test_what_is_broken_off_is_told_to_nobody(self, source: Source, end: str) -> None:
        fetching, listener = Fetching([f"127.0.0.1:{source.port}"]), Listener()
        tasks = [
            fetching.start(cast(Shop, listener), ArtworkWanted(str(number), f"http://127.0.0.1:{source.port}/slow")) for number in range(6)
        ]
        await source.busy.wait()
        if end == "close":
            await fetching.close()
        else:
            fetching.forget()
            await asyncio.wait(tasks)

        assert all(task.cancelled() for task in tasks)
        assert listener.came == []


def connections(monkeypatch: pytest.MonkeyPatch, refuse: set[str] | None = None) -> list[str]:
    """Every address that is connected to from here on; those in ``refuse`` are not really."""
    loop = asyncio.get_running_loop()
    really, seen = loop.sock_connect, list[str]()

    async def connect(sock: socket.socket, address: Any) -> None:
        seen.append(address[0])
        if address[0] in (refuse or ()):
            raise ConnectionRefusedError(111, "refused")
        await really(sock, address)

    monkeypatch.setattr(loop, "sock_connect", connect)
    return seen


def resolve(monkeypatch: pytest.MonkeyPatch, answers: list[list[str]]) -> list[str]:
    """Names lead to these addresses, another list each time; the last one stays."""
    loop, left, asked = asyncio.get_running_loop(), list(answers), list[str]()

    async def getaddrinfo(host: str, port: int, **_: object) -> list[Any]:
        asked.append(host)
        found = left.pop(0) if len(left) > 1 else left[0]
        return [
            (socket.AF_INET6, socket.SOCK_STREAM, 6, "", (each, port, 0, 0))
            if ":" in each
            else (socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, port))
            for each in found
        ]

    monkeypatch.setattr(loop, "getaddrinfo", getaddrinfo)
    return asked
