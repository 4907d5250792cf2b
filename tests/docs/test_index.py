"""Whoever looks for something finds it: every page is in the index, every link leads somewhere, every file that the house names exists."""

import re
from pathlib import Path

import pytest

from tests.docs.page import ROOT

DOCS = ROOT / "docs"
PAGES = sorted(path for path in DOCS.rglob("*.md") if "_build" not in path.parts)
LINK = re.compile(r"\]\((?!https?://|#)([^)#]+)(?:#[^)]*)?\)")
FILES = re.compile(r"`([\w/<>]+\.py|providers/<shop>/emulator/)`")


def text(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def test_every_page_is_in_the_index() -> None:
    named = {*re.findall(r"^[\w/-]+$", text(DOCS / "index.md"), re.MULTILINE)}
    named |= {f"decisions/{name}" for name in re.findall(r"^[\w/-]+$", text(DOCS / "decisions/index.md"), re.MULTILINE)}

    assert {str(page.relative_to(DOCS).with_suffix("")) for page in PAGES} - {"index"} == named


@pytest.mark.parametrize("page", [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *PAGES], ids=lambda page: str(page.relative_to(ROOT)))
def test_what_a_page_links_to_is_there(page: Path) -> None:
    assert [link for link in LINK.findall(text(page)) if not (page.parent / link).exists()] == []


@pytest.mark.parametrize("name", sorted(set(FILES.findall(text(DOCS / "house.md")))))
def test_a_file_that_the_house_names_is_there(name: str) -> None:
    found = [ROOT / "printkit" / name.replace("<shop>", shop) for shop in ("gooten", "pwinty")]

    assert any(path.exists() for path in (*found, *(ROOT / "printkit/providers" / shop / name for shop in ("gooten", "pwinty"))))
