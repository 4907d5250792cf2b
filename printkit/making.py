"""Makes frozen values at the speed of open ones, for answers of many items. Knows no shop, and refuses to change a value that exists.

The guard of a frozen class makes setting a member five times as dear, also while a value is being made. So a value is filled as one
of an open subclass of the same layout, and then becomes what it is to be (decision 0028).
"""

from collections.abc import Callable
from operator import attrgetter
from typing import Any, ParamSpec, TypeVar, cast

import attrs

from .model import Artwork, Item, Money, Order, OrderStatus, Receipt, Recipient

P = ParamSpec("P")
T = TypeVar("T")


def maker(cls: Callable[P, T]) -> Callable[P, T]:
    """What ``cls(...)`` does, for a frozen attrs class with slots. Every member is given, in order, and taken as it is."""
    named: Any = cls
    guardless = {"__slots__": (), "__setattr__": object.__setattr__, "__delattr__": object.__delattr__}
    names = _names(named)
    lines = [
        f"def make({', '.join(names)}):",
        "    value = new(opened)",
        *(f"    value.{name} = {name}" for name in names),
        "    value.__class__ = cls",
        "    return value",
    ]
    known = {"new": object.__new__, "opened": type(named.__name__, (named,), guardless), "cls": named}
    exec("\n".join(lines), known)  # noqa: S102 - as attrs makes its own methods, of nothing but the members' names
    return cast(Callable[P, T], known["make"])


def changer(cls: type[T], make: Callable[..., T]) -> Callable[..., T]:
    """What ``attrs.evolve`` does; members that stay are the same objects."""
    places = {name: place for place, name in enumerate(_names(cls))}
    members_of = attrgetter(*places)

    def changed(value: T, **changes: Any) -> T:
        members = list(members_of(value))
        for name, member in changes.items():
            members[places[name]] = member
        return make(*members)

    return changed


def _names(cls: Any) -> list[str]:
    return [each.name for each in attrs.fields(cls)]


make_artwork = maker(Artwork)
make_item = maker(Item)
make_money = maker(Money)
"""Its amount has been looked at: it is a finite Decimal below a million million in size."""
make_order = maker(Order)
make_recipient = maker(Recipient)
make_receipt = maker(Receipt)
changed_item = changer(Item, make_item)
changed_order = changer(Order, make_order)
changed_receipt = changer(Receipt, make_receipt)


def no_receipt() -> Receipt:
    """What an order comes with that was only read."""
    return make_receipt(1, False, True, {}, (), (), ())


def in_status(item: Item, status: OrderStatus) -> Item:
    """The item in another status."""
    return item if item.status is status else changed_item(item, status=status)


def with_receipt(order: Order, **changes: Any) -> Order:
    """The order with these members of its receipt changed."""
    return changed_order(order, receipt=changed_receipt(order.receipt, **changes))
