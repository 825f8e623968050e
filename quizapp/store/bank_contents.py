"""A bank as values: every item in its current wording, and the scenarios they share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from quizapp.domain.item import ItemVersion
from quizapp.domain.item_bank import ItemBank, Stimulus
from quizapp.store import item_lists
from quizapp.store import items as store
from quizapp.store.items import RowItemBank, RowStimulus


@dataclass(frozen=True, slots=True)
class Wording:
    """An item, the number of its current wording, and that wording's digest."""

    item: ItemVersion
    number: int
    digest: str


@dataclass(frozen=True, slots=True)
class Contents:
    """Items by stable id; the scenarios that are theirs, and all that the bank knows."""

    wordings: tuple[Wording, ...]
    used: Mapping[str, Stimulus]
    stimuli: Mapping[str, Stimulus]


def header(row: RowItemBank) -> ItemBank:
    """What is said about all items of a bank."""
    return ItemBank(
        id=row.bank_id,
        framework=row.framework_id,
        framework_version=row.framework_version,
        title=row.title,
        distribution=row.distribution,
        sme_review=row.sme_review,
        licence=row.licence,
        language=row.language,
        notes=tuple(row.notes),
    )


def of_bank(session: Session, bank_row_id: UUID) -> Contents:
    """Everything a bank holds now, in a handful of queries."""
    codes = item_lists.tasks_by_version(session, bank_row_id)
    told = {row.id: row for row in session.scalars(_stimuli(bank_row_id))}
    wordings: list[Wording] = []
    used: dict[str, RowStimulus] = {}
    for entry in store.stored(session, bank_row_id):
        row = told[entry.version.stimulus_version_id] if entry.version.stimulus_version_id else None
        if row is not None:
            # A file holds one wording of a scenario: of those that items rest on, the newest.
            used[row.stimulus_id] = max(row, used.get(row.stimulus_id, row), key=lambda told: told.number)
        stimulus_id = row.stimulus_id if row else None
        item = store.to_domain(entry.item, entry.version, codes.get(entry.version.id, ()), stimulus_id)
        wordings.append(Wording(item, entry.version.number, entry.version.digest))
    # Ascending numbers: the newest wording of a scenario is the one that stays.
    shared = {name: _stimulus(row) for name, row in used.items()}
    return Contents(tuple(wordings), shared, {row.stimulus_id: _stimulus(row) for row in told.values()})


def _stimuli(bank_row_id: UUID) -> Select[RowStimulus]:
    return select(RowStimulus).where(RowStimulus.bank_row_id == bank_row_id).order_by(RowStimulus.number)


def _stimulus(row: RowStimulus) -> Stimulus:
    return Stimulus(row.stimulus_id, row.title, row.text)
