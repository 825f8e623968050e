"""Counts what a piece of work asks the database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event

from quizapp.services.unit_of_work import Context


@contextmanager
def counted(context: Context) -> Iterator[list[str]]:
    """The statements sent while inside, without those that begin a transaction."""
    told: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.startswith("BEGIN"):
            told.append(statement)

    event.listen(context.engine, "before_cursor_execute", note)
    try:
        yield told
    finally:
        event.remove(context.engine, "before_cursor_execute", note)
