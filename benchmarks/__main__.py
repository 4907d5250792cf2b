"""The command line of the benchmarks: runs cases, shows a table, keeps the figures as JSON."""

import argparse
import asyncio
import json
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from attrs import asdict

from . import bulk, decode, footprint, loop_held, machine, per_call, whole_orders
from .measure import Bench, Effort, telling
from .report import table

CASES: dict[str, Callable[[Bench], Awaitable[None]]] = {
    "calls": per_call.measured,
    "decode": decode.measured,
    "loop": loop_held.measured,
    "orders": whole_orders.measured,
    "engine": bulk.engine,
    "bulk": bulk.throughput,
    "rate": bulk.rate,
    "million": bulk.million,
    "import": footprint.measured,
}
ABOUT = "Measures what printkit costs beside the least that is possible, and beside what a program would use instead."
HELP = """cases:
  calls    processor time of a read and a write; is the server fast enough
  decode   a shop's JSON to the model: 1, 10, 100 items, both shops
  loop     how long a page of 250 orders holds the event loop
  orders   create, 10 photos, validate, submit: 500 orders at 0 and 20 ms
  engine   what the bulk engine costs for each change, without I/O
  bulk     10 000 changes at 20 ms, without and with a journal
  rate     a run at a fixed rate against the emulator
  million  memory and cost of each change over 1 000 000 changes (half an hour)
  import   import time and installed size; beside other SDKs with --sdks

All of it takes about an hour; --quick some minutes. Other work on the machine spoils the figures: look at the null pairs.
What each needs beside printkit: orjson, pydantic, httpx, requests ("nox -s bench" installs them).
"""


async def run(names: Sequence[str], bench: Bench, done: Callable[[], object] = lambda: None) -> None:
    """These cases, one after the other; ``done`` is told of the end of each."""
    for name in names:
        bench.case = name
        await CASES[name](bench)
        done()


def document(bench: Bench, before: Sequence[Mapping[str, Any]] = ()) -> dict[str, Any]:
    """What was found, fit for JSON, and with it what was found ``before``; in the order of the cases."""
    found = [{"kind": type(each).__name__.lower(), **asdict(each)} for each in bench.found]
    ordered = sorted([*before, *found], key=lambda each: [*CASES].index(each["case"]))
    return {"machine": machine.described(), "effort": bench.effort, "found": ordered}


def earlier(path: Path, names: Sequence[str], effort: Effort) -> list[Mapping[str, Any]]:
    """What is kept there of cases that are not measured now.

    Raises:
        ValueError: it was found on another machine, with other versions, or with another effort.
    """
    if not path.exists():
        return []
    kept = json.loads(path.read_text(encoding="utf-8"))
    left = [each for each in kept["found"] if each["case"] not in names]
    mine = machine.described()
    same = all(kept["machine"][name] == mine[name] for name in mine if name != "measured") and kept["effort"] == effort
    if left and not same:
        raise ValueError(
            "was measured on another machine, with other versions or with another effort: measure everything, or name another file"
        )
    return left


def parser() -> argparse.ArgumentParser:
    """What may be wished."""
    made = argparse.ArgumentParser(
        prog="python -m benchmarks", description=ABOUT, epilog=HELP, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    made.add_argument("cases", nargs="*", metavar="case", help=f"what to measure (default: everything): {', '.join(CASES)}")
    efforts = made.add_mutually_exclusive_group()
    efforts.add_argument("--quick", action="store_const", const="quick", dest="effort", help="fewer rounds and smaller counts")
    smoke = "tiny counts: does it run? The figures mean nothing"
    efforts.add_argument("--smoke", action="store_const", const="smoke", dest="effort", help=smoke)
    made.add_argument("--rounds", type=int, metavar="N", help="repeats of each pair, in place of each contest's own number")
    made.add_argument("--changes", type=int, metavar="N", help="how many changes the case million carries out (default: 1 000 000)")
    made.add_argument("--sdks", type=Path, metavar="PYTHON", help="an interpreter in whose environment other SDKs are installed")
    made.add_argument("--json", type=Path, metavar="FILE", help="keep the figures there, after each case; those of cases not named stay")
    return made


def main(arguments: list[str] | None = None) -> int:
    """Measure."""
    wishes = parser()
    given = wishes.parse_args(arguments)
    unknown = [name for name in given.cases if name not in CASES]
    if unknown:
        wishes.error(f"no such case: {', '.join(unknown)}; there are {', '.join(CASES)}")
    names = given.cases or [*CASES]
    bench = Bench(given.effort or "full", say=telling(), rounds=given.rounds, changes=given.changes, sdks=given.sdks)
    before: list[Mapping[str, Any]] = []
    try:
        before += earlier(given.json, names, bench.effort) if given.json else []
    except ValueError as error:
        wishes.error(f"{given.json}: {error}")

    def keep() -> None:
        if given.json:
            text = json.dumps(document(bench, before), indent=1, ensure_ascii=False)
            given.json.write_text(f"{text}\n", encoding="utf-8")

    asyncio.run(run(names, bench, keep))
    bench.say("")
    print(table(bench.found))
    return 0


if __name__ == "__main__":
    sys.exit(main())
