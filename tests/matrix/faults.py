"""Everything that can befall a write or a read on its way, sorted by what it means for the caller. Knows no shop.

The names are those of the documentation's page. What a shop denies after having acted (a 429, a 4xx) is not among them: nobody could find
that out.
"""

from collections.abc import Mapping

from attrs import evolve, frozen

from printkit.emulator.faults import (
    CloseBeforeRead,
    CommitLate,
    Drip,
    DuplicateCommit,
    Endless,
    GzipBomb,
    HalfHead,
    Html,
    Instruction,
    Redirect,
    ResetAfterCommit,
    ResetBeforeCommit,
    StallAfterCommit,
    Status,
    Throttle,
    Truncate,
)


@frozen
class Struck:
    """What befalls one request, or every one of its kind."""

    instruction: Instruction
    acts: int = 0
    """How often the shop acts on the first request that is befallen: 0, 1, or 2 where it goes wrong by itself."""
    says_no: bool = False
    """The answer says that the shop did not act, which is true."""
    times: int | None = 1
    """None: befalls every request of the kind, for ever."""
    cancelled: bool = False
    """The caller gives up once the shop has acted."""
    blind: bool = False
    """From the first request on the shop answers no question any more."""


Column = Mapping[str, Struck]

_ELSEWHERE = "/elsewhere"
"""On the same host: whoever follows is told 404, and would take that for the shop's no."""
_OOPS = '{"errorMessage": "oops", "Message": "oops"}'

_NO_ANSWER: dict[str, Instruction] = {
    "half-head": HalfHead(),
    "status 408": Status(408, "", commit=True),
    "status 500": Status(500, _OOPS, commit=True),
    "status 503": Status(503, "", commit=True),
    "status 503 with JSON": Status(503, "{}", commit=True),
    "status 504": Status(504, "", commit=True),
    "html 502": Html(502, commit=True),
    "html 409": Html(409, commit=True),
    "redirect 307": Redirect(_ELSEWHERE, commit=True),
    "redirect 303": Redirect(_ELSEWHERE, 303, commit=True),
    "gzip-bomb": GzipBomb(9, commit=True),
    "endless": Endless(commit=True),
}
SENSELESS: dict[str, Instruction] = {
    "html 200": Html(200, commit=True),
    "status 200 empty": Status(200, "", commit=True),
    "status 200 `[]`": Status(200, "[]", commit=True),
    "status 200 `null`": Status(200, "null", commit=True),
    "status 200 `{}`": Status(200, "{}", commit=True),
    "status 200 cut JSON": Status(200, '{"HadError": fal', commit=True),
    "status 200 `NaN`": Status(200, "NaN", commit=True),
    "status 200 nested a hundred thousand deep": Status(200, '{"a":' * 100_000, commit=True),
    "status 200 `{}` in charset=zlib": Status(200, "{}", "application/json; charset=zlib", commit=True),
    "status 200 lone surrogate": Status(200, '{"id": "\\ud800"}', commit=True),
    "status 204": Status(204, "", commit=True),
}
_CUT_OFF: dict[str, Instruction] = {
    "reset-after-commit": ResetAfterCommit(),
    "stall-after-commit": StallAfterCommit(),
    "drip": Drip(),
    "truncate to 0": Truncate(0),
    "truncate to 10": Truncate(10),
}
_UNREACHED: dict[str, Instruction] = {"close-before-read": CloseBeforeRead(), "reset-before-commit": ResetBeforeCommit()}
_WAIT: dict[str, Instruction] = {
    "throttle `Retry-After: 1`": Throttle("1"),
    "throttle without Retry-After": Throttle(None),
    "throttle `Retry-After: NaN`": Throttle("NaN"),
    "throttle 503 `Retry-After: 1`": Throttle("1", 503),
}
_NO: dict[str, Instruction] = {
    f"status {status}": Status(status, '{"errorMessage": "no", "Message": "no"}')
    for status in (400, 401, 403, 404, 405, 409, 413, 415, 422)
}
REFUSALS = _NO | {"html 409": Html(409)}
"""To a read. To a write a 409 is one only where the shop says it in JSON."""


def _acted(given: Mapping[str, Instruction]) -> dict[str, Struck]:
    return {name: Struck(each, acts=1) for name, each in given.items()}


def _did_not(given: Mapping[str, Instruction]) -> dict[str, Struck]:
    return {name: Struck(evolve(each, commit=False)) for name, each in given.items()}  # type: ignore[call-arg]


def _says_no(given: Mapping[str, Instruction]) -> dict[str, Struck]:
    return {name: Struck(each, says_no=True) for name, each in given.items()}


_GIVEN_UP = Struck(StallAfterCommit(), acts=1, cancelled=True)
_LATE = Struck(CommitLate(30))

WRITES: dict[str, Column] = {
    "acted, no answer": _acted(_CUT_OFF | _NO_ANSWER),
    "acted, senseless 2xx": _acted(SENSELESS),
    "acted, cannot be read then": {
        name: evolve(struck, blind=True) for name, struck in (_acted(_CUT_OFF | _NO_ANSWER | SENSELESS) | {"commit-late": _LATE}).items()
    },
    "acts later": {"commit-late": _LATE},
    "you cancel": {"stall-after-commit while the task is cancelled": _GIVEN_UP},
    "did not act, no answer": {name: Struck(each) for name, each in _UNREACHED.items()} | _did_not(_NO_ANSWER),
    "did not act, senseless 2xx": _did_not(SENSELESS),
    "asks to wait": _says_no(_WAIT),
    "asks to wait too long": {
        "throttle `Retry-After: 999`": Struck(Throttle("999"), says_no=True),
        "throttle every time": Struck(Throttle("0"), says_no=True, times=None),
    },
    "says no": _says_no(_NO),
    "acts twice": {"duplicate-commit": Struck(DuplicateCommit(), acts=2)},
}
"""A read of the shop fails by ``status 500`` where it "cannot be read then"."""


def _often(times: int | None, *given: Mapping[str, Instruction]) -> dict[str, Struck]:
    return {name: Struck(each, times=times) for some in given for name, each in some.items()}


def _only(given: Mapping[str, Instruction], *words: str) -> dict[str, Instruction]:
    return {name: each for name, each in given.items() if name.startswith(words)}


_LOST = _UNREACHED | _CUT_OFF | _only(_NO_ANSWER, "half-head")
_TROUBLE = _only(_NO_ANSWER, "status", "html 502")

READS: dict[str, Column] = {
    "no answer, once": _often(1, _LOST),
    "no answer, every time": _often(None, _LOST),
    "server error, once": _often(1, _TROUBLE),
    "server error, every time": _often(None, _TROUBLE),
    "senseless 2xx": _often(1, SENSELESS),
    "redirect, bomb, endless": _often(1, _only(_NO_ANSWER, "redirect", "gzip-bomb", "endless")),
    "asks to wait, once": _often(1, _WAIT),
    "asks to wait too long": _often(None, {"throttle `Retry-After: 999`": Throttle("999"), "throttle every time": Throttle("0")}),
    "says no": _often(1, REFUSALS),
}
"""A read changes nothing, so that it does not matter whether the shop saw it, and when."""
