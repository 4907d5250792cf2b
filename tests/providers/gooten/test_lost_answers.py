"""Every write of Gooten's adapter, over real HTTP, while the answer is lost in every way there is. The shop's ledger says what happened."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from attrs import evolve

from printkit import (
    Applied,
    ConflictError,
    NewOrder,
    NotApplied,
    Order,
    OrderRef,
    OrderStatus,
    OutcomeUnknownError,
    PrintKit,
    PrintKitError,
    ReconcileHandle,
    RejectedError,
    Unknown,
)
from printkit.emulator.faults import (
    DuplicateCommit,
    Fault,
    Instruction,
    ResetAfterCommit,
    ResetBeforeCommit,
    Status,
)
from printkit.providers.gooten.emulator.options import Options
from tests.matrix.deeds import Deed
from tests.providers.gooten.deeds import DEEDS, ORDERS, a_draft, in_status, new, skus, words
from tests.providers.gooten.shops import ANN, CANVAS, MUG, SMALL_CANVAS, TOM, URL, World, draft, photo, placed, printed, world

# ── What is done, where it is struck, and what the shop's ledger must say ─────────────────────────────────────────────


def strike(shop: World, deed: Deed, instruction: Instruction) -> None:
    shop.server.faults.add(Fault(instruction, method=deed.method, path=deed.path))


async def what_became(call: Awaitable[Order]) -> Order | PrintKitError:
    try:
        return await call
    except PrintKitError as raised:
        error = raised
    assert str(error)
    assert error.__cause__ is None
    assert error.__context__ is None or isinstance(error.__context__, PrintKitError)
    return error


async def unknown(call: Awaitable[Order]) -> OutcomeUnknownError:
    error = await what_became(call)
    assert type(error) is OutcomeUnknownError, error
    return error


async def asked_elsewhere(shop: World, error: OutcomeUnknownError) -> Applied[Order] | NotApplied | Unknown:
    """Reconcile as another program would, a day later, with nothing but the handle's text."""
    return await (await shop.kit()).reconcile(ReconcileHandle.from_json(error.handle.to_json()))


def blinded(shop: World, path: str | None = None) -> int:
    """Nothing can be read any more."""
    return shop.server.faults.add(Fault(Status(500), method="GET", path=path, times=None))


def happening(shop: World, effect: str) -> asyncio.Event:
    """Set as soon as the shop has done it."""
    happened, record = asyncio.Event(), shop.shop.ledger.record

    def told(kind: str, *key: object) -> None:
        record(kind, *key)
        if kind == effect:
            happened.set()

    shop.shop.ledger.record = told  # type: ignore[method-assign]
    return happened


REF_CALLS: dict[str, Callable[[PrintKit, OrderRef, str], Awaitable[Order]]] = {
    "submit": lambda kit, ref, item: kit.submit(ref),
    "cancel_items, one": lambda kit, ref, item: kit.cancel_items(ref, [item]),
    "swap_sku": lambda kit, ref, item: kit.swap_sku(ref, item, SMALL_CANVAS),
    "replace_artwork": lambda kit, ref, item: kit.replace_artwork(ref, item, URL.format("new")),
    "update_recipient": lambda kit, ref, item: kit.update_recipient(ref, ANN),
    "set_status, cancelled": lambda kit, ref, item: kit.set_status(ref, OrderStatus.CANCELLED),
    "set_status, cancelled, item by item": lambda kit, ref, item: kit.set_status(ref, OrderStatus.CANCELLED),
    "set_status, on hold": lambda kit, ref, item: kit.set_status(ref, OrderStatus.ON_HOLD),
    "set_status, test": lambda kit, ref, item: kit.set_status(ref, OrderStatus.TEST),
    "set_status, `New`": lambda kit, ref, item: kit.set_status(ref, "New"),
}


@pytest.mark.parametrize("name", REF_CALLS)
async def test_an_order_reference_alone_is_read_first(name: str) -> None:
    async with world() as shop:
        kit, deed = await shop.kit(), DEEDS[name]
        order = await deed.before(shop, kit)
        strike(shop, deed, ResetAfterCommit())
        done = await what_became(REF_CALLS[name](kit, order.ref, order.items[0].id))
        assert isinstance(done, Order), done
        assert deed.shows(done)
        assert shop.shop.ledger.count(deed.effect) == 1


@pytest.mark.parametrize("name", [name for name in REF_CALLS if name != "submit"])
async def test_an_entry_of_a_list_will_do(name: str) -> None:
    """Its items have no ids yet, and the order no GootenId: both are read, and nothing else is needed."""
    async with world() as shop:
        kit, deed = await shop.kit(), DEEDS[name]
        await deed.before(shop, kit)
        (entry,) = (await (await shop.kit()).list_orders()).items
        assert not entry.complete
        done = await what_became(deed.call(kit, entry))
        assert isinstance(done, Order), done
        assert deed.shows(done)
        assert shop.shop.ledger.count(deed.effect) == 1


# ── Submitting ────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_draft_whose_submission_turns_out_applied_becomes_the_placed_order() -> None:
    async with world() as shop:
        kit = await shop.kit()
        order = await a_draft(shop, kit)
        strike(shop, DEEDS["submit"], ResetAfterCommit())
        blind = blinded(shop)
        error = await unknown(kit.submit(order))
        assert (await kit.get_order(order.ref)).status is OrderStatus.DRAFT
        shop.server.faults.remove(blind)
        found = await kit.reconcile(ReconcileHandle.from_json(error.handle.to_json()))
        assert isinstance(found, Applied)
        assert (await kit.get_order(order.ref)).ref == found.value.ref
        assert found.value.receipt.renamed == dict(
            zip((item.id for item in order.items), (item.id for item in found.value.items), strict=True)
        )
        assert type(await what_became(kit.submit(order.ref))) is ConflictError
        assert printed(shop.shop) == 1


async def test_after_a_lost_submission_calling_again_finds_the_first_order() -> None:
    """Not what one should do, and yet it must not print twice."""
    async with world() as shop:
        kit = await shop.kit()
        order = await a_draft(shop, kit)
        strike(shop, DEEDS["submit"], ResetAfterCommit())
        blind = blinded(shop)
        await unknown(kit.submit(order))
        shop.server.faults.remove(blind)
        again = await kit.submit(order)
        assert again.receipt.reconciled
        assert (await kit.get_order(order.ref)).ref == again.ref
        assert printed(shop.shop) == 1


async def test_a_blocked_reference_with_an_equal_order_is_that_order() -> None:
    async with world() as shop:
        first = await placed(await shop.kit())
        again = await placed(await shop.kit())
        assert again.ref == first.ref
        assert again.receipt.reconciled
        assert printed(shop.shop) == 1


@pytest.mark.parametrize("status", [400, 200, 409])
async def test_a_blocked_reference_is_recognised_in_every_form(status: int) -> None:
    async with world(Options(duplicate_status=status)) as shop:  # type: ignore[arg-type]
        first = await placed(await shop.kit())
        assert (await placed(await shop.kit())).ref == first.ref
        assert printed(shop.shop) == 1


BLOCKED_WORDS = [
    '{"HadError": true, "Errors": [{"PropertyName": "SourceId", "ErrorMessage": "not unique"}]}',
    '{"HadError": true, "Errors": [{"PropertyName": "", "ErrorMessage": "The Source Id was used before"}]}',
    '{"HadError": true, "Errors": ["Duplicate SourceId"]}',
    '{"Message": "An order with this SourceId already exists."}',
]


@pytest.mark.parametrize("body", BLOCKED_WORDS)
async def test_a_blocked_reference_is_recognised_in_other_words(body: str) -> None:
    """How the shop says it is not documented (reference 18.1)."""
    async with world() as shop:
        first = await placed(await shop.kit())
        strike(shop, DEEDS["submit"], Status(400, body))
        assert (await placed(await shop.kit())).ref == first.ref


DIFFERENT = {
    "another recipient": {"recipient": ANN},
    "another picture": {"photos": [photo("z")]},
    "another SKU": {"photos": [photo("a", SMALL_CANVAS)]},
    "more copies": {"photos": [photo("a", copies=2)]},
    "one more item": {"photos": [photo("a"), photo("a")]},
}


@pytest.mark.parametrize("other", DIFFERENT)
async def test_a_blocked_reference_with_another_order_is_a_conflict_that_names_it(other: str) -> None:
    async with world() as shop:
        first = await placed(await shop.kit())
        how = {"photos": [photo("a")]} | DIFFERENT[other]
        kit = await shop.kit()
        order = await draft(kit, *how.pop("photos"), **how)
        error = await what_became(kit.submit(order))
        assert type(error) is ConflictError
        assert error.existing == first.ref
        assert kit.unresolved == ()
        assert (await kit.get_order(order.ref)).status is OrderStatus.DRAFT
        assert printed(shop.shop) == 1


async def test_an_equal_order_that_was_cancelled_is_no_success() -> None:
    """The caller wants prints, and nobody will make these."""
    async with world() as shop:
        kit = await shop.kit()
        first = await placed(kit)
        await kit.set_status(first, OrderStatus.CANCELLED)
        error = await what_became(placed(await shop.kit()))
        assert type(error) is ConflictError
        assert error.existing == first.ref


async def test_an_equal_order_with_a_cancelled_item_is_no_success() -> None:
    async with world() as shop:
        kit = await shop.kit()
        first = await placed(kit, photo("a"), photo("b"))
        await kit.cancel_items(first, [first.items[1]])
        error = await what_became(placed(await shop.kit(), photo("a"), photo("b")))
        assert type(error) is ConflictError
        assert error.existing == first.ref


@pytest.mark.parametrize("test_first", [True, False])
async def test_a_test_is_never_taken_for_a_real_order_of_the_same_reference(test_first: bool) -> None:
    """Tests live among the real orders of the account: a reference that was tried out would never be printed."""
    async with world() as shop:
        first = await placed(await shop.kit(), test=test_first)
        error = await what_became(placed(await shop.kit(), test=not test_first))
        assert type(error) is ConflictError
        assert error.existing == first.ref
        assert shop.shop.ledger.count("order charged") == (0 if test_first else 1)


async def test_our_own_order_is_known_by_its_items_whatever_was_done_to_it_since() -> None:
    """Gooten's people mended the address before anybody could look: told that it was never placed, one would place it again."""
    async with world() as shop:
        kit, other = await shop.kit(), await shop.kit()
        order = await a_draft(shop, kit)
        strike(shop, DEEDS["submit"], ResetAfterCommit())
        blind = blinded(shop)
        error = await unknown(kit.submit(order))
        shop.server.faults.remove(blind)
        (entry,) = (await other.list_orders()).items
        await other.update_recipient(entry, ANN)
        await other.swap_sku(entry.ref, (await other.get_order(entry.ref)).items[0], SMALL_CANVAS)
        found = await asked_elsewhere(shop, error)
        assert isinstance(found, Applied)
        assert found.value.ref == entry.ref


async def test_our_own_order_counts_also_when_it_was_cancelled_since() -> None:
    async with world() as shop:
        kit, other = await shop.kit(), await shop.kit()
        strike(shop, DEEDS["submit"], ResetAfterCommit())
        blind = blinded(shop)
        order = await a_draft(shop, kit)
        error = await unknown(kit.submit(order))
        shop.server.faults.remove(blind)
        (entry,) = (await other.list_orders()).items
        await other.set_status(entry, OrderStatus.CANCELLED)
        found = await asked_elsewhere(shop, error)
        assert isinstance(found, Applied)
        assert found.value.status is OrderStatus.CANCELLED


async def test_a_blocked_reference_that_cannot_be_found_is_unknown_and_never_sent_again() -> None:
    async with world(Options(lookup_lag=3600)) as shop:
        await placed(await shop.kit())
        kit = await shop.kit()
        error = await unknown(placed(kit))
        assert error.phase == "blocked"
        for wait in (0, 61, 1200):
            shop.now.advance(wait)
            found = await (await shop.kit()).reconcile(error.handle, send_again=True)
            assert isinstance(found, Unknown)
        assert found.not_before is None
        assert printed(shop.shop) == 1
        assert len(kit.unresolved) == 1


async def test_the_search_lags_behind_and_the_order_is_found_later() -> None:
    async with world(Options(lookup_lag=20)) as shop:
        kit = await shop.kit()
        order = await a_draft(shop, kit)
        strike(shop, DEEDS["submit"], ResetAfterCommit())
        error = await unknown(kit.submit(order))
        assert isinstance(await asked_elsewhere(shop, error), Unknown)
        shop.shop.clock.advance(error.settle_until - error.sent_at)
        shop.now.advance(61)
        assert isinstance(await asked_elsewhere(shop, error), Applied)


@pytest.mark.parametrize("by", ["postal code", "generic values"])
async def test_either_search_is_enough(by: str) -> None:
    async with world(Options(search_finds_source_id=by == "generic values")) as shop:
        kit = await shop.kit()
        order = await a_draft(shop, kit)
        if by == "generic values":  # the shop's people corrected the postal code at once
            strike(shop, DEEDS["submit"], ResetAfterCommit())
            blind = blinded(shop)
            error = await unknown(kit.submit(order))
            shop.server.faults.remove(blind)
            other = await shop.kit()
            (entry,) = (await other.list_orders()).items
            await other.update_recipient(entry, evolve(TOM, postal_code="CF99 9XX"))
            assert isinstance(await asked_elsewhere(shop, error), Applied)
        else:
            strike(shop, DEEDS["submit"], ResetAfterCommit())
            assert (await kit.submit(order)).receipt.reconciled


async def test_an_order_that_is_found_and_cannot_be_read_leaves_it_open() -> None:
    async with world(Options(read_lag=20)) as shop:
        kit = await shop.kit()
        order = await a_draft(shop, kit)
        strike(shop, DEEDS["submit"], ResetAfterCommit())
        error = await unknown(kit.submit(order))
        shop.shop.clock.advance(error.settle_until - error.sent_at)
        assert isinstance(await asked_elsewhere(shop, error), Applied)


async def test_an_order_of_many_with_the_same_postal_code_is_found() -> None:
    """More orders went to that postal code than fit on one page of a search."""
    async with world(Options(search_finds_source_id=False)) as shop:
        kit = await shop.kit()
        order = await draft(kit, photo("a"), reference="THE-ONE")
        strike(shop, DEEDS["submit"], ResetAfterCommit())
        blind = blinded(shop)
        error = await unknown(kit.submit(order))
        shop.server.faults.remove(blind)
        several = [await draft(kit, photo("x"), reference=f"OTHER-{number}") for number in range(130)]
        await asyncio.gather(*(kit.submit(each) for each in several))
        assert isinstance(await asked_elsewhere(shop, error), Applied)


async def test_a_reference_that_is_part_of_another_is_not_that_other() -> None:
    async with world() as shop:
        await placed(await shop.kit(), reference="R1-b")
        kit = await shop.kit()
        order = await draft(kit, photo("a"), reference="R1")
        strike(shop, DEEDS["submit"], ResetBeforeCommit())
        error = await unknown(kit.submit(order))
        shop.now.advance(61)
        assert isinstance(await asked_elsewhere(shop, error), NotApplied)


async def test_an_order_placed_twice_by_the_shop_is_told() -> None:
    """Two requests of one submission reached a shop that did not check: two equal orders, and nobody may pick one."""
    async with world(Options(uniqueness_lag=3600)) as shop:
        kit = await shop.kit()
        order = await a_draft(shop, kit)
        strike(shop, DEEDS["submit"], DuplicateCommit())
        blind = blinded(shop)
        done = await kit.submit(order)
        assert not done.receipt.read_back
        assert printed(shop.shop) == 2
        shop.server.faults.remove(blind)
        strike(shop, DEEDS["submit"], ResetBeforeCommit())
        error = await unknown(placed(await shop.kit(), photo("a"), photo("b", MUG, copies=2)))
        assert "2 orders" in str(error)


async def test_after_a_submission_a_failed_reading_is_no_failure() -> None:
    async with world() as shop:
        kit = await shop.kit()
        order = await a_draft(shop, kit)
        blind = blinded(shop)
        done = await kit.submit(order)
        assert not done.receipt.read_back
        assert not done.receipt.reconciled
        assert done.status is OrderStatus.SUBMITTED
        assert not done.complete
        shop.server.faults.remove(blind)
        assert (await kit.get_order(order.ref)).ref == (await kit.get_order(done.ref)).ref == done.ref
        assert kit.unresolved == ()


AFTERWARDS: dict[str, Callable[[PrintKit, Order], Awaitable[Order]]] = {
    "cancel_items": lambda kit, order: kit.cancel_items(order, [order.items[0]]),
    "swap_sku": lambda kit, order: kit.swap_sku(order, order.items[0], SMALL_CANVAS),
    "replace_artwork": lambda kit, order: kit.replace_artwork(order, order.items[0], URL.format("new")),
    "update_recipient": lambda kit, order: kit.update_recipient(order, ANN),
    "set_status, cancelled": lambda kit, order: kit.set_status(order, OrderStatus.CANCELLED),
    "set_status, on hold": lambda kit, order: kit.set_status(order, OrderStatus.ON_HOLD),
    "set_status, `New`": lambda kit, order: kit.set_status(order, "New"),
}


@pytest.mark.parametrize("verb", AFTERWARDS)
async def test_after_a_submission_that_could_not_be_read_every_verb_works(verb: str) -> None:
    """The order at hand knows neither the shop's ids nor its statuses: what is missing is read."""
    async with world() as shop:
        kit = await shop.kit()
        order = await a_draft(shop, kit)
        blind = blinded(shop)
        done = await kit.submit(order)
        shop.server.faults.remove(blind)
        shop.put(await kit.get_order(done.ref), "NeedsManualApproval")
        assert isinstance(await what_became(AFTERWARDS[verb](kit, done)), Order)


async def test_two_submissions_of_one_draft_at_once_place_one_order() -> None:
    async with world() as shop:
        kit = await shop.kit()
        order = await a_draft(shop, kit)
        ends = await asyncio.gather(*(what_became(kit.submit(order)) for _ in range(3)))
        assert printed(shop.shop) == 1
        assert any(isinstance(end, Order) for end in ends)
        assert {type(end) for end in ends} <= {Order, ConflictError}


async def test_two_submissions_of_one_draft_at_once_do_not_lean_on_the_shops_guard() -> None:
    """Whether the shop's check is atomic is not known (policy 7)."""
    async with world(Options(uniqueness_lag=3600)) as shop:
        kit = await shop.kit()
        order = await a_draft(shop, kit)
        ends = await asyncio.gather(*(what_became(kit.submit(order)) for _ in range(3)))
        assert printed(shop.shop) == 1
        assert {type(end) for end in ends} <= {Order, ConflictError}


async def test_a_photo_is_not_added_to_a_draft_that_is_being_submitted() -> None:
    """It would be told as added and never be printed."""
    async with world() as shop:
        kit = await shop.kit()
        order = await a_draft(shop, kit)
        ends = await asyncio.gather(
            what_became(kit.submit(order)), what_became(kit.add_photos(order, [photo("late")])), return_exceptions=False
        )
        submitted = await kit.get_order(order.ref)
        assert isinstance(ends[0], Order)
        if isinstance(ends[1], Order):
            assert len(submitted.items) == 3, "one print was lost without a word"
        else:
            assert len(submitted.items) == 2


async def test_place_order_tells_which_step_and_which_order() -> None:
    async with world() as shop:
        kit = await shop.kit()
        strike(shop, DEEDS["submit"], ResetBeforeCommit())
        error = await unknown(kit.place_order(NewOrder(TOM, reference="R1"), [photo("a")]))
        assert error.operation == "submit"
        assert error.order is not None
        assert (await kit.get_order(error.order)).status is OrderStatus.DRAFT
        shop.now.advance(61)
        assert isinstance(await asked_elsewhere(shop, error), NotApplied)


# ── A third value is somebody else's ──────────────────────────────────────────────────────────────────────────────────


async def struck_blindly(shop: World, deed: Deed, kit: PrintKit, order: Order) -> OutcomeUnknownError:
    """The write did not arrive, and nobody could look."""
    strike(shop, deed, ResetBeforeCommit())
    blind = blinded(shop)
    error = await unknown(deed.call(kit, order))
    shop.server.faults.remove(blind)
    return error


THIRD: dict[str, Callable[[PrintKit, Order], Awaitable[Order]]] = {
    "swap_sku": lambda kit, order: kit.swap_sku(order.ref, order.items[0].id, "CanvsWrp-BlkWrp-11x14"),
    "replace_artwork": lambda kit, order: kit.replace_artwork(order.ref, order.items[0].id, URL.format("third")),
    "update_recipient": lambda kit, order: kit.update_recipient(order.ref, evolve(TOM, line1="3 Third Street")),
    "set_status, on hold": lambda kit, order: kit.set_status(order.ref, OrderStatus.TEST),
    "set_status, cancelled": lambda kit, order: kit.set_status(order.ref, OrderStatus.ON_HOLD),
    "set_status, test": lambda kit, order: kit.set_status(order.ref, OrderStatus.ON_HOLD),
    "set_status, `New`": lambda kit, order: kit.set_status(order.ref, OrderStatus.ON_HOLD),
    "cancel_items, all": lambda kit, order: kit.cancel_items(order.ref, [order.items[1].id]),
}


@pytest.mark.parametrize("name", THIRD)
async def test_a_third_value_is_somebody_elses(name: str) -> None:
    async with world() as shop:
        kit, other, deed = await shop.kit(), await shop.kit(), DEEDS[name]
        order = await deed.before(shop, kit)
        error = await struck_blindly(shop, deed, kit, order)
        await THIRD[name](other, order)
        shop.now.advance(61)
        found = await asked_elsewhere(shop, error)
        assert isinstance(found, Unknown)
        assert found.not_before is None


async def test_what_was_so_before_proves_nothing_of_a_new_picture() -> None:
    """The file behind the same URL was mended, and the shop shall fetch it again."""
    deed = evolve(DEEDS["replace_artwork"], call=lambda kit, order: kit.replace_artwork(order, order.items[0], URL.format("a")))
    await proves_nothing(deed)


async def test_what_was_so_before_proves_nothing_of_a_new_address() -> None:
    """The same address once more, so that the shop checks it again."""
    await proves_nothing(evolve(DEEDS["update_recipient"], call=lambda kit, order: kit.update_recipient(order, TOM)))


async def test_what_was_so_before_proves_nothing_of_new() -> None:
    await proves_nothing(evolve(DEEDS["set_status, `New`"], before=new))


async def proves_nothing(deed: Deed) -> None:
    async with world() as shop:
        kit = await shop.kit()
        order = await deed.before(shop, kit)
        strike(shop, deed, ResetBeforeCommit())
        error = await unknown(deed.call(kit, order))
        shop.now.advance(61)
        assert not isinstance(await asked_elsewhere(shop, error), Applied)
        assert shop.shop.ledger.count(deed.effect) == 0


async def test_swapping_to_the_sku_that_an_old_order_shows_is_done_at_the_shop() -> None:
    """Somebody swapped it away since the order at hand was read."""
    async with world() as shop:
        kit, other = await shop.kit(), await shop.kit()
        old = await new(shop, kit)
        await other.swap_sku(old.ref, old.items[0].id, SMALL_CANVAS)
        done = await kit.swap_sku(old, old.items[0], CANVAS)
        assert skus(done) == skus(await other.get_order(old.ref)) == [CANVAS, MUG]


async def test_swapping_to_the_sku_that_it_has_costs_nothing() -> None:
    async with world() as shop:
        kit = await shop.kit()
        order = await new(shop, kit)
        assert skus(await kit.swap_sku(order, order.items[0], CANVAS)) == [CANVAS, MUG]
        assert shop.shop.ledger.count("sku changed") == 0
        assert shop.shop.ledger.count("order charged") == 1


# ── Taking items out ──────────────────────────────────────────────────────────────────────────────────────────────────


async def test_of_two_items_the_shop_keeps_one() -> None:
    async with world() as shop:
        kit = await shop.kit()
        order = await new(shop, kit)
        shop.put(order, "InProduction", 1)
        done = await kit.cancel_items(order, order.items)
        assert words(done) == ["Cancelled", "InProduction"]
        assert [each.item for each in done.receipt.refused] == [order.items[1].id]
        assert not done.receipt.reconciled
        assert shop.shop.ledger.count("item cancelled") == 1


@pytest.mark.parametrize("status", [200, 400])
async def test_of_two_items_the_shop_keeps_both(status: int) -> None:
    async with world(Options(cancel_refusal_status=status)) as shop:  # type: ignore[arg-type]
        kit = await shop.kit()
        order = await new(shop, kit)
        shop.put(order, "InProduction")
        error = await what_became(kit.cancel_items(order, order.items))
        assert isinstance(error, RejectedError | ConflictError)
        assert error.sent
        assert shop.shop.ledger.count("item cancelled") == 0


async def test_of_two_items_one_is_known_to_stay() -> None:
    """It is not even asked for; the other one is."""
    async with world() as shop:
        kit = await shop.kit()
        order = await new(shop, kit)
        shop.put(order, "Printing", 1)
        done = await kit.cancel_items(order.ref, [item.id for item in order.items])
        assert words(done) == ["Cancelled", "Printing"]
        assert [each.item for each in done.receipt.refused] == [order.items[1].id]


async def test_items_that_are_cancelled_already_are_done() -> None:
    async with world() as shop:
        kit, other = await shop.kit(), await shop.kit()
        order = await new(shop, kit)
        await other.cancel_items(order.ref, [order.items[0].id])
        done = await kit.cancel_items(order, order.items)
        assert done.status is OrderStatus.CANCELLED
        assert done.receipt.refused == ()
        assert shop.shop.ledger.repeated("item cancelled", 2) == {}
        again = await kit.cancel_items(done, done.items)
        assert again.status is OrderStatus.CANCELLED


async def test_all_items_that_are_cancelled_already_are_done() -> None:
    async with world() as shop:
        kit, other = await shop.kit(), await shop.kit()
        order = await new(shop, kit)
        await other.set_status(order.ref, OrderStatus.CANCELLED)
        done = await kit.cancel_items(order, order.items)
        assert done.status is OrderStatus.CANCELLED
        assert shop.shop.ledger.repeated("item cancelled", 2) == {}


async def test_a_partial_cancellation_that_could_not_be_looked_at_is_told_later() -> None:
    async with world() as shop:
        kit = await shop.kit()
        order = await new(shop, kit)
        shop.put(order, "InProduction", 1)
        blind = blinded(shop)
        error = await unknown(kit.cancel_items(order, order.items))
        shop.server.faults.remove(blind)
        found = await asked_elsewhere(shop, error)
        assert isinstance(found, Applied)
        assert words(found.value) == ["Cancelled", "InProduction"]
        assert [each.item for each in found.value.receipt.refused] == [order.items[1].id]


@pytest.mark.parametrize("body", ['{"Id": "%s"}', '{"Id": "%s", "Items": []}', '{"Id": "%s", "Items": null}'])
async def test_an_order_without_its_items_proves_no_cancellation(body: str) -> None:
    async with world() as shop:
        kit = await shop.kit()
        order = await new(shop, kit)
        strike(shop, DEEDS["cancel_items, one"], ResetBeforeCommit())
        shop.server.faults.add(Fault(Status(200, body % order.id), method="GET", path=ORDERS))
        await unknown(kit.cancel_items(order, [order.items[0]]))
        assert shop.shop.ledger.count("item cancelled") == 0


async def test_an_order_that_lost_the_ids_of_its_items_proves_no_cancellation() -> None:
    async with world() as shop:
        kit = await shop.kit()
        order = await new(shop, kit)
        strike(shop, DEEDS["cancel_items, one"], ResetBeforeCommit())
        shop.shop.options = evolve(shop.shop.options, gooten_id=False)
        await unknown(kit.cancel_items(order, [order.items[0]]))
        assert shop.shop.ledger.count("item cancelled") == 0


# ── Statuses ──────────────────────────────────────────────────────────────────────────────────────────────────────────

POLARITIES = ["failure", "success"]
TARGETS = ["set_status, cancelled", "set_status, on hold", "set_status, test", "set_status, `New`"]


@pytest.mark.parametrize("polarity", POLARITIES)
@pytest.mark.parametrize("name", TARGETS)
async def test_a_status_is_read_back_whatever_had_error_means(name: str, polarity: str) -> None:
    """Seed 002 has it in words that ``true`` is success; its name says the contrary."""
    async with world(Options(orderstatus_had_error=polarity)) as shop:  # type: ignore[arg-type]
        kit, deed = await shop.kit(), DEEDS[name]
        order = await deed.before(shop, kit)
        done = await what_became(deed.call(kit, order))
        assert isinstance(done, Order), done
        assert deed.shows(done)
        assert not done.receipt.reconciled
        assert shop.shop.ledger.count(deed.effect) == 1


@pytest.mark.parametrize("polarity", POLARITIES)
@pytest.mark.parametrize("name", TARGETS)
async def test_a_status_that_the_shop_refuses_with_reasons_is_refused(name: str, polarity: str) -> None:
    """The order at hand is old: it has been printed since. The shop says no, and the reading shows that it meant it."""
    options = Options(orderstatus_had_error=polarity)  # type: ignore[arg-type]
    async with world(options) as shop:
        kit, deed = await shop.kit(), DEEDS[name]
        order = await deed.before(shop, kit)
        shop.put(order, "InProduction")
        error = await what_became(deed.call(kit, order))
        assert isinstance(error, ConflictError | RejectedError), error
        assert error.sent
        assert kit.unresolved == ()
        assert shop.shop.ledger.count(deed.effect) == 0


@pytest.mark.parametrize("status", [200, 400])
@pytest.mark.parametrize("polarity", POLARITIES)
@pytest.mark.parametrize("name", TARGETS)
async def test_a_status_that_the_shop_refuses_without_a_word_is_never_a_success(name: str, polarity: str, status: int) -> None:
    options = Options(orderstatus_had_error=polarity, status_refusal_status=status, orderstatus_refusal="bare")  # type: ignore[arg-type]
    async with world(options) as shop:
        kit, deed = await shop.kit(), DEEDS[name]
        order = await deed.before(shop, kit)
        shop.put(order, "InProduction")
        error = await what_became(deed.call(kit, order))
        assert isinstance(error, ConflictError | RejectedError | OutcomeUnknownError), error
        assert isinstance(error, OutcomeUnknownError) == (status == 200)
        assert shop.shop.ledger.count(deed.effect) == 0


@pytest.mark.parametrize("polarity", POLARITIES)
async def test_a_refused_status_of_an_unchanged_order_is_refused(polarity: str) -> None:
    options = Options(orderstatus_had_error=polarity, hold_by_orderstatus="refused")  # type: ignore[arg-type]
    async with world(options) as shop:
        kit = await shop.kit()
        order = await new(shop, kit)
        error = await what_became(kit.set_status(order, OrderStatus.ON_HOLD))
        assert isinstance(error, ConflictError | RejectedError), error
        assert error.sent
        assert error.request_id


async def test_a_refused_status_that_is_reached_nevertheless_is_a_success() -> None:
    """Somebody else cancelled it first; what was wanted is so."""
    async with world() as shop:
        kit, other = await shop.kit(), await shop.kit()
        order = await new(shop, kit)
        await other.set_status(order.ref, OrderStatus.CANCELLED)
        done = await kit.set_status(order, OrderStatus.CANCELLED)
        assert done.status is OrderStatus.CANCELLED
        assert shop.shop.ledger.count("order cancelled") == 1


async def test_new_is_never_replayed_when_the_order_went_on() -> None:
    """Policy, case 17: the order moved on after New; sent again, it would be pulled back and billed again."""
    async with world() as shop:
        kit, deed = await shop.kit(), DEEDS["set_status, `New`"]
        order = await deed.before(shop, kit)
        strike(shop, deed, ResetAfterCommit())
        blind = blinded(shop)
        error = await unknown(deed.call(kit, order))
        shop.server.faults.remove(blind)
        shop.put(order, "ReadyForAccounting")
        found = await asked_elsewhere(shop, error)
        assert isinstance(found, Applied)
        assert shop.shop.ledger.count("order restarted") == 1


async def test_an_order_that_went_on_by_itself_proves_no_new() -> None:
    """It was pending and is printed now: so it would have gone without us."""
    async with world() as shop:
        kit = await shop.kit()
        deed = evolve(DEEDS["set_status, `New`"], before=in_status("Pending"))
        order = await deed.before(shop, kit)
        error = await struck_blindly(shop, deed, kit, order)
        shop.put(order, "InProduction")
        shop.now.advance(61)
        found = await asked_elsewhere(shop, error)
        assert isinstance(found, Unknown)
        assert shop.shop.ledger.count("order restarted") == 0


async def test_an_order_that_was_thrown_back_proves_new() -> None:
    async with world() as shop:
        kit = await shop.kit()
        deed = evolve(DEEDS["set_status, `New`"], before=in_status("Pending"))
        order = await deed.before(shop, kit)
        strike(shop, deed, ResetAfterCommit())
        blind = blinded(shop)
        error = await unknown(deed.call(kit, order))
        shop.server.faults.remove(blind)
        shop.put(order, "ReadyForImageDl")
        assert isinstance(await asked_elsewhere(shop, error), Applied)


async def test_cancelled_orders_stay_cancelled() -> None:
    """No list names Cancelled: nothing is sent."""
    async with world() as shop:
        kit = await shop.kit()
        order = await kit.set_status(await new(shop, kit), OrderStatus.CANCELLED)
        gone = blinded(shop), shop.server.faults.add(Fault(ResetAfterCommit(), times=None))
        calls: list[Callable[[], Awaitable[Order]]] = [
            lambda: kit.set_status(order, OrderStatus.ON_HOLD),
            lambda: kit.set_status(order, OrderStatus.TEST),
            lambda: kit.set_status(order, "New"),
            lambda: kit.update_recipient(order, ANN),
            lambda: kit.swap_sku(order, order.items[0], SMALL_CANVAS),
        ]
        for call in calls:
            error = await what_became(call())
            assert type(error) is ConflictError
            assert not error.sent
        assert [shop.server.faults.taken(number) for number in gone] == [0, 0]


async def test_cancelling_what_is_cancelled_is_done_already() -> None:
    async with world() as shop:
        kit = await shop.kit()
        order = await kit.set_status(await new(shop, kit), OrderStatus.CANCELLED)
        assert (await kit.set_status(order, OrderStatus.CANCELLED)).status is OrderStatus.CANCELLED
        assert shop.shop.ledger.count("order cancelled") == 1
