"""The figures as a table for a terminal. Knows no case."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from .measure import Fact, Ratio, Spread

Found = Ratio | Fact


def table(found: Sequence[Found]) -> str:
    """All of it."""
    return "\n".join(_lines(found)).lstrip()


def _lines(found: Sequence[Found]) -> Iterator[str]:
    facts = [each for each in found if isinstance(each, Fact)]
    ratios = [each for each in found if isinstance(each, Ratio)]
    for (case, contest), rows in groupby(ratios, key=lambda each: (each.case, each.contest)):
        yield from _contest(case, contest, list(rows))
    if facts:
        yield f"\n{'figure':96} {'median [quartiles]':>30}"
    for fact in facts:
        promised = "" if fact.at_most is None else f"  {_kept(fact.value.median <= fact.at_most)} ≤ {fact.at_most:g}"
        yield f"{fact.case + ': ' + fact.name:96} {fact.value!s:>30} {fact.unit}{promised}"


def _contest(case: str, contest: str, rows: Sequence[Ratio]) -> Iterator[str]:
    first = rows[0]
    yield f"\n{case}: {contest}; the floor is {first.floor}; {first.rounds} rounds"
    for clock in first.clocks:
        yield f"  {clock + ' time':34} {'× floor [quartiles]':>26} {'µs each':>12}"
        for row in rows:
            spread, each = figure(row, clock)
            notes = "; ".join(f"{_kept(kept)} {words}" for kept, words in promises(row, rows, clock))
            yield f"  {row.contender:34} {spread!s:>26} {each:12.1f}  {notes}".rstrip()


def figure(row: Ratio, clock: str) -> tuple[Spread, float]:
    """The ratio and the microseconds for each unit, by one clock."""
    return (row.cpu, row.cpu_each) if clock == "cpu" else (row.wall, row.wall_each)


def promises(row: Ratio, rows: Iterable[Ratio], clock: str) -> Iterator[tuple[bool, str]]:
    """What the project promises of a row, and whether it is so."""
    spread, _ = figure(row, clock)
    if clock in row.at_most:
        yield spread.median <= row.at_most[clock], f"≤ {row.at_most[clock]:.3g}"
    ours = next((figure(each, clock)[0].median for each in rows if each.contender == "printkit"), None)
    if clock in row.at_least and ours:
        times = spread.median / ours
        yield times >= row.at_least[clock], f"{times:.1f} × printkit's, promised ≥ {row.at_least[clock]:g}"


def _kept(kept: bool) -> str:
    return "kept" if kept else "MISSED"
