"""Where an item stands, derived from its status, its open draft and the exams that may draw it."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from quizapp.domain.errors import NotFound
from quizapp.domain.exam import ExamDefinition, ExamState
from quizapp.domain.item import ItemStatus
from quizapp.domain.item_draft import DraftState, Stage, stage
from quizapp.domain.person import Actor, Permission
from quizapp.services.unit_of_work import Context
from quizapp.store import exams as exam_store
from quizapp.store import item_drafts as store
from quizapp.store import item_lists
from quizapp.store import items as item_store
from quizapp.store.exams import RowExam
from quizapp.store.items import RowItem


@dataclass(frozen=True, slots=True)
class ItemStage:
    """The stage of an item, its open draft, and the published exams that may draw it."""

    stage: Stage
    draft_id: UUID | None
    exams: tuple[tuple[UUID, str], ...]


def of_item(context: Context, actor: Actor, bank_id: str, item_id: str) -> ItemStage:
    """The stage of an item; raises `NotFound`."""
    actor.require(Permission.READ_KEYS)
    with context.reading() as session:
        item = item_lists.item(session, bank_id, item_id)
        if item is None:
            raise NotFound("not_found", noun="item", item=item_id)
        draft = store.open_of(session, item.id)
        exams = tuple(asking(session, item))
        state = DraftState(draft.state) if draft else None
        is_asked = bool(exams) and item.suspended_at is None
        told = stage(ItemStatus(item.status), state, is_asked)
        return ItemStage(told, draft.id if draft else None, exams)


def asked(context: Context, actor: Actor, bank_id: str) -> frozenset[tuple[str, str]]:
    """The (task code, pool) pairs published exams ask of a bank: its approved items there are live."""
    actor.require(Permission.BROWSE_BANK)
    with context.reading() as session:
        bank = item_store.bank(session, bank_id)
        found = _in_state(session, bank.id, ExamState.PUBLISHED) if bank else []
        return frozenset(pair for _, pairs in found for pair in pairs)


def asking(session: Session, item: RowItem, state: ExamState = ExamState.PUBLISHED) -> list[tuple[UUID, str]]:
    """The exams in a state whose blueprint asks the item's task from its pool of its bank."""
    wanted, found = (item.scoring_task, item.pool), _in_state(session, item.bank_row_id, state)
    return [(row.id, row.title) for row, pairs in found if wanted in pairs]


def _in_state(
    session: Session, bank_row_id: UUID, state: ExamState
) -> list[tuple[RowExam, frozenset[tuple[str, str]]]]:
    """The exams of a bank in a state, each with the (task code, pool) pairs it asks."""
    rows = exam_store.of_bank(session, bank_row_id, state.value)
    return [(row, _pairs(exam_store.definition_of(row))) for row in rows]


def _pairs(definition: ExamDefinition) -> frozenset[tuple[str, str]]:
    return frozenset((line.task_code, definition.pool.value) for line in definition.blueprint.rows)
