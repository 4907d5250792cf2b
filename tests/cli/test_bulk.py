"""``printkit bulk``: from a query to changes, to a plan, to a run that is stopped, gone on with, reconciled and exported."""

import csv
import io
import json
import os
import pty
import re
import signal
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given, strategies as st

from printkit import Applied, JournalError, NotApplied, Order, OrderRef, OrderStatus, ReconcileHandle, Unknown
from printkit.bulk.journal import read
from printkit.bulk.kept import APPLIED, UNKNOWN, WAITING, Kept, kept_from, outcome_of
from printkit.bulk.results import ChangeResult, Progress, Report
from printkit.change_lines import to_json
from printkit.changes import SetStatus, Submit
from printkit.cli import rows, running
from printkit.cli.reporting import Tally
from printkit.model import Receipt, RefusedItem

Run = Callable[..., Any]
ADDRESS = {"name": "Tom Smith", "line1": "14 Acacia Avenue", "city": "Cardiff", "postal_code": "CF11 1AB", "country": "GB"}
QUICK = {"PRINTKIT_PROVIDERS_PWINTY_ATTEMPT_TIMEOUT": "3", "PRINTKIT_PROVIDERS_PWINTY_SETTLE": "0.001"}
LONG_AGO = datetime(2026, 1, 5, tzinfo=UTC)
STATUS = "/Orders/{id}/Status"


def place(count: int, first: int = 0, **to: str) -> str:
    """Changes that place orders."""
    photos = [{"sku": "8x12", "artwork": "https://example.com/boat.jpg"}]
    lines = [
        {"change": "place_order", "new": {"reference": f"ORD-{number}", "recipient": {**ADDRESS, **to}}, "photos": photos}
        for number in range(first, first + count)
    ]
    return "".join(json.dumps(line) + "\n" for line in lines)


@pytest.fixture
def changes(tmp_path: Path) -> Path:
    path = tmp_path / "changes.jsonl"
    path.write_text(place(3), encoding="utf-8")
    return path


@pytest.fixture
def journal(changes: Path) -> Path:
    return changes.with_suffix(".run.db")


class TestRun:
    def test_every_change_is_applied_once(self, cli: Run, shop: Any, at: tuple[str, ...], changes: Path, journal: Path) -> None:
        ended = cli("bulk", "run", str(changes), "--json", *at)
        again = cli("bulk", "run", str(changes), "--json", *at)

        assert (ended.code, ended.err) == (0, "")
        wanted = {"applied": 3, "partly": 0, "not_applied": 0, "unknown": 0, "left": 0, "total": 3, "stopped": None, "resume": None}
        assert wanted.items() <= ended.document.items()
        assert ended.document["journal"] == str(journal)
        assert wanted.items() <= again.document.items()
        assert sum(entry["count"] for entry in shop.control("GET", "ledger")["pwinty"] if entry["kind"] == "order submitted") == 3

    @pytest.mark.parametrize("again", ["run", "resume"])
    def test_a_run_that_has_ended_says_so(self, cli: Run, at: tuple[str, ...], changes: Path, journal: Path, again: str) -> None:
        """It must not look like a success of now."""
        first = cli("bulk", "run", str(changes), *at)
        ended = cli("bulk", again, str(changes if again == "run" else journal), *at)
        as_json = cli("bulk", again, str(changes if again == "run" else journal), "--json", *at)

        day = f"{datetime.now(UTC):%Y-%m-}"
        assert "Nothing was done now" not in first.out
        assert f"Nothing was done now: this run had ended by {day}" in ended.out
        assert "changes a second" not in ended.out
        assert (ended.code, as_json.code) == (0, 0)
        assert as_json.document["ended_before"].startswith(day)
        assert f", ended by {day}" in cli("bulk", "status", str(journal)).out
        assert cli("bulk", "status", str(journal), "--json").document["ended"] == as_json.document["ended_before"]

    def test_what_was_applied_in_part_is_told_also_by_a_later_session(
        self, cli: Run, at: tuple[str, ...], changes: Path, journal: Path
    ) -> None:
        assert cli("bulk", "run", str(changes), *at).code == 0
        with closing(sqlite3.connect(journal)) as database, database:
            outcome = json.dumps({"order": "pwinty:1", "refused": [["7", "it is printed"]]})
            database.execute("UPDATE item SET outcome = ? WHERE id = 1", (outcome,))

        again = cli("bulk", "resume", str(journal), "--json", *at)

        assert (again.code, again.document["applied"], again.document["partly"]) == (7, 3, 1)
        assert re.search(r"^  of them in part +1$", cli("bulk", "status", str(journal)).out, re.MULTILINE)
        [line] = [json.loads(line) for line in cli("bulk", "results", str(journal)).out.splitlines() if "printed" in line]
        assert line["refused"] == [{"item": "7", "why": "it is printed"}]

    def test_until_when_something_waits_is_told(self, cli: Run, at: tuple[str, ...], changes: Path, journal: Path) -> None:
        assert cli("bulk", "run", str(changes), *at).code == 0
        handle = ReconcileHandle(
            id="1", provider="pwinty", kind="pwinty", environment="emulator", operation="submit", step="status", lock="order",
            account="a", order="1", sent_at=LONG_AGO, settle_until=LONG_AGO,
        )  # fmt: skip
        with closing(sqlite3.connect(journal)) as database, database:
            for index, seconds in ((0, 5), (2, 65)):
                open_ = evolve(handle, settle_until=LONG_AGO + timedelta(seconds=seconds)).to_json()
                database.execute("UPDATE item SET state = ?, open = ? WHERE id = ?", (WAITING, open_, index))

        told = cli("bulk", "status", str(journal))
        as_json = cli("bulk", "status", str(journal), "--json").document

        wanted = "What gets no answer is looked for from 2026-01-05 00:00:05 UTC on, the last of it from 00:01:05 on.\n"
        assert wanted in told.out
        assert as_json["waits"] == ["2026-01-05T00:00:05+00:00", "2026-01-05T00:01:05+00:00"]

    def test_what_is_placed_twice_is_said_before_and_looked_for_on_demand(
        self, cli: Run, shop: Any, at: tuple[str, ...], changes: Path
    ) -> None:
        first = cli("bulk", "run", str(changes), *at)
        resumed = cli("bulk", "run", str(changes), *at)
        careful = cli("bulk", "run", str(changes), "--journal", "other.db", "--look-first", "--json", *at)

        warning = "pwinty takes a reference that it has: an order that another run has placed is printed again. --look-first asks.\n"
        assert (first.err, resumed.err, careful.err) == (warning, "", "")
        assert (careful.code, careful.document["not_applied"]) == (7, 3)
        assert sum(entry["count"] for entry in shop.control("GET", "ledger")["pwinty"] if entry["kind"] == "order submitted") == 3

    def test_for_people(self, cli: Run, at: tuple[str, ...], changes: Path) -> None:
        ended = cli("bulk", "run", str(changes), *at)

        assert ended.code == 0
        assert re.search(r"^applied +3$", ended.out, re.MULTILINE)
        assert re.search(r"^all +3$", ended.out, re.MULTILINE)
        assert "changes a second" in ended.out

    def test_some_are_not_applied(self, cli: Run, at: tuple[str, ...], changes: Path, journal: Path) -> None:
        changes.write_text(place(1) + place(1, first=1, postal_code=""), encoding="utf-8")

        ended = cli("bulk", "run", str(changes), *at)

        assert ended.code == 7
        assert "change 1, place_order of pwinty:" in ended.out
        assert "the address is incomplete" in ended.out
        assert cli("bulk", "unknown", str(journal), *at).code == 0

    def test_wrong_lines_are_named_before_anything_is_sent(self, cli: Run, shop: Any, at: tuple[str, ...], changes: Path) -> None:
        changes.write_text(place(1) + '{"change": "swap"}\n', encoding="utf-8")

        for option in ((), ("--no-journal",)):
            ended = cli("bulk", "run", str(changes), "--json", *option, *at)
            assert ended.code == 2
            assert "line 2" in ended.error["problems"][0]["path"]
        assert shop.control("GET", "ledger")["pwinty"] == []

    def test_another_input_is_refused(self, cli: Run, at: tuple[str, ...], changes: Path) -> None:
        assert cli("bulk", "run", str(changes), *at).code == 0
        changes.write_text(place(4, first=7), encoding="utf-8")

        ended = cli("bulk", "run", str(changes), "--json", *at)

        assert (ended.code, ended.error["type"]) == (3, "JournalError")

    def test_standard_input(self, cli: Run, at: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(place(2).encode())))

        nameless = cli("bulk", "run", "-", *at)
        ended = cli("bulk", "run", "-", "--journal", "in.db", "--json", *at)

        assert nameless.code == 2
        assert "--journal" in nameless.err
        assert (ended.code, ended.document["applied"]) == (0, 2)
        assert read(tmp_path / "in.db").total == 2

    def test_without_a_journal(self, cli: Run, at: tuple[str, ...], changes: Path, journal: Path, tmp_path: Path) -> None:
        ended = cli("bulk", "run", str(changes), "--no-journal", "--results", "out.csv", "--json", *at)

        assert (ended.code, ended.document["journal"]) == (0, None)
        assert not journal.exists()
        found = csv.DictReader(io.StringIO((tmp_path / "out.csv").read_text(), newline=""))
        assert [row["outcome"] for row in found] == ["applied"] * 3

    @pytest.mark.parametrize(
        "words",
        [
            ["run", "no-such.jsonl"],
            ["run", "changes.jsonl", "--journal", "a.db", "--no-journal"],
            ["run", "changes.jsonl", "--results", "a.txt"],
            ["run", "changes.jsonl", "--rate", "0"],
            ["run", "changes.jsonl", "--concurrency", "0"],
            ["resume", "no-such.db"],
            ["results", "no-such.db"],
        ],
        ids=" ".join,
    )
    def test_wrong_usage(self, cli: Run, at: tuple[str, ...], changes: Path, words: list[str]) -> None:
        options = at if words[0] != "results" else ()
        assert cli("bulk", *words, *options).code == 2

    def test_what_is_no_journal(self, cli: Run, at: tuple[str, ...], changes: Path) -> None:
        for words in (["resume", *at], ["status"], ["results"], ["unknown", *at], ["unknown", "--reconcile", *at]):
            ended = cli("bulk", words[0], str(changes), *words[1:], "--json")
            assert (ended.code, ended.error["type"]) == (3, "JournalError"), words

    def test_at_a_live_shop_it_is_asked(self, cli: Run, shop: Any, changes: Path, journal: Path) -> None:
        prefix = "PRINTKIT_PROVIDERS_PWINTY_"
        live = {f"{prefix}ENVIRONMENT": "live", f"{prefix}MERCHANT_ID": "emulator", f"{prefix}BASE_URL": f"{shop.url}/v2.5"}

        asked = cli("bulk", "run", str(changes), **live)
        assert (asked.code, shop.control("GET", "ledger")["pwinty"]) == (2, [])
        assert "pwinty" in asked.err
        assert cli("bulk", "plan", str(changes)).code == 0
        assert cli("bulk", "run", str(changes), "--dry-run").code == 0
        assert cli("bulk", "run", str(changes), "--yes").code == 0
        assert cli("bulk", "resume", str(journal)).code == 2
        assert cli("bulk", "resume", str(journal), "--yes").code == 0


class TestPlan:
    @pytest.mark.parametrize("words", [["plan"], ["run", "--dry-run"]], ids=" ".join)
    def test_nothing_is_sent(self, cli: Run, shop: Any, at: tuple[str, ...], changes: Path, journal: Path, words: list[str]) -> None:
        ended = cli("bulk", *words, str(changes), "--json", *at)
        plans = [json.loads(line) for line in ended.out.splitlines()]

        assert (ended.code, ended.err) == (0, "")
        assert [plan["change"]["new"]["reference"] for plan in plans] == ["ORD-0", "ORD-1", "ORD-2"]
        assert [request["method"] for request in plans[0]["requests"]] == ["POST", "POST", "POST"]
        assert shop.control("GET", "ledger")["pwinty"] == []
        assert not journal.exists()

    def test_for_people(self, cli: Run, at: tuple[str, ...], changes: Path) -> None:
        changes.write_text(place(1) + '{"change": "submit", "order": "pwinty:999"}\n', encoding="utf-8")

        ended = cli("bulk", "plan", str(changes), *at)

        assert ended.code == 7
        assert "  POST /v2.5/Orders/(new)/Status" in ended.out
        assert "  not possible: " in ended.out
        assert ended.err == "Changes: 2. Requests that write: 3. Not possible: 1. Nothing was changed.\n"

    def test_a_run_of_the_same_file_is_told(self, cli: Run, at: tuple[str, ...], changes: Path, journal: Path) -> None:
        assert cli("bulk", "run", str(changes), *at).code == 0

        ended = cli("bulk", "plan", str(changes), *at)
        with closing(sqlite3.connect(journal)) as database, database:
            database.execute("UPDATE item SET state = 0 WHERE id = 1")
        begun = cli("bulk", "run", str(changes), "--dry-run", *at)

        told = f"{journal} has a run of this file already: "
        assert f"{told}ended by {datetime.now(UTC):%Y-%m-}" in ended.err
        assert f"{told}2 of its changes have ended, and bulk run goes on with the others." in begun.err
        assert ended.out.count("has this reference already: another order of it is placed") == 3

    def test_a_file_that_is_no_journal_does_not_stand_in_the_way(self, cli: Run, at: tuple[str, ...], changes: Path, journal: Path) -> None:
        journal.write_bytes(b"")

        ended = cli("bulk", "plan", str(changes), *at)

        assert ended.code == 0
        assert f"{journal} is not the journal of a run. This is the plan of a new one." in ended.err

    def test_who_looks_first_is_told_what_is_there(self, cli: Run, at: tuple[str, ...], changes: Path) -> None:
        assert cli("bulk", "run", str(changes), *at).code == 0

        ended = cli("bulk", "run", str(changes), "--dry-run", "--look-first", *at)

        assert ended.code == 7
        assert ended.out.count("not possible: pwinty place_order: pwinty:") == 3


class TestSelect:
    @pytest.fixture
    def placed(self, cli: Run, at: tuple[str, ...], changes: Path) -> list[str]:
        assert cli("bulk", "run", str(changes), *at).code == 0
        return [json.loads(line)["order"] for line in cli("bulk", "results", str(changes.with_suffix(".run.db"))).out.splitlines()]

    def test_a_query_becomes_changes_that_can_be_run(self, cli: Run, at: tuple[str, ...], draft: str, tmp_path: Path) -> None:
        found = cli("bulk", "select", "--status", "draft", "--sku", "8x12", "--swap-to", "4x6", *at)
        assert (found.code, found.err) == (0, "1 change. Nothing is changed yet.\n")
        (tmp_path / "swap.jsonl").write_text(found.out, encoding="utf-8")

        assert cli("bulk", "run", "swap.jsonl", *at).code == 0
        [item] = cli("order", "items", draft, "--json", *at).document
        assert item["provider_sku"] == "4x6"

    @pytest.mark.parametrize(
        ("words", "expected"),
        [
            (["--set-status", "cancelled"], {"change": "set_status", "status": "cancelled"}),
            (["--set-status", "Cancelled", "--shops-word"], {"change": "set_status", "status": "Cancelled"}),
            (["--submit"], {"change": "submit"}),
            (["--sku", "8x12", "--cancel-items"], {"change": "cancel_items"}),
            (["--sku", "8x12", "--replace-artwork", "https://example.com/b.jpg"], {"change": "replace_artwork"}),
        ],
        ids=str,
    )
    def test_kinds(self, cli: Run, at: tuple[str, ...], draft: str, words: list[str], expected: dict[str, str]) -> None:
        found = cli("bulk", "select", "--reference", "ORD-1", *words, "--json", *at)

        assert (found.code, found.err) == (0, "")
        assert {**expected, "order": draft}.items() <= found.document.items()

    def test_orders_from_a_file(self, cli: Run, at: tuple[str, ...], placed: list[str], tmp_path: Path) -> None:
        (tmp_path / "orders.csv").write_text(f"order\n{placed[2]}\n{placed[0]}\n", encoding="utf-8")

        found = cli("bulk", "select", "--orders", "orders.csv", "--set-status", "cancelled", *at)

        assert [json.loads(line)["order"] for line in found.out.splitlines()] == [placed[2], placed[0]]

    @pytest.mark.parametrize(
        "words",
        [
            ["--swap-to", "4x6"],
            ["--status", "draft", "--swap-to", "4x6"],
            ["--status", "draft"],
            ["--status", "draft", "--submit", "--set-status", "cancelled"],
            ["--status", "draft", "--set-status", "lost"],
            ["--status", "lost", "--submit"],
        ],
        ids=" ".join,
    )
    def test_wrong_usage(self, cli: Run, at: tuple[str, ...], words: list[str]) -> None:
        assert cli("bulk", "select", *words, *at).code == 2


class TestJournals:
    def test_status_and_results(self, cli: Run, at: tuple[str, ...], changes: Path, journal: Path, tmp_path: Path) -> None:
        changes.write_text(place(2) + place(1, first=2, postal_code=""), encoding="utf-8")
        assert cli("bulk", "run", str(changes), "--results", "out.jsonl", *at).code == 7

        status = cli("bulk", "status", str(journal), "--json").document
        lines = [json.loads(line) for line in cli("bulk", "results", str(journal)).out.splitlines()]
        only = cli("bulk", "results", str(journal), "--only", "not-applied").document

        assert (status["total"], status["left"], status["counts"]) == (3, 0, {"applied": 2, "not-applied": 1})
        assert [line["outcome"] for line in lines] == ["applied", "applied", "not-applied"]
        assert [line["change"]["new"]["reference"] for line in lines] == ["ORD-0", "ORD-1", "ORD-2"]
        assert only == lines[2]
        assert [json.loads(line) for line in (tmp_path / "out.jsonl").read_text().splitlines()] == lines
        assert cli("bulk", "results", str(journal), "--out", "out.csv").code == 0
        assert len((tmp_path / "out.csv").read_text().splitlines()) == 4
        assert cli("bulk", "results", str(journal), "--out", "out.txt").code == 2
        assert re.search(r"^not applied +1$", cli("bulk", "status", str(journal)).out, re.MULTILINE)

    def test_a_lost_answer_is_found_by_looking(self, cli: Run, shop: Any, at: tuple[str, ...], changes: Path) -> None:
        shop.fault("POST", STATUS, "reset-after-commit", times=2)

        ended = cli("bulk", "run", str(changes), "--json", *at)

        assert (ended.code, ended.document["applied"]) == (0, 3)

    @pytest.mark.slow
    def test_an_unknown_change_is_listed_and_reconciled(
        self, start: Run, cli: Run, shop: Any, at: tuple[str, ...], draft: str, changes: Path, journal: Path
    ) -> None:
        """The request is lost and somebody else adds a photo too: nobody can say what became of it."""
        photos = [{"sku": "4x6", "artwork": "https://example.com/a.jpg"}]
        changes.write_text(json.dumps({"change": "add_photos", "order": draft, "photos": photos}), encoding="utf-8")
        shop.fault("POST", "/Orders/{id}/Photos", "status", status=502)
        process = start("bulk", "run", str(changes), *at, PRINTKIT_PROVIDERS_PWINTY_SETTLE="3")
        until = time.monotonic() + 30
        while not (journal.exists() and is_waiting(journal)):
            assert time.monotonic() < until
        process.terminate()
        process.communicate(timeout=30)
        assert cli("order", "add", draft, "--photo", "8x10", "https://example.com/else.jpg", "1", *at).code == 0

        resumed = cli("bulk", "resume", str(journal), *at)
        listed = cli("bulk", "unknown", str(journal), *at)
        as_json = cli("bulk", "unknown", str(journal), "--json", *at)
        settled = cli("bulk", "unknown", str(journal), "--reconcile", *at)

        assert (process.returncode, resumed.code, listed.code, as_json.code, settled.code) == (8, 6, 6, 6, 6)
        assert "bulk unknown" in resumed.err
        assert f"change 0, add_photos of {draft}: its write 'add', sent at" in listed.out
        assert "--reconcile" in listed.err
        assert as_json.document["outcome"] == "unknown"
        assert "look at the order at the shop" in settled.out

    def test_what_is_reconciled_is_noted(self, cli: Run, at: tuple[str, ...], shop: Any, draft: str, changes: Path, journal: Path) -> None:
        changes.write_text(json.dumps({"change": "submit", "order": draft}), encoding="utf-8")
        shop.fault("POST", STATUS, "reset-after-commit")
        assert cli("bulk", "run", str(changes), *at).code == 0
        handle = ReconcileHandle(
            id="1", provider="pwinty", kind="pwinty", environment="emulator", operation="submit", step="status", lock="order",
            account=read(journal).accounts["pwinty"].split()[2], order=draft.partition(":")[2], meant={"status": "Submitted"},
            sent_at=LONG_AGO, settle_until=LONG_AGO,
        )  # fmt: skip
        with closing(sqlite3.connect(journal)) as database, database:
            database.execute("UPDATE item SET state = ?, open = ?", (UNKNOWN, handle.to_json()))

        settled = cli("bulk", "unknown", str(journal), "--reconcile", *at)

        assert (settled.code, settled.out) == (0, f"change 0, submit of {draft}: it happened\n")
        assert read(journal).counts == {"applied": 1}
        assert cli("bulk", "unknown", str(journal), *at).code == 0


def is_waiting(journal: Path) -> bool:
    try:
        return "waiting" in read(journal).counts
    except JournalError:  # it is being made
        return False


@pytest.mark.slow
class TestSignals:
    """What happens to a run that is interrupted."""

    @contextmanager
    def slow(self, start: Run, shop: Any, at: tuple[str, ...], changes: Path, *options: str, **how: Any) -> Iterator[Any]:
        """A run that will take long; goes on once a first order is placed."""
        changes.write_text(place(120), encoding="utf-8")
        process = start("bulk", "run", str(changes), "--rate", "40", "--concurrency", "4", *options, *at, **how)
        until = time.monotonic() + 30
        while not any(entry["kind"] == "order submitted" for entry in shop.control("GET", "ledger")["pwinty"]):
            assert time.monotonic() < until
        yield process

    @pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=lambda number: number.name)
    def test_it_drains_and_can_be_gone_on_with(
        self, start: Run, cli: Run, shop: Any, at: tuple[str, ...], changes: Path, journal: Path, number: signal.Signals
    ) -> None:
        with self.slow(start, shop, at, changes) as process:
            process.send_signal(number)
            out, err = process.communicate(timeout=60)

        assert process.returncode == 8
        assert f"Stopped by {'Ctrl-C' if number is signal.SIGINT else 'SIGTERM'}." in err
        assert f"printkit bulk resume {journal} --url {at[1]}" in err
        assert "left" in out
        before = read(journal).counts
        assert 0 < before["pending"] < 120
        assert before.get("under way", 0) == 0
        rest = cli("bulk", "resume", str(journal), "--json", *at)
        assert (rest.code, rest.document["applied"]) == (0, 120)
        submitted = [entry["count"] for entry in shop.control("GET", "ledger")["pwinty"] if entry["kind"] == "order submitted"]
        assert (len(submitted), set(submitted)) == (120, {1})

    def test_the_second_stops_at_once(self, start: Run, cli: Run, shop: Any, at: tuple[str, ...], changes: Path, journal: Path) -> None:
        shop.fault("POST", STATUS, "stall-after-commit", first=2)  # so that it cannot drain
        with self.slow(start, shop, at, changes, PRINTKIT_PROVIDERS_PWINTY_DEADLINE="3", **QUICK) as process:
            while process.poll() is None:
                process.send_signal(signal.SIGINT)
                time.sleep(0.05)  # signals of one kind that wait together are one
            _, err = process.communicate(timeout=60)

        assert process.returncode == 130
        assert "Stopped at once. Nothing is lost" in err
        rest = cli("bulk", "resume", str(journal), "--json", *at, **QUICK)
        assert (rest.code, rest.document["applied"]) == (0, 120)
        submitted = [entry["count"] for entry in shop.control("GET", "ledger")["pwinty"] if entry["kind"] == "order submitted"]
        assert (len(submitted), set(submitted)) == (120, {1})

    def test_on_a_terminal_there_is_a_bar(self, start: Run, shop: Any, at: tuple[str, ...], changes: Path) -> None:
        screen, keys = pty.openpty()
        with self.slow(start, shop, at, changes, keys=keys, TERM="xterm") as process:
            shown = b""
            while b"applied" not in shown or b"/s" not in shown:
                shown += os.read(screen, 10_000)
            process.send_signal(signal.SIGTERM)
            os.set_blocking(screen, False)
            while process.poll() is None:
                try:
                    shown += os.read(screen, 10_000)
                except BlockingIOError:
                    time.sleep(0.01)
        out, _ = process.communicate(timeout=30)
        os.close(keys)
        os.close(screen)

        assert process.returncode == 8
        assert "/120" in shown.decode()
        assert "\x1b" not in out


class TestShown:
    def watch(self, **progress: Any) -> tuple[running.Watch, Any, Callable[[float], None]]:
        time_now = [0.0]
        run = SimpleNamespace(progress=Progress(**progress), report=Report())
        return running.Watch(run, clock=lambda: time_now[0], now=lambda: LONG_AGO), run, lambda seconds: time_now.__setitem__(0, seconds)  # type: ignore[arg-type]

    def test_a_line(self) -> None:
        watch, run, at = self.watch(running=3)
        assert running.plain(watch.look()) == "taking in the changes"
        run.report, run.progress = Report(applied=90, not_applied=8, unknown=2, left=1000), Progress(applied=90, not_applied=8, unknown=2)
        at(10.0)

        assert running.plain(watch.look()) == "100 of 1,100; 90 applied, 8 not applied, 2 unknown; 10.0/s; 1 min 40 s left"

    def test_a_pause_is_told_and_nothing_guessed(self) -> None:
        watch, run, at = self.watch(paused="the shop\x1b does not answer", waiting=7)
        watch.look()
        run.report, run.progress.applied = Report(applied=50, left=50), 50
        at(10.0)

        line = running.plain(watch.look())
        assert line == "50 of 100; 50 applied, 0 not applied, 0 unknown, 7 waiting; 5.0/s; paused: the shop does not answer"

    def test_what_was_done_before_is_no_speed_of_now(self) -> None:
        """A run that is gone on with: ten of its changes have ended since."""
        watch, run, at = self.watch()
        watch.look()
        run.report, run.progress = Report(applied=5010, left=20), Progress(applied=10)
        at(10.0)

        assert running.plain(watch.look()) == "5,010 of 5,030; 5,010 applied, 0 not applied, 0 unknown; 1.0/s; 20 s left"

    def test_until_when_it_waits_is_told(self) -> None:
        watch, run, at = self.watch(waiting=2, until=datetime(2026, 1, 5, 9, 31, 7, tzinfo=UTC))
        run.report = Report(applied=8, left=2)
        at(10.0)

        assert "2 waiting (the next until 09:31:07 UTC)" in running.plain(watch.look())

    @pytest.mark.parametrize(("sending", "left"), [(3, "1 min 30 s left"), (0, "1 min 30 s left")], ids=["sends", "only waits"])
    def test_what_waits_is_part_of_what_is_left(self, sending: int, left: str) -> None:
        """The rest would be sent within seconds."""
        watch, run, at = self.watch(waiting=2, until_all=LONG_AGO + timedelta(seconds=90), running=sending)
        watch.look()
        run.report, run.progress.applied = Report(applied=100, left=10), 100
        at(10.0)

        assert running.plain(watch.look()).endswith(f"10.0/s; {left}")

    def test_the_rate_is_that_of_the_last_half_minute(self) -> None:
        watch, run, at = self.watch()
        for second in range(100):
            at(second)
            run.report = Report(applied=min(second, 50), left=10)
            run.progress = Progress(applied=min(second, 50))
            watch.look()

        assert watch.look().rate == 0.0

    @pytest.mark.parametrize(("seconds", "words"), [(0.4, "0 s"), (59.4, "59 s"), (61, "1 min 1 s"), (7500, "2 h 5 min")])
    def test_durations(self, seconds: float, words: str) -> None:
        assert running.duration(seconds) == words


class TestRows:
    REF = OrderRef("pwinty", "1")

    def written(self, kept: Kept, form: str, *, raw: bool = False) -> str:
        to = io.StringIO(newline="")
        rows.Sheet(to, form, raw=raw).add(kept)
        return to.getvalue()

    @pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@a", "\t=1", "\r=1"])
    def test_a_formula_is_made_harmless(self, text: str) -> None:
        kept = Kept(0, Submit(self.REF), "not-applied", None, text, None)

        [_, harmless] = csv.reader(io.StringIO(self.written(kept, "csv"), newline=""))
        [_, raw] = csv.reader(io.StringIO(self.written(kept, "csv", raw=True), newline=""))

        assert harmless[3] == f"'{text}"
        assert raw[3] == text
        assert json.loads(self.written(kept, "jsonl"))["why"] == text

    @given(st.text(max_size=20))
    def test_any_text_comes_back(self, text: str) -> None:
        """Also one with line ends, quotes, and what some programs take for the end of a line."""
        kept = Kept(0, Submit(self.REF), "not-applied", None, text, None)
        lines = self.written(kept, "jsonl")

        [_, row] = csv.reader(io.StringIO(self.written(kept, "csv"), newline=""))

        assert row[3] in {text, f"'{text}"}
        assert not row[3].startswith(("=", "+", "-", "@", "\t", "\r"))
        assert len(lines.splitlines()) == 1
        assert json.loads(lines)["why"] == text

    def test_every_cell_stands_in_quotes(self) -> None:
        text = self.written(Kept(0, Submit(self.REF), "applied", "pwinty:1", None, None), "csv")

        assert text.splitlines()[1] == '"0","applied","pwinty:1","","","","{""change"": ""submit"", ""order"": ""pwinty:1""}",""'

    def test_new_ids_and_items_that_a_shop_refused_are_in_it(self) -> None:
        receipt = Receipt(renamed={"7": "9"}, refused=(RefusedItem("8", "=1+1"),))
        result = ChangeResult(0, Submit(self.REF), Applied(Order(self.REF, OrderStatus.SUBMITTED, receipt=receipt)))
        kept = rows.kept_of(result)
        [_, row] = csv.reader(io.StringIO(self.written(kept, "csv"), newline=""))

        assert kept_from(0, to_json(result.change), APPLIED, None, outcome_of(result)) == kept
        assert json.loads(row[rows.COLUMNS.index("renamed")]) == {"7": "9"}
        refused = [{"item": "8", "why": "=1+1"}]
        assert json.loads(row[rows.COLUMNS.index("refused")]) == refused
        assert json.loads(self.written(kept, "jsonl"))["refused"] == refused

    @pytest.mark.parametrize(
        ("outcome", "state", "why"),
        [
            (Applied(Order(REF, OrderStatus.CANCELLED)), "applied", None),
            (NotApplied("no"), "not-applied", "no"),
            (Unknown("who knows"), "unknown", "who knows"),
        ],
        ids=["applied", "not", "unknown"],
    )
    def test_a_result_is_a_row(self, outcome: Any, state: str, why: str | None) -> None:
        kept = rows.kept_of(ChangeResult(3, SetStatus(self.REF, OrderStatus.CANCELLED), outcome))

        assert (kept.index, kept.state, kept.why) == (3, state, why)

    def test_the_same_reason_is_told_once(self) -> None:
        tally = Tally()
        for index in range(1000):
            tally.note(ChangeResult(index, Submit(self.REF), NotApplied("no" if index % 2 else "never")))

        assert tally.told == [
            "change 0, submit of pwinty:1: not applied: never (and 499 more)",
            "change 1, submit of pwinty:1: not applied: no (and 499 more)",
        ]

    def test_items_that_a_shop_refused_are_told(self) -> None:
        tally = Tally()
        order = Order(self.REF, OrderStatus.SUBMITTED, receipt=Receipt(refused=(RefusedItem("7", "it is printed"),)))
        tally.note(ChangeResult(0, Submit(self.REF), Applied(order)))

        progress = Progress()
        progress.count(ChangeResult(0, Submit(self.REF), Applied(order)))
        assert (progress.applied, progress.partly, tally.told) == (
            1,
            1,
            ["change 0, submit of pwinty:1: applied in part: item 7 refused: it is printed"],
        )
