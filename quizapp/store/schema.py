"""Every table, imported in one place so that migrations and tests see the whole schema."""

from __future__ import annotations

from sqlalchemy import Connection, MetaData

from quizapp.store import (
    api_tokens,
    attempts,
    audit,
    case_files,
    challenges,
    exam_day,
    exams,
    frameworks,
    item_drafts,
    item_imports,
    item_links,
    items,
    jobs,
    markings,
    merges,
    people,
    person_words,
    pictures,
    record_changes,
    record_evidence,
    record_exports,
    record_pdfs,
    records,
    regrades,
    response_events,
    revocations,
    scores,
    status_lists,
    webhooks,
)
from quizapp.store.engine import Base

TABLE_FILES = (
    api_tokens,
    attempts,
    audit,
    case_files,
    challenges,
    exam_day,
    exams,
    frameworks,
    item_drafts,
    item_imports,
    item_links,
    items,
    jobs,
    markings,
    merges,
    people,
    record_pdfs,
    person_words,
    pictures,
    record_evidence,
    record_exports,
    record_changes,
    records,
    regrades,
    response_events,
    revocations,
    scores,
    status_lists,
    webhooks,
)


def metadata() -> MetaData:
    """The metadata of every Row class."""
    return Base.metadata


def revision(connection: Connection) -> str | None:
    """The migration the database stands at."""
    # Imported where it is used: most commands, and every server process, never ask.
    from alembic.runtime.migration import MigrationContext

    return MigrationContext.configure(connection).get_current_revision()


def head(folder: str) -> str | None:
    """The newest migration in the folder."""
    from alembic.script import ScriptDirectory

    return ScriptDirectory(folder).get_current_head()
