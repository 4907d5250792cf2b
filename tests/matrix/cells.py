"""Runs one cell of the fault matrix: one request of one verb, struck once, on a real socket. The shop's ledger says what really happened.

Whatever is struck, these must hold, and are asserted here: nothing happens twice, nothing that is reported did not happen, every error
says which of the four kinds it is, and what a handle is told of later is the truth.
"""

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Mapping
from typing import Any, TypeVar

import pytest
from attrs import define, evolve, frozen

from printkit import (
    Applied,
    NotApplied,
    NotSentError,
    OutcomeUnknownError,
    PrintKit,
    PrintKitError,
    ProviderDownError,
    ProviderError,
    RateLimitedError,
    ReconcileHandle,
    Response,
    TransportError,
    Unknown,
    UnreadableAnswerError,
)
from printkit.emulator.faults import CommitLate, Fault, Instruction, ResetBeforeCommit, Status
from printkit.server.wire_faults import WireFaults
from tests.matrix.deeds import Deed, Here, Reading, World
from tests.matrix.faults import READS, WRITES, Column, Struck
from tests.providers.gooten import deeds as gooten, shops as gooten_shops
from tests.providers.pwinty import deeds as pwinty, shops as pwinty_shops

T = TypeVar("T")


@frozen
class Shop:
    """One kind of shop: how to open one, and what its verbs do."""

    title: str
    open: Callable[[], contextlib.AbstractAsyncContextManager[World]]
    deeds: dict[str, Deed]
    readings: dict[str, Reading]
    here: dict[str, Here]


SHOPS: dict[str, Shop] = {
    "gooten": Shop("Gooten", gooten_shops.world, gooten.DEEDS, gooten.READINGS, gooten.HERE),
    "pwinty": Shop("Pwinty v2.5", pwinty_shops.world, pwinty.DEEDS, pwinty.READINGS, pwinty.HERE),
}


# ── Time passes when it is said to ────────────────────────────────────────────────────────────────────────────────────


class Impatient(asyncio.SelectorEventLoop):
    """An event loop whose clock is moved on by every silence, so that no silence takes any time."""

    def __init__(self) -> None:
        super().__init__()
        self._ahead = 0.0
        self.in_silence: Callable[[], object] = self.hurry

    def time(self) -> float:
        return super().time() + self._ahead

    def hurry(self) -> None:
        """More time passes than an attempt may take, or an upload without a word."""
        self._ahead += 31


def _loop() -> Impatient:
    loop = asyncio.get_running_loop()
    assert isinstance(loop, Impatient)
    return loop


async def _silence(faults: WireFaults, seconds: float | None) -> None:
    """In place of waiting: what was said before arrives, and nothing more is said."""
    await _turn(5)
    _loop().in_silence()
    await faults._closing.wait()


def run(cell: Coroutine[Any, Any, T]) -> T:
    """Run one or more cells to their end."""
    with pytest.MonkeyPatch.context() as patch, asyncio.Runner(loop_factory=Impatient) as runner:
        patch.setattr(WireFaults, "_wait", _silence)
        return runner.run(cell)


# ── One shop, watched ─────────────────────────────────────────────────────────────────────────────────────────────────


@define
class Watch:
    """Strikes the requests of one method and path, and counts them."""

    world: World
    method: str
    path: str
    arrived: int = 0

    def strike(self, struck: Struck) -> None:
        """From now on, and until ``heal``."""
        faults = self.world.server.faults
        faults.add(Fault(struck.instruction, method=self.method, path=self.path, times=struck.times))
        wanted = Fault(struck.instruction, method=self.method, path=self.path)
        ask, before = faults.befalls, self.arrived

        def befalls(method: str, path: str) -> Instruction | None:
            instruction = ask(method, path)
            if wanted.matches(method, path):
                self.arrived += 1
                if struck.blind and self.arrived == before + 1:
                    faults.add(Fault(Status(500, ""), method="GET", times=None))
            return instruction

        faults.befalls = befalls  # type: ignore[method-assign]

    def heal(self) -> None:
        """No more faults, and nothing is counted any more."""
        self.world.server.faults.clear()
        vars(self.world.server.faults).pop("befalls", None)

    def ledger(self) -> Counter[str]:
        """How often each kind of thing has happened."""
        total: Counter[str] = Counter()
        for entry in self.world.shop.ledger.entries():
            total[entry.kind] += entry.count
        return total


@contextlib.asynccontextmanager
async def _watched(shop: Shop, deed: Deed | Reading) -> AsyncIterator[tuple[Watch, PrintKit, Any, Counter[str]]]:
    async with shop.open() as world:
        kit = await world.kit()
        before = await deed.before(world, kit)
        watch = Watch(world, deed.method, deed.path)
        yield watch, kit, before, watch.ledger()


async def effects_without_faults(shop: Shop, deed: Deed) -> Counter[str]:
    """What the verb really does to the shop when nothing goes wrong."""
    async with _watched(shop, deed) as (watch, kit, before, had):
        came = await deed.call(kit, before)
        assert deed.shows(came)
        done = watch.ledger() - had
        assert done[deed.effect], f"the ledger has no {deed.effect!r}"
        return done


# ── Writes ────────────────────────────────────────────────────────────────────────────────────────────────────────────

DONE, FOUND, AGAIN, TWICE = "done", "found", "sent again", "done twice by the shop"
REFUSED, BUSY, NOT_SENT, ANSWER = "refused", "rate limited", "not sent", "the answer"
YES, NO, OPEN = "unknown, later yes", "unknown, later no", "unknown"


async def write(shop: Shop, deed: Deed, struck: Struck, normally: Counter[str]) -> str:
    """What a caller gets when a write is struck."""
    async with _watched(shop, deed) as (watch, kit, before, had):

        def happened() -> Counter[str]:
            return watch.ledger() - had

        def once() -> None:
            """Of nothing is there more than there should be."""
            most = normally if struck.acts < 2 else normally + normally
            assert not happened() - most, f"happened too often: {happened() - most}"

        watch.strike(struck)
        task = asyncio.ensure_future(deed.call(kit, before))
        _loop().in_silence = task.cancel if struck.cancelled else _loop().hurry
        came = await _ended(task)
        once()
        effect = happened()[deed.effect] // normally[deed.effect]
        if isinstance(came, BaseException):
            word, handle = _error(came, kit)
        else:
            word, handle = _value(came, watch), None
            assert watch.arrived <= (1 if not struck.says_no else 2), "sent again without being told that nothing happened"
            if not deed.finds:
                return ANSWER
            assert kit.unresolved == (), "it came back, and yet is remembered as unknown"
            assert deed.shows(came), "what came back does not tell of it"
            assert effect >= 1, "reported, and it did not happen"
            assert normally.keys() <= happened().keys(), "reported, and not all of it happened"
            return TWICE if effect == 2 else word
        if handle is None:
            assert effect == 0, f"{word}, and it happened"
            assert word != NOT_SENT or not watch.arrived, "said not to have left, and it arrived"
            return word
        assert watch.arrived == 1, "sent more than once without knowing"
        return await _later(watch, deed, struck, handle, kit, once, lambda: happened()[deed.effect] // normally[deed.effect])


async def _ended(task: "asyncio.Future[Any]") -> Any:
    try:
        return await task
    except (PrintKitError, asyncio.CancelledError) as error:
        return error


def _value(came: object, watch: Watch) -> str:
    receipt = getattr(came, "receipt", None)
    if receipt is not None and receipt.reconciled:
        return FOUND
    return AGAIN if watch.arrived > 1 else DONE


def _error(error: BaseException, kit: PrintKit) -> tuple[str, ReconcileHandle | None]:
    """Which of the four it is; every error says so."""
    assert error.__cause__ is None
    assert error.__context__ is None or isinstance(error.__context__, PrintKitError)
    match error:
        case asyncio.CancelledError():
            assert any("reconcile" in note for note in getattr(error, "__notes__", ()))
            assert len(kit.unresolved) == 1, "cancelled after it had arrived, and forgotten"
            return OPEN, kit.unresolved[0]
        case OutcomeUnknownError():
            assert not error.retryable
            assert [handle.id for handle in kit.unresolved] == [error.handle.id]
            assert str(error.settle_until.strftime("%H:%M")) in str(error)
            return OPEN, error.handle
    assert kit.unresolved == (), f"a {type(error).__name__} leaves nothing unknown behind"
    assert not isinstance(error, ProviderDownError | UnreadableAnswerError), "these are said of reads only"
    match error:
        case RateLimitedError():
            return BUSY, None
        case ProviderError():
            return REFUSED, None
        case NotSentError():
            return NOT_SENT, None
        case _:
            raise AssertionError(f"none of the four kinds: {error!r}")


async def _later(
    watch: Watch, deed: Deed, struck: Struck, handle: ReconcileHandle, kit: PrintKit, once: Callable[[], None], effect: Callable[[], int]
) -> str:
    """What the handle is told within the settle window, after it, and when what did not happen is to be sent again."""
    watch.heal()
    kept = ReconcileHandle.from_json(handle.to_json())
    elsewhere = await watch.world.kit()  # another program, a day later, with nothing but the handle's text
    early = await elsewhere.reconcile(kept, send_again=True)
    assert not isinstance(early, NotApplied), "not finding it proved something within the settle window"
    assert isinstance(early, Applied) <= bool(effect()), "found, and it did not happen"
    if isinstance(early, Unknown) and deed.finds and deed.proves_absence:
        assert early.not_before == handle.settle_until
    if isinstance(struck.instruction, CommitLate):
        watch.world.shop.clock.advance(handle.settle_until - handle.sent_at)
        await watch.world.server.tick()
    watch.world.now.advance(61)
    found = await elsewhere.reconcile(kept)
    assert type(await kit.reconcile(handle)) is type(found)
    once()
    match found:
        case Applied(value):
            assert effect() == 1, "found, and it did not happen"
            assert deed.shows(value)
            assert kit.unresolved == ()
            word = YES
        case NotApplied():
            assert effect() == 0, "said not to have happened, and it did"
            assert deed.proves_absence
            word = NO
        case Unknown(not_before=moment):
            assert moment is None, "after the settle window time alone does not help"
            assert not (deed.finds and (deed.proves_absence or effect())), "it can be looked for, and yet nobody knows"
            word = OPEN
    await _again(watch, deed, kit, kept, word, once, effect)
    return word


async def _again(
    watch: Watch, deed: Deed, kit: PrintKit, handle: ReconcileHandle, word: str, once: Callable[[], None], effect: Callable[[], int]
) -> None:
    """Asked to send it again, by three at once, it happens once; where it cannot be sent again, nothing does."""
    before = effect()
    found = await asyncio.gather(*(kit.reconcile(handle, send_again=True) for _ in range(3)))
    once()
    if word == NO and deed.heals:
        assert all(isinstance(each, Applied) for each in found)
        assert all(deed.shows(each.value) for each in found if isinstance(each, Applied))
        assert effect() == 1
    else:
        assert effect() == before


async def lost_again(shop: Shop, deed: Deed, lost: Struck) -> None:
    """What did not happen is sent once more, and that is lost too: the new handle tells the truth, and it happens once."""
    normally = await effects_without_faults(shop, deed)
    async with _watched(shop, deed) as (watch, kit, before, had):

        def effect() -> int:
            return (watch.ledger() - had)[deed.effect] // normally[deed.effect]

        watch.strike(Struck(ResetBeforeCommit()))
        first = await _ended(asyncio.ensure_future(deed.call(kit, before)))
        assert isinstance(first, OutcomeUnknownError)
        watch.heal()
        watch.world.now.advance(61)
        watch.strike(lost)
        second = await _ended(asyncio.ensure_future(kit.reconcile(first.handle, send_again=True)))
        watch.heal()
        assert effect() == lost.acts
        if lost.blind or not lost.acts:
            assert isinstance(second, OutcomeUnknownError)
            assert [handle.id for handle in kit.unresolved] == [second.handle.id], "the new handle replaces the old one"
            watch.world.now.advance(61)
            second = await kit.reconcile(second.handle, send_again=True)
        assert isinstance(second, Applied)
        assert deed.shows(second.value)
        assert isinstance(await kit.reconcile(first.handle, send_again=True), Applied)
        assert effect() == 1
        assert kit.unresolved == ()


# ── Interrupted at any moment ─────────────────────────────────────────────────────────────────────────────────────────

Interrupt = Callable[["asyncio.Future[Any]", PrintKit], Awaitable[object]]


async def cancel(task: "asyncio.Future[Any]", kit: PrintKit) -> None:
    """The caller gives up."""
    task.cancel()


async def close(task: "asyncio.Future[Any]", kit: PrintKit) -> None:
    """The program ends, and waits for nothing."""
    await kit.aclose(0)


async def let_time_pass(task: "asyncio.Future[Any]", kit: PrintKit) -> None:
    """Whatever has a limit in time reaches it."""
    _loop().hurry()


async def interrupted(shop: Shop, deed: Deed, interrupt: Interrupt, struck: Struck | None = None) -> int:
    """Interrupt a verb after so many turns of the event loop, and again after one more, until it is done sooner. How many those are."""
    normally = await effects_without_faults(shop, deed)
    turns = 0
    while await _interrupted(shop, deed, normally, interrupt, turns, struck):
        turns += 1
    return turns


async def _interrupted(shop: Shop, deed: Deed, normally: Counter[str], interrupt: Interrupt, turns: int, struck: Struck | None) -> bool:
    async with _watched(shop, deed) as (watch, kit, before, had):
        if struck is not None:
            watch.strike(struck)
        task = asyncio.ensure_future(deed.call(kit, before))
        await _turn(turns)
        is_early = not task.done()
        if is_early:
            await interrupt(task, kit)
        came = await _ended(task)
        await _turn(60)  # what has left arrives
        happened = watch.ledger() - had
        assert not happened - normally, f"after {turns} turns: happened too often: {happened - normally}"
        if not isinstance(came, BaseException):
            assert happened[deed.effect], f"after {turns} turns: reported, and it did not happen"
        elif happened and not kit.unresolved:
            told = [*getattr(came, "__notes__", ()), getattr(came, "order", None), "again to finish" in str(came)]
            assert any(told), f"after {turns} turns: {came!r}, and nothing tells of {happened}"
        watch.heal()
        watch.world.now.advance(400)
        elsewhere = await watch.world.kit()
        for handle in kit.unresolved:
            found = await elsewhere.reconcile(handle, send_again=True)
            assert happened or isinstance(found, Applied) or not (deed.finds and deed.proves_absence and deed.heals), "not sent again"
        assert not watch.ledger() - had - normally, f"after {turns} turns: happened too often once it was sent again"
        return is_early


async def _turn(times: int) -> None:
    for _ in range(times):
        await asyncio.sleep(0)


# ── Reads ─────────────────────────────────────────────────────────────────────────────────────────────────────────────

_READ_ERRORS: dict[type[PrintKitError], str] = {
    ProviderDownError: "down",
    UnreadableAnswerError: "unreadable",
    RateLimitedError: BUSY,
    NotSentError: NOT_SENT,
    TransportError: "no answer",
}


async def read(shop: Shop, reading: Reading, name: str, struck: Struck) -> str:
    """What a caller gets when a read is struck once, or every time."""
    means = reading.means.get(name)
    async with _watched(shop, reading) as (watch, kit, before, had):
        right = await reading.call(kit, before)
        watch.strike(struck)
        came = await _ended(asyncio.ensure_future(reading.call(kit, before)))
        assert watch.ledger() == had, "a read has changed something"
        assert kit.unresolved == ()
        if not isinstance(came, BaseException):
            is_right = _without_date(came) == _without_date(right)
            assert is_right if means is None else means(came), "another value than the right one"
            return DONE if is_right else ANSWER
        assert came.__cause__ is came.__context__ is None
        word = next((word for kind, word in _READ_ERRORS.items() if type(came) is kind), None)
        if word is None:
            assert isinstance(came, ProviderError), f"none of the kinds that are documented: {came!r}"
            return REFUSED
        return word


def _without_date(came: object) -> object:
    """An answer is the same a second later."""
    return evolve(came, headers={**came.headers, "date": ""}) if isinstance(came, Response) else came


async def here(shop: Shop, verb: Here) -> int:
    """How many requests a verb sends that needs none."""
    async with shop.open() as world:
        kit = await world.kit()
        before = await verb.before(world, kit)
        world.server.faults.add(Fault(Status(500, ""), times=None))
        await verb.call(kit, before)
        return world.server.faults.taken(1)


# ── Rows ──────────────────────────────────────────────────────────────────────────────────────────────────────────────

Ends = dict[str, dict[str, str]]
"""What a caller gets, by column and fault."""


async def write_row(shop: Shop, deed: Deed) -> Ends:
    """Every fault that a write can meet."""
    normally = await effects_without_faults(shop, deed)
    return await _row(WRITES, lambda _, struck: write(shop, deed, struck, normally))


async def read_row(shop: Shop, reading: Reading) -> Ends:
    """Every fault that a read can meet."""
    return await _row(READS, lambda name, struck: read(shop, reading, name, struck))


async def _row(columns: Mapping[str, Column], cell: Callable[[str, Struck], Awaitable[str]]) -> Ends:
    ends: Ends = {}
    broken: list[str] = []
    for title, column in columns.items():
        ends[title] = {}
        for name, struck in column.items():
            try:
                ends[title][name] = await cell(name, struck)
            except AssertionError as error:
                broken.append(f"{title}: {name}: {error}")
    assert not broken, "\n".join(broken)
    return ends
