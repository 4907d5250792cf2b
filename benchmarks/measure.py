"""Measures side by side: every contender runs beside the floor, in alternating order, many times. Knows nothing of what is measured.

Read the ratios. Each contest has a null pair, the floor against itself: where that does not read about 1.00, the machine was too busy for
the other figures of the contest to mean anything.
"""

import gc
import statistics
import sys
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Literal

from attrs import evolve, field, frozen

Effort = Literal["full", "quick", "smoke"]
Run = Callable[[int], Awaitable[object]]
"""Does so many units of work."""

NULL = "the floor again (null pair)"


class WrongCountError(Exception):
    """A contender made other requests than it claims: its figure would be of something else."""


@frozen
class Contender:
    """One way to do the work."""

    name: str
    run: Run
    units: int
    """How many units one run does."""
    requests: float = 0
    """How many requests each unit makes."""
    at_most: Mapping[str, float] = field(factory=dict)
    """Where the project promises one: the highest ratio to the floor, by clock."""
    at_least: Mapping[str, float] = field(factory=dict)
    """The lowest ratio to printkit's figure that the project promises, by clock."""


@frozen
class Contest:
    """Several ways to do the same work. The first one is the floor."""

    name: str
    unit: str
    """What is counted, such as ``call``."""
    contenders: Sequence[Contender]
    clocks: Sequence[str] = ("cpu",)
    """What is told of it: ``cpu``, ``wall``."""
    rounds: int = 20
    count: Callable[[], int] | None = None
    """How many requests the server has seen by now."""


@frozen
class Spread:
    """A median and the quartiles around it."""

    median: float
    low: float
    high: float

    @classmethod
    def of(cls, found: Sequence[float]) -> "Spread":
        """Of what was found."""
        low, middle, high = statistics.quantiles(found, n=4, method="inclusive") if len(found) > 1 else (found[0],) * 3
        return cls(middle, low, high)

    def __str__(self) -> str:
        digits = 0 if self.median >= 100 else 1 if self.median >= 10 else 2
        return f"{self.median:.{digits}f} [{self.low:.{digits}f} … {self.high:.{digits}f}]"


@frozen
class Ratio:
    """One contender against the floor of its contest."""

    case: str
    contest: str
    contender: str
    floor: str
    unit: str
    clocks: Sequence[str]
    cpu: Spread
    wall: Spread
    cpu_each: float
    """Microseconds of processor time for each unit, the median."""
    wall_each: float
    requests: float
    rounds: int
    at_most: Mapping[str, float]
    at_least: Mapping[str, float]


@frozen
class Fact:
    """A figure that is no ratio to a floor, such as a size."""

    case: str
    name: str
    value: Spread
    unit: str
    at_most: float | None = None
    """Where the project promises one."""


@frozen
class Spent:
    """What one run took, for each unit, in seconds."""

    cpu: float
    wall: float


class Bench:
    """What a case is given: how much to do, and where to put what it finds."""

    def __init__(
        self,
        effort: Effort = "full",
        *,
        say: Callable[[str], object] = lambda _: None,
        rounds: int | None = None,
        changes: int | None = None,
        sdks: Path | None = None,
    ) -> None:
        self.effort: Effort = effort
        self.case = ""
        self.found: list[Ratio | Fact] = []
        self.say = say
        self.rounds = rounds
        """Repeats of each pair, where the caller wants another number than the contest's."""
        self.changes = changes
        """How many a long run carries out, likewise."""
        self.sdks = sdks
        """An interpreter with other SDKs beside it."""

    def of(self, full: int, quick: int, smoke: int = 2) -> int:
        """A count, by the effort that is asked for."""
        return {"full": full, "quick": quick, "smoke": smoke}[self.effort]

    def note(self, name: str, values: Sequence[float], unit: str, at_most: float | None = None) -> None:
        """Keep a figure that was found several times."""
        self.found.append(Fact(self.case, name, Spread.of(values), unit, at_most))

    async def compare(self, contest: Contest) -> None:
        """Run a contest and keep what came of it.

        Raises:
            WrongCountError: a contender made other requests than it claims.
        """
        contest = evolve(contest, rounds=self.rounds or contest.rounds)
        floor, *others = contest.contenders
        for contender in contest.contenders:
            await _spent(contest, contender, warming=True)
        pairs: dict[str, list[tuple[Spent, Spent]]] = {contender.name: [] for contender in others}
        nulls: list[tuple[Spent, Spent]] = []
        for number in range(contest.rounds):
            self.say(f"{self.case}: {contest.name}: round {number + 1} of {contest.rounds}")
            nulls.append(await _pair(contest, floor, floor, number))
            for contender in others:
                pairs[contender.name].append(await _pair(contest, floor, contender, number))
        self._keep(contest, floor, Contender(NULL, floor.run, floor.units, floor.requests), nulls)
        for contender in others:
            self._keep(contest, floor, contender, pairs[contender.name])

    def _keep(self, contest: Contest, floor: Contender, contender: Contender, pairs: Sequence[tuple[Spent, Spent]]) -> None:
        self.found.append(
            Ratio(
                self.case,
                contest.name,
                contender.name,
                floor.name,
                contest.unit,
                contest.clocks,
                Spread.of([own.cpu / its.cpu for its, own in pairs]),
                Spread.of([own.wall / its.wall for its, own in pairs]),
                1e6 * statistics.median(own.cpu for _, own in pairs),
                1e6 * statistics.median(own.wall for _, own in pairs),
                contender.requests,
                contest.rounds,
                contender.at_most,
                contender.at_least,
            )
        )


async def _pair(contest: Contest, floor: Contender, contender: Contender, number: int) -> tuple[Spent, Spent]:
    """The floor's and the contender's; which of the two goes first alternates."""
    if number % 2:
        own = await _spent(contest, contender)
        return await _spent(contest, floor), own
    its = await _spent(contest, floor)
    return its, await _spent(contest, contender)


async def _spent(contest: Contest, contender: Contender, *, warming: bool = False) -> Spent:
    """What one run takes, without the garbage of the one before but with its own; warming is a tenth of a run."""
    units = max(1, contender.units // 10) if warming else contender.units
    before = contest.count() if contest.count else 0
    if contest.rounds > 1:
        gc.collect()
    cpu, wall = time.process_time(), time.perf_counter()
    await contender.run(units)
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    made = contest.count() - before if contest.count else 0
    if contest.count and made != contender.requests * units:
        wanted = f"{contender.requests:g} for each of {units}"
        raise WrongCountError(f"{contest.name}: {contender.name} made {made} requests, and not {wanted}")
    return Spent(max(cpu, 1e-9) / units, wall / units)


def telling() -> Callable[[str], object]:
    """Shows how far it is: one line that is written over on a terminal, elsewhere a line for each contest."""
    if sys.stderr.isatty():
        return lambda text: print(f"\r\x1b[K{text[:118]}", end="", file=sys.stderr, flush=True)
    told = [""]

    def tell(text: str) -> None:
        about = text.partition(": round ")[0]
        if about != told[0]:
            told[0] = about
            print(about, file=sys.stderr, flush=True)

    return tell
