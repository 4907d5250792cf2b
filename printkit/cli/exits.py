"""What each exit code means, and which error ends with which. Knows neither commands nor how errors are shown."""

import enum
from collections.abc import Mapping

from ..errors import (
    ConfigError,
    InvalidRequestError,
    JournalError,
    OutcomeUnknownError,
    PrintKitError,
    ProviderError,
    RunStoppedError,
    TransportError,
)


class Exit(enum.IntEnum):
    """With what the command ends."""

    DONE = 0
    FAULT = 1
    USAGE = 2
    SETTINGS = 3
    REFUSED = 4
    NOTHING_HAPPENED = 5
    UNKNOWN = 6
    PARTLY = 7
    STOPPED = 8
    INTERRUPTED = 130
    NOBODY_READS = 141
    TERMINATED = 143


MEANINGS: Mapping[Exit, str] = {
    Exit.DONE: "done",
    Exit.FAULT: "a fault in printkit itself",
    Exit.USAGE: "wrong usage, or a request that was refused before it was sent",
    Exit.SETTINGS: "a setting is missing or wrong; the emulator's port is taken; a journal cannot be used",
    Exit.REFUSED: "the shop refused; an order is not valid",
    Exit.NOTHING_HAPPENED: "no answer, and nothing happened: may be run again",
    Exit.UNKNOWN: "OUTCOME UNKNOWN: do not run it again, reconcile",
    Exit.PARTLY: "the shop took some of the items and refused others; a bulk run applied some changes and not others",
    Exit.STOPPED: "a bulk run stopped before its end; nothing is lost, go on with it",
    Exit.INTERRUPTED: "interrupted; a write under way is told with its handle",
    Exit.NOBODY_READS: "whoever read the output went away",
    Exit.TERMINATED: "terminated, otherwise as 130",
}


def exit_for(error: PrintKitError) -> Exit:
    """The exit code of an error."""
    match error:
        case OutcomeUnknownError():
            return Exit.UNKNOWN
        case RunStoppedError():
            return Exit.STOPPED
        case ConfigError() | JournalError():
            return Exit.SETTINGS
        case InvalidRequestError():
            return Exit.USAGE
        case TransportError():
            return Exit.NOTHING_HAPPENED
        case ProviderError():
            return Exit.NOTHING_HAPPENED if error.retryable else Exit.REFUSED
        case _:
            return Exit.NOTHING_HAPPENED if error.retryable else Exit.FAULT
