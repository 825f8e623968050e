"""Jobs as rows: what waits, who works on it until when, what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    JSON,
    Connection,
    Index,
    String,
    Text,
    UniqueConstraint,
    Uuid,
    delete,
    func,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from quizapp.store.engine import Base
from quizapp.store.types import Instant

WAITING, DONE, FAILED = "waiting", "done", "failed"
INSERT: dict[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


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


def ask(session: Session, values: Mapping[str, Any]) -> None:
    """Add a waiting job unless its kind and object have one; one that failed waits again."""
    add = INSERT[session.get_bind().dialect.name](RowJob).values(**values)
    revived = {name: values[name] for name in ("state", "facts", "tries", "run_at", "error")}
    session.execute(
        add.on_conflict_do_update(
            index_elements=["kind", "object_id"], set_=revived, where=RowJob.state == FAILED
        )
    )


def wake(session: Session, values: Mapping[str, Any], now: datetime) -> None:
    """Add a waiting job, or let the one of its kind and object begin anew unless it waits for a try.

    A try in progress no longer finishes the job, because the number of tries is not its own.
    """
    add = INSERT[session.get_bind().dialect.name](RowJob).values(**values)
    anew = {name: values[name] for name in ("state", "tries", "run_at", "error")}
    session.execute(
        add.on_conflict_do_update(
            index_elements=["kind", "object_id"],
            set_={**anew, "leased_until": None},
            where=or_(RowJob.state != WAITING, RowJob.leased_until > now),
        )
    )


def claim(session: Session, now: datetime, leased_until: datetime) -> RowJob | None:
    """Lease the job that has been due longest, past any that another process holds; None: nothing due."""
    row = session.scalar(
        select(RowJob)
        .where(
            RowJob.state == WAITING,
            RowJob.run_at <= now,
            or_(RowJob.leased_until.is_(None), RowJob.leased_until <= now),
        )
        .order_by(RowJob.run_at, RowJob.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    if row is not None:
        change = update(RowJob).where(RowJob.id == row.id)
        session.execute(change.values(leased_until=leased_until, tries=row.tries + 1))
        session.refresh(row)
    return row


def hold(session: Session, job_id: UUID, tries: int, leased_until: datetime) -> bool:
    """Lengthen the lease of a try, unless a later try has begun; says whether it did."""
    change = update(RowJob).where(RowJob.id == job_id, RowJob.tries == tries, RowJob.state == WAITING)
    return session.scalar(change.values(leased_until=leased_until).returning(RowJob.id)) is not None


def finish(session: Session, job_id: UUID, tries: int, **values: Any) -> bool:
    """Write down what became of a try, unless a later try has begun; says whether it did."""
    change = update(RowJob).where(RowJob.id == job_id, RowJob.tries == tries)
    told = session.execute(change.values(leased_until=None, **values).returning(RowJob.id))
    return told.scalar() is not None


def by_object(session: Session, kind: str, object_id: str) -> RowJob | None:
    """The job of this kind for this object, or None."""
    return session.scalar(select(RowJob).where(RowJob.kind == kind, RowJob.object_id == object_id))


def oldest_due(session: Session, now: datetime) -> datetime | None:
    """Since when the job that is due longest has been due, or None when none is."""
    return session.scalar(
        select(func.min(RowJob.run_at)).where(RowJob.state == WAITING, RowJob.run_at <= now)
    )


def count(session: Session, state: str) -> int:
    """How many jobs are in a state."""
    return session.scalar(select(func.count()).select_from(RowJob).where(RowJob.state == state)) or 0


def try_writing(connection: Connection, job_id: UUID, now: datetime) -> None:
    """Write a row of more than a page and take it back: raises what a full or broken disk raises."""
    values = {"id": job_id, "kind": "probe", "object_id": str(job_id), "facts": {}, "state": DONE, "tries": 0}
    connection.execute(insert(RowJob).values(**values, run_at=now, created_at=now, error="x" * 16_384))
    connection.execute(delete(RowJob).where(RowJob.id == job_id))
