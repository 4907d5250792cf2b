"""Collects an answer's body up to a limit, unpacking gzip and deflate; refuses to know how its pieces arrive."""

import zlib
from typing import Protocol, final

from .attempt import Cause

_GZIP, _ZLIB, _BARE = 31, 15, -15
_WINDOWS = {"": None, "identity": None, "gzip": _GZIP, "x-gzip": _GZIP, "deflate": _ZLIB}


class _Unpacker(Protocol):
    @property
    def eof(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, max_length: int, /) -> bytes: ...


@final
class CappedBody:
    """A body in the making. Neither what arrives nor what it unpacks to is kept beyond ``most`` bytes.

    ``encoding`` is the answer's ``Content-Encoding``; anything but gzip and deflate, which are all that is asked for, is refused.
    """

    def __init__(self, encoding: str, most: int) -> None:
        self._encoding = encoding.strip().lower()
        self._most = most
        self._arrived = 0
        self._body = bytearray()
        self._unpacker: _Unpacker | None = None

    def take(self, chunk: bytes) -> Cause | None:
        """Add what has arrived; a cause says that reading on is pointless."""
        if not chunk:
            return None
        self._arrived += len(chunk)
        if self._arrived > self._most:
            return Cause.TOO_LARGE
        if self._encoding not in _WINDOWS:
            return Cause.BAD_ENCODING
        try:
            self._unpack(chunk)
        except zlib.error:
            return Cause.BAD_ENCODING
        return Cause.TOO_LARGE if len(self._body) > self._most else None

    def _unpack(self, chunk: bytes) -> None:
        window = _WINDOWS[self._encoding]
        if window is None:
            self._body += chunk
            return
        if self._unpacker is None and window == _ZLIB and chunk[0] & 0x0F != 8:
            self._unpacker = zlib.decompressobj(_BARE)  # some servers leave the zlib wrapper out (RFC 9110, 8.4.1.2)
        while chunk and len(self._body) <= self._most:
            if self._unpacker is None or self._unpacker.eof:
                self._unpacker = zlib.decompressobj(window)  # gzip allows several members in a row (RFC 1952, 2.2)
            self._body += self._unpacker.decompress(chunk, self._most + 1 - len(self._body))
            chunk = self._unpacker.unused_data

    def finish(self) -> bytes | Cause:
        """The whole body, once nothing more arrives."""
        if self._unpacker is not None and not self._unpacker.eof:
            return Cause.BAD_ENCODING
        return bytes(self._body)
