"""What Pwinty finds in a picture, and the preview and thumbnail it makes of it. Knows no request and fetches nothing.

Rules: seed 004 ("Get a photo", "Photo resizing", "Rotation"); reference/pwinty-api.md sections 6.3 and 9.3.
"""

import hashlib
from typing import Final

from printkit.emulator import artwork
from printkit.emulator.shop import ArtworkWanted
from printkit.model import Sizing

from .state import Photo, Workshop

_SIZING: Final = {"Crop": Sizing.CROP, "ShrinkToFit": Sizing.FIT, "ShrinkToExactFit": Sizing.STRETCH}
_PREVIEW: Final = "preview"
_THUMBNAIL: Final = "thumbnail"


def md5_of(content: bytes) -> str:
    """The hash as Pwinty writes it."""
    return hashlib.md5(content, usedforsecurity=False).hexdigest()


def develop(workshop: Workshop, photo: Photo, content: bytes) -> None:
    """The picture is here: the photo becomes ``Ok`` or ``Invalid``, and of one that could be looked at there is a preview."""
    photo.md5 = md5_of(content)
    matches = photo.expected_md5 in {None, photo.md5}
    photo.state = "Ok" if matches and content and _look(workshop, photo, content) else "Invalid"


def _look(workshop: Workshop, photo: Photo, content: bytes) -> bool:
    if not workshop.options.look_at_files:
        return True
    if not artwork.can_look():
        return artwork.begins_as_jpeg(content)
    picture = artwork.read_picture(content)
    if picture is None:
        return False
    photo.pixels = picture.pixels
    workshop.darkroom.album.put(str(photo.id), picture.printed(photo.item.image, _SIZING[photo.sizing]))
    if workshop.darkroom.shown_at is not None:
        photo.preview_url = f"{workshop.darkroom.shown_at}/{photo.id}-{_PREVIEW}.jpg"
        photo.thumbnail_url = f"{workshop.darkroom.shown_at}/{photo.id}-{_THUMBNAIL}.jpg"
    return True


def wanted(workshop: Workshop) -> list[ArtworkWanted]:
    """The pictures to be fetched that nobody has asked for yet; of photos deleted meanwhile none is."""
    asked, workshop.darkroom.wanted = workshop.darkroom.wanted, []
    return [each for each in asked if int(each.item) in workshop.books.photos]


def shown(workshop: Workshop, name: str) -> bytes | None:
    """The preview or thumbnail of this name, if it is still kept. Thumbnails are made when they are asked for."""
    number, _, kind = name.rpartition("-")
    preview = workshop.darkroom.album.get(number)
    if preview is None or kind not in {_PREVIEW, _THUMBNAIL}:
        return None
    return preview if kind == _PREVIEW else artwork.shrunk(preview)


def forget(workshop: Workshop, photo: Photo) -> None:
    """The photo is gone, and so is what was made of it."""
    workshop.darkroom.album.drop(str(photo.id))
