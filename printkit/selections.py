"""A query turned into changes: the orders that match, freshly read, and what is to become of them. Knows no shop; sends no write."""

from collections.abc import AsyncIterable, AsyncIterator, Iterable, Mapping
from datetime import datetime
from typing import Any, final

from attrs import field, frozen

from .changes import CancelItems, ReplaceArtwork, SetStatus, Submit, SwapSku
from .model import ArtworkLike, Item, Order, OrderStatus
from .provider import OrderLike

Orders = Iterable[OrderLike | str] | AsyncIterable[OrderLike | str]


@final
@frozen
class Selection:
    """Orders and items by query; made by ``kit.select``.

    ``async for order, item in selection`` gives every live item that matches, in an order that was just read. Each verb gives
    changes, made as they are asked for: ``await kit.apply(selection.swap_sku("10x15"))``. Changing orders while they are listed skips
    none; an order that has left the status when its turn comes is left out.
    """

    _kit: Any = field(repr=False)
    status: OrderStatus | None = None
    sku: str | None = None
    since: datetime | None = None
    reference: str | None = None
    provider: str | None = None
    orders: Orders | None = field(default=None, repr=False)

    async def __aiter__(self) -> AsyncIterator[tuple[Order, Item]]:
        async for order in self._orders(whole=True):
            for item in self._items(order):
                yield order, item

    async def swap_sku(self, sku: str, *, attributes: Mapping[str, str] | None = None) -> AsyncIterator[SwapSku]:
        """Every item that matches becomes another product. A shop may charge for it."""
        async for order, item in self:
            yield SwapSku(order, item, sku, attributes)

    async def replace_artwork(self, artwork: ArtworkLike | Iterable[ArtworkLike]) -> AsyncIterator[ReplaceArtwork]:
        """Every item that matches is printed with other artwork, given by URL."""
        async for order, item in self:
            yield ReplaceArtwork(order, item, artwork)

    async def cancel_items(self) -> AsyncIterator[CancelItems]:
        """Every item that matches is taken out of its order, by one change for each order."""
        async for order in self._orders(whole=True):
            yield CancelItems(order, self._items(order))

    async def set_status(self, status: OrderStatus | str) -> AsyncIterator[SetStatus]:
        """Every order that matches, or has an item that does, is moved to a status."""
        async for order in self._orders(whole=False):
            yield SetStatus(order, status)

    async def submit(self) -> AsyncIterator[Submit]:
        """Every order that matches, or has an item that does, is placed: it prints and charges."""
        async for order in self._orders(whole=False):
            yield Submit(order)

    async def _orders(self, *, whole: bool) -> AsyncIterator[Order]:
        """The orders that match; with an item that does, where items are asked for."""
        needs_items = whole or self.sku is not None
        async for order in self._found(detail=needs_items):
            if (self.status is None or order.status is self.status) and (not needs_items or self._items(order)):
                yield order

    def _found(self, *, detail: bool) -> AsyncIterator[Order]:
        if self.orders is not None:
            return self._given(self.orders)
        listed: AsyncIterator[Order] = aiter(
            self._kit.list_orders(status=self.status, reference=self.reference, since=self.since, detail=detail, provider=self.provider)
        )
        return listed

    async def _given(self, orders: Orders) -> AsyncIterator[Order]:
        async for each in _in_turn(orders):
            order: Order = await self._kit.get_order(each)
            if self.reference in {None, order.reference} and self.provider in {None, order.ref.provider}:
                yield order

    def _items(self, order: Order) -> list[Item]:
        return [item for item in order.live_items if self.sku is None or self.sku in {item.sku, item.provider_sku}]


async def _in_turn(orders: Orders) -> AsyncIterator[OrderLike | str]:
    if isinstance(orders, AsyncIterable):
        async for each in orders:
            yield each
    else:
        for one in orders:
            yield one
