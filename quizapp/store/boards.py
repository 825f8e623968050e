"""What the exam-day board reads of attempts and their entries, for a whole sitting at once."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from quizapp.store.attempts import RowAttempt, RowFormSlot
from quizapp.store.response_events import RowResponseEvent


@dataclass(frozen=True, slots=True)
class LastSave:
    """When an attempt's last entry arrived, and the last one from its present window."""

    attempt_id: UUID
    at: datetime
    from_window_at: datetime | None


def last_saves(session: Session, sitting_id: UUID) -> dict[UUID, LastSave]:
    """The last entries of the attempts of a sitting, by attempt."""
    event = RowResponseEvent
    is_present = event.writer >= RowAttempt.writer_epoch
    query = (
        select(
            event.attempt_id,
            func.max(event.received_at),
            func.max(case((is_present, event.received_at), else_=None)),
        )
        .join(RowAttempt, RowAttempt.id == event.attempt_id)
        .where(RowAttempt.sitting_id == sitting_id)
        .group_by(event.attempt_id)
    )
    return {row[0]: LastSave(*row) for row in session.execute(query)}


def form_lengths(session: Session, form_ids: Collection[UUID]) -> dict[UUID, int]:
    """How many places each of these forms has."""
    query = (
        select(RowFormSlot.form_id, func.count())
        .where(RowFormSlot.form_id.in_(list(form_ids)))
        .group_by(RowFormSlot.form_id)
    )
    return dict(session.execute(query).all())
