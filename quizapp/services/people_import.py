"""People from a CSV file: all of them or none, and every wrong row told."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from quizapp.domain.errors import Problem, raise_if_any
from quizapp.domain.person import Actor, Permission, Role, check_person, normalise_email, parse_roles
from quizapp.integrations import csv_rows
from quizapp.services import cohorts, people
from quizapp.services.invitations import Letter, send_invitation
from quizapp.services.unit_of_work import Context, UnitOfWork
from quizapp.store import people as store

REQUIRED, OPTIONAL = ("name", "email"), ("roles", "cohort")
SEPARATORS = re.compile(r"[\s,;|/]+")


@dataclass(frozen=True, slots=True)
class PlannedRow:
    """One row of the file, understood."""

    number: int
    name: str
    email: str
    roles: frozenset[Role]
    cohort: str
    is_new: bool

    @property
    def place(self) -> str:
        """Where a problem with it is."""
        return f"row {self.number}"


@dataclass(frozen=True, slots=True)
class ImportPlan:
    """What loading the file would do, and everything that stops it."""

    rows: tuple[PlannedRow, ...]
    new_cohorts: tuple[str, ...]
    problems: tuple[Problem, ...]

    @property
    def new_people(self) -> int:
        """How many accounts would be created."""
        return len({row.email for row in self.rows if row.is_new})


@dataclass(frozen=True, slots=True)
class Imported:
    """What loading the file did."""

    created: int
    unchanged: int
    new_cohorts: int
    new_members: int


def check_import(context: Context, actor: Actor, data: bytes) -> ImportPlan:
    """What `import_people` would do with this file; changes nothing."""
    _require(actor)
    with context.reading() as session:
        return _plan(session, data)


def import_people(context: Context, actor: Actor, data: bytes, letter: Letter | None = None) -> Imported:
    """Load a file with the columns name, email, roles and cohort; the same file twice adds nothing.

    With a ``letter`` every new person is invited. Raises `Invalid` ("bad_import") with every
    problem of every row; then nothing is loaded.
    """
    _require(actor)
    with context.transaction(actor) as uow:
        plan = _plan(uow.session, data)
        raise_if_any("bad_import", plan.problems)
        created = _create(uow, plan, letter)
        new_members = _join(uow, plan)
        people_count = len({row.email for row in plan.rows})
        return Imported(len(created), people_count - len(created), len(plan.new_cohorts), new_members)


def _require(actor: Actor) -> None:
    actor.require(Permission.MANAGE_PEOPLE)
    actor.require(Permission.MANAGE_COHORTS)


def _plan(session: Session, data: bytes) -> ImportPlan:
    table = csv_rows.read(data, REQUIRED, OPTIONAL)
    known = store.by_emails(session, (normalise_email(row.cells["email"]) for row in table.rows))
    problems = list(table.problems)
    rows: dict[str, PlannedRow] = {}
    planned = []
    for source in table.rows:
        row, wrong = _understand(source, known)
        wrong += [*_differs_from_account(row, known), *_differs_from_row(row, rows.get(row.email))]
        problems += [problem.at(row.place) for problem in wrong]
        rows.setdefault(row.email, row)
        planned.append(row)
    wanted = {row.cohort for row in planned if row.cohort}
    new = tuple(sorted(name for name in wanted if store.cohort_by_name(session, name) is None))
    return ImportPlan(tuple(planned), new, tuple(problems))


def _understand(
    source: csv_rows.Row, known: Mapping[str, store.RowPerson]
) -> tuple[PlannedRow, list[Problem]]:
    cells = source.cells
    email = normalise_email(cells["email"])
    names = [name for name in SEPARATORS.split(cells["roles"].lower()) if name]
    roles, problems = parse_roles(names or [Role.LEARNER])
    cohort = " ".join(cells["cohort"].split())
    problems += check_person(cells["name"], email)
    if len(cohort) > cohorts.MAX_NAME:
        problems.append(Problem("cohort", cohort[:40], "too_long", f"at most {cohorts.MAX_NAME} characters"))
    return PlannedRow(source.number, cells["name"], email, roles, cohort, email not in known), problems


def _differs_from_account(row: PlannedRow, known: Mapping[str, store.RowPerson]) -> Iterator[Problem]:
    account = known.get(row.email)
    if account is None:
        return
    if account.name != row.name:
        yield Problem("name", row.name, "differs", "the account with this address has another name")
    if account.role_set != row.roles:
        held = " ".join(sorted(account.role_set))
        told = " ".join(sorted(row.roles))
        yield Problem("roles", told, "differs", f"the account with this address holds: {held}")


def _differs_from_row(row: PlannedRow, earlier: PlannedRow | None) -> Iterator[Problem]:
    if earlier and (earlier.name, earlier.roles) != (row.name, row.roles):
        detail = f"{earlier.place} names the same address with another name or other roles"
        yield Problem("email", row.email, "twice", detail)


def _create(uow: UnitOfWork, plan: ImportPlan, letter: Letter | None) -> dict[str, UUID]:
    created: dict[str, UUID] = {}
    for row in plan.rows:
        if row.is_new and row.email not in created:
            account = people.add(uow, name=row.name, email=row.email, roles=row.roles)
            created[row.email] = account.id
            if letter:
                send_invitation(uow, account, letter)
    uow.flush()
    return created


def _join(uow: UnitOfWork, plan: ImportPlan) -> int:
    by_cohort: dict[str, set[str]] = {}
    for row in plan.rows:
        if row.cohort:
            by_cohort.setdefault(row.cohort, set()).add(row.email)
    joined = 0
    for name, emails in sorted(by_cohort.items()):
        cohort = store.cohort_by_name(uow.session, name) or cohorts.add(uow, name)
        ids = {row.id for row in store.by_emails(uow.session, emails).values()}
        joined += cohorts.join(uow, cohort.id, ids)
    return joined
