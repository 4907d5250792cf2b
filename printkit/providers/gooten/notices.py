"""Reads Gooten's webhooks (reference section 11). Pure and free of any framework; a notice is only a hint to read the order."""

from collections.abc import Iterator, Mapping
from typing import Final

from ...lenient import objects, text, whole
from ...model import OrderRef, OrderStatus
from ...notices import Notice, NoticeShipment, lowered, read_object, refused
from . import statuses, translate

_SENT: Final = frozenset({OrderStatus.SHIPPED, OrderStatus.DELIVERED})


def parse_notice(headers: Mapping[str, str], query: Mapping[str, str], body: bytes, *, provider: str = "gooten") -> Notice:
    """What a webhook says. ``provider`` is the name of the connection it came for.

    The body is an order as ``GET orders`` has it, and its ``Id`` is the order's; without one the id is what the shop appended to
    ``?orderid=``, which may be a number that ``GET orders`` does not take. Names come in any case, and a status that is not known makes
    the order UNKNOWN.

    Raises:
        InvalidRequestError: it is no webhook of an order; the message says what is wrong.
    """
    asked = {name.lower(): value for name, value in query.items()}
    said: Mapping[str, object] = read_object(body) if body.strip() or not asked.get("orderid") else {}
    number = text(said.get("id")) or asked.get("orderid", "")
    if not translate.is_safe_id(number):
        raise refused("Id", "is missing or not an order's id, and so is orderid in the query")
    items = [lowered(each) for each in objects(said.get("items"))]
    words = [text(item.get("status")) or "" for item in items]
    source = text(said.get("sourceid"))
    return Notice(
        order=OrderRef(provider, number),
        status=translate.fold_statuses(map(_meaning, words)),
        provider_status=", ".join(dict.fromkeys(word for word in words if word)),
        reference=None if source == number else source,
        shipments=tuple(parcel for item in items for parcel in _parcels(item)),
        body=body,
    )


def _meaning(word: str) -> OrderStatus:
    return statuses.ITEM.get(statuses.fold(word), OrderStatus.UNKNOWN)


def _parcels(item: Mapping[str, object]) -> Iterator[NoticeShipment]:
    """The parcels of an item. Its status says whether it was sent: a new item may have a number already (trap 29)."""
    word, number = text(item.get("status")), whole(item.get("orderitemid"))
    for parcel in [lowered(each) for each in objects(item.get("shipments"))] or [item]:
        tracking, url = text(parcel.get("trackingnumber")) or None, text(parcel.get("trackingurl")) or None
        if tracking or url:
            yield NoticeShipment(() if number is None else (str(number),), _meaning(word or "") in _SENT, word, tracking, url)
