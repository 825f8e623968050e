"""Two accounts of one person become one: evidence, exposures and records move, and can go back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from quizapp.domain.errors import Forbidden, NotFound, Problem, Refused, raise_if_any
from quizapp.domain.person import Accommodation, Actor, Permission, normalise_email
from quizapp.services import people
from quizapp.services.unit_of_work import Context, UnitOfWork
from quizapp.store import merges as store
from quizapp.store import people as people_store
from quizapp.store import prepared_forms
from quizapp.store.attempts import RowAttempt
from quizapp.store.merges import Belongings, RowMerge
from quizapp.store.people import RowPerson
from quizapp.store.types import from_micros

LONGEST_REASON = 500


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two accounts."""

    id: UUID
    name: str
    email: str
    is_active: bool
    has: Belongings
    accommodation: Accommodation


@dataclass(frozen=True, slots=True)
class Preview:
    """What a merge would do; ``refusal`` is the code of what stands in its way, or empty.

    ``served_to_both`` items counted as evidence in both accounts; scores that were given stay.
    """

    kept: Side
    other: Side
    served_to_both: int
    accommodation: Accommodation
    refusal: str


@dataclass(frozen=True, slots=True)
class Merge:
    """One merge as the pages of its people tell it."""

    id: UUID
    kept_id: UUID
    kept_name: str
    other_id: UUID
    other_name: str
    reason: str
    merged_by: str
    merged_at: datetime
    undone_at: datetime | None


# --- reading ----------------------------------------------------------------------------


def preview(context: Context, actor: Actor, kept_id: UUID, email: str) -> Preview:
    """What merging the account with this address into the kept one would do; nothing changes.

    Raises `NotFound` ("not_found", "no_such_person").
    """
    actor.require(Permission.MANAGE_PEOPLE)
    with context.reading() as session:
        kept = people.person_row(session, kept_id)
        other = people_store.by_email(session, normalise_email(email))
        if other is None:
            raise NotFound("no_such_person", email=email)
        accommodations = [
            *people_store.accommodations(session, kept.id),
            *people_store.accommodations(session, other.id),
        ]
        newest = max(accommodations, key=lambda row: (row.set_at, row.id), default=None)
        return Preview(
            kept=_side(session, kept),
            other=_side(session, other),
            served_to_both=store.served_to_both(session, kept.id, other.id) if kept is not other else 0,
            accommodation=Accommodation(newest.time_percent, newest.extra_minutes)
            if newest
            else Accommodation(),
            refusal=_refusal(session, actor, kept, other),
        )


def _side(session: Session, row: RowPerson) -> Side:
    return Side(
        id=row.id,
        name=row.name,
        email=row.email,
        is_active=row.active,
        has=store.belongings(session, row.id),
        accommodation=people_store.accommodation_of(session, row.id),
    )


def _refusal(session: Session, actor: Actor, kept: RowPerson, other: RowPerson) -> str:
    if kept.id == other.id:
        return "merge_same"
    if actor.is_person(kept.id) or actor.is_person(other.id):
        return "merge_own"
    if other.actor.is_staff:
        # What staff decided stays with the account that decided it.
        return "merge_staff"
    if kept.is_simulated != other.is_simulated:
        return "merge_simulated"
    if store.into(session, kept.id) or store.into(session, other.id):
        return "merged_already"
    if store.has_open_attempt(session, [kept.id, other.id]):
        return "merge_running"
    return ""


def of_person(context: Context, actor: Actor, person_id: UUID) -> list[Merge]:
    """Every merge a person was part of, the newest first."""
    actor.require(Permission.MANAGE_PEOPLE)
    with context.reading() as session:
        rows = store.of_person(session, person_id)
        concerned = {told for row in rows for told in (row.kept_id, row.other_id, row.merged_by) if told}
        names = people_store.names(session, concerned)
        return [
            Merge(
                id=row.id,
                kept_id=row.kept_id,
                kept_name=names.get(row.kept_id, ""),
                other_id=row.other_id,
                other_name=names.get(row.other_id, ""),
                reason=row.reason,
                merged_by=names.get(row.merged_by, "") if row.merged_by else "",
                merged_at=row.merged_at,
                undone_at=row.undone_at,
            )
            for row in rows
        ]


# --- merging ----------------------------------------------------------------------------


def merge(context: Context, actor: Actor, kept_id: UUID, other_id: UUID, reason: str) -> UUID:
    """Move everything a learner did under the other account to the kept one, and shut the other.

    Cycles are numbered so that none of the one meets one of the other: evidence that was never
    pooled is not pooled now. Records keep the name they were attested with, scores stay as they
    were given, and an item either account has met is not new to the kept one. Raises `Invalid`
    ("bad_merge"), `NotFound`, `Refused` ("merge_same", "merge_staff", "merge_simulated",
    "merged_already", "merge_running"), `Forbidden` ("merge_own").
    """
    actor.require(Permission.MANAGE_PEOPLE)
    raise_if_any("bad_merge", _check(reason))
    with context.transaction(actor) as uow:
        kept, other = _both(uow, kept_id, other_id)
        refusal = _refusal(uow.session, actor, kept, other)
        if refusal == "merge_own":
            raise Forbidden(refusal)
        if refusal:
            raise Refused(refusal)
        row = RowMerge(
            id=uow.new_id(),
            kept_id=kept_id,
            other_id=other_id,
            reason=reason.strip(),
            moved=_move(uow, kept_id, other_id) | {"was_active": other.active},
            merged_by=actor.person_id,
            merged_at=uow.now,
        )
        uow.session.add(row)
        if other.active:
            people.shut(uow, other)
        attempts = len(row.moved["attempts"])
        uow.audit("merge", "person", kept_id, other=str(other_id), merge=str(row.id), attempts=attempts)
        return row.id


def _check(reason: str) -> list[Problem]:
    if not reason.strip():
        return [Problem("reason", "", "missing", "say how it is known that they are one person")]
    if len(reason) > LONGEST_REASON:
        return [Problem("reason", "", "too_long", f"at most {LONGEST_REASON} characters")]
    return []


def _both(uow: UnitOfWork, kept_id: UUID, other_id: UUID) -> tuple[RowPerson, RowPerson]:
    found = store.lock_people(uow.session, {kept_id, other_id})
    if kept_id not in found or other_id not in found:
        raise NotFound("not_found")
    return found[kept_id], found[other_id]


def _move(uow: UnitOfWork, kept_id: UUID, other_id: UUID) -> dict[str, object]:
    session = uow.session
    mine, theirs = store.attempts(session, kept_id), store.attempts(session, other_id)
    before = {row.id: row.cycle for row in (*mine, *theirs)}
    after = _cycles(mine, theirs)
    changed = {key: cycle for key, cycle in after.items() if cycle != before[key]}
    store.set_cycles(session, changed)
    store.give_attempts(session, [row.id for row in theirs], kept_id)
    rows = {name: store.ids_of(session, name, other_id) for name in store.BY_ID}
    for name, ids in rows.items():
        store.give_rows(session, name, ids, kept_id)
    places = {name: store.move_places(session, name, other_id, kept_id) for name in store.BY_PLACE}
    # Cohorts that both are in: the other account is in none any more.
    left = store.leave_cohorts(session, other_id)
    _forget_prepared(uow, kept_id, other_id)
    return {
        "attempts": [str(row.id) for row in theirs],
        "cycles": {str(key): before[key] for key in changed},
        "rows": {name: [str(key) for key in ids] for name, ids in rows.items()},
        "places": {name: [str(key) for key in ids] for name, ids in places.items()},
        "cohorts": {str(key): since for key, since in left.items()},
        "words": store.lend_words(session, other_id, kept_id),
        "views": {str(key): name for key, name in store.move_views(session, other_id, kept_id).items()},
    }


def _cycles(mine: Sequence[RowAttempt], theirs: Sequence[RowAttempt]) -> dict[UUID, int]:
    """The cycle of every attempt afterwards, by id.

    Whichever account came last at an exam goes on counting after the other, so that a next cycle
    is a new one.
    """
    by_exam: dict[tuple[UUID, str], tuple[list[RowAttempt], list[RowAttempt]]] = defaultdict(lambda: ([], []))
    for at, rows in enumerate((mine, theirs)):
        for row in rows:
            by_exam[row.exam_id, row.purpose][at].append(row)
    told: dict[UUID, int] = {}
    for sides in by_exam.values():
        earlier, later = sorted(
            sides, key=lambda rows: max((row.opened_at for row in rows), default=None) or _NEVER
        )
        highest = max((row.cycle for row in earlier), default=0)
        told |= {row.id: row.cycle for row in earlier}
        told |= {row.id: row.cycle + highest for row in later}
    return told


_NEVER = from_micros(0)


def _forget_prepared(uow: UnitOfWork, *person_ids: UUID) -> None:
    """Forms drawn before a sitting were drawn without knowing of the other account; draw them anew."""
    for row in store.prepared(uow.session, person_ids):
        prepared_forms.throw_away(uow.session, row)


# --- undoing ----------------------------------------------------------------------------


def undo(context: Context, actor: Actor, merge_id: UUID) -> None:
    """Give everything back that a merge has moved, and open the other account if it was open.

    Records issued since for attempts that go back go with them. Raises `NotFound`, `Forbidden`
    ("merge_own"), and `Refused` ("merge_undone", "merge_not_last") and ("merge_built_on") when the
    kept account has gone on in a cycle that would go back.
    """
    actor.require(Permission.MANAGE_PEOPLE)
    with context.transaction(actor) as uow:
        row = store.by_id(uow.session, merge_id)
        if row is None:
            raise NotFound("not_found")
        _kept, other = _both(uow, row.kept_id, row.other_id)
        if actor.is_person(row.kept_id) or actor.is_person(row.other_id):
            raise Forbidden("merge_own")
        _need_undoable(uow.session, row)
        _give_back(uow, row)
        row.undone_by, row.undone_at = actor.person_id, uow.now
        if row.moved["was_active"]:
            other.active, other.disabled_at = True, None
        uow.audit("unmerge", "person", row.kept_id, other=str(row.other_id), merge=str(row.id))


def _need_undoable(session: Session, row: RowMerge) -> None:
    if row.undone_at is not None:
        raise Refused("merge_undone")
    concerned = [told for told in store.of_person(session, row.kept_id) if told.undone_at is None]
    if concerned[0].id != row.id:
        raise Refused("merge_not_last")
    if store.has_open_attempt(session, [row.kept_id]):
        raise Refused("merge_running")
    attempts = {UUID(told) for told in (*row.moved["attempts"], *row.moved["cycles"])}
    if store.shares_cycle_since(session, attempts, row.kept_id, row.merged_at):
        raise Refused("merge_built_on")


def _give_back(uow: UnitOfWork, row: RowMerge) -> None:
    session, moved = uow.session, row.moved
    store.give_attempts(session, [UUID(told) for told in moved["attempts"]], row.other_id)
    store.set_cycles(session, {UUID(key): cycle for key, cycle in moved["cycles"].items()})
    for name, ids in moved["rows"].items():
        store.give_rows(session, name, [UUID(key) for key in ids], row.other_id)
    for name, ids in moved["places"].items():
        store.give_places(session, name, [UUID(key) for key in ids], row.kept_id, row.other_id)
    left = {UUID(key): from_micros(since) for key, since in moved["cohorts"].items()}
    store.join_cohorts(session, row.other_id, left)
    store.forget_words(session, row.kept_id, moved["words"])
    # Merges of earlier releases moved no views.
    views = {UUID(key): name for key, name in moved.get("views", {}).items()}
    store.give_views(session, views, row.other_id)
    _forget_prepared(uow, row.kept_id, row.other_id)
