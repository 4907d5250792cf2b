"""One request and one response as frozen values: what goes over the wire. Refuses to know I/O, an HTTP library, a shop or an order."""

import enum
import re
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from typing import Any, final
from urllib.parse import quote

from attrs import field, frozen

from .errors import FieldProblem, InvalidRequestError
from .filling import filling


class Effect(enum.Enum):
    """What a request does to the shop; nothing is ever repeated without asking this."""

    READS = "reads"
    """Changes nothing: may be sent again whenever no readable answer came."""
    WRITES = "writes"
    """May print or charge: is sent again only when it is certain that the shop did not act on it."""


@final
@frozen(repr=False)
class Content:
    """A file's bytes, opened anew for each attempt, so that an attempt can be repeated and a large file is never held in memory."""

    open: Callable[[], AsyncIterator[bytes]]
    size: int | None = None
    """Bytes; None when it is not known before the end."""
    progress: Callable[[int, int | None], None] | None = None
    """Called with the bytes sent so far and ``size`` after every chunk."""
    replayable: bool = True
    """False for a stream that can be read only once: the request that holds it is sent once."""

    def __repr__(self) -> str:
        return f"Content(size={self.size})"


@final
@frozen(repr=False)
class Part:
    """One part of a ``multipart/form-data`` body (RFC 7578). A part with a file name is a file."""

    name: str
    content: bytes | Content
    filename: str | None = None
    content_type: str | None = None

    def __repr__(self) -> str:
        return f"Part({self.name!r}, filename={self.filename!r})"


_PATH = re.compile(r"(/[A-Za-z0-9\-._~!$&'()*+,;=:@%]*)+")
_ONLY_ITSELF = re.compile(r"(/[A-Za-z0-9_\-]+)+")
"""A path in which nothing can mean anything but itself: nearly all of them."""
_HEADER_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+\-.^_`|~]+")
_BAD_IN_HEADER = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")


def _path_is_plain(request: "Request", attribute: object, path: str) -> None:
    if isinstance(path, str) and _ONLY_ITSELF.fullmatch(path):
        return
    segments = path.split("/") if isinstance(path, str) else []
    if not segments or _PATH.fullmatch(path) is None or path.startswith("//") or any(_climbs(segment) for segment in segments):
        text = "must be a plain absolute path such as /Orders/1: percent-encoded, no '.' or '..' segment, no query, no host"
        raise InvalidRequestError([FieldProblem("path", text)])


def _climbs(segment: str) -> bool:
    return segment.lower().replace("%2e", ".") in {".", ".."}


def _headers_are_plain(request: "Request", attribute: object, headers: tuple[tuple[str, str], ...]) -> None:
    if not headers:
        return
    _are_texts(headers, "headers")
    for name, value in headers:
        if _HEADER_NAME.fullmatch(name) is None or _BAD_IN_HEADER.search(value):
            raise InvalidRequestError([FieldProblem(f"headers.{name!r}", "holds a character that HTTP does not allow in a header")])


def _query_is_text(request: "Request", attribute: object, query: tuple[tuple[str, str], ...]) -> None:
    if query:
        _are_texts(query, "query")


def _are_texts(pairs: tuple[tuple[str, str], ...], what: str) -> None:
    if not all(isinstance(pair, (tuple, list)) and len(pair) == 2 and all(map(_is_text, pair)) for pair in pairs):
        raise InvalidRequestError([FieldProblem(what, "give a dict, or pairs, of text")])


def _is_text(value: object) -> bool:
    return isinstance(value, str) and (value.isascii() or not any("\ud800" <= each <= "\udfff" for each in value))


def _method_is_a_word(request: "Request", attribute: object, method: str) -> None:
    if not method or not _is_text(method):
        raise InvalidRequestError([FieldProblem("method", "give an HTTP method, such as GET")])


def _is_effect(request: "Request", attribute: object, effect: Effect) -> None:
    if not isinstance(effect, Effect):
        raise InvalidRequestError([FieldProblem("effect", "give Effect.READS or Effect.WRITES")])


def _can_be_sent(request: "Request", attribute: object, body: "bytes | tuple[Part, ...]") -> None:
    if not isinstance(body, bytes) and not (isinstance(body, tuple) and all(isinstance(part, Part) for part in body)):
        raise InvalidRequestError([FieldProblem("body", f"is a {type(body).__name__}: give bytes, or a tuple of Part")])


def _pairs(given: Mapping[str, str] | Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """As a tuple of pairs. What is neither a mapping nor pairs becomes something that the validators refuse."""
    pairs: Any = given
    if not isinstance(given, tuple) and isinstance(given, Mapping):
        pairs = pairs.items()
    return tuple(pairs) if isinstance(given, (tuple, Iterable)) else (pairs,)


@final
@frozen
class Call:
    """What may be told of a request: nothing in it names an order, a person or a key."""

    method: str
    template: str
    operation: str
    effect: Effect


@final
@frozen(repr=False)
class Request:
    """A request to one shop, without its credentials: those are added where it leaves the process.

    ``path`` is percent-encoded and relative to the connection's base URL. ``query`` holds plain text pairs; they are
    percent-encoded exactly once, on sending. Its printed form shows only method, URL template and effect.

    Raises:
        InvalidRequestError: the path climbs, carries a query or a host, a header holds a line break, or a member is of another type.
    """

    method: str = field(validator=_method_is_a_word)
    path: str = field(validator=_path_is_plain)
    effect: Effect = field(validator=_is_effect)
    operation: str = "request"
    """A name of low cardinality for telemetry and errors, such as ``orders.get``."""
    template: str = ""
    """The path with names in place of ids, for the same purpose."""
    query: tuple[tuple[str, str], ...] = field(default=(), converter=_pairs, validator=_query_is_text)
    headers: tuple[tuple[str, str], ...] = field(default=(), converter=_pairs, validator=_headers_are_plain)
    body: bytes | tuple[Part, ...] = field(default=b"", validator=_can_be_sent)
    """Bytes as they are sent, or the parts of a multipart body."""
    content_type: str | None = None
    """Of a body in bytes; a multipart body brings its own."""

    @property
    def call(self) -> Call:
        """What may be told of it."""
        return Call(self.method, self.template or "(path not shown)", self.operation, self.effect)

    def __repr__(self) -> str:
        return f"Request({self.method} {self.template or '(path not shown)'}, {self.effect.value})"


def fill(template: str, **ids: str) -> str:
    """The path of a URL template: every ``{name}`` replaced by the percent-encoded id.

    Raises:
        InvalidRequestError: an id is empty or is ``.`` or ``..``, which would name another resource.
    """
    for name, value in ids.items():
        if value in {"", ".", ".."}:
            raise InvalidRequestError([FieldProblem(name, f"{value!r} cannot be an id")])
        template = template.replace(f"{{{name}}}", value if value.isascii() and value.isalnum() else quote(value, safe=""))
    return template


_make_request = filling(Request)[0]


def plain_request(
    method: str, template: str, ids: Mapping[str, str], effect: Effect, operation: str, body: bytes = b"", content_type: str | None = None
) -> Request:
    """A request without query and headers to a URL template of an adapter's own: it is not looked at once more.

    Raises:
        InvalidRequestError: see ``fill``.
    """
    return _make_request(method, fill(template, **ids), effect, operation, template, (), (), body, content_type)


@final
@frozen(repr=False)
class Response:
    """An answer, read to its end. Header names are in lower case; of a repeated header the last value is kept."""

    status: int
    headers: Mapping[str, str] = field(factory=dict[str, str])
    body: bytes = b""

    def __repr__(self) -> str:
        return f"Response({self.status}, {len(self.body)} bytes)"
