"""printkit's emulator in a process of its own, for runs against it: says its port on stdout and serves until it is stopped."""

import asyncio
import contextlib

from printkit.providers.pwinty.emulator import Options, Shop
from printkit.server.emulator import EmulatorServer


async def serve() -> None:
    """Serve."""
    async with EmulatorServer([Shop(Options(look_at_files=False))], tick=None) as server:
        print(server.port, flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(serve())
