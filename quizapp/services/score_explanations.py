"""Why a score is what it is: the whole derivation, for `quizapp attempt score --explain`."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from fractions import Fraction
from typing import Any
from uuid import UUID

from quizapp.domain.errors import NotFound
from quizapp.domain.exam import ExamDefinition, TaskRule
from quizapp.domain.person import Actor, Permission
from quizapp.domain.score import ScoreReport, SlotMark, TaskScore
from quizapp.services.score_reports import compute, report_of
from quizapp.services.unit_of_work import Context
from quizapp.store import scores as store
from quizapp.store.attempts import RowAttempt
from quizapp.store.exams import RowExam, definition_of
from quizapp.store.scores import RowScore


@dataclass(frozen=True, slots=True)
class Explanation:
    """The whole derivation of a score, for `quizapp attempt score --explain`."""

    definition: ExamDefinition
    report: ScoreReport
    stored_decision: str
    purpose: str
    is_same: bool


def explain(context: Context, actor: Actor, attempt_id: UUID) -> Explanation:
    """Mark the attempt afresh and compare with what is stored; changes nothing."""
    actor.require(Permission.READ_SCORES)
    with context.reading() as session:
        row = session.get(RowAttempt, attempt_id)
        if row is None or row.current_score_id is None:
            raise NotFound("not_found")
        fresh = compute(session, row, store.marking_slots(session, row))
        stored = report_of(session, attempt_id)
        exam = session.get_one(RowExam, row.exam_id)
        return Explanation(
            definition=definition_of(exam),
            report=fresh,
            stored_decision=session.get_one(RowScore, row.current_score_id).decision,
            purpose=row.purpose,
            is_same=fresh == stored,
        )


def derivation(told: Explanation) -> dict[str, Any]:
    """An explanation as plain JSON: every slot, every piece of evidence, every comparison."""
    rule, cut, report = told.definition.task_rule, told.definition.cut_rule, told.report
    return {
        "rule": {
            "c": str(rule.c),
            "gamma": str(rule.gamma),
            "n_min": rule.n_min,
            "version": rule.version,
            "basis": rule.basis,
        },
        "slots": [_slot(mark) for mark in report.marks],
        "tasks": [_task(task, rule) for task in report.tasks],
        "total": {
            "points": str(report.cycle_total.points),
            "maximum": str(report.cycle_total.maximum),
            "cut": str(cut.total),
            "conjunctive": cut.is_conjunctive,
            "max_below": cut.max_below,
            "basis": cut.basis,
        },
        "decision": report.decision.value,
        "agrees_with_stored": told.is_same and told.stored_decision == report.decision.value,
    }


def _slot(mark: SlotMark) -> dict[str, Any]:
    return {
        "position": mark.position,
        "item": mark.item_id,
        "task": mark.task_code,
        "points": str(mark.points),
        "maximum": str(mark.maximum),
        "right": mark.is_right,
        "answered": mark.is_answered,
        "evidence": mark.is_evidence,
    }


def _task(task: TaskScore, rule: TaskRule) -> dict[str, Any]:
    return {
        "task": task.task_code,
        "x": task.x,
        "n": task.n,
        "evidence": [asdict(piece) for piece in task.evidence],
        "posterior": str(task.probability),
        "posterior_decimal": decimal(task.probability),
        "meets_gamma": task.probability >= rule.gamma,
        "meets_n_min": task.n >= rule.n_min - sum(piece.withdrawn for piece in task.evidence),
        "status": task.status.value,
    }


def decimal(value: Fraction, places: int = 6) -> str:
    """A fraction rounded down to ``places`` decimals, for people."""
    scaled = value * 10**places
    digits = str(scaled.numerator // scaled.denominator).rjust(places + 1, "0")
    return f"{digits[:-places]}.{digits[-places:]}"
