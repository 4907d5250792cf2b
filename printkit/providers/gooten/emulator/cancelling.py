"""The two operations that stop an order or its items: ``orderstatus`` and ``orderCancel``.

Rules: seeds 002 and 003; reference/gooten-api.md sections 8.4, 8.7 and 20.
"""

from typing import Final

from . import gates, progress
from .calls import Call, order_by_gooten_id, order_by_safe_id
from .money import Json
from .refusals import Entry, RefusedError, bad, by_status
from .state import Item, Order, Workshop
from .statuses import ORDER_CANCEL, ORDER_STATUS, TARGETS, Status
from .values import number

_MOST_IDS: Final = 100
_TARGETS: Final[dict[str, Status]] = {status.lower(): status for status in TARGETS}
_EFFECTS: Final[dict[Status, str]] = {
    "Cancelled": "order cancelled",
    "New": "order restarted",
    "Test": "order made a test",
    "Hold": "order held",
}


def set_order_status(workshop: Workshop, call: Call) -> Json:
    """``POST orderstatus``: all items take the status, or none."""
    asked, options = call.asked(), workshop.options
    order = order_by_safe_id(workshop, call)
    if order is None:
        raise RefusedError("unknown id", Entry("Id", "Order was not found.", asked.text("id")))
    given = asked.text("orderStatusName").strip()
    target = _TARGETS.get(given.lower())
    if target is None:
        raise bad("OrderStatusName", f"'{given}' is not a valid order status.", given)
    wrong = gates.hindrance(options, order, ORDER_STATUS)
    if wrong is None and target == "Hold" and options.hold_by_orderstatus == "refused":
        wrong = order.items[0].status
    if wrong is not None:
        shown = options.spelling.get(wrong, wrong)
        raise by_status(options.orderstatus_property, f"Order status can not be changed from '{shown}' to '{target}'.", target)
    workshop.ledger.record(_EFFECTS[target], order.id)
    for item in gates.looked_at(options, order):
        progress.set_status(workshop, order, item, target, call.now)
        if target == "New" and options.new_by_orderstatus == "stands":
            item.turn += 1
    return {"HadError": False}


def cancel_items(workshop: Workshop, call: Call) -> Json:
    """``PUT orderCancel``: each id ends in one of two lists."""
    order, options, said = order_by_gooten_id(workshop, call), workshop.options, call.said()
    given = list(call.body.entries) if call.body.entries is not None else said.listed("Ids")
    if not given or len(given) > _MOST_IDS:
        raise bad("Ids", f"'Ids' must have 1 to {_MOST_IDS} values." if given else "'Ids' should not be empty.", given)
    ids = [number(each) for each in given]
    if None in ids:
        raise bad("Ids", "'Ids' must be numbers.", given)
    wanted = [id_ for id_ in dict.fromkeys(ids) if id_ is not None]
    going = [item for id_ in wanted if (item := order.item(id_)) is not None and item.status in ORDER_CANCEL]
    if options.order_cancel == "all refused" and len(going) < len(wanted):
        going = []
    _cancel(workshop, call, order, going)
    gone = {item.id for item in going}
    failed = [id_ for id_ in wanted if id_ not in gone]
    return {"HadError": bool(failed), "Errors": failed, "Success": [id_ for id_ in wanted if id_ in gone]}


def _cancel(workshop: Workshop, call: Call, order: Order, items: list[Item]) -> None:
    for item in items:
        progress.set_status(workshop, order, item, "Cancelled", call.now)
    if items and not order.live_items:
        workshop.ledger.record("order cancelled", order.id)
