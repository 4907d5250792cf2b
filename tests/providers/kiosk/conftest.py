"""Kiosk as pip would install it: it can be imported, and its entry point is found. Both come from the example's own pyproject.toml."""

import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from printkit import registry

PACKAGE = Path(__file__).parents[3] / "examples/kiosk"


@pytest.fixture(autouse=True)
def kiosk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    project = tomllib.loads((PACKAGE / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    installed = tmp_path / f"{project['name'].replace('-', '_')}-{project['version']}.dist-info"
    installed.mkdir()
    (installed / "METADATA").write_text(f"Metadata-Version: 2.4\nName: {project['name']}\nVersion: {project['version']}\n")
    points = [
        f"[{group}]\n" + "".join(f"{name} = {where}\n" for name, where in names.items()) for group, names in project["entry-points"].items()
    ]
    (installed / "entry_points.txt").write_text("\n".join(points))
    monkeypatch.syspath_prepend(PACKAGE)
    monkeypatch.syspath_prepend(tmp_path)

    def forget() -> None:
        registry.info.cache_clear()
        registry._foreign.cache_clear()

    forget()
    yield
    forget()
