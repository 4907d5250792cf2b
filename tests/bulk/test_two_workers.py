"""Two workers in processes of their own, killed in turn, on a shop that loses answers: every change happens exactly once."""

import asyncio
import os
import random
import signal
from pathlib import Path

import pytest

from tests.machines import Machines, until

pytest_plugins = ["tests.postgres"]

QUICK = {"settle": 0.6, "deadline": 4, "attempt_timeout": 2, "concurrency": 16}
ORDERS = int(os.environ.get("PRINTKIT_ORDERS", "200"))
"""5000 of them, 10 000 changes, are the whole version, by hand."""
KILLS = int(os.environ.get("PRINTKIT_KILLS", "4"))


@pytest.mark.slow
async def test_workers_killed_in_turn_do_every_change_exactly_once(database: str, tmp_path: Path) -> None:
    from printkit.bulk import distributed

    chance = random.Random(7)  # noqa: S311 - the same faults in every run
    with Machines(database, tmp_path, **QUICK) as machines:
        changes = await machines.changes(ORDERS)
        machines.fault(len(changes) // 50, len(changes), "reset-after-commit", chance)
        machines.fault(len(changes) // 100, len(changes), {"kind": "html", "commit": True}, chance)
        async with machines.kit() as kit:
            run = await distributed.submit(kit, changes, database, chunk_size=40)
        options = ("--lease", "1", "--chunks", "2")
        for _ in range(2):
            machines.start_worker(*options)
        done = killed = 0
        for _ in until(600):
            status = await distributed.status(database, run)
            assert status.stopped is None, status.stopped
            if not status.kept.left:
                break
            ended = len(changes) - status.kept.left
            if killed < KILLS and ended >= done + len(changes) // (KILLS + 2):
                done, killed = ended, killed + 1
                machines.kill(machines.workers[0])
                machines.start_worker(*options)
            await asyncio.sleep(0.05)
        assert killed == KILLS
        assert status.kept.counts == {"applied": len(changes)}, machines.said()
        for kind in ("photo added", "order submitted"):
            happened = machines.happened(kind)
            assert len(happened) == ORDERS
            assert set(happened.values()) == {1}
        for worker in machines.workers:
            worker.terminate()
        assert [worker.wait(30) for worker in machines.workers] == [0, 0]


@pytest.mark.slow
async def test_a_worker_that_froze_and_wakes_sends_nothing_more(database: str, tmp_path: Path) -> None:
    """Its lease ran out meanwhile, another worker went on with its chunks."""
    from printkit.bulk import distributed

    with Machines(database, tmp_path, **QUICK | {"rate": 60}) as machines:
        changes = await machines.changes(60)
        async with machines.kit() as kit:
            run = await distributed.submit(kit, changes, database, chunk_size=20)
        options = ("--lease", "1", "--chunks", "3")
        frozen = machines.start_worker(*options)
        for _ in until(30):
            if (await distributed.status(database, run)).kept.counts.get("applied", 0) >= 10:
                break
            await asyncio.sleep(0.02)
        frozen.send_signal(signal.SIGSTOP)
        machines.start_worker(*options)
        for _ in until(90):
            status = await distributed.status(database, run)
            if not status.kept.left:
                break
            await asyncio.sleep(0.1)
        frozen.send_signal(signal.SIGCONT)
        frozen.terminate()
        assert frozen.wait(30) == 0, machines.said()
        assert status.kept.counts == {"applied": len(changes)}, machines.said()
        for kind in ("photo added", "order submitted"):
            assert list(machines.happened(kind).values()) == [1] * 60
