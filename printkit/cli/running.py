"""A run while it goes on: a bar on a terminal, plain lines elsewhere, and signals that end it in good order. Knows no shop.

The first Ctrl-C, or SIGTERM, lets what is under way end; the second stops at once. Either way a run with a journal can be gone on with.
"""

import asyncio
import contextlib
import os
import signal
import time
from collections import deque
from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Final, final

from attrs import frozen
from rich.console import Console, Group
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from ..bulk.run import Run
from . import screen
from .exits import Exit

PLAIN_EVERY: float = 5.0
"""Seconds between two lines where there is no terminal."""
_WINDOW: Final = 30.0
"""Seconds over which the rate is taken."""


@final
@frozen
class Standing:
    """How far a run has come."""

    done: int
    total: int
    """0 while it is not known."""
    words: str
    rate: float
    paused: str | None
    is_waiting: bool
    """Nothing is sent: what is left waits until it is certain what became of it."""
    longest: float
    """Seconds that the last of what waits will wait for; 0 when nothing does."""

    @property
    def left(self) -> str:
        """How long it will still take, as far as one can say."""
        if self.paused or self.total <= self.done or not (self.rate or self.is_waiting):
            return ""
        sending = 0.0 if self.is_waiting or not self.rate else (self.total - self.done) / self.rate
        return duration(max(sending, self.longest)) if sending or self.longest else ""


@final
class Watch:
    """Looks at a run from time to time.

    Args:
        run: the run.
        total: the number of changes, where no journal knows it.
        clock, now: time, for tests.
    """

    def __init__(
        self,
        run: Run,
        total: int | None = None,
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._run = run
        self._total = total
        self._clock = clock
        self._now = now
        self._marks = deque[tuple[float, int]]()

    def look(self) -> Standing:
        """How far it has come now."""
        report, progress = self._run.report, self._run.progress
        done = report.applied + report.not_applied + report.unknown
        counts = {"applied": report.applied, "not applied": report.not_applied, "unknown": report.unknown}
        words = [f"{count:,} {word}" for word, count in counts.items()]
        if progress.waiting:
            until = f" (the next until {progress.until:%H:%M:%S} UTC)" if progress.until else ""
            words.append(f"{progress.waiting:,} waiting{until}")
        is_waiting = bool(progress.waiting) and not progress.running
        now = progress.applied + progress.not_applied + progress.unknown
        longest = max(0.0, (progress.until_all - self._now()).total_seconds()) if progress.until_all else 0.0
        return Standing(done, self._total or report.total, ", ".join(words), self._rate(now), progress.paused, is_waiting, longest)

    def _rate(self, done: int) -> float:
        now = self._clock()
        self._marks.append((now, done))
        while self._marks[0][0] < now - _WINDOW:
            self._marks.popleft()
        since, before = self._marks[0]
        return (done - before) / (now - since) if now > since else 0.0


def duration(seconds: float) -> str:
    """In words: ``45 s``, ``3 min 20 s``, ``2 h 5 min``."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


@asynccontextmanager
async def shown(watch: Watch, *, quiet: bool) -> AsyncGenerator[Console]:
    """Within it, how far a run has come is shown on stderr; what is printed on the console stands above it.

    Args:
        watch: looks at the run.
        quiet: show nothing.
    """
    to = screen.console(stderr=True)
    watch.look()  # from now on the rate counts
    if quiet:
        yield to
    elif to.is_terminal:
        with Live(get_renderable=lambda: _bar(watch.look()), console=to, refresh_per_second=4, transient=True):
            yield to
    else:
        lines = asyncio.create_task(_lines(watch, to))
        try:
            yield to
        finally:
            lines.cancel()
            await asyncio.gather(lines, return_exceptions=True)


def _bar(now: Standing) -> Group:
    line = Table.grid(expand=True, padding=(0, 1, 0, 0))
    line.add_column(ratio=1)
    for _ in range(3):
        line.add_column(justify="right", no_wrap=True)
    bar = ProgressBar(total=now.total or None, completed=now.done, pulse=not now.total)
    left = f"{now.left} left" if now.left else ""
    line.add_row(bar, Text(f"{now.done:,}/{now.total:,}" if now.total else f"{now.done:,}"), Text(f"{now.rate:.1f}/s"), Text(left))
    pause = [Text(f"Paused: {screen.clean(now.paused)}. It goes on by itself.", style="yellow")] if now.paused else []
    return Group(line, Text(now.words), *pause)


async def _lines(watch: Watch, to: Console) -> None:
    while True:
        await asyncio.sleep(PLAIN_EVERY)
        to.print(Text(plain(watch.look())), soft_wrap=True)


def plain(now: Standing) -> str:
    """One line for a log."""
    if not (now.total or now.done):
        return "taking in the changes"
    parts = [
        f"{now.done:,} of {now.total:,}" if now.total else f"{now.done:,}",
        now.words,
        f"{now.rate:.1f}/s",
        f"{now.left} left" if now.left else "",
        f"paused: {screen.clean(now.paused)}" if now.paused else "",
    ]
    return "; ".join(part for part in parts if part)


@contextlib.contextmanager
def stoppable(run: Run, to: Console, *, is_kept: bool) -> Generator[None]:
    """Within it, Ctrl-C and SIGTERM end the run in good order; the second of them at once.

    Args:
        run: the run.
        to: where that is said.
        is_kept: a journal has every write before it is sent, so that the process may end at any moment.
    """
    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    came = 0

    def stop(number: signal.Signals) -> None:
        nonlocal came
        came += 1
        if came == 1:
            run.stop("stopped by Ctrl-C" if number is signal.SIGINT else "stopped by SIGTERM")
            to.print(Text("Stopping: what is under way ends first. Once more stops at once."))
        elif is_kept:
            to.print(Text("Stopped at once. Nothing is lost: the journal has it."))
            to.show_cursor()
            print(file=to.file, flush=True)  # below the bar
            os._exit(Exit.INTERRUPTED if number is signal.SIGINT else Exit.TERMINATED)
        elif task is not None:
            task.cancel()

    signals = (signal.SIGINT, signal.SIGTERM)
    with contextlib.suppress(NotImplementedError):  # Windows has no such handlers: there Ctrl-C cancels, and that too can be gone on with
        for each in signals:
            loop.add_signal_handler(each, stop, each)
    try:
        yield
    finally:
        with contextlib.suppress(NotImplementedError):
            for each in signals:
                loop.remove_signal_handler(each)
