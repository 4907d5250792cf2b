"""Two workers in processes of their own, killed in turn, on a shop that loses answers: every change happens exactly once."""

import asyncio
import os
import random
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
