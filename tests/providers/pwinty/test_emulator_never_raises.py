"""Whatever is sent, the shop answers in JSON, never with its own 500, and goes on working."""

import json
from typing import Any
from urllib.parse import quote

from hypothesis import given, settings, strategies as st

from printkit.exchange import Content, Effect, Part, Request
from printkit.providers.pwinty.emulator import Shop
from tests.pictures import JPEG
from tests.providers.pwinty.emulator_client import CREDENTIALS, Client

WORDS = st.sampled_from(
    ["Orders", "photos", "Batch", "Status", "SubmissionStatus", "Issues", "Logs", "Catalogue", "Country", "GB", "Pro", "1", "0"]
)
IDS = st.sampled_from(["775896", "986207", "5"])
SEGMENTS = st.one_of(
    WORDS, IDS, st.text(max_size=8).filter(lambda text: text not in {".", ".."}).map(lambda text: quote(text, errors="replace", safe=""))
)
NAMES = st.one_of(
    st.sampled_from(
        [
            "countryCode",
            "destinationCountryCode",
            "type",
            "url",
            "copies",
            "sizing",
            "priceToUser",
            "md5Hash",
            "attributes",
            "status",
            "issue",
            "action",
            "affectedImages",
            "newState",
            "comment",
            "payment",
            "qualityLevel",
            "useTrackedShipping",
            "count",
            "offset",
            "orderStatus",
            "merchantOrderId",
            "address1",
        ]
    ),
    st.text(max_size=6),
)
TEXTS = st.one_of(
    st.sampled_from(
        [
            "GB",
            "Pro",
            "InvoiceRecipient",
            "4x6",
            "http://a.example/b",
            "http://[",
            "Crop",
            "Submitted",
            "1",
            "-1",
            "LostInPost",
            "Reprint",
            "[",
            "{",
        ]
    ),
    st.text(max_size=20),
)
VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), TEXTS),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(NAMES, inner, max_size=3)),
    max_leaves=6,
)
JSON = st.one_of(VALUES, st.dictionaries(NAMES, VALUES, max_size=8), st.lists(st.dictionaries(NAMES, VALUES, max_size=4), max_size=3))
KINDS = st.sampled_from(
    [
        None,
        "application/json",
        "application/json; charset=utf-8",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=b",
        "text/plain",
        ";;=",
    ]
)
PARTS = st.lists(
    st.builds(
        Part,
        NAMES,
        st.one_of(st.just(JPEG), st.binary(max_size=20), TEXTS.map(lambda text: text.encode("utf-8", "replace"))),
        st.one_of(st.none(), st.just("a.jpg")),
        st.one_of(st.none(), st.just("image/jpeg"), st.just("multipart/form-data")),
    ),
    max_size=5,
).map(tuple)
BODIES = st.one_of(JSON.map(lambda value: json.dumps(value).encode()), st.binary(max_size=60), PARTS)
REQUESTS = st.builds(
    lambda method, segments, query, body, kind: Request(
        method, "/v2.5/" + "/".join(segments), Effect.WRITES, query=query, headers=CREDENTIALS, body=body, content_type=kind
    ),
    st.sampled_from(["GET", "POST", "PUT", "DELETE", "PATCH", "get"]),
    st.lists(SEGMENTS, max_size=6).filter(lambda segments: "" not in segments),
    st.lists(st.tuples(NAMES, TEXTS), max_size=4),
    BODIES,
    KINDS,
)
SENSIBLE = st.builds(
    lambda route, body, kind: Request(route[0], f"/v2.5/{route[1]}", Effect.WRITES, headers=CREDENTIALS, body=body, content_type=kind),
    st.sampled_from(
        [
            ("POST", "Orders"),
            ("PUT", "Orders/775896"),
            ("POST", "Orders/775896/Photos"),
            ("POST", "Orders/775896/Photos/Batch"),
            ("POST", "Orders/775896/Status"),
            ("POST", "Orders/775896/Issues"),
            ("PUT", "Orders/775896/Issues/5"),
        ]
    ),
    st.one_of(JSON.map(lambda value: json.dumps(value).encode()), PARTS),
    st.just("application/json"),
)


def answered(shop: Shop, request: Request) -> Any:
    response = shop.answer(request)
    assert response.status in {200, 400, 401, 403, 404, 405, 415}, response.body
    assert response.headers["content-type"] == "application/json; charset=utf-8"
    return json.loads(response.body)


@settings(max_examples=300)
@given(st.lists(st.one_of(REQUESTS, SENSIBLE), max_size=6))
def test_never(requests: list[Request]) -> None:
    client = Client()
    order = client.order()
    client.photo(order)
    client.post(f"/Orders/{order}/Issues", {"issue": "LostInPost", "action": "Reprint"})
    for request in requests:
        answered(client.shop, request)

    assert client.get(f"/Orders/{order}").status == 200


def test_text_that_utf8_cannot_say() -> None:
    body = json.dumps({"countryCode": "GB", "recipientName": "\ud800"}).encode()
    request = Request("POST", "/v2.5/Orders", Effect.WRITES, headers=CREDENTIALS, body=body, content_type="application/json")

    assert answered(Shop(), request)


def test_a_part_whose_bytes_are_still_to_come() -> None:
    async def nothing() -> Any:
        yield b""

    part = Part("file", Content(nothing), filename="a.jpg")
    client = Client()

    assert client.send("POST", f"/v2.5/Orders/{client.order()}/Photos", (part,)).status == 400


def test_a_fault_inside_is_the_shops_own_500() -> None:
    client = Client()
    client.shop._workshop.books = None  # type: ignore[assignment]

    assert client.get("/Orders").json == {"errorMessage": "An error occurred : Something unexpected happened while processing this request"}
