"""What Pwinty's order issues mean, and how to find out whether one was created (seed 004, "Order issues"). Sends nothing."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any

from ...errors import UnreadableAnswerError
from ...exchange import Response
from ...lenient import entries, text
from ...model import Issue, OrderRef
from ...outcomes import Absent, Applied, Found, ReconcileHandle, Unknown
from . import translate, wire
from .refusals import refuse_inner_error

ReadIssue = Callable[[str, str], Awaitable[Issue]]
ListIssues = Callable[[str], Awaitable[tuple[Issue, ...]]]


def read_issue(response: Response, order: OrderRef, scope: translate.Scope) -> Issue:
    """The issue in an answer.

    Raises:
        UnreadableAnswerError: it is not one.
        RejectedError: it is a 200 with an error inside.
    """
    answer = wire.read_issue(response.body)
    refuse_inner_error(answer.error_message, response.status, scope)
    return _issue(answer, order)


def read_issues(response: Response, order: OrderRef, scope: translate.Scope) -> tuple[Issue, ...]:
    """All issues in an answer: under ``Issues`` or ``issues`` (reference 12.12).

    Raises:
        UnreadableAnswerError: it is not such a list.
    """
    answer = wire.read_issues(response.body)
    refuse_inner_error(answer.error_message, response.status, scope)
    if answer.issues is answer.capital_issues is None:
        raise UnreadableAnswerError("the answer holds no list of issues")
    return tuple(_issue(each, order) for each in answer.issues or answer.capital_issues or ())


def _issue(answer: wire.Issue, order: OrderRef) -> Issue:
    return Issue(
        id=str(answer.id),
        order=order,
        kind=text(answer.issue) or "",
        action=text(answer.action) or "",
        state=text(answer.issue_state) or "",
        detail=text(answer.issue_detail),
        action_detail=text(answer.action_detail),
        item_ids=tuple(str(each) for each in entries(answer.affected_images)),
        commentary=text(answer.commentary),
    )


def body(kind: str, action: str, detail: str | None, action_detail: str | None, items: Iterable[str]) -> dict[str, Any]:
    """The members of an issue to create."""
    members = {
        "issue": kind,
        "issueDetail": detail,
        "action": action,
        "actionDetail": action_detail,
        "affectedImages": [int(each) for each in items] or None,
    }
    return {name: value for name, value in members.items() if value is not None}


async def find_reported(handle: ReconcileHandle, list_issues: ListIssues) -> Found[Issue]:
    """Look for an issue that was not there before and says the same. Not finding one never allows a second: it might be paid twice."""
    known = set(handle.preimage or ())
    new = [issue for issue in await list_issues(handle.order or "") if issue.id not in known]
    same = [issue for issue in new if _mark(issue) == _mark_of_body(handle.meant)]
    if len(same) == 1:
        return Applied(same[0])
    if same:
        return Unknown(f"several new issues say the same: {', '.join(issue.id for issue in same)}")
    return Unknown("no new issue says the same; printkit does not ask for a reprint or refund twice: look at the shop's dashboard")


async def find_updated(handle: ReconcileHandle, read: ReadIssue) -> Found[Issue]:
    """Read the issue: is the comment appended, is it cancelled?"""
    issue = await read(handle.order or "", handle.preimage["id"])
    before, now = handle.preimage["commentary"] or "", issue.commentary or ""
    comment, cancels = handle.meant.get("comment"), "newState" in handle.meant
    is_cancelled = issue.state.lower() == "cancelled"
    is_appended = comment is None or (len(now) > len(before) and comment in now[len(before) :])
    if is_appended and (is_cancelled or not cancels):
        return Applied(issue)
    if now == before and not (cancels and is_cancelled):
        return Absent("the issue is as it was")
    return Unknown("the issue has changed otherwise: somebody else is working on it")


def _mark(issue: Issue) -> tuple[Any, ...]:
    return (issue.kind, issue.action, issue.detail or "", issue.action_detail or "", tuple(sorted(issue.item_ids)))


def _mark_of_body(sent: Mapping[str, Any]) -> tuple[Any, ...]:
    images = tuple(sorted(str(each) for each in sent.get("affectedImages", ())))
    return (sent["issue"], sent["action"], sent.get("issueDetail") or "", sent.get("actionDetail") or "", images)
