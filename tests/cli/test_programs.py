"""The emulator and the command as a whole, as processes."""

import json
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

import printkit as package

Run = Callable[..., Any]


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
class TestEmulator:
    """``printkit emulator``."""

    @pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
    def test_it_says_where_it_listens_and_stops_cleanly(self, start: Run, cli: Run, number: int) -> None:
        process = start("emulator", "--port", "0")
        url = process.stdout.readline().split()[-1]
        assert cli("order", "list", "--url", f"pwinty+emulator://{url.partition('://')[2]}").out == "No orders.\n"
        process.send_signal(number)
        out, err = process.stdout.read(), process.stderr.read()  # not communicate(): it knows nothing of what readline() kept

        assert (process.wait(timeout=30), err) == (0, "")
        assert f'base_url = "{url}/v2.5"' in out
        assert f"pwinty+emulator://{url.partition('://')[2]}" in out
        assert out.endswith("Stopped.\n")

    def test_a_port_that_is_taken(self, cli: Run) -> None:
        with socket.create_server(("127.0.0.1", 0)) as taken:
            ended = cli("emulator", "--port", str(taken.getsockname()[1]))

        assert ended.code == 3
        assert "in use" in ended.err

    @pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "example.com"])  # noqa: S104
    def test_others_are_not_let_in_unasked(self, cli: Run, host: str) -> None:
        refused = cli("emulator", "--host", host)

        assert refused.code == 2
        assert "--allow-remote" in refused.err

    def test_others_are_let_in_with_a_warning(self, start: Run) -> None:
        process = start("emulator", "--host", "0.0.0.0", "--port", "0", "--allow-remote", "--json")  # noqa: S104
        assert json.loads(process.stdout.readline())["url"].startswith("http://0.0.0.0:")
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=30)

        assert process.returncode == 0
        assert err.startswith("Warning: anybody who can reach 0.0.0.0")


class TestProviders:
    """``printkit providers``."""

    def test_in_words(self, cli: Run) -> None:
        shown = cli("providers")

        assert shown.code == 0
        assert re.search(r"set_status\(ON_HOLD\) +unsupported \(\d\) +unsupported \(\d\)", shown.out)
        assert re.search(r"\(\d\) \w+ has no way to hold an order", shown.out)

    def test_as_json(self, cli: Run) -> None:
        [shop] = [each for each in cli("providers", "--json").document if each["kind"] == "pwinty"]

        assert {"capability": "create_order", "stage": "draft", "level": "native", "why": ""} in shop["support"]


def test_the_version(cli: Run) -> None:
    assert cli("--version").out == f"printkit, version {package.__version__}\n"


def test_the_help_lists_the_exit_codes(cli: Run) -> None:
    shown = cli("--help").out

    assert "OUTCOME UNKNOWN" in shown
    assert "130" in shown


def test_every_command_has_help(cli: Run) -> None:
    import click

    from printkit.cli.app import app

    def paths(command: click.Command, way: tuple[str, ...]) -> list[tuple[str, ...]]:
        below = command.commands.items() if isinstance(command, click.Group) else ()
        return [way, *(path for name, each in below for path in paths(each, (*way, name)))]

    for way in paths(app, ()):
        shown = cli(*way, "--help")
        assert shown.code == 0
        assert "..." not in shown.out.replace("[ARGS]...", "").replace("ITEM...", "")
        assert "\\b" not in shown.out


@pytest.mark.parametrize("missing", ["click", "rich"])
def test_without_its_extra_the_command_says_what_to_install(missing: str) -> None:
    code = f"import sys; sys.modules[{missing!r}] = None; import printkit.cli; printkit.cli.main()"
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)

    assert ended.returncode == 3
    assert "python -m pip install '.[cli]' in a clone" in ended.stderr
    assert "Traceback" not in ended.stderr
