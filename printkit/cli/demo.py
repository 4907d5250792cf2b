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
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from .. import registry
from ..kit import connect
from ..model import Order, OrderStatus
from ..provider import ProviderInfo
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


@click.command()
@click.option("--shop", "kind", type=click.Choice(registry.kinds()), default=registry.kinds()[0], show_default=True, help="Which shop.")
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
            screen.console().print(_steps(story, verbose=verbose))
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
    to.print(Text.assemble(("One order, ", "bold"), (f"through the emulated {story.title} at {story.url}", "bold")))
    to.print()
    to.print(_steps(story, verbose=verbose))
    to.print()
    screen.say_order(to, order)
    to.print()
    count = sum(len(step.requests) for step in story.steps)
    to.print(Text(f"{count} requests over HTTP in {seconds} seconds. Nothing was printed or charged: the shop is a part of this program."))


def _steps(story: _Story, *, verbose: bool) -> Padding:
    made = screen.table("", "Step", "Call of the kit", "What came out", right=("",), whole=("Call of the kit",))
    for number, step in enumerate(story.steps, 1):
        made.add_row(screen.cell(number), screen.cell(step.what), screen.cell(step.call, "cyan"), screen.cell(step.result))
        if verbose:
            for sent in step.requests:
                _add_request(made, sent)
    return screen.indented(made)


def _add_request(to: Table, sent: _Sent) -> None:
    answer = f"{sent.status or 'no answer'} in {sent.milliseconds:.0f} ms"
    to.add_row("", screen.cell(f"{sent.method} {sent.template}", "dim"), "", screen.cell(answer, "dim"))
