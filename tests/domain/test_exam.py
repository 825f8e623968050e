"""Exams as values: what may be wrong, standing, storage, states, and who may start when."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest

from quizapp.domain import exam, exam_check
from quizapp.domain.admission import Admission, AdmissionFacts, PastAttempt, admit, is_renewal_due
from quizapp.domain.blueprint import Blueprint, BlueprintRow
from quizapp.domain.errors import Refused
from quizapp.domain.exam import (
    UNLIMITED,
    AttemptsPolicy,
    CutRule,
    ExamDefinition,
    ExamState,
    Mode,
    Section,
    SittingState,
    Standing,
    TaskRule,
    Window,
)
from quizapp.domain.item import Pool

CODES = ("1.A", "1.B")
EXAM = ExamDefinition(
    title="Certification",
    mode=Mode.CERTIFICATION,
    blueprint=Blueprint((BlueprintRow("1.A", 8, 4), BlueprintRow("1.B", 8, 4))),
    time_limit_seconds=1200,
)
PRACTICE = replace(EXAM, mode=Mode.PRACTICE, pool=Pool.PRACTICE, attempts=UNLIMITED)
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


def told(definition: ExamDefinition) -> list[tuple[str, str]]:
    return [(p.field, p.reason) for p in exam_check.check(definition, CODES)]


def test_sound_definitions_have_no_problems() -> None:
    assert (told(EXAM), told(PRACTICE)) == ([], [])


@pytest.mark.parametrize(
    ("changes", "problems"),
    [
        ({"title": " "}, [("title", "missing")]),
        ({"title": "x" * 201}, [("title", "too_long")]),
        ({"time_limit_seconds": 59}, [("time_limit_seconds", "out_of_range")]),
        ({"time_limit_seconds": 86_401}, [("time_limit_seconds", "out_of_range")]),
        ({"grace_seconds": -1}, [("grace_seconds", "out_of_range")]),
        ({"valid_days": 0}, [("valid_days", "out_of_range")]),
        ({"pool": Pool.PRACTICE}, [("pool", "pool_not_secure")]),
        ({"attempts": UNLIMITED}, [("attempts", "out_of_range")]),
        (
            {"attempts": AttemptsPolicy(attempts_per_cycle=3)},
            [("attempts.attempts_per_cycle", "out_of_range")],
        ),
        ({"attempts": AttemptsPolicy(wait_days=-1)}, [("attempts.wait_days", "out_of_range")]),
        ({"attempts": AttemptsPolicy(max_cycles=0)}, [("attempts.max_cycles", "out_of_range")]),
        ({"task_rule": TaskRule(c=Fraction(1))}, [("c", "out_of_range")]),
        ({"task_rule": TaskRule(gamma=Fraction(0))}, [("gamma", "out_of_range")]),
        ({"task_rule": TaskRule(n_min=0)}, [("n_min", "out_of_range")]),
        ({"task_rule": TaskRule(basis=" ")}, [("task_rule.basis", "missing")]),
        ({"cut_rule": CutRule(total=Fraction(2))}, [("total", "out_of_range")]),
        ({"cut_rule": CutRule(max_below=2)}, [("max_below", "out_of_range")]),
        ({"cut_rule": CutRule(basis="")}, [("cut_rule.basis", "missing")]),
        ({"sections": (Section("One"), Section("Two"))}, [("sections[1]", "empty_section")]),
        ({"sections": (Section(""),)}, [("sections[0].title", "missing")]),
        ({"sections": (Section("One", 1201),)}, [("sections[0].time_limit_seconds", "out_of_range")]),
        ({"blueprint": Blueprint(())}, [("blueprint", "missing"), ("max_below", "out_of_range")]),
    ],
)
def test_each_problem_is_told_at_its_field(
    changes: dict[str, object], problems: list[tuple[str, str]]
) -> None:
    assert told(replace(EXAM, **changes)) == problems


def test_practice_never_uses_up_secure_items() -> None:
    assert told(replace(PRACTICE, pool=Pool.SECURE)) == [("pool", "pool_not_practice")]


def test_all_problems_are_told_at_once() -> None:
    broken = replace(EXAM, title="", time_limit_seconds=0, task_rule=TaskRule(n_min=0))
    assert told(broken) == [
        ("title", "missing"),
        ("n_min", "out_of_range"),
        ("time_limit_seconds", "out_of_range"),
    ]


@pytest.mark.parametrize("slug", ["", "A", "a", "-a", "a b", "ä1", "a" * 65])
def test_a_slug_is_plain(slug: str) -> None:
    assert [p.reason for p in exam_check.check_slug(slug)] == ["bad_id"]


def test_the_shipped_slugs_are_good() -> None:
    assert exam_check.check_slug("1.0-certification") == []


@pytest.mark.parametrize("definition", [EXAM, PRACTICE, replace(EXAM, sections=(Section("One", 600, True),))])
def test_a_definition_is_stored_as_plain_json_and_comes_back_equal(definition: ExamDefinition) -> None:
    assert exam.from_json(json.loads(json.dumps(exam.to_json(definition)))) == definition


STUDIED = {"task_rule": TaskRule(basis="Angoff 2026"), "cut_rule": CutRule(basis="Angoff 2026")}


@pytest.mark.parametrize(
    ("changes", "reviews", "distributions", "standing"),
    [
        (STUDIED, ["done"], ["restricted"], Standing.OPERATIONAL),
        (STUDIED, ["done", "pending"], ["restricted"], Standing.PILOT),
        (STUDIED, [], ["restricted"], Standing.PILOT),
        (STUDIED, ["done"], ["restricted", "public"], Standing.PILOT),
        ({}, ["done"], ["restricted"], Standing.PILOT),
        ({"cut_rule": CutRule(basis="Angoff 2026")}, ["done"], ["restricted"], Standing.PILOT),
    ],
)
def test_standing(
    changes: dict[str, object], reviews: list[str], distributions: list[str], standing: Standing
) -> None:
    assert exam.standing(replace(EXAM, **changes), reviews, distributions) is standing


@pytest.mark.parametrize(
    ("state", "verb", "target"),
    [
        (ExamState.DRAFT, "revise", ExamState.DRAFT),
        (ExamState.DRAFT, "publish", ExamState.PUBLISHED),
        (ExamState.PUBLISHED, "close", ExamState.CLOSED),
    ],
)
def test_the_legal_moves_of_an_exam(state: ExamState, verb: str, target: ExamState) -> None:
    assert exam.move(state, verb) is target


def test_every_other_move_of_an_exam_is_refused() -> None:
    legal = {("draft", "revise"), ("draft", "publish"), ("published", "close")}
    for state in ExamState:
        for verb in exam.TRANSITIONS:
            if (state.value, verb) not in legal:
                with pytest.raises(Refused, match="illegal_transition"):
                    exam.move(state, verb)


def test_a_sitting_ends_once() -> None:
    assert exam.move_sitting(SittingState.SCHEDULED, "close") is SittingState.CLOSED
    assert exam.move_sitting(SittingState.SCHEDULED, "cancel") is SittingState.CANCELLED
    for state in (SittingState.CLOSED, SittingState.CANCELLED):
        for verb in exam.SITTING_TRANSITIONS:
            with pytest.raises(Refused, match="illegal_transition"):
                exam.move_sitting(state, verb)


def test_a_sittings_own_facts() -> None:
    good, empty = Window(NOW, NOW + timedelta(hours=1)), Window(NOW, NOW)
    assert exam_check.check_sitting("Monday", good, "") == []
    problems = exam_check.check_sitting(" ", empty, "x" * 41)
    assert [(p.field, p.reason) for p in problems] == [
        ("closes_at", "out_of_order"),
        ("title", "missing"),
        ("access_code", "too_long"),
    ]


# --- admission --------------------------------------------------------------------------


def facts(**changes: object) -> AdmissionFacts:
    start = AdmissionFacts(
        now=NOW,
        exam_state=ExamState.PUBLISHED,
        sitting_state=SittingState.SCHEDULED,
        window=Window(NOW, NOW + timedelta(hours=2)),
        is_on_roster=True,
    )
    return replace(start, **changes)


def past(cycle: int, days_ago: int, **changes: bool) -> PastAttempt:
    return PastAttempt(cycle, NOW - timedelta(days=days_ago), **changes)


def test_a_first_attempt_opens_the_first_cycle() -> None:
    assert admit(EXAM, facts()) == Admission(cycle=1, is_top_up=False)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"is_on_roster": False}, "not_on_roster"),
        ({"exam_state": ExamState.DRAFT}, "exam_not_published"),
        ({"exam_state": ExamState.CLOSED}, "exam_not_published"),
        ({"sitting_state": SittingState.CLOSED}, "sitting_closed"),
        ({"sitting_state": SittingState.CANCELLED}, "sitting_closed"),
        ({"now": NOW - timedelta(microseconds=1)}, "window_not_open"),
        ({"now": NOW + timedelta(hours=2)}, "window_over"),
        ({"code_matches": False}, "wrong_access_code"),
        ({"past": (past(1, 1, is_open=True),)}, "attempt_already_open"),
    ],
)
def test_each_refusal_has_its_code(changes: dict[str, object], code: str) -> None:
    with pytest.raises(Refused) as refusal:
        admit(EXAM, facts(**changes))
    assert refusal.value.code == code


def test_the_second_attempt_of_a_cycle_tops_up_after_thirty_days() -> None:
    undemonstrated = frozenset({"1.B"})
    with pytest.raises(Refused) as refusal:
        admit(EXAM, facts(past=(past(1, 29),), undemonstrated=undemonstrated))
    assert (refusal.value.code, refusal.value.facts["earliest"]) == (
        "too_soon",
        (NOW + timedelta(days=1)).isoformat(),
    )
    told = admit(EXAM, facts(past=(past(1, 30),), undemonstrated=undemonstrated))
    assert told == Admission(cycle=1, is_top_up=True)


def test_after_two_attempts_a_new_cycle_waits_six_months() -> None:
    two = (past(1, 182), past(1, 240))
    with pytest.raises(Refused, match="too_soon"):
        admit(EXAM, facts(past=two, undemonstrated=frozenset({"1.B"})))
    two = (past(1, 183), past(1, 240))
    told = admit(EXAM, facts(past=two, undemonstrated=frozenset({"1.B"})))
    assert told == Admission(cycle=2, is_top_up=False)


def test_who_has_everything_gets_no_top_up() -> None:
    with pytest.raises(Refused, match="too_soon"):
        admit(EXAM, facts(past=(past(1, 60),)))


def test_tasks_without_top_up_items_get_no_empty_form() -> None:
    single = replace(EXAM, blueprint=Blueprint((BlueprintRow("1.A", 8), BlueprintRow("1.B", 8, 4))))
    with pytest.raises(Refused, match="too_soon"):
        admit(single, facts(past=(past(1, 60),), undemonstrated=frozenset({"1.A"})))
    told = admit(single, facts(past=(past(1, 60),), undemonstrated=frozenset({"1.A", "1.B"})))
    assert told == Admission(cycle=1, is_top_up=True)


@pytest.mark.parametrize(
    ("days_left", "expected"),
    [
        (91, Admission(1, is_top_up=True)),
        (90, Admission(2, is_top_up=False)),
        (-5, Admission(2, is_top_up=False)),
    ],
)
def test_a_record_that_ends_soon_is_renewed_in_a_new_cycle_not_topped_up(
    days_left: int, expected: Admission
) -> None:
    ends_on = NOW.date() + timedelta(days=days_left)
    told = facts(past=(past(1, 1000),), undemonstrated=frozenset({"1.B"}), record_ends_on=ends_on)
    assert admit(EXAM, told) == expected


def test_soon_is_a_quarter_of_the_time_of_a_record_that_is_valid_for_a_short_time() -> None:
    day = NOW.date()
    assert [is_renewal_due(40, day + timedelta(days=left), day) for left in (11, 10)] == [False, True]


def test_three_cycles_in_two_years_are_the_most() -> None:
    three = (past(1, 700), past(2, 450), past(3, 200))
    with pytest.raises(Refused, match="no_cycles_left"):
        admit(EXAM, facts(past=three))
    older = (past(1, 731), past(2, 450), past(3, 200))
    assert admit(EXAM, facts(past=older)) == Admission(cycle=4, is_top_up=False)


def test_who_is_barred_practises_but_starts_no_certification_until_the_time_is_over() -> None:
    until = NOW + timedelta(days=1)
    with pytest.raises(Refused) as refusal:
        admit(EXAM, facts(barred_until=until))
    assert (refusal.value.code, refusal.value.facts) == ("barred", {"until": until.isoformat()})
    practice = replace(EXAM, mode=Mode.PRACTICE)
    assert admit(practice, facts(barred_until=until)) == Admission(1, is_top_up=False)
    assert admit(EXAM, facts(barred_until=NOW)) == Admission(1, is_top_up=False)


def test_a_free_resit_waits_for_nothing_counts_against_nothing_and_is_used_once() -> None:
    three = (past(1, 700), past(2, 450), past(3, 2))
    given = (NOW - timedelta(days=1),)
    assert admit(EXAM, facts(past=three, free_resits=given)) == Admission(4, is_top_up=False)
    used = (*three, past(4, 0))
    with pytest.raises(Refused, match="too_soon"):
        admit(EXAM, facts(past=used, free_resits=given))
    assert admit(EXAM, facts(past=used, free_resits=given * 2)) == Admission(5, is_top_up=False)
    # Two cycles and the free one leave room for a third.
    older = (past(1, 700), past(2, 450), past(3, 200))
    resit = (NOW - timedelta(days=201),)
    assert admit(EXAM, facts(past=older, free_resits=resit)) == Admission(4, is_top_up=False)


def test_a_void_attempt_uses_up_nothing() -> None:
    assert admit(EXAM, facts(past=(past(1, 1, is_void=True),))) == Admission(1, is_top_up=False)


def test_practice_may_be_repeated_at_once() -> None:
    assert admit(PRACTICE, facts(past=(past(1, 0), past(2, 0)))) == Admission(3, is_top_up=False)


def test_an_extended_window_ends_later_only() -> None:
    window = Window(NOW, NOW + timedelta(hours=1))
    assert window.extended(timedelta(minutes=5)) == Window(NOW, NOW + timedelta(hours=1, minutes=5))


def test_a_top_up_waits_for_the_release_that_it_would_give_away() -> None:
    pending = past(1, 60, is_pending=True)
    for undemonstrated in (frozenset({"1.B"}), frozenset()):
        with pytest.raises(Refused) as told:
            admit(EXAM, facts(past=(pending,), undemonstrated=undemonstrated))
        assert told.value.code == "result_pending"
