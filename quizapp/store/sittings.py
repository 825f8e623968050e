"""Queries over sittings: who is on the roster, who watches, what has been started."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, func, select, union
from sqlalchemy.orm import Session

from quizapp.domain.person import NO_ACCOMMODATION, Accommodation
from quizapp.store.attempts import RowAttempt
from quizapp.store.exam_day import RowCheckIn
from quizapp.store.exams import (
    RowExam,
    RowSitting,
    RowSittingCohort,
    RowSittingPerson,
    RowSittingProctor,
)
from quizapp.store.people import RowAccommodation, RowCohort, RowCohortMember, RowPerson


def listed(
    session: Session, proctor_id: UUID | None = None, exam_id: UUID | None = None
) -> list[tuple[RowSitting, RowExam]]:
    """Sittings with their exams, the latest first; only those a proctor watches when one is named."""
    query = select(RowSitting, RowExam).join(RowExam, RowExam.id == RowSitting.exam_id)
    if proctor_id is not None:
        query = query.join(RowSittingProctor, RowSittingProctor.sitting_id == RowSitting.id).where(
            RowSittingProctor.person_id == proctor_id
        )
    if exam_id is not None:
        query = query.where(RowSitting.exam_id == exam_id)
    query = query.order_by(RowSitting.opens_at.desc(), RowSitting.id)
    return [(sitting, exam) for sitting, exam in session.execute(query)]


def scheduled_of(session: Session, exam_id: UUID) -> Sequence[RowSitting]:
    """The sittings of an exam that nobody has closed or cancelled."""
    query = select(RowSitting).where(RowSitting.exam_id == exam_id, RowSitting.state == "scheduled")
    return session.scalars(query).all()


def count_by_exam(session: Session) -> dict[UUID, int]:
    """How many sittings each exam has."""
    query = select(RowSitting.exam_id, func.count()).group_by(RowSitting.exam_id)
    return dict(session.execute(query).all())


def roster_sizes(session: Session) -> dict[UUID, int]:
    """How many people are on each sitting's roster, each person counted once."""
    by_name = select(RowSittingPerson.sitting_id, RowSittingPerson.person_id)
    by_cohort = select(RowSittingCohort.sitting_id, RowCohortMember.person_id).join(
        RowCohortMember, RowCohortMember.cohort_id == RowSittingCohort.cohort_id
    )
    everybody = union(by_name, by_cohort).subquery()
    query = select(everybody.c.sitting_id, func.count()).group_by(everybody.c.sitting_id)
    return dict(session.execute(query).all())


def attempt_counts(session: Session) -> dict[UUID, dict[str, int]]:
    """How many attempts of each state each sitting has."""
    query = (
        select(RowAttempt.sitting_id, RowAttempt.state, func.count())
        .where(RowAttempt.sitting_id.is_not(None))
        .group_by(RowAttempt.sitting_id, RowAttempt.state)
    )
    told: dict[UUID, dict[str, int]] = {}
    for sitting_id, state, count in session.execute(query):
        if sitting_id is not None:
            told.setdefault(sitting_id, {})[state] = count
    return told


def cohorts_of(session: Session, sitting_id: UUID) -> Sequence[RowCohort]:
    """The cohorts on a sitting's roster, by name."""
    query = (
        select(RowCohort)
        .join(RowSittingCohort, RowSittingCohort.cohort_id == RowCohort.id)
        .where(RowSittingCohort.sitting_id == sitting_id)
        .order_by(RowCohort.name)
    )
    return session.scalars(query).all()


def people_of(session: Session, sitting_id: UUID) -> Sequence[RowPerson]:
    """The people on a sitting's roster by name."""
    query = (
        select(RowPerson)
        .join(RowSittingPerson, RowSittingPerson.person_id == RowPerson.id)
        .where(RowSittingPerson.sitting_id == sitting_id)
        .order_by(RowPerson.name, RowPerson.id)
    )
    return session.scalars(query).all()


def proctors_of(session: Session, sitting_id: UUID) -> Sequence[RowPerson]:
    """The proctors of a sitting, by name."""
    query = (
        select(RowPerson)
        .join(RowSittingProctor, RowSittingProctor.person_id == RowPerson.id)
        .where(RowSittingProctor.sitting_id == sitting_id)
        .order_by(RowPerson.name, RowPerson.id)
    )
    return session.scalars(query).all()


@dataclass(frozen=True, slots=True)
class RosterRow:
    """One person on a roster; ``cohort`` is empty for somebody listed by name or who just came."""

    person_id: UUID
    name: str
    email: str
    cohort: str
    is_by_name: bool
    arrived_at: datetime | None


def roster(session: Session, sitting_id: UUID) -> list[RosterRow]:
    """Everybody on a sitting's roster and everybody who started it, by name, each once."""
    cohort_names = dict(
        session.execute(
            select(RowCohortMember.person_id, func.min(RowCohort.name))
            .join(RowCohort, RowCohort.id == RowCohortMember.cohort_id)
            .join(RowSittingCohort, RowSittingCohort.cohort_id == RowCohort.id)
            .where(RowSittingCohort.sitting_id == sitting_id)
            .group_by(RowCohortMember.person_id)
        ).all()
    )
    query = select(RowSittingPerson.person_id).where(RowSittingPerson.sitting_id == sitting_id)
    by_name = set(session.scalars(query))
    arrivals = select(RowCheckIn.person_id, RowCheckIn.arrived_at).where(RowCheckIn.sitting_id == sitting_id)
    arrived = dict(session.execute(arrivals).all())
    started = session.scalars(select(RowAttempt.person_id).where(RowAttempt.sitting_id == sitting_id))
    ids = {*cohort_names, *by_name, *started}
    people = session.scalars(
        select(RowPerson).where(RowPerson.id.in_(ids)).order_by(RowPerson.name, RowPerson.id)
    )
    return [
        RosterRow(p.id, p.name, p.email, cohort_names.get(p.id, ""), p.id in by_name, arrived.get(p.id))
        for p in people
    ]


def attempts_of(session: Session, sitting_id: UUID) -> Sequence[RowAttempt]:
    """The attempts started in a sitting, oldest first."""
    query = select(RowAttempt).where(RowAttempt.sitting_id == sitting_id)
    return session.scalars(query.order_by(RowAttempt.opened_at, RowAttempt.id)).all()


def set_cohorts(session: Session, sitting_id: UUID, cohort_ids: Collection[UUID]) -> None:
    """Make exactly these cohorts the roster's cohorts."""
    session.execute(delete(RowSittingCohort).where(RowSittingCohort.sitting_id == sitting_id))
    session.add_all(RowSittingCohort(sitting_id=sitting_id, cohort_id=c) for c in sorted(set(cohort_ids)))


def set_proctors(session: Session, sitting_id: UUID, person_ids: Collection[UUID]) -> None:
    """Make exactly these people the sitting's proctors."""
    session.execute(delete(RowSittingProctor).where(RowSittingProctor.sitting_id == sitting_id))
    session.add_all(RowSittingProctor(sitting_id=sitting_id, person_id=p) for p in sorted(set(person_ids)))


def set_people(session: Session, sitting_id: UUID, person_ids: Collection[UUID]) -> None:
    """Make exactly these people the roster's people."""
    mine = RowSittingPerson.sitting_id == sitting_id
    session.execute(delete(RowSittingPerson).where(mine, RowSittingPerson.person_id.not_in(person_ids)))
    kept = set(session.scalars(select(RowSittingPerson.person_id).where(mine)))
    session.add_all(
        RowSittingPerson(sitting_id=sitting_id, person_id=p) for p in sorted(set(person_ids) - kept)
    )


def known_people(session: Session, person_ids: Iterable[UUID]) -> dict[UUID, RowPerson]:
    """Those of these people who exist, by id."""
    query = select(RowPerson).where(RowPerson.id.in_(set(person_ids)))
    return {row.id: row for row in session.scalars(query)}


def known_cohorts(session: Session, cohort_ids: Iterable[UUID]) -> set[UUID]:
    """Those of these cohorts that exist."""
    return set(session.scalars(select(RowCohort.id).where(RowCohort.id.in_(set(cohort_ids)))))


def longest_accommodation(session: Session) -> Accommodation:
    """At least the extra time of everybody: each part as large as anybody's has ever been."""
    query = select(func.max(RowAccommodation.time_percent), func.max(RowAccommodation.extra_minutes))
    percent, minutes = session.execute(query).one()
    return NO_ACCOMMODATION if percent is None else Accommodation(percent, minutes)
