"""Scoring closed attempts; each score has a number, and none is ever changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any
from uuid import UUID

from quizapp.domain import exam as exams
from quizapp.domain import score as domain
from quizapp.domain.attempt import AttemptState
from quizapp.domain.errors import NotFound, Refused
from quizapp.domain.exam import ExamDefinition
from quizapp.domain.person import Actor, Permission, operator
from quizapp.domain.score import ScoreReport, SlotMark
from quizapp.services import scripts
from quizapp.services.score_reports import compute, practice_count
from quizapp.services.unit_of_work import Context, UnitOfWork
from quizapp.store import scores as store
from quizapp.store.attempts import RowAttempt
from quizapp.store.exams import RowExam, definition_of
from quizapp.store.frameworks import version as framework_version
from quizapp.store.scores import RowScore

#: Who closes, scores and releases when nobody asked: the sweep, or whoever looked first.
SWEEP: Actor = operator("sweep")


def score(context: Context, actor: Actor, attempt_id: UUID, *, again: bool = False) -> UUID | None:
    """Score a closed attempt; gives the score's id, or None while it waits for people to mark something.

    With ``again`` a new score is added.

    Raises `Refused` ("attempt_open", "attempt_void") for one that counts for nobody, or not yet, and
    ("attempt_released") for scoring again what was shown: that takes a regrade and its approval.
    """
    actor.require(Permission.RELEASE_SCORES)
    with context.transaction(actor) as uow:
        row = locked(uow, attempt_id)
        if row.current_score_id is not None and not again:
            return row.current_score_id
        if row.released_at is not None:
            raise Refused("attempt_released")
        # Held until the end, so that the session does not read it again.
        exam = uow.session.get_one(RowExam, row.exam_id)
        slots = store.marking_slots(uow.session, row, lock=True)
        if scripts.settle(uow, row, slots):
            return None
        report = compute(uow.session, row, slots)
        told = add_score(uow, row, exam, {s.position: s.item_version_id for s in slots}, report)
        uow.audit("score", "attempt", row.id, number=told.number, decision=told.decision)
        return told.id


def lock(uow: UnitOfWork, attempt_ids: Iterable[UUID]) -> None:
    """Keep these attempts from being scored or released until the end of the transaction."""
    for attempt_id in sorted(attempt_ids):
        uow.session.get_one(RowAttempt, attempt_id, with_for_update=True)


def unscore(uow: UnitOfWork, attempt_ids: Iterable[UUID]) -> list[UUID]:
    """Have scored attempts scored again, before anything can be released; gives which.

    Their scores stay; `finish` adds another, by whoever comes first, the sweep at the latest.
    Attempts that were released or are not scored are left alone.
    """
    done = []
    for attempt_id in sorted(attempt_ids):
        row = uow.session.get_one(RowAttempt, attempt_id, with_for_update=True)
        if row.state == AttemptState.CLOSED and row.current_score_id and row.released_at is None:
            row.current_score_id = row.scored_at = None
            done.append(attempt_id)
    return done


def locked(uow: UnitOfWork, attempt_id: UUID) -> RowAttempt:
    """A closed attempt, locked; raises `NotFound`, `Refused` ("attempt_open", "attempt_void")."""
    row = uow.session.get(RowAttempt, attempt_id, with_for_update=True)
    if row is None:
        raise NotFound("not_found")
    if row.state != AttemptState.CLOSED:
        raise Refused("attempt_open" if row.state == AttemptState.OPEN else "attempt_void")
    return row


def add_score(
    uow: UnitOfWork, row: RowAttempt, exam: RowExam, versions: Mapping[int, UUID], report: ScoreReport
) -> RowScore:
    """Store a report as the newest score of a locked attempt, and make it the current one.

    ``versions`` are the item versions of its form by position.
    """
    definition = definition_of(exam)
    told = RowScore(
        id=uow.new_id(),
        attempt_id=row.id,
        number=store.next_number(uow.session, row.id),
        points=report.total.points,
        maximum=report.total.maximum,
        cycle_points=report.cycle_total.points,
        cycle_maximum=report.cycle_total.maximum,
        decision=report.decision.value,
        rule=exams.rules_to_json(definition),
        scored_at=uow.now,
    )
    uow.session.add(told)
    uow.flush()
    store.add_marks(
        uow.session,
        [
            {"score_id": told.id, "item_version_id": versions[mark.position], **_mark_columns(mark)}
            for mark in report.marks
        ],
    )
    framework = framework_version(uow.session, exam.framework_row_id)
    tasks = _task_columns(report, definition)
    store.add_tasks(
        uow.session, [{"score_id": told.id, "framework_id": framework.id, **task} for task in tasks]
    )
    row.current_score_id, row.scored_at = told.id, uow.now
    return told


def _mark_columns(mark: SlotMark) -> dict[str, Any]:
    return {
        "position": mark.position,
        "task_code": mark.task_code,
        "points": mark.points,
        "maximum": mark.maximum,
        "is_right": mark.is_right,
        "is_answered": mark.is_answered,
        "is_evidence": mark.is_evidence,
    }


def _task_columns(report: ScoreReport, definition: ExamDefinition) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    for competency in report.competencies:
        for task in competency.tasks:
            x, n = practice_count(report.marks, task.task_code)
            practice = domain.practice_status(x, n, definition.task_rule.c)
            rows.append(
                {
                    "task_code": task.task_code,
                    "competency_code": competency.code,
                    "position": len(rows),
                    "x": task.x,
                    "n": task.n,
                    "status": task.status.value,
                    "practice_status": practice.value,
                    "evidence": [asdict(piece) for piece in task.evidence],
                }
            )
    return rows
