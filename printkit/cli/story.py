"""The main road on one page: one order from an incomplete address to its tracking number. Plain calls of the kit; names no shop.

The same function runs on every shop, with SKUs of its own: the settings say what they are called there. It needs an emulated shop,
because only a shop's own people can print and ship. From the submission on, what it knows of the order comes by the shop's notices.
"""

from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import Final

from attrs import evolve

from ..emulator.shop import Shop
from ..kit import PrintKit
from ..model import NewOrder, Order, OrderStatus, Photo, Recipient
from ..provider import Capability, ProviderInfo, Stage

ADDRESS: Final = Recipient(name="Tom Smith", line1="14 Acacia Avenue", city="Cardiff", country="GB")
"""Its postal code is missing."""
PHOTOS: Final = (
    Photo("print-4x6", "https://example.com/harbour.jpg", copies=10),
    Photo("print-8x10", "https://example.com/boat.jpg", copies=2),
    Photo("canvas-16x20", "https://example.com/lighthouse.jpg"),
)
PRODUCTS: Final[Mapping[str, tuple[str, ...]]] = {
    "print-4x6": ("4x6", "print"),
    "print-8x10": ("8x10", "print"),
    "canvas-16x20": ("16x20", "canvas"),
}
"""What the SKUs of the story mean, in words that the description of a product has in every shop."""

NEEDS: Final = (
    (Capability.LIST_PRODUCTS, Stage.DRAFT),
    (Capability.UPDATE_RECIPIENT, Stage.DRAFT),
    (Capability.NOTICES, Stage.PLACED),
)

Tell = Callable[[str, str, str], None]
"""Is told of each step: what is done, the call, what came out."""
Changed = Callable[[], Awaitable[Order]]
"""The next order that a receiver of notices calls its handler with."""


def can_play(info: ProviderInfo) -> bool:
    """Whether a kind of shop can do all that happens in the story."""
    return all(info.supports(*need) for need in NEEDS) and OrderStatus.PARTIALLY_SHIPPED not in info.never_says


async def order_prints(kit: PrintKit, shop: Shop, changed: Changed, tell: Tell) -> Order:
    """Order three products, with one mistake on the way, and follow them until they are shipped."""
    order = await kit.create_order(NewOrder(ADDRESS, reference="ORD-1001"))
    tell("Create an order", "create_order(new)", f"{order.ref}, {order.status}")

    order = await kit.add_photos(order, PHOTOS)
    tell("Add three photos", "add_photos(order, photos)", ", ".join(f"{item.copies} × {item.sku}" for item in order.items))

    report = await kit.validate(order)
    tell("Ask what stands in the way", "validate(order)", "; ".join(f"{each.code}: {each.text}" for each in report.errors))

    order = await kit.update_recipient(order, evolve(ADDRESS, postal_code="CF11 1AB"))
    tell("Mend the address", "update_recipient(order, to)", f"postal code {order.recipient.postal_code}" if order.recipient else "")

    report = await kit.validate(order)
    tell("Ask again", "validate(order)", "it can be submitted" if report.ok else "it cannot be submitted")

    order = await kit.submit(order)
    tell("Place the order", "submit(order)", f"{order.ref}, {order.status}")

    order = await _notice(changed, OrderStatus.SUBMITTED)
    tell("A notice comes", "", f"{order.status}")

    shop.clock.advance(timedelta(days=1))
    shop.control(("orders", order.id, "ship"), {"step": "ship", "shipment": 0})
    order = await _notice(changed, OrderStatus.PARTIALLY_SHIPPED)
    tell("The first parcel leaves, a notice comes", "", f"{order.status}, a day later")

    shop.clock.advance(timedelta(days=1))
    shop.control(("orders", order.id, "ship"), {})
    order = await _notice(changed, OrderStatus.SHIPPED)
    numbers = [parcel.tracking_number for parcel in order.shipments if parcel.tracking_number]
    tell("The rest leaves, a notice comes", "", f"{order.status}, tracking number {', '.join(numbers)}")

    order = await kit.get_order(order.ref)
    tell("Look at the order", "get_order(order.ref)", f"{order.status}, {len(order.shipments)} parcels")
    return order


async def _notice(changed: Changed, status: OrderStatus) -> Order:
    """The order, once notices have told that it came so far."""
    while (order := await changed()).status is not status:
        pass
    return order
