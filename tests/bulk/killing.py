"""A run that is killed again and again, against shops that lose answers: what the shops' ledgers say happened. Knows no engine."""

import asyncio
import contextlib
import json
import os
import random
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from attrs import define, field

import printkit
from printkit import NewOrder, OrderStatus, Photo, Recipient
from printkit.change_lines import to_json
from printkit.changes import AddPhotos, CancelItems, Change, PlaceOrder, ReplaceArtwork, SetStatus, SwapSku, UpdateRecipient
from printkit.emulator.faults import CommitLate, Html, Instruction, ResetAfterCommit, ResetBeforeCommit, StallAfterCommit, Throttle
from printkit.providers.gooten.emulator import Shop as Gooten
from printkit.providers.pwinty.emulator import Shop as Pwinty
from printkit.server.emulator import EmulatorServer
from printkit.transport.in_process import Answers

TOM = Recipient("Tom Smith", line1="14 Acacia Avenue", city="Cardiff", postal_code="CF11 1AB", country="GB")
ANN = Recipient("Ann Jones", line1="The Hollies", city="Cardiff", postal_code="CF11 1AX", country="GB")
URL = "https://images.example.com/{}.jpg"
CANVAS, SMALL_CANVAS = "CanvsWrp-BlkWrp-18x24", "CanvsWrp-BlkWrp-8x10"
PROGRAM = Path(__file__).with_name("run_once.py")


def environment(url: str) -> dict[str, str]:
    """Of the program that is killed: a short deadline and a short settle window, so that what was cut off is soon decided."""
    both = {"environment": "emulator", "base_url": url, "deadline": 4, "attempt_timeout": 2, "settle": 2, "concurrency": 32}
    settings = {
        "pwinty": {**both, "merchant_id": "m-1", "api_key": "k-not-shown", "currency": "GBP"},
        "gooten": {
            **both,
            "recipe_id": "00000000-0000-4000-8000-000000000001",
            "partner_billing_key": "k-not-shown",
            "email": "orders@example.com",
            "phone": "+44 20 0000 0000",
        },
    }
    mine = {f"PRINTKIT_PROVIDERS_{shop}_{name}".upper(): str(value) for shop, each in settings.items() for name, value in each.items()}
    root = str(Path(__file__).parents[2])
    return {**{name: text for name, text in os.environ.items() if not name.startswith("PRINTKIT_")}, "PYTHONPATH": root, **mine}


@define
class Trial:
    """Shops with orders in them, and changes of those."""

    folder: Path
    seed: int = 0
    pwinty: Pwinty = field(factory=Pwinty)
    gooten: Gooten = field(factory=Gooten)
    changes: list[Change] = field(factory=list)
    expected: dict[tuple[Any, ...], int] = field(factory=dict)
    """What each ledger must say at the end: (shop, kind, key…) → how often."""

    async def prepare(self, count: int) -> None:
        """At least ``count`` changes of every kind, a tenth of them second and third changes of one order."""
        environ = environment("http://127.0.0.1:1")
        emulators: dict[str, Answers] = {"pwinty": self.pwinty, "gooten": self.gooten}
        for name in ("PRINTKIT_PROVIDERS_PWINTY_BASE_URL", "PRINTKIT_PROVIDERS_GOOTEN_BASE_URL"):
            del environ[name]
        async with printkit.connect(environ=environ, emulators=emulators) as kit:
            place = 0
            while len(self.changes) < count:
                await self._some(kit, place)
                place += 1
        random.Random(self.seed).shuffle(self.changes)  # noqa: S311 - chance that can be repeated

    async def _some(self, kit: printkit.PrintKit, place: int) -> None:
        photos = [Photo("4x6", URL.format(f"{place}-a")), Photo("4x6", URL.format(f"{place}-b"), copies=2)]
        draft = await kit.add_photos(await kit.create_order(NewOrder(TOM, reference=f"P{place}"), provider="pwinty"), photos)
        placed = await kit.place_order(NewOrder(TOM, reference=f"G{place}"), [Photo(CANVAS, URL.format("a"))], provider="gooten")
        first, second = (item.id for item in draft.items)
        other = await kit.create_order(NewOrder(TOM, reference=f"C{place}"), provider="pwinty")
        self.changes += [
            PlaceOrder(NewOrder(TOM, reference=f"new P{place}"), photos, "pwinty"),
            PlaceOrder(NewOrder(TOM, reference=f"new-G{place}"), [Photo(CANVAS, URL.format("b"))], "gooten"),
            ReplaceArtwork(draft.ref, first, URL.format(f"{place}-c")),
            CancelItems(draft.ref, [second]),
            AddPhotos(draft.ref, [Photo("4x6", URL.format(f"{place}-d")), Photo("4x6", URL.format(f"{place}-e"))]),
            SetStatus(other.ref, OrderStatus.CANCELLED),
            SwapSku(placed.ref, placed.items[0].id, SMALL_CANVAS),
            UpdateRecipient(placed.ref, ANN),
        ]
        self.expected |= {
            ("pwinty", "order created", f"new P{place}"): 1,
            ("gooten", "order submitted", f"new-G{place}"): 1,
            ("pwinty", "photo added", draft.id, "4x6", URL.format(f"{place}-c")): 1,
            ("pwinty", "photo added", draft.id, "4x6", URL.format(f"{place}-d")): 1,
            ("pwinty", "photo added", draft.id, "4x6", URL.format(f"{place}-e")): 1,
            ("pwinty", "photo deleted", draft.id): 2,
            ("pwinty", "order cancelled", other.id): 1,
            ("gooten", "sku changed", placed.id): 1,
            ("gooten", "address changed", placed.id): 1,
        }

    def wrong(self) -> dict[tuple[Any, ...], int]:
        """What happened another number of times than it should have."""
        ledgers = {"pwinty": self.pwinty.ledger, "gooten": self.gooten.ledger}
        found = {key: ledgers[key[0]].count(*key[1:]) for key in self.expected}
        wrong = {key: count for key, count in found.items() if count != self.expected[key]}
        photos = Counter[str]()
        submitted = {entry.key[0]: entry.count for entry in self.pwinty.ledger.entries() if entry.kind == "order submitted"}
        for entry in self.pwinty.ledger.entries():
            if entry.kind == "photo added":
                photos[entry.key[0]] += entry.count
            if entry.kind == "order created" and entry.key[0].startswith("new P"):
                wrong |= {("submitted", *entry.key): submitted.get(entry.key[1], 0)} if submitted.get(entry.key[1]) != 1 else {}
        wrong |= {("photos", order): photos[order] for order in submitted if photos[order] != 2}
        return wrong


def weather(seed: int, *, throttles: bool) -> Callable[[str, str], Instruction | None]:
    """2 % of the writes lose their answer after they happened, 1 % meet a 502 with a page, some come late, some never arrive."""
    chance = random.Random(seed)  # noqa: S311 - chance that can be repeated

    def befalls(method: str, path: str) -> Instruction | None:
        dice = chance.random()
        if method == "GET":
            return Html(502) if dice < 0.002 else None
        steps: list[tuple[float, Instruction]] = [
            (0.02, ResetAfterCommit()),
            (0.005, Html(502, commit=True)),
            (0.005, Html(502)),
            (0.005, ResetBeforeCommit()),
            (0.01, StallAfterCommit(0.5)),
            (0.002, StallAfterCommit(3.0)),
            (0.003, CommitLate(0.7)),
            (0.0003 if throttles else 0.0, Throttle("0")),
        ]
        for share, instruction in steps:
            if dice < share:
                return instruction
            dice -= share
        return None

    return befalls


async def survive(
    folder: Path, *, count: int, kills: int, seed: int, say: Callable[[str], None] = lambda text: None
) -> tuple[Trial, dict[str, Any]]:
    """Run it, kill it ``kills`` times at random, run it to its end; the trial and the last report."""
    trial, chance = Trial(folder, seed), random.Random(seed)  # noqa: S311 - chance that can be repeated
    await trial.prepare(count)
    changes, journal = folder / "changes.jsonl", folder / "run.db"
    changes.write_text("".join(f"{to_json(change)}\n" for change in trial.changes), encoding="utf-8")
    trial.pwinty.ledger.clear()
    trial.gooten.ledger.clear()
    async with EmulatorServer([trial.pwinty, trial.gooten], tick=0.25) as server:
        server.faults.befalls = weather(seed, throttles=count > 1000)  # type: ignore[assignment,method-assign]
        for number in range(kills + 1):
            began = time.monotonic()
            process = await asyncio.create_subprocess_exec(
                sys.executable, str(PROGRAM), str(changes), str(journal), env=environment(server.url), stdout=asyncio.subprocess.PIPE
            )
            try:
                assert process.stdout is not None
                if number < kills:
                    with contextlib.suppress(TimeoutError):
                        async with asyncio.timeout(20):
                            await process.stdout.readline()
                    pause = chance.uniform(0, 4.0 if count > 1000 else 0.9)
                    with contextlib.suppress(TimeoutError):
                        async with asyncio.timeout(pause):
                            await process.wait()
                    if process.returncode is None:
                        process.kill()
                    await process.wait()
                    say(f"killed {number + 1} after {time.monotonic() - began:.1f} s")
                    continue
                lines = (await process.stdout.read()).decode().splitlines()
                code = await process.wait()
                assert code == 0, lines
                return trial, json.loads(lines[-1])
            finally:
                if process.returncode is None:
                    process.kill()
                    await process.wait()
    raise AssertionError


def kinds(trial: Trial) -> Iterator[tuple[str, int]]:
    """How many changes of each kind."""
    yield from Counter(type(change).__name__ for change in trial.changes).items()
