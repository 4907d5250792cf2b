"""The contract every shop's adapter fulfils, and what each shop can do, as data. Knows no shop."""

import enum
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Generic, NoReturn, Protocol, TypeVar, final, runtime_checkable

from attrs import field, frozen

from .catalogue import Country, ProductList
from .config import ConnectionSettings
from .errors import UnsupportedOperationError
from .exchange import Request, Response
from .model import (
    Artwork,
    Issue,
    Item,
    NewOrder,
    Order,
    OrderRef,
    OrderStatus,
    Photo,
    Recipient,
    ValidationReport,
)
from .notices import Notice
from .outcomes import Applied, NotApplied, ReconcileHandle, Unknown
from .paging import Pager
from .telemetry import Telemetry
from .transport.caller import Caller
from .transport.redact import Redactor
from .writes import Writer

if TYPE_CHECKING:
    from .drafts import DraftStore


class Capability(enum.StrEnum):
    """Something a shop may or may not be able to do. Each target of ``set_status`` is one of its own."""

    CREATE_ORDER = "create_order"
    ADD_PHOTOS = "add_photos"
    UPLOAD_ARTWORK = "upload_artwork"
    GET_ORDER = "get_order"
    LIST_ORDERS = "list_orders"
    VALIDATE = "validate"
    SUBMIT = "submit"
    UPDATE_RECIPIENT = "update_recipient"
    CANCEL_ITEMS = "cancel_items"
    SWAP_SKU = "swap_sku"
    REPLACE_ARTWORK = "replace_artwork"
    CANCEL_ORDER = "set_status(CANCELLED)"
    HOLD_ORDER = "set_status(ON_HOLD)"
    REQUEST_PAYMENT = "set_status(AWAITING_PAYMENT)"
    LIST_PRODUCTS = "list_products"
    LIST_COUNTRIES = "list_countries"
    ISSUES = "issues"
    NOTICES = "notices"
    REQUEST = "request"


class Stage(enum.StrEnum):
    """Whether an order is still a draft or has been placed: many verbs exist in one of the two only."""

    DRAFT = "draft"
    PLACED = "placed"


class SupportLevel(enum.StrEnum):
    """How a shop does something."""

    NATIVE = "native"
    """One call of the shop's own."""
    EMULATED = "emulated"
    """Several writes, or work done here. Not atomic: ordered so that a crash in the middle loses nothing; calling again heals."""
    UNSUPPORTED = "unsupported"
    """In no status: refused before any request."""


@final
@frozen
class Support:
    """How well something is supported, and why not better."""

    level: SupportLevel
    why: str = ""

    def __bool__(self) -> bool:
        return self.level is not SupportLevel.UNSUPPORTED


NATIVE = Support(SupportLevel.NATIVE)
NOT_SAID = Support(SupportLevel.UNSUPPORTED, "this shop's adapter does not have it")


@final
@frozen
class ProviderInfo:
    """One kind of shop: its name, what it can do at which stage, and where its parts are (``module:name``, imported when used)."""

    kind: str
    title: str
    settings: str
    adapter: str
    emulator: str
    support: Mapping[tuple[Capability, Stage], Support] = field(repr=False)
    base_path: str = ""
    """The prefix of every path on the shop's hosts, such as ``/v2.5``."""
    notice_query: str = ""
    """What the URL that the shop sends its notices to has to end with, such as ``?orderid=``."""
    never_says: frozenset[OrderStatus] = frozenset()
    """Statuses that no order of this shop's ever has, so that nobody waits for them."""
    unique_references: bool = False
    """Whether the shop itself refuses a second order of one reference. Where it does not, only looking first tells."""

    def supports(self, capability: Capability, stage: Stage | None = None) -> Support:
        """Support at one stage; without a stage, the better of the two."""
        stages = [stage] if stage else list(Stage)
        found = [self.support.get((capability, each), NOT_SAID) for each in stages]
        return max(found, key=lambda support: _RANK[support.level])


_RANK = {SupportLevel.UNSUPPORTED: 0, SupportLevel.EMULATED: 1, SupportLevel.NATIVE: 2}

OrderLike = Order | OrderRef
PhotoProgress = Callable[[int, int, int | None], None]
"""Told of the photo's place in the list, the bytes sent so far, and all of them where that is known."""
ItemLike = Item | str


S_co = TypeVar("S_co", bound=ConnectionSettings, covariant=True)


@final
@frozen(repr=False)
class Connection(Generic[S_co]):
    """What an adapter works with: its settings, and the two ways to talk to its shop."""

    name: str
    settings: S_co
    caller: Caller
    """Sends what only reads."""
    writer: Writer
    """Sends what writes."""
    telemetry: Telemetry
    account: str
    """A digest of the account and environment."""
    drafts: "DraftStore"
    """Where orders are kept that the shop does not take before they are complete."""
    redactor: Redactor
    """Makes the shop's own text, and exchanges with it, fit to print."""


class PrintProvider(Protocol):
    """One connection to one shop. Every changing verb returns an ``Order``.

    A verb given an ``Order`` sends its write only, and returns that order with the proven change; given an ``OrderRef`` it reads
    the order first. All of them raise the errors drawn in ``printkit.errors``; a write may raise ``OutcomeUnknownError``.
    """

    @property
    def info(self) -> ProviderInfo:
        """What this kind of shop can do."""
        ...

    async def create_order(self, new: NewOrder, /) -> Order:
        """Create an order that is not yet submitted."""
        ...

    async def add_photos(self, order: OrderLike, photos: Sequence[Photo], /, *, progress: PhotoProgress | None = None) -> Order:
        """Add prints to an order that is not yet submitted."""
        ...

    async def get_order(self, ref: OrderRef, /) -> Order:
        """Read one order, whole."""
        ...

    async def get_item(self, order: OrderLike, item_id: str, /) -> Item:
        """Read one item of an order."""
        ...

    def list_orders(
        self,
        *,
        status: OrderStatus | None = None,
        reference: str | None = None,
        since: datetime | None = None,
        detail: bool = False,
        cursor: str | None = None,
    ) -> Pager[Order]:
        """Orders, newest first. With ``detail`` each is read whole, at one request each."""
        ...

    async def validate(self, order: OrderLike, /) -> ValidationReport:
        """What stands between this order and printing."""
        ...

    async def submit(self, order: OrderLike, /) -> Order:
        """Place the order: from here on it prints and charges."""
        ...

    async def update_recipient(self, order: OrderLike, recipient: Recipient, /) -> Order:
        """Send the order to somebody else."""
        ...

    async def cancel_items(self, order: OrderLike, items: Sequence[ItemLike], /) -> Order:
        """Take items out of an order."""
        ...

    async def swap_sku(self, order: OrderLike, item: ItemLike, sku: str, /, *, attributes: Mapping[str, str] | None = None) -> Order:
        """Print an item's artwork as another product; without ``attributes`` the item keeps its own."""
        ...

    async def replace_artwork(self, order: OrderLike, item: ItemLike, artwork: Sequence[Artwork], /) -> Order:
        """Print other artwork for an item."""
        ...

    async def set_status(self, order: OrderLike, status: OrderStatus | str, /) -> Order:
        """Move the order to a status; a plain ``str`` is the shop's own word."""
        ...

    async def reconcile(self, handle: ReconcileHandle, /, *, send_again: bool = False) -> Applied[Any] | NotApplied | Unknown:
        """Find out what became of a write whose outcome is unknown; send it again only when asked to, and where that is safe."""
        ...

    async def request(self, request: Request, /) -> Response:
        """Send what printkit does not wrap, with the shop's credentials, limits and redaction."""
        ...

    @property
    def unresolved(self) -> Sequence[ReconcileHandle]:
        """The writes of this process whose outcome is unknown."""
        ...

    async def aclose(self, grace: float = 10.0) -> None:
        """Let the writes under way finish, for at most ``grace`` seconds, and close the connection."""
        ...


@runtime_checkable
class Issues(Protocol):
    """A shop that takes complaints about orders."""

    async def report_issue(
        self,
        order: OrderLike,
        kind: str,
        action: str,
        /,
        *,
        detail: str | None = None,
        action_detail: str | None = None,
        items: Sequence[ItemLike] = (),
    ) -> Issue:
        """Complain. ``kind`` and ``action`` are the shop's words."""
        ...

    async def list_issues(self, order: OrderLike, /) -> tuple[Issue, ...]:
        """All complaints about an order."""
        ...

    async def get_issue(self, order: OrderLike, issue_id: str, /) -> Issue:
        """One complaint."""
        ...

    async def update_issue(self, order: OrderLike, issue_id: str, /, *, comment: str | None = None, cancel: bool = False) -> Issue:
        """Add a comment, or take the complaint back."""
        ...


@runtime_checkable
class Notices(Protocol):
    """A shop that tells by itself when an order changes."""

    def parse_notice(self, headers: Mapping[str, str], query: Mapping[str, str], body: bytes, /) -> Notice:
        """What a notice says. Sends nothing, and believes nothing."""
        ...


@runtime_checkable
class Catalogue(Protocol):
    """A shop that says what it sells."""

    async def list_products(self, *, country: str | None = None, quality: str | None = None) -> ProductList:
        """What is sold in one country and quality."""
        ...

    async def list_countries(self) -> tuple[Country, ...]:
        """The countries the shop knows."""
        ...


def unsupported(capability: Capability, why: str) -> Callable[..., Any]:
    """A verb that this shop cannot serve: refuses by name, before any request. One line in the adapter says it."""

    async def refuse(self: PrintProvider, *_: object, **__: object) -> NoReturn:
        raise UnsupportedOperationError(self.info.kind, capability, why)

    return refuse
