"""Searches somebody keeps under a name: of a registrar's records, of the items of a bank."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from quizapp.domain.errors import NotFound, Problem, raise_if_any
from quizapp.domain.person import Actor, Permission
from quizapp.services.unit_of_work import Context
from quizapp.store import record_exports as store
from quizapp.store.record_exports import LONGEST_NAME, RowSavedView

LONGEST_QUERY = 2000
MOST_VIEWS = 30
#: The list of records; every bank has a list of its own.
RECORDS = "records"


@dataclass(frozen=True, slots=True)
class SavedView:
    """A search and its name; ``query`` is the part of the address behind the question mark."""

    id: UUID
    name: str
    query: str


def of_bank(bank_id: str) -> str:
    """The place of the searches among a bank's items."""
    return f"bank {bank_id}"


def _require(actor: Actor, place: str) -> None:
    actor.require(Permission.PULL_RECORDS if place == RECORDS else Permission.BROWSE_BANK)


def save(context: Context, actor: Actor, name: str, query: str, place: str = RECORDS) -> UUID:
    """Keep a search under a name; a view of that name and place is replaced.

    Raises `Invalid` ("bad_view").
    """
    _require(actor, place)
    if actor.person_id is None:
        raise NotFound("not_found")
    name = " ".join(name.split())
    with context.transaction(actor) as uow:
        known = store.view_named(uow.session, actor.person_id, place, name)
        kept = store.views(uow.session, actor.person_id, place)
        has_room = known is not None or len(kept) < MOST_VIEWS
        raise_if_any("bad_view", _check(name, query, has_room=has_room))
        row = known or RowSavedView(
            id=uow.new_id(), person_id=actor.person_id, place=place, name=name, created_at=uow.now
        )
        row.query = query
        uow.session.add(row)
        uow.audit("save", "saved_view", row.id)
        return row.id


def _check(name: str, query: str, *, has_room: bool) -> list[Problem]:
    problems = []
    if not name:
        problems.append(Problem("name", "", "missing", "a name is needed"))
    if len(name) > LONGEST_NAME:
        problems.append(Problem("name", name[:40], "too_long", f"at most {LONGEST_NAME} characters"))
    if len(query) > LONGEST_QUERY:
        problems.append(Problem("query", "", "too_long", f"at most {LONGEST_QUERY} characters"))
    if not has_room:
        problems.append(Problem("name", "", "too_many", f"at most {MOST_VIEWS} views; delete one first"))
    return problems


def listed(context: Context, actor: Actor, place: str = RECORDS) -> list[SavedView]:
    """The actor's own views of a place, by name."""
    _require(actor, place)
    if actor.person_id is None:
        return []
    with context.reading() as session:
        rows = store.views(session, actor.person_id, place)
        return [SavedView(row.id, row.name, row.query) for row in rows]


def delete(context: Context, actor: Actor, view_id: UUID, place: str = RECORDS) -> None:
    """Forget a view of the actor's own; raises `NotFound`, also for one of another place."""
    _require(actor, place)
    with context.transaction(actor) as uow:
        row = uow.session.get(RowSavedView, view_id)
        if row is None or row.place != place or not actor.is_person(row.person_id):
            raise NotFound("not_found")
        uow.session.delete(row)
        uow.audit("delete", "saved_view", view_id)
