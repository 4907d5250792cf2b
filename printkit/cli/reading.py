"""The commands that look: show, list, validate, reconcile. Each is a thin call of the kit; knows no shop."""

import json
from typing import Any, TextIO

import click
from rich.text import Text

from ..errors import FieldProblem, InvalidRequestError
from ..kit import PrintKit
from ..model import Order, OrderRef, OrderStatus
from ..outcomes import Applied, NotApplied, ReconcileHandle, Unknown
from . import screen
from .document import as_document, as_json
from .exits import Exit
from .options import ORDER, PROVIDER, YES, as_time, connected
from .session import Session, telling


@click.command()
@ORDER
@connected
def show(session: Session, *, order: OrderRef) -> None:
    """Show one order, whole, with its parcels."""

    async def verb(kit: PrintKit) -> Exit:
        found = await kit.get_order(order)
        if session.as_json:
            click.echo(as_json(found))
        else:
            screen.say_order(screen.console(), found)
        return Exit.DONE

    session.run(verb)


@click.command("list")
@click.option(
    "--status", type=click.Choice([each.value for each in OrderStatus]), metavar="STATUS", help=f"One of {', '.join(OrderStatus)}."
)
@click.option("--reference", metavar="TEXT", help="Only orders with this reference.")
@click.option("--since", callback=as_time, metavar="TIME", help="Only orders created since: 2026-01-31, or with time and zone.")
@click.option("--limit", type=click.IntRange(min=0), default=20, show_default=True, help="How many at most; 0 for all.")
@click.option("--detail", is_flag=True, help="Read each order whole, at one request each.")
@PROVIDER
@connected
def list_orders(session: Session, *, status: str | None, limit: int, **wishes: Any) -> None:
    """List orders, newest first. With --json one order a line (JSON Lines)."""

    async def verb(kit: PrintKit) -> Exit:
        await _list(kit, session, limit, {"status": OrderStatus(status) if status else None, **wishes})
        return Exit.DONE

    session.run(verb)


async def _list(kit: PrintKit, session: Session, limit: int, wishes: dict[str, Any]) -> None:
    shown: list[Order] = []
    count, more = 0, False
    async for each in kit.list_orders(**wishes):
        more = bool(limit) and count == limit
        if more:
            break
        count += 1
        if session.as_json:
            click.echo(as_json(each, lines=True))
        else:
            shown.append(each)
    if not session.as_json:
        screen.console().print(screen.orders(shown) if shown else Text("No orders."))
    if more:
        screen.console(stderr=True).print(Text(f"There are more than these {limit}: --limit 0 lists all."))


@click.command()
@ORDER
@connected
def validate(session: Session, *, order: OrderRef) -> None:
    """Ask what stands between an order and printing.

    Exits with 4 when something does.
    """

    async def verb(kit: PrintKit) -> Exit:
        report = await kit.validate(order)
        if session.as_json:
            click.echo(as_json(report))
        else:
            screen.say_report(screen.console(), report)
        return Exit.DONE if report.ok else Exit.REFUSED

    session.run(verb)


@click.command()
@click.argument("handle", type=click.File("r", encoding="utf-8"), metavar="FILE")
@click.option("--send-again", is_flag=True, help="Send once more what is proven not to have happened.")
@YES
@connected
def reconcile(session: Session, *, handle: TextIO, send_again: bool, yes: bool) -> None:
    """Find out what became of a write.

    FILE holds the handle that was printed when its outcome was unknown, alone or with all that was printed; - reads it from standard
    input.

    Sends no write, unless --send-again asks for it: then what is proven not to have happened is sent once more, where that cannot do
    anything twice. Complaints and files are never sent again. At a live shop it asks first.

    \b
    Exits with 0: it happened. 5: it did not, and may be run again. 6: still unknown.
    """  # noqa: D301 - \b keeps what follows as it stands
    with telling(as_json=session.as_json):
        write = _handle(handle.read())

    async def verb(kit: PrintKit) -> Exit:
        return _settled(await kit.reconcile(write, send_again=send_again), session)

    order = OrderRef(write.provider, write.order or write.key or write.operation)
    session.run(verb, for_real=order if send_again and not yes else None)


def _handle(text: str) -> ReconcileHandle:
    """The handle in what was printed: alone, as the member ``handle`` of an error, or as a line among others."""
    handles = {handle.id: handle for part in (text, *text.splitlines()) if (handle := _read_handle(part)) is not None}
    if len(handles) == 1:
        return next(iter(handles.values()))
    why = f"holds {len(handles)} handles: give each in a file of its own" if handles else "is not a handle that printkit printed"
    raise InvalidRequestError([FieldProblem("FILE", why)])


def _read_handle(text: str) -> ReconcileHandle | None:
    try:
        document: Any = json.loads(text)
        return ReconcileHandle.from_json(json.dumps(document.get("handle", document)))
    except (InvalidRequestError, ValueError, AttributeError, RecursionError):
        return None


def _settled(found: Applied[Any] | NotApplied | Unknown, session: Session) -> Exit:
    word, text, code = _in_words(found)
    order = found.value if isinstance(found, Applied) and isinstance(found.value, Order) else None
    if session.as_json:
        extra = {"not_before": as_document(found.not_before)} if isinstance(found, Unknown) else {}
        click.echo(as_json({"outcome": word, "text": text, **extra, "order": order}))
        return code
    to = screen.console()
    to.print(Text(screen.clean(text)))
    if order is not None:
        screen.say_order(to, order)
    return code


def _in_words(found: Applied[Any] | NotApplied | Unknown) -> tuple[str, str, Exit]:
    match found:
        case Applied():
            return "applied", "It happened.", Exit.DONE
        case NotApplied(why):
            return "not-applied", f"It did not happen and will not: it may be run again ({why}).", Exit.NOTHING_HAPPENED
        case Unknown(why, None):
            return "unknown", f"Nobody can say ({why}). Waiting will not tell: look at the order at the shop.", Exit.UNKNOWN
        case Unknown(why, not_before):
            return "unknown", f"Nobody can say yet ({why}). Ask again after {not_before:%Y-%m-%d %H:%M:%SZ}.", Exit.UNKNOWN
