"""The demonstration: made once, and every shipped exam in it can be taken, the top-up too."""

from __future__ import annotations

import pytest

from quizapp import resources
from quizapp.domain.errors import Refused
from quizapp.domain.exam import Mode
from quizapp.domain.person import NOBODY, Actor, Role
from quizapp.domain.score import Decision
from quizapp.services import (
    demo,
    exams,
    item_draft_views,
    markings,
    results,
    sharing,
    sittings,
    start_views,
    verification,
)
from quizapp.services.simulation import SimulatedLearner, take
from quizapp.store import people as store
from tests.support.regrades import letter

BANKS = resources.folder("question_banks")
#: Answers right whatever is asked.
EXPERT = SimulatedLearner("tests", "expert", 1000.0)


def build(context) -> list[str]:
    said: list[str] = []
    demo.build(
        context,
        BANKS / "security-cooperation",
        BANKS / "tour",
        lambda label, _done, _total: said.append(label),
        letter,
        crowd=1,
    )
    return said


def who(context, email: str) -> Actor:
    with context.reading() as session:
        row = store.by_email(session, email)
        assert row is not None
        return Actor(row.id, frozenset({Role.LEARNER}))


def test_every_shipped_exam_can_be_taken_and_the_open_top_up_too(sqlite_context) -> None:
    context = sqlite_context
    build(context)
    assert build(context) == []
    shown = demo.shown(context)
    assert shown is not None
    now = verification.look_up(context, NOBODY, shown.serial)
    assert now is not None
    then = verification.look_up(context, NOBODY, now.payload["supersedes"])
    assert then is not None
    assert (now.status, then.status, then.successor_serial) == ("valid", "superseded", shown.serial)
    assert then.history[-1].reason_category == "correction", "a regrade took its place"
    assert sharing.by_link(context, NOBODY, shown.token).serial == shown.serial
    rooms = {
        exam.slug: sittings.listed(context, demo.DEMO, exam.id) for exam in exams.listed(context, demo.DEMO)
    }
    modes = sorted(exam.mode for exam in exams.listed(context, demo.DEMO))
    assert (modes.count(Mode.CERTIFICATION), modes.count(Mode.PRACTICE)) == (9, 11)
    assert {len(told) for told in rooms.values()} == {1}
    fresh = who(context, demo.LOGINS["fresh"].email)
    told = {}
    (room,) = rooms.pop("tour")
    waiting = take(context, fresh.person_id, room.id, EXPERT)
    with pytest.raises(Refused, match="waits_for_markings"):
        results.result_view(context, fresh, waiting)
    staff = Actor(who(context, demo.LOGINS["instructor"].email).person_id, frozenset({Role.INSTRUCTOR}))
    assert [line.to_mark for line in markings.queue(context, staff)] == [2], "a simulated one, and this"
    drafts = item_draft_views.listed(context, staff, "tour")
    assert sorted((line.type, line.state.value, line.comments) for line in drafts) == [
        ("matching", "draft", 1),
        ("single_choice", "draft", 0),
        ("true_false", "in_review", 0),
    ]
    for slug, (room,) in rooms.items():
        view = results.result_view(context, fresh, take(context, fresh.person_id, room.id, EXPERT))
        tasks = view.report.tasks if view.mode is Mode.CERTIFICATION else view.tasks
        told[slug] = (len(tasks), view.report.decision, len(view.report.demonstrated))
    expected = {exam.slug: exam.tasks for exam in exams.listed(context, demo.DEMO) if exam.slug != "tour"}
    assert {slug: count for slug, (count, _, _) in told.items()} == expected
    certified = {slug: entry for slug, entry in told.items() if slug.endswith("certification")}
    assert {(decision, shown == count) for count, decision, shown in certified.values()} == {
        (Decision.MET, True)
    }
    assert sum(shown for _, _, shown in certified.values()) == 58
    assert told["diagnostic"][0] == 58

    experienced = who(context, demo.LOGINS["history"].email)
    (room,) = rooms[demo.TOPPED_UP_NEXT]
    start = start_views.start_view(context, experienced, room.id)
    assert (start.is_top_up, start.refusal, start.items) == (True, "", 4 * len(start.tasks))
    view = results.result_view(context, experienced, take(context, experienced.person_id, room.id, EXPERT))
    assert view.is_top_up
