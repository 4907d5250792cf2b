"""Carries out very many changes: so many at once, one at a time for each order, none twice. Knows no kit, no shop and no file.

Memory depends on how many run at once, not on how many there are. What cannot be decided yet waits for its settle window and is
looked for again; what the shop cannot be asked now is tried again; an outage pauses everything and fails nothing.
"""

import asyncio
import heapq
import time
from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import final

from ..changes import PlaceOrder
from ..errors import (
    AuthenticationError,
    JournalError,
    NotSentError,
    OutcomeUnknownError,
    PrintKitError,
    ProviderDownError,
    ProviderError,
    RateLimitedError,
    TransportError,
    UnreadableAnswerError,
)
from ..model import Order
from ..outcomes import Applied, NotApplied, Unknown
from ..writes import journaled
from .pausing import LONGEST_PAUSE, Pauses, stopped
from .results import ChangeResult, Outcome, Progress
from .tasks import Book, Hands, Task, Told

MOST_TRIES = 8
"""So often one change may find no answer, outages not counted, before it is told as not applied, or as unknown."""
MOST_UNKNOWN = 3
"""So often one change may be sent and lost; what is lost once more is looked for, and not sent again."""
GRACE = 10.0
"""Seconds that changes under way get to end when a run is given up."""
WAITS = "all that is left waits"


class _UndecidedError(Exception):
    """A look-up said what it could."""

    def __init__(self, found: NotApplied | Unknown) -> None:
        super().__init__()
        self.found = found


@final
class Engine:
    """One run.

    Args:
        book: the tasks.
        hands: what to act with.
        concurrency: changes under way at once.
        in_order: give out results in the order of the input; the window for that is sixteen times ``concurrency``.
        patience: seconds. When all that is left waits for longer than these, the results end: a book that keeps can be gone on with.
        clock, sleep, now: time, for tests.
    """

    def __init__(
        self,
        book: Book,
        hands: Hands,
        *,
        concurrency: int,
        in_order: bool = False,
        patience: float = float("inf"),
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._book = book
        self._hands = hands
        self._concurrency = concurrency
        self._in_order = in_order
        self._patience = patience
        self._clock = clock
        self._sleep = sleep
        self._now = now
        self.progress = Progress()
        self._pauses = Pauses(self.progress, hands.probe, self._fail, lambda: self._stir(len(self._idle)), clock, sleep)
        self._most_waiting = max(1000, 16 * concurrency)
        self._busy: dict[str, list[Task]] = {}
        """Every task that was taken and has not ended, by order: first the one whose turn it is, then those that wait for it."""
        self._held = 0
        self._ready: deque[Task] = deque()
        self._later: list[tuple[datetime, int, Task]] = []
        self._alarm: tuple[datetime, asyncio.Task[None]] | None = None
        self._idle: deque[asyncio.Future[None]] = deque()
        self._puller: asyncio.Task[None] | None = None
        self._is_exhausted = self._is_stopping = False
        self._failure: Exception | None = None
        self._results: deque[ChangeResult] = deque()
        self._early: dict[int, ChangeResult] = {}
        self._line: deque[int] = deque()
        """The places of what was taken and not given out, in order; only where results come in order."""
        self._there = asyncio.Event()
        self._taken = asyncio.Event()

    # ── Results ───────────────────────────────────────────────────────────────────────────────────────────────────────

    async def results(self) -> AsyncGenerator[ChangeResult]:
        """Every result, as it comes. Closing this gives up the run: what is under way gets ``GRACE`` seconds to end.

        Raises:
            RunStoppedError: the run cannot go on.
            Exception: what the input raised.
        """
        workers = [asyncio.create_task(self._work()) for _ in range(self._concurrency)]
        ended = asyncio.gather(*workers, return_exceptions=True)
        ended.add_done_callback(lambda _: self._there.set())
        try:
            while True:
                while self._results:
                    result = self._results.popleft()
                    self._taken.set()
                    yield result
                if ended.done():
                    break
                self._there.clear()
                await self._there.wait()
        finally:
            await self._give_up(workers, ended)
            left = self._abandoned()
        for result in left:
            yield result
        if self._failure is not None:
            raise self._failure

    def stop(self, why: str) -> None:
        """Begin nothing more. What is under way ends, and then the results."""
        if not self._is_stopping:
            self._is_stopping, self.progress.stopped = True, why
            self._stir(len(self._idle))
            self._taken.set()
            if self._puller is not None and self._puller is not _this_task():
                self._puller.cancel()  # the input may have nothing to give for a long time

    def _fail(self, error: Exception) -> None:
        if self._failure is None:
            self._failure = stopped(error) if isinstance(error, JournalError) else error
        self.stop(str(self._failure))

    async def _give_up(self, workers: list[asyncio.Task[None]], ended: "asyncio.Future[list[BaseException | None]]") -> None:
        try:
            if not ended.done():
                self.stop("given up")
                await asyncio.wait(workers, timeout=GRACE)
        finally:
            others = [each for each in (self._pauses.task, self._alarm[1] if self._alarm else None) if each is not None]
            for task in (*workers, *others):
                task.cancel()
            await asyncio.gather(ended, *others, return_exceptions=True)

    def _abandoned(self) -> list[ChangeResult]:
        """What had ended before its turn to be told, and, when nobody keeps it, what was taken and not ended: nothing is lost silently."""
        found = [*self._early.values()]
        for task in () if self._book.is_kept else (task for line in self._busy.values() for task in line):
            result = self._cut_off(task)
            self.progress.count(result)
            found.append(result)
        return sorted(found, key=lambda result: result.index)

    def _cut_off(self, task: Task) -> ChangeResult:
        why = f"the run ended before: {self.progress.stopped}"
        if task.open is not None:
            return self._unknown(task, why)
        return self._result(task, NotApplied(f"{why}; {task.done.operation} was done" if task.done else why))

    def _give_out(self, result: ChangeResult) -> None:
        self.progress.count(result)
        if not self._in_order:
            self._results.append(result)
        else:
            self._early[result.index] = result
            while self._line and self._line[0] in self._early:
                self._results.append(self._early.pop(self._line.popleft()))
            self._stir()
        self._there.set()

    async def _until_results_are_taken(self) -> None:
        while len(self._results) > 2 * self._concurrency and not self._is_stopping:
            self._taken.clear()
            await self._taken.wait()

    # ── Work ──────────────────────────────────────────────────────────────────────────────────────────────────────────

    async def _work(self) -> None:
        progress = self.progress
        try:
            while (task := self._at_once() or await self._take()) is not None:
                progress.running += 1
                try:
                    result = await self._one(task)
                    if result is not None:
                        await self._book.finish(result)
                finally:
                    progress.running -= 1
                if result is None:
                    self._stir()
                    continue
                self._release(task.order)
                self._give_out(result)
                if len(self._results) > 2 * self._concurrency:
                    await self._until_results_are_taken()
        except Exception as error:  # noqa: BLE001 - whatever it is, the others must not wait for this one for ever
            self._fail(error)

    async def _take(self) -> Task | None:
        """The next task that may run now; None when there is none any more."""
        while not self._is_stopping:
            task = self._at_once()
            if task is not None:
                return task
            if self._may_begin() and self._may_pull():
                await self._pull()
                continue
            if self._is_exhausted and not self._busy:
                self._stir(len(self._idle))
                return None
            if self._only_waits():
                self.stop(WAITS)
                return None
            turn = asyncio.get_running_loop().create_future()
            self._idle.append(turn)
            await turn
        return None

    def _at_once(self) -> Task | None:
        """The next task, where one may run now and is at hand."""
        if self._is_stopping or not self._may_begin():
            return None
        if not self._ready and self._may_pull():
            try:
                task = self._book.at_once()
            except asyncio.CancelledError:
                self._fail(_cancelled_input())
                return None
            if task is not None:
                self._admit(task)
                self._stir()
        return self._ready.popleft() if self._ready and not self._is_stopping else None  # asking for it may have stopped the run

    def _may_begin(self) -> bool:
        running = self.progress.running
        return self.progress.paused is None and (running < 1 or running < self._hands.width())

    def _only_waits(self) -> bool:
        """Whether nothing can be done for a long time."""
        if not self._is_exhausted or self._ready or self.progress.running or self.progress.paused is not None or not self._later:
            return False
        return (self._later[0][0] - self._now()).total_seconds() > self._patience

    def _may_pull(self) -> bool:
        is_near = len(self._line) < 16 * self._concurrency
        return self._puller is None and not self._is_exhausted and self.progress.waiting < self._most_waiting and is_near

    async def _pull(self) -> None:
        self._puller = _this_task()
        try:
            task = await self._book.next()
        except asyncio.CancelledError:
            if not _is_cancelled():
                self._fail(_cancelled_input())
            raise
        finally:
            self._puller = None
            self._stir()
        if task is None:
            self._is_exhausted = True
        else:
            self._admit(task)

    def _admit(self, task: Task) -> None:
        if self._in_order:
            self._line.append(task.index)
        line = self._busy.get(task.order)
        if line is not None:
            line.append(task)
            self._held += 1
            return
        self._busy[task.order] = [task]
        if task.not_before is not None and task.not_before > self._now():
            self._wait_until(task, task.not_before)
        else:
            self._ready.append(task)

    def _release(self, order: str) -> None:
        line = self._busy[order]
        if len(line) == 1:
            del self._busy[order]
        else:
            del line[0]
            self._ready.append(line[0])
            self._held -= 1
        self._stir()

    def _stir(self, count: int = 1) -> None:
        self.progress.waiting = len(self._later) + self._held
        idle = self._idle
        while idle and count:
            turn = idle.popleft()
            if not turn.done():
                turn.set_result(None)
                count -= 1

    # ── One change ────────────────────────────────────────────────────────────────────────────────────────────────────

    async def _one(self, task: Task) -> ChangeResult | None:
        """Its result, or None when it has to wait."""
        try:
            with journaled(Told(self._book, task)):
                if task.open is None and task.done is None and task.invalid is None:
                    order = await self._hands.carry_out(task.change)
                else:
                    order = await self._gone_on(task)
        except JournalError:
            raise
        except Exception as error:  # noqa: BLE001 - one change never ends a run
            return await self._weigh(task, error)
        except asyncio.CancelledError:
            if _is_cancelled():
                raise
            return await self._weigh(task, RuntimeError("it was cancelled, and not by this run"))
        self._pauses.answered(task.provider)
        return self._result(task, Applied(order))

    async def _gone_on(self, task: Task) -> Order:
        if task.invalid is not None:
            raise task.invalid
        known = task.open or task.done
        assert known is not None  # noqa: S101 - or it would have been carried out from its beginning
        found = await self._hands.settle(known, send_again=task.open is not None and task.lost <= MOST_UNKNOWN)
        if isinstance(found, NotApplied) and task.open is None:
            found = Unknown(f"what was done of it is not found any more: {found.why}")
        if not isinstance(found, Applied):
            raise _UndecidedError(found)
        if task.open is not None:
            task.done, task.open = task.open, None
        assert task.done is not None  # noqa: S101 - a write that is applied is the last one done
        return await self._hands.go_on(task.change, task.done, found.value)

    async def _weigh(self, task: Task, error: Exception) -> ChangeResult | None:
        match error:
            case _UndecidedError(found=found):
                self._pauses.answered(task.provider)
                return await self._undecided(task, found)
            case OutcomeUnknownError():
                self._pauses.stumbled(task.provider)
                task.lost, task.open = task.lost + 1, task.open or error.handle
                return await self._later_on(task, error.handle.settle_until)
            case AuthenticationError() if self._pauses.denied(task.provider):
                self._fail(stopped(error))
                return await self._later_on(task, self._now())
            case RateLimitedError():
                self._pauses.halt(error.retry_after)
                task.tries += task.tries < MOST_TRIES - 1
                return await self._later_on(task, self._in(error.retry_after or _backoff(task.tries)))
            case NotSentError(in_line=True):
                task.tries += 1
                return await self._again(task, error)
            case TransportError() | ProviderDownError() | UnreadableAnswerError():
                self._pauses.stumbled(task.provider)
                task.tries += self.progress.paused is None
                return await self._again(task, error)
            case AuthenticationError():
                task.tries += 1
                return await self._again(task, error)
            case _:
                return await self._refused(task, error)

    async def _undecided(self, task: Task, found: NotApplied | Unknown) -> ChangeResult | None:
        if isinstance(found, NotApplied):
            return self._not_applied(task, found)
        if found.not_before is None:
            return self._unknown(task, found.why)
        if task.open is None and found.not_before > self._now():  # what is proven needs no window: it is only not listed yet
            task.tries += task.tries < MOST_TRIES - 1
            return await self._later_on(task, min(found.not_before, self._in(_backoff(task.tries))))
        task.tries += found.not_before <= self._now()  # nothing is waited for, but somebody else
        if task.tries < MOST_TRIES:
            return await self._later_on(task, max(found.not_before, self._in(1.0)))
        return self._unknown(task, found.why)

    async def _again(self, task: Task, error: PrintKitError) -> ChangeResult | None:
        if task.tries < MOST_TRIES:
            return await self._later_on(task, self._in(_backoff(task.tries)))
        return self._unknown(task, str(error), error) if task.open else self._not_applied(task, NotApplied(str(error)), error)

    async def _refused(self, task: Task, error: Exception) -> ChangeResult | None:
        """The shop refuses, or the change is not possible, or something of ours is broken."""
        if isinstance(error, ProviderError) and error.sent:
            self._pauses.answered(task.provider)
        if task.open is None:
            return self._not_applied(task, NotApplied(str(error) or type(error).__name__, getattr(error, "existing", None)), error)
        if not isinstance(error, PrintKitError):
            return self._unknown(task, f"{type(error).__name__} while it was under way", error)
        task.refusals += 1  # after a lost answer a refusal is a hint: it may be done already
        if task.refusals > 1:
            return self._unknown(task, str(error), error)
        return await self._later_on(task, task.open.settle_until)

    def _not_applied(self, task: Task, outcome: NotApplied, error: Exception | None = None) -> ChangeResult:
        """Not applied, unless a part of it was: then somebody has to look. An order to place that was not submitted costs nothing."""
        if task.done is None or isinstance(task.change, PlaceOrder):
            return self._result(task, outcome, error)
        return self._unknown(task, f"a part of it is done, and the rest is not: {outcome.why}", error)

    def _result(self, task: Task, outcome: Outcome, error: Exception | None = None) -> ChangeResult:
        return ChangeResult(task.index, task.change, outcome, error, (task.open or task.done) if isinstance(outcome, Unknown) else None)

    def _unknown(self, task: Task, why: str, error: Exception | None = None) -> ChangeResult:
        return self._result(task, Unknown(why), error)

    # ── Waiting ───────────────────────────────────────────────────────────────────────────────────────────────────────

    def _in(self, seconds: float) -> datetime:
        return self._now() + timedelta(seconds=min(seconds, LONGEST_PAUSE))

    async def _later_on(self, task: Task, moment: datetime) -> ChangeResult | None:
        """No result yet."""
        task.not_before = moment
        await self._book.keep(task)
        self._wait_until(task, moment)
        return None

    def _wait_until(self, task: Task, moment: datetime) -> None:
        heapq.heappush(self._later, (moment, task.index, task))
        self.progress.until = self._later[0][0]
        self.progress.until_all = max(self.progress.until_all or moment, moment)
        if self._alarm is None or moment < self._alarm[0]:
            if self._alarm is not None:
                self._alarm[1].cancel()
            self._alarm = (moment, asyncio.create_task(self._ring(moment)))

    async def _ring(self, moment: datetime) -> None:
        await self._sleep(max(0.0, (moment - self._now()).total_seconds()))
        self._alarm = None
        now = max(moment, self._now())
        while self._later and self._later[0][0] <= now:
            self._ready.append(heapq.heappop(self._later)[2])
            self._stir()
        if not self._later:
            self.progress.until = self.progress.until_all = None
        else:
            first = self.progress.until = self._later[0][0]
            self._alarm = (first, asyncio.create_task(self._ring(first)))


def _this_task() -> "asyncio.Task[None] | None":
    try:
        return asyncio.current_task()
    except RuntimeError:  # asked from outside the loop, such as from a signal handler
        return None


def _is_cancelled() -> bool:
    """Whether this task is cancelled from outside; otherwise something within it was."""
    task = _this_task()
    return task is not None and task.cancelling() > 0


def _cancelled_input() -> RuntimeError:
    """A cancellation that nobody outside asked for must not look like the input's end."""
    return RuntimeError("the input was cancelled")


def _backoff(tries: int) -> float:
    return min(60.0, 2.0**tries)
