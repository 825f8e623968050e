"""Cases as they are read: the list, one with its letters and log, and the evidence behind it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from quizapp.domain import case_file as domain
from quizapp.domain.case_file import CaseKind, CaseOutcome, CaseState, Tie
from quizapp.domain.errors import NotFound
from quizapp.domain.person import Actor, Permission
from quizapp.services import case_files
from quizapp.services.unit_of_work import Context
from quizapp.store import case_files as store
from quizapp.store import check_ins as check_in_store
from quizapp.store import exam_day
from quizapp.store import people as people_store
from quizapp.store.attempts import RowAttempt
from quizapp.store.case_files import MarkLine, Rescore, RowCaseFile
from quizapp.store.exams import RowExam, RowSitting
from quizapp.store.people import RowPerson


@dataclass(frozen=True, slots=True)
class CaseLine:
    """One case of a list."""

    id: UUID
    reference: str
    kind: CaseKind
    state: CaseState
    outcome: CaseOutcome | None
    learner_name: str
    exam_title: str
    opened_at: datetime
    due_at: datetime
    closed_at: datetime | None
    is_overdue: bool


def _line(row: RowCaseFile, learner: str, exam: str, now: datetime) -> CaseLine:
    state = CaseState(row.state)
    return CaseLine(
        id=row.id,
        reference=domain.reference(row.id),
        kind=CaseKind(row.kind),
        state=state,
        outcome=CaseOutcome(row.outcome) if row.outcome else None,
        learner_name=learner,
        exam_title=exam,
        opened_at=row.opened_at,
        due_at=row.due_at,
        closed_at=row.closed_at,
        is_overdue=domain.is_overdue(state, row.due_at, now),
    )


def listed(context: Context, actor: Actor) -> list[CaseLine]:
    """Every case for who decides, for others of the staff those they opened; what is due first on top."""
    actor.require(Permission.READ_CASES)
    decides = actor.may(Permission.DECIDE_CASE)
    with context.reading() as session:
        now = context.clock.now()
        rows = store.listed(session, None if decides else actor.person_id)
        # Nobody finds their own case among those of others.
        return [
            _line(*found, now) for found in rows if not decides or not actor.is_person(found[0].person_id)
        ]


def mine(context: Context, actor: Actor) -> list[CaseLine]:
    """The cases about the actor, newest first."""
    if actor.person_id is None:
        return []
    with context.reading() as session:
        now = context.clock.now()
        return [_line(row, "", exam, now) for row, exam in store.of_person(session, actor.person_id)]


def own_cases(session: Session, attempt: RowAttempt, now: datetime) -> list[CaseLine]:
    """The cases about an attempt, for its learner."""
    rows = store.of_attempt(session, attempt.id)
    return [_line(row, "", "", now) for row in rows]


@dataclass(frozen=True, slots=True)
class OpeningView:
    """What the page on which a case is opened says; ``refusal`` is the code why none can be.

    ``open_case_id`` is the case that is in the way, for who may read it.
    """

    attempt_id: UUID
    kind: CaseKind
    learner_name: str
    exam_title: str
    opened_at: datetime
    is_released: bool
    refusal: str
    open_case_id: UUID | None


def opening(context: Context, actor: Actor, attempt_id: UUID) -> OpeningView:
    """The page on which this actor opens a case about an attempt; raises `NotFound`."""
    with context.reading() as session:
        attempt = session.get(RowAttempt, attempt_id)
        kind = case_files.kind_for(session, actor, attempt)
        assert attempt is not None
        known = [row for row in store.of_attempt(session, attempt.id) if row.kind == kind]
        running = [row.id for row in known if row.state == CaseState.OPEN and _may_read(actor, row)]
        return OpeningView(
            attempt_id=attempt.id,
            kind=kind,
            learner_name=session.get_one(RowPerson, attempt.person_id).name,
            exam_title=session.get_one(RowExam, attempt.exam_id).title,
            opened_at=attempt.opened_at,
            is_released=attempt.released_at is not None,
            refusal=case_files.refusal(known, attempt, kind, context.clock.now()),
            open_case_id=running[0] if running else None,
        )


# --- one case ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class LetterLine:
    """A letter as it was sent."""

    moment: str
    subject: str
    text: str
    written_at: datetime
    sent_at: datetime | None


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line of a case's log."""

    at: datetime
    verb: str
    text: str
    by: str


@dataclass(frozen=True, slots=True)
class CaseView:
    """One case. Its learner reads grounds, decision and letters; the log and the names are for deciders."""

    line: CaseLine
    attempt_id: UUID
    grounds: str
    reasons: str
    barred_until: datetime | None
    is_held: bool
    is_released: bool
    is_own: bool
    decides: bool
    opened_by: str
    closed_by: str
    letters: tuple[LetterLine, ...]
    log: tuple[LogLine, ...]
    rescores: tuple[Rescore, ...]
    outcomes: tuple[CaseOutcome, ...]
    tie: Tie | None
    may_withdraw: bool
    may_appeal: bool


def view(context: Context, actor: Actor, case_id: UUID) -> CaseView:
    """A case for its learner, for whoever opened it, and for who decides; raises `NotFound`."""
    with context.reading() as session:
        row = _visible(session, actor, case_id)
        now = context.clock.now()
        attempt = session.get_one(RowAttempt, row.attempt_id)
        exam, learner = session.get_one(RowExam, row.exam_id), session.get_one(RowPerson, row.person_id)
        is_own, is_open = actor.is_person(row.person_id), row.state == CaseState.OPEN
        decides = actor.may(Permission.DECIDE_CASE) and not is_own
        names = people_store.names(session, [who for who in (row.opened_by, row.closed_by) if who])
        tie = case_files.tie_of(session, actor, row) if decides and is_open else None
        return CaseView(
            line=_line(row, learner.name, exam.title, now),
            attempt_id=attempt.id,
            grounds=row.grounds,
            reasons=row.reasons,
            barred_until=row.barred_until,
            is_held=is_open and attempt.released_at is None,
            is_released=attempt.released_at is not None,
            is_own=is_own,
            decides=decides,
            opened_by=names.get(row.opened_by, "") if decides and row.opened_by else "",
            closed_by=names.get(row.closed_by, "") if decides and row.closed_by else "",
            letters=tuple(_letters(session, row)) if is_own or decides else (),
            log=tuple(_log(session, row)) if decides else (),
            rescores=tuple(store.rescores(session, attempt.id)) if decides else (),
            outcomes=case_files.possible(actor, attempt) if decides and is_open and tie is None else (),
            tie=tie,
            may_withdraw=is_open and row.opened_by is not None and actor.is_person(row.opened_by),
            may_appeal=is_own and not is_open and case_files.may_appeal(attempt, now),
        )


def _visible(session: Session, actor: Actor, case_id: UUID) -> RowCaseFile:
    row = session.get(RowCaseFile, case_id)
    if row is None or not _may_read(actor, row):
        raise NotFound("not_found")
    return row


def _may_read(actor: Actor, row: RowCaseFile) -> bool:
    is_opener = row.opened_by is not None and actor.is_person(row.opened_by)
    return is_opener or actor.is_person(row.person_id) or actor.may(Permission.DECIDE_CASE)


def _letters(session: Session, row: RowCaseFile) -> Iterator[LetterLine]:
    for kept in store.letters(session, row.id):
        yield LetterLine(kept.moment, kept.subject, kept.text, kept.written_at, kept.sent_at)


def _log(session: Session, row: RowCaseFile) -> Iterator[LogLine]:
    for told, name in store.log(session, row.id):
        yield LogLine(told.at, told.verb, told.text, name)


# --- evidence ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class TimeChange:
    """A change of an attempt's end."""

    at: datetime
    deadline_at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class IncidentLine:
    """What the log of exam day says about the attempt."""

    at: datetime
    kind: str
    note: str
    by: str


@dataclass(frozen=True, slots=True)
class Concern:
    """A report made during the exam (without a state), or a challenge of the result."""

    at: datetime
    slot: int
    text: str
    state: str = ""
    answer: str = ""


@dataclass(frozen=True, slots=True)
class CaseEvidence:
    """What a case is decided on. Text and responses of items are not among it: those need a grant."""

    line: CaseLine
    sitting_title: str
    arrived_at: datetime | None
    identity_method: str
    opened_at: datetime
    delivered_at: datetime | None
    deadline_at: datetime
    closed_at: datetime | None
    close_reason: str
    released_at: datetime | None
    state: str
    windows: int
    answered: int | None
    time_changes: tuple[TimeChange, ...]
    silences: tuple[tuple[datetime, datetime], ...]
    incidents: tuple[IncidentLine, ...]
    reports: tuple[Concern, ...]
    challenges: tuple[Concern, ...]
    marks: tuple[MarkLine, ...]
    records: tuple[tuple[str, str], ...]


def evidence(context: Context, actor: Actor, case_id: UUID) -> CaseEvidence:
    """The evidence of a case for who decides, never for its learner; every reading is noted."""
    actor.require(Permission.DECIDE_CASE)
    with context.transaction(actor) as uow:
        row = uow.session.get(RowCaseFile, case_id)
        if row is None or actor.is_person(row.person_id):
            raise NotFound("not_found")
        uow.audit("disclose", "case_file", row.id)
        return _evidence(uow.session, row, uow.now)


def _evidence(session: Session, row: RowCaseFile, now: datetime) -> CaseEvidence:
    attempt = session.get_one(RowAttempt, row.attempt_id)
    exam, learner = session.get_one(RowExam, row.exam_id), session.get_one(RowPerson, row.person_id)
    sitting = session.get(RowSitting, attempt.sitting_id) if attempt.sitting_id else None
    checked = check_in_store.find(session, sitting.id, row.person_id) if sitting else None
    return CaseEvidence(
        line=_line(row, learner.name, exam.title, now),
        sitting_title=sitting.title if sitting else "",
        arrived_at=checked.arrived_at if checked else None,
        identity_method=checked.identity_method if checked else "",
        opened_at=attempt.opened_at,
        delivered_at=attempt.delivered_at,
        deadline_at=attempt.deadline_at,
        closed_at=attempt.closed_at,
        close_reason=attempt.close_reason,
        released_at=attempt.released_at,
        state=attempt.state,
        windows=attempt.writer_epoch,
        answered=attempt.answered,
        time_changes=tuple(
            TimeChange(told.changed_at, told.deadline_at, told.reason)
            for told in store.time_changes(session, attempt.id)
        ),
        silences=tuple(exam_day.silences(session, attempt.id, attempt.closed_at or now)),
        incidents=tuple(IncidentLine(*told) for told in store.incidents(session, attempt.id)),
        reports=tuple(Concern(r.at, r.slot, r.text) for r in store.reports(session, attempt.id)),
        challenges=_challenges(session, attempt.id),
        marks=tuple(store.marks(session, attempt.current_score_id)),
        records=tuple((record.serial, record.status) for record in store.records(session, attempt.id)),
    )


def _challenges(session: Session, attempt_id: UUID) -> tuple[Concern, ...]:
    rows = store.challenges(session, attempt_id)
    return tuple(Concern(row.at, row.slot, row.text, row.state, row.answer) for row in rows)
