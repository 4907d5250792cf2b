"""Every verb of every shop under every fault, on real sockets; and the documentation's page says what was observed.

What must hold in every cell is asserted in ``cells``. After a change that is meant: ``python docs/fault_matrix.py``.
"""

import re

import pytest

from docs import fault_matrix
from printkit import registry
from printkit.emulator.faults import INSTRUCTIONS, CommitLate, DuplicateCommit, ResetAfterCommit, ResetBeforeCommit
from printkit.provider import Catalogue, Issues, PrintProvider
from tests.matrix import cells
from tests.matrix.faults import READS, WRITES, Struck

PAGE = fault_matrix.PAGE.read_text(encoding="utf-8")
WRITING = [(kind, verb) for kind, shop in cells.SHOPS.items() for verb in shop.deeds]
READING = [(kind, verb) for kind, shop in cells.SHOPS.items() for verb in shop.readings]
HERE = [(kind, verb) for kind, shop in cells.SHOPS.items() for verb in shop.here]


@pytest.mark.parametrize(("kind", "verb"), WRITING)
def test_a_write(kind: str, verb: str) -> None:
    shop = cells.SHOPS[kind]
    ends = cells.run(cells.write_row(shop, shop.deeds[verb]))
    assert fault_matrix.row(verb, ends) in fault_matrix.part(PAGE, f"{kind} writes").splitlines(keepends=True)


@pytest.mark.parametrize(("kind", "verb"), READING)
def test_a_read(kind: str, verb: str) -> None:
    shop = cells.SHOPS[kind]
    ends = cells.run(cells.read_row(shop, shop.readings[verb]))
    assert fault_matrix.row(verb, ends) in fault_matrix.part(PAGE, f"{kind} reads").splitlines(keepends=True)


@pytest.mark.parametrize(("kind", "verb"), HERE)
def test_a_verb_that_sends_nothing_cannot_be_struck(kind: str, verb: str) -> None:
    shop = cells.SHOPS[kind]
    assert cells.run(cells.here(shop, shop.here[verb])) == 0


AGAIN = [(kind, verb) for kind, verb in WRITING if cells.SHOPS[kind].deeds[verb].finds and cells.SHOPS[kind].deeds[verb].heals]
LOST_AGAIN = {
    "did not act": Struck(ResetBeforeCommit()),
    "acted": Struck(ResetAfterCommit(), acts=1),
    "acted, cannot be read then": Struck(ResetAfterCommit(), acts=1, blind=True),
}


@pytest.mark.parametrize("lost", LOST_AGAIN)
@pytest.mark.parametrize(("kind", "verb"), [each for each in AGAIN if cells.SHOPS[each[0]].deeds[each[1]].proves_absence])
def test_what_is_sent_again_may_be_lost_again(kind: str, verb: str, lost: str) -> None:
    shop = cells.SHOPS[kind]
    cells.run(cells.lost_again(shop, shop.deeds[verb], LOST_AGAIN[lost]))


INTERRUPTS = [
    pytest.param(cells.cancel, None, id="cancelled"),
    pytest.param(cells.cancel, Struck(ResetAfterCommit(), acts=1), id="cancelled, acted, no answer"),
    pytest.param(cells.close, None, id="closed"),
    pytest.param(cells.let_time_pass, None, id="out of time"),
]


@pytest.mark.parametrize(("interrupt", "struck"), INTERRUPTS)
@pytest.mark.parametrize(("kind", "verb"), WRITING)
def test_interrupted_at_any_moment(
    kind: str, verb: str, interrupt: cells.Interrupt, struck: Struck | None, caplog: pytest.LogCaptureFixture
) -> None:
    shop = cells.SHOPS[kind]
    assert cells.run(cells.interrupted(shop, shop.deeds[verb], interrupt, struck)) > 5
    assert caplog.messages == []


# ── Nothing is left out ───────────────────────────────────────────────────────────────────────────────────────────────

SENDS_NOTHING_OF_ITS_OWN = {"aclose", "info", "unresolved"}
AFTER_EVERY_UNKNOWN_OUTCOME = {"reconcile"}


@pytest.mark.parametrize("kind", registry.kinds())
def test_every_verb_is_there(kind: str) -> None:
    shop = cells.SHOPS[kind]
    named = {name.partition(",")[0].partition(" ")[0] for name in (*shop.deeds, *shop.readings, *shop.here)}
    adapter = registry.part(registry.info(kind).adapter)
    had = [each for each in (PrintProvider, Catalogue, Issues) if all(hasattr(adapter, name) for name in verbs(each))]
    assert named - {"place_order"} == set().union(*map(verbs, had)) - SENDS_NOTHING_OF_ITS_OWN - AFTER_EVERY_UNKNOWN_OUTCOME
    assert any(name.startswith("place_order") for name in named)


def verbs(protocol: type) -> set[str]:
    return {name for name in vars(protocol) if not name.startswith("_")}


def test_every_instruction_is_there() -> None:
    def kinds(columns: object) -> set[type]:
        return {type(struck.instruction) for column in columns.values() for struck in column.values()}  # type: ignore[attr-defined]

    assert kinds(WRITES) == set(INSTRUCTIONS.values())
    assert kinds(READS) == set(INSTRUCTIONS.values()) - {CommitLate, DuplicateCommit}


@pytest.mark.parametrize(("name", "columns"), [("write faults", WRITES), ("read faults", READS)])
def test_the_page_lists_the_faults(name: str, columns: object) -> None:
    assert fault_matrix.part(PAGE, name) == fault_matrix.legend(columns)  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", cells.SHOPS)
def test_the_page_has_a_row_for_each_verb_and_no_other(kind: str) -> None:
    shop = cells.SHOPS[kind]
    for name, rows, columns in ((f"{kind} writes", shop.deeds, WRITES), (f"{kind} reads", shop.readings, READS)):
        head, line, *body = fault_matrix.part(PAGE, name).splitlines()
        assert head == f"|  | {' | '.join(columns)} |"
        assert line.count("---") == len(columns) + 1
        assert [each.split(" | ")[0] for each in body] == [f"| {fault_matrix.verb(verb)}" for verb in rows]


@pytest.mark.parametrize(("heading", "kind"), [(heading, kind) for heading in ("writes", "reads") for kind in cells.SHOPS])
def test_the_page_explains_every_word_in_a_cell(heading: str, kind: str) -> None:
    section = PAGE.partition(f"## {heading.capitalize()}\n")[2].partition("<!--")[0]
    explained = set(re.findall(r"^\| \[?([a-z ,]+?)(?:\]\(\S+\)(.*?))? \|", section, re.MULTILINE))
    words = {re.sub(r" \(.*\)$", "", cell) for row in _rows(f"{kind} {heading}") for cell in row}
    assert words <= {word + rest for word, rest in explained}


def _rows(name: str) -> list[list[str]]:
    return [line.strip("| ").split(" | ")[1:] for line in fault_matrix.part(PAGE, name).splitlines()[2:]]
