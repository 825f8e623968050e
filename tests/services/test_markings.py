"""A score waits for the last marking; two people mark, a third settles; nothing of it is ever edited."""

from __future__ import annotations

from fractions import Fraction
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from quizapp.domain.errors import Forbidden, Invalid, Refused
from quizapp.domain.item_types.rubric import Stage
from quizapp.domain.person import SYSTEM, Actor, Role
from quizapp.domain.regrade import RegradeKind
from quizapp.services import (
    attempts,
    item_suspension,
    markings,
    releases,
    results,
    score_exports,
    score_reports,
    scores,
)
from quizapp.store.attempts import RowAttempt
from quizapp.store.audit import RowAuditLine
from quizapp.store.markings import RowMarking, RowScript
from quizapp.store.scores import RowScore
from tests.support import exams
from tests.support.essays import BEST, FAIR, POOR, Study
from tests.support.people import TESTS, person
from tests.support.regrades import Desk


@pytest.fixture
def study(context: Any) -> Study:
    return Study(context)


def is_scored(study: Study, attempt_id: UUID) -> bool:
    with study.context.reading() as session:
        return session.get_one(RowAttempt, attempt_id).current_score_id is not None


def points(study: Study, attempt_id: UUID) -> tuple[Fraction, Fraction, int, int]:
    """Points, maximum, and x of n of the task with the essay."""
    with study.context.reading() as session:
        told = score_reports.report_of(session, attempt_id)
    return told.total.points, told.total.maximum, told.tasks[0].x, told.tasks[0].n


def agree(context: Any) -> None:
    found = list(score_exports.audit(context, SYSTEM))
    assert (len(found) > 0, [told for _, told in found if told]) == (True, [])


def test_a_result_waits_for_two_who_agree(study: Study) -> None:
    context, (ida, jan, kim) = study.context, study.markers
    ada, ben = study.sit(study.ada), study.sit(study.ben)
    assert [is_scored(study, one) for one in (ada, ben)] == [False, False]
    assert releases.waiting(context) == []
    with pytest.raises(Refused) as waiting:
        results.result_view(context, study.ada, ada)
    assert waiting.value.code == "waits_for_markings"
    [line] = markings.queue(context, ida)
    assert (line.item_id, line.to_mark, line.to_settle, line.for_others) == (study.item_id, 2, 0, 0)
    assert [study.mark(ida, BEST), study.mark(ida, BEST)] == [Stage.MARKING, Stage.MARKING]
    assert markings.next_script(context, ida, study.version_id) is None
    assert [study.mark(jan, FAIR), study.mark(jan, BEST)] == [Stage.DONE, Stage.DONE]
    told = sorted(points(study, one) for one in (ada, ben))
    assert told == [(Fraction(127, 8), 16, 8, 8), (16, 16, 8, 8)]
    assert (markings.queue(context, kim), results.result_view(context, study.ada, ada).is_own) == ([], True)
    agree(context)
    with context.reading() as session:
        lines = session.query(RowAuditLine).filter_by(noun="script", verb="mark").all()
        assert sorted(line.facts["stage"] for line in lines) == ["done", "done", "marking", "marking"]


def test_two_who_differ_are_settled_by_a_third(study: Study) -> None:
    context, (ida, jan, kim) = study.context, study.markers
    attempt_id = study.sit(study.ada)
    assert [study.mark(ida, BEST), study.mark(jan, POOR, "No reason is told.")] == [
        Stage.MARKING,
        Stage.ADJUDICATION,
    ]
    assert [markings.next_script(context, one, study.version_id) for one in (ida, jan)] == [None, None]
    script_id = markings.next_script(context, kim, study.version_id)
    assert script_id is not None
    seen = markings.script(context, kim, script_id)
    assert [(one.total, one.comment) for one in seen.given] == [(4, ""), (1, "No reason is told.")]
    for one in (ida, jan):
        with pytest.raises(Refused) as refusal:
            markings.mark(context, one, script_id, BEST, digest=seen.digest)
        assert refusal.value.code == "marked_before"
    assert (is_scored(study, attempt_id), study.mark(kim, FAIR)) == (False, Stage.DONE)
    assert points(study, attempt_id) == (Fraction(63, 4), 16, 8, 8)
    with pytest.raises(Refused) as late:
        markings.mark(context, kim, script_id, BEST, digest=seen.digest)
    assert late.value.code == "marked_enough"
    agree(context)


def test_what_a_marking_may_not_be(study: Study) -> None:
    context, (ida, *_) = study.context, study.markers
    study.sit(study.ada)
    script_id = markings.next_script(context, ida, study.version_id)
    assert script_id is not None
    digest = markings.script(context, ida, script_id).digest
    for levels in ({"reason": 2}, {"reason": 1, "tone": 1}, {**BEST, "style": 0}):
        with pytest.raises(Invalid) as wrong:
            markings.mark(context, ida, script_id, levels, digest=digest)
        assert wrong.value.code == "bad_marking"
    with pytest.raises(Refused):
        markings.mark(context, ida, script_id, BEST, digest="another")
    with pytest.raises(Forbidden):
        markings.mark(context, TESTS, script_id, BEST, digest=digest)
    own = Actor(study.ada.person_id, frozenset({Role.LEARNER, Role.INSTRUCTOR}))
    assert (markings.queue(context, own), markings.next_script(context, own, study.version_id)) == ([], None)
    with pytest.raises(Forbidden):
        markings.mark(context, own, script_id, BEST, digest=digest)
    proctor = Actor(person(context, Role.PROCTOR), frozenset({Role.PROCTOR}))
    with pytest.raises(Forbidden):
        markings.queue(context, proctor)
    # The first of two may think again, and both markings stay.
    markings.mark(context, ida, script_id, POOR, digest=digest)
    markings.mark(context, ida, script_id, BEST, digest=digest)
    with context.reading() as session:
        rows = session.scalars(select(RowMarking).order_by(RowMarking.number)).all()
        assert [(row.number, row.levels) for row in rows] == [(1, POOR), (2, BEST)]


def test_what_nobody_answered_or_what_is_withdrawn_waits_for_nobody(study: Study) -> None:
    context = study.context
    empty = attempts.start(context, study.ada, study.sitting_id)
    attempts.submit(context, study.ada, empty)
    assert points(study, empty) == (0, 16, 0, 8)
    waiting = study.sit(study.ben)
    assert (is_scored(study, waiting), releases.waiting(context)) == (False, [])
    item_suspension.suspend(context, study.markers[0], "small-bank", study.item_id, "Unclear.")
    assert releases.waiting(context) == [waiting]
    releases.finish(context, waiting)
    assert points(study, waiting) == (15, 15, 7, 7)


def test_an_answer_changed_after_a_marking_is_marked_anew(study: Study) -> None:
    context, (ida, jan, _) = study.context, study.markers
    attempt_id = study.sit(study.ada)
    study.mark(ida, BEST)
    _accept_late(study, attempt_id, '{"text":"Another text, for the late pile."}')
    scores.score(context, SYSTEM, attempt_id)
    assert [study.mark(jan, FAIR), study.mark(ida, FAIR)] == [Stage.MARKING, Stage.DONE]
    assert points(study, attempt_id)[0] == Fraction(63, 4)
    with context.reading() as session:
        assert session.query(RowMarking).count() == 3
    agree(context)


def _accept_late(study: Study, attempt_id: UUID, payload: str) -> None:
    """What accepting a late answer leaves behind: a further entry that counts."""
    from quizapp.store.response_events import RowResponseEvent

    with study.context.transaction(TESTS) as uow:
        script = uow.session.query(RowScript).filter_by(attempt_id=attempt_id).one()
        uow.session.add(
            RowResponseEvent(attempt_id=attempt_id, writer=1, client_seq=99, slot=script.position,
                             kind="response", payload=payload, received_at=uow.now,
                             disposition="counted")
        )  # fmt: skip
        uow.audit("accept", "entry", attempt_id)


def test_a_regrade_gives_full_marks_also_to_what_waits_and_is_not_undone_then(study: Study) -> None:
    context, (ida, jan, _) = study.context, study.markers
    ada = study.sit(study.ada)
    study.mark(ida, POOR)
    study.mark(jan, POOR)
    ben = study.sit(study.ben)
    assert (points(study, ada)[0], is_scored(study, ben)) == (Fraction(61, 4), False)
    desk = Desk(context)
    with pytest.raises(Invalid):
        desk.propose(study.item_id, RegradeKind.ACCEPT, {"text": "Any."})
    regrade_id = desk.regrade(study.item_id, RegradeKind.FULL_MARKS)
    for waiting in releases.waiting(context):
        releases.finish(context, waiting)
    assert [points(study, one)[:2] for one in (ada, ben)] == [(16, 16), (16, 16)]
    agree(context)
    with pytest.raises(Refused) as refusal:
        desk.undo(regrade_id)
    assert refusal.value.code == "not_undoable"


def test_a_regrade_undone_gives_the_markings_back(study: Study) -> None:
    ada = study.sit(study.ada)
    study.mark(study.markers[0], FAIR)
    study.mark(study.markers[1], FAIR)
    desk, before = Desk(study.context), points(study, ada)
    regrade_id = desk.regrade(study.item_id, RegradeKind.DROP)
    assert points(study, ada) == (15, 15, 7, 7)
    desk.undo(regrade_id)
    assert points(study, ada) == before == (Fraction(63, 4), 16, 8, 8)
    with study.context.reading() as session:
        assert session.query(RowScore).filter_by(attempt_id=ada).count() == 3
    agree(study.context)


def test_a_practice_result_shows_rubric_levels_and_comments(sqlite_context: Any) -> None:
    study = Study(sqlite_context, exams.PRACTICE)
    attempt_id = study.sit(study.ada)
    study.mark(study.markers[0], FAIR, "Invite the next step.")
    study.mark(study.markers[1], BEST)
    told = results.result_view(sqlite_context, study.ada, attempt_id)
    [entry] = [one for one in told.reviews if one.markings]
    assert entry.review.mark.points == Fraction(7, 8)
    assert [(dict(one.levels), one.comment) for one in entry.markings] == [
        (
            {"reason": (2, "A reason the partner can act on"), "tone": (1, "It is neutral")},
            "Invite the next step.",
        ),
        ({"reason": (2, "A reason the partner can act on"), "tone": (2, "It invites the next step")}, ""),
    ]
