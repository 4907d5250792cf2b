"""Writes the tables of the page of requests per verb, from the data that the tests count: `python -m docs.calls_per_verb`."""

from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

from docs.parts import with_part
from tests.calls import Counted
from tests.providers.gooten.verbs import GOOTEN
from tests.providers.pwinty.verbs import PWINTY

PAGE = Path(__file__).parent / "calls-per-verb.md"
SHOPS = {"gooten": GOOTEN, "pwinty": PWINTY}


def table(kind: Counted) -> str:
    """A row for each verb."""
    return "".join(f"| {' | '.join(row)} |\n" for row in _rows(kind))


def _rows(kind: Counted) -> Iterator[list[str]]:
    yield ["verb", "given an `Order`", "given its reference"]
    yield ["---"] * 3
    for verb in kind.verbs:
        word, comma, which = verb.name.partition(", ")
        yield [f"`{word}`{comma}{which}", _cell(verb.with_order), "" if verb.with_ref is None else _cell(verb.with_ref)]


def _cell(methods: str) -> str:
    """Such as ``3: GET, POST × 2``."""
    asked = methods.split()
    runs = [(method, len(list(run))) for method, run in groupby(asked)]
    words = ", ".join(method if times == 1 else f"{method} × {times}" for method, times in runs)
    return f"{len(asked)}: {words}" if asked else "none"


def written(text: str) -> str:
    """The page with every table in its place."""
    for name, kind in SHOPS.items():
        text = with_part(text, name, table(kind), by="docs/calls_per_verb.py")
    return text


if __name__ == "__main__":
    PAGE.write_text(written(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
