"""Reads Pwinty's callbacks (seed 004, "Callbacks"). Pure and free of any framework; a notice is only a hint to read the order."""

import json
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from ...errors import FieldProblem, InvalidRequestError
from ...lenient import entries, members, objects, text, whole
from ...model import OrderRef, OrderStatus
from ...notices import Notice, NoticeShipment
from . import readings, statuses

_STRAY_QUOTE = re.compile(r'""(?=\d{4}-)')
"""The seed prints ``"timestamp" : ""2017-07-13T07:22Z"`` (reference, trap 12.4)."""

_LONGEST = 64 * 1024


def parse_notice(headers: Mapping[str, str], query: Mapping[str, str], body: bytes, *, provider: str = "pwinty") -> Notice:
    """What a callback says. ``provider`` is the name of the connection it came for.

    The id stands under ``id`` or ``orderId`` (trap 12.6); words come in any case (12.7), and one that is not known becomes UNKNOWN; a
    time that cannot be read is None, because refusing the callback would only bring it fifteen times (12.4).

    Raises:
        InvalidRequestError: it is no callback of this version; the message says what is wrong.
    """
    said = _object(body)
    number = whole(said.get("id")) or whole(said.get("orderId"))
    if number is None or number < 1:
        raise _wrong("id", "is missing or not a positive whole number, and so is orderId")
    word = text(said.get("status"))
    if word is None:
        raise _wrong("status", "is missing or not text")
    return Notice(
        order=OrderRef(provider, str(number)),
        status=statuses.ORDER.get(word.lower(), OrderStatus.UNKNOWN),
        provider_status=word,
        reference=text(said.get("merchantOrderId")),
        environment=(text(said.get("environment")) or "").lower() or None,
        at=_time(said.get("timestamp")),
        shipments=tuple(_shipment(each) for each in objects(said.get("shipments"))),
        body=body,
    )


def _object(body: bytes) -> Mapping[str, object]:
    if len(body) > _LONGEST:
        raise _wrong("body", f"is longer than {_LONGEST} bytes")
    try:
        said: Any = json.loads(_STRAY_QUOTE.sub('"', body.decode()))
    except (ValueError, RecursionError):
        problem = _wrong("body", "is not JSON")
    else:
        found = members(said)
        if found or said == {}:
            return {name[:1].lower() + name[1:]: value for name, value in found.items()}
        problem = _wrong("body", "is not a JSON object")
    raise problem


def _shipment(given: Mapping[str, object]) -> NoticeShipment:
    word = text(given.get("status"))
    return NoticeShipment(
        item_ids=tuple(str(each) for each in entries(given.get("items"))),
        is_shipped=(word or "").lower() == "shipped",
        provider_status=word,
        tracking_number=text(given.get("trackingNumber")) or None,
        tracking_url=text(given.get("trackingUrl")) or None,
    )


def _time(given: object) -> datetime | None:
    return readings.moment(given.strip('"')) if isinstance(given, str) else None


def _wrong(path: str, problem: str) -> InvalidRequestError:
    return InvalidRequestError([FieldProblem(path, problem)])
