"""What happens while an exam runs: check-in, presence, silences, announcements, problem reports."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, ForeignKey, Index, String, Uuid, func, insert, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, aliased, mapped_column

from quizapp.domain.attempt import AttemptState
from quizapp.domain.seat import OFFLINE_AFTER
from quizapp.store.attempts import RowAttempt, RowFormSlot
from quizapp.store.engine import Base
from quizapp.store.exams import RowIncident
from quizapp.store.items import RowItem, RowItemVersion
from quizapp.store.people import RowPerson
from quizapp.store.types import BigKey, Instant

#: Silences from this length on are kept.
SILENCE = OFFLINE_AFTER


class RowCheckIn(Base):
    """A person who has come to a sitting: how they were identified, by whom, what they accepted."""

    __tablename__ = "check_in"
    sitting_id: Mapped[UUID] = mapped_column(ForeignKey("sitting.id"), primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), primary_key=True, index=True)
    arrived_at: Mapped[datetime | None] = mapped_column(Instant)
    identity_method: Mapped[str] = mapped_column(String(40), default="")
    checked_by: Mapped[UUID | None] = mapped_column(Uuid)
    rules_accepted_at: Mapped[datetime | None] = mapped_column(Instant)


class RowPresence(Base):
    """What a learner's window last said of itself. Overwritten; silences are kept in `RowSilence`."""

    __tablename__ = "presence"
    attempt_id: Mapped[UUID] = mapped_column(ForeignKey("attempt.id"), primary_key=True)
    seen_at: Mapped[datetime] = mapped_column(Instant)
    writer: Mapped[int]
    slot: Mapped[int | None]
    #: Entries that the window holds and the server has not acknowledged, as the window counts them.
    unsaved: Mapped[int]


class RowSilence(Base):
    """A stretch in which a running attempt was not heard of: offline, asleep, or closed."""

    __tablename__ = "silence"
    id: Mapped[int] = mapped_column(BigKey, primary_key=True, autoincrement=True)
    attempt_id: Mapped[UUID] = mapped_column(ForeignKey("attempt.id"), index=True)
    from_at: Mapped[datetime] = mapped_column(Instant)
    to_at: Mapped[datetime] = mapped_column(Instant)


class RowAnnouncement(Base):
    """A sentence that the proctors of a sitting tell everybody in it."""

    __tablename__ = "announcement"
    __table_args__ = (Index("ix_announcement_sitting", "sitting_id", "at"),)
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    sitting_id: Mapped[UUID] = mapped_column(ForeignKey("sitting.id"))
    at: Mapped[datetime] = mapped_column(Instant)
    text: Mapped[str] = mapped_column(String(500))
    actor_id: Mapped[UUID | None] = mapped_column(Uuid)


class RowProblemReport(Base):
    """What a learner found wrong with an item during an exam."""

    __tablename__ = "problem_report"
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    attempt_id: Mapped[UUID] = mapped_column(ForeignKey("attempt.id"), index=True)
    item_version_id: Mapped[UUID] = mapped_column(ForeignKey("item_version.id"), index=True)
    slot: Mapped[int]
    at: Mapped[datetime] = mapped_column(Instant)
    text: Mapped[str] = mapped_column(String(2000))


@dataclass(frozen=True, slots=True)
class Beat:
    """One heartbeat."""

    attempt_id: UUID
    seen_at: datetime
    writer: int
    slot: int | None
    unsaved: int


def beat(connection: Connection, told: Beat) -> bool:
    """Store a heartbeat, and the silence that it ends; False when there is no such attempt.

    Windows that were taken over no longer speak for the attempt.
    """
    query = (
        select(RowAttempt.state, RowAttempt.writer_epoch, RowPresence.seen_at)
        .outerjoin(RowPresence, RowPresence.attempt_id == RowAttempt.id)
        .where(RowAttempt.id == told.attempt_id)
    )
    known = connection.execute(query).first()
    if known is None:
        return False
    if known.state != AttemptState.OPEN or told.writer < known.writer_epoch:
        return True
    if known.seen_at is not None and told.seen_at - known.seen_at > SILENCE:
        span = {"attempt_id": told.attempt_id, "from_at": known.seen_at, "to_at": told.seen_at}
        connection.execute(insert(RowSilence).values(**span))
    _overwrite(connection, asdict(told))
    return True


def _overwrite(connection: Connection, values: dict[str, Any]) -> None:
    dialect: Any = {"sqlite": sqlite, "postgresql": postgresql}[connection.dialect.name]
    changed = {name: value for name, value in values.items() if name != "attempt_id"}
    statement = dialect.insert(RowPresence).values(**values)
    connection.execute(statement.on_conflict_do_update(index_elements=["attempt_id"], set_=changed))


def silences(session: Session, attempt_id: UUID, now: datetime) -> list[tuple[datetime, datetime]]:
    """The silences of an attempt, oldest first; one that still lasts ends now."""
    query = select(RowSilence.from_at, RowSilence.to_at).where(RowSilence.attempt_id == attempt_id)
    spans = [(row.from_at, row.to_at) for row in session.execute(query.order_by(RowSilence.id))]
    present = session.get(RowPresence, attempt_id)
    if present is not None and now - present.seen_at > SILENCE:
        spans.append((present.seen_at, now))
    return spans


def last_place(session: Session, attempt_id: UUID) -> int | None:
    """The place of the form that an attempt's window last said it was at, or None."""
    row = session.get(RowPresence, attempt_id)
    return row.slot if row is not None else None


def presences(session: Session, sitting_id: UUID) -> dict[UUID, RowPresence]:
    """What the windows of a sitting last said, by attempt."""
    query = (
        select(RowPresence)
        .join(RowAttempt, RowAttempt.id == RowPresence.attempt_id)
        .where(RowAttempt.sitting_id == sitting_id)
    )
    return {row.attempt_id: row for row in session.scalars(query)}


def announcements(session: Session, attempt_id: UUID) -> Sequence[Any]:
    """(at, text) of what was announced in the sitting of an attempt, oldest first."""
    query = (
        select(RowAnnouncement.at, RowAnnouncement.text)
        .join(RowAttempt, RowAttempt.sitting_id == RowAnnouncement.sitting_id)
        .where(RowAttempt.id == attempt_id)
        .order_by(RowAnnouncement.at, RowAnnouncement.id)
    )
    return session.execute(query).all()


def withdrawn_slots(session: Session, attempt_id: UUID) -> list[int]:
    """The places of an attempt's form whose items were suspended, in order."""
    query = (
        select(RowFormSlot.position)
        .join(RowAttempt, RowAttempt.form_id == RowFormSlot.form_id)
        .join(RowItemVersion, RowItemVersion.id == RowFormSlot.item_version_id)
        .join(RowItem, RowItem.id == RowItemVersion.item_row_id)
        .where(RowAttempt.id == attempt_id, RowItem.suspended_at.is_not(None))
        .order_by(RowFormSlot.position)
    )
    return list(session.scalars(query))


def incidents(session: Session, sitting_id: UUID) -> Sequence[Any]:
    """(at, kind, note, attempt_id, learner's name, actor's name, learner) of a sitting, oldest first."""
    actor = aliased(RowPerson)
    query = (
        select(
            RowIncident.at,
            RowIncident.kind,
            RowIncident.note,
            RowIncident.attempt_id,
            func.coalesce(RowPerson.name, ""),
            func.coalesce(actor.name, ""),
            func.coalesce(RowAttempt.person_id, RowIncident.person_id),
        )
        .outerjoin(RowAttempt, RowAttempt.id == RowIncident.attempt_id)
        .outerjoin(RowPerson, RowPerson.id == func.coalesce(RowAttempt.person_id, RowIncident.person_id))
        .outerjoin(actor, actor.id == RowIncident.actor_id)
        .where(RowIncident.sitting_id == sitting_id)
        .order_by(RowIncident.at, RowIncident.id)
    )
    return session.execute(query).all()
