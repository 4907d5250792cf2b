"""What people read: orders, lists, reports and capabilities as plain text and tables. Knows neither commands nor JSON.

Text from a shop is never taken for markup, and what could steer a terminal is taken out of it.
"""

import io
import os
import re
import sys
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import IO, NoReturn, cast, final

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from ..model import Item, Order, Problem, ProblemCode, Recipient, Severity, Shipment, ValidationReport
from ..provider import Capability, ProviderInfo, Stage, Support, SupportLevel

_WIDTH_IN_FILES = 160


class _Trimmed(io.TextIOBase):
    """A stream without the blanks that fill up a table's last column: programs that compare lines would trip over them."""

    def __init__(self, to: IO[str]) -> None:
        super().__init__()
        self._to = to

    def write(self, text: str, /) -> int:
        return self._to.write(re.sub(r" +$", "", text, flags=re.MULTILINE))

    def flush(self) -> None:
        self._to.flush()


@final
class _Console(Console):
    def on_broken_pipe(self) -> NoReturn:
        """Whoever read the output went away: that is the command's to answer."""
        raise BrokenPipeError


def console(*, stderr: bool = False) -> Console:
    """Where people read. In a file or a pipe: no colours, and room enough that nothing is broken up."""
    stream = sys.stderr if stderr else sys.stdout
    width = None if stream.isatty() or "COLUMNS" in os.environ else _WIDTH_IN_FILES
    to = stream if stream.isatty() else cast(IO[str], _Trimmed(stream))
    return _Console(file=to, width=width, markup=False, emoji=False, highlight=False, soft_wrap=False)


def clean(text: object) -> str:
    """Text of any origin on one line, without control characters, direction marks and the like."""
    return "".join(each if each.isprintable() else " " if each.isspace() else "" for each in str(text))


def cell(value: object, style: str = "") -> Text:
    """A value in a table; nothing for None."""
    return Text("" if value is None else clean(value), style=style)


def table(*columns: str, right: Sequence[str] = (), whole: Sequence[str] = ()) -> Table:
    """An empty table. ``right`` names the columns of numbers, ``whole`` those that are not to be broken up."""
    made = Table(box=SIMPLE_HEAD, header_style="bold", pad_edge=False, show_edge=False, padding=(0, 1, 0, 0))
    for name in columns:
        made.add_column(name, justify="right" if name in right else "left", no_wrap=name in whole, overflow="fold")
    return made


def say_table(to: Console, shown: Table, count: int, nothing: str) -> None:
    """A table of so many rows, or words for none."""
    to.print(shown if count else Text(nothing))


def indented(shown: Table) -> Padding:
    """Set in by two columns."""
    return Padding(shown, (0, 0, 0, 2), expand=False)


def say_order(to: Console, order: Order) -> None:
    """One order, whole."""
    shop_says = f" ({clean(order.provider_status)})" if order.provider_status else ""
    to.print(Text.assemble((f"Order {clean(order.ref)}", "bold"), f"  {order.status}{shop_says}", ", a test" if order.is_test else ""))
    facts = Table.grid(padding=(0, 2))
    for name, value in _facts(order):
        facts.add_row(cell(name, "dim"), cell(value))
    to.print(indented(facts))
    if order.items:
        to.print()
        to.print(indented(_items(order.items)))
    if order.shipments:
        to.print()
        to.print(indented(_shipments(order.shipments)))
    for note in _notes(order):
        to.print(Text(f"Note: {note}"))


def _facts(order: Order) -> Iterable[tuple[str, object]]:
    facts: dict[str, object] = {
        "reference": order.reference,
        "to": address(order.recipient) if order.recipient else None,
        "price": order.price,
        "shipping": order.shipping_price,
        "created": _time(order.created),
        "pay at": order.payment_url,
        **order.ids,
    }
    return [(name, value) for name, value in facts.items() if value is not None]


def address(recipient: Recipient) -> str:
    """An address on one line."""
    parts = (
        recipient.name,
        recipient.line1,
        recipient.line2,
        recipient.city,
        recipient.state,
        recipient.postal_code,
        recipient.country,
    )
    return clean(", ".join(part for part in parts if part))


def _time(time: datetime | None) -> str | None:
    return None if time is None else f"{time.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def _items(items: Sequence[Item]) -> Table:
    made = table("Item", "Product", "Copies", "Status", "Price", "Artwork", right=("Copies", "Price"), whole=("Item", "Product", "Price"))
    for item in items:
        pictures = ", ".join(art.url or "a file" for art in item.artwork)
        made.add_row(cell(item.id), cell(item.sku), cell(item.copies), cell(item.status), cell(item.price), cell(pictures))
    return made


def _shipments(shipments: Sequence[Shipment]) -> Table:
    made = table("Parcel", "Status", "Carrier", "Items", "Tracking number", whole=("Parcel", "Status", "Tracking number"))
    for parcel in shipments:
        tracking = parcel.tracking_number or ("not tracked" if parcel.is_tracked is False else None)
        made.add_row(cell(parcel.id), cell(parcel.status), cell(parcel.carrier), cell(", ".join(parcel.item_ids)), cell(tracking))
    return made


def _notes(order: Order) -> Iterable[str]:
    receipt = order.receipt
    if receipt.reconciled:
        yield "the shop's answer was lost; that it acted was found by looking"
    if not receipt.read_back:
        yield "it is done, but reading the order afterwards failed: what is shown may be old"
    for old, new in receipt.renamed.items():
        yield f"item {clean(old)} is now {clean(new)}"
    for ref in receipt.duplicates:
        yield f"a lost answer left a further draft behind, which costs nothing: {clean(ref)}"
    for refused in receipt.refused:
        yield f"refused: {clean(refused.item)}: {clean(refused.why)}"
    if receipt.not_told:
        yield f"this shop has no place for {', '.join(map(clean, receipt.not_told))}: not told"


def orders(found: Sequence[Order]) -> Table:
    """A list of orders."""
    made = table("Order", "Reference", "Status", "Created", "To", whole=("Order", "Status", "Created"))
    for order in found:
        to = order.recipient.name if order.recipient else None
        made.add_row(cell(order.ref), cell(order.reference), cell(order.status), cell(_time(order.created)), cell(to))
    return made


def say_report(to: Console, report: ValidationReport) -> None:
    """The shop's verdict and every finding."""
    to.print(Text("The order can be submitted." if report.ok else "The order cannot be submitted.", style="green" if report.ok else "red"))
    say_problems(to, report.problems)


def say_problems(to: Console, problems: Sequence[Problem]) -> None:
    """Findings of a validation, the serious ones first."""
    if not problems:
        return
    made = table("", "Item", "Problem", "What to do", whole=("", "Item"))
    for (severity, item, code), texts in _by_code(problems).items():
        style = "red" if severity is Severity.ERROR else "yellow"
        made.add_row(cell(severity, style), cell(item), cell(code), cell("; ".join(texts)))
    to.print(indented(made))


def _by_code(problems: Sequence[Problem]) -> dict[tuple[Severity, str | None, ProblemCode], list[str]]:
    """What is said of one item under one code stands together: that nobody looked at a picture is one finding, not two."""
    found = dict[tuple[Severity, str | None, ProblemCode], list[str]]()
    for problem in sorted(problems, key=lambda each: each.severity is not Severity.ERROR):
        texts = found.setdefault((problem.severity, problem.item, problem.code), [])
        if problem.text not in texts:
            texts.append(problem.text)
    return found


_STYLES = {SupportLevel.NATIVE: "green", SupportLevel.EMULATED: "yellow", SupportLevel.UNSUPPORTED: "dim"}


def say_capabilities(to: Console, info: ProviderInfo) -> None:
    """What one kind of shop can do with a draft and with a placed order, and below it why not more."""
    to.print(Text(f"{clean(info.title)} (kind: {clean(info.kind)})", style="bold"))
    made, reasons = table("Capability", *(stage.value.capitalize() for stage in Stage)), dict[str, int]()
    for capability in Capability:
        made.add_row(cell(capability), *(_level(info.support.get((capability, stage)), reasons) for stage in Stage))
    to.print(indented(made))
    for why, number in reasons.items():
        to.print(indented(_numbered(number, why)))


def _level(support: Support | None, reasons: dict[str, int]) -> Text:
    if support is None:
        return Text("–", style="dim")
    number = f" ({reasons.setdefault(support.why, len(reasons) + 1)})" if support.why else ""
    return Text.assemble((support.level.value, _STYLES[support.level]), number)


def _numbered(number: int, text: str) -> Table:
    made = Table.grid(padding=(0, 1))
    made.add_row(Text(f"({number})"), cell(text))
    return made
