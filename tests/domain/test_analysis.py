"""The feasibility report: check values computed independently, blocks and warnings."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quizapp.domain import analysis
from quizapp.domain.analysis import chance, feasibility
from quizapp.domain.blueprint import Blueprint, BlueprintRow, Candidate
from quizapp.domain.exam import AttemptsPolicy, ExamDefinition, Mode, TaskRule
from quizapp.domain.score import TaskStatus

RULE = TaskRule()
EXAM = ExamDefinition("Exam", Mode.CERTIFICATION, Blueprint((BlueprintRow("1.A", 8, 8),)), 1200)


def pool(count: int, task: str = "1.A", stimulus: str | None = None) -> list[Candidate]:
    return [Candidate(f"{task}-{n:02}", task, stimulus) for n in range(count)]


def percent(share: Fraction) -> int:
    return round(share * 100)


@pytest.mark.parametrize(
    ("ability", "first", "both"), [(60, 2, 3), (70, 6, 13), (80, 17, 39), (90, 43, 81), (95, 66, 96)]
)
def test_eight_first_and_eight_on_top(ability: int, first: int, both: int) -> None:
    told = chance(Fraction(ability, 100), 8, 8, RULE)
    assert (percent(told.demonstrated_first), percent(told.demonstrated)) == (first, both)


def test_eight_of_eight_or_fourteen_of_sixteen_by_hand() -> None:
    p, q = Fraction(9, 10), Fraction(1, 10)
    eight = p**8
    # Rescued: 7, then 7 or 8 of eight; 6, then 8 of eight.
    seven, six = 8 * p**7 * q, 28 * p**6 * q**2
    rescued = seven * (8 * p**7 * q + p**8) + six * p**8
    told = chance(p, 8, 8, RULE)
    assert (told.demonstrated_first, told.demonstrated) == (eight, eight + rescued)


def test_with_four_on_top_seven_of_eight_is_rescued_only_by_four_of_four() -> None:
    p = Fraction(95, 100)
    told = chance(p, 8, 4, RULE)
    assert told.demonstrated - told.demonstrated_first == 8 * p**7 * (1 - p) * p**4


@given(st.integers(1, 99), st.integers(1, 12), st.integers(0, 12))
def test_a_second_look_never_lowers_a_chance(ability: int, first: int, second: int) -> None:
    told = chance(Fraction(ability, 100), first, second, RULE)
    assert 0 <= told.demonstrated_first <= told.demonstrated <= 1


def test_items_are_counted_until_they_are_used_up() -> None:
    (told,) = feasibility(EXAM, pool(40)).tasks
    assert (told.eligible, told.forms, told.top_ups, told.best) == (40, 3, 2, TaskStatus.DEMONSTRATED)


def test_an_exam_with_plenty_has_neither_blocks_nor_warnings() -> None:
    told = feasibility(EXAM, pool(48))
    assert (told.blocks, told.warnings) == ((), ())


def test_too_few_items_block() -> None:
    told = feasibility(EXAM, pool(7))
    assert [(p.field, p.value, p.reason) for p in told.blocks] == [("blueprint[1.A]", "7", "pool_too_small")]


def test_a_scenario_counts_for_two_of_its_items_only() -> None:
    told = feasibility(EXAM, [*pool(6, stimulus="storm"), *pool(5, task="1.B")])
    assert [p.reason for p in told.blocks] == ["pool_too_small"]


def test_one_item_cannot_certify_a_task() -> None:
    definition = replace(EXAM, blueprint=Blueprint((BlueprintRow("3.H", 1),)))
    told = feasibility(definition, pool(1, "3.H"))
    assert [p.reason for p in told.blocks] == ["cannot_certify"]
    assert told.tasks[0].best is TaskStatus.INSUFFICIENT


def test_a_practice_exam_need_not_certify() -> None:
    definition = replace(EXAM, mode=Mode.PRACTICE, blueprint=Blueprint((BlueprintRow("1.A", 1),)))
    told = feasibility(definition, pool(1))
    assert (told.blocks, told.warnings) == ((), ())


def test_what_cannot_offer_a_second_attempt_says_so() -> None:
    told = feasibility(EXAM, pool(10))
    assert [p.reason for p in told.warnings] == ["no_second_attempt", "few_cycles"]
    at_90 = told.tasks[0].chances[3]
    assert at_90.demonstrated == at_90.demonstrated_first


def test_a_policy_of_one_attempt_has_one_look() -> None:
    once = replace(EXAM, attempts=AttemptsPolicy(attempts_per_cycle=1))
    (told,) = feasibility(once, pool(48)).tasks
    assert [c.demonstrated for c in told.chances] == [c.demonstrated_first for c in told.chances]


def test_enemies_across_tasks_can_block_the_whole_form() -> None:
    rows = (BlueprintRow("1.A", 1), BlueprintRow("1.B", 1))
    definition = replace(EXAM, mode=Mode.PRACTICE, blueprint=Blueprint(rows))
    one, other = Candidate("a", "1.A", None, frozenset({"b"})), Candidate("b", "1.B")
    assert [p.reason for p in feasibility(definition, [one, other]).blocks] == ["enemies_block"]


def test_too_little_time_is_a_warning() -> None:
    told = feasibility(replace(EXAM, time_limit_seconds=8 * 75 - 1), pool(48))
    assert [(p.field, p.value, p.reason) for p in told.warnings] == [
        ("time_limit_seconds", "599", "little_time")
    ]


@pytest.mark.parametrize("count", [3, 10, 48])
def test_a_report_is_stored_exactly(count: int) -> None:
    told = feasibility(EXAM, pool(count))
    assert analysis.from_json(analysis.to_json(told)) == told
