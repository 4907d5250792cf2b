"""Kiosk's words as tables. Holds no logic."""

from printkit.model import OrderStatus

ORDER = {
    "open": OrderStatus.DRAFT,
    "ordered": OrderStatus.SUBMITTED,
    "printing": OrderStatus.IN_PRODUCTION,
    "posted": OrderStatus.SHIPPED,
    "cancelled": OrderStatus.CANCELLED,
}
TARGET = {OrderStatus.SUBMITTED: "ordered", OrderStatus.CANCELLED: "cancelled"}
"""The words that a state can be set to."""
ALLOWED = {"ordered": ("open",), "cancelled": ("open", "ordered")}
"""By target: the words from which it can be reached."""
REACHED = {"ordered": {"ordered", "printing", "posted"}, "cancelled": {"cancelled"}}
"""By target: the words that prove it was reached, or passed."""
