"""Printing, shipping, payment and callbacks: reference/pwinty-api.md sections 8 and 10."""

import json
import re
import subprocess
import sys
from datetime import timedelta
from typing import Any

import pytest

from printkit.emulator.notices import NoticeDue, Pauses
from printkit.emulator.shop import Shop as ShopContract, UnknownControlError
from printkit.providers.pwinty.emulator import Automatic, Options, Shop
from tests.providers.pwinty.emulator_client import Client, sample

HERE = "http://127.0.0.1:9/callbacks?token=t"


def notices(client: Client) -> list[NoticeDue]:
    return list(client.shop.advance(client.clock.now()))


def delivered(client: Client) -> list[dict[str, Any]]:
    found = notices(client)
    for notice in found:
        assert notice.url == HERE
        assert dict(notice.headers)["content-type"] == "application/json"
        client.shop.notice_answered(notice, 200)
    return [json.loads(notice.body) for notice in found]


def test_it_is_a_shop() -> None:
    shop: ShopContract = Shop()
    assert (shop.name, shop.prefixes) == ("pwinty", ("/v2.5",))


def test_in_process_it_needs_no_http_library() -> None:
    program = "import sys, printkit.providers.pwinty.emulator; print({'aiohttp', 'multipart'} & set(sys.modules))"

    assert subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout == "set()\n"


def test_printing_and_shipping_in_steps() -> None:
    client = Client(Options(callback_url=HERE))
    order = client.order(merchantOrderId="ORD-1")
    prints, canvas = client.photo(order), client.photo(order, type="C10x12")
    client.status(order, "Submitted")
    created, submitted = delivered(client)
    assert created.keys() == submitted.keys() == sample("callback.seed.json").keys()
    assert (created["id"], created["merchantOrderId"], created["environment"]) == (order, "ORD-1", "sandbox")
    assert (created["status"], submitted["status"], submitted["shipments"]) == ("notyetsubmitted", "submitted", [])
    assert re.fullmatch(r"2026-01-05T09:30:00\.\d{7}Z", created["timestamp"])

    client.shop.allocate_shipments(order)
    first, second = delivered(client)
    assert [len(first["shipments"]), len(second["shipments"])] == [1, 2]
    assert second["shipments"][0] == {"items": [prints], "status": "inProgress", "trackingNumber": None, "trackingUrl": None}
    read = client.get(f"/Orders/{order}").json
    assert all(re.fullmatch(r"\d+", parcel["shipmentId"]) for parcel in read["shippingInfo"]["shipments"])
    assert re.fullmatch(r"[\d-]+T00:00:00", read["shippingInfo"]["shipments"][0]["earliestEstimatedArrivalDate"])

    client.shop.ship(order, 1)
    (one_left,) = delivered(client)
    assert one_left["status"] == "submitted"  # shipped is not complete (reference section 8)
    assert [parcel["status"] for parcel in one_left["shipments"]] == ["inProgress", "shipped"]
    tracked = one_left["shipments"][1]
    assert tracked["items"] == [canvas]
    assert tracked["trackingNumber"]
    assert tracked["trackingNumber"] in tracked["trackingUrl"]

    client.shop.complete(order)
    last = delivered(client)
    assert [body["status"] for body in last] == ["submitted", "complete"]
    done = client.get(f"/Orders/{order}").json
    assert (done["status"], done.keys()) == ("Complete", sample("orders-get.200.complete-two-shipments.json").keys())
    assert all(parcel["shippedOn"] for parcel in done["shippingInfo"]["shipments"])
    assert [parcel["trackingUrl"] == "" for parcel in done["shippingInfo"]["shipments"]] == [True, False]
    assert client.shop.ledger.count("order submitted", order) == client.shop.ledger.count("order completed", order) == 1


def test_every_other_change_calls_back() -> None:
    client = Client(Options(callback_url=HERE))
    theirs, dropped = client.order(payment="InvoiceRecipient"), client.order()
    client.photo(theirs)
    client.status(theirs, "AwaitingPayment")
    client.shop.pay(theirs)
    client.status(dropped, "Cancelled")

    assert [(body["id"], body["status"]) for body in delivered(client)] == [
        (theirs, "notyetsubmitted"),
        (dropped, "notyetsubmitted"),
        (theirs, "awaitingpayment"),
        (theirs, "submitted"),
        (dropped, "cancelled"),
    ]


def test_other_spellings() -> None:
    client = Client(
        Options(
            callback_url=HERE,
            callback_id="orderId",
            callback_status="camel",
            callback_environment="upper",
            environment="live",
            callback_on_creation=False,
        )
    )
    order = client.order()
    client.status(order, "Cancelled")

    (body,) = delivered(client)
    assert body.keys() == sample("callback.orderid-spelling.json").keys()
    assert (body["status"], body["environment"]) == ("Cancelled", "LIVE")


def test_no_callbacks_unless_there_is_somewhere_to_call() -> None:
    client = Client()
    client.order()
    assert notices(client) == []

    client.shop.control(("notices",), {"URL": HERE})
    client.order()
    assert len(notices(client)) == 1


@pytest.mark.parametrize("answered", [None, 201, 204, 301, 404, 500])
def test_fifteen_attempts_with_growing_pauses(answered: int | None) -> None:
    client = Client(Options(callback_url=HERE, callback_pauses=Pauses(first=1, longest=10**9)))
    client.order()
    (notice,) = notices(client)
    pauses = []
    for attempt in range(1, 15):
        assert notice.attempt == attempt
        assert notices(client) == []  # under way
        client.shop.notice_answered(notice, answered)
        waited = 0
        while not (again := notices(client)):
            client.clock.advance(timedelta(seconds=1))
            waited += 1
        pauses.append(waited)
        (notice,) = again
    client.shop.notice_answered(notice, answered)
    client.clock.advance(timedelta(days=365))

    assert notices(client) == []
    assert pauses == [2**n for n in range(14)]


def test_200_ends_it() -> None:
    client = Client(Options(callback_url=HERE))
    client.order()
    (notice,) = notices(client)
    client.shop.notice_answered(notice, 500)
    client.clock.advance(timedelta(hours=1))
    (again,) = notices(client)
    assert (again.attempt, again.body) == (2, notice.body)
    client.shop.notice_answered(again, 200)
    client.clock.advance(timedelta(days=1))

    assert notices(client) == []
    assert "token" not in repr(again)


class TestByItself:
    def test_an_order_goes_all_the_way_with_the_times_of_its_events(self) -> None:
        client = Client(Options(callback_url=HERE, automatic=Automatic.every(60)))
        order = client.order()
        client.photo(order)
        client.photo(order, type="C10x12")
        client.status(order, "Submitted")
        delivered(client)
        client.clock.advance(timedelta(hours=1))

        bodies = delivered(client)
        assert [body["timestamp"][14:19] for body in bodies] == ["31:00", "31:00", "32:00", "33:00", "34:00"]
        assert bodies[-1]["status"] == "complete"
        read = client.get(f"/Orders/{order}").json
        assert [photo["status"] for photo in read["photos"]] == ["Ok", "Ok"]
        assert read["lastUpdated"].startswith("2026-01-05T09:34:00")

    def test_in_process_time_passes_with_the_next_request(self) -> None:
        client = Client(Options(automatic=Automatic(fetch_after=5, pay_after=5)))
        order = client.order(payment="InvoiceRecipient")
        photo = client.photo(order)
        client.status(order, "AwaitingPayment")
        assert client.state(order) == "AwaitingPayment"
        client.clock.advance(timedelta(seconds=5))

        assert client.state(order) == "Submitted"
        assert client.get(f"/Orders/{order}/Photos/{photo}").json["status"] == "Ok"
        assert client.shop.ledger.count("payment received", order) == 1

    def test_listed_urls_fail(self) -> None:
        client = Client(
            Options(
                automatic=Automatic(fetch_after=1),
                not_found_urls=frozenset({"http://a.example/1"}),
                invalid_urls=frozenset({"http://a.example/2"}),
            )
        )
        order = client.order()
        for number in (1, 2, 3):
            client.photo(order, url=f"http://a.example/{number}")
        client.clock.advance(timedelta(seconds=1))

        assert [photo["status"] for photo in client.get(f"/Orders/{order}/Photos").json] == ["FileNotFoundAtUrl", "Invalid", "Ok"]

    def test_what_was_deleted_or_cancelled_or_done_by_hand_does_not_happen_again(self) -> None:
        client = Client(Options(automatic=Automatic.every(10)))
        order = client.order(payment="InvoiceRecipient")
        gone, kept = client.photo(order), client.photo(order)
        client.delete(f"/Orders/{order}/Photos/{gone}")
        client.shop.photo_fetched(kept)
        client.status(order, "AwaitingPayment")
        client.status(order, "Cancelled")
        placed = client.submitted()
        client.shop.print_and_ship(placed)
        client.clock.advance(timedelta(days=1))

        assert (client.state(order), client.state(placed)) == ("Cancelled", "Complete")
        assert client.shop.ledger.repeated("order completed", 1) == {}
        assert client.shop.ledger.count("shipment shipped", placed) == 1


class TestControl:
    def test_pay_and_ship(self) -> None:
        client = Client()
        order = client.order(payment="InvoiceRecipient")
        client.photo(order)
        client.status(order, "AwaitingPayment")

        assert client.shop.control(("orders", str(order), "pay"), {}) == {"id": order, "status": "Submitted"}
        for step in ("allocate", "ship"):
            assert client.shop.control(("Orders", str(order), "Ship"), {"step": step})["status"] == "Submitted"
        assert client.shop.control(("orders", str(order), "ship"), {"step": "complete"})["status"] == "Complete"

    def test_photos(self) -> None:
        client = Client()
        order = client.order()
        fetched, failed = client.photo(order), client.photo(order)

        assert client.shop.control(("photos", str(fetched), "fetched"), {"width": 300, "height": "300"})["status"] == "Ok"
        assert client.shop.control(("photos", str(failed), "failed"), {"state": "Invalid"})["status"] == "Invalid"
        assert len(client.get(f"/Orders/{order}/SubmissionStatus").json["photos"]) == 2

    @pytest.mark.parametrize(
        "words",
        [(), ("orders",), ("orders", "1", "ship"), ("orders", "x", "pay"), ("photos", "1", "fetched"), ("issues", "9", "state"), ("nix",)],
    )
    def test_unknown(self, words: tuple[str, ...]) -> None:
        with pytest.raises(UnknownControlError):
            Client().shop.control(words, {})

    def test_not_now(self) -> None:
        client = Client()
        order, placed = client.order(), client.submitted()
        photo = client.photo(order)

        for words, members in (
            (("orders", str(order), "ship"), {}),
            (("orders", str(order), "pay"), {}),
            (("orders", str(placed), "ship"), {"step": "jump"}),
            (("orders", str(placed), "ship"), {"shipment": 7}),
            (("orders", str(placed), "ship"), {"shipment": "x"}),
            (("photos", str(photo), "failed"), {"state": "Ok"}),
        ):
            with pytest.raises(ValueError, match=r"\w"):
                client.shop.control(words, members)
