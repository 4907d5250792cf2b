"""Case ``orders``: create, 10 photos, validate, submit; 64 at once, without and with latency. The same requests by every client."""

import asyncio
import itertools
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import aiohttp
import httpx
import orjson
import requests
from yarl import URL

from printkit import NewOrder, Photo, PrintKit, Recipient

from . import orders
from .clients import AT_ONCE, BASE, asked, by_workers, kit_at, plain_httpx, plain_requests, tuned_aiohttp
from .measure import Bench, Contender, Contest, Run
from .server import Served, serving

PHOTOS = 10
RULES = {
    r"POST /v2\.5/Orders ": orders.pwinty_order(0, number="<#>"),
    r"POST /v2\.5/Orders/(\d+)/Photos/Batch ": orders.pwinty_batch(PHOTOS),
    r"GET /v2\.5/Orders/(\d+)/SubmissionStatus ": orders.PWINTY_VALID,
    r"POST /v2\.5/Orders/(\d+)/Status ": orders.PWINTY_DONE,
}
REQUESTS = 4
URLS = [f"https://images.example.com/{number}.jpg" for number in range(PHOTOS)]
ADDRESS = {
    "recipientName": "Tom Smith",
    "address1": "14 Acacia Avenue",
    "addressTownOrCity": "Cardiff",
    "postalOrZipCode": "CF11 1AB",
    "countryCode": "GB",
    "destinationCountryCode": "GB",
    "payment": "InvoiceMe",
    "qualityLevel": "Pro",
}
RECIPIENT = Recipient("Tom Smith", line1="14 Acacia Avenue", city="Cardiff", postal_code="CF11 1AB", country="GB")
ADDED: list[Any] = [{"type": "4x6", "url": url, "copies": 1, "sizing": "Crop"} for url in URLS]

_references = itertools.count(1)


def _new() -> dict[str, str]:
    return ADDRESS | {"merchantOrderId": f"ORD-{next(_references)}"}


def with_printkit(kit: PrintKit) -> Run:
    """By printkit's verbs."""

    async def one(_: int) -> None:
        order = await kit.create_order(NewOrder(RECIPIENT, reference=f"ORD-{next(_references)}"))
        order = await kit.add_photos(order, [Photo("4x6", url) for url in URLS])
        assert await kit.validate(order)
        await kit.submit(order)

    return lambda units: by_workers(units, one)


def with_aiohttp(session: aiohttp.ClientSession, url: str) -> Run:
    """The floor."""
    base = f"{url}{BASE}/Orders"
    create_url = URL(base)

    async def one(_: int) -> None:
        order = orjson.loads(await asked(session, "POST", create_url, orjson.dumps(_new())))
        here = f"{base}/{order['id']}"
        orjson.loads(await asked(session, "POST", URL(f"{here}/Photos/Batch", encoded=True), orjson.dumps(ADDED)))
        assert orjson.loads(await asked(session, "GET", URL(f"{here}/SubmissionStatus", encoded=True)))["isValid"]
        orjson.loads(await asked(session, "POST", URL(f"{here}/Status", encoded=True), orjson.dumps({"status": "Submitted"})))

    return lambda units: by_workers(units, one)


def with_httpx(client: httpx.AsyncClient, url: str) -> Run:
    """As its documentation tells to."""
    base = f"{url}{BASE}/Orders"

    async def one(_: int) -> None:
        here = f"{base}/{(await client.post(base, json=_new())).json()['id']}"
        (await client.post(f"{here}/Photos/Batch", json=ADDED)).json()
        assert (await client.get(f"{here}/SubmissionStatus")).json()["isValid"]
        (await client.post(f"{here}/Status", json={"status": "Submitted"})).json()

    return lambda units: by_workers(units, one)


def one_with_requests(session: requests.Session, url: str) -> Callable[[], Any]:
    """One order, as its documentation tells to."""
    base = f"{url}{BASE}/Orders"

    def one() -> None:
        here = f"{base}/{session.post(base, json=_new()).json()['id']}"
        session.post(f"{here}/Photos/Batch", json=ADDED).json()
        assert session.get(f"{here}/SubmissionStatus").json()["isValid"]
        session.post(f"{here}/Status", json={"status": "Submitted"}).json()

    return one


def with_threads(url: str, pool: ThreadPoolExecutor, sessions: list[requests.Session]) -> Run:
    """The client requests in 64 threads, a session for each."""
    every = [one_with_requests(session, url) for session in sessions]

    async def run(units: int) -> None:
        numbers = iter(range(units))  # the interpreter lock makes pulling from a range one step

        def work(one: Callable[[], Any]) -> None:
            for _ in numbers:
                one()

        loop = asyncio.get_running_loop()
        await asyncio.gather(*(loop.run_in_executor(pool, work, one) for one in every))

    return run


def in_sequence(url: str, session: requests.Session) -> Run:
    """The client requests, one call after the other, as the shops' old clients do it; on one connection, which not all of those manage."""
    one = one_with_requests(session, url)

    async def run(units: int) -> None:
        for _ in range(units):
            one()

    return run


async def measured(bench: Bench) -> None:
    """At 0 and at 20 ms."""
    for milliseconds in (0, 20):
        with serving(RULES, milliseconds / 1000) as server:
            await _at(bench, server, milliseconds)


async def _at(bench: Bench, server: Served, milliseconds: int) -> None:
    count, few = bench.of(500, 200, 3), bench.of(50, 20, 1) if milliseconds else bench.of(250, 100, 1)
    url = server.url
    alone, sessions = plain_requests(), [plain_requests() for _ in range(bench.of(AT_ONCE, AT_ONCE, 2))]
    promised = {"cpu": 1.5, "wall": 1.05} if milliseconds else {"cpu": 1.5}
    async with tuned_aiohttp() as floor, kit_at(url) as kit, plain_httpx() as client:
        with ThreadPoolExecutor(len(sessions)) as pool:
            await bench.compare(
                Contest(
                    f"whole orders at {milliseconds} ms",
                    "order",
                    (
                        Contender("tuned aiohttp, dicts", with_aiohttp(floor, url), count, REQUESTS),
                        Contender("printkit", with_printkit(kit), count, REQUESTS, promised),
                        Contender("httpx", with_httpx(client, url), count, REQUESTS, at_least={"cpu": 15}),
                        Contender("requests, 64 threads", with_threads(url, pool, sessions), count, REQUESTS, at_least={"cpu": 5}),
                        Contender(
                            "requests, in sequence", in_sequence(url, alone), few, REQUESTS, at_least={"wall": 10} if milliseconds else {}
                        ),
                    ),
                    clocks=("cpu", "wall"),
                    rounds=bench.of(9, 3, 1),
                    count=server.count,
                )
            )
    for session in (alone, *sessions):
        session.close()
