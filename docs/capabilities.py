"""Writes the table of what a shop can do into its page, from what its adapter says of itself: `python docs/capabilities.py`."""

import re
from pathlib import Path

from printkit import registry
from printkit.provider import NOT_SAID, Capability, ProviderInfo, Stage, Support, SupportLevel

PAGES = Path(__file__).parent / "shops"
BEGIN, END = "<!-- capabilities: written by docs/capabilities.py -->\n", "<!-- end of capabilities -->\n"
SHORT = {SupportLevel.NATIVE: "native", SupportLevel.EMULATED: "emulated", SupportLevel.UNSUPPORTED: "–"}
SOURCE = re.compile(r"\s*\((seed|reference)[^)]*\)")
"""Where a rule comes from stands in the code; a reader of the page has neither."""


def table(shop: ProviderInfo) -> str:
    """The table in Markdown: a row for each capability, with a draft, with a placed order, and why not better."""
    rows = [["", "draft", "placed", "why"], ["---"] * 4]
    for capability in Capability:
        found = {stage: shop.supports(capability, stage) for stage in Stage}
        rows.append([f"`{capability}`", *(SHORT[support.level] for support in found.values()), why(found)])
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


def why(found: dict[Stage, Support]) -> str:
    """What the adapter says of both stages, once where it says the same."""
    said = {stage: SOURCE.sub("", support.why) for stage, support in found.items() if support.why not in {"", NOT_SAID.why}}
    if len(said) == 2 and len(set(said.values())) == 1:
        return next(iter(said.values()))
    return "; ".join(f"{stage}: {text}" if len(said) > 1 else text for stage, text in said.items())


def with_table(text: str, shop: ProviderInfo) -> str:
    """A page with the table in its place; a page without such a place as it is."""
    before, begin, rest = text.partition(BEGIN)
    if not begin:
        return text
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{table(shop)}\n{END}{after}"


if __name__ == "__main__":
    for info in registry.infos():
        page = PAGES / f"{info.kind}.md"
        if page.exists():
            page.write_text(with_table(page.read_text(encoding="utf-8"), info), encoding="utf-8")
