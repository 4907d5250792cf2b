"""Delivers the notices of emulated shops by HTTP and tells the shops what came of it. Refuses to decide whether to try again."""

import asyncio
from collections.abc import Sequence
from typing import final

import aiohttp

from printkit.emulator.notices import NoticeDue
from printkit.emulator.shop import Shop

_PATIENCE = 10.0


@final
class Delivery:
    """Notices under way. A receiver has ten seconds to answer; a redirect is an answer and is not followed."""

    def __init__(self) -> None:
        self._session: aiohttp.ClientSession | None = None
        self._under_way: set[asyncio.Task[None]] = set()

    async def deliver(self, notices: Sequence[tuple[Shop, NoticeDue]]) -> None:
        """Sends all of them and waits for what becomes of them."""
        tasks = [self.start(shop, notice) for shop, notice in notices]
        if tasks:
            await asyncio.wait(tasks)

    def start(self, shop: Shop, notice: NoticeDue) -> asyncio.Task[None]:
        """Sends one without waiting for it."""
        task = asyncio.create_task(self._send(shop, notice))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)
        return task

    async def _send(self, shop: Shop, notice: NoticeDue) -> None:
        status = None
        try:
            status = await self._send_now(notice)
        finally:
            shop.notice_answered(notice, status)

    async def _send_now(self, notice: NoticeDue) -> int | None:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                timeout=aiohttp.ClientTimeout(total=_PATIENCE), cookie_jar=aiohttp.DummyCookieJar(), auto_decompress=False
            )
        try:
            async with self._session.request(
                notice.method, notice.url, data=notice.body or None, headers=notice.headers, allow_redirects=False
            ) as answer:
                return answer.status
        except (aiohttp.ClientError, OSError, ValueError):  # a time-out is an OSError
            return None

    async def close(self) -> None:
        """Stops what is under way; its shops count it as not delivered."""
        for task in list(self._under_way):
            task.cancel()
        await asyncio.gather(*self._under_way, return_exceptions=True)
        if self._session is not None:
            await self._session.close()
            self._session = None
