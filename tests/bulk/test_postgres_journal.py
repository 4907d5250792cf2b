"""The journal in PostgreSQL: whole or not there, one order in one chunk, one chunk at one worker, nothing noted without the lease."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

import printkit
from printkit import NewOrder, OrderStatus, Photo, Recipient
from printkit.changes import AddPhotos, Change, PlaceOrder, SetStatus, Submit
from printkit.errors import ConfigError, InvalidRequestError, JournalError, OutcomeUnknownError
from printkit.outcomes import NotApplied, ReconcileHandle, Unknown
from tests.bulk.two_shops import counter
from tests.machines import KEY, PICTURE, TOM

pytest_plugins = ["tests.postgres"]

if TYPE_CHECKING:
    from printkit.bulk.distributed import Worker
    from printkit.bulk.leases import Chunk
    from printkit.bulk.postgres import Connection

HANDLE = ReconcileHandle(
    id="1",
    provider="pwinty",
    kind="pwinty",
    environment="emulator",
    account="a",
    operation="submit",
    step="submit",
    lock="order:1",
    order="1",
    sent_at=datetime.now(UTC),
    settle_until=datetime.now(UTC),
)


def kit(merchant: str = "m") -> printkit.PrintKit:
    return printkit.connect(f"pwinty+emulator://?merchant_id={merchant}", environ=KEY)


def places(count: int) -> list[Change]:
    return [PlaceOrder(NewOrder(reference=f"ORD-{each}", recipient=TOM), [Photo("8x12", PICTURE.format(each))]) for each in range(count)]


def submits(count: int) -> list[Change]:
    return [Submit(f"pwinty:{each + 1}") for each in range(count)]


async def submit(database: str, changes: Any, **wishes: Any) -> str:
    from printkit.bulk import distributed

    async with kit() as at:
        return await distributed.submit(at, changes, database, **wishes)


@pytest.fixture
async def connection(database: str) -> "AsyncIterator[Connection]":
    from printkit.bulk.postgres import Database

    async with Database.at(database).connected() as connection:
        yield connection


async def chunk_of(connection: "Connection", run: str, owner: str, number: int = 0, seconds: float = 60) -> "Chunk":
    from printkit.bulk import leases

    lease = await leases.claim(connection, run, number, owner, seconds)
    assert isinstance(lease, leases.Lease)
    return leases.Chunk(connection, lease)


async def run_out(connection: "Connection") -> None:
    await connection.execute("UPDATE chunk SET lease_until = clock_timestamp() - interval '1 s'")


@pytest.mark.usefixtures("postgres")
def test_the_states_in_the_text_of_queries_are_the_journals() -> None:
    from printkit.bulk import kept, postgres

    assert (f"state < {kept.APPLIED}", kept.PENDING) == (postgres.UNFINISHED, 0)


class TestTakingIn:
    async def test_one_order_is_in_one_chunk_and_every_change_in_one(self, database: str, connection: "Connection") -> None:
        run = await submit(database, [*submits(300), *submits(300)], chunk_size=7)
        query = "SELECT item.id, number FROM item JOIN chunk ON spot BETWEEN low AND high WHERE item.run = %s ORDER BY item.id"
        chunks = [number for _, number in await (await connection.execute(query, (run,))).fetchall()]
        assert len(chunks) == 600
        assert chunks[:300] == chunks[300:]
        assert len(set(chunks)) > 40

    @pytest.mark.parametrize(
        ("changes", "path"),
        [
            ([*submits(2), Submit("pwinty:draft:1")], "changes[2].order"),
            ([SetStatus("gooten:draft:7", "cancelled")], "changes[0].order"),
            ([*places(3), *places(2)], "changes[3].new.reference"),
            ([*submits(1), AddPhotos("nonsense", [])], "changes[1].order"),
            ([Submit("pwinty:1"), "text"], "changes[1].change"),
            ([PlaceOrder(NewOrder(reference="A\0", recipient=TOM), [])], "changes[0].change"),
            ([PlaceOrder(NewOrder(reference="A", recipient=Recipient(name="\ud800")), [])], "changes[0].change"),
        ],
    )
    async def test_what_cannot_be_carried_out_elsewhere_is_refused_and_leaves_nothing(
        self, database: str, connection: "Connection", changes: Any, path: str
    ) -> None:
        with pytest.raises(InvalidRequestError) as refused:
            await submit(database, changes)
        assert [problem.path for problem in refused.value.problems] == [path]
        for table in ("run", "item", "chunk", "procrastinate_jobs"):
            assert await (await connection.execute(f"SELECT count(*) FROM {table}")).fetchone() == (0,)  # noqa: S608

    async def test_input_that_breaks_off_leaves_nothing(self, database: str, connection: "Connection") -> None:
        async def broken() -> AsyncIterator[Change]:
            yield Submit("pwinty:1")
            raise OSError("gone")

        with pytest.raises(OSError, match="gone"):
            await submit(database, broken())
        assert await (await connection.execute("SELECT count(*) FROM run")).fetchone() == (0,)

    async def test_a_name_is_given_once(self, database: str) -> None:
        assert await submit(database, submits(1), run="spring") == "spring"
        with pytest.raises(JournalError, match="there is a run spring already"):
            await submit(database, submits(1), run="spring")

    async def test_ten_thousand_changes_are_fifty_jobs_with_ids_only(self, database: str, connection: "Connection") -> None:
        run = await submit(database, submits(10_000))
        jobs = await (await connection.execute("SELECT args FROM procrastinate_jobs ORDER BY id")).fetchall()
        assert [args for (args,) in jobs] == [{"run": run, "chunk": number} for number in range(50)]


class TestLease:
    async def test_nobody_takes_a_chunk_with_a_live_lease(self, database: str, connection: "Connection") -> None:
        from printkit.bulk import leases

        run = await submit(database, submits(1))
        await chunk_of(connection, run, "one", seconds=60)
        taken = await leases.claim(connection, run, 0, "two", 60)
        assert isinstance(taken, leases.Taken)
        assert taken.seconds == pytest.approx(60, abs=5)
        assert await leases.claim(connection, run, 9, "two", 60) == leases.Taken(None), "there is none of that number"

    @pytest.mark.parametrize("taken_over", [True, False])
    async def test_who_lost_the_lease_notes_nothing_more(self, database: str, connection: "Connection", *, taken_over: bool) -> None:
        from printkit.bulk.results import ChangeResult

        run = await submit(database, submits(1))
        chunk = await chunk_of(connection, run, "one")
        task = await chunk.next()
        assert task is not None
        await run_out(connection)
        if taken_over:
            await chunk_of(connection, run, "two")
        for write in (chunk.intend(task, HANDLE), chunk.keep(task), chunk.finish(ChangeResult(0, task.change, NotApplied("no")))):
            with pytest.raises(JournalError, match="its lease ran out"):
                await write
        assert chunk.problem is not None
        assert await (await connection.execute("SELECT state, open FROM item")).fetchall() == [(0, None)]

    async def test_the_same_worker_with_an_older_lease_is_somebody_else(self, database: str, connection: "Connection") -> None:
        run = await submit(database, submits(1))
        old = await chunk_of(connection, run, "one")
        task = await old.next()
        assert task is not None
        await run_out(connection)
        new = await chunk_of(connection, run, "one")
        with pytest.raises(JournalError):
            await old.intend(task, HANDLE)
        await new.intend(task, HANDLE)

    async def test_a_write_holds_the_chunk_until_it_is_settled(self, database: str, connection: "Connection") -> None:
        from printkit.bulk import leases

        run = await submit(database, submits(1))
        chunk = await chunk_of(connection, run, "one", seconds=5)
        task = await chunk.next()
        assert task is not None
        await chunk.intend(task, _settled_in(120))
        taken = await leases.claim(connection, run, 0, "two", 5)
        assert isinstance(taken, leases.Taken)
        assert taken.seconds == pytest.approx(120, abs=5)
        assert await leases.renew(connection, chunk.lease, 5) is None, "which takes nothing away from it"
        taken = await leases.claim(connection, run, 0, "two", 5)
        assert isinstance(taken, leases.Taken)
        assert taken.seconds == pytest.approx(120, abs=5)

    async def test_the_next_worker_finds_how_far_each_change_has_come(self, database: str, connection: "Connection") -> None:
        from printkit.bulk import leases

        run = await submit(database, submits(3))
        chunk = await chunk_of(connection, run, "one")
        intended, kept, untouched = [await chunk.next() for _ in range(3)]
        assert intended is not None
        assert kept is not None
        assert untouched is not None
        await chunk.intend(intended, HANDLE)
        kept.done, kept.tries, kept.lost, kept.refusals = HANDLE, 3, 2, 1
        kept.not_before = datetime.now(UTC) + timedelta(seconds=50)
        await chunk.keep(kept)
        let_go = await leases.release(connection, chunk.lease)
        assert let_go == leases.LetGo(3, 0.0)
        again = await chunk_of(connection, run, "two")
        found = [await again.next() for _ in range(4)]
        assert [each and each.index for each in found] == [intended.index, kept.index, untouched.index, None]
        assert found[0] is not None
        assert (found[0].open, found[0].done) == (HANDLE, None)
        assert found[1] == kept

    async def test_a_stopped_run_is_nobodys_until_it_is_resumed(self, database: str, connection: "Connection") -> None:
        from printkit.bulk import distributed, leases

        run = await submit(database, submits(1))
        chunk = await chunk_of(connection, run, "one")
        await distributed.stop(database, run, "enough")
        assert await leases.renew(connection, chunk.lease, 5) == "enough"
        await leases.release(connection, chunk.lease)
        assert await leases.claim(connection, run, 0, "two", 5) == leases.Taken(None)
        assert await distributed.resume(database, run) == 1
        await chunk_of(connection, run, "two")


def _settled_in(seconds: float) -> ReconcileHandle:
    from attrs import evolve

    return evolve(HANDLE, settle_until=datetime.now(UTC) + timedelta(seconds=seconds))


class TestWorker:
    async def test_it_carries_out_a_run(self, database: str) -> None:
        from printkit.bulk import distributed

        async with kit() as at:
            run = await distributed.submit(at, places(30), database)
            async with distributed.worker(at, database) as worker:
                assert await worker.carry_out(run, 0) is None
            status = await distributed.status(database, run)
            assert (status.kept.counts, status.chunks_done) == ({"applied": 30}, 1)
            kept = [each async for each in distributed.kept(database, run)]
            assert [each.index for each in kept] == list(range(30))
            assert len([order async for order in at.list_orders()]) == 30
            assert at.opened["pwinty"].pace.shared is None

    async def test_another_account_stops_the_run_before_anything_is_sent(self, database: str) -> None:
        from printkit.bulk import distributed

        run = await submit(database, places(3))
        async with kit("somebody else") as other, distributed.worker(other, database) as worker:
            assert await worker.carry_out(run, 0) is None
            status = await distributed.status(database, run)
            assert status.stopped is not None
            assert "was begun with pwinty at another " in status.stopped
            assert status.kept.counts == {"pending": 3}
            assert [order async for order in other.list_orders()] == []

    async def test_a_refused_key_stops_the_run_and_a_resumed_one_ends(self, database: str, monkeypatch: pytest.MonkeyPatch) -> None:
        from printkit.bulk import distributed
        from printkit.errors import AuthenticationError

        async with kit() as at, distributed.worker(at, database) as worker:
            run = await distributed.submit(at, places(3), database)
            with monkeypatch.context() as patched:
                patched.setattr(PlaceOrder, "carry_out", _raising(AuthenticationError("refused", provider="pwinty")))
                assert await worker.carry_out(run, 0) is None
            status = await distributed.status(database, run)
            assert status.stopped is not None
            assert "refused" in status.stopped
            assert status.kept.left == 3
            assert await distributed.resume(database, run) == 1
            assert await worker.carry_out(run, 0) is None
            assert (await distributed.status(database, run)).kept.counts == {"applied": 3}

    async def test_what_only_waits_is_let_go_of_until_it_is_time(self, database: str, monkeypatch: pytest.MonkeyPatch) -> None:
        from printkit.bulk import distributed

        async with kit() as at, distributed.worker(at, database) as worker:
            run = await distributed.submit(at, submits(3), database)
            monkeypatch.setattr(Submit, "carry_out", _raising(OutcomeUnknownError(_settled_in(100), "lost")))
            seconds = await worker.carry_out(run, 0)
            assert seconds == pytest.approx(100, abs=5)
            status = await distributed.status(database, run)
            assert (status.kept.counts, status.stopped, status.workers) == ({"waiting": 3}, None, 0)
            assert status.kept.waits is not None
            first, last = ((each - datetime.now(UTC)).total_seconds() for each in status.kept.waits)
            assert (first, last) == (pytest.approx(100, abs=5), pytest.approx(first, abs=1))

    async def test_a_stopped_worker_lets_go_of_its_chunk(self, database: str, monkeypatch: pytest.MonkeyPatch) -> None:
        from printkit.bulk import distributed

        async with kit() as at, distributed.worker(at, database) as worker:
            run = await distributed.submit(at, submits(500), database, chunk_size=500)
            monkeypatch.setattr(Submit, "carry_out", _stopping(worker))
            assert await worker.carry_out(run, 0) == 0
            status = await distributed.status(database, run)
            assert (status.stopped, status.workers) == (None, 0)
            assert 0 < status.kept.counts["not-applied"] < 500

    async def test_a_fault_of_ours_stops_the_run_without_its_words(self, database: str, monkeypatch: pytest.MonkeyPatch) -> None:
        from printkit.bulk import distributed
        from printkit.bulk.leases import Chunk

        async with kit() as at, distributed.worker(at, database) as worker:
            run = await distributed.submit(at, submits(1), database)
            monkeypatch.setattr(Chunk, "next", _raising(KeyError("a recipient")))
            assert await worker.carry_out(run, 0) is None
            stopped = (await distributed.status(database, run)).stopped
            assert stopped is not None
            assert "KeyError" in stopped
            assert "recipient" not in stopped


class TestUnknown:
    async def test_what_the_shop_says_later_is_noted(
        self, database: str, connection: "Connection", monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from printkit.bulk import distributed
        from printkit.bulk.results import ChangeResult

        answers = iter([NotApplied("no trace of it"), Unknown("nobody can say")])

        async def reconcile(*_: object) -> object:
            return next(answers)

        async with kit() as at:
            run = await distributed.submit(at, submits(2), database)
            chunk = await chunk_of(connection, run, "one")
            for _ in range(2):
                task = await chunk.next()
                assert task is not None
                await chunk.finish(ChangeResult(task.index, task.change, Unknown("lost"), handle=_settled_in(task.index)))
            monkeypatch.setattr(type(at), "reconcile", reconcile)
            assert [type(each.outcome) async for each in distributed.settle(at, database, run)] == [NotApplied, Unknown]
        assert (await distributed.status(database, run)).kept.counts == {"not-applied": 1, "unknown": 1}

    async def test_a_write_that_is_found_and_is_not_the_last_is_gone_on_with(self, database: str, connection: "Connection") -> None:
        """Of an order to place the creation was lost, and is found: it is not placed yet."""
        from printkit.bulk import distributed, leases
        from printkit.bulk.results import ChangeResult
        from printkit.bulk.settling import MORE

        async with counter("pwinty") as at, distributed.worker(at.kit, database) as worker:
            change = PlaceOrder(NewOrder(TOM, "ORD-7"), at.photos)
            run = await distributed.submit(at.kit, [change], database)
            at.shop.loses = "answers"
            with pytest.raises(OutcomeUnknownError) as lost:
                await change.carry_out(at.kit)
            at.shop.loses = None
            chunk = await chunk_of(connection, run, "one")
            await chunk.finish(ChangeResult(0, change, Unknown("lost"), handle=lost.value.handle))
            await leases.release(connection, chunk.lease)
            assert (await distributed.status(database, run)).chunks_done == 1

            [found] = [each async for each in distributed.settle(at.kit, database, run)]

            assert (found.outcome, found.handle) == (Unknown(MORE), lost.value.handle)
            status = await distributed.status(database, run)
            assert (status.kept.counts, status.chunks_done) == ({"waiting": 1}, 0)
            at.shop.requests.clear()
            assert await distributed.resume(database, run) == 1
            assert await worker.carry_out(run, 0) is None
            assert [request.path for request in at.shop.writes if request.path.endswith("/Orders")] == []
            assert (await distributed.status(database, run)).kept.counts == {"applied": 1}
            [order] = [each async for each in at.kit.list_orders()]
            assert order.status is OrderStatus.SUBMITTED


class TestDatabase:
    @pytest.mark.usefixtures("postgres")
    def test_a_wrong_url_does_not_give_its_password_away(self) -> None:
        from printkit.bulk.postgres import Database

        with pytest.raises(ConfigError) as refused:
            Database.at("host=there secret-word")
        assert "secret-word" not in str(refused.value)
        assert "secret-word" not in repr(Database.at("postgresql://me:secret-word@there/runs"))

    @pytest.mark.usefixtures("postgres")
    async def test_a_database_that_is_not_there_is_said_so(self) -> None:
        from printkit.bulk import distributed

        with pytest.raises(JournalError, match="the database cannot be used"):
            await distributed.status("postgresql://me:secret-word@127.0.0.1:1/runs", "run")

    async def test_there_is_no_such_run(self, database: str) -> None:
        from printkit.bulk import distributed

        await distributed.prepare(database)
        with pytest.raises(JournalError, match="there is no run nothing"):
            await distributed.status(database, "nothing")
        assert await distributed.runs(database) == []

    async def test_who_begins_at_once_makes_the_tables_once(self, database: str) -> None:
        import asyncio

        from printkit.bulk import distributed

        await asyncio.gather(*(distributed.prepare(database) for _ in range(4)))
        assert await distributed.runs(database) == []


def _raising(error: Exception) -> Any:
    async def carry_out(*_: object) -> None:
        raise error

    return carry_out


def _stopping(worker: "Worker") -> Any:
    async def carry_out(*_: object) -> None:
        worker.stop("that is enough")
        raise InvalidRequestError([])

    return carry_out
