"""What a shop says by itself when an order changes: frozen values. A notice is a hint, not a fact: read the order before believing it."""

import json
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final, cast, final

from attrs import field, frozen

from .errors import FieldProblem, InvalidRequestError
from .lenient import members
from .model import OrderRef, OrderStatus

LONGEST: Final = 64 * 1024
"""Bytes of a notice's body. Real ones have a few thousand."""

_TYPOGRAPHIC: Final = re.compile("[\u201c\u201d\u201e\u201f\u2033\uff02]")


@final
@frozen
class NoticeShipment:
    """A parcel, as a notice tells of it."""

    item_ids: tuple[str, ...] = ()
    is_shipped: bool = False
    provider_status: str | None = None
    """The shop's own word."""
    tracking_number: str | None = None
    tracking_url: str | None = None


@final
@frozen
class Notice:
    """A callback or webhook. Nobody signs them: anybody may have sent it, late, twice, or out of order."""

    order: OrderRef
    status: OrderStatus
    provider_status: str
    """The shop's own word; of a shop with a status per item all of them, each once. Empty where it said none."""
    reference: str | None = None
    environment: str | None = None
    """In lower case, as the shop names it."""
    at: datetime | None = None
    """Aware, UTC; None when it could not be read."""
    shipments: tuple[NoticeShipment, ...] = ()
    body: bytes = field(default=b"", repr=False, eq=False)
    """As it came."""


def refused(path: str, problem: str) -> InvalidRequestError:
    """What came is no notice, and what is wrong with it. The text holds no value of it."""
    return InvalidRequestError([FieldProblem(path, problem)], operation="parse_notice")


def read_object(body: bytes) -> Mapping[str, object]:
    """The JSON object that a notice's body is, its members' names in lower case.

    Samples are copied from pages that set quotes typographically; what is no JSON is read once more with plain ones.

    Raises:
        InvalidRequestError: it is not one, or too long.
    """
    if len(body) > LONGEST:
        raise refused("body", f"is longer than {LONGEST} bytes")
    if not body.strip():
        raise refused("body", "is empty")
    for text in _readings(body):
        try:
            said: Any = json.loads(text)
        except (ValueError, RecursionError):
            continue
        if not isinstance(said, dict):
            break
        return lowered(cast(object, said))
    else:
        raise refused("body", "is not JSON")
    raise refused("body", "is not a JSON object")


def lowered(given: object) -> Mapping[str, object]:
    """An object's members with their names in lower case; none for anything else."""
    return {name.lower(): value for name, value in members(given).items()}


def _readings(body: bytes) -> Iterator[str]:
    try:
        text = body.decode("utf-8-sig")
    except ValueError:
        return
    yield text
    yield _TYPOGRAPHIC.sub('"', text)
