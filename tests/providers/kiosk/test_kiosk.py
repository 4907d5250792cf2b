"""A third provider is one folder: Kiosk, written by docs/add-a-provider.md, works in all of printkit, and no line of that knows it."""

import asyncio
import sys
from pathlib import Path
from typing import Any

import pytest

import printkit
from printkit import (
    Capability,
    ConflictError,
    InvalidRequestError,
    NewOrder,
    NotFoundError,
    Order,
    OrderStatus,
    Recipient,
    RejectedError,
    UnsupportedOperationError,
    registry,
)
from printkit.changes import PlaceOrder, Submit
from printkit.cli import main
from printkit.provider import Stage
from printkit.receiving import Receiver, new_token
from printkit.server.receiver import ReceiverServer
from tests.matrix import cells
from tests.providers.kiosk import shops
from tests.providers.kiosk.shops import DEEDS, KEY, READINGS, TOM, photo

SHOP = cells.Shop("Kiosk", shops.world, DEEDS, READINGS, shops.HERE)


def kit(shop: Any = None) -> printkit.PrintKit:
    emulators = None if shop is None else {"kiosk": shop}
    return printkit.connect("kiosk+emulator://", environ=shops.settings(), emulators=emulators)


# ── It is there ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_it_is_found_by_its_entry_point() -> None:
    assert registry.kinds() == ("gooten", "kiosk", "pwinty")


def test_every_reason_is_given() -> None:
    said = registry.info("kiosk").support

    assert {capability for capability, _ in said} | {Capability.UPLOAD_ARTWORK, Capability.REQUEST_PAYMENT, Capability.ISSUES} >= set(
        Capability
    ) - {
        Capability.LIST_PRODUCTS,
        Capability.LIST_COUNTRIES,
    }
    assert [key for key, support in said.items() if not support and not support.why] == []


@pytest.mark.parametrize("where", ["in process", "over HTTP"])
async def test_the_readme_s_program_orders_from_it(where: str) -> None:
    async with shops.world() as there, kit() if where == "in process" else await there.kit() as shop:
        order = await shop.create_order(NewOrder(TOM, reference="ORD-1001"))
        order = await shop.add_photos(order, [photo("a", copies=2)])
        assert (await shop.validate(order)).ok
        order = await shop.submit(order)

        assert (str(order.ref), order.status, order.provider_status) == ("kiosk:k1", OrderStatus.SUBMITTED, "ordered")
        assert [each async for each in shop.list_orders(status=OrderStatus.SUBMITTED)] == [await shop.get_order(order)]
        assert (await shop.get_item(order, "k1-1")).copies == 2
        assert (await shop.set_status(order, "cancelled")).status is OrderStatus.CANCELLED
        assert not (await shop.list_orders(status=OrderStatus.SUBMITTED)).items


async def test_what_it_cannot_do_is_refused_by_name_and_before_any_request() -> None:
    shop = shops.emulated()
    async with kit(shop) as it:
        order = await it.create_order(NewOrder(TOM))
        for call in (
            it.swap_sku(order, "1", "x"),
            it.cancel_items(order, ["1"]),
            it.update_recipient(order, TOM),
            it.set_status(order, OrderStatus.ON_HOLD),
            it.list_products(),
            it.list_issues(order),
        ):
            with pytest.raises(UnsupportedOperationError):
                await call
        for new in (NewOrder(TOM, shipping="fast"), NewOrder(TOM, test=True)):
            with pytest.raises(InvalidRequestError, match="leave it out"):
                await it.create_order(new)
        with pytest.raises(InvalidRequestError, match="artwork"):
            await it.add_photos(order, [photo("a", attributes={"finish": "matt"}), printkit.Photo("10x15", b"\xff\xd8\xff")])
        assert not it.supports(Capability.ADD_PHOTOS, stage=Stage.PLACED)


async def test_the_shop_s_refusals_are_printkit_s_errors() -> None:
    async with kit() as it:
        order = await it.create_order(NewOrder(Recipient("Tom Smith"), reference="R1"))
        with pytest.raises(ConflictError, match="there is an order of this reference"):
            await it.create_order(NewOrder(TOM, reference="R1"))
        with pytest.raises(RejectedError, match="lacks prints"):
            await it.submit(order)
        with pytest.raises(NotFoundError):
            await it.get_order("kiosk:k9")
        order = await it.set_status(order, OrderStatus.CANCELLED)
        with pytest.raises(ConflictError, match="possible only in open"):
            await it.submit(order)


async def test_prints_that_were_added_meanwhile_are_not_lost() -> None:
    """Kiosk's call sets all prints; an order at hand may be old."""
    async with kit() as it:
        old = await it.create_order(NewOrder(TOM))
        await it.add_photos(old, [photo("a")])

        with pytest.raises(ConflictError, match="it has other prints by now: read it again") as caught:
            await it.add_photos(old, [photo("b")])

        assert not caught.value.sent
        order = await it.add_photos(old.ref, [photo("b")])
        assert [item.artwork[0].url for item in order.items] == [photo("a").artwork[0].url, photo("b").artwork[0].url]


async def test_what_is_refused_here_can_be_left_to_the_shop() -> None:
    async with printkit.connect("kiosk+emulator://?check_status_locally=false", environ=shops.settings()) as it:
        order = await it.set_status(await it.create_order(NewOrder(TOM)), OrderStatus.CANCELLED)

        with pytest.raises(ConflictError) as caught:
            await it.submit(order)

        assert caught.value.sent


async def test_what_it_cannot_be_told_and_does_not_matter_is_listed() -> None:
    async with kit() as it:
        order = await it.create_order(NewOrder(Recipient("Tom Smith", state="Wales", email="tom@example.com"), metadata={"a": "b"}))
    assert order.receipt.not_told == ("recipient.state", "recipient.email", "metadata")


async def test_a_word_that_no_table_knows_is_unknown_and_told() -> None:
    shop, events = shops.emulated(), list[object]()
    async with printkit.connect("kiosk+emulator://", environ=shops.settings(), emulators={"kiosk": shop}, hooks=[events.append]) as it:
        order = await it.create_order(NewOrder(TOM))
        shop._orders[order.id]["state"] = "framed"
        assert (await it.get_order(order)).status is OrderStatus.UNKNOWN
    assert [event.word for event in events if isinstance(event, printkit.telemetry.Drift)] == ["framed"]


# ── Certainty ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.slow
@pytest.mark.parametrize("verb", DEEDS)
def test_a_write_under_every_fault(verb: str) -> None:
    ends = cells.run(cells.write_row(SHOP, DEEDS[verb]))

    assert {end for column in ends.values() for end in column.values()} >= {cells.FOUND, cells.YES, cells.NO}


@pytest.mark.parametrize("verb", READINGS)
def test_a_read_under_every_fault(verb: str) -> None:
    cells.run(cells.read_row(SHOP, READINGS[verb]))


async def test_its_key_is_shown_nowhere(capsys: pytest.CaptureFixture[str]) -> None:
    async with kit() as it:
        order = await it.create_order(NewOrder(TOM, reference="R1"))
        with pytest.raises(NotFoundError) as caught:
            await it.get_order("kiosk:k9")
    assert KEY not in f"{it!r} {order!r} {caught.value!r} {caught.value.exchange} {registry.info('kiosk')!r}"


# ── In every other room of the house ──────────────────────────────────────────────────────────────────────────────────


async def test_in_bulk(tmp_path: Path) -> None:
    shop = shops.emulated()
    places = [PlaceOrder(NewOrder(TOM, reference=f"R{number}"), [photo("a")]) for number in range(20)]
    async with kit(shop) as it:
        plan = await anext(aiter(it.plan(places)))
        assert [request.method for request in plan.requests] == ["POST", "PUT", "PUT"]
        assert shop.ledger.entries() == ()

        report = await it.apply(places, journal=tmp_path / "run.db")
        assert (report.applied, report.total) == (20, 20)
        assert (await it.apply(Submit(each) async for each in it.list_orders())).not_applied == 20
    assert shop.ledger.repeated("order ordered", 1) == {}
    assert shop.ledger.count("order ordered") == 20


async def test_its_notices(tmp_path: Path) -> None:
    delivered: list[Order] = []

    async def changed(order: Order) -> None:
        delivered.append(order)

    async with shops.world() as there:
        it = await there.kit()
        receiver = Receiver(it, changed, token=new_token())
        async with ReceiverServer(receiver) as listening:
            there.shop.control(("notices",), {"url": receiver.urls(listening.url)["kiosk"]})
            order = await it.place_order(NewOrder(TOM), [photo()])
            await there.server.tick()
            there.shop.control(("orders", order.id, "post"), {})
            await there.server.tick()
            assert (await it.wait_for(order, OrderStatus.SHIPPED, timeout=5)).status is OrderStatus.SHIPPED
            async with asyncio.timeout(10):
                while len(there.shop.outbox):  # noqa: ASYNC110 - the server delivers by itself and tells nobody
                    await asyncio.sleep(0.01)
            assert {each["state"] for each in there.shop.outbox.listed()} == {"accepted"}
        with pytest.raises(InvalidRequestError, match="order: is missing"):
            it.parse_notice({}, {}, b"{}")
    assert delivered[-1].status is OrderStatus.SHIPPED


@pytest.mark.parametrize(("words", "shown"), [(("providers",), True), (("demo",), False)], ids=["providers", "demo"])
def test_on_the_command_line(
    words: tuple[str, ...], shown: bool, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", ["printkit", *words, "--json"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert not ended.value.code
    assert ("kiosk" in capsys.readouterr().out) is shown, "the demo's story is of a shop with a catalogue and parcels"
