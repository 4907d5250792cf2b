"""What an order costs and in which parcels it goes. Refuses to change anything: it reads an order and computes.

Rules: reference/pwinty-api.md sections 5 (money), 6.2 (shipments) and 13 (shipping price). Amounts are pence or cents.
"""

from datetime import datetime, timedelta
from typing import Final

from .catalogue import Band, Item, Rate, catalogue
from .options import Options
from .state import Order, Photo, Shipment

_DAYS: Final[dict[Band, tuple[int, int]]] = {
    "Prints": (2, 4),
    "LargePrints": (3, 5),
    "Canvas": (4, 7),
    "FramedPrints": (4, 7),
    "Gifts": (3, 6),
}
"""Earliest and latest arrival, in days; ours."""


def unit_price(item: Item, options: Options) -> int:
    """One copy in the account's currency."""
    return item.price_gbp if options.currency == "GBP" else item.price_usd


def photo_price(photo: Photo, options: Options) -> int:
    """A photo's ``price``: of one copy, or of all where the option says so."""
    price = unit_price(photo.item, options)
    return price if options.photo_price == "unit" else price * photo.copies


def shipments(order: Order, options: Options, now: datetime) -> list[Shipment]:
    """The order's parcels: fixed since its submission, or as they would be now."""
    if order.shipments is not None:
        return order.shipments
    bands: dict[Band, list[int]] = {}
    for photo in order.photos.values():
        bands.setdefault(photo.item.band, []).append(photo.id)
    return [_parcel(order, band, photo_ids, options, now) for band, photo_ids in bands.items()]


def _parcel(order: Order, band: Band, photo_ids: list[int], options: Options, now: datetime) -> Shipment:
    rate = _rate(order, band)
    earliest, latest = _DAYS[band]
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    return Shipment(
        band=band,
        tracked=order.tracked or (rate is not None and rate.tracked),
        carrier=options.carrier if options.carrier is not None else ("NotKnown" if rate is None else rate.carrier),
        price=_rate_price(rate, options),
        photo_ids=photo_ids,
        earliest=midnight + timedelta(days=earliest),
        latest=midnight + timedelta(days=latest + 1, seconds=-1),
    )


def _rate(order: Order, band: Band) -> Rate | None:
    return catalogue(order.country, order.quality).rate(band, tracked=order.tracked, method=order.shipping_method)


def _rate_price(rate: Rate | None, options: Options) -> int:
    if rate is None:
        return 0
    return rate.price_gbp if options.currency == "GBP" else rate.price_usd


def shipping_price(order: Order, parcels: list[Shipment], options: Options) -> int:
    """What sending costs."""
    if not parcels:
        return 0 if options.empty_order_price == "zero" else _rate_price(_rate(order, "Prints"), options)
    prices = [parcel.price for parcel in parcels]
    return max(prices) if options.shipping_price == "highest rate" else sum(prices)


def order_price(order: Order, shipping: int, options: Options) -> int:
    """Item price times copies, of every photo, and shipping."""
    return sum(unit_price(photo.item, options) * photo.copies for photo in order.photos.values()) + shipping
