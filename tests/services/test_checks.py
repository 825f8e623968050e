"""The configuration check: each thing that must not be so is found, and nothing else."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import Engine, event, text

from quizapp.integrations import keys
from quizapp.services import checks
from quizapp.services.unit_of_work import Context
from quizapp.settings import Settings
from quizapp.store.exams import RowExam
from quizapp.store.frameworks import RowFramework
from quizapp.store.people import RowSetting
from tests.support.people import TESTS

FIT = {
    "secure_cookies": True,
    "public_url": "https://exams.example.org",
    "require_staff_totp": True,
    "issuer_name": "Example Institute",
    "mail_url": "smtp://mail.example.org",
}


@pytest.fixture
def keys_of_its_own(key_folder: Path, tmp_path: Path) -> Path:
    """The four keys in files that only their owner reads."""
    folder = tmp_path / "own-keys"
    shutil.copytree(key_folder, folder)
    for file in folder.iterdir():
        file.chmod(0o600)
    return folder


def fit(context: Context, keys_of_its_own: Path, **changes: Any) -> Context:
    settings = replace(context.settings, **FIT, key_directory=str(keys_of_its_own))
    return replace(context, settings=replace(settings, **changes))


def codes(context: Context, *, is_production: bool = True, is_debug: bool = False) -> list[str]:
    found = checks.findings(context, is_production=is_production, is_debug=is_debug)
    assert all(finding.what and finding.remedy for finding in found)
    return [finding.code for finding in found]


def test_a_fit_installation_has_nothing_to_put_right(context: Context, keys_of_its_own: Path) -> None:
    assert codes(fit(context, keys_of_its_own)) == []


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"secure_cookies": False}, "insecure_cookies"),
        ({"public_url": ""}, "no_public_url"),
        ({"public_url": "http://exams.example.org"}, "insecure_public_url"),
        ({"require_staff_totp": False}, "staff_without_totp"),
        ({"issuer_name": Settings().issuer_name}, "default_issuer"),
        ({"mail_url": ""}, "mail_to_outbox"),
        ({"log_level": "DEBUG"}, "debug_log"),
        ({"pseudo_locale": True}, "pseudo_locale"),
    ],
)
def test_each_setting_unfit_for_production_is_found(
    sqlite_context: Context, keys_of_its_own: Path, changes: dict[str, Any], code: str
) -> None:
    context = fit(sqlite_context, keys_of_its_own, **changes)
    assert (codes(context), codes(context, is_production=False)) == ([code], [])


def test_debugging_is_found(sqlite_context: Context, keys_of_its_own: Path) -> None:
    assert codes(fit(sqlite_context, keys_of_its_own), is_debug=True) == ["debug"]


def repeat(folder: Path) -> None:
    (folder / "token").write_text((folder / "secret").read_text())


def guess(folder: Path) -> None:
    (folder / "audit").write_text("A" * 43)


def show(folder: Path) -> None:
    (folder / "signing").chmod(0o644)


@pytest.mark.parametrize(
    ("damage", "found"),
    [(repeat, ["key_repeated", "key_repeated"]), (guess, ["key_guessable"]), (show, ["key_readable"])],
)
def test_unfit_keys_are_found_everywhere(
    sqlite_context: Context, keys_of_its_own: Path, damage: Callable[[Path], None], found: list[str]
) -> None:
    damage(keys_of_its_own)
    assert codes(fit(sqlite_context, keys_of_its_own), is_production=False) == found


def test_keys_made_for_sqlite_are_fit(tmp_path: Path) -> None:
    assert keys.weaknesses(Settings(home=tmp_path)) == []


def test_a_database_behind_the_release_is_found_and_asked_nothing_else(
    context: Context, keys_of_its_own: Path
) -> None:
    with context.engine.begin() as connection:
        stood = connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one()
        connection.execute(text("UPDATE alembic_version SET version_num = 'older'"))
    try:
        assert codes(fit(context, keys_of_its_own, mail_url="")) == ["old_schema"]
    finally:
        with context.engine.begin() as connection:
            connection.execute(text(f"UPDATE alembic_version SET version_num = '{stood}'"))


def test_a_demonstration_is_found(context: Context, keys_of_its_own: Path) -> None:
    with context.transaction(TESTS) as uow:
        uow.session.add(RowSetting(id=1, issuer_id="i", is_demo=True, created_at=uow.now, facts={}))
        uow.audit("mark", "installation", "i")
    assert codes(fit(context, keys_of_its_own)) == ["demo_database"]


UNSAFE = {"sqlite": "PRAGMA synchronous = NORMAL", "postgresql": "SET synchronous_commit = off"}


@contextmanager
def every_connection(engine: Engine, statement: str) -> Iterator[None]:
    """Run a statement on each new connection of a shared engine, and none of that afterwards."""

    def weaken(connection: Any, _record: Any) -> None:
        connection.cursor().execute(statement)
        if engine.dialect.name == "postgresql":
            connection.commit()

    engine.dispose()
    event.listen(engine, "connect", weaken)
    yield
    event.remove(engine, "connect", weaken)
    engine.dispose()


def test_a_save_connection_that_does_not_wait_for_the_disk_is_found(
    context: Context, keys_of_its_own: Path
) -> None:
    with every_connection(context.engine, UNSAFE[context.engine.dialect.name]):
        assert codes(fit(context, keys_of_its_own)) == ["unsafe_saving"]


def test_the_slow_journal_is_found(sqlite_context: Context, keys_of_its_own: Path) -> None:
    with every_connection(sqlite_context.engine, "PRAGMA journal_mode = DELETE"):
        assert codes(fit(sqlite_context, keys_of_its_own)) == ["slow_journal"]


@pytest.mark.parametrize(
    ("state", "mode", "standing", "found"),
    [
        ("published", "certification", "pilot", ["pilot_records"]),
        ("closed", "certification", "pilot", []),
        ("published", "practice", "pilot", []),
        ("published", "certification", "operational", []),
    ],
)
def test_open_pilot_exams_that_issue_records_are_found(
    sqlite_context: Context, keys_of_its_own: Path, state: str, mode: str, standing: str, found: list[str]
) -> None:
    with sqlite_context.transaction(TESTS) as uow:
        framework = RowFramework(**minimal(RowFramework, id=uuid4(), created_at=uow.now))
        uow.session.add(framework)
        uow.flush()
        facts = {"state": state, "mode": mode, "standing": standing, "framework_row_id": framework.id}
        uow.session.add(RowExam(**minimal(RowExam, id=uuid4(), created_at=uow.now, **facts)))
        uow.audit("define", "exam", "e")
    assert codes(fit(sqlite_context, keys_of_its_own)) == found
    assert codes(fit(sqlite_context, keys_of_its_own, allow_pilot_records=True)) == []


def minimal(row: Any, **told: Any) -> dict[str, Any]:
    """Values for every column that must have one."""
    blanks = {
        "BOOLEAN": False,
        "VARCHAR": "",
        "TEXT": "",
        "JSON": {},
        "INTEGER": 0,
        "BIGINT": told["created_at"],
    }
    needed = [
        column
        for column in row.__table__.columns
        if not column.nullable and column.default is None and column.name not in told
    ]
    filled = {column.name: blanks[str(column.type).partition("(")[0]] for column in needed}
    names = {column.name for column in row.__table__.columns}
    return {**filled, **{name: value for name, value in told.items() if name in names}}
