"""How many requests each verb costs at each shop, as a table that is kept true by counting; and the page that shows it."""

import pytest

from docs.calls_per_verb import PAGE, SHOPS, written
from tests.calls import Counted, Verb, counted

EVERY = {f"{name}: {verb.name}": (kind, verb) for name, kind in SHOPS.items() for verb in kind.verbs}
BY_REF = {name: each for name, each in EVERY.items() if each[1].with_ref is not None}


@pytest.mark.parametrize(("kind", "verb"), EVERY.values(), ids=EVERY)
async def test_what_a_verb_costs_given_the_newest_order(kind: Counted, verb: Verb) -> None:
    assert await counted(kind, verb, whole=True) == verb.with_order


@pytest.mark.parametrize(("kind", "verb"), BY_REF.values(), ids=BY_REF)
async def test_what_a_verb_costs_given_a_reference(kind: Counted, verb: Verb) -> None:
    assert await counted(kind, verb, whole=False) == verb.with_ref


def test_the_page_says_the_same() -> None:
    text = PAGE.read_text(encoding="utf-8")

    assert text == written(text), "run: python -m docs.calls_per_verb"
