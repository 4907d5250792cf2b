"""Whether a shop still answers, by how the last calls ended: when to pause a run. Decides only; knows no clock but the one it is given."""

from collections import deque
from collections.abc import Callable
from typing import final


@final
class Health:
    """How a run's calls have ended lately (policy, section 2.4: the breaker of bulk)."""

    WINDOW = 30.0
    """Seconds that count."""
    LEAST = 20
    """Fewer calls than these in the window say nothing."""
    IN_A_ROW = 5
    """So many failures without any answer between them are an outage, however slowly they come."""
    DENIALS = 2

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._slices: deque[list[float]] = deque()
        """Of each second with calls: when it began, its calls, those that failed."""
        self._calls = self._failures = 0.0
        self._in_a_row = 0
        self._denied_in_a_row = 0

    def answered(self) -> None:
        """The shop did what was asked, or refused it."""
        self._in_a_row = self._denied_in_a_row = 0
        self._note(failed=False)

    def failed(self) -> bool:
        """No readable answer came. True when this is an outage."""
        self._in_a_row += 1
        self._note(failed=True)
        return self._in_a_row >= self.IN_A_ROW or (self._calls >= self.LEAST and 2 * self._failures >= self._calls)

    def denied(self) -> bool:
        """The credentials were refused. True when that was no accident."""
        self._denied_in_a_row += 1
        return self._denied_in_a_row >= self.DENIALS

    def forget(self) -> None:
        """The shop answers again."""
        self._slices.clear()
        self._calls = self._failures = 0.0
        self._in_a_row = self._denied_in_a_row = 0

    def _note(self, *, failed: bool) -> None:
        now = self._clock()
        if not self._slices or now >= self._slices[-1][0] + 1.0:
            self._slices.append([now, 0, 0])
        newest = self._slices[-1]
        newest[1] += 1
        newest[2] += failed
        self._calls += 1
        self._failures += failed
        while self._slices[0][0] < now - self.WINDOW:
            _, calls, failures = self._slices.popleft()
            self._calls -= calls
            self._failures -= failures
