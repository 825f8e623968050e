"""A record taken out of force for a while and put back; its history only grows. For good: `revocations`."""

from __future__ import annotations

from quizapp.domain import record as domain
from quizapp.domain.errors import Forbidden, NotFound, raise_if_any
from quizapp.domain.person import Actor, Permission
from quizapp.domain.record import RecordStatus
from quizapp.services.issuing import note
from quizapp.services.unit_of_work import Context, UnitOfWork
from quizapp.store import records as store
from quizapp.store.records import RowRecord


def suspend(context: Context, actor: Actor, serial: str, category: str, reason: str) -> None:
    """Take a valid record out of force until somebody has decided about it."""
    _change(context, actor, serial, "suspend", category, reason)


def reinstate(context: Context, actor: Actor, serial: str, category: str, reason: str) -> None:
    """Put a suspended record back in force."""
    _change(context, actor, serial, "reinstate", category, reason)


def _change(context: Context, actor: Actor, serial: str, verb: str, category: str, reason: str) -> None:
    """Raises `Forbidden` ("own_record") for one's own record, `Refused` for an illegal step."""
    actor.require(Permission.CHANGE_RECORD_STATUS)
    raise_if_any("bad_reason", domain.check_reason(category, reason))
    with context.transaction(actor) as uow:
        row = held(uow, serial)
        row.status = domain.move(RecordStatus(row.status), verb).value
        note(uow, row, verb, category, reason.strip())
        uow.audit(verb, "record", row.id, category=category)


def held(uow: UnitOfWork, serial: str) -> RowRecord:
    """The record, locked, for somebody to decide about.

    Raises `NotFound`, and `Forbidden` ("own_record") for one's own.
    """
    row = store.locked(uow.session, domain.read_serial(serial) or "")
    if row is None:
        raise NotFound("not_found")
    if uow.actor.is_person(row.person_id):
        raise Forbidden("own_record")
    return row
