"""Files of changes: JSON Lines and CSV, line by line, with the numbers of the lines that are wrong."""

import csv
import io
import itertools
import json
import os
import tracemalloc
from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from printkit import Artwork, FieldProblem, InvalidRequestError, NewOrder, OrderStatus, Photo, Recipient
from printkit.change_lines import LONGEST_LINE, MOST_PROBLEMS, read, to_json
from printkit.changes import AddPhotos, CancelItems, Change, PlaceOrder, ReplaceArtwork, SetStatus, Submit, SwapSku, UpdateRecipient
from tests.test_changes import ANY_CHANGE

URL = "https://images.example.com/a.jpg"
LINES = int(os.environ.get("PRINTKIT_LINES", "50000"))
"""A million of them are the whole version, by hand."""
GOOD = '{"change": "submit", "order": "pwinty:%d"}'


def file(folder: Path, content: str | bytes, name: str = "changes.jsonl") -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def wrong(path: Path) -> list[str]:
    with pytest.raises(InvalidRequestError) as error:
        for _ in read(path):
            pass
    return [problem.path for problem in error.value.problems]


def submits(*orders: int) -> list[Change]:
    return [Submit(f"pwinty:{order}") for order in orders]


# ── JSON Lines ────────────────────────────────────────────────────────────────────────────────────────────────────────


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(several=st.lists(ANY_CHANGE, max_size=5))
def test_what_was_written_is_read(several: list[Change], tmp_path: Path) -> None:
    assert [*read(file(tmp_path, "".join(f"{to_json(change)}\n" for change in several)))] == several


@pytest.mark.parametrize("sign", ["\u2028", "\u2029", "\x85", "\x0b", "\x0c", "\x1c", "\x1e"])
def test_only_a_line_feed_ends_a_line(sign: str, tmp_path: Path) -> None:
    change = SetStatus("pwinty:1", f"a{sign}b")
    if sign >= "\x80":
        assert sign in to_json(change)
    text = f"{to_json(change)}\n{GOOD % 2}\n"

    assert [*read(file(tmp_path, text))] == [change, *submits(2)]


def test_carriage_returns_blank_lines_and_a_byte_order_mark_are_no_part_of_a_change(tmp_path: Path) -> None:
    text = f"\ufeff{GOOD % 1}\r\n\r\n  \t\n\n{GOOD % 2}"

    assert [*read(file(tmp_path, text))] == submits(1, 2)


@pytest.mark.parametrize("content", ["", "\n\n", "\ufeff"])
def test_an_empty_file_holds_no_change(content: str, tmp_path: Path) -> None:
    assert [*read(file(tmp_path, content))] == []


@pytest.mark.parametrize(
    "line",
    [
        b'{"change": "submit", "order": "pwin',
        b'{"change": "submit", "order": "pwinty:1"',
        b'{"change": "submit", "order": "pwinty:1"} {}',
        b'{"change": "submit", "change": "submit", "order": "pwinty:1"}',
        b'{"change": "add_photos", "order": "pwinty:1", "photos": [{"sku": "a", "sku": "a", "artwork": "b"}]}',
        b'{"change": "submit", "order": NaN}',
        b'{"change": "submit", "order": -Infinity}',
        b'{"change": "submit", "order": "pwinty:\x00"}',
        b'{"change": "submit", "order": "pwinty:\xff"}',
        b'{"change": "submit", "order": "pwinty:\xed\xa0\x80"}',
        '{"change": "submit", "order": "pwinty:1"}'.encode("utf-16"),
        b'{"change": "submit", "order": "pwinty:1", "x": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b'{"change": "submit", "order": "pwinty:1", "x": ' + b"9" * 5000 + b"}",
        b"submit,pwinty:1",
        b"\xef\xbb\xbf" + b'{"change": "submit", "order": "pwinty:1"}',
        b"[]",
        b"null",
    ],
    ids=lambda line: line[:60],
)
def test_a_line_that_is_no_change_is_told_with_its_number(line: bytes, tmp_path: Path) -> None:
    text = (GOOD % 1).encode() + b"\n\n" + line.replace(b"\n", b"") + b"\n" + (GOOD % 2).encode()
    (path,) = wrong(file(tmp_path, text))

    assert path.startswith("line 3: ")


def test_a_line_that_is_too_long_ends_the_reading(tmp_path: Path) -> None:
    longest = (GOOD % 1).ljust(LONGEST_LINE - 1)
    assert [*read(file(tmp_path, f"{longest}\n{GOOD % 2}"))] == submits(1, 2)

    path = file(tmp_path, f"{GOOD % 1}\n{GOOD % 1}{' ' * LONGEST_LINE * 3}\nwhat follows\n")
    assert wrong(path) == ["line 2: the line"]


def test_every_wrong_line_is_told_and_nothing_after_the_first_is_given_out(tmp_path: Path) -> None:
    lines = [GOOD % 1, '{"change": "sumbit"}', GOOD % 2, '{"change": "submit"}', GOOD % 3]
    seen: list[Change] = []
    with pytest.raises(InvalidRequestError) as error:
        seen += read(file(tmp_path, "\n".join(lines)))

    assert [problem.path for problem in error.value.problems] == ["line 2: change", "line 4: order"]
    changes = read(file(tmp_path, "\n".join(lines)))
    assert next(changes) == Submit("pwinty:1")
    with pytest.raises(InvalidRequestError):
        next(changes)


def test_a_file_that_is_something_else_altogether_is_not_read_to_its_end(tmp_path: Path) -> None:
    found = wrong(file(tmp_path, "not JSON\n" * 10_000))

    assert found == [f"line {number}: the line" for number in range(1, MOST_PROBLEMS + 1)]


def test_a_file_that_is_not_there_is_the_systems_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        next(read(tmp_path / "none.jsonl"))


@pytest.mark.parametrize("name", ["changes.jsonl", "changes.csv"])
@pytest.mark.slow
def test_memory_does_not_depend_on_the_number_of_lines(name: str, tmp_path: Path) -> None:
    head, line = ("change,order\n", "submit,pwinty:%d\n") if name.endswith("csv") else ("", GOOD + "\n")
    path = tmp_path / name
    with path.open("w") as written:
        written.write(head)
        written.writelines(line % number for number in range(1, 30_001))
    changes = read(path)
    assert len([*itertools.islice(changes, 1000)]) == 1000
    tracemalloc.start()
    try:
        assert sum(1 for _ in changes) == 29_000
        assert tracemalloc.get_traced_memory()[1] < 256 * 1024
    finally:
        tracemalloc.stop()


# ── CSV ───────────────────────────────────────────────────────────────────────────────────────────────────────────────


LINES_4_AND_6 = ["line 4: order", "line 6: change"]


def table(*rows: Iterable[str]) -> str:
    written = io.StringIO()
    csv.writer(written).writerows(rows)
    return written.getvalue()


def test_every_kind_of_change_in_csv(tmp_path: Path) -> None:
    recipient = ["recipient.name", "recipient.line1", "recipient.country"]
    names = ["change", "order", "item", "items", "sku", "attributes.finish", "status", *recipient, "artwork.url", "artwork.width"]
    names += ["photos.0.sku", "photos.0.artwork", "photos.0.copies", "photos.1.sku", "photos.1.artwork.0.url", "new.reference"]
    names += ["new.recipient.name", "new.test", "provider"]

    def row(**cells: str) -> list[str]:
        return [cells.get(name.replace(".", "__"), "") for name in names]

    text = table(
        names,
        row(change="submit", order="pwinty:1"),
        row(change="set_status", order="gooten:1-a", status="cancelled"),
        row(change="set_status", order="gooten:1-a", status="New"),
        row(change="swap_sku", order="pwinty:1", item="7", sku="8x12", attributes__finish="matte"),
        row(change="cancel_items", order="pwinty:1", items=" 7  8 "),
        row(change="update_recipient", order="pwinty:1", recipient__name='Tom "T" Smith', recipient__line1="1, Road\nFlat 2"),
        row(change="replace_artwork", order="pwinty:1", item="7", artwork__url=URL, artwork__width="800"),
        row(change="add_photos", order="pwinty:1", photos__0__sku="4x6", photos__0__artwork=URL, photos__0__copies="2",
            photos__1__sku="8x12", photos__1__artwork__0__url=URL),
        row(change="place_order", new__reference="007", new__recipient__name="Tom", new__test="TRUE", provider="pwinty",
            photos__0__sku="4x6", photos__0__artwork=URL),
    )  # fmt: skip

    assert [*read(file(tmp_path, "\ufeff" + text, "changes.CSV"))] == [
        Submit("pwinty:1"),
        SetStatus("gooten:1-a", OrderStatus.CANCELLED),
        SetStatus("gooten:1-a", "New"),
        SwapSku("pwinty:1", "7", "8x12", {"finish": "matte"}),
        CancelItems("pwinty:1", ["7", "8"]),
        UpdateRecipient("pwinty:1", Recipient('Tom "T" Smith', line1="1, Road\nFlat 2")),
        ReplaceArtwork("pwinty:1", "7", Artwork(url=URL, width=800)),
        AddPhotos("pwinty:1", [Photo("4x6", URL, 2), Photo("8x12", URL)]),
        PlaceOrder(NewOrder(Recipient("Tom"), "007", test=True), [Photo("4x6", URL)], "pwinty"),
    ]


@pytest.mark.parametrize(
    ("rows", "paths"),
    [
        ("", ["line 1"]),
        ("\n", ["line 1"]),
        ("order\npwinty:1\n", ["line 1"]),
        ("change,order,order\nsubmit,pwinty:1,\n", ["line 1"]),
        ("change,,order\nsubmit,,pwinty:1\n", ["line 1"]),
        ("change,order\nsubmit\n", ["line 2: the line"]),
        ("change,order\nsubmit,pwinty:1,x\n", ["line 2: the line"]),
        ("change,order\nsubmit,pwinty:1\n\n,\nsubmit,1065\n", ["line 5: order"]),
        ('change,order,status\nset_status,pwinty:1,"a\nb"\nset_status,"pwinty\n",x\nsubmit,pwinty:1,x\n', LINES_4_AND_6),
        ('change,order\nsubmit,"pwinty:1\n', ["line 2: the line"]),
        ('change,order\nsubmit,"pwinty":1\n', ["line 2: the line"]),
        ("change,order\nsubmit,pwinty:\0\n", ["line 2: the line"]),
        ("change,order,recipient,recipient.name\nupdate_recipient,pwinty:1,Tom,Tom\n", ["line 2: recipient.name"]),
        ("change,order,recipient.name,recipient\nupdate_recipient,pwinty:1,Tom,Tom\n", ["line 2: recipient"]),
        ("change,order,photos.0.sku,photos.0.artwork,photos.0.copies\nadd_photos,pwinty:1,a,b,2x\n", ["line 2: photos[0].copies"]),
        ("change,order,wrong\nsubmit,pwinty:1,x\n", ["line 2: change"]),
    ],
)  # fmt: skip
def test_a_row_that_is_no_change_is_told_with_the_line_it_begins_at(rows: str, paths: list[str], tmp_path: Path) -> None:
    assert wrong(file(tmp_path, rows, "changes.csv")) == paths


def test_a_row_that_is_not_utf_8_is_told(tmp_path: Path) -> None:
    content = b"change,order,status\nset_status,pwinty:1,caf\xe9\nset_status,pwinty:1,caf\xc3\xa9\n"

    assert wrong(file(tmp_path, content, "changes.csv")) == ["line 2: the line"]


def test_a_cell_that_is_too_long_is_told(tmp_path: Path) -> None:
    assert wrong(file(tmp_path, f"change,order\nsubmit,{'1' * 1_000_000}\n", "changes.csv")) == ["line 2: the line"]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cells=st.lists(st.lists(st.text(st.characters(codec="utf-8"), max_size=8), min_size=1, max_size=4), max_size=5))
def test_any_cells_are_read_or_refused_with_their_line(cells: list[list[str]], tmp_path: Path) -> None:
    rows = table(["change", "order", "status", "items"], *cells)
    problems: Iterable[FieldProblem] = ()
    try:
        assert all(json.loads(to_json(change)) for change in read(file(tmp_path, rows, "changes.csv")))
    except InvalidRequestError as error:
        problems = error.problems
    assert all(problem.path.startswith("line ") for problem in problems)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts=st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1), max_size=5))
def test_text_in_a_cell_stays_as_it_is(texts: list[str], tmp_path: Path) -> None:
    rows = table(["change", "order", "recipient.name"], *(["update_recipient", "pwinty:1", text] for text in texts))

    found = [*read(file(tmp_path, rows, "changes.csv"))]
    assert found == [UpdateRecipient("pwinty:1", Recipient(text)) for text in texts]


@pytest.mark.slow
def test_very_many_lines_are_read_to_the_last_one_in_the_memory_of_a_few(tmp_path: Path) -> None:
    with (tmp_path / "changes.jsonl").open("w") as lines:
        lines.writelines(f"{GOOD % number}\n" for number in range(LINES - 1))
        lines.write('{"change": "submit"}\n')
    count = grown = first = 0
    problems: list[str] = []
    try:
        for count, _ in enumerate(read(tmp_path / "changes.jsonl"), 1):
            if count == LINES - 20_000:
                tracemalloc.start()
                first = tracemalloc.get_traced_memory()[0]
            if count == LINES - 10_000:
                grown = tracemalloc.get_traced_memory()[0] - first
                tracemalloc.stop()
    except InvalidRequestError as error:
        problems = [problem.path for problem in error.problems]

    assert (count, problems) == (LINES - 1, [f"line {LINES}: order"])
    assert 0 < grown <= 256 * 1024
