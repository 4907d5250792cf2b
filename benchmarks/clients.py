"""The clients that are compared: printkit, and what a program would use instead, each as its own documentation tells to. Knows no case."""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import httpx
import requests
from yarl import URL

import printkit

AT_ONCE = 64
HEADERS = {"X-Pwinty-MerchantId": "m", "X-Pwinty-REST-API-Key": "k", "Content-Type": "application/json", "Accept": "application/json"}
BASE = "/v2.5"


def environ(url: str, **more: object) -> dict[str, str]:
    """The settings of a program that orders at both shops on one server."""
    pwinty = {"environment": "emulator", "base_url": f"{url}{BASE}", "concurrency": AT_ONCE, "currency": "GBP", **more}
    gooten = {"environment": "emulator", "base_url": f"{url}/api/v/5/source/api", "recipe_id": "00000000-0000-4000-8000-000000000001"}
    given = {f"PRINTKIT_PROVIDERS_PWINTY_{name.upper()}": str(value) for name, value in pwinty.items()}
    given |= {f"PRINTKIT_PROVIDERS_GOOTEN_{name.upper()}": value for name, value in gooten.items()}
    return given | {"PRINTKIT_PROVIDERS_GOOTEN_PARTNER_BILLING_KEY": "k", "PRINTKIT_DEFAULT": "pwinty"}


def kit_at(url: str, **more: object) -> printkit.PrintKit:
    """A kit with everything on."""
    return printkit.connect(environ=environ(url, **more))


def tuned_aiohttp() -> aiohttp.ClientSession:
    """The floor: what aiohttp's public API can do at best. No cookies, no timeouts, nothing that a request could be spared."""
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=AT_ONCE),
        headers=HEADERS,
        cookie_jar=aiohttp.DummyCookieJar(),
        timeout=aiohttp.ClientTimeout(total=None),
    )


async def asked(session: aiohttp.ClientSession, method: str, url: URL, body: bytes | None = None) -> bytes:
    """One request of the floor."""
    response = await session.request(method, url, data=body, allow_redirects=False)
    return await response.read()


def plain_httpx() -> httpx.AsyncClient:
    """The client httpx, async."""
    return httpx.AsyncClient(headers=HEADERS, limits=httpx.Limits(max_connections=AT_ONCE), timeout=60, trust_env=False)


def plain_requests() -> requests.Session:
    """The client requests: a session keeps its connections open."""
    session = requests.Session()
    session.headers.update(HEADERS)
    session.trust_env = False
    return session


async def by_workers(units: int, work: Callable[[int], Awaitable[Any]], workers: int = AT_ONCE) -> None:
    """So many units by so many workers that pull from one iterator."""
    numbers = iter(range(units))

    async def worker() -> None:
        for number in numbers:
            await work(number)

    await asyncio.gather(*(worker() for _ in range(min(workers, units))))


class RawConnection(asyncio.Protocol):
    """A connection without any client: sends bytes, and counts the bytes of an answer whose length is known."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._answered: asyncio.Future[None] | None = None
        self._missing = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._missing -= len(data)
        if not self._missing and self._answered is not None:
            self._answered.set_result(None)

    async def ask(self, request: bytes, length: int) -> None:
        """Send, and wait until as many bytes have come."""
        assert self._transport is not None
        self._missing = length
        self._answered = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        await self._answered

    def close(self) -> None:
        """Hang up."""
        assert self._transport is not None
        self._transport.close()


@asynccontextmanager
async def raw_connections(port: int, count: int) -> AsyncIterator[list[RawConnection]]:
    """So many of them."""
    loop = asyncio.get_running_loop()
    made = [(await loop.create_connection(RawConnection, "127.0.0.1", port))[1] for _ in range(count)]
    try:
        yield made
    finally:
        for connection in made:
            connection.close()


def length_of(port: int, request: bytes) -> int:
    """How many bytes the server answers to a request. It is counted as any other."""
    found = b""
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(request)
        while True:
            found += connection.recv(65536)
            head, blank, body = found.partition(b"\r\n\r\n")
            if blank:
                break
        length = int(head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0])
        while len(body) < length:
            body += connection.recv(65536)
    return len(head) + 4 + length
