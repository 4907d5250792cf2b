"""Settings: from a file, the environment and a URL. A wrong one is named with its source and the fix, and a secret is shown nowhere."""

import os
import pickle
import traceback
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings as how, strategies as st

import printkit
from printkit import ConfigError, PrintKit, Secret
from printkit.config import ConnectionSettings, from_url, load, settings
from printkit.providers.pwinty.config import Settings

CANARY = "CANARY-k3y/+=&% é"
EMULATED = {"PRINTKIT_PROVIDERS_PWINTY_ENVIRONMENT": "emulator"}
LIVE = {"ENVIRONMENT": "live", "MERCHANT_ID": "m-1", "API_KEY": CANARY}


def variables(name: str = "PWINTY", **given: str) -> dict[str, str]:
    return {f"PRINTKIT_PROVIDERS_{name}_{setting}": value for setting, value in given.items()}


@pytest.fixture
def there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory with nothing in it."""
    monkeypatch.chdir(tmp_path)
    return tmp_path / "printkit.toml"


def write(file: Path, text: str, mode: int = 0o600) -> Path:
    file.write_text(text)
    file.chmod(mode)
    return file


def refused(source: str | None = None, *, environ: dict[str, str] | None = None, **more: Any) -> str:
    """The message of the ConfigError that connecting raises; whatever it is, it shows no secret, not even to a debugger."""
    with pytest.raises(ConfigError) as caught:
        printkit.connect(source, environ=environ or {}, **more)
    error = caught.value
    assert error.__context__ is None
    assert error.__cause__ is None
    shown = "".join(traceback.TracebackException.from_exception(error).format())
    for text in (str(error), repr(error), shown, repr(vars(error)), str(pickle.loads(pickle.dumps(error)))):  # noqa: S301 - our own
        assert "CANARY" not in text
    return str(error)


# ── What there is ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_nothing_configured_names_the_emulator(there: Path) -> None:
    message = refused()
    assert "printkit.connect('<kind>+emulator://')" in message
    assert "pwinty" in message
    assert "printkit.toml" in message


def test_a_connection_in_the_environment_alone(there: Path) -> None:
    kit = printkit.connect(environ=EMULATED)
    assert repr(kit) == "PrintKit(pwinty (emulator))"
    assert list(kit.connections) == ["pwinty"]


def test_a_file_in_the_working_directory(there: Path) -> None:
    write(there, '[printkit.providers.pwinty]\nenvironment = "emulator"\n')
    assert list(printkit.connect(environ={}).connections) == ["pwinty"]


def test_a_file_that_a_variable_names(there: Path, tmp_path: Path) -> None:
    other = write(tmp_path / "other.toml", '[printkit.providers.shop]\nkind = "pwinty"\nenvironment = "emulator"\n')
    assert list(printkit.connect(environ={"PRINTKIT_CONFIG": str(other)}).connections) == ["shop"]


def test_a_file_that_is_given_goes_before_the_one_a_variable_names(there: Path, tmp_path: Path) -> None:
    given = write(tmp_path / "given.toml", '[printkit.providers.given]\nkind = "pwinty"\nenvironment = "emulator"\n')
    assert list(printkit.connect(config_file=given, environ={"PRINTKIT_CONFIG": "/nowhere"}).connections) == ["given"]


def test_a_named_file_that_is_not_there_is_told(there: Path) -> None:
    assert "nowhere.toml cannot be read" in refused(config_file="nowhere.toml")
    assert "nowhere.toml cannot be read" in refused(environ={"PRINTKIT_CONFIG": "nowhere.toml"})


@pytest.mark.parametrize("text", ["a = ", "\x00", "[a]\n[a]", 'a = "\\ud800"'])
def test_a_file_that_is_not_toml_is_told(there: Path, text: str) -> None:
    assert "printkit.toml is not TOML" in refused() if write(there, text) else False


def test_a_file_that_is_not_utf_8_is_told(there: Path) -> None:
    there.write_bytes(b"a = '\xff'")
    assert "is not UTF-8" in refused()


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("printkit = 1", "[printkit]"),
        ("[printkit]\nproviders = 1", "[printkit.providers]"),
        ("[printkit.providers]\npwinty = 1", "[printkit.providers.pwinty]"),
        ("[[printkit.providers.pwinty]]\na = 1", "[printkit.providers.pwinty]"),
        ("[printkit]\nskus = 1", "[printkit.skus]"),
        ("[printkit.skus]\na = 1", "[printkit.skus.a]"),
        ("[printkit]\ndefualt = 'x'", "'defualt'"),
        ("[printkit.provider.pwinty]\na = 1", "'provider'"),
    ],
)
def test_a_table_of_the_wrong_form_is_named(there: Path, text: str, word: str) -> None:
    write(there, text)
    message = refused()
    assert word in message
    assert "printkit.toml" in message


# ── Live must be said ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_live_must_be_said(there: Path) -> None:
    write(there, '[printkit.providers.pwinty]\nmerchant_id = "m"\n')
    message = refused(environ=variables(API_KEY=CANARY))
    assert "environment is missing" in message
    assert "emulator, sandbox or live" in message
    assert "PRINTKIT_PROVIDERS_PWINTY_ENVIRONMENT" in message


@pytest.mark.parametrize("word", ["production", "LIVE", "Live", "", "test", " live"])
def test_no_other_word_means_live(there: Path, word: str) -> None:
    assert "one of emulator, sandbox, live" in refused(environ=variables(**LIVE | {"ENVIRONMENT": word}))


def test_a_url_that_says_emulator_is_one_whatever_the_environment_says(there: Path) -> None:
    kit = printkit.connect("pwinty+emulator://", environ=variables(**LIVE))
    assert repr(kit) == "PrintKit(pwinty (emulator))"
    kit = printkit.connect("pwinty+sandbox://?merchant_id=m-2", environ=variables(**LIVE))
    assert repr(kit) == "PrintKit(pwinty (sandbox))"


def test_what_a_url_says_stands_and_the_environment_adds_the_rest() -> None:
    table = from_url("pwinty+sandbox://?merchant_id=m-2", variables(**LIVE, CURRENCY="GBP"))
    found = settings(Settings, table)
    assert (found.environment, found.merchant_id, found.currency, found.api_key) == ("sandbox", "m-2", "GBP", Secret(CANARY))


@pytest.mark.parametrize("query", ["environment=live", "kind=gooten"])
def test_a_url_says_its_shop_and_environment_once(there: Path, query: str) -> None:
    refused(f"pwinty+emulator://?{query}", environ=variables(MERCHANT_ID="m", API_KEY=CANARY, RECIPE_ID="r"))


# ── Wrong settings ────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("setting", "value", "form"),
    [
        ("deadline", "soon", "a number above 0"),
        ("deadline", "0", "a number above 0"),
        ("deadline", "-1", "a number above 0"),
        ("deadline", "nan", "a number above 0"),
        ("deadline", "inf", "a number above 0"),
        ("deadline", "", "a number above 0"),
        ("attempt_timeout", "1e9", "a number above 0"),
        ("settle", "x", "a number above 0"),
        ("concurrency", "1.5", "a whole number"),
        ("concurrency", "0", "a whole number"),
        ("concurrency", "many", "a whole number"),
        ("check_status_locally", "perhaps", "true or false"),
        ("merchant_id", "", "not empty"),
        ("merchant_id", "a\nb", "control characters"),
        ("quality", "pro", "one of Pro, Standard"),
        ("environment", "prod", "one of emulator, sandbox, live"),
    ],
)
def test_a_wrong_variable_is_named(there: Path, setting: str, value: str, form: str) -> None:
    variable = f"PRINTKIT_PROVIDERS_PWINTY_{setting.upper()}"
    message = refused(environ=variables(**LIVE) | {variable: value})
    assert f"${variable}: {setting} must be" in message
    assert form in message


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("deadline", "true"),
        ("deadline", "[1]"),
        ("concurrency", "1.0"),
        ("concurrency", "true"),
        ("check_status_locally", "1"),
        ("merchant_id", "7"),
        ("merchant_id", '["a"]'),
        ("quality", "1"),
        ("environment", '["live"]'),
        ("ca_file", "1"),
    ],
)
def test_a_setting_of_the_wrong_type_in_a_file_is_named(there: Path, setting: str, value: str) -> None:
    given = {"environment": '"live"', "merchant_id": '"m"'} | {setting: value}
    write(there, "[printkit.providers.pwinty]\n" + "\n".join(f"{name} = {text}" for name, text in given.items()))
    message = refused(environ=variables(API_KEY=CANARY))
    assert f"printkit.toml [printkit.providers.pwinty]: {setting} must be" in message


@pytest.mark.parametrize("value", ["7", "true", '["CANARY"]', '""', '"a\\nCANARY"'])
def test_a_wrong_secret_is_named_and_not_shown(there: Path, value: str) -> None:
    write(there, f'[printkit.providers.pwinty]\nenvironment = "live"\nmerchant_id = "m"\napi_key = {value}')
    assert "api_key must be" in refused()


def test_an_unknown_setting_is_named_with_those_that_are_known(there: Path) -> None:
    write(there, '[printkit.providers.pwinty]\nenvironment = "emulator"\nmerchent_id = "m"')
    message = refused()
    assert "printkit.toml [printkit.providers.pwinty]: unknown setting 'merchent_id'" in message
    assert "merchant_id" in message
    there.unlink()
    message = refused(environ=EMULATED | variables(MERCHENT_ID="m"))
    assert "$PRINTKIT_PROVIDERS_PWINTY_MERCHENT_ID: unknown setting" in message


def test_a_missing_setting_is_named_with_where_to_say_it(there: Path) -> None:
    message = refused(environ=variables(ENVIRONMENT="sandbox", API_KEY=CANARY))
    assert "merchant_id is missing" in message
    assert "PRINTKIT_PROVIDERS_PWINTY_MERCHANT_ID" in message
    message = refused(environ=variables(ENVIRONMENT="sandbox", MERCHANT_ID="m"))
    assert "api_key is missing" in message
    assert "PRINTKIT_PROVIDERS_PWINTY_API_KEY" in message
    assert "only you can read" in message


def test_an_unknown_kind_is_named_with_those_that_are_known(there: Path) -> None:
    message = refused(environ=variables("PWNITY", ENVIRONMENT="emulator"))
    assert "'pwnity'" in message
    assert "pwinty" in message
    assert "pwinty" in refused("pwnity+emulator://")


@pytest.mark.parametrize("kind", ["7", '["pwinty"]', "true"])
def test_a_kind_that_is_no_text_is_refused(there: Path, kind: str) -> None:
    write(there, f'[printkit.providers.pwinty]\nenvironment = "emulator"\nkind = {kind}')
    assert "kind" in refused()


# ── Several connections ───────────────────────────────────────────────────────────────────────────────────────────────

TWO = """
[printkit]
default = "pwinty-uk"
[printkit.providers.pwinty]
environment = "emulator"
[printkit.providers.pwinty-uk]
kind = "pwinty"
environment = "emulator"
currency = "GBP"
"""


def test_each_connection_has_its_own_variables(there: Path) -> None:
    write(there, TWO)
    found = load(None, variables("PWINTY_UK", API_KEY="uk", CURRENCY="EUR") | variables(API_KEY="us"))
    assert found.default == "pwinty-uk"
    one, two = (settings(Settings, found.connections[name]) for name in ("pwinty", "pwinty-uk"))
    assert (one.api_key.reveal(), one.currency) == ("us", None)
    assert (two.api_key.reveal(), two.currency) == ("uk", "EUR")


def test_a_second_account_in_the_environment_alone(there: Path) -> None:
    environ = variables(ENVIRONMENT="emulator") | variables("PWINTY_UK", ENVIRONMENT="emulator", KIND="pwinty")
    assert sorted(printkit.connect(environ=environ).connections) == ["pwinty", "pwinty-uk"]


def test_a_url_beside_a_second_account_in_the_environment(there: Path) -> None:
    environ = variables("PWINTY_UK", ENVIRONMENT="emulator", KIND="pwinty")
    assert sorted(printkit.connect("pwinty+emulator://", environ=environ).connections) == ["pwinty"]


def test_two_names_that_share_their_variables_are_refused(there: Path) -> None:
    write(
        there,
        '[printkit.providers.a-b]\nkind = "pwinty"\nenvironment = "emulator"\n'
        '[printkit.providers.a_b]\nkind = "pwinty"\nenvironment = "emulator"',
    )
    message = refused()
    assert "a-b" in message
    assert "a_b" in message


@pytest.mark.parametrize("name", ['"a:b"', '"a b"', '""', '"a\\nb"'])
def test_odd_names_are_refused(there: Path, name: str) -> None:
    write(there, f'[printkit.providers.{name}]\nkind = "pwinty"\nenvironment = "emulator"')
    assert "cannot name a connection" in refused()


def test_the_default_must_be_a_connection(there: Path) -> None:
    write(there, TWO)
    message = refused(environ={"PRINTKIT_DEFAULT": "gootne"})
    assert "$PRINTKIT_DEFAULT" in message
    assert "pwinty-uk" in message
    write(there, "[printkit]\ndefault = 'x'")
    assert "printkit.toml [printkit]: default = 'x'" in refused()


@pytest.mark.parametrize("value", ["7", '["pwinty"]'])
def test_a_default_that_is_no_text_is_refused(there: Path, value: str) -> None:
    write(there, f"[printkit]\ndefault = {value}")
    assert "default" in refused()


def test_the_environment_moves_the_program(there: Path) -> None:
    write(there, TWO)
    assert load(None, {"PRINTKIT_DEFAULT": "pwinty"}).default == "pwinty"


async def test_two_connections_without_a_default_must_be_told_apart(there: Path) -> None:
    write(there, TWO.replace('default = "pwinty-uk"', ""))
    async with printkit.connect(environ={}) as kit:
        with pytest.raises(ConfigError, match="pass provider="):
            kit.list_orders()
        with pytest.raises(ConfigError, match="no connection 'x'"):
            kit.list_orders(provider="x")
        assert (await kit.list_orders(provider="pwinty-uk")).items == ()


# ── The environment and the file ──────────────────────────────────────────────────────────────────────────────────────


def test_the_environment_wins_over_the_file(there: Path) -> None:
    write(there, '[printkit.providers.pwinty]\nenvironment = "live"\nmerchant_id = "file"\ndeadline = 5\ncheck_status_locally = true')
    found = settings(Settings, load(None, variables(MERCHANT_ID="env", API_KEY="k", CHECK_STATUS_LOCALLY="no")).connections["pwinty"])
    assert (found.merchant_id, found.deadline, found.check_status_locally) == ("env", 5.0, False)


@pytest.mark.parametrize(("text", "value"), [("true", True), ("1", True), ("YES", True), ("false", False), ("0", False), ("No", False)])
def test_true_and_false(there: Path, text: str, value: bool) -> None:
    found = settings(Settings, load(None, EMULATED | variables(CHECK_STATUS_LOCALLY=text)).connections["pwinty"])
    assert found.check_status_locally is value


def test_the_settle_window_follows_the_attempt() -> None:
    def window(**given: str) -> float:
        return settings(Settings, load(None, EMULATED | variables(**given)).connections["pwinty"]).settle_seconds

    assert window() == 60
    assert window(ATTEMPT_TIMEOUT="45") == 90
    assert window(ATTEMPT_TIMEOUT="45", SETTLE="7") == 7


# ── URLs ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("url", "base"),
    [
        ("pwinty+emulator://", None),
        ("pwinty+emulator://127.0.0.1:8900", "http://127.0.0.1:8900/v2.5"),
        ("pwinty+emulator://127.0.0.1:8900/", "http://127.0.0.1:8900/v2.5"),
        ("pwinty+emulator://127.0.0.1:8900/x/v2.5", "http://127.0.0.1:8900/x/v2.5"),
        ("pwinty+emulator://[::1]:8900", "http://[::1]:8900/v2.5"),
        ("pwinty+sandbox://", "https://sandbox.pwinty.com/v2.5"),
        ("pwinty+live://", "https://api.pwinty.com/v2.5"),
        ("pwinty+sandbox://proxy.example.com/v2.5", "https://proxy.example.com/v2.5"),
        ("PWINTY+SANDBOX://", "https://sandbox.pwinty.com/v2.5"),
    ],
)
def test_urls(url: str, base: str | None) -> None:
    found = settings(Settings, from_url(url, variables(MERCHANT_ID="m", API_KEY="k")))
    assert (None if found.environment == "emulator" and found.base_url is None else found.url) == base


@pytest.mark.parametrize(
    "url",
    [
        "",
        "pwinty",
        "pwinty://",
        "pwinty+://",
        "+emulator://",
        "pwinty+production://",
        "https://api.pwinty.com",
        "pwinty+emulator+live://",
        "pwinty+emulator://[::1",
        "pwinty+emulator://]",
        "pwinty+sandbox://user:CANARY@host",
        "pwinty+sandbox://CANARY@host",
        "pwinty+sandbox://#CANARY",
        "pwinty+emulator://127.0.0.1:99999",
        "pwinty+emulator://127.0.0.1:abc",
        "pwinty+emulator://example.com",
        "pwinty+sandbox://?api_key=CANARY",
        "pwinty+emulator://?api_key=CANARY",
        "pwinty+sandbox://?proxy=http://user:CANARY@host:1",
        "pwinty+sandbox://?merchant_id=",
        "pwinty+sandbox://?nonsense=1",
    ],
)
def test_urls_of_the_wrong_form_are_refused(there: Path, url: str) -> None:
    assert refused(url, environ=variables(API_KEY="k", MERCHANT_ID="m"))


@given(st.text(max_size=30))
@how(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_given_as_a_url_ends_in_our_own_error(text: str) -> None:
    for url in (text, f"pwinty+{text}", f"pwinty+emulator://{text}", f"pwinty+sandbox://?{text}"):
        try:
            assert isinstance(printkit.connect(url, environ={}), PrintKit)
        except ConfigError as error:
            raised = error
            assert str(raised)


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("BASE_URL", "http://api.pwinty.com"),
        ("BASE_URL", "http://127.0.0.1.example.com"),
        ("BASE_URL", "http://10.0.0.1:8900"),
        ("BASE_URL", "https://user:CANARY@example.com"),
        ("BASE_URL", "https://example.com/?key=CANARY"),
        ("BASE_URL", "ftp://example.com"),
        ("BASE_URL", "https://example.com/../x"),
        ("BASE_URL", "example.com"),
        ("PROXY", "socks5://CANARY@host"),
        ("PROXY", "host:1"),
        ("CA_FILE", "/nowhere/ca.pem"),
    ],
)
def test_addresses_that_are_not_safe_are_refused_and_named(there: Path, setting: str, value: str) -> None:
    message = refused(environ=variables(**LIVE) | variables(**{setting: value}))
    assert setting.lower() in message
    assert f"PRINTKIT_PROVIDERS_PWINTY_{setting}" in message


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "127.1.2.3"])
def test_plain_http_is_for_this_machine_only(there: Path, host: str) -> None:
    printkit.connect(environ=variables(**LIVE, BASE_URL=f"http://{host}:8900"))


# ── Secrets ───────────────────────────────────────────────────────────────────────────────────────────────────────────

HELD = f'[printkit.providers.pwinty]\nenvironment = "live"\nmerchant_id = "m"\napi_key = "{CANARY}"'
posix = pytest.mark.skipif(os.name != "posix", reason="modes are a matter of POSIX")


@posix
@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o660, 0o666, 0o601])
def test_a_file_with_a_key_that_others_can_read_is_refused(there: Path, mode: int) -> None:
    write(there, HELD, mode)
    message = refused()
    assert "chmod 600" in message
    assert "api_key" in message
    assert "printkit.toml" in message


@posix
def test_also_when_the_environment_has_another_key(there: Path) -> None:
    write(there, HELD, 0o644)
    assert "chmod 600" in refused(environ=variables(API_KEY="other"))


@posix
def test_also_in_a_directory_with_an_odd_name(tmp_path: Path) -> None:
    odd = tmp_path / "a [b] c"
    odd.mkdir()
    assert "chmod 600" in refused(config_file=write(odd / "printkit.toml", HELD, 0o644))


@posix
@pytest.mark.parametrize("mode", [0o600, 0o400])
def test_a_file_that_only_you_can_read_may_hold_a_key(there: Path, mode: int) -> None:
    write(there, HELD, mode)
    printkit.connect(environ={})


@posix
def test_a_file_without_a_key_may_be_read_by_all(there: Path) -> None:
    write(there, HELD.partition("api_key")[0], 0o644)
    printkit.connect(environ=variables(API_KEY=CANARY))


@posix
def test_a_password_for_a_proxy_is_a_secret_too(there: Path) -> None:
    write(there, '[printkit.providers.pwinty]\nenvironment = "emulator"\nproxy = "http://user:CANARY@host:1"', 0o644)
    assert "chmod 600" in refused()
    there.chmod(0o600)
    found = settings(Settings, load(None, {}).connections["pwinty"])
    assert "CANARY" not in repr(found)


def test_settings_and_tables_print_no_secret(there: Path) -> None:
    write(there, HELD)
    loaded = load(None, {})
    found = settings(Settings, loaded.connections["pwinty"])
    kit = printkit.connect(environ={})
    for each in (loaded, loaded.connections["pwinty"], found, kit):
        for text in (repr(each), str(each), f"{each}"):
            assert "CANARY" not in text
    assert found.api_key.reveal() == CANARY
    with pytest.raises(TypeError):
        pickle.dumps(found)


def test_a_traceback_that_shows_locals_shows_no_secret(there: Path) -> None:
    """Such as a crash reporter's, of a setting that is wrong beside a key that is right."""
    try:
        printkit.connect(environ=variables(**LIVE, DEADLINE="soon"))
    except ConfigError as error:
        shown = "".join(traceback.TracebackException.from_exception(error, capture_locals=True).format())
    assert "CANARY" not in shown


def test_the_base_settings_know_no_shop() -> None:
    base = ConnectionSettings(environment="live")
    assert (dict(base.headers()), dict(base.query())) == ({}, {})
    with pytest.raises(NotImplementedError):
        _ = base.url
    with pytest.raises(NotImplementedError):
        _ = base.account


def test_a_file_in_the_place_of_a_url_is_told_where_files_go():
    with pytest.raises(ConfigError, match="config_file="):
        printkit.connect("printkit.toml")
