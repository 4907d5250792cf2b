"""What Gooten sells and where (reference/gooten-api.md sections 14 and 16). Knows no order."""

import asyncio
from collections.abc import Coroutine, Iterable
from typing import Any

from ... import lenient
from ...catalogue import Country, Product, ProductList
from . import endpoints, readings, wire
from .desk import Desk


class CatalogueVerbs(Desk):
    """``GET products``, ``GET productvariants`` and ``GET countries``."""

    async def list_products(self, *, country: str | None = None, quality: str | None = None) -> ProductList:
        """Every SKU that is sold in one country: one request for the products, and one more for each product.

        Raises:
            InvalidRequestError: there is no country; or a quality is asked for, which Gooten does not know.
        """
        if country is None or not (country.isascii() and country.isalpha() and len(country) == 2):
            raise self._invalid("list_products", "country", "is missing or not a code of two letters")
        if quality is not None:
            raise self._invalid("list_products", "quality", "Gooten has no qualities: leave it out")
        deadline = self._caller.deadline()
        where = {"countryCode": country.upper()} | ({"currencyCode": self._settings.currency} if self._settings.currency else {})
        found = await self._shop.get(endpoints.PRODUCTS, where, deadline, "list_products", wire.read_products)
        heads = [head for head in found.products if head.is_coming_soon is not True and head.has_available_product_variants is not False]

        async def variants(head: wire.ProductHead) -> list[Product]:
            query = {"productId": str(head.id), **where}
            answer = await self._shop.get(endpoints.VARIANTS, query, deadline, "list_products", wire.read_variants)
            return [_product(variant, head) for variant in answer.product_variants]

        tasks = await _all(variants(head) for head in heads)
        return ProductList(country.upper(), None, tuple(product for products in tasks for product in products))

    async def list_countries(self) -> tuple[Country, ...]:
        """The countries Gooten knows, and whether it sells there."""
        found = await self._shop.get(endpoints.COUNTRIES, {}, self._caller.deadline(), "list_countries", wire.read_countries)
        return tuple(_country(each) for each in found.countries)


def _country(given: wire.CountryHead) -> Country:
    return Country(given.code, lenient.text(given.name) or given.code, lenient.flag(given.is_supported))


async def _all(calls: Iterable[Coroutine[Any, Any, list[Product]]]) -> list[list[Product]]:
    """All results; the first failure as itself, once the other calls have ended."""
    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(call) for call in calls]
        return [task.result() for task in tasks]
    except ExceptionGroup as failed:
        failure = failed.exceptions[0]
    raise failure


def _product(variant: wire.Variant, head: wire.ProductHead) -> Product:
    """A SKU is one choice of every option: they describe it, and there is nothing left to choose."""
    price = readings.money(variant.price_info)
    choices = (lenient.text(option.get("Value")) for option in lenient.objects(variant.options))
    name = ", ".join(word for word in (lenient.text(head.name), *choices) if word)
    return Product(sku=variant.sku, name=name or variant.sku, prices=(price,) if price else ())
