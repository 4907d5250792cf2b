"""What stands between a draft and a Gooten order: local rules first, then what the shop says without taking the order. Changes nothing."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from ...drafts import Draft
from ...errors import ProviderError, RejectedError
from ...lenient import entries, members, objects, text
from ...model import Problem, ProblemCode, Severity, ValidationReport
from ...transport.caller import Deadline
from . import endpoints, translate, wire
from .config import Settings

_OF_A_SKU: Final = re.compile(r"Items\[(?P<place>[0-9]{1,6})\]\.SKU: (?P<why>.+)", re.IGNORECASE | re.DOTALL)
"""How the shop says which item it speaks of: counted from nought."""

_NEXT: Final = re.compile(r"; (?=[A-Z][A-Za-z]*(?:\[[0-9]+\])?[A-Za-z.]*: )")
"""Between two things that the shop says in one answer."""


async def problems_of(draft: Draft, shop: endpoints.Endpoints, settings: Settings, deadline: Deadline) -> ValidationReport:
    """The report of a draft.

    Raises:
        PrintKitError: the shop could not be asked.
    """
    problems = list(translate.missing(draft, email=settings.email, phone=settings.phone))
    recipient = draft.new.recipient
    if draft.items and recipient.country and recipient.postal_code:
        problems += await _unsendable(draft, shop, settings, deadline)
    problems += await _picture_problems(draft, shop, deadline)
    if recipient.line1 and recipient.country:
        problems += await _doubtful_address(draft, shop, deadline)
    return ValidationReport(not any(problem.severity is Severity.ERROR for problem in problems), tuple(problems))


async def _unsendable(draft: Draft, shop: endpoints.Endpoints, settings: Settings, deadline: Deadline) -> list[Problem]:
    """``POST shippingprices``: which SKUs can be sent there, and by the method that is wanted (reference 13.3)."""
    recipient = draft.new.recipient
    body = {
        "ShipToPostalCode": recipient.postal_code,
        "ShipToCountry": recipient.country,
        "ShipToState": recipient.state or "",
        "CurrencyCode": settings.currency or "USD",
        "LanguageCode": "en",
        "Items": [{"SKU": item.photo.sku, "Quantity": item.photo.copies} for item in draft.items],
    }
    try:
        answer = await shop.ask(endpoints.SHIPPING, body, deadline, "validate", wire.read_ship_options)
    except RejectedError as refusal:
        return [_unpriced(said, draft) for said in _NEXT.split(refusal.message)]
    groups = objects(answer.result)
    method = (draft.new.shipping or settings.shipping).lower()
    return [_no_way(item.id, item.photo.sku) for item in draft.items if not any(_takes(group, item.photo.sku, method) for group in groups)]


def _unpriced(said: str, draft: Draft) -> Problem:
    """One thing that the shop says is wrong, with the item that it names."""
    found = _OF_A_SKU.match(said)
    if not found:
        return Problem(ProblemCode.OTHER, Severity.ERROR, f"the shop has no shipping price: {said}")
    place = int(found["place"])
    item = draft.items[place].id if place < len(draft.items) else None
    return Problem(ProblemCode.OTHER, Severity.ERROR, f"{found['why'].rstrip('.')}: choose another SKU", item)


def _takes(group: Mapping[str, Any], sku: str, method: str) -> bool:
    ways = ({str(option.get("MethodType")).lower(), str(option.get("Id"))} for option in objects(group.get("ShipOptions")))
    return sku in entries(group.get("SKUs")) and any(method in way for way in ways)


def _no_way(item: str, sku: str) -> Problem:
    advice = f"{sku} cannot be sent there by the shipping method that is wanted: choose another SKU or method"
    return Problem(ProblemCode.OTHER, Severity.ERROR, advice, item)


async def _picture_problems(draft: Draft, shop: endpoints.Endpoints, deadline: Deadline) -> list[Problem]:
    """``POST imagevalidation`` for the items whose pictures' sizes are given (reference 15.1)."""
    problems: list[Problem] = []
    for item in draft.items:
        pictures = item.photo.artwork
        if not all(picture.width and picture.height and picture.space for picture in pictures):
            continue
        images = [{"SpaceId": picture.space, "Width": picture.width, "Height": picture.height} for picture in pictures]
        body = {"Sku": item.photo.sku, "Images": images}
        answer = await shop.ask(endpoints.IMAGE_CHECK, body, deadline, "validate", wire.read_image_check)
        problems += [Problem(ProblemCode.ARTWORK_TOO_SMALL, Severity.WARNING, doubt, item.id) for doubt in _issues(answer, shop)]
    return problems


def _issues(answer: wire.ImageCheck, shop: endpoints.Endpoints) -> Iterator[str]:
    for issue in entries(answer.issues):
        message = text(members(issue).get("ErrorMessage"))
        yield shop.scope.clean(message) if message else "the shop has a doubt about the picture's size"


async def _doubtful_address(draft: Draft, shop: endpoints.Endpoints, deadline: Deadline) -> list[Problem]:
    """``GET addressvalidation``: advice only (reference 16)."""
    recipient = draft.new.recipient
    query = {
        "line1": recipient.line1,
        "line2": recipient.line2,
        "city": recipient.city,
        "state": recipient.state,
        "postalCode": recipient.postal_code,
        "countryCode": recipient.country,
    }
    given = {name: value for name, value in query.items() if value}
    try:
        answer = await shop.get(endpoints.ADDRESS_CHECK, given, deadline, "validate", wire.read_address_check)
    except ProviderError:  # advice that cannot be had is no problem of the order
        return []
    if answer.is_valid:
        return []
    reason = text(answer.reason)
    advice = f"the address could not be verified{': ' + shop.scope.clean(reason) if reason else ''}"
    return [Problem(ProblemCode.ADDRESS_DOUBTFUL, Severity.WARNING, advice)]
