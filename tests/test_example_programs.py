"""The programs in examples/ do what they say, on emulated shops over real HTTP: a web service, a bulk script, two workers."""

import asyncio
import contextlib
import importlib
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

import printkit
from printkit import NewOrder, OrderStatus, Photo, Recipient
from printkit.bulk import distributed
from printkit.change_lines import to_json
from printkit.changes import AddPhotos
from printkit.emulator.faults import Fault, ResetAfterCommit, Status
from printkit.providers.pwinty.emulator import Shop
from printkit.server.emulator import EmulatorServer
from tests.postgres import database, postgres  # noqa: F401 - fixtures

EXAMPLES = Path(__file__).parents[1] / "examples"
TOM = Recipient("Tom Smith", line1="14 Acacia Avenue", city="Cardiff", postal_code="CF11 1AB", country="GB")


@contextlib.asynccontextmanager
async def emulated() -> AsyncIterator[tuple[Shop, EmulatorServer, dict[str, str]]]:
    """A shop, and the environment in which a program orders from it."""
    shop = Shop()
    async with EmulatorServer([shop]) as server:
        settings = {"environment": "emulator", "base_url": server.url, "settle": "1", "deadline": "4", "attempt_timeout": "2"}
        yield shop, server, {f"PRINTKIT_PROVIDERS_PWINTY_{name.upper()}": value for name, value in settings.items()}


async def drafts(environ: dict[str, str], count: int) -> list[printkit.Order]:
    async with printkit.connect(environ=environ) as kit:
        orders = [await kit.create_order(NewOrder(TOM, reference=f"ORD-{number}")) for number in range(count)]
        return [await kit.add_photos(order, [Photo("8x12", "https://example.com/a.jpg")]) for order in orders]


async def start(environ: dict[str, str], folder: Path, *words: str) -> asyncio.subprocess.Process:
    own = {key: value for key, value in os.environ.items() if not key.startswith("PRINTKIT_")}
    paths = os.pathsep.join([str(EXAMPLES.parent), os.environ.get("PYTHONPATH", "")])
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-W",
        "error",
        str(EXAMPLES / words[0]),
        *words[1:],
        cwd=folder,
        env=own | environ | {"PYTHONPATH": paths, "PYTHONUNBUFFERED": "1"},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )


async def ended(process: asyncio.subprocess.Process) -> tuple[int | None, str]:
    said, wrong = await asyncio.wait_for(process.communicate(), 60)
    assert wrong == b"", wrong.decode()
    return process.returncode, said.decode()


async def until(happens: Callable[[], Awaitable[object]]) -> None:
    async with asyncio.timeout(60):
        while not await happens():  # noqa: ASYNC110 - other processes tell nobody
            await asyncio.sleep(0.02)


# ── The web service ───────────────────────────────────────────────────────────────────────────────────────────────────

WANTED = {
    "reference": "ORD-1",
    "to": {"name": "Tom Smith", "line1": "14 Acacia Avenue", "city": "Cardiff", "postal_code": "CF11 1AB", "country": "GB"},
    "lines": [{"sku": "8x12", "url": "https://example.com/a.jpg", "copies": 2}],
}


@contextlib.asynccontextmanager
async def service(environ: dict[str, str], folder: Path) -> AsyncIterator[tuple[Any, httpx.AsyncClient]]:
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.syspath_prepend(EXAMPLES)
        patch.delitem(sys.modules, "service", raising=False)
        for name, value in (environ | {"NOTICE_TOKEN": "t" * 32}).items():
            patch.setenv(name, value)
        module = importlib.import_module("service")
        transport = httpx.ASGITransport(module.app)
        async with module.app.router.lifespan_context(module.app), httpx.AsyncClient(transport=transport, base_url="http://here") as client:
            yield module, client


async def test_the_service_places_orders_and_hears_of_changes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    async with emulated() as (shop, _, environ), service(environ, tmp_path) as (module, client):
        placed = await client.post("/orders", json=WANTED)
        assert (placed.status_code, placed.json()["status"]) == (201, OrderStatus.SUBMITTED)
        ref = placed.json()["order"]

        shop.print_and_ship(int(ref.partition(":")[2]))
        url = module.app.state.receiver.urls("http://here/notices")["pwinty"]
        assert (await client.post(url, json={"id": int(ref.partition(":")[2]), "status": "Submitted"})).status_code == 200
        assert (await client.post("http://here/notices/a-guess/pwinty", json={"id": 1, "status": "Complete"})).status_code == 404

        async def told() -> bool:
            return "ORD-1 shipped" in capsys.readouterr().out

        await until(told)
        assert (await client.get(f"/orders/{ref}")).json() == {"reference": "ORD-1", "status": "shipped", "said": "Complete"}


async def test_the_service_asks_what_became_of_a_lost_answer(tmp_path: Path) -> None:
    async with emulated() as (shop, server, environ), service(environ, tmp_path) as (_, client):
        server.faults.add(Fault(ResetAfterCommit(), method="POST", path="/v2.5/Orders/{id}/Status"))
        server.faults.add(Fault(Status(500), method="GET", times=None))
        placed = await client.post("/orders", json=WANTED)
        assert placed.status_code == 202
        assert (await client.post("/reconcile")).status_code == 503

        server.faults.clear()
        assert (await client.post("/reconcile")).json() == {placed.json()["unknown"]: "submit happened"}
        assert (await client.post("/reconcile")).json() == {}
        assert shop.ledger.repeated("order submitted", 1) == {}


async def test_the_service_says_what_is_wrong(tmp_path: Path) -> None:
    async with emulated() as (_, _, environ), service(environ, tmp_path) as (_, client):
        nowhere = {**WANTED, "to": {**WANTED["to"], "postal_code": ""}}  # type: ignore[dict-item]
        assert (await client.post("/orders", json=nowhere)).status_code == 422
        assert (await client.get("/orders/pwinty:1")).status_code == 404


# ── The bulk script ───────────────────────────────────────────────────────────────────────────────────────────────────


async def test_the_bulk_script_plans_runs_and_goes_on(tmp_path: Path) -> None:
    async with emulated() as (shop, _, environ):
        await drafts(environ, 20)
        slowly = environ | {"PRINTKIT_PROVIDERS_PWINTY_CONCURRENCY": "1"}

        code, said = await ended(await start(environ, tmp_path, "swap.py", "8x12", "8x10", "--dry-run"))
        assert (code, said.count("8x12 -> 8x10")) == (0, 20)
        assert shop.ledger.count("photo deleted") == 0

        first = await start(slowly, tmp_path, "swap.py", "8x12", "8x10")

        async def begun() -> bool:
            return shop.ledger.count("photo deleted") >= 3

        await until(begun)
        first.send_signal(signal.SIGINT)
        code, said = await ended(first)
        assert code == 2, said

        code, said = await ended(await start(environ, tmp_path, "swap.py", "8x12", "8x10"))
        assert (code, said) == (0, "20 applied, 0 not, 0 unknown, 0 left\n")
        assert shop.ledger.count("photo deleted") == 20


# ── Two workers ───────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_two_workers(tmp_path: Path, database: str) -> None:  # noqa: F811 - the fixture
    async with emulated() as (shop, _, settings):
        environ = settings | {"PRINTKIT_DATABASE": database}
        orders = await drafts(environ, 30)
        lines = [to_json(AddPhotos(order, [Photo("8x12", f"https://example.com/{order.reference}.jpg")])) for order in orders]
        (tmp_path / "changes.jsonl").write_text("\n".join(lines))

        code, said = await ended(await start(environ, tmp_path, "machines.py", "submit", "changes.jsonl", "spring-sale"))
        assert (code, said) == (0, "submitted: spring-sale\n")
        workers = [await start(environ, tmp_path, "machines.py", "work") for _ in range(2)]
        for worker in workers:  # one of them may do all the work before the other has begun, and be told to end too soon
            assert worker.stdout is not None
            assert await asyncio.wait_for(worker.stdout.readline(), 60) == b"at work\n"

        async def done() -> bool:
            return not (await distributed.status(database, "spring-sale")).kept.left

        await until(done)
        for worker in workers:
            worker.terminate()
            assert (await ended(worker))[0] == 0
        _, said = await ended(await start(environ, tmp_path, "machines.py", "status", "spring-sale"))
        assert said.startswith("{'applied': 30} 0 left"), json.dumps(said)
        assert {entry.count for entry in shop.ledger.entries() if entry.kind == "photo added"} == {1}
