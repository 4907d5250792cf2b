"""Gooten's order search, page by page, after the drafts that are kept here. Knows no request."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import final

from attrs import field, frozen

from ...errors import FieldProblem, InvalidRequestError
from ...model import Order, OrderStatus
from ...paging import Page

Search = Callable[[dict[str, str], int], Awaitable[tuple[tuple[Order, ...], int]]]


@final
@frozen
class OrderPages:
    """A search has neither status nor exact reference among its criteria (reference/gooten-api.md section 8.3): both are compared here.

    A cursor is the number of the next page. A hit that the page before held already, because new orders pushed it down, is left out.
    """

    _search: Search
    _drafts: Callable[[], Awaitable[list[Order]]]
    _detailed: Callable[[Order], Awaitable[Order]] | None
    status: OrderStatus | None = field(kw_only=True)
    reference: str | None = field(kw_only=True)
    since: datetime | None = field(kw_only=True)
    _seen: dict[int, set[str]] = field(factory=dict[int, set[str]], init=False)
    """The ids of the page that was fetched last, by its number."""

    async def fetch(self, cursor: str | None) -> Page[Order]:
        """The page after ``cursor``, a string that an earlier page gave."""
        page = _read_cursor(cursor)
        drafts = [draft for draft in await self._drafts() if self._is_wanted(draft) and self._is_recent(draft)] if page == 1 else []
        if self.status is OrderStatus.DRAFT:
            return Page(tuple(drafts))
        hits, pages = await self._search(self._criteria(), page)
        before, seen = self._seen.get(page - 1, set[str]()), {hit.id for hit in hits}
        repeats = bool(seen) and seen <= before
        wanted = [hit for hit in hits if hit.id not in before and self._is_wanted(hit)]
        self._seen.clear()
        self._seen[page] = seen
        if self._detailed:
            wanted = [await self._detailed(hit) for hit in wanted]
        return Page((*drafts, *wanted), str(page + 1) if page < pages and hits and not repeats else None)

    def _criteria(self) -> dict[str, str]:
        criteria: dict[str, str] = {}
        if self.reference is not None:
            criteria["genericValues"] = self.reference
        if self.since is not None:
            criteria["startDate"] = f"{self.since.astimezone(UTC):%Y-%m-%d}"
        return criteria

    def _is_wanted(self, order: Order) -> bool:
        return (self.status is None or order.status is self.status) and (self.reference is None or order.reference == self.reference)

    def _is_recent(self, draft: Order) -> bool:
        return self.since is None or draft.created is None or draft.created >= self.since


def _read_cursor(cursor: str | None) -> int:
    if cursor is None:
        return 1
    if cursor.isascii() and cursor.isdigit() and len(cursor) < 9:
        return int(cursor)
    raise InvalidRequestError([FieldProblem("cursor", "is not one that an earlier page gave")])
