"""What one attempt to send one request can end in, as values; refuses to know how anything is sent."""

import enum
from collections.abc import Callable
from typing import Protocol, TypeAlias, final

from attrs import define, field, frozen

from printkit.exchange import Request, Response


@enum.unique
class Cause(enum.StrEnum):
    """Why an attempt brought no answer: a closed list of words, never another library's text."""

    CONNECT_FAILED = "connect-failed"
    CONNECT_TIMED_OUT = "connect-timed-out"
    DNS = "dns"
    TLS = "tls"
    PROXY = "proxy"
    POOL_TIMEOUT = "pool-timeout"
    RATE_LIMITED = "rate-limited"
    CONNECTION_LOST = "connection-lost"
    TIMED_OUT = "timed-out"
    BODY_CUT = "body-cut"
    NOT_HTTP = "not-http"
    TOO_LARGE = "too-large"
    BAD_ENCODING = "bad-encoding"
    LOCAL_REFUSAL = "local-refusal"
    CLOSED = "closed"
    OTHER_LOOP = "other-event-loop"
    CANCELLED = "cancelled"
    UNEXPECTED = "unexpected"

    @property
    def words(self) -> str:
        """The same in a few plain words, for a message."""
        return _WORDS[self]

    @property
    def lasting(self) -> bool:
        """True when trying again cannot help: the certificate, the request or the connection object itself is at fault."""
        return self in _LASTING

    @property
    def in_line(self) -> bool:
        """True when the request only waited here for its turn: that says nothing of the shop."""
        return self in _IN_LINE


_WORDS = {
    Cause.CONNECT_FAILED: "no connection could be made",
    Cause.CONNECT_TIMED_OUT: "no connection could be made in time",
    Cause.DNS: "the host name could not be resolved",
    Cause.TLS: "the server's certificate or TLS version is not acceptable",
    Cause.PROXY: "the proxy refused or could not be reached",
    Cause.POOL_TIMEOUT: "no slot became free in time",
    Cause.RATE_LIMITED: "the account's rate leaves no turn in time",
    Cause.CONNECTION_LOST: "the connection was lost before an answer came",
    Cause.TIMED_OUT: "no answer came in time",
    Cause.BODY_CUT: "the answer was cut off",
    Cause.NOT_HTTP: "the answer is not HTTP, or its head is too large",
    Cause.TOO_LARGE: "the answer is too large",
    Cause.BAD_ENCODING: "the answer could not be decompressed",
    Cause.LOCAL_REFUSAL: "the request cannot be sent as it is",
    Cause.CLOSED: "the connection to the shop is closed",
    Cause.OTHER_LOOP: "the connection belongs to another event loop",
    Cause.CANCELLED: "the call was cancelled",
    Cause.UNEXPECTED: "something unexpected went wrong while sending",
}

_LASTING = frozenset({Cause.TLS, Cause.LOCAL_REFUSAL, Cause.CLOSED, Cause.OTHER_LOOP})
_IN_LINE = frozenset({Cause.POOL_TIMEOUT, Cause.RATE_LIMITED})


@final
@frozen
class NotSent:
    """Not one byte of the request's head left this process: the shop knows nothing of it."""

    cause: Cause


@final
@frozen
class MaybeSent:
    """The request left, or may have left, and no readable answer came."""

    cause: Cause
    status: int | None = None
    """The HTTP status, when the head of the answer came and only its body did not."""


Ending: TypeAlias = Response | NotSent | MaybeSent


@final
@define
class Wire:
    """How far a logical call has come. It belongs to whoever asked for the call and stays readable when that call is cancelled."""

    sent: bool = False
    """True from the moment the present attempt may have left; False again once it is certain that the shop did nothing (throttled)."""
    status: int | None = None
    """The status of the present attempt's answer, once its head has been read."""
    attempts: int = 0
    """How many attempts were begun, those that never left included."""
    is_late: Callable[[], bool] = field(default=bool, repr=False, eq=False)
    """Asked in the last moment before the first byte: whether it may not leave any more."""

    def begin(self) -> None:
        """A new attempt starts."""
        self.clear()
        self.attempts += 1

    def clear(self) -> None:
        """The last attempt is known to have done nothing."""
        self.sent = False
        self.status = None


class Link(Protocol):
    """The way to one shop account: makes one attempt, and never a second one by itself."""

    async def attempt(self, request: Request, wire: Wire) -> Ending:
        """Try once to send ``request``; ``wire`` tells how far it came, also after a cancellation.

        Returns:
            ``Response`` when an answer was read to its end, whatever its status; otherwise ``NotSent`` or ``MaybeSent``.

        Raises:
            asyncio.CancelledError: from outside, without the frames that held the request in the clear.
            Exception: only what the caller's own upload stream raised, as it is.
        """
        ...

    async def aclose(self) -> None:
        """Let go of everything held open. Requests still in flight end as ``MaybeSent``: let them finish first."""
        ...
