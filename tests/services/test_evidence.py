"""The walk from a record to its entries, and responses that are open to one person for a time."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest

from quizapp.domain.errors import Forbidden, Invalid, NotFound
from quizapp.domain.person import Actor, Role
from quizapp.ports import FixedClock
from quizapp.services import evidence
from quizapp.services.unit_of_work import Context
from tests.support.people import person
from tests.support.records import MIXED, MONTH, registrar, room


def test_the_walk_reaches_item_version_form_attempt_and_entry(context: Context, clock: FixedClock) -> None:
    small, rita = room(context), registrar(context)
    ada = small.learner()
    first = small.sit(ada, MIXED)
    clock.instant += MONTH
    second = small.sit(ada, {"1.B": 4})
    told = evidence.walk(context, rita, small.serial(second))
    by_task = {task.code: task for task in told.tasks}
    assert [piece.attempt_id for piece in by_task["1.A"].pieces] == [first]
    pieces = by_task["1.B"].pieces
    assert [(p.attempt_id, p.x, p.n, len(p.slots)) for p in pieces] == [(first, 7, 8, 8), (second, 4, 4, 4)]
    assert sum(slot.is_right for piece in pieces for slot in piece.slots) == 11
    slot = pieces[1].slots[0]
    assert (slot.item_id[:10], slot.version, slot.entries) == ("1.b-secure", 1, 1)
    assert (len(slot.item_digest), slot.last_at, len(pieces[1].form_digest)) == (64, clock.instant, 64)
    own = evidence.walk(context, ada, told.serial)
    assert (told.shows_items, own.shows_items, own.may_grant, own.grants) == (True, False, False, ())
    with pytest.raises(NotFound):
        evidence.walk(context, small.learner("Bo Example"), told.serial)


def test_responses_are_open_to_one_reviewer_for_a_time(context: Context, clock: FixedClock) -> None:
    small, rita = room(context), registrar(context)
    ada = small.learner()
    serial = small.serial(small.sit(ada, MIXED))
    avi, eve = (
        Actor(person(context, Role.APPEAL_REVIEWER, name=name), frozenset({Role.APPEAL_REVIEWER}))
        for name in ("Avi Appeals", "Eve Appeals")
    )
    assert avi.person_id is not None
    for look in (evidence.responses, lambda *a: evidence.walk(*a[:3])):
        with pytest.raises(NotFound):
            look(context, avi, serial, "1.B")
    bad = [
        (ada.person_id, 3, "x"),
        (rita.person_id, 3, "x"),
        (avi.person_id, 999, "x"),
        (avi.person_id, 3, " "),
    ]
    for person_id, days, reason in bad:
        with pytest.raises(Invalid):
            evidence.grant(context, rita, serial, person_id or UUID(int=1), days, reason)
    evidence.grant(context, rita, serial, avi.person_id, 3, "Appeal 7")
    (reviews,) = evidence.responses(context, avi, serial, "1.B").values()
    assert ([one.task_code for one in reviews], "Question" in reviews[0].review.stem) == (["1.B"] * 8, True)
    assert [grant.serial for grant in evidence.granted(context, avi)] == [serial]
    with pytest.raises(NotFound):
        evidence.responses(context, eve, serial, "1.B")
    for other in (rita, ada):
        with pytest.raises(Forbidden):
            evidence.responses(context, other, serial, "1.B")
    clock.instant += timedelta(days=3)
    with pytest.raises(NotFound):
        evidence.responses(context, avi, serial, "1.B")
    assert evidence.granted(context, avi) == []
