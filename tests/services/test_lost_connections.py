"""PostgreSQL goes away under pooled connections: an idle one is replaced, a busy pool renews itself."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from quizapp.app import create_app
from quizapp.services.unit_of_work import Context
from quizapp.store import engine
from tests.conftest import close

KILL = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND pid = :pid"


@pytest.fixture
def lost(postgres_settings) -> Iterator[Context]:
    """Services whose two pooled connections are both dead."""
    app = create_app(postgres_settings)
    context: Context = app.extensions["quizapp"]
    with context.engine.connect() as first, context.engine.connect() as second:
        pids = [one.scalar(text("SELECT pg_backend_pid()")) for one in (first, second)]
    other = create_app(postgres_settings)
    with other.extensions["quizapp"].engine.connect() as connection:
        for pid in pids:
            connection.execute(text(KILL), {"pid": pid})
    close(other)
    yield context
    close(app)


def ask(context: Context) -> int | None:
    with context.reading() as session:
        return session.scalar(text("SELECT 1"))


def test_an_idle_connection_is_replaced_before_use(lost, monkeypatch) -> None:
    monkeypatch.setattr(engine, "IDLE_SECONDS", 0)
    assert [ask(lost), ask(lost)] == [1, 1]


def test_one_request_fails_and_the_whole_pool_is_new(lost, monkeypatch) -> None:
    monkeypatch.setattr(engine, "IDLE_SECONDS", threading.TIMEOUT_MAX)
    with pytest.raises(OperationalError):
        ask(lost)
    with lost.engine.connect() as first, lost.engine.connect() as second:
        assert [one.scalar(text("SELECT 1")) for one in (first, second)] == [1, 1]
