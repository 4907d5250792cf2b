"""A receiver on an emulated shop in this process, with a clock that only the test moves, and what it did."""

import asyncio
import contextlib
import json
import math
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from printkit import Order, OrderStatus, PrintKit, Request, Response, registry
from printkit.emulator.clock import ManualClock
from printkit.emulator.notices import NoticeDue
from printkit.inbox import Inbox
from printkit.receiving import Answer, Limits, Receiver
from printkit.telemetry import Event, Notified
from tests.clockwork import Clockwork
from tests.providers.gooten.shops import kit_on as gooten_on
from tests.providers.pwinty.shops import draft, kit_on as pwinty_on, photo, stopped_clocks

TOKEN = "t0ken-" + "x" * 30
QUICK = Limits(pause=1.0, per_second=math.inf, look_again=None, answer_seconds=60, handler_seconds=60)
URL = "http://127.0.0.1:9/callback?orderid="
SKUS = {"pwinty": ("4x6", "8x12", "C16x20"), "gooten": ("CanvsWrp-BlkWrp-18x24", "Mug-11oz-White", "CanvsWrp-BlkWrp-8x10")}


class Counting:
    """A shop that counts what it is asked, and may be made to fail or to wait."""

    def __init__(self, shop: Any) -> None:
        self.shop = shop
        self.reads = 0
        self.failing: list[Response] = []

    def answer(self, request: Request) -> Response:
        if request.method == "GET":
            self.reads += 1
            if self.failing:
                return self.failing.pop(0)
        return self.shop.answer(request)


class Scene:
    """What a test needs at hand."""

    def __init__(self, kit: PrintKit, there: Counting, time: Clockwork, limits: Limits, inbox: Inbox | None) -> None:
        self.kit, self.there, self.shop, self.time = kit, there, there.shop, time
        self.delivered: list[Order] = []
        self.events: list[Event] = []
        self.on_delivery: Callable[[Order], Awaitable[None]] | None = None
        self.receiver = Receiver(
            kit, self._handle, token=TOKEN, inbox=inbox, limits=limits, clock=time, sleep=time.sleep, jitter=lambda longest: longest
        )

    async def _handle(self, order: Order) -> None:
        if self.on_delivery is not None:
            await self.on_delivery(order)
        self.delivered.append(order)

    @property
    def statuses(self) -> list[OrderStatus]:
        return [order.status for order in self.delivered]

    @property
    def outcomes(self) -> Counter[str]:
        return Counter(event.outcome for event in self.events if isinstance(event, Notified))

    async def post(
        self, body: bytes | AsyncIterator[bytes], *, token: str = TOKEN, connection: str = "pwinty", method: str = "POST", **more: Any
    ) -> Answer:
        given = {"headers": {}, "query": {}, "body": body} | more
        return await self.receiver.receive(token=token, connection=connection, method=method, **given)

    async def tell(self, order_id: object, status: str = "submitted", **more: Any) -> Answer:
        return await self.post(json.dumps({"id": int(str(order_id)), "status": status, **more}).encode())

    async def bring(self, notice: NoticeDue) -> Answer:
        return await self.post(notice.body, connection=self.shop.name, query=dict(parse_qsl(urlsplit(notice.url).query)))

    async def placed(self, reference: str = "R1", photos: int = 1) -> Order:
        """A submitted order; the shop's notices about it so far are lost."""
        (info,) = self.kit.connections.values()
        skus = {"pwinty": ("4x6", "8x12", "C16x20"), "gooten": ("CanvsWrp-BlkWrp-18x24", "Mug-11oz-White", "CanvsWrp-BlkWrp-8x10")}[
            info.kind
        ]
        order = await self.kit.submit(await draft(self.kit, *(photo("a", sku) for sku in skus[:photos]), reference=reference))
        self.notices()
        self.there.reads = 0
        return order

    def notices(self) -> list[NoticeDue]:
        """What the shop sends now."""
        return list(self.shop.advance(self.shop.clock.now()))

    def later(self, seconds: float) -> None:
        self.time.advance(seconds)
        self.shop.clock.advance(timedelta(seconds=seconds))

    async def has_work(self) -> bool:
        """Whether anything is due or under way."""
        if self.receiver._under_way or self.receiver._wake.is_set():
            return True
        entries, _ = await self.receiver._inbox.take(self.time.now, self.receiver._shops.keys(), frozenset(), 1)
        return bool(entries) or bool(self.receiver._under_way)

    async def idle(self) -> None:
        """Until nothing is due and nothing under way."""
        async with asyncio.timeout(30):
            while await self.has_work():  # noqa: ASYNC110 - it tells nobody
                await asyncio.sleep(0)


@contextlib.asynccontextmanager
async def scene(limits: Limits = QUICK, *, file: Path | None = None, kind: str = "pwinty") -> AsyncIterator[Scene]:
    shop = Counting(registry.part(registry.info(kind).emulator)(clock=ManualClock()))
    shop.shop.control(("notices",), {"url": URL})
    with stopped_clocks():
        kit = {"pwinty": pwinty_on, "gooten": gooten_on}[kind](shop)
    async with kit:
        opened = Scene(kit, shop, Clockwork(), limits, None if file is None else Inbox(file))
        for at in kit._opened.values():
            at.telemetry.hooks.append(opened.events.append)
        async with opened.receiver:
            yield opened
