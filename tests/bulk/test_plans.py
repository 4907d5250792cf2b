"""Dry runs: nothing is written, and what is shown is what a run then really sends."""

import re
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any, get_args

import pytest
from attrs import evolve

from printkit import (
    Applied,
    ConfigError,
    ConflictError,
    InvalidRequestError,
    NewOrder,
    NotApplied,
    NotFoundError,
    OrderRef,
    OrderStatus,
    PrintKit,
    Request,
)
from printkit.bulk.plans import Plan
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
from printkit.model import Order
from printkit.skus import SkuMap
from tests.bulk.two_shops import ANN, KEY, SHOPS, TOM, URL, Counter, counter

NEW_URL = URL.format("lighthouse")
Make = Callable[[Counter, Order], Change]
CHANGES: dict[type[Any], Make] = {
    PlaceOrder: lambda at, _: PlaceOrder(NewOrder(TOM, "ORD-2"), at.photos),
    AddPhotos: lambda at, order: AddPhotos(order.ref, at.photos),
    Submit: lambda _, order: Submit(order.ref),
    UpdateRecipient: lambda _, order: UpdateRecipient(order.ref, ANN),
    CancelItems: lambda _, order: CancelItems(order.ref, order.items),
    SwapSku: lambda at, order: SwapSku(order.ref, order.items[0], at.skus[1]),
    ReplaceArtwork: lambda _, order: ReplaceArtwork(order.ref, order.items[0], NEW_URL),
    SetStatus: lambda _, order: SetStatus(order.ref, OrderStatus.CANCELLED),
}
NOT_POSSIBLE = {("gooten", AddPhotos), ("gooten", Submit)}
"""Of a placed order."""


@pytest.fixture(params=SHOPS)
async def at(request: pytest.FixtureRequest) -> AsyncIterator[Counter]:
    async with counter(request.param) as found:
        yield found


async def plans(kit: PrintKit, *changes: Any) -> list[Plan]:
    return [plan async for plan in kit.plan(changes)]


def shape(text: str) -> str:
    """Without ids that are made up for each order: of orders, of photos, of a draft's items."""
    return re.sub(r"[0-9a-f]{32}|\(new\)|\b\d{6,}\b", "#", text)


def seen(request: Request) -> str:
    """A request as the shop got it, with the key left out."""
    body = request.body.decode() if isinstance(request.body, bytes) else "?"
    query = "&".join(f"{name}={value}" for name, value in request.query)
    return shape(f"{request.method} {request.path} {query} {body}".replace(KEY, "***"))


def planned(plan: Plan) -> list[str]:
    return [
        shape(f"{each.method} {each.path} {'&'.join('='.join(pair) for pair in each.query)} {each.body or ''}") for each in plan.requests
    ]


def test_every_change_is_tried() -> None:
    assert set(CHANGES) == set(get_args(Change))


@pytest.mark.parametrize("kind", CHANGES, ids=lambda kind: kind.__name__)
async def test_what_is_planned_is_what_is_sent(at: Counter, kind: type[Any]) -> None:
    order = await at.order()
    change = CHANGES[kind](at, order)
    at.shop.requests.clear()
    happened = at.shop.shop.ledger.entries()

    [plan] = await plans(at.kit, change)

    assert at.shop.writes == []
    assert at.shop.shop.ledger.entries() == happened
    assert at.kit.unresolved == ()
    if (at.kind, kind) in NOT_POSSIBLE:
        assert (plan.requests, plan.effects) == ((), ())
        assert plan.problem is not None
        return
    assert plan.problem is None
    assert plan.requests
    assert plan.effects

    at.shop.requests.clear()
    assert (await at.kit.apply([change])).applied == 1
    assert planned(plan) == [seen(request) for request in at.shop.writes]


@pytest.mark.parametrize("kind", CHANGES, ids=lambda kind: kind.__name__)
async def test_no_secret_is_shown(at: Counter, kind: type[Any]) -> None:
    [plan] = await plans(at.kit, CHANGES[kind](at, await at.order()))

    text = f"{plan} {plan.requests} {[str(each) for each in plan.requests]} {plan.effects} {plan.problem}"
    assert KEY not in text
    assert "printkit-secret" not in text


async def test_what_changes_is_told(at: Counter) -> None:
    order = await at.order()
    first, second = (item.id for item in order.items)
    made = {kind: CHANGES[kind](at, order) for kind in CHANGES}

    told = {type(plan.change): plan.effects for plan in await plans(at.kit, *made.values())}

    old, new = at.skus
    assert told[SwapSku] == (f"item {first}: {old} -> {new}",)
    assert told[ReplaceArtwork][0].endswith(f"{URL.format('boat')} -> {NEW_URL}")
    assert told[CancelItems] == (f"item {first}: 1 x {old} -> cancelled", f"item {second}: 3 x {old} -> cancelled")
    assert told[SetStatus] == (f"order: {order.status} -> cancelled",)
    assert "recipient.city: Cardiff -> Leeds" in told[UpdateRecipient]
    assert not any(effect.startswith("recipient.country") for effect in told[UpdateRecipient])
    assert told[PlaceOrder] == (
        "a new order ORD-2 for Tom Smith, 14 Acacia Avenue, Cardiff, CF11 1AB, GB",
        f"added: 1 x {old} of {URL.format('boat')}",
        f"added: 3 x {old} of {URL.format('harbour')}",
        "it is submitted: it prints and charges",
    )


async def test_what_is_so_already_sends_nothing(at: Counter) -> None:
    order = await at.order()

    [plan] = await plans(at.kit, SwapSku(order, order.items[0], at.skus[0]))

    assert (plan.requests, plan.effects, plan.problem) == ((), ("nothing: it is so already",), None)


async def test_an_order_at_hand_is_not_read_again(at: Counter) -> None:
    order = await at.kit.get_order((await at.order()).ref)
    at.shop.requests.clear()

    [plan] = await plans(at.kit, SetStatus(order, OrderStatus.CANCELLED))

    assert plan.before is order
    assert at.shop.requests == []


async def test_one_change_never_ends_it(at: Counter) -> None:
    order = await at.order()
    missing = OrderRef(at.kind, "999")

    odd: Any = PlaceOrder("new", [])  # type: ignore[arg-type]
    found = await plans(at.kit, SetStatus(missing, OrderStatus.CANCELLED), 7, odd, SetStatus(order, OrderStatus.CANCELLED))

    assert [type(plan.problem) for plan in found] == [NotFoundError, InvalidRequestError, InvalidRequestError, type(None)]
    assert [plan.index for plan in found] == [0, 1, 2, 3]


async def test_what_is_no_input_is_refused(at: Counter) -> None:
    for wrong in ("changes.jsonl", 7, None):
        with pytest.raises(InvalidRequestError):
            at.kit.plan(wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize("how_many", [1, 3, 50])
async def test_plans_come_in_order_and_only_so_many_are_made_ahead(at: Counter, how_many: int) -> None:
    order = await at.kit.get_order((await at.order()).ref)
    taken = 0

    async def endless() -> AsyncIterator[Change]:
        nonlocal taken
        while True:
            taken += 1
            yield SetStatus(order, OrderStatus.CANCELLED)

    found = at.kit.plan(endless(), concurrency=how_many)
    places = [(await anext(found)).index for _ in range(10)]
    await found.aclose()  # type: ignore[attr-defined]

    assert places == list(range(10))
    assert taken <= 10 + how_many


class TestDrafts:
    """Orders of a shop that keeps no drafts, kept here."""

    @pytest.fixture(params=["memory", "file"])
    async def kept(self, request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Counter]:
        settings = {"drafts": tmp_path / "drafts.db"} if request.param == "file" else {}
        async with counter("gooten", **settings) as found:
            yield found

    async def test_they_stay_as_they_are(self, kept: Counter) -> None:
        draft = await kept.draft()
        changes = [
            SwapSku(draft.ref, draft.items[0], kept.skus[1]),
            UpdateRecipient(draft.ref, ANN),
            SetStatus(draft.ref, OrderStatus.CANCELLED),
            SetStatus(draft.ref, OrderStatus.SUBMITTED),
            Submit(draft.ref),
        ]

        found = await plans(kept.kit, *changes)

        assert [plan.problem for plan in found] == [None] * 5
        assert [len(plan.requests) for plan in found] == [0, 0, 0, 1, 1]
        assert all(plan.effects for plan in found)
        assert await kept.kit.get_order(draft.ref) == draft
        assert kept.shop.writes == []

    async def test_none_is_left_of_an_order_that_was_only_planned(self, kept: Counter) -> None:
        [plan] = await plans(kept.kit, PlaceOrder(NewOrder(TOM, "ORD-9"), kept.photos))

        assert len(plan.requests) == 1
        assert [order async for order in kept.kit.list_orders()] == []


class TestReferences:
    """A reference names one order for ever, whoever has to see to that."""

    async def test_a_second_order_of_one_reference_is_refused_as_a_run_refuses_it(self, at: Counter) -> None:
        place = PlaceOrder(NewOrder(TOM, "ORD-2"), at.photos)
        named = evolve(place, provider=at.kind)
        first, second, third = await plans(at.kit, place, PlaceOrder(NewOrder(TOM, "ORD-3"), at.photos), named)

        assert (first.problem, second.problem) == (None, None)
        assert isinstance(third.problem, InvalidRequestError)
        assert str(third.problem.problems[0]).startswith("new.reference: is the one of changes[0]")
        assert third.requests == ()

    async def test_what_the_shop_has_already_is_told_where_it_would_take_it_again(self) -> None:
        async with counter("pwinty") as at:
            there = await at.kit.submit(await at.draft("ORD-2"))
            place = PlaceOrder(NewOrder(TOM, "ORD-2"), at.photos)
            at.shop.requests.clear()
            [plain, careful] = [(await plans(at.kit, each))[0] for each in (place, evolve(place, look_first=True))]

            assert plain.effects[0].startswith(f"{there.ref}, submitted, has this reference already: another order of it is placed")
            assert isinstance(careful.problem, ConflictError)
            assert careful.problem.existing == there.ref
            assert at.shop.writes == []

    async def test_who_looks_first_places_nothing_twice(self, at: Counter) -> None:
        place = PlaceOrder(NewOrder(TOM, "ORD-2"), at.photos, look_first=True)
        [first] = [each async for each in at.kit.apply([place])]
        assert isinstance(first.outcome, Applied)

        [again] = [each async for each in at.kit.apply([place])]

        assert again.outcome == NotApplied(str(again.error), first.outcome.value.ref)
        assert at.shop.shop.ledger.count("order submitted") == 1

    @pytest.mark.parametrize("provider", ["nowhere", None])
    async def test_a_connection_that_there_is_not_is_told_as_a_run_tells_it(self, provider: str | None) -> None:
        """None: of the two that are open neither is the default."""
        async with counter("gooten") as one, counter("pwinty") as other:
            kit = PrintKit({**one.kit.opened, **other.kit.opened}, None, SkuMap({}))
            place = PlaceOrder(NewOrder(TOM, "ORD-2"), one.photos, provider=provider)
            [plan], [result] = await plans(kit, place), [each async for each in kit.apply([place])]

            assert (type(plan.problem), str(plan.problem)) == (ConfigError, str(result.error))

    async def test_a_draft_that_is_kept_here_is_no_order_yet(self) -> None:
        async with counter("gooten") as at:
            await at.kit.create_order(NewOrder(TOM, "ORD-2"))
            [result] = [each async for each in at.kit.apply([PlaceOrder(NewOrder(TOM, "ORD-2"), at.photos, look_first=True)])]

            assert result.applied
