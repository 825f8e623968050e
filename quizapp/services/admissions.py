"""What the store knows that decides whether somebody may start an exam, and for how long."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from quizapp.domain import exam as exams
from quizapp.domain.admission import AdmissionFacts, PastAttempt
from quizapp.domain.attempt import AttemptState, Purpose
from quizapp.domain.blueprint import Blueprint
from quizapp.domain.exam import (
    ExamDefinition,
    ExamState,
    SittingState,
    Window,
)
from quizapp.domain.person import Accommodation
from quizapp.services.score_reports import report_of
from quizapp.store import attempts as store
from quizapp.store import exams as exam_store
from quizapp.store import people as people_store
from quizapp.store.attempts import RowAttempt
from quizapp.store.exams import RowExam, RowSitting


def time_limit(definition: ExamDefinition, blueprint: Blueprint) -> timedelta:
    """The limit of a form: a top-up gets the same time per item as the whole exam gives."""
    whole = definition.blueprint.length
    seconds = -(-definition.time_limit_seconds * blueprint.length // whole)
    return timedelta(seconds=seconds)


def window_of(sitting: RowSitting) -> Window:
    """The window of a sitting row."""
    return Window(sitting.opens_at, sitting.closes_at)


def purpose_of(sitting: RowSitting) -> Purpose:
    """What an attempt in this sitting is for."""
    return Purpose.REHEARSAL if sitting.is_rehearsal else Purpose.LIVE


def gather(
    now: datetime,
    session: Session,
    person_id: UUID,
    sitting: RowSitting,
    exam: RowExam,
    access_code: str,
) -> AdmissionFacts:
    """What the store knows that decides whether this person may start now."""
    accommodation = people_store.accommodation_of(session, person_id)
    past = store.of_person(session, person_id, exam.id, purpose_of(sitting))
    return AdmissionFacts(
        now=now,
        exam_state=ExamState(exam.state),
        sitting_state=SittingState(sitting.state),
        window=extended_window(exams.from_json(exam.definition), sitting, accommodation),
        is_on_roster=exam_store.is_on_roster(session, sitting.id, person_id),
        past=tuple(
            PastAttempt(
                row.cycle,
                row.opened_at,
                is_open=row.state == AttemptState.OPEN,
                is_void=row.state == AttemptState.VOID,
                is_pending=row.state == AttemptState.CLOSED and row.released_at is None,
            )
            for row in past
        ),
        undemonstrated=_undemonstrated(session, past),
        code_matches=not sitting.access_code or access_code.strip() == sitting.access_code,
    )


def extended_window(definition: ExamDefinition, sitting: RowSitting, accommodation: Accommodation) -> Window:
    """The window one person has: an accommodation moves its end as far as the limit."""
    limit = timedelta(seconds=definition.time_limit_seconds)
    return window_of(sitting).extended(accommodation.extend(limit) - limit)


def _undemonstrated(session: Session, past: list[RowAttempt]) -> frozenset[str]:
    counted = [row for row in past if row.state == AttemptState.CLOSED]
    if not counted:
        return frozenset()
    report = report_of(session, counted[-1].id)
    return frozenset(task.task_code for task in report.tasks) - frozenset(report.demonstrated)
