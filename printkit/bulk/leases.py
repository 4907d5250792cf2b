"""One chunk of a run in PostgreSQL, held by one worker at a time: a lease, and the ``Book`` that writes under it.

Every note is made in one transaction with a look at the lease, so that who has lost it can note, and therefore send, nothing more.
Knows no kit, no shop and no queue.
"""

import asyncio
from collections import deque
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final, final

import psycopg
from attrs import evolve, frozen

from ..errors import JournalError
from ..outcomes import ReconcileHandle
from .kept import INTENDED, PAGE, WAITING, json_of, outcome_of, state_of, task_from
from .postgres import UNFINISHED, Connection, in_words
from .results import ChangeResult
from .tasks import Task

_HOLDS: Final = "run = %s AND number = %s AND owner = %s AND epoch = %s"
_WRITE: Final = f"""
WITH held AS (
    UPDATE chunk SET lease_until = greatest(lease_until, clock_timestamp() + make_interval(secs => %s))
    WHERE {_HOLDS} AND lease_until > clock_timestamp() RETURNING run
)
UPDATE item SET state = row.state, done = coalesce(row.done, item.done), open = row.open, outcome = row.outcome,
    not_before = row.not_before, tries = coalesce(row.tries, item.tries), lost = coalesce(row.lost, item.lost),
    refusals = coalesce(row.refusals, item.refusals)
FROM held, unnest(
    %s::bigint[], %s::smallint[], %s::text[], %s::text[], %s::text[], %s::timestamptz[], %s::smallint[], %s::smallint[], %s::smallint[]
) AS row (id, state, done, open, outcome, not_before, tries, lost, refusals)
WHERE item.run = held.run AND item.id = row.id
"""  # noqa: S608 - no value is in the text
"""One statement, and no transaction around it: a worker that freezes in the middle keeps no lock that others wait for."""


@final
@frozen
class Lease:
    """One worker's hold on one chunk."""

    run: str
    number: int
    owner: str
    epoch: int
    low: int
    high: int
    standard: str | None
    accounts: Mapping[str, str]

    @property
    def key(self) -> tuple[str, int, str, int]:
        """What tells it from every other lease, earlier ones of the same worker included."""
        return (self.run, self.number, self.owner, self.epoch)


@final
@frozen
class Taken:
    """A chunk that cannot be held now."""

    seconds: float | None
    """Until it may be asked for again; None for never: it is done, or its run is stopped, or it is not there."""


async def claim(connection: Connection, run: str, number: int, owner: str, seconds: float) -> Lease | Taken:
    """Take the lease of a chunk that nobody holds, or whose holder has let it run out."""
    query = """
    UPDATE chunk SET owner = %s, epoch = epoch + 1, lease_until = clock_timestamp() + make_interval(secs => %s)
    FROM run WHERE run.id = chunk.run AND chunk.run = %s AND number = %s AND NOT done AND stopped IS NULL
        AND (owner IS NULL OR lease_until <= clock_timestamp())
    RETURNING epoch, low, high, standard, accounts
    """
    row = await (await connection.execute(query, (owner, seconds, run, number))).fetchone()
    if row is not None:
        return Lease(run, number, owner, *row)
    query = """
    SELECT extract(epoch FROM lease_until - clock_timestamp())::float8 FROM chunk JOIN run ON run.id = chunk.run
    WHERE run = %s AND number = %s AND NOT done AND stopped IS NULL
    """
    row = await (await connection.execute(query, (run, number))).fetchone()
    return Taken(None if row is None else max(0.0, row[0] or 0.0))


async def renew(connection: Connection, lease: Lease, seconds: float) -> str | None:
    """Go on holding a chunk.

    Returns:
        None, or why the worker has to let go of it.
    """
    query = f"""
    UPDATE chunk SET lease_until = greatest(lease_until, clock_timestamp() + make_interval(secs => %s))
    WHERE {_HOLDS} AND lease_until > clock_timestamp() RETURNING coalesce((SELECT stopped FROM run WHERE id = chunk.run), '')
    """  # noqa: S608 - no value is in the text
    row = await (await connection.execute(query, (seconds, *lease.key))).fetchone()
    return LOST if row is None else (row[0] or None)


LOST: Final = "its lease ran out, and another worker may have taken it over"


@final
@frozen
class LetGo:
    """What is left of a chunk that its holder has let go of."""

    left: int
    seconds: float
    """Until something of it can be gone on with."""


async def release(connection: Connection, lease: Lease) -> LetGo | None:
    """Let go of a chunk; None when somebody else holds it by now."""
    async with connection.transaction():
        query = f"UPDATE chunk SET owner = NULL, lease_until = NULL WHERE {_HOLDS}"  # noqa: S608 - no value is in the text
        if (await connection.execute(query, lease.key)).rowcount == 0:
            return None
        query = f"""
        SELECT count(*), coalesce(extract(epoch FROM min(coalesce(not_before, clock_timestamp())) - clock_timestamp()), 0)::float8
        FROM item WHERE run = %s AND spot BETWEEN %s AND %s AND {UNFINISHED}
        """  # noqa: S608 - no value is in the text
        row = await (await connection.execute(query, (lease.run, lease.low, lease.high))).fetchone()
        left, seconds = row or (0, 0.0)
        await connection.execute("UPDATE chunk SET done = %s WHERE run = %s AND number = %s", (left == 0, lease.run, lease.number))
        return LetGo(left, max(0.0, seconds))


@final
class Chunk:
    """The ``Book`` of one chunk. What is to be written together is written together; nothing is, once the lease is lost."""

    is_kept = True
    MOST: Final = 256
    LONGEST: Final = 30.0
    """Seconds that the database gets for one batch."""

    def __init__(self, connection: Connection, lease: Lease) -> None:
        self.lease = lease
        self.problem: str | None = None
        """Why nothing can be written any more."""
        self._connection = connection
        self._one_at_a_time = asyncio.Lock()
        self._page: deque[Task] = deque()
        self._after = -1
        self._waiting: list[tuple[tuple[Any, ...], float, asyncio.Future[None]]] = []
        self._writing: asyncio.Task[None] | None = None

    def at_once(self) -> None:
        """See ``Book``: nothing is."""

    async def next(self) -> Task | None:
        """See ``Book``."""
        if not self._page:
            async with self._one_at_a_time:
                self._page += await self._unfinished()
            if not self._page:
                return None
            self._after = self._page[-1].index
        return self._page.popleft()

    async def _unfinished(self) -> list[Task]:
        lease = self.lease
        query = f"""
        SELECT id, change, done, open, not_before, tries, lost, refusals FROM item
        WHERE run = %s AND spot BETWEEN %s AND %s AND {UNFINISHED} AND id > %s ORDER BY id LIMIT %s
        """  # noqa: S608 - no value is in the text
        try:
            rows = await (await self._connection.execute(query, (lease.run, lease.low, lease.high, self._after, PAGE))).fetchall()
        except psycopg.Error as error:
            problem = self.problem = in_words(error)
        else:
            return [_task(lease.standard, *row) for row in rows]
        raise JournalError(problem)

    async def intend(self, task: Task, handle: ReconcileHandle) -> None:
        """See ``Book``. The lease lasts from now on until the write is settled: before that nobody takes the chunk over."""
        row = (INTENDED, json_of(task.done), handle.to_json(), None, None, task.tries, task.lost, task.refusals)
        await self._write(task.index, row, handle)

    async def keep(self, task: Task) -> None:
        """See ``Book``."""
        row = (WAITING, json_of(task.done), json_of(task.open), None, task.not_before, task.tries, task.lost, task.refusals)
        await self._write(task.index, row, task.open)

    async def finish(self, result: ChangeResult) -> None:
        """See ``Book``."""
        row = (state_of(result), None, json_of(result.handle), outcome_of(result), None, None, None, None)
        await self._write(result.index, row, None)

    async def _write(self, index: int, row: tuple[Any, ...], until_settled: ReconcileHandle | None) -> None:
        hold = 0.0 if until_settled is None else (until_settled.settle_until - datetime.now(UTC)).total_seconds()
        written: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(((index, *row), hold, written))
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write_all())
        await written

    async def _write_all(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting[: self.MOST], self._waiting[self.MOST :]
            try:
                async with asyncio.timeout(self.LONGEST), self._one_at_a_time:
                    hold, columns = max(hold for _, hold, _ in batch), zip(*(row for row, _, _ in batch), strict=True)
                    done = await self._connection.execute(_WRITE, (hold, *self.lease.key, *map(list, columns)))
                problem = None if done.rowcount else f"chunk {self.lease.number} of {self.lease.run}: {LOST}"
            except psycopg.Error as error:
                problem = in_words(error)
            except TimeoutError:
                problem = "the database does not answer"
            self.problem = self.problem or problem
            for _, _, written in batch:
                if not written.done():
                    _end(written, problem)


def _task(
    standard: str | None,
    index: int,
    text: str,
    done: str | None,
    open_: str | None,
    not_before: datetime | None,
    tries: int,
    lost: int,
    refusals: int,
) -> Task:
    return evolve(task_from(index, text, done, open_, standard), not_before=not_before, tries=tries, lost=lost, refusals=refusals)


def _end(written: "asyncio.Future[None]", problem: str | None) -> None:
    if problem is None:
        written.set_result(None)
    else:
        written.set_exception(JournalError(problem))
