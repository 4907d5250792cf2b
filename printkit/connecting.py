"""Opens printkit: settings are read, every connection is made. Knows no shop and no verb."""

import os
from collections.abc import Mapping, Sequence
from typing import Any

from attrs import evolve

from . import config, registry
from .errors import ConfigError
from .kit import PrintKit
from .opening import open_all
from .skus import SkuMap
from .telemetry import Hook
from .transport.in_process import Answers


def connect(
    source: str | None = None,
    *,
    config_file: str | os.PathLike[str] | None = None,
    environ: Mapping[str, str] | None = None,
    hooks: Sequence[Hook] = (),
    emulators: Mapping[str, Answers] | None = None,
    session: Any = None,
) -> PrintKit:
    """Open printkit: ``async with printkit.connect() as kit``. Sends nothing.

    Args:
        source: a connection URL such as ``pwinty+emulator://``. Without one, the settings' file and the environment say what to connect to.
        config_file: the file, in place of ``printkit.toml`` in the working directory.
        environ: in place of the process's environment.
        hooks: told of every attempt, wait, outcome and drift; see ``printkit.telemetry``.
        emulators: by connection name, emulators to use in this process in place of new ones.
        session: an ``aiohttp.ClientSession`` whose connector is borrowed, and not closed; nothing else of it is used.

    Raises:
        ConfigError: a setting is missing or wrong, or nothing is configured at all.
    """
    try:
        return _connect(source, config_file, os.environ if environ is None else environ, hooks, emulators or {}, session)
    except ConfigError as error:
        problem = error.with_traceback(None)
    del environ, source  # a traceback that shows locals would show the keys
    raise problem


def _connect(
    source: str | None,
    config_file: str | os.PathLike[str] | None,
    environ: Mapping[str, str],
    hooks: Sequence[Hook],
    emulators: Mapping[str, Answers],
    session: Any,
) -> PrintKit:
    if source is not None and not isinstance(source, str):
        raise ConfigError(f"source is a {type(source).__name__}: give a connection URL, such as '<kind>+emulator://'")
    found = config.load(config_file, environ)
    names = {*found.connections, *registry.kinds()}
    if source is not None:
        table = config.from_url(source, environ, found.connections)
        found = evolve(found, connections={table.name: table}, default=table.name)
    if not found.connections:
        raise ConfigError(
            "nothing is configured. To try printkit without an account: printkit.connect('<kind>+emulator://') with a kind of shop "
            f'({", ".join(registry.kinds())}), or write a printkit.toml with [printkit.providers.<name>] and environment = "emulator"'
        )
    skus = SkuMap.read(found.skus, found.source, names | found.connections.keys())
    return PrintKit(open_all(found, hooks, emulators, session), found.default, skus)
