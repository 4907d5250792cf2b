"""Which kinds of shop there are: the folders in ``printkit.providers`` and other packages' entry points. Knows none of them by name."""

import pkgutil
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from typing import Any

from . import providers
from .errors import ConfigError
from .provider import ProviderInfo

GROUP = "printkit.providers"
"""Another package's provider is an entry point of this group: ``name = "package.module"``, a module that has ``INFO``."""


def kinds() -> tuple[str, ...]:
    """The names of all kinds of shop, sorted."""
    return tuple(sorted({*_folders(), *_foreign()}))


@cache
def info(kind: str) -> ProviderInfo:
    """What one kind of shop is and can do.

    Raises:
        ConfigError: there is no such kind, or another package's provider cannot be imported.
    """
    if kind in _folders():
        found = import_module(f"{providers.__name__}.{kind}").INFO
    elif kind in _foreign():
        found = _load(_foreign()[kind])
    else:
        known = kinds()
        raise ConfigError(
            f'there is no kind of shop {kind!r}; known are {", ".join(known)}: a connection of another name says kind = "{known[0]}"'
        )
    if not isinstance(found, ProviderInfo):
        raise ConfigError(f"the provider {kind!r} has no INFO of type ProviderInfo")
    return found


def part(where: str) -> Any:
    """A part of a provider, named ``module:name``; imported now."""
    module, _, name = where.partition(":")
    return getattr(import_module(module), name)


def infos() -> Iterator[ProviderInfo]:
    """All kinds of shop."""
    return map(info, kinds())


def _folders() -> tuple[str, ...]:
    return tuple(module.name for module in pkgutil.iter_modules(providers.__path__) if module.ispkg)


@cache
def _foreign() -> dict[str, EntryPoint]:
    return {point.name: point for point in entry_points(group=GROUP)}


def _load(point: EntryPoint) -> Any:
    try:
        return point.load().INFO
    except Exception as error:  # noqa: BLE001 - another package's fault is told, whatever it is
        problem = f"the provider {point.name!r} ({point.value}) cannot be loaded: {type(error).__name__}"
    raise ConfigError(problem)
