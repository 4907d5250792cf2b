"""A dry run: what changes would send, and what they would change, without sending a write. Knows no shop and no file."""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from typing import Any, final

import attrs
from attrs import evolve, field, frozen

from .. import changes
from ..changes import (
    DRAFT,
    AddPhotos,
    CancelItems,
    Change,
    PlaceOrder,
    ReplaceArtwork,
    SetStatus,
    Submit,
    SwapSku,
    UpdateRecipient,
    order_of,
    provider_of,
)
from ..errors import FieldProblem, InvalidRequestError
from ..model import Artwork, Item, Order, Photo, Recipient
from ..rehearsal import EndedError, PlannedRequest
from .source import Changes, in_turn

Rehearse = Callable[[], tuple[Any, Callable[[], Sequence[PlannedRequest]]]]
"""Gives a kit that sends no write, and what it would have sent by now."""


@final
@frozen
class Plan:
    """What one change would do."""

    index: int
    """Its place in the input, from 0."""
    change: Change
    before: Order | None = field(default=None, repr=False)
    """The order as it is now; of an order that is still to be created, one that has its reference already. Else None."""
    requests: tuple[PlannedRequest, ...] = ()
    """The writes, in their order. Empty where nothing is to be done, or where it is done here: to a draft that is kept here."""
    effects: tuple[str, ...] = ()
    """In plain words, such as ``item 123: 8x12 -> 10x15``."""
    problem: Exception | None = field(default=None, eq=False, repr=False)
    """Why it would not be applied."""


async def plans(given: Changes, rehearse: Rehearse, concurrency: int, default: str | None) -> AsyncGenerator[Plan]:
    """The plan of each change, in order; so many are made at once."""
    source, index, references = in_turn(given), 0, dict[str, int]()
    window = deque[asyncio.Task[Plan]]()
    try:
        async for change in source:
            first = index
            if isinstance(change, PlaceOrder) and not any(changes.problems(change)):
                first = references.setdefault(order_of(change, default), index)
            window.append(asyncio.create_task(plan(index, change, rehearse) if first == index else _placed_twice(index, change, first)))
            index += 1
            if len(window) >= concurrency:
                yield await window.popleft()
        while window:
            yield await window.popleft()
    finally:
        for task in window:
            task.cancel()
        await asyncio.gather(*window, return_exceptions=True)


async def plan(index: int, change: Change, rehearse: Rehearse) -> Plan:
    """The plan of one change, as if it were the only one."""
    problems = [*changes.problems(change)]
    if problems:
        return Plan(index, change, problem=InvalidRequestError(problems, operation="plan"))
    kit, requests = rehearse()
    before: Order | None = None
    try:
        if not isinstance(change, PlaceOrder):
            before = await _as_it_is(kit, change)
            await evolve(change, order=before).carry_out(kit)
        else:
            before = await _there_already(kit, change)
            await change.carry_out(kit)
    except EndedError:
        pass
    except Exception as error:  # noqa: BLE001 - one change never ends a run
        return Plan(index, change, before, tuple(requests()), problem=error)
    sent = tuple(requests())
    is_kept_here = before is not None and before.ref.id.startswith(DRAFT)
    told = effects(change, before) if sent or is_kept_here else iter(["nothing: it is so already"])
    return Plan(index, change, before, sent, tuple(told))


async def _there_already(kit: Any, change: PlaceOrder) -> Order | None:
    """An order of the same reference, where the shop would take another one."""
    at = kit.connections.get(provider_of(change, kit.default))
    if change.look_first or at is None or at.unique_references:
        return None
    return await change.placed_before(kit)


async def _placed_twice(index: int, change: Change, first: int) -> Plan:
    problem = FieldProblem("new.reference", f"is the one of changes[{first}]: a reference names one order for ever")
    return Plan(index, change, problem=InvalidRequestError([problem], operation="plan"))


async def _as_it_is(kit: Any, change: "changes.Change") -> Order:
    assert not isinstance(change, PlaceOrder)  # noqa: S101 - the one change without an order
    if isinstance(change.order, Order) and change.order.complete:
        return change.order
    found: Order = await kit.get_order(change.order)
    return found


# ── In words ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def effects(change: Change, before: Order | None) -> Iterator[str]:
    """What a change does to an order, in plain words."""
    match change:
        case PlaceOrder(new=new, photos=photos):
            if before is not None:
                yield f"{before.ref}, {before.status}, has this reference already: another order of it is placed, unless it looks first"
            yield f"a new order {new.reference} for {_address(new.recipient)}"
            yield from map(_added, photos)
            yield "it is submitted: it prints and charges"
        case AddPhotos(photos=photos):
            yield from map(_added, photos)
        case Submit():
            yield f"order: {_status(before)} -> submitted: it prints and charges"
        case UpdateRecipient(recipient=recipient):
            yield from _moved(before.recipient if before else None, recipient)
        case CancelItems(items=items):
            for item in items:
                yield f"item {item}: {_product(_item(before, item))} -> cancelled"
        case SwapSku(item=item, sku=sku):
            known = _item(before, item)
            yield f"item {item}: {known.sku if known else '?'} -> {sku}"
        case ReplaceArtwork(item=item, artwork=artwork):
            yield from _repainted(item, _item(before, item), artwork)
        case SetStatus(status=status):
            yield f"order: {_status(before)} -> {status}"


def _address(recipient: Recipient) -> str:
    lines = (getattr(recipient, each.name) for each in attrs.fields(Recipient) if each.name not in {"email", "phone"})
    return ", ".join(line for line in lines if line)


def _added(photo: Photo) -> str:
    return f"added: {photo.copies} x {photo.sku} of {' and '.join(map(_picture, photo.artwork))}"


def _picture(art: Artwork) -> str:
    return f"{art.space}: {art.url}" if art.space else art.url or "a file"


def _status(order: Order | None) -> str:
    return order.status if order else "?"


def _item(order: Order | None, wanted: str) -> Item | None:
    return next((item for item in order.items if wanted in {item.id, item.reference}), None) if order else None


def _product(item: Item | None) -> str:
    return f"{item.copies} x {item.sku}" if item else "?"


def _moved(old: Recipient | None, new: Recipient) -> Iterator[str]:
    for each in attrs.fields(Recipient):
        was, becomes = getattr(old, each.name, None), getattr(new, each.name)
        if (was or "") != (becomes or ""):
            yield f"recipient.{each.name}: {was or '(empty)'} -> {becomes or '(empty)'}"


def _repainted(item: str, known: Item | None, artwork: Sequence[Artwork]) -> Iterator[str]:
    spaces = {art.space: art.url for art in known.artwork} if known else {}
    only = next(iter(spaces.values())) if len(spaces) == 1 else None
    for art in artwork:
        was = spaces.get(art.space) or only or "?"
        yield f"item {item}{f', {art.space}' if art.space else ''}: {was} -> {art.url or 'a file'}"
