"""The page on Pwinty, taken apart: its tables, and what stands in their cells. Knows nothing of what the page is about."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/shops/pwinty.md").read_text(encoding="utf-8")

Row = tuple[str, ...]


def tables() -> dict[str, list[Row]]:
    """The rows of every table, by the heading above it."""
    found: dict[str, list[Row]] = {}
    heading = ""
    for line in PAGE.splitlines():
        if line.startswith("#"):
            heading = line.lstrip("# ")
        elif line.startswith("|"):
            found.setdefault(heading, []).append(tuple(cell.strip() for cell in line.strip("|").split("|")))
    return {heading: rows[2:] for heading, rows in found.items()}


TABLES = tables()
QUOTED = re.compile(r"`([^`]+)`")
ATTRIBUTE = re.compile(r"([A-Z]\w+)\.(\w+)")
VERB = re.compile(r"kit\.(\w+)(?:\((\w+)=\))?")


def listed(heading: str) -> list[str]:
    return [name for row in TABLES[heading] for name in QUOTED.findall(row[0])]


def goes_to(heading: str) -> dict[str, str]:
    return {name: row[1] for row in TABLES[heading] for name in QUOTED.findall(row[0])}


def attributes_in(cell: str) -> set[str]:
    """The attributes of the model that a cell names."""
    return {quoted for quoted in QUOTED.findall(cell) if ATTRIBUTE.fullmatch(quoted)}


def row_of(heading: str, name: str) -> Row:
    return next(row for row in TABLES[heading] if name in QUOTED.findall(row[0]))
