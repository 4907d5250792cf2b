"""Journals for tests: one that calls a function before every write. Knows no file."""

from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager

from printkit.outcomes import ReconcileHandle
from printkit.writes import Fate, journaled

Tell = Callable[[ReconcileHandle], Awaitable[None]]


class Telling:
    """Awaits ``tell(handle)`` before every write, and keeps what became of each."""

    def __init__(self, tell: Tell) -> None:
        self._tell = tell
        self.fates: list[tuple[ReconcileHandle, Fate]] = []

    async def intend(self, handle: ReconcileHandle) -> None:
        await self._tell(handle)

    def ended(self, handle: ReconcileHandle, fate: Fate) -> None:
        self.fates.append((handle, fate))


def intents(tell: Tell) -> AbstractContextManager[None]:
    return journaled(Telling(tell))
