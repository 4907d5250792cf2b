"""A server on a real socket that counts what arrives and then misbehaves as it is told. Knows no HTTP library, so that it hides nothing."""

import asyncio
import gzip
import socket
import ssl
import struct
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field


@dataclass
class Arrival:
    """A request as it came over the wire. ``body`` is None when it was not read."""

    method: str
    target: str
    headers: list[tuple[str, str]]
    body: bytes | None = None

    def header(self, name: str) -> str | None:
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)


UNREAD = Arrival("?", "?", [])


@dataclass
class Peer:
    """One connection, from the server's side."""

    server: "WireServer"
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def head(self) -> Arrival | None:
        """The next request up to its blank line, counted; None when the client hung up."""
        try:
            lines = (await self.reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        except asyncio.IncompleteReadError:
            return None
        method, target, _ = lines[0].split(" ")
        headers = [(name, value) for name, _, value in (line.partition(": ") for line in lines[1:] if line)]
        arrival = Arrival(method, target, headers)
        self.server.count(arrival)
        return arrival

    async def request(self) -> Arrival | None:
        """The next request, read to its end."""
        arrival = await self.head()
        if arrival is not None:
            arrival.body = await self._body(arrival)
        return arrival

    async def _body(self, arrival: Arrival) -> bytes:
        if arrival.header("Transfer-Encoding") == "chunked":
            whole = bytearray()
            while size := int(await self.reader.readline(), 16):
                whole += await self.reader.readexactly(size)
                await self.reader.readline()
            await self.reader.readline()
            return bytes(whole)
        return await self.reader.readexactly(int(arrival.header("Content-Length") or 0))

    async def send(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    async def answer(self, body: bytes = b"{}", status: int = 200, headers: str = "") -> None:
        await self.send(
            f"HTTP/1.1 {status} Word\r\nContent-Type: application/json\r\n{headers}Content-Length: {len(body)}\r\n\r\n".encode() + body
        )

    def reset(self) -> None:
        """A TCP RST instead of a FIN."""
        self.writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()

    async def until_gone(self) -> None:
        """Wait until the client hangs up."""
        while await self.reader.read(65536):
            pass


Behaviour = Callable[[Peer], Awaitable[None]]


@dataclass
class WireServer:
    """See the module. ``seen`` holds every request whose head arrived, and ``UNREAD`` for each connection dropped unread."""

    port: int = 0
    scheme: str = "http"
    seen: list[Arrival] = field(default_factory=list)
    connections: int = 0
    arrived: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def url(self) -> str:
        return f"{self.scheme}://127.0.0.1:{self.port}"

    def count(self, arrival: Arrival) -> None:
        self.seen.append(arrival)
        self.arrived.set()

    def __repr__(self) -> str:
        return f"WireServer({self.connections} connections, {len(self.seen)} requests)"


@asynccontextmanager
async def serve(behave: Behaviour, tls: ssl.SSLContext | None = None, host: str = "127.0.0.1") -> AsyncIterator[WireServer]:
    """A server that treats every connection to ``behave``; what it leaves open is closed at the end."""
    server = WireServer(scheme="https" if tls else "http")
    peers: set[asyncio.Task[None]] = set()

    async def receive(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        server.connections += 1
        task = asyncio.current_task()
        assert task is not None
        peers.add(task)
        try:
            with suppress(ConnectionError, asyncio.IncompleteReadError, ssl.SSLError):
                await behave(Peer(server, reader, writer))
        except asyncio.CancelledError:
            pass
        finally:
            peers.discard(task)
            writer.close()
            with suppress(ConnectionError, ssl.SSLError, asyncio.CancelledError):
                await writer.wait_closed()

    listening = await asyncio.start_server(receive, host, 0, ssl=tls)
    server.port = listening.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        listening.close()
        left = list(peers)
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)


@asynccontextmanager
async def refusing() -> AsyncIterator[WireServer]:
    """A port that nobody listens on, held so that nobody else can take it."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield WireServer(port=held.getsockname()[1])


def answering(body: bytes = b"{}", status: int = 200, headers: str = "") -> Behaviour:
    """Answers every request on the connection."""

    async def behave(peer: Peer) -> None:
        while await peer.request():
            await peer.answer(body, status, headers)

    return behave


def after_one_answer(fault: Behaviour) -> Behaviour:
    """Answers the first request of a connection well and treats it to ``fault`` after that."""

    async def behave(peer: Peer) -> None:
        if await peer.request():
            await peer.answer()
            await fault(peer)

    return behave


async def fin_before_reading(peer: Peer) -> None:
    peer.server.count(UNREAD)


async def fin_after_head(peer: Peer) -> None:
    await peer.head()


async def fin_after_reading(peer: Peer) -> None:
    await peer.request()


async def rst_before_reading(peer: Peer) -> None:
    peer.server.count(UNREAD)
    peer.reset()


async def rst_after_head(peer: Peer) -> None:
    await peer.head()
    peer.reset()


async def rst_after_reading(peer: Peer) -> None:
    await peer.request()
    peer.reset()


async def half_head(peer: Peer) -> None:
    await peer.request()
    await peer.send(b"HTTP/1.1 200 OK\r\nContent-Le")


async def stall(peer: Peer) -> None:
    await peer.request()
    await peer.until_gone()


async def stall_unread(peer: Peer) -> None:
    await peer.head()
    await peer.server.arrived.wait()
    await asyncio.Event().wait()


async def body_cut(peer: Peer) -> None:
    await peer.request()
    await peer.send(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{")


async def body_reset(peer: Peer) -> None:
    await peer.request()
    await peer.send(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{")
    peer.reset()


async def body_stalls(peer: Peer) -> None:
    await peer.request()
    await peer.send(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{")
    await peer.until_gone()


async def chunked_cut(peer: Peer) -> None:
    await peer.request()
    await peer.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{")


async def chunked_nonsense(peer: Peer) -> None:
    await peer.request()
    await peer.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n")


def packed(body: bytes, encoding: str = "gzip") -> Behaviour:
    """One answer with a body as it is and a Content-Encoding."""
    return answering(body, headers=f"Content-Encoding: {encoding}\r\n")


bad_gzip = packed(b"\x1f\x8b\x08\x00this is not gzip")
cut_gzip = packed(gzip.compress(b"{}" * 1000)[:-12])
unknown_encoding = packed(b"{}", "br")


def bomb(megabytes: int) -> bytes:
    """A gzip of so many megabytes of nothing, made without holding them."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    million = bytes(1_000_000)
    return b"".join([packer.compress(million) for _ in range(megabytes)]) + packer.flush()


async def endless_chunked(peer: Peer) -> None:
    await peer.request()
    await peer.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    while True:
        await peer.send(b"10000\r\n" + bytes(65536) + b"\r\n")


async def endless_until_eof(peer: Peer) -> None:
    await peer.request()
    await peer.send(b"HTTP/1.1 200 OK\r\n\r\n")
    while True:
        await peer.send(bytes(65536))


async def drip(peer: Peer) -> None:
    """One byte at a time, for ever: always a little sooner than a read timeout would notice."""
    await peer.request()
    await peer.send(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
    while True:
        await peer.send(b" ")
        await asyncio.sleep(0.01)


async def many_headers(peer: Peer) -> None:
    await peer.request()
    await peer.send(b"HTTP/1.1 200 OK\r\n" + b"".join(b"X-%d: 1\r\n" % n for n in range(200)) + b"Content-Length: 2\r\n\r\n{}")
    await peer.until_gone()


async def long_header(peer: Peer) -> None:
    await peer.request()
    await peer.send(b"HTTP/1.1 200 OK\r\nX-Long: " + b"x" * 9000 + b"\r\nContent-Length: 2\r\n\r\n{}")
    await peer.until_gone()


async def garbage(peer: Peer) -> None:
    await peer.request()
    await peer.send(b"\x00\x01SSH-2.0-nonsense\r\n\r\n")
    await peer.until_gone()


async def switching(peer: Peer) -> None:
    await peer.request()
    await peer.send(b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: other\r\n\r\n")
    await peer.until_gone()


def redirect(status: int, to: str) -> Behaviour:
    return answering(b"", status, f"Location: {to}\r\n")


FAULTS: dict[str, Behaviour] = {
    each.__name__: each
    for each in (
        fin_before_reading,
        fin_after_head,
        fin_after_reading,
        rst_before_reading,
        rst_after_head,
        rst_after_reading,
        half_head,
        stall,
        body_cut,
        body_reset,
        body_stalls,
        chunked_cut,
        chunked_nonsense,
        many_headers,
        long_header,
        garbage,
        switching,
        endless_chunked,
        endless_until_eof,
    )
} | {"bad_gzip": bad_gzip, "cut_gzip": cut_gzip, "unknown_encoding": unknown_encoding}
