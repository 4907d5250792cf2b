"""One and the same conversation in process and over real HTTP: equal results, and no HTTP library where there is no wire."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve

import printkit
from printkit import (
    ConflictError,
    Effect,
    InvalidRequestError,
    NewOrder,
    OrderRef,
    OrderStatus,
    Payment,
    Photo,
    PrintKit,
    PrintKitError,
    Recipient,
    Request,
)
from printkit.emulator.clock import ManualClock
from printkit.providers.pwinty.emulator import Options, Shop
from printkit.server.emulator import EmulatorServer
from tests.journals import intents
from tests.providers.pwinty.shops import settings

FILE = """
[printkit]
default = "pwinty"
[printkit.providers.pwinty]
environment = "emulator"
[printkit.skus."print-8x12"]
pwinty = "8x12"
gooten = { sku = "G-8x12", attributes = {} }
[printkit.skus."glossy-4x6"]
pwinty = { sku = "4x6", attributes = { finish = "glossy" } }
"""
TOM = Recipient(name="Tom Smith", line1="14 Acacia Avenue", city="Cardiff", postal_code="CF11 1AB", country="GB")


async def conversation(kit: PrintKit, shop: Shop) -> list[Any]:
    """What the design shows, and a little more of everything; the results in order."""
    said: list[Any] = []

    def note(result: Any) -> Any:
        said.append(result)
        return result

    async def fails(call: Any) -> None:
        with pytest.raises(PrintKitError) as caught:
            await call
        error = caught.value
        note((type(error), str(error), error.operation, error.retryable))

    order = note(await kit.create_order(NewOrder(reference="ORD-1001", recipient=TOM)))
    note(await kit.validate(order))
    await fails(kit.submit(order))
    order = note(await kit.add_photos(order, [Photo("print-8x12", "https://example.com/a.jpg", copies=2)]))
    order = note(
        await kit.add_photos(order, [Photo("glossy-4x6", "https://example.com/b.jpg"), Photo("C10x12", "https://example.com/c.jpg")])
    )
    order = note(await kit.add_photos(order, [Photo("4x6", b"\xff\xd8\xff picture")]))
    report = note(await kit.validate(order))
    assert report.ok
    order = note(await kit.swap_sku(order, order.items[1], "print-8x12"))
    order = note(await kit.replace_artwork(order, order.items[0], "https://example.com/d.jpg"))
    order = note(await kit.cancel_items(order, [order.items[0]]))
    order = note(await kit.update_recipient(order, evolve(TOM, name="Ann Smith")))
    await fails(kit.add_photos(order, [Photo("no-such-thing", "https://example.com/a.jpg")]))
    await fails(kit.get_order("pwinty:1"))
    note(await kit.get_order(order.ref))
    note(await kit.get_item(order, order.items[0].id))
    order = note(await kit.submit(order))
    await fails(kit.add_photos(order, [Photo("4x6", "https://example.com/a.jpg")]))
    await fails(kit.set_status(order.ref, OrderStatus.CANCELLED))
    note([each async for each in kit.list_orders(status=OrderStatus.SUBMITTED)])
    note(await kit.list_orders(reference="ORD-1001"))
    note([each async for each in kit.list_orders(detail=True)])
    for item in order.items:
        if item.artwork[0].url:
            shop.photo_fetched(int(item.id))
    shop.print_and_ship(int(order.id))
    note(await kit.get_order(order.ref))
    issue = note(await kit.report_issue(order, "DamagedOrder", "Reprint", detail="bent", items=[order.items[0]]))
    note(await kit.update_issue(order, issue.id, comment="very bent"))
    note(await kit.list_issues(order))
    paid = note(await kit.create_order(NewOrder(TOM, reference="ORD-1002", payment=Payment.RECIPIENT)))
    paid = note(await kit.add_photos(paid, [Photo("4x6", "https://example.com/e.jpg")]))
    paid = note(await kit.submit(paid))
    note(await kit.set_status(paid, OrderStatus.CANCELLED))
    note(await kit.list_products(country="GB"))
    note(await kit.list_countries())
    answer = await kit.request(Request("GET", f"/Orders/{order.id}/Logs", Effect.READS, operation="logs", template="/Orders/{order}/Logs"))
    note((answer.status, answer.body))
    note(kit.unresolved)
    return said


async def in_process(file: Path) -> tuple[list[Any], Shop]:
    shop = Shop(Options(look_at_files=False), ManualClock())
    async with printkit.connect(config_file=file, environ=settings(), emulators={"pwinty": shop}) as kit:
        return await conversation(kit, shop), shop


async def over_http(file: Path) -> tuple[list[Any], Shop]:
    shop = Shop(Options(look_at_files=False), ManualClock())
    async with EmulatorServer([shop], tick=None) as server:
        environ = settings(base_url=f"http://127.0.0.1:{server.port}/v2.5")
        async with printkit.connect(config_file=file, environ=environ) as kit:
            return await conversation(kit, shop), shop


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "printkit.toml"
    path.write_text(FILE)
    return path


async def test_equal_results_in_process_and_over_http(file: Path) -> None:
    here, shop_here = await in_process(file)
    there, shop_there = await over_http(file)
    for number, (one, other) in enumerate(zip(here, there, strict=True)):
        assert one == other, f"step {number}"
        if isinstance(one, printkit.Order):
            assert (one.receipt, one.raw) == (other.receipt, other.raw), f"step {number}"
    assert shop_here.ledger.entries() == shop_there.ledger.entries()


async def test_the_map_goes_both_ways(file: Path) -> None:
    said, _ = await in_process(file)
    first = said[3]
    assert [(item.sku, item.provider_sku, item.copies) for item in first.items] == [("print-8x12", "8x12", 2)]
    second = said[4]
    assert [(item.sku, item.provider_sku) for item in second.items] == [("print-8x12", "8x12"), ("glossy-4x6", "4x6"), ("C10x12", "C10x12")]
    assert second.items[1].attributes == {"finish": "glossy"}


async def test_the_same_conversation_gives_the_same_bytes_again(file: Path) -> None:
    first, _ = await in_process(file)
    second, _ = await in_process(file)
    assert [one.raw for one in first if isinstance(one, printkit.Order)] == [one.raw for one in second if isinstance(one, printkit.Order)]


ALONE = """
import asyncio, sys, printkit
from printkit import NewOrder, Photo, Recipient

async def main():
    environ = {"PRINTKIT_PROVIDERS_PWINTY_ENVIRONMENT": "emulator"}
    async with printkit.connect("pwinty+emulator://", environ=environ) as kit:
        tom = Recipient("Tom", line1="x", city="y", postal_code="z", country="GB")
        order = await kit.place_order(NewOrder(tom), [Photo("4x6", "https://example.com/a.jpg")])
        assert order.provider_status == "Submitted", order
        async for each in kit.list_orders():
            assert each.ref == order.ref

asyncio.run(main())
print(sorted(name for name in sys.modules if name.partition(".")[0] in {"aiohttp", "yarl", "multidict"}))
"""


def test_in_process_no_http_library_is_loaded(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", ALONE],
        cwd=tmp_path,
        env={"PYTHONPATH": str(Path(printkit.__file__).parents[1])},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "[]"


async def test_a_closed_kit_sends_nothing_more(file: Path) -> None:
    shop = Shop(Options(look_at_files=False), ManualClock())
    async with printkit.connect(config_file=file, environ=settings(), emulators={"pwinty": shop}) as kit:
        order = await kit.create_order(NewOrder(TOM))
    with pytest.raises(printkit.NotSentError):
        await kit.create_order(NewOrder(TOM))
    with pytest.raises(printkit.NotSentError):
        await kit.get_order(order.ref)
    await kit.aclose()
    assert shop.ledger.count("order created") == 1


async def test_a_verb_goes_to_the_connection_in_the_reference(file: Path) -> None:
    async with printkit.connect(config_file=file, environ=settings()) as kit:
        for ref in (OrderRef("gooten", "1"), "nobody:1"):
            with pytest.raises(printkit.ConfigError, match="there is no connection"):
                await kit.get_order(ref)
        for odd in ("1065", "", None, 7):
            with pytest.raises(printkit.InvalidRequestError, match="order"):
                await kit.get_order(odd)  # type: ignore[arg-type]


async def test_a_handle_of_another_account_is_refused(file: Path) -> None:
    handles = []

    async def keep(handle: Any) -> None:
        handles.append(handle)

    async with printkit.connect(config_file=file, environ=settings()) as kit:
        with intents(keep):
            await kit.create_order(NewOrder(TOM))
    for other in (settings(merchant_id="m-2"), settings(environment="sandbox")):
        async with printkit.connect(config_file=file, environ=other) as kit:
            with pytest.raises(printkit.ConfigError, match="another account"):
                await kit.reconcile(handles[0])


async def test_an_order_that_is_not_valid_says_why(file: Path) -> None:
    async with printkit.connect(config_file=file, environ=settings()) as kit:
        order = await kit.create_order(NewOrder(Recipient("Tom", country="GB")))
        with pytest.raises(printkit.RejectedError) as caught:
            await kit.submit(order)
        assert caught.value.report is not None
        assert {problem.provider_code for problem in caught.value.report.problems} == {"NoItemsInOrder", "PostalAddressNotSet"}
        with pytest.raises(ConflictError):
            await kit.submit(evolve(order, provider_status="Complete"))


async def test_placing_an_order_with_photos_that_make_no_sense_creates_none() -> None:
    shop = Shop()
    async with printkit.connect("pwinty+emulator://", environ={}, emulators={"pwinty": shop}) as kit:
        with pytest.raises(InvalidRequestError, match=r"photos\[0\].copies"):
            await kit.place_order(NewOrder(Recipient("Tom Smith", country="GB")), [Photo("4x6", "https://example.com/a.jpg", copies=0)])
    assert shop.ledger.entries() == ()
