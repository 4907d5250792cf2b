"""The main road on one page: one order from an incomplete address to its tracking number. Plain calls of the kit; names no shop.

It needs a shop of one's own, because only the shop's people can fetch the pictures, print and ship: an emulated one.
"""

import base64
from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Final

from attrs import evolve

from ..catalogue import Product
from ..emulator.shop import Shop
from ..kit import PrintKit
from ..model import NewOrder, Order, Photo, Recipient

ADDRESS: Final = Recipient(
    name="Tom Smith", line1="14 Acacia Avenue", city="Cardiff", country="GB", email="orders@example.com", phone="+44 20 7946 0000"
)
"""Its postal code is missing."""
PICTURE: Final = base64.b64decode(
    "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDABALDA4MChAODQ4SERATGCgaGBYWGDEjJR0oOjM9PDkzODdASFxOQERXRTc4UG1RV19iZ2hnPk1xeXBkeFxlZ2P/wAALCAAYABAB"
    "AREA/8QAFQABAQAAAAAAAAAAAAAAAAAAAAb/xAAUEAEAAAAAAAAAAAAAAAAAAAAA/9oACAEBAAA/AKQAH//Z"
)
"""A small grey JPEG."""

Tell = Callable[[str, str, str], None]
"""Is told of each step: what is done, the call, what came out."""


async def order_prints(kit: PrintKit, shop: Shop, tell: Tell) -> Order:
    """Order three products, with one mistake on the way, and follow them until they are shipped."""
    sold = await kit.list_products(country=ADDRESS.country)
    tell("Look what is sold", "list_products(country)", f"{len(sold.products)} products")

    order = await kit.create_order(NewOrder(ADDRESS, reference="ORD-1001"))
    tell("Create an order", "create_order(new)", f"{order.ref}, {order.status}")

    photos = [
        Photo(product.sku, f"https://example.com/{number}.jpg", copies=number) for number, product in enumerate(_three(sold.products), 1)
    ]
    order = await kit.add_photos(order, photos)
    tell("Add three photos", "add_photos(order, photos)", ", ".join(f"{item.copies} × {item.sku}" for item in order.items))

    report = await kit.validate(order)
    tell("Ask what stands in the way", "validate(order)", "; ".join(f"{each.code}: {each.text}" for each in report.errors))

    order = await kit.update_recipient(order, evolve(ADDRESS, postal_code="CF11 1AB"))
    tell("Mend the address", "update_recipient(order, to)", f"postal code {order.recipient.postal_code}" if order.recipient else "")

    report = await kit.validate(order)
    tell("Ask again", "validate(order)", "it can be submitted" if report.ok else "it cannot be submitted")

    order = await kit.submit(order)
    tell("Place the order", "submit(order)", order.status)

    for item in order.items:
        shop.artwork_arrived(item.id, PICTURE)
    shop.clock.advance(timedelta(days=2))
    shop.control(("orders", order.id, "ship"), {})
    tell("The shop prints and ships", "", "two days later")

    order = await kit.get_order(order.ref)
    numbers = [parcel.tracking_number for parcel in order.shipments if parcel.tracking_number]
    tell("Look at the order", "get_order(order.ref)", f"{order.status}, tracking number {', '.join(numbers)}")
    return order


def _three(products: Iterable[Product]) -> list[Product]:
    """The first product of each of three shipping bands, where a shop has such: they travel in parcels of their own."""
    by_band: dict[str, Product] = {}
    for product in products:
        by_band.setdefault(product.shipping_band or product.sku, product)
    return list(by_band.values())[:3]
