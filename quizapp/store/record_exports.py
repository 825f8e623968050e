"""Views somebody saved, and exports that are written in the background: their state and their bytes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    JSON,
    ForeignKey,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
    Uuid,
    delete,
    insert,
    select,
    update,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from quizapp.store.engine import Base
from quizapp.store.types import Instant

#: Characters of the name of a saved view.
LONGEST_NAME = 80


class RowSavedView(Base):
    """A search somebody keeps under a name: the address of a list without its page; ``place`` is the list."""

    __tablename__ = "saved_view"
    __table_args__ = (UniqueConstraint("person_id", "place", "name"),)
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    place: Mapped[str] = mapped_column(String(80), default="records", server_default="records")
    name: Mapped[str] = mapped_column(String(LONGEST_NAME))
    query: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(Instant)


class RowRecordExport(Base):
    """A file of records somebody asked for; ``done`` of ``total`` rows are written."""

    __tablename__ = "record_export"
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    form: Mapped[str] = mapped_column(String(20))
    wish: Mapped[dict[str, Any]] = mapped_column(JSON)
    total: Mapped[int]
    done: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(Instant, index=True)
    done_at: Mapped[datetime | None] = mapped_column(Instant)


class RowRecordExportPart(Base):
    """A piece of an export's file: in the database, because worker and server may be two machines."""

    __tablename__ = "record_export_part"
    export_id: Mapped[UUID] = mapped_column(
        ForeignKey("record_export.id", ondelete="CASCADE"), primary_key=True
    )
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    data: Mapped[bytes] = mapped_column(LargeBinary)


def views(session: Session, person_id: UUID, place: str) -> Sequence[RowSavedView]:
    """The views of a person of one list, by name."""
    query = select(RowSavedView).where(RowSavedView.person_id == person_id, RowSavedView.place == place)
    return session.scalars(query.order_by(RowSavedView.name)).all()


def view_named(session: Session, person_id: UUID, place: str, name: str) -> RowSavedView | None:
    """The view of a person of one list with this name, or None."""
    query = select(RowSavedView).where(
        RowSavedView.person_id == person_id, RowSavedView.place == place, RowSavedView.name == name
    )
    return session.scalar(query)


def exports(session: Session, person_id: UUID) -> Sequence[RowRecordExport]:
    """The exports somebody asked for, newest first."""
    query = select(RowRecordExport).where(RowRecordExport.person_id == person_id)
    return session.scalars(query.order_by(RowRecordExport.created_at.desc(), RowRecordExport.id)).all()


def delete_exports_before(session: Session, instant: datetime) -> None:
    """Forget the files that were asked for before ``instant``."""
    old = select(RowRecordExport.id).where(RowRecordExport.created_at < instant)
    session.execute(delete(RowRecordExportPart).where(RowRecordExportPart.export_id.in_(old)))
    session.execute(delete(RowRecordExport).where(RowRecordExport.created_at < instant))


def delete_parts(session: Session, export_id: UUID) -> None:
    """Throw away what an earlier try has written."""
    session.execute(delete(RowRecordExportPart).where(RowRecordExportPart.export_id == export_id))


def add_part(session: Session, export_id: UUID, number: int, data: bytes) -> None:
    """Add a piece to an export's file."""
    session.execute(insert(RowRecordExportPart).values(export_id=export_id, number=number, data=data))


def note_progress(session: Session, export_id: UUID, done: int) -> None:
    """Note how many rows of an export are written."""
    session.execute(update(RowRecordExport).where(RowRecordExport.id == export_id).values(done=done))


def parts(session: Session, export_id: UUID) -> Iterator[bytes]:
    """The bytes of an export, piece by piece."""
    for number in range(1, 1 + _count(session, export_id)):
        yield session.get_one(RowRecordExportPart, (export_id, number)).data
        session.expunge_all()


def _count(session: Session, export_id: UUID) -> int:
    query = select(RowRecordExportPart.number).where(RowRecordExportPart.export_id == export_id)
    return max(session.scalars(query), default=0)
