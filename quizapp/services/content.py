"""The whole content of a running attempt at once, so that moving between items needs no network.

Like every delivery it has no field for a key or a task code. Time counts from here: the first
delivery moves the deadline by what passed since the start.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from quizapp.domain import exam as exams
from quizapp.domain.attempt import (
    ARRIVAL_TOLERANCE,
    AttemptState,
    Entry,
    SectionClock,
    SectionPlan,
    SlotState,
    canonical,
    project,
)
from quizapp.domain.errors import Forbidden, Refused
from quizapp.domain.person import SYSTEM, Actor
from quizapp.services import attempts, delivery, saving, sections
from quizapp.services.delivery import ItemView
from quizapp.services.saving import ClockFacts
from quizapp.services.unit_of_work import Context, UnitOfWork
from quizapp.store import attempt_sections, response_events
from quizapp.store import attempts as store
from quizapp.store.attempts import RowAttempt
from quizapp.store.exams import RowExam

#: A start that took longer than this to reach its learner is an incident, not a slow line.
LONGEST_DELIVERY = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class PlacedItem:
    """One item, the section it stands in, and the learner's own marks on it."""

    view: ItemView
    section: int
    is_seen: bool
    markup: str


@dataclass(frozen=True, slots=True)
class Content:
    """Everything a window needs until the attempt ends; ``journal_key`` encrypts what it keeps."""

    attempt_id: UUID
    writer: int
    last_seq: int
    opened_at: datetime
    clock: ClockFacts
    plans: tuple[SectionPlan, ...]
    sections: tuple[SectionClock, ...]
    titles: tuple[str, ...]
    items: tuple[PlacedItem, ...]
    journal_key: bytes


def content(context: Context, token: str) -> Content:
    """The content of the attempt a token is for.

    Raises `Forbidden` ("bad_token"), `Refused` ("attempt_closed", "time_is_up", "taken_over").
    """
    told = saving.claim(context, token)
    deliver(context, told.attempt_id)
    plans, clocks = sections.standing(context, told.attempt_id)
    with context.reading() as session:
        row = session.get(RowAttempt, told.attempt_id)
        if row is None:
            raise Forbidden("bad_token")
        _need_open(context, row)
        if told.writer < row.writer_epoch:
            raise Refused("taken_over")
        entries = response_events.entries(session, row.id)
        return Content(
            attempt_id=row.id,
            writer=told.writer,
            last_seq=max((e.client_seq for e in entries if e.writer == told.writer), default=0),
            opened_at=row.opened_at,
            clock=_clock(context, row),
            plans=tuple(plans),
            sections=tuple(clocks),
            titles=_titles(session, row.exam_id),
            items=tuple(_items(session, row, entries)),
            journal_key=context.tokens.journal_key(row.id),
        )


def _need_open(context: Context, row: RowAttempt) -> None:
    if row.state != AttemptState.OPEN:
        raise Refused("attempt_closed")
    if row.paused_at is None and context.clock.now() > row.deadline_at + ARRIVAL_TOLERANCE:
        raise Refused("time_is_up")


def _clock(context: Context, row: RowAttempt) -> ClockFacts:
    return ClockFacts(
        context.clock.now(),
        row.deadline_at,
        row.deadline_version,
        row.writer_epoch,
        row.state,
        row.paused_at,
    )


def _items(session: Session, row: RowAttempt, entries: Sequence[Entry]) -> list[PlacedItem]:
    known = project(entries)
    return [
        PlacedItem(
            view=delivery.shown(served, known.get(served.position, SlotState())),
            section=served.section,
            is_seen=served.position in known,
            markup=canonical(known[served.position].markup) if served.position in known else "null",
        )
        for served in store.served_items(session, row.form_id)
    ]


def _titles(session: Session, exam_id: UUID) -> tuple[str, ...]:
    definition = exams.from_json(session.get_one(RowExam, exam_id).definition)
    return tuple(section.title for section in definition.sections)


def deliver_own(context: Context, actor: Actor, attempt_id: UUID) -> None:
    """The first delivery by a plain page, which shows nothing once the time is over.

    Raises `NotFound` for somebody else's attempt.
    """
    with context.reading() as session:
        row = attempts.owned(session, actor, attempt_id)
        is_due = _awaits_delivery(row) and context.clock.now() < row.deadline_at
    if is_due:
        _note_delivery(context, attempt_id)


def deliver(context: Context, attempt_id: UUID) -> None:
    """Note the first delivery of an open attempt and let its time count from now; again does nothing."""
    with context.reading() as session:
        row = session.get(RowAttempt, attempt_id)
        is_due = row is not None and _awaits_delivery(row)
    if is_due:
        _note_delivery(context, attempt_id)


def _awaits_delivery(row: RowAttempt) -> bool:
    return row.delivered_at is None and row.state == AttemptState.OPEN


def _note_delivery(context: Context, attempt_id: UUID) -> None:
    with context.transaction(SYSTEM) as uow:
        locked = uow.session.get(RowAttempt, attempt_id, with_for_update=True)
        if locked is not None and _awaits_delivery(locked):
            _deliver(uow, locked)


def _deliver(uow: UnitOfWork, row: RowAttempt) -> None:
    row.delivered_at = uow.now
    if uow.now >= row.deadline_at:
        waited = timedelta(0)  # nobody was waiting for it
    else:
        waited = min(max(uow.now - row.opened_at, timedelta(0)), LONGEST_DELIVERY)
    row.deadline_at += waited
    attempt_sections.shift(uow.session.connection(), row.id, waited)
    uow.audit("deliver", "attempt", row.id, waited_ms=int(waited.total_seconds() * 1000))
