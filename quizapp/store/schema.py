"""Every table, imported in one place so that migrations and tests see the whole schema."""

from __future__ import annotations

from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, MetaData

from quizapp.store import (
    api_tokens,
    attempts,
    audit,
    challenges,
    exam_day,
    exams,
    frameworks,
    items,
    jobs,
    people,
    person_words,
    record_changes,
    record_evidence,
    record_exports,
    record_pdfs,
    records,
    regrades,
    response_events,
    scores,
    status_lists,
    webhooks,
)
from quizapp.store.engine import Base

TABLE_FILES = (
    api_tokens,
    attempts,
    audit,
    challenges,
    exam_day,
    exams,
    frameworks,
    items,
    jobs,
    people,
    record_pdfs,
    person_words,
    record_evidence,
    record_exports,
    record_changes,
    records,
    regrades,
    response_events,
    scores,
    status_lists,
    webhooks,
)


def metadata() -> MetaData:
    """The metadata of every Row class."""
    return Base.metadata


def revision(connection: Connection) -> str | None:
    """The migration the database stands at."""
    return MigrationContext.configure(connection).get_current_revision()


def head(folder: str) -> str | None:
    """The newest migration in the folder."""
    return ScriptDirectory(folder).get_current_head()
