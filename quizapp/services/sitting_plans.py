"""What the organiser of a sitting decides, what may be wrong with it, and how it is stored."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from quizapp.domain import exam_check
from quizapp.domain.errors import Problem
from quizapp.domain.exam import ExamState, Mode, Window
from quizapp.domain.person import Actor, Permission, Role, normalise_email
from quizapp.services.unit_of_work import Context, UnitOfWork
from quizapp.store import check_ins as check_in_store
from quizapp.store import exams as exam_store
from quizapp.store import people as people_store
from quizapp.store import sittings as store
from quizapp.store.exams import RowExam, RowSitting


@dataclass(frozen=True, slots=True)
class Plan:
    """What the organiser of a sitting decides."""

    title: str
    window: Window
    cohort_ids: frozenset[UUID] = frozenset()
    person_ids: frozenset[UUID] = frozenset()
    proctor_ids: frozenset[UUID] = frozenset()
    access_code: str = ""
    is_open_to_all: bool = False
    needs_check_in: bool = False
    rules: str = ""
    networks: tuple[str, ...] = ()
    late_rule: str = ""


def write(uow: UnitOfWork, row: RowSitting, plan: Plan) -> None:
    """Store what a plan says in a sitting's row, new or known, and in its roster."""
    row.title, row.access_code = plan.title, plan.access_code
    row.opens_at, row.closes_at = plan.window.opens_at, plan.window.closes_at
    row.is_open_to_all, row.is_proctored = plan.is_open_to_all, bool(plan.proctor_ids)
    row.needs_check_in, row.networks = plan.needs_check_in, list(plan.networks)
    is_other, row.rules, row.late_rule = row.rules != plan.rules, plan.rules, plan.late_rule
    uow.session.add(row)
    uow.flush()
    if is_other:
        # Whoever accepted the rules accepted other words.
        check_in_store.forget_acceptances(uow.session, row.id)
    store.set_cohorts(uow.session, row.id, plan.cohort_ids)
    store.set_people(uow.session, row.id, plan.person_ids)
    store.set_proctors(uow.session, row.id, plan.proctor_ids)


def sizes(plan: Plan) -> dict[str, int]:
    """How many of each kind, for the audit line."""
    return {
        "cohorts": len(plan.cohort_ids),
        "people": len(plan.person_ids),
        "proctors": len(plan.proctor_ids),
    }


def check(uow: UnitOfWork, exam: RowExam, plan: Plan) -> Iterator[Problem]:
    """Everything wrong with a plan for a sitting of this exam."""
    yield from exam_check.check_sitting(plan.title, plan.window, plan.access_code)
    yield from exam_check.check_exam_day(plan.rules, plan.networks, plan.late_rule)
    if plan.window.closes_at <= uow.now:
        told = plan.window.closes_at.isoformat()
        yield Problem("closes_at", told, "in_the_past", "the window would already be over")
    if plan.is_open_to_all and exam.mode == Mode.CERTIFICATION:
        detail = "certification needs a roster; only practice may be open to everybody"
        yield Problem("is_open_to_all", "true", "roster_needed", detail)
    yield from _check_people(uow.session, plan)


def _check_people(session: Session, plan: Plan) -> Iterator[Problem]:
    known = store.known_people(session, plan.person_ids | plan.proctor_ids)
    needed = (
        ("people", plan.person_ids, Role.LEARNER, "not_a_learner"),
        ("proctors", plan.proctor_ids, Role.PROCTOR, "not_a_proctor"),
    )
    for field, ids, role, reason in needed:
        for person_id in sorted(ids):
            if person_id not in known:
                yield Problem(field, str(person_id), "unknown_person", "there is no such account")
            elif role not in known[person_id].role_set:
                yield Problem(field, str(person_id), reason, f"does not hold the role {role.value}")
    for cohort_id in sorted(plan.cohort_ids - store.known_cohorts(session, plan.cohort_ids)):
        yield Problem("cohorts", str(cohort_id), "unknown_cohort", "there is no such cohort")


# --- what there is to choose from -------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Choice:
    """An exam, a cohort or a proctor to choose; only a cohort has members."""

    id: UUID
    name: str
    members: int = 0


@dataclass(frozen=True, slots=True)
class Choices:
    """Published exams, cohorts and proctors, by name."""

    exams: tuple[Choice, ...]
    cohorts: tuple[Choice, ...]
    proctors: tuple[Choice, ...]


def choices(context: Context, actor: Actor) -> Choices:
    """Whom a sitting can be scheduled with."""
    actor.require(Permission.SCHEDULE_SITTING)
    with context.reading() as session:
        return Choices(
            exams=tuple(
                Choice(row.id, row.title)
                for row in exam_store.listed(session)
                if row.state == ExamState.PUBLISHED
            ),
            cohorts=tuple(Choice(row.id, row.name, count) for row, count in people_store.cohorts(session)),
            proctors=tuple(Choice(p.id, p.name) for p in people_store.listed(session, role=Role.PROCTOR)),
        )


def people_at(
    context: Context, actor: Actor, addresses: Collection[str]
) -> tuple[frozenset[UUID], list[Problem]]:
    """The people with these addresses, and a problem for each address nobody has."""
    actor.require(Permission.SCHEDULE_SITTING)
    wanted = [normalise_email(address) for address in addresses]
    with context.reading() as session:
        known = people_store.by_emails(session, wanted)
        ids = frozenset(row.id for row in known.values())
    detail = "no account has this address"
    return ids, [Problem("people", a, "unknown_person", detail) for a in wanted if a not in known]
