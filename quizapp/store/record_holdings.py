"""The records of many people at once, and the tasks behind them: for lists, matrices and letters."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, defer

from quizapp.domain.attempt import AttemptState, Purpose
from quizapp.domain.exam import Mode
from quizapp.store.attempts import RowAttempt
from quizapp.store.exams import RowExam
from quizapp.store.frameworks import RowFramework
from quizapp.store.people import IN_LIST, RowPerson
from quizapp.store.records import RowRecord, RowRecordEvent
from quizapp.store.scores import RowTaskScore

Key = TypeVar("Key", str, UUID)


@dataclass(frozen=True, slots=True)
class Held:
    """One record with its exam's title and the framework it is about."""

    record: RowRecord
    exam_title: str
    framework_id: str


@dataclass(frozen=True, slots=True)
class TaskLine:
    """One task of one score."""

    code: str
    status: str
    x: int
    n: int


def _parts(keys: Iterable[Key]) -> Iterator[list[Key]]:
    wanted = sorted(set(keys))
    for start in range(0, len(wanted), IN_LIST):
        yield wanted[start : start + IN_LIST]


def of_people(session: Session, person_ids: Iterable[UUID]) -> dict[UUID, list[Held]]:
    """Every record of these people, the oldest first, by person; without the long documents."""
    told: dict[UUID, list[Held]] = {}
    for part in _parts(person_ids):
        query = (
            select(RowRecord, RowExam.title, RowFramework.framework_id)
            .join(RowExam, RowExam.id == RowRecord.exam_id)
            .join(RowFramework, RowFramework.id == RowExam.framework_row_id)
            .options(defer(RowRecord.payload), defer(RowRecord.signature))
            .where(RowRecord.person_id.in_(part))
            .order_by(RowRecord.issued_at, RowRecord.id)
        )
        for row in session.execute(query):
            told.setdefault(row[0].person_id, []).append(Held(*row))
    return told


def holders(session: Session, serials: Iterable[str]) -> dict[str, UUID]:
    """Whose records these are, by serial; unknown serials are left out."""
    told: dict[str, UUID] = {}
    for part in _parts(serials):
        query = select(RowRecord.serial, RowRecord.person_id).where(RowRecord.serial.in_(part))
        told |= {row.serial: row.person_id for row in session.execute(query)}
    return told


def names(session: Session, person_ids: Sequence[UUID]) -> dict[UUID, set[str]]:
    """What these people are called and were called in their records, by person."""
    told: dict[UUID, set[str]] = {}
    for part in _parts(person_ids):
        now = select(RowPerson.id, RowPerson.name).where(RowPerson.id.in_(part))
        then = select(RowRecord.person_id, RowRecord.learner_name).where(RowRecord.person_id.in_(part))
        for person_id, name in [*session.execute(now), *session.execute(then)]:
            told.setdefault(person_id, set()).add(name)
    return told


def people(session: Session, person_ids: Iterable[UUID]) -> dict[UUID, RowPerson]:
    """These people, by id."""
    told: dict[UUID, RowPerson] = {}
    for part in _parts(person_ids):
        told |= {row.id: row for row in session.scalars(select(RowPerson).where(RowPerson.id.in_(part)))}
    return told


def tasks(session: Session, score_ids: Iterable[UUID]) -> dict[UUID, list[TaskLine]]:
    """The tasks of these scores in framework order, by score."""
    told: dict[UUID, list[TaskLine]] = {}
    for part in _parts(score_ids):
        query = (
            select(
                RowTaskScore.score_id,
                RowTaskScore.task_code,
                RowTaskScore.status,
                RowTaskScore.x,
                RowTaskScore.n,
            )
            .where(RowTaskScore.score_id.in_(part))
            .order_by(RowTaskScore.score_id, RowTaskScore.position)
        )
        for score_id, code, status, x, n in session.execute(query):
            told.setdefault(score_id, []).append(TaskLine(code, status, x, n))
    return told


@dataclass(frozen=True, slots=True)
class Assessed:
    """How one released certification attempt left one task."""

    task: TaskLine
    released_at: datetime


def assessed(session: Session, person_ids: Iterable[UUID], framework_id: str) -> dict[UUID, list[Assessed]]:
    """Every released task status of these people, the oldest attempt first, by person."""
    told: dict[UUID, list[Assessed]] = {}
    for part in _parts(person_ids):
        query = (
            select(
                RowAttempt.person_id,
                RowAttempt.released_at,
                RowTaskScore.task_code,
                RowTaskScore.status,
                RowTaskScore.x,
                RowTaskScore.n,
            )
            .join(RowTaskScore, RowTaskScore.score_id == RowAttempt.current_score_id)
            .join(RowExam, RowExam.id == RowAttempt.exam_id)
            .where(
                RowAttempt.person_id.in_(part),
                RowAttempt.purpose == Purpose.LIVE.value,
                RowAttempt.state == AttemptState.CLOSED.value,
                RowAttempt.released_at.is_not(None),
                RowExam.mode == Mode.CERTIFICATION.value,
                RowTaskScore.framework_id == framework_id,
            )
            .order_by(RowAttempt.opened_at, RowAttempt.id)
        )
        for person_id, released_at, code, status, x, n in session.execute(query):
            if released_at is not None:
                told.setdefault(person_id, []).append(Assessed(TaskLine(code, status, x, n), released_at))
    return told


def events(session: Session, record_ids: Iterable[UUID]) -> dict[UUID, list[RowRecordEvent]]:
    """The histories of these records, oldest first, by record."""
    told: dict[UUID, list[RowRecordEvent]] = {}
    for part in _parts(record_ids):
        query = select(RowRecordEvent).where(RowRecordEvent.record_id.in_(part)).order_by(RowRecordEvent.id)
        for event in session.scalars(query):
            told.setdefault(event.record_id, []).append(event)
    return told
