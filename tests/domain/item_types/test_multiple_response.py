from __future__ import annotations

from fractions import Fraction

import pytest

from quizapp.domain.errors import DomainError
from quizapp.domain.item_types.multiple_response import TYPE


def source(scoring=None, keys="bc"):
    options = [
        {"id": each, "text": f"Option {each}", "rationale": "r"} | ({"key": True} if each in keys else {})
        for each in "abcde"
    ]
    return {"stem": "Which?", "options": options} | ({"scoring": scoring} if scoring else {})


def points(scoring, chosen, keys="bc"):
    content, key = TYPE.split(source(scoring, keys))
    return TYPE.mark(key, content, {"choices": list(chosen)}).points


@pytest.mark.parametrize(
    ("scoring", "chosen", "expected"),
    [
        (None, "bc", Fraction(1)),
        (None, "b", Fraction(0)),
        (None, "abc", Fraction(0)),
        ("all_or_nothing", "bc", Fraction(1)),
        ("right_minus_wrong", "bc", Fraction(1)),
        ("right_minus_wrong", "b", Fraction(1, 2)),
        ("right_minus_wrong", "abc", Fraction(1, 2)),
        ("right_minus_wrong", "ab", Fraction(0)),
        ("right_minus_wrong", "ade", Fraction(0)),
        ("right_minus_wrong", "abcde", Fraction(0)),
        ("per_option", "bc", Fraction(1)),
        ("per_option", "b", Fraction(4, 5)),
        ("per_option", "abcde", Fraction(2, 5)),
        ("per_option", "ade", Fraction(0)),
    ],
)
def test_policies(scoring, chosen, expected):
    assert points(scoring, chosen) == expected


@pytest.mark.parametrize("scoring", ["all_or_nothing", "right_minus_wrong", "per_option"])
def test_nothing_chosen_is_zero_under_every_policy(scoring):
    assert points(scoring, "") == 0


def test_partial_points_are_not_right():
    content, key = TYPE.split(source("per_option"))
    assert TYPE.mark(key, content, {"choices": ["b"]}).is_right is False


@pytest.mark.parametrize(
    ("keys", "reason"), [("", "no_key"), ("b", "too_few_keys"), ("abcde", "no_distractor")]
)
def test_the_number_of_keys(reasons, keys, reason):
    assert reasons(TYPE, source(keys=keys)) == [("options", reason)]


def test_an_unknown_policy(reasons):
    assert reasons(TYPE, source("generous")) == [("scoring", "bad_scoring")]


def test_choices_come_back_sorted_once_each():
    content, _ = TYPE.split(source())
    assert TYPE.parse(content, {"choice": ["c", "a", "c"]}) == {"choices": ["a", "c"]}
    assert TYPE.accept(content, {"choices": []}) is None


@pytest.mark.parametrize("response", [{"choices": "b"}, {"choices": ["z"]}, {"choices": [["b"]]}])
def test_impossible_responses(response):
    with pytest.raises(DomainError) as refusal:
        TYPE.accept(TYPE.split(source())[0], response)
    assert refusal.value.code == "bad_response"


def test_the_review_tells_missed_keys_from_wrong_choices():
    content, key = TYPE.split(source())
    review = TYPE.describe(content, key, {"choices": ["a", "b"]})
    assert [(r.id, r.chosen, r.is_key, r.is_right) for r in review.rows] == [
        ("a", True, False, False),
        ("b", True, True, True),
        ("c", False, True, False),
        ("d", False, False, True),
        ("e", False, False, True),
    ]
