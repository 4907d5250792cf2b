"""Random life-cycles while answers get lost: whatever was lost, what is in the order afterwards is what was asked for, once."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any

import hypothesis
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from printkit import (
    Applied,
    ConflictError,
    NewOrder,
    NotApplied,
    NotFoundError,
    Order,
    OrderRef,
    OutcomeUnknownError,
    Photo,
    PrintKit,
    PrintKitError,
    ReconcileHandle,
    Request,
    Response,
    Unknown,
)
from printkit.emulator.clock import ManualClock
from printkit.providers.pwinty.emulator import Options, Shop
from tests.providers.pwinty.shops import ANN, TOM, URL, kit_on, stopped_clocks

Line = tuple[str, str, int]
"""SKU, URL and copies of one photo."""
LOST = Response(502, {}, b"<html>bad gateway</html>")


class Lossy:
    """A shop whose next answer to a write is lost, before or after it acted, and which may then be silent to reads."""

    def __init__(self) -> None:
        self.shop = Shop(Options(), ManualClock())
        self.fate = "fine"
        self.skip = 0
        self.blind = False

    def answer(self, request: Request) -> Response:
        if request.method == "GET":
            return LOST if self.blind and self.fate == "over" else self.shop.answer(request)
        if self.fate in {"before", "after"}:
            if self.skip:
                self.skip -= 1
                return self.shop.answer(request)
            if self.fate == "after":
                self.shop.answer(request)
            self.fate = "over"
            return LOST
        return self.shop.answer(request)

    def mend(self) -> None:
        self.fate, self.skip, self.blind = "fine", 0, False


fates = st.tuples(st.sampled_from(["fine", "before", "after"]), st.integers(0, 1), st.booleans())
skus = st.sampled_from(["4x6", "8x12", "5x7"])
urls = st.sampled_from([URL.format(name) for name in "ab"])
lines = st.tuples(skus, urls, st.integers(1, 2))
numbers = st.integers(0, 1000)
forms = st.sampled_from(["newest", "old", "ref"])


class LostLifeCycles(RuleBasedStateMachine):
    """One order, one kit, and sometimes another one that resolves what was lost."""

    @initialize()
    def open(self) -> None:
        self.runner = asyncio.Runner()
        self.clocks = stopped_clocks()
        self.now = self.clocks.__enter__()
        self.shop = Lossy()
        self.kit = kit_on(self.shop)
        self.ref: OrderRef = self.do(self.kit.create_order(NewOrder(TOM, reference="R"))).ref
        self.old: list[Order] = [self.fresh()]
        self.lines: dict[str, Line] = {}
        self.handles: list[ReconcileHandle] = []

    def teardown(self) -> None:
        if hasattr(self, "runner"):
            self.runner.run(self.kit.aclose())
            self.runner.close()
            self.clocks.__exit__(None, None, None)

    def do(self, call: Awaitable[Any]) -> Any:
        async def ended() -> Any:
            try:
                return await call
            except PrintKitError as error:
                return error

        return self.runner.run(ended())

    def fresh(self) -> Order:
        order = self.do(self.kit.get_order(self.ref))
        assert isinstance(order, Order)
        return order

    def given(self, form: str, which: int) -> Order | OrderRef:
        if form == "ref":
            return self.ref
        return self.fresh() if form == "newest" else self.old[which % len(self.old)]

    def attempt(self, fate: tuple[str, int, bool], call: Callable[[], Awaitable[Any]]) -> Any:
        self.shop.fate, self.shop.skip, self.shop.blind = fate
        result = self.do(call())
        self.shop.mend()
        return result

    def resolve(self, error: OutcomeUnknownError, *, elsewhere: bool, again: bool) -> Applied | NotApplied:
        """As one would: after the settle window, here or in another program."""

        handle = ReconcileHandle.from_json(error.handle.to_json())

        async def asked(kit: PrintKit) -> Any:
            found = await kit.reconcile(handle, send_again=again)
            if not isinstance(found, Unknown) or "first, in this program" not in found.why:
                return found
            for each in self.handles:  # equal photos, of which this program knows nothing (decision 0019)
                await kit.reconcile(each)
            return await kit.reconcile(handle, send_again=again)

        async def asked_elsewhere() -> Any:
            async with kit_on(self.shop) as other:
                return await asked(other)

        self.now.advance(61)
        self.handles.append(handle)
        found = self.do(asked_elsewhere() if elsewhere else asked(self.kit))
        assert isinstance(found, Applied | NotApplied), found
        assert isinstance(found, Applied) or not again
        return found

    def there(self) -> dict[str, Line]:
        return {item.id: (item.provider_sku, item.artwork[0].url or "", item.copies) for item in self.fresh().items}

    def same(self, wanted: Counter[Line]) -> None:
        """The shop has exactly what is wanted; its ids are learnt."""
        now = self.there()
        assert Counter(now.values()) == wanted
        self.lines = now

    # ── What is asked for ─────────────────────────────────────────────────────────────────────────────────────────────

    @rule(new=st.lists(lines, min_size=1, max_size=3), fate=fates, form=forms, which=numbers, elsewhere=st.booleans(), again=st.booleans())
    def add(self, new: list[Line], fate: Any, form: str, which: int, elsewhere: bool, again: bool) -> None:
        before = Counter(self.lines.values())
        at = self.given(form, which)
        result = self.attempt(fate, lambda: self.kit.add_photos(at, [Photo(*line) for line in new]))
        if isinstance(result, OutcomeUnknownError):
            result = self.resolve(result, elsewhere=elsewhere, again=again)
        assert isinstance(result, Order | Applied | NotApplied), result
        self.same(before if isinstance(result, NotApplied) else before + Counter(new))

    @rule(which=numbers, sku=skus, fate=fates, form=forms, elsewhere=st.booleans(), again=st.booleans())
    def swap(self, which: int, sku: str, fate: Any, form: str, elsewhere: bool, again: bool) -> None:
        if not self.lines:
            return
        before = Counter(self.lines.values())
        item, (was, url, copies) = sorted(self.lines.items())[which % len(self.lines)]
        left, new = Counter([(was, url, copies)]), Counter([(sku, url, copies)])
        at = self.given(form, which)
        result = self.attempt(fate, lambda: self.kit.swap_sku(at, item, sku))
        if isinstance(result, Order):
            self.same(before - left + new)
        elif isinstance(result, ConflictError):  # what it would become may be there already, and nobody can tell whose it is
            self.same(before)
        else:
            assert isinstance(result, OutcomeUnknownError), result
            done = isinstance(self.resolve(result, elsewhere=elsewhere, again=again), Applied)
            if result.handle.step == "add":
                self.same(before + new if done else before)
                if done:
                    self.take_out_for_certain(item)
                    self.same(before - left + new)
            else:
                self.same(before - left + new if done else before + new)
                if not done:
                    finished = self.do(self.kit.swap_sku(at, item, sku))
                    assert isinstance(finished, Order), finished
                    self.same(before - left + new)

    def take_out_for_certain(self, item: str) -> None:
        assert isinstance(self.do(self.kit.cancel_items(self.ref, [item])), Order)

    @rule(which=numbers, fate=fates, form=forms, elsewhere=st.booleans(), again=st.booleans())
    def take_out(self, which: int, fate: Any, form: str, elsewhere: bool, again: bool) -> None:
        if not self.lines:
            return
        before = Counter(self.lines.values())
        item, line = sorted(self.lines.items())[which % len(self.lines)]
        at = self.given(form, which)
        result = self.attempt(fate, lambda: self.kit.cancel_items(at, [item]))
        if isinstance(result, NotFoundError):
            assert isinstance(at, Order)
            assert item not in {each.id for each in at.items}
            self.same(before)
            return
        if isinstance(result, OutcomeUnknownError):
            result = self.resolve(result, elsewhere=elsewhere, again=again)
        assert isinstance(result, Order | Applied | NotApplied), result
        self.same(before if isinstance(result, NotApplied) else before - Counter([line]))

    @rule(to=st.sampled_from([TOM, ANN]), fate=fates, form=forms, which=numbers, elsewhere=st.booleans(), again=st.booleans())
    def send_elsewhere(self, to: Any, fate: Any, form: str, which: int, elsewhere: bool, again: bool) -> None:
        before = self.fresh().recipient
        at = self.given(form, which)
        result = self.attempt(fate, lambda: self.kit.update_recipient(at, to))
        if isinstance(result, OutcomeUnknownError):
            self.now.advance(61)
            found = self.do(self.kit.reconcile(result.handle))
            result = (
                found if not isinstance(found, NotApplied) or not again else self.do(self.kit.reconcile(result.handle, send_again=True))
            )
        after = self.fresh().recipient
        assert after is not None
        assert before is not None
        if isinstance(result, Order | Applied):
            assert after.name == to.name
        else:
            assert after.name == before.name

    @rule()
    def remember(self) -> None:
        self.old = [*self.old[-3:], self.fresh()]

    @rule()
    def restart(self) -> None:
        """Another program takes over, which remembers nothing."""
        self.runner.run(self.kit.aclose())
        self.kit = kit_on(self.shop)

    @invariant()
    def the_order_is_what_was_asked_for(self) -> None:
        if hasattr(self, "lines"):
            assert self.there() == self.lines


TestLostLifeCycles = LostLifeCycles.TestCase
TestLostLifeCycles.settings = hypothesis.settings(max_examples=100, stateful_step_count=20, deadline=None)
