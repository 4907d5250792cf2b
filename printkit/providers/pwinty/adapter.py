"""The unified verbs on Pwinty v2.5: in which order to talk to the shop. Reads meaning with ``translate``, proves writes with ``writes``."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, final
from uuid import uuid4

from ... import checks, lenient
from ...errors import (
    PrintKitError,
    ProviderError,
    RejectedError,
    UnsupportedOperationError,
)
from ...exchange import Effect, Request, Response
from ...making import with_receipt
from ...model import (
    Item,
    NewOrder,
    Order,
    OrderRef,
    OrderStatus,
    Payment,
    Recipient,
    ValidationReport,
)
from ...notices import Notice
from ...outcomes import Applied, NotApplied, ReconcileHandle, Unknown
from ...paging import Pager
from ...provider import Capability, Catalogue, Issues, Notices, OrderLike, PrintProvider, ProviderInfo
from ...transport.caller import Deadline
from ...writes import Send
from . import INFO, bodies, endpoints, imagined, notices, statuses, translate, writes
from .catalogue import CatalogueVerbs
from .desk import is_id, is_in
from .issue_verbs import IssueVerbs
from .paging import OrderPages
from .photos import Body, PhotoVerbs
from .refusals import refusal

_SENT_AGAIN = frozenset({"create_order", "add", "delete", "status", "update_recipient"})
"""Steps that may be sent again once it is proven that they did not happen (policy: each is absolute, or compared with what was before)."""


@final
class Pwinty(PhotoVerbs, CatalogueVerbs, IssueVerbs):
    """One Pwinty account."""

    info: ProviderInfo = INFO

    # ── Reading ───────────────────────────────────────────────────────────────────────────────────────────────────────

    async def get_order(self, ref: OrderRef, /) -> Order:
        """``GET /Orders/{id}``."""
        return self._seen.note(await self._shop.order(self._id_of(ref, "get_order"), self._caller.deadline(), "get_order"))

    async def get_item(self, order: OrderLike, item_id: str, /) -> Item:
        """``GET …/Photos/{photoId}`` given an order that stands still; else the item in the freshly read order.

        A photo by itself does not say what its order makes of it: its status is the order's, and a submitted one's shipments'.
        """
        order_id, deadline = self._id_of(order, "get_item"), self._caller.deadline()
        if not (isinstance(order, Order) and order.complete and is_in(order, statuses.STILL)):
            return self._item(await self._shop.order(order_id, deadline, "get_item"), item_id, "get_item")
        if not is_id(item_id):
            raise self._no_item(order, item_id, "get_item")
        return translate.with_item(order, await self._shop.photo(order_id, item_id, deadline, "get_item"), self._scope)

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
        if reference is not None:
            checks.refuse(checks.of_text("reference", reference, required=True), provider=self._name, operation="list_orders")
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
        problems = [*checks.of_new_order(new), *bodies.new_order_problems(new, country, self._settings.environment)]
        checks.refuse(problems, provider=self._name, operation="create_order")
        body = bodies.new_order_body(new, reference, country, self._settings.quality)
        order = await self._create(body, reference, self._caller.deadline())
        return with_receipt(order, not_told=bodies.not_told(new))

    async def _create(self, body: Body, reference: str, deadline: Deadline) -> Order:
        order = await self._perform(
            self._shop.write("POST", endpoints.ORDERS, "create_order", body),
            lambda answer: translate.read_created(answer, reference, self._scope),
            deadline,
            lock=f"reference:{reference}",
            key=reference,
            meant=body,
            imagined=lambda: translate.read_created(imagined.created(body), reference, self._scope),
        )
        return self._seen.note(order)

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
        updated = await self._put(known, {name: value or "" for name, value in bodies.recipient_body(recipient).items()}, deadline)
        return with_receipt(updated, not_told=tuple(f"recipient.{name}" for name in ("email", "phone") if getattr(recipient, name)))

    async def _put(self, known: Order, body: Body, deadline: Deadline) -> Order:
        async def before(_: Deadline) -> Any:
            return bodies.recipient_body(known.recipient or Recipient(name=""))

        return await self._perform(
            self._shop.write("PUT", endpoints.ORDER, "update_recipient", body, order=known.id),
            lambda answer: translate.read_order(answer, self._scope, known.id),
            deadline,
            lock=f"order:{known.id}",
            order=known.id,
            meant=body,
            preimage=before,
        )

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
            translate.read_done(answer, self._scope, word)
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
            if not is_in(now, statuses.ALLOWED[word.lower()]):
                return self._conflict(now, f"it is {now.provider_status} already", operation, statuses.ALLOWED[word.lower()], sent=True)
            report = await self._shop.submission(known.id, deadline, operation)
        except PrintKitError:
            return error
        if report.ok:
            return error
        codes = "; ".join(dict.fromkeys(f"{problem.text} ({problem.provider_code})" for problem in report.errors))
        rejected = RejectedError(
            f"the order is not valid: {codes}", status=403, provider=self._name, operation=operation, exchange=error.exchange
        )
        rejected.report = report
        return rejected

    # ── Certainty ─────────────────────────────────────────────────────────────────────────────────────────────────────

    async def reconcile(self, handle: ReconcileHandle, /, *, send_again: bool = False) -> Applied[Any] | NotApplied | Unknown:
        """Find out what became of a write of this account."""
        found = await self._writer.reconcile(handle, self._find, self._again(handle) if send_again else None)
        instead_of = lenient.text(lenient.members(handle.preimage).get("instead_of"))
        if isinstance(found, Applied) and instead_of is not None:
            self._seen.note_exchange(instead_of, writes.photos_before(handle), found.value)
        return found

    def _again(self, handle: ReconcileHandle) -> Send[Order] | None:
        """How to send what is left of a write; None where that is never done: a complaint, a file, a request of one's own."""
        if handle.step not in _SENT_AGAIN or (handle.step == "add" and not all("url" in body for body in handle.meant)):
            return None

        instead_of = lenient.text(lenient.members(handle.preimage).get("instead_of"))

        async def send(left: Any) -> Order:
            deadline, operation = self._caller.deadline(), handle.operation
            if handle.step == "create_order":
                return await self._create(left, handle.key or "", deadline)
            known = self._seen.note(await self._shop.order(handle.order or "", deadline, operation))
            match handle.step:
                case "add":
                    return await self._add(known, list(left), operation, instead_of=instead_of, again=writes.wish_of(handle))
                case "delete":
                    return await self._delete(known, self._item(known, str(left["photo"]), operation), deadline, operation)
                case "status":
                    return await self._move(known, str(left["status"]), deadline, operation)
                case _:
                    return await self._put(known, left, deadline)

        return send

    def parse_notice(self, headers: Mapping[str, str], query: Mapping[str, str], body: bytes, /) -> Notice:
        """A callback of this account's; nobody signs them."""
        return notices.parse_notice(headers, query, body, provider=self._name)

    async def request(self, request: Request, /) -> Response:
        """Send what printkit does not wrap. A write is sent at most once, and nothing can look for its effect."""
        deadline = self._caller.deadline()
        if request.effect is Effect.WRITES:
            write = self._write(request, lambda answer: answer, "request", lock="request")
            return (await self._writer.perform(write, deadline)).value
        response = await self._caller.read(request, deadline)
        if 200 <= response.status < 300:
            return response
        raise self._shop.told(refusal(response, self._scope), request, response)

    @property
    def unresolved(self) -> Sequence[ReconcileHandle]:
        """The writes of this process whose outcome is unknown."""
        return tuple(self._writer.unresolved)

    async def aclose(self, grace: float = 10.0) -> None:
        """Admit no further write and let those under way finish."""
        await self._writer.drain(grace)


if TYPE_CHECKING:
    _fits: type[PrintProvider] = Pwinty
    _sells: type[Catalogue] = Pwinty
    _tells: type[Notices] = Pwinty
    _listens: type[Issues] = Pwinty
