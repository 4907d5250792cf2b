"""Pauses that a shop asks for: up to a quarter of an hour the run rests, for longer ones it stops, and what is left is gone on with."""

import pytest
from attrs import evolve

from printkit.bulk.engine import Engine
from printkit.bulk.pausing import LONGEST_PAUSE
from printkit.bulk.results import ChangeResult
from printkit.bulk.source import task_of
from printkit.bulk.tasks import Task
from printkit.changes import Change
from printkit.errors import RateLimitedError, RunStoppedError
from printkit.outcomes import ReconcileHandle
from tests.bulk.hands import Fakes, change, results_of, words
from tests.bulk.virtual_time import clock, now, run


def asks(seconds: float) -> RateLimitedError:
    error = RateLimitedError("slower", provider="shop")
    error.retry_after = seconds
    return error


def changes() -> list[Change]:
    return [change(place, str(place)) for place in range(100)]


class Shelf:
    """A book that keeps: every session begins with what has not ended."""

    is_kept = True

    def __init__(self, given: list[Change]) -> None:
        self.left = {index: task_of(index, each, None) for index, each in enumerate(given)}
        self._session = iter([*self.left])

    def again(self) -> "Shelf":
        self._session = iter([*self.left])
        return self

    def at_once(self) -> None: ...

    async def next(self) -> Task | None:
        index = next(self._session, None)
        return None if index is None else self.left[index]

    async def intend(self, task: Task, handle: ReconcileHandle) -> None: ...

    async def keep(self, task: Task) -> None:
        self.left[task.index] = evolve(task, tries=0, not_before=None)

    async def finish(self, result: ChangeResult) -> None:
        del self.left[result.index]


def test_up_to_a_quarter_of_an_hour_is_rested() -> None:
    hands = Fakes({"5": [asks(LONGEST_PAUSE)]}, seconds=lambda _: 0.1)

    async def main() -> tuple[dict[int, str], float]:
        return words(await results_of(hands, changes())), clock()

    found, ended = run(main())
    assert found == dict.fromkeys(range(100), "Applied")
    assert LONGEST_PAUSE <= ended <= LONGEST_PAUSE + 10
    assert hands.probed == []


@pytest.mark.parametrize("seconds", [LONGEST_PAUSE + 1, 86_400.0, 1e30])
def test_a_longer_one_stops_the_run_at_once_and_another_day_it_goes_on(seconds: float) -> None:
    hands, shelf = Fakes({"5": [asks(seconds)]}, seconds=lambda _: 0.1), Shelf(changes())

    async def session() -> float:
        async for _ in Engine(shelf.again(), hands, concurrency=4, clock=clock, now=now).results():
            pass
        return clock()

    async def stopped() -> float:
        with pytest.raises(RunStoppedError, match="go on after it"):
            await session()
        return clock()

    assert run(stopped()) < 1
    assert len(shelf.left) > 80
    assert run(session()) < 10
    assert shelf.left == {}
    assert set(hands.effects.values()) == {1}
    assert len(hands.effects) == 100
