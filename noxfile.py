"""Every check of the project: `nox` runs them all, `nox -s tests` one of them. Nothing is installed but from the package index."""

import re
import sys
from pathlib import Path

import nox

nox.needs_version = ">=2025.5"
nox.options.default_venv_backend = "uv|virtualenv"
nox.options.reuse_venv = "yes"
nox.options.error_on_external_run = True
nox.options.stop_on_first_error = False

PROJECT = nox.project.load_toml("pyproject.toml")


def group(name: str) -> list[str]:
    """The requirements of one dependency group of pyproject.toml."""
    return list(nox.project.dependency_groups(PROJECT, name))


def oldest() -> list[str]:
    """Everything a user gets with `printkit[cli,artwork,distributed,otel]`, at the lowest version that pyproject.toml permits."""
    extras = PROJECT["project"]["optional-dependencies"]
    sdk = [requirement.replace("-api", "-sdk") for requirement in extras["otel"]]  # what the tests record with goes with the API's version
    wanted = [*PROJECT["project"]["dependencies"], *sdk]
    wanted += [requirement for extra in ("cli", "artwork", "distributed", "otel") for requirement in extras[extra]]
    found = [re.fullmatch(r"([\w\[\]-]+)>=([\d.]+)(,<\d+)?", requirement) for requirement in wanted]
    assert all(found), f"a requirement without a lower bound: {wanted}"
    return [f"{match[1]}=={match[2]}" for match in found if match]


@nox.session
def lint(session: nox.Session) -> None:
    """Style and formatting."""
    session.install(*group("lint"))
    session.run("ruff", "check")
    session.run("ruff", "format", "--check")


@nox.session
def types(session: nox.Session) -> None:
    """The package, the public API as callers use it, and the examples of the documentation, under two type checkers."""
    session.install("-e", ".[cli,distributed]", *group("types"))
    examples = Path(session.create_tmp()) / "examples"
    session.run("python", "docs/examples.py", str(examples))
    session.run(
        "mypy", "--strict", "--scripts-are-modules", "printkit", "tests/typing", "examples", *sorted(map(str, examples.glob("*.py")))
    )
    session.run("pyright", "--warnings")
    session.run("pyright", "--warnings", str(examples))


@nox.session
def imports(session: nox.Session) -> None:
    """The layers of the house."""
    session.install("-e", ".", *group("imports"))
    session.run("lint-imports", "--no-logo")


ONCE = ("benchmarks", "docs", "test_commands.py", "test_packaging.py", "test_public_api.py")
"""Tests of pages, of the wheel and of the benchmarks."""


@nox.session
@nox.parametrize("aiohttp", ["newest", "oldest"])
def tests(session: nox.Session, aiohttp: str) -> None:
    """The tests: on the newest of everything, with branch coverage; and on the oldest, without those that no version breaks."""
    session.install("-e", ".[cli,distributed]", *group("test"))
    if aiohttp == "oldest":
        session.install(*oldest())
    session.run("python", "-c", "import aiohttp; print('aiohttp', aiohttp.__version__)")
    how = ["--cov", "--cov-report=term"] if aiohttp == "newest" else [f"--ignore=tests/{name}" for name in ONCE]
    session.run("pytest", "-n", "auto", *how, *session.posargs)


@nox.session
def docs(session: nox.Session) -> None:
    """The documentation, without a single warning; its examples are executed by the tests."""
    session.install("-e", ".[cli,distributed]", *group("docs"))
    session.run("sphinx-build", "-W", "-n", "--keep-going", "-b", "html", "docs", "docs/_build/html")


@nox.session(default=False)
def audit(session: nox.Session) -> None:
    """Known weaknesses of everything that printkit and its extras bring along; asks a public service."""
    session.install(".[artwork,cli,distributed,otel]", "pip-audit")
    session.run("pip-audit", "--local")


SDKS = ("httpx", "requests", "pydantic", "stripe", "openai", "boto3")
"""Whose import and size printkit's are shown beside; installed where nothing else is."""


@nox.session(default=False)
def bench(session: nox.Session) -> None:
    """The benchmarks. Alone: all of them, then the plots and tables of the documentation. Else: `nox -s bench -- --help`."""
    session.install("-e", ".", *group("bench"), *group("plots"))
    wishes = list(session.posargs)
    if "import" in wishes or not any(wish.isalpha() or wish in {"-h", "--help"} for wish in wishes):
        sdks = Path(session.create_tmp()) / "sdks"
        python = str(sdks / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python"))
        session.run("python", "-m", "venv", "--clear", str(sdks))
        session.run(python, "-m", "pip", "install", "--quiet", ".", *SDKS, external=True)
        wishes += ["--sdks", python]
    figures = [] if session.posargs else ["--json", "docs/_static/benchmarks.json"]
    session.run("python", "-m", "benchmarks", *figures, *wishes)
    if figures:
        session.run("python", "-m", "docs.benchmark_page")
