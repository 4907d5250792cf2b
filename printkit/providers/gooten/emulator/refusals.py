"""How an operation says no: a status and entries, or a bare message. Knows no wire form.

Forms: reference/gooten-api.md section 5. The recorded text is that of an empty member; the others are ours.
"""

from typing import Final, Literal, final

from attrs import frozen

Kind = Literal["validation", "duplicate", "status", "unknown id", "unknown order", "billing key"]


@final
@frozen
class Entry:
    """One thing that is wrong."""

    property: str
    text: str
    attempted: object = None


@final
class RefusedError(Exception):
    """The shop refuses: answered with an error body whose HTTP status follows from the kind and the options."""

    def __init__(self, kind: Kind, *entries: Entry, brief: bool = False) -> None:
        super().__init__(kind)
        self.kind: Final = kind
        self.entries: Final = entries
        self.brief: Final = brief
        """Entries have property and text only, and no reference code is given."""


def bad(property_: str, text: str, attempted: object = None) -> RefusedError:
    """One member or parameter is missing or wrong."""
    return RefusedError("validation", Entry(property_, text, attempted))


def by_status(property_: str, text: str, attempted: object) -> RefusedError:
    """Not in the present status."""
    return RefusedError("status", Entry(property_, text, attempted))
