"""How many requests each verb costs at Pwinty, as a table that is kept true by counting."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from attrs import frozen

from printkit import Artwork, ConflictError, NewOrder, Order, OrderRef, OrderStatus, Photo, PrintKit, Request, Response
from printkit.emulator.clock import ManualClock
from printkit.providers.pwinty.emulator import Options, Shop
from tests.providers.pwinty.shops import ANN, TOM, URL, draft, kit_on, photo

JPEG = b"\xff\xd8\xff picture"
Call = Callable[[PrintKit, Any, Order], Awaitable[Any]]


@frozen
class Verb:
    """A verb, what it costs given an ``Order`` (the newest) and given an ``OrderRef``, and what those requests are."""

    name: str
    with_order: str
    """Methods in the order in which they are sent."""
    with_ref: str | None
    call: Call
    placed: bool = False
    """Called on an order that is submitted."""


async def walk(kit: PrintKit, **wishes: Any) -> list[Order]:
    return [order async for order in kit.list_orders(**wishes)]


VERBS = (
    Verb("create_order", "POST", None, lambda kit, at, order: kit.create_order(NewOrder(TOM))),
    Verb("place_order, 1 photo", "POST POST POST", None, lambda kit, at, order: kit.place_order(NewOrder(TOM), [photo("a")])),
    Verb("get_order", "GET", "GET", lambda kit, at, order: kit.get_order(at)),
    Verb("get_item, draft", "GET", "GET", lambda kit, at, order: kit.get_item(at, order.items[0].id)),
    Verb("get_item, placed", "GET", "GET", lambda kit, at, order: kit.get_item(at, order.items[0].id), placed=True),
    Verb("list_orders, 1 page", "GET", None, lambda kit, at, order: walk(kit)),
    Verb("list_orders(detail=True), 1 order", "GET GET", None, lambda kit, at, order: walk(kit, detail=True)),
    Verb("validate", "GET", "GET", lambda kit, at, order: kit.validate(at)),
    Verb("add_photos, 1 URL", "POST", "GET POST", lambda kit, at, order: kit.add_photos(at, [photo("b")])),
    Verb("add_photos, 5 URLs", "POST", "GET POST", lambda kit, at, order: kit.add_photos(at, [photo(name) for name in "bcdef"])),
    Verb("add_photos, 1 file", "POST", "GET POST", lambda kit, at, order: kit.add_photos(at, [Photo("4x6", JPEG)])),
    Verb(
        "add_photos, 2 URLs and 2 files",
        "POST POST POST",
        "GET POST POST POST",
        lambda kit, at, order: kit.add_photos(at, [photo("b"), photo("c"), Photo("4x6", JPEG), Photo("8x12", JPEG)]),
    ),
    Verb("update_recipient", "PUT", "GET PUT", lambda kit, at, order: kit.update_recipient(at, ANN)),
    Verb("cancel_items, 1 item", "DELETE", "GET DELETE", lambda kit, at, order: kit.cancel_items(at, [order.items[0].id])),
    Verb(
        "cancel_items, 2 items",
        "DELETE DELETE",
        "GET DELETE DELETE",
        lambda kit, at, order: kit.cancel_items(at, [item.id for item in order.items[:2]]),
    ),
    Verb("swap_sku", "GET POST DELETE", "GET POST DELETE", lambda kit, at, order: kit.swap_sku(at, order.items[0].id, "5x7")),
    Verb(
        "replace_artwork",
        "GET POST DELETE",
        "GET POST DELETE",
        lambda kit, at, order: kit.replace_artwork(at, order.items[0].id, URL.format("z")),
    ),
    Verb(
        "replace_artwork, a file",
        "GET POST DELETE",
        "GET POST DELETE",
        lambda kit, at, order: kit.replace_artwork(at, order.items[0].id, Artwork(data=JPEG)),
    ),
    Verb("submit", "POST", "GET POST", lambda kit, at, order: kit.submit(at)),
    Verb("set_status(CANCELLED)", "POST", "GET POST", lambda kit, at, order: kit.set_status(at, OrderStatus.CANCELLED)),
    Verb("list_issues", "GET", "GET", lambda kit, at, order: kit.list_issues(at), placed=True),
    Verb("report_issue", "GET POST", "GET POST", lambda kit, at, order: kit.report_issue(at, "DamagedOrder", "Reprint"), placed=True),
    Verb("list_products", "GET", None, lambda kit, at, order: kit.list_products(country="GB")),
    Verb("list_countries", "GET", None, lambda kit, at, order: kit.list_countries()),
)


class Counting:
    """A shop in this process that keeps what it was asked."""

    def __init__(self) -> None:
        self.shop = Shop(Options(look_at_files=False), ManualClock())
        self.asked: list[Request] = []

    def answer(self, request: Request) -> Response:
        self.asked.append(request)
        return self.shop.answer(request)


async def counted(verb: Verb, *, whole: bool) -> str:
    shop = Counting()
    async with kit_on(shop) as kit:
        order = await draft(kit, photo("a"), photo("a", "8x12"))
        if verb.placed:
            order = await kit.submit(order)
        shop.asked.clear()
        await verb.call(kit, order if whole else OrderRef("pwinty", order.id), order)
    return " ".join(request.method for request in shop.asked)


@pytest.mark.parametrize("verb", VERBS, ids=lambda verb: verb.name)
async def test_what_a_verb_costs_given_the_newest_order(verb: Verb) -> None:
    assert await counted(verb, whole=True) == verb.with_order


@pytest.mark.parametrize("verb", [verb for verb in VERBS if verb.with_ref is not None], ids=lambda verb: verb.name)
async def test_what_a_verb_costs_given_a_reference(verb: Verb) -> None:
    assert await counted(verb, whole=False) == verb.with_ref


async def test_an_older_order_costs_one_reading_where_a_pre_image_is_needed() -> None:
    shop = Counting()
    async with kit_on(shop) as kit:
        old = await draft(kit)
        await kit.add_photos(old, [photo("a")])
        shop.asked.clear()
        await kit.add_photos(old, [photo("b")])
        assert [f"{request.method} {request.template}" for request in shop.asked] == [
            "GET /Orders/{order}/Photos",
            "POST /Orders/{order}/Photos",
        ]


@pytest.mark.parametrize("verb", ["add_photos", "update_recipient", "cancel_items", "submit"])
async def test_what_is_documented_as_impossible_costs_nothing(verb: str) -> None:
    shop = Counting()
    calls: dict[str, Callable[[PrintKit, Order], Awaitable[Any]]] = {
        "add_photos": lambda kit, order: kit.add_photos(order, [photo("b")]),
        "update_recipient": lambda kit, order: kit.update_recipient(order, ANN),
        "cancel_items": lambda kit, order: kit.cancel_items(order, [order.items[0]]),
        "submit": lambda kit, order: kit.submit(order),
    }
    async with kit_on(shop) as kit:
        order = await kit.submit(await draft(kit, photo("a")))
        shop.asked.clear()
        with pytest.raises(ConflictError) as caught:
            await calls[verb](kit, order)
        assert not caught.value.sent
        assert shop.asked == []
    async with kit_on(shop, check_status_locally="false") as kit:
        with pytest.raises(ConflictError) as caught:
            await calls[verb](kit, order)
        assert caught.value.sent
