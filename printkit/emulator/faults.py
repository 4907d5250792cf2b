"""Which fault, if any, befalls a request: instructions, selectors, a script that counts. Refuses to carry a fault out: a server does."""

import functools
import re
from collections.abc import Mapping, Sequence
from typing import Any, cast, final

from attrs import asdict, define, field, frozen
from attrs.validators import ge, instance_of, optional
from cattrs import Converter, transform_error
from cattrs.errors import BaseValidationError


@final
@frozen
class CloseBeforeRead:
    """The connection is closed once the head is there, before the body is read. The shop never sees the request."""


@final
@frozen
class ResetBeforeCommit:
    """The connection is reset after the whole request was read. The shop never sees it."""


@final
@frozen
class ResetAfterCommit:
    """The shop acts; then the connection is reset in place of an answer."""


@final
@frozen
class StallAfterCommit:
    """The shop acts; its answer comes after ``seconds``, or never when that is None."""

    seconds: float | None = field(default=None, validator=optional(ge(0)))


@final
@frozen
class HalfHead:
    """Half a status line and header, then the end of the connection."""

    commit: bool = True


@final
@frozen
class Status:
    """An answer of our own in place of the shop's, which acts before it only with ``commit``."""

    status: int = field(default=500, validator=[instance_of(int), ge(100)])
    body: str = ""
    content_type: str = "application/json; charset=utf-8"
    headers: Mapping[str, str] = field(factory=dict[str, str])
    commit: bool = False


@final
@frozen
class Html:
    """A proxy's or a maintenance page where JSON was expected."""

    status: int = field(default=502, validator=[instance_of(int), ge(100)])
    commit: bool = False


@final
@frozen
class Throttle:
    """Too many requests. ``retry_after`` stands in the header as it is given, sensible or not; None leaves the header out."""

    retry_after: str | None = "1"
    status: int = field(default=429, validator=[instance_of(int), ge(100)])
    commit: bool = False


@final
@frozen
class Truncate:
    """The shop acts and answers; only the first ``length`` bytes of its body come, under the full Content-Length."""

    length: int = field(default=10, validator=ge(0))


@final
@frozen
class GzipBomb:
    """A small answer that unpacks to ``megabytes`` of blanks."""

    megabytes: int = field(default=300, validator=ge(1))
    commit: bool = False


@final
@frozen
class Drip:
    """The shop acts and answers, one byte every ``pause`` seconds."""

    pause: float = field(default=1.0, validator=ge(0))


@final
@frozen
class Endless:
    """A body that never ends, in chunks of blanks."""

    commit: bool = False


@final
@frozen
class Redirect:
    """Sent elsewhere."""

    location: str
    status: int = field(default=307, validator=[instance_of(int), ge(300)])
    commit: bool = False


@final
@frozen
class CommitLate:
    """The connection is reset at once, and the shop acts ``seconds`` later by its own clock."""

    seconds: float = field(default=30.0, validator=ge(0))


@final
@frozen
class DuplicateCommit:
    """The shop acts twice on one request and answers as to the first."""


Instruction = (
    CloseBeforeRead
    | ResetBeforeCommit
    | ResetAfterCommit
    | StallAfterCommit
    | HalfHead
    | Status
    | Html
    | Throttle
    | Truncate
    | GzipBomb
    | Drip
    | Endless
    | Redirect
    | CommitLate
    | DuplicateCommit
)

INSTRUCTIONS: Mapping[str, type[Instruction]] = {
    "close-before-read": CloseBeforeRead,
    "reset-before-commit": ResetBeforeCommit,
    "reset-after-commit": ResetAfterCommit,
    "stall-after-commit": StallAfterCommit,
    "half-head": HalfHead,
    "status": Status,
    "html": Html,
    "throttle": Throttle,
    "truncate": Truncate,
    "gzip-bomb": GzipBomb,
    "drip": Drip,
    "endless": Endless,
    "redirect": Redirect,
    "commit-late": CommitLate,
    "duplicate-commit": DuplicateCommit,
}

_WORDS: Mapping[type[Instruction], str] = {kind: word for word, kind in INSTRUCTIONS.items()}
_NAME = re.compile(r"\\\{[^/{}]*\\\}")


def _positive(fault: object, attribute: object, count: int | None) -> None:
    if count is not None and count < 1:
        raise ValueError("first and times count from 1")


@functools.lru_cache(maxsize=256)
def _pattern(template: str) -> re.Pattern[str]:
    """``{name}`` stands for one segment; case and a trailing slash do not matter."""
    return re.compile(_NAME.sub("[^/]+", re.escape(template.rstrip("/"))) + "/?", re.IGNORECASE)


@final
@frozen
class Fault:
    """One instruction and the requests that it befalls.

    A request is offered to the faults in the order in which they were added; the first that takes it keeps it, and later ones do not
    even count it. So three faults added for the same path befall three requests one after the other.
    """

    instruction: Instruction
    method: str | None = None
    """None for any."""
    path: str | None = None
    """A template of the whole path, such as ``/v2.5/Orders/{id}/Status``; None for any."""
    first: int = field(default=1, validator=[instance_of(int), _positive])
    """The first of the matching requests to be befallen, counted from 1."""
    times: int | None = field(default=1, validator=_positive)
    """How many in a row; None for all that follow."""

    def matches(self, method: str, path: str) -> bool:
        """Whether the request is one of those the fault is about, its count aside."""
        if self.method is not None and self.method.upper() != method.upper():
            return False
        return self.path is None or _pattern(self.path).fullmatch(path) is not None


@define
class _Entry:
    fault: Fault
    seen: int = 0
    taken: int = 0


@final
class FaultScript:
    """The faults of one server, in order, with their counts."""

    def __init__(self, faults: Sequence[Fault] = ()) -> None:
        self._entries: dict[int, _Entry] = {}
        self._last = 0
        for fault in faults:
            self.add(fault)

    def add(self, fault: Fault) -> int:
        """Appends a fault and returns its number."""
        self._last += 1
        self._entries[self._last] = _Entry(fault)
        return self._last

    def remove(self, number: int) -> bool:
        """Takes a fault away; False when there is none of that number."""
        return self._entries.pop(number, None) is not None

    def clear(self) -> None:
        """Takes all faults away."""
        self._entries.clear()

    def befalls(self, method: str, path: str) -> Instruction | None:
        """What befalls this request; counting it is part of asking."""
        for entry in self._entries.values():
            fault = entry.fault
            if not fault.matches(method, path) or (fault.times is not None and entry.taken >= fault.times):
                continue
            entry.seen += 1
            if entry.seen >= fault.first:
                entry.taken += 1
                return fault.instruction
        return None

    def taken(self, number: int) -> int:
        """How many requests the fault of this number has befallen."""
        return self._entries[number].taken

    def listed(self) -> list[dict[str, object]]:
        """Every fault in the form that ``read_fault`` takes, with its number and counts."""
        return [
            {
                "id": number,
                "method": entry.fault.method,
                "path": entry.fault.path,
                "first": entry.fault.first,
                "times": entry.fault.times,
                "instruction": {"kind": _WORDS[type(entry.fault.instruction)], **asdict(entry.fault.instruction)},
                "taken": entry.taken,
            }
            for number, entry in self._entries.items()
        ]


_converter = Converter(forbid_extra_keys=True)
_SELECTORS: Mapping[str, type] = {"method": str, "path": str, "first": int, "times": int}


def read_fault(given: object) -> Fault:
    """A fault from its JSON form.

    ``{"method": "POST", "path": "/v1/orders/{id}", "first": 1, "times": 1, "instruction": {"kind": "html", "status": 502}}``; all but the
    instruction may be left out, and an instruction without wishes may be its kind alone.

    Raises:
        ValueError: the form is not understood; the message says where.
    """
    members = _members(given, "a fault")
    instruction = _read_instruction(members.pop("instruction", None))
    strange = members.keys() - _SELECTORS.keys()
    if strange:
        raise ValueError(f"a fault has no {', '.join(sorted(strange))}")
    for name, value in members.items():
        if value is not None and (not isinstance(value, _SELECTORS[name]) or isinstance(value, bool)):
            raise ValueError(f"{name} must be {'text' if _SELECTORS[name] is str else 'a whole number'}")
    try:
        return Fault(instruction, **members)
    except TypeError as error:
        raise ValueError(str(error)) from None


def _read_instruction(given: object) -> Instruction:
    members = {"kind": given} if isinstance(given, str) else _members(given, "an instruction")
    word = members.pop("kind", None)
    kind = INSTRUCTIONS.get(word) if isinstance(word, str) else None
    if kind is None:
        raise ValueError(f"an instruction's kind is one of: {', '.join(INSTRUCTIONS)}")
    try:
        return _converter.structure(members, kind)
    except (BaseValidationError, TypeError, ValueError) as error:
        raise ValueError(f"{word}: {'; '.join(transform_error(error))}") from None


def _members(given: object, what: str) -> dict[str, Any]:
    if not isinstance(given, Mapping):
        raise ValueError(f"{what} is a JSON object")
    return {str(name): value for name, value in cast(Mapping[object, object], given).items()}
