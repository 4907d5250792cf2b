"""A pager fetches when it is used, asks for a page only when it is needed, and does not go in circles."""

import asyncio

import pytest

from printkit import Page, Pager, UnreadableAnswerError


class Book:
    """Pages by cursor, and how often each was asked for."""

    def __init__(self, *pages: tuple[int, ...]) -> None:
        self.pages = pages
        self.asked: list[str | None] = []

    async def fetch(self, cursor: str | None) -> Page[int]:
        self.asked.append(cursor)
        await asyncio.sleep(0)
        number = int(cursor or 0)
        return Page(self.pages[number], str(number + 1) if number + 1 < len(self.pages) else None)


async def test_awaiting_gives_the_first_page_only() -> None:
    book = Book((1, 2), (3,))
    page = await Pager(book.fetch)
    assert page == Page((1, 2), "1")
    assert book.asked == [None]


async def test_iterating_gives_every_entry() -> None:
    book = Book((1, 2), (), (3,), ())
    assert [entry async for entry in Pager(book.fetch)] == [1, 2, 3]
    assert book.asked == [None, "1", "2", "3"]


async def test_the_next_page_is_asked_for_when_it_is_needed() -> None:
    book = Book((1, 2), (3,))
    async for entry in Pager(book.fetch):
        if entry == 2:
            break
    assert book.asked == [None]


async def test_nothing_is_asked_for_before() -> None:
    book = Book((1,))
    Pager(book.fetch)
    assert book.asked == []


async def test_each_use_asks_anew() -> None:
    book = Book((1,), (2,))
    pager = Pager(book.fetch)
    assert [entry async for entry in pager] == [entry async for entry in pager] == [1, 2]
    await pager
    await pager
    assert book.asked == [None, "1", None, "1", None, None]


async def test_a_cursor_goes_on_where_a_page_ended() -> None:
    book = Book((1,), (2,), (3,))
    first = await Pager(book.fetch)
    assert [entry async for entry in Pager(book.fetch, first.next)] == [2, 3]


async def test_pages_can_be_walked_too() -> None:
    book = Book((1,), (2,))
    assert [page.items async for page in Pager(book.fetch).pages()] == [(1,), (2,)]


@pytest.mark.parametrize("start", [None, "a"])
async def test_a_circle_is_noticed(start: str | None) -> None:
    circle = {None: "a", "a": "b", "b": "c", "c": "a"}

    async def fetch(cursor: str | None) -> Page[str]:
        return Page((str(cursor),), circle[cursor])

    seen: list[str] = []

    async def walk() -> None:
        seen.extend([entry async for entry in Pager(fetch, start)])

    with pytest.raises(UnreadableAnswerError, match="circles"):
        await asyncio.wait_for(walk(), 5)


async def test_a_failure_on_the_way_is_the_callers() -> None:
    async def fetch(cursor: str | None) -> Page[int]:
        if cursor:
            raise UnreadableAnswerError("x")
        return Page((1,), "1")

    seen = []
    with pytest.raises(UnreadableAnswerError):  # noqa: PT012 - what was seen before counts
        async for entry in Pager(fetch):
            seen.append(entry)  # noqa: PERF401 - kept when it fails
    assert seen == [1]
