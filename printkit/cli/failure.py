"""How a failure is told, on stderr: to people in words, with what to do next; to programs as one line of JSON. Decides nothing."""

import json
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path

from rich.text import Text

from ..errors import InvalidRequestError, OutcomeUnknownError, PrintKitError, RejectedError
from ..outcomes import ReconcileHandle
from .document import as_document, error_document
from .exits import Exit
from .screen import clean, console, say_problems


def tell(error: PrintKitError, *, as_json: bool, hint: str | None = None) -> None:
    """One error, whole."""
    if as_json:
        _line(error_document(error, hint))
    elif isinstance(error, OutcomeUnknownError):
        _say("OUTCOME UNKNOWN")
        tell_handle(error.handle)
    else:
        _say_error(error)
        if hint:
            _say("Hint", hint)


def tell_stopped(code: Exit, unresolved: Sequence[ReconcileHandle], *, as_json: bool) -> None:
    """A signal ended the command; ``unresolved`` are the writes that were under way."""
    word = code.name.capitalize()
    if as_json:
        _line({"type": word, "message": f"{code.name.lower()} by a signal", "retryable": False, "unresolved": as_document(unresolved)})
        return
    _say(f"{word}.")
    for handle in unresolved:
        tell_handle(handle)


def tell_usage(message: str) -> None:
    """Wrong usage, to a program."""
    _line({"type": "UsageError", "message": clean(message), "retryable": False})


def tell_fault(fault: Exception, *, as_json: bool) -> None:
    """Something went wrong that must not: where, and never what was at hand."""
    frames = traceback.extract_tb(fault.__traceback__)
    where = " < ".join(f"{Path(frame.filename).name}:{frame.lineno}" for frame in reversed(frames[-4:]))
    message = f"a fault in printkit itself: {type(fault).__name__} at {where}"
    if as_json:
        _line({"type": "Fault", "message": message, "retryable": False})
    else:
        _say("Error", message)


def _say_error(error: PrintKitError) -> None:
    where = " ".join(word for word in (error.provider, error.operation) if word)
    if isinstance(error, InvalidRequestError):
        _say("Error", f"{where}: nothing was sent" if where else "nothing was sent")
        for problem in error.problems:
            _say(f"  {clean(problem)}")
        return
    message = _without_problems(error)
    _say("Error", f"{where}: {message}" if where else message)
    if error.exchange:
        _say(f"  {clean(error.exchange)}")
    if error.request_id:
        _say(f"  request id {clean(error.request_id)}")
    if isinstance(error, RejectedError) and error.report is not None:
        say_problems(console(stderr=True), error.report.problems)


def _without_problems(error: PrintKitError) -> str:
    """The message, without the findings of a report that is shown below it."""
    report = error.report if isinstance(error, RejectedError) else None
    starts = [error.message.find(problem.text) for problem in report.errors] if report is not None else []
    first = min((start for start in starts if start > 0), default=len(error.message))
    return error.message[:first].rstrip(" :")


def tell_handle(handle: ReconcileHandle) -> None:
    """A write that may or may not have happened, and what to do about it, to people."""
    what = f"{handle.operation} of {handle.order or handle.key}" if handle.order or handle.key else handle.operation
    _say(f"{clean(handle.provider)}: {clean(what)} may or may not have happened. Do not run it again.")
    _say("Keep the next line in a file; it is the handle of this write:")
    print(handle.to_json(), file=sys.stderr)
    _say(f"After {handle.settle_until:%Y-%m-%d %H:%M:%SZ} ask what became of it: printkit order reconcile FILE")


def _say(first: str, rest: str | None = None) -> None:
    to = console(stderr=True)
    if rest is None:
        to.print(Text(first), soft_wrap=True)
    else:
        to.print(Text.assemble((f"{first}: ", "bold red" if first == "Error" else "bold"), clean(rest)), soft_wrap=True)


def _line(document: object) -> None:
    print(json.dumps(document), file=sys.stderr)
