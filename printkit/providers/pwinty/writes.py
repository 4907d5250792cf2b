"""How to find out whether a write happened at Pwinty: fingerprints, pre-images and look-ups. Sends no write.

Every look-up reads; what it finds is compared with what was meant and with what was there before (``ReconcileHandle``).
"""

import itertools
from collections import Counter, OrderedDict
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping
from typing import Any, TypeVar, final

from attrs import evolve

from ...errors import PrintKitError
from ...lenient import entries, members, text
from ...model import Artwork, Item, Order, Receipt
from ...outcomes import Absent, Applied, Found, NotApplied, ReconcileHandle, Unknown
from . import bodies, readings, statuses, translate

ReadOrder = Callable[[str], Awaitable[Order]]
ReadByReference = Callable[[str], Awaitable[tuple[Order, ...]]]

Fingerprint = tuple[Any, ...]


# ── Creating: found by its reference and recipient ────────────────────────────────────────────────────────────────────


async def find_created(handle: ReconcileHandle, by_reference: ReadByReference, read_order: ReadOrder) -> Found[Order]:
    """Look for the draft by ``merchantOrderId`` (seed 004, "List orders"). Nothing says that a reference is unique.

    A draft without photos and with the recipient that was meant is the one; of several the one with the lowest id is adopted and
    the others are listed: they cost nothing. Another order under the same reference proves nothing either way.
    """
    known = set(handle.preimage or ())
    same = [order for order in await by_reference(handle.key or "") if order.reference == handle.key and order.id not in known]
    meant = _recipient_of(handle.meant)
    drafts = sorted((order for order in same if _is_the_draft(order, meant)), key=lambda order: int(order.id))
    if not drafts:
        if same:
            return Unknown(f"{len(same)} order(s) have this reference, and none is the draft that was meant: {_ids(same)}")
        return Absent("no order has this reference")
    adopted, *others = drafts
    receipt = Receipt(attempts=handle.attempts, reconciled=True, duplicates=tuple(order.ref for order in others))
    try:
        return Applied(evolve(await read_order(adopted.id), receipt=receipt))
    except PrintKitError:  # it is proven; that it cannot be read whole just now does not matter
        return Applied(evolve(adopted, receipt=evolve(receipt, read_back=False)))


def _is_the_draft(order: Order, meant: Fingerprint) -> bool:
    return (order.provider_status or "").lower() == "notyetsubmitted" and not order.items and _recipient_of_order(order) == meant


def _recipient_of(body: Mapping[str, Any]) -> Fingerprint:
    return tuple((body.get(name) or "").strip() for name in _RECIPIENT)


def _recipient_of_order(order: Order) -> Fingerprint:
    return _recipient_of(bodies.recipient_body(order.recipient)) if order.recipient else ("",) * len(_RECIPIENT)


_RECIPIENT = ("recipientName", "address1", "address2", "addressTownOrCity", "stateOrCounty", "postalOrZipCode")


# ── Adding photos: found by comparing the list before and after ───────────────────────────────────────────────────────


async def find_added(handle: ReconcileHandle, read_order: ReadOrder, seen: "Seen") -> Found[Order]:
    """Look for the photos that were added: those there now, less those there before, must be those that were meant.

    Photos that this process knows to be another write's do not count: of two equal ones that were lost, one that arrived is one.
    Where an equal one was open and this process knows nothing of it, what is found may be its photo, and proves nothing.
    """
    order = await read_order(handle.order or "")
    before, wish = photos_before(handle), wish_of(handle)
    new = [item for item in order.items if item.id not in before and seen.may_be(wish, item)]
    seen.meet({wish})
    if not new:
        return Absent("the order has no photo that it did not have before")
    strange = seen.never_met(entries(members(handle.preimage).get("beside")))
    if strange:
        return Unknown(f"it may be the photo of an equal write that was unknown then: ask {', '.join(strange)} first, in this program")
    meant = [(fingerprint_of_body(body), body.get("md5Hash")) for body in handle.meant]
    wanted, found = Counter(mark for mark, _ in meant), Counter(map(fingerprint, new))
    if found - wanted:
        return Unknown("the order has new photos that were not meant: somebody else is changing it")
    if not _hashes_agree(meant, new):
        return Unknown("a new photo's file is another one than was meant")
    if found != wanted:
        return Absent(f"{found.total()} of {wanted.total()} photos were added: {_ids(new)}", _missing(handle.meant, found))
    seen.claim(wish, [item.id for item in new])
    return Applied(evolve(order, receipt=Receipt(attempts=handle.attempts, reconciled=True)))


def photos_before(handle: ReconcileHandle) -> set[str]:
    """The photos that the order had before some were added."""
    return {str(each) for each in entries(members(handle.preimage).get("photos"))}


def wish_of(handle: ReconcileHandle) -> str:
    """What tells the wish for some photos from an equal one. What is sent again is the same wish, and so is every try of one exchange."""
    before = members(handle.preimage)
    return exchange_of(text(before.get("instead_of"))) or text(before.get("again")) or handle.id


def equal_to(meant: Iterable[Mapping[str, Any]], open_writes: Iterable[ReconcileHandle]) -> set[str]:
    """The wishes among writes that are still unknown whose photos cannot be told from some of these."""
    added = [each for each in open_writes if each.step == "add"]
    if not added:
        return set()
    marks = set(map(fingerprint_of_body, meant))
    return {wish_of(each) for each in added if not marks.isdisjoint(map(fingerprint_of_body, each.meant))}


def exchange_of(photo: str | None) -> str | None:
    """The wish for another photo in the place of this one."""
    return None if photo is None else f"instead of {photo}"


def _missing(meant: Iterable[Mapping[str, Any]], found: Counter[Fingerprint]) -> list[Mapping[str, Any]]:
    left, missing = Counter(found), list[Mapping[str, Any]]()
    for body in meant:
        mark = fingerprint_of_body(body)
        if left[mark]:
            left[mark] -= 1
        else:
            missing.append(body)
    return missing


def fingerprint(item: Item) -> Fingerprint:
    """What tells one photo of an order from another, as the shop says it."""
    price = item.price_to_recipient
    return (
        item.provider_sku,
        _picture(item).url,
        item.copies,
        statuses.SIZING[item.sizing] if item.sizing else None,
        int(readings.in_minor(price)) if price else None,
        tuple(sorted(item.attributes.items())),
    )


def fingerprint_of_body(body: Mapping[str, Any]) -> Fingerprint:
    """The same, of a photo as it was sent."""
    return (
        body["type"],
        body.get("url"),
        int(body["copies"]),
        body.get("sizing", "Crop"),
        body.get("priceToUser"),
        tuple(sorted(readings.attributes(body.get("attributes")).items())),
    )


def _picture(item: Item) -> Artwork:
    return item.artwork[0] if item.artwork else Artwork()


def _hashes_agree(meant: Iterable[tuple[Fingerprint, str | None]], new: Iterable[Item]) -> bool:
    """The shop's own hash is null until it has the file, and then in lower case (reference 12.30): it can contradict, not prove."""
    given: dict[Fingerprint, list[str | None]] = {}
    for mark, md5 in meant:
        given.setdefault(mark, []).append(md5.lower() if md5 else None)
    for item in new:
        md5, hashes = _picture(item).md5, given.get(fingerprint(item), [])
        if md5 and hashes and None not in hashes and md5.lower() not in hashes:
            return False
    return True


# ── Status, recipient ─────────────────────────────────────────────────────────────────────────────────────────────────


async def find_status(handle: ReconcileHandle, read_order: ReadOrder) -> Found[Order]:
    """Read the order: is the target reached or passed, is it where it was, or somewhere else?"""
    target = str(handle.meant["status"]).lower()
    order = await read_order(handle.order or "")
    word = (order.provider_status or "").lower()
    if word in statuses.REACHED[target]:
        return Applied(evolve(order, receipt=Receipt(attempts=handle.attempts, reconciled=True)))
    if word in {allowed.lower() for allowed in statuses.ALLOWED[target]}:
        return Absent(f"the order is still {order.provider_status}")
    if word == "cancelled":
        return NotApplied("the order has been cancelled and will not be printed")
    return Unknown(f"the order is {order.provider_status}")


async def find_recipient(handle: ReconcileHandle, read_order: ReadOrder) -> Found[Order]:
    """Read the order: does it have the recipient that was meant, the one from before, or a third?"""
    order = await read_order(handle.order or "")
    now = _recipient_of_order(order)
    if now == _recipient_of(handle.meant):
        return Applied(evolve(order, receipt=Receipt(attempts=handle.attempts, reconciled=True)))
    if handle.preimage is not None and now == _recipient_of(handle.preimage):
        return Absent("the order still has the recipient it had before")
    return Unknown("the order has a third recipient: somebody else is changing it")


async def find_deleted(handle: ReconcileHandle, read_order: ReadOrder) -> Found[Order]:
    """Read the order: is the photo gone?"""
    order = await read_order(handle.order or "")
    if any(item.id == handle.meant["photo"] for item in order.items):
        return Absent("the photo is still there")
    return Applied(evolve(order, receipt=Receipt(attempts=handle.attempts, reconciled=True)))


# ── What this process knows of an order's photos ──────────────────────────────────────────────────────────────────────


@final
class Seen:
    """What this process has seen and done, for some thousand orders: memory, not proof. What is forgotten costs a read or a refusal.

    An ``Order`` at hand serves as a pre-image only while it is the newest: an older one lacks photos that were added since, and
    those would be taken for the ones whose answer was lost.
    """

    def __init__(self, limit: int = 5_000) -> None:
        self._photos = _Newest[str, str](limit)
        self._wishes = _Newest[str, str](limit)
        self._wishes_told = itertools.count()
        """Of writes that were answered: nobody asks for those again by name."""
        self._exchanged = _Newest[str, str](limit)
        self._met = _Newest[str, None](limit)

    def note(self, order: Order) -> Order:
        """The shop has just said that these are the order's photos."""
        self._photos.put(order.id, _names(order))
        return order

    def note_added(self, order: Order, added: Iterable[str], wish: str | None) -> Order:
        """The same, after these photos were added here."""
        self.claim(wish or f"wish {next(self._wishes_told)}", added)
        return self.note(order)

    def claim(self, wish: str, photos: Iterable[str]) -> None:
        """These photos were added here for this wish, unless they are known to be another's."""
        for photo in photos:
            self._wishes.put(photo, self._wishes.get(photo, wish))

    def meet(self, wishes: Iterable[str]) -> None:
        """Whatever is found for these from now on, or was, is known here."""
        for wish in wishes:
            self._met.put(wish, None)

    def never_met(self, wishes: Iterable[Any]) -> list[str]:
        """The wishes of other programs, of which nothing is known here."""
        return [wish for wish in map(str, wishes) if wish not in self._met]

    def may_be(self, wish: str, item: Item) -> bool:
        """Whether the photo is not known to have been added for another wish."""
        return self._wishes.get(item.id, wish) == wish

    def is_newest(self, order: Order) -> bool:
        """True when the order at hand has exactly the photos that were seen last, in the order in which the shop lists them."""
        return self._photos.get(order.id) == _names(order)

    def forget(self, order: Order) -> None:
        """Something is about to change that may not be seen."""
        self._photos.pop(order.id, None)

    def was_added_here(self, item: Item) -> bool:
        """True when this process added the photo."""
        return item.id in self._wishes

    def note_exchange(self, old: str, before: Collection[str], order: Order) -> None:
        """The photo that the order did not have before was added to take the place of ``old``."""
        new = next((item.id for item in order.items if item.id not in before), None)
        if new is not None:
            self._wishes.put(new, exchange_of(old) or "")
            self._exchanged.put(old, new)

    def stands_for(self, old: str, order: Order) -> Item | None:
        """The photo of the order that was added here to take the place of ``old``."""
        return next((item for item in order.items if item.id == self._exchanged.get(old)), None)


def _names(order: Order) -> str:
    """The order's photos as one text: of thousands of orders, that is what the garbage collector need not go through."""
    return ",".join(translate.item_ids(order))


K = TypeVar("K")
V = TypeVar("V")


class _Newest(OrderedDict[K, V]):
    """The newest entries, up to a limit."""

    def __init__(self, limit: int) -> None:
        super().__init__()
        self._limit = limit

    def put(self, key: K, value: V) -> None:
        self[key] = value
        self.move_to_end(key)
        if len(self) > self._limit:
            self.popitem(last=False)


def _ids(found: Iterable[Order | Item]) -> str:
    return ", ".join(each.id for each in found)
