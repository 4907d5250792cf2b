"""Gooten's words as tables: item statuses, what is allowed in which, and targets. Holds no logic beyond looking a word up.

Sources: seeds 000 to 003 (their lists stand here verbatim); reference/gooten-api.md sections 9 and 10. Words are compared without regard
to case, after their aliases are folded.
"""

from typing import Final

from ...model import OrderStatus, ProblemCode

ALIASES: Final = {
    "readyforimagedi": "readyforimagedl",
    "needscustomization": "needspersonalization",
    "pre-payment": "prepayment",
    "canceled": "cancelled",
    "canceledrefunded": "cancelledrefunded",
    "canceled refunded": "cancelledrefunded",
    "billed refunded": "billedrefunded",
}
"""Other spellings of the same word (reference section 9; traps 2, 3 and 21)."""

ITEM: Final = {
    "new": OrderStatus.SUBMITTED,
    "prepayment": OrderStatus.AWAITING_PAYMENT,
    "paymentprocessing": OrderStatus.AWAITING_PAYMENT,
    "readyforaccounting": OrderStatus.SUBMITTED,
    "readyforimagedl": OrderStatus.SUBMITTED,
    "needspersonalization": OrderStatus.ACTION_REQUIRED,
    "needsmanualapproval": OrderStatus.SUBMITTED,
    "pending": OrderStatus.SUBMITTED,
    "test": OrderStatus.TEST,
    "hold": OrderStatus.ON_HOLD,
    "accountingissue": OrderStatus.ACTION_REQUIRED,
    "paymentissue": OrderStatus.ACTION_REQUIRED,
    "addressissue": OrderStatus.ACTION_REQUIRED,
    "imageissue": OrderStatus.ACTION_REQUIRED,
    "holdbyciimageissue": OrderStatus.ACTION_REQUIRED,
    "vendorapiissue": OrderStatus.ACTION_REQUIRED,
    "outofstockitem": OrderStatus.ACTION_REQUIRED,
    "discontinueditem": OrderStatus.ACTION_REQUIRED,
    "inproduction": OrderStatus.IN_PRODUCTION,
    "manuallyinproduction": OrderStatus.IN_PRODUCTION,
    "printing": OrderStatus.IN_PRODUCTION,
    "outfordelivery": OrderStatus.IN_PRODUCTION,
    "shipped": OrderStatus.SHIPPED,
    "delivered": OrderStatus.DELIVERED,
    "cancelled": OrderStatus.CANCELLED,
    "cancelledrefunded": OrderStatus.CANCELLED,
    "billedrefunded": OrderStatus.CANCELLED,
}
"""All 27 words (reference section 9). ``OutForDelivery`` comes before ``Shipped`` (trap 30)."""

PROGRESS: Final = (
    OrderStatus.AWAITING_PAYMENT,
    OrderStatus.SUBMITTED,
    OrderStatus.IN_PRODUCTION,
    OrderStatus.SHIPPED,
    OrderStatus.DELIVERED,
)
"""From the least advanced to the most, for an order none of whose items needs anything."""

PATH: Final = (
    "new",
    "readyforaccounting",
    "readyforimagedl",
    "needsmanualapproval",
    "pending",
    "inproduction",
    "manuallyinproduction",
    "printing",
    "outfordelivery",
    "shipped",
    "delivered",
)
"""The way that an item goes by itself (reference section 9)."""

PROBLEMS: Final = {
    "needspersonalization": (ProblemCode.ARTWORK_MISSING, "the item waits for its personalised artwork"),
    "accountingissue": (ProblemCode.OTHER, "accounting stopped the item: ask Gooten"),
    "paymentissue": (ProblemCode.BALANCE, "the payment failed, or the account has no billing method"),
    "addressissue": (ProblemCode.ADDRESS_DOUBTFUL, "the address could not be verified: update the recipient"),
    "imageissue": (ProblemCode.ARTWORK_UNREADABLE, "the artwork cannot be used: replace it"),
    "holdbyciimageissue": (ProblemCode.ITEM_PROBLEMS, "another item of the same shipment has unusable artwork"),
    "vendorapiissue": (ProblemCode.OTHER, "the manufacturer refused the item or cannot be reached: replacing the artwork may help"),
    "outofstockitem": (ProblemCode.OTHER, "out of stock: swap the SKU"),
    "discontinueditem": (ProblemCode.OTHER, "the product is gone: swap the SKU"),
    "prepayment": (ProblemCode.BALANCE, "waits for a payment"),
    "paymentprocessing": (ProblemCode.BALANCE, "billing address or payment data are missing"),
}
"""Words that keep an item from being printed until somebody acts, and what to do (reference section 9)."""

REPLACE_ARTWORK: Final = ("Hold", "ImageIssue", "VendorAPIIssue", "ReadyForImageDI", "NeedsManualApproval", "NeedsPersonalization")
"""Seed 000, verbatim."""

SWAP_SKU: Final = (
    "New",
    "Hold",
    "Test",
    "Pending",
    "OutOfStockItem",
    "DiscontinuedItem",
    "PrePayment",
    "PaymentProcessing",
    "ReadyForAccounting",
    "ReadyForImageDI",
    "NeedsCustomization",
    "NeedsManualApproval",
    "AccountingIssue",
    "AddressIssue",
    "PaymentIssue",
    "ImageIssue",
    "HoldByCIImageIssue",
)
"""Seed 001, verbatim."""

SET_STATUS: Final = (
    "AccountingIssue",
    "AddressIssue",
    "HoldByCIImageIssue",
    "ImageIssue",
    "NeedsManualApproval",
    "New",
    "ReadyForAccounting",
    "ReadyForImageDl",
    "Pending",
)
"""Seed 002, verbatim."""

CANCEL_ITEMS: Final = (
    "New",
    "Hold",
    "Pending",
    "ReadyForAccounting",
    "ReadyForImageDI",
    "NeedsManualApproval",
    "NeedsPersonalization",
    "AccountingIssue",
    "AddressIssue",
    "ImageIssue",
    "HoldByCIImageIssue",
)
"""Seed 003, verbatim."""

UPDATE_RECIPIENT: Final = (
    "New",
    "Hold",
    "Pending",
    "ReadyForAccounting",
    "ReadyForImageDI",
    "NeedsCustomization",
    "NeedsManualApproval",
    "AccountingIssue",
    "AddressIssue",
    "PaymentIssue",
    "ImageIssue",
    "HoldByCIImageIssue",
)
"""Reference section 10, ``PUT shippingAddress``."""

TARGET: Final = {OrderStatus.CANCELLED: "Cancelled", OrderStatus.ON_HOLD: "Hold", OrderStatus.TEST: "Test"}
"""Seed 002. ``New`` restarts an order and may bill it again: it is never chosen by a mapping, only by its own word."""

TARGET_WORDS: Final = ("Cancelled", "New", "Test", "Hold")
"""Seed 002, verbatim."""


def fold(word: str) -> str:
    """A word in the form the tables use."""
    lowered = word.strip().lower()
    return ALIASES.get(lowered, lowered)


def is_in(word: str | None, words: tuple[str, ...]) -> bool:
    """True when the word is one of these, in any spelling."""
    return word is not None and fold(word) in {fold(each) for each in words}
