"""What learners challenge about items once their result is shown, and what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint, Uuid, func, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from quizapp.domain.regrade import CHALLENGE_TRANSITIONS, ChallengeState
from quizapp.store.attempts import RowAttempt
from quizapp.store.engine import Base
from quizapp.store.exam_day import RowProblemReport
from quizapp.store.exams import RowExam
from quizapp.store.items import RowItem, RowItemBank, RowItemVersion
from quizapp.store.types import Instant

#: A page shows at most so many.
MOST = 500


class RowChallenge(Base):
    """A learner's doubt about one item of a result; one for each place of the form."""

    __tablename__ = "challenge"
    __table_args__ = (UniqueConstraint("attempt_id", "slot"),)
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    attempt_id: Mapped[UUID] = mapped_column(ForeignKey("attempt.id"))
    item_version_id: Mapped[UUID] = mapped_column(ForeignKey("item_version.id"), index=True)
    slot: Mapped[int]
    at: Mapped[datetime] = mapped_column(Instant)
    text: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(20), index=True)
    answer: Mapped[str] = mapped_column(Text, default="")
    answered_by: Mapped[UUID | None] = mapped_column(Uuid)
    answered_at: Mapped[datetime | None] = mapped_column(Instant)
    regrade_id: Mapped[UUID | None] = mapped_column(ForeignKey("regrade.id"), index=True)


@dataclass(frozen=True, slots=True)
class Concern:
    """One challenge, or one report made during an exam (without an id and a state), about a version."""

    id: UUID | None
    at: datetime
    text: str
    state: str
    bank_id: str
    item_id: str
    version: int
    exam: str
    person_id: UUID


def locked(session: Session, challenge_id: UUID) -> RowChallenge | None:
    """A challenge, held until the transaction ends, or None."""
    query = select(RowChallenge).where(RowChallenge.id == challenge_id).with_for_update()
    return session.scalar(query.execution_options(populate_existing=True))


def count(session: Session, attempt_id: UUID) -> int:
    """How many challenges an attempt has brought."""
    query = select(func.count()).where(RowChallenge.attempt_id == attempt_id)
    return session.scalar(query) or 0


def of_attempt(session: Session, attempt_id: UUID) -> Sequence[RowChallenge]:
    """The challenges of an attempt, by place."""
    query = select(RowChallenge).where(RowChallenge.attempt_id == attempt_id)
    return session.scalars(query.order_by(RowChallenge.slot)).all()


def _about(row: Any, columns: Sequence[Any]) -> Any:
    return (
        select(
            *columns,
            RowItemBank.bank_id,
            RowItem.item_id,
            RowItemVersion.number,
            RowExam.title,
            RowAttempt.person_id,
        )
        .select_from(row)
        .join(RowItemVersion, RowItemVersion.id == row.item_version_id)
        .join(RowItem, RowItem.id == RowItemVersion.item_row_id)
        .join(RowItemBank, RowItemBank.id == RowItem.bank_row_id)
        .join(RowAttempt, RowAttempt.id == row.attempt_id)
        .join(RowExam, RowExam.id == RowAttempt.exam_id)
    )


def waiting(session: Session) -> list[Concern]:
    """The open challenges, oldest first."""
    row = RowChallenge
    query = _about(row, (row.id, row.at, row.text, row.state))
    query = query.where(row.state == ChallengeState.OPEN.value).order_by(row.at, row.id).limit(MOST)
    return [Concern(*found) for found in session.execute(query)]


def reported(session: Session) -> list[Concern]:
    """What was reported during exams, newest first."""
    row = RowProblemReport
    query = _about(row, (row.at, row.text)).order_by(row.at.desc(), row.id.desc()).limit(MOST)
    return [Concern(None, at, text, "", *rest) for at, text, *rest in session.execute(query)]


def take_up(session: Session, version_id: UUID, regrade_id: UUID) -> int:
    """Let a regrade of a version answer every open challenge of it; gives how many."""
    return _move(session, RowChallenge.item_version_id == version_id, "take_up", regrade_id)


def reopen(session: Session, regrade_id: UUID) -> int:
    """Put back what a withdrawn regrade had taken up; gives how many."""
    return _move(session, RowChallenge.regrade_id == regrade_id, "reopen", None)


def _move(session: Session, which: Any, verb: str, regrade_id: UUID | None) -> int:
    source, target = CHALLENGE_TRANSITIONS[verb]
    statement = (
        update(RowChallenge)
        .where(which, RowChallenge.state == source.value)
        .values(state=target.value, regrade_id=regrade_id)
        .returning(RowChallenge.id)
    )
    return len(session.execute(statement).all())
