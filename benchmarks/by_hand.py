"""Both shops' orders read as somebody would write it by hand for speed: JSON to dicts, dicts to the model. Trusts the shop."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec

from printkit.model import Artwork, ArtworkStatus, Item, Money, Order, OrderRef, OrderStatus, Payment, Recipient, Shipment, Sizing

decode = msgspec.json.Decoder(float_hook=Decimal).decode

PHOTO = {"Ok": ArtworkStatus.READY, "NotYetDownloaded": ArtworkStatus.PENDING, "Invalid": ArtworkStatus.FAILED}
ORDER = {"NotYetSubmitted": OrderStatus.DRAFT, "Submitted": OrderStatus.SUBMITTED, "Complete": OrderStatus.SHIPPED}
SIZING = {"Crop": Sizing.CROP, "ShrinkToFit": Sizing.FIT, "ShrinkToExactFit": Sizing.STRETCH}
PAYMENT = {"InvoiceMe": Payment.MERCHANT, "InvoiceRecipient": Payment.RECIPIENT}
ITEM = {"NeedsManualApproval": OrderStatus.SUBMITTED, "InProduction": OrderStatus.IN_PRODUCTION, "Shipped": OrderStatus.SHIPPED}


def _minor(amount: int | None) -> Money | None:
    return None if amount is None else Money(Decimal(amount).scaleb(-2), "GBP")


def _pwinty_photo(photo: dict[str, Any], status: OrderStatus) -> Item:
    word = photo["status"]
    return Item(
        str(photo["id"]),
        photo["type"],
        photo["type"],
        int(photo["copies"]),
        status,
        word,
        (
            Artwork(
                photo["url"],
                md5=photo["md5Hash"],
                status=PHOTO[word],
                provider_status=word,
                preview_url=photo["previewUrl"],
                thumbnail_url=photo["thumbnailUrl"],
            ),
        ),
        SIZING[photo["sizing"]],
        photo["attributes"],
        None,
        _minor(photo["price"]),
        _minor(photo["priceToUser"]),
    )


def _pwinty_shipment(shipment: dict[str, Any]) -> Shipment:
    return Shipment(str(shipment["shipmentId"]), carrier=shipment["carrier"], tracking_number=shipment["trackingNumber"])


def pwinty_by_hand(body: bytes) -> Order:
    """One order."""
    order = decode(body)
    status = ORDER[order["status"]]
    return Order(
        OrderRef("pwinty", str(order["id"])),
        status,
        order["status"],
        order["merchantOrderId"],
        Recipient(
            order["recipientName"],
            order["address1"],
            order["address2"],
            order["addressTownOrCity"],
            order["stateOrCounty"],
            order["postalOrZipCode"],
            order["destinationCountryCode"],
        ),
        tuple([_pwinty_photo(photo, status) for photo in order["photos"]]),
        tuple([_pwinty_shipment(shipment) for shipment in order["shippingInfo"]["shipments"]]),
        _minor(order["price"]),
        _minor(order["shippingInfo"]["price"]),
        PAYMENT[order["payment"]],
        order["paymentUrl"],
        datetime.fromisoformat(order["created"]),
        datetime.fromisoformat(order["lastUpdated"]),
        body=body,
    )


def _gooten_price(price: dict[str, Any]) -> Money:
    return Money(price["Price"], price["CurrencyCode"])


def _gooten_item(item: dict[str, Any]) -> Item:
    return Item(
        str(item["OrderItemId"]),
        item["Sku"],
        item["Sku"],
        item["Quantity"],
        ITEM[item["Status"]],
        item["Status"],
        tuple([Artwork(image["SourceUrl"], space=image["SpaceId"], thumbnail_url=image["ThumbnailUrl"]) for image in item["Images"]]),
        None,
        None,
        item["SourceId"],
        _gooten_price(item["Price"]),
    )


def _gooten_shipment(shipment: dict[str, Any], item: str) -> Shipment:
    return Shipment(carrier=shipment["ShipCarrierName"], tracking_number=shipment["TrackingNumber"], item_ids=(item,))


def folded(items: Sequence[Item]) -> OrderStatus:
    """The items' status where they have but one."""
    found = {item.status for item in items}
    return found.pop() if len(found) == 1 else OrderStatus.UNKNOWN


def gooten_by_hand(body: bytes) -> Order:
    """One order."""
    order = decode(body)
    items = tuple([_gooten_item(item) for item in order["Items"]])
    address = order["ShippingAddress"]
    return Order(
        OrderRef("gooten", order["Id"]),
        folded(items),
        None,
        order["SourceId"],
        Recipient(
            f"{address['FirstName']} {address['LastName']}",
            address["Line1"],
            None,
            address["City"],
            address["State"],
            address["PostalCode"],
            address["CountryCode"],
            address["Email"],
            address["Phone"],
        ),
        items,
        tuple([_gooten_shipment(shipment, str(item["OrderItemId"])) for item in order["Items"] for shipment in item["Shipments"]]),
        _gooten_price(order["Total"]),
        _gooten_price(order["ShippingTotal"]),
        ids={"gooten_id": str(order["GootenId"]), "nice_id": order["NiceId"]},
        body=body,
    )
