"""What each verb costs at Pwinty: the data of a page of the documentation, which a test keeps true."""

from typing import Any

from printkit import Artwork, NewOrder, Order, OrderStatus, Photo, PrintKit
from printkit.emulator.clock import ManualClock
from printkit.providers.pwinty.emulator import Options, Shop
from tests.calls import Counted, Counting, Verb
from tests.providers.pwinty.shops import ANN, TOM, URL, draft, kit_on, photo

JPEG = b"\xff\xd8\xff picture"


async def walk(kit: PrintKit, **wishes: Any) -> list[Order]:
    return [order async for order in kit.list_orders(**wishes)]


VERBS = (
    Verb("create_order", "POST", None, lambda kit, at, order: kit.create_order(NewOrder(TOM))),
    Verb("place_order, 1 photo", "POST POST POST", None, lambda kit, at, order: kit.place_order(NewOrder(TOM), [photo("a")])),
    Verb("get_order", "GET", "GET", lambda kit, at, order: kit.get_order(at)),
    Verb("get_item, draft", "GET", "GET", lambda kit, at, order: kit.get_item(at, order.items[0].id)),
    Verb("get_item, placed", "GET", "GET", lambda kit, at, order: kit.get_item(at, order.items[0].id), on="placed"),
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
    Verb("list_issues", "GET", "GET", lambda kit, at, order: kit.list_issues(at), on="placed"),
    Verb("report_issue", "GET POST", "GET POST", lambda kit, at, order: kit.report_issue(at, "DamagedOrder", "Reprint"), on="placed"),
    Verb("list_products", "GET", None, lambda kit, at, order: kit.list_products(country="GB")),
    Verb("list_countries", "GET", None, lambda kit, at, order: kit.list_countries()),
)


async def filled(kit: PrintKit, shop: Counting) -> Order:
    return await draft(kit, photo("a"), photo("a", "8x12"))


async def placed(kit: PrintKit, shop: Counting) -> Order:
    return await kit.submit(await filled(kit, shop))


PWINTY = Counted(
    "Pwinty v2.5",
    lambda: Shop(Options(look_at_files=False), ManualClock()),
    kit_on,
    {"draft": filled, "placed": placed},
    VERBS,
)
