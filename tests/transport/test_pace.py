"""Requests a second: evenly spaced, never more than the limit, slower when the shop asks, faster again with time."""

import itertools

import pytest
from hypothesis import given, strategies as st

from printkit.transport.attempt import Cause, NotSent, Wire
from printkit.transport.limits import Pace
from tests.transport.test_caller import OK, READ, THROTTLED, WRITE, Now, Scripted, make


def pace(limit: float | None = None) -> tuple[Pace, Now]:
    time = Now()
    return Pace(limit, clock=time, sleep=time.sleep), time


async def starts(each: Pace, time: Now, count: int) -> list[float]:
    found = []
    for _ in range(count):
        assert await each.turn(60)
        found.append(time.seconds)
    return found


async def test_turns_are_evenly_spaced() -> None:
    found = await starts(*pace(10), 50)
    assert [later - sooner for sooner, later in itertools.pairwise(found)] == pytest.approx([0.1] * 49)


@given(limit=st.floats(0.5, 200), idle=st.lists(st.floats(0, 3), min_size=5, max_size=60))
async def test_no_second_holds_more_turns_than_the_limit_and_one(limit: float, idle: list[float]) -> None:
    each, time = pace(limit)
    found = []
    for pause in idle:
        time.seconds += pause
        found += await starts(each, time, 2)
    for place, first in enumerate(found):
        within = [later for later in found[place:] if later < first + 1]
        assert len(within) <= limit + 2


async def test_without_a_limit_nobody_waits() -> None:
    each, time = pace()
    assert len(set(await starts(each, time, 1000))) == 1
    assert repr(each) == "Pace(no limit)"


async def test_it_halves_when_the_shop_asks_for_fewer_and_recovers_with_time() -> None:
    each, time = pace(40)
    each.slow(None)
    assert each.rate == 40  # nobody had sent anything for a second
    time.seconds += 2
    each.slow(None)
    each.slow(None)
    assert each.rate == 20
    time.seconds += 10
    await each.turn(60)
    assert each.rate == pytest.approx(21)
    time.seconds += 1000
    await each.turn(60)
    assert each.rate == 40


async def test_without_a_limit_it_takes_half_of_what_was_sent() -> None:
    each, time = pace()
    for _ in range(8):
        await starts(each, time, 100)
        time.seconds += 1
    each.slow(None)
    assert each.rate == pytest.approx(50)


async def test_one_early_answer_does_not_stop_a_program() -> None:
    each, time = pace()
    time.seconds += 5
    await each.turn(60)
    each.slow(None)
    assert each.rate == Pace.FIRST
    for _ in range(20):
        time.seconds += 2
        each.slow(None)
    assert each.rate == Pace.SLOWEST


async def test_a_halt_is_kept_by_everybody_and_never_for_ever() -> None:
    each, time = pace()
    each.slow(7.0)
    began = time.seconds
    assert not await each.turn(5)
    assert await each.turn(10)
    assert time.seconds == began + 7
    each.slow(1e9)
    assert await each.turn(Pace.LONGEST_HALT + 1)


async def test_no_turn_in_time_is_said_at_once_and_takes_none() -> None:
    each, _ = pace(0.1)
    assert await each.turn(0)
    assert not await each.turn(5)
    assert await each.turn(10.1)


@pytest.mark.parametrize("limit", [0, -1, float("nan")])
def test_a_limit_is_above_nothing(limit: float) -> None:
    with pytest.raises(ValueError, match="above 0"):
        Pace(limit)


async def test_a_call_that_gets_no_turn_is_not_sent() -> None:
    each, _ = pace(0.01)
    await each.turn(0)
    caller = make(Scripted(OK), pace=each)
    ending = await caller.write(WRITE, caller.deadline(5), Wire())
    assert ending == NotSent(Cause.RATE_LIMITED)


async def test_a_throttle_slows_down_everybody_on_the_account() -> None:
    each, time = pace(100)
    time.seconds += 2
    caller = make(Scripted(THROTTLED, OK), time, pace=each)
    began = time.seconds
    await caller.read(READ, caller.deadline())
    assert each.rate == 50
    assert time.seconds >= began + 2
