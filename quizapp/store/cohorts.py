"""Who belongs to which cohort, as queries."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from quizapp.store.people import RowCohort, RowCohortMember


def cohorts_of(session: Session, person_id: UUID) -> Sequence[RowCohort]:
    """The cohorts a person belongs to, by name."""
    query = (
        select(RowCohort)
        .join(RowCohortMember, RowCohortMember.cohort_id == RowCohort.id)
        .where(RowCohortMember.person_id == person_id)
        .order_by(RowCohort.name)
    )
    return session.scalars(query).all()


def member_ids(session: Session, cohort_id: UUID) -> set[UUID]:
    """The ids of the people of a cohort."""
    query = select(RowCohortMember.person_id).where(RowCohortMember.cohort_id == cohort_id)
    return set(session.scalars(query))


def remove_member(session: Session, cohort_id: UUID, person_id: UUID) -> bool:
    """Take a person out of a cohort; False when they were not in it."""
    row = session.get(RowCohortMember, (cohort_id, person_id))
    if row is None:
        return False
    session.delete(row)
    return True
