"""Runs on several machines, as programs use them: submit, look, go on, settle; and how one worker carries out one chunk.

Knows PostgreSQL through ``printkit.bulk.postgres`` only, and what carries the chunks through ``printkit.bulk.procrastinate``. Needs the
extra ``printkit[distributed]``.
"""

import asyncio
import contextlib
import logging
import os
import socket
import time
from collections.abc import AsyncGenerator, AsyncIterator
from typing import TYPE_CHECKING, Final, final
from uuid import uuid4

from attrs import field, frozen

from .. import checks
from ..errors import JournalError, RunStoppedError
from ..outcomes import Unknown
from ..secret import Secret
from . import leases, postgres, procrastinate
from .engine import Engine
from .kept import Kept, refuse_others
from .leases import Chunk, Lease, Taken
from .postgres import Database, RunStatus
from .results import ChangeResult
from .run import KitHands, accounts_of
from .settling import MORE, look
from .shared_pace import SharedPace
from .source import Changes

if TYPE_CHECKING:
    from ..kit import PrintKit

CHUNK_SIZE: Final = 200
"""Changes of one chunk, more or less."""

Url = str | Secret | Database
_log = logging.getLogger("printkit.bulk")


# ── Runs ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


async def submit(kit: "PrintKit", given: Changes, database: Url, *, run: str | None = None, chunk_size: int = CHUNK_SIZE) -> str:
    """Hand a run over to the workers: it is there whole, with all its jobs, or not at all. Sends nothing to a shop.

    Args:
        kit: says which accounts the changes go to. Workers must be connected to the same ones under the same names.
        given: the changes; orders that they hold are kept as their references.
        database: a URL such as ``postgresql://user@host/name``. Its tables are made when they are not there.
        run: a name for it. Give one of your own, and a program that was interrupted cannot submit the same twice.
        chunk_size: changes that one worker takes at once, more or less; all changes of one order are in one chunk.

    Returns:
        The run's name.

    Raises:
        InvalidRequestError: some changes cannot be carried out, or are of a draft that is kept on this machine: lists them all.
        JournalError: there is a run of this name, or the database cannot be used.
    """
    checks.refuse(
        [*checks.of_count("chunk_size", chunk_size), *(() if run is None else checks.of_text("run", run, required=True))],
        operation="submit",
    )
    at, name = Database.at(database), run or uuid4().hex[:12]
    await prepare(at)
    async with procrastinate.opened(at) as app, at.connected() as connection, connection.transaction():
        accounts = accounts_of(kit.opened.values())
        count = await postgres.take_in(connection, name, given, accounts, kit.default, chunk_size)
        await procrastinate.defer(app, name, range(count), connection)
    return name


async def prepare(database: Url) -> None:
    """Make the tables of runs and of procrastinate, where they are not there. May be called at any time, from anywhere.

    Raises:
        JournalError: they cannot be made.
    """
    at = Database.at(database)
    await at.prepare()
    await procrastinate.prepare(at)


async def status(database: Url, run: str) -> RunStatus:
    """How far a run has come.

    Raises:
        JournalError: there is no such run, or the database cannot be used.
    """
    async with Database.at(database).connected() as connection:
        return await postgres.status(connection, run)


async def runs(database: Url) -> list[str]:
    """The names of all runs, newest first."""
    async with Database.at(database).connected() as connection:
        return await postgres.runs(connection)


async def kept(database: Url, run: str, *states: str) -> AsyncIterator[Kept]:
    """The changes of a run in these states, in order of the input; all of them when none is named."""
    async with Database.at(database).connected() as connection:
        await postgres.status(connection, run)
        async for each in postgres.kept(connection, run, *states):
            yield each


async def stop(database: Url, run: str, why: str = "stopped by its user") -> None:
    """Nobody begins anything more of a run; what is under way ends. ``resume`` goes on with it."""
    async with Database.at(database).connected() as connection:
        await postgres.status(connection, run)
        await postgres.stop(connection, run, why)


async def resume(database: Url, run: str) -> int:
    """Go on with a run that was stopped, by a user, an outage or a revoked key.

    Returns:
        How many chunks are not done.
    """
    at = Database.at(database)
    async with at.connected() as connection, procrastinate.opened(at) as app:
        await postgres.status(connection, run)
        numbers = await postgres.resume(connection, run)
        await procrastinate.defer_each(app, run, numbers)
    return len(numbers)


async def settle(kit: "PrintKit", database: Url, run: str) -> AsyncIterator[ChangeResult]:
    """Ask the shops what became of the changes that ended as unknown, and note what they say. Sends no write.

    Yields:
        What became of each; ``Unknown`` where still nobody can say, or where more is to be done: then ``resume`` goes on with it.
    """
    at = Database.at(database)
    async with at.connected() as connection, at.connected() as noting:
        refuse_others(run, (await postgres.status(connection, run)).kept.accounts, accounts_of(kit.opened.values()))
        async for each in postgres.kept(connection, run, "unknown"):
            if each.handle is None:
                continue
            outcome = await look(kit, each.change, each.handle, kit.rehearse)
            if isinstance(outcome, Unknown) and outcome.why == MORE:
                await postgres.reopen(noting, run, each.index, each.handle)
            elif not isinstance(outcome, Unknown):
                await postgres.settle(noting, run, each.handle, ChangeResult(each.index, each.change, outcome))
            yield ChangeResult(each.index, each.change, outcome, handle=each.handle if isinstance(outcome, Unknown) else None)


# ── One worker ────────────────────────────────────────────────────────────────────────────────────────────────────────


@final
@frozen(kw_only=True)
class WorkerOptions:
    """How a worker works."""

    chunks: int = 4
    """Chunks at once; together they have the connection's ``concurrency``."""
    lease: float = 60.0
    """Seconds that a chunk is held without a word of its worker; longer while a write of it is not settled."""
    patience: float = 15.0
    """Seconds that a worker keeps a chunk of which all that is left waits; after that others may go on with it when it is time."""
    name: str = field(factory=lambda: f"{socket.gethostname()}-{os.getpid()}-{uuid4().hex[:6]}")


@final
class Worker:
    """Carries out chunks with one kit. Made by ``worker``."""

    def __init__(self, kit: "PrintKit", database: Database, options: WorkerOptions) -> None:
        self._kit = kit
        self._database = database
        self._options = options
        self._accounts = accounts_of(kit.opened.values())
        self._hands = KitHands(kit, [*kit.opened.values()])
        self._engines: set[Engine] = set()
        self._why: str | None = None
        self._at_work = 0

    @property
    def is_at_work(self) -> bool:
        """Whether it has a chunk in its hands."""
        return self._at_work > 0

    def stop(self, why: str) -> None:
        """Begin nothing more: what is under way ends. The chunks at hand are let go of."""
        self._why = why
        for engine in self._engines:
            engine.stop(why)

    async def carry_out(self, run: str, number: int) -> float | None:
        """Carry out a chunk, as far as it is possible now.

        Returns:
            Seconds until it is to be gone on with, by whomever; None when it is done, or its run is stopped.

        Raises:
            JournalError: the database cannot be used.
        """
        self._at_work += 1
        try:
            return await self._carried_out(run, number)
        finally:
            self._at_work -= 1

    async def _carried_out(self, run: str, number: int) -> float | None:
        async with self._database.connected() as connection:
            lease = await leases.claim(connection, run, number, self._options.name, self._options.lease)
            if isinstance(lease, Taken):
                return lease.seconds
            why = await self._held(Chunk(connection, lease))
            if why is not None:
                await postgres.stop(connection, run, why)
            left = await leases.release(connection, lease)
            if left is None:  # another worker has it by now, and sees to its end
                return self._options.lease
            return None if why is not None or not left.left else left.seconds

    async def _held(self, chunk: Chunk) -> str | None:
        """Work on a chunk until nothing can be done any more; why its run has to stop, if it has to."""
        engine = Engine(chunk, self._hands, concurrency=self._concurrency(), patience=self._options.patience)
        self._engines.add(engine)
        if self._why is not None:
            engine.stop(self._why)
        beating = asyncio.create_task(self._beat(chunk.lease, engine))
        try:
            refuse_others(f"run {chunk.lease.run}", chunk.lease.accounts, self._accounts)
            async for _ in engine.results():
                pass
        except (RunStoppedError, JournalError) as error:
            if chunk.problem is not None:
                raise JournalError(chunk.problem) from None
            return f"{self._options.name}: {error.message}"
        except Exception as fault:  # noqa: BLE001 - whatever it is, the run says so, and its text may hold anything
            _log.error("chunk %s of %s: %s", chunk.lease.number, chunk.lease.run, type(fault).__name__)
            return f"{self._options.name}: a fault in printkit itself: {type(fault).__name__}"
        finally:
            self._engines.discard(engine)
            beating.cancel()
            await asyncio.gather(beating, return_exceptions=True)
        return None

    def _concurrency(self) -> int:
        widest = min((each.concurrency for each in self._kit.opened.values()), default=1)
        return max(1, -(-widest // self._options.chunks))

    async def _beat(self, lease: Lease, engine: Engine) -> None:
        """Hold on to a chunk until somebody takes it away."""
        seconds, why = self._options.lease, None
        held_until = time.monotonic() + seconds
        while why is None:
            await asyncio.sleep(seconds / 4)
            try:
                async with self._database.connected() as connection:
                    why = await leases.renew(connection, lease, seconds)
                held_until = time.monotonic() + seconds
            except JournalError as error:
                why = error.message if time.monotonic() > held_until else None
        engine.stop(why)


@contextlib.asynccontextmanager
async def worker(kit: "PrintKit", database: Url, options: WorkerOptions | None = None) -> AsyncGenerator[Worker]:
    """A worker, which shares the rate of its accounts with all the others as long as it is open.

    Raises:
        JournalError: the database cannot be used.
    """
    options = options or WorkerOptions()
    at = Database.at(database)
    await prepare(at)
    shared: list[SharedPace] = []
    try:
        for each in kit.opened.values():
            turns = SharedPace(at, each.account.digest, options.name, each.pace.limit, parts=options.chunks)
            shared.append(turns)
            each.pace.shared = turns
        yield Worker(kit, at, options)
    finally:
        for each in kit.opened.values():
            each.pace.shared = None
        for turns in shared:
            await turns.aclose()


async def work(kit: "PrintKit", database: Url, stop: asyncio.Event, options: WorkerOptions | None = None) -> None:
    """Work on every run of a database until ``stop`` is set: then what is under way ends, and the chunks at hand are let go of.

    Raises:
        JournalError: the database cannot be used.
    """
    async with worker(kit, database, options) as each:
        await procrastinate.work(each, Database.at(database), options or WorkerOptions(), stop)
