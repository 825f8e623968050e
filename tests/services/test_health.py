"""Readiness: what a probe is told, and when it is told no."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from quizapp.domain.person import operator
from quizapp.ports import FixedClock
from quizapp.services import health, jobs
from quizapp.services.unit_of_work import Context

WAITING = {
    "oldest_waiting_job_seconds": 0,
    "failed_jobs": 0,
    "closed_unscored_attempts": 0,
    "is_worker_late": False,
}


def test_a_current_idle_installation_is_ready(context: Context) -> None:
    told = health.readiness(context)
    head = health.schema_state(context).head
    assert told == health.Readiness(True, {"status": "ready", "schema": head, **WAITING})


def test_work_that_waits_is_told_but_keeps_it_ready(context: Context, clock: FixedClock) -> None:
    with context.transaction(operator("ada")) as uow:
        jobs.ask(uow, "copy", "a")
    clock.instant += timedelta(seconds=health.LATE_SECONDS + 1)
    told = health.readiness(context)
    assert told.is_ready
    assert told.facts["oldest_waiting_job_seconds"] == health.LATE_SECONDS + 1
    assert told.facts["is_worker_late"] is True


def test_an_old_schema_is_not_ready(sqlite_context: Context) -> None:
    with sqlite_context.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = 'older'"))
    head = health.schema_state(sqlite_context).head
    assert health.readiness(sqlite_context) == health.Readiness(
        False, {"status": "unready", "schema": "older", "schema_needed": head}
    )


def test_a_database_that_does_not_answer_is_not_ready(
    sqlite_context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(_context: Context) -> None:
        raise OperationalError("select 1", {}, OSError("gone"))

    monkeypatch.setattr(health, "schema_state", gone)
    assert health.readiness(sqlite_context) == health.Readiness(
        False, {"status": "unready", "database": "OperationalError"}
    )
