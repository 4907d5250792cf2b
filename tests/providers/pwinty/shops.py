"""Kits on emulated and on scripted Pwinty shops, with clocks that only the test moves. No test waits for time to pass."""

import contextlib
import functools
import json
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

import printkit
from printkit import NewOrder, Order, Photo, PrintKit, Recipient, Request, Response
from printkit.emulator.clock import ManualClock
from printkit.providers.pwinty.emulator import Shop
from printkit.providers.pwinty.emulator.options import Options
from printkit.server.emulator import EmulatorServer
from printkit.transport.caller import Caller
from printkit.transport.limits import Pace
from printkit.writes import Writer

SAMPLES = Path(__file__).parents[2] / "samples" / "pwinty"
KEY = "k-5b1f-not-shown"
TOM = Recipient("Tom Smith", line1="14 Acacia Avenue", city="Cardiff", postal_code="CF11 1AB", country="GB")
ANN = Recipient("Ann Jones", line1="The Hollies", city="Cardiff", postal_code="CF11 1AX", country="GB")
URL = "https://images.example.com/{}.jpg"


def sample(name: str) -> Any:
    return json.loads((SAMPLES / f"{name}.json").read_text())


def sample_bytes(name: str) -> bytes:
    return (SAMPLES / f"{name}.json").read_bytes()


def settings(**more: object) -> dict[str, str]:
    """The environment of one program."""
    given = {"environment": "emulator", "merchant_id": "m-1", "api_key": KEY, "currency": "GBP", "settle": 60, "attempt_timeout": 10}
    return {f"PRINTKIT_PROVIDERS_PWINTY_{name.upper()}": str(value) for name, value in (given | more).items()}


class Now:
    """The time of the programs under test: stands still until it is moved. A wait before a retry takes no time, and is remembered."""

    def __init__(self) -> None:
        self.time = datetime(2026, 1, 5, 9, 30, tzinfo=UTC)
        self.waits: list[float] = []

    def __call__(self) -> datetime:
        return self.time

    def advance(self, seconds: float) -> None:
        self.time += timedelta(seconds=seconds)

    async def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)


@contextlib.contextmanager
def stopped_clocks() -> Iterator[Now]:
    """Within it, every kit that is opened lives by the time that is yielded."""
    now = Now()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("printkit.opening.Writer", functools.partial(Writer, now=now))
        patch.setattr("printkit.opening.Caller", functools.partial(Caller, sleep=now.sleep, jitter=lambda longest: 0.0))
        patch.setattr("printkit.opening.Pace", functools.partial(Pace, sleep=now.sleep))
        yield now


class World:
    """A shop behind real HTTP, and any number of programs that talk to it."""

    def __init__(self, shop: Shop, server: EmulatorServer, now: Now) -> None:
        self.shop, self.server, self.now = shop, server, now
        self._kits = contextlib.AsyncExitStack()

    async def kit(self, **more: object) -> PrintKit:
        """One more program: it has no memory in common with the others."""
        url = f"pwinty+emulator://127.0.0.1:{self.server.port}"
        return await self._kits.enter_async_context(printkit.connect(url, environ=settings(**more)))

    async def close(self) -> None:
        await self._kits.aclose()


@contextlib.asynccontextmanager
async def world(options: Options | None = None) -> AsyncIterator[World]:
    shop = Shop(options, ManualClock())
    with stopped_clocks() as now:
        async with EmulatorServer([shop], tick=None) as server:
            opened = World(shop, server, now)
            try:
                yield opened
            finally:
                await opened.close()


async def draft(kit: PrintKit, *photos: Photo, reference: str = "R1", recipient: Recipient = TOM, **more: Any) -> Order:
    order = await kit.create_order(NewOrder(recipient, reference=reference, **more))
    return await kit.add_photos(order, photos) if photos else order


def photo(name: str, sku: str = "4x6", **more: Any) -> Photo:
    return Photo(sku, URL.format(name), **more)


def added(shop: Shop, order: Order) -> dict[tuple[str, str], int]:
    """How often each photo (SKU and URL) was really added to an order."""
    entries = (entry for entry in shop.ledger.entries() if entry.kind == "photo added" and entry.key[0] == order.id)
    return {(entry.key[1], entry.key[2]): entry.count for entry in entries}


Script = Callable[[Request], Response]


class Scripted:
    """A shop in this process that answers as it is told and keeps what it was asked."""

    def __init__(self, script: Script) -> None:
        self._script = script
        self.asked: list[Request] = []

    def answer(self, request: Request) -> Response:
        self.asked.append(request)
        return self._script(request)

    def bodies(self, method: str) -> list[Any]:
        return [json.loads(request.body) for request in self.asked if request.method == method and isinstance(request.body, bytes)]


def says(body: object, status: int = 200) -> Response:
    payload = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Response(status, {"content-type": "application/json; charset=utf-8"}, payload)


def by_path(answers: dict[tuple[str, str], Response]) -> Script:
    """Answers by method and path (below the version's prefix); everything else is a 404."""

    def script(request: Request) -> Response:
        path = request.path.removeprefix("/v2.5")
        return answers.get((request.method, path), says({"message": f"no {request.method} {path}"}, 404))

    return script


def kit_on(shop: Any, **more: object) -> PrintKit:
    """A kit on a shop in this process."""
    return printkit.connect("pwinty+emulator://", environ=settings(**more), emulators={"pwinty": shop})
