"""Which notices an emulated shop sends when, and what became of them. Refuses to send: it hands out what is due."""

import json
import math
from collections import deque
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, Literal, final

from attrs import asdict, define, evolve, frozen

from printkit.lenient import entries

Headers = tuple[tuple[str, str], ...]

_JSON: Final[Headers] = (("content-type", "application/json"),)
_KEPT: Final = 1000
"""Notices that can be listed after they have ended."""


@final
@frozen(repr=False)
class NoticeDue:
    """One notice to be sent now. Its printed form hides the address, which may hold a token."""

    id: int
    url: str
    headers: Headers
    body: bytes
    attempt: int
    """1 for the first."""
    method: str = "POST"

    def __repr__(self) -> str:
        return f"NoticeDue({self.id}, attempt {self.attempt})"


@final
@frozen
class Pauses:
    """How long a shop waits before each new attempt: doubling from ``first`` seconds, never longer than ``longest``."""

    attempts: int = 15
    """In all, the first one included."""
    first: float = 60.0
    longest: float = 6 * 3600.0

    def after(self, attempt: int) -> timedelta | None:
        """The pause after this failed attempt; None when it was the last."""
        if attempt >= self.attempts:
            return None
        return timedelta(seconds=min(self.first * 2 ** min(attempt - 1, 40), self.longest))


@final
@frozen
class Post:
    """What happens to notices on their way: nothing, unless asked for."""

    copies: int = 1
    """How often each is sent."""
    drops_every: int | None = None
    """Every so many-th is lost."""
    delays: tuple[float, ...] = ()
    """Seconds that one after the other is late, over and over: unequal ones arrive in another order."""

    @classmethod
    def read(cls, members: Mapping[str, object], present: "Post") -> "Post":
        """The present one with what the members of a control call change.

        Raises:
            ValueError: a member does not fit.
        """
        found: dict[str, Any] = {}
        if "copies" in members:
            found["copies"] = _whole(members["copies"], "copies")
        if "drops_every" in members:
            given = members["drops_every"]
            found["drops_every"] = None if given is None else _whole(given, "drops_every")
        if "delays" in members:
            found["delays"] = _delays(members["delays"])
        return evolve(present, **found)


def _whole(given: object, name: str) -> int:
    number = int(given) if isinstance(given, str) and given.isascii() and given.isdecimal() and len(given) < 4 else given
    if not isinstance(number, int) or isinstance(number, bool) or not 1 <= number <= 100:
        raise ValueError(f"{name} must be a whole number from 1 to 100")
    return number


def _delays(given: object) -> tuple[float, ...]:
    try:
        found = tuple(map(float, entries(given)))
    except (TypeError, ValueError, OverflowError):
        found = (math.nan,)
    if not isinstance(given, list) or not all(0 <= each <= 366 * 24 * 3600 for each in found):
        raise ValueError("delays must be a list of seconds")
    return found


@final
@define
class _Letter:
    method: str
    url: str
    headers: Headers
    body: bytes
    due: datetime
    number: int = 0
    state: Literal["waiting", "under way", "accepted", "given up", "lost"] = "waiting"
    attempts: int = 0
    status: int | None = None

    def listed(self) -> Mapping[str, object]:
        return {
            "id": self.number,
            "state": self.state,
            "attempts": self.attempts,
            "status": self.status,
            "due": self.due.isoformat() if self.state == "waiting" else None,
            "method": self.method,
            "url": self.url,
            "body": _shown(self.body),
        }


@final
class Outbox:
    """The notices of one shop that have not been accepted yet, oldest first; and, to be listed, the last that have ended.

    Attributes:
        to: where the shop sends them, as set up by its customer; None: nowhere.
        post: what happens to them on their way.
    """

    def __init__(self, to: str | None = None, post: Post | None = None) -> None:
        self.to = to
        self.post = Post() if post is None else post
        self._letters: dict[int, _Letter] = {}
        self._ended: deque[_Letter] = deque(maxlen=_KEPT)
        self._last = 0
        self._told = 0

    def put(self, url: str, body: bytes, at: datetime, headers: Headers = _JSON) -> None:
        """One notice more, sent as the post permits."""
        self._told += 1
        if self.post.drops_every and self._told % self.post.drops_every == 0:
            self._end(self._numbered(_Letter("POST", url, headers, body, at)), "lost")
            return
        delays = self.post.delays
        due = at + timedelta(seconds=delays[(self._told - 1) % len(delays)] if delays else 0)
        for _ in range(self.post.copies):
            self._add(_Letter("POST", url, headers, body, due))

    def ping(self, url: str, at: datetime) -> None:
        """What a button for trying the URL sends: a GET without a body."""
        self._add(_Letter("GET", url, (), b"", at))

    def control(self, words: Sequence[str], members: Mapping[str, object], at: datetime) -> Mapping[str, object] | None:
        """The control calls that all shops have; None for any other.

        ``notices`` (``url``: where to send them, null to stop; ``copies``, ``drops_every``, ``delays``: see ``Post``; what is left out
        stays as it is; without any, what has been sent and waits is listed too) and ``notices/ping``.

        Raises:
            ValueError: a member does not fit, or there is nowhere to send to.
        """
        match words:
            case ["notices"]:
                self.post = Post.read(members, self.post)
                if "url" in members:
                    self.to = _address(members["url"])
                said = {"url": self.to, **asdict(self.post), "waiting": len(self)}
                return said if members else said | {"notices": self.listed()}
            case ["notices", "ping"]:
                if self.to is None:
                    raise ValueError("there is no url to send notices to")
                self.ping(self.to, at)
                return {"url": self.to}
            case _:
                return None

    def listed(self) -> Sequence[Mapping[str, object]]:
        """The last thousand that have ended and all that have not, oldest first.

        Each as ``id``, ``state`` (``waiting``, ``under way``, ``accepted``, ``given up`` or ``lost``), ``attempts``, the ``status`` that
        the last of them was answered with (None: no answer), when the next is ``due``, ``method``, ``url`` and ``body``.
        """
        return [letter.listed() for letter in sorted((*self._ended, *self._letters.values()), key=lambda each: each.number)]

    def _numbered(self, letter: _Letter) -> _Letter:
        self._last += 1
        letter.number = self._last
        return letter

    def _add(self, letter: _Letter) -> None:
        self._letters[self._numbered(letter).number] = letter

    def _end(self, letter: _Letter, state: Literal["accepted", "given up", "lost"]) -> None:
        letter.state = state
        self._letters.pop(letter.number, None)
        self._ended.append(letter)

    def due(self, now: datetime) -> Sequence[NoticeDue]:
        """What is to be sent now. Each is under way until it is ``answered``."""
        found: list[NoticeDue] = []
        for number, letter in self._letters.items():
            if letter.due <= now and letter.state == "waiting":
                letter.state = "under way"
                found.append(NoticeDue(number, letter.url, letter.headers, letter.body, letter.attempts + 1, letter.method))
        return found

    def answered(self, notice: NoticeDue, status: int | None, now: datetime, pauses: Pauses, *, taken: bool) -> None:
        """What the receiver answered, None: nothing.

        One that was ``taken`` is never sent again; another one after the next pause, if there is one; a ping never.
        """
        letter = self._letters.get(notice.id)
        if letter is None:
            return
        letter.attempts, letter.status = letter.attempts + 1, status
        pause = None if taken or letter.method == "GET" else pauses.after(letter.attempts)
        if pause is None:
            self._end(letter, "accepted" if taken else "given up")
        else:
            letter.due, letter.state = now + pause, "waiting"

    def __len__(self) -> int:
        return len(self._letters)


def _address(given: object) -> str | None:
    if given is not None and not isinstance(given, str):
        raise ValueError("url must be text, or null to send no notices")
    return (given or "").strip() or None


def _shown(body: bytes) -> object:
    try:
        return json.loads(body)
    except ValueError:
        return body.decode("utf-8", "replace")
