"""Pwinty's order list, page by page, so that no order is skipped or repeated while the list moves underneath. Knows no request."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import final

from attrs import field, frozen

from ...errors import FieldProblem, InvalidRequestError
from ...model import Order, OrderStatus
from ...paging import Page
from . import statuses

COUNT = 100
"""Entries asked for at once; the shop's default, its maximum is 250 (seed 004, "List orders")."""

List = Callable[[Mapping[str, str]], Awaitable[tuple[Order, ...]]]


@final
@frozen
class OrderPages:
    """The list comes newest first, which is by descending id (reference section 7.2), and has neither a total nor a next link.

    A cursor holds the offset and the last id given out. New orders push entries down: what was given out already is left out. Entries
    that leave the filter pull others up: the next page begins one entry early, and steps back until it sees an id that is not new.
    """

    _list: List
    _detailed: Callable[[Order], Awaitable[Order]] | None
    status: OrderStatus | None = field(kw_only=True)
    reference: str | None = field(kw_only=True)
    since: datetime | None = field(kw_only=True)

    async def fetch(self, cursor: str | None) -> Page[Order]:
        """The page after ``cursor``, a string that an earlier page gave."""
        offset, last = _read_cursor(cursor)
        if self.status is not None and self.status not in statuses.FILTER:
            return Page(())
        entries, offset = await self._after(offset, last)
        new = [order for order in entries if last is None or int(order.id) < last]
        ended = len(entries) < COUNT
        if self.since is not None:
            recent = [order for order in new if order.created is None or order.created >= self.since]
            ended = ended or len(recent) < len(new)
            new = recent
        lowest = min((int(order.id) for order in entries), default=0)
        wanted = [order for order in new if self.status is None or order.status is self.status]
        if self._detailed:
            wanted = [await self._detailed(order) for order in wanted]
        return Page(tuple(wanted), None if ended else f"{offset + len(entries)}:{min(lowest, last or lowest)}")

    async def _after(self, offset: int, last: int | None) -> tuple[tuple[Order, ...], int]:
        """The entries from ``offset`` on, begun so early that nothing between them and the last id given out can be missing."""
        start = max(0, offset - 1) if last is not None else offset
        while True:
            entries = await self._list(self._query(start))
            if last is None or start == 0 or (entries and int(entries[0].id) >= last):
                return entries, start
            start = max(0, start - COUNT)

    def _query(self, offset: int) -> dict[str, str]:
        query = {"count": str(COUNT), "offset": str(offset)}
        if self.status is not None:
            query["orderStatus"] = statuses.FILTER[self.status]
        if self.reference is not None:
            query["merchantOrderId"] = self.reference
        return query


def _read_cursor(cursor: str | None) -> tuple[int, int | None]:
    if cursor is None:
        return 0, None
    offset, _, last = cursor.partition(":")
    if len(cursor) < 40 and offset.isascii() and offset.isdigit() and last.isascii() and last.isdigit():
        return int(offset), int(last)
    raise InvalidRequestError([FieldProblem("cursor", "is not one that an earlier page gave")])
