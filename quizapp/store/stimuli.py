"""Scenarios and the items that share them."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from quizapp.domain.item_bank import Stimulus
from quizapp.store.items import RowItem, RowItemVersion, RowStimulus


def items_by_stimulus(session: Session, bank_row_id: UUID) -> dict[str, list[tuple[str, str]]]:
    """(stable id, status) of the items of a bank, by the scenario their current wording shares."""
    query = (
        select(RowStimulus.stimulus_id, RowItem.item_id, RowItem.status)
        .join(RowItemVersion, RowItemVersion.stimulus_version_id == RowStimulus.id)
        .join(RowItem, RowItem.current_version_id == RowItemVersion.id)
        .where(RowStimulus.bank_row_id == bank_row_id)
        .order_by(RowItem.item_id)
    )
    found: dict[str, list[tuple[str, str]]] = {}
    for name, item_id, status in session.execute(query):
        found.setdefault(name, []).append((item_id, status))
    return found


def stimulus_row(
    stimulus: Stimulus, row_id: UUID, bank_row_id: UUID, number: int, now: datetime
) -> RowStimulus:
    """The row of a wording of a scenario."""
    return RowStimulus(
        id=row_id,
        bank_row_id=bank_row_id,
        stimulus_id=stimulus.id,
        number=number,
        digest=stimulus.digest,
        title=stimulus.title,
        text=stimulus.text,
        created_at=now,
    )
