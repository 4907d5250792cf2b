"""Looks at a picture as a print shop does, and shows it as it would be printed. Refuses to know shops, addresses and where bytes come from.

Needs Pillow (``printkit[artwork]``); ``can_look`` tells whether it is there. What is read is hostile until proven otherwise: only the
JPEG decoder ever sees it, the size is judged before anything is decoded, and of a large picture only a reduced copy comes into being.
"""

import importlib.util
import io
import math
from typing import TYPE_CHECKING, Any, Final, final

from printkit.model import Sizing

if TYPE_CHECKING:
    from PIL.Image import Image

Size = tuple[int, int]
"""Width and height."""

MOST_PIXELS: Final = 100_000_000
"""A picture of more is not decoded, and counts as unreadable."""
PREVIEW: Final = 600
"""Pixels of a preview's longer side."""
THUMBNAIL: Final = 150
"""Pixels of a thumbnail's longer side."""

_MOST_WORK: Final = 20 * MOST_PIXELS
"""Pixels times scans: a progressive JPEG is decoded once for every scan in it."""
_SCAN: Final = b"\xff\xda"
_WORKING: Final = 2 * PREVIEW
_ORIENTATION: Final = 0x0112
"""The EXIF tag that says how the camera was held."""
_UPRIGHT: Final = {
    2: "FLIP_LEFT_RIGHT",
    3: "ROTATE_180",
    4: "FLIP_TOP_BOTTOM",
    5: "TRANSPOSE",
    6: "ROTATE_270",
    7: "TRANSVERSE",
    8: "ROTATE_90",
}
"""By that tag: what sets the picture upright."""
_ON_ITS_SIDE: Final = frozenset({5, 6, 7, 8})


def can_look() -> bool:
    """Whether Pillow is installed."""
    return importlib.util.find_spec("PIL") is not None


def begins_as_jpeg(content: bytes) -> bool:
    """All that can be said without Pillow."""
    return content.startswith(b"\xff\xd8\xff")


@final
class Picture:
    """A JPEG that was read to its end. Of its pixels only a reduced copy is kept."""

    def __init__(self, pixels: Size, image: "Image") -> None:
        self.pixels = pixels
        """As it is to be looked at: after the rotation that the camera asked for."""
        self._image = image

    def printed(self, shape: tuple[float, float], sizing: Sizing, longest: int = PREVIEW) -> bytes:
        """The picture on a print of this shape (width and height in any unit), as a JPEG whose longer side has ``longest`` pixels.

        It is turned by a quarter first when it then needs less resizing: clockwise.
        """
        from PIL.Image import Transpose

        sheet = _scaled(shape, longest)
        image = self._image.transpose(Transpose.ROTATE_270) if is_turned(self.pixels, shape) else self._image
        return _as_jpeg(_on_sheet(image, sheet, sizing))


def is_turned(pixels: Size, shape: tuple[float, float]) -> bool:
    """Whether a quarter turn brings the picture nearer to the shape: where one of the two is upright and the other is not."""
    (width, height), (wide, high) = pixels, shape
    return (width - height) * (wide - high) < 0


def read_picture(content: bytes) -> Picture | None:
    """The picture in a file's bytes, or None: it is no JPEG, it is cut off, or it is larger than is looked at.

    Whatever the bytes are, it never raises; only where there is no Pillow it is an ImportError.
    """
    from PIL.Image import Transpose
    from PIL.JpegImagePlugin import JpegImageFile

    try:
        with JpegImageFile(io.BytesIO(content)) as file:
            pixels = file.size
            if not _is_bearable(pixels, content):
                return None
            orientation = _orientation(file)
            factor = min(1.0, _WORKING / max(pixels))
            file.draft(None, (math.ceil(pixels[0] * factor), math.ceil(pixels[1] * factor)))
            image: Image = file.convert("RGB")  # reads the file to its end
    except Exception:  # noqa: BLE001 - a decoder stumbles over hostile bytes in more ways than it documents
        return None
    if orientation in _UPRIGHT:
        image = image.transpose(Transpose[_UPRIGHT[orientation]])
    width, height = pixels
    return Picture((height, width) if orientation in _ON_ITS_SIDE else pixels, image)


def _is_bearable(pixels: Size, content: bytes) -> bool:
    area = pixels[0] * pixels[1]
    return 0 < area <= MOST_PIXELS and area * content.count(_SCAN) <= _MOST_WORK


def _orientation(file: "Image") -> int:
    """How the camera was held; upright where that cannot be read."""
    try:
        return int(file.getexif().get(_ORIENTATION, 1))
    except Exception:  # noqa: BLE001 - EXIF is as hostile as the rest
        return 1


def shrunk(printed: bytes, longest: int = THUMBNAIL) -> bytes:
    """What ``Picture.printed`` gave, smaller."""
    from PIL.Image import open as read

    with read(io.BytesIO(printed), formats=("JPEG",)) as image:
        return _as_jpeg(_resized(image, _scaled(image.size, longest)))


def _scaled(shape: tuple[float, float], longest: int) -> Size:
    factor = longest / max(shape)
    return max(1, round(shape[0] * factor)), max(1, round(shape[1] * factor))


def _on_sheet(image: "Image", sheet: Size, sizing: Sizing) -> "Image":
    if sizing is Sizing.FIT:
        return _with_bars(image, sheet)
    return _resized(image, sheet, _middle(image.size, sheet) if sizing is Sizing.CROP else None)


def _with_bars(image: "Image", sheet: Size) -> "Image":
    """The whole picture in the middle of the sheet, as large as fits; white around it."""
    from PIL.Image import new

    factor = min(sheet[0] / image.width, sheet[1] / image.height)
    inner = max(1, round(image.width * factor)), max(1, round(image.height * factor))
    canvas = new("RGB", sheet, "white")
    canvas.paste(_resized(image, inner), ((sheet[0] - inner[0]) // 2, (sheet[1] - inner[1]) // 2))
    return canvas


def _middle(pixels: Size, sheet: Size) -> tuple[float, float, float, float]:
    """The largest part of a picture, from its middle, that has the sheet's shape: left, top, right, bottom."""
    factor = max(sheet[0] / pixels[0], sheet[1] / pixels[1])
    left = max(0.0, (pixels[0] - sheet[0] / factor) / 2)
    top = max(0.0, (pixels[1] - sheet[1] / factor) / 2)
    return left, top, pixels[0] - left, pixels[1] - top


def _resized(image: Any, size: Size, part: tuple[float, float, float, float] | None = None) -> "Image":
    """``image`` is one of Pillow's; its own types of this method need numpy."""
    from PIL.Image import Resampling

    resized: Image = image.resize(size, Resampling.LANCZOS, box=part)
    return resized


def _as_jpeg(image: "Image") -> bytes:
    written = io.BytesIO()
    image.save(written, "JPEG", quality=85)
    return written.getvalue()
