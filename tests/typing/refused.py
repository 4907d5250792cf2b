"""What type checkers have to refuse callers. Never run: here a line that is *not* refused is an error.

mypy reports an unused ``type: ignore``, and pyright an unused ``pyright: ignore``.
"""
# pyright: reportUnnecessaryTypeIgnoreComment=error
# mypy: warn-unused-ignores

from datetime import datetime
from typing import assert_never

import printkit
from printkit import Effect, Money, NewOrder, Order, OrderRef, OrderStatus, Photo, PrintKit, Recipient, Request, Secret
from printkit.changes import SetStatus, Submit, SwapSku
from printkit.receiving import Receiver
from printkit.telemetry import Event, Outcome

TOM = Recipient("Tom Smith")


def misspelt() -> None:
    printkit.Ordr  # type: ignore[attr-defined]  # pyright: ignore
    OrderStatus.SUBMITED  # type: ignore[attr-defined]  # pyright: ignore


def values_are_frozen(order: Order) -> None:
    order.status = OrderStatus.SHIPPED  # type: ignore[misc]  # pyright: ignore
    order.ref.id = "1066"  # type: ignore[misc]  # pyright: ignore
    order.items.append(order.items[0])  # type: ignore[attr-defined]  # pyright: ignore
    order.ids["nice_id"] = "1"  # type: ignore[index]  # pyright: ignore


def wrong_values() -> None:
    NewOrder("Tom Smith")  # type: ignore[arg-type]  # pyright: ignore
    NewOrder(TOM, payment="recipient")  # type: ignore[arg-type]  # pyright: ignore
    Photo("8x12")  # type: ignore[call-arg]  # pyright: ignore
    Photo("8x12", 12)  # type: ignore[arg-type]  # pyright: ignore
    Photo("8x12", "https://example.com/a.jpg", copies="2")  # type: ignore[arg-type]  # pyright: ignore
    Photo("8x12", "https://example.com/a.jpg", sizing="Crop")  # type: ignore[arg-type]  # pyright: ignore
    Money(1.20, "GBP")  # type: ignore[arg-type]  # pyright: ignore
    Recipient(line1="14 Acacia Avenue")  # type: ignore[call-arg]  # pyright: ignore
    Request("POST", "/Orders")  # type: ignore[call-arg]  # pyright: ignore
    Request("POST", "/Orders", "writes")  # type: ignore[arg-type]  # pyright: ignore
    Request("POST", "/Orders", Effect.WRITES, body="{}")  # type: ignore[arg-type]  # pyright: ignore


async def wrong_verbs(kit: PrintKit, order: Order) -> None:
    await kit.create_order(TOM)  # type: ignore[arg-type]  # pyright: ignore
    await kit.create_order(NewOrder(TOM), "pwinty")  # type: ignore[call-arg]  # pyright: ignore
    await kit.add_photos(order, Photo("8x12", "https://example.com/a.jpg"))  # type: ignore[arg-type]  # pyright: ignore
    await kit.submit(1065)  # type: ignore[arg-type]  # pyright: ignore
    await kit.update_recipient(order, {"name": "Tom Smith"})  # type: ignore[arg-type]  # pyright: ignore
    await kit.swap_sku(order, order.items[0])  # type: ignore[call-arg]  # pyright: ignore
    await kit.cancel_items(order, order.items[0])  # type: ignore[arg-type]  # pyright: ignore
    await kit.reconcile("{}")  # type: ignore[arg-type]  # pyright: ignore
    await kit.wait_for(order, "shipped")  # type: ignore[arg-type]  # pyright: ignore
    kit.supports("submit")  # type: ignore[arg-type]  # pyright: ignore
    kit.list_orders(status="submitted")  # type: ignore[arg-type]  # pyright: ignore
    kit.list_orders(OrderStatus.SUBMITTED)  # type: ignore[call-arg]  # pyright: ignore
    kit.list_orders(since="2026-01-01")  # type: ignore[arg-type]  # pyright: ignore
    for each in kit.list_orders():  # type: ignore[attr-defined]  # pyright: ignore
        pass


async def forgotten_await(kit: PrintKit, order: Order) -> None:
    kit.submit(order)  # type: ignore[unused-coroutine]  # pyright: ignore
    kit.submit(order).status  # type: ignore[attr-defined]  # pyright: ignore
    with printkit.connect():  # type: ignore[attr-defined]  # pyright: ignore
        pass


async def wrong_bulk(kit: PrintKit, order: Order) -> None:
    kit.apply([order])  # type: ignore[list-item]  # pyright: ignore
    kit.apply(Submit(order))  # type: ignore[arg-type]  # pyright: ignore
    kit.apply([Submit(order)], "run.db")  # type: ignore[call-arg]  # pyright: ignore
    SwapSku(order, order.items[0])  # type: ignore[call-arg]  # pyright: ignore
    SetStatus(order, None)  # type: ignore[arg-type]  # pyright: ignore
    kit.select(since="yesterday")  # type: ignore[arg-type]  # pyright: ignore


def wrong_handlers(kit: PrintKit) -> None:
    def not_async(order: Order) -> None:
        print(order)

    async def of_another(order: OrderRef) -> None:
        print(order)

    Receiver(kit, not_async, token="t")  # type: ignore[arg-type]  # pyright: ignore
    Receiver(kit, of_another, token="t")  # type: ignore[arg-type]  # pyright: ignore
    Receiver(kit)  # type: ignore[call-arg]  # pyright: ignore
    printkit.connect(hooks=["print"])  # type: ignore[list-item]  # pyright: ignore
    printkit.connect(environ={"PRINTKIT_DEFAULT": 1})  # type: ignore[dict-item]  # pyright: ignore


def a_secret_is_no_text(key: Secret) -> str:
    return key  # type: ignore[return-value]  # pyright: ignore


def what_may_be_missing(order: Order) -> str:
    order.price.amount  # type: ignore[union-attr]  # pyright: ignore
    order.created < datetime.now()  # type: ignore[operator]  # pyright: ignore
    return order.reference  # type: ignore[return-value]  # pyright: ignore


def a_status_forgotten(status: OrderStatus) -> bool:
    if status is OrderStatus.SHIPPED:
        return True
    assert_never(status)  # type: ignore[arg-type]  # pyright: ignore


def an_event_forgotten(event: Event) -> None:
    match event:
        case Outcome():
            return
        case _:
            assert_never(event)  # type: ignore[arg-type]  # pyright: ignore


class HalfAShop:
    async def create_order(self, new: NewOrder, /) -> Order:
        raise NotImplementedError


SHOP: printkit.PrintProvider = HalfAShop()  # type: ignore[assignment]  # pyright: ignore
