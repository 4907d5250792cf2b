"""``printkit emulator``: serves every shop's emulator over real HTTP until it is stopped. Knows no shop and answers nothing itself."""

import asyncio
import contextlib
import ipaddress
import signal
from typing import Any

import click
from rich.text import Text

from .. import registry
from ..provider import ProviderInfo
from . import screen
from .connections import HOST, PORT
from .document import as_json as to_json
from .options import as_json_option
from .session import telling


@click.command()
@click.option("--host", default=HOST, show_default=True, help="Where to listen.")
@click.option("--port", type=click.IntRange(0, 65535), default=PORT, show_default=True, help="0 for any free one.")
@click.option("--allow-remote", is_flag=True, help="Listen where others can reach it. It checks nobody's credentials.")
@as_json_option
def emulator(*, host: str, port: int, allow_remote: bool, as_json: bool) -> None:
    """Serve the emulated shops over real HTTP.

    With the real shops' paths, so that any program can be tried on them. Orders are kept in memory and gone when it stops.
    Ctrl-C stops it (exit code 0).
    """
    if not _is_this_machine(host):
        if not allow_remote:
            raise click.UsageError(f"{host} can be reached by others, and the emulator checks nobody's credentials: say --allow-remote.")
        screen.console(stderr=True).print(Text(f"Warning: anybody who can reach {host} can read and change what is in the emulator."))
    with telling(as_json=as_json):
        asyncio.run(_serve(host, port, as_json))


def _is_this_machine(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


async def _serve(host: str, port: int, as_json: bool) -> None:
    from ..server.emulator import EmulatorServer

    infos = list(registry.infos())
    shops = [registry.part(info.emulator)() for info in infos]
    stop = asyncio.Event()
    with contextlib.suppress(NotImplementedError):  # on Windows Ctrl-C interrupts by itself
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with EmulatorServer(shops, host=host, port=port) as server:
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
        if url != f"http://{HOST}:{PORT}":
            click.echo(f'    base_url = "{url}{info.base_path}"')
        place = url.partition("://")[2]
        click.echo(f"\n  Without settings:\n\n    printkit order list --url {info.kind}+emulator://{place}")
        click.echo(f"\n  Print and ship an order:\n\n    curl -X POST {url}/_emulator/{info.kind}/orders/ID/ship")
    click.echo("\nCtrl-C stops it.")
