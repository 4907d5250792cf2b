"""The receiver of notices as an aiohttp application, by itself or mounted in another one. Decides nothing: that is ``receiving``'s."""

import ssl
from collections.abc import AsyncIterator
from types import TracebackType
from typing import Self, final

from aiohttp import web

from printkit.receiving import Receiver

from .listening import Listener

PATH = "/{token}/{connection}"
IDLE = 15.0
"""Seconds until a connection that brings no request is closed. Of one that never brought any, aiohttp 3.14 and later."""


def application(receiver: Receiver) -> web.Application:
    """Serves ``/{token}/{connection}``; the receiver is open while the application runs.

    Mount it with ``yours.add_subapp("/notices", application(receiver))``. The token is part of the path, so let no log keep paths.
    """

    async def take(request: web.Request) -> web.Response:
        words = request.match_info
        answer = await receiver.receive(
            token=words["token"],
            connection=words["connection"],
            method=request.method,
            headers=request.headers,
            query=request.query,
            body=request.content.iter_any(),
        )
        if answer.status == 404:
            raise web.HTTPNotFound  # as for a path that there is not
        response = web.Response(status=answer.status, text=answer.text)
        if not request.content.is_eof():
            response.force_close()  # nobody reads what is left of it
        return response

    async def open_receiver(_: web.Application) -> AsyncIterator[None]:
        async with receiver:
            yield

    app = web.Application()
    app.router.add_route("*", PATH, take)
    app.cleanup_ctx.append(open_receiver)
    return app


@final
class ReceiverServer:
    """A receiver behind an address of its own, as an async context manager.

    Args:
        receiver: is opened and closed with it.
        host: where to listen.
        port: 0 for any free one.
        tls: serves HTTPS with this context.

    Raises:
        ConfigError: (on entering) the address cannot be listened on, or the inbox cannot be used.
    """

    def __init__(self, receiver: Receiver, *, host: str = "127.0.0.1", port: int = 0, tls: ssl.SSLContext | None = None) -> None:
        self._receiver = receiver
        self._listener = Listener(host, port, tls, auto_decompress=False, lingering_time=1.0, keepalive_timeout=IDLE)

    @property
    def url(self) -> str:
        """The address, without a path."""
        return self._listener.url

    async def __aenter__(self) -> Self:
        await self._listener.open(application(self._receiver))
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self._listener.close()
