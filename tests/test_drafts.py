"""Drafts, in memory and in a file: both keep the same, nothing acknowledged is lost to a kill, and several processes share one file."""

import asyncio
import contextlib
import os
import random
import signal
import sqlite3
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from attrs import evolve, frozen
from hypothesis import given, settings, strategies as st

from printkit import Artwork, ConfigError, Money, NewOrder, NotFoundError, OrderStatus, Payment, Photo, PrintKitError, Recipient, Sizing
from printkit.drafts import Draft, DraftItem, DraftStore, FileDrafts, MemoryDrafts

TOM = Recipient("Tom Smith", line1="14 Acacia Avenue", city="Cardiff", postal_code="CF11 1AB", country="GB")
PHOTO = Photo("8x12", "https://example.com/a.jpg")
ROOT = Path(__file__).parents[1]


def new_draft(reference: str = "R1", provider: str = "shop", photos: int = 0) -> Draft:
    return Draft.of(provider, reference, NewOrder(TOM, reference)).with_photos([PHOTO] * photos)


# ── Both stores keep the same ─────────────────────────────────────────────────────────────────────────────────────────

text = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
some_text = st.none() | text
some_size = st.none() | st.integers(1, 9999)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**60), 2**60) | text,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(text, inner, max_size=3),
    max_leaves=6,
)
extras = st.dictionaries(st.sampled_from(["a", "b"]), st.dictionaries(text, json_values, max_size=2), max_size=2)
recipients = st.builds(Recipient, text, some_text, some_text, some_text, some_text, some_text, some_text, some_text, some_text)
artworks = st.builds(Artwork, url=st.just("https://example.com/a.jpg"), space=some_text, width=some_size, height=some_size, md5=some_text)
photos = st.builds(
    Photo,
    text,
    st.lists(artworks, min_size=1, max_size=3),
    st.integers(1, 10**6),
    sizing=st.none() | st.sampled_from(Sizing),
    attributes=st.dictionaries(text, text, max_size=2),
    reference=some_text,
    extra=extras,
)
new_orders = st.builds(
    NewOrder,
    recipients,
    some_text,
    some_text,
    st.none() | st.sampled_from(Payment),
    st.none() | st.booleans(),
    st.dictionaries(text, text, max_size=2),
    extras,
)


@frozen
class Step:
    """One operation on a store. ``place`` chooses among the drafts that were put before; 0 is nobody's."""

    kind: str
    place: int
    new: NewOrder
    photo: Photo
    provider: str


KINDS = ["put", "put", "get", "list", "add", "add", "without", "change", "recipient", "cancel", "place", "fail"]
plans = st.lists(
    st.builds(Step, st.sampled_from(KINDS), st.integers(0, 5), new_orders, photos, st.sampled_from(["one", "two"])), max_size=12
)


def changed(step: Step, draft: Draft) -> Draft:
    first = draft.items[0].id if draft.items else ""
    changes: dict[str, Callable[[], Draft]] = {
        "add": lambda: evolve(draft, items=(*draft.items, DraftItem(f"item-{len(draft.items)}", step.photo))),
        "without": lambda: draft.without([first]),
        "change": lambda: draft.changing(first, lambda _: step.photo),
        "recipient": lambda: draft.for_recipient(step.new.recipient),
        "cancel": lambda: evolve(draft, cancelled=True),
        "place": lambda: evolve(draft, placed=f"order-{step.place}"),
    }
    return changes[step.kind]()


async def taken(store: DraftStore, step: Step, ids: list[str]) -> Any:
    chosen = ids[step.place % len(ids)] if ids and step.place else "draft:nobody"
    match step.kind:
        case "put":
            number = len(ids)
            ids.append(f"draft:{number}")
            created = datetime(2026, 1, 5, 9, 30, number, 17, tzinfo=UTC)
            return await store.put(Draft(ids[-1], step.provider, f"R{number}", step.new, created=created))
        case "get":
            return await store.get(chosen)
        case "list":
            return list(await store.list(step.provider))
        case _:
            return await store.change(chosen, lambda draft: changed(step, draft))


async def carried_out(store: DraftStore, plan: list[Step]) -> list[Any]:
    """Everything that was answered, and what is kept after each step."""
    ids: list[str] = []
    seen: list[Any] = []
    for step in plan:
        try:
            seen.append(await taken(store, step, ids))
        except (NotFoundError, KeyError) as error:  # a change of the unknown kind "fail" raises KeyError
            seen.append(type(error))
        seen.append([list(await store.list(provider)) for provider in ("one", "two")])
    return seen


@settings(max_examples=40)
@given(plans)
def test_memory_and_file_keep_the_same(plan: list[Step]) -> None:
    with TemporaryDirectory() as folder:
        in_file = asyncio.run(carried_out(FileDrafts(Path(folder) / "drafts.db"), plan))
    assert in_file == asyncio.run(carried_out(MemoryDrafts(), plan))


@pytest.fixture(params=["memory", "file"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> DraftStore:
    return MemoryDrafts() if request.param == "memory" else FileDrafts(tmp_path / "drafts.db")


@pytest.mark.parametrize("price", [Money(Decimal("2.50"), "GBP"), Money(Decimal(1), None)], ids=str)
async def test_a_price_to_the_recipient_is_kept(tmp_path: Path, price: Money) -> None:
    store, draft = FileDrafts(tmp_path / "drafts.db"), new_draft().with_photos([evolve(PHOTO, price_to_recipient=price)])
    await store.put(draft)
    assert await store.get(draft.id) == draft


async def test_the_newest_comes_first_and_changes_do_not_move_it(store: DraftStore) -> None:
    drafts = [new_draft(f"R{number}") for number in range(4)]
    for draft in drafts:
        await store.put(draft)
    await store.change(drafts[1].id, lambda draft: draft.with_photos([PHOTO]))
    assert [draft.reference for draft in await store.list("shop")] == ["R3", "R2", "R1", "R0"]


async def test_a_placed_draft_is_not_listed_and_still_kept(store: DraftStore) -> None:
    draft = new_draft()
    await store.put(draft)
    await store.change(draft.id, lambda kept: evolve(kept, placed="7-1"))
    assert list(await store.list("shop")) == []
    assert (await store.get(draft.id)).placed == "7-1"


async def test_a_change_that_fails_changes_nothing(store: DraftStore) -> None:
    draft = new_draft(photos=1)
    await store.put(draft)

    def fail(kept: Draft) -> Draft:
        raise RuntimeError("no")

    with pytest.raises(RuntimeError, match="no"):
        await store.change(draft.id, fail)
    assert await store.get(draft.id) == draft


async def test_a_draft_that_is_not_there(store: DraftStore) -> None:
    for call in (store.get("draft:x"), store.change("draft:x", lambda draft: draft)):
        with pytest.raises(NotFoundError, match="draft:x") as caught:
            await call
        assert not caught.value.sent


async def test_changes_at_once_come_one_after_the_other(store: DraftStore) -> None:
    draft = new_draft()
    await store.put(draft)
    await asyncio.gather(*(store.change(draft.id, lambda kept: kept.with_photos([PHOTO])) for _ in range(40)))
    kept = await store.get(draft.id)
    assert len({item.id for item in kept.items}) == 40


async def test_a_change_that_is_given_up_is_whole_or_not_there(store: DraftStore) -> None:
    draft = new_draft()
    await store.put(draft)
    for _ in range(20):
        task = asyncio.create_task(store.change(draft.id, lambda kept: kept.with_photos([PHOTO, PHOTO])))
        await asyncio.sleep(0)
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
    kept = await store.change(draft.id, lambda kept: kept)
    assert len(kept.items) % 2 == 0


# ── What callers see of one ───────────────────────────────────────────────────────────────────────────────────────────


def test_a_draft_as_an_order() -> None:
    draft = new_draft(photos=2)
    order = draft.as_order(is_test=True)
    assert (order.ref, order.status, order.reference, order.recipient) == (draft.ref, OrderStatus.DRAFT, "R1", TOM)
    assert [item.id for item in order.items] == [item.id for item in draft.items]
    assert order.created == draft.created
    assert order.is_test
    assert evolve(draft, cancelled=True).as_order(is_test=False).status is OrderStatus.CANCELLED


def test_an_item_that_is_changed_keeps_its_id() -> None:
    draft = new_draft(photos=3)
    after = draft.changing(draft.items[1].id, lambda photo: evolve(photo, sku="other"))
    assert [item.id for item in after.items] == [item.id for item in draft.items]
    assert [item.photo.sku for item in after.items] == ["8x12", "other", "8x12"]
    assert draft.changing("nobody", lambda photo: evolve(photo, sku="other")) == draft


# ── The file ──────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_the_file_outlives_what_wrote_it(tmp_path: Path) -> None:
    draft = new_draft(photos=2)
    await FileDrafts(tmp_path / "drafts.db").put(draft)
    assert await FileDrafts(tmp_path / "drafts.db").get(draft.id) == draft


@pytest.mark.parametrize("content", [b"not a database, and longer than the head of one would be" * 20])
def test_a_file_that_is_none_of_these_is_named(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "drafts.db").write_bytes(content)
    with pytest.raises(ConfigError, match=r"drafts\.db"):
        FileDrafts(tmp_path / "drafts.db")


def test_a_file_that_cannot_be_opened_is_named(tmp_path: Path) -> None:
    for path in (tmp_path / "no" / "such" / "folder.db", tmp_path):
        with pytest.raises(ConfigError, match="drafts"):
            FileDrafts(path)


@pytest.mark.parametrize("error", [sqlite3.OperationalError("database or disk is full"), sqlite3.DatabaseError("malformed")], ids=str)
async def test_a_file_that_fails_later_is_told_as_one_of_our_own_errors(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: sqlite3.Error
) -> None:
    store = FileDrafts(tmp_path / "drafts.db")

    def broken(self: object) -> sqlite3.Connection:
        raise error

    monkeypatch.setattr(FileDrafts, "_open", broken)
    with pytest.raises(PrintKitError):
        await store.put(new_draft())


WRITER = """
import asyncio, sys
from attrs import evolve
from printkit import NewOrder, Photo, Recipient
from printkit.drafts import Draft, FileDrafts

PHOTO = Photo("8x12", "https://example.com/a.jpg")

async def main(path, name):
    store = FileDrafts(path)
    print("ready", flush=True)
    sys.stdin.readline()
    number = 0
    while True:
        draft = Draft.of("shop", f"{name}-{number}", NewOrder(Recipient("Tom"), f"{name}-{number}"))
        await store.put(draft)
        print("put", draft.id, flush=True)
        for photos in range(1, 4):
            await store.change(draft.id, lambda kept: kept.with_photos([PHOTO]))
            print("has", draft.id, photos, flush=True)
        await store.change(draft.id, lambda kept: evolve(kept, placed="7-" + kept.id[-12:]))
        print("placed", draft.id, flush=True)
        number += 1

asyncio.run(main(sys.argv[1], sys.argv[2]))
"""


async def started(path: Path, name: str) -> asyncio.subprocess.Process:
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", WRITER, str(path), name, stdin=pipe, stdout=pipe, cwd=ROOT)
    assert process.stdout is not None
    assert await process.stdout.readline() == b"ready\n"
    return process


async def killed_after(process: asyncio.subprocess.Process, lines: int) -> list[list[str]]:
    """What the process said before it was killed: so many lines at least, and those that were on their way."""
    assert process.stdout is not None
    assert process.stdin is not None
    process.stdin.write(b"go\n")
    said = [await process.stdout.readline() for _ in range(lines)]
    process.send_signal(signal.SIGKILL)
    said += (await process.stdout.read()).splitlines()
    await process.wait()
    return [line.decode().split() for line in said if line.strip()]


async def check(store: FileDrafts, said: list[list[str]]) -> None:
    """All that was acknowledged is there, and at most one change more for each draft."""
    acknowledged: dict[str, tuple[int, bool]] = {}
    for word, draft_id, *more in said:
        photos, _ = acknowledged.get(draft_id, (0, False))
        acknowledged[draft_id] = (int(more[0]) if word == "has" else photos, word == "placed")
    for draft_id, (photos, placed) in acknowledged.items():
        kept = await store.get(draft_id)
        assert photos <= len(kept.items) <= photos + 1
        assert kept.placed is not None or not placed


async def test_a_writer_that_is_killed_at_any_moment_loses_nothing(tmp_path: Path) -> None:
    """Again and again on the same file, and then two at once."""
    path = tmp_path / "drafts.db"
    chance = random.Random(20260105)  # noqa: S311 - moments, not secrets
    writers = await asyncio.gather(*(started(path, f"w{number}") for number in range(6)))
    said = [await killed_after(writer, chance.randint(1, 25)) for writer in writers[:4]]
    said += await asyncio.gather(*(killed_after(writer, chance.randint(10, 25)) for writer in writers[4:]))
    store = FileDrafts(path)
    for each in said:
        await check(store, each)
    draft = new_draft(photos=1)
    await store.put(draft)
    assert (await store.list("shop"))[0] == draft
    with contextlib.closing(sqlite3.connect(path)) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)


ADDER = """
import asyncio, sys
from printkit import Photo
from printkit.drafts import FileDrafts

async def main(path, draft_id, name):
    store = FileDrafts(path)
    for number in range(25):
        await store.change(draft_id, lambda kept: kept.with_photos([Photo(f"{name}-{number}", "https://example.com/a.jpg")]))

asyncio.run(main(*sys.argv[1:]))
"""


async def test_two_processes_change_one_draft_and_neither_loses_a_change(tmp_path: Path) -> None:
    path, draft = tmp_path / "drafts.db", new_draft()
    store = FileDrafts(path)
    await store.put(draft)
    processes = [
        await asyncio.create_subprocess_exec(sys.executable, "-c", ADDER, str(path), draft.id, name, cwd=ROOT) for name in ("a", "b")
    ]
    assert [await process.wait() for process in processes] == [0, 0]
    kept = await store.get(draft.id)
    assert sorted(item.photo.sku for item in kept.items) == sorted(f"{name}-{number}" for name in "ab" for number in range(25))


@pytest.mark.skipif(os.name != "posix", reason="other systems have no modes of files")
async def test_only_its_owner_may_read_a_file_of_drafts(tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        await FileDrafts(tmp_path / "drafts.db").put(new_draft())
    finally:
        os.umask(before)
    assert (tmp_path / "drafts.db").stat().st_mode & 0o777 == 0o600
