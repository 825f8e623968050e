"""What a rehearsal leaves behind: nothing that counts, and nobody who could come back."""

from __future__ import annotations

import pytest

from quizapp.domain.attempt import CloseReason, Purpose
from quizapp.domain.errors import Forbidden, NotFound, Refused
from quizapp.domain.exam import SittingState
from quizapp.domain.person import Actor
from quizapp.services import attempts, rehearsals, results
from quizapp.services.unit_of_work import Context
from quizapp.store import people as people_store
from quizapp.store.attempts import RowAttempt
from quizapp.store.exams import RowSitting
from quizapp.store.records import RowRecord
from tests.support import attempts as room
from tests.support import banks, exams
from tests.support.people import TESTS


@pytest.fixture
def rehearsal(context: Context) -> rehearsals.Rehearsal:
    banks.framework(context)
    banks.bank(context)
    exams.published(context)
    return rehearsals.prepare(context, TESTS, "small-exam", 2)


def test_its_learners_are_made_for_it_and_marked(context: Context, rehearsal: rehearsals.Rehearsal) -> None:
    with context.reading() as session:
        rows = people_store.by_emails(session, rehearsal.emails).values()
        assert [(row.is_simulated, row.active, row.role_set) for row in rows] == [
            (True, True, room.LEARNER)
        ] * 2


def test_an_attempt_in_it_counts_for_nothing(context: Context, rehearsal: rehearsals.Rehearsal) -> None:
    actor = Actor(rehearsal.person_ids[0], room.LEARNER)
    attempt_id = attempts.start(context, actor, rehearsal.sitting_id)
    with pytest.raises(Refused) as refused:
        attempts.start(context, actor, rehearsal.sitting_id)
    room.answer(context, attempt_id, lambda _: True)
    attempts.submit(context, actor, attempt_id)
    with context.reading() as session:
        row = session.get_one(RowAttempt, attempt_id)
        assert (row.purpose, row.close_reason) == (Purpose.REHEARSAL, CloseReason.SUBMITTED)
        assert (row.scored_at is not None, row.released_at) == (True, None)
        assert session.query(RowRecord).count() == 0
    assert refused.value.code == "attempt_already_open"
    assert results.past_results(context, actor) == []


def test_afterwards_the_sitting_is_closed_and_its_learners_are_shut_out(
    context: Context, rehearsal: rehearsals.Rehearsal
) -> None:
    rehearsals.end(context, TESTS, rehearsal)
    rehearsals.end(context, TESTS, rehearsal)
    with context.reading() as session:
        sitting = session.get_one(RowSitting, rehearsal.sitting_id)
        rows = people_store.by_emails(session, rehearsal.emails).values()
        assert (sitting.state, sitting.is_rehearsal) == (SittingState.CLOSED, True)
        assert [row.active for row in rows] == [False, False]


def test_an_exam_that_is_not_published_is_not_rehearsed(context: Context) -> None:
    banks.framework(context)
    banks.bank(context)
    exams.define(context)
    with pytest.raises(Refused) as refused:
        rehearsals.prepare(context, TESTS, "small-exam", 1)
    assert refused.value.code == "exam_not_published"
    with pytest.raises(NotFound):
        rehearsals.prepare(context, TESTS, "nowhere", 1)


def test_learners_may_not_rehearse(context: Context) -> None:
    with pytest.raises(Forbidden):
        rehearsals.prepare(context, room.learner(context), "small-exam", 1)


def test_a_server_that_is_not_there_is_a_no_go_and_leaves_nobody_behind(
    context: Context, rehearsal: rehearsals.Rehearsal
) -> None:
    said: list[tuple[str, int]] = []
    told = rehearsals.rehearse(
        context, TESTS, "small-exam", 2, "http://127.0.0.1:9", 0, lambda *line: said.append(line)
    )
    assert (told.is_go, len(told.errors)) == (False, 2)
    assert said == [("signed in", 0), ("started", 0), ("handed in", 0)]
    with context.reading() as session:
        rows = session.query(people_store.RowPerson).filter_by(is_simulated=True)
        assert sorted(row.active for row in rows) == [False, False, True, True]
