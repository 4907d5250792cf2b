"""The operations that say what something would cost: estimates, shipping options, conversion. Knows no orders.

Rules: reference/gooten-api.md section 13.
"""

import re
from decimal import Decimal
from typing import Final

from . import accounts, prices
from .calls import Call
from .catalogue import BUSINESS_DAYS, CATALOGUE, METHOD_IDS, Method
from .countries import supported
from .money import DOLLAR, Currency, Json, converted, currency
from .options import Coupon
from .prices import Line
from .refusals import bad
from .state import Workshop
from .submission import coupon_codes, read_method, read_quantity, read_sku
from .values import Fields

_AMOUNT: Final = re.compile(r"\s*[0-9]{1,12}(\.[0-9]{1,8})?\s*", re.ASCII)
_WAYS: Final = ("ShipType", "ShipCarrierMethodId")


def currency_asked(said: Fields, name: str) -> Currency:
    """The currency that was asked for; one that is not known is noted."""
    code = said.text(name)
    found = currency(code)
    if found is None:
        said.wrong(name[:1].upper() + name[1:], f"Currency '{code}' is not supported.", code)
    return found or DOLLAR


def _country(said: Fields, name: str) -> str:
    given = said.needed(name)
    if given.strip() and not supported(given):
        said.wrong(name, f"Country '{given}' is not supported.", given)
    return given


def _lines(workshop: Workshop, call: Call, said: Fields, country: str) -> list[Line]:
    parts = said.parts("Items")
    if not parts:
        said.wrong("Items", "'Items' should not be empty.")
    return [line for part in parts if (line := _line(workshop, call, part, country)) is not None]


def _line(workshop: Workshop, call: Call, part: Fields, country: str) -> Line | None:
    quantity = read_quantity(part)
    method = read_method(part, country) if any(part.text(name).strip() for name in _WAYS) else None
    found = read_sku(workshop, call.account, part, "SKU")
    return None if found is None else Line(found[0], found[1], quantity, method, part.text("SKU").strip())


def estimate(workshop: Workshop, call: Call) -> Json:
    """``POST priceestimate``: what the customer pays. No tax is ever said, as in the recorded body."""
    said = call.said("Order")
    address, payment = said.part("ShipToAddress"), said.part("Payment")
    if address is None:
        said.wrong("ShipToAddress", "'Ship To Address' should not be empty.")
    country = _country(address, "CountryCode") if address is not None else ""
    shown = currency_asked(payment, "CurrencyCode") if payment is not None else DOLLAR
    lines = _lines(workshop, call, said, country)
    sent = coupon_codes(said)
    said.done()
    items = prices.items_price(lines, shown)
    sendable = all(line.method is not None for line in lines)
    found = [_coupon(workshop, code, items, shown) for code in sent]
    return {
        "Items": shown.written(items),
        "Shipping": shown.written(prices.shipping_price(lines, shown)) if sendable else None,
        "HadCouponApply": any(bool(each["HadCouponApply"]) for each in found),
        **({"Coupons": found} if found else {}),
        "HadError": False,
    }


def _coupon(workshop: Workshop, code: str, items: Decimal, shown: Currency) -> Json:
    known = next((each for each in workshop.options.coupons if each.code.lower() == code.strip().lower()), None)
    savings = Decimal(0) if known is None else prices.discount(known, items, shown)
    return {
        "CouponSavings": shown.written(savings),
        "CouponInfo": _coupon_info(known or Coupon(code), shown),
        "HadCouponApply": savings > 0,
    }


def _coupon_info(coupon: Coupon, shown: Currency) -> Json:
    return {
        "CouponCode": coupon.code,
        "CouponType": "PercentOff" if coupon.percent else "DollarsOff",
        "PercentOff": coupon.percent,
        "DollarsOff": coupon.dollars,
        "ConvertedDollarsOff": shown.from_dollars(coupon.dollars),
        "IsCouponSingleUse": False,
        "AppliedToSkus": [],
        "MinOrderAmount": coupon.least,
        "ConvertedMinOrderAmount": shown.from_dollars(coupon.least),
        "ShipmentMethodId": None,
    }


def price(workshop: Workshop, call: Call) -> Json:
    """``POST price``: what the partner and the customer pay; only the members that are known (reference 13.2)."""
    said = call.said("Order")
    address, payment = said.part("ShipToAddress"), said.part("Payment")
    country, shown = "", DOLLAR
    if address is None:
        said.wrong("ShipToAddress", "'Ship To Address' should not be empty.")
    else:
        country = _country(address, "CountryCode")
        for name in ("Line1", "City", "PostalCode"):
            address.needed(name)
    if payment is None:
        said.wrong("Payment", "'Payment' should not be empty.")
    else:
        accounts.check_key(workshop.options, call.account, payment.text("PartnerBillingKey"), "Order.Payment.PartnerBillingKey")
        shown = currency_asked(payment, "CurrencyCode")
    lines = _lines(workshop, call, said, country)
    said.done()
    listed = [
        {
            "SKU": line.sku,
            "PartnerPrice": shown.written(prices.line_price(line, shown, partner=True)),
            "CustomerPrice": shown.written(prices.line_price(line, shown)),
        }
        for line in lines
    ]
    return {"ItemsPrice": {"Items": listed}, "HadError": False}


def shipping(workshop: Workshop, call: Call) -> Json:
    """``POST shippingprices``: one group for each parcel. No ``HadError``, as in the recorded body."""
    said = call.said()
    country = _country(said, "ShipToCountry")
    said.needed("ShipToPostalCode")
    shown = currency_asked(said, "CurrencyCode")
    lines = _lines(workshop, call, said, country)
    said.done()
    return {"Result": [_group(group, country, shown, partner=call.keyed) for group in prices.parcels(lines).values()]}


def _group(lines: list[Line], country: str, shown: Currency, *, partner: bool) -> Json:
    methods = prices.methods_to(country)
    skus = list(dict.fromkeys(line.sku for line in lines))
    ways = [_way(lines, id_, method, shown, partner=partner) for id_, method in METHOD_IDS.items() if method in methods]
    return {"SKUs": skus, "ShipOptions": ways}


def _way(lines: list[Line], id_: int, method: Method, shown: Currency, *, partner: bool) -> Json:
    cost = prices.parcel_price(lines, method, shown, partner=True)
    return {
        "CarrierName": method,
        "MethodType": method,
        "Name": method,
        "Price": shown.written(prices.parcel_price(lines, method, shown)),
        **({"PartnerPrice": shown.written(cost)} if partner else {}),
        "Id": id_,
        "EstBusinessDaysTilDelivery": BUSINESS_DAYS[method],
    }


def shipping_range(workshop: Workshop, call: Call) -> Json:
    """``GET shippriceestimate``: an unknown product or country has no prices."""
    asked = call.asked()
    shown = currency_asked(asked, "currencyCode")
    product = CATALOGUE.product(asked.whole("productId") or 0)
    country = asked.text("countryCode")
    asked.done()
    if product is None or not supported(country):
        return {"CanShipExpedited": False, "EstShipDays": 0}
    costs = [shown.from_dollars(product.rates[method].price) for method in prices.methods_to(country)]
    return {
        "MinPrice": shown.written(min(costs)),
        "MaxPrice": shown.written(max(costs)),
        "VendorCountryCode": "US",
        "CanShipExpedited": True,
        "EstShipDays": 5,
    }


def conversion(workshop: Workshop, call: Call) -> Json:
    """``GET currencyconversion``: one PriceInfo."""
    asked = call.asked()
    source, target = currency_asked(asked, "fromCurrencyCode"), currency_asked(asked, "toCurrencyCode")
    asked.done()
    given = asked.text("amount")
    if not _AMOUNT.fullmatch(given):
        raise bad("Amount", "'Amount' must be a number.", given)
    return target.written(converted(Decimal(given.strip()), source, target))
