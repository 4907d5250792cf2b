"""Walking the order list while it moves underneath: nothing is skipped, nothing comes twice."""

import json
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given, settings as how, strategies as st

from printkit import Effect, InvalidRequestError, NotFoundError, Order, OrderStatus, PrintKit, Request, Response
from printkit.emulator.clock import ManualClock
from printkit.providers.pwinty.emulator import Options, Shop
from tests.providers.pwinty.shops import KEY, kit_on, photo, world

CREDENTIALS = (("X-Pwinty-MerchantId", "m-1"), ("X-Pwinty-REST-API-Key", KEY))


class Counting:
    """A shop in this process, filled and changed behind the kit's back; keeps what the kit asked for."""

    def __init__(self, orders: int = 0, options: Options | None = None) -> None:
        self.clock = ManualClock()
        self.shop = Shop(options, self.clock)
        self.asked: list[Request] = []
        self.ids = [self.create() for _ in range(orders)]

    def answer(self, request: Request) -> Response:
        self.asked.append(request)
        return self.shop.answer(request)

    def _say(self, method: str, path: str, body: Any) -> Any:
        payload = json.dumps(body).encode()
        request = Request(method, f"/v2.5{path}", Effect.WRITES, headers=CREDENTIALS, body=payload, content_type="application/json")
        response = self.shop.answer(request)
        assert response.status == 200, response.body
        return json.loads(response.body)

    def create(self, reference: str = "R", *, submit: bool = False) -> str:
        address = {"recipientName": "Tom", "address1": "x", "addressTownOrCity": "y", "postalOrZipCode": "z"}
        order_id = str(self._say("POST", "/Orders", {"countryCode": "GB", "merchantOrderId": reference, **address})["id"])
        if submit:
            self._say("POST", f"/Orders/{order_id}/Photos", {"type": "4x6", "url": "https://e.com/a.jpg", "copies": 1})
            self._say("POST", f"/Orders/{order_id}/Status", {"status": "Submitted"})
        return order_id

    def cancel(self, order_id: str) -> None:
        self._say("POST", f"/Orders/{order_id}/Status", {"status": "Cancelled"})

    @property
    def lists(self) -> list[dict[str, str]]:
        return [dict(request.query) for request in self.asked if request.path.lower().endswith("/orders")]


def ids(orders: Any) -> list[str]:
    return [order.id for order in orders]


async def walked(kit: PrintKit, **wishes: Any) -> list[str]:
    return [order.id async for order in kit.list_orders(**wishes)]


async def test_more_orders_than_fit_a_page() -> None:
    shop = Counting(260)
    async with kit_on(shop) as kit:
        assert await walked(kit) == shop.ids[::-1]
    assert all(int(query["count"]) <= 250 for query in shop.lists)
    assert len(shop.lists) == 3


@pytest.mark.parametrize("number", [0, 1, 99, 100, 101, 199, 200, 201])
async def test_lists_that_just_fit(number: int) -> None:
    shop = Counting(number)
    async with kit_on(shop) as kit:
        assert await walked(kit) == shop.ids[::-1]


async def test_more_than_250_orders_over_http_while_others_arrive() -> None:
    async with world() as there:
        kit = await there.kit()
        filler = Counting()
        filler.shop = there.shop
        before = [filler.create() for _ in range(255)]
        seen: list[str] = []
        async for order in kit.list_orders():
            seen.append(order.id)
            if len(seen) % 40 == 0:
                filler.create()
        assert [each for each in seen if each in set(before)] == before[::-1]
        assert len(set(seen)) == len(seen)


class Small:
    """Pages of five, so that few orders make many pages."""

    def __enter__(self) -> "Small":
        self._patch = pytest.MonkeyPatch()
        self._patch.setattr("printkit.providers.pwinty.paging.COUNT", 5)
        return self

    def __exit__(self, *_: object) -> None:
        self._patch.undo()


actions = st.lists(st.one_of(st.just("nothing"), st.just("leaves"), st.just("arrives"), st.integers(0, 200)), max_size=40)


@given(number=st.integers(0, 28), each=actions, status=st.sampled_from([None, OrderStatus.DRAFT]), arrivals=st.integers(1, 12))
@how(max_examples=200)
async def test_nothing_is_skipped_or_repeated(number: int, each: list[Any], status: OrderStatus | None, arrivals: int) -> None:
    """The loop's body makes the order it is at leave the filter, others arrive, or any other order leaves."""
    shop = Counting(number)
    gone: set[str] = set()
    script = iter(each)
    with Small():
        async with kit_on(shop) as kit:
            seen: list[str] = []
            async for order in kit.list_orders(status=status):
                seen.append(order.id)
                match next(script, "nothing"):
                    case "leaves":
                        if order.id not in gone:
                            shop.cancel(order.id)
                            gone.add(order.id)
                    case "arrives":
                        for _ in range(arrivals):
                            shop.create()
                    case int(which) if shop.ids:
                        other = shop.ids[which % len(shop.ids)]
                        if other not in gone:
                            shop.cancel(other)
                            gone.add(other)
    assert len(seen) == len(set(seen)), "an order came twice"
    assert seen == sorted(seen, key=int, reverse=True)
    stayed = [each for each in shop.ids if status is None or each not in gone]
    assert set(stayed) <= set(seen), "an order that was there all the time was skipped"


@given(number=st.integers(1, 28), arrivals=st.lists(st.integers(0, 12), max_size=10), leaves=st.booleans())
@how(max_examples=100)
async def test_going_on_by_cursor_in_another_process_is_the_same(number: int, arrivals: list[int], leaves: bool) -> None:
    shop = Counting(number)
    script = iter(arrivals)
    cursor, seen, first = None, [], True
    with Small():
        while first or cursor is not None:
            first = False
            async with kit_on(shop) as kit:
                page = await kit.list_orders(status=OrderStatus.DRAFT, cursor=cursor)
            seen += ids(page.items)
            cursor = page.next
            if leaves:
                for order in page.items:
                    shop.cancel(order.id)
            for _ in range(next(script, 0)):
                shop.create()
    assert [each for each in seen if each in set(shop.ids)] == shop.ids[::-1]
    assert len(set(seen)) == len(seen)


async def test_the_loops_own_body_submits_every_draft() -> None:
    shop = Counting(23)
    with Small():
        async with kit_on(shop) as kit:
            async for order in kit.list_orders(status=OrderStatus.DRAFT):
                await kit.add_photos(order, [photo("a")])
                await kit.submit(order.ref)
            assert await walked(kit, status=OrderStatus.DRAFT) == []
            assert sorted(await walked(kit, status=OrderStatus.SUBMITTED)) == sorted(shop.ids)


async def test_breaking_off_early_asks_for_one_page_only() -> None:
    shop = Counting(250)
    async with kit_on(shop) as kit:
        async for _ in kit.list_orders():
            break
        await kit.list_orders()
    assert len(shop.lists) == 2


async def test_by_reference() -> None:
    shop = Counting(3)
    mine = [shop.create("MINE") for _ in range(2)]
    async with kit_on(shop) as kit:
        assert await walked(kit, reference="MINE") == mine[::-1]
        assert await walked(kit, reference="NONE") == []
        assert await walked(kit, reference="k+/=&%2B é") == []
    assert shop.lists[0]["merchantOrderId"] == "MINE"


async def test_an_empty_reference_is_nobodys() -> None:
    shop = Counting(3)
    async with kit_on(shop) as kit:
        try:
            assert await walked(kit, reference="") == []
        except InvalidRequestError:
            return


async def test_since() -> None:
    shop = Counting()
    times: list[datetime] = []
    for _ in range(12):
        shop.ids.append(shop.create())
        times.append(shop.clock.now())
        shop.clock.advance(timedelta(hours=1))
    with Small():
        async with kit_on(shop) as kit:
            assert await walked(kit, since=times[8] - timedelta(seconds=1)) == shop.ids[8:][::-1]
            assert len(shop.lists) == 1
            assert await walked(kit, since=times[0] - timedelta(days=1)) == shop.ids[::-1]
            assert await walked(kit, since=times[-1] + timedelta(seconds=1)) == []
            assert await walked(kit, since=times[3] - timedelta(seconds=1), status=OrderStatus.DRAFT) == shop.ids[3:][::-1]


async def test_since_in_another_zone_is_the_same_moment_and_without_a_zone_is_refused() -> None:
    shop = Counting(2)
    async with kit_on(shop) as kit:
        there = (shop.clock.now() - timedelta(seconds=1)).astimezone(timezone(timedelta(hours=5)))
        assert len(await walked(kit, since=there)) == 2
        with pytest.raises(InvalidRequestError, match="since"):
            kit.list_orders(since=datetime(2026, 1, 1))  # noqa: DTZ001 - that is the point


async def test_by_status() -> None:
    shop = Counting()
    draft, cancelled, submitted, shipped, stuck, partly = (shop.create(submit=number > 1) for number in range(6))
    shop.cancel(cancelled)
    shop.shop.print_and_ship(int(shipped))
    stuck_photo = int(
        json.loads(shop.shop.answer(Request("GET", f"/v2.5/Orders/{stuck}", Effect.READS, headers=CREDENTIALS)).body)["photos"][0]["id"]
    )
    shop.shop.photo_failed(stuck_photo)
    shop.shop.ship(int(partly), 0)
    wanted = {
        OrderStatus.DRAFT: [draft],
        OrderStatus.CANCELLED: [cancelled],
        OrderStatus.SUBMITTED: [submitted],
        OrderStatus.SHIPPED: [shipped],
        OrderStatus.ACTION_REQUIRED: [stuck],
        OrderStatus.PARTIALLY_SHIPPED: [partly],
        OrderStatus.AWAITING_PAYMENT: [],
        OrderStatus.IN_PRODUCTION: [],
        OrderStatus.DELIVERED: [],
        OrderStatus.ON_HOLD: [],
        OrderStatus.TEST: [],
    }
    async with kit_on(shop) as kit:
        for status, found in wanted.items():
            assert await walked(kit, status=status) == found, status
        assert len(await walked(kit)) == 6


async def test_detail_reads_each_order_whole() -> None:
    shop = Counting()
    shop.ids = [shop.create(submit=True) for _ in range(3)]
    async with kit_on(shop) as kit:
        orders: list[Order] = [order async for order in kit.list_orders(detail=True)]
        again = [await kit.get_order(order.ref) for order in orders]
    assert orders == again
    assert all(order.complete for order in orders)


async def test_thin_entries_say_so() -> None:
    shop = Counting(1)
    async with kit_on(shop) as kit:
        (order,) = (await kit.list_orders()).items
    assert not order.complete


async def test_an_order_that_vanishes_while_its_detail_is_read() -> None:
    shop = Counting(3)
    vanished = shop.ids[1]

    class Forgetful:
        def answer(self, request: Request) -> Response:
            if request.path.endswith(f"/Orders/{vanished}"):
                return Response(404, {}, b'{"errorMessage": "gone"}')
            return shop.answer(request)

    async with kit_on(Forgetful()) as kit:
        with pytest.raises(NotFoundError):
            await walked(kit, detail=True)
        assert await walked(kit) == shop.ids[::-1]


@pytest.mark.parametrize("cursor", ["", "x", "1", "1:", ":1", "-1:5", "1:-5", "１:２", "1:2:3", " 1:2", "1.0:2"])
async def test_a_cursor_that_is_none_is_refused(cursor: str) -> None:
    shop = Counting(1)
    async with kit_on(shop) as kit:
        with pytest.raises(InvalidRequestError, match="cursor"):
            await kit.list_orders(cursor=cursor)
    assert shop.asked == []


async def test_a_cursor_that_is_far_too_long_is_refused() -> None:
    async with kit_on(Counting(1)) as kit:
        with pytest.raises(InvalidRequestError, match="cursor"):
            await kit.list_orders(cursor="1" * 5000 + ":1")
