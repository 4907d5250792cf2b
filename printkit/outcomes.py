"""What can be known of a write, and the handle by which to find out: plain values for any process. Knows no shop, sends nothing."""

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Generic, TypeVar, final, get_args

from attrs import field, frozen

from .errors import FieldProblem, InvalidRequestError
from .filling import filling
from .model import OrderRef

T = TypeVar("T")

Json = Any
"""What ``json.dumps`` writes: None, booleans, numbers, text, lists and dicts with text keys."""


@final
@frozen
class Applied(Generic[T]):
    """The shop did it. ``value`` is what it did it to: mostly the order."""

    value: T


@final
@frozen
class NotApplied:
    """The shop did not do it, and will not any more."""

    why: str
    existing: OrderRef | None = None
    """Another order that stands in the way for good."""


@final
@frozen
class Unknown:
    """Nobody can say yet. Look again at ``not_before``; None means that time alone will not tell, and somebody has to look."""

    why: str
    not_before: datetime | None = None


@final
@frozen
class Absent:
    """A look-up found no trace, or not of everything. Proves something only after the settle window."""

    why: str
    left: Json = None
    """The part of what was meant that is not there, in the form of ``meant``; None for all of it."""


Found = Applied[T] | Absent | NotApplied | Unknown
"""What one look-up may say. NotApplied and Unknown are final; Absent is weighed against the settle window."""


@final
@frozen(kw_only=True)
class ReconcileHandle:
    """All that is needed to find out what became of one write, also in another process a day later.

    Free of secrets, JSON-able. ``meant`` holds what was sent, and so may hold a recipient's address: it is not printed.
    """

    id: str
    """Of this write, unlike any other's."""
    provider: str
    """The connection's name."""
    kind: str
    """The kind of shop."""
    environment: str
    account: str
    """A digest that tells accounts apart and gives none away."""
    operation: str
    """The verb."""
    step: str
    """Which write of the verb."""
    lock: str
    """What it locked while it was under way."""
    order: str | None = None
    """The order's id at the shop, once it has one."""
    key: str | None = None
    """The order's reference."""
    meant: Json = field(default=None, repr=False)
    preimage: Json = field(default=None, repr=False)
    """What the shop had before."""
    sent_at: datetime
    settle_until: datetime
    attempts: int = 0
    phase: str = "awaiting-answer"
    status: int | None = None
    cause: str | None = None

    @property
    def ref(self) -> OrderRef | None:
        """The order's reference in printkit, once it has an id."""
        return OrderRef(self.provider, self.order) if self.order else None

    def to_json(self) -> str:
        """One line of JSON that ``from_json`` reads."""
        values = {name: getattr(self, name) for name in _HANDLE_FIELDS}
        return json.dumps(values | {name: values[name].isoformat() for name in _HANDLE_TIMES}, default=str)

    @classmethod
    def from_json(cls, text: str) -> "ReconcileHandle":
        """Read what ``to_json`` wrote.

        Raises:
            InvalidRequestError: it is not a handle.
        """
        try:
            values = json.loads(text)
            values |= {name: datetime.fromisoformat(values[name]) for name in _HANDLE_TIMES}
            if all(values[name].tzinfo for name in _HANDLE_TIMES) and all(
                _fits(value, _HANDLE_FIELDS[name]) for name, value in values.items()
            ):
                return cls(**values)
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            pass
        raise InvalidRequestError([FieldProblem("handle", "is not what ReconcileHandle.to_json() wrote")])


make_handle = filling(ReconcileHandle)[0]
_HANDLE_FIELDS: Mapping[str, Any] = ReconcileHandle.__annotations__
_HANDLE_TIMES = ("sent_at", "settle_until")


def _fits(value: object, kind: Any) -> bool:
    return kind is Any or type(value) in (get_args(kind) or (kind,))


def digest(*parts: str) -> str:
    """A short name for an account, the same in every process, that gives nothing away."""
    return hashlib.sha256("\x00".join(parts).encode()).hexdigest()[:16]
