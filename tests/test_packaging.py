"""What is published: the package, its marker of types, its licence, and nothing else."""

import subprocess
import sys
import tarfile
import zipfile
from email.parser import Parser
from pathlib import Path

import pytest

import printkit

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--target", "sdist", "--directory", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


@pytest.fixture
def wheel(built: Path) -> zipfile.ZipFile:
    [path] = built.glob("*.whl")
    with zipfile.ZipFile(path) as archive:
        yield archive


def test_the_wheel_holds_the_package_and_nothing_else(wheel: zipfile.ZipFile) -> None:
    names = wheel.namelist()
    sources = {str(path.relative_to(ROOT)) for path in (ROOT / "printkit").rglob("*.py")}

    assert {name.split("/")[0] for name in names} == {"printkit", f"printkit-{printkit.__version__}.dist-info"}
    assert {name for name in names if name.endswith(".py")} == sources
    assert "printkit/py.typed" in names
    assert any(name.endswith("/licenses/LICENSE") for name in names)
    assert [name for name in names if name.endswith((".pyc", ".db", ".toml")) or "test_" in name] == []


def test_the_wheel_is_small(built: Path) -> None:
    [path] = built.glob("*.whl")

    assert path.stat().st_size < 500_000  # docs/decisions/0029: what it is made of


def test_the_metadata_says_what_is_true(wheel: zipfile.ZipFile) -> None:
    [path] = [name for name in wheel.namelist() if name.endswith(".dist-info/METADATA")]
    metadata = Parser().parsestr(wheel.read(path).decode())

    assert metadata["Name"] == "printkit"
    assert metadata["Version"] == printkit.__version__
    assert metadata["Requires-Python"] == ">=3.11"
    assert metadata["License-Expression"] == "MIT"
    required = [line for line in metadata.get_all("Requires-Dist", []) if "extra ==" not in line]
    assert sorted(line.split(">")[0].split("<")[0] for line in required) == ["aiohttp", "attrs", "backoff", "cattrs", "msgspec"]


def test_the_source_archive_can_be_built_and_tested(built: Path) -> None:
    [path] = built.glob("*.tar.gz")
    with tarfile.open(path) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}

    assert {"pyproject.toml", "README.md", "LICENSE", "CHANGELOG.md", "noxfile.py", "tests/no_skips.py", "docs/conf.py"} <= names
    assert [name for name in names if name.endswith((".pyc", ".db")) or name.split("/")[0] in {".nox", ".venv", "dist"}] == []
