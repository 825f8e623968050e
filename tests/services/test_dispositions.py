"""The save statement decides in SQL exactly what the domain decides, whatever the clocks say."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta

from sqlalchemy import delete, insert, update

from quizapp.domain.attempt import (
    Arrival,
    AttemptClock,
    AttemptState,
    Entry,
    EventKind,
    SectionClock,
    disposition,
)
from quizapp.services import attempts
from quizapp.store import append_batches, response_events
from quizapp.store.append_batches import Batch
from quizapp.store.attempts import RowAttempt, RowAttemptSection
from tests.support import attempts as room

CASES = 400
SECONDS = (-700, -61, -1, 0, 1, 10, 11, 60, 179, 180, 181, 700)


def test_the_statement_and_the_domain_agree(context) -> None:
    actor = room.learner(context)
    attempt_id = attempts.start(context, actor, room.room(context, [actor.person_id]))
    opened = context.clock.now()
    rng, told = random.Random("dispositions"), set()
    with context.engine.begin() as connection:
        for number in range(CASES):
            clock, section = _clock(rng, opened), _section(rng, opened)
            _store(connection, attempt_id, clock, section)
            # A writer a case: what it sent before is the one entry that says how far its clock had come.
            writer = 10 + number
            arrival = _arrival(rng, clock, writer, opened)
            clock = replace(clock, writer_epoch=writer + rng.choice((-1, 0, 0, 0, 1)))
            _epoch(connection, attempt_id, clock.writer_epoch)
            together = _together(connection, attempt_id, writer, arrival)
            # One for a section nobody has entered yet is left to the other way, which may enter it.
            expected = None if section == SectionClock() else disposition(clock, arrival, section)
            assert together == expected
            if arrival.last_elapsed_ms:
                _append(connection, attempt_id, writer, 1, arrival.received_at, arrival.last_elapsed_ms)
            found = _append(connection, attempt_id, writer, 2, arrival.received_at, arrival.elapsed_ms)
            assert found == disposition(clock, arrival, section), (clock, arrival, section)
            told.add(found)
        connection.rollback()
    assert len(told) == 4


def _together(connection, attempt_id, writer, arrival):
    """The disposition of the second of two entries in one batch, which is then taken back."""
    first, second = (Entry(writer, seq, 1, EventKind.RESPONSE, "null") for seq in (1, 2))
    entries = [(first, arrival.last_elapsed_ms or None), (second, arrival.elapsed_ms)]
    with connection.begin_nested() as savepoint:
        told = append_batches.append_all(connection, [Batch(attempt_id, arrival.received_at, entries)])
        savepoint.rollback()
    return told[attempt_id].dispositions[2] if told else None


def _clock(rng, opened) -> AttemptClock:
    state = rng.choice((AttemptState.OPEN,) * 6 + (AttemptState.CLOSED, AttemptState.VOID))
    ends = opened + timedelta(minutes=20)
    paused_at = None
    if state is AttemptState.OPEN and rng.random() < 0.2:
        paused_at = ends + timedelta(seconds=rng.choice(SECONDS))
    return AttemptClock(state, 1, opened, ends, rng.choice((0, 180)), paused_at)


def _section(rng, opened) -> SectionClock | None:
    if rng.random() < 0.4:
        return None
    ends = opened + timedelta(minutes=rng.choice((10, 20, 30)))
    return rng.choice(
        (
            SectionClock(),
            SectionClock(opened),
            SectionClock(opened, ends),
            SectionClock(opened, ends),
            SectionClock(opened, ends, opened + timedelta(minutes=3)),
            SectionClock(opened, None, opened + timedelta(minutes=3)),
            SectionClock(opened, ends, ends),
        )
    )


def _arrival(rng, clock, writer, opened) -> Arrival:
    end = rng.choice((clock.deadline_at, opened + timedelta(minutes=10)))
    received = end + timedelta(seconds=rng.choice(SECONDS))
    made = end + timedelta(seconds=rng.choice(SECONDS))
    elapsed = max(int((made - opened).total_seconds() * 1000), 0)
    last = rng.choice((0, elapsed - 1000, elapsed, elapsed + 1000))
    return Arrival(writer, received, rng.choice((None, elapsed, elapsed)), max(last, 0))


def _store(connection, attempt_id, clock, section) -> None:
    is_open = clock.state is AttemptState.OPEN
    connection.execute(
        update(RowAttempt)
        .where(RowAttempt.id == attempt_id)
        .values(
            state=clock.state.value,
            closed_at=None if is_open else clock.deadline_at,
            paused_at=clock.paused_at,
            grace_seconds=clock.grace_seconds,
        )
    )
    connection.execute(delete(RowAttemptSection))
    if section is not None:
        connection.execute(
            insert(RowAttemptSection).values(
                attempt_id=attempt_id, section=0, limit_seconds=None, is_one_way=True,
                entered_at=section.entered_at, deadline_at=section.deadline_at, left_at=section.left_at,
            )
        )  # fmt: skip


def _epoch(connection, attempt_id, epoch) -> None:
    connection.execute(update(RowAttempt).where(RowAttempt.id == attempt_id).values(writer_epoch=epoch))


def _append(connection, attempt_id, writer, seq, received_at, elapsed_ms):
    entry = Entry(writer, seq, 1, EventKind.RESPONSE, "{}")
    return response_events.append(connection, attempt_id, entry, received_at, elapsed_ms).disposition
