"""Makes frozen values at the speed of open ones. Knows none of them, and refuses to change a value that exists.

The guard of a frozen class makes setting a member five times as dear, also while a value is being made. So a value is filled as one
of an open subclass of the same layout, and then becomes what it is to be (decision 0028).
"""

from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar, cast

import attrs

from .late import Late

P = ParamSpec("P")
T = TypeVar("T")

_KNOWN: dict[type[Any], tuple[Callable[..., Any], Callable[..., Any]]] = {}
"""A class has one open subclass."""


def filling(cls: Callable[P, T]) -> tuple[Callable[P, T], Callable[..., T]]:
    """For a frozen attrs class with slots, what ``cls(...)`` does and what ``attrs.evolve`` does.

    The first takes every member, in order, and as it is. Of the second, members that stay are the same objects, and one
    that is made late is not made for that.
    """
    named: Any = cls
    if named in _KNOWN:
        return _KNOWN[named]
    opened = type(named.__name__, (named,), {"__slots__": (), "__setattr__": object.__setattr__, "__delattr__": object.__delattr__})
    names = [each.name for each in attrs.fields(named)]
    members: dict[str, Any] = {name: vars(named)[name] for name in names}
    late = {name: member for name, member in members.items() if isinstance(member, Late)}
    lines = [
        f"def make({', '.join(names)}):",
        "    value = new(opened)",
        *(f"    fill_{name}(value, {name})" if name in late else f"    value.{name} = {name}" for name in names),
        "    value.__class__ = cls",
        "    return value",
        "def change(old, **changes):",
        "    value = new(opened)",
        *(f"    fill_{name}(value, late_{name}(old))" if name in late else f"    value.{name} = old.{name}" for name in names),
        "    for name in changes:",
        "        setattr(value, name, changes[name])",
        "    value.__class__ = cls",
        "    return value",
    ]
    known = {"new": object.__new__, "opened": opened, "cls": named}
    known |= {f"fill_{name}": member.fill for name, member in late.items()}
    known |= {f"late_{name}": member.as_it_is for name, member in late.items()}
    exec("\n".join(lines), known)  # noqa: S102 - as attrs makes its own methods, of nothing but the members' names
    _KNOWN[named] = cast(Callable[..., Any], known["make"]), cast(Callable[..., Any], known["change"])
    return _KNOWN[named]
