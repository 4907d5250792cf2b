"""Members of Pwinty's answers whose form varies: attributes, copies, times, prices. Each for itself; knows no order."""

from datetime import UTC, datetime
from decimal import Context, Decimal
from functools import lru_cache
from typing import Any

from ...errors import UnreadableAnswerError
from ...lenient import members
from ...model import Money

_EXACT = Context(prec=28)
"""Prices are read and sent to the last penny, whatever the caller computes with at that moment."""


def attributes(given: Any) -> dict[str, str]:
    """Attributes may be null, ``{}`` or ``[]`` (reference 12.27)."""
    return {name: str(value) for name, value in members(given).items()} if given else {}


def are_texts(given: Any) -> bool:
    """Whether attributes are texts already. Of anything else text has yet to be made, and lists in lists may be too deep for that."""
    return all(isinstance(value, str) for value in members(given).values())


def copies(given: int | str) -> int:
    """A string in the seed's samples and an integer in recordings (reference 6.3).

    Raises:
        UnreadableAnswerError: it is no number.
    """
    try:
        return int(given)
    except ValueError:
        pass
    raise UnreadableAnswerError("the answer is not what Pwinty documents: copies is not a number")


def moment(given: Any) -> datetime | None:
    """Every documented form; without a zone it is UTC (reference 12.18)."""
    if not isinstance(given, str):
        return None
    try:
        time = datetime.fromisoformat(given)
        return time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def minor_money(given: Any, currency: str | None) -> Money | None:
    """Pwinty's prices are whole pence or cents (seed 004)."""
    if type(given) is int:
        return _whole_money(given, currency)
    return _scaled(given, currency) if isinstance(given, Decimal) else None


def _scaled(amount: Decimal, currency: str | None) -> Money | None:
    try:
        return Money(amount.scaleb(-2, _EXACT), currency)
    except (ValueError, ArithmeticError):
        return None


def in_minor(price: Money) -> Decimal:
    """The same in pence or cents."""
    return price.amount.scaleb(2, _EXACT)


@lru_cache(maxsize=1024)
def _whole_money(amount: int, currency: str | None) -> Money | None:
    """The same few prices come again and again."""
    return _scaled(Decimal(amount), currency)
