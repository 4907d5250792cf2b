"""One command's talk with its shop: connects, runs the verb, and turns what goes wrong into words and an exit code. Knows no verb."""

import asyncio
import contextlib
import logging
import shlex
import signal
import sys
from collections.abc import Awaitable, Callable, Collection, Generator
from typing import final

import click
from attrs import frozen

from ..errors import PrintKitError
from ..kit import PrintKit
from ..model import OrderRef
from ..outcomes import ReconcileHandle
from ..telemetry import Hook, LoggingHook
from .connections import Connections
from .exits import Exit, exit_for
from .failure import tell, tell_stopped

Verb = Callable[[PrintKit], Awaitable[Exit]]
"""Does the work and prints what came out, before the connection is closed."""


class _StoppedError(Exception):
    """A signal ended the verb."""

    def __init__(self, code: Exit, unresolved: tuple[ReconcileHandle, ...]) -> None:
        super().__init__()
        self.code = code
        self.unresolved = unresolved


@final
@frozen
class Session:
    """The options that every command with a shop has."""

    url: str | None
    file: str | None
    as_json: bool
    verbose: bool

    def run(self, verb: Verb, *, for_real: OrderRef | None = None, may_change: Collection[str] | None = ()) -> None:
        """Connect, run the verb, and exit with its code.

        Args:
            verb: the work.
            for_real: an order that is about to be placed or given up, when the user has not said yes to that: at a live shop it is asked.
            may_change: connections whose orders are about to be changed, likewise; None for all.
        """
        with telling(as_json=self.as_json):
            connections = Connections.read(self.url, self.file)
        if for_real is not None and connections.environment(for_real.provider) == "live":
            _ask(f"{for_real} is at a live shop")
        asked = connections.tables if may_change is None else may_change
        live = [name for name in asked if connections.environment(name) == "live"]
        if live:
            _ask(f"This changes orders at a live shop ({', '.join(live)})")
        with telling(as_json=self.as_json, hint=connections.hint):
            try:
                code = asyncio.run(_talk(connections, self._hooks(), verb))
            except _StoppedError as stopped:
                code = stopped.code
                tell_stopped(code, stopped.unresolved, as_json=self.as_json)
        sys.exit(code)

    def command(self, *words: str) -> str:
        """How a user calls another command with the same connection."""
        options = (*(("--url", self.url) if self.url else ()), *(("--config", self.file) if self.file else ()))
        return shlex.join(("printkit", *words, *options))

    def _hooks(self) -> tuple[Hook, ...]:
        if not self.verbose:
            return ()
        log = logging.getLogger("printkit.cli")
        log.setLevel(logging.DEBUG)
        log.propagate = False
        log.handlers = [logging.StreamHandler(sys.stderr)]
        return (LoggingHook(log),)


async def _talk(connections: Connections, hooks: tuple[Hook, ...], verb: Verb) -> Exit:
    terminated = _sigterm_cancels()
    async with connections.open(hooks) as kit:
        try:
            return await verb(kit)
        except asyncio.CancelledError:
            raise _StoppedError(Exit.TERMINATED if terminated.is_set() else Exit.INTERRUPTED, kit.unresolved) from None


def _sigterm_cancels() -> asyncio.Event:
    """From now on SIGTERM ends this task as Ctrl-C does; the event says that it came."""
    came, task = asyncio.Event(), asyncio.current_task()

    def stop() -> None:
        came.set()
        if task is not None:
            task.cancel()

    with contextlib.suppress(NotImplementedError):  # Windows has no such signal
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop)
    return came


def _ask(what: str) -> None:
    if not sys.stdin.isatty():
        raise click.UsageError(f"{what}: say --yes.")
    click.confirm(f"{what}. Go on?", abort=True, err=True)


@contextlib.contextmanager
def telling(*, as_json: bool, hint: Callable[[PrintKitError], str | None] | None = None) -> Generator[None, None, None]:
    """Within it, an error of printkit's is told on stderr and ends the command with its exit code."""
    try:
        yield
    except PrintKitError as error:
        tell(error, as_json=as_json, hint=hint(error) if hint else None)
        sys.exit(exit_for(error))
