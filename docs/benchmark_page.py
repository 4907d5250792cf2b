"""Writes the tables of the page of benchmarks and draws its plots, from the figures kept as JSON: `python -m docs.benchmark_page`."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from itertools import groupby, product
from pathlib import Path
from typing import Any

import cattrs

from benchmarks.measure import Fact, Ratio
from benchmarks.pictures import PICTURES, name_of
from benchmarks.report import figure, promises
from docs.parts import with_part

PAGE = Path(__file__).parent / "benchmarks.md"
STATIC = Path(__file__).parent / "_static"
FIGURES = STATIC / "benchmarks.json"

CASES = ("calls", "decode", "loop", "orders", "engine", "bulk", "rate", "million", "import")


def digest() -> str:
    """Of the figures: every plot holds it."""
    return hashlib.sha256(FIGURES.read_bytes()).hexdigest()


def found(kept: dict[str, Any]) -> list[Ratio | Fact]:
    """The figures as they were found."""
    kinds: dict[str, type[Ratio | Fact]] = {"ratio": Ratio, "fact": Fact}
    return [cattrs.structure(each, kinds[each["kind"]]) for each in kept["found"]]


def written(text: str, kept: dict[str, Any]) -> str:
    """The page with every table in its place."""
    every = found(kept)
    text = with_part(text, "machine", _machine(kept), by="docs/benchmark_page.py")
    text = with_part(text, "promises", _promises(every), by="docs/benchmark_page.py")
    for case in CASES:
        own = [each for each in every if each.case == case]
        parts = [*_pictures(case), *_tables(own)] if own else ["Not measured yet.\n"]
        text = with_part(text, case, "\n".join(parts), by="docs/benchmark_page.py")
    return text


def _machine(kept: dict[str, Any]) -> str:
    machine = kept["machine"]
    libraries = ", ".join(f"{name} {version}" for name, version in machine["libraries"].items())
    effort = "" if kept["effort"] == "full" else f" with `--{kept['effort']}`"
    return (
        f"Measured on {machine['measured']}{effort}: {machine['processor']}, {machine['cores']} cores, {machine['system']}; "
        f"{machine['python']}, printkit {machine['printkit']}, {libraries}.\n"
    )


def _promises(every: Sequence[Ratio | Fact]) -> str:
    """How many bounds hold, and each that does not."""
    told = [*_of_ratios(every), *_of_facts(every)]
    missed = [f"- {words}\n" for kept, words in told if not kept]
    return f"{len(told) - len(missed)} of {len(told)} promised bounds hold.{' Those that do not:' if missed else ''}\n\n{''.join(missed)}"


def _of_ratios(every: Sequence[Ratio | Fact]) -> Iterator[tuple[bool, str]]:
    ratios = [each for each in every if isinstance(each, Ratio)]
    for contest, rows in groupby(ratios, key=lambda each: each.contest):
        whole = list(rows)
        for row, clock in product(whole, whole[0].clocks):
            for kept, words in promises(row, whole, clock):
                yield kept, f"{contest}, {row.contender}, {clock} time: {figure(row, clock)[0]} × the floor ({words})"


def _of_facts(every: Sequence[Ratio | Fact]) -> Iterator[tuple[bool, str]]:
    for fact in every:
        if isinstance(fact, Fact) and fact.at_most is not None:
            yield fact.value.median <= fact.at_most, f"{fact.name}: {_value(fact)} (≤ {fact.at_most:g})"


def _pictures(case: str) -> Iterator[str]:
    for clock, words in PICTURES.get(case, ()):
        yield f"![{words}](_static/{name_of(case, clock)})\n"


def _tables(own: Sequence[Ratio | Fact]) -> Iterator[str]:
    ratios = [each for each in own if isinstance(each, Ratio)]
    for contest, rows in groupby(ratios, key=lambda each: each.contest):
        yield "".join(_contest(contest, list(rows)))
    facts = [each for each in own if isinstance(each, Fact)]
    if facts:
        yield "".join(_facts(facts))


def _contest(contest: str, rows: Sequence[Ratio]) -> Iterator[str]:
    first = rows[0]
    clocks = ["cpu", "wall"] if len(first.clocks) > 1 else ["cpu"]
    yield f"**{contest}** (the floor: {first.floor}; {first.rounds} rounds)\n\n"
    heads = [f"{clock} time, × floor" for clock in clocks]
    yield _row(["", *heads, f"{clocks[0]} µs for each {first.unit}", "promised"])
    yield _row(["---", *["---:"] * (len(heads) + 1), "---"])
    for row in rows:
        words = [f"{'' if kept else '**missed:** '}{clock} {words}" for clock in clocks for kept, words in promises(row, rows, clock)]
        yield _row([row.contender, *(str(figure(row, clock)[0]) for clock in clocks), f"{figure(row, clocks[0])[1]:.1f}", "; ".join(words)])


def _facts(facts: Sequence[Fact]) -> Iterator[str]:
    yield _row(["figure", "median [quartiles]", "promised"])
    yield _row(["---", "---:", "---"])
    for fact in facts:
        kept = fact.at_most is None or fact.value.median <= fact.at_most
        promised = "" if fact.at_most is None else f"{'' if kept else '**missed:** '}≤ {fact.at_most:g} {fact.unit}"
        yield _row([fact.name, _value(fact), promised])


def _value(fact: Fact) -> str:
    value = f"{fact.value}" if fact.value.low != fact.value.high else f"{fact.value}".partition(" [")[0]
    return f"{value} {fact.unit}"


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |\n"


def main() -> None:
    """Write the tables, draw the plots."""
    from benchmarks import plots

    kept = json.loads(FIGURES.read_text(encoding="utf-8"))
    PAGE.write_text(written(PAGE.read_text(encoding="utf-8"), kept), encoding="utf-8")
    plots.draw(kept, STATIC, digest())


if __name__ == "__main__":
    main()
