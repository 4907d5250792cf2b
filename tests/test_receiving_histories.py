"""Whatever becomes of a real history's notices: what is told is an order that the shop went through, and the last state always comes."""

import asyncio
import contextlib
import tempfile
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given, settings, strategies as st

from printkit import Order, registry
from printkit.emulator.notices import NoticeDue
from printkit.progress import fingerprint
from tests.receiving import QUICK, Scene, scene

LIMITS = evolve(QUICK, look_again=3600.0)
DAY = 24 * 3600

step = st.tuples(st.just("step"), st.integers(0, 50), st.integers(0, 50))
bring = st.tuples(st.just("bring"), st.integers(0, 100), st.integers(1, 3))
later = st.tuples(st.just("later"), st.sampled_from([0.0, 0.5, 1.0, 30.0]), st.just(0))
idle = st.tuples(st.just("idle"), st.just(0), st.just(0))
fail = st.tuples(st.just("fail"), st.integers(1, 2), st.just(0))
restart = st.tuples(st.just("restart"), st.just(0), st.just(0))
plans = st.lists(step | bring | bring | later | idle | fail | restart, max_size=25)


def words_of(kind: str) -> tuple[str, ...]:
    return tuple(registry.part(f"printkit.providers.{kind}.emulator.statuses:STATUSES"))


def go_on(there: Scene, order: Order, first: int, second: int) -> None:
    """Something happens at the shop, if it is possible now."""
    name = there.shop.name
    if name == "gooten":
        item, words = order.items[first % len(order.items)], words_of(name)
        there.shop.control(("items", item.id, "status"), {"status": words[second % len(words)]})
        return
    with contextlib.suppress(ValueError):
        verb = (("allocate", None), ("ship", 0), ("ship", 1), ("ship", None), ("complete", None))[first % 5]
        there.shop.control(("orders", order.id, "ship"), {"step": verb[0], **({} if verb[1] is None else {"shipment": verb[1]})})


class History:
    """One run: the shop's real states, and the notices of them."""

    def __init__(self, there: Scene, order: Order) -> None:
        self.there, self.order = there, order
        self.states: list[str] = []
        self.notices: list[NoticeDue] = []
        self.brought = 0
        self.failures = 0
        there.on_delivery = self._fail

    async def _fail(self, order: Order) -> None:
        if self.failures:
            self.failures -= 1
            raise ZeroDivisionError

    async def note(self) -> None:
        self.states.append(fingerprint(await self.there.kit.get_order(self.order.ref)))
        self.notices += self.there.notices()

    async def carry_out(self, what: str, first: Any, second: int) -> None:
        match what:
            case "step":
                go_on(self.there, self.order, first, second)
                await self.note()
            case "bring" if self.notices:
                for _ in range(second):
                    assert (await self.there.bring(self.notices[first % len(self.notices)])).status == 200
                self.brought += 1
            case "later":
                self.there.later(first)
            case "idle":
                await self.there.idle()
            case "fail":
                self.failures += first
            case "restart":
                await self.there.receiver.aclose()
                await self.there.receiver.__aenter__()
            case _:
                pass

    async def end(self, last: int | None) -> None:
        """The history is over. Perhaps a last notice, of whenever, comes; else time passes."""
        if not self.brought or last is not None:
            await self.carry_out("bring", last or 0, 1)
        self.failures = 0
        for seconds in (1, 1200, 1200, DAY, DAY):
            await self.there.idle()
            self.there.later(seconds)
        await self.there.idle()


def places(told: list[str], states: list[str]) -> Iterator[int]:
    """Where each that was told stands in the history; fails when they are not in its order."""
    start = 0
    for each in told:
        start = states.index(each, start)
        yield start


async def play(kind: str, plan: list[tuple[str, Any, int]], last: int | None) -> None:
    with tempfile.TemporaryDirectory() as folder:
        async with scene(LIMITS, file=Path(folder) / "inbox.db", kind=kind) as there:
            history = History(there, await there.placed(photos=3))
            await history.note()
            go_on(there, history.order, 0, 0)
            await history.note()
            for each in plan:
                await history.carry_out(*each)
            await history.end(last)
            told = [fingerprint(order) for order in there.delivered]

    assert list(places(told, history.states))
    assert all(one != other for one, other in pairwise(told))
    assert told[-1] == history.states[-1]


@pytest.mark.slow
@pytest.mark.parametrize("kind", registry.kinds())
@settings(max_examples=60)
@given(plan=plans, last=st.none() | st.integers(0, 100))
def test_any_history_however_its_notices_arrive(kind: str, plan: list[tuple[str, Any, int]], last: int | None) -> None:
    asyncio.run(play(kind, plan, last))
