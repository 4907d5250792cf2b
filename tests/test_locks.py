"""Locks by name when those who hold and await one are cancelled: each sees its cancellation, and nothing is left of the lock."""

import asyncio

import pytest
from hypothesis import given, strategies as st

from printkit.locks import Locks
from printkit.transport.caller import Deadline


async def holder(locks: Locks) -> None:
    async with locks.hold("order:1"):
        await asyncio.Event().wait()


async def settled() -> None:
    for _ in range(3):
        await asyncio.sleep(0)


@pytest.mark.parametrize("count", [2, 3])
async def test_all_who_are_cancelled_at_once_see_that_and_nothing_else(count: int) -> None:
    locks = Locks()
    tasks = [asyncio.create_task(holder(locks)) for _ in range(count)]
    await settled()

    for task in tasks:
        task.cancel()
    ends = await asyncio.gather(*tasks, return_exceptions=True)

    assert [type(end) for end in ends] == [asyncio.CancelledError] * count
    assert locks.take_at_once("order:1")


async def test_a_deadline_that_comes_as_the_lock_is_given_back_is_a_deadline() -> None:
    locks, time = Locks(), 0.0
    assert locks.take_at_once("order:1")
    waiting = asyncio.create_task(locks.take_in_time("order:1", Deadline(1e-9, lambda: time)))
    place = locks._places["order:1"]  # to be there in the moment between the deadline and the one who is told of it
    while not any(turn.cancelled() for turn in place._waiting):
        assert not waiting.done()
        await asyncio.sleep(0)
    locks.give_back("order:1")

    assert await waiting is False
    assert locks.take_at_once("order:1")


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 2)), max_size=12))
async def test_whoever_is_cancelled_the_lock_can_be_taken_again(cancelled: list[tuple[int, int]]) -> None:
    locks, at_once = Locks(), [0]

    async def one() -> None:
        async with locks.hold("order:1"):
            at_once[0] += 1
            assert at_once[0] == 1
            try:
                await asyncio.sleep(0)
            finally:
                at_once[0] -= 1

    tasks = [asyncio.create_task(one()) for _ in range(5)]
    for place, steps in cancelled:
        tasks[place].cancel()
        for _ in range(steps):
            await asyncio.sleep(0)
    ends = await asyncio.gather(*tasks, return_exceptions=True)

    assert {type(end) for end in ends} <= {asyncio.CancelledError, type(None)}
    assert locks.take_at_once("order:1")
