"""A record in the place of an equal one: the same evidence under another key or another name."""

from __future__ import annotations

import json
from typing import Any

from quizapp.domain import record as domain
from quizapp.domain.record import ReasonCategory, RecordStatus
from quizapp.integrations import signing
from quizapp.integrations.record_files import sha256
from quizapp.services import issuing
from quizapp.services.record_facts import day_of
from quizapp.services.unit_of_work import UnitOfWork
from quizapp.store import records as store
from quizapp.store.attempts import RowAttempt
from quizapp.store.records import RowRecord


def reissue(
    uow: UnitOfWork, row: RowRecord, category: ReasonCategory, reason: str, **changes: Any
) -> str | None:
    """Supersede a record in force by one that says the same, save for ``changes`` of the payload.

    What was demonstrated, on which evidence and until when stays; the serial, the day of issue
    and the signature are new. A suspension is carried over. Nothing is edited. Gives the new
    serial, or None when somebody else has taken the record out of force meanwhile.
    """
    # Issuing holds the same lock, and takes it first too.
    store.lock_cycle(uow.session, uow.session.get_one(RowAttempt, row.attempt_id))
    uow.session.refresh(row)
    if RecordStatus(row.status) not in domain.TRANSITIONS["supersede"][0]:
        return None
    serial = domain.serial_of(uow.context.entropy.token(domain.SERIAL_BYTES))
    payload = {
        **json.loads(row.payload),
        "serial": serial,
        "supersedes": row.serial,
        "issued_on": day_of(uow.context, uow.now).isoformat(),
        **changes,
    }
    successor = _signed(uow, row, serial, payload)
    uow.session.add(successor)
    uow.flush()
    issuing.note(uow, successor, "issue", category.value, reason)
    if row.status == RecordStatus.SUSPENDED:
        issuing.carry_suspension(uow, row, successor)
    row.status = domain.move(RecordStatus(row.status), "supersede").value
    issuing.note(uow, row, "supersede", category.value, reason, successor.serial)
    uow.audit("reissue", "record", row.id, successor=str(successor.id), category=category.value)
    return serial


def _signed(uow: UnitOfWork, row: RowRecord, serial: str, told: dict[str, Any]) -> RowRecord:
    payload = signing.canonical(told)
    return RowRecord(
        id=uow.new_id(),
        serial=serial,
        person_id=row.person_id,
        exam_id=row.exam_id,
        attempt_id=row.attempt_id,
        score_id=row.score_id,
        cycle=row.cycle,
        status=RecordStatus.VALID.value,
        decision=row.decision,
        standing=row.standing,
        demonstrated=row.demonstrated,
        tasks=row.tasks,
        learner_name=told["learner"]["name"],
        payload=payload.decode(),
        payload_sha256=sha256(payload),
        key_id=issuing.key_id(uow),
        signature=uow.context.signer.sign(payload),
        issuer_id=row.issuer_id,
        issued_at=uow.now,
        expires_on=row.expires_on,
        supersedes_id=row.id,
    )
