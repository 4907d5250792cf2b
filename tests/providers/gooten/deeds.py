"""Every verb of Gooten's adapter that goes over the wire, each of its requests on its own, for whoever strikes them."""

from collections.abc import Awaitable, Callable

from printkit import Artwork, Effect, NewOrder, Order, OrderStatus, Photo, PrintKit, Request, Response
from tests.matrix.deeds import Deed, Here, Reading, asked
from tests.matrix.faults import REFUSALS, SENSELESS
from tests.providers.gooten.shops import ANN, CANVAS, MUG, SMALL_CANVAS, TOM, URL, World, draft, photo, placed

ORDERS, SEARCH, STATUS = "/api/orders", "/api/ordersearch", "/api/orderstatus"
IMAGES, ITEMS, CANCEL, ADDRESS = "/api/OrderImages", "/api/orderItems", "/api/orderCancel", "/api/shippingAddress"


# ── What there is before ──────────────────────────────────────────────────────────────────────────────────────────────


async def nothing(shop: World, kit: PrintKit) -> None:
    return None


async def a_draft(shop: World, kit: PrintKit) -> Order:
    return await draft(kit, photo("a"), photo("b", MUG, copies=2))


async def with_sizes(shop: World, kit: PrintKit) -> Order:
    return await draft(kit, Photo(CANVAS, Artwork(url=URL.format("a"), space="Front", width=100, height=100)))


async def new(shop: World, kit: PrintKit) -> Order:
    return await placed(kit, photo("a"), photo("b", MUG, copies=2))


def in_status(word: str) -> Callable[[World, PrintKit], Awaitable[Order]]:
    async def before(shop: World, kit: PrintKit) -> Order:
        order = await new(shop, kit)
        shop.put(order, word)
        return await kit.get_order(order.ref)

    return before


# ── Writes ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def skus(order: Order) -> list[str]:
    return [item.provider_sku for item in order.items]


def words(order: Order) -> list[str | None]:
    return [item.provider_status for item in order.items]


def is_placed(order: Order) -> bool:
    return order.status is OrderStatus.SUBMITTED and ":" not in order.id and skus(order) == [CANVAS, MUG]


DEEDS: dict[str, Deed] = {
    "submit": Deed("POST", ORDERS, a_draft, lambda kit, order: kit.submit(order), "order submitted", shows=is_placed),
    "place_order, submitting": Deed(
        "POST",
        ORDERS,
        nothing,
        lambda kit, _: kit.place_order(NewOrder(TOM, reference="R1"), [photo("a"), photo("b", MUG, copies=2)]),
        "order submitted",
        shows=is_placed,
    ),
    "cancel_items, one": Deed(
        "PUT",
        CANCEL,
        new,
        lambda kit, order: kit.cancel_items(order, [order.items[0]]),
        "item cancelled",
        shows=lambda order: [item.status for item in order.items] == [OrderStatus.CANCELLED, OrderStatus.SUBMITTED],
    ),
    "cancel_items, all": Deed(
        "PUT",
        CANCEL,
        new,
        lambda kit, order: kit.cancel_items(order, order.items),
        "item cancelled",
        shows=lambda order: order.status is OrderStatus.CANCELLED,
    ),
    "swap_sku": Deed(
        "PUT",
        ITEMS,
        new,
        lambda kit, order: kit.swap_sku(order, order.items[0], SMALL_CANVAS),
        "sku changed",
        shows=lambda order: skus(order) == [SMALL_CANVAS, MUG],
    ),
    "replace_artwork": Deed(
        "PUT",
        IMAGES,
        in_status("NeedsManualApproval"),
        lambda kit, order: kit.replace_artwork(order, order.items[0], URL.format("new")),
        "artwork replaced",
        shows=lambda order: order.items[0].artwork[0].url == URL.format("new"),
    ),
    "update_recipient": Deed(
        "PUT",
        ADDRESS,
        new,
        lambda kit, order: kit.update_recipient(order, ANN),
        "address changed",
        shows=lambda order: order.recipient is not None and (order.recipient.name, order.recipient.line1) == (ANN.name, ANN.line1),
    ),
    "set_status, cancelled": Deed(
        "POST",
        STATUS,
        new,
        lambda kit, order: kit.set_status(order, OrderStatus.CANCELLED),
        "order cancelled",
        shows=lambda order: order.status is OrderStatus.CANCELLED,
    ),
    "set_status, cancelled, item by item": Deed(
        "PUT",
        CANCEL,
        in_status("Hold"),
        lambda kit, order: kit.set_status(order, OrderStatus.CANCELLED),
        "order cancelled",
        shows=lambda order: order.status is OrderStatus.CANCELLED,
    ),
    "set_status, on hold": Deed(
        "POST",
        STATUS,
        new,
        lambda kit, order: kit.set_status(order, OrderStatus.ON_HOLD),
        "order held",
        shows=lambda order: order.status is OrderStatus.ON_HOLD,
    ),
    "set_status, test": Deed(
        "POST",
        STATUS,
        new,
        lambda kit, order: kit.set_status(order, OrderStatus.TEST),
        "order made a test",
        shows=lambda order: order.is_test and order.status is OrderStatus.TEST,
    ),
    "set_status, `New`": Deed(
        "POST",
        STATUS,
        in_status("AddressIssue"),
        lambda kit, order: kit.set_status(order, "New"),
        "order restarted",
        shows=lambda order: words(order) == ["New", "New"],
    ),
    "request that writes": Deed(
        "POST",
        STATUS,
        new,
        lambda kit, order: kit.request(
            Request("POST", "/orderstatus", Effect.WRITES, query={"id": order.id, "orderStatusName": "Hold"})  # type: ignore[arg-type]
        ),
        "order held",
        shows=lambda answer: isinstance(answer, Response),
        finds=False,
    ),
}


# ── Reads ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


async def all_orders(kit: PrintKit, order: Order) -> list[Order]:
    return [each async for each in kit.list_orders()]


READINGS: dict[str, Reading] = {
    "get_order": Reading("GET", ORDERS, new, lambda kit, order: kit.get_order(order.ref)),
    "get_item": Reading("GET", ORDERS, new, lambda kit, order: kit.get_item(order.ref, order.items[0].id)),
    "list_orders": Reading("GET", SEARCH, new, all_orders),
    "validate, placed": Reading("GET", ORDERS, new, lambda kit, order: kit.validate(order.ref)),
    "validate, prices": Reading(
        "POST",
        "/api/shippingprices",
        a_draft,
        lambda kit, order: kit.validate(order),
        dict.fromkeys(REFUSALS, lambda report: not report.ok),  # that the shop has no price is what is asked
    ),
    "validate, address": Reading("GET", "/api/addressvalidation", a_draft, lambda kit, order: kit.validate(order)),
    "validate, pictures": Reading("POST", "/api/imagevalidation", with_sizes, lambda kit, order: kit.validate(order)),
    "list_products": Reading("GET", "/api/products", nothing, lambda kit, _: kit.list_products(country="GB")),
    "list_products, variants": Reading("GET", "/api/productvariants", nothing, lambda kit, _: kit.list_products(country="GB")),
    "list_countries": Reading("GET", "/api/countries", nothing, lambda kit, _: kit.list_countries()),
    "request that reads": Reading(
        "GET",
        ORDERS,
        new,
        lambda kit, order: asked(kit, "/orders", id=order.id),
        dict.fromkeys(SENSELESS, lambda answer: isinstance(answer, Response)),
    ),
}

HERE: dict[str, Here] = {
    "create_order": Here(nothing, lambda kit, _: kit.create_order(NewOrder(TOM, reference="R1"))),
    "add_photos": Here(a_draft, lambda kit, order: kit.add_photos(order, [photo("c")])),
    "cancel_items": Here(a_draft, lambda kit, order: kit.cancel_items(order, [order.items[0]])),
    "swap_sku": Here(a_draft, lambda kit, order: kit.swap_sku(order, order.items[0], SMALL_CANVAS)),
    "replace_artwork": Here(a_draft, lambda kit, order: kit.replace_artwork(order, order.items[0], URL.format("b"))),
    "update_recipient": Here(a_draft, lambda kit, order: kit.update_recipient(order, ANN)),
    "set_status": Here(a_draft, lambda kit, order: kit.set_status(order, OrderStatus.CANCELLED)),
    "get_order": Here(a_draft, lambda kit, order: kit.get_order(order.ref)),
    "get_item": Here(a_draft, lambda kit, order: kit.get_item(order.ref, order.items[0].id)),
}
