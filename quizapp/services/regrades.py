"""Regrades: proposed by one, approved by another, applied in one transaction, undone by a further one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from quizapp.domain import record as record_rules
from quizapp.domain import regrade as domain
from quizapp.domain.errors import Forbidden, NotFound, Refused, raise_if_any
from quizapp.domain.person import Actor, Permission
from quizapp.domain.record import ReasonCategory, RecordStatus
from quizapp.domain.regrade import (
    WITH_ANSWERS,
    Applied,
    Change,
    RegradeKind,
    RegradeState,
    Ruling,
    from_json,
    to_json,
)
from quizapp.ports import Message
from quizapp.services import issuing, letters, scores
from quizapp.services.regrade_plans import Plan, Planned, Wish, plan
from quizapp.services.unit_of_work import Context, UnitOfWork
from quizapp.store import challenges as challenge_store
from quizapp.store import markings as marking_store
from quizapp.store import people as people_store
from quizapp.store import records as record_store
from quizapp.store import regrades as store
from quizapp.store.exams import RowExam
from quizapp.store.regrades import RowRegrade, Version


@dataclass(frozen=True, slots=True)
class Told:
    """What the letter to an affected learner speaks of."""

    name: str
    email: str
    exam_title: str
    attempt_id: UUID
    change: Change
    is_undo: bool
    record_ends: str = ""


#: Puts it into words; the doors know the words and the address of the result.
Letter = Callable[[Told], Message]


@dataclass(frozen=True, slots=True)
class Done:
    """What applying a regrade did."""

    changed: int
    spared: int
    records: int
    told: int


# --- proposing --------------------------------------------------------------------------


def propose(
    context: Context,
    actor: Actor,
    bank_id: str,
    item_id: str,
    kind: RegradeKind,
    *,
    reason: str,
    answers: Sequence[object] = (),
    number: int | None = None,
) -> UUID:
    """Propose a regrade of an item version (its newest, unless ``number`` names another); gives its id.

    ``answers`` are responses that are right, for the kinds that need them. Open challenges of the
    version wait for it from now on. Raises `Invalid` ("bad_regrade"), `Refused` ("regrade_pending"),
    `Forbidden` ("own_result") for somebody to whom the item was served.
    """
    may_propose(actor, kind)
    with context.transaction(actor) as uow:
        version = _version(uow, bank_id, item_id, number)
        canonical, problems = domain.read_answers(kind, version.type, version.content, answers)
        raise_if_any("bad_regrade", [*problems, *domain.check_reason(reason)])
        ruling = domain.ruling(kind, canonical, current(uow.session, version.id))
        return _propose(uow, version, kind, ruling, reason).id


def undo(context: Context, actor: Actor, regrade_id: UUID, reason: str) -> UUID:
    """Propose a further regrade that takes an applied one back; gives its id.

    Raises `Refused` ("not_undoable") for one that is not the last in force for its item version.
    """
    may_propose(actor, RegradeKind.UNDO)
    raise_if_any("bad_regrade", domain.check_reason(reason))
    with context.transaction(actor) as uow:
        row = _locked(uow, regrade_id)
        version = store.version(uow.session, row.item_version_id, lock=True)
        assert version is not None
        if not is_undoable(store.applied(uow.session, version.id), row):
            raise Refused("not_undoable")
        if marking_store.has_unmarked(uow.session, version.id):
            # Nobody has read these answers: without the regrade they would be worth nothing.
            raise Refused("not_undoable")
        return _propose(uow, version, RegradeKind.UNDO, domain.AS_WRITTEN, reason, row.id).id


def is_undoable(applied: Sequence[RowRegrade], row: RowRegrade) -> bool:
    """Whether a regrade is the last of its version's applied ones that still holds."""
    undone = {told.undoes_id for told in applied}
    holding = [told for told in applied if told.undoes_id is None and told.id not in undone]
    return bool(holding) and holding[-1].id == row.id


def may_propose(actor: Actor, kind: RegradeKind) -> None:
    """Raise `Forbidden` unless the actor may look at such a regrade and ask for it."""
    actor.require(Permission.PROPOSE_REGRADE)
    actor.require(Permission.READ_SCORES)
    if kind in WITH_ANSWERS:
        actor.require(Permission.READ_KEYS)


def _version(uow: UnitOfWork, bank_id: str, item_id: str, number: int | None) -> Version:
    version_id = store.version_id_of(uow.session, bank_id, item_id, number)
    version = store.version(uow.session, version_id, lock=True) if version_id else None
    if version is None:
        raise NotFound("not_found")
    return version


def current(session: Session, version_id: UUID) -> Ruling:
    """The ruling under which a version is marked now."""
    return domain.in_force(
        Applied(str(row.id), from_json(row.ruling), str(row.undoes_id) if row.undoes_id else None)
        for row in store.applied(session, version_id)
    )


def _propose(
    uow: UnitOfWork,
    version: Version,
    kind: RegradeKind,
    ruling: Ruling,
    reason: str,
    undoes: UUID | None = None,
) -> RowRegrade:
    _need_stranger(uow, version.id)
    if store.pending(uow.session, version.id) is not None:
        raise Refused("regrade_pending")
    row = RowRegrade(
        id=uow.new_id(),
        item_version_id=version.id,
        kind=kind.value,
        ruling=to_json(ruling),
        reason=reason.strip(),
        state=RegradeState.PROPOSED.value,
        undoes_id=undoes,
        proposed_by=uow.actor.person_id,
        proposed_at=uow.now,
    )
    uow.session.add(row)
    uow.flush()
    taken_up = challenge_store.take_up(uow.session, version.id, row.id)
    uow.audit(
        "propose",
        "regrade",
        row.id,
        kind=kind.value,
        bank=version.bank_id,
        item=version.item_id,
        version=version.number,
        undoes=str(undoes or ""),
        challenges=taken_up,
    )
    return row


def _need_stranger(uow: UnitOfWork, version_id: UUID) -> None:
    """Nobody has a say about an item of their own results."""
    person_id = uow.actor.person_id
    if person_id is not None and store.was_served_to(uow.session, person_id, version_id):
        raise Forbidden("own_result")


def _locked(uow: UnitOfWork, regrade_id: UUID) -> RowRegrade:
    row = store.locked(uow.session, regrade_id)
    if row is None:
        raise NotFound("not_found")
    return row


def wish_of(row: RowRegrade) -> Wish:
    """What a stored regrade asks for."""
    return Wish(from_json(row.ruling), row.undoes_id)


# --- approving --------------------------------------------------------------------------


def approve(
    context: Context, actor: Actor, regrade_id: UUID, *, digest: str, note: str = "", lowers: bool = False
) -> None:
    """A second person's word for exactly the dry run they saw. A web page asks for a fresh sign-in first.

    ``lowers`` is the registrar's decision that released results may become worse, and needs a note;
    without it those stay as they are. Raises `Forbidden` ("own_proposal", "own_result"), `Refused`
    ("preview_changed") when the dry run says something else by now.
    """
    actor.require(Permission.APPROVE_REGRADE)
    if actor.person_id is None:
        # Two people decide; somebody with a command line could be both.
        raise Forbidden("needs_person")
    if lowers:
        raise_if_any("bad_regrade", domain.check_reason(note))
    with context.transaction(actor) as uow:
        row = _locked(uow, regrade_id)
        state = domain.move(RegradeState(row.state), "approve")
        if row.proposed_by is not None and actor.is_person(row.proposed_by):
            raise Forbidden("own_proposal")
        _need_stranger(uow, row.item_version_id)
        told = _plan(uow, row, lowers=lowers)
        if told.digest != digest:
            raise Refused("preview_changed")
        row.state = state.value
        row.approved_by, row.approved_at = actor.person_id, uow.now
        row.approval_note, row.lowers, row.digest = note.strip(), lowers, digest
        uow.audit("approve", "regrade", row.id, lowers=lowers, digest=digest, changes=len(told.planned))


def _plan(uow: UnitOfWork, row: RowRegrade, *, lowers: bool, lock: bool = False) -> Plan:
    version = store.version(uow.session, row.item_version_id)
    assert version is not None
    return plan(uow.session, version, wish_of(row), lowers=lowers, lock=lock)


def withdraw(context: Context, actor: Actor, regrade_id: UUID) -> None:
    """Take a proposal back; the challenges that waited for it are open again."""
    actor.require(Permission.PROPOSE_REGRADE)
    with context.transaction(actor) as uow:
        row = _locked(uow, regrade_id)
        row.state = domain.move(RegradeState(row.state), "withdraw").value
        row.withdrawn_by, row.withdrawn_at = actor.person_id, uow.now
        uow.flush()
        challenge_store.reopen(uow.session, row.id)
        uow.audit("withdraw", "regrade", row.id)


# --- applying ---------------------------------------------------------------------------


def apply(context: Context, actor: Actor, regrade_id: UUID, letter: Letter) -> Done:
    """Change every score, status and record the approved dry run names, all of them or none.

    Scores get a new number and the old ones stay; records are superseded. Affected learners get a
    letter, which the worker sends once all this is durable. Raises `Refused` ("preview_changed")
    when results have changed since the approval: it has to be approved again.
    """
    actor.require(Permission.APPROVE_REGRADE)
    with context.transaction(actor) as uow:
        row = _locked(uow, regrade_id)
        state = domain.move(RegradeState(row.state), "apply")
        _need_stranger(uow, row.item_version_id)
        told = _plan(uow, row, lowers=row.lowers, lock=True)
        if told.digest != row.digest:
            raise Refused("preview_changed")
        row.state, row.applied_by, row.applied_at = state.value, actor.person_id, uow.now
        row.sequence = _next_sequence(uow, row.item_version_id)
        ruling = from_json(row.ruling)
        if ruling.is_dropped or ruling.is_full:
            marking_store.close_version(uow.session, row.item_version_id)
        changed = [entry for entry in told.planned if not entry.is_spared]
        rows = {entry.attempt.id: _change_row(uow, row, entry) for entry in told.planned}
        uow.flush()
        records = 0
        # The latest attempt of a cycle first: earlier records are superseded by what is then in force.
        for entry in reversed(changed):
            issued, revoked = _reissue(uow, entry)
            rows[entry.attempt.id]["revoked_record_id"] = revoked
            records += issued
        store.add_changes(uow.session, list(rows.values()))
        count = _letters(uow, row, changed, letter)
        done = Done(len(changed), len(told.planned) - len(changed), records, count)
        uow.audit("apply", "regrade", row.id, changed=done.changed, spared=done.spared, records=records)
        return done


def _next_sequence(uow: UnitOfWork, version_id: UUID) -> int:
    query = select(func.max(RowRegrade.sequence)).where(RowRegrade.item_version_id == version_id)
    return (uow.session.scalar(query) or 0) + 1


def _change_row(uow: UnitOfWork, row: RowRegrade, entry: Planned) -> dict[str, Any]:
    """Store the new score of one attempt, unless it is spared."""
    before_id, after_id = entry.attempt.current_score_id, None
    if not entry.is_spared:
        exam = uow.session.get_one(RowExam, entry.attempt.exam_id)
        after_id = scores.add_score(uow, entry.attempt, exam, entry.versions, entry.report).id
    return {
        "regrade_id": row.id,
        "attempt_id": entry.attempt.id,
        "before_score_id": before_id,
        "after_score_id": after_id,
        "was_released": entry.is_released,
        "is_spared": entry.is_spared,
        "revoked_record_id": None,
    }


def _reissue(uow: UnitOfWork, entry: Planned) -> tuple[int, UUID | None]:
    """Put a new record in the place of the old; (how many were issued, the one that had to be revoked)."""
    known = record_store.newest_of_attempt(uow.session, entry.attempt.id)
    if entry.is_deserving:
        issued = issuing.issue_for(uow, entry.attempt, entry.report, ReasonCategory.CORRECTION)
        if known is not None and known.status == RecordStatus.REVOKED:
            carry_revocation(uow, known, issued)
        return 1, None
    if entry.record is None or entry.record.status == RecordStatus.SUPERSEDED:
        return 0, None
    # Nothing is demonstrated any more, so no record can take its place.
    entry.record.status = record_rules.move(RecordStatus(entry.record.status), "revoke").value
    issuing.note(uow, entry.record, "revoke", ReasonCategory.CORRECTION.value)
    uow.audit("revoke", "record", entry.record.id, category=ReasonCategory.CORRECTION.value)
    return 0, entry.record.id


def carry_revocation(uow: UnitOfWork, known: record_store.RowRecord, issued: record_store.RowRecord) -> None:
    """A record that somebody revoked does not come back because of a regrade."""
    if store.revoked_by_regrade(uow.session, known.id) or issued.status == RecordStatus.SUPERSEDED:
        return
    category = next(
        event.reason_category
        for event in reversed(record_store.events(uow.session, known.id))
        if event.verb == "revoke"
    )
    issued.status = record_rules.move(RecordStatus(issued.status), "revoke").value
    issuing.note(uow, issued, "revoke", category, f"Carried over from {known.serial}")
    uow.audit("revoke", "record", issued.id, carried_over_from=str(known.id))


def _letters(uow: UnitOfWork, row: RowRegrade, changed: Sequence[Planned], letter: Letter) -> int:
    """Have everybody told whose shown result changed; simulated learners have no mailbox."""
    shown = [entry for entry in changed if entry.is_released]
    people = people_store.by_ids(uow.session, {entry.attempt.person_id for entry in shown})
    count = 0
    for entry in shown:
        person = people.get(entry.attempt.person_id)
        if person is None or person.is_simulated or not person.email:
            continue
        exam = uow.session.get_one(RowExam, entry.attempt.exam_id)
        told = Told(
            name=person.name,
            email=person.email,
            exam_title=exam.title,
            attempt_id=entry.attempt.id,
            change=entry.change,
            is_undo=row.undoes_id is not None,
            record_ends=entry.record_ends,
        )
        letters.ask(uow, f"{row.id}:{entry.attempt.id}", letter(told))
        count += 1
    return count
