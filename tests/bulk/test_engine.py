"""The engine in virtual time: order, bounds, waiting, settling; each change has exactly one result, whatever it meets."""

import asyncio
from collections import defaultdict
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, strategies as st

from printkit import OrderRef
from printkit.bulk.engine import MOST_UNKNOWN
from printkit.bulk.results import ChangeResult
from printkit.errors import NotFoundError, NotSentError, ProviderDownError, RateLimitedError, RejectedError, TransportError
from printkit.outcomes import Applied, NotApplied, Unknown
from printkit.writes import _journal
from tests.bulk.hands import SETTLE, Fakes, an_order, change, engine, handle, results_of, words
from tests.bulk.virtual_time import BEGAN, clock, now, run

REF = OrderRef("shop", "1")
MEETS = st.sampled_from(["applied", "refused", "down", "lost", "absent", "odd", "fault", "throttled"])
CHANGES = st.lists(st.tuples(st.integers(0, 5), st.lists(MEETS, max_size=4), st.floats(0, 30)), max_size=40)


def expected(script: list[str]) -> tuple[str, int]:
    """What becomes of a change that meets these, one after the other, by the words of the policy; and how often it really happens."""
    lost = 0
    for met in script:
        match met:
            case "applied" | "lost":
                return "Applied", 1
            case "refused":
                return "NotApplied", 0
            case "absent":
                lost += 1
                if lost > MOST_UNKNOWN:  # proven not to have happened, and not sent once more
                    return "NotApplied", 0
            case "fault":
                return "NotApplied", 0
            case "odd":
                return "Unknown", 0
    return "Applied", 1


def meets(word: str) -> Any:
    match word:
        case "fault":
            return KeyError("a fault of ours")
        case "throttled":
            error = RateLimitedError("slower", provider="shop")
            error.retry_after = 7.0
            return error
        case _:
            return word


def is_plain(script: list[str]) -> bool:
    """After a lost write that did not happen, no fault of ours: it hides what the shop said."""
    return "absent" not in script or "fault" not in script


@given(
    given=CHANGES.map(lambda several: [each for each in several if is_plain(each[1])]),
    concurrency=st.integers(1, 12),
    in_order=st.booleans(),
)
def test_each_change_has_one_result_and_each_order_sees_its_changes_in_turn(
    given: list[tuple[int, list[str], float]], concurrency: int, in_order: bool
) -> None:
    names = [f"{place}" for place in range(len(given))]
    seconds = {name: each[2] for name, each in zip(names, given, strict=True)}
    hands = Fakes(
        {name: [*map(meets, each[1])] for name, each in zip(names, given, strict=True)}, seconds=lambda each: seconds[each.status]
    )
    changes = [change(each[0], name) for name, each in zip(names, given, strict=True)]

    found = run(results_of(hands, iter(changes), concurrency=concurrency, in_order=in_order))

    assert sorted(result.index for result in found) == [*range(len(given))]
    assert words(found) == {place: expected(each[1])[0] for place, each in enumerate(given)}
    assert {name: hands.effects[name] for name in names} == {name: expected(each[1])[1] for name, each in zip(names, given, strict=True)}
    assert all(result.change == changes[result.index] for result in found)
    assert hands.most <= concurrency
    seen: dict[str, list[int]] = defaultdict(list)
    for order, name, _ in hands.calls:
        seen[order].append(int(name))
    assert all(places == sorted(places) for places in seen.values())
    if in_order:
        assert [result.index for result in found] == [*range(len(given))]


def test_changes_of_different_orders_run_together_and_those_of_one_do_not() -> None:
    hands = Fakes(seconds=lambda _: 1.0)

    async def main() -> float:
        await results_of(hands, [change(place % 4) for place in range(40)], concurrency=8)
        return clock()

    assert run(main()) == pytest.approx(10)
    assert hands.most == 4


def test_a_lost_write_is_looked_for_after_its_settle_window_and_the_others_go_on_meanwhile() -> None:
    hands = Fakes({"first": ["absent"]})

    async def main() -> list[tuple[float, int]]:
        changes = [change(0, "first"), change(0, "second"), *(change(place) for place in range(1, 50))]
        return [(clock(), result.index) async for result in engine(hands, changes, concurrency=2).results()]

    found = run(main())

    assert [(place, moment) for moment, place in found[-2:]] == [(0, SETTLE), (1, SETTLE)]
    assert all(moment == 0 for moment, _ in found[:-2])
    assert hands.effects["first"] == hands.effects["second"] == 1


def test_what_nobody_will_ever_know_comes_with_its_handle() -> None:
    (result,) = run(results_of(Fakes({"a": ["odd"]}), [change(1, "a")]))

    assert isinstance(result.outcome, Unknown)
    assert result.handle is not None
    assert result.handle.meant == "a"


@pytest.mark.parametrize(("last", "ends"), [("absent", NotApplied), ("lost", Applied), ("odd", Unknown)])
def test_what_is_lost_again_and_again_is_looked_for_a_last_time_and_not_sent_any_more(last: str, ends: type) -> None:
    hands = Fakes({"a": ["absent"] * MOST_UNKNOWN + [last] + ["absent"] * 46})
    (result,) = run(results_of(hands, [change(1, "a")]))

    assert type(result.outcome) is ends
    assert len(hands.scripts["a"]) == 46  # sent four times


def test_what_is_refused_once_it_is_proven_not_to_have_happened_is_not_applied() -> None:
    (result,) = run(results_of(Fakes({"a": ["absent", "refused"]}), [change(1, "a")]))

    assert isinstance(result.outcome, NotApplied)
    assert isinstance(result.error, RejectedError)
    assert result.handle is None


@pytest.mark.parametrize("error", [TransportError("no answer"), ProviderDownError("502"), RateLimitedError("slower")])
def test_what_is_no_answer_is_tried_again(error: Exception) -> None:
    (result,) = run(results_of(Fakes({"a": [error, error]}), [change(1, "a")]))

    assert isinstance(result.outcome, Applied)


@pytest.mark.parametrize("error", [TransportError("no answer"), ProviderDownError("502")])
def test_permanent_trouble_with_one_order_ends_and_does_not_stop_the_others(error: Exception) -> None:
    hands = Fakes({"a": [error] * 1000})
    found = run(results_of(hands, [change("bad", "a"), *(change(place) for place in range(200))], concurrency=3))

    assert words(found) == {0: "NotApplied", **dict.fromkeys(range(1, 201), "Applied")}
    assert found[-1].error is error


@pytest.mark.parametrize(
    "error", [KeyError("x"), RecursionError(), TimeoutError(), NotFoundError("none"), ExceptionGroup("g", [ValueError()])]
)
def test_a_change_that_raises_anything_has_a_result(error: Exception) -> None:
    found = run(results_of(Fakes({"a": [error]}), [change(1, "a"), change(1, "b"), change(2, "c")]))

    assert words(found) == {0: "NotApplied", 1: "Applied", 2: "Applied"}
    assert next(result.error for result in found if result.index == 0) is error


def test_a_cancellation_that_comes_from_within_a_change_is_a_result() -> None:
    found = run(results_of(Fakes({"a": [asyncio.CancelledError()]}), [change(1, "a"), change(1, "b")], concurrency=1))

    assert words(found) == {0: "NotApplied", 1: "Applied"}


def test_a_look_up_that_never_decides_ends_as_unknown() -> None:
    class Undecided(Fakes):
        async def settle(self, handle: Any, *, send_again: bool) -> Any:
            return Unknown("another write is under way", BEGAN)

    (result,) = run(results_of(Undecided({"a": ["absent"]}), [change(1, "a")]))

    assert isinstance(result.outcome, Unknown)


class Halfway(Fakes):
    """The first of two writes is applied, the second never leaves."""

    async def carry_out(self, change: Any) -> Any:
        journal, first = _journal.get(), handle(change, "create_order")
        assert journal is not None
        await journal.intend(first)
        journal.ended(first, "applied")
        raise TransportError("the second step never left")


def test_a_step_that_was_done_and_is_not_listed_yet_is_waited_for() -> None:
    class Lagging(Halfway):
        looked = 0

        async def settle(self, handle: Any, *, send_again: bool) -> Any:
            assert not send_again
            self.looked += 1
            return await super().settle(handle, send_again=False) if self.looked < 2 else Applied(an_order(REF))

    hands = Lagging()

    async def main() -> tuple[list[ChangeResult], float]:
        return await results_of(hands, [change(1, "a")]), clock()

    (result,), ended = run(main())
    assert isinstance(result.outcome, Applied)
    assert hands.looked == 2
    assert ended < SETTLE / 6, "what is proven needs no settle window"


def test_a_step_that_was_done_and_is_not_listed_for_long_is_waited_for_as_long_as_that_proves_nothing() -> None:
    class Lagging(Halfway):
        async def settle(self, handle: Any, *, send_again: bool) -> Any:
            later = handle.settle_until + timedelta(hours=1)
            return Unknown("it is not listed", later) if now() < later - timedelta(seconds=5) else Applied(an_order(REF))

    (result,) = run(results_of(Lagging(), [change(1, "a")]))

    assert isinstance(result.outcome, Applied)


def test_a_turn_that_does_not_come_in_time_is_no_outage() -> None:
    """It says nothing of the shop: neither does the run pause, nor is the shop asked whether it is there."""

    def late() -> NotSentError:
        error = NotSentError("the account's rate leaves no turn in time")
        error.in_line = True
        return error

    hands = Fakes({str(place): [late(), late()] for place in range(100)}, is_down=False)
    found = run(results_of(hands, [change(place, str(place)) for place in range(100)], concurrency=8))

    assert set(words(found).values()) == {"Applied"}
    assert hands.probed == []


def test_a_step_that_was_done_and_is_gone_is_told_as_unknown() -> None:
    class Gone(Halfway):
        async def settle(self, handle: Any, *, send_again: bool) -> Any:
            return NotApplied("no order has this reference")

    (result,) = run(results_of(Gone(), [change(1, "a")]))

    assert isinstance(result.outcome, Unknown)
    assert "not found any more" in result.outcome.why


def test_no_more_run_at_once_than_the_present_rate_lets_through() -> None:
    hands = Fakes(seconds=lambda _: 1.0, widest=3)
    found = run(results_of(hands, (change(place) for place in range(60)), concurrency=20))

    assert len(found) == 60
    assert hands.most == 3
