"""Whatever becomes of a real history's notices: what is told is an order that the shop went through, and the last state always comes."""

import asyncio
import contextlib
import tempfile
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from attrs import evolve
from hypothesis import example, given, settings, strategies as st

from printkit import Order, registry
from printkit.emulator.notices import NoticeDue
from printkit.progress import fingerprint
from tests.receiving import QUICK, Scene, scene

DAY = 24 * 3600.0
LIMITS = evolve(QUICK, look_again=DAY)

steps = st.none() | st.tuples(st.integers(0, 4), st.integers(0, 26))
brought = st.just([]) | st.lists(st.integers(0, 100), min_size=1, max_size=3)
"""Which of the notices so far arrive now: late ones, repeated ones, none."""
moods = st.sampled_from(["idle", "idle", "hurry", "later", "fail", "hold", "restart"])
rounds = st.lists(st.tuples(steps, brought, moods), min_size=1, max_size=8)


Plan = list[tuple[tuple[int, int] | None, list[int], str]]


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
        self.is_told = False
        """Whether a notice of whenever arrived since the last step."""
        self.failures = self.inside = 0
        self.is_open = asyncio.Event()
        self.is_open.set()
        there.on_delivery = self._handle

    async def _handle(self, order: Order) -> None:
        self.inside += 1
        await self.is_open.wait()
        self.inside -= 1
        if self.failures:
            self.failures -= 1
            raise ZeroDivisionError

    async def step(self, first: int, second: int) -> None:
        go_on(self.there, self.order, first, second)
        self.states.append(fingerprint(await self.there.kit.get_order(self.order.ref)))
        self.notices += self.there.notices()
        self.is_told = False

    async def bring(self, which: int) -> None:
        assert (await self.there.bring(self.notices[which % len(self.notices)])).status == 200
        self.is_told = True

    async def feel(self, mood: str) -> None:
        """What happens until the next round."""
        match mood:
            case "hold":  # the next deliveries stick in the middle
                self.is_open.clear()
                while not self.inside and await self.there.has_work():  # noqa: ASYNC110 - nobody tells
                    await asyncio.sleep(0)
                return
            case "hurry":
                return
            case "fail":
                self.failures += 1
            case "later":
                self.there.later(1.5)
            case _:
                pass
        self.is_open.set()
        if mood == "restart":
            await self.there.receiver.aclose()
            await self.there.receiver.__aenter__()
        else:
            await self.there.idle()

    async def end(self, last: int | None) -> None:
        """The history is over. If it was not told since, a last notice comes, or time passes."""
        waits = 0.0 if self.is_told or last is not None else 3 * DAY
        if not self.is_told and (last is not None or not self.there.outcomes["accepted"]):
            await self.bring(last or 0)
        self.failures = 0
        self.is_open.set()
        for seconds in (1, 1200, 1200, waits):
            await self.there.idle()
            self.there.later(seconds)
        await self.there.idle()


def places(told: list[str], states: list[str]) -> Iterator[int]:
    """Where each that was told stands in the history; fails when they are not in its order."""
    start = 0
    for each in told:
        start = states.index(each, start)
        yield start


async def play(kind: str, plan: Plan, last: int | None) -> None:
    with tempfile.TemporaryDirectory() as folder:
        async with scene(LIMITS, file=Path(folder) / "inbox.db", kind=kind) as there:
            history = History(there, await there.placed(photos=3))
            await history.step(0, 0)
            for step, numbers, mood in plan:
                if step is not None:
                    await history.step(*step)
                for which in numbers:
                    await history.bring(which)
                await history.feel(mood)
            await history.end(last)
            told = [fingerprint(order) for order in there.delivered]

    assert list(places(told, history.states))
    assert all(one != other for one, other in pairwise(told))
    assert told[-1] == history.states[-1]


@pytest.mark.slow
@pytest.mark.parametrize("kind", registry.kinds())
@settings(max_examples=100)
@example(plan=[(None, [0], "idle"), ((1, 2), [], "idle")], last=None)  # the last notice is lost
@example(plan=[(None, [0], "hold"), ((1, 2), [1], "later")], last=None)  # it comes in the middle of a delivery
@example(plan=[(None, [0, 0], "fail"), ((1, 2), [2, 0, 1], "restart")], last=0)
@given(plan=rounds, last=st.none() | st.none() | st.integers(0, 100))
def test_any_history_however_its_notices_arrive(kind: str, plan: Plan, last: int | None) -> None:
    asyncio.run(play(kind, plan, last))
