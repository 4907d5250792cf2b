"""What Pwinty's answers mean where they do not refuse. Plain functions between wire and model: no I/O, no decision to send."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, final

from attrs import frozen

from ...errors import UnreadableAnswerError
from ...exchange import Response
from ...late import Later
from ...lenient import entries, flag, text
from ...making import changed_order, in_status, make_artwork, make_item, make_order, make_recipient, no_receipt
from ...model import (
    ArtworkStatus,
    Item,
    Money,
    Order,
    OrderRef,
    OrderStatus,
    Recipient,
    Shipment,
    late_items,
)
from . import readings, statuses, wire
from .refusals import is_refusal, refuse_inner_error

_UNKNOWN, _SUBMITTED, _ACTION_REQUIRED = OrderStatus.UNKNOWN, OrderStatus.SUBMITTED, OrderStatus.ACTION_REQUIRED
_PICTURE_UNKNOWN, _PICTURE_FAILED = ArtworkStatus.UNKNOWN, ArtworkStatus.FAILED

_TOO_LARGE = 10**18
"""For an id."""


@final
@frozen
class Scope:
    """What an answer does not say of itself: whose it is, in which currency, and whom to tell of unknown words."""

    provider: str
    currency: str | None
    is_test: bool
    drift: Callable[[str, str], None]
    """Called with a table's name and a word that is not in it."""
    clean: Callable[[str], str]
    """Makes the shop's own text fit to print: short, without control characters, without secrets."""


# ── Answers ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def order(answer: wire.Order, body: bytes, scope: Scope, *, complete: bool = True) -> Order:
    """An order. An entry of a list may lack prices and shipments (reference 12.22): ``complete`` is then False."""
    word = answer.status if answer.status.lower() in statuses.ORDER else scope.clean(answer.status)
    payment = statuses.PAYMENT_MEANS.get(_lower(answer.payment))
    info = answer.shipping_info or _NO_INFO
    shipments = tuple([_shipment(each, word) for each in info.shipments or ()])
    state = _State.of(word, shipments, scope)
    items: Any = _items(answer.photos or (), scope, state)
    return make_order(
        OrderRef(scope.provider, _id(answer.id)),
        state.of_order(items, shipments),
        word,
        text(answer.merchant_order_id),
        _recipient(answer),
        items,
        shipments,
        _price(answer.price, scope, complete),
        _price(info.price, scope, complete),
        payment,
        text(answer.payment_url) or None,
        readings.moment(answer.created),
        readings.moment(answer.last_updated),
        scope.is_test,
        {},
        complete,
        body,
        no_receipt(),
    )


_NO_INFO = wire.ShippingInfo()


def read_order(response: Response, scope: Scope, order_id: str | None = None) -> Order:
    """The order in an answer.

    Raises:
        UnreadableAnswerError: it is not one, or not the one that was asked for.
        RejectedError: it is a 200 with an error inside (reference 12.9).
    """
    answer = wire.read_order(response.body)
    refuse_inner_error(answer.error_message, response.status, scope)
    found = order(answer, response.body, scope)
    if order_id is not None and found.id != order_id:
        raise UnreadableAnswerError("the answer is about another order than was asked for")
    return found


def read_created(response: Response, reference: str, scope: Scope) -> Order:
    """The order in the answer to creating it.

    Raises:
        UnreadableAnswerError: it is not a new order of this reference.
        RejectedError: it is a 200 with an error inside.
    """
    found = read_order(response, scope)
    if found.status is not OrderStatus.DRAFT or item_ids(found) or found.reference not in {reference, None}:
        raise UnreadableAnswerError("the answer is about another order than the new one")
    return found


def read_done(response: Response, scope: Scope, word: str | None = None) -> None:
    """An answer that carries no item: an object whose ``errorMessage`` is null (reference 7.6, 7.11).

    Raises:
        UnreadableAnswerError: it is not one, or says something else that does not fit.
        RejectedError: it is a 200 with an error inside.
    """
    said = wire.read_done(response.body)
    refuse_inner_error(said.error_message, response.status, scope)
    contradicts = said.status is not None and _lower(said.status) not in statuses.REACHED.get((word or "").lower(), ())
    if said.error_message or said.error or said.message or said.capital_message or said.is_valid is False or contradicts:
        raise UnreadableAnswerError("the answer says neither that it was done nor that it was refused")


def read_list(response: Response, scope: Scope) -> tuple[Order, ...]:
    """The entries of an order list, each with its own bytes."""
    bodies = [bytes(raw) for raw in wire.read_orders(response.body)]
    return tuple(order(wire.read_order(body), body, scope, complete=False) for body in bodies)


def read_photos(response: Response, scope: Scope) -> tuple[Item, ...]:
    """The photos of an order."""
    return tuple(photo(entry, scope) for entry in wire.read_photos(response.body))


def read_photo(response: Response, scope: Scope, photo_id: str) -> Item:
    """The photo in an answer.

    Raises:
        UnreadableAnswerError: it is not one, or not the one that was asked for.
        RejectedError: it is a 200 with an error inside (reference 12.9).
    """
    answer = wire.read_photo(response.body)
    refuse_inner_error(answer.error_message, response.status, scope)
    found = photo(answer, scope)
    if found.id != photo_id:
        raise UnreadableAnswerError("the answer is about another photo than was asked for")
    return found


def read_added(response: Response, count: int, scope: Scope) -> "list[wire.Photo | str]":
    """What became of each of ``count`` photos, in the order of the request (reference 7.10): the photo, or why not (reference 12.9).

    Raises:
        UnreadableAnswerError: it is not such an answer, or tells of another number of photos.
        RejectedError: it says that nothing was added.
    """
    found = [_entry(response.body)] if count == 1 else _batch(response, scope)
    if len(found) != count:
        raise UnreadableAnswerError(f"the answer tells of {len(found)} photos where {count} were added")
    return [scope.clean(each.error_message) if is_refusal(each.error_message) or isinstance(each, wire.Said) else each for each in found]


def _batch(response: Response, scope: Scope) -> "Sequence[wire.Photo | wire.Said]":
    """A batch's entries; one by one where one of them is no photo."""
    batch: wire.Added | wire.Batch
    found: Sequence[wire.Photo | wire.Said]
    try:
        batch = wire.read_added(response.body)
        found = batch.items
    except UnreadableAnswerError:
        batch = wire.read_batch(response.body)
        found = [_entry(bytes(raw)) for raw in batch.items or ()]
    if not found:
        refuse_inner_error(batch.error_message, response.status, scope)
    return found


def _entry(body: bytes) -> "wire.Photo | wire.Said":
    """The photo that an entry is, or what it says in place of one."""
    said = wire.read_said(body)
    return said if is_refusal(said.error_message) else wire.read_photo(body)


def photo(answer: wire.Photo, scope: Scope, state: "_State | None" = None) -> Item:
    """A photo as an item. Its status is settled by the order it is in; without one it is not known."""
    word, url, md5, preview, thumbnail = answer.status, answer.url, answer.md5_hash, answer.preview_url, answer.thumbnail_url
    sizing, attributes, price, to_recipient = answer.sizing, answer.attributes, answer.price, answer.price_to_user
    has = _PICTURE_UNKNOWN if word is None else statuses.PHOTO.get(word.lower())
    if has is None:
        word, has = _strange(word or "", scope)
    item_id, sku = _id(answer.id), answer.type
    picture = make_artwork(
        url if isinstance(url, str) else None,
        None,
        None,
        None,
        None,
        None,
        None,
        md5 if md5 and isinstance(md5, str) else None,
        has,
        word,
        preview if preview and isinstance(preview, str) else None,
        thumbnail if thumbnail and isinstance(thumbnail, str) else None,
    )
    return make_item(
        item_id,
        sku,
        sku,
        readings.copies(answer.copies),
        _UNKNOWN if state is None else state.of_item(item_id, has),
        word,
        (picture,),
        statuses.SIZING_MEANS.get(sizing.lower()) if isinstance(sizing, str) else None,
        readings.attributes(attributes) if attributes else {},
        None,
        None if price is None else readings.minor_money(price, scope.currency),
        None if to_recipient is None else readings.minor_money(to_recipient, scope.currency),
    )


def _strange(word: str, scope: Scope) -> tuple[str, ArtworkStatus]:
    word = scope.clean(word)
    scope.drift("photo status", word)
    return word, _PICTURE_UNKNOWN


# ── Items, made when somebody looks at them ───────────────────────────────────────────────────────────────────────────


@final
class _Photos(Later):
    """Photos in which nothing is left that could not be read: as items they are made when somebody looks at them (decision 0033).

    Of the scope they keep the currency alone: an order must not hold on to its connection, whose cleaner knows the keys.
    """

    __slots__ = ("_ids", "answers", "currency", "is_failed", "state")

    def __init__(self, answers: "Sequence[wire.Photo]", currency: str | None, state: "_State", *, is_failed: bool) -> None:
        self.answers = answers
        self.currency = currency
        self.state = state
        self.is_failed = is_failed
        """Whether the picture of one of them has failed, which makes a status of its own."""
        self._ids: list[str] | None = None

    @property
    def ids(self) -> list[str]:
        """Of the items."""
        if self._ids is None:
            self._ids = [str(each.id) for each in self.answers]
        return self._ids

    def made(self) -> tuple[Item, ...]:
        scope = Scope("", self.currency, False, _tell_nobody, str)
        return tuple([photo(each, scope, self.state) for each in self.answers])


def _tell_nobody(table: str, word: str) -> None:
    """Every word is known."""


Items = tuple[Item, ...] | _Photos


def _items(answers: "Sequence[wire.Photo]", scope: Scope, state: "_State") -> Items:
    """The items at once where one of them cannot be read, or is to be told of, or changes the order's status; else later."""
    is_failed = False
    for each in answers:
        has = statuses.PHOTO.get(each.status.lower()) if each.status else None
        if has is None or type(each.id) is not int or not 0 < each.id < _TOO_LARGE:
            break
        if each.copies not in _USUAL_COPIES and not _is_number(each.copies):
            break
        if each.attributes and not readings.are_texts(each.attributes):
            break
        is_failed = is_failed or has is _PICTURE_FAILED
    else:
        if answers and not (is_failed and state.base is _SUBMITTED):
            return _Photos(answers, scope.currency, state, is_failed=is_failed)
    return tuple([photo(each, scope, state) for each in answers])


_USUAL_COPIES = frozenset({*range(1, 100), *map(str, range(1, 100))})


def _is_number(copies: int | str) -> bool:
    return type(copies) is int or (isinstance(copies, str) and len(copies) < 10 and copies.isascii() and copies.isdigit())


def item_ids(order: Order) -> Sequence[str]:
    """The ids of an order's items, none of which is made for that."""
    items = late_items.as_it_is(order)
    return items.ids if isinstance(items, _Photos) else [each.id for each in order.items]


# ── Orders as a write has left them ───────────────────────────────────────────────────────────────────────────────────


def proven(order: Order, word: str, scope: Scope) -> Order:
    """The same order, now known to be in the shop's status ``word``."""
    state = _State.of(word, order.shipments, scope)
    items = _settled(late_items.as_it_is(order), state, scope)
    status = state.of_order(items, order.shipments)
    return changed_order(order, status=status, provider_status=word, items=items, receipt=no_receipt())


def with_item(order: Order, item: Item, scope: Scope) -> Item:
    """The item with the status that it has in this order."""
    return _in_state(item, _State.of(order.provider_status or "", order.shipments, scope))


def with_items(order: Order, items: Iterable[Item], scope: Scope) -> Order:
    """The same order with these items, their statuses settled. What it costs and how it will be sent is not known now."""
    state = _State.of(order.provider_status or "", order.shipments, scope)
    return _with(order, tuple([_in_state(each, state) for each in items]), state)


def with_photos(order: Order, answers: "Sequence[wire.Photo]", scope: Scope) -> Order:
    """The same order with these photos too."""
    state = _State.of(order.provider_status or "", order.shipments, scope)
    there = late_items.as_it_is(order)
    if isinstance(there, _Photos):
        return _with(order, _items([*there.answers, *answers], scope, state), state)
    added = _items(answers, scope, state)
    if not there:
        return _with(order, added, state)
    return with_items(order, (*order.items, *(added.made() if isinstance(added, _Photos) else added)), scope)


def _with(order: Order, items: Items, state: "_State") -> Order:
    status = state.of_order(items, order.shipments)
    return changed_order(order, status=status, items=items, shipments=(), price=None, shipping_price=None, receipt=no_receipt())


def _settled(items: Items, state: "_State", scope: Scope) -> Items:
    if isinstance(items, _Photos):
        return _items(items.answers, scope, state) if items.is_failed else _Photos(items.answers, items.currency, state, is_failed=False)
    return tuple([_in_state(each, state) for each in items])


def _in_state(item: Item, state: "_State") -> Item:
    return in_status(item, state.of_item(item.id, item.artwork[0].status if item.artwork else None))


@final
@frozen
class _State:
    """What an order's word and its shipments say of the order and of each item."""

    base: OrderStatus
    shipped: frozenset[str]

    @classmethod
    def of(cls, word: str, shipments: tuple[Shipment, ...], scope: Scope) -> "_State":
        base = statuses.ORDER.get(word.lower(), _UNKNOWN)
        if base is _UNKNOWN:
            scope.drift("order status", word)
        if not shipments:
            return _NOTHING_SHIPPED[base]
        return cls(base, frozenset(item for shipment in shipments if shipment.status is OrderStatus.SHIPPED for item in shipment.item_ids))

    def of_item(self, item_id: str, picture: ArtworkStatus | None) -> OrderStatus:
        if self.base is not _SUBMITTED:
            return self.base
        if item_id in self.shipped:
            return OrderStatus.SHIPPED
        return _ACTION_REQUIRED if picture is _PICTURE_FAILED else self.base

    def of_order(self, items: "Items", shipments: tuple[Shipment, ...]) -> OrderStatus:
        if self.base is not _SUBMITTED:
            return self.base
        if not isinstance(items, _Photos) and any(item.status is _ACTION_REQUIRED for item in items):
            return _ACTION_REQUIRED
        return OrderStatus.PARTIALLY_SHIPPED if any(each.status is OrderStatus.SHIPPED for each in shipments) else self.base


_NOTHING_SHIPPED = {status: _State(status, frozenset()) for status in OrderStatus}


def _shipment(answer: wire.Shipment, word: str) -> Shipment:
    shipped_at = readings.moment(answer.shipped_on)
    base = statuses.ORDER.get(word.lower(), OrderStatus.UNKNOWN)
    number = answer.shipment_id
    return Shipment(
        id=str(number) if isinstance(number, int | str) and number != "" else None,
        status=OrderStatus.SHIPPED if shipped_at else base,
        carrier=text(answer.carrier) or None,
        tracking_number=text(answer.tracking_number) or None,
        tracking_url=text(answer.tracking_url) or None,
        is_tracked=flag(answer.is_tracked),
        item_ids=tuple(str(each) for each in entries(answer.photo_ids)),
        shipped_at=shipped_at,
        earliest_arrival=readings.moment(answer.earliest_estimated_arrival_date),
        latest_arrival=readings.moment(answer.latest_estimated_arrival_date),
    )


def _recipient(answer: wire.Order) -> Recipient | None:
    members = (
        text(answer.recipient_name) or "",
        text(answer.address1),
        text(answer.address2),
        text(answer.address_town_or_city),
        text(answer.state_or_county),
        text(answer.postal_or_zip_code),
        text(answer.destination_country_code) or text(answer.country_code),
    )
    return None if members == _NOBODY else make_recipient(*members, None, None)


_NOBODY = ("", None, None, None, None, None, None)


def _id(given: int | str) -> str:
    """Ids of orders and photos are positive whole numbers (reference section 5)."""
    if type(given) is int and 0 < given < _TOO_LARGE:
        return str(given)
    text = str(given)
    if text.isascii() and text.isdigit() and text[0] != "0" and len(text) < 19:
        return text
    raise UnreadableAnswerError("the answer is not what Pwinty documents: id is not a positive whole number")


# ── Small readings ────────────────────────────────────────────────────────────────────────────────────────────────────


def _lower(given: Any) -> str:
    return given.lower() if isinstance(given, str) else ""


def _price(given: Any, scope: Scope, complete: bool) -> Money | None:
    """A list's price of 0 only says that it was not worked out (reference 12.22)."""
    return None if not complete and given == 0 else _money(given, scope)


def _money(given: Any, scope: Scope) -> Money | None:
    return None if given is None else readings.minor_money(given, scope.currency)
