"""What really goes over the wire: request line, headers, bodies, uploads; and what never leaves."""

import asyncio
from collections.abc import AsyncIterator
from urllib.parse import unquote_plus

import aiohttp
import multipart
import pytest
from aioresponses import aioresponses
from hypothesis import given, settings, strategies as st

from printkit.errors import ConfigError, InvalidRequestError
from printkit.exchange import Content, Effect, Part, Request, Response, fill
from printkit.secret import Secret
from printkit.transport.attempt import Cause, Ending, MaybeSent, NotSent, Wire
from printkit.transport.http import HttpLink
from tests.transport.wire_server import Arrival, answering, serve


async def over_the_wire(*requests: Request, **options) -> tuple[list[Ending], list[Arrival]]:
    async with serve(answering()) as server:
        link = HttpLink(server.url + "/v2.5/", **options)
        try:
            return [await link.attempt(request, Wire()) for request in requests], server.seen
        finally:
            await link.aclose()


async def one(request: Request, **options) -> Arrival:
    endings, (arrival,) = await over_the_wire(request, **options)
    assert isinstance(endings[0], Response)
    return arrival


def post(body: bytes | tuple[Part, ...] = b"", **members) -> Request:
    return Request("POST", "/Orders", Effect.WRITES, body=body, **members)


async def test_a_read():
    arrival = await one(Request("GET", "/Orders/1", Effect.READS, query=[("count", "2")], headers=[("X-Own", "1")]))
    assert (arrival.method, arrival.target, arrival.body) == ("GET", "/v2.5/Orders/1?count=2", b"")
    assert {name: value for name, value in arrival.headers if name != "Host"} == {
        "Accept": "*/*",
        "Accept-Encoding": "gzip, deflate",
        "User-Agent": "printkit",
        "X-Own": "1",
    }


async def test_a_write_with_credentials():
    arrival = await one(
        post(b'{"a": 1}', content_type="application/json"),
        headers={"X-Key": Secret("key é"), "User-Agent": "mine"},
        query={"billing": Secret("k+/=&%2B é")},
    )
    assert arrival.target == "/v2.5/Orders?billing=k%2B%2F%3D%26%252B%20%C3%A9"
    assert (arrival.header("X-Key"), arrival.header("User-Agent")) == ("key é", "mine")
    assert (arrival.header("Content-Type"), arrival.header("Content-Length")) == ("application/json", "8")
    assert arrival.body == b'{"a": 1}'


@pytest.mark.parametrize("size", [0, 1, 2**20, 2**20 + 1, 3_000_000])
async def test_bodies_of_any_size_arrive_whole_and_with_their_length(size):
    arrival = await one(post(b"x" * size, content_type="text/plain"))
    assert (arrival.header("Content-Length"), len(arrival.body or b"")) == (str(size), size)


@given(
    ids=st.lists(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1), max_size=3),
    query=st.lists(
        st.tuples(st.text(st.characters(exclude_categories=["Cs"])), st.text(st.characters(exclude_categories=["Cs"]))), max_size=4
    ),
    key=st.text(st.characters(exclude_categories=["Cs"]), min_size=1),
)
@settings(max_examples=60)
def test_ids_and_query_arrive_as_they_were_given(ids, query, key):
    names = {f"id{number}": each for number, each in enumerate(ids)}
    template = "/x" + "".join(f"/{{{name}}}" for name in names)
    try:
        request = Request("GET", fill(template, **names), Effect.READS, query=[("q" + name, value) for name, value in query])
        (ending,), seen = asyncio.run(over_the_wire(request, query={"key": Secret(key)}))
    except InvalidRequestError:
        return
    if isinstance(ending, NotSent):
        assert ending.cause is Cause.LOCAL_REFUSAL
        assert seen == []
        return
    path, _, sent = seen[0].target.partition("?")
    assert [unquote_plus(segment.replace("+", "%2B")) for segment in path.split("/")] == ["", "v2.5", "x", *ids]
    pairs = [tuple(unquote_plus(half) for half in pair.partition("=")[::2]) for pair in sent.split("&")]
    assert pairs == [*[("q" + name, value) for name, value in query], ("key", key)]
    assert "+" not in sent


async def test_urls_are_built_alike_where_the_session_is_faked():
    link = HttpLink("https://api.example.com/v2.5", query={"key": Secret("a+b")})
    with aioresponses() as fake:
        fake.get("https://api.example.com/v2.5/Orders/1?count=2&key=a%2Bb", body=b"{}")
        ending = await link.attempt(Request("GET", "/Orders/1", Effect.READS, query=[("count", "2")]), Wire())
    await link.aclose()
    assert isinstance(ending, Response)
    assert ending.body == b"{}"


REFUSED = {
    "method": {"method": "GET\r\nX: y"},
    "lower-case method": {"method": "get"},
    "CONNECT": {"method": "CONNECT"},
    "TRACE": {"method": "TRACE"},
    "our header": {"headers": [("x-KEY", "mine")]},
    "our query": {"query": [("KEY", "mine")]},
    "host": {"headers": [("Host", "evil.example")]},
    "length": {"headers": [("Content-Length", "5")]},
    "chunks": {"headers": [("Transfer-Encoding", "chunked")]},
    "expect": {"headers": [("Expect", "100-continue")]},
    "cookie": {"headers": [("Cookie", "a=b")]},
    "two types": {"headers": [("Content-Type", "a/b")], "content_type": "c/d"},
    "line break in the type": {"content_type": "a/b\r\nX: y"},
    "line break in a part's name": {"body": (Part("a\r\nX: y", b""),)},
    "line break in a file's name": {"body": (Part("a", b"", "a\nb.jpg"),)},
    "line break in a part's type": {"body": (Part("a", b"", "a.jpg", "a/b\r\nX: y"),)},
    "a type of its own for a form": {"body": (Part("a", b""),), "headers": [("content-type", "a/b")]},
    "a way up, encoded": {"path": "/Orders/..%2FCatalogue"},
    "a line break, encoded": {"path": "/Orders/1%0d%0aX:%20y"},
}


@pytest.mark.parametrize("members", REFUSED.values(), ids=REFUSED)
@pytest.mark.parametrize("effect", Effect)
async def test_what_never_leaves(members, effect):
    request = Request(**({"method": "POST", "path": "/Orders", "effect": effect} | members))
    wire = Wire()
    async with serve(answering()) as server:
        link = HttpLink(server.url, headers={"X-Key": Secret("k")}, query={"key": Secret("k")})
        assert await link.attempt(request, wire) == NotSent(Cause.LOCAL_REFUSAL)
        await link.aclose()
        assert (server.connections, wire.sent) == (0, False)


@pytest.mark.parametrize("where", ["headers", "query"])
def test_half_a_surrogate_pair_makes_no_request_at_all(where):
    with pytest.raises(InvalidRequestError, match=f"^{where}: "):
        Request("POST", "/Orders", Effect.WRITES, **{where: [("X-Own", "\ud800")]})


async def test_a_type_of_ones_own_for_a_body_in_bytes():
    arrival = await one(post(b"{}", headers=[("Content-Type", "application/json")]))
    assert [value for name, value in arrival.headers if name == "Content-Type"] == ["application/json"]


def parts_of(arrival: Arrival) -> list[tuple[str | None, str | None, str | None, bytes]]:
    kind, options = multipart.parse_options_header(arrival.header("Content-Type") or "")
    assert kind == "multipart/form-data"
    parts: list[tuple[multipart.MultipartSegment, bytearray]] = []
    with multipart.PushMultipartParser(options["boundary"]) as parser:
        for event in parser.parse(arrival.body or b""):
            if isinstance(event, multipart.MultipartSegment):
                parts.append((event, bytearray()))
            elif event:
                parts[-1][1].extend(event)
    return [(segment.name, segment.filename, segment.header("Content-Type"), bytes(body)) for segment, body in parts]


def streaming(*chunks: bytes, size: int | None = None, progress=None, closed: list[str] | None = None) -> Content:
    async def stream() -> AsyncIterator[bytes]:
        try:
            for chunk in chunks:
                yield chunk
        finally:
            if closed is not None:
                closed.append("closed")

    return Content(stream, size, progress)


async def test_a_form_with_fields_and_files():
    body = (
        Part("copies", b"2"),
        Part("note", "naïve ☃".encode(), content_type="text/plain; charset=utf-8"),
        Part("file", streaming(b"abc", b"", b"de", size=5), "naïve ☃ photo.jpg", "image/jpeg"),
        Part("raw", b"\x00\r\n--", "raw"),
    )
    arrival = await one(post(body))
    assert arrival.header("Content-Length") == str(len(arrival.body or b""))
    assert arrival.header("Transfer-Encoding") is None
    assert parts_of(arrival) == [
        ("copies", None, None, b"2"),
        ("note", None, "text/plain; charset=utf-8", "naïve ☃".encode()),
        ("file", "naïve ☃ photo.jpg", "image/jpeg", b"abcde"),
        ("raw", "raw", "application/octet-stream", b"\x00\r\n--"),
    ]
    assert "naïve ☃ photo.jpg".encode() in (arrival.body or b"")


async def test_a_file_of_unknown_size_goes_in_chunks():
    arrival = await one(post((Part("file", streaming(b"abc", b"de"), "a.jpg"),)))
    assert arrival.header("Transfer-Encoding") == "chunked"
    assert parts_of(arrival)[0][3] == b"abcde"


async def test_progress_and_a_fresh_stream_for_each_attempt():
    progress: list[tuple[int, int | None]] = []
    closed: list[str] = []
    request = post((Part("file", streaming(b"abc", b"de", size=5, progress=lambda *each: progress.append(each), closed=closed), "a"),))
    endings, seen = await over_the_wire(request, request)
    assert all(isinstance(ending, Response) for ending in endings)
    assert [parts_of(arrival)[0][3] for arrival in seen] == [b"abcde", b"abcde"]
    assert progress == [(3, 5), (5, 5)] * 2
    assert closed == ["closed"] * 2


class DiskError(OSError):
    pass


def failing_at(position: str) -> Content:
    async def stream() -> AsyncIterator[bytes]:
        if position == "first":
            raise DiskError("the disk is gone")
        yield b"abc"
        raise DiskError("the disk is gone")

    def refuse():
        raise DiskError("the disk is gone")

    def report(done, size):
        raise DiskError("the disk is gone")

    return {"open": Content(refuse), "progress": streaming(b"abc", progress=report)}.get(position) or Content(stream, 10)


@pytest.mark.parametrize(("position", "sent"), [("open", False), ("first", False), ("later", True), ("progress", True)])
@pytest.mark.parametrize("effect", Effect)
async def test_an_error_of_the_callers_stream_comes_back_as_it_is(position, sent, effect):
    async def read_what_comes(peer):
        await peer.head()
        await peer.until_gone()
        peer.server.count(Arrival("whole", "", []))

    async with serve(read_what_comes) as server:
        link, wire = HttpLink(server.url), Wire()
        with pytest.raises(DiskError, match="the disk is gone") as raised:
            await link.attempt(post((Part("file", failing_at(position), "a"),)), wire)
        await link.aclose()
        assert wire.sent is sent
        assert server.connections == int(sent)
        assert raised.value.__cause__ is raised.value.__context__ is None
        frames = [frame.name for frame in raised.traceback]
        assert not {"write_bytes", "_request", "_exchange"} & set(frames)


@pytest.mark.parametrize(("size", "said"), [(4, "more than the 4 bytes"), (6, "holds 5 bytes")])
async def test_a_size_that_is_not_kept_never_completes_the_request(size, said):
    async with serve(answering()) as server:
        link, wire = HttpLink(server.url), Wire()
        with pytest.raises(ValueError, match=said):
            await link.attempt(post((Part("file", streaming(b"abc", b"de", size=size), "a"),)), wire)
        await link.aclose()
        assert all(arrival.body is None for arrival in server.seen)


async def test_an_answer_before_the_end_of_an_upload_is_an_answer():
    never = asyncio.Event()
    closed: list[str] = []

    async def stream() -> AsyncIterator[bytes]:
        try:
            yield b"abc"
            await never.wait()
        finally:
            closed.append("closed")

    async def refuse_early(peer):
        await peer.head()
        await peer.answer(b'{"error": "too large"}', 413)
        await peer.until_gone()

    async with serve(refuse_early) as server:
        link = HttpLink(server.url)
        for _ in range(2):
            ending = await link.attempt(post((Part("file", Content(stream), "a"),)), Wire())
            assert isinstance(ending, Response)
            assert ending.status == 413
        await link.aclose()
        assert server.connections == 2
    assert closed == ["closed"] * 2


async def test_an_upload_cut_off_by_the_network_is_not_the_callers_error():
    async def hang_up(peer):
        await peer.head()
        peer.reset()

    async with serve(hang_up) as server:
        link, wire = HttpLink(server.url), Wire()
        closed: list[str] = []
        ending = await link.attempt(post((Part("file", streaming(*[bytes(65536)] * 400, closed=closed), "a"),)), wire)
        await link.aclose()
    assert ending == MaybeSent(Cause.CONNECTION_LOST)
    assert wire.sent
    assert closed == ["closed"]


async def test_a_stream_is_closed_when_the_connection_cannot_be_made():
    closed: list[str] = []
    link = HttpLink("http://127.0.0.1:9", connect_timeout=1)
    ending = await link.attempt(post((Part("file", streaming(b"abc", b"de", closed=closed), "a"),)), Wire())
    await link.aclose()
    assert ending == NotSent(Cause.CONNECT_FAILED)
    assert closed == ["closed"]


async def test_answers_keep_status_headers_and_body():
    async with serve(answering(b"\x00\xff", 418, "X-Twice: 1\r\nX-TWICE: 2\r\nSet-Cookie: a=b\r\n")) as server:
        link = HttpLink(server.url)
        for _ in range(2):
            ending = await link.attempt(Request("GET", "/", Effect.READS), Wire())
        await link.aclose()
        assert server.connections == 1
        assert server.seen[1].header("Cookie") is None
    assert isinstance(ending, Response)
    assert (ending.status, ending.body, ending.headers["x-twice"]) == (418, b"\x00\xff", "2")


@pytest.mark.parametrize(
    "setting",
    [{"proxy": "proxy.example:3128"}, {"proxy": "socks5://h"}, {"proxy": Secret("http://u:HUNTER2@h@h")}, {"ca_file": "/nowhere/ca.pem"}],
)
def test_settings_that_cannot_be_used(setting):
    with pytest.raises(ConfigError) as refused:
        HttpLink("https://api.example.com", **setting)
    assert "HUNTER2" not in str(refused.value)
    assert refused.value.__context__ is None


def test_a_ca_file_without_certificates(tmp_path):
    (tmp_path / "ca.pem").write_text("nothing")
    with pytest.raises(ConfigError, match=r"ca_file .* no certificate"):
        HttpLink("https://api.example.com", ca_file=tmp_path / "ca.pem")


def test_aiohttp_still_repeats_what_the_middleware_stops():
    """When this changes, the middleware may go."""
    assert "PUT" in aiohttp.client.IDEMPOTENT_METHODS


async def test_what_woke_up_too_late_does_not_leave() -> None:
    """Asked in the last moment: the process may have stood still since the deadline was looked at."""
    async with serve(answering()) as server:
        link = HttpLink(server.url + "/v2.5/")
        try:
            late, wire = Wire(is_late=lambda: True), Wire(is_late=lambda: False)
            assert await link.attempt(post(b"late"), late) == NotSent(Cause.TIMED_OUT)
            assert not late.sent
            assert isinstance(await link.attempt(post(b"in time"), wire), Response)
        finally:
            await link.aclose()
    assert [arrival.body for arrival in server.seen] == [b"in time"]
