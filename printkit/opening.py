"""Opens configured connections: a link, a caller, a writer and an adapter for each. Knows no shop by name and no verb."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, final
from urllib.parse import urlsplit
from uuid import uuid4

from attrs import frozen

from . import config, registry
from .drafts import DraftStore, FileDrafts, MemoryDrafts
from .errors import ConfigError
from .outcomes import digest
from .provider import Connection, PrintProvider, ProviderInfo
from .rehearsal import Printer, Rehearsal, Sketches
from .secret import Secret
from .telemetry import Hook, Telemetry
from .transport.attempt import Link
from .transport.caller import Caller
from .transport.in_process import Answers, InProcessLink
from .transport.limits import Pace, Slots
from .transport.redact import Redactor
from .transport.retry import RetryBudget, RetryPolicy
from .writes import Account, Writer


@final
@frozen
class Limits:
    """What all connections to one account share."""

    slots: Slots
    pace: Pace
    budget: RetryBudget


@final
@frozen(repr=False)
class Opened:
    """One connection in use."""

    provider: PrintProvider
    link: Link
    account: Account
    pace: Pace
    concurrency: int
    deadline: float
    """Seconds for one call."""
    keeps_drafts: bool
    """Whether drafts outlive the process."""
    rehearse: Callable[[], tuple[PrintProvider, Rehearsal]]
    """Another adapter of the same account, which reads and writes nothing, and what notes its writes."""
    telemetry: Telemetry

    @property
    def names(self) -> tuple[str, ...]:
        """What the SKU map may call it: its own name, then its kind."""
        return (self.account.provider, self.account.kind)


def open_all(found: config.Config, hooks: Sequence[Hook], emulators: Mapping[str, Answers], session: Any) -> dict[str, Opened]:
    """Every connection, by name. Sends nothing.

    Raises:
        ConfigError: a setting of one of them is missing or wrong.
    """
    drafts = FileDrafts(found.drafts) if found.drafts else MemoryDrafts()
    limits: dict[str, Limits] = {}
    return {name: _open(name, table, drafts, limits, hooks, emulators, session) for name, table in found.connections.items()}


def _open(
    name: str,
    table: config.Table,
    drafts: DraftStore,
    limits: dict[str, Limits],
    hooks: Sequence[Hook],
    emulators: Mapping[str, Answers],
    session: Any,
) -> Opened:
    info = registry.info(table.kind)
    settings = config.settings(registry.part(info.settings), table)
    secrets = [value for value in (*settings.headers().values(), *settings.query().values(), *settings.held()) if isinstance(value, Secret)]
    redactor = Redactor(secrets)
    telemetry = Telemetry(tuple(hooks))
    link = _linked(table, info, settings, emulators, session)
    account = Account(name, info.kind, settings.environment, digest(info.kind, settings.environment, settings.account, *_instance(link)))
    shared = limits.setdefault(account.digest, Limits(Slots(settings.concurrency), Pace(settings.rate), RetryBudget()))
    caller = Caller(
        name,
        link,
        slots=shared.slots,
        pace=shared.pace,
        policy=RetryPolicy(),
        budget=shared.budget,
        telemetry=telemetry,
        redactor=redactor,
        deadline=settings.deadline,
        attempt_timeout=settings.attempt_timeout,
        where="" if isinstance(link, InProcessLink) else settings.url,
    )
    url: str = "" if isinstance(link, InProcessLink) else settings.url
    base_path = urlsplit(url).path.rstrip("/") if url else info.base_path
    printer = Printer(base_path, settings.query(), settings.held(), redactor)

    def adapter(writer: Writer, kept: DraftStore) -> PrintProvider:
        made: PrintProvider = registry.part(info.adapter)(
            Connection(name, settings, caller, writer, telemetry, account.digest, kept, redactor)
        )
        return made

    def rehearse() -> tuple[PrintProvider, Rehearsal]:
        rehearsal = Rehearsal(account, caller, telemetry, printer)
        return adapter(rehearsal, Sketches(drafts)), rehearsal

    provider = adapter(Writer(account, caller, telemetry, settle=settings.settle_seconds), drafts)
    keeps_drafts = not isinstance(drafts, MemoryDrafts)
    return Opened(provider, link, account, shared.pace, shared.slots.limit, settings.deadline, keeps_drafts, rehearse, telemetry)


def _instance(link: Link) -> tuple[str, ...]:
    """An emulator made here is a shop of its own, which nobody meets again: what is kept of its orders means no other one's."""
    return (link.instance,) if isinstance(link, InProcessLink) and link.instance else ()


def _linked(
    table: config.Table, info: ProviderInfo, settings: config.ConnectionSettings, emulators: Mapping[str, Answers], session: Any
) -> Link:
    """The link; what is wrong with an address, a certificate or a header is told with its source."""
    try:
        return _link(table.name, info, settings, emulators, session)
    except ConfigError as error:
        problem = error.message
    raise ConfigError(f"{table.source_of(problem.partition(' ')[0])}: {problem}")


def _link(name: str, info: ProviderInfo, settings: config.ConnectionSettings, emulators: Mapping[str, Answers], session: Any) -> Link:
    headers, query, held = settings.headers(), settings.query(), settings.held()
    if settings.environment == "emulator" and settings.base_url is None:
        shop, instance = (emulators[name], "") if name in emulators else (registry.part(info.emulator)(), uuid4().hex)
        return InProcessLink(shop, info.base_path, headers, query, held, instance)
    from .transport.http import HttpLink, borrow  # only here, so that an in-process emulator never loads an HTTP library

    return HttpLink(
        settings.url,
        headers=headers,
        query=query,
        held=held,
        connector=None if session is None else borrow(session),
        limit=settings.concurrency,
        ca_file=settings.ca_file,
        proxy=settings.proxy,
    )
