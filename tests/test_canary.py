"""A key that stands out, through every fault there is: it must turn up in no log, repr, error, traceback, pickle or handle."""

import asyncio
import base64
import contextlib
import copyreg
import gc
import json
import logging
import pickle
import traceback
import types
from collections.abc import AsyncIterator, Iterator
from html import escape
from typing import Any
from urllib.parse import quote, quote_plus

import pytest

import printkit
from printkit import ConfigError, LoggingHook, NewOrder, OutcomeUnknownError, Photo, PrintKit, PrintKitError, Recipient, Secret
from printkit.emulator.clock import ManualClock
from printkit.emulator.faults import (
    CloseBeforeRead,
    Fault,
    GzipBomb,
    HalfHead,
    Html,
    Instruction,
    Redirect,
    ResetAfterCommit,
    ResetBeforeCommit,
    StallAfterCommit,
    Status,
    Throttle,
    Truncate,
)
from printkit.providers.pwinty.emulator import Options, Shop
from printkit.server.emulator import EmulatorServer
from tests.backend import backend
from tests.providers.pwinty.shops import Scripted, says, settings, stopped_clocks

KEY = "CANARY/k3y+=&% \"é'<>"
TOM = Recipient("Tom Smith", line1="14 Acacia Avenue", city="Cardiff", postal_code="CF11 1AB", country="GB")


def forms(key: str) -> set[str]:
    """What a key may look like after somebody meant well."""
    raw = key.encode()
    found = {key, quote(key), quote(key, safe=""), quote_plus(key), json.dumps(key)[1:-1], json.dumps(key, ensure_ascii=False)[1:-1]}
    found |= {escape(key), repr(key)[1:-1], ascii(key)[1:-1], raw.hex(), base64.b64encode(raw).decode().rstrip("=")}
    found |= {base64.urlsafe_b64encode(raw).decode().rstrip("="), quote(quote(key, safe=""), safe="")}
    return found | {"CANARY", "k3y"} | {base64.b64encode(b"CANARY").decode()[:8]}


FORMS = forms(KEY)


def clean(text: str, where: str) -> None:
    for form in FORMS:
        assert form not in text, f"the key is in {where}"


class Everything(logging.Handler):
    """Keeps every record that reaches the root, formatted with its traceback."""

    def __init__(self) -> None:
        super().__init__(logging.NOTSET)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(logging.Formatter("%(name)s %(levelname)s %(message)s").format(record))
        self.lines.append(repr(record.__dict__))


@pytest.fixture
def log() -> Iterator[Everything]:
    handler, root = Everything(), logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield handler
    root.removeHandler(handler)
    root.setLevel(before)
    clean("\n".join(handler.lines), "a log")


def seen(thing: Any, depth: int = 6, known: set[int] | None = None) -> Iterator[str]:
    """What a debugger shows of a thing: repr, str and format of it and of everything it holds."""
    known = set() if known is None else known
    if id(thing) in known or depth == 0 or isinstance(thing, type | types.ModuleType | types.FunctionType | types.FrameType):
        return
    known.add(id(thing))
    yield repr(thing)
    yield str(thing)
    yield f"{thing}"
    if isinstance(thing, Secret):
        return
    inner: list[Any] = []
    if isinstance(thing, dict):
        inner += [*thing.keys(), *thing.values()]
    elif isinstance(thing, list | tuple | set | frozenset):
        inner += list(thing)
    inner += list(getattr(thing, "__dict__", {}).values())
    for name in copyreg._slotnames(type(thing)):  # type: ignore[attr-defined]
        inner.append(getattr(thing, name, None))
    if isinstance(thing, BaseException):
        inner += [thing.__cause__, thing.__context__, getattr(thing, "__notes__", None), thing.args]
    for each in inner:
        yield from seen(each, depth - 1, known)


def inspect(thing: Any) -> None:
    """Nothing of what was returned or raised shows the key."""
    clean("\n".join(seen(thing)), f"what is shown of a {type(thing).__name__}")
    with contextlib.suppress(TypeError, AttributeError, pickle.PicklingError):
        pickled = pickle.dumps(thing)
        for form in FORMS:
            assert form.encode() not in pickled, f"the key is in a pickled {type(thing).__name__}"
    if isinstance(thing, BaseException):
        shown = traceback.TracebackException.from_exception(thing, capture_locals=True)
        clean("".join(shown.format()), "a traceback with locals")
        clean("".join(traceback.format_exception(thing)), "a traceback")
    if isinstance(thing, OutcomeUnknownError):
        clean(thing.handle.to_json(), "a handle")


@contextlib.asynccontextmanager
async def opened(shop: Shop, **more: object) -> AsyncIterator[tuple[PrintKit, EmulatorServer]]:
    """A kit whose key is the canary, with everything that listens switched on."""
    loop = asyncio.get_running_loop()
    loop.set_debug(enabled=True)
    loop.slow_callback_duration = 0  # every callback counts as slow, and is printed with its arguments
    with stopped_clocks(), backend() as telemetry:
        async with EmulatorServer([shop], tick=None) as server:
            url = f"pwinty+emulator://127.0.0.1:{server.port}"
            kit = printkit.connect(url, environ=settings(**more) | _canary(), hooks=[LoggingHook(), telemetry.hook])
            async with kit:
                yield kit, server
        assert telemetry.names()
        clean(telemetry.told(), "what OpenTelemetry is told")


def _canary() -> dict[str, str]:
    return {"PRINTKIT_PROVIDERS_PWINTY_API_KEY": KEY}


async def story(kit: PrintKit) -> Any:
    """Everything that sends; stops at the first error."""
    order = await kit.create_order(NewOrder(TOM, reference="R1"))
    order = await kit.add_photos(order, [Photo("4x6", "https://e.com/a.jpg")])
    order = await kit.add_photos(order, [Photo("4x6", "https://e.com/b.jpg"), Photo("8x12", "https://e.com/c.jpg")])
    order = await kit.add_photos(order, [Photo("4x6", b"\xff\xd8\xff")])
    order = await kit.swap_sku(order, order.items[0], "8x12")
    order = await kit.update_recipient(order, TOM)
    order = await kit.cancel_items(order, [order.items[0]])
    order = await kit.submit(order)
    await kit.report_issue(order, "DamagedOrder", "Reprint")
    await kit.get_order(order.ref)
    return [each async for each in kit.list_orders()]


FAULTS: dict[str, Instruction] = {
    "close": CloseBeforeRead(),
    "reset": ResetBeforeCommit(),
    "reset after": ResetAfterCommit(),
    "half a head": HalfHead(),
    "500": Status(500, "oops"),
    "HTML": Html(),
    "200, HTML": Html(200),
    "throttled": Throttle("999"),
    "cut": Truncate(3),
    "bomb": GzipBomb(9),
    "redirect": Redirect("http://127.0.0.1:9/?next"),
    "redirect to nonsense": Redirect("http://[::1"),
    "silence": StallAfterCommit(),
}
WRITES = [
    ("POST", "/v2.5/Orders"),
    ("POST", "/v2.5/Orders/{id}/Photos"),
    ("POST", "/v2.5/Orders/{id}/Photos/Batch"),
    ("PUT", "/v2.5/Orders/{id}"),
    ("DELETE", "/v2.5/Orders/{id}/Photos/{photo}"),
    ("POST", "/v2.5/Orders/{id}/Status"),
    ("GET", "/v2.5/Orders"),
    ("GET", "/v2.5/Orders/{id}"),
]


async def what_came(kit: PrintKit, call: Any) -> None:
    try:
        result = await call
    except PrintKitError as error:
        result = error
    inspect(result)
    inspect(kit)
    inspect(list(kit.unresolved))


@pytest.mark.parametrize("fault", FAULTS)
async def test_the_key_shows_through_no_fault(log: Everything, fault: str) -> None:
    hurried: dict[str, object] = {"attempt_timeout": 0.2, "upload_deadline": 0.5} if fault == "silence" else {}
    for method, path in WRITES:
        async with opened(Shop(Options(look_at_files=False), ManualClock()), **hurried) as (kit, server):
            server.faults.add(Fault(FAULTS[fault], method=method, path=path, times=3))
            await what_came(kit, story(kit))
    assert log.lines


ECHOES = {
    "errorMessage": lambda text: Status(400, json.dumps({"errorMessage": f"the key {text} is not known"})),
    "errorMessage, 401": lambda text: Status(401, json.dumps({"message": f"X-Pwinty-REST-API-Key: {text}"})),
    "errorMessage, 403": lambda text: Status(403, json.dumps({"errorMessage": f"{text}"})),
    "escaped JSON": lambda text: Status(400, json.dumps({"errorMessage": json.dumps({"key": text})})),
    "inside a 200": lambda text: Status(200, json.dumps({"errorMessage": f"bad key {text}"})),
    "HTML": lambda text: Status(502, f"<html>key={escape(text)} {quote(text)} {quote_plus(text)}</html>", "text/html"),
    "HTML, 404": lambda text: Status(404, f"<html>key={escape(text)} {base64.b64encode(text.encode()).decode()}</html>", "text/html"),
    "text, 400": lambda text: Status(400, f"no such key: {text}", "text/plain"),
    "a header": lambda text: Status(500, "", headers={"x-request-id": quote(text)}),
    "a redirect": lambda text: Redirect(f"http://127.0.0.1:9/?key={quote(text)}"),
}


@pytest.mark.parametrize(("method", "path"), [("POST", "/v2.5/Orders"), ("POST", "/v2.5/Orders/{id}/Status"), ("GET", "/v2.5/Orders/{id}")])
@pytest.mark.parametrize("echo", ECHOES)
async def test_a_shop_that_says_the_key_aloud_is_not_repeated(log: Everything, echo: str, method: str, path: str) -> None:
    async with opened(Shop(Options(look_at_files=False), ManualClock())) as (kit, server):
        server.faults.add(Fault(ECHOES[echo](KEY), method=method, path=path, times=3))
        await what_came(kit, story(kit))


async def test_a_shop_that_says_the_key_as_a_status_is_not_repeated() -> None:
    told: list[object] = []
    order = {"id": 1, "status": f"key {KEY}"}
    shop = Scripted(lambda request: says(order))
    environ = settings() | _canary()
    async with printkit.connect("pwinty+emulator://", environ=environ, emulators={"pwinty": shop}, hooks=[told.append]) as kit:
        await kit.get_order("pwinty:1")
    clean(repr(told), "an event")


async def test_nothing_listens_and_the_key_does_not_show(log: Everything) -> None:
    with stopped_clocks():
        environ = settings() | _canary()
        for url in ("pwinty+emulator://127.0.0.1:9", "pwinty+sandbox://localhost:9"):
            async with printkit.connect(url, environ=environ, hooks=[LoggingHook()]) as kit:
                await what_came(kit, kit.get_order("pwinty:1"))
                await what_came(kit, kit.create_order(NewOrder(TOM)))


async def test_a_cancelled_call_does_not_show_the_key(log: Everything) -> None:
    async with opened(Shop(clock=ManualClock())) as (kit, server):
        server.faults.add(Fault(StallAfterCommit(), method="POST", path="/v2.5/Orders"))
        task = asyncio.create_task(kit.create_order(NewOrder(TOM)))
        while not server.faults.taken(1):  # noqa: ASYNC110 - the shop lives in another task and tells nobody
            await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError) as caught:
            await task
        shown = "".join(traceback.TracebackException.from_exception(caught.value, capture_locals=True).format())
        clean(shown, "the traceback of a cancellation")
        inspect(list(kit.unresolved))


async def test_a_timeout_of_the_callers_own_does_not_show_the_key(log: Everything) -> None:
    async with opened(Shop(clock=ManualClock())) as (kit, server):
        server.faults.add(Fault(StallAfterCommit(), method="POST", path="/v2.5/Orders"))

        async def hurried() -> None:
            async with asyncio.timeout(0.05):
                await kit.create_order(NewOrder(TOM))

        with pytest.raises(TimeoutError) as caught:
            await hurried()
        inspect(caught.value)


async def test_a_leaked_kit_does_not_show_the_key(log: Everything) -> None:
    kit = printkit.connect("pwinty+sandbox://127.0.0.1:9", environ=settings() | _canary())
    inspect(kit)
    await kit.aclose()
    del kit
    gc.collect()


def test_kits_and_links_cannot_be_pickled() -> None:
    kit = printkit.connect("pwinty+emulator://", environ=settings() | _canary())
    with pytest.raises(TypeError) as caught:
        pickle.dumps(kit)
    clean(str(caught.value), "an error")


@pytest.mark.parametrize(
    "wrong",
    [
        {"PRINTKIT_PROVIDERS_PWINTY_DEADLINE": "soon"},
        {"PRINTKIT_PROVIDERS_PWINTY_ENVIRONMENT": "production"},
        {"PRINTKIT_PROVIDERS_PWINTY_NONSENSE": "1"},
        {"PRINTKIT_PROVIDERS_PWINTY_BASE_URL": "http://example.com"},
        {"PRINTKIT_DEFAULT": "nobody"},
    ],
)
def test_wrong_settings_beside_the_key_do_not_show_it(wrong: dict[str, str], tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    try:
        printkit.connect(environ=settings(environment="sandbox") | _canary() | wrong)
    except ConfigError as error:
        caught = error
    inspect(caught)


def test_the_search_finds_what_it_looks_for() -> None:
    """The test of the test."""

    class Careless:
        def __init__(self) -> None:
            self.header = {"key": ["x", KEY]}

    for careless in (ValueError(KEY), [Careless()], Careless(), ValueError(quote(KEY)), [base64.b64encode(KEY.encode()).decode()]):
        with pytest.raises(AssertionError, match="the key is in"):
            inspect(careless)
