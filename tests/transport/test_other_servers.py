"""Servers that speak HTTP in ways of their own: what can be read is read, what cannot is at worst a maybe, and nothing arrives twice."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from printkit.exchange import Effect, Request, Response
from printkit.transport.attempt import Cause, Ending, MaybeSent, Wire
from printkit.transport.http import HttpLink
from tests.transport.wire_server import Peer, serve

Behave = Callable[[Peer], Awaitable[None]]
WRITE = Request("PUT", "/b", Effect.WRITES, body=b"{}")
READ = Request("GET", "/b", Effect.READS)
BODY = b"Content-Length: 2\r\n\r\n{}"
OK = b"HTTP/1.1 200 OK\r\n" + BODY
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n"


def saying(*pieces: bytes) -> Behave:
    """After each request, these pieces one by one; the end of the connection with them."""

    async def behave(peer: Peer) -> None:
        if await peer.request():
            for piece in pieces:
                await peer.send(piece)
                await asyncio.sleep(0)

    return behave


async def before_the_body(peer: Peer) -> None:
    """Answers as soon as the head is there."""
    await peer.head()
    await peer.send(OK)


READABLE: dict[str, Behave] = {
    "HTTP/1.0 to its end": saying(b"HTTP/1.0 200 OK\r\n\r\n{}"),
    "HTTP/1.0 with a length": saying(b"HTTP/1.0 200 OK\r\n" + BODY),
    "a trailer": saying(CHUNKED + b"Trailer: X\r\n\r\n2\r\n{}\r\n0\r\nX: y\r\n\r\n"),
    "a chunk with an extension": saying(CHUNKED + b'\r\n2;a="b"\r\n{}\r\n0\r\n\r\n'),
    "100 first": saying(b"HTTP/1.1 100 Continue\r\n\r\n", OK),
    "103 first, in one piece": saying(b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" + OK),
    "102 many times": saying(*[b"HTTP/1.1 102 Processing\r\n\r\n"] * 50, OK),
    "byte by byte": saying(*(bytes([each]) for each in OK)),
    "before the body was read": before_the_body,
    "close announced": saying(b"HTTP/1.1 200 OK\r\nConnection: close\r\n" + BODY),
    "blank lines first": saying(b"\r\n\r\n" + OK),
    "no reason": saying(b"HTTP/1.1 200\r\n" + BODY),
    "a reason in Latin-1": saying(b"HTTP/1.1 200 \xff\xfe\r\n" + BODY),
    "a nonsensical type": saying(b'HTTP/1.1 200 OK\r\nContent-Type: text/\xff;;charset="\r\n' + BODY),
    "a nonsensical cookie": saying(b"HTTP/1.1 200 OK\r\nSet-Cookie: \xff=;;;\r\n" + BODY),
    "another answer behind it": saying(OK + b"HTTP/1.1 400 Bad Request\r\n" + BODY),
}
UNREADABLE: dict[str, Behave] = {
    "no head at all": saying(b"{}"),
    "only a 100": saying(b"HTTP/1.1 100 Continue\r\n\r\n"),
    "only a 103": saying(b"HTTP/1.1 103 Early Hints\r\n\r\n"),
    "HTTP/2": saying(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
    "a length and chunks": saying(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n"),
    "two lengths": saying(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{} "),
    "a negative length": saying(b"HTTP/1.1 200 OK\r\nContent-Length: -2\r\n\r\n{}"),
    "a status of two digits": saying(b"HTTP/1.1 20 OK\r\n" + BODY),
    "no last chunk": saying(CHUNKED + b"\r\n2\r\n{}\r\n"),
    "half a trailer": saying(CHUNKED + b"\r\n2\r\n{}\r\n0\r\nX: y\r\n"),
    "a 404 that is cut": saying(b"HTTP/1.1 404 Not Found\r\nContent-Length: 9\r\n\r\n{}"),
}


async def asked(behave: Behave, request: Request) -> Ending:
    async with serve(behave) as server:
        link = HttpLink(server.url, read_timeout=1)
        end = await link.attempt(request, Wire())
        await link.aclose()
        assert len(server.seen) == 1
        return end


@pytest.mark.parametrize("behave", READABLE.values(), ids=READABLE)
async def test_an_answer_in_an_odd_form_is_an_answer(behave: Behave) -> None:
    end = await asked(behave, WRITE)
    assert isinstance(end, Response)
    assert (end.status, end.body) == (200, b"{}")


@pytest.mark.parametrize("request_", [WRITE, READ], ids=["write", "read"])
@pytest.mark.parametrize("behave", UNREADABLE.values(), ids=UNREADABLE)
async def test_what_cannot_be_read_is_a_maybe(behave: Behave, request_: Request) -> None:
    end = await asked(behave, request_)
    assert isinstance(end, MaybeSent)
    assert end.cause in {Cause.NOT_HTTP, Cause.BODY_CUT, Cause.CONNECTION_LOST}
