"""Random life-cycles while answers get lost and Gooten's people interfere: what is told is so, and nothing is done twice."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import hypothesis
from attrs import define, field
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from printkit import (
    Applied,
    NewOrder,
    NotApplied,
    Order,
    OrderRef,
    OrderStatus,
    OutcomeUnknownError,
    Photo,
    PrintKitError,
    ReconcileHandle,
    Request,
    Response,
    Unknown,
)
from printkit.emulator.clock import ManualClock
from printkit.providers.gooten.emulator import Shop
from tests.providers.gooten.shops import ANN, CANVAS, MUG, SMALL_CANVAS, TOM, URL, kit_on, stopped_clocks

LOST = Response(502, {}, b"<html>bad gateway</html>")
ON_ITS_WAY = {"New", "ReadyForAccounting", "ReadyForImageDl", "NeedsManualApproval", "Pending", "InProduction", "Printing", "Shipped"}


class Lossy:
    """A shop whose next answer to a write is lost, before or after it acted, and which may then be silent to reads."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self.fate, self.blind = "fine", False

    def answer(self, request: Request) -> Response:
        reads = request.method == "GET"
        if reads:
            return LOST if self.blind and self.fate == "over" else self.shop.answer(request)
        if self.fate in {"before", "after"}:
            if self.fate == "after":
                self.shop.answer(request)
            self.fate = "over"
            return LOST
        return self.shop.answer(request)


@define
class Slot:
    """One order of the program."""

    ref: OrderRef
    reference: str
    old: list[Order] = field(factory=list)
    """What was read of it at some time, drafts and entries of lists among them."""


Shown = tuple[tuple[tuple[str, str, tuple[str | None, ...], str | None], ...], str | None]
"""Of each item the id, SKU, pictures and status word; and the recipient's name."""

fates = st.tuples(st.sampled_from(["fine", "fine", "before", "after"]), st.booleans(), st.booleans(), st.booleans())
"""What happens to the next write, whether reads fail after it, whether another program asks, and whether it may send again."""
forms = st.sampled_from(["newest", "newest", "old", "ref"])
numbers = st.integers(0, 1000)
skus = st.sampled_from([CANVAS, SMALL_CANVAS, MUG])
urls = st.sampled_from([URL.format(name) for name in "abc"])
references = st.sampled_from(["R1", "R2", "R3"])
words = st.sampled_from(
    ["New", "Pending", "NeedsManualApproval", "Hold", "AddressIssue", "ImageIssue", "ReadyForImageDl", "InProduction", "PaymentIssue"]
)


class LifeCycles(RuleBasedStateMachine):
    """One shop, one program after the other, and Gooten's own people."""

    @initialize()
    def open(self) -> None:
        self.runner = asyncio.Runner()
        self.clocks = stopped_clocks()
        self.now = self.clocks.__enter__()
        self.shop = Shop(clock=ManualClock())
        self.lossy = Lossy(self.shop)
        self.kit = kit_on(self.lossy)
        self.witness = kit_on(self.shop)
        self.drafts: list[Slot] = []
        self.placed: list[Slot] = []

    def teardown(self) -> None:
        if hasattr(self, "runner"):
            for kit in (self.kit, self.witness):
                self.runner.run(kit.aclose())
            self.runner.close()
            self.clocks.__exit__(None, None, None)

    def do(self, call: Awaitable[Any]) -> Any:
        async def ended() -> Any:
            try:
                return await call
            except PrintKitError as error:
                return error

        return self.runner.run(ended())

    def read(self, slot: Slot) -> Order:
        order = self.do(self.witness.get_order(slot.ref))
        assert isinstance(order, Order), order
        return order

    def shown(self, slot: Slot) -> Shown:
        order = self.read(slot)
        items = tuple((item.id, item.provider_sku, tuple(each.url for each in item.artwork), item.provider_status) for item in order.items)
        return items, order.recipient.name if order.recipient else None

    def at_hand(self, slot: Slot, form: str, which: int) -> Order | OrderRef:
        if form == "ref":
            return slot.ref
        if form == "old" and slot.old:
            return slot.old[which % len(slot.old)]
        return self.read(slot)

    # ── One write, and what became of it ──────────────────────────────────────────────────────────────────────────────

    def tried(self, fate: Any, call: Callable[[], Awaitable[Any]]) -> Any:
        """The result, once nobody can know more: an Order, an Applied, a NotApplied, an Unknown for good, or an error."""
        self.lossy.fate, self.lossy.blind, elsewhere, again = fate[0], fate[1], fate[2], fate[3]
        result = self.do(call())
        self.lossy.fate, self.lossy.blind = "fine", False
        if not isinstance(result, OutcomeUnknownError):
            return result
        handle = ReconcileHandle.from_json(result.handle.to_json())
        early = self.do(self.kit.reconcile(handle, send_again=again))
        assert isinstance(early, Applied | NotApplied | Unknown), early
        if not isinstance(early, Unknown):
            return early
        self.now.advance(61)

        async def asked_elsewhere() -> Any:
            async with kit_on(self.shop) as other:
                return await other.reconcile(handle, send_again=again)

        return self.do(asked_elsewhere() if elsewhere else self.kit.reconcile(handle, send_again=again))

    def judge(
        self, slot: Slot, fate: Any, effect: str, most: int, call: Callable[[], Awaitable[Any]], wanted: Callable[[Shown], bool]
    ) -> None:
        """Told as done, it is so; told as not done, nothing has changed; and in any case it was done at most once."""
        before, count = self.shown(slot), self.shop.ledger.count(effect, slot.ref.id)
        result = self.tried(fate, call)
        after = self.shown(slot)
        assert self.shop.ledger.count(effect, slot.ref.id) - count <= most
        if isinstance(result, Order | Applied):
            order = result if isinstance(result, Order) else result.value
            refused = {each.item for each in order.receipt.refused}
            assert refused or wanted(after), (before, after)
        elif isinstance(result, Unknown):
            assert result.not_before is None
            assert after == before or wanted(after)
        else:
            assert isinstance(result, NotApplied | PrintKitError)
            assert not isinstance(result, OutcomeUnknownError), result
            assert after == before, result

    # ── Drafts ────────────────────────────────────────────────────────────────────────────────────────────────────────

    @rule(reference=references, lines=st.lists(st.tuples(skus, urls), min_size=1, max_size=3))
    def write_down(self, reference: str, lines: list[tuple[str, str]]) -> None:
        order = self.do(self.kit.create_order(NewOrder(TOM, reference)))
        order = self.do(self.kit.add_photos(order, [Photo(*line) for line in lines]))
        assert [(item.provider_sku, item.artwork[0].url) for item in order.items] == lines
        self.drafts.append(Slot(order.ref, reference, [order]))

    @precondition(lambda self: self.drafts)
    @rule(which=numbers, sku=skus, url=urls)
    def change_a_draft(self, which: int, sku: str, url: str) -> None:
        slot = self.drafts[which % len(self.drafts)]
        order = self.do(self.kit.get_order(slot.ref))
        item = order.items[which % len(order.items)]
        order = self.do(self.kit.swap_sku(order, item, sku))
        order = self.do(self.kit.replace_artwork(order, item, url))
        changed = next(each for each in order.items if each.id == item.id)
        assert (changed.provider_sku, changed.artwork[0].url) == (sku, url)
        slot.old.append(order)

    @precondition(lambda self: self.drafts)
    @rule(which=numbers, fate=fates, form=forms)
    def submit(self, which: int, fate: Any, form: str) -> None:
        slot = self.drafts[which % len(self.drafts)]
        at = slot.ref if form == "ref" else slot.old[which % len(slot.old)]
        draft = self.do(self.kit.get_order(slot.ref))
        result = self.tried((*fate[:2], False, fate[3]), lambda: self.kit.submit(at))  # another program has none of these drafts
        if isinstance(result, Order | Applied):
            order = result if isinstance(result, Order) else result.value
            assert self.shop.ledger.count("order submitted", slot.reference) == 1
            assert order.reference == slot.reference
            here = self.do(self.kit.get_order(slot.ref))
            assert here.ref == order.ref, "the draft's reference means the placed order"
            if set(order.receipt.renamed) == {item.id for item in draft.items}:
                lines = {item.id: item.provider_sku for item in draft.items}
                assert {lines[old]: None for old in lines} == {item.provider_sku: None for item in order.items}
            self.drafts.remove(slot)
            self.placed.append(Slot(order.ref, slot.reference, [*slot.old[-1:], self.read(Slot(order.ref, slot.reference))]))
        else:
            assert isinstance(result, NotApplied | PrintKitError), result
            taken = self.shop.ledger.count("order submitted", slot.reference)
            existing = getattr(result, "existing", None)
            assert (existing is not None) == bool(taken), result
            assert self.do(self.kit.get_order(slot.ref)) == draft

    # ── Placed orders ─────────────────────────────────────────────────────────────────────────────────────────────────

    def chosen(self, which: int) -> tuple[Slot, Any]:
        slot = self.placed[which % len(self.placed)]
        items = self.read(slot).items
        return slot, items[which % len(items)]

    @precondition(lambda self: self.placed)
    @rule(which=numbers, sku=skus, fate=fates, form=forms)
    def swap(self, which: int, sku: str, fate: Any, form: str) -> None:
        slot, item = self.chosen(which)
        at = self.at_hand(slot, form, which)
        self.judge(
            slot,
            fate,
            "sku changed",
            1,
            lambda: self.kit.swap_sku(at, item.id, sku),
            lambda now: any(each[:2] == (item.id, sku) for each in now[0]),
        )

    @precondition(lambda self: self.placed)
    @rule(which=numbers, url=urls, fate=fates, form=forms)
    def replace(self, which: int, url: str, fate: Any, form: str) -> None:
        slot, item = self.chosen(which)
        at = self.at_hand(slot, form, which)
        self.judge(
            slot,
            fate,
            "artwork replaced",
            1,
            lambda: self.kit.replace_artwork(at, item.id, url),
            lambda now: any(each[0] == item.id and each[2] == (url,) for each in now[0]),
        )

    @precondition(lambda self: self.placed)
    @rule(which=numbers, everything=st.booleans(), fate=fates, form=forms)
    def take_out(self, which: int, everything: bool, fate: Any, form: str) -> None:
        slot, item = self.chosen(which)
        at = self.at_hand(slot, form, which)
        ids = [each.id for each in self.read(slot).items] if everything else [item.id]
        self.judge(
            slot,
            fate,
            "item cancelled",
            len(ids),
            lambda: self.kit.cancel_items(at, ids),
            lambda now: all(each[3] == "Cancelled" for each in now[0] if each[0] in ids),
        )

    @precondition(lambda self: self.placed)
    @rule(which=numbers, to=st.sampled_from([TOM, ANN]), fate=fates, form=forms)
    def send_elsewhere(self, which: int, to: Any, fate: Any, form: str) -> None:
        slot, _ = self.chosen(which)
        at = self.at_hand(slot, form, which)
        self.judge(slot, fate, "address changed", 1, lambda: self.kit.update_recipient(at, to), lambda now: now[1] == to.name)

    @precondition(lambda self: self.placed)
    @rule(
        which=numbers, goal=st.sampled_from([OrderStatus.CANCELLED, OrderStatus.ON_HOLD, OrderStatus.TEST, "New"]), fate=fates, form=forms
    )
    def move(self, which: int, goal: Any, fate: Any, form: str) -> None:
        slot, _ = self.chosen(which)
        at = self.at_hand(slot, form, which)
        reached = {OrderStatus.CANCELLED: {"Cancelled"}, OrderStatus.ON_HOLD: {"Hold"}, OrderStatus.TEST: {"Test"}}.get(goal, ON_ITS_WAY)
        effect = {OrderStatus.CANCELLED: "order cancelled", OrderStatus.ON_HOLD: "order held", OrderStatus.TEST: "order made a test"}
        self.judge(
            slot,
            fate,
            effect.get(goal, "order restarted"),
            1,
            lambda: self.kit.set_status(at, goal),
            lambda now: all(each[3] in reached | {"Cancelled"} for each in now[0]),
        )

    # ── Everybody else ────────────────────────────────────────────────────────────────────────────────────────────────

    @precondition(lambda self: self.placed)
    @rule(which=numbers, word=words, everything=st.booleans())
    def gooten_interferes(self, which: int, word: str, everything: bool) -> None:
        slot, item = self.chosen(which)
        if item.status is not OrderStatus.CANCELLED and self.read(slot).live_items:
            members: dict[str, object] = {"status": word} if everything else {"status": word, "item": int(item.id)}
            self.shop.control(("orders", slot.ref.id, "status"), members)

    @precondition(lambda self: self.placed)
    @rule(which=numbers)
    def remember(self, which: int) -> None:
        slot = self.placed[which % len(self.placed)]
        slot.old.append(self.read(slot))

    @precondition(lambda self: self.placed)
    @rule(which=numbers)
    def list_and_remember(self, which: int) -> None:
        slot = self.placed[which % len(self.placed)]

        async def entry() -> Order:
            return next(iter((await self.witness.list_orders(reference=slot.reference)).items))

        slot.old.append(self.do(entry()))

    @precondition(lambda self: not getattr(self, "drafts", True))
    @rule()
    def restart(self) -> None:
        """Another program takes over, which remembers nothing."""
        self.runner.run(self.kit.aclose())
        self.kit = kit_on(self.lossy)
        for slot in self.placed:
            slot.old = [each for each in slot.old if each.ref == slot.ref]

    @invariant()
    def one_reference_is_one_order(self) -> None:
        if hasattr(self, "shop"):
            assert self.shop.ledger.repeated("order submitted", 1) == {}

    @invariant()
    def nothing_is_left_open_that_was_settled(self) -> None:
        if hasattr(self, "kit"):
            assert all(isinstance(handle, ReconcileHandle) for handle in self.kit.unresolved)

    @invariant()
    def every_order_is_found_by_its_reference(self) -> None:
        if hasattr(self, "placed"):
            assert len({slot.ref for slot in self.placed}) == len({slot.reference for slot in self.placed})


TestLifeCycles = LifeCycles.TestCase
TestLifeCycles.settings = hypothesis.settings(max_examples=60, stateful_step_count=20, deadline=None)
