"""A file on its way out, piece by piece, its own errors kept apart from the network's; refuses to know what writes the pieces."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import suppress
from typing import NoReturn, final

from printkit.exchange import Content

PIECE = 64 * 1024
"""Bytes at a time, where the size is ours to choose."""


@final
class SourceError(Exception):
    """Tells whoever writes the pieces to give up. What the source really raised is ``Source.error``."""


@final
class Source:
    """One reading of a ``Content``.

    Attributes:
        error: what the caller's own stream or progress callback raised, or ``ValueError`` for a size that was not kept.
        finished: every piece was taken.
    """

    def __init__(self, content: Content) -> None:
        self.size = content.size
        self.error: Exception | None = None
        self.finished = False
        self._content = content
        self._chunks: AsyncIterator[bytes] | None = None
        self._piece: bytes | None = None
        self._pouring = False

    async def begin(self) -> None:
        """Read the first piece, so that a file that cannot be read is found out before anything is sent.

        Raises:
            SourceError: it cannot be read.
        """
        try:
            self._chunks = aiter(self._content.open())
        except Exception as error:  # noqa: BLE001 - the caller's own, handed back as it is
            self._keep(error)
        self._give_up_if_failed()
        await self._advance()

    async def pieces(self) -> AsyncGenerator[bytes, None]:
        """Every piece once. A source that gives more or fewer bytes than it said is a failure before its last byte is out.

        Raises:
            SourceError: reading failed half-way; what was written so far is not the file.
        """
        self._pouring = True
        done = 0
        try:
            while self._piece is not None:
                done += len(self._piece)
                if self.size is not None and done > self.size:
                    self._fail(f"the file holds more than the {self.size} bytes that it was said to hold")
                yield self._piece
                self._report(done)
                await self._advance()
            if self.size is not None and done < self.size:
                self._fail(f"the file holds {done} bytes and was said to hold {self.size}")
            self.finished = True
        finally:
            self._pouring = False
            await self.let_go()

    async def let_go(self) -> None:
        """Close the caller's stream, unless somebody is just reading from it and will close it."""
        close = getattr(self._chunks, "aclose", None)
        if close is not None and not self._pouring:
            with suppress(Exception):  # what was sent is not changed by it
                await close()

    async def _advance(self) -> None:
        chunks = self._chunks
        try:
            self._piece = None if chunks is None else await anext(chunks, None)
        except Exception as error:  # noqa: BLE001 - the caller's own, handed back as it is
            self._keep(error)
        self._give_up_if_failed()

    def _report(self, done: int) -> None:
        if self._content.progress is None:
            return
        try:
            self._content.progress(done, self.size)
        except Exception as error:  # noqa: BLE001 - the caller's own, handed back as it is
            self._keep(error)
        self._give_up_if_failed()

    def _fail(self, why: str) -> NoReturn:
        self.error = ValueError(why)
        raise SourceError

    def _keep(self, error: Exception) -> None:
        frames = error.__traceback__
        self.error = error.with_traceback(frames.tb_next if frames else None)

    def _give_up_if_failed(self) -> None:
        if self.error is not None:
            raise SourceError


def in_pieces(body: bytes) -> Content:
    """A large body that is at hand, to be written without blocking the event loop for long."""

    async def pieces() -> AsyncIterator[bytes]:
        for start in range(0, len(body), PIECE):
            yield body[start : start + PIECE]

    return Content(pieces, len(body))
