"""What a shop says by itself when an order changes: frozen values. A notice is a hint, not a fact: read the order before believing it."""

from datetime import datetime
from typing import final

from attrs import field, frozen

from .model import OrderRef, OrderStatus


@final
@frozen
class NoticeShipment:
    """A parcel, as a notice tells of it."""

    item_ids: tuple[str, ...] = ()
    is_shipped: bool = False
    provider_status: str | None = None
    """The shop's own word."""
    tracking_number: str | None = None
    tracking_url: str | None = None


@final
@frozen
class Notice:
    """A callback or webhook. Nobody signs them: anybody may have sent it, late, twice, or out of order."""

    order: OrderRef
    status: OrderStatus
    provider_status: str
    """The shop's own word."""
    reference: str | None = None
    environment: str | None = None
    """In lower case, as the shop names it."""
    at: datetime | None = None
    """Aware, UTC; None when it could not be read."""
    shipments: tuple[NoticeShipment, ...] = ()
    body: bytes = field(default=b"", repr=False, eq=False)
    """As it came."""
