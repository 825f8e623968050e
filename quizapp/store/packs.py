"""Printed forms, and what people keyed in off their answer sheets."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, ForeignKey, String, UniqueConstraint, Uuid, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from quizapp.store.attempts import RowForm
from quizapp.store.engine import Base
from quizapp.store.types import Instant


class RowPrintedForm(Base):
    """A form that was printed, by the code on its pages."""

    __tablename__ = "printed_form"
    form_id: Mapped[UUID] = mapped_column(ForeignKey("form.id"), primary_key=True)
    code: Mapped[str] = mapped_column(String(20), unique=True)


class RowPaperEntry(Base):
    """One reading of one person's answer sheet; never edited. The third decides where two differ."""

    __tablename__ = "paper_entry"
    __table_args__ = (UniqueConstraint("sitting_id", "person_id", "form_id", "number"),)
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    sitting_id: Mapped[UUID] = mapped_column(ForeignKey("sitting.id"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    form_id: Mapped[UUID] = mapped_column(ForeignKey("printed_form.form_id"), index=True)
    number: Mapped[int]
    responses: Mapped[dict[str, Any]] = mapped_column(JSON)
    entered_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    entered_at: Mapped[datetime] = mapped_column(Instant)


def printed_form(session: Session, exam_id: UUID, code: str) -> RowPrintedForm | None:
    """The printed form of an exam with this code, or None."""
    query = (
        select(RowPrintedForm)
        .join(RowForm, RowForm.id == RowPrintedForm.form_id)
        .where(RowForm.exam_id == exam_id, RowPrintedForm.code == code)
    )
    return session.scalar(query)


def entries(session: Session, sitting_id: UUID, person_id: UUID, form_id: UUID) -> list[RowPaperEntry]:
    """The readings of one answer sheet, the first first."""
    query = (
        select(RowPaperEntry)
        .where(
            RowPaperEntry.sitting_id == sitting_id,
            RowPaperEntry.person_id == person_id,
            RowPaperEntry.form_id == form_id,
        )
        .order_by(RowPaperEntry.number)
    )
    return list(session.scalars(query))


def entries_of_sitting(session: Session, sitting_id: UUID) -> list[tuple[RowPaperEntry, str]]:
    """Every reading in a sitting with its form's code, in the order they were made."""
    query = (
        select(RowPaperEntry, RowPrintedForm.code)
        .join(RowPrintedForm, RowPrintedForm.form_id == RowPaperEntry.form_id)
        .where(RowPaperEntry.sitting_id == sitting_id)
        .order_by(RowPaperEntry.entered_at, RowPaperEntry.number)
    )
    return [(row[0], row[1]) for row in session.execute(query)]
