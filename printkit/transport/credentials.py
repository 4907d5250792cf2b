"""What makes a request ours: the headers and query items that carry an account's keys; refuses to know where they come from."""

import json
import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import final

from attrs import field, frozen

from printkit.errors import ConfigError
from printkit.exchange import Request
from printkit.secret import Secret

_HEADER_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+\-.^_`|~]+")
_HEADER_VALUE = re.compile(r"[\t\x20-\x7e\x80-\ud7ff\ue000-\U0010ffff]*")

RESERVED_HEADERS = frozenset(
    {
        "accept-encoding",
        "connection",
        "content-length",
        "cookie",
        "expect",
        "host",
        "keep-alive",
        "proxy-authorization",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    }
)
"""Header names (in lower case) that belong to the transport: a request that brings one could change where it ends."""


def _names_are_free(credentials: "Credentials", attribute: object, headers: Mapping[str, Secret | str]) -> None:
    for name, value in headers.items():
        if _HEADER_NAME.fullmatch(name) is None or name.lower() in RESERVED_HEADERS:
            raise ConfigError(f"{name!r} cannot be the name of a header of one's own")
        if _HEADER_VALUE.fullmatch(_clear(value)) is None:
            raise ConfigError(f"the value for the header {name} holds a line break or another control character")


NOTHING: Mapping[str, Secret | str] = MappingProxyType({})
"""No headers, no query items."""


def _copied(given: Mapping[str, Secret | str]) -> dict[str, Secret | str]:
    return dict(given)


@final
@frozen(repr=False)
class Credentials:
    """Headers and query items that every request of an account carries.

    Raises:
        ConfigError: a header cannot stand in HTTP; the message names it and not its value.
    """

    headers: Mapping[str, Secret | str] = field(default=NOTHING, converter=_copied, validator=_names_are_free)
    query: Mapping[str, Secret | str] = field(default=NOTHING, converter=_copied)
    held: tuple[Secret, ...] = ()
    """Secrets that only some requests carry: those name them by ``Secret.marker``, in a query item or in a JSON body."""

    def headers_in_the_clear(self) -> dict[str, str]:
        """The headers as they are sent. Not to be kept, printed or put into an exception."""
        return {name: _clear(value) for name, value in self.headers.items()}

    def query_in_the_clear(self, request: Request) -> list[tuple[str, str]]:
        """The request's query items and the account's, as plain text. Not to be kept, printed or put into an exception."""
        if not (request.query or self.query):
            return []
        held = {secret.marker: secret for secret in self.held}
        items = [(name, held[value].reveal() if value in held else value) for name, value in request.query]
        return [*items, *((name, _clear(own)) for name, own in self.query.items())]

    def body_in_the_clear(self, body: bytes) -> bytes:
        """A JSON body as it is sent. Not to be kept, printed or put into an exception."""
        for secret in self.held:
            marker = secret.marker.encode()
            if marker in body:
                body = body.replace(marker, json.dumps(secret.reveal())[1:-1].encode())
        return body

    def clash_with(self, request: Request) -> bool:
        """True when the request brings a header or query item that is the account's or the transport's, in any case of letters."""
        return _meet(request.headers, self.headers) or _meet(request.headers, RESERVED_HEADERS) or _meet(request.query, self.query)

    def __repr__(self) -> str:
        return "Credentials()"


def _meet(pairs: tuple[tuple[str, str], ...], names: Iterable[str]) -> bool:
    return bool(pairs) and not {name.lower() for name in names}.isdisjoint(name.lower() for name, _ in pairs)


def _clear(value: Secret | str) -> str:
    return value.reveal() if isinstance(value, Secret) else value
