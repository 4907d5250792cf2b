"""Locks by name: one at a time, first come, first served, and nothing is left behind, whoever gives up at whatever moment."""

import asyncio
from collections import Counter
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from printkit.locks import Locks
from printkit.transport.caller import Deadline


async def turns() -> None:
    for _ in range(3):
        await asyncio.sleep(0)


async def test_a_lock_is_had_by_one_and_then_by_the_next():
    locks, had = Locks(), list[str]()

    async def one(name: str) -> None:
        async with locks.hold("order"):
            had.append(name)
            await asyncio.sleep(0)
            had.append(name)

    await asyncio.gather(*map(one, "abc"))
    assert had == list("aabbcc")
    assert not locks._lines


async def test_locks_of_other_names_are_free():
    locks = Locks()
    assert locks.take_at_once("one")
    assert locks.take_at_once("other")
    assert not locks.take_at_once("one")
    locks.give_back("one")
    assert locks.take_at_once("one")


@pytest.mark.parametrize("is_taken_again", [False, True])
async def test_who_gives_up_while_the_lock_is_given_back_takes_nobody_elses(is_taken_again: bool):
    locks = Locks()
    await locks.take("order")
    waiter = asyncio.create_task(locks.take("order"))
    await turns()
    waiter.cancel()
    locks.give_back("order")
    if is_taken_again:
        assert locks.take_at_once("order")
    with pytest.raises(asyncio.CancelledError):
        await waiter
    assert locks.take_at_once("order") is not is_taken_again


async def test_who_is_cancelled_when_its_turn_has_come_passes_it_on():
    locks = Locks()
    await locks.take("order")
    first, second = (asyncio.create_task(locks.take("order")) for _ in range(2))
    await turns()
    locks.give_back("order")
    first.cancel()
    await second
    with pytest.raises(asyncio.CancelledError):
        await first
    locks.give_back("order")
    assert not locks._lines


async def test_the_deadline_may_come_first():
    locks, now = Locks(), [0.0]
    await locks.take("order")
    assert not await locks.take_in_time("order", Deadline(0.01, lambda: now[0]))
    locks.give_back("order")
    now[0] = 1.0
    assert await locks.take_in_time("order", Deadline(0.01, lambda: now[0])), "what is free needs no time"
    locks.give_back("order")
    assert not locks._lines


async def test_a_deadline_that_comes_as_the_lock_is_given_back_is_a_deadline():
    locks = Locks()
    await locks.take("order")
    waiting = asyncio.create_task(locks.take_in_time("order", Deadline(1e-9, lambda: 0.0)))
    await asyncio.sleep(0)
    line = locks._lines["order"]  # to be there in the moment between the deadline and the one who is told of it
    assert line is not None
    while not any(turn.cancelled() for turn in line._waiting):
        assert not waiting.done()
        await asyncio.sleep(0)
    locks.give_back("order")
    assert await waiting is False
    assert locks.take_at_once("order")


@given(steps=st.lists(st.tuples(st.sampled_from(["take", "cancel", "end", "turn"]), st.integers(0, 5)), max_size=40))
@settings(max_examples=300)
def test_never_two_at_once_and_nothing_is_left(steps: list[tuple[str, int]]):
    async def story() -> None:
        locks, holds = Locks(), Counter[str]()
        tasks: list[asyncio.Task[Any]] = []
        ends: list[asyncio.Event] = []

        async def one(end: asyncio.Event) -> None:
            async with locks.hold("order"):
                holds["now"] += 1
                holds["ever"] += 1
                assert holds["now"] == 1
                try:
                    await end.wait()
                finally:
                    holds["now"] -= 1

        for step, which in steps:
            if step == "take":
                ends.append(asyncio.Event())
                tasks.append(asyncio.create_task(one(ends[-1])))
            elif step == "turn":
                await asyncio.sleep(0)
            elif which < len(tasks):
                tasks[which].cancel() if step == "cancel" else ends[which].set()
        for end in ends:
            end.set()
        found = await asyncio.gather(*tasks, return_exceptions=True)
        assert all(each is None or isinstance(each, asyncio.CancelledError) for each in found), found
        assert not locks._lines

    asyncio.run(story())
