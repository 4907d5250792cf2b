"""A counting server on loopback that answers from memory, in a process of its own: fast enough never to be what is measured.

Started by ``serving``; run by hand: ``python benchmarks/server.py --delay 0.02``. Knows nothing of orders: it is given its answers.
"""

import argparse
import asyncio
import contextlib
import json
import re
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

_LENGTH = re.compile(rb"\r\ncontent-length: *([0-9]+)", re.IGNORECASE)


class Answering(asyncio.Protocol):
    """One connection: reads requests one after another and answers each, after ``delay`` seconds, by the first rule that fits."""

    count = 0
    rules: tuple[tuple[re.Pattern[bytes], bytes], ...] = ()
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
            body = b"%d" % Answering.count
            self._send(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))
            return
        Answering.count += 1
        answer = next((answer for pattern, answer in self.rules if pattern.match(line)), NOT_FOUND)
        if self.delay:
            asyncio.get_running_loop().call_later(self.delay, self._send, answer)
        else:
            self._send(answer)

    def _send(self, answer: bytes) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(answer)


NOT_FOUND = b"HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\nContent-Type: application/json\r\n\r\n{}"


def answer(body: str, status: str = "200 OK") -> bytes:
    """A whole answer."""
    data = body.encode()
    return b"HTTP/1.1 %s\r\nContent-Type: application/json; charset=utf-8\r\nContent-Length: %d\r\n\r\n%s" % (
        status.encode(),
        len(data),
        data,
    )


async def serve(rules: dict[str, str], delay: float) -> None:
    """Serve until killed; says its port on stdout."""
    Answering.rules = tuple((re.compile(pattern.encode()), answer(body)) for pattern, body in rules.items())
    Answering.delay = delay
    server = await asyncio.get_running_loop().create_server(Answering, "127.0.0.1", 0)
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
def serving(rules: dict[str, str], delay: float = 0.0) -> Iterator[Served]:
    """A server in a process of its own. ``rules``: a pattern of the request line, and the body that answers it."""
    command = [sys.executable, str(Path(__file__)), "--delay", str(delay)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            process.stdin.write(json.dumps(rules))
            process.stdin.close()
            yield Served(int(process.stdout.readline()))
        finally:
            process.terminate()


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--delay", type=float, default=0.0, help="seconds before each answer")
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(serve(json.load(sys.stdin), arguments.parse_args().delay))
