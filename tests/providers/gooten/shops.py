"""Kits on emulated and on scripted Gooten shops, with clocks that only the test moves. No test waits for time to pass."""

import contextlib
import functools
import json
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

import printkit
from printkit import NewOrder, Order, Photo, PrintKit, Recipient, Request, Response
from printkit.emulator.clock import ManualClock
from printkit.providers.gooten.emulator import Shop
from printkit.providers.gooten.emulator.options import Options
from printkit.server.emulator import EmulatorServer
from printkit.transport.caller import Caller
from printkit.transport.limits import Pace
from printkit.writes import Writer

SAMPLES = Path(__file__).parents[2] / "samples" / "gooten"
KEY = "k+5b1f/not=shown%2Bé&é"
"""Everything that a query string may get wrong."""
RECIPE = "00000000-0000-4000-8000-000000000001"
SAFE_ID = "7-d3d3f61a-6039-49a0-9b02-08704f1a7ce2"
"""Of the samples' order."""
TOM = Recipient("Tom Smith", line1="14 Acacia Avenue", city="Cardiff", postal_code="CF11 1AB", country="GB")
ANN = Recipient("Ann Jones", line1="The Hollies", city="Cardiff", postal_code="CF11 1AX", country="GB")
CANVAS, SMALL_CANVAS, MUG, PILLOW = "CanvsWrp-BlkWrp-18x24", "CanvsWrp-BlkWrp-8x10", "Mug-11oz-White", "ThrowPillow-Zipper-16x16"
"""The pillow has two print spaces, the others have one."""
URL = "https://images.example.com/{}.jpg"


def sample(name: str) -> Any:
    return json.loads((SAMPLES / f"{name}.json").read_text(encoding="utf-8"))


def sample_bytes(name: str) -> bytes:
    return (SAMPLES / f"{name}.json").read_bytes()


def settings(**more: object) -> dict[str, str]:
    """The environment of one program."""
    given = {
        "environment": "emulator",
        "recipe_id": RECIPE,
        "partner_billing_key": KEY,
        "email": "orders@example.com",
        "phone": "+44 20 0000 0000",
        "settle": 60,
        "attempt_timeout": 10,
    }
    wanted = {name: value for name, value in (given | more).items() if value is not None}
    return {f"PRINTKIT_PROVIDERS_GOOTEN_{name.upper()}": str(value) for name, value in wanted.items()}


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

    async def kit(self, *, drafts: object = None, **more: object) -> PrintKit:
        """One more program: it has no memory in common with the others."""
        url = f"gooten+emulator://127.0.0.1:{self.server.port}"
        environ = settings(**more) | ({"PRINTKIT_DRAFTS": str(drafts)} if drafts else {})
        return await self._kits.enter_async_context(printkit.connect(url, environ=environ))

    def put(self, order: Order, status: str, *items: int) -> None:
        """Gooten's own people put items of an order, or all of them, into a status."""
        chosen: list[dict[str, object]] = [{"item": int(order.items[place].id)} for place in items] or [{}]
        for each in chosen:
            self.shop.control(("orders", order.id, "status"), {"status": status, **each})

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


def photo(name: str, sku: str = CANVAS, **more: Any) -> Photo:
    return Photo(sku, URL.format(name), **more)


async def draft(kit: PrintKit, *photos: Photo, reference: str = "R1", recipient: Recipient = TOM, **more: Any) -> Order:
    order = await kit.create_order(NewOrder(recipient, reference=reference, **more))
    return await kit.add_photos(order, photos) if photos else order


async def placed(kit: PrintKit, *photos: Photo, reference: str = "R1", **more: Any) -> Order:
    return await kit.submit(await draft(kit, *(photos or (photo("a"),)), reference=reference, **more))


def printed(shop: Shop, reference: str = "R1") -> int:
    """How many orders of this reference the shop really took."""
    return shop.ledger.count("order submitted", reference)


Script = Callable[[Request], Response]


class Scripted:
    """A shop in this process that answers as it is told and keeps what it was asked."""

    def __init__(self, script: Script) -> None:
        self._script = script
        self.asked: list[Request] = []

    def answer(self, request: Request) -> Response:
        self.asked.append(request)
        return self._script(request)

    @property
    def written(self) -> list[Request]:
        """What was asked that is not a GET."""
        return [request for request in self.asked if request.method != "GET"]

    def bodies(self) -> list[Any]:
        return [json.loads(request.body) for request in self.written if isinstance(request.body, bytes) and request.body]


def says(body: object, status: int = 200) -> Response:
    payload = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Response(status, {"content-type": "application/json; charset=utf-8"}, payload)


def by_path(answers: Mapping[tuple[str, str], Response]) -> Script:
    """Answers by method and path (below the version's prefix); everything else is a 404."""

    def script(request: Request) -> Response:
        path = request.path.removeprefix("/api")
        return answers.get((request.method, path), says({"Message": f"no {request.method} {path}"}, 404))

    return script


def kit_on(shop: Any, *, drafts: object = None, **more: object) -> PrintKit:
    """A kit on a shop in this process."""
    environ = settings(**more) | ({"PRINTKIT_DRAFTS": str(drafts)} if drafts else {})
    return printkit.connect("gooten+emulator://", environ=environ, emulators={"gooten": shop})
