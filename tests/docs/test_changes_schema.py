"""The JSON Schema of changes is the one of the classes, takes what printkit writes, and takes nothing that printkit refuses."""

import json
from typing import Any, get_args

import pytest
from hypothesis import given, strategies as st
from jsonschema import Draft202012Validator

from docs.changes_schema import FILE, PAGE, schema, text, with_table
from printkit import InvalidRequestError, Money, NewOrder, OrderRef, OrderStatus, Payment, Photo, Recipient, Sizing, changes
from printkit.change_lines import from_dict, to_dict
from printkit.changes import Change
from printkit.model import Artwork

VALID = Draft202012Validator(json.loads(FILE.read_text(encoding="utf-8")))

WORDS = st.text(st.characters(codec="utf-8", exclude_categories=("Cc",)), min_size=1, max_size=12)
MAYBE = st.none() | WORDS
REFS = st.builds(OrderRef, st.sampled_from(["pwinty", "prints"]), st.from_regex(r"[1-9][0-9]{0,5}", fullmatch=True))
RECIPIENTS = st.builds(Recipient, WORDS, line1=MAYBE, city=MAYBE, country=MAYBE, email=MAYBE)
ARTWORK = st.builds(Artwork, url=WORDS, space=MAYBE, width=st.none() | st.integers(1, 9999))
PRICES = st.builds(Money, st.decimals(0, 999, places=2), MAYBE)
MAPS = st.dictionaries(WORDS, WORDS, max_size=2)
PHOTOS = st.builds(
    Photo,
    WORDS,
    st.lists(ARTWORK, min_size=1, max_size=2),
    st.integers(1, 99),
    sizing=st.none() | st.sampled_from(Sizing),
    attributes=MAPS,
    price_to_recipient=st.none() | PRICES,
    extra=st.dictionaries(WORDS, MAPS, max_size=1),
)
ORDERS = st.builds(NewOrder, RECIPIENTS, WORDS, payment=st.none() | st.sampled_from(Payment), test=st.none() | st.booleans(), metadata=MAPS)
CHANGES: dict[type[Any], st.SearchStrategy[Any]] = {
    changes.PlaceOrder: st.builds(changes.PlaceOrder, ORDERS, st.lists(PHOTOS, max_size=2), MAYBE),
    changes.AddPhotos: st.builds(changes.AddPhotos, REFS, st.lists(PHOTOS, max_size=2)),
    changes.Submit: st.builds(changes.Submit, REFS),
    changes.UpdateRecipient: st.builds(changes.UpdateRecipient, REFS, RECIPIENTS),
    changes.CancelItems: st.builds(changes.CancelItems, REFS, st.lists(WORDS, max_size=3)),
    changes.SwapSku: st.builds(changes.SwapSku, REFS, WORDS, WORDS, st.none() | MAPS),
    changes.ReplaceArtwork: st.builds(changes.ReplaceArtwork, REFS, WORDS, st.lists(ARTWORK, min_size=1, max_size=2)),
    changes.SetStatus: st.builds(changes.SetStatus, REFS, st.sampled_from(OrderStatus) | WORDS),
}
ANY_CHANGE = st.one_of(*CHANGES.values())
WRONG = st.sampled_from([None, True, 7, "", "x", [], {}, ["x"], {"x": "y"}, [7], "pwinty:1065", "https://example.com/a.jpg"])


def test_the_file_is_what_the_classes_say() -> None:
    assert FILE.read_text(encoding="utf-8") == text(), "run: python docs/changes_schema.py"
    assert PAGE.read_text(encoding="utf-8") == with_table(PAGE.read_text(encoding="utf-8")), "run: python docs/changes_schema.py"
    Draft202012Validator.check_schema(schema())
    assert CHANGES.keys() == set(get_args(Change))


@given(ANY_CHANGE)
def test_what_printkit_writes_is_valid(change: Change) -> None:
    assert [error.message for error in VALID.iter_errors(to_dict(change))] == []


def places(document: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in a document."""
    inside = document.items() if isinstance(document, dict) else enumerate(document) if isinstance(document, list) else ()
    return [path, *(place for name, each in inside for place in places(each, (*path, name)))]


@given(st.data())
def test_what_is_valid_is_taken(data: st.DataObject) -> None:
    """A change in which one member is something else, is missing, or is too many."""
    document = json.loads(json.dumps(to_dict(data.draw(ANY_CHANGE))))
    *above, last = data.draw(st.sampled_from(places(document)[1:]))
    inside: Any = document
    for name in above:
        inside = inside[name]
    match data.draw(st.sampled_from(["other", "gone", "more"])):
        case "other":
            inside[last] = data.draw(WRONG)
        case "gone":
            del inside[last]
        case "more" if isinstance(inside, dict):
            inside[data.draw(st.sampled_from(["sku", "order", "nonsense"]))] = data.draw(WRONG)

    if VALID.is_valid(document):
        assert [*changes.problems(from_dict(document))] == []


@pytest.mark.parametrize(
    "document",
    [
        {"change": "swap", "order": "pwinty:1"},
        {"change": "submit", "order": 1065},
        {"change": "submit", "order": "1065"},
        {"change": "swap_sku", "order": "pwinty:1", "item": 7, "sku": "4x6"},
        {"change": "replace_artwork", "order": "pwinty:1", "item": "7", "artwork": {"path": "a.jpg"}},
        {"change": "place_order", "new": {"recipient": {"name": "Tom Smith"}}, "photos": []},
    ],
    ids=str,
)
def test_what_printkit_refuses_is_not_valid(document: Any) -> None:
    assert not VALID.is_valid(document)
    try:
        found = [*changes.problems(from_dict(document))]
    except InvalidRequestError:
        return
    assert found
