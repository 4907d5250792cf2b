"""``printkit products`` and ``printkit countries``."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from rich.console import Console

from printkit import Country, Item, Product, registry
from printkit.catalogue import ProductAttribute, ShippingRate
from printkit.cli import listings
from printkit.model import Artwork, ArtworkStatus, OrderStatus

Run = Callable[..., Any]
EVIL = "[bold red]x[/] \x1b[31m\u202ereversed"


@pytest.mark.parametrize("kind", registry.kinds())
def test_on_every_shop(cli: Run, shop: Any, kind: str) -> None:
    at = ("--url", f"{kind}+emulator://{shop.url.partition('://')[2]}")
    sold = cli("products", "--country", "GB", "--json", *at).document
    shown = cli("products", "--country", "GB", *at)
    known = cli("countries", "--json", *at).document

    assert sold["country"] == "GB"
    assert f"{len(sold['products'])} products in GB" in shown.out
    assert all(product["sku"] in shown.out for product in sold["products"])
    assert "GB" in {country["code"] for country in known}
    assert "GB" in cli("countries", *at).out


def test_sizes_prices_and_shipping(cli: Run, at: tuple[str, ...]) -> None:
    shown = cli("products", "--country", "GB", "--quality", "Standard", *at).out

    assert "in GB, Standard" in shown
    assert "8 × 12 inches" in shown
    assert "finish: matte, glossy" in shown
    assert "Tracked" in shown


@pytest.mark.parametrize("words", [[], ["--country", "G1"], ["--country", "GB", "--quality", "*"]], ids=" ".join)
def test_wrong_usage(cli: Run, at: tuple[str, ...], words: list[str]) -> None:
    assert cli("products", *words, *at).code == 2


def test_text_of_a_shop_is_neither_markup_nor_control() -> None:
    to = Console(width=200, markup=False, emoji=False, highlight=False, record=True, file=None)
    product = Product(EVIL, EVIL, EVIL, Decimal("8.50"), Decimal(1200), shipping_band=EVIL, attributes=(ProductAttribute(EVIL, ()),))
    item = Item(
        "1",
        EVIL,
        EVIL,
        1,
        OrderStatus.DRAFT,
        artwork=(Artwork(url=EVIL, space=EVIL, status=ArtworkStatus.FAILED),),
        attributes={EVIL: EVIL},
    )
    with to.capture() as captured:
        to.print(listings.products([product]), listings.items([item]), listings.countries([Country(EVIL, EVIL)]))
        to.print(listings.shipping_rates([ShippingRate(EVIL, EVIL)]))

    out = captured.get()
    assert "[bold red]x[/]" in out
    assert "8.5 × 1200" in out
    assert [each for each in out if not each.isprintable() and each != "\n"] == []


def test_a_missing_country_names_the_option(cli: Run, shop: Any) -> None:
    nowhere = cli("products", "--url", shop.connection)

    assert nowhere.code == 2
    assert "Hint: the option is --country" in nowhere.err
