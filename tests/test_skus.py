"""Your SKU and each shop's, both ways."""

import json
from typing import Any

import pytest
from attrs import evolve

import printkit
from printkit import ConfigError, InvalidRequestError, Item, Order, OrderRef, OrderStatus, Photo
from printkit.exchange import Request, Response
from printkit.skus import ShopSku, SkuMap
from tests.providers.pwinty.shops import Scripted, by_path, sample, says, settings

NAMES = ("uk", "pwinty")
TABLE: dict[str, Any] = {
    "print-8x12": {"pwinty": "8x12", "gooten": {"sku": "G-1", "attributes": {}}},
    "glossy-4x6": {"pwinty": {"sku": "4x6", "attributes": {"finish": "glossy"}}},
    "matte-4x6": {"pwinty": {"sku": "4x6", "attributes": {"finish": "matte"}}},
    "house": {"uk": "HOUSE", "pwinty": "OTHER"},
    "elsewhere": {"gooten": "G-2"},
}
KNOWN = {name for row in TABLE.values() for name in row}
MAP = SkuMap.read(TABLE, "printkit.toml", KNOWN)
URL = "https://example.com/a.jpg"


def item(sku: str, **attributes: str) -> Item:
    return Item("7", sku, sku, 1, OrderStatus.DRAFT, attributes=attributes)


def shop_sku(sku: str, names: tuple[str, ...]) -> str | None:
    found = MAP.of_shop(sku, names)
    return found.sku if found else None


def test_yours_becomes_the_shops() -> None:
    assert MAP.to_shop(Photo("print-8x12", URL), NAMES).sku == "8x12"
    assert MAP.to_shop(Photo("print-8x12", URL), ("g", "gooten")).sku == "G-1"
    assert shop_sku("print-8x12", NAMES) == "8x12"


def test_attributes_come_along_and_those_of_the_photo_win() -> None:
    assert MAP.to_shop(Photo("glossy-4x6", URL), NAMES).attributes == {"finish": "glossy"}
    given = Photo("glossy-4x6", URL, attributes={"finish": "lustre", "border": "white"})
    assert MAP.to_shop(given, NAMES).attributes == {"finish": "lustre", "border": "white"}


def test_the_connections_own_name_goes_before_its_kind() -> None:
    assert shop_sku("house", NAMES) == "HOUSE"
    assert shop_sku("house", ("us", "pwinty")) == "OTHER"


def test_what_is_not_in_the_map_passes_through() -> None:
    photo = Photo("C10x12", URL, 3, attributes={"a": "b"})
    assert MAP.to_shop(photo, NAMES) == photo
    assert MAP.of_shop("C10x12", NAMES) is None


def test_the_shops_becomes_yours_where_there_is_one_way_back() -> None:
    assert MAP.item_to_yours(item("8x12"), NAMES).sku == "print-8x12"
    assert MAP.item_to_yours(item("4x6", finish="glossy"), NAMES).sku == "glossy-4x6"
    assert MAP.item_to_yours(item("4x6", finish="matte", border="white"), NAMES).sku == "matte-4x6"


def test_without_one_way_back_the_shops_stays() -> None:
    assert MAP.item_to_yours(item("4x6"), NAMES).sku == "4x6"
    assert MAP.item_to_yours(item("10x10"), NAMES).sku == "10x10"
    both = SkuMap.read(TABLE | {"also": {"pwinty": "8x12"}}, "x", KNOWN)
    assert both.item_to_yours(item("8x12"), NAMES).sku == "8x12"


def test_an_order_keeps_everything_else() -> None:
    order = Order(OrderRef("uk", "1"), OrderStatus.DRAFT, items=(item("8x12"), item("x")))
    yours = MAP.to_yours(order, NAMES)
    assert [(each.sku, each.provider_sku) for each in yours.items] == [("print-8x12", "8x12"), ("x", "x")]
    assert evolve(yours, items=order.items) == order


def test_an_empty_map_changes_nothing() -> None:
    order = Order(OrderRef("uk", "1"), OrderStatus.DRAFT, items=(item("8x12"),))
    assert SkuMap({}).to_yours(order, NAMES) is order


def test_what_is_mapped_for_a_connection() -> None:
    assert set(MAP.entries(NAMES)) == {"print-8x12", "glossy-4x6", "matte-4x6", "house"}
    assert MAP.entries(("g", "gooten"))["elsewhere"] == ShopSku("G-2")


@pytest.mark.parametrize(
    "entry",
    [
        7,
        True,
        "",
        [],
        {},
        {"sku": ""},
        {"sku": 7},
        {"attributes": {}},
        {"sku": "x", "attribute": {}},
        {"sku": "x", "attributes": []},
        {"sku": "x", "attributes": {"finish": 7}},
        {"sku": "x", "attributes": None},
    ],
)
def test_an_entry_of_the_wrong_form_is_named(entry: Any) -> None:
    with pytest.raises(ConfigError) as caught:
        SkuMap.read({"print": {"pwinty": entry}}, "printkit.toml", KNOWN)
    assert "printkit.toml [printkit.skus.'print'] pwinty" in str(caught.value)


async def swapped(tmp_path: Any, sku: str) -> list[Any]:
    order = sample("orders-get.200.notyetsubmitted-with-photo")
    others = by_path({("GET", "/Orders/1066"): says(order), ("DELETE", "/Orders/1066/Photos/3501"): says({"errorMessage": None})})

    def script(request: Request) -> Response:
        if (request.method, request.path) != ("POST", "/v2.5/Orders/1066/Photos"):
            return others(request)
        assert isinstance(request.body, bytes)
        return says(sample("photos-create.200.url") | {"attributes": None} | json.loads(request.body) | {"id": 3600})

    shop = Scripted(script)
    file = tmp_path / "printkit.toml"
    file.write_text(
        '[printkit.skus."glossy"]\npwinty = { sku = "8x12", attributes = { finish = "glossy" } }\n[printkit.skus."plain"]\npwinty = "5x7"\n'
    )
    async with printkit.connect("pwinty+emulator://", config_file=file, environ=settings(), emulators={"pwinty": shop}) as kit:
        await kit.swap_sku(OrderRef("pwinty", "1066"), "3501", sku)
    return shop.bodies("POST")


async def test_a_swap_goes_by_the_map(tmp_path: Any) -> None:
    (body,) = await swapped(tmp_path, "plain")
    assert body["type"] == "5x7"


async def test_a_swap_takes_the_maps_attributes_too(tmp_path: Any) -> None:
    (body,) = await swapped(tmp_path, "glossy")
    assert (body["type"], body["attributes"]) == ("8x12", {"finish": "glossy"})


def test_a_sku_that_is_mapped_for_other_shops_only_is_refused() -> None:
    with pytest.raises((InvalidRequestError, ConfigError)):
        MAP.to_shop(Photo("elsewhere", URL), NAMES)


def test_a_name_that_is_no_shop_is_refused_with_those_that_are() -> None:
    with pytest.raises(ConfigError, match="'pwnty' is neither a connection nor a kind of shop: gooten, pwinty"):
        SkuMap.read({"print": {"pwnty": "8x12"}}, "printkit.toml", {"pwinty", "gooten"})
