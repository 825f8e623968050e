"""A suspended item counts for nobody whose result is not shown; restoring takes it back."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from quizapp.domain.errors import Forbidden, Invalid, NotFound, Refused
from quizapp.domain.exam import Release
from quizapp.domain.person import Actor, Role
from quizapp.services import attempts, incidents, item_suspension, presence, releases, score_reports
from quizapp.store.audit import RowAuditLine
from tests.support import attempts as room
from tests.support.people import TESTS, person


class Hall:
    """Two learners of one sitting: one has handed in, one is at work on the same kind of form."""

    def __init__(self, context) -> None:
        self.context = context
        self.ada, self.ben = room.learner(context, "Ada One"), room.learner(context, "Ben Two")
        ids = [self.ada.person_id, self.ben.person_id]
        bank = {"secure": {"1.A": 8, "1.B": 8}}
        self.sitting_id = room.room(context, ids, release=Release.MANUAL, bank=bank)
        self.a = room.taken(context, self.ada, self.sitting_id, {"1.A": 8, "1.B": 8})
        self.b = attempts.start(context, self.ben, self.sitting_id)
        self.item_id = room.slots(context, self.b)[0].item_id

    def change(self, verb, reason="two keys") -> int:
        return verb(self.context, TESTS, "small-bank", self.item_id, reason)

    def counted(self) -> int:
        with self.context.reading() as session:
            report = score_reports.report_of(session, self.a)
        return sum(task.n for task in report.tasks)

    def withdrawn(self) -> tuple[int, ...]:
        return presence.beat(self.context, room.token(self.context, self.b), {"unsaved": 0}).withdrawn


@pytest.fixture
def hall(context) -> Hall:
    return Hall(context)


def test_a_suspended_item_counts_for_nobody_until_it_is_restored(hall, context, clock) -> None:
    told = [(hall.counted(), hall.withdrawn())]
    for verb in (item_suspension.suspend, item_suspension.restore):
        assert hall.change(verb) == 1
        attempts.sweep(context)
        told.append((hall.counted(), hall.withdrawn()))
    assert told == [(16, ()), (15, (1,)), (16, ())]
    kinds = {(i.kind, i.note) for i in incidents.listed(context, TESTS, hall.sitting_id)}
    assert kinds == {("item_suspended", hall.item_id), ("item_restored", hall.item_id)}
    with context.reading() as session:
        query = select(RowAuditLine.facts).where(RowAuditLine.verb == "suspend")
        assert [facts["reason"] for facts in session.scalars(query)] == ["two keys"]


def test_nothing_is_released_between_the_suspension_and_the_new_score(hall, context) -> None:
    hall.change(item_suspension.suspend)
    with pytest.raises(Refused) as told:
        releases.release(context, TESTS, hall.a)
    assert told.value.code == "not_scored"


def test_a_result_that_was_shown_stays(hall, context) -> None:
    releases.release_now(context, TESTS, hall.a)
    assert (hall.change(item_suspension.suspend), hall.counted()) == (0, 16)


def test_an_item_is_suspended_once_with_a_reason_by_authors_and_reviewers(hall, context) -> None:
    proctor = Actor(person(context, Role.PROCTOR, name="Per"), frozenset({Role.PROCTOR}))
    suspend = item_suspension.suspend
    with pytest.raises(Forbidden):
        suspend(context, proctor, "small-bank", hall.item_id, "x")
    with pytest.raises(Invalid, match="bad_suspension"):
        suspend(context, TESTS, "small-bank", hall.item_id, " ")
    with pytest.raises(NotFound):
        suspend(context, TESTS, "small-bank", "no-such-item", "x")
    with pytest.raises(Refused, match="illegal_transition"):
        hall.change(item_suspension.restore)
    reviewer = Actor(person(context, Role.REVIEWER, name="Rea"), frozenset({Role.REVIEWER}))
    suspend(context, reviewer, "small-bank", hall.item_id, "x")
    with pytest.raises(Refused, match="illegal_transition"):
        hall.change(suspend)
