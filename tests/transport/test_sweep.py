"""One timer for many: each block ends when it should, and what is cancelled from outside stays cancelled."""

import asyncio

import pytest

from printkit.transport.sweep import Sweep, Watch


def sweep() -> Sweep:
    return Sweep(asyncio.get_running_loop())


async def never() -> None:
    await asyncio.Event().wait()


async def test_who_is_ready_in_time_is_left_alone():
    watch = Watch(sweep(), 60)
    with watch:
        await asyncio.sleep(0)
    assert not watch.expired


@pytest.mark.parametrize("seconds", [0.01, 0, -1])
async def test_who_is_late_is_ended(seconds: float):
    watch = Watch(sweep(), seconds)
    with pytest.raises(TimeoutError), watch:
        await never()
    assert watch.expired
    await asyncio.sleep(0)  # nothing of the cancellation is left over


async def test_one_timer_ends_each_in_its_turn():
    every, ended = sweep(), list[float]()

    async def wait(seconds: float) -> None:
        with pytest.raises(TimeoutError), Watch(every, seconds):
            await never()
        ended.append(seconds)

    await asyncio.gather(*map(wait, (0.03, 0.01, 0.02)))
    assert ended == [0.01, 0.02, 0.03]
    assert not every._watched
    assert every._timer is None


async def test_what_is_ready_leaves_nothing_behind_but_the_one_timer():
    every = sweep()
    for _ in range(1000):
        with Watch(every, 60):
            await asyncio.sleep(0)
    assert not every._watched


async def test_the_limit_may_come_nearer_and_never_goes_away():
    watch = Watch(sweep(), 60)
    until = watch.until

    async def wait() -> None:
        watch.limit(3600)
        assert watch.until == until
        watch.limit(0.01)
        await never()

    with pytest.raises(TimeoutError), watch:
        await wait()


async def test_cancelling_from_outside_is_not_taken_for_the_end_of_the_time():
    async def wait() -> None:
        with Watch(sweep(), 60):
            await never()

    task = asyncio.create_task(wait())
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_whoever_is_cancelled_from_outside_in_the_same_moment_is_cancelled():
    watches: list[Watch] = []

    async def wait() -> None:
        watches.append(Watch(sweep(), 60))
        with watches[0]:
            await never()

    task = asyncio.create_task(wait())
    await asyncio.sleep(0)
    watches[0].end()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_an_error_on_the_way_out_is_the_error():
    async def fail() -> None:
        try:
            await never()
        finally:
            raise LookupError

    with pytest.raises(LookupError), Watch(sweep(), 0):
        await fail()
    assert asyncio.current_task().cancelling() == 0


async def test_the_innermost_and_the_outer_one_are_told_apart():
    every = sweep()
    outer = Watch(every, 60)
    with outer:
        with pytest.raises(TimeoutError), Watch(every, 0.01):
            await never()
        await asyncio.sleep(0)
    assert not outer.expired
