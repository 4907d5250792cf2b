"""The state machine and validation of reference/pwinty-api.md sections 8 and 9, enumerated."""

import pytest

from printkit.providers.pwinty.emulator import Options
from tests.providers.pwinty.emulator_client import Client, sample

TARGETS = ("Submitted", "AwaitingPayment", "Cancelled")
TABLE = {
    ("NotYetSubmitted", "InvoiceMe"): (200, 400, 200),
    ("NotYetSubmitted", "InvoiceRecipient"): (400, 200, 200),
    ("AwaitingPayment", "InvoiceRecipient"): (400, 403, 200),
    ("Submitted", "InvoiceMe"): (403, 400, 403),
    ("Submitted", "InvoiceRecipient"): (400, 403, 403),
    ("Complete", "InvoiceMe"): (403, 400, 403),
    ("Complete", "InvoiceRecipient"): (400, 403, 403),
    ("Cancelled", "InvoiceMe"): (403, 400, 403),
    ("Cancelled", "InvoiceRecipient"): (400, 403, 403),
}
OPERATIONS = {
    "update": {"NotYetSubmitted": 200},
    "add photo": {"NotYetSubmitted": 200},
    "batch": {"NotYetSubmitted": 200},
    "delete photo": {"NotYetSubmitted": 200},
    "create issue": dict.fromkeys(("NotYetSubmitted", "AwaitingPayment", "Submitted", "Complete", "Cancelled"), 200),
    "read": dict.fromkeys(("NotYetSubmitted", "AwaitingPayment", "Submitted", "Complete", "Cancelled"), 200),
}


def in_state(client: Client, state: str, payment: str) -> int:
    order = client.order(payment=payment)
    client.photo(order)
    if state == "Cancelled":
        assert client.status(order, "Cancelled").status == 200
    elif state != "NotYetSubmitted":
        assert client.status(order, "Submitted" if payment == "InvoiceMe" else "AwaitingPayment").status == 200
        if payment == "InvoiceRecipient" and state != "AwaitingPayment":
            client.shop.pay(order)
        if state == "Complete":
            client.shop.print_and_ship(order)
    assert client.state(order) == state
    return order


@pytest.fixture
def client() -> Client:
    return Client()


@pytest.mark.parametrize(
    ("state", "payment", "target", "expected"),
    [(*row, target, code) for row, codes in TABLE.items() for target, code in zip(TARGETS, codes, strict=True)],
)
def test_every_transition(client: Client, state: str, payment: str, target: str, expected: int) -> None:
    order = in_state(client, state, payment)
    answer = client.status(order, target)

    assert answer.status == expected
    assert client.state(order) == (target if expected == 200 else state)
    if expected == 200:
        assert answer.json == sample("orders-status.200.json")
    else:
        text = f"Transition to state {target} from status {state} with payment option {payment} is not valid"
        assert answer.json == {"errorMessage": text}


@pytest.mark.parametrize("payment", ["InvoiceMe", "InvoiceRecipient"])
@pytest.mark.parametrize("state", ["NotYetSubmitted", "AwaitingPayment", "Submitted", "Complete", "Cancelled"])
@pytest.mark.parametrize("operation", OPERATIONS)
def test_every_operation_in_every_state(client: Client, operation: str, state: str, payment: str) -> None:
    if (state, payment) not in TABLE:
        payment = "InvoiceRecipient"
    order = in_state(client, state, payment)
    photo = client.get(f"/Orders/{order}/Photos").json[0]["id"]
    answers = {
        "update": lambda: [client.put(f"/Orders/{order}", {"recipientName": "B"})],
        "add photo": lambda: [client.post(f"/Orders/{order}/Photos", {"type": "4x6"})],
        "batch": lambda: [client.post(f"/Orders/{order}/Photos/Batch", [{"type": "4x6", "url": "http://a.example/b"}])],
        "delete photo": lambda: [client.delete(f"/Orders/{order}/Photos/{photo}")],
        "create issue": lambda: [client.post(f"/Orders/{order}/Issues", {"issue": "LostInPost", "action": "Reprint"})],
        "read": lambda: [
            client.get(f"/Orders/{order}{path}") for path in ("", "/Photos", f"/Photos/{photo}", "/SubmissionStatus", "/Issues", "/Logs")
        ],
    }[operation]()

    assert {answer.status for answer in answers} == {OPERATIONS[operation].get(state, 403)}


class TestOrderOfChecks:
    def test_the_order_exists(self, client: Client) -> None:
        assert client.status(1, "nonsense").status == 404

    @pytest.mark.parametrize("word", ["Shipped", "", "Complete", "NotYetSubmitted"])
    def test_then_the_value(self, client: Client, word: str) -> None:
        answer = client.status(in_state(client, "Cancelled", "InvoiceRecipient"), word)

        assert (answer.status, answer.json) == (400, {"errorMessage": f"Status {word} is not valid"})

    def test_a_missing_value(self, client: Client) -> None:
        assert client.post(f"/Orders/{client.order()}/Status").status == 400

    def test_last_validity(self, client: Client) -> None:
        answer = client.status(client.order(), "Submitted")

        assert (answer.status, answer.json) == (403, sample("orders-status.403.not-valid-for-submission.json"))

    def test_words_do_not_mind_case_and_forms_will_do(self, client: Client) -> None:
        order = in_state(client, "NotYetSubmitted", "InvoiceMe")

        assert client.form(f"/orders/{order}/status", Status="SUBMITTED", id=str(order)).status == 200
        assert client.state(order) == "Submitted"


def test_payment_needs_photos_without_errors_but_no_address(client: Client) -> None:
    order = client.order(payment="InvoiceRecipient", address1=None)
    assert client.status(order, "AwaitingPayment").status == 403

    photo = client.photo(order, priceToUser=270)
    client.shop.photo_failed(photo)
    assert client.status(order, "AwaitingPayment").status == 403

    client.delete(f"/Orders/{order}/Photos/{photo}")
    client.photo(order, priceToUser=270)
    assert client.get(f"/Orders/{order}").json["paymentUrl"].startswith("https://checkout.pwinty.com/Pay?paymentRef=")
    assert client.status(order, "AwaitingPayment").status == 200
    client.shop.pay(order)
    assert client.state(order) == "Submitted"
    with pytest.raises(ValueError, match="not AwaitingPayment"):
        client.shop.pay(order)


def test_switches() -> None:
    client = Client(Options(cancel_submitted="allowed"))
    order = client.submitted()
    assert client.status(order, "Cancelled").status == 200

    client = Client(Options(submit_before_download="refused"))
    order = client.order()
    photo = client.photo(order)
    assert client.status(order, "Submitted").status == 403
    client.shop.photo_fetched(photo)
    assert client.status(order, "Submitted").status == 200

    client = Client(Options(submit_with_photo_error="allowed"))
    order = client.order()
    client.shop.photo_failed(client.photo(order))
    assert client.status(order, "Submitted").status == 200

    client = Client(Options(balance_insufficient=True))
    order = client.order()
    client.photo(order)
    assert client.get(f"/Orders/{order}/SubmissionStatus").json["generalErrors"] == ["AccountBalanceInsufficient"]
    assert client.status(order, "Submitted").status == 403


class TestValidation:
    def report(self, client: Client, order: int) -> dict[str, object]:
        answer = client.get(f"/orders/{order}/submissionstatus")
        assert answer.status == 200
        report: dict[str, object] = answer.json
        assert report.keys() == sample("orders-submissionstatus.200.valid-clean.json").keys()
        return report

    def test_a_new_empty_order(self, client: Client) -> None:
        order = client.post("/Orders", {"countryCode": "GB"}).json["id"]

        assert self.report(client, order) | {"id": 1070} == sample("orders-submissionstatus.200.empty-order.json")

    def test_photos_that_are_not_downloaded_only_warn(self, client: Client) -> None:
        order = client.order()
        photo = client.photo(order)
        expected = sample("orders-submissionstatus.200.valid-with-warnings.recorded-v2.6.json")
        expected["id"], expected["photos"][0]["id"] = order, photo

        assert self.report(client, order) == expected
        client.shop.options = Options(submission_status_id="string")
        assert self.report(client, order) == expected | {"id": str(order)}

    def test_nothing_to_report(self, client: Client) -> None:
        order = client.order()
        client.shop.photo_fetched(client.photo(order))

        assert self.report(client, order) == {"id": order, "isValid": True, "photos": [], "generalErrors": []}

    @pytest.mark.parametrize(
        ("state", "errors", "warnings"),
        [
            ("AwaitingUrlOrData", ["NoImageFile"], []),
            ("FileNotFoundAtUrl", ["FileCouldNotBeDownloaded"], ["CouldNotValidateImageSize", "CouldNotValidateAspectRatio"]),
            ("Invalid", ["InvalidImageFile"], []),
        ],
    )
    def test_photo_errors(self, client: Client, state: str, errors: list[str], warnings: list[str]) -> None:
        order = client.order()
        photo = client.photo(order, url=None if state == "AwaitingUrlOrData" else "http://a.example/b")
        if state != "AwaitingUrlOrData":
            client.shop.photo_failed(photo, state)
        report = self.report(client, order)

        assert report["photos"] == [{"id": photo, "errors": errors, "warnings": warnings}]
        assert (report["isValid"], report["generalErrors"]) == (False, ["ItemsContainingErrors"])
        assert client.status(order, "Submitted").status == 403

    @pytest.mark.parametrize("missing", ["address1", "addressTownOrCity", "postalOrZipCode"])
    def test_needed_address_members(self, client: Client, missing: str) -> None:
        order = client.order(**{missing: ""})
        client.photo(order)

        assert self.report(client, order)["generalErrors"] == ["PostalAddressNotSet"]

    def test_neither_state_nor_name_is_needed_and_a_dash_is_an_address(self, client: Client) -> None:
        order = client.order(recipientName=None, address1="-", addressTownOrCity="-", postalOrZipCode="-")
        client.photo(order)

        assert self.report(client, order)["isValid"] is True
        assert client.status(order, "Submitted").status == 200

    @pytest.mark.parametrize(
        ("pixels", "sizing", "warnings"),
        [
            ((600, 900), "Crop", []),
            ((900, 600), "Crop", []),
            ((599, 899), "Crop", ["PictureSizeTooSmall"]),
            ((1200, 1200), "Crop", ["CroppingWillOccur"]),
            ((1200, 1200), "ShrinkToExactFit", ["CroppingWillOccur"]),
            ((1200, 1200), "ShrinkToFit", []),
            ((300, 300), "Crop", ["PictureSizeTooSmall", "CroppingWillOccur"]),
        ],
    )
    def test_a_picture_that_was_looked_at(self, client: Client, pixels: tuple[int, int], sizing: str, warnings: list[str]) -> None:
        order = client.order()
        photo = client.photo(order, sizing=sizing)
        client.shop.photo_fetched(photo, pixels=pixels)

        assert self.report(client, order)["photos"] == ([{"id": photo, "errors": [], "warnings": warnings}] if warnings else [])

    def test_it_works_after_submission_and_a_download_may_still_fail(self, client: Client) -> None:
        order = client.submitted()
        assert self.report(client, order)["isValid"] is True

        client.shop.photo_failed(client.get(f"/Orders/{order}/Photos").json[0]["id"])
        assert (client.state(order), self.report(client, order)["isValid"]) == ("Submitted", False)

    def test_an_unknown_order(self, client: Client) -> None:
        answer = client.get("/Orders/1/SubmissionStatus")

        assert (answer.status, answer.json) == (404, sample("orders-submissionstatus.404.json"))


class TestOlderRoutes:
    def test_the_log_after_a_submission(self, client: Client) -> None:
        logs = client.get(f"/Orders/{client.submitted()}/Logs").json["logs"]

        assert [(entry["title"], entry["message"]) for entry in logs] == [
            ("Order created", "Order created"),
            ("Status update", "Order updated from NotYetSubmitted to Submitted"),
        ]

    def test_deleting_an_order_cancels_it(self, client: Client) -> None:
        order = client.order()

        assert client.delete(f"/Orders/{order}").status == 200
        assert client.state(order) == "Cancelled"
        assert client.delete(f"/Orders/{order}").status == 403

    def test_they_can_be_switched_off(self) -> None:
        client = Client(Options(older_routes=False))
        order = client.order()

        assert client.delete(f"/Orders/{order}").status == 405
        assert client.get(f"/Orders/{order}/Logs").status == 404
