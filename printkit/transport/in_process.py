"""The way to a shop that lives in this very process, such as an emulator; refuses to know sockets, and which shop it is."""

import asyncio
from collections.abc import Mapping
from typing import NoReturn, Protocol, final

from attrs import evolve

from printkit.errors import InvalidRequestError
from printkit.exchange import Content, Part, Request, Response
from printkit.secret import Secret

from .address import Address
from .attempt import Cause, Ending, NotSent, Wire
from .credentials import NOTHING, Credentials


class Answers(Protocol):
    """Anything that answers requests at once and without I/O."""

    def answer(self, request: Request) -> Response:
        """The answer; ``request.path`` is the whole path on the host."""
        ...


@final
class InProcessLink:
    """Hands requests to ``shop``, with the credentials added and ``base_path`` in front of the path. Files are read to their end first.

    An attempt raises whatever ``shop`` raises: it is part of this process, and its faults are to be seen.
    """

    def __init__(
        self,
        shop: Answers,
        base_path: str = "",
        headers: Mapping[str, Secret | str] = NOTHING,
        query: Mapping[str, Secret | str] = NOTHING,
        held: tuple[Secret, ...] = (),
        instance: str = "",
    ) -> None:
        self.instance = instance
        """What tells a shop that was made for this link from every other one; empty for one that was given."""
        self._shop = shop
        self._address = Address("", base_path.rstrip("/"))
        self._credentials = Credentials(headers, query, held)
        self._closed = False

    async def attempt(self, request: Request, wire: Wire) -> Ending:
        """See ``Link``. Lets other tasks run once before the shop sees the request."""
        if self._closed:
            return NotSent(Cause.CLOSED)
        if self._credentials.clash_with(request):
            return NotSent(Cause.LOCAL_REFUSAL)
        try:
            path = self._address.path(request)
        except InvalidRequestError:
            return NotSent(Cause.LOCAL_REFUSAL)
        body = await self._body(request)
        await asyncio.sleep(0)
        wire.sent = True
        response = self._shop.answer(
            evolve(
                request,
                path=path,
                query=tuple(self._credentials.query_in_the_clear(request)),
                headers=(*request.headers, *self._credentials.headers_in_the_clear().items()),
                body=body,
            )
        )
        wire.status = response.status
        return response

    async def _body(self, request: Request) -> bytes | tuple[Part, ...]:
        if isinstance(request.body, bytes):
            return self._credentials.body_in_the_clear(request.body)
        return tuple([await _read(part) for part in request.body])

    async def aclose(self) -> None:
        """Answers no more requests. The shop itself goes on."""
        self._closed = True

    def __repr__(self) -> str:
        return "InProcessLink()"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a connection cannot be pickled: open one in each process")


async def _read(part: Part) -> Part:
    content = part.content
    if not isinstance(content, Content):
        return part
    whole = bytearray()
    async for chunk in content.open():
        whole += chunk
        if content.progress is not None:
            content.progress(len(whole), content.size)
    if content.size is not None and len(whole) != content.size:
        raise ValueError(f"the file holds {len(whole)} bytes and was said to hold {content.size}")
    return evolve(part, content=bytes(whole))
