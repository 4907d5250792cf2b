"""An event loop whose time passes only when nothing else can happen, and at once; what would wait for ever fails. Knows no printkit."""

import asyncio
import selectors
from collections.abc import Coroutine
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

T = TypeVar("T")

BEGAN = datetime(2026, 1, 5, 9, 30, tzinfo=UTC)


class _Selector(selectors.DefaultSelector):
    moment = 0.0

    def select(self, timeout: float | None = None) -> Any:
        found = super().select(0)
        if not found and timeout is None:
            raise AssertionError("everybody waits, and nothing will ever happen")
        if not found:
            self.moment += timeout or 0.0
        return found


class VirtualLoop(asyncio.SelectorEventLoop):
    """``asyncio.sleep(3600)`` takes no time in it."""

    def __init__(self) -> None:
        self._virtual = _Selector()
        super().__init__(self._virtual)

    def time(self) -> float:
        return self._virtual.moment


def run(main: Coroutine[Any, Any, T]) -> T:
    """As ``asyncio.run``, in no time; nothing may be left under way."""

    async def alone() -> T:
        try:
            return await main
        finally:
            others = asyncio.all_tasks() - {asyncio.current_task()}
            assert not others, f"{len(others)} left under way"

    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(alone())


def clock() -> float:
    return asyncio.get_running_loop().time()


def now() -> datetime:
    return BEGAN + timedelta(seconds=clock())
