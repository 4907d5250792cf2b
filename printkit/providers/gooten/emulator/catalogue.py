"""What the emulated Gooten sells, how it is made up, and what sending it costs, in US dollars. Knows no orders.

Real entries: the samples of reference/gooten-api.md sections 13 and 14, and bodies that official clients keep as test data. Where a price,
size or id was not known it is ours.
"""

import hashlib
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Final, Literal, final

from attrs import Factory, field, frozen

Method = Literal["Standard", "Expedited", "Overnight"]
METHODS: Final[tuple[Method, ...]] = ("Standard", "Expedited", "Overnight")
METHOD_IDS: Final[Mapping[int, Method]] = {1: "Standard", 2: "Expedited", 3: "Overnight"}
BUSINESS_DAYS: Final[Mapping[Method, int]] = {"Standard": 12, "Expedited": 4, "Overnight": 2}


def hex_id(*words: str, length: int = 5) -> str:
    """An id as Gooten's print spaces have it: upper case hexadecimal digits, always the same for the same words."""
    return hashlib.sha256("\0".join(words).encode("utf-8", "replace")).hexdigest()[:length].upper()


@final
@frozen
class Space:
    """One area of a product that is printed on, in pixels."""

    id: str
    description: str
    width: int
    height: int
    border: int = 75
    layer: str = ""
    """The id of the layer that takes the picture, where it is known."""


@final
@frozen
class Variant:
    """One thing that can be ordered."""

    sku: str
    price: Decimal
    """What the customer pays."""
    partner_price: Decimal
    options: tuple[tuple[str, str], ...]
    spaces: tuple[Space, ...]

    def space(self, id_: str) -> Space | None:
        """The print space of this id."""
        return next((space for space in self.spaces if space.id.lower() == id_.strip().lower()), None)


@final
@frozen
class Rate:
    """What one parcel costs: its first piece, and each one more."""

    price: Decimal
    partner_price: Decimal
    each_more: Decimal = Decimal(0)

    def of(self, pieces: int, *, partner: bool = False) -> Decimal:
        """The price for so many pieces."""
        return (self.partner_price if partner else self.price) + self.each_more * max(pieces - 1, 0)


@final
@frozen
class Product:
    """A kind of thing with all its variants. Its pieces travel together, apart from other products."""

    id: int
    name: str
    text: str
    category: tuple[str, str]
    rates: Mapping[Method, Rate]
    variants: tuple[Variant, ...]


def _rate(price: str, partner: str | None = None, more: str = "0") -> Rate:
    full = Decimal(price)
    return Rate(full, Decimal(partner) if partner else _partner(full), Decimal(more))


def _partner(price: Decimal) -> Decimal:
    return (price * Decimal("0.7")).quantize(Decimal("0.01"))


def _rates(standard: Rate, expedited: str, overnight: str) -> Mapping[Method, Rate]:
    return {
        "Standard": standard,
        "Expedited": Rate(Decimal(expedited), _partner(Decimal(expedited)), standard.each_more),
        "Overnight": Rate(Decimal(overnight), _partner(Decimal(overnight)), standard.each_more),
    }


def _variant(
    sku: str, price: str, options: Iterable[tuple[str, str]], size: tuple[float, float], *, space: str = "", partner: str | None = None
) -> Variant:
    width, height = round(size[0] * 300), round(size[1] * 300)
    cost = Decimal(price)
    place = Space(space or hex_id(sku), "Front", width, height)
    return Variant(sku, cost, Decimal(partner) if partner else _partner(cost), tuple(options), (place,))


def _print(finish: str, size: tuple[int, int], price: str, space: str = "") -> Variant:
    words = f"{size[0]}x{size[1]}"
    return _variant(f"Print-{finish}-{words}", price, (("Print Type", finish), ("Print Size", f"{words} inch")), size, space=space)


_PRINTS: Final = (
    ((4, 4), "0.16"),
    ((4, 6), "0.15"),
    ((5, 5), "0.39"),
    ((5, 7), "0.39"),
    ((8, 10), "1.64"),
    ((8, 12), "1.95"),
    ((11, 14), "3.30"),
    ((12, 12), "3.10"),
    ((12, 18), "4.40"),
    ((16, 20), "5.90"),
    ((20, 24), "7.65"),
    ((20, 30), "9.10"),
    ((24, 36), "12.60"),
)


def _canvas(wrap: str, name: str, size: tuple[int, int], price: str, space: str = "", partner: str | None = None) -> Variant:
    words = f"{size[0]}x{size[1]}"
    options = (("Canvas Size", f"{words} inch"), ("Wrap Type", name), ("Shape", "Square" if size[0] == size[1] else "Rectangle"))
    return _variant(f"CanvsWrp-{wrap}-{words}", price, options, size, space=space, partner=partner)


_FIRST_CANVAS: Final = Variant(
    "CanvsWrp-BlkWrp-5x7",
    Decimal("6.74"),
    Decimal("4.72"),
    (("Canvas Size", "5x7 inch"), ("Wrap Type", "Black Wrap"), ("Shape", "Rectangle")),
    (Space("3FCDC", "", 2100, 1500, 450, "98F77"),),
)


def _mug(sku: str, ounces: int, price: str) -> Variant:
    return _variant(sku, price, (("Size", f"{ounces} oz"), ("Color", "White")), (9, 3.75))


def _garment(sku: str, price: str, color: str, *sides: str) -> Variant:
    spaces = tuple(Space(hex_id(sku, side), side, 3000, 3600) for side in sides)
    return Variant(sku, Decimal(price), _partner(Decimal(price)), (("Size", "L"), ("Color", color)), spaces)


def _pillow(inches: int, price: str) -> Variant:
    sku, pixels = f"ThrowPillow-Zipper-{inches}x{inches}", inches * 150
    spaces = (Space(hex_id(sku, "F"), "Front", pixels, pixels), Space(hex_id(sku, "B"), "Back", pixels, pixels))
    return Variant(sku, Decimal(price), _partner(Decimal(price)), (("Size", f"{inches}x{inches} inch"), ("Closure", "Zipper")), spaces)


PRODUCTS: Final = (
    Product(
        43,
        "Canvas Wraps",
        "A picture on canvas, stretched over a frame of wood.",
        ("2", "Wall Art"),
        _rates(_rate("11.98", "6.49", "4.00"), "20.22", "32.97"),
        (
            _FIRST_CANVAS,
            _canvas("BlkWrp", "Black Wrap", (8, 10), "9.90"),
            _canvas("BlkWrp", "Black Wrap", (11, 14), "15.44"),
            _canvas("BlkWrp", "Black Wrap", (16, 20), "24.10"),
            _canvas("BlkWrp", "Black Wrap", (18, 24), "30.27", "CC38D", "21.56"),
            _canvas("ImgWrp", "Image Wrap", (5, 7), "6.00", "D2749"),
            _canvas("ImgWrp", "Image Wrap", (8, 10), "9.90"),
            _canvas("ImgWrp", "Image Wrap", (10, 10), "11.20"),
            _canvas("ImgWrp", "Image Wrap", (16, 20), "24.10"),
            _canvas("WhtWrp", "White Wrap", (8, 10), "9.90"),
            _canvas("WhtWrp", "White Wrap", (11, 14), "15.44", "19C01"),
        ),
    ),
    Product(
        41,
        "Framed Prints",
        "A print behind glass in a frame, ready to hang.",
        ("2", "Wall Art"),
        _rates(_rate("10.75", more="5.00"), "20.57", "14.49"),
        (
            _variant(
                "Framed_12x18_Black_Lustre",
                "54.78",
                (("Print Size", "12x18 inch"), ("Frame Color", "Black"), ("Paper", "Lustre")),
                (12, 18),
            ),
            _variant(
                "Framed_8x10_Black_Gloss",
                "21.84",
                (("Print Size", "8x10 inch"), ("Frame Color", "Black"), ("Paper", "Gloss")),
                (8, 10),
                space="89128",
            ),
        ),
    ),
    Product(
        122,
        "Prints",
        "Photographs on paper.",
        ("4", "Prints"),
        _rates(_rate("3.99", more="0.10"), "9.99", "19.99"),
        tuple(
            _print(finish, size, price, "3F649" if (finish, size) == ("Glossy", (20, 24)) else "")
            for finish in ("Glossy", "Lustre")
            for size, price in _PRINTS
        ),
    ),
    Product(
        39,
        "Posters",
        "Posters on matte paper.",
        ("2", "Wall Art"),
        _rates(_rate("5.49", more="1.00"), "14.99", "24.99"),
        (
            _variant("Posters-8x8-Matte", "0.59", (("Size", "8x8 inch"), ("Paper", "Matte")), (8, 8), space="4B6C2"),
            _variant("Posters-36x48-PremiumMatte", "29.90", (("Size", "36x48 inch"), ("Paper", "Premium Matte")), (36, 48)),
        ),
    ),
    Product(
        47,
        "Acrylic Blocks",
        "A picture in a block of acrylic glass.",
        ("2", "Wall Art"),
        _rates(_rate("7.99", more="2.00"), "16.99", "27.99"),
        (_variant("AcrBlck-3/4in-4x6", "27.17", (("Size", "4x6 inch"), ("Thickness", "3/4 inch")), (4, 6), space="05508"),),
    ),
    Product(
        57,
        "Phone Cases",
        "Cases for phones.",
        ("3", "Cases"),
        _rates(_rate("4.99"), "12.99", "22.99"),
        (
            _variant("PhoneCase-GalaxyNote2-Matte", "12.50", (("Device", "Galaxy Note 2"), ("Finish", "Matte")), (3.5, 6.2)),
            _variant("PhoneCase-Glossy-GalaxyNote3", "10.00", (("Device", "Galaxy Note 3"), ("Finish", "Gloss")), (3.5, 6.2)),
            _variant("PhoneCase-Nexus5-Matte", "12.50", (("Device", "Nexus 5"), ("Finish", "Matte")), (3.1, 5.8)),
            _variant("PhoneCase-GalaxyNote2-Gloss", "10.00", (("Device", "Galaxy Note 2"), ("Finish", "Gloss")), (3.5, 6.2), space="35F4F"),
        ),
    ),
    Product(
        58,
        "Tablet Cases",
        "Cases for tablets.",
        ("3", "Cases"),
        _rates(_rate("5.99"), "13.99", "23.99"),
        (
            _variant("TabletCase-GalaxyNote8.0-Gloss", "25.50", (("Device", "Galaxy Note 8.0"), ("Finish", "Gloss")), (6, 9)),
            _variant("TabletCase-GalaxyNote10.0-Matte", "25.50", (("Device", "Galaxy Note 10.0"), ("Finish", "Matte")), (8, 11)),
        ),
    ),
    Product(
        77,
        "Mugs",
        "Ceramic mugs, printed all around.",
        ("5", "Home"),
        _rates(_rate("5.00", more="2.50"), "13.00", "23.00"),
        (_mug("Mug-11oz-White", 11, "9.10"), _mug("Mug-15oz-White", 15, "11.40"), _mug("CoffeeMug-11oz-White", 11, "9.10")),
    ),
    Product(
        85,
        "Hoodies",
        "Hooded sweatshirts, printed in front or on both sides.",
        ("6", "Apparel"),
        _rates(_rate("6.99", more="2.50"), "15.99", "26.99"),
        (
            _garment("Apparel-DTG-Hoodie-AA-5495-L-White-Unisex-CFCB", "34.50", "White", "Front", "Back"),
            _garment("Apparel-DTG-Hoodie-Gildan-18500-L-SportGrey-Mens-CF", "27.90", "Sport Grey", "Front"),
        ),
    ),
    Product(
        145,
        "Sweatshirts",
        "Sweatshirts, printed in front.",
        ("6", "Apparel"),
        _rates(_rate("6.49", more="2.50"), "14.99", "25.99"),
        (_garment("Apparel-DTG-Sweatshirt-AA-F496-L-Black-Unisex-CF", "24.60", "Black", "Front"),),
    ),
    Product(
        60,
        "Throw Pillows",
        "Cushions that are printed on both sides.",
        ("5", "Home"),
        _rates(_rate("8.49", more="3.00"), "17.99", "28.99"),
        (_pillow(16, "18.90"), _pillow(20, "23.50")),
    ),
    Product(
        154,
        "Accessory Pouches",
        "A convenient pouch to hold all of your essentials.",
        ("6", "Apparel"),
        _rates(_rate("4.49", more="1.50"), "12.49", "22.49"),
        (
            _variant("AccessoryPouch-8x6", "8.20", (("Size", "8x6 inch"),), (8, 6)),
            _variant("AccessoryPouch-125x85", "10.60", (("Size", "12.5x8.5 inch"),), (12.5, 8.5)),
        ),
    ),
)


@final
@frozen
class Catalogue:
    """All products, found by id and by SKU."""

    products: tuple[Product, ...]
    _by_id: Mapping[int, Product] = field(
        init=False, repr=False, eq=False, default=Factory(lambda self: {each.id: each for each in self.products}, takes_self=True)
    )
    _by_sku: Mapping[str, tuple[Product, Variant]] = field(
        init=False, repr=False, eq=False, default=Factory(lambda self: _by_sku(self.products), takes_self=True)
    )

    def product(self, id_: int) -> Product | None:
        """The product of this id."""
        return self._by_id.get(id_)

    def variant(self, sku: str) -> tuple[Product, Variant] | None:
        """The variant of this SKU and its product."""
        return self._by_sku.get(sku.strip())


def _by_sku(products: Iterable[Product]) -> Mapping[str, tuple[Product, Variant]]:
    return {variant.sku: (product, variant) for product in products for variant in product.variants}


CATALOGUE: Final = Catalogue(PRODUCTS)


def method_of(word: str) -> Method | None:
    """The shipping method of this word, whatever its case."""
    return next((method for method in METHODS if method.lower() == word.strip().lower()), None)
