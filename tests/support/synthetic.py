"""Many attempts at once, written as rows: what a dry run over a whole cohort is tried on."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select

from quizapp.domain import score
from quizapp.domain.exam import to_json
from quizapp.domain.score import EarlierAttempt, SlotFacts, SlotMark
from quizapp.services.scores import _mark_columns, _task_columns
from quizapp.services.unit_of_work import Context, UnitOfWork
from quizapp.store.attempts import RowAttempt, RowExposure, RowForm, RowFormSlot
from quizapp.store.exams import RowExam
from quizapp.store.items import RowItem, RowItemVersion
from quizapp.store.people import RowPerson
from quizapp.store.response_events import RowResponseEvent
from quizapp.store.scores import RowMark, RowScore, RowTaskScore
from tests.support import attempts as room
from tests.support import exams
from tests.support.people import TESTS

TASKS = ("1.A", "1.B")
OUTLINE = [("1.0", list(TASKS))]
RULES = to_json(exams.CERTIFICATION)


@dataclass(frozen=True, slots=True)
class Item:
    """One secure item of the small bank."""

    row_id: UUID
    version_id: UUID
    item_id: str
    task: str
    content: Mapping[str, Any]
    key: Mapping[str, Any]


@dataclass(slots=True)
class Crowd:
    """Attempts as documents for the second scorer, by id; and those whose results are shown."""

    documents: dict[UUID, dict[str, Any]] = field(default_factory=dict)
    released: set[UUID] = field(default_factory=set)
    rows: dict[type, list[dict[str, Any]]] = field(default_factory=dict)

    def add(self, table: type, **row: Any) -> None:
        """Keep a row until all are written."""
        self.rows.setdefault(table, []).append(row)


def crowd(context: Context, people: int, seed: str) -> Crowd:
    """So many learners of a small certification, every fifth of them with a top-up, all scored."""
    sitting_id = room.room(context, [], bank={"secure": {"1.A": 14, "1.B": 14}})
    told, chance = Crowd(), random.Random(seed)
    with context.transaction(TESTS) as uow:
        exam_id = uow.session.scalars(select(RowExam.id)).one()
        items = _items(uow)
        for number in range(people):
            _learner(uow, told, chance, number, sitting_id, exam_id, items)
        for table in TABLES:
            uow.session.connection().execute(insert(table), told.rows[table])
        uow.audit("make", "crowd", seed)
    return told


TABLES = (
    RowPerson, RowForm, RowFormSlot, RowAttempt, RowExposure, RowResponseEvent, RowScore, RowMark,
    RowTaskScore,
)  # fmt: skip


def _items(uow: UnitOfWork) -> dict[str, list[Item]]:
    query = (
        select(RowItem, RowItemVersion)
        .join(RowItemVersion, RowItemVersion.id == RowItem.current_version_id)
        .where(RowItem.pool == "secure")
        .order_by(RowItem.item_id)
    )
    told: dict[str, list[Item]] = {task: [] for task in TASKS}
    for item, version in uow.session.execute(query):
        made = Item(item.id, version.id, item.item_id, item.scoring_task, version.content, version.key)
        told[item.scoring_task].append(made)
    return told


def _learner(
    uow: UnitOfWork,
    told: Crowd,
    chance: random.Random,
    number: int,
    sitting_id: UUID,
    exam_id: UUID,
    items: Mapping[str, Sequence[Item]],
) -> None:
    person_id, ability = uow.new_id(), chance.choice((0.6, 0.8, 0.9, 0.97))
    told.add(RowPerson, id=person_id, name=f"Learner {number}", email=f"l{number}@crowd.example",
             is_simulated=True, created_at=uow.now, active=True, fs_uniquifier=f"crowd-{number}")  # fmt: skip
    drawn = {task: chance.sample(items[task], 12) for task in TASKS}
    first = [item for task in TASKS for item in drawn[task][:8]]
    is_released = chance.random() < 0.7
    whose = {"person_id": person_id, "sitting_id": sitting_id, "exam_id": exam_id}
    known = _attempt(uow, told, chance, whose, first, ability, is_released, number, [])
    if number % 5 == 0 and is_released:
        more = [item for task in TASKS for item in drawn[task][8:]]
        _attempt(uow, told, chance, whose, more, ability, chance.random() < 0.7, number, [known])


def _attempt(
    uow: UnitOfWork,
    told: Crowd,
    chance: random.Random,
    whose: Mapping[str, Any],
    items: Sequence[Item],
    ability: float,
    is_released: bool,
    number: int,
    earlier: list[EarlierAttempt],
) -> EarlierAttempt:
    attempt_id, form_id, score_id = uow.new_id(), uow.new_id(), uow.new_id()
    opened_at = uow.now - timedelta(days=30 - 20 * len(earlier), seconds=number)
    told.add(RowForm, id=form_id, exam_id=whose["exam_id"], seed="s", digest="d" * 64, created_at=opened_at)
    told.add(RowAttempt, id=attempt_id, form_id=form_id, purpose="live", cycle=1, is_top_up=bool(earlier),
             state="closed", opened_at=opened_at, deadline_at=opened_at + timedelta(minutes=20),
             deadline_version=1, grace_seconds=0, writer_epoch=1, closed_at=opened_at,
             close_reason="submitted", answered=0, receipt_digest="", current_score_id=score_id,
             scored_at=opened_at,
             released_at=opened_at if is_released else None, **whose)  # fmt: skip
    marks, slots, entries = [], [], []
    for position, item in enumerate(items, 1):
        response = _response(chance, ability)
        told.add(RowFormSlot, form_id=form_id, position=position, section=0, task_code=item.task,
                 item_version_id=item.version_id, is_scored=True)  # fmt: skip
        told.add(RowExposure, person_id=whose["person_id"], item_row_id=item.row_id, attempt_id=attempt_id,
                 exposed_at=opened_at, is_first=True)  # fmt: skip
        if response is not None:
            entry = {"writer": 1, "client_seq": position, "slot": position, "payload": json.dumps(response),
                     "disposition": "counted"}  # fmt: skip
            entries.append(entry)
            told.add(RowResponseEvent, attempt_id=attempt_id, kind="response", received_at=opened_at, **entry)
        facts = SlotFacts(
            position, item.item_id, "single_choice", item.task, item.content, item.key, response
        )
        marks.append(score.mark(facts))
        slots.append(_slot(position, item))
    _score(told, attempt_id, score_id, opened_at, items, marks, earlier)
    document = {"attempt": str(attempt_id), "slots": slots, "entries": entries}
    own = [told.documents[UUID(past.attempt_id)] for past in earlier]
    whole = {"rule": RULES["task_rule"], "cut": RULES["cut_rule"], "tasks": list(TASKS)}
    told.documents[attempt_id] = {**document, **whole, "earlier": own}
    told.released |= {attempt_id} if is_released else set()
    return EarlierAttempt(str(attempt_id), tuple(marks))


def _response(chance: random.Random, ability: float) -> dict[str, str] | None:
    if chance.random() < 0.03:
        return None
    return {"choice": "a" if chance.random() < ability else chance.choice("bc")}


def _slot(position: int, item: Item) -> dict[str, Any]:
    return {"position": position, "item": item.item_id, "type": "single_choice", "task": item.task,
            "content": item.content, "key": item.key, "is_scored": True, "is_first": True,
            "is_withdrawn": False, "may_be_withdrawn": False, "regrades": []}  # fmt: skip


def _score(
    told: Crowd,
    attempt_id: UUID,
    score_id: UUID,
    at: Any,
    items: Sequence[Item],
    marks: Sequence[SlotMark],
    earlier: Sequence[EarlierAttempt],
) -> None:
    definition = exams.CERTIFICATION
    report = score.report(str(attempt_id), marks, earlier, OUTLINE, definition.task_rule, definition.cut_rule)
    told.add(RowScore, id=score_id, attempt_id=attempt_id, number=1, points=report.total.points,
             maximum=report.total.maximum, cycle_points=report.cycle_total.points,
             cycle_maximum=report.cycle_total.maximum, decision=report.decision.value, rule={},
             scored_at=at)  # fmt: skip
    for item, mark in zip(items, marks, strict=True):
        told.add(RowMark, score_id=score_id, item_version_id=item.version_id, **_mark_columns(mark))
    for task in _task_columns(report, definition):
        told.add(RowTaskScore, score_id=score_id, framework_id="small", **task)
