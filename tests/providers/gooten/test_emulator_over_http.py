"""The emulator on a real port, beside another shop, as a client in any language would meet it."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import quote

import aiohttp
import pytest
from aiohttp import web
from yarl import URL

from printkit.emulator.clock import ManualClock
from printkit.providers.gooten.emulator import Options, Shop
from printkit.providers.pwinty.emulator import Shop as OtherShop
from printkit.secret import Secret
from printkit.server.emulator import EmulatorServer
from tests.providers.gooten.emulator_client import KEY, RECIPE, order_body


@pytest.fixture
async def server() -> AsyncIterator[EmulatorServer]:
    shop = Shop(Options(accounts=((RECIPE, Secret(KEY)),)), ManualClock())
    async with EmulatorServer([shop, OtherShop()], tick=None) as server:
        yield server


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


async def submit(server: EmulatorServer, session: aiohttp.ClientSession, **members: Any) -> Any:
    url = f"{server.url}/api/v/5/source/api/orders/?recipeid={RECIPE}"
    async with session.post(url, json=order_body(**members)) as answer:
        assert answer.status == 201
        id_ = (await answer.json())["Id"]
    async with session.get(f"{server.url}/api/orders/?id={id_}&languageCode=en&withImages=true&recipeid={RECIPE}") as answer:
        assert answer.content_type == "application/json"
        return await answer.json()


async def test_two_shops_share_a_port(server: EmulatorServer, session: aiohttp.ClientSession) -> None:
    async with session.get(f"{server.url}/_emulator/health") as answer:
        assert {shop["name"]: shop["prefixes"][0] for shop in (await answer.json())["shops"]} == {"gooten": "/api", "pwinty": "/v2.5"}
    async with session.get(f"{server.url}/v2.5/Orders") as answer:
        assert answer.status == 401
    assert (await submit(server, session))["GootenId"] == 520_000


@pytest.mark.parametrize(
    ("key", "status"), [(quote(KEY, safe=""), 200), (quote(KEY, safe="/="), 200), (KEY, 400), (quote(quote(KEY, safe=""), safe=""), 400)]
)
async def test_the_key_is_encoded_exactly_once(server: EmulatorServer, session: aiohttp.ClientSession, key: str, status: int) -> None:
    url = URL(f"{server.url}/api/ordersearch?recipeid={RECIPE}&partnerBillingKey={key}", encoded=True)

    async with session.get(url) as answer:
        assert answer.status == status


async def test_a_body_under_the_name_that_curl_gives_it(server: EmulatorServer, session: aiohttp.ClientSession) -> None:
    body, kind = json.dumps(order_body()).encode(), {"Content-Type": "application/x-www-form-urlencoded"}

    async with session.post(f"{server.url}/api//orders?RecipeId={RECIPE}", data=body, headers=kind) as answer:
        assert answer.status == 201


async def test_an_unknown_route_is_followed_to_its_page(server: EmulatorServer, session: aiohttp.ClientSession) -> None:
    async with session.post(f"{server.url}/api/CancelItems") as answer:
        assert (answer.status, answer.content_type, len(answer.history)) == (200, "text/html", 1)


async def test_a_webhook_is_delivered(server: EmulatorServer, session: aiohttp.ClientSession) -> None:
    heard: list[Any] = []

    async def hook(request: web.Request) -> web.Response:
        heard.append((request.query["orderid"], (await request.json())["Items"][0]["Status"]))
        return web.Response()

    application = web.Application()
    application.router.add_post("/hook", hook)
    runner = web.AppRunner(application)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        address = f"http://127.0.0.1:{runner.addresses[0][1]}/hook?orderid="
        async with session.post(f"{server.url}/_emulator/gooten/notices", json={"url": address}) as answer:
            assert answer.status == 200
        order = await submit(server, session)
        async with session.post(f"{server.url}/_emulator/gooten/orders/{order['Id']}/ship") as answer:
            assert (await answer.json())["status"] == "Shipped"
        async with asyncio.timeout(10):
            await server.tick()
    finally:
        await runner.cleanup()

    assert len(heard) == 7
    assert {number for number, _ in heard} == {str(order["GootenId"])}
    assert {status for _, status in heard} >= {"New", "InProduction", "Shipped"}


async def test_control_calls_say_what_does_not_fit(server: EmulatorServer, session: aiohttp.ClientSession) -> None:
    async with session.post(f"{server.url}/_emulator/gooten/orders/7/ship") as answer:
        assert answer.status == 404
    order = await submit(server, session, IsInTestMode=True)
    async with session.post(f"{server.url}/_emulator/gooten/orders/{order['GootenId']}/ship") as answer:
        assert answer.status == 400
