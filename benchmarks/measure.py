"""Ratios, measured side by side: every case runs beside its floor, in alternating order, many times. Knows nothing of what is measured."""

import gc
import statistics
import time
from collections.abc import Awaitable, Callable

from attrs import frozen

Job = Callable[[], Awaitable[object]]


@frozen
class Ratio:
    """A case against its floor."""

    case: str
    floor: str
    median: float
    low: float
    high: float
    floor_each: float
    """Microseconds of the floor for each call, the median."""

    def __str__(self) -> str:
        return f"{self.case:44} {self.median:7.2f} × {self.floor:28} [{self.low:.2f} … {self.high:.2f}]  floor {self.floor_each:8.1f} µs"


async def spent(job: Job, clock: Callable[[], float]) -> float:
    """What one run takes, without the garbage of the one before."""
    gc.collect()
    gc.disable()
    try:
        begin = clock()
        await job()
        return clock() - begin
    finally:
        gc.enable()


async def ratio(
    case: str, job: Job, floor: str, beside: Job, *, calls: int, rounds: int, clock: Callable[[], float] = time.process_time
) -> Ratio:
    """The median of pairs; which of the two goes first alternates."""
    await job()
    await beside()
    found: list[float] = []
    floors: list[float] = []
    for number in range(rounds):
        if number % 2:
            mine, its = await spent(job, clock), await spent(beside, clock)
        else:
            its, mine = await spent(beside, clock), await spent(job, clock)
        found.append(mine / its)
        floors.append(its)
    low, middle, high = statistics.quantiles(found, n=4)
    return Ratio(case, floor, middle, low, high, 1e6 * statistics.median(floors) / calls)
