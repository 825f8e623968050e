"""Case files as rows: the case, its letters as they were sent, and a log that only grows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, Text, Uuid, case, func, or_, select
from sqlalchemy.orm import Mapped, Session, aliased, mapped_column

from quizapp.domain.attempt import AttemptState
from quizapp.domain.case_file import CaseOutcome, CaseState
from quizapp.store.attempts import RowAttempt, RowDeadlineChange
from quizapp.store.challenges import RowChallenge
from quizapp.store.engine import Base
from quizapp.store.exam_day import RowCheckIn, RowProblemReport
from quizapp.store.exams import RowExam, RowIncident
from quizapp.store.items import RowItem, RowItemBank, RowItemVersion
from quizapp.store.people import RowPerson
from quizapp.store.records import RowRecord, RowRecordEvent
from quizapp.store.regrades import RowRegrade, RowRegradeChange
from quizapp.store.scores import RowMark, RowScore
from quizapp.store.types import BigKey, Instant

#: A page shows at most so many.
MOST = 500


class RowCaseFile(Base):
    """An appeal or an irregularity about one attempt; while it is open, nothing of it is released."""

    __tablename__ = "case_file"
    __table_args__ = (Index("ix_case_file_due", "state", "due_at"),)
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    attempt_id: Mapped[UUID] = mapped_column(ForeignKey("attempt.id"), index=True)
    exam_id: Mapped[UUID] = mapped_column(ForeignKey("exam.id"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    state: Mapped[str] = mapped_column(String(20))
    grounds: Mapped[str] = mapped_column(Text)
    opened_by: Mapped[UUID | None] = mapped_column(Uuid, index=True)
    opened_at: Mapped[datetime] = mapped_column(Instant)
    due_at: Mapped[datetime] = mapped_column(Instant)
    outcome: Mapped[str] = mapped_column(String(20), default="")
    reasons: Mapped[str] = mapped_column(Text, default="")
    #: By whom and when it was decided, or withdrawn.
    closed_by: Mapped[UUID | None] = mapped_column(Uuid)
    closed_at: Mapped[datetime | None] = mapped_column(Instant)
    barred_until: Mapped[datetime | None] = mapped_column(Instant)


class RowCaseLetter(Base):
    """A letter to the learner of a case, word for word as it was sent."""

    __tablename__ = "case_letter"
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("case_file.id"), index=True)
    moment: Mapped[str] = mapped_column(String(20))
    email: Mapped[str] = mapped_column(String(320))
    subject: Mapped[str] = mapped_column(String(500))
    text: Mapped[str] = mapped_column(Text)
    written_at: Mapped[datetime] = mapped_column(Instant)
    sent_at: Mapped[datetime | None] = mapped_column(Instant)


class RowCaseEvent(Base):
    """One line of the log of a case; lines are only ever added."""

    __tablename__ = "case_event"
    id: Mapped[int] = mapped_column(BigKey, primary_key=True, autoincrement=True)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("case_file.id"), index=True)
    verb: Mapped[str] = mapped_column(String(20))
    text: Mapped[str] = mapped_column(Text, default="")
    actor_id: Mapped[UUID | None] = mapped_column(Uuid)
    at: Mapped[datetime] = mapped_column(Instant)


# --- holding and admission --------------------------------------------------------------


def is_held(session: Session, attempt_id: UUID) -> bool:
    """Whether an open case keeps the result of an attempt from being shown."""
    query = select(RowCaseFile.id).where(
        RowCaseFile.attempt_id == attempt_id, RowCaseFile.state == CaseState.OPEN.value
    )
    return session.scalar(query.limit(1)) is not None


@dataclass(frozen=True, slots=True)
class Standing:
    """What decided cases mean for somebody's next start of an exam."""

    barred_until: datetime | None = None
    free_resits: tuple[datetime, ...] = ()


def standing(session: Session, person_id: UUID, exam_id: UUID) -> Standing:
    """Until when a person may start no certification exam, and when which resits of this one were given."""
    row = RowCaseFile
    is_resit = (row.outcome == CaseOutcome.FREE_RESIT.value) & (row.exam_id == exam_id)
    query = (
        select(row.outcome, row.closed_at, row.barred_until)
        .where(row.person_id == person_id, or_(is_resit, row.barred_until.is_not(None)))
        .order_by(row.closed_at)
    )
    found = session.execute(query).all()
    bars = [told.barred_until for told in found if told.barred_until is not None]
    resits = [told.closed_at for told in found if told.barred_until is None and told.closed_at is not None]
    return Standing(max(bars, default=None), tuple(resits))


# --- finding ----------------------------------------------------------------------------


def locked(session: Session, case_id: UUID) -> RowCaseFile | None:
    """A case, held until the transaction ends, or None."""
    query = select(RowCaseFile).where(RowCaseFile.id == case_id).with_for_update()
    return session.scalar(query.execution_options(populate_existing=True))


def of_attempt(session: Session, attempt_id: UUID) -> Sequence[RowCaseFile]:
    """The cases about an attempt, oldest first."""
    query = select(RowCaseFile).where(RowCaseFile.attempt_id == attempt_id)
    return session.scalars(query.order_by(RowCaseFile.opened_at, RowCaseFile.id)).all()


def listed(session: Session, opened_by: UUID | None = None) -> list[tuple[RowCaseFile, str, str]]:
    """(case, learner, exam): the open ones by their deadline, then the newest of the others.

    ``opened_by`` asks for those of one person only.
    """
    row = RowCaseFile
    is_closed = case((row.state == CaseState.OPEN.value, 0), else_=1)
    due = case((row.state == CaseState.OPEN.value, row.due_at), else_=None)
    query = (
        select(row, RowPerson.name, RowExam.title)
        .join(RowPerson, RowPerson.id == row.person_id)
        .join(RowExam, RowExam.id == row.exam_id)
        .order_by(is_closed, due, row.opened_at.desc(), row.id)
        .limit(MOST)
    )
    if opened_by is not None:
        query = query.where(row.opened_by == opened_by)
    return [(found[0], found[1], found[2]) for found in session.execute(query)]


def of_person(session: Session, person_id: UUID) -> list[tuple[RowCaseFile, str]]:
    """(case, exam) of every case about somebody, newest first."""
    query = (
        select(RowCaseFile, RowExam.title)
        .join(RowExam, RowExam.id == RowCaseFile.exam_id)
        .where(RowCaseFile.person_id == person_id)
        .order_by(RowCaseFile.opened_at.desc(), RowCaseFile.id)
    )
    return [(found[0], found[1]) for found in session.execute(query)]


def letters(session: Session, case_id: UUID) -> Sequence[RowCaseLetter]:
    """The letters of a case, oldest first."""
    query = select(RowCaseLetter).where(RowCaseLetter.case_id == case_id)
    return session.scalars(query.order_by(RowCaseLetter.written_at, RowCaseLetter.id)).all()


def log(session: Session, case_id: UUID) -> list[tuple[RowCaseEvent, str]]:
    """(line, who) of a case, oldest first."""
    query = (
        select(RowCaseEvent, func.coalesce(RowPerson.name, ""))
        .outerjoin(RowPerson, RowPerson.id == RowCaseEvent.actor_id)
        .where(RowCaseEvent.case_id == case_id)
        .order_by(RowCaseEvent.id)
    )
    return [(found[0], found[1]) for found in session.execute(query)]


# --- who is involved --------------------------------------------------------------------


def proctors(session: Session, attempt: RowAttempt) -> set[UUID]:
    """Who identified the learner, changed the time of the attempt, or wrote about it on exam day."""
    told = [
        select(RowCheckIn.checked_by).where(
            RowCheckIn.sitting_id == attempt.sitting_id, RowCheckIn.person_id == attempt.person_id
        ),
        select(RowIncident.actor_id).where(RowIncident.attempt_id == attempt.id),
        select(RowDeadlineChange.changed_by).where(RowDeadlineChange.attempt_id == attempt.id),
    ]
    found = {who for query in told for who in session.scalars(query) if who is not None}
    # Learners stand in the log of exam day with what they reported themselves.
    return found - {attempt.person_id}


def regraders(session: Session, score_id: UUID | None) -> set[UUID]:
    """Who proposed a regrade of a question of this score."""
    query = (
        select(RowRegrade.proposed_by)
        .join(RowMark, RowMark.item_version_id == RowRegrade.item_version_id)
        .where(RowMark.score_id == score_id)
    )
    return {who for who in session.scalars(query) if who is not None}


def issuers(session: Session, attempt_id: UUID) -> set[UUID]:
    """Who issued a record of an attempt."""
    query = (
        select(RowRecordEvent.actor_id)
        .join(RowRecord, RowRecord.id == RowRecordEvent.record_id)
        .where(RowRecord.attempt_id == attempt_id, RowRecordEvent.verb == "issue")
    )
    return {who for who in session.scalars(query) if who is not None}


# --- evidence ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class MarkLine:
    """One marked place of the form; neither text nor response."""

    position: int
    bank_id: str
    item_id: str
    version: int
    task_code: str
    is_answered: bool
    is_right: bool
    is_evidence: bool


def marks(session: Session, score_id: UUID | None) -> list[MarkLine]:
    """The marks of a score, by place."""
    query = (
        select(
            RowMark.position,
            RowItemBank.bank_id,
            RowItem.item_id,
            RowItemVersion.number,
            RowMark.task_code,
            RowMark.is_answered,
            RowMark.is_right,
            RowMark.is_evidence,
        )
        .join(RowItemVersion, RowItemVersion.id == RowMark.item_version_id)
        .join(RowItem, RowItem.id == RowItemVersion.item_row_id)
        .join(RowItemBank, RowItemBank.id == RowItem.bank_row_id)
        .where(RowMark.score_id == score_id)
        .order_by(RowMark.position)
    )
    return [MarkLine(*row) for row in session.execute(query)]


@dataclass(frozen=True, slots=True)
class Points:
    """What a score came to."""

    points: Fraction
    maximum: Fraction


@dataclass(frozen=True, slots=True)
class Rescore:
    """An applied regrade of one item of an attempt; ``after`` is None where the learner was spared."""

    at: datetime | None
    regrade_id: UUID
    kind: str
    bank_id: str
    item_id: str
    version: int
    before: Points
    after: Points | None


def rescores(session: Session, attempt_id: UUID) -> list[Rescore]:
    """What regrades did to an attempt, oldest first."""
    before, after = aliased(RowScore), aliased(RowScore)
    query = (
        select(RowRegrade, RowItemBank.bank_id, RowItem.item_id, RowItemVersion.number, before, after)
        .join(RowRegradeChange, RowRegradeChange.regrade_id == RowRegrade.id)
        .join(RowItemVersion, RowItemVersion.id == RowRegrade.item_version_id)
        .join(RowItem, RowItem.id == RowItemVersion.item_row_id)
        .join(RowItemBank, RowItemBank.id == RowItem.bank_row_id)
        .join(before, before.id == RowRegradeChange.before_score_id)
        .outerjoin(after, after.id == RowRegradeChange.after_score_id)
        .where(RowRegradeChange.attempt_id == attempt_id)
        .order_by(RowRegrade.applied_at, RowRegrade.id)
    )
    return [
        Rescore(
            row.applied_at,
            row.id,
            row.kind,
            bank_id,
            item_id,
            number,
            Points(old.points, old.maximum),
            Points(new.points, new.maximum) if new else None,
        )
        for row, bank_id, item_id, number, old, new in session.execute(query)
    ]


def time_changes(session: Session, attempt_id: UUID) -> Sequence[RowDeadlineChange]:
    """Every change of the time of an attempt, oldest first."""
    query = select(RowDeadlineChange).where(RowDeadlineChange.attempt_id == attempt_id)
    return session.scalars(query.order_by(RowDeadlineChange.version)).all()


def incidents(session: Session, attempt_id: UUID) -> Sequence[Any]:
    """(at, kind, note, by) of what the log of exam day says about an attempt, oldest first."""
    by = aliased(RowPerson)
    query = (
        select(RowIncident.at, RowIncident.kind, RowIncident.note, func.coalesce(by.name, ""))
        .outerjoin(by, by.id == RowIncident.actor_id)
        .where(RowIncident.attempt_id == attempt_id)
        .order_by(RowIncident.at, RowIncident.id)
    )
    return session.execute(query).all()


def reports(session: Session, attempt_id: UUID) -> Sequence[RowProblemReport]:
    """What the learner reported during the exam, oldest first."""
    query = select(RowProblemReport).where(RowProblemReport.attempt_id == attempt_id)
    return session.scalars(query.order_by(RowProblemReport.at, RowProblemReport.id)).all()


def challenges(session: Session, attempt_id: UUID) -> Sequence[RowChallenge]:
    """What the learner challenged of the result, by place."""
    query = select(RowChallenge).where(RowChallenge.attempt_id == attempt_id)
    return session.scalars(query.order_by(RowChallenge.slot)).all()


def records(session: Session, attempt_id: UUID) -> Sequence[RowRecord]:
    """The records of an attempt, oldest first."""
    query = select(RowRecord).where(RowRecord.attempt_id == attempt_id)
    return session.scalars(query.order_by(RowRecord.issued_at, RowRecord.id)).all()


def later_in_cycle(session: Session, attempt: RowAttempt) -> list[RowAttempt]:
    """The scored attempts of the same cycle after this one, oldest first: they pool its evidence."""
    query = _of_cycle(attempt).where(RowAttempt.opened_at > attempt.opened_at)
    return list(session.scalars(query.order_by(RowAttempt.opened_at)))


def last_before(session: Session, attempt: RowAttempt) -> RowAttempt | None:
    """The last scored attempt of the same cycle before this one, or None."""
    query = _of_cycle(attempt).where(RowAttempt.opened_at < attempt.opened_at)
    found: RowAttempt | None = session.scalar(query.order_by(RowAttempt.opened_at.desc()).limit(1))
    return found


def _of_cycle(attempt: RowAttempt) -> Any:
    return select(RowAttempt).where(
        RowAttempt.person_id == attempt.person_id,
        RowAttempt.exam_id == attempt.exam_id,
        RowAttempt.purpose == attempt.purpose,
        RowAttempt.cycle == attempt.cycle,
        RowAttempt.state == AttemptState.CLOSED.value,
        RowAttempt.current_score_id.is_not(None),
    )
