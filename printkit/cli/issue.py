"""``printkit issue``: complaints about orders, where a shop takes them. Each command is a thin call of the kit; knows no shop."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import click
from rich.text import Text

from ..kit import PrintKit
from ..model import Issue, OrderRef
from . import listings, screen
from .document import as_json
from .exits import Exit
from .options import ORDER, YES, connected
from .session import Session


@click.group()
def issue() -> None:
    """Complain about an order: damaged, lost, wrong.

    Kinds and actions are the shop's own words, such as DamagedOrder and Reprint.
    """


def _show(session: Session, work: Callable[[PrintKit], Awaitable[Issue | Sequence[Issue]]], *, for_real: OrderRef | None = None) -> None:
    async def verb(kit: PrintKit) -> Exit:
        found = await work(kit)
        if session.as_json:
            click.echo(as_json(found))
        elif isinstance(found, Issue):
            to = screen.console()
            to.print(Text.assemble((f"Issue {screen.clean(found.id)}", "bold"), f"  {screen.clean(found.state)}"))
            to.print(screen.indented(listings.issue(found)))
        else:
            screen.say_table(screen.console(), listings.issues(found), len(found), "No issues.")
        return Exit.DONE

    session.run(verb, for_real=for_real)


@issue.command()
@ORDER
@click.argument("kind")
@click.argument("action")
@click.option("--detail", metavar="TEXT", help="What is wrong, in words.")
@click.option("--action-detail", metavar="TEXT", help="What is wished, in words.")
@click.option("--item", "items", multiple=True, metavar="ITEM", help="An item that it is about. Once for each.")
@YES
@connected
def report(session: Session, *, order: OrderRef, kind: str, action: str, yes: bool, **said: Any) -> None:
    """Report what is wrong with an order.

    A reprint or a refund may follow. At a live shop it asks first.

    KIND and ACTION are the shop's own words; the shop's page in the documentation lists them.

    \b
    printkit issue report pwinty:1065 DamagedOrder Reprint \\
        --detail 'the parcel was wet' --item 986207
    """  # noqa: D301 - \b keeps what follows as it stands
    _show(session, lambda kit: kit.report_issue(order, kind, action, **said), for_real=None if yes else order)


@issue.command("list")
@ORDER
@connected
def list_issues(session: Session, *, order: OrderRef) -> None:
    """List all complaints about an order."""
    _show(session, lambda kit: kit.list_issues(order))


@issue.command()
@ORDER
@click.argument("number", metavar="ISSUE")
@connected
def show(session: Session, *, order: OrderRef, number: str) -> None:
    """Show one complaint."""
    _show(session, lambda kit: kit.get_issue(order, number))


@issue.command()
@ORDER
@click.argument("number", metavar="ISSUE")
@click.option("--comment", metavar="TEXT", help="Something to add.")
@click.option("--cancel", is_flag=True, help="Take the complaint back.")
@connected
def update(session: Session, *, order: OrderRef, number: str, comment: str | None, cancel: bool) -> None:
    """Add a comment to a complaint, or take it back."""
    if not comment and not cancel:
        raise click.UsageError("Nothing to change: give --comment, --cancel or both.")
    _show(session, lambda kit: kit.update_issue(order, number, comment=comment or None, cancel=cancel))
