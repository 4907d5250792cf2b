"""A run that several machines carry out together, kept in a PostgreSQL that all of them reach.

    export PRINTKIT_DATABASE=postgresql://printkit@db.example.com/printkit
    python machines.py submit changes.jsonl spring-sale     # once
    python machines.py work                                 # on every machine, any number of times
    python machines.py status spring-sale

A worker ends in good order on SIGTERM; one that is killed is replaced by the others, and nothing is sent twice.
"""

import asyncio
import os
import signal
import sys

import printkit
from printkit import change_lines
from printkit.bulk import distributed


async def main(what: str, *words: str) -> None:
    """Submit, work or tell."""
    database = os.environ["PRINTKIT_DATABASE"]
    if what == "status":
        (run,) = words
        status = await distributed.status(database, run)
        print(dict(status.kept.counts), f"{status.kept.left} left, {status.workers} at work", status.stopped or "")
        return
    async with printkit.connect() as kit:
        if what == "submit":
            file, run = words
            print("submitted:", await distributed.submit(kit, change_lines.read(file), database, run=run, chunk_size=10))
        else:
            stop = asyncio.Event()
            asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
            print("at work", flush=True)
            await distributed.work(kit, database, stop)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
