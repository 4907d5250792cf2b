"""What lies behind what on an order's way, and what counts as a change of it."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given, strategies as st

from printkit import Artwork, ArtworkStatus, Item, Money, Order, OrderRef, OrderStatus, Recipient, Shipment, registry
from printkit.progress import can_reach, fingerprint, has_reached, is_over, is_said

S = OrderStatus


@pytest.mark.parametrize("goal", list(OrderStatus))
@pytest.mark.parametrize("now", list(OrderStatus))
def test_what_is_reached_could_be_reached(now: OrderStatus, goal: OrderStatus) -> None:
    if has_reached(now, goal):
        assert can_reach(now, goal)
    assert has_reached(goal, goal)


@pytest.mark.parametrize(
    ("now", "reached", "not_yet", "never"),
    [
        (S.DRAFT, {S.DRAFT}, {S.SUBMITTED, S.CANCELLED, S.TEST, S.DELIVERED}, set()),
        (S.SUBMITTED, {S.DRAFT, S.AWAITING_PAYMENT}, {S.IN_PRODUCTION, S.ON_HOLD, S.ACTION_REQUIRED, S.CANCELLED}, set()),
        (S.ACTION_REQUIRED, {S.SUBMITTED}, {S.IN_PRODUCTION, S.SHIPPED, S.CANCELLED, S.ON_HOLD}, set()),
        (S.ON_HOLD, {S.SUBMITTED}, {S.IN_PRODUCTION, S.CANCELLED}, set()),
        (S.PARTIALLY_SHIPPED, {S.IN_PRODUCTION, S.SUBMITTED}, {S.SHIPPED, S.CANCELLED}, set()),
        (S.SHIPPED, {S.PARTIALLY_SHIPPED, S.IN_PRODUCTION}, {S.DELIVERED}, {S.CANCELLED, S.ON_HOLD, S.TEST}),
        (S.DELIVERED, {S.SHIPPED, S.DRAFT}, set(), {S.CANCELLED, S.ACTION_REQUIRED}),
        (S.CANCELLED, {S.CANCELLED}, set(), {S.DRAFT, S.SUBMITTED, S.SHIPPED, S.TEST}),
        (S.TEST, {S.TEST, S.SUBMITTED}, {S.CANCELLED}, {S.IN_PRODUCTION, S.SHIPPED, S.DELIVERED}),
        (S.UNKNOWN, set(), {S.SUBMITTED, S.SHIPPED, S.CANCELLED}, set()),
    ],
)
def test_the_way_of_an_order(now: S, reached: set[S], not_yet: set[S], never: set[S]) -> None:
    assert [has_reached(now, goal) for goal in sorted(reached)] == [True] * len(reached)
    assert [(has_reached(now, goal), can_reach(now, goal)) for goal in sorted(not_yet)] == [(False, True)] * len(not_yet)
    assert [can_reach(now, goal) for goal in sorted(never)] == [False] * len(never)


def test_a_shop_that_never_says_something_may_still_pass_it() -> None:
    never = frozenset({S.IN_PRODUCTION, S.DELIVERED, S.ON_HOLD})

    assert is_said(S.IN_PRODUCTION, never)
    assert not is_said(S.DELIVERED, never)
    assert not is_said(S.ON_HOLD, never)
    assert is_said(S.CANCELLED, never)
    assert (is_over(S.SHIPPED, never), is_over(S.SHIPPED, frozenset())) == (True, False)
    assert is_over(S.DELIVERED, frozenset())
    assert is_over(S.CANCELLED, never)
    assert not is_over(S.ACTION_REQUIRED, never)


@pytest.mark.parametrize("kind", registry.kinds())
def test_every_shop_can_get_to_shipped(kind: str) -> None:
    info = registry.info(kind)

    assert is_said(S.SHIPPED, info.never_says)
    assert S.UNKNOWN not in info.never_says


ITEM = Item("1", "print", "8x12", 2, S.SUBMITTED, "Submitted", artwork=(Artwork(url="u", status=ArtworkStatus.PENDING),))
PARCEL = Shipment("9", S.SHIPPED, "RoyalMail", "123", "https://track/123", True, ("1",), datetime(2026, 1, 5, tzinfo=UTC))
ORDER = Order(OrderRef("uk", "1"), S.SUBMITTED, "Submitted", items=(ITEM, evolve(ITEM, id="2")), shipments=(PARCEL,))


@pytest.mark.parametrize(
    "changed",
    [
        evolve(ORDER, reference="another"),
        evolve(ORDER, status=S.CANCELLED),
        evolve(ORDER, provider_status="Complete"),
        evolve(ORDER, items=(ITEM,)),
        evolve(ORDER, items=(evolve(ITEM, status=S.SHIPPED), ORDER.items[1])),
        evolve(ORDER, items=(evolve(ITEM, provider_status="Printing"), ORDER.items[1])),
        evolve(ORDER, items=(evolve(ITEM, copies=3), ORDER.items[1])),
        evolve(ORDER, items=(evolve(ITEM, provider_sku="4x6"), ORDER.items[1])),
        evolve(ORDER, items=(evolve(ITEM, artwork=(Artwork(url="u", status=ArtworkStatus.FAILED),)), ORDER.items[1])),
        evolve(ORDER, shipments=()),
        evolve(ORDER, shipments=(evolve(PARCEL, status=S.DELIVERED),)),
        evolve(ORDER, shipments=(evolve(PARCEL, tracking_number="124"),)),
        evolve(ORDER, shipments=(evolve(PARCEL, tracking_url=None),)),
        evolve(ORDER, shipments=(evolve(PARCEL, carrier="UPS"),)),
        evolve(ORDER, shipments=(evolve(PARCEL, item_ids=("1", "2")),)),
        evolve(ORDER, shipments=(evolve(PARCEL, shipped_at=None),)),
    ],
)
def test_what_a_user_could_see_is_a_change(changed: Order) -> None:
    assert fingerprint(changed) != fingerprint(ORDER)


@pytest.mark.parametrize(
    "same",
    [
        evolve(ORDER, price=Money(Decimal(3), "GBP")),
        evolve(ORDER, recipient=Recipient("Tom")),
        evolve(ORDER, updated=datetime(2026, 1, 6, tzinfo=UTC)),
        evolve(ORDER, body=b"{}"),
        evolve(ORDER, items=ORDER.items[::-1]),
        evolve(ORDER, items=(evolve(ITEM, sku="mine"), ORDER.items[1])),
        evolve(ORDER, items=(evolve(ITEM, artwork=(evolve(ITEM.artwork[0], preview_url="https://signed"),)), ORDER.items[1])),
        evolve(ORDER, shipments=(evolve(PARCEL, latest_arrival=datetime(2026, 1, 9, tzinfo=UTC)),)),
    ],
)
def test_what_says_nothing_of_the_order_is_none(same: Order) -> None:
    assert fingerprint(same) == fingerprint(ORDER)


@given(st.lists(st.sampled_from([("a", "b"), ("b", "a"), ("ab", "")]), min_size=2, max_size=2, unique=True))
def test_parts_are_kept_apart(pairs: Any) -> None:
    def of(pair: tuple[str, str]) -> str:
        return fingerprint(evolve(ORDER, shipments=(evolve(PARCEL, carrier=pair[0], tracking_number=pair[1]),)))

    assert of(pairs[0]) != of(pairs[1])
