"""The rules of the house that no linter knows: shops stay in their folders, files say what they are for, and stay small."""

import ast
import re
from pathlib import Path

import pytest

from docs.support import PAGES, with_table

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "printkit"
MODULES = sorted(PACKAGE.rglob("*.py"))
SHOPS = sorted(folder.name for folder in (PACKAGE / "providers").iterdir() if (folder / "__init__.py").exists() or any(folder.glob("*.py")))
EXAMPLE = re.compile(r"\b[a-z]+(:1065\b|\+(emulator|sandbox|live)://)")
"""The references and URLs that messages and docstrings show: they name a connection, which users mostly call after its shop."""
NAMELESS = {"utils", "util", "helpers", "helper", "common", "base", "misc", "core"}


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_there_is_a_house_to_look_at() -> None:
    assert len(MODULES) > 10
    assert "pwinty" in SHOPS


@pytest.mark.parametrize("shop", SHOPS)
def test_no_shop_is_named_outside_its_folder(shop: str) -> None:
    own = PACKAGE / "providers" / shop
    strangers = [
        f"{name(path)}:{number}: {line.strip()}"
        for path in MODULES
        if not path.is_relative_to(own)
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if shop in EXAMPLE.sub("", line).lower()
    ]

    assert strangers == []


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_a_file_opens_with_a_sentence_that_says_what_it_is_for(path: Path) -> None:
    sentence = (ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or "").split("\n\n")[0]

    assert len(sentence.split()) >= 4, "say what the file is for and what it refuses to know"
    assert sentence.endswith((".", "``", ":"))


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_a_file_is_one_thing(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 500


def test_no_room_is_named_after_nothing() -> None:
    assert [name(path) for path in MODULES if NAMELESS & set(path.relative_to(PACKAGE).with_suffix("").parts)] == []


def test_ci_runs_the_commands_of_the_readme() -> None:
    blocks = re.findall(r"^```(?:console|shell)\n(.*?)^```", (ROOT / "README.md").read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    commands = [line for line in "".join(blocks).splitlines() if line.startswith("python -m pip")][:2]
    script = [line.strip() for line in (ROOT / ".ci/run").read_text(encoding="utf-8").splitlines()]

    assert len(commands) == 2
    assert [command for command in commands if command not in script] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_pages_say_what_the_adapters_say(page: Path) -> None:
    text = page.read_text(encoding="utf-8")

    assert text == with_table(text), "run: python docs/support.py"
