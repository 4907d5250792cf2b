"""Both shops' orders read by msgspec into typed structs, as its documentation tells to, and from there to the model."""

from datetime import datetime
from decimal import Decimal

import msgspec

from printkit.model import Order

from .typed import gooten_order, pwinty_order


class _Camel(msgspec.Struct, rename="camel"):
    pass


class _Pascal(msgspec.Struct, rename="pascal"):
    pass


class _Photo(_Camel):
    id: int
    type: str
    url: str
    status: str
    copies: str
    sizing: str
    price: Decimal
    price_to_user: Decimal | None
    md5_hash: str | None
    preview_url: str | None
    thumbnail_url: str | None
    attributes: dict[str, str]


class _Parcel(_Camel):
    shipment_id: int
    carrier: str | None
    tracking_number: str | None


class _Shipping(_Camel):
    price: Decimal
    shipments: list[_Parcel]


class _PwintyOrder(_Camel):
    id: int
    recipient_name: str
    address1: str | None
    address2: str | None
    address_town_or_city: str | None
    state_or_county: str | None
    postal_or_zip_code: str | None
    destination_country_code: str
    price: Decimal
    status: str
    payment: str
    payment_url: str | None
    merchant_order_id: str | None
    created: datetime
    last_updated: datetime
    shipping_info: _Shipping
    photos: list[_Photo]


class _Price(_Pascal):
    price: Decimal
    currency_code: str


class _Image(_Pascal):
    source_url: str
    space_id: str | None
    thumbnail_url: str | None


class _Sent(_Pascal):
    tracking_number: str | None
    ship_carrier_name: str | None


class _Item(_Pascal):
    order_item_id: int
    sku: str
    quantity: int
    status: str
    price: _Price
    source_id: str | None
    images: list[_Image]
    shipments: list[_Sent]


class _Address(_Pascal):
    first_name: str
    last_name: str
    line1: str
    city: str
    state: str
    postal_code: str
    country_code: str
    email: str
    phone: str


class _GootenOrder(_Pascal):
    id: str
    nice_id: str
    source_id: str
    gooten_id: int
    items: list[_Item]
    total: _Price
    shipping_total: _Price
    shipping_address: _Address


_read_pwinty = msgspec.json.Decoder(_PwintyOrder).decode
_read_gooten = msgspec.json.Decoder(_GootenOrder).decode


def pwinty_with_msgspec(body: bytes) -> Order:
    """One order."""
    return pwinty_order(_read_pwinty(body), body)


def gooten_with_msgspec(body: bytes) -> Order:
    """One order."""
    return gooten_order(_read_gooten(body), body)
