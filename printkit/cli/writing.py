"""The commands that change an order: create, add, submit, update-recipient, cancel. Each is a thin call of the kit; knows no shop."""

from collections.abc import Awaitable, Callable
from pathlib import Path

import click
from attrs import evolve

from ..kit import PrintKit
from ..model import NewOrder, Order, OrderRef, OrderStatus, Payment, Photo, Recipient
from . import screen
from .document import as_json
from .exits import Exit
from .options import ORDER, PROVIDER, YES, connected, given, recipient
from .session import Session


def _change(session: Session, change: Callable[[PrintKit], Awaitable[Order]], *, for_real: OrderRef | None = None) -> None:
    async def verb(kit: PrintKit) -> Exit:
        order = await change(kit)
        if session.as_json:
            click.echo(as_json(order))
        else:
            screen.say_order(screen.console(), order)
        return Exit.PARTLY if order.receipt.refused else Exit.DONE

    session.run(verb, for_real=for_real)


@click.command()
@click.option("--name", required=True, metavar="TEXT", help="To whom the order is sent.")
@recipient
@click.option("--reference", metavar="TEXT", help="Your own name of this order, for ever; made up when left out.")
@click.option("--payer", type=click.Choice([each.value for each in Payment]), help="Who pays the shop.")
@click.option("--shipping", metavar="METHOD", help="The shop's own word for a shipping method.")
@PROVIDER
@connected
def create(
    session: Session, *, reference: str | None, payer: str | None, shipping: str | None, provider: str | None, **to: str | None
) -> None:
    """Create an order. Nothing is submitted.

    Nothing is printed or charged.

    \b
    printkit order create --name 'Tom Smith' --line1 '14 Acacia Avenue' \\
        --city Cardiff --postal-code 'CF11 1AB' --country GB
    """  # noqa: D301 - \b keeps what follows as it stands
    new = NewOrder(Recipient(**given(to)), reference, shipping, Payment(payer) if payer else None)
    _change(session, lambda kit: kit.create_order(new, provider=provider))


@click.command()
@ORDER
@click.option(
    "--photo",
    "photos",
    nargs=3,
    multiple=True,
    required=True,
    type=(str, str, click.IntRange(min=1)),
    metavar="SKU URL COPIES",
    help="A product, its picture (a URL or a file) and how many. Once for each photo.",
)
@connected
def add(session: Session, *, order: OrderRef, photos: tuple[tuple[str, str, int], ...]) -> None:
    """Add photos to an order that is not yet submitted.

    \b
    printkit order add pwinty:1065 \\
        --photo 8x12 https://example.com/boat.jpg 2 \\
        --photo 4x6 https://example.com/harbour.jpg 10
    """  # noqa: D301 - \b keeps what follows as it stands
    added = [Photo(sku, where if "://" in where else Path(where), copies) for sku, where, copies in photos]
    _change(session, lambda kit: kit.add_photos(order, added))


@click.command()
@ORDER
@YES
@connected
def submit(session: Session, *, order: OrderRef, yes: bool) -> None:
    """Place an order: it will be printed and charged.

    At a live shop it asks first.
    """
    _change(session, lambda kit: kit.submit(order), for_real=None if yes else order)


@click.command("update-recipient")
@ORDER
@click.option("--name", metavar="TEXT", help="To whom the order is sent.")
@recipient
@connected
def update_recipient(session: Session, *, order: OrderRef, **to: str | None) -> None:
    """Change where an order is sent.

    What is left out stays as it is; '' empties it.

    \b
    printkit order update-recipient pwinty:1065 --postal-code 'CF11 1AB'
    """  # noqa: D301 - \b keeps what follows as it stands
    changes = given(to)
    if not changes:
        raise click.UsageError("Nothing to change: give at least one of the options.")

    async def change(kit: PrintKit) -> Order:
        known = await kit.get_order(order)
        return await kit.update_recipient(known, evolve(known.recipient or Recipient(name=""), **changes))

    _change(session, change)


@click.command()
@ORDER
@YES
@connected
def cancel(session: Session, *, order: OrderRef, yes: bool) -> None:
    """Cancel an order.

    Where its shop and its status still permit it. At a live shop it asks first.
    """
    _change(session, lambda kit: kit.set_status(order, OrderStatus.CANCELLED), for_real=None if yes else order)
