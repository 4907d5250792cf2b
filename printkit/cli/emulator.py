"""``printkit emulator``: serves every shop's emulator over real HTTP until it is stopped. Knows no shop and answers nothing itself."""

import asyncio
import ipaddress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.text import Text

from .. import registry
from ..emulator.faults import Fault
from ..emulator.shop import Shop
from ..provider import ProviderInfo
from . import screen
from .connections import HOST, PORT
from .document import as_json as to_json
from .fault_file import as_faults
from .options import as_json_option
from .serving import stopped
from .session import telling

if TYPE_CHECKING:
    from ..server.emulator import EmulatorServer


@click.command()
@click.option("--host", default=HOST, show_default=True, help="Where to listen.")
@click.option("--port", type=click.IntRange(0, 65535), default=PORT, show_default=True, help="0 for any free one.")
@click.option("--allow-remote", is_flag=True, help="Listen where others can reach it. It checks nobody's credentials.")
@click.option(
    "--faults",
    callback=as_faults,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="What shall go wrong, as JSON or JSON Lines.",
)
@click.option(
    "--automatic",
    type=click.FloatRange(min=0, max=86400),
    metavar="SECONDS",
    help="Orders go on by themselves, one step in so many seconds.",
)
@click.option("--fetch-from", multiple=True, metavar="HOST[:PORT]", help="Really fetch pictures from there; else it is only pretended.")
@click.option("--public-url", metavar="URL", help="How clients reach it, where that is another address.")
@click.option(
    "--notify",
    nargs=2,
    multiple=True,
    type=(click.Choice(registry.kinds()), str),
    metavar="SHOP URL",
    help="Send that shop's notices there, as printkit receive says. Once for each shop.",
)
@as_json_option
def emulator(
    *,
    host: str,
    port: int,
    allow_remote: bool,
    faults: tuple[Fault, ...],
    automatic: float | None,
    notify: tuple[tuple[str, str], ...],
    as_json: bool,
    **wishes: Any,
) -> None:
    """Serve the emulated shops over real HTTP.

    With the real shops' paths, so that any program can be tried on them. Orders are kept in memory and gone when it stops.
    Ctrl-C stops it (exit code 0).

    \b
    A fault, one in a line of the file:
      {"method": "POST", "path": "/v2.5/Orders/{id}/Status", "instruction": "reset-after-commit"}
    """  # noqa: D301 - \b keeps what follows as it stands
    if not _is_this_machine(host):
        if not allow_remote:
            raise click.UsageError(f"{host} can be reached by others, and the emulator checks nobody's credentials: say --allow-remote.")
        screen.console(stderr=True).print(Text(f"Warning: anybody who can reach {host} can read and change what is in the emulator."))
    infos = list(registry.infos())
    with telling(as_json=as_json):
        server = _server([_shop(info, automatic) for info in infos], host=host, port=port, **wishes)
        for fault in faults:
            server.faults.add(fault)
        for shop in server.shops:
            if shop.name in dict(notify):
                shop.control(("notices",), {"url": dict(notify)[shop.name]})
        asyncio.run(_serve(server, infos, as_json=as_json))


def _is_this_machine(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def _shop(info: ProviderInfo, automatic: float | None) -> Shop:
    """An emulated shop; where its orders go on by themselves, the part of its emulator that says so is called ``Automatic``."""
    module = info.emulator.partition(":")[0]
    if automatic is None:
        shop: Shop = registry.part(info.emulator)()
    else:
        options = registry.part(f"{module}:Options")(automatic=registry.part(f"{module}:Automatic").every(automatic))
        shop = registry.part(info.emulator)(options)
    return shop


def _server(shops: list[Shop], **wishes: Any) -> "EmulatorServer":
    from ..server.emulator import EmulatorServer

    try:
        return EmulatorServer(shops, **wishes)
    except ValueError as error:
        raise click.UsageError(str(error)) from None


async def _serve(server: "EmulatorServer", infos: list[ProviderInfo], *, as_json: bool) -> None:
    stop = stopped()
    async with server:
        if as_json:
            click.echo(to_json(_document(server.url, infos), lines=True))
        else:
            _say(server.url, infos)
        await stop.wait()
    if not as_json:
        click.echo("Stopped.")


def _document(url: str, infos: list[ProviderInfo]) -> dict[str, Any]:
    return {"url": url, "shops": [{"kind": info.kind, "title": info.title, "base_url": f"{url}{info.base_path}"} for info in infos]}


def _say(url: str, infos: list[ProviderInfo]) -> None:
    click.echo(f"The emulator listens at {url}")
    for info in infos:
        click.echo(f"\n{info.title}: {url}{info.base_path}\n\n  Settings (printkit.toml):\n\n    [printkit.providers.{info.kind}]")
        click.echo('    environment = "emulator"')
        click.echo(f'    base_url = "{url}{info.base_path}"')
        place = url.partition("://")[2]
        click.echo(f"\n  Without settings:\n\n    printkit order list --url {info.kind}+emulator://{place}")
        click.echo(f"\n  Print and ship an order:\n\n    curl -X POST {url}/_emulator/{info.kind}/orders/ID/ship")
    click.echo("\nCtrl-C stops it.")
