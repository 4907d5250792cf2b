"""Every method against every fault, on fresh and reused connections: at most one request arrives, and "not sent" is never a lie."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from printkit.exchange import Effect, Request, Response
from printkit.transport.attempt import Cause, Ending, MaybeSent, NotSent, Wire
from printkit.transport.http import METHODS, HttpLink
from tests.transport.wire_server import FAULTS, UNREAD, WireServer, after_one_answer, answering, redirect, refusing, serve

WRITES = [(method, Effect.WRITES) for method in sorted(METHODS)]
READS = [(method, Effect.READS) for method in ("GET", "HEAD", "OPTIONS", "POST")]
KINDS = [pytest.param(*kind, id=f"{kind[0]}-{kind[1].value}") for kind in WRITES + READS]
REDIRECTS = (301, 302, 303, 307, 308)


@asynccontextmanager
async def open_link(server: WireServer) -> AsyncIterator[HttpLink]:
    link = HttpLink(server.url, read_timeout=0.2, max_body=100_000)
    try:
        yield link
    finally:
        await link.aclose()


def request(method: str, effect: Effect) -> Request:
    body = b"{}" if method in {"POST", "PUT", "PATCH"} else b""
    return Request(method, "/Orders/1", effect, body=body, content_type="application/json" if body else None)


async def attempt_fresh(fault: str, method: str, effect: Effect) -> tuple[Ending, Wire, int]:
    async with serve(FAULTS[fault]) as server, open_link(server) as link:
        wire = Wire()
        return await link.attempt(request(method, effect), wire), wire, len(server.seen)


async def attempt_reused(fault: str, method: str, effect: Effect) -> tuple[Ending, Wire, int]:
    async with serve(after_one_answer(FAULTS[fault])) as server, open_link(server) as link:
        first = await link.attempt(request("GET", Effect.READS), Wire())
        assert isinstance(first, Response)
        wire = Wire()
        ending = await link.attempt(request(method, effect), wire)
        heads = sum(seen is not UNREAD for seen in server.seen) - 1
        return ending, wire, heads or int(UNREAD in server.seen and wire.sent)  # an idle connection that is dropped need hold no request


def is_honest(ending: Ending, wire: Wire, arrived: int) -> None:
    """What must hold after any single attempt."""
    assert arrived <= 1, f"one attempt, and {arrived} requests arrived"
    assert not (isinstance(ending, NotSent) and arrived), "called not sent, and it arrived"
    assert wire.sent is not isinstance(ending, NotSent)


@pytest.mark.parametrize(("method", "effect"), KINDS)
@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("attempt", [attempt_fresh, attempt_reused], ids=["fresh", "reused"])
async def test_one_attempt_sends_at_most_one_request(attempt, fault, method, effect):
    is_honest(*await attempt(fault, method, effect))


EXPECTED = {
    "fin_before_reading": {Cause.CONNECTION_LOST},
    "fin_after_head": {Cause.CONNECTION_LOST},
    "fin_after_reading": {Cause.CONNECTION_LOST},
    "rst_before_reading": {Cause.CONNECTION_LOST},
    "rst_after_head": {Cause.CONNECTION_LOST},
    "rst_after_reading": {Cause.CONNECTION_LOST},
    "half_head": {Cause.CONNECTION_LOST},
    "stall": {Cause.TIMED_OUT},
    "body_cut": {Cause.BODY_CUT},
    "body_reset": {Cause.BODY_CUT, Cause.CONNECTION_LOST},
    "body_stalls": {Cause.TIMED_OUT},
    "chunked_cut": {Cause.BODY_CUT},
    "chunked_nonsense": {Cause.BODY_CUT, Cause.NOT_HTTP},
    "long_header": {Cause.NOT_HTTP},
    "garbage": {Cause.NOT_HTTP},
    "endless_chunked": {Cause.TOO_LARGE},
    "endless_until_eof": {Cause.TOO_LARGE},
    "bad_gzip": {Cause.BAD_ENCODING},
    "cut_gzip": {Cause.BAD_ENCODING},
    "unknown_encoding": {Cause.BAD_ENCODING},
}
KNOWS_THE_STATUS = {
    "body_cut",
    "body_stalls",
    "chunked_cut",
    "endless_chunked",
    "endless_until_eof",
    "bad_gzip",
    "cut_gzip",
    "unknown_encoding",
}


@pytest.mark.parametrize("fault", EXPECTED)
@pytest.mark.parametrize("effect", Effect)
async def test_each_fault_has_its_word(fault, effect):
    ending, wire, _ = await attempt_fresh(fault, "POST", effect)
    assert isinstance(ending, MaybeSent)
    assert ending.cause in EXPECTED[fault]
    if fault in KNOWS_THE_STATUS:
        assert ending.status == wire.status == 200


def test_no_fault_is_left_out():
    assert EXPECTED.keys() | {"switching", "many_headers"} == FAULTS.keys()


@pytest.mark.parametrize("effect", Effect)
async def test_two_hundred_headers_are_read_or_refused(effect):
    """Aiohttp refuses more than 128 of them, but not yet in 3.13."""
    ending, _, _ = await attempt_fresh("many_headers", "POST", effect)
    assert ending == MaybeSent(Cause.NOT_HTTP) or isinstance(ending, Response)


@pytest.mark.parametrize("effect", Effect)
async def test_a_switch_of_protocols_is_an_answer_that_nobody_asked_for(effect):
    ending, _, _ = await attempt_fresh("switching", "POST", effect)
    assert isinstance(ending, MaybeSent) or ending.status == 101


@pytest.mark.parametrize(("method", "effect"), KINDS)
async def test_a_refused_port_means_not_sent(method, effect):
    async with refusing() as server, open_link(server) as link:
        wire = Wire()
        assert await link.attempt(request(method, effect), wire) == NotSent(Cause.CONNECT_FAILED)
        assert not wire.sent


async def attempt_redirect(status: int, method: str, effect: Effect) -> tuple[Ending, int]:
    async with serve(answering()) as thief, serve(redirect(status, f"{thief.url}/steal")) as server, open_link(server) as link:
        return await link.attempt(request(method, effect), Wire()), thief.connections


@pytest.mark.parametrize(("method", "effect"), KINDS)
@pytest.mark.parametrize("status", REDIRECTS)
async def test_a_redirect_is_an_answer_and_leads_nowhere(status, method, effect):
    ending, stolen = await attempt_redirect(status, method, effect)
    assert isinstance(ending, Response)
    assert ending.status == status
    assert stolen == 0


async def test_a_stale_connection_is_at_worst_a_maybe():
    async def answers_once(peer):
        await peer.request()
        await peer.answer()

    async with serve(answers_once) as server, open_link(server) as link:
        for number in range(1, 21):
            ending = await link.attempt(request("PUT", Effect.WRITES), Wire())
            assert isinstance(ending, (Response, MaybeSent))
            assert len(server.seen) <= number
