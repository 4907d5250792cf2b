"""Members of Gooten's answers whose form varies: prices and truth values. Lenient, and each for itself; knows no order."""

from decimal import Decimal
from typing import Any, Final

from ...lenient import members, text
from ...making import make_money
from ...model import Money

_TOO_MUCH: Final = Decimal(10) ** 12
_TOO_LITTLE: Final = -_TOO_MUCH


def money(given: Any) -> Money | None:
    """A PriceInfo (reference 6.1), with the scale it came with."""
    found = members(given)
    price = found.get("Price")
    if type(price) is int:
        price = Decimal(price)
    if not isinstance(price, Decimal) or not price.is_finite() or not _TOO_LITTLE < price < _TOO_MUCH:
        return None
    return make_money(price, text(found.get("CurrencyCode")))


def is_no_failure(had_error: Any) -> bool:
    """Absent, null, ``false`` or the text of it."""
    return had_error is None or had_error is False or (isinstance(had_error, str) and had_error.lower() == "false")


def is_true(given: Any) -> bool:
    """``true``, or the text of it."""
    return given is True or (isinstance(given, str) and given.lower() == "true")
