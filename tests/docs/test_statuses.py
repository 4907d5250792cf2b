"""What the pages say of the shops' words is what the code's tables say."""

import pytest

from docs.statuses import DERIVED, allowed, meanings, written
from printkit.model import OrderStatus
from printkit.providers.gooten import INFO as GOOTEN, statuses as gooten
from printkit.providers.pwinty import INFO as PWINTY, statuses as pwinty


def test_the_pages_say_what_the_tables_say() -> None:
    for path, text in written().items():
        assert path.read_text(encoding="utf-8") == text, "run: python -m docs.statuses"


@pytest.mark.parametrize("status", OrderStatus)
def test_a_shop_says_a_status_never_where_its_adapter_says_so(status: OrderStatus) -> None:
    (row,) = [line for line in meanings().splitlines() if line.startswith(f"| `{status}` |")]
    *_, of_gooten, of_pwinty, _ = (cell.strip() for cell in row.split("|"))

    assert (of_gooten == "never") == (status in GOOTEN.never_says), status
    assert (of_pwinty == "never") == (status in PWINTY.never_says or status is OrderStatus.TEST), status


def test_every_word_of_both_shops_is_there() -> None:
    said = meanings().lower()

    assert [word for word in (*gooten.ITEM, *pwinty.ORDER) if f"`{word}`" not in said] == []
    assert {shop for _, shop in DERIVED} == {"gooten", "pwinty"}


def test_the_lists_of_the_seeds_stand_in_the_matrix() -> None:
    rows = [line for line in allowed().splitlines() if line.startswith("| `")]

    assert sum(row.count("yes") for row in rows) == sum(
        len({gooten.fold(word) for word in words})
        for words in (gooten.REPLACE_ARTWORK, gooten.SWAP_SKU, gooten.CANCEL_ITEMS, gooten.UPDATE_RECIPIENT, gooten.SET_STATUS)
    )
