"""Every matter on which the documents are silent: the default of reference section 20, and its other mode."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import attrs
import pytest

from printkit.emulator.notices import Post
from printkit.providers.gooten.emulator import Automatic, Options, ReadyMade
from printkit.secret import Secret
from tests.providers.gooten.emulator_client import KEY, LINE, RECIPE, Client, order_body, sample

DEFAULTS = {
    "created_status": 201,
    "validation_status": 400,
    "status_refusal_status": 400,
    "orderstatus_refusal": "errors",
    "orderstatus_had_error": "failure",
    "unknown_order": "errors",
    "unknown_gooten_id_status": 400,
    "safe_id_for_gooten_id": "refused",
    "bad_recipe_status": 401,
    "bad_billing_key": "errors",
    "unknown_route": "redirect",
    "order_images_body": "any",
    "order_items_body": "any",
    "customization_body": "any",
    "update_answer": "result",
    "duplicate_status": 400,
    "status_check": "every item",
    "order_cancel": "per item",
    "item_price": "line",
    "after_image_issue": "moves on",
    "hold_by_orderstatus": "every item",
    "new_by_orderstatus": "restarts",
    "automatic": Automatic(),
    "webhook_post": Post(),
    "webhook_id": "GootenId",
    "first_gooten_id": 520_000,
    "first_order_item_id": 1_066_000,
    "nice_id": "last name and id",
    "rate_limit": None,
}


@pytest.mark.parametrize("name", DEFAULTS)
def test_the_defaults_of_the_reference(name: str) -> None:
    assert getattr(Options(), name) == DEFAULTS[name]


def test_every_choice_can_be_given_by_name() -> None:
    assert Options(**{field.name: getattr(Options(), field.name) for field in attrs.fields(Options)}) == Options()


def test_they_may_change_while_the_shop_is_open() -> None:
    client = Client()
    client.shop.options = Options(created_status=200, webhook_url="https://a.example/?orderid=")

    assert client.post("orders", order_body()).status == 200
    assert len(client.shop.advance(client.clock.now())) == 1


class TestStatuses:
    def test_of_a_new_order(self) -> None:
        assert Client(Options(created_status=200)).post("orders", order_body()).status == 200

    def test_of_what_is_refused(self) -> None:
        answer = Client(Options(validation_status=200)).post("orders", {})

        assert (answer.status, answer.json["HadError"]) == (200, True)

    @pytest.mark.parametrize("status", [200, 409])
    def test_of_a_second_order(self, status: Any) -> None:
        client = Client(Options(duplicate_status=status))
        body = order_body(SourceId="A", IsPartnerSourceIdUnique=True)
        client.post("orders", body)
        answer = client.post("orders", body)

        assert (answer.status, answer.json["HadError"]) == (status, True)

    def test_of_a_wrong_status(self) -> None:
        client = Client(Options(status_refusal_status=200))
        order = client.in_status("Printing")
        answer = client.post("orderstatus", id=order["Id"], orderStatusName="Hold")

        assert (answer.status, answer.json["HadError"], len(answer.json["Errors"])) == (200, True, 1)

    @pytest.mark.parametrize("status", [400, 403, 200])
    def test_of_a_bad_recipe(self, status: Any) -> None:
        answer = Client(Options(bad_recipe_status=status)).send("GET", "/api/countries")

        assert (answer.status, answer.json) == (status, {"Message": "Invalid recipeId"})

    def test_of_an_unknown_gooten_id(self) -> None:
        answer = Client(Options(unknown_gooten_id_status=404)).put("orderCancel", {"Ids": [1]}, orderId="7")

        assert (answer.status, answer.json["HadError"]) == (404, True)

    @pytest.mark.parametrize(
        ("mode", "status", "members"), [("empty", 200, set()), ("404", 404, {"ErrorReferenceCode", "Errors", "HadError"})]
    )
    def test_of_an_unknown_order(self, mode: Any, status: int, members: set[str]) -> None:
        answer = Client(Options(unknown_order=mode)).get("orders", id="INVALID")

        assert (answer.status, answer.json.keys()) == (status, members)

    def test_of_ids_that_were_not_cancelled(self) -> None:
        client = Client(Options(cancel_refusal_status=400, order_cancel="all refused"))
        order = client.in_status("Pending", "Printing")
        ids = [item["OrderItemId"] for item in order["Items"]]
        answer = client.put("orderCancel", {"Ids": ids}, orderId=str(order["GootenId"]))

        assert (answer.status, answer.json) == (400, {"HadError": True, "Errors": ids, "Success": []})
        assert client.statuses(order["Id"]) == ["Pending", "Printing"]


class TestOrderStatus:
    @pytest.mark.parametrize(("mode", "good", "bad"), [("failure", False, True), ("success", True, False)])
    @pytest.mark.parametrize("body", ["errors", "bare"])
    def test_what_had_error_means(self, mode: Any, good: bool, bad: bool, body: Any) -> None:
        client = Client(Options(orderstatus_had_error=mode, orderstatus_refusal=body))
        order = client.submit()

        assert client.post("orderstatus", id=order["Id"], orderStatusName="Cancelled").json == {"HadError": good}
        refused = client.post("orderstatus", id=order["Id"], orderStatusName="Cancelled")
        assert refused.json["HadError"] is bad
        assert ("Errors" in refused.json) is (body == "errors")

    def test_the_bare_sample(self) -> None:
        client = Client(Options(orderstatus_refusal="bare", status_refusal_status=200))
        order = client.in_status("InProduction")
        answer = client.post("orderstatus", id=order["Id"], orderStatusName="Cancelled")

        assert (answer.status, answer.json) == (200, sample("orderstatus.response.refused.json"))

    def test_the_sample_with_errors(self) -> None:
        client = Client(Options(orderstatus_property="OrderStatusName"))
        order = client.in_status("InProduction")
        answer = client.post("orderstatus", id=order["Id"], orderStatusName="Cancelled").json

        wanted = sample("orderstatus.response.refused-with-errors.json")
        assert {**answer, "ErrorReferenceCode": wanted["ErrorReferenceCode"]} == wanted

    def test_a_shop_without_hold(self) -> None:
        client = Client(Options(hold_by_orderstatus="refused"))
        order = client.submit()

        assert client.post("orderstatus", id=order["Id"], orderStatusName="Hold").status == 400
        assert client.post("orderstatus", id=order["Id"], orderStatusName="Test").status == 200

    def test_the_samples_refusal_of_an_update(self) -> None:
        client = Client()
        order = client.in_status("InProduction")
        answer = client.put("shippingMethod", {"OrderItemIds": [order["Items"][0]["OrderItemId"]], "NewShippingMethod": "standard"}).json
        assert answer["Errors"][0]["PropertyName"] == "OrderId"
        body = {"OrderItemIds": [order["Items"][0]["OrderItemId"]], "NewShippingMethod": "standard"}
        answer = client.put("shippingMethod", body, orderId=str(order["GootenId"])).json

        wanted = sample("update.response.refused-by-status.json")
        assert {**answer, "ErrorReferenceCode": wanted["ErrorReferenceCode"]} == wanted


class TestCredentials:
    ACCOUNTS = ((RECIPE, Secret(KEY)), ("other", Secret("other key=")))

    def test_known_ones_only(self) -> None:
        client = Client(Options(accounts=self.ACCOUNTS))

        assert client.get("ordersearch").status == 200
        assert client.get("ordersearch", recipeid=RECIPE.upper()).status == 200
        assert client.get("ordersearch", recipeid="other", partnerBillingKey="other key=").status == 200
        assert client.get("ordersearch", recipeid="other").status == 400
        assert client.get("ordersearch", recipeid="stranger").status == 401
        assert client.post("orders", order_body(Payment={"PartnerBillingKey": "wrong"})).status == 400

    def test_a_message_in_place_of_errors(self) -> None:
        answer = Client(Options(bad_billing_key="message")).call("GET", "ordersearch", keyed=False)

        assert (answer.status, answer.json.keys()) == (401, {"Message"})


@pytest.mark.parametrize("mode", ["405", "500"])
def test_an_account_without_a_list_of_products(mode: Any) -> None:
    answer = Client(Options(products_call=mode)).get("products", countryCode="US")

    assert (answer.status, answer.json.keys()) == (int(mode), sample("error.aspnet-fault.json").keys())


def test_a_page_in_place_of_a_redirect() -> None:
    answer = Client(Options(unknown_route="html")).get("CancelItems")

    assert (answer.status, answer.headers["content-type"], answer.body[:9]) == (200, "text/html; charset=utf-8", b"<!DOCTYPE")


@pytest.mark.parametrize("name", ["orderCancel", "OrderImages"])
def test_a_safe_id_may_do(name: str) -> None:
    client = Client(Options(safe_id_for_gooten_id="accepted"))
    order = client.in_status("Hold")
    item = order["Items"][0]
    space = item["Images"][0]["SpaceId"]
    bodies = {"orderCancel": {"Ids": [item["OrderItemId"]]}}
    body = bodies.get(name, [{"OrderItemId": item["OrderItemId"], "SpaceId": space, "URL": "https://a.example/b.png"}])

    assert client.put(name, body, orderId=order["Id"]).json["HadError"] is False


@pytest.mark.parametrize("form", ["array", "object", "items"])
@pytest.mark.parametrize("sent", ["array", "object", "items"])
@pytest.mark.parametrize(("switch", "name"), [("order_images_body", "OrderImages"), ("order_items_body", "orderItems")])
def test_a_strict_form_of_a_body(form: Any, sent: str, switch: str, name: str) -> None:
    client = Client(Options(**{switch: form}))
    order = client.in_status("Hold")
    item = order["Items"][0]
    space = item["Images"][0]["SpaceId"]
    entry = {"OrderItemId": item["OrderItemId"], "SpaceId": space, "URL": "https://a.example/b.png", "NewPRPSku": item["Sku"]}
    body: Any = {"array": [entry], "object": entry, "items": {"Items": [entry]}}[sent]

    assert (client.put(name, body, orderId=str(order["GootenId"])).status == 200) is (sent == form)


def test_an_answer_without_a_result() -> None:
    client = Client(Options(update_answer="bare"))
    order = client.submit()
    body = {"OrderItemIds": [order["Items"][0]["OrderItemId"]], "NewShippingMethod": "standard"}

    assert client.put("shippingMethod", body, orderId=str(order["GootenId"])).json == {"HadError": False}


def test_ids_begin_elsewhere() -> None:
    client = Client(Options(first_gooten_id=1, first_order_item_id=10, first_partner=115_557, nice_id="gooten id"))
    order = client.submit()

    assert (order["GootenId"], order["Items"][0]["OrderItemId"], order["NiceId"]) == (1, 10, "1")
    assert order["Id"].startswith("115557-")


def test_other_print_ready_products() -> None:
    client = Client(Options(ready_made=(ReadyMade("A", "As", "A", LINE["SKU"], (("", "https://a.example/b.png"),)),)))

    assert client.submit({"SKU": "A", "Quantity": 1, "ShipType": "standard"})["Items"][0]["Meta"] == {"PreconfigSku": "A"}
    assert client.get("prpvariants").json["Variants"][0]["ImageUrl"] == "https://a.example/b.png"


class TestTooManyRequests:
    @pytest.mark.parametrize(("mode", "header"), [("none", None), ("seconds", "2"), ("date", "Mon, 05 Jan 2026 09:30:02 GMT")])
    def test_they_are_told_to_wait(self, mode: Any, header: str | None) -> None:
        client = Client(Options(rate_limit=2, retry_after=mode))
        answers = [client.get("currencies") for _ in range(3)]

        assert [answer.status for answer in answers] == [200, 200, 429]
        assert answers[2].headers.get("retry-after") == header
        assert client.get("currencies", recipeid="another").status == 200
        client.clock.advance(timedelta(seconds=1))
        assert client.get("currencies").status == 200


class TestOddities:
    def test_had_error_as_text(self) -> None:
        client = Client(Options(had_error="string"))

        assert client.get("ordersearch").json["HadError"] == "false"
        assert client.post("orders", {}).json["HadError"] == "true"

    def test_errors_as_null(self) -> None:
        assert Client(Options(errors_on_failure="null")).post("orders", {}).json["Errors"] is None

    def test_the_older_server(self) -> None:
        client = Client(Options(gooten_id=False))
        order = client.submit()

        assert "GootenId" not in order
        assert not any("OrderItemId" in item or "OrderItemId" in item["Images"][0] for item in order["Items"])

    def test_item_ids_as_text(self) -> None:
        order = Client(Options(order_item_id="string")).submit()

        assert order["Items"][0]["OrderItemId"] == order["Items"][0]["Images"][0]["OrderItemId"] == "1066000"

    def test_prices_without_their_zeros(self) -> None:
        client = Client(Options(prices="shortest"))
        order = client.submit({**LINE, "SKU": "PhoneCase-GalaxyNote2-Matte", "Quantity": 2}, CouponCodes=["5OFF"])

        assert b'"Price":25,' in client.get("orders", id=order["Id"]).body
        assert order["DiscountAmount"]["Price"] == 5
        assert order["Total"]["Price"] == Decimal("24.99")

    @pytest.mark.parametrize("word", ["ReadyForImageDI", "NeedsCustomization", "Canceled", "SomethingNew"])
    def test_other_words_for_statuses(self, word: str) -> None:
        client = Client(Options(spelling={"Printing": word}))
        order = client.in_status("Printing")

        assert order["Items"][0]["Status"] == word
        refused = client.post("orderstatus", id=order["Id"], orderStatusName="Hold")
        assert f"'{word}'" in refused.json["Errors"][0]["ErrorMessage"]

    def test_members_that_nobody_knows(self) -> None:
        order = Client(Options(unknown_members=True)).submit()

        assert "AddedLater" in order
        assert "AddedLater" in order["Items"][0]["Price"]

    def test_paypal_may_say_no(self) -> None:
        client = Client(Options(paypal_confirms=False))
        order = client.submit(IsPreSubmit=True)

        assert client.get("paymentvalidation", OrderId=order["Id"], PayPalKey="P").json == {"IsValid": False}
        assert client.statuses(order["Id"]) == ["PrePayment"]

    def test_a_payment_of_an_unknown_order(self) -> None:
        client = Client(Options(unknown_payment="invalid"))

        assert client.get("paymentvalidation", OrderId="12345", PayPalKey="12345").json == {"IsValid": False}
