"""What the emulated Pwinty remembers: orders, photos, shipments, issues and who owns them. Knows no rules and no wire form.

Members: reference/pwinty-api.md section 6.
"""

import itertools
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Literal, final

from attrs import Factory, define, field

from printkit.emulator.album import Album
from printkit.emulator.clock import Clock, Timers
from printkit.emulator.ledger import EffectLedger
from printkit.emulator.notices import Outbox
from printkit.emulator.shop import ArtworkWanted

from .catalogue import Band, Item
from .options import Options

OrderState = Literal["NotYetSubmitted", "AwaitingPayment", "Submitted", "Complete", "Cancelled"]
PaymentOption = Literal["InvoiceMe", "InvoiceRecipient"]
PhotoState = Literal["AwaitingUrlOrData", "NotYetDownloaded", "Ok", "FileNotFoundAtUrl", "Invalid"]

ADDRESS = ("recipientName", "address1", "address2", "addressTownOrCity", "stateOrCounty", "postalOrZipCode")
"""The six members that ``PUT /Orders/{id}`` takes (seed 004, "Update an order")."""


@final
@define(eq=False)
class Photo:
    """One photo of an order."""

    id: int
    order_id: int
    item: Item
    url: str | None
    copies: int
    sizing: str
    price_to_user: int | None
    expected_md5: str | None
    attributes: dict[str, str]
    state: PhotoState
    md5: str | None = None
    pixels: tuple[int, int] | None = None
    """Of the picture, when somebody has looked at it."""
    preview_url: str | None = None
    thumbnail_url: str | None = None
    """Where the two are really shown; None where nobody shows them."""


@final
@define(eq=False)
class Shipment:
    """One parcel: the photos of one shipping band."""

    band: Band
    tracked: bool
    carrier: str
    price: int
    photo_ids: list[int]
    earliest: datetime
    latest: datetime
    id: int | None = None
    number: str | None = None
    url: str | None = None
    shipped_on: datetime | None = None


@final
@define
class LogEntry:
    """One line of ``GET /Orders/{id}/Logs``."""

    title: str
    message: str
    created: datetime


@final
@define(eq=False)
class Issue:
    """One complaint about an order."""

    id: int
    order_id: int
    kind: str
    detail: str | None
    action: str
    action_detail: str | None
    images: list[str]
    state: str = "Open"
    commentary: list[str] = field(factory=list[str])


@final
@define(eq=False)
class Order:
    """One order of one merchant."""

    id: int
    merchant: str
    address: dict[str, str | None]
    country: str
    destination: str
    reference: str | None
    shipping_method: str | None
    tracked: bool
    payment: PaymentOption
    payment_url: str | None
    quality: str
    invoice_currency: str | None
    created: datetime
    updated: datetime = field(default=Factory(lambda self: self.created, takes_self=True))
    state: OrderState = "NotYetSubmitted"
    photos: dict[int, Photo] = field(factory=dict[int, Photo])
    shipments: list[Shipment] | None = None
    """Fixed on submission; None before, when they follow from the photos."""
    logs: list[LogEntry] = field(factory=list[LogEntry])

    @property
    def editable(self) -> bool:
        """Whether photos and recipient may still change."""
        return self.state == "NotYetSubmitted"


@final
class Numbers:
    """Where the shop's ids come from: counters, so that the same requests give the same ids."""

    def __init__(self) -> None:
        self.orders = itertools.count(775_896)
        self.photos = itertools.count(986_207)
        self.shipments = itertools.count(551_382)
        self.issues = itertools.count(5)
        self.payments = itertools.count(12_345)
        self.parcels = itertools.count(122_345)


@final
class Books:
    """Every record, found by id, by owner and by the owner's reference."""

    def __init__(self) -> None:
        self.numbers = Numbers()
        self.photos: dict[int, Photo] = {}
        self.issues: dict[int, Issue] = {}
        self._orders: dict[int, Order] = {}
        self._owned: dict[str, list[Order]] = {}
        self._referred: dict[tuple[str, str], list[Order]] = {}

    def enter(self, order: Order) -> None:
        """Enters a new order."""
        self._orders[order.id] = order
        self._owned.setdefault(order.merchant, []).append(order)
        if order.reference is not None:
            self._referred.setdefault((order.merchant, order.reference), []).append(order)

    def order(self, number: int) -> Order | None:
        """The order of this id, whoever owns it."""
        return self._orders.get(number)

    def newest_first(self, merchant: str, reference: str | None) -> Iterator[Order]:
        """A merchant's orders, only those of one reference when it is given."""
        found = self._owned.get(merchant) if reference is None else self._referred.get((merchant, reference))
        return reversed(found or [])

    def issues_of(self, order: Order) -> Iterator[Issue]:
        """An order's issues, newest first."""
        return (issue for issue in reversed(self.issues.values()) if issue.order_id == order.id)


def _pretends(url: str) -> bool:
    return False


@final
@define(eq=False)
class Darkroom:
    """The pictures: which are to be fetched, by whom, and those that are shown."""

    shown_at: str | None = None
    """The URL below which previews can be seen; None: nowhere."""
    fetches: Callable[[str], bool] = _pretends
    """Whether the picture at a URL will really be fetched."""
    wanted: list[ArtworkWanted] = field(factory=list[ArtworkWanted])
    album: Album = field(factory=Album)


@final
@define(eq=False)
class Workshop:
    """Everything an operation may need: the choices, the time, the records, and where to note what happens."""

    options: Options
    clock: Clock
    outbox: Outbox
    books: Books = field(factory=Books)
    ledger: EffectLedger = field(factory=EffectLedger)
    timers: Timers = field(factory=Timers)
    darkroom: Darkroom = field(factory=Darkroom)
