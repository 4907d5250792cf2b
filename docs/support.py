"""Writes the table of what each shop can do, from what the adapters say of themselves: `python docs/support.py`."""

from pathlib import Path

from printkit import registry
from printkit.provider import Capability, ProviderInfo, Stage, SupportLevel

PAGES = (Path(__file__).parents[1] / "README.md", Path(__file__).parent / "shops/index.md")
BEGIN, END = "<!-- support: written by docs/support.py -->\n", "<!-- end of support -->\n"
SHORT = {SupportLevel.NATIVE: "native", SupportLevel.EMULATED: "emulated", SupportLevel.UNSUPPORTED: "–"}


def table() -> str:
    """The table in Markdown: a row for each capability, a draft's and a placed order's column for each shop."""
    shops = list(registry.infos())
    heads = [f"{shop.title}: {stage}" for shop in shops for stage in Stage]
    rows = [[f"`{capability}`", *(word(shop, capability, stage) for shop in shops for stage in Stage)] for capability in Capability]
    return "".join(f"| {' | '.join(row)} |\n" for row in (["", *heads], ["---"] * (len(heads) + 1), *rows))


def word(shop: ProviderInfo, capability: Capability, stage: Stage) -> str:
    """One cell."""
    return SHORT[shop.supports(capability, stage).level]


def with_table(text: str) -> str:
    """A page with the table in its place."""
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{table()}\n{END}{after}"


if __name__ == "__main__":
    for page in PAGES:
        page.write_text(with_table(page.read_text(encoding="utf-8")), encoding="utf-8")
