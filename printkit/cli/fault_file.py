"""Faults for the emulator, read from a file: JSON or JSON Lines, a wrong entry is named. Knows no fault, and carries none out."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from .. import lenient
from ..emulator.faults import Fault, read_fault


def as_faults(ctx: click.Context, param: click.Parameter, value: Path | None) -> tuple[Fault, ...]:
    """The callback of an option that names such a file."""
    return () if value is None else tuple(_faults(value))


def _faults(file: Path) -> Iterator[Fault]:
    for where, entry in _entries(file):
        try:
            yield read_fault(entry)
        except ValueError as error:
            raise click.BadParameter(f"{file}, {where}: {error}") from None


def _entries(file: Path) -> Iterator[tuple[str, Any]]:
    """Every entry with its place: of a list, of the list ``faults``, or of lines; a file may also be one entry."""
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise click.BadParameter(f"{file} cannot be read: {type(error).__name__}") from None
    try:
        document: Any = json.loads(text)
    except (ValueError, RecursionError):
        yield from _lines(file, text)
        return
    listed = lenient.members(document).get("faults", document)
    kept: object = listed
    entries: list[Any] = listed if isinstance(kept, list) else [listed]
    yield from ((f"entry {number}", entry) for number, entry in enumerate(entries, 1))


def _lines(file: Path, text: str) -> Iterator[tuple[str, Any]]:
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip():
            try:
                yield f"line {number}", json.loads(line)
            except (ValueError, RecursionError) as error:
                why = error.msg if isinstance(error, json.JSONDecodeError) else "it is nested too deeply"
                raise click.BadParameter(f"{file}, line {number} is no JSON: {why}") from None
