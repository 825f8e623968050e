"""Sections with limits of their own and without a way back: entered, left, ended by time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Connection

from quizapp.domain.attempt import SectionClock, SectionPlan, expire_sections, leave_section, start_sections
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

    A top-up's section gets the same time per item as the section of the whole exam.
    """
    told = []
    for number, section in enumerate(definition.sections):
        limit = None
        if section.time_limit_seconds:
            whole, here = _length(definition.blueprint, number), _length(blueprint, number)
            seconds = -(-section.time_limit_seconds * here // whole)
            limit = accommodation.extend(timedelta(seconds=seconds)) if here else timedelta(0)
        told.append(SectionPlan(limit, section.is_one_way))
    return told


def _length(blueprint: Blueprint, section: int) -> int:
    return sum(row.items for row in blueprint.rows if row.section == section)


def start(uow: UnitOfWork, row: RowAttempt, wanted: Sequence[SectionPlan]) -> None:
    """Store where the sections stand at the start of an attempt."""
    uow.session.add_all(store.rows(row.id, wanted, start_sections(wanted, row.opened_at)))


def lock(connection: Connection, attempt_id: UUID) -> None:
    """Take the lock that `leave` needs before anything else of the transaction touches the attempt."""
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
    at = received_at
    if elapsed_ms is not None:
        at = min(received_at, opened_at + timedelta(milliseconds=elapsed_ms))
    store.write(connection, attempt_id, clocks, leave_section(restrict, clocks, number, at))


def current(context: Context, attempt_id: UUID) -> list[SectionClock]:
    """Where the sections of an attempt stand now; those whose time is over are left first."""
    with context.reading() as session:
        told = _expired(context, session.connection(), attempt_id)
    if told.known != told.wanted:
        context.saves.run(lambda connection: _expire(context, connection, attempt_id))
    return told.wanted


@dataclass(frozen=True, slots=True)
class _Expired:
    """Section clocks as stored, and as they should stand now."""

    known: list[SectionClock]
    wanted: list[SectionClock]


def _expired(context: Context, connection: Connection, attempt_id: UUID) -> _Expired:
    restrict, known = store.read(connection, attempt_id)
    clock = response_events.clock_columns(connection, attempt_id) if known else None
    if clock is None or clock[4] is not None:
        return _Expired(known, known)  # while everybody waits, time stands still
    return _Expired(known, expire_sections(restrict, known, context.clock.now()))


def _expire(context: Context, connection: Connection, attempt_id: UUID) -> None:
    store.lock(connection, attempt_id)
    told = _expired(context, connection, attempt_id)
    store.write(connection, attempt_id, told.known, told.wanted)
