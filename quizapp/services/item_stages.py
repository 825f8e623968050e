"""Where an item stands, derived from its status, its open draft and the exams that may draw it."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from quizapp.domain.errors import NotFound
from quizapp.domain.exam import ExamState
from quizapp.domain.item import ItemStatus
from quizapp.domain.item_draft import DraftState, Stage, stage
from quizapp.domain.person import Actor, Permission
from quizapp.services.unit_of_work import Context
from quizapp.store import exams as exam_store
from quizapp.store import item_drafts as store
from quizapp.store import item_lists
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
        exams = tuple(_asking(session, item))
        state = DraftState(draft.state) if draft else None
        is_asked = bool(exams) and item.suspended_at is None
        told = stage(ItemStatus(item.status), state, is_asked)
        return ItemStage(told, draft.id if draft else None, exams)


def _asking(session: Session, item: RowItem) -> list[tuple[UUID, str]]:
    """The published exams whose blueprint asks the item's task from its pool of its bank."""
    found = []
    for row in exam_store.of_bank(session, item.bank_row_id, ExamState.PUBLISHED.value):
        definition = exam_store.definition_of(row)
        asks = any(line.task_code == item.scoring_task for line in definition.blueprint.rows)
        if asks and definition.pool.value == item.pool:
            found.append((row.id, row.title))
    return found
