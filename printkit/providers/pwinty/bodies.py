"""What an order means to Pwinty: the members of requests, and what the shop cannot be told. No I/O, no decision to send."""

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from ...errors import FieldProblem
from ...exchange import Part
from ...model import Item, Money, NewOrder, Order, Payment, Photo, Recipient, Sizing
from . import readings, statuses

if TYPE_CHECKING:
    from ...uploads import Upload

KIND = "pwinty"


def new_order_body(new: NewOrder, reference: str, print_country: str | None, quality: str) -> dict[str, Any]:
    """The body of ``POST /Orders`` (seed 004, "Create an order")."""
    extra = new.extra.get(KIND)
    body = {
        "merchantOrderId": reference,
        **recipient_body(new.recipient),
        "destinationCountryCode": new.recipient.country,
        "countryCode": print_country or new.recipient.country,
        "preferredShippingMethod": new.shipping,
        "payment": statuses.PAYMENT[new.payment or Payment.MERCHANT],
        "qualityLevel": quality,
        "mobileTelephone": new.recipient.phone,
    }
    given = {name: value for name, value in body.items() if value is not None}
    return given | dict(extra) if extra else given


def recipient_body(recipient: Recipient) -> dict[str, str | None]:
    """The six members that ``PUT /Orders/{id}`` takes (seed 004, "Update an order")."""
    return {
        "recipientName": recipient.name,
        "address1": recipient.line1,
        "address2": recipient.line2,
        "addressTownOrCity": recipient.city,
        "stateOrCounty": recipient.state,
        "postalOrZipCode": recipient.postal_code,
    }


def photo_body(photo: Photo) -> dict[str, Any]:
    """The members of a photo to add (seed 004, "Add a photo to an order"). The seed requires a sizing; Crop is the shop's own default."""
    picture, extra = photo.artwork[0], photo.extra.get(KIND)
    body: dict[str, Any] = {"type": photo.sku}
    if picture.url is not None:
        body["url"] = picture.url
    body["copies"] = photo.copies
    body["sizing"] = statuses.SIZING[photo.sizing or Sizing.CROP]
    if photo.price_to_recipient is not None:
        body["priceToUser"] = _minor(photo.price_to_recipient)
    if picture.md5 is not None:
        body["md5Hash"] = picture.md5
    if photo.attributes:
        body["attributes"] = dict(photo.attributes)
    return body | dict(extra) if extra else body


def parts(body: Mapping[str, Any], upload: "Upload") -> tuple[Part, ...]:
    """The same members as a multipart form, with the file (reference 7.9): its part is named ``file`` and has its own content type."""
    members = [(name, str(value)) for name, value in body.items() if name != "attributes"]
    members += [(f"attributes[{name}]", value) for name, value in readings.attributes(body.get("attributes")).items()]
    fields = [Part(name, value.encode()) for name, value in members]
    return (*fields, Part("file", upload.content, upload.filename, upload.content_type))


def body_again(item: Item) -> dict[str, Any]:
    """The members that would add an item once more."""
    body = {
        "type": item.provider_sku,
        "url": item.artwork[0].url if item.artwork else None,
        "copies": item.copies,
        "sizing": statuses.SIZING[item.sizing or Sizing.CROP],
        "priceToUser": _minor(item.price_to_recipient) if item.price_to_recipient else None,
        "attributes": dict(item.attributes) or None,
    }
    return {name: value for name, value in body.items() if value is not None}


def new_order_problems(new: NewOrder, country: str | None, environment: str) -> Iterator[FieldProblem]:
    """What Pwinty needs or cannot be told of an order, by name."""
    if country is None:
        yield FieldProblem("recipient.country", "is missing, and the settings name no print_country: give one of them")
    is_test = environment != "live"
    if new.test is not None and new.test is not is_test:
        kind = "a test" if is_test else "real"
        yield FieldProblem("test", f"every order of the {environment} environment is {kind}: use another environment")


def photo_problems(photos: Iterable[Photo], order: Order | None, currency: str | None) -> Iterator[FieldProblem]:
    """What Pwinty cannot be told of a photo, refused by name."""
    for place, each in enumerate(photos):
        if each.price_to_recipient is None and len(each.artwork) == 1 and each.artwork[0].space is None:
            continue
        path = f"photos[{place}]"
        if len(each.artwork) > 1:
            yield FieldProblem(f"{path}.artwork", "Pwinty prints one picture per photo: give one, or add several photos")
        if any(picture.space is not None for picture in each.artwork):
            yield FieldProblem(f"{path}.artwork.space", "Pwinty's products have no print spaces: leave it out")
        yield from _price_problems(path, each.price_to_recipient, order, currency)


def _price_problems(path: str, price: Money | None, order: Order | None, currency: str | None) -> Iterator[FieldProblem]:
    if price is None:
        return
    if order is not None and order.payment is Payment.MERCHANT:
        yield FieldProblem(f"{path}.price_to_recipient", "only where the recipient pays: create the order with Payment.RECIPIENT")
    if price.currency is not None and currency is not None and price.currency != currency:
        yield FieldProblem(f"{path}.price_to_recipient", f"is in {price.currency}, the account's currency is {currency}")
    if price.amount < 0 or (minor := readings.in_minor(price)) != minor.to_integral_value():
        yield FieldProblem(f"{path}.price_to_recipient", "must be a whole number of pence or cents, not negative")


def not_told(new: NewOrder) -> tuple[str, ...]:
    """Informational fields of a new order that Pwinty has no place for."""
    return tuple(name for name, given in (("recipient.email", new.recipient.email), ("metadata", new.metadata)) if given)


def _minor(price: Money) -> int:
    return int(readings.in_minor(price))
