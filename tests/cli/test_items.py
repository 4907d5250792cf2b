"""The commands for the items of an order, and files on their way to the shop."""

import os
import pty
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from printkit.cli import uploading
from printkit.model import Photo

Run = Callable[..., Any]
PICTURE = b"\xff\xd8\xff\xe0" + b"x" * 600_000


@pytest.fixture
def item(cli: Run, at: tuple[str, ...], draft: str) -> str:
    [only] = cli("order", "items", draft, "--json", *at).document
    return str(only["id"])


def test_items_are_listed(cli: Run, at: tuple[str, ...], draft: str, item: str) -> None:
    everything = cli("order", "items", draft, *at)
    one = cli("order", "items", draft, item, "--json", *at)

    assert everything.code == one.code == 0
    assert "draft (NotYetDownloaded)" in everything.out
    assert "https://example.com/boat.jpg (pending)" in everything.out
    assert [each["id"] for each in one.document] == [item]
    assert cli("order", "items", draft, "1", *at).code == 4


def test_an_order_without_items(cli: Run, at: tuple[str, ...]) -> None:
    ref = cli("order", "create", "--name", "Tom Smith", "--country", "GB", "--json", *at).document["ref"]

    assert cli("order", "items", ref, *at).out == "No items.\n"


def test_the_whole_way_of_an_item(cli: Run, at: tuple[str, ...], draft: str, item: str) -> None:
    swapped = cli("order", "swap-sku", draft, item, "4x6", "--json", *at).document
    assert [each["provider_sku"] for each in swapped["items"]] == ["4x6"]
    item = swapped["receipt"]["renamed"][item]

    replaced = cli("order", "replace-artwork", draft, item, "https://example.com/new.jpg", *at)
    assert replaced.code == 0
    assert "https://example.com/new.jpg" in replaced.out
    assert f"item {item} is now" in replaced.out

    [left] = cli("order", "items", draft, "--json", *at).document
    cancelled = cli("order", "cancel-items", draft, left["id"], "--json", *at)
    assert (cancelled.code, cancelled.document["items"]) == (0, [])


def test_pictures_by_print_space(cli: Run, at: tuple[str, ...], draft: str, item: str) -> None:
    both = cli("order", "replace-artwork", draft, item, "https://example.com/a.jpg", "--space", "Front", "https://example.com/b.jpg", *at)
    none = cli("order", "replace-artwork", draft, item, *at)

    assert both.code == none.code == 2
    assert "--space" in none.err


def test_a_status_is_set(cli: Run, at: tuple[str, ...], draft: str) -> None:
    unknown = cli("order", "set-status", draft, "lost", *at)
    impossible = cli("order", "set-status", draft, "on-hold", "--json", *at)

    assert unknown.code == impossible.code == 2
    assert "STATUS is one of submitted, awaiting-payment, on-hold, cancelled; or" in unknown.err
    assert cli("order", "set-status", draft, "shipped", *at).code == 2
    assert impossible.error["type"] == "UnsupportedOperationError"
    assert cli("order", "set-status", draft, "cancelled", "--json", *at).document["status"] == "cancelled"


def test_the_shops_own_word(cli: Run, at: tuple[str, ...], draft: str) -> None:
    assert cli("order", "set-status", draft, "Submitted", "--shops-word", "--json", *at).document["status"] == "submitted"


@pytest.mark.parametrize("words", [["cancel-items", "ITEM"], ["swap-sku", "ITEM", "4x6"], ["set-status", "cancelled"]], ids=" ".join)
def test_at_a_live_shop_it_is_asked(cli: Run, shop: Any, draft: str, item: str, words: list[str]) -> None:
    prefix = "PRINTKIT_PROVIDERS_PWINTY_"
    live = {f"{prefix}ENVIRONMENT": "live", f"{prefix}MERCHANT_ID": "emulator", f"{prefix}BASE_URL": f"{shop.url}/v2.5"}
    command = ["order", words[0], draft, *(item if word == "ITEM" else word for word in words[1:])]

    assert cli(*command, **live).code == 2
    assert cli(*command, "--yes").code == 0


class TestFiles:
    """``order add --file``."""

    @pytest.fixture
    def picture(self, tmp_path: Path) -> Path:
        path = tmp_path / "harbour.jpg"
        path.write_bytes(PICTURE)
        return path

    def test_files_are_sent_and_urls_told(self, printkit: Run, at: tuple[str, ...], draft: str, picture: Path) -> None:
        photos = ("--photo", "8x12", "https://example.com/boat.jpg", "1", "--file", "4x6", str(picture), "3")
        added = printkit("order", "add", draft, *photos, "--json", *at)

        assert (added.code, added.err) == (0, "")
        assert [(each["provider_sku"], each["copies"]) for each in added.document["items"]] == [("8x12", 2), ("8x12", 1), ("4x6", 3)]

    def test_a_pipe_gets_no_bar(self, printkit: Run, at: tuple[str, ...], draft: str, picture: Path) -> None:
        added = printkit("order", "add", draft, "--file", "4x6", str(picture), "3", *at)

        assert (added.code, added.err) == (0, "")
        assert "\x1b" not in added.out

    def test_a_terminal_gets_one(self, at: tuple[str, ...], draft: str, picture: Path, start: Run) -> None:
        screen, keys = pty.openpty()
        process = start("order", "add", draft, "--file", "4x6", str(picture), "3", *at, keys=keys, TERM="xterm")
        out, _ = process.communicate(timeout=30)
        os.set_blocking(screen, False)
        shown = os.read(screen, 100_000).decode()
        os.close(keys)
        os.close(screen)

        assert process.returncode == 0
        assert "harbour.jpg" in shown
        assert "\x1b" not in out

    @pytest.mark.parametrize("words", [[], ["--file", "4x6", "no-such.jpg", "1"], ["--file", "4x6", ".", "1"]], ids=" ".join)
    def test_wrong_usage(self, cli: Run, at: tuple[str, ...], draft: str, words: list[str]) -> None:
        assert cli("order", "add", draft, *words, *at).code == 2

    def test_a_bar_is_named_after_its_file(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("FORCE_COLOR", "1")
        photos = [Photo("4x6", Path("[bold]\x1b[31m.jpg")), Photo("4x6", "https://example.com/a.jpg")]

        with uploading.shown(photos, quiet=False) as tell:
            assert tell is not None
            tell(0, 1, 2)
            tell(0, 2, 2)
            tell(1, 1, None)
        with uploading.shown(photos, quiet=True) as tell:
            assert tell is None


class TestDrafts:
    """Orders of a shop that keeps no drafts."""

    def settings(self, shop: Any, tmp_path: Path, drafts: str = "") -> None:
        connection = f'[printkit.providers.prints]\nkind = "gooten"\nenvironment = "emulator"\nbase_url = "{shop.url}/api"\n'
        (tmp_path / "printkit.toml").write_text(f"[printkit]\n{drafts}{connection}")

    def test_without_a_file_none_is_created(self, cli: Run, shop: Any, tmp_path: Path) -> None:
        self.settings(shop, tmp_path)

        ended = cli("order", "create", "--name", "Tom Smith", "--country", "GB", "--json")

        assert (ended.code, ended.out) == (3, "")
        assert "PRINTKIT_DRAFTS" in ended.error["message"]

    def test_with_one_they_go_on(self, printkit: Run, shop: Any, tmp_path: Path) -> None:
        self.settings(shop, tmp_path, 'drafts = "drafts.db"\n')
        address = ("--line1", "14 Acacia Avenue", "--city", "Cardiff", "--postal-code", "CF11 1AB", "--country", "GB")
        told = ("--email", "orders@example.com", "--phone", "+44 20 7946 0000")

        ref = printkit("order", "create", "--name", "Tom Smith", *address, *told, "--json").document["ref"]
        assert printkit("order", "add", ref, "--photo", "Print-Glossy-8x12", "https://example.com/boat.jpg", "2").code == 0
        assert printkit("order", "validate", ref).code == 0
        placed = printkit("order", "submit", ref, "--json").document

        assert ref.startswith("prints:draft:")
        assert placed["status"] == "submitted"
        assert printkit("order", "show", ref, "--json").document["ref"] == placed["ref"]
