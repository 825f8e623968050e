"""Completion records: issuing them, finding them, and noting down who saw them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from quizapp.domain import record as domain
from quizapp.domain.admission import is_renewal_due
from quizapp.domain.attempt import AttemptState, Purpose
from quizapp.domain.currency import HORIZON_DAYS, HORIZONS
from quizapp.domain.errors import Forbidden, NotFound
from quizapp.domain.exam import Mode
from quizapp.domain.person import Actor, Permission
from quizapp.domain.record import RecordStatus
from quizapp.services import record_views, score_reports
from quizapp.services.issuing import issue_for
from quizapp.services.record_facts import today
from quizapp.services.record_projections import PROJECTIONS as PROJECTIONS
from quizapp.services.record_views import RecordLine, RecordView
from quizapp.services.unit_of_work import Context, UnitOfWork
from quizapp.store import frameworks as framework_store
from quizapp.store import record_search
from quizapp.store import records as store
from quizapp.store.attempts import RowAttempt
from quizapp.store.exams import RowExam, definition_of
from quizapp.store.record_search import SORTS as SORTS
from quizapp.store.record_search import Found
from quizapp.store.record_search import Wish as Wish
from quizapp.store.records import RowRecord

LAST_ISSUED = 10
#: The list of the next thirty days shows so many; its heading counts them all.
MOST_EXPIRING = 20
PAGE_SIZE = 50


def issue(context: Context, actor: Actor, attempt_id: UUID) -> str | None:
    """Issue the record of a released attempt and give its serial; None when none is deserved.

    Doing it again for the same score gives the same serial. Of the records of one cycle only
    that of the latest attempt stays in force; the others are superseded by it.
    """
    actor.require(Permission.RELEASE_SCORES)
    with context.transaction(actor) as uow:
        attempt = _locked_attempt(uow, attempt_id)
        if actor.is_person(attempt.person_id):
            raise Forbidden("own_record")
        if attempt.current_score_id is None or attempt.state != AttemptState.CLOSED:
            return None
        issued = store.of_score(uow.session, attempt.current_score_id)
        if issued is not None:
            return issued.serial
        # Held until the end, so that the session does not read it again.
        exam = uow.session.get_one(RowExam, attempt.exam_id)
        report = score_reports.report_of(uow.session, attempt_id)
        is_released = attempt.released_at is not None
        if not domain.deserves_record(
            Mode(exam.mode), Purpose(attempt.purpose), report, is_released=is_released
        ):
            return None
        return issue_for(uow, attempt, report).serial


def _locked_attempt(uow: UnitOfWork, attempt_id: UUID) -> RowAttempt:
    attempt = uow.session.get(RowAttempt, attempt_id)
    if attempt is None:
        raise NotFound("not_found")
    store.lock_cycle(uow.session, attempt)
    uow.session.refresh(attempt)
    return attempt


# --- finding ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class RecordPage:
    """One page of a search; ``total`` counts every record it asks for."""

    lines: tuple[RecordLine, ...]
    total: int
    page: int
    pages: int


def find(context: Context, actor: Actor, wish: Wish, page: int = 1, door: str = "list") -> RecordPage:
    """The records a registrar asks for, fifty to a page; what is shown is noted as disclosed."""
    actor.require(Permission.PULL_RECORDS)
    with context.transaction(actor) as uow:
        day = today(context)
        total = record_search.count(uow.session, wish, day)
        pages = max(-(-total // PAGE_SIZE), 1)
        page = min(max(page, 1), pages)
        found = record_search.search(uow.session, wish, day, PAGE_SIZE, (page - 1) * PAGE_SIZE)
        told = record_views.lines(uow.session, found, day)
        _disclose(uow, told, door)
        return RecordPage(tuple(told), total, page, pages)


def _disclose(uow: UnitOfWork, told: Sequence[RecordLine], door: str) -> None:
    store.disclose(uow.session, [line.id for line in told], uow.actor.person_id, door, uow.now)
    uow.audit("disclose", "record", "", door=door, count=len(told))


@dataclass(frozen=True, slots=True)
class Choices:
    """What the search form offers."""

    exams: tuple[tuple[UUID, str], ...]
    cohorts: tuple[tuple[UUID, str], ...]
    frameworks: tuple[tuple[str, str], ...]
    sorts: tuple[str, ...] = tuple(SORTS)


def choices(context: Context, actor: Actor) -> Choices:
    """The exams that have records, the cohorts, the frameworks, and the orders a list can have."""
    actor.require(Permission.PULL_RECORDS)
    with context.reading() as session:
        exams, cohorts = record_search.exams_with_records(session), record_search.cohorts(session)
        known = [(framework.id, framework.function) for framework in framework_store.current(session)]
        return Choices(tuple(exams), tuple(cohorts), tuple(known))


@dataclass(frozen=True, slots=True)
class Desk:
    """What a registrar's day starts with; ``horizons`` are days, and how many records end within them."""

    expiring: tuple[RecordLine, ...]
    horizons: tuple[tuple[int, int], ...]
    last_issued: tuple[RecordLine, ...]
    counts: dict[RecordStatus, int]

    @property
    def total(self) -> int:
        """Every record there is."""
        return sum(self.counts.values())


def desk(context: Context, actor: Actor) -> Desk:
    """Valid records that expire within thirty days, the last ones issued, and how many stand where."""
    actor.require(Permission.PULL_RECORDS)
    with context.transaction(actor) as uow:
        day = today(context)
        wish = Wish(expires_within=HORIZON_DAYS, sort="expires_on")
        soon = record_search.search(uow.session, wish, day, MOST_EXPIRING)
        last = record_search.search(uow.session, Wish(), day, LAST_ISSUED)
        told = Desk(
            expiring=tuple(record_views.lines(uow.session, soon, day)),
            horizons=tuple(
                (days, record_search.count(uow.session, Wish(expires_within=days), day)) for days in HORIZONS
            ),
            last_issued=tuple(record_views.lines(uow.session, last, day)),
            counts=record_search.status_counts(uow.session, day),
        )
        _disclose(uow, list({line.id: line for line in told.expiring + told.last_issued}.values()), "desk")
        return told


def mine(context: Context, actor: Actor) -> list[RecordLine]:
    """The actor's own records, newest first, and which of them are due for renewal."""
    if actor.person_id is None:
        return []
    with context.reading() as session:
        found, day = record_search.of_person(session, actor.person_id), today(context)
        due = _due_for_renewal(session, found, day)
        lines = record_views.lines(session, found, day)
        return [replace(line, is_renewal_due=line.id in due) for line in lines]


def _due_for_renewal(session: Session, found: Sequence[Found], day: date) -> set[UUID]:
    valid = [entry.record for entry in found if entry.record.status == RecordStatus.VALID]
    longest = {row.exam_id: row for row in sorted(valid, key=lambda row: (row.expires_on, row.issued_at))}
    return {
        row.id
        for row in longest.values()
        if is_renewal_due(
            definition_of(session.get_one(RowExam, row.exam_id)).valid_days, row.expires_on, day
        )
    }


# --- one record -------------------------------------------------------------------------


def show(context: Context, actor: Actor, serial: str, door: str = "page") -> RecordView:
    """A record for its holder or a registrar; raises `NotFound` for everybody else."""
    with opened(context, actor, serial, door) as (session, row):
        zone = ZoneInfo(context.settings.zone)
        is_own = actor.is_person(row.person_id)
        told = record_views.view(session, row, today(context), zone=zone, is_own=is_own)
        # The holder has a score report; which items it was stays with those who keep the bank.
        return told if is_own else record_views.with_marks(session, told, row)


def file_of(context: Context, actor: Actor, serial: str, door: str = "json") -> bytes:
    """The signed file of a record, for its holder or a registrar."""
    return export(context, actor, serial, "json", door)


def export(context: Context, actor: Actor, serial: str, form: str, door: str = "") -> bytes:
    """A record in one of the forms of `PROJECTIONS`, for its holder or a registrar.

    Raises `NotFound`, and what the form's own function raises.
    """
    record_id, is_own = _allowed(context, actor, serial)
    with context.transaction(actor) as uow:
        if not is_own:
            store.disclose(uow.session, [record_id], actor.person_id, door or form, uow.now)
            uow.audit("disclose", "record", record_id, door=door or form)
        write = PROJECTIONS[form].prepare(uow, uow.session.get_one(RowRecord, record_id))
    return write()


@contextmanager
def opened(context: Context, actor: Actor, serial: str, door: str) -> Iterator[tuple[Session, RowRecord]]:
    """A session and the record; opening somebody else's is noted before it is given."""
    record_id, is_own = _allowed(context, actor, serial)
    if not is_own:
        with context.transaction(actor) as uow:
            store.disclose(uow.session, [record_id], actor.person_id, door, uow.now)
            uow.audit("disclose", "record", record_id, door=door)
    with context.reading() as session:
        yield session, session.get_one(RowRecord, record_id)


def _allowed(context: Context, actor: Actor, serial: str) -> tuple[UUID, bool]:
    with context.reading() as session:
        row = store.by_serial(session, domain.read_serial(serial) or "")
        if row is None or not (actor.is_person(row.person_id) or actor.may(Permission.PULL_RECORDS)):
            raise NotFound("not_found")
        return row.id, actor.is_person(row.person_id)
