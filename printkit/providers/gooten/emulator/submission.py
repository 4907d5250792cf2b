"""``POST orders``: reads an order, says everything that is wrong with it, or enters it. Knows no HTTP.

Rules: reference/gooten-api.md section 8.1.
"""

from datetime import timedelta
from decimal import Decimal
from typing import Final

from . import accounts, prices, progress
from .calls import Call
from .catalogue import CATALOGUE, METHOD_IDS, Method, Product, Variant, method_of
from .countries import supported
from .money import DOLLAR, Currency, Json, currency
from .options import ReadyMade
from .refusals import Entry, RefusedError
from .state import Image, Item, Order, Workshop, guid
from .statuses import Status
from .values import Fields

SHIP_TO: Final = ("FirstName", "LastName", "Line1", "City", "PostalCode", "CountryCode", "Email", "Phone")
"""What a destination must have (reference 6.2)."""
_BILLING: Final = ("FirstName", "LastName", "PostalCode", "CountryCode")
ADDRESS: Final = ("FirstName", "LastName", "Line1", "Line2", "City", "State", "CountryCode", "PostalCode", "Phone", "Email")
LONGEST_SOURCE_ID: Final = 50
_CARD: Final = ("BraintreeEncryptedCCNumber", "BraintreePaymentNonce", "PayPalPayKey")


def submit(workshop: Workshop, call: Call) -> Json:
    """``POST orders``."""
    said = call.said("Order")
    order = _read(workshop, call, said)
    unique = said.flag("IsPartnerSourceIdUnique")
    said.done()
    if unique:
        _be_unique(workshop, call, order.source_id)
    _number(workshop, order)
    workshop.books.enter(order)
    progress.order_placed(workshop, order, call.now)
    return {"Id": order.id}


def _be_unique(workshop: Workshop, call: Call, source_id: str) -> None:
    known_since = call.now - timedelta(seconds=workshop.options.uniqueness_lag)
    if any(order.created <= known_since for order in workshop.books.of_source_id(call.account, source_id)):
        raise RefusedError("duplicate", Entry("Order.SourceId", "An order with this SourceId already exists.", source_id))


def _read(workshop: Workshop, call: Call, said: Fields) -> Order:
    ship_to, business = read_address(said, "ShipToAddress", SHIP_TO)
    paid_elsewhere = said.flag("IsPreSubmit") and said.part("BillingAddress") is None
    billing, _ = ({}, False) if paid_elsewhere else read_address(said, "BillingAddress", _BILLING)
    country = ship_to.get("CountryCode", "")
    if country and not supported(country):
        said.wrong("ShipToAddress.CountryCode", f"Country '{country}' is not supported.", country)
    read = _payment(workshop, call, said)
    lines = _items(workshop, call, said, country)
    if len(said.text("SourceId")) > LONGEST_SOURCE_ID:
        said.wrong("SourceId", f"'Source Id' must be {LONGEST_SOURCE_ID} characters or fewer.", said.text("SourceId"))
    status = _first_status(workshop, said)
    for item in lines:
        item.status = status
    order = Order(
        account=call.account,
        id="",
        gooten_id=0,
        source_id=said.text("SourceId"),
        items=lines,
        ship_to=ship_to,
        billing=billing,
        business=business,
        currency=read,
        coupon="",
        discount=Decimal(0),
        meta=said.map("Meta"),
        created=call.now,
    )
    _take_off(workshop, said, order)
    return order


def _number(workshop: Workshop, order: Order) -> None:
    books = workshop.books
    order.gooten_id = next(books.gooten_ids)
    order.id = f"{books.partner(order.account)}-{guid('order', order.account, str(order.gooten_id))}"
    for item in order.items:
        item.id = next(books.item_ids)


def _first_status(workshop: Workshop, said: Fields) -> Status:
    if said.flag("IsInTestMode"):
        return "Test"
    if said.flag("IsPreSubmit"):
        return "PrePayment"
    return "New" if workshop.options.billing_method else "PaymentIssue"


def read_address(said: Fields, name: str, needed: tuple[str, ...]) -> tuple[dict[str, str], bool]:
    """An address of a body, and whether it is a business's; what is missing is noted."""
    part = said.part(name)
    if part is None:
        said.wrong(name, f"'{'Ship To Address' if name == 'ShipToAddress' else 'Billing Address'}' should not be empty.")
        return {}, False
    return address_of(part, needed)


def address_of(part: Fields, needed: tuple[str, ...]) -> tuple[dict[str, str], bool]:
    """The members of an address, and whether it is a business's."""
    return {name: part.needed(name) if name in needed else part.text(name) for name in ADDRESS}, part.flag("IsBusinessAddress")


def _payment(workshop: Workshop, call: Call, said: Fields) -> Currency:
    payment = said.part("Payment")
    if payment is None:
        said.wrong("Payment", "'Payment' should not be empty.")
        return DOLLAR
    code = payment.text("CurrencyCode") or call.asked().text("currencyCode")
    found = currency(code)
    if found is None or not found.paid_in:
        payment.wrong("CurrencyCode", f"Currency '{code}' is not supported.", code)
    key = payment.text("PartnerBillingKey")
    if key.strip():
        accounts.check_key(workshop.options, call.account, key, "Order.Payment.PartnerBillingKey")
    elif not said.flag("IsPreSubmit") and not any(payment.has(name) for name in _CARD):
        payment.needed("PartnerBillingKey")
    return found or DOLLAR


def _items(workshop: Workshop, call: Call, said: Fields, country: str) -> list[Item]:
    listed = said.parts("Items")
    if not listed:
        said.wrong("Items", "'Items' should not be empty.")
    return [item for part in listed if (item := _item(workshop, call, part, country)) is not None]


def _item(workshop: Workshop, call: Call, part: Fields, country: str) -> Item | None:
    quantity = read_quantity(part)
    method = read_method(part, country)
    if len(part.text("SourceId")) > LONGEST_SOURCE_ID:
        part.wrong("SourceId", f"'Source Id' must be {LONGEST_SOURCE_ID} characters or fewer.", part.text("SourceId"))
    found = read_sku(workshop, call.account, part, "SKU")
    if found is None:
        return None
    product, variant, ready_made = found
    images = images_of(ready_made, variant) if ready_made is not None else _images(part, variant)
    return Item(
        id=0,
        product=product,
        variant=variant,
        ready_made=None if ready_made is None else ready_made.sku,
        quantity=quantity,
        method=method or "Standard",
        images=images,
        source_id=part.text("SourceId"),
        meta=part.map("Meta"),
        status="New",
    )


def read_quantity(part: Fields) -> int:
    """How many of a line; 1, and noted, when that is not said, or cannot be."""
    quantity = part.whole("Quantity")
    if quantity is not None and 1 <= quantity <= 10_000:
        return quantity
    part.wrong("Quantity", "'Quantity' must be greater than '0'.", part.members.get("quantity"))
    return 1


def read_sku(workshop: Workshop, account: str, part: Fields, name: str) -> tuple[Product, Variant, ReadyMade | None] | None:
    """The thing of a SKU, Gooten's or the partner's own; None, and noted, when there is none."""
    sku = part.needed(name)
    ready_made = workshop.books.ready_made(account).get(sku.strip())
    found = CATALOGUE.variant(sku if ready_made is None else ready_made.base_sku)
    if found is None:
        if sku.strip():
            part.wrong(name, f"SKU '{sku}' is not valid.", sku)
        return None
    return found[0], found[1], ready_made


def read_method(part: Fields, country: str) -> Method | None:
    """How a line shall be sent: said by word or by number, not by both."""
    by_word, by_number = part.text("ShipType").strip(), part.whole("ShipCarrierMethodId")
    if by_word and by_number is not None:
        part.wrong("ShipType", "Either 'Ship Type' or 'Ship Carrier Method Id' must be given, not both.", by_word)
        return None
    if not by_word and by_number is None:
        part.wrong("ShipType", "'Ship Type' should not be empty.", by_word)
        return None
    method = method_of(by_word) if by_word else METHOD_IDS.get(by_number or 0)
    if method is None or method not in prices.methods_to(country or "US"):
        name, value = ("ShipType", by_word) if by_word else ("ShipCarrierMethodId", by_number)
        part.wrong(name, f"Shipping method '{value}' is not available.", value)
    return method


def _images(part: Fields, variant: Variant) -> list[Image]:
    listed = part.parts("Images")
    if not listed:
        part.wrong("Images", "'Images' should not be empty.")
    return [
        Image(image.needed("Url"), image_space(image.text("SpaceId"), index, variant), image.text("ThumbnailUrl"))
        for index, image in enumerate(listed)
    ]


def image_space(given: str, index: int, variant: Variant) -> str:
    """The print space of a picture: as it was said, or else by its place; ``0`` says nothing (the official sample)."""
    if given.strip() not in {"", "0"}:
        return given.strip()
    return variant.spaces[min(index, len(variant.spaces) - 1)].id


def images_of(ready_made: ReadyMade, variant: Variant) -> list[Image]:
    """The art that is attached to a print-ready product."""
    return [Image(url, image_space(space, index, variant)) for index, (space, url) in enumerate(ready_made.images)]


def _take_off(workshop: Workshop, said: Fields, order: Order) -> None:
    sent = coupon_codes(said)
    known = [coupon for coupon in workshop.options.coupons if coupon.code.lower() in {code.lower() for code in sent}]
    items = prices.items_price(map(prices.line_of, order.items), order.currency)
    coupon, order.discount = prices.best(known, items, order.currency)
    order.coupon = coupon.code if coupon is not None else ""


def coupon_codes(said: Fields) -> list[str]:
    """Coupons, under either name, as a list or one text (reference section 19, trap 20)."""
    codes = said.texts("CouponCodes") or said.texts("CouponCode")
    return [code for code in codes if code.strip()]
