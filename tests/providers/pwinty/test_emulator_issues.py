import pytest

from printkit.providers.pwinty.emulator import Options
from tests.providers.pwinty.emulator_client import Client, sample

KINDS = [
    "DamagedOrder",
    "WrongFrameColour",
    "IncompleteOrder",
    "LostInPost",
    "IncorrectOrientation",
    "IncorrectPrints",
    "PrintDefects",
    "SlowArrival",
    "SlowDispatch",
    "SubmissionErrors",
    "WrongAddress",
    "Unspecified",
]


@pytest.fixture
def client() -> Client:
    return Client()


def test_the_sample(client: Client) -> None:
    order = client.submitted()
    answer = client.post(f"/Orders/{order}/Issues", sample("issues-create.request.json"))
    expected = sample("issues-create.200.json")
    at_once = {"id": "5", "orderId": str(order), "commentary": "[05/01/2026 @ 09:30 : Issue created]"}

    assert (answer.status, answer.json) == (200, expected | at_once)
    assert client.get(f"/Orders/{order}/Issues/{answer.json['id']}").json == answer.json


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("action", ["Refund", "Reprint", "NoAction", "Other"])
def test_every_kind_and_action(client: Client, kind: str, action: str) -> None:
    issue = client.form(f"/orders/{client.order()}/issues", Issue=kind, Action=action.lower()).json

    assert (issue["issue"], issue["action"], issue["affectedImages"], issue["issueDetail"]) == (kind, action, [], None)


@pytest.mark.parametrize("images", ["3504,3505", "[3504, 3505]", '["3504","3505"]', "3504, 3505"])
def test_images_in_a_form(client: Client, images: str) -> None:
    order = client.order()

    assert client.form(f"/Orders/{order}/Issues", issue="LostInPost", action="Refund", affectedImages=images).json["affectedImages"] == [
        "3504",
        "3505",
    ]


def test_images_as_repeated_fields(client: Client) -> None:
    for body in (
        b"affectedImages[]=1&affectedImages[]=2",
        b"affectedImages=1&affectedImages=2",
        b"affectedImages[0]=1&affectedImages[1]=2",
    ):
        whole = b"issue=LostInPost&action=Refund&" + body
        answer = client.send("POST", f"/v2.5/Orders/{client.order()}/Issues", whole, "application/x-www-form-urlencoded")
        assert answer.json["affectedImages"] == ["1", "2"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"issue": "Haunted"},
        {"issue": None},
        {"action": "Exorcise"},
        {"action": ""},
        {"affectedImages": {"a": 1}},
        {"affectedImages": "["},
        {"affectedImages": [[1]]},
    ],
)
def test_wrong_input(client: Client, wrong: dict[str, object]) -> None:
    order = client.order()
    answer = client.post(f"/Orders/{order}/Issues", {"issue": "LostInPost", "action": "Refund", **wrong})

    assert (answer.status, answer.json.keys()) == (400, sample("issues-create.400.json").keys())
    assert client.get(f"/Orders/{order}/Issues").json["issues"] == []


def test_the_list_is_an_object_with_both_spellings_newest_first(client: Client) -> None:
    order, other = client.submitted(), client.order()
    first = client.post(f"/Orders/{order}/Issues", {"issue": "LostInPost", "action": "Reprint"}).json
    client.post(f"/Orders/{other}/Issues", {"issue": "LostInPost", "action": "Reprint"})
    second = client.post(f"/Orders/{order}/Issues", {"issue": "SlowArrival", "action": "NoAction"}).json
    listed = client.get(f"/Orders/{order}/Issues").json

    assert listed == {"Issues": [second, first], "issues": [second, first], "errorMessage": None}
    client.shop.options = Options(issues_member="issues", issue_ids="integer")
    listed = client.get(f"/Orders/{order}/Issues").json
    assert listed.keys() == sample("issues-list.200.json").keys()
    assert (listed["issues"][1]["id"], listed["issues"][1]["orderId"]) == (5, order)
    client.shop.options = Options(issues_member="Issues", error_message_on_success=False)
    assert client.get(f"/Orders/{order}/Issues").json.keys() == sample("issues-list.200.seed.json").keys()


class TestUpdate:
    @pytest.fixture
    def path(self, client: Client) -> str:
        order = client.submitted()
        issue = client.post(f"/Orders/{order}/Issues", {"issue": "LostInPost", "action": "Reprint"}).json
        return f"/Orders/{order}/Issues/{issue['id']}"

    def test_a_comment(self, client: Client, path: str) -> None:
        answer = client.put(path, sample("issues-update.request.comment.json"))

        assert answer.status == 200
        assert answer.json["commentary"] == "[05/01/2026 @ 09:30 : Issue created],[05/01/2026 @ 09:30 : Still not pink]"
        assert answer.json["issueState"] == "Open"

    def test_cancelling(self, client: Client, path: str) -> None:
        answer = client.put(path, sample("issues-update.request.cancel.json"))
        assert answer.status == 200
        assert answer.json.keys() == sample("issues-update.200.cancelled.json").keys()
        assert answer.json["issueState"] == "Cancelled"
        assert answer.json["commentary"].endswith("Found behind the door],[05/01/2026 @ 09:30 : [State change from Open to Cancelled]]")

        again = client.put(path, {"newState": "cancelled"})
        assert (again.status, again.json) == (400, sample("issues-update.400.same-state.json"))

    @pytest.mark.parametrize("state", ["Open", "ClosedResolved", "nonsense"])
    def test_other_states(self, client: Client, path: str, state: str) -> None:
        assert client.put(path, {"newState": state, "comment": "x"}).status == 400
        assert "x]" not in client.get(path).json["commentary"]

    def test_nothing_at_all(self, client: Client, path: str) -> None:
        before = client.get(path).json

        assert client.put(path, {}).json == before

    def test_the_shop_moves_it_on(self, client: Client, path: str) -> None:
        client.shop.control(("issues", path.rsplit("/", 1)[1], "state"), {"state": "InProgress", "comment": "Looking"})

        assert client.get(path).json["issueState"] == "InProgress"
        assert "[State change from Open to InProgress]" in client.get(path).json["commentary"]


def test_unknown_issues_and_those_of_another_order(client: Client) -> None:
    order, other = client.order(), client.order()
    issue = client.post(f"/Orders/{order}/Issues", {"issue": "LostInPost", "action": "Reprint"}).json["id"]

    foreign = client.get(f"/Orders/{other}/Issues/{issue}")
    assert (foreign.status, foreign.json) == (400, sample("issues-get.400.other-order.json"))
    unknown = client.get(f"/Orders/{order}/Issues/999")
    assert (unknown.status, unknown.json) == (404, sample("issues-get.404.json"))
    nowhere = client.post("/Orders/1/Issues", {"issue": "LostInPost", "action": "Reprint"})
    assert (nowhere.status, nowhere.json) == (404, sample("issues-create.404.json"))
    assert client.put(f"/Orders/{other}/Issues/{issue}", {"comment": "x"}).status == 400
    client.credentials = (("X-Pwinty-MerchantId", "another"), ("X-Pwinty-REST-API-Key", "key"))
    assert client.get(f"/Orders/{order}/Issues/{issue}").status == 404
