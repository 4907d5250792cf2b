"""A canary in every place for a secret, the whole set of faults, and everything that anybody could print, log, pickle or catch."""

import asyncio
import base64
import gc
import json
import logging
import pickle
import sys
import traceback
import warnings
from collections.abc import Awaitable, Callable, Iterator
from contextlib import aclosing
from urllib.parse import quote

import pytest
import trustme
from attrs import evolve

from printkit.errors import PrintKitError
from printkit.exchange import Content, Effect, Part, Request, Response
from printkit.secret import Secret
from printkit.telemetry import Event, LoggingHook, Telemetry
from printkit.transport.attempt import Link, Wire
from printkit.transport.caller import Caller
from printkit.transport.http import HttpLink
from printkit.transport.in_process import InProcessLink
from printkit.transport.limits import Slots
from printkit.transport.redact import Redactor
from printkit.transport.retry import RetryBudget, RetryPolicy
from tests.transport.test_http_tls import tls
from tests.transport.wire_server import FAULTS, answering, redirect, refusing, serve, stall

HEADER_KEY = 'CANARY-head/er+key=&"\\ é'
QUERY_KEY = 'CANARY-query/key+=&%"\\ é'
HELD_KEY = 'CANARY-held/key+=&%"\\ é'
PROXY_KEY = "CANARY-proxy-pass"
KEYS = (HEADER_KEY, QUERY_KEY, HELD_KEY, PROXY_KEY)


def inner_base64(key: str) -> Iterator[str]:
    for shift in range(3):
        text = base64.b64encode(bytes(shift) + key.encode()).decode()
        yield text[4:-4]
        yield base64.urlsafe_b64encode(bytes(shift) + key.encode()).decode()[4:-4]


FORMS = {"CANARY"} | {
    form
    for key in KEYS
    for form in (
        quote(key, safe="")[3:],
        quote(key, safe="").lower()[3:],
        json.dumps(key)[3:-3],
        key.encode().hex(),
        *inner_base64(key),
    )
}


def no_canary_in(text: str) -> None:
    found = [form for form in FORMS if form in text]
    assert not found, f"{found} in {text[:500]!r}"


READ = Request("GET", "/Orders/1", Effect.READS, operation="orders.get", template="/Orders/{id}", query=[("count", "1")])
WRITE = Request(
    "PUT", "/Orders/1", Effect.WRITES, operation="orders.put", template="/Orders/{id}", body=b"{}", content_type="application/json"
)

HELD = Secret(HELD_KEY)
NAMED = evolve(WRITE, query=[("partner", HELD.marker)], body=f'{{"code": "{HELD.marker}"}}'.encode())


def link_to(url: str, **options: object) -> HttpLink:
    return HttpLink(
        url,
        headers={"X-Key": Secret(HEADER_KEY)},
        query={"key": Secret(QUERY_KEY)},
        held=(HELD,),
        read_timeout=0.1,
        max_body=100_000,
        **options,
    )


def call_over(link: Link, events: list[Event]) -> Caller:
    async def at_once(seconds: float) -> None:
        pass

    return Caller(
        "pwinty",
        link,
        slots=Slots(2),
        policy=RetryPolicy(),
        budget=RetryBudget(),
        telemetry=Telemetry((events.append, LoggingHook(logging.getLogger("printkit")))),
        redactor=Redactor(map(Secret, KEYS)),
        sleep=at_once,
    )


def everything_in(thing: object, seen: set[int] | None = None) -> Iterator[str]:
    """The printed form of a thing and, depth first, of all that hangs on it."""
    seen = set() if seen is None else seen
    if id(thing) in seen or isinstance(thing, (type, Secret)) or thing is None:
        return
    seen.add(id(thing))
    yield repr(thing)
    yield str(thing)
    inner: list[object] = []
    if isinstance(
        thing, (Response, HttpLink, InProcessLink)
    ):  # these hold what the shop said, and the keys: only their printed form counts
        return
    if isinstance(thing, dict):
        inner += [*thing.keys(), *thing.values()]
    elif isinstance(thing, (list, tuple, set, frozenset)):
        inner += thing
    elif isinstance(thing, BaseException):
        inner += [
            thing.args,
            getattr(thing, "exceptions", None),
            thing.__cause__,
            thing.__context__,
            getattr(thing, "__notes__", None),
            vars(thing),
        ]
    else:
        inner += [getattr(thing, name, None) for name in getattr(type(thing), "__slots__", ())]
        inner.append(getattr(thing, "__dict__", None))
    for each in inner:
        yield from everything_in(each, seen)


def pickled(thing: object) -> str:
    try:
        return pickle.dumps(thing).decode("latin-1")
    except (TypeError, AttributeError, pickle.PicklingError) as error:
        return str(error)


def inspect(results: list[object]) -> None:
    for result in results:
        for text in everything_in(result):
            no_canary_in(text)
        if not isinstance(result, Response):
            no_canary_in(pickled(result))
        if isinstance(result, BaseException):
            no_canary_in("".join(traceback.TracebackException.from_exception(result, capture_locals=True).format()))
            modules = {type(each).__module__.partition(".")[0] for each in chain_of(result)}
            assert "aiohttp" not in modules


def chain_of(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


async def outcome(call: Callable[[], Awaitable[object]]) -> object:
    try:
        return await call()
    except (PrintKitError, asyncio.CancelledError, TimeoutError, LookupError, ExceptionGroup) as error:
        return error


async def all_calls(caller: Caller) -> list[object]:
    wires = [Wire(), Wire()]

    async def in_a_group() -> None:
        async with asyncio.timeout(0.02), asyncio.TaskGroup() as group:
            group.create_task(caller.write(WRITE, caller.deadline(), wires[0]))

    async def cancelled() -> object:
        task = asyncio.create_task(caller.write(NAMED, caller.deadline(), wires[1]))
        while not (wires[1].sent or task.done()):  # noqa: ASYNC110 - a Wire is plain data and rings no bell
            await asyncio.sleep(0)
        task.cancel()
        return await task

    calls: list[Callable[[], Awaitable[object]]] = [
        lambda: caller.read(READ, caller.deadline()),
        lambda: caller.write(WRITE, caller.deadline(), Wire()),
        lambda: caller.write(NAMED, caller.deadline(), Wire()),
        in_a_group,
        cancelled,
    ]
    return [*[await outcome(call) for call in calls], *wires]


@pytest.fixture
def nothing_leaks(caplog, capfd, monkeypatch):
    """Everything at its most talkative; looks at all of it at the end."""
    caplog.set_level(logging.DEBUG)
    unraisable: list[object] = []
    monkeypatch.setattr(sys, "unraisablehook", unraisable.append)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        yield
        gc.collect()
    no_canary_in(caplog.text)
    for record in caplog.records:
        for text in everything_in(record.args):
            no_canary_in(text)
    for warning in caught:
        no_canary_in(str(warning))
    for each in unraisable:
        no_canary_in(repr(each))
    no_canary_in("".join(capfd.readouterr()))


async def over_http(behave, **options) -> list[object]:
    asyncio.get_running_loop().set_debug(True)
    events: list[Event] = []
    async with serve(behave) as server, aclosing(link_to(server.url, **options)) as link:
        results = await all_calls(call_over(link, events))
        assert any("CANARY" in arrival.target for arrival in server.seen) or server.seen[0].method == "?"
    return [*results, *events, link]


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.usefixtures("nothing_leaks")
async def test_no_fault_leaks(fault):
    inspect(await over_http(FAULTS[fault]))


async def a_stalled_shop_leaks_nothing() -> None:
    inspect(await over_http(stall))


@pytest.mark.parametrize("status", [301, 307, 400, 401, 403, 404, 429, 500, 502, 503])
@pytest.mark.usefixtures("nothing_leaks")
async def test_no_answer_leaks(status):
    inspect(await over_http(redirect(status, f"https://evil.example/?{quote(QUERY_KEY)}")))


@pytest.mark.usefixtures("nothing_leaks")
async def test_an_answer_that_echoes_the_keys_is_cleaned():
    echo = answering(b"{}", 500, f"X-Request-Id: {quote(QUERY_KEY)} {HEADER_KEY}\r\n")
    results = await over_http(echo)
    errors = [result for result in results if isinstance(result, PrintKitError)]
    assert [error.request_id for error in errors] == ["*** ***"]
    inspect([*errors])


@pytest.mark.usefixtures("nothing_leaks")
async def test_no_failure_to_connect_leaks():
    asyncio.get_running_loop().set_debug(True)
    events: list[Event] = []
    async with refusing() as server, aclosing(link_to(server.url)) as link:
        inspect([*await all_calls(call_over(link, events)), *events, link])
    async with serve(answering(), tls(trustme.CA())) as server, aclosing(link_to(server.url)) as link:
        inspect([*await all_calls(call_over(link, events)), *events, link])
    async with serve(stall) as server, aclosing(link_to(server.url, limit=1, connect_timeout=0.05)) as link:
        inspect([*await asyncio.gather(*[all_calls(call_over(link, events)) for _ in range(3)]), *events, link])


@pytest.mark.usefixtures("nothing_leaks")
@pytest.mark.parametrize("behave", [answering(b"", 407), stall, FAULTS["fin_after_reading"]], ids=["refuses", "stalls", "hangs-up"])
async def test_no_proxy_leaks(behave):
    asyncio.get_running_loop().set_debug(True)
    events: list[Event] = []
    async with serve(behave) as proxy:
        address = Secret(proxy.url.replace("//", f"//user:{PROXY_KEY}@"))
        async with aclosing(link_to("https://127.0.0.1:1", proxy=address, connect_timeout=0.1)) as link:
            inspect([*await all_calls(call_over(link, events)), *events, link])


@pytest.mark.usefixtures("nothing_leaks")
async def test_no_upload_leaks():
    class DiskError(LookupError):
        pass

    async def stream():
        yield b"abc"
        raise DiskError

    request = Request("POST", "/Photos", Effect.WRITES, body=(Part("file", Content(stream, 9), "a.jpg"),))
    async with serve(stall) as server, aclosing(link_to(server.url)) as link:
        caller = call_over(link, [])
        result = await outcome(lambda: caller.write(request, caller.deadline(), Wire()))
    assert isinstance(result, DiskError)
    inspect([result])


@pytest.mark.usefixtures("nothing_leaks")
async def test_no_shop_in_process_leaks():
    class Broken:
        def answer(self, request):
            raise LookupError(repr(request))

    link = InProcessLink(Broken(), "", {"X-Key": Secret(HEADER_KEY)}, {"key": Secret(QUERY_KEY)})
    caller = call_over(link, [])
    inspect([await outcome(lambda: caller.write(WRITE, caller.deadline(), Wire())), link])


def test_the_canary_would_be_seen():
    """The inspection itself is not blind."""
    nested = LookupError("outer")
    nested.__context__ = ValueError([{"url": quote(QUERY_KEY)}])
    for leak in (nested, {"a": [HEADER_KEY]}, RuntimeError(base64.b64encode(b"x" + HEADER_KEY.encode()))):
        with pytest.raises(AssertionError):
            inspect([leak])
