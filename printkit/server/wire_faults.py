"""Carries faults out on a real connection: resets, stalls, cuts, drips, bombs. Refuses to decide whether one is due, and to know shops."""

import asyncio
import contextlib
import socket
import struct
import zlib
from collections.abc import Callable
from typing import assert_never, final

from aiohttp import web

from printkit.emulator.faults import (
    CloseBeforeRead,
    CommitLate,
    Drip,
    DuplicateCommit,
    Endless,
    GzipBomb,
    HalfHead,
    Html,
    Instruction,
    Redirect,
    ResetAfterCommit,
    ResetBeforeCommit,
    StallAfterCommit,
    Status,
    Throttle,
    Truncate,
)
from printkit.exchange import Response

Commit = Callable[[], Response]

_MEGABYTE = b" " * (1024 * 1024)
_RESET = struct.pack("ii", 1, 0)  # SO_LINGER on, for no time: closing sends RST


def reset(request: web.Request) -> web.Response:
    """Resets the connection at once; what is returned never arrives."""
    transport = request.transport
    if transport is not None:
        connection = transport.get_extra_info("socket")
        if connection is not None:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        transport.abort()
    return web.Response()


@final
class WireFaults:
    """What can go wrong between an answer and the one who waits for it. Every wait ends when ``closing`` is set."""

    def __init__(self, closing: asyncio.Event) -> None:
        self._closing = closing

    def close(self, request: web.Request) -> web.Response:
        """Ends the connection in order, without a word."""
        return _say_and_close(request, b"")

    async def carry_out(self, instruction: Instruction, request: web.Request, commit: Commit) -> web.StreamResponse:
        """Does what the instruction says; the shop acts when, and as often as, ``commit`` is called."""
        match instruction:
            case CloseBeforeRead():
                return self.close(request)
            case ResetBeforeCommit() | CommitLate():
                return reset(request)
            case ResetAfterCommit():
                commit()
                return reset(request)
            case StallAfterCommit(seconds):
                answer = commit()
                await self._wait(seconds)
                return _whole(answer)
            case DuplicateCommit():
                answer = commit()
                commit()
                return _whole(answer)
            case Truncate(length):
                return _cut(request, commit(), length)
            case Drip(pause):
                return await self._drip(request, commit(), pause)
            case _:
                if instruction.commit:
                    commit()
                return await self._instead(instruction, request)

    async def _instead(
        self, instruction: HalfHead | Status | Html | Throttle | GzipBomb | Endless | Redirect, request: web.Request
    ) -> web.StreamResponse:
        """Something other than the shop's answer."""
        match instruction:
            case HalfHead():
                return _say_and_close(request, b"HTTP/1.1 200 OK\r\nContent-Le")
            case Status():
                headers = {"content-type": instruction.content_type, **instruction.headers}
                return web.Response(status=instruction.status, headers=headers, body=instruction.body.encode())
            case Html(status):
                return _page(status)
            case Throttle(retry_after, status):
                headers = {} if retry_after is None else {"retry-after": retry_after}
                return web.json_response({"message": "Too many requests."}, status=status, headers=headers)
            case Redirect(location, status):
                return web.Response(status=status, headers={"location": location})
            case GzipBomb(megabytes):
                return await self._bomb(request, megabytes)
            case Endless():
                return await self._endless(request)
        assert_never(instruction)

    async def _wait(self, seconds: float | None) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._closing.wait(), seconds)

    async def _drip(self, request: web.Request, answer: Response, pause: float) -> web.StreamResponse:
        response = web.StreamResponse(status=answer.status, headers=answer.headers)
        response.content_length = len(answer.body)
        with contextlib.suppress(ConnectionError):
            await response.prepare(request)
            for position in range(len(answer.body)):
                await response.write(answer.body[position : position + 1])
                await self._wait(pause)
        return response

    async def _bomb(self, request: web.Request, megabytes: int) -> web.StreamResponse:
        response = web.StreamResponse(headers={"content-type": "application/json; charset=utf-8", "content-encoding": "gzip"})
        packer = zlib.compressobj(level=9, wbits=31)
        with contextlib.suppress(ConnectionError):
            await response.prepare(request)
            for _ in range(megabytes):
                if self._closing.is_set():
                    break
                await response.write(packer.compress(_MEGABYTE))
                await asyncio.sleep(0)
            await response.write(packer.flush())
        return response

    async def _endless(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"content-type": "application/json; charset=utf-8"})
        with contextlib.suppress(ConnectionError):
            await response.prepare(request)
            while not self._closing.is_set():
                await response.write(_MEGABYTE)
                await asyncio.sleep(0)
        return reset(request)


def _whole(answer: Response) -> web.Response:
    return web.Response(status=answer.status, headers=answer.headers, body=answer.body)


def _cut(request: web.Request, answer: Response, length: int) -> web.Response:
    fields = {**answer.headers, "content-length": str(len(answer.body))}
    head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    return _say_and_close(request, f"HTTP/1.1 {answer.status} -\r\n{head}\r\n".encode("latin-1") + answer.body[:length])


def _say_and_close(request: web.Request, words: bytes) -> web.Response:
    """Writes past the HTTP library and ends the connection; what is returned never arrives."""
    transport = request.transport
    if transport is not None:
        if words:
            transport.write(words)
        transport.close()
    return web.Response()


def _page(status: int) -> web.Response:
    text = f"<html><head><title>{status}</title></head><body><h1>{status}</h1><p>The service is unavailable.</p></body></html>"
    return web.Response(status=status, text=text, content_type="text/html", charset="utf-8")
