"""Values that are filled as open ones are the values that their classes make: equal, frozen, and of the same class."""

import copy
import pickle
from decimal import Decimal
from typing import Any

import attrs
import pytest

from printkit import making, model
from printkit.model import Artwork, Item, Money, Order, OrderRef, OrderStatus, Receipt, Recipient

ITEM = Item("7", "4x6", "4x6", 2, OrderStatus.DRAFT, "Ok", (Artwork("https://example.com/a.jpg"),), attributes={"finish": "glossy"})
VALUES = [
    (making.make_artwork, Artwork("https://example.com/a.jpg", md5="aa")),
    (making.make_item, ITEM),
    (making.make_money, Money(Decimal("1.50"), "GBP")),
    (making.make_order, Order(OrderRef("here", "1"), OrderStatus.DRAFT, items=(ITEM,), receipt=Receipt(attempts=2))),
    (making.make_receipt, Receipt(3, renamed={"1": "2"})),
    (making.make_recipient, Recipient("Tom Smith", city="Cardiff")),
]
each_value = pytest.mark.parametrize(("make", "value"), VALUES, ids=lambda each: type(each).__name__)


def members(value: Any) -> list[Any]:
    return [getattr(value, name) for name in attrs.fields_dict(type(value))]


@each_value
def test_it_is_the_value_that_the_class_makes(make: Any, value: Any) -> None:
    made = make(*members(value))
    assert type(made) is type(value)
    assert members(made) == members(value)
    assert (made, hash(made), repr(made)) == (value, hash(value), repr(value))
    assert attrs.asdict(made) == attrs.asdict(value)
    assert attrs.evolve(made) == copy.deepcopy(made) == pickle.loads(pickle.dumps(made)) == value  # noqa: S301 - our own


@each_value
def test_it_is_frozen(make: Any, value: Any) -> None:
    made = make(*members(value))
    name = next(iter(attrs.fields_dict(type(value))))
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        setattr(made, name, "another")
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        delattr(made, name)


def test_what_is_left_out_is_refused() -> None:
    with pytest.raises(TypeError, match="currency"):
        making.make_money(Decimal(1))


def test_a_changed_value_is_another_one() -> None:
    order = Order(OrderRef("here", "1"), OrderStatus.DRAFT, items=(ITEM,))
    changed = making.changed_order(order, status=OrderStatus.SUBMITTED, provider_status="Submitted")
    assert changed == attrs.evolve(order, status=OrderStatus.SUBMITTED, provider_status="Submitted")
    assert order.status is OrderStatus.DRAFT


def test_a_member_that_does_not_exist_cannot_be_changed() -> None:
    with pytest.raises(AttributeError):
        making.changed_item(ITEM, colour="red")


def test_an_item_in_the_status_it_has_is_itself() -> None:
    assert making.in_status(ITEM, ITEM.status) is ITEM
    assert making.in_status(ITEM, OrderStatus.SUBMITTED) == attrs.evolve(ITEM, status=OrderStatus.SUBMITTED)


def test_the_receipt_of_what_was_only_read_is_the_plain_one() -> None:
    assert making.no_receipt() == model.Receipt()


@pytest.mark.parametrize("cls", [Artwork, Item, Money, Order, Receipt, Recipient])
def test_nothing_but_open_twins_stands_under_a_value(cls: type[Any]) -> None:
    """A member that is added to a class is added to what fills it, and a twin has room for nothing else."""
    twins = cls.__subclasses__()
    assert len(twins) == 1
    assert twins[0].__slots__ == ()
