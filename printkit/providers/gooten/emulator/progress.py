"""What happens to items by themselves and by Gooten's own people: their way through the statuses, and the webhooks. Reads no request.

Rules: reference/gooten-api.md sections 9, 11 and 12.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import quote, urlsplit

from printkit.emulator.shop import ArtworkWanted

from . import answers
from .options import Automatic
from .spelling import encoded
from .state import Item, Order, Parcel, Workshop
from .statuses import AT_THE_PRINTER, NEXT, SENT, Status

_EFFECTS: Final[dict[Status, str]] = {
    "InProduction": "item printed",
    "ManuallyInProduction": "item printed",
    "Shipped": "item shipped",
    "Cancelled": "item cancelled",
    "CancelledRefunded": "item cancelled",
    "BilledRefunded": "item cancelled",
}
_HELD_BY_A_SIBLING: Final[frozenset[Status]] = frozenset({"ReadyForImageDl", "NeedsManualApproval", "Pending"})
_LONGEST_LINE: Final = 35
_LAST_LATIN: Final = 0x24F


def order_placed(workshop: Workshop, order: Order, at: datetime) -> None:
    """A new order is in the books."""
    workshop.ledger.record("order submitted", order.source_id, order.id)
    if {item.status for item in order.items} == {"New"}:
        charge(workshop, order)
    for item in order.items:
        _tell(workshop, order, at)
        _follow(workshop, order, item, at)


def charge(workshop: Workshop, order: Order) -> None:
    """The partner's payment method is charged."""
    workshop.ledger.record("order charged", order.id)


def set_status(workshop: Workshop, order: Order, item: Item, status: Status, at: datetime) -> None:
    """An item takes another status; what follows from that follows, and the partner is told."""
    before, item.status = item.status, status
    item.turn += 1
    if status in _EFFECTS and not (before in AT_THE_PRINTER and status in AT_THE_PRINTER):
        workshop.ledger.record(_EFFECTS[status], order.id, item.id)
    if status == "Shipped" and not item.parcels:
        item.parcels.append(_parcel(workshop, order, item))
    _tell(workshop, order, at)
    _follow(workshop, order, item, at)
    if status == "ImageIssue":
        _hold_siblings(workshop, order, item, at)
    elif before == "ImageIssue":
        _release_siblings(workshop, order, item, at)


def _follow(workshop: Workshop, order: Order, item: Item, at: datetime) -> None:
    turn, status = item.turn, item.status

    def go_on(when: datetime) -> None:
        if item.turn == turn and item.status == status:
            advance(workshop, order, item, when)

    def give_up(when: datetime) -> None:
        if item.turn == turn and item.status == status:
            set_status(workshop, order, item, "Cancelled", when)

    if status in {"New", "ReadyForImageDl"}:
        _send_for_pictures(workshop, item)
    pause = _pause(workshop.options.automatic, status)
    if pause is not None:
        workshop.timers.at(at + timedelta(seconds=pause), go_on)
    if status == "AddressIssue":
        workshop.timers.at(max(at, order.created + timedelta(seconds=workshop.options.address_patience)), give_up)


def _send_for_pictures(workshop: Workshop, item: Item) -> None:
    for index, image in enumerate(item.images):
        if not image.wanted and image.url not in workshop.options.dead_links and workshop.messenger.fetches(image.url):
            image.wanted = True
            name = str(item.id) if len(item.images) == 1 else f"{item.id}.{index}"
            workshop.messenger.wanted.append(ArtworkWanted(name, image.url))


def _pause(automatic: Automatic, status: Status) -> float | None:
    if status in {"New", "PaymentProcessing", "ReadyForAccounting"}:
        return automatic.image_after
    if status in {"ReadyForImageDl", "NeedsManualApproval"}:
        return automatic.pending_after
    if status in AT_THE_PRINTER:
        return automatic.print_after
    return {
        "Pending": automatic.production_after,
        "Printing": automatic.pack_after,
        "OutForDelivery": automatic.ship_after,
        "Shipped": automatic.deliver_after,
    }.get(status)


def advance(workshop: Workshop, order: Order, item: Item, at: datetime) -> None:
    """One step on the usual path, or aside where the address or the artwork is no good.

    Raises:
        ValueError: the item waits for somebody, or is done.
    """
    status = _next(workshop, order, item)
    if status is None:
        raise ValueError(f"item {item.id} is {item.status} and does not go on by itself")
    set_status(workshop, order, item, status, at)


def _next(workshop: Workshop, order: Order, item: Item) -> Status | None:
    options = workshop.options
    if item.status in {"New", "ReadyForAccounting"} and options.strict_addresses and not deliverable(order.ship_to):
        return "AddressIssue"
    if item.status == "ReadyForImageDl":
        if any(image.url in options.dead_links for image in item.images):
            return "ImageIssue"
        if any(each.status == "ImageIssue" for each in _siblings(order, item)):
            return "HoldByCIImageIssue"
        if order in workshop.books.orders_of(order.account)[: options.orders_to_approve]:
            return "NeedsManualApproval"
    return NEXT.get(item.status)


def deliverable(address: dict[str, str]) -> bool:
    """Whether every line is short enough and in Latin letters (reference 6.2)."""
    lines = [address.get(name, "") for name in ("Line1", "Line2", "City")]
    return all(len(line) <= _LONGEST_LINE and all(ord(letter) <= _LAST_LATIN for letter in line) for line in lines)


def _siblings(order: Order, item: Item) -> list[Item]:
    """The other live items of the same parcel."""
    return [each for each in order.live_items if each is not item and (each.product.id, each.method) == (item.product.id, item.method)]


def _hold_siblings(workshop: Workshop, order: Order, item: Item, at: datetime) -> None:
    for each in _siblings(order, item):
        if each.status in _HELD_BY_A_SIBLING:
            set_status(workshop, order, each, "HoldByCIImageIssue", at)


def _release_siblings(workshop: Workshop, order: Order, item: Item, at: datetime) -> None:
    siblings = _siblings(order, item)
    if any(each.status == "ImageIssue" for each in siblings):
        return
    for each in siblings:
        if each.status == "HoldByCIImageIssue":
            set_status(workshop, order, each, "ReadyForImageDl", at)


def produce(workshop: Workshop, order: Order, items: Iterable[Item], goal: Status, at: datetime) -> None:
    """Items go the usual way up to a status, whatever their address and artwork; those that are beyond it stay where they are.

    Raises:
        ValueError: an item waits for somebody; then none has moved.
    """
    moving = [(item, way) for item in items if (way := _way(item, goal))]
    while moving:
        for item, way in moving:
            set_status(workshop, order, item, way.pop(0), at)
        moving = [(item, way) for item, way in moving if way]


def _way(item: Item, goal: Status) -> list[Status]:
    way: list[Status] = []
    status: Status | None = item.status
    while status is not None and status != goal:
        status = NEXT.get(status)
        if status is not None:
            way.append(status)
    if status is not None:
        return way
    if item.status in SENT or item.status in AT_THE_PRINTER or item.status in {"Printing", "OutForDelivery"}:
        return []
    raise ValueError(f"item {item.id} is {item.status}: it is not on its way to {goal}")


def _parcel(workshop: Workshop, order: Order, item: Item) -> Parcel:
    """The parcel that a sibling left in, or a new one."""
    for each in _siblings(order, item):
        if each.parcels and each.status in SENT:
            last = each.parcels[-1]
            return Parcel(last.number, last.url, last.carrier)
    number = f"940011590{next(workshop.books.parcels)}"
    carrier = "USPS" if item.method == "Standard" else "FedEx"
    return Parcel(number, f"https://tracking.example.com/{number}", carrier)


def image_arrived(workshop: Workshop, order: Order, item: Item, at: datetime, index: int | None = None) -> None:
    """A picture of the item is there and good, or all are: with the last it goes on from where it waited. Elsewhere nothing changes."""
    for image in item.images if index is None else item.images[index : index + 1]:
        image.there = True
    if any(image.wanted and not image.there for image in item.images):
        return
    if item.status == "New":
        set_status(workshop, order, item, "ReadyForImageDl", at)
    if item.status == "ReadyForImageDl":
        advance(workshop, order, item, at)


def image_failed(workshop: Workshop, order: Order, item: Item, at: datetime) -> None:
    """A picture of the item is not there or no good. Nothing changes when it is not waited for any more."""
    if item.status in {"New", "ReadyForImageDl", "Pending", "NeedsManualApproval", "HoldByCIImageIssue"}:
        set_status(workshop, order, item, "ImageIssue", at)


def pay(workshop: Workshop, order: Order, at: datetime) -> None:
    """What was to be paid is paid: the order is as if just submitted.

    Raises:
        ValueError: nothing was to be paid.
    """
    waiting = [item for item in order.items if item.status in {"PrePayment", "PaymentProcessing", "PaymentIssue"}]
    if not waiting:
        raise ValueError(f"nothing of order {order.id} waits for a payment")
    charge(workshop, order)
    for item in waiting:
        set_status(workshop, order, item, "New", at)


def _tell(workshop: Workshop, order: Order, at: datetime) -> None:
    """One webhook for one change of one item (reference section 11)."""
    url, options = workshop.outbox.to, workshop.options
    if url is None or not _takes_an_id(url):
        return
    id_ = str(order.gooten_id) if options.webhook_id == "GootenId" else order.id
    workshop.outbox.put(f"{url}{quote(id_)}", encoded(answers.order(order, options), options), at)


def _takes_an_id(url: str) -> bool:
    try:
        return urlsplit(url).query.endswith("=")
    except ValueError:
        return False
