"""Posteriors, statuses, pooling and decisions, against published check values."""

from __future__ import annotations

from fractions import Fraction
from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quizapp.domain import score
from quizapp.domain.exam import CutRule, TaskRule
from quizapp.domain.score import (
    Decision,
    EarlierAttempt,
    Evidence,
    PracticeStatus,
    SlotFacts,
    SlotMark,
    TaskScore,
    TaskStatus,
    Total,
)

RULE, CUT = TaskRule(), CutRule()
C = Fraction(70, 100)


@pytest.mark.parametrize(
    ("x", "n", "c", "expected", "places"),
    [
        (5, 5, C, ".882351", 6),
        (4, 5, C, ".579825", 6),
        (7, 8, C, ".804", 3),
        (8, 8, C, ".960", 3),
        (11, 12, C, ".936", 3),
        (13, 16, C, ".798", 3),
        (14, 16, C, ".923", 3),
        (9, 10, Fraction(75, 100), ".8029026985", 10),
        (16, 20, C, ".8016185134", 10),
    ],
)
def test_the_posterior_equals_the_check_values(x, n, c, expected, places):
    assert f"{float(score.posterior(x, n, c)):.{places}f}".lstrip("0") == expected


def test_the_smallest_n_for_so_many_misses():
    def smallest(misses: int) -> int:
        return next(n for n in range(misses, 60) if score.posterior(n - misses, n, C) >= RULE.gamma)

    assert [smallest(misses) for misses in range(4)] == [6, 11, 15, 20]


@given(
    st.integers(0, 30),
    st.integers(0, 30),
    st.fractions(Fraction(1, 100), Fraction(99, 100), max_denominator=100),
)
def test_the_posterior_is_the_incomplete_beta_integral(x, extra, c):
    """1 - I_c(a, b) for integers, by its other finite sum (DLMF 8.17.5)."""
    n = x + extra
    a, b = x + 1, n - x + 1
    regularised = sum(
        (comb(a + b - 1, j) * c**j * (1 - c) ** (a + b - 1 - j) for j in range(a, a + b)), Fraction(0)
    )
    assert score.posterior(x, n, c) == 1 - regularised


def test_a_count_outside_its_range_is_an_error():
    with pytest.raises(ValueError, match="9 right of 8"):
        score.posterior(9, 8, C)


@pytest.mark.parametrize(
    ("x", "n", "withdrawn", "status"),
    [
        (0, 0, 0, TaskStatus.NOT_ASSESSED),
        (7, 7, 0, TaskStatus.INSUFFICIENT),
        (7, 7, 1, TaskStatus.DEMONSTRATED),
        (5, 5, 3, TaskStatus.NOT_YET),
        (8, 8, 0, TaskStatus.DEMONSTRATED),
        (7, 8, 0, TaskStatus.NOT_YET),
        (11, 12, 0, TaskStatus.DEMONSTRATED),
        (13, 16, 0, TaskStatus.NOT_YET),
        (14, 16, 0, TaskStatus.DEMONSTRATED),
    ],
)
def test_the_status_of_a_task(x, n, withdrawn, status):
    assert score.task_status(x, n, RULE, withdrawn) is status


def evidence(attempt: str, x: int, n: int, task: str = "1.A") -> Evidence:
    return Evidence(attempt, task, x, n)


def test_evidence_pools_over_a_cycle_and_a_demonstrated_task_stands():
    rescued = score.pool("1.A", [evidence("one", 7, 8), evidence("two", 4, 4)], RULE)
    stands = score.pool("1.A", [evidence("one", 8, 8), evidence("two", 0, 4)], RULE)
    assert (rescued.x, rescued.n, rescued.status) == (11, 12, TaskStatus.DEMONSTRATED)
    assert (stands.x, stands.n, stands.status) == (8, 8, TaskStatus.DEMONSTRATED)
    assert [piece.attempt_id for piece in stands.evidence] == ["one"]


def slot(position: int, choice: str | None, **facts) -> SlotFacts:
    content = {"stem": "?", "options": [{"id": "a", "text": "A"}, {"id": "b", "text": "B"}]}
    key = {"keys": ["a"], "rationales": {"a": "yes", "b": "no"}}
    response = {"choice": choice} if choice else None
    return SlotFacts(position, f"i{position}", "single_choice", "1.A", content, key, response, **facts)


def test_an_unanswered_slot_is_wrong_and_counts():
    told = score.mark(slot(1, None))
    assert (told.points, told.maximum, told.is_right, told.is_evidence) == (0, 1, False, True)


def test_an_item_seen_before_gives_points_but_no_evidence():
    marks = [score.mark(slot(1, "a")), score.mark(slot(2, "a", is_first_exposure=False))]
    assert score.total_of(marks) == Total(Fraction(2), Fraction(2))
    assert score.evidence_of("one", marks) == [Evidence("one", "1.A", 1, 1)]


def test_a_suspended_item_counts_for_nobody():
    marks = [score.mark(slot(1, "a")), score.mark(slot(2, "b", counts=False))]
    assert score.total_of(marks) == Total(Fraction(1), Fraction(1))
    assert score.evidence_of("one", marks) == [Evidence("one", "1.A", 1, 1, withdrawn=1)]


def task(status: TaskStatus, code: str = "1.A") -> TaskScore:
    return TaskScore(code, 0, 0, status, Fraction(0), ())


D, N, I_ = TaskStatus.DEMONSTRATED, TaskStatus.NOT_YET, TaskStatus.INSUFFICIENT
ENOUGH, LITTLE = Total(Fraction(75), Fraction(100)), Total(Fraction(74), Fraction(100))


@pytest.mark.parametrize(
    ("statuses", "total", "rule", "decision"),
    [
        ([D, D, D], ENOUGH, CUT, Decision.MET),
        ([D, D, N], ENOUGH, CUT, Decision.MET),
        ([D, N, N], ENOUGH, CUT, Decision.NOT_MET),
        ([D, D, D], LITTLE, CUT, Decision.NOT_MET),
        ([D, I_, I_], ENOUGH, CUT, Decision.INSUFFICIENT),
        ([N, I_, I_], ENOUGH, CUT, Decision.INSUFFICIENT),
        ([N, N, I_], ENOUGH, CUT, Decision.NOT_MET),
        ([D, D, D], LITTLE, CutRule(is_conjunctive=True), Decision.MET),
        ([D, D, N], ENOUGH, CutRule(is_conjunctive=True), Decision.NOT_MET),
    ],
)
def test_the_decision(statuses, total, rule, decision):
    assert score.decide([task(status) for status in statuses], total, rule) is decision


@pytest.mark.parametrize(
    ("x", "n", "status"),
    [
        (0, 0, PracticeStatus.NOT_ASSESSED),
        (4, 4, PracticeStatus.STRONG),
        (3, 4, PracticeStatus.MIXED),
        (1, 4, PracticeStatus.START_HERE),
    ],
)
def test_practice_gives_advice(x, n, status):
    assert score.practice_status(x, n, C) is status


@given(st.integers(0, 12), st.integers(0, 12))
def test_the_interval_holds_its_mass(x, extra):
    n = x + extra
    low, high = score.interval(x, n)
    step = Fraction(1, score.INTERVAL_STEPS)
    tail = (1 - score.INTERVAL_MASS) / 2
    below, above = 1 - score.posterior(x, n, low), 1 - score.posterior(x, n, high)
    assert 0 <= low < high <= 1
    assert below >= tail > 1 - score.posterior(x, n, max(Fraction(0), low - step))
    assert above >= 1 - tail > 1 - score.posterior(x, n, max(Fraction(0), high - step))


def mark_of(position: int, code: str, right: bool) -> SlotMark:
    return SlotMark(position, f"i{position}", code, Fraction(int(right)), Fraction(1), right, True, True)


def test_a_report_pools_the_cycle_and_totals_both():
    first = EarlierAttempt("one", tuple(mark_of(n, "1.A", n > 1) for n in range(1, 9)))
    second = [mark_of(n, "1.A", True) for n in range(1, 5)]
    told = score.report("two", second, [first], [("1.0", ["1.A", "1.B"])], RULE, CUT)
    assert (told.total, told.cycle_total) == (
        Total(Fraction(4), Fraction(4)),
        Total(Fraction(11), Fraction(12)),
    )
    assert [(t.task_code, t.x, t.n, t.status) for t in told.tasks] == [
        ("1.A", 11, 12, TaskStatus.DEMONSTRATED),
        ("1.B", 0, 0, TaskStatus.NOT_ASSESSED),
    ]
    assert (told.demonstrated, told.decision) == (("1.A",), Decision.MET)
