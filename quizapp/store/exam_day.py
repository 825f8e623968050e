"""What happens while an exam runs: check-in, presence, silences, announcements, problem reports."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from quizapp.store.engine import Base
from quizapp.store.types import BigKey, Instant


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
