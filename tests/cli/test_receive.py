"""``printkit receive``: what comes is told, given to a command, and not lost when the process is killed in the middle."""

import json
import os
import shlex
import signal
import stat
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import pytest

Run = Callable[..., Any]


class Receiving(NamedTuple):
    """A running ``printkit receive``."""

    process: Any
    url: str

    def post(self, order: str, status: str = "complete") -> int:
        where = urlsplit(self.url)
        with closing(HTTPConnection(where.netloc, timeout=30)) as connection:
            connection.request("POST", where.path, json.dumps({"id": int(order), "status": status}))
            return connection.getresponse().status

    def order(self) -> Any:
        """The next one that it tells of."""
        return json.loads(self.process.stdout.readline())

    def kill(self) -> None:
        """As an outage does: also what it has started."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(30)

    def stop(self) -> tuple[int, str]:
        self.process.send_signal(signal.SIGINT)
        _, err = self.process.communicate(timeout=30)
        return self.process.returncode, err


@pytest.fixture
def receive(start: Run, at: tuple[str, ...]) -> Callable[..., Receiving]:
    """Starts it, and waits until it listens."""

    def begin(*words: str, **env: str) -> Receiving:
        process = start("receive", "--port", "0", "--json", *at, *words, **env)
        return Receiving(process, json.loads(process.stdout.readline())["urls"]["pwinty"])

    return begin


@pytest.fixture
def placed(cli: Run, at: tuple[str, ...], draft: str) -> str:
    assert cli("order", "submit", draft, *at).code == 0
    return draft.partition(":")[2]


def program(tmp_path: Path, text: str) -> str:
    """A command that runs a program; ``here`` is the folder of the test."""
    (tmp_path / "program.py").write_text(f"import json, pathlib, sys, time\nhere = pathlib.Path({str(tmp_path)!r})\n{text}")
    return shlex.join([sys.executable, str(tmp_path / "program.py")])


def until(there: Callable[[], bool]) -> Iterator[None]:
    end = time.monotonic() + 30
    while not there():
        assert time.monotonic() < end
        yield time.sleep(0.01)


def test_each_change_is_told_with_the_emulators_own_notices(shop: Any, receive: Run, cli: Run, at: Any, draft: str) -> None:
    it = receive()
    shop.control("POST", "pwinty/notices", {"url": it.url})
    assert cli("order", "submit", draft, *at).code == 0

    assert it.order()["status"] == "submitted"
    shop.control("POST", f"pwinty/orders/{draft.partition(':')[2]}/ship")
    while (last := it.order())["status"] != "shipped":
        assert last["ref"] == draft
    assert it.stop() == (0, "")


def test_to_people(start: Run, shop: Any, at: Any, placed: str) -> None:
    process = start("receive", "--port", "0", *at)
    lines = [process.stdout.readline().strip() for _ in range(12)]
    url = next(line for line in lines if line.endswith("/pwinty"))
    command = next(line for line in lines if line.startswith("curl"))
    assert command == f"curl -X POST {shop.url}/_emulator/pwinty/notices -d '{json.dumps({'url': url})}'"
    assert Receiving(process, url).post(placed) == 200
    process.send_signal(signal.SIGTERM)
    out, err = process.communicate(timeout=30)

    assert (process.returncode, err) == (0, "")
    assert f"Order pwinty:{placed}  submitted (Submitted)" in out
    assert out.endswith("Stopped.\n")


def test_a_command_gets_the_order_as_json(shop: Any, receive: Run, tmp_path: Path, placed: str) -> None:
    it = receive("--exec", program(tmp_path, "(here / 'got.json').write_text(sys.stdin.read())"))
    assert it.post(placed) == 200  # after the command has ended

    assert json.loads((tmp_path / "got.json").read_text())["ref"] == f"pwinty:{placed}"
    assert it.stop() == (0, "")


def test_print_and_a_command(receive: Run, tmp_path: Path, placed: str) -> None:
    it = receive("--print", "--exec", program(tmp_path, "sys.stdin.read()"))
    assert it.post(placed) == 200
    assert it.order()["ref"] == f"pwinty:{placed}"


def test_a_command_that_fails_is_run_again(receive: Run, tmp_path: Path, placed: str) -> None:
    text = "at = here / 'tries'\ntries = int(at.read_text() if at.exists() else 0) + 1\nat.write_text(str(tries))\nsys.exit(tries < 2)"
    it = receive("--inbox", str(tmp_path / "inbox.db"), "--exec", program(tmp_path, text))
    assert it.post(placed) == 200
    for _ in until(lambda: (tmp_path / "tries").exists() and (tmp_path / "tries").read_text() == "2"):
        pass
    code, err = it.stop()

    assert code == 0
    (complaint,) = [json.loads(line) for line in err.splitlines()]
    assert complaint["message"].endswith(f"{sys.executable} ended with 1")


def test_a_command_that_is_not_there(receive: Run, placed: str) -> None:
    it = receive("--exec", "./no-such-command")
    assert it.post(placed) == 503
    assert "cannot be run" in it.stop()[1]


def test_stopped_while_it_handles(receive: Run, tmp_path: Path, placed: str) -> None:
    inbox = ("--inbox", str(tmp_path / "inbox.db"))
    text = "(here / 'begun').touch()\nwhile not (here / 'end').exists(): time.sleep(0.01)\n(here / 'ended').touch()"
    it = receive(*inbox, "--exec", program(tmp_path, text))
    assert it.post(placed) == 200
    for _ in until((tmp_path / "begun").exists):
        pass
    it.process.send_signal(signal.SIGTERM)
    (tmp_path / "end").touch()

    assert it.process.wait(30) == 0
    assert (tmp_path / "ended").exists()


def test_killed_while_it_handles(receive: Run, tmp_path: Path, placed: str) -> None:
    inbox = ("--inbox", str(tmp_path / "inbox.db"))
    it = receive(*inbox, "--exec", program(tmp_path, "(here / 'begun').touch()\ntime.sleep(1000)"))
    assert it.post(placed) == 200
    for _ in until((tmp_path / "begun").exists):
        pass
    it.kill()

    assert receive(*inbox).order()["ref"] == f"pwinty:{placed}"


def test_killed_before_it_has_read(shop: Any, receive: Run, tmp_path: Path, placed: str) -> None:
    inbox = ("--inbox", str(tmp_path / "inbox.db"))
    shop.fault("GET", "/Orders/{id}", "stall-after-commit", times=None)
    it = receive(*inbox)
    assert it.post(placed) == 200
    it.kill()
    shop.control("DELETE", "faults")
    again = receive(*inbox)

    assert again.order()["ref"] == f"pwinty:{placed}"
    assert again.stop() == (0, "")


def test_what_was_told_is_not_told_again_after_a_restart(receive: Run, tmp_path: Path, placed: str) -> None:
    inbox = ("--inbox", str(tmp_path / "inbox.db"))
    it = receive(*inbox)
    assert it.post(placed) == 200
    assert it.order()["ref"] == f"pwinty:{placed}"
    assert it.stop()[0] == 0
    again = receive(*inbox)
    assert again.post(placed) == 200
    again.process.send_signal(signal.SIGINT)
    out, _ = again.process.communicate(timeout=30)

    assert out == ""


def test_an_inbox_that_is_in_use(receive: Run, cli: Run, at: Any, tmp_path: Path) -> None:
    receive("--inbox", str(tmp_path / "inbox.db"))
    ended = cli("receive", "--port", "0", "--inbox", str(tmp_path / "inbox.db"), *at)

    assert ended.code == 3
    assert "another receiver has it open" in ended.err


class TestToken:
    def test_a_file_keeps_it(self, receive: Run, tmp_path: Path) -> None:
        file = tmp_path / "token.txt"
        first = receive("--token-file", str(file))
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        first.stop()
        second = receive("--token-file", str(file))

        assert file.read_text().strip() in first.url
        assert urlsplit(first.url).path == urlsplit(second.url).path

    def test_the_environment_says_it(self, receive: Run) -> None:
        assert "/t0ken-0123456789-abcdefgh/" in receive(PRINTKIT_RECEIVE_TOKEN="t0ken-0123456789-abcdefgh").url

    def test_else_it_is_a_new_one(self, receive: Run) -> None:
        assert urlsplit(receive().url).path != urlsplit(receive().url).path

    def test_one_that_can_be_guessed_or_read_is_refused(self, cli: Run, at: Any, tmp_path: Path) -> None:
        assert "new_token" in cli("receive", *at, PRINTKIT_RECEIVE_TOKEN="short").err
        file = tmp_path / "token.txt"
        file.write_text("x" * 40)
        file.chmod(0o644)
        ended = cli("receive", "--token-file", str(file), *at, PRINTKIT_RECEIVE_TOKEN="")
        assert (ended.code, "chmod 600" in ended.err) == (3, True)
        ended = cli("receive", "--token-file", str(tmp_path / "none" / "token.txt"), *at)
        assert (ended.code, "cannot be used" in ended.err) == (3, True)


def test_the_public_url_is_what_is_to_be_set_up(receive: Run) -> None:
    assert receive("--public-url", "https://example.com/notices/").url.startswith("https://example.com/notices/")


@pytest.mark.parametrize("command", ["", "'", "  "])
def test_a_command_that_is_none_is_wrong_usage(cli: Run, at: Any, command: str) -> None:
    assert cli("receive", "--exec", command, *at).code == 2


def test_a_port_that_is_taken(receive: Run, cli: Run, at: Any) -> None:
    port = str(urlsplit(receive().url).port)
    assert cli("receive", "--port", port, *at).code == 3


def test_the_emulator_may_be_told_from_the_start(start: Run, receive: Run, cli: Run) -> None:
    process = start("emulator", "--port", "0", "--json", "--notify", "pwinty", receive().url)
    url = json.loads(process.stdout.readline())["url"]
    with closing(HTTPConnection(urlsplit(url).netloc, timeout=30)) as connection:
        connection.request("POST", "/_emulator/pwinty/notices", "{}")
        assert json.load(connection.getresponse())["url"].endswith("/pwinty")
    assert cli("emulator", "--notify", "nobody", "http://a").code == 2
