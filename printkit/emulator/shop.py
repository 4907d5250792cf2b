"""What an emulated shop is to those who serve it: requests in, answers and notices out. Refuses to know sockets, waiting, and any shop."""

import enum
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Protocol, final, runtime_checkable

from attrs import frozen

from printkit.exchange import Request, Response

from .clock import Clock
from .ledger import EffectLedger
from .notices import NoticeDue


class ArtworkFailure(enum.Enum):
    """Why a picture that was to be fetched did not arrive."""

    NOT_FOUND = "not-found"
    """Nothing there, or nobody answered."""
    NOT_AN_IMAGE = "not-an-image"
    """Something came, and it is no picture."""


@final
@frozen(repr=False)
class ArtworkWanted:
    """A picture that a shop wants fetched. Its printed form hides the URL, which may be a signed one."""

    item: str
    url: str

    def __repr__(self) -> str:
        return f"ArtworkWanted({self.item!r})"


class UnknownControlError(LookupError):
    """A shop has no such control call, or nothing of that id."""


class Shop(Protocol):
    """One emulated shop: stateful, deterministic with a manual clock, without I/O of its own.

    ``path`` of a request is the whole path on the host, prefix included.
    """

    @property
    def name(self) -> str:
        """One word for control calls, such as the shop's folder's name."""
        ...

    @property
    def prefixes(self) -> tuple[str, ...]:
        """The beginnings of the paths that are this shop's, matched without regard to case."""
        ...

    @property
    def clock(self) -> Clock:
        """The shop's clock; several shops may share one."""
        ...

    @property
    def ledger(self) -> EffectLedger:
        """What really happened in the shop."""
        ...

    def answer(self, request: Request) -> Response:
        """Answers as the real shop would. Never raises."""
        ...

    def advance(self, now: datetime) -> Sequence[NoticeDue]:
        """Lets everything happen that is due by ``now``; returns the notices to be sent now, each once until it was ``notice_answered``."""
        ...

    def notice_answered(self, notice: NoticeDue, status: int | None) -> None:
        """Says what the receiver answered, None when it did not; the shop decides whether and when it tries again."""
        ...

    def artwork_arrived(self, item: str, artwork: bytes | ArtworkFailure) -> None:
        """Hands the shop the picture of an item that it was to fetch, or says why not.

        Raises:
            UnknownControlError: there is no such item.
        """
        ...

    def control(self, words: tuple[str, ...], members: Mapping[str, object]) -> Mapping[str, object]:
        """Does what only the shop's own people could: print, ship, get paid. ``words`` are the control call's path behind the shop's name.

        Raises:
            UnknownControlError: no such call, or nothing of that id.
            ValueError: what was given does not fit.
        """
        ...

    def reset(self) -> None:
        """Forgets every order and effect and begins its counters anew."""
        ...


@runtime_checkable
class ArtworkShop(Shop, Protocol):
    """A shop that really looks at pictures. It still does no I/O: whoever serves it fetches them and shows what it makes of them."""

    def serve_artwork(self, shown_at: str | None, fetches: Callable[[str], bool]) -> None:
        """Says how the shop is served from now on.

        Args:
            shown_at: the URL below which ``artwork_shown`` can be seen as ``{name}.jpg``; None: nowhere.
            fetches: whether the picture at this URL will really be fetched. Of other URLs the shop pretends that it was.
        """
        ...

    def artwork_wanted(self) -> Sequence[ArtworkWanted]:
        """The pictures to be fetched now, each told once; ``Shop.artwork_arrived`` takes what becomes of it."""
        ...

    def artwork_shown(self, name: str) -> bytes | None:
        """A JPEG of the shop's own making, such as a preview; None when there is none of this name any more."""
        ...
