"""What every verb at Pwinty works with: an order at hand, its id and items, its status, and one write at a time. Knows no verb."""

import re
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, Final, TypeVar

from ...errors import ConflictError, FieldProblem, InvalidRequestError, NotFoundError, ProviderError
from ...exchange import Request, Response
from ...locks import Locks
from ...making import with_receipt
from ...model import Issue, Item, Order, OrderRef
from ...outcomes import Found, ReconcileHandle, Unknown
from ...provider import Connection, ItemLike, OrderLike
from ...transport.caller import Deadline
from ...writes import Write
from . import endpoints, issues, statuses, translate, writes
from .config import Settings

T = TypeVar("T")
Refuse = Callable[[Response], Awaitable[ProviderError]]

_ID: Final = re.compile(r"[1-9][0-9]{0,17}")


class Desk:
    """One Pwinty account, without its verbs."""

    def __init__(self, connection: Connection[Settings]) -> None:
        self._name = connection.name
        self._settings = connection.settings
        self._caller = connection.caller
        self._writer = connection.writer
        self._seen = writes.Seen()
        self._exchanges = Locks()
        self._scope = translate.Scope(
            provider=connection.name,
            currency=connection.settings.currency,
            is_test=connection.settings.environment != "live",
            drift=lambda what, word: connection.telemetry.drift(connection.name, what, connection.redactor.clean(word)),
            clean=connection.redactor.clean,
        )
        self._shop = endpoints.Endpoints(connection.caller, connection.redactor, self._scope)

    async def _find(self, handle: ReconcileHandle, deadline: Deadline) -> Found[Any]:
        async def read(order_id: str) -> Order:
            return await self._shop.order(order_id, deadline, handle.operation)

        async def by_reference(reference: str) -> tuple[Order, ...]:
            return await self._shop.orders({"merchantOrderId": reference, "count": "250"}, deadline, handle.operation)

        async def list_issues(order_id: str) -> tuple[Issue, ...]:
            accept = partial(issues.read_issues, order=OrderRef(self._name, order_id), scope=self._scope)
            return await self._shop.read(endpoints.ISSUES, deadline, handle.operation, accept, order=order_id)

        async def read_issue(order_id: str, issue_id: str) -> Issue:
            accept = partial(issues.read_issue, order=OrderRef(self._name, order_id), scope=self._scope)
            return await self._shop.read(endpoints.ISSUE, deadline, handle.operation, accept, order=order_id, issue=issue_id)

        match handle.step:
            case "create_order":
                return await writes.find_created(handle, by_reference, read)
            case "add":
                return await writes.find_added(handle, read, self._seen)
            case "delete":
                return await writes.find_deleted(handle, read)
            case "status":
                return await writes.find_status(handle, read)
            case "update_recipient":
                return await writes.find_recipient(handle, read)
            case "report_issue":
                return await issues.find_reported(handle, list_issues)
            case "update_issue":
                return await issues.find_updated(handle, read_issue)
            case other:
                return Unknown(f"printkit has no look-up for {other!r}: look at the shop's dashboard")

    async def _perform(
        self, request: Request, accept: Callable[[Response], Order], deadline: Deadline, *, step: str | None = None, **how: Any
    ) -> Order:
        done = await self._writer.perform(self._write(request, accept, step or request.operation, **how), deadline)
        return with_receipt(done.value, attempts=done.attempts, reconciled=done.reconciled)

    def _write(self, request: Request, accept: Callable[[Response], T], step: str, *, refuse: Refuse | None = None, **how: Any) -> Write[T]:
        return Write(
            operation=request.operation,
            step=step,
            request=request,
            accept=accept,
            refuse=refuse or self._shop.refuse(request),
            find=self._find,
            **how,
        )

    async def _at_hand(self, order: OrderLike, deadline: Deadline, operation: str) -> Order:
        if isinstance(order, Order):
            self._id_of(order, operation)
            return order
        return self._seen.note(await self._shop.order(self._id_of(order, operation), deadline, operation))

    def _open_in(self, order: Order) -> list[ReconcileHandle]:
        """The writes to this order that are still unknown, and may yet happen."""
        return [handle for handle in self._writer.unresolved if handle.order == order.id]

    def _id_of(self, order: OrderLike, operation: str) -> str:
        ref = order.ref if isinstance(order, Order) else order
        if not is_id(ref.id):
            raise self._invalid(operation, "order", f"{ref.id!r} is not a Pwinty order id: a positive whole number")
        return ref.id

    def _item(self, order: Order, item: ItemLike, operation: str) -> Item:
        wanted = item.id if isinstance(item, Item) else item
        for each in order.items:
            if each.id == wanted:
                return each
        raise self._no_item(order, wanted, operation)

    def _no_item(self, order: Order, item_id: str, operation: str) -> NotFoundError:
        return NotFoundError(f"order {order.id} has no item {item_id!r}", sent=False, provider=self._name, operation=operation)

    def _check_status(self, order: Order, allowed: tuple[str, ...], operation: str) -> None:
        """Refuse here what the shop documents as impossible. A word no table knows is left to the shop."""
        if not self._settings.check_status_locally or is_in(order, allowed):
            return
        if (order.provider_status or "").lower() in statuses.ORDER:
            raise self._conflict(order, f"it is {order.provider_status}; possible only in {', '.join(allowed)}", operation, allowed)

    def _conflict(self, order: Order, why: str, operation: str, allowed: tuple[str, ...] = (), *, sent: bool = False) -> ConflictError:
        error = ConflictError(f"not possible for {order.ref}: {why}", sent=sent, provider=self._name, operation=operation)
        error.order, error.order_status, error.allowed_in = order.ref, order.status, allowed
        return error

    def _invalid(self, operation: str, path: str, text: str) -> InvalidRequestError:
        return InvalidRequestError([FieldProblem(path, text)], provider=self._name, operation=operation)


def is_id(text: str) -> bool:
    """Whether this can be an order's or a photo's id: a positive whole number."""
    return _ID.fullmatch(text) is not None


def is_in(order: Order, words: tuple[str, ...]) -> bool:
    """True when the order is in one of these words of the shop."""
    return order.provider_status in words or (order.provider_status or "").lower() in {word.lower() for word in words}
