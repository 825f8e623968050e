"""Two accounts of one person made one: what moved from the other to the kept one, so that it can go back."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, ForeignKey, String, Uuid, delete, func, insert, or_, select, update
from sqlalchemy.orm import Mapped, Session, aliased, mapped_column

from quizapp.domain.attempt import AttemptState
from quizapp.store.attempts import RowAttempt, RowExposure
from quizapp.store.engine import Base
from quizapp.store.exam_day import RowCheckIn
from quizapp.store.exams import RowIncident, RowSittingPerson
from quizapp.store.packs import RowPaperEntry
from quizapp.store.people import RowAccommodation, RowCohortMember, RowPerson
from quizapp.store.person_words import RowPersonWord
from quizapp.store.prepared_forms import RowPreparedForm
from quizapp.store.record_exports import LONGEST_NAME, RowSavedView
from quizapp.store.records import RowRecord
from quizapp.store.types import Instant, to_micros

AT_ONCE = 400
#: Rows with an id of their own that say whose they are; attempts and records are moved apart.
BY_ID: Mapping[str, Any] = {
    "accommodation": RowAccommodation,
    "incident": RowIncident,
    "paper_entry": RowPaperEntry,
}
#: Rows that say who belongs to what: the row, and the column of what it is.
BY_PLACE: Mapping[str, tuple[Any, str]] = {
    "cohort_member": (RowCohortMember, "cohort_id"),
    "sitting_person": (RowSittingPerson, "sitting_id"),
    "check_in": (RowCheckIn, "sitting_id"),
}


class RowMerge(Base):
    """A merge of two accounts; ``moved`` names every row that changed its owner, for undoing it."""

    __tablename__ = "person_merge"
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    kept_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    other_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    reason: Mapped[str] = mapped_column(String(500))
    moved: Mapped[dict[str, Any]] = mapped_column(JSON)
    merged_by: Mapped[UUID | None] = mapped_column(Uuid)
    merged_at: Mapped[datetime] = mapped_column(Instant)
    undone_by: Mapped[UUID | None] = mapped_column(Uuid)
    undone_at: Mapped[datetime | None] = mapped_column(Instant)


def by_id(session: Session, merge_id: UUID) -> RowMerge | None:
    """A merge, held until the transaction ends, or None."""
    return session.get(RowMerge, merge_id, with_for_update=True)


def of_person(session: Session, person_id: UUID) -> Sequence[RowMerge]:
    """Every merge a person was part of, the newest first."""
    query = select(RowMerge).where(or_(RowMerge.kept_id == person_id, RowMerge.other_id == person_id))
    return session.scalars(query.order_by(RowMerge.merged_at.desc(), RowMerge.id.desc())).all()


def into(session: Session, person_id: UUID) -> RowMerge | None:
    """The merge by which a person's account went into another, unless it was undone; or None."""
    return session.scalar(
        select(RowMerge).where(RowMerge.other_id == person_id, RowMerge.undone_at.is_(None))
    )


def lock_people(session: Session, person_ids: Collection[UUID]) -> dict[UUID, RowPerson]:
    """These accounts by id, held until the transaction ends."""
    query = select(RowPerson).where(RowPerson.id.in_(person_ids)).order_by(RowPerson.id)
    return {row.id: row for row in session.scalars(query.with_for_update(of=RowPerson))}


# --- what there is ----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Belongings:
    """How much of a person's there is."""

    attempts: int
    records: int
    items: int
    cohorts: int


def belongings(session: Session, person_id: UUID) -> Belongings:
    """What would move from a person to another."""

    def number(row: Any) -> int:
        query = select(func.count()).select_from(row).where(row.person_id == person_id)
        return session.scalar(query) or 0

    items = select(func.count(func.distinct(RowExposure.item_row_id)))
    return Belongings(
        attempts=number(RowAttempt),
        records=number(RowRecord),
        items=session.scalar(items.where(RowExposure.person_id == person_id)) or 0,
        cohorts=number(RowCohortMember),
    )


def served_to_both(session: Session, one: UUID, another: UUID) -> int:
    """How many items both accounts have met: both counted them as met for the first time."""
    mine, other = aliased(RowExposure), aliased(RowExposure)
    query = (
        select(func.count(func.distinct(mine.item_row_id)))
        .join(other, other.item_row_id == mine.item_row_id)
        .where(mine.person_id == one, other.person_id == another)
    )
    return session.scalar(query) or 0


def has_open_attempt(session: Session, person_ids: Collection[UUID]) -> bool:
    """Whether one of these people is in the middle of an exam."""
    query = select(RowAttempt.id).where(
        RowAttempt.person_id.in_(person_ids), RowAttempt.state == AttemptState.OPEN.value
    )
    return session.scalar(query.limit(1)) is not None


def attempts(session: Session, person_id: UUID) -> Sequence[RowAttempt]:
    """Every attempt of a person, held until the transaction ends."""
    query = select(RowAttempt).where(RowAttempt.person_id == person_id).order_by(RowAttempt.id)
    return session.scalars(query.with_for_update()).all()


def shares_cycle_since(
    session: Session, attempt_ids: Collection[UUID], person_id: UUID, at: datetime
) -> bool:
    """Whether a person has begun an attempt since then in a cycle of one of these attempts."""
    moved, later = aliased(RowAttempt), aliased(RowAttempt)
    for part in _parts(attempt_ids):
        query = (
            select(later.id)
            .join(
                moved,
                (moved.exam_id == later.exam_id)
                & (moved.cycle == later.cycle)
                & (moved.purpose == later.purpose),
            )
            .where(moved.id.in_(part), later.person_id == person_id, later.opened_at > at)
        )
        if session.scalar(query.limit(1)) is not None:
            return True
    return False


# --- moving -----------------------------------------------------------------------------


def give_attempts(session: Session, attempt_ids: Collection[UUID], person_id: UUID) -> None:
    """Make attempts somebody's, with the items they served and the records issued for them."""
    for part in _parts(attempt_ids):
        for row, key in ((RowAttempt, RowAttempt.id), (RowExposure, RowExposure.attempt_id),
                         (RowRecord, RowRecord.attempt_id)):  # fmt: skip
            session.execute(update(row).where(key.in_(part)).values(person_id=person_id))


def set_cycles(session: Session, cycles: Mapping[UUID, int]) -> None:
    """Put attempts, and the records issued for them, into these cycles."""
    for attempt_id, cycle in cycles.items():
        session.execute(update(RowAttempt).where(RowAttempt.id == attempt_id).values(cycle=cycle))
        session.execute(update(RowRecord).where(RowRecord.attempt_id == attempt_id).values(cycle=cycle))


def give_rows(session: Session, name: str, ids: Collection[UUID], person_id: UUID) -> None:
    """Make rows of one of `BY_ID` somebody's."""
    row = BY_ID[name]
    for part in _parts(ids):
        session.execute(update(row).where(row.id.in_(part)).values(person_id=person_id))


def ids_of(session: Session, name: str, person_id: UUID) -> list[UUID]:
    """The ids of a person's rows of one of `BY_ID`."""
    row = BY_ID[name]
    return sorted(session.scalars(select(row.id).where(row.person_id == person_id)))


def move_places(session: Session, name: str, from_id: UUID, to_id: UUID) -> list[UUID]:
    """Put one person in another's place, wherever that one is not already; gives where."""
    row, column = BY_PLACE[name]
    place = getattr(row, column)
    taken = select(place).where(row.person_id == to_id)
    query = select(place).where(row.person_id == from_id, place.not_in(taken))
    places = sorted(session.scalars(query))
    give_places(session, name, places, from_id, to_id)
    return places


def give_places(session: Session, name: str, places: Collection[UUID], from_id: UUID, to_id: UUID) -> None:
    """Put one person in another's place in these cohorts or sittings."""
    row, column = BY_PLACE[name]
    for part in _parts(places):
        mine = (row.person_id == from_id, getattr(row, column).in_(part))
        session.execute(update(row).where(*mine).values(person_id=to_id))


def leave_cohorts(session: Session, person_id: UUID) -> dict[UUID, int]:
    """Take a person out of every cohort; gives since when they were in, in microseconds."""
    rows = session.scalars(select(RowCohortMember).where(RowCohortMember.person_id == person_id)).all()
    told = {row.cohort_id: to_micros(row.added_at) for row in rows}
    session.execute(delete(RowCohortMember).where(RowCohortMember.person_id == person_id))
    return told


def join_cohorts(session: Session, person_id: UUID, cohorts: Mapping[UUID, datetime]) -> None:
    """Put a person back into cohorts, unless they are in them by now."""
    known = select(RowCohortMember.cohort_id).where(RowCohortMember.person_id == person_id)
    there = set(session.scalars(known))
    rows = [
        {"cohort_id": cohort_id, "person_id": person_id, "added_at": added_at}
        for cohort_id, added_at in cohorts.items()
        if cohort_id not in there
    ]
    if rows:
        session.execute(insert(RowCohortMember), rows)


def lend_words(session: Session, from_id: UUID, to_id: UUID) -> list[str]:
    """Let somebody be found by another's words too; gives those that were new."""
    known = select(RowPersonWord.word).where(RowPersonWord.person_id == to_id)
    query = select(RowPersonWord.word).where(
        RowPersonWord.person_id == from_id, RowPersonWord.word.not_in(known)
    )
    words = sorted(session.scalars(query))
    if words:
        session.execute(insert(RowPersonWord), [{"word": word, "person_id": to_id} for word in words])
    return words


def forget_words(session: Session, person_id: UUID, words: Collection[str]) -> None:
    """Let somebody be found by these words no more."""
    session.execute(
        delete(RowPersonWord).where(RowPersonWord.person_id == person_id, RowPersonWord.word.in_(words))
    )


def move_views(session: Session, from_id: UUID, to_id: UUID) -> dict[UUID, str]:
    """Give somebody another's saved views; gives the name each had, for those that need another one."""
    rows = session.scalars(select(RowSavedView).where(RowSavedView.person_id == from_id)).all()
    kept = session.scalars(select(RowSavedView).where(RowSavedView.person_id == to_id)).all()
    taken = {(row.place, row.name) for row in (*kept, *rows)}
    told = {row.id: row.name for row in rows}
    for row in rows:
        if any((row.place, row.name) == (own.place, own.name) for own in kept):
            row.name = _free(row.place, row.name, taken)
            taken.add((row.place, row.name))
        row.person_id = to_id
    session.flush()
    return told


def _free(place: str, name: str, taken: Collection[tuple[str, str]]) -> str:
    """The name with the first number behind it that nobody has; cut where it would be too long."""
    for number in count(2):
        end = f" ({number})"
        told = name[: LONGEST_NAME - len(end)] + end
        if (place, told) not in taken:
            return told
    raise AssertionError("numbers do not end")


def give_views(session: Session, names: Mapping[UUID, str], person_id: UUID) -> None:
    """Give saved views back under their names, as far as nobody has deleted them since."""
    for row in session.scalars(select(RowSavedView).where(RowSavedView.id.in_(names))):
        row.person_id, row.name = person_id, names[row.id]
    session.flush()


def prepared(session: Session, person_ids: Collection[UUID]) -> Sequence[RowPreparedForm]:
    """The forms that were drawn for these people before their sittings."""
    return session.scalars(select(RowPreparedForm).where(RowPreparedForm.person_id.in_(person_ids))).all()


def _parts(ids: Collection[UUID]) -> list[list[UUID]]:
    wanted = sorted(ids)
    return [wanted[start : start + AT_ONCE] for start in range(0, len(wanted), AT_ONCE)]
