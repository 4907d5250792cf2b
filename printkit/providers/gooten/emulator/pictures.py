"""The operations on pictures themselves: uploads and previews. Draws nothing; its URLs lead nowhere.

Rules: reference/gooten-api.md sections 15.2 and 15.3.
"""

import hashlib
from typing import Final

from .calls import Call
from .catalogue import CATALOGUE, Variant
from .listings import layer_of
from .money import Json
from .refusals import RefusedError
from .state import Upload, Workshop
from .values import Fields

_HOST: Final = "https://cdn.example.com"


def upload(workshop: Workshop, call: Call) -> list[Json]:
    """``POST images``: a list, one object for each file, or for the one whose bytes are the body."""
    said = call.said()
    files = [(each.filename, each.content) for each in call.body.files]
    if not files:
        said.wrong("Images", "'Images' should not be empty.")
    said.done()
    made = [_keep(workshop, call, name, content) for name, content in files]
    return [_upload(each) for each in made]


def _keep(workshop: Workshop, call: Call, name: str, content: bytes) -> Upload:
    id_ = next(workshop.books.upload_ids)
    ending = name.rpartition(".")[2].lower() if "." in name else "jpg"
    ending = ending if ending.isalnum() and ending.isascii() else "jpg"
    found = Upload(id_, f"{_HOST}/temp/{hashlib.sha256(content).hexdigest()[:32]}.{ending}", len(content))
    workshop.books.uploads.setdefault(call.account, []).append(found)
    workshop.ledger.record("image uploaded", id_)
    return found


def _upload(found: Upload) -> Json:
    return {"Id": str(found.id), "Url": found.url, "ThumbnailUrl": found.url, "Size": found.size}


def uploads(workshop: Workshop, call: Call) -> list[Json]:
    """``GET images``."""
    return [_upload(each) for each in workshop.books.uploads.get(call.account, [])]


def preview(workshop: Workshop, call: Call) -> Json:
    """``POST productpreview``: the URL of a picture that would be there a little later."""
    said = call.said()
    sku = said.needed("SKU")
    found = CATALOGUE.variant(sku)
    if found is None and sku.strip():
        said.wrong("SKU", f"SKU '{sku}' is not valid.", sku)
    parts = said.parts("Images")
    if not parts:
        said.wrong("Images", "'Images' should not be empty.")
    spaces = [_space(part, found[1]) for part in parts] if found is not None else []
    if said.found:
        raise RefusedError("validation", *said.found, brief=True)
    return {"Images": [{"Url": _url(call, sku, space, url), "SpaceId": space} for space, url in dict(spaces).items()], "HadError": False}


def _space(part: Fields, variant: Variant) -> tuple[str, str]:
    """The print space and the URL of one picture; what does not fit is noted."""
    given, layer = part.text("SpaceId").strip(), part.text("LayerId").strip()
    space = variant.space(given) if given not in {"", "0"} else (variant.spaces[0] if len(variant.spaces) == 1 else None)
    if space is None:
        part.wrong("SpaceId", f"'{given}' is not a space of this SKU.", given)
    elif layer and layer.lower() != layer_of(space).lower():
        part.wrong("LayerId", f"'{layer}' is not a layer of this space.", layer)
    image = part.part("Image")
    url = image.needed("Url") if image is not None else part.needed("Url")
    return ("" if space is None else space.id), url


def _url(call: Call, *words: str) -> str:
    name = hashlib.sha256("\0".join(words).encode("utf-8", "replace")).hexdigest()[:32]
    return f"{_HOST}/img-manip/preview/{name}.png"
