"""How a record is written: composed, made canonical, signed, and put in the place of older ones."""

from __future__ import annotations

from quizapp.domain import record as domain
from quizapp.domain.record import ReasonCategory, RecordFacts, RecordStatus
from quizapp.domain.score import ScoreReport
from quizapp.integrations import signing
from quizapp.integrations.record_files import sha256
from quizapp.services.record_facts import gather
from quizapp.services.unit_of_work import UnitOfWork
from quizapp.store import records as store
from quizapp.store.attempts import RowAttempt
from quizapp.store.records import RowRecord, RowRecordEvent


def issue_for(
    uow: UnitOfWork,
    attempt: RowAttempt,
    report: ScoreReport,
    why: ReasonCategory = ReasonCategory.NEW_EVIDENCE,
) -> RowRecord:
    """Write the record of this attempt and put it in its place in the cycle.

    ``why`` is what the history of the records it supersedes says.
    """
    others = store.in_force(uow.session, attempt)
    older = [row for row in others if not _is_later(uow, row, attempt)]
    predecessor = older[-1] if older else None
    serial = domain.serial_of(uow.context.entropy.token(domain.SERIAL_BYTES))
    facts = gather(uow, attempt, report, serial, predecessor.serial if predecessor else None)
    row = _sign(uow, attempt, facts, predecessor)
    uow.session.add(row)
    uow.flush()
    note(uow, row, "issue")
    uow.audit("issue", "record", row.id, attempt=str(attempt.id), demonstrated=row.demonstrated)
    if predecessor is not None and predecessor.status == RecordStatus.SUSPENDED:
        carry_suspension(uow, predecessor, row)
    if others:
        _supersede_all_but_the_latest(uow, attempt, why)
    return row


def _is_later(uow: UnitOfWork, row: RowRecord, attempt: RowAttempt) -> bool:
    return uow.session.get_one(RowAttempt, row.attempt_id).opened_at > attempt.opened_at


def _sign(
    uow: UnitOfWork, attempt: RowAttempt, facts: RecordFacts, predecessor: RowRecord | None
) -> RowRecord:
    payload = signing.canonical(domain.compose(facts))
    return RowRecord(
        id=uow.new_id(),
        serial=facts.serial,
        person_id=attempt.person_id,
        exam_id=attempt.exam_id,
        attempt_id=attempt.id,
        score_id=attempt.current_score_id,
        cycle=attempt.cycle,
        status=RecordStatus.VALID.value,
        decision=facts.report.decision.value,
        standing=facts.standing.value,
        demonstrated=len(facts.report.demonstrated),
        tasks=len(facts.report.tasks),
        learner_name=facts.learner_name,
        payload=payload.decode(),
        payload_sha256=sha256(payload),
        key_id=key_id(uow),
        signature=uow.context.signer.sign(payload),
        issuer_id=facts.issuer_id,
        issued_at=uow.now,
        expires_on=domain.expires_on(facts),
        supersedes_id=predecessor.id if predecessor else None,
    )


def key_id(uow: UnitOfWork) -> str:
    signer = uow.context.signer
    store.remember_key(uow.session, signer.key_id, signer.public_key, uow.now)
    return signer.key_id


def note(
    uow: UnitOfWork,
    row: RowRecord,
    verb: str,
    category: str = "",
    reason: str = "",
    successor: str | None = None,
) -> None:
    """Append to a record's history how it stands now."""
    uow.session.add(
        RowRecordEvent(
            record_id=row.id,
            verb=verb,
            status=row.status,
            reason_category=category,
            reason=reason,
            successor_serial=successor,
            actor_id=uow.actor.person_id,
            at=uow.now,
        )
    )


def carry_suspension(uow: UnitOfWork, predecessor: RowRecord, row: RowRecord) -> None:
    # Otherwise a second attempt would lift a suspension nobody has decided about.
    category = next(
        event.reason_category
        for event in reversed(store.events(uow.session, predecessor.id))
        if event.verb == "suspend"
    )
    row.status = domain.move(RecordStatus(row.status), "suspend").value
    note(uow, row, "suspend", category, f"Carried over from {predecessor.serial}")
    uow.audit("suspend", "record", row.id, carried_over_from=str(predecessor.id))


def _supersede_all_but_the_latest(uow: UnitOfWork, attempt: RowAttempt, why: ReasonCategory) -> None:
    uow.flush()
    *replaced, latest = store.in_force(uow.session, attempt)
    for row in replaced:
        row.status = domain.move(RecordStatus(row.status), "supersede").value
        note(uow, row, "supersede", why.value, successor=latest.serial)
        uow.audit("supersede", "record", row.id, successor=str(latest.id))
