"""The JSON form of what commands print: orders, reports, errors. Knows neither commands nor terminals.

Statuses are their words, times ISO 8601, money text, an order's reference ``connection:id``. What a shop answered, and files' bytes,
are left out.
"""

import json
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from cattrs import Converter
from cattrs.gen import make_dict_unstructure_fn, override

from ..errors import (
    ConflictError,
    InvalidRequestError,
    OutcomeUnknownError,
    PrintKitError,
    ProviderError,
    RateLimitedError,
    RejectedError,
)
from ..model import Artwork, Order, OrderRef
from ..outcomes import ReconcileHandle


def _isoformat(time: datetime) -> str:
    return time.isoformat()


def _build() -> Converter:
    converter = Converter()
    converter.register_unstructure_hook(Decimal, str)
    converter.register_unstructure_hook(datetime, _isoformat)
    converter.register_unstructure_hook(Path, str)
    converter.register_unstructure_hook(OrderRef, str)
    left_out = override(omit=True)
    converter.register_unstructure_hook(Artwork, make_dict_unstructure_fn(Artwork, converter, data=left_out, stream=left_out))
    converter.register_unstructure_hook(Order, make_dict_unstructure_fn(Order, converter, body=left_out))  # after what is inside it
    return converter


_CONVERTER = _build()


def as_document(value: object) -> Any:
    """What ``json.dumps`` writes, for one of printkit's values or a collection of them."""
    return json.loads(value.to_json()) if isinstance(value, ReconcileHandle) else _CONVERTER.unstructure(value)


def as_json(value: object, *, lines: bool = False) -> str:
    """A JSON document, or one line of JSON Lines. ASCII only: nothing in it can steer a terminal."""
    return json.dumps(as_document(value), indent=None if lines else 2)


def error_document(error: PrintKitError, hint: str | None = None) -> dict[str, Any]:
    """All that an error knows: what programs decide by first, then the details that this kind of error has."""
    return {
        "type": type(error).__name__,
        "message": error.message,
        "provider": error.provider,
        "operation": error.operation,
        "retryable": error.retryable,
        "order": as_document(error.order),
        "request_id": error.request_id,
        "exchange": error.exchange,
        **_details(error),
        **({"hint": hint} if hint else {}),
    }


def _details(error: PrintKitError) -> dict[str, Any]:
    match error:
        case InvalidRequestError():
            return {"problems": as_document(error.problems)}
        case OutcomeUnknownError():
            return {"phase": error.phase, "status": error.status, "handle": as_document(error.handle)}
        case ProviderError():
            return {"status": error.status, "sent": error.sent, **_of_refusal(error)}
        case _:
            return {}


def _of_refusal(error: ProviderError) -> dict[str, Any]:
    match error:
        case RejectedError(report=report) if report is not None:
            return {"problems": as_document(report.problems)}
        case ConflictError():
            return {name: as_document(value) for name, value in _of_conflict(error).items()}
        case RateLimitedError():
            return {"retry_after": error.retry_after}
        case _:
            return {}


def _of_conflict(error: ConflictError) -> dict[str, object]:
    return {"order_status": error.order_status, "allowed_in": error.allowed_in, "existing": error.existing}
