"""On PostgreSQL several processes are one issuer, and none starts with keys of its own making."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from quizapp.app import create_app
from quizapp.integrations import keys
from quizapp.integrations.keys import MissingKeys
from quizapp.ports import FixedClock, NullMailer
from quizapp.services import attempts, records, sittings, verification
from quizapp.settings import Settings
from quizapp.store.records import RowRecord, RowSigningKey
from tests.conftest import build
from tests.support import exams, server
from tests.support.people import TESTS
from tests.support.records import GOOD, room


@pytest.fixture
def issuing(postgres_settings: Settings, clock: FixedClock, mail: NullMailer) -> Iterator[Flask]:
    yield from build(postgres_settings, clock, mail)


def quizapp(settings: Settings, *arguments: str) -> str:
    """What a process of its own says; it must succeed."""
    told = subprocess.run(
        [server.QUIZAPP, *arguments],
        env=server.environment(settings),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert told.returncode == 0, told.stderr
    return told.stdout


def test_two_processes_issue_as_one_issuer(
    issuing: Flask, postgres_settings: Settings, tmp_path: Path
) -> None:
    context = issuing.extensions["quizapp"]
    small = room(context)
    first = small.certified("First Process")
    learner = small.learner("Second Process")
    window = exams.window(context)
    sitting_id = sittings.schedule(
        context, TESTS, small.exam_id, title="Sitting", window=window, person_ids=[learner.person_id]
    )
    attempt_id = attempts.start(context, learner, sitting_id)
    small._answer(attempt_id, dict(GOOD))
    # For the other process, with the machine's clock, this attempt's time is over long since.
    quizapp(postgres_settings, "attempt", "sweep")
    second = small.serial(attempt_id)
    with context.reading() as session:
        signed_with = set(session.scalars(select(RowRecord.key_id)))
        issued_by = set(session.scalars(select(RowRecord.issuer_id)))
        ring = list(session.scalars(select(RowSigningKey.key_id)))
    assert (signed_with, len(issued_by), ring) == ({context.signer.key_id}, 1, [context.signer.key_id])
    # The other process takes the first one's record for its own, and the first one the other's.
    file = tmp_path / "record.json"
    file.write_bytes(records.file_of(context, TESTS, first))
    told = json.loads(quizapp(postgres_settings, "record", "verify", str(file), "--format", "json"))
    other = records.file_of(context, TESTS, second)
    here = verification.check_file(context, TESTS, other)
    assert (told["serial"], told["is_current"], here.serial, here.is_current) == (first, True, second, True)


def test_without_configured_keys_nothing_starts_on_postgresql(
    postgres_settings: Settings, key_folder: Path, tmp_path: Path
) -> None:
    bare = replace(postgres_settings, key_directory="")
    with pytest.raises(MissingKeys) as error:
        create_app(bare)
    names = ("QUIZAPP_SECRET_KEY", "QUIZAPP_TOKEN_KEY", "QUIZAPP_AUDIT_KEY", "QUIZAPP_SIGNING_KEY")
    assert [name for name in names if name not in str(error.value)] == []
    some = tmp_path / "some"
    shutil.copytree(key_folder, some)
    (some / "signing").unlink()
    with pytest.raises(MissingKeys) as error:
        create_app(replace(postgres_settings, key_directory=str(some)))
    assert str(error.value).startswith("set QUIZAPP_SIGNING_KEY, or")
    made = [*bare.home.rglob("*"), *(path for path in some.iterdir() if path.name not in keys.NAMES)]
    assert made == []
