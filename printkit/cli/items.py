"""The commands for the items of an order: items, cancel-items, swap-sku, replace-artwork. Each is a thin call of the kit; knows no shop."""

from collections.abc import Sequence
from pathlib import Path

import click

from ..kit import PrintKit
from ..model import Artwork, OrderRef
from . import listings, screen
from .changing import change
from .document import as_json
from .exits import Exit
from .options import ORDER, YES, connected
from .session import Session


@click.command("items")
@ORDER
@click.argument("item", required=False, metavar="[ITEM]")
@connected
def items(session: Session, *, order: OrderRef, item: str | None) -> None:
    """List the items of an order, or show one of them.

    With the shop's own words for their products and statuses, and what became of their pictures.
    """

    async def verb(kit: PrintKit) -> Exit:
        found = (await kit.get_order(order)).items if item is None else (await kit.get_item(order, item),)
        if session.as_json:
            click.echo(as_json(found))
        else:
            screen.say_table(screen.console(), listings.items(found), len(found), "No items.")
        return Exit.DONE

    session.run(verb)


@click.command("cancel-items")
@ORDER
@click.argument("items", nargs=-1, required=True, metavar="ITEM...")
@YES
@connected
def cancel_items(session: Session, *, order: OrderRef, items: Sequence[str], yes: bool) -> None:
    """Take items out of an order.

    Exits with 7 when the shop keeps some of them, and says why. At a live shop it asks first.
    """
    change(session, lambda kit: kit.cancel_items(order, items), for_real=None if yes else order)


@click.command("swap-sku")
@ORDER
@click.argument("item")
@click.argument("sku")
@YES
@connected
def swap_sku(session: Session, *, order: OrderRef, item: str, sku: str, yes: bool) -> None:
    """Print an item's picture as another product.

    The new product is charged. At a live shop it asks first.
    """
    change(session, lambda kit: kit.swap_sku(order, item, sku), for_real=None if yes else order)


@click.command("replace-artwork")
@ORDER
@click.argument("item")
@click.argument("picture", required=False, metavar="[PICTURE]")
@click.option(
    "--space",
    "spaces",
    nargs=2,
    multiple=True,
    metavar="SPACE PICTURE",
    help="The picture of one print space, where a product has several. Once for each.",
)
@connected
def replace_artwork(session: Session, *, order: OrderRef, item: str, picture: str | None, spaces: Sequence[tuple[str, str]]) -> None:
    """Print another picture for an item.

    A PICTURE is a URL, or a file where the shop takes files.

    \b
    printkit order replace-artwork pwinty:1065 986207 https://example.com/boat.jpg
    """  # noqa: D301 - \b keeps what follows as it stands
    if bool(picture) == bool(spaces):
        raise click.UsageError("Give one PICTURE, or --space for each print space.")
    artwork = [_artwork(picture, None)] if picture else [_artwork(where, space) for space, where in spaces]
    change(session, lambda kit: kit.replace_artwork(order, item, artwork))


def _artwork(where: str, space: str | None) -> Artwork:
    return Artwork(url=where, space=space) if "://" in where else Artwork(path=Path(where), space=space)
