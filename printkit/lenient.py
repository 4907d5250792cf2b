"""Readings of JSON members whose form nobody promises: the value, or nothing. They never raise, and know no shop."""

from collections.abc import Mapping
from typing import Any


def text(given: object) -> str | None:
    """Text, or None for anything else."""
    return given if isinstance(given, str) else None


def flag(given: object) -> bool | None:
    """True or False, or None for anything else."""
    return given if isinstance(given, bool) else None


def whole(given: object) -> int | None:
    """A whole number, also as a string of digits; None for anything else, a truth value included."""
    if isinstance(given, int) and not isinstance(given, bool):
        return given
    return int(given) if isinstance(given, str) and given.isascii() and given.isdigit() and len(given) < 20 else None


def members(given: object) -> Mapping[str, Any]:
    """An object's members; none for anything else."""
    found: Any = given
    return found if isinstance(given, dict) else {}


def entries(given: object) -> list[Any]:
    """A list's entries; none for anything else."""
    found: Any = given
    return found if isinstance(given, list) else []


def objects(given: object) -> list[Mapping[str, Any]]:
    """Those entries of a list that are objects."""
    return [each for each in entries(given) if isinstance(each, dict)]
