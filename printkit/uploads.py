"""Artwork as bytes to send: opened anew for each attempt, hashed, never held in memory when large. Knows no shop and no HTTP library."""

import asyncio
import hashlib
import mimetypes
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import BinaryIO, final

from .errors import FieldProblem, InvalidRequestError
from .exchange import Content
from .model import Artwork

CHUNK = 256 * 1024
"""Bytes read and sent at a time."""

Progress = Callable[[int, int | None], None]
"""Told of the bytes sent so far, and of all of them where that is known."""


@final
class Upload:
    """One picture to send as a file."""

    def __init__(self, artwork: Artwork, md5: str | None, size: int | None, progress: Progress | None) -> None:
        self._artwork = artwork
        self._md5 = hashlib.md5(usedforsecurity=False)
        self.md5 = md5
        """Hex digest, known beforehand; None for a stream."""
        self.filename = artwork.path.name if artwork.path else "artwork.jpg"
        self.content_type = mimetypes.guess_type(self.filename)[0] or "application/octet-stream"
        self.content = Content(self._open, size, progress, replayable=artwork.stream is None)

    def is_other_than(self, md5: str | None) -> bool:
        """True when ``md5`` contradicts what was sent. None contradicts nothing."""
        return md5 is not None and md5.lower() != (self.md5 or self._md5.hexdigest())

    async def _open(self) -> AsyncIterator[bytes]:
        self._md5 = hashlib.md5(usedforsecurity=False)
        async for chunk in chunks(self._artwork):
            self._md5.update(chunk)
            yield chunk


async def prepare(artwork: Artwork, path: str, progress: Progress | None = None) -> Upload:
    """An upload of a file, of bytes or of a stream. A file is read once here, for its hash, in a thread.

    Raises:
        InvalidRequestError: the file cannot be read, or its md5 is not the one that was given.
    """
    if artwork.stream is not None:
        return Upload(artwork, None, None, progress)
    try:
        md5, size = await asyncio.to_thread(_hash, artwork)
    except OSError as error:
        problem = FieldProblem(path, f"cannot be read: {error.strerror}")
    else:
        if artwork.md5 is None or artwork.md5.lower() == md5:
            return Upload(artwork, md5, size, progress)
        problem = FieldProblem(f"{path}.md5", f"is not that of the picture, which is {md5}")
    raise InvalidRequestError([problem])


async def chunks(artwork: Artwork) -> AsyncIterator[bytes]:
    """The picture's bytes, a piece at a time."""
    if artwork.stream is not None:
        async for chunk in artwork.stream():
            yield chunk
    elif artwork.data is not None:
        for start in range(0, len(artwork.data), CHUNK):
            yield artwork.data[start : start + CHUNK]
    elif artwork.path is not None:
        file = await asyncio.to_thread(_opened, artwork.path)
        try:
            while chunk := await asyncio.to_thread(file.read, CHUNK):
                yield chunk
        finally:
            file.close()


def _opened(path: Path) -> BinaryIO:
    return path.open("rb")


def _hash(artwork: Artwork) -> tuple[str, int]:
    if artwork.data is not None:
        return hashlib.md5(artwork.data, usedforsecurity=False).hexdigest(), len(artwork.data)
    if artwork.path is None:
        raise FileNotFoundError(2, "there is neither a file nor bytes")
    with artwork.path.open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False)).hexdigest(), file.tell()
