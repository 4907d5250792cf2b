"""How to find out whether a write happened at Kiosk: what is there is compared with what was meant, and with what was there before."""

from collections.abc import Sequence

from printkit.model import Order, OrderStatus
from printkit.outcomes import Absent, Applied, Found, NotApplied, ReconcileHandle, Unknown

from . import statuses, translate


def find_created(handle: ReconcileHandle, orders: Sequence[Order]) -> Found[Order]:
    """Kiosk takes a reference once: what has it is the order that was meant, or stands in the way."""
    same = [order for order in orders if order.reference == handle.key]
    if not same:
        return Absent("no order has this reference")
    found = same[0]
    is_meant = (
        found.recipient is not None
        and translate.recipient_body(found.recipient) == handle.meant["to"]
    )
    if is_meant and found.status is OrderStatus.DRAFT and not found.items:
        return Applied(found)
    return NotApplied("another order has this reference", existing=found.ref)


def find_prints(handle: ReconcileHandle, order: Order) -> Found[Order]:
    """The whole list is set at once, so it is the new one or the old one, or somebody else's."""
    there = translate.prints_of(order)
    if there == handle.meant["prints"]:
        return Applied(order)
    if there == handle.preimage:
        return Absent("the prints are those of before")
    return Unknown(
        "the prints are neither those of before nor those that were meant: look at the order"
    )


def find_state(handle: ReconcileHandle, order: Order) -> Found[Order]:
    """Reached or passed is proof."""
    target = handle.meant["state"]
    if order.provider_status in statuses.REACHED[target]:
        return Applied(order)
    if order.provider_status in statuses.ALLOWED[target]:
        return Absent(f"the order is {order.provider_status}")
    return NotApplied(f"the order is {order.provider_status}")
