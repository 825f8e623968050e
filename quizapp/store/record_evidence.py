"""What stands behind a record, down to the event; and who may read responses for an appeal, how long."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, String, Text, Uuid, and_, case, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from quizapp.domain.person import Role
from quizapp.store.attempts import RowAttempt, RowForm
from quizapp.store.engine import Base
from quizapp.store.exams import RowExam
from quizapp.store.items import RowItem, RowItemVersion
from quizapp.store.people import RowPerson, RowRole
from quizapp.store.records import RowRecord
from quizapp.store.response_events import RowResponseEvent
from quizapp.store.scores import RowMark, RowTaskScore
from quizapp.store.types import Instant


class RowEvidenceGrant(Base):
    """The right of one person to read the responses behind one record, for a time."""

    __tablename__ = "evidence_grant"
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    record_id: Mapped[UUID] = mapped_column(ForeignKey("completion_record.id"), index=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    reason: Mapped[str] = mapped_column(Text)
    granted_by: Mapped[UUID | None] = mapped_column(Uuid)
    granted_at: Mapped[datetime] = mapped_column(Instant)
    expires_at: Mapped[datetime] = mapped_column(Instant)


class RowRecordReach(Base):
    """How much the public page of a record reveals, where its learner has chosen."""

    __tablename__ = "record_reach"
    record_id: Mapped[UUID] = mapped_column(ForeignKey("completion_record.id"), primary_key=True)
    reach: Mapped[str] = mapped_column(String(20))
    set_at: Mapped[datetime] = mapped_column(Instant)


class RowShareLink(Base):
    """An address a learner gives to somebody; it reveals so much, for so long."""

    __tablename__ = "share_link"
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    record_id: Mapped[UUID] = mapped_column(ForeignKey("completion_record.id"), index=True)
    token: Mapped[str] = mapped_column(String(64), unique=True)
    reach: Mapped[str] = mapped_column(String(20))
    label: Mapped[str] = mapped_column(String(120))
    created_at: Mapped[datetime] = mapped_column(Instant)
    expires_at: Mapped[datetime] = mapped_column(Instant)
    revoked_at: Mapped[datetime | None] = mapped_column(Instant)


def grant_in_force(
    session: Session, record_id: UUID, person_id: UUID | None, now: datetime
) -> RowEvidenceGrant | None:
    """The right of this person to read this record's responses now, or None."""
    query = select(RowEvidenceGrant).where(
        RowEvidenceGrant.record_id == record_id,
        RowEvidenceGrant.person_id == person_id,
        RowEvidenceGrant.expires_at > now,
    )
    return session.scalar(query.order_by(RowEvidenceGrant.expires_at.desc()).limit(1))


def grants_of(
    session: Session, person_id: UUID, now: datetime
) -> Sequence[tuple[RowEvidenceGrant, str, str, str]]:
    """What somebody may read now: the grant, and serial, name and exam of its record; soonest end first."""
    query = (
        select(RowEvidenceGrant, RowRecord.serial, RowRecord.learner_name, RowExam.title)
        .join(RowRecord, RowRecord.id == RowEvidenceGrant.record_id)
        .join(RowExam, RowExam.id == RowRecord.exam_id)
        .where(RowEvidenceGrant.person_id == person_id, RowEvidenceGrant.expires_at > now)
        .order_by(RowEvidenceGrant.expires_at, RowEvidenceGrant.id)
    )
    return [(row[0], row[1], row[2], row[3]) for row in session.execute(query)]


def grants_on(session: Session, record_id: UUID) -> Sequence[tuple[RowEvidenceGrant, str]]:
    """Every right that was given on a record, newest first, with the name of whom."""
    query = (
        select(RowEvidenceGrant, RowPerson.name)
        .join(RowPerson, RowPerson.id == RowEvidenceGrant.person_id)
        .where(RowEvidenceGrant.record_id == record_id)
        .order_by(RowEvidenceGrant.granted_at.desc(), RowEvidenceGrant.id)
    )
    return [(row[0], row[1]) for row in session.execute(query)]


def appeal_reviewers(session: Session) -> Sequence[RowPerson]:
    """Who holds the role, by name."""
    query = select(RowPerson).where(
        RowPerson.active, RowPerson.roles.any(RowRole.name == Role.APPEAL_REVIEWER.value)
    )
    return session.scalars(query.order_by(RowPerson.name)).all()


def tasks(session: Session, score_id: UUID) -> Sequence[RowTaskScore]:
    """The tasks of a record's score, in framework order."""
    query = select(RowTaskScore).where(RowTaskScore.score_id == score_id)
    return session.scalars(query.order_by(RowTaskScore.position)).all()


@dataclass(frozen=True, slots=True)
class Slot:
    """One marked place of one attempt, and what was entered there, counted."""

    attempt_id: UUID
    position: int
    task_code: str
    item_id: str
    version: int
    item_digest: str
    is_right: bool
    is_evidence: bool
    entries: int
    first_at: datetime | None
    last_at: datetime | None


def slots(session: Session, record: RowRecord, attempt_ids: Iterable[UUID]) -> list[Slot]:
    """The marked places behind a record; its own attempt by its own score, earlier ones by their present."""
    score = case((RowAttempt.id == record.attempt_id, record.score_id), else_=RowAttempt.current_score_id)
    entered = (
        select(
            RowResponseEvent.attempt_id,
            RowResponseEvent.slot,
            func.count().label("entries"),
            func.min(RowResponseEvent.received_at).label("first_at"),
            func.max(RowResponseEvent.received_at).label("last_at"),
        )
        .where(RowResponseEvent.attempt_id.in_(list(attempt_ids)))
        .group_by(RowResponseEvent.attempt_id, RowResponseEvent.slot)
        .subquery()
    )
    query: Any = (
        select(
            RowAttempt.id,
            RowMark.position,
            RowMark.task_code,
            RowItem.item_id,
            RowItemVersion.number,
            RowItemVersion.digest,
            RowMark.is_right,
            RowMark.is_evidence,
            func.coalesce(entered.c.entries, 0),
            entered.c.first_at,
            entered.c.last_at,
        )
        .join(RowMark, RowMark.score_id == score)
        .join(RowItemVersion, RowItemVersion.id == RowMark.item_version_id)
        .join(RowItem, RowItem.id == RowItemVersion.item_row_id)
        .outerjoin(entered, and_(entered.c.attempt_id == RowAttempt.id, entered.c.slot == RowMark.position))
        .where(RowAttempt.id.in_(list(attempt_ids)))
        .order_by(RowAttempt.opened_at, RowMark.position)
    )
    return [Slot(*row) for row in session.execute(query)]


def attempts(
    session: Session, attempt_ids: Iterable[UUID]
) -> dict[UUID, tuple[RowAttempt, RowForm, RowExam]]:
    """These attempts with form and exam, by id."""
    query = (
        select(RowAttempt, RowForm, RowExam)
        .join(RowForm, RowForm.id == RowAttempt.form_id)
        .join(RowExam, RowExam.id == RowAttempt.exam_id)
        .where(RowAttempt.id.in_(list(attempt_ids)))
    )
    return {row[0].id: (row[0], row[1], row[2]) for row in session.execute(query)}


def links(session: Session, record_id: UUID) -> Sequence[RowShareLink]:
    """The links of a record, newest first."""
    query = select(RowShareLink).where(RowShareLink.record_id == record_id)
    return session.scalars(query.order_by(RowShareLink.created_at.desc(), RowShareLink.id)).all()


def link_by_token(session: Session, token: str) -> RowShareLink | None:
    """The link with this token, or None."""
    return session.scalar(select(RowShareLink).where(RowShareLink.token == token))
