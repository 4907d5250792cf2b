"""Plays a story on emulated shops over real HTTP and keeps what happened, step by step. Knows neither shop nor story, prints nothing."""

import asyncio
import tempfile
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Final, final

from attrs import Factory, define, frozen

from .. import registry
from ..connecting import connect
from ..emulator.shop import Shop
from ..kit import PrintKit
from ..model import Order
from ..provider import Capability, ProviderInfo, Stage, SupportLevel
from ..receiving import Limits, Receiver, new_token
from ..telemetry import Attempt, Event, Notified
from . import assortment

Story = Callable[[PrintKit, Shop, Callable[[], Awaitable[Order]], Callable[[str, str, str], None]], Awaitable[Order]]
"""Talks to the kit's default connection; is given the people of that shop, the next order that a notice tells of, and whom to tell of each
step."""

_TICK: Final = 0.01
_QUICK: Final = Limits(pause=0.01, per_second=1000.0, look_again=None)
"""Of a receiver that serves one order only."""
_PATIENCE: Final = 20.0
"""Seconds in which a notice has to come."""


@final
@frozen
class Sent:
    """One request, as telemetry tells of it: never an id, a header or a body."""

    method: str
    template: str
    status: int | None
    milliseconds: float


@final
@frozen
class Step:
    """One step of the story, on one shop."""

    what: str
    call: str
    how: SupportLevel | None
    """How the shop does what is called; None for what is no call of the kit's."""
    result: str
    requests: tuple[Sent, ...]


@final
@define
class Play:
    """The story on one shop, as far as it has come."""

    info: ProviderInfo
    steps: list[Step] = Factory(list[Step])
    order: Order | None = None
    notices: int = 0
    """How many came from the shop."""
    _sent: list[Sent] = Factory(list[Sent])

    @property
    def requests(self) -> int:
        """How many were sent."""
        return sum(len(step.requests) for step in self.steps)

    def tell(self, what: str, call: str, result: str) -> None:
        """One step more; what was sent since the last one belongs to it."""
        self.steps.append(Step(what, call, self._how(call), result, tuple(self._sent)))
        self._sent.clear()

    def _how(self, call: str) -> SupportLevel | None:
        placed = any(step.call.startswith(Capability.SUBMIT) for step in self.steps)
        verb = call.partition("(")[0]
        return self.info.supports(Capability(verb), Stage.PLACED if placed else Stage.DRAFT).level if verb else None

    def hear(self, event: Event) -> None:
        """A telemetry hook."""
        if isinstance(event, Attempt):
            sent = Sent(event.request.method, event.request.template, event.status, round(event.seconds * 1000, 1))
            self._sent.append(sent)
        elif isinstance(event, Notified) and event.outcome == "accepted":
            self.notices += 1


@final
@define
class Stand:
    """Emulated shops behind one address, and how the story went on each."""

    plays: Sequence[Play]
    url: str = ""
    settings: str = ""
    """The settings file with which it was played: every shop has the same one."""


async def play(stand: Stand, story: Story, wanted: Mapping[str, tuple[str, ...]], country: str) -> None:
    """Serve the shops on a free port of this machine and play the story on one after the other.

    The settings are the same each time; only ``PRINTKIT_DEFAULT`` differs.

    Args:
        stand: is filled while the story goes on.
        story: what is played.
        wanted: the SKUs of the story, each with the words by which a shop's product is recognised.
        country: where the products are sold.
    """
    from ..server.emulator import EmulatorServer

    infos = [each.info for each in stand.plays]
    shops: list[Shop] = [registry.part(info.emulator)() for info in infos]
    async with EmulatorServer(shops, tick=_TICK) as server:
        stand.url = server.url
        stand.settings = await assortment.settings(infos, server.url, wanted, country)
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "printkit.toml"
            file.write_text(stand.settings, encoding="utf-8")
            for each, shop in zip(stand.plays, shops, strict=True):
                async with connect(config_file=file, environ={"PRINTKIT_DEFAULT": each.info.kind}, hooks=[each.hear]) as kit:
                    each.order = await _play(kit, each, shop, story)


async def _play(kit: PrintKit, play: Play, shop: Shop, story: Story) -> Order:
    """One shop's part, with a receiver of its notices."""
    from ..server.receiver import ReceiverServer

    told: asyncio.Queue[Order] = asyncio.Queue()
    receiver = Receiver(kit, told.put, token=new_token(), limits=_QUICK)

    async def changed() -> Order:
        async with asyncio.timeout(_PATIENCE):
            return await told.get()

    async with ReceiverServer(receiver) as server:
        shop.control(("notices",), {"url": receiver.urls(server.url)[play.info.kind]})
        try:
            return await story(kit, shop, changed, play.tell)
        finally:
            shop.control(("notices",), {"url": None})
