"""The commands that carry out changes, or say what they would do: bulk run, resume, plan. Each is a thin call of the kit; knows no shop."""

import contextlib
import json
import shutil
import sys
import tempfile
from collections.abc import Callable, Collection, Generator, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import click
from rich.text import Text

from ..bulk.journal import read as read_journal, read_changes
from ..bulk.plans import Plan
from ..bulk.results import ChangeResult
from ..bulk.run import Run
from ..change_lines import read, to_dict
from ..changes import Change
from ..errors import JournalError, PrintKitError, RunStoppedError
from ..kit import PrintKit
from . import reporting, rows, running, screen
from .again import LOOK_FIRST, TakenTwice, changes_of
from .document import as_document, error_document
from .exits import Exit
from .options import YES, Command, connected
from .session import Session, telling

_FILE = click.argument("source", metavar="FILE", type=click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path))
JOURNAL = click.argument("journal", metavar="RUN.DB", type=click.Path(exists=True, dir_okay=False, path_type=Path))
_CONCURRENCY = click.option("--concurrency", type=click.IntRange(min=1), metavar="N", help="Changes under way at once.")


def _as_results(ctx: click.Context, param: click.Parameter, value: Path | None) -> Path | None:
    if value is not None and rows.format_of(value) is None:
        raise click.BadParameter(f"{value} ends with neither .jsonl nor .csv")
    return value


def _paced(command: Command) -> Command:
    options: tuple[Callable[[Command], Command], ...] = (
        _CONCURRENCY,
        click.option(
            "--rate", type=click.FloatRange(min=0, min_open=True), metavar="R", help="Requests a second at most, to each account."
        ),
        click.option(
            "--results",
            type=click.Path(dir_okay=False, path_type=Path),
            callback=_as_results,
            metavar="FILE",
            help="Write every result there at the end: .jsonl or .csv.",
        ),
        YES,
    )
    for option in reversed(options):
        command = option(command)
    return command


@click.command()
@_FILE
@click.option(
    "--journal", type=click.Path(dir_okay=False, path_type=Path), metavar="RUN.DB", help="Keep the run there, in place of beside FILE."
)
@click.option("--no-journal", is_flag=True, help="Keep it nowhere: a run that ends early cannot be gone on with.")
@click.option("--dry-run", is_flag=True, help="Send nothing, say what would be sent: as bulk plan.")
@LOOK_FIRST
@_paced
@connected
def run(session: Session, *, source: Path, journal: Path | None, no_journal: bool, dry_run: bool, look_first: bool, **wishes: Any) -> None:
    """Carry out the changes in a file.

    FILE is JSON Lines, or CSV when its name ends so; - reads JSON Lines from standard input. Run again with the same file, it goes on
    where it was. At a live shop it asks first.

    \b
    printkit bulk run changes.jsonl --rate 10
    """  # noqa: D301 - \b keeps what follows as it stands
    if journal is not None and no_journal:
        raise click.UsageError("Give --journal or --no-journal, not both.")
    if journal is None and not no_journal and str(source) != "-":
        journal = source.with_suffix(".run.db")
    if journal is None and not no_journal and not dry_run:
        raise click.UsageError("Standard input has no name: say --journal RUN.DB, or --no-journal.")
    with _named(source) as path:
        if dry_run:
            _plan(session, path, journal, wishes["concurrency"], look_first=look_first)
        total = None
        if no_journal:
            with telling(as_json=session.as_json):
                total = sum(1 for _ in read(path))  # a wrong line is told before anything is sent
        _carry_out(session, lambda: changes_of(path, look_first=look_first), journal, total=total, may_change=None, **wishes)


@click.command()
@JOURNAL
@_paced
@connected
def resume(session: Session, *, journal: Path, **wishes: Any) -> None:
    """Go on with a run that was stopped or killed.

    What was sent and never answered is looked for first; nothing is sent twice. At a live shop it asks first.
    """
    with telling(as_json=session.as_json):
        accounts = read_journal(journal).accounts
    _carry_out(session, lambda: None, journal, total=None, may_change=accounts, **wishes)


@click.command()
@_FILE
@_CONCURRENCY
@connected
def plan(session: Session, *, source: Path, concurrency: int | None) -> None:
    """Say what a file of changes would do, and send nothing.

    The exact requests, without keys, and what they would change in each order as it is now. Exits with 7 when some of the changes are
    not possible. With --json one change a line.
    """
    journal = None if str(source) == "-" else source.with_suffix(".run.db")
    with _named(source) as path:
        _plan(session, path, journal, concurrency, look_first=False)


@contextmanager
def _named(file: Path) -> Generator[Path]:
    """A file that can be read twice."""
    if str(file) != "-":
        yield file
        return
    with tempfile.NamedTemporaryFile(suffix=".jsonl") as kept:
        shutil.copyfileobj(sys.stdin.buffer, kept)
        kept.flush()
        yield Path(kept.name)


# ── Carrying out ──────────────────────────────────────────────────────────────────────────────────────────────────────


def _carry_out(
    session: Session,
    changes: Callable[[], Iterable[Change] | None],
    journal: Path | None,
    *,
    total: int | None,
    may_change: Collection[str] | None,
    concurrency: int | None,
    rate: float | None,
    results: Path | None,
    yes: bool,
) -> None:
    is_new = journal is None or not journal.exists()

    async def verb(kit: PrintKit) -> Exit:
        given, warning = changes(), TakenTwice(kit)
        if given is not None and is_new:
            given = warning.before(given)
        made = kit.apply(given, journal=journal, concurrency=concurrency, rate=rate)
        tally = reporting.Tally()
        with ExitStack() as files:
            sheet = files.enter_context(_sheet(results)) if results is not None else None

            def note(result: ChangeResult) -> None:
                tally.note(result)
                if sheet is not None and journal is None:
                    sheet.add(rows.kept_of(result))

            await _to_its_end(made, note, session, total, warning, is_kept=journal is not None)
            if sheet is not None and journal is not None:
                for kept in read_changes(journal):
                    sheet.add(kept)
        return reporting.tell(made.report, tally, session, journal)

    session.run(verb, may_change=() if yes else may_change)


async def _to_its_end(
    made: Run, note: Callable[[ChangeResult], None], session: Session, total: int | None, warning: TakenTwice, *, is_kept: bool
) -> None:
    async with running.shown(running.Watch(made, total), quiet=session.as_json) as to:
        warning.to = None if session.as_json else to
        with running.stoppable(made, to, is_kept=is_kept), contextlib.suppress(RunStoppedError):  # the report says why
            async with made:
                async for result in made:
                    note(result)


@contextmanager
def _sheet(path: Path) -> Generator[rows.Sheet]:
    with path.open("w", encoding="utf-8", newline="") as to:
        yield rows.Sheet(to, rows.format_of(path) or "jsonl")


# ── A dry run ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def _plan(session: Session, path: Path, journal: Path | None, concurrency: int | None, *, look_first: bool) -> None:
    if journal is not None and journal.exists() and not session.as_json:
        screen.console(stderr=True).print(Text(screen.clean(_begun(journal))), soft_wrap=True)

    async def verb(kit: PrintKit) -> Exit:
        to = screen.console()
        count = requests = problems = 0
        async for each in kit.plan(changes_of(path, look_first=look_first), concurrency=concurrency):
            count += 1
            requests += len(each.requests) if each.problem is None else 0
            problems += each.problem is not None
            if session.as_json:
                click.echo(json.dumps(_document(each)))
            else:
                for line in _lines(each):
                    to.print(Text(screen.clean(line)), soft_wrap=True)
        if not session.as_json:
            told = f"Changes: {count:,}. Requests that write: {requests:,}. Not possible: {problems:,}. Nothing was changed."
            screen.console(stderr=True).print(Text(told), soft_wrap=True)
        return Exit.PARTLY if problems else Exit.DONE

    session.run(verb)


def _begun(journal: Path) -> str:
    try:
        found = read_journal(journal)
    except JournalError as error:
        return f"{error.message}. This is the plan of a new one."
    done = (found.total or 0) - found.left
    told = (
        f"ended by {found.ended:%Y-%m-%d %H:%M} UTC, and bulk run does nothing more"
        if found.ended
        else f"{done:,} of its changes have ended, and bulk run goes on with the others"
    )
    return f"{journal} has a run of this file already: {told}. This is the plan of a new one."


def _lines(plan: Plan) -> Iterator[str]:
    yield reporting.what(plan.index, plan.change)
    for effect in plan.effects:
        yield f"  {effect}"
    if plan.problem is not None:
        yield f"  not possible: {plan.problem}"
        return
    for request in plan.requests:
        yield f"  {request}"


def _document(plan: Plan) -> dict[str, Any]:
    problem = plan.problem
    told = None if problem is None else error_document(problem) if isinstance(problem, PrintKitError) else {"message": str(problem)}
    return {
        "index": plan.index,
        "change": to_dict(plan.change),
        "effects": plan.effects,
        "requests": as_document(plan.requests),
        "problem": told,
    }
