"""The commands that look into a run's journal: bulk status, results, unknown. Send no write, and know no shop."""

import sys
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

import click
from rich.text import Text

from ..bulk.journal import read, read_changes
from ..bulk.kept import WORDS, Kept, Status
from ..bulk.settling import Settled
from ..kit import PrintKit
from ..outcomes import Applied, NotApplied
from . import rows, screen
from .document import as_json as to_json
from .exits import Exit
from .options import as_json_option, connected
from .reporting import what
from .runs import JOURNAL
from .session import Session, telling


@click.command()
@JOURNAL
@as_json_option
def status(*, journal: Path, as_json: bool) -> None:
    """Say how far a run has come, also while it is under way."""
    with telling(as_json=as_json):
        found = read(journal)
    if as_json:
        click.echo(
            to_json(
                {
                    "journal": str(journal),
                    "total": found.total,
                    "left": found.left,
                    "counts": found.counts,
                    "partly": found.partly,
                    "created": found.created,
                    "ended": found.ended,
                    "waits": found.waits,
                }
            )
        )
        return
    _say(journal, found)


def _say(journal: Path, found: Status) -> None:
    to = screen.console()
    at = ", ".join(f"{name} ({account.split()[1]})" for name, account in found.accounts.items())
    ended = f", ended by {found.ended:%Y-%m-%d %H:%M} UTC" if found.ended else ""
    to.print(Text(screen.clean(f"{journal}: begun {found.created:%Y-%m-%d %H:%M} UTC{ended}{f', at {at}' if at else ''}")), soft_wrap=True)
    made = screen.table("Changes", "", right=("",), whole=("",))
    for word in WORDS:
        if found.counts.get(word):
            made.add_row(Text(word.replace("-", " ")), f"{found.counts[word]:,}")
        if word == "applied" and found.partly:
            made.add_row(Text("  of them in part"), f"{found.partly:,}")
    made.add_row(Text("all"), f"{sum(found.counts.values()):,}")
    to.print(made)
    if found.waits is not None:
        to.print(Text(waiting(found)), soft_wrap=True)
    if found.total is None:
        to.print(Text("Not all changes are taken in yet. If nobody is at it: printkit bulk run, with the same file."), soft_wrap=True)
    elif found.left:
        to.print(Text(screen.clean(f"If it is not under way, go on with: printkit bulk resume {journal}")), soft_wrap=True)


def waiting(found: Status) -> str:
    """Until when writes wait that were never answered."""
    assert found.waits is not None  # noqa: S101 - who asks has looked
    first, last = found.waits
    then = "" if first == last else f", the last of it from {last:%H:%M:%S} on"
    return f"What gets no answer is looked for from {first:%Y-%m-%d %H:%M:%S} UTC on{then}."


@click.command()
@JOURNAL
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help="Write there: .jsonl or .csv.")
@click.option("--format", "form", type=click.Choice(rows.FORMATS), help="In place of what FILE's name says; else JSON Lines.")
@click.option(
    "--only", type=click.Choice(WORDS), multiple=True, metavar="STATE", help=f"One of {', '.join(WORDS)}. May be given more than once."
)
@click.option("--raw", is_flag=True, help="Leave in CSV what a spreadsheet takes for a formula.")
@as_json_option
def results(*, journal: Path, out: Path | None, form: str | None, only: Sequence[str], raw: bool, as_json: bool) -> None:
    """Write what came of every change, as JSON Lines or CSV.

    Also while the run is under way. In CSV every cell stands in quotes, and one that a spreadsheet would take for a formula gets an
    apostrophe before it.
    """
    form = form or (rows.format_of(out) if out else "jsonl")
    if form is None:
        raise click.UsageError(f"{out} ends with neither .jsonl nor .csv: say --format.")
    with telling(as_json=as_json), ExitStack() as files:
        found = read_changes(journal, *only)
        sheet = rows.Sheet(sys.stdout if out is None else files.enter_context(out.open("w", encoding="utf-8", newline="")), form, raw=raw)
        for each in found:
            sheet.add(each)


@click.command()
@JOURNAL
@click.option("--reconcile", is_flag=True, help="Look for each of them at the shop once more, and note what is found. Sends no write.")
@connected
def unknown(session: Session, *, journal: Path, reconcile: bool) -> None:
    """List the changes of which nobody can say whether they happened.

    \b
    Exits with 0: there are none, or none any more. 6: some are still unknown. 8: go on with the run.
    """  # noqa: D301 - \b keeps what follows as it stands
    if reconcile:
        _reconcile(session, journal)
    with telling(as_json=session.as_json):
        found = False
        for each in read_changes(journal, "unknown"):
            found = True
            if session.as_json:
                click.echo(to_json(rows.document(each), lines=True))
            else:
                screen.console().print(Text(screen.clean(_in_words(each))), soft_wrap=True)
    if not session.as_json:
        advice = (
            f"Look for them once more: {session.command('bulk', 'unknown', str(journal), '--reconcile')}" if found else "None are unknown."
        )
        screen.console(stderr=True).print(Text(screen.clean(advice)), soft_wrap=True)
    sys.exit(Exit.UNKNOWN if found else Exit.DONE)


def _in_words(kept: Kept) -> str:
    which = what(kept.index, kept.change, kept.order)
    if kept.handle is None:
        return f"{which}: {kept.why}"
    write = f"its write {kept.handle.step!r}, sent at {kept.handle.sent_at:%Y-%m-%d %H:%M:%SZ}, may or may not have happened"
    return f"{which}: {write}: {kept.why}"


def _reconcile(session: Session, journal: Path) -> None:
    async def verb(kit: PrintKit) -> Exit:
        still = left = 0
        async for each in kit.settle(journal):
            word, text = _became(each)
            left += each.left
            still += word == "unknown" and not each.left
            if session.as_json:
                click.echo(to_json({"index": each.index, "outcome": word, "left": each.left, "text": text}, lines=True))
            else:
                screen.console().print(Text(screen.clean(f"{what(each.index, each.change)}: {text}")), soft_wrap=True)
        if left and not session.as_json:
            advice = f"Go on with: {session.command('bulk', 'resume', str(journal))}"
            screen.console(stderr=True).print(Text(screen.clean(advice)), soft_wrap=True)
        return Exit.UNKNOWN if still else Exit.STOPPED if left else Exit.DONE

    session.run(verb)


def _became(each: Settled) -> tuple[str, str]:
    match each.outcome:
        case Applied():
            return "applied", "it happened"
        case NotApplied(why=why):
            return "not-applied", f"it did not happen and will not ({why})"
        case found:
            return "unknown", found.why if each.left else f"still unknown: {found.why}; look at the order at the shop"
