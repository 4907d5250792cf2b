"""Settings: connections and the SKU map, from a file, the environment or a URL; a wrong one is named with its source. Opens nothing."""

import os
import re
import stat
import tomllib
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, Literal, TypeVar, final, get_args
from urllib.parse import parse_qsl, urlsplit

import attrs
from attrs import evolve, field, frozen

from .errors import ConfigError
from .secret import Secret

FILE = "printkit.toml"
PREFIX = "PRINTKIT_"
Environment = Literal["emulator", "sandbox", "live"]

S = TypeVar("S", bound="ConnectionSettings")


@frozen(kw_only=True)
class ConnectionSettings:
    """What every connection has. A shop's own settings derive from it.

    ``environment`` has no default: ``live`` must be said.
    """

    environment: Environment
    base_url: str | None = None
    """In place of the shop's own host: https, or http on this machine. Includes the version's path."""
    deadline: float = 60.0
    """Seconds for one call, its retries and its look-up together."""
    upload_deadline: float = 300.0
    """The same for a call that uploads files."""
    attempt_timeout: float = 30.0
    """Seconds for one attempt."""
    settle: float | None = None
    """Seconds after a lost write during which not finding it proves nothing; default the greater of 60 and twice ``attempt_timeout``."""
    concurrency: int = 64
    """Requests under way at once to this account."""
    rate: float | None = None
    """Requests to this account that start in a second, at most; without one, as many as the shop takes before it asks for fewer."""
    check_status_locally: bool = True
    """Refuse here, without a request, what the shop documents as impossible in the order's status."""
    ca_file: str | None = None
    """Certificates to trust in place of the system's, in PEM."""
    proxy: Secret | None = None
    """Of an HTTP proxy; secret, because it may hold a password."""

    @property
    def settle_seconds(self) -> float:
        """The settle window in force."""
        return max(60.0, 2 * self.attempt_timeout) if self.settle is None else self.settle

    @property
    def account(self) -> str:
        """What tells this account from another one of the same shop."""
        raise NotImplementedError

    @property
    def url(self) -> str:
        """Where requests go."""
        raise NotImplementedError

    def headers(self) -> Mapping[str, Secret | str]:
        """The credentials and fixed headers of every request."""
        return {}

    def query(self) -> Mapping[str, Secret | str]:
        """What travels in the URL of every request."""
        return {}

    def held(self) -> tuple[Secret, ...]:
        """Secrets that only some requests carry; those name them by their marker."""
        return ()


@final
@frozen
class Table:
    """Raw settings of one connection or one map, each value with its source. Its printed form shows names only."""

    name: str
    values: Mapping[str, Any] = field(repr=False)
    source: str
    is_url: bool = False
    """A URL, which may stand where others see it: it must not hold a secret."""
    sources: Mapping[str, str] = field(factory=dict[str, str], repr=False)
    """Of the settings that come from elsewhere than ``source``."""
    said: frozenset[str] = frozenset()
    """The settings that stand at ``source``, also those that the environment overrules."""

    @property
    def kind(self) -> str:
        """The kind of shop.

        Raises:
            ConfigError: it is not text.
        """
        kind = self.values.get("kind", self.name)
        if not isinstance(kind, str):
            raise ConfigError(f"{self.source_of('kind')}: kind must be text: the name of a kind of shop")
        return kind

    def source_of(self, setting: str) -> str:
        """Where one setting came from."""
        return self.sources.get(setting, self.source)


@final
@frozen
class Config:
    """All that was configured, not yet checked against what each shop needs."""

    connections: Mapping[str, Table]
    default: str | None = None
    drafts: str | None = None
    """A file for drafts of shops that have none; without it they live as long as the process."""
    skus: Mapping[str, Any] = field(factory=dict[str, Any], repr=False)
    source: str = "the environment"


def with_path(base_url: str, path: str) -> str:
    """A ``base_url`` that names only a host, with the shop's path; any other as it is."""
    base = base_url.rstrip("/")
    return base if base.count("/") > 2 else base + path


def code(pattern: str, form: str) -> Callable[[object, "attrs.Attribute[Any]", str | None], None]:
    """A validator for a setting that is a code."""

    def check(settings: object, attribute: "attrs.Attribute[Any]", value: str | None) -> None:
        if value is not None and re.fullmatch(pattern, value) is None:
            raise ConfigError(f"{attribute.name} must be {form}")

    return check


# ── Reading ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def load(path: str | os.PathLike[str] | None = None, environ: Mapping[str, str] | None = None) -> Config:
    """Settings from a file and the environment; the environment wins.

    The file is ``path``, else the one named by ``PRINTKIT_CONFIG``, else ``printkit.toml`` in the working directory if there is one.

    Raises:
        ConfigError: a file is missing, unreadable or open to others while it holds a secret, or a table has the wrong form.
    """
    environ = os.environ if environ is None else environ
    if path is not None and not (isinstance(path, (str, os.PathLike)) and isinstance(os.fspath(path), str)):
        raise ConfigError(f"config_file is a {type(path).__name__}: give a path")
    named = path or environ.get(f"{PREFIX}CONFIG")
    if named and "\0" in os.fspath(named):
        raise ConfigError("config_file holds a null character, which no path can")
    file = Path(named) if named else Path(FILE)
    document = _read(file) if named or file.is_file() else {}
    top: dict[str, Any] = document.get("printkit", {})
    _expect_table(top, "[printkit]", file)
    unknown = set(top) - {"default", "drafts", "providers", "skus"}
    if unknown:
        raise ConfigError(f"{file} [printkit]: unknown setting {min(unknown)!r}; known are default, drafts, providers and skus")
    tables = _tables(top, "providers", file)
    _refuse_twins(tables, file)
    names = (*tables, *_named_in(environ, tables))
    connections = {name: _connection(name, tables.get(name), file, environ, names) for name in names}
    default = environ.get(f"{PREFIX}DEFAULT") or top.get("default")
    source = f"${PREFIX}DEFAULT" if environ.get(f"{PREFIX}DEFAULT") else f"{file} [printkit]"
    if default is not None and (not isinstance(default, str) or default not in connections):
        known = ", ".join(connections) or "none"
        raise ConfigError(f"{source}: default = {default!r} names no connection; configured: {known}")
    return Config(
        connections, default, _drafts_file(top, file, environ), _tables(top, "skus", file), str(file) if document else "the environment"
    )


def from_url(url: str, environ: Mapping[str, str] | None = None, others: Iterable[str] = ()) -> Table:
    """One connection from ``kind+environment://[host[:port]][/path][?setting=value]``.

    Secrets never stand in a URL: they come from the environment. ``others`` are further connections, whose variables are not meant.

    Raises:
        ConfigError: the form is wrong, or the URL holds a secret.
    """
    environ = os.environ if environ is None else environ
    try:
        parts = urlsplit(url)
    except ValueError:
        parts = urlsplit("")
    kind, plus, environment = parts.scheme.partition("+")
    if kind and plus and environment not in get_args(Environment):
        raise ConfigError(f"{environment!r} is not an environment: write {kind}+emulator://, {kind}+sandbox:// or {kind}+live://")
    if not (kind and plus):
        examples = "such as pwinty+emulator:// or pwinty+sandbox://?merchant_id=..."
        raise ConfigError(
            f"a connection URL is kind+environment://, {examples}; a settings file goes to config_file= (on the command line: --config)"
        )
    if parts.username or parts.password or parts.fragment:
        raise ConfigError(f"{kind}+{environment}:// must not hold a user, a password or a fragment: secrets come from the environment")
    values: dict[str, Any] = {"kind": kind, "environment": environment}
    if parts.netloc:
        values["base_url"] = f"{'http' if environment == 'emulator' else 'https'}://{parts.netloc}{parts.path}"
    for setting, value in parse_qsl(parts.query, keep_blank_values=True):
        if setting in values:
            raise ConfigError(f"the URL {kind}+{environment}:// says {setting} twice")
        values[setting] = value
    table = _merge(Table(kind, {}, f"the URL {kind}+{environment}://", is_url=True), environ, (*others, *_named_in(environ, (kind,))))
    rest = {setting: value for setting, value in table.values.items() if setting not in {"kind", "environment", "base_url", *values}}
    return evolve(table, values={**rest, **values}, sources={name: table.sources[name] for name in rest}, said=frozenset(values))


def _drafts_file(top: Mapping[str, Any], file: Path, environ: Mapping[str, str]) -> str | None:
    drafts = environ.get(f"{PREFIX}DRAFTS") or top.get("drafts")
    if drafts is not None and (not isinstance(drafts, str) or not drafts.strip()):
        raise ConfigError(f"{file} [printkit]: drafts must be the name of a file")
    return drafts


def _read(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        problem = f"{file} cannot be read: {error.strerror}"
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        problem = f"{file} is not TOML: {error if isinstance(error, tomllib.TOMLDecodeError) else 'it is not UTF-8'}"
    raise ConfigError(problem)


def _expect_table(value: Any, name: str, file: Path) -> None:
    if not isinstance(value, dict):
        raise ConfigError(f"{file}: {name} must be a table")


def _tables(top: Mapping[str, Any], name: str, file: Path) -> dict[str, Any]:
    tables = top.get(name, {})
    _expect_table(tables, f"[printkit.{name}]", file)
    for key, table in tables.items():
        _expect_table(table, f"[printkit.{name}.{key}]", file)
    return dict(tables)


def _variable_prefix(name: str) -> str:
    return f"{PREFIX}PROVIDERS_{name.upper().replace('-', '_')}_"


def _refuse_twins(names: Iterable[str], file: Path) -> None:
    seen: dict[str, str] = {}
    for name in names:
        twin = seen.setdefault(_variable_prefix(name), name)
        if twin != name:
            raise ConfigError(f"{file}: {twin!r} and {name!r} would share the variables {_variable_prefix(name)}...: rename one of them")


def _named_in(environ: Mapping[str, str], known: Iterable[str]) -> list[str]:
    """Connections that only the environment names: those whose ENVIRONMENT variable is set."""
    taken = {_variable_prefix(name) for name in known}
    start, end = f"{PREFIX}PROVIDERS_", "_ENVIRONMENT"
    return [
        variable[len(start) : -len(end)].lower().replace("_", "-")
        for variable in sorted(environ)
        if variable.startswith(start) and variable.endswith(end) and variable[: -len(end) + 1] not in taken
    ]


def _connection(name: str, table: Mapping[str, Any] | None, file: Path, environ: Mapping[str, str], names: tuple[str, ...]) -> Table:
    if not name or ":" in name or not name.isprintable() or " " in name:
        where = "the environment" if table is None else file
        raise ConfigError(f"{where}: {name!r} cannot name a connection: use letters, digits, '-' and '_'")
    source = "the environment" if table is None else f"{file} [printkit.providers.{name}]"
    return _merge(Table(name, dict(table or {}), source), environ, names)


def _merge(table: Table, environ: Mapping[str, str], names: tuple[str, ...]) -> Table:
    """The environment's settings over the table's. A variable belongs to the connection with the longest name that fits."""
    prefix = _variable_prefix(table.name)
    longer = tuple(other for other in map(_variable_prefix, names) if other != prefix and other.startswith(prefix))
    mine = {name: value for name, value in environ.items() if name.startswith(prefix) and not name.startswith(longer)}
    given = {name.removeprefix(prefix).lower(): value for name, value in mine.items()}
    sources = {setting: f"${prefix}{setting.upper()}" for setting in given}
    return evolve(table, values={**table.values, **given}, sources=sources, said=frozenset(table.values))


# ── Checking against what a shop needs ────────────────────────────────────────────────────────────────────────────────


def settings(cls: type[S], table: Table) -> S:
    """The settings of one connection, checked.

    Raises:
        ConfigError: a setting is missing, unknown or of the wrong form. Values are never shown.
    """
    fields = {each.name: each for each in attrs.fields(cls)}
    given = {setting: value for setting, value in table.values.items() if setting != "kind"}
    for setting in given:
        if setting not in fields:
            raise ConfigError(f"{table.source_of(setting)}: unknown setting {setting!r}; known are {', '.join(sorted(fields))}")
    _refuse_open_secrets([name for name, each in fields.items() if _is_secret(each)], table)
    values = {setting: _convert(fields[setting], value, table) for setting, value in given.items()}
    if values.get("environment") == "emulator":
        values = {**_placeholders(fields), **values}
    missing = [each for each in fields.values() if each.default is attrs.NOTHING and each.name not in values]
    if missing:
        raise ConfigError(_missing(missing[0].name, table, secret=missing[0].type is Secret))
    try:
        return cls(**values)
    except ConfigError as error:
        problem = error.message
    raise ConfigError(f"{table.source_of(problem.partition(' ')[0])}: {problem}")


def _missing(setting: str, table: Table, *, secret: bool) -> str:
    variable = f"{_variable_prefix(table.name)}{setting.upper()}"
    if setting == "environment":
        return f"{table.source}: environment is missing: say emulator, sandbox or live, there or as {variable}"
    where = f"set {variable}, or {setting} in a file that only you can read" if secret else f"set {setting} there, or {variable}"
    return f"{table.source}: {setting} is missing: {where}"


def _placeholders(fields: "Mapping[str, attrs.Attribute[Any]]") -> dict[str, Any]:
    """An emulator takes any credentials."""
    required = [each for each in fields.values() if each.default is attrs.NOTHING and each.name != "environment"]
    return {each.name: Secret("emulator") if each.type is Secret else "emulator" for each in required}


def _is_secret(attribute: "attrs.Attribute[Any]") -> bool:
    return Secret in {attribute.type, *get_args(attribute.type)}


def _refuse_open_secrets(secrets: Iterable[str], table: Table) -> None:
    """A secret must stand where nobody else can read it, also one that the environment overrules."""
    secret = next((name for name in secrets if name in table.said), None)
    if secret is None:
        return
    if table.is_url:
        variable = f"{_variable_prefix(table.name)}{secret.upper()}"
        raise ConfigError(f"{table.source} must not hold {secret}, which others could read: set {variable}")
    path = Path(table.source.rpartition(" [printkit.providers.")[0])
    if os.name == "posix" and path.is_file() and stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise ConfigError(f"{table.source} holds {secret} and can be read by others: run chmod 600 {path}")


def _is_sane(value: Any) -> bool:
    if isinstance(value, str):
        return _is_plain(value)
    return isinstance(value, bool) or 0 < value < 10**6


def _is_plain(text: str) -> bool:
    return bool(text.strip()) and not any(ord(sign) < 32 or ord(sign) == 127 for sign in text)


_FORMS: Mapping[Any, str] = {
    str: "text without control characters, not empty",
    int: "a whole number",
    float: "a number above 0",
    bool: "true or false",
}


def _convert(attribute: "attrs.Attribute[Any]", value: Any, table: Table) -> Any:
    """A value as its setting's type; text (from the environment or a URL) is read as the type says."""
    kind = attribute.type
    choices = get_args(kind) if getattr(kind, "__origin__", None) is Literal else ()
    if choices:
        if value not in choices:
            raise _wrong(attribute.name, table, f"one of {', '.join(choices)}")
        return value
    target = next((each for each in get_args(kind) if each is not type(None)), kind)
    if target is Secret:
        if not isinstance(value, str) or not _is_plain(value):
            raise _wrong(attribute.name, table, _FORMS[str])
        return Secret(value)
    return _scalar(attribute.name, value, target, table)


def _scalar(name: str, value: Any, target: Any, table: Table) -> Any:
    if isinstance(value, str) and target is not str:
        value = _from_text(value, target)
    if target is float and type(value) is int:
        value = float(value)
    if type(value) is not target or not _is_sane(value):
        raise _wrong(name, table, _FORMS[target])
    return value


def _from_text(text: str, target: Any) -> Any:
    if target is bool:
        return {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}.get(text.lower(), text)
    try:
        return target(text)
    except ValueError:
        return text


def _wrong(setting: str, table: Table, form: str) -> ConfigError:
    return ConfigError(f"{table.source_of(setting)}: {setting} must be {form}")
