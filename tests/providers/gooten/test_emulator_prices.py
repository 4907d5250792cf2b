"""Quotes and the catalogue: recorded numbers, sums that add up, members of the samples."""

from decimal import Decimal
from typing import Any

import pytest

from printkit.providers.gooten.emulator import Coupon, Options
from tests.providers.gooten.emulator_client import ADDRESS, CANVAS, FRAME, KEY, LINE, PILLOW, Client, sample

MONEY = {"Price", "CurrencyCode", "FormattedPrice", "CurrencyFormat", "CurrencyDigits"}


@pytest.fixture
def client() -> Client:
    return Client()


def money(value: Any) -> list[Any]:
    """Every PriceInfo in a body."""
    if isinstance(value, dict):
        found = [value] if "CurrencyCode" in value and "Price" in value else []
        return found + [each for member in value.values() for each in money(member)]
    return [each for member in value for each in money(member)] if isinstance(value, list) else []


def test_the_recorded_estimate(client: Client) -> None:
    answer = client.post("v/5/source/api/priceestimate/", sample("priceestimate.request.json"), keyed=False)

    assert (answer.status, answer.json) == (200, sample("priceestimate.response.json"))


def test_the_recorded_shipping_prices(client: Client) -> None:
    answer = client.post("v/5/source/api/shippingprices/", sample("shippingprices.request.json"), keyed=False)

    def by_id(body: Any) -> Any:
        return [(group["SKUs"], sorted(group["ShipOptions"], key=lambda option: option["Id"])) for group in body["Result"]]

    assert answer.json.keys() == {"Result"}
    assert by_id(answer.json) == by_id(sample("shippingprices.response.json"))


def test_with_the_key_the_partners_price_is_said_too(client: Client) -> None:
    answer = client.post("shippingprices", sample("shippingprices.request.json")).json

    assert all("PartnerPrice" in option for group in answer["Result"] for option in group["ShipOptions"])
    for name, query in (("products", {}), ("productvariants", {"productId": "43"})):
        plain = client.call("GET", name, keyed=False, countryCode="US", **query)
        keyed = client.get(name, countryCode="US", **query)
        assert b"PartnerPriceInfo" not in plain.body
        assert b"PartnerPriceInfo" in keyed.body
    assert client.call("GET", "products", keyed=False, countryCode="US", partnerBillingKey="a b").status == 400


def test_the_official_partner_price(client: Client) -> None:
    answer = client.post("price", sample("price.request.json"), keyed=False)

    assert answer.json == sample("price.response.partial.json")
    assert client.post("price", {**sample("price.request.json"), "Payment": {"PartnerBillingKey": "a b"}}).status == 400
    assert client.post("price", {}).status == 400


def test_the_official_bill(client: Client) -> None:
    order = client.submit()

    assert client.get("v/5/source/api/orderbilling", orderid=str(order["GootenId"])).json == sample("orderbilling.response.json")
    assert client.get("orderbilling", orderid=str(order["GootenId"]), currency="EUR").json["Result"]["Total"]["CurrencyCode"] == "EUR"
    assert client.get("orderbilling", orderid=str(order["GootenId"]), currency="XXX").status == 400


@pytest.mark.parametrize("currency", ["USD", "EUR", "GBP", "JPY", "usd", ""])
@pytest.mark.parametrize("quantity", [1, 3, 7])
def test_an_order_costs_what_was_quoted(client: Client, currency: str, quantity: int) -> None:
    lines = [{**LINE, "Quantity": quantity}, {**LINE, "SKU": FRAME, "ShipType": "expedited"}, {**LINE, "Quantity": 2}]
    payment = {"PartnerBillingKey": KEY, "CurrencyCode": currency}
    order = client.submit(*lines, Payment=payment)
    quote = client.post("priceestimate", {"ShipToAddress": ADDRESS, "Items": lines, "Payment": payment}).json

    assert sum(item["Price"]["Price"] for item in order["Items"]) == quote["Items"]["Price"]
    assert order["ShippingTotal"] == quote["Shipping"]
    assert order["Total"]["Price"] == quote["Items"]["Price"] + quote["Shipping"]["Price"]
    skus = [{"SKU": line["SKU"], "Quantity": line["Quantity"]} for line in lines]
    asked = {"ShipToCountry": "US", "ShipToPostalCode": "10038", "CurrencyCode": currency, "Items": skus}
    groups = client.post("shippingprices", asked).json["Result"]
    options = [{option["MethodType"]: option["Price"]["Price"] for option in group["ShipOptions"]} for group in groups]
    assert options[0]["Standard"] + options[1]["Expedited"] == order["ShippingTotal"]["Price"]


def test_money_is_written_in_one_form(client: Client) -> None:
    bodies = [client.submit(Payment={"PartnerBillingKey": KEY, "CurrencyCode": code}) for code in ("USD", "EUR", "JPY")]
    bodies.append(client.get("products", countryCode="DE", currencyCode="EUR").json)

    for body in bodies:
        assert money(body)
        for each in money(body):
            assert each.keys() == MONEY
            assert isinstance(each["Price"], Decimal | int)
            assert each["FormattedPrice"] == each["CurrencyFormat"].replace("{1}", f"{each['Price']:.{each['CurrencyDigits']}f}")


@pytest.mark.parametrize(("form", "price"), [("line", "60.54"), ("unit", "30.27")])
def test_a_lines_price(form: Any, price: str) -> None:
    order = Client(Options(item_price=form)).submit({**LINE, "Quantity": 2})

    assert str(order["Items"][0]["Price"]["Price"]) == price
    assert str(order["Total"]["Price"]) == "76.52"


def test_a_cancelled_item_stays_in_the_sums(client: Client) -> None:
    order = client.submit(LINE, {**LINE, "SKU": FRAME})
    client.put("orderCancel", {"Ids": [order["Items"][0]["OrderItemId"]]}, orderId=str(order["GootenId"]))

    assert client.order(order["Id"])["Total"] == order["Total"]


class TestCoupons:
    def ask(self, client: Client, *codes: str) -> Any:
        return client.post("priceestimate", {**sample("priceestimate.request.json"), "CouponCodes": list(codes)}).json

    def test_an_unknown_one_is_no_error(self, client: Client) -> None:
        answer = self.ask(client, "NO-SUCH")

        assert (answer["HadError"], answer["HadCouponApply"], len(answer["Coupons"])) == (False, False, 1)
        assert answer["Coupons"][0]["CouponInfo"]["CouponCode"] == "NO-SUCH"
        assert str(answer["Items"]["Price"]) == "85.05"

    def test_each_is_listed(self, client: Client) -> None:
        answer = self.ask(client, "5OFF", "NO-SUCH", "10PERCENT")

        assert [str(each["CouponSavings"]["Price"]) for each in answer["Coupons"]] == ["5.00", "0.00", "8.51"]
        assert [each["HadCouponApply"] for each in answer["Coupons"]] == [True, False, True]
        assert answer["HadCouponApply"] is True

    def test_one_that_wants_more(self) -> None:
        client = Client(Options(coupons=(Coupon("BIG", dollars=Decimal(20), least=Decimal(100)),)))

        assert self.ask(client, "BIG")["HadCouponApply"] is False
        assert "DiscountCode" not in client.submit(CouponCodes=["BIG"])


@pytest.mark.parametrize(
    "change",
    [
        {"Items": []},
        {"Items": [{"SKU": "NO-SUCH-SKU", "Quantity": 1}]},
        {"ShipToAddress": None},
        {"ShipToAddress": {"CountryCode": "XX"}},
        {"Payment": {"CurrencyCode": "XXX"}},
    ],
)
def test_what_cannot_be_estimated(client: Client, change: dict[str, Any]) -> None:
    assert client.post("priceestimate", {**sample("priceestimate.request.json"), **change}).status == 400


def test_without_a_way_to_send_there_is_no_shipping_price(client: Client) -> None:
    lines = [{"SKU": CANVAS, "Quantity": 1}]

    assert client.post("priceestimate", {**sample("priceestimate.request.json"), "Items": lines}).json["Shipping"] is None


@pytest.mark.parametrize("change", [{"ShipToCountry": "XX"}, {"ShipToPostalCode": ""}, {"CurrencyCode": "XXX"}, {"Items": [{"SKU": "?"}]}])
def test_what_cannot_be_sent(client: Client, change: dict[str, Any]) -> None:
    assert client.post("shippingprices", {**sample("shippingprices.request.json"), **change}).status == 400


def test_the_range_of_shipping_prices(client: Client) -> None:
    found = client.get("shippriceestimate", productId="43", countryCode="US").json

    assert found.keys() == sample("shippriceestimate.response.json").keys()
    assert (str(found["MinPrice"]["Price"]), str(found["MaxPrice"]["Price"])) == ("11.98", "32.97")
    unknown = sample("shippriceestimate.response.unknown-product.json")
    assert client.get("shippriceestimate", productId="4711", countryCode="US").json == unknown


def test_conversion(client: Client) -> None:
    asked = {"fromCurrencyCode": "USD", "toCurrencyCode": "EUR", "amount": "10"}

    assert client.get("currencyconversion", **asked).json["FormattedPrice"] == "9.00 €"
    assert client.get("currencyconversion", **{**asked, "amount": "ten"}).status == 400
    assert client.get("currencyconversion", **{**asked, "toCurrencyCode": "XXX"}).status == 400


class TestTheCatalogue:
    def test_products_have_the_samples_members(self, client: Client) -> None:
        found = client.call("GET", "products", keyed=False, countryCode="US", all="true").json
        (pouch,) = [each for each in found["Products"] if each["Id"] == 154]
        (wanted,) = sample("products.response.json")["Products"]

        assert found.keys() == {"Products"}
        assert pouch.keys() == wanted.keys()
        for name in ("Id", "UId", "Name", "ShortDescription", "RetailPrice", "PriceInfo", "Categories", "MaxZoom", "IsComingSoon"):
            assert pouch[name] == wanted[name]
        assert [info.keys() for info in pouch["Info"]] == [info.keys() for info in wanted["Info"]]
        assert pouch["Info"][1] | {"Index": 1} == wanted["Info"][1]
        assert pouch["Images"][0].keys() == wanted["Images"][0].keys()

    def test_variants_have_the_samples_members(self, client: Client) -> None:
        found = client.call("GET", "productvariants", keyed=False, productId="43", countryCode="US").json
        wanted = sample("productvariants.response.json")
        first, recorded = found["ProductVariants"][0], wanted["ProductVariants"][0]

        assert found.keys() == wanted.keys()
        assert {name: first[name] for name in recorded.keys() - {"Options"}} == {
            name: recorded[name] for name in recorded.keys() - {"Options"}
        }
        for option, of_sample in zip(first["Options"], recorded["Options"], strict=True):
            assert option.keys() == of_sample.keys()
            assert (option["Name"], option["Value"], option.get("CmValue")) == (
                of_sample["Name"],
                of_sample["Value"],
                of_sample.get("CmValue"),
            )
        assert found["Options"][0].keys() == wanted["Options"][0].keys()

    def test_the_recorded_template(self, client: Client) -> None:
        (found,) = client.call("GET", "producttemplates", keyed=False, sku="CanvsWrp-BlkWrp-5x7").json["Options"]
        (wanted,) = sample("producttemplates.response.json")["Options"]

        assert found.keys() == wanted.keys()
        (space,), (of_sample,) = found["Spaces"], wanted["Spaces"]
        assert {name: space[name] for name in of_sample.keys() - {"Layers"}} == {
            name: of_sample[name] for name in of_sample.keys() - {"Layers"}
        }
        assert [layer.keys() for layer in space["Layers"]] == [layer.keys() for layer in of_sample["Layers"]]
        assert space["Layers"][1] == of_sample["Layers"][1]

    def test_every_sku_of_the_catalogue_can_be_ordered(self, client: Client) -> None:
        skus = [
            variant["Sku"]
            for product in client.get("products", countryCode="GB").json["Products"]
            for variant in client.get("productvariants", productId=str(product["Id"]), countryCode="GB").json["ProductVariants"]
        ]
        order = client.submit(*({**LINE, "SKU": sku} for sku in skus))

        assert len(skus) == len(set(skus)) > 30
        assert [item["Sku"] for item in order["Items"]] == skus
        for sku in skus:
            assert client.get("producttemplates", sku=sku).json["Options"][0]["Spaces"]

    def test_what_is_unknown_is_empty(self, client: Client) -> None:
        assert client.get("products", countryCode="XX").json == sample("products.response.unknown-country.json")
        unknown = sample("productvariants.response.unknown-product.json")
        assert client.get("productvariants", productId="4711", countryCode="US").json == unknown
        assert client.get("producttemplates", sku="NO-SUCH-SKU").json == {"Options": []}

    @pytest.mark.parametrize(("name", "query"), [("products", {}), ("productvariants", {"countryCode": "US"}), ("producttemplates", {})])
    def test_what_must_be_said(self, client: Client, name: str, query: dict[str, str]) -> None:
        assert client.get(name, **query).status == 400

    def test_variants_by_pages_when_pages_are_asked_for(self, client: Client) -> None:
        query = {"productId": "43", "countryCode": "US"}
        every = client.get("productvariants", **query).json["ProductVariants"]
        pages = [client.get("productvariants", **query, page=str(page), pageSize="4").json["ProductVariants"] for page in range(1, 5)]

        assert [len(page) for page in pages] == [4, 4, 3, 0]
        assert [variant for page in pages for variant in page] == every

    def test_the_static_catalogue(self, client: Client) -> None:
        found = client.send("GET", "/productdatav3/catalog.json").json["product-catalog"]

        assert {item["name"] for group in found for item in group["items"]} >= {"Canvas Wraps", "Prints"}

    @pytest.mark.parametrize("name", ["countries", "currencies", "userinfo"])
    def test_lists(self, client: Client, name: str) -> None:
        found, wanted = client.call("GET", name, keyed=False).json, sample(f"{name}.response.json")

        assert found.keys() == wanted.keys()
        for member, value in wanted.items():
            if not isinstance(value, list):
                assert found[member] == value
            for each in value if isinstance(value, list) else []:
                (same,) = [one for one in found[member] if one["Code"] == each["Code"]]
                assert {**same, "FlagUrl": 0} == {**each, "FlagUrl": 0}

    def test_small_ones(self, client: Client) -> None:
        assert client.get("languages", languageCode="de").json["LanguageCode"] == "de"
        assert isinstance(client.get("braintreeclienttoken").json, str)
        assert client.post("ErrorReport", {"anything": 1}).body == b""


class TestJudgements:
    def test_an_address(self, client: Client) -> None:
        query = {"line1": "222 Broadway", "city": "New York", "state": "NY", "postalCode": "10038", "countryCode": "US"}
        good = client.get("addressvalidation", **query).json
        bad = client.get("addressvalidation", **{**query, "postalCode": ""}).json

        assert good.keys() == bad.keys() == sample("addressvalidation.response.proposed.json").keys()
        assert good["ProposedAddress"].keys() == sample("addressvalidation.response.proposed.json")["ProposedAddress"].keys()
        assert (good["IsValid"], bad["IsValid"]) == (True, False)
        assert client.get("addressvalidation").json["IsValid"] is True

    def test_pictures(self, client: Client) -> None:
        asked = sample("imagevalidation.request.json")
        assert client.call("POST", "imagevalidation", asked, keyed=False).json == sample("imagevalidation.response.json")
        small = {**asked, "Images": [{"SpaceId": "3fcdc", "Width": 2099, "Height": 1500}, {"SpaceId": "FFFFF"}]}
        issues = client.post("imagevalidation", small).json["Issues"]

        assert [issue["PropertyName"] for issue in issues] == ["Images[0].Width", "Images[1].SpaceId"]
        assert client.post("imagevalidation", {**asked, "Sku": "NO-SUCH-SKU"}).status == 400

    def test_previews(self, client: Client) -> None:
        asked = sample("productpreview.request.json")
        answer = client.call("POST", "productpreview", asked, keyed=False)
        wanted = sample("productpreview.response.json")

        assert answer.json.keys() == wanted.keys()
        assert answer.json["Images"][0].keys() == wanted["Images"][0].keys()
        assert client.post("productpreview", {"SKU": CANVAS, "Images": [{"Image": {"Url": "https://a.example/b.png"}}]}).status == 200

    @pytest.mark.parametrize("change", [{"SpaceId": "FFFFF"}, {"LayerId": "FFFFF"}, {"Image": {}}])
    def test_the_recorded_short_refusal_of_a_preview(self, client: Client, change: dict[str, Any]) -> None:
        asked = sample("productpreview.request.json")
        asked["Images"][0] |= change
        answer = client.post("productpreview", asked)

        assert answer.status == 400
        assert answer.json.keys() == {"Errors", "HadError"}
        assert answer.json["Errors"][0].keys() == {"PropertyName", "ErrorMessage"}


class TestPrintReadyProducts:
    @pytest.mark.parametrize("path", ["prpproducts/", "v2/recipes/00000000-0000-4000-8000-000000000001/printreadyproducts"])
    def test_products(self, client: Client, path: str) -> None:
        assert client.get(path, page="1").json == sample("prpproducts.response.json")
        assert client.get(path, page="2").json["Products"] == []

    @pytest.mark.parametrize("path", ["prpvariants/", "v2/recipes/00000000-0000-4000-8000-000000000001/printreadyproducts/variants"])
    def test_variants(self, client: Client, path: str) -> None:
        assert client.get(path, page="1", productName="Sunrise Mugs").json == sample("prpvariants.response.json")
        assert client.get(path, productName="Sunset Mugs").json["Variants"] == []

    def test_the_recipe_stands_in_the_path(self, client: Client) -> None:
        assert client.send("GET", "/api/v2/recipes/mine/printreadyproducts").status == 200

    def test_one_of_ones_own(self, client: Client) -> None:
        base = "v2/recipes/00000000-0000-4000-8000-000000000001/printreadyproducts"
        images = [{"SpaceDesc": "Back", "Url": "https://a.example/b.png"}, {"SpaceDesc": "front", "Url": "https://a.example/f.png"}]
        made = client.post(base, {"Sku": "Mine", "ProductName": "Cushions", "GootenSku": PILLOW, "Images": images})
        assert made.json["Result"]["Sku"] == "Mine"
        order = client.submit({"SKU": "Mine", "Quantity": 1, "ShipType": "standard"})
        template = client.get("producttemplates", sku="Mine").json["Options"][0]["Spaces"]

        assert (order["Items"][0]["Sku"], order["Items"][0]["Meta"]) == (PILLOW, {"PreconfigSku": "Mine"})
        assert {image["SpaceId"]: image["SourceUrl"] for image in order["Items"][0]["Images"]} == {
            template[0]["Id"]: "https://a.example/f.png",
            template[1]["Id"]: "https://a.example/b.png",
        }
        assert client.put(f"{base}/Mine", {"GootenSku": CANVAS, "Images": images[:1]}).json["HadError"] is False
        assert client.call("DELETE", f"{base}/Mine").json == {"HadError": False}
        assert client.call("DELETE", f"{base}/Mine").status == 400
        assert client.put(f"{base}/Mine", {"GootenSku": CANVAS, "Images": images}).status == 400

    def test_the_oldest_form(self, client: Client) -> None:
        made = {
            "Sku": "Canvas5x7",
            "Name": "Canvas",
            "Items": [
                {
                    "ProductId": 43,
                    "ProductVariantSku": "CanvsWrp-ImgWrp-5x7",
                    "Preconfigurations": [{"SpaceId": "D2749", "Url": "https://a.example/a.jpg"}],
                }
            ],
        }
        assert client.post("v/1/source/api/preconfiguredproducts/", made).status == 200
        found = client.get("v/1/source/api/preconfiguredproducts/").json["PreconfiguredProducts"][-1]

        assert (found["Sku"], found["Items"]) == ("Canvas5x7", made["Items"])
        assert client.call("DELETE", "v/1/source/api/preconfiguredproducts/", sku="Canvas5x7").status == 200

    @pytest.mark.parametrize(
        "body", [{}, {"GootenSku": "?"}, {"GootenSku": CANVAS}, {"GootenSku": CANVAS, "Images": [{"SpaceId": "CC38D"}]}]
    )
    def test_what_is_none(self, client: Client, body: dict[str, Any]) -> None:
        assert client.post("preconfiguredproducts", body).status == 400


def test_uploads(client: Client) -> None:
    body = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.JPG"\r\nContent-Type: image/jpeg\r\n\r\n\xff\xd8\r\n--b--\r\n'
    query = {"recipeid": "r"}
    (made,) = client.send("POST", "/api/images", body, "multipart/form-data; boundary=b", query).json

    assert made["Url"].endswith(".jpg")
    assert client.send("GET", "/api/images", query=query).json == [made]
    assert client.send("POST", "/api/images", b"{}", query=query).status == 400
