"""What a journal keeps of a run, in whichever database: words, JSON, and how a row becomes a task again. Reads and writes nothing."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, final

from attrs import evolve, field, frozen

from .. import changes
from ..change_lines import from_dict, to_json
from ..changes import Change, PlaceOrder
from ..errors import FieldProblem, InvalidRequestError, JournalError
from ..model import RefusedItem
from ..outcomes import Applied, NotApplied, ReconcileHandle
from .results import ChangeResult, ref_of
from .tasks import Task

FORM: Final = 2
"""The version of a journal's tables."""

PENDING, INTENDED, WAITING, APPLIED, NOT_APPLIED, UNKNOWN = range(6)
"""How far a change has come; from APPLIED on it has ended."""
WORDS: Final[tuple[str, ...]] = ("pending", "under way", "waiting", "applied", "not-applied", "unknown")
PAGE: Final = 512
"""Rows read at once."""


@final
@frozen
class Kept:
    """One change as the journal has it."""

    index: int
    change: Change
    state: str
    """``pending``, ``under way``, ``waiting``, ``applied``, ``not-applied`` or ``unknown``."""
    order: str | None
    """The order's reference, where it is known."""
    why: str | None
    handle: ReconcileHandle | None
    """Of a write of which nobody can say whether it happened."""
    renamed: Mapping[str, str] = field(factory=dict[str, str])
    """Of what was applied: the new ids of items, by the old ones."""
    refused: tuple[RefusedItem, ...] = ()
    """Of what was applied: items that the shop refused."""


@final
@frozen
class Status:
    """How far a run has come, by its journal."""

    counts: Mapping[str, int]
    """By state; see ``Kept.state``."""
    total: int | None
    """All changes; None while they are still being taken in."""
    created: datetime
    accounts: Mapping[str, str]
    """By connection: kind, environment and a digest of the account."""
    partly: int = 0
    """How many of the applied ones lack items that the shop refused."""
    waits: tuple[datetime, datetime] | None = None
    """When the first and the last of the writes that were never answered are looked for; None when there are none."""
    ended: datetime | None = None
    """By when its last change had ended; None while some are left, and where that is not kept."""

    @property
    def left(self) -> int:
        """Changes that have not ended."""
        return sum(self.counts.get(word, 0) for word in WORDS[:APPLIED])


def text_of(change: Change, default: str | None) -> str:
    """As JSON that can be read again. A change that names no connection stays with the one that is the default now.

    Raises:
        InvalidRequestError: something in it has no form in JSON, or is not what the change holds.
    """
    if isinstance(change, PlaceOrder) and change.provider is None:
        change = evolve(change, provider=default)
    try:
        text = to_json(change)
        text.encode()
        from_dict(json.loads(text))
    except (TypeError, ValueError, AttributeError, RecursionError):
        problem = "holds something that JSON cannot: a journal cannot keep it"
    else:
        return text
    raise InvalidRequestError([FieldProblem("change", problem)])


def handle_of(text: str | None) -> ReconcileHandle | None:
    """What ``json_of`` wrote."""
    return None if text is None else ReconcileHandle.from_json(text)


def json_of(handle: ReconcileHandle | None) -> str | None:
    """One line of JSON."""
    return None if handle is None else handle.to_json()


def task_from(index: int, text: str, done: str | None, open_: str | None, default: str | None) -> Task:
    """The task that a row stands for."""
    change = from_dict(json.loads(text))
    return Task(
        index,
        change,
        changes.order_of(change, default),
        changes.provider_of(change, default),
        done=handle_of(done),
        open=handle_of(open_),
    )


def state_of(result: ChangeResult) -> int:
    """With what a change has ended."""
    return APPLIED if result.applied else NOT_APPLIED if isinstance(result.outcome, NotApplied) else UNKNOWN


def outcome_of(result: ChangeResult) -> str:
    """What is to be told of a change that has ended, as JSON."""
    ref = ref_of(result)
    outcome: dict[str, Any] = {"order": None if ref is None else str(ref)}
    if isinstance(result.outcome, Applied):
        outcome |= {"status": result.outcome.value.status, "renamed": dict(result.outcome.value.receipt.renamed)}
        outcome["refused"] = [[each.item, each.why] for each in result.outcome.value.receipt.refused]
    else:
        outcome["why"] = result.outcome.why
    return json.dumps({name: value for name, value in outcome.items() if value})


def kept_from(index: int, text: str, state: int, open_: str | None, outcome: str | None) -> Kept:
    """What a row tells to people."""
    change, told = from_dict(json.loads(text)), json.loads(outcome or "{}")
    order = told.get("order") or (None if isinstance(change, PlaceOrder) else changes.order_of(change))
    refused = tuple(RefusedItem(*each) for each in told.get("refused", ()))
    return Kept(index, change, WORDS[state], order, told.get("why"), handle_of(open_), told.get("renamed", {}), refused)


def refuse_others(name: object, begun_with: Mapping[str, str], accounts: Mapping[str, str]) -> None:
    """A run is gone on with at the accounts that it was begun with, and at no others.

    Raises:
        JournalError: a connection is at another account or environment now, or is not configured any more.
    """
    for provider, account in begun_with.items():
        now = accounts.get(provider)
        if now == account:
            continue
        if now is None:
            why = f"at {_place(account)}, and {provider} is not configured"
        elif _place(now) != _place(account):
            why = f"at {_place(account)}, and {provider} is {_place(now)}"
        elif " emulator " in account:
            why = "at another emulator; one within a program begins anew each time, without its orders: begin a new run"
        else:
            why = f"at another account of {_place(account)}"
        raise JournalError(f"{name} was begun with {provider} {why}")


def _place(account: str) -> str:
    return " ".join(account.split()[:2])
