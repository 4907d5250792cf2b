"""Pwinty's words as tables: order, photo and validation words both ways. Holds no logic beyond looking a word up.

Sources: seed 004 ("Get an order", "Photos", "Validate an order", "Submit an order / update status"); reference/pwinty-api.md
sections 8, 9 and 11.
Words are compared without regard to case (reference 12.7).
"""

from typing import Final

from ...model import ArtworkStatus, OrderStatus, Payment, ProblemCode, Sizing

ORDER: Final = {
    "notyetsubmitted": OrderStatus.DRAFT,
    "awaitingpayment": OrderStatus.AWAITING_PAYMENT,
    "submitted": OrderStatus.SUBMITTED,
    "complete": OrderStatus.SHIPPED,
    "cancelled": OrderStatus.CANCELLED,
}
"""What an order's word means before its shipments and photos are looked at."""

FILTER: Final = {
    OrderStatus.DRAFT: "NotYetSubmitted",
    OrderStatus.AWAITING_PAYMENT: "AwaitingPayment",
    OrderStatus.SUBMITTED: "Submitted",
    OrderStatus.ACTION_REQUIRED: "Submitted",
    OrderStatus.PARTIALLY_SHIPPED: "Submitted",
    OrderStatus.SHIPPED: "Complete",
    OrderStatus.CANCELLED: "Cancelled",
}
"""The word to list by. Where several statuses share one, the entries are told apart here. A status that is missing never occurs."""

TARGET: Final = {
    OrderStatus.SUBMITTED: "Submitted",
    OrderStatus.AWAITING_PAYMENT: "AwaitingPayment",
    OrderStatus.CANCELLED: "Cancelled",
}
"""The words that ``POST /Orders/{id}/Status`` takes (seed 004)."""

REACHED: Final = {
    "submitted": frozenset({"submitted", "awaitingpayment", "complete"}),
    "awaitingpayment": frozenset({"awaitingpayment", "submitted", "complete"}),
    "cancelled": frozenset({"cancelled"}),
}
"""By target: the words that prove it was reached, or passed."""

ALLOWED: Final = {
    "submitted": ("NotYetSubmitted",),
    "awaitingpayment": ("NotYetSubmitted",),
    "cancelled": ("NotYetSubmitted", "AwaitingPayment"),
}
"""By target: the words from which it can be reached (reference section 8)."""

EDITABLE: Final = ("NotYetSubmitted",)
"""Where photos may be added or removed and the recipient changed (seed 004)."""

STILL: Final = ("NotYetSubmitted", "Complete", "Cancelled")
"""Where the shop moves nothing on by itself: no payment is awaited, no shipment is under way (reference section 8)."""

PHOTO: Final = {
    "awaitingurlordata": ArtworkStatus.MISSING,
    "notyetdownloaded": ArtworkStatus.PENDING,
    "ok": ArtworkStatus.READY,
    "filenotfoundaturl": ArtworkStatus.FAILED,
    "invalid": ArtworkStatus.FAILED,
}
"""What a photo's word means for its picture (seed 004, "Get a photo")."""

SIZING: Final = {Sizing.CROP: "Crop", Sizing.FIT: "ShrinkToFit", Sizing.STRETCH: "ShrinkToExactFit"}
SIZING_MEANS: Final = {word.lower(): sizing for sizing, word in SIZING.items()}

PAYMENT: Final = {Payment.MERCHANT: "InvoiceMe", Payment.RECIPIENT: "InvoiceRecipient"}
PAYMENT_MEANS: Final = {word.lower(): payment for payment, word in PAYMENT.items()}

FINDINGS: Final = {
    "accountbalanceinsufficient": (ProblemCode.BALANCE, "pay the account's open balance first"),
    "itemscontainingerrors": (ProblemCode.ITEM_PROBLEMS, "at least one photo has a problem of its own"),
    "noitemsinorder": (ProblemCode.NO_ITEMS, "the order has no photos: add one"),
    "postaladdressnotset": (
        ProblemCode.ADDRESS_INCOMPLETE,
        "the address is incomplete: line1, city, postal_code and country are needed; update the recipient",
    ),
    "filecouldnotbedownloaded": (ProblemCode.ARTWORK_UNREACHABLE, "no picture could be fetched from the URL: replace the artwork"),
    "noimagefile": (ProblemCode.ARTWORK_MISSING, "there is neither a URL nor a file: replace the artwork"),
    "invalidimagefile": (ProblemCode.ARTWORK_UNREADABLE, "the picture is not a JPEG file: replace the artwork"),
    "croppingwilloccur": (ProblemCode.WILL_BE_CROPPED, "the picture has another shape than the print and will be cropped or resized"),
    "picturesizetoosmall": (ProblemCode.ARTWORK_TOO_SMALL, "the picture has fewer pixels than recommended for this size"),
    "couldnotvalidateimagesize": (ProblemCode.ARTWORK_NOT_CHECKED, "the picture has not been fetched yet, so its size is not checked"),
    "couldnotvalidateaspectratio": (ProblemCode.ARTWORK_NOT_CHECKED, "the picture has not been fetched yet, so its shape is not checked"),
}
"""The codes of SubmissionStatus: what each means, and what to do."""
