import re

import attrs
import pytest

from printkit.emulator import faults
from printkit.emulator.faults import Fault, FaultScript, Html, ResetAfterCommit, StallAfterCommit, Status, Throttle, read_fault


class TestSelection:
    @pytest.mark.parametrize(
        ("fault", "method", "path", "befalls"),
        [
            (Fault(Html()), "GET", "/anything", True),
            (Fault(Html(), method="post"), "POST", "/x", True),
            (Fault(Html(), method="POST"), "GET", "/x", False),
            (Fault(Html(), path="/v1/Orders/{id}"), "GET", "/v1/orders/12", True),
            (Fault(Html(), path="/v1/Orders/{id}"), "GET", "/v1/orders/12/", True),
            (Fault(Html(), path="/v1/Orders/{id}"), "GET", "/v1/orders/12/photos", False),
            (Fault(Html(), path="/v1/Orders/{id}"), "GET", "/v1/orders/", False),
            (Fault(Html(), path="/v1.5/x"), "GET", "/v1a5/x", False),
            (Fault(Html(), path="/a/{x}/{y}/b"), "GET", "/a/1/%2F/b", True),
        ],
    )
    def test_by_method_and_path(self, fault: Fault, method: str, path: str, befalls: bool) -> None:
        assert (FaultScript([fault]).befalls(method, path) is not None) is befalls

    def test_from_the_first_for_so_many_times(self) -> None:
        script = FaultScript([Fault(Html(), first=2, times=2)])

        assert [script.befalls("GET", "/") is not None for _ in range(5)] == [False, True, True, False, False]

    def test_without_end(self) -> None:
        script = FaultScript([Fault(Html(), times=None)])

        assert all(script.befalls("GET", "/") for _ in range(100))

    def test_several_befall_one_request_after_the_other(self) -> None:
        script = FaultScript([Fault(Status(503)), Fault(ResetAfterCommit(), method="POST"), Fault(Html())])

        assert [script.befalls("POST", "/") for _ in range(4)] == [Status(503), ResetAfterCommit(), Html(), None]

    def test_adding_counting_and_removing(self) -> None:
        script = FaultScript()
        first, second = script.add(Fault(Html(), times=None)), script.add(Fault(Html()))
        script.befalls("GET", "/")

        assert (script.taken(first), script.taken(second)) == (1, 0)
        assert script.remove(first)
        assert not script.remove(first)
        assert [listed["id"] for listed in script.listed()] == [second]
        script.clear()
        assert script.befalls("GET", "/") is None

    @pytest.mark.parametrize("wrong", [{"first": 0}, {"times": 0}, {"times": -1}])
    def test_counts_begin_with_one(self, wrong: dict[str, int]) -> None:
        with pytest.raises(ValueError, match="count from 1"):
            Fault(Html(), **wrong)  # type: ignore[arg-type]


class TestReading:
    def test_a_whole_one(self) -> None:
        given = {
            "method": "POST",
            "path": "/x/{id}",
            "first": 2,
            "times": None,
            "instruction": {"kind": "stall-after-commit", "seconds": 1.5},
        }

        assert read_fault(given) == Fault(StallAfterCommit(1.5), method="POST", path="/x/{id}", first=2, times=None)

    def test_the_shortest(self) -> None:
        assert read_fault({"instruction": "reset-after-commit"}) == Fault(ResetAfterCommit())
        assert read_fault({"instruction": {"kind": "throttle", "retry_after": None, "status": 503}}) == Fault(Throttle(None, 503))

    @pytest.mark.parametrize("word", [word for word in faults.INSTRUCTIONS if word != "redirect"])
    def test_every_instruction_survives_its_own_form(self, word: str) -> None:
        script = FaultScript([read_fault({"instruction": word})])
        listed = {name: value for name, value in script.listed()[0].items() if name not in {"id", "taken"}}

        assert read_fault(listed) == Fault(faults.INSTRUCTIONS[word]())  # type: ignore[call-arg]

    def test_there_is_a_word_for_every_instruction(self) -> None:
        declared = {
            kind for kind in vars(faults).values() if isinstance(kind, type) and attrs.has(kind) and kind.__module__ == faults.__name__
        }

        assert set(faults.INSTRUCTIONS.values()) == declared - {Fault, faults._Entry}
        assert all(re.fullmatch(r"[a-z]+(-[a-z]+)*", word) for word in faults.INSTRUCTIONS)

    @pytest.mark.parametrize(
        ("given", "text"),
        [
            (None, "JSON object"),
            ([], "JSON object"),
            ({}, "JSON object"),
            ({"instruction": "explode"}, "one of"),
            ({"instruction": {}}, "one of"),
            ({"instruction": {"kind": ["html"]}}, "one of"),
            ({"instruction": "redirect"}, "location"),
            ({"instruction": {"kind": "html", "sttus": 5}}, "sttus"),
            ({"instruction": {"kind": "html", "status": "x"}}, "status"),
            ({"instruction": {"kind": "status", "status": 5}}, "status"),
            ({"instruction": "html", "nth": 1}, "nth"),
            ({"instruction": "html", "first": "1"}, "first"),
            ({"instruction": "html", "times": True}, "times"),
            ({"instruction": "html", "first": None}, "first"),
            ({"instruction": "html", "first": 0}, "count from 1"),
            ({"instruction": "html", "path": 5}, "path"),
        ],
    )
    def test_what_is_wrong_is_said(self, given: object, text: str) -> None:
        with pytest.raises(ValueError, match=text):
            read_fault(given)
