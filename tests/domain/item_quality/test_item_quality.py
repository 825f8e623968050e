"""A bank is judged by its limits: findings, duplicates, places of keys, coverage, leakage."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from quizapp.domain.item import ItemStatus
from quizapp.domain.item_quality import LIMITS, judge
from quizapp.domain.item_quality.balance import coverage, key_places
from quizapp.domain.item_quality.reading import read
from tests.support.choices import choice, leaky, neutral

TODAY = date(2026, 11, 25)
OPTIONS = ("The wind at the berth", "The clock on the bridge", "The flag of the tug")


def failures(items, **limits) -> list[tuple[str, str]]:
    told = judge(items, ["A.1"], TODAY, replace(LIMITS, **limits))
    return [(problem.reason, problem.field) for problem in told.failures]


def test_a_neutral_bank_keeps_every_limit() -> None:
    told = judge(neutral(60), ["A.1"], TODAY)
    assert (told.is_passed, told.items, told.duplicates) == (True, 60, ())


def test_a_leaky_bank_fails() -> None:
    told = set(failures(leaky(120)))
    assert told >= {("leaking_cue", "longest"), ("leaking_cue", "hedged"), ("leaking_model", "model")}


def test_a_large_bank_must_prove_that_it_does_not_leak() -> None:
    """Where the bound is asked for, too few items to be sure of fail as well."""
    assert failures(neutral(60), model_items=60) == [("leaking_model", "model")]


def test_one_fault_is_too_many_of_a_plain_fault_and_may_be_a_sign_of_nothing_else() -> None:
    own = [choice("h-1", "What is it?", OPTIONS, reviewer="Author A"), *neutral(60)]
    assert failures(own) == [("too_many_findings", "own_review")]
    absolute = [choice("h-1", "What is it?", ("Every wind", *OPTIONS[1:])), *neutral(60)]
    assert failures(absolute) == []


def test_retired_items_are_not_judged() -> None:
    twin = replace(choice("h-1", "What is it?", OPTIONS), status=ItemStatus.RETIRED)
    told = judge([twin, replace(twin, id="h-2")], ["A.1"], TODAY)
    assert (told.items, told.duplicates) == (0, ())


def test_duplicates_and_holes_fail() -> None:
    items = [*neutral(60), choice("h-1", "What is it?", OPTIONS), choice("h-2", "What is it?", OPTIONS)]
    assert failures(items) == [("near_duplicates", "near_duplicates")]
    assert failures(neutral(60), must_cover=True) == [("too_few_items", "coverage")]


def test_keys_in_one_place_fail_unless_the_order_is_locked() -> None:
    first = [choice(f"h-{n}", f"What is {n}?", OPTIONS) for n in range(40)]
    told = key_places([read(item) for item in first])
    assert [(place.place, place.items) for place in told] == [(1, 40), (2, 0), (3, 0)]
    assert max(place.p for place in told) < 0.001
    locked = [choice(f"h-{n}", f"What is {n}?", OPTIONS, lock_order=True) for n in range(40)]
    assert key_places([read(item) for item in locked]) == ()


def test_coverage_counts_by_pool_level_and_type_for_the_scoring_task_only() -> None:
    items = [
        choice("h-1", "What?", OPTIONS, tasks=["A.1", "B.1"]),
        choice("h-2", "What?", OPTIONS, [0, 1], tasks=["A.1"], pool="practice", level="remember"),
    ]
    told = coverage(items, ["A.1", "B.1"])
    assert [(t.task, t.secure, t.practice, t.is_enough) for t in told] == [
        ("A.1", 1, 1, False),
        ("B.1", 0, 0, False),
    ]
    assert (told[0].levels, told[0].types) == (
        {"apply": 1, "remember": 1},
        {"single_choice": 1, "multiple_response": 1},
    )
