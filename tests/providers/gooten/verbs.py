"""What each verb costs at Gooten: the data of a page of the documentation, which a test keeps true."""

from collections.abc import Awaitable, Callable
from typing import Any

from printkit import Artwork, NewOrder, Order, OrderStatus, Photo, PrintKit
from printkit.emulator.clock import ManualClock
from printkit.providers.gooten.emulator import Shop
from tests.calls import Counted, Counting, Verb
from tests.providers.gooten.shops import ANN, CANVAS, MUG, SMALL_CANVAS, TOM, URL, draft, kit_on, photo


async def walk(kit: PrintKit, **wishes: Any) -> list[Order]:
    return [order async for order in kit.list_orders(**wishes)]


async def filled(kit: PrintKit, shop: Counting) -> Order:
    return await draft(kit, photo("a"), photo("b", MUG))


async def sized(kit: PrintKit, shop: Counting) -> Order:
    return await draft(kit, Photo(CANVAS, Artwork(url=URL.format("a"), space="Front", width=9000, height=9000)))


async def placed(kit: PrintKit, shop: Counting) -> Order:
    return await kit.submit(await filled(kit, shop))


def in_word(word: str) -> Callable[[PrintKit, Counting], Awaitable[Order]]:
    async def before(kit: PrintKit, shop: Counting) -> Order:
        order = await placed(kit, shop)
        shop.shop.control(("orders", order.id, "status"), {"status": word})
        return await kit.get_order(order.ref)

    return before


VERBS = (
    Verb("create_order", "", None, lambda kit, at, order: kit.create_order(NewOrder(TOM))),
    Verb("place_order, any number of photos", "POST GET", None, lambda kit, at, order: kit.place_order(NewOrder(TOM), [photo("a")])),
    Verb("get_order, draft", "", "", lambda kit, at, order: kit.get_order(at)),
    Verb("get_order, placed", "GET", "GET", lambda kit, at, order: kit.get_order(at), on="placed"),
    Verb("get_item, draft", "", "", lambda kit, at, order: kit.get_item(at, order.items[0].id)),
    Verb("get_item, placed", "GET", "GET", lambda kit, at, order: kit.get_item(at, order.items[0].id), on="placed"),
    Verb("list_orders, 1 page", "GET", None, lambda kit, at, order: walk(kit), on="placed"),
    Verb("list_orders(detail=True), 1 order", "GET GET", None, lambda kit, at, order: walk(kit, detail=True), on="placed"),
    Verb("validate, draft", "POST GET", "POST GET", lambda kit, at, order: kit.validate(at)),
    Verb("validate, draft, 1 picture of known size", "POST POST GET", "POST POST GET", lambda kit, at, order: kit.validate(at), on="sized"),
    Verb("validate, placed", "GET", "GET", lambda kit, at, order: kit.validate(at), on="placed"),
    Verb("add_photos, any number, draft", "", "", lambda kit, at, order: kit.add_photos(at, [photo("c"), photo("d")])),
    Verb("update_recipient, draft", "", "", lambda kit, at, order: kit.update_recipient(at, ANN)),
    Verb("update_recipient, placed", "PUT", "GET PUT", lambda kit, at, order: kit.update_recipient(at, ANN), on="placed"),
    Verb("cancel_items, draft", "", "", lambda kit, at, order: kit.cancel_items(at, [order.items[0].id])),
    Verb(
        "cancel_items, placed, any number",
        "PUT",
        "GET PUT",
        lambda kit, at, order: kit.cancel_items(at, [each.id for each in order.items]),
        on="placed",
    ),
    Verb("swap_sku, draft", "", "", lambda kit, at, order: kit.swap_sku(at, order.items[0].id, SMALL_CANVAS)),
    Verb("swap_sku, placed", "PUT", "GET PUT", lambda kit, at, order: kit.swap_sku(at, order.items[0].id, SMALL_CANVAS), on="placed"),
    Verb("replace_artwork, draft", "", "", lambda kit, at, order: kit.replace_artwork(at, order.items[0].id, URL.format("z"))),
    Verb(
        "replace_artwork, placed",
        "PUT",
        "GET PUT",
        lambda kit, at, order: kit.replace_artwork(at, order.items[0].id, URL.format("z")),
        on="awaiting approval",
    ),
    Verb("submit", "POST GET", "POST GET", lambda kit, at, order: kit.submit(at)),
    Verb("set_status(CANCELLED), draft", "", "", lambda kit, at, order: kit.set_status(at, OrderStatus.CANCELLED)),
    Verb(
        "set_status(CANCELLED), placed",
        "POST GET",
        "GET POST GET",
        lambda kit, at, order: kit.set_status(at, OrderStatus.CANCELLED),
        on="placed",
    ),
    Verb(
        "set_status(CANCELLED), item by item",
        "PUT",
        "GET PUT",
        lambda kit, at, order: kit.set_status(at, OrderStatus.CANCELLED),
        on="on hold",
    ),
    Verb("set_status(ON_HOLD)", "POST GET", "GET POST GET", lambda kit, at, order: kit.set_status(at, OrderStatus.ON_HOLD), on="placed"),
    Verb("list_products, 12 products", " ".join(["GET"] * 13), None, lambda kit, at, order: kit.list_products(country="US")),
    Verb("list_countries", "GET", None, lambda kit, at, order: kit.list_countries()),
)

GOOTEN = Counted(
    "Gooten",
    lambda: Shop(None, ManualClock()),
    kit_on,
    {"draft": filled, "sized": sized, "placed": placed, "awaiting approval": in_word("NeedsManualApproval"), "on hold": in_word("Hold")},
    VERBS,
)
