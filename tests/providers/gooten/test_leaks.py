"""The billing key as a canary: every verb, every fault, answers that echo it, and all that anybody could print, log, pickle or catch."""

import asyncio
import base64
import contextlib
import json
import logging
import pickle
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Any
from urllib.parse import quote

import pytest
from attrs import asdict, has

import printkit
from printkit import LoggingHook, Order, OrderStatus, PrintKit
from printkit.emulator.clock import ManualClock
from printkit.emulator.faults import (
    CloseBeforeRead,
    Fault,
    HalfHead,
    Html,
    Instruction,
    Redirect,
    ResetAfterCommit,
    ResetBeforeCommit,
    Status,
    Throttle,
    Truncate,
)
from printkit.providers.gooten.emulator import Shop
from printkit.server.emulator import EmulatorServer
from tests.backend import backend
from tests.providers.gooten.shops import ANN, TOM, URL, draft, photo, settings, stopped_clocks

KEY = 'CANARY-key/part+=&%"\\é'


def forms() -> Iterator[str]:
    yield "CANARY"
    yield quote(KEY, safe="")[3:]
    yield quote(KEY, safe="").lower()[3:]
    yield json.dumps(KEY)[3:-3]
    yield KEY.encode().hex()
    for shift in range(3):
        raw = bytes(shift) + KEY.encode()
        yield base64.b64encode(raw).decode()[4:-4]
        yield base64.urlsafe_b64encode(raw).decode()[4:-4]


FORMS = tuple(forms())


def no_canary_in(text: str) -> None:
    found = [form for form in FORMS if form in text]
    assert not found, f"{found} in {text[max(0, text.find(found[0]) - 300) :][:700]!r}"


def everything(value: object, seen: set[int], depth: int = 0) -> Iterator[str]:
    """The value and all that hangs on it, as text."""
    if id(value) in seen or depth > 8:
        return
    seen.add(id(value))
    yield repr(value)
    if isinstance(value, dict):
        for name, each in value.items():
            yield from everything(name, seen, depth + 1)
            yield from everything(each, seen, depth + 1)
    elif isinstance(value, list | tuple | set | frozenset):
        for each in value:
            yield from everything(each, seen, depth + 1)
    elif isinstance(value, BaseException):
        for each in (vars(value), value.args, value.__cause__, value.__context__):
            yield from everything(each, seen, depth + 1)
    elif has(type(value)):
        with contextlib.suppress(TypeError):
            yield from everything(asdict(value, recurse=False), seen, depth + 1)


def look_at(error: BaseException) -> None:
    for text in everything(error, set()):
        no_canary_in(text)
    told = traceback.TracebackException.from_exception(error, capture_locals=True)
    while told is not None:
        for frame in told.stack:
            if "/printkit/" in frame.filename:
                no_canary_in(f"{frame.filename}:{frame.lineno} {frame.locals}")
        told = told.__cause__ or told.__context__  # type: ignore[assignment]
    no_canary_in("".join(traceback.format_exception(error)))
    no_canary_in(repr(pickle.dumps(error)))
    handle = getattr(error, "handle", None)
    if handle is not None:
        no_canary_in(handle.to_json())
        no_canary_in(repr(pickle.dumps(handle)))


class Heard:
    """All that is logged and told while it listens."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def __call__(self, event: object) -> None:
        self.lines += everything(event, set())


@contextlib.asynccontextmanager
async def program() -> AsyncIterator[tuple[PrintKit, EmulatorServer, Shop]]:
    heard, log = Heard(), logging.getLogger()
    handler = logging.Handler()
    handler.emit = lambda record: heard.lines.append(record.getMessage() + str(record.exc_text or "") + repr(vars(record)))  # type: ignore[method-assign]
    level = log.level
    log.addHandler(handler)
    log.setLevel(logging.DEBUG)
    asyncio.get_running_loop().set_debug(True)
    shop = Shop(clock=ManualClock())
    try:
        with stopped_clocks(), backend() as telemetry:
            async with EmulatorServer([shop], tick=None) as server:
                url = f"gooten+emulator://127.0.0.1:{server.port}"
                environ = settings(partner_billing_key=KEY)
                async with printkit.connect(url, environ=environ, hooks=[heard, LoggingHook(), telemetry.hook]) as kit:
                    yield kit, server, shop
                    for text in everything([repr(kit), kit.unresolved, kit.connections], set()):
                        no_canary_in(text)
            no_canary_in(telemetry.told())
    finally:
        log.removeHandler(handler)
        log.setLevel(level)
        asyncio.get_running_loop().set_debug(False)
    for line in heard.lines:
        no_canary_in(line)


Verb = Callable[[PrintKit, Order], Awaitable[Any]]
PLACED: dict[str, Verb] = {
    "get_order": lambda kit, order: kit.get_order(order.ref),
    "list_orders": lambda kit, order: kit.list_orders(),  # type: ignore[dict-item,return-value]
    "validate": lambda kit, order: kit.validate(order.ref),
    "list_countries": lambda kit, order: kit.list_countries(),
    "list_products": lambda kit, order: kit.list_products(country="GB"),
    "cancel_items": lambda kit, order: kit.cancel_items(order, order.items),
    "swap_sku": lambda kit, order: kit.swap_sku(order, order.items[0], "Mug-15oz-White"),
    "replace_artwork": lambda kit, order: kit.replace_artwork(order, order.items[0], URL.format("b")),
    "update_recipient": lambda kit, order: kit.update_recipient(order, ANN),
    "set_status": lambda kit, order: kit.set_status(order, OrderStatus.ON_HOLD),
    "cancel order": lambda kit, order: kit.set_status(order, OrderStatus.CANCELLED),
}
VERBS = PLACED | {"submit": lambda kit, order: kit.submit(order)}

ECHO = json.dumps(
    {
        "HadError": True,
        "ErrorReferenceCode": f"ref {KEY}",
        "Message": f"message {KEY}",
        "Errors": [
            {"PropertyName": f"PartnerBillingKey {KEY}", "ErrorMessage": f"key {KEY} is bad", "AttemptedValue": KEY, "CustomState": KEY},
            KEY,
            quote(KEY, safe=""),
            {"PropertyName": "x", "ErrorMessage": f"https://api.print.io/api/orders?partnerBillingKey={quote(KEY, safe='')}&id=1"},
        ],
    }
)
HTML_ECHO = f"<!DOCTYPE html><title>{KEY}</title>{quote(KEY)}"
ODD_ECHO = json.dumps({"Id": [KEY], "Items": KEY, "Orders": KEY, "HadError": KEY, "Success": KEY, "Errors": KEY, "Message": [KEY]})

FAULTS: dict[str, Instruction] = {
    "close": CloseBeforeRead(),
    "reset before": ResetBeforeCommit(),
    "reset after": ResetAfterCommit(),
    "half a head": HalfHead(),
    "truncated": Truncate(5),
    "html": Html(502),
    "redirect": Redirect(f"http://127.0.0.1:9/?key={quote(KEY)}"),
    "throttle": Throttle("999"),
    "echo, 200": Status(200, ECHO),
    "echo, 400": Status(400, ECHO),
    "echo, 401": Status(401, ECHO),
    "echo, 404": Status(404, ECHO),
    "echo, 409": Status(409, ECHO),
    "echo, 500": Status(500, ECHO),
    "echo, odd": Status(200, ODD_ECHO),
    "echo, html": Status(200, HTML_ECHO, "text/html"),
    "echo, headers": Status(400, "{}", headers={"x-request-id": f"id {quote(KEY)}", "x-amzn-requestid": quote(KEY)}),
}


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("verb", VERBS)
async def test_the_key_is_seen_nowhere(verb: str, fault: str) -> None:
    async with program() as (kit, server, shop):
        order = await draft(kit, photo("a"), recipient=TOM)
        if verb in PLACED:
            order = await kit.submit(order)
            if verb == "replace_artwork":
                shop.control(("orders", order.id, "status"), {"status": "NeedsManualApproval"})
                order = await kit.get_order(order.ref)
        server.faults.add(Fault(FAULTS[fault], times=None))
        try:
            await VERBS[verb](kit, order)
        except printkit.PrintKitError as error:
            look_at(error)
        else:
            pytest.fail("every fault here is an end")


@pytest.mark.parametrize("verb", [verb for verb in VERBS if verb not in {"get_order", "list_countries", "list_products"}])
async def test_the_key_is_seen_nowhere_when_nobody_is_there(verb: str) -> None:
    async with program() as (kit, server, _):
        order = await draft(kit, photo("a"), recipient=TOM)
        if verb in PLACED:
            order = await kit.submit(order)
        await server.__aexit__(None, None, None)
        try:
            await VERBS[verb](kit, order)
        except printkit.PrintKitError as error:
            look_at(error)
        await server.__aenter__()


async def test_the_key_is_seen_nowhere_when_a_call_is_given_up() -> None:
    async with program() as (kit, server, shop):
        order = await kit.submit(await draft(kit, photo("a")))
        server.faults.add(Fault(Status(400, ECHO), method="GET", times=None))
        try:
            async with asyncio.timeout(30):
                await kit.swap_sku(order.ref, order.items[0].id, "x")
        except printkit.PrintKitError as error:
            look_at(error)
        assert shop.ledger.count("sku changed") == 0


async def test_a_status_word_that_holds_the_key_is_told_without_it() -> None:
    async with program() as (kit, server, _):
        order = await kit.submit(await draft(kit, photo("a")))
        body = json.dumps({"Id": order.id, "Items": [{"Sku": "x", "Quantity": 1, "Status": f"Odd {KEY}"}]})
        server.faults.add(Fault(Status(200, body), method="GET"))
        assert (await kit.get_order(order.ref)).status is OrderStatus.UNKNOWN


def test_what_holds_the_key_does_not_print_it() -> None:
    kit = printkit.connect("gooten+emulator://", environ=settings(partner_billing_key=KEY))
    for text in everything([kit, kit.connections], set()):
        no_canary_in(text)
    with pytest.raises(TypeError):
        pickle.dumps(kit)
