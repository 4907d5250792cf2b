"""The commands that change an order as a whole: create, add, submit, … Each is a thin call of the kit; knows no shop."""

from pathlib import Path

import click
from attrs import evolve

from ..errors import ConfigError
from ..kit import PrintKit
from ..model import NewOrder, Order, OrderRef, OrderStatus, Payment, Photo, Recipient
from ..provider import Capability, Stage, SupportLevel
from . import uploading
from .changing import change
from .connections import keeps_drafts
from .options import ORDER, PROVIDER, YES, connected, given, recipient
from .session import Session


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

    async def work(kit: PrintKit) -> Order:
        drafts = kit.supports(Capability.CREATE_ORDER, provider=provider, stage=Stage.DRAFT).level
        if drafts is SupportLevel.EMULATED and not keeps_drafts(session.file):
            raise ConfigError(
                "this shop keeps no drafts, and here they would be gone when the command ends: "
                'set drafts = "drafts.db" under [printkit], or PRINTKIT_DRAFTS'
            )
        return await kit.create_order(new, provider=provider)

    change(session, work)


class _OfSeveralWords(click.Command):
    """Says which command an option belongs to that lacks some of its words, so that they can be named."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """As every command."""
        try:
            return super().parse_args(ctx, args)
        except click.BadOptionUsage as error:
            error.ctx = ctx
            raise


@click.command(cls=_OfSeveralWords)
@ORDER
@click.option(
    "--photo",
    "photos",
    nargs=3,
    multiple=True,
    type=(str, str, click.IntRange(min=1)),
    metavar="SKU URL COPIES",
    help="Three words: a product, the URL of its picture and how many. Once for each photo.",
)
@click.option(
    "--file",
    "files",
    nargs=3,
    multiple=True,
    type=(str, click.Path(exists=True, dir_okay=False, path_type=Path), click.IntRange(min=1)),
    metavar="SKU PATH COPIES",
    help="The same with a file, which is sent to the shop. Once for each photo.",
)
@connected
def add(session: Session, *, order: OrderRef, photos: tuple[tuple[str, str, int], ...], files: tuple[tuple[str, Path, int], ...]) -> None:
    """Add photos to an order that is not yet submitted.

    \b
    printkit order add pwinty:1065 \\
        --photo 8x12 https://example.com/boat.jpg 2 \\
        --file 4x6 pictures/harbour.jpg 10
    """  # noqa: D301 - \b keeps what follows as it stands
    added = [*(Photo(sku, url, copies) for sku, url, copies in photos), *(Photo(sku, path, copies) for sku, path, copies in files)]
    if not added:
        raise click.UsageError("Nothing to add: give --photo or --file.")

    async def work(kit: PrintKit) -> Order:
        with uploading.shown(added, quiet=session.as_json or session.verbose) as progress:
            return await kit.add_photos(order, added, progress=progress)

    change(session, work)


@click.command()
@ORDER
@YES
@connected
def submit(session: Session, *, order: OrderRef, yes: bool) -> None:
    """Place an order: it will be printed and charged.

    At a live shop it asks first.
    """
    change(session, lambda kit: kit.submit(order), for_real=None if yes else order)


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

    async def work(kit: PrintKit) -> Order:
        known = await kit.get_order(order)
        return await kit.update_recipient(known, evolve(known.recipient or Recipient(name=""), **changes))

    change(session, work)


@click.command()
@ORDER
@YES
@connected
def cancel(session: Session, *, order: OrderRef, yes: bool) -> None:
    """Cancel an order.

    Where its shop and its status still permit it. At a live shop it asks first.
    """
    change(session, lambda kit: kit.set_status(order, OrderStatus.CANCELLED), for_real=None if yes else order)


TARGETS = (
    OrderStatus.SUBMITTED,
    *(target for target in OrderStatus if f"set_status({target.name})" in set(Capability)),
)
"""What an order can be moved to; a shop that cannot says so."""


@click.command("set-status")
@ORDER
@click.argument("status")
@click.option("--shops-word", is_flag=True, help="STATUS is the shop's own word. Some of them bill again.")
@YES
@connected
def set_status(session: Session, *, order: OrderRef, status: str, shops_word: bool, yes: bool) -> None:
    """Move an order to a status.

    STATUS is submitted, awaiting-payment, on-hold or cancelled; each shop permits its own. At a live shop it asks first.
    """
    if not shops_word and status not in TARGETS:
        raise click.UsageError(f"STATUS is one of {', '.join(TARGETS)}; or the shop's own word, with --shops-word.")
    target = status if shops_word else OrderStatus(status)
    change(session, lambda kit: kit.set_status(order, target), for_real=None if yes else order)
