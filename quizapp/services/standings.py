"""How people stand with the tasks of a framework, today or on a past day: one learner, or a whole cohort."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from quizapp.domain.currency import Holding, Shown, standing
from quizapp.domain.errors import NotFound
from quizapp.domain.framework import Framework
from quizapp.domain.person import Actor, Permission
from quizapp.domain.record import RecordStatus, status_as_of
from quizapp.domain.score import TaskStatus
from quizapp.integrations import csv_files, xlsx_files
from quizapp.services import currency
from quizapp.services.record_facts import day_of, today
from quizapp.services.unit_of_work import Context, UnitOfWork
from quizapp.store import cohorts as cohort_store
from quizapp.store import frameworks as framework_store
from quizapp.store import people as people_store
from quizapp.store import record_holdings as store
from quizapp.store import records as record_store
from quizapp.store.people import RowCohort
from quizapp.store.record_holdings import Assessed, Held, TaskLine
from quizapp.store.records import RowRecordEvent

FORMS = ("csv", "xlsx")


@dataclass(frozen=True, slots=True)
class TaskStanding:
    """One task: how somebody stands with it, by which record and until when; x of n as last examined."""

    code: str
    shown: Shown
    serial: str = ""
    expires_on: date | None = None
    x: int = 0
    n: int = 0


@dataclass(frozen=True, slots=True)
class RecordThen:
    """A record as it stood on the day asked about."""

    serial: str
    exam_title: str
    status: RecordStatus
    issued_on: date
    expires_on: date
    demonstrated: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LearnerStanding:
    """Everything records say of one person on a day."""

    person_id: UUID
    name: str
    email: str
    day: date
    is_today: bool
    framework: Framework
    frameworks: tuple[str, ...]
    records: tuple[RecordThen, ...]
    tasks: tuple[TaskStanding, ...]

    @property
    def demonstrated(self) -> tuple[TaskStanding, ...]:
        """The tasks a record in force demonstrates."""
        return tuple(task for task in self.tasks if task.shown is Shown.DEMONSTRATED)

    def missing(self, asked: Sequence[str] = ()) -> tuple[TaskStanding, ...]:
        """The tasks no record in force demonstrates; of those asked for, or of all."""
        return tuple(
            task
            for task in self.tasks
            if task.shown is not Shown.DEMONSTRATED and (not asked or task.code in asked)
        )


@dataclass(frozen=True, slots=True)
class MatrixRow:
    """One member of a cohort and their tasks, in the order of the matrix."""

    person_id: UUID
    name: str
    tasks: tuple[TaskStanding, ...]

    @property
    def demonstrated(self) -> int:
        """How many tasks a record in force demonstrates."""
        return sum(task.shown is Shown.DEMONSTRATED for task in self.tasks)


@dataclass(frozen=True, slots=True)
class Matrix:
    """A cohort by task."""

    cohort: str
    framework: Framework
    day: date
    codes: tuple[str, ...]
    rows: tuple[MatrixRow, ...]

    def share(self, code: str) -> tuple[int, int]:
        """How many of the cohort have demonstrated a task, and of how many."""
        at = self.codes.index(code)
        return sum(row.tasks[at].shown is Shown.DEMONSTRATED for row in self.rows), len(self.rows)


def learner(
    context: Context,
    actor: Actor,
    person_id: UUID,
    day: date | None = None,
    framework_id: str = "",
    door: str = "learner",
) -> LearnerStanding:
    """How one person stands; for themselves, or for a registrar, whose look is noted. Else `NotFound`."""
    is_own = actor.is_person(person_id)
    if not is_own:
        actor.require(Permission.PULL_RECORDS)
    with context.transaction(actor) as uow:
        person = people_store.by_id(uow.session, person_id)
        if person is None:
            raise NotFound("not_found")
        when = _past(context, day)
        held = store.of_people(uow.session, [person_id]).get(person_id, [])
        known = sorted({one.framework_id for one in held})
        framework = _framework(uow.session, framework_id or (known[0] if known else ""))
        seen = _Seen(context, uow.session, [person_id], framework, when)
        if not is_own:
            _disclose(uow, held, door)
        return LearnerStanding(
            person_id=person_id,
            name=person.name,
            email=person.email,
            day=when,
            is_today=when == today(context),
            framework=framework,
            frameworks=tuple(known),
            records=tuple(seen.records(person_id)),
            tasks=seen.tasks(person_id, framework.task_codes),
        )


def exam_tasks(context: Context, actor: Actor, exam_id: UUID) -> tuple[str, ...]:
    """The tasks an exam asks; raises `NotFound`."""
    actor.require(Permission.PULL_RECORDS)
    with context.reading() as session:
        return currency.tasks_of(session, exam_id)


def cohort(
    context: Context,
    actor: Actor,
    cohort_id: UUID,
    day: date | None = None,
    framework_id: str = "",
    door: str = "matrix",
) -> Matrix:
    """Who of a cohort has demonstrated what; every record it rests on is noted as disclosed."""
    actor.require(Permission.PULL_RECORDS)
    with context.transaction(actor) as uow:
        row = uow.session.get(RowCohort, cohort_id)
        if row is None:
            raise NotFound("not_found")
        people = store.people(uow.session, cohort_store.member_ids(uow.session, cohort_id))
        members = sorted(people.values(), key=lambda person: (person.name.casefold(), person.email))
        when, framework = _past(context, day), _framework(uow.session, framework_id)
        seen = _Seen(context, uow.session, list(people), framework, when)
        _disclose(uow, [one for many in seen.held.values() for one in many], door)
        codes = framework.task_codes
        rows = tuple(MatrixRow(one.id, one.name, seen.tasks(one.id, codes)) for one in members)
        return Matrix(row.name, framework, when, codes, rows)


def _past(context: Context, day: date | None) -> date:
    """The day asked about; nothing is known of days to come."""
    now = today(context)
    return min(day, now) if day else now


def _framework(session: Session, framework_id: str) -> Framework:
    known = framework_store.current(session)
    wanted = next((framework for framework in known if framework.id == framework_id), None)
    told = wanted or next(iter(known), None)
    if told is None:
        raise NotFound("framework_not_loaded")
    return told


def _disclose(uow: UnitOfWork, held: Sequence[Held], door: str) -> None:
    ids = [one.record.id for one in held]
    record_store.disclose(uow.session, ids, uow.actor.person_id, door, uow.now)
    uow.audit("disclose", "record", "", door=door, count=len(ids))


class _Seen:
    """The records, examinations and histories of some people, read once, as they stood on a day."""

    def __init__(
        self, context: Context, session: Session, people: Sequence[UUID], framework: Framework, day: date
    ) -> None:
        self.context, self.framework, self.day = context, framework, day
        self.held = store.of_people(session, people)
        every = [one.record for many in self.held.values() for one in many]
        self.scored = store.tasks(session, [record.score_id for record in every])
        self.history = store.events(session, [record.id for record in every])
        self.assessed = store.assessed(session, people, framework.id)

    def records(self, person_id: UUID) -> Iterator[RecordThen]:
        for one in reversed(self.held.get(person_id, ())):
            status = self._status(one)
            if status is not None:
                yield RecordThen(
                    one.record.serial,
                    one.exam_title,
                    status,
                    day_of(self.context, one.record.issued_at),
                    one.record.expires_on,
                    tuple(line.code for line in self._lines(one) if _is_shown(line)),
                )

    def tasks(self, person_id: UUID, codes: Sequence[str]) -> tuple[TaskStanding, ...]:
        held = [one for one in self.held.get(person_id, ()) if one.framework_id == self.framework.id]
        holdings = [told for one in held if (told := self._holding(one)) is not None]
        newest = self._newest(self.assessed.get(person_id, ()))
        return tuple(_task(code, holdings, newest.get(code)) for code in codes)

    def _status(self, one: Held) -> RecordStatus | None:
        changes = [self._change(event) for event in self.history.get(one.record.id, ())]
        return status_as_of(changes, one.record.expires_on, self.day)

    def _change(self, event: RowRecordEvent) -> tuple[date, RecordStatus]:
        return day_of(self.context, event.at), RecordStatus(event.status)

    def _lines(self, one: Held) -> Sequence[TaskLine]:
        return self.scored.get(one.record.score_id, ())

    def _holding(self, one: Held) -> Holding | None:
        status = self._status(one)
        if status is None:
            return None
        lines = self._lines(one)
        shown = frozenset(line.code for line in lines if _is_shown(line))
        codes = tuple(line.code for line in lines)
        return Holding(one.record.serial, one.exam_title, status, one.record.expires_on, codes, shown)

    def _newest(self, assessed: Sequence[Assessed]) -> dict[str, TaskLine]:
        return {
            one.task.code: one.task for one in assessed if day_of(self.context, one.released_at) <= self.day
        }


def _is_shown(line: TaskLine) -> bool:
    return line.status == TaskStatus.DEMONSTRATED.value


def _task(code: str, holdings: Sequence[Holding], line: TaskLine | None) -> TaskStanding:
    shown, held = standing(code, holdings, line.status if line else "")
    x, n = (line.x, line.n) if line else (0, 0)
    return TaskStanding(code, shown, held.serial if held else "", held.expires_on if held else None, x, n)


# --- the matrix as a file ---------------------------------------------------------------


def matrix_file(matrix: Matrix, form: str) -> Iterator[bytes]:
    """A row for each member and a column for each task; raises `NotFound` for another form."""
    if form not in FORMS:
        raise NotFound("not_found")
    columns = ("learner", "person_id", "demonstrated", *matrix.codes)
    rows = [_matrix_row(row) for row in matrix.rows]
    if form == "csv":
        return csv_files.lines(columns, rows)
    return xlsx_files.write(columns, ([csv_files.neutral(row[name]) for name in columns] for row in rows))


def _matrix_row(row: MatrixRow) -> Mapping[str, Any]:
    facts = {"learner": row.name, "person_id": str(row.person_id), "demonstrated": row.demonstrated}
    return facts | {task.code: task.shown.value for task in row.tasks}
