"""The command as a user runs it: in a process of its own, against an emulator in another one; and in this process where that is enough."""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from printkit.cli.app import run

COMMAND = [sys.executable, "-m", "printkit.cli"]
CANARY = "CANARY+/k3y=&%0d"


class Ended(NamedTuple):
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        return json.loads(self.out)

    @property
    def error(self) -> Any:
        return json.loads(self.err)


class Emulator(NamedTuple):
    """A running ``printkit emulator``."""

    url: str

    @property
    def connection(self) -> str:
        return f"pwinty+emulator://{self.url.partition('://')[2]}"

    def control(self, method: str, path: str, body: object = None) -> Any:
        with closing(HTTPConnection(self.url.partition("://")[2], timeout=30)) as connection:
            connection.request(method, f"/_emulator/{path}", None if body is None else json.dumps(body))
            answer = connection.getresponse()
            assert answer.status == 200
            return json.load(answer)

    def fault(self, method: str, path: str, kind: str, **wishes: Any) -> None:
        selectors = {name: wishes.pop(name) for name in ("first", "times") if name in wishes}
        self.control("POST", "faults", {"method": method, "path": f"/v2.5{path}", **selectors, "instruction": {"kind": kind, **wishes}})

    def happened(self, kind: str, order: str) -> int:
        entries = self.control("GET", "ledger")["pwinty"]
        return sum(entry["count"] for entry in entries if entry["kind"] == kind and str(entry["key"][0]) == order)


def environment(**more: str) -> dict[str, str]:
    """This process's, without what would change what is printed."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PRINTKIT_", "FORCE_COLOR", "COLUMNS", "TTY_"))}
    return {**kept, "PRINTKIT_PROVIDERS_PWINTY_API_KEY": CANARY, **more}


@pytest.fixture(scope="session")
def emulator() -> Iterator[Emulator]:
    process = subprocess.Popen(
        [*COMMAND, "emulator", "--port", "0", "--json"], stdout=subprocess.PIPE, text=True, env=environment(), start_new_session=True
    )
    with process:
        assert process.stdout is not None
        yield Emulator(json.loads(process.stdout.readline())["url"])
        process.terminate()
    assert process.returncode == 0


@pytest.fixture
def shop(emulator: Emulator) -> Emulator:
    """The emulator as it begins: empty, without faults."""
    emulator.control("POST", "reset")
    return emulator


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., "subprocess.Popen[str]"]]:
    """Starts the command in a process of its own; ``keys`` is a terminal to ask at."""
    started: list[subprocess.Popen[str]] = []

    def begin(*words: str, keys: int | None = None, **env: str) -> "subprocess.Popen[str]":
        process = subprocess.Popen(
            [*COMMAND, *words],
            stdin=subprocess.DEVNULL if keys is None else keys,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE if keys is None else keys,
            text=True,
            cwd=tmp_path,
            env=environment(**env),
            start_new_session=True,
        )
        started.append(process)
        return process

    yield begin
    for process in started:
        process.kill()
        process.communicate()


@pytest.fixture
def printkit(start: Callable[..., "subprocess.Popen[str]"]) -> Callable[..., Ended]:
    """Runs the command in a process of its own, to its end."""

    def command(*words: str, **env: str) -> Ended:
        process = start(*words, **env)
        out, err = process.communicate(timeout=60)
        return Ended(process.returncode, out, err)

    return command


@pytest.fixture
def cli(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., Ended]:
    """Runs the command in this process: quicker."""
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith(("PRINTKIT_", "FORCE_COLOR", "COLUMNS"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PRINTKIT_PROVIDERS_PWINTY_API_KEY", CANARY)

    def command(*words: str, **env: str) -> Ended:
        for name, value in env.items():
            monkeypatch.setenv(name, value)
        capsys.readouterr()
        code = run(words)
        return Ended(int(code), *capsys.readouterr())

    return command


@pytest.fixture
def key() -> str:
    """The key that every command has."""
    return CANARY


@pytest.fixture
def unused_port() -> Iterator[int]:
    """A port at which nobody answers: bound and not listening, so that nobody else can take it meanwhile."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield taken.getsockname()[1]


@pytest.fixture
def at(shop: Emulator) -> tuple[str, ...]:
    """The options that connect to the emulator."""
    return ("--url", shop.connection)


@pytest.fixture
def draft(cli: Callable[..., Ended], at: tuple[str, ...]) -> str:
    """An order that can be submitted."""
    address = ("--line1", "14 Acacia Avenue", "--city", "Cardiff", "--postal-code", "CF11 1AB", "--country", "GB")
    ref = cli("order", "create", "--name", "Tom Smith", *address, "--reference", "ORD-1", "--json", *at).document["ref"]
    assert cli("order", "add", ref, "--photo", "8x12", "https://example.com/boat.jpg", "2", *at).code == 0
    return str(ref)
