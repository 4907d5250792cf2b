"""One program, every kind of shop: what can be done everywhere is done everywhere, and what cannot is refused as documented. Names none."""

import asyncio
import contextlib
import functools
import inspect
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import attrs
import pytest
from attrs import Factory, define, evolve

import printkit
from printkit import (
    Applied,
    Artwork,
    Capability,
    ConfigError,
    ConflictError,
    Effect,
    InvalidRequestError,
    NewOrder,
    NotFoundError,
    Order,
    OrderRef,
    OrderStatus,
    OutcomeUnknownError,
    Payment,
    Photo,
    PrintKit,
    PrintKitError,
    Recipient,
    ReconcileHandle,
    RejectedError,
    Stage,
    SupportLevel,
    UnsupportedOperationError,
    registry,
)
from printkit.emulator.clock import ManualClock
from printkit.emulator.faults import Fault, ResetAfterCommit
from printkit.emulator.shop import Shop
from printkit.server.emulator import EmulatorServer
from printkit.telemetry import Attempt
from printkit.transport.caller import Caller

KINDS = registry.kinds()
WISHES = {"currency": "GBP", "print_country": "GB", "email": "orders@example.com", "phone": "+44 20 7946 0000"}
"""Settings that only some kinds have: what an order needs there and its recipient need not have."""
NOBODY = Recipient("Tom Smith", country="GB")
TOM = Recipient("Tom Smith", line1="14 Acacia Avenue", city="Cardiff", postal_code="CF11 1AB", country="GB")
ANN = Recipient("Ann Jones", line1="The Hollies", city="Cardiff", postal_code="CF11 1AX", country="GB")
URL = "https://images.example.com/{}.jpg"
SMALL, LARGE, OTHER = "small-print", "large-print", "other-print"
MOST_PAGES = 50


def test_this_module_names_no_shop() -> None:
    source = inspect.getsource(sys.modules[__name__]).lower()
    assert [kind for kind in KINDS if kind in source] == []
    assert len(KINDS) >= 2


# ── The same settings for every shop ──────────────────────────────────────────────────────────────────────────────────


def section(name: str, members: Mapping[str, str]) -> str:
    return "".join([f"[printkit.{name}]\n", *(f'{key} = "{value}"\n' for key, value in members.items())])


def connection(kind: str, **more: str) -> dict[str, str]:
    known = {each.name for each in attrs.fields(registry.part(registry.info(kind).settings))}
    return {"kind": kind, "environment": "emulator"} | {name: value for name, value in (WISHES | more).items() if name in known}


def account(kind: str, name: str) -> dict[str, str]:
    """The settings that name an account, whatever they are called there: those that are required and no secret."""
    fields = attrs.fields(registry.part(registry.info(kind).settings))
    required = [each for each in fields if each.default is attrs.NOTHING and each.name != "environment" and each.type is str]
    return {each.name: f"account-{name}" for each in required}


async def assortment(kind: str) -> list[str]:
    """Three products that the shop sells, without choices to make."""
    async with printkit.connect(f"{kind}+emulator://", environ={}) as kit:
        found = await kit.list_products(country="GB")
    plain = [product.sku for product in found.products if product.prices and not product.attributes]
    assert len(plain) >= 3
    return plain[:3]


async def document(default: str | None = None, *connections: tuple[str, Mapping[str, str]]) -> str:
    """A settings file with every kind, or with these connections, and the SKU map."""
    given = connections or tuple((kind, connection(kind)) for kind in KINDS)
    sold = {kind: await assortment(kind) for kind in KINDS}
    skus = [section(f'skus."{yours}"', {kind: sold[kind][place] for kind in KINDS}) for place, yours in enumerate((SMALL, LARGE, OTHER))]
    head = f'[printkit]\ndefault = "{default}"\n' if default else ""
    return "\n".join([head, *(section(f"providers.{name}", values) for name, values in given), *skus])


@define
class Stand:
    """A program, the shop it talks to, and how many requests have left."""

    kit: PrintKit
    shop: Shop
    kind: str
    server: EmulatorServer | None = None
    calls: list[Effect] = Factory(list[Effect])
    """Every request that left."""

    def __call__(self, event: object) -> None:
        if isinstance(event, Attempt):
            self.calls.append(event.request.effect)

    @property
    def writes(self) -> int:
        return self.calls.count(Effect.WRITES)

    def supports(self, capability: Capability, stage: Stage) -> bool:
        return bool(self.kit.supports(capability, stage=stage))

    def ship(self, order: Order) -> None:
        """The shop's own people print and ship."""
        self.shop.control(("orders", order.id, "ship"), {})


@pytest.fixture(scope="session")
def settings_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("swap") / "printkit.toml"
    file.write_text(asyncio.run(document()), encoding="utf-8")
    return file


@contextlib.asynccontextmanager
async def standing(kind: str, file: Path, *, http: bool) -> AsyncIterator[Stand]:
    shop: Shop = registry.part(registry.info(kind).emulator)(clock=ManualClock())
    stand = Stand(None, shop, kind)  # type: ignore[arg-type]
    environ = {"PRINTKIT_DEFAULT": kind}
    async with contextlib.AsyncExitStack() as stack:
        if http:
            stand.server = await stack.enter_async_context(EmulatorServer([shop], tick=None))
            environ[f"PRINTKIT_PROVIDERS_{kind.upper()}_BASE_URL"] = stand.server.url + registry.info(kind).base_path
        kit = printkit.connect(config_file=file, environ=environ, hooks=[stand], emulators={kind: shop})
        stand.kit = await stack.enter_async_context(kit)
        yield stand


@pytest.fixture(
    params=[(kind, http) for kind in KINDS for http in (False, True)], ids=lambda each: f"{each[0]}-{'http' if each[1] else 'here'}"
)
async def stand(request: pytest.FixtureRequest, settings_file: Path) -> AsyncIterator[Stand]:
    kind, http = request.param
    async with standing(kind, settings_file, http=http) as found:
        yield found


@pytest.fixture(params=KINDS)
async def here(request: pytest.FixtureRequest, settings_file: Path) -> AsyncIterator[Stand]:
    async with standing(request.param, settings_file, http=False) as found:
        yield found


PHOTOS = (Photo(SMALL, URL.format("a"), copies=2), Photo(LARGE, URL.format("b")))


async def draft(kit: PrintKit, reference: str = "ORD-1", recipient: Recipient = TOM) -> Order:
    return await kit.add_photos(await kit.create_order(NewOrder(recipient, reference=reference)), PHOTOS)


async def placed(kit: PrintKit, reference: str = "ORD-1") -> Order:
    return await kit.submit(await draft(kit, reference))


# ── The road that every shop has ──────────────────────────────────────────────────────────────────────────────────────


async def test_from_an_incomplete_address_to_the_parcel(stand: Stand) -> None:
    kit = stand.kit
    order = await kit.create_order(NewOrder(NOBODY, reference="ORD-1"))
    assert (order.status, order.reference, order.items) == (OrderStatus.DRAFT, "ORD-1", ())

    order = await kit.add_photos(order, PHOTOS)
    assert [(item.sku, item.copies, item.artwork[0].url) for item in order.items] == [
        (SMALL, 2, URL.format("a")),
        (LARGE, 1, URL.format("b")),
    ]

    report = await kit.validate(order)
    assert not report.ok
    assert report.errors
    with pytest.raises(RejectedError) as caught:
        await kit.submit(order)
    assert caught.value.report is not None
    assert not caught.value.report.ok

    order = await kit.update_recipient(order, TOM)
    assert (await kit.validate(order)).ok

    order = await kit.submit(order)
    assert order.status is OrderStatus.SUBMITTED
    assert sorted((item.sku, item.copies) for item in order.items) == [(LARGE, 1), (SMALL, 2)]
    assert (await kit.get_order(order.ref)).status is OrderStatus.SUBMITTED
    assert (await kit.get_order(str(order.ref))).ref == order.ref

    stand.ship(order)
    order = await kit.get_order(order.ref)
    assert order.status is OrderStatus.SHIPPED
    assert all(item.status is OrderStatus.SHIPPED for item in order.items)
    assert {item for parcel in order.shipments for item in parcel.item_ids} <= {item.id for item in order.items}
    assert order.shipments


async def test_place_order_is_the_three_steps_at_once(stand: Stand) -> None:
    order = await stand.kit.place_order(NewOrder(TOM, reference="ORD-1"), PHOTOS)
    assert order.status is OrderStatus.SUBMITTED
    assert sorted(item.sku for item in order.items) == [LARGE, SMALL]


async def test_place_order_that_is_refused_names_the_order(stand: Stand) -> None:
    with pytest.raises(RejectedError) as caught:
        await stand.kit.place_order(NewOrder(NOBODY, reference="ORD-1"), PHOTOS)
    assert caught.value.order is not None
    order = await stand.kit.update_recipient(caught.value.order, TOM)
    assert (await stand.kit.submit(order)).status is OrderStatus.SUBMITTED


async def test_lists(stand: Stand) -> None:
    kit = stand.kit
    orders = [await placed(kit, f"ORD-{number}") for number in range(3)]
    drafts = [await draft(kit, f"NEW-{number}") for number in range(2)]
    every = {order.ref async for order in kit.list_orders()}
    assert every == {order.ref for order in (*orders, *drafts)}
    assert {order.ref async for order in kit.list_orders(status=OrderStatus.SUBMITTED)} == {order.ref for order in orders}
    assert {order.ref async for order in kit.list_orders(status=OrderStatus.DRAFT)} == {order.ref for order in drafts}
    assert [order.ref async for order in kit.list_orders(reference="ORD-1")] == [orders[1].ref]
    assert [order.ref async for order in kit.list_orders(reference="ORD")] == []
    whole = [order async for order in kit.list_orders(detail=True)]
    assert all(order.complete and order.items for order in whole)
    page = await kit.list_orders()
    assert {order.ref for order in page.items} <= every
    assert (await kit.list_orders(cursor=page.next)).items is not None if page.next else True


async def test_an_order_of_a_list_can_be_worked_with(stand: Stand) -> None:
    kit = stand.kit
    await draft(kit)
    (entry,) = [order async for order in kit.list_orders()]
    order = await kit.update_recipient(entry, ANN)
    assert (await kit.get_order(order.ref)).recipient is not None
    assert (await kit.submit(entry)).status is OrderStatus.SUBMITTED


async def test_changing_a_draft(stand: Stand) -> None:
    kit = stand.kit
    order = await draft(kit)
    small, large = order.items
    order = await kit.swap_sku(order, small, OTHER)
    assert sorted(item.sku for item in order.items) == sorted([OTHER, LARGE])
    large = next(item for item in order.items if item.sku == LARGE)
    order = await kit.replace_artwork(order, large, URL.format("new"))
    assert {item.artwork[0].url for item in order.items} == {URL.format("a"), URL.format("new")}
    other = next(item for item in order.items if item.sku == OTHER)
    order = await kit.cancel_items(order, [other])
    assert [(item.sku, item.artwork[0].url) for item in order.live_items] == [(LARGE, URL.format("new"))]
    assert (await kit.get_order(order.ref)).live_items == order.live_items
    order = await kit.set_status(order, OrderStatus.CANCELLED)
    assert order.status is OrderStatus.CANCELLED
    with pytest.raises(ConflictError):
        await kit.submit(order)


async def test_a_submission_is_one_print(stand: Stand) -> None:
    kit = stand.kit
    order = await draft(kit)
    await kit.submit(order)
    for at_hand in (order, order.ref):
        with pytest.raises(ConflictError):
            await kit.submit(at_hand)
    assert stand.shop.ledger.count("order submitted") == 1


async def test_a_lost_answer_is_found_and_reported(settings_file: Path) -> None:
    for kind in KINDS:
        async with standing(kind, settings_file, http=True) as stand:
            assert stand.server is not None
            order = await draft(stand.kit)
            stand.server.faults.add(Fault(ResetAfterCommit(), method="POST"))
            done = await stand.kit.submit(order)
            assert done.receipt.reconciled
            assert stand.shop.ledger.count("order submitted") == 1


async def test_an_order_that_is_not_there(stand: Stand) -> None:
    order = await placed(stand.kit)
    other = OrderRef(stand.kind, order.id[:-1] + ("1" if order.id[-1] != "1" else "2"))
    with pytest.raises(NotFoundError):
        await stand.kit.get_order(other)
    with pytest.raises(NotFoundError):
        await stand.kit.get_item(order, "999999999")


# ── Verb by verb and stage by stage: as the capability says ───────────────────────────────────────────────────────────

Call = Callable[[PrintKit, Order | OrderRef, str], Awaitable[Any]]

CALLS: dict[Capability, Call] = {
    Capability.ADD_PHOTOS: lambda kit, order, item: kit.add_photos(order, [Photo(SMALL, URL.format("c"))]),
    Capability.UPLOAD_ARTWORK: lambda kit, order, item: kit.add_photos(order, [Photo(SMALL, Artwork(data=b"\xff\xd8\xff picture"))]),
    Capability.GET_ORDER: lambda kit, order, item: kit.get_order(order),
    Capability.VALIDATE: lambda kit, order, item: kit.validate(order),
    Capability.SUBMIT: lambda kit, order, item: kit.submit(order),
    Capability.UPDATE_RECIPIENT: lambda kit, order, item: kit.update_recipient(order, ANN),
    Capability.CANCEL_ITEMS: lambda kit, order, item: kit.cancel_items(order, [item]),
    Capability.SWAP_SKU: lambda kit, order, item: kit.swap_sku(order, item, OTHER),
    Capability.REPLACE_ARTWORK: lambda kit, order, item: kit.replace_artwork(order, item, URL.format("new")),
    Capability.CANCEL_ORDER: lambda kit, order, item: kit.set_status(order, OrderStatus.CANCELLED),
    Capability.HOLD_ORDER: lambda kit, order, item: kit.set_status(order, OrderStatus.ON_HOLD),
    Capability.ISSUES: lambda kit, order, item: kit.list_issues(order),
}
STAGES = {Stage.DRAFT: draft, Stage.PLACED: placed}


def fits(here: Stand, capability: Capability, stage: Stage, error: PrintKitError) -> bool:
    """Whether the refusal is the documented one: for good, where the capability says so; else not now, from the shop's own lists."""
    support = here.kit.supports(capability, stage=stage)
    if capability is Capability.UPLOAD_ARTWORK and type(error) is InvalidRequestError:
        return not support  # the verb is there: it is the file that is refused
    if isinstance(error, UnsupportedOperationError):
        return not support and error.capability is capability and bool(error.why)
    if isinstance(error, ConflictError) and not error.sent:
        return error.order_status is not None and (not support or bool(error.allowed_in))
    return False


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("capability", CALLS)
async def test_a_verb_is_served_or_refused_as_its_capability_says(here: Stand, capability: Capability, stage: Stage) -> None:
    kit = here.kit
    order = await STAGES[stage](kit)
    here.calls.clear()
    happened = here.shop.ledger.entries()
    try:
        found = await CALLS[capability](kit, order, order.items[0].id)
    except PrintKitError as error:
        refusal = error
    else:
        assert kit.supports(capability, stage=stage), "what is said to be impossible was done"
        assert not isinstance(found, Order) or found.ref.provider == here.kind
        return
    assert fits(here, capability, stage, refusal), refusal
    assert here.shop.ledger.entries() == happened
    assert here.writes == 0
    assert here.calls == [] or not isinstance(refusal, UnsupportedOperationError)


@pytest.mark.parametrize("capability", [each for each in CALLS if each is not Capability.UPLOAD_ARTWORK])
async def test_a_reference_alone_serves_every_verb_just_so(here: Stand, capability: Capability) -> None:
    """Where only the reference is at hand, the order may be read first, and no more."""
    for stage, begin in STAGES.items():
        order = await begin(here.kit, f"ORD-{stage}")
        here.calls.clear()
        refusal: PrintKitError | None = None
        try:
            await CALLS[capability](here.kit, order.ref, order.items[0].id)
        except PrintKitError as error:
            refusal = error
        if refusal is not None:
            assert fits(here, capability, stage, refusal), refusal
            assert (here.writes, len(here.calls)) <= (0, 1)


async def test_orders_that_the_recipient_pays(here: Stand) -> None:
    new = NewOrder(TOM, reference="ORD-1", payment=Payment.RECIPIENT)
    if here.supports(Capability.REQUEST_PAYMENT, Stage.DRAFT):
        order = await here.kit.place_order(new, PHOTOS)
        assert order.status is OrderStatus.AWAITING_PAYMENT
        return
    with pytest.raises(InvalidRequestError, match="payment"):
        await here.kit.create_order(new)
    with pytest.raises(UnsupportedOperationError):
        await here.kit.set_status(await draft(here.kit), OrderStatus.AWAITING_PAYMENT)
    assert here.calls == []


def test_every_capability_is_said_at_every_stage() -> None:
    for kind in KINDS:
        info = registry.info(kind)
        for capability in Capability:
            for stage in Stage:
                found = info.support.get((capability, stage))
                if found is None:
                    assert (capability, stage) == (Capability.CREATE_ORDER, Stage.PLACED)
                    continue
                assert found.level is SupportLevel.NATIVE or found.why, f"{kind} {capability} {stage} does not say why"


async def test_cancelling_what_was_placed(here: Stand) -> None:
    """Where it is possible it is done; where it is not, nothing has left."""
    order = await placed(here.kit)
    here.calls.clear()
    if here.supports(Capability.CANCEL_ORDER, Stage.PLACED):
        assert (await here.kit.set_status(order, OrderStatus.CANCELLED)).status is OrderStatus.CANCELLED
    else:
        with pytest.raises(PrintKitError):
            await here.kit.set_status(order, OrderStatus.CANCELLED)
        assert here.calls == []


# ── One word moves the program ────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("how", ["environment", "file"])
@pytest.mark.parametrize("kind", KINDS)
async def test_one_word_moves_a_program(tmp_path: Path, settings_file: Path, kind: str, how: str) -> None:
    file, environ = settings_file, {"PRINTKIT_DEFAULT": kind}
    if how == "file":
        file, environ = tmp_path / "printkit.toml", {}
        file.write_text(await document(kind), encoding="utf-8")
    shops: dict[str, Shop] = {each: registry.part(registry.info(each).emulator)() for each in KINDS}
    async with printkit.connect(config_file=file, environ=environ, emulators=shops) as kit:
        order = await placed(kit)
        assert order.ref.provider == kind
        assert set(kit.connections) == set(KINDS)
    assert {each for each, shop in shops.items() if shop.ledger.count("order submitted")} == {kind}


async def test_without_a_default_the_connection_must_be_said(settings_file: Path) -> None:
    async with printkit.connect(config_file=settings_file, environ={}) as kit:
        with pytest.raises(ConfigError, match="provider="):
            await kit.create_order(NewOrder(TOM))
        for kind in KINDS:
            order = await kit.create_order(NewOrder(TOM), provider=kind)
            assert order.ref.provider == kind
            assert (await kit.submit(await kit.add_photos(order, PHOTOS))).ref.provider == kind


async def test_an_order_always_goes_to_the_connection_in_its_reference(settings_file: Path) -> None:
    """Whatever the default is, and also from the reference's text alone."""
    shops: dict[str, Shop] = {each: registry.part(registry.info(each).emulator)() for each in KINDS}
    refs: dict[str, str] = {}
    for kind in KINDS:
        async with printkit.connect(config_file=settings_file, environ={"PRINTKIT_DEFAULT": kind}, emulators=shops) as kit:
            refs[kind] = str((await placed(kit)).ref)
    for default in KINDS:
        async with printkit.connect(config_file=settings_file, environ={"PRINTKIT_DEFAULT": default}, emulators=shops) as kit:
            for kind, ref in refs.items():
                order = await kit.get_order(ref)
                assert (order.ref.provider, order.reference) == (kind, "ORD-1")
    with pytest.raises(ConfigError, match="nowhere"):
        async with printkit.connect(config_file=settings_file, environ={"PRINTKIT_DEFAULT": KINDS[0]}) as kit:
            await kit.get_order("nowhere:1")


@pytest.mark.parametrize("kind", KINDS)
async def test_two_accounts_of_one_shop_at_once(tmp_path: Path, kind: str) -> None:
    file = tmp_path / "printkit.toml"
    names = ("first", "second")
    accounts = [(name, connection(kind) | account(kind, name)) for name in names]
    file.write_text(await document("first", *accounts), encoding="utf-8")
    shops: dict[str, Shop] = {name: registry.part(registry.info(kind).emulator)(clock=ManualClock()) for name in names}
    async with printkit.connect(config_file=file, environ={}, emulators=shops) as kit:
        orders = {name: await kit.create_order(NewOrder(TOM, reference="SAME"), provider=name) for name in names}
        for name, order in orders.items():
            orders[name] = await kit.submit(await kit.add_photos(order, PHOTOS))
            assert orders[name].ref.provider == name
        for name in names:
            assert shops[name].ledger.count("order submitted") == 1
            assert [order.ref async for order in kit.list_orders(provider=name)] == [orders[name].ref]
        if kit.supports(Capability.CANCEL_ORDER, provider="second", stage=Stage.PLACED):
            await kit.set_status(orders["second"], OrderStatus.CANCELLED)
            assert (await kit.get_order(orders["first"].ref)).status is OrderStatus.SUBMITTED
            assert (shops["first"].ledger.count("order cancelled"), shops["second"].ledger.count("order cancelled")) == (0, 1)


async def no_time(seconds: float) -> None:
    """A pause before a retry."""


@pytest.mark.parametrize("kind", KINDS)
async def test_a_handle_is_taken_by_its_own_account_only(tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("printkit.opening.Caller", functools.partial(Caller, sleep=no_time))
    file, twin = tmp_path / "printkit.toml", tmp_path / "twin.toml"
    file.write_text(await document("mine", ("mine", connection(kind) | account(kind, "first"))), encoding="utf-8")
    twin.write_text(await document("mine", ("mine", connection(kind) | account(kind, "second"))), encoding="utf-8")
    shop: Shop = registry.part(registry.info(kind).emulator)(clock=ManualClock())
    async with EmulatorServer([shop], tick=None) as server:
        environ = {"PRINTKIT_PROVIDERS_MINE_BASE_URL": server.url + registry.info(kind).base_path}
        async with printkit.connect(config_file=file, environ=environ) as kit:
            order = await draft(kit)
            server.faults.add(Fault(ResetAfterCommit(), method="POST"))
            blind = server.faults.add(Fault(ResetAfterCommit(), method="GET", times=MOST_PAGES))
            with pytest.raises(OutcomeUnknownError) as caught:
                await kit.submit(order)
            server.faults.remove(blind)
        handle = ReconcileHandle.from_json(caught.value.handle.to_json())
        async with printkit.connect(config_file=twin, environ=environ) as kit:
            with pytest.raises(ConfigError, match="another account"):
                await kit.reconcile(handle)
        async with printkit.connect(config_file=file, environ=environ) as kit:
            found = await kit.reconcile(handle)
            assert isinstance(found, Applied)
            assert found.value.status is OrderStatus.SUBMITTED
    assert shop.ledger.count("order submitted") == 1


# ── Catalogue ─────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_what_is_sold_and_where(stand: Stand) -> None:
    countries = await stand.kit.list_countries()
    assert "GB" in {country.code for country in countries}
    sold = await stand.kit.list_products(country="GB")
    assert len({product.sku for product in sold.products}) == len(sold.products) > 3
    assert all(product.name for product in sold.products)


async def test_the_whole_map_is_sold(settings_file: Path) -> None:
    async with printkit.connect(config_file=settings_file, environ={}) as kit:
        report = await kit.check(country="GB")
    assert report.ok, report


async def test_since_leaves_older_orders_out(here: Stand) -> None:
    await placed(here.kit)
    tomorrow = datetime(2026, 1, 6, tzinfo=UTC) + timedelta(days=1)
    assert [order async for order in here.kit.list_orders(since=tomorrow, status=OrderStatus.SUBMITTED)] == []
    assert len([order async for order in here.kit.list_orders(since=datetime(2026, 1, 5, tzinfo=UTC))]) == 1


async def test_the_recipient_is_who_was_meant(stand: Stand) -> None:
    """Whatever the shop makes of a name and an address, it is the same that was given."""
    for number, name in enumerate(("Tom Smith", "Anna Maria van der Berg", "Søren Ångström")):
        recipient = evolve(TOM, name=name, line2="Flat 3", state="Glamorgan")
        order = await placed_for(stand.kit, recipient, f"ORD-{number}")
        found = (await stand.kit.get_order(order.ref)).recipient
        assert found is not None
        same = ("name", "line1", "line2", "city", "state", "postal_code", "country")
        assert [getattr(found, each) for each in same] == [getattr(recipient, each) for each in same]


async def placed_for(kit: PrintKit, recipient: Recipient, reference: str) -> Order:
    return await kit.submit(await draft(kit, reference, recipient))
