"""Accommodations: the extra time of one person, and how it came about."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from quizapp.domain.errors import NotFound, raise_if_any
from quizapp.domain.person import Accommodation, Actor, Permission, check_accommodation
from quizapp.services.unit_of_work import Context
from quizapp.store import people as store


@dataclass(frozen=True, slots=True)
class AccommodationSet:
    """An accommodation, since when, and the name of whoever set it ("" for an operator)."""

    accommodation: Accommodation
    set_at: datetime
    set_by: str


def history(session: Session, person_id: UUID) -> tuple[AccommodationSet, ...]:
    """Every accommodation a person has had, the one in force first."""
    rows = store.accommodations(session, person_id)
    names = store.names(session, {row.set_by for row in rows if row.set_by})
    return tuple(
        AccommodationSet(
            Accommodation(row.time_percent, row.extra_minutes),
            row.set_at,
            names.get(row.set_by, "") if row.set_by else "",
        )
        for row in rows
    )


def set_accommodation(context: Context, actor: Actor, person_id: UUID, accommodation: Accommodation) -> bool:
    """Set the extra time a person gets from now on; False when that is what they have."""
    actor.require(Permission.SET_ACCOMMODATION)
    raise_if_any("bad_accommodation", check_accommodation(accommodation))
    with context.transaction(actor) as uow:
        if store.by_id(uow.session, person_id) is None:
            raise NotFound("not_found")
        if store.accommodation_of(uow.session, person_id) == accommodation:
            return False
        row = store.RowAccommodation(
            id=uow.new_id(),
            person_id=person_id,
            time_percent=accommodation.time_percent,
            extra_minutes=accommodation.extra_minutes,
            set_at=uow.now,
            set_by=actor.person_id,
        )
        uow.session.add(row)
        uow.audit("accommodate", "person", person_id, accommodation_id=str(row.id))
        return True
