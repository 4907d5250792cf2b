"""What carries chunks to workers: procrastinate's jobs, with ids and nothing else in them. Knows no change, no kit and no shop.

Whose a chunk is, and how far it has come, is the journal's to say: a job too many does nothing, and a job that is lost is made again.
"""

import asyncio
import contextlib
import logging
from collections.abc import AsyncGenerator, Iterable
from typing import TYPE_CHECKING, Any, Final

import procrastinate
import psycopg
from procrastinate import exceptions, jobs

from ..errors import JournalError
from .postgres import MAKING, Connection, Database, in_words

if TYPE_CHECKING:
    from .distributed import Worker, WorkerOptions

QUEUE: Final = "printkit"
TASK: Final = "printkit.run_chunk"
GRACE: Final = 3.0
"""Seconds between two words to procrastinate's worker that it should end, once no chunk is at work."""
_log = logging.getLogger("printkit.bulk")


@contextlib.asynccontextmanager
async def opened(database: Database, worker: "Worker | None" = None, *, beat: float = 10.0) -> AsyncGenerator[procrastinate.App]:
    """The jobs of a database. Only with a worker can they be carried out.

    Raises:
        JournalError: the database cannot be used.
    """
    connector = procrastinate.PsycopgConnector(conninfo=database.conninfo.reveal(), min_size=1, max_size=4, timeout=10.0)
    app = procrastinate.App(connector=connector)
    _tell_what_to_do(app, worker, beat)
    try:
        async with app.open_async():
            yield app
    except (exceptions.ConnectorException, psycopg.Error) as error:
        cause = error.__cause__ if isinstance(error.__cause__, psycopg.Error) else error
        problem = in_words(cause) if isinstance(cause, psycopg.Error) else "the database cannot be used: it does not answer"
    else:
        return
    raise JournalError(problem)


async def prepare(database: Database) -> None:
    """Make procrastinate's tables, where they are not there; of those who begin at once, one makes them.

    Raises:
        JournalError: they cannot be made.
    """
    async with opened(database) as app, database.connected() as connection:
        if await app.check_connection_async():
            return
        await connection.execute("SELECT pg_advisory_lock(%s)", (MAKING,))
        if not await app.check_connection_async():
            await app.schema_manager.apply_schema_async()


def _tell_what_to_do(app: procrastinate.App, worker: "Worker | None", beat: float) -> None:
    @app.task(name=TASK, queue=QUEUE, retry=False)
    async def run_chunk(run: str, chunk: int) -> None:
        assert worker is not None  # noqa: S101 - without a worker jobs are only made
        try:
            seconds = await worker.carry_out(run, chunk)
        except JournalError as error:  # the next try is another one's, or finds the database back
            _log.warning("chunk %s of %s: %s", chunk, run, error)
            seconds = beat
        if seconds is not None:
            await _defer_one(app, run, chunk, seconds)

    every = max(1, min(30, round(beat)))

    @app.periodic(cron=f"* * * * * */{every}")
    @app.task(name="printkit.take_over", queue=QUEUE, queueing_lock="printkit.take_over", priority=1, retry=False)
    async def take_over(timestamp: int) -> None:
        """Jobs whose worker has died: others carry them out, as soon as the lease permits."""
        for job in await app.job_manager.get_stalled_jobs(task_name=TASK, seconds_since_heartbeat=3 * beat):
            await _defer_one(app, str(job.task_kwargs["run"]), int(str(job.task_kwargs["chunk"])), 0.0)
            with contextlib.suppress(exceptions.ConnectorException):  # another worker was quicker
                await app.job_manager.finish_job(job, jobs.Status.ABORTED, delete_job=True)


def lock_of(run: str, number: int) -> str:
    """One job for each chunk waits, never two."""
    return f"printkit:{run}:{number}"


async def defer(app: procrastinate.App, run: str, numbers: Iterable[int], connection: Connection) -> None:
    """Make the jobs of a new run, inside the transaction that makes the run."""
    numbers = list(numbers)
    for start in range(0, len(numbers), 1000):
        made = [_job(run, each) for each in numbers[start : start + 1000]]
        await app.job_manager.batch_defer_jobs_async(made, connection=connection)


def _job(run: str, number: int) -> jobs.Job:
    ids: Any = {"run": run, "chunk": number}
    return jobs.Job(id=None, queue=QUEUE, lock=None, queueing_lock=lock_of(run, number), task_name=TASK, task_kwargs=ids)


async def defer_each(app: procrastinate.App, run: str, numbers: Iterable[int]) -> None:
    """Make the jobs that are not waiting already."""
    for number in numbers:
        await _defer_one(app, run, number, 0.0)


async def _defer_one(app: procrastinate.App, run: str, number: int, seconds: float) -> None:
    wait = {"milliseconds": max(0, round(1000 * seconds))}
    later = app.configure_task(TASK, queue=QUEUE, queueing_lock=lock_of(run, number), schedule_in=wait)
    with contextlib.suppress(exceptions.AlreadyEnqueued):
        await later.defer_async(run=run, chunk=number)


async def work(worker: "Worker", database: Database, options: "WorkerOptions", stop: asyncio.Event) -> None:
    """Carry out jobs until ``stop`` is set; then let those at hand end.

    Raises:
        JournalError: the database cannot be used.
    """
    beat = min(10.0, options.lease / 6)
    async with opened(database, worker, beat=beat) as app:
        working = asyncio.create_task(
            app.run_worker_async(
                queues=[QUEUE],
                name=options.name,
                concurrency=options.chunks,
                fetch_job_polling_interval=min(2.0, beat),
                listen_notify=False,  # a listener whose connection broke may not end; and what waits has to be asked for anyway
                update_heartbeat_interval=beat,
                stalled_worker_timeout=3 * beat,
                delete_jobs="successful",
                install_signal_handlers=False,
            )
        )
        stopping = asyncio.create_task(stop.wait())
        try:
            await asyncio.wait({working, stopping}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            worker.stop("the worker was asked to stop")
            stopping.cancel()
            while not working.done():  # again, as a side task that was just asking the database may overhear it
                working.cancel()
                await asyncio.wait({working}, timeout=GRACE)
                while worker.is_at_work and not working.done():
                    await asyncio.wait({working}, timeout=GRACE)
            ended = await asyncio.gather(working, return_exceptions=True)
        if isinstance(ended[0], Exception):
            raise ended[0]
        if not stop.is_set():
            raise JournalError("the database does not answer any more: start the worker again")
