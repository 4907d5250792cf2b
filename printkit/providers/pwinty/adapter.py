"""The unified verbs on Pwinty v2.5: in which order to talk to the shop. Reads meaning with ``translate``, proves writes with ``writes``."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, TypeVar, final
from uuid import uuid4

from attrs import evolve

from ... import checks
from ...errors import (
    ConflictError,
    FieldProblem,
    InvalidRequestError,
    NotFoundError,
    PrintKitError,
    ProviderError,
    RejectedError,
    UnsupportedOperationError,
)
from ...exchange import Effect, Request, Response
from ...model import (
    Artwork,
    Item,
    NewOrder,
    Order,
    OrderRef,
    OrderStatus,
    Payment,
    Photo,
    Receipt,
    Recipient,
    RefusedItem,
    ValidationReport,
)
from ...paging import Pager
from ...provider import Capability, Connection, ItemLike, OrderLike, PrintProvider, ProviderInfo
from ...transport.caller import Deadline
from ...writes import Applied, Found, NotApplied, ReconcileHandle, Unknown, Write
from . import INFO, endpoints, statuses, translate, wire, writes
from .config import Settings
from .paging import OrderPages

T = TypeVar("T")
Body = dict[str, Any]

_ORDER_ID: Final = re.compile(r"[1-9][0-9]{0,17}")


@final
class Pwinty:
    """One Pwinty account."""

    info: ProviderInfo = INFO

    def __init__(self, connection: Connection[Settings]) -> None:
        self._name = connection.name
        self._settings = connection.settings
        self._caller = connection.caller
        self._writer = connection.writer
        self._seen = writes.Seen()
        self._scope = translate.Scope(
            provider=connection.name,
            currency=connection.settings.currency,
            is_test=connection.settings.environment != "live",
            drift=lambda what, word: connection.telemetry.drift(connection.name, what, word),
            clean=connection.redactor.clean,
        )
        self._shop = endpoints.Endpoints(connection.caller, connection.redactor, self._scope)

    # ── Reading ───────────────────────────────────────────────────────────────────────────────────────────────────────

    async def get_order(self, ref: OrderRef, /) -> Order:
        """``GET /Orders/{id}``."""
        return self._seen.note(await self._shop.order(self._id_of(ref, "get_order"), self._caller.deadline(), "get_order"))

    async def get_item(self, order: OrderLike, item_id: str, /) -> Item:
        """The item in the freshly read order: a photo by itself does not say what its order's status makes of it."""
        found = await self._shop.order(self._id_of(order, "get_item"), self._caller.deadline(), "get_item")
        return self._item(found, item_id, "get_item")

    def list_orders(
        self,
        *,
        status: OrderStatus | None = None,
        reference: str | None = None,
        since: datetime | None = None,
        detail: bool = False,
        cursor: str | None = None,
    ) -> Pager[Order]:
        """``GET /Orders`` by ``count`` and ``offset``; stops at the first order created before ``since``."""
        if since is not None and since.tzinfo is None:
            raise self._invalid("list_orders", "since", "has no time zone: give an aware datetime")

        async def entries(query: Any) -> tuple[Order, ...]:
            return await self._shop.orders(query, self._caller.deadline(), "list_orders")

        async def whole(order: Order) -> Order:
            return self._seen.note(await self._shop.order(order.id, self._caller.deadline(), "list_orders"))

        pages = OrderPages(entries, whole if detail else None, status=status, reference=reference, since=since)
        return Pager(pages.fetch, cursor)

    async def validate(self, order: OrderLike, /) -> ValidationReport:
        """``GET /Orders/{id}/SubmissionStatus``."""
        return await self._shop.submission(self._id_of(order, "validate"), self._caller.deadline(), "validate")

    # ── Creating and filling ──────────────────────────────────────────────────────────────────────────────────────────

    async def create_order(self, new: NewOrder, /) -> Order:
        """``POST /Orders``. The reference goes as ``merchantOrderId``; Pwinty does not refuse one that was used before."""
        reference = new.reference if new.reference is not None else str(uuid4())
        country = self._settings.print_country or new.recipient.country
        problems = [*checks.of_new_order(new), *translate.new_order_problems(new, country, self._settings.environment)]
        checks.refuse(problems, provider=self._name, operation="create_order")
        body = translate.new_order_body(new, reference, country, self._settings.quality)
        order = await self._perform(
            self._shop.write("POST", endpoints.ORDERS, "create_order", body),
            lambda answer: translate.read_order(answer, self._scope),
            self._caller.deadline(),
            lock=f"reference:{reference}",
            key=reference,
            meant=body,
        )
        return _with_receipt(self._seen.note(order), not_told=translate.not_told(new))

    async def add_photos(self, order: OrderLike, photos: Sequence[Photo], /) -> Order:
        """``POST /Orders/{id}/Photos`` for one photo, ``…/Photos/Batch`` for several: one request for all of them."""
        deadline = self._caller.deadline()
        at_hand = order if isinstance(order, Order) else None
        problems = [*checks.of_photos(photos)] or [*translate.photo_problems(photos, at_hand, self._settings.currency)]
        checks.refuse(problems, provider=self._name, operation="add_photos")
        known = await self._at_hand(order, deadline, "add_photos")
        self._check_status(known, statuses.EDITABLE, "add_photos")
        added = await self._add(known, [translate.photo_body(photo) for photo in photos], deadline, "add_photos")
        not_told = tuple(f"photos[{place}].reference" for place, photo in enumerate(photos) if photo.reference)
        return _with_receipt(added, not_told=not_told)

    async def _add(self, known: Order, bodies: list[dict[str, Any]], deadline: Deadline, operation: str) -> Order:
        single = len(bodies) == 1
        refused: list[RefusedItem] = []

        def accept(answer: Response) -> Order:
            entries = translate.read_added(answer, len(bodies), self._scope)
            refused.extend(RefusedItem(f"photos[{place}]", why) for place, why in enumerate(entries) if isinstance(why, str))
            return translate.with_items(known, [*known.items, *(each for each in entries if isinstance(each, Item))], self._scope)

        async def before(until: Deadline) -> list[str]:
            order = known if self._seen.is_newest(known) else await self._shop.order(known.id, until, operation)
            return [item.id for item in order.items]

        template = endpoints.PHOTOS if single else endpoints.BATCH
        order = await self._perform(
            self._shop.write("POST", template, operation, bodies[0] if single else bodies, order=known.id),
            accept,
            deadline,
            step="add",
            lock=f"order:{known.id}",
            order=known.id,
            meant=bodies,
            preimage=before,
        )
        if len(refused) == len(bodies):
            raise RejectedError(refused[0].why, provider=self._name, operation=operation)
        return _with_receipt(self._seen.note_added(known, order), refused=tuple(refused))

    async def update_recipient(self, order: OrderLike, recipient: Recipient, /) -> Order:
        """``PUT /Orders/{id}`` with all six fields (reference 12.14). An order's country cannot change; phone and email are not told."""
        deadline = self._caller.deadline()
        checks.refuse(checks.of_recipient(recipient), provider=self._name, operation="update_recipient")
        known = await self._at_hand(order, deadline, "update_recipient")
        self._check_status(known, statuses.EDITABLE, "update_recipient")
        before = known.recipient or Recipient(name="")
        if recipient.country and before.country and recipient.country != before.country:
            why = f"it goes to {before.country} and cannot go to {recipient.country}: create a new order"
            raise self._conflict(known, why, "update_recipient")
        body = {name: value or "" for name, value in translate.recipient_body(recipient).items()}

        async def preimage(_: Deadline) -> Any:
            return translate.recipient_body(before)

        updated = await self._perform(
            self._shop.write("PUT", endpoints.ORDER, "update_recipient", body, order=known.id),
            lambda answer: translate.read_order(answer, self._scope),
            deadline,
            lock=f"order:{known.id}",
            order=known.id,
            meant=body,
            preimage=preimage,
        )
        return _with_receipt(updated, not_told=tuple(f"recipient.{name}" for name in ("email", "phone") if getattr(recipient, name)))

    # ── Emulated on an order that is not submitted ────────────────────────────────────────────────────────────────────

    async def cancel_items(self, order: OrderLike, items: Sequence[ItemLike], /) -> Order:
        """Emulated: deletes the photos one by one. One that is gone already counts as done."""
        deadline = self._caller.deadline()
        known = await self._at_hand(order, deadline, "cancel_items")
        wanted = [self._item(known, item, "cancel_items") for item in items]
        if not wanted:
            raise self._invalid("cancel_items", "items", "is empty: give at least one item")
        self._check_status(known, statuses.EDITABLE, "cancel_items")
        for item in wanted:
            known = await self._delete(known, item, deadline, "cancel_items")
        return known

    async def swap_sku(self, order: OrderLike, item: ItemLike, sku: str, /) -> Order:
        """Emulated: adds the same picture as the new product, then deletes the old photo. Called again, finishes what was interrupted."""
        if not sku.strip():
            raise self._invalid("swap_sku", "sku", "is empty")
        return await self._exchange(order, item, "swap_sku", lambda body: {**body, "type": sku})

    async def replace_artwork(self, order: OrderLike, item: ItemLike, artwork: Sequence[Artwork], /) -> Order:
        """Emulated: adds the new picture with the old one's product and copies, then deletes the old photo, like ``swap_sku``."""
        probe = Photo("probe", artwork)
        problems = [*checks.of_photos([probe])] or [*translate.photo_problems([probe], None, self._settings.currency)]
        checks.refuse(problems, provider=self._name, operation="replace_artwork")
        picture = translate.photo_body(probe)
        fresh: Body = {name: picture[name] for name in ("url", "md5Hash") if name in picture}
        return await self._exchange(order, item, "replace_artwork", lambda body: body | fresh)

    async def _exchange(self, order: OrderLike, item: ItemLike, operation: str, change: Callable[[Body], Body]) -> Order:
        """Add the changed photo, then delete the old one. Reads the order first, so that what an interrupted call left is found."""
        deadline = self._caller.deadline()
        known = self._seen.note(await self._shop.order(self._id_of(order, operation), deadline, operation))
        self._check_status(known, statuses.EDITABLE, operation)
        old = self._item(known, item, operation)
        body = change(translate.body_again(old))
        if body.get("url") is None:
            raise self._invalid(operation, "item", "its picture was uploaded and cannot be fetched again: give it with replace_artwork")
        if writes.fingerprint_of_body(body) == writes.fingerprint(old):
            return known
        new = self._left_over(order, known, old, body, operation)
        if new is None:
            before = {each.id for each in known.items}
            known = await self._add(known, [body], deadline, operation)
            new = next(each for each in known.items if each.id not in before)
            self._seen.exchanging(old, new)
        try:
            done = await self._delete(known, old, deadline, operation)
        except PrintKitError as error:
            error.message += f" (photo {new.id} stands for {old.id} already, both are in the order: {operation} again to finish)"
            raise
        return _with_receipt(done, renamed={old.id: new.id}, attempts=max(known.receipt.attempts, done.receipt.attempts))

    def _left_over(self, order: OrderLike, known: Order, old: Item, body: Body, operation: str) -> Item | None:
        """The photo that an interrupted call added already.

        One that only looks like it may be an item of its own: then nobody here can tell, and nothing is done.
        """
        mark = writes.fingerprint_of_body(body)
        twins = [each for each in known.items if int(each.id) > int(old.id) and writes.fingerprint(each) == mark]
        at_hand = {each.id for each in order.items} if isinstance(order, Order) else None
        for twin in twins:
            if self._seen.stands_for(old, twin) or (at_hand is not None and old.id in at_hand and twin.id not in at_hand):
                return twin
        strange = next((twin for twin in twins if not self._seen.was_added_here(twin)), None)
        if strange is None:
            return None
        raise self._conflict(
            known,
            f"photo {strange.id} is already what photo {old.id} would become. If an interrupted {operation} left it, "
            f"finish with cancel_items(order, [{old.id!r}]); if it is an item of its own, raise its copies and cancel {old.id!r}",
            operation,
        )

    async def _delete(self, known: Order, item: Item, deadline: Deadline, operation: str) -> Order:
        left = translate.with_items(known, [each for each in known.items if each.id != item.id], self._scope)

        def accept(answer: Response) -> Order:
            translate.refuse_inner_error(wire.read_said(answer.body).error_message, answer.status, self._scope)
            return left

        try:
            order = await self._perform(
                self._shop.write("DELETE", endpoints.PHOTO, operation, None, order=known.id, photo=item.id),
                accept,
                deadline,
                step="delete",
                lock=f"order:{known.id}",
                order=known.id,
                meant={"photo": item.id},
            )
        except NotFoundError:
            order = await self._shop.order(known.id, deadline, operation)
        return self._seen.note(order)

    # ── Status ────────────────────────────────────────────────────────────────────────────────────────────────────────

    async def submit(self, order: OrderLike, /) -> Order:
        """``POST /Orders/{id}/Status``: ``AwaitingPayment`` where the recipient pays, else ``Submitted`` (reference 12.29)."""
        deadline = self._caller.deadline()
        known = await self._at_hand(order, deadline, "submit")
        return await self._move(known, "AwaitingPayment" if known.payment is Payment.RECIPIENT else "Submitted", deadline, "submit")

    async def set_status(self, order: OrderLike, status: OrderStatus | str, /) -> Order:
        """``POST /Orders/{id}/Status``: CANCELLED, AWAITING_PAYMENT, SUBMITTED, or one of the shop's three words as a ``str``."""
        word = self._target(status)
        deadline = self._caller.deadline()
        return await self._move(await self._at_hand(order, deadline, "set_status"), word, deadline, "set_status")

    def _target(self, status: OrderStatus | str) -> str:
        words = tuple(statuses.TARGET.values())
        if not isinstance(status, OrderStatus):
            if status not in words:
                raise self._invalid("set_status", "status", f"{status!r} is not one of Pwinty's words: {', '.join(words)}")
            return status
        if status is OrderStatus.ON_HOLD:
            raise UnsupportedOperationError(self._name, Capability.HOLD_ORDER, "Pwinty has no way to hold an order")
        if status not in statuses.TARGET:
            known = ", ".join(target.name for target in statuses.TARGET)
            raise self._invalid("set_status", "status", f"{status.name} is not a status that can be set: Pwinty takes {known}")
        return statuses.TARGET[status]

    async def _move(self, known: Order, word: str, deadline: Deadline, operation: str) -> Order:
        self._check_status(known, statuses.ALLOWED[word.lower()], operation)
        request = self._shop.write("POST", endpoints.STATUS, operation, {"status": word}, order=known.id)

        def accept(answer: Response) -> Order:
            translate.refuse_inner_error(wire.read_said(answer.body).error_message, answer.status, self._scope)
            return translate.proven(known, word, self._scope)

        async def why_not(answer: Response) -> ProviderError:
            error = await self._shop.refuse(request)(answer)
            return await self._why_not(error, known, word) if answer.status == 403 else error

        return await self._perform(
            request, accept, deadline, step="status", lock=f"order:{known.id}", order=known.id, meant={"status": word}, refuse=why_not
        )

    async def _why_not(self, error: ProviderError, known: Order, word: str) -> ProviderError:
        """A 403 means the wrong status, or an order that is not valid (reference 12.15): ask which."""
        deadline, operation = self._caller.deadline(10), error.operation or "submit"
        try:
            now = await self._shop.order(known.id, deadline, operation)
            if not _is_in(now, statuses.ALLOWED[word.lower()]):
                return self._conflict(now, f"it is {now.provider_status} already", operation, statuses.ALLOWED[word.lower()], sent=True)
            report = await self._shop.submission(known.id, deadline, operation)
        except PrintKitError:
            return error
        if report.ok:
            return error
        codes = ", ".join(dict.fromkeys(problem.provider_code or "" for problem in report.errors))
        rejected = RejectedError(
            f"the order is not valid: {codes}", status=403, provider=self._name, operation=operation, exchange=error.exchange
        )
        rejected.report = report
        return rejected

    # ── Certainty ─────────────────────────────────────────────────────────────────────────────────────────────────────

    async def reconcile(self, handle: ReconcileHandle, /) -> Applied[Order] | NotApplied | Unknown:
        """Find out what became of a write of this account."""
        return await self._writer.reconcile(handle, self._find)

    async def _find(self, handle: ReconcileHandle, deadline: Deadline) -> Found[Order]:
        async def read(order_id: str) -> Order:
            return self._seen.note(await self._shop.order(order_id, deadline, handle.operation))

        async def by_reference(reference: str) -> tuple[Order, ...]:
            return await self._shop.orders({"merchantOrderId": reference, "count": "250"}, deadline, handle.operation)

        match handle.step:
            case "create_order":
                return await writes.find_created(handle, by_reference, read)
            case "add":
                return await writes.find_added(handle, read)
            case "delete":
                return await writes.find_deleted(handle, read)
            case "status":
                return await writes.find_status(handle, read)
            case "update_recipient":
                return await writes.find_recipient(handle, read)
            case other:
                return Unknown(f"printkit has no look-up for {other!r}: look at the shop's dashboard")

    async def request(self, request: Request, /) -> Response:
        """Send what printkit does not wrap. A write is sent at most once, and nothing can look for its effect."""
        deadline = self._caller.deadline()
        if request.effect is Effect.WRITES:
            write = self._write(request, lambda answer: answer, "request", {"lock": "request"})
            return (await self._writer.perform(write, deadline)).value
        response = await self._caller.read(request, deadline)
        if 200 <= response.status < 300:
            return response
        raise self._shop.told(translate.refusal(response, self._scope), request, response)

    @property
    def unresolved(self) -> Sequence[ReconcileHandle]:
        """The writes of this process whose outcome is unknown."""
        return tuple(self._writer.unresolved)

    async def aclose(self, grace: float = 10.0) -> None:
        """Admit no further write and let those under way finish."""
        await self._writer.drain(grace)

    # ── Small steps ───────────────────────────────────────────────────────────────────────────────────────────────────

    async def _perform(
        self, request: Request, accept: Callable[[Response], Order], deadline: Deadline, *, step: str | None = None, **how: Any
    ) -> Order:
        write = self._write(request, accept, step or request.operation, how)
        done = await self._writer.perform(write, deadline)
        before = done.value.receipt if done.reconciled else Receipt()
        return evolve(done.value, receipt=evolve(before, attempts=done.attempts, reconciled=done.reconciled))

    def _write(self, request: Request, accept: Callable[[Response], T], step: str, how: Mapping[str, Any]) -> Write[T]:
        defaults = {"refuse": self._shop.refuse(request), "find": self._find}
        return Write(operation=request.operation, step=step, request=request, accept=accept, **{**defaults, **how})

    async def _at_hand(self, order: OrderLike, deadline: Deadline, operation: str) -> Order:
        if isinstance(order, Order):
            self._id_of(order, operation)
            return order
        return self._seen.note(await self._shop.order(self._id_of(order, operation), deadline, operation))

    def _id_of(self, order: OrderLike, operation: str) -> str:
        ref = order.ref if isinstance(order, Order) else order
        if _ORDER_ID.fullmatch(ref.id) is None:
            raise self._invalid(operation, "order", f"{ref.id!r} is not a Pwinty order id: a positive whole number")
        return ref.id

    def _item(self, order: Order, item: ItemLike, operation: str) -> Item:
        wanted = item.id if isinstance(item, Item) else item
        for each in order.items:
            if each.id == wanted:
                return each
        raise NotFoundError(f"order {order.id} has no item {wanted!r}", sent=False, provider=self._name, operation=operation)

    def _check_status(self, order: Order, allowed: tuple[str, ...], operation: str) -> None:
        """Refuse here what the shop documents as impossible. A word no table knows is left to the shop."""
        known = (order.provider_status or "").lower() in statuses.ORDER
        if self._settings.check_status_locally and known and not _is_in(order, allowed):
            raise self._conflict(order, f"it is {order.provider_status}; possible only in {', '.join(allowed)}", operation, allowed)

    def _conflict(self, order: Order, why: str, operation: str, allowed: tuple[str, ...] = (), *, sent: bool = False) -> ConflictError:
        error = ConflictError(f"order {order.id} cannot be changed so: {why}", sent=sent, provider=self._name, operation=operation)
        error.order_status, error.allowed_in = order.status, allowed
        return error

    def _invalid(self, operation: str, path: str, text: str) -> InvalidRequestError:
        return InvalidRequestError([FieldProblem(path, text)], provider=self._name, operation=operation)


def _is_in(order: Order, words: tuple[str, ...]) -> bool:
    return (order.provider_status or "").lower() in {word.lower() for word in words}


def _with_receipt(order: Order, **changes: Any) -> Order:
    """The order with more said in its receipt; what is empty changes nothing."""
    given = {name: value for name, value in changes.items() if value}
    return evolve(order, receipt=evolve(order.receipt, **given)) if given else order


if TYPE_CHECKING:
    _fits: type[PrintProvider] = Pwinty
