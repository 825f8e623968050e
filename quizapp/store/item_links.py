"""Pairs of items that never share a form, kept beside their versions."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from quizapp.store.engine import Base
from quizapp.store.types import Instant


class RowItemLink(Base):
    """Two items of one bank that are enemies, once: ``first_id`` is the smaller of their ids."""

    __tablename__ = "item_link"
    first_id: Mapped[UUID] = mapped_column(ForeignKey("item.id"), primary_key=True)
    second_id: Mapped[UUID] = mapped_column(ForeignKey("item.id"), primary_key=True, index=True)
    bank_row_id: Mapped[UUID] = mapped_column(ForeignKey("item_bank.id"), index=True)
    linked_at: Mapped[datetime] = mapped_column(Instant)


def pair(one: UUID, other: UUID) -> tuple[UUID, UUID]:
    """The key of a link, whichever item is named first."""
    return (one, other) if one.bytes < other.bytes else (other, one)


def of_banks(session: Session, bank_row_ids: Collection[UUID]) -> dict[UUID, set[UUID]]:
    """The items each item of these banks is kept apart from, both ways; the unlinked are left out."""
    query = select(RowItemLink.first_id, RowItemLink.second_id).where(
        RowItemLink.bank_row_id.in_(bank_row_ids)
    )
    found: dict[UUID, set[UUID]] = {}
    for first, second in session.execute(query):
        found.setdefault(first, set()).add(second)
        found.setdefault(second, set()).add(first)
    return found


def of_item(session: Session, item_row_id: UUID) -> set[UUID]:
    """The items one item is kept apart from."""
    query = select(RowItemLink.first_id, RowItemLink.second_id).where(
        or_(RowItemLink.first_id == item_row_id, RowItemLink.second_id == item_row_id)
    )
    return {item for row in session.execute(query) for item in row} - {item_row_id}


def are_among(session: Session, item_row_ids: Collection[UUID]) -> bool:
    """Whether any two of these items are kept apart."""
    query = select(RowItemLink.first_id).where(
        RowItemLink.first_id.in_(item_row_ids), RowItemLink.second_id.in_(item_row_ids)
    )
    return session.scalar(query.limit(1)) is not None
