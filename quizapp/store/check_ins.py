"""Check-ins: who came to a sitting, and who accepted its rules."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from quizapp.store.exam_day import RowCheckIn


def find(session: Session, sitting_id: UUID, person_id: UUID) -> RowCheckIn | None:
    """The check-in of a person at a sitting, or None."""
    return session.get(RowCheckIn, (sitting_id, person_id))


def note(session: Session, sitting_id: UUID, person_id: UUID, **told: Any) -> None:
    """Store these columns of a check-in, known or new: the learner and a proctor may write at once."""
    dialect: Any = {"sqlite": sqlite, "postgresql": postgresql}[session.connection().dialect.name]
    new = {"identity_method": "", **told}
    statement = dialect.insert(RowCheckIn).values(sitting_id=sitting_id, person_id=person_id, **new)
    keys = ["sitting_id", "person_id"]
    session.execute(statement.on_conflict_do_update(index_elements=keys, set_=told))


def forget_acceptances(session: Session, sitting_id: UUID) -> None:
    """Nobody has accepted the rules of this sitting any more."""
    session.execute(
        update(RowCheckIn).where(RowCheckIn.sitting_id == sitting_id).values(rules_accepted_at=None)
    )


def all_of(session: Session, sitting_id: UUID) -> dict[UUID, RowCheckIn]:
    """The check-ins of a sitting by person."""
    rows = session.scalars(select(RowCheckIn).where(RowCheckIn.sitting_id == sitting_id))
    return {row.person_id: row for row in rows}
