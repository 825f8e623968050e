"""Queries over what learners reported about items."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from quizapp.store.attempts import RowAttempt, RowFormSlot
from quizapp.store.exam_day import RowProblemReport
from quizapp.store.exams import RowSitting
from quizapp.store.items import RowItem, RowItemBank, RowItemVersion

#: A page shows at most so many.
MOST = 500


def version_at(session: Session, form_id: UUID, slot: int) -> UUID | None:
    """The wording at a place of a form, or None."""
    query = select(RowFormSlot.item_version_id).where(
        RowFormSlot.form_id == form_id, RowFormSlot.position == slot
    )
    return session.scalar(query)


def count(session: Session, attempt_id: UUID) -> int:
    """How many reports an attempt has made."""
    query = select(func.count()).where(RowProblemReport.attempt_id == attempt_id)
    return session.scalar(query) or 0


def is_known(session: Session, attempt_id: UUID, slot: int, text: str) -> bool:
    """Whether an attempt has said the same of the same place before."""
    query = select(RowProblemReport.id).where(
        RowProblemReport.attempt_id == attempt_id,
        RowProblemReport.slot == slot,
        RowProblemReport.text == text,
    )
    return session.scalar(query.limit(1)) is not None


def listed(session: Session, bank_id: str = "", item_id: str = "") -> Sequence[Any]:
    """(at, text, bank, item, version, is_suspended, sitting's title), newest first."""
    query = (
        select(
            RowProblemReport.at,
            RowProblemReport.text,
            RowItemBank.bank_id,
            RowItem.item_id,
            RowItemVersion.number,
            RowItem.suspended_at.is_not(None),
            func.coalesce(RowSitting.title, ""),
        )
        .join(RowItemVersion, RowItemVersion.id == RowProblemReport.item_version_id)
        .join(RowItem, RowItem.id == RowItemVersion.item_row_id)
        .join(RowItemBank, RowItemBank.id == RowItem.bank_row_id)
        .join(RowAttempt, RowAttempt.id == RowProblemReport.attempt_id)
        .outerjoin(RowSitting, RowSitting.id == RowAttempt.sitting_id)
    )
    if item_id:
        query = query.where(RowItemBank.bank_id == bank_id, RowItem.item_id == item_id)
    query = query.order_by(RowProblemReport.at.desc(), RowProblemReport.id.desc()).limit(MOST)
    return session.execute(query).all()
