"""kill -9 at any moment: the run goes on with its journal, and the shops' ledgers show every change exactly once."""

from pathlib import Path

import pytest

from tests.bulk.killing import survive


@pytest.mark.slow
async def test_a_run_that_is_killed_six_times_does_everything_exactly_once(tmp_path: Path) -> None:
    trial, report = await survive(tmp_path, count=400, kills=6, seed=20260105)

    assert trial.wrong() == {}
    assert (report["applied"], report["not_applied"], report["unknown"], report["left"]) == (len(trial.changes), 0, 0, 0)
