"""What every verb at Gooten works with: drafts, an order at hand, its two ids, its items' statuses, one write at a time. Knows no verb."""

import asyncio
import contextlib
import re
from collections.abc import Callable, Generator, Iterable, Mapping
from typing import Any, Final, TypeVar

from attrs import evolve

from ...drafts import PREFIX, Draft
from ...errors import ConflictError, FieldProblem, InvalidRequestError, NotFoundError, PrintKitError, ProviderError
from ...exchange import Request, Response
from ...lenient import members, text
from ...locks import Locks
from ...making import changed_order, changed_receipt, no_receipt, with_receipt
from ...model import Item, Order, OrderStatus
from ...outcomes import Applied, Found, ReconcileHandle, Unknown
from ...provider import Connection, ItemLike, OrderLike
from ...transport.caller import Deadline
from ...writes import Write
from . import endpoints, statuses, translate, writes
from .config import Settings

T = TypeVar("T")

_PLACE: Final = re.compile(r"#([1-9][0-9]{0,5})")


class Desk:
    """One Gooten account, without its verbs."""

    def __init__(self, connection: Connection[Settings]) -> None:
        self._name = connection.name
        self._settings = connection.settings
        self._caller = connection.caller
        self._writer = connection.writer
        self._drafts = connection.drafts
        self._account = connection.account
        self._draft_locks = Locks()
        self._placed: dict[str, Order] = {}
        """What drafts became that could not be noted where they are kept."""
        self._is_sandbox = connection.settings.environment == "sandbox"
        scope = translate.Scope(
            provider=connection.name,
            drift=lambda what, word: connection.telemetry.drift(connection.name, what, connection.redactor.clean(word)),
            clean=connection.redactor.clean,
        )
        self._shop = endpoints.Endpoints(connection.caller, connection.redactor, scope, connection.settings.partner_billing_key)

    # ── Orders and drafts ─────────────────────────────────────────────────────────────────────────────────────────────

    async def _draft(self, order: OrderLike, operation: str) -> Draft | None:
        """The draft that is meant, or None for a placed order. A submitted draft's reference means the order it became."""
        ref = order.ref if isinstance(order, Order) else order
        if not ref.id.startswith(PREFIX):
            return None
        draft = await self._kept(ref.id, operation)
        return draft if draft.placed is None else None

    async def _kept(self, draft_id: str, operation: str) -> Draft:
        """The draft of this id. Another connection's is none: it may be another account's."""
        try:
            draft = await self._drafts.get(draft_id)
        except NotFoundError as error:
            error.provider, error.operation = self._name, operation
            raise
        if (draft.provider, draft.account) != (self._name, self._account):
            why = f"there is no draft {draft_id} of this connection, account and environment"
            raise NotFoundError(why, sent=False, provider=self._name, operation=operation)
        became = self._placed.get(draft_id)
        if became is not None:
            with contextlib.suppress(Exception):  # it could not be noted before, and may still not be
                await self._mark(draft_id, became)
        return draft if became is None else evolve(draft, placed=became.id)

    async def _mark(self, draft_id: str, placed: Order) -> None:
        """From now on the draft's reference means the placed order: at once here, and for others once it is noted."""
        self._placed[draft_id] = placed
        await self._drafts.change(draft_id, lambda draft: evolve(draft, placed=placed.id))
        self._placed.pop(draft_id, None)

    def _seen(self, draft: Draft) -> Order:
        return draft.as_order(is_test=self._is_test(draft))

    def _is_test(self, draft: Draft) -> bool:
        return self._is_sandbox or bool(draft.new.test)

    async def _change(self, draft: Draft, change: Callable[[Draft], Draft], operation: str) -> Order:
        """The draft changed. Waits for its submission, if one is under way: what came too late would be told and never be printed."""

        def checked(kept: Draft) -> Draft:
            became = self._placed.get(kept.id)
            self._check_open(kept if became is None else evolve(kept, placed=became.id), operation)
            return change(kept)

        async with self._draft_locks.hold(draft.id):
            return self._seen(await self._drafts.change(draft.id, checked))

    def _check_open(self, draft: Draft, operation: str) -> None:
        if draft.placed is not None:
            raise self._conflict(evolve(self._seen(draft), status=OrderStatus.SUBMITTED), "it is submitted already", operation)
        if draft.cancelled:
            raise self._conflict(self._seen(draft), "it is cancelled", operation)

    async def _safe_id(self, order: OrderLike, operation: str) -> str:
        order_id = order.ref.id if isinstance(order, Order) else order.id
        if order_id.startswith(PREFIX):
            order_id = (await self._kept(order_id, operation)).placed or order_id
        if not translate.is_safe_id(order_id):
            raise self._invalid(operation, "order", f"{order_id!r} is not a Gooten safe id: letters, digits and '-' only")
        return order_id

    async def _at_hand(self, order: OrderLike, deadline: Deadline, operation: str) -> Order:
        """A placed order: as it was given, or read where that says nothing of the shop's items: a draft, an entry of a list."""
        safe_id = await self._safe_id(order, operation)
        if isinstance(order, Order) and order.ref.id == safe_id and _knows_its_items(order):
            return order
        return await self._shop.order(safe_id, deadline, operation)

    async def _gooten_id(self, known: Order, deadline: Deadline, operation: str) -> tuple[Order, str]:
        """The order with its numeric id; read once where it is not known (reference section 4)."""
        if "gooten_id" not in known.ids or any(item.id.startswith("#") for item in known.items):
            known = await self._shop.order(known.id, deadline, operation)
        number = known.ids.get("gooten_id", "")
        if not (number.isascii() and number.isdigit()):
            raise NotFoundError(f"the shop does not say the GootenId of order {known.id}", provider=self._name, operation=operation)
        return known, number

    def _item(self, order: Order, item: ItemLike, operation: str) -> Item:
        wanted = item.id if isinstance(item, Item) else item
        for each in order.items:
            if wanted == each.id or (each.reference is not None and wanted == each.reference):
                return each
        place = _place_of(wanted)
        if place is not None and place < len(order.items) and _is_like(item, order.items[place]):
            return order.items[place]
        raise NotFoundError(f"order {order.id} has no item {wanted!r}", sent=False, provider=self._name, operation=operation)

    # ── What is allowed ───────────────────────────────────────────────────────────────────────────────────────────────

    def _check(self, order: Order, items: Iterable[Item], allowed: tuple[str, ...], operation: str) -> None:
        """Refuse here what the shop documents as impossible, before it can charge. A word no table knows is left to the shop."""
        self._check_test(order, operation)
        if not self._settings.check_status_locally:
            return
        for item in items:
            if item.status is not OrderStatus.UNKNOWN and not statuses.is_in(item.provider_status, allowed):
                raise self._conflict(order, f"item {item.id} is {item.provider_status}", operation, allowed)

    def _check_test(self, order: Order, operation: str) -> None:
        if self._is_sandbox and order.items and not order.is_test:
            raise self._conflict(order, "it is not a test, and this connection's environment is sandbox", operation)

    def _conflict(self, order: Order, why: str, operation: str, allowed: tuple[str, ...] = ()) -> ConflictError:
        where = f"; possible only in {', '.join(allowed)}" if allowed else ""
        error = ConflictError(f"not possible for {order.ref}: {why}{where}", sent=False, provider=self._name, operation=operation)
        error.order, error.order_status, error.allowed_in = order.ref, order.status, allowed
        return error

    def _invalid(self, operation: str, path: str, text: str) -> InvalidRequestError:
        return InvalidRequestError([FieldProblem(path, text)], provider=self._name, operation=operation)

    # ── One write ─────────────────────────────────────────────────────────────────────────────────────────────────────

    async def _perform(self, request: Request, accept: Callable[[Response], Order], deadline: Deadline, *, step: str, **how: Any) -> Order:
        done = await self._writer.perform(self._write(request, accept, step, how), deadline)
        before = done.value.receipt if done.reconciled else no_receipt()
        return changed_order(done.value, receipt=changed_receipt(before, attempts=done.attempts, reconciled=before.reconciled))

    def _write(self, request: Request, accept: Callable[[Response], T], step: str, how: Mapping[str, Any]) -> Write[T]:
        def accepted(answer: Response) -> T:
            try:
                return accept(answer)
            except ProviderError as error:
                found = error.with_traceback(None)  # the frames that read the answer hold the shop's own text
            raise self._shop.told(found, request, answer)

        defaults: dict[str, Any] = {"refuse": self._shop.refuse(request), "find": self._find}
        return Write(operation=request.operation, step=step, request=request, accept=accepted, **{**defaults, **how})

    async def _find(self, handle: ReconcileHandle, deadline: Deadline) -> Found[Any]:
        async def read(order_id: str) -> Order:
            return await self._shop.order(order_id, deadline, handle.operation)

        async def search(criteria: Mapping[str, str], is_wanted: Callable[[Order], bool]) -> tuple[tuple[Order, ...], bool]:
            return await self._shop.search_all(criteria, is_wanted, deadline, handle.operation)

        try:
            return await self._look(handle, read, search)
        except (AttributeError, LookupError, TypeError, ValueError):  # what a handle holds may come from a file, and be anything
            return Unknown("the handle does not hold what was meant")

    async def _look(self, handle: ReconcileHandle, read: writes.ReadOrder, search: writes.Search) -> Found[Any]:
        match handle.step:
            case "submit":
                return await writes.find_submitted(handle, search, read)
            case "cancel":
                return await writes.find_cancelled(handle, read)
            case "swap":
                return await writes.find_swapped(handle, read)
            case "replace":
                return await writes.find_replaced(handle, read)
            case "address":
                return await writes.find_address(handle, read)
            case "status":
                return await writes.find_status(handle, read)
            case other:
                return Unknown(f"printkit has no look-up for {other!r}: look at the shop's admin site")

    async def _read_back(self, order: Order, deadline: Deadline, operation: str) -> Order:
        """What is proven, with everything the shop says of it now. That reading fails changes nothing about the write."""
        try:
            fresh = await self._shop.order(order.id, deadline, operation)
        except PrintKitError:
            return with_receipt(order, read_back=False)
        return changed_order(fresh, receipt=order.receipt)


@contextlib.contextmanager
def telling_of(placed: Order) -> Generator[None]:
    """Whoever is cancelled within it is told that the order is placed all the same."""
    try:
        yield
    except asyncio.CancelledError as cancelled:
        cancelled.add_note(f"printkit: the order is placed, as {placed.ref}; only reading it back was given up.")
        raise


def _knows_its_items(order: Order) -> bool:
    return bool(order.items) and all(item.provider_status is not None and _place_of(item.id) is None for item in order.items)


def _place_of(item_id: str) -> int | None:
    """Where the item stands that an entry of a list calls so, for want of an id."""
    found = _PLACE.fullmatch(item_id)
    return int(found[1]) - 1 if found else None


def _is_like(item: ItemLike, found: Item) -> bool:
    return not isinstance(item, Item) or (item.provider_sku, item.copies) == (found.provider_sku, found.copies)


def draft_of(applied: Applied[Order], handle: ReconcileHandle) -> tuple[str, Order] | None:
    """The draft that an applied submission was made of, and the order it became."""
    draft = text(members(handle.preimage).get("draft"))
    return None if handle.step != "submit" or draft is None else (draft, applied.value)
