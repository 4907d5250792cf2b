"""The wire form of everything Pwinty answers: members, spelling, dates. Knows no rules; writes down what it is given.

Members: seed 004 and reference/pwinty-api.md section 6; the empty items: section 4.2.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final

from . import dates, prices
from .catalogue import COUNTRIES_WITH_PRODUCTS, Catalogue, Item, Rate
from .countries import COUNTRIES
from .options import Options
from .state import ADDRESS, Issue, LogEntry, Order, Photo, Shipment
from .submission import Report

Json = dict[str, object]

_WORD: Final = re.compile(r"(?<=[a-z])(?=[A-Z])")


def succeeded(members: Json, options: Options) -> Json:
    """The members of a successful object, which carries ``errorMessage`` too (reference 4.3)."""
    return {**members, "errorMessage": None} if options.error_message_on_success else members


def order(found: Order, options: Options, now: datetime, *, fresh: frozenset[str] = frozenset(), thin: bool = False) -> Json:
    """An order. ``fresh`` names the dates written in this very request; a thin one has no shipping and no price."""
    parcels = [] if thin else prices.shipments(found, options, now)
    shipping = 0 if thin else prices.shipping_price(found, parcels, options)
    members: Json = {
        "id": found.id,
        **{name: found.address[name] for name in ADDRESS},
        "countryCode": found.country,
        "destinationCountryCode": found.destination,
        "price": 0 if thin else prices.order_price(found, shipping, options),
        "shippingInfo": {"price": shipping, "shipments": [_shipment(parcel, fixed=found.shipments is not None) for parcel in parcels]},
        "preferredShippingMethod": found.shipping_method,
        "merchantOrderId": found.reference,
        "status": found.state,
        "payment": found.payment,
        "paymentUrl": found.payment_url,
        "qualityLevel": found.quality,
        "created": dates.fresh(found.created) if "created" in fresh else dates.stored(found.created),
        "lastUpdated": dates.fresh(found.updated) if "lastUpdated" in fresh else dates.stored(found.updated),
        "photos": [photo(each, options) for each in found.photos.values()],
        "invoiceAmountNet": 0,
        "invoiceTax": 0,
        "invoiceCurrency": found.invoice_currency,
    }
    return succeeded(members, options)


def _shipment(parcel: Shipment, *, fixed: bool) -> Json:
    date = dates.stored if fixed else dates.forecast
    return {
        "shipmentId": None if parcel.id is None else str(parcel.id),
        "isTracked": parcel.tracked,
        "trackingNumber": parcel.number,
        "trackingUrl": parcel.url,
        "earliestEstimatedArrivalDate": date(parcel.earliest),
        "latestEstimatedArrivalDate": date(parcel.latest),
        "shippedOn": None if parcel.shipped_on is None else dates.stored(parcel.shipped_on),
        "carrier": parcel.carrier,
        "photoIds": list(parcel.photo_ids),
    }


def photo(found: Photo, options: Options) -> Json:
    """A photo. Hash and previews are there once the picture is."""
    there = found.state == "Ok"
    members: Json = {
        "id": found.id,
        "type": found.item.name,
        "url": found.url,
        "status": found.state,
        "copies": found.copies if options.copies == "integer" else str(found.copies),
        "sizing": found.sizing,
        "priceToUser": found.price_to_user,
        "price": prices.photo_price(found, options),
        "md5Hash": found.md5 if there else None,
        "previewUrl": found.preview_url or f"https://images.example.com/preview/{found.id}.jpg" if there else None,
        "thumbnailUrl": found.thumbnail_url or f"https://images.example.com/thumb/{found.id}.jpg" if there else None,
        "attributes": dict(found.attributes),
    }
    return succeeded(members, options)


def submission_status(found: Order, report: Report, options: Options) -> Json:
    """What validation says: these four members and no ``errorMessage`` (reference 6.4)."""
    return {
        "id": found.id if options.submission_status_id == "integer" else str(found.id),
        "isValid": report.valid,
        "photos": [
            {"id": finding.photo_id, "errors": list(finding.errors), "warnings": list(finding.warnings)} for finding in report.findings
        ],
        "generalErrors": list(report.general),
    }


def catalogue(country: str, quality: str, sold: Catalogue, options: Options) -> Json:
    """All that is sold in one country and quality."""
    members: Json = {
        "country": COUNTRIES[country],
        "countryCode": country,
        "qualityLevel": quality,
        "items": [succeeded(_item(each), options) for each in sold.items],
        "shippingRates": [_rate(each) for each in sold.rates],
    }
    return succeeded(members, options)


def _item(item: Item) -> Json:
    return {
        "name": item.name,
        "description": item.description,
        "itemType": item.kind,
        "imageHorizontalSize": item.image[0],
        "imageVerticalSize": item.image[1],
        "fullProductHorizontalSize": item.product[0],
        "fullProductVerticalSize": item.product[1],
        "sizeUnits": item.units,
        "priceGBP": item.price_gbp,
        "priceUSD": item.price_usd,
        "recommendedHorizontalResolution": item.resolution[0],
        "recommendedVerticalResolution": item.resolution[1],
        "shippingBand": item.band,
        "attributes": [{"name": name, "validValues": list(values)} for name, values in item.attributes],
    }


def _rate(rate: Rate) -> Json:
    return {
        "band": rate.band,
        "description": rate.description,
        "isTracked": rate.tracked,
        "shippingMethod": rate.method,
        "priceGBP": rate.price_gbp,
        "priceUSD": rate.price_usd,
    }


def countries(options: Options) -> list[Json]:
    """Every country that the system knows."""
    return [
        succeeded({"countryCode": code, "hasProducts": code in COUNTRIES_WITH_PRODUCTS, "name": name}, options)
        for code, name in COUNTRIES.items()
    ]


def issue(found: Issue, options: Options) -> Json:
    """One issue; its ids are texts in the seed."""
    spell = str if options.issue_ids == "string" else int
    members: Json = {
        "id": spell(found.id),
        "issue": found.kind,
        "issueDescription": _WORD.sub(" ", found.kind),
        "issueDetail": found.detail,
        "action": found.action,
        "actionDescription": _WORD.sub(" ", found.action),
        "actionDetail": found.action_detail,
        "orderId": spell(found.order_id),
        "affectedImages": list(found.images),
        "issueState": found.state,
        "commentary": ",".join(found.commentary),
    }
    return succeeded(members, options)


def issues(found: Iterable[Issue], options: Options) -> Json:
    """A list of issues, under both spellings of its member unless one was chosen (reference 12.12)."""
    listed = [issue(each, options) for each in found]
    names = ("Issues", "issues") if options.issues_member == "both" else (options.issues_member,)
    return succeeded(dict.fromkeys(names, listed), options)


def logs(entries: Iterable[LogEntry]) -> Json:
    """What happened to an order (reference 7.18)."""
    return {
        "logs": [{"title": entry.title, "message": entry.message, "created": dates.stored(entry.created)} for entry in entries],
    }


_EMPTY: Final[Mapping[str, Mapping[str, object]]] = {
    "order": {
        "id": 0,
        **dict.fromkeys(ADDRESS),
        "countryCode": None,
        "destinationCountryCode": None,
        "price": 0,
        "shippingInfo": None,
        "preferredShippingMethod": None,
        "merchantOrderId": None,
        "status": "NotYetSubmitted",
        "payment": "InvoiceMe",
        "paymentUrl": None,
        "qualityLevel": "Pro",
        "created": "0001-01-01T00:00:00",
        "lastUpdated": "0001-01-01T00:00:00",
        "photos": None,
        "invoiceAmountNet": 0,
        "invoiceTax": 0,
        "invoiceCurrency": None,
    },
    "photo": {
        "id": 0,
        "type": None,
        "url": None,
        "status": "AwaitingUrlOrData",
        "copies": 0,
        "sizing": "Crop",
        "priceToUser": None,
        "price": 0,
        "md5Hash": None,
        "previewUrl": None,
        "thumbnailUrl": None,
        "attributes": None,
    },
    "batch": {"items": None},
    "submission": {"id": 0, "isValid": False, "photos": None, "generalErrors": None},
    "catalogue": {"country": None, "countryCode": None, "items": None, "qualityLevel": None, "shippingRates": None},
    "issue": {
        "id": None,
        "issue": None,
        "issueDescription": None,
        "issueDetail": None,
        "action": None,
        "actionDescription": None,
        "actionDetail": None,
        "orderId": None,
        "affectedImages": None,
        "issueState": None,
        "commentary": None,
    },
    "nothing": {},
}
"""The items that stand on errors, with the service's default values; by option, and unless told otherwise, all null."""


def empty(kind: str, text: str, options: Options) -> Json:
    """The empty item of a failed operation, with the reason."""
    members = _EMPTY[kind]
    values = dict(members) if options.empty_item == "defaults" else dict.fromkeys(members)
    return {**values, "errorMessage": text}
