"""Announcements: a sentence that reaches everybody in a sitting with the next heartbeat."""

from __future__ import annotations

from uuid import UUID

from quizapp.domain.errors import Invalid, Problem
from quizapp.domain.person import Actor, Permission
from quizapp.services import incidents
from quizapp.services.unit_of_work import Context
from quizapp.store.exam_day import RowAnnouncement

LONGEST = 500


def announce(context: Context, actor: Actor, sitting_id: UUID, text: str) -> None:
    """Tell everybody in a sitting; raises `Invalid` ("bad_announcement")."""
    actor.require(Permission.RUN_SITTING)
    told = text.strip()
    with context.transaction(actor) as uow:
        incidents.watched(uow.session, actor, sitting_id)
        if not 1 <= len(told) <= LONGEST:
            detail = f"1 to {LONGEST} characters"
            raise Invalid("bad_announcement", [Problem("text", "", "out_of_range", detail)])
        uow.session.add(
            RowAnnouncement(
                id=uow.new_id(), sitting_id=sitting_id, at=uow.now, text=told, actor_id=actor.person_id
            )
        )
        incidents.note(uow, sitting_id, "announced", told)
        uow.audit("announce", "sitting", sitting_id)
