"""A member that is made late is the member: in every way of looking at a value, and made once."""

import copy
import pickle
from collections.abc import Callable
from typing import Any

import attrs
import pytest

from printkit import making
from printkit.late import Later
from printkit.model import Artwork, Item, Order, OrderRef, OrderStatus, late_items

ITEMS = (Item("7", "4x6", "4x6", 2, OrderStatus.DRAFT, "Ok", (Artwork("https://example.com/a.jpg"),)),)
WHOLE = Order(OrderRef("here", "1"), OrderStatus.DRAFT, items=ITEMS)


class Counted(Later):
    """Makes the items, and counts how often."""

    def __init__(self) -> None:
        self.times = 0

    def made(self) -> tuple[Item, ...]:
        self.times += 1
        return ITEMS


def waiting() -> tuple[Order, Counted]:
    items: Any = Counted()
    return making.changed_order(WHOLE, items=items), items


@pytest.mark.parametrize(
    "look",
    [
        lambda order: order.items,
        lambda order: order.live_items,
        repr,
        hash,
        lambda order: order == WHOLE,
        attrs.asdict,
        attrs.astuple,
        copy.deepcopy,
        pickle.dumps,
        lambda order: attrs.evolve(order, is_test=True),
    ],
    ids=["items", "live_items", "repr", "hash", "==", "asdict", "astuple", "deepcopy", "pickle", "evolve"],
)
def test_whoever_looks_sees_the_member(look: Callable[[Order], Any]) -> None:
    order, items = waiting()
    seen = look(order)
    assert items.times == 1
    assert seen == look(WHOLE)
    assert order == WHOLE
    assert items.times == 1


def test_a_copy_comes_with_what_was_not_made() -> None:
    order, items = waiting()
    pickled = pickle.loads(pickle.dumps(order))  # noqa: S301 - our own
    assert pickled == copy.copy(order) == WHOLE
    assert items.times == 1


def test_changing_another_member_makes_nothing() -> None:
    order, items = waiting()
    changed = making.changed_order(order, status=OrderStatus.CANCELLED)
    assert items.times == 0
    assert late_items.as_it_is(changed) is items
    assert changed == attrs.evolve(WHOLE, status=OrderStatus.CANCELLED)


def test_it_is_as_frozen_as_before() -> None:
    order, items = waiting()
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        order.items = ()  # type: ignore[misc]
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        del order.items
    assert items.times == 0
