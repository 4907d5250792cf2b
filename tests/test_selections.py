"""Queries turned into changes: exactly what matches, freshly read, and nothing skipped while it is changed."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from printkit import InvalidRequestError, NewOrder, Order, OrderStatus, Photo
from printkit.change_lines import read_orders
from printkit.changes import CancelItems, ReplaceArtwork, SetStatus, Submit, SwapSku
from tests.bulk.two_shops import SHOPS, TOM, URL, Counter, counter

NOW = datetime(2026, 1, 5, tzinfo=UTC)
MANY = 230
"""More than two of Pwinty's pages."""


@pytest.fixture(params=SHOPS)
async def at(request: pytest.FixtureRequest) -> AsyncIterator[Counter]:
    async with counter(request.param) as found:
        yield found


async def listed(given: AsyncIterator[Any]) -> list[Any]:
    return [each async for each in given]


async def two(at: Counter) -> tuple[Order, Order]:
    """One order of the first product twice, and one of both products."""
    first = await at.order("ORD-1")
    new = await at.kit.create_order(NewOrder(TOM, "ORD-2"))
    second = await at.kit.add_photos(new, [Photo(sku, URL.format("sea")) for sku in at.skus])
    if at.kind == "gooten":
        second = await at.kit.set_status(await at.kit.submit(second), OrderStatus.ON_HOLD)
    return first, second


async def test_items_of_a_product(at: Counter) -> None:
    first, second = await two(at)

    found = [(order.ref, item.id) async for order, item in at.kit.select(sku=at.skus[1])]
    everything = [(order.ref, item.id) async for order, item in at.kit.select(status=first.status)]

    assert found == [(second.ref, second.items[1].id)]
    assert sorted(map(str, everything)) == sorted(str((order.ref, item.id)) for order in (first, second) for item in order.items)


async def test_changes_of_items(at: Counter) -> None:
    _, second = await two(at)
    item = second.items[1].id
    selection = at.kit.select(sku=at.skus[1])

    [swap] = await listed(selection.swap_sku(at.skus[0]))
    [art] = await listed(selection.replace_artwork(URL.format("new")))
    [cancel] = await listed(selection.cancel_items())
    whole = await listed(at.kit.select(reference="ORD-2").cancel_items())

    assert swap == SwapSku(swap.order, item, at.skus[0])
    assert art == ReplaceArtwork(art.order, item, URL.format("new"))
    assert cancel == CancelItems(cancel.order, [item])
    assert [change.items for change in whole] == [tuple(each.id for each in second.items)]
    assert {each.order.ref for each in (swap, art, cancel)} == {second.ref}


async def test_changes_of_orders(at: Counter) -> None:
    first, second = await two(at)

    both = await listed(at.kit.select(status=first.status).set_status(OrderStatus.CANCELLED))
    one = await listed(at.kit.select(sku=at.skus[1]).set_status(OrderStatus.CANCELLED))
    none = await listed(at.kit.select(status=OrderStatus.SHIPPED).submit())

    assert {change.order.ref for change in both} == {first.ref, second.ref}
    assert [change.order.ref for change in one] == [second.ref]
    assert none == []
    assert isinstance(both[0], SetStatus)


async def test_what_is_read_is_not_read_again_by_the_run(at: Counter) -> None:
    _, second = await two(at)
    changes = await listed(at.kit.select(sku=at.skus[1]).cancel_items())
    at.shop.requests.clear()

    report = await at.kit.apply(changes)

    assert report.applied == 1
    assert len(at.shop.requests) == 1
    after = await at.kit.get_order(second.ref)
    assert [item.provider_sku for item in after.live_items] == [at.skus[0]]


async def test_orders_that_are_given(at: Counter) -> None:
    first, second = await two(at)

    by_text = await listed(at.kit.select(orders=[str(second.ref), first]).set_status(OrderStatus.CANCELLED))
    by_sku = await listed(at.kit.select(orders=[second, first.ref], sku=at.skus[1]).swap_sku(at.skus[0]))

    assert [change.order.ref for change in by_text] == [second.ref, first.ref]
    assert [change.order.ref for change in by_sku] == [second.ref]
    for query in ({"reference": "ORD-1"}, {"provider": at.kind, "reference": "ORD-1"}):
        assert [change.order.ref for change in await listed(at.kit.select(orders=[second, first], **query).submit())] == [first.ref]
    for nothing in ({"provider": "other"}, {"status": OrderStatus.SHIPPED}):
        assert await listed(at.kit.select(orders=[second, first], **nothing).submit()) == []


async def test_changing_them_while_they_are_listed_skips_none() -> None:
    async with counter("pwinty") as at:
        for number in range(MANY):
            await at.kit.create_order(NewOrder(TOM, f"ORD-{number}"))

        report = await at.kit.apply(at.kit.select(status=OrderStatus.DRAFT).set_status(OrderStatus.CANCELLED), concurrency=8)

        assert (report.applied, report.not_applied) == (MANY, 0)
        assert at.shop.shop.ledger.count("order cancelled") == MANY


async def test_an_order_that_has_left_the_status_is_left_out() -> None:
    async with counter("pwinty") as at:
        orders = [await at.draft(f"ORD-{number}") for number in range(2)]
        found = aiter(at.kit.select(status=OrderStatus.DRAFT, sku="8x12"))
        await at.kit.set_status(orders[0], OrderStatus.CANCELLED)

        assert {order.ref async for order, _ in found} == {orders[1].ref}


async def test_submit(at: Counter) -> None:
    draft = await at.draft("ORD-3")

    [change] = await listed(at.kit.select(status=OrderStatus.DRAFT).submit())

    assert isinstance(change, Submit)
    assert (await at.kit.apply([change])).applied == 1
    assert (await at.kit.get_order(draft.ref)).status is OrderStatus.SUBMITTED


@pytest.mark.parametrize(
    "query", [{"status": "submitted!"}, {"sku": 7}, {"since": "today"}, {"reference": 7}, {"since": NOW, "orders": []}]
)
async def test_what_is_no_query_is_refused(at: Counter, query: dict[str, Any]) -> None:
    with pytest.raises(InvalidRequestError):
        at.kit.select(**query)


class TestFilesOfOrders:
    def test_csv(self, tmp_path: Path) -> None:
        path = tmp_path / "orders.csv"
        path.write_text("\ufefforder,note\npwinty:1,a\n\npwinty:2,b\n", encoding="utf-8")

        assert [str(ref) for ref in read_orders(path)] == ["pwinty:1", "pwinty:2"]

    def test_json_lines(self, tmp_path: Path) -> None:
        path = tmp_path / "orders.jsonl"
        path.write_text('{"order": "pwinty:1", "note": "a"}\n"pwinty:2"\n', encoding="utf-8")

        assert [str(ref) for ref in read_orders(path)] == ["pwinty:1", "pwinty:2"]

    @pytest.mark.parametrize(
        ("name", "text", "line"),
        [
            ("orders.csv", "ref\npwinty:1\n", "line 1"),
            ("orders.csv", "order\npwinty:1\n7\n", "line 3: order"),
            ("orders.jsonl", '{"order": "pwinty:1"}\n{"ref": "pwinty:1"}\n7\n', "line 2: order"),
        ],
        ids=str,
    )
    def test_wrong_lines_are_named(self, tmp_path: Path, name: str, text: str, line: str) -> None:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")

        with pytest.raises(InvalidRequestError) as caught:
            _ = [*read_orders(path)]
        assert line in caught.value.problems[0].path
