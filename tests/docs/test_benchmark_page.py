"""The page of benchmarks shows the figures that are kept, and so does every plot. Measures nothing."""

import json

from docs.benchmark_page import FIGURES, PAGE, STATIC, digest, written

FIX = "run: python -m docs.benchmark_page"


def test_the_tables_are_those_of_the_kept_figures() -> None:
    text = PAGE.read_text(encoding="utf-8")

    assert text == written(text, json.loads(FIGURES.read_text(encoding="utf-8"))), FIX


def test_every_plot_was_drawn_from_the_kept_figures() -> None:
    text = PAGE.read_text(encoding="utf-8")
    plots = sorted(STATIC.glob("benchmarks-*.svg"))

    assert plots
    assert [path.name for path in plots if digest() not in path.read_text(encoding="utf-8")] == [], FIX
    assert [path.name for path in plots if path.name not in text] == []


def test_what_is_not_kept_is_called_missed() -> None:
    """A promise in the figures that does not hold is never only a number."""
    kept = json.loads(FIGURES.read_text(encoding="utf-8"))
    text = PAGE.read_text(encoding="utf-8")
    facts = [each for each in kept["found"] if each["kind"] == "fact" and each["at_most"] is not None]
    missed = [each for each in facts if each["value"]["median"] > each["at_most"]]

    for each in missed:
        [row] = [line for line in text.splitlines() if line.startswith(f"| {each['name']} |")]
        assert "**missed:**" in row
