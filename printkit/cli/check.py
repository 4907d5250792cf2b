"""``printkit check``: the settings, the credentials and the SKU map, in one list. Finds nothing out itself, the kit does; knows no shop."""

import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import get_args

import attrs
import click
from attrs import evolve

from .. import config, registry
from ..checkup import CheckReport, ConnectionCheck, Finding, FindingCode
from ..errors import ConfigError
from ..kit import PrintKit
from ..model import Severity
from . import screen
from .checked import say
from .connections import Connections
from .document import as_json
from .exits import Exit
from .options import connected
from .session import Session, telling

_EXITS: Mapping[FindingCode, Exit] = {
    FindingCode.SETTINGS: Exit.SETTINGS,
    FindingCode.UNKNOWN_SKU: Exit.SETTINGS,
    FindingCode.UNKNOWN_ATTRIBUTE: Exit.SETTINGS,
    FindingCode.CREDENTIALS: Exit.REFUSED,
    FindingCode.REFUSED: Exit.REFUSED,
    FindingCode.NO_ANSWER: Exit.NOTHING_HAPPENED,
}
"""The first that applies is the exit code."""


@click.command()
@click.option("--country", metavar="CC", help="Where products are to be sold, such as GB; by default what the settings say.")
@click.option("--provider", metavar="NAME", help="Only this connection, in place of all.")
@connected
def check(session: Session, *, country: str | None, provider: str | None) -> None:
    """Check settings, credentials and the SKU map.

    Asks every connection's shop whether it accepts the credentials and sells what the SKU map says. Changes nothing.

    Exits with 0: all can be worked with; there may be warnings. 3: a setting or an entry of the SKU map is wrong. 4: a shop refused.
    5: a shop gave no answer.
    """
    with telling(as_json=session.as_json):
        connections = Connections.read(session.url, session.file)
    wrong = [_settings(table) for table in connections.tables.values()]
    if any(each.findings for each in wrong):  # no program can connect before these are mended
        sys.exit(_show(CheckReport(tuple(wrong)), session))

    async def verb(kit: PrintKit) -> Exit:
        return _show(await kit.check(country=country, provider=provider), session)

    session.run(verb)


def _settings(table: config.Table) -> ConnectionCheck:
    kind, environment = table.values.get("kind", table.name), table.values.get("environment")
    found = ConnectionCheck(table.name, str(kind), str(environment or ""))
    try:
        wrong = _wrong(registry.part(registry.info(table.kind).settings), table)
    except ConfigError as error:
        wrong = [error.message]
    if not wrong:
        return evolve(found, verified=("the settings are complete",))
    mend = "mend this first: until then nothing is sent to any shop"
    return evolve(found, findings=tuple(Finding(FindingCode.SETTINGS, Severity.ERROR, text, mend) for text in wrong))


def _wrong(cls: type[config.ConnectionSettings], table: config.Table) -> list[str]:
    """Every setting that is wrong or missing, in words."""
    whole = _refused(cls, table)
    found = [] if whole is None else [_refused(cls, each) for each in _one_by_one(cls, table)]
    return list(dict.fromkeys(text for text in found if text is not None)) or ([] if whole is None else [whole])


def _one_by_one(cls: type[config.ConnectionSettings], table: config.Table) -> Iterator[config.Table]:
    """Tables that can be wrong in one setting only: a given one beside an emulator's placeholders, and what lacks one required setting."""
    given = {name: value for name, value in table.values.items() if name != "kind"}
    environment = given.pop("environment", None)
    if environment is None:
        yield evolve(table, values={}, said=frozenset())
    elif environment not in get_args(config.Environment):
        yield evolve(table, values={"environment": environment}, said=frozenset())
    elif environment != "emulator":
        required = {each.name for each in attrs.fields(cls) if each.default is attrs.NOTHING} - {"environment"}
        for missing in sorted(required - given.keys()):
            values = {"environment": environment, **dict.fromkeys(required - {missing}, "given")}
            yield evolve(table, values=values, said=frozenset())
    for name, value in given.items():
        yield evolve(table, values={"environment": "emulator", name: value}, said=table.said & {name})


def _refused(cls: type[config.ConnectionSettings], table: config.Table) -> str | None:
    try:
        config.settings(cls, table)
    except ConfigError as error:
        return error.message
    return None


def _show(report: CheckReport, session: Session) -> Exit:
    if session.as_json:
        click.echo(as_json({"ok": report.ok, "connections": report.connections}))
    else:
        say(screen.console(), report)
    return _exit(report.findings)


def _exit(findings: Sequence[Finding]) -> Exit:
    codes = {finding.code for finding in findings if finding.severity is Severity.ERROR}
    return next((exit_code for code, exit_code in _EXITS.items() if code in codes), Exit.DONE)
