"""What the adapter sends to Pwinty, member by member beside the vendor's samples, and each trap of the reference (section 12)."""

import hashlib
import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from printkit import (
    Artwork,
    ArtworkStatus,
    AuthenticationError,
    ConflictError,
    InvalidRequestError,
    Money,
    NewOrder,
    NotFoundError,
    Order,
    OrderRef,
    OrderStatus,
    OutcomeUnknownError,
    Payment,
    Photo,
    PrintKit,
    ProblemCode,
    Recipient,
    RejectedError,
    Request,
    Response,
    Sizing,
    UnreadableAnswerError,
)
from printkit.exchange import Part
from printkit.waiting import Pace
from tests.providers.pwinty.shops import KEY, SAMPLES, TOM, URL, Scripted, by_path, kit_on, photo, sample, says

ALEX = Recipient(
    "Alex Example",
    line1="12 Example Street",
    line2="Flat 3",
    city="Cardiff",
    state="Glamorgan",
    postal_code="CF11 1AB",
    country="GB",
    phone="07700900123",
)
REF = OrderRef("pwinty", "1070")
DRAFT = sample("orders-create.200")
WITH_PHOTO = sample("orders-get.200.notyetsubmitted-with-photo") | {"id": 1070}
A_PHOTO = sample("photos-create.200.url") | {"id": 3599}


def shop(order: dict[str, Any] = WITH_PHOTO, **answers: Response) -> Scripted:
    """A shop with order 1070; ``answers`` by the last word of the path."""
    last = {"orders": "/Orders", "order": "/Orders/1070", "photos": "/Orders/1070/Photos", "batch": "/Orders/1070/Photos/Batch"}
    last |= {"photo": "/Orders/1070/Photos/3501", "status": "/Orders/1070/Status", "report": "/Orders/1070/SubmissionStatus"}
    last |= {"issues": "/Orders/1070/Issues", "issue": "/Orders/1070/Issues/9", "catalogue": "/Catalogue/GB/Pro", "countries": "/Country"}
    table = {("GET", "/Orders/1070"): says(order)}
    for name, answer in answers.items():
        method, _, word = name.partition("_")
        table[method.upper(), last[word]] = answer
    return Scripted(by_path(table))


OPEN = {
    "post_orders": says(DRAFT),
    "put_order": says(DRAFT),
    "post_photos": says(A_PHOTO),
    "post_batch": says(sample("photos-batch.200")),
    "delete_photo": says({"errorMessage": None}),
    "post_status": says({"errorMessage": None}),
    "get_report": says(sample("orders-submissionstatus.200.valid-clean")),
    "get_issues": says({"issues": []}),
    "post_issues": says(sample("issues-create.200")),
    "get_issue": says(sample("issues-create.200")),
    "put_issue": says(sample("issues-update.200.cancelled")),
}


async def sent(call: Callable[[PrintKit], Awaitable[Any]], order: dict[str, Any] = WITH_PHOTO, **more: object) -> list[Request]:
    """The requests that write, on a shop that takes everything."""
    there = shop(order, **OPEN)
    async with kit_on(there, **more) as kit:
        await call(kit)
    return [request for request in there.asked if request.method != "GET"]


async def body_of(call: Callable[[PrintKit], Awaitable[Any]], order: dict[str, Any] = WITH_PHOTO, **more: object) -> Any:
    (request,) = await sent(call, order, **more)
    assert isinstance(request.body, bytes)
    assert request.content_type == "application/json"
    return json.loads(request.body)


def same_members(given: Any, wanted: Any) -> None:
    """Equal also in type: 4 is not "4", and False is not 0."""
    assert json.dumps(given, sort_keys=True) == json.dumps(wanted, sort_keys=True)


# ── Beside the samples ────────────────────────────────────────────────────────────────────────────────────────────────


async def test_an_order_in_full() -> None:
    new = NewOrder(ALEX, "ORD-123-456", shipping="CHEAPEST", payment=Payment.MERCHANT, extra={"pwinty": {"useTrackedShipping": False}})
    same_members(await body_of(lambda kit: kit.create_order(new)), sample("orders-create.request.full"))


async def test_an_order_with_what_is_needed_and_a_reference_of_our_own() -> None:
    body = await body_of(lambda kit: kit.create_order(NewOrder(Recipient("Alex Example", country="GB"))))
    reference = body.pop("merchantOrderId")
    assert len(reference) >= 32
    same_members(body, sample("orders-create.request.minimal"))


async def test_every_order_gets_its_own_reference() -> None:
    new = NewOrder(TOM)
    assert len({(await body_of(lambda kit: kit.create_order(new)))["merchantOrderId"] for _ in range(3)}) == 3


async def test_a_recipient() -> None:
    same_members(await body_of(lambda kit: kit.update_recipient(REF, ALEX)), sample("orders-update.request"))


async def test_a_submission() -> None:
    same_members(await body_of(lambda kit: kit.submit(REF)), sample("orders-status.request.submit"))


async def test_a_photo() -> None:
    artwork = Artwork(url="https://images.example.com/photo-3501.jpg", md5="79054025255fb1a26e4bc422aef54eb4")
    given = Photo("4x6", artwork, attributes={"finish": "glossy"})
    same_members(await body_of(lambda kit: kit.add_photos(REF, [given])), sample("photos-create.request.url"))


async def test_a_batch() -> None:
    given = [
        photo("a", copies=4),
        photo("b", "BoxFrame_24x48_Unmounted", sizing=Sizing.FIT, attributes={"frame_colour": "silver"}),
    ]
    same_members(await body_of(lambda kit: kit.add_photos(REF, given)), sample("photos-batch.request"))


async def test_an_issue() -> None:
    call = ("WrongFrameColour", "Reprint")
    more: dict[str, Any] = {"detail": "It wasn't pink!", "action_detail": "Needs to be PINK!", "items": ["3504", "3505"]}
    same_members(await body_of(lambda kit: kit.report_issue(REF, *call, **more)), sample("issues-create.request"))


async def test_a_comment_on_an_issue() -> None:
    same_members(await body_of(lambda kit: kit.update_issue(REF, "9", comment="Still not pink")), sample("issues-update.request.comment"))


async def test_an_issue_taken_back() -> None:
    """The seed says ``cancelled``, in lower case."""
    wanted = sample("issues-update.request.cancel") | {"newState": "cancelled"}
    same_members(await body_of(lambda kit: kit.update_issue(REF, "9", comment="Found behind the door", cancel=True)), wanted)


async def test_a_file(tmp_path: Path) -> None:
    (tmp_path / "photo.jpg").write_bytes(b"\xff\xd8\xff picture")
    (request,) = await sent(lambda kit: kit.add_photos(REF, [Photo("4x6", tmp_path / "photo.jpg", sizing=Sizing.FIT)]))
    assert isinstance(request.body, tuple)
    fields = {part.name: part.content for part in request.body if part.filename is None}
    wanted = (SAMPLES / "photos-create.request.multipart.txt").read_text()
    assert fields.pop("md5Hash") == hashlib.md5(b"\xff\xd8\xff picture", usedforsecurity=False).hexdigest().encode()
    assert fields == {"type": b"4x6", "copies": b"1", "sizing": b"ShrinkToFit"}
    assert all(f'name="{name}"' in wanted for name in fields)
    (file,) = [part for part in request.body if part.filename is not None]
    assert (file.name, file.filename, file.content) == ("file", "photo.jpg", b"\xff\xd8\xff picture")
    assert file.content_type in {"image/jpeg", "application/octet-stream"}


async def test_extra_members_go_as_they_are_and_those_for_other_shops_do_not() -> None:
    new = NewOrder(TOM, "R", extra={"pwinty": {"useTrackedShipping": True}, "gooten": {"x": 1}})
    body = await body_of(lambda kit: kit.create_order(new))
    assert body["useTrackedShipping"] is True
    assert "x" not in body


async def test_informational_fields_that_were_not_told_are_listed() -> None:
    async with kit_on(shop(**OPEN)) as kit:
        recipient = Recipient("Tom", country="GB", email="t@example.com", phone="1")
        order = await kit.create_order(NewOrder(recipient, metadata={"a": "b"}))
        assert set(order.receipt.not_told) == {"recipient.email", "metadata"}
        order = await kit.update_recipient(order, recipient)
        assert set(order.receipt.not_told) == {"recipient.email", "recipient.phone"}
        order = await kit.add_photos(order, [photo("a", reference="mine")])
        assert order.receipt.not_told == ("photos[0].reference",)


async def test_binding_fields_that_cannot_be_told_are_refused_by_name() -> None:
    two = Photo("4x6", [Artwork(url=URL.format("a"), space="front"), Artwork(url=URL.format("b"), space="back")])
    there = shop(**OPEN)
    async with kit_on(there) as kit:
        with pytest.raises(InvalidRequestError) as caught:
            await kit.add_photos(REF, [two])
        assert {problem.path for problem in caught.value.problems} == {"photos[0].artwork", "photos[0].artwork.space"}
        with pytest.raises(InvalidRequestError, match="test"):
            await kit.create_order(NewOrder(TOM, test=False))
    assert all(request.method == "GET" for request in there.asked)


@pytest.mark.parametrize(
    "order_id", ["..", "../Catalogue", "1?x", "1/Photos", "１０", "0", "-1", "01", " 1", "1 ", "1%2F2", "x", "9" * 19, "1\n"]
)
async def test_no_odd_id_leaves_this_machine(order_id: str) -> None:
    there = shop(**OPEN)
    ref = OrderRef("pwinty", order_id)
    whole = Order(ref, OrderStatus.DRAFT)
    async with kit_on(there) as kit:
        calls: list[Callable[[], Awaitable[Any]]] = [
            lambda: kit.get_order(ref),
            lambda: kit.get_item(ref, "1"),
            lambda: kit.validate(ref),
            lambda: kit.submit(ref),
            lambda: kit.submit(whole),
            lambda: kit.add_photos(whole, [photo("a")]),
            lambda: kit.update_recipient(whole, TOM),
            lambda: kit.cancel_items(ref, ["1"]),
            lambda: kit.swap_sku(ref, "1", "8x12"),
            lambda: kit.replace_artwork(ref, "1", URL.format("b")),
            lambda: kit.set_status(whole, OrderStatus.CANCELLED),
            lambda: kit.list_issues(ref),
            lambda: kit.get_issue(ref, "1"),
            lambda: kit.report_issue(ref, "DamagedOrder", "Reprint"),
        ]
        for call in calls:
            with pytest.raises((InvalidRequestError, NotFoundError)):
                await call()
    assert there.asked == []


@pytest.mark.parametrize("issue_id", ["", "..", "../Photos", "1?x", "１０", "-1", "x", "1\n"])
async def test_no_odd_issue_id_leaves_this_machine(issue_id: str) -> None:
    there = shop(**OPEN)
    async with kit_on(there) as kit:
        with pytest.raises(InvalidRequestError):
            await kit.get_issue(REF, issue_id)
        with pytest.raises(InvalidRequestError):
            await kit.update_issue(REF, issue_id, cancel=True)
    assert there.asked == []


@pytest.mark.parametrize("text", ["\ud800", "a\x00b", "a\nb", "a\x7fb"])
async def test_text_that_cannot_be_sent_is_refused_with_its_path(text: str) -> None:
    there = shop(**OPEN)
    async with kit_on(there) as kit:
        calls: dict[str, Callable[[], Awaitable[Any]]] = {
            "reference": lambda: kit.create_order(NewOrder(TOM, text)),
            "shipping": lambda: kit.create_order(NewOrder(TOM, shipping=text)),
            "recipient.name": lambda: kit.create_order(NewOrder(Recipient(text, country="GB"))),
            "photos[0].sku": lambda: kit.add_photos(REF, [photo("a", text)]),
            "photos[0].artwork": lambda: kit.add_photos(REF, [Photo("4x6", f"https://example.com/{text}")]),
            "photos[0].attributes": lambda: kit.add_photos(REF, [photo("a", attributes={"finish": text})]),
        }
        for path, call in calls.items():
            with pytest.raises(InvalidRequestError) as caught:
                await call()
            assert caught.value.problems[0].path.startswith(path), path
    assert there.asked == []


@pytest.mark.parametrize("verb", ["swap_sku", "report_issue", "update_issue"])
async def test_other_text_that_cannot_be_sent_is_refused(verb: str) -> None:
    async with kit_on(shop(**OPEN)) as kit:
        calls: dict[str, Callable[[], Awaitable[Any]]] = {
            "swap_sku": lambda: kit.swap_sku(REF, "3501", "8x12\ud800"),
            "report_issue": lambda: kit.report_issue(REF, "DamagedOrder", "Reprint", detail="\ud800"),
            "update_issue": lambda: kit.update_issue(REF, "9", comment="\ud800"),
        }
        with pytest.raises(InvalidRequestError):
            await calls[verb]()


async def test_replacing_artwork_by_a_file_sends_the_file() -> None:
    requests = await sent(lambda kit: kit.replace_artwork(REF, "3501", Artwork(data=b"\xff\xd8\xff new")))
    assert [request.method for request in requests] == ["POST", "DELETE"]
    assert isinstance(requests[0].body, tuple)


# ── The traps ─────────────────────────────────────────────────────────────────────────────────────────────────────────


async def read(order: Any) -> Order:
    async with kit_on(Scripted(by_path({("GET", "/Orders/1070"): says(order)}))) as kit:
        return await kit.get_order(REF)


def parcel(**members: Any) -> dict[str, Any]:
    (given,) = WITH_PHOTO["shippingInfo"]["shipments"]
    return WITH_PHOTO | {"shippingInfo": {"price": 199, "shipments": [given | members]}}


@pytest.mark.parametrize(
    ("given", "ids"), [([3501, 999], ("3501", "999")), ([0], ("0",)), (None, ()), ([], ()), ("{3456, 3457}", ()), ({}, ())]
)
async def test_trap_12_01_photo_ids_in_shipments(given: Any, ids: tuple[str, ...]) -> None:
    assert (await read(parcel(photoIds=given))).shipments[0].item_ids == ids


async def test_trap_12_01_photo_ids_may_be_absent() -> None:
    order = parcel()
    del order["shippingInfo"]["shipments"][0]["photoIds"]
    assert (await read(order)).shipments[0].item_ids == ()


@pytest.mark.parametrize(("given", "wanted"), [(321, "321"), ("321", "321"), (None, None), ("", None)])
async def test_trap_12_02_shipment_ids_become_text(given: Any, wanted: str | None) -> None:
    assert (await read(parcel(shipmentId=given))).shipments[0].id == wanted


async def test_trap_12_02_the_invoice_members_may_be_anywhere_or_nowhere() -> None:
    order = {name: value for name, value in WITH_PHOTO.items() if not name.startswith("invoice")}
    assert (await read(order)).items == (await read(WITH_PHOTO)).items


@pytest.mark.parametrize("copies", [4, "4"])
async def test_trap_12_05_copies_are_read_in_both_forms(copies: Any) -> None:
    order = WITH_PHOTO | {"photos": [WITH_PHOTO["photos"][0] | {"copies": copies}]}
    assert (await read(order)).items[0].copies == 4


async def test_trap_12_05_copies_are_sent_as_a_number() -> None:
    assert (await body_of(lambda kit: kit.add_photos(REF, [photo("a", copies=4)])))["copies"] == 4


@pytest.mark.parametrize("word", ["Submitted", "submitted", "SUBMITTED"])
async def test_trap_12_07_states_in_any_case(word: str) -> None:
    order = await read(
        WITH_PHOTO
        | {"status": word, "payment": "invoiceme", "photos": [WITH_PHOTO["photos"][0] | {"sizing": "SHRINKTOFIT", "status": "ok"}]}
    )
    assert (order.status, order.provider_status, order.payment) == (OrderStatus.SUBMITTED, word, Payment.MERCHANT)
    assert (order.items[0].sizing, order.items[0].artwork[0].status) == (Sizing.FIT, ArtworkStatus.READY)


async def test_trap_12_07_a_word_that_no_table_knows_is_kept_and_becomes_no_neighbour() -> None:
    order = await read(WITH_PHOTO | {"status": "PaidAwaitingImageUpload"})
    assert (order.status, order.provider_status) == (OrderStatus.UNKNOWN, "PaidAwaitingImageUpload")
    assert {item.status for item in order.items} == {OrderStatus.UNKNOWN}


async def test_trap_12_07_the_documented_spelling_is_sent() -> None:
    body = await body_of(lambda kit: kit.create_order(NewOrder(TOM, payment=Payment.RECIPIENT)))
    assert (body["payment"], body["qualityLevel"]) == ("InvoiceRecipient", "Pro")
    assert await body_of(lambda kit: kit.set_status(REF, OrderStatus.CANCELLED)) == {"status": "Cancelled"}


async def test_trap_12_08_ids_as_text_and_as_numbers() -> None:
    order = await read(WITH_PHOTO | {"id": "1070", "photos": [WITH_PHOTO["photos"][0] | {"id": "3501"}]})
    assert (order.ref.id, order.items[0].id) == ("1070", "3501")
    report = sample("orders-submissionstatus.200.valid-with-warnings.recorded-v2.6")
    report["photos"][0]["id"] = "986282"
    async with kit_on(shop(get_report=says(report))) as kit:
        assert (await kit.validate(REF)).problems[0].item == "986282"


@pytest.mark.parametrize("order_id", [0, -1, "", "abc", "1.5", 1.5, True, None, "１"])
async def test_trap_12_08_what_is_no_id_is_no_order(order_id: Any) -> None:
    with pytest.raises(UnreadableAnswerError):
        await read(WITH_PHOTO | {"id": order_id})


INSIDE = {"errorMessage": "Something is not right"}


async def error_inside(call: Callable[[PrintKit], Awaitable[Any]], **answers: Response) -> RejectedError:
    async with kit_on(shop(**(OPEN | answers))) as kit:
        with pytest.raises(RejectedError) as caught:
            await call(kit)
    assert caught.value.status == 200
    assert caught.value.message == "Something is not right"
    return caught.value


async def test_trap_12_09_an_error_inside_an_order() -> None:
    with pytest.raises(RejectedError, match="Something is not right") as caught:
        await read(WITH_PHOTO | INSIDE)
    assert caught.value.status == 200


async def test_trap_12_09_an_error_inside_the_answers_to_writes() -> None:
    await error_inside(lambda kit: kit.create_order(NewOrder(TOM)), post_orders=says(DRAFT | INSIDE))
    await error_inside(lambda kit: kit.update_recipient(REF, TOM), put_order=says(DRAFT | INSIDE))
    await error_inside(lambda kit: kit.submit(REF), post_status=says(INSIDE))
    await error_inside(lambda kit: kit.cancel_items(REF, ["3501"]), delete_photo=says(INSIDE))
    await error_inside(lambda kit: kit.add_photos(REF, [photo("a"), photo("b")]), post_batch=says(INSIDE | {"items": None}))
    await error_inside(lambda kit: kit.report_issue(REF, "DamagedOrder", "Reprint"), post_issues=says(sample("issues-create.200") | INSIDE))


async def test_trap_12_09_an_error_inside_a_single_photo() -> None:
    empty = dict.fromkeys(A_PHOTO)
    await error_inside(lambda kit: kit.add_photos(REF, [photo("a")]), post_photos=says(empty | INSIDE))


@pytest.mark.parametrize(
    "verb",
    [
        "list_orders",
        "validate",
        "list_products",
        "list_countries",
        "list_issues",
    ],
)
async def test_trap_12_09_an_error_inside_the_other_reads(verb: str) -> None:
    calls: dict[str, tuple[Callable[[PrintKit], Awaitable[Any]], str, Any]] = {
        "list_orders": (lambda kit: kit.list_orders().fetch(None), "get_orders", INSIDE),
        "validate": (lambda kit: kit.validate(REF), "get_report", sample("orders-submissionstatus.404") | INSIDE),
        "list_products": (lambda kit: kit.list_products(country="GB"), "get_catalogue", sample("catalogue.404.seed") | INSIDE),
        "list_countries": (lambda kit: kit.list_countries(), "get_countries", INSIDE),
        "list_issues": (lambda kit: kit.list_issues(REF), "get_issues", INSIDE),
    }
    call, place, body = calls[verb]
    await error_inside(call, **{place: says(body)})


async def test_trap_12_09_an_error_inside_the_photo_of_an_exchange() -> None:
    empty = dict.fromkeys(A_PHOTO)
    await error_inside(lambda kit: kit.swap_sku(REF, "3501", "8x12"), post_photos=says(empty | INSIDE))


async def test_trap_12_09_one_photo_of_a_batch_failed_and_the_others_stay() -> None:
    good, other = sample("photos-batch.200")["items"]
    bad = dict.fromkeys(good) | {"errorMessage": "No item of type 9x9 available"}
    async with kit_on(shop(DRAFT, post_batch=says({"errorMessage": None, "items": [good, bad, other]}))) as kit:
        order = await kit.add_photos(REF, [photo("a"), photo("b", "9x9"), photo("c")])
    assert [item.id for item in order.items] == ["3511", "3512"]
    assert [(each.item, each.why) for each in order.receipt.refused] == [("photos[1]", "No item of type 9x9 available")]


async def test_trap_12_09_all_photos_of_a_batch_failed() -> None:
    bad = dict.fromkeys(A_PHOTO) | INSIDE
    async with kit_on(shop(DRAFT, post_batch=says({"errorMessage": None, "items": [bad, bad]}))) as kit:
        with pytest.raises(RejectedError, match="Something is not right"):
            await kit.add_photos(REF, [photo("a"), photo("b")])


@pytest.mark.parametrize(
    "body",
    [
        {"id": 0, "status": "NotYetSubmitted", "photos": None, "errorMessage": "no such order"},
        {"id": None, "status": None, "errorMessage": "no such order", "error": "other", "message": "other"},
        {"error": "no such order", "message": "other"},
        {"errorMessage": "", "error": "no such order"},
        {"errorMessage": None, "message": "no such order"},
        {"Message": "no such order", "MessageDetail": "x"},
        {"errorMessage": 7, "Message": "no such order"},
    ],
)
async def test_trap_12_10_the_empty_item_of_an_error_is_never_an_order(body: Any) -> None:
    async with kit_on(Scripted(lambda request: says(body, 404))) as kit:
        with pytest.raises(NotFoundError) as caught:
            await kit.get_order(REF)
    assert caught.value.message == "no such order"


@pytest.mark.parametrize("body", [b"", b"[]", b"null", b"7", b'{"id": 0}', b"{" * 100_000, b"\xff\xfe", b'{"errorMessage": NaN}'])
async def test_trap_12_10_errors_that_say_nothing_readable(body: bytes) -> None:
    async with kit_on(Scripted(lambda request: says(body, 404))) as kit:
        with pytest.raises(NotFoundError, match="404"):
            await kit.get_order(REF)


async def test_trap_12_10_else_the_shortened_text_of_the_body() -> None:
    async with kit_on(Scripted(lambda request: says(b"The front end is full " + b"x" * 1000, 404))) as kit:
        with pytest.raises(NotFoundError, match="The front end is full") as caught:
            await kit.get_order(REF)
    assert len(str(caught.value)) < 400


@pytest.mark.parametrize("status", [400, 401, 403])
async def test_trap_12_11_an_object_on_error_where_success_is_an_array(status: int) -> None:
    kinds = {400: RejectedError, 401: AuthenticationError, 403: ConflictError}
    async with kit_on(Scripted(lambda request: says({"errorMessage": "no"}, status))) as kit:
        with pytest.raises(kinds[status], match="no"):
            await kit.list_orders()
        with pytest.raises(kinds[status], match="no"):
            await kit.list_countries()


@pytest.mark.parametrize("body", [{"orders": []}, "text", 7, None])
async def test_trap_12_11_a_list_that_is_no_array_is_unreadable(body: Any) -> None:
    async with kit_on(Scripted(lambda request: says(body))) as kit:
        with pytest.raises(UnreadableAnswerError):
            await kit.list_orders()


@pytest.mark.parametrize("names", [("Issues",), ("issues",), ("Issues", "issues"), ("issues", "Issues")])
async def test_trap_12_12_issues_under_either_name(names: tuple[str, ...]) -> None:
    issue = sample("issues-create.200")
    async with kit_on(shop(get_issues=says({name: [issue] for name in names}))) as kit:
        assert [found.id for found in await kit.list_issues(REF)] == ["9"]


@pytest.mark.parametrize("other", [None, []])
async def test_trap_12_12_the_name_that_says_something_is_preferred(other: Any) -> None:
    issue = sample("issues-create.200")
    for body in ({"Issues": [issue], "issues": other}, {"issues": [issue], "Issues": other}):
        async with kit_on(shop(get_issues=says(body))) as kit:
            assert [found.id for found in await kit.list_issues(REF)] == ["9"]


async def test_trap_12_13_an_address_is_optional_at_creation_and_a_name_is_not() -> None:
    body = await body_of(lambda kit: kit.create_order(NewOrder(Recipient("Tom", country="GB"))))
    assert "address1" not in body
    there = shop(**OPEN)
    async with kit_on(there) as kit:
        for name in ("", "  "):
            with pytest.raises(InvalidRequestError, match=r"recipient\.name"):
                await kit.create_order(NewOrder(Recipient(name, country="GB")))
            with pytest.raises(InvalidRequestError, match=r"recipient\.name"):
                await kit.update_recipient(REF, Recipient(name))
    assert there.asked == []


async def test_trap_12_13_validation_names_the_fields() -> None:
    async with kit_on(shop(get_report=says(sample("orders-submissionstatus.200.empty-order")))) as kit:
        (problem,) = [each for each in (await kit.validate(REF)).problems if each.code is ProblemCode.ADDRESS_INCOMPLETE]
    assert all(name in problem.text for name in ("line1", "city", "postal_code", "country"))


async def test_trap_12_14_all_six_fields_and_nothing_else() -> None:
    body = await body_of(lambda kit: kit.update_recipient(REF, Recipient("Ann", line1="x")))
    assert body == {
        "recipientName": "Ann",
        "address1": "x",
        "address2": "",
        "addressTownOrCity": "",
        "stateOrCounty": "",
        "postalOrZipCode": "",
    }


async def test_trap_12_14_another_country_needs_a_new_order() -> None:
    there = shop(**OPEN)
    async with kit_on(there) as kit:
        with pytest.raises(ConflictError) as caught:
            await kit.update_recipient(REF, Recipient("Ann", country="FR"))
    assert not caught.value.sent
    assert [request.method for request in there.asked] == ["GET"]


@pytest.mark.parametrize("word", ["Submitted", "AwaitingPayment", "Complete", "Cancelled"])
async def test_trap_12_14_put_only_while_not_submitted(word: str) -> None:
    there = shop(WITH_PHOTO | {"status": word}, **OPEN)
    async with kit_on(there) as kit:
        with pytest.raises(ConflictError) as caught:
            await kit.update_recipient(REF, TOM)
    assert caught.value.allowed_in == ("NotYetSubmitted",)
    assert not caught.value.sent
    assert [request.method for request in there.asked] == ["GET"]


FORBIDDEN = says({"errorMessage": "Order is not valid for submission"}, 403)


async def test_trap_12_15_a_403_on_submit_that_means_the_wrong_state() -> None:
    orders = iter([WITH_PHOTO, WITH_PHOTO | {"status": "Submitted"}])
    there = Scripted(lambda request: FORBIDDEN if request.method == "POST" else says(next(orders)))
    async with kit_on(there) as kit:
        with pytest.raises(ConflictError) as caught:
            await kit.submit(REF)
    assert caught.value.order_status is OrderStatus.SUBMITTED
    assert caught.value.allowed_in == ("NotYetSubmitted",)
    assert caught.value.sent


async def test_trap_12_15_a_403_on_submit_that_means_an_invalid_order() -> None:
    there = shop(post_status=FORBIDDEN, get_report=says(sample("orders-submissionstatus.200.invalid.seed")))
    async with kit_on(there) as kit:
        with pytest.raises(RejectedError, match="PostalAddressNotSet") as caught:
            await kit.submit(REF)
    assert caught.value.report is not None
    assert not caught.value.report
    assert caught.value.status == 403


async def test_trap_12_15_a_403_that_cannot_be_explained_is_told_as_it_is() -> None:
    async with kit_on(shop(post_status=FORBIDDEN)) as kit:
        with pytest.raises(ConflictError, match="not valid for submission"):
            await kit.submit(REF)


async def test_trap_12_16_every_creation_carries_a_reference() -> None:
    assert (await body_of(lambda kit: kit.create_order(NewOrder(TOM))))["merchantOrderId"]


async def test_trap_12_16_a_look_up_by_reference_reads_the_reference() -> None:
    others = sample("orders-create.200") | {"merchantOrderId": "ANOTHER", "destinationCountryCode": "GB"}
    answers = {"POST": Response(500, {}, b""), "GET": says([others])}
    there = Scripted(lambda request: says(others) if request.path.endswith("1070") else answers[request.method])
    async with kit_on(there) as kit:
        with pytest.raises(OutcomeUnknownError):
            await kit.create_order(NewOrder(Recipient("Alex Example", country="GB"), "MINE"))


async def test_trap_12_16_a_delete_answered_404_is_done() -> None:
    there = shop(DRAFT, delete_photo=says({"errorMessage": "The photo with the specified id was not found"}, 404))
    async with kit_on(there) as kit:
        order = Order(REF, OrderStatus.DRAFT, "NotYetSubmitted", items=(await read(WITH_PHOTO)).items)
        assert (await kit.cancel_items(order, ["3501"])).items == ()


async def test_trap_12_17_accept_is_always_json_and_both_credentials_are_there() -> None:
    there = shop(**OPEN)
    async with kit_on(there) as kit:
        await kit.submit(REF)
    for request in there.asked:
        headers = dict(request.headers)
        assert headers["Accept"] == "application/json"
        assert headers["X-Pwinty-MerchantId"] == "m-1"
        assert headers["X-Pwinty-REST-API-Key"] == KEY


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("2020-06-05T17:16:34", (34, 0)),
        ("2020-06-05T17:16:34.1", (34, 100000)),
        ("2020-06-05T17:16:34.21", (34, 210000)),
        ("2020-06-05T17:16:34.213", (34, 213000)),
        ("2020-06-05T17:16:34.175116Z", (34, 175116)),
        ("2020-06-05T17:16:34.1440157Z", (34, 144015)),
        ("2020-06-05T17:16:34Z", (34, 0)),
        ("2020-06-05T17:16Z", (0, 0)),
        ("2020-06-05T19:16:34+02:00", (34, 0)),
    ],
)
async def test_trap_12_18_every_form_of_a_date_is_utc(text: str, time: tuple[int, int]) -> None:
    assert (await read(WITH_PHOTO | {"created": text})).created == datetime(2020, 6, 5, 17, 16, *time, tzinfo=UTC)


@pytest.mark.parametrize("odd", ["", "soon", None, 7, "0001-01-01T00:00:00+05:00", "2020-13-01T00:00:00", []])
async def test_trap_12_18_a_date_that_cannot_be_read_is_none(odd: Any) -> None:
    assert (await read(WITH_PHOTO | {"created": odd})).created is None


async def test_trap_12_19_valid_is_not_downloaded() -> None:
    answers = iter(["NotYetDownloaded", "FileNotFoundAtUrl"])
    there = Scripted(lambda request: says(WITH_PHOTO | {"photos": [WITH_PHOTO["photos"][0] | {"status": next(answers)}]}))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("printkit.waiting.FETCHING", Pace(0.0, 0.0))
        async with kit_on(there) as kit:
            order = await kit.wait_for_artwork(REF)
    assert order.items[0].artwork[0].status is ArtworkStatus.FAILED
    assert len(there.asked) == 2


@pytest.mark.parametrize("word", ["FileNotFoundAtUrl", "Invalid"])
async def test_trap_12_19_submitted_is_not_downloaded(word: str) -> None:
    order = await read(WITH_PHOTO | {"status": "Submitted", "photos": [WITH_PHOTO["photos"][0] | {"status": word}]})
    assert (order.status, order.provider_status) == (OrderStatus.ACTION_REQUIRED, "Submitted")
    assert order.items[0].status is OrderStatus.ACTION_REQUIRED


@pytest.mark.parametrize("text", ["[13/11/2014 @@ 15:09 : Pink],[x, [y]]", "[13/11/2014 @ 15:09 : Pink]", ""])
async def test_trap_12_20_commentary_is_kept_as_it_is(text: str) -> None:
    async with kit_on(shop(get_issue=says(sample("issues-create.200") | {"commentary": text}))) as kit:
        assert (await kit.get_issue(REF, "9")).commentary == text


async def test_trap_12_21_a_404_of_the_list_is_an_empty_list() -> None:
    async with kit_on(Scripted(lambda request: says({"errorMessage": "none"}, 404))) as kit:
        assert (await kit.list_orders()).items == ()


async def test_trap_12_22_entries_of_a_list_are_thin_and_detail_reads_them_whole() -> None:
    thin = WITH_PHOTO | {"price": 0, "shippingInfo": {"price": 0, "shipments": []}}
    there = shop(get_orders=says([thin]))
    async with kit_on(there) as kit:
        (entry,) = (await kit.list_orders()).items
        assert (entry.complete, entry.price, entry.shipments) == (False, None, ())
        (whole,) = (await kit.list_orders(detail=True)).items
    assert whole.complete
    assert str(whole.price) == "2.59 GBP"


@pytest.mark.parametrize(("given", "wanted"), [("UPS", "UPS"), ("Pigeon Post", "Pigeon Post"), ("", None), (None, None), (7, None)])
async def test_trap_12_23_carriers_are_the_shops_words(given: Any, wanted: str | None) -> None:
    assert (await read(parcel(carrier=given))).shipments[0].carrier == wanted


@pytest.mark.parametrize("empty", ["", None])
async def test_trap_12_24_an_empty_tracking_url_is_none(empty: str | None) -> None:
    (found,) = (await read(parcel(trackingUrl=empty, trackingNumber=empty))).shipments
    assert (found.tracking_url, found.tracking_number) == (None, None)


async def test_trap_12_25_printed_here_and_sent_there() -> None:
    body = await body_of(lambda kit: kit.create_order(NewOrder(Recipient("Anna", country="FR"))), print_country="GB")
    assert (body["countryCode"], body["destinationCountryCode"]) == ("GB", "FR")
    body = await body_of(lambda kit: kit.create_order(NewOrder(Recipient("Anna", country="FR"))))
    assert (body["countryCode"], body["destinationCountryCode"]) == ("FR", "FR")
    assert (await read(WITH_PHOTO | {"countryCode": "GB", "destinationCountryCode": "FR"})).recipient.country == "FR"  # type: ignore[union-attr]


async def test_trap_12_25_without_any_country_nothing_is_sent() -> None:
    there = shop(**OPEN)
    async with kit_on(there) as kit:
        with pytest.raises(InvalidRequestError, match="print_country"):
            await kit.create_order(NewOrder(Recipient("Anna")))
    assert there.asked == []


async def test_trap_12_26_prices_are_in_the_accounts_currency_and_are_not_worked_out() -> None:
    async with kit_on(shop(), currency="USD") as kit:
        assert str((await kit.get_order(REF)).price) == "2.59 USD"


@pytest.mark.parametrize("odd", [None, "259", 1.5, True, [], 10**20])
async def test_trap_12_26_an_odd_price_does_not_hide_an_order(odd: Any) -> None:
    order = await read(WITH_PHOTO | {"price": odd})
    assert order.status is OrderStatus.DRAFT


@pytest.mark.parametrize("empty", [None, {}, []])
async def test_trap_12_27_no_attributes_in_three_spellings(empty: Any) -> None:
    order = await read(WITH_PHOTO | {"photos": [WITH_PHOTO["photos"][0] | {"attributes": empty}]})
    assert order.items[0].attributes == {}


POUNDS = Money(Decimal("2.14"), "GBP")


async def test_trap_12_28_a_price_to_the_recipient_goes_only_where_the_recipient_pays() -> None:
    paid = WITH_PHOTO | {"payment": "InvoiceRecipient"}
    body = await body_of(lambda kit: kit.add_photos(REF, [photo("a", price_to_recipient=POUNDS)]), paid)
    assert body["priceToUser"] == 214
    there = shop(**OPEN)
    async with kit_on(there) as kit:
        order = await kit.get_order(REF)
        with pytest.raises(InvalidRequestError, match="price_to_recipient"):
            await kit.add_photos(order, [photo("a", price_to_recipient=POUNDS)])
    assert [request.method for request in there.asked] == ["GET"]


async def test_trap_12_28_also_where_only_the_reference_is_given() -> None:
    there = shop(**OPEN)
    async with kit_on(there) as kit:
        with pytest.raises(InvalidRequestError, match="price_to_recipient"):
            await kit.add_photos(REF, [photo("a", price_to_recipient=POUNDS)])
    assert all(request.method == "GET" for request in there.asked)


async def test_trap_12_29_orders_that_the_recipient_pays_await_payment() -> None:
    assert await body_of(lambda kit: kit.submit(REF), WITH_PHOTO | {"payment": "InvoiceRecipient"}) == {"status": "AwaitingPayment"}
    assert await body_of(lambda kit: kit.submit(REF)) == {"status": "Submitted"}


async def test_trap_12_30_the_shops_hash_is_compared_without_case_and_only_when_there_is_one() -> None:
    picture = b"\xff\xd8\xff new"
    ours = "2c5b9e0e3a3d4f1f0a5a3f9b1f2b3c4d"
    for said, fine in ((None, True), (hashlib.md5(picture, usedforsecurity=False).hexdigest().upper(), True), (ours, False)):
        answer = says(sample("photos-create.200.file") | {"md5Hash": said})
        async with kit_on(shop(DRAFT, post_photos=answer)) as kit:
            if fine:
                assert len((await kit.add_photos(REF, [Photo("4x6", picture)])).items) == 1
            else:
                with pytest.raises(RejectedError, match="another file"):
                    await kit.add_photos(REF, [Photo("4x6", picture)])


async def test_trap_12_31_the_file_part_has_a_name_and_a_type_of_its_own() -> None:
    (request,) = await sent(lambda kit: kit.add_photos(REF, [Photo("4x6", b"\xff\xd8\xff")]))
    file: Part = next(part for part in request.body if isinstance(part, Part) and part.filename)
    assert file.name == "file"
    assert file.content_type
    assert not file.content_type.startswith("multipart/")


@pytest.mark.parametrize("member", ["message", "Message"])
async def test_trap_12_32_framework_errors_speak_otherwise(member: str) -> None:
    denied = "Authorization has been denied for this request."
    async with kit_on(Scripted(lambda request: says({member: denied}, 401))) as kit:
        with pytest.raises(AuthenticationError, match="denied"):
            await kit.get_order(REF)


async def test_trap_12_33_general_errors_are_a_set_and_is_valid_decides() -> None:
    twice = {"id": 1, "isValid": False, "generalErrors": ["PostalAddressNotSet"] * 2, "photos": []}
    async with kit_on(shop(get_report=says(twice))) as kit:
        assert len((await kit.validate(REF)).problems) == 1
    odd = {"id": 1, "isValid": False, "generalErrors": None, "photos": None}
    async with kit_on(shop(get_report=says(odd))) as kit:
        report = await kit.validate(REF)
    assert (report.ok, report.problems) == (False, ())
    new = {
        "id": 1,
        "isValid": True,
        "generalErrors": [],
        "photos": [{"id": 7, "errors": [], "warnings": ["InvalidImagefile", "ZeroCopies"]}],
    }
    async with kit_on(shop(get_report=says(new))) as kit:
        report = await kit.validate(REF)
    assert report.ok
    assert [(each.code, each.provider_code) for each in report.problems] == [
        (ProblemCode.ARTWORK_UNREADABLE, "InvalidImagefile"),
        (ProblemCode.OTHER, "ZeroCopies"),
    ]


# ── Hostile answers ───────────────────────────────────────────────────────────────────────────────────────────────────

HOSTILE = [b"", b"<html>", b"{", b"[" * 100_000, b"NaN", b'{"id": 1e999, "status": "x"}', b"\xff\xfe{}", b"{}", b"[]", b"null", b'"x"']


@pytest.mark.parametrize("body", HOSTILE)
async def test_hostile_answers_to_reads_end_in_the_right_error(body: bytes) -> None:
    async with kit_on(Scripted(lambda request: says(body))) as kit:
        for call in (kit.get_order, kit.validate):
            with pytest.raises(UnreadableAnswerError) as caught:
                await call(REF)
            assert caught.value.__context__ is None


@pytest.mark.parametrize("number", ["1e400", "1e999999999999", "-1e400", "1e-400", "9" * 4000])
async def test_hostile_prices_do_not_hide_an_order(number: str) -> None:
    body = json.dumps(WITH_PHOTO | {"price": "PRICE"}).replace('"PRICE"', number).encode()
    async with kit_on(Scripted(lambda request: says(body))) as kit:
        try:
            order = await kit.get_order(REF)
        except UnreadableAnswerError:
            return
        assert order.status is OrderStatus.DRAFT


async def test_hostile_sizes_do_not_use_up_memory() -> None:
    body = (SAMPLES / "catalogue.200.seed.json").read_bytes().replace(b"1500", b"1e400")
    async with kit_on(Scripted(lambda request: says(body))) as kit:
        (product,) = (await kit.list_products(country="GB")).products
    assert (product.recommended_width or 0) < 10**9
