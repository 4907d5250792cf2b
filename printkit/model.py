"""One vocabulary for orders, items, artwork and money: frozen values every shop's words are translated into. Knows no shop and no I/O."""

import enum
import json
import os
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, cast, final

from attrs import field, frozen

from .filling import filling
from .late import made_late

# ── Orders and their names ────────────────────────────────────────────────────────────────────────────────────────────


@final
@frozen(order=True)
class OrderRef:
    """The only id that crosses printkit's front door: which connection an order lives at, and its id there.

    Prints and parses as ``pwinty:1065``.
    """

    provider: str
    """The connection's name, as in the settings."""
    id: str

    def __str__(self) -> str:
        return f"{self.provider}:{self.id}"

    @classmethod
    def parse(cls, text: str) -> "OrderRef":
        """Read ``connection:id``; the id may hold further colons.

        Raises:
            ValueError: there is no connection's name or no id.
        """
        provider, colon, order = text.partition(":") if isinstance(text, str) else ("", "", "")
        if not (provider and colon and order):
            raise ValueError(f"{text!r} is not an order reference: write connection:id, such as pwinty:1065")
        return cls(provider, order)


class OrderStatus(enum.StrEnum):
    """The state of an order or of an item. The shop's own word is always kept beside it, as ``provider_status``."""

    DRAFT = "draft"
    """Not ordered yet: nothing will be printed."""
    AWAITING_PAYMENT = "awaiting-payment"
    """The recipient or an account has to pay before anything is printed."""
    SUBMITTED = "submitted"
    """Ordered; whether printing has begun is not known."""
    ON_HOLD = "on-hold"
    """Stopped by somebody's wish; goes on when released."""
    ACTION_REQUIRED = "action-required"
    """Stuck: somebody has to mend something."""
    IN_PRODUCTION = "in-production"
    """Being printed."""
    PARTIALLY_SHIPPED = "partially-shipped"
    """Some of it is on its way."""
    SHIPPED = "shipped"
    """All of it is on its way. Does not say that it has arrived."""
    DELIVERED = "delivered"
    """The carrier says that it has arrived."""
    CANCELLED = "cancelled"
    """Will not be printed."""
    TEST = "test"
    """A test order: accepted, and never printed."""
    UNKNOWN = "unknown"
    """The shop used a word printkit does not know: see ``provider_status``."""


class Payment(enum.StrEnum):
    """Who pays the shop for an order."""

    MERCHANT = "merchant"
    """The account that places the order is invoiced."""
    RECIPIENT = "recipient"
    """The recipient pays, at the order's ``payment_url``."""


class Sizing(enum.StrEnum):
    """How artwork is made to fit a print of another shape."""

    CROP = "crop"
    """Fill the print and cut off what does not fit."""
    FIT = "fit"
    """Show the whole picture, with white bars where it does not fill the print."""
    STRETCH = "stretch"
    """Distort the picture until it fills the print exactly."""


_MONEY_LIMIT = Decimal(10) ** 12


def _is_reasonable(money: "Money", attribute: object, amount: Decimal) -> None:
    if not isinstance(amount, Decimal) or not amount.is_finite() or amount.copy_abs() >= _MONEY_LIMIT:
        raise ValueError("an amount of money must be a finite Decimal below a million million in size")


@final
@frozen
class Money:
    """An amount in whole units of its currency (``Decimal("12.92")`` is 12 pounds 92), exactly as the shop gave it.

    Never multiplied or added up here. Whether an item's price is per copy or for all copies is the shop's, and documented by neither.
    """

    amount: Decimal = field(validator=_is_reasonable)
    currency: str | None = None
    """ISO 4217; None where the shop names none and the settings do not either."""

    def __str__(self) -> str:
        return f"{self.amount} {self.currency}" if self.currency else str(self.amount)


@final
@frozen
class Recipient:
    """To whom an order is sent. What must be filled in before submitting is the shop's rule: ``validate`` tells."""

    name: str
    line1: str | None = None
    line2: str | None = None
    city: str | None = None
    state: str | None = None
    """State, county or region."""
    postal_code: str | None = None
    country: str | None = None
    """ISO 3166, two capital letters."""
    email: str | None = None
    phone: str | None = None


# ── Artwork ───────────────────────────────────────────────────────────────────────────────────────────────────────────


class ArtworkStatus(enum.StrEnum):
    """Whether a shop has a picture."""

    PENDING = "pending"
    """Still to be fetched; nothing needs to be done."""
    READY = "ready"
    FAILED = "failed"
    """It could not be fetched, or is not a picture the shop can print: replace it."""
    MISSING = "missing"
    """The shop has neither a URL nor a file: replace it."""
    UNKNOWN = "unknown"
    """The shop used a word printkit does not know: see ``provider_status``."""


ArtworkStream = Callable[[], AsyncIterator[bytes]]


@final
@frozen
class Artwork:
    """A picture to print: at a URL, in a file, in memory, or from a stream.

    Exactly one of ``url``, ``path``, ``data`` and ``stream`` is given when artwork is ordered; artwork read back from a shop may have none.
    """

    url: str | None = None
    """Absolute, http or https; the shop fetches it."""
    path: Path | None = None
    data: bytes | None = field(default=None, repr=False)
    stream: ArtworkStream | None = field(default=None, repr=False)
    """A function that opens the picture's bytes anew each time it is called."""
    space: str | None = None
    """The print space it fills, for products with several; None for the only one."""
    width: int | None = None
    """Pixels."""
    height: int | None = None
    """Pixels."""
    md5: str | None = None
    """Hex digest of the file. Given by you it is checked by the shop; read back it is the shop's own."""
    status: ArtworkStatus | None = None
    """Whether the shop has the picture; None for artwork to order."""
    provider_status: str | None = None
    """The shop's own word for it."""
    preview_url: str | None = None
    thumbnail_url: str | None = None


_filled_artwork = filling(Artwork)[0]


def _artwork_at(url: str) -> Artwork:
    return _filled_artwork(url, None, None, None, None, None, None, None, None, None, None, None)


ArtworkLike = str | os.PathLike[str] | bytes | Artwork


def _to_artwork(given: ArtworkLike | Iterable[ArtworkLike]) -> tuple[Artwork, ...]:
    """One or several as a tuple. What is no artwork stays as it is: the verb that gets it refuses it by its place."""
    if isinstance(given, str):
        return (_artwork_at(given),)
    kept: Any = given
    if isinstance(given, (Artwork, bytearray, memoryview, Mapping)) or not isinstance(given, (bytes, os.PathLike, Iterable)):
        return (kept,)
    if isinstance(given, bytes):
        return (Artwork(data=given),)
    if isinstance(given, os.PathLike):
        return (Artwork(path=Path(given)),)
    return tuple(artwork for each in given for artwork in _to_artwork(each))


def _copied(given: Mapping[str, Any] | None) -> Mapping[str, Any]:
    """Its own copy. What is no mapping stays as it is: the verb that gets it refuses it by its name."""
    if given is None:
        return {}
    if type(given) is dict:  # the usual case, at a fifth of what asking for a Mapping costs
        return cast(dict[str, Any], given).copy()
    return dict(given) if isinstance(given, Mapping) else given


@final
@frozen
class Photo:
    """A print to add to an order: what product, which picture, how many.

    ``sku`` is yours when the settings map it, else the shop's own. ``artwork`` is a URL, a path, bytes, an ``Artwork``, or
    several of them by print space. ``sizing``, ``attributes``, ``reference`` and ``price_to_recipient`` are left to the
    shop when they are not said; a shop that cannot be told one of them that changes the print or the price refuses it by name.
    """

    sku: str
    artwork: tuple[Artwork, ...] = field(converter=_to_artwork)
    copies: int = 1
    sizing: Sizing | None = field(default=None, kw_only=True)
    attributes: Mapping[str, str] = field(default=None, converter=_copied, hash=False, kw_only=True)
    """Options of the product by the shop's names, such as ``{"finish": "glossy"}``."""
    reference: str | None = field(default=None, kw_only=True)
    price_to_recipient: Money | None = field(default=None, kw_only=True)
    """Per copy, where the recipient pays."""
    extra: Mapping[str, Mapping[str, Any]] = field(default=None, converter=_copied, hash=False, kw_only=True)
    """By kind of shop: members merged into that shop's request as they are; other shops ignore them."""


@final
@frozen
class NewOrder:
    """An order to create. ``reference`` names one order for ever: a reprint needs a new one; it is generated when absent."""

    recipient: Recipient
    reference: str | None = None
    shipping: str | None = None
    """The shop's own word for a shipping method."""
    payment: Payment | None = None
    test: bool | None = None
    metadata: Mapping[str, str] = field(default=None, converter=_copied, hash=False)
    extra: Mapping[str, Mapping[str, Any]] = field(default=None, converter=_copied, hash=False)
    """By kind of shop: members merged into that shop's request as they are; other shops ignore them."""


# ── What a shop says of an order ──────────────────────────────────────────────────────────────────────────────────────


@final
@frozen
class Item:
    """One line of an order, as the shop has it."""

    id: str
    sku: str
    """Yours when the settings' map has exactly one way back, else the shop's."""
    provider_sku: str
    copies: int
    status: OrderStatus
    provider_status: str | None = None
    artwork: tuple[Artwork, ...] = ()
    sizing: Sizing | None = None
    attributes: Mapping[str, str] = field(default=None, converter=_copied, hash=False)
    reference: str | None = None
    price: Money | None = None
    price_to_recipient: Money | None = None


@final
@frozen
class Shipment:
    """One parcel. Estimates are the shop's and not promised by anybody."""

    id: str | None = None
    status: OrderStatus = OrderStatus.UNKNOWN
    carrier: str | None = None
    """The shop's word; an open list."""
    tracking_number: str | None = None
    tracking_url: str | None = None
    is_tracked: bool | None = None
    item_ids: tuple[str, ...] = ()
    shipped_at: datetime | None = None
    earliest_arrival: datetime | None = None
    latest_arrival: datetime | None = None


@final
@frozen
class RefusedItem:
    """One item of a change that the shop refused while it took others."""

    item: str
    """The item's id, or its place such as ``photos[2]`` when it never got one."""
    why: str


@final
@frozen
class Receipt:
    """How the last change of an order came about. Takes no part in comparing orders."""

    attempts: int = 1
    """How often the request left."""
    reconciled: bool = False
    """The answer was lost and the effect was found by looking."""
    read_back: bool = True
    """False when the change is proven but reading the order afterwards failed: other members may be old."""
    renamed: Mapping[str, str] = field(default=None, converter=_copied, hash=False)
    """Old item id to new, where the shop replaces items."""
    duplicates: tuple[OrderRef, ...] = ()
    """Further drafts that a lost answer left behind. They cost nothing and are never submitted."""
    refused: tuple[RefusedItem, ...] = ()
    not_told: tuple[str, ...] = ()
    """Fields you gave that this shop has no place for."""

    def after(self, *earlier: "Receipt") -> "Receipt":
        """Of several changes that are one verb: this, the last one's, with what the earlier ones have to tell."""
        every = (*earlier, self)
        return Receipt(
            attempts=max(each.attempts for each in every),
            reconciled=any(each.reconciled for each in every),
            read_back=self.read_back,
            renamed={old: new for each in every for old, new in each.renamed.items()},
            duplicates=tuple(order for each in every for order in each.duplicates),
            refused=tuple(item for each in every for item in each.refused),
            not_told=tuple(name for each in every for name in each.not_told),
        )


@final
@frozen
class Order:
    """An order as a shop has it, or as it will be there once a draft is submitted."""

    ref: OrderRef
    status: OrderStatus
    provider_status: str | None = None
    reference: str | None = None
    recipient: Recipient | None = None
    items: tuple[Item, ...] = ()
    shipments: tuple[Shipment, ...] = ()
    price: Money | None = None
    shipping_price: Money | None = None
    payment: Payment | None = None
    payment_url: str | None = None
    created: datetime | None = None
    """Aware, UTC."""
    updated: datetime | None = None
    """Aware, UTC."""
    is_test: bool = False
    ids: Mapping[str, str] = field(default=None, converter=_copied, hash=False)
    """Every other id the shop knows this order by."""
    complete: bool = True
    """False for an entry of a list, which may lack shipments and prices: ``get_order`` gives the whole."""
    body: bytes = field(default=b"", repr=False, eq=False)
    """The shop's answer, as it came."""
    receipt: Receipt = field(factory=Receipt, eq=False)

    @property
    def id(self) -> str:
        """The id at the shop, without the connection's name."""
        return self.ref.id

    @property
    def live_items(self) -> tuple[Item, ...]:
        """The items that are not cancelled."""
        return tuple(item for item in self.items if item.status is not OrderStatus.CANCELLED)

    @property
    def raw(self) -> Any:
        """The shop's answer, decoded now, with fractions as ``Decimal``; None when there was none, or it cannot be decoded.

        Octets that are not UTF-8 become U+FFFD. ``body`` is the answer as it came.
        """
        try:
            return json.loads(self.body.decode(errors="replace"), parse_float=Decimal)
        except (ValueError, ArithmeticError, RecursionError):
            return None


late_items = made_late(Order, "items")
"""Of thousands of orders nobody looks at the items."""


# ── Validation ────────────────────────────────────────────────────────────────────────────────────────────────────────


class ProblemCode(enum.StrEnum):
    """What is wrong with an order. Closed: a shop's word outside it becomes OTHER and is kept in ``provider_code``."""

    ADDRESS_INCOMPLETE = "address-incomplete"
    ADDRESS_DOUBTFUL = "address-doubtful"
    NO_ITEMS = "no-items"
    ITEM_PROBLEMS = "item-problems"
    """At least one item has a problem of its own; those are listed too."""
    ARTWORK_MISSING = "artwork-missing"
    ARTWORK_UNREACHABLE = "artwork-unreachable"
    ARTWORK_UNREADABLE = "artwork-unreadable"
    ARTWORK_NOT_CHECKED = "artwork-not-checked"
    ARTWORK_TOO_SMALL = "artwork-too-small"
    WILL_BE_CROPPED = "will-be-cropped"
    BALANCE = "balance"
    """The account has to pay first."""
    OTHER = "other"


class Severity(enum.StrEnum):
    """Whether a problem stops the order."""

    ERROR = "error"
    WARNING = "warning"


@final
@frozen
class Problem:
    """One finding of a validation, about the order or about one item."""

    code: ProblemCode
    severity: Severity
    text: str
    """What to do about it, in plain words."""
    item: str | None = None
    provider_code: str | None = None
    """The shop's own word."""


@final
@frozen
class ValidationReport:
    """What stands between an order and printing. Warnings never make it not ok."""

    ok: bool
    """The shop's verdict."""
    problems: tuple[Problem, ...] = ()

    def __bool__(self) -> bool:
        return self.ok

    @property
    def errors(self) -> tuple[Problem, ...]:
        """The problems that stop the order."""
        return tuple(problem for problem in self.problems if problem.severity is Severity.ERROR)


# ── Issues ────────────────────────────────────────────────────────────────────────────────────────────────────────────


@final
@frozen
class Issue:
    """A complaint about an order. Kinds, actions and states are the shop's words: an open list."""

    id: str
    order: OrderRef
    kind: str
    action: str
    state: str
    detail: str | None = None
    action_detail: str | None = None
    item_ids: tuple[str, ...] = ()
    commentary: str | None = None
    """The shop's record of the conversation, as it stands."""
