"""One run of many changes, as callers hold it: ``async for`` gives results, ``await`` the report. Knows no kit and no shop."""

import contextlib
import math
import os
import time
from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator, Awaitable, Callable, Generator, Iterable, Iterator, Sequence
from contextlib import ExitStack, aclosing
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self, final

from attrs import evolve

from .. import checks
from ..changes import Change
from ..errors import FieldProblem, JournalError, RunStoppedError
from ..model import Order
from ..opening import Opened
from ..outcomes import Applied, NotApplied, ReconcileHandle, Unknown
from .engine import Engine
from .journal import Journal
from .results import ChangeResult, Progress, Report
from .source import Changes, Stream
from .tasks import Book

OpenBook = Callable[[], Awaitable[Book]]


@final
class Run:
    """A run of changes that has not begun yet: ``async for result in run``, or ``report = await run``. Begins once.

    Leave ``async for`` before its end only under ``async with run:``, which gives what is under way time to end.
    """

    def __init__(
        self,
        open_book: OpenBook,
        hands: "KitHands",
        *,
        concurrency: int,
        in_order: bool = False,
        rate: float | None = None,
        clock: Callable[[], float] = time.monotonic,
        **times: Any,
    ) -> None:
        self._open_book = open_book
        self._hands = hands
        self._concurrency = concurrency
        self._in_order = in_order
        self._rate = rate
        self._clock = clock
        self._times = times
        self._engine: Engine | None = None
        self._results: AsyncGenerator[ChangeResult] | None = None
        self._before = Report()
        self._began = self._ended = 0.0
        self._left = 0
        self._stop_first: str | None = None

    def __aiter__(self) -> AsyncIterator[ChangeResult]:
        if self._results is not None:
            raise RuntimeError("a run begins once: make another one")
        self._results = self._carried_out()
        return self._results

    def __await__(self) -> Generator[Any, None, Report]:
        return self._to_its_end().__await__()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._results is not None:
            await self._results.aclose()

    @property
    def progress(self) -> Progress:
        """How far it has come since it was begun, or gone on with; at any moment."""
        return self._engine.progress if self._engine else Progress()

    @property
    def report(self) -> Report:
        """What came of the run so far."""
        now, before = self.progress, self._before
        seconds = (self._ended or self._clock()) - self._began if self._began else 0.0
        done = now.applied + now.not_applied + now.unknown
        return Report(
            applied=before.applied + now.applied,
            partly=before.partly + now.partly,
            not_applied=before.not_applied + now.not_applied,
            unknown=before.unknown + now.unknown,
            left=max(0, before.left - done),
            seconds=seconds,
            rate=done / seconds if seconds else 0.0,
            unresolved=tuple(now.unresolved),
            stopped=now.stopped,
            ended_before=before.ended_before,
        )

    def stop(self, why: str = "stopped by its user") -> None:
        """Begin nothing more: what is under way ends, and then the run. A run with a journal can be gone on with."""
        self._stop_first = why
        if self._engine is not None:
            self._engine.stop(why)

    async def _to_its_end(self) -> Report:
        if self._results is None:
            async with aclosing(self._carried_out()) as results:
                self._results = results
                async for _ in results:
                    pass
        return self.report

    async def _carried_out(self) -> AsyncGenerator[ChangeResult]:
        book = await self._open_book()
        limits = ExitStack()
        try:
            if isinstance(book, Journal):
                self._before = await _report_of(book)
            self._engine = Engine(
                book, self._hands, concurrency=self._concurrency, in_order=self._in_order, clock=self._clock, **self._times
            )
            if self._stop_first is not None:
                self._engine.stop(self._stop_first)
            for pace in self._hands.paces:
                limits.enter_context(pace.at_most(self._rate))
            self._began = self._clock()
            async with aclosing(self._engine.results()) as results:
                async for result in results:
                    yield result
        except RunStoppedError as error:
            error.report = self.report
            raise
        finally:
            self._ended = self._clock()
            limits.close()
            if isinstance(book, Journal):
                await _close(book)


async def _close(journal: Journal) -> None:
    try:
        with contextlib.suppress(JournalError):  # what matters is noted change by change
            await journal.note_end()
    finally:
        await journal.aclose()


async def _report_of(journal: Journal) -> Report:
    status = await journal.status()
    counts = status.counts
    return evolve(
        Report(),
        applied=counts.get("applied", 0),
        partly=status.partly,
        not_applied=counts.get("not-applied", 0),
        unknown=counts.get("unknown", 0),
        left=status.left,
        ended_before=status.ended,
    )


@final
class KitHands:
    """What an engine acts with: the verbs of one kit."""

    LONGEST_WAIT: Final = 10.0
    """Seconds that a request waits for its turn, and never more than a sixth of a call's deadline: a call may have several requests."""

    def __init__(self, kit: Any, opened: Sequence[Opened]) -> None:
        self._kit = kit
        self.paces = [each.pace for each in opened]
        self._waits = [(each.pace, min(self.LONGEST_WAIT, each.deadline / 6)) for each in opened]

    def carry_out(self, change: Change) -> Awaitable[Order]:
        """See ``Hands``."""
        return change.carry_out(self._kit)

    async def go_on(self, change: Change, done: ReconcileHandle, order: Order) -> Order:
        """See ``Hands``."""
        return await change.go_on(self._kit, done, order)

    async def settle(self, handle: ReconcileHandle, *, send_again: bool) -> Applied[Order] | NotApplied | Unknown:
        """See ``Hands``."""
        found: Applied[Order] | NotApplied | Unknown = await self._kit.reconcile(handle, send_again=send_again)
        return found

    async def probe(self, provider: str | None) -> None:
        """One page of orders: what every shop can answer."""
        await self._kit.list_orders(provider=provider)

    def width(self) -> float:
        """So many that none waits too long for its turn at the slowest account's present rate."""
        width = math.inf
        for pace, wait in self._waits:
            rate = pace.rate
            if rate is not None and wait * rate < width:
                width = wait * rate
        return width


def run_of(
    kit: Any,
    opened: Iterable[Opened],
    default: str | None,
    given: Changes | None,
    *,
    journal: str | os.PathLike[str] | None,
    concurrency: int | None,
    in_order: bool,
    rate: float | None,
) -> Run:
    """A run with one kit's verbs; see ``PrintKit.apply``."""
    problems = [
        *(() if concurrency is None else checks.of_count("concurrency", concurrency)),
        *(() if rate is None else checks.of_rate("rate", rate)),
        *checks.of_flag("in_order", in_order),
        *(() if journal is None else checks.of_kind("journal", journal, (str, os.PathLike), "a path")),
    ]
    if given is None and journal is None:
        problems.append(FieldProblem("changes", "are missing: give them, or the journal of a run to go on with"))
    if given is not None:
        problems += input_problems(given)
    checks.refuse(problems, operation="apply")
    at = [*opened]
    accounts = accounts_of(at)

    async def book() -> Book:
        if journal is None:
            return Stream(() if given is None else given, default)
        kept = await Journal.open(Path(journal), accounts, default, new=False if given is None else None)
        try:
            await kept.begin(given)
        except BaseException:
            await kept.aclose()
            raise
        return kept

    hands = KitHands(kit, at)
    return Run(book, hands, concurrency=concurrency or min(each.concurrency for each in at), in_order=in_order, rate=rate)


def input_problems(given: object) -> Iterator[FieldProblem]:
    """Why something cannot be changes."""
    if isinstance(given, (str, bytes)) or not isinstance(given, Iterable | AsyncIterable):
        yield FieldProblem("changes", f"is a {type(given).__name__}: give a list of changes, or anything that makes them")


def accounts_of(opened: Iterable[Opened]) -> dict[str, str]:
    """Every open connection's account, as journals keep it: kind, environment and digest, by the connection's name."""
    return {at.account.provider: f"{at.account.kind} {at.account.environment} {at.account.digest}" for at in opened}
