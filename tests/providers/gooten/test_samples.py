"""Every sample answer of the vendor, through the verb that reads it. What is expected was written down from the samples, by hand."""

from collections.abc import Awaitable, Callable
from decimal import Decimal
from typing import Any

import pytest

from printkit import (
    AuthenticationError,
    ConflictError,
    Effect,
    Item,
    Money,
    NotFoundError,
    Order,
    OrderRef,
    OrderStatus,
    OutcomeUnknownError,
    Photo,
    PrintKit,
    ProblemCode,
    ProviderDownError,
    Recipient,
    RejectedError,
    Request,
    Response,
    Severity,
    Shipment,
)
from tests.providers.gooten.shops import (
    ANN,
    CANVAS,
    RECIPE,
    SAFE_ID,
    SAMPLES,
    URL,
    Scripted,
    by_path,
    draft,
    kit_on,
    photo,
    sample,
    says,
    stopped_clocks,
)

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


def dollars(amount: str) -> Money:
    return Money(Decimal(amount), "USD")


async def read(body: Any, ref: OrderRef = REF) -> Order:
    async with kit_on(Scripted(by_path({("GET", "/orders"): says(body)}))) as kit:
        return await kit.get_order(ref)


# ── GET orders ────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_new_order() -> None:
    order = await read(sample("orders-get.response.new"))
    assert order == Order(
        REF,
        OrderStatus.SUBMITTED,
        reference="shop-10001",
        recipient=GOOTEN_TEST,
        items=(
            Item(
                "1066980",
                CANVAS,
                CANVAS,
                1,
                OrderStatus.SUBMITTED,
                "New",
                reference="line-1",
                price=dollars("30.27"),
            ),
            Item(
                "1066981",
                "Framed_12x18_Black_Lustre",
                "Framed_12x18_Black_Lustre",
                1,
                OrderStatus.SUBMITTED,
                "New",
                reference="line-2",
                price=dollars("54.78"),
            ),
        ),
        price=dollars("107.78"),
        shipping_price=dollars("22.73"),
        ids={"gooten_id": "529627", "nice_id": "Test7-d3d"},
    )
    assert order.created is None
    assert order.complete
    assert order.raw["Meta"] == {"channel": "web"}


async def test_an_order_with_images() -> None:
    (item,) = (await read(sample("orders-get.response.with-images.full"))).items
    (picture,) = item.artwork
    assert picture.url == "https://some-cdn.com/7d744a684fe03ebc7e8de545f97739dd.jpg"
    assert picture.space == "CC38D"
    assert picture.thumbnail_url == "https://some-cdn.com/7d744a684fe03ebc7e8de545f97739dd_thumb.jpg"
    assert (item.id, item.status, item.provider_status) == ("1066980", OrderStatus.SUBMITTED, "NeedsManualApproval")


async def test_the_seeds_fragment_of_an_order() -> None:
    """The seed leaves members out with dots; they are filled in from the whole sample."""
    whole, fragment = sample("orders-get.response.with-images.full"), sample("orders-get.response.with-images.seed-fragment")
    item = {name: value for name, value in whole["Items"][0].items() if name != "Images"} | fragment["Items"][0]
    order = await read(whole | fragment | {"Items": [item]})
    assert order.ids["gooten_id"] == "529627"
    assert order.items[0].id == "1066980"
    assert [(each.url, each.space) for each in order.items[0].artwork] == [
        ("https://some-cdn.com/7d744a684fe03ebc7e8de545f97739dd.jpg", "CC38D")
    ]


async def test_an_order_with_items_in_four_statuses() -> None:
    order = await read(sample("orders-get.response.mixed"))
    assert [(item.id, item.status, item.provider_status, item.copies, item.price) for item in order.items] == [
        ("1066980", OrderStatus.SHIPPED, "Shipped", 1, dollars("30.27")),
        ("1066981", OrderStatus.IN_PRODUCTION, "InProduction", 1, dollars("54.78")),
        ("1066982", OrderStatus.CANCELLED, "Cancelled", 1, dollars("12.5")),
        ("1066983", OrderStatus.ACTION_REQUIRED, "ImageIssue", 2, dollars("51.0")),
    ]
    assert order.status is OrderStatus.ACTION_REQUIRED
    assert [item.id for item in order.live_items] == ["1066980", "1066981", "1066983"]
    assert order.price == dollars("171.28")


async def test_a_shipped_order() -> None:
    order = await read(sample("orders-get.response.shipped"))
    number = "9400115901344442556597"
    assert order.status is OrderStatus.SHIPPED
    assert order.shipments == (
        Shipment(
            status=OrderStatus.SHIPPED,
            carrier="USPS",
            tracking_number=number,
            tracking_url=f"https://tracking.example.com/{number}",
            item_ids=("1066980",),
        ),
    )


async def test_an_order_of_a_print_ready_product() -> None:
    (item,) = (await read(sample("orders-get.response.prp"))).items
    assert (item.sku, item.provider_sku) == ("MyShop-Mug-Sunrise-11oz", "MyShop-Mug-Sunrise-11oz")
    assert item.price == dollars("9.1")


async def test_a_recorded_test_order_of_an_older_server() -> None:
    id_ = "13-cdc4b014-bafc-4681-b0e0-7265d2c11aa1"
    order = await read(sample("orders-get.response.recorded-test-order"), OrderRef("gooten", id_))
    assert (order.id, order.status, order.is_test) == (id_, OrderStatus.TEST, True)
    assert order.reference is None
    assert order.ids == {"nice_id": "Richa13-cd"}
    assert [item.id for item in order.items] == ["#1", "#2"]
    assert order.recipient is not None
    assert (order.recipient.name, order.recipient.email) == ("Keith Richards", "keith@rollingstones.uk")
    assert order.price == dollars("107.78")


async def test_money_keeps_its_scale() -> None:
    of = OrderRef("gooten", "13-cdc4b014-bafc-4681-b0e0-7265d2c11aa1")
    raw = (await read((SAMPLES / "orders-get.response.recorded-test-order.json").read_bytes(), of)).raw
    assert str(raw["Items"][0]["DiscountAmount"]["Price"]) == "0.00"
    assert str((await read(sample("orders-get.response.mixed"))).items[3].price) == "51.0 USD"


async def test_no_such_order() -> None:
    with pytest.raises(NotFoundError, match="Order was not found") as caught:
        await read(sample("orders-get.response.not-found"))
    assert caught.value.request_id == "3c1a7f0e-1b1b-4c1c-9d1d-0e1e3d7a4444"
    assert caught.value.sent
    assert "INVALID" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "id_"), [("webhook.item-updated", "7-501853e1-8d78-4e1e-83a0-be9fb432efe1"), ("webhook.shipped", SAFE_ID)]
)
async def test_bodies_of_webhooks_are_orders(name: str, id_: str) -> None:
    order = await read(sample(name), OrderRef("gooten", id_))
    assert order.id == id_
    if name == "webhook.item-updated":
        assert order.status is OrderStatus.SUBMITTED
        assert [shipment.tracking_number for shipment in order.shipments] == ["9400115901344442556597"]
        assert order.recipient is None
    else:
        assert order.status is OrderStatus.SHIPPED


# ── GET ordersearch ───────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_search() -> None:
    async with kit_on(Scripted(by_path({("GET", "/ordersearch"): says(sample("ordersearch.response"))}))) as kit:
        page = await kit.list_orders()
    first, second = page.items
    assert page.next is not None
    assert (first.id, first.reference, first.status, first.complete) == (SAFE_ID, "shop-10001", OrderStatus.SUBMITTED, False)
    assert (first.price, first.shipping_price) == (dollars("42.25"), dollars("11.98"))
    assert [(item.provider_sku, item.provider_status) for item in first.items] == [(CANVAS, "Pending")]
    assert (second.reference, second.is_test) == (None, True)


async def test_a_search_without_hits() -> None:
    async with kit_on(Scripted(by_path({("GET", "/ordersearch"): says(sample("ordersearch.response.empty"))}))) as kit:
        page = await kit.list_orders()
    assert (page.items, page.next) == ((), None)


# ── POST orders ───────────────────────────────────────────────────────────────────────────────────────────────────────


def submitting(answer: Response, *more: tuple[tuple[str, str], Response]) -> Scripted:
    return Scripted(
        by_path({("POST", "/orders"): answer, ("GET", "/ordersearch"): says(sample("ordersearch.response.empty"))} | dict(more))
    )


async def submitted(shop: Scripted) -> Order:
    async with kit_on(shop) as kit:
        return await kit.submit(await draft(kit, photo("a")))


@pytest.mark.parametrize("status", [200, 201])
async def test_a_submission(status: int) -> None:
    order = await submitted(submitting(says(sample("orders-post.response.success"), status)))
    assert order.ref == OrderRef("gooten", "7-f0f4ffd3-2582-48c5-9d10-4c7c625e1fec")
    assert order.status is OrderStatus.SUBMITTED
    assert not order.receipt.read_back


@pytest.mark.parametrize("status", [200, 400, 422])
async def test_a_submission_without_a_postal_code(status: int) -> None:
    """The one recorded error: its words are the shop's."""
    with pytest.raises(RejectedError, match="'Postal Code' should not be empty") as caught:
        await submitted(submitting(says(sample("orders-post.response.validation-error"), status)))
    assert "Order.ShipToAddress.PostalCode" in caught.value.message
    assert caught.value.request_id == "72f3c717-f204-4b4a-9b14-7c169f346235"
    assert (caught.value.provider, caught.value.operation, caught.value.status) == ("gooten", "submit", status)
    assert caught.value.sent


async def test_a_submission_with_several_errors() -> None:
    with pytest.raises(RejectedError) as caught:
        await submitted(submitting(says(sample("orders-post.response.several-errors"), 400)))
    assert "Order.ShipToAddress.FirstName: 'First Name' should not be empty." in caught.value.message
    assert "Order.Items[0].SKU: SKU 'NO-SUCH-SKU' is not valid." in caught.value.message
    assert caught.value.request_id == "5b0f8a3e-2f7a-4f53-9d0b-0c8f3d7a1111"


@pytest.mark.parametrize("status", [200, 400])
async def test_a_submission_with_a_bad_billing_key(status: int) -> None:
    with pytest.raises(AuthenticationError, match="not valid") as caught:
        await submitted(submitting(says(sample("orders-post.response.bad-billing-key"), status)))
    assert "not-the-key" not in str(caught.value)
    assert caught.value.request_id == "9f1f6f0e-6a37-4b34-8f39-3e2b3d7a3333"


@pytest.mark.parametrize("status", [200, 400, 409])
async def test_a_submission_whose_reference_is_taken_and_found_nowhere(status: int) -> None:
    shop = submitting(says(sample("orders-post.response.duplicate-source-id"), status))
    with pytest.raises(OutcomeUnknownError) as caught:
        await submitted(shop)
    assert caught.value.phase == "blocked"
    assert [request.method for request in shop.written] == ["POST"]


async def test_a_submission_whose_reference_is_taken_by_another_order() -> None:
    hit = sample("ordersearch.response")["Orders"][0] | {"SourceId": "R1"}
    found = says({"Orders": [hit], "TotalPages": 1, "Page": 1, "HadError": False})
    order = says(sample("orders-get.response.new") | {"SourceId": "R1"})
    blocked = says(sample("orders-post.response.duplicate-source-id"), 400)
    with pytest.raises(ConflictError) as caught:
        await submitted(submitting(blocked, (("GET", "/ordersearch"), found), (("GET", "/orders"), order)))
    assert caught.value.existing == REF


# ── Changing ──────────────────────────────────────────────────────────────────────────────────────────────────────────

Call = Callable[[PrintKit, Order], Awaitable[Order]]

SEED_ORDER = "orders-get.response.with-images.full"
CHANGES: dict[str, tuple[tuple[str, str], str, Call]] = {
    "replace_artwork": (
        ("PUT", "/OrderImages"),
        "OrderImages.response.success",
        lambda kit, order: kit.replace_artwork(order, "1066980", URL.format("new")),
    ),
    "swap_sku": (("PUT", "/orderItems"), "orderItems.response.success", lambda kit, order: kit.swap_sku(order, "1066980", "NEW-SKU")),
    "update_recipient": (
        ("PUT", "/shippingAddress"),
        "shippingUpdate.response.success",
        lambda kit, order: kit.update_recipient(order, ANN),
    ),
    "cancel_items": (("PUT", "/orderCancel"), "orderCancel.response.success", lambda kit, order: kit.cancel_items(order, ["6924457"])),
}


def seed_order(verb: str) -> Any:
    """The seeds show two orders; the one of seed 003 has item 6924457."""
    found = sample(SEED_ORDER)
    number = 6924457 if verb == "cancel_items" else 1066980
    return found | {"Items": [found["Items"][0] | {"OrderItemId": number}]}


async def changed(verb: str, answer: Response, later: Any = None) -> tuple[Order, Scripted]:
    place, _, call = CHANGES[verb]
    readings = iter([seed_order(verb), *([later] if later else [])])
    last: list[Any] = []

    def script(request: Request) -> Response:
        if request.method != "GET":
            return answer if (request.method, request.path.removeprefix("/api")) == place else says({}, 404)
        last.append(next(readings, last[-1] if last else None))
        return says(last[-1])

    shop = Scripted(script)
    async with kit_on(shop) as kit:
        return await call(kit, await kit.get_order(REF)), shop


@pytest.mark.parametrize("verb", CHANGES)
async def test_a_change(verb: str) -> None:
    body = sample(CHANGES[verb][1])
    answer = body | ({"Result": {"Id": SAFE_ID}} if "Result" in body else {})  # the sample is of another order than the one read
    order, shop = await changed(verb, says(answer))
    assert not order.receipt.reconciled
    assert [request.method for request in shop.asked] == ["GET", "PUT"], "the answer says it all: nothing is read again"
    (item,) = order.items
    shown = {
        "replace_artwork": item.artwork[0].url == URL.format("new") if item.artwork else False,
        "swap_sku": item.provider_sku == "NEW-SKU",
        "update_recipient": order.recipient is not None and order.recipient.name == ANN.name,
        "cancel_items": item.status is OrderStatus.CANCELLED,
    }
    assert shown[verb]


@pytest.mark.parametrize("status", [200, 400])
@pytest.mark.parametrize("verb", CHANGES)
async def test_a_change_that_the_status_forbids(verb: str, status: int) -> None:
    with pytest.raises(ConflictError, match="can not be updated") as caught:
        await changed(verb, says(sample("update.response.refused-by-status"), status))
    assert caught.value.request_id == "c6d2f7b0-5e8f-4b17-91d1-bb113d7a6666"
    assert caught.value.operation == verb
    assert caught.value.sent


async def test_new_artwork_that_was_not_taken_is_no_success() -> None:
    """``HadError`` is false and nothing was updated: the reading shows the old picture."""
    with pytest.raises(OutcomeUnknownError):
        await changed("replace_artwork", says(sample("OrderImages.response.none-updated")))


@pytest.mark.parametrize("status", [200, 400])
async def test_a_cancellation_of_two_items_that_took_one(status: int) -> None:
    whole = sample(SEED_ORDER)["Items"][0]
    order = sample(SEED_ORDER) | {"Items": [whole | {"OrderItemId": 6924457}, whole | {"OrderItemId": 6924458}]}
    after = order | {"Items": [order["Items"][0] | {"Status": "Cancelled"}, order["Items"][1] | {"Status": "InProduction"}]}
    readings = iter([order, after])
    partial = says(sample("orderCancel.response.partial"), status)
    async with kit_on(Scripted(lambda request: says(next(readings)) if request.method == "GET" else partial)) as kit:
        done = await kit.cancel_items(REF, ["6924457", "6924458"])
    assert [item.status for item in done.items] == [OrderStatus.CANCELLED, OrderStatus.IN_PRODUCTION]
    assert [each.item for each in done.receipt.refused] == ["6924458"]


async def status_set(answer: Response, word: str) -> Order:
    order = sample("orders-get.response.new")
    after = order | {"Items": [item | {"Status": word} for item in order["Items"]]}
    readings = iter([order, after])
    async with kit_on(Scripted(lambda request: says(next(readings)) if request.method == "GET" else answer)) as kit:
        return await kit.set_status(REF, OrderStatus.CANCELLED)


@pytest.mark.parametrize("name", ["success", "refused", "refused-with-errors"])
async def test_a_status_that_was_reached(name: str) -> None:
    """Whatever the answer says: seed 002 contradicts itself, the reading decides."""
    order = await status_set(says(sample(f"orderstatus.response.{name}")), "Cancelled")
    assert order.status is OrderStatus.CANCELLED


@pytest.mark.parametrize("name", ["success", "refused"])
async def test_a_status_that_was_not_reached(name: str) -> None:
    with pytest.raises(OutcomeUnknownError):
        await status_set(says(sample(f"orderstatus.response.{name}")), "New")


@pytest.mark.parametrize("status", [200, 400])
@pytest.mark.parametrize("word", ["New", "InProduction"])
async def test_a_status_that_was_refused_with_reasons(word: str, status: int) -> None:
    with pytest.raises(ConflictError, match="can not be changed") as caught:
        await status_set(says(sample("orderstatus.response.refused-with-errors"), status), word)
    assert caught.value.request_id == "a5f1d6a0-4d7e-4a06-b0c0-aa003d7a5555"


# ── Failures of the framework ─────────────────────────────────────────────────────────────────────────────────────────

READS: dict[str, Callable[[PrintKit], Awaitable[Any]]] = {
    "get_order": lambda kit: kit.get_order(REF),
    "list_orders": lambda kit: kit.list_orders(),  # type: ignore[dict-item,return-value]
    "list_countries": lambda kit: kit.list_countries(),
    "list_products": lambda kit: kit.list_products(country="US"),
    "validate": lambda kit: kit.validate(REF),
}


@pytest.mark.parametrize("status", [200, 400, 401, 403, 404])
@pytest.mark.parametrize("verb", READS)
async def test_an_invalid_recipe(verb: str, status: int) -> None:
    async with kit_on(Scripted(lambda request: says(sample("error.invalid-recipe"), status))) as kit:
        with pytest.raises(AuthenticationError, match="Invalid recipeId"):
            await READS[verb](kit)


@pytest.mark.parametrize("status", [200, 400, 401])
@pytest.mark.parametrize("verb", [*CHANGES, "submit", "set_status"])
async def test_an_invalid_recipe_on_a_write(verb: str, status: int) -> None:
    answer = says(sample("error.invalid-recipe"), status)
    calls: dict[str, Callable[[], Awaitable[Any]]] = {
        "submit": lambda: submitted(submitting(answer)),
        "set_status": lambda: status_set(answer, "New"),
    }
    with pytest.raises(AuthenticationError, match="Invalid recipeId"):
        await calls.get(verb, lambda: changed(verb, answer))()


async def test_a_fault_of_the_framework() -> None:
    fault = says(sample("error.aspnet-fault"), 500)
    with stopped_clocks():
        async with kit_on(Scripted(lambda request: fault)) as kit:
            with pytest.raises(ProviderDownError):
                await kit.get_order(REF)


async def test_a_fault_of_the_framework_on_a_write() -> None:
    with pytest.raises(OutcomeUnknownError):
        await submitted(submitting(says(sample("error.aspnet-fault"), 500)))


# ── Validation and catalogue ──────────────────────────────────────────────────────────────────────────────────────────

NEW_YORK = Recipient("Gooten Test", line1="222 Broadway", city="New York", state="NY", postal_code="90210", country="US")
CHECKS = {
    ("POST", "/shippingprices"): says(sample("shippingprices.response")),
    ("GET", "/addressvalidation"): says({"IsValid": True}),
    ("POST", "/imagevalidation"): says(sample("imagevalidation.response")),
}


async def report_of(*photos: Photo, **more: Any) -> Any:
    answers = CHECKS | more.pop("answers", {})
    async with kit_on(Scripted(by_path(answers))) as kit:
        return await kit.validate(await draft(kit, *photos, recipient=NEW_YORK, **more))


async def test_a_draft_that_can_be_sent() -> None:
    report = await report_of(photo("a"), photo("b", "Framed_12x18_Black_Lustre"))
    assert (report.ok, report.problems) == (True, ())


async def test_a_draft_with_a_sku_that_cannot_be_sent() -> None:
    report = await report_of(photo("a"), photo("b", "Nowhere"))
    assert not report.ok
    (problem,) = report.problems
    assert "Nowhere" in problem.text


async def test_a_draft_whose_address_is_doubtful_is_fine_all_the_same() -> None:
    report = await report_of(photo("a"), answers={("GET", "/addressvalidation"): says(sample("addressvalidation.response.proposed"))})
    assert report.ok
    (problem,) = report.problems
    assert (problem.code, problem.severity) == (ProblemCode.ADDRESS_DOUBTFUL, Severity.WARNING)
    assert sample("addressvalidation.response.proposed")["Reason"] in problem.text


async def test_products() -> None:
    answers = {
        ("GET", "/products"): says(sample("products.response")),
        ("GET", "/productvariants"): says(sample("productvariants.response")),
    }
    shop = Scripted(by_path(answers))
    async with kit_on(shop) as kit:
        found = await kit.list_products(country="US")
    assert dict(shop.asked[1].query)["productId"] == "154"
    (product,) = found.products
    assert (product.sku, product.prices) == ("CanvsWrp-BlkWrp-5x7", (dollars("6.74"),))
    assert product.name == "Accessory Pouches, 5x7 inch, Black Wrap, Rectangle", "the options are part of the SKU"


async def test_products_of_a_country_without_any() -> None:
    async with kit_on(Scripted(by_path({("GET", "/products"): says(sample("products.response.unknown-country"))}))) as kit:
        assert (await kit.list_products(country="AQ")).products == ()


async def test_a_product_without_variants() -> None:
    answers = {
        ("GET", "/products"): says(sample("products.response")),
        ("GET", "/productvariants"): says(sample("productvariants.response.unknown-product")),
    }
    async with kit_on(Scripted(by_path(answers))) as kit:
        assert (await kit.list_products(country="US")).products == ()


async def test_countries() -> None:
    async with kit_on(Scripted(by_path({("GET", "/countries"): says(sample("countries.response"))}))) as kit:
        found = await kit.list_countries()
    given = sample("countries.response")["Countries"]
    assert [(country.code, country.name, country.has_products) for country in found] == [
        (each["Code"], each["Name"], each["IsSupported"]) for each in given
    ]


THE_REST = sorted(
    path.stem
    for path in SAMPLES.glob("*.response*.json")
    if path.stem.split(".")[0]
    in {
        "OrderCustomization",
        "currencies",
        "orderbilling",
        "paymentvalidation",
        "price",
        "priceestimate",
        "productpreview",
        "producttemplates",
        "prpproducts",
        "prpvariants",
        "shippriceestimate",
        "userinfo",
    }
)


@pytest.mark.parametrize("name", THE_REST)
async def test_what_no_verb_reads_comes_through_the_escape_hatch(name: str) -> None:
    body = (SAMPLES / f"{name}.json").read_bytes()
    shop = Scripted(lambda request: says(body))
    async with kit_on(shop) as kit:
        answer = await kit.request(Request("GET", f"/{name.partition('.')[0]}", Effect.READS))
    assert answer.body == body
    assert ("recipeid", RECIPE) in shop.asked[0].query
