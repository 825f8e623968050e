"""What a proctor does to one attempt: let it go on elsewhere, or make it void."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from quizapp.domain import attempt as attempts
from quizapp.domain import exam as exams
from quizapp.domain.attempt import AttemptState, CloseReason, Purpose
from quizapp.domain.blueprint import Blueprint
from quizapp.domain.errors import Forbidden, Invalid, NotFound, Problem, Refused
from quizapp.domain.exam import ExamDefinition
from quizapp.domain.person import Actor, Permission
from quizapp.services import incidents
from quizapp.services.attempts import close_row
from quizapp.services.forms import draw
from quizapp.services.unit_of_work import Context
from quizapp.store import attempts as store
from quizapp.store.attempts import RowAttempt
from quizapp.store.exams import RowExam, RowSitting

LONGEST_REASON = 500


def move(context: Context, actor: Actor, sitting_id: UUID, attempt_id: UUID) -> int:
    """End the right of the present window, so that the learner can go on at another device.

    Gives the next writer epoch; what the old window still sends is kept apart as stale.
    """
    actor.require(Permission.RUN_SITTING)
    with context.transaction(actor) as uow:
        row = _running(uow.session, actor, sitting_id, attempt_id, lock=True)
        attempts.move(AttemptState(row.state), "close")  # only an open one goes on anywhere
        writer = store.take_over(uow.session, attempt_id)
        incidents.note(uow, sitting_id, "moved", attempt_id=attempt_id)
        uow.audit("move", "attempt", attempt_id, writer=writer)
        return writer


def _running(
    session: Session, actor: Actor, sitting_id: UUID, attempt_id: UUID, lock: bool = False
) -> RowAttempt:
    """The attempt, if the actor watches its sitting and it is not the actor's own."""
    incidents.watched(session, actor, sitting_id)
    row = session.get(RowAttempt, attempt_id, with_for_update=lock or None)
    if row is None or row.sitting_id != sitting_id:
        raise NotFound("not_found")
    if actor.is_person(row.person_id):
        raise Forbidden("own_attempt")
    return row


@dataclass(frozen=True, slots=True)
class Consequence:
    """What voiding an attempt would mean for its learner.

    ``refusal`` is the code why no other form could be drawn now; ``until`` the end of the
    sitting, after which nobody starts.
    """

    exposed: int
    refusal: str
    until: datetime


def consequence(context: Context, actor: Actor, sitting_id: UUID, attempt_id: UUID) -> Consequence:
    """What voiding would lead to; changes nothing. Raises `Refused` where it is not possible."""
    actor.require(Permission.RUN_SITTING)
    with context.reading() as session:
        row = _running(session, actor, sitting_id, attempt_id)
        _need_voidable(row)
        places = store.places(session, row.form_id)
        sitting = session.get_one(RowSitting, sitting_id)
        return Consequence(len(places), _refusal(session, row), sitting.closes_at)


def _need_voidable(row: RowAttempt) -> None:
    if row.released_at is not None:
        # A record may rest on it already, and later attempts pool its evidence.
        raise Refused("attempt_released")
    attempts.move(AttemptState(row.state), "void")


def _refusal(session: Session, row: RowAttempt) -> str:
    exam = session.get_one(RowExam, row.exam_id)
    definition = exams.from_json(exam.definition)
    blueprint = _blueprint(session, row, definition)
    try:
        draw(session, exam.id, definition, blueprint, row.person_id, Purpose.LIVE, seed="")
    except Refused as refusal:
        return refusal.code
    return ""


def _blueprint(session: Session, row: RowAttempt, definition: ExamDefinition) -> Blueprint:
    if not row.is_top_up:
        return definition.blueprint
    return definition.blueprint.top_up(store.task_codes(session, row.form_id))


def void(context: Context, actor: Actor, sitting_id: UUID, attempt_id: UUID, reason: str) -> None:
    """Make an attempt count for nobody: it uses up no attempt, its items stay exposed.

    One that is open ends now. Raises `Refused` ("attempt_released") once its result was shown,
    `Invalid` ("bad_void") without a reason.
    """
    actor.require(Permission.RUN_SITTING)
    with context.transaction(actor) as uow:
        row = _running(uow.session, actor, sitting_id, attempt_id, lock=True)
        _need_reason(reason)
        _need_voidable(row)
        if row.state == AttemptState.OPEN:
            close_row(uow, row, CloseReason.PROCTOR)
        row.state = attempts.move(AttemptState(row.state), "void").value
        incidents.note(uow, sitting_id, "voided", reason.strip(), attempt_id)
        uow.audit("void", "attempt", attempt_id, sitting=str(sitting_id))


def _need_reason(reason: str) -> None:
    if not 1 <= len(reason.strip()) <= LONGEST_REASON:
        detail = f"a reason of 1 to {LONGEST_REASON} characters"
        raise Invalid("bad_void", [Problem("reason", "", "missing", detail)])
