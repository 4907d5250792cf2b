"""``printkit order``: the group of commands on one order or many. Knows what there is, and nothing of how it is done."""

import click

from . import items, reading, writing


class InOrder(click.Group):
    """Lists its commands in the order in which one needs them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names as they were added."""
        return list(self.commands)


@click.group(cls=InOrder)
def order() -> None:
    """Create orders, fill them, place them, look at them.

    An ORDER is a connection's name and the shop's id, as the commands print it: pwinty:1065
    """


for command in (
    writing.create,
    writing.add,
    reading.validate,
    writing.submit,
    reading.show,
    reading.list_orders,
    items.items,
    writing.update_recipient,
    items.cancel_items,
    items.swap_sku,
    items.replace_artwork,
    writing.set_status,
    writing.cancel,
    reading.reconcile,
):
    order.add_command(command)
