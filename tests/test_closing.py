"""Closing a kit: what is under way may finish, what cannot is remembered, and nothing stays open."""

import asyncio

import pytest

import printkit
from printkit import NewOrder, NotSentError, Order, OutcomeUnknownError, PrintKit
from printkit.emulator.clock import ManualClock
from printkit.emulator.faults import Fault, StallAfterCommit
from printkit.providers.pwinty.emulator import Shop
from printkit.server.emulator import EmulatorServer
from tests.providers.pwinty.shops import TOM, settings


async def under_way(server: EmulatorServer) -> None:
    """Until the shop has acted on the write that never ends."""
    while not server.shops[0].ledger.count("order created"):  # noqa: ASYNC110 - the shop lives in another task and tells nobody
        await asyncio.sleep(0)


def opened(server: EmulatorServer) -> PrintKit:
    return printkit.connect(f"pwinty+emulator://127.0.0.1:{server.port}", environ=settings())


async def test_a_write_under_way_may_finish() -> None:
    async with EmulatorServer([Shop(clock=ManualClock())], tick=None) as server:
        server.faults.add(Fault(StallAfterCommit(0.1), method="POST"))
        kit = opened(server)
        writing = asyncio.create_task(kit.create_order(NewOrder(TOM)))
        await under_way(server)
        await kit.aclose()
        assert isinstance(await writing, Order)


async def test_a_write_that_does_not_finish_in_time_is_unknown_and_remembered() -> None:
    async with EmulatorServer([Shop(clock=ManualClock())], tick=None) as server:
        server.faults.add(Fault(StallAfterCommit(), method="POST"))
        kit = opened(server)
        writing = asyncio.create_task(kit.create_order(NewOrder(TOM, reference="R1")))
        await under_way(server)
        await kit.aclose(grace=0.01)
        with pytest.raises(OutcomeUnknownError) as caught:
            await writing
        assert kit.unresolved == (caught.value.handle,)
        async with opened(server) as other:
            assert isinstance(await other.reconcile(caught.value.handle), printkit.Applied)


async def test_leaving_the_block_by_an_error_closes_too() -> None:
    async with EmulatorServer([Shop(clock=ManualClock())], tick=None) as server:
        kit = opened(server)

        async def fails() -> None:
            async with kit:
                await kit.create_order(NewOrder(TOM))
                raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            await fails()
        with pytest.raises(NotSentError):
            await kit.list_orders()


async def test_closing_that_is_cancelled_leaves_nothing_open() -> None:
    """Warnings are errors here: a session left open would be one."""
    async with EmulatorServer([Shop(clock=ManualClock())], tick=None) as server:
        server.faults.add(Fault(StallAfterCommit(), method="POST"))
        kit = opened(server)
        writing = asyncio.create_task(kit.create_order(NewOrder(TOM)))
        await under_way(server)
        closing = asyncio.create_task(kit.aclose())
        await asyncio.sleep(0)
        closing.cancel()
        with pytest.raises(asyncio.CancelledError):
            await closing
        with pytest.raises(OutcomeUnknownError):
            await asyncio.wait_for(writing, 5)


async def test_closing_twice_is_fine() -> None:
    kit = printkit.connect("pwinty+emulator://", environ=settings())
    await kit.aclose()
    await kit.aclose()
