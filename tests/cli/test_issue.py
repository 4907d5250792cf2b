"""``printkit issue``: complaints about orders."""

from collections.abc import Callable
from typing import Any

import pytest

Run = Callable[..., Any]


@pytest.fixture
def issue(cli: Run, at: tuple[str, ...], draft: str) -> str:
    item = cli("order", "items", draft, "--json", *at).document[0]["id"]
    said = ("--detail", "the parcel was wet", "--action-detail", "by Friday", "--item", item)
    reported = cli("issue", "report", draft, "DamagedOrder", "Reprint", *said, "--json", *at)
    assert (reported.code, reported.document["item_ids"], reported.document["state"]) == (0, [item], "Open")
    return str(reported.document["id"])


def test_it_is_listed_and_shown(cli: Run, at: tuple[str, ...], draft: str, issue: str) -> None:
    listed = cli("issue", "list", draft, *at)
    shown = cli("issue", "show", draft, issue, "--json", *at)

    assert "DamagedOrder" in listed.out
    assert "the parcel was wet" in listed.out
    assert "by Friday" in cli("issue", "show", draft, issue, *at).out
    assert (shown.document["id"], shown.document["order"]) == (issue, draft)
    assert cli("issue", "show", draft, "999", *at).code == 4


def test_it_is_commented_and_taken_back(cli: Run, at: tuple[str, ...], draft: str, issue: str) -> None:
    commented = cli("issue", "update", draft, issue, "--comment", "it was the left one", *at)
    cancelled = cli("issue", "update", draft, issue, "--cancel", "--json", *at)

    assert "it was the left one" in commented.out
    assert cancelled.document["state"] == "Cancelled"
    assert cli("issue", "update", draft, issue, *at).code == 2


def test_there_are_none(cli: Run, at: tuple[str, ...], draft: str) -> None:
    assert cli("issue", "list", draft, *at).out == "No issues.\n"
    assert cli("issue", "list", draft, "--json", *at).document == []


def test_a_shop_that_takes_none(cli: Run, shop: Any) -> None:
    refused = cli("issue", "list", "gooten:1", "--url", f"gooten+emulator://{shop.url.partition('://')[2]}", "--json")

    assert refused.code == 2
    assert refused.error["type"] == "UnsupportedOperationError"


def test_at_a_live_shop_it_is_asked(cli: Run, shop: Any, draft: str) -> None:
    prefix = "PRINTKIT_PROVIDERS_PWINTY_"
    live = {f"{prefix}ENVIRONMENT": "live", f"{prefix}MERCHANT_ID": "emulator", f"{prefix}BASE_URL": f"{shop.url}/v2.5"}

    assert cli("issue", "report", draft, "DamagedOrder", "Refund", **live).code == 2
    assert cli("issue", "list", draft).out == "No issues.\n"
    assert cli("issue", "report", draft, "DamagedOrder", "Refund", "--yes").code == 0
