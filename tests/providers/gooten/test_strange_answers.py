"""Answers that tell of another order, contradict themselves, never end or hold odd words: none of them is taken for a success."""

import asyncio
import contextlib
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve

import printkit
from printkit import (
    Applied,
    ConflictError,
    InvalidRequestError,
    NewOrder,
    OrderRef,
    OrderStatus,
    OutcomeUnknownError,
    PrintKitError,
    Request,
    Response,
    UnreadableAnswerError,
)
from printkit.emulator.faults import CloseBeforeRead, Fault
from printkit.outcomes import ReconcileHandle, Unknown
from printkit.providers.gooten.emulator import Shop
from printkit.server.emulator import EmulatorServer
from tests.journals import intents
from tests.providers.gooten.shops import (
    ANN,
    KEY,
    MUG,
    SAFE_ID,
    TOM,
    URL,
    Scripted,
    draft,
    kit_on,
    photo,
    says,
    settings,
    stopped_clocks,
    world,
)
from tests.providers.gooten.test_requests import EDITABLE, NEW, Verb, hits, shop, submit

REF = OrderRef("gooten", SAFE_ID)
ANOTHER = {**EDITABLE, "Id": "9-another", "GootenId": 99}
VERBS: dict[str, Verb] = {
    "PUT_orderItems": lambda kit: kit.swap_sku(REF, "1066980", "OTHER"),
    "PUT_shippingAddress": lambda kit: kit.update_recipient(REF, ANN),
    "PUT_OrderImages": lambda kit: kit.replace_artwork(REF, "1066980", URL.format("b")),
    "PUT_orderCancel": lambda kit: kit.cancel_items(REF, ["1066980"]),
}


# ── Another order ─────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("verb", [*VERBS, "status"])
async def test_no_write_goes_to_another_order_than_the_one_that_was_asked_for(verb: str) -> None:
    there = shop(ANOTHER)
    cancel: Verb = lambda kit: kit.set_status(REF, OrderStatus.CANCELLED)  # noqa: E731
    call = VERBS.get(verb, cancel)
    async with kit_on(there) as kit:
        with pytest.raises(UnreadableAnswerError, match="another order"):
            await call(kit)
    assert there.written == []


async def test_an_order_is_the_one_that_was_asked_for_in_any_spelling_of_its_id() -> None:
    async with kit_on(shop({**EDITABLE, "Id": SAFE_ID.upper()})) as kit:
        assert (await kit.get_order(REF)).id == SAFE_ID.upper()


@pytest.mark.parametrize("result", [{"Id": "9-another"}, {"Id": 9}, {"Id": ["x"]}, False], ids=str)
@pytest.mark.parametrize("verb", ["PUT_orderItems", "PUT_shippingAddress"])
async def test_a_change_that_names_another_order_settles_nothing(verb: str, result: Any) -> None:
    async with kit_on(shop(**{verb: says({"HadError": False, "Result": result})})) as kit:
        with pytest.raises(OutcomeUnknownError):
            await VERBS[verb](kit)


async def test_a_look_up_that_reads_another_order_knows_nothing() -> None:
    async with kit_on(shop(PUT_orderItems=Response(502, {}, b""))) as kit:
        order = await kit.get_order(REF)
    async with kit_on(shop(ANOTHER, PUT_orderItems=Response(502, {}, b""))) as kit:
        with pytest.raises(OutcomeUnknownError):
            await kit.swap_sku(order, order.items[0], "OTHER")


# ── Answers that contradict themselves ────────────────────────────────────────────────────────────────────────────────

CONTRADICTIONS: list[dict[str, Any]] = [
    {"HadError": False, "Errors": [{"PropertyName": "Sku", "ErrorMessage": "not possible"}]},
    {"HadError": False, "Errors": "not possible"},
    {"HadError": False, "Message": "rejected"},
]
ODD_PLACED: list[dict[str, Any]] = [
    *CONTRADICTIONS,
    {"Errors": [{"ErrorMessage": "no"}]},
    {"Message": "rejected"},
    {"HadError": "True "},
    {"HadError": 1},
    {"HadError": "yes"},
    {"HadError": []},
    {"HadError": True},
    {"ErrorReferenceCode": "c6d2f7b0"},
]


@pytest.mark.parametrize("body", CONTRADICTIONS, ids=str)
@pytest.mark.parametrize("verb", VERBS)
async def test_a_change_whose_answer_contradicts_itself_is_looked_for(verb: str, body: dict[str, Any]) -> None:
    good = {"UpdatedItems": {"UpdatedOrderItems": [1066980]}, "Result": {"Id": SAFE_ID}, "Success": [1066980]}
    async with kit_on(shop(**{verb: says({**good, **body})})) as kit:
        with pytest.raises(OutcomeUnknownError):
            await VERBS[verb](kit)


@pytest.mark.parametrize("body", ODD_PLACED, ids=str)
async def test_a_submission_whose_answer_contradicts_itself_is_looked_for(body: dict[str, Any]) -> None:
    async with kit_on(shop(POST_orders=says({"Id": SAFE_ID, **body}))) as kit:
        with pytest.raises(OutcomeUnknownError):
            await submit(kit)


@pytest.mark.parametrize("body", [{"HadError": False}, {"HadError": None, "Errors": []}, {"Errors": None, "Message": ""}, {}], ids=str)
async def test_an_answer_that_says_nothing_wrong_is_a_success(body: dict[str, Any]) -> None:
    async with kit_on(shop(POST_orders=says({"Id": SAFE_ID, **body}))) as kit:
        assert (await submit(kit)).id == SAFE_ID


# ── Placed, and what happens here after that ──────────────────────────────────────────────────────────────────────────


async def test_a_placed_draft_is_placed_though_its_file_is_locked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    there, file = shop(), tmp_path / "drafts.db"
    async with kit_on(there, drafts=file) as kit:
        order = await draft(kit, photo("a"))

        async def locked(self: object, draft_id: str, change: object) -> None:
            raise sqlite3.OperationalError("database is locked")

        with monkeypatch.context() as patch:
            patch.setattr("printkit.drafts.FileDrafts.change", locked)
            done = await kit.submit(order)
            assert done.id == SAFE_ID
            assert not done.receipt.read_back
            with pytest.raises(ConflictError, match="submitted already"):
                await kit.submit(order)
            assert [each.id async for each in kit.list_orders(status=OrderStatus.DRAFT)] == []
        with pytest.raises(ConflictError, match="submitted already"):
            await kit.submit(order)
        with pytest.raises(PrintKitError):
            await kit.add_photos(order, [photo("b")])
        assert len(there.written) == 1
    async with kit_on(there, drafts=file) as kit:  # what could not be noted at once is noted later
        assert (await kit.get_order(order.ref)).id == SAFE_ID


async def test_a_reconciled_draft_is_placed_though_its_file_is_locked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with world() as at:
        kit = await at.kit(drafts=tmp_path / "drafts.db")
        order = await draft(kit, photo("a"))
        handles: list[ReconcileHandle] = []

        async def keep(handle: ReconcileHandle) -> None:
            handles.append(handle)

        with intents(keep):
            await kit.submit(order)

        async def locked(self: object, *given: object) -> None:
            raise sqlite3.OperationalError("database is locked")

        monkeypatch.setattr("printkit.drafts.FileDrafts.change", locked)
        monkeypatch.setattr("printkit.drafts.FileDrafts.list", locked)
        assert isinstance(await kit.reconcile(handles[0]), Applied)


async def test_a_submission_that_is_given_up_once_it_is_placed_says_which_order_it_is() -> None:
    async with world() as at:
        kit = await at.kit()
        order = await draft(kit, photo("a"))
        reading = asyncio.Event()

        async def slow(*given: object) -> None:
            reading.set()
            await asyncio.sleep(600)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("printkit.providers.gooten.endpoints.Endpoints.order", slow)
            task = asyncio.ensure_future(kit.submit(order))
            await reading.wait()
            task.cancel()
            with pytest.raises(asyncio.CancelledError) as caught:
                await task
        found = await kit.get_order(order.ref)
        assert any(str(found.ref) in note for note in caught.value.__notes__)


# ── The shop's own words ──────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_status_word_is_told_without_control_characters_and_without_the_key() -> None:
    odd = {**NEW, "Items": [{**NEW["Items"][0], "OrderItemId": 5, "Status": f"Odd\x1b[2J\n{KEY}"}]}
    async with kit_on(shop({**odd, "Id": SAFE_ID, "GootenId": 3})) as kit:
        word = (await kit.get_order(REF)).items[0].provider_status
    assert word is not None
    assert word.startswith("Odd")
    assert word.isprintable()
    assert KEY not in word


async def test_an_endless_status_word_is_cut() -> None:
    async with kit_on(shop({**NEW, "Id": SAFE_ID, "Items": [{**NEW["Items"][0], "Status": "x" * 10_000}]})) as kit:
        assert (await kit.get_order(REF)).items[0].provider_status == "x" * 200 + "…"


async def test_a_known_status_word_is_kept_as_the_shop_wrote_it() -> None:
    word = "ReadyForImageDl"
    async with kit_on(shop({**NEW, "Id": SAFE_ID, "Items": [{**NEW["Items"][0], "Status": word}]}), partner_billing_key=word) as kit:
        assert (await kit.get_order(REF)).items[0].provider_status == word


# ── Searches without an end ───────────────────────────────────────────────────────────────────────────────────────────


def endless(request: Request) -> Response:
    """Every page is full of other orders, and there is always one more."""
    if request.method == "POST":
        return Response(502, {}, b"")
    page = int(dict(request.query).get("page", "1"))
    return hits(*range(page * 100, page * 100 + 100), pages=10**18)


async def test_a_search_without_an_end_is_given_up_and_proves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("printkit.providers.gooten.endpoints.MOST_PAGES", 5)
    there = Scripted(endless)
    with stopped_clocks() as now:
        async with kit_on(there) as kit:
            with pytest.raises(OutcomeUnknownError, match="pages") as caught:
                await submit(kit)
            now.advance(10**6)
            assert isinstance(await kit.reconcile(caught.value.handle, send_again=True), Unknown)
    assert len(there.written) == 1
    assert len(there.asked) <= 1 + 4 * 5


# ── What is asked before an order is placed ───────────────────────────────────────────────────────────────────────────


async def test_an_unknown_sku_is_told_of_its_item() -> None:
    entries = [
        {"PropertyName": "Items[1].SKU", "ErrorMessage": "SKU 'Nope' is not valid."},
        {"PropertyName": "Items[7].SKU", "ErrorMessage": "SKU 'Far' is not valid."},
        {"PropertyName": "ShipToCountry", "ErrorMessage": "is odd"},
    ]
    async with kit_on(shop(POST_shippingprices=says({"HadError": True, "Errors": entries}))) as kit:
        order = await draft(kit, photo("a"), photo("b", "Nope"))
        first, second, third = (await kit.validate(order)).problems
    assert first.item == order.items[1].id
    assert "'Nope'" in first.text
    assert "choose another SKU" in first.text
    assert second.item is None
    assert "choose another SKU" in second.text
    assert third.item is None
    assert "choose another SKU" not in third.text


async def test_an_unknown_sku_is_told_of_its_item_over_http() -> None:
    async with world() as at:
        kit = await at.kit()
        order = await draft(kit, photo("a"), photo("b", "Nope"))
        (problem,) = (await kit.validate(order)).problems
    assert problem.item == order.items[1].id
    assert "choose another SKU" in problem.text


# ── Handles that do not hold what was meant ───────────────────────────────────────────────────────────────────────────

ODD_MEANT: list[Any] = [None, 5, "text", [], {}, [None], {"Items": None}, {"Ids": None}, {"OrderItemId": []}, [{"OrderItemId": {}}]]


@pytest.mark.parametrize("meant", ODD_MEANT, ids=str)
@pytest.mark.parametrize("step", ["submit", "cancel", "swap", "replace", "address", "status"])
async def test_a_handle_that_does_not_hold_what_was_meant_is_unknown(step: str, meant: Any) -> None:
    handle = await a_handle()
    there = shop()
    with stopped_clocks() as now:
        now.advance(10**6)
        async with kit_on(there) as kit:
            odd = evolve(handle, step=step, meant=meant, order=SAFE_ID, preimage=None)
            with contextlib.suppress(PrintKitError):
                assert isinstance(await kit.reconcile(odd), Unknown)
                assert isinstance(await kit.reconcile(odd, send_again=True), Unknown)
    assert there.written == []


@pytest.mark.parametrize(
    "change",
    [
        {"ShipToAddress": None},
        {"Items": []},
        {"SourceId": "other"},
        {"IsPartnerSourceIdUnique": False},
        {"IsInTestMode": None},
        {"Payment": {}},
    ],
    ids=str,
)
async def test_a_submission_that_lost_its_guards_is_not_sent_again(change: dict[str, Any]) -> None:
    handle = await a_handle()
    there = shop()
    with stopped_clocks() as now:
        now.advance(10**6)
        async with kit_on(there) as kit:
            found = await kit.reconcile(evolve(handle, meant={**handle.meant, **change}), send_again=True)
    assert isinstance(found, Unknown)
    assert "does not hold what was meant" in found.why
    assert there.written == []


async def a_handle(**more: object) -> ReconcileHandle:
    async with kit_on(shop(POST_orders=Response(502, {}, b"")), **more) as kit:
        with pytest.raises(OutcomeUnknownError) as caught:
            await submit(kit, photo("a"), photo("b", MUG))
    return caught.value.handle


# ── What a sandbox never sends ────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", ["ShipToAddress", "shipToAddress", "SHIPTOADDRESS"])
async def test_an_extra_address_is_refused(name: str) -> None:
    async with kit_on(shop()) as kit:
        with pytest.raises(InvalidRequestError, match=f"extra.gooten.{name}"):
            await kit.create_order(NewOrder(TOM, "R1", extra={"gooten": {name: {}}}))


@pytest.mark.parametrize("name", ["Images", "images", "IMAGES"])
async def test_extra_images_of_a_photo_are_refused(name: str) -> None:
    async with kit_on(shop()) as kit:
        order = await draft(kit)
        with pytest.raises(InvalidRequestError, match=f"extra.gooten.{name}"):
            await kit.add_photos(order, [photo("a", extra={"gooten": {name: []}})])


async def test_a_sandbox_sends_tests_only() -> None:
    shop = Shop()
    with stopped_clocks() as now:
        async with (
            EmulatorServer([shop], tick=None) as server,
            printkit.connect(environ=settings(environment="sandbox", base_url=server.url)) as kit,
        ):
            server.faults.add(Fault(CloseBeforeRead(), method="POST", path="/api/orders"))
            with pytest.raises(OutcomeUnknownError) as caught:
                await submit(kit)
            now.advance(10**6)
            handle = caught.value.handle
            assert handle.meant["IsInTestMode"] is True
            with pytest.raises(InvalidRequestError, match="sandbox"):
                await kit.reconcile(evolve(handle, meant={**handle.meant, "IsInTestMode": False}), send_again=True)
            assert shop.ledger.count("order submitted") == 0
            assert isinstance(await kit.reconcile(handle, send_again=True), Applied)
            assert shop.ledger.count("order submitted") == 1
            assert shop.ledger.count("order charged") == 0
