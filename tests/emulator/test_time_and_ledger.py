from datetime import UTC, datetime, timedelta

import pytest

from printkit.emulator.clock import ManualClock, SystemClock, Timers
from printkit.emulator.ledger import EffectLedger, LedgerEntry
from printkit.emulator.notices import Outbox, Pauses

START = datetime(2026, 1, 1, tzinfo=UTC)


class TestClock:
    def test_a_manual_clock_stands_still(self) -> None:
        clock = ManualClock(START)

        assert clock.now() == clock.now() == START
        assert clock.advance(timedelta(seconds=5)) == clock.now() == START + timedelta(seconds=5)

    def test_the_systems_clock_may_be_ahead(self) -> None:
        clock = SystemClock()
        before = datetime.now(UTC)
        clock.advance(timedelta(days=1))

        assert clock.now() >= before + timedelta(days=1)

    @pytest.mark.parametrize("clock", [ManualClock(), SystemClock()])
    def test_neither_goes_back_or_beyond_the_calendar(self, clock: ManualClock | SystemClock) -> None:
        for by in (timedelta(seconds=-1), timedelta.max):
            with pytest.raises(ValueError, match=r"does not go back|beyond"):
                clock.advance(by)

    def test_only_aware_times(self) -> None:
        with pytest.raises(ValueError, match="aware"):
            ManualClock(datetime(2026, 1, 1))  # noqa: DTZ001 - that is the point


class TestTimers:
    def test_due_ones_in_the_order_of_their_times_then_of_entry(self) -> None:
        timers, seen = Timers(), []
        for seconds, name in ((3, "c"), (1, "a"), (3, "d"), (2, "b"), (9, "z")):
            timers.at(START + timedelta(seconds=seconds), lambda when, name=name: seen.append((name, when)))  # type: ignore[misc]
        for when, happening in timers.due(START + timedelta(seconds=3)):
            happening(when)

        assert [name for name, _ in seen] == ["a", "b", "c", "d"]
        assert len(timers) == 1

    def test_what_is_entered_meanwhile_takes_its_place(self) -> None:
        timers, seen = Timers(), []

        def first(when: datetime) -> None:
            seen.append("first")
            timers.at(when + timedelta(seconds=1), lambda _: seen.append("between"))
            timers.at(when + timedelta(days=1), lambda _: seen.append("later"))

        timers.at(START, first)
        timers.at(START + timedelta(seconds=2), lambda _: seen.append("second"))
        for when, happening in timers.due(START + timedelta(seconds=2)):
            happening(when)

        assert seen == ["first", "between", "second"]


def test_the_ledger_counts_by_full_key_and_by_its_beginning() -> None:
    ledger = EffectLedger()
    ledger.record("order created", "ORD-1", 1)
    ledger.record("order created", "ORD-1", 2)
    ledger.record("order created", "ORD-2", 3)
    ledger.record("order submitted", 1)

    assert ledger.count("order created") == 3
    assert ledger.count("order created", "ORD-1") == 2
    assert ledger.count("order created", "ORD-1", "2") == ledger.count("order submitted", 1) == 1
    assert ledger.count("order created", "ORD-3") == ledger.count("order cancelled") == 0
    assert ledger.repeated("order created", 1) == {("ORD-1",): 2}
    assert ledger.repeated("order created", 2) == {}
    assert ledger.entries()[0] == LedgerEntry("order created", ("ORD-1", "1"), 1)
    ledger.clear()
    assert ledger.entries() == ()


def test_pauses_double_up_to_the_longest() -> None:
    pauses = Pauses(attempts=6, first=10, longest=60)

    assert [pauses.after(attempt) for attempt in range(1, 7)] == [timedelta(seconds=s) for s in (10, 20, 40, 60, 60)] + [None]


def test_the_outbox_hands_each_notice_out_once_until_it_is_told() -> None:
    outbox, pauses = Outbox(), Pauses(attempts=2, first=10)
    outbox.put("http://127.0.0.1/", b"{}", START + timedelta(seconds=5))
    assert outbox.due(START) == []

    (notice,) = outbox.due(START + timedelta(seconds=5))
    assert outbox.due(START + timedelta(days=1)) == []
    outbox.answered(notice, 500, START + timedelta(seconds=6), pauses, taken=False)
    assert outbox.due(START + timedelta(seconds=15)) == []
    (again,) = outbox.due(START + timedelta(seconds=16))
    assert (again.id, again.attempt) == (notice.id, 2)
    outbox.answered(again, None, START + timedelta(seconds=16), pauses, taken=False)
    outbox.answered(again, None, START + timedelta(seconds=16), pauses, taken=False)
    assert len(outbox) == 0
