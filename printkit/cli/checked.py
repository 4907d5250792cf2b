"""What a check found, for people: a list for each connection, and one line that sums it up. Knows no command."""

from rich.console import Console
from rich.table import Table
from rich.text import Text

from .. import registry
from ..checkup import CheckReport, ConnectionCheck
from ..errors import ConfigError
from ..model import Severity
from . import screen

_STYLES = {Severity.ERROR: "bold red", Severity.WARNING: "yellow"}


def say(to: Console, report: CheckReport) -> None:
    """The whole report."""
    for each in report.connections:
        to.print(Text.assemble((screen.clean(each.name), "bold"), f"  {screen.clean(_what(each))}"))
        to.print(screen.indented(_list(each)))
        to.print()
    to.print(Text(_sum(report), style="green" if report.ok else "red"))


def _what(each: ConnectionCheck) -> str:
    try:
        title = registry.info(each.kind).title
    except ConfigError:
        title = each.kind
    return ", ".join(part for part in (title, each.environment) if part)


def _list(each: ConnectionCheck) -> Table:
    made = Table.grid(padding=(0, 2))
    made.add_column(no_wrap=True)
    made.add_column(overflow="fold")
    for fact in each.verified:
        made.add_row(Text("ok", style="green"), screen.cell(fact))
    for finding in sorted(each.findings, key=lambda one: one.severity is not Severity.ERROR):
        made.add_row(Text(finding.severity, style=_STYLES[finding.severity]), screen.cell(finding.text))
        made.add_row(Text(""), screen.cell(f"→ {finding.mend}", "cyan"))
    return made


def _sum(report: CheckReport) -> str:
    errors = sum(finding.severity is Severity.ERROR for finding in report.findings)
    warnings = len(report.findings) - errors
    found = ", ".join(part for part in (_count(errors, "error"), _count(warnings, "warning")) if part)
    return f"{found}." if found else "Everything is in order."


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}" if number else ""
