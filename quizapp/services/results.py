"""A result as its learner, or staff who may, are shown it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from fractions import Fraction
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from quizapp.domain import blueprint as blueprints
from quizapp.domain import regrade
from quizapp.domain import score as domain
from quizapp.domain.attempt import AttemptState, Purpose, project
from quizapp.domain.errors import NotFound, Refused
from quizapp.domain.exam import ExamDefinition, Mode
from quizapp.domain.framework import Framework
from quizapp.domain.item_types import Review, item_type
from quizapp.domain.person import Actor, Permission
from quizapp.domain.regrade import Change
from quizapp.domain.score import ScoreReport, TaskScore
from quizapp.services import attempts, case_files, case_views, challenges, score_reports
from quizapp.services.case_views import CaseLine
from quizapp.services.challenges import ChallengeNote
from quizapp.services.regrade_views import change_of, score_outcomes
from quizapp.services.unit_of_work import Context
from quizapp.store import attempts as attempt_store
from quizapp.store import markings as marking_store
from quizapp.store import people as people_store
from quizapp.store import regrades as regrade_store
from quizapp.store import response_events
from quizapp.store import scores as store
from quizapp.store.attempts import RowAttempt
from quizapp.store.exams import RowExam, definition_of
from quizapp.store.frameworks import version as framework_version
from quizapp.store.markings import RowMarking


@dataclass(frozen=True, slots=True)
class TaskResult:
    """One task of a result; the interval is for practice, in shares of 1."""

    score: TaskScore
    practice_status: str
    right: int
    served: int
    interval: tuple[Fraction, Fraction]


@dataclass(frozen=True, slots=True)
class CompetencyResult:
    """Practice over all tasks of one competency: too few items a task may still be enough together."""

    code: str
    title: str | None
    practice_status: str
    right: int
    served: int
    interval: tuple[Fraction, Fraction]


@dataclass(frozen=True, slots=True)
class MarkingNote:
    """What somebody gave an answer, by criterion: the points, and the level in words."""

    levels: Mapping[str, tuple[int, str]]
    comment: str
    is_adjudication: bool


@dataclass(frozen=True, slots=True)
class ItemReview:
    """One item of a practice result with its key and rationales."""

    position: int
    item_id: str
    task_code: str
    stimulus_title: str
    stimulus_text: str
    review: Review
    was_seen_before: bool
    is_regraded: bool = False
    markings: tuple[MarkingNote, ...] = ()


@dataclass(frozen=True, slots=True)
class RegradeNote:
    """A regrade that changed a shown result."""

    at: datetime
    change: Change
    is_undo: bool


@dataclass(frozen=True, slots=True)
class ResultView:
    """A released result."""

    attempt_id: UUID
    exam_id: UUID
    exam_title: str
    mode: Mode
    standing: str
    definition: ExamDefinition
    framework: Framework
    report: ScoreReport
    tasks: tuple[TaskResult, ...]
    competencies: tuple[CompetencyResult, ...]
    is_top_up: bool
    cycle: int
    closed_at: datetime
    scored_at: datetime
    released_at: datetime
    receipt_code: str
    serial: str
    learner_name: str
    is_own: bool
    reviews: tuple[ItemReview, ...]
    regrades: tuple[RegradeNote, ...] = ()
    challenges: tuple[ChallengeNote, ...] = ()
    may_challenge: bool = False
    cases: tuple[CaseLine, ...] = ()
    may_open_case: bool = False


def result_view(context: Context, actor: Actor, attempt_id: UUID) -> ResultView:
    """A result for its learner once released, or for staff who may read scores.

    Raises `NotFound` for anybody else, and `Refused` ("not_released") before the release.
    Practice results carry the reviews; certification never shows item text again.
    """
    attempts.finish_overdue(context, actor.person_id)
    with context.reading() as session:
        row = session.get(RowAttempt, attempt_id)
        if row is None or not (actor.is_person(row.person_id) or actor.may(Permission.READ_SCORES)):
            raise NotFound("not_found")
        if row.purpose != Purpose.LIVE or row.state != AttemptState.CLOSED:
            raise NotFound("not_found")
        if row.released_at is None or row.closed_at is None or row.scored_at is None:
            raise Refused("waits_for_markings" if marking_store.waits(session, row.id) else "not_released")
        told = _view(session, actor, row, row.closed_at, row.scored_at, row.released_at)
        now = context.clock.now()
        return replace(
            told,
            regrades=tuple(_regrades(session, attempt_id)),
            challenges=tuple(challenges.notes(session, attempt_id)),
            may_challenge=told.is_own and challenges.may_challenge(row, now),
            cases=_cases(session, told, row, now),
            may_open_case=_may_open_case(actor, told, row, now),
        )


def _cases(session: Session, told: ResultView, row: RowAttempt, now: datetime) -> tuple[CaseLine, ...]:
    """The cases about it, for its learner; staff find them in the list of cases."""
    if not told.is_own or told.mode is not Mode.CERTIFICATION:
        return ()
    return tuple(case_views.own_cases(session, row, now))


def _may_open_case(actor: Actor, told: ResultView, row: RowAttempt, now: datetime) -> bool:
    if told.mode is not Mode.CERTIFICATION:
        return False
    return case_files.may_appeal(row, now) if told.is_own else actor.may(Permission.OPEN_CASE)


def _regrades(session: Session, attempt_id: UUID) -> list[RegradeNote]:
    found = regrade_store.of_attempt(session, attempt_id)
    if not found:
        return []
    ids = [score_id for row, _ in found for score_id in (row.before_score_id, row.after_score_id) if score_id]
    outcomes = score_outcomes(session, ids)
    return [
        RegradeNote(told.applied_at, change_of(row, outcomes), told.undoes_id is not None)
        for row, told in found
        if told.applied_at is not None
    ]


def _view(
    session: Session,
    actor: Actor,
    row: RowAttempt,
    closed_at: datetime,
    scored_at: datetime,
    released_at: datetime,
) -> ResultView:
    exam = session.get_one(RowExam, row.exam_id)
    definition = definition_of(exam)
    report = score_reports.report_of(session, row.id)
    tasks = tuple(_task(report, task, definition.task_rule.c) for task in report.tasks)
    is_own = actor.is_person(row.person_id)
    shows_items = definition.mode is Mode.PRACTICE and is_own
    framework = framework_version(session, exam.framework_row_id)
    return ResultView(
        attempt_id=row.id,
        exam_id=exam.id,
        exam_title=exam.title,
        mode=definition.mode,
        standing=exam.standing,
        definition=definition,
        framework=framework,
        report=report,
        tasks=tasks,
        competencies=tuple(_competencies(report, framework, tasks, definition.task_rule.c)),
        is_top_up=row.is_top_up,
        cycle=row.cycle,
        closed_at=closed_at,
        scored_at=scored_at,
        released_at=released_at,
        receipt_code=attempts.receipt_of(row).code,
        serial=store.record_serial(session, row),
        learner_name=people_store.names(session, [row.person_id])[row.person_id],
        is_own=is_own,
        reviews=tuple(reviews(session, row)) if shows_items else (),
    )


def _task(report: ScoreReport, task: TaskScore, c: Fraction) -> TaskResult:
    right, served = score_reports.practice_count(report.marks, task.task_code)
    status = domain.practice_status(right, served, c)
    return TaskResult(task, status.value, right, served, domain.interval(right, served))


def _competencies(
    report: ScoreReport, framework: Framework, tasks: Sequence[TaskResult], c: Fraction
) -> Iterator[CompetencyResult]:
    titles = {competency.code: competency.title for competency in framework.competencies}
    by_code = {task.score.task_code: task for task in tasks}
    for competency in report.competencies:
        own = [by_code[task.task_code] for task in competency.tasks]
        right, served = sum(task.right for task in own), sum(task.served for task in own)
        status = domain.practice_status(right, served, c)
        yield CompetencyResult(
            competency.code,
            titles[competency.code],
            status.value,
            right,
            served,
            domain.interval(right, served),
        )


def reviews(session: Session, row: RowAttempt) -> list[ItemReview]:
    """Every item of an attempt with key and response; the caller asks whether that may be shown."""
    final = project(response_events.entries(session, row.id))
    applied = regrade_store.of_form(session, row.form_id, row.id)
    slots, told_of_all = store.marking_slots(session, row), []
    marked = score_reports.markings(
        session, row, slots, {place: told.response for place, told in final.items()}
    )
    for slot in slots:
        served = attempt_store.served_item(session, row.form_id, slot.position)
        state = final.get(slot.position)
        order = blueprints.orderer(served.seed, str(slot.item_version_id)) if served else None
        kind = item_type(slot.type)
        response = state.response if state else None
        ruling = regrade.in_force(applied.get(slot.item_version_id, ()))
        # The key that was put right is the one to learn from.
        key = slot.key if ruling.keeps_key else kind.rekey(slot.key, ruling.answers[0])
        told = (
            kind.describe(slot.content, key, response, order)
            if order
            else kind.describe(slot.content, key, response)
        )
        given = marked.get(slot.position, ())
        if kind.award is not None:
            award = kind.award(key, slot.content, response, [one.value for one in given])
            told = replace(told, mark=award or told.mark)
        told_of_all.append(
            ItemReview(
                position=slot.position,
                item_id=slot.item_id,
                task_code=slot.task_code,
                stimulus_title=(served.stimulus_title or "") if served else "",
                stimulus_text=(served.stimulus_text or "") if served else "",
                review=told,
                was_seen_before=not slot.is_first,
                is_regraded=ruling != regrade.AS_WRITTEN,
                markings=tuple(_marking_note(key, one) for one in given),
            )
        )
    return told_of_all


def _marking_note(key: Mapping[str, Any], row: RowMarking) -> MarkingNote:
    words = {
        one["id"]: {int(level["points"]): level["text"] for level in one["levels"]} for one in key["criteria"]
    }
    levels = {name: (points, words[name].get(points, "")) for name, points in row.levels.items()}
    return MarkingNote(levels, row.comment, row.is_adjudication)


# --- a learner's home -------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ResultLine:
    """One past attempt on a learner's home page."""

    attempt_id: UUID
    exam_title: str
    mode: str
    standing: str
    closed_at: datetime
    is_released: bool
    decision: str


def past_results(context: Context, actor: Actor) -> list[ResultLine]:
    """The actor's own closed live attempts, newest first."""
    with context.reading() as session:
        if actor.person_id is None:
            return []
        return [
            ResultLine(
                row.id,
                exam.title,
                exam.mode,
                exam.standing,
                row.closed_at,
                row.released_at is not None,
                score.decision if score is not None and row.released_at is not None else "",
            )
            for row, exam, score in store.history(session, actor.person_id)
            if row.closed_at is not None
        ]


@dataclass(frozen=True, slots=True)
class StandingOfTask:
    """The best released certification status a learner has for a task, and x of n."""

    status: str
    x: int
    n: int


def standing_of_tasks(context: Context, actor: Actor, framework_id: str) -> dict[str, StandingOfTask]:
    """Per task code, the newest released certification status of the actor, demonstrated first."""
    with context.reading() as session:
        if actor.person_id is None:
            return {}
        told: dict[str, StandingOfTask] = {}
        for line in store.task_history(session, actor.person_id, framework_id):
            if line.task_code not in told or line.status == domain.TaskStatus.DEMONSTRATED:
                told[line.task_code] = StandingOfTask(line.status, line.x, line.n)
        return told
