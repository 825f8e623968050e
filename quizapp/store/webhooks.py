"""Webhooks as rows: where changes are sent, how far the target has followed, what it said last."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, LargeBinary, String, Text, Uuid, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from quizapp.store.engine import Base
from quizapp.store.types import BigKey, Instant


class RowWebhook(Base):
    """One target; ``cursor`` is the number of the last change it has acknowledged."""

    __tablename__ = "webhook"
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    url: Mapped[str] = mapped_column(String(500))
    secret: Mapped[bytes] = mapped_column(LargeBinary)
    cursor: Mapped[int] = mapped_column(BigKey, autoincrement=False)
    created_at: Mapped[datetime] = mapped_column(Instant)
    created_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    disabled_at: Mapped[datetime | None] = mapped_column(Instant)
    delivered_at: Mapped[datetime | None] = mapped_column(Instant)
    failed_at: Mapped[datetime | None] = mapped_column(Instant)
    error: Mapped[str] = mapped_column(Text, default="")


def by_id(session: Session, webhook_id: UUID) -> RowWebhook | None:
    """The webhook with this id, or None."""
    return session.get(RowWebhook, webhook_id)


def locked(session: Session, webhook_id: UUID) -> RowWebhook | None:
    """The webhook with this id, held until the transaction ends, or None."""
    return session.scalar(select(RowWebhook).where(RowWebhook.id == webhook_id).with_for_update())


def listed(session: Session) -> Sequence[RowWebhook]:
    """Every webhook, newest first."""
    return session.scalars(select(RowWebhook).order_by(RowWebhook.created_at.desc(), RowWebhook.id)).all()


def enabled_ids(session: Session) -> Sequence[UUID]:
    """The webhooks that are sent changes."""
    return session.scalars(select(RowWebhook.id).where(RowWebhook.disabled_at.is_(None))).all()


def advance(session: Session, webhook_id: UUID, known: int, number: int, at: datetime) -> None:
    """Move the cursor past a delivered change, unless somebody has asked for a replay meanwhile."""
    change = update(RowWebhook).where(RowWebhook.id == webhook_id, RowWebhook.cursor == known)
    session.execute(change.values(cursor=number, delivered_at=at, error="", failed_at=None))


def note_failure(session: Session, webhook_id: UUID, at: datetime, error: str, **also: Any) -> None:
    """Write down what went wrong at the last try."""
    change = update(RowWebhook).where(RowWebhook.id == webhook_id)
    session.execute(change.values(failed_at=at, error=error[:500], **also))
