"""Every exception printkit raises. Holds plain words and numbers only: never a URL, a header, a body or another library's exception.

::

    PrintKitError                       provider, operation, request_id, retryable, exchange
      ConfigError                       the settings are wrong
      InvalidRequestError               refused here, before any request; lists every problem with its path
        UnsupportedOperationError       this shop cannot do it in any status
      ProviderError                     the shop refused, or its documented rules do
        AuthenticationError             credentials missing or wrong
        NotFoundError                   no such order, item or resource
        RejectedError                   the shop refuses what was asked
        ConflictError                   not possible in the present status
        RateLimitedError                too many requests; says how long to wait
        ProviderDownError               reads only: the shop answers with server errors
        UnreadableAnswerError           reads only: an answer came and makes no sense
      TransportError                    no answer came, and nothing can have happened
        NotSentError                    the request never left
      OutcomeUnknownError               a write may have happened: reconcile, do not repeat
      StillWaitingError                 what was waited for has not come in time; nothing is wrong yet
      RunStoppedError                   a bulk run cannot go on; nothing is lost
      JournalError                      the journal of a bulk run cannot be used; nothing is sent that it has not noted

``OutcomeUnknownError`` is not a ``TransportError``, nor related to ``TimeoutError`` or ``ConnectionError``, so that wrappers
that retry those leave it alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, final

from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from .bulk.results import Report
    from .model import OrderRef, OrderStatus, RefusedItem, ValidationReport
    from .outcomes import ReconcileHandle
    from .provider import Capability


class PrintKitError(Exception):
    """The root of everything printkit raises.

    Attributes:
        provider: the connection's name, None where no provider was involved.
        operation: the verb, such as ``submit``.
        request_id: the shop's own name for the failed request, when it gave one.
        exchange: the request and its answer in a form that may be printed: method, URL template, status.
        order: the order that was at hand or had been created, when there is one.
        retryable: True when calling the same verb again later may succeed and cannot do anything twice.
    """

    retryable = False
    order: OrderRef | None = None

    def __init__(
        self,
        message: str,
        *,
        provider: str | None = None,
        operation: str | None = None,
        request_id: str | None = None,
        exchange: str | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.provider = provider
        self.operation = operation
        self.request_id = request_id
        self.exchange = exchange

    def __str__(self) -> str:
        where = " ".join(word for word in (self.provider, self.operation) if word)
        said = self.message or type(self).__name__
        what = f"{where}: {said}" if where else said
        details = "; ".join(detail for detail in (self.exchange, f"request id {self.request_id}" if self.request_id else None) if detail)
        return f"{what} [{details}]" if details else what

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (type(self), self.args, self.__dict__)


def _rebuild(cls: type[PrintKitError], args: tuple[Any, ...], state: dict[str, Any]) -> PrintKitError:
    error = cls.__new__(cls, *args)
    error.args = args
    error.__dict__.update(state)
    return error


class ConfigError(PrintKitError):
    """A setting is missing or wrong. The message names the setting, where it came from, and the fix."""


@final
@frozen
class FieldProblem:
    """One thing wrong with what the caller gave: where, and what to do about it."""

    path: str
    """Such as ``recipient.country`` or ``photos[2].copies``."""
    text: str

    def __str__(self) -> str:
        return f"{self.path}: {self.text}"


class InvalidRequestError(PrintKitError):
    """Refused here, before any request: nothing was sent. ``problems`` lists everything wrong at once."""

    def __init__(self, problems: Iterable[FieldProblem], *, provider: str | None = None, operation: str | None = None) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(map(str, self.problems)), provider=provider, operation=operation)


class UnsupportedOperationError(InvalidRequestError):
    """The shop has no way to do this, in any status. Nothing was sent."""

    def __init__(self, provider: str, capability: Capability, why: str) -> None:
        self.capability = capability
        self.why = why
        super().__init__([FieldProblem(capability.value, f"not supported: {why}")], provider=provider)


class ProviderError(PrintKitError):
    """The shop refused, or its documented rules do.

    Attributes:
        status: the HTTP status, None when the refusal was made here.
        sent: False when the refusal was made here, from the shop's documented rules, without a request.
    """

    def __init__(
        self,
        message: str,
        *,
        status: int | None = None,
        sent: bool = True,
        provider: str | None = None,
        operation: str | None = None,
        request_id: str | None = None,
        exchange: str | None = None,
    ) -> None:
        super().__init__(message, provider=provider, operation=operation, request_id=request_id, exchange=exchange)
        self.status = status
        self.sent = sent


class AuthenticationError(ProviderError):
    """The shop does not accept the credentials. Calling again with the same ones will not help."""


class NotFoundError(ProviderError):
    """There is no such order, item or resource in this account and environment."""


class RejectedError(ProviderError):
    """The shop read the request and refuses it.

    Attributes:
        report: the shop's validation report, when that is the reason.
        refused: item by item, where the answer speaks of them.
    """

    report: ValidationReport | None = None
    refused: tuple[RefusedItem, ...] = ()


class ConflictError(ProviderError):
    """Not possible in the present status.

    Attributes:
        order_status: what the order or item is now, when known.
        allowed_in: the shop's own status words in which it would be possible.
        existing: the order that stands in the way, when another one does.
    """

    order_status: OrderStatus | None = None
    allowed_in: tuple[str, ...] = ()
    existing: OrderRef | None = None


class RateLimitedError(ProviderError):
    """The shop asks to wait longer than the deadline allows. Nothing was done; ``retry_after`` is in seconds, None when it did not say."""

    retryable = True
    retry_after: float | None = None


class ProviderDownError(ProviderError):
    """A read was answered with server errors until the attempts were used up."""

    retryable = True


class UnreadableAnswerError(ProviderError):
    """A read was answered with something that is not what the shop documents. On a write this becomes ``OutcomeUnknownError``."""

    retryable = True


class TransportError(PrintKitError):
    """No answer came and nothing can have happened: the request only reads, or never left."""

    retryable = True


class NotSentError(TransportError):
    """The request never left this machine, so the shop knows nothing of it.

    Attributes:
        in_line: it only waited here for its turn, longer than its deadline: for the account's rate or a free slot, or for another write
            to the same order. That says nothing of the shop.
    """

    in_line: bool = False


class StillWaitingError(PrintKitError):
    """What was waited for has not come in time. ``order`` says which order; waiting again is harmless."""

    retryable = True


class OutcomeUnknownError(PrintKitError):
    """A write was sent and nobody can say yet whether the shop acted on it. Do not repeat it: ``await kit.reconcile(error.handle)``.

    Attributes:
        handle: all that ``reconcile`` needs, JSON-able and free of secrets; also in another process, a day later.
        phase: ``awaiting-answer``, ``reading-answer``, ``unreadable-answer`` or ``cancelled``.
        attempts: how often the request left.
        sent_at: when it left last (aware, UTC).
        settle_until: from then on, not finding the effect proves that there is none (aware, UTC).
        status: the HTTP status of an unreadable answer, else None.
    """

    def __init__(self, handle: ReconcileHandle, message: str) -> None:
        super().__init__(message, provider=handle.provider, operation=handle.operation)
        self.order = handle.ref
        self.handle = handle
        self.phase: str = handle.phase
        self.attempts: int = handle.attempts
        self.sent_at: datetime = handle.sent_at
        self.settle_until: datetime = handle.settle_until
        self.status: int | None = handle.status


class RunStoppedError(PrintKitError):
    """A bulk run cannot go on: the key is refused, the shop does not answer, or the journal cannot be written. Nothing is lost.

    A run with a journal goes on when it is applied again with the same journal. Without one, every change that was taken has had
    its result; the rest of the input was not touched.

    Attributes:
        report: what came of the run until then.
    """

    report: Report | None = None


class JournalError(PrintKitError):
    """The journal of a bulk run cannot be used: its file, or what it holds. Nothing is sent that it has not noted."""
