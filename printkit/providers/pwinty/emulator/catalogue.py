"""What the emulated Pwinty sells, by printing country and quality, and what sending it costs. Knows no orders.

Real entries: reference/pwinty-api.md section 6.5 and the seed's ``10x12``. Where a price or size was not known it is ours; the rest of
the list is what a lab of that country would sell.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, Literal, final

from attrs import Factory, field, frozen

Band = Literal["Prints", "LargePrints", "Canvas", "FramedPrints", "Gifts"]
Size = tuple[float, float]

PRO: Final = "Pro"
STANDARD: Final = "Standard"
QUALITIES: Final = (PRO, STANDARD)


@final
@frozen
class Item:
    """One product as a lab sells it."""

    name: str
    description: str
    image: Size
    """The printed area; larger than the product where it is wrapped around something."""
    product: Size
    """The whole product, with mount or frame."""
    price_gbp: int
    price_usd: int
    units: Literal["inches", "cm"] = "inches"
    band: Band = "Prints"
    kind: str = "Print"
    attributes: tuple[tuple[str, tuple[str, ...]], ...] = ()

    @property
    def resolution(self) -> tuple[int, int]:
        """Recommended pixels: 150 per inch, 60 per cm."""
        per_unit = 150 if self.units == "inches" else 60
        return math.floor(self.image[0] * per_unit + 0.5), math.floor(self.image[1] * per_unit + 0.5)


@final
@frozen
class Rate:
    """What sending a band of products costs."""

    band: Band
    description: str
    tracked: bool
    method: Literal["cheapest", "priority"]
    price_gbp: int
    price_usd: int
    carrier: str


def _index(catalogue: "Catalogue") -> Mapping[str, Item]:
    return {item.name.lower(): item for item in catalogue.items}


@final
@frozen
class Catalogue:
    """All that is sold in one country and quality."""

    items: tuple[Item, ...] = ()
    rates: tuple[Rate, ...] = ()
    _by_name: Mapping[str, Item] = field(init=False, repr=False, eq=False, default=Factory(_index, takes_self=True))

    def item(self, name: str) -> Item | None:
        """The item of this name, whatever its case."""
        return self._by_name.get(name.lower())

    def rate(self, band: Band, *, tracked: bool, method: str | None) -> Rate | None:
        """The rate for a band: the wished method and tracking where there is one, else the nearest."""
        wished = "priority" if method is not None and method.lower() == "priority" else "cheapest"
        fitting = [rate for rate in self.rates if rate.band == band]
        fitting.sort(key=lambda rate: (rate.method != wished, rate.tracked is not tracked, rate.price_gbp))
        return fitting[0] if fitting else None


_FINISH: Final = (("finish", ("matte", "glossy")),)
_FRAME: Final = (("frame_colour", ("black", "white", "silver", "natural")),)


def _prints(*sizes: tuple[float, float, int, int], attributes: tuple[tuple[str, tuple[str, ...]], ...] = _FINISH) -> list[Item]:
    return [
        Item(f"{width:g}x{height:g}", f"{width:g}x{height:g} inch print", (width, height), (width, height), gbp, usd, attributes=attributes)
        for width, height, gbp, usd in sizes
    ]


def _metric(*sizes: tuple[float, float, int, int]) -> list[Item]:
    return [
        Item(f"{width:g}x{height:g}_cm", f"{width:g}x{height:g} cm print", (width, height), (width, height), gbp, usd, units="cm")
        for width, height, gbp, usd in sizes
    ]


def _posters(*sizes: tuple[float, float, int, int]) -> list[Item]:
    return [
        Item(f"P{width:g}x{height:g}", f"{width:g}x{height:g} inch poster", (width, height), (width, height), gbp, usd, band="LargePrints")
        for width, height, gbp, usd in sizes
    ]


def _canvases(*sizes: tuple[float, float, int, int]) -> list[Item]:
    return [
        Item(
            f"C{width:g}x{height:g}",
            f"{width:g}x{height:g} inch gallery wrapped canvas",
            (width + 2.75, height + 2.75),
            (width, height),
            gbp,
            usd,
            band="Canvas",
            kind="Canvas",
        )
        for width, height, gbp, usd in sizes
    ]


def _frame(name: str, description: str, image: Size, product: Size, gbp: int, usd: int) -> Item:
    return Item(name, description, image, product, gbp, usd, band="FramedPrints", kind="Framed Poster", attributes=_FRAME)


_INCHES: Final = _prints(
    (3.5, 5, 50, 65),
    (4, 4, 50, 65),
    (4, 6, 60, 78),
    (5, 5, 60, 78),
    (5, 7, 80, 104),
    (6, 8, 100, 130),
    (6, 9, 110, 143),
    (8, 8, 130, 169),
    (8, 10, 150, 195),
    (8, 12, 170, 221),
)
_SQUARE_10: Final = _prints((10, 10, 200, 261), (12, 12, 260, 339), attributes=())
_SEED_10X12: Final = Item("10x12", "10x12 Print", (10, 12), (10, 12), 150, 350, attributes=_FINISH)
_PANORAMA: Final = _prints((4, 18, 300, 391), attributes=())
_FRAMES: Final = [
    _frame("F10x24_4x18", "4x18 poster mounted in 10x24 frame", (4, 18), (10, 24), 3200, 4170),
    _frame("F12x16_8x10", "8x10 poster mounted in 12x16 frame", (8, 10), (12, 16), 2600, 3390),
    _frame("BoxFrame_24x48_Unmounted", "24x48 unmounted box frame", (24, 48), (24, 48), 9750, 12710),
    _frame("MiniFrame_16x16_LustrePaper_gb", "16x16 mini frame, lustre paper", (16, 16), (16, 16), 1500, 1955),
]
_GIFTS: Final = [
    Item("mug_10oz_white", "10oz white mug", (8.5, 3.5), (8.5, 3.5), 700, 912, band="Gifts", kind="Mug"),
    Item("fridge_magnet", "Fridge magnet", (2.5, 3.5), (2.5, 3.5), 250, 326, band="Gifts", kind="Magnet"),
    Item("iphone6_case", "iPhone 6 case", (2.64, 5.44), (2.64, 5.44), 900, 1173, band="Gifts", kind="Phone case"),
]
_FINE_ART: Final = Item(
    "FineArt_A3", "A3 fine art print", (29.7, 42), (29.7, 42), 1400, 1825, units="cm", band="LargePrints", kind="Fine Art"
)
_GLOBAL: Final = Item("GLOBAL-PHO-4X6", "4x6 inch global print", (4, 6), (4, 6), 65, 85)
_METRIC: Final = _metric((9, 12, 45, 59), (10, 15, 50, 65), (13, 18, 80, 104), (15, 20, 110, 143), (20, 30, 220, 287))
_AU_CANVAS: Final = Item(
    "C20x30_1_25_au",
    "20x30 inch gallery wrapped canvas on 1.25 inch stretchers",
    (22.75, 32.75),
    (20, 30),
    4500,
    5850,
    band="Canvas",
)

_STANDARD_ITEMS: Final = [*_INCHES, *_SQUARE_10, _SEED_10X12]
_PRO_ITEMS: Final = [
    *_STANDARD_ITEMS,
    *_PANORAMA,
    *_posters((12, 18, 600, 782), (18, 24, 900, 1173), (20, 30, 1200, 1564)),
    *_canvases((10, 12, 1500, 1955), (16, 20, 2400, 3128), (20, 30, 3600, 4692)),
    *_FRAMES,
    *_GIFTS,
    _FINE_ART,
    _GLOBAL,
]


def _rates(cheap: str, swift: str, courier: str, cheap_carrier: str, swift_carrier: str, courier_carrier: str) -> tuple[Rate, ...]:
    return (
        Rate("Prints", cheap, False, "cheapest", 199, 260, cheap_carrier),
        Rate("Prints", f"{swift} tracked", True, "cheapest", 349, 456, swift_carrier),
        Rate("Prints", swift, False, "priority", 299, 391, swift_carrier),
        Rate("Prints", courier, True, "priority", 595, 778, courier_carrier),
        Rate("LargePrints", swift, False, "cheapest", 399, 521, swift_carrier),
        Rate("LargePrints", f"{swift} tracked", True, "cheapest", 549, 717, swift_carrier),
        Rate("LargePrints", courier, True, "priority", 795, 1039, courier_carrier),
        Rate("Canvas", f"Canvas tracked- {courier}", True, "cheapest", 700, 1100, courier_carrier),
        Rate("Canvas", f"Canvas express- {courier}", True, "priority", 995, 1300, courier_carrier),
        Rate("FramedPrints", f"Framed prints- {courier}", False, "cheapest", 650, 850, courier_carrier),
        Rate("FramedPrints", f"Framed prints tracked- {courier}", True, "cheapest", 795, 1039, courier_carrier),
        Rate("FramedPrints", f"Framed prints express- {courier}", True, "priority", 995, 1300, courier_carrier),
        Rate("Gifts", swift, False, "cheapest", 299, 391, swift_carrier),
        Rate("Gifts", f"{swift} tracked", True, "cheapest", 449, 587, swift_carrier),
        Rate("Gifts", courier, True, "priority", 695, 908, courier_carrier),
    )


_GB_RATES: Final = _rates("2nd Class Royal Mail", "1st Class Royal Mail", "UPS", "RoyalMailSecondClass", "RoyalMailFirstClass", "UPS")
_US_RATES: Final = _rates("UPS Mail Innovations", "UPS Ground", "FedEx", "UPSMI", "UPS", "FedEx")
_AU_RATES: Final = _rates("Australia Post", "Australia Post express", "TNT", "AuPost", "AuPost", "TNT")
_EU_RATES: Final = _rates("Postal service", "Priority postal service", "DHL", "EuPostal", "EuPostal", "DHL")


def _sold(items: Iterable[Item], rates: Sequence[Rate]) -> Catalogue:
    listed = tuple(items)
    bands = {item.band for item in listed}
    return Catalogue(listed, tuple(rate for rate in rates if rate.band in bands))


SOLD: Final[Mapping[tuple[str, str], Catalogue]] = {
    ("GB", STANDARD): _sold(_STANDARD_ITEMS, _GB_RATES),
    ("GB", PRO): _sold(_PRO_ITEMS, _GB_RATES),
    ("US", STANDARD): _sold(_STANDARD_ITEMS, _US_RATES),
    ("US", PRO): _sold(_PRO_ITEMS, _US_RATES),
    ("AU", STANDARD): _sold([*_STANDARD_ITEMS, _AU_CANVAS], _AU_RATES),
    ("IE", STANDARD): _sold(_METRIC, _EU_RATES),
    ("FR", STANDARD): _sold(_METRIC, _EU_RATES),
    ("DE", STANDARD): _sold(_METRIC, _EU_RATES),
}
"""AU sells only Standard; ``4x18`` is not sold in GB Standard (reference 6.5, 7.12)."""

COUNTRIES_WITH_PRODUCTS: Final = frozenset(country for country, _ in SOLD)

_NOTHING: Final = Catalogue()


def catalogue(country: str, quality: str) -> Catalogue:
    """What is sold there; nothing at all is a catalogue too."""
    return SOLD.get((country, quality), _NOTHING)


def quality_level(word: str) -> str | None:
    """The quality level of this name, whatever its case."""
    return next((quality for quality in QUALITIES if quality.lower() == word.lower()), None)
