"""What the emulated Gooten remembers: orders, items, parcels, uploads, print-ready products. Knows no rules and no wire form.

Members: reference/gooten-api.md sections 6 and 8.
"""

import itertools
import uuid
from collections.abc import Callable, Iterator
from datetime import datetime
from decimal import Decimal
from hashlib import sha256
from typing import final

from attrs import Factory, define, field

from printkit.emulator.clock import Clock, Timers
from printkit.emulator.ledger import EffectLedger
from printkit.emulator.notices import Outbox
from printkit.emulator.shop import ArtworkWanted

from .catalogue import Method, Product, Variant
from .money import Currency
from .options import Options, ReadyMade
from .statuses import CANCELLED, Status


@final
@define(eq=False)
class Image:
    """One picture of an item."""

    url: str
    space: str
    thumbnail: str = ""
    wanted: bool = False
    """Somebody was asked to fetch it."""
    there: bool = False
    """Somebody did."""


@final
@define(eq=False)
class Parcel:
    """What the courier has."""

    number: str
    url: str
    carrier: str


@final
@define(eq=False)
class Item:
    """One line of an order."""

    id: int
    product: Product
    variant: Variant
    ready_made: str | None
    """The partner's own SKU that was ordered, if it was one."""
    quantity: int
    method: Method
    images: list[Image]
    source_id: str
    meta: dict[str, str]
    status: Status
    parcels: list[Parcel] = field(factory=list[Parcel])
    turn: int = 0
    """Counts the changes of status, so that what was to follow an earlier one does not."""

    @property
    def live(self) -> bool:
        """Not cancelled."""
        return self.status not in CANCELLED


@final
@define(eq=False)
class Order:
    """An order of one account."""

    account: str
    id: str
    gooten_id: int
    source_id: str
    """The partner's; empty when none was sent."""
    items: list[Item]
    ship_to: dict[str, str]
    billing: dict[str, str]
    business: bool
    currency: Currency
    coupon: str
    discount: Decimal
    meta: dict[str, str]
    created: datetime

    @property
    def live_items(self) -> list[Item]:
        """Those that are not cancelled."""
        return [item for item in self.items if item.live]

    def item(self, number: int | None) -> Item | None:
        """The item of this id."""
        return next((item for item in self.items if item.id == number), None)


@final
@define(eq=False)
class Upload:
    """A picture that a partner has left with Gooten."""

    id: int
    url: str
    size: int


def guid(*words: str) -> str:
    """A GUID, the same one for the same words."""
    seed = "\0".join(("gooten", *words)).encode("utf-8", "replace")
    return str(uuid.UUID(bytes=sha256(seed).digest()[:16], version=4))


@final
class Books:
    """Every record, found by id, by owner and by the owner's own number."""

    def __init__(self, options: Options) -> None:
        self.gooten_ids = itertools.count(options.first_gooten_id)
        self.item_ids = itertools.count(options.first_order_item_id)
        self.upload_ids = itertools.count(2101)
        self.parcels = itertools.count(1_344_442_556_597)
        self.uploads: dict[str, list[Upload]] = {}
        self.asked: dict[str, list[datetime]] = {}
        """When an account's last requests came."""
        self.errors = itertools.count(1)
        self._first_partner = options.first_partner
        self._partners: dict[str, int] = {}
        self._by_safe_id: dict[str, Order] = {}
        self._by_gooten_id: dict[int, Order] = {}
        self._by_item: dict[int, Order] = {}
        self._owned: dict[str, list[Order]] = {}
        self._referred: dict[tuple[str, str], list[Order]] = {}
        self._ready_made: dict[str, dict[str, ReadyMade]] = {}
        self._given = options.ready_made

    def partner(self, account: str) -> int:
        """The number of an account's partner."""
        return self._partners.setdefault(account, self._first_partner + len(self._partners))

    def enter(self, order: Order) -> None:
        """Enters a new order."""
        self._by_safe_id[order.id] = order
        self._by_gooten_id[order.gooten_id] = order
        self._by_item.update(dict.fromkeys((item.id for item in order.items), order))
        self._owned.setdefault(order.account, []).append(order)
        if order.source_id:
            self._referred.setdefault((order.account, order.source_id), []).append(order)

    def by_safe_id(self, id_: str) -> Order | None:
        """The order of this safe ID, whoever owns it."""
        return self._by_safe_id.get(id_.strip().lower())

    def by_gooten_id(self, number: int) -> Order | None:
        """The order of this GootenId, whoever owns it."""
        return self._by_gooten_id.get(number)

    def by_item(self, number: int) -> Order | None:
        """The order that has this item."""
        return self._by_item.get(number)

    def of_source_id(self, account: str, source_id: str) -> list[Order]:
        """An account's orders with this number of the partner's."""
        return self._referred.get((account, source_id), [])

    def orders_of(self, account: str) -> list[Order]:
        """An account's orders, oldest first."""
        return self._owned.get(account, [])

    def newest_first(self, account: str) -> Iterator[Order]:
        """An account's orders."""
        return reversed(self.orders_of(account))

    def ready_made(self, account: str) -> dict[str, ReadyMade]:
        """An account's print-ready products by SKU."""
        return self._ready_made.setdefault(account, {each.sku: each for each in self._given})


def _pretends(url: str) -> bool:
    return False


@final
@define(eq=False)
class Messenger:
    """Fetches pictures, if there is one: whoever serves the shop."""

    fetches: Callable[[str], bool] = _pretends
    """Whether the picture at a URL will really be fetched."""
    wanted: list[ArtworkWanted] = field(factory=list[ArtworkWanted])


@final
@define(eq=False)
class Workshop:
    """Everything an operation may need: the choices, the time, the records, and where to note what happens."""

    options: Options
    clock: Clock
    outbox: Outbox
    books: Books = field(default=Factory(lambda self: Books(self.options), takes_self=True))
    ledger: EffectLedger = field(factory=EffectLedger)
    timers: Timers = field(factory=Timers)
    messenger: Messenger = field(factory=Messenger)
