"""Every fault, seen from the other end of a real connection: what arrives, and how often the shop acted."""

import asyncio
import zlib
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from attrs import frozen

from printkit.emulator import faults as f
from printkit.emulator.clock import ManualClock
from printkit.exchange import Request, Response
from printkit.providers.pwinty.emulator import Shop
from printkit.server.emulator import EmulatorServer

BODY = b"countryCode=GB&merchantOrderId=ORD-1"
HEAD = (
    "POST /v2.5/Orders HTTP/1.1\r\nHost: x\r\nX-Pwinty-MerchantId: m\r\nX-Pwinty-REST-API-Key: k\r\n"
    f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(BODY)}\r\n\r\n"
).encode()


@frozen
class Heard:
    """What came back on one connection."""

    words: bytes
    reset: bool

    @property
    def status(self) -> int:
        return int(self.words.split()[1])

    @property
    def head(self) -> str:
        return self.words.partition(b"\r\n\r\n")[0].decode().lower()

    @property
    def body(self) -> bytes:
        return self.words.partition(b"\r\n\r\n")[2]


class Peer:
    def __init__(self, server: EmulatorServer, shop: Shop, clock: ManualClock) -> None:
        self.server, self.shop, self.clock = server, shop, clock
        self.acted = asyncio.Event()
        answer = shop.answer

        def act(request: Request) -> Response:
            try:
                return answer(request)
            finally:
                self.acted.set()

        shop.answer = act  # type: ignore[method-assign]

    @property
    def effects(self) -> int:
        return self.shop.ledger.count("order created", "ORD-1")

    async def hear(self, instruction: f.Instruction | None, *, enough: int | None = None, sent: bytes = HEAD + BODY) -> Heard:
        """Sends one request into the fault and listens until the end, or until enough came."""
        if instruction is not None:
            self.server.faults.add(f.Fault(instruction, "POST", "/v2.5/orders"))
        reader, writer = await asyncio.open_connection("127.0.0.1", self.server.port)
        words, reset = b"", False
        try:
            writer.write(sent.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n", 1))
            async with asyncio.timeout(10):
                while enough is None or len(words) < enough:
                    chunk = await reader.read(65536)
                    if not chunk:
                        break
                    words += chunk
        except ConnectionResetError:
            reset = True
        finally:
            writer.transport.abort()
        return Heard(words, reset)


@pytest.fixture
async def peer() -> AsyncIterator[Peer]:
    clock = ManualClock()
    shop = Shop(clock=clock)
    async with EmulatorServer([shop], tick=None) as server:
        yield Peer(server, shop, clock)


async def test_without_a_fault(peer: Peer) -> None:
    heard = await peer.hear(None)

    assert (heard.status, peer.effects, heard.reset) == (200, 1, False)


async def test_close_before_the_body_is_read(peer: Peer) -> None:
    heard = await peer.hear(f.CloseBeforeRead(), sent=HEAD)

    assert (heard.words, peer.effects) == (b"", 0)


@pytest.mark.parametrize(("instruction", "effects"), [(f.ResetBeforeCommit(), 0), (f.ResetAfterCommit(), 1)])
async def test_resets(peer: Peer, instruction: f.Instruction, effects: int) -> None:
    heard = await peer.hear(instruction)

    assert (heard.words, heard.reset, peer.effects) == (b"", True, effects)


async def test_a_stall_with_an_end(peer: Peer) -> None:
    heard = await peer.hear(f.StallAfterCommit(0.001))

    assert (heard.status, peer.effects) == (200, 1)


async def test_a_stall_without_an_end_lasts_until_somebody_gives_up(peer: Peer) -> None:
    waiting = asyncio.create_task(peer.hear(f.StallAfterCommit()))
    async with asyncio.timeout(10):
        await peer.acted.wait()
    assert not waiting.done()

    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    assert (await peer.hear(None)).status == 200


async def test_a_stall_ends_with_the_server() -> None:
    shop = Shop(clock=ManualClock())
    async with EmulatorServer([shop], tick=None) as server:
        peer = Peer(server, shop, ManualClock())
        waiting = asyncio.create_task(peer.hear(f.StallAfterCommit()))
        async with asyncio.timeout(10):
            await peer.acted.wait()
    async with asyncio.timeout(10):
        await waiting


@pytest.mark.parametrize("commit", [True, False])
async def test_half_a_head(peer: Peer, commit: bool) -> None:
    heard = await peer.hear(f.HalfHead(commit))

    assert heard.words == b"HTTP/1.1 200 OK\r\nContent-Le"
    assert peer.effects == int(commit)


@pytest.mark.parametrize("commit", [True, False])
@pytest.mark.parametrize("status", [400, 500, 503])
async def test_an_answer_of_our_own(peer: Peer, status: int, commit: bool) -> None:
    heard = await peer.hear(f.Status(status, '{"errorMessage": "no"}', headers={"X-Note": "1", "Retry-After": "NaN"}, commit=commit))

    assert (heard.status, heard.body, peer.effects) == (status, b'{"errorMessage": "no"}', int(commit))
    assert "x-note: 1" in heard.head
    assert "retry-after: nan" in heard.head


@pytest.mark.parametrize(("status", "commit", "effects"), [(502, True, 1), (200, False, 0)])
async def test_html(peer: Peer, status: int, commit: bool, effects: int) -> None:
    heard = await peer.hear(f.Html(status, commit))

    assert (heard.status, peer.effects) == (status, effects)
    assert "content-type: text/html" in heard.head
    assert b"<html>" in heard.body


@pytest.mark.parametrize("retry_after", [None, "120", "-1", "NaN", "1e9", "Wed, 21 Oct 2015 07:28:00 GMT"])
async def test_throttling(peer: Peer, retry_after: str | None) -> None:
    heard = await peer.hear(f.Throttle(retry_after))

    assert (heard.status, peer.effects) == (429, 0)
    found = [line.partition(": ")[2] for line in heard.head.split("\r\n") if line.startswith("retry-after")]
    assert found == ([] if retry_after is None else [retry_after.lower()])


@pytest.mark.parametrize("length", [0, 10])
async def test_a_cut(peer: Peer, length: int) -> None:
    heard = await peer.hear(f.Truncate(length))

    assert (heard.status, len(heard.body), peer.effects) == (200, length, 1)
    promised = int(heard.head.partition("content-length: ")[2].split()[0])
    assert promised > length


async def test_a_bomb(peer: Peer) -> None:
    heard = await peer.hear(f.GzipBomb(2))

    assert "content-encoding: gzip" in heard.head
    assert len(heard.body) < 10_000
    assert len(zlib.decompress(unchunked(heard.body), wbits=31)) == 2 * 1024 * 1024
    assert peer.effects == 0


def unchunked(body: bytes) -> bytes:
    whole = b""
    while body:
        size, _, rest = body.partition(b"\r\n")
        length = int(size, 16)
        whole, body = whole + rest[:length], rest[length + 2 :]
        if length == 0:
            break
    return whole


async def test_a_drip(peer: Peer) -> None:
    heard = await peer.hear(f.Drip(0))

    assert (heard.status, peer.effects) == (200, 1)
    assert heard.body.endswith(b"}")


async def test_no_end(peer: Peer) -> None:
    heard = await peer.hear(f.Endless(), enough=3_000_000)

    assert (heard.status, peer.effects) == (200, 0)
    assert (await peer.hear(None)).status == 200


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect(peer: Peer, status: int) -> None:
    heard = await peer.hear(f.Redirect("http://127.0.0.1:9/thief", status))

    assert (heard.status, peer.effects) == (status, 0)
    assert "location: http://127.0.0.1:9/thief" in heard.head


async def test_acting_late(peer: Peer) -> None:
    heard = await peer.hear(f.CommitLate(30))
    assert (heard.words, heard.reset) == (b"", True)

    for seconds, effects in ((0, 0), (29, 0), (1, 1), (60, 1)):
        peer.clock.advance(timedelta(seconds=seconds))
        await peer.server.tick()
        assert peer.effects == effects


async def test_what_is_late_does_not_outlive_a_reset(peer: Peer) -> None:
    await peer.hear(f.CommitLate(30))
    peer.server.forget()
    peer.clock.advance(timedelta(seconds=60))
    await peer.server.tick()

    assert peer.effects == 0


async def test_acting_twice(peer: Peer) -> None:
    heard = await peer.hear(f.DuplicateCommit())

    assert (heard.status, peer.effects) == (200, 2)


@pytest.mark.parametrize("word", sorted(f.INSTRUCTIONS))
async def test_no_fault_makes_the_shop_act_more_than_once_but_one(peer: Peer, word: str) -> None:
    if word == "redirect":
        instruction: f.Instruction = f.Redirect("/")
    elif word in {"stall-after-commit", "drip"}:
        instruction = f.StallAfterCommit(0) if word.startswith("stall") else f.Drip(0)
    else:
        instruction = f.INSTRUCTIONS[word]() if word != "gzip-bomb" else f.GzipBomb(1)  # type: ignore[call-arg]
    await peer.hear(instruction, enough=1_000_000 if word == "endless" else None)

    assert peer.effects <= (2 if word == "duplicate-commit" else 1)
    assert (await peer.hear(None)).status == 200
