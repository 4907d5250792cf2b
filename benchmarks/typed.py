"""From typed objects that have the members of the shops' JSON, however they were read, to the model. Trusts the shops."""

from decimal import Decimal
from typing import Any

from printkit.model import Artwork, Item, Money, Order, OrderRef, OrderStatus, Recipient, Shipment

from .by_hand import ITEM, ORDER, PAYMENT, PHOTO, SIZING, folded


def _minor(amount: Decimal | None) -> Money | None:
    return None if amount is None else Money(amount.scaleb(-2), "GBP")


def _photo(photo: Any, status: OrderStatus) -> Item:
    artwork = Artwork(
        url=photo.url,
        md5=photo.md5_hash,
        status=PHOTO[photo.status],
        provider_status=photo.status,
        preview_url=photo.preview_url,
        thumbnail_url=photo.thumbnail_url,
    )
    return Item(
        id=str(photo.id),
        sku=photo.type,
        provider_sku=photo.type,
        copies=int(photo.copies),
        status=status,
        provider_status=photo.status,
        artwork=(artwork,),
        sizing=SIZING[photo.sizing],
        attributes=photo.attributes,
        price=_minor(photo.price),
        price_to_recipient=_minor(photo.price_to_user),
    )


def pwinty_order(order: Any, body: bytes) -> Order:
    """One order."""
    status = ORDER[order.status]
    return Order(
        ref=OrderRef("pwinty", str(order.id)),
        status=status,
        provider_status=order.status,
        reference=order.merchant_order_id,
        recipient=Recipient(
            name=order.recipient_name,
            line1=order.address1,
            line2=order.address2,
            city=order.address_town_or_city,
            state=order.state_or_county,
            postal_code=order.postal_or_zip_code,
            country=order.destination_country_code,
        ),
        items=tuple(_photo(photo, status) for photo in order.photos),
        shipments=tuple(Shipment(str(each.shipment_id), carrier=each.carrier) for each in order.shipping_info.shipments),
        price=_minor(order.price),
        shipping_price=_minor(order.shipping_info.price),
        payment=PAYMENT[order.payment],
        payment_url=order.payment_url,
        created=order.created,
        updated=order.last_updated,
        body=body,
    )


def _money(price: Any) -> Money:
    return Money(price.price, price.currency_code)


def _item(item: Any) -> Item:
    return Item(
        id=str(item.order_item_id),
        sku=item.sku,
        provider_sku=item.sku,
        copies=item.quantity,
        status=ITEM[item.status],
        provider_status=item.status,
        artwork=tuple(Artwork(url=each.source_url, space=each.space_id, thumbnail_url=each.thumbnail_url) for each in item.images),
        reference=item.source_id,
        price=_money(item.price),
    )


def gooten_order(order: Any, body: bytes) -> Order:
    """One order."""
    items = tuple(_item(item) for item in order.items)
    address = order.shipping_address
    return Order(
        ref=OrderRef("gooten", order.id),
        status=folded(items),
        reference=order.source_id,
        recipient=Recipient(
            name=f"{address.first_name} {address.last_name}",
            line1=address.line1,
            city=address.city,
            state=address.state,
            postal_code=address.postal_code,
            country=address.country_code,
            email=address.email,
            phone=address.phone,
        ),
        items=items,
        shipments=tuple(Shipment(carrier=each.ship_carrier_name) for item in order.items for each in item.shipments),
        price=_money(order.total),
        shipping_price=_money(order.shipping_total),
        ids={"gooten_id": str(order.gooten_id), "nice_id": order.nice_id},
        body=body,
    )
