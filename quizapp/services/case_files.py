"""Case files: opened by a learner or by staff, decided by somebody independent, logged throughout."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from quizapp.domain import case_file as domain
from quizapp.domain.attempt import AttemptState, Purpose
from quizapp.domain.case_file import CaseKind, CaseOutcome, CaseState, Involved, Tie
from quizapp.domain.errors import Forbidden, NotFound, Refused, raise_if_any
from quizapp.domain.exam import Mode
from quizapp.domain.person import Actor, Permission
from quizapp.domain.record import ReasonCategory
from quizapp.services import case_letters, case_outcomes, releases
from quizapp.services.case_letters import Letter
from quizapp.services.unit_of_work import Context, UnitOfWork
from quizapp.store import case_files as store
from quizapp.store import sittings as sitting_store
from quizapp.store.attempts import RowAttempt
from quizapp.store.case_files import RowCaseEvent, RowCaseFile
from quizapp.store.exams import RowExam

#: What the history of a record says where a case changed it.
CATEGORIES = {
    CaseKind.APPEAL: ReasonCategory.APPEAL,
    CaseKind.IRREGULARITY: ReasonCategory.IRREGULARITY,
}


# --- opening ----------------------------------------------------------------------------


def kind_for(session: Session, actor: Actor, attempt: RowAttempt | None) -> CaseKind:
    """What a case of this actor about this attempt would be; raises `NotFound` where none can be.

    Learners appeal against their own. Staff who read scores, or who proctor the sitting, report an
    irregularity. Cases are about certification exams only.
    """
    if attempt is None or attempt.purpose != Purpose.LIVE:
        raise NotFound("not_found")
    if session.get_one(RowExam, attempt.exam_id).mode != Mode.CERTIFICATION:
        raise NotFound("not_found")
    if actor.is_person(attempt.person_id):
        return CaseKind.APPEAL
    if not actor.may(Permission.OPEN_CASE):
        raise NotFound("not_found")
    if not actor.may(Permission.READ_SCORES) and actor.person_id not in _assigned(session, attempt):
        raise NotFound("not_found")
    return CaseKind.IRREGULARITY


def _assigned(session: Session, attempt: RowAttempt) -> set[UUID]:
    if attempt.sitting_id is None:
        return set()
    return {person.id for person in sitting_store.proctors_of(session, attempt.sitting_id)}


def may_appeal(attempt: RowAttempt, now: datetime) -> bool:
    """Whether an attempt has a result, shown not too long ago, or was made void."""
    if attempt.state == AttemptState.VOID:
        return True
    return attempt.released_at is not None and now < attempt.released_at + domain.APPEAL_WITHIN


def open_case(context: Context, actor: Actor, attempt_id: UUID, grounds: str, letter: Letter) -> UUID:
    """Open a case about an attempt; gives its id. The learner gets a letter.

    Until it is decided, a result that was not shown yet stays held. Raises `NotFound`, `Invalid`
    ("bad_case"), `Refused` ("appeal_over", "case_open", "too_many_appeals").
    """
    with context.transaction(actor) as uow:
        attempt = uow.session.get(RowAttempt, attempt_id, with_for_update=True)
        kind = kind_for(uow.session, actor, attempt)
        assert attempt is not None
        raise_if_any("bad_case", domain.check_text("grounds", grounds))
        known = [row for row in store.of_attempt(uow.session, attempt.id) if row.kind == kind]
        if code := refusal(known, attempt, kind, uow.now):
            raise Refused(code)
        row = RowCaseFile(
            id=uow.new_id(),
            attempt_id=attempt.id,
            exam_id=attempt.exam_id,
            person_id=attempt.person_id,
            kind=kind.value,
            state=CaseState.OPEN.value,
            grounds=grounds.strip(),
            opened_by=actor.person_id,
            opened_at=uow.now,
            due_at=uow.now + domain.TIME_TO_DECIDE,
        )
        uow.session.add(row)
        uow.flush()
        _log(uow, row, "opened")
        case_letters.write(uow, row, "opened", letter)
        uow.audit("open", "case_file", row.id, kind=kind.value, attempt=str(attempt.id))
        return row.id


def refusal(known: Sequence[RowCaseFile], attempt: RowAttempt, kind: CaseKind, now: datetime) -> str:
    """The code why no further case of a kind can be opened beside these, or the empty text."""
    if any(row.state == CaseState.OPEN for row in known):
        return "case_open"
    if kind is CaseKind.IRREGULARITY:
        return ""
    if not may_appeal(attempt, now):
        return "appeal_over"
    return "too_many_appeals" if len(known) >= domain.MOST_APPEALS else ""


def _log(uow: UnitOfWork, row: RowCaseFile, verb: str, text: str = "") -> None:
    uow.session.add(
        RowCaseEvent(case_id=row.id, verb=verb, text=text, actor_id=uow.actor.person_id, at=uow.now)
    )


# --- until the decision -----------------------------------------------------------------


def note(context: Context, actor: Actor, case_id: UUID, text: str) -> None:
    """Add a note to the log of a case, open or not; its learner does not read it."""
    actor.require(Permission.DECIDE_CASE)
    raise_if_any("bad_case", domain.check_text("note", text))
    with context.transaction(actor) as uow:
        row = _locked(uow, case_id)
        if actor.is_person(row.person_id):
            raise NotFound("not_found")
        _log(uow, row, "noted", text.strip())
        uow.audit("note", "case_file", row.id)


def withdraw(context: Context, actor: Actor, case_id: UUID, letter: Letter) -> None:
    """Take a case back; only whoever opened it can. What it held can be released."""
    with context.transaction(actor) as uow:
        row = _locked(uow, case_id)
        if row.opened_by is None or not actor.is_person(row.opened_by):
            raise NotFound("not_found")
        row.state = domain.move(CaseState(row.state), "withdraw").value
        row.closed_by, row.closed_at = actor.person_id, uow.now
        _log(uow, row, "withdrawn")
        case_letters.write(uow, row, "withdrawn", letter)
        uow.audit("withdraw", "case_file", row.id)
        attempt_id = row.attempt_id
    releases.finish_closed(context, attempt_id)


def _locked(uow: UnitOfWork, case_id: UUID) -> RowCaseFile:
    row = store.locked(uow.session, case_id)
    if row is None:
        raise NotFound("not_found")
    return row


# --- deciding ---------------------------------------------------------------------------


def tie_of(session: Session, actor: Actor, row: RowCaseFile) -> Tie | None:
    """What keeps the actor from deciding a case, or None for somebody independent."""
    if actor.person_id is None:
        return None
    attempt = session.get_one(RowAttempt, row.attempt_id)
    involved = Involved(
        learner_id=row.person_id,
        opened_by=row.opened_by,
        proctors=store.proctors(session, attempt) | _assigned(session, attempt),
        regraders=store.regraders(session, attempt.current_score_id),
        issuers=store.issuers(session, attempt.id),
    )
    return domain.tie(actor.person_id, involved)


def possible(actor: Actor, attempt: RowAttempt) -> tuple[CaseOutcome, ...]:
    """The outcomes this actor could choose for a case about this attempt."""
    is_registrar = actor.may(Permission.CHANGE_RECORD_STATUS)
    return domain.possible(AttemptState(attempt.state), is_registrar=is_registrar)


def decide(
    context: Context,
    actor: Actor,
    case_id: UUID,
    outcome: str,
    *,
    reasons: str,
    letter: Letter,
    days: int | None = None,
) -> None:
    """Decide a case, and do at once what the outcome means; the learner gets a letter with the reasons.

    A web page asks for a fresh sign-in before calling this. ``days`` is how long a bar lasts. Raises
    `Forbidden` ("needs_person", "not_independent"), `Invalid` ("bad_decision"), `Refused`
    ("attempt_open", and for a case that is not open).
    """
    actor.require(Permission.DECIDE_CASE)
    if actor.person_id is None:
        # Somebody with a command line could be anybody, so nobody could say they are independent.
        raise Forbidden("needs_person")
    with context.transaction(actor) as uow:
        row = _locked(uow, case_id)
        state = domain.move(CaseState(row.state), "decide")
        tie = tie_of(uow.session, actor, row)
        if tie is not None:
            raise Forbidden("not_independent", tie=tie.value)
        attempt = case_outcomes.lock_cycle(uow, row.attempt_id)
        if attempt.state == AttemptState.OPEN:
            raise Refused("attempt_open")
        problems = domain.check_decision(outcome, reasons, days, possible(actor, attempt))
        raise_if_any("bad_decision", problems)
        told = CaseOutcome(outcome)
        row.state, row.outcome, row.reasons = state.value, told.value, reasons.strip()
        row.closed_by, row.closed_at = actor.person_id, uow.now
        if told is CaseOutcome.BAR and days is not None:
            row.barred_until = uow.now + timedelta(days=days)
        case_outcomes.carry_out(uow, attempt, told, CATEGORIES[CaseKind(row.kind)])
        _log(uow, row, "decided", told.value)
        case_letters.write(uow, row, "decided", letter)
        uow.audit("decide", "case_file", row.id, outcome=told.value, attempt=str(attempt.id))
        attempt_id = attempt.id
    releases.finish_closed(context, attempt_id)
