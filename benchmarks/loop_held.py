"""Case ``loop``: how long the event loop is held at most while a page of 250 orders is read."""

import asyncio
import time

from printkit import PrintKit

from . import orders
from .clients import kit_at
from .measure import Bench
from .server import serving

ORDERS = 250
PHOTOS = 10
RULES = {
    r"GET /v2\.5/Orders": orders.pwinty_list(ORDERS, PHOTOS),
    r"GET /api/v/5/source/api/ordersearch": orders.gooten_search(ORDERS, PHOTOS),
}


class Watch:
    """Goes round with the event loop and remembers the longest time that it had to wait for its next turn."""

    def __init__(self) -> None:
        self.longest = 0.0
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> "Watch":
        self._task = asyncio.create_task(self._go_round())
        await asyncio.sleep(0)
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._task is not None
        await asyncio.sleep(0)
        self._task.cancel()

    async def _go_round(self) -> None:
        while True:
            before = time.perf_counter()
            await asyncio.sleep(0)
            self.longest = max(self.longest, time.perf_counter() - before)


async def held(kit: PrintKit | None, provider: str) -> float:
    """Milliseconds, while one page is read, or, without a kit, while nothing is done for the time of one."""
    async with Watch() as watch:
        if kit is None:
            await asyncio.sleep(0.05)
        else:
            page = await kit.list_orders(provider=provider)
            assert len(page.items) == ORDERS
    return 1000 * watch.longest


async def measured(bench: Bench) -> None:
    """A page of each shop's list, and nothing at all."""
    rounds = bench.of(30, 10, 2)
    with serving(RULES) as server:
        async with kit_at(server.url) as kit:
            for provider in ("pwinty", "gooten"):
                await held(kit, provider)
                values = [await held(kit, provider) for _ in range(rounds)]
                bench.note(f"loop held by a page of {ORDERS} orders of {PHOTOS} photos, {provider}", values, "ms")
            bench.note("loop held by nothing (null)", [await held(None, "") for _ in range(rounds)], "ms")
