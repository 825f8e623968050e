"""Whether this installation can do its work, for probes and for operators."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy.exc import DisconnectionError, InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session

from quizapp import resources
from quizapp.services.unit_of_work import Context
from quizapp.store import attempts, jobs, schema

#: Rounds run every few seconds. Work that has waited this long says that nobody runs them;
#: learners are unaffected, so a probe reports it and stays green.
LATE_SECONDS = 120
#: What a database raises that is away, starting, full or overrun: nothing was stored, and the same
#: request may succeed a moment later.
DATABASE_AWAY = (OperationalError, InterfaceError, DisconnectionError, PoolTimeout)


@dataclass(frozen=True, slots=True)
class Readiness:
    """Whether requests can be served, and what that was judged by."""

    is_ready: bool
    facts: dict[str, Any]


@dataclass(frozen=True, slots=True)
class SchemaState:
    """The migration the database stands at, and the newest one this release brings."""

    at: str | None
    head: str | None

    @property
    def is_current(self) -> bool:
        """Whether nothing is left to upgrade."""
        return self.at == self.head


def schema_state(context: Context) -> SchemaState:
    """Compare the database with this release's migrations."""
    with context.engine.connect() as connection:
        return SchemaState(schema.revision(connection), schema.head(str(resources.folder("migrations"))))


def readiness(context: Context) -> Readiness:
    """Whether the database answers with the right schema; and what waits for the worker."""
    try:
        state = schema_state(context)
        if not state.is_current:
            return Readiness(False, {"status": "unready", "schema": state.at, "schema_needed": state.head})
        if context.saves.is_failing or context.appends.is_failing:
            # Reading may well go on; only another write can tell that writing does too.
            now = context.clock.now()
            context.appends.try_again()
            context.saves.run(lambda c: jobs.try_writing(c, context.entropy.new_id(now), now))
            context.appends.is_failing = False
        with context.reading() as session:
            return Readiness(True, {"status": "ready", "schema": state.at, **_waiting(context, session)})
    except SQLAlchemyError as error:
        return Readiness(False, {"status": "unready", "database": type(error).__name__})


def _waiting(context: Context, session: Session) -> dict[str, Any]:
    now = context.clock.now()
    due = jobs.oldest_due(session, now)
    age = int((now - due).total_seconds()) if due else 0
    return {
        "oldest_waiting_job_seconds": age,
        "failed_jobs": jobs.count(session, jobs.FAILED),
        "closed_unscored_attempts": len(attempts.unscored(session)),
        "is_worker_late": age > LATE_SECONDS,
    }
