"""Tasks straight from what the caller gives, kept nowhere: a run that ends with its process. Knows no file."""

from collections.abc import AsyncIterable, AsyncIterator, Iterable
from typing import final

from .. import changes
from ..changes import Change
from ..errors import InvalidRequestError
from ..outcomes import ReconcileHandle
from .results import ChangeResult
from .tasks import Task

Changes = Iterable[Change] | AsyncIterable[Change]
"""Any number of changes, also made as they are asked for."""


def in_turn(given: Changes) -> AsyncIterator[Change]:
    """One after the other, whichever way they come."""
    return aiter(given) if isinstance(given, AsyncIterable) else _each(given)


async def _each(given: Iterable[Change]) -> AsyncIterator[Change]:
    for change in given:
        yield change


def task_of(index: int, change: Change, default: str | None) -> Task:
    """The task of one change.

    Raises:
        InvalidRequestError: it is no change, or one that cannot be carried out in bulk.
    """
    problems = [*changes.problems(change)]
    if problems:
        raise InvalidRequestError(problems, operation="apply")
    return Task(index, change, changes.order_of(change, default), changes.provider_of(change, default))


@final
class Stream:
    """A ``Book`` that keeps nothing."""

    is_kept = False

    def __init__(self, given: Changes, default: str | None) -> None:
        self._changes = in_turn(given)
        self._default = default
        self._index = 0

    async def next(self) -> Task | None:
        """See ``Book``."""
        try:
            change = await anext(self._changes)
        except StopAsyncIteration:
            return None
        self._index += 1
        return task_of(self._index - 1, change, self._default)

    async def intend(self, task: Task, handle: ReconcileHandle) -> None:
        """See ``Book``."""

    async def keep(self, task: Task) -> None:
        """See ``Book``."""

    async def finish(self, result: ChangeResult) -> None:
        """See ``Book``."""
