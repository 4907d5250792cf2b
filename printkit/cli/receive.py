"""``printkit receive``: tells of orders that change, as shops' notices come. Knows no shop; what a notice is worth is the receiver's."""

import asyncio
import contextlib
import json
import logging
import os
import shlex
import sys
from collections.abc import Generator, Mapping
from pathlib import Path
from typing import Final, final

import click
from attrs import frozen

from ..errors import ConfigError
from ..inbox import Inbox
from ..kit import PrintKit
from ..model import Order
from ..receiving import Limits, Receiver, new_token
from . import screen
from .connections import HOST, Connections
from .document import as_json as to_json
from .exits import Exit
from .options import connected
from .serving import stopped
from .session import Session

PORT: Final = 8950
TOKEN_VARIABLE: Final = "PRINTKIT_RECEIVE_TOKEN"  # noqa: S105 - the name of a variable
_PATIENCE: Final = 600.0
"""Seconds that a command has."""


@click.command()
@click.option("--host", default=HOST, show_default=True, help="Where to listen.")
@click.option("--port", type=click.IntRange(0, 65535), default=PORT, show_default=True, help="0 for any free one.")
@click.option("--public-url", metavar="URL", help="How the shops reach it, for example through a proxy.")
@click.option(
    "--token-file",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Keeps the token that stands in the URL; is made if it is not there.",
)
@click.option("--inbox", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help="Keeps what came until it is handled.")
@click.option("--print", "prints", is_flag=True, help="Print each order that has changed.  [default, without --exec]")
@click.option("--exec", "command", metavar="COMMAND", help="Run this for each order that has changed, with it as JSON on stdin.")
@connected
def receive(
    session: Session,
    *,
    host: str,
    port: int,
    public_url: str | None,
    token_file: Path | None,
    inbox: Path | None,
    prints: bool,
    command: str | None,
) -> None:
    """Tell of orders that have changed.

    A notice proves nothing, so the order is read from its shop. It is told when it differs from what was told last. Ctrl-C stops it
    (exit code 0).

    The URLs to set up at the shops hold a token. It is what PRINTKIT_RECEIVE_TOKEN or --token-file says; else it is a new one each time.

    \b
    printkit receive --inbox inbox.db --token-file token.txt \\
        --public-url https://example.com/notices --exec ./order-changed
    """  # noqa: D301 - \b keeps what follows as it stands
    tell = Tell(session.as_json, prints or command is None, _words(command))

    async def verb(kit: PrintKit) -> Exit:
        from ..server.receiver import ReceiverServer

        stop = stopped()
        receiver = Receiver(
            kit,
            tell,
            token=_token(token_file),
            inbox=None if inbox is None else Inbox(inbox),
            limits=Limits(handler_seconds=_PATIENCE if tell.command else Limits().handler_seconds),
        )
        with _complaining(as_json=session.as_json):
            async with ReceiverServer(receiver, host=host, port=port) as server:
                _say(session, server.url, receiver.urls(public_url or server.url), kit)
                await stop.wait()
        if not session.as_json:
            click.echo("Stopped.")
        return Exit.DONE

    session.run(verb)


class _CommandFailedError(Exception):
    """A command did not end with 0."""


@final
@frozen
class Tell:
    """The handler: prints an order, gives it to a command, or both."""

    as_json: bool
    prints: bool
    command: tuple[str, ...]

    async def __call__(self, order: Order) -> None:
        """An order has changed."""
        if self.prints and self.as_json:
            click.echo(to_json(order, lines=True))
        elif self.prints:
            to = screen.console()
            to.print()
            screen.say_order(to, order)
        sys.stdout.flush()
        if self.command:
            await self._run(order)

    async def _run(self, order: Order) -> None:
        try:
            process = await asyncio.create_subprocess_exec(*self.command, stdin=asyncio.subprocess.PIPE)
        except OSError as error:
            raise _CommandFailedError(f"{self.command[0]} cannot be run: {error.strerror}") from None
        try:
            await process.communicate(f"{to_json(order, lines=True)}\n".encode())
        finally:
            if process.returncode is None:
                with contextlib.suppress(ProcessLookupError):
                    process.kill()
                await process.wait()
        if process.returncode != 0:
            raise _CommandFailedError(f"{self.command[0]} ended with {process.returncode}")


def _words(command: str | None) -> tuple[str, ...]:
    try:
        words = tuple(shlex.split(command or ""))
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--exec") from None
    if command is not None and not words:
        raise click.BadParameter("there is nothing to run", param_hint="--exec")
    return words


def _token(file: Path | None) -> str:
    """The token of the environment, of the file, or a new one.

    Raises:
        ConfigError: the file cannot be used, or others can read it.
    """
    if os.environ.get(TOKEN_VARIABLE):
        return os.environ[TOKEN_VARIABLE]
    if file is None:
        return new_token()
    try:
        with contextlib.suppress(FileExistsError):
            file.touch(0o600, exist_ok=False)
            file.write_text(f"{new_token()}\n", encoding="utf-8")
        if os.name == "posix" and file.stat().st_mode & 0o077:
            raise ConfigError(f"{file} holds a token and can be read by others: chmod 600 {file}")
        return file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeError) as error:
        problem = f"{file} cannot be used: {getattr(error, 'strerror', None) or 'it is no text'}"
    raise ConfigError(problem)


@final
class _Complaint(logging.Formatter):
    """A line for what went wrong and is tried again; no traceback, which nobody asked for here."""

    def __init__(self, *, as_json: bool) -> None:
        super().__init__()
        self._as_json = as_json

    def format(self, record: logging.LogRecord) -> str:
        error = record.exc_info[1] if record.exc_info else None
        why = f": {error if isinstance(error, _CommandFailedError) else type(error).__name__}" if error else ""
        said = screen.clean(record.getMessage() + why)
        return json.dumps({"type": "Complaint", "message": said, "retryable": True}) if self._as_json else said


@contextlib.contextmanager
def _complaining(*, as_json: bool) -> Generator[None]:
    """Within it, what the receiver has to complain of is told on stderr."""
    log, handler = logging.getLogger("printkit.receiving"), logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Complaint(as_json=as_json))
    log.addHandler(handler)
    log.propagate = False
    try:
        yield
    finally:
        log.removeHandler(handler)
        log.propagate = True


def _say(session: Session, url: str, urls: Mapping[str, str], kit: PrintKit) -> None:
    emulators = Connections.read(session.url, session.file).emulators
    if session.as_json:
        click.echo(to_json({"url": url, "urls": urls}, lines=True))
        return
    click.echo(f"Receiving notices at {url}\n\nSet up at the shops, by hand:")
    for name, where in urls.items():
        click.echo(f"\n  {name}, {kit.connections[name].title}:\n\n    {where}")
        if name in emulators:
            control = f"{emulators[name]}/_emulator/{kit.connections[name].kind}/notices"
            click.echo(f"\n  or at its emulator:\n\n    curl -X POST {control} -d '{json.dumps({'url': where})}'")
    click.echo("\nCtrl-C stops it.")
    sys.stdout.flush()
