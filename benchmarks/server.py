"""A counting server on loopback that answers from memory, in a process of its own: fast enough never to be what is measured.

Started by ``serving``; imports nothing but the standard library. Knows nothing of orders: it is given its answers. In an answer, ``<1>``
stands for the first group of its rule's pattern, and ``<#>`` for a number that was never given before.
"""

import argparse
import asyncio
import contextlib
import itertools
import json
import re
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

_LENGTH = re.compile(rb"\r\ncontent-length: *([0-9]+)", re.IGNORECASE)
HEAD = b"HTTP/1.1 %s\r\nContent-Type: application/json; charset=utf-8\r\nContent-Length: %d\r\n\r\n%s"


class Rule:
    """Answers the request lines that fit its pattern."""

    def __init__(self, pattern: str, body: str) -> None:
        self.pattern = re.compile(pattern.encode())
        self._body = body.encode()
        self._whole = None if b"<1>" in self._body or b"<#>" in self._body else answer(self._body)

    def answer(self, found: re.Match[bytes]) -> bytes:
        """The whole answer."""
        if self._whole is not None:
            return self._whole
        body = self._body.replace(b"<1>", found[1]) if b"<1>" in self._body else self._body
        return answer(body.replace(b"<#>", b"%d" % next(Answering.numbers)) if b"<#>" in body else body)


class Answering(asyncio.Protocol):
    """One connection: reads requests one after another and answers each, after ``delay`` seconds, by the first rule that fits."""

    count = 0
    numbers = itertools.count(1_000_000)
    rules: tuple[Rule, ...] = ()
    delay = 0.0

    def __init__(self) -> None:
        self._buffer = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while (end := self._buffer.find(b"\r\n\r\n")) >= 0:
            head = self._buffer[:end]
            length = _LENGTH.search(head)
            total = end + 4 + (int(length[1]) if length else 0)
            if len(self._buffer) < total:
                return
            self._buffer = self._buffer[total:]
            self._answer(head.partition(b"\r\n")[0])

    def _answer(self, line: bytes) -> None:
        if line.startswith(b"GET /_count "):
            self._send(answer(b"%d" % Answering.count))
            return
        Answering.count += 1
        found = next(((rule, match) for rule in self.rules if (match := rule.pattern.match(line))), None)
        whole = NOT_FOUND if found is None else found[0].answer(found[1])
        if self.delay:
            asyncio.get_running_loop().call_later(self.delay, self._send, whole)
        else:
            self._send(whole)

    def _send(self, whole: bytes) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(whole)


def answer(body: bytes, status: bytes = b"200 OK") -> bytes:
    """A whole answer."""
    return HEAD % (status, len(body), body)


NOT_FOUND = answer(b"{}", b"404 Not Found")


async def serve(rules: dict[str, str], delay: float) -> None:
    """Serve until killed; says its port on stdout."""
    Answering.rules = tuple(Rule(pattern, body) for pattern, body in rules.items())
    Answering.delay = delay
    server = await asyncio.get_running_loop().create_server(Answering, "127.0.0.1", 0, backlog=512)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


class Served:
    """A running server."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.url = f"http://127.0.0.1:{port}"

    def count(self) -> int:
        """Requests so far."""
        with urllib.request.urlopen(f"{self.url}/_count") as answered:
            return int(answered.read())


@contextlib.contextmanager
def started(*command: str, given: str = "") -> Iterator[int]:
    """A program that listens, in a process of its own; the port that it says."""
    with subprocess.Popen([sys.executable, *command], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            process.stdin.write(given)
            process.stdin.close()
            yield int(process.stdout.readline())
        finally:
            process.terminate()


@contextlib.contextmanager
def serving(rules: dict[str, str], delay: float = 0.0) -> Iterator[Served]:
    """The server. ``rules``: a pattern of the request line, and the body that answers it; ``delay``: seconds before each answer."""
    with started(str(Path(__file__)), "--delay", str(delay), given=json.dumps(rules)) as port:
        yield Served(port)


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--delay", type=float, default=0.0, help="seconds before each answer")
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(serve(json.load(sys.stdin), arguments.parse_args().delay))
