"""One SQLite file for one process: a lock, and a thread that writes what waits together. Knows nothing of what is written."""

import asyncio
import contextlib
import sqlite3
import threading
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, final

from .. import private
from ..errors import JournalError

T = TypeVar("T")
Work = Callable[[sqlite3.Connection], T]
Told = tuple["asyncio.Future[Any]", Any, "BaseException | None"]


def locked(path: Path) -> sqlite3.Connection:
    """A transaction that is open as long as this process works on the run; the system ends it with the process, however that ends."""
    lock, path = None, path.resolve()  # one lock, whichever of its names a file is given by
    try:
        lock = sqlite3.connect(path.with_name(path.name + ".lock"), timeout=0, isolation_level=None, check_same_thread=False)
        lock.execute("BEGIN EXCLUSIVE")
    except sqlite3.Error as error:
        if lock is not None:
            lock.close()
        why = f"its folder is not there, or you may not write to it ({error})" if "unable to open" in str(error) else str(error)
        in_use = "locked" in str(error)
        problem = f"another process works on {path}: wait for it, or end it" if in_use else f"{path} cannot be used: {why}"
    else:
        return lock
    raise JournalError(problem)


@final
class Writer:
    """One thread with one connection; what waits is written together, and returns once the disk has it."""

    MOST = 256

    def __init__(self, path: Path, loop: asyncio.AbstractEventLoop) -> None:
        self._path = path
        self._loop = loop
        self._jobs: deque[tuple[Work[Any], asyncio.Future[Any]]] = deque()
        self._wake = threading.Event()
        self._is_closing = False
        self._thread = threading.Thread(target=self._run, name=f"printkit journal {path.name}", daemon=True)
        self._thread.start()

    async def do(self, work: Work[T]) -> T:
        """Do something with the database, in a transaction.

        Raises:
            JournalError: it cannot be done; whatever else ``work`` raises comes as it is.
        """
        if self._is_closing:
            raise JournalError(f"{self._path} is closed")
        done: asyncio.Future[T] = self._loop.create_future()
        self._jobs.append((work, done))
        self._wake.set()
        try:
            return await done
        except sqlite3.Error as error:
            problem = f"{self._path} cannot be written: {error}"
        raise JournalError(problem)

    async def aclose(self) -> None:
        """Write what waits, and end."""
        self._is_closing = True
        self._wake.set()
        await asyncio.to_thread(self._thread.join)

    def _run(self) -> None:
        database: sqlite3.Connection | None = None
        while True:
            self._wake.wait()
            self._wake.clear()
            while self._jobs:
                batch = [self._jobs.popleft() for _ in range(min(len(self._jobs), self.MOST))]
                outcomes: list[Told]
                try:
                    database = database or _opened(self._path)
                    outcomes = _together(database, batch)
                except sqlite3.Error as error:
                    outcomes = [(done, None, error) for _, done in batch]
                with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
                    self._loop.call_soon_threadsafe(_tell, outcomes)
            if self._is_closing and not self._jobs:
                if database is not None:
                    database.close()
                return


def _opened(path: Path) -> sqlite3.Connection:
    private.begin(path)
    database = sqlite3.connect(path, timeout=10, isolation_level=None)
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("PRAGMA synchronous = FULL")
    return database


def _together(database: sqlite3.Connection, batch: list[tuple[Work[Any], "asyncio.Future[Any]"]]) -> list[Told]:
    """All in one transaction; when that fails, each in its own, so that only the guilty one fails."""
    try:
        database.execute("BEGIN IMMEDIATE")
        try:
            outcomes: list[Told] = [(done, work(database), None) for work, done in batch]
            database.execute("COMMIT")
            return outcomes
        finally:
            if database.in_transaction:
                database.execute("ROLLBACK")
    except Exception as error:  # noqa: BLE001 - the one who asked is told
        if len(batch) == 1:
            return [(batch[0][1], None, error)]
        return [outcome for one in batch for outcome in _together(database, [one])]


def _tell(outcomes: list[Told]) -> None:
    for done, value, error in outcomes:
        if done.cancelled():
            continue
        if error is None:
            done.set_result(value)
        else:
            done.set_exception(error)
