"""Attempts, forms, exposures and the append-only response events; and the cheap save statement."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Connection,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    Uuid,
    bindparam,
    case,
    exists,
    func,
    literal,
    literal_column,
    select,
    type_coerce,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from quizapp.domain.attempt import (
    ARRIVAL_TOLERANCE,
    AttemptState,
    Disposition,
    Entry,
    EventKind,
    Purpose,
)
from quizapp.store.engine import Base
from quizapp.store.items import RowItemVersion, RowStimulus
from quizapp.store.types import BigKey, Instant, to_micros

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
    form_id: Mapped[UUID] = mapped_column(ForeignKey("form.id"))
    purpose: Mapped[str] = mapped_column(String(20))
    cycle: Mapped[int]
    is_top_up: Mapped[bool]
    state: Mapped[str] = mapped_column(String(20))
    opened_at: Mapped[datetime] = mapped_column(Instant)
    deadline_at: Mapped[datetime] = mapped_column(Instant)
    deadline_version: Mapped[int] = mapped_column(default=1)
    grace_seconds: Mapped[int]
    writer_epoch: Mapped[int] = mapped_column(default=1)
    closed_at: Mapped[datetime | None] = mapped_column(Instant)
    close_reason: Mapped[str] = mapped_column(String(20), default="")
    answered: Mapped[int | None]
    receipt_digest: Mapped[str] = mapped_column(String(64), default="")
    current_score_id: Mapped[UUID | None] = mapped_column(Uuid)
    scored_at: Mapped[datetime | None] = mapped_column(Instant)
    released_at: Mapped[datetime | None] = mapped_column(Instant)


class RowExposure(Base):
    """An item served to a person; the earliest row of a pair is the first exposure."""

    __tablename__ = "exposure"
    __table_args__ = (UniqueConstraint("attempt_id", "item_row_id"),)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), primary_key=True)
    item_row_id: Mapped[UUID] = mapped_column(ForeignKey("item.id"), primary_key=True)
    attempt_id: Mapped[UUID] = mapped_column(ForeignKey("attempt.id"), primary_key=True)
    exposed_at: Mapped[datetime] = mapped_column(Instant)
    is_first: Mapped[bool]


class RowResponseEvent(Base):
    """One appended entry. Rows are only ever inserted."""

    __tablename__ = "response_event"
    __table_args__ = (UniqueConstraint("attempt_id", "writer", "client_seq"),)
    id: Mapped[int] = mapped_column(BigKey, primary_key=True, autoincrement=True)
    attempt_id: Mapped[UUID] = mapped_column(ForeignKey("attempt.id"))
    writer: Mapped[int]
    client_seq: Mapped[int]
    slot: Mapped[int]
    kind: Mapped[str] = mapped_column(String(20))
    payload: Mapped[str] = mapped_column(Text)
    client_elapsed_ms: Mapped[int | None] = mapped_column(BigInteger)
    received_at: Mapped[datetime] = mapped_column(Instant)
    disposition: Mapped[str] = mapped_column(String(20))


class RowLateDecision(Base):
    """What was decided about a late entry, by whom, under which rule."""

    __tablename__ = "late_decision"
    event_id: Mapped[int] = mapped_column(ForeignKey("response_event.id"), primary_key=True)
    is_accepted: Mapped[bool]
    rule: Mapped[str] = mapped_column(String(200))
    decided_at: Mapped[datetime] = mapped_column(Instant)
    decided_by: Mapped[UUID | None] = mapped_column(Uuid)


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


@dataclass(frozen=True, slots=True)
class Appended:
    """What became of one entry: its disposition, and whether this very entry is what is stored."""

    disposition: Disposition
    is_same: bool


APPENDED = [
    "attempt_id", "writer", "client_seq", "slot", "kind", "payload", "client_elapsed_ms", "received_at",
    "disposition",
]  # fmt: skip


def _append_statement(dialect: Any) -> Any:
    attempt = RowAttempt.__table__
    event = RowResponseEvent.__table__
    place = RowFormSlot.__table__
    received = bindparam("received_at", type_=BigInteger)
    tolerance = ARRIVAL_TOLERANCE // timedelta(microseconds=1)
    # Compared as the integer it is stored as.
    deadline = type_coerce(attempt.c.deadline_at, BigInteger) + literal_column(str(tolerance))
    worth = case(
        (bindparam("writer", type_=BigInteger) < attempt.c.writer_epoch, Disposition.STALE_WRITER),
        (attempt.c.state != AttemptState.OPEN.value, Disposition.LATE),
        (received > deadline, Disposition.LATE),
        else_=Disposition.COUNTED,
    )
    row = (
        select(
            attempt.c.id,
            bindparam("writer", type_=BigInteger),
            bindparam("client_seq", type_=BigInteger),
            bindparam("slot", type_=BigInteger),
            bindparam("kind", type_=String),
            bindparam("payload", type_=Text),
            bindparam("client_elapsed_ms", type_=BigInteger),
            received,
            worth,
        )
        .where(attempt.c.id == bindparam("attempt_id", type_=Uuid))
        # An entry for a place the form does not have could count, and would be in no response set.
        .where(exists().where(place.c.form_id == attempt.c.form_id, place.c.position == bindparam("slot")))
        # Closing updates this row: sharing the lock means an entry is either decided and
        # committed before the close reads the events, or sees the attempt closed.
        .with_for_update(read=True)
    )
    return (
        dialect.insert(event)
        .from_select(APPENDED, row)
        .on_conflict_do_nothing(index_elements=["attempt_id", "writer", "client_seq"])
        .returning(event.c.disposition)
    )


APPEND = {"sqlite": _append_statement(sqlite), "postgresql": _append_statement(postgresql)}


def append(
    connection: Connection, attempt_id: UUID, entry: Entry, received_at: datetime, elapsed_ms: int | None
) -> Appended | None:
    """Append one entry once and say what it is worth; None when there is no such attempt or slot.

    One statement and no ORM object. Only a repeat costs a second one, to read what is stored.
    """
    values = {
        "attempt_id": attempt_id,
        "writer": entry.writer,
        "client_seq": entry.client_seq,
        "slot": entry.slot,
        "kind": entry.kind.value,
        "payload": entry.payload,
        "client_elapsed_ms": elapsed_ms,
        "received_at": to_micros(received_at),
    }
    told = connection.execute(APPEND[connection.dialect.name], values).scalar()
    if told is not None:
        return Appended(Disposition(told), is_same=True)
    return _stored(connection, attempt_id, entry, elapsed_ms)


def _stored(
    connection: Connection, attempt_id: UUID, entry: Entry, elapsed_ms: int | None
) -> Appended | None:
    event = RowResponseEvent.__table__
    row = connection.execute(
        select(
            event.c.disposition, event.c.slot, event.c.kind, event.c.payload, event.c.client_elapsed_ms
        ).where(
            event.c.attempt_id == attempt_id,
            event.c.writer == entry.writer,
            event.c.client_seq == entry.client_seq,
        )
    ).first()
    if row is None:
        return None
    # Two tabs of one browser share a writer and may number alike. The elapsed time tells a repeat
    # from another tab's same choice, which must get its own place behind what came in between.
    stored = (row.slot, row.kind, row.payload, row.client_elapsed_ms)
    same = stored == (entry.slot, entry.kind.value, entry.payload, elapsed_ms)
    return Appended(Disposition(row.disposition), same)


def last_seq(connection: Connection | Session, attempt_id: UUID, writer: int) -> int:
    """The highest client_seq stored for one writer of one attempt; 0 when there is none."""
    event = RowResponseEvent
    query = (
        select(event.client_seq)
        .where(event.attempt_id == attempt_id, event.writer == writer)
        .order_by(event.client_seq.desc())
        .limit(1)
    )
    return connection.execute(query).scalar() or 0


def entries(session: Session, attempt_id: UUID) -> list[Entry]:
    """Every entry of an attempt, in the order they arrived."""
    event = RowResponseEvent
    query = (
        select(event.writer, event.client_seq, event.slot, event.kind, event.payload, event.disposition)
        .where(event.attempt_id == attempt_id)
        .order_by(event.id)
    )
    return [
        Entry(r.writer, r.client_seq, r.slot, EventKind(r.kind), r.payload, Disposition(r.disposition))
        for r in session.execute(query)
    ]


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


def slots(session: Session, form_id: UUID) -> Mapping[int, RowFormSlot]:
    """The slots of a form by position."""
    query = select(RowFormSlot).where(RowFormSlot.form_id == form_id).order_by(RowFormSlot.position)
    return {slot.position: slot for slot in session.scalars(query)}


def of_person(session: Session, person_id: UUID, exam_id: UUID, purpose: Purpose) -> list[RowAttempt]:
    """A person's attempts at an exam, oldest first."""
    query = (
        select(RowAttempt)
        .where(
            RowAttempt.person_id == person_id,
            RowAttempt.exam_id == exam_id,
            RowAttempt.purpose == purpose.value,
        )
        .order_by(RowAttempt.opened_at, RowAttempt.id)
    )
    return list(session.scalars(query))


def open_of(session: Session, person_id: UUID, exam_id: UUID, purpose: Purpose) -> list[RowAttempt]:
    """A person's open attempts at an exam (at most one, by the index)."""
    return [
        row for row in of_person(session, person_id, exam_id, purpose) if row.state == AttemptState.OPEN.value
    ]


def exposed_items(session: Session, person_id: UUID) -> set[UUID]:
    """Every item a person has ever been served, whatever for."""
    query = select(RowExposure.item_row_id).where(RowExposure.person_id == person_id).distinct()
    return set(session.scalars(query))


def _closes_itself() -> Any:
    return type_coerce(RowAttempt.deadline_at, BigInteger) + RowAttempt.grace_seconds * MICROS


def overdue(session: Session, now: datetime, person_id: UUID | None = None) -> list[UUID]:
    """Open attempts past their deadline and grace, the longest overdue first."""
    query = select(RowAttempt.id).where(
        RowAttempt.state == AttemptState.OPEN.value,
        _closes_itself() <= literal(to_micros(now), BigInteger),
    )
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
        _closes_itself() > literal(to_micros(now), BigInteger),
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


#: Built once: every save asks it.
CLOCK = select(
    RowAttempt.deadline_at, RowAttempt.deadline_version, RowAttempt.writer_epoch, RowAttempt.state
).where(RowAttempt.id == bindparam("attempt_id"))


def clock_columns(connection: Connection, attempt_id: UUID) -> tuple[datetime, int, int, str] | None:
    """(deadline_at, deadline_version, writer_epoch, state) of an attempt, or None."""
    row = connection.execute(CLOCK, {"attempt_id": attempt_id}).first()
    return tuple(row) if row else None  # type: ignore[return-value]


@dataclass(frozen=True, slots=True)
class ServedItem:
    """What delivery reads of one slot; the key column is not among it."""

    seed: str
    item_version_id: UUID
    type: str
    content: dict[str, Any]
    stimulus_title: str | None
    stimulus_text: str | None


def served_item(session: Session, form_id: UUID, position: int) -> ServedItem | None:
    """The item at one place of a form, or None."""
    query = (
        select(
            RowForm.seed,
            RowItemVersion.id,
            RowItemVersion.type,
            RowItemVersion.content,
            RowStimulus.title,
            RowStimulus.text,
        )
        .join(RowFormSlot, RowFormSlot.form_id == RowForm.id)
        .join(RowItemVersion, RowItemVersion.id == RowFormSlot.item_version_id)
        .outerjoin(RowStimulus, RowStimulus.id == RowItemVersion.stimulus_version_id)
        .where(RowForm.id == form_id, RowFormSlot.position == position)
    )
    row = session.execute(query).first()
    return ServedItem(*row) if row else None


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
