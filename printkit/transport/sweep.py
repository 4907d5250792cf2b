"""Ends what takes too long: one timer for everything of one event loop. Refuses to know what it ends."""

import asyncio
import math
from types import TracebackType
from typing import Any, final


@final
class Sweep:
    """Watches any number of blocks of code; its one timer is set for the first of those that are watched when it is set.

    ``asyncio.timeout`` sets and clears a timer for each block, which costs a twentieth of a request.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self._watched: dict[Watch, None] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._due = math.inf
        """When the timer is set for."""

    def add(self, watch: "Watch") -> None:
        """From now on ``watch`` is ended when its time has come."""
        self._watched[watch] = None
        if watch.until < self._due:
            self._set(watch.until)

    def remove(self, watch: "Watch") -> None:
        """It has ended by itself."""
        self._watched.pop(watch, None)

    def _set(self, moment: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._due = moment
        self._timer = self.loop.call_at(moment, self._end_the_late)

    def _end_the_late(self) -> None:
        self._timer, self._due = None, math.inf
        now = self.loop.time()
        for watch in [each for each in self._watched if each.until <= now]:
            self.remove(watch)
            watch.end()
        if self._watched:
            self._set(min(each.until for each in self._watched))


@final
class Watch:
    """Within ``with watch:`` the task has ``seconds``; then it is cancelled, and ``with`` raises TimeoutError in its place.

    Like ``asyncio.timeout`` it lets pass what is cancelled from outside.

    Attributes:
        until: when its time is over, by the event loop's clock.
        expired: its time was over before the block had ended.
    """

    __slots__ = ("_before", "_sweep", "_task", "expired", "until")

    def __init__(self, sweep: Sweep, seconds: float) -> None:
        task = asyncio.current_task(sweep.loop)
        if task is None:
            raise RuntimeError("only a task can be watched")
        self._sweep = sweep
        self._task: asyncio.Task[Any] = task
        self._before = task.cancelling()
        self.until = sweep.loop.time() + seconds
        self.expired = False

    def __enter__(self) -> None:
        self._sweep.add(self)

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, frames: TracebackType | None) -> None:
        if not self.expired:
            self._sweep.remove(self)
        elif self._task.uncancel() <= self._before and kind is asyncio.CancelledError:
            raise TimeoutError from error

    def limit(self, seconds: float) -> None:
        """Within the block: it has no more than this left."""
        until = self._sweep.loop.time() + seconds
        if until < self.until and not self.expired:
            self.until = until
            self._sweep.add(self)

    def end(self) -> None:
        """Its time is over."""
        self.expired = True
        self._task.cancel()
