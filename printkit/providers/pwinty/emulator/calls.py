"""One request as an operation sees it: who calls, the ids of the path, the members of the body. Knows no operation."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import final

from attrs import frozen

from printkit.emulator.bodies import Body

from .refusals import NO_ORDER, NO_PHOTO, RefusedError, missing
from .state import Order, Photo, Workshop

_ID = re.compile(r"[0-9]{1,10}", re.ASCII)


@final
@frozen
class Call:
    """What an operation is given."""

    merchant: str
    words: Mapping[str, str]
    """The path's variable segments by name, percent-decoded."""
    query: Mapping[str, object]
    """In lower case."""
    members: Mapping[str, object]
    """Of the body, or of the query where the service takes them from there; in lower case."""
    body: Body
    now: datetime


def number(workshop: Workshop, word: str, text: str) -> int:
    """An id of the path; one that is no number names nothing."""
    if _ID.fullmatch(word) is None:
        raise RefusedError(workshop.options.bad_id_status, text)
    return int(word)


def order_of(workshop: Workshop, call: Call, text: str = NO_ORDER) -> Order:
    """The order that the path names, if it is the caller's."""
    order = workshop.books.order(number(workshop, call.words["order"], text))
    if order is None or order.merchant != call.merchant:
        raise missing(text)
    return order


def photo_of(workshop: Workshop, order: Order, call: Call) -> Photo:
    """The photo that the path names, if it is the order's."""
    photo = order.photos.get(number(workshop, call.words["photo"], NO_PHOTO))
    if photo is None:
        raise missing(NO_PHOTO)
    return photo
