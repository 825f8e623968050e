"""Item banks, items and their frozen versions as rows.

``content`` and ``key`` of a version are two columns, so that delivery selects the one and
cannot reach the other by accident.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint, Uuid, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from quizapp.domain.blueprint import Candidate
from quizapp.domain.item import ItemStatus, Pool
from quizapp.store.engine import Base
from quizapp.store.types import Instant


class RowItemBank(Base):
    """A bank; ``digest`` is over the digests of its current item versions."""

    __tablename__ = "item_bank"
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    bank_id: Mapped[str] = mapped_column(String(64), unique=True)
    framework_id: Mapped[str] = mapped_column(String(64))
    framework_version: Mapped[str] = mapped_column(String(40))
    title: Mapped[str] = mapped_column(String(200))
    distribution: Mapped[str] = mapped_column(String(20))
    sme_review: Mapped[str] = mapped_column(String(20))
    licence: Mapped[str] = mapped_column(String(60))
    language: Mapped[str] = mapped_column(String(20))
    notes: Mapped[list[Any]] = mapped_column(JSON)
    digest: Mapped[str] = mapped_column(String(64))
    loaded_at: Mapped[datetime] = mapped_column(Instant)


class RowStimulus(Base):
    """One frozen wording of a shared scenario."""

    __tablename__ = "stimulus_version"
    __table_args__ = (UniqueConstraint("bank_row_id", "stimulus_id", "number"),)
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    bank_row_id: Mapped[UUID] = mapped_column(ForeignKey("item_bank.id"))
    stimulus_id: Mapped[str] = mapped_column(String(64))
    number: Mapped[int]
    digest: Mapped[str] = mapped_column(String(64))
    title: Mapped[str] = mapped_column(String(200))
    text: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(Instant)


class RowItem(Base):
    """An item: its stable id, its place in the bank, and which version is current."""

    __tablename__ = "item"
    __table_args__ = (UniqueConstraint("bank_row_id", "item_id"),)
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    bank_row_id: Mapped[UUID] = mapped_column(ForeignKey("item_bank.id"))
    item_id: Mapped[str] = mapped_column(String(64))
    pool: Mapped[str] = mapped_column(String(20))
    status: Mapped[str] = mapped_column(String(20))
    scoring_task: Mapped[str] = mapped_column(String(20), index=True)
    current_version_id: Mapped[UUID | None] = mapped_column(Uuid)
    suspended_at: Mapped[datetime | None] = mapped_column(Instant)


class RowItemVersion(Base):
    """One frozen wording of one item."""

    __tablename__ = "item_version"
    __table_args__ = (UniqueConstraint("item_row_id", "number"),)
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    item_row_id: Mapped[UUID] = mapped_column(ForeignKey("item.id"))
    number: Mapped[int]
    digest: Mapped[str] = mapped_column(String(64))
    type: Mapped[str] = mapped_column(String(40))
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    key: Mapped[dict[str, Any]] = mapped_column(JSON)
    level: Mapped[str] = mapped_column(String(20))
    difficulty: Mapped[int]
    sources: Mapped[list[Any]] = mapped_column(JSON)
    enemies: Mapped[list[Any]] = mapped_column(JSON)
    stimulus_version_id: Mapped[UUID | None] = mapped_column(ForeignKey("stimulus_version.id"))
    author: Mapped[str] = mapped_column(String(200))
    reviewer: Mapped[str | None] = mapped_column(String(200))
    created_at: Mapped[datetime] = mapped_column(Instant)


class RowItemTask(Base):
    """Which task statements a version is tagged to; position 0 is the scoring task."""

    __tablename__ = "item_version_task"
    __table_args__ = (Index("ix_item_version_task_code", "task_code"),)
    item_version_id: Mapped[UUID] = mapped_column(ForeignKey("item_version.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    task_code: Mapped[str] = mapped_column(String(20))


def bank(session: Session, bank_id: str) -> RowItemBank | None:
    """The bank with this id, or None."""
    return session.scalar(select(RowItemBank).where(RowItemBank.bank_id == bank_id))


@dataclass(frozen=True, slots=True)
class Eligible:
    """An item a form may hold now: its rows, and what drawing needs to know of it."""

    item_row_id: UUID
    version_id: UUID
    candidate: Candidate


def eligible(session: Session, bank_row_ids: Collection[UUID], pool: Pool) -> list[Eligible]:
    """Approved, not suspended items of these banks and this pool, by stable id.

    Candidates are named by the item's row id (as text), which is unique over all banks.
    """
    stimulus = RowStimulus.stimulus_id
    query = (
        select(RowItem, RowItemVersion.id, RowItemVersion.enemies, stimulus)
        .join(RowItemVersion, RowItemVersion.id == RowItem.current_version_id)
        .outerjoin(RowStimulus, RowStimulus.id == RowItemVersion.stimulus_version_id)
        .where(
            RowItem.bank_row_id.in_(bank_row_ids),
            RowItem.pool == pool.value,
            RowItem.status == ItemStatus.APPROVED.value,
            RowItem.suspended_at.is_(None),
        )
        .order_by(RowItem.bank_row_id, RowItem.item_id)
    )
    rows = session.execute(query).all()
    ids = {(row.RowItem.bank_row_id, row.RowItem.item_id): str(row.RowItem.id) for row in rows}
    return [
        Eligible(
            item.id,
            version_id,
            Candidate(
                id=str(item.id),
                task_code=item.scoring_task,
                stimulus=f"{item.bank_row_id}/{scenario}" if scenario else None,
                enemies=frozenset(
                    ids[item.bank_row_id, enemy] for enemy in enemies if (item.bank_row_id, enemy) in ids
                ),
            ),
        )
        for item, version_id, enemies, scenario in rows
    ]
