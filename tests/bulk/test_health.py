"""When a run pauses: half of at least twenty calls in thirty seconds, or five in a row, or the key refused twice."""

from hypothesis import given, strategies as st

from printkit.bulk.health import Health

CALLS = st.lists(st.tuples(st.floats(0, 20), st.booleans()), max_size=80)


class Clock:
    seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


@given(CALLS)
def test_it_is_an_outage_by_the_policys_numbers(calls: list[tuple[float, bool]]) -> None:
    """Against every call written down; what is a second older or younger than the window may count or not."""
    clock, seen, in_a_row = Clock(), list[tuple[float, bool]](), 0
    health = Health(clock)
    for pause, failed in calls:
        clock.seconds += pause
        seen.append((clock.seconds, failed))
        if not failed:
            health.answered()
            in_a_row = 0
            continue
        in_a_row += 1
        said = health.failed()
        verdicts = set()
        for window in (29.0, 30.0):
            lately = [bad for moment, bad in seen if moment >= clock.seconds - window]
            verdicts.add(in_a_row >= 5 or (len(lately) >= 20 and 2 * sum(lately) >= len(lately)))
        assert said in verdicts or len({moment for moment, _ in seen if clock.seconds - 31 < moment < clock.seconds - 28}) > 0


def test_it_forgets_what_was_before_an_outage() -> None:
    clock = Clock()
    health = Health(clock)
    assert [health.failed() for _ in range(5)] == [False] * 4 + [True]
    health.forget()
    assert not health.failed()


def test_the_key_is_refused_when_it_was_twice_without_an_answer_between() -> None:
    health = Health(Clock())
    assert not health.denied()
    health.answered()
    assert not health.denied()
    assert health.denied()
