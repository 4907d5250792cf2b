"""One attempt over HTTP, returned as a value. The only file that knows aiohttp; refuses to try again, to follow, and to raise."""

import asyncio
import logging
import re
import select
import ssl
from collections.abc import Callable, Mapping
from contextlib import aclosing
from contextvars import ContextVar
from functools import lru_cache
from pathlib import Path
from typing import Any, NoReturn, cast, final

import aiohttp
import attrs
from aiohttp.abc import AbstractStreamWriter
from aiohttp.client_proto import ResponseHandler
from aiohttp.connector import Connection
from aiohttp.tracing import Trace
from attrs import frozen
from yarl import URL

from printkit.errors import ConfigError, InvalidRequestError
from printkit.exchange import Effect, Part, Request, Response
from printkit.secret import Secret

from .address import parse_base_url
from .attempt import Cause, Ending, MaybeSent, NotSent, Wire
from .body import CappedBody
from .credentials import NOTHING, Credentials
from .upload import Source, SourceError, in_pieces

METHODS = frozenset({"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"})
_NEVER_IN_A_HEADER = re.compile(r"[\x00-\x08\x0a-\x1f\x7f\ud800-\udfff]")
_PROXY = re.compile(r"https?://([^\s/@]+@)?[^\s/@]+/?")
_BINARY = "application/octet-stream"
_PLAIN_TYPES = frozenset({None, "application/json"})
_UPLOAD_SILENCE = 30.0
_LARGEST_IN_ONE_PIECE = 1024 * 1024
_MOST_CONNECTIONS = 3
"""So many are looked at until one is quiet; then the request has not left, and may be tried again later."""
_log = logging.getLogger("printkit")


class _HungUpError(aiohttp.ClientError):
    """A second connection was asked for, or none is fit to be used. aiohttp does not repeat a request after an error it does not know."""


class _TooLateError(Exception):
    """The process stood still for so long that the request may not leave any more."""


_under_way: ContextVar[Wire] = ContextVar("printkit_wire")
"""The attempt that this task makes; the connector marks it."""


def borrow(session: aiohttp.ClientSession) -> aiohttp.BaseConnector:
    """The connector of somebody else's session, for ``HttpLink(connector=…)``; it stays theirs and is not closed by us.

    Only the connections are shared: none of the session's headers, cookies, proxies and instrumentation, which would see our
    keys. Its ``keepalive_timeout`` does apply: lend a connector with 3 seconds or less, because a connection that the server
    has closed in the meantime makes the outcome of a write unknown.

    Raises:
        ConfigError: the session is closed.
    """
    if session.closed or session.connector is None:
        raise ConfigError("the session that was lent is closed")
    return session.connector


@final
class HttpLink:
    """The way to one account of a shop over HTTP.

    Connections are opened in the event loop of the first attempt, and belong to it. Redirects are never followed, cookies
    never kept, environment variables and ``.netrc`` never read. Certificates are always verified: there is no switch.
    Instrumentations that trace every session of the program do not see ours: they would record URLs, and with them keys.

    Args:
        base_url: https, or plain http to this machine (``localhost``, ``127.0.0.1``, ``[::1]``).
        headers: headers that every request carries, such as the account's key.
        query: query items that every request carries.
        held: secrets that only some requests carry, by their marker.
        connector: a borrowed one, see ``borrow``; without it an own one is made, and closed at the end.
        max_body: bytes; a longer answer, packed or unpacked, ends as ``too-large``.
        connect_timeout: seconds for a connection, TLS included.
        read_timeout: seconds without a single byte of an answer; by default 30 for uploads, which may take long, and none for the
            rest: whoever asks for attempts ends them in time, and a timer for each costs a tenth of a request.
        keepalive: seconds that an idle connection is kept; should be less than the server keeps it.
        limit: connections at once.
        ca_file: certificates (PEM) to trust in place of the system's.
        proxy: URL of an HTTP proxy, with user and password if it asks for them.

    Raises:
        ConfigError: ``base_url``, ``ca_file``, ``proxy`` or a header cannot be used.
    """

    def __init__(
        self,
        base_url: str,
        *,
        headers: Mapping[str, Secret | str] = NOTHING,
        query: Mapping[str, Secret | str] = NOTHING,
        held: tuple[Secret, ...] = (),
        connector: aiohttp.BaseConnector | None = None,
        max_body: int = 8 * 1024 * 1024,
        connect_timeout: float = 5.0,
        read_timeout: float | None = None,
        keepalive: float = 3.0,
        limit: int = 100,
        ca_file: str | Path | None = None,
        proxy: Secret | str | None = None,
    ) -> None:
        self._address = parse_base_url(base_url)
        self._origin = URL(self._address.origin, encoded=True)
        self._credentials = Credentials(headers, query, held)
        self._lent = connector
        self._max_body = max_body
        self._timeout = aiohttp.ClientTimeout(total=None, connect=connect_timeout, sock_connect=connect_timeout, sock_read=read_timeout)
        self._upload_timeout = attrs.evolve(self._timeout, sock_read=_UPLOAD_SILENCE if read_timeout is None else read_timeout)
        self._keepalive = keepalive
        self._limit = limit
        self._tls = _trust(ca_file) if self._address.is_https else True
        self._proxy = _checked_proxy(proxy)
        self._opened: _Opened | None = None
        self._closed = False

    async def attempt(self, request: Request, wire: Wire) -> Ending:
        """See ``Link``."""
        sources: list[Source] = []
        try:
            return await self._exchange(request, wire, sources)
        except Exception as error:  # noqa: BLE001 - whatever it is, its text and its frames may hold the URL and the keys
            cause = self._cut_off(wire) or _cause(error)
        except BaseException as error:
            error.__traceback__ = error.__context__ = error.__cause__ = None  # aiohttp's frames hold the URL and the headers
            raise
        finally:
            for source in sources:
                await source.let_go()
        for source in sources:
            if source.error is not None:
                raise source.error
        if request.effect is Effect.READS and cause in _WHILE_CONNECTING:
            wire.sent = False
        return MaybeSent(cause, wire.status) if wire.sent else NotSent(cause)

    def _cut_off(self, wire: Wire) -> Cause | None:
        """Why, where it was closing the link: whatever the HTTP library makes of that."""
        if not self._closed:
            return None
        return Cause.CONNECTION_LOST if wire.sent else Cause.CLOSED

    async def _exchange(self, request: Request, wire: Wire, sources: list[Source]) -> Ending:
        """Only this frame and those below it hold URL, keys and body in the clear."""
        refusal = self._refusal(request)
        if refusal is not None:
            return NotSent(refusal)
        url = self._url(request)
        data = _data(request, self._credentials, sources)
        for source in sources:
            await source.begin()
        session = self._session()
        _under_way.set(wire)
        if self._lent is not None:
            await _let_strays_arrive()
        response = await session.request(
            request.method,
            url,
            headers=_headers(request),
            data=data,
            allow_redirects=False,
            ssl=self._tls,
            middlewares=(),
            timeout=self._upload_timeout if sources else self._timeout,
        )
        wire.status = response.status
        body: bytes | Cause = Cause.BODY_CUT
        try:
            body = await self._body(response)
        finally:
            if isinstance(body, Cause) or not response.closed or (sources and not all(source.finished for source in sources)):
                response.close()  # else aiohttp may warn of it later, with the whole URL in the text
        if isinstance(body, Cause):
            return MaybeSent(body, response.status)
        return Response(response.status, {name.lower(): value for name, value in response.headers.items()}, body)

    def _url(self, request: Request) -> URL:
        query = self._credentials.query_in_the_clear(request)
        path = None if query else self._address.plain_path(request)
        if path is not None:
            return self._origin.with_path(path, encoded=True)  # a third of what reading the whole URL anew costs
        return URL(self._address.url(request, query), encoded=True)

    def _refusal(self, request: Request) -> Cause | None:
        if self._closed or (self._lent is not None and self._lent.closed):
            return Cause.CLOSED
        if self._opened is not None and self._opened.loop is not asyncio.get_running_loop():
            return Cause.OTHER_LOOP
        if request.method not in METHODS or not _is_well_formed(request):
            return Cause.LOCAL_REFUSAL
        if (request.headers or request.query) and self._credentials.clash_with(request):
            return Cause.LOCAL_REFUSAL
        return None

    async def _body(self, response: aiohttp.ClientResponse) -> bytes | Cause:
        length = response.content_length
        if length is not None and length <= self._max_body and "Content-Encoding" not in response.headers:
            return await response.read()  # the HTTP library holds a body to its length
        body = CappedBody(", ".join(response.headers.getall("Content-Encoding", ())), self._max_body)
        async for chunk in response.content.iter_any():
            cause = body.take(chunk)
            if cause is not None:
                return cause
        return body.finish()

    def _session(self) -> aiohttp.ClientSession:
        if self._opened is None:
            lent = self._lent
            used = aiohttp.TCPConnector(limit=self._limit, keepalive_timeout=self._keepalive) if lent is None else lent
            watched = _Watched(used, 4 * self._limit, lambda: self._closed)
            session = self._make(cast(aiohttp.BaseConnector, watched))
            self._opened = _Opened(asyncio.get_running_loop(), used if lent is None else None, session)
        return self._opened.session

    def _make(self, connector: aiohttp.BaseConnector) -> aiohttp.ClientSession:
        session = aiohttp.ClientSession(
            connector=connector,
            connector_owner=False,
            headers={"User-Agent": "printkit", **self._credentials.headers_in_the_clear(), "Accept-Encoding": "gzip, deflate"},
            auto_decompress=False,
            cookie_jar=aiohttp.DummyCookieJar(),
            proxy=None if self._proxy is None else URL(self._proxy.reveal()),
            requote_redirect_url=False,
            timeout=self._timeout,
            trust_env=False,
        )
        session.trace_configs.clear()  # instrumentations give theirs to every session, and record the whole URL
        return session

    async def aclose(self) -> None:
        """See ``Link``. A borrowed connector stays open. May be called again."""
        self._closed = True
        opened, self._opened = self._opened, None
        if opened is not None:
            await opened.session.close()
            if opened.own is not None:
                await opened.own.close()

    def __repr__(self) -> str:
        return f"HttpLink({self._address.origin!r})"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a connection cannot be pickled: open one in each process")


@frozen(repr=False)
class _Opened:
    """The session in use, and the connector where it is our own."""

    loop: asyncio.AbstractEventLoop
    own: aiohttp.BaseConnector | None
    session: aiohttp.ClientSession


class _Upload(aiohttp.payload.Payload):
    """Writes a source's pieces, with a Content-Length when its size is known."""

    def __init__(self, source: Source, content_type: str | None) -> None:
        super().__init__(source, content_type=content_type)
        if content_type is None:
            self.headers.popall("Content-Type")
        self._source = source

    @property
    def size(self) -> int | None:
        """Bytes, None when it is not known before the end."""
        return self._source.size

    def decode(self, encoding: str = "utf-8", errors: str = "strict") -> NoReturn:
        """A file on its way out has no text form."""
        raise TypeError

    async def write(self, writer: AbstractStreamWriter) -> None:
        """Called by aiohttp, in a task of its own."""
        async with aclosing(self._source.pieces()) as pieces:
            async for piece in pieces:
                await writer.write(piece)


class _Watched:
    """A connector, own or lent, that marks the attempt as sent when it gets its connection, just before the head goes out.

    An attempt gets one connection and no second: after some errors aiohttp asks for another to send GET, HEAD, OPTIONS, TRACE, PUT
    and DELETE once more, without telling anybody.

    To a write it gives no connection on which something has arrived that nobody asked for, such as a server's goodbye to an idle
    connection or its greeting on a new one: it would be taken for the answer, and a write that the shop carries out would look
    refused. A read that is misled changes nothing.

    Args:
        connector: the connector.
        most: so many connections that were used are remembered before those that have ended are forgotten.
        is_closed: whether nothing is to be sent any more; the HTTP library does not look whether it was closed while it connected.
    """

    def __init__(self, connector: aiohttp.BaseConnector, most: int, is_closed: Callable[[], bool]) -> None:
        self._watched = connector
        self._most = most
        self.allowed_protocol_schema_set = connector.allowed_protocol_schema_set
        self._is_closed = is_closed
        self._used: dict[ResponseHandler, Callable[[], bool]] = {}

    def __getattr__(self, name: str) -> Any:
        return getattr(self._watched, name)

    @property
    def closed(self) -> bool:
        """Whether it was closed; asked before every request."""
        return self._watched.closed

    async def connect(
        self,
        req: aiohttp.ClientRequest,
        traces: list[Trace],
        timeout: aiohttp.ClientTimeout,  # noqa: ASYNC109 - the name is the HTTP library's
    ) -> Connection:
        wire = _under_way.get()
        if wire.sent:
            raise _HungUpError
        for _ in range(_MOST_CONNECTIONS):
            connection = await self._watched.connect(req, traces, timeout)
            protocol = connection.protocol
            try:
                if protocol is not None and protocol not in self._used and req.method != "GET":
                    await _let_strays_arrive()  # what lies unread on a new connection may belong to its encryption, so it is read first
                is_misleading = protocol is not None and self._is_misleading(protocol, req.method)
            except BaseException:
                connection.close()
                raise
            if self._is_closed():
                connection.close()
                break
            if not is_misleading:
                return self._marked(connection, wire)
            connection.close()
        raise _HungUpError

    def _marked(self, connection: Connection, wire: Wire) -> Connection:
        protocol = connection.protocol
        if protocol is not None and protocol not in self._used:
            self._used[protocol] = _ear(protocol)
            if len(self._used) > self._most:
                self._used = {each: speaks for each, speaks in self._used.items() if each.transport is not None}
        if wire.is_late():
            connection.release()
            raise _TooLateError
        wire.sent = True
        return connection

    def _is_misleading(self, protocol: ResponseHandler, method: str) -> bool:
        if protocol.should_close or method == "GET":
            return protocol.should_close
        speaks = self._used.get(protocol)
        return speaks is not None and (protocol.transport is None or speaks())


def _ear(protocol: ResponseHandler) -> Callable[[], bool]:
    """Tells whether something lies unread on a connection, or its end."""
    socket = None if protocol.transport is None else protocol.transport.get_extra_info("socket")
    number = -1 if socket is None else socket.fileno()
    if number < 0:
        return lambda: True
    if not hasattr(select, "poll"):  # Windows
        return lambda: bool(select.select([number], [], [], 0)[0])
    poll = select.poll()
    poll.register(number, select.POLLIN | select.POLLHUP | select.POLLERR)
    return lambda: bool(poll.poll(0))


async def _let_strays_arrive() -> None:
    """Two turns of the event loop: whatever lies unread on a connection is read now, and so shows that it is not to be used."""
    await asyncio.sleep(0)
    await asyncio.sleep(0)


def _data(request: Request, credentials: Credentials, sources: list[Source]) -> aiohttp.payload.Payload | None:
    if isinstance(request.body, tuple):
        return _form(request.body, sources)
    if not request.body:
        return None
    body = credentials.body_in_the_clear(request.body)
    if len(body) <= _LARGEST_IN_ONE_PIECE:
        return aiohttp.BytesPayload(body, content_type=request.content_type or _BINARY)
    sources.append(Source(in_pieces(body)))
    return _Upload(sources[0], request.content_type or _BINARY)


def _form(parts: tuple[Part, ...], sources: list[Source]) -> aiohttp.MultipartWriter:
    form = aiohttp.MultipartWriter("form-data")
    for part in parts:
        source = Source(in_pieces(part.content) if isinstance(part.content, bytes) else part.content)
        sources.append(source)
        upload = _Upload(source, part.content_type or (_BINARY if part.filename is not None else None))
        names = {"name": part.name} if part.filename is None else {"name": part.name, "filename": part.filename}
        upload.set_content_disposition("form-data", quote_fields=False, **names)
        form.append_payload(upload)
    return form


def _headers(request: Request) -> list[tuple[str, str]] | None:
    if request.body == b"" and request.content_type is not None:  # a body brings its own
        return [*request.headers, ("Content-Type", request.content_type)]
    return list(request.headers) or None


def _is_well_formed(request: Request) -> bool:
    """Whether nothing in it could end a header early or contradict the body's own type."""
    if not request.headers and request.content_type in _PLAIN_TYPES and isinstance(request.body, bytes):
        return True
    texts = [request.content_type or "", *(value for _, value in request.headers)]
    if isinstance(request.body, tuple):
        texts += [text or "" for part in request.body for text in (part.name, part.filename, part.content_type)]
    has_a_type = isinstance(request.body, tuple) or request.content_type is not None
    if has_a_type and any(name.lower() == "content-type" for name, _ in request.headers):
        return False
    return not any(map(_NEVER_IN_A_HEADER.search, texts))


def _trust(ca_file: str | Path | None) -> ssl.SSLContext:
    failure = None
    try:
        return _tls(None if ca_file is None else str(ca_file))
    except (OSError, ValueError) as error:
        failure = error.strerror or "it holds no certificate" if isinstance(error, OSError) else "it holds no certificate"
    raise ConfigError(f"ca_file {str(ca_file)!r} cannot be used: {failure}")


@lru_cache(maxsize=8)
def _tls(ca_file: str | None) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=ca_file)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def _checked_proxy(proxy: Secret | str | None) -> Secret | None:
    if proxy is None:
        return None
    secret = proxy if isinstance(proxy, Secret) else Secret(proxy)
    if _PROXY.fullmatch(secret.reveal()) is None:
        raise ConfigError("proxy must look like http://host:port or http://user:password@host:port")
    return secret


_WHILE_CONNECTING = frozenset({Cause.PROXY, Cause.TLS, Cause.DNS, Cause.CONNECT_TIMED_OUT, Cause.CONNECT_FAILED})

_CAUSES: tuple[tuple[type[Exception], Cause], ...] = (
    (aiohttp.ClientHttpProxyError, Cause.PROXY),
    (aiohttp.ClientProxyConnectionError, Cause.PROXY),
    (aiohttp.ClientSSLError, Cause.TLS),
    (aiohttp.ClientConnectorDNSError, Cause.DNS),
    (aiohttp.ConnectionTimeoutError, Cause.CONNECT_TIMED_OUT),
    (aiohttp.ClientConnectorError, Cause.CONNECT_FAILED),
    (TimeoutError, Cause.TIMED_OUT),
    (_TooLateError, Cause.TIMED_OUT),
    (aiohttp.ClientPayloadError, Cause.BODY_CUT),
    (aiohttp.ClientResponseError, Cause.NOT_HTTP),
    (InvalidRequestError, Cause.LOCAL_REFUSAL),
    (UnicodeEncodeError, Cause.LOCAL_REFUSAL),
    (aiohttp.InvalidURL, Cause.LOCAL_REFUSAL),
    (aiohttp.NonHttpUrlClientError, Cause.LOCAL_REFUSAL),
    (aiohttp.ClientError, Cause.CONNECTION_LOST),
    (OSError, Cause.CONNECTION_LOST),
    (SourceError, Cause.LOCAL_REFUSAL),
)
"""In order: the first class that fits."""


def _cause(error: Exception) -> Cause:
    for kind, cause in _CAUSES:
        if isinstance(error, kind):
            return cause
    _log.error("unexpected %s while sending a request", type(error).__name__)
    return Cause.UNEXPECTED
