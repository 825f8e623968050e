"""The append-only response events, and the one cheap statement that appends and decides."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Connection,
    ForeignKey,
    String,
    Text,
    UniqueConstraint,
    Uuid,
    and_,
    bindparam,
    case,
    cast,
    func,
    literal_column,
    or_,
    select,
    type_coerce,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from quizapp.domain.attempt import ARRIVAL_TOLERANCE, AttemptState, Disposition, Entry, EventKind
from quizapp.store.attempts import MICROS, RowAttempt, RowAttemptSection, RowFormSlot
from quizapp.store.engine import Base
from quizapp.store.types import BigKey, Instant, to_micros


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


@dataclass(frozen=True, slots=True)
class Appended:
    """What became of one entry: its disposition, and whether this very entry is what is stored."""

    disposition: Disposition
    is_same: bool


APPENDED = [
    "attempt_id", "writer", "client_seq", "slot", "kind", "payload", "client_elapsed_ms", "received_at",
    "disposition",
]  # fmt: skip


def worth(attempt: Any, section: Any, entry: Any) -> Any:
    """What an entry is worth, in SQL; ``domain.attempt.disposition`` says the same.

    ``entry`` has writer, client_seq, received_at, elapsed_ms and before_ms: how far the clock of its
    writer had come in entries that are stored together with it.
    """
    event = RowResponseEvent.__table__
    # Instants are compared as the integers they are stored as.
    opened = type_coerce(attempt.c.opened_at, BigInteger)
    whole, part = (type_coerce(t.c.deadline_at, BigInteger) for t in (attempt, section))
    ends = case((part < whole, part), else_=whole)
    earlier = (
        select(func.coalesce(func.max(event.c.client_elapsed_ms), 0))
        .where(
            event.c.attempt_id == attempt.c.id,
            event.c.writer == entry.writer,
            event.c.client_seq < entry.client_seq,
        )
        .scalar_subquery()
    )
    made = opened + entry.elapsed_ms * 1000
    # Time stands still since a pause began: what had run out before stays over.
    paused = type_coerce(attempt.c.paused_at, BigInteger)
    seen = case((paused < entry.received_at, paused), else_=entry.received_at)
    was_in_time = and_(
        entry.elapsed_ms.is_not(None),
        seen <= ends + cast(attempt.c.grace_seconds, BigInteger) * MICROS,
        made <= ends,
        made <= seen,
        entry.elapsed_ms >= entry.before_ms,
        entry.elapsed_ms >= earlier,
    )
    tolerance = ARRIVAL_TOLERANCE // timedelta(microseconds=1)
    # One that time has ended is judged by its deadline, see `SectionClock.is_closed`.
    is_left_by_hand = and_(
        section.c.left_at.is_not(None), section.c.left_at.is_distinct_from(section.c.deadline_at)
    )
    is_closed = and_(section.c.attempt_id.is_not(None), or_(section.c.entered_at.is_(None), is_left_by_hand))
    return case(
        (entry.writer < attempt.c.writer_epoch, Disposition.STALE_WRITER),
        (attempt.c.state != AttemptState.OPEN.value, Disposition.LATE),
        (is_closed, Disposition.CLOSED_SECTION),
        (seen <= ends + literal_column(str(tolerance)), Disposition.COUNTED),
        (was_in_time, Disposition.COUNTED),
        else_=Disposition.LATE,
    )


@dataclass(frozen=True, slots=True)
class _Given:
    """One entry as parameters of a statement."""

    writer: Any = bindparam("writer", type_=BigInteger)
    client_seq: Any = bindparam("client_seq", type_=BigInteger)
    received_at: Any = bindparam("received_at", type_=BigInteger)
    elapsed_ms: Any = bindparam("elapsed_ms", type_=BigInteger)
    before_ms: Any = literal_column("0")


def _append_statement(dialect: Any) -> Any:
    attempt, section = RowAttempt.__table__, RowAttemptSection.__table__
    event, place, entry = RowResponseEvent.__table__, RowFormSlot.__table__, _Given()
    is_its_section = and_(section.c.attempt_id == attempt.c.id, section.c.section == place.c.section)
    row = (
        select(
            attempt.c.id,
            entry.writer,
            entry.client_seq,
            bindparam("slot", type_=BigInteger),
            bindparam("kind", type_=String),
            bindparam("payload", type_=Text),
            entry.elapsed_ms,
            entry.received_at,
            worth(attempt, section, entry),
        )
        # An entry for a place the form does not have could count, and would be in no response set.
        .join(place, and_(place.c.form_id == attempt.c.form_id, place.c.position == bindparam("slot")))
        .outerjoin(section, is_its_section)
        .where(attempt.c.id == bindparam("attempt_id", type_=Uuid))
        # Closing updates this row: sharing the lock means an entry is either decided and
        # committed before the close reads the events, or sees the attempt closed.
        .with_for_update(read=True, of=attempt)
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
        "elapsed_ms": elapsed_ms,
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


#: Built once: every page of a running attempt asks it.
_ENTRIES = (
    select(
        RowResponseEvent.writer,
        RowResponseEvent.client_seq,
        RowResponseEvent.slot,
        RowResponseEvent.kind,
        RowResponseEvent.payload,
        RowResponseEvent.disposition,
        RowLateDecision.is_accepted,
    )
    .outerjoin(RowLateDecision, RowLateDecision.event_id == RowResponseEvent.id)
    .where(RowResponseEvent.attempt_id == bindparam("attempt_id"))
    .order_by(RowResponseEvent.id)
)


def entries(session: Session, attempt_id: UUID, with_decisions: bool = True) -> list[Entry]:
    """Every entry of an attempt, in the order they arrived; a late one that was accepted counts.

    Without decisions each is worth what it was when it arrived, as the receipt says.
    """
    found = session.connection().execute(_ENTRIES, {"attempt_id": attempt_id})
    return [
        Entry(
            writer, seq, slot, EventKind(kind), payload, _worth(disposition, with_decisions and is_accepted)
        )
        for writer, seq, slot, kind, payload, disposition, is_accepted in found
    ]


def _worth(disposition: str, is_accepted: bool | None) -> Disposition:
    return Disposition.COUNTED if is_accepted else Disposition(disposition)


#: Built once: every save asks it.
CLOCK = select(
    RowAttempt.deadline_at,
    RowAttempt.deadline_version,
    RowAttempt.writer_epoch,
    RowAttempt.state,
    RowAttempt.paused_at,
).where(RowAttempt.id == bindparam("attempt_id"))


def clock_columns(
    connection: Connection, attempt_id: UUID
) -> tuple[datetime, int, int, str, datetime | None] | None:
    """(deadline_at, deadline_version, writer_epoch, state, paused_at) of an attempt, or None."""
    row = connection.execute(CLOCK, {"attempt_id": attempt_id}).first()
    return tuple(row) if row else None  # type: ignore[return-value]
