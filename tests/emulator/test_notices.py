"""Notices on their way from an emulated shop: repeated, lost, late and in disorder on request, by the shop's clock only."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, strategies as st

from printkit import registry
from printkit.emulator.clock import ManualClock
from printkit.emulator.notices import Outbox, Pauses, Post
from printkit.emulator.shop import Shop, UnknownControlError

START = datetime(2026, 1, 5, tzinfo=UTC)
URL = "http://127.0.0.1:9/hook?orderid="


def sent(outbox: Outbox, seconds: float = 0) -> list[bytes]:
    return [notice.body for notice in outbox.due(START + timedelta(seconds=seconds))]


def put(outbox: Outbox, *bodies: bytes) -> None:
    for body in bodies:
        outbox.put(URL, body, START)


def test_as_they_are() -> None:
    outbox = Outbox()
    put(outbox, b"1", b"2", b"3")
    assert sent(outbox) == [b"1", b"2", b"3"]
    assert sent(outbox) == []


def test_repeated_and_lost() -> None:
    outbox = Outbox(post=Post(copies=3, drops_every=2))
    put(outbox, b"1", b"2", b"3", b"4")
    assert sent(outbox) == [b"1", b"1", b"1", b"3", b"3", b"3"]


def test_unequal_delays_put_them_out_of_order() -> None:
    outbox = Outbox(post=Post(delays=(10, 0)))
    put(outbox, b"1", b"2", b"3", b"4")
    assert sent(outbox) == [b"2", b"4"]
    assert sent(outbox, 9) == []
    assert sent(outbox, 10) == [b"1", b"3"]


@given(
    st.builds(
        Post,
        st.integers(1, 4),
        st.none() | st.integers(2, 5),
        st.lists(st.integers(0, 50).map(float), max_size=4).map(tuple),
    ),
    st.integers(0, 30),
)
def test_what_is_sent_is_what_was_put_so_often(post: Post, number: int) -> None:
    outbox = Outbox(post=post)
    put(outbox, *(b"%d" % each for each in range(1, number + 1)))
    found = [body for second in range(60) for body in sent(outbox, second)]

    kept = [b"%d" % each for each in range(1, number + 1) if not (post.drops_every and each % post.drops_every == 0)]
    assert sorted(found) == sorted(kept * post.copies)


@pytest.fixture(params=registry.kinds())
def shop(request: pytest.FixtureRequest) -> Shop:
    made: Shop = registry.part(registry.info(request.param).emulator)(clock=ManualClock())
    return made


class TestControl:
    def test_every_shop_takes_the_same_calls(self, shop: Shop) -> None:
        first = {"url": URL, "copies": 2, "drops_every": 5, "delays": [1, 0]}
        assert shop.control(("notices",), first) == {"url": URL, "copies": 2, "drops_every": 5, "delays": (1.0, 0.0), "waiting": 0}
        assert shop.control(("Notices",), {"Drops_Every": None}) == {
            "url": URL,
            "copies": 2,
            "drops_every": None,
            "delays": (1.0, 0.0),
            "waiting": 0,
        }
        assert shop.control(("notices",), {"url": None, "copies": "1", "delays": []})["url"] is None

    def test_a_ping_is_a_get_and_sent_once(self, shop: Shop) -> None:
        with pytest.raises(ValueError, match="no url"):
            shop.control(("notices", "ping"), {})
        shop.control(("notices",), {"url": URL})
        shop.control(("notices", "ping"), {})

        (ping,) = shop.advance(shop.clock.now())
        assert (ping.method, ping.url, ping.body) == ("GET", URL, b"")
        shop.notice_answered(ping, 404)
        shop.clock.advance(timedelta(days=30))
        assert list(shop.advance(shop.clock.now())) == []

    @pytest.mark.parametrize(
        "members",
        [
            {"url": 7},
            {"url": ["http://a"]},
            {"copies": 0},
            {"copies": 101},
            {"copies": True},
            {"copies": None},
            {"copies": "many"},
            {"drops_every": 0},
            {"drops_every": []},
            {"delays": -1},
            {"delays": ["soon"]},
            {"delays": [None]},
            {"delays": [float("nan")]},
            {"delays": [10**400]},
        ],
    )
    def test_what_does_not_fit_is_said_and_changes_nothing(self, shop: Shop, members: Mapping[str, Any]) -> None:
        before = shop.control(("notices",), {"url": URL})
        with pytest.raises(ValueError, match="must be"):
            shop.control(("notices",), members)
        assert shop.control(("notices",), {}) == {**before, "notices": []}

    def test_another_call_is_unknown(self, shop: Shop) -> None:
        with pytest.raises(UnknownControlError):
            shop.control(("notices", "stop"), {})

    def test_a_shop_begins_anew_without_them(self, shop: Shop) -> None:
        shop.control(("notices",), {"url": URL, "copies": 3})
        shop.reset()
        assert shop.control(("notices",), {}) == {
            "url": None,
            "copies": 1,
            "drops_every": None,
            "delays": (),
            "waiting": 0,
            "notices": [],
        }

    @pytest.mark.parametrize("word", ["callback", "webhook"])
    def test_by_one_name_only(self, shop: Shop, word: str) -> None:
        with pytest.raises(UnknownControlError):
            shop.control((word,), {"url": URL})


def listed(outbox: Outbox) -> list[tuple[object, ...]]:
    return [(each["body"], each["state"], each["attempts"], each["status"]) for each in outbox.listed()]


class TestWhatHasBeenSent:
    def test_states_attempts_and_answers(self) -> None:
        outbox, pauses = Outbox("http://a", Post(drops_every=3)), Pauses(attempts=2, first=60)
        put(outbox, b"1", b"2", b"3", b'{"id": 4}')
        assert listed(outbox) == [(1, "waiting", 0, None), (2, "waiting", 0, None), (3, "lost", 0, None), ({"id": 4}, "waiting", 0, None)]
        first, second, last = outbox.due(START)
        assert [state for _, state, *_ in listed(outbox)] == ["under way", "under way", "lost", "under way"]
        outbox.answered(first, 200, START, pauses, taken=True)
        outbox.answered(second, 503, START, pauses, taken=False)
        outbox.answered(last, None, START, pauses, taken=False)
        assert [each["due"] for each in outbox.listed()] == [None, "2026-01-05T00:01:00+00:00", None, "2026-01-05T00:01:00+00:00"]
        for notice in outbox.due(START + timedelta(minutes=1)):
            outbox.answered(notice, 500, START, pauses, taken=False)

        assert listed(outbox) == [(1, "accepted", 1, 200), (2, "given up", 2, 500), (3, "lost", 0, None), ({"id": 4}, "given up", 2, 500)]

    def test_no_more_than_a_thousand_are_kept(self) -> None:
        outbox = Outbox()
        for number in range(1500):
            put(outbox, b"%d" % number)
            (notice,) = outbox.due(START)
            outbox.answered(notice, 200, START, Pauses(), taken=True)
        assert len(outbox) == 0
        assert [each["body"] for each in outbox.listed()] == list(range(500, 1500))

    def test_of_every_shop(self, shop: Shop) -> None:
        shop.control(("notices",), {"url": URL})
        shop.control(("notices", "ping"), {})
        (ping,) = shop.advance(shop.clock.now())
        shop.notice_answered(ping, 404)

        found = shop.control(("notices",), {})
        assert found["notices"] == [
            {"id": 1, "state": "given up", "attempts": 1, "status": 404, "due": None, "method": "GET", "url": URL, "body": ""}
        ]
