"""Sittings: an exam offered once. Scheduled, revised, closed or cancelled; who may start is the roster."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy.orm import Session

from quizapp.domain import exam as exams
from quizapp.domain.errors import NotFound, Refused, raise_if_any
from quizapp.domain.exam import ExamState, Mode, SittingState, Standing, Window
from quizapp.domain.person import Actor, Permission
from quizapp.services import sitting_plans
from quizapp.services.sitting_plans import Plan
from quizapp.services.unit_of_work import Context
from quizapp.store import exams as exam_store
from quizapp.store import sittings as store
from quizapp.store.attempts import RowAttempt
from quizapp.store.exams import RowExam, RowSitting, definition_of


class Phase(StrEnum):
    """Where a sitting stands at an instant."""

    UPCOMING = "upcoming"
    OPEN = "open"
    OVER = "over"
    CLOSED = "closed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class SittingSummary:
    """One line of the list of sittings; ``roster`` counts each person once."""

    id: UUID
    title: str
    exam_id: UUID
    exam_title: str
    mode: Mode
    standing: Standing
    phase: Phase
    window: Window
    roster: int
    is_open_to_all: bool
    open_attempts: int
    closed_attempts: int


@dataclass(frozen=True, slots=True)
class Named:
    """A person or cohort as a roster names it."""

    id: UUID
    name: str


@dataclass(frozen=True, slots=True)
class RosterEntry:
    """One person on the roster, and their newest attempt in this sitting if there is one."""

    person_id: UUID
    name: str
    email: str
    cohort: str
    is_by_name: bool
    attempt_id: UUID | None
    attempt_state: str
    answered: int | None
    opened_at: datetime | None
    deadline_at: datetime | None
    closed_at: datetime | None
    is_released: bool = False


@dataclass(frozen=True, slots=True)
class SittingDetail:
    """A sitting with everybody who has to do with it."""

    summary: SittingSummary
    access_code: str
    needs_check_in: bool
    rules: str
    networks: tuple[str, ...]
    late_rule: str
    time_limit_seconds: int
    cohorts: tuple[Named, ...]
    people: tuple[Named, ...]
    proctors: tuple[Named, ...]
    roster: tuple[RosterEntry, ...]


# --- verbs ------------------------------------------------------------------------------


def schedule(
    context: Context,
    actor: Actor,
    exam_id: UUID,
    *,
    title: str,
    window: Window,
    cohort_ids: Collection[UUID] = (),
    person_ids: Collection[UUID] = (),
    proctor_ids: Collection[UUID] = (),
    access_code: str = "",
    is_open_to_all: bool = False,
    needs_check_in: bool = False,
    rules: str = "",
    networks: Collection[str] = (),
    late_rule: str = "",
) -> UUID:
    """Offer a published exam in a window to a roster; gives the sitting's id.

    Raises `Invalid` ("bad_sitting") with every problem, `Refused` when the exam is not published.
    """
    actor.require(Permission.SCHEDULE_SITTING)
    people, cohorts, proctors = frozenset(person_ids), frozenset(cohort_ids), frozenset(proctor_ids)
    plan = Plan(
        title.strip(),
        window,
        cohorts,
        people,
        proctors,
        access_code.strip(),
        is_open_to_all,
        needs_check_in,
        rules.strip(),
        tuple(networks),
        late_rule.strip(),
    )
    with context.transaction(actor) as uow:
        exam = uow.session.get(RowExam, exam_id)
        if exam is None:
            raise NotFound("not_found")
        if exam.state != ExamState.PUBLISHED:
            raise Refused("exam_not_published", exam=exam.slug)
        raise_if_any("bad_sitting", list(sitting_plans.check(uow, exam, plan)))
        row = RowSitting(
            id=uow.new_id(), exam_id=exam_id, state=SittingState.SCHEDULED.value, created_at=uow.now
        )
        sitting_plans.write(uow, row, plan)
        uow.audit("schedule", "sitting", row.id, exam=str(exam_id), **sitting_plans.sizes(plan))
        return row.id


def revise(context: Context, actor: Actor, sitting_id: UUID, plan: Plan) -> None:
    """Change a scheduled sitting. Attempts already started keep their stored deadlines."""
    actor.require(Permission.SCHEDULE_SITTING)
    with context.transaction(actor) as uow:
        row = _locked(uow.session, sitting_id)
        if row.state != SittingState.SCHEDULED:
            raise Refused("illegal_transition", noun="sitting", state=row.state, verb="revise")
        exam = uow.session.get_one(RowExam, row.exam_id)
        raise_if_any("bad_sitting", list(sitting_plans.check(uow, exam, plan)))
        sitting_plans.write(uow, row, plan)
        uow.audit("revise", "sitting", row.id, **sitting_plans.sizes(plan))


def close(context: Context, actor: Actor, sitting_id: UUID) -> None:
    """Let nobody start any more; what is running runs on to its own deadline."""
    actor.require(Permission.SCHEDULE_SITTING)
    _end(context, actor, sitting_id, "close")


def cancel(context: Context, actor: Actor, sitting_id: UUID) -> None:
    """Call a sitting off; refused ("sitting_started") once somebody has started in it."""
    actor.require(Permission.SCHEDULE_SITTING)
    _end(context, actor, sitting_id, "cancel")


def _end(context: Context, actor: Actor, sitting_id: UUID, verb: str) -> None:
    with context.transaction(actor) as uow:
        row = _locked(uow.session, sitting_id)
        row.state = exams.move_sitting(SittingState(row.state), verb).value
        attempts = store.attempts_of(uow.session, sitting_id)
        if verb == "cancel" and attempts:
            raise Refused("sitting_started", attempts=len(attempts))
        row.closed_at = uow.now
        uow.audit(verb, "sitting", sitting_id, attempts=len(attempts))


def _locked(session: Session, sitting_id: UUID) -> RowSitting:
    row = session.get(RowSitting, sitting_id, with_for_update=True)
    if row is None:
        raise NotFound("not_found")
    return row


# --- reading ----------------------------------------------------------------------------


def listed(context: Context, actor: Actor, exam_id: UUID | None = None) -> list[SittingSummary]:
    """Sittings, the latest first; somebody who only proctors sees those they watch."""
    actor.require(Permission.WATCH_SITTING)
    now = context.clock.now()
    with context.reading() as session:
        sizes, attempts = store.roster_sizes(session), store.attempt_counts(session)
        return [
            _summary(row, exam, now, sizes.get(row.id, 0), attempts.get(row.id, {}))
            for row, exam in store.listed(session, _watched_by(actor), exam_id)
        ]


def get(context: Context, actor: Actor, sitting_id: UUID) -> SittingDetail:
    """One sitting with its roster; a proctor is told only of those they watch."""
    actor.require(Permission.WATCH_SITTING)
    with context.reading() as session:
        found = exam_store.sitting_with_exam(session, sitting_id)
        proctors = store.proctors_of(session, sitting_id)
        watcher = _watched_by(actor)
        if found is None or (watcher is not None and watcher not in {p.id for p in proctors}):
            raise NotFound("not_found")
        row, exam = found
        roster = _roster(session, sitting_id)
        states = [entry.attempt_state for entry in roster]
        counts = {state: states.count(state) for state in set(states)}
        return SittingDetail(
            summary=_summary(row, exam, context.clock.now(), len(roster), counts),
            access_code=row.access_code,
            needs_check_in=row.needs_check_in,
            rules=row.rules,
            networks=tuple(row.networks),
            late_rule=row.late_rule,
            time_limit_seconds=definition_of(exam).time_limit_seconds,
            cohorts=tuple(Named(c.id, c.name) for c in store.cohorts_of(session, sitting_id)),
            people=tuple(Named(p.id, p.name) for p in store.people_of(session, sitting_id)),
            proctors=tuple(Named(p.id, p.name) for p in proctors),
            roster=roster,
        )


def _watched_by(actor: Actor) -> UUID | None:
    return None if actor.may(Permission.SCHEDULE_SITTING) else actor.person_id


def phase(row: RowSitting, now: datetime) -> Phase:
    """Where a sitting stands at ``now``."""
    if row.state != SittingState.SCHEDULED:
        return Phase(row.state)
    if now < row.opens_at:
        return Phase.UPCOMING
    return Phase.OPEN if now < row.closes_at else Phase.OVER


def _summary(
    row: RowSitting, exam: RowExam, now: datetime, roster: int, attempts: dict[str, int]
) -> SittingSummary:
    return SittingSummary(
        id=row.id,
        title=row.title,
        exam_id=exam.id,
        exam_title=exam.title,
        mode=Mode(exam.mode),
        standing=Standing(exam.standing),
        phase=phase(row, now),
        window=Window(row.opens_at, row.closes_at),
        roster=roster,
        is_open_to_all=row.is_open_to_all,
        open_attempts=attempts.get("open", 0),
        closed_attempts=attempts.get("closed", 0),
    )


def _roster(session: Session, sitting_id: UUID) -> tuple[RosterEntry, ...]:
    newest = {row.person_id: row for row in store.attempts_of(session, sitting_id)}
    return tuple(_entry(row, newest.get(row.person_id)) for row in store.roster(session, sitting_id))


def _entry(row: store.RosterRow, attempt: RowAttempt | None) -> RosterEntry:
    return RosterEntry(
        person_id=row.person_id,
        name=row.name,
        email=row.email,
        cohort=row.cohort,
        is_by_name=row.is_by_name,
        attempt_id=attempt.id if attempt else None,
        attempt_state=attempt.state if attempt else "",
        answered=attempt.answered if attempt else None,
        opened_at=attempt.opened_at if attempt else None,
        deadline_at=attempt.deadline_at if attempt else None,
        closed_at=attempt.closed_at if attempt else None,
        is_released=attempt is not None and attempt.released_at is not None,
    )
