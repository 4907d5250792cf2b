"""The values: references print and parse, money has bounds, everything is hashable, copies and pickles, and holds what it was given."""

import copy
import pickle
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve, exceptions
from hypothesis import given, strategies as st

from printkit import (
    Artwork,
    Country,
    Item,
    Money,
    NewOrder,
    Order,
    OrderRef,
    OrderStatus,
    Payment,
    Photo,
    Problem,
    ProblemCode,
    Receipt,
    Recipient,
    Severity,
    Shipment,
    Sizing,
    ValidationReport,
)
from printkit.model import RefusedItem

# ── References ────────────────────────────────────────────────────────────────────────────────────────────────────────

names = st.text(min_size=1).filter(lambda text: ":" not in text)


@given(names, st.text(min_size=1))
def test_a_reference_prints_and_parses(provider: str, order: str) -> None:
    ref = OrderRef(provider, order)
    assert OrderRef.parse(str(ref)) == ref


@given(st.text())
def test_what_parses_prints_as_it_was(text: str) -> None:
    try:
        assert str(OrderRef.parse(text)) == text
    except ValueError:
        assert not all(text.partition(":"))


@pytest.mark.parametrize("text", ["", ":", "pwinty", "pwinty:", ":1065"])
def test_half_a_reference_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="connection:id"):
        OrderRef.parse(text)


def test_references_sort_and_a_colon_may_stand_in_the_id() -> None:
    assert OrderRef.parse("gooten:draft:7") == OrderRef("gooten", "draft:7")
    assert min(OrderRef("b", "1"), OrderRef("a", "2"), OrderRef("a", "1")) == OrderRef("a", "1")


# ── Money ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("amount", ["NaN", "sNaN", "-NaN", "Infinity", "-Infinity", "1e12", "-1e12", "1e999999"])
def test_money_is_a_number_of_reasonable_size(amount: str) -> None:
    with pytest.raises(ValueError, match="amount"):
        Money(Decimal(amount), "GBP")


@pytest.mark.parametrize("amount", [1, 1.5, float("nan"), "1", None, True])
def test_money_is_a_decimal(amount: Any) -> None:
    with pytest.raises(ValueError, match="Decimal"):
        Money(amount)


@given(st.decimals(-(10**11), 10**11, allow_nan=False))
def test_money_keeps_every_digit(amount: Decimal) -> None:
    assert Money(amount, "GBP").amount.as_tuple() == amount.as_tuple()
    assert str(Money(amount, "GBP")) == f"{amount} GBP"
    assert str(Money(amount)) == str(amount)


def test_money_of_another_currency_is_other_money() -> None:
    assert Money(Decimal(1), "GBP") != Money(Decimal(1), "USD")
    assert Money(Decimal("1.0"), "GBP") == Money(Decimal(1), "GBP")


# ── Values ────────────────────────────────────────────────────────────────────────────────────────────────────────────

TIME = datetime(2026, 1, 5, tzinfo=UTC)
POUND = Money(Decimal("1.00"), "GBP")
ITEM = Item(
    "7", "print", "4x6", 2, OrderStatus.DRAFT, "Ok", (Artwork(url="https://e.com/a"),), Sizing.CROP, {"finish": "matte"}, price=POUND
)
ORDER = Order(
    OrderRef("pwinty", "1065"),
    OrderStatus.DRAFT,
    "NotYetSubmitted",
    "R1",
    Recipient("Tom"),
    (ITEM, evolve(ITEM, id="8", status=OrderStatus.CANCELLED)),
    (Shipment("1", item_ids=("7",), shipped_at=TIME),),
    POUND,
    POUND,
    Payment.MERCHANT,
    created=TIME,
    ids={"gooten_id": "x"},
    body=b'{"id": 1065, "price": 1.10}',
)
VALUES: list[Any] = [
    OrderRef("a", "1"),
    POUND,
    Recipient("Tom", line1="x"),
    Artwork(path=Path("a.jpg"), md5="x"),
    Artwork(data=b"x"),
    Photo("4x6", "https://e.com/a", attributes={"finish": "matte"}, extra={"pwinty": {"a": 1}}),
    NewOrder(Recipient("Tom"), metadata={"a": "b"}, extra={"pwinty": {"a": [1]}}),
    ITEM,
    Shipment(),
    RefusedItem("7", "no"),
    Receipt(renamed={"7": "8"}),
    ORDER,
    Problem(ProblemCode.OTHER, Severity.ERROR, "x"),
    ValidationReport(ok=False, problems=(Problem(ProblemCode.OTHER, Severity.WARNING, "x"),)),
    Country("GB", "United Kingdom"),
]


@pytest.mark.parametrize("value", VALUES, ids=lambda value: type(value).__name__)
def test_values_are_hashable_frozen_and_copies_are_equal(value: Any) -> None:
    assert {value: 1}[value] == 1
    for other in (copy.copy(value), copy.deepcopy(value), pickle.loads(pickle.dumps(value))):  # noqa: S301 - our own
        assert other == value
        assert hash(other) == hash(value)
    name = next(iter(type(value).__annotations__))
    with pytest.raises(exceptions.FrozenInstanceError):
        setattr(value, name, None)


def test_what_was_given_may_change_afterwards() -> None:
    attributes = {"finish": "matte"}
    photo = Photo("4x6", "https://e.com/a", attributes=attributes)
    attributes["finish"] = "glossy"
    assert photo.attributes == {"finish": "matte"}


def test_artwork_in_every_form() -> None:
    url, file = Artwork(url="https://e.com/a"), Artwork(path=Path("a.jpg"))
    assert Photo("x", "https://e.com/a").artwork == (url,)
    assert Photo("x", Path("a.jpg")).artwork == (file,)
    assert Photo("x", b"jpeg").artwork == (Artwork(data=b"jpeg"),)
    assert Photo("x", [url, Path("a.jpg"), b"jpeg"]).artwork == (url, file, Artwork(data=b"jpeg"))
    assert Photo("x", (each for each in ("https://e.com/a",))).artwork == (url,)


def test_bytes_and_addresses_are_not_printed() -> None:
    assert "secret-picture" not in repr(Artwork(data=b"secret-picture"))
    assert "1065, " not in repr(ORDER)


# ── Orders ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_an_order_knows_its_id_and_its_live_items() -> None:
    assert ORDER.id == "1065"
    assert [item.id for item in ORDER.live_items] == ["7"]


def test_the_answer_is_decoded_on_demand_with_decimals() -> None:
    assert ORDER.raw == {"id": 1065, "price": Decimal("1.10")}
    assert isinstance(ORDER.raw["price"], Decimal)
    assert evolve(ORDER, body=b"").raw is None


@pytest.mark.parametrize("body", [b"9" * 5000, b'{"a":' + b"9" * 5000 + b"}", b"{", b"\xff", b"[" * 100_000])
def test_an_answer_that_cannot_be_decoded_is_none(body: bytes) -> None:
    assert evolve(ORDER, body=body).raw is None


def test_octets_that_are_no_text_do_not_hide_the_rest_of_an_answer() -> None:
    assert evolve(ORDER, body=b'{"id": 1, "note": "\xff"}').raw == {"id": 1, "note": "\ufffd"}


def test_how_it_came_about_takes_no_part_in_comparing() -> None:
    other = evolve(ORDER, receipt=Receipt(attempts=3, reconciled=True), body=b"{}")
    assert other == ORDER
    assert hash(other) == hash(ORDER)


def test_a_report_is_true_when_it_is_ok_whatever_it_warns_of() -> None:
    warning = Problem(ProblemCode.WILL_BE_CROPPED, Severity.WARNING, "x")
    error = Problem(ProblemCode.NO_ITEMS, Severity.ERROR, "x")
    report = ValidationReport(ok=True, problems=(warning,))
    assert report
    assert report.errors == ()
    assert ValidationReport(ok=False, problems=(warning, error)).errors == (error,)
    assert not ValidationReport(ok=False)
