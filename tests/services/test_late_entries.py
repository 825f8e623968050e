"""The late pile: seen by its times, decided under a written rule, before anything is shown."""

from __future__ import annotations

from dataclasses import fields
from datetime import timedelta

import pytest

from quizapp.domain.errors import DomainError, Forbidden, NotFound
from quizapp.domain.exam import Release
from quizapp.domain.person import Actor, Role
from quizapp.services import (
    attempts,
    late_entries,
    presence,
    releases,
    saving,
    score_reports,
    sittings,
)
from quizapp.services.late_entries import LateEntry
from quizapp.services.simulation import right_response
from quizapp.services.sitting_plans import Plan
from quizapp.store.attempts import RowAttempt
from tests.support import attempts as room
from tests.support.exams import window
from tests.support.people import TESTS, person

MINUTE = timedelta(minutes=1)
RULE = "Answers made before the end, held up by the network, count."


class Hall:
    """A learner whose window was offline over the end; one right answer arrived ten minutes late."""

    def __init__(self, context, clock, rule=RULE, release=Release.AFTER_SITTING) -> None:
        self.context, self.start = context, clock.instant
        self.ada = room.learner(context, "Ada One")
        self.sitting_id = room.room(context, [self.ada.person_id], release=release, hours=1)
        plan = Plan(
            "Hall", window(context, hours=1), person_ids=frozenset({self.ada.person_id}), late_rule=rule
        )
        sittings.revise(context, TESTS, self.sitting_id, plan)
        self.a = attempts.start(context, self.ada, self.sitting_id)
        self.slot = room.slots(context, self.a)[0]
        clock.instant += 15 * MINUTE
        presence.beat(context, room.token(context, self.a), {"unsaved": 0})
        clock.instant += 15 * MINUTE
        attempts.sweep(context)
        made = saving.Sent(
            1,
            self.slot.position,
            room.EventKind.RESPONSE,
            room.canonical(right_response(self.slot)),
            18 * 60_000,
        )
        saving.save(context, room.token(context, self.a), [made])

    def listed(self) -> list[LateEntry]:
        return late_entries.listed(self.context, TESTS, self.sitting_id)

    def decide(self, is_accepted: bool = True, actor: Actor = TESTS) -> int:
        ids = [entry.event_id for entry in self.listed()]
        return late_entries.decide(self.context, actor, self.sitting_id, ids, is_accepted=is_accepted)

    def right(self) -> int:
        with self.context.reading() as session:
            return int(score_reports.report_of(session, self.a).total.points)

    def is_released(self) -> bool:
        with self.context.reading() as session:
            return session.get_one(RowAttempt, self.a).released_at is not None


@pytest.fixture
def hall(context, clock) -> Hall:
    return Hall(context, clock)


def test_the_pile_tells_times_and_silences_and_nothing_else(hall) -> None:
    (entry,) = hall.listed()
    minutes = {
        name: (getattr(entry, name) - hall.start) / MINUTE
        for name in ("made_at", "deadline_at", "received_at")
    }
    silences = [tuple((at - hall.start) / MINUTE for at in span) for span in entry.silences]
    assert (entry.name, entry.writer, entry.obstacle) == ("Ada One", 1, "")
    assert (minutes, silences) == ({"made_at": 18, "deadline_at": 20, "received_at": 30}, [(15, 30)])
    assert {field.name for field in fields(LateEntry)} == {
        "event_id", "attempt_id", "name", "writer", "made_at", "deadline_at", "received_at", "silences",
        "is_accepted", "rule", "decided_at", "decided_by", "obstacle",
    }  # fmt: skip


@pytest.mark.parametrize(("is_accepted", "right"), [(True, 1), (False, 0)])
def test_an_accepted_entry_is_scored_again_and_a_rejected_one_is_not(
    hall, context, is_accepted, right
) -> None:
    assert hall.right() == 0
    assert hall.decide(is_accepted) == 1
    (entry,) = hall.listed()
    assert (hall.right(), entry.is_accepted, entry.rule, entry.obstacle) == (
        right,
        is_accepted,
        RULE,
        "already_decided",
    )


def test_nothing_is_shown_by_itself_before_the_pile_is_decided(hall, context, clock) -> None:
    clock.instant += timedelta(days=1)
    attempts.sweep(context)
    before = hall.is_released()
    hall.decide()
    attempts.sweep(context)
    assert (before, hall.is_released(), hall.right()) == (False, True, 1)


def test_without_a_rule_nothing_is_decided_and_nothing_waits(context, clock) -> None:
    hall = Hall(context, clock, rule="")
    assert [entry.obstacle for entry in hall.listed()] == ["no_late_rule"]
    with pytest.raises(DomainError, match="no_late_rule"):
        hall.decide()
    clock.instant += timedelta(days=1)
    attempts.sweep(context)
    assert hall.is_released() is True


def test_what_was_shown_or_decided_is_not_decided_again(hall, context) -> None:
    hall.decide(is_accepted=False)
    with pytest.raises(DomainError, match="already_decided"):
        hall.decide()
    assert hall.right() == 0


def test_a_released_result_takes_no_late_answers(hall, context) -> None:
    releases.release_now(context, TESTS, hall.a)
    with pytest.raises(DomainError, match="attempt_released"):
        hall.decide()


def test_who_may_decide(hall, context) -> None:
    stranger = Actor(person(context, Role.PROCTOR, name="Per"), frozenset({Role.PROCTOR}))
    author = Actor(person(context, Role.INSTRUCTOR, name="Ina"), frozenset({Role.INSTRUCTOR}))
    own = Actor(hall.ada.person_id, frozenset({Role.LEARNER, Role.ADMINISTRATOR}))
    for actor, kind, code in (
        (stranger, NotFound, "not_found"),
        (author, Forbidden, "not_allowed"),
        (own, Forbidden, "own_attempt"),
    ):
        with pytest.raises(kind) as told:
            hall.decide(actor=actor)
        assert told.value.code == code
    with pytest.raises(NotFound):
        late_entries.decide(context, TESTS, hall.sitting_id, [999_999], is_accepted=True)
    assert [entry.is_accepted for entry in hall.listed()] == [None]
