"""Finds the commands of the README and of these pages, and the files that a page shows for them. Runs nothing."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from docs.examples import PAGES

FENCE = re.compile(r"^```(?P<kind>console|python|toml)\n(?P<text>.*?)^```\n(?:\n```text\n(?P<output>.*?)^```$)?", re.MULTILINE | re.DOTALL)
FILE = re.compile(r"# (?P<name>[\w.-]+\.(?:py|toml))\n")
INLINE = re.compile(r"`(printkit [^`…]+)`")
SERVERS = ("printkit emulator", "printkit receive", "printkit worker")
"""Commands that go on until they are stopped: a page shows each at the end of a block, for a terminal of its own."""
SETTING_UP = ("python -m pip", "python -m venv", "nox")
"""Blocks that begin so install something, or run the project's checks."""


class Step(NamedTuple):
    """A file to write, or commands to run."""

    line: int
    name: str
    """The file's name; empty for commands."""
    text: str
    output: str | None
    """What the commands print, where the page shows it."""

    @property
    def serves(self) -> bool:
        """Whether it goes on until it is stopped."""
        return not self.name and self.text.splitlines()[-1].startswith(SERVERS)


def steps(page: Path) -> list[Step]:
    """The files and commands of one page, in its order."""
    text, found = page.read_text(encoding="utf-8"), list[Step]()
    for match in FENCE.finditer(text):
        line = text.count("\n", 0, match.start()) + 1
        named = FILE.match(match["text"])
        if match["kind"] == "console" and not match["text"].startswith(SETTING_UP):
            found.append(Step(line, "", match["text"], match["output"]))
        elif named and match["kind"] != "console":
            found.append(Step(line, named["name"], match["text"], None))
    return found


def mentioned() -> Iterator[tuple[str, list[str]]]:
    """Every command of printkit's that a page shows or names: where, and its words."""
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        lines = [
            (step.line, line)
            for step in steps(page)
            if not step.name
            for line in step.text.replace("\\\n", " ").splitlines()
            if "printkit " in line
        ]
        lines += [(text.count("\n", 0, match.start()) + 1, match[1]) for match in INLINE.finditer(text)]
        for line, command in lines:
            for words in _commands(command):
                yield f"{page.name}:{line}: {' '.join(words)}", words


def _commands(line: str) -> Iterator[list[str]]:
    """The words of each command in a line of shell."""
    lexer = shlex.shlex(line, posix=True, punctuation_chars=True)
    lexer.whitespace_split = True
    words: list[str] = []
    for word in [*lexer, ";"]:
        if set(word) <= set("|&;<>()"):
            if words[:1] == ["printkit"]:
                yield words
            words = []
        else:
            words.append(word)
