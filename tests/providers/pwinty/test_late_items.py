"""Items that are made when somebody looks at them are those that would have been made at once, whatever the shop said of its photos."""

import gc
import json
import weakref
from collections.abc import Callable
from decimal import Context, Decimal, Inexact, localcontext
from typing import Any

import pytest
from hypothesis import example, given, settings, strategies as st

from printkit.errors import UnreadableAnswerError
from printkit.exchange import Response
from printkit.late import Later
from printkit.model import Item, Money, Order, OrderStatus, Photo, late_items
from printkit.providers.pwinty import bodies, statuses, translate, wire
from tests.providers.pwinty.shops import sample

ORDER = sample("orders-create.200")
FETCHED = {"id": 3002, "type": "4x6", "status": "Ok", "copies": 1, "url": "https://example.com/a.jpg"}
WORDS = st.sampled_from(["Ok", "NotYetDownloaded", "FileNotFoundAtUrl", "Invalid", "AwaitingUrlOrData", "ok", "Strange", "", None])
odd = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=4) | st.just([])
LOOSE = ("url", "sizing", "price", "priceToUser", "md5Hash", "previewUrl", "thumbnailUrl", "attributes", "errorMessage", "other")
photos = st.fixed_dictionaries(
    {
        "id": st.integers(-1, 10**19) | st.sampled_from(["1", "01", "x", "9" * 19, ""]),
        "type": st.text(max_size=5),
        "status": WORDS,
        "copies": st.integers(-3, 10**10) | st.sampled_from(["1", " 2 ", "1_0", "-1", "", "two", "٣", "9" * 5000]),
    },
    optional=dict.fromkeys(LOOSE, odd),
)


def order_of(status: str, entries: list[Any], *, is_shipped: bool) -> Any:
    shipments = [{"photoIds": [each["id"] for each in entries[:1]], "shippedOn": "2020-01-01T00:00:00"}] if is_shipped else []
    return {**ORDER, "status": status, "photos": entries, "shippingInfo": {"shipments": shipments}}


orders = st.builds(
    order_of,
    st.sampled_from(["NotYetSubmitted", "Submitted", "Complete", "Cancelled", "Unheard"]),
    st.lists(photos, max_size=4),
    is_shipped=st.booleans(),
)


class Heard:
    """Words that are in no table."""

    def __init__(self) -> None:
        self.words: list[tuple[str, str]] = []
        self.scope = translate.Scope("pwinty", "GBP", True, lambda *told: self.words.append(told), str)


def answered(body: Any) -> Response:
    return Response(200, {}, json.dumps(body).encode())


def at_once(body: Any, scope: translate.Scope) -> tuple[Item, ...]:
    """The oracle: every photo made by itself, in the order's state."""
    answer = wire.read_order(json.dumps(body).encode())
    whole = translate.order(answer, b"", scope)
    return tuple(translate.with_item(whole, translate.photo(each, scope), scope) for each in answer.photos or ())


@given(body=orders)
@example(body={**ORDER, "status": "Submitted", "photos": [{**FETCHED, "status": "Invalid"}]})
@example(body={**ORDER, "status": "Submitted", "photos": [FETCHED]})
@settings(max_examples=400)
def test_they_are_those_that_would_have_been_made_at_once(body: Any) -> None:
    heard = Heard()
    try:
        order = translate.read_order(answered(body), heard.scope)
    except UnreadableAnswerError:
        with pytest.raises(UnreadableAnswerError):
            at_once(body, Heard().scope)
        return
    told = list(heard.words)
    assert translate.item_ids(order) == [str(each["id"]) for each in body["photos"]]
    assert heard.words == told
    assert order.items == at_once(body, Heard().scope)
    assert heard.words == told, "a word that no table knows is told when the order is read, and not when somebody looks"
    wants = any(item.status is OrderStatus.ACTION_REQUIRED for item in order.items)
    assert (order.status is OrderStatus.ACTION_REQUIRED) == wants


def twins(body: Any, scope: translate.Scope) -> tuple[Order, Order]:
    """The same order, not looked at and looked at."""
    one, other = (translate.read_order(answered(body), scope) for _ in range(2))
    assert other.items is not None
    return one, other


def is_unmade(order: Order) -> bool:
    return isinstance(late_items.as_it_is(order), Later)


@given(body=orders, added=st.lists(photos, min_size=1, max_size=3), word=st.sampled_from(list(statuses.TARGET.values())))
@example(body={**ORDER, "photos": [{**FETCHED, "status": "Invalid"}]}, added=[FETCHED], word="Submitted")
@example(body={**ORDER, "photos": [FETCHED]}, added=[{**FETCHED, "id": 3003, "status": "Invalid"}], word="Submitted")
@settings(max_examples=400)
def test_a_change_of_them_is_the_same_whether_somebody_looked_or_not(body: Any, added: list[Any], word: str) -> None:
    scope = Heard().scope
    try:
        one, other = twins(body, scope)
        new = [wire.read_photo(json.dumps(each).encode()) for each in added]
        more, others = (translate.with_photos(order, new, scope) for order in (one, other))
    except UnreadableAnswerError:
        return
    assert translate.proven(one, word, scope) == translate.proven(other, word, scope)
    assert translate.proven(more, word, scope) == translate.proven(others, word, scope)
    assert translate.item_ids(more) == translate.item_ids(others) == [item.id for item in others.items]
    assert more == others


def test_usual_photos_are_not_made_before_somebody_looks() -> None:
    scope = Heard().scope
    order = translate.read_order(answered({**ORDER, "photos": [FETCHED]}), scope)
    more = translate.with_photos(order, [wire.read_photo(json.dumps({**FETCHED, "id": 3003}).encode())], scope)
    assert is_unmade(translate.proven(more, "Submitted", scope))
    assert is_unmade(order)
    assert is_unmade(more)
    assert [item.status for item in translate.proven(more, "Submitted", scope).items] == [OrderStatus.SUBMITTED] * 2


def test_an_order_keeps_nothing_of_its_connection() -> None:
    """Whom to tell of unknown words, and above all what must never be shown: the cleaner knows the keys."""
    heard = Heard()
    gone = weakref.ref(heard)
    order = translate.read_order(answered({**ORDER, "photos": [FETCHED]}), heard.scope)
    del heard
    gc.collect()
    assert is_unmade(order)
    assert gone() is None


@pytest.mark.parametrize("oddity", [{"status": "Strange"}, {"copies": " 2"}, {"attributes": {"a": [["b"]]}}])
def test_what_might_fail_later_is_made_at_once(oddity: dict[str, Any]) -> None:
    """Lists in lists become text by recursion, which fails where somebody looks from far down."""
    order = translate.read_order(answered({**ORDER, "photos": [{**FETCHED, **oddity}]}), Heard().scope)
    assert not is_unmade(order)


def under(depth: int, look: Callable[[], Any]) -> Any:
    return under(depth - 1, look) if depth else look()


def test_what_could_be_read_can_be_looked_at_at_any_depth() -> None:
    nested: Any = "end"
    for _ in range(300):
        nested = [nested]
    body = {**ORDER, "photos": [{**FETCHED, "attributes": {"finish": nested}}]}
    order = translate.read_order(answered(body), Heard().scope)

    assert len(under(800, lambda: order.items)) == 1


@pytest.mark.parametrize("context", [Context(prec=3), Context(traps=[Inexact], prec=3)], ids=["rounds", "traps"])
@pytest.mark.parametrize("price", [987_654, Decimal("987655.5")], ids=str)
def test_a_price_is_exact_whatever_is_computed_with_where_somebody_looks(context: Context, price: int | Decimal) -> None:
    body = answered(
        {**ORDER, "photos": [{**FETCHED, "price": float(price)} if isinstance(price, Decimal) else {**FETCHED, "price": price}]}
    )
    order = translate.read_order(body, Heard().scope)
    with localcontext(context):
        (item,) = order.items

    assert item.price is not None
    assert item.price.amount == Decimal(price) / 100


@pytest.mark.parametrize("context", [Context(prec=3), Context(traps=[Inexact], prec=3)], ids=["rounds", "traps"])
def test_a_price_is_sent_exactly_whatever_the_caller_computes_with(context: Context) -> None:
    photo = Photo("4x6", "https://example.com/a.jpg", price_to_recipient=Money(Decimal("1234.56"), "GBP"))
    with localcontext(context):
        assert [*bodies.photo_problems([photo], None, "GBP")] == []
        assert bodies.photo_body(photo)["priceToUser"] == 123_456
