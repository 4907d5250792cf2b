"""The operations on an order's photos: get, list, add one, add a batch, delete. Knows no HTTP.

Rules: seed 004 ("Photos"); reference/pwinty-api.md sections 7.7 to 7.11.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Final, cast
from urllib.parse import urlsplit

import msgspec

from printkit.emulator.bodies import UploadedFile, lower_names

from . import answers, pictures, progress
from .answers import Json
from .calls import Call, order_of, photo_of
from .catalogue import Item, catalogue
from .options import Options
from .refusals import RefusedError, bad, forbidden
from .state import Order, Photo, Workshop
from .values import Members, filled, one_of, whole

_SIZINGS: Final = ("Crop", "ShrinkToExactFit", "ShrinkToFit")
"""In the order of the vendor's .NET client, which sends the place and not the word."""
_MD5: Final = re.compile(r"[0-9a-fA-F]{32}")
_NO_ORDER: Final = "The order with the specified orderId was not found"


def get(workshop: Workshop, call: Call) -> Json:
    """``GET /Orders/{orderId}/Photos/{photoId}``."""
    return answers.photo(photo_of(workshop, order_of(workshop, call, _NO_ORDER), call), workshop.options)


def listed(workshop: Workshop, call: Call) -> list[Json]:
    """``GET /Orders/{id}/Photos``: a bare array, in every state."""
    return [answers.photo(photo, workshop.options) for photo in order_of(workshop, call, _NO_ORDER).photos.values()]


def add(workshop: Workshop, call: Call) -> Json:
    """``POST /Orders/{orderId}/Photos``."""
    order = _open_order(workshop, call)
    file = _first_file(call.body.files)
    photo = _read(workshop, order, call.members, file)
    _enter(workshop, order, photo, call)
    if file is not None:
        pictures.develop(workshop, photo, file.content)
    return answers.photo(photo, workshop.options)


def add_batch(workshop: Workshop, call: Call) -> Json:
    """``POST /Orders/{orderId}/Photos/Batch``: a bare array of photos with URLs."""
    order = _open_order(workshop, call)
    if call.body.entries is None:
        raise bad("A batch is an array of photos")
    options = workshop.options
    read = [_read_entry(workshop, order, entry) for entry in call.body.entries]
    refused = next((entry for entry in read if isinstance(entry, RefusedError)), None)
    if refused is not None and options.bad_batch_entry == "refuses all":
        raise refused
    items: list[Json] = []
    for entry in read:
        if isinstance(entry, RefusedError):
            items.append(answers.empty("photo", entry.text, options))
            continue
        if options.batch_stops_after is not None and len(items) >= options.batch_stops_after:
            raise RefusedError(500, "An error occurred : Something unexpected happened while processing this request")
        _enter(workshop, order, entry, call)
        items.append(answers.photo(entry, options))
    return answers.succeeded({"items": items}, options)


def delete(workshop: Workshop, call: Call) -> Json:
    """``DELETE /Orders/{orderId}/Photos/{photoId}``."""
    order = order_of(workshop, call, _NO_ORDER)
    if not order.editable:
        raise forbidden(f"Photos cannot be removed from an order in state {order.state}")
    photo = photo_of(workshop, order, call)
    del order.photos[photo.id]
    del workshop.books.photos[photo.id]
    pictures.forget(workshop, photo)
    workshop.ledger.record("photo deleted", order.id, photo.id)
    return answers.succeeded({}, workshop.options)


def _open_order(workshop: Workshop, call: Call) -> Order:
    order = order_of(workshop, call, _NO_ORDER)
    if not order.editable:
        raise forbidden(f"Photos cannot be added to an order in state {order.state}")
    return order


def _enter(workshop: Workshop, order: Order, photo: Photo, call: Call) -> None:
    photo.id = next(workshop.books.numbers.photos)
    order.photos[photo.id] = photo
    progress.photo_added(workshop, photo, call.now)


def _first_file(files: Sequence[UploadedFile]) -> UploadedFile | None:
    """The first part with a file name, whatever its name (reference 7.9)."""
    if not files:
        return None
    if (files[0].content_type or "").lower().startswith("multipart/"):
        raise bad("The file part needs a content type of its own")
    return files[0]


def _read_entry(workshop: Workshop, order: Order, entry: object) -> Photo | RefusedError:
    try:
        if not isinstance(entry, Mapping):
            raise bad("A batch is an array of photos")
        members = lower_names(cast(Mapping[object, object], entry))
        if filled(members, "url") is None:
            raise bad("url is required")
        return _read(workshop, order, members, None)
    except RefusedError as refusal:
        return refusal


def _read(workshop: Workshop, order: Order, members: Members, file: UploadedFile | None) -> Photo:
    """The photo that the members describe; it gets its id when it enters the order."""
    options = workshop.options
    item = _item(order, members)
    expected = _expected_md5(members)
    url = _url(members)
    copies = whole(members, "copies")
    if copies is not None and copies < 1:
        raise bad("copies must be at least 1")
    photo = Photo(
        id=0,
        order_id=order.id,
        item=item,
        url=url,
        copies=1 if copies is None else copies,
        sizing=_sizing(members),
        price_to_user=_price_to_user(order, members, options),
        expected_md5=expected,
        attributes=_attributes(item, members),
        state="AwaitingUrlOrData" if url is None or file is not None else "NotYetDownloaded",
        md5=None if file is None else pictures.md5_of(file.content),
    )
    if file is not None and photo.expected_md5 not in {None, photo.md5}:
        raise bad("The md5Hash supplied does not match the file")
    return photo


def _item(order: Order, members: Members) -> Item:
    name = filled(members, "type")
    if name is None:
        raise bad("type is required")
    item = catalogue(order.country, order.quality).item(name.strip())
    if item is None:
        raise bad(f"No item of type {name} available")
    return item


def _url(members: Members) -> str | None:
    url = filled(members, "url")
    if url is None:
        return None
    try:
        parts = urlsplit(url.strip())
        absolute = parts.scheme.lower() in {"http", "https"} and bool(parts.hostname)
    except ValueError:
        absolute = False
    if not absolute:
        raise bad(f"Url {url} is not a valid http or https absolute url")
    return url


def _sizing(members: Members) -> str:
    given = filled(members, "sizing")
    if given is None:
        return "Crop"
    by_place = {str(place): word for place, word in enumerate(_SIZINGS)}
    sizing = by_place.get(given.strip()) or one_of(_SIZINGS, given)
    if sizing is None:
        raise bad(f"Sizing {given} is not valid")
    return sizing


def _price_to_user(order: Order, members: Members, options: Options) -> int | None:
    """Only where the recipient pays (seed 004, "Add a photo to an order")."""
    price = whole(members, "priceToUser")
    if price is None:
        return None
    if order.payment == "InvoiceMe":
        if options.price_to_user_without_invoice == "refused":
            raise bad("priceToUser is only available if the payment option is InvoiceRecipient")
        return None
    if price < 0:
        raise bad("priceToUser must not be below 0")
    return price


def _expected_md5(members: Members) -> str | None:
    given = filled(members, "md5Hash")
    if given is None:
        return None
    if _MD5.fullmatch(given.strip()) is None:
        raise bad("md5Hash is not a valid MD5 hash")
    return given.strip().lower()


def _attributes(item: Item, members: Members) -> dict[str, str]:
    valid = {name.lower(): (name, values) for name, values in item.attributes}
    chosen: dict[str, str] = {}
    for given, value in _given_attributes(members).items():
        if value is None:
            continue
        name, values = valid.get(given.lower(), (None, ()))
        if name is None:
            raise bad(f"Invalid attribute name {given}")
        word = one_of(values, value if isinstance(value, str) else str(value))
        if word is None:
            listed = ",".join(values)
            raise bad(
                f"Value of '{value}' supplied for attribute '{given}' isn't in the list of supported values. Valid values are: [{listed}]"
            )
        chosen[name] = word
    return chosen


def _given_attributes(members: Members) -> Mapping[str, object]:
    """An object, its JSON as text in a form, or one of the spellings of nothing (reference 12.27)."""
    given = members.get("attributes")
    if isinstance(given, str) and given.strip():
        try:
            given = msgspec.json.decode(given)
        except (ValueError, RecursionError):
            raise bad("attributes must be an object") from None
    if isinstance(given, Mapping):
        return {str(name): value for name, value in cast(Mapping[object, object], given).items()}
    if given is None or given in ("", []) or (isinstance(given, str) and not given.strip()):
        return {}
    raise bad("attributes must be an object")
