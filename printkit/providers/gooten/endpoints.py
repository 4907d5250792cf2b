"""Gooten's endpoints, one method each: builds the request, reads the answer, raises the refusal. Knows no verb and decides nothing.

Which call takes the safe id and which the GootenId: reference/gooten-api.md section 4. Which carries the billing key: section 3.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeVar, final

from attrs import evolve

from ...errors import ProviderError, UnreadableAnswerError
from ...exchange import Effect, Request, Response
from ...model import Order
from ...secret import Secret
from ...transport.caller import Caller, Deadline
from ...transport.redact import Redactor
from . import translate, wire

T = TypeVar("T")

ORDERS = "/orders"
SEARCH = "/ordersearch"
STATUS = "/orderstatus"
IMAGES = "/OrderImages"
ITEMS = "/orderItems"
CANCEL = "/orderCancel"
ADDRESS = "/shippingAddress"
SHIPPING = "/shippingprices"
IMAGE_CHECK = "/imagevalidation"
ADDRESS_CHECK = "/addressvalidation"
PRODUCTS = "/products"
VARIANTS = "/productvariants"
COUNTRIES = "/countries"

KEYED = frozenset(
    {
        "ordersearch",
        "orderstatus",
        "orderimages",
        "orderitems",
        "ordercancel",
        "orderbilling",
        "ordercustomization",
        "shippingaddress",
        "shippingmethod",
    }
)
"""Calls that need the billing key in their query (reference section 3), by the last word of their path in lower case."""

PAGE_SIZE = 100
"""The largest page of a search (reference 8.3)."""

MOST_PAGES = 200
"""More of them are not read in one search: what a shop says of their number may be anything."""


@final
class Endpoints:
    """One call each. ``operation`` is the verb on whose behalf it is made, for errors and telemetry."""

    def __init__(self, caller: Caller, redactor: Redactor, scope: translate.Scope, key: Secret) -> None:
        self._caller = caller
        self._redactor = redactor
        self._key = key.marker
        self.scope = scope

    # ── Reads ─────────────────────────────────────────────────────────────────────────────────────────────────────────

    async def order(self, safe_id: str, deadline: Deadline, operation: str) -> Order:
        """``GET orders`` by safe id, with images (seed 000)."""
        query = {"id": safe_id, "languageCode": "en", "withImages": "true"}
        request = Request("GET", ORDERS, Effect.READS, operation, ORDERS, query)

        def accept(answer: Response) -> Order:
            found = translate.read_order(answer, self.scope)
            if not translate.is_same_id(found.id, safe_id):
                raise UnreadableAnswerError("the answer is another order than the one that was asked for", status=answer.status)
            return found

        return await self.read(request, deadline, accept)

    async def search(self, criteria: Mapping[str, str], page: int, deadline: Deadline, operation: str) -> tuple[tuple[Order, ...], int]:
        """``GET ordersearch``: one page of hits, and how many pages there are."""
        query = {**criteria, "page": str(page), "pageSize": str(PAGE_SIZE), "partnerBillingKey": self._key}
        request = Request("GET", SEARCH, Effect.READS, operation, SEARCH, query)
        return await self.read(request, deadline, lambda answer: translate.read_found(answer, self.scope))

    async def search_all(
        self, criteria: Mapping[str, str], is_wanted: Callable[[Order], bool], deadline: Deadline, operation: str
    ) -> tuple[tuple[Order, ...], bool]:
        """The hits that are wanted, and whether all pages were read; ends where a page repeats what is known (trap 36)."""
        found: list[Order] = []
        seen: set[str] = set()
        for page in range(1, MOST_PAGES + 1):
            hits, pages = await self.search(criteria, page, deadline, operation)
            fresh = [hit for hit in hits if hit.id not in seen]
            found += filter(is_wanted, fresh)
            seen |= {hit.id for hit in fresh}
            if not fresh or page >= pages:
                return tuple(found), True
        return tuple(found), False

    async def get(self, path: str, query: Mapping[str, str], deadline: Deadline, operation: str, accept: Callable[[bytes], T]) -> T:
        """Any other GET."""
        request = Request("GET", path, Effect.READS, operation, path, query)
        return await self.read(request, deadline, self._checked(accept))

    async def ask(self, path: str, body: Any, deadline: Deadline, operation: str, accept: Callable[[bytes], T]) -> T:
        """A POST that only asks, and changes nothing."""
        request = Request("POST", path, Effect.READS, operation, path, body=wire.write(body), content_type=wire.JSON)
        return await self.read(request, deadline, self._checked(accept))

    def keyed(self, request: Request) -> Request:
        """The same request, with the billing key where its call needs one."""
        word = request.path.rstrip("/").rpartition("/")[2].lower()
        has_key = any(name.lower() == "partnerbillingkey" for name, _ in request.query)
        return request if word not in KEYED or has_key else evolve(request, query=(*request.query, ("partnerBillingKey", self._key)))

    async def read(self, request: Request, deadline: Deadline, accept: Callable[[Response], T]) -> T:
        """Send a request that only reads.

        Raises:
            ProviderError: the answer is a failure, or not what ``accept`` reads.
        """
        response = await self._caller.read(request, deadline)
        try:
            return accept(response)
        except ProviderError as error:
            found = error.with_traceback(None)  # the frames that read the answer hold the shop's own text, whatever it says
        raise self.told(found, request, response)

    def _checked(self, accept: Callable[[bytes], T]) -> Callable[[Response], T]:
        def checked(response: Response) -> T:
            translate.check(response, self.scope)
            return accept(response.body)

        return checked

    # ── Writes: requests and their refusals ───────────────────────────────────────────────────────────────────────────

    def submit(self, body: Mapping[str, Any], currency: str | None) -> Request:
        """``POST orders``; the billing key travels in the body (reference 8.1)."""
        payment = {"PartnerBillingKey": self._key} | ({"CurrencyCode": currency} if currency else {})
        return Request(
            "POST", ORDERS, Effect.WRITES, "submit", ORDERS, body=wire.write({**body, "Payment": payment}), content_type=wire.JSON
        )

    def set_status(self, safe_id: str, word: str, operation: str) -> Request:
        """``POST orderstatus``: everything in the query, no body (seed 002)."""
        query = {"partnerBillingKey": self._key, "id": safe_id, "orderStatusName": word}
        return Request("POST", STATUS, Effect.WRITES, operation, STATUS, query)

    def change(self, path: str, gooten_id: str, body: Any, operation: str) -> Request:
        """A PUT on a placed order, by its GootenId (seeds 000, 001, 003)."""
        query = {"orderId": gooten_id, "partnerBillingKey": self._key}
        return Request("PUT", path, Effect.WRITES, operation, path, query, body=wire.write(body), content_type=wire.JSON)

    def refuse(self, request: Request) -> Callable[[Response], Awaitable[ProviderError]]:
        """How to turn the answer to ``request`` into an error."""

        async def refuse(response: Response) -> ProviderError:
            return self.refusal(request, response)

        return refuse

    def refusal(self, request: Request, response: Response) -> ProviderError:
        """The error for a failed answer to ``request``."""
        return self.told(translate.refusal(response, self.scope), request, response)

    def told(self, error: ProviderError, request: Request, response: Response) -> ProviderError:
        """The same error, now saying whose it is and in which exchange it arose."""
        error.provider = self.scope.provider
        error.operation = request.operation
        error.status = error.status or response.status
        error.exchange = self._redactor.exchange(request, response.status)
        return error
