"""Waiting reads again and again, ever more slowly, and ends at its deadline. The clock and the pauses are the test's."""

from collections.abc import Iterator

import pytest
from attrs import evolve
from hypothesis import given, strategies as st

from printkit import Artwork, ArtworkStatus, Item, Order, OrderRef, OrderStatus, StillWaitingError
from printkit.waiting import LONGEST_PAUSE, has_artwork, until

REF = OrderRef("a-shop", "1")
PENDING, READY, FAILED = (
    Artwork("https://images.example.com/a.jpg", status=status)
    for status in (ArtworkStatus.PENDING, ArtworkStatus.READY, ArtworkStatus.FAILED)
)


def order(*pictures: Artwork, status: OrderStatus = OrderStatus.DRAFT) -> Order:
    items = tuple(Item(str(number), "4x6", "4x6", 1, status=status, artwork=(picture,)) for number, picture in enumerate(pictures, 1))
    return Order(REF, status, items=items)


class Time:
    """Passes only in pauses, and in the ``costs`` seconds that each reading takes."""

    def __init__(self, answers: Iterator[Order], costs: float = 0.0) -> None:
        self.now, self.pauses, self.readings = 100.0, list[float](), 0
        self._answers, self._costs = answers, costs

    async def read(self) -> Order:
        self.readings += 1
        self.now += self._costs
        return next(self._answers)

    async def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.now += seconds

    async def until_fetched(self, seconds: float) -> Order:
        return await until(self.read, has_artwork, seconds, "not yet", clock=lambda: self.now, sleep=self.sleep)


def forever(found: Order) -> Iterator[Order]:
    while True:
        yield found


def test_every_picture_is_there_or_has_failed() -> None:
    assert has_artwork(order(READY, FAILED))
    assert has_artwork(order())
    assert not has_artwork(order(READY, PENDING))
    cancelled = order(PENDING, status=OrderStatus.CANCELLED)
    assert has_artwork(evolve(cancelled, items=(*cancelled.items, *order(READY).items)))


async def test_it_ends_as_soon_as_they_are() -> None:
    time = Time(iter([order(PENDING, READY), order(PENDING, READY), order(FAILED, READY)]))

    assert (await time.until_fetched(300)).items[0].artwork == (FAILED,)
    assert time.pauses == [1.0, 1.5]


@given(seconds=st.floats(0, 1000), costs=st.floats(0, 20))
async def test_it_ends_at_the_deadline(seconds: float, costs: float) -> None:
    time = Time(forever(order(PENDING)), costs)

    with pytest.raises(StillWaitingError, match="not yet") as caught:
        await time.until_fetched(seconds)
    assert caught.value.order == REF
    assert time.now <= 100 + seconds + costs + 1e-6
    assert all(pause <= LONGEST_PAUSE for pause in time.pauses)
    assert time.pauses[:-1] == sorted(time.pauses[:-1])
