"""Orders that are not at a shop yet: kept and changed here, without any request. Knows no shop and none of its rules."""

import asyncio
import json
import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Protocol, TypeVar, final, get_origin
from uuid import uuid4

import cattrs
from attrs import evolve, field, frozen
from cattrs.gen import make_dict_structure_fn, make_dict_unstructure_fn, override

from . import private
from .errors import ConfigError, NotFoundError
from .model import Artwork, Item, NewOrder, Order, OrderRef, OrderStatus, Photo, Recipient

T = TypeVar("T")

PREFIX = "draft:"
"""An order id that begins so is a draft's; the colon can stand in no shop's id."""


@final
@frozen
class DraftItem:
    """A photo of a draft, with an id of its own: after submission the shop's item carries it as its reference."""

    id: str
    photo: Photo


@final
@frozen
class Draft:
    """An order until it is complete. Frozen: every change makes a new one."""

    id: str
    provider: str
    """The connection's name."""
    reference: str
    new: NewOrder
    items: tuple[DraftItem, ...] = ()
    cancelled: bool = False
    account: str = ""
    """A digest of the account and environment it is meant for: under the same name another one may be configured later."""
    placed: str | None = None
    """The order's id at the shop, once it is there."""
    created: datetime = field(factory=lambda: datetime.now(UTC))

    @classmethod
    def of(cls, provider: str, reference: str, new: NewOrder, account: str = "") -> "Draft":
        """A new draft, with ids that no other has."""
        return cls(PREFIX + str(uuid4()), provider, reference, new, account=account)

    @property
    def ref(self) -> OrderRef:
        """Its name for callers; goes on working after submission."""
        return OrderRef(self.provider, self.id)

    def with_photos(self, photos: Iterable[Photo]) -> "Draft":
        """The draft with more photos."""
        return evolve(self, items=(*self.items, *(DraftItem(uuid4().hex, photo) for photo in photos)))

    def without(self, item_ids: Iterable[str]) -> "Draft":
        """The draft without some items."""
        gone = set(item_ids)
        return evolve(self, items=tuple(item for item in self.items if item.id not in gone))

    def changing(self, item_id: str, change: Callable[[Photo], Photo]) -> "Draft":
        """The draft with one item changed; it keeps its id."""
        items = (DraftItem(item.id, change(item.photo)) if item.id == item_id else item for item in self.items)
        return evolve(self, items=tuple(items))

    def for_recipient(self, recipient: Recipient) -> "Draft":
        """The draft for somebody else."""
        return evolve(self, new=evolve(self.new, recipient=recipient))

    def as_order(self, *, is_test: bool) -> Order:
        """What callers see of it."""
        status = OrderStatus.CANCELLED if self.cancelled else OrderStatus.DRAFT
        return Order(
            ref=self.ref,
            status=status,
            reference=self.reference,
            recipient=self.new.recipient,
            items=tuple(_item(each, status) for each in self.items),
            payment=self.new.payment,
            created=self.created,
            is_test=is_test,
        )


def _item(item: DraftItem, status: OrderStatus) -> Item:
    photo = item.photo
    return Item(
        id=item.id,
        sku=photo.sku,
        provider_sku=photo.sku,
        copies=photo.copies,
        status=status,
        artwork=photo.artwork,
        sizing=photo.sizing,
        attributes=photo.attributes,
        reference=photo.reference,
        price_to_recipient=photo.price_to_recipient,
    )


class DraftStore(Protocol):
    """Where drafts are kept. ``change`` is atomic: two changes of one draft happen one after the other."""

    async def put(self, draft: Draft) -> None:
        """Keep a new draft."""
        ...

    async def get(self, draft_id: str) -> Draft:
        """One draft.

        Raises:
            NotFoundError: it is not kept here.
        """
        ...

    async def change(self, draft_id: str, change: Callable[[Draft], Draft]) -> Draft:
        """Replace a draft by what ``change`` makes of it. When that raises, nothing has changed.

        Raises:
            NotFoundError: it is not kept here.
        """
        ...

    async def list(self, provider: str) -> Sequence[Draft]:
        """The drafts of one connection that are not placed yet, newest first."""
        ...


@final
class MemoryDrafts:
    """Drafts of one process: they end with it."""

    def __init__(self) -> None:
        self._drafts: dict[str, Draft] = {}

    async def put(self, draft: Draft) -> None:
        """See ``DraftStore``."""
        self._drafts[draft.id] = draft

    async def get(self, draft_id: str) -> Draft:
        """See ``DraftStore``."""
        return self._drafts[draft_id] if draft_id in self._drafts else _missing(draft_id, 'in this process; drafts = "FILE" keeps them')

    async def change(self, draft_id: str, change: Callable[[Draft], Draft]) -> Draft:
        """See ``DraftStore``."""
        changed = self._drafts[draft_id] = change(await self.get(draft_id))
        return changed

    async def list(self, provider: str) -> Sequence[Draft]:
        """See ``DraftStore``."""
        return [draft for draft in reversed(self._drafts.values()) if draft.provider == provider and draft.placed is None]


@final
class FileDrafts:
    """Drafts in an SQLite file that survives a process killed at any moment. Several processes of one machine may share it.

    Raises:
        ConfigError: the file cannot be opened, or is not one of these.
    """

    def __init__(self, path: str | Path) -> None:
        self._path = Path(path)
        self._lock = asyncio.Lock()
        try:
            with closing(self._open()) as database, database:
                database.execute("CREATE TABLE IF NOT EXISTS draft (id TEXT PRIMARY KEY, provider TEXT, placed TEXT, body TEXT NOT NULL)")
        except sqlite3.Error as error:
            problem = f"drafts = {str(path)!r} cannot be used: {error}"
        else:
            return
        raise ConfigError(problem)

    async def put(self, draft: Draft) -> None:
        """See ``DraftStore``."""
        await self._do(lambda database: _write(database, draft))

    async def get(self, draft_id: str) -> Draft:
        """See ``DraftStore``."""
        return await self._do(lambda database: _read(database, draft_id))

    async def change(self, draft_id: str, change: Callable[[Draft], Draft]) -> Draft:
        """See ``DraftStore``."""

        def work(database: sqlite3.Connection) -> Draft:
            changed = change(_read(database, draft_id))
            _write(database, changed)
            return changed

        return await self._do(work)

    async def list(self, provider: str) -> Sequence[Draft]:
        """See ``DraftStore``."""
        query = "SELECT body FROM draft WHERE provider = ? AND placed IS NULL ORDER BY rowid DESC"
        return await self._do(lambda database: [_from_json(body) for (body,) in database.execute(query, (provider,))])

    async def _do(self, work: Callable[[sqlite3.Connection], T]) -> T:
        async with self._lock:
            try:
                return await asyncio.to_thread(self._transaction, work)
            except sqlite3.Error as error:
                problem = f"drafts = {str(self._path)!r} cannot be used now: {error}"
        raise ConfigError(problem)

    def _transaction(self, work: Callable[[sqlite3.Connection], T]) -> T:
        with closing(self._open()) as database:
            database.execute("BEGIN IMMEDIATE")
            try:
                result = work(database)
            except BaseException:
                database.execute("ROLLBACK")
                raise
            database.execute("COMMIT")
            return result

    def _open(self) -> sqlite3.Connection:
        private.begin(self._path)
        database = sqlite3.connect(self._path, timeout=10, isolation_level=None)
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA synchronous = FULL")
        return database


def _write(database: sqlite3.Connection, draft: Draft) -> None:
    row = (draft.id, draft.provider, draft.placed, _to_json(draft))
    database.execute(
        "INSERT INTO draft VALUES (?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET placed = excluded.placed, body = excluded.body", row
    )


def _read(database: sqlite3.Connection, draft_id: str) -> Draft:
    row = database.execute("SELECT body FROM draft WHERE id = ?", (draft_id,)).fetchone()
    return _from_json(row[0]) if row else _missing(draft_id, "in the drafts' file")


def _missing(draft_id: str, where: str) -> Draft:
    raise NotFoundError(f"there is no draft {draft_id} {where}", sent=False)


# ── As text ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def _is_mapping(kind: Any) -> bool:
    return get_origin(kind) is Mapping


def _converter() -> cattrs.Converter:
    converter = cattrs.Converter(omit_if_default=True)
    converter.register_unstructure_hook(datetime, lambda moment: moment.isoformat())
    converter.register_unstructure_hook(Decimal, str)
    converter.register_structure_hook(Decimal, lambda text, _: Decimal(text))
    converter.register_structure_hook(datetime, lambda text, _: datetime.fromisoformat(text))
    converter.register_structure_hook_func(_is_mapping, lambda given, _: dict(given))
    kept_elsewhere: dict[str, Any] = dict.fromkeys(("path", "data", "stream"), override(omit=True))
    converter.register_unstructure_hook(
        Artwork, make_dict_unstructure_fn(Artwork, converter, _cattrs_omit_if_default=True, **kept_elsewhere)
    )
    converter.register_structure_hook(Artwork, make_dict_structure_fn(Artwork, converter, **kept_elsewhere))
    return converter


_JSON = _converter()


def _to_json(draft: Draft) -> str:
    """Artwork is kept by its URL: a shop without drafts takes no files."""
    return json.dumps(_JSON.unstructure(draft))


def _from_json(text: str) -> Draft:
    return _JSON.structure(json.loads(text), Draft)
