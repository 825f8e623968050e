"""What a decision about a case does: to the attempt, to later ones of its cycle, to their records."""

from __future__ import annotations

from uuid import UUID

from quizapp.domain import attempt as attempts
from quizapp.domain import record as record_rules
from quizapp.domain.attempt import AttemptState
from quizapp.domain.case_file import CaseOutcome
from quizapp.domain.record import ReasonCategory, RecordStatus
from quizapp.domain.score import ScoreReport
from quizapp.services import incidents, issuing, regrades, score_reports, scores
from quizapp.services.unit_of_work import UnitOfWork
from quizapp.store import case_files as store
from quizapp.store import records as record_store
from quizapp.store import scores as score_store
from quizapp.store.attempts import RowAttempt
from quizapp.store.exams import RowExam
from quizapp.store.records import RowRecord

#: What a record can be revoked from.
IN_FORCE = frozenset({RecordStatus.VALID, RecordStatus.SUSPENDED})


def carry_out(uow: UnitOfWork, attempt: RowAttempt, outcome: CaseOutcome, why: ReasonCategory) -> None:
    """Do at once what an outcome means for a locked attempt; bars and resits are the admission's.

    A result that was shown is scored again by a regrade, which has its own preview and approval.
    """
    match outcome:
        case CaseOutcome.RESCORE:
            scores.unscore(uow, [attempt.id])
        case CaseOutcome.VOID:
            _void(uow, attempt, why)
        case CaseOutcome.BAR if attempt.state == AttemptState.CLOSED:
            _void(uow, attempt, why)


def _void(uow: UnitOfWork, attempt: RowAttempt, why: ReasonCategory) -> None:
    """Make an attempt count for nobody, and put right whatever rested on it."""
    attempt.state = attempts.move(AttemptState(attempt.state), "void").value
    uow.audit("void", "attempt", attempt.id)
    if attempt.sitting_id is not None:
        incidents.note(uow, attempt.sitting_id, "voided", attempt_id=attempt.id)
    uow.flush()
    rested = [row for row in record_store.in_force(uow.session, attempt) if row.attempt_id == attempt.id]
    for record in rested:
        _revoke(uow, record, why)
    later = store.later_in_cycle(uow.session, attempt)
    reports = [(row, _score_again(uow, row)) for row in later]
    # The latest first: records of earlier ones are superseded by what is then in force.
    for row, report in reversed(reports):
        if report is not None:
            _reissue(uow, row, report, why)
    if rested and not later:
        _bring_back(uow, attempt, why)


def _revoke(uow: UnitOfWork, record: RowRecord, why: ReasonCategory) -> None:
    record.status = record_rules.move(RecordStatus(record.status), "revoke").value
    issuing.note(uow, record, "revoke", why.value)
    uow.audit("revoke", "record", record.id, category=why.value)


def _score_again(uow: UnitOfWork, row: RowAttempt) -> ScoreReport | None:
    """A later attempt without the evidence it pooled; None for one that is scored in its own time."""
    if row.released_at is None:
        scores.unscore(uow, [row.id])
        return None
    slots = score_store.marking_slots(uow.session, row, lock=True)
    exam = uow.session.get_one(RowExam, row.exam_id)
    report = score_reports.compute(uow.session, row, slots)
    scores.add_score(uow, row, exam, {slot.position: slot.item_version_id for slot in slots}, report)
    uow.audit("score", "attempt", row.id, decision=report.decision.value)
    return report


def _reissue(uow: UnitOfWork, row: RowAttempt, report: ScoreReport, why: ReasonCategory) -> None:
    """Put a new record in the place of the old; with nothing demonstrated any more it ends."""
    known = record_store.newest_of_attempt(uow.session, row.id)
    if report.demonstrated:
        issued = issuing.issue_for(uow, row, report, why)
        if known is not None and known.status == RecordStatus.REVOKED:
            regrades.carry_revocation(uow, known, issued)
    elif known is not None and known.status in IN_FORCE:
        _revoke(uow, known, why)


def _bring_back(uow: UnitOfWork, attempt: RowAttempt, why: ReasonCategory) -> None:
    """Issue anew what an earlier attempt had shown before this one's record took its place."""
    uow.flush()
    earlier = store.last_before(uow.session, attempt)
    if earlier is None or record_store.in_force(uow.session, attempt):
        return
    known = record_store.newest_of_attempt(uow.session, earlier.id)
    if known is not None and known.status == RecordStatus.SUPERSEDED:
        issuing.issue_for(uow, earlier, score_reports.report_of(uow.session, earlier.id), why)


def lock_cycle(uow: UnitOfWork, attempt_id: UUID) -> RowAttempt:
    """The attempt, held with every other of its cycle until the transaction ends."""
    row = uow.session.get_one(RowAttempt, attempt_id)
    record_store.lock_cycle(uow.session, row)
    uow.session.refresh(row)
    return row
