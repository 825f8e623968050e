"""A person's name changes: on the account, and by new records in the place of those with the old one."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from quizapp.domain.errors import Forbidden, NotFound, Problem, raise_if_any
from quizapp.domain.person import Actor, Permission
from quizapp.domain.record import LONGEST_REASON, ReasonCategory, RecordStatus
from quizapp.services import record_views
from quizapp.services.record_facts import today
from quizapp.services.reissuing import reissue
from quizapp.services.unit_of_work import Context
from quizapp.store import people as people_store
from quizapp.store import records as store
from quizapp.store.exams import RowExam

LONGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class NameChange:
    """What a change of name did: the serials of the new records."""

    serials: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reissued:
    """A record that a change of name would supersede."""

    serial: str
    exam_title: str
    learner_name: str
    status: RecordStatus


@dataclass(frozen=True, slots=True)
class NamePage:
    """A person, and every record in force that another name would supersede."""

    person_id: UUID
    name: str
    email: str
    records: tuple[Reissued, ...]


def preview(context: Context, actor: Actor, person_id: UUID) -> NamePage:
    """What a change of this person's name would supersede; the look is noted. Raises `NotFound`."""
    actor.require(Permission.CHANGE_NAME)
    with context.transaction(actor) as uow:
        person = people_store.by_id(uow.session, person_id)
        if person is None:
            raise NotFound("not_found")
        day, rows = today(context), store.in_force_of_person(uow.session, person_id)
        if not actor.is_person(person_id):
            store.disclose(uow.session, [row.id for row in rows], actor.person_id, "name", uow.now)
            uow.audit("disclose", "record", "", door="name", count=len(rows))
        records = tuple(
            Reissued(
                row.serial,
                uow.session.get_one(RowExam, row.exam_id).title,
                row.learner_name,
                record_views.current_status(row, day),
            )
            for row in rows
        )
        return NamePage(person_id, person.name, person.email, records)


def change_name(context: Context, actor: Actor, person_id: UUID, name: str, proof: str) -> NameChange:
    """Give a person another name; each record in force is superseded by one that says it.

    ``proof`` says where the proof is kept (a file number, not the document): it goes into the
    history, which staff and the holder read. Raises `Invalid` ("bad_name_change"), `NotFound`,
    and `Forbidden` ("own_record") for one's own name.
    """
    actor.require(Permission.CHANGE_NAME)
    name, proof = " ".join(name.split()), proof.strip()
    with context.transaction(actor) as uow:
        person = people_store.by_id(uow.session, person_id)
        if person is None:
            raise NotFound("not_found")
        if actor.is_person(person_id):
            raise Forbidden("own_record")
        raise_if_any("bad_name_change", _check(name, proof, person.name))
        person.name = name
        uow.audit("rename", "person", person_id)
        reason = f"The name was changed; proof: {proof}"
        rows = store.in_force_of_person(uow.session, person_id)
        told = [reissue(uow, row, ReasonCategory.CORRECTION, reason, learner={"name": name}) for row in rows]
        return NameChange(tuple(serial for serial in told if serial is not None))


def _check(name: str, proof: str, known: str) -> list[Problem]:
    problems = []
    if not name or len(name) > LONGEST_NAME:
        problems.append(Problem("name", name[:20], "bad_length", f"1 to {LONGEST_NAME} characters"))
    if name == known:
        problems.append(Problem("name", name[:20], "unchanged", "is the name already"))
    if not proof:
        problems.append(Problem("proof", "", "missing", "say where the proof of the name is kept"))
    if len(proof) > LONGEST_REASON // 2:
        problems.append(Problem("proof", "", "too_long", f"at most {LONGEST_REASON // 2} characters"))
    return problems
