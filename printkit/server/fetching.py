"""Fetches the pictures that emulated shops want, only from where it was allowed to. Refuses redirects, and to look at what it fetched.

Every fetch has a connection of its own, whose socket is opened only after its address was checked (see ``addresses``).
"""

import asyncio
from collections.abc import Iterable, Sequence
from typing import Any, Final, final

import aiohttp

from printkit.emulator.shop import ArtworkFailure, ArtworkWanted, Shop, UnknownControlError

from .addresses import guarded, place_of, places

MOST_BYTES: Final = 50 * 1024 * 1024
_PATIENCE: Final = 30.0
_AT_ONCE: Final = 4
_ASKED_WITH: Final = {"Accept": "image/jpeg, image/*;q=0.5", "Accept-Encoding": "identity", "User-Agent": "printkit-emulator"}


@final
class Fetching:
    """The fetches of one server.

    Args:
        allowed: where pictures may be fetched, as ``addresses.places`` reads it; empty: nowhere.
        patience: seconds for one picture, from the connection to its last byte.
        most_bytes: of one picture; what is larger counts as not found.

    Raises:
        ValueError: an entry of ``allowed`` cannot be read.
    """

    def __init__(self, allowed: Iterable[str] = (), *, patience: float = _PATIENCE, most_bytes: int = MOST_BYTES) -> None:
        self._places = places(allowed)
        self._patience, self._most = patience, most_bytes
        self._slots = asyncio.Semaphore(_AT_ONCE)
        self._under_way: set[asyncio.Task[None]] = set()

    def may(self, url: str) -> bool:
        """Whether the picture at this URL would be fetched."""
        return place_of(self._places, url) is not None

    def start(self, shop: Shop, wanted: ArtworkWanted) -> asyncio.Task[None]:
        """Fetches one picture without waiting for it; the shop is told what came of it."""
        task = asyncio.create_task(self._fetch(shop, wanted))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)
        return task

    async def fetch(self, wanted: Sequence[tuple[Shop, ArtworkWanted]]) -> None:
        """Fetches all of them and waits until the shops were told."""
        tasks = [self.start(shop, each) for shop, each in wanted]
        if tasks:
            await asyncio.wait(tasks)

    def forget(self) -> None:
        """Breaks off what is under way; nobody is told."""
        for task in self._under_way:
            task.cancel()

    async def close(self) -> None:
        """Breaks off what is under way and waits for its end."""
        self.forget()
        await asyncio.gather(*self._under_way, return_exceptions=True)

    async def _fetch(self, shop: Shop, wanted: ArtworkWanted) -> None:
        async with self._slots:
            content = await self._content(wanted.url)
        try:
            shop.artwork_arrived(wanted.item, ArtworkFailure.NOT_FOUND if content is None else content)
        except (UnknownControlError, ValueError):
            return  # meanwhile the item has gone, or somebody else has brought its picture

    async def _content(self, text: str) -> bytes | None:
        found = place_of(self._places, text)
        if found is None:
            return None
        url, place = found
        connector = aiohttp.TCPConnector(socket_factory=guarded(place), force_close=True, use_dns_cache=False, limit=1)
        timeout = aiohttp.ClientTimeout(total=self._patience)
        session = aiohttp.ClientSession(
            connector=connector, timeout=timeout, cookie_jar=aiohttp.DummyCookieJar(), auto_decompress=False, headers=_ASKED_WITH
        )
        try:
            async with session, session.get(url, allow_redirects=False) as answer:
                return await self._read(answer) if answer.status == 200 else None
        except (aiohttp.ClientError, OSError, ValueError):  # a time-out is an OSError
            return None

    async def _read(self, answer: Any) -> bytes | None:
        """``answer`` is the HTTP library's."""
        content = bytearray()
        async for chunk in answer.content.iter_any():
            content += chunk
            if len(content) > self._most:
                answer.close()
                return None
        return bytes(content)
