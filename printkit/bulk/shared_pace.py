"""Turns at one account for the workers of many machines, kept in PostgreSQL. The rules are ``Pace``'s; knows no shop and no run."""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from typing import Any, Final, final

import attrs
import psycopg

from ..transport.limits import Pace, Paced
from .postgres import Connection, Database

FORGOTTEN: Final = 60.0
"""Seconds after which a worker that asked for no turn is not counted any more."""
LONGEST: Final = 5.0
"""Seconds that the database gets for one answer."""


@final
class SharedPace:
    """The turns of one account, for one worker. Those who wait in one process ask together.

    While the database does not answer, the worker goes on with its share of the last rate that it knows: the rate over the number
    of workers seen then. It never goes on without a limit that there was.

    Args:
        database: where the turns are.
        account: a digest of the account.
        me: this worker, unlike any other.
        limit: requests per second at most, as this worker's settings say; the lowest of all workers holds.
        parts: among how many the share of this worker is divided further.
        sleep: time, for tests.
    """

    def __init__(
        self,
        database: Database,
        account: str,
        me: str,
        limit: float | None,
        *,
        parts: int = 1,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        self._database = database
        self._account = account
        self._me = me
        self._limit = limit
        self._parts = parts
        self._sleep = sleep
        self._rate = limit
        self._workers = 1
        self._alone: Pace | None = None
        self._connection: Connection | None = None
        self._waiting: list[tuple[float, asyncio.Future[float | None]]] = []
        self._halts: list[float | None] = []
        self._asking: asyncio.Task[None] | None = None

    @property
    def rate(self) -> float | None:
        """Requests per second that one part of this worker may count on; None for no limit."""
        return None if self._rate is None else self._rate / self._workers / self._parts

    async def turn(self, patience: float) -> bool:
        """See ``Pace.turn``."""
        given: asyncio.Future[float | None] = asyncio.get_running_loop().create_future()
        self._waiting.append((patience, given))
        self._ask()
        wait = await given
        if wait is not None and wait > 0:
            await self._sleep(wait)
        return wait is not None

    def slow(self, halt: float | None) -> None:
        """See ``Pace.slow``: all workers hear it."""
        self._halts.append(halt)
        self._ask()

    async def aclose(self) -> None:
        """Let go of the database."""
        if self._asking is not None:
            await asyncio.wait([self._asking])
        await self._disconnect()

    def _ask(self) -> None:
        if self._asking is None or self._asking.done():
            self._asking = asyncio.create_task(self._ask_for_all())

    async def _ask_for_all(self) -> None:
        while self._waiting or self._halts:
            waiting, self._waiting = self._waiting, []
            halts, self._halts = self._halts, []
            patiences = [patience for patience, _ in waiting]
            try:
                async with asyncio.timeout(LONGEST):
                    waits = await self._asked(patiences, halts)
                self._alone = None
            except (psycopg.Error, OSError, TimeoutError):
                await self._disconnect()
                waits = _taken(self._by_myself(), patiences, halts)
            for (_, given), wait in zip(waiting, waits, strict=True):
                if not given.done():
                    given.set_result(wait)

    async def _asked(self, patiences: list[float], halts: list[float | None]) -> list[float | None]:
        connection = self._connection = self._connection or await self._connected()
        while True:
            query = "SELECT kept, extract(epoch FROM clock_timestamp())::float8 FROM pace WHERE account = %s"
            row = await (await connection.execute(query, (self._account,))).fetchone()
            if row is None:
                await connection.execute("INSERT INTO pace VALUES (%s, '') ON CONFLICT DO NOTHING", (self._account,))
                continue
            told = time.monotonic()
            before, now = row
            seen, pace = self._read(before, now)
            waits = _taken(pace, patiences, halts)
            after = json.dumps({"paced": attrs.asdict(pace.paced), "seen": seen})
            query = "UPDATE pace SET kept = %s WHERE account = %s AND kept = %s"  # no lock, which a worker that freezes would keep
            if (await connection.execute(query, (after, self._account, before))).rowcount:
                self._rate, self._workers = pace.rate, len(seen)
                since = time.monotonic() - told
                return [None if wait is None else wait - since for wait in waits]

    def _read(self, text: str, now: float) -> tuple[dict[str, tuple[float, float | None]], Pace]:
        """Who has asked lately, when, and with which limit; and the pace that all have together."""
        stored: Any = json.loads(text) if text else None
        before: dict[str, tuple[float, float | None]] = stored["seen"] if stored else {}
        seen = {name: each for name, each in before.items() if now - each[0] < FORGOTTEN} | {self._me: (now, self._limit)}
        limit = min((limit for _, limit in seen.values() if limit is not None), default=None)
        return seen, Pace.going_on(Paced(**stored["paced"]), limit, lambda: now) if stored else Pace(limit, clock=lambda: now)

    async def _connected(self) -> Connection:
        connection = await self._database.connect()
        await connection.execute("SET synchronous_commit = off")  # turns that a power cut forgets do no harm
        return connection

    def _by_myself(self) -> Pace:
        if self._alone is None:
            self._alone = Pace(None if self._rate is None else self._rate / self._workers)
        return self._alone

    async def _disconnect(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.close()


def _taken(pace: Pace, patiences: list[float], halts: list[float | None]) -> list[float | None]:
    for halt in halts:
        pace.slow(halt)
    return [pace.take(patience) for patience in patiences]
