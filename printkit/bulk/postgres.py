"""Runs in PostgreSQL, for several machines: the database, its tables, a run taken in and looked at. Needs ``printkit[distributed]``.

Knows no kit, no shop and no queue; who works on a chunk of a run, and how, is ``printkit.bulk.leases``'.
"""

import re
import zlib
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any, Final, final

import psycopg
from attrs import frozen
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.types.json import Jsonb

from ..changes import DRAFT, Change, PlaceOrder
from ..errors import ConfigError, FieldProblem, InvalidRequestError, JournalError
from ..outcomes import ReconcileHandle
from ..secret import Secret
from .kept import (
    APPLIED,
    FORM,
    PAGE,
    UNKNOWN,
    WAITING,
    WORDS,
    Kept,
    Status,
    json_of,
    kept_from,
    outcome_of,
    state_of,
    text_of,
)
from .results import ChangeResult
from .source import Changes, in_turn, task_of
from .tasks import Task

Connection = psycopg.AsyncConnection[tuple[Any, ...]]

SCHEMA: Final = "printkit"
SPOTS: Final = 65536
"""A run's orders are spread over so many spots; a chunk is a range of them, so that one order is always in one chunk."""
MAKING: Final = 0x7072696E746B6974
"""The advisory lock under which tables are made: two processes that begin at once do not trip over one another."""

UNFINISHED: Final = "state < 3"  # APPLIED, in letters: the database knows its index by them
_OPTIONS: Final = f"-c search_path={SCHEMA} -c idle_in_transaction_session_timeout=5s"
"""A worker that stands still in the middle of a transaction keeps others from its chunk for so long, and no longer."""

_TABLES: Final = f"""
CREATE SCHEMA IF NOT EXISTS {SCHEMA};
CREATE TABLE IF NOT EXISTS {SCHEMA}.run (
    id text PRIMARY KEY,
    form integer NOT NULL,
    created timestamptz NOT NULL DEFAULT now(),
    accounts jsonb NOT NULL,
    standard text,                                  -- the connection of changes that name none
    total bigint NOT NULL,
    stopped text                                    -- why nobody goes on with it
);
CREATE TABLE IF NOT EXISTS {SCHEMA}.chunk (
    run text NOT NULL REFERENCES {SCHEMA}.run ON DELETE CASCADE,
    number integer NOT NULL,
    low integer NOT NULL,                           -- its spots, from low to high
    high integer NOT NULL,
    owner text,
    epoch integer NOT NULL DEFAULT 0,               -- one more with every lease
    lease_until timestamptz,
    done boolean NOT NULL DEFAULT false,
    PRIMARY KEY (run, number)
);
CREATE TABLE IF NOT EXISTS {SCHEMA}.item (
    run text NOT NULL REFERENCES {SCHEMA}.run ON DELETE CASCADE,
    id bigint NOT NULL,                             -- the place in the input, from 0
    spot integer NOT NULL,
    reference text,                                 -- of an order to place: one reference is one order
    change text NOT NULL,
    state smallint NOT NULL DEFAULT 0,
    done text,                                      -- the handle of the last write that is proven to have happened
    open text,                                      -- the handle of a write of which nobody can say whether it happened
    outcome text,
    not_before timestamptz,
    tries smallint NOT NULL DEFAULT 0,
    lost smallint NOT NULL DEFAULT 0,
    refusals smallint NOT NULL DEFAULT 0,
    PRIMARY KEY (run, id),
    UNIQUE (run, reference)
);
CREATE INDEX IF NOT EXISTS unfinished ON {SCHEMA}.item (run, spot, id) WHERE {UNFINISHED};
CREATE TABLE IF NOT EXISTS {SCHEMA}.pace (account text PRIMARY KEY, kept text);
"""


# ── The database ──────────────────────────────────────────────────────────────────────────────────────────────────────


@final
@frozen(repr=False)
class Database:
    """Where runs are kept: a PostgreSQL that every worker reaches. Everything is in a schema of its own, ``printkit``."""

    conninfo: Secret

    @classmethod
    def at(cls, url: "str | Secret | Database") -> "Database":
        """The database of a URL such as ``postgresql://user@host/name``, or of any other form that libpq takes.

        Raises:
            ConfigError: it is none.
        """
        if isinstance(url, Database):
            return url
        text = url.reveal() if isinstance(url, Secret) else url
        try:
            options = conninfo_to_dict(text).get("options")
            found = make_conninfo(text, options=f"{options or ''} {_OPTIONS}".strip())
        except (psycopg.Error, TypeError):
            found = None  # the error's text holds the URL, and so the password
        if not found:
            raise ConfigError("the database's URL cannot be read: it is postgresql://user@host:port/name")
        return cls(Secret(found))

    @property
    def has_password(self) -> bool:
        """Whether the URL itself holds one."""
        return bool(conninfo_to_dict(self.conninfo.reveal()).get("password"))

    @asynccontextmanager
    async def connected(self) -> AsyncGenerator[Connection]:
        """One connection, with a transaction for each statement unless one is begun.

        Raises:
            JournalError: the database cannot be reached, or something is wrong with it.
        """
        try:
            async with await self.connect() as connection:
                yield connection
        except psycopg.Error as error:
            problem = in_words(error)
        else:
            return
        raise JournalError(problem)

    async def connect(self) -> Connection:
        """Open a connection. Raises whatever the database's library raises."""
        return await psycopg.AsyncConnection.connect(self.conninfo.reveal(), autocommit=True, connect_timeout=10)

    async def prepare(self) -> None:
        """Make the tables, where they are not there.

        Raises:
            JournalError: they cannot be made.
        """
        async with self.connected() as connection:
            there = await (await connection.execute("SELECT to_regclass(%s)", (f"{SCHEMA}.pace",))).fetchone()
            if there is None or there[0] is None:
                async with connection.transaction():
                    await connection.execute("SELECT pg_advisory_xact_lock(%s)", (MAKING,))
                    await connection.execute(_TABLES)

    def __repr__(self) -> str:
        return "Database(…)"


def in_words(error: psycopg.Error) -> str:
    """Without values: libpq names host and user, never a password."""
    if isinstance(error, psycopg.errors.UndefinedTable):
        return "nothing was submitted to this database yet"
    said = error.diag.message_primary or next(iter(str(error).splitlines()), type(error).__name__)
    return f"the database cannot be used: {said}"


# ── Taking in ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def spot_of(order: str) -> int:
    """Where an order's changes are, on every machine."""
    return zlib.crc32(order.encode(errors="surrogatepass")) % SPOTS


async def take_in(
    connection: Connection, run: str, given: Changes, accounts: Mapping[str, str], default: str | None, chunk_size: int
) -> int:
    """Keep a new run, inside the caller's transaction: it is there whole, or not at all.

    Returns:
        How many chunks it has.

    Raises:
        InvalidRequestError: some changes cannot be carried out, or two place orders of the same reference: lists them by their places.
        JournalError: there is a run of this name.
    """
    made = "INSERT INTO run (id, form, accounts, standard, total) VALUES (%s, %s, %s, %s, 0) ON CONFLICT DO NOTHING"
    if (await connection.execute(made, (run, FORM, Jsonb({}), default))).rowcount == 0:
        raise JournalError(f"there is a run {run} already: give this one another name, or see what became of that")
    try:
        index, used = await _copy(connection, run, given, default)
    except psycopg.errors.UniqueViolation as error:
        refusal = _twice(error)
    else:
        kept = {name: account for name, account in accounts.items() if name in used}
        await connection.execute("UPDATE run SET total = %s, accounts = %s WHERE id = %s", (index, Jsonb(kept), run))
        return await _cut(connection, run, max(1, min(SPOTS, round(index / chunk_size))))
    raise refusal


async def _copy(connection: Connection, run: str, given: Changes, default: str | None) -> tuple[int, set[str]]:
    index, problems, used = 0, list[FieldProblem](), set[str]()
    async with connection.cursor() as cursor, cursor.copy("COPY item (run, id, spot, reference, change) FROM STDIN") as rows:
        async for change in in_turn(given):
            try:
                task = task_of(index, change, default)
                text = text_of(change, default)
                _refuse(change, task, text)
            except InvalidRequestError as error:
                problems += (FieldProblem(f"changes[{index}].{each.path}", each.text) for each in error.problems)
                if len(problems) >= 50:
                    break
            else:
                used.add(task.provider or "")
                if not problems:
                    reference = task.order if isinstance(change, PlaceOrder) else None
                    await rows.write_row((run, index, spot_of(task.order), reference, text))
            index += 1
        if problems:
            raise InvalidRequestError(problems, operation="bulk")
    return index, used


def _twice(error: psycopg.Error) -> InvalidRequestError:
    """The database counts the lines that it was given, from 1."""
    line = re.search(r"line (\d+)", error.diag.context or "")
    where = f"changes[{int(line[1]) - 1}].new.reference" if line else "new.reference"
    text = "is the one of another change before it: a reference names one order for ever"
    return InvalidRequestError([FieldProblem(where, text)], operation="bulk")


def _refuse(change: Change, task: Task, text: str) -> None:
    """What other machines do not have, and what the database cannot keep."""
    if not isinstance(change, PlaceOrder) and task.order.partition(":")[2].startswith(DRAFT):
        raise InvalidRequestError([FieldProblem("order", "is a draft that is kept on this machine: other machines do not have it")])
    if "\0" in task.order or any("\ud800" <= sign <= "\udfff" for sign in text):
        raise InvalidRequestError([FieldProblem("change", "holds text that cannot be sent: a null character, or half a character")])


async def _cut(connection: Connection, run: str, count: int) -> int:
    edges = [SPOTS * number // count for number in range(count + 1)]
    async with connection.cursor() as cursor, cursor.copy("COPY chunk (run, number, low, high) FROM STDIN") as rows:
        for number in range(count):
            await rows.write_row((run, number, edges[number], edges[number + 1] - 1))
    return count


# ── Reading, stopping, settling ───────────────────────────────────────────────────────────────────────────────────────


@final
@frozen
class RunStatus:
    """How far a run on several machines has come."""

    run: str
    kept: Status
    chunks: int
    chunks_done: int
    workers: int
    """That hold chunks of it at this moment."""
    stopped: str | None
    """Why nobody goes on with it; None while somebody may."""


async def status(connection: Connection, run: str) -> RunStatus:
    """How far a run has come.

    Raises:
        JournalError: there is no such run.
    """
    row = await (await connection.execute("SELECT form, total, created, accounts, stopped FROM run WHERE id = %s", (run,))).fetchone()
    if row is None or row[0] != FORM:
        raise JournalError(f"there is no run {run}" if row is None else f"{run} is a run of another version of printkit")
    _, total, created, accounts, stopped = row
    counts = await (await connection.execute("SELECT state, count(*) FROM item WHERE run = %s GROUP BY state", (run,))).fetchall()
    query = f"""
    SELECT count(*) FILTER (WHERE state = %s AND outcome::jsonb ? 'refused'),
        min((open::jsonb ->> 'settle_until')::timestamptz) FILTER (WHERE {UNFINISHED}),
        max((open::jsonb ->> 'settle_until')::timestamptz) FILTER (WHERE {UNFINISHED})
    FROM item WHERE run = %s
    """  # noqa: S608 - no value is in the text
    row = await (await connection.execute(query, (APPLIED, run))).fetchone()
    partly, first, last = row or (0, None, None)
    query = """
    SELECT count(*), count(*) FILTER (WHERE done), count(DISTINCT owner) FILTER (WHERE lease_until > clock_timestamp())
    FROM chunk WHERE run = %s
    """
    row = await (await connection.execute(query, (run,))).fetchone()
    chunks, done, workers = row or (0, 0, 0)
    waits = None if first is None or last is None else (first, last)
    found = Status({WORDS[state]: count for state, count in counts}, total, created, accounts, partly, waits)
    return RunStatus(run, found, chunks, done, workers, stopped)


async def runs(connection: Connection) -> list[str]:
    """The names of all runs, newest first."""
    return [name for (name,) in await (await connection.execute("SELECT id FROM run ORDER BY created DESC, id")).fetchall()]


async def kept(connection: Connection, run: str, *states: str) -> AsyncIterator[Kept]:
    """The changes of a run in these states, in order; all of them when none is named."""
    wanted = [WORDS.index(word) for word in states] or [*range(len(WORDS))]
    query = "SELECT id, change, state, open, outcome FROM item WHERE run = %s AND id > %s AND state = ANY(%s) ORDER BY id LIMIT %s"
    after = -1
    while page := await (await connection.execute(query, (run, after, wanted, PAGE))).fetchall():
        for row in page:
            yield kept_from(*row)
        after = page[-1][0]


async def stop(connection: Connection, run: str, why: str) -> None:
    """Nobody begins anything more of a run, until ``resume``. What was said first holds."""
    await connection.execute("UPDATE run SET stopped = %s WHERE id = %s AND stopped IS NULL", (why, run))


async def resume(connection: Connection, run: str) -> list[int]:
    """A stopped run may be gone on with: the numbers of its chunks that are not done."""
    await connection.execute("UPDATE run SET stopped = NULL WHERE id = %s", (run,))
    query = "SELECT number FROM chunk WHERE run = %s AND NOT done ORDER BY number"
    return [number for (number,) in await (await connection.execute(query, (run,))).fetchall()]


async def reopen(connection: Connection, run: str, index: int, handle: ReconcileHandle) -> None:
    """The write of an unknown change is found, and others are left: ``resume`` goes on with it."""
    query = "UPDATE item SET state = %s, done = open, open = NULL WHERE run = %s AND id = %s AND state = %s AND open = %s RETURNING spot"
    rows = await connection.execute(query, (WAITING, run, index, UNKNOWN, handle.to_json()))
    for (spot,) in await rows.fetchall():
        await connection.execute("UPDATE chunk SET done = false WHERE run = %s AND %s BETWEEN low AND high", (run, spot))


async def settle(connection: Connection, run: str, handle: ReconcileHandle, result: ChangeResult) -> None:
    """Note what became of a change that was unknown; nothing, where somebody has done so already."""
    query = "UPDATE item SET state = %s, open = %s, outcome = %s WHERE run = %s AND id = %s AND state = %s AND open = %s"
    row = (state_of(result), json_of(result.handle), outcome_of(result), run, result.index, UNKNOWN, handle.to_json())
    await connection.execute(query, row)
