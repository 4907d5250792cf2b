"""The benchmarks run, and make the requests that they claim to make. Nothing here says how long anything takes."""

import json
from pathlib import Path

import pytest
from attrs import evolve

from benchmarks.__main__ import CASES, document, earlier, main, run
from benchmarks.measure import NULL, Bench, Contender, Contest, Fact, Ratio, Spread, WrongCountError
from benchmarks.report import table

EACH = Spread(1.5, 1.4, 1.6)
RATIO = Ratio("calls", "read", "printkit", "by hand", "call", ("cpu",), EACH, EACH, 10.0, 11.0, 1, 3, {"cpu": 1.3}, {})


@pytest.mark.parametrize("case", CASES)
async def test_a_case_runs_and_every_contender_makes_its_requests(case: str) -> None:
    """A contender that makes others than it claims ends the case with a WrongCountError."""
    bench = Bench("smoke")

    await run([case], bench)

    assert bench.found
    assert {each.case for each in bench.found} == {case}
    contests = {each.contest for each in bench.found if isinstance(each, Ratio)}
    for contest in contests:
        contenders = [each.contender for each in bench.found if isinstance(each, Ratio) and each.contest == contest]
        assert contenders[0] == NULL
        assert len(set(contenders)) == len(contenders) >= 2


async def test_who_makes_other_requests_than_it_claims_is_found_out() -> None:
    made = [0]

    async def one_each(units: int) -> None:
        made[0] += units

    async def too_few(units: int) -> None:
        made[0] += units - 1

    contenders = (Contender("floor", one_each, 3, 1), Contender("cheat", too_few, 3, 1))
    with pytest.raises(WrongCountError, match="cheat made"):
        await Bench().compare(Contest("work", "call", contenders, rounds=1, count=lambda: made[0]))


async def test_who_goes_first_alternates() -> None:
    order: list[str] = []

    def runs(name: str) -> Contender:
        async def run(units: int) -> None:
            order.append(name)

        return Contender(name, run, 10)

    bench = Bench(rounds=2)
    await bench.compare(Contest("work", "call", (runs("floor"), runs("other"))))

    assert order == ["floor", "other", *("floor", "floor", "floor", "other"), *("floor", "floor", "other", "floor")]
    assert [each.contender for each in bench.found if isinstance(each, Ratio)] == [NULL, "other"]


def test_a_promise_that_is_not_kept_is_said() -> None:
    httpx = evolve(RATIO, contender="httpx", cpu=Spread(6.0, 5.0, 7.0), at_most={}, at_least={"cpu": 5.0})
    text = table([RATIO, httpx, Fact("import", "wheel", Spread(300, 300, 300), "kB", 250)])

    assert "MISSED ≤ 1.3" in text
    assert "MISSED 4.0 × printkit's, promised ≥ 5" in text
    assert "MISSED ≤ 250" in text
    kept = table([evolve(RATIO, cpu=Spread(1.2, 1.1, 1.3)), evolve(httpx, cpu=Spread(6.1, 6, 7))])
    assert "MISSED" not in kept


def test_figures_of_other_cases_stay_unless_they_are_of_another_machine(tmp_path: Path) -> None:
    bench = Bench("quick")
    bench.found = [RATIO, Fact("import", "wheel", EACH, "kB")]
    path = tmp_path / "figures.json"
    path.write_text(json.dumps(document(bench)), encoding="utf-8")

    assert [each["name"] for each in earlier(path, ["calls"], "quick")] == ["wheel"]
    assert earlier(tmp_path / "none.json", ["calls"], "quick") == []
    with pytest.raises(ValueError, match="another effort"):
        earlier(path, ["calls"], "full")
    assert earlier(path, ["calls", "import"], "full") == []


def test_help_helps(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--help"])
    told = capsys.readouterr().out

    assert ended.value.code == 0
    assert [case for case in CASES if f"\n  {case} " not in told] == []
    with pytest.raises(SystemExit):
        main(["nonsense"])
    assert "no such case: nonsense" in capsys.readouterr().err
