"""A shop's page, taken apart: its tables, and what stands in their cells. Knows nothing of what the page is about."""

import re
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]

Row = tuple[str, ...]

QUOTED = re.compile(r"`([^`]+)`")
ATTRIBUTE = re.compile(r"([A-Z]\w+)\.(\w+)")
VERB = re.compile(r"kit\.(\w+)(?:\((\w+)=\))?")


def attributes_in(cell: str) -> set[str]:
    """The attributes of the model that a cell names."""
    return {quoted for quoted in QUOTED.findall(cell) if ATTRIBUTE.fullmatch(quoted)}


def objects(heading: str, body: Any, inside: Mapping[tuple[str, str], str]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Every object in a body, with its heading; ``inside`` says under which heading a member's own objects stand."""
    for each in body if isinstance(body, list) else [body]:
        if isinstance(each, dict):
            yield heading, each
            for name, value in each.items():
                if (heading, name) in inside:
                    yield from objects(inside[heading, name], value, inside)


class Page:
    """One shop's."""

    def __init__(self, kind: str) -> None:
        self.text = (ROOT / f"docs/shops/{kind}.md").read_text(encoding="utf-8")

    @cached_property
    def tables(self) -> dict[str, list[Row]]:
        """The rows of every table, by the heading above it."""
        found: dict[str, list[Row]] = {}
        heading = ""
        for line in self.text.splitlines():
            if line.startswith("#"):
                heading = line.lstrip("# ")
            elif line.startswith("|"):
                found.setdefault(heading, []).append(tuple(cell.strip() for cell in line.strip("|").split("|")))
        return {heading: rows[2:] for heading, rows in found.items()}

    def listed(self, heading: str) -> list[str]:
        return [name for row in self.tables[heading] for name in QUOTED.findall(row[0])]

    def goes_to(self, heading: str) -> dict[str, str]:
        return {name: row[1] for row in self.tables[heading] for name in QUOTED.findall(row[0])}

    def row_of(self, heading: str, name: str) -> Row:
        return next(row for row in self.tables[heading] if name in QUOTED.findall(row[0]))

    def sources(self, heading: str) -> list[tuple[str, str]]:
        """Every parameter of a request with every attribute of the model that its value comes from."""
        named = [(name, row[1]) for row in self.tables[heading] for name in QUOTED.findall(row[0])]
        return [(name, source) for name, cell in named for source in sorted(attributes_in(cell)) if not source.startswith("OrderRef")]


PWINTY, GOOTEN = Page("pwinty"), Page("gooten")
