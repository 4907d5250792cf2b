"""Keeps the pictures that an emulated shop shows, as many as a bounded memory holds. Refuses to know what is on them."""

from typing import Final, final

MOST_BYTES: Final = 32 * 1024 * 1024
"""Several hundred previews."""


@final
class Album:
    """Pictures by name. When they grow too many, those that came first are forgotten."""

    def __init__(self, most: int = MOST_BYTES) -> None:
        self._pictures: dict[str, bytes] = {}
        self._most = most
        self._size = 0

    def put(self, name: str, picture: bytes) -> None:
        """Keeps a picture, in place of the one of the same name."""
        self.drop(name)
        self._pictures[name] = picture
        self._size += len(picture)
        while self._size > self._most:
            self.drop(next(iter(self._pictures)))

    def get(self, name: str) -> bytes | None:
        """The picture of this name, unless it was forgotten or never there."""
        return self._pictures.get(name)

    def drop(self, name: str) -> None:
        """Forgets a picture; one that is not there is forgotten already."""
        self._size -= len(self._pictures.pop(name, b""))
