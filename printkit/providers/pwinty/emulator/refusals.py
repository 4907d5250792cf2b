"""How an operation says no: a status and a text. Knows no wire form.

Texts that real clients test: reference/pwinty-api.md section 4.4; the others are ours.
"""

from typing import Final, final


@final
class RefusedError(Exception):
    """The shop refuses: answered with this status, the empty item, and this text as ``errorMessage``."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status
        self.text = text


NO_ORDER: Final = "The order with the specified id was not found"
NO_PHOTO: Final = "The photo with the specified id was not found"
NO_ISSUE: Final = "The issue with the specified issueId was not found"
FOREIGN_ISSUE: Final = "The issue isn't related to the order with the supplied orderId"


def bad(text: str) -> RefusedError:
    """400: a parameter is missing or wrong."""
    return RefusedError(400, text)


def forbidden(text: str) -> RefusedError:
    """403: not in the present state."""
    return RefusedError(403, text)


def missing(text: str) -> RefusedError:
    """404: there is no such thing."""
    return RefusedError(404, text)
