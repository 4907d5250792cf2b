"""What goes over Pwinty's wire: answers as msgspec structs, requests as bytes. Gives words no meaning and never leaves this folder.

Only what an order cannot do without is typed strictly; everything else is read leniently in ``translate``, so that one odd
member cannot turn a placed order into an unknown one (reference/pwinty-api.md, sections 5, 6 and 12).
"""

from collections.abc import Callable
from typing import Any

import msgspec

from ...decoding import reader

Loose = Any
"""An inessential member: read in ``translate``, where anything odd becomes None."""


class Wire(msgspec.Struct, kw_only=True, rename="camel", gc=False):
    """An answer's object; unknown members are ignored."""


class Photo(Wire):
    """Reference 6.3. ``copies`` is a string in the seed's samples and an integer in recordings."""

    id: int | str
    type: str
    copies: int | str
    status: str | None = None
    url: Loose = None
    sizing: Loose = None
    price: Loose = None
    price_to_user: Loose = None
    md5_hash: Loose = None
    preview_url: Loose = None
    thumbnail_url: Loose = None
    attributes: Loose = None
    error_message: Loose = None


class Shipment(Wire):
    """Reference 6.2."""

    shipment_id: Loose = None
    is_tracked: Loose = None
    tracking_number: Loose = None
    tracking_url: Loose = None
    earliest_estimated_arrival_date: Loose = None
    latest_estimated_arrival_date: Loose = None
    shipped_on: Loose = None
    carrier: Loose = None
    photo_ids: Loose = None


class ShippingInfo(Wire):
    """Reference 6.1, ``shippingInfo``."""

    price: Loose = None
    shipments: list[Shipment] | None = None


class Order(Wire):
    """Reference 6.1."""

    id: int | str
    status: str
    photos: list[Photo] | None = None
    shipping_info: ShippingInfo | None = None
    recipient_name: Loose = None
    address1: Loose = None
    address2: Loose = None
    address_town_or_city: Loose = None
    state_or_county: Loose = None
    postal_or_zip_code: Loose = None
    country_code: Loose = None
    destination_country_code: Loose = None
    price: Loose = None
    merchant_order_id: Loose = None
    payment: Loose = None
    payment_url: Loose = None
    created: Loose = None
    last_updated: Loose = None
    error_message: Loose = None


class Batch(Wire):
    """The answer to adding several photos (seed 004, "Add multiple photos")."""

    items: list[msgspec.Raw] | None = None
    error_message: Loose = None


class Added(Wire):
    """The same, where every photo was added: nearly always."""

    items: list[Photo]
    error_message: Loose = None


class PhotoFindings(Wire):
    """One photo of a SubmissionStatus (reference 6.4)."""

    id: int | str
    errors: list[str] | None = None
    warnings: list[str] | None = None


class SubmissionStatus(Wire):
    """Reference 6.4."""

    is_valid: bool
    general_errors: list[str] | None = None
    photos: list[PhotoFindings] | None = None


class Issue(Wire):
    """Reference 6.7."""

    id: int | str
    issue: Loose = None
    issue_detail: Loose = None
    action: Loose = None
    action_detail: Loose = None
    affected_images: Loose = None
    issue_state: Loose = None
    commentary: Loose = None
    error_message: Loose = None


class IssueList(Wire):
    """The key is ``Issues`` in the seed and ``issues`` in reality (reference 12.12)."""

    issues: list[Issue] | None = None
    capital_issues: list[Issue] | None = msgspec.field(name="Issues", default=None)
    error_message: Loose = None


class Product(Wire):
    """Reference 6.5, an item of the catalogue."""

    name: str
    description: Loose = None
    size_units: Loose = None
    image_horizontal_size: Loose = None
    image_vertical_size: Loose = None
    full_product_horizontal_size: Loose = None
    full_product_vertical_size: Loose = None
    recommended_horizontal_resolution: Loose = None
    recommended_vertical_resolution: Loose = None
    price_gbp: Loose = msgspec.field(name="priceGBP", default=None)
    price_usd: Loose = msgspec.field(name="priceUSD", default=None)
    shipping_band: Loose = None
    attributes: Loose = None


class Rate(Wire):
    """Reference 6.5, a shipping rate."""

    band: Loose = None
    description: Loose = None
    shipping_method: Loose = None
    is_tracked: Loose = None
    price_gbp: Loose = msgspec.field(name="priceGBP", default=None)
    price_usd: Loose = msgspec.field(name="priceUSD", default=None)
    price: Loose = None
    currency: Loose = None


class Catalogue(Wire):
    """Reference 6.5."""

    country_code: str
    items: list[Product]
    quality_level: Loose = None
    shipping_rates: list[Rate] | None = None


class Country(Wire):
    """Reference 6.6."""

    country_code: str
    name: Loose = None
    has_products: Loose = None


class Said(Wire):
    """Any answer that carries only a message, or an error's: the members a message can stand under (reference 4.2)."""

    error_message: Loose = None
    error: Loose = None
    message: Loose = None
    capital_message: Loose = msgspec.field(name="Message", default=None)


class Done(Wire):
    """An answer that carries no item; what else it may say must not contradict that it was done (reference 7.6, 7.11)."""

    error_message: Loose
    """Null, but there: an object without it may be anybody's."""
    error: Loose = None
    message: Loose = None
    capital_message: Loose = msgspec.field(name="Message", default=None)
    status: Loose = None
    is_valid: Loose = None


read_order = reader(Order, "Pwinty")
read_orders = reader(list[msgspec.Raw], "Pwinty")
read_photo = reader(Photo, "Pwinty")
read_photos = reader(list[Photo], "Pwinty")
read_batch = reader(Batch, "Pwinty")
read_added = reader(Added, "Pwinty")
read_submission = reader(SubmissionStatus, "Pwinty")
read_issue = reader(Issue, "Pwinty")
read_issues = reader(IssueList, "Pwinty")
read_catalogue = reader(Catalogue, "Pwinty")
read_countries = reader(list[Country], "Pwinty")
read_said = reader(Said, "Pwinty")
read_done = reader(Done, "Pwinty")

JSON = "application/json"

write: Callable[[Any], bytes] = msgspec.json.encode
