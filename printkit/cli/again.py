"""Orders that a file may place a second time: the option that asks the shop first, the warning without it. Knows no shop."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click
from attrs import evolve
from rich.text import Text

from ..change_lines import read
from ..changes import Change, PlaceOrder, provider_of
from ..kit import PrintKit
from . import screen

if TYPE_CHECKING:
    from rich.console import Console

LOOK_FIRST = click.option(
    "--look-first", is_flag=True, help="Place no order whose reference the shop has already: one more request for each."
)


def changes_of(path: Path, *, look_first: bool) -> Iterator[Change]:
    """The changes of a file; with ``look_first`` each order that they place is looked for before."""
    for change in read(path):
        yield evolve(change, look_first=True) if look_first and isinstance(change, PlaceOrder) else change


class TakenTwice:
    """Says once, before the first order is placed, that the shop would take it a second time."""

    def __init__(self, kit: PrintKit, to: "Console | None" = None) -> None:
        self._takes_twice = {name for name, info in kit.connections.items() if not info.unique_references}
        self._default = kit.default
        self.to = to

    def before(self, changes: Iterable[Change]) -> Iterator[Change]:
        """The changes, as they are."""
        for change in changes:
            if isinstance(change, PlaceOrder) and not change.look_first:
                self._say(provider_of(change, self._default) or "")
            yield change

    def _say(self, provider: str) -> None:
        if provider in self._takes_twice and self.to is not None:
            self._takes_twice.clear()
            told = f"{provider} takes a reference that it has: an order that another run has placed is printed again. --look-first asks."
            self.to.print(Text(screen.clean(told)), soft_wrap=True)
