"""Served installations for the tests of faults."""

from __future__ import annotations

import ast
import contextlib
import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import flask_migrate
import pytest

from quizapp.app import create_app
from quizapp.settings import Settings
from tests.conftest import DIALECTS, close, empty
from tests.faults.kills import Ground
from tests.support import attempts as room
from tests.support import server as servers
from tests.support.disk import Disk
from tests.support.postgres import OwnServer
from tests.support.warm import Warm


@pytest.fixture(scope="session")
def warm(base_settings: Settings) -> Iterator[Warm]:
    """Where servers come from."""
    process = Warm(base_settings)
    yield process
    process.end()


@contextlib.contextmanager
def serving(
    warm: Warm, settings: Settings, postgres: OwnServer | None = None, disk: Disk | None = None
) -> Iterator[Ground]:
    """An installation at the real time, served by one process, without a worker on PostgreSQL."""
    app = create_app(settings)
    context = app.extensions["quizapp"]
    if not settings.is_sqlite:
        empty(context)
    with app.app_context():
        sitting_id = room.offered_at_once(context)
        port = servers.free_port()
        server = warm.start(settings, port, disk)
        ground = Ground(context, settings, sitting_id, server, port, warm, postgres)
        try:
            yield ground
        finally:
            ground.server.stop()
    close(app)


def home_of(template: Path, folder: Path) -> Path:
    """A migrated, empty SQLite home of a test's own."""
    return Path(shutil.copytree(template, folder / "home"))


@pytest.fixture(params=DIALECTS, scope="module")
def served(request, base_settings, sqlite_template, tmp_path_factory, warm) -> Iterator[Ground]:
    """One for a file of tests, for starting costs more than they do; each brings learners of its own."""
    home = home_of(sqlite_template, tmp_path_factory.mktemp("served"))
    url = "" if request.param == "sqlite" else request.getfixturevalue("postgres_url")
    with serving(warm, replace(base_settings, home=home, database_url=url, threads=4)) as ground:
        yield ground


@dataclass(slots=True)
class OwnPostgres:
    """A PostgreSQL server of the fault tests, and its migrated database."""

    server: OwnServer
    url: str


@pytest.fixture(scope="session")
def own_postgres(base_settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[OwnPostgres]:
    """A server that may be killed and starved, unlike the one that all tests share."""
    # Not under pytest's folder: the database server is another user (see `postgres.folder_of`).
    with tempfile.TemporaryDirectory(prefix="quizapp-own-") as name:
        server = OwnServer(Path(name))
        url = server.database("faults")
        home = tmp_path_factory.mktemp("own-postgres-home")
        app = create_app(replace(base_settings, home=home, database_url=url))
        with app.app_context():
            flask_migrate.upgrade()
        close(app)
        yield OwnPostgres(server, url)
        server.end()


# --- the summary of `make soak` ---------------------------------------------------------

OUTCOMES = ("passed", "failed", "error", "skipped")


def pytest_terminal_summary(terminalreporter) -> None:
    """With large counts: a line for each file of faults, with what it is about and how it went."""
    if "QUIZAPP_TEST_KILLS" not in os.environ:
        return
    counts: dict[str, Counter[str]] = {}
    seconds: Counter[str] = Counter()
    for outcome in OUTCOMES:
        for report in terminalreporter.stats.get(outcome, []):
            file = report.nodeid.partition("::")[0]
            counts.setdefault(file, Counter())[outcome] += 1
            seconds[file] += round(report.duration)
    for file, told in sorted(counts.items()):
        about = (ast.get_docstring(ast.parse(Path(file).read_text())) or file).splitlines()[0]
        how = ", ".join(f"{told[outcome]} {outcome}" for outcome in OUTCOMES if told[outcome])
        terminalreporter.write_line(f"{how} in {seconds[file]} s: {about}")
