"""Closed attempts by the receipt they gave."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from quizapp.store.attempts import RowAttempt


def with_digest(session: Session, start: str, attempt_id: UUID | None = None) -> Sequence[RowAttempt]:
    """The attempts (or that one) whose receipt's digest starts so: hexadecimal digits, not a pattern."""
    query = select(RowAttempt).where(RowAttempt.receipt_digest.startswith(start, autoescape=True))
    if attempt_id is not None:
        query = query.where(RowAttempt.id == attempt_id)
    return session.scalars(query.order_by(RowAttempt.id)).all()
