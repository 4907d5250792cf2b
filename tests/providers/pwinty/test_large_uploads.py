"""A picture of 100 MB goes over the wire in pieces: neither the file nor a stream is ever held in memory."""

import hashlib
import json
import tracemalloc
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

import printkit
from printkit import Artwork, Photo
from tests.providers.pwinty.shops import sample, sample_bytes, settings
from tests.transport.wire_server import Peer, serve

MEBI = 1024 * 1024
SIZE = 100 * MEBI
PIECE = b"\xff\xd8\xff picture".ljust(MEBI, b"\0")
MD5 = hashlib.md5(PIECE * (SIZE // MEBI), usedforsecurity=False).hexdigest()


class Counter:
    """A shop that counts the bytes of a picture and forgets them."""

    def __init__(self) -> None:
        self.received = 0

    async def behave(self, peer: Peer) -> None:
        while (arrival := await peer.head()) is not None:
            if arrival.method == "GET":
                await peer.answer(sample_bytes("orders-get.200.notyetsubmitted-with-photo"))
                continue
            if arrival.header("Transfer-Encoding") != "chunked":
                await self._forget(peer, int(arrival.header("Content-Length") or 0))
            else:
                while size := int(await peer.reader.readline(), 16):
                    await self._forget(peer, size)
                    await peer.reader.readline()
                await peer.reader.readline()
            await peer.answer(json.dumps(sample("photos-create.200.file") | {"md5Hash": MD5}).encode())

    async def _forget(self, peer: Peer, size: int) -> None:
        while size:
            piece = await peer.reader.read(min(size, 65536))
            self.received += len(piece)
            size -= len(piece)


async def pieces() -> AsyncIterator[bytes]:
    for _ in range(SIZE // MEBI):
        yield PIECE


@pytest.fixture(scope="module")
def picture(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("large") / "large.jpg"
    with path.open("wb") as file:
        for _ in range(SIZE // MEBI):
            file.write(PIECE)
    return path


@pytest.mark.slow
@pytest.mark.parametrize("way", ["file", "stream"])
async def test_it_is_sent_in_pieces(picture: Path, way: str) -> None:
    told: list[int] = []
    counter, ref = Counter(), f"pwinty:{sample('orders-get.200.notyetsubmitted-with-photo')['id']}"
    async with (
        serve(counter.behave) as server,
        printkit.connect(f"pwinty+emulator://127.0.0.1:{server.port}", environ=settings()) as kit,
    ):
        order = await kit.get_order(ref)
        artwork = Artwork(path=picture) if way == "file" else Artwork(stream=pieces)
        tracemalloc.start()
        try:
            await kit.add_photos(order, [Photo("4x6", artwork)], progress=lambda place, done, size: told.append(done))
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()

    assert counter.received > SIZE
    assert (told[-1], told) == (SIZE, sorted(told))
    assert len(told) >= SIZE // MEBI
    assert peak < 16 * MEBI
