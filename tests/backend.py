"""An OpenTelemetry set-up in memory, as a program would have one: a hook, and all that it has told."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from attrs import frozen
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from printkit import OpenTelemetryHook


@frozen
class Backend:
    """Where spans and metrics end up."""

    spans: InMemorySpanExporter
    reader: InMemoryMetricReader
    tracers: TracerProvider
    hook: OpenTelemetryHook

    def names(self) -> list[str]:
        return [span.name for span in self.spans.get_finished_spans()]

    def metrics(self) -> dict[str, list[Any]]:
        """The data points, by metric."""
        data = self.reader.get_metrics_data()
        found = data.resource_metrics if data else ()
        scopes = [scope for resource in found for scope in resource.scope_metrics]
        return {metric.name: list(metric.data.data_points) for scope in scopes for metric in scope.metrics}

    def counted(self, name: str) -> dict[tuple[Any, ...], int]:
        return {tuple(sorted(point.attributes.items())): point.value for point in self.metrics().get(name, ())}

    def told(self) -> str:
        """All of it, as it would be exported."""
        spans = [span.to_json() for span in self.spans.get_finished_spans()]
        data = self.reader.get_metrics_data()
        return "\n".join([*spans, data.to_json() if data else ""])


@contextmanager
def backend() -> Iterator[Backend]:
    """Open while it is used, and shut down after that."""
    spans, reader = InMemorySpanExporter(), InMemoryMetricReader()
    tracers, meters = TracerProvider(), MeterProvider([reader])
    tracers.add_span_processor(SimpleSpanProcessor(spans))
    yield Backend(spans, reader, tracers, OpenTelemetryHook(tracer_provider=tracers, meter_provider=meters))
    tracers.shutdown()
    meters.shutdown()
