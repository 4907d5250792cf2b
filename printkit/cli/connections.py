"""What the command line connects to: the settings, where an emulator is a running ``printkit emulator``. Sends nothing."""

import os
from collections.abc import Mapping, Sequence
from typing import final
from urllib.parse import urlsplit

from attrs import frozen

from .. import config, registry
from ..connecting import connect
from ..errors import ConfigError, InvalidRequestError, NotSentError, PrintKitError
from ..kit import PrintKit
from ..telemetry import Hook

HOST = "127.0.0.1"
PORT = 8900
"""Where ``printkit emulator`` listens unless told otherwise."""


def keeps_drafts(file: str | None, environ: Mapping[str, str] = os.environ) -> bool:
    """Whether drafts that a shop does not keep outlive this process.

    Raises:
        ConfigError: the settings cannot be read.
    """
    return config.load(file, environ).drafts is not None


@final
@frozen(repr=False)
class Connections:
    """The settings of one run of the command."""

    url: str | None
    file: str | None
    environ: Mapping[str, str]
    tables: Mapping[str, config.Table]

    @classmethod
    def read(cls, url: str | None, file: str | None, environ: Mapping[str, str] = os.environ) -> "Connections":
        """From a connection URL, else from a settings file and the environment.

        Raises:
            ConfigError: a setting is missing or wrong.
        """
        if url is None:
            tables = config.load(file, environ).connections
        else:
            environ = _as_the_url_says(url, environ)
            table = config.from_url(url, environ)
            tables = {table.name: table}
        return cls(url, file, {**environ, **_where_emulators_are(tables)}, tables)

    def open(self, hooks: Sequence[Hook] = ()) -> PrintKit:
        """Connect."""
        return connect(self.url, config_file=self.file, environ=self.environ, hooks=hooks)

    def hint(self, error: PrintKitError) -> str | None:
        """What the user can do about an error, where the settings tell."""
        if isinstance(error, NotSentError) and error.provider and self.environment(error.provider) == "emulator":
            return "nobody answers there; start the emulator with: printkit emulator"
        if isinstance(error, ConfigError) and not self.tables:
            return f"on the command line that is: --url KIND+emulator://{HOST}:{PORT}, with printkit emulator running"
        if isinstance(error, InvalidRequestError) and error.operation == "list_products":
            options = [f"--{problem.path}" for problem in error.problems if problem.path in {"country", "quality"}]
            return f"the option is {', '.join(options)}" if options else None
        return None

    @property
    def emulators(self) -> Mapping[str, str]:
        """By connection, where its emulator is reached, without a path."""
        found = {name: self.environ.get(_variable(name, "BASE_URL")) or table.values.get("base_url") for name, table in self.tables.items()}
        parts = {name: urlsplit(str(url)) for name, url in found.items() if self.environment(name) == "emulator"}
        return {name: f"{each.scheme}://{each.netloc}" for name, each in parts.items()}

    def environment(self, name: str) -> str:
        """``emulator``, ``sandbox`` or ``live``; empty for a connection that there is not."""
        return str(self.tables[name].values.get("environment", "")) if name in self.tables else ""


def _variable(name: str, setting: str) -> str:
    return f"{config.PREFIX}PROVIDERS_{name.upper().replace('-', '_')}_{setting}"


def _as_the_url_says(url: str, environ: Mapping[str, str]) -> Mapping[str, str]:
    """Which shop, and whether it is for real, is the URL's alone to say: the environment adds the secrets."""
    kind = url.partition("+")[0]
    overruled = {_variable(kind, setting) for setting in ("ENVIRONMENT", "BASE_URL", "KIND")}
    return {name: value for name, value in environ.items() if name not in overruled}


def _where_emulators_are(tables: Mapping[str, config.Table]) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, table in tables.items():
        if table.values.get("environment") == "emulator" and not table.values.get("base_url"):
            info = registry.info(table.values.get("kind", name))
            found[_variable(name, "BASE_URL")] = f"http://{HOST}:{PORT}{info.base_path}"
    return found
