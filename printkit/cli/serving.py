"""Serving until somebody stops it. Knows nothing of what is served."""

import asyncio
import contextlib
import signal


def stopped() -> asyncio.Event:
    """From now on Ctrl-C and SIGTERM do nothing but set this event."""
    came = asyncio.Event()
    with contextlib.suppress(NotImplementedError):  # on Windows Ctrl-C interrupts by itself
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, came.set)
    return came
