"""Receivers for tests, in memory and with a file; for ``pytest_plugins``."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.receiving import Scene, scene


@pytest.fixture
async def there() -> AsyncIterator[Scene]:
    async with scene() as opened:
        yield opened


@pytest.fixture
async def durable(tmp_path: Path) -> AsyncIterator[Scene]:
    async with scene(file=tmp_path / "inbox.db") as opened:
        yield opened
