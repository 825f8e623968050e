"""Cohorts: named lists of people."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from quizapp.domain.errors import NotFound, Problem, raise_if_any
from quizapp.domain.person import Actor, Permission, normalise_email
from quizapp.integrations import csv_rows
from quizapp.services.unit_of_work import Context, UnitOfWork
from quizapp.store import cohorts as membership
from quizapp.store import people as store

MAX_NAME = 200


@dataclass(frozen=True, slots=True)
class Cohort:
    """A cohort; ``members`` is None where nobody counted."""

    id: UUID
    name: str
    members: int | None


@dataclass(frozen=True, slots=True)
class Member:
    """A person as the list of a cohort names them."""

    id: UUID
    name: str
    email: str
    is_active: bool


@dataclass(frozen=True, slots=True)
class CohortPage:
    """A cohort with its people, by name."""

    cohort: Cohort
    members: tuple[Member, ...]


def create_cohort(context: Context, actor: Actor, name: str) -> UUID:
    """Create an empty cohort; raises `Invalid` ("bad_cohort") on a missing or used name."""
    actor.require(Permission.MANAGE_COHORTS)
    name = " ".join(name.split())
    with context.transaction(actor) as uow:
        raise_if_any("bad_cohort", _check_name(uow.session, name))
        return add(uow, name).id


def _check_name(session: Session, name: str) -> list[Problem]:
    if not name:
        return [Problem("name", "", "missing", "a name is needed")]
    if len(name) > MAX_NAME:
        return [Problem("name", name[:40], "too_long", f"at most {MAX_NAME} characters")]
    if store.cohort_by_name(session, name) is not None:
        return [Problem("name", name, "in_use", "another cohort has this name")]
    return []


def add(uow: UnitOfWork, name: str) -> store.RowCohort:
    """Add a cohort whose name was checked, with its audit line, to a running use case."""
    row = store.RowCohort(id=uow.new_id(), name=name, created_at=uow.now)
    uow.session.add(row)
    uow.audit("create", "cohort", row.id)
    uow.flush()
    return row


def add_members(context: Context, actor: Actor, cohort_id: UUID, person_ids: Collection[UUID]) -> int:
    """Put people into a cohort; gives how many were not in it yet."""
    actor.require(Permission.MANAGE_COHORTS)
    with context.transaction(actor) as uow:
        _cohort(uow.session, cohort_id)
        unknown = set(person_ids) - set(store.names(uow.session, person_ids))
        raise_if_any(
            "bad_members",
            [Problem("person", str(one), "unknown_person", "no such account") for one in sorted(unknown)],
        )
        return join(uow, cohort_id, person_ids)


def join(uow: UnitOfWork, cohort_id: UUID, person_ids: Collection[UUID]) -> int:
    """Add the memberships that are missing, in a running use case; gives their number."""
    missing = set(person_ids) - membership.member_ids(uow.session, cohort_id)
    uow.session.add_all(
        store.RowCohortMember(cohort_id=cohort_id, person_id=one, added_at=uow.now) for one in sorted(missing)
    )
    if missing:
        uow.audit("add_members", "cohort", cohort_id, people=[str(one) for one in sorted(missing)])
    return len(missing)


def remove_member(context: Context, actor: Actor, cohort_id: UUID, person_id: UUID) -> bool:
    """Take a person out of a cohort; False when they were not in it."""
    actor.require(Permission.MANAGE_COHORTS)
    with context.transaction(actor) as uow:
        if not membership.remove_member(uow.session, cohort_id, person_id):
            return False
        uow.audit("remove_member", "cohort", cohort_id, person=str(person_id))
        return True


def listed(context: Context, actor: Actor) -> list[Cohort]:
    """All cohorts by name, with their sizes."""
    actor.require(Permission.MANAGE_COHORTS)
    with context.reading() as session:
        return [Cohort(row.id, row.name, members) for row, members in store.cohorts(session)]


def get(context: Context, actor: Actor, cohort_id: UUID) -> CohortPage:
    """One cohort with its people; raises `NotFound`."""
    actor.require(Permission.MANAGE_COHORTS)
    with context.reading() as session:
        row = _cohort(session, cohort_id)
        members = tuple(
            Member(one.id, one.name, one.email, one.active) for one in store.members(session, cohort_id)
        )
        return CohortPage(Cohort(row.id, row.name, len(members)), members)


def by_name(context: Context, actor: Actor, name: str) -> Cohort:
    """The cohort of this name; raises `NotFound` ("no_such_cohort")."""
    actor.require(Permission.MANAGE_COHORTS)
    with context.reading() as session:
        row = store.cohort_by_name(session, " ".join(name.split()))
        if row is None:
            raise NotFound("no_such_cohort", name=name)
        return Cohort(row.id, row.name, None)


def import_members(context: Context, actor: Actor, cohort_id: UUID, data: bytes) -> int:
    """Put the people of a CSV file (column email) into a cohort; gives how many joined.

    Raises `Invalid` ("bad_import") with every row that names nobody; then nobody joins.
    """
    actor.require(Permission.MANAGE_COHORTS)
    table = csv_rows.read(data, required=("email",))
    with context.transaction(actor) as uow:
        _cohort(uow.session, cohort_id)
        addresses = {row.number: normalise_email(row.cells["email"]) for row in table.rows}
        known = store.by_emails(uow.session, addresses.values())
        problems = [
            Problem("email", email, "unknown_person", "no account has this address", f"row {number}")
            for number, email in addresses.items()
            if email not in known
        ]
        raise_if_any("bad_import", [*table.problems, *problems])
        return join(uow, cohort_id, {row.id for row in known.values()})


def _cohort(session: Session, cohort_id: UUID) -> store.RowCohort:
    row = session.get(store.RowCohort, cohort_id)
    if row is None:
        raise NotFound("not_found")
    return row
