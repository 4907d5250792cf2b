"""Random life-cycles of orders: what the adapter says is compared, after every step, with a plain model written from the vendor's pages."""

import asyncio
from collections.abc import Awaitable
from typing import Any

import hypothesis
from attrs import define, field
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule

from printkit import (
    ArtworkStatus,
    ConflictError,
    NewOrder,
    Order,
    OrderRef,
    OrderStatus,
    Payment,
    Photo,
    PrintKitError,
    ProblemCode,
    Recipient,
    RejectedError,
    Sizing,
)
from printkit.emulator.clock import ManualClock
from printkit.providers.pwinty.emulator import Options, Shop
from tests.providers.pwinty.shops import URL, kit_on

BANDS = {"4x6": "Prints", "8x12": "Prints", "10x10": "Prints", "C10x12": "Canvas"}
STATES = {
    "NotYetDownloaded": ArtworkStatus.PENDING,
    "Ok": ArtworkStatus.READY,
    "FileNotFoundAtUrl": ArtworkStatus.FAILED,
    "Invalid": ArtworkStatus.FAILED,
}


@define
class ModelPhoto:
    id: str
    sku: str
    url: str
    copies: int
    sizing: Sizing
    state: str = "NotYetDownloaded"

    @property
    def failed(self) -> bool:
        return self.state in {"FileNotFoundAtUrl", "Invalid"}


@define
class ModelOrder:
    """What an order is, by seed 004: states, who may do what in which, what makes it valid."""

    ref: OrderRef
    reference: str
    recipient: Recipient
    payment: Payment
    state: str = "NotYetSubmitted"
    photos: list[ModelPhoto] = field(factory=list)
    parcels: list[list[str]] = field(factory=list)
    """Photo ids by parcel, fixed when it is submitted."""
    shipped: set[int] = field(factory=set)

    @property
    def editable(self) -> bool:
        return self.state == "NotYetSubmitted"

    @property
    def codes(self) -> set[ProblemCode]:
        """The errors that validation lists."""
        found = set()
        if not self.photos:
            found.add(ProblemCode.NO_ITEMS)
        if not all((self.recipient.line1, self.recipient.city, self.recipient.postal_code)):
            found.add(ProblemCode.ADDRESS_INCOMPLETE)
        if any(photo.failed for photo in self.photos):
            found.add(ProblemCode.ITEM_PROBLEMS)
        found |= {ProblemCode.ARTWORK_UNREACHABLE for photo in self.photos if photo.state == "FileNotFoundAtUrl"}
        found |= {ProblemCode.ARTWORK_UNREADABLE for photo in self.photos if photo.state == "Invalid"}
        return found

    @property
    def status(self) -> OrderStatus:
        base = {
            "NotYetSubmitted": OrderStatus.DRAFT,
            "AwaitingPayment": OrderStatus.AWAITING_PAYMENT,
            "Submitted": OrderStatus.SUBMITTED,
            "Complete": OrderStatus.SHIPPED,
            "Cancelled": OrderStatus.CANCELLED,
        }[self.state]
        if base is not OrderStatus.SUBMITTED:
            return base
        if any(self.status_of(photo) is OrderStatus.ACTION_REQUIRED for photo in self.photos):
            return OrderStatus.ACTION_REQUIRED
        return OrderStatus.PARTIALLY_SHIPPED if self.shipped else OrderStatus.SUBMITTED

    def status_of(self, photo: ModelPhoto) -> OrderStatus:
        if self.state != "Submitted":
            return self.status
        if any(photo.id in self.parcels[number] for number in self.shipped):
            return OrderStatus.SHIPPED
        return OrderStatus.ACTION_REQUIRED if photo.failed else OrderStatus.SUBMITTED

    def submitted(self) -> None:
        self.state = "Submitted"
        bands: dict[str, list[str]] = {}
        for photo in self.photos:
            bands.setdefault(BANDS[photo.sku], []).append(photo.id)
        self.parcels = list(bands.values())


skus = st.sampled_from(sorted(BANDS))
pictures = st.sampled_from([URL.format(name) for name in "abc"])
wishes = st.builds(Photo, skus, pictures, st.integers(1, 3), sizing=st.sampled_from([None, Sizing.CROP, Sizing.FIT, Sizing.STRETCH]))
address = st.sampled_from(["x", "y", None])
recipients = st.builds(Recipient, st.sampled_from(["Tom", "Ann"]), line1=address, city=address, postal_code=address, country=st.just("GB"))
numbers = st.integers(0, 1000)


class LifeCycles(RuleBasedStateMachine):
    """Some orders at one shop; the kit changes them, and so does the shop by itself."""

    orders: Bundle[ModelOrder] = Bundle("orders")

    @initialize()
    def open(self) -> None:
        self.runner = asyncio.Runner()
        self.shop = Shop(Options(), ManualClock())
        self.kit = kit_on(self.shop)
        self.all: list[ModelOrder] = []
        self.touched: ModelOrder | None = None

    def teardown(self) -> None:
        if hasattr(self, "runner"):
            self.runner.run(self.kit.aclose())
            self.runner.close()

    # ── Small steps ───────────────────────────────────────────────────────────────────────────────────────────────────

    def do(self, call: Awaitable[Any]) -> Any:
        """What came of it; an error of ours is a result."""

        async def ended() -> Any:
            try:
                return await call
            except PrintKitError as error:
                return error

        return self.runner.run(ended())

    def given(self, order: ModelOrder, *, whole: bool) -> Order | OrderRef:
        self.touched = order
        return self.do(self.kit.get_order(order.ref)) if whole else order.ref

    def is_refused(self, order: ModelOrder, result: Any) -> bool:
        """Refused exactly when the vendor says that it is not possible in this state."""
        if order.editable:
            assert isinstance(result, Order), result
            return False
        assert type(result) is ConflictError, result
        assert result.order_status in {order.status, OrderStatus.SUBMITTED}
        return True

    def compare(self, order: ModelOrder, said: Order) -> None:
        assert said.ref == order.ref
        assert (said.status, said.provider_status) == (order.status, order.state)
        assert (said.reference, said.payment) == (order.reference, order.payment)
        assert said.recipient is not None
        mine, theirs = order.recipient, said.recipient
        assert [(getattr(mine, name) or "", getattr(theirs, name) or "") for name in _FIELDS] == [
            (getattr(mine, name) or "",) * 2 for name in _FIELDS
        ]
        assert [_of_item(item) for item in said.items] == [_of_photo(order, photo) for photo in order.photos]

    # ── What the kit does ─────────────────────────────────────────────────────────────────────────────────────────────

    @rule(target=orders, recipient=recipients, payment=st.sampled_from([None, Payment.MERCHANT, Payment.RECIPIENT]))
    def create(self, recipient: Recipient, payment: Payment | None) -> ModelOrder:
        reference = f"R{len(self.all)}"
        said = self.do(self.kit.create_order(NewOrder(recipient, reference=reference, payment=payment)))
        order = ModelOrder(said.ref, reference, recipient, payment or Payment.MERCHANT)
        self.all.append(order)
        self.touched = order
        self.compare(order, said)
        return order

    @rule(order=orders, photos=st.lists(wishes, min_size=1, max_size=4), whole=st.booleans())
    def add(self, order: ModelOrder, photos: list[Photo], whole: bool) -> None:
        result = self.do(self.kit.add_photos(self.given(order, whole=whole), photos))
        if self.is_refused(order, result):
            return
        new = result.items[len(order.photos) :]
        assert len(new) == len(photos)
        for item, photo in zip(new, photos, strict=True):
            url = photo.artwork[0].url or ""
            order.photos.append(ModelPhoto(item.id, photo.sku, url, photo.copies, photo.sizing or Sizing.CROP))
        assert len({photo.id for photo in order.photos}) == len(order.photos)
        self.compare(order, result)

    @rule(order=orders, which=numbers, sku=skus, whole=st.booleans())
    def swap(self, order: ModelOrder, which: int, sku: str, whole: bool) -> None:
        if not order.photos:
            return
        old = order.photos[which % len(order.photos)]
        result = self.do(self.kit.swap_sku(self.given(order, whole=whole), old.id, sku))
        if not self.is_refused(order, result):
            self.exchanged(order, old, result, sku=sku, url=old.url)

    @rule(order=orders, which=numbers, url=pictures, whole=st.booleans())
    def replace(self, order: ModelOrder, which: int, url: str, whole: bool) -> None:
        if not order.photos:
            return
        old = order.photos[which % len(order.photos)]
        result = self.do(self.kit.replace_artwork(self.given(order, whole=whole), old.id, url))
        if not self.is_refused(order, result):
            self.exchanged(order, old, result, sku=old.sku, url=url)

    def exchanged(self, order: ModelOrder, old: ModelPhoto, result: Order, *, sku: str, url: str) -> None:
        if (sku, url) != (old.sku, old.url):
            new_id = result.receipt.renamed[old.id]
            order.photos.remove(old)
            order.photos.append(ModelPhoto(new_id, sku, url, old.copies, old.sizing))
        self.compare(order, result)

    @rule(order=orders, which=st.sets(numbers, min_size=1, max_size=3), whole=st.booleans())
    def take_out(self, order: ModelOrder, which: set[int], whole: bool) -> None:
        if not order.photos:
            return
        wanted = {number % len(order.photos) for number in which}
        gone = [photo for number, photo in enumerate(order.photos) if number in wanted]
        result = self.do(self.kit.cancel_items(self.given(order, whole=whole), [photo.id for photo in gone]))
        if not self.is_refused(order, result):
            order.photos = [photo for photo in order.photos if photo not in gone]
            self.compare(order, result)

    @rule(order=orders, recipient=recipients, whole=st.booleans())
    def send_elsewhere(self, order: ModelOrder, recipient: Recipient, whole: bool) -> None:
        result = self.do(self.kit.update_recipient(self.given(order, whole=whole), recipient))
        if not self.is_refused(order, result):
            order.recipient = recipient
            self.compare(order, result)

    @rule(order=orders)
    def validate(self, order: ModelOrder) -> None:
        report = self.do(self.kit.validate(order.ref))
        assert report.ok is not bool(order.codes)
        assert {problem.code for problem in report.errors} == order.codes

    @rule(order=orders, whole=st.booleans())
    def submit(self, order: ModelOrder, whole: bool) -> None:
        result = self.do(self.kit.submit(self.given(order, whole=whole)))
        against = order.codes
        if order.payment is Payment.RECIPIENT:
            against -= {ProblemCode.ADDRESS_INCOMPLETE}  # the payment page asks for it
        if order.editable and against:
            assert type(result) is RejectedError, result
            assert result.report is not None
            assert {problem.code for problem in result.report.errors} == order.codes
        elif not self.is_refused(order, result):
            if order.payment is Payment.RECIPIENT:
                order.state = "AwaitingPayment"
            else:
                order.submitted()
            self.compare(order, result)

    @rule(order=orders, whole=st.booleans())
    def cancel(self, order: ModelOrder, whole: bool) -> None:
        result = self.do(self.kit.set_status(self.given(order, whole=whole), OrderStatus.CANCELLED))
        if order.state in {"NotYetSubmitted", "AwaitingPayment"}:
            assert isinstance(result, Order), result
            order.state = "Cancelled"
            self.compare(order, result)
        else:
            assert type(result) is ConflictError, result

    @rule(status=st.sampled_from([None, *OrderStatus]))
    def walk(self, status: OrderStatus | None) -> None:
        async def walked() -> list[str]:
            return [order.id async for order in self.kit.list_orders(status=status)]

        wanted = [order.ref.id for order in reversed(self.all) if status is None or order.status is status]
        assert self.do(walked()) == wanted

    # ── What the shop does ────────────────────────────────────────────────────────────────────────────────────────────

    @rule(order=orders, which=numbers, state=st.sampled_from(["Ok", "Ok", "FileNotFoundAtUrl", "Invalid"]))
    def fetch(self, order: ModelOrder, which: int, state: str) -> None:
        waiting = [photo for photo in order.photos if photo.state == "NotYetDownloaded"]
        if waiting:
            photo = waiting[which % len(waiting)]
            photo.state = state
            self.touched = order
            if state == "Ok":
                self.shop.photo_fetched(int(photo.id))
            else:
                self.shop.photo_failed(int(photo.id), state)

    @rule(order=orders)
    def pay(self, order: ModelOrder) -> None:
        if order.state == "AwaitingPayment":
            self.shop.pay(int(order.ref.id))
            order.submitted()
            self.touched = order

    @rule(order=orders, which=numbers)
    def ship(self, order: ModelOrder, which: int) -> None:
        if order.state == "Submitted":
            number = which % len(order.parcels)
            self.shop.ship(int(order.ref.id), number)
            order.shipped.add(number)
            self.touched = order

    @rule(order=orders)
    def complete(self, order: ModelOrder) -> None:
        if order.state == "Submitted":
            self.shop.complete(int(order.ref.id))
            order.state = "Complete"
            order.shipped = set(range(len(order.parcels)))
            self.touched = order

    # ── What must be true after every step ────────────────────────────────────────────────────────────────────────────

    @invariant()
    def the_order_is_what_the_adapter_says(self) -> None:
        order = self.touched if hasattr(self, "touched") else None
        if order is None:
            return
        said = self.do(self.kit.get_order(order.ref))
        self.compare(order, said)
        if order.parcels:
            assert [list(parcel.item_ids) for parcel in said.shipments] == order.parcels
            assert {number for number, parcel in enumerate(said.shipments) if parcel.shipped_at} == order.shipped
        assert (said.payment_url is not None) is (order.payment is Payment.RECIPIENT)
        assert self.kit.unresolved == ()

    @invariant()
    def nothing_happened_twice(self) -> None:
        if hasattr(self, "shop"):
            for effect in ("order submitted", "payment requested", "order cancelled", "order completed"):
                assert self.shop.ledger.repeated(effect, 1) == {}


_FIELDS = ("name", "line1", "line2", "city", "state", "postal_code")


def _of_item(item: Any) -> tuple[Any, ...]:
    picture = item.artwork[0]
    return (item.id, item.provider_sku, picture.url, item.copies, item.sizing, picture.status, item.status)


def _of_photo(order: ModelOrder, photo: ModelPhoto) -> tuple[Any, ...]:
    return (photo.id, photo.sku, photo.url, photo.copies, photo.sizing, STATES[photo.state], order.status_of(photo))


TestLifeCycles = LifeCycles.TestCase
TestLifeCycles.settings = hypothesis.settings(max_examples=100, stateful_step_count=40, deadline=None)
