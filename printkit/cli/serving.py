"""Serving until somebody stops it. Knows nothing of what is served."""

import asyncio
import contextlib
import signal


async def until_stopped() -> None:
    """Wait for Ctrl-C or SIGTERM, which end the command well from now on."""
    stop = asyncio.Event()
    with contextlib.suppress(NotImplementedError):  # on Windows Ctrl-C interrupts by itself
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await stop.wait()
