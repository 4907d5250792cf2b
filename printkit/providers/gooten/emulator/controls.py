"""The control calls of the emulated Gooten: what only its own people could do, by name. Knows no HTTP.

``orders/{id}/pay``; ``orders/{id}/ship`` (all the way to ``Shipped``; with ``step`` only up to ``allocate``, which is packed, ``ship`` or
``complete``; with ``item`` only that one, with ``shipment`` only that parcel, counted from 0; with ``tracking_number``, ``tracking_url``
and ``carrier`` if they matter);
``orders/{id}/deliver``; ``orders/{id}/advance`` (one step each); ``orders/{id}/status`` (``status``: any of the 27 words, whatever the
present one); ``orders/{id}/fetched`` and ``orders/{id}/failed`` (the artwork). All but ``pay`` also under ``items/{id}/…`` and
``photos/{id}/…``. And those of the outbox: ``notices`` and ``notices/ping``.

An order's id is its safe ID or its GootenId, an item's its OrderItemId.
"""

import re
from collections.abc import Callable, Mapping
from typing import Final

from printkit.emulator.shop import UnknownControlError

from . import progress
from .state import Item, Order, Parcel, Workshop
from .statuses import STATUSES, Status, status_of
from .values import Fields

_DIGITS: Final = re.compile(r"[0-9]{1,12}", re.ASCII)
_STEPS: Final[dict[str, Status]] = {"": "Shipped", "allocate": "OutForDelivery", "ship": "Shipped", "complete": "Shipped"}


def control(workshop: Workshop, words: tuple[str, ...], members: Mapping[str, object]) -> Mapping[str, object]:
    """Does what the words say and returns what became of it.

    Raises:
        UnknownControlError: no such call, or nothing of that id.
        ValueError: the members do not fit, or it is not possible in the present status.
    """
    said = Fields({name.lower(): value for name, value in members.items()}, "", [])
    match [word.lower() for word in words]:
        case ["orders", _, "pay"]:
            order = find_order(workshop, words[1])
            progress.pay(workshop, order, workshop.clock.now())
            return _order(order)
        case ["orders", _, verb] if verb in _VERBS:
            order = find_order(workshop, words[1])
            _VERBS[verb](workshop, order, _chosen(order, said), said)
            return _order(order)
        case ["items" | "photos", _, verb] if verb in _VERBS:
            order, item = find_item(workshop, words[1])
            _VERBS[verb](workshop, order, [item], said)
            return {"id": item.id, "status": item.status}
        case called:
            found = workshop.outbox.control(called, said.members, workshop.clock.now())
            if found is not None:
                return found
            raise UnknownControlError(f"there is no control call {'/'.join(words)}")


def _order(order: Order) -> Mapping[str, object]:
    statuses = list(dict.fromkeys(item.status for item in order.live_items)) or ["Cancelled"]
    return {
        "id": order.id,
        "gootenId": order.gooten_id,
        "status": ", ".join(statuses),
        "items": [{"id": item.id, "status": item.status} for item in order.items],
    }


def find_order(workshop: Workshop, word: str) -> Order:
    """The order of this safe ID or GootenId, whoever owns it.

    Raises:
        UnknownControlError: there is none.
    """
    found = workshop.books.by_gooten_id(int(word)) if _DIGITS.fullmatch(word) else workshop.books.by_safe_id(word)
    if found is None:
        raise UnknownControlError(f"there is no order {word}")
    return found


def find_item(workshop: Workshop, word: str) -> tuple[Order, Item]:
    """The item of this id, and its order, whoever owns it.

    Raises:
        UnknownControlError: there is none.
    """
    order = workshop.books.by_item(int(word)) if _DIGITS.fullmatch(word) else None
    item = order.item(int(word)) if order is not None else None
    if order is None or item is None:
        raise UnknownControlError(f"there is no item {word}")
    return order, item


def _chosen(order: Order, said: Fields) -> list[Item]:
    """The item that the members name, those of a parcel, or all that are not cancelled."""
    if said.has("item"):
        item = order.item(said.whole("item"))
        items = [] if item is None else [item]
    elif said.has("shipment"):
        parcels, index = _parcels(order), said.whole("shipment")
        items = parcels[index] if index is not None and 0 <= index < len(parcels) else []
    else:
        items = order.live_items
    if not items:
        raise ValueError(f"order {order.id} has no such item that is not cancelled")
    return items


def _parcels(order: Order) -> list[list[Item]]:
    """What travels together, in the order of the items."""
    found: dict[tuple[int, str], list[Item]] = {}
    for item in order.live_items:
        found.setdefault((item.product.id, item.method), []).append(item)
    return list(found.values())


def _ship(workshop: Workshop, order: Order, items: list[Item], said: Fields) -> None:
    step = said.text("step").strip().lower()
    if step not in _STEPS:
        raise ValueError("step is allocate, ship or complete")
    number = said.text("tracking_number").strip()
    if number and _STEPS[step] == "Shipped":
        progress.produce(workshop, order, items, "OutForDelivery", workshop.clock.now())
        url = said.text("tracking_url").strip() or f"https://tracking.example.com/{number}"
        for item in items:
            if item.status == "OutForDelivery":
                item.parcels.append(Parcel(number, url, said.text("carrier").strip() or "USPS"))
    progress.produce(workshop, order, items, _STEPS[step], workshop.clock.now())


def _deliver(workshop: Workshop, order: Order, items: list[Item], said: Fields) -> None:
    progress.produce(workshop, order, items, "Delivered", workshop.clock.now())


def _advance(workshop: Workshop, order: Order, items: list[Item], said: Fields) -> None:
    for item in items:
        progress.advance(workshop, order, item, workshop.clock.now())


def _set(workshop: Workshop, order: Order, items: list[Item], said: Fields) -> None:
    status = status_of(said.text("status"))
    if status is None:
        raise ValueError(f"status is one of {', '.join(STATUSES)}")
    for item in items:
        progress.set_status(workshop, order, item, status, workshop.clock.now())


def _fetched(workshop: Workshop, order: Order, items: list[Item], said: Fields) -> None:
    for item in items:
        progress.image_arrived(workshop, order, item, workshop.clock.now())


def _failed(workshop: Workshop, order: Order, items: list[Item], said: Fields) -> None:
    for item in items:
        progress.image_failed(workshop, order, item, workshop.clock.now())


_VERBS: Final[Mapping[str, Callable[[Workshop, Order, list[Item], Fields], None]]] = {
    "ship": _ship,
    "deliver": _deliver,
    "advance": _advance,
    "status": _set,
    "fetched": _fetched,
    "failed": _failed,
}
