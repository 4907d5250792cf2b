"""A run in a SQLite file: every change, how far it has come, and each write before it is sent. Survives kill -9 at any moment.

One process works on a file at a time; any number may read it. Knows no kit and no shop. Not for network file systems.
"""

import asyncio
import json
import sqlite3
from collections import deque
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, cast, final

from ..changes import PlaceOrder
from ..errors import FieldProblem, InvalidRequestError, JournalError
from ..outcomes import ReconcileHandle
from .database import Writer, locked
from .kept import (
    APPLIED,
    FORM,
    INTENDED,
    PAGE,
    PENDING,
    WAITING,
    WORDS,
    Kept,
    Status,
    json_of,
    kept_from,
    outcome_of,
    refuse_others,
    state_of,
    task_from,
    text_of,
)
from .results import ChangeResult
from .source import Changes, in_turn, task_of
from .tasks import Task

__all__ = ["Journal", "Kept", "Status", "read", "read_changes"]

_TABLES: Final = f"""
CREATE TABLE run (form INTEGER NOT NULL, created TEXT NOT NULL, accounts TEXT NOT NULL, total INTEGER, ended TEXT);
CREATE TABLE item (
    id INTEGER PRIMARY KEY,      -- the place in the input, from 0
    reference TEXT UNIQUE,       -- of an order to place: one reference is one order
    change TEXT NOT NULL,
    state INTEGER NOT NULL DEFAULT {PENDING},
    done TEXT,                   -- the handle of the last write that is proven to have happened
    open TEXT,                   -- the handle of a write of which nobody can say whether it happened
    outcome TEXT
);
CREATE INDEX unfinished ON item (id) WHERE state < {APPLIED};
"""


@final
class Journal:
    """The ``Book`` of a run, in a file. Made by ``open``; close it with ``aclose``."""

    is_kept = True

    def __init__(self, path: Path, lock: sqlite3.Connection, writer: "Writer", default: str | None) -> None:
        self.path = path
        self._lock = lock
        self._writer = writer
        self._default = default
        self._page: deque[Task] = deque()
        self._after = -1

    @classmethod
    async def open(cls, path: str | Path, accounts: Mapping[str, str], default: str | None, *, new: bool | None = None) -> "Journal":
        """Open a run's file, or make one, for this process alone.

        Args:
            path: the file; beside it a second one, ``….lock``, says that somebody works on it.
            accounts: of every open connection: kind, environment and a digest of the account.
            default: the connection of changes that name none.
            new: True if the file must not be there yet, False if it must; None for either.

        Raises:
            JournalError: it is no journal, another process works on it, or it is of another account or environment.
        """
        path = Path(path)
        if new is not None and path.exists() == new:
            raise JournalError(f"{path} {'is there already: go on with it, or name another file' if new else 'is not there'}")
        if path.is_file() and path.stat().st_size:
            _reading(path).close()  # what is no journal is left as it is
        lock = locked(path)
        try:
            writer = Writer(path, asyncio.get_running_loop())
            journal = cls(path, lock, writer, default)
            try:
                await writer.do(lambda database: _prepare(database, accounts, path))
            except BaseException:
                await writer.aclose()
                raise
        except BaseException:
            lock.close()
            raise
        return journal

    async def aclose(self) -> None:
        """Write what is still to be written, and let go of the file."""
        try:
            await self._writer.aclose()
        finally:
            self._lock.close()

    # ── Taking in ─────────────────────────────────────────────────────────────────────────────────────────────────────

    async def begin(self, given: Changes | None) -> None:
        """Take in the changes, or, without any, make sure that all of them were taken in before.

        Raises:
            InvalidRequestError, JournalError: see ``take_in``.
        """
        total = (await self.status()).total
        if given is not None:
            await self.take_in(given)
        elif total is None:
            raise JournalError(f"{self.path} was interrupted before it had all changes: give the same input once more")
        if total is not None:
            await self.note_end()

    async def take_in(self, given: Changes) -> None:
        """Keep the changes. Those of a run that was begun before must be the same, one by one; of one that was not yet kept whole,
        nothing was carried out, and it is kept anew.

        Raises:
            InvalidRequestError: some cannot be carried out, or two place orders of the same reference: lists them by their places.
            JournalError: the input is another one than the run began with.
        """
        status = await self.status()
        known = status.total or 0
        if status.total is None:
            await self._writer.do(lambda database: database.execute("DELETE FROM item"))
        index, problems, used, rows = 0, list[FieldProblem](), set[str](), list[tuple[int, str | None, str]]()
        async for change in in_turn(given):
            try:
                task = task_of(index, change, self._default)
                rows.append((index, task.order if isinstance(change, PlaceOrder) else None, text_of(change, self._default)))
                used.add(task.provider or "")
            except InvalidRequestError as error:
                problems += (FieldProblem(f"changes[{index}].{each.path}", each.text) for each in error.problems)
                if len(problems) >= 50:
                    break
            index += 1
            if len(rows) >= PAGE:
                await self._take_in(rows, known, status)
                rows = []
        if not problems:
            await self._take_in(rows, known, status)
        if problems:
            raise InvalidRequestError(problems, operation="bulk")
        if index < known:
            raise JournalError(f"{self.path} was begun with {known} changes, and the input has {index}: give the same input")
        await self._writer.do(lambda database: _seal(database, index, used))

    async def _take_in(self, rows: list[tuple[int, str | None, str]], known: int, status: Status) -> None:
        old, new = [row for row in rows if row[0] < known], [row for row in rows if row[0] >= known]
        if old:
            await self._writer.do(lambda database: _compare(database, old, self.path))
        if new and status.total is not None:
            raise JournalError(f"{self.path} was begun with {status.total} changes, and the input has more: give the same input")
        if new:
            await self._writer.do(lambda database: _insert(database, new))

    # ── Book ──────────────────────────────────────────────────────────────────────────────────────────────────────────

    def at_once(self) -> None:
        """See ``Book``: nothing is."""

    async def next(self) -> Task | None:
        """See ``Book``."""
        if not self._page:
            self._page += await self._writer.do(lambda database: _unfinished(database, self._after, self._default))
            if not self._page:
                return None
            self._after = self._page[-1].index
        return self._page.popleft()

    async def intend(self, task: Task, handle: ReconcileHandle) -> None:
        """See ``Book``. The disk has it when this returns."""
        row = (INTENDED, json_of(task.done), handle.to_json(), task.index)
        await self._writer.do(lambda database: database.execute("UPDATE item SET state = ?, done = ?, open = ? WHERE id = ?", row))

    async def keep(self, task: Task) -> None:
        """See ``Book``."""
        row = (WAITING, json_of(task.done), json_of(task.open), task.index)
        await self._writer.do(lambda database: database.execute("UPDATE item SET state = ?, done = ?, open = ? WHERE id = ?", row))

    async def finish(self, result: ChangeResult) -> None:
        """See ``Book``."""
        await self._writer.do(lambda database: _finish(database, result))

    async def note_end(self) -> None:
        """Note by when the run had ended, if it has."""
        await self._writer.do(_note_end)

    # ── Reading ───────────────────────────────────────────────────────────────────────────────────────────────────────

    async def status(self) -> Status:
        """How far the run has come."""
        return await self._writer.do(_status)

    async def kept(self, *states: str) -> AsyncIterator[Kept]:
        """The changes in these states, in order; all of them when none is named."""
        after = -1
        while page := await self._writer.do(lambda database, after=after: _kept(database, after, states)):  # type: ignore[misc] # mypy cannot infer a lambda with a default
            for each in page:
                yield each
            after = page[-1].index


def read(path: str | Path) -> Status:
    """How far a run has come, also while another process works on it.

    Raises:
        JournalError: it is no journal.
    """
    with closing(_reading(Path(path))) as database:
        return _status(database)


def read_changes(path: str | Path, *states: str) -> Iterator[Kept]:
    """The changes in a run's file, in order, also while another process works on it.

    Raises:
        JournalError: it is no journal.
    """
    with closing(_reading(Path(path))) as database:
        after = -1
        while page := _kept(database, after, states):
            yield from page
            after = page[-1].index


def _reading(path: Path) -> sqlite3.Connection:
    if not path.is_file():
        raise JournalError(f"{path} is not there")
    try:
        database = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)
    except sqlite3.Error as error:
        problem = f"{path} cannot be read: {error}"
    else:
        try:
            _check_form(database, path)
        except BaseException:
            database.close()
            raise
        return database
    raise JournalError(problem)


# ── What is done with the database ────────────────────────────────────────────────────────────────────────────────────


def _prepare(database: sqlite3.Connection, accounts: Mapping[str, str], path: Path) -> None:
    if database.execute("SELECT count(*) FROM sqlite_master").fetchone()[0] == 0:
        for statement in _TABLES.split(";\n"):
            database.execute(statement)
        created = datetime.now(UTC).isoformat()
        database.execute("INSERT INTO run VALUES (?, ?, ?, NULL, NULL)", (FORM, created, json.dumps(dict(accounts))))
        return
    _check_form(database, path)
    status = _status(database)
    if status.total is None:
        database.execute("UPDATE run SET accounts = ?", (json.dumps(dict(accounts)),))
        return
    refuse_others(path, status.accounts, accounts)


def _check_form(database: sqlite3.Connection, path: Path) -> None:
    try:
        (form,) = database.execute("SELECT form FROM run").fetchone() or (None,)
    except sqlite3.DatabaseError:
        form = None
    if form != FORM:
        raise JournalError(f"{path} is not the journal of a run{'' if form is None else ' of this version of printkit'}")


def _insert(database: sqlite3.Connection, rows: list[tuple[int, str | None, str]]) -> None:
    for row in rows:
        try:
            database.execute("INSERT INTO item (id, reference, change) VALUES (?, ?, ?)", row)
        except sqlite3.IntegrityError:
            (first,) = database.execute("SELECT id FROM item WHERE reference = ?", (row[1],)).fetchone()
            problem = FieldProblem(
                f"changes[{row[0]}].new.reference", f"is the one of changes[{first}]: a reference names one order for ever"
            )
            raise InvalidRequestError([problem], operation="bulk") from None


def _compare(database: sqlite3.Connection, rows: list[tuple[int, str | None, str]], path: Path) -> None:
    first, last = rows[0][0], rows[-1][0]
    there = dict(database.execute("SELECT id, change FROM item WHERE id BETWEEN ? AND ?", (first, last)))
    for index, _, text in rows:
        if there.get(index) != text:
            raise JournalError(f"changes[{index}] is another one than {path} was begun with: give the same input, or begin a new run")


def _seal(database: sqlite3.Connection, total: int, used: set[str]) -> None:
    accounts = json.loads(database.execute("SELECT accounts FROM run").fetchone()[0])
    kept = {name: account for name, account in accounts.items() if name in used}
    database.execute("UPDATE run SET total = ?, accounts = ?", (total, json.dumps(kept)))


def _unfinished(database: sqlite3.Connection, after: int, default: str | None) -> list[Task]:
    query = f"SELECT id, change, done, open FROM item WHERE id > ? AND state < {APPLIED} ORDER BY id LIMIT {PAGE}"  # noqa: S608 - numbers of ours
    return [task_from(index, text, done, open_, default) for index, text, done, open_ in database.execute(query, (after,))]


def _finish(database: sqlite3.Connection, result: ChangeResult) -> None:
    row = (state_of(result), json_of(result.handle), outcome_of(result), result.index)
    database.execute("UPDATE item SET state = ?, open = ?, outcome = ? WHERE id = ?", row)


def _note_end(database: sqlite3.Connection) -> None:
    (left,) = database.execute(f"SELECT EXISTS (SELECT 1 FROM item WHERE state < {APPLIED})").fetchone()  # noqa: S608 - a number of ours
    database.execute("UPDATE run SET ended = iif(?, NULL, coalesce(ended, ?))", (left, datetime.now(UTC).isoformat()))


def _status(database: sqlite3.Connection) -> Status:
    created, accounts, total, ended = database.execute("SELECT created, accounts, total, ended FROM run").fetchone()
    counts = dict(database.execute("SELECT state, count(*) FROM item GROUP BY state"))
    query = f"SELECT count(*) FROM item WHERE state = {APPLIED} AND json_extract(outcome, '$.refused') IS NOT NULL"  # noqa: S608 - numbers and words of ours
    (partly,) = database.execute(query).fetchone()
    moment = "json_extract(open, '$.settle_until')"
    query = f"SELECT min({moment}), max({moment}) FROM item WHERE state < {APPLIED} AND open IS NOT NULL"  # noqa: S608 - numbers and words of ours
    first, last = database.execute(query).fetchone()
    waits = None if first is None else (datetime.fromisoformat(first), datetime.fromisoformat(last))
    return Status(
        {WORDS[state]: count for state, count in counts.items()},
        total,
        datetime.fromisoformat(created),
        json.loads(accounts),
        partly,
        waits,
        None if ended is None or min(counts, default=APPLIED) < APPLIED else datetime.fromisoformat(ended),
    )


def _kept(database: sqlite3.Connection, after: int, states: tuple[str, ...]) -> list[Kept]:
    wanted = [WORDS.index(word) for word in states] or [*range(len(WORDS))]
    marks = ", ".join("?" * len(wanted))
    query = f"SELECT id, change, state, open, outcome FROM item WHERE id > ? AND state IN ({marks}) ORDER BY id LIMIT {PAGE}"  # noqa: S608 - numbers and words of ours
    rows = cast(Iterator[tuple[int, str, int, str | None, str | None]], database.execute(query, (after, *wanted)))
    return [kept_from(*row) for row in rows]
