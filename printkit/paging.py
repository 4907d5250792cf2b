"""Lists that come in pages: ``await`` one page, or ``async for`` every entry. Knows neither orders nor shops."""

from collections.abc import AsyncIterator, Awaitable, Callable, Generator
from typing import Generic, TypeVar, final

from attrs import frozen

from .errors import UnreadableAnswerError

T_co = TypeVar("T_co", covariant=True)


@final
@frozen
class Page(Generic[T_co]):
    """One page, and the cursor of the page after it."""

    items: tuple[T_co, ...]
    next: str | None = None
    """Opaque; None on the last page. Give it back as ``cursor=`` to go on later, also in another process."""


@final
@frozen
class Pager(Generic[T_co]):
    """A list that is fetched when it is used.

    ``await pager`` fetches the first page; ``async for entry in pager`` walks all pages and asks for the next one only when it
    is needed. Each ``await`` and each loop asks anew.
    """

    fetch: Callable[[str | None], Awaitable[Page[T_co]]]
    """One page by its cursor."""
    start: str | None = None

    def __await__(self) -> Generator[object, None, Page[T_co]]:
        return self.fetch(self.start).__await__()

    async def pages(self) -> AsyncIterator[Page[T_co]]:
        """Every page from the start.

        Raises:
            UnreadableAnswerError: the shop's paging goes in circles.
        """
        cursor, seen = self.start, set[str]()
        while True:
            page = await self.fetch(cursor)
            yield page
            if page.next is None:
                return
            if page.next in seen:
                raise UnreadableAnswerError("the shop's list of pages goes in circles")
            seen.add(page.next)
            cursor = page.next

    async def __aiter__(self) -> AsyncIterator[T_co]:
        async for page in self.pages():
            for item in page.items:
                yield item
