"""The operations on print-ready products, in the three generations of their calls. Knows no orders.

Rules: reference/gooten-api.md section 15.4; the wrapper of the oldest list is that of a body which an official client keeps as test data.
"""

import math
from collections.abc import Sequence
from typing import Final

from .calls import Call
from .catalogue import CATALOGUE, Variant, hex_id
from .money import DOLLAR, Json
from .options import ReadyMade
from .refusals import Entry, RefusedError, bad
from .state import Workshop
from .submission import image_space
from .values import Fields

_PAGE: Final = 25


def products(workshop: Workshop, call: Call) -> Json:
    """``GET prpproducts`` and ``GET printreadyproducts``: by product, with the number of variants."""
    counted: dict[str, int] = {}
    for each in workshop.books.ready_made(call.account).values():
        counted[each.product] = counted.get(each.product, 0) + 1
    return _page(call, "Products", [{"ProductName": name, "NumberOfVariants": number} for name, number in counted.items()])


def variants(workshop: Workshop, call: Call) -> Json:
    """``GET prpvariants`` and ``GET printreadyproducts/variants``: of one product, or of all."""
    wanted = call.asked().text("productName").strip().lower()
    found = [each for each in workshop.books.ready_made(call.account).values() if wanted in {"", each.product.lower()}]
    listed: list[Json] = [
        {"ProductName": each.product, "Sku": each.sku, "Name": each.name, "ImageUrl": each.preview or _first_url(each)} for each in found
    ]
    return _page(call, "Variants", listed)


def _page(call: Call, name: str, listed: Sequence[Json]) -> Json:
    page = max(call.asked().whole("page") or 1, 1)
    return {
        "PageCount": math.ceil(len(listed) / _PAGE),
        "Page": page,
        name: list(listed[(page - 1) * _PAGE : page * _PAGE]),
        "HadError": False,
    }


def _first_url(found: ReadyMade) -> str:
    return found.images[0][1] if found.images else ""


def create(workshop: Workshop, call: Call) -> Json:
    """``POST``: a new one, or one in place of another of the same SKU."""
    said = call.said()
    made = _read(workshop, said, said.text("Sku") or said.text("PrpSku"))
    said.done()
    workshop.books.ready_made(call.account)[made.sku] = made
    workshop.ledger.record("print-ready product saved", made.sku)
    return {"HadError": False, "Result": _whole(made)}


def update(workshop: Workshop, call: Call) -> Json:
    """``PUT``: the whole of it anew."""
    said = call.said()
    sku = call.words.get("sku") or call.asked().text("sku") or call.asked().text("id") or said.text("Sku")
    _existing(workshop, call, sku)
    made = _read(workshop, said, sku)
    said.done()
    workshop.books.ready_made(call.account)[made.sku] = made
    workshop.ledger.record("print-ready product saved", made.sku)
    return {"HadError": False, "Result": _whole(made)}


def delete(workshop: Workshop, call: Call) -> Json:
    """``DELETE``: by SKU."""
    asked = call.asked()
    sku = call.words.get("sku") or asked.text("sku") or asked.text("id")
    _existing(workshop, call, sku)
    del workshop.books.ready_made(call.account)[sku.strip()]
    workshop.ledger.record("print-ready product deleted", sku.strip())
    return {"HadError": False}


def _existing(workshop: Workshop, call: Call, sku: str) -> None:
    if not sku.strip():
        raise bad("Sku", "'Sku' should not be empty.", sku)
    if sku.strip() not in workshop.books.ready_made(call.account):
        raise RefusedError("unknown id", Entry("Sku", "Print-ready product was not found.", sku))


def _read(workshop: Workshop, said: Fields, sku: str) -> ReadyMade:
    inner = next(iter(said.parts("Items")), None)
    base = said.text("GootenSku") or said.text("BaseSku") or (inner.text("ProductVariantSku") if inner is not None else "")
    found = CATALOGUE.variant(base)
    if found is None:
        said.wrong("GootenSku", f"SKU '{base}' is not valid." if base.strip() else "'Gooten Sku' should not be empty.", base)
    name = said.text("Name") or sku
    parts = said.parts("Images") if inner is None else inner.parts("Preconfigurations")
    images = _images(parts, found[1]) if found is not None else ()
    if not images:
        said.wrong("Images", "'Images' should not be empty.")
    made_sku = sku.strip() or f"{base.strip()}-{hex_id(*(url for _, url in images), length=8)}"
    return ReadyMade(made_sku, said.text("ProductName") or name or made_sku, name or made_sku, base.strip(), images)


def _images(parts: Sequence[Fields], variant: Variant) -> tuple[tuple[str, str], ...]:
    found: list[tuple[str, str]] = []
    for index, part in enumerate(parts):
        described = part.text("SpaceDesc").strip().lower()
        by_name = next((space.id for space in variant.spaces if described and space.description.lower() == described), "")
        found.append((image_space(part.text("SpaceId") or by_name, index, variant), part.needed("Url")))
    return tuple(found)


def preconfigured(workshop: Workshop, call: Call) -> Json:
    """``GET preconfiguredproducts``: all of them, whole."""
    return {"PreconfiguredProducts": [_whole(each) for each in workshop.books.ready_made(call.account).values()], "HadError": False}


def _whole(made: ReadyMade) -> Json:
    found = CATALOGUE.variant(made.base_sku)
    members: Json = {"Sku": made.sku, "Name": made.name, "Description": made.product}
    if found is None:
        return {**members, "Items": [], "Images": []}
    product, variant = found
    spaces = [{"SpaceId": image_space(space, index, variant), "Url": url} for index, (space, url) in enumerate(made.images)]
    previews = [{"Url": made.preview, "Index": 0, "Id": "generated-preview"}] if made.preview else []
    return {
        **members,
        "Price": DOLLAR.written(variant.price),
        "Items": [{"ProductId": product.id, "ProductVariantSku": variant.sku, "Preconfigurations": spaces}],
        "Images": [*({"Url": url, "Index": index} for index, (_, url) in enumerate(made.images)), *previews],
    }
