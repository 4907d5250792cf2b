"""The journal by itself: what it keeps, whom it refuses, what happens when the disk is full. Kills are in ``test_kill``."""

import asyncio
import contextlib
import multiprocessing
import os
import sqlite3
import subprocess
import sys
import tracemalloc
from collections.abc import Awaitable, Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from printkit import InvalidRequestError, JournalError, NewOrder, Order, OrderRef, OrderStatus, Photo, Recipient
from printkit.bulk.database import Writer
from printkit.bulk.journal import Journal, read, read_changes
from printkit.bulk.results import ChangeResult
from printkit.bulk.tasks import Task
from printkit.changes import Change, PlaceOrder, Submit, SwapSku
from printkit.outcomes import Applied, NotApplied, ReconcileHandle, Unknown

ACCOUNTS = {"pwinty": "pwinty emulator 0a1b", "gooten": "gooten emulator 2c3d"}
MOMENT = datetime(2026, 1, 5, 9, 30, tzinfo=UTC)


def submits(count: int) -> list[Change]:
    return [Submit(f"pwinty:{place + 1}") for place in range(count)]


def place_order(reference: str, provider: str | None = None) -> PlaceOrder:
    return PlaceOrder(NewOrder(Recipient("Tom"), reference=reference), [Photo("4x6", "https://images.example.com/a.jpg")], provider)


def handle(task: Task, name: str = "h") -> ReconcileHandle:
    return ReconcileHandle(
        id=name, provider="pwinty", kind="pwinty", environment="emulator", account="0a1b", operation="submit", step="status", lock="l",
        order=task.order.partition(":")[2], sent_at=MOMENT, settle_until=MOMENT, meant={"status": "Submitted"},
    )  # fmt: skip


@contextlib.asynccontextmanager
async def opened(path: Path, given: Iterable[Change] | None = None, accounts: dict[str, str] = ACCOUNTS, **more: Any) -> Any:
    journal = await Journal.open(path, accounts, "pwinty", **more)
    try:
        if given is not None:
            await journal.begin(given)
        yield journal
    finally:
        await journal.aclose()


def bytes_of(path: Path) -> bytes:
    return path.read_bytes()


def write(path: Path, content: bytes) -> None:
    path.write_bytes(content)


async def outcome(waited: Awaitable[None]) -> str:
    try:
        await waited
    except JournalError as error:
        return str(error)
    return ""


async def tasks(journal: Journal) -> list[Task]:
    found = []
    while (task := await journal.next()) is not None:
        found.append(task)
    return found


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "run.db"


# ── What it keeps ─────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_what_was_taken_in_comes_back_in_order_until_it_has_ended(path: Path) -> None:
    given = submits(1500)
    async with opened(path, given) as journal:
        found = await tasks(journal)
        assert [task.change for task in found] == given
        for task in found[:700]:
            await journal.finish(ChangeResult(task.index, task.change, Applied(Order(OrderRef("pwinty", "1"), OrderStatus.SUBMITTED))))
    async with opened(path, given) as journal:
        assert [task.index for task in await tasks(journal)] == [*range(700, 1500)]
        status = await journal.status()
    assert (status.counts, status.total, status.left) == ({"applied": 700, "pending": 800}, 1500, 800)


async def test_how_far_each_has_come_is_there_after_reopening(path: Path) -> None:
    async with opened(path, submits(5)) as journal:
        intended, done, waiting, refused, odd = await tasks(journal)
        await journal.intend(intended, handle(intended, "first"))
        done.done = handle(done, "done")
        await journal.intend(done, handle(done, "open"))
        waiting.done = handle(waiting, "done")
        await journal.keep(waiting)
        await journal.finish(ChangeResult(refused.index, refused.change, NotApplied("no")))
        await journal.finish(ChangeResult(odd.index, odd.change, Unknown("who knows"), handle=handle(odd, "odd")))
    async with opened(path, submits(5)) as journal:
        intended, done, waiting = await tasks(journal)
    assert (intended.open, intended.done) == (handle(intended, "first"), None)
    assert (done.open, done.done) == (handle(done, "open"), handle(done, "done"))
    assert (waiting.open, waiting.done) == (None, handle(waiting, "done"))
    kept = [*read_changes(path, "not-applied", "unknown")]
    assert [(each.index, each.state, each.why) for each in kept] == [(3, "not-applied", "no"), (4, "unknown", "who knows")]
    assert kept[1].handle == handle(odd, "odd")
    assert [each.state for each in read_changes(path)] == ["under way", "under way", "waiting", "not-applied", "unknown"]


async def test_it_can_be_read_while_another_connection_works_on_it(path: Path) -> None:
    async with opened(path, submits(3)) as journal:
        for task in await tasks(journal):
            await journal.intend(task, handle(task))
            status = await asyncio.to_thread(read, path)
            assert status.counts["under way"] == task.index + 1
        assert len(await asyncio.to_thread(lambda: [*read_changes(path)])) == 3
        assert [each.index async for each in journal.kept()] == [0, 1, 2]
    assert read(path).left == 3


async def test_a_change_that_names_no_connection_stays_with_the_one_that_was_the_default(path: Path) -> None:
    async with opened(path, [place_order("R1")]):
        pass
    journal = await Journal.open(path, ACCOUNTS, "gooten")
    try:
        (task,) = await tasks(journal)
        assert (task.provider, task.order) == ("pwinty", "pwinty:reference:R1")
        with pytest.raises(JournalError, match=r"changes\[0\] is another one"):
            await journal.begin([place_order("R1")])
    finally:
        await journal.aclose()


async def test_an_order_at_hand_is_kept_as_its_reference(path: Path) -> None:
    order = Order(OrderRef("pwinty", "1"), OrderStatus.DRAFT, body=b"secret")
    async with opened(path, [Submit(order)]) as journal:
        (task,) = await tasks(journal)
    assert task.change == Submit("pwinty:1")
    assert b"secret" not in bytes_of(path)


# ── Whom it refuses ───────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (submits(1199), "was begun with 1200 changes, and the input has 1199"),
        (submits(0), "and the input has 0"),
        (submits(1201), "has more"),
        ([*submits(700), Submit("pwinty:7"), *submits(1200)[701:]], r"changes\[700\] is another one"),
        ([*reversed(submits(1200))], r"changes\[0\] is another one"),
    ],
)
async def test_another_input_is_refused(path: Path, given: list[Change], said: str) -> None:
    async with opened(path, submits(1200)):
        pass
    with pytest.raises(JournalError, match=said):
        async with opened(path, given):
            pass
    async with opened(path, submits(1200)) as journal:
        assert len(await tasks(journal)) == 1200


@pytest.mark.parametrize(
    ("accounts", "said"),
    [
        ({"pwinty": "pwinty emulator ffff"}, "pwinty at another emulator; one within a program begins anew each time"),
        ({"pwinty": "pwinty live 0a1b"}, "pwinty emulator, and pwinty is pwinty live"),
        ({"pwinty": "gooten emulator 0a1b"}, "is gooten emulator"),
        ({"gooten": "gooten emulator 2c3d"}, "pwinty is not configured"),
    ],
)
async def test_another_account_environment_or_no_connection_is_refused(path: Path, accounts: dict[str, str], said: str) -> None:
    async with opened(path, submits(3)):
        pass
    with pytest.raises(JournalError, match=said):
        async with opened(path, accounts=accounts):
            pass


async def test_a_connection_that_no_change_goes_to_does_not_matter(path: Path) -> None:
    async with opened(path, submits(3)):
        pass
    async with opened(path, submits(3), {"pwinty": ACCOUNTS["pwinty"], "third": "x y z"}) as journal:
        assert len(await tasks(journal)) == 3


async def test_two_orders_of_one_reference_are_refused_before_anything_is_kept_for_good(path: Path) -> None:
    given: list[Change] = [place_order("R1"), *submits(600), place_order("R1", "pwinty")]
    with pytest.raises(InvalidRequestError) as error:
        async with opened(path, given):
            pass
    assert [problem.path for problem in error.value.problems] == ["changes[601].new.reference"]
    assert "changes[0]" in error.value.problems[0].text
    async with opened(path, [place_order("R1"), place_order("R1", "gooten")]) as journal:  # mended: another shop, another order
        assert len(await tasks(journal)) == 2


async def test_what_cannot_be_carried_out_or_kept_is_told_by_its_place(path: Path) -> None:
    strange: Any = [
        *submits(2),
        Submit("1"),
        {"change": "submit"},
        SwapSku("pwinty:1", 5, "8x12"),  # type: ignore[arg-type]
        PlaceOrder(NewOrder(Recipient("T"), "R", extra={"pwinty": {"x": object()}}), []),
        Submit("pwinty:\ud800"),
    ]
    with pytest.raises(InvalidRequestError) as error:
        async with opened(path, strange):
            pass
    assert [problem.path for problem in error.value.problems] == [
        "changes[2].order", "changes[3].change", "changes[4].item", "changes[5].change", "changes[6].change",
    ]  # fmt: skip
    async with opened(path, submits(2)) as journal:
        assert len(await tasks(journal)) == 2


async def test_taking_in_that_was_interrupted_is_no_run_yet_and_begins_anew(path: Path) -> None:
    def broken() -> Iterator[Change]:
        yield from submits(1100)
        raise OSError("the input is gone")

    with pytest.raises(OSError, match="the input is gone"):
        async with opened(path, broken()):
            pass
    assert read(path).total is None
    async with opened(path) as journal:
        with pytest.raises(JournalError, match="interrupted before it had all changes"):
            await journal.begin(None)
    async with opened(path, submits(1200)[::-1]) as journal:
        assert (await journal.status()).counts == {"pending": 1200}
        assert (await tasks(journal))[0].change == Submit("pwinty:1200")


@pytest.mark.parametrize("content", [b"not a database, but long enough to be one\n" * 100, b"x"])
async def test_another_kind_of_file_is_refused_and_left_as_it_is(path: Path, content: bytes) -> None:
    write(path, content)
    with pytest.raises(JournalError, match="is not the journal of a run"):
        async with opened(path, submits(3)):
            pass
    assert bytes_of(path) == content
    with pytest.raises(JournalError):
        read(path)


async def test_another_database_is_refused_and_left_as_it_is(path: Path) -> None:
    with contextlib.closing(sqlite3.connect(path)) as database:
        database.execute("CREATE TABLE run (form TEXT)")
        database.execute("INSERT INTO run VALUES ('mine')")
        database.commit()
    before = bytes_of(path)
    with pytest.raises(JournalError, match="of this version"):
        async with opened(path, submits(3)):
            pass
    assert bytes_of(path) == before


async def test_a_file_must_be_there_or_must_not(path: Path) -> None:
    with pytest.raises(JournalError, match="is not there"):
        async with opened(path, new=False):
            pass
    with pytest.raises(JournalError, match="is not there"):
        read(path)
    async with opened(path, submits(1), new=True):
        pass
    with pytest.raises(JournalError, match="is there already"):
        async with opened(path, submits(1), new=True):
            pass


async def test_a_folder_that_is_not_there_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(JournalError, match="cannot be used: its folder is not there"):
        async with opened(tmp_path / "none" / "run.db", submits(1)):
            pass


_OTHER = """
import asyncio, sys
from printkit.bulk.journal import Journal
async def main():
    try:
        await Journal.open(sys.argv[1], {}, None)
    except Exception as error:
        print(type(error).__name__, error)
asyncio.run(main())
"""


@pytest.mark.parametrize("name", ["run.db", "alias.db"])
async def test_a_second_process_is_refused_under_any_name_of_the_file(path: Path, name: str) -> None:
    path.with_name("alias.db").symlink_to(path)
    async with opened(path, submits(3)):
        command = [sys.executable, "-c", _OTHER, str(path.with_name(name))]
        found = await asyncio.to_thread(subprocess.run, command, capture_output=True, text=True, check=True)
        assert found.stdout.startswith("JournalError another process works on")
        with pytest.raises(JournalError, match="another process works on"):
            await Journal.open(path, ACCOUNTS, None)
    async with opened(path, submits(3)):
        pass


# ── Disks ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _small(monkeypatch: pytest.MonkeyPatch, pages: int) -> None:
    """From now on, every journal that is opened has a disk of so many pages."""

    class Small(Writer):  # type: ignore[misc]
        async def do(self, work: Any) -> Any:
            def limited(database: sqlite3.Connection) -> Any:
                database.execute(f"PRAGMA max_page_count = {pages}")
                return work(database)

            return await super().do(limited)

    monkeypatch.setattr("printkit.bulk.journal.Writer", Small)


async def test_a_full_disk_is_a_journal_error_and_keeps_what_was_there(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with opened(path, submits(100)):
        pass
    with monkeypatch.context() as patch:
        _small(patch, len(bytes_of(path)) // 4096 + 20)
        async with opened(path, submits(100)) as journal:
            ends = [await outcome(journal.intend(task, handle(task, "x" * 3000))) for task in await tasks(journal)]
            failed = sum("full" in end for end in ends)
            assert {end for end in ends if "full" not in end} == {""}
            assert failed > 50
    async with opened(path, submits(100)) as journal:
        assert sum(task.open is not None for task in await tasks(journal)) == 100 - failed


async def test_a_file_that_cannot_be_written_is_refused(path: Path) -> None:
    async with opened(path, submits(3)):
        pass
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")  # root may write any file, but not one that another program holds
        with pytest.MonkeyPatch.context() as patch:
            connect = sqlite3.connect
            patch.setattr("printkit.bulk.database.sqlite3.connect", lambda *given, **more: connect(*given, **more | {"timeout": 0}))
            with pytest.raises(JournalError, match="locked"):
                async with opened(path, submits(3)):
                    pass


# ── The thread ────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_the_guilty_job_fails_alone(path: Path) -> None:
    writer = Writer(path, asyncio.get_running_loop())
    await writer.do(lambda database: database.execute("CREATE TABLE t (x INTEGER PRIMARY KEY)"))

    def insert(number: int) -> Any:
        return writer.do(lambda database: database.execute("INSERT INTO t VALUES (?) RETURNING x", (number,)).fetchone()[0])

    found = await asyncio.gather(*(insert(number % 50) for number in range(100)), return_exceptions=True)
    rows = await writer.do(lambda database: [row[0] for row in database.execute("SELECT x FROM t ORDER BY x")])
    await writer.aclose()

    assert rows == [*range(50)]
    assert found[:50] == [*range(50)]
    assert all(isinstance(each, JournalError) for each in found[50:])
    with pytest.raises(JournalError, match="is closed"):
        await insert(1)


async def test_many_jobs_are_committed_together(path: Path) -> None:
    writer, begun = Writer(path, asyncio.get_running_loop()), []
    await writer.do(lambda database: database.set_trace_callback(lambda text: begun.append(text) if text.startswith("COMMIT") else None))
    await writer.do(lambda database: database.execute("CREATE TABLE t (x)"))
    begun.clear()
    await asyncio.gather(*(writer.do(lambda database: database.execute("INSERT INTO t VALUES (1)")) for _ in range(1000)))
    await writer.aclose()

    assert len(begun) <= 40


async def test_whoever_is_cancelled_while_the_disk_writes_hinders_nobody(path: Path) -> None:
    async with opened(path, submits(10)) as journal:
        found = await tasks(journal)
        waits = [asyncio.create_task(journal.intend(task, handle(task))) for task in found]
        await asyncio.sleep(0)
        for wait in waits[::2]:
            wait.cancel()
        ends = await asyncio.gather(*waits, return_exceptions=True)
        assert [type(end) for end in ends] == [asyncio.CancelledError, type(None)] * 5


def test_a_loop_that_is_closed_first_leaves_no_warning(path: Path, recwarn: pytest.WarningsRecorder) -> None:
    loop = asyncio.new_event_loop()
    journal = loop.run_until_complete(Journal.open(path, ACCOUNTS, None))
    loop.close()
    journal._writer._jobs.append((lambda database: None, asyncio.Future(loop=loop)))
    journal._writer._is_closing = True
    journal._writer._wake.set()
    journal._writer._thread.join()
    journal._lock.close()

    assert not [*recwarn]


def test_a_killed_process_holds_no_lock(path: Path) -> None:
    def hold() -> None:
        asyncio.run(Journal.open(path, ACCOUNTS, None))
        os._exit(9)

    process = multiprocessing.get_context("fork").Process(target=hold)
    process.start()
    process.join()
    assert process.exitcode == 9

    async def again() -> None:
        async with opened(path, submits(1)) as journal:
            assert len(await tasks(journal)) == 1

    asyncio.run(again())


# ── Who may read it ───────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.skipif(os.name != "posix", reason="other systems have no modes of files")
async def test_only_its_owner_may_read_what_people_live_in(path: Path) -> None:
    before = os.umask(0o022)
    try:
        async with opened(path, [place_order("R1")]):
            files = [each for each in path.parent.iterdir() if ".lock" not in each.name]  # those are empty
            modes = {each.name: each.stat().st_mode & 0o777 for each in files}
    finally:
        os.umask(before)
    assert modes == dict.fromkeys(("run.db", "run.db-wal", "run.db-shm"), 0o600)


# ── What the system refuses ───────────────────────────────────────────────────────────────────────────────────────────


def _elsewhere(path: Path, prepare: Any, given: int) -> str:
    """What is told of a run in a process of its own that is as limited as ``prepare`` makes it; root gives up that it may do anything."""
    out, into = os.pipe()
    if not (child := os.fork()):
        try:
            prepare()
            if os.geteuid() == 0:
                os.setgroups([])
                os.setgid(65534)
                os.setuid(65534)
            said = asyncio.run(_taken_in(path, given))
        except BaseException as error:  # noqa: BLE001 - whatever it is, it is told
            said = f"{type(error).__name__}: {error}"
        os.write(into, said.encode())
        os._exit(0)
    os.close(into)
    with os.fdopen(out) as told:
        said = told.read()
    os.waitpid(child, 0)
    return said


async def _taken_in(path: Path, given: int) -> str:
    async with opened(path, submits(given)) as journal:
        return f"{len(await tasks(journal))} tasks"


def allow(path: Path, mode: int) -> None:
    path.chmod(mode)


@pytest.fixture
def anybodys() -> Iterator[Path]:
    """A folder that anybody may write to."""
    with TemporaryDirectory() as folder:
        allow(Path(folder), 0o777)
        yield Path(folder)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs a system where processes fork")
class TestRefused:
    async def test_a_file_that_may_only_be_read(self, anybodys: Path) -> None:
        path = anybodys / "run.db"
        async with opened(path, submits(3)):
            pass
        allow(path, 0o444)

        said = _elsewhere(path, lambda: None, 3)

        assert said == f"JournalError: {path} cannot be written: attempt to write a readonly database"

    async def test_a_folder_that_may_only_be_read(self, anybodys: Path) -> None:
        allow(anybodys, 0o555)

        said = _elsewhere(anybodys / "run.db", lambda: None, 3)

        assert said.startswith(f"JournalError: {anybodys / 'run.db'} cannot be used: its folder is not there, or you may not write to it")

    async def test_a_file_that_may_not_be_read(self, anybodys: Path) -> None:
        path = anybodys / "run.db"
        async with opened(path, submits(3)):
            pass
        allow(path, 0o000)

        said = _elsewhere(path, lambda: None, 3)

        assert said.startswith(f"JournalError: {path} cannot be read: ")

    def test_a_disk_that_is_full(self, anybodys: Path) -> None:
        """The system refuses every write beyond so many bytes of a file."""
        import resource

        path = anybodys / "run.db"

        said = _elsewhere(path, lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000)), 20_000)

        assert said.startswith(f"JournalError: {path} cannot be written: ")
        assert _elsewhere(path, lambda: None, 20_000) == "20000 tasks", "with room again it begins anew"


@pytest.mark.slow
async def test_taking_in_and_comparing_again_needs_no_memory_for_each(path: Path) -> None:
    def given() -> Iterator[Change]:
        for place in range(6_000):
            if place == 2_000:
                tracemalloc.start()
                first = tracemalloc.get_traced_memory()[0]
            if place == 5_500:
                grown.append(tracemalloc.get_traced_memory()[0] - first)
                tracemalloc.stop()
            yield Submit(f"pwinty:{place + 1}")

    grown: list[int] = []
    for _ in range(2):
        async with opened(path, given()):
            pass

    assert max(grown) <= 1024 * 1024
    assert len(grown) == 2
    with pytest.raises(JournalError, match=r"changes\[5999\] is another one"):
        async with opened(path, [*submits(5_999), Submit("pwinty:7")]):
            pass
