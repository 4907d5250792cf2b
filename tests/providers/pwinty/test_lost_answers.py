"""Every write of Pwinty's adapter, over real HTTP, while the answer is lost in every way there is. The shop's ledger says what happened."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from attrs import frozen

from printkit import (
    Applied,
    Artwork,
    ConflictError,
    Effect,
    NewOrder,
    NotApplied,
    NotFoundError,
    Order,
    OrderStatus,
    OutcomeUnknownError,
    Payment,
    Photo,
    PrintKit,
    PrintKitError,
    RateLimitedError,
    ReconcileHandle,
    RejectedError,
    Request,
    Unknown,
)
from printkit.emulator.faults import (
    CloseBeforeRead,
    CommitLate,
    Drip,
    DuplicateCommit,
    Endless,
    Fault,
    GzipBomb,
    HalfHead,
    Html,
    Instruction,
    Redirect,
    ResetAfterCommit,
    ResetBeforeCommit,
    StallAfterCommit,
    Status,
    Throttle,
    Truncate,
)
from printkit.providers.pwinty.emulator.options import Options
from tests.providers.pwinty.shops import ANN, TOM, URL, World, added, draft, photo, world

ORDERS, ORDER, STATUS = "/v2.5/Orders", "/v2.5/Orders/{id}", "/v2.5/Orders/{id}/Status"
PHOTOS, BATCH, ONE_PHOTO = "/v2.5/Orders/{id}/Photos", "/v2.5/Orders/{id}/Photos/Batch", "/v2.5/Orders/{id}/Photos/{photo}"


# ── What is done, where it is struck, and what the shop's ledger must say ─────────────────────────────────────────────


@frozen
class Deed:
    """One verb: what there is before, the call, the write that is struck, and how to count its effect."""

    method: str
    path: str
    before: Callable[[PrintKit], Awaitable[Order]]
    call: Callable[[PrintKit, Order], Awaitable[Order]]
    effect: str
    """The ledger's word."""
    once: int = 1
    """How many entries of it one effect is."""
    shows: Callable[[Order], bool] = lambda order: True
    """Whether the order that comes back tells of the effect."""
    more_than: int = 0
    """Entries of it that there are before."""
    reads: int = 0
    """How many requests that only read come before the write, also where the newest Order is at hand."""


async def nothing(kit: PrintKit) -> Order:
    return None  # type: ignore[return-value]


async def empty(kit: PrintKit) -> Order:
    return await draft(kit)


async def with_photo(kit: PrintKit) -> Order:
    return await draft(kit, photo("a"))


async def paid_by_recipient(kit: PrintKit) -> Order:
    return await draft(kit, photo("a"), payment=Payment.RECIPIENT)


THREE = [photo("a"), photo("b", "8x12", copies=2), photo("a")]

DEEDS = {
    "create_order": Deed(
        "POST",
        ORDERS,
        nothing,
        lambda kit, order: kit.create_order(NewOrder(TOM, reference="R1")),
        "order created",
        shows=lambda order: order.reference == "R1" and order.recipient == TOM,
    ),
    "add_photos, one": Deed(
        "POST",
        PHOTOS,
        empty,
        lambda kit, order: kit.add_photos(order, [photo("a")]),
        "photo added",
        shows=lambda order: [item.artwork[0].url for item in order.items] == [URL.format("a")],
    ),
    "add_photos, batch": Deed(
        "POST",
        BATCH,
        empty,
        lambda kit, order: kit.add_photos(order, THREE),
        "photo added",
        once=3,
        shows=lambda order: sorted(item.provider_sku for item in order.items) == ["4x6", "4x6", "8x12"],
    ),
    "update_recipient": Deed(
        "PUT",
        ORDER,
        empty,
        lambda kit, order: kit.update_recipient(order, ANN),
        "order updated",
        shows=lambda order: order.recipient is not None and order.recipient.name == "Ann Jones",
    ),
    "cancel_items": Deed(
        "DELETE",
        ONE_PHOTO,
        with_photo,
        lambda kit, order: kit.cancel_items(order, [order.items[0]]),
        "photo deleted",
        shows=lambda order: order.items == (),
    ),
    "swap_sku, the adding": Deed(
        "POST",
        PHOTOS,
        with_photo,
        lambda kit, order: kit.swap_sku(order, order.items[0], "8x12"),
        "photo added",
        shows=lambda order: [item.provider_sku for item in order.items] in (["8x12"], ["4x6", "8x12"]),
        more_than=1,
        reads=1,
    ),
    "swap_sku, the deleting": Deed(
        "DELETE",
        ONE_PHOTO,
        with_photo,
        lambda kit, order: kit.swap_sku(order, order.items[0], "8x12"),
        "photo deleted",
        shows=lambda order: [item.provider_sku for item in order.items] == ["8x12"],
        reads=1,
    ),
    "replace_artwork, the adding": Deed(
        "POST",
        PHOTOS,
        with_photo,
        lambda kit, order: kit.replace_artwork(order, order.items[0], URL.format("b")),
        "photo added",
        more_than=1,
        reads=1,
    ),
    "replace_artwork, the deleting": Deed(
        "DELETE",
        ONE_PHOTO,
        with_photo,
        lambda kit, order: kit.replace_artwork(order, order.items[0], URL.format("b")),
        "photo deleted",
        shows=lambda order: [item.artwork[0].url for item in order.items] == [URL.format("b")],
        reads=1,
    ),
    "submit": Deed(
        "POST",
        STATUS,
        with_photo,
        lambda kit, order: kit.submit(order),
        "order submitted",
        shows=lambda order: order.status is OrderStatus.SUBMITTED,
    ),
    "submit, the recipient pays": Deed(
        "POST",
        STATUS,
        paid_by_recipient,
        lambda kit, order: kit.submit(order),
        "payment requested",
        shows=lambda order: order.status is OrderStatus.AWAITING_PAYMENT,
    ),
    "set_status(CANCELLED)": Deed(
        "POST",
        STATUS,
        with_photo,
        lambda kit, order: kit.set_status(order, OrderStatus.CANCELLED),
        "order cancelled",
        shows=lambda order: order.status is OrderStatus.CANCELLED,
    ),
    "set_status(AWAITING_PAYMENT)": Deed(
        "POST",
        STATUS,
        paid_by_recipient,
        lambda kit, order: kit.set_status(order, OrderStatus.AWAITING_PAYMENT),
        "payment requested",
        shows=lambda order: order.status is OrderStatus.AWAITING_PAYMENT,
    ),
}

ACTED = {
    "reset": ResetAfterCommit(),
    "half a head": HalfHead(),
    "500": Status(500, '{"errorMessage": "oops"}', commit=True),
    "502, HTML": Html(502, commit=True),
    "503, bare": Status(503, "", commit=True),
    "503, JSON and no Retry-After": Status(503, "{}", commit=True),
    "504": Status(504, "", commit=True),
    "408": Status(408, "", commit=True),
    "409, HTML": Html(409, commit=True),
    "200, HTML": Html(200, commit=True),
    "200, empty": Status(200, "", commit=True),
    "200, an array of nothing": Status(200, "[]", commit=True),
    "200, cut JSON": Status(200, '{"id": 7', commit=True),
    "204": Status(204, "", commit=True),
    "redirect": Redirect("http://127.0.0.1:9/", commit=True),
    "see other": Redirect("http://127.0.0.1:9/", 303, commit=True),
    "nothing of the body": Truncate(0),
    "ten bytes of the body": Truncate(10),
    "gzip bomb": GzipBomb(9, commit=True),
}
"""The shop acts; what comes back is no answer."""

DID_NOT_ACT = {
    "close": CloseBeforeRead(),
    "reset": ResetBeforeCommit(),
    "half a head": HalfHead(commit=False),
    "500": Status(500, '{"errorMessage": "oops"}'),
    "502, HTML": Html(502),
    "503, bare": Status(503, ""),
    "409, HTML": Html(409),
    "200, HTML": Html(200),
    "200, empty": Status(200, ""),
    "redirect": Redirect("http://127.0.0.1:9/"),
}
"""The shop never hears of it; what comes back looks the same."""

SILENT = {"stall": StallAfterCommit(), "drip": Drip(30.0), "endless": Endless(commit=True)}


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


@pytest.fixture(params=DEEDS)
def deed(request: pytest.FixtureRequest) -> Deed:
    return DEEDS[request.param]


@pytest.mark.parametrize("lost", ACTED)
async def test_the_shop_acted_and_the_answer_is_lost_so_the_look_up_finds_it(deed: Deed, lost: str) -> None:
    async with world() as shop:
        order = await deed.before(await shop.kit())
        strike(shop, deed, ACTED[lost])
        kit = await shop.kit()
        done = await what_became(deed.call(kit, order))
        assert isinstance(done, Order), done
        assert deed.shows(done)
        assert effects(shop, deed) == deed.once
        assert kit.unresolved == ()


@pytest.mark.parametrize("lost", SILENT)
async def test_the_shop_acted_and_says_no_more(deed: Deed, lost: str) -> None:
    async with world() as shop:
        order = await deed.before(await shop.kit())
        strike(shop, deed, SILENT[lost])
        done = await what_became(deed.call(await shop.kit(attempt_timeout=0.3), order))
        assert isinstance(done, Order), done
        assert effects(shop, deed) == deed.once


@pytest.mark.parametrize("lost", DID_NOT_ACT)
async def test_the_shop_did_not_act_and_only_time_can_prove_it(deed: Deed, lost: str) -> None:
    async with world() as shop:
        order = await deed.before(await shop.kit())
        strike(shop, deed, DID_NOT_ACT[lost])
        kit = await shop.kit()
        error = await what_became(deed.call(kit, order))
        assert type(error) is OutcomeUnknownError
        assert not error.retryable
        assert [handle.id for handle in kit.unresolved] == [error.handle.id]
        assert effects(shop, deed) == 0
        early = await asked_elsewhere(shop, error)
        assert isinstance(early, Unknown)
        assert early.not_before == error.settle_until
        shop.now.advance(61)
        assert isinstance(await asked_elsewhere(shop, error), NotApplied)
        assert isinstance(await kit.reconcile(error.handle), NotApplied)
        assert kit.unresolved == ()
        assert effects(shop, deed) == 0


@pytest.mark.parametrize("lost", ["reset", "200, HTML", "500"])
async def test_the_look_up_fails_too_and_a_later_one_finds_it(deed: Deed, lost: str) -> None:
    async with world() as shop:
        order = await deed.before(await shop.kit())
        kit = await shop.kit()
        if order is not None:
            order = await kit.get_order(order.ref)  # the newest, so that a verb need not read first
        strike(shop, deed, ACTED[lost])
        blind = shop.server.faults.add(Fault(Status(500), method="GET", first=1 + deed.reads, times=None))
        error = await what_became(deed.call(kit, order))
        assert type(error) is OutcomeUnknownError
        assert effects(shop, deed) == deed.once
        shop.server.faults.remove(blind)
        found = await asked_elsewhere(shop, error)
        assert isinstance(found, Applied)
        assert deed.shows(found.value)
        assert found.value.receipt.reconciled
        assert effects(shop, deed) == deed.once


def deed_name(deed: Deed) -> str:
    return next(name for name, each in DEEDS.items() if each is deed)


async def test_the_shop_acts_late(deed: Deed) -> None:
    """Not found is no proof: the shop may still be at work."""
    async with world() as shop:
        order = await deed.before(await shop.kit())
        strike(shop, deed, CommitLate(30))
        error = await what_became(deed.call(await shop.kit(), order))
        assert type(error) is OutcomeUnknownError
        assert isinstance(await asked_elsewhere(shop, error), Unknown)
        shop.shop.clock.advance(error.settle_until - error.sent_at)
        await shop.server.tick()
        shop.now.advance(61)
        found = await asked_elsewhere(shop, error)
        assert isinstance(found, Applied)
        assert deed.shows(found.value)
        assert effects(shop, deed) == deed.once


async def test_a_throttled_write_is_sent_again_because_the_shop_did_nothing(deed: Deed) -> None:
    async with world() as shop:
        order = await deed.before(await shop.kit())
        strike(shop, deed, Throttle("3"))
        done = await what_became(deed.call(await shop.kit(), order))
        assert isinstance(done, Order), done
        assert effects(shop, deed) == deed.once
        assert done.receipt.attempts == 2
        assert max(shop.now.waits) >= 3


async def test_a_throttle_that_asks_for_too_much_is_told_at_once(deed: Deed) -> None:
    async with world() as shop:
        order = await deed.before(await shop.kit())
        strike(shop, deed, Throttle("999"))
        error = await what_became(deed.call(await shop.kit(), order))
        assert type(error) is RateLimitedError
        assert error.retry_after == 999
        assert effects(shop, deed) == 0


async def test_an_order_reference_alone_is_read_first(deed: Deed) -> None:
    if deed.before is nothing:
        return
    async with world() as shop:
        order = await deed.before(await shop.kit())
        strike(shop, deed, ResetAfterCommit())
        done = await what_became(call_with_ref(deed, await shop.kit(), order))
        assert isinstance(done, Order), done
        assert effects(shop, deed) == deed.once


def call_with_ref(deed: Deed, kit: PrintKit, order: Order) -> Awaitable[Order]:
    item = order.items[0].id if order.items else ""
    name = deed_name(deed).partition(",")[0]
    ref = order.ref
    calls: dict[str, Callable[[], Awaitable[Order]]] = {
        "add_photos": lambda: kit.add_photos(ref, THREE if deed.once == 3 else [photo("a")]),
        "update_recipient": lambda: kit.update_recipient(ref, ANN),
        "cancel_items": lambda: kit.cancel_items(ref, [item]),
        "swap_sku": lambda: kit.swap_sku(ref, item, "8x12"),
        "replace_artwork": lambda: kit.replace_artwork(ref, item, URL.format("b")),
        "submit": lambda: kit.submit(ref),
        "set_status(CANCELLED)": lambda: kit.set_status(ref, OrderStatus.CANCELLED),
        "set_status(AWAITING_PAYMENT)": lambda: kit.set_status(ref, OrderStatus.AWAITING_PAYMENT),
    }
    return calls[name]()


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


async def test_what_did_not_happen_is_sent_once_more(deed: Deed) -> None:
    async with world() as shop:
        order = await deed.before(await shop.kit())
        strike(shop, deed, ResetBeforeCommit())
        error = await what_became(deed.call(await shop.kit(), order))
        assert type(error) is OutcomeUnknownError
        assert isinstance(await sent_again(shop, error), Unknown)
        assert effects(shop, deed) == 0, "sent again although it may still be under way"
        shop.now.advance(61)
        found = await sent_again(shop, error)
        assert isinstance(found, Applied)
        assert deed.shows(found.value) or "swap" in deed_name(deed)
        assert effects(shop, deed) == deed.once
        assert isinstance(await sent_again(shop, error), Applied)
        assert effects(shop, deed) == deed.once


async def test_what_did_happen_is_never_sent_again(deed: Deed) -> None:
    async with world() as shop:
        order = await deed.before(await shop.kit())
        strike(shop, deed, CommitLate(30))
        error = await what_became(deed.call(await shop.kit(), order))
        assert type(error) is OutcomeUnknownError
        shop.shop.clock.advance(error.settle_until - error.sent_at)
        await shop.server.tick()
        shop.now.advance(61)
        assert isinstance(await sent_again(shop, error), Applied)
        assert effects(shop, deed) == deed.once


@pytest.mark.parametrize("lost", [ResetBeforeCommit(), ResetAfterCommit()])
async def test_what_is_lost_again_is_unknown_again_and_happens_once(deed: Deed, lost: Instruction) -> None:
    async with world() as shop:
        order = await deed.before(await shop.kit())
        strike(shop, deed, ResetBeforeCommit())
        error = await what_became(deed.call(await shop.kit(), order))
        assert type(error) is OutcomeUnknownError
        shop.now.advance(61)
        strike(shop, deed, lost)
        again = await what_became(sent_again(shop, error))
        if type(again) is OutcomeUnknownError:
            shop.now.advance(61)
            assert isinstance(await sent_again(shop, again), Applied)
        else:
            assert isinstance(again, Applied)
        assert isinstance(await sent_again(shop, error), Applied)
        assert effects(shop, deed) == deed.once


async def test_asked_twice_at_once_it_is_sent_again_once(deed: Deed) -> None:
    async with world() as shop:
        order = await deed.before(await shop.kit())
        strike(shop, deed, ResetBeforeCommit())
        kit = await shop.kit()
        error = await what_became(deed.call(kit, order))
        assert type(error) is OutcomeUnknownError
        shop.now.advance(61)
        await asyncio.gather(*(kit.reconcile(error.handle, send_again=True) for _ in range(3)), return_exceptions=True)
        assert effects(shop, deed) == deed.once


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


async def test_a_file_and_a_complaint_are_never_sent_again() -> None:
    async with world() as shop:
        kit = await shop.kit()
        order = await draft(kit)
        shop.server.faults.add(Fault(ResetBeforeCommit(), method="POST", path=PHOTOS))
        lost_file = await what_became(kit.add_photos(order, [Photo("4x6", b"\xff\xd8\xff")]))
        shop.server.faults.add(Fault(ResetBeforeCommit(), method="POST", path="/v2.5/Orders/{id}/Issues"))
        lost_issue = await what_became(kit.report_issue(order, "DamagedOrder", "Reprint"))
        assert type(lost_file) is type(lost_issue) is OutcomeUnknownError
        shop.now.advance(61)
        assert isinstance(await sent_again(shop, lost_file), NotApplied)
        assert isinstance(await sent_again(shop, lost_issue), Unknown)
        assert shop.shop.ledger.count("photo added") == shop.shop.ledger.count("issue created") == 0


async def test_a_request_of_ones_own_is_never_sent_again() -> None:
    async with world() as shop:
        kit = await shop.kit()
        order = await draft(kit)
        shop.server.faults.add(Fault(ResetBeforeCommit(), method="POST", path=STATUS))
        request = Request(
            "POST", f"/Orders/{order.id}/Status", Effect.WRITES, body=b'{"status": "Cancelled"}', content_type="application/json"
        )
        error = await what_became(kit.request(request))
        assert type(error) is OutcomeUnknownError
        shop.now.advance(61)
        assert isinstance(await sent_again(shop, error), Unknown)
        assert shop.shop.ledger.count("order cancelled") == 0


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

ISSUES = "/v2.5/Orders/{id}/Issues"


@pytest.mark.parametrize("lost", ["reset", "200, HTML", "500", "cut"])
async def test_a_complaint_that_arrived_is_found(lost: str) -> None:
    async with world() as shop:
        kit = await shop.kit()
        order = await draft(kit, photo("a"))
        await kit.report_issue(order, "DamagedOrder", "Reprint")
        shop.server.faults.add(Fault(ACTED.get(lost, Truncate(3)), method="POST", path=ISSUES))
        issue = await kit.report_issue(order, "DamagedOrder", "Reprint", detail="bent", items=[order.items[0]])
        assert issue.detail == "bent"
        assert shop.shop.ledger.count("issue created") == 2
        assert kit.unresolved == ()


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


async def test_a_comment_that_arrived_is_found_and_one_that_did_not_is_not() -> None:
    async with world() as shop:
        kit = await shop.kit()
        order = await draft(kit, photo("a"))
        issue = await kit.report_issue(order, "DamagedOrder", "Reprint")
        for instruction in (ResetAfterCommit(), ResetBeforeCommit()):
            shop.server.faults.add(Fault(instruction, method="PUT", path=f"{ISSUES}/{{issue}}"))
        found = await kit.update_issue(order, issue.id, comment="very bent")
        assert "very bent" in (found.commentary or "")
        error = await what_became(kit.update_issue(order, issue.id, comment="very bent"))  # type: ignore[arg-type]
        assert type(error) is OutcomeUnknownError
        shop.now.advance(61)
        assert isinstance(await asked_elsewhere(shop, error), NotApplied)
        assert shop.shop.ledger.count("issue commented") == 1


# ── Files ─────────────────────────────────────────────────────────────────────────────────────────────────────────────

JPEG = b"\xff\xd8\xff and so on"


@pytest.mark.parametrize("lost", ["reset", "200, HTML", "500", "ten bytes of the body"])
async def test_a_file_that_arrived_is_found(lost: str) -> None:
    async with world(Options(look_at_files=False)) as shop:
        kit = await shop.kit()
        order = await draft(kit)
        shop.server.faults.add(Fault(ACTED[lost], method="POST", path=PHOTOS))
        done = await kit.add_photos(order, [Photo("4x6", JPEG)])
        assert len(done.items) == 1
        assert shop.shop.ledger.count("photo added") == 1


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
