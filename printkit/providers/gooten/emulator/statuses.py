"""The 27 words that an item's status may be, what follows what, and which call is allowed in which. Knows no items.

Words: reference/gooten-api.md section 9. Lists: seeds 000 to 003, their aliases folded; the lists that no seed has: section 10.
"""

from typing import Final, Literal, get_args

Status = Literal[
    "New",
    "PrePayment",
    "PaymentProcessing",
    "ReadyForAccounting",
    "ReadyForImageDl",
    "NeedsPersonalization",
    "NeedsManualApproval",
    "Pending",
    "Test",
    "Hold",
    "AccountingIssue",
    "PaymentIssue",
    "AddressIssue",
    "ImageIssue",
    "HoldByCIImageIssue",
    "VendorAPIIssue",
    "OutOfStockItem",
    "DiscontinuedItem",
    "InProduction",
    "ManuallyInProduction",
    "Printing",
    "OutForDelivery",
    "Shipped",
    "Delivered",
    "Cancelled",
    "CancelledRefunded",
    "BilledRefunded",
]

STATUSES: Final[tuple[Status, ...]] = get_args(Status)

CANCELLED: Final[frozenset[Status]] = frozenset({"Cancelled", "CancelledRefunded", "BilledRefunded"})
AT_THE_PRINTER: Final[frozenset[Status]] = frozenset({"InProduction", "ManuallyInProduction"})
SENT: Final[frozenset[Status]] = frozenset({"Shipped", "Delivered"})

ORDER_IMAGES: Final[frozenset[Status]] = frozenset(
    {
        "Hold",
        "ImageIssue",
        "VendorAPIIssue",
        "ReadyForImageDl",
        "NeedsManualApproval",
        "NeedsPersonalization",
    }
)
"""``PUT OrderImages`` (seed 000)."""

ORDER_ITEMS: Final[frozenset[Status]] = frozenset(
    {
        "New",
        "Hold",
        "Test",
        "Pending",
        "OutOfStockItem",
        "DiscontinuedItem",
        "PrePayment",
        "PaymentProcessing",
        "ReadyForAccounting",
        "ReadyForImageDl",
        "NeedsPersonalization",
        "NeedsManualApproval",
        "AccountingIssue",
        "AddressIssue",
        "PaymentIssue",
        "ImageIssue",
        "HoldByCIImageIssue",
    }
)
"""``PUT orderItems`` (seed 001)."""

ORDER_STATUS: Final[frozenset[Status]] = frozenset(
    {
        "AccountingIssue",
        "AddressIssue",
        "HoldByCIImageIssue",
        "ImageIssue",
        "NeedsManualApproval",
        "New",
        "ReadyForAccounting",
        "ReadyForImageDl",
        "Pending",
    }
)
"""``POST orderstatus`` (seed 002)."""

TARGETS: Final[tuple[Status, ...]] = ("Cancelled", "New", "Test", "Hold")
"""What ``POST orderstatus`` may set (seed 002)."""

ORDER_CANCEL: Final[frozenset[Status]] = frozenset(
    {
        "New",
        "Hold",
        "Pending",
        "ReadyForAccounting",
        "ReadyForImageDl",
        "NeedsManualApproval",
        "NeedsPersonalization",
        "AccountingIssue",
        "AddressIssue",
        "ImageIssue",
        "HoldByCIImageIssue",
    }
)
"""``PUT orderCancel`` (seed 003)."""

SHIPPING: Final[frozenset[Status]] = frozenset(
    {
        "New",
        "Hold",
        "Pending",
        "ReadyForAccounting",
        "ReadyForImageDl",
        "NeedsPersonalization",
        "NeedsManualApproval",
        "AccountingIssue",
        "AddressIssue",
        "PaymentIssue",
        "ImageIssue",
        "HoldByCIImageIssue",
    }
)
"""``PUT shippingAddress`` and ``PUT shippingMethod`` (section 10)."""

CUSTOMIZATION: Final[frozenset[Status]] = frozenset({"NeedsPersonalization"})
"""``PUT OrderCustomization`` (section 10)."""

NEXT: Final[dict[Status, Status]] = {
    "PaymentProcessing": "ReadyForAccounting",
    "ReadyForAccounting": "ReadyForImageDl",
    "New": "ReadyForImageDl",
    "ReadyForImageDl": "Pending",
    "NeedsManualApproval": "Pending",
    "Pending": "InProduction",
    "InProduction": "Printing",
    "ManuallyInProduction": "Printing",
    "Printing": "OutForDelivery",
    "OutForDelivery": "Shipped",
    "Shipped": "Delivered",
}
"""The usual path (section 9). A status that is not in it waits for somebody."""

_ALIASES: Final[dict[str, Status]] = {
    "readyforimagedi": "ReadyForImageDl",
    "needscustomization": "NeedsPersonalization",
    "pre-payment": "PrePayment",
    "canceled": "Cancelled",
    "canceledrefunded": "CancelledRefunded",
}


def status_of(word: str) -> Status | None:
    """The status that this word means, whatever its case and spelling."""
    lowered = word.replace(" ", "").lower()
    return _ALIASES.get(lowered) or next((status for status in STATUSES if status.lower() == lowered), None)
