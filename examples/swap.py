"""Swaps a product in every order that is still a draft: shows what it would do, does it, and goes on after an interruption.

    python swap.py 8x12 8x10 --dry-run
    python swap.py 8x12 8x10

Run again with the same journal, it goes on where it was. Ctrl-C lets what is under way end. Which shop stands in the settings.
"""

import argparse
import asyncio
import signal
import sys
from pathlib import Path

import printkit
from printkit import OrderStatus


async def main(old: str, new: str, journal: Path, *, dry_run: bool) -> int:
    """0 when everything was applied, 1 when not, 2 when there is more to do."""
    async with printkit.connect() as kit:
        changes = kit.select(status=OrderStatus.DRAFT, sku=old).swap_sku(new)
        if dry_run:
            async for plan in kit.plan(changes):
                print(plan.index, *plan.effects, plan.problem or "")
            return 0

        run = kit.apply(None if journal.exists() else changes, journal=journal)
        asyncio.get_running_loop().add_signal_handler(signal.SIGINT, run.stop, "interrupted")
        async with run:
            async for result in run:
                if not result.applied:
                    print(result.change, result.error or result.outcome)
        report = run.report
        print(f"{report.applied} applied, {report.not_applied} not, {report.unknown} unknown, {report.left} left")
        return 2 if report.left else 0 if report.ok else 1


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("old")
    parser.add_argument("new")
    parser.add_argument("--journal", type=Path, default=Path("swap.db"))
    parser.add_argument("--dry-run", action="store_true")
    given = parser.parse_args()
    sys.exit(asyncio.run(main(given.old, given.new, given.journal, dry_run=given.dry_run)))
