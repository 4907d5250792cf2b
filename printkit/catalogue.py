"""What a shop sells, where, and at which price: frozen values. Knows no shop and no order."""

from decimal import Decimal
from typing import final

from attrs import frozen

from .model import Money


@final
@frozen
class Country:
    """A country a shop knows; ``has_products`` is None where the shop does not say."""

    code: str
    name: str
    has_products: bool | None = None


@final
@frozen
class ProductAttribute:
    """An option of a product and the values it takes."""

    name: str
    values: tuple[str, ...]


@final
@frozen
class Product:
    """Something a shop sells. Sizes are in ``units``, resolutions in pixels."""

    sku: str
    name: str
    units: str | None = None
    width: Decimal | None = None
    """Of the printed area."""
    height: Decimal | None = None
    """Of the printed area."""
    full_width: Decimal | None = None
    """With mount or frame."""
    full_height: Decimal | None = None
    """With mount or frame."""
    recommended_width: int | None = None
    recommended_height: int | None = None
    prices: tuple[Money, ...] = ()
    shipping_band: str | None = None
    attributes: tuple[ProductAttribute, ...] = ()


@final
@frozen
class ShippingRate:
    """What one band of products costs to send."""

    band: str
    description: str
    method: str | None = None
    is_tracked: bool | None = None
    prices: tuple[Money, ...] = ()


@final
@frozen
class ProductList:
    """What a shop sells in one country and quality."""

    country: str
    quality: str | None
    products: tuple[Product, ...]
    shipping_rates: tuple[ShippingRate, ...] = ()
