"""Scores as rows: never edited, a rescore is a new row and the attempt points to the current one."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from fractions import Fraction
from typing import Any
from uuid import UUID

from sqlalchemy import (
    JSON,
    BigInteger,
    ColumnElement,
    ForeignKey,
    Index,
    String,
    UniqueConstraint,
    Uuid,
    bindparam,
    exists,
    func,
    insert,
    literal,
    select,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from quizapp.domain.attempt import AttemptState, Purpose
from quizapp.domain.blueprint import settled
from quizapp.domain.exam import Mode
from quizapp.domain.score import SlotMark, TaskStatus
from quizapp.store import markings
from quizapp.store.attempts import RowAttempt, RowExposure, RowForm, RowFormSlot, is_overdue
from quizapp.store.engine import Base
from quizapp.store.exams import RowExam, RowSitting
from quizapp.store.items import RowItem, RowItemVersion
from quizapp.store.people import RowPerson
from quizapp.store.records import RowRecord
from quizapp.store.types import Exact, Instant, to_micros


class RowScore(Base):
    """The score of one attempt under one rule version."""

    __tablename__ = "score"
    __table_args__ = (UniqueConstraint("attempt_id", "number"),)
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    attempt_id: Mapped[UUID] = mapped_column(ForeignKey("attempt.id"))
    number: Mapped[int]
    points: Mapped[Fraction] = mapped_column(Exact)
    maximum: Mapped[Fraction] = mapped_column(Exact)
    cycle_points: Mapped[Fraction] = mapped_column(Exact)
    cycle_maximum: Mapped[Fraction] = mapped_column(Exact)
    decision: Mapped[str] = mapped_column(String(20))
    rule: Mapped[dict[str, Any]] = mapped_column(JSON)
    scored_at: Mapped[datetime] = mapped_column(Instant)


class RowMark(Base):
    """The mark of one slot in one score."""

    __tablename__ = "mark"
    score_id: Mapped[UUID] = mapped_column(ForeignKey("score.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    item_version_id: Mapped[UUID] = mapped_column(ForeignKey("item_version.id"), index=True)
    task_code: Mapped[str] = mapped_column(String(20))
    points: Mapped[Fraction] = mapped_column(Exact)
    maximum: Mapped[Fraction] = mapped_column(Exact)
    is_right: Mapped[bool]
    is_answered: Mapped[bool]
    is_evidence: Mapped[bool]


class RowTaskScore(Base):
    """The status of one task in one score, evidence of the cycle pooled."""

    __tablename__ = "task_score"
    __table_args__ = (Index("ix_task_score_task", "framework_id", "task_code", "status"),)
    score_id: Mapped[UUID] = mapped_column(ForeignKey("score.id"), primary_key=True)
    task_code: Mapped[str] = mapped_column(String(20), primary_key=True)
    framework_id: Mapped[str] = mapped_column(String(64))
    competency_code: Mapped[str] = mapped_column(String(20))
    position: Mapped[int]
    x: Mapped[int]
    n: Mapped[int]
    status: Mapped[str] = mapped_column(String(20))
    practice_status: Mapped[str] = mapped_column(String(20))
    evidence: Mapped[list[Any]] = mapped_column(JSON)


@dataclass(frozen=True, slots=True)
class MarkingSlot:
    """One slot of an attempt, settled for its form, with its key: only scoring may read this."""

    position: int
    item_version_id: UUID
    item_id: str
    type: str
    task_code: str
    content: Mapping[str, Any]
    key: dict[str, Any]
    is_scored: bool
    suspended_at: datetime | None
    is_first: bool


#: Built once: every scoring asks it. The columns are those of `MarkingSlot`, in order, and the form's seed.
_MARKING_SLOTS = (
    select(
        RowFormSlot.position,
        RowItemVersion.id,
        RowItem.item_id,
        RowItemVersion.type,
        RowFormSlot.task_code,
        RowItemVersion.content,
        RowItemVersion.key,
        RowFormSlot.is_scored,
        RowItem.suspended_at,
        RowExposure.is_first,
        RowForm.seed,
    )
    .join(RowForm, RowForm.id == RowFormSlot.form_id)
    .join(RowItemVersion, RowItemVersion.id == RowFormSlot.item_version_id)
    .join(RowItem, RowItem.id == RowItemVersion.item_row_id)
    .join(
        RowExposure,
        (RowExposure.item_row_id == RowItem.id)
        & (RowExposure.attempt_id == bindparam("attempt_id", type_=Uuid)),
    )
    .where(RowFormSlot.form_id == bindparam("form_id", type_=Uuid))
    .order_by(RowFormSlot.position)
)
_LOCKED_SLOTS = _MARKING_SLOTS.with_for_update(read=True, of=RowItemVersion)


def marking_slots(session: Session, attempt: RowAttempt, *, lock: bool = False) -> list[MarkingSlot]:
    """Every slot of an attempt's form, in order, with content, key and exposure.

    Locked, no regrade of any of the versions is applied until the transaction ends.
    """
    values = {"attempt_id": attempt.id, "form_id": attempt.form_id}
    found = session.execute(_LOCKED_SLOTS if lock else _MARKING_SLOTS, values)
    return [_settled(MarkingSlot(*told), seed) for *told, seed in found]


def _settled(slot: MarkingSlot, seed: str) -> MarkingSlot:
    return replace(slot, content=settled(slot.type, slot.content, seed, str(slot.item_version_id)))


def add_marks(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    """Store the marks of a score, by column and all at once."""
    session.connection().execute(insert(RowMark), rows)


def add_tasks(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    """Store the task statuses of a score, by column and all at once."""
    session.connection().execute(insert(RowTaskScore), rows)


#: Built once: every release and every result asks it. The columns are those of `SlotMark`, in order.
_MARKS = (
    select(
        RowMark.position,
        RowItem.item_id,
        RowMark.task_code,
        RowMark.points,
        RowMark.maximum,
        RowMark.is_right,
        RowMark.is_answered,
        RowMark.is_evidence,
    )
    .join(RowItemVersion, RowItemVersion.id == RowMark.item_version_id)
    .join(RowItem, RowItem.id == RowItemVersion.item_row_id)
    .where(RowMark.score_id == bindparam("score_id", type_=Uuid))
    .order_by(RowMark.position)
)


def marks(session: Session, attempt: RowAttempt) -> list[SlotMark]:
    """The marks of an attempt's current score, in order."""
    return [
        SlotMark(*row) for row in session.connection().execute(_MARKS, {"score_id": attempt.current_score_id})
    ]


def released(session: Session, attempt_id: UUID | None = None) -> list[UUID]:
    """The live attempts whose results are shown (or the one), oldest first."""
    query = select(RowAttempt.id).where(
        RowAttempt.purpose == Purpose.LIVE.value,
        RowAttempt.state == AttemptState.CLOSED.value,
        RowAttempt.released_at.is_not(None),
        RowAttempt.current_score_id.is_not(None),
    )
    if attempt_id is not None:
        query = query.where(RowAttempt.id == attempt_id)
    return list(session.scalars(query.order_by(RowAttempt.opened_at, RowAttempt.id)))


def by_ids(session: Session, score_ids: Collection[UUID]) -> Sequence[RowScore]:
    """These scores."""
    return session.scalars(select(RowScore).where(RowScore.id.in_(score_ids))).all()


def tasks_of(session: Session, score_ids: Collection[UUID]) -> Sequence[RowTaskScore]:
    """The task statuses of these scores, each in framework order."""
    query = select(RowTaskScore).where(RowTaskScore.score_id.in_(score_ids))
    return session.scalars(query.order_by(RowTaskScore.score_id, RowTaskScore.position)).all()


def next_number(session: Session, attempt_id: UUID) -> int:
    """The number the next score of an attempt gets, from 1."""
    query = select(func.max(RowScore.number)).where(RowScore.attempt_id == attempt_id)
    return (session.scalar(query) or 0) + 1


def _is_unfinished() -> ColumnElement[bool]:
    """A condition on `RowAttempt` and its `RowExam`: closed, and something is still to be done."""
    has_record = exists().where(RowRecord.score_id == RowAttempt.current_score_id)
    deserves = exists().where(
        RowTaskScore.score_id == RowAttempt.current_score_id,
        RowTaskScore.status == TaskStatus.DEMONSTRATED.value,
    )
    lacks_record = (
        (RowExam.mode == Mode.CERTIFICATION.value)
        & RowAttempt.released_at.is_not(None)
        & deserves
        & ~has_record
    )
    return (RowAttempt.state == AttemptState.CLOSED.value) & (
        (RowAttempt.scored_at.is_(None) & ~markings.has_open())
        | (RowAttempt.scored_at.is_not(None))
        & (RowAttempt.purpose == Purpose.LIVE.value)
        & (RowAttempt.released_at.is_(None) | lacks_record)
    )


#: Built once: every page of a learner asks it.
IS_ANYTHING_DUE = (
    select(literal(1))
    .select_from(RowAttempt)
    .join(RowExam, RowExam.id == RowAttempt.exam_id)
    .where(
        RowAttempt.person_id == bindparam("person_id", type_=Uuid),
        is_overdue(bindparam("now", type_=BigInteger)) | _is_unfinished(),
    )
    .limit(1)
)


def is_anything_due(session: Session, person_id: UUID, now: datetime) -> bool:
    """Whether a person has an attempt that `overdue` or `unfinished` would name."""
    values = {"person_id": person_id, "now": to_micros(now)}
    return session.connection().execute(IS_ANYTHING_DUE, values).first() is not None


def unfinished(session: Session, person_id: UUID | None = None) -> list[RowAttempt]:
    """Closed attempts without a score, and live ones not released or without their record."""
    query = (
        select(RowAttempt)
        .join(RowExam, RowExam.id == RowAttempt.exam_id)
        .where(_is_unfinished())
        .order_by(RowAttempt.closed_at)
    )
    if person_id is not None:
        query = query.where(RowAttempt.person_id == person_id)
    return list(session.scalars(query))


def history(session: Session, person_id: UUID) -> list[tuple[RowAttempt, RowExam, RowScore | None]]:
    """A person's closed live attempts, newest first, with exam and current score."""
    query = (
        select(RowAttempt, RowExam, RowScore)
        .join(RowExam, RowExam.id == RowAttempt.exam_id)
        .outerjoin(RowScore, RowScore.id == RowAttempt.current_score_id)
        .where(
            RowAttempt.person_id == person_id,
            RowAttempt.state == AttemptState.CLOSED.value,
            RowAttempt.purpose == Purpose.LIVE.value,
        )
        .order_by(RowAttempt.closed_at.desc())
    )
    return [(row[0], row[1], row[2]) for row in session.execute(query)]


def task_history(session: Session, person_id: UUID, framework_id: str) -> list[RowTaskScore]:
    """A person's released certification task statuses, newest first."""
    query = (
        select(RowTaskScore)
        .join(RowAttempt, RowAttempt.current_score_id == RowTaskScore.score_id)
        .join(RowExam, RowExam.id == RowAttempt.exam_id)
        .where(
            RowAttempt.person_id == person_id,
            RowAttempt.purpose == Purpose.LIVE.value,
            RowAttempt.state == AttemptState.CLOSED.value,
            RowAttempt.released_at.is_not(None),
            RowExam.mode == Mode.CERTIFICATION.value,
            RowTaskScore.framework_id == framework_id,
        )
        .order_by(RowAttempt.closed_at.desc(), RowTaskScore.position)
    )
    return list(session.scalars(query))


def record_serial(session: Session, attempt: RowAttempt) -> str:
    """The serial of the record issued on an attempt's current score; empty when there is none."""
    query = select(RowRecord.serial).where(RowRecord.score_id == attempt.current_score_id)
    return session.scalar(query) or ""


def attempts_with_exams(session: Session, state: str | None) -> list[tuple[RowAttempt, RowExam]]:
    """Attempts (in one state, or all) with their exams, newest first."""
    query = select(RowAttempt, RowExam).join(RowExam, RowExam.id == RowAttempt.exam_id)
    if state is not None:
        query = query.where(RowAttempt.state == state)
    query = query.order_by(RowAttempt.opened_at.desc())
    return [(row[0], row[1]) for row in session.execute(query)]


class RowReleaseRequest(Base):
    """Somebody's wish that a result be shown, which somebody else grants.

    It is for one score: of an attempt that was scored again it has to be asked anew.
    """

    __tablename__ = "release_request"
    score_id: Mapped[UUID] = mapped_column(ForeignKey("score.id"), primary_key=True)
    asked_by: Mapped[UUID | None] = mapped_column(Uuid)
    asked_at: Mapped[datetime] = mapped_column(Instant)


def release_request(session: Session, score_id: UUID) -> RowReleaseRequest | None:
    """Who asked for this score to be shown, or None."""
    return session.get(RowReleaseRequest, score_id)


#: Scored, and nobody was shown it.
_UNRELEASED = (
    RowAttempt.purpose == Purpose.LIVE.value,
    RowAttempt.state == AttemptState.CLOSED.value,
    RowAttempt.scored_at.is_not(None),
    RowAttempt.released_at.is_(None),
)


@dataclass(frozen=True, slots=True)
class WaitingResult:
    """A scored result nobody was shown, with its sitting and exam, and who asked for its release."""

    attempt_id: UUID
    sitting_id: UUID
    sitting_title: str
    exam: RowExam
    request: RowReleaseRequest | None
    asked_by: str


def waiting_results(
    session: Session, reader_id: UUID | None, sitting_id: UUID | None = None
) -> list[WaitingResult]:
    """Every scored live result that is not released (of one sitting), by sitting; not the reader's own."""
    query = (
        select(RowAttempt.id, RowSitting, RowExam, RowReleaseRequest, func.coalesce(RowPerson.name, ""))
        .join(RowSitting, RowSitting.id == RowAttempt.sitting_id)
        .join(RowExam, RowExam.id == RowAttempt.exam_id)
        .outerjoin(RowReleaseRequest, RowReleaseRequest.score_id == RowAttempt.current_score_id)
        .outerjoin(RowPerson, RowPerson.id == RowReleaseRequest.asked_by)
        .where(*_UNRELEASED)
        .order_by(RowSitting.opens_at, RowSitting.id, RowAttempt.closed_at)
    )
    if sitting_id is not None:
        query = query.where(RowAttempt.sitting_id == sitting_id)
    if reader_id is not None:
        query = query.where(RowAttempt.person_id != reader_id)
    return [
        WaitingResult(attempt_id, sitting.id, sitting.title, exam, request, name)
        for attempt_id, sitting, exam, request, name in session.execute(query)
    ]


def unreleased(session: Session, sitting_id: UUID) -> list[UUID]:
    """Scored live attempts of a sitting that are not released, oldest first."""
    query = (
        select(RowAttempt.id)
        .where(RowAttempt.sitting_id == sitting_id, *_UNRELEASED)
        .order_by(RowAttempt.closed_at)
    )
    return list(session.scalars(query))
