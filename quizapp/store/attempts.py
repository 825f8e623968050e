"""Attempts, forms, exposures and the append-only response events; and the cheap save statement."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    Index,
    String,
    UniqueConstraint,
    Uuid,
    and_,
    bindparam,
    cast,
    func,
    insert,
    literal,
    literal_column,
    or_,
    select,
    type_coerce,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from quizapp.domain.attempt import (
    AttemptState,
    Purpose,
)
from quizapp.domain.blueprint import settled
from quizapp.store.engine import Base
from quizapp.store.items import RowItemVersion, RowStimulus
from quizapp.store.types import Instant, to_micros

MICROS = 1_000_000


class RowForm(Base):
    """The concrete ordered items of one attempt; immutable."""

    __tablename__ = "form"
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    exam_id: Mapped[UUID] = mapped_column(ForeignKey("exam.id"))
    seed: Mapped[str] = mapped_column(String(64))
    digest: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(Instant)


class RowFormSlot(Base):
    """One place in a form, holding one item version for ever."""

    __tablename__ = "form_slot"
    form_id: Mapped[UUID] = mapped_column(ForeignKey("form.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    section: Mapped[int]
    item_version_id: Mapped[UUID] = mapped_column(ForeignKey("item_version.id"), index=True)
    task_code: Mapped[str] = mapped_column(String(20))
    is_scored: Mapped[bool] = mapped_column(default=True)


class RowAttempt(Base):
    """One learner's try. Times are stored; nothing about the clock is recomputed later."""

    __tablename__ = "attempt"
    __table_args__ = (
        Index(
            "uq_attempt_one_open",
            "person_id",
            "exam_id",
            "purpose",
            unique=True,
            sqlite_where=literal_column("state = 'open'"),
            postgresql_where=literal_column("state = 'open'"),
        ),
        Index("ix_attempt_state_deadline", "state", "deadline_at"),
        CheckConstraint("deadline_at > opened_at", name="deadline_after_opening"),
        CheckConstraint("(state = 'open') = (closed_at IS NULL)", name="closed_has_an_instant"),
    )
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    sitting_id: Mapped[UUID | None] = mapped_column(ForeignKey("sitting.id"), index=True)
    exam_id: Mapped[UUID] = mapped_column(ForeignKey("exam.id"), index=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    form_id: Mapped[UUID] = mapped_column(ForeignKey("form.id"), index=True)
    purpose: Mapped[str] = mapped_column(String(20))
    cycle: Mapped[int]
    is_top_up: Mapped[bool]
    state: Mapped[str] = mapped_column(String(20))
    opened_at: Mapped[datetime] = mapped_column(Instant)
    deadline_at: Mapped[datetime] = mapped_column(Instant)
    deadline_version: Mapped[int] = mapped_column(default=1)
    grace_seconds: Mapped[int]
    #: When the first content reached the learner; the time counts from then.
    delivered_at: Mapped[datetime | None] = mapped_column(Instant)
    #: Set while everybody waits; the deadline moves by the pause when it ends.
    paused_at: Mapped[datetime | None] = mapped_column(Instant)
    writer_epoch: Mapped[int] = mapped_column(default=1)
    closed_at: Mapped[datetime | None] = mapped_column(Instant)
    close_reason: Mapped[str] = mapped_column(String(20), default="")
    answered: Mapped[int | None]
    receipt_digest: Mapped[str] = mapped_column(String(64), default="")
    current_score_id: Mapped[UUID | None] = mapped_column(Uuid)
    scored_at: Mapped[datetime | None] = mapped_column(Instant)
    released_at: Mapped[datetime | None] = mapped_column(Instant)


class RowAttemptSection(Base):
    """Where a section of an attempt stands; only exams whose sections restrict anything have rows."""

    __tablename__ = "attempt_section"
    attempt_id: Mapped[UUID] = mapped_column(ForeignKey("attempt.id"), primary_key=True)
    section: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    limit_seconds: Mapped[int | None]
    is_one_way: Mapped[bool]
    entered_at: Mapped[datetime | None] = mapped_column(Instant)
    deadline_at: Mapped[datetime | None] = mapped_column(Instant)
    left_at: Mapped[datetime | None] = mapped_column(Instant)


class RowExposure(Base):
    """An item served to a person; the earliest row of a pair is the first exposure."""

    __tablename__ = "exposure"
    __table_args__ = (UniqueConstraint("attempt_id", "item_row_id"),)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), primary_key=True)
    item_row_id: Mapped[UUID] = mapped_column(ForeignKey("item.id"), primary_key=True)
    attempt_id: Mapped[UUID] = mapped_column(ForeignKey("attempt.id"), primary_key=True)
    exposed_at: Mapped[datetime] = mapped_column(Instant)
    is_first: Mapped[bool]


class RowDeadlineChange(Base):
    """Time added to (or taken from) one attempt, with its reason."""

    __tablename__ = "deadline_change"
    __table_args__ = (UniqueConstraint("attempt_id", "version"),)
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    attempt_id: Mapped[UUID] = mapped_column(ForeignKey("attempt.id"))
    version: Mapped[int]
    deadline_at: Mapped[datetime] = mapped_column(Instant)
    reason: Mapped[str] = mapped_column(String(500))
    changed_at: Mapped[datetime] = mapped_column(Instant)
    changed_by: Mapped[UUID | None] = mapped_column(Uuid)


def take_over(session: Session, attempt_id: UUID) -> int:
    """Issue the next writer epoch; every older window becomes a stale writer."""
    row = session.get_one(RowAttempt, attempt_id, with_for_update=True)
    row.writer_epoch += 1
    return row.writer_epoch


def take_from_windows(session: Session, person_id: UUID) -> None:
    """Make every window of a person's open attempts a stale writer, until one is resumed."""
    query = select(RowAttempt).where(
        RowAttempt.person_id == person_id, RowAttempt.state == AttemptState.OPEN.value
    )
    for row in session.scalars(query.with_for_update()):
        row.writer_epoch += 1


#: Built once: every page of a running attempt asks it.
_PLACES = (
    select(RowFormSlot.position, RowFormSlot.section)
    .where(RowFormSlot.form_id == bindparam("form_id", type_=Uuid))
    .order_by(RowFormSlot.position)
)


def places(session: Session, form_id: UUID) -> list[tuple[int, int]]:
    """(position, section) of every slot of a form, in order."""
    found = session.connection().execute(_PLACES, {"form_id": form_id})
    return [(row.position, row.section) for row in found]


def task_codes(session: Session, form_id: UUID) -> set[str]:
    """The tasks that a form asks about."""
    return set(session.scalars(select(RowFormSlot.task_code).where(RowFormSlot.form_id == form_id)))


def add_slots(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    """Store the slots of a form, by column and all at once."""
    session.connection().execute(insert(RowFormSlot), rows)


def add_exposures(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    """Note the items an attempt serves, by column and all at once."""
    session.connection().execute(insert(RowExposure), rows)


#: These are built once, as a whole room starts at the same moment.
_ITEM_ROWS = (
    select(RowItemVersion.item_row_id)
    .join(RowFormSlot, RowFormSlot.item_version_id == RowItemVersion.id)
    .where(RowFormSlot.form_id == bindparam("form_id", type_=Uuid))
    .order_by(RowFormSlot.position)
)
_EXPOSED = (
    select(RowExposure.item_row_id)
    .where(RowExposure.person_id == bindparam("person_id", type_=Uuid))
    .distinct()
)


def item_rows(session: Session, form_id: UUID) -> list[UUID]:
    """The items of a form, in order."""
    return list(session.connection().scalars(_ITEM_ROWS, {"form_id": form_id}))


_OF_PERSON = (
    select(RowAttempt)
    .where(
        RowAttempt.person_id == bindparam("person_id", type_=Uuid),
        RowAttempt.exam_id == bindparam("exam_id", type_=Uuid),
        RowAttempt.purpose == bindparam("purpose"),
    )
    .order_by(RowAttempt.opened_at, RowAttempt.id)
)


def of_person(session: Session, person_id: UUID, exam_id: UUID, purpose: Purpose) -> list[RowAttempt]:
    """A person's attempts at an exam, oldest first."""
    values = {"person_id": person_id, "exam_id": exam_id, "purpose": purpose.value}
    return list(session.scalars(_OF_PERSON, values))


def open_of(session: Session, person_id: UUID, exam_id: UUID, purpose: Purpose) -> list[RowAttempt]:
    """A person's open attempts at an exam (at most one, by the index)."""
    return [
        row for row in of_person(session, person_id, exam_id, purpose) if row.state == AttemptState.OPEN.value
    ]


def running(
    session: Session, sitting_id: UUID, only: Collection[UUID] | None = None, lock: bool = False
) -> list[RowAttempt]:
    """The open attempts of a sitting, or those of them that are named, in one order for all lockers."""
    query = select(RowAttempt).where(
        RowAttempt.sitting_id == sitting_id, RowAttempt.state == AttemptState.OPEN.value
    )
    if only is not None:
        query = query.where(RowAttempt.id.in_(list(only)))
    query = query.order_by(RowAttempt.id)
    return list(session.scalars(query.with_for_update() if lock else query))


def exposed_items(session: Session, person_id: UUID) -> set[UUID]:
    """Every item a person has ever been served, whatever for."""
    return set(session.connection().scalars(_EXPOSED, {"person_id": person_id}))


def _closes_itself() -> Any:
    # In microseconds a grace of an hour no longer fits into the integer it is stored as.
    return (
        type_coerce(RowAttempt.deadline_at, BigInteger) + cast(RowAttempt.grace_seconds, BigInteger) * MICROS
    )


def is_overdue(now: ColumnElement[int]) -> ColumnElement[bool]:
    """A condition on `RowAttempt`: open past its deadline and grace; ``now`` is in microseconds."""
    return and_(
        RowAttempt.state == AttemptState.OPEN.value,
        RowAttempt.paused_at.is_(None),
        _closes_itself() <= now,
    )


def overdue(session: Session, now: datetime, person_id: UUID | None = None) -> list[UUID]:
    """Open attempts past their deadline and grace, the longest overdue first."""
    query = select(RowAttempt.id).where(is_overdue(literal(to_micros(now), BigInteger)))
    if person_id is not None:
        query = query.where(RowAttempt.person_id == person_id)
    return list(session.scalars(query.order_by(RowAttempt.deadline_at)))


def unscored(session: Session) -> list[UUID]:
    """Closed attempts without a score, oldest first: the to-do list of scoring."""
    query = select(RowAttempt.id).where(
        RowAttempt.state == AttemptState.CLOSED.value, RowAttempt.scored_at.is_(None)
    )
    return list(session.scalars(query.order_by(RowAttempt.closed_at)))


def has_open(session: Session, sitting_id: UUID, now: datetime) -> bool:
    """Whether anybody is still working in a sitting; what time has ended counts as closed."""
    query = select(RowAttempt.id).where(
        RowAttempt.sitting_id == sitting_id,
        RowAttempt.state == AttemptState.OPEN.value,
        or_(RowAttempt.paused_at.is_not(None), _closes_itself() > literal(to_micros(now), BigInteger)),
    )
    return session.scalar(query.limit(1)) is not None


def same_cycle(session: Session, row: RowAttempt) -> list[RowAttempt]:
    """The scored attempts of the same cycle before this one, oldest first."""
    query = (
        select(RowAttempt)
        .where(
            RowAttempt.person_id == row.person_id,
            RowAttempt.exam_id == row.exam_id,
            RowAttempt.purpose == row.purpose,
            RowAttempt.cycle == row.cycle,
            RowAttempt.state == AttemptState.CLOSED.value,
            RowAttempt.opened_at < row.opened_at,
        )
        .order_by(RowAttempt.opened_at)
    )
    return list(session.scalars(query))


@dataclass(frozen=True, slots=True)
class ServedItem:
    """What delivery reads of one slot, settled for its form; the key column is not among it."""

    position: int
    section: int
    seed: str
    item_version_id: UUID
    type: str
    content: Mapping[str, Any]
    stimulus_title: str | None
    stimulus_text: str | None


_SERVED = (
    select(
        RowFormSlot.position,
        RowFormSlot.section,
        RowForm.seed,
        RowItemVersion.id,
        RowItemVersion.type,
        RowItemVersion.content,
        RowStimulus.title,
        RowStimulus.text,
    )
    .join(RowForm, RowForm.id == RowFormSlot.form_id)
    .join(RowItemVersion, RowItemVersion.id == RowFormSlot.item_version_id)
    .outerjoin(RowStimulus, RowStimulus.id == RowItemVersion.stimulus_version_id)
)


#: Built once: every delivery asks them.
_OF_FORM = _SERVED.where(RowFormSlot.form_id == bindparam("form_id", type_=Uuid)).order_by(
    RowFormSlot.position
)
_OF_PLACE = _SERVED.where(
    RowFormSlot.form_id == bindparam("form_id", type_=Uuid), RowFormSlot.position == bindparam("position")
)


def served_items(session: Session, form_id: UUID) -> list[ServedItem]:
    """Every item of a form, in order."""
    found = session.connection().execute(_OF_FORM, {"form_id": form_id})
    return [_settled(ServedItem(*row)) for row in found]


def served_item(session: Session, form_id: UUID, position: int) -> ServedItem | None:
    """The item at one place of a form, or None."""
    row = session.connection().execute(_OF_PLACE, {"form_id": form_id, "position": position}).first()
    return _settled(ServedItem(*row)) if row else None


def _settled(told: ServedItem) -> ServedItem:
    content = settled(told.type, told.content, told.seed, str(told.item_version_id))
    return replace(told, content=content)


def difficulties(session: Session, form_id: UUID) -> dict[int, int]:
    """The author's guess per place of a form: percent expected right."""
    query = (
        select(RowFormSlot.position, RowItemVersion.difficulty)
        .join(RowItemVersion, RowItemVersion.id == RowFormSlot.item_version_id)
        .where(RowFormSlot.form_id == form_id)
    )
    return {row.position: row.difficulty for row in session.execute(query)}


def count_in_sitting(session: Session, person_id: UUID, sitting_id: UUID) -> int:
    """How many attempts a person has made in a sitting."""
    query = select(func.count()).where(RowAttempt.person_id == person_id, RowAttempt.sitting_id == sitting_id)
    return session.scalar(query) or 0


def has_taken(session: Session, person_id: UUID, form_id: UUID) -> bool:
    """Whether a person has an attempt with this form."""
    query = select(RowAttempt.id).where(RowAttempt.person_id == person_id, RowAttempt.form_id == form_id)
    return session.scalar(query.limit(1)) is not None
