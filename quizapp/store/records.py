"""Completion records, the history of their status, the keys that signed them, who looked."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Date, ForeignKey, Index, LargeBinary, String, Text, Uuid, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from quizapp.store.engine import Base
from quizapp.store.types import BigKey, Instant


class RowSigningKey(Base):
    """A public key this installation has signed records with; retired keys stay."""

    __tablename__ = "signing_key"
    key_id: Mapped[str] = mapped_column(String(80), primary_key=True)
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime] = mapped_column(Instant)
    retired_at: Mapped[datetime | None] = mapped_column(Instant)


class RowRecord(Base):
    """A completion record: the signed bytes never change, the status pointer may."""

    __tablename__ = "completion_record"
    __table_args__ = (Index("ix_record_person", "person_id", "issued_at"),)
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    serial: Mapped[str] = mapped_column(String(40), unique=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    exam_id: Mapped[UUID] = mapped_column(ForeignKey("exam.id"), index=True)
    attempt_id: Mapped[UUID] = mapped_column(ForeignKey("attempt.id"), index=True)
    score_id: Mapped[UUID] = mapped_column(ForeignKey("score.id"))
    cycle: Mapped[int]
    status: Mapped[str] = mapped_column(String(20), index=True)
    decision: Mapped[str] = mapped_column(String(20))
    standing: Mapped[str] = mapped_column(String(20))
    demonstrated: Mapped[int]
    tasks: Mapped[int]
    learner_name: Mapped[str] = mapped_column(String(200))
    payload: Mapped[str] = mapped_column(Text)
    payload_sha256: Mapped[str] = mapped_column(String(64))
    key_id: Mapped[str] = mapped_column(ForeignKey("signing_key.key_id"))
    signature: Mapped[bytes] = mapped_column(LargeBinary)
    issuer_id: Mapped[str] = mapped_column(String(80))
    issued_at: Mapped[datetime] = mapped_column(Instant, index=True)
    expires_on: Mapped[date] = mapped_column(Date, index=True)
    supersedes_id: Mapped[UUID | None] = mapped_column(ForeignKey("completion_record.id"))


class RowRecordEvent(Base):
    """One change of a record's status; the history is never edited."""

    __tablename__ = "record_event"
    id: Mapped[int] = mapped_column(BigKey, primary_key=True, autoincrement=True)
    record_id: Mapped[UUID] = mapped_column(ForeignKey("completion_record.id"), index=True)
    verb: Mapped[str] = mapped_column(String(20))
    status: Mapped[str] = mapped_column(String(20))
    reason_category: Mapped[str] = mapped_column(String(40), default="")
    reason: Mapped[str] = mapped_column(Text, default="")
    successor_serial: Mapped[str | None] = mapped_column(String(40))
    actor_id: Mapped[UUID | None] = mapped_column(Uuid)
    at: Mapped[datetime] = mapped_column(Instant)


class RowDisclosure(Base):
    """Who saw or exported which record, when, by which door."""

    __tablename__ = "disclosure"
    id: Mapped[int] = mapped_column(BigKey, primary_key=True, autoincrement=True)
    record_id: Mapped[UUID] = mapped_column(ForeignKey("completion_record.id"), index=True)
    actor_id: Mapped[UUID | None] = mapped_column(Uuid)
    door: Mapped[str] = mapped_column(String(40))
    at: Mapped[datetime] = mapped_column(Instant)


def by_serial(session: Session, serial: str) -> RowRecord | None:
    """The record with this serial, or None."""
    return session.scalar(select(RowRecord).where(RowRecord.serial == serial))
