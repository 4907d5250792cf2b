"""Serves one web application at one address of this machine. Knows nothing of what is served, and logs no request."""

import errno
import logging
import ssl
from typing import Any, final

from aiohttp import web

from printkit.errors import ConfigError

_WIRE = logging.Logger("printkit.server.wire")  # noqa: LOG001 - in no tree of loggers: the HTTP library's complaints quote requests
_WIRE.addHandler(logging.NullHandler())


@final
class Listener:
    """An address to listen at. ``how`` goes to aiohttp's ``AppRunner``."""

    def __init__(self, host: str, port: int, tls: ssl.SSLContext | None = None, **how: Any) -> None:
        self._host, self._wanted, self._tls, self._how = host, port, tls, how
        self._runner: web.AppRunner | None = None

    @property
    def port(self) -> int:
        """The port that is listened on."""
        if self._runner is None:
            raise RuntimeError("the server is not open")
        port: int = self._runner.addresses[0][1]
        return port

    @property
    def url(self) -> str:
        """The address, without a path."""
        return self.at(self._host)

    def at(self, host: str) -> str:
        """The same by another name of this machine."""
        return f"{'https' if self._tls else 'http'}://{f'[{host}]' if ':' in host else host}:{self.port}"

    async def open(self, application: web.Application) -> None:
        """Begin to listen.

        Raises:
            ConfigError: the address cannot be listened on.
        """
        runner = web.AppRunner(application, access_log=None, logger=_WIRE, shutdown_timeout=1.0, **self._how)
        try:
            await runner.setup()
            await web.TCPSite(runner, self._host, self._wanted, ssl_context=self._tls).start()
        except OSError as error:
            await runner.cleanup()
            raise ConfigError(_why_not(self._host, self._wanted, error)) from None
        except BaseException:
            await runner.cleanup()
            raise
        self._runner = runner

    async def close(self) -> None:
        """Listen no longer."""
        runner, self._runner = self._runner, None
        if runner is not None:
            await runner.cleanup()


def _why_not(host: str, port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"port {port} on {host} is in use already: stop what listens there, or choose another port"
    return f"cannot listen on {host}, port {port}: {error.strerror or 'the address is not usable here'}"
