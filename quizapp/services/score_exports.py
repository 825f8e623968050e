"""Released results as documents that hold all it takes to score them again, and the audit that does.

A document holds keys and responses: it is for operators, and for whoever checks the scoring.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from quizapp.domain.attempt import EventKind, project
from quizapp.domain.errors import Invalid
from quizapp.domain.exam import to_json
from quizapp.domain.person import Actor, Permission
from quizapp.domain.regrade import Applied
from quizapp.domain.regrade import to_json as ruling_json
from quizapp.rescorer import Difference, differences
from quizapp.services.score_reports import markings, outline
from quizapp.services.unit_of_work import Context
from quizapp.store import attempts as attempt_store
from quizapp.store import audit as audit_store
from quizapp.store import frameworks as framework_store
from quizapp.store import regrades as regrade_store
from quizapp.store import response_events
from quizapp.store import scores as store
from quizapp.store.attempts import RowAttempt
from quizapp.store.exams import RowExam, definition_of
from quizapp.store.markings import RowMarking
from quizapp.store.regrades import StoredMark
from quizapp.store.scores import MarkingSlot, RowScore

FORMAT = "quizapp-attempt-1"
Document = dict[str, Any]


def export(context: Context, actor: Actor, attempt_id: UUID | None = None) -> Iterator[Document]:
    """The released results (or one of them), oldest first, each as a document; read one at a time."""
    actor.require(Permission.READ_RESPONSES)
    actor.require(Permission.READ_KEYS)
    with context.reading() as session:
        suspended = audit_store.objects_of(session, "suspend", "item")
        for row_id in store.released(session, attempt_id):
            yield _document(session, session.get_one(RowAttempt, row_id), suspended)
            # Constant memory, however many there are.
            session.expunge_all()


def audit(context: Context, actor: Actor) -> Iterator[tuple[UUID, list[Difference]]]:
    """Every released result with where it differs from what the second scorer reckons."""
    for document in export(context, actor):
        yield UUID(document["attempt"]), differences(json.loads(json.dumps(document)))


def audit_file(lines: Iterable[str]) -> Iterator[tuple[UUID, list[Difference]]]:
    """The same for the lines of an export; raises `Invalid` ("bad_export") for what is none."""
    for number, line in enumerate(lines, 1):
        try:
            document = json.loads(line)
            if document["format"] != FORMAT:
                raise ValueError(document["format"])
            told = differences(document)
        except (KeyError, TypeError, ValueError) as error:
            raise Invalid("bad_export", line=number) from error
        yield UUID(document["attempt"]), told


def _document(session: Session, row: RowAttempt, suspended: set[str]) -> Document:
    exam = session.get_one(RowExam, row.exam_id)
    definition = definition_of(exam)
    framework = framework_store.version(session, exam.framework_row_id)
    rules = to_json(definition)
    earlier = attempt_store.same_cycle(session, row) if row.is_top_up else []
    return {
        "format": FORMAT,
        "exam": exam.slug,
        "rule": rules["task_rule"],
        "cut": rules["cut_rule"],
        "tasks": [code for _, codes in outline(framework, definition) for code in codes],
        **_attempt(session, row, suspended),
        "earlier": [_attempt(session, past, suspended) for past in earlier if past.current_score_id],
        "score": _score(session, row),
    }


def _attempt(session: Session, row: RowAttempt, suspended: set[str]) -> Document:
    applied = regrade_store.of_form(session, row.form_id, row.id)
    marks = {mark.position: mark for mark in _marks(session, row)}
    items = attempt_store.item_rows(session, row.form_id)
    slots, entries = store.marking_slots(session, row), response_events.entries(session, row.id)
    responses = {place: state.response for place, state in project(entries).items()}
    marked = markings(session, row, slots, responses)
    return {
        "attempt": str(row.id),
        "slots": [
            _slot(slot, applied.get(slot.item_version_id, []), marks[slot.position], str(item) in suspended)
            | _markings(marked.get(slot.position, []))
            for slot, item in zip(slots, items, strict=True)
        ],
        "entries": [
            {
                "writer": entry.writer,
                "client_seq": entry.client_seq,
                "slot": entry.slot,
                "payload": entry.payload,
                "disposition": entry.disposition.value,
            }
            for entry in entries
            if entry.kind is EventKind.RESPONSE
        ],
    }


def _markings(rows: Sequence[RowMarking]) -> Document:
    """What people gave an answer; they have numbers, for who they are is no matter of the score."""
    if not rows:
        return {}
    people = list(dict.fromkeys(row.marker_id for row in rows))
    told = [
        {
            "marker": people.index(row.marker_id) + 1,
            "levels": row.levels,
            "is_adjudication": row.is_adjudication,
        }
        for row in rows
    ]
    return {"markings": told}


def _slot(slot: MarkingSlot, applied: Iterable[Applied], mark: StoredMark, was_suspended: bool) -> Document:
    regrades = [
        {
            "id": told.id,
            "undoes": told.undoes,
            "is_spared": told.is_spared,
            "ruling": ruling_json(told.ruling),
        }
        for told in applied
    ]
    is_dropped = any(told.ruling.is_dropped for told in applied)
    return {
        "position": slot.position,
        "item": slot.item_id,
        "type": slot.type,
        "task": slot.task_code,
        "content": slot.content,
        "key": slot.key,
        "is_scored": slot.is_scored,
        "is_first": slot.is_first,
        # Whether an item was out of use when this was scored is a fact the score itself keeps.
        "is_withdrawn": mark.maximum == 0,
        "may_be_withdrawn": not slot.is_scored or was_suspended or is_dropped,
        "regrades": regrades,
    }


def _marks(session: Session, row: RowAttempt) -> list[StoredMark]:
    assert row.current_score_id is not None
    return regrade_store.marks(session, [row.current_score_id])[row.current_score_id]


def _score(session: Session, row: RowAttempt) -> Mapping[str, Any]:
    assert row.current_score_id is not None
    told = session.get_one(RowScore, row.current_score_id)
    return {
        "number": told.number,
        "points": str(told.points),
        "maximum": str(told.maximum),
        "cycle_points": str(told.cycle_points),
        "cycle_maximum": str(told.cycle_maximum),
        "decision": told.decision,
        "marks": [
            {
                "position": mark.position,
                "points": str(mark.points),
                "maximum": str(mark.maximum),
                "is_right": mark.is_right,
                "is_answered": mark.is_answered,
                "is_evidence": mark.is_evidence,
            }
            for mark in _marks(session, row)
        ],
        "tasks": [
            {"task": task.task_code, "x": task.x, "n": task.n, "status": task.status}
            for task in store.tasks_of(session, [row.current_score_id])
        ],
    }
