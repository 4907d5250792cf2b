"""One verb of one shop as the fault matrix knows it: what there is before, the call, the request that is struck. Knows no shop."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Protocol

from attrs import evolve, field, frozen

from printkit import Effect, PrintKit, Request, Response
from printkit.emulator.shop import Shop
from printkit.server.emulator import EmulatorServer


class Now(Protocol):
    """The time of the programs under test."""

    def advance(self, seconds: float) -> None: ...


class World(Protocol):
    """A shop behind real HTTP, and any number of programs that talk to it."""

    @property
    def shop(self) -> Shop: ...
    @property
    def server(self) -> EmulatorServer: ...
    @property
    def now(self) -> Now: ...
    async def kit(self, **more: object) -> PrintKit: ...


Before = Callable[[Any, PrintKit], Awaitable[Any]]
"""From a world and a program in it to what the call is given."""


def always(came: object) -> bool:
    """Nothing is asked of what comes back."""
    return True


async def asked(kit: PrintKit, path: str, **query: str) -> Response:
    """The answer to a GET of one's own, without the time that it was given at."""
    answer = await kit.request(Request("GET", path, Effect.READS, query=query))
    return evolve(answer, headers={name: value for name, value in answer.headers.items() if name != "date"})


@frozen
class Deed:
    """One write of one verb."""

    method: str
    path: str
    before: Before
    call: Callable[[PrintKit, Any], Awaitable[Any]]
    effect: str
    """The word of the shop's ledger."""
    shows: Callable[[Any], bool] = always
    """Whether what comes back, or a look-up finds, tells of the effect."""
    finds: bool = True
    """False where nothing can be looked for."""
    proves_absence: bool = True
    """False where not finding it never counts as proof."""
    heals: bool = True
    """False where nothing is ever sent again."""


@frozen
class Reading:
    """One read of one verb; what it gives without faults is right."""

    method: str
    path: str
    before: Before
    call: Callable[[PrintKit, Any], Awaitable[Any]]
    means: Mapping[str, Callable[[Any], bool]] = field(factory=dict[str, Callable[[Any], bool]])
    """Faults whose answer is one that a shop may well give, and whether what comes back says so."""


@frozen
class Here:
    """A verb that needs no request: on a draft that is kept by printkit."""

    before: Before
    call: Callable[[PrintKit, Any], Awaitable[Any]]
