"""`quizapp key` and `quizapp user rename`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask

from quizapp.integrations import keys
from quizapp.integrations.signing import Ed25519Signer
from quizapp.ports import FixedClock, NullMailer
from quizapp.services import people
from quizapp.settings import Settings
from tests.conftest import build
from tests.support.people import TESTS
from tests.support.records import room


@pytest.fixture
def installed(sqlite_settings: Settings, clock: FixedClock, mail: NullMailer) -> Iterator[Flask]:
    """An installation with its keys in its own home, as SQLite has them."""
    yield from build(replace(sqlite_settings, key_directory=""), clock, mail)


def test_rotate_list_leaked(installed: Flask) -> None:
    context, runner = installed.extensions["quizapp"], installed.test_cli_runner()
    room(context).certified()
    old = context.signer.key_id
    rotated = runner.invoke(args=["key", "rotate"])
    assert (rotated.exit_code, "Restart servers and workers" in rotated.stderr) == (0, True)
    assert Ed25519Signer(keys.load(context.settings).signing).key_id != old
    rows = json.loads(runner.invoke(args=["key", "list", "--format", "json"]).stdout)
    told = {row["key_id"]: (row["state"], row["records_in_force"]) for row in rows}
    # This process has not been started again: what it signs with is still the old key.
    assert (told.pop(old), list(told.values())) == (("current", 1), [("retired", 0)])
    assert runner.invoke(args=["key", "leaked", old]).exit_code != 0


def test_rename(sqlite_app: Flask) -> None:
    context = sqlite_app.extensions["quizapp"]
    room(context).certified()
    arguments = ["user", "rename", "ada.example.1@example.org", "--name", "Ada New", "--proof", "File 7"]
    told = sqlite_app.test_cli_runner().invoke(args=arguments)
    assert (told.exit_code, len(told.stdout.split())) == (0, 1)
    assert people.by_email(context, TESTS, "ada.example.1@example.org").name == "Ada New"
