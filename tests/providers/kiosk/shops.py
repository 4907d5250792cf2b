"""Kits on emulated Kiosks, over real HTTP and in process, and every write and read of the adapter for whoever strikes them."""

import contextlib
from collections.abc import AsyncIterator
from typing import Any

import printkit
from printkit import NewOrder, Order, OrderStatus, Photo, PrintKit, Recipient
from printkit.emulator.clock import ManualClock
from printkit.server.emulator import EmulatorServer
from tests.matrix.deeds import Deed, Here, Reading
from tests.providers.pwinty.shops import Now, stopped_clocks

TOM = Recipient("Tom Smith", line1="14 Acacia Avenue", city="Cardiff", postal_code="CF11 1AB", country="GB")
KEY = "kiosk-key-not-shown"
ORDERS, ORDER, PRINTS, STATE = "/kiosk/v1/orders", "/kiosk/v1/orders/{id}", "/kiosk/v1/orders/{id}/prints", "/kiosk/v1/orders/{id}/state"


def settings(**more: object) -> dict[str, str]:
    given = {"environment": "emulator", "number": "7", "key": KEY, "attempt_timeout": 10}
    return {f"PRINTKIT_PROVIDERS_KIOSK_{name.upper()}": str(value) for name, value in (given | more).items()}


def emulated() -> Any:
    from printkit_kiosk.emulator import Shop as Kiosk  # once conftest has made it known

    return Kiosk(ManualClock())


class World:
    """A shop behind real HTTP, and any number of programs that talk to it."""

    def __init__(self, shop: Any, server: EmulatorServer, now: Now) -> None:
        self.shop, self.server, self.now = shop, server, now
        self.kits = contextlib.AsyncExitStack()

    async def kit(self, **more: object) -> PrintKit:
        url = f"kiosk+emulator://127.0.0.1:{self.server.port}"
        return await self.kits.enter_async_context(printkit.connect(url, environ=settings(**more)))


@contextlib.asynccontextmanager
async def world() -> AsyncIterator[World]:
    shop = emulated()
    with stopped_clocks() as now:
        async with EmulatorServer([shop], tick=None) as server:
            opened = World(shop, server, now)
            async with opened.kits:
                yield opened


def photo(name: str = "a", **more: Any) -> Photo:
    return Photo("10x15", f"https://images.example.com/{name}.jpg", **more)


async def nothing(there: World, kit: PrintKit) -> None:
    return None


async def empty(there: World, kit: PrintKit) -> Order:
    return await kit.create_order(NewOrder(TOM, reference="R1"))


async def filled(there: World, kit: PrintKit) -> Order:
    return await kit.add_photos(await empty(there, kit), [photo("a"), photo("b", copies=2)])


DEEDS = {
    "create_order": Deed(
        "POST",
        ORDERS,
        nothing,
        lambda kit, _: kit.create_order(NewOrder(TOM, reference="R1")),
        "order created",
        shows=lambda order: order.reference == "R1" and order.recipient == TOM,
    ),
    "add_photos": Deed(
        "PUT",
        PRINTS,
        filled,
        lambda kit, order: kit.add_photos(order, [photo("a")]),
        "prints set",
        shows=lambda order: [item.artwork[0].url for item in order.items] == [photo(name).artwork[0].url for name in "aba"],
    ),
    "submit": Deed(
        "PUT",
        STATE,
        filled,
        lambda kit, order: kit.submit(order),
        "order ordered",
        shows=lambda order: order.status is OrderStatus.SUBMITTED,
    ),
    "set_status": Deed(
        "PUT",
        STATE,
        filled,
        lambda kit, order: kit.set_status(order, OrderStatus.CANCELLED),
        "order cancelled",
        shows=lambda order: order.status is OrderStatus.CANCELLED,
    ),
}
READINGS: dict[str, Reading] = {
    "get_order": Reading("GET", ORDER, filled, lambda kit, order: kit.get_order(order)),
    "list_orders": Reading("GET", ORDERS, filled, lambda kit, _: kit.list_orders()),
}
HERE: dict[str, Here] = {}
