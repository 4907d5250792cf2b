"""Whatever comes: the shop answers in JSON or with its page, never with its own 500, and goes on working."""

import json
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given, settings, strategies as st

from printkit.emulator.shop import UnknownControlError
from printkit.exchange import Content, Effect, Part, Request
from printkit.providers.gooten.emulator import Automatic, Options, Shop
from printkit.providers.gooten.emulator.routes import ROUTES
from printkit.providers.gooten.emulator.statuses import STATUSES
from tests.providers.gooten.emulator_client import ADDRESS, CANVAS, KEY, LINE, RECIPE, Client, order_body

NAMES = st.one_of(
    st.sampled_from(
        [
            "ShipToAddress",
            "BillingAddress",
            "Items",
            "Payment",
            "SourceId",
            "IsPartnerSourceIdUnique",
            "IsInTestMode",
            "SKU",
            "Sku",
            "Quantity",
            "ShipType",
            "ShipCarrierMethodId",
            "Images",
            "Url",
            "URL",
            "SpaceId",
            "Index",
            "Meta",
            "OrderItemId",
            "NewPRPSku",
            "Ids",
            "OrderItemIds",
            "NewShippingMethod",
            "CouponCodes",
            "PartnerBillingKey",
            "CurrencyCode",
            "ShipToCountry",
            "ShipToPostalCode",
            "GootenSku",
            *ADDRESS,
        ]
    ),
    st.text(max_size=6),
)
TEXTS = st.one_of(
    st.sampled_from(
        ["US", "GB", CANVAS, "standard", "USD", "JPY", "1", "-1", "1066000", "520000", "Hold", "http://[", KEY, "true", "[", "{"]
    ),
    st.text(max_size=20),
)
VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), TEXTS),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(NAMES, inner, max_size=4)),
    max_leaves=8,
)
NEARLY = st.dictionaries(NAMES, VALUES, max_size=3).map(lambda change: {**order_body(), **change})
NEARLY_LINES = st.dictionaries(NAMES, VALUES, max_size=3).map(lambda change: order_body({**LINE, **change}))
JSON = st.one_of(VALUES, NEARLY, NEARLY_LINES, st.lists(st.dictionaries(NAMES, VALUES, max_size=4), max_size=3))
KINDS = st.sampled_from(
    [None, "application/json", "application/x-www-form-urlencoded", "multipart/form-data; boundary=b", "text/plain", ";;="]
)
PARTS = st.lists(
    st.builds(Part, NAMES, st.binary(max_size=20), st.one_of(st.none(), st.just("a.jpg"), st.just(".")), st.none()), max_size=4
).map(tuple)
BODIES = st.one_of(JSON.map(lambda value: json.dumps(value).encode()), st.binary(max_size=60), PARTS)
QUERY = st.lists(
    st.tuples(
        st.one_of(
            st.sampled_from(
                ["id", "orderId", "orderStatusName", "productId", "countryCode", "currencyCode", "sku", "page", "pageSize", "amount"]
            ),
            st.text(max_size=5),
        ),
        TEXTS,
    ),
    max_size=5,
)
PATHS = st.one_of(
    st.sampled_from([route.path.replace("{sku}", "Mine") for route in ROUTES]),
    st.lists(
        st.text(max_size=6).filter(lambda text: text not in {"", ".", ".."}).map(lambda text: quote(text, errors="replace", safe="")),
        max_size=4,
    ).map("/".join),
)
FORMS = st.sampled_from(["/api/", "/api/v/5/source/api/", "/api/v/1/", "/api/v2/recipes/r/", "/productdatav3/", "/"])
REQUESTS = st.builds(
    lambda method, form, path, query, body, kind: Request(
        method,
        f"{form}{path}".replace("//", "/"),
        Effect.WRITES,
        query=[("recipeid", RECIPE), ("partnerBillingKey", KEY), *query],
        body=body,
        content_type=kind,
    ),
    st.sampled_from(["GET", "POST", "PUT", "DELETE", "PATCH", "post"]),
    FORMS,
    PATHS,
    QUERY,
    BODIES,
    KINDS,
)
SENSIBLE = st.builds(
    lambda route, query, body: Request(
        route.method,
        f"/api/{route.path.replace('{sku}', 'MyShop-Mug-Sunrise-11oz')}",
        Effect.WRITES,
        query=[("recipeid", RECIPE), ("partnerBillingKey", KEY), ("orderId", "520000"), ("id", "{id}"), *query],
        body=body,
        content_type="application/json",
    ),
    st.sampled_from(ROUTES),
    QUERY,
    st.one_of(JSON.map(lambda value: json.dumps(value).encode()), PARTS),
)
ODD = Options(
    had_error="string",
    unknown_members=True,
    prices="shortest",
    webhook_url="https://a.example/?orderid=",
    automatic=Automatic.every(1),
    orderstatus_had_error="success",
    order_images="per item",
    unknown_space="ignored",
    safe_id_for_gooten_id="accepted",
)


def answered(shop: Shop, request: Request) -> None:
    response = shop.answer(request)
    assert response.status in {200, 201, 302, 400, 401, 404, 405, 415}, (request.method, request.path, response.body)
    if response.headers["content-type"].startswith("text/html"):
        assert response.body.startswith(b"<!DOCTYPE")
    elif response.body:
        json.loads(response.body)


def with_id(request: Request, id_: str) -> Request:
    query = [(name, id_ if value == "{id}" else value) for name, value in request.query]
    return Request(request.method, request.path, request.effect, query=query, body=request.body, content_type=request.content_type)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.one_of(REQUESTS, SENSIBLE), max_size=6), st.sampled_from([Options(), ODD]))
def test_never(requests: list[Request], options: Options) -> None:
    client = Client(options)
    id_ = client.post("orders", order_body()).json["Id"]
    for request in requests:
        answered(client.shop, with_id(request, id_))
    client.shop.advance(client.clock.now())

    assert client.order(id_)["Id"] == id_


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["ship", "deliver", "advance", "status", "pay", "fetched", "failed"]),
            st.dictionaries(NAMES, VALUES, max_size=3),
            st.sampled_from(STATUSES),
        ),
        max_size=8,
    )
)
def test_control_calls_raise_only_what_they_say(calls: list[tuple[str, dict[str, Any], str]]) -> None:
    client = Client(Options(webhook_url="https://a.example/?orderid="))
    order = client.submit(LINE, LINE, {**LINE, "ShipType": "expedited"})
    for verb, members, status in calls:
        try:
            client.shop.control(("orders", order["Id"], verb), {**members, "status": status})
        except (ValueError, UnknownControlError):
            continue
    assert set(client.statuses(order["Id"])) <= set(STATUSES)


def test_text_that_utf8_cannot_say() -> None:
    client = Client()
    body = json.dumps(order_body(ShipToAddress={**ADDRESS, "FirstName": "\ud800"}, SourceId="\ud800")).encode()

    assert client.send("POST", "/api/orders", body, query={"recipeid": RECIPE}).status in {201, 400}


def test_a_part_whose_bytes_are_still_to_come() -> None:
    async def nothing() -> Any:
        yield b""

    part = Part("file", Content(nothing), filename="a.jpg")
    assert Client().send("POST", "/api/images", (part,), query={"recipeid": "r"}).status == 400


@pytest.mark.parametrize("path", ["/api/orders", "/api/v/5/source/api/orders"])
def test_a_fault_inside_is_the_shops_own_500(path: str) -> None:
    client = Client()
    client.shop._workshop.books = None  # type: ignore[assignment]
    answer = client.send("GET", path, query={"recipeid": "r"})

    assert (answer.status, answer.json) == (500, {"Message": "An error has occurred."})
