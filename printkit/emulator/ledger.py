"""Counts what really happened in an emulated shop, so that a test can say "exactly once". Knows no shop: the words are the shop's."""

from collections import Counter
from typing import final

from attrs import frozen


@final
@frozen
class LedgerEntry:
    """One effect: what happened, to what, how often."""

    kind: str
    """Such as ``order created``."""
    key: tuple[str, ...]
    """From the general to the particular, such as (reference, order id)."""
    count: int


@final
class EffectLedger:
    """How often each effect happened. Refused requests and reads leave no trace in it."""

    def __init__(self) -> None:
        self._exact: Counter[tuple[str, tuple[str, ...]]] = Counter()
        self._totals: Counter[tuple[str, tuple[str, ...]]] = Counter()

    def record(self, kind: str, *key: object) -> None:
        """One effect more."""
        words = tuple(str(part) for part in key)
        self._exact[kind, words] += 1
        for length in range(len(words) + 1):
            self._totals[kind, words[:length]] += 1

    def count(self, kind: str, *key: object) -> int:
        """How often this happened.

        A key may be given by its first words only: ``count("order created", "ORD-1")`` counts all orders of that reference.
        """
        return self._totals[kind, tuple(str(part) for part in key)]

    def entries(self) -> tuple[LedgerEntry, ...]:
        """Every effect with its full key, in the order in which it first happened."""
        return tuple(LedgerEntry(kind, key, count) for (kind, key), count in self._exact.items())

    def repeated(self, kind: str, depth: int) -> dict[tuple[str, ...], int]:
        """The keys, cut to their first ``depth`` words, for which this happened more than once: empty is what a test hopes for."""
        return {key: count for (other, key), count in self._totals.items() if other == kind and len(key) == depth and count > 1}

    def clear(self) -> None:
        """Forgets everything."""
        self._exact.clear()
        self._totals.clear()
