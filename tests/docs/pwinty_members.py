"""Every parameter and member that there is at Pwinty, by the page's headings: as documented, in samples, read and sent, and answered.

The vendor's documentation is copied out below by hand; everything else is asked of the code and of the emulator.
"""

import json
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

import msgspec

from printkit.model import Artwork, Money, NewOrder, Payment, Photo, Recipient
from printkit.providers.pwinty import bodies, issues, wire
from printkit.providers.pwinty.emulator import Options
from tests.docs.page import ROOT, objects
from tests.providers.pwinty.emulator_client import Client

SAMPLES = ROOT / "tests/samples/pwinty"
ADDRESS = "recipientName address1 address2 addressTownOrCity stateOrCounty postalOrZipCode"
PHOTO = "type url copies sizing priceToUser md5Hash attributes"

DOCUMENTED = {
    "Every request": "X-Pwinty-MerchantId X-Pwinty-REST-API-Key Accept Content-Type",
    "`GET /Orders`": "count offset orderStatus merchantOrderId",
    "`POST /Orders`": f"merchantOrderId {ADDRESS} destinationCountryCode countryCode preferredShippingMethod useTrackedShipping payment "
    "qualityLevel mobileTelephone",
    "`PUT /Orders/{id}`": f"id {ADDRESS}",
    "`POST /Orders/{id}/Status`": "id status",
    "`POST /Orders/{orderId}/Photos`": f"orderId {PHOTO} file",
    "`POST /Orders/{orderId}/Photos/Batch`": f"orderId {PHOTO}",
    "`GET /Catalogue/{countryCode}/{qualityLevel}`": "countryCode qualityLevel name",
    "`POST /Orders/{orderId}/Issues`": "orderId issue issueDetail action actionDetail affectedImages",
    "`PUT /Orders/{orderId}/Issues/{issueId}`": "orderId issueId newState comment",
    "Order": f"id {ADDRESS} countryCode destinationCountryCode price status shippingInfo payment paymentUrl qualityLevel photos "
    "preferredShippingMethod merchantOrderId created lastUpdated invoiceAmountNet invoiceTax invoiceCurrency",
    "Order: `shippingInfo`": "price shipments",
    "Shipment": "shipmentId isTracked trackingNumber trackingUrl earliestEstimatedArrivalDate latestEstimatedArrivalDate shippedOn carrier "
    "photoIds",
    "Photo": f"id status price previewUrl thumbnailUrl {PHOTO}",
    "Batch": "errorMessage items",
    "SubmissionStatus": "id isValid photos generalErrors",
    "SubmissionStatus: `photos`": "id errors warnings",
    "Catalogue": "errorMessage country countryCode items qualityLevel shippingRates",
    "Catalogue: `items`": "name description imageHorizontalSize imageVerticalSize fullProductHorizontalSize fullProductVerticalSize "
    "sizeUnits priceGBP priceUSD recommendedHorizontalResolution recommendedVerticalResolution attributes shippingBand",
    "Catalogue: `attributes` of an item": "name validValues",
    "Catalogue: `shippingRates`": "band description shippingMethod priceGBP priceUSD isTracked",
    "Country": "countryCode hasProducts name",
    "Issue": "id issue issueDescription issueDetail action actionDescription actionDetail orderId affectedImages issueState commentary",
    "List of issues": "Issues",
    "Callback": "id orderId merchantOrderId environment timestamp status shipments items trackingNumber trackingUrl",
    "Errors": "errorMessage",
}
"""The vendor's v2.5 documentation (seed 004), by the page's headings: parameters of requests, members of answers."""

UNDOCUMENTED = {"`POST /Orders`": "email invoiceAmountNet invoiceTax invoiceCurrency"}
"""Known from other clients only (reference 7.3)."""

WIRE: dict[str, type[msgspec.Struct]] = {
    "Order": wire.Order,
    "Order: `shippingInfo`": wire.ShippingInfo,
    "Shipment": wire.Shipment,
    "Photo": wire.Photo,
    "Batch": wire.Batch,
    "SubmissionStatus": wire.SubmissionStatus,
    "SubmissionStatus: `photos`": wire.PhotoFindings,
    "Catalogue": wire.Catalogue,
    "Catalogue: `items`": wire.Product,
    "Catalogue: `shippingRates`": wire.Rate,
    "Country": wire.Country,
    "Issue": wire.Issue,
    "List of issues": wire.IssueList,
    "Errors": wire.Said,
}


def answered() -> Iterator[tuple[str, Any]]:
    """Bodies, by the heading of what they are: those of the samples, and those that the emulator gives."""
    yield from of_the_emulator()
    for path in SAMPLES.glob("*.json"):
        kind, _, rest = path.name.partition(".")
        body = json.loads(path.read_bytes())
        if kind == "callback":
            yield "Callback", body
        elif rest.startswith("200") and "recorded" not in rest:
            yield KINDS[kind], body


KINDS = {
    "orders-get": "Order",
    "orders-create": "Order",
    "orders-update": "Order",
    "orders-list": "Order",
    "orders-status": "Errors",
    "orders-submissionstatus": "SubmissionStatus",
    "photos-get": "Photo",
    "photos-list": "Photo",
    "photos-create": "Photo",
    "photos-batch": "Batch",
    "photos-delete": "Errors",
    "catalogue": "Catalogue",
    "countries": "Country",
    "issues-get": "Issue",
    "issues-create": "Issue",
    "issues-update": "Issue",
    "issues-list": "List of issues",
}


def of_the_emulator() -> Iterator[tuple[str, Any]]:
    client = Client(Options(callback_url="http://127.0.0.1/"))
    order = client.order(payment="InvoiceMe")
    batch = client.post(f"/Orders/{order}/Photos/Batch", [{"type": "4x6", "url": "http://a.example/b", "copies": 1}])
    issue = client.post(f"/Orders/{order}/Issues", {"issue": "WrongAddress", "action": "Other"})
    report = client.get(f"/Orders/{order}/SubmissionStatus")
    client.status(order, "Submitted")
    client.shop.print_and_ship(order)
    yield "Batch", batch.json
    yield "Issue", issue.json
    yield "SubmissionStatus", report.json
    yield "List of issues", client.get(f"/Orders/{order}/Issues").json
    yield "Order", client.get(f"/Orders/{order}").json
    yield "Order", client.get("/Orders").json
    yield "Logs", client.get(f"/Orders/{order}/Logs").json
    yield "Catalogue", client.get("/Catalogue/GB/Pro").json
    yield "Country", client.get("/Country").json
    yield "Errors", client.post(f"/Orders/{order}/Status", {"status": "?"}).json
    yield from (("Callback", json.loads(notice.body)) for notice in client.shop.advance(client.clock.now()))


INSIDE = {
    ("Order", "shippingInfo"): "Order: `shippingInfo`",
    ("Order: `shippingInfo`", "shipments"): "Shipment",
    ("Order", "photos"): "Photo",
    ("Batch", "items"): "Photo",
    ("SubmissionStatus", "photos"): "SubmissionStatus: `photos`",
    ("Catalogue", "items"): "Catalogue: `items`",
    ("Catalogue: `items`", "attributes"): "Catalogue: `attributes` of an item",
    ("Catalogue", "shippingRates"): "Catalogue: `shippingRates`",
    ("List of issues", "issues"): "Issue",
    ("List of issues", "Issues"): "Issue",
    ("Callback", "shipments"): "Callback",
    ("Logs", "logs"): "Logs",
}


def sent() -> Iterator[tuple[str, Iterable[str]]]:
    """What the adapter sends, and the samples of requests."""
    everything = Recipient("n", "1", "2", "c", "s", "p", "GB", phone="1")
    new = NewOrder(everything, shipping="PRIORITY", payment=Payment.RECIPIENT)
    full = Photo("4x6", Artwork(url="http://a.example/b", md5="0" * 32), attributes={"a": "b"}, price_to_recipient=Money(Decimal(1)))
    yield "`POST /Orders`", bodies.new_order_body(new, "r", "GB", "Pro")
    yield "`PUT /Orders/{id}`", bodies.recipient_body(everything)
    yield "`POST /Orders/{orderId}/Photos`", bodies.photo_body(full)
    yield "`POST /Orders/{orderId}/Photos/Batch`", bodies.photo_body(full)
    yield "`POST /Orders/{orderId}/Issues`", issues.body("k", "a", "d", "ad", ["1"])
    for name, heading in (
        ("orders-create.request.full", "`POST /Orders`"),
        ("orders-update.request", "`PUT /Orders/{id}`"),
        ("orders-status.request.submit", "`POST /Orders/{id}/Status`"),
        ("photos-create.request.url", "`POST /Orders/{orderId}/Photos`"),
        ("issues-create.request", "`POST /Orders/{orderId}/Issues`"),
        ("issues-update.request.cancel", "`PUT /Orders/{orderId}/Issues/{issueId}`"),
    ):
        yield heading, json.loads((SAMPLES / f"{name}.json").read_bytes())
    yield "`POST /Orders/{orderId}/Photos/Batch`", json.loads((SAMPLES / "photos-batch.request.json").read_bytes())[0]


def expected() -> dict[str, set[str]]:
    found = {heading: set(names.split()) for heading, names in DOCUMENTED.items()}
    for heading, names in UNDOCUMENTED.items():
        found[heading] |= set(names.split())
    for heading, struct in WIRE.items():
        found.setdefault(heading, set()).update(field.encode_name for field in msgspec.structs.fields(struct))
    for kind, body in answered():
        for heading, each in objects(kind, body, INSIDE):
            found.setdefault(heading, set()).update(each)
    for heading, members in sent():
        found[heading] |= set(members)
    return found


EXPECTED = expected()
