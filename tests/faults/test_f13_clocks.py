"""F13 to F16, F22, F32: zones, clock steps, changed time, no worker, extra time beyond the window."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from quizapp.domain.attempt import Disposition
from quizapp.domain.person import Accommodation
from quizapp.services import accommodations, attempts, deadlines, delivery, saving
from quizapp.store.attempts import RowAttempt
from tests.support import attempts as room
from tests.support.people import TESTS

MINUTE = timedelta(minutes=1)


def started(context):
    actor = room.learner(context)
    sitting_id = room.room(context, [actor.person_id])
    return actor, sitting_id, attempts.start(context, actor, sitting_id)


def row_of(context, attempt_id) -> RowAttempt:
    with context.reading() as session:
        row = session.get_one(RowAttempt, attempt_id)
        session.expunge(row)
        return row


@pytest.mark.parametrize("instant", [datetime(2026, 3, 29, 0, 50, tzinfo=UTC),
                                     datetime(2026, 10, 25, 0, 50, tzinfo=UTC)])  # fmt: skip
def test_a_change_of_summer_time_neither_gives_nor_takes(context, clock, instant) -> None:
    clock.instant = instant
    _actor, _sitting, attempt_id = started(context)
    row = row_of(context, attempt_id)
    assert (row.opened_at, row.deadline_at) == (instant, instant + 20 * MINUTE)


def test_a_server_clock_set_back_reopens_nothing(context, clock) -> None:
    actor, _sitting, attempt_id = started(context)
    token = room.token(context, attempt_id)
    clock.instant += 24 * MINUTE
    attempts.sweep(context)
    before = row_of(context, attempt_id)
    clock.instant -= 23 * MINUTE
    told = saving.save(context, token, [room.response(1, {"choice": "a"}, 1)]).acknowledged[0].disposition
    again = attempts.submit(context, actor, attempt_id)
    after = row_of(context, attempt_id)
    assert (told, after.state, again.digest) == (Disposition.LATE, "closed", before.receipt_digest)
    assert (after.closed_at, after.deadline_at) == (before.closed_at, before.deadline_at)


def test_a_clock_set_back_during_a_pause_takes_no_time(context, clock) -> None:
    _actor, sitting_id, attempt_id = started(context)
    before = row_of(context, attempt_id).deadline_at
    deadlines.pause(context, TESTS, sitting_id, "fire alarm")
    clock.instant -= 60 * MINUTE
    deadlines.go_on(context, TESTS, sitting_id)
    assert row_of(context, attempt_id).deadline_at == before


def test_a_changed_time_and_a_pause_reach_the_window_with_the_next_heartbeat(app, context, clock) -> None:
    _actor, sitting_id, attempt_id = started(context)
    client, headers = app.test_client(), {"X-Attempt-Token": room.token(context, attempt_id)}

    def beat():
        told = client.post(f"/attempts/{attempt_id}/heartbeat", json={"unsaved": 0}, headers=headers).json
        return told["deadline_version"], datetime.fromisoformat(told["deadline"]), told["paused"]

    version, deadline, _ = beat()
    deadlines.add(context, TESTS, sitting_id, {attempt_id: 600}, "late start")
    assert beat() == (version + 1, deadline + 10 * MINUTE, False)
    deadlines.pause(context, TESTS, sitting_id, "fire alarm")
    assert beat() == (version + 2, deadline + 10 * MINUTE, True)
    clock.instant += 45 * MINUTE
    deadlines.go_on(context, TESTS, sitting_id)
    assert beat() == (version + 3, deadline + 55 * MINUTE, False)
    deadlines.end_early(context, TESTS, sitting_id, 0, "flood")
    assert beat() == (version + 4, clock.instant, False)


def test_who_submits_during_a_pause_has_submitted(context, clock) -> None:
    actor, sitting_id, attempt_id = started(context)
    deadlines.pause(context, TESTS, sitting_id, "fire alarm")
    clock.instant += 60 * MINUTE
    attempts.submit(context, actor, attempt_id)
    assert row_of(context, attempt_id).close_reason == "submitted"


def test_without_a_worker_whoever_looks_closes_and_scores(context, clock) -> None:
    actor, _sitting, attempt_id = started(context)
    room.answer(context, attempt_id, lambda _slot: True)
    clock.instant += 23 * MINUTE
    view = delivery.attempt_view(context, actor, attempt_id)
    row = row_of(context, attempt_id)
    assert (view.is_open, row.close_reason, row.answered) == (False, "time", 16)
    assert row.scored_at is not None


def test_extra_time_reaches_beyond_the_end_of_the_window(context, clock) -> None:
    actor = room.learner(context)
    accommodations.set_accommodation(context, TESTS, actor.person_id, Accommodation(200))
    sitting_id = room.room(context, [actor.person_id], hours=1)
    clock.instant += 40 * MINUTE
    attempt_id = attempts.start(context, actor, sitting_id)
    row = row_of(context, attempt_id)
    assert row.deadline_at == clock.instant + 40 * MINUTE
