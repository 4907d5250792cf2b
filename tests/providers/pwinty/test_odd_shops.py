"""Shops that answer beside the point: what they say is not taken for success, and nothing is written to another order."""

import asyncio
import json
from typing import Any

import pytest

import printkit
from printkit import OrderRef, OutcomeUnknownError, Photo, PrintKit, RejectedError, Request, Response, UnreadableAnswerError
from printkit.emulator.faults import CloseBeforeRead, Fault
from tests.providers.pwinty.shops import Scripted, draft, photo, sample, says, settings, world

ORDER = OrderRef("pwinty", "1")


def order(number: int, *photos: int) -> dict[str, Any]:
    whole = sample("orders-get.200.notyetsubmitted-with-photo")
    return whole | {"id": number, "photos": [whole["photos"][0] | {"id": each} for each in photos]}


def kit_on(shop: Scripted) -> PrintKit:
    return printkit.connect("pwinty+emulator://", environ=settings(), emulators={"pwinty": shop})


async def test_an_answer_about_another_order_is_not_written_to() -> None:
    shop = Scripted(lambda request: says(order(2, 21)))
    async with kit_on(shop) as kit:
        for verb in (kit.submit(ORDER), kit.cancel_items(ORDER, ["21"]), kit.add_photos(ORDER, [photo("a")])):
            with pytest.raises(UnreadableAnswerError, match="another order"):
                await verb
    assert {request.method for request in shop.asked} == {"GET"}


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"errorMessage": None, "error": "no"},
        {"errorMessage": None, "message": "Order is not valid"},
        {"errorMessage": None, "status": "NotYetSubmitted"},
        {"errorMessage": None, "isValid": False},
    ],
)
async def test_an_object_that_does_not_say_done_is_no_success(said: dict[str, Any]) -> None:
    shop = Scripted(lambda request: says(said) if request.method == "POST" else says(order(1, 11)))
    async with kit_on(shop) as kit:
        with pytest.raises(OutcomeUnknownError):
            await kit.submit(ORDER)


async def test_a_photo_that_is_not_there_and_is_listed_is_not_cancelled() -> None:
    def script(request: Request) -> Response:
        return says({"errorMessage": "not found"}, 404) if request.method == "DELETE" else says(order(1, 11))

    async with kit_on(Scripted(script)) as kit:
        with pytest.raises(RejectedError, match="lists it"):
            await kit.cancel_items(ORDER, ["11"])


async def test_what_an_unreadable_answer_says_of_a_photo_does_not_count_where_all_of_them_are_found() -> None:
    sent: list[dict[str, Any]] = []

    def script(request: Request) -> Response:
        if request.method == "POST":
            sent.extend(json.loads(request.body))  # type: ignore[arg-type]
            entry = order(1, 21)["photos"][0]
            return says({"errorMessage": None, "items": [dict.fromkeys(entry) | {"errorMessage": "no"}, entry | {"id": 0}]})
        photos = order(1, *range(21, 21 + len(sent)))["photos"]
        return says(order(1) | {"photos": [photo | body for photo, body in zip(photos, sent, strict=True)]})

    async with kit_on(Scripted(script)) as kit:
        added = await kit.add_photos(ORDER, [photo("a"), photo("b")])
    assert (len(added.items), added.receipt.reconciled, added.receipt.refused) == (2, True, ())


@pytest.mark.parametrize("answered", [{"id": 11}, {"id": 12, "type": "poster"}, {"id": 12, "copies": 9}])
async def test_nothing_is_deleted_for_a_photo_that_was_not_asked_for(answered: dict[str, Any]) -> None:
    def script(request: Request) -> Response:
        if request.method == "POST":
            return says(order(1, 11)["photos"][0] | json.loads(request.body) | answered)  # type: ignore[arg-type]
        return says(order(1, 11))

    shop = Scripted(script)
    async with kit_on(shop) as kit:
        with pytest.raises(RejectedError, match="photo 11 is still there"):
            await kit.swap_sku(ORDER, "11", "8x12")
    assert "DELETE" not in {request.method for request in shop.asked}


async def test_three_at_once_exchange_one_photo_once() -> None:
    async with world() as shop:
        kit = await shop.kit()
        old = await draft(kit, photo("a"))
        done = await asyncio.gather(*(kit.swap_sku(old, old.items[0], "8x12") for _ in range(3)))
        now = await kit.get_order(old.ref)
        assert [item.sku for item in now.items] == ["8x12"]
        assert {each.receipt.renamed[old.items[0].id] for each in done} == {now.items[0].id}


async def test_nothing_is_sent_again_while_the_last_sending_again_is_open() -> None:
    async with world() as shop:
        kit = await shop.kit()
        old = await draft(kit)
        for _ in range(2):
            shop.server.faults.add(Fault(CloseBeforeRead(), method="POST", path="/v2.5/Orders/{id}/Photos"))
        with pytest.raises(OutcomeUnknownError) as first:
            await kit.add_photos(old, [Photo("4x6", "https://example.com/a.jpg")])
        shop.now.advance(61)
        with pytest.raises(OutcomeUnknownError) as second:
            await kit.reconcile(first.value.handle, send_again=True)

        found = await kit.reconcile(first.value.handle, send_again=True)

        assert isinstance(found, printkit.Unknown)
        assert found.not_before == second.value.settle_until
        assert shop.shop.ledger.count("photo added") == 0
