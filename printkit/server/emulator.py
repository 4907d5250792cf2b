"""Serves emulated shops on one port over real HTTP: routes by path prefix, keeps their time, delivers their notices. Names no shop."""

import asyncio
import contextlib
import logging
import ssl
from collections.abc import Iterable
from datetime import datetime, timedelta
from types import TracebackType
from typing import Self, final
from urllib.parse import parse_qsl

from aiohttp import web
from attrs import frozen

from printkit.emulator.faults import CloseBeforeRead, CommitLate, FaultScript
from printkit.emulator.shop import ArtworkShop, ArtworkWanted, Shop
from printkit.errors import InvalidRequestError
from printkit.exchange import Effect, Request, Response

from .control import Control
from .delivery import Delivery
from .fetching import Fetching
from .listening import Listener
from .wire_faults import WireFaults, reset

_LOG = logging.getLogger("printkit.server")
_LARGEST_BODY = 128 * 1024 * 1024
_CONTROL = "/_emulator"
_ARTWORK = f"{_CONTROL}/artwork"
_EVERYWHERE = {"0.0.0.0": "127.0.0.1", "": "127.0.0.1", "::": "::1"}  # noqa: S104 - listened on, and reached by


@final
@frozen
class _Late:
    """A request that its shop shall see only later."""

    due: datetime
    shop: Shop
    request: Request


@final
class EmulatorServer:
    """Emulated shops behind one address, each under the path prefixes that it names.

    An async context manager. While it is open, time passes in the shops every ``tick`` seconds: what is due happens and notices are
    delivered. With ``tick=None`` only ``await server.tick()`` does that, so that a test needs no waiting. Control calls are under
    ``/_emulator/`` (see ``control``). Requests, their headers and their bodies are never logged.

    Args:
        shops: What is served.
        host: Where to listen; from elsewhere than this machine anybody may use the control calls.
        port: 0 for any free one.
        tick: Seconds between two looks at the shops' clocks.
        keep_alive: Seconds until an idle connection is closed.
        tls: Serves HTTPS with this context.
        fetch_from: Where pictures may really be fetched, such as ``127.0.0.1:8000`` or ``images.example.com``; see
            ``addresses.places``. Empty: nowhere, and the shops pretend. A name's address has to be a global one.
        public_url: How clients reach the server, without a path, where that is not ``url``: previews are shown below it.

    Raises:
        ConfigError: (on entering) the address cannot be listened on.
        ValueError: two shops claim the same prefix, or an entry of ``fetch_from`` cannot be read.
    """

    def __init__(
        self,
        shops: Iterable[Shop],
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        tick: float | None = 0.2,
        keep_alive: float = 75.0,
        tls: ssl.SSLContext | None = None,
        fetch_from: Iterable[str] = (),
        public_url: str | None = None,
    ) -> None:
        self.shops = tuple(shops)
        self.faults = FaultScript()
        self._by_prefix = _by_prefix(self.shops)
        self._host, self._pause = host, tick
        self._listener = Listener(host, port, tls, handler_cancellation=True, keepalive_timeout=keep_alive)
        self._closing = asyncio.Event()
        self._wire = WireFaults(self._closing)
        self._delivery = Delivery()
        self._fetching = Fetching(fetch_from)
        self._public_url = public_url
        self._control = Control(self.shops, self.faults, self.tick, self.forget)
        self._late: list[_Late] = []
        self._ticker: asyncio.Task[None] | None = None

    @property
    def port(self) -> int:
        """The port that is listened on."""
        return self._listener.port

    @property
    def url(self) -> str:
        """The address, without a path."""
        return self._listener.url

    async def __aenter__(self) -> Self:
        self._closing.clear()
        application = web.Application(client_max_size=_LARGEST_BODY)
        application.router.add_get(f"{_ARTWORK}/{{shop}}/{{name}}.jpg", self._show)
        application.router.add_route("*", f"{_CONTROL}/{{words:.*}}", self._control.handle)
        application.router.add_route("*", "/{path:.*}", self._handle)
        await self._listener.open(application)
        for shop in self._artwork_shops():
            shop.serve_artwork(f"{self._reached_at()}{_ARTWORK}/{shop.name}", self._fetching.may)
        if self._pause is not None:
            self._ticker = asyncio.create_task(self._keep_time(self._pause))
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._closing.set()
        if self._ticker is not None:
            self._ticker.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._ticker
            self._ticker = None
        await self._delivery.close()
        await self._fetching.close()
        for shop in self._artwork_shops():
            shop.serve_artwork(None, lambda url: False)
        await self._listener.close()

    async def tick(self) -> None:
        """Lets everything happen in the shops that is due by their clocks.

        Waits until the notices due were delivered or not, and the pictures wanted were fetched or not.
        """
        self._commit_late()
        notices = [(shop, notice) for shop in self.shops for notice in shop.advance(shop.clock.now())]
        await asyncio.gather(self._delivery.deliver(notices), self._fetching.fetch(self._wanted()))

    async def _keep_time(self, pause: float) -> None:
        while True:
            await asyncio.sleep(pause)
            try:
                self._commit_late()
                for shop in self.shops:
                    for notice in shop.advance(shop.clock.now()):
                        self._delivery.start(shop, notice)
                for buyer, picture in self._wanted():
                    self._fetching.start(buyer, picture)
            except Exception as error:  # noqa: BLE001 - time goes on
                _LOG.error("time stood still in a shop: %s", type(error).__name__)  # no traceback: it may quote a request

    def _commit_late(self) -> None:
        due = [late for late in self._late if late.due <= late.shop.clock.now()]
        self._late = [late for late in self._late if late not in due]
        for late in sorted(due, key=lambda each: each.due):
            late.shop.answer(late.request)

    def forget(self) -> None:
        """Begins anew: empty shops, no faults, nothing late."""
        self._late.clear()
        self._fetching.forget()
        self.faults.clear()
        for shop in self.shops:
            shop.reset()

    def _artwork_shops(self) -> list[ArtworkShop]:
        return [shop for shop in self.shops if isinstance(shop, ArtworkShop)]

    def _wanted(self) -> list[tuple[Shop, ArtworkWanted]]:
        return [(shop, wanted) for shop in self._artwork_shops() for wanted in shop.artwork_wanted()]

    def _reached_at(self) -> str:
        if self._public_url is not None:
            return self._public_url.rstrip("/")
        return self._listener.at(_EVERYWHERE.get(self._host, self._host))

    async def _show(self, request: web.Request) -> web.Response:
        """A preview or thumbnail of a shop's making."""
        for shop in self._artwork_shops():
            picture = shop.artwork_shown(request.match_info["name"]) if shop.name == request.match_info["shop"] else None
            if picture is not None:
                return web.Response(body=picture, content_type="image/jpeg")
        return web.json_response({"message": "There is no such picture, or not any more."}, status=404)

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        path = "/" + request.rel_url.raw_path.lstrip("/")
        shop = self._shop_of(path)
        if shop is None:
            served = ", ".join(sorted(self._by_prefix))
            return web.json_response({"message": f"No emulated shop serves this path. Served: {served}"}, status=404)
        instruction = self.faults.befalls(request.method, path)
        if isinstance(instruction, CloseBeforeRead):
            return self._wire.close(request)
        asked = await _read(request, path)
        if not isinstance(asked, Request):
            return asked
        if instruction is None:
            return _written(shop.answer(asked))
        if isinstance(instruction, CommitLate):
            self._late.append(_Late(shop.clock.now() + timedelta(seconds=instruction.seconds), shop, asked))
            return reset(request)
        return await self._wire.carry_out(instruction, request, lambda: shop.answer(asked))

    def _shop_of(self, path: str) -> Shop | None:
        lowered = path.lower() + "/"
        fitting = [prefix for prefix in self._by_prefix if lowered.startswith(prefix + "/")]
        return self._by_prefix[max(fitting, key=len)] if fitting else None


def _by_prefix(shops: Iterable[Shop]) -> dict[str, Shop]:
    found: dict[str, Shop] = {}
    for shop in shops:
        for prefix in shop.prefixes:
            key = "/" + prefix.strip("/").lower()
            if key in found or key == _CONTROL:
                other = found[key].name if key in found else "the emulator itself"
                raise ValueError(f"{shop.name} and {other} both want {key}: one host serves them all")
            found[key] = shop
    return found


async def _read(request: web.Request, path: str) -> Request | web.Response:
    """The request as the shops know it, or what a front end answers to one that is none."""
    try:
        body = await request.read()
        return Request(
            request.method,
            path,
            Effect.WRITES,
            query=parse_qsl(request.rel_url.raw_query_string, keep_blank_values=True),
            headers=[(name, value) for name, value in request.headers.items()],
            body=body,
            content_type=request.headers.get("Content-Type"),
        )
    except web.HTTPRequestEntityTooLarge:
        return web.json_response({"message": "The request entity is too large."}, status=413)
    except (InvalidRequestError, ValueError, web.RequestPayloadError):
        return web.json_response({"message": "The request is invalid."}, status=400)


def _written(response: Response) -> web.Response:
    return web.Response(status=response.status, headers=response.headers, body=response.body)
