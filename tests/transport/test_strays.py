"""An answer that nobody asked for, on a connection that was idle or is new, is never taken for the answer to a write."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import pytest

from printkit.exchange import Effect, Request, Response
from printkit.transport import http
from printkit.transport.attempt import Cause, NotSent, Wire
from printkit.transport.http import HttpLink, borrow
from tests.transport.wire_server import Peer, WireServer, serve

STRAYS = [b"HTTP/1.1 400 Bad Request\r\nContent-Length: 2\r\n\r\n{}", b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", b"HTTP/1.1 4"]
READ = Request("GET", "/a", Effect.READS)
WRITE = Request("POST", "/b", Effect.WRITES, body=b"{}")


@pytest.fixture(params=[False, True], ids=["own", "lent"])
def lent(request: pytest.FixtureRequest) -> bool:
    return request.param


@asynccontextmanager
async def opened(server: WireServer, *, lent: bool) -> AsyncIterator[HttpLink]:
    async with aiohttp.ClientSession() as theirs:
        link = HttpLink(server.url, connector=borrow(theirs) if lent else None)
        try:
            yield link
        finally:
            await link.aclose()


class Chatty:
    """Answers what it is asked with its number, and says something more when it is told to."""

    def __init__(self) -> None:
        self.last: Peer | None = None
        self._answers = 0

    async def __call__(self, peer: Peer) -> None:
        self.last = peer
        while await peer.request():
            self._answers += 1
            await peer.answer(b"%d" % self._answers)

    def say(self, more: bytes) -> None:
        assert self.last is not None
        self.last.writer.write(more)


@pytest.mark.parametrize("stray", STRAYS)
@pytest.mark.parametrize("turns", [0, 1, 20])
async def test_a_stray_answer_is_not_the_answer_to_the_next_write(stray: bytes, turns: int, lent: bool) -> None:
    chatty = Chatty()
    async with serve(chatty) as server, opened(server, lent=lent) as link:
        assert isinstance(await link.attempt(READ, Wire()), Response)
        chatty.say(stray)  # lies in the socket of the idle connection, read by nobody yet
        for _ in range(turns):
            await asyncio.sleep(0)
        answer = await link.attempt(WRITE, Wire())
        assert isinstance(answer, Response)
        assert (answer.status, answer.body) == (200, b"2")
        assert [seen.method for seen in server.seen] == ["GET", "POST"]


async def test_a_quiet_connection_is_used_again(lent: bool) -> None:
    async with serve(Chatty()) as server, opened(server, lent=lent) as link:
        for request in (READ, WRITE, READ, WRITE):
            assert isinstance(await link.attempt(request, Wire()), Response)
        assert server.connections == 1


@pytest.mark.parametrize("greeting", STRAYS)
async def test_who_speaks_before_being_asked_is_asked_nothing(greeting: bytes, lent: bool) -> None:
    """Whatever it says is no answer; and it might yet carry out what it is sent."""

    async def greet(peer: Peer) -> None:
        await peer.send(greeting)
        while await peer.request():
            await peer.answer()

    async with serve(greet) as server, opened(server, lent=lent) as link:
        wire = Wire()
        assert await link.attempt(WRITE, wire) == NotSent(Cause.CONNECTION_LOST)
        assert not wire.sent
        assert server.seen == []


async def test_two_answers_to_one_request_leave_nothing_for_the_next(lent: bool) -> None:
    async def twice(peer: Peer) -> None:
        while await peer.request():
            await peer.send(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n1HTTP/1.1 400 Bad\r\nContent-Length: 1\r\n\r\n2")

    async with serve(twice) as server, opened(server, lent=lent) as link:
        for _ in range(3):
            answer = await link.attempt(WRITE, Wire())
            assert isinstance(answer, Response)
            assert (answer.status, answer.body) == (200, b"1")
        assert len(server.seen) == 3


async def test_cancelled_while_a_connection_is_looked_at(lent: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    looking = asyncio.Event()

    async def look() -> None:
        looking.set()
        await asyncio.Event().wait()

    async with serve(Chatty()) as server, opened(server, lent=lent) as link:
        with monkeypatch.context() as patched:
            patched.setattr(http, "_let_strays_arrive", look)
            wire = Wire()
            task = asyncio.create_task(link.attempt(WRITE, wire))
            await looking.wait()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
        assert not wire.sent
        assert isinstance(await link.attempt(WRITE, Wire()), Response)
        assert [seen.method for seen in server.seen] == ["POST"]
