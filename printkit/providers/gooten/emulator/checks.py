"""The operations that judge without ordering: an address, a payment, pictures' sizes. Only a payment that is found good changes an order.

Rules: reference/gooten-api.md sections 15.1, 16 and 18.3.
"""

from . import progress
from .calls import Call
from .catalogue import CATALOGUE, Variant
from .countries import supported
from .money import Json
from .refusals import bad
from .state import Workshop
from .values import Fields

_ADDRESS = ("line1", "line2", "city", "state", "postalCode", "countryCode")


def address(workshop: Workshop, call: Call) -> Json:
    """``GET addressvalidation``: an empty address is good, as real tests saw."""
    asked = call.asked()
    said = {name: asked.text(name).strip() for name in _ADDRESS}
    score = _score(said)
    good = score in {0, 100}
    return {
        "IsValid": good,
        "Reason": "Address was verified" if good else "Address could not be verified",
        "Score": 100 if good else score,
        "ProposedAddress": {
            "City": said["city"].upper(),
            "CountryCode": said["countryCode"].upper(),
            "PostalCode": said["postalCode"].upper(),
            "StateOrProvinceCode": said["state"].upper(),
            "StreetLines": [line.upper() for line in (said["line1"], said["line2"]) if line],
        },
    }


def _score(said: dict[str, str]) -> int:
    """100 for an address that can be sent to, 0 for none at all."""
    if not any(said.values()):
        return 0
    whole = all(said[name] for name in ("line1", "city", "postalCode")) and supported(said["countryCode"])
    lines = {"Line1": said["line1"], "Line2": said["line2"], "City": said["city"]}
    return 100 if whole and progress.deliverable(lines) else 60


def payment(workshop: Workshop, call: Call) -> Json:
    """``GET paymentvalidation``: releases a ``PrePayment`` order once PayPal confirms."""
    asked = call.asked()
    id_ = asked.needed("OrderId")
    asked.needed("PayPalKey")
    asked.done()
    order = workshop.books.by_safe_id(id_)
    if order is None or order.account != call.account:
        if workshop.options.unknown_payment == "invalid":
            return {"IsValid": False}
        raise bad("OrderId", "Order was not found.", id_)
    confirmed = workshop.options.paypal_confirms
    if confirmed and any(item.status == "PrePayment" for item in order.items):
        progress.pay(workshop, order, call.now)
    return {"IsValid": confirmed}


def images(workshop: Workshop, call: Call) -> Json:
    """``POST imagevalidation``: pictures that are smaller than their print space are an issue, not an error."""
    said = call.said()
    sku = said.needed("Sku")
    ready_made = workshop.books.ready_made(call.account).get(sku.strip())
    found = CATALOGUE.variant(sku if ready_made is None else ready_made.base_sku)
    if found is None and sku.strip():
        said.wrong("Sku", f"SKU '{sku}' is not valid.", sku)
    parts = said.parts("Images")
    said.done()
    if found is None:
        return {"HadError": False, "Issues": []}
    return {"HadError": False, "Issues": [issue for part in parts for issue in _issues(part, found[1])]}


def _issues(part: Fields, variant: Variant) -> list[Json]:
    given = part.text("SpaceId").strip()
    space = variant.spaces[0] if given in {"", "0"} else variant.space(given)
    if space is None:
        return [_issue(part, "SpaceId", f"'{given}' is not a space of this SKU.", given)]
    found: list[Json] = []
    for name, least in (("Width", space.width), ("Height", space.height)):
        pixels = part.whole(name)
        if pixels is None or pixels < least:
            found.append(_issue(part, name, f"'{name}' must be greater than or equal to '{least}'.", pixels))
    return found


def _issue(part: Fields, name: str, text: str, attempted: object) -> Json:
    return {"PropertyName": f"{part.path}.{name}", "ErrorMessage": text, "AttemptedValue": attempted}
