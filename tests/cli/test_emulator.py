"""``printkit emulator``: what may be said of the shops that it serves, and how wrong words are told."""

import json
import signal
import sys
import time
from collections.abc import Callable
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]
LATE = {"method": "POST", "path": "/v2.5/Orders/{id}/Status", "instruction": "reset-after-commit"}
SLOW = {"instruction": {"kind": "stall-after-commit", "seconds": 1}, "times": None}


@pytest.fixture
def serve(start: Run) -> Callable[..., str]:
    """Starts an emulator with more options and returns its URL."""

    def begin(*words: str) -> str:
        process = start("emulator", "--port", "0", "--json", *words)
        return str(json.loads(process.stdout.readline())["url"])

    return begin


def got(url: str, path: str) -> Any:
    with closing(HTTPConnection(url.partition("://")[2], timeout=30)) as connection:
        connection.request("GET", path)
        return json.load(connection.getresponse())


@pytest.mark.parametrize(
    "text",
    [
        json.dumps([LATE, SLOW]),
        json.dumps({"faults": [LATE, SLOW]}),
        f"{json.dumps(LATE)}\n\n{json.dumps(SLOW)}\n",
    ],
    ids=["a list", "a member", "lines"],
)
def test_faults_from_a_file(serve: Run, tmp_path: Path, text: str) -> None:
    (tmp_path / "faults.json").write_text(text)

    found = got(serve("--faults", str(tmp_path / "faults.json")), "/_emulator/faults")

    assert [(fault["path"], fault["instruction"]["kind"]) for fault in found] == [
        ("/v2.5/Orders/{id}/Status", "reset-after-commit"),
        (None, "stall-after-commit"),
    ]


def test_a_file_may_be_one_fault(serve: Run, tmp_path: Path) -> None:
    (tmp_path / "faults.json").write_text(json.dumps(LATE, indent=2))

    assert len(got(serve("--faults", str(tmp_path / "faults.json")), "/_emulator/faults")) == 1


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[{"instruction": "html"}, {"instruction": "htm"}]', "entry 2: an instruction's kind is one of"),
        ('{"instruction": "html"}\n\n{"instruction": "html", "when": 1}\n', "line 3: a fault has no when"),
        ('{"instruction": "html"}\n{"instruction": \n', "line 2 is no JSON"),
        ("[" * 9000, "line 1 is no JSON"),
        ("3", "entry 1: a fault is a JSON object"),
        ('{"path": 3, "instruction": "html"}', "entry 1: path must be text"),
    ],
)
def test_a_wrong_fault_is_named(cli: Run, tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "faults.json").write_text(text)

    ended = cli("emulator", "--faults", str(tmp_path / "faults.json"))

    assert (ended.code, ended.out) == (2, "")
    assert said in ended.err
    assert "faults.json" in ended.err


def test_a_file_of_faults_that_is_no_text(cli: Run, tmp_path: Path) -> None:
    (tmp_path / "faults.json").write_bytes(b"\xff")

    assert cli("emulator", "--faults", str(tmp_path / "faults.json")).code == 2
    assert cli("emulator", "--faults", str(tmp_path / "none.json")).code == 2


def test_orders_go_on_by_themselves(serve: Run, cli: Run) -> None:
    at = ("--url", f"pwinty+emulator://{serve('--automatic', '0.05').partition('://')[2]}")
    address = ("--line1", "14 Acacia Avenue", "--city", "Cardiff", "--postal-code", "CF11 1AB", "--country", "GB")
    ref = cli("order", "create", "--name", "Tom Smith", *address, "--json", *at).document["ref"]
    cli("order", "add", ref, "--photo", "8x12", "https://example.com/boat.jpg", "1", *at)
    assert cli("order", "submit", ref, *at).code == 0

    end = time.monotonic() + 20
    while (status := cli("order", "show", ref, "--json", *at).document["status"]) != "shipped":
        assert time.monotonic() < end, status


def test_every_shop_can_go_on_by_itself(serve: Run) -> None:
    from printkit import registry

    assert len(got(serve("--automatic", "60"), "/_emulator/health")["shops"]) == len(registry.kinds())


def test_where_pictures_are_fetched(serve: Run, cli: Run) -> None:
    assert serve("--fetch-from", "127.0.0.1:8000", "--public-url", "http://shop.example.com")
    refused = cli("emulator", "--fetch-from", "http://example.com/")

    assert refused.code == 2
    assert "write a host" in refused.err


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_it_is_stopped_with_faults_too(start: Run, tmp_path: Path) -> None:
    (tmp_path / "faults.json").write_text(json.dumps(SLOW))
    process = start("emulator", "--port", "0", "--faults", str(tmp_path / "faults.json"))
    process.stdout.readline()
    process.send_signal(signal.SIGINT)

    assert process.wait(timeout=30) == 0
