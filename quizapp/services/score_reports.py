"""Score reports: built afresh from what was answered, or read from the marks that were stored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy.orm import Session

from quizapp.domain import regrade
from quizapp.domain import score as domain
from quizapp.domain.attempt import Purpose, project
from quizapp.domain.errors import NotFound
from quizapp.domain.exam import ExamDefinition
from quizapp.domain.framework import Framework
from quizapp.domain.item_types import item_type
from quizapp.domain.score import EarlierAttempt, ScoreReport, SlotFacts, SlotMark
from quizapp.store import attempts as attempt_store
from quizapp.store import markings as marking_store
from quizapp.store import regrades as regrade_store
from quizapp.store import response_events
from quizapp.store import scores as store
from quizapp.store.attempts import RowAttempt
from quizapp.store.exams import RowExam, definition_of
from quizapp.store.frameworks import version as framework_version
from quizapp.store.markings import RowMarking
from quizapp.store.scores import MarkingSlot


def compute(session: Session, row: RowAttempt, slots: Sequence[MarkingSlot]) -> ScoreReport:
    """The score report of a closed attempt from its slots and stored responses, marked afresh
    under the regrades that reach it."""
    applied = regrade_store.of_form(session, row.form_id, row.id)
    rulings = [regrade.in_force(applied.get(slot.item_version_id, ())) for slot in slots]
    facts = slot_facts(session, row, slots)
    marks = [regrade.mark(told, ruling) for told, ruling in zip(facts, rulings, strict=True)]
    return _build(session, row, marks)


def slot_facts(session: Session, row: RowAttempt, slots: Sequence[MarkingSlot]) -> list[SlotFacts]:
    """Every slot of an attempt's form with its key and the final response."""
    final = project(response_events.entries(session, row.id))
    given = {place: state.response for place, state in final.items()}
    marked = markings(session, row, slots, given)
    return [
        SlotFacts(
            position=slot.position,
            item_id=slot.item_id,
            item_type=slot.type,
            task_code=slot.task_code,
            content=slot.content,
            key=slot.key,
            response=given.get(slot.position),
            counts=slot.is_scored and slot.suspended_at is None,
            is_first_exposure=slot.is_first,
            markings=tuple(one.value for one in marked.get(slot.position, ())),
        )
        for slot in slots
    ]


def markings(
    session: Session,
    row: RowAttempt,
    slots: Sequence[MarkingSlot],
    responses: Mapping[int, Mapping[str, object] | None],
) -> dict[int, list[RowMarking]]:
    """People's markings of these responses, by position; most attempts have none, and ask for none."""
    if all(item_type(slot.type).award is None for slot in slots):
        return {}
    found = marking_store.markings(session, row.id)
    return {place: marking_store.in_force(rows, responses.get(place)) for (_, place), rows in found.items()}


def _build(session: Session, row: RowAttempt, marks: Sequence[SlotMark]) -> ScoreReport:
    exam = session.get_one(RowExam, row.exam_id)
    definition = definition_of(exam)
    framework = framework_version(session, exam.framework_row_id)
    return domain.report(
        attempt_id=str(row.id),
        marks=marks,
        earlier=_earlier(session, row),
        outline=outline(framework, definition),
        task_rule=definition.task_rule,
        cut_rule=definition.cut_rule,
    )


def _earlier(session: Session, row: RowAttempt) -> list[EarlierAttempt]:
    """What a top-up adds to: the scored attempts of its cycle."""
    if row.purpose != Purpose.LIVE or not row.is_top_up:
        return []
    return [
        EarlierAttempt(str(past.id), tuple(store.marks(session, past)))
        for past in attempt_store.same_cycle(session, row)
        if past.current_score_id is not None
    ]


def outline(framework: Framework, definition: ExamDefinition) -> list[tuple[str, list[str]]]:
    """The blueprint's tasks by competency, in framework order."""
    asked = set(definition.blueprint.task_codes)
    rows = [
        (competency.code, [task.code for task in competency.tasks if task.code in asked])
        for competency in framework.competencies
    ]
    return [(code, tasks) for code, tasks in rows if tasks]


def report_of(session: Session, attempt_id: UUID) -> ScoreReport:
    """The report of a scored attempt from its stored marks; raises `NotFound` when unscored."""
    row = session.get(RowAttempt, attempt_id)
    if row is None or row.current_score_id is None:
        raise NotFound("not_found")
    return _build(session, row, store.marks(session, row))


def practice_count(marks: Sequence[SlotMark], task_code: str) -> tuple[int, int]:
    """Right and served items of a task that were met for the first time."""
    own = [mark for mark in marks if mark.task_code == task_code and mark.is_evidence]
    return sum(mark.is_right for mark in own), len(own)
