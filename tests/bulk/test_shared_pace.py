"""One rate for all workers: what each of them is given together keeps to it, and what one of them is told all of them hear."""

import asyncio
import time
from contextlib import AsyncExitStack
from itertools import pairwise
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

pytest_plugins = ["tests.postgres"]

if TYPE_CHECKING:
    from printkit.bulk.shared_pace import SharedPace


class Moments:
    """Does not sleep: notes for when each turn was given out."""

    def __init__(self) -> None:
        self.waits: list[float] = []

    async def sleep(self, seconds: float) -> None:
        self.waits.append(time.monotonic() + seconds)

    @property
    def gaps(self) -> list[float]:
        moments = sorted(self.waits)
        return [later - earlier for earlier, later in pairwise(moments)]


async def paces(stack: AsyncExitStack, database: str, moments: Moments, *limits: float | None) -> "list[SharedPace]":
    from printkit.bulk.postgres import Database
    from printkit.bulk.shared_pace import SharedPace

    at = Database.at(database)
    await at.prepare()
    made = [SharedPace(at, "account", uuid4().hex, limit, sleep=moments.sleep) for limit in limits]
    for each in made:
        stack.push_async_callback(each.aclose)
    return made


async def a_while_ago(database: str) -> None:
    """What the pace remembers has happened two seconds earlier: who asks twice within one is heard once."""
    from printkit.bulk.postgres import Database

    async with Database.at(database).connected() as connection:
        moment = "jsonb_set(kept::jsonb, '{paced,slowed}', ((kept::jsonb->'paced'->>'slowed')::float - 2)::text::jsonb)"
        await connection.execute(f"UPDATE pace SET kept = {moment}::text")  # noqa: S608


async def test_all_workers_together_keep_to_one_rate(database: str) -> None:
    moments = Moments()
    async with AsyncExitStack() as stack:
        workers = await paces(stack, database, moments, 20, 20, 20)
        for _ in range(10):
            given = await asyncio.gather(*(each.turn(60) for each in workers for _ in range(4)))
            assert all(given)
    assert len(moments.waits) >= 118, "all turns but the first had to be waited for"
    assert max(moments.waits) - min(moments.waits) == pytest.approx(117 / 20, rel=0.05)
    assert min(moments.gaps) > 0.05 - 0.03, "evenly, but for what a look at the clock takes on a busy machine"


async def test_the_lowest_limit_of_all_workers_holds(database: str) -> None:
    async with AsyncExitStack() as stack:
        quick, slow = await paces(stack, database, Moments(), 50, 10)
        await quick.turn(60)
        assert quick.rate == 50
        await slow.turn(60)
        await quick.turn(60)
        assert (quick.rate, slow.rate) == (5, 5), "half of ten for each of two"


async def test_who_has_no_patience_takes_no_turn(database: str) -> None:
    async with AsyncExitStack() as stack:
        (one,) = await paces(stack, database, Moments(), 1)
        assert await one.turn(0.5)
        assert not await one.turn(0.5)
        assert await one.turn(1.5)
        assert not await one.turn(1.5)


async def test_what_the_shop_asks_of_one_worker_all_workers_do(database: str) -> None:
    moments = Moments()
    async with AsyncExitStack() as stack:
        told, other = await paces(stack, database, moments, 40, 40)
        await asyncio.gather(told.turn(60), other.turn(60))
        await a_while_ago(database)
        told.slow(30)
        assert await told.turn(60)
        moments.waits.clear()
        assert await other.turn(60)
        assert 29 < moments.waits[0] - time.monotonic() < 31
        assert other.rate == pytest.approx(10, rel=0.06), "half of forty, for one of two"


async def test_no_limit_is_none_until_the_shop_asks(database: str) -> None:
    async with AsyncExitStack() as stack:
        one, other = await paces(stack, database, Moments(), None, None)
        assert await one.turn(0)
        assert await other.turn(0)
        assert one.rate is None
        one.slow(None)
        assert await one.turn(60)
        assert await other.turn(60)
        assert other.rate is not None


async def test_without_the_database_a_worker_goes_on_with_its_share(database: str) -> None:
    import psycopg
    from psycopg import sql
    from psycopg.conninfo import conninfo_to_dict, make_conninfo

    moments = Moments()
    async with AsyncExitStack() as stack:
        one, other = await paces(stack, database, moments, 20, 20)
        await asyncio.gather(one.turn(60), other.turn(60))
        await one.turn(60)
        name = str(conninfo_to_dict(database)["dbname"])
        async with await psycopg.AsyncConnection.connect(make_conninfo(database, dbname="postgres"), autocommit=True) as connection:
            await connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
            moments.waits.clear()
            assert all(await asyncio.gather(*(one.turn(60) for _ in range(5))))
            assert min(moments.gaps) > 0.09, "ten a second: twenty for two"
            await connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
