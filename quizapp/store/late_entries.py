"""The late pile: responses that arrived after the end, and what was decided about them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from quizapp.domain.attempt import Disposition, EventKind
from quizapp.store.attempts import RowAttempt
from quizapp.store.people import RowPerson
from quizapp.store.response_events import RowLateDecision, RowResponseEvent


@dataclass(frozen=True, slots=True)
class LateRow:
    """A late response by its times; neither what it says nor where it stands on the form."""

    event_id: int
    attempt_id: UUID
    person_id: UUID
    name: str
    writer: int
    received_at: datetime
    elapsed_ms: int | None
    opened_at: datetime
    deadline_at: datetime
    grace_seconds: int
    state: str
    released_at: datetime | None
    is_accepted: bool | None
    rule: str
    decided_at: datetime | None
    decided_by: str


_LATE = (
    RowResponseEvent.disposition == Disposition.LATE.value,
    RowResponseEvent.kind == EventKind.RESPONSE.value,
)
_EVENT = (
    RowResponseEvent.id,
    RowAttempt.id,
    RowAttempt.person_id,
    RowPerson.name,
    RowResponseEvent.writer,
    RowResponseEvent.received_at,
    RowResponseEvent.client_elapsed_ms,
    RowAttempt.opened_at,
    RowAttempt.deadline_at,
    RowAttempt.grace_seconds,
    RowAttempt.state,
    RowAttempt.released_at,
)


def listed(session: Session, sitting_id: UUID, only: Collection[int] | None = None) -> list[LateRow]:
    """The late responses of a sitting, or those named, in the order they arrived."""
    decider: Any = aliased(RowPerson)
    decided = RowLateDecision
    columns: Sequence[Any] = (
        *_EVENT,
        decided.is_accepted,
        func.coalesce(decided.rule, ""),
        decided.decided_at,
        func.coalesce(decider.name, ""),
    )
    query = (
        select(*columns)
        .join(RowAttempt, RowAttempt.id == RowResponseEvent.attempt_id)
        .join(RowPerson, RowPerson.id == RowAttempt.person_id)
        .outerjoin(decided, decided.event_id == RowResponseEvent.id)
        .outerjoin(decider, decider.id == decided.decided_by)
        .where(RowAttempt.sitting_id == sitting_id, *_LATE)
        .order_by(RowResponseEvent.id)
    )
    if only is not None:
        query = query.where(RowResponseEvent.id.in_(list(only)))
    return [LateRow(*row) for row in session.execute(query)]


def has_undecided(session: Session, attempt_id: UUID) -> bool:
    """Whether an attempt has a late response that nobody has decided about."""
    query = (
        select(RowResponseEvent.id)
        .outerjoin(RowLateDecision, RowLateDecision.event_id == RowResponseEvent.id)
        .where(RowResponseEvent.attempt_id == attempt_id, *_LATE, RowLateDecision.event_id.is_(None))
        .limit(1)
    )
    return session.scalar(query) is not None
