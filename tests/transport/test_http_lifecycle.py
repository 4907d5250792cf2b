"""Bombs, borrowed connectors, other loops, cancellation and closing: nothing is left behind, and the wire always knows."""

import asyncio
import copy
import gc
import pickle
import threading
import tracemalloc
import warnings

import aiohttp
import pytest
from aiohttp.abc import AbstractResolver

from printkit.errors import ConfigError
from printkit.exchange import Effect, Request, Response
from printkit.secret import Secret
from printkit.transport.attempt import Cause, Ending, MaybeSent, NotSent, Wire
from printkit.transport.http import HttpLink, borrow
from tests.transport.wire_server import (
    after_one_answer,
    answering,
    bomb,
    drip,
    endless_chunked,
    endless_until_eof,
    packed,
    serve,
    stall,
)

READ = Request("GET", "/Orders/1", Effect.READS)
WRITE = Request("POST", "/Orders", Effect.WRITES, body=b"{}")
MEBI = 1024 * 1024


@pytest.fixture(scope="module")
def big_bomb() -> bytes:
    return bomb(300)


@pytest.mark.parametrize("request_", [READ, WRITE], ids=["read", "write"])
async def test_a_gzip_bomb_takes_no_memory(request_, big_bomb):
    async with serve(packed(big_bomb)) as server:
        link, wire = HttpLink(server.url), Wire()
        tracemalloc.start()
        try:
            ending = await link.attempt(request_, wire)
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
            await link.aclose()
    assert ending == MaybeSent(Cause.TOO_LARGE, 200)
    assert peak < 40 * MEBI


@pytest.mark.parametrize("fault", [endless_chunked, endless_until_eof])
async def test_an_endless_answer_ends(fault):
    async with serve(fault) as server:
        link = HttpLink(server.url)
        assert await link.attempt(READ, Wire()) == MaybeSent(Cause.TOO_LARGE, 200)
        await link.aclose()


async def test_an_answer_of_exactly_the_limit_is_read():
    async with serve(answering(bytes(1000))) as server:
        link = HttpLink(server.url, max_body=1000)
        ending = await link.attempt(READ, Wire())
        await link.aclose()
    assert isinstance(ending, Response)
    assert len(ending.body) == 1000


async def test_a_drip_is_ended_by_the_callers_deadline_only():
    async with serve(drip) as server:
        link, wire = HttpLink(server.url, read_timeout=0.5), Wire()
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.7):
                await link.attempt(WRITE, wire)
        await link.aclose()
        assert (wire.sent, wire.status, len(server.seen)) == (True, 200, 1)


async def test_two_kinds_of_request_share_one_connection():
    async with serve(answering()) as server:
        link = HttpLink(server.url)
        for request in (READ, WRITE, READ, WRITE):
            assert isinstance(await link.attempt(request, Wire()), Response)
        await link.aclose()
        assert (server.connections, len(server.seen)) == (1, 4)


async def test_a_borrowed_session_lends_its_connections_and_nothing_else():
    spied: list[object] = []

    async def spy(*args: object) -> None:
        spied.append(args)

    trace = aiohttp.TraceConfig()
    trace.on_request_start.append(spy)
    async with (
        serve(answering(headers="Set-Cookie: a=b\r\n")) as server,
        aiohttp.ClientSession(headers={"X-Theirs": "1"}, cookies={"theirs": "1"}, trace_configs=[trace]) as theirs,
    ):
        link = HttpLink(server.url, headers={"X-Key": Secret("k")}, connector=borrow(theirs))
        assert isinstance(await link.attempt(WRITE, Wire()), Response)
        await link.aclose()
        assert not theirs.closed
        assert theirs.connector is not None
        assert not theirs.connector.closed
        async with theirs.get(server.url) as response:
            await response.read()
        assert server.connections == 1
        ours, their_own = server.seen
    assert (ours.header("X-Theirs"), ours.header("Cookie"), ours.header("X-Key")) == (None, None, "k")
    assert their_own.header("X-Key") is None
    assert len(spied) == 1


@pytest.mark.parametrize("request_", [READ, WRITE], ids=["read", "write"])
async def test_an_instrumentation_of_every_session_sees_none_of_ours(request_, monkeypatch):
    """Such as those of OpenTelemetry and of error trackers: they put the whole URL, and with it a key, into a span."""
    seen: list[object] = []
    original = aiohttp.ClientSession.__init__

    async def traced(*told: object) -> None:
        seen.append(told)

    async def in_the_middle(request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType) -> aiohttp.ClientResponse:
        seen.append(request)
        return await handler(request)

    def instrumented(self, *args, **options):
        spy = aiohttp.TraceConfig()
        spy.on_request_start.append(traced)
        options["trace_configs"] = [*(options.get("trace_configs") or ()), spy]
        options["middlewares"] = [*(options.get("middlewares") or ()), in_the_middle]
        original(self, *args, **options)

    monkeypatch.setattr(aiohttp.ClientSession, "__init__", instrumented)
    async with serve(answering()) as server:
        link, wire = HttpLink(server.url), Wire()
        assert isinstance(await link.attempt(request_, wire), Response)
        await link.aclose()
        assert wire.sent
        async with aiohttp.ClientSession() as theirs, theirs.get(server.url):
            pass
    assert len(seen) == 2, "their own session is traced, ours is not"


async def test_a_closed_session_cannot_be_borrowed():
    theirs = aiohttp.ClientSession()
    await theirs.close()
    with pytest.raises(ConfigError, match="closed"):
        borrow(theirs)


async def test_when_the_lender_closes_nothing_is_sent():
    async with serve(answering()) as server:
        theirs = aiohttp.ClientSession()
        link = HttpLink(server.url, connector=borrow(theirs))
        await link.attempt(READ, Wire())
        await theirs.close()
        wire = Wire()
        assert await link.attempt(WRITE, wire) == NotSent(Cause.CLOSED)
        await link.aclose()


async def test_a_host_name_that_nobody_knows():
    class Nobody(AbstractResolver):
        async def resolve(self, host, port=0, family=0):
            raise OSError("no such host")

        async def close(self):
            pass

    async with aiohttp.TCPConnector(resolver=Nobody()) as connector:
        link = HttpLink("https://api.example.com", connector=connector)
        for request in (READ, WRITE):
            wire = Wire()
            assert await link.attempt(request, wire) == NotSent(Cause.DNS)
            assert not wire.sent
        await link.aclose()


async def test_cancelled_after_it_was_sent():
    async with serve(stall) as server:
        link, wire = HttpLink(server.url), Wire()
        task = asyncio.create_task(link.attempt(WRITE, wire))
        await server.arrived.wait()
        task.cancel("enough")
        with pytest.raises(asyncio.CancelledError, match="enough"):
            await task
        await link.aclose()
        assert (wire.sent, len(server.seen)) == (True, 1)


async def test_cancelled_while_waiting_for_a_connection():
    async with serve(stall) as server:
        link, first, second = HttpLink(server.url, limit=1), Wire(), Wire()
        one = asyncio.create_task(link.attempt(WRITE, first))
        await server.arrived.wait()
        two = asyncio.create_task(link.attempt(WRITE, second))
        for _ in range(10):
            await asyncio.sleep(0)
        two.cancel()
        one.cancel()
        for task in (one, two):
            with pytest.raises(asyncio.CancelledError):
                await task
        await link.aclose()
        assert (first.sent, second.sent, len(server.seen)) == (True, False, 1)


async def test_no_free_connection_in_time():
    async with serve(stall) as server:
        link, wire = HttpLink(server.url, limit=1, connect_timeout=0.05), Wire()
        one = asyncio.create_task(link.attempt(WRITE, Wire()))
        await server.arrived.wait()
        assert await link.attempt(WRITE, wire) == NotSent(Cause.CONNECT_TIMED_OUT)
        one.cancel()
        await asyncio.gather(one, return_exceptions=True)
        await link.aclose()
        assert (wire.sent, len(server.seen)) == (False, 1)


async def test_closing_ends_what_is_in_flight_as_maybe_sent():
    async with serve(stall) as server:
        link, wire = HttpLink(server.url), Wire()
        task = asyncio.create_task(link.attempt(WRITE, wire))
        await server.arrived.wait()
        await link.aclose()
        assert await task == MaybeSent(Cause.CONNECTION_LOST)
        assert wire.sent


async def test_after_closing_nothing_is_sent():
    async with serve(answering()) as server:
        link = HttpLink(server.url)
        await link.attempt(READ, Wire())
        await link.aclose()
        await link.aclose()
        assert await link.attempt(WRITE, Wire()) == NotSent(Cause.CLOSED)
        assert len(server.seen) == 1


@pytest.mark.parametrize("request_", [READ, WRITE], ids=["read", "write"])
async def test_what_nobody_thought_of_is_a_value_too(request_, monkeypatch, caplog):
    async def fail(*args, **options):
        raise ZeroDivisionError("CANARY")

    monkeypatch.setattr(aiohttp.ClientSession, "_request", fail)
    link = HttpLink("https://api.example.com")
    ending = await link.attempt(request_, Wire())
    await link.aclose()
    assert ending == NotSent(Cause.UNEXPECTED)
    assert caplog.messages == ["unexpected ZeroDivisionError while sending a request"]
    assert "CANARY" not in caplog.text


async def test_closing_unused():
    await HttpLink("https://api.example.com").aclose()


def test_another_event_loop_is_refused():
    async def first(link: HttpLink) -> None:
        async with serve(answering()) as server:
            link = HttpLink(server.url)
            await link.attempt(READ, Wire())
            await asyncio.to_thread(lambda: asyncio.run(second(link)))
            await link.aclose()
            assert len(server.seen) == 1

    async def second(link: HttpLink) -> None:
        assert await link.attempt(WRITE, Wire()) == NotSent(Cause.OTHER_LOOP)

    asyncio.run(first(HttpLink("https://api.example.com")))


def test_another_event_loop_is_refused_while_the_first_one_stands_in_the_middle_of_a_step():
    found: list[Ending] = []

    async def first() -> None:
        async with serve(answering()) as server:
            link = HttpLink(server.url)
            await link.attempt(READ, Wire())
            thread = threading.Thread(target=lambda: found.append(asyncio.run(link.attempt(WRITE, Wire()))))
            thread.start()
            thread.join()
            await link.aclose()
            assert len(server.seen) == 1

    asyncio.run(first())
    assert found == [NotSent(Cause.OTHER_LOOP)]


def test_nothing_is_left_behind(caplog):
    async def use() -> None:
        async with serve(after_one_answer(stall)) as server:
            link = HttpLink(server.url, read_timeout=0.05)
            for request in (READ, WRITE, READ):
                await link.attempt(request, Wire())
            await link.aclose()

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        asyncio.run(use(), debug=True)
        gc.collect()
    assert [str(each.message) for each in caught] == []
    assert "Unclosed" not in caplog.text


def test_it_shows_and_lends_nothing():
    link = HttpLink(
        "https://api.example.com/v2.5", headers={"X-Key": Secret("CANARY")}, query={"key": Secret("CANARY")}, proxy="http://u:CANARY@h:1"
    )
    assert repr(link) == "HttpLink('https://api.example.com')"
    assert "CANARY" not in repr(vars(link))
    for attempt in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError, match="cannot be pickled"):
            attempt(link)


async def test_the_environment_changes_nothing(monkeypatch, tmp_path):
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login u password p\n")
    (tmp_path / ".netrc").chmod(0o600)
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    async with serve(answering()) as server:
        link = HttpLink(server.url)
        assert isinstance(await link.attempt(READ, Wire()), Response)
        await link.aclose()
        assert server.seen[0].header("Authorization") is None
