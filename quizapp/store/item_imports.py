"""Files of items somebody brought: what was found in them, and how far taking them is."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, ForeignKey, LargeBinary, String, Text, Uuid, delete, select, update
from sqlalchemy.orm import Mapped, Session, defer, mapped_column

from quizapp.store.engine import Base
from quizapp.store.types import Instant


class RowItemImport(Base):
    """A file for a bank; ``report`` is what would happen, and from ``done_at`` what did.

    ``asked_at`` is when somebody said yes; ``done`` of ``total`` entries are read since. ``refusal``
    is the code of why nothing was stored in the end.
    """

    __tablename__ = "item_import"
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    bank_id: Mapped[str] = mapped_column(String(64))
    form: Mapped[str] = mapped_column(String(20))
    file_name: Mapped[str] = mapped_column(Text)
    data: Mapped[bytes] = mapped_column(LargeBinary)
    defaults: Mapped[dict[str, Any]] = mapped_column(JSON)
    report: Mapped[dict[str, Any]] = mapped_column(JSON)
    accepts_valid: Mapped[bool] = mapped_column(default=False)
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(Instant)
    asked_at: Mapped[datetime | None] = mapped_column(Instant)
    done_at: Mapped[datetime | None] = mapped_column(Instant)
    refusal: Mapped[str] = mapped_column(String(40), default="")


def told(session: Session, import_id: UUID) -> RowItemImport | None:
    """An import without the file itself, or None."""
    return session.get(RowItemImport, import_id, options=[defer(RowItemImport.data)])


def of_person(session: Session, person_id: UUID, bank_id: str) -> Sequence[RowItemImport]:
    """Somebody's imports into a bank without their files, newest first."""
    query = (
        select(RowItemImport)
        .options(defer(RowItemImport.data))
        .where(RowItemImport.person_id == person_id, RowItemImport.bank_id == bank_id)
        .order_by(RowItemImport.created_at.desc(), RowItemImport.id)
    )
    return session.scalars(query).all()


def note_progress(session: Session, import_id: UUID, done: int) -> None:
    """Write down how many entries are read."""
    session.execute(update(RowItemImport).where(RowItemImport.id == import_id).values(done=done))


def delete_before(session: Session, instant: datetime) -> None:
    """Forget files that were brought before an instant."""
    session.execute(delete(RowItemImport).where(RowItemImport.created_at < instant))
