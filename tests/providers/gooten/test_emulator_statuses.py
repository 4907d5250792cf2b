"""Which call is allowed in which status: the four seeds' lists verbatim, every status tried with every call."""

from typing import Any

import pytest

from printkit.providers.gooten.emulator import Options
from printkit.providers.gooten.emulator.statuses import STATUSES
from tests.providers.gooten.emulator_client import ADDRESS, Answer, Client, sample

SEED_000 = ["Hold", "ImageIssue", "VendorAPIIssue", "ReadyForImageDI", "NeedsManualApproval", "NeedsPersonalization"]
SEED_001 = [
    "New",
    "Hold",
    "Test",
    "Pending",
    "OutOfStockItem",
    "DiscontinuedItem",
    "PrePayment",
    "PaymentProcessing",
    "ReadyForAccounting",
    "ReadyForImageDI",
    "NeedsCustomization",
    "NeedsManualApproval",
    "AccountingIssue",
    "AddressIssue",
    "PaymentIssue",
    "ImageIssue",
    "HoldByCIImageIssue",
]
SEED_002 = [
    "AccountingIssue",
    "AddressIssue",
    "HoldByCIImageIssue",
    "ImageIssue",
    "NeedsManualApproval",
    "New",
    "ReadyForAccounting",
    "ReadyForImageDl",
    "Pending",
]
SEED_003 = [
    "New",
    "Hold",
    "Pending",
    "ReadyForAccounting",
    "ReadyForImageDI",
    "NeedsManualApproval",
    "NeedsPersonalization",
    "AccountingIssue",
    "AddressIssue",
    "ImageIssue",
    "HoldByCIImageIssue",
]
SHIPPING = [
    "New",
    "Hold",
    "Pending",
    "ReadyForAccounting",
    "ReadyForImageDI",
    "NeedsCustomization",
    "NeedsManualApproval",
    "AccountingIssue",
    "AddressIssue",
    "PaymentIssue",
    "ImageIssue",
    "HoldByCIImageIssue",
]
ALIASES = {"ReadyForImageDI": "ReadyForImageDl", "NeedsCustomization": "NeedsPersonalization"}


def canonical(words: list[str]) -> set[str]:
    return {ALIASES.get(word, word) for word in words}


def images(client: Client, order: Any) -> Answer:
    item = order["Items"][0]
    entry = {"OrderItemId": item["OrderItemId"], "SpaceId": item["Images"][0]["SpaceId"], "URL": "https://assets.example.com/new.png"}
    return client.put("OrderImages/", [entry], orderId=str(order["GootenId"]))


def sku(client: Client, order: Any) -> Answer:
    entry = {"OrderItemId": order["Items"][0]["OrderItemId"], "NewPRPSku": "MyShop-Mug-Sunrise-15oz"}
    return client.put("orderItems", entry, orderId=str(order["GootenId"]))


def status(client: Client, order: Any) -> Answer:
    return client.post("orderstatus", id=order["Id"], orderStatusName="Hold")


def cancel(client: Client, order: Any) -> Answer:
    return client.put("orderCancel", {"Ids": [order["Items"][0]["OrderItemId"]]}, orderId=str(order["GootenId"]))


def address(client: Client, order: Any) -> Answer:
    return client.put("shippingAddress", {**ADDRESS, "Line1": "1 Main Street"}, orderId=str(order["GootenId"]))


def method(client: Client, order: Any) -> Answer:
    body = {"OrderItemIds": [order["Items"][0]["OrderItemId"]], "NewShippingMethod": "expedited"}
    return client.put("shippingMethod", body, orderId=str(order["GootenId"]))


def personalise(client: Client, order: Any) -> Answer:
    item = order["Items"][0]
    entry = {"OrderItemId": item["OrderItemId"], "SpaceId": item["Images"][0]["SpaceId"], "URL": "https://assets.example.com/new.png"}
    return client.put("OrderCustomization", [entry], id=order["Id"])


CALLS = {
    "OrderImages": (images, SEED_000),
    "orderItems": (sku, SEED_001),
    "orderstatus": (status, SEED_002),
    "orderCancel": (cancel, SEED_003),
    "shippingAddress": (address, SHIPPING),
    "shippingMethod": (method, SHIPPING),
    "OrderCustomization": (personalise, ["NeedsPersonalization"]),
}


def test_there_are_the_27_words() -> None:
    assert len(set(STATUSES)) == 27
    assert canonical(SEED_000 + SEED_001 + SEED_002 + SEED_003 + SHIPPING) <= set(STATUSES)


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize("word", STATUSES)
def test_every_call_in_every_status(name: str, word: str) -> None:
    do, allowed = CALLS[name]
    client = Client()
    order = client.in_status(word)
    effects = client.shop.ledger.entries()

    answer = do(client, order)

    if word in canonical(allowed):
        assert answer.status == 200
        assert answer.json["HadError"] is False
        assert client.shop.ledger.entries() != effects
        return
    assert answer.json["HadError"] is True
    assert client.order(order["Id"]) == order
    assert client.shop.ledger.entries() == effects
    if name == "orderCancel":
        assert answer.json == {"HadError": True, "Errors": [order["Items"][0]["OrderItemId"]], "Success": []}
    else:
        assert answer.status == 400
        assert answer.json.keys() == sample("update.response.refused-by-status.json").keys()
        assert answer.json["Errors"][0].keys() == sample("update.response.refused-by-status.json")["Errors"][0].keys()
        assert answer.json["Errors"][0]["PropertyName"] == "Order.Status"
        assert f"'{word}'" in answer.json["Errors"][0]["ErrorMessage"]


@pytest.mark.parametrize("name", ["OrderImages", "orderItems", "orderCancel"])
def test_an_item_call_looks_at_the_named_items_only(name: str) -> None:
    client = Client()
    order = client.in_status("Hold", "Shipped")

    assert CALLS[name][0](client, order).json["HadError"] is False


@pytest.mark.parametrize("name", ["orderstatus", "shippingAddress", "shippingMethod"])
@pytest.mark.parametrize(
    ("check", "other", "passes"),
    [
        ("every item", "Shipped", False),
        ("every item", "Cancelled", True),
        ("even cancelled items", "Cancelled", False),
        ("any item", "Shipped", True),
        ("any item", "Cancelled", True),
    ],
)
def test_a_call_about_the_order_looks_at_every_item(name: str, check: Any, other: str, passes: bool) -> None:
    client = Client(Options(status_check=check))

    assert CALLS[name][0](client, client.in_status("Pending", other)).json["HadError"] is not passes


def test_a_cancelled_item_stays_cancelled_when_the_others_are_held() -> None:
    client = Client()
    order = client.in_status("Pending", "Cancelled", "New")
    status(client, order)

    assert client.statuses(order["Id"]) == ["Hold", "Cancelled", "Hold"]


@pytest.mark.parametrize("target", ["Cancelled", "New", "Test", "Hold", "cancelled"])
def test_the_targets_of_seed_002(target: str) -> None:
    client = Client()
    order = client.in_status("Pending", "ImageIssue")
    answer = client.post("orderstatus", id=order["Id"], orderStatusName=target)

    assert answer.json == sample("orderstatus.response.success.json")
    assert set(client.statuses(order["Id"])) == {target.capitalize()}


@pytest.mark.parametrize("target", ["Canceled", "Pending", "Shipped", "", "Storniert"])
def test_no_other_targets(target: str) -> None:
    client = Client()
    order = client.in_status("Pending")
    answer = client.post("orderstatus", id=order["Id"], orderStatusName=target)

    assert (answer.status, answer.json["HadError"]) == (400, True)
    assert client.statuses(order["Id"]) == ["Pending"]


def test_a_held_order_cannot_be_released_by_the_api() -> None:
    client = Client()
    order = client.in_status("Pending")
    status(client, order)

    assert client.post("orderstatus", id=order["Id"], orderStatusName="New").status == 400
    assert cancel(client, order).json["HadError"] is False


def test_partial_success_of_a_cancellation() -> None:
    client = Client()
    order = client.in_status("Pending", "Printing", "Hold")
    first, second, third = (item["OrderItemId"] for item in order["Items"])
    answer = client.put("orderCancel", {"Ids": [str(first), second, third, third, 77]}, orderId=str(order["GootenId"]))

    assert answer.json == {"HadError": True, "Errors": [second, 77], "Success": [first, third]}
    assert answer.json.keys() == sample("orderCancel.response.partial.json").keys()
    assert client.statuses(order["Id"]) == ["Cancelled", "Printing", "Cancelled"]
    assert client.shop.ledger.count("item cancelled", order["Id"]) == 2
    assert client.shop.ledger.count("order cancelled", order["Id"]) == 0


def test_the_seeds_cancellation() -> None:
    client = Client()
    order = client.in_status("New")
    answer = cancel(client, order)

    assert answer.json == {"HadError": False, "Errors": [], "Success": [order["Items"][0]["OrderItemId"]]}
    assert client.shop.ledger.count("order cancelled", order["Id"]) == 1
    again = cancel(client, order)
    assert again.json["Success"] == []
    assert client.shop.ledger.count("item cancelled", order["Id"]) == 1


@pytest.mark.parametrize("body", [None, {}, {"Ids": []}, {"Ids": ["x"]}, {"Ids": [True]}, {"Ids": list(range(101))}])
def test_a_cancellation_that_names_nothing(body: Any) -> None:
    client = Client()
    order = client.in_status("New")

    assert client.put("orderCancel", body, orderId=str(order["GootenId"])).status == 400
