"""``printkit worker`` and ``printkit distributed``: runs on many machines. Thin calls of the library; knows no shop, no SQL."""

import asyncio
import contextlib
import os
import signal
import stat
import sys
from collections.abc import Callable, Coroutine
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.text import Text

from ..bulk.kept import WORDS
from ..errors import ConfigError
from ..kit import PrintKit
from ..secret import Secret
from . import rows, screen
from .again import LOOK_FIRST, TakenTwice, changes_of
from .document import as_json as to_json
from .exits import Exit
from .journals import waiting
from .options import YES, Command, as_json_option, connected
from .session import Session, telling

if TYPE_CHECKING:
    from ..bulk.postgres import Database, RunStatus

VARIABLE = "PRINTKIT_DATABASE"
_RUN = click.argument("run", metavar="RUN")


# ── The database ──────────────────────────────────────────────────────────────────────────────────────────────────────


def _library() -> Any:
    try:
        from ..bulk import distributed as library
    except ImportError:
        pass
    else:
        return library
    raise ConfigError("this needs PostgreSQL's client and procrastinate: pip install 'printkit[distributed]'")


def kept_in(command: Command) -> Command:
    """The options that say where runs are kept; the command gets a ``database``: a function that reads them."""

    @click.option("--database", metavar="URL", help=f"postgresql://user@host/name, without a password; else ${VARIABLE}.")
    @click.option("--database-file", type=click.Path(path_type=Path), metavar="FILE", help="A file that only you can read, with the URL.")
    @wraps(command)
    def run(*words: Any, database: str | None, database_file: Path | None, **wishes: Any) -> None:
        if database is not None and database_file is not None:
            raise click.UsageError("Give --database or --database-file, not both.")
        command(*words, database=lambda: _database(database, database_file), **wishes)

    return run


def _database(url: str | None, file: Path | None) -> "Database":
    database: type[Database] = _library().Database
    if url is not None:
        found = database.at(url)
        if found.has_password:
            raise ConfigError(f"--database holds a password, which others on this machine can see: set {VARIABLE}, or use --database-file")
        return found
    text = os.environ.get(VARIABLE, "") if file is None else _in_file(file)
    if not text:
        raise ConfigError(f"where are the runs kept? Set {VARIABLE} to postgresql://user@host/name, or say --database or --database-file")
    return database.at(Secret(text))


def _in_file(file: Path) -> str:
    try:
        if os.name == "posix" and stat.S_IMODE(file.stat().st_mode) & 0o077:
            raise ConfigError(f"{file} can be read by others: run chmod 600 {file}")
        return file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        problem = f"{file} cannot be read: {error.strerror if isinstance(error, OSError) else 'it is not UTF-8'}"
    raise ConfigError(problem)


OpenDatabase = Callable[[], "Database"]


# ── printkit worker ───────────────────────────────────────────────────────────────────────────────────────────────────


@click.command()
@click.option("--chunks", type=click.IntRange(1, 64), default=4, show_default=True, help="Chunks of runs at once.")
@click.option("--lease", type=click.FloatRange(1, 3600), default=60.0, show_default=True, metavar="SECONDS", help="See the documentation.")
@kept_in
@connected
def worker(session: Session, *, database: OpenDatabase, chunks: int, lease: float) -> None:
    """Carry out runs on several machines.

    Until SIGTERM or Ctrl-C: then what is under way ends, the rest is left to others, and the exit code is 0. A second Ctrl-C ends at
    once; also then nothing is lost, and nothing is sent twice.
    """

    async def verb(kit: PrintKit) -> Exit:
        library, at = _library(), database()
        options = library.WorkerOptions(chunks=chunks, lease=lease)
        stop = _asked_to_stop()
        click.echo(to_json({"worker": options.name}, lines=True) if session.as_json else f"Worker {options.name} works. Ctrl-C stops it.")
        sys.stdout.flush()
        await library.work(kit, at, stop, options)
        if not session.as_json:
            click.echo("Stopped.")
        return Exit.DONE

    session.run(verb)


def _asked_to_stop() -> asyncio.Event:
    stop, task, loop = asyncio.Event(), asyncio.current_task(), asyncio.get_running_loop()

    def ask() -> None:
        if stop.is_set() and task is not None:
            task.cancel()
        stop.set()

    with contextlib.suppress(NotImplementedError):  # Windows has no such handlers
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, ask)
    return stop


# ── printkit distributed ──────────────────────────────────────────────────────────────────────────────────────────────


@click.group()
def distributed() -> None:
    """Runs on several machines."""


@distributed.command()
@click.argument("changes", metavar="FILE", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--run", metavar="NAME", help="A name for the run; with one of your own the same run cannot be submitted twice.")
@click.option(
    "--chunk-size", type=click.IntRange(min=1), default=200, show_default=True, metavar="N", help="Changes that a worker takes at once."
)
@LOOK_FIRST
@YES
@kept_in
@connected
def submit(
    session: Session, *, changes: Path, run: str | None, chunk_size: int, look_first: bool, yes: bool, database: OpenDatabase
) -> None:
    """Hand a file of changes over to the workers.

    Prints the name of the run. FILE is JSON Lines, or CSV when its name ends so. The run is there whole, or not at all.
    """

    async def verb(kit: PrintKit) -> Exit:
        library, at = _library(), database()
        live = [each.account.provider for each in kit.opened.values() if each.account.environment == "live"]
        if live and not yes:
            if not sys.stdin.isatty():
                raise click.UsageError(f"{', '.join(live)} is a live shop: say --yes.")
            click.confirm(f"{', '.join(live)} is a live shop. Go on?", abort=True, err=True)
        warning = TakenTwice(kit, None if session.as_json else screen.console(stderr=True))
        given = warning.before(changes_of(changes, look_first=look_first))
        name = await library.submit(kit, given, at, run=run, chunk_size=chunk_size)
        click.echo(to_json({"run": name}, lines=True) if session.as_json else name)
        return Exit.DONE

    session.run(verb)


def _told(as_json: bool, verb: Callable[[], Coroutine[Any, Any, Exit]]) -> None:
    with telling(as_json=as_json):
        code = asyncio.run(verb())
    sys.exit(code)


@distributed.command()
@_RUN
@kept_in
@as_json_option
def status(*, run: str, database: OpenDatabase, as_json: bool) -> None:
    """Say how far a run has come. The exit code is that of ``bulk status``: 8 when it was stopped, 6 when outcomes are unknown."""

    async def verb() -> Exit:
        found = await _library().status(database(), run)
        if as_json:
            click.echo(to_json(_document(found)))
        else:
            _say(found)
        counts = found.kept.counts
        return (
            Exit.STOPPED
            if found.stopped
            else Exit.UNKNOWN
            if counts.get("unknown")
            else Exit.PARTLY
            if counts.get("not-applied") or found.kept.partly
            else Exit.DONE
        )

    _told(as_json, verb)


def _document(found: "RunStatus") -> dict[str, Any]:
    return {
        "run": found.run,
        **{word.replace("-", "_").replace(" ", "_"): found.kept.counts.get(word, 0) for word in WORDS},
        "left": found.kept.left,
        "total": found.kept.total,
        "created": found.kept.created,
        "chunks": found.chunks,
        "chunks_done": found.chunks_done,
        "workers": found.workers,
        "partly": found.kept.partly,
        "waits": found.kept.waits,
        "stopped": found.stopped,
    }


def _say(found: "RunStatus") -> None:
    to = screen.console()
    counts = found.kept.counts
    told = ", ".join(f"{counts[word]:,} {word}" for word in WORDS if counts.get(word))
    to.print(Text(f"{found.kept.total:,} changes: {told or 'none'}"), soft_wrap=True)
    to.print(Text(f"{found.chunks_done:,} of {found.chunks:,} chunks done, {found.workers} workers at it"))
    if found.kept.waits:
        to.print(Text(waiting(found.kept)), soft_wrap=True)
    if found.stopped:
        to.print(Text(f"Stopped: {screen.clean(found.stopped)}. Go on with: printkit distributed resume {found.run}"), soft_wrap=True)


@distributed.command("list")
@kept_in
@as_json_option
def list_runs(*, database: OpenDatabase, as_json: bool) -> None:
    """List the names of all runs, newest first."""

    async def verb() -> Exit:
        for name in await _library().runs(database()):
            click.echo(to_json({"run": name}, lines=True) if as_json else name)
        return Exit.DONE

    _told(as_json, verb)


@distributed.command()
@_RUN
@kept_in
@as_json_option
def stop(*, run: str, database: OpenDatabase, as_json: bool) -> None:
    """Begin nothing more of a run. What is under way ends."""

    async def verb() -> Exit:
        await _library().stop(database(), run)
        return Exit.DONE

    _told(as_json, verb)


@distributed.command()
@_RUN
@kept_in
@as_json_option
def resume(*, run: str, database: OpenDatabase, as_json: bool) -> None:
    """Go on with a run that was stopped.

    By you, by an outage, or by a refused key.
    """

    async def verb() -> Exit:
        chunks = await _library().resume(database(), run)
        click.echo(to_json({"run": run, "chunks": chunks}, lines=True) if as_json else f"{chunks} chunks are left for the workers.")
        return Exit.DONE

    _told(as_json, verb)


@distributed.command()
@_RUN
@click.option("--state", "states", type=click.Choice(WORDS), multiple=True, help="Only changes in this state; may be said again.")
@kept_in
@as_json_option
def results(*, run: str, states: tuple[str, ...], database: OpenDatabase, as_json: bool) -> None:
    """Print what became of every change, one JSON object a line."""

    async def verb() -> Exit:
        async for each in _library().kept(database(), run, *states):
            click.echo(to_json(rows.document(each), lines=True))
        return Exit.DONE

    _told(as_json, verb)


@distributed.command()
@_RUN
@kept_in
@connected
def unknown(session: Session, *, run: str, database: OpenDatabase) -> None:
    """Ask the shops about unknown outcomes.

    What they say is noted in the run. Sends no write.
    """

    async def verb(kit: PrintKit) -> Exit:
        left = 0
        async for result in _library().settle(kit, database(), run):
            left += result.handle is not None
            told = {"index": result.index, "outcome": type(result.outcome).__name__, "why": getattr(result.outcome, "why", None)}
            if session.as_json:
                click.echo(to_json(told, lines=True))
            else:
                click.echo(screen.clean(f"change {result.index}: {told['outcome']}{': ' if told['why'] else ''}{told['why'] or ''}"))
        return Exit.UNKNOWN if left else Exit.DONE

    session.run(verb)
