"""The commands of the documentation: those of some pages are run as they stand, in the page's order; all others exist, options and all."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import click
import pytest

import printkit
from docs.commands import Step, mentioned, steps
from printkit import NewOrder, Photo, Recipient, registry
from printkit.cli.app import app

ROOT = Path(__file__).parents[1]
RUN = ("README.md", *(f"docs/{name}.md" for name in ("tutorial", "swap-shops", "map-skus", "cli", "emulator", "test-your-service")))
PORT = "8900"
"""Of the emulator on the pages; each test has a free one in its place."""
SHELL = """
set -euo pipefail
python() { "$PYTHON" "$@"; }
printkit() { python -m printkit.cli "$@"; }
curl() { command curl --silent --fail-with-body --max-time 20 "$@"; }
"""


@pytest.mark.slow
@pytest.mark.parametrize("page", RUN)
def test_the_commands_of_a_page(page: str, tmp_path: Path) -> None:
    shown, port = steps(ROOT / page), free_port()
    assert any(not step.name for step in shown)
    server: subprocess.Popen[str] | None = None
    try:
        for step in shown:
            if step.name:
                (tmp_path / step.name).write_text(step.text, encoding="utf-8")
            elif step.serves:
                stop(server)
                server = serve(step, port, tmp_path)
            elif "…" not in step.text:
                carry_out(step, port, tmp_path, is_served=server is not None)
    finally:
        stop(server)


@pytest.mark.slow
def test_the_commands_of_bulk(tmp_path: Path) -> None:
    """Its page shows what they print for other orders than these two."""
    port = free_port()
    (tmp_path / "printkit.toml").write_text('[printkit.providers.pwinty]\nenvironment = "emulator"\n', encoding="utf-8")
    server = serve(Step(0, "", "printkit emulator\n", None), port, tmp_path)
    try:
        asyncio.run(two_drafts(port))
        for step in steps(ROOT / "docs/bulk.md"):
            if not step.name:
                carry_out(step._replace(output=None), port, tmp_path, is_served=True)
    finally:
        stop(server)

    results = (tmp_path / "results.csv").read_text(encoding="utf-8").splitlines()[1:]
    assert len(results) == 2
    assert all("swap_sku" in each and "applied" in each for each in results)


async def two_drafts(port: str) -> None:
    async with printkit.connect(f"pwinty+emulator://127.0.0.1:{port}") as kit:
        for reference in ("ORD-1", "ORD-2"):
            draft = await kit.create_order(NewOrder(Recipient("Tom Smith", country="GB"), reference=reference))
            await kit.add_photos(draft, [Photo("8x12", "https://example.com/boat.jpg")])


def serve(step: Step, port: str, folder: Path) -> "subprocess.Popen[str]":
    """Starts the emulator and waits until it says that it listens."""
    text = step.text.replace(PORT, port)
    script = text if "--port" in text else text.replace("printkit emulator", f"printkit emulator --port {port}")
    server = subprocess.Popen(
        ["bash", "-c", SHELL + script], stdout=subprocess.PIPE, text=True, cwd=folder, env=environment(), start_new_session=True
    )
    assert server.stdout is not None
    assert port in server.stdout.readline(), step.line
    return server


def stop(server: "subprocess.Popen[str] | None") -> None:
    if server is not None:
        os.killpg(server.pid, signal.SIGTERM)
        server.communicate(timeout=30)


def carry_out(step: Step, port: str, folder: Path, *, is_served: bool) -> None:
    done = subprocess.run(
        ["bash", "-c", SHELL + step.text.replace(PORT, port)],
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
        env=environment(port if is_served else None),
        timeout=120,  # a dozen commands, on a machine that may be busy
    )
    assert done.returncode == 0, (step.line, done.stdout, done.stderr)
    if step.output is not None:
        assert done.stdout.replace(port, PORT) == step.output, step.line


def environment(port: str | None = None) -> dict[str, str]:
    """Without settings of this machine; with the emulator's place, where one is running."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PRINTKIT_", "FORCE_COLOR", "COLUMNS", "TTY_"))}
    places = {
        f"PRINTKIT_PROVIDERS_{info.kind.upper()}_BASE_URL": f"http://127.0.0.1:{port}{info.base_path}" for info in registry.infos() if port
    }
    return {**kept, **places, "PYTHON": sys.executable, "PYTHONIOENCODING": "utf-8", "PYTHONUNBUFFERED": "1"}


def free_port() -> str:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return str(taken.getsockname()[1])


# ── What is not run ───────────────────────────────────────────────────────────────────────────────────────────────────

MENTIONED = dict(mentioned())


def test_there_are_commands() -> None:
    assert len(MENTIONED) > 50


@pytest.mark.parametrize("where", MENTIONED)
def test_a_command_and_its_options_exist(where: str) -> None:
    command, words = found(MENTIONED[where])

    known = {name for parameter in command.params for name in (*parameter.opts, *parameter.secondary_opts)} | {"--help"}
    assert {word.partition("=")[0] for word in words if word.startswith("--") and word != "--"} <= known


def found(words: list[str]) -> tuple[click.Command, list[str]]:
    """The command that is meant, and what follows it."""
    command: click.Command = app
    rest = words[1:]
    while isinstance(command, click.Group) and rest and not rest[0].startswith("-"):
        inner = command.commands.get(rest[0])
        assert inner is not None, f"there is no command {rest[0]!r}"
        command, rest = inner, rest[1:]
    return command, rest
