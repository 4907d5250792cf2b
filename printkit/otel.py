"""Events as OpenTelemetry spans and metrics, by the HTTP semantic conventions. Refuses to name an order: few names, no ids, no URLs.

Needs the package ``opentelemetry-api`` (``printkit[otel]``), and loads it only when a hook is made.
"""

import time
from typing import TYPE_CHECKING, final
from urllib.parse import urlsplit

from . import __version__
from .errors import ConfigError
from .telemetry import Attempt, Drift, Event, Notified, Outcome, Wait

if TYPE_CHECKING:
    from opentelemetry.metrics import MeterProvider
    from opentelemetry.trace import TracerProvider

Attributes = dict[str, str | int]

_METHODS = frozenset({"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"})
_DURATIONS = (0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0)
"""The boundaries that the conventions advise for seconds."""


@final
class OpenTelemetryHook:
    """Turns events into OpenTelemetry signals: ``connect(hooks=[OpenTelemetryHook()])``. Needs ``printkit[otel]``.

    A client span for each attempt, inside the caller's current span, named ``POST /Orders/{id}/Status``; the histogram
    ``http.client.request.duration`` of attempts and ``printkit.wait.duration`` of the pauses between them; the counters
    ``printkit.outcomes`` of writes by how they ended, ``printkit.outcome_unknown`` of those that somebody has to reconcile, and
    ``printkit.drift`` of words that no table knows, ``printkit.notices`` of notices by what came of them. None holds an id, a query,
    a header or a body.

    Args:
        tracer_provider: in place of the program's global one.
        meter_provider: in place of the program's global one.

    Raises:
        ConfigError: the package ``opentelemetry-api`` is not installed.
    """

    def __init__(self, *, tracer_provider: "TracerProvider | None" = None, meter_provider: "MeterProvider | None" = None) -> None:
        try:
            from opentelemetry import metrics, trace
        except ImportError:
            raise ConfigError("OpenTelemetryHook needs the package opentelemetry-api: pip install 'printkit[otel]'") from None
        self._client = trace.SpanKind.CLIENT
        self._error = trace.StatusCode.ERROR
        self._tracer = trace.get_tracer("printkit", __version__, tracer_provider)
        meter = metrics.get_meter("printkit", __version__, meter_provider)
        self._durations = meter.create_histogram(
            "http.client.request.duration", "s", "Duration of HTTP client requests.", explicit_bucket_boundaries_advisory=_DURATIONS
        )
        self._waits = meter.create_histogram(
            "printkit.wait.duration", "s", "Pauses before a request is sent again.", explicit_bucket_boundaries_advisory=_DURATIONS
        )
        self._outcomes = meter.create_counter("printkit.outcomes", "{write}", "Writes, by how they ended.")
        self._unknown = meter.create_counter("printkit.outcome_unknown", "{write}", "Writes that somebody has to reconcile.")
        self._drifts = meter.create_counter("printkit.drift", "{word}", "Words of a shop that no table knows.")
        self._notices = meter.create_counter("printkit.notices", "{notice}", "Notices, and looks at their orders, by how they ended.")

    def __call__(self, event: Event, /) -> None:
        """Record one event."""
        match event:
            case Attempt():
                self._attempted(event)
            case Wait():
                self._waits.record(event.seconds, _named(event) | {"error.type": event.cause})
            case Outcome():
                named: Attributes = {"printkit.provider": event.provider, "printkit.operation": event.operation}
                self._outcomes.add(1, named | {"printkit.outcome": event.outcome})
                if event.outcome == "unknown":
                    self._unknown.add(1, named)
            case Drift():
                self._drifts.add(1, {"printkit.provider": event.provider, "printkit.drift.kind": event.what})
            case Notified():
                self._notices.add(1, {"printkit.provider": event.provider, "printkit.notice.outcome": event.outcome})

    def _attempted(self, event: Attempt) -> None:
        """The span is made once the attempt has ended, in the task and so in the context of whoever called."""
        ended = time.time_ns()
        attributes = _named(event) | _address(event.where) | _result(event)
        resent: Attributes = {"http.request.resend_count": event.number - 1} if event.number > 1 else {}
        span = self._tracer.start_span(
            _name(attributes), kind=self._client, attributes=attributes | resent, start_time=ended - round(event.seconds * 1e9)
        )
        if "error.type" in attributes:
            span.set_status(self._error)
        span.end(ended)
        self._durations.record(event.seconds, attributes)


def _named(event: Attempt | Wait) -> Attributes:
    call = event.request
    method = call.method if call.method in _METHODS else "_OTHER"
    named: Attributes = {"http.request.method": method, "printkit.provider": event.provider, "printkit.operation": call.operation}
    return named | {"url.template": call.template} if call.template.startswith("/") else named


def _address(where: str) -> Attributes:
    address = urlsplit(where)
    if address.hostname is None:
        return {}
    return {"server.address": address.hostname, "server.port": address.port or (80 if address.scheme == "http" else 443)}


def _result(event: Attempt) -> Attributes:
    """An answer of 400 and above is an error, and so is no answer at all."""
    result: Attributes = {} if event.status is None else {"http.response.status_code": event.status}
    if event.cause is not None:
        return result | {"error.type": event.cause}
    return result | {"error.type": str(event.status)} if event.status is not None and event.status >= 400 else result


def _name(attributes: Attributes) -> str:
    method = "HTTP" if attributes["http.request.method"] == "_OTHER" else str(attributes["http.request.method"])
    return f"{method} {attributes['url.template']}" if "url.template" in attributes else method
