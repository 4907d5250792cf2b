"""``printkit providers``: what each kind of shop can do, and why not more. Opens no connection."""

import click

from .. import registry
from ..provider import ProviderInfo
from . import screen
from .document import as_json
from .options import as_json_option
from .session import telling


@click.command()
@as_json_option
def providers(*, as_json: bool) -> None:
    """Show what each kind of shop can do.

    With a draft, and with a placed order. native: one call of the shop's own. emulated: several writes, not atomic.
    unsupported: refused before any request.
    """
    with telling(as_json=as_json):
        infos = list(registry.infos())
    if as_json:
        click.echo(_document(infos))
        return
    to = screen.console()
    for place, info in enumerate(infos):
        if place:
            to.print()
        screen.say_capabilities(to, info)


def _document(infos: list[ProviderInfo]) -> str:
    return as_json(
        [
            {
                "kind": info.kind,
                "title": info.title,
                "support": [
                    {"capability": capability, "stage": stage, "level": support.level, "why": support.why}
                    for (capability, stage), support in info.support.items()
                ],
            }
            for info in infos
        ]
    )
