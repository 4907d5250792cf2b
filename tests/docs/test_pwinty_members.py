"""Each member goes where the page on Pwinty says, and each parameter comes from there.

Found out by changing one and looking at what else changes: a member of an answer in the model, an attribute of the model in a request.
"""

import json
from decimal import Decimal
from functools import partial
from typing import Any

import attrs
import pytest
from attrs import evolve

import printkit
from printkit.exchange import Response
from printkit.model import Artwork, Money, NewOrder, OrderRef, Payment, Photo, Recipient, Sizing
from printkit.providers.pwinty import bodies, catalogue, issues, refusals, translate, validation
from tests.docs.changing import Reading, Way, changes, different_members
from tests.docs.page import PWINTY as PAGE, QUOTED, attributes_in
from tests.docs.pwinty_members import ADDRESS, INSIDE, SAMPLES

SCOPE = translate.Scope("pwinty", "GBP", is_test=True, drift=lambda table, word: None, clean=lambda text: text)
ORDER = OrderRef("pwinty", "23")
WORDS = {"Submitted": "Cancelled", "Crop": "ShrinkToFit", "InvoiceMe": "InvoiceRecipient", "InvoiceRecipient": "InvoiceMe"} | {
    "Ok": "Invalid",
    "NoImageFile": "InvalidImageFile",
    "CroppingWillOccur": "InvalidImageFile",
    "NoItemsInOrder": "InvalidImageFile",
}


def sample(name: str) -> Any:
    return json.loads((SAMPLES / f"{name}.json").read_bytes())


def whole_order() -> Any:
    """An order in which every member has a value."""
    order = sample("orders-get.200.complete-two-shipments")
    order |= {"preferredShippingMethod": "CHEAPEST", "paymentUrl": "http://a.example/pay", "invoiceCurrency": "GBP", "status": "Submitted"}
    order |= {name: order[name] or "text" for name in ADDRESS.split()}
    photo = order["photos"][0] | {"priceToUser": 3, "attributes": {"a": "b"}, "url": "http://a.example/1", "md5Hash": "0" * 32}
    order["photos"] = [photo | {"previewUrl": "http://a.example/p", "thumbnailUrl": "http://a.example/t"}]
    first = order["shippingInfo"]["shipments"][0]
    first |= {"trackingNumber": "1", "trackingUrl": "http://a.example/2", "shippedOn": "2020-01-01T00:00:00", "shipmentId": "1"}
    first |= {"photoIds": [order["photos"][0]["id"]], "carrier": "UPS", "isTracked": True}
    first |= {"earliestEstimatedArrivalDate": "2020-01-01T00:00:00Z", "latestEstimatedArrivalDate": "2020-01-01T00:00:00Z"}
    order["shippingInfo"]["shipments"] = [first, first | {"shippedOn": None, "photoIds": []}]
    return order


def whole_catalogue() -> Any:
    found = sample("catalogue.200.with-shipping-method")
    item: dict[str, Any] = {"imageHorizontalSize": 1, "imageVerticalSize": 2, "fullProductHorizontalSize": 3, "fullProductVerticalSize": 4}
    item |= {"recommendedHorizontalResolution": 5, "recommendedVerticalResolution": 6, "sizeUnits": "cm", "shippingBand": "Prints"}
    item |= {"attributes": [{"name": "finish", "validValues": ["matte"]}], "itemType": "Print", "description": "d", "errorMessage": None}
    found["items"] = [found["items"][0] | item]
    found["shippingRates"] = [{**found["shippingRates"][0], "isTracked": True, "price": 1, "currency": "EUR"}]
    return found


def whole_report() -> Any:
    photo = {"id": 1, "errors": ["NoImageFile"], "warnings": ["CroppingWillOccur"]}
    return {"id": 1, "isValid": False, "generalErrors": ["NoItemsInOrder"], "photos": [photo], "errorMessage": None}


def whole_issue() -> Any:
    return sample("issues-list.200.seed")["Issues"][0] | {"affectedImages": ["1"], "errorMessage": None}


BODIES: dict[str, tuple[Any, Reading, Way]] = {
    "Order": (whole_order(), partial(translate.read_order, scope=SCOPE), ()),
    "Order: `shippingInfo`": (whole_order(), partial(translate.read_order, scope=SCOPE), ("shippingInfo",)),
    "Shipment": (whole_order(), partial(translate.read_order, scope=SCOPE), ("shippingInfo", "shipments", 0)),
    "Photo": (whole_order(), partial(translate.read_order, scope=SCOPE), ("photos", 0)),
    "SubmissionStatus": (whole_report(), partial(validation.read_report, scope=SCOPE), ()),
    "SubmissionStatus: `photos`": (whole_report(), partial(validation.read_report, scope=SCOPE), ("photos", 0)),
    "Catalogue": (whole_catalogue(), catalogue.read_catalogue, ()),
    "Catalogue: `items`": (whole_catalogue(), catalogue.read_catalogue, ("items", 0)),
    "Catalogue: `attributes` of an item": (whole_catalogue(), catalogue.read_catalogue, ("items", 0, "attributes", 0)),
    "Catalogue: `shippingRates`": (whole_catalogue(), catalogue.read_catalogue, ("shippingRates", 0)),
    "Country": (sample("countries.200"), catalogue.read_countries, (0,)),
    "Issue": (whole_issue(), partial(issues.read_issue, order=ORDER, scope=SCOPE), ()),
}
"""By heading: a body, how the adapter reads it, and the way to the object in it."""


@pytest.mark.parametrize(("heading", "member"), [(heading, member) for heading in BODIES for member in PAGE.listed(heading)])
def test_a_member_goes_where_the_page_says(heading: str, member: str) -> None:
    body, read, way = BODIES[heading]
    row = PAGE.row_of(heading, member)
    said = attributes_in(row[1])
    if member == "errorMessage":
        return  # an error's text has a test of its own

    changed = changes(body, read, (*way, member), WORDS)
    assert said <= changed
    if (heading, member) not in INSIDE:  # what follows from the objects within, their own tables say
        assert changed <= said | set(QUOTED.findall(row[2]))


@pytest.mark.parametrize("heading", [heading for heading in BODIES if "errorMessage" in PAGE.listed(heading)])
def test_an_error_in_a_successful_answer(heading: str) -> None:
    body, read, way = BODIES[heading]
    if way or PAGE.goes_to(heading)["errorMessage"] == "not kept":
        return
    empty = {**dict.fromkeys(body), "errorMessage": "told by the shop"}

    with pytest.raises(printkit.RejectedError, match="told by the shop"):
        refusals.reading(read, Response(200, {}, json.dumps(empty).encode()), SCOPE)


# ── Each parameter comes from where the page says ─────────────────────────────────────────────────────────────────────

TOM = Recipient("Tom", "1", "2", "Cardiff", "Glamorgan", "CF11", "GB", "tom@example.com", "1")
NEW = NewOrder(TOM, "R1", "CHEAPEST", Payment.MERCHANT, metadata={"a": "b"}, extra={"pwinty": {"useTrackedShipping": True}})
PRINT = Photo(
    "4x6",
    Artwork(url="http://a.example/b", md5="0" * 32),
    sizing=Sizing.CROP,
    attributes={"a": "b"},
    reference="r",
    price_to_recipient=Money(Decimal(1)),
    extra={"pwinty": {"x": "y"}},
)


def creation(order: NewOrder, **settings: str) -> dict[str, Any]:
    given = {"print_country": "GB", "quality": "Pro"} | settings
    reference = "generated" if order.reference is None else order.reference
    return bodies.new_order_body(order, reference, given["print_country"] or None, given["quality"])


@pytest.mark.parametrize(("name", "source"), PAGE.sources("`POST /Orders`"))
def test_where_a_new_order_s_parameters_come_from(name: str, source: str) -> None:
    if source == "NewOrder.extra":
        assert creation(evolve(NEW, extra={"pwinty": {name: "x"}}))[name] == "x"
        return
    owner, attribute = source.split(".")
    value: Any = Payment.RECIPIENT if attribute == "payment" else "other"
    other = evolve(NEW, **{attribute: value}) if owner == "NewOrder" else evolve(NEW, recipient=evolve(TOM, **{attribute: value}))
    settings = {"print_country": ""} if name == "countryCode" else {}

    assert name in different_members(creation(NEW, **settings), creation(other, **settings))


@pytest.mark.parametrize(("name", "setting", "value"), [("countryCode", "print_country", "US"), ("qualityLevel", "quality", "Standard")])
def test_what_a_new_order_takes_from_the_settings(name: str, setting: str, value: str) -> None:
    assert f"setting `{setting}`" in PAGE.goes_to("`POST /Orders`")[name]
    assert different_members(creation(NEW), creation(NEW, **{setting: value})) == {name}


@pytest.mark.parametrize(("name", "source"), PAGE.sources("`PUT /Orders/{id}`"))
def test_where_a_recipient_s_parameters_come_from(name: str, source: str) -> None:
    other = evolve(TOM, **{source.removeprefix("Recipient."): "other"})

    assert different_members(bodies.recipient_body(TOM), bodies.recipient_body(other)) == {name}


@pytest.mark.parametrize(
    ("name", "source"), [*PAGE.sources("`POST /Orders/{orderId}/Photos`"), *PAGE.sources("`POST /Orders/{orderId}/Photos/Batch`")]
)
def test_where_a_photo_s_parameters_come_from(name: str, source: str) -> None:
    owner, attribute = source.split(".")
    if name == "file":
        assert attribute in {field.name for field in attrs.fields(Artwork)}
        return
    values = {"copies": 9, "sizing": Sizing.FIT, "price_to_recipient": Money(Decimal(9)), "attributes": {"c": "d"}}
    value: Any = values.get(attribute, "other")
    picture = PRINT.artwork[0]
    other = evolve(PRINT, **{attribute: value}) if owner == "Photo" else evolve(PRINT, artwork=evolve(picture, **{attribute: value}))

    assert different_members(bodies.photo_body(PRINT), bodies.photo_body(other)) == {name}


@pytest.mark.parametrize("attribute", ["email", "phone"])
def test_what_a_change_of_the_recipient_does_not_tell(attribute: str) -> None:
    assert bodies.recipient_body(evolve(TOM, **{attribute: "other"})) == bodies.recipient_body(TOM)


def test_what_a_new_order_does_not_tell() -> None:
    assert different_members(creation(NEW), creation(evolve(NEW, recipient=evolve(TOM, email="other"), metadata={}))) == set()
    assert different_members(bodies.photo_body(PRINT), bodies.photo_body(evolve(PRINT, reference="other"))) == set()
