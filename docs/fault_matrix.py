"""Writes the page of what a caller gets from each verb under each fault, as observed: `python docs/fault_matrix.py`, in about a minute."""

import sys
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

PAGE = Path(__file__).parent / "fault-matrix.md"
BEGIN, END = "<!-- {}: written by docs/fault_matrix.py -->\n", "<!-- end of {} -->\n"

Ends = Mapping[str, Mapping[str, str]]
"""What a caller gets, by column and fault."""


def row(name: str, ends: Ends) -> str:
    """One row of a table."""
    return f"| {verb(name)} | {' | '.join(map(_cell, ends.values()))} |\n"


def verb(name: str) -> str:
    """The first cell of a row: the verb as code, and which of its requests is struck."""
    word, _, which = name.partition(", ")
    return f"`{word}`{', ' if which else ''}{which}"


def _cell(ends: Mapping[str, str]) -> str:
    """What most faults of the column end in, and those that end otherwise by name."""
    (most, _), *others = Counter(ends.values()).most_common()
    odd = [f"{word}: {', '.join(name for name, end in ends.items() if end == word)}" for word, _ in others]
    return f"{most} ({'; '.join(odd)})" if odd else most


def table(rows: Mapping[str, Ends]) -> str:
    """A table of verbs by columns of faults."""
    heads = ["", *next(iter(rows.values()))]
    lines = [f"| {' | '.join(heads)} |\n", f"| {' | '.join(['---'] * len(heads))} |\n"]
    return "".join([*lines, *(row(name, ends) for name, ends in rows.items())])


def legend(columns: Mapping[str, Mapping[str, object]]) -> str:
    """Which faults stand in which column."""
    return "".join(f"- *{title}*: {', '.join(faults)}\n" for title, faults in columns.items())


def with_part(text: str, name: str, part: str) -> str:
    """The page with a part in its place.

    Raises:
        ValueError: the page has no such place.
    """
    before, begin, rest = text.partition(BEGIN.format(name))
    _, end, after = rest.partition(END.format(name))
    if not begin or not end:
        raise ValueError(f"the page has no place for {name}")
    return f"{before}{begin}\n{part}\n{end}{after}"


def part(text: str, name: str) -> str:
    """What stands in a place of the page."""
    return text.partition(BEGIN.format(name))[2].partition(END.format(name))[0].strip("\n") + "\n"


def written(text: str) -> str:
    """The page, with everything observed anew."""
    sys.path.insert(0, str(PAGE.parents[1]))
    from tests.matrix import cells, faults

    text = with_part(text, "write faults", legend(faults.WRITES))
    text = with_part(text, "read faults", legend(faults.READS))
    for kind, shop in cells.SHOPS.items():
        writes = {name: cells.run(cells.write_row(shop, deed)) for name, deed in shop.deeds.items()}
        reads = {name: cells.run(cells.read_row(shop, reading)) for name, reading in shop.readings.items()}
        text = with_part(text, f"{kind} writes", table(writes))
        text = with_part(text, f"{kind} reads", table(reads))
    return text


if __name__ == "__main__":
    PAGE.write_text(written(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
