"""The receiver in another framework, by the very lines of the documentation."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from docs.examples import examples
from tests.receiving import TOKEN, Scene, scene

HERE = "https://example.com"


def documented() -> Any:
    (code,) = [example.code for example in examples() if "import Starlette" in example.code]
    names: dict[str, Any] = {}
    exec(code.partition("async def main")[0], names)  # noqa: S102 - our own page
    return names["app"]


@pytest.fixture
async def there() -> AsyncIterator[Scene]:
    async with scene() as opened:
        yield opened


@pytest.fixture
async def client(there: Scene) -> AsyncIterator[httpx.AsyncClient]:
    app = documented()
    app.state.receiver = there.receiver
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=HERE) as opened:
        yield opened


async def test_a_notice_is_acted_on(there: Scene, client: httpx.AsyncClient) -> None:
    order = await there.placed()
    answer = await client.post(f"/notices/{TOKEN}/pwinty", json={"id": int(order.id), "status": "complete"})

    assert (answer.status_code, there.statuses) == (200, ["submitted"])


async def test_a_stranger_finds_what_is_not_there(there: Scene, client: httpx.AsyncClient) -> None:
    nothing, guess = await client.post("/elsewhere", content=b"{}"), await client.post(f"/notices/{TOKEN[:-1]}/pwinty", content=b"{}")

    assert (nothing.status_code, nothing.content, nothing.headers) == (guess.status_code, guess.content, guess.headers)


async def test_a_large_body_is_not_read(client: httpx.AsyncClient) -> None:
    given = 0

    async def pieces() -> AsyncIterator[bytes]:
        nonlocal given
        for _ in range(160):
            given += 65_536
            yield bytes(65_536)

    assert (await client.post(f"/notices/{TOKEN}/pwinty", content=pieces())).status_code == 413
    assert given < 500_000


async def test_what_is_wrong_is_told(client: httpx.AsyncClient) -> None:
    answer = await client.post(f"/notices/{TOKEN}/pwinty", content=b"nonsense")
    assert (answer.status_code, answer.text) == (400, "body: is not JSON")
    assert (await client.get(f"/notices/{TOKEN}/pwinty")).status_code == 200
