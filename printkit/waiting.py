"""Waits for something at a shop by reading the order again and again, ever more slowly. Knows no shop and sends no write."""

import asyncio
import time
from collections.abc import Awaitable, Callable

from .errors import StillWaitingError
from .model import ArtworkStatus, Order

FIRST_PAUSE = 1.0
LONGEST_PAUSE = 15.0


def has_artwork(order: Order) -> bool:
    """True when no picture is still to be fetched."""
    return all(picture.status is not ArtworkStatus.PENDING for item in order.live_items for picture in item.artwork)


async def until(
    read: Callable[[], Awaitable[Order]],
    is_there: Callable[[Order], bool],
    timeout: float,  # noqa: ASYNC109 - the pauses are fitted to it, and its end is an error of our own
    what: str,
    *,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
) -> Order:
    """The order, once ``is_there`` says so.

    Raises:
        StillWaitingError: it did not within ``timeout`` seconds; says ``what`` is missing.
        PrintKitError: reading the order failed.
    """
    ends, pause = clock() + timeout, FIRST_PAUSE
    while True:
        order = await read()
        if is_there(order):
            return order
        left = ends - clock()
        if left <= 0:
            error = StillWaitingError(f"{what} ({timeout:g} s)", provider=order.ref.provider)
            error.order = order.ref
            raise error
        await sleep(min(pause, left))
        pause = min(LONGEST_PAUSE, pause * 1.5)
