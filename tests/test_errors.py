"""The tree of errors: who is whose child, that they travel between processes whole, and that they always say something."""

import builtins
import copy
import inspect
import pickle
from datetime import UTC, datetime
from typing import Any

import pytest

from printkit import OrderRef, OrderStatus, ValidationReport, errors
from printkit.errors import (
    AuthenticationError,
    ConfigError,
    ConflictError,
    FieldProblem,
    InvalidRequestError,
    NotFoundError,
    NotSentError,
    OutcomeUnknownError,
    PrintKitError,
    ProviderDownError,
    ProviderError,
    RateLimitedError,
    RejectedError,
    TransportError,
    UnreadableAnswerError,
    UnsupportedOperationError,
)
from printkit.outcomes import ReconcileHandle
from printkit.provider import Capability

TREE = {
    PrintKitError: Exception,
    ConfigError: PrintKitError,
    InvalidRequestError: PrintKitError,
    UnsupportedOperationError: InvalidRequestError,
    ProviderError: PrintKitError,
    AuthenticationError: ProviderError,
    NotFoundError: ProviderError,
    RejectedError: ProviderError,
    ConflictError: ProviderError,
    RateLimitedError: ProviderError,
    ProviderDownError: ProviderError,
    UnreadableAnswerError: ProviderError,
    TransportError: PrintKitError,
    NotSentError: TransportError,
    OutcomeUnknownError: PrintKitError,
}
RETRYABLE = {RateLimitedError, ProviderDownError, UnreadableAnswerError, TransportError, NotSentError}
TIME = datetime(2026, 1, 5, tzinfo=UTC)
HANDLE = ReconcileHandle(
    id="h", provider="uk", kind="pwinty", environment="live", account="a", operation="submit", step="status", lock="order:9", order="9",
    sent_at=TIME, settle_until=TIME, attempts=2, phase="unreadable-answer", status=500,
)  # fmt: skip


def all_errors() -> list[type[PrintKitError]]:
    return [each for _, each in inspect.getmembers(errors, inspect.isclass) if issubclass(each, PrintKitError)]


@pytest.mark.parametrize("kind", TREE, ids=lambda kind: kind.__name__)
def test_the_tree(kind: type[PrintKitError]) -> None:
    assert kind.__bases__ == (TREE[kind],)


def test_the_tree_that_is_drawn_names_every_error() -> None:
    drawn = inspect.getdoc(errors) or ""
    assert {kind.__name__ for kind in all_errors() if kind.__name__ not in drawn} == set()


def test_which_may_be_called_again() -> None:
    assert {kind for kind in TREE if kind.retryable} == RETRYABLE
    assert not OutcomeUnknownError(HANDLE, "x").retryable


def test_no_wrapper_that_repeats_what_timed_out_repeats_an_unknown_outcome() -> None:
    assert issubclass(OutcomeUnknownError, PrintKitError)
    for foreign in (TimeoutError, ConnectionError, OSError, TransportError, ProviderError, builtins.EOFError):
        assert not issubclass(OutcomeUnknownError, foreign)
    for kind in all_errors():
        assert not issubclass(kind, OSError | ValueError | RuntimeError | LookupError)


def samples() -> list[PrintKitError]:
    common: dict[str, Any] = {"provider": "uk", "operation": "submit", "request_id": "r-1", "exchange": "POST /Orders -> 500"}
    plain = [kind("it went wrong", **common) for kind in (PrintKitError, ConfigError, TransportError, NotSentError)]
    of_shop = [kind("no", status=400, sent=False, **common) for kind in TREE if issubclass(kind, ProviderError)]
    rejected = RejectedError("not valid")
    rejected.report = ValidationReport(ok=False)
    conflict = ConflictError("too late")
    conflict.order_status, conflict.allowed_in, conflict.existing = OrderStatus.SUBMITTED, ("a",), OrderRef("uk", "8")
    limited = RateLimitedError("slowly")
    limited.retry_after = 7.5
    with_order = NotSentError("nothing was sent")
    with_order.order = OrderRef("uk", "9")
    with_order.retryable = False
    problems = [FieldProblem("recipient.name", "is empty"), FieldProblem("photos[2].copies", "is 0")]
    return [
        *plain,
        *of_shop,
        rejected,
        conflict,
        limited,
        with_order,
        InvalidRequestError(problems, provider="uk", operation="create_order"),
        UnsupportedOperationError("pwinty", Capability.HOLD_ORDER, "there is no such thing"),
        OutcomeUnknownError(HANDLE, "it may have happened"),
    ]


@pytest.mark.parametrize("error", samples(), ids=lambda error: type(error).__name__)
def test_errors_travel_whole(error: PrintKitError) -> None:
    error.add_note("seen at noon")
    for other in (pickle.loads(pickle.dumps(error)), copy.copy(error), copy.deepcopy(error)):  # noqa: S301 - our own
        assert type(other) is type(error)
        assert vars(other) == vars(error)
        assert other.args == error.args
        assert str(other) == str(error)
        assert (other.retryable, other.order, other.__notes__) == (error.retryable, error.order, error.__notes__)


@pytest.mark.parametrize("error", samples(), ids=lambda error: type(error).__name__)
def test_errors_say_whose_they_are(error: PrintKitError) -> None:
    text = str(error)
    assert error.message in text
    for part in (error.provider, error.operation, error.request_id, error.exchange):
        assert part is None or part in text


@pytest.mark.parametrize(
    "kind", [kind for kind in TREE if kind not in {OutcomeUnknownError, UnsupportedOperationError, InvalidRequestError}]
)
def test_no_error_is_silent(kind: type[PrintKitError]) -> None:
    assert str(kind(""))
    assert str(InvalidRequestError([]))


def test_an_invalid_request_lists_everything() -> None:
    problems = [FieldProblem("a", "is empty"), FieldProblem("b", "is odd")]
    error = InvalidRequestError(iter(problems))
    assert error.problems == tuple(problems)
    assert str(error) == "a: is empty; b: is odd"


def test_an_unsupported_operation_names_the_capability() -> None:
    error = UnsupportedOperationError("pwinty", Capability.HOLD_ORDER, "there is no hold")
    assert (error.provider, error.capability, error.why) == ("pwinty", Capability.HOLD_ORDER, "there is no hold")
    assert "set_status(ON_HOLD)" in str(error)


def test_an_unknown_outcome_tells_all_of_its_handle() -> None:
    error = OutcomeUnknownError(HANDLE, "it may have happened")
    assert (error.provider, error.operation, error.order) == ("uk", "submit", OrderRef("uk", "9"))
    assert (error.phase, error.attempts, error.status, error.sent_at, error.settle_until) == ("unreadable-answer", 2, 500, TIME, TIME)
