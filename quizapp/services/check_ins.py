"""Check-in at a sitting: staff identify who comes, and the learner accepts the rules."""

from __future__ import annotations

from uuid import UUID

from quizapp.domain.errors import Forbidden, Invalid, NotFound, Problem, Refused
from quizapp.domain.person import Actor, Permission
from quizapp.services import incidents
from quizapp.services.unit_of_work import Context, UnitOfWork
from quizapp.store import attempts as attempt_store
from quizapp.store import check_ins as store
from quizapp.store import exams as exam_store

#: How a proctor made sure who somebody is; a record says it in these words for ever.
METHODS = ("photo_id", "known_to_proctor", "other_document")


def arrive(context: Context, actor: Actor, sitting_id: UUID, person_id: UUID, method: str) -> None:
    """Note that a person of the roster has come, and how they were identified.

    Doing it again overwrites how and by whom. Raises `Invalid` ("bad_check_in"), `Forbidden`
    ("own_check_in") for one's own.
    """
    actor.require(Permission.RUN_SITTING)
    with context.transaction(actor) as uow:
        _need_on_roster(uow, sitting_id, person_id)
        if actor.is_person(person_id):
            raise Forbidden("own_check_in")
        if method not in METHODS:
            detail = f"one of {', '.join(METHODS)}"
            raise Invalid("bad_check_in", [Problem("method", method[:40], "unknown_value", detail)])
        told = {"arrived_at": uow.now, "identity_method": method, "checked_by": actor.person_id}
        store.note(uow.session, sitting_id, person_id, **told)
        incidents.note(uow, sitting_id, "checked_in", method, person_id=person_id)
        uow.audit("check_in", "sitting", sitting_id, person=str(person_id), method=method)


def _need_on_roster(uow: UnitOfWork, sitting_id: UUID, person_id: UUID) -> None:
    incidents.watched(uow.session, uow.actor, sitting_id)
    if not exam_store.is_on_roster(uow.session, sitting_id, person_id):
        raise NotFound("not_found")


def undo(context: Context, actor: Actor, sitting_id: UUID, person_id: UUID) -> None:
    """Take a check-in back; refused ("already_started") once the person has started here."""
    actor.require(Permission.RUN_SITTING)
    with context.transaction(actor) as uow:
        _need_on_roster(uow, sitting_id, person_id)
        if attempt_store.count_in_sitting(uow.session, person_id, sitting_id):
            raise Refused("already_started")
        told = {"arrived_at": None, "identity_method": "", "checked_by": None}
        store.note(uow.session, sitting_id, person_id, **told)
        incidents.note(uow, sitting_id, "check_in_undone", person_id=person_id)
        uow.audit("undo_check_in", "sitting", sitting_id, person=str(person_id))


def accept_rules(context: Context, actor: Actor, sitting_id: UUID) -> None:
    """The learner's own acceptance of the sitting's rules; accepting again changes nothing."""
    actor.require(Permission.SIT_EXAM)
    with context.transaction(actor) as uow:
        person_id = actor.person_id
        if person_id is None or not exam_store.is_on_roster(uow.session, sitting_id, person_id):
            raise NotFound("not_found")
        known = store.find(uow.session, sitting_id, person_id)
        if known is None or known.rules_accepted_at is None:
            store.note(uow.session, sitting_id, person_id, rules_accepted_at=uow.now)
            uow.audit("accept_rules", "sitting", sitting_id)
