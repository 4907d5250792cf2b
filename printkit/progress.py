"""What an order's statuses mean to those who wait: which lie behind which, which is the last, what counts as a change. Pure."""

import json
from collections.abc import Set as AbstractSet
from hashlib import sha256
from typing import Final

from .model import Item, Order, OrderStatus, Shipment

ROAD: Final = (
    OrderStatus.DRAFT,
    OrderStatus.AWAITING_PAYMENT,
    OrderStatus.SUBMITTED,
    OrderStatus.IN_PRODUCTION,
    OrderStatus.PARTIALLY_SHIPPED,
    OrderStatus.SHIPPED,
    OrderStatus.DELIVERED,
)
"""The way of an order from which nothing is wanted meanwhile."""

_PLACED: Final = frozenset({OrderStatus.TEST, OrderStatus.ON_HOLD, OrderStatus.ACTION_REQUIRED})
"""Beside the road: they have been submitted; how far they had come is not known."""


def has_reached(now: OrderStatus, goal: OrderStatus) -> bool:
    """True at the goal, and behind it on the road."""
    if now is goal:
        return True
    place = OrderStatus.SUBMITTED if now in _PLACED else now
    return place in ROAD and goal in ROAD and ROAD.index(place) >= ROAD.index(goal)


def can_reach(now: OrderStatus, goal: OrderStatus) -> bool:
    """False when the goal is neither reached nor ahead any more."""
    if has_reached(now, goal):
        return True
    match now:
        case OrderStatus.CANCELLED | OrderStatus.DELIVERED:
            return False
        case OrderStatus.SHIPPED:
            return goal is OrderStatus.DELIVERED
        case OrderStatus.TEST:
            return goal not in ROAD
        case _:
            return True


def is_said(goal: OrderStatus, never_says: AbstractSet[OrderStatus]) -> bool:
    """Whether a shop that never has some statuses can get to the goal, or past it."""
    behind = ROAD[ROAD.index(goal) :] if goal in ROAD else (goal,)
    return any(each not in never_says for each in behind)


def is_over(now: OrderStatus, never_says: AbstractSet[OrderStatus]) -> bool:
    """True when nothing happens to such an order by itself any more."""
    last = OrderStatus.DELIVERED if OrderStatus.DELIVERED not in never_says else OrderStatus.SHIPPED
    return now in {OrderStatus.CANCELLED, OrderStatus.TEST, OrderStatus.DELIVERED, last}


def fingerprint(order: Order) -> str:
    """The same text for orders in which a user sees the same: statuses, items, what became of their artwork, parcels.

    Prices, addresses, estimates, previews and times of change take no part, nor does the order in which a shop lists things; the
    reference does, because an emulator that is begun anew gives the same id to another order. Nothing can be read out of it.
    """
    seen = [order.reference, order.status, order.provider_status, sorted(map(_item, order.items)), sorted(map(_parcel, order.shipments))]
    return sha256(json.dumps(seen).encode()).hexdigest()[:32]


def _item(item: Item) -> str:
    pictures = [(each.space, each.status, each.provider_status) for each in item.artwork]
    return json.dumps([item.id, item.provider_sku, item.copies, item.status, item.provider_status, pictures])


def _parcel(parcel: Shipment) -> str:
    shipped = parcel.shipped_at.isoformat() if parcel.shipped_at else None
    seen = [parcel.id, parcel.status, parcel.carrier, parcel.tracking_number, parcel.tracking_url, sorted(parcel.item_ids), shipped]
    return json.dumps(seen)
