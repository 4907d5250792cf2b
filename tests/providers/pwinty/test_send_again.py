"""A write that is proven not to have happened is sent once more when that is asked for, and never twice."""

import pytest

from printkit import Applied, NotApplied, OutcomeUnknownError, Photo, ReconcileHandle, Unknown
from printkit.emulator.faults import CloseBeforeRead, CommitLate, Fault, ResetAfterCommit
from printkit.providers.pwinty.emulator.options import Options
from tests.providers.pwinty.shops import URL, added, draft, photo, world
from tests.providers.pwinty.test_lost_answers import DEEDS, Deed, effects, strike, what_became


@pytest.fixture(params=DEEDS)
def deed(request: pytest.FixtureRequest) -> Deed:
    return DEEDS[request.param]


async def test_what_did_not_happen_is_sent_once_and_only_after_the_settle_window(deed: Deed) -> None:
    async with world() as shop:
        order = await deed.before(await shop.kit())
        strike(shop, deed, CloseBeforeRead())
        error = await what_became(deed.call(await shop.kit(), order))
        assert isinstance(error, OutcomeUnknownError)
        handle = ReconcileHandle.from_json(error.handle.to_json())
        later = await shop.kit()

        assert isinstance(await later.reconcile(handle, send_again=True), Unknown)
        assert effects(shop, deed) == 0

        shop.now.advance(61)
        done = await later.reconcile(handle, send_again=True)
        assert isinstance(done, Applied)
        assert deed.shows(done.value)
        assert effects(shop, deed) == deed.once

        again = await later.reconcile(handle, send_again=True)
        assert isinstance(again, Applied)
        assert effects(shop, deed) == deed.once


async def test_what_happened_late_is_found_and_not_sent_again(deed: Deed) -> None:
    async with world() as shop:
        order = await deed.before(await shop.kit())
        strike(shop, deed, CommitLate(30))
        error = await what_became(deed.call(await shop.kit(), order))
        assert isinstance(error, OutcomeUnknownError)
        shop.now.advance(61)
        shop.shop.clock.advance(shop.now.time - shop.shop.clock.now())
        await shop.server.tick()

        done = await (await shop.kit()).reconcile(error.handle, send_again=True)

        assert isinstance(done, Applied)
        assert effects(shop, deed) == deed.once


async def test_sent_again_and_lost_again_is_unknown_again() -> None:
    async with world() as shop:
        kit = await shop.kit()
        order = await draft(kit, photo("a"))
        for _ in range(2):
            shop.server.faults.add(Fault(CloseBeforeRead(), method="POST", path="/v2.5/Orders/{id}/Status"))
        with pytest.raises(OutcomeUnknownError) as first:
            await kit.submit(order)
        shop.now.advance(61)
        with pytest.raises(OutcomeUnknownError) as second:
            await kit.reconcile(first.value.handle, send_again=True)
        assert [handle.id for handle in kit.unresolved] == [second.value.handle.id]
        shop.now.advance(61)
        assert isinstance(await kit.reconcile(second.value.handle, send_again=True), Applied)
        assert shop.shop.ledger.count("order submitted") == 1


async def test_of_a_batch_only_the_missing_photos_are_sent_again() -> None:
    async with world(Options(batch_stops_after=3)) as shop:
        kit = await shop.kit()
        order = await draft(kit)
        shop.server.faults.add(Fault(ResetAfterCommit(), method="POST", path="/v2.5/Orders/{id}/Photos/Batch"))
        with pytest.raises(OutcomeUnknownError) as lost:
            await kit.add_photos(order, [photo(name) for name in "abcda"])
        assert sum(added(shop.shop, order).values()) == 3
        shop.now.advance(61)
        kept = await kit.reconcile(lost.value.handle)
        assert isinstance(kept, Unknown)
        assert kept.not_before is None

        done = await kit.reconcile(lost.value.handle, send_again=True)

        assert isinstance(done, Applied)
        assert sorted(str(item.artwork[0].url) for item in done.value.items) == [URL.format(name) for name in "aabcd"]
        assert sum(added(shop.shop, order).values()) == 5


async def test_a_file_and_a_complaint_are_never_sent_again() -> None:
    async with world() as shop:
        kit = await shop.kit()
        order = await draft(kit)
        shop.server.faults.add(Fault(CloseBeforeRead(), method="POST", path="/v2.5/Orders/{id}/Photos"))
        shop.server.faults.add(Fault(CloseBeforeRead(), method="POST", path="/v2.5/Orders/{id}/Issues"))
        with pytest.raises(OutcomeUnknownError) as file:
            await kit.add_photos(order, [Photo("4x6", b"\xff\xd8\xff")])
        with pytest.raises(OutcomeUnknownError) as complaint:
            await kit.report_issue(order, "DamagedOrder", "Reprint")
        shop.now.advance(61)

        assert isinstance(await kit.reconcile(file.value.handle, send_again=True), NotApplied)
        assert isinstance(await kit.reconcile(complaint.value.handle, send_again=True), Unknown)
        assert shop.shop.ledger.count("issue created") == 0
