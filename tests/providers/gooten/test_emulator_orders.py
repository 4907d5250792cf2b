"""Submitting, reading and finding orders, against the samples."""

from datetime import timedelta
from typing import Any

import pytest

from printkit.providers.gooten.emulator import Options
from tests.providers.gooten.emulator_client import ADDRESS, FRAME, KEY, LINE, PILLOW, RECIPE, Client, order_body, sample

REQUESTS = ["camel-case-strings", "presubmit-paypal", "prp", "ship-type", "standard", "test-mode"]


@pytest.fixture
def client() -> Client:
    return Client()


@pytest.mark.parametrize("name", REQUESTS)
def test_every_request_sample_is_an_order(client: Client, name: str) -> None:
    asked = sample(f"orders-post.request.{name}.json")
    answer = client.post("orders/", asked, keyed=False)

    assert answer.status == 201
    assert answer.json.keys() == sample("orders-post.response.success.json").keys()
    found = client.order(answer.json["Id"])
    assert len(found["Items"]) == len(asked["Items"])
    assert found["SourceId"] == asked.get("SourceId", found["Id"])
    assert {name.lower(): value for name, value in found["ShippingAddress"].items()}.items() <= {
        name.lower(): value for name, value in asked["ShipToAddress"].items()
    }.items()
    for item, wanted in zip(found["Items"], asked["Items"], strict=True):
        assert item["Quantity"] == int(wanted["Quantity"])
        assert item.get("SourceId") == wanted.get("SourceId")
        assert wanted["SKU"] in {item["Sku"], item["Meta"].get("PreconfigSku")}
        assert [image["SourceUrl"] for image in item["Images"]] == [
            image["Url"] for image in wanted.get("Images", [{"Url": item["Images"][0]["SourceUrl"]}])
        ]


def test_the_recorded_order_comes_out_as_it_was_recorded(client: Client) -> None:
    asked = sample("orders-post.request.camel-case-strings.json")
    answer = client.post("orders", {**asked, "IsInTestMode": True})
    found = client.get("orders", id=answer.json["Id"]).json
    recorded = sample("orders-get.response.recorded-test-order.json")

    assert found["NiceId"] == "Richa" + found["Id"][:5]
    assert found["SourceId"] == found["Id"]
    assert {name: found[name] for name in recorded.keys() - {"Id", "NiceId", "SourceId", "Items"}} == {
        name: recorded[name] for name in recorded.keys() - {"Id", "NiceId", "SourceId", "Items"}
    }
    for item, wanted in zip(found["Items"], recorded["Items"], strict=True):
        assert {name: item[name] for name in wanted} == wanted


@pytest.mark.parametrize(
    ("case", "images"), [("new", False), ("prp", False), ("mixed", False), ("shipped", False), ("with-images.full", True)]
)
def test_members_are_those_of_the_samples(client: Client, case: str, images: bool) -> None:
    lines = {"prp": [{**LINE, "SKU": "MyShop-Mug-Sunrise-11oz"}]}.get(case, [LINE, {**LINE, "SKU": FRAME}])
    lines = [{**line, "SourceId": f"line-{number}"} for number, line in enumerate(lines, 1)]
    order = client.submit(*lines, SourceId="shop-10001", Meta={"channel": "web"})
    if case == "shipped":
        client.shop.control(("orders", order["Id"], "ship"), {})
    query = {"withImages": "true"} if images else {}
    found = client.get("orders", id=order["Id"], **query).json
    wanted = sample(f"orders-get.response.{case}.json")

    assert found.keys() == wanted.keys()
    assert found["ShippingAddress"].keys() == wanted["ShippingAddress"].keys()
    assert found["BillingAddress"] == wanted["BillingAddress"]
    index = -1 if case == "mixed" else 0
    assert found["Items"][index].keys() == wanted["Items"][index].keys()
    assert found["Total"].keys() == wanted["Total"].keys()
    if images:
        assert found["Items"][0]["Images"][0].keys() == wanted["Items"][0]["Images"][0].keys()
    if case == "shipped":
        assert found["Items"][0]["Shipments"][0].keys() == wanted["Items"][0]["Shipments"][0].keys()


def test_without_being_asked_for_there_are_no_images(client: Client) -> None:
    order = client.submit()

    assert "Images" in order["Items"][0]
    assert "Images" not in client.get("orders", id=order["Id"]).json["Items"][0]
    assert "Images" not in client.get("orders", id=order["Id"], withImages="false").json["Items"][0]


def test_print_spaces_are_said_or_follow_from_the_place(client: Client) -> None:
    two = [{"Url": "https://a.example/f.png"}, {"Url": "https://a.example/b.png", "SpaceId": "0"}]
    said = [{"Url": "https://a.example/f.png", "Index": 0, "SpaceId": "3FCDC"}]
    order = client.submit({**LINE, "SKU": PILLOW, "Images": two}, {**LINE, "Images": said}, LINE)
    template = client.get("producttemplates", sku=PILLOW).json["Options"][0]["Spaces"]

    spaces = [[image["SpaceId"] for image in item["Images"]] for item in order["Items"]]
    assert spaces == [[space["Id"] for space in template], ["3FCDC"], ["CC38D"]]


def test_ids(client: Client) -> None:
    first, second = client.submit(LINE, LINE), client.submit()

    assert first["Id"].partition("-")[0] == second["Id"].partition("-")[0] == "7"
    assert first["Id"] != second["Id"]
    assert (first["GootenId"], second["GootenId"]) == (520_000, 520_001)
    assert [item["OrderItemId"] for item in first["Items"] + second["Items"]] == [1_066_000, 1_066_001, 1_066_002]


def test_an_unknown_order_has_no_id(client: Client) -> None:
    answer = client.get("orders", id="INVALID")
    wanted = sample("orders-get.response.not-found.json")

    assert answer.status == 200
    assert answer.json.keys() == wanted.keys()
    assert {**answer.json, "ErrorReferenceCode": wanted["ErrorReferenceCode"]} == wanted


@pytest.mark.parametrize(
    ("change", "property_"),
    [
        ({"ShipToAddress": {**ADDRESS, "PostalCode": ""}}, "Order.ShipToAddress.PostalCode"),
        *(
            ({"ShipToAddress": {key: value for key, value in ADDRESS.items() if key != name}}, f"Order.ShipToAddress.{name}")
            for name in ("FirstName", "LastName", "Line1", "City", "PostalCode", "CountryCode", "Email", "Phone")
        ),
        ({"ShipToAddress": {**ADDRESS, "Phone": " "}}, "Order.ShipToAddress.Phone"),
        ({"ShipToAddress": {**ADDRESS, "CountryCode": "XX"}}, "Order.ShipToAddress.CountryCode"),
        ({"ShipToAddress": {**ADDRESS, "CountryCode": "KP"}}, "Order.ShipToAddress.CountryCode"),
        ({"ShipToAddress": None}, "Order.ShipToAddress"),
        ({"BillingAddress": None}, "Order.BillingAddress"),
        ({"BillingAddress": {"FirstName": "A", "LastName": "B", "CountryCode": "US"}}, "Order.BillingAddress.PostalCode"),
        ({"Items": []}, "Order.Items"),
        ({"Items": None}, "Order.Items"),
        ({"Items": ["x"]}, "Order.Items[0]"),
        ({"Items": [LINE, {**LINE, "SKU": "NO-SUCH-SKU"}]}, "Order.Items[1].SKU"),
        ({"Items": [{**LINE, "SKU": ""}]}, "Order.Items[0].SKU"),
        ({"Items": [{**LINE, "Quantity": 0}]}, "Order.Items[0].Quantity"),
        ({"Items": [{**LINE, "Quantity": None}]}, "Order.Items[0].Quantity"),
        ({"Items": [{**LINE, "Quantity": "many"}]}, "Order.Items[0].Quantity"),
        ({"Items": [{**LINE, "ShipType": None}]}, "Order.Items[0].ShipType"),
        ({"Items": [{**LINE, "ShipType": "pigeon"}]}, "Order.Items[0].ShipType"),
        ({"Items": [{**LINE, "ShipCarrierMethodId": 1}]}, "Order.Items[0].ShipType"),
        ({"Items": [{**LINE, "ShipType": None, "ShipCarrierMethodId": 9}]}, "Order.Items[0].ShipCarrierMethodId"),
        ({"Items": [{**LINE, "Images": []}]}, "Order.Items[0].Images"),
        ({"Items": [{**LINE, "Images": [{"Index": 0}]}]}, "Order.Items[0].Images[0].Url"),
        ({"Items": [{**LINE, "SourceId": "x" * 51}]}, "Order.Items[0].SourceId"),
        ({"SourceId": "x" * 51}, "Order.SourceId"),
        ({"Payment": None}, "Order.Payment"),
        ({"Payment": {"CurrencyCode": "USD"}}, "Order.Payment.PartnerBillingKey"),
        ({"Payment": {"PartnerBillingKey": KEY, "CurrencyCode": "XXX"}}, "Order.Payment.CurrencyCode"),
        ({"Payment": {"PartnerBillingKey": KEY.replace("+", " ")}}, "Order.Payment.PartnerBillingKey"),
    ],
)
def test_what_is_refused(client: Client, change: dict[str, Any], property_: str) -> None:
    answer = client.post("orders", {**order_body(), **change})

    assert answer.status == 400
    assert answer.json.keys() == sample("orders-post.response.validation-error.json").keys()
    assert answer.json["Errors"][0].keys() == sample("orders-post.response.validation-error.json")["Errors"][0].keys()
    assert property_ in {error["PropertyName"] for error in answer.json["Errors"]}
    assert answer.json["HadError"] is True
    assert client.get("ordersearch").json["Orders"] == []
    assert client.shop.ledger.entries() == ()


def test_the_recorded_refusal(client: Client) -> None:
    body = order_body(ShipToAddress={**ADDRESS, "PostalCode": ""})

    assert client.post("orders", body).json["Errors"] == sample("orders-post.response.validation-error.json")["Errors"]


def test_all_that_is_wrong_is_said_at_once(client: Client) -> None:
    body = order_body({**LINE, "SKU": "NO-SUCH-SKU"}, ShipToAddress={**ADDRESS, "FirstName": ""})

    assert client.post("orders", body).json["Errors"] == sample("orders-post.response.several-errors.json")["Errors"]


def test_overnight_is_for_the_us(client: Client) -> None:
    abroad = {**ADDRESS, "CountryCode": "GB", "PostalCode": "CF11 1AB", "State": ""}

    assert client.post("orders", order_body({**LINE, "ShipType": "overnight"})).status == 201
    assert client.post("orders", order_body({**LINE, "ShipType": "overnight"}, ShipToAddress=abroad)).status == 400
    assert client.post("orders", order_body({**LINE, "ShipType": "EXPEDITED"}, ShipToAddress=abroad)).status == 201


class TestTheSourceId:
    def test_it_is_one_order_for_ever_when_that_is_asked_for(self, client: Client) -> None:
        body = order_body(SourceId="shop-10001", IsPartnerSourceIdUnique=True)
        first = client.post("orders", body).json["Id"]
        answer = client.post("orders", body)
        wanted = sample("orders-post.response.duplicate-source-id.json")

        assert answer.status == 400
        assert {**answer.json, "ErrorReferenceCode": wanted["ErrorReferenceCode"]} == wanted
        assert client.shop.ledger.count("order submitted", "shop-10001") == 1
        client.post("orderstatus", id=first, orderStatusName="Cancelled")
        assert client.post("orders", body).status == 400

    def test_it_is_blocked_by_an_order_that_did_not_ask_for_it(self, client: Client) -> None:
        client.submit(SourceId="A")

        assert client.post("orders", order_body(SourceId="A", IsPartnerSourceIdUnique="true")).status == 400
        assert client.post("orders", order_body(SourceId="A")).status == 201
        assert client.post("orders", order_body(SourceId="a", IsPartnerSourceIdUnique=True)).status == 201

    def test_it_is_the_accounts_own(self, client: Client) -> None:
        client.submit(SourceId="A")
        body = order_body(SourceId="A", IsPartnerSourceIdUnique=True)

        assert client.call("POST", "orders", body, recipeid="another").status == 201

    def test_without_one_nothing_is_blocked(self, client: Client) -> None:
        assert {client.post("orders", order_body(IsPartnerSourceIdUnique=True)).status for _ in range(2)} == {201}

    def test_a_shop_that_learns_late(self) -> None:
        client = Client(Options(lookup_lag=5, read_lag=2, uniqueness_lag=1))
        body = order_body(SourceId="A", IsPartnerSourceIdUnique=True)
        id_ = client.post("orders", body).json["Id"]

        assert client.post("orders", body).status == 201
        assert "Id" not in client.get("orders", id=id_).json
        client.clock.advance(timedelta(seconds=2))
        assert client.post("orders", body).status == 400
        assert client.get("orders", id=id_).json["Id"] == id_
        assert client.get("ordersearch").json["Orders"] == []
        client.clock.advance(timedelta(seconds=3))
        assert len(client.get("ordersearch").json["Orders"]) == 2


class TestTheFirstStatus:
    @pytest.mark.parametrize(
        ("options", "members", "status", "charged"),
        [
            (Options(), {}, "New", 1),
            (Options(), {"IsInTestMode": True}, "Test", 0),
            (Options(), {"IsInTestMode": "true"}, "Test", 0),
            (Options(), {"IsPreSubmit": "true"}, "PrePayment", 0),
            (Options(billing_method=False), {}, "PaymentIssue", 0),
        ],
    )
    def test_it(self, options: Options, members: dict[str, Any], status: str, charged: int) -> None:
        client = Client(options)
        order = client.submit(**members)

        assert order["Items"][0]["Status"] == status
        assert client.shop.ledger.count("order submitted") == 1
        assert client.shop.ledger.count("order charged", order["Id"]) == charged

    def test_paypal_releases_an_order(self, client: Client) -> None:
        order = client.submit(IsPreSubmit=True)

        assert client.get("paymentvalidation", OrderId=order["Id"], PayPalKey="PAY-1").json == sample("paymentvalidation.response.json")
        assert client.statuses(order["Id"]) == ["New"]
        assert client.shop.ledger.count("order charged", order["Id"]) == 1
        client.get("paymentvalidation", OrderId=order["Id"], PayPalKey="PAY-1")
        assert client.shop.ledger.count("order charged", order["Id"]) == 1
        assert client.get("paymentvalidation", OrderId="?", PayPalKey="PAY-1").status == 400
        assert client.get("paymentvalidation", OrderId=order["Id"]).status == 400


class TestTheSearch:
    def test_members_are_those_of_the_sample(self, client: Client) -> None:
        wanted = sample("ordersearch.response.json")
        client.submit({**LINE, "SourceId": "line-1"}, SourceId="A")
        answer = client.get("ordersearch").json

        assert answer.keys() == wanted.keys()
        assert answer["Orders"][0].keys() == wanted["Orders"][0].keys()
        assert answer["Orders"][0]["Items"][0].keys() == wanted["Orders"][0]["Items"][0].keys()
        assert client.get("ordersearch", lastName="Nobody").json == sample("ordersearch.response.empty.json")

    def test_pages(self, client: Client) -> None:
        ids = [client.submit()["Id"] for _ in range(5)]
        pages = [client.get("ordersearch", page=str(page), pageSize="2").json for page in range(1, 5)]

        assert [order["Id"] for page in pages for order in page["Orders"]] == ids[::-1]
        assert [(page["Page"], page["TotalPages"], len(page["Orders"])) for page in pages] == [(1, 3, 2), (2, 3, 2), (3, 3, 1), (4, 3, 0)]
        assert len(client.get("ordersearch", pageSize="1000").json["Orders"]) == 5
        assert client.get("ordersearch", page="x").status == 400

    @pytest.mark.parametrize(
        ("query", "hits"),
        [
            ({"lastName": "smith"}, 1),
            ({"email": "TOM@example.com"}, 1),
            ({"postalCode": "cf11 1ab"}, 1),
            ({"postalCode": "cf11"}, 0),
            ({"genericValues": "ORD-1"}, 1),
            ({"genericValues": "acacia"}, 1),
            ({"genericValues": "Tom Smith"}, 1),
            ({"genericValues": "test"}, 1),
            ({"startDate": "2026-01-06"}, 1),
            ({"endDate": "2026-01-05"}, 1),
            ({"startDate": "2026-01-05", "endDate": "2026-01-06"}, 2),
            ({"startDate": "2026-01-07"}, 0),
            ({"lastName": "Smith", "startDate": "2026-01-06"}, 0),
        ],
    )
    def test_what_it_finds(self, client: Client, query: dict[str, str], hits: int) -> None:
        tom = {**ADDRESS, "FirstName": "Tom", "LastName": "Smith", "Line1": "14 Acacia Avenue", "PostalCode": "CF11 1AB"}
        tom = {**tom, "CountryCode": "GB", "Email": "tom@example.com"}
        client.submit(SourceId="ORD-1", ShipToAddress=tom, BillingAddress=tom)
        client.clock.advance(timedelta(days=1))
        client.submit()

        assert len(client.get("ordersearch", **query).json["Orders"]) == hits

    @pytest.mark.parametrize("day", ["05.01.2026", "2026-13-01", "2026-02-30", "yesterday"])
    def test_what_is_no_day(self, client: Client, day: str) -> None:
        assert client.get("ordersearch", startDate=day).status == 400

    def test_the_source_id_may_be_beyond_it(self) -> None:
        client = Client(Options(search_finds_source_id=False))
        client.submit(SourceId="ORD-1")

        assert client.get("ordersearch", genericValues="ORD-1").json["Orders"] == []

    def test_page_may_mean_orders_to_leave_out(self) -> None:
        client = Client(Options(search_page="skip"))
        ids = [client.submit()["Id"] for _ in range(3)]

        assert [order["Id"] for order in client.get("ordersearch", page="2", pageSize="2").json["Orders"]] == [ids[1], ids[0]]


class TestWhoCalls:
    def test_a_missing_recipe(self, client: Client) -> None:
        answer = client.send("GET", "/api/products", query={"countryCode": "US"})

        assert (answer.status, answer.json) == (401, sample("error.invalid-recipe.json"))

    @pytest.mark.parametrize(
        ("method", "name"),
        [
            ("GET", "ordersearch"),
            ("POST", "orderstatus"),
            ("PUT", "OrderImages"),
            ("PUT", "orderItems"),
            ("PUT", "orderCancel"),
            ("PUT", "shippingAddress"),
            ("PUT", "shippingMethod"),
            ("PUT", "OrderCustomization"),
            ("GET", "orderbilling"),
        ],
    )
    @pytest.mark.parametrize("query", [{}, {"partnerBillingKey": ""}, {"PartnerBillingKey": KEY.replace("+", " ")}])
    def test_a_key_that_is_missing_or_was_not_encoded(self, client: Client, method: str, name: str, query: dict[str, str]) -> None:
        answer = client.call(method, name, keyed=False, **query)

        assert answer.status == 400
        assert answer.json["Errors"][0]["PropertyName"] == "PartnerBillingKey"
        assert answer.json["Errors"][0]["AttemptedValue"] == (*query.values(), "")[0]

    def test_reading_one_order_needs_no_key(self, client: Client) -> None:
        order = client.submit()

        assert client.call("GET", "orders", keyed=False, id=order["Id"]).json["Id"] == order["Id"]

    def test_orders_are_their_accounts_own(self, client: Client) -> None:
        order = client.submit()
        other: dict[str, Any] = {"recipeid": "another"}

        assert "Id" not in client.get("orders", id=order["Id"], **other).json
        assert client.get("ordersearch", **other).json["Orders"] == []
        assert client.put("orderCancel", {"Ids": [1]}, orderId=str(order["GootenId"]), **other).status == 400
        assert client.post("orderstatus", id=order["Id"], orderStatusName="Hold", **other).status == 400
        theirs = client.call("POST", "orders", order_body(), **other).json["Id"]
        assert theirs.startswith("8-")

    def test_a_bad_key_is_echoed_as_in_the_sample(self, client: Client) -> None:
        answer = client.post("orders", order_body(Payment={"PartnerBillingKey": "not the key"}))
        wanted = sample("orders-post.response.bad-billing-key.json")

        assert answer.json.keys() == wanted.keys()
        assert answer.json["Errors"] == [{**wanted["Errors"][0], "AttemptedValue": "not the key"}]


@pytest.mark.parametrize("name", ["OrderImages", "orderItems", "orderCancel", "shippingAddress", "shippingMethod", "orderbilling"])
@pytest.mark.parametrize("given", ["", "999", "safe"])
def test_an_order_that_a_gooten_id_does_not_find(client: Client, name: str, given: str) -> None:
    order = client.submit()
    answer = client.call("GET" if name == "orderbilling" else "PUT", name, {}, orderId=order["Id"] if given == "safe" else given)

    assert answer.status == 400
    assert answer.json["Errors"][0]["PropertyName"] == "OrderId"


def test_a_recipe_counts_without_regard_to_case(client: Client) -> None:
    order = client.submit()

    assert client.get("orders", id=order["Id"], recipeid=RECIPE.upper()).json["Id"] == order["Id"]
