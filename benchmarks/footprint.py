"""Case ``import``: what importing costs beyond a bare interpreter, and what an installation takes, beside other SDKs.

Fresh interpreters are started in turn, with and without the import, in alternating order, and the differences of pairs are kept. A null
pair (two bare interpreters) shows how much of a figure is noise.
"""

import json
import re
import subprocess
import sys
import tempfile
import time
from importlib import metadata
from pathlib import Path

from .measure import Bench

BARE = "pass"
OTHERS = ("aiohttp", "httpx", "requests", "pydantic", "stripe", "openai", "boto3")
ROOT = Path(__file__).parents[1]


def seconds(python: str, program: str) -> float:
    """How long one fresh interpreter takes to run ``program`` and end."""
    start = time.perf_counter()
    subprocess.run([python, "-c", program], check=True, cwd=ROOT)
    return time.perf_counter() - start


def beyond_bare(python: str, program: str, rounds: int) -> list[float]:
    """Milliseconds that ``program`` takes beyond a bare interpreter, one figure for each round."""
    found: list[float] = []
    for number in range(rounds):
        pair = [BARE, program] if number % 2 else [program, BARE]
        first, second = seconds(python, pair[0]), seconds(python, pair[1])
        found.append(1000 * (second - first if number % 2 else first - second))
    return found


def installed_bytes(name: str) -> tuple[int, int]:
    """The size of a distribution's files as they were installed, without byte code, and of it with everything it requires."""
    own = _size(name)
    return own, sum(_size(each) for each in _closure(name))


def _size(name: str) -> int:
    files = metadata.files(name) or []
    return sum(size for file in files if file.suffix != ".pyc" and (size := _bytes(Path(str(file.locate())))) is not None)


def _bytes(path: Path) -> int | None:
    return path.stat().st_size if path.is_file() else None


def _closure(name: str) -> set[str]:
    """What a distribution requires without extras, and what that requires, of what is installed."""
    found, left = set[str](), [name]
    while left:
        each = re.sub(r"[-_.]+", "-", left.pop()).lower()
        try:
            requirements = metadata.requires(each) or []
        except metadata.PackageNotFoundError:
            continue
        if each not in found:
            found.add(each)
            left += [match[0] for line in requirements if "extra ==" not in line and (match := re.match(r"[\w.-]+", line))]
    return found


def wheel_bytes() -> int:
    """The size of the wheel that is built of this tree."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", folder]
        subprocess.run(command, check=True, cwd=ROOT, capture_output=True)
        [wheel] = Path(folder).glob("*.whl")
        return wheel.stat().st_size


async def measured(bench: Bench) -> None:
    """The same measures of printkit and, in the environment of ``sdks``, of others."""
    python, rounds = str(bench.sdks or sys.executable), bench.rounds or bench.of(25, 7, 1)
    bench.note("wheel", [wheel_bytes() / 1000], "kB", 250)
    names = ["printkit", *(name for name in OTHERS if bench.effort != "smoke" and _is_there(python, name))]
    for name in names:
        seconds(python, f"import {name}")  # writes byte code, fills the file cache
    bench.note("import of nothing (null pair)", beyond_bare(python, BARE, rounds), "ms")
    for name in names:
        bench.say(f"{bench.case}: {name}")
        bench.note(f"import {name}", beyond_bare(python, f"import {name}", rounds), "ms", 25 if name == "printkit" else None)
    if bench.sdks is not None:
        for name, (own, whole) in _sizes(python, names).items():
            bench.note(f"installed: {name} itself", [own / 1000], "kB")
            bench.note(f"installed: {name} with what it needs", [whole / 1000], "kB")


def _is_there(python: str, name: str) -> bool:
    program = f"import importlib.util, sys; sys.exit(importlib.util.find_spec({name!r}) is None)"
    return subprocess.run([python, "-c", program], check=False, cwd=ROOT).returncode == 0


def _sizes(python: str, names: list[str]) -> dict[str, tuple[int, int]]:
    """Asked of that interpreter: this file run by it."""
    told = subprocess.run([python, "-m", "benchmarks.footprint", *names], check=True, cwd=ROOT, capture_output=True, text=True)
    return {name: (own, whole) for name, (own, whole) in json.loads(told.stdout).items()}


if __name__ == "__main__":
    print(json.dumps({name: installed_bytes(name) for name in sys.argv[1:]}))
