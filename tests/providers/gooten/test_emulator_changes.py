"""Artwork, SKUs, addresses, methods and personalisation: what changes, what it costs, what is refused."""

from decimal import Decimal
from typing import Any

import pytest

from printkit.providers.gooten.emulator import Options
from tests.providers.gooten.emulator_client import ADDRESS, CANVAS, FRAME, LINE, PILLOW, Client, sample


@pytest.fixture
def client() -> Client:
    return Client()


def entry(item: Any, space: int = 0, url: str = "https://assets.example.com/new.png") -> dict[str, Any]:
    return {"OrderItemId": item["OrderItemId"], "SpaceId": item["Images"][space]["SpaceId"], "URL": url}


def images(client: Client, order: Any, *entries: Any) -> Any:
    return client.put("OrderImages/", list(entries), orderId=str(order["GootenId"]))


class TestArtwork:
    def test_the_samples_artwork(self, client: Client) -> None:
        order = client.in_status("Hold")
        for name in ("array", "single"):
            asked = sample(f"OrderImages.request.{name}.json")
            for each in asked if isinstance(asked, list) else [asked]:
                assert each.keys() == entry(order["Items"][0]).keys()
                each["OrderItemId"] = order["Items"][0]["OrderItemId"]
            answer = client.put("OrderImages/", asked, orderId=str(order["GootenId"]))
            assert answer.json == {"HadError": False, "UpdatedItems": {"UpdatedOrderItems": [order["Items"][0]["OrderItemId"]]}}

    def test_one_space_of_two(self, client: Client) -> None:
        two = [{"Url": "https://a.example/f.png", "Index": 0}, {"Url": "https://a.example/b.png", "Index": 1}]
        order = client.submit({**LINE, "SKU": PILLOW, "Images": two})
        client.make(order, "Hold")
        images(client, order, entry(order["Items"][0], 1))

        now = client.order(order["Id"])["Items"][0]["Images"]
        assert [image["SourceUrl"] for image in now] == ["https://a.example/f.png", "https://assets.example.com/new.png"]
        assert client.shop.ledger.count("artwork replaced", order["Id"]) == 1

    def test_a_space_that_had_no_picture(self, client: Client) -> None:
        order = client.submit({**LINE, "SKU": PILLOW})
        client.make(order, "Hold")
        back = client.get("producttemplates", sku=PILLOW).json["Options"][0]["Spaces"][1]["Id"]
        images(client, order, {**entry(order["Items"][0]), "SpaceId": back})

        assert [image["SpaceId"] for image in client.order(order["Id"])["Items"][0]["Images"]][1] == back

    @pytest.mark.parametrize(
        ("change", "property_"),
        [
            ({"OrderItemId": 7}, "Items[0].OrderItemId"),
            ({"OrderItemId": None}, "Items[0].OrderItemId"),
            ({"SpaceId": "FFFFF"}, "Items[0].SpaceId"),
            ({"SpaceId": ""}, "Items[0].SpaceId"),
            ({"URL": ""}, "Items[0].URL"),
            ({"URL": "file:///etc/hosts"}, "Items[0].URL"),
            ({"URL": "no link"}, "Items[0].URL"),
            ({"URL": "http://["}, "Items[0].URL"),
            ({"URL": "https://dead.example/x.png"}, "Items[0].URL"),
        ],
    )
    def test_what_is_refused(self, change: dict[str, Any], property_: str) -> None:
        client = Client(Options(dead_links=frozenset({"https://dead.example/x.png"})))
        order = client.in_status("Hold")
        answer = images(client, order, {**entry(order["Items"][0]), **change})

        assert answer.status == 400
        assert property_ in {error["PropertyName"] for error in answer.json["Errors"]}
        assert client.order(order["Id"]) == order

    @pytest.mark.parametrize("body", [None, [], {}, {"Items": []}, ["x"], [7]])
    def test_nothing_named(self, client: Client, body: Any) -> None:
        order = client.in_status("Hold")

        assert client.put("OrderImages", body, orderId=str(order["GootenId"])).status == 400

    def test_all_or_none(self, client: Client) -> None:
        order = client.in_status("Hold", "Pending")
        answer = images(client, order, *(entry(item) for item in order["Items"]))

        assert (answer.status, answer.json["HadError"]) == (400, True)
        assert client.order(order["Id"]) == order

    def test_or_only_those_that_may(self) -> None:
        client = Client(Options(order_images="per item"))
        order = client.in_status("Hold", "Pending")
        answer = images(client, order, *(entry(item) for item in order["Items"]))

        assert answer.json["UpdatedItems"]["UpdatedOrderItems"] == [order["Items"][0]["OrderItemId"]]

    def test_a_success_that_changed_nothing(self) -> None:
        client = Client(Options(unknown_space="ignored"))
        order = client.in_status("Hold")

        answer = images(client, order, {**entry(order["Items"][0]), "SpaceId": "FFFFF"})
        assert answer.json == sample("OrderImages.response.none-updated.json")

    @pytest.mark.parametrize(("after", "status"), [("moves on", "ReadyForImageDl"), ("stays", "ImageIssue")])
    def test_an_image_issue_is_mended(self, after: Any, status: str) -> None:
        client = Client(Options(after_image_issue=after))
        order = client.in_status("ImageIssue")
        images(client, order, entry(order["Items"][0]))

        assert client.statuses(order["Id"]) == [status]

    def test_other_statuses_stay(self, client: Client) -> None:
        order = client.in_status("Hold")
        images(client, order, entry(order["Items"][0]))

        assert client.statuses(order["Id"]) == ["Hold"]


class TestSkus:
    def test_the_sample(self, client: Client) -> None:
        order = client.in_status("Pending")
        asked = sample("orderItems.request.json") | {"OrderItemId": order["Items"][0]["OrderItemId"]}
        answer = client.put("orderItems", asked, orderId=str(order["GootenId"]))
        item = client.order(order["Id"])["Items"][0]

        assert answer.json.keys() == sample("orderItems.response.success.json").keys()
        assert (item["Sku"], item["Meta"]) == ("Mug-15oz-White", {"PreconfigSku": "MyShop-Mug-Sunrise-15oz"})
        assert item["Images"][0]["SourceUrl"] == "https://assets.example.com/art/sunrise.png"

    def test_a_plain_sku_keeps_the_artwork_and_changes_the_sums(self, client: Client) -> None:
        order = client.in_status("Pending")
        client.put("orderItems", {"OrderItemId": order["Items"][0]["OrderItemId"], "NewPRPSku": FRAME}, orderId=str(order["GootenId"]))
        now = client.order(order["Id"])

        assert now["Items"][0]["Images"][0]["SourceUrl"] == order["Items"][0]["Images"][0]["SourceUrl"]
        assert client.get("producttemplates", sku=FRAME).json["Options"][0]["Spaces"][0]["Id"] == now["Items"][0]["Images"][0]["SpaceId"]
        assert now["Total"]["Price"] == Decimal("54.78") + Decimal("10.75")
        assert client.shop.ledger.count("sku changed", order["Id"], order["Items"][0]["OrderItemId"], FRAME) == 1
        assert client.shop.ledger.count("order charged", order["Id"]) == 2

    @pytest.mark.parametrize("status", ["Test", "PrePayment"])
    def test_what_is_not_paid_for_is_not_charged(self, client: Client, status: str) -> None:
        order = client.submit(IsInTestMode=status == "Test", IsPreSubmit=status == "PrePayment")
        client.put("orderItems", {"OrderItemId": order["Items"][0]["OrderItemId"], "NewPRPSku": FRAME}, orderId=str(order["GootenId"]))

        assert client.shop.ledger.count("sku changed", order["Id"]) == 1
        assert client.shop.ledger.count("order charged") == 0

    @pytest.mark.parametrize("change", [{"NewPRPSku": "NO-SUCH-SKU"}, {"NewPRPSku": ""}, {"OrderItemId": 7}, {"OrderItemId": None}])
    def test_what_is_refused(self, client: Client, change: dict[str, Any]) -> None:
        order = client.in_status("Pending")
        asked = {"OrderItemId": order["Items"][0]["OrderItemId"], "NewPRPSku": CANVAS, **change}

        assert client.put("orderItems", asked, orderId=str(order["GootenId"])).status == 400
        assert client.order(order["Id"]) == order

    def test_of_several_none_when_one_is_wrong(self, client: Client) -> None:
        order = client.in_status("Pending", "Printing")
        asked = [{"OrderItemId": item["OrderItemId"], "NewPRPSku": "Mug-11oz-White"} for item in order["Items"]]

        assert client.put("orderItems", asked, orderId=str(order["GootenId"])).status == 400
        assert client.order(order["Id"]) == order


class TestShipping:
    def test_the_samples_address(self, client: Client) -> None:
        order = client.submit()
        asked = sample("shippingAddress.request.json")
        answer = client.put("shippingAddress", asked, orderId=str(order["GootenId"]))

        assert answer.json == {"HadError": False, "Result": {"Id": order["Id"]}}
        assert answer.json.keys() == sample("shippingUpdate.response.success.json").keys()
        now = client.order(order["Id"])["ShippingAddress"]
        assert now == {name: value for name, value in asked.items() if value}
        assert client.shop.ledger.count("address changed", order["Id"]) == 1

    def test_what_was_not_said_of_mail_and_telephone_stays(self, client: Client) -> None:
        order = client.submit()
        asked = {name: value for name, value in ADDRESS.items() if name not in {"Email", "Phone"}}
        client.put("shippingAddress", {**asked, "IsBusinessAddress": True}, orderId=str(order["GootenId"]))

        now = client.order(order["Id"])["ShippingAddress"]
        assert (now["Phone"], now["Email"], now["IsBusinessAddress"]) == ("1234567890", "test@gooten.com", True)

    @pytest.mark.parametrize("change", [{"PostalCode": ""}, {"Line1": " "}, {"CountryCode": "XX"}, {"LastName": None}])
    def test_what_is_no_address(self, client: Client, change: dict[str, Any]) -> None:
        order = client.submit()

        assert client.put("shippingAddress", {**ADDRESS, **change}, orderId=str(order["GootenId"])).status == 400
        assert client.order(order["Id"]) == order

    def test_the_samples_method(self, client: Client) -> None:
        order = client.submit(LINE, {**LINE, "SKU": FRAME})
        asked = sample("shippingMethod.request.json") | {"OrderItemIds": [str(order["Items"][1]["OrderItemId"])]}
        answer = client.put("shippingMethod", asked, orderId=str(order["GootenId"]))

        assert answer.json == {"HadError": False, "Result": {"Id": order["Id"]}}
        now = client.order(order["Id"])
        assert now["ShippingTotal"]["Price"] == Decimal("11.98") + Decimal("20.57")
        assert now["Total"]["Price"] == Decimal("85.05") + now["ShippingTotal"]["Price"]

    @pytest.mark.parametrize(
        "change", [{"OrderItemIds": []}, {"OrderItemIds": [7]}, {"NewShippingMethod": "pigeon"}, {"NewShippingMethod": ""}]
    )
    def test_what_is_no_method(self, client: Client, change: dict[str, Any]) -> None:
        order = client.submit()
        asked = {"OrderItemIds": [order["Items"][0]["OrderItemId"]], "NewShippingMethod": "expedited", **change}

        assert client.put("shippingMethod", asked, orderId=str(order["GootenId"])).status == 400
        assert client.order(order["Id"]) == order


class TestPersonalisation:
    def test_the_sample(self, client: Client) -> None:
        order = client.in_status("NeedsPersonalization", "NeedsPersonalization")
        asked = sample("OrderCustomization.request.json")
        assert asked[0].keys() == entry(order["Items"][0]).keys()
        answer = client.put("OrderCustomization", [entry(order["Items"][0], url=asked[0]["URL"])], id=order["Id"])

        assert answer.json == {"HadError": False, "Result": {"Id": order["Id"]}}
        assert answer.json.keys() == sample("OrderCustomization.response.success.json").keys()
        assert client.statuses(order["Id"]) == ["InProduction", "InProduction"]
        assert client.order(order["Id"])["Items"][0]["Images"][0]["SourceUrl"] == asked[0]["URL"]
        assert client.shop.ledger.count("order personalised", order["Id"]) == 1

    def test_it_takes_the_safe_id(self, client: Client) -> None:
        order = client.in_status("NeedsPersonalization")

        assert client.put("OrderCustomization", [entry(order["Items"][0])], id=str(order["GootenId"])).status == 400
        assert client.put("OrderCustomization", [], id=order["Id"]).status == 400
        assert client.statuses(order["Id"]) == ["NeedsPersonalization"]
