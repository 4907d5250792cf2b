"""Carries out many changes against shops that lose answers, kills the program at random, and compares the shops' ledgers at the end.

``python benchmarks/survive_kills.py --changes 10000 --kills 20``: some minutes. The small version of it is a test.
"""

import argparse
import asyncio
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.bulk.killing import kinds, survive


async def main(changes: int, kills: int, seed: int) -> int:
    """Run it and tell; 0 when every change happened exactly once."""
    with tempfile.TemporaryDirectory() as folder:
        trial, report = await survive(Path(folder), count=changes, kills=kills, seed=seed, say=print)
    print(", ".join(f"{count} {name}" for name, count in kinds(trial)))
    print(report)
    wrong = trial.wrong()
    print(f"{len(trial.expected)} effects expected; wrong: {wrong or 'none'}")
    return 1 if wrong or report["applied"] != len(trial.changes) else 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--changes", type=int, default=10_000)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    sys.exit(asyncio.run(main(given.changes, given.kills, given.seed)))
