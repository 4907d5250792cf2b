"""The same story on several shops, for people: a column for each, or one below the other where they do not fit. Knows no shop."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import zip_longest
from typing import Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

from ..model import Item, Order, Shipment
from ..provider import SupportLevel
from . import screen
from .playing import Play, Stand, Step

_NARROWEST: Final = 30
"""Columns of text below which a shop gets lines of its own."""
_STYLES: Mapping[SupportLevel | None, str] = {SupportLevel.NATIVE: "green", SupportLevel.EMULATED: "yellow"}


def say(to: Console, stand: Stand, seconds: float, *, verbose: bool) -> None:
    """What happened, from beginning to end."""
    titles = " and ".join(each.info.title for each in stand.plays)
    to.print(Text(f"One order through the emulated {titles}, at {stand.url}", style="bold"))
    if len(stand.plays) > 1:
        to.print(Text("The same program and the same settings: only PRINTKIT_DEFAULT differs."))
    if verbose:
        _say_settings(to, stand)
    to.print()
    say_steps(to, stand)
    to.print(Text("  native: a call of the shop's own\n  emulated: done by printkit, here or with several calls", style="dim"))
    to.print()
    to.print(Text("What became of it", style="bold"))
    to.print()
    for group in _groups(to, stand):
        to.print(screen.indented(_orders(group)))
        to.print()
    if verbose:
        _say_requests(to, stand)
    requests = " and ".join(f"{each.requests} to {each.info.title}" for each in stand.plays)
    notices = " and ".join(f"{each.notices} from {each.info.title}" for each in stand.plays)
    to.print(Text(f"Requests over HTTP: {requests}; notices: {notices}; in {seconds} seconds altogether."))
    to.print(Text("Nothing was printed or charged: the shops are a part of this program."))


def say_steps(to: Console, stand: Stand) -> None:
    """The steps that were taken, a row for each."""
    for group in _groups(to, stand):
        to.print(screen.indented(_steps(group)))
        to.print()


def _groups(to: Console, stand: Stand) -> Iterator[Sequence[Play]]:
    """The shops that stand side by side: all of them where they fit."""
    if to.width >= _NARROWEST * (len(stand.plays) + 1):
        yield stand.plays
    else:
        yield from ([each] for each in stand.plays)


def _side_by_side(group: Sequence[Play], *columns: str) -> Table:
    return screen.table(*columns, *(each.info.title for each in group), right=("",) if "Step" in columns else (), whole=("",))


def _steps(group: Sequence[Play]) -> Table:
    made = _side_by_side(group, "", "Step")
    for number, row in enumerate(zip_longest(*(each.steps for each in group)), 1):
        first = next(step for step in row if step)
        made.add_row(screen.cell(number), _lines(first.what, first.call, "cyan"), *map(_what_it_did, row))
    return made


def _what_it_did(step: Step | None) -> Text:
    if step is None:
        return Text()
    if step.how is None:
        return screen.cell(step.result)
    how = Text.assemble((step.how.value, _STYLES.get(step.how, "")), f", {_count(len(step.requests), 'request')}")
    return Text.assemble(how, "\n", screen.clean(step.result))


def _lines(first: str, second: str, style: str) -> Text:
    return Text.assemble(screen.clean(first), "\n" if second else "", (screen.clean(second), style))


def _count(number: int, what: str) -> str:
    return f"{number or 'no'} {what}{'' if number == 1 else 's'}"


def _orders(group: Sequence[Play]) -> Table:
    """A row for each fact, a column for each shop: what differs is seen at once."""
    made = _side_by_side(group, "")
    for name, fact in _FACTS.items():
        made.add_row(screen.cell(name, "dim"), *(Text(fact(each.order) if each.order else "") for each in group))
    return made


def _items(order: Order) -> str:
    return "\n".join(screen.clean(_item(item)) for item in order.items)


def _item(item: Item) -> str:
    here = f" (here {item.provider_sku})" if item.provider_sku != item.sku else ""
    return f"{item.copies} × {item.sku}{here}"


def _parcels(order: Order) -> str:
    return "\n".join(map(_parcel, order.shipments))


def _parcel(parcel: Shipment) -> str:
    return screen.clean(f"{parcel.carrier or 'a parcel'} {parcel.tracking_number or 'not tracked'}")


def _status(order: Order) -> str:
    return screen.clean(f"{order.status} ({order.provider_status})" if order.provider_status else order.status)


_FACTS: Mapping[str, Callable[[Order], str]] = {
    "order": lambda order: screen.clean(order.ref),
    "reference": lambda order: screen.clean(order.reference),
    "status": _status,
    "to": lambda order: screen.address(order.recipient) if order.recipient else "",
    "items": _items,
    "price": lambda order: screen.clean(order.price or ""),
    "shipping": lambda order: screen.clean(order.shipping_price or ""),
    "parcels": _parcels,
}


def _say_settings(to: Console, stand: Stand) -> None:
    to.print()
    to.print(Text("The settings (printkit.toml)", style="bold"))
    to.print()
    for line in stand.settings.splitlines():
        to.print(Text(f"  {screen.clean(line)}"), soft_wrap=True)


def _say_requests(to: Console, stand: Stand) -> None:
    for each in stand.plays:
        to.print(Text(f"Requests to {each.info.title}", style="bold"))
        made = screen.table("Step", "Request", "Status", "Time", right=("Step", "Time"), whole=("Step", "Status", "Time"))
        for number, step in enumerate(each.steps, 1):
            for sent in step.requests:
                row = (number, f"{sent.method} {sent.template}", sent.status or "no answer", f"{sent.milliseconds:.1f} ms")
                made.add_row(*map(screen.cell, row))
        to.print(screen.indented(made))
        to.print()
