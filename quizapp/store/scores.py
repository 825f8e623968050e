"""Scores as rows: never edited, a rescore is a new row and the attempt points to the current one."""

from __future__ import annotations

from datetime import datetime
from fractions import Fraction
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from quizapp.store.engine import Base
from quizapp.store.types import Exact, Instant


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
