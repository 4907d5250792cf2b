"""Cases ``engine``, ``bulk``, ``rate`` and ``million``: very many changes, beside plain loops of the same requests."""

import asyncio
import json
import sys
import tempfile
import urllib.request
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import aiohttp
import orjson
from yarl import URL

from printkit import NewOrder, Order, OrderRef, OrderStatus, PrintKit, Recipient
from printkit.bulk.engine import Engine
from printkit.bulk.source import Stream
from printkit.changes import Change, SetStatus
from printkit.outcomes import Applied, NotApplied, ReconcileHandle, Unknown

from . import orders
from .clients import AT_ONCE, BASE, asked, by_workers, kit_at, tuned_aiohttp
from .measure import Bench, Contender, Contest, Run
from .server import serving, started

PHOTOS = 10
RULES = {
    r"GET /v2\.5/Orders/(\d+) ": orders.pwinty_order(PHOTOS, number="<1>"),
    r"POST /v2\.5/Orders/(\d+)/Status ": orders.PWINTY_DONE,
}
REQUESTS = 2
"""A change of an order that is given by its reference: it is read, and changed."""
FIRST = 1_000_000


def changes(count: int) -> Iterator[Change]:
    """So many orders to cancel, each by its reference, made as they are asked for."""
    return (SetStatus(OrderRef("pwinty", str(FIRST + number)), OrderStatus.CANCELLED) for number in range(count))


# ── The engine by itself ──────────────────────────────────────────────────────────────────────────────────────────────


class Hands:
    """Hands that only give way to others once, as the quickest of requests would."""

    def __init__(self, order: Order) -> None:
        self._order = order

    async def carry_out(self, change: Change) -> Order:
        await asyncio.sleep(0)
        return self._order

    async def go_on(self, change: Change, done: ReconcileHandle, order: Order) -> Order:
        return order

    async def settle(self, handle: ReconcileHandle, *, send_again: bool) -> Applied[Order] | NotApplied | Unknown:
        raise NotImplementedError

    async def probe(self, provider: str | None) -> None:
        """Well."""

    def width(self) -> float:
        return float("inf")


async def bare_workers(hands: Hands, given: Iterator[Change], workers: int) -> AsyncIterator[Order]:
    """The bare design: workers that pull from one iterator, results through a bounded buffer. No order is waited for, nothing kept."""
    found = deque[Order]()
    there, taken = asyncio.Event(), asyncio.Event()

    async def work() -> None:
        for change in given:
            found.append(await hands.carry_out(change))
            there.set()
            while len(found) > 2 * workers:
                taken.clear()
                await taken.wait()

    ended = asyncio.gather(*(work() for _ in range(workers)))
    ended.add_done_callback(lambda _: there.set())
    while True:
        while found:
            taken.set()
            yield found.popleft()
        if ended.done():
            return
        there.clear()
        await there.wait()


async def engine(bench: Bench) -> None:
    """What the engine costs for each change, without I/O and without a journal."""
    hands = Hands(Order(OrderRef("pwinty", "1"), OrderStatus.CANCELLED))

    async def bare(count: int) -> None:
        told = 0
        async for _ in bare_workers(hands, changes(count), AT_ONCE):
            told += 1
        assert told == count

    async def with_engine(count: int) -> None:
        told = 0
        async for _ in Engine(Stream(changes(count), "pwinty"), hands, concurrency=AT_ONCE).results():
            told += 1
        assert told == count

    count = bench.of(50_000, 20_000, 100)
    contenders = (Contender("bare workers", bare, count), Contender("printkit", with_engine, count, at_most={"cpu": 2.0}))
    await bench.compare(Contest("a change without I/O", "change", contenders, rounds=bench.of(15, 5, 1)))


# ── Throughput ────────────────────────────────────────────────────────────────────────────────────────────────────────


def with_aiohttp(session: aiohttp.ClientSession, url: str, done: Callable[[], object] = lambda: None) -> Run:
    """The floor: a plain loop in 64 workers that makes the same requests; ``done`` is told of each change."""
    body = orjson.dumps({"status": "Cancelled"})
    base = f"{url}{BASE}/Orders"

    async def one(number: int) -> None:
        here = f"{base}/{FIRST + number}"
        orjson.loads(await asked(session, "GET", URL(here, encoded=True)))
        orjson.loads(await asked(session, "POST", URL(f"{here}/Status", encoded=True), body))
        done()

    return lambda units: by_workers(units, one)


def with_printkit(kit: PrintKit, folder: Path | None = None) -> Run:
    """A run; with a folder, each time with a new journal in it."""
    runs = iter(range(sys.maxsize))

    async def run(units: int) -> None:
        journal = None if folder is None else folder / f"{next(runs)}.db"
        report = await kit.apply(changes(units), journal=journal, concurrency=AT_ONCE)
        assert report.applied == units
        if journal is not None:
            journal.unlink()

    return run


async def throughput(bench: Bench) -> None:
    """10 000 changes at 20 ms, 64 at once."""
    count = bench.of(10_000, 2_000, 4)
    with serving(RULES, 0.02) as server, tempfile.TemporaryDirectory() as folder:
        async with tuned_aiohttp() as floor, kit_at(server.url) as kit:
            await bench.compare(
                Contest(
                    "changes at 20 ms, 64 at once",
                    "change",
                    (
                        Contender("plain aiohttp loop", with_aiohttp(floor, server.url), count, REQUESTS),
                        Contender("printkit", with_printkit(kit), count, REQUESTS, {"wall": 1 / 0.95}),
                        Contender("printkit, with a journal", with_printkit(kit, Path(folder)), count, REQUESTS),
                    ),
                    clocks=("wall", "cpu"),
                    rounds=bench.of(9, 3, 1),
                    count=server.count,
                )
            )


async def rate(bench: Bench) -> None:
    """A run against the emulator at a fixed rate: how much longer than its limiter alone would need."""
    orders_each, limit = bench.of(2_000, 500, 10), float(bench.of(200, 200, 1000))
    recipient = Recipient("Tom Smith", line1="14 Acacia Avenue", city="Cardiff", postal_code="CF11 1AB", country="GB")
    with started("-m", "benchmarks.emulated") as port:
        url = f"http://127.0.0.1:{port}"
        found: list[float] = []
        for number in range(bench.of(3, 1, 1)):
            bench.say(f"{bench.case}: {orders_each} changes at {limit:g} requests a second: round {number + 1}")
            async with kit_at(url) as kit:
                made: list[OrderRef] = []

                async def create(place: int) -> None:
                    made.append((await kit.create_order(NewOrder(recipient, reference=f"R{number}-{place}"))).ref)  # noqa: B023

                await by_workers(orders_each, create)
                report = await kit.apply((SetStatus(ref, OrderStatus.CANCELLED) for ref in made), rate=limit)
            assert report.applied == orders_each
            found.append(report.seconds / ((REQUESTS * orders_each - 1) / limit))
        effects = [effect["count"] for effect in _effects(url) if "cancelled" in effect["kind"]]
        assert effects == [1] * orders_each * len(found)
    bench.note("a run at a fixed rate, against its limiter's own time", found, "×", 1.03)


def _effects(url: str) -> list[dict[str, Any]]:
    """What really happened in the emulated shop."""
    with urllib.request.urlopen(f"{url}/_emulator/ledger") as answered:
        effects: list[dict[str, Any]] = json.load(answered)["pwinty"]
    return effects


# ── A million ─────────────────────────────────────────────────────────────────────────────────────────────────────────


SETTLED = 10_000
"""Changes after which memory may grow no more, and time neither; a window of shorter runs is less."""
WAYS = {"plain": "plain aiohttp loop", "printkit": "printkit", "journal": "printkit, with a journal"}


async def million(bench: Bench) -> None:
    """Each way in a process of its own, so that memory is only its own."""
    count = bench.changes or bench.of(1_000_000, 20_000, 40)
    with serving(RULES) as server:
        seconds: dict[str, dict[str, Any]] = {}
        for way in WAYS:
            before = server.count()
            seconds[way] = await _long_run(bench, way, count, server.url)
            assert server.count() - before == REQUESTS * count
    for way, told in seconds.items():
        about = f"{count} changes, {WAYS[way]}"
        is_promised = way == "printkit" and told["settled"] == SETTLED
        grows, swells = (1.05, 1024) if is_promised else (None, None)
        bench.note(f"{about}: processor time of a change", [told["cpu_each"]], "µs")
        bench.note(f"{about}: time of a change", [told["wall_each"]], "µs")
        bench.note(f"{about}: cost of a change at the end against the beginning", [told["last"] / told["first"]], "×", grows)
        bench.note(f"{about}: growth of peak memory after change {told['settled']}", [told["growth"]], "KiB", swells)
        bench.note(f"{about}: peak memory", [told["peak"] / 1024], "MiB")


async def _long_run(bench: Bench, way: str, count: int, url: str) -> dict[str, Any]:
    """One run in a process of its own, and what it says at its end."""
    command = [sys.executable, "-m", "benchmarks.long_run", way, str(count), url]
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    assert process.stdout is not None
    last = b"{}"
    async for line in process.stdout:
        last = line
        bench.say(f"{bench.case}: {way}: {line.decode().strip()[:80]}")
    assert await process.wait() == 0, f"{way} failed"
    told: dict[str, Any] = json.loads(last)
    return told
