"""A second look at a run's unknown changes: what is found is noted in the journal, and nothing is sent."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from attrs import evolve

from printkit import (
    Applied,
    InvalidRequestError,
    JournalError,
    NewOrder,
    NotApplied,
    OrderStatus,
    OutcomeUnknownError,
    ReconcileHandle,
    Unknown,
)
from printkit.bulk.journal import Journal, read, read_changes
from printkit.bulk.results import ChangeResult
from printkit.bulk.run import accounts_of
from printkit.bulk.settling import Settled
from printkit.changes import Change, PlaceOrder, SetStatus
from tests.bulk.two_shops import SHOPS, TOM, Counter, counter


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    return tmp_path / "run.db"


@pytest.fixture(params=SHOPS)
async def at(request: pytest.FixtureRequest) -> AsyncIterator[Counter]:
    async with counter(request.param) as found:
        yield found


async def cancelling(at: Counter) -> SetStatus:
    """Of an order at hand: nothing has to be read before it is written."""
    return SetStatus(await at.kit.get_order((await at.order()).ref), OrderStatus.CANCELLED)


async def lost(at: Counter, change: Change, what: str) -> ReconcileHandle:
    """Carry out a change whose answers, or requests, are lost."""
    at.shop.loses = what
    with pytest.raises(OutcomeUnknownError) as caught:
        await change.carry_out(at.kit)
    at.shop.loses = None
    return caught.value.handle


async def keep(at: Counter, path: Path, change: Change, handle: ReconcileHandle | None) -> None:
    """A journal in which one change is unknown."""
    kept = await Journal.open(path, accounts_of(at.kit._opened.values()), None)
    await kept.begin([change])
    await kept.finish(ChangeResult(0, change, Unknown("nobody answered"), handle=handle))
    await kept.aclose()


async def settle(at: Counter, path: Path) -> Settled:
    at.shop.requests.clear()
    [found] = [each async for each in at.kit.settle(path)]
    assert at.shop.writes == []
    return found


async def test_it_happened(at: Counter, journal: Path) -> None:
    change = await cancelling(at)
    await keep(at, journal, change, await lost(at, change, "answers"))

    found = await settle(at, journal)

    assert isinstance(found.outcome, Applied)
    assert (found.outcome.value.status, found.left) == (OrderStatus.CANCELLED, False)
    assert read(journal).counts == {"applied": 1}


async def test_it_did_not_happen(at: Counter, journal: Path) -> None:
    change = await cancelling(at)
    await keep(at, journal, change, await lost(at, change, "requests"))

    found = await settle(at, journal)

    assert isinstance(found.outcome, NotApplied)
    assert read(journal).counts == {"not-applied": 1}
    [kept] = read_changes(journal)
    assert kept.why == found.outcome.why


async def test_nobody_can_say_yet(at: Counter, journal: Path) -> None:
    change = await cancelling(at)
    handle = evolve(await lost(at, change, "requests"), settle_until=datetime.now(UTC) + timedelta(hours=1))
    await keep(at, journal, change, handle)

    assert isinstance((await settle(at, journal)).outcome, Unknown)
    assert read(journal).counts == {"unknown": 1}


async def test_the_shop_does_not_answer(at: Counter, journal: Path) -> None:
    change = await cancelling(at)
    await keep(at, journal, change, await lost(at, change, "answers"))
    at.shop.loses = "answers"

    [found] = [each async for each in at.kit.settle(journal)]

    assert isinstance(found.outcome, Unknown)
    assert read(journal).counts == {"unknown": 1}


async def test_the_first_of_several_writes_happened(journal: Path) -> None:
    async with counter("pwinty") as at:
        change = PlaceOrder(NewOrder(TOM, "ORD-7"), at.photos)
        await keep(at, journal, change, await lost(at, change, "answers"))

        found = await settle(at, journal)
        assert (type(found.outcome), found.left) == (Unknown, True)
        assert read(journal).counts == {"waiting": 1}

        report = await at.kit.apply(None, journal=journal)
        assert (report.applied, report.left) == (1, 0)
        ledger = at.shop.shop.ledger
        [order] = [order async for order in at.kit.list_orders(detail=True)]
        assert (order.status, len(order.items)) == (OrderStatus.SUBMITTED, 2)
        assert ledger.count("order created") == ledger.count("order submitted") == 1


async def test_the_last_of_several_writes_happened(journal: Path) -> None:
    async with counter("gooten") as at:
        change = PlaceOrder(NewOrder(TOM, "ORD-7"), at.photos)
        await keep(at, journal, change, await lost(at, change, "answers"))

        found = await settle(at, journal)

        assert (type(found.outcome), found.left) == (Applied, False)
        assert read(journal).counts == {"applied": 1}


async def test_without_a_handle_nothing_can_be_asked(at: Counter, journal: Path) -> None:
    await keep(at, journal, await cancelling(at), None)

    assert (await settle(at, journal)).outcome == Unknown("nobody answered")
    assert at.shop.requests == []


async def test_a_journal_that_is_not_there_is_not_made(at: Counter, journal: Path) -> None:
    with pytest.raises(JournalError):
        _ = [each async for each in at.kit.settle(journal)]
    assert not is_there(journal)


async def test_what_is_no_path_is_refused(at: Counter) -> None:
    with pytest.raises(InvalidRequestError):
        at.kit.settle(7)  # type: ignore[arg-type]


def is_there(path: Path) -> bool:
    return path.exists()
