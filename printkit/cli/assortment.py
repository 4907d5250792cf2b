"""Settings for emulated shops that sell the same products under names of their own: reads their catalogues. Knows no order."""

import json
import os
import re
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

import attrs

from .. import registry
from ..catalogue import Product
from ..connecting import connect
from ..provider import ProviderInfo

_WISHES: Mapping[str, str] = {"currency": "GBP", "print_country": "GB", "email": "orders@example.com", "phone": "+44 20 7946 0000"}
"""Settings that only some kinds of shop have: what an order needs there and its recipient need not have."""
_DEAR = Decimal("Infinity")


async def settings(infos: Sequence[ProviderInfo], url: str, wanted: Mapping[str, Iterable[str]], country: str) -> str:
    """A settings file: a connection to each emulated shop at ``url``, and your SKUs, mapped to what its catalogue calls them.

    Args:
        infos: the kinds of shop.
        url: where they are all served.
        wanted: for each SKU of yours, words that the product's description has.
        country: where they are sold, as two letters.
    """
    names = {info.kind: await _names(info, url, wanted, country) for info in infos}
    connections = [_section(f"providers.{info.kind}", _connection(info, url)) for info in infos]
    skus = [_section(f'skus."{yours}"', {kind: found[yours] for kind, found in names.items()}) for yours in wanted]
    return "\n".join([*connections, *skus])


def _connection(info: ProviderInfo, url: str) -> Mapping[str, str]:
    known = {each.name for each in attrs.fields(registry.part(info.settings))}
    wishes = {setting: value for setting, value in _WISHES.items() if setting in known}
    return {"environment": "emulator", "base_url": f"{url}{info.base_path}", **wishes}


def _section(name: str, members: Mapping[str, str]) -> str:
    return "".join([f"[printkit.{name}]\n", *(f"{key} = {json.dumps(value, ensure_ascii=False)}\n" for key, value in members.items())])


async def _names(info: ProviderInfo, url: str, wanted: Mapping[str, Iterable[str]], country: str) -> Mapping[str, str]:
    async with connect(f"{info.kind}+emulator://{url.partition('://')[2]}", config_file=os.devnull, environ={}) as kit:
        sold = await kit.list_products(country=country)
    return {yours: _fitting(sold.products, words).sku for yours, words in wanted.items()}


def _fitting(products: Sequence[Product], words: Iterable[str]) -> Product:
    """The cheapest product whose description has all the words; the cheapest of all where a shop has nothing like it."""
    patterns = [re.compile(rf"(?<![0-9]){re.escape(word)}(?![0-9])", re.IGNORECASE) for word in words]
    fitting = [product for product in products if all(pattern.search(_description(product)) for pattern in patterns)]
    return min(fitting or products, key=_price)


def _description(product: Product) -> str:
    return " ".join([product.sku, product.name, *(value for attribute in product.attributes for value in attribute.values)])


def _price(product: Product) -> Decimal:
    return product.prices[0].amount if product.prices else _DEAR
