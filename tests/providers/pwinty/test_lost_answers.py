"""Every write of Pwinty's adapter, over real HTTP, while the answer is lost in every way there is. The shop's ledger says what happened."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from printkit import (
    Applied,
    Artwork,
    ConflictError,
    NewOrder,
    NotApplied,
    NotFoundError,
    Order,
    OrderRef,
    OrderStatus,
    OutcomeUnknownError,
    Photo,
    PrintKit,
    PrintKitError,
    ReconcileHandle,
    RejectedError,
    Unknown,
)
from printkit.emulator.faults import (
    CommitLate,
    DuplicateCommit,
    Fault,
    Instruction,
    ResetAfterCommit,
    ResetBeforeCommit,
    Status,
    Throttle,
)
from printkit.providers.pwinty.emulator.options import Options
from tests.matrix.deeds import Deed
from tests.providers.pwinty.deeds import DEEDS, ISSUES, JPEG, ONE_PHOTO, ORDER, ORDERS, PHOTOS, STATUS, THREE
from tests.providers.pwinty.shops import ANN, TOM, URL, World, added, draft, photo, world

# ── What is done, where it is struck, and what the shop's ledger must say ─────────────────────────────────────────────


def strike(shop: World, deed: Deed, instruction: Instruction) -> None:
    shop.server.faults.add(Fault(instruction, method=deed.method, path=deed.path))


def effects(shop: World, deed: Deed) -> int:
    return shop.shop.ledger.count(deed.effect) - deed.more_than


async def what_became(call: Awaitable[Order]) -> Order | PrintKitError:
    try:
        return await call
    except PrintKitError as raised:
        error = raised
    assert str(error)
    assert error.__cause__ is None
    assert error.__context__ is None or isinstance(error.__context__, PrintKitError)
    return error


async def asked_elsewhere(shop: World, error: OutcomeUnknownError) -> Applied | NotApplied | Unknown:
    """Reconcile as another program would, a day later, with nothing but the handle's text."""
    return await (await shop.kit()).reconcile(ReconcileHandle.from_json(error.handle.to_json()))


REF_CALLS: dict[str, Callable[[PrintKit, OrderRef, str], Awaitable[Order]]] = {
    "add_photos, one": lambda kit, ref, item: kit.add_photos(ref, [photo("a")]),
    "add_photos, batch": lambda kit, ref, item: kit.add_photos(ref, THREE),
    "update_recipient": lambda kit, ref, item: kit.update_recipient(ref, ANN),
    "cancel_items": lambda kit, ref, item: kit.cancel_items(ref, [item]),
    "swap_sku, adding": lambda kit, ref, item: kit.swap_sku(ref, item, "8x12"),
    "swap_sku, deleting": lambda kit, ref, item: kit.swap_sku(ref, item, "8x12"),
    "replace_artwork, adding": lambda kit, ref, item: kit.replace_artwork(ref, item, URL.format("b")),
    "submit": lambda kit, ref, item: kit.submit(ref),
    "submit, recipient pays": lambda kit, ref, item: kit.submit(ref),
    "set_status, cancelled": lambda kit, ref, item: kit.set_status(ref, OrderStatus.CANCELLED),
    "set_status, awaiting payment": lambda kit, ref, item: kit.set_status(ref, OrderStatus.AWAITING_PAYMENT),
}


@pytest.mark.parametrize("name", REF_CALLS)
async def test_an_order_reference_alone_is_read_first(name: str) -> None:
    async with world() as shop:
        deed, kit = DEEDS[name], await shop.kit()
        order = await deed.before(shop, kit)
        strike(shop, deed, ResetAfterCommit())
        done = await what_became(REF_CALLS[name](await shop.kit(), order.ref, order.items[0].id if order.items else ""))
        assert isinstance(done, Order), done
        assert deed.shows(done)


# ── Photos: what was there before decides ─────────────────────────────────────────────────────────────────────────────


async def test_three_of_five_photos_were_added() -> None:
    async with world(Options(batch_stops_after=3)) as shop:
        kit = await shop.kit()
        order = await draft(kit)
        error = await what_became(kit.add_photos(order, [photo(name) for name in "abcde"]))
        assert type(error) is OutcomeUnknownError
        shop.now.advance(61)
        found = await asked_elsewhere(shop, error)
        assert isinstance(found, Unknown)
        assert found.not_before is None
        assert "3 of 5" in found.why
        assert [handle.id for handle in kit.unresolved] == [error.handle.id]
        assert shop.shop.ledger.count("photo added") == 3


async def test_somebody_else_added_a_photo_meanwhile_and_ours_did_not_arrive() -> None:
    async with world() as shop:
        kit, other = await shop.kit(), await shop.kit()
        order = await draft(kit)
        await other.add_photos(order.ref, [photo("theirs")])
        shop.server.faults.add(Fault(ResetBeforeCommit(), method="POST", path=PHOTOS))
        error = await what_became(kit.add_photos(order, [photo("ours")]))
        assert type(error) is OutcomeUnknownError
        shop.now.advance(61)
        assert not isinstance(await asked_elsewhere(shop, error), Applied)
        assert added(shop.shop, order) == {("4x6", URL.format("theirs")): 1}


async def test_somebody_else_added_a_photo_meanwhile_and_ours_arrived() -> None:
    async with world() as shop:
        kit, other = await shop.kit(), await shop.kit()
        order = await draft(kit)
        await other.add_photos(order.ref, [photo("theirs")])
        shop.server.faults.add(Fault(ResetAfterCommit(), method="POST", path=PHOTOS))
        error = await what_became(kit.add_photos(order, [photo("ours")]))
        assert type(error) is OutcomeUnknownError
        shop.now.advance(61)
        assert not isinstance(await asked_elsewhere(shop, error), NotApplied)


async def test_an_old_order_is_no_pre_image() -> None:
    """The order at hand lacks the photo added since: its look-up must not take that one for the one that was lost."""
    async with world() as shop:
        kit = await shop.kit()
        old = await draft(kit)
        await kit.add_photos(old, [photo("a")])
        shop.server.faults.add(Fault(ResetBeforeCommit(), method="POST", path=PHOTOS))
        error = await what_became(kit.add_photos(old, [photo("a")]))
        assert type(error) is OutcomeUnknownError
        shop.now.advance(61)
        assert isinstance(await asked_elsewhere(shop, error), NotApplied)
        assert added(shop.shop, old) == {("4x6", URL.format("a")): 1}


async def test_an_order_built_on_an_old_one_is_no_pre_image() -> None:
    """Two verbs on the same old order: what the second returns lacks what the first added, and so do those that go on from it."""
    async with world() as shop:
        kit = await shop.kit()
        old = await draft(kit)
        await kit.add_photos(old, [photo("a")])
        forked = await kit.add_photos(old, [photo("b")])
        shop.server.faults.add(Fault(ResetBeforeCommit(), method="POST", path=PHOTOS))
        error = await what_became(kit.add_photos(forked, [photo("a")]))
        assert type(error) is OutcomeUnknownError, "the first photo was taken for the third, which is lost for good"
        shop.now.advance(61)
        assert isinstance(await asked_elsewhere(shop, error), NotApplied)


async def test_an_order_built_on_an_old_one_by_deleting_is_no_pre_image() -> None:
    async with world() as shop:
        kit = await shop.kit()
        old = await draft(kit, photo("z"))
        await kit.add_photos(old, [photo("a")])
        forked = await kit.cancel_items(old, [old.items[0]])
        shop.server.faults.add(Fault(ResetBeforeCommit(), method="POST", path=PHOTOS))
        error = await what_became(kit.add_photos(forked, [photo("a")]))
        assert type(error) is OutcomeUnknownError, "the first photo was taken for the second, which is lost for good"


async def test_after_an_unknown_outcome_the_order_at_hand_is_no_pre_image() -> None:
    """The first photo came late; the second one, equal to it, never did."""
    async with world() as shop:
        kit = await shop.kit()
        order = await draft(kit)
        shop.server.faults.add(Fault(CommitLate(5), method="POST", path=PHOTOS))
        assert type(await what_became(kit.add_photos(order, [photo("a")]))) is OutcomeUnknownError
        shop.shop.clock.advance(kit.unresolved[0].settle_until - kit.unresolved[0].sent_at)
        await shop.server.tick()
        shop.server.faults.add(Fault(ResetBeforeCommit(), method="POST", path=PHOTOS))
        error = await what_became(kit.add_photos(order, [photo("a")]))
        assert type(error) is OutcomeUnknownError, "the late photo was taken for the second one"
        assert added(shop.shop, order) == {("4x6", URL.format("a")): 1}


async def test_two_at_once_add_the_same_photo_and_one_answer_is_lost() -> None:
    async with world() as shop:
        kit = await shop.kit()
        order = await draft(kit)
        shop.server.faults.add(Fault(ResetBeforeCommit(), method="POST", path=PHOTOS, first=2))
        ends = await asyncio.gather(*(what_became(kit.add_photos(order, [photo("a")])) for _ in range(2)))
        assert sorted(type(end).__name__ for end in ends) == ["Order", "OutcomeUnknownError"]
        assert added(shop.shop, order) == {("4x6", URL.format("a")): 1}


async def test_two_equal_photos_of_which_one_arrived_late_count_as_one() -> None:
    """Which of the two writes it was does not matter: one of them is still to be done."""
    async with world() as shop:
        kit = await shop.kit()
        order = await draft(kit)
        for instruction in (CommitLate(30), ResetBeforeCommit()):
            shop.server.faults.add(Fault(instruction, method="POST", path=PHOTOS))
        late = await what_became(kit.add_photos(order, [photo("a")]))
        lost = await what_became(kit.add_photos(order, [photo("a")]))
        assert type(late) is type(lost) is OutcomeUnknownError
        shop.shop.clock.advance(lost.settle_until - lost.sent_at)
        await shop.server.tick()
        shop.now.advance(61)
        found = [await kit.reconcile(error.handle) for error in (lost, late)]
        assert [type(each) for each in found] == [Applied, NotApplied]
        assert isinstance(await kit.reconcile(lost.handle), Applied)
        assert isinstance(await kit.reconcile(late.handle, send_again=True), Applied)
        assert added(shop.shop, order) == {("4x6", URL.format("a")): 2}


async def late_and_lost(shop: World) -> tuple[ReconcileHandle, ReconcileHandle]:
    """Two equal photos were added to one order, no answer came, and only the first arrived, after a while."""
    kit = await shop.kit()
    order = await draft(kit)
    for instruction in (CommitLate(30), ResetBeforeCommit()):
        shop.server.faults.add(Fault(instruction, method="POST", path=PHOTOS))
    late = await what_became(kit.add_photos(order, [photo("a")]))
    lost = await what_became(kit.add_photos(order, [photo("a")]))
    assert isinstance(late, OutcomeUnknownError)
    assert isinstance(lost, OutcomeUnknownError)
    shop.shop.clock.advance(lost.settle_until - lost.sent_at)
    await shop.server.tick()
    shop.now.advance(61)
    return late.handle, lost.handle


async def test_one_photo_is_not_credited_to_two_equal_writes_by_two_programs() -> None:
    """The second handle knows that the first was open; whose photo it is, a program that has only the second cannot tell."""
    async with world() as shop:
        late, lost = await late_and_lost(shop)
        assert isinstance(await (await shop.kit()).reconcile(late), Applied)
        found = await (await shop.kit()).reconcile(lost, send_again=True)
        assert isinstance(found, Unknown)
        assert found.not_before is None
        assert late.id in found.why
        assert shop.shop.ledger.count("photo added") == 1


async def test_a_program_that_has_the_handles_of_both_can_tell() -> None:
    async with world() as shop:
        late, lost = await late_and_lost(shop)
        elsewhere = await shop.kit()
        found = [await elsewhere.reconcile(each) for each in (lost, late, lost)]
        assert [type(each) for each in found] == [Unknown, Applied, NotApplied]


async def test_a_photo_whose_adding_was_answered_is_not_credited_to_an_equal_one_that_was_lost() -> None:
    async with world() as shop:
        kit = await shop.kit()
        order = await draft(kit)
        shop.server.faults.add(Fault(ResetBeforeCommit(), method="POST", path=PHOTOS))
        lost = await what_became(kit.add_photos(order, [photo("a")]))
        assert type(lost) is OutcomeUnknownError
        await kit.add_photos(order, [photo("a")])
        shop.now.advance(61)
        assert isinstance(await kit.reconcile(lost.handle), NotApplied)


async def test_a_photo_that_was_found_is_not_credited_to_an_equal_one_that_was_lost() -> None:
    async with world() as shop:
        kit = await shop.kit()
        order = await draft(kit)
        for instruction in (ResetBeforeCommit(), ResetAfterCommit()):
            shop.server.faults.add(Fault(instruction, method="POST", path=PHOTOS))
        lost = await what_became(kit.add_photos(order, [photo("a")]))
        assert type(lost) is OutcomeUnknownError
        assert (await kit.add_photos(order, [photo("a")])).receipt.reconciled
        shop.now.advance(61)
        assert isinstance(await kit.reconcile(lost.handle), NotApplied)


async def test_the_shop_adds_twice_and_says_it_added_once() -> None:
    """Nobody can know from the answer; the next reading shows it."""
    async with world() as shop:
        kit = await shop.kit()
        order = await draft(kit)
        shop.server.faults.add(Fault(DuplicateCommit(), method="POST", path=PHOTOS))
        order = await kit.add_photos(order, [photo("a")])
        assert len((await kit.get_order(order.ref)).items) == 2


async def test_adding_and_taking_out_at_once_leaves_no_wrong_pre_image() -> None:
    async with world() as shop:
        kit = await shop.kit()
        order = await draft(kit, photo("z"))
        _, left = await asyncio.gather(kit.add_photos(order, [photo("a")]), kit.cancel_items(order, order.items))
        shop.server.faults.add(Fault(ResetBeforeCommit(), method="POST", path=PHOTOS))
        error = await what_became(kit.add_photos(left, [photo("a")]))
        assert type(error) is OutcomeUnknownError, "the first photo was taken for the second, which is lost for good"


async def test_taking_out_and_adding_at_once_leaves_no_wrong_pre_image() -> None:
    async with world() as shop:
        kit = await shop.kit()
        order = await draft(kit, photo("z"))
        left, _ = await asyncio.gather(kit.cancel_items(order, order.items), kit.add_photos(order, [photo("a")]))
        shop.server.faults.add(Fault(ResetBeforeCommit(), method="POST", path=PHOTOS))
        error = await what_became(kit.add_photos(left, [photo("a")]))
        assert type(error) is OutcomeUnknownError, "the first photo was taken for the second, which is lost for good"


# ── Recipient ─────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_third_recipient_is_somebody_elses() -> None:
    async with world() as shop:
        kit, other = await shop.kit(), await shop.kit()
        order = await draft(kit)
        third = TOM.__class__("Third", line1="x", city="y", postal_code="z", country="GB")
        shop.server.faults.add(Fault(ResetBeforeCommit(), method="PUT", path=ORDER))
        blind = shop.server.faults.add(Fault(Status(500), method="GET", times=None))
        error = await what_became(kit.update_recipient(order, ANN))
        assert type(error) is OutcomeUnknownError
        shop.server.faults.remove(blind)
        await other.update_recipient(order.ref, third)
        shop.now.advance(61)
        found = await asked_elsewhere(shop, error)
        assert isinstance(found, Unknown)
        assert found.not_before is None


# ── Creating ──────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_duplicated_creation_leaves_two_drafts_and_the_lowest_is_adopted() -> None:
    async with world() as shop:
        kit = await shop.kit()
        shop.server.faults.add(Fault(CommitLate(5), method="POST", path=ORDERS))
        error = await what_became(kit.create_order(NewOrder(TOM, reference="R1")))
        assert type(error) is OutcomeUnknownError
        assert error.order is None
        second = await draft(kit)  # somebody was impatient
        shop.shop.clock.advance(error.settle_until - error.sent_at)
        await shop.server.tick()
        assert shop.shop.ledger.count("order created", "R1") == 2
        found = await asked_elsewhere(shop, error)
        assert isinstance(found, Applied)
        twins = {found.value.ref, *found.value.receipt.duplicates}
        assert len(twins) == 2
        assert second.ref in twins
        assert int(found.value.id) == min(int(ref.id) for ref in twins)


async def test_a_reference_that_another_order_has_proves_nothing() -> None:
    async with world() as shop:
        kit = await shop.kit()
        await kit.submit(await draft(kit, photo("a")))
        shop.server.faults.add(Fault(ResetBeforeCommit(), method="POST", path=ORDERS))
        error = await what_became(kit.create_order(NewOrder(TOM, reference="R1")))
        assert type(error) is OutcomeUnknownError
        shop.now.advance(61)
        assert isinstance(await asked_elsewhere(shop, error), Unknown)


async def test_a_draft_for_somebody_else_under_the_same_reference_is_not_adopted() -> None:
    async with world() as shop:
        kit = await shop.kit()
        await draft(kit, recipient=ANN)
        shop.server.faults.add(Fault(ResetBeforeCommit(), method="POST", path=ORDERS))
        error = await what_became(kit.create_order(NewOrder(TOM, reference="R1")))
        assert type(error) is OutcomeUnknownError


async def test_the_list_lags_behind_and_the_order_is_found_later() -> None:
    async with world(Options(lookup_lag=20)) as shop:
        kit = await shop.kit()
        shop.server.faults.add(Fault(ResetAfterCommit(), method="POST", path=ORDERS))
        error = await what_became(kit.create_order(NewOrder(TOM, reference="R1")))
        assert type(error) is OutcomeUnknownError
        assert isinstance(await asked_elsewhere(shop, error), Unknown)
        shop.shop.clock.advance(error.settle_until - error.sent_at)
        shop.now.advance(61)
        assert isinstance(await asked_elsewhere(shop, error), Applied)


async def test_place_order_tells_which_step_and_which_order() -> None:
    async with world() as shop:
        kit = await shop.kit()
        shop.server.faults.add(Fault(ResetBeforeCommit(), method="POST", path=STATUS))
        error = await what_became(kit.place_order(NewOrder(TOM, reference="R1"), [photo("a")]))
        assert type(error) is OutcomeUnknownError
        assert error.operation == "submit"
        assert error.order is not None
        assert (await kit.get_order(error.order)).status is OrderStatus.DRAFT
        shop.now.advance(61)
        assert isinstance(await asked_elsewhere(shop, error), NotApplied)


async def test_place_order_does_not_submit_an_order_that_lacks_a_photo() -> None:
    async with world(Options(bad_batch_entry="adds the rest")) as shop:
        kit = await shop.kit()
        error = await what_became(kit.place_order(NewOrder(TOM, reference="R1"), [photo("a"), photo("b", "no-such-size")]))
        assert type(error) is RejectedError
        assert [refused.item for refused in error.refused] == ["photos[1]"]
        assert error.order is not None
        assert (await kit.get_order(error.order)).status is OrderStatus.DRAFT
        assert shop.shop.ledger.count("order submitted") == 0


async def test_the_receipt_of_place_order_is_that_of_all_three_steps() -> None:
    async with world() as shop:
        kit = await shop.kit()
        shop.server.faults.add(Fault(ResetAfterCommit(), method="POST", path=ORDERS))
        shop.server.faults.add(Fault(Throttle("1"), method="POST", path=PHOTOS))
        order = await kit.place_order(NewOrder(TOM, reference="R1"), [photo("a", reference="mine")])
        assert order.receipt.reconciled
        assert order.receipt.attempts == 2
        assert order.receipt.not_told == ("photos[0].reference",)


async def test_the_receipt_of_an_exchange_is_that_of_both_steps() -> None:
    async with world() as shop:
        kit = await shop.kit()
        order = await draft(kit, photo("a"), photo("b"))
        shop.server.faults.add(Fault(ResetAfterCommit(), method="POST", path=PHOTOS))
        swapped = await kit.swap_sku(order, order.items[0], "8x12")
        assert swapped.receipt.reconciled
        shop.server.faults.add(Fault(ResetAfterCommit(), method="DELETE", path=ONE_PHOTO))
        left = await kit.cancel_items(swapped, swapped.items)
        assert left.items == ()
        assert left.receipt.reconciled


# ── Submitting ────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_submission_that_somebody_cancelled_did_not_happen() -> None:
    async with world() as shop:
        kit, other = await shop.kit(), await shop.kit()
        order = await draft(kit, photo("a"))
        shop.server.faults.add(Fault(ResetBeforeCommit(), method="POST", path=STATUS))
        error = await what_became(kit.submit(order))
        assert type(error) is OutcomeUnknownError
        await other.set_status(order.ref, OrderStatus.CANCELLED)
        assert isinstance(await asked_elsewhere(shop, error), NotApplied)


async def test_a_second_submission_is_a_conflict_and_nothing_is_placed_twice() -> None:
    async with world() as shop:
        kit = await shop.kit()
        order = await draft(kit, photo("a"))
        await kit.submit(order)
        error = await what_became(kit.submit(order))
        assert type(error) is ConflictError
        assert error.sent
        assert error.order_status is OrderStatus.SUBMITTED
        assert shop.shop.ledger.count("order submitted") == 1


async def test_a_submission_that_went_through_and_was_shipped_meanwhile_counts() -> None:
    async with world() as shop:
        kit = await shop.kit()
        order = await draft(kit, photo("a"))
        shop.server.faults.add(Fault(ResetAfterCommit(), method="POST", path=STATUS))
        blind = shop.server.faults.add(Fault(Status(500), method="GET", times=None))
        error = await what_became(kit.submit(order))
        assert type(error) is OutcomeUnknownError
        shop.server.faults.remove(blind)
        shop.shop.print_and_ship(int(order.id))
        found = await asked_elsewhere(shop, error)
        assert isinstance(found, Applied)
        assert found.value.status is OrderStatus.SHIPPED


# ── Exchanging a photo ────────────────────────────────────────────────────────────────────────────────────────────────


def skus(order: Order) -> list[str]:
    return [item.provider_sku for item in order.items]


async def interrupted_swap(shop: World, kit: PrintKit, order: Order) -> OutcomeUnknownError:
    """The new photo is there, the old one was not deleted."""
    shop.server.faults.add(Fault(ResetBeforeCommit(), method="DELETE", path=ONE_PHOTO))
    error = await what_became(kit.swap_sku(order, order.items[0], "8x12"))
    assert type(error) is OutcomeUnknownError
    return error


async def test_an_interrupted_swap_is_finished_by_calling_again() -> None:
    async with world() as shop:
        kit = await shop.kit()
        order = await draft(kit, photo("a"))
        await interrupted_swap(shop, kit, order)
        done = await kit.swap_sku(order, order.items[0], "8x12")
        assert skus(done) == skus(await kit.get_order(order.ref)) == ["8x12"]
        assert done.receipt.renamed == {order.items[0].id: done.items[0].id}
        assert shop.shop.ledger.count("photo added") == 2
        assert shop.shop.ledger.count("photo deleted") == 1


async def test_an_interrupted_swap_is_finished_by_calling_again_with_the_reference_alone() -> None:
    async with world() as shop:
        kit = await shop.kit()
        order = await draft(kit, photo("a"))
        await interrupted_swap(shop, kit, order)
        done = await kit.swap_sku(order.ref, order.items[0].id, "8x12")
        assert skus(done) == ["8x12"]
        assert shop.shop.ledger.count("photo added") == 2


async def test_an_interrupted_swap_is_refused_in_another_program() -> None:
    """The twin may be an item of its own: nobody can tell there."""
    async with world() as shop:
        kit = await shop.kit()
        order = await draft(kit, photo("a"))
        await interrupted_swap(shop, kit, order)
        other = await shop.kit()
        error = await what_became(other.swap_sku(order.ref, order.items[0].id, "8x12"))
        assert type(error) is ConflictError
        assert not error.sent
        assert shop.shop.ledger.count("photo added") == 2
        assert shop.shop.ledger.count("photo deleted") == 0
        done = await other.cancel_items(order.ref, [order.items[0].id])  # what the message says
        assert skus(done) == ["8x12"]


async def test_a_swap_whose_deletion_went_through_is_done_when_called_again() -> None:
    """Calling again heals, also when the last step had happened and its answer was lost."""
    async with world() as shop:
        kit = await shop.kit()
        order = await draft(kit, photo("a"))
        shop.server.faults.add(Fault(ResetAfterCommit(), method="DELETE", path=ONE_PHOTO))
        blind = shop.server.faults.add(Fault(Status(500), method="GET", first=2, times=None))
        assert type(await what_became(kit.swap_sku(order, order.items[0], "8x12"))) is OutcomeUnknownError
        shop.server.faults.remove(blind)
        done = await what_became(kit.swap_sku(order, order.items[0], "8x12"))
        assert skus(await kit.get_order(order.ref)) == ["8x12"]
        assert isinstance(done, Order), done
        assert shop.shop.ledger.count("photo added") == 2


async def test_a_swap_whose_adding_was_sent_again_is_finished_by_calling_again() -> None:
    async with world() as shop:
        kit = await shop.kit()
        order = await draft(kit, photo("a"))
        shop.server.faults.add(Fault(ResetBeforeCommit(), method="POST", path=PHOTOS))
        error = await what_became(kit.swap_sku(order, order.items[0], "8x12"))
        assert type(error) is OutcomeUnknownError
        shop.now.advance(61)
        assert isinstance(await kit.reconcile(error.handle, send_again=True), Applied)
        done = await what_became(kit.swap_sku(order, order.items[0], "8x12"))
        assert isinstance(done, Order) or type(done) is ConflictError
        assert shop.shop.ledger.count("photo added") == 2, "one item became two prints"


async def test_a_swap_whose_adding_was_found_later_is_never_done_twice() -> None:
    async with world() as shop:
        kit = await shop.kit()
        order = await draft(kit, photo("a"))
        shop.server.faults.add(Fault(ResetAfterCommit(), method="POST", path=PHOTOS))
        blind = shop.server.faults.add(Fault(Status(500), method="GET", first=2, times=None))
        error = await what_became(kit.swap_sku(order, order.items[0], "8x12"))
        assert type(error) is OutcomeUnknownError
        shop.server.faults.remove(blind)
        assert isinstance(await kit.reconcile(error.handle, send_again=True), Applied)
        done = await what_became(kit.swap_sku(order, order.items[0], "8x12"))
        assert isinstance(done, Order) or type(done) is ConflictError
        assert shop.shop.ledger.count("photo added") == 2


async def test_an_interrupted_exchange_of_files_followed_by_another_file() -> None:
    async with world(Options(look_at_files=False)) as shop:
        kit = await shop.kit()
        order = await draft(kit, photo("a"))
        shop.server.faults.add(Fault(ResetBeforeCommit(), method="DELETE", path=ONE_PHOTO))
        first, second = Artwork(data=b"\xff\xd8\xff first"), Artwork(data=b"\xff\xd8\xff second")
        assert type(await what_became(kit.replace_artwork(order, order.items[0], first))) is OutcomeUnknownError
        done = await what_became(kit.replace_artwork(order, order.items[0], second))
        assert isinstance(done, Order)
        wanted = hashlib.md5(b"\xff\xd8\xff second", usedforsecurity=False).hexdigest()
        assert [item.artwork[0].md5 for item in (await kit.get_order(order.ref)).items] == [wanted], "another picture would be printed"


async def test_an_item_exchanged_for_a_file_is_not_exchanged_for_another_in_silence() -> None:
    async with world(Options(look_at_files=False)) as shop:
        kit = await shop.kit()
        order = await draft(kit, photo("a"))
        await kit.replace_artwork(order, order.items[0], Artwork(data=b"\xff\xd8\xff first"))
        done = await what_became(kit.replace_artwork(order, order.items[0], Artwork(data=b"\xff\xd8\xff second")))
        assert not isinstance(done, Order), "nothing was done, and it was reported as done"


async def test_a_twin_that_is_an_item_of_its_own_stays() -> None:
    async with world() as shop:
        kit = await shop.kit()
        order = await draft(kit, photo("a"))
        order = await kit.add_photos(order, [photo("a", "8x12")])
        done = await kit.swap_sku(order, order.items[0], "8x12")
        assert skus(done) == skus(await kit.get_order(order.ref)) == ["8x12", "8x12"]


async def test_a_twin_added_here_since_the_order_was_read_stays() -> None:
    """The order at hand is older than the twin, and the twin was added by this very program as an item of its own."""
    async with world() as shop:
        kit = await shop.kit()
        old = await draft(kit, photo("a"))
        await kit.add_photos(old, [photo("a", "8x12")])
        done = await what_became(kit.swap_sku(old, old.items[0], "8x12"))
        assert skus(await kit.get_order(old.ref)) == ["8x12", "8x12"], "one print was lost without a word"
        assert isinstance(done, Order)


async def test_a_twin_of_somebody_elses_since_the_order_was_read_is_not_taken() -> None:
    async with world() as shop:
        kit, other = await shop.kit(), await shop.kit()
        old = await draft(kit, photo("a"))
        await other.add_photos(old.ref, [photo("a", "8x12")])
        done = await what_became(kit.swap_sku(old, old.items[0], "8x12"))
        assert type(done) is ConflictError
        assert skus(await kit.get_order(old.ref)) == ["4x6", "8x12"], "one print was lost without a word"


async def test_swapping_every_item_of_an_order_that_was_read_once() -> None:
    """The same picture in two sizes, both to become the same third: two prints remain two prints."""
    async with world() as shop:
        kit = await shop.kit()
        order = await draft(kit, photo("a", "4x6"), photo("a", "5x7"))
        for item in order.items:
            await kit.swap_sku(order, item, "8x12")
        assert skus(await kit.get_order(order.ref)) == ["8x12", "8x12"], "one print was lost without a word"


async def test_swapping_every_item_of_an_order_that_is_always_the_newest() -> None:
    async with world() as shop:
        kit = await shop.kit()
        order = await draft(kit, photo("a", "4x6"), photo("a", "5x7"))
        for item in order.items:
            order = await kit.swap_sku(order, item, "8x12")
        assert skus(await kit.get_order(order.ref)) == ["8x12", "8x12"]


async def test_an_interrupted_swap_followed_by_another_wish() -> None:
    """The photo that an earlier call left is not what is wanted now."""
    async with world() as shop:
        kit = await shop.kit()
        order = await draft(kit, photo("a"))
        await interrupted_swap(shop, kit, order)
        done = await what_became(kit.swap_sku(order, order.items[0], "5x7"))
        if isinstance(done, Order):
            assert "5x7" in skus(done), "another product than was asked for is reported as done"
        else:
            assert type(done) is ConflictError


async def test_an_item_that_was_swapped_already_is_not_swapped_to_something_else_in_silence() -> None:
    async with world() as shop:
        kit = await shop.kit()
        order = await draft(kit, photo("a"))
        await kit.swap_sku(order, order.items[0], "8x12")
        done = await what_became(kit.swap_sku(order, order.items[0], "5x7"))
        if isinstance(done, Order):
            assert skus(done) == ["5x7"], "another product than was asked for is reported as done"
        else:
            assert type(done) is NotFoundError


async def test_swapping_again_to_the_same_is_done_already() -> None:
    async with world() as shop:
        kit = await shop.kit()
        order = await draft(kit, photo("a"))
        await kit.swap_sku(order, order.items[0], "8x12")
        done = await what_became(kit.swap_sku(order, order.items[0], "8x12"))
        assert isinstance(done, Order) or type(done) is NotFoundError
        assert skus(await kit.get_order(order.ref)) == ["8x12"]
        assert shop.shop.ledger.count("photo added") == 2


# ── Taking items out ──────────────────────────────────────────────────────────────────────────────────────────────────


async def test_an_item_that_is_gone_already_counts_as_taken_out() -> None:
    async with world() as shop:
        kit, other = await shop.kit(), await shop.kit()
        order = await draft(kit, photo("a"), photo("b"))
        await other.cancel_items(order.ref, [order.items[0].id])
        done = await kit.cancel_items(order, [order.items[0], order.items[1]])
        assert done.items == ()
        assert shop.shop.ledger.count("photo deleted") == 2


async def test_an_item_that_is_gone_already_counts_also_where_the_order_cannot_be_read_then() -> None:
    """Once a write is proven applied, the verb does not raise because a later read failed."""
    async with world() as shop:
        kit, other = await shop.kit(), await shop.kit()
        order = await draft(kit, photo("a"))
        await other.cancel_items(order.ref, [order.items[0].id])
        shop.server.faults.add(Fault(Status(500), method="GET", times=None))
        done = await what_became(kit.cancel_items(order, order.items))
        assert isinstance(done, Order), done
        assert not done.receipt.read_back


async def test_of_three_items_the_second_is_lost() -> None:
    async with world() as shop:
        kit = await shop.kit()
        order = await draft(kit, photo("a"), photo("b"), photo("c"))
        shop.server.faults.add(Fault(ResetBeforeCommit(), method="DELETE", path=ONE_PHOTO, first=2))
        error = await what_became(kit.cancel_items(order, order.items))
        assert type(error) is OutcomeUnknownError
        assert error.handle.meant == {"photo": order.items[1].id}
        again = await kit.get_order(order.ref)
        assert [item.id for item in again.items] == [item.id for item in order.items[1:]]
        done = await kit.cancel_items(again, again.items)
        assert done.items == ()
        assert shop.shop.ledger.repeated("photo deleted", 2) == {}


# ── Sending again what is proven not to have happened ─────────────────────────────────────────────────────────────────


async def sent_again(shop: World, error: OutcomeUnknownError) -> Applied | NotApplied | Unknown:
    """As another program would, with nothing but the handle's text."""
    return await (await shop.kit()).reconcile(ReconcileHandle.from_json(error.handle.to_json()), send_again=True)


async def test_of_five_photos_only_the_missing_two_are_sent_again() -> None:
    async with world(Options(batch_stops_after=3)) as shop:
        kit = await shop.kit()
        order = await draft(kit)
        error = await what_became(kit.add_photos(order, [photo(name) for name in "abcaa"]))
        assert type(error) is OutcomeUnknownError
        shop.shop.options = Options()
        assert isinstance(await sent_again(shop, error), Unknown)
        shop.now.advance(61)
        found = await sent_again(shop, error)
        assert isinstance(found, Applied)
        assert added(shop.shop, order) == {("4x6", URL.format("a")): 3, ("4x6", URL.format("b")): 1, ("4x6", URL.format("c")): 1}
        assert len(found.value.items) == 5


async def test_with_foreign_photos_among_them_nothing_is_sent_again() -> None:
    async with world() as shop:
        kit, other = await shop.kit(), await shop.kit()
        order = await draft(kit)
        shop.server.faults.add(Fault(ResetBeforeCommit(), method="POST", path=PHOTOS))
        error = await what_became(kit.add_photos(order, [photo("a")]))
        assert type(error) is OutcomeUnknownError
        await other.add_photos(order.ref, [photo("theirs")])
        shop.now.advance(61)
        assert isinstance(await sent_again(shop, error), Unknown)
        assert added(shop.shop, order) == {("4x6", URL.format("theirs")): 1}


async def test_a_submission_that_somebody_cancelled_is_not_sent_again() -> None:
    async with world() as shop:
        kit, other = await shop.kit(), await shop.kit()
        order = await draft(kit, photo("a"))
        shop.server.faults.add(Fault(ResetBeforeCommit(), method="POST", path=STATUS))
        error = await what_became(kit.submit(order))
        assert type(error) is OutcomeUnknownError
        await other.set_status(order.ref, OrderStatus.CANCELLED)
        shop.now.advance(61)
        assert isinstance(await sent_again(shop, error), NotApplied)
        assert shop.shop.ledger.count("order submitted") == 0


# ── Complaints ────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_complaint_equal_to_an_older_one_is_not_taken_for_it() -> None:
    async with world() as shop:
        kit = await shop.kit()
        order = await draft(kit, photo("a"))
        await kit.report_issue(order, "DamagedOrder", "Reprint")
        shop.server.faults.add(Fault(ResetBeforeCommit(), method="POST", path=ISSUES))
        error = await what_became(kit.report_issue(order, "DamagedOrder", "Reprint"))  # type: ignore[arg-type]
        assert type(error) is OutcomeUnknownError
        shop.now.advance(61)
        assert not isinstance(await asked_elsewhere(shop, error), Applied)


# ── Files ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_another_file_than_was_meant_is_not_taken_for_it() -> None:
    async with world(Options(look_at_files=False)) as shop:
        kit, other = await shop.kit(), await shop.kit()
        order = await draft(kit)
        await other.add_photos(order.ref, [Photo("4x6", b"\xff\xd8\xff other")])
        shop.server.faults.add(Fault(ResetBeforeCommit(), method="POST", path=PHOTOS))
        error = await what_became(kit.add_photos(order, [Photo("4x6", JPEG)]))
        assert type(error) is OutcomeUnknownError
        shop.now.advance(61)
        assert not isinstance(await asked_elsewhere(shop, error), Applied)


async def test_a_stream_that_breaks_off_half_way_leaves_a_handle() -> None:
    async def breaks() -> AsyncIterator[bytes]:
        yield b"\xff\xd8\xff"
        raise ZeroDivisionError

    async with world() as shop:
        kit = await shop.kit()
        order = await draft(kit)
        with pytest.raises(ZeroDivisionError):
            await kit.add_photos(order, [Photo("4x6", Artwork(stream=breaks))])
        for handle in kit.unresolved:
            shop.now.advance(61)
            assert isinstance(await kit.reconcile(handle), NotApplied)
        assert shop.shop.ledger.count("photo added") == 0
