"""``printkit products`` and ``printkit countries``: what a shop sells and where. Thin calls of the kit; knows no shop."""

import click
from rich.text import Text

from ..kit import PrintKit
from . import listings, screen
from .document import as_json
from .exits import Exit
from .options import PROVIDER, connected
from .session import Session


@click.command()
@click.option("--country", metavar="CC", help="Two letters, such as GB; by default what the settings say.")
@click.option("--quality", metavar="WORD", help="The shop's own word, where it has several.")
@PROVIDER
@connected
def products(session: Session, *, country: str | None, quality: str | None, provider: str | None) -> None:
    """List what a shop sells in one country.

    With the shop's own SKUs, and the attributes that the SKU map may give.
    """

    async def verb(kit: PrintKit) -> Exit:
        found = await kit.list_products(country=country, quality=quality, provider=provider)
        if session.as_json:
            click.echo(as_json(found))
            return Exit.DONE
        to = screen.console()
        where = ", ".join(screen.clean(part) for part in (found.country, found.quality) if part)
        to.print(Text(f"{len(found.products)} products in {where}", style="bold"))
        screen.say_table(to, listings.products(found.products), len(found.products), "")
        if found.shipping_rates:
            to.print()
            to.print(screen.indented(listings.shipping_rates(found.shipping_rates)))
        return Exit.DONE

    session.run(verb)


@click.command()
@PROVIDER
@connected
def countries(session: Session, *, provider: str | None) -> None:
    """List the countries that a shop knows."""

    async def verb(kit: PrintKit) -> Exit:
        found = await kit.list_countries(provider=provider)
        if session.as_json:
            click.echo(as_json(found))
        else:
            screen.say_table(screen.console(), listings.countries(found), len(found), "No countries.")
        return Exit.DONE

    session.run(verb)
