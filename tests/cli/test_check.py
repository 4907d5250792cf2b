"""``printkit check``: the list, its exit codes, and no secret in it."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from printkit import registry

Run = Callable[..., Any]


def settings(shop: Any, more: str = "") -> str:
    """A connection to every kind of shop that the emulator serves, in a file that nobody else can read."""
    connections = (f'[printkit.providers.{info.kind}]\nbase_url = "{shop.url}{info.base_path}"\n' for info in registry.infos())
    return '[printkit]\ndrafts = "drafts.db"\n' + "".join(f'{each}environment = "emulator"\n' for each in connections) + more


@pytest.fixture
def written(shop: Any, tmp_path: Path) -> Callable[..., None]:
    return lambda more="": (tmp_path / "printkit.toml").write_text(settings(shop, more))


MAPPED = '[printkit.skus."print"]\npwinty = "8x12"\ngooten = "Print-Glossy-8x12"\n'


def test_everything_is_in_order(printkit: Run, written: Run, key: str) -> None:
    written(MAPPED)

    ended = printkit("check", "--country", "GB")

    assert (ended.code, ended.err) == (0, "")
    assert ended.out.count("1 of 1 mapped SKUs are sold in GB") == len(registry.kinds())
    assert ended.out.endswith("Everything is in order.\n")
    assert "\x1b" not in ended.out
    assert key not in ended.out


def test_a_wrong_entry_of_the_map_is_a_wrong_setting(printkit: Run, written: Run) -> None:
    written(MAPPED.replace("Print-Glossy-8x12", "Print-Glossi-8x12"))

    ended = printkit("check", "--country", "GB")
    as_json = printkit("check", "--country", "GB", "--json")

    assert ended.code == as_json.code == 3
    assert "print is mapped to Print-Glossi-8x12, which is not sold in GB" in ended.out
    assert "Print-Glossy-8x12" in ended.out
    assert ended.out.endswith("1 error.\n")
    assert as_json.document["ok"] is False
    assert [finding["code"] for each in as_json.document["connections"] for finding in each["findings"]] == ["unknown-sku"]


def test_warnings_are_no_failure(cli: Run, written: Run) -> None:
    written(MAPPED)

    ended = cli("check")

    assert ended.code == 0
    assert "the map's SKUs were not looked for (1)" in ended.out
    assert f"{len(registry.kinds())} warnings." in ended.out
    assert "in order" not in ended.out


def test_a_map_that_could_not_be_checked_is_said_to_programs_too(cli: Run, written: Run) -> None:
    written(MAPPED)

    report = cli("check", "--json").document

    assert [finding["code"] for each in report["connections"] for finding in each["findings"]] == ["not-checked"] * len(registry.kinds())


def test_one_connection(cli: Run, written: Run) -> None:
    written(MAPPED)

    assert [each["name"] for each in cli("check", "--provider", "pwinty", "--json").document["connections"]] == ["pwinty"]
    assert cli("check", "--provider", "nobody").code == 3


def test_every_wrong_setting_is_listed_and_nothing_is_asked(cli: Run, shop: Any, written: Run) -> None:
    written('[printkit.providers.one]\nkind = "pwinty"\nenvironment = "live"\n[printkit.providers.two]\nkind = "nobody"\n')
    shop.fault("GET", "/Orders", "status", status=500, times=None)

    ended = cli("check")

    assert ended.code == 3
    assert "merchant_id is missing" in ended.out
    assert "there is no kind of shop 'nobody'" in ended.out
    assert "two  nobody" in ended.out
    assert ended.out.count("the settings are complete") == len(registry.kinds())
    assert [fault["taken"] for fault in shop.control("GET", "faults")] == [0]


def test_every_wrong_setting_of_one_connection_is_listed(cli: Run, tmp_path: Path) -> None:
    file = tmp_path / "printkit.toml"
    wrong = 'currency = "pounds"\nquality = "Best"\ncolour = "blue"\ndeadline = -1\napi_key = "hush"\n'
    file.write_text(f'[printkit.providers.pwinty]\nenvironment = "sandbox"\n{wrong}')
    file.chmod(0o644)

    ended = cli("check")

    assert ended.code == 3
    for said in (
        "merchant_id is missing",
        "currency must be",
        "quality must be",
        "unknown setting 'colour'",
        "deadline must be",
        "chmod 600",
    ):
        assert ended.out.count(said) == 1, said
    assert "6 errors." in ended.out
    assert "hush" not in ended.out + ended.err
    file.write_text('[printkit.providers.pwinty]\nenvironment = "production"\ncurrency = "pounds"\n')
    assert "2 errors." in cli("check").out
    file.write_text('[printkit.providers.pwinty]\ncurrency = "GBP"\n')
    assert "environment is missing" in cli("check").out


def test_credentials_that_are_refused(cli: Run, shop: Any, written: Run, key: str) -> None:
    written()
    shop.fault("GET", "/Orders", "status", status=401, body=json.dumps({"message": f"not {key}"}), times=None)

    ended = cli("check")

    assert ended.code == 4
    assert "look at the account and the key in [printkit.providers.pwinty]" in ended.out
    assert key not in ended.out + ended.err


def test_nobody_answers(cli: Run, tmp_path: Path, unused_port: int) -> None:
    class Nowhere:
        url = f"http://127.0.0.1:{unused_port}"

    (tmp_path / "printkit.toml").write_text(settings(Nowhere))

    ended = cli("check")

    assert ended.code == 5
    assert ended.out.count("start it with: printkit emulator") == len(registry.kinds())


def test_a_file_that_is_no_settings(cli: Run, tmp_path: Path) -> None:
    (tmp_path / "printkit.toml").write_text("nonsense")

    ended = cli("check", "--json")

    assert (ended.code, ended.out) == (3, "")
    assert ended.error["type"] == "ConfigError"


def test_a_url_is_checked_too(cli: Run, at: tuple[str, ...]) -> None:
    assert "Everything is in order." in cli("check", *at).out
