"""The ground: both databases migrate, and equal the models."""

from __future__ import annotations

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from quizapp.services.unit_of_work import Context
from quizapp.store import schema


def test_migrations_equal_the_models(context: Context) -> None:
    with context.engine.connect() as connection:
        migration = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(migration, schema.metadata()) == []


def test_the_home_page_leads_to_signing_in(sqlite_app) -> None:
    answer = sqlite_app.test_client().get("/")
    assert (answer.status_code, answer.location) == (302, "/login")
