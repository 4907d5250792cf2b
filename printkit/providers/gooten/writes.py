"""How to find out whether a write happened at Gooten: pre-images and look-ups, by what the shop documents. Sends no write.

Every look-up reads; what it finds is compared with what was meant and with what was there before (``ReconcileHandle``).
"""

from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from attrs import evolve

from ...lenient import entries, members, objects
from ...model import Item, Order, OrderStatus, Receipt, RefusedItem
from ...outcomes import Absent, Applied, Found, NotApplied, ReconcileHandle, Unknown
from . import statuses, translate

ReadOrder = Callable[[str], Awaitable[Order]]
Search = Callable[[Mapping[str, str], Callable[[Order], bool]], Awaitable[tuple[tuple[Order, ...], bool]]]
"""By criteria, and of what is found only what is wanted; with whether everything was read."""

BLOCKED = "blocked"
"""The phase of a submission that was refused because its reference is taken: an order with it exists, and nothing may be sent again."""

PARTIAL = "partial"
"""The phase of a cancellation whose answer says which items were cancelled and which were not."""

ANSWERED = "read-back"
"""The phase of a status whose answer says neither yes nor no: what ``HadError`` means there nobody knows."""

REFUSED = "refused"
"""The phase of a status that the shop refused: by its HTTP status, or by saying what is wrong."""


# ── Submitting: found by its SourceId, and compared ───────────────────────────────────────────────────────────────────


async def find_submitted(handle: ReconcileHandle, search: Search, read: ReadOrder) -> Found[Order]:
    """Look for the order by postal code and day, and by a search for its reference; only an exact ``SourceId`` counts.

    That an order has this reference does not make it this order. It is ours when its items carry the ids that we gave them, whatever
    was done to it since; another one must be equal in recipient, SKUs, copies, artwork and test mode, and nothing of it cancelled.
    """
    if not _is_a_submission(handle):
        return Unknown("the handle does not hold what was meant")
    hits, is_all = await _with_reference(handle, search)
    if not hits and not is_all:
        return Unknown("no order has this reference on the pages that were read, and there are more of them")
    if not hits:
        if handle.phase == BLOCKED:
            return Unknown("the shop says that an order with this reference exists, and none can be found: nothing more is sent")
        return Absent("no order has this reference")
    orders = [await read(order_id) for order_id in hits]
    same = [order for order in orders if _is_ours(order, handle.meant)] or [order for order in orders if _is_equal(order, handle.meant)]
    if len(same) == 1:
        receipt = Receipt(attempts=handle.attempts, reconciled=True, renamed=renamed(handle.meant, same[0].items))
        return Applied(evolve(same[0], receipt=receipt))
    if same:
        return Unknown(f"{len(same)} orders are equal to the one that was meant: {', '.join(order.id for order in same)}")
    other = orders[0]
    return NotApplied(
        f"the reference {handle.key!r} belongs to another order, {other.ref}: a reprint needs a reference of its own", other.ref
    )


def _is_a_submission(handle: ReconcileHandle) -> bool:
    """Whether it is whole and still holds what guards it: it may be sent again, and a handle may come from anywhere."""
    meant = members(handle.meant)
    return (
        bool(handle.key)
        and meant.get("SourceId") == handle.key
        and meant.get("IsPartnerSourceIdUnique") is True
        and isinstance(meant.get("IsInTestMode"), bool)
        and bool(members(meant.get("ShipToAddress")))
        and bool(objects(meant.get("Items")))
        and len(objects(meant.get("Items"))) == len(entries(meant.get("Items")))
        and not {name.lower() for name in meant if name.lower() in translate.OURS} & {"payment", "partnerbillingkey"}
    )


async def _with_reference(handle: ReconcileHandle, search: Search) -> tuple[list[str], bool]:
    day = f"{handle.sent_at - timedelta(days=1):%Y-%m-%d}"  # the shop's day may have begun later than ours
    postal_code = handle.meant["ShipToAddress"].get("PostalCode")
    queries: list[dict[str, str]] = [{"genericValues": handle.key or ""}]
    if postal_code and handle.phase != BLOCKED:  # an earlier day's order may hold a blocked reference
        queries.insert(0, {"postalCode": postal_code, "startDate": day})
    elif postal_code:
        queries.insert(0, {"postalCode": postal_code})
    found: list[str] = []
    is_all = True
    for query in queries:
        hits, is_whole = await search(query, lambda order: order.reference == handle.key)
        found += [order.id for order in hits if order.id not in found]
        is_all = is_all and is_whole
    return found, is_all


def _lines(meant: Mapping[str, Any]) -> list[str]:
    return [str(line.get("SourceId")) for line in meant["Items"]]


def _is_ours(order: Order, meant: Mapping[str, Any]) -> bool:
    return sorted(item.reference or "" for item in order.items) == sorted(_lines(meant))


def renamed(meant: Mapping[str, Any], items: Sequence[Item]) -> dict[str, str]:
    """Which item of a draft became which item of the order: each carries the draft item's id as its reference."""
    known = set(_lines(meant))
    return {item.reference: item.id for item in items if item.reference is not None and item.reference in known}


def _is_equal(order: Order, meant: Mapping[str, Any]) -> bool:
    wanted = Counter(_line(line["SKU"], line["Quantity"], [image["Url"] for image in line.get("Images", ())]) for line in meant["Items"])
    has = Counter(_line(item.provider_sku, item.copies, [picture.url for picture in item.artwork]) for item in order.live_items)
    return wanted == has and order.is_test == meant["IsInTestMode"] and _address(order) == _address_of_body(meant["ShipToAddress"])


def _line(sku: str, copies: Any, urls: Iterable[str | None]) -> tuple[Any, ...]:
    return (sku, int(copies), tuple(sorted(url or "" for url in urls)))


_ADDRESS = ("FirstName", "LastName", "Line1", "Line2", "City", "State", "PostalCode", "CountryCode")


def _address(order: Order) -> tuple[str, ...]:
    return _address_of_body(translate.address_body(order.recipient, email=None, phone=None)) if order.recipient else ()


def _address_of_body(body: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(" ".join(str(body.get(name) or "").split()) for name in _ADDRESS)


# ── Changing items ────────────────────────────────────────────────────────────────────────────────────────────────────


async def find_cancelled(handle: ReconcileHandle, read: ReadOrder) -> Found[Order]:
    """Read the order: which of the items are cancelled? After an answer that said so itself, some is a result.

    Items that were not even asked for, because of their status, stand in the pre-image, with the reason.
    """
    order = await read(handle.order or "")
    wanted = [item for item in order.items if item.id in set(handle.meant["Ids"])]
    if len(wanted) < len(handle.meant["Ids"]):
        return Unknown("the order was read without some of the items")
    left = [item for item in wanted if item.status is not OrderStatus.CANCELLED]
    if left and len(left) == len(wanted):
        return Absent("none of the items is cancelled")
    if left and handle.phase != PARTIAL:
        why = f"some of the items are cancelled, and these are not: {', '.join(item.id for item in left)}"
        return Absent(why, {"Ids": [item.id for item in left]})
    refused = [RefusedItem(item, why) for item, why in members(handle.preimage).items()]
    refused += [RefusedItem(item.id, f"not cancelled: it is {item.provider_status}") for item in left]
    receipt = Receipt(attempts=handle.attempts, reconciled=handle.phase != PARTIAL, refused=tuple(refused))
    return Applied(evolve(order, receipt=receipt))


async def find_swapped(handle: ReconcileHandle, read: ReadOrder) -> Found[Order]:
    """Read the order: does the item have the new SKU, the one from before, or a third?"""
    order = await read(handle.order or "")
    item = _item(order, str(handle.meant["OrderItemId"]))
    return _compared(handle, order, item.provider_sku if item else None, handle.meant["NewPRPSku"], "SKU")


async def find_replaced(handle: ReconcileHandle, read: ReadOrder) -> Found[Order]:
    """Read the order with its images: does each print space have the new picture, the one from before, or a third?"""
    order = await read(handle.order or "")
    item = _item(order, str(handle.meant[0]["OrderItemId"]))
    wanted = {each["SpaceId"]: each["URL"] for each in handle.meant}
    now = {space: url for space, url in pictures(item).items() if space in wanted} if item else None
    return _compared(handle, order, now, wanted, "artwork")


async def find_address(handle: ReconcileHandle, read: ReadOrder) -> Found[Order]:
    """Read the order: does it go to the new address, the one from before, or a third?"""
    order = await read(handle.order or "")
    return _compared(handle, order, list(_address(order)), list(_address_of_body(handle.meant)), "address")


def address_before(order: Order) -> list[str]:
    """The pre-image that ``find_address`` compares with."""
    return list(_address(order))


def pictures(item: Item) -> dict[str, str | None]:
    """The picture of each print space."""
    return {picture.space or "": picture.url for picture in item.artwork}


def _compared(handle: ReconcileHandle, order: Order, now: Any, wanted: Any, what: str) -> Found[Order]:
    if now == wanted == handle.preimage:
        return Unknown(f"the {what} is as it was meant to be, and was so before: nobody can tell whether the shop took it once more")
    if now == wanted:
        return Applied(evolve(order, receipt=Receipt(attempts=handle.attempts, reconciled=True)))
    if now == handle.preimage:
        return Absent(f"the {what} is as it was")
    return Unknown(f"the {what} is a third one: somebody else is changing the order")


def _item(order: Order, item_id: str) -> Item | None:
    return next((item for item in order.items if item.id == item_id), None)


# ── Setting the status ────────────────────────────────────────────────────────────────────────────────────────────────


async def find_status(handle: ReconcileHandle, read: ReadOrder) -> Found[Order]:
    """Read the order: seed 002 contradicts itself on what ``HadError`` means there, so only the statuses of the items tell.

    After ``New`` an order moves on at once; see ``_is_restarted``.
    """
    order = await read(handle.order or "")
    target = statuses.fold(handle.meant["orderStatusName"])
    now = {item.id: statuses.fold(item.provider_status or "") for item in order.items}
    before = {item: word for item, word in handle.preimage.items() if statuses.ITEM.get(word) is not OrderStatus.CANCELLED}
    live = {item: now.get(item, "") for item in before}
    if live and all(_has_reached(live[item], target, before[item], handle.phase) for item in live):
        return Applied(evolve(order, receipt=Receipt(attempts=handle.attempts, reconciled=handle.phase not in {ANSWERED, REFUSED})))
    if target == "new" and "new" in before.values():
        return Unknown("items were New before, and nobody can tell whether they were made New once more")
    if live == before:
        return Absent("every item is in the status it had before")
    if handle.phase == REFUSED and not any(live[item] == target != before[item] for item in live):
        return Absent("the shop refused it, and no item is in the status that was meant")
    return Unknown("the items are neither in the status that was meant nor in the one they had before")


def words_of(order: Order) -> dict[str, str]:
    """The pre-image that ``find_status`` compares with."""
    return {item.id: statuses.fold(item.provider_status or "") for item in order.items}


def _has_reached(word: str, target: str, before: str, phase: str) -> bool:
    if target == "cancelled":
        return statuses.ITEM.get(word) is OrderStatus.CANCELLED
    if target == "new":
        return _is_restarted(word, before, phase)
    return word == target


def _is_restarted(word: str, before: str, phase: str) -> bool:
    """Whether an item was made ``New``, which it is for a moment only.

    An item that stood still before and is on its way now was; one that was on its way before only when it was thrown back: forward it
    goes by itself. An answer that may have been a refusal was followed by a look at once, when no restarted item can be in production.
    """
    if word == "new":
        return before != "new" or phase == ANSWERED
    if word not in statuses.PATH or phase == REFUSED:
        return False
    place = statuses.PATH.index(word)
    if before in statuses.PATH:
        return place < statuses.PATH.index(before)
    return phase != ANSWERED or place < statuses.PATH.index("inproduction")
