"""The log of exam day: it writes itself from what people do, and staff add notes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from quizapp.domain.errors import Invalid, NotFound, Problem
from quizapp.domain.person import Actor, Permission
from quizapp.services.unit_of_work import Context, UnitOfWork
from quizapp.store import exam_day as store
from quizapp.store import exams as exam_store
from quizapp.store import sittings as sitting_store
from quizapp.store.exams import RowIncident, RowSitting

LONGEST_NOTE = 2000


@dataclass(frozen=True, slots=True)
class Incident:
    """One line of the log; ``kind`` is a stable code, ``who`` the learner it is about, if any."""

    at: datetime
    kind: str
    note: str
    attempt_id: UUID | None
    who: str
    by: str
    person_id: UUID | None = None


def note(
    uow: UnitOfWork,
    sitting_id: UUID,
    kind: str,
    text: str = "",
    attempt_id: UUID | None = None,
    person_id: UUID | None = None,
) -> None:
    """Write a line within a running use case; about an attempt, or a person without one."""
    uow.session.add(
        RowIncident(
            id=uow.new_id(),
            sitting_id=sitting_id,
            attempt_id=attempt_id,
            person_id=person_id,
            at=uow.now,
            kind=kind,
            note=text,
            actor_id=uow.actor.person_id,
        )
    )


def write(context: Context, actor: Actor, sitting_id: UUID, text: str) -> None:
    """A note of the staff of a sitting; raises `Invalid` ("bad_note")."""
    actor.require(Permission.RUN_SITTING)
    told = text.strip()
    if not 1 <= len(told) <= LONGEST_NOTE:
        raise Invalid("bad_note", [Problem("note", "", "out_of_range", f"1 to {LONGEST_NOTE} characters")])
    with context.transaction(actor) as uow:
        watched(uow.session, actor, sitting_id)
        note(uow, sitting_id, "note", told)
        uow.audit("note", "sitting", sitting_id)


def listed(context: Context, actor: Actor, sitting_id: UUID) -> list[Incident]:
    """The log of a sitting, oldest first."""
    actor.require(Permission.WATCH_SITTING)
    with context.reading() as session:
        watched(session, actor, sitting_id)
        return [Incident(*row) for row in store.incidents(session, sitting_id)]


def watched(session: Session, actor: Actor, sitting_id: UUID) -> RowSitting:
    """The sitting, for whoever schedules sittings or watches this one; raises `NotFound`."""
    found = exam_store.sitting_with_exam(session, sitting_id)
    if found is None:
        raise NotFound("not_found")
    if not actor.may(Permission.SCHEDULE_SITTING):
        proctors = {person.id for person in sitting_store.proctors_of(session, sitting_id)}
        if actor.person_id not in proctors:
            raise NotFound("not_found")
    return found[0]
