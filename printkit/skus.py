"""Your SKU and each shop's, both ways. Knows no shop: connections and kinds are names to it."""

from collections.abc import Collection, Mapping
from typing import Any, final

from attrs import evolve, field, frozen

from .errors import ConfigError, FieldProblem, InvalidRequestError
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

    def __bool__(self) -> bool:
        """Whether anything is mapped at all."""
        return bool(self._table)

    @classmethod
    def read(cls, raw: Mapping[str, Any], source: str, known: Collection[str]) -> "SkuMap":
        """From the settings as they stand in the file. ``known`` are the names of connections and kinds of shop.

        Raises:
            ConfigError: an entry is neither text nor a table with ``sku`` and ``attributes``, or is for none of ``known``.
        """
        for yours, row in raw.items():
            strange = next((name for name in row if name not in known), None)
            if strange is not None:
                names = ", ".join(sorted(known))
                raise ConfigError(f"{source} [printkit.skus.{yours!r}]: {strange!r} is neither a connection nor a kind of shop: {names}")
        return cls({yours: _row(row, f"{source} [printkit.skus.{yours!r}]") for yours, row in raw.items()})

    def to_shop(self, photo: Photo, names: tuple[str, ...], path: str = "photo") -> Photo:
        """The photo with the shop's SKU; attributes given with the photo win over the map's. ``names``: the connection, then its kind.

        Raises:
            InvalidRequestError: see ``of_shop``.
        """
        found = self.of_shop(photo.sku, names, f"{path}.sku")
        if found is None:
            return photo
        return evolve(photo, sku=found.sku, attributes={**found.attributes, **photo.attributes})

    def of_shop(self, sku: str, names: tuple[str, ...], path: str = "sku") -> ShopSku | None:
        """The shop's product for a SKU of yours; None for a SKU that is not in the map.

        Raises:
            InvalidRequestError: it is in the map, and not for this shop. ``path`` says where it was given.
        """
        found = self._find(sku, names)
        if found is None and sku in self._table:
            others = ", ".join(self._table[sku]) or "no shop"
            raise InvalidRequestError(
                [FieldProblem(path, f"{sku!r} is mapped for {others} and not for {names[0]}: add it to [printkit.skus]")]
            )
        return found

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
    given: Any = entry.get("attributes")
    attributes: dict[str, str] = {name: value for name, value in members(given).items() if isinstance(value, str)}
    if "attributes" in entry and attributes != given:
        raise ConfigError(f"{where}: attributes must be a table of text values")
    return ShopSku(sku, attributes)
