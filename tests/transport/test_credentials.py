"""The account's keys: on every request, or only where a request names one by its marker; in the clear only on the wire."""

import json

import pytest

from printkit.errors import ConfigError
from printkit.exchange import Content, Effect, Part, Request, Response
from printkit.secret import Secret
from printkit.transport.attempt import Wire
from printkit.transport.credentials import Credentials
from printkit.transport.http import HttpLink
from printkit.transport.in_process import InProcessLink
from tests.transport.wire_server import answering, serve

BILLING = Secret('k+/=&"\\ é')
OTHER = Secret("other")


def write(**members) -> Request:
    return Request(**({"method": "POST", "path": "/orders", "effect": Effect.WRITES} | members))


NAMED = write(
    query=[("partner", BILLING.marker), ("page", "1")],
    body=json.dumps({"payment": {"code": BILLING.marker}, "note": "x"}).encode(),
    content_type="application/json",
)


def test_a_request_that_names_a_secret_does_not_hold_it():
    assert BILLING.reveal() not in repr((NAMED, NAMED.query, NAMED.body))
    assert BILLING.marker != OTHER.marker


async def test_a_named_secret_stands_in_the_clear_on_the_wire_only():
    async with serve(answering()) as server:
        link = HttpLink(server.url, held=(OTHER, BILLING))
        assert isinstance(await link.attempt(NAMED, Wire()), Response)
        await link.aclose()
    (seen,) = server.seen
    assert seen.target == "/orders?partner=k%2B%2F%3D%26%22%5C%20%C3%A9&page=1"
    assert json.loads(seen.body or b"") == {"payment": {"code": BILLING.reveal()}, "note": "x"}
    assert seen.header("Content-Length") == str(len(seen.body or b""))
    assert BILLING.marker.encode() in NAMED.body


async def test_a_shop_in_process_sees_the_same():
    class Shop:
        def answer(self, request):
            self.seen = request
            return Response(200)

    shop = Shop()
    await InProcessLink(shop, held=(OTHER, BILLING)).attempt(NAMED, Wire())
    assert shop.seen.query == (("partner", BILLING.reveal()), ("page", "1"))
    assert json.loads(shop.seen.body) == {"payment": {"code": BILLING.reveal()}, "note": "x"}


async def test_what_names_no_secret_is_sent_as_it_is():
    async def stream():
        yield b"abc"

    async with serve(answering()) as server:
        link = HttpLink(server.url, held=(BILLING,))
        await link.attempt(write(body=b"{}", query=[("a", "printkit-secret-")]), Wire())
        await link.attempt(write(body=(Part("f", Content(stream, 3), "f"),)), Wire())
        await link.aclose()
    assert (server.seen[0].target, server.seen[0].body) == ("/orders?a=printkit-secret-", b"{}")
    assert b"abc" in (server.seen[1].body or b"")


@pytest.mark.parametrize(
    ("request_", "clashes"),
    [
        (write(), False),
        (write(headers=[("X-Other", "1")], query=[("other", "1")]), False),
        (write(headers=[("x-key", "1")]), True),
        (write(query=[("KEY", "1")]), True),
        (write(headers=[("transfer-encoding", "chunked")]), True),
    ],
)
def test_what_clashes(request_, clashes):
    assert Credentials({"X-Key": OTHER}, {"key": OTHER}).clash_with(request_) is clashes


@pytest.mark.parametrize("name", ["", "X Key", "X-Key:", "X\r\nY", "Host", "content-length", "ключ"])
def test_names_that_a_header_cannot_have(name):
    with pytest.raises(ConfigError):
        Credentials({name: "1"})


def test_it_shows_nothing_and_keeps_its_own_copy():
    given = {"X-Key": BILLING}
    credentials = Credentials(given, {"key": BILLING}, (BILLING,))
    given["X-Later"] = OTHER
    assert repr(credentials) == "Credentials()"
    assert credentials.headers_in_the_clear() == {"X-Key": BILLING.reveal()}
