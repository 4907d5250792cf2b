"""Changes as values: how they may be given, what they change, what cannot be carried out in bulk, and JSON and back for every kind."""

import json
import math
from decimal import Decimal
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import given, strategies as st

from printkit import (
    Artwork,
    FieldProblem,
    InvalidRequestError,
    Item,
    Money,
    NewOrder,
    Order,
    OrderRef,
    OrderStatus,
    Photo,
    Recipient,
    changes,
)
from printkit.change_lines import from_dict, to_dict, to_json
from printkit.changes import (
    CHANGES,
    AddPhotos,
    CancelItems,
    Change,
    PlaceOrder,
    ReplaceArtwork,
    SetStatus,
    Submit,
    SwapSku,
    UpdateRecipient,
)
from printkit.model import ArtworkStatus, Payment, Sizing

TEXT = st.text(max_size=12)
SOME = st.text(min_size=1, max_size=12)
MAYBE = st.none() | TEXT
URLS = st.sampled_from(["https://images.example.com/a.jpg", "https://images.example.com/%20b.png?x=1&y=ü"])
JSON: Any = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False) | TEXT,
    lambda below: st.lists(below, max_size=3) | st.dictionaries(TEXT, below, max_size=3),
    max_leaves=6,
)
REFS = st.builds(OrderRef, SOME.filter(lambda text: ":" not in text), SOME)
ARTWORK = st.builds(
    Artwork, url=URLS, space=MAYBE, width=st.none() | st.integers(0, 9999), height=st.none() | st.integers(0, 9999), md5=MAYBE,
    status=st.none() | st.sampled_from(ArtworkStatus), provider_status=MAYBE, preview_url=MAYBE, thumbnail_url=MAYBE,
)  # fmt: skip
MONEY = st.builds(Money, st.decimals(min_value=Decimal("0.01"), max_value=999, places=2), st.none() | st.just("GBP"))
PHOTOS = st.builds(
    Photo, SOME, st.lists(ARTWORK, min_size=1, max_size=3), st.integers(1, 99), sizing=st.none() | st.sampled_from(Sizing),
    attributes=st.none() | st.dictionaries(TEXT, TEXT, max_size=3), reference=MAYBE, price_to_recipient=st.none() | MONEY,
    extra=st.none() | st.dictionaries(TEXT, st.dictionaries(TEXT, JSON, max_size=2), max_size=2),
)  # fmt: skip
RECIPIENTS = st.builds(Recipient, TEXT, MAYBE, MAYBE, MAYBE, MAYBE, MAYBE, MAYBE, MAYBE, MAYBE)
EXTRA = st.none() | st.dictionaries(TEXT, st.dictionaries(TEXT, JSON, max_size=2), max_size=2)
METADATA = st.none() | st.dictionaries(TEXT, TEXT, max_size=3)
PAYMENTS, TESTS = st.none() | st.sampled_from(Payment), st.none() | st.booleans()
NEW_ORDERS = st.builds(NewOrder, RECIPIENTS, SOME, MAYBE, PAYMENTS, TESTS, METADATA, EXTRA)
KINDS: dict[type, Any] = {
    PlaceOrder: st.builds(PlaceOrder, NEW_ORDERS, st.lists(PHOTOS, max_size=3), MAYBE, st.booleans()),
    AddPhotos: st.builds(AddPhotos, REFS, st.lists(PHOTOS, max_size=3)),
    Submit: st.builds(Submit, REFS),
    UpdateRecipient: st.builds(UpdateRecipient, REFS, RECIPIENTS),
    CancelItems: st.builds(CancelItems, REFS, st.lists(SOME, max_size=4)),
    SwapSku: st.builds(SwapSku, REFS, SOME, SOME, st.none() | st.dictionaries(TEXT, TEXT, max_size=3)),
    ReplaceArtwork: st.builds(ReplaceArtwork, REFS, SOME, st.lists(ARTWORK, max_size=3)),
    SetStatus: st.builds(SetStatus, REFS, st.sampled_from(OrderStatus) | SOME),
}
ANY_CHANGE = st.one_of([*KINDS.values()])
REF, URL = OrderRef("pwinty", "1065"), "https://images.example.com/a.jpg"


def read_or_not(given: Any) -> tuple[Change | None, tuple[FieldProblem, ...]]:
    try:
        return from_dict(given), ()
    except InvalidRequestError as error:
        return None, error.problems


def test_every_kind_of_change_is_tried() -> None:
    assert KINDS.keys() == {*get_args(Change)} == {*CHANGES.values()}


@given(ANY_CHANGE)
def test_json_and_back_is_the_same(change: Change) -> None:
    line = to_json(change)

    assert "\n" not in line
    assert from_dict(json.loads(line)) == change
    assert to_dict(from_dict(to_dict(change))) == to_dict(change)


@given(ANY_CHANGE)
def test_what_is_read_can_be_carried_out_in_bulk_unless_it_is_said_why_not(change: Change) -> None:
    for problem in changes.problems(change):
        assert problem.path
        assert problem.text
    assert changes.order_of(change, "default")


@given(ANY_CHANGE, st.data(), JSON)
def test_another_form_anywhere_is_read_or_refused_with_its_path(change: Change, data: st.DataObject, other: Any) -> None:
    tree = json.loads(to_json(change))
    at: Any = tree
    while True:
        keys = [*at] if isinstance(at, dict) else [*range(len(at))]
        if not keys:
            return
        key = data.draw(st.sampled_from(keys))
        if not isinstance(at[key], (dict, list)) or data.draw(st.booleans()):
            at[key] = other
            break
        at = at[key]
    read, problems = read_or_not(tree)
    if read is None:
        assert problems
        assert all(problem.path and problem.text for problem in problems)
    else:
        assert from_dict(json.loads(to_json(read))) == read


@given(JSON)
def test_anything_at_all_is_a_change_or_refused(given: Any) -> None:
    read, problems = read_or_not(given)
    assert (read is None) == bool(problems)


PHOTO = {"sku": "4x6", "artwork": URL}
BAD: list[tuple[Any, str]] = [
    (None, "change"),
    ([], "change"),
    ("submit", "change"),
    ({}, "change"),
    ({"change": None}, "change"),
    ({"change": 3, "order": "pwinty:1"}, "change"),
    ({"change": "Submit", "order": "pwinty:1"}, "change"),
    ({"change": "submit"}, "order"),
    ({"change": "submit", "order": "1065"}, "order"),
    ({"change": "submit", "order": 1065}, "order"),
    ({"change": "submit", "order": None}, "order"),
    ({"change": "submit", "order": "pwinty:1", "orders": 1}, "change"),
    ({"change": "set_status", "order": "pwinty:1", "status": ""}, "status"),
    ({"change": "set_status", "order": "pwinty:1", "status": 1}, "status"),
    ({"change": "cancel_items", "order": "pwinty:1", "items": "17"}, "items"),
    ({"change": "cancel_items", "order": "pwinty:1", "items": [17]}, "items[0]"),
    ({"change": "cancel_items", "order": "pwinty:1", "items": ["17", None]}, "items[1]"),
    ({"change": "swap_sku", "order": "pwinty:1", "item": 17, "sku": "4x6"}, "item"),
    ({"change": "swap_sku", "order": "pwinty:1", "item": "17", "sku": None}, "sku"),
    ({"change": "swap_sku", "order": "pwinty:1", "item": "17", "sku": "4x6", "attributes": {"finish": 1}}, "attributes"),
    ({"change": "swap_sku", "order": "pwinty:1", "item": "17", "sku": "4x6", "attributes": "finish"}, "attributes"),
    ({"change": "replace_artwork", "order": "pwinty:1", "item": "17", "artwork": 3}, "artwork"),
    ({"change": "replace_artwork", "order": "pwinty:1", "item": "17", "artwork": [3]}, "artwork[0]"),
    ({"change": "replace_artwork", "order": "pwinty:1", "item": "17", "artwork": {"path": "/a.jpg"}}, "artwork[0]"),
    ({"change": "replace_artwork", "order": "pwinty:1", "item": "17", "artwork": {"url": URL, "widht": 1}}, "artwork[0]"),
    ({"change": "replace_artwork", "order": "pwinty:1", "item": "17", "artwork": {"url": URL, "width": "1"}}, "artwork[0].width"),
    ({"change": "replace_artwork", "order": "pwinty:1", "item": "17", "artwork": {"url": URL, "status": "no"}}, "artwork[0].status"),
    ({"change": "update_recipient", "order": "pwinty:1", "recipient": "Tom"}, "recipient"),
    ({"change": "update_recipient", "order": "pwinty:1", "recipient": {}}, "recipient.name"),
    ({"change": "update_recipient", "order": "pwinty:1", "recipient": {"name": 5}}, "recipient.name"),
    ({"change": "add_photos", "order": "pwinty:1", "photos": PHOTO}, "photos"),
    ({"change": "add_photos", "order": "pwinty:1", "photos": [{"sku": "4x6"}]}, "photos[0].artwork"),
    ({"change": "add_photos", "order": "pwinty:1", "photos": [PHOTO, PHOTO | {"copies": True}]}, "photos[1].copies"),
    ({"change": "add_photos", "order": "pwinty:1", "photos": [PHOTO | {"copies": 1.5}]}, "photos[0].copies"),
    ({"change": "add_photos", "order": "pwinty:1", "photos": [PHOTO | {"sizing": "squeeze"}]}, "photos[0].sizing"),
    ({"change": "add_photos", "order": "pwinty:1", "photos": [PHOTO | {"extra": []}]}, "photos[0].extra"),
    (
        {"change": "add_photos", "order": "pwinty:1", "photos": [PHOTO | {"price_to_recipient": {"amount": "x"}}]},
        "photos[0].price_to_recipient.amount",
    ),
    ({"change": "place_order", "new": {"recipient": {"name": "T"}, "test": "yes"}, "photos": []}, "new.test"),
    ({"change": "place_order", "new": {"recipient": {"name": "T"}, "payment": "me"}, "photos": []}, "new.payment"),
    ({"change": "place_order", "new": {"recipient": {"name": "T"}, "metadata": {"a": 1}}, "photos": []}, "new.metadata"),
    ({"change": "place_order", "new": [], "photos": []}, "new"),
]


@pytest.mark.parametrize(("given", "path"), BAD, ids=lambda each: json.dumps(each)[:60] if not isinstance(each, str) else each)
def test_a_wrong_form_is_refused_with_its_path(given: Any, path: str) -> None:
    with pytest.raises(InvalidRequestError) as error:
        from_dict(given)

    assert [problem.path for problem in error.value.problems] == [path]


def test_all_that_is_wrong_is_told_at_once() -> None:
    with pytest.raises(InvalidRequestError) as error:
        from_dict({"change": "swap_sku", "order": "1", "item": 2, "sku": 3, "attributes": 4})

    assert sorted(problem.path for problem in error.value.problems) == ["attributes", "item", "order", "sku"]


@pytest.mark.parametrize("amount", [math.nan, math.inf, True, None, "", "1,5", [], "1e999999999"])
def test_an_amount_is_a_number_that_can_be_paid(amount: Any) -> None:
    photo = PHOTO | {"price_to_recipient": {"amount": amount, "currency": "GBP"}}
    with pytest.raises(InvalidRequestError):
        from_dict({"change": "add_photos", "order": "pwinty:1", "photos": [photo]})


def item(name: str) -> Item:
    return Item(name, "4x6", "4x6", 1, OrderStatus.DRAFT)


def test_orders_items_and_artwork_may_be_given_in_every_way_the_verbs_take() -> None:
    order = Order(REF, OrderStatus.DRAFT)

    assert Submit("pwinty:1065") == Submit(REF)
    assert Submit(order).order is order
    assert to_dict(Submit(order)) == {"change": "submit", "order": "pwinty:1065"}
    assert CancelItems(REF, item("7")) == CancelItems(REF, "7") == CancelItems(REF, ["7"])  # type: ignore[arg-type]
    assert SwapSku(REF, item("7"), "8x12") == SwapSku(REF, "7", "8x12")
    assert ReplaceArtwork(REF, "7", URL).artwork == (Artwork(url=URL),)
    assert AddPhotos(REF, Photo("4x6", URL)).photos == (Photo("4x6", URL),)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"change": "submit"}, "change"),
        (None, "change"),
        (Submit, "change"),
        (Submit("1065"), "order"),
        (Submit(1065), "order"),  # type: ignore[arg-type]
        (PlaceOrder(NewOrder(Recipient("T")), []), "new.reference"),
        (PlaceOrder(NewOrder(Recipient("T"), reference=""), []), "new.reference"),
        (PlaceOrder("new", []), "new.reference"),  # type: ignore[arg-type]
        (AddPhotos("gooten:draft:1", []), "order"),
        (CancelItems("gooten:draft:1", ["1"]), "order"),
        (AddPhotos(REF, [Photo("4x6", b"jpeg")]), "artwork"),
        (AddPhotos(REF, [Photo("4x6", [URL, Path("a.jpg")])]), "artwork"),
        (ReplaceArtwork(REF, "1", Path("a.jpg")), "artwork"),
        (ReplaceArtwork(REF, "1", 7), "artwork"),  # type: ignore[arg-type]
        (PlaceOrder(NewOrder(Recipient("T"), reference="R"), [Photo("4x6", Artwork())]), "artwork"),
    ],
    ids=repr,
)
def test_what_cannot_be_carried_out_in_bulk_says_why(change: Any, path: str) -> None:
    (problem,) = changes.problems(change)

    assert problem.path == path


@pytest.mark.parametrize("change", [AddPhotos(REF, None), AddPhotos(REF, [7]), CancelItems(REF, 7), PlaceOrder(NewOrder(None, "R"), 3)])  # type: ignore[arg-type,list-item]
def test_what_no_type_checker_saw_is_left_to_the_verb_that_refuses_it(change: Any) -> None:
    assert [*changes.problems(change)] == []


def test_what_a_change_changes() -> None:
    place = PlaceOrder(NewOrder(Recipient("T"), reference="R"), [])

    assert changes.order_of(Submit(Order(REF, OrderStatus.DRAFT))) == changes.order_of(SetStatus(REF, "x")) == "pwinty:1065"
    assert changes.order_of(place, "pwinty") == changes.order_of(PlaceOrder(place.new, [], "pwinty"))
    assert changes.order_of(place, "gooten") != changes.order_of(place, "pwinty")
    assert changes.provider_of(place, "pwinty") == changes.provider_of(Submit(REF)) == "pwinty"
    assert changes.provider_of(place) is None
