"""The last step of an answer: members as JSON bytes, with the oddities that the options ask for. Knows no resource.

Oddities: reference/gooten-api.md section 20, "Faults worth injecting".
"""

import json
from decimal import Decimal
from typing import Final, cast

import msgspec

from .options import Options

_ENCODER: Final = msgspec.json.Encoder(decimal_format="number")


def encoded(value: object, options: Options) -> bytes:
    """The value as JSON; money keeps its digits."""
    odd = options.had_error == "string" or options.unknown_members or options.prices == "shortest"
    tree = _respelled(value, options) if odd else value
    try:
        return _ENCODER.encode(tree)
    except ValueError:  # half a surrogate pair, which only JSON's escapes can say
        return json.dumps(tree, default=float).encode("ascii")


def _respelled(value: object, options: Options) -> object:
    if isinstance(value, dict):
        members = {name: _member(name, each, options) for name, each in cast(dict[str, object], value).items()}
        return {**members, "AddedLater": None} if options.unknown_members else members
    if isinstance(value, list):
        return [_respelled(each, options) for each in cast(list[object], value)]
    if isinstance(value, Decimal) and options.prices == "shortest":
        return _shortest(value)
    return value


def _member(name: str, value: object, options: Options) -> object:
    if name == "HadError" and isinstance(value, bool) and options.had_error == "string":
        return "true" if value else "false"
    return _respelled(value, options)


def _shortest(value: Decimal) -> object:
    return int(value) if value == value.to_integral_value() else value.normalize()
