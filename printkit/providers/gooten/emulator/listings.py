"""The operations that read what Gooten sells, where, and in which money: catalogue, countries, currencies, texts. Knows no orders.

Rules: reference/gooten-api.md sections 14 and 16.
"""

import hashlib
from decimal import Decimal
from typing import Final

from .calls import Call
from .catalogue import CATALOGUE, PRODUCTS, Product, Space, Variant, hex_id
from .countries import COUNTRIES, UNSUPPORTED, currency_of, measure_of, supported
from .money import CURRENCIES, Currency, Json
from .quotes import currency_asked
from .state import Workshop
from .values import Fields

_IMAGES: Final = "https://images.example.com"
_MARKUP: Final = Decimal("1.2")


def products(workshop: Workshop, call: Call) -> Json:
    """``GET products``: nothing for an unknown country."""
    asked = call.asked()
    country, shown = asked.needed("countryCode"), currency_asked(asked, "currencyCode")
    asked.done()
    return {"Products": [_product(each, shown, partner=call.keyed) for each in PRODUCTS] if supported(country) else []}


def _product(product: Product, shown: Currency, *, partner: bool) -> Json:
    cheapest = min(product.variants, key=lambda variant: variant.price)
    price = shown.from_dollars(cheapest.price)
    category_id, category = product.category
    return {
        "Id": product.id,
        "UId": product.name,
        "Name": product.name,
        "ShortDescription": product.text,
        "HasAvailableProductVariants": True,
        "HasProductTemplates": True,
        "IsFeatured": False,
        "IsComingSoon": False,
        "MaxZoom": Decimal("1.5"),
        "RetailPrice": shown.written(price * _MARKUP),
        "Info": [
            {"Content": [product.text], "ContentType": "Text", "Index": 1},
            *(
                {"Content": list(values), "ContentType": "List", "Key": name, "Index": index}
                for index, (name, values) in enumerate(_choices(product).items(), 2)
            ),
        ],
        "Images": [{"Url": _picture(product.name), "Index": 0, "Id": str(2000 + product.id), "ImageTypes": ["AppFeatured"]}],
        "PriceInfo": shown.written(price),
        **({"PartnerPriceInfo": shown.written(shown.from_dollars(cheapest.partner_price))} if partner else {}),
        "Categories": [{"Id": category_id, "Name": category}],
    }


def _choices(product: Product) -> dict[str, dict[str, None]]:
    """By option, its values in the order in which they first occur."""
    found: dict[str, dict[str, None]] = {}
    for variant in product.variants:
        for name, value in variant.options:
            found.setdefault(name, {})[value] = None
    return found


def _picture(*words: str) -> str:
    return f"{_IMAGES}/{'-'.join(words).lower().replace(' ', '-').replace('/', '-')}.png"


def variants(workshop: Workshop, call: Call) -> Json:
    """``GET productvariants``: nothing for an unknown product or country."""
    asked = call.asked()
    id_, country, shown = asked.whole("productId"), asked.needed("countryCode"), currency_asked(asked, "currencyCode")
    if id_ is None:
        asked.needed("productId")
    asked.done()
    product = CATALOGUE.product(id_ or 0)
    if product is None or not supported(country):
        return {"ProductVariants": [], "Options": []}
    choices = _choices(product)
    return {
        "ProductVariants": [_variant(product, each, choices, shown, partner=call.keyed) for each in _paged(asked, product.variants)],
        "Options": [
            {"Name": name, "Values": [_option(product, name, value, choices) for value in values]} for name, values in choices.items()
        ],
    }


def _paged(asked: Fields, variants: tuple[Variant, ...]) -> tuple[Variant, ...]:
    """All of them, unless pages were asked for."""
    page, size = max(asked.whole("page") or 1, 1), asked.whole("pageSize")
    return variants if size is None or size < 1 else variants[(page - 1) * size : page * size]


def _variant(product: Product, variant: Variant, choices: dict[str, dict[str, None]], shown: Currency, *, partner: bool) -> Json:
    return {
        "Options": [_option(product, name, value, choices) for name, value in variant.options],
        "PriceInfo": shown.written(shown.from_dollars(variant.price)),
        **({"PartnerPriceInfo": shown.written(shown.from_dollars(variant.partner_price))} if partner else {}),
        "Sku": variant.sku,
        "MaxImages": len(variant.spaces),
        "HasTemplates": True,
    }


def _option(product: Product, name: str, value: str, choices: dict[str, dict[str, None]]) -> Json:
    centimetres = _centimetres(value)
    return {
        "OptionId": _long_id(product.name, name),
        "ValueId": _long_id(product.name, name, value),
        "Name": name,
        "Value": value,
        "ImageUrl": _picture(product.name, value),
        "ImageType": "WebImg",
        **({"CmValue": centimetres} if centimetres else {}),
        "SortValue": str(list(choices[name]).index(value) + 1),
    }


def _long_id(*words: str) -> str:
    return hashlib.sha256("\0".join(words).encode()).hexdigest()[:32]


def _centimetres(value: str) -> str:
    """A size such as ``5x7 inch`` in centimetres; empty for what is no size."""
    sides, _, unit = value.partition(" ")
    numbers = sides.split("x")
    if unit != "inch" or not all(each.replace(".", "", 1).isdigit() for each in numbers):
        return ""
    return "x".join(str(round(float(each) * 2.54)) for each in numbers) + " cm"


def templates(workshop: Workshop, call: Call) -> Json:
    """``GET producttemplates``: nothing for an unknown SKU."""
    asked = call.asked()
    sku = asked.needed("sku")
    asked.done()
    ready_made = workshop.books.ready_made(call.account).get(sku.strip())
    found = CATALOGUE.variant(sku if ready_made is None else ready_made.base_sku)
    if found is None:
        return {"Options": []}
    product, variant = found
    spaces = [_space(variant, each, index) for index, each in enumerate(variant.spaces, 1)]
    name = "Single" if len(spaces) == 1 else "Front and Back"
    return {"Options": [{"Spaces": spaces, "Name": name, "ImageUrl": _picture(product.name, "template"), "IsDefault": True}]}


def _space(variant: Variant, space: Space, index: int) -> Json:
    right, bottom = space.border + space.width, space.border + space.height
    middle = {"X1": space.border, "X2": right, "Y1": space.border, "Y2": bottom}
    whole = {"X1": 0, "X2": right + space.border, "Y1": 0, "Y2": bottom + space.border}
    return {
        "Id": space.id,
        **({"Description": space.description} if space.description else {}),
        "Index": index,
        **{f"Final{name}": value for name, value in middle.items()},
        "Layers": [
            {
                "Id": hex_id(space.id, "below"),
                "Type": "Design",
                "ZIndex": 0,
                **whole,
                "BackgroundImageUrl": _picture(variant.sku, "background"),
                "IncludeInPrint": False,
            },
            {"Id": layer_of(space), "Type": "Image", "ZIndex": 1, **middle},
            {
                "Id": hex_id(space.id, "above"),
                "Type": "Design",
                "ZIndex": 2,
                **whole,
                "OverlayImageUrl": _picture(variant.sku, "overlay"),
                "IncludeInPrint": False,
            },
        ],
    }


def layer_of(space: Space) -> str:
    """The layer of a print space that takes the picture."""
    return space.layer or hex_id(space.id, "image")


def static_catalogue() -> Json:
    """The static catalogue: by category, with prices as text (reference 14.5)."""
    groups: dict[str, list[object]] = {}
    for product in PRODUCTS:
        cheapest = min(variant.price for variant in product.variants)
        groups.setdefault(product.category[1], []).append(
            {
                "product_id": product.id,
                "name": product.name,
                "url": _picture(product.name),
                "cheapest_price": f"${cheapest}",
            }
        )
    return {"product-catalog": [{"name": name, "items": items} for name, items in groups.items()]}


def countries(workshop: Workshop, call: Call) -> Json:
    """``GET countries``."""
    return {
        "Countries": [
            {
                "Name": name,
                "Code": code,
                "IsSupported": code not in UNSUPPORTED,
                "MeasurementCode": measure_of(code),
                "FlagUrl": f"{_IMAGES}/flags/{code.lower()}.png",
                "DefaultCurrency": _currency(currency_of(code)),
            }
            for code, name in COUNTRIES.items()
        ]
    }


def currencies(workshop: Workshop, call: Call) -> Json:
    """``GET currencies``."""
    return {"Currencies": [_currency(each) for each in CURRENCIES.values()]}


def _currency(each: Currency) -> Json:
    return {"Name": each.name, "Code": each.code, "Format": each.format}


def visitor(workshop: Workshop, call: Call) -> Json:
    """``GET userinfo``: what the caller's address says about him; here, what the options say."""
    code = workshop.options.visitor_country.upper()
    money = currency_of(code)
    return {
        "LanguageCode": call.asked().text("languageCode") or "en",
        "CountryCode": code,
        "CountryName": COUNTRIES.get(code, code),
        "CurrencyName": money.name,
        "CurrencyCode": money.code,
        "CurrencyFormat": money.format,
    }


def languages(workshop: Workshop, call: Call) -> Json:
    """``GET languages``: dictionaries of texts; there are none here."""
    return {"LanguageCode": call.asked().text("languageCode") or "en", "Texts": {}}
