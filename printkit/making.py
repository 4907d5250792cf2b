"""Makes frozen values at the speed of open ones, for answers of many items. Knows no shop, and refuses to change a value that exists.

The guard of a frozen class makes setting a member five times as dear, also while a value is being made. So a value is filled as one
of an open subclass of the same layout, and then becomes what it is to be (decision 0028).
"""

from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar, cast

import attrs

from .model import Artwork, Item, Money, Order, OrderStatus, Receipt, Recipient

P = ParamSpec("P")
T = TypeVar("T")


def filling(cls: Callable[P, T]) -> tuple[Callable[P, T], Callable[..., T]]:
    """For a frozen attrs class with slots, what ``cls(...)`` does and what ``attrs.evolve`` does.

    The first takes every member, in order, and as it is. Of the second, members that stay are the same objects.
    """
    named: Any = cls
    opened = type(named.__name__, (named,), {"__slots__": (), "__setattr__": object.__setattr__, "__delattr__": object.__delattr__})
    names = [each.name for each in attrs.fields(named)]
    lines = [
        f"def make({', '.join(names)}):",
        "    value = new(opened)",
        *(f"    value.{name} = {name}" for name in names),
        "    value.__class__ = cls",
        "    return value",
        "def change(old, **changes):",
        "    value = new(opened)",
        *(f"    value.{name} = old.{name}" for name in names),
        "    for name in changes:",
        "        setattr(value, name, changes[name])",
        "    value.__class__ = cls",
        "    return value",
    ]
    known = {"new": object.__new__, "opened": opened, "cls": named}
    exec("\n".join(lines), known)  # noqa: S102 - as attrs makes its own methods, of nothing but the members' names
    return cast(Callable[P, T], known["make"]), cast(Callable[..., T], known["change"])


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
    return item if item.status is status else changed_item(item, status=status)


def with_receipt(order: Order, **changes: Any) -> Order:
    """The order with these members of its receipt changed; itself, where they are so already."""
    receipt = order.receipt
    for name, value in changes.items():
        if getattr(receipt, name) != value:
            return changed_order(order, receipt=changed_receipt(receipt, **changes))
    return order
