"""Orders that are not at Gooten yet: every verb works on them without a request, and their references go on working."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings as hypothesis_settings, strategies as st

import printkit
from printkit import (
    Artwork,
    Capability,
    ConflictError,
    InvalidRequestError,
    NewOrder,
    NotFoundError,
    Order,
    OrderRef,
    OrderStatus,
    Photo,
    PrintKit,
    PrintKitError,
    ProblemCode,
    Recipient,
    Request,
    Response,
    Stage,
    UnsupportedOperationError,
)
from printkit.emulator.clock import ManualClock
from printkit.providers.gooten.emulator import Shop
from printkit.server.emulator import EmulatorServer
from tests.providers.gooten.shops import (
    ANN,
    CANVAS,
    MUG,
    PILLOW,
    SMALL_CANVAS,
    TOM,
    URL,
    Scripted,
    draft,
    kit_on,
    photo,
    placed,
    settings,
)

SUBMITTED_ONLY = OrderStatus.SUBMITTED


class Counted:
    """A shop that remembers every request."""

    def __init__(self) -> None:
        self.shop = Shop(clock=ManualClock())
        self.asked: list[Request] = []

    def answer(self, request: Request) -> Response:
        self.asked.append(request)
        return self.shop.answer(request)


def silent() -> Scripted:
    """A shop that nobody may talk to."""

    def script(request: Request) -> Response:
        raise AssertionError(f"{request} was sent")

    return Scripted(script)


@pytest.fixture(params=["memory", "file"])
def kept_in(request: pytest.FixtureRequest, tmp_path: Path) -> Path | None:
    return tmp_path / "drafts.db" if request.param == "file" else None


Verb = Callable[[PrintKit, Order], Awaitable[Any]]

VERBS: dict[str, Verb] = {
    "get_order": lambda kit, order: kit.get_order(order.ref),
    "get_item": lambda kit, order: kit.get_item(order, order.items[0].id),
    "add_photos": lambda kit, order: kit.add_photos(order, [photo("c")]),
    "cancel_items": lambda kit, order: kit.cancel_items(order, [order.items[0]]),
    "swap_sku": lambda kit, order: kit.swap_sku(order, order.items[0], SMALL_CANVAS),
    "replace_artwork": lambda kit, order: kit.replace_artwork(order, order.items[0], URL.format("b")),
    "update_recipient": lambda kit, order: kit.update_recipient(order, ANN),
    "set_status(CANCELLED)": lambda kit, order: kit.set_status(order, OrderStatus.CANCELLED),
    "set_status('Cancelled')": lambda kit, order: kit.set_status(order, "Cancelled"),
}


@pytest.mark.parametrize("verb", VERBS)
async def test_every_verb_on_a_draft_sends_nothing(kept_in: Path | None, verb: str) -> None:
    async with kit_on(silent(), drafts=kept_in) as kit:
        order = await draft(kit, photo("a"), photo("b", MUG, copies=2))
        await VERBS[verb](kit, order)
        await VERBS[verb](kit, await draft(kit, photo("a"), reference="R2"))


@pytest.mark.parametrize("target", [OrderStatus.ON_HOLD, OrderStatus.TEST, "Hold", "New", "Test"])
async def test_a_draft_is_submitted_or_cancelled_and_nothing_else(target: OrderStatus | str) -> None:
    async with kit_on(silent()) as kit:
        with pytest.raises(ConflictError) as caught:
            await kit.set_status(await draft(kit, photo("a")), target)
        assert not caught.value.sent
        assert caught.value.order_status is OrderStatus.DRAFT


async def test_what_the_verbs_do_is_kept(kept_in: Path | None) -> None:
    async with kit_on(silent(), drafts=kept_in) as kit:
        order = await draft(kit, photo("a"), photo("b", MUG, copies=2), recipient=TOM)
        first, second = order.items
        order = await kit.swap_sku(order, first, SMALL_CANVAS)
        order = await kit.replace_artwork(order, second.id, URL.format("new"))
        order = await kit.add_photos(order, [photo("c")])
        order = await kit.update_recipient(order, ANN)
        order = await kit.cancel_items(order, [order.items[2]])
        assert order == await kit.get_order(order.ref) == await kit.get_order(str(order.ref))
        assert [(item.id, item.sku, item.copies, item.artwork[0].url) for item in order.items] == [
            (first.id, SMALL_CANVAS, 1, URL.format("a")),
            (second.id, MUG, 2, URL.format("new")),
        ]
        assert order.recipient == ANN
        assert order.status is OrderStatus.DRAFT


async def test_a_cancelled_draft_takes_no_change(kept_in: Path | None) -> None:
    async with kit_on(silent(), drafts=kept_in) as kit:
        order = await draft(kit, photo("a"))
        cancelled = await kit.set_status(order, OrderStatus.CANCELLED)
        assert cancelled.status is OrderStatus.CANCELLED
        assert (await kit.set_status(order, OrderStatus.CANCELLED)).status is OrderStatus.CANCELLED
        for name in ("add_photos", "cancel_items", "swap_sku", "replace_artwork", "update_recipient"):
            for at_hand in (order, cancelled):
                with pytest.raises(ConflictError):
                    await VERBS[name](kit, at_hand)
        with pytest.raises(ConflictError) as caught:
            await kit.submit(order)
        assert caught.value.order_status is OrderStatus.CANCELLED
        assert (await kit.get_order(order.ref)).items == cancelled.items


async def test_an_old_draft_at_hand_is_no_matter() -> None:
    """What is kept counts, not what was read once."""
    async with kit_on(silent()) as kit:
        old = await draft(kit, photo("a"))
        await kit.add_photos(old, [photo("b")])
        await kit.add_photos(old, [photo("c")])
        assert len((await kit.update_recipient(old, ANN)).items) == 3


async def test_an_item_that_is_not_there() -> None:
    async with kit_on(silent()) as kit:
        order = await draft(kit, photo("a"))
        for call in (
            lambda: kit.get_item(order, "nobody"),
            lambda: kit.cancel_items(order, [order.items[0], "nobody"]),
            lambda: kit.swap_sku(order, "nobody", MUG),
            lambda: kit.replace_artwork(order, "nobody", URL.format("b")),
        ):
            with pytest.raises(NotFoundError) as caught:
                await call()
            assert not caught.value.sent
        assert len((await kit.get_order(order.ref)).items) == 1


async def test_a_draft_that_nobody_keeps() -> None:
    async with kit_on(silent()) as kit:
        order = Order(OrderRef("gooten", "draft:00000000-0000-4000-8000-000000000000"), OrderStatus.DRAFT, items=())
        for verb in ("get_order", "add_photos", "update_recipient", "set_status(CANCELLED)"):
            with pytest.raises(NotFoundError, match="no draft") as caught:
                await VERBS[verb](kit, order)
            assert caught.value.provider == "gooten"
        for call in (kit.submit, kit.validate):
            with pytest.raises(NotFoundError):
                await call(order.ref)


async def test_lists_begin_with_drafts_and_end_where_only_they_are_asked_for() -> None:
    counted = Counted()
    async with kit_on(counted) as kit:
        await placed(kit, reference="OLD")
        drafts = [await draft(kit, reference=f"R{number}") for number in range(3)]
        counted.asked.clear()
        found = [order.ref async for order in kit.list_orders(status=OrderStatus.DRAFT)]
        assert found == [each.ref for each in reversed(drafts)]
        assert counted.asked == []
        every = [order.reference async for order in kit.list_orders()]
        assert every == ["R2", "R1", "R0", "OLD"]
        assert [order.reference async for order in kit.list_orders(reference="R1")] == ["R1"]


async def test_a_draft_lacks_what_the_report_says() -> None:
    async with kit_on(Shop()) as kit:
        report = await kit.validate(await draft(kit, recipient=Recipient("Tom")))
        assert not report.ok
        assert {problem.code for problem in report.problems} == {ProblemCode.ADDRESS_INCOMPLETE, ProblemCode.NO_ITEMS}


# ── After the submission ──────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_drafts_reference_goes_on_working(kept_in: Path | None) -> None:
    counted = Counted()
    async with kit_on(counted, drafts=kept_in) as kit:
        order = await draft(kit, photo("a"), photo("b", MUG, copies=2))
        done = await kit.submit(order)
        assert done.receipt.renamed == {old.id: new.id for old, new in zip(order.items, done.items, strict=True)}
        assert await kit.get_order(order.ref) == done
        assert (await kit.get_item(order.ref, order.items[0].id)).id == done.items[0].id
        assert (await kit.validate(order)).ok
        for at_hand in (order, order.ref):
            assert (await kit.swap_sku(at_hand, order.items[0], SMALL_CANVAS)).ref == done.ref
            assert (await kit.update_recipient(at_hand, ANN)).ref == done.ref
        assert (await kit.cancel_items(order, [order.items[1]])).status is OrderStatus.SUBMITTED
        held = await kit.set_status(order, OrderStatus.ON_HOLD)
        assert held.ref == done.ref
        assert (await kit.replace_artwork(order, order.items[0], URL.format("new"))).ref == done.ref
        assert (await kit.set_status(order.ref, OrderStatus.CANCELLED)).status is OrderStatus.CANCELLED


@pytest.mark.parametrize("as_order", [True, False])
async def test_a_submitted_draft_is_an_order(kept_in: Path | None, as_order: bool) -> None:
    counted = Counted()
    async with kit_on(counted, drafts=kept_in) as kit:
        order = await draft(kit, photo("a"))
        await kit.submit(order)
        at_hand = order if as_order else order.ref
        with pytest.raises(ConflictError) as caught:
            await kit.submit(at_hand)
        assert caught.value.order_status is OrderStatus.SUBMITTED
        with pytest.raises(UnsupportedOperationError) as refused:
            await kit.add_photos(at_hand, [photo("b")])
        assert refused.value.capability is Capability.ADD_PHOTOS
        assert refused.value.why == kit.supports(Capability.ADD_PHOTOS, stage=Stage.PLACED).why
        assert [order.ref async for order in kit.list_orders(status=OrderStatus.DRAFT)] == []
        assert [request.method for request in counted.asked if request.method != "GET"] == ["POST"]


async def test_drafts_of_one_program_are_submitted_by_the_next(tmp_path: Path) -> None:
    counted, file = Counted(), tmp_path / "drafts.db"
    async with kit_on(counted, drafts=file) as kit:
        order = await draft(kit, photo("a"))
    assert counted.asked == []
    async with kit_on(counted, drafts=file) as kit:
        done = await kit.submit(order.ref)
    async with kit_on(counted, drafts=file) as kit:
        assert (await kit.get_order(str(order.ref))).ref == done.ref


async def test_a_program_that_died_after_placing_finds_its_order_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Placed, and never noted here: submitting once more places nothing."""
    counted, file = Counted(), tmp_path / "drafts.db"
    async with kit_on(counted, drafts=file) as kit:
        order = await draft(kit, photo("a"), photo("b", MUG))

        async def die(self: object, draft_id: str, placed: Order) -> None:
            raise KeyboardInterrupt

        monkeypatch.setattr("printkit.providers.gooten.adapter.Gooten._mark", die)
        with pytest.raises(KeyboardInterrupt):
            await kit.submit(order)
        monkeypatch.undo()
    async with kit_on(counted, drafts=file) as kit:
        assert (await kit.get_order(order.ref)).status is OrderStatus.DRAFT
        done = await kit.submit(order.ref)
        assert done.receipt.reconciled
        assert done.receipt.renamed == {old.id: new.id for old, new in zip(order.items, done.items, strict=True)}
        assert (await kit.get_order(order.ref)).ref == done.ref
    assert counted.shop.ledger.count("order submitted") == 1


async def test_a_failed_submission_leaves_the_draft_as_it_was() -> None:
    counted = Counted()
    async with kit_on(counted) as kit:
        order = await draft(kit, photo("a", "NO-SUCH-SKU"))
        with pytest.raises(PrintKitError, match="NO-SUCH-SKU"):
            await kit.submit(order)
        assert (await kit.get_order(order.ref)) == order
        mended = await kit.swap_sku(order, order.items[0], CANVAS)
        assert (await kit.submit(mended)).status is SUBMITTED_ONLY


async def test_several_pictures_by_print_space() -> None:
    counted = Counted()
    async with kit_on(counted) as kit:
        spaces = [space.id for space in _pillow_spaces()]
        pictures = [Artwork(url=URL.format(name), space=space) for name, space in zip("ab", spaces, strict=True)]
        order = await kit.submit(await draft(kit, Photo(PILLOW, pictures)))
        assert [(each.url, each.space) for each in order.items[0].artwork] == [(each.url, each.space) for each in pictures]
        held = await kit.set_status(order, OrderStatus.ON_HOLD)
        with pytest.raises(InvalidRequestError) as caught:
            await kit.replace_artwork(held, held.items[0], URL.format("c"))
        assert all(space in str(caught.value) for space in spaces)
        changed = await kit.replace_artwork(held, held.items[0], Artwork(url=URL.format("c"), space=spaces[1]))
        assert [each.url for each in changed.items[0].artwork] == [URL.format("a"), URL.format("c")]
        assert await kit.get_order(order.ref) == changed or (await kit.get_order(order.ref)).items[0].artwork[1].url == URL.format("c")


def _pillow_spaces() -> Any:
    from printkit.providers.gooten.emulator.catalogue import CATALOGUE

    found = CATALOGUE.variant(PILLOW)
    assert found is not None
    return found[1].spaces


# ── Two accounts and one file ─────────────────────────────────────────────────────────────────────────────────────────


async def test_a_draft_belongs_to_its_connection(tmp_path: Path) -> None:
    """Two accounts share the drafts' file: the other one's name before the same id names nothing."""
    names = ("one", "two")
    environ = {"PRINTKIT_DRAFTS": str(tmp_path / "drafts.db"), "PRINTKIT_DEFAULT": "one"}
    for name in names:
        given = settings(kind="gooten", recipe_id=f"recipe-{name}")
        environ |= {variable.replace("_GOOTEN_", f"_{name.upper()}_"): value for variable, value in given.items()}
    shops = {name: Counted() for name in names}
    async with printkit.connect(environ=environ, emulators=shops) as kit:
        order = await draft(kit, photo("a"))
        assert order.ref.provider == "one"
        strange = OrderRef("two", order.id)
        for call in (kit.get_order, kit.submit, kit.validate):
            with pytest.raises(NotFoundError):
                await call(strange)
        with pytest.raises(NotFoundError):
            await kit.add_photos(strange, [photo("b")])
        assert [each.ref async for each in kit.list_orders(provider="two")] == []
        await kit.submit(order)
        with pytest.raises(NotFoundError):
            await kit.get_order(strange)
    assert shops["two"].shop.ledger.count("order submitted") == 0


# ── Any sequence, in memory and in a file ─────────────────────────────────────────────────────────────────────────────

steps = st.lists(
    st.tuples(st.sampled_from([*VERBS, "submit", "create"]), st.integers(0, 2), st.integers(0, 2)),
    max_size=12,
)


async def carried_out(plan: list[tuple[str, int, int]], file: Path | None) -> list[Any]:
    """What every step gives, without ids that are made up anew each time."""
    counted = Counted()
    orders: list[Order] = []
    seen: list[Any] = []
    async with kit_on(counted, drafts=file) as kit:
        for verb, place, _ in plan:
            if verb == "create" or not orders:
                order = await draft(kit, photo("a"), photo("b", MUG), reference=f"R{len(orders)}")
                orders.append(order)
                seen.append(told(order))
                continue
            order = orders[place % len(orders)]
            call = kit.submit if verb == "submit" else (lambda given, verb=verb: VERBS[verb](kit, given))
            before = len(counted.asked)
            try:
                seen.append(told(await call(await kit.get_order(order.ref) if place % 2 else order)))
            except (PrintKitError, IndexError) as error:  # an emptied draft has no first item
                seen.append(type(error))
            seen.append(len(counted.asked) - before)
        seen.append([told(order) async for order in kit.list_orders()])
    return [*seen, [(entry.kind, entry.count) for entry in counted.shop.ledger.entries()]]


def told(found: Any) -> Any:
    if isinstance(found, Order):
        items = [(item.provider_sku, item.copies, item.status, [each.url for each in item.artwork]) for item in found.items]
        return (found.status, found.reference, found.recipient, items, found.is_test, found.price)
    return (found.provider_sku, found.copies)


@hypothesis_settings(max_examples=25)
@given(steps)
async def test_memory_and_file_tell_the_same(plan: list[tuple[str, int, int]]) -> None:
    with TemporaryDirectory() as folder:
        in_file = await carried_out(plan, Path(folder) / "drafts.db")
    assert in_file == await carried_out(plan, None)


async def test_a_new_reference_is_made_for_every_order() -> None:
    async with kit_on(silent()) as kit:
        made = [(await kit.create_order(NewOrder(TOM))).reference for _ in range(3)]
        assert len(set(made)) == 3
        assert all(each is not None and len(each) <= 50 for each in made)


@pytest.mark.parametrize("change", [{"recipe_id": "another-account"}, {"environment": "sandbox"}], ids=str)
async def test_a_draft_is_not_submitted_to_another_account_or_environment_of_the_same_name(tmp_path: Path, change: dict[str, str]) -> None:
    """What was tried out in the emulator would be a real order once ``environment`` says so; a handle is refused there (ConfigError)."""
    file, here, there = tmp_path / "drafts.db", Shop(), Shop()
    async with kit_on(here, drafts=file) as kit:
        order = await draft(kit, photo("a"))
    async with EmulatorServer([there], tick=None) as server:
        environ = settings(base_url=server.url, **change) | {"PRINTKIT_DRAFTS": str(file)}
        async with printkit.connect(environ=environ) as kit:
            assert [each.ref async for each in kit.list_orders(status=OrderStatus.DRAFT)] == []
            with pytest.raises(PrintKitError):
                await kit.submit(order.ref)
    assert there.ledger.count("order submitted") == 0
