"""Exams and sittings as rows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    JSON,
    BindParameter,
    CheckConstraint,
    ForeignKey,
    String,
    Text,
    Uuid,
    bindparam,
    delete,
    exists,
    false,
    or_,
    select,
)
from sqlalchemy.orm import Mapped, Session, aliased, mapped_column

from quizapp.domain import exam as exams
from quizapp.domain.exam import ExamDefinition
from quizapp.domain.framework import Framework
from quizapp.store import frameworks
from quizapp.store.engine import Base
from quizapp.store.frameworks import RowFramework
from quizapp.store.items import RowItemBank
from quizapp.store.known import Known
from quizapp.store.people import RowCohortMember
from quizapp.store.types import Instant


class RowExam(Base):
    """An exam; ``definition`` is frozen by publishing, and what it was frozen with stands beside."""

    __tablename__ = "exam"
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    slug: Mapped[str] = mapped_column(String(80), unique=True)
    title: Mapped[str] = mapped_column(String(200))
    mode: Mapped[str] = mapped_column(String(20))
    state: Mapped[str] = mapped_column(String(20))
    standing: Mapped[str] = mapped_column(String(20))
    framework_row_id: Mapped[UUID] = mapped_column(ForeignKey("framework.id"))
    definition: Mapped[dict[str, Any]] = mapped_column(JSON)
    issuer_id: Mapped[str] = mapped_column(String(80))
    blueprint_digest: Mapped[str] = mapped_column(String(64), default="")
    bank_digest: Mapped[str] = mapped_column(String(64), default="")
    sme_review: Mapped[str] = mapped_column(String(20), default="pending")
    feasibility: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    created_at: Mapped[datetime] = mapped_column(Instant)
    created_by: Mapped[UUID | None] = mapped_column(Uuid)
    published_at: Mapped[datetime | None] = mapped_column(Instant)
    closed_at: Mapped[datetime | None] = mapped_column(Instant)


class RowExamBank(Base):
    """A bank an exam draws from."""

    __tablename__ = "exam_bank"
    exam_id: Mapped[UUID] = mapped_column(ForeignKey("exam.id"), primary_key=True)
    bank_row_id: Mapped[UUID] = mapped_column(ForeignKey("item_bank.id"), primary_key=True)


class RowSitting(Base):
    """An exam offered once."""

    __tablename__ = "sitting"
    __table_args__ = (CheckConstraint("closes_at > opens_at", name="window_in_order"),)
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    exam_id: Mapped[UUID] = mapped_column(ForeignKey("exam.id"), index=True)
    title: Mapped[str] = mapped_column(String(200))
    state: Mapped[str] = mapped_column(String(20))
    opens_at: Mapped[datetime] = mapped_column(Instant)
    closes_at: Mapped[datetime] = mapped_column(Instant)
    access_code: Mapped[str] = mapped_column(String(40), default="")
    is_open_to_all: Mapped[bool] = mapped_column(default=False)
    is_proctored: Mapped[bool] = mapped_column(default=False)
    #: Played by scripted learners only; its attempts count for nothing.
    is_rehearsal: Mapped[bool] = mapped_column(default=False, server_default=false())
    #: Nobody starts before a proctor has checked them in.
    needs_check_in: Mapped[bool] = mapped_column(default=False, server_default=false())
    #: Rules and confidentiality that learners accept before they start; empty for none.
    rules: Mapped[str] = mapped_column(Text, default="", server_default="")
    #: Networks that may start and save, such as "10.1.0.0/16"; empty for all.
    networks: Mapped[list[Any]] = mapped_column(JSON, default=list, server_default="[]")
    #: The written rule by which late entries are decided; none can be accepted before it stands.
    late_rule: Mapped[str] = mapped_column(String(200), default="", server_default="")
    created_at: Mapped[datetime] = mapped_column(Instant)
    closed_at: Mapped[datetime | None] = mapped_column(Instant)


class RowSittingPerson(Base):
    """A person on a sitting's roster by name."""

    __tablename__ = "sitting_person"
    sitting_id: Mapped[UUID] = mapped_column(ForeignKey("sitting.id"), primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), primary_key=True, index=True)


class RowSittingCohort(Base):
    """A cohort on a sitting's roster."""

    __tablename__ = "sitting_cohort"
    sitting_id: Mapped[UUID] = mapped_column(ForeignKey("sitting.id"), primary_key=True)
    cohort_id: Mapped[UUID] = mapped_column(ForeignKey("cohort.id"), primary_key=True)


class RowSittingProctor(Base):
    """A proctor of a sitting."""

    __tablename__ = "sitting_proctor"
    sitting_id: Mapped[UUID] = mapped_column(ForeignKey("sitting.id"), primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), primary_key=True)


class RowIncident(Base):
    """Something that happened at a sitting; the log of exam day."""

    __tablename__ = "incident"
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    sitting_id: Mapped[UUID] = mapped_column(ForeignKey("sitting.id"), index=True)
    attempt_id: Mapped[UUID | None] = mapped_column(Uuid)
    #: Whom it is about where there is no attempt yet.
    person_id: Mapped[UUID | None] = mapped_column(Uuid)
    at: Mapped[datetime] = mapped_column(Instant)
    kind: Mapped[str] = mapped_column(String(40))
    note: Mapped[str] = mapped_column(String(2000), default="")
    actor_id: Mapped[UUID | None] = mapped_column(Uuid)


#: Definitions that publishing has frozen, by exam.
PUBLISHED: Known[ExamDefinition] = Known(limit=100)


def definition_of(row: RowExam) -> ExamDefinition:
    """The definition of an exam; a published one is read from its JSON once."""
    if row.published_at is None:
        return exams.from_json(row.definition)
    return PUBLISHED.get(row.id, lambda: exams.from_json(row.definition))


def on_roster(person_id: UUID | BindParameter[UUID]) -> Any:
    """A condition on `RowSitting`: the person is on its roster, by name, by cohort or as anyone."""
    by_name = exists().where(
        RowSittingPerson.sitting_id == RowSitting.id, RowSittingPerson.person_id == person_id
    )
    by_cohort = exists().where(
        RowSittingCohort.sitting_id == RowSitting.id,
        RowSittingCohort.cohort_id == RowCohortMember.cohort_id,
        RowCohortMember.person_id == person_id,
    )
    return or_(RowSitting.is_open_to_all, by_name, by_cohort)


def by_slug(session: Session, slug: str) -> RowExam | None:
    """The exam with this slug, or None."""
    return session.scalar(select(RowExam).where(RowExam.slug == slug))


_EVERY = aliased(RowFramework)
_CERTIFIED = (
    select(RowFramework.id)
    .where(
        RowFramework.is_current,
        exists()
        .where(
            RowExam.mode == exams.Mode.CERTIFICATION.value,
            RowExam.state != exams.ExamState.DRAFT.value,
            RowExam.framework_row_id == _EVERY.id,
            _EVERY.framework_id == RowFramework.framework_id,
        )
        .correlate(RowFramework),
    )
    .order_by(RowFramework.framework_id)
)


def certified_frameworks(session: Session) -> list[Framework]:
    """The current version of every framework that some certification exam asks about, by id."""
    return [frameworks.version(session, row_id) for (row_id,) in session.connection().execute(_CERTIFIED)]


def listed(session: Session) -> Sequence[RowExam]:
    """Every exam, by title."""
    return session.scalars(select(RowExam).order_by(RowExam.title, RowExam.id)).all()


def slugs(session: Session, state: str, mode: str, standing: str) -> list[str]:
    """The slugs of exams that are all of these, in order."""
    query = select(RowExam.slug).where(
        RowExam.state == state, RowExam.mode == mode, RowExam.standing == standing
    )
    return list(session.scalars(query.order_by(RowExam.slug)))


#: Built once, as a whole room opens its home, and starts, at the same moment.
_ON_ROSTER = on_roster(bindparam("person_id", type_=Uuid))
_WITH_EXAM = select(RowSitting, RowExam).join(RowExam, RowExam.id == RowSitting.exam_id)
_SITTINGS_OF = _WITH_EXAM.where(_ON_ROSTER).order_by(RowSitting.opens_at, RowSitting.id)
_SITTING_WITH_EXAM = _WITH_EXAM.where(RowSitting.id == bindparam("sitting_id", type_=Uuid))
_STARTING = _SITTING_WITH_EXAM.with_for_update(read=True, of=RowSitting)
_IS_ON_ROSTER = select(RowSitting.id).where(RowSitting.id == bindparam("sitting_id", type_=Uuid), _ON_ROSTER)
_BANKS = (
    select(RowExamBank.bank_row_id)
    .where(RowExamBank.exam_id == bindparam("exam_id", type_=Uuid))
    .order_by(RowExamBank.bank_row_id)
)


def sittings_of(session: Session, person_id: UUID) -> Sequence[tuple[RowSitting, RowExam]]:
    """The sittings a person is on the roster of, soonest first, each with its exam."""
    found = session.execute(_SITTINGS_OF, {"person_id": person_id})
    return [(sitting, exam) for sitting, exam in found]


def sitting_with_exam(session: Session, sitting_id: UUID) -> tuple[RowSitting, RowExam] | None:
    """A sitting and its exam, or None."""
    row = session.execute(_SITTING_WITH_EXAM, {"sitting_id": sitting_id}).first()
    return (row[0], row[1]) if row else None


def starting(session: Session, sitting_id: UUID) -> tuple[RowSitting, RowExam] | None:
    """The same, for who starts in it: whoever ends the sitting waits until this transaction is over."""
    row = session.execute(_STARTING, {"sitting_id": sitting_id}).first()
    return (row[0], row[1]) if row else None


def is_on_roster(session: Session, sitting_id: UUID, person_id: UUID) -> bool:
    """Whether a person may sit in this sitting."""
    values = {"sitting_id": sitting_id, "person_id": person_id}
    return session.connection().execute(_IS_ON_ROSTER, values).first() is not None


def bank_row_ids(session: Session, exam_id: UUID) -> list[UUID]:
    """The banks an exam draws from."""
    return list(session.scalars(_BANKS, {"exam_id": exam_id}))


def banks_of(session: Session, exam_id: UUID) -> Sequence[RowItemBank]:
    """The banks an exam draws from, by their ids."""
    query = (
        select(RowItemBank)
        .join(RowExamBank, RowExamBank.bank_row_id == RowItemBank.id)
        .where(RowExamBank.exam_id == exam_id)
        .order_by(RowItemBank.bank_id)
    )
    return session.scalars(query).all()


def of_bank(session: Session, bank_row_id: UUID, state: str) -> Sequence[RowExam]:
    """The exams in a state that draw from a bank, by title."""
    query = (
        select(RowExam)
        .join(RowExamBank, RowExamBank.exam_id == RowExam.id)
        .where(RowExamBank.bank_row_id == bank_row_id, RowExam.state == state)
    )
    return session.scalars(query.order_by(RowExam.title, RowExam.id)).all()


def set_banks(session: Session, exam_id: UUID, wanted: Iterable[UUID]) -> None:
    """Make exactly these banks the ones an exam draws from."""
    session.execute(delete(RowExamBank).where(RowExamBank.exam_id == exam_id))
    session.add_all(RowExamBank(exam_id=exam_id, bank_row_id=bank_id) for bank_id in sorted(set(wanted)))
