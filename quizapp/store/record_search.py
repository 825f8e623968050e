"""What a registrar looks for among records: by words, serial, exam, cohort, status, task and date."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, false, func, or_, select
from sqlalchemy.orm import Session, defer

from quizapp.domain.person import words
from quizapp.domain.record import RecordStatus, begin_serial, read_serial
from quizapp.domain.score import TaskStatus
from quizapp.store.attempts import RowAttempt
from quizapp.store.exams import RowExam
from quizapp.store.frameworks import RowFramework
from quizapp.store.items import RowItem, RowItemVersion
from quizapp.store.people import RowCohort, RowCohortMember
from quizapp.store.person_words import LAST_SIGN, RowPersonWord, begins_with
from quizapp.store.records import RowRecord
from quizapp.store.scores import RowMark, RowTaskScore

#: What a list may be ordered by; ties are broken by id, so that pages never overlap.
SORTS: Mapping[str, Any] = {
    "issued_at": RowRecord.issued_at,
    "expires_on": RowRecord.expires_on,
    "learner": RowRecord.learner_name,
    "exam": func.lower(RowExam.title),
    "status": RowRecord.status,
    "serial": RowRecord.serial,
    "demonstrated": RowRecord.demonstrated,
}


@dataclass(frozen=True, slots=True)
class Wish:
    """A search; empty fields ask for nothing. ``sort`` may start with "-" for descending.

    ``expires_within`` are days from today in which a valid record ends; ``serials`` names records.
    """

    text: str = ""
    exam_id: UUID | None = None
    status: RecordStatus | None = None
    task_code: str = ""
    cohort_id: UUID | None = None
    issued_since: datetime | None = None
    issued_before: datetime | None = None
    expires_within: int | None = None
    serials: tuple[str, ...] = ()
    sort: str = "-issued_at"


@dataclass(frozen=True, slots=True)
class Found:
    """One record of a list, with what stands beside it."""

    record: RowRecord
    exam_title: str
    framework_id: str
    framework_version: str


def _by_status(status: RecordStatus, day: date) -> ColumnElement[bool]:
    if status is RecordStatus.EXPIRED:
        return (RowRecord.status == RecordStatus.VALID.value) & (RowRecord.expires_on < day)
    told = RowRecord.status == status.value
    return told & (RowRecord.expires_on >= day) if status is RecordStatus.VALID else told


def _by_text(session: Session, text: str) -> ColumnElement[bool]:
    """Every word of the text begins a word of the person or stands in the exam's title; or it is a serial."""
    told = [_by_term(session, term) for term in _terms(text)]
    return or_(and_(*told) if told else false(), _by_serial(session, text))


def _terms(text: str) -> list[str]:
    parts = text.split()
    return [term for part in parts for term in ([part.lower()] if "@" in part else words(part))]


def _by_term(session: Session, term: str) -> ColumnElement[bool]:
    person = RowRecord.person_id.in_(select(RowPersonWord.person_id).where(begins_with(term)))
    titled = select(RowExam.id).where(func.lower(RowExam.title).contains(term, autoescape=True))
    # Few exams, asked first: without one, the index of words alone answers.
    exams = list(session.scalars(titled))
    return or_(person, RowRecord.exam_id.in_(exams)) if exams else person


def _by_serial(session: Session, text: str) -> ColumnElement[bool]:
    begun = begin_serial(text)
    if begun is None:
        return false()
    if read_serial(text) is not None:
        return RowRecord.serial == begun
    if session.get_bind().dialect.name == "postgresql":
        return RowRecord.serial.startswith(begun)
    # SQLite's LIKE does not look into an index.
    return (RowRecord.serial >= begun) & (RowRecord.serial < begun + LAST_SIGN)


def _conditions(session: Session, wish: Wish, day: date) -> Iterable[ColumnElement[bool]]:
    if wish.text.strip():
        yield _by_text(session, wish.text)
    if wish.serials:
        yield RowRecord.serial.in_(wish.serials)
    if wish.exam_id:
        yield RowRecord.exam_id == wish.exam_id
    if wish.cohort_id:
        members = select(RowCohortMember.person_id).where(RowCohortMember.cohort_id == wish.cohort_id)
        yield RowRecord.person_id.in_(members)
    if wish.status:
        yield _by_status(wish.status, day)
    if wish.expires_within is not None:
        last = day + timedelta(days=wish.expires_within)
        yield (RowRecord.status == RecordStatus.VALID.value) & RowRecord.expires_on.between(day, last)
    if wish.issued_since:
        yield RowRecord.issued_at >= wish.issued_since
    if wish.issued_before:
        yield RowRecord.issued_at < wish.issued_before
    if wish.task_code:
        # Asked record by record: with other filters few are left, and a list of all would be long.
        yield exists().where(
            RowTaskScore.score_id == RowRecord.score_id,
            RowTaskScore.task_code == wish.task_code,
            RowTaskScore.status == TaskStatus.DEMONSTRATED.value,
        )


def _listing(*more: Any) -> Any:
    """Records with what stands beside them in a list; their long documents stay in the database."""
    return (
        select(RowRecord, RowExam.title, RowFramework.framework_id, RowFramework.version, *more)
        .join(RowExam, RowExam.id == RowRecord.exam_id)
        .join(RowFramework, RowFramework.id == RowExam.framework_row_id)
        .options(defer(RowRecord.payload), defer(RowRecord.signature))
    )


def search(session: Session, wish: Wish, day: date, limit: int | None = None, offset: int = 0) -> list[Found]:
    """The records a wish asks for, as things stand on ``day``, in its order."""
    column, is_down = _order(wish)
    order = (column.desc(), RowRecord.id.desc()) if is_down else (column.asc(), RowRecord.id.asc())
    query = _listing().where(*_conditions(session, wish, day)).order_by(*order)
    if offset and column is not SORTS["exam"]:
        # The rows before the page are skipped in an index, not read with all that stands beside them.
        ids = select(RowRecord.id).where(*_conditions(session, wish, day)).order_by(*order)
        query = _listing().where(RowRecord.id.in_(ids.limit(limit).offset(offset))).order_by(*order)
        offset = 0
    return [Found(*row) for row in session.execute(query.limit(limit).offset(offset))]


def _order(wish: Wish) -> tuple[Any, bool]:
    return SORTS.get(wish.sort.lstrip("-"), RowRecord.issued_at), wish.sort.startswith("-")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a batch ended: the value it is ordered by, and the id that breaks ties."""

    value: Any
    record_id: UUID


def batch(
    session: Session, wish: Wish, day: date, size: int, after: Place | None
) -> tuple[list[Found], Place | None]:
    """The next records of a wish behind a place, and where they end; None after the last."""
    column, is_down = _order(wish)
    query = _listing(column).where(*_conditions(session, wish, day))
    if after is not None:
        query = query.where(_behind(column, after, is_down))
    order = (column.desc(), RowRecord.id.desc()) if is_down else (column.asc(), RowRecord.id.asc())
    rows = session.execute(query.order_by(*order).limit(size)).all()
    end = Place(rows[-1][-1], rows[-1][0].id) if len(rows) == size else None
    return [Found(*row[:-1]) for row in rows], end


def _behind(column: Any, after: Place, is_down: bool) -> ColumnElement[bool]:
    if is_down:
        further = RowRecord.id < after.record_id
        return or_(column < after.value, and_(column == after.value, further))
    return or_(column > after.value, and_(column == after.value, RowRecord.id > after.record_id))


def count(session: Session, wish: Wish, day: date) -> int:
    """How many records a wish asks for."""
    query = select(func.count()).select_from(RowRecord).where(*_conditions(session, wish, day))
    return session.scalar(query) or 0


def of_person(session: Session, person_id: UUID) -> list[Found]:
    """A person's records, newest first."""
    query = _listing().where(RowRecord.person_id == person_id)
    order = (RowRecord.issued_at.desc(), RowRecord.id.desc())
    return [Found(*row) for row in session.execute(query.order_by(*order))]


def status_counts(session: Session, day: date) -> dict[RecordStatus, int]:
    """How many records stand at each status on ``day``."""
    return {status: count(session, Wish(status=status), day) for status in RecordStatus}


def demonstrated_codes(session: Session, score_ids: Sequence[UUID]) -> dict[UUID, list[str]]:
    """The demonstrated tasks of each score, in framework order."""
    query = (
        select(RowTaskScore.score_id, RowTaskScore.task_code)
        .where(RowTaskScore.score_id.in_(score_ids), RowTaskScore.status == TaskStatus.DEMONSTRATED.value)
        .order_by(RowTaskScore.score_id, RowTaskScore.position)
    )
    told: dict[UUID, list[str]] = {}
    for score_id, code in session.execute(query):
        told.setdefault(score_id, []).append(code)
    return told


def exams_with_records(session: Session) -> list[tuple[UUID, str]]:
    """The exams that have issued a record, by title."""
    issued = exists().where(RowRecord.exam_id == RowExam.id)
    query = select(RowExam.id, RowExam.title).where(issued).order_by(RowExam.title, RowExam.id)
    return [(exam_id, title) for exam_id, title in session.execute(query)]


def cohorts(session: Session) -> list[tuple[UUID, str]]:
    """Every cohort, by name."""
    query = select(RowCohort.id, RowCohort.name).order_by(RowCohort.name)
    return [(cohort_id, name) for cohort_id, name in session.execute(query)]


def evidence_attempts(session: Session, score_id: UUID) -> list[UUID]:
    """The attempts whose evidence a score pools."""
    query = select(RowTaskScore.evidence).where(RowTaskScore.score_id == score_id)
    pieces = (piece for evidence in session.scalars(query) for piece in evidence)
    return sorted({UUID(piece["attempt_id"]) for piece in pieces})


def marks(session: Session, attempt_ids: Iterable[UUID]) -> list[tuple[UUID, RowMark, str, int]]:
    """The marks behind a record: attempt, mark, item id and version number; no item text."""
    query = (
        select(RowAttempt.id, RowMark, RowItem.item_id, RowItemVersion.number)
        .join(RowMark, RowMark.score_id == RowAttempt.current_score_id)
        .join(RowItemVersion, RowItemVersion.id == RowMark.item_version_id)
        .join(RowItem, RowItem.id == RowItemVersion.item_row_id)
        .where(RowAttempt.id.in_(list(attempt_ids)))
        .order_by(RowAttempt.opened_at, RowMark.position)
    )
    return [(attempt, mark, item, number) for attempt, mark, item, number in session.execute(query)]
