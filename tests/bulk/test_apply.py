"""``kit.apply`` on emulated shops over real HTTP: what a lost answer, a stale order or a wrong argument makes of a run."""

import asyncio
import contextlib
import functools
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

import printkit
from printkit import (
    Applied,
    ConfigError,
    InvalidRequestError,
    JournalError,
    NewOrder,
    NotApplied,
    Order,
    OrderStatus,
    Photo,
    PrintKit,
    RunStoppedError,
)
from printkit.bulk.engine import Engine
from printkit.bulk.journal import read, read_changes
from printkit.bulk.results import ChangeResult
from printkit.changes import AddPhotos, CancelItems, Change, PlaceOrder, ReplaceArtwork, SetStatus, Submit, SwapSku, UpdateRecipient
from printkit.emulator.clock import ManualClock
from printkit.emulator.faults import CloseBeforeRead, Fault, Html, ResetAfterCommit, ResetBeforeCommit, Status
from printkit.providers.gooten.emulator import Shop as GootenShop
from printkit.providers.pwinty.emulator import Shop
from printkit.server.emulator import EmulatorServer
from printkit.transport.caller import Caller
from printkit.transport.limits import Pace
from tests.bulk.virtual_time import clock, now, run as in_no_time
from tests.providers.gooten.shops import CANVAS, RECIPE, SMALL_CANVAS
from tests.providers.pwinty.shops import ANN, KEY, TOM, URL, photo

BOTH = {
    "pwinty": {"merchant_id": "m-1", "api_key": KEY, "currency": "GBP"},
    "gooten": {"recipe_id": RECIPE, "partner_billing_key": KEY, "email": "orders@example.com", "phone": "+44 20 0000 0000"},
}


class World:
    """Both shops behind one port, and any number of kits, whose settle window is short."""

    def __init__(self, server: EmulatorServer, kits: contextlib.AsyncExitStack) -> None:
        self.server, self._kits = server, kits
        self.pwinty, self.gooten = server.shops

    async def kit(self, *connections: str, drafts: object = None, **more: object) -> PrintKit:
        both = {"environment": "emulator", "base_url": self.server.url, "settle": 0.02, "deadline": 20, **more}
        environ = {
            f"PRINTKIT_PROVIDERS_{name}_{key}".upper(): str(value)
            for name in connections or BOTH
            for key, value in {**both, **BOTH[name]}.items()
        }
        environ |= {"PRINTKIT_DRAFTS": str(drafts)} if drafts else {}
        return await self._kits.enter_async_context(printkit.connect(environ=environ))

    def fault(self, instruction: Any, first: int, method: str | None = None, path: str | None = None) -> None:
        self.server.faults.add(Fault(instruction, method, path, first=first))


@pytest.fixture
async def world() -> AsyncIterator[World]:
    pwinty, gooten = Shop(None, ManualClock()), GootenShop(None, ManualClock())
    async with EmulatorServer([pwinty, gooten], tick=None) as server, contextlib.AsyncExitStack() as kits:
        yield World(server, kits)


async def pwinty_draft(kit: PrintKit, reference: str = "R1") -> Order:
    order = await kit.create_order(NewOrder(TOM, reference=reference), provider="pwinty")
    return await kit.add_photos(order, [photo("a"), photo("b"), photo("c")])


async def gooten_placed(kit: PrintKit, reference: str = "R1") -> Order:
    return await kit.place_order(NewOrder(TOM, reference=reference), [Photo(CANVAS, URL.format("a"))], provider="gooten")


async def results(kit: PrintKit, *changes: Change, **more: Any) -> list[ChangeResult]:
    return [result async for result in kit.apply(changes, in_order=True, **more)]


def order_of(result: ChangeResult) -> Order:
    assert isinstance(result.outcome, Applied), (result.outcome, result.error)
    return result.outcome.value


def urls(order: Order) -> list[str]:
    return sorted(str(item.artwork[0].url)[len("https://images.example.com/") :] for item in order.items)


def under_way() -> list[str]:
    """What of the engine still runs."""
    found = (getattr(task.get_coro(), "__qualname__", "") for task in asyncio.all_tasks())
    return [name for name in found if name.startswith(("Engine.", "Run."))]


# ── Lost answers ──────────────────────────────────────────────────────────────────────────────────────────────────────

LOST = [ResetAfterCommit(), ResetBeforeCommit(), CloseBeforeRead(), Html(502), Html(502, commit=True), Status(500, commit=True)]
STEPS: list[tuple[str, Callable[[Order], Change], int, list[str]]] = [
    ("place", lambda _: PlaceOrder(NewOrder(TOM, reference="N1"), [photo("x"), photo("y")], "pwinty"), 3, ["x.jpg", "y.jpg"]),
    ("swap", lambda order: SwapSku(order.ref, order.items[0].id, "8x12"), 2, ["a.jpg", "b.jpg", "c.jpg"]),
    ("replace", lambda order: ReplaceArtwork(order.ref, order.items[0].id, URL.format("z")), 2, ["b.jpg", "c.jpg", "z.jpg"]),
    ("cancel", lambda order: CancelItems(order.ref, order.items[:2]), 2, ["c.jpg"]),
    ("add", lambda order: AddPhotos(order.ref, [photo("d"), photo("e")]), 1, ["a.jpg", "b.jpg", "c.jpg", "d.jpg", "e.jpg"]),
    ("submit", lambda order: Submit(order.ref), 1, ["a.jpg", "b.jpg", "c.jpg"]),
    ("address", lambda order: UpdateRecipient(order.ref, ANN), 1, ["a.jpg", "b.jpg", "c.jpg"]),
]


@pytest.mark.parametrize("journal", [False, True], ids=["memory", "journal"])
@pytest.mark.parametrize("lost", LOST, ids=lambda lost: f"{type(lost).__name__}{'-commit' if getattr(lost, 'commit', False) else ''}")
@pytest.mark.parametrize(
    ("make", "step", "expected"),
    [pytest.param(make, step, expected, id=f"{name}-{step}") for name, make, steps, expected in STEPS for step in range(1, steps + 1)],
)
async def test_every_step_that_is_lost_is_settled_and_the_rest_is_done_once(
    world: World, make: Callable[[Order], Change], step: int, expected: list[str], lost: Any, journal: bool, tmp_path: Path
) -> None:
    kit = await world.kit()
    change = make(await pwinty_draft(kit))
    writes = 0
    befalls = world.server.faults.befalls

    def nth_write(method: str, path: str) -> Any:
        nonlocal writes
        writes += method != "GET"
        return lost if method != "GET" and writes == step else befalls(method, path)

    world.server.faults.befalls = nth_write  # type: ignore[method-assign]
    (result,) = await results(kit, change, **({"journal": tmp_path / "run.db"} if journal else {}))

    found = await kit.get_order(order_of(result).ref)
    assert urls(found) == expected
    ledger = world.pwinty.ledger
    assert not ledger.repeated("photo added", 3)
    assert not ledger.repeated("order submitted", 1)
    assert not ledger.repeated("photo deleted", 2)
    assert ledger.count("order created", "N1") == isinstance(change, PlaceOrder)
    if isinstance(change, PlaceOrder | Submit):
        assert ledger.count("order submitted", found.id) == 1


@pytest.mark.parametrize("lost", [ResetAfterCommit(), ResetBeforeCommit()], ids=["after", "before"])
async def test_a_draft_that_is_kept_here_is_submitted_once_and_its_reference_goes_on_working(
    world: World, lost: Any, tmp_path: Path
) -> None:
    kit = await world.kit(drafts=tmp_path / "drafts.db")
    draft = await kit.create_order(NewOrder(TOM, reference="D1"), provider="gooten")
    draft = await kit.add_photos(draft, [Photo(CANVAS, URL.format("a"))])
    world.fault(lost, 1, "POST")
    changes: list[Change] = [UpdateRecipient(draft.ref, ANN), Submit(draft.ref), SetStatus(draft.ref, OrderStatus.CANCELLED)]
    *_, submitted, cancelled = await results(kit, *changes, journal=tmp_path / "run.db")

    assert world.gooten.ledger.count("order submitted", "D1") == 1
    assert order_of(submitted).id == order_of(cancelled).id == (await kit.get_order(draft.ref)).id
    assert order_of(cancelled).status is OrderStatus.CANCELLED


async def test_the_intent_is_on_the_disk_before_the_first_byte_leaves(world: World, tmp_path: Path) -> None:
    """The server looks into the journal when a write arrives."""
    kit = await world.kit()
    orders = [await pwinty_draft(kit, f"R{place}") for place in range(30)]
    path, arrived = tmp_path / "run.db", []

    def look(method: str, asked: str) -> None:
        if method != "GET":
            open_ = {each.handle.order: each.handle.step for each in read_changes(path, "under way") if each.handle is not None}
            arrived.append(open_.get(asked.split("/")[3]))

    world.server.faults.befalls = look  # type: ignore[assignment]
    report = await kit.apply([ReplaceArtwork(order.ref, order.items[0].id, URL.format("z")) for order in orders], journal=path)

    assert report.ok
    assert sorted(map(str, arrived)) == ["add"] * 30 + ["delete"] * 30


async def test_a_disk_that_fills_up_stops_the_run_and_nothing_leaves_without_an_intent(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kit = await world.kit()
    orders = [await pwinty_draft(kit, f"R{place}") for place in range(40)]
    changes, path = [SetStatus(order.ref, OrderStatus.CANCELLED) for order in orders], tmp_path / "run.db"
    from printkit.bulk.journal import Journal

    intend = Journal.intend

    async def full(journal: Journal, task: Any, handle: Any) -> None:
        if task.index >= 10:
            raise JournalError("the disk is full")
        await intend(journal, task, handle)

    with monkeypatch.context() as patch:
        patch.setattr(Journal, "intend", full)
        with pytest.raises(RunStoppedError, match="disk is full") as error:
            await kit.apply(changes, journal=path)
    cancelled = sum(entry.count for entry in world.pwinty.ledger.entries() if entry.kind == "order cancelled")
    assert error.value.report is not None
    assert error.value.report.applied == cancelled <= 10
    assert error.value.report.left == 40 - cancelled

    report = await kit.apply(changes, journal=path)
    assert (report.applied, report.left) == (40, 0)
    assert not world.pwinty.ledger.repeated("order cancelled", 1)


# ── Orders that are not any more as they were given ───────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("concurrency", [1, 8])
async def test_a_second_change_of_the_same_order_sees_what_the_first_one_did(world: World, concurrency: int) -> None:
    kit = await world.kit()
    order = await pwinty_draft(kit)
    first, second, *_ = order.items
    *_, last = await results(
        kit,
        ReplaceArtwork(order, first, URL.format("z")),
        CancelItems(order, [second]),
        UpdateRecipient(order, ANN),
        concurrency=concurrency,
    )

    assert urls(order_of(last)) == ["c.jpg", "z.jpg"]
    recipient = order_of(last).recipient
    assert recipient is not None
    assert recipient.name == ANN.name


async def test_a_stale_order_at_hand_is_not_refused_for_a_status_it_had_before(world: World) -> None:
    kit = await world.kit()
    order = await gooten_placed(kit)
    found = await results(
        kit, SetStatus(order, OrderStatus.ON_HOLD), SetStatus(order, OrderStatus.CANCELLED), SwapSku(order, order.items[0], SMALL_CANVAS)
    )

    assert [type(result.outcome).__name__ for result in found][:1] == ["Applied"]
    now_there = await kit.get_order(order.ref)
    assert order_of(found[1]).status is now_there.status


async def test_an_order_is_not_placed_twice_also_without_a_journal(world: World) -> None:
    kit = await world.kit()
    place = PlaceOrder(NewOrder(TOM, reference="N1"), [photo("a")], "pwinty")
    other = PlaceOrder(NewOrder(TOM, reference="N1"), [Photo(CANVAS, URL.format("a"))], "gooten")
    first, second, third = await results(kit, place, place, other)

    assert order_of(first).reference == order_of(third).reference
    assert isinstance(second.outcome, NotApplied)
    assert isinstance(second.error, InvalidRequestError)
    assert world.pwinty.ledger.count("order submitted") == 1


@pytest.mark.parametrize("journal", [False, True])
async def test_a_connection_that_is_not_open_is_a_result(world: World, journal: bool, tmp_path: Path) -> None:
    kit = await world.kit("pwinty")
    order = await pwinty_draft(kit)
    changes = [Submit("gooten:1-a"), Submit(order.ref)]
    first, second = await results(kit, *changes, **({"journal": tmp_path / "run.db"} if journal else {}))

    assert isinstance(first.outcome, NotApplied)
    assert isinstance(first.error, ConfigError)
    assert order_of(second).ref == order.ref


# ── The run ───────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("given", "more", "path"),
    [
        (None, {}, "changes"),
        (7, {}, "changes"),
        ("changes.jsonl", {}, "changes"),
        (b"x", {}, "changes"),
        ([], {"concurrency": 0}, "concurrency"),
        ([], {"concurrency": True}, "concurrency"),
        ([], {"concurrency": 2.5}, "concurrency"),
        ([], {"rate": 0}, "rate"),
        ([], {"rate": -1}, "rate"),
        ([], {"rate": float("nan")}, "rate"),
        ([], {"rate": "5"}, "rate"),
        ([], {"in_order": "yes"}, "in_order"),
        ([], {"journal": 7}, "journal"),
        ([], {"journal": b"run.db"}, "journal"),
    ],
)
async def test_wrong_arguments_are_refused_at_once(world: World, given: Any, more: Any, path: str) -> None:
    kit = await world.kit("pwinty")
    with pytest.raises(InvalidRequestError) as error:
        kit.apply(given, **more)
    assert [problem.path for problem in error.value.problems] == [path]


async def test_a_run_begins_once_and_its_report_is_there_afterwards(world: World) -> None:
    kit = await world.kit("pwinty")
    order = await pwinty_draft(kit)
    run = kit.apply([Submit(order.ref), Submit(order.ref), Submit("pwinty:999")])
    assert run.report.total == 0
    words = sorted([type(result.outcome).__name__ async for result in run])
    assert words == ["Applied", "NotApplied", "NotApplied"]
    with pytest.raises(RuntimeError, match="begins once"):
        aiter(run)
    report = await run
    assert (report.applied, report.not_applied, report.unknown, report.left, report.total, report.ok) == (1, 2, 0, 0, 3, False)
    assert report.seconds > 0
    assert report.rate == pytest.approx(3 / report.seconds)
    assert report.stopped is None


async def test_a_stopped_run_goes_on_with_its_journal(world: World, tmp_path: Path) -> None:
    kit, path = await world.kit("pwinty"), tmp_path / "run.db"
    orders = [await kit.create_order(NewOrder(TOM, reference=f"R{place}")) for place in range(60)]
    changes = [SetStatus(order.ref, OrderStatus.CANCELLED) for order in orders]
    run = kit.apply(changes, journal=path, concurrency=3)
    async for result in run:
        if result.index == 10:
            run.stop("enough for today")
    assert run.report.stopped == "enough for today"
    assert 11 <= run.report.applied < 30
    assert run.report.left == read(path).left == 60 - run.report.applied

    report = await kit.apply(None, journal=path)
    assert (report.applied, report.left, report.stopped) == (60, 0, None)
    assert not world.pwinty.ledger.repeated("order cancelled", 1)
    assert (await kit.apply(changes, journal=path)).ok


async def test_whoever_leaves_early_leaves_a_run_that_can_be_gone_on_with(world: World, tmp_path: Path) -> None:
    kit, path = await world.kit("pwinty"), tmp_path / "run.db"
    orders = [await kit.create_order(NewOrder(TOM, reference=f"R{place}")) for place in range(60)]
    with contextlib.suppress(ZeroDivisionError):
        async with kit.apply([SetStatus(order.ref, OrderStatus.CANCELLED) for order in orders], journal=path) as run:
            async for _ in run:
                raise ZeroDivisionError
    assert under_way() == []
    assert (await kit.apply(None, journal=path)).ok
    assert not world.pwinty.ledger.repeated("order cancelled", 1)


async def test_a_cancelled_run_with_a_journal_lets_go_of_it(world: World, tmp_path: Path) -> None:
    kit, path = await world.kit("pwinty"), tmp_path / "run.db"
    orders = [await kit.create_order(NewOrder(TOM, reference=f"R{place}")) for place in range(60)]
    begun = asyncio.Event()

    async def consume() -> None:
        async for _ in kit.apply([SetStatus(order.ref, OrderStatus.CANCELLED) for order in orders], journal=path, concurrency=2):
            begun.set()

    consumer = asyncio.create_task(consume())
    await begun.wait()
    consumer.cancel()
    with pytest.raises(asyncio.CancelledError):
        await consumer
    await asyncio.sleep(0)
    assert under_way() == []
    assert (await kit.apply(None, journal=path)).ok
    assert not world.pwinty.ledger.repeated("order cancelled", 1)


async def test_a_report_counts_all_sessions_and_the_file_says_the_same(world: World, tmp_path: Path) -> None:
    kit, path = await world.kit("pwinty"), tmp_path / "run.db"
    order = await pwinty_draft(kit)
    changes = [Submit(order.ref), Submit("pwinty:999")]
    first = await kit.apply(changes, journal=path)
    again = await kit.apply(changes, journal=path)

    assert (again.applied, again.not_applied, again.rate) == (first.applied, first.not_applied, 0.0)
    assert read(path).counts == {"applied": 1, "not-applied": 1}


async def test_an_emulator_within_the_program_is_another_one_each_time(tmp_path: Path) -> None:
    """The orders that the journal knows are gone, and others have their ids."""
    path, place = tmp_path / "run.db", PlaceOrder(NewOrder(TOM, reference="R1"), [photo("a")])
    shop = Shop(None, ManualClock())
    for emulators in ({"pwinty": shop}, {"pwinty": shop}):
        async with printkit.connect("pwinty+emulator://", environ={}, emulators=emulators) as kit:
            assert (await kit.apply([place], journal=path)).applied == 1
    for _ in range(2):
        async with printkit.connect("pwinty+emulator://", environ={}) as kit:
            with pytest.raises(JournalError, match="begins anew each time, without its orders: begin a new run"):
                await kit.apply([place], journal=path)


# ── Requests a second ─────────────────────────────────────────────────────────────────────────────────────────────────


def _virtual(monkeypatch: pytest.MonkeyPatch) -> Shop:
    monkeypatch.setattr("printkit.opening.Pace", functools.partial(Pace, clock=clock))
    monkeypatch.setattr("printkit.opening.Caller", functools.partial(Caller, clock=clock))
    monkeypatch.setattr("printkit.bulk.run.Engine", lambda *given, **more: Engine(*given, **more | {"clock": clock, "now": now}))
    return Shop(None, ManualClock())


@pytest.mark.parametrize(("limit", "rate"), [(None, 50.0), (80.0, 50.0), (50.0, 80.0), (50.0, None), (None, 3.0)])
def test_a_run_takes_what_its_rate_allows_and_no_longer(monkeypatch: pytest.MonkeyPatch, limit: float | None, rate: float | None) -> None:
    shop, count = _virtual(monkeypatch), 600

    async def main() -> tuple[float, list[float | None]]:
        environ = {f"PRINTKIT_PROVIDERS_PWINTY_{key}".upper(): value for key, value in BOTH["pwinty"].items()}
        environ |= {"PRINTKIT_PROVIDERS_PWINTY_ENVIRONMENT": "emulator"}
        kit = printkit.connect("pwinty+emulator://", environ=environ, emulators={"pwinty": shop})
        orders = [await kit.create_order(NewOrder(TOM, reference=f"R{place}")) for place in range(count)]
        (pace,) = (each.pace for each in kit._opened.values())
        with pace.at_most(limit):
            began, limits = clock(), [pace.limit]
            report = await kit.apply([SetStatus(order, OrderStatus.CANCELLED) for order in orders], rate=rate)
            ended = clock() - began
            limits.append(pace.limit)
        assert report.ok
        assert pace.rate is None
        await kit.aclose()
        return ended, limits

    ended, limits = in_no_time(main())
    floor = (count - 1) / min(each for each in (limit, rate) if each is not None)
    assert floor * 0.999 <= ended <= floor * 1.03
    assert limits == [limit, limit]


@pytest.mark.parametrize("in_pace", [True, False], ids=["paced by the account", "paced by the run"])
def test_a_low_rate_and_a_short_deadline_are_no_outage(monkeypatch: pytest.MonkeyPatch, *, in_pace: bool) -> None:
    """Who waits for its turn says nothing of the shop; and no more wait for one than get it before their deadline."""
    shop, count, rate = _virtual(monkeypatch), 120, 2.0
    probes: list[float] = []

    async def main() -> float:
        environ = {f"PRINTKIT_PROVIDERS_PWINTY_{key}".upper(): value for key, value in BOTH["pwinty"].items()}
        environ |= {"PRINTKIT_PROVIDERS_PWINTY_ENVIRONMENT": "emulator", "PRINTKIT_PROVIDERS_PWINTY_DEADLINE": "6"}
        kit = printkit.connect(environ=environ, emulators={"pwinty": shop})
        orders = [await kit.create_order(NewOrder(TOM, reference=f"R{place}")) for place in range(count)]
        changes = [SetStatus(order.ref, OrderStatus.CANCELLED) for order in orders]
        (pace,) = (each.pace for each in kit._opened.values())
        listing = kit.list_orders

        def list_orders(**more: Any) -> Any:
            probes.append(clock())
            return listing(**more)

        monkeypatch.setattr(kit, "list_orders", list_orders)
        began = clock()
        with pace.at_most(rate if in_pace else None):
            report = await kit.apply(changes, concurrency=64, rate=None if in_pace else rate)
        assert (report.applied, report.total) == (count, count)
        await kit.aclose()
        return clock() - began

    floor = (2 * count - 1) / rate  # one read and one write each
    assert floor * 0.999 <= in_no_time(main()) <= floor * 1.03
    assert probes == []


async def test_of_two_runs_at_once_the_slower_rate_counts_and_both_are_forgotten(world: World) -> None:
    kit = await world.kit("pwinty")
    (pace,) = (each.pace for each in kit._opened.values())
    seen: list[float | None] = []

    def given(name: str, count: int) -> Any:
        for _ in range(count):
            seen.append(pace.limit)
            yield Submit(f"pwinty:{name}")

    began = time.monotonic()
    await asyncio.gather(kit.apply(given("1", 3), rate=100), kit.apply(given("2", 6), rate=50))

    assert 50 in seen
    assert pace.limit is None
    assert time.monotonic() - began < 10
