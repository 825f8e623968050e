"""What a registrar looks for among records: by name, serial, exam, status and task."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from quizapp.domain.record import RecordStatus, read_serial
from quizapp.domain.score import TaskStatus
from quizapp.store.attempts import RowAttempt
from quizapp.store.exams import RowExam
from quizapp.store.frameworks import RowFramework
from quizapp.store.items import RowItem, RowItemVersion
from quizapp.store.records import RowRecord
from quizapp.store.scores import RowMark, RowTaskScore

#: What a list may be ordered by; ties are broken by id, so that pages never overlap.
SORTS: Mapping[str, Any] = {
    "issued_at": RowRecord.issued_at,
    "expires_on": RowRecord.expires_on,
    "learner": func.lower(RowRecord.learner_name),
    "exam": func.lower(RowExam.title),
    "status": RowRecord.status,
    "serial": RowRecord.serial,
    "demonstrated": RowRecord.demonstrated,
}


@dataclass(frozen=True, slots=True)
class Wish:
    """A search; empty fields ask for nothing. ``sort`` may start with "-" for descending."""

    text: str = ""
    exam_id: UUID | None = None
    status: RecordStatus | None = None
    task_code: str = ""
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


def _by_text(text: str) -> ColumnElement[bool]:
    escaped = text.lower().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    like = f"%{escaped}%"
    name = func.lower(RowRecord.learner_name).like(like, escape="\\")
    serial = read_serial(text)
    part = RowRecord.serial.like(like.upper(), escape="\\")
    titled = aliased(RowExam)
    exam = RowRecord.exam_id.in_(select(titled.id).where(func.lower(titled.title).like(like, escape="\\")))
    return or_(name, exam, part if serial is None else RowRecord.serial == serial)


def _conditions(wish: Wish, day: date) -> Iterable[ColumnElement[bool]]:
    if wish.text.strip():
        yield _by_text(wish.text.strip())
    if wish.exam_id:
        yield RowRecord.exam_id == wish.exam_id
    if wish.status:
        yield _by_status(wish.status, day)
    if wish.task_code:
        yield exists().where(
            RowTaskScore.score_id == RowRecord.score_id,
            RowTaskScore.task_code == wish.task_code,
            RowTaskScore.status == TaskStatus.DEMONSTRATED.value,
        )


def _listing() -> Any:
    return (
        select(RowRecord, RowExam.title, RowFramework.framework_id, RowFramework.version)
        .join(RowExam, RowExam.id == RowRecord.exam_id)
        .join(RowFramework, RowFramework.id == RowExam.framework_row_id)
    )


def search(session: Session, wish: Wish, day: date, limit: int | None = None, offset: int = 0) -> list[Found]:
    """The records a wish asks for, as things stand on ``day``, in its order."""
    column = SORTS.get(wish.sort.lstrip("-"), RowRecord.issued_at)
    order = column.desc() if wish.sort.startswith("-") else column.asc()
    query = _listing().where(*_conditions(wish, day)).order_by(order, RowRecord.id)
    return [Found(*row) for row in session.execute(query.limit(limit).offset(offset))]


def count(session: Session, wish: Wish, day: date) -> int:
    """How many records a wish asks for."""
    query = select(func.count()).select_from(RowRecord).where(*_conditions(wish, day))
    return session.scalar(query) or 0


def expiring(session: Session, first: date, last: date) -> list[Found]:
    """Valid records whose last day lies in this span, the soonest first."""
    query = _listing().where(
        RowRecord.status == RecordStatus.VALID.value, RowRecord.expires_on.between(first, last)
    )
    return [Found(*row) for row in session.execute(query.order_by(RowRecord.expires_on, RowRecord.id))]


def of_person(session: Session, person_id: UUID) -> list[Found]:
    """A person's records, newest first."""
    query = _listing().where(RowRecord.person_id == person_id)
    order = (RowRecord.issued_at.desc(), RowRecord.id.desc())
    return [Found(*row) for row in session.execute(query.order_by(*order))]


def of_people_or_serials(session: Session, person_ids: Sequence[UUID], serials: Sequence[str]) -> list[Found]:
    """The records of these people and those with these serials, newest first."""
    wanted = or_(RowRecord.person_id.in_(person_ids), RowRecord.serial.in_(serials))
    order = (RowRecord.issued_at.desc(), RowRecord.id.desc())
    return [Found(*row) for row in session.execute(_listing().where(wanted).order_by(*order))]


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
