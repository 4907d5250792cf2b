"""The options and arguments that several commands share, and the session that they make. Knows no verb."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import wraps
from typing import Any

import click

from ..model import OrderRef
from .session import Session

Command = Callable[..., None]
Decorator = Callable[[Command], Command]


def _as_order(ctx: click.Context, param: click.Parameter, value: str) -> OrderRef:
    try:
        return OrderRef.parse(value)
    except ValueError as error:
        raise click.BadParameter(str(error)) from None


def as_time(ctx: click.Context, param: click.Parameter, value: str | None) -> datetime | None:
    """The callback of an option that takes a date or a time; without a zone it is UTC."""
    try:
        time = datetime.fromisoformat(value) if value else None
    except ValueError:
        raise click.BadParameter(f"{value!r} is not a time such as 2026-01-31 or 2026-01-31T09:30+00:00") from None
    return time.replace(tzinfo=UTC) if time and time.tzinfo is None else time


def as_json_option(command: Command) -> Command:
    """``--json``, for every command."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON, errors too (on stderr).")(command)


def connected(command: Command) -> Command:
    """The options of a ``Session``, which the command gets as its first argument."""

    @click.option("--config", "file", metavar="FILE", help="The settings, in place of printkit.toml.")
    @click.option("--url", metavar="URL", help="Connect to this in place of the settings: kind+environment://host")
    @as_json_option
    @click.option("-v", "--verbose", is_flag=True, help="Tell of every request on stderr.")
    @wraps(command)
    def run(*, file: str | None, url: str | None, as_json: bool, verbose: bool, **wishes: Any) -> None:
        command(Session(url, file, as_json, verbose), **wishes)

    return run


ORDER: Decorator = click.argument("order", callback=_as_order, metavar="ORDER")
PROVIDER: Decorator = click.option("--provider", metavar="NAME", help="The connection, in place of the default one.")
YES: Decorator = click.option("--yes", is_flag=True, help="Do not ask, also at a live shop.")

_RECIPIENT: tuple[Decorator, ...] = (
    click.option("--line1", metavar="TEXT", help="Street and number."),
    click.option("--line2", metavar="TEXT"),
    click.option("--city", metavar="TEXT"),
    click.option("--state", metavar="TEXT", help="State, county or region."),
    click.option("--postal-code", metavar="TEXT"),
    click.option("--country", metavar="CC", help="Two letters, such as GB."),
    click.option("--email", metavar="TEXT"),
    click.option("--phone", metavar="TEXT"),
)


def recipient(command: Command) -> Command:
    """One option for each line of an address but the name."""
    for option in reversed(_RECIPIENT):
        command = option(command)
    return command


def given(options: dict[str, str | None]) -> dict[str, Any]:
    """The options that were given; an empty one means that there is nothing."""
    return {name: value or None for name, value in options.items() if value is not None}
