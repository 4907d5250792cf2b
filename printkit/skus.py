"""Your SKU and each shop's, both ways. Knows no shop: connections and kinds are names to it."""

from collections.abc import Mapping
from typing import Any, final

from attrs import evolve, field, frozen

from .errors import ConfigError
from .lenient import members, text
from .model import Item, Order, Photo


@final
@frozen
class ShopSku:
    """A product as one shop names it."""

    sku: str
    attributes: Mapping[str, str] = field(factory=dict[str, str], hash=False)


@final
class SkuMap:
    """``[printkit.skus]`` of the settings: for each of your SKUs, by connection or kind of shop, the shop's SKU and attributes.

    A SKU that is not in the map is the shop's own and passes through unchanged.
    """

    def __init__(self, table: Mapping[str, Mapping[str, ShopSku]]) -> None:
        self._table = table

    @classmethod
    def read(cls, raw: Mapping[str, Any], source: str) -> "SkuMap":
        """From the settings as they stand in the file.

        Raises:
            ConfigError: an entry is neither text nor a table with ``sku`` and ``attributes``.
        """
        return cls({yours: _row(row, f"{source} [printkit.skus.{yours!r}]") for yours, row in raw.items()})

    def to_shop(self, photo: Photo, names: tuple[str, ...]) -> Photo:
        """The photo with the shop's SKU; attributes given with the photo win over the map's. ``names``: the connection, then its kind."""
        found = self._find(photo.sku, names)
        if found is None:
            return photo
        return evolve(photo, sku=found.sku, attributes={**found.attributes, **photo.attributes})

    def sku_to_shop(self, sku: str, names: tuple[str, ...]) -> str:
        """The shop's SKU alone."""
        found = self._find(sku, names)
        return found.sku if found else sku

    def to_yours(self, order: Order, names: tuple[str, ...]) -> Order:
        """The order with your SKUs, where the map has exactly one way back; else the shop's stay."""
        if not self._table:
            return order
        return evolve(order, items=tuple(self.item_to_yours(item, names) for item in order.items))

    def item_to_yours(self, item: Item, names: tuple[str, ...]) -> Item:
        """The item with your SKU, where the map has exactly one way back."""
        ways = [yours for yours in self._table if _matches(self._find(yours, names), item)]
        return evolve(item, sku=ways[0] if len(ways) == 1 else item.provider_sku)

    def entries(self, names: tuple[str, ...]) -> Mapping[str, ShopSku]:
        """Every SKU of yours that is mapped for this connection."""
        found = {yours: self._find(yours, names) for yours in self._table}
        return {yours: sku for yours, sku in found.items() if sku is not None}

    def _find(self, sku: str, names: tuple[str, ...]) -> ShopSku | None:
        row = self._table.get(sku, {})
        return next((row[name] for name in names if name in row), None)


def _matches(mapped: ShopSku | None, item: Item) -> bool:
    return mapped is not None and mapped.sku == item.provider_sku and mapped.attributes.items() <= item.attributes.items()


def _row(raw: Mapping[str, Any], where: str) -> Mapping[str, ShopSku]:
    return {shop: _entry(entry, f"{where} {shop}") for shop, entry in raw.items()}


def _entry(raw: Any, where: str) -> ShopSku:
    entry = {"sku": raw} if isinstance(raw, str) else members(raw)
    sku = text(entry.get("sku"))
    if not sku or set(entry) - {"sku", "attributes"}:
        raise ConfigError(f'{where}: give the shop\'s SKU as text, or {{ sku = "...", attributes = {{ ... }} }}')
    given: Any = entry.get("attributes", {})
    attributes = {name: value for name, value in members(given).items() if isinstance(value, str)}
    if attributes != given:
        raise ConfigError(f"{where}: attributes must be a table of text values")
    return ShopSku(sku, attributes)
