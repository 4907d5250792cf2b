"""The control calls under ``/_emulator/``: faults, ledger, clock, reset, and each shop's own. Knows no shop's calls, it passes them on.

======  ==========================  ==========================================================================================
GET     health                      the shops and their prefixes
GET     ledger                      by shop: what happened how often, as ``{"kind", "key", "count"}``
POST    faults                      one fault, a list, or ``{"faults": [..]}``, in the form of ``printkit.emulator.faults.read_fault``
GET     faults                      the script with its counts
DELETE  faults, faults/{id}         away with all, or one
GET     clock                       by shop: its time
POST    clock/advance               ``{"seconds": 60}``: time passes in every shop, notices that come due are delivered before the answer
POST    tick                        what is due happens, notices are delivered and pictures fetched before the answer
POST    reset                       empty shops, empty ledgers, no faults
GET     {shop}/notices              where that shop sends its notices, what it has sent, what came of it, what waits
POST    {shop}/...                  the shop's own control call
GET     artwork/{shop}/{name}.jpg   a picture that the shop made, such as a preview
======  ==========================  ==========================================================================================

Members come as JSON, form or multipart; every answer is JSON, an error as ``{"error": text}``.
"""

import math
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import timedelta
from typing import cast, final

from aiohttp import web
from attrs import asdict

from printkit.emulator.bodies import Body, gather, read_body
from printkit.emulator.faults import FaultScript, read_fault
from printkit.emulator.shop import Shop, UnknownControlError
from printkit.exchange import Effect, Request

Members = Mapping[str, object]


@final
class Control:
    """Answers the control calls of one server."""

    def __init__(self, shops: Sequence[Shop], faults: FaultScript, tick: Callable[[], Awaitable[None]], forget: Callable[[], None]) -> None:
        self._shops = {shop.name: shop for shop in shops}
        self._faults = faults
        self._tick = tick
        self._forget = forget

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """One control call."""
        words = tuple(word for word in request.match_info["words"].split("/") if word)
        try:
            body = await _read(request)
            return web.json_response(await self._do(request.method, words, body))
        except UnknownControlError as error:
            return web.json_response({"error": str(error)}, status=404)
        except ValueError as error:
            return web.json_response({"error": str(error)}, status=400)

    async def _do(self, method: str, words: tuple[str, ...], body: Body) -> object:
        match (method, *words):
            case ("GET", "health"):
                return {"status": "ok", "shops": [{"name": name, "prefixes": shop.prefixes} for name, shop in self._shops.items()]}
            case ("GET", "ledger"):
                return {name: [asdict(entry) for entry in shop.ledger.entries()] for name, shop in self._shops.items()}
            case ("GET", "faults"):
                return self._faults.listed()
            case ("POST", "faults"):
                return {"ids": self._add_faults(body)}
            case ("DELETE", "faults", *number):
                return self._remove_faults(number)
            case ("GET", "clock"):
                return self._times()
            case ("POST", "clock", "advance"):
                return await self._advance(body.members)
            case ("POST", "tick"):
                await self._tick()
                return self._times()
            case ("POST", "reset"):
                self._forget()
                return {}
            case ("GET", shop, "notices") if shop in self._shops:
                return self._shops[shop].control(("notices",), {})
            case ("POST", shop, *rest) if shop in self._shops:
                return self._shops[shop].control(tuple(rest), body.members)
            case _:
                raise UnknownControlError(f"there is no control call {method} /_emulator/{'/'.join(words)}")

    def _add_faults(self, body: Body) -> list[int]:
        given = body.members.get("faults", [body.members]) if body.entries is None else body.entries
        listed = cast(Sequence[object], given) if isinstance(given, (list, tuple)) else (given,)
        return [self._faults.add(fault) for fault in [read_fault(each) for each in listed]]

    def _remove_faults(self, number: Sequence[str]) -> Members:
        if not number:
            self._faults.clear()
        elif len(number) > 1 or not number[0].isdecimal() or not self._faults.remove(int(number[0])):
            raise UnknownControlError("there is no such fault")
        return {}

    def _times(self) -> Members:
        return {name: shop.clock.now().isoformat() for name, shop in self._shops.items()}

    async def _advance(self, members: Members) -> Members:
        by = timedelta(seconds=_seconds(members.get("seconds")))
        clocks = {id(shop.clock): shop.clock for shop in self._shops.values()}
        for clock in clocks.values():
            clock.advance(by)
        await self._tick()
        return self._times()


def _seconds(given: object) -> float:
    try:
        seconds = float(given) if isinstance(given, (int, float, str)) and not isinstance(given, bool) else math.nan
    except ValueError:
        seconds = math.nan
    if not 0 <= seconds <= 366 * 24 * 3600 * 1000:
        raise ValueError("seconds must be a number that is not below 0")
    return seconds


async def _read(request: web.Request) -> Body:
    content = await request.read()
    if not content:
        return Body(gather(request.rel_url.query.items()), empty=True)
    kind = "application/json" if content.lstrip()[:1] in {b"{", b"["} else request.headers.get("Content-Type")
    body = read_body(Request(request.method, "/", Effect.WRITES, body=content, content_type=kind))
    if not isinstance(body, Body):
        raise ValueError("the body is not readable JSON, form or multipart")
    return body
