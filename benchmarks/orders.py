"""What the shops answer, made in the form of the recorded samples. Knows nothing of how it is used."""

import json
from typing import Any


def pwinty_photo(number: int) -> dict[str, Any]:
    """One photo (reference/pwinty-api.md, section 6.3)."""
    return {
        "id": 3000 + number,
        "type": "4x6",
        "url": f"https://images.example.com/holiday/{number}.jpg",
        "status": "Ok",
        "copies": "1",
        "sizing": "Crop",
        "price": 29,
        "priceToUser": None,
        "md5Hash": "79054025255fb1a26e4bc422aef54eb4",
        "previewUrl": f"https://previews.example.com/{number}.jpg",
        "thumbnailUrl": f"https://previews.example.com/{number}-s.jpg",
        "attributes": {},
        "errorMessage": None,
    }


def pwinty_order(photos: int, *, status: str = "NotYetSubmitted", number: int | str = 1065) -> str:
    """One order (section 6.1). A ``number`` that is text stands for one that the server fills in."""
    text = json.dumps(
        {
            "id": number,
            "recipientName": "Tom Smith",
            "address1": "14 Acacia Avenue",
            "address2": None,
            "addressTownOrCity": "Cardiff",
            "stateOrCounty": "Glamorgan",
            "postalOrZipCode": "CF11 1AB",
            "countryCode": "GB",
            "destinationCountryCode": "GB",
            "price": 29 * photos,
            "status": status,
            "payment": "InvoiceMe",
            "paymentUrl": None,
            "qualityLevel": "Pro",
            "merchantOrderId": "ORD-1001" if isinstance(number, int) else None,
            "created": "2026-01-05T09:30:00.000Z",
            "lastUpdated": "2026-01-05T09:31:00.000Z",
            "shippingInfo": {"price": 295, "shipments": []},
            "photos": [pwinty_photo(each) for each in range(photos)],
            "errorMessage": None,
        }
    )
    return text.replace(f'"id": "{number}"', f'"id": {number}', 1)


def pwinty_list(orders: int, photos: int) -> str:
    """A page of the order list, newest first (section 7.2)."""
    return f"[{', '.join(pwinty_order(photos, number=5000 - place) for place in range(orders))}]"


def pwinty_batch(photos: int) -> str:
    """The answer to adding several photos (section 7.10)."""
    added = [pwinty_photo(each) | {"status": "NotYetDownloaded"} for each in range(photos)]
    return json.dumps({"errorMessage": None, "items": added})


PWINTY_VALID = json.dumps({"id": 1065, "isValid": True, "photos": [], "generalErrors": []})
"""Section 6.4."""
PWINTY_DONE = json.dumps({"errorMessage": None})
"""Section 7.6."""


def gooten_price(amount: float) -> dict[str, Any]:
    """A price (reference/gooten-api.md, section 6.1)."""
    return {"Price": amount, "CurrencyCode": "USD", "FormattedPrice": f"${amount}", "CurrencyFormat": "${1}", "CurrencyDigits": 2}


def gooten_item(number: int) -> dict[str, Any]:
    """One item (section 8.2)."""
    return {
        "OrderItemId": 1066980 + number,
        "Sku": "CanvsWrp-BlkWrp-18x24",
        "ProductId": 43,
        "Product": "Canvas Wraps",
        "Quantity": 1,
        "Status": "NeedsManualApproval",
        "Price": gooten_price(30.27),
        "DiscountAmount": gooten_price(0.5),
        "SourceId": f"line-{number}",
        "Meta": {},
        "Images": [
            {
                "SourceUrl": f"https://images.example.com/holiday/{number}.jpg",
                "SpaceId": "CC38D",
                "ThumbnailUrl": f"https://previews.example.com/{number}-s.jpg",
                "OrderItemId": 1066980 + number,
            }
        ],
        "Shipments": [],
    }


def gooten_order(items: int, *, number: int = 0) -> str:
    """One order (section 8.2)."""
    address = {"FirstName": "Tom", "LastName": "Smith", "Line1": "222 Broadway", "City": "New York", "State": "NY"}
    address |= {"CountryCode": "US", "PostalCode": "10038", "Phone": "1234567890", "Email": "tom@example.com"}
    return json.dumps(
        {
            "Id": f"7-d3d3f61a-6039-49a0-9b02-{number:012x}",
            "NiceId": "Test7-d3d",
            "SourceId": f"shop-{10001 + number}",
            "GootenId": 529627 + number,
            "Items": [gooten_item(each) for each in range(items)],
            "Total": gooten_price(42.25),
            "ShippingTotal": gooten_price(11.98),
            "DiscountAmount": gooten_price(0.5),
            "ShippingAddress": address,
            "BillingAddress": {"FirstName": "Tom", "LastName": "Smith", "CountryCode": "US", "PostalCode": "10038"},
            "Meta": {"channel": "web"},
        }
    )


def gooten_search(orders: int, items: int) -> str:
    """A page of a search (section 8.3)."""
    hits = ", ".join(gooten_order(items, number=each) for each in range(orders))
    return f'{{"Orders": [{hits}], "Page": 1, "TotalPages": 1, "Total": {orders}}}'
