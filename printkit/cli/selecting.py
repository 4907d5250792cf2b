"""``printkit bulk select``: a query turned into changes, one JSON line each. Sends no write; knows no shop."""

import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import click
from rich.text import Text

from ..change_lines import read_orders, to_dict
from ..changes import Change
from ..kit import PrintKit
from ..model import OrderStatus
from ..selections import Selection
from . import screen
from .exits import Exit
from .options import PROVIDER, as_time, connected
from .session import Session
from .writing import TARGETS

_Verb = Callable[[Selection], AsyncIterator[Change]]
_OF_ITEMS = ("swap_to", "cancel_items", "artwork")


@click.command()
@click.option(
    "--status", type=click.Choice([each.value for each in OrderStatus]), metavar="STATUS", help=f"One of {', '.join(OrderStatus)}."
)
@click.option("--sku", metavar="SKU", help="Only items of this product, by your name or the shop's.")
@click.option("--since", callback=as_time, metavar="TIME", help="Only orders created since: 2026-01-31, or with time and zone.")
@click.option("--reference", metavar="TEXT", help="Only orders with this reference.")
@click.option(
    "--orders",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="These orders: a CSV with the column order, or JSON Lines.",
)
@PROVIDER
@click.option("--swap-to", metavar="SKU", help="Print those items as this product.")
@click.option("--replace-artwork", "artwork", metavar="URL", help="Print this picture for those items.")
@click.option("--cancel-items", is_flag=True, help="Take those items out of their orders.")
@click.option("--set-status", "target", metavar="STATUS", help=f"Move those orders to one of {', '.join(TARGETS)}.")
@click.option("--shops-word", is_flag=True, help="The status to set is the shop's own word. Some of them bill again.")
@click.option("--submit", is_flag=True, help="Place those orders.")
@connected
def select(session: Session, *, target: str | None, shops_word: bool, orders: Path | None, **wishes: Any) -> None:
    """Print the changes that a query means, and change nothing.

    \b
    printkit bulk select --status submitted --sku 8x12 --swap-to 10x15 > changes.jsonl
    printkit bulk plan changes.jsonl
    printkit bulk run changes.jsonl
    """  # noqa: D301 - \b keeps what follows as it stands
    query = {name: wishes[name] for name in ("status", "sku", "since", "reference", "provider")}
    verb = _verb(target, shops_word=shops_word, **wishes)
    if orders is None and not any(query[name] for name in ("status", "sku", "since", "reference")):
        raise click.UsageError("Say which orders: --status, --sku, --since, --reference or --orders.")
    if query["sku"] is None and any(wishes[name] for name in _OF_ITEMS):
        raise click.UsageError("Say which items: --sku.")
    query["status"] = OrderStatus(query["status"]) if query["status"] else None

    async def write(kit: PrintKit) -> Exit:
        count = 0
        async for change in verb(kit.select(**query, orders=None if orders is None else read_orders(orders))):
            count += 1
            click.echo(json.dumps(to_dict(change)))
        if not session.as_json:
            screen.console(stderr=True).print(Text(f"{count:,} change{'' if count == 1 else 's'}. Nothing is changed yet."))
        return Exit.DONE

    session.run(write)


def _verb(
    target: str | None, *, shops_word: bool, swap_to: str | None, artwork: str | None, cancel_items: bool, submit: bool, **_: Any
) -> _Verb:
    if target is not None and not shops_word and target not in TARGETS:
        raise click.UsageError(f"--set-status takes one of {', '.join(TARGETS)}; or the shop's own word, with --shops-word.")
    status = target if target is None or shops_word else OrderStatus(target)
    wanted: list[_Verb] = []
    if swap_to is not None:
        wanted.append(lambda found: found.swap_sku(swap_to))
    if artwork is not None:
        wanted.append(lambda found: found.replace_artwork(artwork))
    if cancel_items:
        wanted.append(lambda found: found.cancel_items())
    if status is not None:
        wanted.append(lambda found: found.set_status(status))
    if submit:
        wanted.append(lambda found: found.submit())
    if len(wanted) != 1:
        raise click.UsageError(
            "Say what is to be done, and one thing: --swap-to, --replace-artwork, --cancel-items, --set-status or --submit."
        )
    return wanted[0]
