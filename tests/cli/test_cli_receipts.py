"""`quizapp receipt verify`: what is printed, and the exit code of every claim."""

from __future__ import annotations

from typing import Any

import pytest
from click.testing import CliRunner
from flask import Flask
from flask.cli import ScriptInfo
from sqlalchemy import update

from quizapp.cli import receipts as commands
from quizapp.services import attempts
from quizapp.services.unit_of_work import Context
from quizapp.store.response_events import RowResponseEvent
from tests.support import attempts as room
from tests.support.people import TESTS


@pytest.fixture
def run(sqlite_app: Flask) -> Any:
    def call(*arguments: Any) -> tuple[int, str]:
        info = ScriptInfo(create_app=lambda: sqlite_app)
        told = CliRunner().invoke(commands.group, [str(a) for a in arguments], obj=info)
        return told.exit_code, told.output.strip()

    return call


def test_only_the_code_of_what_is_stored_is_authentic(sqlite_context: Context, run: Any) -> None:
    ada = room.learner(sqlite_context)
    sitting_id = room.room(sqlite_context, [ada.person_id])
    attempt_id = room.taken(sqlite_context, ada, sitting_id, {"1.A": 8})
    with sqlite_context.reading() as session:
        code = attempts.receipt_of(session.get_one(attempts.RowAttempt, attempt_id)).code
    assert run("verify", code, "--attempt", attempt_id) == (
        0,
        f"Authentic: {code} stands for exactly the answers stored.",
    )
    assert run("verify", "AAAA-AAAA-AAAA", "--attempt", attempt_id) == (
        1,
        "Not authentic: another code was given for this attempt.",
    )
    with sqlite_context.transaction(TESTS) as uow:
        uow.session.execute(
            update(RowResponseEvent).where(RowResponseEvent.client_seq == 1).values(payload="null")
        )
        uow.audit("tamper", "test", attempt_id)
    assert run("verify", code, "--attempt", attempt_id) == (
        1,
        "Not authentic: the stored answers are no longer those the receipt was given for.",
    )
