"""The demo: one story, every kind of shop, over real HTTP."""

import re
from collections.abc import Callable
from typing import Any

import pytest

import printkit as package
from printkit import registry
from printkit.cli import assortment
from printkit.cli.story import PRODUCTS
from printkit.server.emulator import EmulatorServer

Run = Callable[..., Any]
ANSI = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]")


def test_it_ends_with_a_tracking_number_at_every_shop(printkit: Run) -> None:
    shown = printkit("demo")

    assert (shown.code, shown.err) == (0, "")
    assert len(re.findall(r"shipped, tracking number \S+", shown.out)) == len(registry.kinds())
    assert "address-incomplete" in shown.out
    assert "http://127.0.0.1:" in shown.out
    assert ANSI.search(shown.out) is None
    assert re.search(r" $", shown.out, re.MULTILINE) is None


@pytest.mark.parametrize(("columns", "beside"), [("80", False), ("100", True), ("140", True)])
def test_the_shops_stand_side_by_side_where_they_fit(printkit: Run, columns: str, beside: bool) -> None:
    lines = printkit("demo", COLUMNS=columns).out.splitlines()
    titles = [registry.info(kind).title for kind in registry.kinds()]

    assert any(line.split()[:1] == ["Step"] and all(title in line for title in titles) for line in lines) is beside
    assert max(map(len, lines)) <= int(columns)


def test_verbose_shows_the_settings_and_the_requests(printkit: Run) -> None:
    shown = printkit("demo", "--verbose").out

    for kind in registry.kinds():
        assert f"[printkit.providers.{kind}]" in shown
        assert f"Requests to {registry.info(kind).title}" in shown
    assert re.search(r" 1  POST /Orders +200 +\d+\.\d ms", shown)


def test_as_json(printkit: Run) -> None:
    shown = printkit("demo", "--json")

    assert (shown.code, shown.err) == (0, "")
    assert [shop["kind"] for shop in shown.document["shops"]] == list(registry.kinds())
    for shop in shown.document["shops"]:
        assert shop["order"]["status"] == "shipped"
        assert any(parcel["tracking_number"] for parcel in shop["order"]["shipments"])
        assert [item["sku"] for item in shop["order"]["items"]] == list(PRODUCTS)
        assert 5 < sum(len(step["requests"]) for step in shop["steps"]) < 40
        assert shop["notices"] >= 4
        results = [step["result"] for step in shop["steps"] if "notice" in step["what"]]
        assert [result.partition(",")[0] for result in results] == ["submitted", "partially-shipped", "shipped"]


def test_every_shop_goes_the_same_way(printkit: Run) -> None:
    first, *rest = [[step["call"] for step in shop["steps"]] for shop in printkit("demo", "--json").document["shops"]]

    assert rest
    assert all(each == first for each in rest)


@pytest.mark.parametrize("kind", registry.kinds())
def test_one_shop_alone(printkit: Run, kind: str) -> None:
    shown = printkit("demo", "--shop", kind, "--json")

    assert shown.code == 0
    assert [shop["kind"] for shop in shown.document["shops"]] == [kind]


def test_the_users_own_settings_do_not_matter(printkit: Run, tmp_path: Any) -> None:
    (tmp_path / "printkit.toml").write_text("nonsense")

    assert printkit("demo", PRINTKIT_PROVIDERS_PWINTY_ENVIRONMENT="live", PRINTKIT_DEFAULT="nobody").code == 0


def test_another_shop_is_wrong_usage(cli: Run) -> None:
    assert cli("demo", "--shop", "nobody").code == 2


def test_a_failure_shows_the_steps_before_it(cli: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(kit: Any, shop: Any, changed: Any, tell: Any) -> None:
        tell("Create an order", "create_order(new)", "it was created")
        raise package.NotFoundError("the rest is lost")

    monkeypatch.setattr("printkit.cli.demo.order_prints", broken)

    ended = cli("demo")

    assert ended.code == 4
    assert ended.out.count("it was created") == 1
    assert "the rest is lost" in ended.err


async def test_a_product_that_a_shop_has_nothing_like_is_its_cheapest(tmp_path: Any) -> None:
    infos = list(registry.infos())
    async with EmulatorServer([registry.part(info.emulator)() for info in infos], tick=None) as server:
        text = await assortment.settings(infos, server.url, {"boat": ("hovercraft",)}, "GB")
    file = tmp_path / "printkit.toml"
    file.write_text(text)

    found = package.connect(config_file=file, environ={})

    assert '[printkit.skus."boat"]' in text
    assert set(found.connections) == set(registry.kinds())
    await found.aclose()
