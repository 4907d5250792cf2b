"""Case ``calls``: the processor time of one call with everything on, beside tuned aiohttp doing the same request by hand."""

from collections.abc import Awaitable, Callable, Mapping

import aiohttp
import httpx
import orjson
import requests
from yarl import URL

from printkit import OrderStatus, PrintKit

from . import orders
from .clients import AT_ONCE, BASE, asked, by_workers, kit_at, length_of, plain_httpx, plain_requests, raw_connections, tuned_aiohttp
from .measure import Bench, Contender, Contest, Run
from .server import Served, serving

RULES = {
    r"GET /v2\.5/Orders/1065 ": orders.pwinty_order(10),
    r"POST /v2\.5/Orders/1065/Status ": orders.PWINTY_DONE,
}
FLOOR = "tuned aiohttp, to dicts"


READ, WRITE = f"{BASE}/Orders/1065", f"{BASE}/Orders/1065/Status"
CANCEL = orjson.dumps({"status": "Cancelled"})


async def measured(bench: Bench) -> None:
    """A read, a write, and whether the server is fast enough for them to be what is measured."""
    with serving(RULES) as server:
        async with kit_at(server.url) as kit, tuned_aiohttp() as floor, plain_httpx() as client:
            threaded = plain_requests()
            await _reads(bench, server, kit, floor, client, threaded)
            await _writes(bench, server, kit, floor, client, threaded)
            threaded.close()
        await _server(bench, server)


def repeated(call: Callable[[], Awaitable[object]]) -> Run:
    """The same call again and again."""

    async def run(times: int) -> None:
        for _ in range(times):
            await call()

    return run


def repeated_blocking(call: Callable[[], object]) -> Run:
    """The same, for a client that knows no event loop."""

    async def run(times: int) -> None:
        for _ in range(times):
            call()

    return run


async def _reads(
    bench: Bench, server: Served, kit: PrintKit, floor: aiohttp.ClientSession, client: httpx.AsyncClient, threaded: requests.Session
) -> None:
    at = f"{server.url}{READ}"
    url = URL(at)

    async def by_hand() -> object:
        return orjson.loads(await asked(floor, "GET", url))

    async def by_httpx() -> object:
        return (await client.get(at)).json()

    async def looked_at() -> object:
        return (await kit.get_order("pwinty:1065")).items

    ways: dict[str, Run] = {
        FLOOR: repeated(by_hand),
        "printkit": repeated(looked_at),
        "printkit, items not looked at": repeated(lambda: kit.get_order("pwinty:1065")),
        "httpx": repeated(by_httpx),
        "requests": repeated_blocking(lambda: threaded.get(at).json()),
    }
    await bench.compare(_contest(bench, server, "read an order with 10 photos", ways, 1.3))


async def _writes(
    bench: Bench, server: Served, kit: PrintKit, floor: aiohttp.ClientSession, client: httpx.AsyncClient, threaded: requests.Session
) -> None:
    at = f"{server.url}{WRITE}"
    url = URL(at)
    order = await kit.get_order("pwinty:1065")

    async def by_hand() -> object:
        return orjson.loads(await asked(floor, "POST", url, CANCEL))

    async def by_httpx() -> object:
        return (await client.post(at, content=CANCEL)).json()

    ways: dict[str, Run] = {
        FLOOR: repeated(by_hand),
        "printkit": repeated(lambda: kit.set_status(order, OrderStatus.CANCELLED)),
        "httpx": repeated(by_httpx),
        "requests": repeated_blocking(lambda: threaded.post(at, data=CANCEL).json()),
    }
    await bench.compare(_contest(bench, server, "write: cancel an order", ways, 1.4))


def _contest(bench: Bench, server: Served, name: str, ways: Mapping[str, Run], at_most: float) -> Contest:
    calls = bench.of(200, 100, 3)
    contenders = [Contender(way, run, calls, 1, {"cpu": at_most} if way == "printkit" else {}) for way, run in ways.items()]
    return Contest(name, "call", contenders, rounds=bench.of(25, 7, 1), count=server.count)


async def _server(bench: Bench, server: Served) -> None:
    """How fast the server answers one who does nothing but ask. It is no bottleneck while that takes much less time than aiohttp."""
    url = URL(f"{server.url}{BASE}/Orders/1065")
    request = f"GET {BASE}/Orders/1065 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode()
    length = length_of(server.port, request)
    async with tuned_aiohttp() as floor, raw_connections(server.port, AT_ONCE) as connections:

        async def by_floor(calls: int) -> None:
            await by_workers(calls, lambda _: asked(floor, "GET", url))

        async def raw(calls: int) -> None:
            free = list(connections)

            async def ask(_: int) -> None:
                connection = free.pop()
                await connection.ask(request, length)
                free.append(connection)

            await by_workers(calls, ask)

        calls = bench.of(2000, 1000, 5)
        await bench.compare(
            Contest(
                "what the server itself takes, 64 at once",
                "call",
                (Contender("tuned aiohttp, unread", by_floor, calls, 1), Contender("bare sockets", raw, calls, 1)),
                clocks=("cpu", "wall"),
                rounds=bench.of(15, 5, 1),
                count=server.count,
            )
        )
