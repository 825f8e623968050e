"""Scoring after the close, release by policy, records on release, and the derivation."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from fractions import Fraction

import pytest
from sqlalchemy import select

from quizapp.domain.blueprint import Blueprint, BlueprintRow
from quizapp.domain.errors import DomainError, NotFound, Refused
from quizapp.domain.exam import Release
from quizapp.domain.person import Accommodation, Actor, Role
from quizapp.domain.score import Decision, TaskStatus, Total
from quizapp.services import (
    accommodations,
    attempts,
    releases,
    results,
    score_explanations,
    score_reports,
    scores,
    sittings,
    start_views,
)
from quizapp.services.attempts import Swept
from quizapp.store.attempts import RowAttempt
from quizapp.store.audit import RowAuditLine
from quizapp.store.exams import RowExam
from quizapp.store.records import RowRecord
from quizapp.store.response_events import RowResponseEvent
from quizapp.store.scores import RowScore
from tests.support import attempts as room
from tests.support import exams as exam_support
from tests.support.people import TESTS, person


@pytest.fixture
def actor(context):
    return room.learner(context)


def report(context, attempt_id):
    with context.reading() as session:
        return score_reports.report_of(session, attempt_id)


def records_of(context, person_id) -> list[tuple[str, int]]:
    with context.reading() as session:
        query = select(RowRecord.status, RowRecord.demonstrated).where(RowRecord.person_id == person_id)
        return [tuple(row) for row in session.execute(query.order_by(RowRecord.issued_at))]


def test_a_submitted_attempt_is_scored_released_and_recorded(context, actor) -> None:
    sitting_id = room.room(context, [actor.person_id])
    attempt_id = room.taken(context, actor, sitting_id, {"1.A": 8, "1.B": 7})
    told = report(context, attempt_id)
    assert [(t.task_code, t.x, t.n, t.status) for t in told.tasks] == [
        ("1.A", 8, 8, TaskStatus.DEMONSTRATED),
        ("1.B", 7, 8, TaskStatus.NOT_YET),
    ]
    assert (told.total, told.decision) == (Total(Fraction(15), Fraction(16)), Decision.MET)
    assert records_of(context, actor.person_id) == [("valid", 1)]


def test_nothing_demonstrated_gives_a_result_but_no_record(context, actor) -> None:
    sitting_id = room.room(context, [actor.person_id])
    attempt_id = room.taken(context, actor, sitting_id, {"1.A": 4, "1.B": 4})
    view = results.result_view(context, actor, attempt_id)
    assert (view.report.decision, view.serial, records_of(context, actor.person_id)) == (
        Decision.NOT_MET,
        "",
        [],
    )


def test_the_top_up_pools_evidence_and_its_record_supersedes(context, clock, actor) -> None:
    sitting_id = room.room(context, [actor.person_id])
    room.taken(context, actor, sitting_id, {"1.A": 8, "1.B": 7})
    clock.instant += timedelta(days=30)
    second = room.taken(context, actor, sitting_id, {"1.B": 4})
    told = report(context, second)
    assert [(t.task_code, t.x, t.n, t.status) for t in told.tasks] == [
        ("1.A", 8, 8, TaskStatus.DEMONSTRATED),
        ("1.B", 11, 12, TaskStatus.DEMONSTRATED),
    ]
    assert (told.total, told.cycle_total) == (
        Total(Fraction(4), Fraction(4)),
        Total(Fraction(19), Fraction(20)),
    )
    assert records_of(context, actor.person_id) == [("superseded", 1), ("valid", 2)]


def test_scoring_again_adds_a_score_and_changes_none(context, actor) -> None:
    sitting_id = room.room(context, [actor.person_id], release=Release.MANUAL)
    attempt_id = room.taken(context, actor, sitting_id, {"1.A": 8})
    before = report(context, attempt_id)
    scores.score(context, TESTS, attempt_id)
    scores.score(context, TESTS, attempt_id, again=True)
    with context.reading() as session:
        numbers = list(session.scalars(select(RowScore.number).order_by(RowScore.number)))
    assert (numbers, report(context, attempt_id)) == ([1, 2], before)


def test_what_was_shown_is_not_scored_again_behind_a_registrars_back(context, actor) -> None:
    attempt_id = room.taken(context, actor, room.room(context, [actor.person_id]), {"1.A": 8})
    with pytest.raises(Refused, match="attempt_released"):
        scores.score(context, TESTS, attempt_id, again=True)


def test_an_open_attempt_cannot_be_scored(context, actor) -> None:
    attempt_id = attempts.start(context, actor, room.room(context, [actor.person_id]))
    with pytest.raises(Refused) as told:
        scores.score(context, TESTS, attempt_id)
    assert told.value.code == "attempt_open"


@pytest.mark.parametrize("policy", [Release.MANUAL, Release.AFTER_SITTING])
def test_a_result_that_is_not_released_is_not_shown(context, clock, actor, policy) -> None:
    sitting_id = room.room(context, [actor.person_id], release=policy, hours=2)
    attempt_id = room.taken(context, actor, sitting_id, {"1.A": 8})
    with pytest.raises(Refused) as told:
        results.result_view(context, actor, attempt_id)
    clock.instant += timedelta(hours=2)
    attempts.sweep(context)
    shown_after = policy is Release.AFTER_SITTING
    assert (told.value.code, records_of(context, actor.person_id)) == (
        "not_released",
        [("valid", 1)] if shown_after else [],
    )
    releases.release_now(context, TESTS, attempt_id)
    assert records_of(context, actor.person_id) == [("valid", 1)]
    assert results.result_view(context, actor, attempt_id).report.demonstrated == ("1.A",)


def test_a_result_is_nobody_elses_business(context, actor) -> None:
    attempt_id = room.taken(context, actor, room.room(context, [actor.person_id]), {"1.A": 8})
    with pytest.raises(NotFound) as told:
        results.result_view(context, room.learner(context, "Sam Stranger"), attempt_id)
    assert told.value.code == "not_found"


def test_practice_shows_reasons_and_certification_does_not(context, actor) -> None:
    certified = room.taken(context, actor, room.room(context, [actor.person_id]), {"1.A": 8})
    practice_id = exam_support.published(context, exam_support.PRACTICE, slug="practice")
    sitting_id = sittings.schedule(
        context,
        TESTS,
        practice_id,
        title="Practice",
        window=exam_support.window(context),
        is_open_to_all=True,
    )
    practised = room.taken(context, actor, sitting_id, {"1.A": 4, "1.B": 1})
    view = results.result_view(context, actor, practised)
    assert results.result_view(context, actor, certified).reviews == ()
    assert [(t.score.task_code, t.right, t.served, t.practice_status) for t in view.tasks] == [
        ("1.A", 4, 4, "strong"),
        ("1.B", 1, 4, "start_here"),
    ]
    assert {row.rationale != "" for entry in view.reviews for row in entry.review.rows} == {True}
    assert records_of(context, actor.person_id) == [("valid", 1)]


def test_practice_over_several_competencies_is_read_by_competency(context, actor) -> None:
    plenty = {"1.A": 2, "1.B": 2, "2.A": 2}
    blueprint = Blueprint((BlueprintRow("1.A", 2), BlueprintRow("1.B", 2), BlueprintRow("2.A", 1)))
    sitting_id = room.room(
        context,
        [actor.person_id],
        replace(exam_support.PRACTICE, blueprint=blueprint),
        bank={"practice": plenty},
    )
    attempt_id = room.taken(context, actor, sitting_id, {"1.A": 2, "1.B": 2})
    view = results.result_view(context, actor, attempt_id)
    assert [(c.code, c.title, c.right, c.served, c.practice_status) for c in view.competencies] == [
        ("1.0", "First", 4, 4, "strong"),
        ("2.0", None, 0, 1, "start_here"),
    ]
    assert [t.practice_status for t in view.tasks] == ["mixed", "mixed", "start_here"]


def test_a_late_answer_changes_no_score(context, clock, actor) -> None:
    attempt_id = attempts.start(context, actor, room.room(context, [actor.person_id]))
    clock.instant += timedelta(minutes=21)
    late = room.answer(context, attempt_id, lambda _slot: True)
    clock.instant += timedelta(minutes=10)
    swept = attempts.sweep(context)
    told = report(context, attempt_id)
    with context.reading() as session:
        kept = len(list(session.scalars(select(RowResponseEvent.id))))
    assert ({entry.disposition.value for entry in late}, kept) == ({"late"}, 16)
    assert (swept, told.total) == (Swept(1, 0), Total(Fraction(0), Fraction(16)))


def test_the_derivation_agrees_with_what_is_stored(context, actor) -> None:
    attempt_id = room.taken(context, actor, room.room(context, [actor.person_id]), {"1.A": 8, "1.B": 7})
    told = score_explanations.derivation(score_explanations.explain(context, TESTS, attempt_id))
    assert [(t["task"], t["x"], t["n"], t["posterior_decimal"], t["status"]) for t in told["tasks"]] == [
        ("1.A", 8, 8, "0.959646", "demonstrated"),
        ("1.B", 7, 8, "0.803996", "not_yet"),
    ]
    assert (told["agrees_with_stored"], told["decision"], len(told["slots"])) == (True, "met", 16)


def test_preview_gives_no_result_and_no_record(context, actor) -> None:
    author = Actor(actor.person_id, frozenset({Role.INSTRUCTOR}))
    room.room(context, [])
    with context.reading() as session:
        exam_id = session.scalars(select(RowExam.id)).one()
    attempt_id = attempts.preview(context, author, exam_id)
    room.answer(context, attempt_id, lambda _slot: True)
    attempts.submit(context, author, attempt_id)
    with context.reading() as session:
        row = session.get_one(RowAttempt, attempt_id)
        state = (row.state, row.scored_at is not None, row.released_at)
    with pytest.raises(NotFound):
        results.result_view(context, author, attempt_id)
    assert (state, records_of(context, actor.person_id)) == (("closed", True, None), [])


def code_of(work) -> str:
    with pytest.raises(DomainError) as told:
        work()
    return told.value.code


def test_nobody_releases_their_own_result(context, actor) -> None:
    sitting_id = room.room(context, [actor.person_id], release=Release.MANUAL)
    attempt_id = room.taken(context, actor, sitting_id, {"1.A": 8})
    both = replace(actor, roles=frozenset({Role.LEARNER, Role.REGISTRAR}))
    codes = [
        code_of(lambda verb=verb: verb(context, both, attempt_id))
        for verb in (releases.release, releases.release_now)
    ]
    assert (codes, records_of(context, actor.person_id)) == (["own_result"] * 2, [])


def staff(context, role: Role, name: str) -> Actor:
    return Actor(person(context, role, name=name), frozenset({role}))


def test_where_an_exam_wants_two_people_one_asks_and_another_releases(context, actor) -> None:
    sitting_id = room.room(context, [actor.person_id], release=Release.TWO_PEOPLE)
    attempt_id = room.taken(context, actor, sitting_id, {"1.A": 8})
    ida, rita = staff(context, Role.INSTRUCTOR, "Ida"), staff(context, Role.REGISTRAR, "Rita")
    told = [code_of(lambda: releases.release_now(context, ida, attempt_id))]
    assert (
        releases.ask_release(context, ida, attempt_id),
        releases.ask_release(context, rita, attempt_id),
    ) == (
        True,
        False,
    )
    told += [code_of(lambda who=who: releases.release_now(context, who, attempt_id)) for who in (ida, TESTS)]
    assert told == ["release_not_asked", "own_proposal", "needs_person"]
    assert (attempts.sweep(context).finished, records_of(context, actor.person_id)) == (0, [])
    assert releases.release_now(context, rita, attempt_id) is not None
    assert not releases.ask_release(context, ida, attempt_id)
    with context.reading() as session:
        query = select(RowAuditLine).where(RowAuditLine.object_id == str(attempt_id))
        lines = [(line.verb, line.actor_id) for line in session.scalars(query.order_by(RowAuditLine.id))]
    assert lines[-2:] == [("ask_release", ida.person_id), ("release", rita.person_id)]


def test_what_was_asked_for_can_be_withdrawn_and_falls_with_a_new_score(context, actor) -> None:
    sitting_id = room.room(context, [actor.person_id], release=Release.TWO_PEOPLE)
    attempt_id = room.taken(context, actor, sitting_id, {"1.A": 8})
    rita = staff(context, Role.REGISTRAR, "Rita")
    assert releases.ask_release_of_sitting(context, TESTS, sitting_id) == 1
    assert releases.withdraw_release_of_sitting(context, rita, sitting_id) == 1
    assert releases.release_sitting(context, rita, sitting_id) == 0
    releases.ask_release(context, TESTS, attempt_id)
    scores.score(context, TESTS, attempt_id, again=True)
    assert code_of(lambda: releases.release(context, rita, attempt_id)) == "release_not_asked"


def test_one_is_told_what_waits_for_whom_and_nothing_of_ones_own(context, actor) -> None:
    other = room.learner(context, "Lou Learner")
    sitting_id = room.room(context, [actor.person_id, other.person_id], release=Release.TWO_PEOPLE)
    mine, others = (room.taken(context, who, sitting_id, {"1.A": 8}) for who in (actor, other))
    ida = staff(context, Role.INSTRUCTOR, "Ida")
    both = Actor(actor.person_id, frozenset({Role.LEARNER, Role.REGISTRAR}))
    releases.ask_release(context, ida, others)

    def told(who: Actor) -> list[tuple[bool, int, int, int, tuple[str, ...]]]:
        found = releases.held(context, who, sitting_id)
        return [(h.takes_two, h.unasked, h.own, h.asked, h.names) for h in found]

    assert told(ida) == [(True, 1, 1, 0, ("Ida",))]
    assert told(both) == [(True, 0, 0, 1, ("Ida",))]
    assert code_of(lambda: releases.ask_release(context, both, mine)) == "own_result"
    assert [releases.release_sitting(context, who, sitting_id) for who in (ida, both)] == [0, 1]


def test_nobody_asks_where_one_person_is_enough(context, actor) -> None:
    sitting_id = room.room(context, [actor.person_id], release=Release.MANUAL)
    attempt_id = room.taken(context, actor, sitting_id, {"1.A": 8})
    assert code_of(lambda: releases.ask_release(context, TESTS, attempt_id)) == "release_takes_one"


def test_a_void_attempt_and_a_preview_are_never_released(context, actor) -> None:
    sitting_id = room.room(context, [actor.person_id], release=Release.MANUAL)
    attempt_id = room.taken(context, actor, sitting_id, {"1.A": 8})
    author = Actor(person(context, Role.INSTRUCTOR), frozenset({Role.INSTRUCTOR}))
    with context.transaction(TESTS) as uow:
        row = uow.session.get_one(RowAttempt, attempt_id)
        row.state, exam_id = "void", row.exam_id
        uow.audit("void", "attempt", attempt_id)
    preview_id = attempts.preview(context, author, exam_id)
    attempts.submit(context, author, preview_id)
    codes = [
        code_of(lambda: releases.release_now(context, TESTS, attempt_id)),
        code_of(lambda: scores.score(context, TESTS, attempt_id, again=True)),
        code_of(lambda: releases.release_now(context, TESTS, preview_id)),
    ]
    assert codes == ["attempt_void", "attempt_void", "not_live"]


def test_nothing_is_released_while_somebody_still_works_in_the_sitting(context, actor) -> None:
    slow = room.learner(context, "Sam Slow")
    people = [actor.person_id, slow.person_id]
    sitting_id = room.room(context, people, release=Release.AFTER_SITTING)
    done = room.taken(context, actor, sitting_id, {"1.A": 8})
    running = attempts.start(context, slow, sitting_id)
    sittings.close(context, TESTS, sitting_id)
    attempts.sweep(context)
    early = releases.is_releasable(context, done)
    attempts.submit(context, slow, running)
    assert (early, releases.is_releasable(context, done)) == (False, True)


def test_extra_time_of_anybody_holds_results_back(context, clock, actor) -> None:
    sitting_id = room.room(context, [actor.person_id], release=Release.AFTER_SITTING, hours=2)
    accommodations.set_accommodation(context, TESTS, actor.person_id, Accommodation(extra_minutes=30))
    attempt_id = room.taken(context, actor, sitting_id, {"1.A": 8})
    told = []
    for minutes in (119, 30, 1):
        clock.instant += timedelta(minutes=minutes)
        told.append(releases.is_releasable(context, attempt_id))
    assert told == [False, False, True]


def test_whoever_looks_after_the_sitting_releases_without_a_sweep(context, clock, actor) -> None:
    sitting_id = room.room(context, [actor.person_id], release=Release.AFTER_SITTING, hours=2)
    attempt_id = room.taken(context, actor, sitting_id, {"1.A": 8})
    clock.instant += timedelta(hours=2)
    assert results.result_view(context, actor, attempt_id).report.demonstrated == ("1.A",)
    assert records_of(context, actor.person_id) == [("valid", 1)]


def test_what_waits_for_a_persons_word_is_no_work_for_the_sweep(context, actor) -> None:
    sitting_id = room.room(context, [actor.person_id], release=Release.MANUAL)
    room.taken(context, actor, sitting_id, {"1.A": 8})
    assert (releases.waiting(context), attempts.sweep(context)) == ([], Swept(0, 0))


def test_a_top_up_does_not_tell_what_is_not_released(context, clock, actor) -> None:
    sitting_id = room.room(context, [actor.person_id], release=Release.MANUAL)
    attempt_id = room.taken(context, actor, sitting_id, {"1.A": 8, "1.B": 2})
    clock.instant += timedelta(days=40)
    before = start_views.start_view(context, actor, sitting_id)
    code = code_of(lambda: attempts.start(context, actor, sitting_id))
    releases.release_now(context, TESTS, attempt_id)
    after = start_views.start_view(context, actor, sitting_id)
    assert (before.refusal, code, before.tasks) == ("result_pending", "result_pending", ("1.A", "1.B"))
    assert (after.refusal, after.is_top_up, after.tasks) == ("", True, ("1.B",))


def test_the_start_page_promises_no_items_that_do_not_exist(context, clock, actor) -> None:
    sitting_id = room.room(context, [actor.person_id])
    room.taken(context, actor, sitting_id, {"1.A": 2})
    clock.instant += timedelta(days=30)
    room.taken(context, actor, sitting_id, {})
    clock.instant += timedelta(days=200)
    view = start_views.start_view(context, actor, sitting_id)
    assert view.refusal == code_of(lambda: attempts.start(context, actor, sitting_id)) == "pool_too_small"


def test_one_attempt_that_cannot_be_finished_keeps_nobody_waiting(context, clock, monkeypatch) -> None:
    learners = [room.learner(context, name) for name in ("Bo Broken", "Wyn Whole")]
    sitting_id = room.room(context, [each.person_id for each in learners])
    broken, whole = (attempts.start(context, each, sitting_id) for each in learners)
    clock.instant += timedelta(days=1)
    close = attempts.close

    def fails_once(context, actor, attempt_id, reason):
        if attempt_id == broken:
            raise RuntimeError("broken")
        return close(context, actor, attempt_id, reason)

    monkeypatch.setattr(attempts, "close", fails_once)
    assert attempts.sweep(context) == Swept(1, 0)
    assert report(context, whole).total.points == 0
