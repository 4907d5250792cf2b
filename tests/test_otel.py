"""What an OpenTelemetry backend is given: one client span per attempt, a handful of metrics, and nothing that names an order or a key."""

import asyncio
import builtins
from collections.abc import Iterator
from typing import Any

import pytest
from opentelemetry import trace
from opentelemetry.sdk.metrics.export import HistogramDataPoint
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.trace import SpanKind, StatusCode

import printkit
from printkit import ConfigError, Effect, NewOrder, OpenTelemetryHook, OutcomeUnknownError, PrintKit, Request
from printkit.emulator.faults import CloseBeforeRead, Fault, StallAfterCommit, Throttle
from printkit.exchange import Call
from printkit.telemetry import Attempt, Drift, Notified, Outcome, Wait
from tests.backend import Backend, backend
from tests.providers.pwinty.shops import TOM, World, settings, world


@pytest.fixture(name="backend")
def in_memory() -> Iterator[Backend]:
    with backend() as opened:
        yield opened


async def kit_at(shop: World, backend: Backend, **more: object) -> PrintKit:
    return printkit.connect(f"pwinty+emulator://127.0.0.1:{shop.server.port}", environ=settings(**more), hooks=[backend.hook])


def attempt(**more: Any) -> Attempt:
    given: dict[str, Any] = {
        "provider": "uk",
        "request": Call("POST", "/Orders/{id}/Status", "submit", Effect.WRITES),
        "number": 1,
        "verdict": "answered",
        "status": 200,
        "cause": None,
        "seconds": 0.25,
        "where": "https://api.example.com/v2.5",
    }
    return Attempt(**given | more)


def the_span(backend: Backend, event: Attempt) -> ReadableSpan:
    backend.hook(event)
    [span] = backend.spans.get_finished_spans()
    return span


def test_a_span_says_what_the_conventions_ask_for_and_no_more(backend: Backend) -> None:
    span = the_span(backend, attempt())
    assert (span.name, span.kind, span.status.status_code) == ("POST /Orders/{id}/Status", SpanKind.CLIENT, StatusCode.UNSET)
    assert dict(span.attributes or {}) == {
        "http.request.method": "POST",
        "http.response.status_code": 200,
        "printkit.operation": "submit",
        "printkit.provider": "uk",
        "server.address": "api.example.com",
        "server.port": 443,
        "url.template": "/Orders/{id}/Status",
    }
    assert span.start_time is not None
    assert span.end_time is not None
    assert span.end_time - span.start_time == 250_000_000


@pytest.mark.parametrize(
    ("event", "said"),
    [
        (attempt(number=3), {"http.request.resend_count": 2}),
        (attempt(status=404), {"error.type": "404", "http.response.status_code": 404}),
        (attempt(status=302), {"http.response.status_code": 302}),
        (attempt(verdict="maybe-sent", status=None, cause="timed-out"), {"error.type": "timed-out"}),
        (attempt(verdict="maybe-sent", status=200, cause="body-cut"), {"error.type": "body-cut", "http.response.status_code": 200}),
        (attempt(where="http://[::1]:8900"), {"server.address": "::1", "server.port": 8900}),
        (attempt(where="http://localhost"), {"server.address": "localhost", "server.port": 80}),
    ],
)
def test_what_a_span_says(backend: Backend, event: Attempt, said: dict[str, Any]) -> None:
    span = the_span(backend, event)
    attributes = dict(span.attributes or {})
    assert said.items() <= attributes.items()
    assert ("error.type" in attributes) is (span.status.status_code is StatusCode.ERROR)
    assert ("error.type" in attributes) is ("error.type" in said)


def test_a_shop_in_this_process_has_no_address(backend: Backend) -> None:
    assert not {"server.address", "server.port"} & (the_span(backend, attempt(where="")).attributes or {}).keys()


def test_a_request_of_ones_own_names_neither_its_path_nor_a_made_up_method(backend: Backend) -> None:
    call = Request("MADEUP-1065", "/Orders/1065", Effect.READS).call
    span = the_span(backend, attempt(request=call))
    assert span.name == "HTTP"
    assert "url.template" not in (span.attributes or {})
    assert "1065" not in repr(span.attributes)


def test_the_durations_have_the_boundaries_that_are_advised(backend: Backend) -> None:
    backend.hook(attempt(seconds=0.3))
    backend.hook(Wait("uk", attempt().request, 1.5, "429"))
    found = backend.metrics()
    [duration], [wait] = found["http.client.request.duration"], found["printkit.wait.duration"]
    assert isinstance(duration, HistogramDataPoint)
    assert (duration.sum, wait.sum) == (0.3, 1.5)
    assert 10.0 in duration.explicit_bounds
    assert max(duration.explicit_bounds) == 10.0
    assert "http.request.resend_count" not in (duration.attributes or {})
    assert (wait.attributes or {})["error.type"] == "429"


def test_outcomes_and_drift_are_counted(backend: Backend) -> None:
    for outcome in ("applied", "applied", "reconciled", "refused", "not-sent", "unknown"):
        backend.hook(Outcome("uk", "submit", outcome))  # type: ignore[arg-type]
    backend.hook(Drift("uk", "order status", "Order 1065 of Tom"))
    where = (("printkit.operation", "submit"),)
    assert backend.counted("printkit.outcomes") == {
        (*where, ("printkit.outcome", outcome), ("printkit.provider", "uk")): count
        for outcome, count in (("applied", 2), ("reconciled", 1), ("refused", 1), ("not-sent", 1), ("unknown", 1))
    }
    assert backend.counted("printkit.outcome_unknown") == {(*where, ("printkit.provider", "uk")): 1}
    assert backend.counted("printkit.drift") == {(("printkit.drift.kind", "order status"), ("printkit.provider", "uk")): 1}


def test_notices_are_counted(backend: Backend) -> None:
    for _ in range(2):
        backend.hook(Notified("uk", "delivered"))
    assert backend.counted("printkit.notices") == {(("printkit.notice.outcome", "delivered"), ("printkit.provider", "uk")): 2}


async def test_a_call_is_told_as_children_of_the_span_it_was_made_in(backend: Backend) -> None:
    async with world() as shop, await kit_at(shop, backend) as kit:
        shop.server.faults.add(Fault(Throttle("1"), method="POST"))
        with backend.tracers.get_tracer("program").start_as_current_span("checkout") as checkout:
            await kit.create_order(NewOrder(TOM, reference="R-1065"))
        first, second, outer = backend.spans.get_finished_spans()
        assert backend.names() == ["POST /Orders", "POST /Orders", "checkout"]
        assert {span.parent.span_id for span in (first, second) if span.parent} == {checkout.get_span_context().span_id}
        assert [dict(span.attributes or {}).get("http.request.resend_count") for span in (first, second)] == [None, 1]
        assert (second.attributes or {})["server.port"] == shop.server.port
        assert outer.start_time <= first.start_time <= first.end_time <= second.start_time <= second.end_time <= outer.end_time  # type: ignore[operator]
        assert not any("R-1065" in span.to_json() or "Tom" in span.to_json() for span in (first, second))


async def test_concurrent_calls_keep_to_their_own_spans(backend: Backend) -> None:
    tracer = backend.tracers.get_tracer("program")

    async def order(kit: PrintKit, name: str) -> int:
        with tracer.start_as_current_span(name) as span:
            await kit.create_order(NewOrder(TOM, reference=name))
            return span.get_span_context().span_id

    async with world() as shop, await kit_at(shop, backend) as kit:
        parents = await asyncio.gather(*(order(kit, f"R{number}") for number in range(5)))
        children = [span.parent.span_id for span in backend.spans.get_finished_spans() if span.name == "POST /Orders" and span.parent]
        assert sorted(children) == sorted(parents)


async def test_an_unknown_outcome_is_counted_and_a_cancelled_attempt_has_its_span(backend: Backend) -> None:
    async with world() as shop, await kit_at(shop, backend) as kit:
        shop.server.faults.add(Fault(CloseBeforeRead(), method="POST"))
        with pytest.raises(OutcomeUnknownError):
            await kit.create_order(NewOrder(TOM, reference="R1"))
        assert sum(backend.counted("printkit.outcome_unknown").values()) == 1
        silent = shop.server.faults.add(Fault(StallAfterCommit(), method="POST"))
        task = asyncio.create_task(kit.create_order(NewOrder(TOM, reference="R2")))
        while not shop.server.faults.taken(silent):  # noqa: ASYNC110 - the shop lives in another task and tells nobody
            await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        last = backend.spans.get_finished_spans()[-1]
        assert (last.name, (last.attributes or {})["error.type"]) == ("POST /Orders", "cancelled")
        assert sum(backend.counted("printkit.outcome_unknown").values()) == 2


def test_a_program_without_opentelemetry_is_told_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def without(name: str, *rest: Any, **more: Any) -> Any:
        if name.partition(".")[0] == "opentelemetry":
            raise ImportError(name)
        return real(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(ConfigError, match=r"printkit\[otel\]"):
        OpenTelemetryHook()


def test_without_providers_the_programs_own_are_used(monkeypatch: pytest.MonkeyPatch, backend: Backend) -> None:
    monkeypatch.setattr(trace, "get_tracer_provider", lambda: backend.tracers)
    OpenTelemetryHook()(attempt())
    assert backend.names() == ["POST /Orders/{id}/Status"]
