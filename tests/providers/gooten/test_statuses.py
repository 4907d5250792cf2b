"""Gooten's 27 words: what each means, how an order's status follows from them, and what is refused in which before any request."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from hypothesis import given, strategies as st

import printkit
from printkit import (
    ConflictError,
    InvalidRequestError,
    Item,
    NewOrder,
    Order,
    OrderRef,
    OrderStatus,
    PrintKit,
    PrintKitError,
    ProblemCode,
)
from printkit.providers.gooten import statuses, translate
from printkit.providers.gooten.emulator import Shop
from printkit.server.emulator import EmulatorServer
from printkit.telemetry import Drift
from tests.providers.gooten.shops import ANN, SAFE_ID, SMALL_CANVAS, TOM, URL, Scripted, draft, kit_on, photo, sample, says, settings
from tests.transport.wire_server import Peer, serve

REF = OrderRef("gooten", SAFE_ID)
S = OrderStatus

WORDS = {
    "New": S.SUBMITTED,
    "PrePayment": S.AWAITING_PAYMENT,
    "PaymentProcessing": S.AWAITING_PAYMENT,
    "ReadyForAccounting": S.SUBMITTED,
    "ReadyForImageDl": S.SUBMITTED,
    "NeedsPersonalization": S.ACTION_REQUIRED,
    "NeedsManualApproval": S.SUBMITTED,
    "Pending": S.SUBMITTED,
    "Test": S.TEST,
    "Hold": S.ON_HOLD,
    "AccountingIssue": S.ACTION_REQUIRED,
    "PaymentIssue": S.ACTION_REQUIRED,
    "AddressIssue": S.ACTION_REQUIRED,
    "ImageIssue": S.ACTION_REQUIRED,
    "HoldByCIImageIssue": S.ACTION_REQUIRED,
    "VendorAPIIssue": S.ACTION_REQUIRED,
    "OutOfStockItem": S.ACTION_REQUIRED,
    "DiscontinuedItem": S.ACTION_REQUIRED,
    "InProduction": S.IN_PRODUCTION,
    "ManuallyInProduction": S.IN_PRODUCTION,
    "Printing": S.IN_PRODUCTION,
    "OutForDelivery": S.IN_PRODUCTION,
    "Shipped": S.SHIPPED,
    "Delivered": S.DELIVERED,
    "Cancelled": S.CANCELLED,
    "CancelledRefunded": S.CANCELLED,
    "BilledRefunded": S.CANCELLED,
}
"""The table of reference section 9, in its order, by the mapping of the design."""

ALIASES = {
    "Pre-Payment": "PrePayment",
    "ReadyForImageDI": "ReadyForImageDl",
    "NeedsCustomization": "NeedsPersonalization",
    "Canceled": "Cancelled",
    "CanceledRefunded": "CancelledRefunded",
    "Canceled Refunded": "CancelledRefunded",
    "Billed Refunded": "BilledRefunded",
}
"""The other spellings of the same table."""

SEED_000 = """
    • Hold
    • ImageIssue
    • VendorAPIIssue
    • ReadyForImageDI
    • NeedsManualApproval
    • NeedsPersonalization
"""
SEED_001 = """
    • New
    • Hold
    • Test
    • Pending
    • OutOfStockItem
    • DiscontinuedItem
    • PrePayment
    • PaymentProcessing
    • ReadyForAccounting
    • ReadyForImageDI
    • NeedsCustomization
    • NeedsManualApproval
    • AccountingIssue
    • AddressIssue
    • PaymentIssue
    • ImageIssue
    • HoldByCIImageIssue
"""
SEED_002 = """
    • AccountingIssue
    • AddressIssue
    • HoldByCIImageIssue
    • ImageIssue
    • NeedsManualApproval
    • New
    • ReadyForAccounting
    • ReadyForImageDl
    • Pending
"""
SEED_003 = """
- New
- Hold
- Pending
- ReadyForAccounting
- ReadyForImageDI
- NeedsManualApproval
- NeedsPersonalization
- AccountingIssue
- AddressIssue
- ImageIssue
- HoldByCIImageIssue
"""
REFERENCE_10 = """
New, Hold, Pending, ReadyForAccounting, ReadyForImageDI, NeedsCustomization, NeedsManualApproval, AccountingIssue, AddressIssue,
PaymentIssue, ImageIssue, HoldByCIImageIssue
"""
"""PUT shippingAddress: in no seed."""


def listed(text: str) -> tuple[str, ...]:
    return tuple(text.replace("•", " ").replace("-", " ").replace(",", " ").split())


def same(word: str) -> str:
    return ALIASES.get(word, word)


# ── Words ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def order_in(*words: str, **members: Any) -> Any:
    """The samples' order with one item for each word."""
    item = sample("orders-get.response.with-images.full")["Items"][0]
    items = [item | {"OrderItemId": 1066980 + place, "Status": word} for place, word in enumerate(words)]
    return sample("orders-get.response.with-images.full") | {"Items": items} | members


async def read(*words: str, **how: Any) -> Order:
    async with kit_on(Scripted(lambda request: says(order_in(*words)))) as kit:
        return await kit.get_order(REF)


def test_there_are_27_words_and_no_other() -> None:
    assert len(WORDS) == 27
    assert {word.lower(): status for word, status in WORDS.items()} == statuses.ITEM


@pytest.mark.parametrize("word", [*WORDS, *ALIASES])
async def test_a_word_in_every_spelling(word: str) -> None:
    for spelling in (word, word.lower(), word.upper(), f" {word} "):
        order = await read(spelling)
        (item,) = order.items
        assert (item.status, item.provider_status) == (WORDS[same(word)], spelling)
        assert order.status is WORDS[same(word)]


@pytest.mark.parametrize("word", ["", "Newish", "Shipped!", "Ship ped", "Νew", "Hold By Nobody", "x" * 200])
async def test_a_word_that_no_table_knows_is_kept_and_told_once(word: str) -> None:
    drifts: list[object] = []

    class Hook:
        def __call__(self, event: object) -> None:
            if isinstance(event, Drift):
                drifts.append(event)

    shop = Scripted(lambda request: says(order_in(word, word)))
    async with printkit.connect("gooten+emulator://", environ=settings(), emulators={"gooten": shop}, hooks=[Hook()]) as kit:
        for _ in range(3):
            order = await kit.get_order(REF)
    assert [(item.status, item.provider_status) for item in order.items] == [(S.UNKNOWN, word)] * 2
    assert order.status is S.UNKNOWN
    assert len(drifts) == 1


PROBLEM_WORDS = [word for word, status in WORDS.items() if status in {S.ACTION_REQUIRED, S.AWAITING_PAYMENT}]


@pytest.mark.parametrize("word", WORDS)
async def test_every_problem_word_is_a_problem_that_says_what_to_do(word: str) -> None:
    async with kit_on(Scripted(lambda request: says(order_in("Pending", word)))) as kit:
        report = await kit.validate(REF)
    assert report.ok == (word not in PROBLEM_WORDS)
    for problem in report.problems:
        assert (problem.item, problem.provider_code) == ("1066981", word)
        assert len(problem.text.split()) >= 4
        assert isinstance(problem.code, ProblemCode)


# ── The order's status ────────────────────────────────────────────────────────────────────────────────────────────────

LADDER = [S.AWAITING_PAYMENT, S.SUBMITTED, S.IN_PRODUCTION, S.SHIPPED, S.DELIVERED]
ON_THE_WAY = {S.SHIPPED, S.DELIVERED}


def folded(items: list[OrderStatus]) -> OrderStatus:
    """The rule of the design, section 3, once more in other words."""
    live = [status for status in items if status is not S.CANCELLED]
    if not items:
        return S.UNKNOWN
    if not live:
        return S.CANCELLED
    for status in (S.ACTION_REQUIRED, S.ON_HOLD, S.UNKNOWN):
        if status in live:
            return status
    if set(live) == {S.TEST}:
        return S.TEST
    gone = [status in ON_THE_WAY for status in live]
    if any(gone) and not all(gone):
        return S.PARTIALLY_SHIPPED
    return next(status for status in LADDER if status in live)


def item(status: OrderStatus) -> Item:
    return Item("1", "x", "x", 1, status)


@given(st.lists(st.sampled_from(sorted(set(WORDS.values()) | {S.UNKNOWN})), max_size=6))
def test_the_orders_status_follows_from_its_items(found: list[OrderStatus]) -> None:
    assert translate.fold(item(status) for status in found) is folded(found)


@given(st.lists(st.sampled_from(sorted(set(WORDS.values()) | {S.UNKNOWN})), min_size=1, max_size=6), st.randoms())
def test_the_order_of_items_and_cancelled_ones_do_not_matter(found: list[OrderStatus], chance: Any) -> None:
    shuffled = [*found, S.CANCELLED]
    chance.shuffle(shuffled)
    assert translate.fold(map(item, shuffled)) is translate.fold(map(item, found))


@pytest.mark.parametrize(
    ("words", "status"),
    [
        (("Shipped", "Printing"), S.PARTIALLY_SHIPPED),
        (("Delivered", "Shipped"), S.SHIPPED),
        (("Delivered", "Delivered", "Cancelled"), S.DELIVERED),
        (("Cancelled", "BilledRefunded"), S.CANCELLED),
        (("Pending", "InProduction"), S.SUBMITTED),
        (("Shipped", "ImageIssue"), S.ACTION_REQUIRED),
        (("Hold", "ImageIssue"), S.ACTION_REQUIRED),
        (("Hold", "Whatever"), S.ON_HOLD),
        (("Test", "Cancelled"), S.TEST),
        (("New", "PrePayment"), S.AWAITING_PAYMENT),
    ],
)
async def test_orders_of_several_items(words: tuple[str, ...], status: OrderStatus) -> None:
    assert (await read(*words)).status is status


# ── What is allowed in which ──────────────────────────────────────────────────────────────────────────────────────────

Call = Callable[[PrintKit, Order], Awaitable[Any]]

OPERATIONS: dict[str, tuple[str, tuple[str, ...], Call]] = {
    "replace_artwork": (SEED_000, statuses.REPLACE_ARTWORK, lambda kit, order: kit.replace_artwork(order, order.items[0], URL.format("b"))),
    "swap_sku": (SEED_001, statuses.SWAP_SKU, lambda kit, order: kit.swap_sku(order, order.items[0], "OTHER")),
    "set_status(ON_HOLD)": (SEED_002, statuses.SET_STATUS, lambda kit, order: kit.set_status(order, S.ON_HOLD)),
    "set_status(TEST)": (SEED_002, statuses.SET_STATUS, lambda kit, order: kit.set_status(order, S.TEST)),
    "set_status('New')": (SEED_002, statuses.SET_STATUS, lambda kit, order: kit.set_status(order, "New")),
    "cancel_items": (SEED_003, statuses.CANCEL_ITEMS, lambda kit, order: kit.cancel_items(order, [order.items[0]])),
    "update_recipient": (REFERENCE_10, statuses.UPDATE_RECIPIENT, lambda kit, order: kit.update_recipient(order, ANN)),
}


@pytest.mark.parametrize("name", OPERATIONS)
def test_the_lists_are_the_seeds_own(name: str) -> None:
    seed, ours, _ = OPERATIONS[name]
    assert ours == listed(seed)


def test_the_targets_are_the_seeds_own() -> None:
    assert statuses.TARGET_WORDS == ("Cancelled", "New", "Test", "Hold")


async def tried(call: Call, *words: str, **more: object) -> tuple[PrintKitError | None, Scripted]:
    """What becomes of a call on an order at hand; the shop then answers with server errors."""
    shop = Scripted(lambda request: says(order_in(*words)) if request.method == "GET" else says({}, 500))
    async with kit_on(shop, **more) as kit:
        order = await kit.get_order(REF)
        shop.asked.clear()
        try:
            await call(kit, order)
        except PrintKitError as error:
            return error, shop
    return None, shop


@pytest.mark.parametrize("word", [*WORDS, *ALIASES])
@pytest.mark.parametrize("name", OPERATIONS)
async def test_what_a_list_does_not_name_is_refused_before_any_request(name: str, word: str) -> None:
    seed, _, call = OPERATIONS[name]
    allowed = {same(each) for each in listed(seed)}
    error, shop = await tried(call, word)
    if same(word) in allowed:
        assert len(shop.written) == 1
        return
    assert shop.asked == []
    if name == "cancel_items" and WORDS[same(word)] is S.CANCELLED:
        assert error is None, "that is done already"
        return
    assert type(error) is ConflictError
    assert not error.sent
    assert error.allowed_in == listed(seed)
    assert error.order_status is WORDS[same(word)]
    assert word in error.message


@pytest.mark.parametrize("name", OPERATIONS)
async def test_the_shop_decides_where_the_settings_leave_it_to_it(name: str) -> None:
    _, _, call = OPERATIONS[name]
    _, shop = await tried(call, "InProduction", check_status_locally="false")
    assert len(shop.written) == 1


@pytest.mark.parametrize("name", OPERATIONS)
async def test_the_shop_decides_on_words_that_no_table_knows(name: str) -> None:
    _, _, call = OPERATIONS[name]
    _, shop = await tried(call, "SomethingNew")
    assert len(shop.written) == 1


@pytest.mark.parametrize("name", ["set_status(ON_HOLD)", "set_status(TEST)", "set_status('New')", "update_recipient"])
async def test_one_live_item_stands_against_a_change_of_the_whole_order(name: str) -> None:
    _, _, call = OPERATIONS[name]
    error, shop = await tried(call, "New", "Printing")
    assert type(error) is ConflictError
    assert shop.asked == []
    _, shop = await tried(call, "New", "Cancelled")
    assert len(shop.written) == 1


@pytest.mark.parametrize("name", ["replace_artwork", "swap_sku", "cancel_items"])
async def test_only_the_named_item_counts_for_a_change_of_an_item(name: str) -> None:
    _, _, call = OPERATIONS[name]
    word = "NeedsManualApproval"
    _, shop = await tried(call, word, "Printing", "Cancelled", "Whatever")
    assert len(shop.written) == 1


@pytest.mark.parametrize("word", WORDS)
async def test_a_whole_order_is_cancelled_by_the_route_that_allows_it(word: str) -> None:
    """Trap 34: ``orderstatus`` by its list, else ``orderCancel`` by its own."""
    error, shop = await tried(lambda kit, order: kit.set_status(order, S.CANCELLED), word)
    routes = [request.path for request in shop.written]
    if word in map(same, listed(SEED_002)):
        assert routes == ["/api/orderstatus"]
    elif word in map(same, listed(SEED_003)):
        assert routes == ["/api/orderCancel"]
    else:
        assert shop.asked == []
        assert (error is None) == (WORDS[word] is S.CANCELLED)


@pytest.mark.parametrize("status", [S.DRAFT, S.AWAITING_PAYMENT, S.ACTION_REQUIRED, S.IN_PRODUCTION, S.SHIPPED, S.DELIVERED, S.UNKNOWN])
async def test_a_status_that_nobody_can_set_is_refused_before_any_request(status: OrderStatus) -> None:
    error, shop = await tried(lambda kit, order: kit.set_status(order, status), "New")
    assert isinstance(error, InvalidRequestError)
    assert shop.asked == []


@pytest.mark.parametrize("word", ["cancelled", "Canceled", "hold", "Shipped", "", "New "])
async def test_a_word_that_is_not_one_of_the_four_is_refused_before_any_request(word: str) -> None:
    error, shop = await tried(lambda kit, order: kit.set_status(order, word), "New")
    assert isinstance(error, InvalidRequestError)
    assert shop.asked == []


async def test_submitting_what_is_placed_is_a_conflict() -> None:
    for call in (lambda kit, order: kit.set_status(order, S.SUBMITTED), lambda kit, order: kit.submit(order)):
        error, shop = await tried(call, "New")
        assert type(error) is ConflictError
        assert error.order_status is S.SUBMITTED
        assert shop.asked == []


# ── A sandbox on the live host ────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", [*OPERATIONS, "set_status(CANCELLED)"])
async def test_a_sandbox_does_not_write_to_orders_that_are_no_tests(name: str) -> None:
    cancel: Call = lambda kit, order: kit.set_status(order, S.CANCELLED)  # noqa: E731
    call = cancel if name == "set_status(CANCELLED)" else OPERATIONS[name][2]
    for local in ("true", "false"):
        error, shop = await tried_in_sandbox(call, "NeedsManualApproval", local)
        assert type(error) is ConflictError
        assert not error.sent
        assert "test" in error.message
        assert shop == []


async def tried_in_sandbox(call: Call, word: str, local: str) -> tuple[PrintKitError | None, list[str]]:
    body = says(order_in(word)).body

    async def behave(peer: Peer) -> None:
        while await peer.request() is not None:
            await peer.answer(body)

    async with serve(behave) as server:
        environ = settings(environment="sandbox", base_url=f"http://127.0.0.1:{server.port}", check_status_locally=local)
        async with printkit.connect(environ=environ) as kit:
            order = await kit.get_order(REF)
            server.seen.clear()
            try:
                await call(kit, order)
            except PrintKitError as error:
                return error, [each.method for each in server.seen]
    return None, [each.method for each in server.seen]


@pytest.mark.parametrize("test", [None, True])
async def test_every_order_of_a_sandbox_is_a_test(test: bool | None) -> None:
    shop = Shop()
    async with (
        EmulatorServer([shop], tick=None) as server,
        printkit.connect(environ=settings(environment="sandbox", base_url=server.url)) as kit,
    ):
        order = await draft(kit, photo("a"), test=test)
        assert order.is_test
        order = await kit.submit(order)
        assert (order.status, order.is_test) == (S.TEST, True)
        assert shop.ledger.count("order charged") == 0
        swapped = await kit.swap_sku(order, order.items[0], SMALL_CANVAS)  # seed 001 allows it in Test
        assert swapped.is_test
        with pytest.raises(InvalidRequestError, match="test"):
            await kit.create_order(NewOrder(TOM, test=False))


async def test_a_live_order_is_a_test_only_when_it_is_said() -> None:
    shop = Shop()
    async with kit_on(shop) as kit:
        for reference, test, charged in (("R1", None, 1), ("R2", True, 1), ("R3", False, 2)):
            order = await kit.submit(await draft(kit, photo("a"), reference=reference, test=test))
            assert order.is_test == bool(test)
            assert shop.ledger.count("order charged") == charged
