"""The unknown changes of a journal, looked for once more: what is found is noted there. Sends no write; knows no shop."""

import os
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from pathlib import Path
from typing import Any, Final, final

from attrs import frozen

from .. import changes
from ..changes import Change
from ..errors import PrintKitError
from ..outcomes import Applied, NotApplied, ReconcileHandle, Unknown
from ..rehearsal import EndedError
from .journal import Journal, Kept
from .plans import Rehearse
from .results import ChangeResult, Outcome
from .tasks import Task

MORE: Final = "what was sent is found, and more is to be done: go on with the run"


@final
@frozen
class Settled:
    """What became of a change that was unknown."""

    index: int
    change: Change
    outcome: Outcome
    left: bool = False
    """The write that was lost is found, and the change has others: go on with the run."""


async def settled(
    kit: Any, path: str | os.PathLike[str], accounts: Mapping[str, str], default: str | None, rehearse: Rehearse
) -> AsyncGenerator[Settled]:
    """Look for every unknown change, one after the other, and note in the journal what is found.

    Raises:
        JournalError: the journal is another account's, or another process works on it.
    """
    journal = await Journal.open(Path(path), accounts, default, new=False)
    try:
        async with aclosing(_unknown(journal)) as kept:
            async for each in kept:
                yield await _settle(kit, journal, each, default, rehearse)
    finally:
        await journal.aclose()


async def _unknown(journal: Journal) -> AsyncGenerator[Kept]:
    async for each in journal.kept("unknown"):
        yield each


async def _settle(kit: Any, journal: Journal, kept: Kept, default: str | None, rehearse: Rehearse) -> Settled:
    index, change, handle = kept.index, kept.change, kept.handle
    if handle is None:
        return Settled(index, change, Unknown(kept.why or "its write is not in the journal"))
    found = await look(kit, change, handle, rehearse)
    if found == Unknown(MORE):
        task = Task(index, change, changes.order_of(change, default), changes.provider_of(change, default), done=handle)
        await journal.keep(task)
        return Settled(index, change, found, left=True)
    if not isinstance(found, Unknown):
        await journal.finish(ChangeResult(index, change, found))
    return Settled(index, change, found)


async def look(kit: Any, change: Change, handle: ReconcileHandle, rehearse: Rehearse) -> Outcome:
    """What became of a change, by the write of it that was lost; ``Unknown(MORE)`` where that is found and others are left to do."""
    try:
        found: Outcome = await kit.reconcile(handle)
    except PrintKitError as error:
        return Unknown(f"looking for it failed: {error}")
    if isinstance(found, Applied) and not await _is_last(change, handle, found.value, rehearse):
        return Unknown(MORE)
    if isinstance(found, NotApplied) and handle.step == "delete":  # the last step of several: the others are done
        return Unknown(f"a part of it is done, and the rest is not: {found.why}")
    return found


async def _is_last(change: Change, done: ReconcileHandle, order: Any, rehearse: Rehearse) -> bool:
    """Whether nothing is left to be sent after a write: tried without sending."""
    twin, requests = rehearse()
    try:
        await change.go_on(twin, done, order)
    except (EndedError, PrintKitError):
        return False
    return not requests()
