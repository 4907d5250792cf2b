"""How a run ends before its last change, pauses and goes on: nothing is lost silently, nothing left under way, nothing waits for ever."""

import asyncio
import gc
import tracemalloc
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import aclosing
from typing import Any

import pytest

from printkit.bulk import engine as engine_module
from printkit.bulk.engine import Engine
from printkit.bulk.pausing import LONGEST_PAUSE
from printkit.bulk.results import ChangeResult
from printkit.bulk.source import Changes, Stream
from printkit.bulk.tasks import Task
from printkit.changes import Change
from printkit.errors import AuthenticationError, JournalError, RateLimitedError, RunStoppedError, TransportError
from printkit.outcomes import NotApplied, Unknown
from tests.bulk.hands import SETTLE, Fakes, an_order, change, engine, results_of, words
from tests.bulk.virtual_time import clock, now, run


async def gathered(each: Engine) -> tuple[list[ChangeResult], Exception | None]:
    found: list[ChangeResult] = []
    try:
        async for result in each.results():
            found.append(result)  # noqa: PERF401 - what came before the error counts
    except Exception as error:  # noqa: BLE001
        return found, error
    return found, None


def changes(count: int, first: int = 0) -> Iterator[Change]:
    return (change(place, str(place)) for place in range(first, count))


def limited(seconds: float | None) -> RateLimitedError:
    error = RateLimitedError("slower", provider="shop")
    error.retry_after = seconds
    return error


# ── Pausing ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_an_outage_pauses_the_run_fails_nothing_and_the_run_resumes_by_itself() -> None:
    hands, total, paused = Fakes(seconds=lambda _: 0.01), 100_000, []

    async def main() -> dict[str, int]:
        each, counts = engine(hands, changes(total), concurrency=64), {"Applied": 0}
        async for result in each.results():
            word = type(result.outcome).__name__
            counts[word] = counts.get(word, 0) + 1
            if sum(counts.values()) == 1000:
                hands.is_down = True
                asyncio.get_running_loop().call_later(500, setattr, hands, "is_down", False)
                asyncio.get_running_loop().call_later(60, lambda: paused.append(each.progress.paused))
        return counts

    assert run(main()) == {"Applied": total}
    assert set(hands.effects.values()) == {1}
    assert paused == ["the shop does not answer"]
    assert len(hands.calls) < total + 200  # nobody hammers a shop that is down


def test_an_outage_that_lasts_too_long_stops_the_run_and_what_was_taken_is_told() -> None:
    hands = Fakes(is_down=True)

    async def main() -> tuple[list[ChangeResult], Exception | None, float]:
        return *await gathered(engine(hands, changes(1000), concurrency=4)), clock()

    found, error, ended = run(main())
    assert isinstance(error, RunStoppedError)
    assert LONGEST_PAUSE <= ended <= LONGEST_PAUSE + 60
    assert sorted(result.index for result in found) == [*range(len(found))]
    assert 0 < len(found) <= 20
    assert all(isinstance(result.outcome, NotApplied) and "the run ended before" in result.outcome.why for result in found)


def test_a_probe_that_breaks_does_not_leave_the_run_paused_for_ever() -> None:
    hands = Fakes({str(place): [TransportError("no")] for place in range(20)}, probes=[KeyError("a fault of ours"), TransportError("no")])

    assert set(words(run(results_of(hands, changes(50)))).values()) == {"Applied"}
    assert hands.probed[:3] == [1, 3, 7]


def test_a_probe_that_is_refused_stops_the_run() -> None:
    hands = Fakes(is_down=True, probes=[AuthenticationError("401")])
    _, error = run(gathered_on(hands))

    assert isinstance(error, RunStoppedError)


async def gathered_on(hands: Fakes, count: int = 200, concurrency: int = 4) -> tuple[list[ChangeResult], Exception | None]:
    return await gathered(engine(hands, changes(count), concurrency=concurrency))


def test_a_refused_key_stops_the_run_and_turns_nothing_into_a_failure() -> None:
    met, taken = AuthenticationError("401", provider="shop"), []
    hands = Fakes({str(place): [met] * 9 for place in range(20, 1000)})

    def given() -> Iterator[Change]:
        for each in changes(1000):
            taken.append(each)
            yield each

    found, error = run(gathered(engine(hands, given(), concurrency=8)))

    assert isinstance(error, RunStoppedError)
    assert sum(result.applied for result in found) == 20
    assert sorted(result.index for result in found) == [*range(len(taken))]
    assert len(taken) <= 20 + 8 + 8
    assert {str(result.outcome.why)[:20] for result in found if isinstance(result.outcome, NotApplied)} == {"the run ended before"}
    assert not hands.effects.keys() & {str(place) for place in range(20, 1000)}


def test_one_refusal_of_the_key_that_was_an_accident_changes_nothing() -> None:
    hands = Fakes({"3": [AuthenticationError("401", provider="shop")]})

    assert set(words(run(results_of(hands, changes(20), concurrency=1))).values()) == {"Applied"}


def test_an_order_that_alone_is_refused_for_its_key_ends() -> None:
    """The others are answered in between, so that it is not the key."""
    hands = Fakes({"0": [AuthenticationError("401", provider="shop")] * 1000}, seconds=lambda _: 0.4)
    found = run(results_of(hands, changes(3000), concurrency=4))

    assert words(found) == {0: "NotApplied", **dict.fromkeys(range(1, 3000), "Applied")}


def test_another_connection_that_works_hides_no_outage() -> None:
    """Every second change goes to a shop that is down for ten minutes."""

    class Two(Fakes):
        async def carry_out(self, change: Any) -> Any:
            if change.order.provider == "dead" and clock() < 600:
                await asyncio.sleep(0.2)
                raise TransportError("no answer", provider="dead")
            return await super().carry_out(change)

        async def probe(self, provider: str | None) -> None:
            assert provider == "dead"
            if clock() < 600:
                raise TransportError("no answer")

    from printkit.changes import SetStatus

    given = [SetStatus(f"{'dead' if place % 2 else 'shop'}:{place}", str(place)) for place in range(400)]
    hands = Two(seconds=lambda _: 0.1)

    assert words(run(results_of(hands, given, concurrency=4))) == dict.fromkeys(range(400), "Applied")


def test_a_shop_that_asks_for_a_pause_gets_it() -> None:
    hands = Fakes({"5": [limited(100.0)], "6": [limited(300.0)]}, seconds=lambda _: 0.1)

    async def main() -> list[tuple[float, ChangeResult]]:
        return [(clock(), result) async for result in engine(hands, changes(100), concurrency=3).results()]

    found = run(main())
    assert {type(result.outcome).__name__ for _, result in found} == {"Applied"}
    assert not [moment for moment, _ in found if 1 < moment < 300]


def test_a_shop_that_asks_for_a_very_long_pause_ends_the_run() -> None:
    found, error = run(gathered_on(Fakes({"5": [limited(1e30)]})))

    assert isinstance(error, RunStoppedError)
    assert next(result for result in found if result.index == 5).outcome == NotApplied(f"the run ended before: {error}")


# ── Input ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_an_input_that_raises_ends_the_run_with_its_error_after_what_is_under_way() -> None:
    def given() -> Iterator[Change]:
        yield from changes(10)
        raise ZeroDivisionError

    found, error = run(gathered(engine(Fakes(seconds=lambda _: 5.0), given(), concurrency=4)))

    assert isinstance(error, ZeroDivisionError)
    assert words(found)[0] == "Applied"
    assert sorted(result.index for result in found) == [*range(10)]


def cancelled_at_once() -> Iterator[Change]:
    yield change(1)
    raise asyncio.CancelledError


async def cancelled() -> AsyncIterator[Change]:
    for each in cancelled_at_once():
        yield each


@pytest.mark.parametrize("given", [cancelled_at_once, cancelled])
def test_an_input_that_is_cancelled_by_itself_does_not_look_like_its_end(given: Callable[[], Changes]) -> None:
    found, error = run(gathered(engine(Fakes(), given())))

    assert words(found) == {0: "Applied"}
    assert isinstance(error, RuntimeError)


@pytest.mark.parametrize("concurrency", [1, 3])
def test_an_input_that_waits_for_something_cancelled_does_not_look_like_its_end(concurrency: int) -> None:
    def given() -> Iterator[Change]:
        yield change(1)
        future = asyncio.get_running_loop().create_future()
        future.cancel()
        yield future.result()

    found, error = run(gathered(engine(Fakes(), given(), concurrency=concurrency)))

    assert words(found) == {0: "Applied"}
    assert isinstance(error, RuntimeError)
    assert "cancelled" in str(error)


@pytest.mark.parametrize("concurrency", [1, 3])
def test_an_input_that_has_ended_is_not_asked_again(concurrency: int) -> None:
    class Anew:
        """Ends after two, and would give more."""

        places = iter([0, 1, None, 2, None, 3, None])

        def __iter__(self) -> Iterator[Change]:
            return self

        def __next__(self) -> Change:
            place = next(self.places)
            if place is None:
                raise StopIteration
            return change(place)

    found, error = run(gathered(engine(Fakes(), Anew(), concurrency=concurrency)))

    assert words(found) == {0: "Applied", 1: "Applied"}
    assert error is None


def test_an_input_that_comes_slowly_is_carried_out_as_it_comes() -> None:
    async def given() -> AsyncIterator[Change]:
        for place in range(5):
            await asyncio.sleep(100)
            yield change(place)

    async def main() -> list[float]:
        return [clock() async for _ in engine(Fakes(seconds=lambda _: 1.0), given()).results()]

    assert run(main()) == pytest.approx([101, 201, 301, 401, 501])


def test_stop_ends_a_run_whose_input_has_nothing_to_give() -> None:
    async def given() -> AsyncIterator[Change]:
        yield change(1)
        await asyncio.Event().wait()

    async def main() -> tuple[list[ChangeResult], Exception | None]:
        each = engine(Fakes(), given())
        asyncio.get_running_loop().call_later(5, each.stop, "enough")
        return await gathered(each)

    found, error = run(main())
    assert (words(found), error) == ({0: "Applied"}, None)


def test_stop_from_within_the_input_cuts_nothing() -> None:
    each: Engine

    def given() -> Iterator[Change]:
        yield from changes(10)
        each.stop("enough")
        yield from changes(20, 10)

    async def main() -> tuple[list[ChangeResult], Exception | None]:
        nonlocal each
        each = engine(Fakes(seconds=lambda _: 1.0), given(), concurrency=2)
        return await gathered(each)

    found, error = run(main())
    assert error is None
    assert words(found) == {**dict.fromkeys(range(10), "Applied"), 10: "NotApplied"}


def test_an_empty_input_is_a_run() -> None:
    assert run(gathered(engine(Fakes(), []))) == ([], None)


def test_what_is_no_change_is_a_result_and_ends_nothing() -> None:
    given: Any = [change(1), {"change": "submit"}, None, change(2)]
    found = run(results_of(Fakes(), given))

    assert words(found) == {0: "Applied", 1: "NotApplied", 2: "NotApplied", 3: "Applied"}


# ── Stopping, leaving, being cancelled ────────────────────────────────────────────────────────────────────────────────


def test_stop_lets_what_is_under_way_end() -> None:
    hands = Fakes({"0": ["absent"]}, seconds=lambda _: 10.0)

    async def main() -> tuple[list[ChangeResult], Exception | None]:
        each = engine(hands, changes(1000), concurrency=4)
        asyncio.get_running_loop().call_later(15, each.stop, "enough")
        return await gathered(each)

    found, error = run(main())
    assert error is None
    assert words(found) == {0: "Unknown", **dict.fromkeys(range(1, 8), "Applied")}
    assert next(result for result in found if not result.index).handle is not None


def test_whoever_leaves_early_leaves_nothing_under_way() -> None:
    hands = Fakes(seconds=lambda _: 1.0)

    async def main() -> Engine:
        each = engine(hands, changes(1000), concurrency=4)
        async with aclosing(each.results()) as results:
            async for _ in results:
                break
        return each

    each = run(main())
    assert each.progress.applied == len(hands.effects) <= 8


def test_whoever_leaves_while_something_hangs_waits_only_so_long() -> None:
    hands = Fakes({"1": ["absent"]}, seconds=lambda each: 0.0 if each.status in {"0", "1"} else 10_000.0)

    async def main() -> tuple[Engine, float]:
        each = engine(hands, changes(1000), concurrency=4)
        async with aclosing(each.results()) as results:
            async for _ in results:
                await asyncio.sleep(1)
                break
        return each, clock()

    each, ended = run(main())
    assert ended == pytest.approx(1 + engine_module.GRACE)
    assert (each.progress.applied, each.progress.unknown, each.progress.not_applied) == (1, 1, 4)
    assert [result.index for result in each.progress.unresolved] == [1]


@pytest.mark.parametrize("times", [1, 2])
def test_cancelling_the_consumer_leaves_nothing_under_way(times: int) -> None:
    hands = Fakes(seconds=lambda _: 5.0)

    async def main() -> float:
        consumer = asyncio.create_task(gathered(engine(hands, changes(1000), concurrency=4)))
        await asyncio.sleep(7)
        for _ in range(times):
            consumer.cancel()
            await asyncio.sleep(0)
            await asyncio.sleep(0)
        with pytest.raises(asyncio.CancelledError):
            await consumer
        return clock()

    assert run(main()) == pytest.approx(10 if times == 1 else 7)
    assert len(hands.effects) == (8 if times == 1 else 4)


def test_a_timeout_around_the_consumer_is_a_timeout() -> None:
    async def main() -> None:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(7):
                await gathered(engine(Fakes(seconds=lambda _: 5.0), changes(1000)))

    run(main())


def test_a_loop_that_ends_under_a_run_leaves_no_warning(recwarn: pytest.WarningsRecorder) -> None:
    async def main() -> None:
        async for _ in engine(Fakes(), changes(1000)).results():
            return

    asyncio.run(main())
    gc.collect()
    assert not [*recwarn]


# ── Bounds ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_nothing_is_taken_while_nobody_takes_the_results() -> None:
    taken = 0

    def given() -> Iterator[Change]:
        nonlocal taken
        for each in changes(100_000):
            taken += 1
            yield each

    async def main() -> None:
        async with aclosing(engine(Fakes(), given(), concurrency=10).results()) as results:
            async for _ in results:
                await asyncio.sleep(1)
                assert taken <= 1 + 3 * 10 + 10
                break

    run(main())


@pytest.mark.parametrize("in_order", [False, True])
def test_what_waits_is_bounded(in_order: bool) -> None:
    """An order that waits for its settle window stops neither the others, nor the intake for ever."""
    hands, taken = Fakes({"0": ["absent"]}), 0

    def given() -> Iterator[Change]:
        nonlocal taken
        yield change("same", "0")
        for place in range(5000):
            taken += 1
            yield change("same", f"same {place}")

    async def main() -> int:
        each = engine(hands, given(), concurrency=4, in_order=in_order)
        asyncio.get_running_loop().call_later(SETTLE - 1, lambda: waiting.append((taken, each.progress.waiting)))
        return sum([result.applied async for result in each.results()])

    waiting: list[tuple[int, int]] = []
    assert run(main()) == 5001
    assert waiting[0][0] <= 1001
    assert waiting[0][1] == waiting[0][0] + 1


@pytest.mark.slow
def test_memory_does_not_grow_with_the_number_of_changes() -> None:
    async def main() -> int:
        first = 0
        async with aclosing(engine(Forgetful(), changes(1_000_000), concurrency=64).results()) as results:
            async for result in results:
                if result.index == 10_000:
                    tracemalloc.start()
                    first = tracemalloc.get_traced_memory()[0]
                elif result.index == 60_000:
                    gc.collect()
                    return tracemalloc.get_traced_memory()[0] - first
        raise AssertionError

    try:
        assert run(main()) <= 1024 * 1024
    finally:
        tracemalloc.stop()


class Forgetful(Fakes):
    async def carry_out(self, change: Any) -> Any:
        return an_order(change.order)


# ── Books ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


class Kept:
    """A book that keeps, fails where it is told to, and begins anywhere."""

    def __init__(self, given: Any, fails: dict[str, Exception] | None = None, places: Any = None, *, is_kept: bool = True) -> None:
        self._stream = Stream(given, None)
        self.is_kept, self.fails, self.finished, self.places = is_kept, fails or {}, list[int](), places

    def at_once(self) -> None: ...

    async def next(self) -> Task | None:
        self._fail("next")
        task = await self._stream.next()
        if task is not None and self.places is not None:
            task.index = self.places[task.index]
        return task

    async def intend(self, task: Task, handle: Any) -> None:
        self._fail("intend")

    async def keep(self, task: Task) -> None:
        self._fail("keep")

    async def finish(self, result: ChangeResult) -> None:
        await asyncio.sleep(0)
        self._fail("finish")
        self.finished.append(result.index)

    def _fail(self, verb: str) -> None:
        if verb in self.fails and len(self.finished) >= 10:
            raise self.fails[verb]


def kept(hands: Fakes, book: Any, **more: Any) -> Engine:
    return Engine(book, hands, concurrency=4, clock=clock, now=now, **more)


@pytest.mark.parametrize("verb", ["next", "intend", "keep", "finish"])
@pytest.mark.parametrize("error", [JournalError("disk full"), RuntimeError("a fault of ours")])
def test_a_book_that_fails_ends_the_run_and_never_leaves_it_waiting(verb: str, error: Exception) -> None:
    hands = Fakes({str(place): ["absent"] for place in range(15, 100)}, seconds=lambda _: 1.0)
    book = Kept(changes(100), {verb: error})
    found, ended = run(gathered(kept(hands, book)))

    assert [result.index for result in found] == book.finished
    stops = isinstance(error, JournalError) or verb == "intend"
    assert isinstance(ended, RunStoppedError) if stops else ended is error
    if verb == "intend":
        assert len(hands.effects) == len(book.finished)


def test_a_fault_of_a_book_that_keeps_nothing_loses_no_result() -> None:
    book = Kept(changes(100), {"finish": RuntimeError("a fault of ours")}, is_kept=False)
    found, error = run(gathered(kept(Fakes(), book)))

    assert isinstance(error, RuntimeError)
    assert len({result.index for result in found}) == len(found) >= 11


def test_results_come_in_order_also_where_a_journal_begins_in_the_middle() -> None:
    places = [3, 7, *range(100, 400)]
    hands = Fakes(seconds=lambda each: float(each.status) % 7)
    found, error = run(gathered(kept(hands, Kept(changes(len(places)), places=places), in_order=True)))

    assert ([result.index for result in found], error) == (places, None)


def test_what_ended_before_its_turn_is_told_when_the_run_stops() -> None:
    hands = Fakes({"0": ["absent"]})

    async def main() -> tuple[list[ChangeResult], Exception | None]:
        each = kept(hands, Kept(changes(30)), in_order=True)
        asyncio.get_running_loop().call_later(30, each.stop, "enough")
        return await gathered(each)

    found, _ = run(main())
    assert words(found) == dict.fromkeys(range(1, 30), "Applied")
    assert [result.index for result in found] == [*range(1, 30)]


def test_what_is_open_when_the_run_ends_comes_with_its_handle() -> None:
    async def main() -> tuple[list[ChangeResult], Exception | None]:
        each = engine(Fakes({"0": ["absent"]}), changes(3))
        asyncio.get_running_loop().call_later(30, each.stop, "enough")
        return await gathered(each)

    found, _ = run(main())
    last = next(result for result in found if result.index == 0)
    assert isinstance(last.outcome, Unknown)
    assert last.handle is not None
