"""An answer that nobody asked for, on a connection that was idle, is never taken for the answer to a write."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import pytest

from printkit.exchange import Effect, Request, Response
from printkit.transport.attempt import Wire
from printkit.transport.http import HttpLink, borrow

STRAYS = [b"HTTP/1.1 400 Bad Request\r\nContent-Length: 2\r\n\r\n{}", b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", b"HTTP/1.1 4"]


class Chatty:
    """Answers what it is asked with its number, and says something more when it is told to."""

    def __init__(self) -> None:
        self.asked: list[bytes] = []
        self._last: asyncio.StreamWriter | None = None

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._last = writer
        while head := await _head(reader):
            self.asked.append(head.split(b" ", 1)[0])
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n%d" % len(self.asked))
        writer.close()

    def say(self, more: bytes) -> None:
        assert self._last is not None
        self._last.write(more)


async def _head(reader: asyncio.StreamReader) -> bytes:
    try:
        return await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError:
        return b""


@asynccontextmanager
async def chatty(*, lent: bool = False) -> AsyncIterator[tuple[Chatty, HttpLink]]:
    server = Chatty()
    listening = await asyncio.start_server(server.serve, "127.0.0.1", 0)
    async with aiohttp.ClientSession() as theirs:
        url = f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}"
        link = HttpLink(url, connector=borrow(theirs) if lent else None)
        try:
            yield server, link
        finally:
            await link.aclose()
            listening.close()


@pytest.mark.parametrize("stray", STRAYS)
@pytest.mark.parametrize("turns", [0, 1, 20])
@pytest.mark.parametrize("lent", [False, True], ids=["own", "lent"])
async def test_a_stray_answer_is_not_the_answer_to_the_next_write(stray: bytes, turns: int, lent: bool) -> None:
    async with chatty(lent=lent) as (server, link):
        first = await link.attempt(Request("GET", "/a", Effect.READS), Wire())
        assert isinstance(first, Response)
        server.say(stray)  # lies in the socket of the idle connection, read by nobody yet
        for _ in range(turns):
            await asyncio.sleep(0)
        answer = await link.attempt(Request("POST", "/b", Effect.WRITES), Wire())
        assert isinstance(answer, Response)
        assert (answer.status, answer.body) == (200, b"2")
        assert server.asked == [b"GET", b"POST"]


@pytest.mark.parametrize("lent", [False, True], ids=["own", "lent"])
async def test_a_quiet_connection_is_used_again(lent: bool) -> None:
    async with chatty(lent=lent) as (server, link):
        first = await link.attempt(Request("GET", "/a", Effect.READS), Wire())
        kept = server._last
        await link.attempt(Request("POST", "/b", Effect.WRITES), Wire())
        assert isinstance(first, Response)
        assert server._last is kept
