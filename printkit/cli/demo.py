"""``printkit demo``: plays the story of one order over real HTTP, with an emulated shop on this machine. Knows neither shop nor story."""

import asyncio
import os
import sys
import time
from typing import final

import attrs
import click
from attrs import Factory, define, frozen
from rich.console import Console
from rich.text import Text

from .. import registry
from ..kit import connect
from ..model import Order, OrderStatus
from ..provider import Capability, ProviderInfo, Stage, SupportLevel
from ..telemetry import Attempt, Event
from . import screen
from .document import as_json as to_json
from .exits import Exit
from .options import as_json_option
from .session import telling
from .story import order_prints


@final
@frozen
class _Sent:
    """One request, as telemetry tells of it: never an id, a header or a body."""

    method: str
    template: str
    status: int | None
    milliseconds: float


@final
@frozen
class _Step:
    """One step of the story."""

    what: str
    call: str
    result: str
    requests: tuple[_Sent, ...]


@final
@define
class _Story:
    """What has been told so far."""

    title: str = ""
    url: str = ""
    steps: list[_Step] = Factory(list[_Step])
    _sent: list[_Sent] = Factory(list[_Sent])

    def tell(self, what: str, call: str, result: str) -> None:
        """One step more; what was sent since the last one belongs to it."""
        self.steps.append(_Step(what, call, result, tuple(self._sent)))
        self._sent.clear()

    def hear(self, event: Event) -> None:
        """A telemetry hook."""
        if isinstance(event, Attempt):
            sent = _Sent(event.request.method, event.request.template, event.status, round(event.seconds * 1000, 1))
            self._sent.append(sent)


def _kind() -> str:
    """The first kind of shop that keeps drafts itself: most of its story goes over HTTP."""
    kinds = registry.kinds()
    remote = (kind for kind in kinds if registry.info(kind).supports(Capability.CREATE_ORDER, Stage.DRAFT).level is SupportLevel.NATIVE)
    return next(remote, kinds[0])


@click.command()
@click.option(
    "--shop", "kind", type=click.Choice(registry.kinds()), default=_kind, show_default="one that keeps drafts itself", help="Which shop."
)
@click.option("-v", "--verbose", is_flag=True, help="Show every request and its answer's status.")
@as_json_option
def demo(*, kind: str, verbose: bool, as_json: bool) -> None:
    """Order prints from an emulated shop.

    From an incomplete address to the tracking number, over real HTTP on a free port of 127.0.0.1. Nothing leaves this machine,
    nothing is printed or charged.
    """
    began = time.monotonic()
    story = _Story()
    try:
        with telling(as_json=as_json):
            order = asyncio.run(_play(registry.info(kind), story))
    except BaseException:
        if not as_json:  # the steps up to the failure explain it best
            _say_steps(screen.console(), story, verbose=verbose)
        raise
    seconds = round(time.monotonic() - began, 2)
    if as_json:
        click.echo(to_json({"shop": kind, "url": story.url, "seconds": seconds, "steps": story.steps, "order": order}))
    else:
        _say(screen.console(), story, order, seconds, verbose=verbose)
    sys.exit(Exit.DONE if order.status is OrderStatus.SHIPPED else Exit.FAULT)


async def _play(info: ProviderInfo, story: _Story) -> Order:
    from ..server.emulator import EmulatorServer

    shop = registry.part(info.emulator)()
    async with EmulatorServer([shop]) as server:
        story.title, story.url = info.title, server.url
        address = f"{info.kind}+emulator://{server.url.partition('://')[2]}{_wishes(info)}"
        async with connect(address, config_file=os.devnull, environ={}, hooks=[story.hear]) as kit:  # of nobody's own settings
            return await order_prints(kit, shop, story.tell)


def _wishes(info: ProviderInfo) -> str:
    """A shop whose prices name no currency has a setting for it."""
    names = {each.name for each in attrs.fields(registry.part(info.settings))}
    return "?currency=GBP" if "currency" in names else ""


def _say(to: Console, story: _Story, order: Order, seconds: float, *, verbose: bool) -> None:
    to.print(Text(f"One order, through the emulated {story.title} at {story.url}", style="bold"))
    to.print()
    _say_steps(to, story, verbose=verbose)
    screen.say_order(to, order)
    to.print()
    count = sum(len(step.requests) for step in story.steps)
    to.print(Text(f"{count} requests over HTTP in {seconds} seconds. Nothing was printed or charged: the shop is a part of this program."))


def _say_steps(to: Console, story: _Story, *, verbose: bool) -> None:
    steps = screen.table("", "Step", "Call of the kit", "What came out", right=("",), whole=("Call of the kit",))
    sent = screen.table("Step", "Request", "Status", "Time", right=("Step", "Time"), whole=("Request",))
    for number, step in enumerate(story.steps, 1):
        steps.add_row(screen.cell(number), screen.cell(step.what), screen.cell(step.call, "cyan"), screen.cell(step.result))
        for each in step.requests:
            status = each.status or "no answer"
            sent.add_row(*map(screen.cell, (number, f"{each.method} {each.template}", status, f"{each.milliseconds:.1f} ms")))
    to.print(screen.indented(steps))
    to.print()
    if verbose:
        to.print(screen.indented(sent))
        to.print()
