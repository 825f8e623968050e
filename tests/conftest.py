"""What every test stands on: both real databases, a clock that stands still, no network."""

from __future__ import annotations

import os
import shutil
import socket
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import flask_migrate
import flask_security.core
import hypothesis
import pytest
from flask import Flask, g
from sqlalchemy import text

from quizapp.app import create_app
from quizapp.integrations import keys
from quizapp.ports import FixedClock, NullMailer
from quizapp.services.unit_of_work import Context
from quizapp.settings import PREFIX, TESTS, Settings
from quizapp.store import schema
from tests.support import browser as browsers
from tests.support import postgres

# No test judges a time: machines are shared.
hypothesis.settings.register_profile("quizapp", deadline=None)
hypothesis.settings.load_profile("quizapp")

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
DIALECTS = ("sqlite", "postgresql")


@pytest.fixture(scope="session")
def shared_clock() -> FixedClock:
    """The clock of the applications that tests share."""
    return FixedClock(NOON)


@pytest.fixture(scope="session")
def shared_mail() -> NullMailer:
    """The mailer of the applications that tests share."""
    return NullMailer()


@pytest.fixture
def clock(shared_clock: FixedClock) -> FixedClock:
    """Stands still at noon on 2 March 2026 until a test moves it."""
    shared_clock.instant = NOON
    return shared_clock


@pytest.fixture
def mail(shared_mail: NullMailer) -> NullMailer:
    """Keeps what was sent."""
    shared_mail.sent.clear()
    return shared_mail


@pytest.fixture(scope="session")
def key_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The four keys, made once, so that no test waits for them."""
    folder = tmp_path_factory.mktemp("keys")
    for name in keys.NAMES:
        (folder / name).write_text(keys.generate())
    return folder


@pytest.fixture(scope="session")
def base_settings(key_folder: Path) -> Settings:
    """Settings of a test installation."""
    return Settings(
        key_directory=str(key_folder),
        log_level="error",
        require_staff_totp=False,
        issuer_name="Test issuer",
    )


@pytest.fixture(scope="session")
def sqlite_template(base_settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty SQLite home, copied for each test."""
    home = tmp_path_factory.mktemp("sqlite") / "home"
    app = create_app(replace(base_settings, home=home), creates=True)
    with app.app_context():
        flask_migrate.upgrade()
    close(app)
    return home


@pytest.fixture(scope="session")
def postgres_url(
    base_settings: Settings, tmp_path_factory: pytest.TempPathFactory, worker_id: str, testrun_uid: str
) -> Iterator[str]:
    """A migrated, empty PostgreSQL database of this test process."""
    with postgres.database(postgres.folder_of(testrun_uid), f"quizapp_{worker_id}") as url:
        home = tmp_path_factory.mktemp("postgres-home")
        app = create_app(replace(base_settings, home=home, database_url=url))
        with app.app_context():
            flask_migrate.upgrade()
        close(app)
        yield url


@pytest.fixture
def sqlite_settings(base_settings: Settings, sqlite_template: Path, tmp_path: Path) -> Settings:
    """Settings of a fresh SQLite installation."""
    home = tmp_path / "home"
    shutil.copytree(sqlite_template, home)
    return replace(base_settings, home=home)


@pytest.fixture
def postgres_settings(base_settings: Settings, postgres_url: str, tmp_path: Path) -> Settings:
    """Settings of an emptied PostgreSQL installation."""
    home = tmp_path / "home"
    home.mkdir()
    return replace(base_settings, home=home, database_url=postgres_url)


def close(app: Flask) -> None:
    """Give back every connection of an application."""
    app.extensions["quizapp"].engine.dispose()


def empty(context: Context) -> None:
    """Remove every row of every table, and begin every numbering again.

    TRUNCATE makes new files for each of fifty tables, which takes three times as long. VACUUM gives the
    room of the rows back at once, so that rows are found in the order they come in, as in a new table.
    """
    names = [table.name for table in reversed(schema.metadata().sorted_tables)]
    asked = " UNION ALL ".join(f"SELECT '{name}' WHERE EXISTS (SELECT 1 FROM {name})" for name in names)
    used = "SELECT sequencename FROM pg_sequences WHERE last_value IS NOT NULL"
    with context.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        filled = set(connection.scalars(text(asked)))
        ordered = [name for name in names if name in filled]
        if ordered:
            connection.execute(text("; ".join(f"DELETE FROM {name}" for name in ordered)))
            connection.execute(text(f"VACUUM {', '.join(ordered)}"))
        for sequence in connection.scalars(text(used)).all():
            connection.execute(text(f"ALTER SEQUENCE {sequence} RESTART"))


def make(settings: Settings, clock: FixedClock, mail: NullMailer) -> Flask:
    """An application for tests on these settings."""
    app = create_app(settings, clock=clock, mail=mail)
    app.testing = True
    # Inside an open application context requests would share `g`, and with it who is signed in.
    app.teardown_request(lambda _error: vars(g._get_current_object()).clear())
    return app


def build(settings: Settings, clock: FixedClock, mail: NullMailer) -> Iterator[Flask]:
    """An application of a test's own, inside its context, closed afterwards."""
    app = make(settings, clock, mail)
    if not settings.is_sqlite:
        empty(app.extensions["quizapp"])
    with app.app_context():
        yield app
    close(app)


@pytest.fixture(scope="session")
def shared_sqlite(
    base_settings: Settings,
    tmp_path_factory: pytest.TempPathFactory,
    shared_clock: FixedClock,
    shared_mail: NullMailer,
    sqlite_template: Path,
) -> Iterator[Flask]:
    """One application on SQLite: what it has compiled once need not be compiled for each test."""
    home = tmp_path_factory.mktemp("shared") / "home"
    shutil.copytree(sqlite_template, home)
    with pytest.MonkeyPatch.context() as patch:
        cheapen_hashes(patch)
        app = make(replace(base_settings, home=home), shared_clock, shared_mail)
    yield app
    close(app)


@pytest.fixture(scope="session")
def shared_postgres(
    base_settings: Settings,
    postgres_url: str,
    tmp_path_factory: pytest.TempPathFactory,
    shared_clock: FixedClock,
    shared_mail: NullMailer,
) -> Iterator[Flask]:
    """One application on PostgreSQL."""
    home = tmp_path_factory.mktemp("shared") / "home"
    home.mkdir()
    with pytest.MonkeyPatch.context() as patch:
        cheapen_hashes(patch)
        app = make(replace(base_settings, home=home, database_url=postgres_url), shared_clock, shared_mail)
    yield app
    close(app)


def cheapen_hashes(patch: pytest.MonkeyPatch) -> None:
    """Password hashes of applications made under this patch cost next to nothing."""
    real = flask_security.core._get_pwd_context
    cheap = {"argon2__memory_cost": 64, "argon2__time_cost": 1, "argon2__parallelism": 1}
    patch.setattr(flask_security.core, "_get_pwd_context", lambda app: real(app).copy(**cheap))


def as_new(app: Flask, template: Path) -> Iterator[Flask]:
    """A shared application with an empty database, inside its context; its settings are put back."""
    context: Context = app.extensions["quizapp"]
    if context.settings.is_sqlite:
        close(app)
        shutil.rmtree(context.settings.home)
        shutil.copytree(template, context.settings.home)
    else:
        empty(context)
    for limiter in app.extensions["limiter"]:
        limiter.reset()
    known = dict(app.config)
    with app.app_context():
        yield app
    app.config.clear()
    app.config.update(known)
    app.testing = True


@pytest.fixture(params=DIALECTS)
def app(
    request: pytest.FixtureRequest, sqlite_template: Path, clock: FixedClock, mail: NullMailer
) -> Iterator[Flask]:
    """The application, once on each database."""
    shared = "shared_sqlite" if request.param == "sqlite" else "shared_postgres"
    yield from as_new(request.getfixturevalue(shared), sqlite_template)


@pytest.fixture
def sqlite_app(
    shared_sqlite: Flask, sqlite_template: Path, clock: FixedClock, mail: NullMailer
) -> Iterator[Flask]:
    """The application on SQLite, for what does not depend on the database."""
    yield from as_new(shared_sqlite, sqlite_template)


@pytest.fixture
def context(app: Flask) -> Context:
    """The services' context, once on each database."""
    return app.extensions["quizapp"]


@pytest.fixture
def sqlite_context(sqlite_app: Flask) -> Context:
    """The services' context on SQLite."""
    return sqlite_app.extensions["quizapp"]


@pytest.fixture(scope="session", autouse=True)
def _no_settings_from_outside() -> None:
    for name in [name for name in os.environ if name.startswith(PREFIX) and not name.startswith(TESTS)]:
        del os.environ[name]


class OutsideSocket(RuntimeError):
    """A test tried to reach another machine."""


@pytest.fixture(scope="session", autouse=True)
def _no_network() -> Iterator[None]:
    """Connections stay on this machine: loopback addresses and sockets in the file system."""
    real = socket.socket.connect

    def connect(self: socket.socket, address: Any) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6) and not _is_here(address[0]):
            raise OutsideSocket(f"tests may not reach {address}")
        real(self, address)

    socket.socket.connect = connect  # type: ignore[method-assign]
    yield
    socket.socket.connect = real  # type: ignore[method-assign]


def _is_here(host: str) -> bool:
    return host == "localhost" or host == "::1" or host.startswith("127.")


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """One Chromium for every page test of this process; its driver allows no second one."""
    with browsers.chromium() as running:
        yield running


@pytest.fixture
def sign_in() -> Any:
    """Make a test client somebody: sign_in(client, context, person_id)."""
    from tests.support.people import sign_in as function

    return function
