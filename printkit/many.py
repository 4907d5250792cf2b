"""The verbs of a kit for very many orders, beside ``apply``: dry runs, selections, a journal's unknown changes. Each is a thin call."""

import os
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from attrs import evolve

from . import checks
from .bulk import plans, run, settling
from .bulk.plans import Plan
from .bulk.settling import Settled
from .bulk.source import Changes
from .errors import FieldProblem
from .model import OrderStatus
from .opening import Opened
from .rehearsal import PlannedRequest, Rehearsal
from .selections import Orders, Selection


class ManyVerbs:
    """What ``PrintKit`` does with many orders at once."""

    _opened: Mapping[str, Opened]
    _default: str | None

    def _with(self, opened: Mapping[str, Opened]) -> Any:
        """A kit with the same settings and other connections."""
        raise NotImplementedError

    def plan(self, changes: Changes, *, concurrency: int | None = None) -> AsyncIterator[Plan]:
        """A dry run: ``async for plan in kit.plan(changes)`` says for each change what would be sent, and what it would change.

        No write is sent, and no draft kept here is changed. What has to be known for it is really read. Each change is planned as if it
        were the only one, and by what the shop says now: a run sends what its own reading asks for. Only of references every one is
        remembered: a second ``PlaceOrder`` of one is refused, as in a run. One change never raises: what stands in its way is
        ``plan.problem``.

        Args:
            changes: as for ``apply``; plans come in their order.
            concurrency: changes planned at once; by default the smallest ``concurrency`` of the connections.
        """
        checks.refuse(
            [*run.input_problems(changes), *(() if concurrency is None else checks.of_count("concurrency", concurrency))], operation="plan"
        )
        return plans.plans(changes, self.rehearse, concurrency or min(at.concurrency for at in self._opened.values()), self._default)

    def select(
        self,
        *,
        status: OrderStatus | None = None,
        sku: str | None = None,
        since: datetime | None = None,
        reference: str | None = None,
        provider: str | None = None,
        orders: Orders | None = None,
    ) -> Selection:
        """Orders and items by query, to be changed: ``await kit.apply(kit.select(status=..., sku="8x12").swap_sku("10x15"))``.

        Args:
            status: only orders in this status.
            sku: only items of this product, by your name or the shop's.
            since: an aware time; only orders created at or after it.
            reference: only orders with this reference.
            provider: a connection's name, else the default.
            orders: these orders, each of which is read, in place of those that the shop lists.
        """
        problems = [
            *(() if status is None else checks.of_kind("status", status, OrderStatus, "an OrderStatus, such as OrderStatus.SUBMITTED")),
            *checks.of_text("sku", sku),
            *(() if since is None else checks.of_kind("since", since, datetime, "an aware datetime")),
            *checks.of_text("reference", reference),
        ]
        if orders is not None and since is not None:
            problems.append(FieldProblem("since", "cannot be asked of orders that are given: not every shop says when one was created"))
        checks.refuse(problems, operation="select")
        return Selection(self, status, sku, since, reference, provider, orders)

    def settle(self, journal: str | os.PathLike[str]) -> AsyncIterator[Settled]:
        """Look once more for every unknown change of a run: ``async for each in kit.settle("run.db")``. Sends no write.

        What is found is noted in the journal. Where the write that was lost is found and the change has others, it waits there to be
        gone on with by ``apply(None, journal=...)``.

        Raises:
            JournalError: while it is walked: it is no journal, another account's, or another process works on it.
        """
        checks.refuse(checks.of_kind("journal", journal, (str, os.PathLike), "a path"), operation="settle")
        return settling.settled(self, journal, run.accounts_of(self._opened.values()), self._default, self.rehearse)

    def rehearse(self) -> tuple[Any, Callable[[], Sequence[PlannedRequest]]]:
        """A kit that sends no write, and what it would have sent by now.

        :meta private:
        """
        opened, rehearsals = dict[str, Opened](), list[Rehearsal]()
        for name, at in self._opened.items():
            provider, rehearsal = at.rehearse()
            opened[name] = evolve(at, provider=provider)
            rehearsals.append(rehearsal)
        return self._with(opened), lambda: [request for each in rehearsals for request in each.requests]
