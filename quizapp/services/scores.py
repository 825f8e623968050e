"""Scoring closed attempts, releasing results, and the chain that finishes an attempt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from fractions import Fraction
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from quizapp.domain import exam as exams
from quizapp.domain import score as domain
from quizapp.domain.attempt import AttemptState, Purpose, project
from quizapp.domain.errors import NotFound, Refused
from quizapp.domain.exam import ExamDefinition, ExamState, Release, SittingState
from quizapp.domain.framework import Framework
from quizapp.domain.person import Actor, Permission, operator
from quizapp.domain.score import EarlierAttempt, ScoreReport, SlotFacts, SlotMark
from quizapp.services import records
from quizapp.services.unit_of_work import Context, UnitOfWork
from quizapp.store import attempts as attempt_store
from quizapp.store import scores as store
from quizapp.store.attempts import RowAttempt
from quizapp.store.exams import RowExam, RowSitting
from quizapp.store.frameworks import RowFramework
from quizapp.store.frameworks import to_domain as framework_of
from quizapp.store.scores import RowMark, RowScore, RowTaskScore

#: Who closes, scores and releases when nobody asked: the sweep, or whoever looked first.
SWEEP: Actor = operator("sweep")


def finish(context: Context, attempt_id: UUID) -> None:
    """Take a closed attempt as far as its exam's policy allows: score, release, issue.

    Each step is its own transaction and does nothing when it is already done, so this can be
    called by the submit, by whoever looks at the result, and by the sweep, in any order.
    """
    score(context, SWEEP, attempt_id)
    if is_releasable(context, attempt_id):
        release(context, SWEEP, attempt_id)
        records.issue(context, SWEEP, attempt_id)


def waiting(context: Context) -> list[UUID]:
    """Closed attempts that `finish` may have something to do for, oldest first."""
    with context.reading() as session:
        return store.unfinished(session)


# --- scoring ----------------------------------------------------------------------------


def score(context: Context, actor: Actor, attempt_id: UUID, *, again: bool = False) -> UUID:
    """Score a closed attempt; gives the score's id. With ``again`` a new score is added.

    Raises `Refused` ("attempt_open") while the attempt is open.
    """
    actor.require(Permission.RELEASE_SCORES)
    with context.transaction(actor) as uow:
        row = uow.session.get(RowAttempt, attempt_id, with_for_update=True)
        if row is None:
            raise NotFound("not_found")
        if row.state == AttemptState.OPEN:
            raise Refused("attempt_open")
        if row.current_score_id is not None and not again:
            return row.current_score_id
        report = compute(uow.session, row)
        told = _store(uow, row, report)
        row.current_score_id, row.scored_at = told.id, uow.now
        uow.audit("score", "attempt", row.id, number=told.number, decision=told.decision)
        return told.id


def compute(session: Session, row: RowAttempt) -> ScoreReport:
    """The score report of a closed attempt from its stored responses, marked afresh."""
    marks = [domain.mark(slot) for slot in slot_facts(session, row)]
    return _report(session, row, marks)


def slot_facts(session: Session, row: RowAttempt) -> list[SlotFacts]:
    """Every slot of an attempt's form with its key and the final response."""
    final = project(attempt_store.entries(session, row.id))
    return [
        SlotFacts(
            position=slot.position,
            item_id=slot.item_id,
            item_type=slot.type,
            task_code=slot.task_code,
            content=slot.content,
            key=slot.key,
            response=final[slot.position].response if slot.position in final else None,
            counts=slot.is_scored and slot.suspended_at is None,
            is_first_exposure=slot.is_first,
        )
        for slot in store.marking_slots(session, row)
    ]


def _report(session: Session, row: RowAttempt, marks: Sequence[SlotMark]) -> ScoreReport:
    exam = session.get_one(RowExam, row.exam_id)
    definition = exams.from_json(exam.definition)
    framework = framework_of(session.get_one(RowFramework, exam.framework_row_id))
    earlier = [
        EarlierAttempt(str(past.id), tuple(stored_marks(session, past)))
        for past in attempt_store.same_cycle(session, row)
        if past.current_score_id is not None and row.purpose == Purpose.LIVE and row.is_top_up
    ]
    return domain.report(
        attempt_id=str(row.id),
        marks=marks,
        earlier=earlier,
        outline=outline(framework, definition),
        task_rule=definition.task_rule,
        cut_rule=definition.cut_rule,
    )


def outline(framework: Framework, definition: ExamDefinition) -> list[tuple[str, list[str]]]:
    """The blueprint's tasks by competency, in framework order."""
    asked = set(definition.blueprint.task_codes)
    rows = [
        (competency.code, [task.code for task in competency.tasks if task.code in asked])
        for competency in framework.competencies
    ]
    return [(code, tasks) for code, tasks in rows if tasks]


def stored_marks(session: Session, row: RowAttempt) -> list[SlotMark]:
    """The marks of an attempt's current score."""
    return [
        SlotMark(
            mark.position,
            item_id,
            mark.task_code,
            mark.points,
            mark.maximum,
            mark.is_right,
            mark.is_answered,
            mark.is_evidence,
        )
        for mark, item_id in store.marks(session, row)
    ]


def report_of(session: Session, attempt_id: UUID) -> ScoreReport:
    """The report of a scored attempt from its stored marks; raises `NotFound` when unscored."""
    row = session.get(RowAttempt, attempt_id)
    if row is None or row.current_score_id is None:
        raise NotFound("not_found")
    return _report(session, row, stored_marks(session, row))


def _store(uow: UnitOfWork, row: RowAttempt, report: ScoreReport) -> RowScore:
    exam = uow.session.get_one(RowExam, row.exam_id)
    definition = exams.from_json(exam.definition)
    told = RowScore(
        id=uow.new_id(),
        attempt_id=row.id,
        number=store.next_number(uow.session, row.id),
        points=report.total.points,
        maximum=report.total.maximum,
        cycle_points=report.cycle_total.points,
        cycle_maximum=report.cycle_total.maximum,
        decision=report.decision.value,
        rule={name: exams.to_json(definition)[name] for name in ("task_rule", "cut_rule")},
        scored_at=uow.now,
    )
    uow.session.add(told)
    uow.flush()
    versions = {slot.position: slot.item_version_id for slot in store.marking_slots(uow.session, row)}
    for mark in report.marks:
        uow.session.add(_mark_row(told.id, versions[mark.position], mark))
    framework = uow.session.get_one(RowFramework, exam.framework_row_id)
    uow.session.add_all(_task_rows(told.id, framework.framework_id, report, definition))
    return told


def _mark_row(score_id: UUID, version_id: UUID, mark: SlotMark) -> RowMark:
    return RowMark(
        score_id=score_id,
        position=mark.position,
        item_version_id=version_id,
        task_code=mark.task_code,
        points=mark.points,
        maximum=mark.maximum,
        is_right=mark.is_right,
        is_answered=mark.is_answered,
        is_evidence=mark.is_evidence,
    )


def _task_rows(
    score_id: UUID, framework_id: str, report: ScoreReport, definition: ExamDefinition
) -> list[RowTaskScore]:
    rows: list[RowTaskScore] = []
    for competency in report.competencies:
        for task in competency.tasks:
            x, n = practice_count(report.marks, task.task_code)
            practice = domain.practice_status(x, n, definition.task_rule.c)
            rows.append(
                RowTaskScore(
                    score_id=score_id,
                    task_code=task.task_code,
                    framework_id=framework_id,
                    competency_code=competency.code,
                    position=len(rows),
                    x=task.x,
                    n=task.n,
                    status=task.status.value,
                    practice_status=practice.value,
                    evidence=[asdict(piece) for piece in task.evidence],
                )
            )
    return rows


def practice_count(marks: Sequence[SlotMark], task_code: str) -> tuple[int, int]:
    """Right and served items of a task that were met for the first time."""
    own = [mark for mark in marks if mark.task_code == task_code and mark.is_evidence]
    return sum(mark.is_right for mark in own), len(own)


# --- release ----------------------------------------------------------------------------


def is_releasable(context: Context, attempt_id: UUID) -> bool:
    """Whether the exam's policy lets this scored attempt be released without anybody's word."""
    with context.reading() as session:
        row = session.get(RowAttempt, attempt_id)
        if row is None or row.current_score_id is None or row.purpose != Purpose.LIVE:
            return False
        if row.released_at is not None:
            return True
        exam = session.get_one(RowExam, row.exam_id)
        policy = exams.from_json(exam.definition).release
        if policy is Release.AFTER_SITTING:
            return _sitting_is_over(context, session, row, exam)
        return policy is Release.IMMEDIATE


def _sitting_is_over(context: Context, session: Session, row: RowAttempt, exam: RowExam) -> bool:
    sitting = session.get(RowSitting, row.sitting_id) if row.sitting_id else None
    if sitting is None or exam.state == ExamState.CLOSED:
        return True
    return sitting.state != SittingState.SCHEDULED or context.clock.now() >= sitting.closes_at


def release(context: Context, actor: Actor, attempt_id: UUID) -> None:
    """Show the learner the result from now on; does nothing when it is already shown."""
    actor.require(Permission.RELEASE_SCORES)
    with context.transaction(actor) as uow:
        row = uow.session.get(RowAttempt, attempt_id, with_for_update=True)
        if row is None:
            raise NotFound("not_found")
        if row.current_score_id is None:
            raise Refused("not_scored")
        if row.released_at is None:
            row.released_at = uow.now
            uow.audit("release", "attempt", attempt_id)


def release_now(context: Context, actor: Actor, attempt_id: UUID) -> None:
    """Release by a person's word, whatever the policy, and issue what follows from it."""
    release(context, actor, attempt_id)
    records.issue(context, SWEEP, attempt_id)


# --- explaining -------------------------------------------------------------------------


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
        fresh, stored = compute(session, row), report_of(session, attempt_id)
        exam = session.get_one(RowExam, row.exam_id)
        return Explanation(
            definition=exams.from_json(exam.definition),
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
        "slots": [
            {
                "position": mark.position,
                "item": mark.item_id,
                "task": mark.task_code,
                "points": str(mark.points),
                "maximum": str(mark.maximum),
                "right": mark.is_right,
                "answered": mark.is_answered,
                "evidence": mark.is_evidence,
            }
            for mark in report.marks
        ],
        "tasks": [
            {
                "task": task.task_code,
                "x": task.x,
                "n": task.n,
                "evidence": [asdict(piece) for piece in task.evidence],
                "posterior": str(task.probability),
                "posterior_decimal": decimal(task.probability),
                "meets_gamma": task.probability >= rule.gamma,
                "meets_n_min": task.n >= rule.n_min,
                "status": task.status.value,
            }
            for task in report.tasks
        ],
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


def decimal(value: Fraction, places: int = 6) -> str:
    """A fraction rounded down to ``places`` decimals, for people."""
    scaled = value * 10**places
    digits = str(scaled.numerator // scaled.denominator).rjust(places + 1, "0")
    return f"{digits[:-places]}.{digits[-places:]}"
