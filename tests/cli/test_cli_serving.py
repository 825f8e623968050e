"""Serving in a process of its own: ready, one per SQLite home, stopped without losing a request."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import urllib.request
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from quizapp import resources
from quizapp.services import audit
from quizapp.services.unit_of_work import Context
from quizapp.settings import Settings
from quizapp.store import schema
from tests.conftest import build
from tests.support import server
from tests.support.people import TESTS

BODY = b"theme=dark"


def quizapp(settings: Settings, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [server.QUIZAPP, *arguments],
        env=server.environment(settings),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("fixture", ["sqlite_settings", "postgres_settings"])
def test_a_request_in_flight_is_finished_before_a_graceful_stop(
    request: pytest.FixtureRequest, fixture: str
) -> None:
    running = server.start(request.getfixturevalue(fixture))
    with urllib.request.urlopen(f"{running.url}/readyz", timeout=20) as answer:
        assert json.load(answer)["status"] == "ready"
    port = int(running.url.rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port), timeout=20) as client:
        client.sendall(
            b"POST /theme HTTP/1.1\r\nHost: localhost\r\nAccept: application/json\r\n"
            b"Content-Type: application/x-www-form-urlencoded\r\nConnection: close\r\n"
            b"Expect: 100-continue\r\nContent-Length: %d\r\n\r\n" % len(BODY)
        )
        # The server says this once the application waits for the body.
        assert client.recv(100).startswith(b"HTTP/1.1 100")
        for process in running.processes:
            process.send_signal(signal.SIGTERM)
        client.sendall(BODY)
        head, _, body = read_all(client).partition(b"\r\n\r\n")
    assert head.splitlines()[0].startswith(b"HTTP/1.1 400")
    assert json.loads(body)["code"] == "csrf"
    assert [process.wait(40) for process in running.processes] == [0] * len(running.processes)


def read_all(client: socket.socket) -> bytes:
    told = b""
    while piece := client.recv(65536):
        told += piece
    return told


def test_a_second_server_on_one_sqlite_home_is_refused(sqlite_settings: Settings) -> None:
    with server.serving(sqlite_settings):
        told = quizapp(sqlite_settings, "serve", "--port", str(server.free_port()))
    assert told.returncode == 1
    assert f"Another `quizapp serve` runs on {sqlite_settings.home}." in told.stderr


def test_serving_makes_and_upgrades_a_new_sqlite_home(base_settings: Settings, tmp_path: Path) -> None:
    home = tmp_path / "new" / "home"
    with server.serving(Settings(home=home)):
        assert sorted(file.name for file in (home / "keys").iterdir()) == [
            "audit",
            "secret",
            "signing",
            "token",
        ]
        assert (home / "quizapp.sqlite3").exists()


def test_the_schema_is_made_by_command(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "home")
    told = quizapp(settings, "db", "upgrade")
    assert (told.returncode, told.stdout) == (0, "")
    engine = create_engine(f"sqlite:///{tmp_path / 'home' / 'quizapp.sqlite3'}")
    with engine.connect() as connection:
        stands = connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one()
    engine.dispose()
    assert stands == schema.head(str(resources.folder("migrations")))


def test_a_server_never_upgrades_postgresql_by_itself(postgres_context: Context) -> None:
    stood = set_revision(postgres_context, "older")
    try:
        told = quizapp(postgres_context.settings, "serve")
    finally:
        set_revision(postgres_context, stood)
    assert told.returncode == 1
    assert f"stands at older, this release needs {stood}: run `quizapp db upgrade` first." in told.stderr
    with postgres_context.engine.connect() as connection:
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one() == stood


def set_revision(context: Context, revision: str) -> str:
    with context.engine.begin() as connection:
        stood = connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one()
        connection.execute(text(f"UPDATE alembic_version SET version_num = '{revision}'"))
    return str(stood)


@pytest.fixture
def postgres_context(postgres_settings: Settings, clock, mail):
    for app in build(postgres_settings, clock, mail):
        yield app.extensions["quizapp"]


def test_one_round_of_work_says_what_it_did(sqlite_context: Context) -> None:
    with sqlite_context.transaction(TESTS) as uow:
        uow.audit("draft", "exam", "e")
    told = quizapp(sqlite_context.settings, "work", "--once")
    assert told.returncode == 0
    assert [line.split() for line in told.stdout.splitlines()] == [
        ["jobs", "closed", "finished", "prepared", "published", "sealed"],
        ["0", "0", "0", "0", "0", "1"],
    ]
    assert audit.verify(sqlite_context).sealed == 1


def test_with_sqlite_the_server_is_the_worker(sqlite_settings: Settings) -> None:
    told = quizapp(sqlite_settings, "work")
    assert (told.returncode, "`quizapp serve` runs the rounds itself" in told.stderr) == (1, True)
