"""One change of an order, run and shown: the order that it gives, and an exit code when the shop took only some of it. Knows no verb."""

from collections.abc import Awaitable, Callable

import click

from ..kit import PrintKit
from ..model import Order, OrderRef
from . import screen
from .document import as_json
from .exits import Exit
from .session import Session


def change(session: Session, work: Callable[[PrintKit], Awaitable[Order]], *, for_real: OrderRef | None = None) -> None:
    """Run it and exit.

    Args:
        session: the options that were given.
        work: the change.
        for_real: the order, when it is about to be placed, given up or charged and the user has not said yes to that.
    """

    async def verb(kit: PrintKit) -> Exit:
        order = await work(kit)
        if session.as_json:
            click.echo(as_json(order))
        else:
            screen.say_order(screen.console(), order)
        return Exit.PARTLY if order.receipt.refused else Exit.DONE

    session.run(verb, for_real=for_real)
