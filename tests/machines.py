"""Several machines on one: an emulator and workers in processes of their own, started and killed as users and accidents do."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import printkit
from printkit import NewOrder, Photo, Recipient
from printkit.changes import AddPhotos, Change, Submit

COMMAND = [sys.executable, "-m", "printkit.cli"]
KEY = {"PRINTKIT_PROVIDERS_PWINTY_API_KEY": "a key"}
TOM = Recipient(name="Tom Smith", line1="14 Acacia Avenue", city="Cardiff", postal_code="CF11 1AB", country="GB")
PICTURE = "https://example.com/{}.jpg"


class Machines:
    """The emulator's process and the workers'. Leave it as a context: then all of them are ended."""

    def __init__(self, database: str, folder: Path, **settings: object) -> None:
        self.database = database
        self._folder = folder
        self._settings = settings
        self._processes: list[subprocess.Popen[str]] = []
        self.workers: list[subprocess.Popen[str]] = []

    def __enter__(self) -> "Machines":
        emulator = self._start("emulator", "--port", "0", "--json")
        assert emulator.stdout is not None
        self.url = json.loads(emulator.stdout.readline())["url"]
        return self

    def __exit__(self, *_: object) -> None:
        for process in self._processes:
            process.kill()
            process.communicate()

    @property
    def place(self) -> str:
        return self.url.partition("://")[2]

    @property
    def connection(self) -> str:
        settings = "&".join(f"{name}={value}" for name, value in self._settings.items())
        return f"pwinty+emulator://{self.place}?{settings}"

    def start_worker(self, *words: str) -> subprocess.Popen[str]:
        worker = self._start("worker", "--url", self.connection, *words)
        self.workers.append(worker)
        return worker

    def _start(self, *words: str) -> subprocess.Popen[str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("PRINTKIT_")}
        with (self._folder / f"{len(self._processes)}.log").open("w") as log:
            process = subprocess.Popen(
                [*COMMAND, *words],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                cwd=self._folder,
                env={**kept, **KEY, "PRINTKIT_DATABASE": self.database},
                start_new_session=True,
            )
        self._processes.append(process)
        return process

    def kill(self, worker: subprocess.Popen[str]) -> None:
        worker.send_signal(signal.SIGKILL)
        worker.wait()
        self.workers.remove(worker)

    def said(self) -> str:
        return "\n".join(log.read_text()[-2000:] for log in sorted(self._folder.glob("*.log")))

    def control(self, method: str, path: str, body: object = None) -> Any:
        with closing(HTTPConnection(self.place, timeout=30)) as connection:
            connection.request(method, f"/_emulator/{path}", None if body is None else json.dumps(body))
            answer = connection.getresponse()
            assert answer.status == 200
            return json.load(answer)

    def fault(self, count: int, of: int, instruction: object, chance: random.Random) -> None:
        """So many of the next writes, at random."""
        for first in chance.sample(range(1, of + 1), count):
            self.control("POST", "faults", {"method": "POST", "first": first, "instruction": instruction})

    def happened(self, kind: str) -> dict[str, int]:
        """By order, how often."""
        found: dict[str, int] = {}
        for entry in self.control("GET", "ledger")["pwinty"]:
            if entry["kind"] == kind:
                found[entry["key"][0]] = found.get(entry["key"][0], 0) + entry["count"]
        return found

    def kit(self) -> printkit.PrintKit:
        return printkit.connect(self.connection, environ=KEY)

    async def changes(self, orders: int) -> list[Change]:
        """Two changes of each of so many new orders: a photo, which a shop takes as often as it is sent, and its submission."""
        found: list[Change] = []
        async with self.kit() as kit:
            for number in range(orders):
                order = await kit.create_order(NewOrder(reference=f"ORD-{number}", recipient=TOM))
                found.append(AddPhotos(order.ref, [Photo("8x12", PICTURE.format(number))]))
                found.append(Submit(order.ref))
        return found


def until(seconds: float) -> Any:
    """Numbers of tries for at most so long."""
    ends = time.monotonic() + seconds
    tries = 0
    while time.monotonic() < ends:
        yield tries
        tries += 1
    raise AssertionError(f"it has not come within {seconds:g} s")
