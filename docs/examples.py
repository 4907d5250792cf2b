"""Finds the Python examples of the README and of these pages. As a program: writes each into a file of its own, for type checkers."""

import re
import sys
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[1]
PAGES = (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")), *sorted((ROOT / "docs/shops").glob("*.md")))
FENCE = re.compile(r"^```python\n(?P<code>.*?)^```\n(?:\n```text\n(?P<output>.*?)^```$)?", re.MULTILINE | re.DOTALL)
SETTINGS = re.compile(r"^```toml\n(?P<text># printkit\.toml\n.*?)^```$", re.MULTILINE | re.DOTALL)


class Example(NamedTuple):
    """A whole program, and what it prints where the page shows that in a ``text`` block right after it."""

    name: str
    code: str
    output: str | None
    settings: str
    """The settings file that the page shows before it; empty where it shows none."""


def examples() -> list[Example]:
    """Every Python example, by page and line."""
    found: list[Example] = []
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        for match in FENCE.finditer(text):
            line = text.count("\n", 0, match.start()) + 1
            shown = [each["text"] for each in SETTINGS.finditer(text, 0, match.start())]
            name = f"{page.stem.lower().replace('-', '_')}_{line}"
            found.append(Example(name, match["code"], match["output"], shown[-1] if shown else ""))
    return found


def write(folder: Path) -> None:
    """Write the examples into a folder, in place of those that were there."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.py"):
        old.unlink()
    for example in examples():
        (folder / f"{example.name}.py").write_text(example.code, encoding="utf-8")


if __name__ == "__main__":
    write(Path(sys.argv[1]))
