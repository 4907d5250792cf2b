"""What is not in the table of requests per verb: an order that is not the newest, and what is documented as impossible."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from printkit import ConflictError, Order, PrintKit
from tests.calls import Counting
from tests.providers.pwinty.shops import ANN, draft, kit_on, photo
from tests.providers.pwinty.verbs import PWINTY


async def test_an_older_order_costs_one_reading_where_a_pre_image_is_needed() -> None:
    shop = Counting(PWINTY.shop())
    async with kit_on(shop) as kit:
        old = await draft(kit)
        await kit.add_photos(old, [photo("a")])
        shop.asked.clear()
        await kit.add_photos(old, [photo("b")])
        assert [f"{request.method} {request.template}" for request in shop.asked] == [
            "GET /Orders/{order}/Photos",
            "POST /Orders/{order}/Photos",
        ]


@pytest.mark.parametrize("verb", ["add_photos", "update_recipient", "cancel_items", "submit"])
async def test_what_is_documented_as_impossible_costs_nothing(verb: str) -> None:
    shop = Counting(PWINTY.shop())
    calls: dict[str, Callable[[PrintKit, Order], Awaitable[Any]]] = {
        "add_photos": lambda kit, order: kit.add_photos(order, [photo("b")]),
        "update_recipient": lambda kit, order: kit.update_recipient(order, ANN),
        "cancel_items": lambda kit, order: kit.cancel_items(order, [order.items[0]]),
        "submit": lambda kit, order: kit.submit(order),
    }
    async with kit_on(shop) as kit:
        order = await kit.submit(await draft(kit, photo("a")))
        shop.asked.clear()
        with pytest.raises(ConflictError) as caught:
            await calls[verb](kit, order)
        assert not caught.value.sent
        assert shop.asked == []
    async with kit_on(shop, check_status_locally="false") as kit:
        with pytest.raises(ConflictError) as caught:
            await calls[verb](kit, order)
        assert caught.value.sent
