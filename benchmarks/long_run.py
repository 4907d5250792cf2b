"""One long run of changes by itself, and what it cost as it went on: memory and time, in windows. Says one line of JSON at its end."""

import argparse
import asyncio
import json
import re
import statistics
import sys
import tempfile
import time
from pathlib import Path

from .bulk import SETTLED, changes, with_aiohttp
from .clients import AT_ONCE, kit_at, tuned_aiohttp


def peak_memory() -> int:
    """The most that this process has held so far, in KiB."""
    status = Path("/proc/self/status")
    if status.exists():
        found = re.search(r"VmHWM:\s+(\d+) kB", status.read_text(encoding="utf-8"))
        assert found is not None
        return int(found[1])
    import resource

    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most // 1024 if sys.platform == "darwin" else most


class Meter:
    """Looks at the clocks and at the memory each time another window of changes is done."""

    def __init__(self, count: int) -> None:
        self._count = count
        self._window = max(1, min(SETTLED, count // 20))
        self._done = 0
        self._began = self._marked = (time.process_time(), time.perf_counter())
        self.costs: list[float] = []
        self.memory: list[int] = []

    def one(self) -> None:
        """A change is done."""
        self._done += 1
        if self._done % self._window == 0:
            now = (time.process_time(), time.perf_counter())
            self.costs.append((now[0] - self._marked[0]) / self._window)
            self.memory.append(peak_memory())
            self._marked = now
            print(f"{self._done} of {self._count}, {self.memory[-1]} KiB", flush=True)

    def said(self) -> dict[str, float]:
        """What came of it. The first window warms everything up: ``first`` and ``last`` are of the ten after it and of the last ten."""
        cpu, wall = time.process_time() - self._began[0], time.perf_counter() - self._began[1]
        return {
            "cpu_each": 1e6 * cpu / self._count,
            "wall_each": 1e6 * wall / self._count,
            "first": statistics.median(self.costs[1:11]),
            "last": statistics.median(self.costs[-10:]),
            "settled": self._window,
            "growth": self.memory[-1] - self.memory[0],
            "peak": self.memory[-1],
        }


async def main(way: str, count: int, url: str) -> None:
    """Run, and tell."""
    meter = Meter(count)
    if way == "plain":
        async with tuned_aiohttp() as session:
            await with_aiohttp(session, url, meter.one)(count)
    else:
        with tempfile.TemporaryDirectory() as folder:
            journal = Path(folder) / "run.db" if way == "journal" else None
            async with kit_at(url) as kit:
                async for result in kit.apply(changes(count), journal=journal, concurrency=AT_ONCE):
                    assert result.applied
                    meter.one()
    print(json.dumps(meter.said()))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("way", choices=("plain", "printkit", "journal"))
    parser.add_argument("count", type=int)
    parser.add_argument("url")
    given = parser.parse_args()
    asyncio.run(main(given.way, given.count, given.url))
