"""What else changes when one member does: of an answer in the model, of the model in a request. Knows no shop."""

import contextlib
import json
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

import attrs

import printkit
from printkit.exchange import Response
from printkit.model import Money

Reading = Callable[[Response], Any]
Way = tuple[str | int, ...]


def changes(body: Any, read: Reading, way: Way, words: Mapping[str, str]) -> set[str]:
    """The attributes of the model that become something else when one member does, or when it is null.

    Args:
        body: an answer.
        read: how the adapter reads it.
        way: to the member.
        words: for words of closed lists, another one.
    """
    before, found = read(answer(body)), set[str]()
    for other in others(body, way, words):
        with contextlib.suppress(printkit.ProviderError):
            found |= set(different(before, read(answer(other))))
    return found


def answer(body: Any) -> Response:
    return Response(200, {}, json.dumps(body).encode())


def others(body: Any, way: Way, words: Mapping[str, str]) -> Iterator[Any]:
    """The same body with another value of one member."""
    *outer, last = way
    for change in (lambda value: another(value, words), lambda value: another_last(value, words), lambda value: None):
        other = json.loads(json.dumps(body))
        place = other
        for step in outer:
            place = place[step]
        place[last] = change(place.get(last) if isinstance(place, dict) else place[last])
        yield other


def another_last(value: Any, words: Mapping[str, str]) -> Any:
    """The last word of a list replaced."""
    if isinstance(value, list) and value and isinstance(value[-1], str):
        return [*value[:-1], words.get(value[-1], f"{value[-1]}x")]
    return another(value, words)


def another(value: Any, words: Mapping[str, str]) -> Any:
    if value is None:
        return 7
    if isinstance(value, bool):
        return not value
    if isinstance(value, int | float):
        return value + 1
    if isinstance(value, list):
        return value[:-1]
    if isinstance(value, dict):
        return {}
    if value.isdigit():
        return str(int(value) + 1)
    try:
        return datetime.fromisoformat(value).replace(year=2001).isoformat()
    except ValueError:
        return words.get(value, f"{value}x")


def different(one: Any, other: Any, where: str = "") -> Iterator[str]:
    """The attributes in which two values of the model differ, each as ``Class.attribute``; the innermost that the page could name."""
    is_money = isinstance(one, Money) and bool(where)
    if attrs.has(type(one)) and type(one) is type(other) and not is_money:
        for field in attrs.fields(type(one)):
            if field.eq is not False:
                yield from different(getattr(one, field.name), getattr(other, field.name), f"{type(one).__name__}.{field.name}")
    elif isinstance(one, tuple) and isinstance(other, tuple) and len(one) == len(other):
        for first, second in zip(one, other, strict=True):
            yield from different(first, second, where)
    elif one != other:
        yield where


def different_members(one: Mapping[str, Any], other: Mapping[str, Any]) -> set[str]:
    return {name for name in one.keys() | other.keys() if one.get(name) != other.get(name)}
