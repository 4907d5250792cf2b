"""Which orders a shop has told of and nobody has looked at yet, in an SQLite file that survives kill -9. Knows orders by name only."""

import asyncio
import json
import math
import sqlite3
from collections.abc import Callable, Sequence, Set as AbstractSet
from concurrent.futures import ThreadPoolExecutor
from os import PathLike
from typing import Final, TypeVar, final

from attrs import frozen

from .errors import ConfigError

T = TypeVar("T")

REMEMBERED: Final = 100_000
"""Orders of which the last delivery is remembered after nothing is to be done for them."""

_VERSION: Final = 1
_TABLE: Final = """
CREATE TABLE IF NOT EXISTS told (
    name TEXT PRIMARY KEY,          -- an order's reference
    notices INTEGER NOT NULL,       -- how many were entered: more than there were when a look began, so another one is due
    waits INTEGER NOT NULL,         -- 1: a notice waits to be acted on
    due REAL,                       -- when to look at the order, in seconds since 1970; NULL: not at all
    failures INTEGER NOT NULL,      -- since the last success
    refusals INTEGER NOT NULL,      -- of these, how many times in a row the shop refused to show the order
    looks INTEGER NOT NULL,         -- without a notice, since the last change
    looked REAL,                    -- when it was looked at last
    mark TEXT                       -- the fingerprint of what was delivered last
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS told_due ON told (due) WHERE due IS NOT NULL;
CREATE INDEX IF NOT EXISTS told_waits ON told (waits) WHERE waits;
"""
_LEAP: Final = 60.0
"""A clock that is put back by less is left to itself, seconds."""
_AWAKEN: Final = "UPDATE told SET due = ?1 WHERE due > ?1 AND coalesce(looked, due) > ?1 + ?2"
"""What was noted at a time that is yet to come: the clock has been put back."""
_CONNECTIONS: Final = "SELECT DISTINCT substr(name, 1, instr(name, ':') - 1) FROM told WHERE due IS NOT NULL ORDER BY 1"
_DUE: Final = """
SELECT name, notices, waits, failures, refusals, looks, mark FROM told
WHERE due <= ? AND substr(name, 1, instr(name, ':') - 1) IN (SELECT value FROM json_each(?)) ORDER BY due LIMIT ?
"""
_NEXT: Final = "SELECT min(due) FROM told WHERE due > ? AND substr(name, 1, instr(name, ':') - 1) IN (SELECT value FROM json_each(?))"
_PRUNE: Final = "DELETE FROM told WHERE name IN (SELECT name FROM told WHERE due IS NULL ORDER BY looked DESC LIMIT -1 OFFSET ?)"


@final
@frozen
class Entry:
    """An order to look at."""

    name: str
    notices: int
    waits: bool
    """Whether a notice waits; else it is a look without one."""
    failures: int
    refusals: int
    """How many times in a row the shop refused to show it."""
    looks: int
    """Without a notice, since the last change."""
    mark: str | None
    """The fingerprint of what was delivered last."""


@final
class Inbox:
    """Orders to look at, a row each, however many notices of them came. One receiver at a time may have it open.

    What ``tell`` has taken is there after a crash, in a file. Without a path it is kept in memory, and ends with the process.
    A row holds an order's reference and a fingerprint, nothing of what was ordered or by whom.

    Raises:
        ConfigError: (all methods) the file cannot be used, or another receiver has it open.
    """

    def __init__(self, path: str | PathLike[str] | None = None) -> None:
        self._path = path
        self._thread: ThreadPoolExecutor | None = None
        self._database: sqlite3.Connection | None = None
        self._settled = 0
        self._latest = math.inf

    @property
    def is_durable(self) -> bool:
        """Whether it outlives the process."""
        return self._path is not None

    async def open(self) -> None:
        """Open the file, or begin it."""
        if self._thread is not None:
            raise RuntimeError("the inbox is open already; each receiver has one of its own")
        self._latest = math.inf
        self._thread = ThreadPoolExecutor(1, "printkit-inbox")
        try:
            await self._do(lambda _: None)
        except BaseException:
            await self.close()
            raise

    async def close(self) -> None:
        """Close it; others may open it then."""
        thread, self._thread = self._thread, None
        if thread is not None:
            await asyncio.get_running_loop().run_in_executor(thread, self._shut)
            thread.shutdown()

    async def tell(self, name: str, now: float, *, pause: float, most: int) -> bool:
        """A notice of this order came: look at it, but no sooner than ``pause`` seconds after the last look.

        While the shop refuses to show the order, a notice does not hurry the next look.

        Args:
            name: the order.
            now: seconds since 1970.
            pause: seconds.
            most: orders that may wait in all.

        Returns:
            False when too many wait; then nothing was noted.
        """

        def work(database: sqlite3.Connection) -> bool:
            waits, looked = database.execute("SELECT waits, looked FROM told WHERE name = ?", (name,)).fetchone() or (0, None)
            if not waits and database.execute("SELECT count(*) FROM told WHERE waits").fetchone()[0] >= most:
                return False
            soonest = now if looked is None else max(now, min(looked, now) + pause)
            database.execute(
                "INSERT INTO told VALUES (?, 1, 1, ?, 0, 0, 0, NULL, NULL)"
                " ON CONFLICT (name) DO UPDATE SET notices = notices + 1, waits = 1,"
                " due = CASE WHEN refusals THEN due ELSE excluded.due END",
                (name, soonest),
            )
            return True

        return await self._do(work)

    async def connections(self) -> Sequence[str]:
        """The connections of the orders that are to be looked at."""
        return await self._do(lambda database: [name for (name,) in database.execute(_CONNECTIONS)])

    async def take(
        self, now: float, connections: AbstractSet[str], under_way: AbstractSet[str], limit: int
    ) -> tuple[list[Entry], float | None]:
        """The orders of these connections to look at now that are not under way, the longest due first.

        Returns:
            Besides, when the next one is due, None: none is.
        """
        names = json.dumps(sorted(connections))

        def work(database: sqlite3.Connection) -> tuple[list[Entry], float | None]:
            if now < self._latest:
                database.execute(_AWAKEN, (now, _LEAP))
            self._latest = now
            rows = database.execute(_DUE, (now, names, limit + len(under_way)))
            entries = [Entry(name, notices, bool(waits), *rest) for name, notices, waits, *rest in rows if name not in under_way]
            (due,) = database.execute(_NEXT, (now, names)).fetchone()
            return entries[:limit], due

        return await self._do(work)

    async def settle(self, entry: Entry, mark: str, now: float, *, pause: float, again: float | None, looks: int) -> None:
        """The order was looked at, and what it is like now was delivered. Of a notice that came meanwhile it is looked at once more.

        Args:
            entry: as it was taken.
            mark: the fingerprint of the order.
            now: seconds since 1970.
            pause: seconds until the look that a notice meanwhile asks for.
            again: when to look at it without a notice; None: not at all.
            looks: how often that was done without finding a change.
        """

        def work(database: sqlite3.Connection) -> None:
            database.execute(
                "UPDATE told SET mark = ?1, looked = ?2, failures = 0, refusals = 0, looks = ?3, waits = notices > ?4,"
                " due = CASE WHEN notices > ?4 THEN ?2 + ?5 ELSE ?6 END WHERE name = ?7",
                (mark, now, looks, entry.notices, pause, again, entry.name),
            )
            self._settled += 1
            if self._settled % 1000 == 0:
                database.execute(_PRUNE, (REMEMBERED,))

        await self._do(work)

    async def postpone(self, entry: Entry, now: float, until: float, *, refused: bool = False) -> None:
        """The order could not be looked at, because the shop ``refused`` or for another reason, or what was found not delivered."""
        query = "UPDATE told SET looked = ?, due = ?, failures = failures + 1, refusals = ? WHERE name = ?"
        refusals = entry.refusals + 1 if refused else 0
        await self._do(lambda database: database.execute(query, (now, until, refusals, entry.name)))

    async def forget(self, entry: Entry, now: float, *, pause: float) -> None:
        """There is no such order. Of a notice that came meanwhile it is looked for again, ``pause`` seconds later."""

        def work(database: sqlite3.Connection) -> None:
            database.execute("DELETE FROM told WHERE name = ? AND notices = ?", (entry.name, entry.notices))
            afresh = "UPDATE told SET looked = ?1, due = ?1 + ?2, failures = 0, refusals = 0 WHERE name = ?3"
            database.execute(afresh, (now, pause, entry.name))

        await self._do(work)

    async def _do(self, work: Callable[[sqlite3.Connection], T]) -> T:
        if self._thread is None:
            raise ConfigError("the inbox is not open")
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, self._transaction, work)
        except sqlite3.Error as error:
            problem = str(error)
        if "locked" in problem:
            problem = "another receiver has it open"
        raise ConfigError(f"the inbox {str(self._path)!r} cannot be used now: {problem}")

    def _transaction(self, work: Callable[[sqlite3.Connection], T]) -> T:
        if self._database is None:
            self._database = _opened(self._path)
        database = self._database
        database.execute("BEGIN IMMEDIATE")
        try:
            result = work(database)
            database.execute("COMMIT")
        except BaseException:
            database.rollback()
            raise
        return result

    def _shut(self) -> None:
        database, self._database = self._database, None
        if database is not None:
            database.close()


def _opened(path: str | PathLike[str] | None) -> sqlite3.Connection:
    database = sqlite3.connect(":memory:" if path is None else path, timeout=0.5, isolation_level=None)
    try:
        database.execute("PRAGMA locking_mode = EXCLUSIVE")
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA synchronous = FULL")
        (version,) = database.execute("PRAGMA user_version").fetchone()
        if version not in {0, _VERSION}:
            raise sqlite3.DatabaseError("it was written by another version of printkit")
        database.executescript(f"{_TABLE} PRAGMA user_version = {_VERSION};")
    except BaseException:
        database.close()
        raise
    return database
