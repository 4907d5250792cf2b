"""Webhooks as the vendor's pages have them, and as nobody should have sent them."""

import json
from typing import Any

import pytest
from hypothesis import given, strategies as st

from printkit import InvalidRequestError, Notice, NoticeShipment, OrderRef, OrderStatus
from printkit.providers.gooten import INFO, notices, statuses
from tests.providers.gooten.shops import SAFE_ID, sample, sample_bytes


def parse(body: bytes, **query: str) -> Notice:
    return notices.parse_notice({}, query, body)


def with_statuses(*words: object) -> bytes:
    return json.dumps({"Id": SAFE_ID, "Items": [{"Status": word} for word in words]}).encode()


def test_the_vendors_sample() -> None:
    notice = parse(sample_bytes("webhook.item-updated"), orderid="12345")

    assert notice.order == OrderRef("gooten", "7-501853e1-8d78-4e1e-83a0-be9fb432efe1")
    assert (notice.status, notice.provider_status) == (OrderStatus.SUBMITTED, "New")
    assert (notice.reference, notice.environment, notice.at) == (None, None, None)


def test_trap_29_a_tracking_number_does_not_say_that_it_was_sent() -> None:
    assert parse(sample_bytes("webhook.item-updated")).shipments == (NoticeShipment((), False, "New", "9400115901344442556597", None),)


def test_a_shipped_order() -> None:
    notice = parse(sample_bytes("webhook.shipped"))

    assert (notice.order.id, notice.reference, notice.status) == (SAFE_ID, "shop-10001", OrderStatus.SHIPPED)
    number = "9400115901344442556597"
    assert notice.shipments == (NoticeShipment(("1066980",), True, "Shipped", number, f"https://tracking.example.com/{number}"),)


def test_trap_38_the_samples_typographic_quotes() -> None:
    plain = sample_bytes("webhook.item-updated")
    typographic = plain.decode().replace('"', "”").encode()

    assert parse(typographic) == parse(plain)


def test_names_in_any_case() -> None:
    def renamed(given: Any, how: Any) -> Any:
        if isinstance(given, dict):
            return {how(name): renamed(value, how) for name, value in given.items()}
        return [renamed(each, how) for each in given] if isinstance(given, list) else given

    body = sample("webhook.shipped")
    for how in (str.lower, str.upper, lambda name: name[:1].lower() + name[1:]):
        assert parse(json.dumps(renamed(body, how)).encode()) == parse(json.dumps(body).encode())


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (("New", "InProduction"), OrderStatus.SUBMITTED, "New, InProduction"),
        (("Shipped", "Cancelled"), OrderStatus.SHIPPED, "Shipped, Cancelled"),
        (("Canceled", "cancelledrefunded"), OrderStatus.CANCELLED, "Canceled, cancelledrefunded"),
        (("Shipped", "Printing"), OrderStatus.PARTIALLY_SHIPPED, "Shipped, Printing"),
        (("ImageIssue",), OrderStatus.ACTION_REQUIRED, "ImageIssue"),
        (("SentToMars", "SentToMars"), OrderStatus.UNKNOWN, "SentToMars"),
        ((7, None), OrderStatus.UNKNOWN, ""),
        ((), OrderStatus.UNKNOWN, ""),
    ],
)
def test_the_statuses_of_the_items_are_folded_and_kept(words: tuple[object, ...], status: OrderStatus, said: str) -> None:
    notice = parse(with_statuses(*words))

    assert (notice.status, notice.provider_status) == (status, said)


def test_an_order_may_be_anything() -> None:
    folded = {OrderStatus.PARTIALLY_SHIPPED, OrderStatus.DRAFT, OrderStatus.UNKNOWN}
    assert INFO.never_says == set(OrderStatus) - set(statuses.ITEM.values()) - folded


def test_without_a_body_the_query_names_the_order() -> None:
    assert parse(b"", orderid="529627").order == OrderRef("gooten", "529627")
    assert parse(b"", OrderId=SAFE_ID).order.id == SAFE_ID
    assert parse(b"{}", orderid="529627").order.id == "529627"


def test_the_bodys_id_goes_before_the_querys() -> None:
    assert parse(with_statuses("New"), orderid="529627").order.id == SAFE_ID


def test_the_connections_name() -> None:
    assert notices.parse_notice({}, {}, with_statuses("New"), provider="us").order == OrderRef("us", SAFE_ID)


@pytest.mark.parametrize(
    ("body", "query", "path"),
    [
        (b"", {}, "body"),
        (b"", {"orderid": ""}, "body"),
        (b"", {"orderid": "../1"}, "Id"),
        (b"", {"orderid": "１２"}, "Id"),
        (b"[]", {}, "body"),
        (b"null", {}, "body"),
        (b"{", {"orderid": "1"}, "body"),
        (b"\xff", {}, "body"),
        (b"[" * 60_000, {}, "body"),
        (b"[" * 70_000, {}, "body"),
        (b'{"Id": 12345}', {}, "Id"),
        (b'{"Id": "a b"}', {}, "Id"),
        (b'{"OrderId": "1", "OrderStatusName": "New"}', {}, "Id"),
    ],
)
def test_what_is_no_webhook_is_refused_with_the_place(body: bytes, query: dict[str, str], path: str) -> None:
    with pytest.raises(InvalidRequestError) as refused:
        parse(body, **query)
    assert refused.value.problems[0].path == path


@given(
    st.binary(max_size=300)
    | st.recursive(
        st.none() | st.integers() | st.text() | st.booleans(),
        lambda inner: (
            st.lists(inner) | st.dictionaries(st.sampled_from(["Id", "Items", "Status", "Shipments", "TrackingNumber", "SourceId"]), inner)
        ),
    )
    .map(json.dumps)
    .map(str.encode),
    st.dictionaries(st.sampled_from(["orderid", "OrderID"]) | st.text(), st.text()),
)
def test_nothing_else_escapes(body: bytes, query: dict[str, str]) -> None:
    try:
        notice = notices.parse_notice({}, query, body)
    except InvalidRequestError:
        return
    assert notice.order.id.isascii()
