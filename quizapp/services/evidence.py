"""From a record down to task, item version, form, attempt and event; responses for appeals only."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from quizapp.domain import record as domain
from quizapp.domain.errors import NotFound, Problem, raise_if_any
from quizapp.domain.person import Actor, Permission, Role
from quizapp.services import results
from quizapp.services.record_facts import day_of
from quizapp.services.results import ItemReview
from quizapp.services.unit_of_work import Context, UnitOfWork
from quizapp.store import people as people_store
from quizapp.store import record_evidence as store
from quizapp.store import records as record_store
from quizapp.store.record_evidence import RowEvidenceGrant, Slot
from quizapp.store.records import RowRecord
from quizapp.store.scores import RowTaskScore

#: For how many days responses may be opened.
GRANT_DAYS = (1, 3, 7, 14)


@dataclass(frozen=True, slots=True)
class Piece:
    """What one attempt adds to one task; ``slots`` hold identifiers and marks, never text."""

    attempt_id: UUID
    exam_title: str
    taken_on: date
    form_digest: str
    blueprint_digest: str
    bank_digest: str
    x: int
    n: int
    slots: tuple[Slot, ...]


@dataclass(frozen=True, slots=True)
class TaskEvidence:
    """One task of a record and everything it rests on."""

    code: str
    status: str
    x: int
    n: int
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Grant:
    """The right to read the responses behind a record."""

    serial: str
    learner_name: str
    exam_title: str
    person_name: str
    reason: str
    granted_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Walk:
    """A record's evidence; ``shows_items`` is false for its holder, who sees no item of a secure bank."""

    serial: str
    learner_name: str
    is_own: bool
    shows_items: bool
    may_read_responses: bool
    may_grant: bool
    tasks: tuple[TaskEvidence, ...]
    grants: tuple[Grant, ...]
    reviewers: tuple[tuple[UUID, str], ...]


def walk(context: Context, actor: Actor, serial: str, door: str = "evidence") -> Walk:
    """The evidence of a record for its holder, a registrar, or who has a grant; raises `NotFound`."""
    with context.transaction(actor) as uow:
        row = _record(uow, serial)
        is_own, has_grant = actor.is_person(row.person_id), _has_grant(uow, row)
        if not (is_own or has_grant or actor.may(Permission.PULL_RECORDS)):
            raise NotFound("not_found")
        if not is_own:
            _note(uow, row, door)
        may_grant = not is_own and actor.may(Permission.PULL_RECORDS)
        reviewers = store.appeal_reviewers(uow.session) if may_grant else ()
        return Walk(
            serial=row.serial,
            learner_name=row.learner_name,
            is_own=is_own,
            shows_items=not is_own,
            may_read_responses=has_grant and not is_own,
            may_grant=may_grant,
            tasks=tuple(_tasks(context, uow.session, row)),
            grants=tuple(_grants(uow, row)) if may_grant else (),
            reviewers=tuple((one.id, one.name) for one in reviewers if one.id != row.person_id),
        )


def _record(uow: UnitOfWork, serial: str) -> RowRecord:
    row = record_store.by_serial(uow.session, domain.read_serial(serial) or "")
    if row is None:
        raise NotFound("not_found")
    return row


def _has_grant(uow: UnitOfWork, row: RowRecord) -> bool:
    if not uow.actor.may(Permission.READ_RESPONSES):
        return False
    return store.grant_in_force(uow.session, row.id, uow.actor.person_id, uow.now) is not None


def _note(uow: UnitOfWork, row: RowRecord, door: str) -> None:
    record_store.disclose(uow.session, [row.id], uow.actor.person_id, door, uow.now)
    uow.audit("disclose", "record", row.id, door=door)


def _tasks(context: Context, session: Session, row: RowRecord) -> Iterator[TaskEvidence]:
    scored = store.tasks(session, row.score_id)
    ids = _attempt_ids(scored)
    known, slots = store.attempts(session, ids), store.slots(session, row, ids)
    for task in scored:
        pieces = []
        for told in task.evidence:
            attempt, form, exam = known[UUID(told["attempt_id"])]
            pieces.append(
                Piece(
                    attempt_id=attempt.id,
                    exam_title=exam.title,
                    taken_on=day_of(context, attempt.opened_at),
                    form_digest=form.digest,
                    blueprint_digest=exam.blueprint_digest,
                    bank_digest=exam.bank_digest,
                    x=int(told["x"]),
                    n=int(told["n"]),
                    slots=_of(slots, attempt.id, task.task_code),
                )
            )
        yield TaskEvidence(task.task_code, task.status, task.x, task.n, tuple(pieces))


def _attempt_ids(scored: Sequence[RowTaskScore]) -> list[UUID]:
    return sorted({UUID(told["attempt_id"]) for task in scored for told in task.evidence})


def _of(slots: Sequence[Slot], attempt_id: UUID, code: str) -> tuple[Slot, ...]:
    return tuple(slot for slot in slots if slot.attempt_id == attempt_id and slot.task_code == code)


def _grants(uow: UnitOfWork, row: RowRecord) -> Iterator[Grant]:
    for grant, name in store.grants_on(uow.session, row.id):
        yield _grant(grant, row.serial, row.learner_name, "", name)


def _grant(grant: RowEvidenceGrant, serial: str, learner: str, exam: str, name: str) -> Grant:
    return Grant(serial, learner, exam, name, grant.reason, grant.granted_at, grant.expires_at)


# --- responses --------------------------------------------------------------------------


def grant(context: Context, actor: Actor, serial: str, person_id: UUID, days: int, reason: str) -> None:
    """Open the responses behind a record to one appeal reviewer; raises `Invalid` ("bad_grant")."""
    actor.require(Permission.PULL_RECORDS)
    with context.transaction(actor) as uow:
        row = _record(uow, serial)
        raise_if_any("bad_grant", _check_grant(uow, row, person_id, days, reason))
        given = RowEvidenceGrant(
            id=uow.new_id(),
            record_id=row.id,
            person_id=person_id,
            reason=reason.strip(),
            granted_by=actor.person_id,
            granted_at=uow.now,
            expires_at=uow.now + timedelta(days=days),
        )
        uow.session.add(given)
        uow.audit("open_responses", "record", row.id, person=str(person_id), days=days)


def _check_grant(uow: UnitOfWork, row: RowRecord, person_id: UUID, days: int, reason: str) -> list[Problem]:
    person = people_store.by_id(uow.session, person_id)
    problems = []
    if person is None or Role.APPEAL_REVIEWER not in person.role_set:
        problems.append(Problem("person", str(person_id), "wrong_role", "must be an appeal reviewer"))
    if person_id == row.person_id or uow.actor.is_person(person_id):
        problems.append(Problem("person", str(person_id), "own", "neither the holder nor whoever grants it"))
    if days not in GRANT_DAYS:
        problems.append(Problem("days", str(days), "out_of_range", f"one of {GRANT_DAYS}"))
    if not reason.strip():
        problems.append(Problem("reason", "", "missing", "say which appeal it is for"))
    return problems


def granted(context: Context, actor: Actor) -> list[Grant]:
    """The records whose responses the actor may read now."""
    actor.require(Permission.READ_RESPONSES)
    if actor.person_id is None:
        return []
    with context.reading() as session:
        rows = store.grants_of(session, actor.person_id, context.clock.now())
        return [_grant(row, serial, name, exam, "") for row, serial, name, exam in rows]


def responses(
    context: Context, actor: Actor, serial: str, task_code: str
) -> Mapping[UUID, tuple[ItemReview, ...]]:
    """Text, key and response of every item behind one task, by attempt, for who has a grant now.

    Raises `Forbidden` without the role and `NotFound` without the grant. Every reading is noted.
    """
    actor.require(Permission.READ_RESPONSES)
    with context.transaction(actor) as uow:
        row = _record(uow, serial)
        if not _has_grant(uow, row) or actor.is_person(row.person_id):
            raise NotFound("not_found")
        _note(uow, row, "responses")
        ids = _attempt_ids(store.tasks(uow.session, row.score_id))
        told = {}
        for attempt, _form, _exam in store.attempts(uow.session, ids).values():
            reviews = results.reviews(uow.session, attempt)
            told[attempt.id] = tuple(one for one in reviews if one.task_code == task_code)
        return told
