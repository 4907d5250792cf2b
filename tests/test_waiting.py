"""Waiting for orders: how often they are read, what ends it, and what a receiver's notices spare. Time is an argument."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import aclosing
from typing import Any

import pytest
from attrs import evolve

import printkit
from printkit import (
    AuthenticationError,
    ConflictError,
    InvalidRequestError,
    NotFoundError,
    Order,
    OrderRef,
    OrderStatus,
    Photo,
    PrintKitError,
    RateLimitedError,
    RejectedError,
    StillWaitingError,
    TransportError,
)
from printkit.emulator.clock import ManualClock
from printkit.progress import fingerprint, is_over
from printkit.providers.pwinty.emulator import Shop
from printkit.waiting import FETCHING, PRINTING, TOLD, Bell, Pace, changes, until
from tests.providers.pwinty.shops import TOM, draft, kit_on, photo, settings

S = OrderStatus
REF = OrderRef("uk", "1")


class Time:
    """Moves only when somebody sleeps; what is to happen at a moment happens then."""

    def __init__(self) -> None:
        self.now = 0.0
        self.slept: list[float] = []
        self.events: list[tuple[float, Callable[[], None]]] = []

    def __call__(self) -> float:
        return self.now

    def at(self, when: float, event: Callable[[], None]) -> None:
        self.events.append((when, event))

    async def sleep(self, seconds: float) -> None:
        ends = self.now + seconds
        for when, event in sorted((each for each in self.events if each[0] <= ends), key=lambda each: each[0]):
            self.events.remove((when, event))
            self.now = max(self.now, when)
            event()
            for _ in range(5):
                await asyncio.sleep(0)  # who was woken gives up this sleep
        self.now = max(self.now, ends)
        self.slept.append(seconds)


class Shelf:
    """Orders as a shop would have them, and how often they were read."""

    def __init__(self, *orders: Order) -> None:
        self.orders = {order.ref: order for order in orders}
        self.reads: list[OrderRef] = []
        self.failures: list[PrintKitError] = []

    def put(self, status: OrderStatus, ref: OrderRef = REF) -> Order:
        self.orders[ref] = evolve(self.orders[ref], status=status)
        return self.orders[ref]

    async def read(self, ref: OrderRef) -> Order:
        self.reads.append(ref)
        if self.failures:
            raise self.failures.pop(0)
        return self.orders[ref]


def order(status: OrderStatus = S.SUBMITTED, ref: OrderRef = REF) -> Order:
    return Order(ref, status)


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def shelf() -> Shelf:
    return Shelf(order())


def wait(shelf: Shelf, time: Time, bell: Bell | None = None, timeout: float | None = None, **more: Any) -> Any:
    return until(
        REF,
        shelf.read,
        lambda found: found.status is S.SHIPPED,
        timeout,
        lambda found: f"it is {found.status}",
        bell=bell or Bell(),
        clock=time,
        sleep=time.sleep,
        **more,
    )


class TestUntil:
    async def test_one_read_when_it_is_there(self, shelf: Shelf, time: Time) -> None:
        shelf.put(S.SHIPPED)

        assert (await wait(shelf, time)).status is S.SHIPPED
        assert (len(shelf.reads), time.slept) == (1, [])

    async def test_ever_more_slowly_and_never_beyond_the_longest(self, shelf: Shelf, time: Time) -> None:
        time.at(5000, lambda: shelf.put(S.SHIPPED) and None)

        await wait(shelf, time)

        assert time.slept[:4] == [1.0, 1.5, 2.25, 3.375]
        assert time.slept == sorted(time.slept)
        assert time.slept[-1] == PRINTING.longest
        assert time.now - 5000 <= PRINTING.longest

    async def test_a_pace_of_its_own(self, shelf: Shelf, time: Time) -> None:
        time.at(300, lambda: shelf.put(S.SHIPPED) and None)
        await wait(shelf, time, pace=FETCHING)
        assert max(time.slept) == FETCHING.longest

    async def test_the_end_is_told_with_what_is_missing(self, shelf: Shelf, time: Time) -> None:
        with pytest.raises(StillWaitingError, match=r"it is submitted \(10 s\)") as caught:
            await wait(shelf, time, timeout=10)

        assert caught.value.order == REF
        assert time.now == 10
        assert len(shelf.reads) == 6  # at 0, 1, 2.5, 4.75, 8.125 and 10: the last look is at the end

    async def test_no_time_is_one_look(self, shelf: Shelf, time: Time) -> None:
        with pytest.raises(StillWaitingError):
            await wait(shelf, time, timeout=0)
        assert len(shelf.reads) == 1

    async def test_a_read_that_fails_for_now_is_made_again(self, shelf: Shelf, time: Time) -> None:
        shelf.put(S.SHIPPED)
        limited = RateLimitedError("slowly")
        limited.retry_after = 120.0
        shelf.failures = [TransportError("down"), limited]

        assert (await wait(shelf, time)).status is S.SHIPPED
        assert time.slept == [1.0, 120.0]

    async def test_at_the_end_the_failure_is_told(self, shelf: Shelf, time: Time) -> None:
        shelf.failures = [TransportError("down")] * 10
        with pytest.raises(TransportError):
            await wait(shelf, time, timeout=5)

    async def test_a_failure_for_good_ends_it(self, shelf: Shelf, time: Time) -> None:
        shelf.failures = [NotFoundError("no")]
        with pytest.raises(NotFoundError):
            await wait(shelf, time)
        assert time.slept == []

    async def test_a_notice_spares_the_read(self, shelf: Shelf, time: Time) -> None:
        bell = Bell()
        with bell.ringing():
            time.at(7, lambda: bell.ring(shelf.put(S.SHIPPED)))
            assert (await wait(shelf, time, bell)).status is S.SHIPPED

        assert (time.now, len(shelf.reads)) == (7, 1)

    async def test_without_a_receiver_it_looks_sooner(self, shelf: Shelf, time: Time) -> None:
        bell = Bell()
        assert bell.pace == PRINTING
        with bell.ringing(), bell.ringing():
            assert bell.pace == TOLD
        assert bell.pace == PRINTING

    async def test_nothing_is_left_behind(self, shelf: Shelf, time: Time) -> None:
        bell = Bell()
        for _ in range(3):
            with pytest.raises(StillWaitingError):
                await wait(shelf, time, bell, timeout=1)
        assert vars(bell)["_ears"] == {}
        assert len(asyncio.all_tasks()) == 1


def test_a_pace_grows_to_its_longest() -> None:
    pace = Pace(2.0, 10.0, 2.0)
    assert [pace.after(pause) for pause in (None, 0.0, 2.0, 4.0, 8.0, 100.0)] == [2.0, 2.0, 4.0, 8.0, 10.0, 10.0]


# ── Watching ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def over(found: Order) -> bool:
    return is_over(found.status, frozenset())


def watch(shelf: Shelf, time: Time, known: dict[OrderRef, str | None], bell: Bell | None = None) -> Any:
    return changes(known, shelf.read, over, bell=bell or Bell(), clock=time, sleep=time.sleep)


async def statuses(found: AsyncIterator[Order]) -> list[OrderStatus]:
    return [each.status async for each in found]


def script(shelf: Shelf, time: Time, steps: Iterable[tuple[float, OrderStatus]]) -> None:
    for when, status in steps:
        time.at(when, lambda status=status: shelf.put(status) and None)  # type: ignore[misc]


class TestChanges:
    async def test_each_change_once_until_it_is_over(self, shelf: Shelf, time: Time) -> None:
        script(shelf, time, [(100, S.IN_PRODUCTION), (2000, S.SHIPPED), (90_000, S.DELIVERED)])

        assert await statuses(watch(shelf, time, {REF: None})) == [S.SUBMITTED, S.IN_PRODUCTION, S.SHIPPED, S.DELIVERED]
        assert len(shelf.reads) < 400

    async def test_what_is_known_does_not_come(self, shelf: Shelf, time: Time) -> None:
        time.at(50, lambda: shelf.put(S.CANCELLED) and None)

        assert await statuses(watch(shelf, time, {REF: fingerprint(order())})) == [S.CANCELLED]

    async def test_an_order_that_is_over_is_read_once(self, shelf: Shelf, time: Time) -> None:
        shelf.put(S.DELIVERED)

        assert await statuses(watch(shelf, time, {REF: None})) == [S.DELIVERED]
        assert (len(shelf.reads), time.now) == (1, 0)

    async def test_nothing_to_watch(self, shelf: Shelf, time: Time) -> None:
        assert await statuses(watch(shelf, time, {})) == []

    async def test_a_thousand_orders_are_read_one_after_the_other(self, time: Time) -> None:
        refs = [OrderRef("uk", str(number)) for number in range(1000)]
        shelf = Shelf(*(order(S.DELIVERED, ref) for ref in refs))
        reading = 0

        async def read(ref: OrderRef) -> Order:
            nonlocal reading
            reading += 1
            assert reading == 1
            await asyncio.sleep(0)
            reading -= 1
            return await shelf.read(ref)

        found = changes(dict.fromkeys(refs), read, over, bell=Bell(), clock=time, sleep=time.sleep)
        assert len(await statuses(found)) == 1000

    async def test_after_a_change_it_looks_sooner_again(self, shelf: Shelf, time: Time) -> None:
        script(shelf, time, [(4000, S.IN_PRODUCTION)])
        came: list[float] = []
        async for each in watch(shelf, time, {REF: None}):
            came.append(time.now)
            if each.status is S.IN_PRODUCTION:
                script(shelf, time, [(time.now + 5, S.DELIVERED)])

        assert came[2] - came[1] < 10

    async def test_notices_bring_changes_at_once_and_spare_the_reads(self, shelf: Shelf, time: Time) -> None:
        bell = Bell()
        with bell.ringing():
            for when, status in ((40, S.IN_PRODUCTION), (45, S.SHIPPED), (46, S.SHIPPED), (50, S.DELIVERED)):
                time.at(when, lambda status=status: bell.ring(shelf.put(status)))  # type: ignore[misc]
            came = [(time.now, each.status) async for each in watch(shelf, time, {REF: None}, bell)]

        assert came == [(0, S.SUBMITTED), (40, S.IN_PRODUCTION), (45, S.SHIPPED), (50, S.DELIVERED)]
        assert len(shelf.reads) <= 2

    async def test_an_outage_is_waited_out(self, shelf: Shelf, time: Time) -> None:
        shelf.failures = [TransportError("down")] * 5
        time.at(60, lambda: shelf.put(S.DELIVERED) and None)

        assert (await statuses(watch(shelf, time, {REF: None})))[-1] is S.DELIVERED

    async def test_an_order_that_is_not_there_ends_it_and_is_named(self, shelf: Shelf, time: Time) -> None:
        shelf.failures = [NotFoundError("no such order")]
        with pytest.raises(NotFoundError, match="uk:1 cannot be read: no such order") as caught:
            await statuses(watch(shelf, time, {REF: None}))
        assert caught.value.order == REF

    async def test_the_others_are_watched_to_their_end_and_then_it_is_told(self, time: Time, caplog: pytest.LogCaptureFixture) -> None:
        refs = [OrderRef("uk", str(number)) for number in range(4)]
        shelf = Shelf(*(order(S.SUBMITTED, ref) for ref in refs))
        for when, ref in ((100, refs[2]), (200, refs[3])):
            time.at(when, lambda ref=ref: shelf.put(S.DELIVERED, ref) and None)  # type: ignore[misc]
        gone = {refs[0]: NotFoundError("no such order"), refs[1]: RejectedError("not yours")}

        async def read(ref: OrderRef) -> Order:
            if ref in gone:
                raise gone[ref]
            return await shelf.read(ref)

        bell, seen = Bell(), list[tuple[str, OrderStatus]]()

        async def walk() -> None:
            async for each in changes(dict.fromkeys(refs), read, over, bell=bell, clock=time, sleep=time.sleep):
                seen.append((each.ref.id, each.status))
                assert "uk:0 cannot be read: no such order" in caplog.text  # at once

        with pytest.raises(NotFoundError, match="uk:0 cannot be read") as caught:
            await walk()
        assert seen == [("2", S.SUBMITTED), ("3", S.SUBMITTED), ("2", S.DELIVERED), ("3", S.DELIVERED)]
        assert caught.value.__notes__ == ["uk:1 cannot be read: not yours"]
        assert vars(bell)["_ears"] == {}

    async def test_one_that_was_read_before_is_asked_for_again(self, shelf: Shelf, time: Time) -> None:
        """What stands between us and the shop may refuse for a while."""
        refusals = [NotFoundError("no"), RejectedError("blocked"), NotFoundError("no")]
        time.at(10, lambda: shelf.failures.extend(refusals))
        time.at(3000, lambda: shelf.put(S.DELIVERED) and None)
        assert await statuses(watch(shelf, time, {REF: None})) == [S.SUBMITTED, S.DELIVERED]

    async def test_but_not_for_ever(self, shelf: Shelf, time: Time) -> None:
        time.at(10, lambda: shelf.failures.extend([NotFoundError("no")] * 100))
        with pytest.raises(NotFoundError):
            await statuses(watch(shelf, time, {REF: None}))
        assert len(shelf.failures) == 94

    async def test_credentials_that_are_not_accepted_end_it_for_all(self, time: Time) -> None:
        refs = [OrderRef("uk", str(number)) for number in range(4)]
        shelf = Shelf(*(order(S.SUBMITTED, ref) for ref in refs))
        shelf.failures = [AuthenticationError("the key is not accepted")]
        with pytest.raises(AuthenticationError):
            await statuses(watch(shelf, time, dict.fromkeys(refs)))
        assert len(shelf.reads) == 1

    async def test_a_drafts_name_goes_on_as_the_orders(self, time: Time) -> None:
        name, real, bell = OrderRef("uk", "draft:1"), OrderRef("uk", "7"), Bell()
        shelf = Shelf()
        shelf.orders = {name: order(S.DRAFT, name), real: order(S.SUBMITTED, real)}
        time.at(20, lambda: shelf.orders.update({name: shelf.orders[real]}))
        time.at(300, lambda: bell.ring(shelf.put(S.CANCELLED, real)))
        with bell.ringing():
            found = [(each.ref.id, each.status) async for each in watch(shelf, time, {name: None}, bell)]

        assert found == [("draft:1", S.DRAFT), ("7", S.SUBMITTED), ("7", S.CANCELLED)]
        assert time.now == 300

    async def test_leaving_early_leaves_nothing_behind(self, shelf: Shelf, time: Time) -> None:
        bell = Bell()
        async with aclosing(watch(shelf, time, {REF: None}, bell)) as found:
            await anext(found)
        assert vars(bell)["_ears"] == {}


# ── The kit's verbs ───────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PRINTING", "TOLD"):
        monkeypatch.setattr(f"printkit.waiting.{name}", Pace(0.0, 0.0))


@pytest.mark.usefixtures("at_once")
class TestTheKit:
    async def test_wait_for_reached_passed_and_never(self) -> None:
        shop = Shop(clock=ManualClock())
        async with kit_on(shop) as kit:
            placed = await kit.submit(await draft(kit, photo("a")))
            assert (await kit.wait_for(placed, S.SUBMITTED)).status is S.SUBMITTED
            waiting = asyncio.create_task(kit.wait_for(str(placed.ref), S.IN_PRODUCTION, timeout=60))
            await asyncio.sleep(0)
            shop.print_and_ship(int(placed.id))
            assert (await waiting).status is S.SHIPPED

            with pytest.raises(ConflictError, match="is shipped and will not be cancelled") as caught:
                await kit.wait_for(placed, S.CANCELLED)
            assert (caught.value.order_status, caught.value.order, caught.value.sent) == (S.SHIPPED, placed.ref, False)
            other = await kit.set_status(await draft(kit, reference="R2"), S.CANCELLED)
            with pytest.raises(ConflictError, match="is cancelled and will not be shipped"):
                await kit.wait_for(other, S.SHIPPED)

    @pytest.mark.parametrize("status", [S.DELIVERED, S.ON_HOLD, S.TEST, S.UNKNOWN])
    async def test_what_the_shop_never_says_is_refused_at_once(self, status: OrderStatus) -> None:
        async with kit_on(Shop()) as kit:
            with pytest.raises(InvalidRequestError, match=f"never says {status}"):
                await kit.wait_for("pwinty:1", status)

    async def test_the_time_is_over(self) -> None:
        async with kit_on(Shop()) as kit:
            order = await draft(kit)
            with pytest.raises(StillWaitingError, match="is draft, and not yet shipped"):
                await kit.wait_for(order, S.SHIPPED, timeout=0)

    async def test_watch_goes_from_draft_to_shipped_and_ends(self) -> None:
        shop = Shop(clock=ManualClock())
        async with kit_on(shop) as kit:
            order = await draft(kit, photo("a"))
            seen: list[OrderStatus] = []
            async for each in kit.watch([order.ref]):
                seen.append(each.status)
                if each.status is S.DRAFT:
                    await kit.submit(each)
                elif each.status is S.SUBMITTED:
                    shop.print_and_ship(int(order.id))
        assert seen == [S.DRAFT, S.SUBMITTED, S.SHIPPED]

    async def test_an_order_that_was_given_comes_when_it_differs(self) -> None:
        shop = Shop(clock=ManualClock())
        async with kit_on(shop) as kit:
            order = await kit.get_order((await draft(kit, photo("a"))).ref)
            await kit.set_status(order, S.CANCELLED)
            assert [each.status async for each in kit.watch([order])] == [S.CANCELLED]
            entry = (await kit.list_orders()).items[0]
            assert [each.complete async for each in kit.watch([entry])] == [True]

    async def test_a_gooten_draft_is_watched_through_its_submission(self) -> None:
        async with printkit.connect(
            "gooten+emulator://",
            environ={"PRINTKIT_PROVIDERS_GOOTEN_EMAIL": "a@example.com", "PRINTKIT_PROVIDERS_GOOTEN_PHONE": "1"},
        ) as kit:
            order = await kit.create_order(printkit.NewOrder(TOM))
            order = await kit.add_photos(order, [Photo("CanvsWrp-BlkWrp-18x24", "https://example.com/a.jpg")])
            seen: list[str] = []
            async for each in kit.watch([order.ref]):
                seen.append(each.status)
                if each.status is S.DRAFT:
                    await kit.submit(each)
                elif each.status is S.SUBMITTED:
                    assert each.ref != order.ref
                    await kit.set_status(each, S.CANCELLED)
        assert seen == ["draft", "submitted", "cancelled"]


async def test_parse_notice_and_what_it_concerns() -> None:
    body = b'{"id": 1, "status": "complete", "environment": "LIVE"}'
    async with kit_on(Shop()) as kit:
        notice = kit.parse_notice({}, {}, body)
        assert notice.order == OrderRef("pwinty", "1")
        assert kit.concerns(notice)  # an emulator is nobody's sandbox
    kit = printkit.connect(environ=settings(environment="sandbox"))
    assert not kit.concerns(notice)
    assert kit.concerns(evolve(notice, environment="sandbox"))
    assert kit.concerns(evolve(notice, environment=None))
    await kit.aclose()
