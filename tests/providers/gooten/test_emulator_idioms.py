"""How other clients call: path forms, letter case, text for numbers, odd bodies. The emulator is not stricter than the shop was."""

import json
from typing import Any

import pytest

from printkit.providers.gooten.emulator import Options
from tests.providers.gooten.emulator_client import KEY, LINE, RECIPE, Client, order_body, sample


@pytest.fixture
def client() -> Client:
    return Client()


@pytest.mark.parametrize(
    "path",
    [
        "/api/orders",
        "/api/orders/",
        "/api/ORDERS/",
        "/API/Orders",
        "/api/v/5/source/api/orders/",
        "/api/v/1/source/widget/orders",
        "/api/v/201608/source/source/Orders",
        "/api/v/5/orders",
        "/api/v/5/source/api//orders",
        "/api//orders//",
    ],
)
def test_every_form_of_a_path(client: Client, path: str) -> None:
    answer = client.send("POST", path, json.dumps(order_body()).encode(), query={"recipeid": RECIPE})

    assert answer.status == 201
    assert client.send("GET", path, query={"RecipeID": RECIPE, "ID": answer.json["Id"].upper()}).json["Id"] == answer.json["Id"]


@pytest.mark.parametrize("path", ["/api/CancelItems", "/api", "/api/v/5", "/api/v/five/source/api/orders", "/api/orders/7-1", "/other"])
def test_an_unknown_route_leads_to_a_page(client: Client, path: str) -> None:
    answer = client.send("POST", path, query={"recipeid": RECIPE})

    assert answer.status == 302
    assert answer.headers["content-type"].startswith("text/html")
    there = client.send("GET", answer.headers["location"])
    assert (there.status, there.body[:14]) == (200, b"<!DOCTYPE html")


@pytest.mark.parametrize(("method", "name"), [("POST", "orderCancel"), ("PUT", "orders"), ("DELETE", "products"), ("PATCH", "orderItems")])
def test_a_wrong_method(client: Client, method: str, name: str) -> None:
    answer = client.call(method, name)

    assert (answer.status, answer.json) == (405, {"Message": f"The requested resource does not support http method '{method}'."})
    assert answer.headers["allow"]


def test_names_in_lower_case_and_numbers_as_text(client: Client) -> None:
    lowered = json.loads(
        json.dumps(order_body(SourceId="A")), object_pairs_hook=lambda pairs: {name.lower(): value for name, value in pairs}
    )
    lowered["items"][0] |= {"quantity": "2", "shipcarriermethodid": "2"}
    del lowered["items"][0]["shiptype"]
    answer = client.send("POST", "/api/orders", json.dumps(lowered).encode(), query={"RECIPEID": RECIPE})

    order = client.order(answer.json["Id"])
    assert order["Items"][0]["Quantity"] == 2
    assert str(order["ShippingTotal"]["Price"]) == "24.22"


@pytest.mark.parametrize("kind", ["application/json", "application/json; charset=utf-8", "text/json", "text/plain", None])
def test_json_under_any_name(client: Client, kind: str | None) -> None:
    assert client.send("POST", "/api/orders", json.dumps(order_body()).encode(), kind, {"recipeid": RECIPE}).status == 201


@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "text/plain"])
def test_a_shop_that_looks_at_media_types(kind: str) -> None:
    client = Client(Options(media_types="json"))

    assert client.send("POST", "/api/orders", json.dumps(order_body()).encode(), kind, {"recipeid": RECIPE}).status in {400, 415}
    assert client.post("orders", order_body()).status == 201


def test_utf_16_and_byte_order_marks(client: Client) -> None:
    text = json.dumps(order_body())

    assert client.send("POST", "/api/orders", text.encode("utf-16"), "application/json; charset=utf-16", {"recipeid": RECIPE}).status == 201
    assert client.send("POST", "/api/orders", b"\xef\xbb\xbf" + text.encode(), query={"recipeid": RECIPE}).status == 201


def test_escaped_slashes_unknown_members_and_a_stray_key(client: Client) -> None:
    body = json.dumps(order_body(PartnerBillingKey=KEY, IsPackingSlipEnabled=False, Whatever={"a": [1]})).replace("/", "\\/")

    assert client.send("POST", "/api/orders", body.encode(), query={"recipeid": RECIPE}).status == 201


@pytest.mark.parametrize("body", [b"", b"null", b"{}", b'""', b"anything"])
def test_a_call_without_a_body_may_have_one(client: Client, body: bytes) -> None:
    order = client.submit()
    query = {"recipeId": RECIPE, "PartnerBillingKey": KEY, "Id": order["Id"], "OrderStatusName": "hold"}

    assert client.send("POST", "/api/orderStatus", body, query=query).json == {"HadError": False}


@pytest.mark.parametrize(("body", "text"), [(b"{", "The request is invalid."), (b"7", "The request is invalid.")])
def test_a_body_that_cannot_be_read(client: Client, body: bytes, text: str) -> None:
    answer = client.send("POST", "/api/orders", body, query={"recipeid": RECIPE})

    assert (answer.status, answer.json) == (400, {"Message": text})


IMAGES_FORMS: list[Any] = [
    lambda entry: entry,
    lambda entry: [entry],
    lambda entry: {"Items": [entry]},
    lambda entry: [{name.lower(): str(value) for name, value in entry.items()}],
]


@pytest.mark.parametrize("form", IMAGES_FORMS)
def test_the_forms_of_an_artwork_body(client: Client, form: Any) -> None:
    order = client.in_status("Hold")
    item = order["Items"][0]
    entry = {"OrderItemId": item["OrderItemId"], "SpaceId": item["Images"][0]["SpaceId"].lower(), "URL": "https://assets.example.com/n.png"}
    answer = client.put("OrderImages/", form(entry), orderId=str(order["GootenId"]))

    assert answer.json == {"HadError": False, "UpdatedItems": {"UpdatedOrderItems": [item["OrderItemId"]]}}
    assert answer.json.keys() == sample("OrderImages.response.success.json").keys()
    assert client.order(order["Id"])["Items"][0]["Images"][0]["SourceUrl"] == "https://assets.example.com/n.png"


@pytest.mark.parametrize("form", IMAGES_FORMS)
def test_the_forms_of_a_sku_body(client: Client, form: Any) -> None:
    order = client.in_status("Pending")
    entry = {"OrderItemId": order["Items"][0]["OrderItemId"], "NewPRPSku": "MyShop-Mug-Sunrise-15oz"}

    assert client.put("orderitems", form(entry), orderid=str(order["GootenId"])).json == {"HadError": False, "Result": {"Id": order["Id"]}}


@pytest.mark.parametrize(
    "body", [sample("orders-post.request.standard.json")["Items"][0] | {"Images": [{"Url": "https://a.example/x.png"}]}, LINE]
)
def test_an_image_may_be_a_url_alone(client: Client, body: Any) -> None:
    assert client.submit(body)["Items"][0]["Images"][0]["SpaceId"] not in {"", "0"}


@pytest.mark.parametrize("coupons", [{"CouponCodes": ["5OFF"]}, {"CouponCode": "5off"}, {"couponcode": ["5OFF"]}])
def test_coupons_under_either_name(client: Client, coupons: dict[str, Any]) -> None:
    order = client.submit(**coupons)

    assert (order["DiscountCode"], str(order["DiscountAmount"]["Price"]), str(order["Total"]["Price"])) == ("5OFF", "5.00", "37.25")


def test_the_same_requests_give_the_same_bytes() -> None:
    def talk() -> list[bytes]:
        client = Client()
        order = client.submit(SourceId="A")
        client.shop.control(("orders", order["Id"], "ship"), {})
        answers = [client.get("orders", id=order["Id"]), client.post("orders", {}), client.get("ordersearch"), client.get("products")]
        return [answer.body for answer in answers]

    assert talk() == talk()
