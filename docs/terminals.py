"""Takes the terminal pictures of these pages from real runs: `python docs/terminals.py`, in a quarter of a minute, on Linux.

They show what a run prints on the day, its ids and seconds too, so nobody compares them; take them again when the output has changed.
"""

import asyncio
import os
import pty
import re
import struct
import sys
import tempfile
import termios
from fcntl import ioctl
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import MONOKAI
from rich.text import Text

import printkit
from printkit import NewOrder, Photo, Recipient
from printkit.providers.pwinty.emulator import Shop
from printkit.server.emulator import EmulatorServer

ROOT = Path(__file__).parents[1]
FOLDER = Path(__file__).parent / "_static"
WIDTH = 96
FRAME = re.compile(r"(?:\x1b\[2K\s*\x1b\[1A)+\x1b\[2K|\r\x1b\[2K\x1b\[1A\x1b\[2K")
TOM = Recipient("Tom Smith", line1="14 Acacia Avenue", city="Cardiff", postal_code="CF11 1AB", country="GB")


def printed(folder: str, *words: str) -> str:
    """All that the command prints on a terminal."""
    child, terminal = pty.fork()
    if child == 0:
        os.chdir(folder)
        own = {"TERM": "xterm-256color", "COLORTERM": "truecolor", "PYTHONPATH": str(ROOT)}
        os.execve(sys.executable, [sys.executable, "-m", "printkit.cli", *words], os.environ | own)  # noqa: S606 - a child of ours
    ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 60, WIDTH, 0, 0))
    said = b""
    while True:
        try:
            said += os.read(terminal, 65536)
        except OSError:  # it has ended
            os.waitpid(child, 0)
            return said.decode().replace("\r", "").replace("\x1b[?25l", "").replace("\x1b[?25h", "")


def draw(name: str, title: str, *parts: str) -> None:
    """One picture of what a terminal shows."""
    console = Console(record=True, width=WIDTH, file=open(os.devnull, "w"), force_terminal=True)  # noqa: PTH123, SIM115
    for part in parts:
        console.print(Text.from_ansi(part.strip("\n")))
    drawn = console.export_svg(title=title, theme=MONOKAI, unique_id=name)
    drawn = re.sub(r"@font-face \{.*?\}\s*", "", drawn, flags=re.DOTALL)  # a picture fetches nothing
    drawn = drawn.replace("Fira Code, monospace", "ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace")
    (FOLDER / f"{name}.svg").write_text(re.sub(r"[ \t]+$", "", drawn, flags=re.MULTILINE), encoding="utf-8")


def demo() -> None:
    """The steps of ``printkit demo``, and how it ends."""
    with tempfile.TemporaryDirectory() as folder:
        said = printed(folder, "demo")
    steps, _, rest = said.partition("\x1b[1mWhat became of it")
    draw("demo", "printkit demo", "$ printkit demo", steps, "\x1b[2m…\x1b[0m", "\n".join(rest.strip().splitlines()[-3:]))


async def bulk() -> None:
    """A bulk run: half-way, and how it ends."""
    with tempfile.TemporaryDirectory() as folder:
        async with EmulatorServer([Shop()]) as server:
            url = f"pwinty+emulator://127.0.0.1:{server.port}"
            async with printkit.connect(url) as kit:
                orders = [await kit.create_order(NewOrder(TOM, reference=f"ORD-{number}")) for number in range(300)]
                for order in orders:
                    await kit.add_photos(order, [Photo("8x12", "https://example.com/boat.jpg")])
                select = ["bulk", "select", "--url", url, "--status", "draft", "--sku", "8x12", "--swap-to", "8x10"]
                lines = (await asyncio.to_thread(printed, folder, *select)).splitlines(keepends=True)
                Path(folder, "changes.jsonl").write_text("".join(line for line in lines if line.startswith("{")))  # noqa: ASYNC240
                await kit.submit(orders[7])  # too late for this one
            said = await asyncio.to_thread(printed, folder, "bulk", "run", "--url", url, "changes.jsonl", "--rate", "120")
    *frames, end = FRAME.split(said)
    half = next(frame for frame in frames if int((re.search(r"(\d+) applied", frame) or [0, 0])[1]) > 130)
    draw("bulk-run", "printkit bulk run", "$ printkit bulk run changes.jsonl --rate 120", half, "\x1b[2m…\x1b[0m", end)


if __name__ == "__main__":
    demo()
    asyncio.run(bulk())
