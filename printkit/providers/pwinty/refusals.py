"""What Pwinty's refusals mean, also those inside of a 2xx answer. No I/O; knows no order."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeGuard, TypeVar

from ...errors import AuthenticationError, ConflictError, NotFoundError, ProviderError, RejectedError, UnreadableAnswerError
from ...exchange import Response
from . import wire

if TYPE_CHECKING:
    from .translate import Scope

T = TypeVar("T")

_ERROR_OF: Mapping[int, type[ProviderError]] = {401: AuthenticationError, 403: ConflictError, 404: NotFoundError}


def refusal(response: Response, scope: "Scope") -> ProviderError:
    """The error for an answer that is not 2xx. The body is never read as the item it resembles (reference 12.10)."""
    words = _said(response) or response.body[:8192].decode(errors="replace").strip()
    return _ERROR_OF.get(response.status, RejectedError)(scope.clean(words) or f"HTTP {response.status}", status=response.status)


def is_refusal(message: Any) -> TypeGuard[str]:
    """Whether an ``errorMessage`` says that something failed."""
    return isinstance(message, str) and message != ""


def refuse_inner_error(message: Any, status: int, scope: "Scope") -> None:
    """Raise when a 2xx answer says in ``errorMessage`` that it failed (reference 12.9)."""
    if is_refusal(message):
        raise RejectedError(scope.clean(message), status=status)


def reading(accept: Callable[[Response], T], response: Response, scope: "Scope") -> T:
    """What ``accept`` reads from a 2xx answer.

    Raises:
        RejectedError: the answer has another shape and says what went wrong (reference 12.9).
        UnreadableAnswerError: it has another shape and says nothing.
    """
    try:
        return accept(response)
    except UnreadableAnswerError as error:
        unreadable = error
    message = _said(response)
    raise RejectedError(scope.clean(message), status=response.status) if message else unreadable


def _said(response: Response) -> str:
    try:
        answer = wire.read_said(response.body)
    except UnreadableAnswerError:
        return ""
    for message in (answer.error_message, answer.error, answer.message, answer.capital_message):
        if is_refusal(message):
            return message
    return ""
