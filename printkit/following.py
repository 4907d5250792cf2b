"""The verbs that follow orders: wait for a status, watch for changes, read notices. Knows no shop, and listens to nothing itself."""

from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, Iterable, Mapping

from . import checks, waiting
from .errors import ConflictError, FieldProblem, UnsupportedOperationError
from .model import Order, OrderRef, OrderStatus
from .notices import Notice
from .opening import Opened
from .progress import can_reach, fingerprint, has_reached, is_over, is_said
from .provider import Capability, Notices, OrderLike
from .waiting import Bell

_ENVIRONMENTS = frozenset({"sandbox", "live"})


class Following(ABC):
    """What a kit can tell of orders over time."""

    def __init__(self) -> None:
        self.bell = Bell()
        """Rung by receivers of notices, for those who wait.

        :meta private:
        """

    @abstractmethod
    async def get_order(self, ref: OrderLike | str) -> Order:
        """Read one order, whole."""

    @abstractmethod
    def _at(self, provider: str | None) -> Opened: ...

    @abstractmethod
    def _ref(self, order: OrderLike | str) -> OrderRef: ...

    async def wait_for_artwork(self, order: OrderLike | str, *, timeout: float = 300.0) -> Order:  # noqa: ASYNC109 - ends in our own error
        """Read the order until the shop has fetched every picture, or failed to; see ``item.artwork[0].status``.

        An order may be submitted while pictures are still to be fetched, and then stand still because one of them cannot be.

        Args:
            order: the order.
            timeout: seconds.

        Raises:
            StillWaitingError: some pictures were still to be fetched then.
        """
        where = self._ref(order)
        checks.refuse(checks.of_seconds("timeout", timeout), provider=where.provider, operation="wait_for_artwork")
        missing = "the shop has not fetched every picture yet"
        return await waiting.until(
            where, self.get_order, waiting.has_artwork, timeout, lambda _: missing, bell=self.bell, pace=waiting.FETCHING
        )

    async def wait_for(self, order: OrderLike | str, status: OrderStatus, *, timeout: float | None = None) -> Order:  # noqa: ASYNC109 - as above
        """Read the order until it has reached a status, or passed it: an order that is shipped has been in production.

        It is read ever more seldom, every five minutes at last, and at once when a receiver on this kit gets a notice of it. A read that
        fails and may succeed later is made again.

        Args:
            order: the order.
            status: what to wait for.
            timeout: seconds; without it, for ever.

        Raises:
            StillWaitingError: it had not come so far then.
            ConflictError: it no longer can, as one that is cancelled is never shipped; ``error.order_status`` says what it is.
            InvalidRequestError: the shop never says so of any order.
        """
        where = self._ref(order)
        at = self._at(where.provider)
        never = at.provider.info.never_says
        problems = [
            *checks.of_kind("status", status, OrderStatus, "an OrderStatus, such as OrderStatus.SHIPPED"),
            *(() if timeout is None else checks.of_seconds("timeout", timeout)),
        ]
        if not problems and (status is OrderStatus.UNKNOWN or not is_said(status, never)):
            problems.append(FieldProblem("status", f"{at.provider.info.title} never says {status} of an order"))
        checks.refuse(problems, provider=where.provider, operation="wait_for")

        def is_there(found: Order) -> bool:
            if can_reach(found.status, status):
                return has_reached(found.status, status)
            error = ConflictError(
                f"{found.ref} is {found.status} and will not be {status}", sent=False, provider=where.provider, operation="wait_for"
            )
            error.order, error.order_status = found.ref, found.status
            raise error

        def missing(found: Order) -> str:
            return f"{found.ref} is {found.status}, and not yet {status}"

        return await waiting.until(where, self.get_order, is_there, timeout, missing, bell=self.bell)

    def watch(self, orders: Iterable[OrderLike | str]) -> AsyncGenerator[Order, None]:
        """Walk through the changes of some orders: ``async for order in kit.watch(orders)``. Ends when none of them can change any more.

        An order comes whenever its status, its items, their artwork or its parcels differ from what came last. One that is given as a
        reference comes first as it is now; an ``Order`` only when it differs from what was given. They are read one after the other,
        each ever more seldom while nothing changes, and at once when a receiver on this kit gets a notice of it. What came and went
        between two looks is not seen.

        An order that cannot be read, and will not be later, is logged as a warning and left; the others are watched to their end, and
        then that is raised.

        Raises:
            PrintKitError: (when the walk ends) an order could not be read, such as NotFoundError; ``error.order`` says which, the
                error's notes name any others. AuthenticationError and ConfigError end the walk at once.
        """
        given = checks.listed("orders", orders, "orders, or of their references")
        known = {self._ref(each): fingerprint(each) if isinstance(each, Order) and each.complete else None for each in given}
        never = {ref.provider: self._at(ref.provider).provider.info.never_says for ref in known}
        return waiting.changes(known, self.get_order, lambda order: is_over(order.status, never[order.ref.provider]), bell=self.bell)

    # ── Notices ───────────────────────────────────────────────────────────────────────────────────────────────────────

    def parse_notice(self, headers: Mapping[str, str], query: Mapping[str, str], body: bytes, *, provider: str | None = None) -> Notice:
        """What a shop's notice says. Nothing is sent, and nothing of it is proven: read the order before you believe it.

        Args:
            headers: the request's.
            query: what stood behind ``?`` in its URL.
            body: its body, as it came.
            provider: the connection that it came for, else the default.

        Raises:
            InvalidRequestError: it is no notice; the message says what is wrong.
            UnsupportedOperationError: this shop sends none.
        """
        at = self._at(provider)
        if not isinstance(at.provider, Notices):
            why = at.provider.info.supports(Capability.NOTICES).why
            raise UnsupportedOperationError(at.account.provider, Capability.NOTICES, why)
        return at.provider.parse_notice(headers, query, body)

    def concerns(self, notice: Notice) -> bool:
        """False when a notice says that it is of the sandbox and its connection is live, or the other way round.

        :meta private:
        """
        environments = {notice.environment, self._at(notice.order.provider).account.environment}
        return not environments >= _ENVIRONMENTS
