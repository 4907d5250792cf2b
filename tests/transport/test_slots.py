"""Places for requests: never more than the limit, first come first served, none lost."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from hypothesis import given, strategies as st

from printkit.transport.limits import Slots


@asynccontextmanager
async def place(slots: Slots) -> AsyncIterator[None]:
    if not slots.take():
        await slots.wait()
    try:
        yield
    finally:
        slots.give_back()


async def hold(slots: Slots, log: list[int], number: int, release: asyncio.Event) -> None:
    async with place(slots):
        log.append(number)
        await release.wait()


async def settle() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def test_first_come_first_served():
    slots, log, release = Slots(2), [], asyncio.Event()
    tasks = [asyncio.create_task(hold(slots, log, number, release)) for number in range(6)]
    await settle()
    assert (log, slots.free, slots.waiting) == ([0, 1], 0, 4)
    release.set()
    await asyncio.gather(*tasks)
    assert (log, slots.free, slots.waiting) == ([0, 1, 2, 3, 4, 5], 2, 0)


async def test_a_newcomer_does_not_overtake_the_one_who_was_called():
    slots, log = Slots(1), []

    async def queue() -> None:
        async with place(slots):
            log.append("queued")

    async with place(slots):
        task = asyncio.create_task(queue())
        await settle()
    async with place(slots):
        log.append("newcomer")
    await task
    assert log == ["queued", "newcomer"]


async def test_cancelled_while_waiting_leaves_the_line():
    slots = Slots(1)
    async with place(slots):
        task = asyncio.create_task(hold(slots, [], 1, asyncio.Event()))
        await settle()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        assert slots.waiting == 0
    assert slots.free == 1


async def test_cancelled_in_the_moment_of_being_called_passes_the_place_on():
    slots, log, release = Slots(1), [], asyncio.Event()
    assert slots.take()
    first = asyncio.create_task(hold(slots, log, 1, release))
    second = asyncio.create_task(hold(slots, log, 2, release))
    await settle()
    slots.give_back()
    first.cancel()
    await settle()
    assert log == [2]
    release.set()
    await asyncio.gather(first, second, return_exceptions=True)
    assert slots.free == 1


@given(st.integers(1, 4), st.lists(st.tuples(st.integers(0, 3), st.booleans()), max_size=20))
def test_never_too_many_and_none_lost(limit, visitors):
    async def run() -> None:
        slots, inside = Slots(limit), 0

        async def visit(steps: int) -> None:
            nonlocal inside
            async with place(slots):
                inside += 1
                assert inside <= limit
                try:
                    for _ in range(steps):
                        await asyncio.sleep(0)
                finally:
                    inside -= 1

        tasks = [asyncio.create_task(visit(steps)) for steps, _ in visitors]
        await asyncio.sleep(0)
        for task, (_, leaves) in zip(tasks, visitors, strict=True):
            if leaves:
                task.cancel()
                await asyncio.sleep(0)
        results = await asyncio.gather(*tasks, return_exceptions=True)
        assert all(result is None or isinstance(result, asyncio.CancelledError) for result in results)
        assert (slots.free, slots.waiting) == (limit, 0)

    asyncio.run(run())


def test_at_least_one():
    with pytest.raises(ValueError, match="at least one"):
        Slots(0)


def test_the_printed_form():
    assert repr(Slots(3)) == "Slots(3 of 3 free, 0 waiting)"
