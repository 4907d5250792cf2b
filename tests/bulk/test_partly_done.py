"""Changes of which only a part happened: a part that is done is never told as nothing, an order that lacks a photo never submitted."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from attrs import define, evolve

from printkit import (
    Applied,
    ConflictError,
    Effect,
    NewOrder,
    NotApplied,
    Order,
    OrderRef,
    OrderStatus,
    Photo,
    RejectedError,
    Request,
    Response,
    Unknown,
)
from printkit.bulk.settling import look
from printkit.changes import CancelItems, PlaceOrder, SwapSku
from printkit.errors import TransportError
from printkit.model import Item, Receipt, RefusedItem
from printkit.writes import _journal
from tests.bulk.hands import Fakes, change, handle, results_of
from tests.bulk.two_shops import TOM, URL, Counter, counter
from tests.bulk.virtual_time import run

REF = OrderRef("shop", "1")
PHOTOS = [Photo("4x6", URL.format("boat")), Photo("8x12", URL.format("harbour"))]
PLACE = PlaceOrder(NewOrder(TOM, "ORD-1"), PHOTOS)


def having(count: int, *refused: RefusedItem) -> Order:
    items = tuple(Item(str(number), "4x6", "4x6", 1, OrderStatus.DRAFT) for number in range(count))
    return Order(REF, OrderStatus.DRAFT, items=items, receipt=Receipt(refused=refused))


class Submits:
    """A kit that does nothing but count submissions, and adds so many photos."""

    def __init__(self, filled: Order) -> None:
        self.filled = filled
        self.submitted = 0

    async def add_photos(self, order: Order, photos: Any) -> Order:
        return self.filled

    async def submit(self, order: Order) -> Order:
        self.submitted += 1
        return order


def done(step: str) -> Any:
    """The handle of the last write that is proven."""

    async def made() -> Any:
        return evolve(handle(change(1), step), operation=step)

    return run(made())


@pytest.mark.parametrize("step", ["create_order", "add_photos"])
@pytest.mark.parametrize("filled", [having(1), having(2, RefusedItem("1", "no such type")), having(0)], ids=["fewer", "refused", "none"])
async def test_an_order_that_lacks_a_photo_is_not_submitted_when_it_is_gone_on_with(step: str, filled: Order) -> None:
    kit: Any = Submits(filled)
    last = await asyncio.to_thread(done, step)

    with pytest.raises(RejectedError, match="of 2 photos were refused, and the order was not submitted") as caught:
        await PLACE.go_on(kit, last, filled if step == "add_photos" else having(0))

    assert (kit.submitted, caught.value.order, caught.value.refused) == (0, REF, filled.receipt.refused)


async def test_what_is_refused_when_it_is_gone_on_with_names_the_order_that_is_left() -> None:
    class Refuses(Submits):
        async def submit(self, order: Order) -> Order:
            raise RejectedError("no")

    kit: Any = Refuses(having(2))
    with pytest.raises(RejectedError) as caught:
        await PLACE.go_on(kit, await asyncio.to_thread(done, "create_order"), having(0))

    assert caught.value.order == REF


@pytest.mark.parametrize("step", ["create_order", "add_photos"])
async def test_a_whole_one_is(step: str) -> None:
    kit: Any = Submits(having(2))
    await PLACE.go_on(kit, await asyncio.to_thread(done, step), having(2))

    assert kit.submitted == 1


@define
class Refusing:
    """A shop that loses its answer to one write, after which one read fails; that refuses the second photo; and deletions, if told."""

    shop: Any
    loses: str | None = None
    refuses_after: int | None = None
    """So many photos are deleted, and then none."""
    is_blind: bool = False

    def answer(self, request: Request) -> Response:
        if self.is_blind and request.effect is Effect.READS:
            self.is_blind = False
            return Response(400)
        if self.loses is not None and request.effect is Effect.WRITES and request.path.endswith(self.loses):
            self.loses, self.is_blind = None, True
            self.shop.answer(request)
            return Response(502)
        if request.method == "DELETE" and self.refuses_after is not None:
            self.refuses_after -= 1
            if self.refuses_after < 0:
                return Response(403, {"content-type": "application/json"}, b'{"errorMessage": "it is being printed"}')
        return self._half(request) if request.path.endswith("/Photos/Batch") else self.shop.answer(request)

    def _half(self, request: Request) -> Response:
        """The documented answer to a batch of which one is refused: an entry for each photo, with an ``errorMessage``."""
        assert isinstance(request.body, bytes)
        first = self.shop.answer(evolve(request, body=json.dumps(json.loads(request.body)[:1]).encode()))
        answer = json.loads(first.body)
        answer["items"].append({"id": 0, "errorMessage": "no such type"})
        return Response(first.status, first.headers, json.dumps(answer).encode())


@pytest.fixture
async def at() -> AsyncIterator[Counter]:
    async with counter("pwinty") as found:
        yield found


@pytest.mark.parametrize("loses", [None, "/Orders"], ids=["at once", "after a lost answer"])
async def test_an_order_of_which_the_shop_refuses_a_photo_is_not_submitted(at: Counter, loses: str | None) -> None:
    at.shop.shop = Refusing(at.shop.shop, loses)

    [result] = [each async for each in at.kit.apply([PLACE])]

    assert isinstance(result.outcome, NotApplied)
    assert "1 of 2 photos were refused, and the order was not submitted" in result.outcome.why
    [order] = [each async for each in at.kit.list_orders(detail=True)]
    assert (order.status, len(order.items)) == (OrderStatus.DRAFT, 1)


@pytest.mark.parametrize("kind", ["swap", "cancel"])
async def test_what_is_refused_after_a_part_is_done_is_unknown_and_comes_with_the_last_write(at: Counter, kind: str) -> None:
    order = await at.order()
    ids = [item.id for item in order.items]
    at.shop.shop = Refusing(at.shop.shop, refuses_after=0 if kind == "swap" else 1)

    [result] = [
        each async for each in at.kit.apply([SwapSku(order.ref, ids[0], at.skus[1]) if kind == "swap" else CancelItems(order.ref, ids)])
    ]

    assert isinstance(result.outcome, Unknown)
    assert result.outcome.why.startswith("a part of it is done, and the rest is not: ")
    assert isinstance(result.error, ConflictError)
    assert result.handle is not None
    assert result.handle.step == ("add" if kind == "swap" else "delete")


class Halfway(Fakes):
    """The first of two writes is applied, the second one is refused; what ``go_on`` says of the rest is the script's."""

    async def carry_out(self, change: Any) -> Any:
        journal, first = _journal.get(), handle(change, "add")
        assert journal is not None
        await journal.intend(first)
        journal.ended(evolve(first, phase="lost"), "applied")
        raise TransportError("the second step never left")

    async def settle(self, handle: Any, *, send_again: bool) -> Any:
        return Applied(Order(REF, OrderStatus.DRAFT))

    async def go_on(self, change: Any, done: Any, order: Order) -> Order:
        raise RejectedError("no", provider="shop")


def test_a_part_that_is_done_is_never_told_as_nothing() -> None:
    (result,) = run(results_of(Halfway(), [change(1, "a")]))

    assert isinstance(result.outcome, Unknown)
    assert result.handle is not None
    assert result.handle.step == "add"


def test_an_order_that_was_created_and_not_submitted_is_not_placed() -> None:
    """It costs nothing: a draft is left."""

    class Placing(Halfway):
        async def carry_out(self, change: Any) -> Any:
            return await super().carry_out(a_change)

    a_change = change(1, "a")
    (result,) = run(results_of(Placing(), [PLACE]))

    assert isinstance(result.outcome, NotApplied)


@pytest.mark.parametrize(("step", "ends"), [("delete", Unknown), ("add", NotApplied), ("status", NotApplied)])
async def test_the_last_of_several_writes_that_did_not_happen_leaves_a_part_done(step: str, ends: type) -> None:
    class Kit:
        async def reconcile(self, handle: Any) -> NotApplied:
            return NotApplied("it is printed")

    found = await look(Kit(), PLACE, await asyncio.to_thread(done, step), lambda: (None, list))

    assert type(found) is ends
    if ends is Unknown:
        assert found == Unknown("a part of it is done, and the rest is not: it is printed")
