"""How commands fail: exit codes, words for people, JSON for programs, and no secret in either."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

from printkit import errors
from printkit.cli.connections import Connections
from printkit.cli.exits import MEANINGS, Exit, exit_for
from printkit.connecting import connect
from printkit.providers.pwinty.emulator import Options, Shop

Run = Callable[..., Any]
QUICK = {"PRINTKIT_PROVIDERS_PWINTY_ATTEMPT_TIMEOUT": "0.5", "PRINTKIT_PROVIDERS_PWINTY_SETTLE": "0.001"}


def number(ref: str) -> str:
    return ref.partition(":")[2]


def every_error(cls: type[errors.PrintKitError] = errors.PrintKitError) -> list[type[errors.PrintKitError]]:
    return [cls, *(each for below in cls.__subclasses__() for each in every_error(below))]


@pytest.mark.parametrize("cls", every_error(), ids=lambda cls: cls.__name__)
def test_every_error_has_an_exit_code(cls: type[errors.PrintKitError]) -> None:
    expected = {
        "PrintKitError": Exit.FAULT,
        "ConfigError": Exit.SETTINGS,
        "InvalidRequestError": Exit.USAGE,
        "UnsupportedOperationError": Exit.USAGE,
        "ProviderError": Exit.REFUSED,
        "AuthenticationError": Exit.REFUSED,
        "NotFoundError": Exit.REFUSED,
        "RejectedError": Exit.REFUSED,
        "ConflictError": Exit.REFUSED,
        "RateLimitedError": Exit.NOTHING_HAPPENED,
        "ProviderDownError": Exit.NOTHING_HAPPENED,
        "UnreadableAnswerError": Exit.NOTHING_HAPPENED,
        "StillWaitingError": Exit.NOTHING_HAPPENED,
        "TransportError": Exit.NOTHING_HAPPENED,
        "NotSentError": Exit.NOTHING_HAPPENED,
        "OutcomeUnknownError": Exit.UNKNOWN,
        "RunStoppedError": Exit.STOPPED,
        "JournalError": Exit.SETTINGS,
    }

    assert exit_for(cls.__new__(cls)) is expected[cls.__name__]


def test_every_exit_code_is_explained() -> None:
    assert set(MEANINGS) == set(Exit)


def test_an_order_that_is_not_there(cli: Run, at: tuple[str, ...]) -> None:
    missing = cli("order", "show", "pwinty:999", "--json", *at)

    assert (missing.code, missing.out) == (4, "")
    assert missing.error["type"] == "NotFoundError"
    assert (missing.error["provider"], missing.error["operation"], missing.error["retryable"]) == ("pwinty", "get_order", False)


def test_a_refusal_says_why(cli: Run, at: tuple[str, ...]) -> None:
    ref = cli("order", "create", "--name", "Tom Smith", "--country", "GB", "--json", *at).document["ref"]

    as_json = cli("order", "submit", ref, "--json", *at)
    in_words = cli("order", "submit", ref, *at)

    assert as_json.code == in_words.code == 4
    assert {"no-items", "address-incomplete"} <= {problem["code"] for problem in as_json.error["problems"]}
    assert in_words.err.count("the address is incomplete") == 1
    assert "submit: the order is not valid\n" in in_words.err


@pytest.mark.parametrize("words", [["8x12"], ["8x12", "https://example.com/a.jpg", "--file"]], ids=" ".join)
def test_an_option_of_three_words_says_which(cli: Run, words: list[str]) -> None:
    in_words = cli("order", "add", "pwinty:1", "--photo", *words)
    as_json = cli("order", "add", "--json", "pwinty:1", "--photo", *words)

    assert in_words.code == as_json.code == 2
    assert "It takes 3 words: --photo SKU URL COPIES" in in_words.err
    assert "--photo SKU URL COPIES" in as_json.error["message"]


def test_a_conflict_says_when_it_would_be_possible(cli: Run, at: tuple[str, ...], draft: str) -> None:
    cli("order", "submit", draft, *at)
    again = cli("order", "submit", draft, "--json", *at)

    assert again.code == 4
    assert again.error["type"] == "ConflictError"
    assert again.error["order_status"] == "submitted"
    assert again.error["allowed_in"]


@pytest.mark.parametrize(
    "words",
    [
        ["order", "show", "999"],
        ["order", "show", "pwinty:../1"],
        ["order", "show"],
        ["order", "list", "--since", "yesterday"],
        ["order", "list", "--status", "lost"],
        ["order", "add", "pwinty:1", "--photo", "8x12", "https://example.com/a.jpg", "0"],
        ["order", "add", "pwinty:1", "--photo", "8x12", "/no/such/file.jpg", "1"],
        ["order", "create", "--country", "GB"],
        ["order", "create", "--name", "Tom Smith", "--country", "Wales"],
        ["order", "nonsense"],
    ],
    ids=" ".join,
)
def test_wrong_usage(cli: Run, at: tuple[str, ...], words: list[str]) -> None:
    options = () if words[-1] == "nonsense" else at
    in_words = cli(*words, *options)
    as_json = cli(*words, *options, "--json")

    assert (in_words.code, in_words.out) == (2, "")
    assert "Error" in in_words.err
    assert (as_json.code, as_json.out) == (2, "")
    assert as_json.error["type"] in {"UsageError", "InvalidRequestError"}
    assert as_json.error["retryable"] is False


def test_a_list_of_everything_wrong(cli: Run, at: tuple[str, ...]) -> None:
    wrong = cli("order", "create", "--name", "", "--country", "Wales", "--json", *at)

    assert {problem["path"] for problem in wrong.error["problems"]} >= {"recipient.name", "recipient.country"}


def test_nothing_is_configured(cli: Run) -> None:
    lost = cli("order", "list", "--json")

    assert lost.code == 3
    assert lost.error["type"] == "ConfigError"
    assert "printkit emulator" in lost.error["hint"]


def test_a_wrong_setting_is_named(cli: Run, tmp_path: Any) -> None:
    (tmp_path / "printkit.toml").write_text('[printkit.providers.pwinty]\nenvironment = "production"\n')

    wrong = cli("order", "list")

    assert wrong.code == 3
    assert "environment" in wrong.err


def test_a_url_of_the_wrong_form(cli: Run) -> None:
    assert cli("order", "list", "--url", "pwinty+production://").code == 3


def test_nobody_answers(cli: Run) -> None:
    with socket.socket() as taken:  # bound and not listening: nobody else can take the port meanwhile
        taken.bind(("127.0.0.1", 0))
        url = f"pwinty+emulator://127.0.0.1:{taken.getsockname()[1]}"
        created = cli("order", "create", "--name", "Tom Smith", "--country", "GB", "--url", url)
        listed = cli("order", "list", "--url", url, "--json")

    assert created.code == listed.code == 5
    assert "printkit emulator" in created.err
    assert "printkit emulator" in listed.error["hint"]
    assert listed.error["retryable"] is True


def test_some_refused_is_an_exit_code_of_its_own(cli: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    shop = Shop(Options(bad_batch_entry="adds the rest"))
    opened = lambda connections, hooks=(): connect("pwinty+emulator://", emulators={"pwinty": shop}, config_file=os.devnull)  # noqa: E731
    monkeypatch.setattr(Connections, "open", opened)
    ref = cli("order", "create", "--name", "Tom Smith", "--country", "GB", "--url", "pwinty+emulator://", "--json").document["ref"]
    photos = ("--photo", "8x12", "https://example.com/a.jpg", "1", "--photo", "no-such", "https://example.com/a.jpg", "1")

    partly = cli("order", "add", ref, *photos, "--url", "pwinty+emulator://")

    assert partly.code == 7
    assert "refused: photos[1]" in partly.out


class TestUnknownOutcome:
    """The shop acts, its answer never comes, and looking fails."""

    @pytest.fixture
    def lost(self, shop: Any, draft: str) -> str:
        shop.fault("POST", "/Orders/{id}/Status", "stall-after-commit")
        shop.fault("GET", "/Orders/{id}", "status", status=401, first=2, times=None)
        return draft

    def test_people_are_told_what_to_do(self, cli: Run, at: tuple[str, ...], lost: str) -> None:
        ended = cli("order", "submit", lost, *at, **QUICK)

        assert (ended.code, ended.out) == (6, "")
        assert "OUTCOME UNKNOWN" in ended.err
        assert "Do not run it again" in ended.err
        [handle] = [json.loads(line) for line in ended.err.splitlines() if line.startswith("{")]
        assert handle["order"] == number(lost)

    @pytest.mark.parametrize("whole", [True, False])
    def test_the_handle_finds_out_later(self, cli: Run, shop: Any, at: tuple[str, ...], lost: str, tmp_path: Any, whole: bool) -> None:
        error = cli("order", "submit", lost, "--json", *at, **QUICK).error
        assert (error["type"], error["retryable"], error["order"]) == ("OutcomeUnknownError", False, lost)
        kept = tmp_path / "handle.json"
        kept.write_text(json.dumps(error if whole else error["handle"]))

        still = cli("order", "reconcile", str(kept), "--json", *at)
        assert still.code in {4, 6}
        shop.control("DELETE", "faults")
        found = cli("order", "reconcile", str(kept), *at)

        assert found.code == 0
        assert "It happened." in found.out
        assert lost in found.out
        assert shop.happened("order submitted", number(lost)) == 1

    def test_it_did_not_happen(self, cli: Run, shop: Any, at: tuple[str, ...], draft: str, tmp_path: Any) -> None:
        shop.fault("POST", "/Orders/{id}/Status", "reset-before-commit")
        error = cli("order", "submit", draft, "--json", *at, **QUICK).error
        kept = tmp_path / "handle.json"
        kept.write_text(json.dumps(error["handle"]))

        found = cli("order", "reconcile", str(kept), "--json", *at)

        assert found.code == 5
        assert found.document["outcome"] == "not-applied"

    def test_it_did_not_happen_and_is_sent_again(self, cli: Run, shop: Any, at: tuple[str, ...], draft: str, tmp_path: Any) -> None:
        shop.fault("POST", "/Orders/{id}/Status", "reset-before-commit")
        error = cli("order", "submit", draft, "--json", *at, **QUICK).error
        kept = tmp_path / "handle.json"
        kept.write_text(json.dumps(error["handle"]))

        found = cli("order", "reconcile", str(kept), "--send-again", *at)

        assert (found.code, "It happened." in found.out) == (0, True)
        assert cli("order", "reconcile", str(kept), "--send-again", *at).code == 0
        assert shop.happened("order submitted", number(draft)) == 1

    def test_sending_again_to_a_live_shop_is_asked_about(self, cli: Run, at: tuple[str, ...], shop: Any, draft: str, tmp_path: Any) -> None:
        shop.fault("POST", "/Orders/{id}/Status", "reset-before-commit")
        kept = tmp_path / "handle.json"
        kept.write_text(json.dumps(cli("order", "submit", draft, "--json", *at, **QUICK).error["handle"]))
        live = ("--url", "pwinty+live://?merchant_id=1", "--send-again")

        assert f"{draft} is at a live shop: say --yes." in cli("order", "reconcile", str(kept), *live).err
        assert "of another account or environment" in cli("order", "reconcile", str(kept), *live, "--yes").err

    def test_what_was_printed_may_be_given_whole(self, cli: Run, at: tuple[str, ...], lost: str, tmp_path: Any, shop: Any) -> None:
        """As it stands in a log at night; with two handles in it nobody knows which one is meant."""
        said = cli("order", "submit", lost, *at, **QUICK).err
        shop.control("DELETE", "faults")
        log = tmp_path / "log"
        log.write_text(f"03:00 it begins\n{said}{{}}\n")
        assert cli("order", "reconcile", str(log), *at).code == 0

        log.write_text(f"{said}{said.replace(json.loads(next(filter(_is_json, said.splitlines())))['id'], 'another')}")
        twice = cli("order", "reconcile", str(log), *at)
        assert (twice.code, "2 handles" in twice.err) == (2, True)

    @pytest.mark.parametrize("text", ["", "[]", "{}", "null", '{"handle": 1}', '"x"', "{" * 5000])
    def test_what_is_no_handle(self, cli: Run, at: tuple[str, ...], tmp_path: Any, text: str) -> None:
        kept = tmp_path / "handle.json"
        kept.write_text(text)

        assert cli("order", "reconcile", str(kept), *at).code == 2


def _is_json(line: str) -> bool:
    return line.startswith("{")


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
class TestStopped:
    """A signal comes while the shop's answer is awaited."""

    @pytest.mark.parametrize(("stop", "code", "word"), [(signal.SIGINT, 130, "Interrupted"), (signal.SIGTERM, 143, "Terminated")])
    @pytest.mark.parametrize("options", [(), ("--json",)])
    def test_the_write_under_way_is_told(
        self,
        start: Run,
        printkit: Run,
        shop: Any,
        at: tuple[str, ...],
        draft: str,
        tmp_path: Any,
        stop: int,
        code: int,
        word: str,
        options: tuple[str, ...],
    ) -> None:
        shop.fault("POST", "/Orders/{id}/Status", "stall-after-commit")
        process = start("order", "submit", draft, *at, *options)
        while not shop.happened("order submitted", number(draft)):
            assert process.poll() is None
        process.send_signal(stop)
        out, err = process.communicate(timeout=30)

        assert (process.returncode, out) == (code, "")
        assert "Traceback" not in err
        if options:
            assert json.loads(err)["type"] == word
            [handle] = json.loads(err)["unresolved"]
        else:
            assert err.startswith(word)
            [handle] = [json.loads(line) for line in err.splitlines() if line.startswith("{")]
        kept = tmp_path / "handle.json"
        kept.write_text(json.dumps(handle))
        assert printkit("order", "reconcile", str(kept), *at).code == 0

    def test_reading_is_interrupted_without_a_word_of_writes(self, start: Run, shop: Any, at: tuple[str, ...], draft: str) -> None:
        shop.fault("GET", "/Orders/{id}", "stall-after-commit")
        process = start("order", "show", draft, *at)
        while not shop.control("GET", "faults")[0]["taken"]:
            assert process.poll() is None
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=30)

        assert (process.returncode, out, err) == (130, "", "Interrupted.\n")


@pytest.mark.parametrize("words", ["providers", "providers --json", "--help"])
def test_a_reader_that_goes_away(start: Run, words: str) -> None:
    process = start(*words.split())
    process.stdout.close()

    assert process.wait(timeout=30) == 141
    assert process.stderr.read() == ""


def test_a_fault_of_our_own_shows_no_text(cli: Run, at: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise KeyError("a secret perhaps")

    monkeypatch.setattr(Connections, "open", broken)

    for as_json in ([], ["--json"]):
        ended = cli("order", "list", *at, *as_json)
        assert (ended.code, ended.out) == (1, "")
        assert "KeyError" in ended.err
        assert "perhaps" not in ended.err


class TestSecrets:
    """The key is never seen, whatever happens."""

    def test_no_option_takes_one(self) -> None:
        import click

        from printkit.cli.app import app

        def options(command: click.Command) -> list[str]:
            below = command.commands.values() if isinstance(command, click.Group) else ()
            return [*(name for param in command.params for name in param.opts), *(name for each in below for name in options(each))]

        takes_a_file = {"--token-file"}
        assert [name for name in options(app) if re.search("key|secret|token|password|credential", name)] == sorted(takes_a_file)

    def test_it_is_in_no_output(self, cli: Run, shop: Any, at: tuple[str, ...], draft: str, key: str) -> None:
        shop.fault("POST", "/Orders/{id}/Status", "status", status=400, body=json.dumps({"errorMessage": f"bad key {key}"}))
        words = [
            ["order", "show", draft, "-v"],
            ["order", "submit", draft, "-v"],
            ["order", "list", "-v", "--json"],
            ["order", "show", "pwinty:9", "-v", "--json"],
            ["order", "submit", draft, "-v", "--json"],
        ]

        ended = [cli(*each, *at, **QUICK) for each in words]

        assert {each.code for each in ended} == {0, 4}
        assert [each for each in ended if "CANARY" in each.out + each.err] == []

    def test_it_is_not_among_the_words_of_the_process(self, start: Run, shop: Any, at: tuple[str, ...], draft: str) -> None:
        shop.fault("GET", "/Orders/{id}", "stall-after-commit")
        process = start("order", "show", draft, *at)
        while not shop.control("GET", "faults")[0]["taken"]:
            assert process.poll() is None
        listed = subprocess.run(["ps", "-ww", "-o", "args=", "-p", str(process.pid)], capture_output=True, text=True, check=True).stdout

        assert "order show" in listed
        assert "CANARY" not in listed
