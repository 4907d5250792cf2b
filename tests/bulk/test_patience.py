"""A run of which all that is left waits for a long time: where others can go on with it, nobody stays for it."""

from datetime import UTC, datetime, timedelta

from printkit.bulk.engine import WAITS, Engine
from printkit.bulk.results import ChangeResult
from printkit.bulk.tasks import Task
from printkit.changes import Change, Submit
from printkit.errors import OutcomeUnknownError, RejectedError
from printkit.model import Order
from printkit.outcomes import NotApplied, ReconcileHandle


class Ledger:
    """A book of so many changes of as many orders."""

    is_kept = True

    def __init__(self, count: int) -> None:
        self.left = [Task(number, Submit(f"pwinty:{number}"), str(number)) for number in range(count)]
        self.kept: list[int] = []

    def at_once(self) -> None: ...

    async def next(self) -> Task | None:
        return self.left.pop(0) if self.left else None

    async def intend(self, task: Task, handle: ReconcileHandle) -> None: ...

    async def keep(self, task: Task) -> None:
        self.kept.append(task.index)

    async def finish(self, result: ChangeResult) -> None: ...


class Hands:
    """Loses the answers to some changes, for so many seconds; the shop refuses the others."""

    def __init__(self, lost: set[str], seconds: float) -> None:
        now = datetime.now(UTC)
        self._lost = lost
        self._handle = ReconcileHandle(
            id="1",
            provider="pwinty",
            kind="pwinty",
            environment="emulator",
            account="a",
            operation="submit",
            step="submit",
            lock="order:1",
            sent_at=now,
            settle_until=now + timedelta(seconds=seconds),
        )

    async def carry_out(self, change: Change) -> Order:
        assert isinstance(change, Submit)
        if str(change.order) in self._lost:
            raise OutcomeUnknownError(self._handle, "lost")
        raise RejectedError("no", provider="pwinty")

    async def go_on(self, change: Change, done: ReconcileHandle, order: Order) -> Order:
        raise NotImplementedError

    async def settle(self, handle: ReconcileHandle, *, send_again: bool) -> NotApplied:
        return NotApplied("no trace of it")

    async def probe(self, provider: str | None) -> None: ...

    def width(self) -> float:
        return float("inf")


async def test_the_results_end_while_what_is_left_waits_for_longer() -> None:
    book = Ledger(20)
    engine = Engine(book, Hands({"pwinty:3", "pwinty:17"}, 100), concurrency=4, patience=30)
    results = [result.index async for result in engine.results()]
    assert sorted(results) == [number for number in range(20) if number not in {3, 17}]
    assert (sorted(book.kept), engine.progress.stopped) == ([3, 17], WAITS)


async def test_what_waits_for_less_is_waited_for() -> None:
    engine = Engine(Ledger(20), Hands({"pwinty:3"}, 0.05), concurrency=4, patience=30)
    results = [result.index async for result in engine.results()]
    assert sorted(results) == [*range(20)]
    assert engine.progress.stopped is None
