"""What happens inside printkit, told to whoever listens: one hook protocol, a logging hook. Carries no id, query, header or body.

The OpenTelemetry hook has a file of its own, because it needs a package.
"""

import logging
from typing import Literal, Protocol, final

from attrs import frozen

from .exchange import Call

Verdict = Literal["answered", "not-sent", "maybe-sent"]


@final
@frozen
class Attempt:
    """One attempt to send one request has ended."""

    provider: str
    request: Call
    number: int
    """1 for the first attempt of a logical call."""
    verdict: Verdict
    status: int | None
    cause: str | None
    """Why there is no answer: one word of a closed list, None when there is one."""
    seconds: float
    """Waiting for a slot included."""
    where: str = ""
    """The shop's address; empty for a shop in this process."""


@final
@frozen
class Wait:
    """A pause before the next attempt."""

    provider: str
    request: Call
    seconds: float
    cause: str


@final
@frozen
class Outcome:
    """A write has ended, for the caller: ``applied``, ``reconciled``, ``refused``, ``not-sent`` or ``unknown``.

    One that was cancelled before it left is not told, and one that was cancelled after that is unknown.
    """

    provider: str
    operation: str
    outcome: Literal["applied", "reconciled", "refused", "not-sent", "unknown"]


@final
@frozen
class Drift:
    """The shop used a word that no table knows, told once per word and connection."""

    provider: str
    what: str
    """Which table, such as ``order status``."""
    word: str


NoticeOutcome = Literal[
    "accepted", "ping", "stranger", "malformed", "too-large", "too-slow", "elsewhere", "busy",
    "delivered", "unchanged", "no-such-order", "not-shown", "not-read", "not-handled",
]  # fmt: skip
"""Of a notice that came, from ``accepted`` to ``busy``; of a look at its order, from ``delivered`` on."""


@final
@frozen
class Notified:
    """A notice came, or a look at its order has ended. Carries neither token nor order."""

    provider: str
    """The connection; empty for whoever had no token."""
    outcome: NoticeOutcome


Event = Attempt | Wait | Outcome | Drift | Notified


class Hook(Protocol):
    """Receives every event, on the event loop, between two awaits: it must be quick and must not raise."""

    def __call__(self, event: Event, /) -> None:
        """Something happened."""


class LoggingHook:
    """Writes events to the logger ``printkit``: drift as a warning, unknown outcomes as an error, the rest at DEBUG."""

    def __init__(self, logger: logging.Logger | None = None) -> None:
        self._log = logger or logging.getLogger("printkit")

    def __call__(self, event: Event, /) -> None:
        """Write one line."""
        match event:
            case Attempt():
                self._log.debug(
                    "%s %s %s attempt %d: %s in %.3f s",
                    event.provider,
                    event.request.method,
                    event.request.template,
                    event.number,
                    event.status or f"{event.verdict} ({event.cause})",
                    event.seconds,
                )
            case Wait():
                self._log.debug("%s %s waits %.3f s: %s", event.provider, event.request.template, event.seconds, event.cause)
            case Outcome():
                level = logging.ERROR if event.outcome == "unknown" else logging.DEBUG
                self._log.log(level, "%s %s: %s", event.provider, event.operation, event.outcome)
            case Notified():
                level = logging.WARNING if event.outcome.startswith("not-") else logging.DEBUG
                self._log.log(level, "%s notice: %s", event.provider or "nobody's", event.outcome)
            case Drift():
                self._log.warning("%s: unknown %s %r; please report it", event.provider, event.what, event.word)


@final
class Telemetry:
    """The hooks of one connection. A hook that raises is logged and dropped: telemetry never fails a call."""

    def __init__(self, hooks: tuple[Hook, ...] = ()) -> None:
        self.hooks = list(hooks)
        """Those that have not failed. Where there are none, nobody need be told."""
        self._drifts: set[tuple[str, str, str]] = set()

    def tell(self, event: Event) -> None:
        """Pass the event to every hook."""
        for hook in tuple(self.hooks):
            try:
                hook(event)
            except Exception:  # a hook's fault must not become the order's
                self.hooks.remove(hook)
                logging.getLogger("printkit").exception("a telemetry hook failed and is switched off")

    def drift(self, provider: str, what: str, word: str) -> None:
        """Tell once that ``word`` is in no table."""
        key = (provider, what, word)
        if self.hooks and key not in self._drifts and len(self._drifts) < 1000:
            self._drifts.add(key)
            self.tell(Drift(provider, what, word[:64]))
