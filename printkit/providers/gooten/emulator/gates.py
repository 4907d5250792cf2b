"""Whether an operation may pass, by the statuses of the items that it looks at. Changes nothing.

Which items are looked at: reference/gooten-api.md section 20.
"""

from collections.abc import Iterable, Set

from .options import Options
from .refusals import RefusedError, by_status
from .state import Item, Order
from .statuses import Status


def looked_at(options: Options, order: Order) -> list[Item]:
    """The items whose status decides over a call that is about the whole order."""
    return order.items if options.status_check == "even cancelled items" or not order.live_items else order.live_items


def hindrance(options: Options, order: Order, allowed: Set[Status]) -> Status | None:
    """The status that stands against a call about the whole order, or None."""
    items = looked_at(options, order)
    wrong = [item for item in items if item.status not in allowed]
    if options.status_check == "any item" and len(wrong) < len(items):
        return None
    return wrong[0].status if wrong else None


def order_may(options: Options, order: Order, allowed: Set[Status]) -> None:
    """Lets a call about the whole order pass, or refuses.

    Raises:
        RefusedError: an item's status stands against it.
    """
    wrong = hindrance(options, order, allowed)
    if wrong is not None:
        raise refused(options.spelling.get(wrong, wrong))


def items_may(options: Options, items: Iterable[Item], allowed: Set[Status]) -> None:
    """Lets a call about these items pass, or refuses.

    Raises:
        RefusedError: one of them has another status.
    """
    wrong = next((item for item in items if item.status not in allowed), None)
    if wrong is not None:
        raise refused(options.spelling.get(wrong.status, wrong.status))


def refused(status: str) -> RefusedError:
    """The refusal that names the present status."""
    return by_status("Order.Status", f"Order can not be updated in status '{status}'.", status)
