"""A program that carries out one file of changes with a journal, for tests that kill it: prints a line when it begins, and its report."""

import asyncio
import json
import sys

import printkit
from printkit import change_lines


async def main(changes: str, journal: str) -> None:
    async with printkit.connect() as kit:
        run = kit.apply(change_lines.read(changes), journal=journal)
        async for _ in run:
            if run.progress.applied == 1:
                print("begun", flush=True)  # noqa: T201
        report = run.report
        told = {name: getattr(report, name) for name in ("applied", "not_applied", "unknown", "left", "seconds", "rate")}
        why = [str(getattr(each.outcome, "why", "")) for each in report.unresolved[:5]]
        print(json.dumps({**told, "why": why}), flush=True)  # noqa: T201


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
