"""Where a request goes: the base URL and a request's path and query joined into one URL; refuses to know how it gets there."""

import ipaddress
import re
from collections.abc import Collection
from typing import final
from urllib.parse import quote, unquote, urlsplit

from attrs import frozen

from printkit.errors import ConfigError, FieldProblem, InvalidRequestError
from printkit.exchange import Request

_BASE_URL = re.compile(r"(https?)://([A-Za-z0-9.\-_]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?((?:/[A-Za-z0-9\-._~!$&'()*+,;=:@%]*)*)")
_PLAIN = re.compile(r"(/[A-Za-z0-9_\-]+)+")
"""A path in which nothing can mean anything but itself."""
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


@final
@frozen
class Address:
    """A base URL, taken apart once: ``https://api.example.com`` and ``/v2.5``."""

    origin: str
    prefix: str

    @property
    def is_https(self) -> bool:
        """Whether the connection is encrypted."""
        return self.origin.startswith("https:")

    def path(self, request: Request) -> str:
        """The request's path on the host, prefix included.

        Raises:
            InvalidRequestError: a segment holds, under any number of percent-encodings, a way up or a control character.
        """
        _no_segment_climbs(request.path)
        return self.prefix + request.path

    def plain_path(self, request: Request) -> str | None:
        """The same at once, where nothing in it can mean anything but itself; None where it has to be looked at."""
        return self.prefix + request.path if _PLAIN.fullmatch(request.path) else None

    def url(self, request: Request, query: Collection[tuple[str, str]]) -> str:
        """The whole URL. ``query`` is plain text and becomes percent-encoded here, exactly once.

        Raises:
            InvalidRequestError: what came out has another origin or path than what was put together.
        """
        path = self.path(request)
        encoded = "&".join(f"{percent(name)}={percent(value)}" for name, value in query)
        url = f"{self.origin}{path}{'?' if encoded else ''}{encoded}"
        parts = urlsplit(url)
        if (f"{parts.scheme}://{parts.netloc}", parts.path, parts.query, parts.fragment) != (self.origin, path, encoded, ""):
            raise InvalidRequestError([FieldProblem("path", "leads away from the shop's address")])
        return url


def parse_base_url(base_url: str) -> Address:
    """Read a setting ``base_url``: https, or plain http to this very machine; no password, query or fragment.

    Raises:
        ConfigError: it is anything else. The message does not repeat the URL, which might hold a password.
    """
    match = _BASE_URL.fullmatch(base_url)
    if match is None:
        raise ConfigError("base_url must look like https://host/path: ASCII only, without user, query or fragment")
    scheme, host, port, path = match.groups()
    if scheme == "http" and not _is_loopback(host):
        raise ConfigError("base_url must begin with https://: plain http would show the credentials to everyone on the way")
    if port is not None and not 0 < int(port[1:]) < 65536:
        raise ConfigError("base_url names a port that does not exist")
    prefix = path.rstrip("/")
    if "//" in prefix or any(_climbs(segment) for segment in prefix.split("/")):
        raise ConfigError("base_url must name its path plainly, without '.', '..' or empty segments")
    return Address(f"{scheme}://{host}{port or ''}", prefix)


def percent(text: str) -> str:
    """``text`` percent-encoded exactly once; only letters, digits and ``-._~`` stay as they are (RFC 3986)."""
    return quote(text, safe="")


def _is_loopback(host: str) -> bool:
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _no_segment_climbs(path: str) -> None:
    if not path.startswith("/") or (("%" in path or "." in path) and any(_climbs(segment) for segment in path.split("/"))):
        raise InvalidRequestError([FieldProblem("path", "an id holds '.', '..' or a control character, plainly or encoded")])


def _climbs(segment: str) -> bool:
    while "%" in segment and (plainer := unquote(segment)) != segment:
        segment = plainer
    return _CONTROL.search(segment) is not None or not {".", ".."}.isdisjoint(re.split(r"[/\\]", segment))
