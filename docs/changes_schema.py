"""Writes the JSON Schema of one change and the table of its members, from the classes themselves: `python docs/changes_schema.py`."""

import enum
import json
import types
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any, Union, get_args, get_origin, get_type_hints

import attrs

from printkit.changes import CHANGES
from printkit.model import Artwork, NewOrder, Order, OrderRef, OrderStatus

FILE = Path(__file__).parent / "_static/changes.schema.json"
PAGE = Path(__file__).parent / "bulk.md"
BEGIN, END = "<!-- members: written by docs/changes_schema.py -->\n", "<!-- end of members -->\n"
LEFT_OUT = {"path", "data", "stream"}
"""Artwork of a change is given by URL."""
NEEDED = {NewOrder: {"reference"}, Artwork: {"url"}}
"""What has a default elsewhere and must be said in a change."""
TEXT: dict[str, Any] = {"type": "string"}
PLAIN: dict[Any, dict[str, Any]] = {
    str: TEXT,
    int: {"type": "integer"},
    bool: {"type": "boolean"},
    types.NoneType: {"type": "null"},
    Decimal: {"anyOf": [{"type": "string", "pattern": r"^-?[0-9]+(\.[0-9]+)?$"}, {"type": "number"}]},
    Any: {},
}
ORDER = {"type": "string", "pattern": "^[^:]+:.+$", "description": "A connection's name and the shop's id: pwinty:1065"}
STATUS = {
    "type": "string",
    "minLength": 1,
    "description": f"One of {', '.join(OrderStatus)}; any other word is the shop's own.",
}


def schema() -> dict[str, Any]:
    """The schema of one change: an object in which ``change`` names the kind."""
    defs: dict[str, Any] = {}
    kinds = [{"$ref": f"#/$defs/{name(kind, defs, tag)}"} for tag, kind in CHANGES.items()]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A change of an order, as printkit carries it out in bulk",
        "type": "object",
        "required": ["change"],
        "oneOf": kinds,
        "$defs": dict(sorted(defs.items())),
    }


def name(kind: type, defs: dict[str, Any], tag: str | None = None) -> str:
    """The name of a class's definition, which is made if it is not there yet."""
    if kind.__name__ not in defs:
        defs[kind.__name__] = {}  # it may be met inside itself
        hints = get_type_hints(kind)
        members = [each for each in attrs.fields(kind) if each.name not in LEFT_OUT]
        needed = [each.name for each in members if each.default is attrs.NOTHING or each.name in NEEDED.get(kind, ())]
        properties = {each.name: member(kind, each.name, hints[each.name], defs) for each in members}
        defs[kind.__name__] = {
            "type": "object",
            "description": (kind.__doc__ or "").split("\n\n")[0].replace("``", ""),
            "properties": ({"change": {"const": tag}} if tag else {}) | properties,
            "required": (["change"] if tag else []) + needed,
            "additionalProperties": False,
        }
    return kind.__name__


def member(kind: type, called: str, hint: Any, defs: dict[str, Any]) -> dict[str, Any]:
    """The schema of one member."""
    if called in NEEDED.get(kind, ()):
        return {"type": "string", "minLength": 1}
    return of(hint, defs)


def of(hint: Any, defs: dict[str, Any]) -> dict[str, Any]:
    """The schema of one type."""
    origin, inside = get_origin(hint), get_args(hint)
    if hint in PLAIN:
        return PLAIN[hint]
    if hint == Order | OrderRef:
        return ORDER
    if hint == OrderStatus | str:
        return STATUS
    if origin in {Union, types.UnionType}:
        return {"anyOf": [of(each, defs) for each in inside]}
    if origin is tuple:
        many = {"type": "array", "items": of(inside[0], defs)}
        return {"anyOf": [of(Artwork, defs), many]} if inside[0] is Artwork else many
    if origin is Mapping:
        return {"type": "object", "additionalProperties": of(inside[1], defs)}
    if isinstance(hint, type) and issubclass(hint, enum.Enum):
        return {"enum": [each.value for each in hint]}
    found = {"$ref": f"#/$defs/{name(hint, defs)}"}
    return {"anyOf": [{"type": "string", "minLength": 1, "description": "A URL."}, found]} if hint is Artwork else found


def text() -> str:
    """As the file has it."""
    return json.dumps(schema(), indent=2) + "\n"


def table() -> str:
    """Every kind of change and every object inside one in Markdown: what it must have, what it may have."""
    defs = schema()["$defs"]
    rows = [["", "must have", "may have"], ["---"] * 3]
    tags = {kind.__name__: tag for tag, kind in CHANGES.items()}
    for called in (*tags, *sorted(defs.keys() - tags.keys())):
        needed = [each for each in defs[called]["required"] if each != "change"]
        left = [each for each in defs[called]["properties"] if each not in {"change", *needed}]
        title = f'`"change": "{tags[called]}"`' if called in tags else f"{called}, inside the above"
        rows.append([title, *(", ".join(f"`{each}`" for each in some) for some in (needed, left))])
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


def with_table(page: str) -> str:
    """The page with the table in its place."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{table()}\n{END}{after}"


if __name__ == "__main__":
    PAGE.write_text(with_table(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    FILE.write_text(text(), encoding="utf-8")
