"""CPU of one call with everything on, against tuned aiohttp doing the same request by hand."""

import argparse
import asyncio
import json

import aiohttp
import orjson
from measure import Ratio, ratio
from orders import pwinty_order
from server import serving
from yarl import URL

import printkit
from printkit import OrderStatus

RULES = {
    r"GET /v2\.5/Orders/1065 ": pwinty_order(10),
    r"POST /v2\.5/Orders/1065/Status ": json.dumps({"errorMessage": None}),
}


def floor_session() -> aiohttp.ClientSession:
    """The practical floor: public API, tuned."""
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=100),
        headers={
            "X-Pwinty-MerchantId": "m",
            "X-Pwinty-REST-API-Key": "k",
            "Content-Type": "application/json",
            "Accept": "application/json",
        },
        cookie_jar=aiohttp.DummyCookieJar(),
        timeout=aiohttp.ClientTimeout(total=None),
    )


async def measured(rounds: int, calls: int) -> list[Ratio]:
    """The cases, one after the other."""
    with serving(RULES) as server:
        environ = {
            "PRINTKIT_PROVIDERS_PWINTY_ENVIRONMENT": "emulator",
            "PRINTKIT_PROVIDERS_PWINTY_BASE_URL": f"{server.url}/v2.5",
        }
        kit = printkit.connect(environ=environ)
        floor = floor_session()
        order = await kit.get_order("pwinty:1065")
        read_url, write_url = URL(f"{server.url}/v2.5/Orders/1065"), URL(f"{server.url}/v2.5/Orders/1065/Status")
        body = orjson.dumps({"status": "Cancelled"})

        async def floor_read() -> None:
            for _ in range(calls):
                response = await floor.get(read_url, allow_redirects=False)
                orjson.loads(await response.read())

        async def floor_write() -> None:
            for _ in range(calls):
                response = await floor.post(write_url, data=body, allow_redirects=False)
                orjson.loads(await response.read())

        async def read() -> None:
            for _ in range(calls):
                await kit.get_order("pwinty:1065")

        async def write() -> None:
            for _ in range(calls):
                await kit.set_status(order, OrderStatus.CANCELLED)

        try:
            return [
                await ratio("null pair", floor_read, "tuned aiohttp, dicts", floor_read, calls=calls, rounds=rounds),
                await ratio("read of an order with 10 photos", read, "tuned aiohttp, dicts", floor_read, calls=calls, rounds=rounds),
                await ratio("write: cancel an order", write, "tuned aiohttp, dicts", floor_write, calls=calls, rounds=rounds),
            ]
        finally:
            await kit.aclose()
            await floor.close()


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--rounds", type=int, default=20)
    arguments.add_argument("--calls", type=int, default=200)
    given = arguments.parse_args()
    for each in asyncio.run(measured(given.rounds, given.calls)):
        print(each)
