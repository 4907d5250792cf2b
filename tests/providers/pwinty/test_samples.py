"""Every sample answer of the vendor, through the verb that reads it. What is expected was written down from the samples, by hand."""

import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from decimal import Context, Decimal, Inexact, localcontext
from pathlib import Path
from typing import Any

import pytest

from printkit import (
    ArtworkStatus,
    AuthenticationError,
    ConflictError,
    Country,
    Item,
    Money,
    NewOrder,
    NotFoundError,
    Order,
    OrderRef,
    OrderStatus,
    Payment,
    PrintKit,
    Problem,
    ProblemCode,
    Product,
    ProductList,
    ProviderError,
    Recipient,
    RejectedError,
    Severity,
    Sizing,
)
from printkit.catalogue import ProductAttribute, ShippingRate
from tests.providers.pwinty.shops import ANN, SAMPLES, Scripted, by_path, kit_on, photo, sample, sample_bytes, says

ALEX = Recipient("Alex Example", line1="12 Example Street", city="Cardiff", state="Glamorgan", postal_code="CF11 1AB", country="GB")
INDEX = {entry["file"]: entry for entry in json.loads((SAMPLES / "index.json").read_text())}


def answers(name: str) -> Any:
    entry = INDEX[f"{name}.json"]
    return says(sample_bytes(name), entry["status"])


def shop_with(name: str) -> Scripted:
    """A shop that gives this answer to everything."""
    answer = answers(name)
    return Scripted(lambda request: answer)


def gbp(amount: str) -> Money:
    return Money(Decimal(amount), "GBP")


async def read(name: str) -> Order:
    async with kit_on(shop_with(name)) as kit:
        return await kit.get_order(f"pwinty:{sample(name)['id']}")


def at(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[arg-type]


# ── Orders ────────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_the_seeds_order() -> None:
    order = await read("orders-get.200.seed")
    assert order.ref == OrderRef("pwinty", "1065")
    assert (order.status, order.provider_status) == (OrderStatus.DRAFT, "NotYetSubmitted")
    assert order.reference == "ORD-123-456"
    assert order.recipient == Recipient(
        "Tom Smith", line1="14 Acacia Avenue", line2="", city="Cardiff", state="Glamorgan", postal_code="CF11 1AB", country="GB"
    )
    assert (order.price, order.shipping_price) == (gbp("12.92"), gbp("0.12"))
    assert order.payment is Payment.RECIPIENT
    assert order.payment_url == "https://checkout.pwinty.com/Pay?paymentRef=12345"
    assert (order.created, order.updated) == (at(2017, 7, 28, 8, 53, 16, 210000), at(2017, 7, 28, 9, 6, 49, 950000))
    assert order.complete
    assert order.raw == sample("orders-get.200.seed")
    (item,) = order.items
    assert (item.id, item.sku, item.provider_sku, item.copies, item.sizing) == ("3456", "4x6", "4x6", 4, Sizing.CROP)
    assert (item.price, item.price_to_recipient) == (gbp("1.99"), gbp("2.14"))
    assert item.attributes == {"frame_colour": "silver"}
    assert (item.status, item.provider_status) == (OrderStatus.DRAFT, "NotYetDownloaded")
    (picture,) = item.artwork
    assert picture.url == "http://www.flickr.com/mytestphoto.jpg"
    assert picture.md5 == "79054025255fb1a26e4bc422aef54eb4"
    assert (picture.preview_url, picture.thumbnail_url) == (
        "http://s3.amazonaws.com/anexampleurl",
        "http://s3.amazonaws.com/anexamplethumbnailurl",
    )
    assert (picture.status, picture.provider_status) == (ArtworkStatus.PENDING, "NotYetDownloaded")
    (parcel,) = order.shipments
    assert (parcel.id, parcel.carrier, parcel.is_tracked) == ("321", None, True)
    assert (parcel.tracking_number, parcel.tracking_url) == ("123456", "http://www.ups.com/track?123456")
    assert parcel.item_ids == ("3456", "3457")
    assert parcel.shipped_at is None
    assert (parcel.earliest_arrival, parcel.latest_arrival) == (
        at(2015, 2, 19, 12, 50, 59, 175116),
        at(2015, 2, 24, 12, 50, 59, 175116),
    )


async def test_a_draft_with_a_forecast_shipment() -> None:
    order = await read("orders-get.200.notyetsubmitted-with-photo")
    assert (order.ref.id, order.status) == ("1066", OrderStatus.DRAFT)
    assert order.recipient == ALEX
    assert (order.price, order.shipping_price) == (gbp("2.59"), gbp("1.99"))
    (parcel,) = order.shipments
    assert (parcel.id, parcel.carrier, parcel.is_tracked) == (None, "UK NonLiveShippingInfoService Postal Service", False)
    assert (parcel.tracking_number, parcel.tracking_url, parcel.shipped_at) == (None, None, None)
    assert (parcel.earliest_arrival, parcel.latest_arrival) == (at(2017, 7, 30), at(2017, 8, 1, 23, 59, 59))
    assert [item.id for item in order.items] == ["3501"]


async def test_a_submitted_order_may_still_lack_pictures() -> None:
    order = await read("orders-get.200.submitted")
    assert (order.status, order.provider_status) == (OrderStatus.SUBMITTED, "Submitted")
    assert order.updated == at(2017, 7, 28, 9, 6, 49, 953000)
    assert [(item.id, item.copies, item.status) for item in order.items] == [
        ("3502", 1, OrderStatus.SUBMITTED),
        ("3503", 2, OrderStatus.SUBMITTED),
    ]
    assert [item.artwork[0].status for item in order.items] == [ArtworkStatus.READY, ArtworkStatus.PENDING]
    assert order.items[0].artwork[0].md5 == "5b2860286dc2146bec8a1f4e23f1740c"
    assert order.payment is Payment.MERCHANT
    assert order.payment_url is None


async def test_a_complete_order_in_two_parcels() -> None:
    order = await read("orders-get.200.complete-two-shipments")
    assert (order.status, order.provider_status) == (OrderStatus.SHIPPED, "Complete")
    assert {item.status for item in order.items} == {OrderStatus.SHIPPED}
    assert (order.created, order.updated) == (at(2017, 7, 28, 8, 53, 16), at(2017, 8, 2, 14, 20, 7, 100000))
    first, second = order.shipments
    assert (first.id, first.carrier, first.tracking_number, first.is_tracked) == ("551382", "UPS", "1-UZ-122345", True)
    assert first.tracking_url == "https://ashipmentcompany.com/track?id=1-UZ-122345"
    assert first.shipped_at == at(2017, 7, 29, 16, 5, 12, 477000)
    assert (first.status, first.item_ids) == (OrderStatus.SHIPPED, ("3504",))
    assert (second.id, second.carrier, second.is_tracked) == ("551383", "RoyalMailSecondClass", False)
    assert (second.tracking_number, second.tracking_url, second.shipped_at) == (None, None, None)
    assert second.latest_arrival == at(2017, 8, 5, 23, 59, 59)


async def test_an_order_that_awaits_payment() -> None:
    order = await read("orders-get.200.awaitingpayment")
    assert (order.status, order.payment) == (OrderStatus.AWAITING_PAYMENT, Payment.RECIPIENT)
    assert order.payment_url == "https://checkout.pwinty.com/Pay?paymentRef=12346"
    assert order.recipient == Recipient("Alex Example", country="GB")
    assert order.items[0].price_to_recipient == gbp("2.70")
    assert order.items[0].status is OrderStatus.AWAITING_PAYMENT


async def test_a_list() -> None:
    async with kit_on(shop_with("orders-list.200")) as kit:
        page = await kit.list_orders()
    assert page.next is None
    complete, thin = page.items
    assert (complete.ref.id, complete.status, complete.price, complete.complete) == ("1068", OrderStatus.SHIPPED, gbp("24.95"), False)
    assert complete.shipments[0].shipped_at == at(2017, 7, 29, 16, 5, 12, 477000)
    assert (thin.ref.id, thin.status, thin.complete) == ("1066", OrderStatus.DRAFT, False)
    assert (thin.price, thin.shipping_price, thin.shipments) == (None, None, ())
    assert thin.raw == sample("orders-list.200")[1]


async def test_an_empty_list() -> None:
    async with kit_on(shop_with("orders-list.200.empty")) as kit:
        assert [order async for order in kit.list_orders(reference="NO-SUCH-REF")] == []


async def test_a_new_order() -> None:
    async with kit_on(shop_with("orders-create.200")) as kit:
        order = await kit.create_order(NewOrder(Recipient("Alex Example", country="GB")))
    assert (order.ref.id, order.status, order.items, order.shipments) == ("1070", OrderStatus.DRAFT, (), ())
    assert order.created == order.updated == at(2017, 7, 28, 8, 53, 16, 214731)
    assert order.reference is None
    assert order.price == gbp("0")


async def test_a_new_order_as_recorded() -> None:
    async with kit_on(shop_with("orders-create.200.recorded-v2.6")) as kit:
        order = await kit.create_order(NewOrder(ALEX, reference="60055"))
    assert (order.ref.id, order.reference) == ("775896", "60055")
    assert order.recipient is not None
    assert order.recipient.name == "Alex Example "
    assert order.created == at(2019, 4, 6, 1, 59, 3, 144015)


async def test_a_new_recipient() -> None:
    async with kit_on(
        Scripted(by_path({("GET", "/Orders/1070"): answers("orders-create.200"), ("PUT", "/Orders/1070"): answers("orders-update.200")}))
    ) as kit:
        order = await kit.update_recipient(OrderRef("pwinty", "1070"), ALEX)
    assert order.recipient is not None
    assert order.recipient.line2 == "Flat 3"
    assert (order.created, order.updated) == (at(2017, 7, 28, 8, 53, 16, 213000), at(2017, 7, 28, 8, 54, 1, 352816))


# ── Validation ────────────────────────────────────────────────────────────────────────────────────────────────────────


def code(problem: Problem) -> tuple[ProblemCode, Severity, str | None, str | None]:
    return problem.code, problem.severity, problem.item, problem.provider_code


ERROR, WARNING = Severity.ERROR, Severity.WARNING
REPORTS = {
    "valid-clean": (True, []),
    "empty-order": (
        False,
        [
            (ProblemCode.NO_ITEMS, ERROR, None, "NoItemsInOrder"),
            (ProblemCode.ADDRESS_INCOMPLETE, ERROR, None, "PostalAddressNotSet"),
        ],
    ),
    "invalid.seed": (
        False,
        [
            (ProblemCode.ADDRESS_INCOMPLETE, ERROR, None, "PostalAddressNotSet"),
            (ProblemCode.ITEM_PROBLEMS, ERROR, None, "ItemsContainingErrors"),
            (ProblemCode.ARTWORK_UNREACHABLE, ERROR, "5431", "FileCouldNotBeDownloaded"),
            (ProblemCode.ARTWORK_TOO_SMALL, WARNING, "5449", "PictureSizeTooSmall"),
            (ProblemCode.WILL_BE_CROPPED, WARNING, "5449", "CroppingWillOccur"),
        ],
    ),
    "photo-error-only": (
        False,
        [
            (ProblemCode.ARTWORK_UNREACHABLE, ERROR, "3510", "FileCouldNotBeDownloaded"),
            (ProblemCode.ARTWORK_NOT_CHECKED, WARNING, "3510", "CouldNotValidateImageSize"),
            (ProblemCode.ARTWORK_NOT_CHECKED, WARNING, "3510", "CouldNotValidateAspectRatio"),
        ],
    ),
    "valid-with-warnings.recorded-v2.6": (
        True,
        [
            (ProblemCode.ARTWORK_NOT_CHECKED, WARNING, "986282", "CouldNotValidateImageSize"),
            (ProblemCode.ARTWORK_NOT_CHECKED, WARNING, "986282", "CouldNotValidateAspectRatio"),
        ],
    ),
}


@pytest.mark.parametrize("name", REPORTS)
async def test_a_validation(name: str) -> None:
    ok, problems = REPORTS[name]
    async with kit_on(shop_with(f"orders-submissionstatus.200.{name}")) as kit:
        report = await kit.validate(OrderRef("pwinty", "1065"))
    assert (report.ok, [code(problem) for problem in report.problems]) == (ok, problems)
    assert all(problem.text for problem in report.problems)


# ── Photos ────────────────────────────────────────────────────────────────────────────────────────────────────────────


async def added(name: str, order: str = "orders-create.200", **answer: Any) -> Order:
    path = "/Orders/1070/Photos/Batch" if "batch" in name else "/Orders/1070/Photos"
    shop = Scripted(by_path({("GET", "/Orders/1070"): answers(order), ("POST", path): answers(name)}))
    async with kit_on(shop) as kit:
        photos = [photo("a"), photo("b")] if "batch" in name else [photo("a")]
        return await kit.add_photos(OrderRef("pwinty", "1070"), photos)


async def test_an_added_url_photo() -> None:
    (item,) = (await added("photos-create.200.url")).items
    assert (item.id, item.provider_sku, item.copies, item.attributes, item.price) == ("3501", "4x6", 1, {"finish": "glossy"}, gbp("0.60"))
    assert (item.status, item.artwork[0].status) == (OrderStatus.DRAFT, ArtworkStatus.PENDING)
    assert item.artwork[0].md5 is None


async def test_an_added_file() -> None:
    (item,) = (await added("photos-create.200.file")).items
    assert (item.artwork[0].url, item.artwork[0].status) == (None, ArtworkStatus.READY)
    assert item.artwork[0].md5 == "5b2860286dc2146bec8a1f4e23f1740c"


async def test_an_added_photo_without_a_picture() -> None:
    (item,) = (await added("photos-create.200.neither-url-nor-file")).items
    assert item.artwork[0].status is ArtworkStatus.MISSING


async def test_an_added_photo_as_recorded() -> None:
    (item,) = (await added("photos-get.200.recorded-v2.6")).items
    assert (item.id, item.provider_sku, item.price) == ("986207", "MiniFrame_16x16_LustrePaper_gb", gbp("15.00"))


@pytest.mark.parametrize("name", ["photos-get.200.seed", "photos-get.200.ok"])
async def test_a_photo(name: str) -> None:
    given = sample(name)
    shop = Scripted(
        by_path({("GET", "/Orders/1070"): answers("orders-create.200"), ("GET", f"/Orders/1070/Photos/{given['id']}"): answers(name)})
    )
    async with kit_on(shop) as kit:
        item = await kit.get_item(await kit.get_order("pwinty:1070"), str(given["id"]))
    assert item.status is OrderStatus.DRAFT
    assert (item.id, item.provider_sku, item.copies) == (str(given["id"]), given["type"], int(given["copies"]))
    assert item.artwork[0].md5 == given["md5Hash"]
    assert (item.artwork[0].preview_url, item.artwork[0].thumbnail_url) == (given["previewUrl"], given["thumbnailUrl"])


async def test_photos_that_were_there_before() -> None:
    answered = {
        ("GET", "/Orders/1070"): answers("orders-create.200"),
        ("GET", "/Orders/1070/Photos"): answers("photos-list.200"),
        ("POST", "/Orders/1070/Photos"): answers("photos-create.200.url"),
    }
    async with kit_on(Scripted(by_path(answered))) as kit:
        older = await kit.get_order("pwinty:1070")
    async with kit_on(Scripted(by_path(answered))) as another:
        order = await another.add_photos(older, [photo("a")])
    assert [(item.id, item.status) for item in order.items] == [(id_, OrderStatus.DRAFT) for id_ in ("3502", "3503", "3501")]


async def test_a_batch() -> None:
    first, second = (await added("photos-batch.200")).items
    assert (first.id, first.provider_sku, first.copies, first.sizing) == ("3511", "4x6", 4, Sizing.CROP)
    assert (second.id, second.provider_sku, second.sizing) == ("3512", "BoxFrame_24x48_Unmounted", Sizing.FIT)
    assert (second.attributes, second.price) == ({"frame_colour": "silver"}, gbp("97.50"))


async def test_the_seeds_batch() -> None:
    items = (await added("photos-batch.200.seed")).items
    assert [(item.id, item.copies, item.price_to_recipient) for item in items] == [("3456", 4, gbp("2.14")), ("4567", 4, gbp("2.14"))]


async def test_a_deleted_photo() -> None:
    order = sample("orders-get.200.notyetsubmitted-with-photo")
    shop = Scripted(
        by_path(
            {
                ("GET", "/Orders/1066"): answers("orders-get.200.notyetsubmitted-with-photo"),
                ("DELETE", "/Orders/1066/Photos/3501"): answers("photos-delete.200"),
            }
        )
    )
    async with kit_on(shop) as kit:
        done = await kit.cancel_items(OrderRef("pwinty", "1066"), [str(order["photos"][0]["id"])])
    assert done.items == ()


async def test_a_status_that_was_taken() -> None:
    shop = Scripted(
        by_path(
            {
                ("GET", "/Orders/1066"): answers("orders-get.200.notyetsubmitted-with-photo"),
                ("POST", "/Orders/1066/Status"): answers("orders-status.200"),
            }
        )
    )
    async with kit_on(shop) as kit:
        done = await kit.submit(OrderRef("pwinty", "1066"))
    assert (done.status, done.provider_status) == (OrderStatus.SUBMITTED, "Submitted")
    assert [item.status for item in done.items] == [OrderStatus.SUBMITTED]


# ── Catalogue and countries ───────────────────────────────────────────────────────────────────────────────────────────


def usd(amount: str) -> Money:
    return Money(Decimal(amount), "USD")


async def products(name: str) -> ProductList:
    async with kit_on(shop_with(name)) as kit:
        return await kit.list_products(country="GB")


async def test_the_seeds_catalogue() -> None:
    found = await products("catalogue.200.seed")
    assert (found.country, found.quality) == ("GB", "Pro")
    assert found.products == (
        Product(
            "10x12",
            "10x12 Print",
            units="inches",
            width=Decimal(10),
            height=Decimal(12),
            full_width=Decimal(10),
            full_height=Decimal(12),
            recommended_width=1500,
            recommended_height=1800,
            prices=(gbp("1.50"), usd("3.50")),
            shipping_band="Prints",
            attributes=(ProductAttribute("finish", ("matte", "glossy")),),
        ),
    )
    assert found.shipping_rates == (ShippingRate("Canvas", "Canvas tracked- UPS", None, True, (gbp("7.00"), usd("11.00"))),)


async def test_a_catalogue_as_recorded() -> None:
    found = await products("catalogue.200.recorded-v2.6-shape")
    assert [(product.sku, product.attributes) for product in found.products] == [
        ("10x10", ()),
        ("5x5", (ProductAttribute("finish", ("matte", "glossy")),)),
    ]
    assert found.shipping_rates[0].description == "1st Class Royal Mail"


async def test_a_catalogue_with_odd_sizes_and_shipping_methods() -> None:
    found = await products("catalogue.200.with-shipping-method")
    (canvas,) = found.products
    assert (canvas.width, canvas.height, canvas.full_width) == (Decimal("22.75"), Decimal("32.75"), Decimal(20))
    assert (canvas.recommended_width, canvas.recommended_height) == (3413, 4913)
    assert [(rate.band, rate.method) for rate in found.shipping_rates] == [("Prints", "cheapest"), ("Canvas", "priority")]


async def test_a_catalogue_is_exact_whatever_the_caller_computes_with() -> None:
    exact = await products("catalogue.200.with-shipping-method")
    with localcontext(Context(prec=1, traps=[Inexact])):
        found = await products("catalogue.200.with-shipping-method")
    assert found == exact


async def test_the_seeds_countries() -> None:
    async with kit_on(shop_with("countries.200.seed")) as kit:
        found = await kit.list_countries()
    assert found == (Country("GB", "United Kingdom", has_products=False), Country("US", "United States of America", has_products=True))


async def test_countries() -> None:
    async with kit_on(shop_with("countries.200")) as kit:
        found = await kit.list_countries()
    assert found == (Country("AF", "AFGHANISTAN", has_products=False), Country("GB", "UNITED KINGDOM", has_products=True))


# ── Issues ────────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_the_seeds_issue() -> None:
    async with kit_on(shop_with("issues-get.200.seed")) as kit:
        issue = await kit.get_issue(OrderRef("pwinty", "23"), "5")
    assert (issue.id, issue.order, issue.kind, issue.action) == ("5", OrderRef("pwinty", "23"), "WrongFrameColour", "Reprint")
    assert (issue.detail, issue.action_detail, issue.state) == ("It wasn't pink!", "Needs to be PINK!", "ClosedResolved")
    assert issue.item_ids == tuple("1234567")
    assert issue.commentary == sample("issues-get.200.seed")["commentary"]


@pytest.mark.parametrize(("name", "ids"), [("issues-list.200.seed", ["7", "5"]), ("issues-list.200", ["8"]), ("issues-list.200.empty", [])])
async def test_lists_of_issues_under_either_name(name: str, ids: list[str]) -> None:
    async with kit_on(shop_with(name)) as kit:
        assert [issue.id for issue in await kit.list_issues(OrderRef("pwinty", "23"))] == ids


async def test_a_reported_issue() -> None:
    shop = Scripted(
        by_path(
            {
                ("GET", "/Orders/1068/Issues"): answers("issues-list.200.empty"),
                ("POST", "/Orders/1068/Issues"): answers("issues-create.200"),
            }
        )
    )
    async with kit_on(shop) as kit:
        issue = await kit.report_issue(OrderRef("pwinty", "1068"), "WrongFrameColour", "Reprint", items=["3504", "3505"])
    assert (issue.id, issue.state, issue.item_ids) == ("9", "Open", ("3504", "3505"))


async def test_a_cancelled_issue() -> None:
    shop = Scripted(
        by_path(
            {
                ("GET", "/Orders/1068/Issues/9"): answers("issues-create.200"),
                ("PUT", "/Orders/1068/Issues/9"): answers("issues-update.200.cancelled"),
            }
        )
    )
    async with kit_on(shop) as kit:
        issue = await kit.update_issue(OrderRef("pwinty", "1068"), "9", comment="Found behind the door", cancel=True)
    assert issue.state == "Cancelled"


# ── Refusals ──────────────────────────────────────────────────────────────────────────────────────────────────────────

Call = Callable[[PrintKit], Awaitable[Any]]
ORDER = OrderRef("pwinty", "1070")
DRAFT = sample("orders-create.200")


async def an_item(kit: PrintKit) -> Item:
    return await kit.get_item(await kit.get_order(ORDER), "3501")


CALLS: dict[str, Call] = {
    "orders-get": lambda kit: kit.get_order(ORDER),
    "orders-create": lambda kit: kit.create_order(NewOrder(ALEX)),
    "orders-update": lambda kit: kit.update_recipient(ORDER, ANN),
    "orders-submissionstatus": lambda kit: kit.validate(ORDER),
    "orders-status": lambda kit: kit.submit(ORDER),
    "photos-create": lambda kit: kit.add_photos(ORDER, [photo("a")]),
    "photos-batch": lambda kit: kit.add_photos(ORDER, [photo("a"), photo("b")]),
    "photos-delete": lambda kit: kit.cancel_items(ORDER, ["3501"]),
    "photos-get": an_item,
    "catalogue": lambda kit: kit.list_products(country="GB"),
    "issues-get": lambda kit: kit.get_issue(ORDER, "9"),
    "issues-create": lambda kit: kit.report_issue(ORDER, "Haunted", "Reprint"),
    "issues-update": lambda kit: kit.update_issue(ORDER, "9", cancel=True),
    "error": lambda kit: kit.get_order(ORDER),
}
CLASSES: dict[int, type[ProviderError]] = {400: RejectedError, 401: AuthenticationError, 403: ConflictError, 404: NotFoundError}
REFUSALS = sorted(entry["file"] for entry in INDEX.values() if entry["kind"] == "response" and entry["status"] >= 400)


@pytest.mark.parametrize("file", REFUSALS)
async def test_a_refusal(file: str) -> None:
    entry, name = INDEX[file], file.removesuffix(".json")
    with_photo = says(sample("orders-get.200.notyetsubmitted-with-photo") | {"id": 1070})
    ground = {
        "orders-update": {"/Orders/1070": with_photo},
        "orders-status": {
            "/Orders/1070": with_photo,
            "/Orders/1070/SubmissionStatus": says(sample("orders-submissionstatus.200.valid-clean")),
        },
        "photos-create": {"/Orders/1070": with_photo},
        "photos-get": {"/Orders/1070": with_photo},
        "photos-batch": {"/Orders/1070": with_photo},
        "photos-delete": {"/Orders/1070": with_photo},
        "issues-create": {"/Orders/1070/Issues": answers("issues-list.200.empty")},
        "issues-update": {"/Orders/1070/Issues/9": answers("issues-create.200")},
    }
    verb = file.partition(".")[0]
    known = ground.get(verb, {})
    refusal = says(sample_bytes(name), entry["status"])

    def script(request: Any) -> Any:
        if request.method == "GET" and request.path.removeprefix("/v2.5") in known:
            return known[request.path.removeprefix("/v2.5")]
        return refusal

    async with kit_on(Scripted(script)) as kit:
        with pytest.raises(ProviderError) as caught:
            await CALLS[verb](kit)
    error, body = caught.value, sample(name)
    assert type(error) is CLASSES[entry["status"]]
    assert error.status == entry["status"]
    assert error.sent
    said = body.get("errorMessage") or body.get("message") or body.get("Message")
    assert error.message == said
    assert said in str(error)
    assert error.provider == "pwinty"
    assert error.exchange is not None
    assert error.__context__ is None


def test_every_sample_answer_is_read() -> None:
    """By name, so that a new sample cannot be forgotten. Callbacks have tests of their own."""
    source = Path(__file__).read_text()
    fine = {entry["file"] for entry in INDEX.values() if entry["kind"] == "response" and entry["status"] == 200}
    reports = {f"orders-submissionstatus.200.{name}.json" for name in REPORTS}
    assert {file for file in fine - reports if f'"{file.removesuffix(".json")}"' not in source} == set()
