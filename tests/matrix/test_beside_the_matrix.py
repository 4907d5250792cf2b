"""What can go wrong and is no fault of one request: nobody listens yet, everything is closed, connections age, nothing ever answers."""

import asyncio
import gc
import socket
import time
import tracemalloc
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager

import pytest

import printkit
from printkit import NewOrder, NotSentError, Order, OutcomeUnknownError, PrintKit
from printkit.emulator.clock import ManualClock
from printkit.emulator.faults import Fault, ResetAfterCommit, StallAfterCommit, Status
from printkit.exchange import Effect, Request, Response
from printkit.providers.pwinty.emulator import Shop
from printkit.server.emulator import EmulatorServer
from printkit.transport.attempt import Cause, NotSent, Wire
from printkit.transport.http import HttpLink
from tests.providers.pwinty.shops import TOM, Now, draft, photo, settings, stopped_clocks, world
from tests.transport.wire_server import answering, refusing, serve


@contextmanager
def free_port() -> Iterator[int]:
    with socket.socket() as held:
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        held.bind(("127.0.0.1", 0))
        yield held.getsockname()[1]


async def test_nobody_listens_and_then_somebody_does(monkeypatch: pytest.MonkeyPatch) -> None:
    """Case 1 of the policy: the request never left, so it is tried again, and happens once."""
    with free_port() as port:
        pass
    server = EmulatorServer([Shop(clock=ManualClock())], port=port, tick=None)

    async def meanwhile(now: Now, seconds: float) -> None:
        await server.__aenter__()

    monkeypatch.setattr(Now, "sleep", meanwhile)
    with stopped_clocks():
        async with printkit.connect(f"pwinty+emulator://127.0.0.1:{port}", environ=settings()) as kit:
            order = await kit.create_order(NewOrder(TOM, reference="R1"))
        await server.__aexit__(None, None, None)
    assert order.receipt.attempts == 2
    assert server.shops[0].ledger.count("order created") == 1


async def test_fifty_writes_are_under_way_and_one_never_ends() -> None:
    """Case 20: what can finish does, and what cannot is unknown and remembered; nobody sees the connection break."""
    async with world() as shop:
        kit = await shop.kit()
        shop.server.faults.add(Fault(StallAfterCommit(), method="POST", first=17))
        tasks = [asyncio.create_task(kit.create_order(NewOrder(TOM, reference=f"R{number}"))) for number in range(50)]
        while shop.shop.ledger.count("order created") < 50:  # noqa: ASYNC110 - the shop lives in another task and tells nobody
            await asyncio.sleep(0)
        await kit.aclose(grace=0.2)
        ends = await asyncio.gather(*tasks, return_exceptions=True)
        assert sum(isinstance(end, Order) for end in ends) == 49
        (unknown,) = [end for end in ends if isinstance(end, OutcomeUnknownError)]
        assert kit.unresolved == (unknown.handle,)


async def test_all_of_them_never_end_and_closing_remembers_each() -> None:
    async with world() as shop:
        kit = await shop.kit()
        shop.server.faults.add(Fault(StallAfterCommit(), method="POST", times=None))
        tasks = [asyncio.create_task(kit.create_order(NewOrder(TOM, reference=f"R{number}"))) for number in range(8)]
        while shop.shop.ledger.count("order created") < 8:  # noqa: ASYNC110 - the shop lives in another task and tells nobody
            await asyncio.sleep(0)
        await kit.aclose(grace=0)
        ends = await asyncio.gather(*tasks, return_exceptions=True)
        assert {type(end) for end in ends} == {OutcomeUnknownError}
        assert {handle.key for handle in kit.unresolved} == {f"R{number}" for number in range(8)}


async def test_an_idle_connection_is_given_up_before_the_server_does(monkeypatch: pytest.MonkeyPatch) -> None:
    """Case 32: a connection that the server has closed meanwhile would make a write ambiguous. Ours is kept three seconds."""
    passed = 0.0
    monkeypatch.setattr("aiohttp.connector.monotonic", lambda: time.monotonic() + passed)
    async with serve(answering()) as server:
        link = HttpLink(server.url)
        for number in range(1, 31):
            answer = await link.attempt(Request("POST", "/a", Effect.WRITES, body=b"{}"), Wire())
            assert isinstance(answer, Response)
            assert server.connections == number
            passed += 3.1
        await link.aclose()


async def test_a_thousand_failures_to_connect_leave_nothing_behind() -> None:
    """Case 36."""
    request = Request("POST", "/a", Effect.WRITES, body=b"{}")
    async with refusing() as server:
        link = HttpLink(server.url, limit=100)

        async def fail(times: int) -> int:
            before = len(asyncio.all_tasks())
            ends = await asyncio.gather(*(link.attempt(request, Wire()) for _ in range(times)))
            assert set(ends) == {NotSent(Cause.CONNECT_FAILED)}
            assert len(asyncio.all_tasks()) == before
            gc.collect()
            return tracemalloc.get_traced_memory()[0]

        tracemalloc.start()
        try:
            await fail(200)
            first = await fail(200)
            await fail(600)
            last = await fail(200)
        finally:
            tracemalloc.stop()
            await link.aclose()
    assert last - first < 100_000


async def test_an_outage_is_answered_with_no_more_than_the_budget() -> None:
    """Case 25: a hundred tasks, and nothing but server errors. Each tries once; 500 tokens buy 35 retries at 14."""
    async with world() as shop:
        kit = await shop.kit()
        every = shop.server.faults.add(Fault(Status(500, ""), times=None))
        ends = await asyncio.gather(*(kit.get_order(f"pwinty:{number}") for number in range(1, 101)), return_exceptions=True)
        assert {type(end) for end in ends} == {printkit.ProviderDownError}
        assert shop.server.faults.taken(every) == 100 + 500 // 14


async def test_a_hundred_tasks_that_write_while_answers_are_lost() -> None:
    """Each happens once, whatever is reported."""
    async with world() as shop:
        kit = await shop.kit()
        order = await draft(kit)
        for first in range(1, 100, 3):
            shop.server.faults.add(Fault(ResetAfterCommit(), method="POST", path="/v2.5/Orders/{id}/Photos", first=first))
        ends = await asyncio.gather(*(kit.add_photos(order.ref, [photo(str(number))]) for number in range(100)), return_exceptions=True)
        assert {type(end) for end in ends} == {Order}
        assert len((await kit.get_order(order.ref)).items) == shop.shop.ledger.count("photo added") == 100


@pytest.mark.parametrize(
    "call",
    [lambda kit: kit.create_order(NewOrder(TOM)), lambda kit: kit.get_order("pwinty:1"), lambda kit: kit.submit("pwinty:1")],
    ids=["a write", "a read", "a read before a write"],
)
async def test_nobody_ever_listens(call: Callable[[PrintKit], Awaitable[Order]]) -> None:
    with stopped_clocks():
        async with refusing() as nobody, printkit.connect(f"pwinty+emulator://127.0.0.1:{nobody.port}", environ=settings()) as kit:
            with pytest.raises(NotSentError) as caught:
                await call(kit)
            assert caught.value.retryable
            assert kit.unresolved == ()
