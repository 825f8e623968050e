"""Starting, taking over, closing and sweeping attempts. Saving is in `saving`, showing in `delivery`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from quizapp.domain import attempt as attempts
from quizapp.domain import blueprint as blueprints
from quizapp.domain import exam as exams
from quizapp.domain.attempt import AttemptState, CloseReason, Purpose, Receipt
from quizapp.domain.blueprint import Blueprint, Slot
from quizapp.domain.errors import NotFound, Refused
from quizapp.domain.exam import (
    AdmissionFacts,
    ExamDefinition,
    ExamState,
    PastAttempt,
    SittingState,
    Window,
)
from quizapp.domain.item import digest_of
from quizapp.domain.person import NO_ACCOMMODATION, Accommodation, Actor, Permission
from quizapp.services import scores
from quizapp.services.unit_of_work import Context, UnitOfWork
from quizapp.store import attempts as store
from quizapp.store import exams as exam_store
from quizapp.store import items as item_store
from quizapp.store import people as people_store
from quizapp.store import scores as score_store
from quizapp.store.attempts import RowAttempt, RowExposure, RowForm, RowFormSlot
from quizapp.store.exams import RowExam, RowSitting
from quizapp.store.items import Eligible

PREVIEW_GRACE_SECONDS = 0


def start(context: Context, actor: Actor, sitting_id: UUID, access_code: str = "") -> UUID:
    """Start the actor's attempt in a sitting; gives its id.

    Raises `Refused` with the reason's code: not on the roster, outside the window, already open,
    too soon, no unseen items. Nothing is changed then.
    """
    actor.require(Permission.SIT_EXAM)
    person_id = _person(actor)
    finish_overdue(context, person_id)
    try:
        with context.transaction(actor) as uow:
            sitting, exam = _sitting(uow.session, sitting_id)
            definition = exams.from_json(exam.definition)
            facts = admission_facts(uow.now, uow.session, person_id, sitting, exam, access_code)
            admission = exams.admit(definition, facts)
            blueprint = definition.blueprint
            if admission.is_top_up:
                blueprint = blueprint.top_up(facts.undemonstrated)
            accommodation = people_store.accommodation_of(uow.session, person_id)
            clock = attempts.start_clock(
                uow.now,
                time_limit(definition, blueprint),
                facts_window(sitting),
                accommodation,
                definition.grace_seconds,
            )
            opening = Opening(exam, definition, blueprint, Purpose.LIVE, person_id, clock, sitting.id)
            row = _open(uow, opening, admission.cycle, admission.is_top_up)
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
        definition = exams.from_json(exam.definition)
        _close_previews(uow, person_id, exam_id)
        limit = timedelta(seconds=definition.time_limit_seconds)
        window = Window(uow.now, uow.now + limit)
        clock = attempts.start_clock(uow.now, limit, window, NO_ACCOMMODATION, PREVIEW_GRACE_SECONDS)
        opening = Opening(exam, definition, definition.blueprint, Purpose.PREVIEW, person_id, clock, None)
        row = _open(uow, opening, cycle=0, is_top_up=False)
        uow.audit("preview", "attempt", row.id, exam=str(exam_id))
        return row.id


def _close_previews(uow: UnitOfWork, person_id: UUID, exam_id: UUID) -> None:
    for row in store.open_of(uow.session, person_id, exam_id, Purpose.PREVIEW):
        _close_row(uow, row, CloseReason.SUBMITTED)
    uow.flush()


def time_limit(definition: ExamDefinition, blueprint: Blueprint) -> timedelta:
    """The limit of a form: a top-up gets the same time per item as the whole exam gives."""
    whole = definition.blueprint.length
    seconds = -(-definition.time_limit_seconds * blueprint.length // whole)
    return timedelta(seconds=seconds)


def facts_window(sitting: RowSitting) -> Window:
    """The window of a sitting row."""
    return Window(sitting.opens_at, sitting.closes_at)


def _person(actor: Actor) -> UUID:
    if actor.person_id is None:
        raise NotFound("not_found")
    return actor.person_id


def _sitting(session: Session, sitting_id: UUID) -> tuple[RowSitting, RowExam]:
    found = exam_store.sitting_with_exam(session, sitting_id)
    if found is None:
        raise NotFound("not_found")
    return found


def admission_facts(
    now: datetime,
    session: Session,
    person_id: UUID,
    sitting: RowSitting,
    exam: RowExam,
    access_code: str,
) -> AdmissionFacts:
    """What the store knows that decides whether this person may start now."""
    accommodation = people_store.accommodation_of(session, person_id)
    past = store.of_person(session, person_id, exam.id, Purpose.LIVE)
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
                row.state == AttemptState.OPEN,
                row.state == AttemptState.VOID,
            )
            for row in past
        ),
        undemonstrated=_undemonstrated(session, past),
        code_matches=not sitting.access_code or access_code.strip() == sitting.access_code,
    )


def extended_window(definition: ExamDefinition, sitting: RowSitting, accommodation: Accommodation) -> Window:
    """The window one person has: an accommodation moves its end as far as the limit."""
    limit = timedelta(seconds=definition.time_limit_seconds)
    return facts_window(sitting).extended(accommodation.extend(limit) - limit)


def _undemonstrated(session: Session, past: list[RowAttempt]) -> frozenset[str]:
    counted = [row for row in past if row.state == AttemptState.CLOSED]
    if not counted:
        return frozenset()
    report = scores.report_of(session, counted[-1].id)
    return frozenset(task.task_code for task in report.tasks) - frozenset(report.demonstrated)


@dataclass(frozen=True, slots=True)
class Opening:
    """What an attempt is opened with."""

    exam: RowExam
    definition: ExamDefinition
    blueprint: Blueprint
    purpose: Purpose
    person_id: UUID
    clock: attempts.Clock
    sitting_id: UUID | None


def _open(uow: UnitOfWork, opening: Opening, cycle: int, is_top_up: bool) -> RowAttempt:
    seed = uow.new_seed()
    pool = item_store.eligible(
        uow.session,
        exam_store.bank_row_ids(uow.session, opening.exam.id),
        opening.definition.pool,
    )
    exposed = store.exposed_items(uow.session, opening.person_id)
    slots = _draw(opening, pool, exposed, seed)
    by_name = {entry.candidate.id: entry for entry in pool}
    form = _store_form(uow, opening.exam.id, seed, slots, by_name)
    row = RowAttempt(
        id=uow.new_id(),
        sitting_id=opening.sitting_id,
        exam_id=opening.exam.id,
        person_id=opening.person_id,
        form_id=form.id,
        purpose=opening.purpose.value,
        cycle=cycle,
        is_top_up=is_top_up,
        state=AttemptState.OPEN.value,
        opened_at=opening.clock.opened_at,
        deadline_at=opening.clock.deadline_at,
        grace_seconds=opening.clock.grace_seconds,
    )
    uow.session.add(row)
    uow.flush()
    for slot in slots:
        item_row_id = by_name[slot.item_id].item_row_id
        uow.session.add(
            RowExposure(
                person_id=opening.person_id,
                item_row_id=item_row_id,
                attempt_id=row.id,
                exposed_at=uow.now,
                is_first=item_row_id not in exposed,
            )
        )
    return row


def _draw(opening: Opening, pool: list[Eligible], exposed: set[UUID], seed: str) -> tuple[Slot, ...]:
    """Unseen items; in practice and preview seen ones too where unseen ones do not suffice."""
    unseen = [entry.candidate for entry in pool if entry.item_row_id not in exposed]
    try:
        return blueprints.assemble(opening.blueprint, unseen, seed)
    except Refused:
        if opening.definition.is_certification and opening.purpose is Purpose.LIVE:
            raise
        return blueprints.assemble(opening.blueprint, [entry.candidate for entry in pool], seed)


def _store_form(
    uow: UnitOfWork, exam_id: UUID, seed: str, slots: tuple[Slot, ...], pool: dict[str, Eligible]
) -> RowForm:
    versions = [str(pool[slot.item_id].version_id) for slot in slots]
    form = RowForm(
        id=uow.new_id(), exam_id=exam_id, seed=seed, digest=digest_of(versions), created_at=uow.now
    )
    uow.session.add(form)
    uow.flush()
    for slot in slots:
        uow.session.add(
            RowFormSlot(
                form_id=form.id,
                position=slot.position,
                section=slot.section,
                item_version_id=pool[slot.item_id].version_id,
                task_code=slot.task_code,
            )
        )
    return form


def resume(context: Context, actor: Actor, attempt_id: UUID) -> int:
    """Take the attempt over in this window: a new writer epoch, older windows turn read-only."""
    with context.transaction(actor) as uow:
        row = owned(uow.session, actor, attempt_id)
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
            _close_row(uow, row, reason)
            uow.audit("close", "attempt", attempt_id, reason=reason.value, answered=row.answered)
        return receipt_of(row)


def _close_row(uow: UnitOfWork, row: RowAttempt, reason: CloseReason) -> None:
    final = attempts.project(store.entries(uow.session, row.id))
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
    scores.finish(context, attempt_id)


def submit(context: Context, actor: Actor, attempt_id: UUID) -> Receipt:
    """The learner's own end of an attempt; past the deadline it is said to have ended by time."""
    with context.reading() as session:
        row = owned(session, actor, attempt_id)
        is_late = context.clock.now() > row.deadline_at + attempts.ARRIVAL_TOLERANCE
    told = close(context, actor, attempt_id, CloseReason.TIME if is_late else CloseReason.SUBMITTED)
    finish(context, attempt_id)
    return told


def finish_overdue(context: Context, person_id: UUID | None = None) -> int:
    """Close every attempt past deadline and grace (of one person, or all); gives how many.

    Correctness never depends on this being prompt: whoever looks at an attempt calls it.
    """
    with context.reading() as session:
        overdue = store.overdue(session, context.clock.now(), person_id)
    for attempt_id in overdue:
        close(context, scores.SWEEP, attempt_id, CloseReason.TIME)
    with context.reading() as session:
        unfinished = store.unscored(session, person_id)
    for attempt_id in unfinished:
        finish(context, attempt_id)
    return len(overdue)


@dataclass(frozen=True, slots=True)
class Swept:
    """What one sweep did."""

    closed: int
    finished: int


def sweep(context: Context, said: Callable[[UUID], None] | None = None) -> Swept:
    """Close what is overdue, then score, release and issue what is waiting, everywhere."""
    closed = finish_overdue(context)
    waiting = scores.waiting(context)
    for attempt_id in waiting:
        finish(context, attempt_id)
        if said is not None:
            said(attempt_id)
    return Swept(closed, len(waiting))


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
