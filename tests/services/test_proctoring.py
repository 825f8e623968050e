"""Announcing, moving and voiding, through the services on both databases."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from quizapp.domain.attempt import Disposition
from quizapp.domain.errors import DomainError, Forbidden, Invalid, NotFound, Refused
from quizapp.domain.exam import Release
from quizapp.domain.person import Actor, Role
from quizapp.services import (
    announcements,
    attempts,
    incidents,
    presence,
    proctoring,
    receipt_views,
    releases,
    results,
    saving,
)
from quizapp.store.attempts import RowAttempt
from quizapp.store.records import RowRecord
from tests.support import attempts as room
from tests.support.people import TESTS, person


class Hall:
    """A sitting whose results are released by hand, with one learner at work."""

    def __init__(self, context, **changes) -> None:
        self.context = context
        self.ada = room.learner(context, "Ada One")
        self.sitting_id = room.room(context, [self.ada.person_id], release=Release.MANUAL, **changes)
        self.a = attempts.start(context, self.ada, self.sitting_id)

    def state(self) -> tuple[str, str, int]:
        with self.context.reading() as session:
            row = session.get_one(RowAttempt, self.a)
            return row.state, row.close_reason, row.writer_epoch

    def log(self) -> list[tuple[str, str, str]]:
        told = incidents.listed(self.context, TESTS, self.sitting_id)
        return [(line.kind, line.note, line.who) for line in told]

    def void(self, reason: str = "phone in hand") -> None:
        proctoring.void(self.context, TESTS, self.sitting_id, self.a, reason)


@pytest.fixture
def hall(context) -> Hall:
    return Hall(context)


def test_what_is_announced_comes_with_the_next_heartbeat(hall, context, clock) -> None:
    announcements.announce(context, TESTS, hall.sitting_id, " Ten minutes more. ")
    pulse = presence.beat(context, room.token(context, hall.a), {"unsaved": 0})
    assert [(told.at, told.text) for told in pulse.said] == [(clock.instant, "Ten minutes more.")]
    assert hall.log() == [("announced", "Ten minutes more.", "")]
    for text in ("  ", "x" * 501):
        with pytest.raises(Invalid) as told:
            announcements.announce(context, TESTS, hall.sitting_id, text)
        assert told.value.code == "bad_announcement"


def test_a_moved_attempt_takes_nothing_more_from_its_window_and_goes_on_elsewhere(hall, context) -> None:
    assert proctoring.move(context, TESTS, hall.sitting_id, hall.a) == 2
    old = saving.save(context, room.token(context, hall.a), [room.response(1, {"choice": "a"}, 1)])
    writer = attempts.resume(context, hall.ada, hall.a)
    new = saving.save(context, room.token(context, hall.a, writer), [room.response(1, {"choice": "b"}, 1)])
    told = [saved.acknowledged[0].disposition for saved in (old, new)]
    assert (writer, told) == (3, [Disposition.STALE_WRITER, Disposition.COUNTED])
    assert hall.log() == [("moved", "", "Ada One")]


def test_an_attempt_that_has_ended_is_not_moved(hall, context) -> None:
    attempts.submit(context, hall.ada, hall.a)
    with pytest.raises(Refused) as told:
        proctoring.move(context, TESTS, hall.sitting_id, hall.a)
    assert (told.value.code, hall.state()) == ("illegal_transition", ("closed", "submitted", 1))


def test_a_void_attempt_counts_for_nobody_and_uses_up_no_try(hall, context) -> None:
    items = {slot.item_id for slot in room.slots(context, hall.a)}
    told = proctoring.consequence(context, TESTS, hall.sitting_id, hall.a)
    assert (told.exposed, told.refusal) == (16, "")
    hall.void()
    assert (hall.state(), hall.log()) == (("void", "proctor", 1), [("voided", "phone in hand", "Ada One")])
    late = saving.save(context, room.token(context, hall.a), [room.response(1, {"choice": "a"}, 1)])
    assert late.acknowledged[0].disposition == Disposition.LATE
    again = attempts.start(context, hall.ada, hall.sitting_id)
    with context.reading() as session:
        row = session.get_one(RowAttempt, again)
        assert (row.cycle, row.is_top_up) == (1, False)
    assert items & {slot.item_id for slot in room.slots(context, again)} == set()


def test_voiding_says_beforehand_that_the_pool_is_used_up(context) -> None:
    hall = Hall(context, bank={"secure": {"1.A": 12, "1.B": 8}})
    assert proctoring.consequence(context, TESTS, hall.sitting_id, hall.a).refusal == "pool_too_small"
    assert hall.state()[0] == "open"


def test_a_scored_attempt_may_be_void_before_its_release_and_never_after(hall, context) -> None:
    room.answer(context, hall.a, lambda _slot: True)
    attempts.submit(context, hall.ada, hall.a)
    releases.release_now(context, TESTS, hall.a)
    for call in (hall.void, lambda: proctoring.consequence(context, TESTS, hall.sitting_id, hall.a)):
        with pytest.raises(Refused) as told:
            call()
        assert told.value.code == "attempt_released"
    with context.reading() as session:
        assert list(session.scalars(select(RowRecord.status))) == ["valid"]
    assert hall.state() == ("closed", "submitted", 1)


def test_a_void_attempt_is_never_released_and_its_learner_is_told(hall, context) -> None:
    room.answer(context, hall.a, lambda _slot: True)
    attempts.submit(context, hall.ada, hall.a)
    hall.void()
    codes = []
    for call in (
        lambda: releases.release_now(context, TESTS, hall.a),
        lambda: results.result_view(context, hall.ada, hall.a),
        hall.void,
    ):
        with pytest.raises(DomainError) as told:
            call()
        codes.append(told.value.code)
    assert codes == ["attempt_void", "not_found", "illegal_transition"]
    assert (
        releases.release_sitting(context, TESTS, hall.sitting_id),
        results.past_results(context, hall.ada),
    ) == (
        0,
        [],
    )
    assert receipt_views.receipt_view(context, hall.ada, hall.a).is_void is True


def test_a_reason_is_needed_and_only_staff_of_the_sitting_may(hall, context) -> None:
    proctor = Actor(person(context, Role.PROCTOR, name="Per"), frozenset({Role.PROCTOR}))
    own = Actor(hall.ada.person_id, frozenset({Role.LEARNER, Role.INSTRUCTOR}))
    wishes = (
        (proctor, "x", NotFound, "not_found"),
        (hall.ada, "x", Forbidden, "not_allowed"),
        (own, "x", Forbidden, "own_attempt"),
        (TESTS, "  ", Invalid, "bad_void"),
    )
    for actor, reason, kind, code in wishes:
        with pytest.raises(kind) as told:
            proctoring.void(context, actor, hall.sitting_id, hall.a, reason)
        assert told.value.code == code
    other = room.offered(context, room.exams.PRACTICE, slug="practice")
    for call in (proctoring.move, proctoring.consequence):
        with pytest.raises(NotFound):
            call(context, TESTS, other, hall.a)
    assert hall.state() == ("open", "", 1)


def test_a_void_attempt_keeps_nobody_elses_result_waiting(context, clock) -> None:
    hall = Hall(context)
    clock.instant += timedelta(minutes=30)
    hall.void()
    assert attempts.sweep(context) == attempts.Swept(0, 0)
