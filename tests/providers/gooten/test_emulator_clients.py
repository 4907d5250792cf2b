"""What clients written by others do, as far as nothing else here does it. The real shop gave its own clients each of these answers."""

from typing import Any

import pytest

from printkit.exchange import Effect, Request
from tests.providers.gooten.emulator_client import ADDRESS, LINE, RECIPE, Client, order_body

CASE = "PhoneCase-GalaxyNote2-Matte"
ANOTHER_CASE = "PhoneCase-Glossy-GalaxyNote3"


@pytest.fixture
def client() -> Client:
    return Client()


def estimate(client: Client, currency: str = "USD", **members: Any) -> Any:
    items = [{"SKU": sku, "Quantity": 1, "ShipCarrierMethodId": number} for number, sku in enumerate((CASE, ANOTHER_CASE), 1)]
    answer = client.post(
        "priceestimate", {"ShipToAddress": ADDRESS, "Items": items, "Payment": {"CurrencyCode": currency}, **members}, keyed=False
    )
    assert answer.status == 200, answer.json
    return answer.json


@pytest.mark.parametrize("sku", [CASE, ANOTHER_CASE, "PhoneCase-Nexus5-Matte"])
def test_the_phone_cases_of_the_android_client(client: Client, sku: str) -> None:
    assert client.get("producttemplates", keyed=False, sku=sku).json["Options"]


@pytest.mark.parametrize(
    ("codes", "applied", "savings"),
    [(["ANDROIDTEST1"], "ANDROIDTEST1", 5), (["ANDROIDTEST1", "ANDROIDTEST2"], "ANDROIDTEST2", 20)],
)
def test_the_coupons_of_the_android_client(client: Client, codes: list[str], applied: str, savings: int) -> None:
    estimated = estimate(client, CouponCodes=codes)
    found = {each["CouponInfo"]["CouponCode"]: each for each in estimated["Coupons"]}

    assert found.keys() == set(codes)
    assert estimated["HadCouponApply"] is True
    assert (found[applied]["HadCouponApply"], found[applied]["CouponSavings"]["Price"]) == (True, savings)


class TestADinar:
    """Prices are shown in a currency that nobody can order in."""

    def test_is_shown(self, client: Client) -> None:
        product = client.get("products", keyed=False, countryCode="US", currencyCode="RSD").json["Products"][0]
        group = client.post(
            "shippingprices",
            {"CurrencyCode": "RSD", "ShipToCountry": "US", "ShipToPostalCode": "10038", "Items": [{"SKU": CASE, "Quantity": 1}]},
            keyed=False,
        ).json["Result"][0]
        one = client.get("currencyconversion", keyed=False, fromCurrencyCode="USD", toCurrencyCode="RSD", amount="1.0").json

        assert {product["PriceInfo"]["CurrencyCode"], group["ShipOptions"][0]["Price"]["CurrencyCode"]} == {"RSD"}
        assert estimate(client, "RSD")["Items"]["CurrencyCode"] == one["CurrencyCode"] == "RSD"
        assert one["Price"] > 1

    def test_is_not_paid_in(self, client: Client) -> None:
        answer = client.post("orders", order_body(Payment={"CurrencyCode": "RSD", "BraintreeEncryptedCCNumber": "x"}, IsInTestMode=True))

        assert answer.status == 400
        assert [error["PropertyName"] for error in answer.json["Errors"]] == ["Order.Payment.CurrencyCode"]
        assert client.shop.ledger.entries() == ()


class TestPayPal:
    """The iOS client leaves the billing address out: PayPal knows it."""

    def body(self, **members: Any) -> Any:
        body = order_body(Payment={"CurrencyCode": "USD", "Total": "33.26"}, **members)
        del body["BillingAddress"]
        return body

    def test_needs_no_billing_address(self, client: Client) -> None:
        answer = client.post("orders", self.body(IsPreSubmit="true"))

        assert answer.status == 201, answer.json
        order = client.order(answer.json["Id"])
        assert order["Items"][0]["Status"] == "PrePayment"
        assert set(order["BillingAddress"].values()) == {" "}

    def test_anybody_else_does(self, client: Client) -> None:
        answer = client.post("orders", self.body())

        assert "Order.BillingAddress" in {error["PropertyName"] for error in answer.json["Errors"]}


def test_a_good_address_has_a_reason_too(client: Client) -> None:
    query = {"line1": "641 Highland Ave", "city": "Los Angeles", "state": "CA", "postalCode": "90036", "countryCode": "US"}
    said = client.get("addressvalidation", keyed=False, **query).json

    assert said["IsValid"] is True
    assert said["Reason"]


def test_several_pictures_of_one_space_with_the_same_index(client: Client) -> None:
    picture = {"Url": "https://assets.example.com/a.jpg", "Index": "1", "ThumbnailUrl": "", "ManipCommand": ""}
    order = client.submit({**LINE, "Images": [picture, picture], "Meta": {"": ""}}, CouponCodes=[""])

    assert len(order["Items"][0]["Images"]) == 2


class TestOtherOrigins:
    """A browser asks first, and reads only what the shop lets everybody read (reference 2.3)."""

    def ask(self, client: Client, method: str, path: str = "/api/v/4/source/api/orders") -> Any:
        headers = [("Origin", "https://shop.example.com"), ("Access-Control-Request-Method", "POST")]
        return client.shop.answer(Request(method, path, Effect.READS, query={"recipeId": RECIPE}, headers=headers))

    def test_may_ask(self, client: Client) -> None:
        answer = self.ask(client, "OPTIONS")

        assert (answer.status, answer.body) == (200, b"")
        assert answer.headers["access-control-allow-origin"] == "*"
        assert answer.headers["access-control-allow-headers"].lower() == "content-type"
        assert {"GET", "POST"} <= set(answer.headers["access-control-allow-methods"].split(", "))

    @pytest.mark.parametrize("path", ["/api/countries", "/api/orders", "/productdatav3/catalog.json"])
    def test_may_read_whatever_comes(self, client: Client, path: str) -> None:
        assert self.ask(client, "GET", path).headers["access-control-allow-origin"] == "*"

    def test_may_not_ask_for_what_is_not_there(self, client: Client) -> None:
        assert self.ask(client, "OPTIONS", "/api/nowhere").status == 302
