"""What `kit.check` finds: on every kind of shop, and on shops made up for it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from attrs import frozen

import printkit
from printkit import (
    Country,
    FindingCode,
    NotFoundError,
    Product,
    ProductList,
    ProviderDownError,
    ProviderInfo,
    Severity,
    checkup,
)
from printkit.catalogue import ProductAttribute
from printkit.paging import Page, Pager
from printkit.provider import NATIVE, Capability, Stage
from printkit.providers.gooten import emulator as gooten
from printkit.providers.pwinty import emulator as pwinty
from printkit.secret import Secret
from printkit.skus import ShopSku
from printkit.writes import Account

SETTINGS = """
[printkit]
drafts = "drafts.db"
[printkit.providers.pwinty]
environment = "emulator"
print_country = "GB"
[printkit.providers.gooten]
environment = "emulator"
[printkit.skus."print-8x12"]
pwinty = { sku = "8x12", attributes = { finish = "matte" } }
gooten = "Print-Glossy-8x12"
[printkit.skus."canvas"]
pwinty = "C16x20"
gooten = "CanvsWrp-BlkWrp-16x20"
"""


@pytest.fixture(autouse=True)
def elsewhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)


def opened(text: str = SETTINGS, environ: Mapping[str, str] | None = None, **emulators: Any) -> printkit.PrintKit:
    Path("printkit.toml").write_text(text)
    return printkit.connect(environ=environ or {}, emulators=emulators)


async def test_everything_is_in_order() -> None:
    async with opened() as kit:
        report = await kit.check(country="GB")

    assert report.ok
    assert report.findings == ()
    assert [each.name for each in report.connections] == ["pwinty", "gooten"]
    for each in report.connections:
        assert each.verified[-1] == "2 of 2 mapped SKUs are sold in GB as they are mapped"


async def test_only_one_connection() -> None:
    async with opened() as kit:
        report = await kit.check(provider="pwinty")

        assert [each.name for each in report.connections] == ["pwinty"]
        assert "2 of 2" in report.connections[0].verified[-1]  # the country is the settings'
        with pytest.raises(printkit.ConfigError):
            await kit.check(provider="nobody")


async def test_only_reads_are_sent() -> None:
    shops = {"pwinty": pwinty.Shop(), "gooten": gooten.Shop()}
    async with opened(**shops) as kit:
        await kit.check(country="GB")

    assert [entry for shop in shops.values() for entry in shop.ledger.entries()] == []


@pytest.mark.parametrize(
    ("name", "shop"),
    [
        ("pwinty", pwinty.Shop(pwinty.Options(credentials=(("me", Secret("k")),)))),
        ("gooten", gooten.Shop(gooten.Options(accounts=(("emulator", Secret("k")),)))),
        ("gooten", gooten.Shop(gooten.Options(accounts=(("me", Secret("emulator")),)))),
    ],
    ids=["account and key", "key alone", "account alone"],
)
async def test_credentials_that_are_not_accepted(name: str, shop: Any) -> None:
    async with opened(**{name: shop}) as kit:
        report = await kit.check(country="GB")

    [finding] = report.findings
    assert not report.ok
    assert (finding.code, finding.severity) == (FindingCode.CREDENTIALS, Severity.ERROR)
    assert f"[printkit.providers.{name}]" in finding.mend
    assert {each.name: each.ok for each in report.connections} == {"pwinty": name != "pwinty", "gooten": name != "gooten"}


async def test_what_is_wrong_with_the_map() -> None:
    text = SETTINGS.replace('"C16x20"', '"c16x21"').replace('"matte"', '"glossi"').replace('gooten = "Print-Glossy-8x12"\n', "")
    async with opened(text) as kit:
        report = await kit.check(country="GB")

    found = {(finding.code, finding.sku): finding for finding in report.findings}
    assert found.keys() == {
        (FindingCode.UNKNOWN_SKU, "canvas"),
        (FindingCode.UNKNOWN_ATTRIBUTE, "print-8x12"),
        (FindingCode.NOT_MAPPED, None),
    }
    assert "C16x20" in found[FindingCode.UNKNOWN_SKU, "canvas"].mend
    assert found[FindingCode.UNKNOWN_ATTRIBUTE, "print-8x12"].mend == "finish is one of matte, glossy"
    assert "print-8x12" in found[FindingCode.NOT_MAPPED, None].text
    assert [each.ok for each in report.connections] == [False, True]


async def test_without_a_country_the_map_is_said_not_to_be_checked() -> None:
    async with opened() as kit:
        report = await kit.check(provider="gooten")

    [finding] = report.findings
    assert report.ok
    assert (finding.code, finding.severity) == (FindingCode.NOT_CHECKED, Severity.WARNING)
    assert finding.text.startswith("the map's SKUs were not looked for (2): country")


async def test_drafts_in_memory_are_said_where_the_shop_keeps_none() -> None:
    async with opened(SETTINGS.replace('drafts = "drafts.db"', "")) as kit:
        report = await kit.check(country="GB")

    assert [[finding.code for finding in each.findings] for each in report.connections] == [[], [FindingCode.DRAFTS_IN_MEMORY]]


# ── Shops made up for it ──────────────────────────────────────────────────────────────────────────────────────────────


class NoCatalogue:
    """A shop that lists no orders and does not say what it sells."""

    info = ProviderInfo("made-up", "Made up", "", "", "", {(Capability.CREATE_ORDER, Stage.DRAFT): NATIVE})
    error: Exception | None = None

    def list_orders(self, **_: Any) -> Pager[Any]:
        async def fetch(_: str | None) -> Page[Any]:
            if self.error:
                raise self.error
            return Page(())

        return Pager(fetch)


@frozen
class Sells(NoCatalogue):
    """A shop that sells these."""

    products: tuple[Product, ...]

    async def list_products(self, *, country: str | None = None, quality: str | None = None) -> ProductList:
        return ProductList(country or "GB", quality, self.products)

    async def list_countries(self) -> tuple[Country, ...]:
        return ()


async def findings_of(provider: Any, environment: str = "live", /, **skus: ShopSku) -> list[checkup.Finding]:
    subject = checkup.Subject(Account("shop", "made-up", environment, "digest"), provider, keeps_drafts=True)
    return list((await checkup.check([subject], {"shop": skus}, None)).findings)


@pytest.mark.parametrize(
    ("error", "environment", "code", "mend"),
    [
        (printkit.AuthenticationError("no"), "live", FindingCode.CREDENTIALS, "key"),
        (printkit.NotSentError("no"), "live", FindingCode.NO_ANSWER, "base_url"),
        (printkit.NotSentError("no"), "emulator", FindingCode.NO_ANSWER, "printkit emulator"),
        (ProviderDownError("no"), "live", FindingCode.NO_ANSWER, "later"),
        (NotFoundError("no"), "live", FindingCode.REFUSED, "settings"),
    ],
)
async def test_how_a_shop_may_fail(error: Exception, environment: str, code: FindingCode, mend: str) -> None:
    shop = NoCatalogue()
    shop.error = error

    [finding] = await findings_of(shop, environment)

    assert (finding.code, finding.severity) == (code, Severity.ERROR)
    assert mend in finding.mend


async def test_a_shop_that_does_not_say_what_it_sells() -> None:
    [finding] = await findings_of(NoCatalogue(), mug=ShopSku("mug"))

    assert finding.code is FindingCode.NOT_CHECKED


async def test_attributes() -> None:
    shop = Sells(
        (Product("mug", "Mug", attributes=(ProductAttribute("size", ("10 oz",)), ProductAttribute("colour", ()))), Product("pin", "Pin"))
    )

    found = await findings_of(
        shop,
        a=ShopSku("mug", {"colour": "any"}),
        b=ShopSku("mug", {"size": "10 oz"}),
        c=ShopSku("mug", {"weight": "1 kg"}),
        d=ShopSku("pin", {"weight": "1 kg"}),
        e=ShopSku("zeppelin"),
    )

    assert [(finding.sku, finding.code, finding.severity) for finding in found] == [
        ("b", FindingCode.NOTHING_TO_CHOOSE, Severity.WARNING),
        ("c", FindingCode.UNKNOWN_ATTRIBUTE, Severity.ERROR),
        ("d", FindingCode.UNKNOWN_ATTRIBUTE, Severity.ERROR),
        ("e", FindingCode.UNKNOWN_SKU, Severity.ERROR),
    ]
    assert [finding.mend for finding in found[1:]] == [
        "it has size, colour",
        "leave it out",
        "look for it in the catalogue: nothing there is similar",
    ]


async def test_two_skus_of_yours_that_are_one_product() -> None:
    shop = Sells((Product("mug", "Mug", attributes=(ProductAttribute("size", ("S", "L")),)),))

    same = await findings_of(shop, mug=ShopSku("mug"), cup=ShopSku("mug"))
    assert [(each.code, each.severity, each.sku) for each in same] == [
        (FindingCode.AMBIGUOUS, Severity.WARNING, "mug"),
        (FindingCode.AMBIGUOUS, Severity.WARNING, "cup"),
    ]
    assert same[0].text == "mug is mug here, as cup is: its items show the shop's SKU"
    part = await findings_of(shop, mug=ShopSku("mug"), cup=ShopSku("mug", {"size": "S"}))
    assert [each.sku for each in part] == ["cup"]
    assert await findings_of(shop, mug=ShopSku("mug", {"size": "L"}), cup=ShopSku("mug", {"size": "S"})) == []
