"""When a run may send: notices outages, rests when the shop asks for it, asks whether it answers again. Knows no change."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Coroutine
from typing import final

from ..errors import AuthenticationError, PrintKitError, RunStoppedError
from .health import Health
from .results import Progress

LONGEST_PAUSE = 900.0
"""Seconds (policy, section 2.4: 15 minutes)."""
PROBES = (1.0, 2.0, 4.0, 8.0, 15.0, 30.0)
"""Seconds between the questions whether a shop answers again; the last for ever."""


@final
class Pauses:
    """The pauses of one run; ``progress.paused`` says why there is one.

    Args:
        progress: of the run.
        probe: asks a shop something harmless; raises while it does not answer.
        fail: the run cannot go on.
        wake: the run goes on.
        clock, sleep: time.
    """

    def __init__(
        self,
        progress: Progress,
        probe: Callable[[str | None], Awaitable[None]],
        fail: Callable[[Exception], None],
        wake: Callable[[], None],
        clock: Callable[[], float],
        sleep: Callable[[float], Awaitable[object]],
    ) -> None:
        self._progress = progress
        self._probe = probe
        self._fail = fail
        self._wake = wake
        self._clock = clock
        self._sleep = sleep
        self._health = defaultdict[str | None, Health](lambda: Health(clock))
        self._until = 0.0
        self.task: asyncio.Task[None] | None = None
        """What ends the present pause, or ended the last one."""

    def answered(self, provider: str | None) -> None:
        """A shop did what was asked, or refused it."""
        self._health[provider].answered()

    def stumbled(self, provider: str | None) -> None:
        """No readable answer came. Where that is an outage, the run pauses until the shop answers."""
        if self._health[provider].failed() and self._progress.stopped is None:
            self._pause("the shop does not answer", self._until_it_answers(provider))

    def denied(self, provider: str | None) -> bool:
        """The credentials were refused. True when that was no accident."""
        return self._health[provider].denied()

    def halt(self, seconds: float | None) -> None:
        """A shop asks for a pause of so many seconds, or, with None, only for fewer requests."""
        if seconds is not None and seconds > LONGEST_PAUSE:
            self._fail(RunStoppedError(f"the shop asks for a pause of {seconds:g} s: go on after it"))
        elif seconds is not None:
            self._until = max(self._until, self._clock() + seconds)
            self._pause(f"the shop asks for a pause of {seconds:g} s", self._rest())

    def _pause(self, why: str, until: Coroutine[None, None, None]) -> None:
        if self._progress.paused is None:
            self._progress.paused = why
            self.task = asyncio.create_task(until)
        else:
            until.close()

    async def _rest(self) -> None:
        while (left := self._until - self._clock()) > 0:
            await self._sleep(left)
        self._go_on()

    async def _until_it_answers(self, provider: str | None) -> None:
        waits, ends = iter(PROBES), self._clock() + LONGEST_PAUSE
        pause = 0.0
        while self._clock() < ends:
            pause = next(waits, pause)
            await self._sleep(pause)
            try:
                await self._probe(provider)
            except AuthenticationError as error:
                return self._fail(stopped(error))
            except Exception:  # noqa: BLE001, S112 - whatever it is, it is no answer
                continue
            return await self._rest()  # it may have asked for a pause meanwhile
        return self._fail(RunStoppedError(f"the shop has not answered for {LONGEST_PAUSE / 60:g} minutes"))

    def _go_on(self) -> None:
        for health in self._health.values():
            health.forget()
        self._progress.paused = None
        self._wake()


def stopped(error: PrintKitError) -> RunStoppedError:
    """The same as a reason why a run cannot go on."""
    return RunStoppedError(f"the run stops: {error}", provider=error.provider, operation=error.operation)
