"""What came of a change, and of a whole run: plain values. Knows neither how changes are carried out nor where they are kept."""

from datetime import datetime
from typing import final

from attrs import define, field, frozen

from ..changes import Change
from ..model import Order, OrderRef
from ..outcomes import Applied, NotApplied, ReconcileHandle, Unknown

Outcome = Applied[Order] | NotApplied | Unknown


@final
@frozen
class ChangeResult:
    """What came of one change: the shop did it, did not, or nobody can say."""

    index: int
    """Its place in the input, from 0."""
    change: Change
    outcome: Outcome
    error: Exception | None = field(default=None, eq=False, repr=False)
    """Why it was not applied, or could not be settled."""
    handle: ReconcileHandle | None = field(default=None, repr=False)
    """Of an unknown outcome: for ``kit.reconcile``."""

    @property
    def applied(self) -> bool:
        """The shop did it."""
        return isinstance(self.outcome, Applied)


@final
@frozen
class Report:
    """What came of a run so far. Of a run with a journal: of all its sessions together, but for the time."""

    applied: int = 0
    partly: int = 0
    """How many of these were applied but for items that the shop refused: ``receipt.refused``."""
    not_applied: int = 0
    unknown: int = 0
    """Nobody can say: each needs somebody to look at the shop."""
    left: int = 0
    """Kept in the journal and not carried out yet."""
    seconds: float = 0.0
    """Since the run was begun, or gone on with."""
    rate: float = 0.0
    """Changes a second, in that time."""
    unresolved: tuple[ChangeResult, ...] = ()
    """Those that became unknown in that time; at most a thousand of them."""
    stopped: str | None = None
    """Why the run ended before its last change; None when it did not."""
    ended_before: datetime | None = None
    """By when the run had ended, where it had ended before: then nothing was done now."""

    @property
    def total(self) -> int:
        """All changes that are known of."""
        return self.applied + self.not_applied + self.unknown + self.left

    @property
    def ok(self) -> bool:
        """Every change was applied, and whole."""
        return self.applied == self.total and not self.partly


@final
@define
class Progress:
    """How far a run has come, at any moment."""

    applied: int = 0
    partly: int = 0
    not_applied: int = 0
    unknown: int = 0
    running: int = 0
    waiting: int = 0
    """For a settle window, for their turn at an order, or for another try."""
    until: datetime | None = None
    """When the first of those that wait for a moment goes on."""
    until_all: datetime | None = None
    """When the last of them does."""
    paused: str | None = None
    """Why nothing is sent at present."""
    stopped: str | None = None
    unresolved: list[ChangeResult] = field(factory=list[ChangeResult])

    def count(self, result: ChangeResult) -> None:
        """One change has ended."""
        match result.outcome:
            case Applied(value=order):
                self.applied += 1
                self.partly += bool(order.receipt.refused)
            case NotApplied():
                self.not_applied += 1
            case Unknown():
                self.unknown += 1
                if len(self.unresolved) < 1000:
                    self.unresolved.append(result)


def ref_of(result: ChangeResult) -> OrderRef | None:
    """The order that a result speaks of, where one is known."""
    match result.outcome:
        case Applied(value=order):
            return order.ref
        case NotApplied(existing=OrderRef() as existing):
            return existing
        case _:
            return result.handle.ref if result.handle else getattr(result.error, "order", None)
