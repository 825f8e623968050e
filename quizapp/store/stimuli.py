"""Scenarios and the items that share them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from quizapp.domain.item_bank import Stimulus
from quizapp.store.items import RowItem, RowItemVersion, RowStimulus


@dataclass(frozen=True, slots=True)
class Sharing:
    """An item, its status, and the number of the scenario's wording that its current version rests on."""

    item_row_id: UUID
    item_id: str
    status: str
    number: int


def items_by_stimulus(session: Session, bank_row_id: UUID) -> dict[str, list[Sharing]]:
    """The items of a bank, by the scenario their current wording shares."""
    query = (
        select(RowStimulus.stimulus_id, RowItem.id, RowItem.item_id, RowItem.status, RowStimulus.number)
        .join(RowItemVersion, RowItemVersion.stimulus_version_id == RowStimulus.id)
        .join(RowItem, RowItem.current_version_id == RowItemVersion.id)
        .where(RowStimulus.bank_row_id == bank_row_id)
        .order_by(RowItem.item_id)
    )
    found: dict[str, list[Sharing]] = {}
    for name, row_id, item_id, status, number in session.execute(query):
        found.setdefault(name, []).append(Sharing(row_id, item_id, status, number))
    return found


def locked(session: Session, bank_row_id: UUID, stimulus_id: str) -> RowStimulus | None:
    """The newest wording of a scenario, held until the transaction ends, or None."""
    query = (
        select(RowStimulus)
        .where(RowStimulus.bank_row_id == bank_row_id, RowStimulus.stimulus_id == stimulus_id)
        .order_by(RowStimulus.number.desc())
        .limit(1)
        .with_for_update()
    )
    return session.scalar(query)


def to_domain(row: RowStimulus) -> Stimulus:
    """A wording of a scenario as a value."""
    return Stimulus(row.stimulus_id, row.title, row.text)


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
