"""What people read of lists: items, issues, products, countries, as tables. Knows neither commands nor JSON."""

from collections.abc import Iterable
from decimal import Decimal

from rich.table import Table

from ..catalogue import Country, Product, ProductAttribute, ShippingRate
from ..model import Artwork, Issue, Item, Money
from .screen import cell, table

_SOLD = {True: "yes", False: "no", None: ""}


def items(found: Iterable[Item]) -> Table:
    """Items, with what the shop itself calls their products and statuses."""
    made = table("Item", "Product", "Copies", "Status", "Price", "Artwork", "Reference", right=("Copies", "Price"), whole=("Item", "Price"))
    for item in found:
        product = _with_theirs(item.sku, item.provider_sku)
        chosen = ", ".join(f"{name} {value}" for name, value in item.attributes.items())
        made.add_row(
            cell(item.id),
            cell(f"{product}, {chosen}" if chosen else product),
            cell(item.copies),
            cell(_with_theirs(item.status, item.provider_status)),
            cell(item.price),
            cell(", ".join(map(_picture, item.artwork))),
            cell(item.reference),
        )
    return made


def _with_theirs(ours: str, theirs: str | None) -> str:
    return f"{ours} ({theirs})" if theirs and theirs != ours else ours


def _picture(art: Artwork) -> str:
    parts = (f"{art.space}:" if art.space else "", art.url or "a file", f"({art.status})" if art.status else "")
    return " ".join(part for part in parts if part)


def issues(found: Iterable[Issue]) -> Table:
    """Complaints."""
    made = table("Issue", "Order", "Kind", "Action", "State", "Items", "Detail", whole=("Issue", "Order", "State"))
    for each in found:
        words = (each.id, each.order, each.kind, each.action, each.state, ", ".join(each.item_ids), each.detail)
        made.add_row(*map(cell, words))
    return made


def issue(found: Issue) -> Table:
    """One complaint, whole."""
    made = Table.grid(padding=(0, 2))
    facts = {
        "order": found.order,
        "kind": found.kind,
        "detail": found.detail,
        "action": found.action,
        "action detail": found.action_detail,
        "items": ", ".join(found.item_ids) or None,
        "commentary": found.commentary,
    }
    for name, value in facts.items():
        if value is not None:
            made.add_row(cell(name, "dim"), cell(value))
    return made


def products(found: Iterable[Product]) -> Table:
    """What a shop sells."""
    made = table("SKU", "Name", "Size", "Price", "Ships as", "Attributes", right=("Price",))
    for each in found:
        attributes = "; ".join(map(_attribute, each.attributes))
        made.add_row(*map(cell, (each.sku, each.name, _size(each), _prices(each.prices), each.shipping_band, attributes)))
    return made


def _size(product: Product) -> str:
    if product.width is None or product.height is None:
        return ""
    return f"{_plain(product.width)} × {_plain(product.height)} {product.units or ''}".strip()


def _plain(number: Decimal) -> str:
    return f"{number.normalize():f}"


def _prices(prices: Iterable[Money]) -> str:
    return ", ".join(map(str, prices))


def _attribute(attribute: ProductAttribute) -> str:
    return f"{attribute.name}: {', '.join(attribute.values)}" if attribute.values else attribute.name


def shipping_rates(found: Iterable[ShippingRate]) -> Table:
    """What it costs to send them."""
    made = table("Ships as", "Shipping", "Method", "Tracked", "Price", right=("Price",))
    for each in found:
        made.add_row(*map(cell, (each.band, each.description, each.method, _SOLD[each.is_tracked], _prices(each.prices))))
    return made


def countries(found: Iterable[Country]) -> Table:
    """Countries, and whether anything is sold there where the shop says so."""
    made = table("Code", "Country", "Sells there", whole=("Code",))
    for each in found:
        made.add_row(cell(each.code), cell(each.name), cell(_SOLD[each.has_products]))
    return made
