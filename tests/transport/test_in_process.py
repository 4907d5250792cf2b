"""A shop in this very process sees what it would see over HTTP."""

import ast
import asyncio
import pickle
from pathlib import Path

import pytest

import printkit.transport
from printkit.errors import ConfigError
from printkit.exchange import Content, Effect, Part, Request, Response
from printkit.secret import Secret
from printkit.transport.attempt import Cause, NotSent, Wire
from printkit.transport.in_process import InProcessLink


class Shop:
    def __init__(self) -> None:
        self.seen: list[Request] = []

    def answer(self, request: Request) -> Response:
        self.seen.append(request)
        return Response(201, {"x": "y"}, b"{}")


def make(shop: Shop) -> InProcessLink:
    return InProcessLink(shop, "/v2.5/", {"X-Key": Secret("CANARY"), "X-Plain": "1"}, {"key": Secret("C+A")})


async def test_the_shop_sees_path_and_credentials():
    shop, wire = Shop(), Wire()
    response = await make(shop).attempt(Request("POST", "/Orders", Effect.WRITES, query=[("a", "b")], body=b"{}"), wire)
    (seen,) = shop.seen
    assert (seen.method, seen.path, seen.body) == ("POST", "/v2.5/Orders", b"{}")
    assert seen.query == (("a", "b"), ("key", "C+A"))
    assert seen.headers == (("X-Key", "CANARY"), ("X-Plain", "1"))
    assert isinstance(response, Response)
    assert (response.status, wire.sent, wire.status) == (201, True, 201)


async def test_files_are_read_first_and_reported():
    async def stream():
        yield b"abc"
        yield b"de"

    shop, progress = Shop(), []
    parts = (Part("copies", b"1"), Part("file", Content(stream, 5, lambda *each: progress.append(each)), "a.jpg", "image/jpeg"))
    await make(shop).attempt(Request("POST", "/Photos", Effect.WRITES, body=parts), Wire())
    assert shop.seen[0].body == (Part("copies", b"1"), Part("file", b"abcde", "a.jpg", "image/jpeg"))
    assert progress == [(3, 5), (5, 5)]


@pytest.mark.parametrize("size", [2, 9])
async def test_a_file_of_another_size_is_refused_before_the_shop_sees_it(size):
    async def stream():
        yield b"abc"

    shop, wire = Shop(), Wire()
    with pytest.raises(ValueError, match="said to hold"):
        await make(shop).attempt(Request("POST", "/Photos", Effect.WRITES, body=(Part("file", Content(stream, size)),)), wire)
    assert (shop.seen, wire.sent) == ([], False)


@pytest.mark.parametrize(
    "member", [{"headers": [("x-key", "mine")]}, {"query": [("KEY", "mine")]}, {"headers": [("Host", "evil")]}, {"path": "/..%2fx"}]
)
async def test_what_http_would_refuse_is_refused(member):
    shop = Shop()
    request = Request(**({"method": "GET", "path": "/Orders", "effect": Effect.READS} | member))
    assert await make(shop).attempt(request, Wire()) == NotSent(Cause.LOCAL_REFUSAL)
    assert shop.seen == []


async def test_after_closing_nothing_is_asked():
    shop = Shop()
    link = make(shop)
    await link.aclose()
    assert await link.attempt(Request("GET", "/", Effect.READS), Wire()) == NotSent(Cause.CLOSED)


async def test_cancelled_before_the_shop_saw_it():
    shop, wire = Shop(), Wire()
    task = asyncio.create_task(make(shop).attempt(Request("GET", "/", Effect.READS), wire))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert (shop.seen, wire.sent) == ([], False)


async def test_a_fault_in_the_shop_is_seen():
    class Broken:
        def answer(self, request):
            raise ZeroDivisionError

    wire = Wire()
    with pytest.raises(ZeroDivisionError):
        await InProcessLink(Broken()).attempt(Request("GET", "/", Effect.READS), wire)
    assert wire.sent


def test_it_shows_and_lends_nothing():
    link = make(Shop())
    assert repr(link) == "InProcessLink()"
    assert "CANARY" not in repr(vars(link))
    with pytest.raises(TypeError, match="cannot be pickled"):
        pickle.dumps(link)


@pytest.mark.parametrize(
    "headers",
    [{"X-Key": Secret("a\r\nb: CANARY")}, {"X-Key": "a\x00CANARY"}, {"X Key": "CANARY"}, {"Host": "CANARY"}, {"X-Key": "CANARY\ud800"}],
)
def test_headers_that_cannot_be_sent_are_refused_without_their_value(headers):
    with pytest.raises(ConfigError) as refused:
        InProcessLink(Shop(), "", headers)
    assert "CANARY" not in str(refused.value)


def test_only_one_file_knows_aiohttp_and_one_knows_backoff():
    known: dict[str, set[str]] = {"aiohttp": set(), "yarl": set(), "backoff": set()}
    for file in Path(printkit.transport.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else [each.name for each in getattr(node, "names", [])]
            for name in names if isinstance(node, (ast.Import, ast.ImportFrom)) else []:
                known.get(name.partition(".")[0], set()).add(file.name)
    assert known == {"aiohttp": {"http.py"}, "yarl": {"http.py"}, "backoff": {"retry.py"}}
