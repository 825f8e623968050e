"""Revocations as rows: proposed by one registrar, approved by another or withdrawn."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, String, Text, Uuid, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from quizapp.domain.record import RevocationState
from quizapp.store.engine import Base
from quizapp.store.people import RowPerson
from quizapp.store.records import RowRecord
from quizapp.store.types import Instant


class RowRevocation(Base):
    """A proposal to end a record for good, and what became of it; of each record at most one waits."""

    __tablename__ = "revocation"
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    record_id: Mapped[UUID] = mapped_column(ForeignKey("completion_record.id"), index=True)
    category: Mapped[str] = mapped_column(String(40))
    reason: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(20), index=True)
    proposed_by: Mapped[UUID | None] = mapped_column(Uuid)
    proposed_at: Mapped[datetime] = mapped_column(Instant)
    decided_by: Mapped[UUID | None] = mapped_column(Uuid)
    decided_at: Mapped[datetime | None] = mapped_column(Instant)


_WAITS = RowRevocation.state == RevocationState.PROPOSED.value


def waiting_of(session: Session, record_id: UUID) -> RowRevocation | None:
    """The revocation of a record that waits for a second word, or None.

    Whoever changes it holds the record.
    """
    return session.scalar(select(RowRevocation).where(RowRevocation.record_id == record_id, _WAITS))


def waiting(session: Session, reader_id: UUID | None) -> Sequence[tuple[RowRevocation, RowRecord, str]]:
    """Every revocation that waits, the oldest first, with its record and who proposed it.

    Those of the reader's own records are left out.
    """
    query = (
        select(RowRevocation, RowRecord, func.coalesce(RowPerson.name, ""))
        .join(RowRecord, RowRecord.id == RowRevocation.record_id)
        .outerjoin(RowPerson, RowPerson.id == RowRevocation.proposed_by)
        .order_by(RowRevocation.proposed_at, RowRevocation.id)
    )
    found = session.execute(_of_others(query, reader_id))
    return [(row[0], row[1], row[2]) for row in found]


def count_waiting(session: Session, reader_id: UUID | None) -> int:
    """How many of them there are."""
    query = (
        select(func.count())
        .select_from(RowRevocation)
        .join(RowRecord, RowRecord.id == RowRevocation.record_id)
    )
    return session.scalar(_of_others(query, reader_id)) or 0


def _of_others(query: Any, reader_id: UUID | None) -> Any:
    query = query.where(_WAITS)
    return query if reader_id is None else query.where(RowRecord.person_id != reader_id)
