"""Tasks straight from what the caller gives, kept nowhere: a run that ends with its process. Knows no file."""

from collections import OrderedDict
from collections.abc import AsyncIterable, AsyncIterator, Iterable
from typing import Any, Final, final

from attrs import evolve

from .. import changes, checks
from ..changes import Change, PlaceOrder
from ..errors import FieldProblem, InvalidRequestError
from ..model import Order
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
    if not changes.is_usual(change):
        checks.refuse(changes.problems(change), operation="apply")
    return Task(index, change, changes.order_of(change, default), changes.provider_of(change, default))


_END: Final[Any] = object()


@final
class Stream:
    """A ``Book`` that keeps nothing but the names of the orders it met last."""

    REMEMBERED = 2_000
    is_kept = False

    def __init__(self, given: Changes, default: str | None) -> None:
        self._at_hand = None if isinstance(given, AsyncIterable) else iter(given)
        self._changes = in_turn(given)
        self._default = default
        self._index = -1
        self._met = OrderedDict[str, None]()

    async def next(self) -> Task | None:
        """See ``Book``. What cannot be carried out is a task too, refused in its turn."""
        if self._at_hand is not None:
            return self.at_once()
        change = await anext(self._changes, _END)
        return None if change is _END else self._task(change)

    def at_once(self) -> Task | None:
        """See ``Book``."""
        if self._at_hand is None:
            return None
        change = next(self._at_hand, _END)
        if change is _END:
            self._at_hand = iter(())  # what has ended is not asked again: it might begin anew
            return None
        return self._task(change)

    def _task(self, change: Change) -> Task:
        self._index += 1
        try:
            return self._not_the_first(task_of(self._index, change, self._default))
        except InvalidRequestError as error:
            return Task(self._index, change, f"changes[{self._index}]", invalid=error)

    def _not_the_first(self, task: Task) -> Task:
        """An order that an earlier change changed is not any more as a later change holds it, and is not placed a second time."""
        if task.order in self._met:
            self._met.move_to_end(task.order)
            if isinstance(task.change, PlaceOrder):
                problem = FieldProblem("new.reference", "is the one of an earlier change: a reference names one order for ever")
                raise InvalidRequestError([problem], operation="apply")
            if isinstance(task.change.order, Order):
                task.change = evolve(task.change, order=task.change.order.ref)
            return task
        self._met[task.order] = None
        if len(self._met) > self.REMEMBERED:
            self._met.popitem(last=False)
        return task

    async def intend(self, task: Task, handle: ReconcileHandle) -> None:
        """See ``Book``."""

    async def keep(self, task: Task) -> None:
        """See ``Book``."""

    async def finish(self, result: ChangeResult) -> None:
        """See ``Book``."""
