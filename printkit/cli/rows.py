"""Results of a run as files that other programs read: JSON Lines and CSV. Knows neither shops nor terminals.

A spreadsheet takes a cell that begins with ``=``, ``+``, ``-``, ``@``, a tab or a carriage return for a formula, whoever wrote it: in CSV
such a cell gets an apostrophe before it, and every cell stands in quotes.
"""

import csv
import json
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any, Final, final

from ..bulk.journal import Kept
from ..bulk.results import ChangeResult, ref_of
from ..change_lines import to_dict
from ..model import Receipt
from ..outcomes import Applied, NotApplied
from .document import as_document

COLUMNS: Final = ("index", "outcome", "order", "why", "renamed", "refused", "change", "handle")
FORMATS: Final = ("jsonl", "csv")
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


def format_of(path: Path) -> str | None:
    """By the end of a file's name; None where that is neither."""
    word = path.suffix.lower().removeprefix(".")
    return word if word in FORMATS else None


@final
class Sheet:
    """Takes changes, one row for each.

    Args:
        to: a text stream that leaves line ends alone.
        form: ``jsonl`` or ``csv``.
        raw: leave in CSV what a spreadsheet would take for a formula.
    """

    def __init__(self, to: IO[str], form: str, *, raw: bool = False) -> None:
        self._to = to
        self._csv = csv.writer(to, quoting=csv.QUOTE_ALL) if form == "csv" else None
        self._raw = raw
        if self._csv:
            self._csv.writerow(COLUMNS)

    def add(self, kept: Kept) -> None:
        """One more."""
        row = document(kept)
        if self._csv:
            self._csv.writerow([_cell(row[name], raw=self._raw) for name in COLUMNS])
        else:
            self._to.write(json.dumps(row) + "\n")


def document(kept: Kept) -> Mapping[str, Any]:
    """One change and what came of it."""
    return {
        "index": kept.index,
        "outcome": kept.state,
        "order": kept.order,
        "why": kept.why,
        "renamed": dict(kept.renamed),
        "refused": [{"item": each.item, "why": each.why} for each in kept.refused],
        "change": to_dict(kept.change),
        "handle": as_document(kept.handle) if kept.handle else None,
    }


def kept_of(result: ChangeResult) -> Kept:
    """A result in the form in which a journal keeps it."""
    ref = ref_of(result)
    state = "applied" if result.applied else "not-applied" if isinstance(result.outcome, NotApplied) else "unknown"
    receipt = result.outcome.value.receipt if isinstance(result.outcome, Applied) else Receipt()
    why = getattr(result.outcome, "why", None)
    return Kept(
        result.index, result.change, state, str(ref) if ref else None, why, result.handle, dict(receipt.renamed), tuple(receipt.refused)
    )


def _cell(value: Any, *, raw: bool) -> str:
    text = "" if value is None or value in ({}, []) else json.dumps(value) if isinstance(value, dict | list) else str(value)
    return f"'{text}" if text.startswith(_FORMULA) and not raw else text
