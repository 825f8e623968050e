"""Changes of records in one order without gaps, however their transactions overlapped."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ForeignKey, func, insert, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from quizapp.store.engine import Base
from quizapp.store.records import RowRecord, RowRecordEvent
from quizapp.store.types import BigKey

#: Any number all publishers agree on: PostgreSQL's name of the lock that lets one of them work.
PUBLISHER_LOCK = 7_164_206
#: A transaction may commit after others with higher ids. The quick look for unpublished events
#: starts this many ids below the highest published one; the thorough look starts at the first.
LOOK_BACK_IDS = 10_000
BATCH = 1_000


class RowRecordChange(Base):
    """The place of one record event in the feed; numbers count up by one from one."""

    __tablename__ = "record_change"
    number: Mapped[int] = mapped_column(BigKey, primary_key=True, autoincrement=False)
    event_id: Mapped[int] = mapped_column(ForeignKey("record_event.id"), unique=True)


@dataclass(frozen=True, slots=True)
class Change:
    """One change of one record; ``number`` is its place in the feed."""

    number: int
    verb: str
    status: str
    reason_category: str
    successor_serial: str | None
    at: datetime
    record: RowRecord


def lock_publishing(session: Session) -> None:
    """Wait until no other process publishes; SQLite's writers already exclude each other."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text(f"SELECT pg_advisory_xact_lock({PUBLISHER_LOCK})"))


def unpublished(session: Session, limit: int, *, is_thorough: bool = False) -> Sequence[int]:
    """The ids of visible events without a number, lowest first."""
    highest = 0 if is_thorough else session.scalar(select(func.max(RowRecordChange.event_id))) or 0
    known = select(RowRecordChange.event_id).where(RowRecordChange.event_id == RowRecordEvent.id).exists()
    query = select(RowRecordEvent.id).where(RowRecordEvent.id > max(0, highest - LOOK_BACK_IDS), ~known)
    return session.scalars(query.order_by(RowRecordEvent.id).limit(limit)).all()


def last_number(session: Session) -> int:
    """The number of the newest published change; 0 before the first."""
    return session.scalar(select(func.max(RowRecordChange.number))) or 0


def add(session: Session, first: int, event_ids: Sequence[int]) -> None:
    """Number these events, as a statement: the changes themselves have their audit lines."""
    rows = [{"number": first + at, "event_id": event_id} for at, event_id in enumerate(event_ids)]
    session.execute(insert(RowRecordChange), rows)


def after(session: Session, number: int, limit: int) -> list[Change]:
    """The published changes after this number, in order."""
    query = (
        select(RowRecordChange.number, RowRecordEvent, RowRecord)
        .join(RowRecordEvent, RowRecordEvent.id == RowRecordChange.event_id)
        .join(RowRecord, RowRecord.id == RowRecordEvent.record_id)
        .where(RowRecordChange.number > number)
        .order_by(RowRecordChange.number)
        .limit(limit)
    )
    return [
        Change(
            place, event.verb, event.status, event.reason_category, event.successor_serial, event.at, record
        )
        for place, event, record in session.execute(query)
    ]
