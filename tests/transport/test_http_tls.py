"""Certificates, TLS versions and proxies: a connection that cannot be trusted carries nothing."""

import asyncio
import base64
import socket
import ssl
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp
import pytest
import trustme

from printkit.errors import NotSentError
from printkit.exchange import Effect, Request, Response
from printkit.secret import Secret
from printkit.telemetry import Telemetry
from printkit.transport.attempt import Cause, NotSent, Wire
from printkit.transport.caller import Caller
from printkit.transport.http import HttpLink
from printkit.transport.limits import Slots
from printkit.transport.redact import Redactor
from printkit.transport.retry import RetryBudget, RetryPolicy
from tests.transport.wire_server import Peer, answering, serve

READ = Request("GET", "/Orders/1", Effect.READS)
WRITE = Request("POST", "/Orders", Effect.WRITES, body=b"{}")
BOTH = pytest.mark.parametrize("request_", [READ, WRITE], ids=["read", "write"])


@pytest.fixture(scope="module")
def ca() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="module")
def ca_file(ca, tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("ca") / "ca.pem"
    ca.cert_pem.write_to_path(str(path))
    return path


def tls(ca: trustme.CA, host: str = "127.0.0.1", **options) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ca.issue_cert(host, **options).configure_cert(context)
    return context


@BOTH
async def test_a_trusted_server(ca, ca_file, request_):
    async with serve(answering(), tls(ca)) as server:
        link = HttpLink(server.url, ca_file=ca_file)
        for _ in range(2):
            assert isinstance(await link.attempt(request_, Wire()), Response)
        await link.aclose()
        assert (server.connections, len(server.seen)) == (1, 2)


UNTRUSTED = {
    "unknown authority": lambda ca: tls(trustme.CA()),
    "another host's": lambda ca: tls(ca, "other.example"),
    "expired": lambda ca: tls(ca, not_before=datetime.now(UTC) - timedelta(9), not_after=datetime.now(UTC) - timedelta(2)),
}


@pytest.mark.parametrize("make", UNTRUSTED.values(), ids=UNTRUSTED)
@BOTH
async def test_an_untrusted_server_sees_nothing_and_is_not_asked_again(ca, ca_file, make, request_):
    async with serve(answering(), make(ca)) as server:
        link = HttpLink(server.url, ca_file=ca_file)
        caller = Caller(
            "pwinty", link, slots=Slots(1), policy=RetryPolicy(), budget=RetryBudget(), telemetry=Telemetry(), redactor=Redactor()
        )
        wire = Wire()
        if request_ is READ:
            with pytest.raises(NotSentError, match="tls") as raised:
                await caller.read(READ, caller.deadline())
            assert not raised.value.retryable
        else:
            assert await caller.write(WRITE, caller.deadline(), wire) == NotSent(Cause.TLS)
            assert (wire.sent, wire.attempts) == (False, 1)
        await link.aclose()
        assert server.seen == []


def shake_hands_by_tls_1_1(listening: socket.socket, context: ssl.SSLContext) -> None:
    """Not by asyncio, whose server resets the connection instead of saying why."""
    connection, _ = listening.accept()
    with connection, suppress(OSError):
        context.wrap_socket(connection, server_side=True).close()


async def test_an_old_version_of_tls_is_not_spoken(ca, ca_file):
    context = tls(ca)
    context.set_ciphers("ALL:@SECLEVEL=0")
    with pytest.warns(DeprecationWarning, match="TLSv1_1"):
        context.maximum_version = ssl.TLSVersion.TLSv1_1
    with socket.create_server(("127.0.0.1", 0)) as listening:
        serving = asyncio.create_task(asyncio.to_thread(shake_hands_by_tls_1_1, listening, context))
        link = HttpLink(f"https://127.0.0.1:{listening.getsockname()[1]}", ca_file=ca_file)
        assert await link.attempt(WRITE, Wire()) == NotSent(Cause.TLS)
        await link.aclose()
        await serving


async def test_the_systems_authorities_are_the_default(ca):
    async with serve(answering(), tls(ca)) as server:
        link = HttpLink(server.url)
        assert await link.attempt(WRITE, Wire()) == NotSent(Cause.TLS)
        await link.aclose()


@BOTH
async def test_a_lent_connector_cannot_switch_verification_off(ca, request_):
    async with serve(answering(), tls(ca)) as server, aiohttp.TCPConnector(ssl=False) as lent:
        link = HttpLink(server.url, connector=lent)
        assert await link.attempt(request_, Wire()) == NotSent(Cause.TLS)
        await link.aclose()
        assert server.seen == []


async def test_a_server_without_tls_sees_nothing():
    async def speak_plainly(peer: Peer) -> None:
        await peer.answer(status=400)
        await peer.until_gone()

    async with serve(speak_plainly) as server:
        link = HttpLink(server.url.replace("http:", "https:"))
        assert await link.attempt(WRITE, Wire()) == NotSent(Cause.TLS)
        await link.aclose()
        assert server.seen == []


async def test_a_server_that_hangs_up_during_the_handshake():
    async def hang_up(peer: Peer) -> None:
        await peer.reader.read(10)

    async with serve(hang_up) as server:
        link, wire = HttpLink(server.url.replace("http:", "https:")), Wire()
        ending = await link.attempt(WRITE, wire)
        await link.aclose()
    assert isinstance(ending, NotSent)
    assert not wire.sent


async def test_a_server_that_never_shakes_hands():
    async def stall(peer: Peer) -> None:
        await peer.until_gone()

    async with serve(stall) as server:
        link, wire = HttpLink(server.url.replace("http:", "https:"), connect_timeout=0.1), Wire()
        assert await link.attempt(WRITE, wire) == NotSent(Cause.CONNECT_TIMED_OUT)
        await link.aclose()


async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    writer.close()


async def tunnel(peer: Peer) -> None:
    arrival = await peer.head()
    assert arrival is not None
    host, _, port = arrival.target.partition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    await peer.send(b"HTTP/1.1 200 Connection established\r\n\r\n")
    await asyncio.gather(pump(peer.reader, writer), pump(reader, peer.writer))


@BOTH
async def test_a_proxy_passes_on_what_it_cannot_read(ca, ca_file, request_):
    async with serve(answering(), tls(ca)) as server, serve(tunnel) as proxy:
        link = HttpLink(server.url, ca_file=ca_file, proxy=Secret(proxy.url.replace("//", "//user:pass@")))
        assert isinstance(await link.attempt(request_, Wire()), Response)
        await link.aclose()
        assert [(each.method, each.target) for each in proxy.seen] == [("CONNECT", f"127.0.0.1:{server.port}")]
        assert proxy.seen[0].header("Proxy-Authorization") == "Basic " + base64.b64encode(b"user:pass").decode()
        assert server.seen[0].header("Proxy-Authorization") is None


@BOTH
@pytest.mark.parametrize("behave", [answering(b"", 407), answering(b"", 502)], ids=["407", "502"])
async def test_a_proxy_that_refuses(ca, request_, behave):
    async with serve(answering(), tls(ca)) as server, serve(behave) as proxy:
        link, wire = HttpLink(server.url, proxy=proxy.url), Wire()
        assert await link.attempt(request_, wire) == NotSent(Cause.PROXY)
        await link.aclose()
        assert (server.connections, wire.sent) == (0, False)
