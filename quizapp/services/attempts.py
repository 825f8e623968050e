"""Starting, taking over, closing and sweeping attempts. Saving is in `saving`, showing in `delivery`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import structlog
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from quizapp.domain import admission as admission_rules
from quizapp.domain import attempt as attempts
from quizapp.domain.attempt import AttemptState, CloseReason, Purpose, Receipt
from quizapp.domain.errors import Forbidden, NotFound, Refused
from quizapp.domain.exam import Window
from quizapp.domain.person import NO_ACCOMMODATION, Actor, Permission
from quizapp.services import admissions, preparations, releases, scores
from quizapp.services.forms import Opening, open_attempt
from quizapp.services.unit_of_work import Context, UnitOfWork
from quizapp.store import attempts as store
from quizapp.store import exams as exam_store
from quizapp.store import people as people_store
from quizapp.store import response_events
from quizapp.store import scores as score_store
from quizapp.store.attempts import RowAttempt
from quizapp.store.exams import RowExam, RowSitting, definition_of

log = structlog.get_logger()
PREVIEW_GRACE_SECONDS = 0


def start(
    context: Context, actor: Actor, sitting_id: UUID, access_code: str = "", address: str | None = None
) -> UUID:
    """Start the actor's attempt in a sitting; gives its id.

    ``address`` is where the request came from. Raises `Refused` with the reason's code: not on the
    roster, outside the window, not checked in, already open, too soon, no unseen items. Nothing is
    changed then.
    """
    actor.require(Permission.SIT_EXAM)
    person_id = _person(actor)
    finish_overdue(context, person_id)
    try:
        with context.transaction(actor) as uow:
            sitting, exam = _sitting(uow.session, sitting_id)
            definition = definition_of(exam)
            facts = admissions.gather(uow.now, uow.session, person_id, sitting, exam, access_code, address)
            admission = admission_rules.admit(definition, facts)
            blueprint = definition.blueprint
            if admission.is_top_up:
                blueprint = blueprint.top_up(facts.undemonstrated)
            accommodation = people_store.accommodation_of(uow.session, person_id)
            clock = attempts.start_clock(
                uow.now,
                admissions.time_limit(definition, blueprint),
                admissions.window_of(sitting),
                accommodation,
                definition.grace_seconds,
            )
            purpose = admissions.purpose_of(sitting)
            opening = Opening(
                exam, definition, blueprint, purpose, person_id, clock, sitting.id, accommodation
            )
            prepared = preparations.take(uow, sitting.id, person_id, definition, blueprint, admission)
            row = open_attempt(uow, opening, admission.cycle, admission.is_top_up, prepared)
            uow.audit(
                "start", "attempt", row.id, sitting=str(sitting.id), cycle=row.cycle, top_up=row.is_top_up
            )
            return row.id
    except IntegrityError as error:
        # The unique index on open attempts decides a race of two starts; the loser resumes.
        raise Refused("attempt_already_open") from error


def preview(context: Context, actor: Actor, exam_id: UUID) -> UUID:
    """Open the actor's preview of an exam, draft or published; nothing in it counts."""
    actor.require(Permission.PREVIEW_EXAM)
    person_id = _person(actor)
    with context.transaction(actor) as uow:
        exam = uow.session.get(RowExam, exam_id)
        if exam is None:
            raise NotFound("not_found")
        definition = definition_of(exam)
        _close_previews(uow, person_id, exam_id)
        limit = timedelta(seconds=definition.time_limit_seconds)
        window = Window(uow.now, uow.now + limit)
        clock = attempts.start_clock(uow.now, limit, window, NO_ACCOMMODATION, PREVIEW_GRACE_SECONDS)
        opening = Opening(exam, definition, definition.blueprint, Purpose.PREVIEW, person_id, clock, None)
        row = open_attempt(uow, opening, cycle=0, is_top_up=False)
        uow.audit("preview", "attempt", row.id, exam=str(exam_id))
        return row.id


def _close_previews(uow: UnitOfWork, person_id: UUID, exam_id: UUID) -> None:
    for row in store.open_of(uow.session, person_id, exam_id, Purpose.PREVIEW):
        close_row(uow, row, CloseReason.SUBMITTED)
    uow.flush()


def _person(actor: Actor) -> UUID:
    if actor.person_id is None:
        raise NotFound("not_found")
    return actor.person_id


def _sitting(session: Session, sitting_id: UUID) -> tuple[RowSitting, RowExam]:
    found = exam_store.starting(session, sitting_id)
    if found is None:
        raise NotFound("not_found")
    return found


def resume(context: Context, actor: Actor, attempt_id: UUID, address: str | None = None) -> int:
    """Take the attempt over in this window: a new writer epoch, older windows turn read-only.

    Raises `Refused` ("wrong_network") for an address outside the networks of the sitting.
    """
    with context.transaction(actor) as uow:
        row = owned(uow.session, actor, attempt_id)
        sitting = uow.session.get(RowSitting, row.sitting_id) if row.sitting_id else None
        if sitting is not None and address is not None:
            admissions.need_inside(address, sitting.networks)
        attempts.move(AttemptState(row.state), "close")  # only an open one may be resumed
        writer = store.take_over(uow.session, attempt_id)
        uow.audit("resume", "attempt", attempt_id, writer=writer)
        return writer


def owned(session: Session, actor: Actor, attempt_id: UUID) -> RowAttempt:
    """The actor's own attempt; anybody else's looks as if it did not exist."""
    row = session.get(RowAttempt, attempt_id)
    if row is None or not actor.is_person(row.person_id):
        raise NotFound("not_found")
    return row


# --- closing ----------------------------------------------------------------------------


def close(context: Context, actor: Actor, attempt_id: UUID, reason: CloseReason) -> Receipt:
    """Close an attempt once and give its receipt; closing again gives the same receipt.

    The caller has checked that the actor may. Scoring is a second transaction (`finish`).
    """
    with context.transaction(actor) as uow:
        row = uow.session.get(RowAttempt, attempt_id, with_for_update=True)
        if row is None:
            raise NotFound("not_found")
        if row.state == AttemptState.OPEN:
            close_row(uow, row, reason)
            uow.audit("close", "attempt", attempt_id, reason=reason.value, answered=row.answered)
        return receipt_of(row)


def close_row(uow: UnitOfWork, row: RowAttempt, reason: CloseReason) -> None:
    """Close an open attempt within a running use case, which writes the audit line."""
    final = attempts.project(response_events.entries(uow.session, row.id))
    told = attempts.receipt(str(row.id), final, uow.now)
    row.state = attempts.move(AttemptState(row.state), "close").value
    row.closed_at, row.close_reason = uow.now, reason.value
    row.answered, row.receipt_digest = told.answered, told.digest


def receipt_of(row: RowAttempt) -> Receipt:
    """The receipt of a closed attempt; raises `Refused` while it is open."""
    if row.closed_at is None or row.answered is None:
        raise Refused("attempt_open")
    return Receipt(row.answered, row.closed_at, row.receipt_digest)


def finish(context: Context, attempt_id: UUID) -> None:
    """Score, release and issue whatever of it is due for a closed attempt; safe to repeat."""
    releases.finish(context, attempt_id)


def submit(context: Context, actor: Actor, attempt_id: UUID) -> Receipt:
    """The learner's own end of an attempt; past the deadline it is said to have ended by time."""
    with context.reading() as session:
        row = owned(session, actor, attempt_id)
        is_late = row.paused_at is None and context.clock.now() > row.deadline_at + attempts.ARRIVAL_TOLERANCE
    told = close(context, actor, attempt_id, CloseReason.TIME if is_late else CloseReason.SUBMITTED)
    # When a whole room ends at once its receipts come first: what is not scored here is scored by
    # the next round, or by whoever looks at the attempt before it.
    with context.finishing.turn(context.clock) as is_time:
        if is_time:
            finish(context, attempt_id)
    return told


def submit_by_token(context: Context, token: str) -> Receipt:
    """The same for a window whose login may have expired: its token is the right to submit.

    Raises `Forbidden` ("bad_token"), and `Refused` ("taken_over") for an older window.
    """
    told = context.tokens.read(token, context.clock.now())
    if told is None:
        raise Forbidden("bad_token")
    with context.reading() as session:
        row = session.get(RowAttempt, told.attempt_id)
        if row is None:
            raise Forbidden("bad_token")
        if row.state == AttemptState.OPEN and told.writer < row.writer_epoch:
            raise Refused("taken_over")
        learner = Actor(row.person_id)
    return submit(context, learner, told.attempt_id)


def finish_overdue(context: Context, person_id: UUID | None) -> None:
    """Close one person's attempts that are past deadline and grace, and finish what is due.

    Correctness never depends on the sweep being prompt: whoever looks at an attempt calls this.
    """
    if person_id is None:
        return
    with context.reading() as session:
        if not score_store.is_anything_due(session, person_id, context.clock.now()):
            return
    for attempt_id in _overdue(context, person_id):
        close(context, scores.SWEEP, attempt_id, CloseReason.TIME)
    for attempt_id in releases.waiting(context, person_id):
        finish(context, attempt_id)


def _overdue(context: Context, person_id: UUID | None = None) -> list[UUID]:
    with context.reading() as session:
        return store.overdue(session, context.clock.now(), person_id)


@dataclass(frozen=True, slots=True)
class Swept:
    """What one sweep did."""

    closed: int
    finished: int


def sweep(context: Context, said: Callable[[UUID], None] | None = None) -> Swept:
    """Close what is overdue, then score, release and issue what is waiting, everywhere."""
    closed = sum(_try(context, _close_overdue, attempt_id) for attempt_id in _overdue(context))
    finished = 0
    for attempt_id in releases.waiting(context):
        finished += _try(context, finish, attempt_id)
        if said is not None:
            said(attempt_id)
    return Swept(closed, finished)


def _close_overdue(context: Context, attempt_id: UUID) -> None:
    close(context, scores.SWEEP, attempt_id, CloseReason.TIME)
    finish(context, attempt_id)


def _try(context: Context, work: Callable[[Context, UUID], None], attempt_id: UUID) -> bool:
    try:
        work(context, attempt_id)
    except Exception:
        # One attempt that cannot be finished must not keep everybody else's waiting.
        log.exception("attempt could not be finished", attempt_id=str(attempt_id))
        return False
    return True


def listed(context: Context, actor: Actor, state: str | None = None) -> list[dict[str, object]]:
    """Attempts as plain rows for operators, newest first; ids, states and times only."""
    actor.require(Permission.READ_SCORES)
    with context.reading() as session:
        return [
            {
                "id": str(row.id),
                "exam": exam.slug,
                "person": str(row.person_id),
                "purpose": row.purpose,
                "cycle": row.cycle,
                "top_up": row.is_top_up,
                "state": row.state,
                "opened_at": row.opened_at.isoformat(),
                "deadline_at": row.deadline_at.isoformat(),
                "closed_at": row.closed_at.isoformat() if row.closed_at else None,
                "close_reason": row.close_reason,
                "answered": row.answered,
                "scored": row.scored_at is not None,
                "released": row.released_at is not None,
            }
            for row, exam in score_store.attempts_with_exams(session, state)
        ]
