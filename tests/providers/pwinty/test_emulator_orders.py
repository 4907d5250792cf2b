import re
from datetime import timedelta

import pytest

from printkit.emulator.clock import ManualClock
from printkit.providers.pwinty.emulator import Options
from printkit.secret import Secret
from tests.providers.pwinty.emulator_client import ADDRESS, CREDENTIALS, Client, sample


@pytest.fixture
def client() -> Client:
    return Client()


def test_the_seeds_first_curl_call_creates_an_order(client: Client) -> None:
    answer = client.send(
        "POST",
        "/v2.5/Orders",
        b"countryCode=GB&qualityLevel=Pro&recipientName=Mr%20Jones&address1=The%20Hollies&addressTownOrCity=Cardiff"
        b"&stateOrCounty=Glamorgan&postalOrZipCode=CF11%201AX",
        "application/x-www-form-urlencoded",
    )

    assert answer.status == 200
    assert answer.json["recipientName"] == "Mr Jones"
    assert answer.json["postalOrZipCode"] == "CF11 1AX"
    assert answer.json["status"] == "NotYetSubmitted"


@pytest.mark.parametrize("name", ["orders-create.request.full.json", "orders-create.request.minimal.json"])
def test_an_order_is_created_from_the_sample_and_says_what_was_asked(client: Client, name: str) -> None:
    asked = sample(name)
    answer = client.post("/Orders", asked)

    assert answer.status == 200
    assert answer.json.keys() == sample("orders-create.200.json").keys()
    unsaid = {"useTrackedShipping", "mobileTelephone"}  # accepted, never answered (reference 6.1)
    assert {name: answer.json[name] for name in asked.keys() - unsaid} == {name: asked[name] for name in asked.keys() - unsaid}


def test_what_may_be_left_out_gets_its_default(client: Client) -> None:
    order = client.post("/Orders", {"countryCode": "gb"}).json

    assert (order["payment"], order["qualityLevel"], order["countryCode"], order["destinationCountryCode"]) == (
        "InvoiceMe",
        "Pro",
        "GB",
        "GB",
    )
    assert order["recipientName"] is None
    assert order["photos"] == []
    assert order["shippingInfo"] == {"price": 0, "shipments": []}


def test_a_strict_shop_wants_what_the_document_does_not_mark_optional() -> None:
    client = Client(Options(left_out="refused", left_out_recipient_name="refused", unknown_shipping_method="refused"))
    whole = {"countryCode": "GB", "recipientName": "A", "destinationCountryCode": "GB", "payment": "InvoiceMe", "qualityLevel": "Pro"}

    assert client.post("/Orders", whole).status == 200
    assert client.post("/Orders", {**whole, "preferredShippingMethod": "PIGEON"}).status == 400
    for name in whole:
        assert client.post("/Orders", {key: value for key, value in whole.items() if key != name}).status == 400


@pytest.mark.parametrize(
    "wrong",
    [
        {"countryCode": None},
        {"countryCode": "YY"},
        {"countryCode": "GB", "qualityLevel": "Gold"},
        {"countryCode": "GB", "payment": "Cheque"},
        {"countryCode": "GB", "destinationCountryCode": "XX"},
        {"countryCode": "GB", "useTrackedShipping": "perhaps"},
        {"countryCode": "GB", "recipientName": {"first": "A"}},
        {},
    ],
)
def test_wrong_input_is_a_400_with_the_empty_order(client: Client, wrong: dict[str, object]) -> None:
    answer = client.post("/Orders", wrong)

    assert answer.status == 400
    assert answer.json.keys() == sample("orders-create.400.no-country.json").keys()
    assert answer.json["errorMessage"]
    assert {value for name, value in answer.json.items() if name != "errorMessage"} == {None}
    assert client.get("/Orders").json == []


def test_no_shipping_rate_to_the_destination() -> None:
    answer = Client(Options(no_route_to=frozenset({"AD"}))).post("/Orders", {"countryCode": "GB", "destinationCountryCode": "AD"})

    assert answer.status == 400
    assert "no shipping rates available" in answer.json["errorMessage"].lower()


def test_members_and_paths_do_not_mind_case_or_a_trailing_slash(client: Client) -> None:
    order = client.post("/orders/", {"COUNTRYCODE": "GB", "RecipientName": "A", "qualitylevel": "PRO", "unknown": [1]}).json

    assert order["qualityLevel"] == "Pro"
    assert client.send("GET", f"/V2.5/oRDERS/{order['id']}/").json["recipientName"] == "A"


def test_values_are_not_trimmed_and_empty_text_stays_empty(client: Client) -> None:
    order = client.order(recipientName="Alex ", address2="")

    read = client.get(f"/Orders/{order}").json
    assert (read["recipientName"], read["address2"], read["stateOrCounty"]) == ("Alex ", "", None)


def test_dates_are_fresh_in_the_answer_that_writes_them_and_stored_in_later_ones(client: Client) -> None:
    fresh, stored = re.compile(r"2026-01-05T09:30:\d\d\.\d{7}Z"), re.compile(r"2026-01-05T09:30:\d\d(\.\d{1,3})?")
    created = client.post("/Orders", {"countryCode": "GB"}).json
    read = client.get(f"/Orders/{created['id']}").json
    updated = client.put(f"/Orders/{created['id']}", ADDRESS).json

    assert all(fresh.fullmatch(created[name]) for name in ("created", "lastUpdated"))
    assert all(stored.fullmatch(read[name]) for name in ("created", "lastUpdated"))
    assert stored.fullmatch(updated["created"])
    assert fresh.fullmatch(updated["lastUpdated"])


@pytest.mark.parametrize(
    "path", ["/Orders/0", "/Orders/1", "/Orders/abc", "/Orders/-1", "/Orders/99999999999999999999", "/Orders/%2e%2e%2f"]
)
def test_an_unknown_order_is_a_404_with_the_empty_order(client: Client, path: str) -> None:
    answer = client.get(path)

    assert answer.status == 404
    assert answer.json == sample("orders-get.404.json")


def test_merchants_do_not_see_one_another(client: Client) -> None:
    order = client.order()
    client.credentials = (("x-pwinty-merchantid", "another"), ("x-pwinty-rest-api-key", "key"))

    assert client.get(f"/Orders/{order}").status == 404
    assert client.get("/Orders").json == []
    assert client.status(order, "Cancelled").status == 404


class TestUpdate:
    def test_the_sample(self, client: Client) -> None:
        order = client.order()
        answer = client.put(f"/Orders/{order}", sample("orders-update.request.json"))

        assert answer.status == 200
        assert answer.json.keys() == sample("orders-update.200.json").keys()
        assert answer.json["address2"] == "Flat 3"

    def test_a_whole_order_sent_back_changes_the_recipient_only(self, client: Client) -> None:
        order = client.order()
        whole = client.get(f"/Orders/{order}").json
        client.put(
            f"/Orders/{order}", {**whole, "recipientName": "B", "countryCode": "US", "payment": "InvoiceRecipient", "id": 1, "photos": [1]}
        )

        assert client.get(f"/Orders/{order}").json | {"lastUpdated": ""} == whole | {"recipientName": "B", "lastUpdated": ""}

    def test_left_out_members_keep_their_value_or_become_null(self, client: Client) -> None:
        order = client.order()
        assert client.put(f"/Orders/{order}", {"recipientName": "B"}).json["address1"] == "12 Example Street"
        assert client.form(f"/Orders/{order}", method="PUT", address1="").json["address1"] == ""

        client.shop.options = Options(put_left_out="null")
        assert client.put(f"/Orders/{order}", {"recipientName": "B"}).json["address1"] is None

    def test_only_before_submission(self, client: Client) -> None:
        answer = client.put(f"/Orders/{client.submitted()}", ADDRESS)

        assert answer.status == 403
        assert answer.json == sample("orders-update.403.json")


class TestList:
    def test_a_bare_array_newest_first(self, client: Client) -> None:
        numbers = [client.order() for _ in range(5)]

        assert [order["id"] for order in client.get("/Orders").json] == numbers[::-1]
        assert [order["id"] for order in client.get("/Orders", count="2", offset="1").json] == [numbers[3], numbers[2]]
        assert client.get("/Orders", Count="1").json[0]["id"] == numbers[4]
        assert client.get("/Orders", offset="9").json == []

    def test_entries_have_the_samples_members(self, client: Client) -> None:
        client.submitted()

        (entry,) = client.get("/Orders").json
        assert entry.keys() == sample("orders-list.200.json")[0].keys()

    def test_entries_of_drafts_are_thin(self, client: Client) -> None:
        draft = client.order()
        client.photo(draft)
        placed = client.submitted()

        first, second = client.get("/Orders").json
        assert (first["id"], first["price"] > 0, len(first["shippingInfo"]["shipments"])) == (placed, True, 1)
        assert (second["id"], second["price"], second["shippingInfo"]) == (draft, 0, {"price": 0, "shipments": []})
        assert len(second["photos"]) == 1

    def test_a_hundred_unless_told_otherwise_and_never_more_than_250(self, client: Client) -> None:
        for _ in range(260):
            client.order()

        assert len(client.get("/Orders").json) == 100
        assert len(client.get("/Orders", count="1000").json) == 250
        client.shop.options = Options(count_too_large="refused")
        assert client.get("/Orders", count="251").status == 400

    def test_filters_combine(self, client: Client) -> None:
        wanted = client.submitted(merchantOrderId="ORD-1")
        client.order(merchantOrderId="ORD-1")
        client.submitted(merchantOrderId="ORD-2")

        found = client.get("/Orders", merchantOrderId="ORD-1", orderStatus="submitted").json
        assert [order["id"] for order in found] == [wanted]
        assert len(client.get("/Orders", merchantOrderId="ORD-1").json) == 2
        assert client.get("/Orders", merchantOrderId="ord-1").json == []

    @pytest.mark.parametrize(
        "query", [{"count": "0"}, {"count": "-1"}, {"count": "many"}, {"offset": "-1"}, {"offset": "x"}, {"orderStatus": "Lost"}]
    )
    def test_wrong_filters_are_an_object_with_a_message(self, client: Client, query: dict[str, str]) -> None:
        answer = client.get("/Orders", **query)

        assert answer.status == 400
        assert answer.json["errorMessage"]

    def test_a_lagging_list(self) -> None:
        client = Client(Options(lookup_lag=10))
        order = client.order(merchantOrderId="ORD-1")
        assert client.get("/Orders", merchantOrderId="ORD-1").json == []
        assert client.get(f"/Orders/{order}").status == 200

        client.clock.advance(timedelta(seconds=10))
        assert len(client.get("/Orders", merchantOrderId="ORD-1").json) == 1


class TestMoney:
    def test_the_price_is_item_price_times_copies_and_shipping(self, client: Client) -> None:
        order = client.order()
        client.photo(order, copies=2)
        client.photo(order, type="5x5", copies=10)
        read = client.get(f"/Orders/{order}").json

        unit = {photo["type"]: photo["price"] for photo in read["photos"]}
        assert unit["5x5"] == 60  # recorded (reference 6.5)
        assert read["shippingInfo"]["price"] == 199  # 2nd Class Royal Mail (reference 6.5)
        assert read["price"] == unit["4x6"] * 2 + 60 * 10 + 199

    def test_the_recorded_priority_order(self, client: Client) -> None:
        order = client.order(preferredShippingMethod="PRIORITY")
        client.photo(order, type="MiniFrame_16x16_LustrePaper_gb")
        read = client.get(f"/Orders/{order}").json

        assert (read["price"], read["shippingInfo"]["price"], read["shippingInfo"]["shipments"][0]["isTracked"]) == (2495, 995, True)

    def test_an_account_in_dollars(self) -> None:
        client = Client(Options(currency="USD"))
        order = client.order()
        client.photo(order, type="10x12")

        assert client.get(f"/Orders/{order}").json["photos"][0]["price"] == 350

    def test_switches(self) -> None:
        client = Client(Options(empty_order_price="prints rate", photo_price="line", shipping_price="sum of rates"))
        order = client.order()
        assert client.get(f"/Orders/{order}").json["price"] == 199

        client.photo(order, copies=3)
        client.photo(order, type="C10x12")
        read = client.get(f"/Orders/{order}").json
        assert read["photos"][0]["price"] == 180
        assert read["shippingInfo"]["price"] == 199 + 700


class TestShipments:
    def test_none_before_the_first_photo_then_one_for_each_kind_of_product(self, client: Client) -> None:
        order = client.order()
        prints, canvas, more = client.photo(order), client.photo(order, type="C10x12"), client.photo(order, type="8x12")

        first, second = client.get(f"/Orders/{order}").json["shippingInfo"]["shipments"]
        assert first.keys() == sample("orders-get.200.submitted.json")["shippingInfo"]["shipments"][0].keys()
        assert (first["photoIds"], second["photoIds"]) == ([prints, more], [canvas])
        assert (first["isTracked"], second["isTracked"]) == (False, True)
        assert first["shipmentId"] is None
        assert first["carrier"] == "UK NonLiveShippingInfoService Postal Service"
        assert re.fullmatch(r"[\d-]+T00:00:00Z", first["earliestEstimatedArrivalDate"])
        assert re.fullmatch(r"[\d-]+T23:59:59Z", first["latestEstimatedArrivalDate"])

    @pytest.mark.parametrize("country", ["GB", "US", "AU"])
    @pytest.mark.parametrize("tracked", [True, False])
    def test_tracking_is_as_wished(self, client: Client, country: str, tracked: bool) -> None:
        order = client.order(countryCode=country, qualityLevel="Standard", useTrackedShipping=tracked)
        client.photo(order)

        assert client.get(f"/Orders/{order}").json["shippingInfo"]["shipments"][0]["isTracked"] is tracked

    def test_a_live_shop_names_real_carriers(self) -> None:
        client = Client(Options(environment="live", carrier=None))
        order = client.order()
        client.photo(order)

        assert client.get(f"/Orders/{order}").json["shippingInfo"]["shipments"][0]["carrier"] == "RoyalMailSecondClass"


class TestTransport:
    @pytest.mark.parametrize(
        "credentials",
        [
            (),
            (("X-Pwinty-MerchantId", "m"),),
            (("X-Pwinty-MerchantId", ""), ("X-Pwinty-REST-API-Key", "")),
            (("X-Pwinty-REST-API-Key", "k"),),
        ],
    )
    @pytest.mark.parametrize("path", ["/Orders", "/Country", "/Catalogue/GB/Pro", "/Orders/1"])
    def test_no_credentials(self, client: Client, credentials: tuple[tuple[str, str], ...], path: str) -> None:
        client.credentials = credentials

        answer = client.get(path)
        assert (answer.status, answer.json) == (401, sample("error.401.json"))

    def test_only_known_credentials(self) -> None:
        client = Client(Options(credentials=(("merchant", Secret("key")),), framework_message_member="Message"))
        assert client.get("/Country").status == 200

        client.credentials = (CREDENTIALS[0], ("X-Pwinty-REST-API-Key", "wrong"))
        assert (client.get("/Country").status, client.get("/Country").json) == (401, sample("error.401.capital-key.json"))

    @pytest.mark.parametrize(
        "path", ["/v2.5", "/v2.5/", "/", "/v2.6/Orders", "/v2.5/Order", "/v2.5/Orders/1/Issue", "/v2.5/Orders/1/Photos/2/3"]
    )
    def test_unknown_paths(self, client: Client, path: str) -> None:
        answer = client.send("GET", path)

        assert answer.status == 404
        assert answer.json.keys() == {"message"}

    def test_a_wrong_method_says_which_would_be_right(self, client: Client) -> None:
        answer = client.send("PATCH", "/v2.5/Orders/1")

        assert (answer.status, answer.headers["allow"]) == (405, "DELETE, GET, PUT")
        assert answer.json.keys() == {"message"}

    def test_an_unknown_media_type_and_an_unreadable_body(self, client: Client) -> None:
        assert client.send("POST", "/v2.5/Orders", b"<order/>", "application/xml").status == 415
        assert client.send("POST", "/v2.5/Orders", b"countryCode=GB", None).status == 415
        for body in (b"{", b"nonsense", b"\xff\xfe", b"[" * 100_000, b'{"a":1}{', b'"text"', b"[1]", b"1e999"):
            answer = client.send("POST", "/v2.5/Orders", body, "application/json")
            assert (answer.status, answer.json) == (400, {"message": "The request is invalid."})

    def test_a_byte_order_mark_and_other_charsets_are_read(self, client: Client) -> None:
        text = '{"countryCode": "GB", "recipientName": "Zoë"}'
        for body, charset in (
            (b"\xef\xbb\xbf" + text.encode(), "utf-8"),
            (text.encode("utf-16"), "utf-16"),
            (text.encode("latin-1"), "ISO-8859-1"),
        ):
            assert client.send("POST", "/v2.5/Orders", body, f'application/json; charset="{charset}"').json["recipientName"] == "Zoë"
        assert client.send("POST", "/v2.5/Orders", text.encode(), "application/json; charset=zlib").status == 415

    def test_bodies_on_get_and_delete_are_ignored(self, client: Client) -> None:
        order = client.order()

        assert client.send("GET", f"/v2.5/Orders/{order}", b"{left over", "application/json").status == 200
        assert client.send("DELETE", f"/v2.5/Orders/{order}", b"{left over", "application/json").status == 200

    def test_without_a_body_the_query_string_counts(self, client: Client) -> None:
        assert client.send("POST", "/v2.5/Orders", query={"countryCode": "GB", "recipientName": "A"}).json["recipientName"] == "A"

        client.shop.options = Options(query_as_body=False)
        assert client.send("POST", "/v2.5/Orders", query={"countryCode": "GB"}).status == 400

    def test_another_prefix(self) -> None:
        client = Client(Options(prefix="/sandbox/v2.5"))

        assert client.shop.prefixes == ("/sandbox/v2.5",)
        assert client.send("GET", "/Sandbox/v2.5/Country").status == 200
        assert client.get("/Country").status == 404

    def test_members_of_errors_may_hold_default_values(self) -> None:
        answer = Client(Options(empty_item="defaults", bad_id_status=400)).get("/Orders/abc")

        assert answer.status == 400
        assert (answer.json["id"], answer.json["status"]) == (0, "NotYetSubmitted")
        assert answer.json.keys() == sample("orders-get.404.json").keys()

    def test_a_shop_that_says_nothing_of_errors_on_success(self) -> None:
        client = Client(Options(error_message_on_success=False))
        order = client.order()
        client.photo(order)

        assert client.get(f"/Orders/{order}").json.keys() == sample("orders-get.200.seed.json").keys()
        assert client.get(f"/Orders/{order}").json["photos"][0].keys() == sample("photos-get.200.seed.json").keys()


def test_the_same_requests_give_the_same_bytes() -> None:
    def conversation() -> list[bytes]:
        client = Client()
        order = client.submitted(payment="InvoiceMe", merchantOrderId="ORD-1")
        client.shop.print_and_ship(order)
        return [
            client.get(path).body for path in (f"/Orders/{order}", "/Orders", f"/Orders/{order}/Logs", f"/Orders/{order}/SubmissionStatus")
        ]

    assert conversation() == conversation()


def test_a_reset_shop_is_a_new_one() -> None:
    client = Client()
    first = client.order()
    ledger = client.shop.ledger
    client.shop.reset()

    assert ledger.entries() == ()
    assert client.get("/Orders").json == []
    assert client.order() == first
    assert ledger.count("order created") == 1
    assert isinstance(client.shop.clock, ManualClock)
