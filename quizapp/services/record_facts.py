"""Gathers what a record is composed from: the person, the exam, the evidence and how it was taken."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from quizapp.domain.exam import Standing
from quizapp.domain.record import EvidenceSource, RecordFacts
from quizapp.domain.score import ScoreReport
from quizapp.services.unit_of_work import Context, UnitOfWork
from quizapp.store import people as people_store
from quizapp.store import records as store
from quizapp.store.attempts import RowAttempt
from quizapp.store.exams import RowExam, definition_of
from quizapp.store.frameworks import version as framework_version
from quizapp.store.records import EvidenceRow

#: Who issued a record when nobody decided about this person: the exam's own release policy.
AUTOMATIC = "automatic"
ACCOUNT, PROCTORED, UNPROCTORED = "account", "proctored", "none"


def day_of(context: Context, instant: datetime) -> date:
    """The date of an instant where the installation is."""
    return instant.astimezone(ZoneInfo(context.settings.zone)).date()


def today(context: Context) -> date:
    """The date that decides whether a record has expired."""
    return day_of(context, context.clock.now())


def gather(
    uow: UnitOfWork, attempt: RowAttempt, report: ScoreReport, serial: str, supersedes: str | None
) -> RecordFacts:
    """The facts of a new record of this attempt."""
    session, context = uow.session, uow.context
    exam = session.get_one(RowExam, attempt.exam_id)
    taken = store.evidence(session, _attempt_ids(report))
    return RecordFacts(
        serial=serial,
        learner_name=people_store.names(session, [attempt.person_id])[attempt.person_id],
        framework=framework_version(session, exam.framework_row_id),
        exam_id=str(exam.id),
        definition=definition_of(exam),
        standing=Standing(exam.standing),
        sme_review=exam.sme_review,
        report=report,
        sources={str(row.attempt.id): _source(context, row) for row in taken},
        cycles=attempt.cycle,
        issuer_id=exam.issuer_id,
        issuer_name=context.settings.issuer_name,
        issuing_officer=_officer(session, uow.actor.person_id),
        issued_on=day_of(context, uow.now),
        proctoring=_proctoring(taken),
        identity_method=_identity(taken),
        supersedes=supersedes,
    )


def _attempt_ids(report: ScoreReport) -> set[UUID]:
    return {UUID(piece.attempt_id) for task in report.tasks for piece in task.evidence}


def _source(context: Context, row: EvidenceRow) -> EvidenceSource:
    return EvidenceSource(
        attempt_id=str(row.attempt.id),
        exam_id=str(row.exam.id),
        exam_title=row.exam.title,
        form_digest=row.form.digest,
        blueprint_digest=row.exam.blueprint_digest,
        bank_digest=row.exam.bank_digest,
        # The day it was begun: an end after midnight would tell of extended time.
        taken_on=day_of(context, row.attempt.opened_at),
    )


def _officer(session: Session, person_id: UUID | None) -> str:
    row = people_store.by_id(session, person_id) if person_id else None
    return row.name if row else AUTOMATIC


def _proctoring(taken: Sequence[EvidenceRow]) -> str:
    """A record is as strongly watched as the least watched attempt it rests on."""
    is_watched = all(row.sitting is not None and row.sitting.is_proctored for row in taken)
    return PROCTORED if taken and is_watched else UNPROCTORED


def _identity(taken: Sequence[EvidenceRow]) -> str:
    methods = {(row.check_in.identity_method if row.check_in else "") or ACCOUNT for row in taken}
    return methods.pop() if len(methods) == 1 else ACCOUNT
