"""Sections with limits and without a way back: enforced by the save itself, on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from quizapp.domain.attempt import Disposition, EventKind, project
from quizapp.domain.blueprint import Blueprint, BlueprintRow
from quizapp.domain.exam import Section
from quizapp.domain.person import NO_ACCOMMODATION, Accommodation
from quizapp.services import accommodations, attempts, deadlines, saving, sections
from quizapp.store import response_events
from quizapp.store.attempts import RowAttempt
from tests.support import attempts as room
from tests.support import exams as exam_support
from tests.support.people import TESTS

MINUTE = timedelta(minutes=1)
COUNTED, LATE, CLOSED = Disposition.COUNTED, Disposition.LATE, Disposition.CLOSED_SECTION
TWO = Blueprint((BlueprintRow("1.A", 8, 4, 0), BlueprintRow("1.B", 8, 4, 1)))
TIMED = (Section("First", 480), Section("Second", is_one_way=True))


def started(context, parts=TIMED, accommodation=None):
    actor = room.learner(context)
    if accommodation is not None:
        accommodations.set_accommodation(context, TESTS, actor.person_id, accommodation)
    definition = replace(exam_support.CERTIFICATION, blueprint=TWO, sections=parts)
    sitting_id = room.room(context, [actor.person_id], definition)
    attempt_id = attempts.start(context, actor, sitting_id)
    return attempt_id, room.token(context, attempt_id)


def slots_of(context, attempt_id, task_code):
    return [slot.position for slot in room.slots(context, attempt_id) if slot.task_code == task_code]


def stored(context, attempt_id):
    with context.reading() as session:
        return response_events.entries(session, attempt_id)


def worth(context, token, slot, seq, payload=None, **changes):
    sent = replace(room.response(slot, payload or {"choice": "a"}, seq), **changes)
    return saving.save(context, token, [sent]).acknowledged[0].disposition


def test_whoever_answers_in_a_later_section_has_left_the_one_before(context, clock) -> None:
    attempt_id, token = started(context)
    first, second = (slots_of(context, attempt_id, code)[0] for code in ("1.A", "1.B"))
    clock.instant += 3 * MINUTE
    told = [worth(context, token, slot, n) for n, slot in enumerate((first, second, first), 1)]
    assert told == [COUNTED, COUNTED, CLOSED]
    clocks = sections.current(context, attempt_id)
    assert (clocks[0].left_at, clocks[1].entered_at) == (clock.instant, clock.instant)


def test_without_heartbeat_and_leave_the_next_section_begins_at_the_end_of_the_first(context, clock) -> None:
    """Nobody was heard of for a while: the answers given meanwhile are taken as they were given."""
    attempt_id, token = started(context)
    (first, *_), (second, third, *_) = (slots_of(context, attempt_id, code) for code in ("1.A", "1.B"))
    ends = clock.instant + 8 * MINUTE
    clock.instant += 10 * MINUTE
    batch = [
        replace(room.response(first, {"choice": "a"}, 1), elapsed_ms=7 * 60_000),
        replace(room.response(second, {"choice": "b"}, 2), elapsed_ms=9 * 60_000),
    ]
    once, twice = (saving.save(context, token, batch).acknowledged for _ in range(2))
    assert ([entry.disposition for entry in once], once == twice) == ([COUNTED, COUNTED], True)
    assert worth(context, token, third, 3) == COUNTED
    clocks = sections.current(context, attempt_id)
    assert (clocks[0].left_at, clocks[1].entered_at) == (ends, ends)
    assert project(stored(context, attempt_id))[first].response == {"choice": "a"}


def test_a_later_section_with_a_limit_begins_with_its_first_answer(context, clock) -> None:
    parts = (Section("First", is_one_way=True), Section("Second", 120))
    attempt_id, token = started(context, parts)
    second, third = slots_of(context, attempt_id, "1.B")[:2]
    clock.instant += 9 * MINUTE
    batch = [
        replace(room.response(second, {"choice": "a"}, 1), elapsed_ms=3 * 60_000),
        replace(room.response(third, {"choice": "b"}, 2), elapsed_ms=6 * 60_000),
    ]
    told = [entry.disposition for entry in saving.save(context, token, batch).acknowledged]
    # Its two minutes ran from the third to the fifth; the grace of three ended a minute ago.
    assert told == [LATE, LATE]
    assert sections.current(context, attempt_id)[1].deadline_at == clock.instant - 4 * MINUTE


def test_only_the_window_that_may_write_moves_on_and_leaving_alone_enters_nothing(context) -> None:
    attempt_id, token = started(context)
    first, second = (slots_of(context, attempt_id, code)[0] for code in ("1.A", "1.B"))
    assert worth(context, token, second, 1, True, kind=EventKind.LEAVE) == CLOSED
    newer = context.tokens.make(attempt_id, 2, context.clock.now() + MINUTE * 60)
    with context.transaction(TESTS) as uow:
        uow.session.get_one(RowAttempt, attempt_id).writer_epoch = 2
        uow.audit("resume", "attempt", attempt_id)
    assert worth(context, token, second, 2) == Disposition.STALE_WRITER
    assert [worth(context, newer, first, 1), worth(context, newer, second, 2)] == [COUNTED, COUNTED]


@pytest.mark.parametrize("waits", [False, True])
def test_added_time_revives_no_section_whose_end_nobody_noticed(context, clock, waits) -> None:
    attempt_id, token = started(context)
    first, second = (slots_of(context, attempt_id, code)[0] for code in ("1.A", "1.B"))
    with context.reading() as session:
        sitting_id = session.get_one(RowAttempt, attempt_id).sitting_id
    ends = clock.instant + 8 * MINUTE
    clock.instant += 9 * MINUTE
    if waits:
        deadlines.pause(context, TESTS, sitting_id, "fire alarm")
        clock.instant += MINUTE
        deadlines.go_on(context, TESTS, sitting_id)
    else:
        deadlines.add(context, TESTS, sitting_id, {attempt_id: 600}, "fire alarm")
    clocks = sections.current(context, attempt_id)
    assert [(c.deadline_at, c.left_at) for c in clocks] == [(ends, ends), (None, None)]
    assert [worth(context, token, first, 1), worth(context, token, second, 2)] == [LATE, COUNTED]


def test_added_time_lengthens_the_section_that_runs(context, clock) -> None:
    attempt_id, _ = started(context)
    with context.reading() as session:
        sitting_id = session.get_one(RowAttempt, attempt_id).sitting_id
    deadlines.add(context, TESTS, sitting_id, {attempt_id: 600}, "fire alarm")
    assert sections.current(context, attempt_id)[0].deadline_at == clock.instant + 18 * MINUTE


def test_a_section_that_was_left_takes_nothing_more(context, clock) -> None:
    attempt_id, token = started(context)
    first, second = (slots_of(context, attempt_id, code)[0] for code in ("1.A", "1.B"))
    clock.instant += 3 * MINUTE
    told = [
        worth(context, token, first, 1, True, kind=EventKind.LEAVE),
        worth(context, token, first, 2),
        worth(context, token, second, 3),
    ]
    clocks = sections.current(context, attempt_id)
    assert told == [COUNTED, CLOSED, COUNTED]
    assert [(c.entered_at, c.left_at) for c in clocks] == [
        (clock.instant - 3 * MINUTE, clock.instant),
        (clock.instant, None),
    ]


def test_one_batch_answers_leaves_and_answers_the_next(context) -> None:
    attempt_id, token = started(context)
    first, second = (slots_of(context, attempt_id, code)[0] for code in ("1.A", "1.B"))
    batch = [
        room.response(first, {"choice": "a"}, 1),
        room.response(first, True, 2, EventKind.LEAVE),
        room.response(second, {"choice": "b"}, 3),
        room.response(first, {"choice": "c"}, 4),
    ]
    once, twice = (saving.save(context, token, batch).acknowledged for _ in range(2))
    assert [entry.disposition for entry in once] == [COUNTED, COUNTED, COUNTED, CLOSED]
    assert once == twice


def test_a_section_ends_by_time_and_the_next_begins_then(context, clock) -> None:
    attempt_id, token = started(context)
    first, second = (slots_of(context, attempt_id, code)[0] for code in ("1.A", "1.B"))
    opened = clock.instant
    clock.instant += 9 * MINUTE
    made_before = worth(context, token, first, 1, elapsed_ms=7 * 60_000)
    arrived_late = worth(context, token, first, 2)
    clocks = sections.current(context, attempt_id)
    assert (made_before, arrived_late) == (COUNTED, LATE)
    assert [(c.entered_at, c.left_at) for c in clocks] == [(opened, opened + 8 * MINUTE),
                                                           (opened + 8 * MINUTE, None)]  # fmt: skip
    assert [worth(context, token, first, 3), worth(context, token, second, 4)] == [LATE, COUNTED]
    assert worth(context, token, first, 5, elapsed_ms=7 * 60_000 + 1) == COUNTED


def test_extra_time_lengthens_a_section_too(context, clock) -> None:
    attempt_id, _ = started(context, accommodation=Accommodation(150))
    assert sections.current(context, attempt_id)[0].deadline_at == clock.instant + 12 * MINUTE


@pytest.mark.parametrize("parts", [(), (Section("First"), Section("Second"))])
def test_without_restrictions_every_slot_is_open(context, parts) -> None:
    definition = exam_support.CERTIFICATION if not parts else None
    if definition is None:
        attempt_id, token = started(context, parts)
    else:
        actor = room.learner(context)
        attempt_id = attempts.start(context, actor, room.room(context, [actor.person_id]))
        token = room.token(context, attempt_id)
    told = [
        worth(context, token, slot.position, n) for n, slot in enumerate(room.slots(context, attempt_id), 1)
    ]
    assert set(told) == {COUNTED}
    assert sections.current(context, attempt_id) == []


def test_after_hours_offline_the_next_section_is_entered_at_the_end_of_the_first(context, clock) -> None:
    attempt_id, token = started(context)
    first, second = (slots_of(context, attempt_id, code)[0] for code in ("1.A", "1.B"))
    opened = clock.instant
    clock.instant += 15 * MINUTE
    batch = [
        replace(room.response(first, {"choice": "a"}, 1), elapsed_ms=7 * 60_000),
        replace(room.response(first, True, 2, EventKind.LEAVE), elapsed_ms=8 * 60_000),
        replace(room.response(second, {"choice": "b"}, 3), elapsed_ms=10 * 60_000),
    ]
    told = [entry.disposition for entry in saving.save(context, token, batch).acknowledged]
    assert told == [LATE, LATE, COUNTED]
    assert sections.current(context, attempt_id)[1].entered_at == opened + 8 * MINUTE


def test_an_empty_section_is_over_at_once(context) -> None:
    definition = replace(exam_support.CERTIFICATION, blueprint=TWO, sections=TIMED)
    only_first = Blueprint(TWO.rows[:1])
    told = sections.plans(definition, only_first, NO_ACCOMMODATION)
    assert [plan.limit for plan in told] == [8 * MINUTE, timedelta(0)]
