"""The way of an item through the statuses: by the clock, by control calls, with webhooks on the way."""

import json
from datetime import timedelta
from typing import Any

import pytest

from printkit.emulator.notices import NoticeDue, Pauses, Post
from printkit.emulator.shop import ArtworkFailure, ArtworkShop, UnknownControlError
from printkit.providers.gooten.emulator import Automatic, Options
from tests.providers.gooten.emulator_client import ADDRESS, CANVAS, FRAME, LINE, PILLOW, Client, sample

HOOK = "https://partner.example/hooks/gooten/?orderid="
JPEG = b"\xff\xd8\xff\xe0 and so on"
WAY = ["New", "ReadyForImageDl", "Pending", "InProduction", "Printing", "OutForDelivery", "Shipped", "Delivered"]


def minutes(client: Client, number: float = 1) -> None:
    client.clock.advance(timedelta(minutes=number))


def due(client: Client) -> list[NoticeDue]:
    return list(client.shop.advance(client.clock.now()))


class TestByTheClock:
    def test_the_usual_way(self) -> None:
        client = Client(Options(automatic=Automatic.every(60)))
        order, seen = client.submit(), []
        for _ in WAY:
            seen += client.statuses(order["Id"])
            minutes(client)

        assert seen == WAY
        assert client.statuses(order["Id"]) == ["Delivered"]
        assert client.shop.ledger.count("item printed", order["Id"]) == client.shop.ledger.count("item shipped", order["Id"]) == 1

    def test_without_a_clock_nothing_moves(self) -> None:
        client = Client()
        order = client.submit()
        minutes(client, 1_000_000)

        assert client.statuses(order["Id"]) == ["New"]

    def test_a_long_silence_is_caught_up_with(self) -> None:
        client = Client(Options(automatic=Automatic.every(60)))
        order = client.submit()
        minutes(client, 1000)

        assert client.statuses(order["Id"]) == ["Delivered"]

    @pytest.mark.parametrize("status", ["Hold", "Cancelled", "Test"])
    def test_who_was_stopped_stays(self, status: str) -> None:
        client = Client(Options(automatic=Automatic.every(60)))
        order = client.submit()
        client.post("orderstatus", id=order["Id"], orderStatusName=status)
        minutes(client, 100)

        assert client.statuses(order["Id"]) == [status]

    @pytest.mark.parametrize(("mode", "status"), [("restarts", "Delivered"), ("stands", "New")])
    def test_new_begins_again(self, mode: Any, status: str) -> None:
        client = Client(Options(automatic=Automatic.every(60), new_by_orderstatus=mode))
        order = client.submit()
        minutes(client, 2)
        client.post("orderstatus", id=order["Id"], orderStatusName="New")
        assert client.statuses(order["Id"]) == ["New"]
        minutes(client, 100)

        assert client.statuses(order["Id"]) == [status]
        assert client.shop.ledger.count("order restarted", order["Id"]) == 1

    def test_a_test_order_is_never_printed(self) -> None:
        client = Client(Options(automatic=Automatic.every(60)))
        order = client.submit(IsInTestMode=True)
        minutes(client, 100)

        assert client.statuses(order["Id"]) == ["Test"]
        assert client.shop.ledger.count("item printed") == 0

    def test_the_first_orders_of_an_account_are_looked_at(self) -> None:
        client = Client(Options(automatic=Automatic(60, 60), orders_to_approve=1))
        first, second = client.submit(), client.submit()
        minutes(client, 2)

        assert (client.statuses(first["Id"]), client.statuses(second["Id"])) == (["NeedsManualApproval"], ["Pending"])


class TestTroubles:
    def test_a_dead_link_is_found_later_and_holds_the_parcel(self) -> None:
        client = Client(Options(automatic=Automatic(60, 60), dead_links=frozenset({"https://dead.example/a.png"})))
        dead = {**LINE, "Images": [{"Url": "https://dead.example/a.png"}]}
        order = client.submit(dead, LINE, {**LINE, "SKU": FRAME})
        minutes(client, 5)
        assert client.statuses(order["Id"]) == ["ImageIssue", "HoldByCIImageIssue", "Pending"]

        item = client.order(order["Id"])["Items"][0]
        mended = {"OrderItemId": item["OrderItemId"], "SpaceId": item["Images"][0]["SpaceId"], "URL": "https://assets.example.com/b.png"}
        assert client.put("OrderImages", [mended], orderId=str(order["GootenId"])).status == 200
        minutes(client, 5)
        assert client.statuses(order["Id"]) == ["Pending", "Pending", "Pending"]

    def test_a_cancelled_picture_releases_its_siblings(self) -> None:
        client = Client()
        order = client.submit(LINE, LINE)
        client.make(order, "Pending", "Pending")
        client.shop.control(("items", str(order["Items"][0]["OrderItemId"]), "failed"), {})
        assert client.statuses(order["Id"]) == ["ImageIssue", "HoldByCIImageIssue"]
        client.put("orderCancel", {"Ids": [order["Items"][0]["OrderItemId"]]}, orderId=str(order["GootenId"]))

        assert client.statuses(order["Id"]) == ["Cancelled", "ReadyForImageDl"]

    @pytest.mark.parametrize("line", ["x" * 36, "улица Ленина 1", "東京"])
    def test_an_address_that_cannot_be_printed(self, line: str) -> None:
        client = Client(Options(automatic=Automatic(60, 60)))
        order = client.submit(ShipToAddress={**ADDRESS, "Line1": line})
        minutes(client)
        assert client.statuses(order["Id"]) == ["AddressIssue"]

        client.put("shippingAddress", ADDRESS, orderId=str(order["GootenId"]))
        minutes(client)
        assert client.statuses(order["Id"]) == ["Pending"]

    def test_nobody_mends_it_for_forty_days(self) -> None:
        client = Client(Options(automatic=Automatic(60, 60)))
        order = client.submit(ShipToAddress={**ADDRESS, "Line1": "x" * 36})
        client.clock.advance(timedelta(days=39, hours=23))
        assert client.statuses(order["Id"]) == ["AddressIssue"]
        client.clock.advance(timedelta(hours=1))

        assert client.statuses(order["Id"]) == ["Cancelled"]

    def test_a_shop_that_takes_any_address(self) -> None:
        client = Client(Options(automatic=Automatic(60, 60), strict_addresses=False))
        order = client.submit(ShipToAddress={**ADDRESS, "Line1": "x" * 36})
        minutes(client, 2)

        assert client.statuses(order["Id"]) == ["Pending"]


class TestControlCalls:
    @pytest.mark.parametrize("id_", ["Id", "GootenId"])
    def test_print_and_ship(self, id_: str) -> None:
        client = Client()
        order = client.submit(LINE, LINE, {**LINE, "SKU": FRAME, "ShipType": "expedited"})
        done = client.shop.control(("orders", str(order[id_]), "ship"), {})
        now = client.order(order["Id"])

        assert (done["id"], done["status"]) == (order["Id"], "Shipped")
        assert {item["Status"] for item in now["Items"]} == {"Shipped"}
        numbers = [item["Shipments"][0]["TrackingNumber"] for item in now["Items"]]
        assert numbers[0] == numbers[1] != numbers[2]
        assert [item["Shipments"][0]["ShipCarrierName"] for item in now["Items"]] == ["USPS", "USPS", "FedEx"]
        assert all(item["TrackingNumber"] == item["Shipments"][0]["TrackingNumber"] for item in now["Items"])
        assert client.shop.ledger.repeated("item printed", 2) == client.shop.ledger.repeated("item shipped", 2) == {}

    @pytest.mark.parametrize(
        ("members", "statuses"),
        [
            ({"step": "allocate"}, ["OutForDelivery", "OutForDelivery"]),
            ({"step": "ship"}, ["Shipped", "Shipped"]),
            ({"step": "complete"}, ["Shipped", "Shipped"]),
            ({"shipment": 0}, ["Shipped", "New"]),
            ({"shipment": "1"}, ["New", "Shipped"]),
        ],
    )
    def test_steps_and_parcels(self, members: dict[str, object], statuses: list[str]) -> None:
        client = Client()
        order = client.submit(LINE, {**LINE, "SKU": FRAME})
        client.shop.control(("orders", order["Id"], "ship"), members)
        client.shop.control(("orders", order["Id"], "ship"), members)

        assert client.statuses(order["Id"]) == statuses

    def test_one_item_with_a_number_of_ones_own(self) -> None:
        client = Client()
        order = client.submit(LINE, LINE)
        item = order["Items"][1]["OrderItemId"]
        client.shop.control(("orders", order["Id"], "ship"), {"item": item, "tracking_number": "T1", "carrier": "DHL"})

        assert client.statuses(order["Id"]) == ["New", "Shipped"]
        assert client.order(order["Id"])["Items"][1]["Shipments"] == [
            {"TrackingNumber": "T1", "TrackingUrl": "https://tracking.example.com/T1", "ShipCarrierName": "DHL"}
        ]

    def test_deliver_and_advance(self) -> None:
        client = Client()
        order = client.submit()
        for status in WAY[1:]:
            client.shop.control(("orders", order["Id"], "advance"), {})
            assert client.statuses(order["Id"]) == [status]
        second = client.submit()
        client.shop.control(("orders", second["Id"], "deliver"), {})
        assert client.statuses(second["Id"]) == ["Delivered"]

    @pytest.mark.parametrize("word", ["NeedsCustomization", "readyforimagedi", "Canceled", "Out For Delivery"])
    def test_any_status_under_any_name(self, word: str) -> None:
        client = Client()
        order = client.submit()

        assert client.shop.control(("orders", order["Id"], "status"), {"Status": word})["status"] in {
            "NeedsPersonalization",
            "ReadyForImageDl",
            "Cancelled",
            "OutForDelivery",
        }

    def test_pay(self) -> None:
        client = Client(Options(billing_method=False))
        order = client.submit()
        client.shop.control(("orders", order["Id"], "pay"), {})

        assert client.statuses(order["Id"]) == ["New"]
        assert client.shop.ledger.count("order charged", order["Id"]) == 1
        with pytest.raises(ValueError, match="payment"):
            client.shop.control(("orders", order["Id"], "pay"), {})

    @pytest.mark.parametrize(
        ("words", "error"),
        [
            (("orders", "999", "ship"), UnknownControlError),
            (("orders", "7-none", "ship"), UnknownControlError),
            (("orders", "{id}", "sing"), UnknownControlError),
            (("items", "x", "ship"), UnknownControlError),
            (("items", "7", "ship"), UnknownControlError),
            (("sing",), UnknownControlError),
            ((), UnknownControlError),
        ],
    )
    def test_what_there_is_not(self, words: tuple[str, ...], error: type[Exception]) -> None:
        client = Client()
        order = client.submit()

        with pytest.raises(error):
            client.shop.control(tuple(word.format(id=order["Id"]) for word in words), {})

    @pytest.mark.parametrize(
        ("verb", "members", "status"),
        [
            ("ship", {"step": "jump"}, "New"),
            ("ship", {"item": 7}, "New"),
            ("ship", {"shipment": 9}, "New"),
            ("ship", {}, "Test"),
            ("ship", {}, "Hold"),
            ("ship", {}, "Cancelled"),
            ("advance", {}, "Delivered"),
            ("status", {"status": "Storniert"}, "New"),
            ("status", {}, "New"),
        ],
    )
    def test_what_does_not_fit(self, verb: str, members: dict[str, object], status: str) -> None:
        client = Client()
        order = client.in_status(status)

        with pytest.raises(ValueError, match=r".+"):
            client.shop.control(("orders", order["Id"], verb), members)
        assert client.statuses(order["Id"]) == [status]

    def test_reset(self) -> None:
        client = Client()
        first = client.submit()
        ledger = client.shop.ledger
        client.shop.reset()

        assert "Id" not in client.order(first["Id"])
        assert ledger.entries() == ()
        assert client.submit()["Id"] == first["Id"]
        assert ledger.count("order submitted") == 1


class TestArtwork:
    @pytest.mark.parametrize("picture", [JPEG, b"\x89PNG\r\n"])
    def test_it_arrives(self, picture: bytes) -> None:
        client = Client()
        order = client.submit()
        client.shop.artwork_arrived(str(order["Items"][0]["OrderItemId"]), picture)

        assert client.statuses(order["Id"]) == ["Pending"]
        client.shop.artwork_arrived(str(order["Items"][0]["OrderItemId"]), picture)
        assert client.statuses(order["Id"]) == ["Pending"]

    @pytest.mark.parametrize("what", [b"<html>", ArtworkFailure.NOT_FOUND, ArtworkFailure.NOT_AN_IMAGE])
    def test_it_does_not(self, what: Any) -> None:
        client = Client()
        order = client.submit()
        client.shop.artwork_arrived(str(order["Items"][0]["OrderItemId"]), what)

        assert client.statuses(order["Id"]) == ["ImageIssue"]

    def test_nobody_looks(self) -> None:
        client = Client(Options(look_at_files=False))
        order = client.submit()
        client.shop.control(("photos", str(order["Items"][0]["OrderItemId"]), "fetched"), {})

        assert client.statuses(order["Id"]) == ["Pending"]
        client.shop.artwork_arrived(str(client.submit()["Items"][0]["OrderItemId"]), b"anything")

    def test_of_an_item_that_is_not(self) -> None:
        with pytest.raises(UnknownControlError):
            Client().shop.artwork_arrived("draft-7", JPEG)


class TestWebhooks:
    def test_one_for_each_change_of_an_item(self) -> None:
        client = Client(Options(webhook_url=HOOK))
        order = client.submit({**LINE, "SourceId": "line-1"}, SourceId="shop-10001", Meta={"channel": "web"})
        client.shop.control(("orders", order["Id"], "ship"), {})
        notices = due(client)

        assert [json.loads(notice.body)["Items"][0]["Status"] for notice in notices] == WAY[:-1]
        assert {notice.url for notice in notices} == {f"{HOOK}{order['GootenId']}"}
        last, wanted = json.loads(notices[-1].body), sample("webhook.shipped.json")
        assert last.keys() == wanted.keys()
        assert last["Items"][0].keys() == wanted["Items"][0].keys()
        assert sample("webhook.item-updated.json").keys() <= last.keys()
        assert due(client) == []

    def test_all_items_are_in_each(self) -> None:
        client = Client(Options(webhook_url=HOOK))
        order = client.submit(LINE, {**LINE, "SKU": FRAME})
        assert len(due(client)) == 2
        client.put("orderCancel", {"Ids": [order["Items"][0]["OrderItemId"]]}, orderId=str(order["GootenId"]))

        (notice,) = due(client)
        assert [item["Status"] for item in json.loads(notice.body)["Items"]] == ["Cancelled", "New"]

    @pytest.mark.parametrize("url", [None, "https://partner.example/hooks", "https://partner.example/hooks?orderid", "http://[?x="])
    def test_an_address_that_takes_no_id_gets_nothing(self, url: str | None) -> None:
        client = Client(Options(webhook_url=url))
        client.submit()

        assert due(client) == []

    def test_it_is_tried_once(self) -> None:
        client = Client(Options(webhook_url=HOOK))
        client.submit()
        (notice,) = due(client)
        client.shop.notice_answered(notice, 500)
        minutes(client, 100_000)

        assert due(client) == []

    def test_or_again(self) -> None:
        client = Client(Options(webhook_url=HOOK, webhook_pauses=Pauses(attempts=3, first=60)))
        client.submit()
        (notice,) = due(client)
        client.shop.notice_answered(notice, None)
        assert due(client) == []
        minutes(client)
        (again,) = due(client)
        assert (again.attempt, again.body) == (2, notice.body)
        client.shop.notice_answered(again, 204)
        minutes(client, 1000)
        assert due(client) == []

    def test_copies_losses_and_disorder(self) -> None:
        client = Client(Options(webhook_url=HOOK, webhook_post=Post(copies=2, drops_every=3, delays=(60.0, 0.0))))
        order = client.submit()
        client.shop.control(("orders", order["Id"], "advance"), {})
        client.shop.control(("orders", order["Id"], "advance"), {})
        now = [json.loads(notice.body)["Items"][0]["Status"] for notice in due(client)]
        minutes(client)
        later = [json.loads(notice.body)["Items"][0]["Status"] for notice in due(client)]

        assert (now, later) == (["ReadyForImageDl"] * 2, ["New"] * 2)

    def test_the_address_is_set_by_the_shops_people(self) -> None:
        client = Client(Options(webhook_id="Id"))
        assert client.shop.control(("notices",), {"url": HOOK})["url"] == HOOK
        order = client.submit({**LINE, "SKU": CANVAS})
        (notice,) = due(client)
        assert notice.url == f"{HOOK}{order['Id']}"
        assert client.shop.control(("notices",), {"url": None})["url"] is None
        client.submit()
        assert due(client) == []


class TestPicturesThatAreReallyFetched:
    def test_of_new_items_each_told_once(self) -> None:
        client = Client()
        assert isinstance(client.shop, ArtworkShop)
        client.shop.serve_artwork(None, lambda url: url.startswith("https://fetch.example/"))
        one, other = ({**LINE, "Images": [{"Url": url}]} for url in ("https://fetch.example/a.jpg", "https://pretend.example/b.jpg"))
        order = client.submit(one, {**other, "SKU": FRAME})

        (wanted,) = client.shop.artwork_wanted()
        assert (wanted.item, wanted.url) == (str(order["Items"][0]["OrderItemId"]), "https://fetch.example/a.jpg")
        assert client.shop.artwork_wanted() == []
        client.shop.artwork_arrived(wanted.item, JPEG)
        assert client.statuses(order["Id"]) == ["Pending", "New"]
        assert client.shop.artwork_shown("any") is None

    def test_an_item_waits_for_all_its_pictures(self) -> None:
        client = Client()
        client.shop.serve_artwork(None, lambda url: True)
        two = [{"Url": "https://fetch.example/f.jpg"}, {"Url": "https://fetch.example/b.jpg"}]
        order = client.submit({**LINE, "SKU": PILLOW, "Images": two})
        first, second = client.shop.artwork_wanted()
        client.shop.artwork_arrived(second.item, JPEG)
        assert client.statuses(order["Id"]) == ["New"]
        client.shop.artwork_arrived(first.item, JPEG)

        assert client.statuses(order["Id"]) == ["Pending"]

    def test_a_replaced_picture_is_fetched_anew(self) -> None:
        client = Client()
        client.shop.reset()
        client.shop.serve_artwork(None, lambda url: True)
        client.shop.reset()
        order = client.submit()
        (wanted,) = client.shop.artwork_wanted()
        client.shop.artwork_arrived(wanted.item, ArtworkFailure.NOT_FOUND)
        assert client.statuses(order["Id"]) == ["ImageIssue"]
        item = order["Items"][0]
        entry = {"OrderItemId": item["OrderItemId"], "SpaceId": item["Images"][0]["SpaceId"], "URL": "https://fetch.example/n.jpg"}
        client.put("OrderImages", [entry], orderId=str(order["GootenId"]))

        (again,) = client.shop.artwork_wanted()
        assert again.url == "https://fetch.example/n.jpg"
        client.shop.artwork_arrived(again.item, JPEG)
        assert client.statuses(order["Id"]) == ["Pending"]

    def test_a_test_orders_pictures_are_not(self) -> None:
        client = Client()
        client.shop.serve_artwork(None, lambda url: True)
        client.submit(IsInTestMode=True)

        assert client.shop.artwork_wanted() == []
