"""What Pwinty sells and where (seed 004, "Products" and "Countries"). Knows no order."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from ... import lenient
from ...catalogue import Country, Product, ProductAttribute, ProductList, ShippingRate
from ...exchange import Response
from ...model import Money
from . import endpoints, readings, wire
from .desk import Desk

_LARGEST = Decimal(10) ** 9

_CURRENCIES = {"priceGBP": "GBP", "priceUSD": "USD"}
"""The seed's price members. Later versions of the shop send ``price`` with ``currency`` (reference 6.5)."""


class CatalogueVerbs(Desk):
    """``GET /Catalogue/{country}/{quality}`` and ``GET /Country``."""

    async def list_products(self, *, country: str | None = None, quality: str | None = None) -> ProductList:
        """What is printed in one country and quality; the settings' ``print_country`` and ``quality`` by default.

        Raises:
            InvalidRequestError: there is no country, neither here nor in the settings.
            NotFoundError: the shop does not know the country or the quality.
        """
        where = country or self._settings.print_country
        if where is None or not (where.isascii() and where.isalpha()):
            raise self._invalid("list_products", "country", "is missing or not a code of two letters: give it, or set print_country")
        level = quality or self._settings.quality
        if not (level.isascii() and level.isalpha()):
            raise self._invalid("list_products", "quality", f"{level!r} is not one of Pwinty's: Pro or Standard")
        return await self._shop.read(
            endpoints.CATALOGUE, self._caller.deadline(), "list_products", read_catalogue, country=where.upper(), quality=level
        )

    async def list_countries(self) -> tuple[Country, ...]:
        """Every country the shop knows."""
        return await self._shop.read(endpoints.COUNTRIES, self._caller.deadline(), "list_countries", read_countries)


def read_catalogue(response: Response) -> ProductList:
    """The catalogue in an answer.

    Raises:
        UnreadableAnswerError: it is not one.
    """
    answer = wire.read_catalogue(response.body)
    return ProductList(
        country=answer.country_code,
        quality=lenient.text(answer.quality_level),
        products=tuple(_product(item) for item in answer.items),
        shipping_rates=tuple(_rate(rate) for rate in answer.shipping_rates or ()),
    )


def read_countries(response: Response) -> tuple[Country, ...]:
    """The countries in an answer.

    Raises:
        UnreadableAnswerError: it is not such a list.
    """
    return tuple(
        Country(
            each.country_code,
            lenient.text(each.name) or each.country_code,
            lenient.flag(each.has_products),
        )
        for each in wire.read_countries(response.body)
    )


def _product(item: wire.Product) -> Product:
    return Product(
        sku=item.name,
        name=lenient.text(item.description) or item.name,
        units=lenient.text(item.size_units),
        width=_number(item.image_horizontal_size),
        height=_number(item.image_vertical_size),
        full_width=_number(item.full_product_horizontal_size),
        full_height=_number(item.full_product_vertical_size),
        recommended_width=_whole(item.recommended_horizontal_resolution),
        recommended_height=_whole(item.recommended_vertical_resolution),
        prices=_prices({"priceGBP": item.price_gbp, "priceUSD": item.price_usd}),
        shipping_band=lenient.text(item.shipping_band),
        attributes=tuple(_attribute(each) for each in lenient.objects(item.attributes)),
    )


def _rate(rate: wire.Rate) -> ShippingRate:
    prices = _prices({"priceGBP": rate.price_gbp, "priceUSD": rate.price_usd})
    currency = lenient.text(rate.currency)
    later = readings.minor_money(rate.price, currency) if currency else None
    return ShippingRate(
        band=lenient.text(rate.band) or "",
        description=lenient.text(rate.description) or "",
        method=lenient.text(rate.shipping_method),
        is_tracked=lenient.flag(rate.is_tracked),
        prices=(*prices, later) if later else prices,
    )


def _prices(given: Mapping[str, Any]) -> tuple[Money, ...]:
    found = (readings.minor_money(price, _CURRENCIES[name]) for name, price in given.items())
    return tuple(price for price in found if price is not None)


def _attribute(given: Mapping[str, Any]) -> ProductAttribute:
    return ProductAttribute(str(given.get("name")), tuple(str(value) for value in lenient.entries(given.get("validValues"))))


def _number(given: Any) -> Decimal | None:
    if isinstance(given, bool) or not isinstance(given, int | Decimal):
        return None
    number = Decimal(given)
    return number if number.is_finite() and number.copy_abs() < _LARGEST else None


def _whole(given: Any) -> int | None:
    number = _number(given)
    return None if number is None else int(number)
