"""The unified verbs on Kiosk: in which order to talk to the shop. Reads meaning with ``translate``, proves writes with ``writes``."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar, final
from uuid import uuid4

from printkit import checks
from printkit.errors import (
    ConflictError,
    FieldProblem,
    InvalidRequestError,
    NotFoundError,
    ProviderError,
    UnsupportedOperationError,
)
from printkit.exchange import Effect, Request, Response, fill
from printkit.making import with_receipt
from printkit.model import (
    Item,
    NewOrder,
    Order,
    OrderRef,
    OrderStatus,
    Photo,
    Problem,
    ProblemCode,
    Severity,
    ValidationReport,
)
from printkit.notices import Notice
from printkit.outcomes import Applied, Found, NotApplied, ReconcileHandle, Unknown
from printkit.paging import Page, Pager
from printkit.provider import (
    Capability,
    Connection,
    Notices,
    OrderLike,
    PhotoProgress,
    PrintProvider,
    ProviderInfo,
    unsupported,
)
from printkit.transport.caller import Deadline
from printkit.writes import NEW, Send, Write

from . import BY_PRINTS, INFO, NEVER, notices, statuses, translate, wire, writes
from .config import Settings

T = TypeVar("T")

ORDERS, ORDER, PRINTS, STATE = (
    "/orders",
    "/orders/{order}",
    "/orders/{order}/prints",
    "/orders/{order}/state",
)


@final
class Kiosk:
    """One Kiosk account."""

    info: ProviderInfo = INFO

    def __init__(self, connection: Connection[Settings]) -> None:
        self._name = connection.name
        self._caller = connection.caller
        self._writer = connection.writer
        self._redactor = connection.redactor
        self._check_status = connection.settings.check_status_locally
        self._scope = translate.Scope(
            connection.name,
            drift=lambda what, word: connection.telemetry.drift(connection.name, what, word),
            clean=connection.redactor.clean,
        )

    # ── Reading ───────────────────────────────────────────────────────────────────────────────────────────────────────

    async def get_order(self, ref: OrderRef, /) -> Order:
        """``GET /orders/{id}``."""
        return await self._order(ref, self._caller.deadline(), "get_order")

    async def get_item(self, order: OrderLike, item_id: str, /) -> Item:
        """The item in the freshly read order."""
        found = await self._order(_ref(order), self._caller.deadline(), "get_item")
        for item in found.items:
            if item.id == item_id:
                return item
        raise NotFoundError(
            f"{found.ref} has no item {item_id!r}",
            sent=False,
            provider=self._name,
            operation="get_item",
        )

    def list_orders(
        self,
        *,
        status: OrderStatus | None = None,
        reference: str | None = None,
        since: datetime | None = None,
        detail: bool = False,
        cursor: str | None = None,
    ) -> Pager[Order]:
        """``GET /orders``, newest first. The status is compared here; entries are whole, so ``detail`` costs nothing."""

        async def fetch(start: str | None) -> Page[Order]:
            query = {"page": start or "1", **({"reference": reference} if reference else {})}
            page = await self._read(
                ORDERS,
                lambda answer: translate.read_page(answer, self._scope),
                "list_orders",
                query=query,
            )
            recent = [
                order
                for order in page.items
                if since is None or order.created is None or order.created >= since
            ]
            wanted = tuple(order for order in recent if status is None or order.status is status)
            return Page(wanted, page.next if len(recent) == len(page.items) else None)

        return Pager(fetch, cursor)

    async def validate(self, order: OrderLike, /) -> ValidationReport:
        """Looks whether there are prints and an address; Kiosk itself says nothing before an order is placed."""
        found = await self._at_hand(order, self._caller.deadline(), "validate")
        problems: list[Problem] = []
        if not found.items:
            problems.append(
                Problem(ProblemCode.NO_ITEMS, Severity.ERROR, "the order has no prints: add one")
            )
        if found.recipient is None or not found.recipient.line1 or not found.recipient.city:
            problems.append(
                Problem(
                    ProblemCode.ADDRESS_INCOMPLETE,
                    Severity.ERROR,
                    "the address lacks line1 or city: create a new order",
                )
            )
        return ValidationReport(not problems, tuple(problems))

    # ── Writing ───────────────────────────────────────────────────────────────────────────────────────────────────────

    async def create_order(self, new: NewOrder, /) -> Order:
        """``POST /orders``. What Kiosk cannot be told and might matter is refused by name; the rest is listed in ``not_told``."""
        problems = [*checks.of_new_order(new), *_binding(new)]
        checks.refuse(problems, provider=self._name, operation="create_order")
        body = {
            "reference": new.reference or str(uuid4()),
            "to": translate.recipient_body(new.recipient),
        }
        order = await self._create(body, self._caller.deadline())
        untold = [
            f"recipient.{name}"
            for name in ("state", "email", "phone")
            if getattr(new.recipient, name)
        ]
        return with_receipt(order, not_told=(*untold, *(("metadata",) if new.metadata else ())))

    async def _create(self, body: Mapping[str, Any], deadline: Deadline) -> Order:
        return await self._send(
            Request(
                "POST",
                ORDERS,
                Effect.WRITES,
                "create_order",
                ORDERS,
                body=wire.write(body),
                content_type="application/json",
            ),
            deadline,
            step="create",
            lock=f"reference:{body['reference']}",
            key=body["reference"],
            meant=body,
            imagined=lambda: Order(
                OrderRef(self._name, NEW),
                OrderStatus.DRAFT,
                provider_status="open",
                reference=body["reference"],
            ),
        )

    async def add_photos(
        self, order: OrderLike, photos: Sequence[Photo], /, *, progress: PhotoProgress | None = None
    ) -> Order:
        """``PUT /orders/{id}/prints`` with all prints, the old ones included."""
        problems = [
            *checks.of_photos(photos),
            *(each for place, photo in enumerate(photos) for each in _binding_of(photo, place)),
        ]
        checks.refuse(problems, provider=self._name, operation="add_photos")
        deadline = self._caller.deadline()
        known = await self._at_hand(order, deadline, "add_photos")
        self._check(known, ("open",), "add_photos")
        return await self._put(
            known, [*translate.prints_of(known), *translate.prints_body(photos)], deadline
        )

    async def _put(self, known: Order, prints: list[dict[str, Any]], deadline: Deadline) -> Order:
        async def before(until: Deadline) -> Any:
            """Under the lock. The call sets all prints, so those that were added since ``known`` was read would be lost."""
            if known.id == NEW:  # a dry run
                return []
            there = translate.prints_of(await self._order(known.ref, until, "add_photos"))
            if there != translate.prints_of(known):
                raise self._conflict(
                    known, "it has other prints by now: read it again", "add_photos"
                )
            return there

        body = {"prints": prints}
        return await self._send(
            self._writing("PUT", PRINTS, known.id, body, "add_photos"),
            deadline,
            step="prints",
            meant=body,
            preimage=before,
            lock=f"order:{known.id}",
            order=known.id,
            imagined=lambda: known,
        )

    async def submit(self, order: OrderLike, /) -> Order:
        """``PUT /orders/{id}/state``: it prints and charges."""
        return await self._move(order, "ordered", "submit")

    async def set_status(self, order: OrderLike, status: OrderStatus | str, /) -> Order:
        """``PUT /orders/{id}/state``: SUBMITTED, CANCELLED, or Kiosk's own two words."""
        if status is OrderStatus.ON_HOLD:
            raise UnsupportedOperationError(self._name, Capability.HOLD_ORDER, NEVER.why)
        word = statuses.TARGET.get(status) if isinstance(status, OrderStatus) else status
        if word not in statuses.ALLOWED:
            known = ", ".join(statuses.ALLOWED)
            raise InvalidRequestError(
                [FieldProblem("status", f"{status} cannot be set: Kiosk takes {known}")],
                provider=self._name,
                operation="set_status",
            )
        return await self._move(order, word, "set_status")

    async def _move(self, order: OrderLike, word: str, operation: str) -> Order:
        deadline = self._caller.deadline()
        known = await self._at_hand(order, deadline, operation)
        self._check(known, statuses.ALLOWED[word], operation)
        body = {"state": word}
        request = self._writing("PUT", STATE, known.id, body, operation)
        return await self._send(
            request, deadline, step="state", meant=body, lock=f"order:{known.id}", order=known.id
        )

    update_recipient = unsupported(Capability.UPDATE_RECIPIENT, NEVER.why)
    cancel_items = unsupported(Capability.CANCEL_ITEMS, BY_PRINTS.why)
    swap_sku = unsupported(Capability.SWAP_SKU, BY_PRINTS.why)
    replace_artwork = unsupported(Capability.REPLACE_ARTWORK, BY_PRINTS.why)

    # ── Certainty ─────────────────────────────────────────────────────────────────────────────────────────────────────

    async def reconcile(
        self, handle: ReconcileHandle, /, *, send_again: bool = False
    ) -> Applied[Any] | NotApplied | Unknown:
        """Find out what became of a write of this account."""
        return await self._writer.reconcile(
            handle, self._find, self._again(handle) if send_again else None
        )

    async def _find(self, handle: ReconcileHandle, deadline: Deadline) -> Found[Any]:
        match handle.step:
            case "create":
                query = {"reference": handle.key or ""}
                page = await self._read(
                    ORDERS,
                    lambda answer: translate.read_page(answer, self._scope),
                    handle.operation,
                    deadline,
                    query,
                )
                return writes.find_created(handle, page.items)
            case "prints":
                return writes.find_prints(handle, await self._read_order(handle, deadline))
            case "state":
                return writes.find_state(handle, await self._read_order(handle, deadline))
            case _:
                return Unknown(
                    "nothing can look for what a request of one's own did: look at the shop"
                )

    def _again(self, handle: ReconcileHandle) -> Send[Order] | None:
        """All of Kiosk's writes set something to what it shall be, so each may be sent again once it is proven not to have happened."""

        async def send(left: Any) -> Order:
            deadline = self._caller.deadline()
            if handle.step == "create":
                return await self._create(left, deadline)
            known = await self._read_order(handle, deadline)
            return await (
                self._put(known, left["prints"], deadline)
                if handle.step == "prints"
                else self._move(known, left["state"], handle.operation)
            )

        return send if handle.step in {"create", "prints", "state"} else None

    async def _read_order(self, handle: ReconcileHandle, deadline: Deadline) -> Order:
        return await self._order(
            OrderRef(self._name, handle.order or ""), deadline, handle.operation
        )

    @property
    def unresolved(self) -> Sequence[ReconcileHandle]:
        """The writes of this process whose outcome is unknown."""
        return tuple(self._writer.unresolved)

    # ── Notices, the way out, the end ─────────────────────────────────────────────────────────────────────────────────

    def parse_notice(
        self, headers: Mapping[str, str], query: Mapping[str, str], body: bytes, /
    ) -> Notice:
        """What a notice says."""
        return notices.parse_notice(body, self._name)

    async def request(self, request: Request, /) -> Response:
        """Send what printkit does not wrap. A write is sent at most once, and nothing can look for its effect."""
        deadline = self._caller.deadline()
        if request.effect is Effect.WRITES:
            write: Write[Response] = Write(
                operation="request",
                step="request",
                request=request,
                lock="request",
                accept=lambda answer: answer,
                refuse=self._refuse(request),
                find=self._find,
            )
            return (await self._writer.perform(write, deadline)).value
        return self._accepted(request, await self._caller.read(request, deadline))

    async def aclose(self, grace: float = 10.0) -> None:
        """Admit no further write and let those under way finish."""
        await self._writer.drain(grace)

    # ── One request ───────────────────────────────────────────────────────────────────────────────────────────────────

    async def _read(
        self,
        template: str,
        accept: Callable[[Response], T],
        operation: str,
        deadline: Deadline | None = None,
        query: Mapping[str, str] | None = None,
        **ids: str,
    ) -> T:
        request = Request(
            "GET", fill(template, **ids), Effect.READS, operation, template, query or {}
        )
        answer = self._accepted(
            request, await self._caller.read(request, deadline or self._caller.deadline())
        )
        return accept(answer)

    async def _order(self, ref: OrderRef, deadline: Deadline, operation: str) -> Order:
        return await self._read(
            ORDER,
            lambda answer: translate.read_order(answer, self._scope),
            operation,
            deadline,
            order=ref.id,
        )

    async def _at_hand(self, order: OrderLike, deadline: Deadline, operation: str) -> Order:
        """A verb given an order sends its write only; given a reference it reads first."""
        return order if isinstance(order, Order) else await self._order(order, deadline, operation)

    def _writing(
        self, method: str, template: str, order_id: str, body: Any, operation: str
    ) -> Request:
        path = fill(template, order=order_id)
        return Request(
            method,
            path,
            Effect.WRITES,
            operation,
            template,
            body=wire.write(body),
            content_type="application/json",
        )

    async def _send(self, request: Request, deadline: Deadline, **how: Any) -> Order:
        """One write, from intent to certainty: the rest is ``printkit.writes``."""
        write = Write(
            operation=request.operation,
            request=request,
            accept=lambda answer: translate.read_order(answer, self._scope),
            refuse=self._refuse(request),
            find=self._find,
            **how,
        )
        done = await self._writer.perform(write, deadline)
        return with_receipt(done.value, attempts=done.attempts, reconciled=done.reconciled)

    def _refuse(self, request: Request) -> Callable[[Response], Awaitable[ProviderError]]:
        async def refuse(answer: Response) -> ProviderError:
            return self._told(request, answer)

        return refuse

    def _accepted(self, request: Request, answer: Response) -> Response:
        if 200 <= answer.status < 300:
            return answer
        raise self._told(request, answer)

    def _told(self, request: Request, answer: Response) -> ProviderError:
        error = translate.refusal(answer, self._scope)
        error.provider, error.operation = self._name, request.operation
        error.exchange = self._redactor.exchange(request, answer.status)
        return error

    def _check(self, order: Order, allowed: tuple[str, ...], operation: str) -> None:
        """Refuse here what the shop documents as impossible. A word that no table knows is left to the shop."""
        known = order.provider_status in statuses.ORDER
        if self._check_status and known and order.provider_status not in allowed:
            why = f"it is {order.provider_status}; possible only in {', '.join(allowed)}"
            error = self._conflict(order, why, operation)
            error.allowed_in = allowed
            raise error

    def _conflict(self, order: Order, why: str, operation: str) -> ConflictError:
        text = f"not possible for {order.ref}: {why}"
        error = ConflictError(text, sent=False, provider=self._name, operation=operation)
        error.order, error.order_status = order.ref, order.status
        return error


def _ref(order: OrderLike) -> OrderRef:
    return order.ref if isinstance(order, Order) else order


def _binding(new: NewOrder) -> list[FieldProblem]:
    """What would change what is made or paid, and cannot be told: never dropped silently."""
    said = {"shipping": new.shipping, "payment": new.payment, "test": new.test}
    return [
        FieldProblem(name, "Kiosk cannot be told: leave it out")
        for name, value in said.items()
        if value is not None
    ]


def _binding_of(photo: Photo, place: int) -> list[FieldProblem]:
    said = {
        "sizing": photo.sizing,
        "attributes": photo.attributes or None,
        "price_to_recipient": photo.price_to_recipient,
    }
    problems = [name for name, value in said.items() if value is not None]
    if len(photo.artwork) != 1 or photo.artwork[0].url is None:
        problems.append("artwork")
    return [
        FieldProblem(
            f"photos[{place}].{name}",
            "Kiosk takes a size, one image by URL and a count, and nothing else",
        )
        for name in problems
    ]


if TYPE_CHECKING:
    _fits: type[PrintProvider] = Kiosk
    _tells: type[Notices] = Kiosk
