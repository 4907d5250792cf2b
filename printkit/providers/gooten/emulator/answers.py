"""The wire form of an order and of every yes and no: members and their spelling. Knows no rules; writes down what it is given.

Members: reference/gooten-api.md sections 5, 6, 8 and 12.
"""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Final

from . import prices
from .money import Json
from .options import Options
from .refusals import Entry
from .state import Image, Item, Order

_NOT_SAID: Final = " "
"""What stands in a billing address for a member that was not sent (recorded)."""


def order(found: Order, options: Options, *, images: bool = False) -> Json:
    """An order as ``GET orders`` and the webhooks have it."""
    return {
        **_head(found, options),
        **({"GootenId": found.gooten_id} if options.gooten_id else {}),
        "Items": [_item(found, each, options, images=images) for each in found.items],
        **_sums(found),
        "ShippingAddress": _shipping_address(found),
        "BillingAddress": _billing_address(found.billing),
        **({"Meta": dict(found.meta)} if found.meta else {}),
    }


def hit(found: Order, options: Options) -> Json:
    """An order as ``ordersearch`` has it: no addresses, and no ids beside the safe one."""
    items = [_item(found, each, options, images=False) for each in found.items]
    thin = [{name: value for name, value in item.items() if name not in {"OrderItemId", "SourceId"}} for item in items]
    return {**_head(found, options), "Items": thin, **_sums(found), "Meta": dict(found.meta)}


def _head(found: Order, options: Options) -> Json:
    nice = f"{found.ship_to.get('LastName', '')[:5]}{found.id[:5]}" if options.nice_id == "last name and id" else str(found.gooten_id)
    return {"Id": found.id, "NiceId": nice, "SourceId": found.source_id or found.id}


def _sums(found: Order) -> Json:
    money = found.currency.written
    return {
        "Total": money(prices.total(found)),
        "ShippingTotal": money(prices.shipping_total(found)),
        "DiscountAmount": money(found.discount),
        **({"DiscountCode": found.coupon} if found.coupon else {}),
    }


def _item(found: Order, item: Item, options: Options, *, images: bool) -> Json:
    line, money = prices.line_of(item), found.currency.written
    price = prices.line_price(line, found.currency) if options.item_price == "line" else prices.unit_price(line, found.currency)
    meta = dict(item.meta) if item.ready_made is None else {**item.meta, "PreconfigSku": item.ready_made}
    return {
        **({"OrderItemId": item_number(item, options)} if options.gooten_id else {}),
        "Sku": item.variant.sku,
        "ProductId": item.product.id,
        "Product": item.product.name,
        "Quantity": item.quantity,
        "Status": options.spelling.get(item.status, item.status),
        "Price": money(price),
        "DiscountAmount": money(Decimal(0)),
        **({"SourceId": item.source_id} if item.source_id else {}),
        "Meta": meta,
        "Shipments": [
            {"TrackingNumber": parcel.number, "TrackingUrl": parcel.url, "ShipCarrierName": parcel.carrier} for parcel in item.parcels
        ],
        **_deprecated_tracking(item),
        **({"Images": [_image(item, each, options) for each in item.images]} if images else {}),
    }


def item_number(item: Item, options: Options) -> object:
    """An item's id."""
    return item.id if options.order_item_id == "integer" else str(item.id)


def _image(item: Item, image: Image, options: Options) -> Json:
    return {
        "SourceUrl": image.url,
        "SpaceId": image.space,
        "ThumbnailUrl": image.thumbnail or image.url,
        **({"OrderItemId": item_number(item, options)} if options.gooten_id else {}),
    }


def _deprecated_tracking(item: Item) -> Json:
    if not item.parcels:
        return {}
    last = item.parcels[-1]
    return {"TrackingNumber": last.number, "TrackingUrl": last.url, "ShipCarrierName": last.carrier}


def _shipping_address(found: Order) -> Json:
    members: Json = {name: value for name, value in found.ship_to.items() if value.strip()}
    return {**members, "IsBusinessAddress": True} if found.business else members


def _billing_address(said: Mapping[str, str]) -> Json:
    return {**dict.fromkeys(("Line1", "City", "State"), _NOT_SAID), **{name: value for name, value in said.items() if value.strip()}}


def updated(found: Order, options: Options, *, always: bool = False) -> Json:
    """What a call that changed an order says: the order's safe ID."""
    if always or options.update_answer == "result":
        return {"HadError": False, "Result": {"Id": found.id}}
    return {"HadError": False}


def failed(entries: Iterable[Entry], code: str | None, options: Options) -> Json:
    """The error body (reference 5.1); without a code in its short form, which has been recorded too."""
    full = code is not None
    listed = [_entry(entry, full=full) for entry in entries] if options.errors_on_failure == "list" else None
    return {**({"ErrorReferenceCode": code} if full else {}), "Errors": listed, "HadError": True}


def _entry(entry: Entry, *, full: bool) -> Json:
    members: Json = {"PropertyName": entry.property, "ErrorMessage": entry.text}
    return {**members, "AttemptedValue": entry.attempted, "CustomState": None} if full else members
