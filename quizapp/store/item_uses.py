"""Where an item is in use: attempts whose results can still change, sittings that are running."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from quizapp.domain.attempt import AttemptState
from quizapp.store.attempts import RowAttempt, RowFormSlot
from quizapp.store.items import RowItemVersion


def _has_item(item_row_id: UUID) -> Any:
    forms = (
        select(RowFormSlot.form_id)
        .join(RowItemVersion, RowItemVersion.id == RowFormSlot.item_version_id)
        .where(RowItemVersion.item_row_id == item_row_id)
    )
    return RowAttempt.form_id.in_(forms)


def unreleased_with(session: Session, item_row_id: UUID) -> list[UUID]:
    """The scored attempts with an item on their form whose results nobody has been shown."""
    query = select(RowAttempt.id).where(
        RowAttempt.state == AttemptState.CLOSED.value,
        RowAttempt.current_score_id.is_not(None),
        RowAttempt.released_at.is_(None),
        _has_item(item_row_id),
    )
    return list(session.scalars(query.order_by(RowAttempt.id)))


def running_sittings_with(session: Session, item_row_id: UUID) -> Sequence[UUID]:
    """The sittings in which somebody is at work on a form with an item."""
    query = (
        select(RowAttempt.sitting_id)
        .where(
            RowAttempt.state == AttemptState.OPEN.value,
            RowAttempt.sitting_id.is_not(None),
            _has_item(item_row_id),
        )
        .distinct()
    )
    return [sitting_id for sitting_id in session.scalars(query) if sitting_id is not None]
