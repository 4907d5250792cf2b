"""Kinds of shop: the folders and other packages' entry points. A third provider costs nothing here."""

import sys
from collections.abc import Iterator
from importlib.metadata import EntryPoint
from types import ModuleType
from typing import Any

import pytest
from attrs import field, frozen

import printkit
from printkit import ConfigError, NewOrder, Order, OrderRef, OrderStatus, Recipient, Response, Secret, Support, registry
from printkit.config import ConnectionSettings
from printkit.provider import NATIVE, Capability, ProviderInfo, Stage, SupportLevel, unsupported
from printkit.receiving import Receiver, new_token


@frozen(kw_only=True)
class ThirdSettings(ConnectionSettings):
    token: Secret
    printer: str = field(default="laser")

    @property
    def account(self) -> str:
        return "the only one"

    @property
    def url(self) -> str:
        return self.base_url or "https://third.example.com"

    def headers(self) -> dict[str, Secret | str]:
        return {"Authorization": self.token}


class ThirdShop:
    def answer(self, request: Any) -> Response:
        return Response(200, {}, b"{}")


class Third:
    """A shop that only creates orders."""

    def __init__(self, connection: Any) -> None:
        self.connection = connection
        self.unresolved = ()

    info: ProviderInfo

    async def create_order(self, new: NewOrder, /) -> Order:
        return Order(OrderRef(self.connection.name, "t-1"), OrderStatus.DRAFT, reference=new.reference)

    submit = unsupported(Capability.SUBMIT, "this shop has no paper")

    async def aclose(self, grace: float = 10.0) -> None:
        pass


THIRD = ProviderInfo(
    kind="third",
    title="The third shop",
    settings="third_shop:ThirdSettings",
    adapter="third_shop:Third",
    emulator="third_shop:ThirdShop",
    support={(Capability.CREATE_ORDER, Stage.DRAFT): NATIVE},
)
Third.info = THIRD


@pytest.fixture
def others(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, str]]:
    """Entry points by name; add to it what other packages would bring."""
    module: Any = ModuleType("third_shop")
    module.INFO, module.ThirdSettings, module.Third, module.ThirdShop = THIRD, ThirdSettings, Third, ThirdShop
    monkeypatch.setitem(sys.modules, "third_shop", module)
    points: dict[str, str] = {}
    monkeypatch.setattr(registry, "entry_points", lambda group: [EntryPoint(name, value, group) for name, value in points.items()])

    def forget() -> None:
        registry.info.cache_clear()
        registry._foreign.cache_clear()

    forget()
    yield points
    forget()


def test_kinds_are_sorted_and_without_repetition(others: dict[str, str]) -> None:
    others.update({"third": "third_shop", "a-first": "third_shop", "pwinty": "third_shop"})
    kinds = registry.kinds()
    assert list(kinds) == sorted(set(kinds))
    assert {"a-first", "pwinty", "third"} <= set(kinds)


def test_a_folder_goes_before_an_entry_point_of_the_same_name(others: dict[str, str]) -> None:
    others["pwinty"] = "third_shop"
    assert registry.info("pwinty").title.startswith("Pwinty")


def test_every_kind_tells_what_it_is() -> None:
    for info in registry.infos():
        assert info.kind in registry.kinds()
        for part in (info.settings, info.adapter, info.emulator):
            assert registry.part(part)


async def test_a_third_shop_through_an_entry_point(others: dict[str, str]) -> None:
    others["third"] = "third_shop"
    async with printkit.connect("third+emulator://", environ={}) as kit:
        order = await kit.create_order(NewOrder(Recipient("Tom"), "R1"))
        assert str(order.ref) == "third:t-1"
        assert kit.supports(Capability.CREATE_ORDER)
        assert kit.supports(Capability.SUBMIT).level is SupportLevel.UNSUPPORTED
        with pytest.raises(printkit.UnsupportedOperationError, match="no paper"):
            await kit.submit(order)


async def test_a_third_shop_may_send_no_notices(others: dict[str, str]) -> None:
    others["third"] = "third_shop"
    async with printkit.connect("third+emulator://", environ={}) as kit:
        with pytest.raises(printkit.UnsupportedOperationError, match="notices"):
            kit.parse_notice({}, {}, b"{}")
        with pytest.raises(ConfigError, match="none of the connections third"):
            Receiver(kit, kit.get_order, token=new_token())


def test_its_settings_are_checked_like_ours(others: dict[str, str]) -> None:
    others["third"] = "third_shop"
    with pytest.raises(ConfigError, match="token is missing: set PRINTKIT_PROVIDERS_THIRD_TOKEN"):
        printkit.connect("third+live://", environ={})


def test_an_unknown_kind_is_told_with_the_known_ones(others: dict[str, str]) -> None:
    others["third"] = "third_shop"
    with pytest.raises(ConfigError) as caught:
        registry.info("fourth")
    assert "'fourth'" in str(caught.value)
    assert ", ".join(registry.kinds()) in str(caught.value)


@pytest.mark.parametrize("value", ["no_such_module", "third_shop:Nothing", "sys", "printkit_broken_shop"])
def test_a_provider_that_cannot_be_loaded_is_told(
    others: dict[str, str], value: str, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "printkit_broken_shop.py").write_text("1 / 0\n")
    monkeypatch.syspath_prepend(tmp_path)
    others["third"] = value
    with pytest.raises(ConfigError, match="third") as caught:
        registry.info("third")
    assert caught.value.__context__ is None


def test_an_info_of_another_kind_is_told(others: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.modules["third_shop"], "INFO", {"kind": "third"})
    others["third"] = "third_shop"
    with pytest.raises(ConfigError, match="ProviderInfo"):
        registry.info("third")


def test_support_without_a_stage_is_the_better_of_the_two() -> None:
    emulated, none = Support(SupportLevel.EMULATED, "slowly"), Support(SupportLevel.UNSUPPORTED, "no")
    info = ProviderInfo("x", "X", "", "", "", {(Capability.SUBMIT, Stage.DRAFT): none, (Capability.SUBMIT, Stage.PLACED): emulated})
    assert info.supports(Capability.SUBMIT) is emulated
    assert info.supports(Capability.SUBMIT, Stage.DRAFT) is none
    assert not info.supports(Capability.NOTICES)
    assert info.supports(Capability.NOTICES).why
