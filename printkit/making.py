"""The values of answers, of which there are many, made and changed quickly: ``filling`` says how. Knows no shop."""

from typing import Any

from .filling import filling
from .model import Artwork, Item, Money, Order, OrderStatus, Receipt, Recipient

make_artwork = filling(Artwork)[0]
make_item, changed_item = filling(Item)
make_money = filling(Money)[0]
"""Its amount has been looked at: it is a finite Decimal below a million million in size."""
make_order, changed_order = filling(Order)
make_recipient = filling(Recipient)[0]
make_receipt, changed_receipt = filling(Receipt)


def no_receipt() -> Receipt:
    """What an order comes with that was only read."""
    return make_receipt(1, False, True, {}, (), (), ())


def in_status(item: Item, status: OrderStatus) -> Item:
    """The item in another status."""
    if item.status is status:
        return item
    return make_item(  # by place: an order in a new status has every item made anew, and changed_item takes twice as long
        item.id,
        item.sku,
        item.provider_sku,
        item.copies,
        status,
        item.provider_status,
        item.artwork,
        item.sizing,
        item.attributes,
        item.reference,
        item.price,
        item.price_to_recipient,
    )


def with_receipt(order: Order, **changes: Any) -> Order:
    """The order with these members of its receipt changed; itself, where they are so already."""
    receipt = order.receipt
    for name, value in changes.items():
        if getattr(receipt, name) != value:
            return changed_order(order, receipt=changed_receipt(receipt, **changes))
    return order
