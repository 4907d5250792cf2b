"""The public API changes only on purpose: the committed list of it is what the source says, and the list sees what would break callers."""

import difflib
import re
from pathlib import Path

import pytest

from docs import public_api

ENTRIES = list(public_api.entries((public_api.ROOT / "docs/reference.md").read_text(encoding="utf-8")))
FOUND = public_api.text()
TYPED = Path(__file__).parent / "typing"

SOURCE = """
from attrs import field, frozen

Name = str | int

def _to_name(given: Name | None) -> str: ...

@frozen(kw_only=True)
class Shop:
    name: str = field(default="", converter=_to_name, repr=False)
    size: int = 3
    _hidden: int = 0

    def open(self, hour: int, /, *, door: Name = "front") -> "Shop": ...
    async def close(self) -> None: ...
    def _sweep(self) -> None: ...
"""
SAYS = """\
@frozen(kw_only=True)
class printkit.Shop()
    name: str (given as Name | None) = ''
    size: int = 3
    def open(hour: int, /, *, door: Name = 'front') -> Shop
    async def close() -> None

printkit.Name = str | int
"""


def test_the_public_api_is_the_one_that_was_agreed() -> None:
    agreed = public_api.FILE.read_text(encoding="utf-8")
    changed = "\n".join(difflib.unified_diff(agreed.splitlines(), FOUND.splitlines(), "agreed", "found", lineterm="", n=1))

    assert not changed, f"""the public API is another one:
{changed}

If that is meant: python docs/public_api.py, a line in CHANGELOG.md, and what docs/versions.md asks for where it breaks callers."""


def said_of(source: str, folder: Path) -> str:
    (folder / "printkit").mkdir(exist_ok=True)
    (folder / "docs").mkdir(exist_ok=True)
    (folder / "printkit/__init__.py").write_text(source)
    (folder / "docs/reference.md").write_text(".. autoclass:: printkit.Shop\n")
    return public_api.text(folder)


def test_a_class_is_told_as_callers_see_it(tmp_path: Path) -> None:
    assert said_of(SOURCE, tmp_path) == SAYS


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("hour: int, /", "hour: int"),
        ("hour: int, /", "hours: int, /"),
        ("hour: int, /", "hour: str, /"),
        ('door: Name = "front"', "door: Name"),
        ('-> "Shop"', "-> None"),
        ("async def close", "def close"),
        ("size: int = 3", "size: int"),
        ("    size: int = 3\n", ""),
        ("kw_only=True", ""),
        ("Name = str | int", "Name = str"),
        ("given: Name | None", "given: Name"),
    ],
)
def test_what_breaks_callers_changes_the_list(old: str, new: str, tmp_path: Path) -> None:
    assert said_of(SOURCE.replace(old, new, 1), tmp_path) != SAYS


@pytest.mark.parametrize(
    ("old", "new"), [("_hidden: int = 0", ""), ("def _sweep", "def _wipe"), ("repr=False", "repr=True"), ("...", "raise")]
)
def test_what_no_caller_sees_does_not(old: str, new: str, tmp_path: Path) -> None:
    assert said_of(SOURCE.replace(old, new), tmp_path) == SAYS


def test_every_entry_of_the_reference_is_there() -> None:
    assert len(ENTRIES) > 100
    assert [entry.path for entry in ENTRIES if f"{entry.path}(" not in FOUND] == []


def test_type_checkers_read_all_of_it_as_callers_write_it() -> None:
    names = {entry.path.rpartition(".")[2] for entry in ENTRIES if not entry.given and not entry.path.startswith("printkit.emulator")}
    verbs = re.findall(r"^    (?:async )?def ([a-z]\w+)", FOUND.partition("class printkit.PrintKit(")[2].partition("\n\n")[0], re.MULTILINE)
    used = {word for page in TYPED.glob("*.py") for word in re.findall(r"\w+", page.read_text(encoding="utf-8"))}

    assert len(verbs) > 25
    assert sorted((names | set(verbs)) - used) == [], "use it in tests/typing"
