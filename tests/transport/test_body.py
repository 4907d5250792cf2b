"""Bodies are collected up to a limit, packed or not, however they are cut into pieces."""

import gzip
import tracemalloc
import zlib

import pytest
from hypothesis import given, strategies as st

from printkit.transport.attempt import Cause
from printkit.transport.body import CappedBody
from tests.transport.wire_server import bomb


def bare(body: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(body) + packer.flush()


PACKERS = {
    "": bytes,
    "identity": bytes,
    "gzip": gzip.compress,
    "X-GZip ": gzip.compress,
    "deflate": zlib.compress,
    "Deflate": bare,
    "gzip ": lambda body: gzip.compress(body[:3], mtime=0) + gzip.compress(body[3:]),
}


def collect(encoding: str, body: bytes, most: int = 10_000, piece: int = 10_000) -> bytes | Cause:
    capped = CappedBody(encoding, most)
    for start in range(0, len(body), piece):
        cause = capped.take(body[start : start + piece])
        if cause is not None:
            return cause
    return capped.finish()


@given(st.sampled_from(sorted(PACKERS)), st.binary(max_size=500), st.integers(1, 600))
def test_what_was_packed_is_unpacked(encoding, body, piece):
    assert collect(encoding, PACKERS[encoding](body), piece=piece) == body


@given(st.sampled_from(sorted(PACKERS)), st.integers(0, 300), st.integers(1, 100), st.integers(1, 100))
def test_the_limit_is_exact(encoding, most, over, piece):
    packed = PACKERS[encoding]
    if len(packed(bytes(most))) <= most:
        assert collect(encoding, packed(bytes(most)), most, piece) == bytes(most)
    assert collect(encoding, packed(bytes(most + over)), most, piece) is Cause.TOO_LARGE


@pytest.mark.parametrize("encoding", ["br", "zstd", "compress", "gzip, gzip", "nonsense"])
def test_an_encoding_that_was_not_asked_for(encoding):
    assert collect(encoding, b"{}") is Cause.BAD_ENCODING
    assert collect(encoding, b"") == b""


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("gzip", b"{}"),
        ("gzip", gzip.compress(b"{}" * 100, mtime=0)[:-9]),
        ("gzip", gzip.compress(b"{}" * 100, mtime=0)[:5]),
        ("gzip", gzip.compress(b"{}", mtime=0) + b"rubbish"),
        ("gzip", gzip.compress(b"{}", mtime=0)[:-8] + bytes(8)),
        ("deflate", zlib.compress(b"{}")[:-4] + bytes(4)),
        ("deflate", b"\xff\xff"),
    ],
)
def test_what_cannot_be_unpacked(encoding, body):
    for piece in (1, 7, 10_000):
        assert collect(encoding, body, piece=piece) is Cause.BAD_ENCODING


@given(st.sampled_from(["gzip", "deflate"]), st.binary(max_size=300), st.integers(1, 50))
def test_nothing_raises(encoding, body, piece):
    assert isinstance(collect(encoding, body, piece=piece), bytes | Cause)


def test_an_endless_empty_gzip_is_too_large():
    assert collect("gzip", gzip.compress(b"", mtime=0) * 1000, piece=100) is Cause.TOO_LARGE


def test_a_bomb_takes_no_memory():
    packed = bomb(300)
    tracemalloc.start()
    try:
        assert collect("gzip", packed, 8 * 1024 * 1024, piece=256 * 1024) is Cause.TOO_LARGE
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 40 * 1024 * 1024
