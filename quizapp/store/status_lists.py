"""Where records stand in the public status lists; the bits follow from the records themselves."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import ForeignKey, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from quizapp.domain.record import RecordStatus
from quizapp.store.engine import Base
from quizapp.store.records import RowRecord


class RowStatusEntry(Base):
    """The place of a record in every status list, whatever its purpose; taken once, kept for ever."""

    __tablename__ = "status_entry"
    list_number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    record_id: Mapped[UUID] = mapped_column(ForeignKey("completion_record.id"), unique=True)


def place_of(session: Session, record_id: UUID) -> tuple[int, int] | None:
    """List and position of a record, or None while it has no credential."""
    query = select(RowStatusEntry.list_number, RowStatusEntry.position)
    row = session.execute(query.where(RowStatusEntry.record_id == record_id)).one_or_none()
    return (row[0], row[1]) if row else None


def take(session: Session, record_id: UUID, list_number: int, position: int) -> bool:
    """Give a record this place; False when the place is taken or the record has one already."""
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    row = {"list_number": list_number, "position": position, "record_id": record_id}
    taken = dialect.insert(RowStatusEntry).values(row).on_conflict_do_nothing()
    return bool(session.execute(taken.returning(RowStatusEntry.position)).all())


def newest(session: Session) -> int:
    """The number of the last list; there is always a first one."""
    return session.scalar(select(func.max(RowStatusEntry.list_number))) or 1


def positions(session: Session, list_number: int, statuses: Collection[RecordStatus]) -> list[int]:
    """The positions in a list of records that stand at one of these statuses."""
    query = (
        select(RowStatusEntry.position)
        .join(RowRecord, RowRecord.id == RowStatusEntry.record_id)
        .where(
            RowStatusEntry.list_number == list_number,
            RowRecord.status.in_([status.value for status in statuses]),
        )
        .order_by(RowStatusEntry.position)
    )
    return list(session.scalars(query))
