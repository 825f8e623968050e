"""The audit chain, and whether this process can do its work."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from quizapp.services.unit_of_work import Context


@dataclass(frozen=True, slots=True)
class Readiness:
    """Whether requests can be served, and what that was judged by."""

    is_ready: bool
    facts: dict[str, Any]


def readiness(context: Context) -> Readiness:
    """Ask the database one question."""
    try:
        with context.reading() as session:
            session.execute(text("select 1"))
    except SQLAlchemyError as error:
        return Readiness(False, {"status": "unready", "database": type(error).__name__})
    return Readiness(True, {"status": "ready"})
