"""Audit lines, their seals and checkpoints, and jobs, as rows."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from quizapp.store.engine import Base
from quizapp.store.types import BigKey, Instant


class RowAuditLine(Base):
    """Who did what when why; ids only, no personal data, no answers."""

    __tablename__ = "audit_line"
    __table_args__ = (Index("ix_audit_line_object", "noun", "object_id"),)
    id: Mapped[int] = mapped_column(BigKey, primary_key=True, autoincrement=True)
    at: Mapped[datetime] = mapped_column(Instant)
    actor_id: Mapped[UUID | None] = mapped_column(Uuid)
    actor_name: Mapped[str] = mapped_column(String(40), default="")
    verb: Mapped[str] = mapped_column(String(40))
    noun: Mapped[str] = mapped_column(String(40))
    object_id: Mapped[str] = mapped_column(String(80))
    facts: Mapped[dict[str, Any]] = mapped_column(JSON)
    request_id: Mapped[str] = mapped_column(String(40), default="")


class RowAuditSeal(Base):
    """The seal of one line: keyed, over the line and the seal before it."""

    __tablename__ = "audit_seal"
    number: Mapped[int] = mapped_column(BigKey, primary_key=True, autoincrement=False)
    line_id: Mapped[int] = mapped_column(ForeignKey("audit_line.id"), unique=True)
    seal: Mapped[str] = mapped_column(String(64))


class RowCheckpoint(Base):
    """A signed statement that the chain had this head at this number; reveals a cut tail."""

    __tablename__ = "audit_checkpoint"
    id: Mapped[int] = mapped_column(BigKey, primary_key=True, autoincrement=True)
    number: Mapped[int] = mapped_column(BigKey)
    seal: Mapped[str] = mapped_column(String(64))
    key_id: Mapped[str] = mapped_column(String(80))
    signature: Mapped[bytes] = mapped_column(LargeBinary)
    at: Mapped[datetime] = mapped_column(Instant)


class RowJob(Base):
    """Background work, written in the transaction that asks for it; the truth about it."""

    __tablename__ = "job"
    __table_args__ = (
        UniqueConstraint("kind", "object_id"),
        Index("ix_job_due", "state", "run_at"),
    )
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    kind: Mapped[str] = mapped_column(String(40))
    object_id: Mapped[str] = mapped_column(String(80))
    facts: Mapped[dict[str, Any]] = mapped_column(JSON)
    state: Mapped[str] = mapped_column(String(20))
    tries: Mapped[int] = mapped_column(default=0)
    run_at: Mapped[datetime] = mapped_column(Instant)
    leased_until: Mapped[datetime | None] = mapped_column(Instant)
    error: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime] = mapped_column(Instant)
    done_at: Mapped[datetime | None] = mapped_column(Instant)


class RowBlob(Base):
    """A file by the SHA-256 of its content; stateless processes share no folder."""

    __tablename__ = "blob"
    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    media_type: Mapped[str] = mapped_column(String(80))
    data: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime] = mapped_column(Instant)
