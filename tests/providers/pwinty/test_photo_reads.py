"""When the photos of an order are read by themselves: one for ``get_item``, all of them before some are added. Nothing is lost by it."""

from typing import Any

import pytest

from printkit import (
    ArtworkStatus,
    InvalidRequestError,
    NotFoundError,
    Order,
    OrderStatus,
    PrintKit,
    ProviderError,
    Request,
    Response,
    UnreadableAnswerError,
)
from printkit.emulator.clock import ManualClock
from printkit.providers.pwinty.emulator import Options, Shop
from tests.providers.pwinty.shops import ANN, Scripted, by_path, draft, kit_on, photo, sample, says


class Listening:
    """An emulated shop in this process that keeps what it was asked."""

    def __init__(self) -> None:
        self.shop = Shop(Options(look_at_files=False), ManualClock())
        self.heard: list[str] = []

    def answer(self, request: Request) -> Response:
        self.heard.append(f"{request.method} {request.template}")
        return self.shop.answer(request)


ONE, ALL, ORDER = "GET /Orders/{order}/Photos/{photo}", "GET /Orders/{order}/Photos", "GET /Orders/{order}"


async def step(there: Listening, kit: PrintKit, order: Order, word: str) -> Order:
    """The order, moved on until it is in this status."""
    if word == "cancelled":
        return await kit.set_status(order, OrderStatus.CANCELLED)
    if word != "draft":
        order = await kit.submit(order)
    if word == "complete":
        there.shop.print_and_ship(int(order.id))
    return await kit.get_order(order.ref)


@pytest.mark.parametrize(("word", "asked"), [("draft", ONE), ("submitted", ORDER), ("complete", ONE), ("cancelled", ONE)])
async def test_an_item_is_the_same_whichever_way_it_is_read(word: str, asked: str) -> None:
    there = Listening()
    async with kit_on(there) as kit:
        order = await step(there, kit, await draft(kit, photo("a", copies=2), photo("b", "8x12")), word)
        for item in order.items:
            there.heard.clear()
            assert await kit.get_item(order, item.id) == await kit.get_item(order.ref, item.id) == item
            assert there.heard == [asked, ORDER]


async def test_an_item_of_an_entry_of_a_list_is_read_in_its_order() -> None:
    there = Listening()
    async with kit_on(there) as kit:
        await draft(kit, photo("a"))
        (entry,) = [order async for order in kit.list_orders()]
        there.heard.clear()
        await kit.get_item(entry, entry.items[0].id)
    assert there.heard == [ORDER]


async def test_what_became_of_a_picture_is_seen_in_the_photo_alone() -> None:
    there = Listening()
    async with kit_on(there) as kit:
        order = await draft(kit, photo("a"))
        there.shop.photo_failed(int(order.items[0].id))
        item = await kit.get_item(order, order.items[0].id)

    assert (item.status, item.artwork[0].status) == (OrderStatus.DRAFT, ArtworkStatus.FAILED)


async def test_a_photo_that_is_not_in_the_order() -> None:
    there = Listening()
    async with kit_on(there) as kit:
        order = await draft(kit, photo("a"))
        other = await draft(kit, photo("b"), reference="R2")
        for item_id in (other.items[0].id, "999999999"):
            with pytest.raises(NotFoundError):
                await kit.get_item(order, item_id)
        there.heard.clear()
        for item_id in ("..", "1/../2", "1?x", "１０", "0", "x"):
            with pytest.raises((NotFoundError, InvalidRequestError)) as caught:
                await kit.get_item(order, item_id)
            assert item_id in str(caught.value)
    assert there.heard == []


@pytest.mark.parametrize("answer", [sample("photos-get.200.ok") | {"id": 9}, {"errorMessage": None}])
async def test_an_answer_about_something_else(answer: Any) -> None:
    whole = sample("orders-get.200.notyetsubmitted-with-photo")
    id_, photo_id = whole["id"], whole["photos"][0]["id"]
    there = Scripted(by_path({("GET", f"/Orders/{id_}"): says(whole), ("GET", f"/Orders/{id_}/Photos/{photo_id}"): says(answer)}))
    async with kit_on(there) as kit:
        order = await kit.get_order(f"pwinty:{id_}")
        with pytest.raises(UnreadableAnswerError):
            await kit.get_item(order, str(photo_id))


async def test_an_older_order_is_compared_with_the_photos_that_are_there_now() -> None:
    there = Listening()
    async with kit_on(there) as kit:
        old = await draft(kit)
        first = await kit.add_photos(old, [photo("a")])
        there.heard.clear()
        second = await kit.add_photos(old, [photo("b")])
        assert there.heard == [ALL, "POST /Orders/{order}/Photos"]
        assert second.items[: len(first.items)] == first.items
        assert (await kit.get_order(old.ref)).items == second.items
        assert await kit.update_recipient(second, ANN)


@pytest.mark.parametrize("answer", [{"errorMessage": "closed"}, {"items": []}, [{"id": 1}], "photos"])
async def test_photos_that_cannot_be_read_are_not_added_to(answer: Any) -> None:
    whole = sample("orders-get.200.notyetsubmitted-with-photo")
    there = Scripted(by_path({("GET", f"/Orders/{whole['id']}"): says(whole), ("GET", f"/Orders/{whole['id']}/Photos"): says(answer)}))
    async with kit_on(there) as kit:
        order = await kit.get_order(f"pwinty:{whole['id']}")
    async with kit_on(there) as another:
        with pytest.raises(ProviderError):
            await another.add_photos(order, [photo("b")])
    assert {request.method for request in there.asked} == {"GET"}
