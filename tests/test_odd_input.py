"""Every verb answers arguments of the wrong kind with an error of printkit's that names the argument, and sends nothing."""

import contextlib
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

import printkit
from printkit import (
    Artwork,
    ConfigError,
    InvalidRequestError,
    Item,
    NewOrder,
    Order,
    OrderRef,
    OrderStatus,
    Photo,
    Recipient,
    StillWaitingError,
)
from printkit.exchange import Effect, Request, Response
from printkit.model import Money

SHOPS = ("pwinty", "gooten")
TOM = Recipient(name="Tom Smith", line1="1 High St", city="Ely", postal_code="CB7 4AA", country="GB", email="t@example.com", phone="1")
URL = "https://example.com/a.jpg"
HUGE = 10**5000


class Silent:
    """A shop that nobody may ask anything."""

    def __init__(self) -> None:
        self.asked: list[Request] = []

    def answer(self, request: Request) -> Response:
        self.asked.append(request)
        return Response(500)


def order_at(shop: str) -> Order:
    items = tuple(Item(each, "sku", "sku", 1, OrderStatus.DRAFT) for each in ("1", "2", "12"))
    return Order(OrderRef(shop, "1065"), OrderStatus.DRAFT, "NotYetSubmitted", recipient=TOM, items=items)


ODD_ORDERS = {
    "none": None,
    "number": 5,
    "huge": HUGE,
    "bytes": b"pwinty:1",
    "empty": "",
    "no-colon": "1065",
    "half-a-pair": "{shop}:\ud800",
    "list": [],
    "object": object(),
    "id-none": OrderRef("{shop}", None),  # type: ignore[arg-type]
    "id-number": OrderRef("{shop}", 5),  # type: ignore[arg-type]
    "id-empty": OrderRef("{shop}", ""),
    "connection-none": OrderRef(None, "1"),  # type: ignore[arg-type]
    "connection-list": OrderRef([], "1"),  # type: ignore[arg-type]
    "connection-strange": "elsewhere:1",
    "a-ref-of-nothing": Order(None, OrderStatus.DRAFT),  # type: ignore[arg-type]
}
VERBS_OF_AN_ORDER: dict[str, Callable[[Any, Any], Any]] = {
    "get_order": lambda kit, order: kit.get_order(order),
    "get_item": lambda kit, order: kit.get_item(order, "1"),
    "add_photos": lambda kit, order: kit.add_photos(order, [Photo("sku", URL)]),
    "validate": lambda kit, order: kit.validate(order),
    "wait_for_artwork": lambda kit, order: kit.wait_for_artwork(order),
    "wait_for": lambda kit, order: kit.wait_for(order, OrderStatus.SHIPPED),
    "watch": lambda kit, order: anext(kit.watch([order])),
    "submit": lambda kit, order: kit.submit(order),
    "update_recipient": lambda kit, order: kit.update_recipient(order, TOM),
    "cancel_items": lambda kit, order: kit.cancel_items(order, ["1"]),
    "swap_sku": lambda kit, order: kit.swap_sku(order, "1", "sku"),
    "replace_artwork": lambda kit, order: kit.replace_artwork(order, "1", URL),
    "set_status": lambda kit, order: kit.set_status(order, OrderStatus.CANCELLED),
    "report_issue": lambda kit, order: kit.report_issue(order, "DamagedOrder", "Reprint"),
    "list_issues": lambda kit, order: kit.list_issues(order),
    "get_issue": lambda kit, order: kit.get_issue(order, "1"),
    "update_issue": lambda kit, order: kit.update_issue(order, "1", comment="x"),
}

NOT_TEXT = {"none": None, "number": 5, "bytes": b"x", "list": [], "dict": {}, "huge": HUGE, "empty": "", "half-a-pair": "\ud800"}
NO_WORD = {name: value for name, value in NOT_TEXT.items() if name != "none"}
NO_LIST = {
    "none": None,
    "number": 5,
    "text": "12",
    "bytes": b"12",
    "dict": {"1": 1},
    "object": object(),
    "number-in-it": [5],
    "none-in-it": [None],
}
NO_FLAG = {"text": "yes", "number": 1, "none": None, "list": []}
NO_NEW_ORDER: dict[str, Any] = {
    "none": None,
    "text": "x",
    "recipient": TOM,
    "no-recipient": NewOrder(None),  # type: ignore[arg-type]
    "name": NewOrder(Recipient(5)),  # type: ignore[arg-type]
    "reference": NewOrder(TOM, reference=5),  # type: ignore[arg-type]
    "shipping": NewOrder(TOM, shipping=5),  # type: ignore[arg-type]
    "payment": NewOrder(TOM, payment="merchant"),  # type: ignore[arg-type]
    "payment-unhashable": NewOrder(TOM, payment=[]),  # type: ignore[arg-type]
    "test": NewOrder(TOM, test="yes"),  # type: ignore[arg-type]
    "metadata": NewOrder(TOM, metadata=5),  # type: ignore[arg-type]
    "metadata-numbers": NewOrder(TOM, metadata={1: 2}),  # type: ignore[dict-item]
    "extra": NewOrder(TOM, extra=5),  # type: ignore[arg-type]
    "extra-pairs": NewOrder(TOM, extra=[1]),  # type: ignore[arg-type]
    "extra-key": NewOrder(TOM, extra={5: {}}),  # type: ignore[dict-item]
    "extra-number": NewOrder(TOM, extra={"pwinty": 5, "gooten": 5}),  # type: ignore[dict-item]
    **{
        f"extra-{name}": NewOrder(TOM, extra={"pwinty": {"x": value}, "gooten": {"x": value}})
        for name, value in {
            "object": object(),
            "half-a-pair": "\ud800",
            "bytes": b"x",
            "number-key": {1: 2},
            "nan": float("nan"),
            "huge": [HUGE],
            "set": {1},
            "decimal": Decimal(1),
        }.items()
    },
}
looped: list[Any] = []
looped.append(looped)
NO_NEW_ORDER["extra-loop"] = NewOrder(TOM, extra={"pwinty": {"x": looped}, "gooten": {"x": looped}})


def photo(artwork: Any = URL, sku: Any = "sku", **more: Any) -> Photo:
    return Photo(sku, artwork, **more)


NO_ARTWORK: dict[str, Any] = {
    "none": None,
    "number": 5,
    "huge": HUGE,
    "dict": {"url": URL},
    "bytearray": bytearray(b"x"),
    "empty": [],
    "nothing": Artwork(),
    "path-text": Artwork(path="a.jpg"),  # type: ignore[arg-type]
    "path-number": Artwork(path=5),  # type: ignore[arg-type]
    "path-nul": Artwork(path=Path("a\0b")),
    "data-text": Artwork(data="x"),  # type: ignore[arg-type]
    "data-number": Artwork(data=5),  # type: ignore[arg-type]
    "stream": Artwork(stream=5),  # type: ignore[arg-type]
    "url": Artwork(url=5),  # type: ignore[arg-type]
    "md5": Artwork(url=URL, md5=5),  # type: ignore[arg-type]
    "space": Artwork(url=URL, space=5),  # type: ignore[arg-type]
    "spaces": [Artwork(url=URL, space=[]), Artwork(url=URL, space={})],  # type: ignore[arg-type]
}
NO_PHOTO: dict[str, Any] = {
    **{f"artwork-{name}": photo(artwork) for name, artwork in NO_ARTWORK.items()},
    **{f"sku-{name}": photo(sku=value) for name, value in NOT_TEXT.items()},
    "copies": photo(copies="2"),
    "copies-huge": photo(copies=HUGE),
    "sizing": photo(sizing="crop"),
    "sizing-unhashable": photo(sizing=[]),
    "attributes": photo(attributes=5),
    "attributes-numbers": photo(attributes={1: 2}),
    "attributes-pairs": photo(attributes=[1]),
    "reference": photo(reference=5),
    "price": photo(price_to_recipient=5),
    "currency": photo(price_to_recipient=Money(Decimal(1), 5)),  # type: ignore[arg-type]
    "extra": photo(extra=5),
    "extra-list": photo(extra={"pwinty": [1], "gooten": [1]}),
    "extra-object": photo(extra={"pwinty": {"o": object()}, "gooten": {"o": object()}}),
    "number": 5,
    "none": None,
    "text": URL,
}

Case = tuple[str, Callable[[Any, Order], Any]]


def each(name: str, odd: dict[str, Any], call: Callable[[Any, Order, Any], Any]) -> list[Case]:
    return [(f"{name}-{which}", lambda kit, order, value=value: call(kit, order, value)) for which, value in odd.items()]  # type: ignore[misc]


CASES: list[Case] = [
    *each("create_order", NO_NEW_ORDER, lambda kit, _, odd: kit.create_order(odd)),
    *each("place_order", NO_NEW_ORDER, lambda kit, _, odd: kit.place_order(odd, [Photo("sku", URL)])),
    *each("place_order-photo", NO_PHOTO, lambda kit, _, odd: kit.place_order(NewOrder(TOM), [odd])),
    *each("place_order-photos", NO_LIST, lambda kit, _, odd: kit.place_order(NewOrder(TOM), odd)),
    *each("add_photos-photo", NO_PHOTO, lambda kit, order, odd: kit.add_photos(order, [odd])),
    *each("add_photos", NO_LIST, lambda kit, order, odd: kit.add_photos(order, odd)),
    *each("add_photos-single", {"photo": Photo("sku", URL)}, lambda kit, order, odd: kit.add_photos(order, odd)),
    *each("add_photos-progress", {"number": 5}, lambda kit, order, odd: kit.add_photos(order, [photo()], progress=odd)),
    *each("cancel_items", NO_LIST, lambda kit, order, odd: kit.cancel_items(order, odd)),
    *each("cancel_items-item", {"item": order_at("pwinty").items[0]}, lambda kit, order, odd: kit.cancel_items(order, odd)),
    *each("cancel_items-by-ref", NO_LIST, lambda kit, order, odd: kit.cancel_items(order.ref, odd)),
    *each("get_item", NOT_TEXT, lambda kit, order, odd: kit.get_item(order, odd)),
    *each("get_item-by-ref", NOT_TEXT, lambda kit, order, odd: kit.get_item(order.ref, odd)),
    *each("swap_sku-item", NOT_TEXT, lambda kit, order, odd: kit.swap_sku(order.ref, odd, "sku")),
    *each("swap_sku-sku", NOT_TEXT, lambda kit, order, odd: kit.swap_sku(order.ref, "1", odd)),
    *each(
        "swap_sku-attributes",
        {"number": 5, "text": "x", "numbers": {1: 2}, "list": [1], "falsy": 0},
        lambda kit, order, odd: kit.swap_sku(order.ref, "1", "sku", attributes=odd),
    ),
    *each("replace_artwork-item", NOT_TEXT, lambda kit, order, odd: kit.replace_artwork(order.ref, odd, URL)),
    *each("replace_artwork", NO_ARTWORK, lambda kit, order, odd: kit.replace_artwork(order.ref, "1", odd)),
    *each(
        "update_recipient",
        {"none": None, "text": "Tom", "name": Recipient(5)},
        lambda kit, order, odd: kit.update_recipient(order.ref, odd),
    ),  # type: ignore[arg-type]
    *each("set_status", NOT_TEXT, lambda kit, order, odd: kit.set_status(order.ref, odd)),
    *each(
        "wait_for_artwork",
        {"none": None, "text": "5", "flag": True, "nan": float("nan"), "huge": HUGE, "below": -1, "list": []},
        lambda kit, order, odd: kit.wait_for_artwork(order, timeout=odd),
    ),
    *each(
        "wait_for-timeout",
        {"text": "5", "flag": True, "nan": float("nan"), "huge": HUGE, "below": -1, "list": []},
        lambda kit, order, odd: kit.wait_for(order, OrderStatus.SHIPPED, timeout=odd),
    ),
    *each("wait_for", NOT_TEXT | {"unknown": OrderStatus.UNKNOWN}, lambda kit, order, odd: kit.wait_for(order, odd)),
    *each("watch", NO_LIST | {"order": order_at("pwinty")}, lambda kit, _, odd: anext(kit.watch(odd))),
    *each("parse_notice", {"empty": b"", "html": b"<html>", "form": b"a=b"}, lambda kit, _, odd: parsed(kit, odd)),
    *each("report_issue-kind", NOT_TEXT, lambda kit, order, odd: kit.report_issue(order, odd, "Reprint")),
    *each("report_issue-action", NOT_TEXT, lambda kit, order, odd: kit.report_issue(order, "DamagedOrder", odd)),
    *each(
        "report_issue-detail", {"number": 5, "list": []}, lambda kit, order, odd: kit.report_issue(order, "Other", "Reprint", detail=odd)
    ),
    *each("report_issue-items", NO_LIST, lambda kit, order, odd: kit.report_issue(order, "DamagedOrder", "Reprint", items=odd)),
    *each("get_issue", NOT_TEXT, lambda kit, order, odd: kit.get_issue(order, odd)),
    *each("update_issue", NOT_TEXT, lambda kit, order, odd: kit.update_issue(order, odd, comment="x")),
    *each(
        "update_issue-comment", {"number": 5, "list": [], "bytes": b"x"}, lambda kit, order, odd: kit.update_issue(order, "1", comment=odd)
    ),
    *each("update_issue-cancel", NO_FLAG, lambda kit, order, odd: kit.update_issue(order, "1", cancel=odd)),
    *each("list_orders-status", {"list": [], "text": "draft", "huge": HUGE}, lambda kit, _, odd: kit.list_orders(status=odd)),
    *each("list_orders-reference", NO_WORD, lambda kit, _, odd: kit.list_orders(reference=odd)),
    *each("list_orders-since", {"number": 5, "text": "2024", "bare": datetime(2024, 1, 1)}, lambda kit, _, odd: kit.list_orders(since=odd)),  # noqa: DTZ001
    *each("list_orders-cursor", NO_WORD, lambda kit, _, odd: kit.list_orders(cursor=odd)),
    *each("list_orders-detail", NO_FLAG, lambda kit, _, odd: kit.list_orders(detail=odd)),
    *each("list_orders-provider", NO_WORD, lambda kit, _, odd: kit.list_orders(provider=odd)),
    *each("list_products-country", NO_WORD, lambda kit, _, odd: kit.list_products(country=odd)),
    *each(
        "list_products-quality", {"number": 5, "list": [1], "huge": HUGE}, lambda kit, _, odd: kit.list_products(country="GB", quality=odd)
    ),
    *each("list_countries-provider", NO_WORD, lambda kit, _, odd: kit.list_countries(provider=odd)),
    *each("create_order-provider", NO_WORD, lambda kit, _, odd: kit.create_order(NewOrder(TOM), provider=odd)),
    *each("place_order-provider", NO_WORD, lambda kit, _, odd: kit.place_order(NewOrder(TOM), [Photo("sku", URL)], provider=odd)),
    *each("check-country", {"number": 5, "list": []}, lambda kit, _, odd: kit.check(country=odd)),
    *each("check-provider", NO_WORD, lambda kit, _, odd: kit.check(provider=odd)),
    *each("supports", NOT_TEXT, lambda kit, _, odd: kit.supports(odd)),
    *each("supports-stage", {"list": [], "text": "x"}, lambda kit, _, odd: kit.supports(printkit.Capability.SUBMIT, stage=odd)),
    *each("reconcile", NOT_TEXT | {"ref": OrderRef("pwinty", "1")}, lambda kit, _, odd: kit.reconcile(odd)),
    *each("request", NOT_TEXT, lambda kit, _, odd: kit.request(odd)),
    *each("request-method", NOT_TEXT, lambda kit, _, odd: kit.request(Request(odd, "/Orders", Effect.READS))),
    *each("request-path", NOT_TEXT, lambda kit, _, odd: kit.request(Request("GET", odd, Effect.READS))),
    *each("request-effect", NOT_TEXT, lambda kit, _, odd: kit.request(Request("GET", "/Orders", odd))),
    *each(
        "request-query",
        {"number": 5, "numbers": {"a": 1}, "flat": "ab"},
        lambda kit, _, odd: kit.request(Request("GET", "/Orders", Effect.READS, query=odd)),
    ),
    *each(
        "request-headers",
        {"number": 5, "numbers": {"a": 1}},
        lambda kit, _, odd: kit.request(Request("GET", "/Orders", Effect.READS, headers=odd)),
    ),
    *each(
        "request-body",
        {"number": 5, "text": "x", "none": None},
        lambda kit, _, odd: kit.request(Request("POST", "/Orders", Effect.WRITES, body=odd)),
    ),
    *[
        (f"{verb}-order-{which}", lambda kit, order, call=call, odd=odd: call(kit, _there(odd, order.ref.provider)))  # type: ignore[misc]
        for verb, call in VERBS_OF_AN_ORDER.items()
        for which, odd in ODD_ORDERS.items()
    ],
]


async def parsed(kit: Any, body: bytes) -> Any:
    return kit.parse_notice({}, {}, body)


def _there(odd: Any, shop: str) -> Any:
    """The odd order, at this shop."""
    if isinstance(odd, OrderRef):
        return OrderRef(shop if odd.provider == "{shop}" else odd.provider, odd.id)
    return odd.replace("{shop}", shop) if isinstance(odd, str) else odd


@pytest.mark.parametrize("shop", SHOPS)
@pytest.mark.parametrize("call", [call for _, call in CASES], ids=[name for name, _ in CASES])
async def test_odd_arguments_are_refused_before_any_request(call: Callable[[Any, Order], Any], shop: str) -> None:
    silent = Silent()
    async with printkit.connect(f"{shop}+emulator://", environ={}, emulators={shop: silent}) as kit:
        with pytest.raises((InvalidRequestError, ConfigError)) as caught:
            await call(kit, order_at(shop))

    assert silent.asked == []
    assert 0 < len(str(caught.value)) < 2000


@pytest.mark.parametrize("shop", SHOPS)
async def test_an_order_may_be_named_by_text_everywhere(shop: str) -> None:
    async with printkit.connect(f"{shop}+emulator://", environ={}) as kit:
        sku = "8x12" if shop == "pwinty" else "CanvsWrp-BlkWrp-18x24"
        name = str((await kit.create_order(NewOrder(TOM))).ref)
        await kit.add_photos(name, [Photo(sku, URL), Photo(sku, URL)])
        items = (await kit.get_order(name)).items
        assert await kit.get_item(name, items[0].id) == items[0]
        await kit.replace_artwork(name, items[0], "https://example.com/b.jpg")
        await kit.cancel_items(name, [items[1]])
        await kit.update_recipient(name, TOM)
        with contextlib.suppress(StillWaitingError):
            await kit.wait_for_artwork(name, timeout=0)
        await kit.validate(name)
        assert (await kit.submit(name)).status is not OrderStatus.DRAFT
        if shop == "pwinty":
            issue = await kit.report_issue(name, "DamagedOrder", "Reprint")
            assert await kit.list_issues(name)
            assert (await kit.get_issue(name, issue.id)).id == issue.id


@pytest.mark.parametrize("items", ["12", b"12", order_at("pwinty").items[0]], ids=["text", "bytes", "item"])
async def test_one_item_in_place_of_a_list_is_refused_by_name(items: Any) -> None:
    async with printkit.connect("pwinty+emulator://", environ={}, emulators={"pwinty": Silent()}) as kit:
        with pytest.raises(InvalidRequestError, match=r"items: .*give a list"):
            await kit.cancel_items(order_at("pwinty"), items)


@pytest.mark.parametrize("file", ["a\0b", 5, object(), [], b"x\0"], ids=["nul", "number", "object", "list", "bytes"])
def test_a_settings_file_that_cannot_be_one_is_refused(file: Any) -> None:
    with pytest.raises(ConfigError, match="config_file"):
        printkit.connect(config_file=file, environ={})


@pytest.mark.parametrize("source", [5, b"pwinty+emulator://", object()], ids=["number", "bytes", "object"])
def test_a_source_that_is_no_text_is_refused(source: Any) -> None:
    with pytest.raises(ConfigError, match="source"):
        printkit.connect(source, environ={})
