"""One order over HTTP, as a user would lead it along."""

import json
import os
import pty
from collections.abc import Callable
from typing import Any

import pytest

Run = Callable[..., Any]


def test_an_order_from_its_address_to_its_tracking_number(printkit: Run, shop: Any, at: tuple[str, ...]) -> None:
    name = ("--name", "Tom Smith", "--city", "Cardiff", "--country", "GB")
    created = printkit("order", "create", *name, "--reference", "ORD-1", "--json", *at)
    assert (created.code, created.err) == (0, "")
    assert created.document["status"] == "draft"
    ref = created.document["ref"]
    number = ref.partition(":")[2]

    photos = ("--photo", "8x12", "https://example.com/boat.jpg", "2", "--photo", "C16x20", "https://example.com/sea.jpg", "1")
    added = printkit("order", "add", ref, *photos, *at)
    assert added.code == 0
    assert "https://example.com/sea.jpg" in added.out

    refused = printkit("order", "validate", ref, "--json", *at)
    assert refused.code == 4
    assert refused.document["ok"] is False
    assert "address-incomplete" in {problem["code"] for problem in refused.document["problems"]}

    assert printkit("order", "update-recipient", ref, "--line1", "14 Acacia Avenue", "--postal-code", "CF11 1AB", *at).code == 0
    assert printkit("order", "validate", ref, *at).code == 0
    submitted = printkit("order", "submit", ref, *at)
    assert submitted.code == 0
    assert "submitted" in submitted.out

    shop.control("POST", f"pwinty/orders/{number}/ship")
    shown = printkit("order", "show", ref, "--json", *at).document
    assert shown["status"] == "shipped"
    assert any(parcel["tracking_number"] for parcel in shown["shipments"])
    assert shown["recipient"]["city"] == "Cardiff"
    assert shop.happened("order submitted", number) == 1


def test_what_is_left_out_of_a_change_of_recipient_stays(cli: Run, at: tuple[str, ...], draft: str) -> None:
    changed = cli("order", "update-recipient", draft, "--city", "Swansea", "--json", *at).document["recipient"]

    assert (changed["name"], changed["line1"], changed["city"]) == ("Tom Smith", "14 Acacia Avenue", "Swansea")


def test_nothing_to_change_is_wrong_usage(cli: Run, at: tuple[str, ...], draft: str) -> None:
    assert cli("order", "update-recipient", draft, *at).code == 2


def test_a_list_is_one_order_a_line(cli: Run, at: tuple[str, ...], draft: str) -> None:
    for number in range(3):
        cli("order", "create", "--name", "Tom Smith", "--country", "GB", "--reference", f"MORE-{number}", *at)

    everything = cli("order", "list", "--json", *at)
    assert [json.loads(line)["reference"] for line in everything.out.splitlines()] == ["MORE-2", "MORE-1", "MORE-0", "ORD-1"]
    assert everything.err == ""

    limited = cli("order", "list", "--limit", "2", *at)
    assert "MORE-1" in limited.out
    assert "MORE-0" not in limited.out
    assert "more than these 2" in limited.err

    exactly = cli("order", "list", "--limit", "4", *at)
    assert exactly.err == ""
    assert "ORD-1" in cli("order", "list", "--reference", "ORD-1", "--status", "draft", "--detail", *at).out
    assert cli("order", "list", "--status", "shipped", *at).out == "No orders.\n"
    assert cli("order", "list", "--since", "2999-01-01", "--json", *at).out == ""


def test_who_pays_can_be_said(cli: Run, at: tuple[str, ...]) -> None:
    created = cli("order", "create", "--name", "Tom Smith", "--country", "GB", "--payer", "recipient", "--json", *at)

    assert created.document["payment"] == "recipient"


def test_cancelling(cli: Run, at: tuple[str, ...], draft: str) -> None:
    assert cli("order", "cancel", draft, "--json", *at).document["status"] == "cancelled"


def test_what_the_shop_was_not_told_is_said(cli: Run, at: tuple[str, ...]) -> None:
    created = cli("order", "create", "--name", "Tom Smith", "--country", "GB", "--email", "tom@example.com", *at)

    assert "recipient.email" in created.out


def test_settings_with_environment_emulator_mean_the_usual_address(cli: Run, tmp_path: Any) -> None:
    (tmp_path / "printkit.toml").write_text('[printkit.providers.prints-uk]\nkind = "pwinty"\nenvironment = "emulator"\n')
    from printkit.cli.connections import Connections

    found = Connections.read(None, None)

    assert found.environ["PRINTKIT_PROVIDERS_PRINTS_UK_BASE_URL"] == "http://127.0.0.1:8900/v2.5"
    assert found.environment("prints-uk") == "emulator"


def test_settings_that_name_an_address_keep_it(cli: Run, shop: Any, tmp_path: Any) -> None:
    settings = tmp_path / "other.toml"
    settings.write_text(f'[printkit.providers.prints]\nkind = "pwinty"\nenvironment = "emulator"\nbase_url = "{shop.url}/v2.5"\n')

    created = cli("order", "create", "--name", "Tom Smith", "--country", "GB", "--config", str(settings), "--json")

    assert created.document["ref"].startswith("prints:")


def test_the_environment_does_not_overrule_which_shop_a_url_names(cli: Run, at: tuple[str, ...]) -> None:
    elsewhere = {"PRINTKIT_PROVIDERS_PWINTY_ENVIRONMENT": "live", "PRINTKIT_PROVIDERS_PWINTY_BASE_URL": "https://example.com/v2.5"}

    assert cli("order", "list", *at, **elsewhere).code == 0


def test_the_command_shows_what_is_asked_when_verbose(cli: Run, at: tuple[str, ...], draft: str) -> None:
    shown = cli("order", "show", draft, "-v", "--json", *at)

    assert shown.document["ref"] == draft
    assert "GET /Orders/{order} attempt 1: 200" in shown.err
    assert draft.partition(":")[2] not in shown.err


class TestAtALiveShop:
    """A live account whose host is the emulator's."""

    def live(self, shop: Any) -> dict[str, str]:
        prefix = "PRINTKIT_PROVIDERS_PWINTY_"
        return {f"{prefix}ENVIRONMENT": "live", f"{prefix}MERCHANT_ID": "emulator", f"{prefix}BASE_URL": f"{shop.url}/v2.5"}

    def test_nothing_is_placed_without_a_yes(self, cli: Run, shop: Any) -> None:
        live = self.live(shop)
        ref = cli("order", "create", "--name", "Tom Smith", "--country", "GB", "--json", **live).document["ref"]

        refused = cli("order", "submit", ref)

        assert refused.code == 2
        assert "--yes" in refused.err
        assert shop.happened("order submitted", ref.partition(":")[2]) == 0
        assert cli("order", "cancel", ref).code == 2
        assert cli("order", "cancel", ref, "--yes").code == 0

    @pytest.mark.parametrize(("answer", "code"), [("y", 0), ("n", 130)])
    def test_it_is_asked_at_a_terminal(self, shop: Any, start: Run, draft: str, answer: str, code: int) -> None:
        screen, keys = pty.openpty()
        process = start("order", "submit", draft, keys=keys, **self.live(shop))
        asked = ""
        while "[y/N]" not in asked:
            asked += os.read(screen, 1000).decode()
        os.write(screen, f"{answer}\n".encode())

        assert process.wait(timeout=30) == code
        assert f"{draft} is at a live shop" in asked
        assert shop.happened("order submitted", draft.partition(":")[2]) == (answer == "y")
        os.close(keys)
        os.close(screen)
