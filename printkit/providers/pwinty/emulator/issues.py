"""The operations on order issues: get, list, create, comment, cancel. Knows no HTTP.

Rules: seed 004 ("Order issues"); reference/pwinty-api.md sections 7.14 to 7.17 and 11.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final, cast

import msgspec

from . import answers, dates
from .answers import Json
from .calls import Call, number, order_of
from .refusals import FOREIGN_ISSUE, NO_ISSUE, bad, missing
from .state import Issue, Order, Workshop
from .values import Members, filled, one_of, text

KINDS: Final = (
    "DamagedOrder",
    "WrongFrameColour",
    "IncompleteOrder",
    "LostInPost",
    "IncorrectOrientation",
    "IncorrectPrints",
    "PrintDefects",
    "SlowArrival",
    "SlowDispatch",
    "SubmissionErrors",
    "WrongAddress",
    "Unspecified",
)
ACTIONS: Final = ("Refund", "Reprint", "NoAction", "Other")
_NO_ORDER: Final = "The order with the specified orderId was not found"


def get(workshop: Workshop, call: Call) -> Json:
    """``GET /Orders/{orderId}/Issues/{issueId}``."""
    return answers.issue(_issue_of(workshop, call), workshop.options)


def listed(workshop: Workshop, call: Call) -> Json:
    """``GET /Orders/{orderId}/Issues``: an object with one array."""
    order = order_of(workshop, call, _NO_ORDER)
    return answers.issues(workshop.books.issues_of(order), workshop.options)


def create(workshop: Workshop, call: Call) -> Json:
    """``POST /Orders/{orderId}/Issues``: in every state of the order."""
    order = order_of(workshop, call, _NO_ORDER)
    issue = _new_issue(workshop, order, call.members)
    issue.commentary.append(_entry(call.now, "Issue created"))
    workshop.books.issues[issue.id] = issue
    workshop.ledger.record("issue created", order.id, issue.kind, issue.id)
    return answers.issue(issue, workshop.options)


def _new_issue(workshop: Workshop, order: Order, members: Members) -> Issue:
    kind = _word(members, "issue", KINDS, "Issue type")
    action = _word(members, "action", ACTIONS, "Action")
    return Issue(
        id=next(workshop.books.numbers.issues),
        order_id=order.id,
        kind=kind,
        detail=text(members, "issueDetail"),
        action=action,
        action_detail=text(members, "actionDetail"),
        images=_images(members.get("affectedimages")),
    )


def update(workshop: Workshop, call: Call) -> Json:
    """``PUT /Orders/{orderId}/Issues/{issueId}``: appends a comment, cancels, or both."""
    issue = _issue_of(workshop, call)
    wanted = filled(call.members, "newState")
    if wanted is not None:
        _may_become(issue, wanted)
    comment = filled(call.members, "comment")
    if comment is not None:
        issue.commentary.append(_entry(call.now, comment))
        workshop.ledger.record("issue commented", issue.order_id, issue.id)
    if wanted is not None:
        move(issue, "Cancelled", call.now)
        workshop.ledger.record("issue cancelled", issue.order_id, issue.id)
    return answers.issue(issue, workshop.options)


def _may_become(issue: Issue, wanted: str) -> None:
    if one_of((issue.state,), wanted) is not None:
        raise bad(f"The issue is already in state {issue.state}")
    if one_of(("Cancelled",), wanted) is None:
        raise bad(f"The issue cannot be put into state {wanted}")


def move(issue: Issue, state: str, at: datetime) -> None:
    """The issue takes another state, which its commentary tells."""
    issue.commentary.append(_entry(at, f"[State change from {issue.state} to {state}]"))
    issue.state = state


def _entry(at: datetime, words: str) -> str:
    return f"[{dates.commentary(at)} : {words}]"


def _issue_of(workshop: Workshop, call: Call) -> Issue:
    order = order_of(workshop, call, _NO_ORDER)
    issue = workshop.books.issues.get(number(workshop, call.words["issue"], NO_ISSUE))
    owner = None if issue is None else workshop.books.order(issue.order_id)
    if issue is None or owner is None or owner.merchant != call.merchant:
        raise missing(NO_ISSUE)
    if issue.order_id != order.id:
        raise bad(FOREIGN_ISSUE)
    return issue


def _word(members: Members, name: str, words: tuple[str, ...], what: str) -> str:
    given = filled(members, name)
    if given is None:
        raise bad(f"{name} is required")
    found = one_of(words, given)
    if found is None:
        raise bad(f"{what} {given} is not valid")
    return found


def _images(given: object) -> list[str]:
    """Ids as a JSON array, that array's text in a form, or one comma separated text."""
    if isinstance(given, str) and given.lstrip().startswith("["):
        try:
            given = msgspec.json.decode(given)
        except (ValueError, RecursionError):
            raise bad("affectedImages is not valid") from None
    if given is None:
        return []
    if isinstance(given, Sequence) and not isinstance(given, str):
        ids = [str(each) for each in cast(Sequence[object], given) if isinstance(each, (str, int))]
        if len(ids) != len(cast(Sequence[object], given)):
            raise bad("affectedImages is not valid")
        return ids
    if isinstance(given, (str, int)):
        return [word for word in (part.strip() for part in str(given).split(",")) if word]
    raise bad("affectedImages is not valid")
