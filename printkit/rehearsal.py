"""Verbs without their writes: a writer that notes requests in place of sending them, and drafts that change in memory only."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Final, TypeVar, final

from attrs import frozen

from .drafts import Draft, DraftStore
from .exchange import Request
from .secret import MASK, Secret
from .telemetry import Telemetry
from .transport.redact import Redactor
from .writes import NEW, Account, Done, Write, Writer

if TYPE_CHECKING:
    from .transport.caller import Caller, Deadline

T = TypeVar("T")

SHOWN_NEW: Final = "(new)"
"""How an id is shown that the shop has yet to give."""


@final
@frozen
class PlannedRequest:
    """A request that would be sent, without its headers, and with ``***`` for every secret."""

    method: str
    path: str
    """Of the whole URL; ``(new)`` stands for an id that the shop has yet to give."""
    query: tuple[tuple[str, str], ...] = ()
    body: str | None = None

    def __str__(self) -> str:
        query = "&".join(f"{name}={value}" for name, value in self.query)
        return " ".join(part for part in (self.method, f"{self.path}?{query}" if query else self.path, self.body) if part)


@final
@frozen(repr=False)
class Printer:
    """How one connection's requests look when they leave it."""

    base_path: str
    query: Mapping[str, Secret | str]
    """What goes with every request."""
    held: tuple[Secret, ...]
    redactor: Redactor

    def planned(self, request: Request) -> PlannedRequest:
        """What is fit to print of a request."""
        query = (*request.query, *((name, MASK if isinstance(value, Secret) else value) for name, value in self.query.items()))
        return PlannedRequest(
            request.method,
            self._clean(self.base_path + request.path),
            tuple((name, self._clean(value)) for name, value in query),
            self._body(request),
        )

    def _body(self, request: Request) -> str | None:
        if not isinstance(request.body, bytes):
            return f"(a form of {len(request.body)} parts)"
        return self._clean(request.body.decode(errors="replace")) or None

    def _clean(self, text: str) -> str:
        for secret in self.held:
            text = text.replace(secret.marker, MASK)
        return self.redactor.clean(text, 2 * len(text) + 64).replace(NEW, SHOWN_NEW)


class EndedError(Exception):
    """The rehearsal ends at this write: what would come after it depends on the shop's answer."""


@final
class Rehearsal(Writer):
    """Notes every write of one verb. What it needs to know beforehand is really read."""

    def __init__(self, account: Account, caller: "Caller", telemetry: Telemetry, printer: Printer) -> None:
        super().__init__(account, caller, telemetry)
        self._printer = printer
        self.requests: list[PlannedRequest] = []

    async def perform(self, write: Write[T], deadline: "Deadline") -> Done[T]:
        """Note it.

        Raises:
            EndedError: nobody can say what the shop would answer.
        """
        if write.preimage is not None:
            await write.preimage(deadline)
        self.requests.append(self._printer.planned(write.request))
        if write.imagined is None:
            raise EndedError
        return Done(write.imagined(), 0, reconciled=False)


@final
class Sketches:
    """A ``DraftStore`` over another one, which it reads and never changes."""

    def __init__(self, kept: DraftStore) -> None:
        self._kept = kept
        self._changed: dict[str, Draft] = {}

    async def put(self, draft: Draft) -> None:
        """See ``DraftStore``."""
        self._changed[draft.id] = draft

    async def get(self, draft_id: str) -> Draft:
        """See ``DraftStore``."""
        return self._changed[draft_id] if draft_id in self._changed else await self._kept.get(draft_id)

    async def change(self, draft_id: str, change: Callable[[Draft], Draft]) -> Draft:
        """See ``DraftStore``."""
        changed = self._changed[draft_id] = change(await self.get(draft_id))
        return changed

    async def list(self, provider: str) -> Sequence[Draft]:
        """See ``DraftStore``."""
        return [self._changed.get(draft.id, draft) for draft in await self._kept.list(provider)]
