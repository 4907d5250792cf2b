"""Which operation answers which method and path, and which credentials it wants. Knows no operation's rules.

Paths: reference/gooten-api.md sections 2.2 and 7; matched without regard to case, repeated slashes or one at the end.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Final, Literal, final

from attrs import frozen

from . import cancelling, changes, checks, listings, pictures, quotes, reading, ready_made, submission
from .calls import Call
from .state import Workshop

Operation = Callable[[Workshop, Call], object]
Key = Literal["none", "query", "optional"]
"""Whether the billing key stands in the query; where it stands in the body, the operation looks at it itself."""


def _token(workshop: Workshop, call: Call) -> object:
    """``GET braintreeclienttoken``: a bare text."""
    return f"token-{workshop.books.partner(call.account)}"


def _nothing(workshop: Workshop, call: Call) -> object:
    """``POST ErrorReport``: takes anything."""
    return None


@final
@frozen
class Route:
    """One operation and its path below the version."""

    method: str
    path: str
    operation: Operation
    key: Key = "none"
    body: bool = True
    """False: whatever comes as a body is not looked at."""
    created: bool = False
    """Success is answered with the options' ``created_status``."""

    def matches(self, segments: Sequence[str]) -> Mapping[str, str] | None:
        """The path's variable segments by name, or None when this is another path."""
        pattern = self.path.split("/")
        if len(pattern) != len(segments):
            return None
        words: dict[str, str] = {}
        for wanted, given in zip(pattern, segments, strict=True):
            if wanted.startswith("{"):
                words[wanted[1:-1]] = given
            elif wanted != given.lower():
                return None
        return words


ROUTES: Final = (
    Route("POST", "orders", submission.submit, created=True),
    Route("GET", "orders", reading.get),
    Route("GET", "ordersearch", reading.search, "query"),
    Route("POST", "orderstatus", cancelling.set_order_status, "query", body=False),
    Route("PUT", "orderimages", changes.replace_images, "query"),
    Route("PUT", "orderitems", changes.swap_skus, "query"),
    Route("PUT", "ordercancel", cancelling.cancel_items, "query"),
    Route("PUT", "shippingaddress", changes.change_address, "query"),
    Route("PUT", "shippingmethod", changes.change_method, "query"),
    Route("PUT", "ordercustomization", changes.personalise, "query"),
    Route("GET", "orderbilling", reading.billing, "query"),
    Route("POST", "priceestimate", quotes.estimate),
    Route("POST", "price", quotes.price),
    Route("POST", "shippingprices", quotes.shipping, "optional"),
    Route("GET", "shippriceestimate", quotes.shipping_range),
    Route("GET", "currencyconversion", quotes.conversion),
    Route("GET", "products", listings.products, "optional"),
    Route("GET", "productvariants", listings.variants, "optional"),
    Route("GET", "producttemplates", listings.templates),
    Route("GET", "countries", listings.countries),
    Route("GET", "currencies", listings.currencies),
    Route("GET", "userinfo", listings.visitor),
    Route("GET", "languages", listings.languages),
    Route("GET", "addressvalidation", checks.address),
    Route("GET", "paymentvalidation", checks.payment),
    Route("POST", "imagevalidation", checks.images),
    Route("POST", "images", pictures.upload),
    Route("GET", "images", pictures.uploads),
    Route("POST", "productpreview", pictures.preview),
    Route("GET", "prpproducts", ready_made.products),
    Route("GET", "prpvariants", ready_made.variants),
    Route("GET", "preconfiguredproducts", ready_made.preconfigured),
    Route("POST", "preconfiguredproducts", ready_made.create),
    Route("PUT", "preconfiguredproducts", ready_made.update),
    Route("DELETE", "preconfiguredproducts", ready_made.delete),
    Route("GET", "printreadyproducts", ready_made.products),
    Route("POST", "printreadyproducts", ready_made.create),
    Route("PUT", "printreadyproducts", ready_made.update),
    Route("GET", "printreadyproducts/variants", ready_made.variants),
    Route("PUT", "printreadyproducts/{sku}", ready_made.update),
    Route("DELETE", "printreadyproducts/{sku}", ready_made.delete),
    Route("GET", "braintreeclienttoken", _token),
    Route("POST", "errorreport", _nothing, body=False),
)


def of_path(segments: Sequence[str]) -> list[tuple[Route, Mapping[str, str]]]:
    """Every route of this path below the version, whatever its method."""
    return [(route, words) for route in ROUTES if (words := route.matches(segments)) is not None]


def below_version(segments: Sequence[str]) -> tuple[Sequence[str], str]:
    """The path without ``v/{version}`` and ``source/{source}``, or ``v2/recipes/{recipe}``; and that recipe."""
    match [segment.lower() for segment in segments]:
        case ["v2", "recipes", _, *_]:
            return segments[3:], segments[2]
        case ["v", version, "source", _, *rest] if version.isdecimal() and rest:
            return segments[4:], ""
        case ["v", version, *_] if version.isdecimal():
            return segments[2:], ""
        case _:
            return segments, ""
