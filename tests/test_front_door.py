"""`import printkit` costs next to nothing, and what it promises, what it loads and what type checkers see are one list."""

import ast
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import printkit

ROOT = Path(__file__).parents[1]
SOURCE = ast.parse(Path(printkit.__file__).read_text(encoding="utf-8"))


def modules_after(statement: str) -> set[str]:
    """What a fresh interpreter has imported after one statement, and had not before."""
    program = f"import sys, json\nbefore = set(sys.modules)\n{statement}\nprint(json.dumps(sorted(set(sys.modules) - before)))"
    environment = {key: value for key, value in os.environ.items() if not key.startswith("COV")}  # coverage imports modules of its own
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, env=environment, cwd=ROOT)
    return set(json.loads(done.stdout))


def test_importing_printkit_imports_nothing_heavy() -> None:
    loaded = modules_after("import printkit")

    assert "printkit" in loaded
    assert loaded & {"asyncio", "aiohttp", "attr", "attrs", "cattrs", "msgspec", "backoff", "yarl", "ssl", "sqlite3"} == set()
    assert {module for module in loaded if module.startswith("printkit.")} == set()


def test_the_model_and_the_errors_come_without_the_network() -> None:
    loaded = modules_after("from printkit import NewOrder, Order, OrderStatus, OutcomeUnknownError, Photo, Recipient")

    assert "aiohttp" not in loaded


def test_an_emulator_in_process_never_loads_an_http_library() -> None:
    loaded = modules_after(
        "import asyncio, printkit\n"
        "async def main():\n"
        "    async with printkit.connect('pwinty+emulator://') as kit:\n"
        "        new = printkit.NewOrder(recipient=printkit.Recipient(name='Tom Smith', country='GB'))\n"
        "        await kit.get_order((await kit.create_order(new)).ref)\n"
        "asyncio.run(main())"
    )

    assert "printkit.kit" in loaded
    assert loaded & {"aiohttp", "yarl", "multidict"} == set()


def test_opentelemetry_is_loaded_only_when_a_hook_is_made() -> None:
    assert "opentelemetry" not in modules_after("import printkit\nprintkit.OpenTelemetryHook\nprintkit.connect('pwinty+emulator://')")
    assert "opentelemetry" in modules_after("import printkit\nprintkit.OpenTelemetryHook()")


def names_type_checkers_see() -> dict[str, str]:
    """Name → home, as imported under TYPE_CHECKING."""
    for statement in SOURCE.body:
        if isinstance(statement, ast.If) and isinstance(statement.test, ast.Name) and statement.test.id == "TYPE_CHECKING":
            imports = [line for line in statement.body if isinstance(line, ast.ImportFrom)]
            return {alias.asname or alias.name: str(line.module) for line in imports for alias in line.names}
    raise AssertionError("no TYPE_CHECKING block")


def test_table_imports_and_all_are_equal() -> None:
    seen = names_type_checkers_see()

    assert sorted(seen) == list(printkit.__all__)
    assert vars(printkit)["_HOME_OF"] == seen


def test_all_is_sorted_and_without_repeats() -> None:
    assert list(printkit.__all__) == sorted(set(printkit.__all__))


@pytest.mark.parametrize("name", printkit.__all__)
def test_every_name_is_there(name: str) -> None:
    value = getattr(printkit, name)

    assert getattr(value, "__module__", "printkit").startswith("printkit")
    assert name in dir(printkit)


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="Ordr"):
        printkit.Ordr  # noqa: B018  # type: ignore[attr-defined]


def test_the_reference_documents_every_public_name() -> None:
    documented = re.findall(
        r"^\.\. auto\w+:: printkit\.(\w+)(?:\(\))?$", (ROOT / "docs/reference.md").read_text(encoding="utf-8"), re.MULTILINE
    )

    assert sorted(set(documented) - {"errors"}) == list(printkit.__all__)


def test_importing_printkit_imports_nothing_but_itself_and_typing() -> None:
    """The figure in milliseconds is ``benchmarks/footprint.py``'s."""
    assert modules_after("import printkit") - modules_after("import typing") == {"printkit"}
