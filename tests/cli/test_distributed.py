"""``printkit worker`` and ``printkit distributed``, as a user runs them, on a real PostgreSQL."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from printkit import NewOrder, Photo, Recipient
from printkit.change_lines import to_json
from printkit.changes import PlaceOrder

pytest_plugins = ["tests.postgres"]

TOM = Recipient(name="Tom Smith", line1="14 Acacia Avenue", city="Cardiff", postal_code="CF11 1AB", country="GB")
SECRET = "s3cret-word"


@pytest.fixture
def changes(tmp_path: Path) -> str:
    orders = [PlaceOrder(NewOrder(reference=f"ORD-{each}", recipient=TOM), [Photo("8x12", "https://e.com/a.jpg")]) for each in range(40)]
    file = tmp_path / "changes.jsonl"
    file.write_text("\n".join(map(to_json, orders)), encoding="utf-8")
    return str(file)


@pytest.mark.slow
def test_a_run_from_its_file_to_its_results(cli, start, shop, database: str, changes: str) -> None:
    def ask(*words: str, code: int = 0) -> list[dict[str, object]]:
        ended = cli("distributed", *words, "--json", PRINTKIT_DATABASE=database)
        assert ended.code == code, ended.err
        return [json.loads(line) for line in ended.out.splitlines() if line.startswith("{") and line.endswith("}")]

    assert ask("submit", changes, "--run", "spring", "--url", shop.connection) == [{"run": "spring"}]
    assert "there is a run spring already" in cli("distributed", "submit", changes, "--run", "spring", "--url", shop.connection).err
    assert ask("stop", "spring") == []
    assert cli("distributed", "status", "spring").code == 8
    assert ask("resume", "spring") == [{"run": "spring", "chunks": 1}]
    assert ask("list") == [{"run": "spring"}]
    worker = start("worker", "--url", shop.connection, PRINTKIT_DATABASE=database)
    ends = time.monotonic() + 40
    while "40 applied" not in (shown := cli("distributed", "status", "spring")).out:
        assert time.monotonic() < ends, (shown, worker.poll())
    assert shown.code == 0
    worker.send_signal(signal.SIGTERM)
    out, err = worker.communicate(timeout=30)
    assert (worker.returncode, err) == (0, "")
    assert out.endswith("Stopped.\n")
    results = ask("results", "spring", "--state", "applied")
    assert [each["index"] for each in results] == [*range(40)]
    assert len({each["order"] for each in results}) == 40
    assert ask("results", "spring", "--state", "unknown") == []
    assert ask("unknown", "spring", "--url", shop.connection) == []


@pytest.mark.slow
def test_what_is_placed_twice_is_said_before_and_looked_for_on_demand(cli, start, shop, database: str, changes: str) -> None:
    def submit(*words: str) -> str:
        return cli("distributed", "submit", changes, *words, "--url", shop.connection, PRINTKIT_DATABASE=database).err

    worker = start("worker", "--url", shop.connection, PRINTKIT_DATABASE=database)

    def wait(run: str, told: str) -> None:
        ends = time.monotonic() + 40
        while told not in (shown := cli("distributed", "status", run, PRINTKIT_DATABASE=database)).out:
            assert time.monotonic() < ends, (shown, worker.poll())

    first = submit("--run", "first")
    wait("first", "40 applied")
    second = submit("--run", "second", "--look-first")
    wait("second", "40 not-applied")
    worker.send_signal(signal.SIGTERM)
    worker.communicate(timeout=30)

    warning = "pwinty takes a reference that it has: an order that another run has placed is printed again. --look-first asks.\n"
    assert (first, second) == (warning, "")
    assert sum(entry["count"] for entry in shop.control("GET", "ledger")["pwinty"] if entry["kind"] == "order submitted") == 40


class TestWhereRunsAreKept:
    @pytest.fixture(autouse=True)
    def _installed(self, postgres: str) -> None:
        """Without the extra there is nothing to say about a database."""

    def test_it_has_to_be_said(self, cli) -> None:
        ended = cli("distributed", "list")
        assert (ended.code, "PRINTKIT_DATABASE" in ended.err) == (3, True)

    def test_no_password_on_the_command_line(self, cli) -> None:
        ended = cli("distributed", "list", "--database", f"postgresql://me:{SECRET}@127.0.0.1:1/runs")
        assert (ended.code, "--database-file" in ended.err, SECRET in ended.err) == (3, True, False)

    @pytest.mark.parametrize("url", [f"postgresql://me:{SECRET}@127.0.0.1:1/runs", f"host=there {SECRET}", f"password={SECRET} port=x"])
    def test_an_error_does_not_tell_the_password(self, cli, url: str) -> None:
        ended = cli("distributed", "list", PRINTKIT_DATABASE=url)
        assert (ended.code, SECRET in ended.err + ended.out) == (3, False)

    @pytest.mark.skipif(os.name != "posix", reason="files have no modes here")
    def test_a_file_that_others_can_read_is_refused(self, cli, tmp_path: Path, database: str) -> None:
        file = tmp_path / "database"
        file.write_text(database, encoding="utf-8")
        file.chmod(0o644)
        ended = cli("distributed", "list", "--database-file", str(file))
        assert (ended.code, "chmod 600" in ended.err) == (3, True)
        file.chmod(0o600)
        ended = cli("distributed", "list", "--database-file", str(file))
        assert (ended.code, "nothing was submitted to this database yet" in ended.err) == (3, True)

    def test_one_of_both(self, cli, tmp_path: Path) -> None:
        assert cli("worker", "--database", "host=a", "--database-file", str(tmp_path)).code == 2


@pytest.mark.parametrize("missing", ["psycopg", "procrastinate"])
def test_without_the_extra_it_says_what_to_install_and_all_else_works(missing: str) -> None:
    program = f"""
import sys
sys.modules[{missing!r}] = None
from printkit.cli.app import run
assert run(["providers"]) == 0
assert run(["worker", "--help"]) == 0
sys.exit(run(["distributed", "list"]))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (done.returncode, "pip install 'printkit[distributed]'" in done.stderr) == (3, True), done.stderr


def test_the_command_line_starts_without_the_database() -> None:
    program = "import sys, printkit.cli.app; print(*sorted({'psycopg', 'procrastinate'} & sys.modules.keys()))"
    assert subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.strip() == ""
