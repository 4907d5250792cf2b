"""What Gooten's answers mean, and what an order means to Gooten. Plain functions between wire and model: no I/O, no decision to send."""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final, final

from attrs import evolve, frozen

from ...errors import (
    AuthenticationError,
    ConflictError,
    FieldProblem,
    NotFoundError,
    ProviderError,
    RejectedError,
    UnreadableAnswerError,
)
from ...exchange import Response
from ...lenient import entries, members, objects, text, whole
from ...making import changed_item, changed_order, make_artwork, make_item, make_order, make_recipient, no_receipt
from ...model import (
    Artwork,
    Item,
    Order,
    OrderRef,
    OrderStatus,
    Photo,
    Problem,
    ProblemCode,
    Recipient,
    Severity,
    Shipment,
    ValidationReport,
)
from . import readings, statuses, wire

if TYPE_CHECKING:
    from ...drafts import Draft

KIND = "gooten"
LONGEST_SOURCE_ID = 50
"""Reference, trap 40."""

OURS: Final = frozenset({"sourceid", "ispartnersourceidunique", "isintestmode", "items", "payment", "partnerbillingkey", "shiptoaddress"})
"""Members of an order that guard it, in lower case: against a second print, against printing a test, against a key in a handle."""

OURS_OF_A_LINE: Final = frozenset({"sku", "quantity", "sourceid", "images"})
"""The same of an item: what it is known by afterwards."""


@final
@frozen
class Scope:
    """What an answer does not say of itself: whose it is, and whom to tell of unknown words."""

    provider: str
    drift: Callable[[str, str], None]
    """Called with a table's name and a word that is not in it."""
    clean: Callable[[str], str]
    """Makes the shop's own text fit to print: short, without control characters, without secrets."""


_SAFE_ID: Final = re.compile(r"[A-Za-z0-9-]{1,64}")


def is_safe_id(text: str) -> bool:
    """Whether it can be an order's safe id: the documented form (reference section 4), and a little more."""
    return _SAFE_ID.fullmatch(text) is not None


# ── Answers ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def order(answer: wire.Order, body: bytes, scope: Scope, *, complete: bool = True) -> Order:
    """An order. A hit of a search lacks addresses, item ids and images: ``complete`` is then False."""
    items = tuple([_item(each, place, scope) for place, each in enumerate(answer.items or ())])
    source = text(answer.source_id) or text(answer.souce_id)
    status = fold(items)
    return make_order(
        OrderRef(scope.provider, answer.id),
        status,
        None,
        None if source == answer.id else source,
        recipient(answer.shipping_address),
        items,
        _shipments(answer.items or (), items),
        readings.money(answer.total),
        readings.money(answer.shipping_total),
        None,
        None,
        None,
        None,
        bool(items) and all(item.status is _TEST for item in items),
        _ids(answer),
        complete,
        body,
        no_receipt(),
    )


def read_order(response: Response, scope: Scope) -> Order:
    """The order in an answer.

    Raises:
        NotFoundError: there is no such order (trap 11).
        UnreadableAnswerError: it is not one.
    """
    if 200 <= response.status < 300:
        with suppress(UnreadableAnswerError):
            answer = wire.read_order_answer(response.body)
            if not (answer.had_error or answer.error_reference_code or answer.errors or answer.message):
                return order(answer, response.body, scope)
    if check(response, scope).id is None:  # only now, as it reads everything once more
        raise NotFoundError("there is no such order", status=response.status)
    return order(wire.read_order(response.body), response.body, scope)


def read_found(response: Response, scope: Scope) -> tuple[tuple[Order, ...], int]:
    """The hits of a search, and how many pages there are."""
    check(response, scope)
    answer = wire.read_found(response.body)
    bodies = [bytes(raw) for raw in answer.orders]
    pages = whole(answer.total_pages)
    return tuple(order(wire.read_order(body), body, scope, complete=False) for body in bodies), pages if pages is not None else 1


def fold(items: Iterable[Item]) -> OrderStatus:
    """The status of an order from its items."""
    return fold_statuses(item.status for item in items)


def fold_statuses(of_items: Iterable[OrderStatus]) -> OrderStatus:
    """The status of an order from those of its items; cancelled ones have no vote. Gooten gives none (reference section 9)."""
    every = set(of_items)
    live = every - _CANCELLED
    if not live:
        return OrderStatus.CANCELLED if every else OrderStatus.UNKNOWN
    for urgent in _URGENT:
        if urgent in live:
            return urgent
    if live <= _ALL_TEST:
        return OrderStatus.TEST
    if live & _ON_THE_WAY and live - _ON_THE_WAY:
        return OrderStatus.PARTIALLY_SHIPPED
    return min((status for status in live if status in statuses.PROGRESS), key=statuses.PROGRESS.index)


_CANCELLED, _ALL_TEST = frozenset({OrderStatus.CANCELLED}), frozenset({OrderStatus.TEST})
_URGENT = (OrderStatus.ACTION_REQUIRED, OrderStatus.ON_HOLD, OrderStatus.UNKNOWN)
_ON_THE_WAY = frozenset({OrderStatus.SHIPPED, OrderStatus.DELIVERED})
_UNKNOWN, _TEST = OrderStatus.UNKNOWN, OrderStatus.TEST


def with_items(order: Order, items: Iterable[Item]) -> Order:
    """The same order with these items, its status folded anew."""
    kept = tuple(items)
    return changed_order(order, items=kept, status=fold(kept))


def in_word(item: Item, word: str) -> Item:
    """The same item, now known to be in the shop's status ``word``."""
    return changed_item(item, status=statuses.ITEM[statuses.fold(word)], provider_status=word)


def _item(answer: wire.Item, place: int, scope: Scope) -> Item:
    word = answer.status
    status = statuses.ITEM.get(statuses.fold(word), _UNKNOWN)
    if status is _UNKNOWN:
        scope.drift("item status", word)
    if status is _UNKNOWN or not word.isprintable():
        word = scope.clean(word)
    meta, quantity, number = answer.meta, answer.quantity, answer.order_item_id
    sku = (text(members(meta).get("PreconfigSku")) if meta else None) or answer.sku
    copies = quantity if type(quantity) is int else whole(quantity)
    if copies is None:
        raise UnreadableAnswerError("the answer is not what Gooten documents: Quantity is not a whole number")
    if type(number) is not int:
        number = whole(number)
    return make_item(
        str(number) if number is not None else f"#{place + 1}",
        sku,
        sku,
        copies,
        status,
        word,
        tuple([_image(each) for each in objects(answer.images)]) if answer.images else (),
        None,
        {},
        text(answer.source_id),
        readings.money(answer.price),
        None,
    )


def _image(given: Mapping[str, Any]) -> Artwork:
    url, space, thumbnail = text(given.get("SourceUrl")), _space(given.get("SpaceId")), text(given.get("ThumbnailUrl"))
    return make_artwork(url, None, None, None, space, None, None, None, None, None, None, thumbnail)


def _space(given: Any) -> str | None:
    """A space's id is text always, also where it looks like a number (trap 24)."""
    return None if given is None or given == "" else str(given)


def _ids(answer: wire.Order) -> dict[str, str]:
    number = whole(answer.gooten_id)
    found = {"gooten_id": str(number) if number else None, "nice_id": text(answer.nice_id)}
    return {name: value for name, value in found.items() if value}


def recipient(given: Any) -> Recipient | None:
    """An address as a recipient; None where there is none."""
    found = members(given)
    if not found:
        return None
    first, last, *rest = [text(found.get(name)) or None for name in _ADDRESS]
    name = " ".join(part.strip() for part in (first, last) if part and part.strip())
    return make_recipient(name, *rest)


_ADDRESS = ("FirstName", "LastName", "Line1", "Line2", "City", "State", "PostalCode", "CountryCode", "Email", "Phone")
"""In the order of a recipient's members, with two for the name."""


def _shipments(answers: Sequence[wire.Item], items: Sequence[Item]) -> tuple[Shipment, ...]:
    """Parcels by their tracking number, merged over items (reference section 12). The status, not the number, says what is shipped."""
    found: dict[tuple[str | None, str | None], Shipment] = {}
    for answer, item in zip(answers, items, strict=True):
        if not (answer.shipments or answer.tracking_number or answer.tracking_url):
            continue
        for number, url, carrier in _parcels(answer):
            key = (number, url if number is None else None)
            parcel = found.get(key) or Shipment(status=item.status, carrier=carrier, tracking_number=number, tracking_url=url)
            found[key] = evolve(parcel, item_ids=(*parcel.item_ids, item.id))
    return tuple(found.values())


def _parcels(answer: wire.Item) -> Iterator[tuple[str | None, str | None, str | None]]:
    old = {"TrackingNumber": answer.tracking_number, "TrackingUrl": answer.tracking_url, "ShipCarrierName": answer.ship_carrier_name}
    for entry in objects(answer.shipments) or [old]:
        number, url = text(entry.get("TrackingNumber")) or None, text(entry.get("TrackingUrl")) or None
        if number or url:
            yield number, url, text(entry.get("ShipCarrierName")) or None


def placed_report(order: Order) -> ValidationReport:
    """What stands between a placed order and printing, read from the statuses of its items."""
    problems = [_problem(item) for item in order.live_items if statuses.fold(item.provider_status or "") in statuses.PROBLEMS]
    return ValidationReport(not problems, tuple(problems))


def _problem(item: Item) -> Problem:
    code, advice = statuses.PROBLEMS[statuses.fold(item.provider_status or "")]
    return Problem(code, Severity.ERROR, advice, item.id, item.provider_status)


# ── Refusals ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def check(response: Response, scope: Scope) -> wire.Said:
    """What any answer says of its success (reference 5.3).

    Raises:
        ProviderError: it is a failure, with whatever status.
        UnreadableAnswerError: it is not a JSON object, or says both that it went well and that it did not.
    """
    if not 200 <= response.status < 300:
        raise refusal(response, scope)
    said = wire.read_said(response.body)
    if said.id is None and (readings.is_true(said.had_error) or said.error_reference_code or (said.message and said.had_error is None)):
        raise refusal(response, scope)
    if not readings.is_no_failure(said.had_error) or said.error_reference_code or said.errors or said.message:
        raise UnreadableAnswerError("the answer says both that it went well and that it did not", status=response.status)
    return said


def check_changed(response: Response, order_id: str, scope: Scope) -> None:
    """What the answer to a change of a placed order says (reference 8.6, 8.8, 8.9).

    Raises:
        ProviderError: it is a failure.
        UnreadableAnswerError: it is not one of these answers, or names another order.
    """
    check(response, scope)
    result = wire.read_updated(response.body).result
    named = members(result).get("Id", order_id)
    if result is False or not is_same_id(named, order_id):
        raise UnreadableAnswerError("the answer names another order", status=response.status)


def is_same_id(found: Any, asked: str) -> bool:
    """Whether an answer's safe id is the one that was asked for; a GUID in it has no case."""
    return isinstance(found, str) and found.lower() == asked.lower()


def refusal(response: Response, scope: Scope) -> ProviderError:
    """The error for an answer that is a failure. What was attempted is echoed there and never shown: it may be the billing key."""
    try:
        said = wire.read_said(response.body)
    except UnreadableAnswerError:
        said = wire.Said()
    found = list(_entries(said.errors))
    message = text(said.message) or ""
    words = "; ".join(": ".join(part for part in entry if part) for entry in found) or message
    error = _kind(response.status, found, message)(scope.clean(words) or f"HTTP {response.status}", status=response.status)
    error.request_id = scope.clean(code) if (code := text(said.error_reference_code)) else None
    return error


def _kind(status: int, entries: Iterable[tuple[str, str]], message: str) -> type[ProviderError]:
    names = [name.lower() for name, _ in entries]
    if status in {401, 403} or "invalid recipeid" in message.lower() or any("partnerbillingkey" in name for name in names):
        return AuthenticationError
    if status == 404:
        return NotFoundError
    if any(name.endswith(("status", "statusname")) for name in names):
        return ConflictError
    if any(name == "id" for name in names):
        return NotFoundError
    return RejectedError


def _entries(errors: Any) -> Iterator[tuple[str, str]]:
    """``Errors`` holds objects, plain text, or in one place item ids (trap 13): property name and message of each."""
    for entry in entries(errors):
        found = members(entry)
        if found:
            yield text(found.get("PropertyName")) or "", text(found.get("ErrorMessage")) or ""
        elif isinstance(entry, str | int):
            yield "", f"item {entry}" if whole(entry) is not None else str(entry)


def is_blocked_reference(response: Response) -> bool:
    """Whether an order was refused because its ``SourceId`` was used before. Its form is not documented (section 18.1)."""
    try:
        said = wire.read_said(response.body)
    except UnreadableAnswerError:
        return False
    failed = response.status >= 400 or readings.is_true(said.had_error)
    return failed and any(_speaks_of_the_reference(*each) for each in (*_entries(said.errors), ("", text(said.message) or "")))


def _speaks_of_the_reference(name: str, words: str) -> bool:
    """An item has a ``SourceId`` too, which is never unique."""
    return "sourceid" in f"{name} {words}".lower().replace("source id", "sourceid") and "items[" not in name.lower()


def says_why_not(response: Response) -> bool:
    """Whether an answer says what went wrong, whatever its ``HadError`` is."""
    try:
        said = wire.read_said(response.body)
    except UnreadableAnswerError:
        return False
    return bool(said.errors or said.error_reference_code or (said.message and said.had_error is None))


# ── Requests ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def new_order_body(draft: "Draft", *, email: str | None, phone: str | None, shipping: str, is_test: bool) -> dict[str, Any]:
    """The body of ``POST orders`` without its payment (reference 8.1)."""
    recipient = draft.new.recipient
    address = address_body(recipient, email=email, phone=phone)
    billing = {name: address[name] for name in ("FirstName", "LastName", "PostalCode", "CountryCode") if name in address}
    method = draft.new.shipping or shipping
    body: dict[str, Any] = {
        "ShipToAddress": address,
        "BillingAddress": billing,
        "Items": [_line(item.id, item.photo, method) for item in draft.items],
        "SourceId": draft.reference,
        "IsPartnerSourceIdUnique": True,
        "IsInTestMode": is_test,
    }
    if draft.new.metadata:
        body["Meta"] = dict(draft.new.metadata)
    return _with_extra(body, draft.new.extra)


def _line(item_id: str, photo: Photo, method: str) -> dict[str, Any]:
    way = {"ShipCarrierMethodId": int(method)} if method.isascii() and method.isdigit() else {"ShipType": method.lower()}
    images = [_image_body(picture, index) for index, picture in enumerate(photo.artwork)]
    line = {"SKU": photo.sku, "Quantity": photo.copies, **way, "Images": images, "SourceId": item_id}
    return _with_extra(line, photo.extra)


def _with_extra(body: Mapping[str, Any], extra: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Names count without regard to case (reference 2.3): what is given replaces what we would say, also when it is spelled otherwise."""
    given = extra.get(KIND, {})
    replaced = {name.lower() for name in given}
    return {name: value for name, value in body.items() if name.lower() not in replaced} | dict(given)


def extra_problems(extra: Mapping[str, Mapping[str, Any]], path: str, ours: frozenset[str]) -> Iterator[FieldProblem]:
    """Members that the caller wants in a request and that must not be there, or cannot be sent."""
    found: Any = extra.get(KIND, {})
    place = f"{path}.{KIND}"
    if not isinstance(found, Mapping):
        yield FieldProblem(place, "is no mapping of members")
        return
    given: Mapping[Any, Any] = extra.get(KIND, {})
    for name in given:
        if str(name).lower() in ours:
            yield FieldProblem(f"{place}.{name}", "is said by printkit alone: with another one nothing could be proven, or nothing be safe")
    try:
        json.dumps(dict(given), allow_nan=False, ensure_ascii=False).encode()
    except (TypeError, ValueError, RecursionError):
        yield FieldProblem(place, "is not plain JSON: give text, whole numbers, truth values, None, lists and dicts with text keys")


def _image_body(picture: Artwork, index: int) -> dict[str, Any]:
    return {"Url": picture.url, "Index": index} | ({"SpaceId": picture.space} if picture.space else {})


def address_body(recipient: Recipient, *, email: str | None, phone: str | None) -> dict[str, Any]:
    """Reference 6.2. First and last name are split at the last blank."""
    first, _, last = recipient.name.strip().rpartition(" ")
    address = {
        "FirstName": first.strip() or None,
        "LastName": last,
        "Line1": recipient.line1,
        "Line2": recipient.line2,
        "City": recipient.city,
        "State": recipient.state,
        "PostalCode": recipient.postal_code,
        "CountryCode": recipient.country,
        "Email": recipient.email or email,
        "Phone": recipient.phone or phone,
    }
    return {name: value for name, value in address.items() if value is not None}


def photo_problems(photos: Iterable[Photo]) -> Iterator[FieldProblem]:
    """What Gooten cannot be told of a photo, refused by name."""
    for place, photo in enumerate(photos):
        path = f"photos[{place}]"
        for name in ("sizing", "price_to_recipient"):
            if getattr(photo, name) is not None:
                yield FieldProblem(f"{path}.{name}", "Gooten cannot be told: leave it out")
        yield from extra_problems(photo.extra, f"{path}.extra", OURS_OF_A_LINE)
        if photo.attributes:
            yield FieldProblem(f"{path}.attributes", "Gooten's options are part of the SKU: choose another SKU")
        yield from artwork_problems(photo.artwork, f"{path}.artwork")


def artwork_problems(artwork: Sequence[Artwork], path: str) -> Iterator[FieldProblem]:
    """What Gooten cannot be told of pictures."""
    spaces = [picture.space for picture in artwork]
    if len(spaces) > 1 and (None in spaces or len(set(spaces)) < len(spaces)):
        yield FieldProblem(path, "several pictures need a print space each, all different")
    for picture in artwork:
        if picture.url is None:
            yield FieldProblem(path, "Gooten fetches pictures from a public URL: give one")
        if picture.md5 is not None:
            yield FieldProblem(f"{path}.md5", "Gooten cannot be told: leave it out")


def missing(draft: "Draft", *, email: str | None, phone: str | None) -> tuple[Problem, ...]:
    """What an order needs before Gooten takes it (reference 6.2 and 8.1)."""
    recipient = draft.new.recipient
    needed = {
        "a first and a last name": " " in recipient.name.strip(),
        "line1": recipient.line1,
        "city": recipient.city,
        "postal_code": recipient.postal_code,
        "country": recipient.country,
        "email": recipient.email or email,
        "phone": recipient.phone or phone,
    }
    lacking = [name for name, value in needed.items() if not (value.strip() if isinstance(value, str) else value)]
    problems: list[Problem] = []
    if lacking:
        advice = f"the recipient lacks {', '.join(lacking)}: update the recipient (email and phone may stand in the settings)"
        problems.append(Problem(ProblemCode.ADDRESS_INCOMPLETE, Severity.ERROR, advice))
    if not draft.items:
        problems.append(Problem(ProblemCode.NO_ITEMS, Severity.ERROR, "the order has no items: add a photo"))
    return tuple(problems)
