"""Callbacks as the seed and recordings have them, and as nobody should have sent them."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, strategies as st

from printkit import InvalidRequestError, Notice, NoticeShipment, OrderRef, OrderStatus
from printkit.providers.pwinty import INFO, statuses
from printkit.providers.pwinty.notices import parse_notice
from tests.providers.pwinty.shops import sample_bytes


def parse(body: bytes) -> Notice:
    return parse_notice({}, {}, body)


def test_the_seeds_sample() -> None:
    notice = parse(sample_bytes("callback.seed"))
    assert notice.order == OrderRef("pwinty", "12456")
    assert (notice.status, notice.provider_status) == (OrderStatus.SUBMITTED, "submitted")
    assert (notice.reference, notice.environment) == ("your-order-id", "live")
    assert notice.at == datetime(2017, 7, 13, 7, 22, tzinfo=UTC)
    first, second = notice.shipments
    assert first == NoticeShipment(
        ("14284", "16983", "10304"), True, "shipped", "1-UZ-122345", "https://ashipmentcompany.com/track?id=1-UZ-122345"
    )
    assert second == NoticeShipment(("19912", "14432"), False, "inProgress")


def test_trap_12_04_the_timestamp_with_a_stray_quote() -> None:
    broken = sample_bytes("callback.seed").replace(b'"2017-07-13', b'""2017-07-13')
    assert parse(broken).at == datetime(2017, 7, 13, 7, 22, tzinfo=UTC)


@pytest.mark.parametrize("time", ["never", "", "2017-13-45", 7, None])
def test_trap_12_04_a_time_that_cannot_be_read_does_not_refuse_the_callback(time: object) -> None:
    assert (
        parse(b'{"id": 1, "status": "complete", "timestamp": %s}' % repr(time).replace("'", '"').replace("None", "null").encode()).at
        is None
    )


def test_trap_12_06_order_id_in_place_of_id() -> None:
    notice = parse(sample_bytes("callback.orderid-spelling"))
    assert (notice.order.id, notice.status, notice.environment) == ("1070", OrderStatus.CANCELLED, "sandbox")


def test_trap_12_07_the_recorded_callback_has_capitals() -> None:
    notice = parse(sample_bytes("callback.recorded-2019"))
    assert (notice.order.id, notice.status, notice.provider_status) == ("2091271", OrderStatus.SUBMITTED, "Submitted")
    assert notice.shipments[0].is_shipped


def test_trap_12_07_names_in_any_case() -> None:
    plain = sample_bytes("callback.seed")
    for name in (b"id", b"merchantOrderId", b"environment", b"timestamp", b"status", b"shipments", b"items", b"trackingNumber"):
        plain = plain.replace(b'"%s"' % name, b'"%s"' % name.upper())
    assert parse(plain) == parse(sample_bytes("callback.seed"))


def test_typographic_quotes() -> None:
    plain = sample_bytes("callback.seed")
    assert parse(plain.decode().replace('"', "\u201c").encode()) == parse(plain)


def test_a_callback_of_an_older_version_is_told_as_such() -> None:
    with pytest.raises(InvalidRequestError, match=r"v2\.3 or before"):
        parse(b"orderId=1&environment=LIVE&timestamp=x&eventId=orderStatusChanged&eventData=Complete")


def test_what_an_order_never_is() -> None:
    assert INFO.never_says == set(OrderStatus) - set(statuses.FILTER) - {OrderStatus.UNKNOWN}


def test_a_new_order_has_no_shipments() -> None:
    notice = parse(sample_bytes("callback.created-no-shipments"))
    assert (notice.status, notice.reference, notice.shipments) == (OrderStatus.DRAFT, None, ())


def test_an_unknown_word_is_kept() -> None:
    notice = parse(b'{"id": 7, "status": "PaidAwaitingImageUpload"}')
    assert (notice.status, notice.provider_status) == (OrderStatus.UNKNOWN, "PaidAwaitingImageUpload")


@pytest.mark.parametrize(
    ("body", "path"),
    [
        (b"", "body"),
        (b"[]", "body"),
        (b"{", "body"),
        (b"\xff", "body"),
        (b"[" * 60_000, "body"),
        (b" " * 70_000, "body"),
        (b'{"status": "complete"}', "id"),
        (b'{"id": 1000000000000000000, "status": "complete"}', "id"),
        (b'{"id": -1, "status": "complete"}', "id"),
        (b'{"id": 1}', "status"),
        (b'{"id": 1, "status": 5}', "status"),
    ],
)
def test_what_is_no_callback_is_refused_with_the_place(body: bytes, path: str) -> None:
    with pytest.raises(InvalidRequestError) as refused:
        parse(body)
    assert refused.value.problems[0].path == path


@given(
    st.binary(max_size=300)
    | st.recursive(st.none() | st.integers() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner))
    .map(repr)
    .map(str.encode)
)
def test_nothing_else_escapes(body: bytes) -> None:
    try:
        notice = parse(body)
    except InvalidRequestError:
        return
    assert notice.order.id.isdigit()
