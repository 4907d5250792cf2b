"""``printkit demo``: plays the story of one order on every kind of shop and shows them side by side. Knows neither shop nor story."""

import asyncio
import sys
import time
from typing import Any

import click

from .. import registry
from ..model import OrderStatus
from . import screen
from .document import as_json as to_json
from .exits import Exit
from .options import as_json_option
from .playing import Play, Stand, play
from .session import telling
from .side_by_side import say, say_steps
from .story import ADDRESS, PRODUCTS, can_play, order_prints


@click.command()
@click.option("--shop", "kind", type=click.Choice(registry.kinds()), help="Only this one.  [default: every kind of shop that can]")
@click.option("-v", "--verbose", is_flag=True, help="Show the settings, and every request with its answer's status.")
@as_json_option
def demo(*, kind: str | None, verbose: bool, as_json: bool) -> None:
    """Order prints from emulated shops: one program, every shop.

    From an incomplete address to the tracking number, over real HTTP on a free port of 127.0.0.1. Nothing leaves this machine,
    nothing is printed or charged.
    """
    began = time.monotonic()
    stand = Stand([Play(info) for info in ([registry.info(kind)] if kind else filter(can_play, registry.infos()))])
    try:
        with telling(as_json=as_json):
            asyncio.run(play(stand, order_prints, PRODUCTS, str(ADDRESS.country)))
    except BaseException:
        if not as_json:  # the steps up to the failure explain it best
            say_steps(screen.console(), stand)
        raise
    seconds = round(time.monotonic() - began, 2)
    if as_json:
        click.echo(to_json(_document(stand, seconds)))
    else:
        say(screen.console(), stand, seconds, verbose=verbose)
    shipped = all(each.order and each.order.status is OrderStatus.SHIPPED for each in stand.plays)
    sys.exit(Exit.DONE if shipped else Exit.FAULT)


def _document(stand: Stand, seconds: float) -> dict[str, Any]:
    shops = [
        {"kind": each.info.kind, "title": each.info.title, "steps": each.steps, "notices": each.notices, "order": each.order}
        for each in stand.plays
    ]
    return {"url": stand.url, "seconds": seconds, "settings": stand.settings, "shops": shops}
