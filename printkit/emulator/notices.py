"""Which notices an emulated shop has yet to deliver, and when it tries again. Refuses to send: it hands out what is due."""

import math
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, final

from attrs import asdict, define, evolve, frozen

from printkit.lenient import entries

Headers = tuple[tuple[str, str], ...]

_JSON: Final[Headers] = (("content-type", "application/json"),)


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
    attempt: int = 1
    under_way: bool = False


@final
class Outbox:
    """The notices of one shop that have not been accepted yet, oldest first.

    Attributes:
        to: where the shop sends them, as set up by its customer; None: nowhere.
        post: what happens to them on their way.
    """

    def __init__(self, to: str | None = None, post: Post | None = None) -> None:
        self.to = to
        self.post = Post() if post is None else post
        self._letters: dict[int, _Letter] = {}
        self._last = 0
        self._told = 0

    def put(self, url: str, body: bytes, at: datetime, headers: Headers = _JSON) -> None:
        """One notice more, sent as the post permits."""
        self._told += 1
        if self.post.drops_every and self._told % self.post.drops_every == 0:
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
        stays as it is) and ``notices/ping``.

        Raises:
            ValueError: a member does not fit, or there is nowhere to send to.
        """
        match words:
            case ["notices"]:
                self.post = Post.read(members, self.post)
                if "url" in members:
                    self.to = _address(members["url"])
                return {"url": self.to, **asdict(self.post), "waiting": len(self)}
            case ["notices", "ping"]:
                if self.to is None:
                    raise ValueError("there is no url to send notices to")
                self.ping(self.to, at)
                return {"url": self.to}
            case _:
                return None

    def _add(self, letter: _Letter) -> None:
        self._last += 1
        self._letters[self._last] = letter

    def due(self, now: datetime) -> Sequence[NoticeDue]:
        """What is to be sent now. Each is under way until ``accepted`` or ``failed``."""
        found: list[NoticeDue] = []
        for number, letter in self._letters.items():
            if letter.due <= now and not letter.under_way:
                letter.under_way = True
                found.append(NoticeDue(number, letter.url, letter.headers, letter.body, letter.attempt, letter.method))
        return found

    def accepted(self, notice: NoticeDue) -> None:
        """The receiver has it: never sent again."""
        self._letters.pop(notice.id, None)

    def failed(self, notice: NoticeDue, now: datetime, pauses: Pauses) -> None:
        """The receiver did not take it: sent again after the next pause, or given up."""
        letter = self._letters.get(notice.id)
        if letter is None:
            return
        pause = pauses.after(letter.attempt)
        if pause is None:
            del self._letters[notice.id]
            return
        letter.due = now + pause
        letter.attempt += 1
        letter.under_way = False

    def __len__(self) -> int:
        return len(self._letters)


def _address(given: object) -> str | None:
    if given is not None and not isinstance(given, str):
        raise ValueError("url must be text, or null to send no notices")
    return (given or "").strip() or None
