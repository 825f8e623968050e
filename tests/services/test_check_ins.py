"""Check-in, accepted rules and networks: what has to be so before somebody may start."""

from __future__ import annotations

from datetime import timedelta

import pytest

from quizapp.domain.errors import Forbidden, Invalid, NotFound, Refused
from quizapp.domain.person import Actor, Role
from quizapp.services import agenda, attempts, check_ins, incidents, sittings, start_views
from quizapp.services.sitting_plans import Plan
from quizapp.store import check_ins as store
from tests.support import attempts as room
from tests.support.exams import window
from tests.support.people import TESTS, person

MINUTE = timedelta(minutes=1)
ROOM = ("10.1.0.0/16", "2001:db8::/32")


def plan(context, person_id, **changes) -> Plan:
    return Plan("Hall", window(context), person_ids=frozenset({person_id}), **changes)


@pytest.fixture
def ada(context) -> Actor:
    return room.learner(context, "Ada One")


@pytest.fixture
def sitting_id(context, ada):
    return room.room(context, [ada.person_id])


def refusal(context, actor, sitting_id, address=None) -> str:
    with pytest.raises(Refused) as told:
        attempts.start(context, actor, sitting_id, address=address)
    return told.value.code


def test_nobody_starts_before_a_proctor_has_checked_them_in(context, ada, sitting_id, clock) -> None:
    sittings.revise(context, TESTS, sitting_id, plan(context, ada.person_id, needs_check_in=True))
    assert refusal(context, ada, sitting_id) == "not_checked_in"
    assert [line.state for line in agenda.due(context, ada)] == ["open"]
    check_ins.arrive(context, TESTS, sitting_id, ada.person_id, "photo_id")
    clock.instant += MINUTE
    check_ins.undo(context, TESTS, sitting_id, ada.person_id)
    assert refusal(context, ada, sitting_id) == "not_checked_in"
    clock.instant += MINUTE
    check_ins.arrive(context, TESTS, sitting_id, ada.person_id, "known_to_proctor")
    attempts.start(context, ada, sitting_id)
    assert [(i.kind, i.note, i.who) for i in incidents.listed(context, TESTS, sitting_id)] == [
        ("checked_in", "photo_id", "Ada One"),
        ("check_in_undone", "", "Ada One"),
        ("checked_in", "known_to_proctor", "Ada One"),
    ]
    with pytest.raises(Refused) as told:
        check_ins.undo(context, TESTS, sitting_id, ada.person_id)
    assert told.value.code == "already_started"


def test_a_check_in_says_how_and_by_whom(context, ada, sitting_id, clock) -> None:
    pat = person(context, Role.PROCTOR, name="Pat P")
    sittings.revise(context, TESTS, sitting_id, plan(context, ada.person_id, proctor_ids=frozenset({pat})))
    proctor = Actor(pat, frozenset({Role.PROCTOR}))
    check_ins.arrive(context, proctor, sitting_id, ada.person_id, "photo_id")
    with context.reading() as session:
        row = store.find(session, sitting_id, ada.person_id)
        told = (row.arrived_at, row.identity_method, row.checked_by)
    assert told == (clock.instant, "photo_id", pat)


def test_who_may_not_check_in_and_who_cannot_be(context, ada, sitting_id) -> None:
    pat = person(context, Role.PROCTOR, name="Pat P")
    stranger = Actor(pat, frozenset({Role.PROCTOR}))
    both = Actor(ada.person_id, frozenset({Role.LEARNER, Role.INSTRUCTOR}))
    wishes = (
        (stranger, ada.person_id, "photo_id", NotFound, "not_found"),
        (ada, ada.person_id, "photo_id", Forbidden, "not_allowed"),
        (both, ada.person_id, "photo_id", Forbidden, "own_check_in"),
        (TESTS, pat, "photo_id", NotFound, "not_found"),
        (TESTS, ada.person_id, "a nod", Invalid, "bad_check_in"),
    )
    for actor, person_id, method, kind, code in wishes:
        with pytest.raises(kind) as told:
            check_ins.arrive(context, actor, sitting_id, person_id, method)
        assert told.value.code == code
    with context.reading() as session:
        assert store.all_of(session, sitting_id) == {}


def test_the_rules_are_accepted_once_and_again_when_they_change(context, ada, sitting_id, clock) -> None:
    sittings.revise(context, TESTS, sitting_id, plan(context, ada.person_id, rules="Be quiet."))
    assert refusal(context, ada, sitting_id) == "rules_not_accepted"
    first = clock.instant
    check_ins.accept_rules(context, ada, sitting_id)
    clock.instant += MINUTE
    check_ins.accept_rules(context, ada, sitting_id)
    with context.reading() as session:
        assert store.find(session, sitting_id, ada.person_id).rules_accepted_at == first
    sittings.revise(context, TESTS, sitting_id, plan(context, ada.person_id, rules="Be quiet!"))
    assert start_views.start_view(context, ada, sitting_id).needs_rules is True
    assert refusal(context, ada, sitting_id) == "rules_not_accepted"
    check_ins.accept_rules(context, ada, sitting_id)
    check_ins.arrive(context, TESTS, sitting_id, ada.person_id, "photo_id")
    attempts.start(context, ada, sitting_id)


def test_only_the_rooms_network_starts_and_resumes(context, ada, sitting_id) -> None:
    sittings.revise(context, TESTS, sitting_id, plan(context, ada.person_id, networks=ROOM))
    outside = ("10.2.0.1", "2001:db9::1", "", "nonsense", "::ffff:10.2.0.1")
    assert {refusal(context, ada, sitting_id, address) for address in outside} == {"wrong_network"}
    attempt_id = attempts.start(context, ada, sitting_id, address="::ffff:10.1.255.7")
    assert attempts.resume(context, ada, attempt_id, "2001:db8::7") == 2
    with pytest.raises(Refused) as told:
        attempts.resume(context, ada, attempt_id, "192.168.1.1")
    assert told.value.code == "wrong_network"


def test_what_is_no_network_is_told_and_stored_nowhere(context, ada, sitting_id) -> None:
    wrong = plan(
        context, ada.person_id, networks=("10.1.0.0/16", "room 2", "10.1.0.1/16"), late_rule="x" * 201
    )
    with pytest.raises(Invalid) as told:
        sittings.revise(context, TESTS, sitting_id, wrong)
    assert [(p.field, p.value, p.reason) for p in told.value.problems] == [
        ("late_rule", "x" * 60, "too_long"),
        ("networks", "room 2", "not_a_network"),
        ("networks", "10.1.0.1/16", "not_a_network"),
    ]
    assert sittings.get(context, TESTS, sitting_id).networks == ()
