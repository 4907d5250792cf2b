"""A write that is proven not to have happened is sent once more when that is asked for, and never twice."""

import pytest

from printkit import Applied, NotApplied, OrderStatus, OutcomeUnknownError, ReconcileHandle, Unknown
from printkit.emulator.faults import CloseBeforeRead, Fault, ResetAfterCommit, Status
from printkit.providers.gooten.emulator.options import Options
from tests.providers.gooten.deeds import DEEDS, a_draft, new
from tests.providers.gooten.shops import placed, printed, world
from tests.providers.gooten.test_lost_answers import strike, unknown


async def test_a_submission_that_is_sent_again_is_the_drafts() -> None:
    async with world() as shop:
        kit = await shop.kit()
        order = await a_draft(shop, kit)
        strike(shop, DEEDS["submit"], CloseBeforeRead())
        error = await unknown(kit.submit(order))
        shop.now.advance(61)
        done = await kit.reconcile(error.handle, send_again=True)
        assert isinstance(done, Applied)
        assert (await kit.get_order(order.ref)).ref == done.value.ref
        assert done.value.receipt.renamed == {old.id: new.id for old, new in zip(order.items, done.value.items, strict=True)}


async def test_a_submission_is_not_sent_again_while_somebody_else_has_its_reference() -> None:
    async with world() as shop:
        kit = await shop.kit()
        order = await a_draft(shop, kit)
        strike(shop, DEEDS["submit"], CloseBeforeRead())
        error = await unknown(kit.submit(order))
        first = await placed(await shop.kit())
        shop.now.advance(61)
        found = await kit.reconcile(error.handle, send_again=True)
        assert isinstance(found, NotApplied)
        assert found.existing == first.ref
        assert printed(shop.shop) == 1


async def test_a_submission_sent_again_is_blocked_by_the_first_one_that_nobody_could_find() -> None:
    """The search is hours behind: the shop's own guard stands, and nothing more is sent after it."""
    async with world(Options(lookup_lag=7200)) as shop:
        kit = await shop.kit()
        order = await a_draft(shop, kit)
        strike(shop, DEEDS["submit"], ResetAfterCommit())
        error = await unknown(kit.submit(order))
        shop.now.advance(61)
        shop.shop.clock.advance(shop.now.time - shop.shop.clock.now())
        with pytest.raises(OutcomeUnknownError) as caught:
            await kit.reconcile(error.handle, send_again=True)
        assert caught.value.phase == "blocked"
        assert printed(shop.shop) == 1
        for _ in range(2):
            shop.now.advance(61)
            assert isinstance(await kit.reconcile(caught.value.handle, send_again=True), Unknown)
        assert printed(shop.shop) == 1


async def test_what_the_status_forbids_by_now_is_not_sent_again() -> None:
    async with world() as shop:
        kit = await shop.kit()
        order = await new(shop, kit)
        deed = DEEDS["swap_sku"]
        strike(shop, deed, CloseBeforeRead())
        error = await unknown(deed.call(kit, order))
        shop.put(order, "InProduction")
        shop.now.advance(61)
        with pytest.raises(Exception, match="InProduction") as caught:
            await kit.reconcile(error.handle, send_again=True)
        assert not getattr(caught.value, "sent", True)
        assert shop.shop.ledger.count(deed.effect) == 0


async def test_new_on_an_order_that_was_new_is_never_sent_again() -> None:
    """It was made New once more, and looks as before: sent again, it would be restarted twice."""
    async with world() as shop:
        kit = await shop.kit()
        order = await new(shop, kit)
        strike(shop, DEEDS["set_status, `New`"], ResetAfterCommit())
        error = await unknown(kit.set_status(order, "New"))
        shop.now.advance(61)
        found = await kit.reconcile(error.handle, send_again=True)
        assert isinstance(found, Unknown)
        assert found.not_before is None
        assert shop.shop.ledger.count("order restarted") == 1


@pytest.mark.parametrize("happened", [True, False])
async def test_a_lost_cancellation_still_tells_what_was_not_even_asked_for(happened: bool) -> None:
    """One item was in production already: it is told as refused here, by the look-up, and by what is sent again."""
    async with world() as shop:
        kit = await shop.kit()
        order = await new(shop, kit)
        shop.put(order, "InProduction", 1)
        order = await kit.get_order(order.ref)
        strike(shop, DEEDS["cancel_items, one"], ResetAfterCommit() if happened else CloseBeforeRead())
        blind = shop.server.faults.add(Fault(Status(500), method="GET", times=None))
        error = await unknown(kit.set_status(order, OrderStatus.CANCELLED))
        shop.server.faults.remove(blind)
        shop.now.advance(61)
        found = await (await shop.kit()).reconcile(ReconcileHandle.from_json(error.handle.to_json()), send_again=True)
        assert isinstance(found, Applied)
        assert [item.provider_status for item in found.value.items] == ["Cancelled", "InProduction"]
        assert [each.item for each in found.value.receipt.refused] == [order.items[1].id]
        assert shop.shop.ledger.count("item cancelled") == 1


async def test_a_lost_cancellation_that_took_some_items_is_finished_with_the_others() -> None:
    async with world() as shop:
        kit = await shop.kit()
        order = await new(shop, kit)
        shop.put(order, "PaymentIssue", 1)
        strike(shop, DEEDS["cancel_items, one"], ResetAfterCommit())
        error = await unknown(kit.cancel_items(order, order.items))
        shop.put(order, "New", 1)
        shop.now.advance(61)
        assert isinstance(await kit.reconcile(error.handle), Unknown)
        found = await kit.reconcile(error.handle, send_again=True)
        assert isinstance(found, Applied)
        assert found.value.status is OrderStatus.CANCELLED
        assert shop.shop.ledger.repeated("item cancelled", 2) == {}
