"""Decisions about repeating, as tables."""

import json
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given, strategies as st

from printkit.exchange import Response
from printkit.transport.retry import RetryBudget, RetryPolicy, full_jitter, retry_after, throttled

NOW = datetime(2026, 11, 22, 12, 0, 0, tzinfo=UTC)


def asked(text: str, **headers: str) -> float | None:
    return retry_after({"retry-after": text, **headers}, NOW.timestamp())


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("0", 0.0),
        ("120", 120.0),
        (" 7 ", 7.0),
        ("1.5", 1.5),
        ("1e9", 1e9),
        ("Sun, 22 Nov 2026 12:00:30 GMT", 30.0),
        ("Sunday, 22-Nov-26 12:00:30 GMT", 30.0),
        ("Sun Nov 22 12:00:30 2026", 30.0),
        ("Sun, 22 Nov 2026 13:00:30 +0100", 30.0),
        ("Sun, 22 Nov 2026 11:00:00 GMT", 0.0),
        ("Thu, 01 Jan 1970 00:00:00 GMT", 0.0),
        *[(garbage, None) for garbage in ("", "soon", "-1", "+1", "NaN", "nan", "inf", "-inf", "Infinity", "1e400", "9" * 400, "0x10")],
        *[
            (garbage, None)
            for garbage in ("１０", "١٢", "1_000", "1,5", "Sun, 99 Nov 2026 12:00:30 GMT", "Sun, 22 Nov 99999 12:00:30 GMT", "\x00")
        ],
    ],
)
def test_retry_after(text, seconds):
    assert asked(text) == seconds


def test_no_header_asks_for_nothing():
    assert retry_after({}, 0.0) is None


def test_a_date_is_measured_by_the_answers_own_clock():
    assert asked("Sun, 22 Nov 2026 09:00:30 GMT", date="Sun, 22 Nov 2026 09:00:00 GMT") == 30.0
    assert asked("Sun, 22 Nov 2026 12:00:30 GMT", date="yesterday") == 30.0


@given(st.integers(0, 10**9))
def test_whole_seconds_are_read_exactly(seconds):
    assert asked(str(seconds)) == seconds


@given(st.timedeltas(timedelta(days=-3650), timedelta(days=3650)).map(lambda each: timedelta(seconds=each.days * 86400 + each.seconds)))
def test_dates_are_read_exactly(ahead):
    assert asked(format_datetime(NOW + ahead, usegmt=True)) == max(0.0, ahead.total_seconds())


@given(st.text())
def test_no_text_breaks_the_parser(text):
    seconds = asked(text)
    assert seconds is None or 0 <= seconds < float("inf")


@pytest.mark.parametrize(
    ("response", "verdict"),
    [
        (Response(429), True),
        (Response(429, {"retry-after": "soon"}, b"<html>"), True),
        (Response(503, {"retry-after": "1"}, b'{"error": 1}'), True),
        (Response(503, {"retry-after": "Sun, 22 Nov 2026 12:00:30 GMT"}, b" {}"), True),
        (Response(503, {}, b"{}"), False),
        (Response(503, {"retry-after": "soon"}, b"{}"), False),
        (Response(503, {"retry-after": "1"}, b""), False),
        (Response(503, {"retry-after": "1"}, b"[]"), False),
        (Response(503, {"retry-after": "1"}, b"null"), False),
        (Response(503, {"retry-after": "1"}, b"<html>"), False),
        (Response(503, {"retry-after": "1"}, b"\xff{"), False),
        (Response(503, {"retry-after": "1"}, b"[" * 100_000), False),
        (Response(503, {"retry-after": "1"}, b'{"a":' * 100_000), False),
        (Response(503, {"retry-after": "1"}, b'{"a":' + b"9" * 10_000 + b"}"), False),
        (Response(502, {"retry-after": "1"}, b"{}"), False),
        (Response(500, {"retry-after": "1"}, b"{}"), False),
        (Response(200, {"retry-after": "1"}, b"{}"), False),
    ],
)
def test_throttled(response, verdict):
    assert throttled(response) is verdict


@given(st.binary())
def test_no_body_breaks_the_verdict(body):
    assert throttled(Response(503, {"retry-after": "1"}, body)) in {True, False}


@given(st.dictionaries(st.text(), st.integers() | st.text()))
def test_any_json_object_makes_a_503_a_throttle(members):
    assert throttled(Response(503, {"retry-after": "1"}, json.dumps(members).encode()))


def longest(seconds: float) -> float:
    return seconds


@pytest.mark.parametrize(
    ("attempts", "is_throttle", "asked_for", "wait"),
    [
        (1, False, None, 0.5),
        (2, False, None, 1.0),
        (3, False, None, None),
        (4, False, None, None),
        (1, True, None, 1.0),
        (2, True, None, 2.0),
        (1, True, 0.0, 1.0),
        (1, True, 30.0, 30.0),
        (1, True, 60.0, 60.0),
        (1, True, 60.1, None),
        (1, False, 30.0, 30.0),
        (1, False, 61.0, None),
    ],
)
def test_the_wait_before_the_next_attempt(attempts, is_throttle, asked_for, wait):
    assert RetryPolicy().wait(attempts, throttled=is_throttle, retry_after=asked_for, jitter=longest) == wait


def test_waits_are_capped():
    policy = RetryPolicy(attempts=10_000)
    assert [policy.wait(n, throttled=False, retry_after=None, jitter=longest) for n in (5, 6, 7, 9_999)] == [8.0, 16.0, 20.0, 20.0]


@given(st.integers(1, 50), st.booleans(), st.floats(0, 60))
def test_no_wait_is_shorter_than_was_asked(attempts, is_throttle, asked_for):
    wait = RetryPolicy(attempts=100).wait(attempts, throttled=is_throttle, retry_after=asked_for, jitter=full_jitter)
    assert wait is not None
    assert asked_for <= wait <= max(asked_for, 20.0)


@given(st.lists(st.sampled_from(["fail", "throttle", "succeed"])))
def test_the_budget_stays_within_its_bounds(calls):
    budget = RetryBudget()
    for call in calls:
        if call == "succeed":
            budget.refund()
        else:
            budget.spend(throttled=call == "throttle")
        assert 0 <= budget.tokens <= 500


def test_what_retries_cost():
    budget = RetryBudget(20)
    assert budget.spend(throttled=False) == 14
    assert budget.spend(throttled=False) is None
    assert budget.spend(throttled=True) == 5
    assert budget.spend(throttled=True) is None
    assert budget.tokens == 1
    budget.refund(14)
    budget.refund()
    assert budget.tokens == 16
