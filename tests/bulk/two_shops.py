"""The same order at two emulated shops that remember every request, for tests of what runs on any shop."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from attrs import define, field

import printkit
from printkit import Effect, NewOrder, Order, OrderStatus, Photo, PrintKit, Recipient, Request, Response
from printkit.providers import gooten, pwinty
from printkit.providers.gooten import emulator as gooten_emulator
from printkit.providers.pwinty import emulator as pwinty_emulator

KEY = "k+5b1f/not=shown"
TOM = Recipient("Tom Smith", line1="14 Acacia Avenue", city="Cardiff", postal_code="CF11 1AB", country="GB")
ANN = Recipient("Ann Jones", line1="The Hollies", city="Leeds", postal_code="LS1 1AX", country="GB")
URL = "https://images.example.com/{}.jpg"
SHOPS = (pwinty.INFO.kind, gooten.INFO.kind)
SKUS = {"pwinty": ("8x12", "4x6"), "gooten": ("CanvsWrp-BlkWrp-18x24", "CanvsWrp-BlkWrp-8x10")}
"""What the photos are ordered as, and something else."""


@define
class Recording:
    """A shop, and every request that reached it."""

    shop: Any
    requests: list[Request] = field(factory=list[Request])
    loses: str | None = None
    """``answers``: writes happen and nobody learns of it. ``requests``: they do not even happen. Then nothing can be read either."""

    def answer(self, request: Request) -> Response:
        self.requests.append(request)
        is_write = request.effect is Effect.WRITES
        answer: Response = Response(400) if self.loses and not (is_write and self.loses == "answers") else self.shop.answer(request)
        return Response(502) if self.loses and is_write else answer

    @property
    def writes(self) -> list[Request]:
        return [request for request in self.requests if request.effect is Effect.WRITES]


@define
class Counter:
    """A kit at one shop."""

    kind: str
    kit: PrintKit
    shop: Recording

    @property
    def skus(self) -> tuple[str, str]:
        return SKUS[self.kind]

    @property
    def photos(self) -> list[Photo]:
        return [Photo(self.skus[0], URL.format("boat")), Photo(self.skus[0], URL.format("harbour"), copies=3)]

    async def order(self, reference: str = "ORD-1") -> Order:
        """An order whose items can be changed: at one shop before, at the other after it is placed."""
        order = await self.draft(reference)
        if self.kind == "gooten":
            order = await self.kit.set_status(await self.kit.submit(order), OrderStatus.ON_HOLD)
        return order

    async def draft(self, reference: str = "ORD-1") -> Order:
        order = await self.kit.create_order(NewOrder(TOM, reference))
        return await self.kit.add_photos(order, self.photos)


@asynccontextmanager
async def counter(kind: str, **settings: Path | str) -> AsyncIterator[Counter]:
    emulator: Any = pwinty_emulator.Shop() if kind == "pwinty" else gooten_emulator.Shop()
    shop = Recording(emulator)
    secret = "API_KEY" if kind == "pwinty" else "PARTNER_BILLING_KEY"
    given = {"ENVIRONMENT": "emulator", secret: KEY, "EMAIL": "orders@example.com", "PHONE": "+44 20 0000 0000", "SETTLE": "0.001"}
    if kind == "pwinty":
        given = {name: value for name, value in given.items() if name not in {"EMAIL", "PHONE"}} | {"MERCHANT_ID": "m-1"}
    else:
        given["RECIPE_ID"] = "00000000-0000-4000-8000-000000000001"
    environ = {f"PRINTKIT_PROVIDERS_{kind.upper()}_{name}": value for name, value in given.items()}
    environ |= {f"PRINTKIT_{name.upper()}": str(value) for name, value in settings.items()}
    async with printkit.connect(environ=environ, emulators={kind: shop}) as kit:
        yield Counter(kind, kit, shop)
