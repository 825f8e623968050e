"""A case holds a release, somebody independent decides it, and the decision is carried out."""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction
from typing import Any

import pytest
from sqlalchemy import select

from quizapp.domain.case_file import APPEAL_WITHIN, TIME_TO_DECIDE, CaseOutcome, Tie
from quizapp.domain.errors import Forbidden, Invalid, NotFound, Refused
from quizapp.domain.exam import Release
from quizapp.domain.person import Actor, Role
from quizapp.domain.regrade import RegradeKind
from quizapp.ports import FixedClock
from quizapp.services import (
    attempts,
    case_files,
    case_views,
    challenges,
    jobs,
    regrade_views,
    regrades,
    releases,
    results,
    score_reports,
    scores,
)
from quizapp.services.unit_of_work import Context
from quizapp.store.attempts import RowAttempt
from quizapp.store.audit import RowAuditLine
from quizapp.store.case_files import Points
from quizapp.store.scores import RowScore
from tests.support import attempts as room
from tests.support.cases import Court, letter
from tests.support.people import TESTS
from tests.support.records import MIXED, MONTH
from tests.support.regrades import letter as regrade_letter

HALF_A_YEAR = timedelta(days=184)


@pytest.fixture
def court(context: Context) -> Court:
    return Court(context)


def released(court: Court, attempt_id: Any) -> bool:
    with court.context.reading() as session:
        return session.get_one(RowAttempt, attempt_id).released_at is not None


def test_an_open_case_holds_the_release_until_it_is_decided(
    context: Context, clock: FixedClock, mail: Any
) -> None:
    court = Court(context, release=Release.AFTER_SITTING)
    attempt_id = court.sit(MIXED)
    case_id = court.open(court.paul, attempt_id)
    clock.instant += timedelta(hours=5)
    attempts.sweep(context)
    assert (released(court, attempt_id), court.view(case_id).is_held) == (False, True)
    with pytest.raises(Refused, match="held_by_case"):
        releases.release_now(context, court.rita, attempt_id)
    assert (
        releases.release_sitting(context, court.rita, court.sitting_id or attempt_id),
        court.records(),
    ) == (
        0,
        [],
    )
    assert case_views.listed(context, court.paul) == case_views.listed(context, court.rita)
    assert case_views.listed(context, court.ines) == []
    clock.instant += TIME_TO_DECIDE
    assert [line.is_overdue for line in case_views.listed(context, court.avi)] == [True]
    court.decide(case_id, "uphold")
    assert (released(court, attempt_id), court.records()) == (True, [("valid", 1)])
    jobs.run_due(context)
    assert [(sent.subject, sent.text) for sent in mail.sent] == [
        ("opened", "irregularity"),
        ("decided", "irregularity uphold Seen."),
    ]
    told = court.view(case_id)
    assert [kept.text for kept in told.letters] == [sent.text for sent in mail.sent]
    assert [(entry.verb, entry.by) for entry in told.log] == [
        ("opened", "Paul Proctor"),
        ("decided", "Rita Registrar"),
        ("sent", ""),
        ("sent", ""),
    ]
    with pytest.raises(Refused, match="illegal_transition"):
        court.decide(case_id, "void")


def test_a_letter_is_tried_until_it_is_gone(court: Court, clock: FixedClock, monkeypatch: Any) -> None:
    case_id = court.open(court.ada, court.sit(MIXED), "I was disturbed.")

    def fail(_message: object) -> None:
        raise OSError("no post")

    with monkeypatch.context() as patch:
        patch.setattr(court.context.mailer, "send", fail, raising=False)
        jobs.run_due(court.context)
        assert [kept.sent_at for kept in court.view(case_id).letters] == [None]
    clock.instant += timedelta(minutes=1)
    jobs.run_due(court.context)
    assert [kept.sent_at for kept in court.view(case_id).letters] == [clock.instant]


def test_void_revokes_the_record_and_uses_up_nothing(court: Court, clock: FixedClock) -> None:
    case_id = court.open(court.ines, attempt_id := court.sit(MIXED))
    court.decide(case_id, "void")
    assert court.records() == [("revoked", 1)]
    with pytest.raises(NotFound):
        results.result_view(court.context, court.ada, attempt_id)
    with pytest.raises(Refused, match="attempt_void"):
        scores.score(court.context, TESTS, attempt_id)
    clock.instant += timedelta(minutes=1)
    court.sit(MIXED)
    assert court.records() == [("revoked", 1), ("valid", 1)]


def test_void_takes_its_evidence_out_of_later_results(court: Court, clock: FixedClock) -> None:
    first = court.sit(MIXED)
    clock.instant += MONTH
    second = court.sit({"1.B": 4})
    assert court.records() == [("superseded", 1), ("valid", 2)]
    clock.instant += timedelta(minutes=1)
    court.decide(court.open(court.ines, first), "void")
    with court.context.reading() as session:
        told = score_reports.report_of(session, second)
        query = select(RowScore.number).where(RowScore.attempt_id == second).order_by(RowScore.number)
        numbers = list(session.scalars(query))
    assert ([(task.task_code, task.x, task.n) for task in told.tasks], numbers) == (
        [("1.A", 0, 0), ("1.B", 4, 4)],
        [1, 2],
    )
    assert court.records() == [("superseded", 1), ("revoked", 2)]
    attempts.sweep(court.context)
    assert len(court.records()) == 2


def test_void_of_the_later_attempt_brings_the_earlier_record_back_as_a_new_one(
    court: Court, clock: FixedClock
) -> None:
    court.sit(MIXED)
    clock.instant += MONTH
    second = court.sit({"1.B": 4})
    clock.instant += timedelta(minutes=1)
    court.decide(court.open(court.ines, second), "void")
    assert court.records() == [("superseded", 1), ("revoked", 2), ("valid", 1)]


def test_what_was_not_shown_is_scored_again_at_once(context: Context) -> None:
    court = Court(context, release=Release.MANUAL)
    attempt_id = court.sit(MIXED)
    court.decide(court.open(court.ines, attempt_id), "rescore", actor=court.avi)
    with context.reading() as session:
        numbers = list(session.scalars(select(RowScore.number).order_by(RowScore.number)))
    assert (numbers, released(court, attempt_id)) == ([1, 2], False)


def test_a_free_resit_starts_at_once_with_a_whole_form(court: Court, clock: FixedClock) -> None:
    attempt_id = court.sit({"1.A": 2})
    with pytest.raises(Refused, match="too_soon"):
        court.sit(MIXED)
    clock.instant += timedelta(minutes=1)
    court.decide(court.open(court.ada, attempt_id, "The fire alarm rang."), "free_resit", actor=court.avi)
    again = court.sit({"1.A": 4, "1.B": 4})
    with court.context.reading() as session:
        row = session.get_one(RowAttempt, again)
        assert (row.cycle, row.is_top_up) == (2, False)
    with pytest.raises(Refused, match="too_soon"):
        court.sit(MIXED)


def test_a_bar_ends_on_its_day(court: Court, clock: FixedClock) -> None:
    case_id = court.open(court.paul, court.sit(MIXED))
    court.decide(case_id, "bar", 90)
    until = court.view(case_id).barred_until
    assert (until, court.records()) == (clock.instant + timedelta(days=90), [("revoked", 1)])
    with pytest.raises(Refused) as refusal:
        court.sit(MIXED)
    assert refusal.value.code == "barred"
    clock.instant += timedelta(days=90)
    court.sit(MIXED)


def test_whoever_had_a_part_in_it_does_not_decide(context: Context, clock: FixedClock) -> None:
    court = Court(context, release=Release.MANUAL)
    attempt_id = court.sit(MIXED)
    releases.release_now(context, court.rita, attempt_id)
    rex = court.staff(Role.REGISTRAR, "Rex Registrar")
    item = room.slots(context, attempt_id)[0].item_id
    regrades.propose(context, rex, "small-bank", item, RegradeKind.FULL_MARKS, reason="Two keys.")
    opener = court.staff(Role.REGISTRAR, "Olga Opener")
    case_id = court.open(opener, attempt_id)
    ties = [court.view(case_id, who).tie for who in (court.rita, rex, opener, court.avi)]
    assert ties == [Tie.ISSUED, Tie.REGRADED, Tie.OPENED, None]
    for who in (court.rita, rex, opener):
        with pytest.raises(Forbidden, match="not_independent"):
            court.decide(case_id, "uphold", actor=who)
    with pytest.raises(Forbidden, match="needs_person"):
        court.decide(case_id, "uphold", actor=TESTS)
    for who in (court.ines, court.ada):
        with pytest.raises(Forbidden, match="not_allowed"):
            court.decide(case_id, "uphold", actor=who)
    # What takes something away is a registrar's decision.
    assert CaseOutcome.VOID not in court.view(case_id, court.avi).outcomes
    for outcome in ("void", "bar", "promote"):
        with pytest.raises(Invalid, match="bad_decision"):
            court.decide(case_id, outcome, 30, actor=court.avi)
    court.decide(case_id, "uphold", actor=court.avi)
    watcher = Actor(court.paul.person_id, frozenset({Role.PROCTOR, Role.APPEAL_REVIEWER}))
    assert court.view(court.open(court.ines, attempt_id), watcher).tie is Tie.PROCTORED


def test_appeals_have_a_time_a_number_and_a_way_back(court: Court, clock: FixedClock) -> None:
    attempt_id = court.sit(MIXED)
    with pytest.raises(Invalid, match="bad_case"):
        court.open(court.ada, attempt_id, " ")
    for _ in range(3):
        case_id = court.open(court.ada, attempt_id, "Unfair.")
        with pytest.raises(Refused, match="case_open"):
            court.open(court.ada, attempt_id, "Unfair.")
        with pytest.raises(NotFound):
            case_files.withdraw(court.context, court.rita, case_id, letter)
        case_files.withdraw(court.context, court.ada, case_id, letter)
    assert case_views.opening(court.context, court.ada, attempt_id).refusal == "too_many_appeals"
    with pytest.raises(Refused, match="too_many_appeals"):
        court.open(court.ada, attempt_id, "Unfair.")
    later = court.context.clock.now() + HALF_A_YEAR
    clock.instant = later
    other = court.sit(MIXED)
    clock.instant += APPEAL_WITHIN
    with pytest.raises(Refused, match="appeal_over"):
        court.open(court.ada, other, "Unfair.")
    # An irregularity may come to light later, but not to everybody.
    assert court.open(court.ines, other)
    stranger = court.staff(Role.PROCTOR, "Pia Proctor")
    for who in (stranger, court.avi):
        with pytest.raises(NotFound):
            court.open(who, other)


def test_everybody_reads_their_part(court: Court) -> None:
    attempt_id = court.sit(MIXED)
    challenges.challenge(court.context, court.ada, attempt_id, 1, "Two are right.")
    case_id = court.open(court.ada, attempt_id, "I was disturbed.")
    case_files.note(court.context, court.avi, case_id, "Asked the proctor.")
    own = court.view(case_id, court.ada)
    assert (own.is_own, own.log, own.outcomes, len(own.letters), own.may_withdraw) == (True, (), (), 1, True)
    assert [entry.text for entry in court.view(case_id).log] == ["", "Asked the proctor."]
    for who in (court.ines, court.paul):
        with pytest.raises(NotFound):
            court.view(case_id, who)
    told = case_views.evidence(court.context, court.avi, case_id)
    assert ([mark.position for mark in told.marks], sum(mark.is_right for mark in told.marks)) == (
        list(range(1, 17)),
        15,
    )
    assert ([concern.text for concern in told.challenges], told.records[0][1]) == (
        ["Two are right."],
        "valid",
    )
    assert (told.state, told.close_reason, told.silences, told.answered) == ("closed", "submitted", (), 16)
    for who in (court.ada, court.paul):
        with pytest.raises(Forbidden):
            case_views.evidence(court.context, who, case_id)
    with court.context.reading() as session:
        query = select(RowAuditLine.verb).where(RowAuditLine.object_id == str(case_id))
        assert list(session.scalars(query.order_by(RowAuditLine.id))) == ["open", "note", "disclose"]


def test_what_regrades_did_to_the_result_stands_with_the_case(court: Court) -> None:
    attempt_id = court.sit(MIXED)
    case_id = court.open(court.ada, attempt_id, "Two answers are right.")
    court.decide(case_id, "rescore")
    assert court.view(case_id).rescores == ()
    marks = case_views.evidence(court.context, court.avi, case_id).marks
    wrong = next(mark for mark in marks if not mark.is_right)
    regrade_id = regrades.propose(
        court.context, court.ines, wrong.bank_id, wrong.item_id, RegradeKind.FULL_MARKS, reason="Two keys."
    )
    seen = regrade_views.view(court.context, court.rita, regrade_id)
    regrades.approve(court.context, court.rita, regrade_id, digest=seen.digest)
    regrades.apply(court.context, court.rita, regrade_id, regrade_letter)
    (told,) = court.view(case_id).rescores
    assert (told.regrade_id, told.item_id, told.kind) == (regrade_id, wrong.item_id, "full_marks")
    assert (told.before, told.after) == (
        Points(Fraction(15), Fraction(16)),
        Points(Fraction(16), Fraction(16)),
    )
    assert court.view(case_id, court.ada).rescores == ()
