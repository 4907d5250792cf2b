"""Pwinty's endpoints, one method each: builds the request, reads the answer, raises the refusal. Knows no verb and decides nothing."""

from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Any, TypeVar, final

from ...errors import NotFoundError, ProviderError
from ...exchange import Effect, Part, Request, Response, fill, plain_request
from ...model import Item, Order, ValidationReport
from ...transport.caller import Caller, Deadline
from ...transport.redact import Redactor
from . import translate, validation, wire
from .refusals import reading, refusal

T = TypeVar("T")

ORDERS = "/Orders"
ORDER = "/Orders/{order}"
STATUS = "/Orders/{order}/Status"
SUBMISSION = "/Orders/{order}/SubmissionStatus"
PHOTOS = "/Orders/{order}/Photos"
PHOTO = "/Orders/{order}/Photos/{photo}"
BATCH = "/Orders/{order}/Photos/Batch"
ISSUES = "/Orders/{order}/Issues"
ISSUE = "/Orders/{order}/Issues/{issue}"
CATALOGUE = "/Catalogue/{country}/{quality}"
COUNTRIES = "/Country"

_READS, _WRITES = Effect.READS, Effect.WRITES


@final
class Endpoints:
    """Seed 004, one call each. ``operation`` is the verb on whose behalf it is made, for errors and telemetry."""

    def __init__(self, caller: Caller, redactor: Redactor, scope: translate.Scope) -> None:
        self._caller = caller
        self._redactor = redactor
        self.scope = scope

    # ── Reads ─────────────────────────────────────────────────────────────────────────────────────────────────────────

    async def order(self, order_id: str, deadline: Deadline, operation: str) -> Order:
        """``GET /Orders/{id}``."""
        read = partial(translate.read_order, scope=self.scope, order_id=order_id)
        return await self.read(ORDER, deadline, operation, read, order=order_id)

    async def orders(self, query: Mapping[str, str], deadline: Deadline, operation: str) -> tuple[Order, ...]:
        """``GET /Orders``: entries, newest first. None is an empty list, also where the shop says it by a 404 (seed 004, "List orders")."""
        try:
            return await self.read(ORDERS, deadline, operation, lambda answer: translate.read_list(answer, self.scope), query)
        except NotFoundError:
            return ()

    async def photos(self, order_id: str, deadline: Deadline, operation: str) -> tuple[Item, ...]:
        """``GET /Orders/{id}/Photos``: their statuses are not settled."""
        return await self.read(PHOTOS, deadline, operation, lambda answer: translate.read_photos(answer, self.scope), order=order_id)

    async def photo(self, order_id: str, photo_id: str, deadline: Deadline, operation: str) -> Item:
        """``GET /Orders/{orderId}/Photos/{photoId}``: its status is not settled."""
        read = partial(translate.read_photo, scope=self.scope, photo_id=photo_id)
        return await self.read(PHOTO, deadline, operation, read, order=order_id, photo=photo_id)

    async def submission(self, order_id: str, deadline: Deadline, operation: str) -> ValidationReport:
        """``GET /Orders/{id}/SubmissionStatus``."""
        read = partial(validation.read_report, scope=self.scope)
        return await self.read(SUBMISSION, deadline, operation, read, order=order_id)

    async def read(
        self,
        template: str,
        deadline: Deadline,
        operation: str,
        accept: Callable[[Response], T],
        query: Mapping[str, str] | None = None,
        **ids: str,
    ) -> T:
        """Any GET.

        Raises:
            ProviderError: the answer is not 2xx, or not what ``accept`` reads.
        """
        if query:
            request = Request("GET", fill(template, **ids), _READS, operation, template, query)
        else:
            request = plain_request("GET", template, ids, _READS, operation)
        response = await self._caller.read(request, deadline)
        try:
            if not 200 <= response.status < 300:
                raise refusal(response, self.scope)
            return reading(accept, response, self.scope)
        except ProviderError as error:
            found = error.with_traceback(None)  # the frames that read the answer hold the shop's own text, whatever it says
        raise self.told(found, request, response)

    # ── Writes: requests and their refusals ───────────────────────────────────────────────────────────────────────────

    def write(self, method: str, template: str, operation: str, body: Any, **ids: str) -> Request:
        """A request that writes, with a JSON body."""
        payload = b"" if body is None else wire.write(body)
        return plain_request(method, template, ids, _WRITES, operation, payload, wire.JSON if payload else None)

    def upload(self, parts: tuple[Part, ...], operation: str, **ids: str) -> Request:
        """``POST /Orders/{id}/Photos`` as a multipart form."""
        return Request("POST", fill(PHOTOS, **ids), _WRITES, operation, PHOTOS, body=parts)

    def refuse(self, request: Request) -> Callable[[Response], Awaitable[ProviderError]]:
        """How to turn the answer to ``request`` into an error, without asking further."""

        async def refuse(response: Response) -> ProviderError:
            return self.told(refusal(response, self.scope), request, response)

        return refuse

    def told(self, error: ProviderError, request: Request, response: Response) -> ProviderError:
        """The same error, now saying whose it is and in which exchange it arose."""
        error.provider = self.scope.provider
        error.operation = request.operation
        error.status = error.status or response.status
        error.exchange = self._redactor.exchange(request, response.status)
        return error
