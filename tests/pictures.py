"""Pictures for tests: a small real one as bytes, and any other made by Pillow."""

import base64
import io
from collections.abc import Mapping
from typing import Any

from PIL import Image

JPEG = base64.b64decode(
    "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDABALDA4MChAODQ4SERATGCgaGBYWGDEjJR0oOjM9PDkzODdASFxOQERXRTc4UG1RV19iZ2hnPk1xeXBkeFxlZ2P/wAALCAAYABAB"
    "AREA/8QAFQABAQAAAAAAAAAAAAAAAAAAAAb/xAAUEAEAAAAAAAAAAAAAAAAAAAAA/9oACAEBAAA/AKQAH//Z"
)
"""16 by 24 pixels, grey."""

Colour = tuple[int, int, int]
RED, GREEN, BLUE, WHITE = (220, 20, 20), (20, 160, 20), (20, 20, 220), (255, 255, 255)


def jpeg(width: int, height: int, colour: Colour = RED, **options: Any) -> bytes:
    """A JPEG of one colour."""
    return written(Image.new("RGB", (width, height), colour), **options)


def quartered(width: int, height: int, corners: Mapping[str, Colour], **options: Any) -> bytes:
    """A JPEG whose four quarters have colours of their own: ``nw``, ``ne``, ``sw``, ``se``."""
    image = Image.new("RGB", (width, height))
    for corner, colour in corners.items():
        left, top = (width // 2 if "e" in corner else 0), (height // 2 if "s" in corner else 0)
        image.paste(colour, (left, top, left + width - width // 2, top + height - height // 2))
    return written(image, **options)


def written(image: Image.Image, kind: str = "JPEG", **options: Any) -> bytes:
    """The bytes of a file."""
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def read(content: bytes) -> Image.Image:
    """The picture in a file's bytes."""
    image = Image.open(io.BytesIO(content))
    image.load()
    return image


def is_like(found: Any, colour: Colour) -> bool:
    """Whether a pixel has this colour, as nearly as JPEG keeps it."""
    return all(abs(one - other) < 25 for one, other in zip(found, colour, strict=True))
