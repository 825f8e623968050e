"""Ending a record for good: proposed by one registrar, done by the word of another."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from quizapp.domain import record as domain
from quizapp.domain.errors import Forbidden, NotFound, Refused, raise_if_any
from quizapp.domain.person import Actor, Permission
from quizapp.domain.record import RecordStatus, RevocationState
from quizapp.services import record_views
from quizapp.services.issuing import note
from quizapp.services.record_facts import today
from quizapp.services.record_status import held
from quizapp.services.unit_of_work import Context, UnitOfWork
from quizapp.store import people as people_store
from quizapp.store import records as record_store
from quizapp.store import revocations as store
from quizapp.store.records import RowRecord
from quizapp.store.revocations import RowRevocation


@dataclass(frozen=True, slots=True)
class Waiting:
    """A revocation that waits; ``status`` is that of its record as things stand now."""

    serial: str
    learner_name: str
    status: RecordStatus
    category: str
    reason: str
    proposed_by: str
    proposed_at: datetime
    is_own: bool

    @property
    def is_possible(self) -> bool:
        """Whether the record can still be revoked: it may have been replaced meanwhile."""
        return self.status not in {RecordStatus.SUPERSEDED, RecordStatus.REVOKED}


# --- proposing --------------------------------------------------------------------------


def propose(context: Context, actor: Actor, serial: str, category: str, reason: str) -> None:
    """Ask for the end of a record. A web page asks for a fresh sign-in before calling this.

    The record stays as it is until somebody else approves. Raises `Invalid` ("bad_reason"),
    `NotFound`, `Forbidden` ("own_record"), `Refused` ("revocation_pending", "illegal_transition").
    """
    actor.require(Permission.CHANGE_RECORD_STATUS)
    raise_if_any("bad_reason", domain.check_reason(category, reason))
    with context.transaction(actor) as uow:
        record = held(uow, serial)
        domain.move(RecordStatus(record.status), "revoke")
        if store.waiting_of(uow.session, record.id) is not None:
            raise Refused("revocation_pending")
        row = RowRevocation(
            id=uow.new_id(),
            record_id=record.id,
            category=category,
            reason=reason.strip(),
            state=RevocationState.PROPOSED.value,
            proposed_by=actor.person_id,
            proposed_at=uow.now,
        )
        uow.session.add(row)
        uow.audit("propose", "revocation", row.id, record=str(record.id), category=category)


# --- deciding ---------------------------------------------------------------------------


def approve(context: Context, actor: Actor, serial: str) -> None:
    """End the record for good, as somebody else proposed. A web page asks for a fresh sign-in first.

    Raises `Forbidden` ("needs_person", "own_record", "own_proposal"), `NotFound`, and `Refused`
    ("illegal_transition") for a record that was replaced meanwhile.
    """
    actor.require(Permission.CHANGE_RECORD_STATUS)
    if actor.person_id is None:
        # Two people decide; somebody with a command line could be both.
        raise Forbidden("needs_person")
    with context.transaction(actor) as uow:
        record, row = _waiting(uow, serial)
        if row.proposed_by is not None and actor.is_person(row.proposed_by):
            raise Forbidden("own_proposal")
        record.status = domain.move(RecordStatus(record.status), "revoke").value
        _decide(uow, row, "approve")
        note(uow, record, "revoke", row.category, row.reason)
        uow.audit("revoke", "record", record.id, category=row.category)


def withdraw(context: Context, actor: Actor, serial: str) -> None:
    """Take a proposal back, one's own or another's; the record stays as it is."""
    actor.require(Permission.CHANGE_RECORD_STATUS)
    with context.transaction(actor) as uow:
        _record, row = _waiting(uow, serial)
        _decide(uow, row, "withdraw")


def _waiting(uow: UnitOfWork, serial: str) -> tuple[RowRecord, RowRevocation]:
    record = held(uow, serial)
    row = store.waiting_of(uow.session, record.id)
    if row is None:
        raise NotFound("not_found")
    return record, row


def _decide(uow: UnitOfWork, row: RowRevocation, verb: str) -> None:
    row.state = domain.move_revocation(RevocationState(row.state), verb).value
    row.decided_by, row.decided_at = uow.actor.person_id, uow.now
    uow.audit(verb, "revocation", row.id, record=str(row.record_id))


# --- reading ----------------------------------------------------------------------------


def waiting(context: Context, actor: Actor) -> list[Waiting]:
    """Every revocation that waits for a second word; whose records they are is noted as disclosed."""
    actor.require(Permission.CHANGE_RECORD_STATUS)
    with context.transaction(actor) as uow:
        day = today(context)
        found = store.waiting(uow.session, actor.person_id)
        told = [_told(row, record, day, actor, name) for row, record, name in found]
        ids = [record.id for _, record, _ in found]
        record_store.disclose(uow.session, ids, actor.person_id, "revocations", uow.now)
        uow.audit("disclose", "record", "", door="revocations", count=len(ids))
        return told


def count_waiting(context: Context, actor: Actor) -> int:
    """How many revocations wait."""
    actor.require(Permission.CHANGE_RECORD_STATUS)
    with context.reading() as session:
        return store.count_waiting(session, actor.person_id)


def waiting_of(context: Context, actor: Actor, serial: str) -> Waiting | None:
    """The revocation of one record that waits, or None; for those who decide about others' records."""
    actor.require(Permission.CHANGE_RECORD_STATUS)
    with context.reading() as session:
        record = record_store.by_serial(session, domain.read_serial(serial) or "")
        row = store.waiting_of(session, record.id) if record is not None else None
        if record is None or row is None or actor.is_person(record.person_id):
            return None
        person = people_store.by_id(session, row.proposed_by) if row.proposed_by else None
        return _told(row, record, today(context), actor, person.name if person else "")


def _told(row: RowRevocation, record: RowRecord, day: date, actor: Actor, proposed_by: str) -> Waiting:
    return Waiting(
        serial=record.serial,
        learner_name=record.learner_name,
        status=record_views.current_status(record, day),
        category=row.category,
        reason=row.reason,
        proposed_by=proposed_by,
        proposed_at=row.proposed_at,
        is_own=row.proposed_by is not None and actor.is_person(row.proposed_by),
    )
