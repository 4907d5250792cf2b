"""One change on its way, and what an engine needs of others: hands to act with, a book to keep it in. Decides nothing."""

from collections.abc import Awaitable
from datetime import datetime
from typing import Protocol, final

from attrs import define

from ..changes import Change
from ..errors import InvalidRequestError, JournalError
from ..model import Order
from ..outcomes import ReconcileHandle
from ..writes import Fate
from .results import ChangeResult, Outcome


@final
@define
class Task:
    """One change on its way."""

    index: int
    change: Change
    order: str
    """What it changes."""
    provider: str | None = None
    done: ReconcileHandle | None = None
    """The last write that is proven to have happened."""
    open: ReconcileHandle | None = None
    """A write of which nobody can say whether it happened."""
    not_before: datetime | None = None
    invalid: InvalidRequestError | None = None
    """Why it is not even begun."""
    tries: int = 0
    lost: int = 0
    refusals: int = 0


class Hands(Protocol):
    """What the engine acts with."""

    def carry_out(self, change: Change) -> Awaitable[Order]:
        """Do a change from its beginning."""
        ...

    async def go_on(self, change: Change, done: ReconcileHandle, order: Order) -> Order:
        """Do what is left of a change after one of its writes."""
        ...

    async def settle(self, handle: ReconcileHandle, *, send_again: bool) -> Outcome:
        """Find out what became of a write; send it again where it is proven not to have happened and that is safe."""
        ...

    async def probe(self, provider: str | None) -> None:
        """Ask the shop something harmless; raises while it does not answer."""
        ...

    def width(self) -> float:
        """How many changes may be under way at once at the present rate."""
        ...


class Book(Protocol):
    """Where tasks come from, in order, and where it is kept how far each has come."""

    is_kept: bool
    """Whether what is not done can be gone on with later."""

    async def next(self) -> Task | None:
        """The next task that is not finished; None after the last one."""
        ...

    def at_once(self) -> Task | None:
        """The same, where it is at hand without waiting; None says nothing: ask ``next``."""
        ...

    async def intend(self, task: Task, handle: ReconcileHandle) -> None:
        """A write of the task is about to be sent: returns once that is safe. Raises JournalError, and then nothing is sent."""
        ...

    async def keep(self, task: Task) -> None:
        """The task waits; note how far it has come."""
        ...

    async def finish(self, result: ChangeResult) -> None:
        """The task has ended."""
        ...


@final
class Told:
    """Notes every write of one task before it is sent, and what became of it."""

    def __init__(self, book: Book, task: Task) -> None:
        self._book = book
        self._task = task
        self._before: ReconcileHandle | None = None

    async def intend(self, handle: ReconcileHandle) -> None:
        """See ``printkit.writes.Journal``."""
        try:
            await self._book.intend(self._task, handle)
        except JournalError:
            raise
        except Exception as error:  # whatever hinders the book, it is not the change that failed
            raise JournalError(f"the journal cannot be written: {error}") from error
        self._before, self._task.open = self._task.open, handle

    def ended(self, handle: ReconcileHandle, fate: Fate) -> None:
        """See ``printkit.writes.Journal``."""
        task = self._task
        match fate:
            case "applied":
                task.done, task.open = handle, None
            case "nothing" if task.open is not None and task.open.id == handle.id:
                task.open, self._before = self._before, None
            case "nothing":  # a write that never was intended
                pass
            case "unknown":
                task.open = handle
