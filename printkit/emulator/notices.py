"""Which notices an emulated shop has yet to deliver, and when it tries again. Refuses to send: it hands out what is due."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import final

from attrs import define, frozen


@final
@frozen(repr=False)
class NoticeDue:
    """One notice to be sent now, by POST. Its printed form hides the address, which may hold a token."""

    id: int
    url: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    attempt: int
    """1 for the first."""

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
@define
class _Letter:
    url: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    due: datetime
    attempt: int = 1
    under_way: bool = False


@final
class Outbox:
    """The notices of one shop that have not been accepted yet, oldest first."""

    def __init__(self) -> None:
        self._letters: dict[int, _Letter] = {}
        self._last = 0

    def put(
        self, url: str, body: bytes, due: datetime, headers: tuple[tuple[str, str], ...] = (("content-type", "application/json"),)
    ) -> None:
        """One notice more."""
        self._last += 1
        self._letters[self._last] = _Letter(url, headers, body, due)

    def due(self, now: datetime) -> Sequence[NoticeDue]:
        """What is to be sent now. Each is under way until ``accepted`` or ``failed``."""
        found: list[NoticeDue] = []
        for number, letter in self._letters.items():
            if letter.due <= now and not letter.under_way:
                letter.under_way = True
                found.append(NoticeDue(number, letter.url, letter.headers, letter.body, letter.attempt))
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
