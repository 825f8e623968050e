"""Sections with limits of their own and without a way back: entered, left, ended by time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Connection

from quizapp.domain.attempt import (
    AttemptState,
    SectionClock,
    SectionPlan,
    expire_sections,
    leave_section,
    reach_section,
    start_sections,
)
from quizapp.domain.blueprint import Blueprint
from quizapp.domain.exam import ExamDefinition
from quizapp.domain.person import Accommodation
from quizapp.services.unit_of_work import Context, UnitOfWork
from quizapp.store import attempt_sections as store
from quizapp.store import response_events
from quizapp.store.attempts import RowAttempt


def plans(
    definition: ExamDefinition, blueprint: Blueprint, accommodation: Accommodation
) -> list[SectionPlan]:
    """What the sections restrict for one person and form.

    A top-up's section gets the same time per item as the section of the whole exam; one of its
    sections without any item is over as soon as it is entered, for nobody could leave it.
    """
    told = []
    is_restricting = any(section.time_limit_seconds or section.is_one_way for section in definition.sections)
    for number, section in enumerate(definition.sections):
        limit = None
        here = _length(blueprint, number)
        if is_restricting and not here:
            limit = timedelta(0)
        elif section.time_limit_seconds:
            seconds = -(-section.time_limit_seconds * here // _length(definition.blueprint, number))
            limit = accommodation.extend(timedelta(seconds=seconds))
        told.append(SectionPlan(limit, section.is_one_way))
    return told


def _length(blueprint: Blueprint, section: int) -> int:
    return sum(row.items for row in blueprint.rows if row.section == section)


def start(uow: UnitOfWork, row: RowAttempt, wanted: Sequence[SectionPlan]) -> None:
    """Store where the sections stand at the start of an attempt."""
    uow.session.add_all(store.rows(row.id, wanted, start_sections(wanted, row.opened_at)))


def lock(connection: Connection, attempt_id: UUID) -> None:
    """Take the lock that `leave` and `reach` need, before anything else touches the attempt."""
    store.lock(connection, attempt_id)


def leave(
    connection: Connection, attempt_id: UUID, slot: int, received_at: datetime, elapsed_ms: int | None
) -> None:
    """Leave the section of a slot within a save's transaction; where none restricts, nothing happens.

    The instant is that of the client's reckoning (``elapsed_ms`` since the attempt was opened),
    but never later than it was received.
    """
    number = store.section_of(connection, attempt_id, slot)
    opened_at = store.lock(connection, attempt_id)
    restrict, clocks = store.read(connection, attempt_id)
    if number is None or opened_at is None or not clocks:
        return
    at = _made_at(opened_at, received_at, elapsed_ms)
    left = leave_section(restrict, clocks, number, at)
    # One without any item is over at once; the next entry may already belong to the section behind it.
    store.write(connection, attempt_id, clocks, expire_sections(restrict, left, at))


def _made_at(opened_at: datetime, received_at: datetime, elapsed_ms: int | None) -> datetime:
    if elapsed_ms is None:
        return received_at
    return min(received_at, opened_at + timedelta(milliseconds=elapsed_ms))


def reach(
    connection: Connection,
    attempt_id: UUID,
    writer: int,
    slot: int,
    received_at: datetime,
    elapsed_ms: int | None,
) -> None:
    """Before an entry of this slot is appended: enter its section if nobody has entered it yet.

    Within a save's transaction that holds the lock. Only the window that may write moves on, and
    only while the attempt is open; for a section that was entered before nothing happens.
    """
    number = store.unentered_section_of(connection, attempt_id, slot)
    if number is None:
        return
    opened_at = store.lock(connection, attempt_id)
    clock = response_events.clock_columns(connection, attempt_id)
    if opened_at is None or clock is None or clock[3] != AttemptState.OPEN or writer < clock[2]:
        return
    restrict, clocks = store.read(connection, attempt_id)
    at = _made_at(opened_at, received_at, elapsed_ms)
    if clock[4] is not None:
        at = min(at, clock[4])  # while everybody waits, time stands still
    store.write(connection, attempt_id, clocks, reach_section(restrict, clocks, number, at))


def current(context: Context, attempt_id: UUID) -> list[SectionClock]:
    """Where the sections of an attempt stand now; those whose time is over are left first."""
    return standing(context, attempt_id)[1]


def standing(context: Context, attempt_id: UUID) -> tuple[list[SectionPlan], list[SectionClock]]:
    """What the sections of an attempt restrict and where they stand now; empty lists for none."""
    now = context.clock.now()
    with context.reading() as session:
        told = _expired(session.connection(), attempt_id, now)
    if told.known != told.wanted:
        context.saves.run(lambda connection: expire(connection, attempt_id, now))
    return told.plans, told.wanted


@dataclass(frozen=True, slots=True)
class _Expired:
    """What sections restrict, their clocks as stored, and as they should stand now."""

    plans: list[SectionPlan]
    known: list[SectionClock]
    wanted: list[SectionClock]


def _expired(connection: Connection, attempt_id: UUID, now: datetime) -> _Expired:
    restrict, known = store.read(connection, attempt_id)
    clock = response_events.clock_columns(connection, attempt_id) if known else None
    if clock is None or clock[3] != AttemptState.OPEN or clock[4] is not None:
        return _Expired(restrict, known, known)  # while everybody waits, and after the end, time stands still
    return _Expired(restrict, known, expire_sections(restrict, known, now))


def expire(connection: Connection, attempt_id: UUID, now: datetime) -> None:
    """Leave, within a transaction that holds the lock or may take it, what time has ended."""
    store.lock(connection, attempt_id)
    told = _expired(connection, attempt_id, now)
    store.write(connection, attempt_id, told.known, told.wanted)


def expire_at(connection: Connection, attempt_id: UUID, instant: datetime) -> None:
    """Leave what time had ended at an instant, whether or not anybody waits now."""
    restrict, known = store.read(connection, attempt_id)
    store.write(connection, attempt_id, known, expire_sections(restrict, known, instant))
