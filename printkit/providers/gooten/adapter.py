"""The unified verbs on Gooten: drafts are kept here, placed orders changed there. Meaning is ``translate``'s, proof is ``writes``'s."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, final
from uuid import uuid4

from attrs import evolve

from ... import checks
from ...drafts import Draft
from ...errors import FieldProblem, RejectedError, UnreadableAnswerError, UnsupportedOperationError
from ...exchange import Effect, Request, Response
from ...lenient import members
from ...making import with_receipt
from ...model import Item, NewOrder, Order, OrderRef, OrderStatus, Payment, Recipient, ValidationReport
from ...notices import Notice
from ...outcomes import Applied, NotApplied, ReconcileHandle, Unknown
from ...paging import Pager
from ...provider import Capability, Catalogue, Notices, OrderLike, PrintProvider, ProviderInfo
from ...transport.caller import Deadline
from ...writes import Hint, Send
from . import INFO, endpoints, notices, statuses, translate, wire, writes
from .catalogue import CatalogueVerbs
from .desk import draft_of, telling_of
from .items import ItemVerbs
from .paging import OrderPages
from .validation import problems_of

_SENT_AGAIN = frozenset({"submit", "cancel", "swap", "replace", "address", "status"})
"""Steps that may be sent again once it is proven that they did not happen."""


@final
class Gooten(ItemVerbs, CatalogueVerbs):
    """One Gooten account."""

    info: ProviderInfo = INFO

    # ── Reading ───────────────────────────────────────────────────────────────────────────────────────────────────────

    async def get_order(self, ref: OrderRef, /) -> Order:
        """``GET orders`` by safe id, with images; a draft is read from where it is kept."""
        draft = await self._draft(ref, "get_order")
        if draft is not None:
            return self._seen(draft)
        return await self._shop.order(await self._safe_id(ref, "get_order"), self._caller.deadline(), "get_order")

    async def get_item(self, order: OrderLike, item_id: str, /) -> Item:
        """The item in the freshly read order."""
        return self._item(await self.get_order(order.ref if isinstance(order, Order) else order), item_id, "get_item")

    def list_orders(
        self,
        *,
        status: OrderStatus | None = None,
        reference: str | None = None,
        since: datetime | None = None,
        detail: bool = False,
        cursor: str | None = None,
    ) -> Pager[Order]:
        """``GET ordersearch``, after the drafts kept here. The status is compared here; ``since`` counts in whole days."""
        if reference is not None:
            checks.refuse(checks.of_text("reference", reference, required=True), provider=self._name, operation="list_orders")
        if since is not None and since.tzinfo is None:
            raise self._invalid("list_orders", "since", "has no time zone: give an aware datetime")

        async def search(criteria: dict[str, str], page: int) -> tuple[tuple[Order, ...], int]:
            return await self._shop.search(criteria, page, self._caller.deadline(), "list_orders")

        async def whole(order: Order) -> Order:
            return await self._shop.order(order.id, self._caller.deadline(), "list_orders")

        async def drafts() -> list[Order]:
            kept = [draft for draft in await self._drafts.list(self._name) if draft.account == self._account]
            return [self._seen(draft) for draft in kept if draft.id not in self._placed]

        pages = OrderPages(search, drafts, whole if detail else None, status=status, reference=reference, since=since)
        return Pager(pages.fetch, cursor)

    async def validate(self, order: OrderLike, /) -> ValidationReport:
        """A draft: local rules, and what the shop says of its SKUs, pictures and address. A placed order: the statuses of its items."""
        deadline = self._caller.deadline()
        draft = await self._draft(order, "validate")
        if draft is None:
            safe_id = await self._safe_id(order, "validate")
            return translate.placed_report(await self._shop.order(safe_id, deadline, "validate"))
        return await problems_of(draft, self._shop, self._settings, deadline)

    # ── From draft to order ───────────────────────────────────────────────────────────────────────────────────────────

    async def create_order(self, new: NewOrder, /) -> Order:
        """Emulated: a draft, kept here. Sends nothing."""
        problems = list(checks.of_new_order(new))
        if new.payment is Payment.RECIPIENT:
            problems += [FieldProblem("payment", "Gooten invoices the account: leave it out")]
        if new.test is False and self._is_sandbox:
            problems += [FieldProblem("test", "every order of the sandbox environment is a test: use another environment")]
        if new.reference is not None and len(new.reference) > translate.LONGEST_SOURCE_ID:
            problems += [FieldProblem("reference", f"has more than {translate.LONGEST_SOURCE_ID} characters")]
        problems += translate.extra_problems(new.extra, "extra", translate.OURS)
        checks.refuse(problems, provider=self._name, operation="create_order")
        draft = Draft.of(self._name, new.reference if new.reference is not None else str(uuid4()), new, self._account)
        await self._drafts.put(draft)
        return self._seen(draft)

    async def submit(self, order: OrderLike, /) -> Order:
        """``POST orders``, always with ``SourceId`` and ``IsPartnerSourceIdUnique``: the shop refuses a second order of one reference."""
        deadline = self._caller.deadline()
        draft = await self._draft(order, "submit")
        if draft is None:
            raise self._conflict(await self._at_hand(order, deadline, "submit"), "it is submitted already", "submit")
        async with self._draft_locks.hold(draft.id):
            return await self._submit(await self._kept(draft.id, "submit"), deadline)

    async def _submit(self, draft: Draft, deadline: Deadline) -> Order:
        self._check_open(draft, "submit")
        lacking = translate.missing(draft, email=self._settings.email, phone=self._settings.phone)
        if lacking:
            error = RejectedError("; ".join(each.text for each in lacking), sent=False, provider=self._name, operation="submit")
            error.report = ValidationReport(False, lacking)
            raise error
        settings, seen = self._settings, self._seen(draft)
        body = translate.new_order_body(
            draft, email=settings.email, phone=settings.phone, shipping=settings.shipping, is_test=self._is_test(draft)
        )
        placed = await self._send_order(body, draft.reference, {"draft": draft.id}, deadline)
        if not placed.receipt.reconciled:
            placed = evolve(placed, recipient=seen.recipient, items=seen.items)
        try:
            with telling_of(placed):
                await self._mark(draft.id, placed)
        except Exception:  # noqa: BLE001 - a full disk here must not make a placed order look like a failure
            return with_receipt(placed, read_back=False)
        return await self._whole(placed, body, deadline)

    async def _whole(self, placed: Order, body: Mapping[str, Any], deadline: Deadline) -> Order:
        """The order as the shop shows it, and which item of the draft became which."""
        if not placed.receipt.reconciled:
            with telling_of(placed):
                placed = await self._read_back(placed, deadline, "submit")
        return with_receipt(placed, renamed=writes.renamed(body, placed.items))

    async def _send_order(self, body: Mapping[str, Any], reference: str, preimage: Any, deadline: Deadline) -> Order:
        if self._is_sandbox and body.get("IsInTestMode") is not True:
            raise self._invalid("submit", "test", "every order of the sandbox environment is a test: nothing was sent")
        request = self._shop.submit(body, self._settings.currency)

        def accept(answer: Response) -> Order:
            translate.check(answer, self._shop.scope)
            found = wire.read_submitted(answer.body)
            if not translate.is_safe_id(found.id):
                raise UnreadableAnswerError("the answer's Id is not a safe id")
            status = OrderStatus.TEST if body["IsInTestMode"] else OrderStatus.SUBMITTED
            is_test = status is OrderStatus.TEST
            return Order(OrderRef(self._name, found.id), status, reference=reference, is_test=is_test, complete=False, body=answer.body)

        def hint(answer: Response) -> Hint | None:
            return Hint(writes.BLOCKED) if translate.is_blocked_reference(answer) else None

        async def before(_: Deadline) -> Any:
            return preimage

        return await self._perform(
            request,
            accept,
            deadline,
            step="submit",
            lock=f"reference:{reference}",
            key=reference,
            meant=body,
            preimage=before,
            hint=hint,
        )

    # ── Changing a placed order as a whole ────────────────────────────────────────────────────────────────────────────

    async def update_recipient(self, order: OrderLike, recipient: Recipient, /) -> Order:
        """``PUT shippingAddress``. E-mail and phone of the settings stand in where the recipient has none."""
        deadline = self._caller.deadline()
        checks.refuse(checks.of_recipient(recipient), provider=self._name, operation="update_recipient")
        draft = await self._draft(order, "update_recipient")
        if draft is not None:
            return await self._change(draft, lambda kept: kept.for_recipient(recipient), "update_recipient")
        known = await self._at_hand(order, deadline, "update_recipient")
        recipient = evolve(recipient, email=recipient.email or self._settings.email, phone=recipient.phone or self._settings.phone)
        return await self._send_address(known, translate.address_body(recipient, email=None, phone=None), deadline)

    async def _send_address(self, known: Order, body: Mapping[str, Any], deadline: Deadline) -> Order:
        known, number = await self._gooten_id(known, deadline, "update_recipient")
        self._check(known, known.live_items or known.items, statuses.UPDATE_RECIPIENT, "update_recipient")

        def accept(answer: Response) -> Order:
            translate.check_changed(answer, known.id, self._shop.scope)
            return evolve(known, recipient=translate.recipient(body))

        async def before(_: Deadline) -> Any:
            return writes.address_before(known)

        request = self._shop.change(endpoints.ADDRESS, number, body, "update_recipient")
        return await self._perform(
            request, accept, deadline, step="address", lock=f"order:{known.id}", order=known.id, meant=body, preimage=before
        )

    async def set_status(self, order: OrderLike, status: OrderStatus | str, /) -> Order:
        """``POST orderstatus``; the answer proves nothing (seed 002), so the order is always read back.

        CANCELLED goes by ``orderCancel`` with every item where ``orderstatus`` does not cover their statuses (trap 34).
        """
        word, deadline = self._target(status), self._caller.deadline()
        draft = await self._draft(order, "set_status")
        if draft is not None:
            return await self._set_draft(draft, status)
        known = await self._at_hand(order, deadline, "set_status")
        if word is None:
            raise self._conflict(known, "it is submitted already", "set_status")
        if word == "Cancelled" and known.items and not known.live_items:
            return known
        covered = all(statuses.is_in(item.provider_status, statuses.SET_STATUS) for item in known.live_items)
        if word == "Cancelled" and not covered and self._settings.check_status_locally:
            return await self._cancel(known, known.live_items, deadline, "set_status")
        self._check(known, known.live_items or known.items, statuses.SET_STATUS, "set_status")
        return await self._send_status(known, word, deadline)

    def _target(self, status: OrderStatus | str) -> str | None:
        if not isinstance(status, OrderStatus):
            if status not in statuses.TARGET_WORDS:
                raise self._invalid("set_status", "status", f"{status!r} is not one of Gooten's words: {', '.join(statuses.TARGET_WORDS)}")
            return status
        if status is OrderStatus.SUBMITTED:
            return None
        if status is OrderStatus.AWAITING_PAYMENT:
            raise UnsupportedOperationError(self._name, Capability.REQUEST_PAYMENT, INFO.supports(Capability.REQUEST_PAYMENT).why)
        if status not in statuses.TARGET:
            known = ", ".join(target.name for target in statuses.TARGET)
            raise self._invalid("set_status", "status", f"{status.name} is not a status that can be set: Gooten takes {known}")
        return statuses.TARGET[status]

    async def _set_draft(self, draft: Draft, status: OrderStatus | str) -> Order:
        if status is OrderStatus.SUBMITTED:
            return await self.submit(draft.ref)
        if status not in {OrderStatus.CANCELLED, "Cancelled"}:
            raise self._conflict(self._seen(draft), "it is a draft: submit or cancel it", "set_status")
        return self._seen(draft) if draft.cancelled else await self._change(draft, lambda kept: evolve(kept, cancelled=True), "set_status")

    async def _send_status(self, known: Order, word: str, deadline: Deadline) -> Order:
        request = self._shop.set_status(known.id, word, "set_status")

        def hint(answer: Response) -> Hint:
            failed = not 200 <= answer.status < 300 or translate.says_why_not(answer)
            return Hint(writes.REFUSED, self._shop.refusal(request, answer)) if failed else Hint(writes.ANSWERED)

        async def before(_: Deadline) -> Any:
            return writes.words_of(known)

        return await self._perform(
            request,
            _never_accepted,
            deadline,
            step="status",
            lock=f"order:{known.id}",
            order=known.id,
            meant={"orderStatusName": word},
            preimage=before,
            hint=hint,
        )

    # ── Certainty ─────────────────────────────────────────────────────────────────────────────────────────────────────

    async def reconcile(self, handle: ReconcileHandle, /, *, send_again: bool = False) -> Applied[Any] | NotApplied | Unknown:
        """Find out what became of a write of this account. A draft whose submission turns out applied is marked as placed."""
        found = await self._writer.reconcile(handle, self._find, self._again(handle) if send_again else None)
        if isinstance(found, Applied):
            became = draft_of(found, handle)
            if became is not None:
                await self._mark_if_kept(*became)
        return found

    def _again(self, handle: ReconcileHandle) -> Send[Order] | None:
        """How to send what is left of a write; None for a request of one's own. A submission keeps its reference, which guards it."""
        if handle.step not in _SENT_AGAIN:
            return None

        async def send(left: Any) -> Order:
            deadline, operation = self._caller.deadline(), handle.operation
            if handle.step == "submit":
                return await self._whole(await self._send_order(left, handle.key or "", handle.preimage, deadline), left, deadline)
            known = await self._shop.order(handle.order or "", deadline, operation)
            match handle.step:
                case "cancel":
                    ids = [*left["Ids"], *members(handle.preimage)]  # those that were refused here are refused again, and told again
                    return await self._cancel(known, [self._item(known, str(each), operation) for each in ids], deadline, operation)
                case "swap":
                    return await self._swap(known, self._item(known, str(left["OrderItemId"]), operation), left["NewPRPSku"], deadline)
                case "replace":
                    urls = {each["SpaceId"]: each["URL"] for each in left}
                    return await self._replace(known, self._item(known, str(left[0]["OrderItemId"]), operation), urls, deadline)
                case "address":
                    return await self._send_address(known, left, deadline)
                case _:
                    return await self._send_status(known, str(left["orderStatusName"]), deadline)

        return send

    async def _mark_if_kept(self, draft_id: str, placed: Order) -> None:
        """What cannot be noted here must not hide that the order is placed."""
        try:
            if any(draft.id == draft_id for draft in await self._drafts.list(self._name)):
                await self._mark(draft_id, placed)
        except Exception:  # noqa: BLE001 - a full disk, or a locked file
            self._placed[draft_id] = placed

    def parse_notice(self, headers: Mapping[str, str], query: Mapping[str, str], body: bytes, /) -> Notice:
        """A webhook of this account's; nobody signs them."""
        return notices.parse_notice(headers, query, body, provider=self._name)

    async def request(self, request: Request, /) -> Response:
        """Send what printkit does not wrap. The recipe id is added, and the billing key to the query of calls that need it there.

        A write is sent at most once, and nothing can look for its effect.
        """
        request, deadline = self._shop.keyed(request), self._caller.deadline()
        if request.effect is Effect.WRITES:
            write = self._write(request, self._accepted, "request", {"lock": "request"})
            return (await self._writer.perform(write, deadline)).value
        return await self._shop.read(request, deadline, self._accepted)

    def _accepted(self, answer: Response) -> Response:
        translate.check(answer, self._shop.scope)
        return answer

    @property
    def unresolved(self) -> Sequence[ReconcileHandle]:
        """The writes of this process whose outcome is unknown."""
        return tuple(self._writer.unresolved)

    async def aclose(self, grace: float = 10.0) -> None:
        """Admit no further write and let those under way finish."""
        await self._writer.drain(grace)


def _never_accepted(answer: Response) -> Order:
    raise AssertionError("every answer to orderstatus is only a hint")


if TYPE_CHECKING:
    _fits: type[PrintProvider] = Gooten
    _sells: type[Catalogue] = Gooten
    _tells: type[Notices] = Gooten
