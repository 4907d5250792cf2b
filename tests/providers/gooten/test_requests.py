"""What the adapter sends to Gooten, beside the samples and the seeds' URLs, and each trap of the reference (section 19)."""

import contextlib
import json
import sqlite3
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, unquote_plus

import pytest
from attrs import evolve

import printkit
from printkit import (
    Artwork,
    AuthenticationError,
    ConflictError,
    Effect,
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
    Recipient,
    RejectedError,
    Request,
    Response,
    Sizing,
    UnreadableAnswerError,
    UnsupportedOperationError,
)
from tests.providers.gooten.shops import (
    ANN,
    CANVAS,
    KEY,
    RECIPE,
    SAFE_ID,
    TOM,
    URL,
    Scripted,
    by_path,
    draft,
    kit_on,
    photo,
    sample,
    says,
    settings,
)
from tests.transport.wire_server import Arrival, Peer, serve

REF = OrderRef("gooten", SAFE_ID)
GOOTEN_TEST = Recipient(
    "Gooten Test",
    line1="222 Broadway",
    city="New York",
    state="NY",
    postal_code="10038",
    country="US",
    email="test@gooten.com",
    phone="1234567890",
)
NEW = sample("orders-get.response.new")
EDITABLE = sample("orders-get.response.with-images.full")
"""In NeedsManualApproval, where everything may be changed."""
PLACED = {"Id": SAFE_ID}


def answers(order: Any = EDITABLE, **more: Response) -> dict[tuple[str, str], Response]:
    """A shop that takes everything; ``more`` by the last word of the path."""
    ids = [item.get("OrderItemId") for item in order.get("Items", ()) if isinstance(item, dict)]
    table = {
        ("GET", "/orders"): says(order),
        ("GET", "/ordersearch"): says({"Orders": [], "TotalPages": 0, "Page": 1, "HadError": False}),
        ("POST", "/orders"): says(PLACED, 201),
        ("POST", "/orderstatus"): says({"HadError": False}),
        ("PUT", "/OrderImages"): says({"HadError": False, "UpdatedItems": {"UpdatedOrderItems": ids}}),
        ("PUT", "/orderItems"): says({"HadError": False, "Result": {"Id": SAFE_ID}}),
        ("PUT", "/orderCancel"): says({"HadError": False, "Errors": [], "Success": ids}),
        ("PUT", "/shippingAddress"): says({"HadError": False, "Result": {"Id": SAFE_ID}}),
        ("POST", "/shippingprices"): says(sample("shippingprices.response")),
        ("POST", "/imagevalidation"): says(sample("imagevalidation.response")),
        ("GET", "/addressvalidation"): says({"IsValid": True}),
        ("GET", "/products"): says(sample("products.response")),
        ("GET", "/productvariants"): says(sample("productvariants.response")),
        ("GET", "/countries"): says(sample("countries.response")),
    }
    named = {name: place for place in table for name in (f"{place[0]}_{place[1][1:]}".lower(),)}
    return table | {named[name.lower()]: answer for name, answer in more.items()}


def shop(order: Any = EDITABLE, **more: Response) -> Scripted:
    return Scripted(by_path(answers(order, **more)))


Verb = Callable[[PrintKit], Awaitable[Any]]


async def sent(call: Verb, order: Any = EDITABLE, **more: object) -> list[Request]:
    """The requests that write, to a shop that takes everything."""
    there = shop(order)
    async with kit_on(there, **more) as kit:
        await call(kit)
    return there.written


async def body_of(call: Verb, order: Any = EDITABLE, **more: object) -> Any:
    (request,) = await sent(call, order, **more)
    assert isinstance(request.body, bytes)
    assert request.content_type == "application/json"
    return json.loads(request.body)


def same_members(given: Any, wanted: Any) -> None:
    """Equal also in type: 4 is not "4", and False is not 0."""
    assert json.dumps(given, sort_keys=True) == json.dumps(wanted, sort_keys=True)


async def submit(kit: PrintKit, *photos: Photo, **more: Any) -> Order:
    return await kit.submit(await draft(kit, *(photos or (photo("a"),)), **more))


# ── Beside the samples ────────────────────────────────────────────────────────────────────────────────────────────────


def wanted_order(name: str, ids: list[str]) -> Any:
    """A sample without what its page calls optional and nobody asked for, and with our own line numbers."""
    body = sample(name)
    for member in ("Line2", "IsBusinessAddress"):
        del body["ShipToAddress"][member]
    for item, id_ in zip(body["Items"], ids, strict=True):
        item["SourceId"] = id_
        for image in item["Images"]:
            image.pop("ThumbnailUrl", None)
            image.pop("ManipCommand", None)
    body["Payment"]["PartnerBillingKey"] = KEY
    return {"IsInTestMode": False} | body


async def sent_order(*photos: Photo, **more: Any) -> tuple[Any, list[str]]:
    there = shop()
    async with kit_on(there, currency="USD") as kit:
        order = await draft(kit, *photos, recipient=GOOTEN_TEST, **more)
        await kit.submit(order)
    (body,) = there.bodies()
    return body, [item.id for item in order.items]


async def test_the_standard_order() -> None:
    url = "https://printio-widget-live.s3.amazonaws.com/200E4604-4CD5-4E0C-A131-9F5AF25006E6.jpg"
    given = Photo("PhoneCase-GalaxyNote2-Matte", Artwork(url=url, space="0"), extra={"gooten": {"Meta": {"gift": "no"}}})
    body, ids = await sent_order(given, reference="shop-10001", shipping="1", metadata={"channel": "web"})
    same_members(body, wanted_order("orders-post.request.standard", ids))


async def test_an_order_of_two_lines_by_ship_type() -> None:
    first = Photo(CANVAS, Artwork(url="https://assets.example.com/art/canvas.png", space="3FCDC"), copies=2)
    second = Photo("Framed_12x18_Black_Lustre", "https://assets.example.com/art/frame.png", extra={"gooten": {"ShipType": "expedited"}})
    body, ids = await sent_order(first, second, reference="shop-10002")
    same_members(body, wanted_order("orders-post.request.ship-type", ids))


async def test_an_order_in_test_mode() -> None:
    body, ids = await sent_order(Photo(CANVAS, "https://assets.example.com/art/canvas.png"), reference="shop-10003", test=True)
    same_members(body, wanted_order("orders-post.request.test-mode", ids))


async def test_new_artwork() -> None:
    url = "https://assets.example.com/art/new-canvas.jpg"
    same_members(await body_of(lambda kit: kit.replace_artwork(REF, "1066980", url)), sample("OrderImages.request.array"))


def with_item(number: int) -> Any:
    return EDITABLE | {"Items": [EDITABLE["Items"][0] | {"OrderItemId": number}]}


async def test_another_sku() -> None:
    call: Verb = lambda kit: kit.swap_sku(REF, "6924457", "MyShop-Mug-Sunrise-15oz")  # noqa: E731
    same_members(await body_of(call, with_item(6924457)), sample("orderItems.request"))


async def test_cancelling_an_item() -> None:
    same_members(await body_of(lambda kit: kit.cancel_items(REF, ["6924457"]), with_item(6924457)), sample("orderCancel.request"))


async def test_another_address() -> None:
    wanted = sample("shippingAddress.request")
    del wanted["IsBusinessAddress"]
    recipient = Recipient(
        "Gooten Test",
        line1="1 Main Street",
        line2="Apt 2",
        city="Albany",
        state="NY",
        postal_code="12207",
        country="US",
        email="test@gooten.com",
        phone="1234567890",
    )
    same_members(await body_of(lambda kit: kit.update_recipient(REF, recipient)), wanted)


async def test_asking_for_shipping_prices() -> None:
    there = shop()
    async with kit_on(there) as kit:
        recipient = Recipient("A B", postal_code="90210", country="US", state="CA")
        await kit.validate(await draft(kit, photo("a"), photo("b", "Framed_12x18_Black_Lustre"), recipient=recipient))
    (body,) = there.bodies()
    same_members(body, sample("shippingprices.request"))


async def test_asking_about_a_pictures_size() -> None:
    there = shop()
    async with kit_on(there) as kit:
        picture = Artwork(url=URL.format("a"), space="3FCDC", width=2100, height=1500)
        await kit.validate(await draft(kit, Photo("CanvsWrp-BlkWrp-5x7", picture), recipient=Recipient("A B")))
    (body,) = there.bodies()
    same_members(body, sample("imagevalidation.request"))


# ── Where each id and each credential goes ────────────────────────────────────────────────────────────────────────────

HELD = EDITABLE | {"Items": [EDITABLE["Items"][0] | {"Status": "Hold"}]}
IDS = {"safe": SAFE_ID, "gooten": "529627"}
"""Never one where the other belongs (reference section 4)."""


async def validated(kit: PrintKit) -> Any:
    picture = Artwork(url=URL.format("a"), space="CC38D", width=10, height=10)
    return await kit.validate(await draft(kit, Photo(CANVAS, picture)))


ROWS: dict[str, tuple[str, str, set[tuple[str, str]], Verb, Any]] = {
    "get_order": (
        "GET",
        "/orders",
        {("id", "safe"), ("languageCode", "en"), ("withImages", "true")},
        lambda kit: kit.get_order(REF),
        EDITABLE,
    ),
    "list_orders": (
        "GET",
        "/ordersearch",
        {("page", "1"), ("pageSize", "100"), ("partnerBillingKey", "key")},
        lambda kit: kit.list_orders(),  # type: ignore[dict-item,return-value]
        EDITABLE,
    ),
    "submit": ("POST", "/orders", set(), submit, EDITABLE),
    "set_status": (
        "POST",
        "/orderstatus",
        {("partnerBillingKey", "key"), ("id", "safe"), ("orderStatusName", "Hold")},
        lambda kit: kit.set_status(REF, OrderStatus.ON_HOLD),
        EDITABLE,
    ),
    "cancel a held order": (
        "PUT",
        "/orderCancel",
        {("orderId", "gooten"), ("partnerBillingKey", "key")},
        lambda kit: kit.set_status(REF, OrderStatus.CANCELLED),
        HELD,
    ),
    "replace_artwork": (
        "PUT",
        "/OrderImages",
        {("orderId", "gooten"), ("partnerBillingKey", "key")},
        lambda kit: kit.replace_artwork(REF, "1066980", URL.format("b")),
        EDITABLE,
    ),
    "swap_sku": (
        "PUT",
        "/orderItems",
        {("orderId", "gooten"), ("partnerBillingKey", "key")},
        lambda kit: kit.swap_sku(REF, "1066980", "OTHER"),
        EDITABLE,
    ),
    "cancel_items": (
        "PUT",
        "/orderCancel",
        {("orderId", "gooten"), ("partnerBillingKey", "key")},
        lambda kit: kit.cancel_items(REF, ["1066980"]),
        EDITABLE,
    ),
    "update_recipient": (
        "PUT",
        "/shippingAddress",
        {("orderId", "gooten"), ("partnerBillingKey", "key")},
        lambda kit: kit.update_recipient(REF, ANN),
        EDITABLE,
    ),
    "shipping prices": ("POST", "/shippingprices", set(), validated, EDITABLE),
    "picture sizes": ("POST", "/imagevalidation", set(), validated, EDITABLE),
    "address": (
        "GET",
        "/addressvalidation",
        {("line1", TOM.line1 or ""), ("city", "Cardiff"), ("postalCode", "CF11 1AB"), ("countryCode", "GB")},
        validated,
        EDITABLE,
    ),
    "products": ("GET", "/products", {("countryCode", "GB")}, lambda kit: kit.list_products(country="GB"), EDITABLE),
    "variants": (
        "GET",
        "/productvariants",
        {("productId", "154"), ("countryCode", "GB")},
        lambda kit: kit.list_products(country="GB"),
        EDITABLE,
    ),
    "countries": ("GET", "/countries", set(), lambda kit: kit.list_countries(), EDITABLE),
}
"""Method and path as the seed or the page spells them, every query parameter besides the recipe, the call, and the order."""


async def over_the_wire(call: Verb, order: Any) -> list[Arrival]:
    """Every request as its bytes came."""
    table = answers(order)
    read_back = {"GET /api/orders": order}

    async def behave(peer: Peer) -> None:
        while (arrival := await peer.request()) is not None:
            path = arrival.target.partition("?")[0]
            found = table.get((arrival.method, path.removeprefix("/api")), says(read_back))
            await peer.answer(found.body, found.status)

    async with serve(behave) as server, printkit.connect(f"gooten+emulator://127.0.0.1:{server.port}", environ=settings()) as kit:
        with contextlib.suppress(OutcomeUnknownError):  # this shop never changes
            await call(kit)
    return server.seen


@pytest.mark.parametrize("row", ROWS)
async def test_what_goes_where(row: str) -> None:
    method, path, query, call, order = ROWS[row]
    arrivals = await over_the_wire(call, order)
    target = next(each.target for each in arrivals if (each.method, each.target.partition("?")[0]) == (method, f"/api{path}"))
    words = IDS | {"key": KEY}
    wanted = {("recipeid", RECIPE)} | {(name, words.get(value, value)) for name, value in query}
    given = parse_qsl(target.partition("?")[2], keep_blank_values=True)
    assert len(given) == len(set(given))
    assert set(given) == wanted


def key_as_sent(arrival: Arrival) -> str | None:
    pairs = [pair.partition("=") for pair in arrival.target.partition("?")[2].split("&")]
    found = [value for name, _, value in pairs if name == "partnerBillingKey"]
    assert len(found) <= 1
    return found[0] if found else None


@pytest.mark.parametrize("row", ROWS)
async def test_the_billing_key_is_percent_encoded_exactly_once_and_goes_nowhere_else(row: str) -> None:
    """``+ / = % &`` and letters beyond ASCII: a bare ``+`` would arrive as a blank, and one encoding more would be another key."""
    _, _, _, call, order = ROWS[row]
    for arrival in await over_the_wire(call, order):
        assert all("5b1f" not in value for _, value in arrival.headers)
        path = arrival.target.partition("?")[0].removeprefix("/api")
        text = key_as_sent(arrival)
        if any(name == "partnerBillingKey" for row in ROWS.values() if row[1] == path and row[0] == arrival.method for name, _ in row[2]):
            assert text is not None
            assert unquote(text) == unquote_plus(text) == KEY
        else:
            assert "5b1f" not in arrival.target
        if (arrival.method, path) == ("POST", "/orders"):
            assert json.loads(arrival.body or b"")["Payment"]["PartnerBillingKey"] == KEY
        else:
            assert b"5b1f" not in (arrival.body or b"")


async def test_a_status_is_set_without_a_body() -> None:
    (request,) = await sent_status()
    assert request.body == b""


async def sent_status() -> list[Request]:
    there = shop()
    async with kit_on(there) as kit:
        with pytest.raises(OutcomeUnknownError):
            await kit.set_status(REF, OrderStatus.ON_HOLD)
    return there.written


COUNTS: dict[str, tuple[Callable[[PrintKit, Order], Awaitable[Any]], list[str]]] = {
    "get_order": (lambda kit, order: kit.get_order(order.ref), ["GET"]),
    "list_orders": (lambda kit, order: kit.list_orders(), ["GET"]),  # type: ignore[dict-item,return-value]
    "validate": (lambda kit, order: kit.validate(order), ["GET"]),
    "update_recipient": (lambda kit, order: kit.update_recipient(order, ANN), ["PUT"]),
    "cancel_items": (lambda kit, order: kit.cancel_items(order, order.items), ["PUT"]),
    "swap_sku": (lambda kit, order: kit.swap_sku(order, order.items[0], "OTHER"), ["PUT"]),
    "replace_artwork": (lambda kit, order: kit.replace_artwork(order, order.items[0], URL.format("b")), ["PUT"]),
    "set_status": (lambda kit, order: kit.set_status(order, OrderStatus.ON_HOLD), ["POST", "GET"]),
    "add_photos": (lambda kit, order: kit.add_photos(order, [photo("a")]), []),
    "submit": (lambda kit, order: kit.submit(order), []),
}


@pytest.mark.parametrize("verb", COUNTS)
async def test_how_many_requests_each_verb_costs_on_an_order_that_was_just_read(verb: str) -> None:
    call, methods = COUNTS[verb]
    there = shop()
    async with kit_on(there) as kit:
        order = await kit.get_order(REF)
        there.asked.clear()
        with contextlib.suppress(OutcomeUnknownError, ConflictError, UnsupportedOperationError):
            await call(kit, order)
    assert [request.method for request in there.asked] == methods


async def test_a_submission_costs_two_requests() -> None:
    there = shop()
    async with kit_on(there) as kit:
        await submit(kit)
    assert [request.method for request in there.asked] == ["POST", "GET"]


# ── What may be said, and what not ────────────────────────────────────────────────────────────────────────────────────


async def test_extra_members_go_as_they_are_and_those_for_other_shops_do_not() -> None:
    body, _ = await sent_order(
        photo("a", extra={"gooten": {"Meta": {"a": "b"}}, "pwinty": {"x": 1}}), extra={"gooten": {"CouponCodes": ["5OFF"]}}
    )
    assert body["CouponCodes"] == ["5OFF"]
    assert body["Items"][0]["Meta"] == {"a": "b"}
    assert "x" not in body["Items"][0]


GUARDS: list[Mapping[str, Any]] = [
    {"IsInTestMode": False},
    {"isintestmode": False},
    {"IsPartnerSourceIdUnique": False},
    {"isPartnerSourceIdUnique": False},
    {"SourceId": "ANOTHER"},
    {"sourceid": "ANOTHER"},
    {"Payment": {"PartnerBillingKey": "in the open"}},
    {"payment": {"PartnerBillingKey": "in the open"}},
    {"Items": []},
    {"PartnerBillingKey": "in the open"},
]
"""With these an order would be printed in the sandbox, printed twice, not be found again, or a key would stand in a handle."""


@pytest.mark.parametrize("extra", GUARDS, ids=str)
async def test_extra_members_that_would_take_the_guards_away_are_refused(extra: Mapping[str, Any]) -> None:
    there = shop()
    async with kit_on(there) as kit:
        with pytest.raises(InvalidRequestError, match="extra"):
            await kit.create_order(NewOrder(TOM, "R1", extra={"gooten": extra}))
    assert there.asked == []


@pytest.mark.parametrize("extra", [{"SourceId": "x"}, {"sourceid": "x"}, {"Quantity": 7}, {"sku": "x"}], ids=str)
async def test_extra_members_of_a_photo_that_would_make_it_another_are_refused(extra: Mapping[str, Any]) -> None:
    there = shop()
    async with kit_on(there) as kit:
        order = await draft(kit)
        with pytest.raises(InvalidRequestError, match="extra"):
            await kit.add_photos(order, [photo("a", extra={"gooten": extra})])
    assert there.asked == []


@pytest.mark.parametrize(
    "odd", [{"Meta": {"a": "\ud800"}}, {"x": object()}, {"x": {1, 2}}, {"x": float("nan")}], ids=["surrogate", "object", "set", "nan"]
)
async def test_extra_members_that_cannot_be_sent_are_refused(odd: Mapping[str, Any]) -> None:
    there = shop()
    async with kit_on(there) as kit:
        with pytest.raises(InvalidRequestError, match="extra"):
            await submit(kit, extra={"gooten": odd})
        with pytest.raises(InvalidRequestError, match="extra"):
            await submit(kit, photo("a", extra={"gooten": odd}))
    assert there.asked == []


async def test_informational_fields_that_are_not_told_are_listed() -> None:
    async with kit_on(shop()) as kit:
        order = await kit.add_photos(await draft(kit), [photo("a"), photo("b", reference="mine")])
        assert order.receipt.not_told == ("photos[1].reference",)


async def test_binding_fields_that_cannot_be_told_are_refused_by_name() -> None:
    there = shop()
    async with kit_on(there) as kit:
        order = await draft(kit)
        given = Photo(
            CANVAS,
            Artwork(url=URL.format("a"), md5="0" * 32),
            sizing=Sizing.FIT,
            attributes={"finish": "glossy"},
            price_to_recipient=Money(Decimal(1), "USD"),
        )
        with pytest.raises(InvalidRequestError) as caught:
            await kit.add_photos(order, [given])
        assert {problem.path for problem in caught.value.problems} == {
            "photos[0].sizing",
            "photos[0].price_to_recipient",
            "photos[0].attributes",
            "photos[0].artwork.md5",
        }
        with pytest.raises(InvalidRequestError, match="payment"):
            await kit.create_order(NewOrder(TOM, payment=Payment.RECIPIENT))
        with pytest.raises(InvalidRequestError, match="attributes"):
            await kit.swap_sku(REF, "1066980", "OTHER", attributes={"finish": "glossy"})
    assert there.asked == []


@pytest.mark.parametrize("artwork", [b"\xff\xd8\xff", Path(__file__)])
async def test_files_are_refused(artwork: Any) -> None:
    there = shop()
    async with kit_on(there) as kit:
        with pytest.raises(InvalidRequestError, match="public URL"):
            await kit.add_photos(await draft(kit), [Photo(CANVAS, artwork)])
        with pytest.raises(InvalidRequestError, match="public URL"):
            await kit.replace_artwork(REF, "1066980", Artwork(data=b"\xff\xd8\xff"))
    assert there.asked == []


@pytest.mark.parametrize(
    "order_id", ["", "..", "../products", "1?x", "1/2", "１０", " 1", "1 ", "1%2F2", "1\n", "x" * 65, "draft", "#1", "a_b", "é"]
)
async def test_no_odd_id_leaves_this_machine(order_id: str) -> None:
    there = shop()
    try:
        ref = OrderRef("gooten", order_id)
    except ValueError:
        return
    whole = Order(ref, OrderStatus.SUBMITTED)
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
        ]
        if order_id == "draft":
            return
        for call in calls:
            with pytest.raises((InvalidRequestError, NotFoundError)):
                await call()
    assert there.asked == []


@pytest.mark.parametrize("ids", [{"gooten_id": "１０"}, {"gooten_id": "²"}, {"gooten_id": SAFE_ID}, {"gooten_id": "-1"}, {"gooten_id": ""}])
async def test_no_odd_gooten_id_leaves_this_machine(ids: Mapping[str, str]) -> None:
    there = shop()
    async with kit_on(there) as kit:
        order = evolve(await kit.get_order(REF), ids=ids)
        there.asked.clear()
        with pytest.raises((InvalidRequestError, NotFoundError)):
            await kit.cancel_items(order, order.items)
    assert there.asked == []


@pytest.mark.parametrize("text", ["\ud800", "a\x00b", "a\nb", "a\x7fb", ""])
async def test_text_that_cannot_be_sent_is_refused_with_its_path(text: str) -> None:
    there = shop()
    async with kit_on(there) as kit:
        order = await draft(kit)
        calls: dict[str, Callable[[], Awaitable[Any]]] = {
            "reference": lambda: kit.create_order(NewOrder(TOM, text)),
            "recipient.name": lambda: kit.create_order(NewOrder(Recipient(text, country="GB"))),
            "photos[0].sku": lambda: kit.add_photos(order, [photo("a", text)]),
            "sku": lambda: kit.swap_sku(REF, "1066980", text),
            "photos[0].artwork": lambda: kit.add_photos(order, [Photo(CANVAS, f"https://example.com/{text or ' '}")]),
        }
        for path, call in calls.items():
            with pytest.raises(InvalidRequestError) as caught:
                await call()
            assert caught.value.problems[0].path.startswith(path), path
    assert there.asked == []


@pytest.mark.parametrize("sku", [None, 7])
async def test_a_sku_that_is_no_text_is_refused(sku: Any) -> None:
    async with kit_on(shop()) as kit:
        with pytest.raises(InvalidRequestError, match="sku"):
            await kit.swap_sku(REF, "1066980", sku)


async def test_a_reference_of_more_than_fifty_characters_is_refused() -> None:
    async with kit_on(shop()) as kit:
        await kit.create_order(NewOrder(TOM, "x" * 50))
        with pytest.raises(InvalidRequestError, match="reference"):
            await kit.create_order(NewOrder(TOM, "x" * 51))


async def test_what_the_shop_requires_and_nobody_said_is_never_invented() -> None:
    there = shop()
    async with kit_on(there, email=None, phone=None) as kit:
        order = await draft(kit, photo("a"), recipient=Recipient("Tom"))
        with pytest.raises(RejectedError) as caught:
            await kit.submit(order)
        assert not caught.value.sent
        assert caught.value.report is not None
        assert all(
            word in str(caught.value) for word in ("first and a last name", "line1", "city", "postal_code", "country", "email", "phone")
        )
    assert there.asked == []


async def test_a_placed_order_that_cannot_be_noted_here_is_placed_all_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The disk is full: told as a failure, one would place it again."""

    async with kit_on(shop(), drafts=tmp_path / "drafts.db") as kit:
        order = await draft(kit, photo("a"))

        async def full(self: object, draft_id: str, change: object) -> None:
            raise sqlite3.OperationalError("database or disk is full")

        monkeypatch.setattr("printkit.drafts.FileDrafts.change", full)
        done = await kit.submit(order)
        assert done.id == SAFE_ID


# ── Lists ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def hits(*numbers: int, pages: int = 1) -> Response:
    found = [{"Id": f"7-{number}", "SourceId": f"R-{number}", "Items": NEW["Items"]} for number in numbers]
    return says({"Orders": found, "TotalPages": pages, "Page": 1, "HadError": False})


async def test_a_list_that_is_asked_twice_answers_twice() -> None:
    async with kit_on(shop(GET_ordersearch=hits(1, 2))) as kit:
        orders = kit.list_orders()
        assert len((await orders).items) == 2
        assert len((await orders).items) == 2
        assert len([order async for order in orders]) == 2


async def test_a_page_that_is_asked_twice_answers_twice() -> None:
    pages = {"1": hits(1, 2, pages=2), "2": hits(3, pages=2)}
    async with kit_on(Scripted(lambda request: pages[dict(request.query)["page"]])) as kit:
        first = await kit.list_orders()
        for _ in range(2):
            second = await kit.list_orders(cursor=first.next)
            assert [order.id for order in second.items] == ["7-3"]
        orders = kit.list_orders(cursor=first.next)
        assert [len((await orders).items) for _ in range(2)] == [1, 1]


async def test_since_is_a_day_in_utc() -> None:
    """Half past midnight in Cairo is the day before in Greenwich; an hour of orders must not be lost."""
    there = shop()
    async with kit_on(there) as kit:
        await kit.list_orders(since=datetime(2026, 1, 5, 0, 30, tzinfo=timezone(timedelta(hours=2))))
        await kit.list_orders(since=datetime(2026, 1, 5, 0, 30, tzinfo=UTC))
    assert [dict(request.query)["startDate"] for request in there.asked] == ["2026-01-04", "2026-01-05"]


async def test_since_without_a_time_zone_is_refused() -> None:
    there = shop()
    async with kit_on(there) as kit:
        with pytest.raises(InvalidRequestError, match="time zone"):
            await kit.list_orders(since=datetime(2026, 1, 5))  # noqa: DTZ001 - that is the point
    assert there.asked == []


async def test_a_failing_variant_of_a_product_is_told_as_one_error() -> None:
    async with kit_on(shop(GET_productvariants=says(sample("error.invalid-recipe"), 401))) as kit:
        with pytest.raises(AuthenticationError):
            await kit.list_products(country="GB")


# ── The traps ─────────────────────────────────────────────────────────────────────────────────────────────────────────


async def read(order: Any) -> Order:
    async with kit_on(shop(order)) as kit:
        return await kit.get_order(REF)


def one(**members: Any) -> Any:
    """The samples' order with one item, changed."""
    return EDITABLE | {"Items": [EDITABLE["Items"][0] | members]}


async def test_trap_01_items_are_cancelled_by_put_order_cancel() -> None:
    (request,) = await sent(lambda kit: kit.cancel_items(REF, ["1066980"]))
    assert (request.method, request.path) == ("PUT", "/api/orderCancel")


@pytest.mark.parametrize("word", ["ReadyForImageDI", "ReadyForImageDl", "readyforimagedl"])
async def test_trap_02_a_capital_i_or_a_small_l(word: str) -> None:
    order = await read(one(Status=word))
    assert (order.status, order.items[0].provider_status) == (OrderStatus.SUBMITTED, word)
    assert await sent(lambda kit: kit.replace_artwork(REF, "1066980", URL.format("b")), one(Status=word))


@pytest.mark.parametrize("word", ["NeedsCustomization", "NeedsPersonalization"])
async def test_trap_03_one_status_with_two_names(word: str) -> None:
    order = one(Status=word)
    assert (await read(order)).status is OrderStatus.ACTION_REQUIRED
    for call in (
        lambda kit: kit.swap_sku(REF, "1066980", "OTHER"),
        lambda kit: kit.replace_artwork(REF, "1066980", URL.format("b")),
        lambda kit: kit.cancel_items(REF, ["1066980"]),
        lambda kit: kit.update_recipient(REF, ANN),
    ):
        assert await sent(call, order)


@pytest.mark.parametrize("value", [True, "true", "True"])
async def test_trap_04_had_error_is_a_failure_everywhere_else(value: Any) -> None:
    body = says({"HadError": value, "Errors": []})
    for verb in ("PUT_OrderImages", "PUT_orderItems", "PUT_shippingAddress", "POST_orders", "GET_ordersearch", "GET_countries"):
        async with kit_on(shop(**{verb: body})) as kit:
            calls: dict[str, Verb] = {
                "PUT_OrderImages": lambda kit: kit.replace_artwork(REF, "1066980", URL.format("b")),
                "PUT_orderItems": lambda kit: kit.swap_sku(REF, "1066980", "OTHER"),
                "PUT_shippingAddress": lambda kit: kit.update_recipient(REF, ANN),
                "POST_orders": submit,
                "GET_ordersearch": lambda kit: kit.list_orders(),  # type: ignore[dict-item,return-value]
                "GET_countries": lambda kit: kit.list_countries(),
            }
            with pytest.raises(RejectedError):
                await calls[verb](kit)


@pytest.mark.parametrize("body", [{"HadError": "false"}, {"HadError": None}, {}, {"HadError": 0}], ids=str)
async def test_trap_04_a_had_error_that_is_no_truth_value_settles_no_write(body: Any) -> None:
    """Policy, case 11."""
    async with kit_on(shop(PUT_orderItems=says(body | {"Result": {"Id": SAFE_ID}}))) as kit:
        with pytest.raises(OutcomeUnknownError):
            await kit.swap_sku(REF, "1066980", "OTHER")


async def test_trap_05_the_gooten_id_is_read_once_and_kept() -> None:
    there = shop()
    async with kit_on(there) as kit:
        order = await kit.get_order(REF)
        for number in range(3):
            order = await kit.swap_sku(order, order.items[0], f"SKU-{number}")
    assert [request.method for request in there.asked] == ["GET", "PUT", "PUT", "PUT"]


async def test_trap_05_a_shop_that_does_not_say_the_gooten_id() -> None:
    order = {name: value for name, value in EDITABLE.items() if name != "GootenId"}
    there = shop(order)
    async with kit_on(there) as kit:
        with pytest.raises(NotFoundError, match="GootenId"):
            await kit.cancel_items(REF, ["1066980"])
    assert there.written == []


@pytest.mark.parametrize("value", ["529627", 529627])
async def test_trap_05_the_gooten_id_as_a_number_or_a_string(value: Any) -> None:
    assert (await read(EDITABLE | {"GootenId": value})).ids["gooten_id"] == "529627"


async def test_trap_06_every_parameter_is_spelled_as_its_page_does() -> None:
    (request,) = await sent(lambda kit: kit.cancel_items(REF, ["1066980"]))
    assert [name for name, _ in request.query if name.lower() == "orderid"] == ["orderId"]
    assert [name for name, _ in request.query if name.lower() == "recipeid"] == ["recipeid"]


@pytest.mark.parametrize("key", ["a+b", "a/b=", "100%", "%2B", "a&b=c", "é", "a b", "#?;", "+" * 40])
async def test_trap_07_any_key_arrives_as_it_is(key: str) -> None:
    seen: list[Arrival] = []

    async def behave(peer: Peer) -> None:
        while (arrival := await peer.request()) is not None:
            seen.append(arrival)
            await peer.answer(sample_bytes_of_an_empty_search())

    environ = settings(partner_billing_key=key)
    async with serve(behave) as server, printkit.connect(f"gooten+emulator://127.0.0.1:{server.port}", environ=environ) as kit:
        await kit.list_orders()
    text = key_as_sent(seen[0])
    assert text is not None
    assert unquote(text) == unquote_plus(text) == key


def sample_bytes_of_an_empty_search() -> bytes:
    return json.dumps(sample("ordersearch.response.empty")).encode()


async def test_trap_09_http_201_is_a_success_and_http_200_may_be_none() -> None:
    async with kit_on(shop(POST_orders=says(PLACED, 201))) as kit:
        assert (await submit(kit)).id == SAFE_ID
    async with kit_on(shop(POST_orders=says(sample("orders-post.response.validation-error")))) as kit:
        with pytest.raises(RejectedError):
            await submit(kit)


async def test_trap_09_an_error_reference_alone_is_a_failure() -> None:
    async with kit_on(shop(GET_countries=says({"ErrorReferenceCode": "c-1", "Countries": []}))) as kit:
        with pytest.raises(RejectedError) as caught:
            await kit.list_countries()
    assert caught.value.request_id == "c-1"


@pytest.mark.parametrize("text", ["Invalid recipeId", "The request: invalid RECIPEID given", "invalid recipeid"])
@pytest.mark.parametrize("status", [200, 400, 403])
async def test_trap_10_a_bad_recipe_is_known_by_its_message(text: str, status: int) -> None:
    async with kit_on(Scripted(lambda request: says({"Message": text}, status))) as kit:
        with pytest.raises(AuthenticationError):
            await kit.get_order(REF)


@pytest.mark.parametrize(
    "body",
    [{}, {"HadError": False}, {"Items": [{"Id": "x"}]}, {"GootenId": 7, "Items": []}, {"Id": None}, {"HadError": False, "Id": None}],
    ids=str,
)
async def test_trap_11_an_order_without_an_id_is_none(body: Any) -> None:
    async with kit_on(shop(body)) as kit:
        with pytest.raises(NotFoundError):
            await kit.get_order(REF)


async def test_trap_11_a_404_is_none_too() -> None:
    async with kit_on(Scripted(lambda request: says(b"", 404))) as kit:
        with pytest.raises(NotFoundError):
            await kit.get_order(REF)


@pytest.mark.parametrize("body", [b"<!DOCTYPE html><html>", b"", b"[]", b"null", b'"x"', b"7", b"{", b"\xff\xfe", b"[" * 100_000])
async def test_trap_12_what_is_not_a_json_object_is_unreadable(body: bytes) -> None:
    async with kit_on(Scripted(lambda request: says(body))) as kit:
        for call in (kit.get_order(REF), kit.list_countries(), kit.validate(REF)):
            with pytest.raises(UnreadableAnswerError) as caught:
                await call
            assert caught.value.__cause__ is None
            assert caught.value.__context__ is None


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_trap_12_redirects_are_not_followed(status: int) -> None:
    there = Scripted(lambda request: Response(status, {"location": "https://thief.example.com/"}, b""))
    async with kit_on(there) as kit:
        with pytest.raises(UnreadableAnswerError):
            await kit.get_order(REF)
        with pytest.raises(OutcomeUnknownError):
            await submit(kit)
    assert len(there.written) == 1


@pytest.mark.parametrize(
    ("errors", "words"),
    [
        ([6924457], "item 6924457"),
        (["6924457"], "item 6924457"),
        ([{"PropertyName": "Ids", "ErrorMessage": "no"}], "Ids: no"),
        ([{"ErrorMessage": "no"}], "no"),
        (["plainly no"], "plainly no"),
        ([None, {}, [], 1.5], "HTTP"),
        (None, "HTTP"),
        ("no", "HTTP"),
    ],
)
async def test_trap_13_errors_in_every_shape(errors: Any, words: str) -> None:
    async with kit_on(shop(PUT_orderCancel=says({"HadError": True, "Errors": errors}, 400))) as kit:
        with pytest.raises(RejectedError, match=words):
            await kit.cancel_items(REF, ["1066980"])


async def test_trap_14_an_answer_that_lists_other_items_settles_nothing() -> None:
    async with kit_on(shop(PUT_OrderImages=says({"HadError": False, "UpdatedItems": {"UpdatedOrderItems": [1]}}))) as kit:
        with pytest.raises(OutcomeUnknownError):
            await kit.replace_artwork(REF, "1066980", URL.format("b"))
    async with kit_on(shop(PUT_orderCancel=says({"HadError": False, "Errors": [], "Success": [1]}))) as kit:
        with pytest.raises(OutcomeUnknownError):
            await kit.cancel_items(REF, ["1066980"])


@pytest.mark.parametrize("form", [[1066980], ["1066980"]])
async def test_trap_14_items_are_listed_as_numbers_or_strings(form: list[Any]) -> None:
    async with kit_on(shop(PUT_OrderImages=says({"HadError": False, "UpdatedItems": {"UpdatedOrderItems": form}}))) as kit:
        order = await kit.replace_artwork(REF, "1066980", URL.format("b"))
        assert order.items[0].artwork[0].url == URL.format("b")
    async with kit_on(shop(PUT_orderCancel=says({"HadError": False, "Errors": [], "Success": form}))) as kit:
        assert (await kit.cancel_items(REF, ["1066980"])).status is OrderStatus.CANCELLED


async def test_trap_15_sku_in_capitals_in_orders_and_not_in_picture_checks() -> None:
    there = shop()
    async with kit_on(there) as kit:
        await validated(kit)
        await submit(kit, reference="R2")
    prices, pictures, order = there.bodies()
    assert (set(prices["Items"][0]), pictures["Sku"]) == ({"SKU", "Quantity"}, CANVAS)
    assert order["Items"][0]["SKU"] == CANVAS


async def test_trap_16_url_in_three_spellings() -> None:
    body, _ = await sent_order(photo("a"))
    assert set(body["Items"][0]["Images"][0]) == {"Url", "Index"}
    (change,) = await body_of(lambda kit: kit.replace_artwork(REF, "1066980", URL.format("b")))
    assert set(change) == {"OrderItemId", "SpaceId", "URL"}
    assert (await read(EDITABLE)).items[0].artwork[0].url == "https://some-cdn.com/7d744a684fe03ebc7e8de545f97739dd.jpg"


async def test_trap_17_ship_to_address_is_sent_and_shipping_address_read() -> None:
    body, _ = await sent_order(photo("a"))
    assert "ShipToAddress" in body
    assert "ShippingAddress" not in body
    assert (await read(EDITABLE)).recipient == GOOTEN_TEST


async def test_trap_18_an_old_spelling_of_source_id() -> None:
    order = {name: value for name, value in EDITABLE.items() if name != "SourceId"} | {"SouceId": "shop-9"}
    assert (await read(order)).reference == "shop-9"


async def test_trap_19_a_source_id_that_is_the_id_is_none() -> None:
    assert (await read(EDITABLE | {"SourceId": SAFE_ID})).reference is None


@pytest.mark.parametrize("word", ["Cancelled", "Canceled", "canceled"])
async def test_trap_21_cancelled_with_one_l_or_two(word: str) -> None:
    assert (await read(one(Status=word))).status is OrderStatus.CANCELLED
    (request,) = [each for each in await sent_cancellation() if each.method == "POST"]
    assert dict(request.query)["orderStatusName"] == "Cancelled"


async def sent_cancellation() -> list[Request]:
    there = shop()
    async with kit_on(there) as kit:
        with pytest.raises(OutcomeUnknownError):
            await kit.set_status(REF, OrderStatus.CANCELLED)
    return there.written


@pytest.mark.parametrize("word", ["standard", "Standard", "EXPEDITED"])
async def test_trap_22_a_ship_type_goes_in_small_letters(word: str) -> None:
    body, _ = await sent_order(photo("a"), shipping=word)
    assert body["Items"][0]["ShipType"] == word.lower()


async def test_trap_23_a_carriers_method_goes_alone_and_as_a_number() -> None:
    body, _ = await sent_order(photo("a"), shipping="3")
    assert body["Items"][0]["ShipCarrierMethodId"] == 3
    assert "ShipType" not in body["Items"][0]


@pytest.mark.parametrize("space", ["46310", "1E234", "00000", "CC38D"])
async def test_trap_24_spaces_skus_and_postal_codes_stay_text(space: str) -> None:
    image = {"SourceUrl": URL.format("a"), "SpaceId": space}
    order = one(Images=[image], Sku="00123") | {"ShippingAddress": EDITABLE["ShippingAddress"] | {"PostalCode": "01234"}}
    found = await read(order)
    assert (found.items[0].artwork[0].space, found.items[0].provider_sku) == (space, "00123")
    assert found.recipient is not None
    assert found.recipient.postal_code == "01234"
    (body,) = await body_of(lambda kit: kit.replace_artwork(REF, "1066980", Artwork(url=URL.format("b"), space=space)), order)
    assert body["SpaceId"] == space


@pytest.mark.parametrize("number", ["1066980", 1066980])
async def test_trap_24_item_ids_as_numbers_or_strings(number: Any) -> None:
    assert (await read(one(OrderItemId=number))).items[0].id == "1066980"
    assert await body_of(lambda kit: kit.cancel_items(REF, ["1066980"]), one(OrderItemId=number)) == {"Ids": [1066980]}


@pytest.mark.parametrize("quantity", [2, "2"])
async def test_trap_24_quantities_as_numbers_or_strings(quantity: Any) -> None:
    assert (await read(one(Quantity=quantity))).items[0].copies == 2


@pytest.mark.parametrize(("price", "wanted"), [("0", "0"), ("25.5", "25.5"), ("0.00", "0.00"), ("30.270", "30.270")])
async def test_trap_25_prices_are_decimals_as_they_came(price: str, wanted: str) -> None:
    body = json.dumps(one(Price={"Price": "PRICE", "CurrencyCode": "USD", "FormattedPrice": "$9,999"})).replace('"PRICE"', price)
    async with kit_on(shop(GET_orders=says(body.encode()))) as kit:
        (item,) = (await kit.get_order(REF)).items
    assert item.price is not None
    assert str(item.price.amount) == wanted


@pytest.mark.parametrize("odd", [None, True, "30.27", {}, [], {"Price": None}, {"Price": "x"}, {"Price": 1e400}], ids=str)
async def test_trap_25_an_odd_price_does_not_hide_an_order(odd: Any) -> None:
    order = await read(json.loads(json.dumps(one(Price=odd, Total=odd) | {"Total": odd}).replace("Infinity", "null")))
    assert order.status is OrderStatus.SUBMITTED
    assert order.items[0].price is None


async def test_trap_26_the_price_of_two_is_not_worked_out() -> None:
    assert str((await read(one(Quantity=2))).items[0].price) == "30.27 USD"


async def test_trap_27_no_date_no_status_and_the_totals_currency() -> None:
    order = await read(EDITABLE | {"Total": EDITABLE["Total"] | {"CurrencyCode": "EUR"}})
    assert (order.created, order.updated, order.provider_status) == (None, None, None)
    assert order.price is not None
    assert order.price.currency == "EUR"


@pytest.mark.parametrize("empty", ["", None])
async def test_trap_29_empty_tracking_is_none(empty: Any) -> None:
    order = await read(one(Shipments=[], TrackingNumber=empty, TrackingUrl=empty, ShipCarrierName=""))
    assert order.shipments == ()


async def test_trap_29_a_tracking_number_does_not_make_it_shipped() -> None:
    order = await read(one(Status="New", TrackingNumber="94001", TrackingUrl=""))
    assert order.status is OrderStatus.SUBMITTED
    assert [each.status for each in order.shipments] == [OrderStatus.SUBMITTED]


async def test_trap_29_one_parcel_of_two_items_is_one_shipment() -> None:
    parcel = {"TrackingNumber": "94001", "TrackingUrl": "https://t.example.com/94001", "ShipCarrierName": "USPS"}
    items = [EDITABLE["Items"][0] | {"OrderItemId": number, "Status": "Shipped", "Shipments": [parcel]} for number in (1, 2)]
    order = await read(EDITABLE | {"Items": items})
    assert [(each.tracking_number, each.item_ids) for each in order.shipments] == [("94001", ("1", "2"))]


async def test_trap_30_out_for_delivery_is_not_with_the_courier() -> None:
    assert (await read(one(Status="OutForDelivery"))).status is OrderStatus.IN_PRODUCTION


async def test_trap_31_a_held_order_is_not_released_and_says_why() -> None:
    there = shop(HELD)
    async with kit_on(there) as kit:
        for target in (OrderStatus.SUBMITTED, "New", OrderStatus.TEST):
            with pytest.raises(ConflictError) as caught:
                await kit.set_status(REF, target)
            assert not caught.value.sent
        support = kit.supports(printkit.Capability.HOLD_ORDER, stage=printkit.Stage.PLACED)
        assert "release" in support.why
    assert there.written == []


async def test_trap_31_a_held_order_is_cancelled_item_by_item() -> None:
    (request,) = await sent(lambda kit: kit.set_status(REF, OrderStatus.CANCELLED), HELD)
    assert request.path == "/api/orderCancel"


@pytest.mark.parametrize("word", ["New", "Pending"])
async def test_trap_32_artwork_stays_while_an_order_is_new_or_pending(word: str) -> None:
    there = shop(one(Status=word))
    async with kit_on(there) as kit:
        with pytest.raises(ConflictError) as caught:
            await kit.replace_artwork(REF, "1066980", URL.format("b"))
    assert not caught.value.sent
    assert "Hold" in caught.value.allowed_in
    assert there.written == []


async def test_trap_34_a_mixed_order_is_cancelled_by_the_route_that_covers_its_items() -> None:
    items = [EDITABLE["Items"][0] | {"OrderItemId": number, "Status": word} for number, word in ((1, "New"), (2, "Hold"), (3, "Cancelled"))]
    there = shop(EDITABLE | {"Items": items}, PUT_orderCancel=says({"HadError": False, "Errors": [], "Success": [1, 2]}))
    async with kit_on(there) as kit:
        assert (await kit.set_status(REF, OrderStatus.CANCELLED)).status is OrderStatus.CANCELLED
    assert there.bodies() == [{"Ids": [1, 2]}]


async def test_trap_35_a_plain_sku_goes_as_new_prp_sku() -> None:
    assert (await body_of(lambda kit: kit.swap_sku(REF, "1066980", "Mug-11oz-White")))["NewPRPSku"] == "Mug-11oz-White"


async def test_trap_36_pages_that_repeat_end_the_list() -> None:
    """A shop that takes ``page`` for something else, or not at all, must not make the list endless."""
    there = shop(GET_ordersearch=hits(1, 2, pages=10**9))
    async with kit_on(there) as kit:
        assert [order.id async for order in kit.list_orders()] == ["7-1", "7-2"]
    assert len(there.asked) == 2


async def test_trap_36_pages_that_repeat_end_a_look_up() -> None:
    there = shop(GET_ordersearch=hits(1, 2, pages=10**9), POST_orders=Response(502, {}, b""))
    async with kit_on(there) as kit:
        with pytest.raises(OutcomeUnknownError, match="no order has this reference"):
            await submit(kit)
    assert len(there.asked) <= 6


async def test_trap_36_an_order_pushed_to_the_next_page_is_told_once() -> None:
    pages = {"1": hits(3, 2, pages=2), "2": hits(2, 1, pages=2)}
    async with kit_on(Scripted(lambda request: pages[dict(request.query)["page"]])) as kit:
        assert [order.id async for order in kit.list_orders()] == ["7-3", "7-2", "7-1"]


@pytest.mark.parametrize("pages", [0, -1, None, "1", "x", 10**30])
async def test_trap_36_an_odd_number_of_pages(pages: Any) -> None:
    async with kit_on(shop(GET_ordersearch=says({"Orders": [{"Id": "7-1", "Items": []}], "TotalPages": pages}))) as kit:
        assert [order.id async for order in kit.list_orders()] == ["7-1"]


async def test_trap_41_a_dead_link_is_told_by_the_status() -> None:
    async with kit_on(shop(one(Status="ImageIssue"))) as kit:
        report = await kit.validate(REF)
    assert not report.ok
    assert [problem.item for problem in report.problems] == ["1066980"]


async def test_trap_42_the_ordered_sku_of_a_print_ready_product_is_compared() -> None:
    """The shop answers with its own SKU; the order is ours all the same."""
    there = shop(POST_orders=Response(502, {}, b""))
    async with kit_on(there) as kit:
        order = await draft(kit, photo("a", "MyShop-Mug"), reference="R1")
        item = {"OrderItemId": 1, "Sku": "Mug-11oz-White", "Quantity": 1, "Status": "New", "Meta": {"PreconfigSku": "MyShop-Mug"}}
        answer = EDITABLE | {"SourceId": "R1", "Items": [item | {"SourceId": order.items[0].id}]}
        found = {"Orders": [{"Id": SAFE_ID, "SourceId": "R1", "Items": []}], "TotalPages": 1}
        table = answers(answer, GET_ordersearch=says(found), POST_orders=Response(502, {}, b""))
        there._script = by_path(table)
        done = await kit.submit(order)
    assert done.receipt.reconciled
    assert done.items[0].provider_sku == "MyShop-Mug"


async def test_trap_44_a_known_order_in_another_status_is_kept_word_by_word() -> None:
    order = await read(one(Status="Some New Word"))
    assert (order.status, order.items[0].provider_status) == (OrderStatus.UNKNOWN, "Some New Word")


# ── The escape hatch ──────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_request_of_ones_own_is_judged_like_any_other() -> None:
    async with kit_on(Scripted(lambda request: says({"HadError": True, "Errors": []}))) as kit:
        with pytest.raises(RejectedError):
            await kit.request(Request("GET", "/orderbilling", Effect.READS))
        with pytest.raises(RejectedError):
            await kit.request(Request("PUT", "/shippingMethod", Effect.WRITES, body=b"{}"))


async def test_a_request_of_ones_own_that_is_lost_is_never_looked_for() -> None:
    there = Scripted(lambda request: Response(502, {}, b""))
    async with kit_on(there) as kit:
        with pytest.raises(OutcomeUnknownError) as caught:
            await kit.request(Request("PUT", "/shippingMethod", Effect.WRITES, body=b"{}"))
        found = await kit.reconcile(caught.value.handle, send_again=True)
    assert isinstance(found, printkit.Unknown)
    assert len(there.asked) == 1


# ── Hostile answers ───────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "body",
    [
        {"Id": SAFE_ID, "Items": [{}]},
        {"Id": SAFE_ID, "Items": [None]},
        {"Id": SAFE_ID, "Items": "x"},
        {"Id": 7, "Items": []},
        {"Id": SAFE_ID, "Items": [{"Sku": "x", "Status": "New", "Quantity": "many"}]},
        {"Id": SAFE_ID, "Items": [{"Sku": "x", "Status": None, "Quantity": 1}]},
    ],
    ids=str,
)
async def test_an_order_that_lacks_what_matters_is_unreadable(body: Any) -> None:
    async with kit_on(shop(body)) as kit:
        with pytest.raises(UnreadableAnswerError):
            await kit.get_order(REF)


LOOSE = ["NiceId", "SourceId", "GootenId", "Total", "ShippingTotal", "ShippingAddress", "Meta", "DiscountCode"]
LOOSE_ITEM = ["SourceId", "Price", "Meta", "Images", "Shipments", "TrackingNumber", "TrackingUrl", "ShipCarrierName"]
ODD: list[Any] = [None, True, 7, -1, "x", [], {}, [None], [7], ["x"], {"x": 1}, [[]], 10**30]


@pytest.mark.parametrize("name", LOOSE)
async def test_an_odd_member_does_not_hide_an_order(name: str) -> None:
    for odd in ODD:
        assert (await read(EDITABLE | {name: odd})).id == SAFE_ID


@pytest.mark.parametrize("name", LOOSE_ITEM)
async def test_an_odd_member_of_an_item_does_not_hide_an_order(name: str) -> None:
    for odd in ODD:
        assert (await read(one(**{name: odd}))).items[0].id == "1066980"


@pytest.mark.parametrize("number", ["1e400", "1e999999999999", "-1e400", "1e-400", "9" * 4000])
async def test_hostile_numbers_do_not_hide_an_order(number: str) -> None:
    body = json.dumps(one(Price={"Price": "PRICE", "CurrencyCode": "USD"})).replace('"PRICE"', number).encode()
    async with kit_on(shop(GET_orders=says(body))) as kit:
        try:
            order = await kit.get_order(REF)
        except UnreadableAnswerError:
            return
        assert order.status is OrderStatus.SUBMITTED
