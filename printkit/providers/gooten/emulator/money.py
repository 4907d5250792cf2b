"""Amounts as Gooten writes them: currencies, their formats, conversion at fixed rates. Knows nothing of what costs what.

Form: reference/gooten-api.md section 6.1. The rates are ours and never change.
"""

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Final, final

from attrs import frozen

Json = dict[str, object]


@final
@frozen
class Currency:
    """One currency that prices are shown in."""

    code: str
    name: str
    format: str
    per_dollar: Decimal
    digits: int = 2
    paid_in: bool = True
    """Whether an order can be in it; ``POST orders`` refused what the other calls took (reference 5.2)."""

    def from_dollars(self, amount: Decimal) -> Decimal:
        """The amount in this currency, rounded to its digits."""
        return self.rounded(amount * self.per_dollar)

    def rounded(self, amount: Decimal) -> Decimal:
        """The amount with this currency's digits."""
        return amount.quantize(Decimal(1).scaleb(-self.digits), ROUND_HALF_UP)

    def written(self, amount: Decimal) -> Json:
        """A PriceInfo."""
        rounded = self.rounded(amount)
        return {
            "Price": rounded,
            "CurrencyCode": self.code,
            "FormattedPrice": self.format.replace("{1}", f"{rounded:f}"),
            "CurrencyFormat": self.format,
            "CurrencyDigits": self.digits,
        }


CURRENCIES: Final[Mapping[str, Currency]] = {
    each.code: each
    for each in (
        Currency("USD", "US Dollar", "${1}", Decimal(1)),
        Currency("EUR", "Euro", "{1} €", Decimal("0.90")),
        Currency("GBP", "British Pound", "£{1}", Decimal("0.80")),
        Currency("CAD", "Canadian Dollar", "C${1}", Decimal("1.35")),
        Currency("AUD", "Australian Dollar", "A${1}", Decimal("1.50")),
        Currency("NZD", "New Zealand Dollar", "NZ${1}", Decimal("1.65")),
        Currency("CHF", "Swiss Franc", "CHF {1}", Decimal("0.90")),
        Currency("SEK", "Swedish Krona", "{1} kr", Decimal("10.50")),
        Currency("NOK", "Norwegian Krone", "kr {1}", Decimal("10.60")),
        Currency("DKK", "Danish Krone", "{1} kr.", Decimal("6.70")),
        Currency("PLN", "Polish Zloty", "{1} zł", Decimal("4.00")),
        Currency("JPY", "Japanese Yen", "¥{1}", Decimal(150), 0),
        Currency("ZAR", "South African Rand", "R{1}", Decimal(18)),
        Currency("RSD", "Serbian Dinar", "{1} RSD", Decimal(105), paid_in=False),
    )
}

DOLLAR: Final = CURRENCIES["USD"]


def currency(code: str) -> Currency | None:
    """The currency of this code, whatever its case; no code means dollars."""
    return CURRENCIES.get(code.strip().upper()) if code.strip() else DOLLAR


def converted(amount: Decimal, source: Currency, target: Currency) -> Decimal:
    """An amount in another currency."""
    return target.from_dollars(amount / source.per_dollar)
