"""The public API as callers use it. Never run: mypy and pyright read it, and so a change that breaks callers is seen before they see it."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import assert_type

import printkit
from printkit import (
    Applied,
    Artwork,
    Capability,
    Country,
    Effect,
    Issue,
    Item,
    Money,
    NewOrder,
    NotApplied,
    Notice,
    NoticeShipment,
    Order,
    OrderRef,
    OrderStatus,
    OutcomeUnknownError,
    Page,
    Payment,
    Photo,
    PrintKit,
    Problem,
    ProblemCode,
    Product,
    ProductList,
    Receipt,
    Recipient,
    ReconcileHandle,
    Request,
    Response,
    Secret,
    Shipment,
    Sizing,
    Unknown,
    ValidationReport,
)
from printkit.bulk.plans import Plan
from printkit.bulk.results import Report
from printkit.changes import Submit
from printkit.inbox import Inbox
from printkit.model import RefusedItem
from printkit.receiving import Limits, Receiver, new_token
from printkit.rehearsal import PlannedRequest
from printkit.server.receiver import application


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


async def a_choice_of_connection(kit: PrintKit) -> None:
    order = await kit.create_order(values(), provider="pwinty")
    await kit.list_orders(provider=order.ref.provider)
    if kit.supports(Capability.SWAP_SKU):
        await kit.swap_sku(order, order.items[0], "print-4x6")


async def changes(kit: PrintKit, order: Order) -> None:
    assert_type(await kit.place_order(values(), photos()), Order)
    assert_type(await kit.cancel_items(order, order.live_items), Order)
    assert_type(await kit.cancel_items(order.ref, ["1", "2"]), Order)
    assert_type(await kit.replace_artwork(order, "1", "https://example.com/b.jpg"), Order)
    assert_type(await kit.replace_artwork(order, order.items[0], [Artwork(url="https://example.com/b.jpg", space="left")]), Order)
    assert_type(await kit.set_status(order, OrderStatus.CANCELLED), Order)
    assert_type(await kit.set_status(order, "Cancelled"), Order)
    assert_type(order.receipt.refused, tuple[RefusedItem, ...])


async def catalogue_and_issues(kit: PrintKit, order: Order) -> None:
    found = await kit.list_products(country="GB", quality="Pro")
    assert_type(found, ProductList)
    assert_type(found.products, tuple[Product, ...])
    assert_type(await kit.list_countries(), tuple[Country, ...])
    issue = await kit.report_issue(order, "DamagedOrder", "Reprint", detail="bent", items=order.items)
    assert_type(issue, Issue)
    assert_type(await kit.update_issue(order, issue.id, comment="a photo follows"), Issue)


async def unknown_outcomes(kit: PrintKit, order: OrderRef) -> None:
    try:
        await kit.submit(order)
    except OutcomeUnknownError as error:
        assert_type(error.handle, ReconcileHandle)
        kept: str = error.handle.to_json()
        found = await kit.reconcile(ReconcileHandle.from_json(kept))
        match found:
            case Applied(value):
                assert value
            case NotApplied(why):
                assert_type(why, str)
            case Unknown(why, not_before):
                assert_type(why, str)
                assert_type(not_before, datetime | None)


async def many_at_once(kit: PrintKit) -> None:
    swaps = kit.select(status=OrderStatus.DRAFT, sku="8x12").swap_sku("8x10")
    assert_type(await kit.apply(swaps, journal="run.db", rate=10), Report)
    async for plan in kit.plan([Submit("pwinty:1065")]):
        assert_type(plan, Plan)
        assert_type(plan.requests, tuple[PlannedRequest, ...])
        assert_type(plan.problem, Exception | None)
    async for order, item in kit.select(orders=["pwinty:1065"]):
        assert_type(order, Order)
        assert_type(item, Item)
    async for settled in kit.settle("run.db"):
        assert_type(settled.left, bool)


async def following(kit: PrintKit, order: Order) -> None:
    assert_type(await kit.wait_for(order, OrderStatus.SHIPPED, timeout=60), Order)
    assert_type(await kit.wait_for("pwinty:1065", OrderStatus.SHIPPED), Order)
    async for changed in kit.watch([order, order.ref, "pwinty:1065"]):
        assert_type(changed, Order)
    notice = kit.parse_notice({}, {"orderid": "1"}, b"{}", provider="gooten")
    assert_type(notice, Notice)
    assert_type(notice.shipments, tuple[NoticeShipment, ...])


async def receiving(kit: PrintKit) -> None:
    async def changed(order: Order) -> None:
        pass

    async with Receiver(kit, changed, token=new_token(), inbox=Inbox("inbox.db"), limits=Limits(pause=2.0)) as receiver:
        answer = await receiver.receive(token="", connection="", method="POST", headers={}, query={}, body=b"")
        assert_type(answer.status, int)
        application(receiver)


async def the_way_out(kit: PrintKit) -> None:
    answer = await kit.request(Request("GET", "/Country", Effect.READS))
    assert_type(answer, Response)
    assert_type(answer.body, bytes)


def errors(error: printkit.PrintKitError) -> str | None:
    match error:
        case printkit.InvalidRequestError():
            return ", ".join(f"{problem.path}: {problem.text}" for problem in error.problems)
        case printkit.RateLimitedError():
            assert_type(error.retry_after, float | None)
        case printkit.ConflictError():
            assert_type(error.existing, OrderRef | None)
        case printkit.ProviderError():
            assert_type(error.status, int | None)
        case _:
            assert_type(error.retryable, bool)
    return error.request_id


def secrets(key: Secret) -> str:
    return key.reveal()
