"""What Pwinty's SubmissionStatus means. Knows no order: whether it can be submitted is the shop's word alone."""

from ...exchange import Response
from ...model import Problem, ProblemCode, Severity, ValidationReport
from . import statuses, wire
from .translate import Scope


def read_report(response: Response, scope: Scope) -> ValidationReport:
    """The report in an answer. ``isValid`` decides; repeated codes are one problem (reference 12.33).

    Raises:
        UnreadableAnswerError: it is not one.
    """
    answer = wire.read_submission(response.body)
    found = [_problem(code, Severity.ERROR, None, scope) for code in answer.general_errors or ()]
    for each in answer.photos or ():
        found += [_problem(code, Severity.ERROR, str(each.id), scope) for code in each.errors or ()]
        found += [_problem(code, Severity.WARNING, str(each.id), scope) for code in each.warnings or ()]
    return ValidationReport(answer.is_valid, tuple(dict.fromkeys(found)))


def _problem(code: str, severity: Severity, item: str | None, scope: Scope) -> Problem:
    known = statuses.FINDINGS.get(code.lower())
    if known is None:
        return Problem(ProblemCode.OTHER, severity, "see the shop's own word", item, scope.clean(code))
    return Problem(known[0], severity, known[1], item, code)
