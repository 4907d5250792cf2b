"""The verbs and values as callers use them. Never run: type checkers read it, so a change that breaks callers is seen before they see it.

What stands around the verbs is in ``around.py``, and what must be refused in ``refused.py``.
"""

from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, assert_type

import printkit
from printkit import (
    Applied,
    Artwork,
    ArtworkStatus,
    Capability,
    Country,
    Effect,
    Issue,
    Item,
    Money,
    NewOrder,
    NotApplied,
    Order,
    OrderRef,
    OrderStatus,
    OutcomeUnknownError,
    Page,
    Pager,
    Payment,
    Photo,
    PrintKit,
    Problem,
    ProblemCode,
    Product,
    ProductList,
    ProviderInfo,
    Receipt,
    Recipient,
    ReconcileHandle,
    Request,
    Response,
    Severity,
    Shipment,
    Sizing,
    Stage,
    Support,
    SupportLevel,
    Unknown,
    ValidationReport,
)
from printkit.catalogue import ProductAttribute, ShippingRate
from printkit.exchange import Call, Content, Part
from printkit.model import RefusedItem


def values() -> NewOrder:
    recipient = Recipient(
        name="Tom Smith", line1="14 Acacia Avenue", line2=None, city="Cardiff", state=None, postal_code="CF11 1AB", country="GB"
    )
    return NewOrder(
        recipient=recipient,
        reference="ORD-1",
        shipping=None,
        payment=Payment.MERCHANT,
        test=True,
        metadata={"campaign": "spring"},
        extra={"pwinty": {"useTrackedShipping": True}},
    )


async def stream() -> AsyncIterator[bytes]:
    yield b""


def photos() -> list[Photo]:
    return [
        Photo("print-8x12", "https://example.com/a.jpg"),
        Photo("print-8x12", Path("a.jpg"), copies=2),
        Photo("print-8x12", b"...", copies=2, sizing=Sizing.CROP),
        Photo("print-8x12", Artwork(path=Path("a.jpg"))),
        Photo("print-8x12", Artwork(data=b"...")),
        Photo("print-8x12", Artwork(stream=stream, md5="0" * 32), attributes={"finish": "glossy"}),
        Photo("mug", [Artwork(url="https://example.com/l.jpg", space="left"), Artwork(url="https://example.com/r.jpg", space="right")]),
        Photo("print-8x12", "https://example.com/a.jpg", price_to_recipient=Money(Decimal("1.20"), "GBP"), reference="line 1"),
    ]


async def main_road() -> None:
    async with printkit.connect() as kit:
        assert_type(kit, PrintKit)
        order = await kit.create_order(values())
        assert_type(order, Order)
        order = await kit.add_photos(order, photos())
        order = await kit.add_photos(order.ref, photos())
        report = await kit.validate(order)
        assert_type(report, ValidationReport)
        order = await kit.submit(order)
        order = await kit.submit(order.ref)
        order = await kit.update_recipient(order, Recipient(name="Tim Smith"))
        order = await kit.get_order(OrderRef.parse("pwinty:1065"))
        assert_type(await kit.get_item(order, "1"), Item)
        assert_type(order.ref, OrderRef)
        assert_type(order.status, OrderStatus)
        assert_type(order.items, tuple[Item, ...])
        assert_type(order.live_items, tuple[Item, ...])
        assert_type(order.shipments, tuple[Shipment, ...])
        assert_type(order.price, Money | None)
        assert_type(order.created, datetime | None)
        assert_type(order.receipt, Receipt)
        assert_type(report.problems, tuple[Problem, ...])
        assert_type([problem.code for problem in report.errors], list[ProblemCode])


async def lists(kit: PrintKit) -> None:
    async for order in kit.list_orders(status=OrderStatus.SUBMITTED, since=datetime(2026, 1, 1, tzinfo=UTC)):
        assert_type(order, Order)
    page = await kit.list_orders(reference="ORD-1", detail=True)
    assert_type(page, Page[Order])
    assert_type(page.next, str | None)
    async for each in kit.list_orders(cursor=page.next).pages():
        assert_type(each, Page[Order])


async def a_pager_is_walked_or_awaited(pager: Pager[Order]) -> None:
    assert_type([order async for order in pager], list[Order])
    assert_type((await pager).items, tuple[Order, ...])


async def a_choice_of_connection(kit: PrintKit) -> None:
    order = await kit.create_order(values(), provider="pwinty")
    await kit.list_orders(provider=order.ref.provider)
    support = kit.supports(Capability.SWAP_SKU, provider="gooten", stage=Stage.PLACED)
    assert_type(support, Support)
    assert_type(support.level, SupportLevel)
    if support:
        assert_type(await kit.swap_sku(order, order.items[0], "print-4x6", attributes={"finish": "matt"}), Order)
    assert_type(kit.connections["pwinty"], ProviderInfo)
    assert_type(kit.default, str | None)


async def an_order_is_named_in_three_ways(kit: PrintKit, order: Order) -> None:
    for given in (order, order.ref, str(order.ref)):
        await kit.get_order(given)
        await kit.add_photos(given, iter(photos()), progress=lambda photo, sent, of: print(photo, sent, of))
        await kit.cancel_items(given, (item for item in order.live_items))
        await kit.set_status(given, OrderStatus.ON_HOLD)
    assert_type(str(order.ref), str)
    assert_type(order.ref.id, str)
    assert_type(OrderRef("gooten", "115557"), OrderRef)


async def changes(kit: PrintKit, order: Order) -> None:
    assert_type(await kit.place_order(values(), photos(), provider="gooten"), Order)
    assert_type(await kit.cancel_items(order, order.live_items), Order)
    assert_type(await kit.cancel_items(order.ref, ["1", "2"]), Order)
    assert_type(await kit.replace_artwork(order, "1", "https://example.com/b.jpg"), Order)
    assert_type(await kit.replace_artwork(order, order.items[0], [Artwork(url="https://example.com/b.jpg", space="left")]), Order)
    assert_type(await kit.set_status(order, OrderStatus.CANCELLED), Order)
    assert_type(await kit.set_status(order, "Cancelled"), Order)
    assert_type(order.receipt.refused, tuple[RefusedItem, ...])
    assert_type(order.receipt.duplicates, tuple[OrderRef, ...])
    assert_type((order.receipt.attempts, order.receipt.reconciled, order.receipt.read_back), tuple[int, bool, bool])
    assert_type(order.receipt.renamed.get("1"), str | None)
    assert_type(order.receipt.not_told, tuple[str, ...])


def members(order: Order, item: Item, shipment: Shipment, problem: Problem) -> None:
    assert_type(order.payment, Payment | None)
    assert_type(order.ids["nice_id"], str)
    assert_type((order.complete, order.is_test), tuple[bool, bool])
    assert_type(order.body, bytes)
    assert_type(order.raw, Any)
    assert_type(item.artwork[0].status, ArtworkStatus | None)
    assert_type((item.sku, item.provider_sku, item.copies), tuple[str, str, int])
    assert_type(item.sizing, Sizing | None)
    assert_type(item.price, Money | None)
    assert_type(shipment.shipped_at, datetime | None)
    assert_type(shipment.tracking_url, str | None)
    assert_type(problem.severity, Severity)
    assert_type(problem.item, str | None)


def money(price: Money) -> None:
    assert_type(price.amount, Decimal)
    assert_type(price.currency, str | None)


def every_status_is_handled(status: OrderStatus) -> bool:
    match status:
        case OrderStatus.DRAFT | OrderStatus.AWAITING_PAYMENT | OrderStatus.SUBMITTED | OrderStatus.IN_PRODUCTION:
            return False
        case OrderStatus.ON_HOLD | OrderStatus.ACTION_REQUIRED | OrderStatus.UNKNOWN:
            return False
        case OrderStatus.PARTIALLY_SHIPPED | OrderStatus.SHIPPED | OrderStatus.DELIVERED | OrderStatus.CANCELLED | OrderStatus.TEST:
            return True  # and with this all are named: a further one would be an error here


async def catalogue_and_issues(kit: PrintKit, order: Order) -> None:
    found = await kit.list_products(country="GB", quality="Pro", provider="pwinty")
    assert_type(found, ProductList)
    assert_type(found.products, tuple[Product, ...])
    assert_type(found.products[0].attributes, tuple[ProductAttribute, ...])
    assert_type(found.shipping_rates, tuple[ShippingRate, ...])
    assert_type(await kit.list_countries(provider="pwinty"), tuple[Country, ...])
    issue = await kit.report_issue(order, "DamagedOrder", "Reprint", detail="bent", action_detail="soon", items=order.items)
    assert_type(issue, Issue)
    assert_type(await kit.list_issues(order.ref), tuple[Issue, ...])
    assert_type(await kit.get_issue("pwinty:1065", issue.id), Issue)
    assert_type(await kit.update_issue(order, issue.id, comment="a photo follows", cancel=True), Issue)


async def unknown_outcomes(kit: PrintKit, order: OrderRef) -> None:
    try:
        await kit.submit(order)
    except OutcomeUnknownError as error:
        assert_type(error.handle, ReconcileHandle)
        assert_type(error.settle_until, datetime)
        kept: str = error.handle.to_json()
        found = await kit.reconcile(ReconcileHandle.from_json(kept), send_again=True)
        match found:
            case Applied(value):
                assert value
            case NotApplied(why):
                assert_type(why, str)
                assert_type(found.existing, OrderRef | None)
            case Unknown(why, not_before):
                assert_type(why, str)
                assert_type(not_before, datetime | None)
    assert_type(kit.unresolved, tuple[ReconcileHandle, ...])
    assert_type([handle.ref for handle in kit.unresolved], list[OrderRef | None])


async def following(kit: PrintKit, order: Order) -> None:
    assert_type(await kit.wait_for(order, OrderStatus.SHIPPED, timeout=60), Order)
    assert_type(await kit.wait_for("pwinty:1065", OrderStatus.SHIPPED), Order)
    assert_type(await kit.wait_for_artwork(order.ref, timeout=30), Order)
    async for changed in kit.watch([order, order.ref, "pwinty:1065"]):
        assert_type(changed, Order)


async def the_way_out(kit: PrintKit) -> None:
    answer = await kit.request(Request("GET", "/Country", Effect.READS, query={"a": "1"}), provider="pwinty")
    assert_type(answer, Response)
    assert_type(answer.body, bytes)
    assert_type(answer.status, int)
    parts = (Part("photo", Content(stream, size=1000), filename="a.jpg", content_type="image/jpeg"), Part("copies", b"1"))
    upload = Request("POST", "/Orders/1065/Photos", Effect.WRITES, body=parts)
    assert_type(upload.call, Call)


def errors(error: printkit.PrintKitError) -> str | None:
    match error:
        case printkit.UnsupportedOperationError():
            assert_type(error.capability, Capability)
        case printkit.InvalidRequestError():
            return ", ".join(f"{problem.path}: {problem.text}" for problem in error.problems)
        case printkit.RateLimitedError():
            assert_type(error.retry_after, float | None)
        case printkit.ConflictError():
            assert_type(error.existing, OrderRef | None)
            assert_type(error.order_status, OrderStatus | None)
        case printkit.RejectedError():
            assert_type(error.report, ValidationReport | None)
            assert_type(error.refused, tuple[RefusedItem, ...])
        case printkit.ProviderError():
            assert_type(error.status, int | None)
            assert_type(error.sent, bool)
        case _:
            assert_type(error.retryable, bool)
            assert_type(error.order, OrderRef | None)
    return error.request_id


LATER: Sequence[type[printkit.PrintKitError]] = (
    printkit.NotSentError,
    printkit.ProviderDownError,
    printkit.RateLimitedError,
    printkit.StillWaitingError,
    printkit.TransportError,
    printkit.UnreadableAnswerError,
)
NOT_BY_WAITING: Sequence[type[printkit.PrintKitError]] = (
    printkit.AuthenticationError,
    printkit.ConfigError,
    printkit.JournalError,
    printkit.NotFoundError,
    printkit.RunStoppedError,
)
