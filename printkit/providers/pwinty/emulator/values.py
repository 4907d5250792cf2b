"""Reads single values out of a request's members, as forgiving as the service is. Knows no resource.

Forms: reference/pwinty-api.md sections 5 and 7.
"""

import re
from collections.abc import Mapping

from .refusals import bad

Members = Mapping[str, object]

_WHOLE = re.compile(r"\s*([+-]?[0-9]{1,10})(?:\.0*)?\s*", re.ASCII)
_LARGEST = 2**31 - 1
_FLAGS = {"true": True, "false": False, "1": True, "0": False, "": False, "on": True, "off": False}


def text(members: Members, name: str) -> str | None:
    """A member as text, untrimmed; None where it is absent or null. A number is taken as its digits."""
    value = members.get(name.lower())
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return repr(value)
    raise bad(f"The value supplied for {name} is not valid")


def filled(members: Members, name: str) -> str | None:
    """A member as text, with empty text counting as absent."""
    value = text(members, name)
    return value if value is not None and value.strip() else None


def whole(members: Members, name: str) -> int | None:
    """A member as a 32-bit whole number, also when it came as text; None where it is absent, null or empty."""
    if isinstance(members.get(name.lower()), bool):
        raise bad(f"{name} must be a whole number")
    value = filled(members, name)
    if value is None:
        return None
    found = _WHOLE.fullmatch(value)
    if found is None or abs(int(found[1])) > _LARGEST:
        raise bad(f"{name} must be a whole number")
    return int(found[1])


def flag(members: Members, name: str) -> bool:
    """A member as yes or no; absent is no."""
    value = text(members, name)
    if value is None:
        return False
    found = _FLAGS.get(value.strip().lower())
    if found is None:
        raise bad(f"{name} must be true or false")
    return found


def one_of(words: tuple[str, ...], given: str) -> str | None:
    """The listed word that this is, whatever its case."""
    return next((word for word in words if word.lower() == given.strip().lower()), None)
