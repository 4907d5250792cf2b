"""The diagrams of the documentation are what the code says: layers, statuses and the shops' words."""

import re
import xml.etree.ElementTree as ET

import pytest

from docs import pictures
from printkit import OrderStatus
from printkit.providers.gooten.emulator.statuses import STATUSES


@pytest.mark.parametrize("name", pictures.PICTURES)
def test_a_picture_is_as_the_code_has_it(name: str) -> None:
    drawn = pictures.PICTURES[name]()

    assert (pictures.FOLDER / f"{name}.svg").read_text(encoding="utf-8") == drawn, "run: python docs/pictures.py"
    assert ET.fromstring(drawn).get("aria-label")  # noqa: S314 - our own


def test_the_life_cycle_leaves_no_status_and_no_word_out() -> None:
    drawn = pictures.life_cycle()

    assert [status.name for status in OrderStatus if f">{status.name}<" not in drawn] == []
    assert [word for word in STATUSES if word not in drawn] == []


def test_the_house_has_every_room() -> None:
    drawn = pictures.house()
    package = pictures.ROOT / "printkit"
    rooms = {path.stem for path in package.iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()} - {"__init__"}

    assert [room for room in rooms if f">{room}<" not in drawn] == []


def test_where_things_are_decided_is_there() -> None:
    """``providers/<shop>/…`` means every shop that comes with printkit."""
    root = pictures.ROOT
    shops = [folder.name for folder in (root / "printkit/providers").iterdir() if (folder / "__init__.py").exists()]
    named = re.findall(r"`([\w/<>]+(?:\.py|/))`", (root / "docs/house.md").read_text(encoding="utf-8"))
    paths = {name.replace("<shop>", shop) for name in named for shop in shops}

    assert len(paths) > 40
    assert (
        sorted(
            path for path in paths if not any((root / folder / path).exists() for folder in ("printkit", "printkit/providers/gooten", "."))
        )
        == []
    )
