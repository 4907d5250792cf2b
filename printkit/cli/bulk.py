"""``printkit bulk``: the group of commands on many orders at once. Knows what there is, and nothing of how it is done."""

import click

from . import journals, runs, selecting
from .order import InOrder


@click.group(cls=InOrder)
def bulk() -> None:
    """Change many orders in one run.

    It can be interrupted at any moment, and goes on where it was. Changes come from a file: JSON Lines, or CSV when its name ends so.
    The run is kept in a journal beside it: changes.jsonl in changes.run.db.
    """


for command in (
    selecting.select,
    runs.plan,
    runs.run,
    journals.status,
    runs.resume,
    journals.unknown,
    journals.results,
):
    bulk.add_command(command)
