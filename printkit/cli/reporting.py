"""What came of a run, at its end: a table or JSON, what to do next, and the exit code. Knows no shop and sends nothing."""

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, final

import click
from attrs import define, field
from rich.text import Text

from ..bulk.results import ChangeResult, Report, ref_of
from ..changes import Change, PlaceOrder, order_of
from ..model import OrderRef
from ..outcomes import Applied, NotApplied
from . import screen
from .document import as_json
from .exits import Exit
from .failure import tell_handle
from .session import Session

_SHOWN: Final = 5
"""So many reasons are told at once, each with the first change that has it."""


@final
@define
class Tally:
    """What is told of single changes at the end."""

    _first: dict[str, str] = field(factory=dict[str, str])
    _others: Counter[str] = field(factory=Counter[str])

    def note(self, result: ChangeResult) -> None:
        """One change has ended."""
        if isinstance(result.outcome, Applied):
            refused = result.outcome.value.receipt.refused
            why = "; ".join(f"item {each.item} refused: {each.why}" for each in refused)
        else:
            why = result.outcome.why
        if why in self._first:
            self._others[why] += 1
        elif why and len(self._first) < _SHOWN:
            word = "applied in part" if result.applied else "not applied" if isinstance(result.outcome, NotApplied) else "unknown"
            self._first[why] = f"{what(result.index, result.change, ref_of(result))}: {word}: {why}"

    @property
    def told(self) -> list[str]:
        """One line for each reason."""
        return [f"{line}{f' (and {self._others[why]:,} more)' if self._others[why] else ''}" for why, line in self._first.items()]


def what(index: int, change: Change, ref: OrderRef | str | None = None) -> str:
    """Which change is meant."""
    return f"change {index}, {change.tag} of {ref or (change.new.reference if isinstance(change, PlaceOrder) else order_of(change))}"


def tell(report: Report, tally: Tally, session: Session, journal: Path | None) -> Exit:
    """The whole report.

    Returns:
        With what the command ends.
    """
    resume = session.command("bulk", "resume", str(journal)) if journal is not None and report.left else None
    if session.as_json:
        click.echo(as_json(_document(report, journal, resume)))
    else:
        _say(report, tally)
    _advise(report, session, journal, resume)
    if report.stopped is not None:
        return Exit.STOPPED
    if report.unknown:
        return Exit.UNKNOWN
    return Exit.PARTLY if report.not_applied or report.partly else Exit.DONE


def _document(report: Report, journal: Path | None, resume: str | None) -> Mapping[str, Any]:
    return {
        "applied": report.applied,
        "partly": report.partly,
        "not_applied": report.not_applied,
        "unknown": report.unknown,
        "left": report.left,
        "total": report.total,
        "seconds": round(report.seconds, 3),
        "rate": round(report.rate, 3),
        "stopped": report.stopped,
        "ended_before": report.ended_before,
        "journal": str(journal) if journal else None,
        "resume": resume,
    }


def _say(report: Report, tally: Tally) -> None:
    to = screen.console()
    made = screen.table("Changes", "", right=("",), whole=("",))
    counts = {
        "applied": report.applied,
        "  of them in part": report.partly,
        "not applied": report.not_applied,
        "unknown": report.unknown,
        "left": report.left,
        "all": report.total,
    }
    for word, count in counts.items():
        if count or word in {"applied", "all"}:
            made.add_row(Text(word, style="yellow" if word == "unknown" else ""), f"{count:,}")
    to.print(made)
    if report.ended_before:
        to.print(Text(f"Nothing was done now: this run had ended by {report.ended_before:%Y-%m-%d %H:%M} UTC."), soft_wrap=True)
    else:
        to.print(Text(f"{report.seconds:.1f} s, {report.rate:.1f} changes a second"))
    for line in tally.told:
        to.print(Text(screen.clean(line)), soft_wrap=True)


def _advise(report: Report, session: Session, journal: Path | None, resume: str | None) -> None:
    if session.as_json:
        return
    to = screen.console(stderr=True)

    def say(text: str) -> None:
        to.print(Text(screen.clean(text)), soft_wrap=True)

    if report.stopped is not None:
        say(f"{report.stopped[:1].upper()}{report.stopped[1:]}.")
    if resume is not None:
        say(f"Nothing is lost. Go on with: {resume}")
    if journal is None:
        for each in report.unresolved:
            if each.handle is not None:
                tell_handle(each.handle)
        return
    if report.unknown:
        say(
            f"Do not run the unknown ones again. Ask what became of them: {session.command('bulk', 'unknown', str(journal), '--reconcile')}"
        )
    if report.not_applied + report.unknown + report.partly:
        say(f"All of them: printkit bulk results {journal}")
