"""Writes what the shops' status words mean into the pages that say so, from the code's tables: `python -m docs.statuses`."""

import re
from pathlib import Path
from typing import Final

from docs.parts import with_part
from printkit.model import OrderStatus
from printkit.providers.gooten import statuses as gooten
from printkit.providers.pwinty import statuses as pwinty

DOCS = Path(__file__).parent
MEANINGS, GOOTEN, PWINTY = DOCS / "what-a-status-means.md", DOCS / "shops/gooten.md", DOCS / "shops/pwinty.md"

DERIVED: Final = {
    (OrderStatus.DRAFT, "gooten"): "not at the shop yet: kept by printkit",
    (OrderStatus.PARTIALLY_SHIPPED, "gooten"): "some items are `Shipped` or `Delivered`, others are not",
    (OrderStatus.PARTIALLY_SHIPPED, "pwinty"): "`Submitted`, with a parcel that has left",
    (OrderStatus.ACTION_REQUIRED, "pwinty"): "`Submitted`, with a picture that failed",
    (OrderStatus.UNKNOWN, "gooten"): "any other word",
    (OrderStatus.UNKNOWN, "pwinty"): "any other word",
}
"""What is said by no word alone."""

LISTS: Final = {
    "`replace_artwork`": gooten.REPLACE_ARTWORK,
    "`swap_sku`": gooten.SWAP_SKU,
    "`cancel_items`": gooten.CANCEL_ITEMS,
    "`update_recipient`": gooten.UPDATE_RECIPIENT,
    "`set_status`": gooten.SET_STATUS,
}


def spellings(page: Path, heading: str) -> dict[str, str]:
    """The shop's words as its page writes them, by the form that the tables use."""
    section = page.read_text(encoding="utf-8").partition(f"### {heading}\n")[2].partition("\n#")[0]
    return {word.lower(): word for word in re.findall(r"^\| `([^`]+)`", section, re.MULTILINE)}


def meanings() -> str:
    """The table in Markdown: a row for each status, with the words of each shop that become it."""
    words = {
        "gooten": (gooten.ITEM, spellings(GOOTEN, "Item status")),
        "pwinty": (pwinty.ORDER, spellings(PWINTY, "Order status")),
    }
    rows = ["| status | Gooten, of an item | Pwinty v2.5, of an order |\n| --- | --- | --- |\n"]
    for status in OrderStatus:
        cells: list[str] = []
        for shop, (table, spelled) in words.items():
            said = [f"`{spelled[word]}`" for word, means in table.items() if means is status]
            cells.append("; ".join(filter(None, [", ".join(said), DERIVED.get((status, shop))])) or "never")
        rows.append(f"| `{status}` | {' | '.join(cells)} |\n")
    return "".join(rows)


def allowed() -> str:
    """Which verb Gooten permits in which status of an item."""
    spelled = spellings(GOOTEN, "Item status")
    rows = [f"| status | {' | '.join(LISTS)} |\n| --- |{' --- |' * len(LISTS)}\n"]
    for word in gooten.ITEM:
        marks = ["yes" if gooten.is_in(word, words) else "–" for words in LISTS.values()]
        if "yes" in marks:
            rows.append(f"| `{spelled[word]}` | {' | '.join(marks)} |\n")
    return "".join([*rows, f"| every other |{' – |' * len(LISTS)}\n"])


def written() -> dict[Path, str]:
    """The pages as they should be."""
    parts = {MEANINGS: ("meanings", meanings()), GOOTEN: ("allowed", allowed())}
    return {page: with_part(page.read_text(encoding="utf-8"), *part, by="docs/statuses.py") for page, part in parts.items()}


if __name__ == "__main__":
    for path, text in written().items():
        path.write_text(text, encoding="utf-8")
