"""Time added, everybody made to wait, silences given back: through the services, on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from quizapp.domain.attempt import Disposition
from quizapp.domain.errors import Forbidden, Invalid, NotFound, Refused
from quizapp.domain.exam import Section
from quizapp.domain.person import Actor, Role
from quizapp.services import attempts, content, deadlines, incidents, presence, saving, sections
from quizapp.store.attempts import RowAttempt, RowDeadlineChange
from quizapp.store.audit import RowAuditLine
from tests.support import attempts as room
from tests.support import exams as exam_support
from tests.support.people import TESTS, person

MINUTE = timedelta(minutes=1)


class Hall:
    """A sitting with two learners at work."""

    def __init__(self, context, definition=exam_support.CERTIFICATION) -> None:
        self.context = context
        self.ada, self.ben = room.learner(context, "Ada One"), room.learner(context, "Ben Two")
        self.sitting_id = room.room(context, [self.ada.person_id, self.ben.person_id], definition)
        self.a, self.b = (attempts.start(context, who, self.sitting_id) for who in (self.ada, self.ben))

    def deadline(self, attempt_id):
        return self.row(attempt_id).deadline_at

    def row(self, attempt_id):
        with self.context.reading() as session:
            row = session.get_one(RowAttempt, attempt_id)
            session.expunge(row)
            return row

    def save(self, attempt_id, seq=1):
        token = room.token(self.context, attempt_id)
        sent = [room.response(1, {"choice": "a"}, seq)]
        return saving.save(self.context, token, sent).acknowledged[0].disposition

    def beat(self, attempt_id, **body):
        return presence.beat(self.context, room.token(self.context, attempt_id), {"unsaved": 0, **body})


@pytest.fixture
def hall(context) -> Hall:
    return Hall(context)


# --- adding -----------------------------------------------------------------------------


def test_time_is_added_to_those_named_with_its_reason(hall, context, clock) -> None:
    before = hall.deadline(hall.a)
    told = deadlines.add(context, TESTS, hall.sitting_id, {hall.a: 600}, "late start")
    with context.reading() as session:
        changes = [(c.attempt_id, c.version, c.reason) for c in session.scalars(select(RowDeadlineChange))]
        lines = session.scalars(select(RowAuditLine.facts).where(RowAuditLine.verb == "add_time")).all()
    assert [(c.attempt_id, c.before, c.after) for c in told] == [(hall.a, before, before + 10 * MINUTE)]
    assert (hall.deadline(hall.a), hall.deadline(hall.b)) == (before + 10 * MINUTE, before)
    assert (changes, lines) == ([(hall.a, 2, "late start")], [{"attempts": 1, "seconds": [600]}])
    assert [(i.kind, i.note, i.who) for i in incidents.listed(context, TESTS, hall.sitting_id)] == [
        ("time_added", "600 s: late start", "Ada One")
    ]


def test_the_preview_tells_the_same_and_changes_nothing(hall, context) -> None:
    wanted = {hall.a: 60, hall.b: 120}
    told = deadlines.preview(context, TESTS, hall.sitting_id, wanted)
    assert hall.row(hall.a).deadline_version == 1
    assert told == deadlines.add(context, TESTS, hall.sitting_id, wanted, "noise")


def test_added_time_makes_a_late_save_count(hall, context, clock) -> None:
    clock.instant += 21 * MINUTE
    first = hall.save(hall.a)
    deadlines.add(context, TESTS, hall.sitting_id, {hall.a: 600}, "noise")
    assert (first, hall.save(hall.a, 2)) == (Disposition.LATE, Disposition.COUNTED)


def test_an_attempt_that_has_ended_is_left_alone(hall, context) -> None:
    attempts.submit(context, hall.ada, hall.a)
    told = deadlines.add(context, TESTS, hall.sitting_id, {hall.a: 60, hall.b: 60}, "noise")
    assert [change.attempt_id for change in told] == [hall.b]


@pytest.mark.parametrize(("seconds", "reason"), [(0, "noise"), (-60, "noise"), (20_000, "noise"), (60, " ")])
def test_a_change_without_sense_changes_nothing(hall, context, seconds, reason) -> None:
    before = hall.deadline(hall.a)
    with pytest.raises(Invalid) as told:
        deadlines.add(context, TESTS, hall.sitting_id, {hall.a: seconds}, reason)
    assert (told.value.code, hall.deadline(hall.a)) == ("bad_time_change", before)


def test_only_staff_of_the_sitting_may(hall, context) -> None:
    proctor = Actor(person(context, Role.PROCTOR, name="Per"), frozenset({Role.PROCTOR}))
    with pytest.raises(NotFound):
        deadlines.add(context, proctor, hall.sitting_id, {hall.a: 60}, "noise")
    with pytest.raises(Forbidden):
        deadlines.add(context, hall.ada, hall.sitting_id, {hall.a: 60}, "noise")


# --- ending early -----------------------------------------------------------------------


def test_an_early_end_cuts_every_time_short_and_nobody_starts(hall, context, clock) -> None:
    deadlines.add(context, TESTS, hall.sitting_id, {hall.a: 600}, "late start")
    clock.instant += 8 * MINUTE
    told = deadlines.end_early(context, TESTS, hall.sitting_id, 300, "flood")
    assert {c.attempt_id for c in told} == {hall.a, hall.b}
    assert {hall.deadline(hall.a), hall.deadline(hall.b)} == {clock.instant + 5 * MINUTE}
    with pytest.raises(Refused):
        attempts.start(context, room.learner(context, "Cleo"), hall.sitting_id)
    with context.reading() as session:
        reasons = session.scalars(select(RowDeadlineChange.reason).order_by(RowDeadlineChange.version)).all()
        lines = session.scalars(select(RowAuditLine.facts).where(RowAuditLine.verb == "end_early")).all()
    assert (sorted(reasons), lines) == (["flood", "flood", "late start"], [{"attempts": 2, "seconds": 300}])
    assert incidents.listed(context, TESTS, hall.sitting_id)[-1].note == "300 s: flood"


def test_what_was_answered_before_the_early_end_counts_and_everybody_is_closed(hall, context, clock) -> None:
    clock.instant += 8 * MINUTE
    deadlines.end_early(context, TESTS, hall.sitting_id, 0, "flood")
    clock.instant += MINUTE
    sent = replace(room.response(1, {"choice": "a"}, 1), elapsed_ms=7 * 60_000)
    late = replace(room.response(2, {"choice": "a"}, 2), elapsed_ms=9 * 60_000)
    told = saving.save(context, room.token(context, hall.a), [sent, late]).acknowledged
    clock.instant += 3 * MINUTE
    attempts.sweep(context)
    assert [one.disposition for one in told] == [Disposition.COUNTED, Disposition.LATE]
    row = hall.row(hall.a)
    assert (row.state, row.close_reason, row.answered, hall.row(hall.b).state) == (
        "closed", "time", 1, "closed",
    )  # fmt: skip


def test_an_early_end_waits_for_who_waits_and_gives_nobody_time(hall, context, clock) -> None:
    clock.instant += 5 * MINUTE
    deadlines.pause(context, TESTS, hall.sitting_id, "fire alarm")
    clock.instant += 30 * MINUTE
    deadlines.end_early(context, TESTS, hall.sitting_id, 3600, "fire")
    deadlines.end_early(context, TESTS, hall.sitting_id, 600, "fire")
    deadlines.go_on(context, TESTS, hall.sitting_id)
    assert hall.deadline(hall.a) == clock.instant + 10 * MINUTE
    assert hall.row(hall.a).deadline_version == 4


@pytest.mark.parametrize(("seconds", "reason"), [(-1, "flood"), (20_000, "flood"), (60, " ")])
def test_an_early_end_without_sense_changes_nothing(hall, context, seconds, reason) -> None:
    before = hall.deadline(hall.a)
    with pytest.raises(Invalid) as told:
        deadlines.end_early(context, TESTS, hall.sitting_id, seconds, reason)
    assert (told.value.code, hall.deadline(hall.a)) == ("bad_early_end", before)


# --- waiting ----------------------------------------------------------------------------


def test_a_pause_gives_everybody_their_time_back(hall, context, clock) -> None:
    before = hall.deadline(hall.a)
    clock.instant += 5 * MINUTE
    assert deadlines.pause(context, TESTS, hall.sitting_id, "fire alarm") == 2
    clock.instant += 40 * MINUTE
    attempts.sweep(context)
    assert hall.beat(hall.a).clock.paused_at == clock.instant - 40 * MINUTE
    assert hall.save(hall.a) == Disposition.COUNTED
    assert deadlines.go_on(context, TESTS, hall.sitting_id) == 2
    row = hall.row(hall.a)
    assert (row.deadline_at, row.paused_at, row.state) == (before + 40 * MINUTE, None, "open")
    assert [i.kind for i in incidents.listed(context, TESTS, hall.sitting_id)] == ["paused", "went_on"]
    with pytest.raises(Refused) as told:
        deadlines.go_on(context, TESTS, hall.sitting_id)
    assert told.value.code == "not_paused"


def test_a_pause_holds_the_clock_of_a_section_too(context, clock) -> None:
    parts = (Section("First", 480),)
    hall = Hall(context, replace(exam_support.CERTIFICATION, sections=parts))
    started = clock.instant
    deadlines.pause(context, TESTS, hall.sitting_id, "fire alarm")
    clock.instant += 30 * MINUTE
    assert sections.current(context, hall.a)[0].left_at is None
    deadlines.go_on(context, TESTS, hall.sitting_id)
    assert sections.current(context, hall.a)[0].deadline_at == started + 38 * MINUTE


# --- silences ---------------------------------------------------------------------------


def test_silences_are_kept_and_can_be_given_back(hall, context, clock) -> None:
    start = clock.instant
    for minutes in (0, 1, 4):
        clock.instant = start + minutes * MINUTE
        hall.beat(hall.a, unsaved=minutes, slot=2)
    hall.beat(hall.b)
    clock.instant = start + 10 * MINUTE
    told = deadlines.losses(context, TESTS, hall.sitting_id, start, clock.instant)
    part = deadlines.losses(context, TESTS, hall.sitting_id, start + 2 * MINUTE, start + 3 * MINUTE)
    assert {loss.attempt_id: loss.seconds for loss in told} == {hall.a: 180 + 360, hall.b: 360}
    assert [(loss.attempt_id, loss.seconds) for loss in part] == [(hall.a, 60)]


def test_a_window_that_was_taken_over_no_longer_speaks(hall, context, clock) -> None:
    hall.beat(hall.a)
    attempts.resume(context, hall.ada, hall.a)
    clock.instant += 5 * MINUTE
    pulse = hall.beat(hall.a)
    told = deadlines.losses(context, TESTS, hall.sitting_id, clock.instant - 5 * MINUTE, clock.instant)
    assert (pulse.clock.writer_epoch, [loss.seconds for loss in told]) == (2, [300])


# --- delivery ---------------------------------------------------------------------------


def test_time_counts_from_the_first_delivery(hall, context, clock) -> None:
    before = hall.deadline(hall.a)
    clock.instant += timedelta(seconds=7)
    for _ in range(2):
        told = content.content(context, room.token(context, hall.a))
        clock.instant += MINUTE
    assert hall.deadline(hall.a) == before + timedelta(seconds=7)
    assert (told.clock.deadline_at, len(told.items)) == (before + timedelta(seconds=7), 16)


def test_no_content_after_the_close_or_for_an_older_window(hall, context, clock) -> None:
    old = room.token(context, hall.a)
    attempts.resume(context, hall.ada, hall.a)
    codes = []
    for token, act in ((old, None), (room.token(context, hall.a, 2), hall.ada)):
        if act is not None:
            attempts.submit(context, act, hall.a)
        with pytest.raises(Refused) as told:
            content.content(context, token)
        codes.append(told.value.code)
    clock.instant += 21 * MINUTE
    with pytest.raises(Refused) as told:
        content.content(context, room.token(context, hall.b))
    assert [*codes, told.value.code] == ["taken_over", "attempt_closed", "time_is_up"]


def test_an_hour_of_grace_is_computed_too(context, clock) -> None:
    hall = Hall(context, replace(exam_support.CERTIFICATION, grace_seconds=3600))
    clock.instant += 79 * MINUTE
    told = saving.save(
        context,
        room.token(context, hall.a),
        [replace(room.response(1, {"choice": "a"}, 1), elapsed_ms=19 * 60_000)],
    )
    assert (told.acknowledged[0].disposition, attempts.sweep(context).closed) == (Disposition.COUNTED, 0)
    clock.instant += 2 * MINUTE
    assert attempts.sweep(context).closed == 2
