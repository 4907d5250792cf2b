"""Reads Pwinty's callbacks (seed 004, "Callbacks"). Pure and free of any framework; a notice is only a hint to read the order."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Final

from ...errors import InvalidRequestError
from ...lenient import entries, objects, text, whole
from ...model import OrderRef, OrderStatus
from ...notices import Notice, NoticeShipment, lowered, read_object, refused
from . import readings, statuses

_STRAY_QUOTE: Final = re.compile(rb'""(?=\d{4}-)')
"""The seed prints ``"timestamp" : ""2017-07-13T07:22Z"`` (reference, trap 12.4)."""

_OLD_FORM: Final = re.compile(rb"(^|&)(orderId|eventId|eventData)=", re.IGNORECASE)
"""Callbacks of v2.3 and before were forms (reference section 10)."""

_LARGEST_ID: Final = 10**18


def parse_notice(headers: Mapping[str, str], query: Mapping[str, str], body: bytes, *, provider: str = "pwinty") -> Notice:
    """What a callback says. ``provider`` is the name of the connection it came for.

    The id stands under ``id`` or ``orderId`` (trap 12.6); names and words come in any case (12.7), and a word that is not known becomes
    UNKNOWN; a time that cannot be read is None, because refusing the callback would only bring it fifteen times (12.4).

    Raises:
        InvalidRequestError: it is no callback of this version; the message says what is wrong.
    """
    said = _object(body)
    number = whole(said.get("id")) or whole(said.get("orderid"))
    if number is None or not 0 < number < _LARGEST_ID:
        raise refused("id", "is missing or not a positive whole number, and so is orderId")
    word = text(said.get("status"))
    if word is None:
        raise refused("status", "is missing or not text")
    return Notice(
        order=OrderRef(provider, str(number)),
        status=statuses.ORDER.get(word.lower(), OrderStatus.UNKNOWN),
        provider_status=word,
        reference=text(said.get("merchantorderid")),
        environment=(text(said.get("environment")) or "").lower() or None,
        at=_time(said.get("timestamp")),
        shipments=tuple(_shipment(lowered(each)) for each in objects(said.get("shipments"))),
        body=body,
    )


def _object(body: bytes) -> Mapping[str, object]:
    try:
        return read_object(body)
    except InvalidRequestError as error:
        problem = error
    mended = _STRAY_QUOTE.sub(b'"', body)
    if mended != body:
        return read_object(mended)
    if _OLD_FORM.search(body[:1000]):
        raise refused("body", "is a form, a callback of v2.3 or before: set the account to callbacks of v2.5, which are JSON")
    raise problem


def _shipment(given: Mapping[str, object]) -> NoticeShipment:
    word = text(given.get("status"))
    return NoticeShipment(
        item_ids=tuple(str(each) for each in entries(given.get("items"))),
        is_shipped=(word or "").lower() == "shipped",
        provider_status=word,
        tracking_number=text(given.get("trackingnumber")) or None,
        tracking_url=text(given.get("trackingurl")) or None,
    )


def _time(given: object) -> datetime | None:
    return readings.moment(given.strip('"')) if isinstance(given, str) else None
