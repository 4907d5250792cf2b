"""What stands around the verbs as callers use it: connecting, bulk, notices, telemetry, emulators, providers. Only type-checked.

The verbs and values are in ``api.py``.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import assert_type

import aiohttp
from aiohttp import web

import printkit
from printkit import (
    Applied,
    Catalogue,
    CheckReport,
    ConnectionCheck,
    FieldProblem,
    Finding,
    FindingCode,
    Hook,
    Issues,
    Item,
    LoggingHook,
    NewOrder,
    NotApplied,
    Notice,
    Notices,
    NoticeShipment,
    OpenTelemetryHook,
    Order,
    OrderRef,
    OrderStatus,
    Photo,
    PrintKit,
    PrintProvider,
    Recipient,
    ReconcileHandle,
    Request,
    Response,
    Secret,
    Severity,
    Unknown,
    change_lines,
)
from printkit.bulk import distributed, journal
from printkit.bulk.kept import Kept, Status
from printkit.bulk.plans import Plan
from printkit.bulk.postgres import RunStatus
from printkit.bulk.results import ChangeResult, Progress, Report
from printkit.bulk.run import Run
from printkit.bulk.settling import Settled
from printkit.changes import (
    AddPhotos,
    CancelItems,
    Change,
    PlaceOrder,
    ReplaceArtwork,
    SetStatus,
    Submit,
    SwapSku,
    UpdateRecipient,
)
from printkit.emulator.faults import Fault, ResetAfterCommit
from printkit.emulator.ledger import LedgerEntry
from printkit.inbox import Inbox
from printkit.providers.gooten.adapter import Gooten
from printkit.providers.gooten.emulator import Options as GootenOptions, Shop as GootenShop
from printkit.providers.pwinty.adapter import Pwinty
from printkit.providers.pwinty.emulator import Options as PwintyOptions, Shop as PwintyShop
from printkit.receiving import Answer, Limits, Receiver, new_token
from printkit.rehearsal import PlannedRequest
from printkit.selections import Selection
from printkit.server.emulator import EmulatorServer
from printkit.server.receiver import ReceiverServer, application
from printkit.telemetry import Attempt, Drift, Event, Notified, Outcome, Wait
from printkit.transport.in_process import Answers

# ── Connecting ────────────────────────────────────────────────────────────────────────────────────────────────────────


async def connecting(session: aiohttp.ClientSession) -> None:
    assert_type(printkit.connect(), PrintKit)
    kit = printkit.connect(
        "pwinty+emulator://",
        config_file=Path("printkit.toml"),
        environ={"PRINTKIT_DEFAULT": "pwinty"},
        hooks=[LoggingHook(), OpenTelemetryHook(), told],
        emulators={"pwinty": PwintyShop(), "gooten": GootenShop(GootenOptions())},
        session=session,
    )
    async with kit as same:
        assert_type(same, PrintKit)
    await kit.aclose(grace=1.0)


async def checking(kit: PrintKit) -> None:
    report = await kit.check(country="GB", provider="pwinty")
    assert_type(report, CheckReport)
    assert_type((report.ok, report.findings), tuple[bool, tuple[Finding, ...]])
    assert_type(report.connections, tuple[ConnectionCheck, ...])
    assert_type([(finding.code, finding.severity) for finding in report.findings], list[tuple[FindingCode, Severity]])


def secrets(key: Secret, problem: FieldProblem) -> str:
    return key.reveal() + problem.path


# ── Many at once ──────────────────────────────────────────────────────────────────────────────────────────────────────

CHANGES: list[Change] = [
    PlaceOrder(NewOrder(Recipient("Tom Smith"), "ORD-1"), [Photo("8x12", "https://example.com/a.jpg")], provider="pwinty"),
    AddPhotos("pwinty:1065", [Photo("8x12", "https://example.com/a.jpg")]),
    Submit(OrderRef("pwinty", "1065")),
    UpdateRecipient("pwinty:1065", Recipient("Ann Jones")),
    CancelItems("pwinty:1065", ["1", "2"]),
    SwapSku("pwinty:1065", "1", "8x10", {"finish": "matt"}),
    ReplaceArtwork("pwinty:1065", "1", "https://example.com/b.jpg"),
    SetStatus("pwinty:1065", OrderStatus.CANCELLED),
    SetStatus("gooten:1065", "New"),
]


async def generated(orders: list[Order]) -> AsyncIterator[SwapSku]:
    for order in orders:
        for item in order.live_items:
            yield SwapSku(order, item, "8x10")


async def many_at_once(kit: PrintKit, orders: list[Order]) -> None:
    run = kit.apply(CHANGES, journal=Path("run.db"), concurrency=8, in_order=True, rate=10)
    assert_type(run, Run)
    async with run:
        async for result in run:
            assert_type(result, ChangeResult)
            assert_type(result.change, Change)
            assert_type((result.index, result.applied), tuple[int, bool])
            match result.outcome:
                case Applied(order):
                    assert_type(order, Order)
                case NotApplied():
                    assert_type(result.error, Exception | None)
                case Unknown():
                    assert_type(result.handle, ReconcileHandle | None)
            run.stop("enough")
    assert_type(run.progress, Progress)
    assert_type(run.report, Report)
    assert_type(await kit.apply(generated(orders)), Report)
    assert_type((await kit.apply(None, journal="run.db")).stopped, str | None)
    await kit.apply(Submit(order) for order in orders)


async def selections_and_plans(kit: PrintKit) -> None:
    selection = kit.select(
        status=OrderStatus.DRAFT, sku="8x12", since=datetime(2026, 1, 1, tzinfo=UTC), reference="ORD-1", provider="pwinty"
    )
    assert_type(selection, Selection)
    async for order, item in selection:
        assert_type(order, Order)
        assert_type(item, Item)
    assert_type(selection.swap_sku("8x10"), AsyncIterator[SwapSku])
    assert_type(kit.select(orders=["pwinty:1065"]).submit(), AsyncIterator[Submit])
    assert_type(selection.cancel_items(), AsyncIterator[CancelItems])
    assert_type(selection.set_status("Cancelled"), AsyncIterator[SetStatus])
    assert_type(selection.replace_artwork("https://example.com/b.jpg"), AsyncIterator[ReplaceArtwork])
    await kit.apply(selection.swap_sku("8x10"))
    async for plan in kit.plan(selection.submit(), concurrency=2):
        assert_type(plan, Plan)
        assert_type(plan.requests, tuple[PlannedRequest, ...])
        assert_type(plan.effects, tuple[str, ...])
        assert_type(plan.problem, Exception | None)
    async for settled in kit.settle("run.db"):
        assert_type(settled, Settled)
        assert_type(settled.left, bool)


def files_of_changes() -> None:
    for change in change_lines.read("changes.jsonl"):
        assert_type(change, Change)
        assert_type(change_lines.to_json(change), str)
        assert_type(change_lines.from_dict(change_lines.to_dict(change)), Change)
    assert_type(list(change_lines.read_orders(Path("orders.csv"))), list[OrderRef])
    assert_type(journal.read("run.db"), Status)
    assert_type(list(journal.read_changes("run.db", "unknown")), list[Kept])


async def several_machines(kit: PrintKit, database: str, stop: asyncio.Event) -> None:
    run = await distributed.submit(kit, CHANGES, database, run="spring-sale", chunk_size=10)
    assert_type(run, str)
    await distributed.work(kit, Secret(database), stop, distributed.WorkerOptions(chunks=2, lease=30))
    assert_type(await distributed.status(database, run), RunStatus)
    assert_type(await distributed.runs(database), list[str])
    async for change in distributed.kept(database, run, "unknown"):
        assert_type(change, Kept)
    async for result in distributed.settle(kit, database, run):
        assert_type(result, ChangeResult)
    await distributed.stop(database, run, "enough")
    assert_type(await distributed.resume(database, run), int)


# ── Notices ───────────────────────────────────────────────────────────────────────────────────────────────────────────


async def receiving(kit: PrintKit, stream: AsyncIterator[bytes]) -> None:
    async def changed(order: Order) -> None:
        print(order.status)

    receiver = Receiver(kit, changed, token=Secret(new_token()), inbox=Inbox("inbox.db"), limits=Limits(pause=2.0, look_again=None))
    async with receiver:
        assert_type(receiver.urls("https://example.com/notices"), Mapping[str, str])
        for body in (b"", stream):
            answer = await receiver.receive(token="", connection="pwinty", method="POST", headers={}, query={}, body=body)
            assert_type(answer, Answer)
            assert_type((answer.status, answer.text), tuple[int, str])
        assert_type(application(receiver), web.Application)
    async with ReceiverServer(receiver, host="127.0.0.1", port=0) as listening:
        assert_type(listening.url, str)


def one_notice(kit: PrintKit) -> None:
    notice = kit.parse_notice({}, {"orderid": "1"}, b"{}", provider="gooten")
    assert_type(notice, Notice)
    assert_type((notice.order, notice.status), tuple[OrderRef, OrderStatus])
    assert_type(notice.shipments, tuple[NoticeShipment, ...])


# ── Telemetry ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def told(event: Event) -> None:
    match event:
        case Attempt():
            assert_type(event.seconds, float)
        case Wait():
            assert_type(event.cause, str)
        case Outcome():
            assert_type(event.operation, str)
        case Drift():
            assert_type(event.word, str)
        case Notified():
            assert_type(event.provider, str)


class Counting:
    def __init__(self) -> None:
        self.events = 0

    def __call__(self, event: Event, /) -> None:
        self.events += 1


HOOKS: list[Hook] = [told, Counting(), LoggingHook()]

# ── Emulators ─────────────────────────────────────────────────────────────────────────────────────────────────────────


class Closed:
    """A shop of one's own making, for tests of one's own."""

    def answer(self, request: Request) -> Response:
        return Response(503, {"Retry-After": "60"}, request.path.encode())


CLOSED: Answers = Closed()


async def emulators() -> None:
    shop = PwintyShop(PwintyOptions(prefix="/v2.5"))
    async with EmulatorServer([shop, GootenShop()], port=0, fetch_from=["127.0.0.1:8000"]) as server:
        server.faults.add(Fault(ResetAfterCommit(), method="POST", path="/v2.5/Orders", times=2))
        assert_type((server.port, server.url), tuple[int, str])
    assert_type(shop.ledger.count("order submitted", "1"), int)
    assert_type(shop.ledger.entries(), tuple[LedgerEntry, ...])


# ── Providers ─────────────────────────────────────────────────────────────────────────────────────────────────────────

ADAPTERS: list[type[PrintProvider]] = [Gooten, Pwinty]
CATALOGUES: list[type[Catalogue]] = [Gooten, Pwinty]
ISSUES: list[type[Issues]] = [Pwinty]
NOTICES: list[type[Notices]] = [Gooten, Pwinty]
