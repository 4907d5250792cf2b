"""What goes over Gooten's wire: answers as msgspec structs, requests as bytes. Gives words no meaning and never leaves this folder.

Keys are PascalCase; a missing key and null are the same (reference/gooten-api.md section 2.4). Only what an order cannot do without is
typed strictly; everything else is read leniently in ``translate``.
"""

from collections.abc import Callable
from typing import Any

import msgspec

from ...decoding import reader

Loose = Any
"""An inessential member: read in ``translate``, where anything odd becomes None."""


class Wire(msgspec.Struct, kw_only=True, rename="pascal", gc=False):
    """An answer's object; unknown members are ignored."""


class Item(Wire):
    """Reference 8.2. An older server has no ``OrderItemId``; ``Sku`` is the base SKU of a print-ready product (trap 42)."""

    sku: str
    status: str
    quantity: int | str
    order_item_id: int | str | None = None
    source_id: Loose = None
    price: Loose = None
    meta: Loose = None
    images: Loose = None
    shipments: Loose = None
    tracking_number: Loose = None
    tracking_url: Loose = None
    ship_carrier_name: Loose = None


class Order(Wire):
    """Reference 8.2. Without ``Id`` there is no such order (trap 11); ``SouceId`` is an old server's spelling (trap 18)."""

    id: str
    items: list[Item] | None = None
    nice_id: Loose = None
    source_id: Loose = None
    souce_id: Loose = None
    gooten_id: Loose = None
    total: Loose = None
    shipping_total: Loose = None
    shipping_address: Loose = None
    meta: Loose = None


class OrderAnswer(Order):
    """An order by itself, with what an answer may say beside it (reference section 5)."""

    had_error: Loose = None
    error_reference_code: Loose = None
    errors: Loose = None
    message: Loose = None


class Found(Wire):
    """Reference 8.3."""

    orders: list[msgspec.Raw]
    total_pages: Loose = None


class Submitted(Wire):
    """Reference 8.1: the safe id."""

    id: str
    had_error: Loose = None


class Updated(Wire):
    """Reference 8.6, 8.8, 8.9: which order was changed."""

    had_error: bool
    result: Loose = None


class ImagesUpdated(Wire):
    """Seed 000."""

    had_error: bool
    updated_items: Loose = None


class Cancelled(Wire):
    """Seed 003: here ``Errors`` holds item ids (trap 13)."""

    had_error: bool
    success: list[int | str] | None = None
    errors: list[Any] | None = None


class Said(Wire):
    """Any answer, read for what went wrong (reference section 5); an order without ``Id`` is none (trap 11)."""

    id: Loose = None
    had_error: Loose = None
    error_reference_code: Loose = None
    errors: Loose = None
    message: Loose = None


class ShipOptions(Wire):
    """Reference 13.3: what can be sent together, and how."""

    result: list[Any] | None


class ImageCheck(Wire):
    """Reference 15.1."""

    issues: list[Any] | None


class AddressCheck(Wire):
    """Reference 16."""

    is_valid: bool
    reason: Loose = None


class ProductHead(Wire):
    """Reference 14.1."""

    id: int | str
    name: Loose = None
    has_available_product_variants: Loose = None
    is_coming_soon: Loose = None


class Products(Wire):
    """Reference 14.1."""

    products: list[ProductHead]


class Variant(Wire):
    """Reference 14.2."""

    sku: str
    options: Loose = None
    price_info: Loose = None


class Variants(Wire):
    """Reference 14.2."""

    product_variants: list[Variant]


class CountryHead(Wire):
    """Reference 16."""

    code: str
    name: Loose = None
    is_supported: Loose = None


class Countries(Wire):
    """Reference 16."""

    countries: list[CountryHead]


read_order = reader(Order, "Gooten")
read_order_answer = reader(OrderAnswer, "Gooten")
read_found = reader(Found, "Gooten")
read_submitted = reader(Submitted, "Gooten")
read_updated = reader(Updated, "Gooten")
read_images_updated = reader(ImagesUpdated, "Gooten")
read_cancelled = reader(Cancelled, "Gooten")
read_said = reader(Said, "Gooten")
read_ship_options = reader(ShipOptions, "Gooten")
read_image_check = reader(ImageCheck, "Gooten")
read_address_check = reader(AddressCheck, "Gooten")
read_products = reader(Products, "Gooten")
read_variants = reader(Variants, "Gooten")
read_countries = reader(Countries, "Gooten")

JSON = "application/json"

write: Callable[[Any], bytes] = msgspec.json.encode
