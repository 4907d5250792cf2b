"""The verbs on order issues at Pwinty (seed 004, "Order issues"). A reprint asked for twice costs twice: creating one is never repeated."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from ... import checks
from ...errors import FieldProblem
from ...exchange import Request, Response
from ...model import Issue, Item, OrderRef
from ...provider import ItemLike, OrderLike
from ...transport.caller import Deadline
from . import endpoints, issues
from .desk import Desk


class IssueVerbs(Desk):
    """Kinds, actions and states are the shop's words, an open list: ``DamagedOrder``, ``Reprint``, ``Open`` and so on."""

    async def report_issue(
        self,
        order: OrderLike,
        kind: str,
        action: str,
        /,
        *,
        detail: str | None = None,
        action_detail: str | None = None,
        items: Sequence[ItemLike] = (),
    ) -> Issue:
        """``POST /Orders/{id}/Issues``. ``action`` is one of Refund, Reprint, NoAction and Other. Never sent twice by itself."""
        ref, deadline = self._ref(order, "report_issue"), self._caller.deadline()
        ids = [each.id if isinstance(each, Item) else each for each in items]
        problems = [
            *checks.of_text("kind", kind, required=True),
            *checks.of_text("action", action, required=True),
            *checks.of_text("detail", detail, many_lines=True),
            *checks.of_text("action_detail", action_detail, many_lines=True),
            *(FieldProblem("items", f"{each!r} is not a photo's id") for each in ids if not (each.isascii() and each.isdigit())),
        ]
        checks.refuse(problems, provider=self._name, operation="report_issue")
        body = issues.body(kind, action, detail, action_detail, ids)

        async def before(until: Deadline) -> Any:
            return [issue.id for issue in await self._issues(ref, until, "report_issue")]

        request = self._shop.write("POST", endpoints.ISSUES, "report_issue", body, order=ref.id)
        return await self._change(request, ref, deadline, meant=body, preimage=before)

    async def list_issues(self, order: OrderLike, /) -> tuple[Issue, ...]:
        """``GET /Orders/{id}/Issues``."""
        return await self._issues(self._ref(order, "list_issues"), self._caller.deadline(), "list_issues")

    async def get_issue(self, order: OrderLike, issue_id: str, /) -> Issue:
        """``GET /Orders/{id}/Issues/{id}``."""
        return await self._issue(self._ref(order, "get_issue"), self._issue_id(issue_id, "get_issue"), self._caller.deadline(), "get_issue")

    async def update_issue(self, order: OrderLike, issue_id: str, /, *, comment: str | None = None, cancel: bool = False) -> Issue:
        """``PUT /Orders/{id}/Issues/{id}``: appends a comment, cancels the issue, or both."""
        ref, deadline = self._ref(order, "update_issue"), self._caller.deadline()
        if not cancel and not (comment or "").strip():
            raise self._invalid("update_issue", "comment", "is empty, and cancel is not asked for: there is nothing to update")
        checks.refuse(checks.of_text("comment", comment, many_lines=True), provider=self._name, operation="update_issue")
        body = ({"newState": "cancelled"} if cancel else {}) | ({"comment": comment} if comment else {})
        issue_id = self._issue_id(issue_id, "update_issue")

        async def before(until: Deadline) -> Any:
            issue = await self._issue(ref, issue_id, until, "update_issue")
            return {"id": issue.id, "commentary": issue.commentary}

        request = self._shop.write("PUT", endpoints.ISSUE, "update_issue", body, order=ref.id, issue=issue_id)
        return await self._change(request, ref, deadline, meant=body, preimage=before)

    async def _issues(self, ref: OrderRef, deadline: Deadline, operation: str) -> tuple[Issue, ...]:
        read = partial(issues.read_issues, order=ref, scope=self._scope)
        return await self._shop.read(endpoints.ISSUES, deadline, operation, read, order=ref.id)

    async def _issue(self, ref: OrderRef, issue_id: str, deadline: Deadline, operation: str) -> Issue:
        read = partial(issues.read_issue, order=ref, scope=self._scope)
        return await self._shop.read(endpoints.ISSUE, deadline, operation, read, order=ref.id, issue=issue_id)

    async def _change(self, request: Request, ref: OrderRef, deadline: Deadline, **how: Any) -> Issue:
        def accept(answer: Response) -> Issue:
            return issues.read_issue(answer, ref, self._scope)

        write = self._write(request, accept, request.operation, lock=f"order:{ref.id}", order=ref.id, **how)
        return (await self._writer.perform(write, deadline)).value

    def _ref(self, order: OrderLike, operation: str) -> OrderRef:
        return OrderRef(self._name, self._id_of(order, operation))

    def _issue_id(self, issue_id: str, operation: str) -> str:
        if not (issue_id.isascii() and issue_id.isdigit()):
            raise self._invalid(operation, "issue", f"{issue_id!r} is not a Pwinty issue id: a whole number")
        return issue_id
