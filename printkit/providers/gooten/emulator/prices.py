"""What an order costs: lines, parcels, discounts, and their sums, in the order's currency. Refuses to change anything.

Rules: reference/gooten-api.md sections 8.2 and 13. Every price is converted before it is multiplied, so that sums add up.
"""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import final

from attrs import frozen

from .catalogue import METHODS, Method, Product, Variant
from .money import Currency
from .options import Coupon
from .state import Item, Order


@final
@frozen
class Line:
    """So many pieces of one thing, to be sent in one way."""

    product: Product
    variant: Variant
    quantity: int
    method: Method | None
    sku: str = ""
    """As the caller spelled it, where that is not the variant's own."""


def line_of(item: Item) -> Line:
    """An order's item as a line."""
    return Line(item.product, item.variant, item.quantity, item.method)


def unit_price(line: Line, currency: Currency, *, partner: bool = False) -> Decimal:
    """One piece."""
    return currency.from_dollars(line.variant.partner_price if partner else line.variant.price)


def line_price(line: Line, currency: Currency, *, partner: bool = False) -> Decimal:
    """All pieces of a line."""
    return unit_price(line, currency, partner=partner) * line.quantity


def items_price(lines: Iterable[Line], currency: Currency, *, partner: bool = False) -> Decimal:
    """All lines."""
    return sum((line_price(line, currency, partner=partner) for line in lines), Decimal(0))


def parcels(lines: Iterable[Line]) -> dict[tuple[int, Method | None], list[Line]]:
    """The lines that travel together: of one product and one method."""
    found: dict[tuple[int, Method | None], list[Line]] = {}
    for line in lines:
        found.setdefault((line.product.id, line.method), []).append(line)
    return found


def parcel_price(lines: Sequence[Line], method: Method, currency: Currency, *, partner: bool = False) -> Decimal:
    """What sending these lines together costs."""
    pieces = sum(line.quantity for line in lines)
    return currency.from_dollars(lines[0].product.rates[method].of(pieces, partner=partner))


def shipping_price(lines: Iterable[Line], currency: Currency, *, partner: bool = False) -> Decimal:
    """What sending all lines costs; those without a method go by standard."""
    found = parcels(lines)
    return sum(
        (parcel_price(each, method or "Standard", currency, partner=partner) for (_, method), each in found.items()),
        Decimal(0),
    )


def methods_to(country: str) -> tuple[Method, ...]:
    """How things can be sent there: overnight inside the US only (reference 13.3)."""
    return METHODS if country.strip().upper() == "US" else ("Standard", "Expedited")


def discount(coupon: Coupon, items: Decimal, currency: Currency) -> Decimal:
    """What a coupon takes off a sum of items; nothing below its least amount."""
    if items < currency.from_dollars(coupon.least):
        return Decimal(0)
    return min(items, currency.from_dollars(coupon.dollars) + currency.rounded(items * coupon.percent / 100))


def best(coupons: Iterable[Coupon], items: Decimal, currency: Currency) -> tuple[Coupon | None, Decimal]:
    """The coupon that takes most off, and how much."""
    found: tuple[Coupon | None, Decimal] = (None, Decimal(0))
    for coupon in coupons:
        amount = discount(coupon, items, currency)
        if amount > found[1]:
            found = coupon, amount
    return found


def shipping_total(order: Order) -> Decimal:
    """What sending the order costs; cancelled items stay in the sums, as they do in Gooten's own bodies."""
    return shipping_price(map(line_of, order.items), order.currency)


def total(order: Order) -> Decimal:
    """All lines and shipping, less the discount."""
    return items_price(map(line_of, order.items), order.currency) + shipping_total(order) - order.discount
