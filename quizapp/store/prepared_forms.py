"""Forms drawn before a sitting opens. Nobody has seen them, so they may be thrown away."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, String, delete, func, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from quizapp.domain.exam import ExamState, Mode, SittingState
from quizapp.domain.item import ItemStatus
from quizapp.store.attempts import RowForm, RowFormSlot
from quizapp.store.engine import Base
from quizapp.store.exams import RowExam, RowSitting
from quizapp.store.items import RowItem, RowItemVersion
from quizapp.store.types import Instant


class RowPreparedForm(Base):
    """Somebody on a roster who was looked at, and their form; None where they may not start.

    ``basis`` is the digest of the rules it was drawn by: blueprint, cycle, top-up.
    """

    __tablename__ = "prepared_form"
    sitting_id: Mapped[UUID] = mapped_column(ForeignKey("sitting.id"), primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), primary_key=True, index=True)
    form_id: Mapped[UUID | None] = mapped_column(ForeignKey("form.id"), unique=True)
    basis: Mapped[str] = mapped_column(String(64))
    prepared_at: Mapped[datetime] = mapped_column(Instant)


def opening_soon(session: Session, now: datetime, until: datetime) -> list[tuple[RowSitting, RowExam]]:
    """Certification sittings that open between the two instants, the soonest first."""
    query = (
        select(RowSitting, RowExam)
        .join(RowExam, RowExam.id == RowSitting.exam_id)
        .where(
            RowSitting.state == SittingState.SCHEDULED.value,
            RowSitting.opens_at > now,
            RowSitting.opens_at <= until,
            RowExam.mode == Mode.CERTIFICATION.value,
            RowExam.state == ExamState.PUBLISHED.value,
        )
        .order_by(RowSitting.opens_at, RowSitting.id)
    )
    return [(row[0], row[1]) for row in session.execute(query)]


def known(session: Session, sitting_id: UUID) -> set[UUID]:
    """Everybody who was looked at for a sitting."""
    query = select(RowPreparedForm.person_id).where(RowPreparedForm.sitting_id == sitting_id)
    return set(session.scalars(query))


def unused(session: Session, now: datetime) -> list[RowPreparedForm]:
    """What is left of sittings that are over."""
    query = (
        select(RowPreparedForm)
        .join(RowSitting, RowSitting.id == RowPreparedForm.sitting_id)
        .where(or_(RowSitting.state != SittingState.SCHEDULED.value, RowSitting.closes_at <= now))
    )
    return list(session.scalars(query))


def is_drawable(session: Session, form_id: UUID, pool: str) -> bool:
    """Whether every item of a form would still be drawn: approved, current, not suspended, of the pool."""
    slots = select(func.count()).where(RowFormSlot.form_id == form_id)
    sound = (
        select(func.count())
        .select_from(RowFormSlot)
        .join(RowItemVersion, RowItemVersion.id == RowFormSlot.item_version_id)
        # By its key first: what is current has no index, and from the items' side this reads the
        # places of every form there is.
        .join(RowItem, RowItem.id == RowItemVersion.item_row_id)
        .where(
            RowFormSlot.form_id == form_id,
            RowItem.current_version_id == RowItemVersion.id,
            RowItem.status == ItemStatus.APPROVED.value,
            RowItem.suspended_at.is_(None),
            RowItem.pool == pool,
        )
    )
    return session.scalar(slots) == session.scalar(sound)


def throw_away(session: Session, row: RowPreparedForm) -> None:
    """Delete a form nobody has seen, and its slots."""
    form_id = row.form_id
    session.delete(row)
    session.flush()
    if form_id is not None:
        session.execute(delete(RowFormSlot).where(RowFormSlot.form_id == form_id))
        session.execute(delete(RowForm).where(RowForm.id == form_id))
