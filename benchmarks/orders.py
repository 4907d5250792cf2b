"""Answers of both shops to serve and to decode, made from the recorded samples' members. Knows nothing of how they are used."""

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


def pwinty_order(photos: int, *, status: str = "NotYetSubmitted", number: int = 1065) -> str:
    """One order (section 6.1)."""
    return json.dumps(
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
            "merchantOrderId": "ORD-1001",
            "created": "2026-01-05T09:30:00.000Z",
            "lastUpdated": "2026-01-05T09:31:00.000Z",
            "shippingInfo": {"price": 295, "shipments": []},
            "photos": [pwinty_photo(each) for each in range(photos)],
            "errorMessage": None,
        }
    )
