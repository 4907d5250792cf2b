"""Hands for engine tests: a shop that does with each change what a script says, and writes down everything. Knows no HTTP."""

import asyncio
import itertools
from collections import Counter, defaultdict
from collections.abc import AsyncIterable, Callable, Iterable
from datetime import timedelta
from typing import Any

from attrs import define, evolve, field

from printkit import Order, OrderRef, OrderStatus
from printkit.bulk.engine import Engine
from printkit.bulk.results import ChangeResult
from printkit.bulk.source import Stream
from printkit.changes import Change, SetStatus
from printkit.errors import OutcomeUnknownError, RejectedError, TransportError
from printkit.outcomes import Applied, NotApplied, ReconcileHandle, Unknown
from printkit.writes import _journal

from .virtual_time import clock, now

SETTLE = 60.0
_numbers = itertools.count()


def change(order: int | str, name: str = "Cancelled") -> SetStatus:
    """A change of an order; its name says which it is."""
    return SetStatus(f"shop:{order}", name)


def handle(each: Any, step: str = "status") -> ReconcileHandle:
    sent = now()
    return ReconcileHandle(
        id=str(next(_numbers)), provider="shop", kind="shop", environment="emulator", account="a", operation="set_status", step=step,
        lock="l", order=each.order.id, key=each.status, meant=each.status, sent_at=sent, settle_until=sent + timedelta(seconds=SETTLE),
    )  # fmt: skip


def an_order(ref: OrderRef) -> Order:
    return Order(ref, OrderStatus.CANCELLED)


@define
class Fakes:
    """What each change meets, by its name: one word for every time it is sent; then it works.

    ``applied``, ``refused``, ``down``, ``lost`` (done, and the answer is lost), ``absent`` (not done, and the answer is lost),
    ``odd`` (nobody will ever know), or an exception.
    """

    scripts: dict[str, list[Any]] = field(factory=lambda: defaultdict(list))
    seconds: Callable[[Any], float] = lambda _: 0.0
    effects: Counter[str] = field(factory=Counter)
    calls: list[tuple[str, str, str]] = field(factory=list)
    """Order, name of the change, verb: in the order they began."""
    under_way: int = 0
    most: int = 0
    probes: list[Any] = field(factory=list)
    """What each probe meets: an exception, or nothing."""
    probed: list[float] = field(factory=list)
    is_down: bool = False
    widest: float = float("inf")

    async def carry_out(self, change: Any) -> Order:
        order: Order = await self._within(change, "carry_out", self._sent(change))
        return order

    async def go_on(self, change: Any, done: ReconcileHandle, order: Order) -> Order:
        return order

    async def settle(self, handle: ReconcileHandle, *, send_again: bool) -> Applied[Order] | NotApplied | Unknown:
        change = SetStatus(OrderRef("shop", handle.order or ""), handle.meant)
        found: Applied[Order] | NotApplied | Unknown = await self._within(change, "settle", self._settled(change, handle, send_again))
        return found

    async def probe(self, provider: str | None) -> None:
        self.probed.append(clock())
        met = self.probes.pop(0) if self.probes else TransportError("no answer") if self.is_down else None
        if met is not None:
            raise met

    def width(self) -> float:
        return self.widest

    async def _within(self, change: Any, verb: str, work: Any) -> Any:
        self.calls.append((change.order.id, change.status, verb))
        self.under_way += 1
        self.most = max(self.most, self.under_way)
        try:
            return await work
        finally:
            self.under_way -= 1

    async def _sent(self, change: Any) -> Order:
        name = change.status
        met = "down" if self.is_down else self.scripts[name].pop(0) if self.scripts.get(name) else "applied"
        await asyncio.sleep(self.seconds(change))
        if isinstance(met, BaseException):
            raise met
        if met == "down":
            raise TransportError("no answer", provider="shop")
        journal, intent = _journal.get(), handle(change)
        assert journal is not None
        await journal.intend(intent)
        if met == "refused":
            journal.ended(intent, "nothing")
            raise RejectedError("no", provider="shop")
        if met in {"applied", "lost"}:
            self.effects[name] += 1
        if met == "applied":
            journal.ended(intent, "applied")
            return an_order(change.order)
        lost = evolve(intent, phase=met)
        journal.ended(lost, "unknown")
        raise OutcomeUnknownError(lost, "nobody knows")

    async def _settled(self, change: Any, intent: ReconcileHandle, send_again: bool) -> Applied[Order] | NotApplied | Unknown:
        await asyncio.sleep(self.seconds(change))
        if self.is_down:
            raise TransportError("no answer", provider="shop")
        if intent.phase == "odd":
            return Unknown("the order is somewhere else")
        if intent.phase == "lost":
            return Applied(an_order(change.order))
        if now() < intent.settle_until:
            return Unknown("the shop may still be working on it", intent.settle_until)
        if not send_again:
            return NotApplied("it did not happen")
        try:
            return Applied(await self._sent(change))
        except RejectedError:  # and a last look shows that the first one has not come through meanwhile
            journal = _journal.get()
            assert journal is not None
            journal.ended(intent, "nothing")
            raise


def engine(hands: Any, changes: Iterable[Any] | AsyncIterable[Any], *, concurrency: int = 4, **more: Any) -> Engine:
    return Engine(Stream(changes, None), hands, concurrency=concurrency, clock=clock, now=now, **more)


async def results_of(hands: Any, changes: Iterable[Change] | AsyncIterable[Change], **more: Any) -> list[ChangeResult]:
    return [result async for result in engine(hands, changes, **more).results()]


def words(results: Iterable[ChangeResult]) -> dict[int, str]:
    """What came of each, by its place."""
    return {result.index: type(result.outcome).__name__ for result in results}
