"""When a run pauses and goes on, by a clock that moves as it sleeps."""

from printkit.bulk.pausing import Pauses
from printkit.bulk.results import Progress


class Time:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.now += seconds


async def test_a_pause_that_is_asked_for_during_an_outage_is_kept_to() -> None:
    """By an answer to what was under way when the run paused; that the shop answers a question again takes nothing back."""
    time, progress, woken, asked = Time(), Progress(), list[float](), list[str | None]()
    failures = list[Exception]()

    async def probe(provider: str | None) -> None:
        asked.append(provider)

    pauses = Pauses(progress, probe, failures.append, lambda: woken.append(time.now), time, time.sleep)
    while progress.paused is None:
        pauses.stumbled("uk")
    pauses.halt(600)
    assert pauses.task is not None
    await pauses.task

    assert (asked, failures) == (["uk"], [])
    assert woken == [600]
    assert progress.paused is None
