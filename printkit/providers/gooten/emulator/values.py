"""Reads a request's members, as forgiving as the service is, and notes what is wrong with each by its path. Knows no resource.

Names of members count without regard to case, and numbers and flags may be text (reference/gooten-api.md section 2.3).
"""

import re
from collections.abc import Iterable, Mapping
from typing import Final, cast, final

from printkit.emulator.bodies import lower_names

from .refusals import Entry, RefusedError

_WHOLE: Final = re.compile(r"\s*([+-]?[0-9]{1,12})(?:\.0*)?\s*", re.ASCII)
_LARGEST: Final = 2**31 - 1
_FLAGS: Final = {"true": True, "false": False, "1": True, "0": False, "": False, "on": True, "off": False, "yes": True, "no": False}
_WORD: Final = re.compile(r"(?<=[a-z])(?=[A-Z])")


def words(name: str) -> str:
    """A member's name as it stands in messages: ``PostalCode`` is 'Postal Code'."""
    return _WORD.sub(" ", name)


@final
class Fields:
    """The members of one object. What is wrong is added to ``found``, which all parts of a request share."""

    def __init__(self, members: Mapping[str, object], path: str, found: list[Entry]) -> None:
        self.members = members
        self.path = path
        self.found = found

    def _at(self, name: str) -> str:
        return f"{self.path}.{name}" if self.path else name

    def wrong(self, name: str, text: str, attempted: object = None) -> None:
        """Notes that a member is wrong."""
        self.found.append(Entry(self._at(name), text, attempted))

    def has(self, name: str) -> bool:
        """Whether the member was sent with a value."""
        return self.members.get(name.lower()) is not None

    def text(self, name: str) -> str:
        """A member as text; empty when it is absent or null. A number is taken as its digits."""
        value = self.members.get(name.lower())
        if value is None:
            return ""
        if isinstance(value, str):
            return value
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, (int, float)):
            return repr(value)
        self.wrong(name, f"'{words(name)}' is not in the correct format.", None)
        return ""

    def needed(self, name: str) -> str:
        """A member as text that must not be empty."""
        value = self.text(name)
        if not value.strip():
            self.wrong(name, f"'{words(name)}' should not be empty.", value)
        return value

    def whole(self, name: str) -> int | None:
        """A member as a whole number, also when it came as text; None where it is absent, empty or wrong."""
        value = "?" if isinstance(self.members.get(name.lower()), bool) else self.text(name)
        if not value.strip():
            return None
        fitting = _WHOLE.fullmatch(value)
        if fitting is None or abs(int(fitting[1])) > _LARGEST:
            self.wrong(name, f"'{words(name)}' must be a number.", value)
            return None
        return int(fitting[1])

    def flag(self, name: str) -> bool:
        """A member as yes or no; absent is no."""
        value = self.text(name)
        known = _FLAGS.get(value.strip().lower())
        if known is None:
            self.wrong(name, f"'{words(name)}' must be true or false.", value)
        return bool(known)

    def part(self, name: str) -> "Fields | None":
        """A member that is an object; None where it is absent or something else."""
        value = self.members.get(name.lower())
        if isinstance(value, dict):
            return Fields(lower_names(cast(Mapping[object, object], value)), self._at(name), self.found)
        return None

    def listed(self, name: str) -> list[object]:
        """A member that is a list; a single value counts as a list of one."""
        value = self.members.get(name.lower())
        if value is None:
            return []
        return cast(list[object], value) if isinstance(value, list) else [value]

    def parts(self, name: str) -> "list[Fields]":
        """A member that is a list of objects."""
        return list(objects(self.listed(name), self._at(name), self.found))

    def texts(self, name: str) -> list[str]:
        """A member that is a list of texts, or one text."""
        return [each for each in map(scalar, self.listed(name)) if each is not None]

    def map(self, name: str) -> dict[str, str]:
        """A member that is a free map of texts."""
        value = self.members.get(name.lower())
        if not isinstance(value, dict):
            return {}
        pairs = ((str(key), scalar(each)) for key, each in cast(Mapping[object, object], value).items())
        return {key: each for key, each in pairs if each is not None}

    def done(self) -> None:
        """Refuses when anything was wrong.

        Raises:
            RefusedError: something was.
        """
        if self.found:
            raise RefusedError("validation", *self.found)


def objects(values: Iterable[object], path: str, found: list[Entry]) -> Iterable[Fields]:
    """The objects of a list; anything else in it is wrong."""
    for index, value in enumerate(values):
        where = f"{path}[{index}]"
        if isinstance(value, dict):
            yield Fields(lower_names(cast(Mapping[object, object], value)), where, found)
        else:
            found.append(Entry(where, "The value is not an object.", None))


def scalar(value: object) -> str | None:
    """A single value as text; None for what is none."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    return repr(value) if isinstance(value, (int, float)) else None


def number(value: object) -> int | None:
    """A single value as a whole number, also when it is text."""
    text = None if isinstance(value, bool) else scalar(value)
    fitting = None if text is None else _WHOLE.fullmatch(text)
    return None if fitting is None or abs(int(fitting[1])) > _LARGEST else int(fitting[1])
