"""Everything that can befall a write or a read on its way, by a name for the page of the documentation. Knows no shop."""

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
    acts: int
    """How often the shop acts on the first request that is befallen: 0, 1, or 2 where it goes wrong by itself."""
    says_no: bool = False
    """The answer says that the shop did not act, which is true."""
    times: int | None = 1
    """None: befalls every request of the kind, for ever."""
    cancelled: bool = False
    """The caller gives up once the request has arrived."""


_NOWHERE = "http://127.0.0.1:9/"

_LOST: dict[str, Instruction] = {
    "half-head": HalfHead(commit=False),
    "status 408": Status(408, ""),
    "status 500": Status(500, '{"errorMessage": "oops", "Message": "oops"}'),
    "status 503": Status(503, ""),
    "status 503, JSON without Retry-After": Status(503, "{}"),
    "status 504": Status(504, ""),
    "html 502": Html(502),
    "html 409": Html(409),
    "html 200": Html(200),
    "status 200, empty": Status(200, ""),
    "status 200, `[]`": Status(200, "[]"),
    "status 200, `null`": Status(200, "null"),
    "status 200, `{}`": Status(200, "{}"),
    "status 200, cut JSON": Status(200, '{"HadError": fal'),
    "status 204": Status(204, ""),
    "redirect 307": Redirect(_NOWHERE),
    "redirect 303": Redirect(_NOWHERE, 303),
    "gzip-bomb": GzipBomb(9),
    "endless": Endless(),
}
"""Each with and without the shop having acted: the caller sees no difference."""

_SAID_NO: dict[str, Instruction] = {
    f"status {status}": Status(status, '{"errorMessage": "no", "Message": "no"}') for status in (400, 401, 403, 404, 405, 409, 413, 415, 422)
}

WRITES: dict[str, Struck] = {
    "reset-after-commit": Struck(ResetAfterCommit(), 1),
    "stall-after-commit": Struck(StallAfterCommit(), 1),
    "drip": Struck(Drip(), 1),
    "truncate to 0": Struck(Truncate(0), 1),
    "truncate to 10": Struck(Truncate(10), 1),
    **{f"{name} after it acted": Struck(evolve(each, commit=True), 1) for name, each in _LOST.items()},  # type: ignore[call-arg]
    "the caller cancels": Struck(StallAfterCommit(), 1, cancelled=True),
    "commit-late": Struck(CommitLate(30), 0),
    "close-before-read": Struck(CloseBeforeRead(), 0),
    "reset-before-commit": Struck(ResetBeforeCommit(), 0),
    **{name: Struck(each, 0) for name, each in _LOST.items()},
    "throttle, `Retry-After: 1`": Struck(Throttle("1"), 0, says_no=True),
    "throttle without Retry-After": Struck(Throttle(None), 0, says_no=True),
    "throttle 503, `Retry-After: 1`": Struck(Throttle("1", 503), 0, says_no=True),
    "throttle, `Retry-After: 999`": Struck(Throttle("999"), 0, says_no=True),
    "throttle, for ever": Struck(Throttle("0"), 0, says_no=True, times=None),
    **{name: Struck(each, 0, says_no=True) for name, each in _SAID_NO.items()},
    "duplicate-commit": Struck(DuplicateCommit(), 2),
}
"""What a shop denies after having acted (429, 4xx) is not among them: nobody could find that out."""

LOSES_SIGHT: tuple[str, ...] = tuple(name for name, struck in WRITES.items() if not struck.says_no and struck.acts < 2)
"""Those after which the shop is looked at: each also with a shop that cannot be looked at."""

_READS: dict[str, Instruction] = {name: struck.instruction for name, struck in WRITES.items() if not name.endswith("after it acted")}
READS: dict[str, Struck] = {
    f"{name}{often}": Struck(each, 0, times=times)
    for name, each in _READS.items()
    if name not in {"the caller cancels", "commit-late", "duplicate-commit", "throttle, for ever"}
    for often, times in (("", 1), (", every time", None))
}
"""A read changes nothing, so that it does not matter whether the shop saw it."""
