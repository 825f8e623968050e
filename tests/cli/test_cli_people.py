"""`quizapp user` and `quizapp cohort`, as installed and inside this process."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from flask import Flask

from quizapp import cli
from quizapp.cli import common
from quizapp.domain.person import Role
from quizapp.ports import NullMailer
from quizapp.services import cohorts, people
from quizapp.services.unit_of_work import Context
from quizapp.settings import Settings
from tests.support.people import TESTS, person

QUIZAPP = Path(sys.executable).with_name("quizapp")


class Ran:
    """Runs a command line inside the test's application."""

    def __init__(self, app: Flask, capture: pytest.CaptureFixture[str]) -> None:
        self._group, self._capture = cli.group(lambda: app), capture

    def __call__(self, *arguments: str) -> tuple[int, str, str]:
        self._capture.readouterr()
        code = common.run(self._group, list(arguments))
        told = self._capture.readouterr()
        return code, told.out.strip(), told.err.strip()


@pytest.fixture
def run(sqlite_app: Flask, capsys: pytest.CaptureFixture[str]) -> Ran:
    return Ran(sqlite_app, capsys)


def test_the_installed_command_makes_and_lists_people(sqlite_settings: Settings) -> None:
    environ = {
        **os.environ,
        "QUIZAPP_HOME": str(sqlite_settings.home),
        "QUIZAPP_KEY_DIRECTORY": sqlite_settings.key_directory,
        "QUIZAPP_LOG_LEVEL": "error",
    }

    def quizapp(*arguments: str, told: str = "") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [QUIZAPP, *arguments], env=environ, input=told, text=True, capture_output=True, check=False
        )

    made = quizapp(
        "user", "create", "Root@example.org", "--name", "Root", "--role", "administrator",
        "--password-stdin", told="a calm and exact password\n",
    )  # fmt: skip
    assert (made.returncode, made.stderr) == (0, "")
    listed = quizapp("user", "list", "--format", "json")
    assert json.loads(listed.stdout) == [
        {
            "id": made.stdout.strip(),
            "email": "root@example.org",
            "name": "Root",
            "roles": "administrator",
            "state": "open",
            "two_step": "off",
        }
    ]


def test_an_invitation_is_mailed(run: Ran, sqlite_context: Context, mail: NullMailer) -> None:
    code, told, _ = run("user", "create", "ada@example.org", "--name", "Ada", "--invite")
    assert (code, told) == (0, str(people.by_email(sqlite_context, TESTS, "ada@example.org").id))
    [message] = mail.sent
    assert (message.to, "http://127.0.0.1:8000/people/welcome/" in message.text) == ("ada@example.org", True)


def test_weak_passwords_and_double_addresses_are_bad_input(run: Ran, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("short\n"))
    code, _, error = run("user", "create", "ada@example.org", "--name", "Ada", "--password-stdin")
    assert (code, "needs at least 10 characters" in error) == (2, True)
    code, _, error = run("user", "create", "a@example.org", "--name", "A", "--password-stdin", "--invite")
    assert (code, "either --password-stdin or --invite" in error) == (2, True)


def test_roles_and_access_change_and_say_so(run: Ran, sqlite_context: Context) -> None:
    person(sqlite_context, Role.LEARNER, name="Ada", email="ada@example.org")
    ada = "ada@example.org"
    assert run("user", "grant", ada, "reviewer")[:2] == (0, f"{ada}: reviewer given")
    assert run("user", "grant", ada, "reviewer")[:2] == (0, f"{ada}: reviewer was held already")
    assert run("user", "revoke-role", ada, "learner")[:2] == (0, f"{ada}: learner taken away")
    assert run("user", "disable", ada)[:2] == (0, f"{ada}: shut")
    assert json.loads(run("user", "list", "--role", "reviewer", "--format", "json")[1])[0]["state"] == "shut"
    assert run("user", "enable", ada)[:2] == (0, f"{ada}: open")
    assert run("user", "grant", "nobody@example.org", "reviewer")[0] == 2
    assert run("user", "grant", ada, "wizard")[0] == 2


def test_two_accounts_are_merged_and_parted(run: Ran, sqlite_context: Context) -> None:
    for name in ("ada", "adah"):
        person(sqlite_context, Role.LEARNER, name=name, email=f"{name}@example.org")
    code, merge_id, _ = run("user", "merge", "ada@example.org", "adah@example.org", "--reason", "Same number")
    assert (code, run("user", "enable", "adah@example.org")[::2]) == (0, (1, "Error: merged_already"))
    assert run("user", "unmerge", merge_id)[:2] == (0, f"Undone: {merge_id}")
    assert people.by_email(sqlite_context, TESTS, "adah@example.org").is_active


def test_the_last_administrator_stays(run: Ran, sqlite_context: Context) -> None:
    person(sqlite_context, Role.ADMINISTRATOR, name="Root", email="root@example.org")
    code, _, error = run("user", "disable", "root@example.org")
    assert (code, error) == (1, "Error: last_administrator")


def test_a_file_is_loaded_whole_or_not_at_all(run: Ran, sqlite_context: Context, tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_text("name,email,roles\nAda,ada@example.org,wizard\n,nowhere,\n")
    code, _, error = run("user", "import", str(file))
    assert code == 2
    assert error.splitlines()[1:] == [
        "row 2: roles ('wizard'): known roles: " + ", ".join(Role),
        "row 3: name: a name is needed",
        "row 3: email ('nowhere'): not an e-mail address",
    ]
    file.write_text("name,email,cohort\nAda,ada@example.org,Spring\n")
    expected = "1 created, 0 unchanged, 1 new cohorts, 1 new members"
    assert run("user", "import", str(file))[:2] == (0, expected)
    assert run("user", "import", str(file))[1] == "0 created, 1 unchanged, 0 new cohorts, 0 new members"


def test_cohorts_are_made_listed_and_filled(run: Ran, sqlite_context: Context, tmp_path: Path) -> None:
    person(sqlite_context, Role.LEARNER, name="Ada", email="ada@example.org")
    code, told, _ = run("cohort", "create", "Spring")
    spring = cohorts.by_name(sqlite_context, TESTS, "Spring")
    assert (code, told) == (0, str(spring.id))
    file = tmp_path / "members.csv"
    file.write_text("email\nada@example.org\n")
    assert run("cohort", "import", "Spring", str(file))[:2] == (0, "1 joined Spring")
    assert json.loads(run("cohort", "list", "--format", "json")[1]) == [
        {"id": str(spring.id), "name": "Spring", "members": 1}
    ]
    assert run("cohort", "import", "Autumn", str(file))[0] == 2
    assert run("cohort", "create", "Spring")[0] == 2
