from __future__ import annotations

from fractions import Fraction

import pytest

from quizapp.domain.errors import DomainError
from quizapp.domain.item_types.ordering import TYPE


def source(order="cadb", scoring=None):
    options = [{"id": each, "text": f"Step {each}", "rationale": "r"} for each in order]
    return {"stem": "Order?", "options": options} | ({"scoring": scoring} if scoring else {})


def mark(given, scoring=None):
    """Marks the ids in the order given; a dot leaves a rank out."""
    content, key = TYPE.split(source(scoring=scoring))
    ranks = {each: rank for rank, each in enumerate(given, start=1) if each != "."}
    return TYPE.mark(key, content, {"ranks": ranks})


def test_the_content_is_sorted_and_the_order_is_secret():
    content, key = TYPE.split(source())
    assert [row["id"] for row in content["options"]] == ["a", "b", "c", "d"]
    assert key["order"] == ["c", "a", "d", "b"]
    assert TYPE.split(source("bdac"))[0] == content


def test_the_first_arrangement_is_the_callers(backwards):
    view = TYPE.present(TYPE.split(source())[0], backwards)
    assert [(row["letter"], row["id"]) for row in view["options"]] == [
        ("A", "d"),
        ("B", "c"),
        ("C", "b"),
        ("D", "a"),
    ]


@pytest.mark.parametrize(
    ("order", "found"),
    [
        ("abcd", [("options", "ids_reveal_key")]),
        ("dcba", []),
        ("ab", []),
        ("a", [("options", "too_few")]),
    ],
)
def test_ids_may_not_spell_the_order(reasons, order, found):
    assert reasons(TYPE, source(order)) == found


def test_a_locked_order_makes_no_sense(reasons):
    assert reasons(TYPE, source() | {"lock_order": True}) == [("lock_order", "unknown_key")]


@pytest.mark.parametrize(
    ("scoring", "given", "points"),
    [
        (None, "cadb", Fraction(1)),
        (None, "cabd", Fraction(0)),
        ("all_or_nothing", "cad.", Fraction(0)),
        ("adjacent_pairs", "cadb", Fraction(1)),
        ("adjacent_pairs", "cabd", Fraction(2, 3)),
        ("adjacent_pairs", "bdac", Fraction(0)),
        ("adjacent_pairs", "cad.", Fraction(2, 3)),
        ("adjacent_pairs", "c...", Fraction(0)),
    ],
)
def test_policies(scoring, given, points):
    marked = mark(given, scoring)
    assert (marked.points, marked.is_right) == (points, points == 1)


@pytest.mark.parametrize("scoring", ["all_or_nothing", "adjacent_pairs"])
def test_ties_are_wrong(scoring):
    content, key = TYPE.split(source(scoring=scoring))
    tied = {"ranks": {"c": 1, "a": 2, "d": 2, "b": 3}}
    assert TYPE.mark(key, content, tied).is_right is False


def test_a_policy_of_another_type(reasons):
    assert reasons(TYPE, source(scoring="per_pair")) == [("scoring", "bad_scoring")]


@pytest.mark.parametrize(
    ("fields", "response", "is_complete"),
    [
        ({"rank-a": ["2"], "rank-b": [""]}, {"ranks": {"a": 2}}, False),
        ({"rank-a": [""], "rank-b": [""]}, None, False),
        (
            {f"rank-{each}": ["1"] for each in "abcd"},
            {"ranks": {"a": 1, "b": 1, "c": 1, "d": 1}},
            False,
        ),
        (
            {f"rank-{each}": [str(rank)] for rank, each in enumerate("dbca", start=1)},
            {"ranks": {"a": 4, "b": 2, "c": 3, "d": 1}},
            True,
        ),
        ({"csrf_token": ["x"]}, None, False),
    ],
)
def test_forms(fields, response, is_complete):
    content, _ = TYPE.split(source())
    assert TYPE.parse(content, fields) == response
    assert TYPE.is_complete(content, response) is is_complete


@pytest.mark.parametrize(
    "ranks", [{"z": 1}, {"a": 0}, {"a": 5}, {"a": "1.0"}, {"a": True}, {"a": 1.0}, ["a"]]
)
def test_impossible_ranks(ranks):
    with pytest.raises(DomainError) as refusal:
        TYPE.accept(TYPE.split(source())[0], {"ranks": ranks})
    assert refusal.value.code == "bad_response"


def test_the_review_stands_in_the_right_order(backwards):
    content, key = TYPE.split(source())
    review = TYPE.describe(content, key, {"ranks": {"c": 1, "a": 3}}, backwards)
    assert [(r.id, r.letter, r.expected, r.given, r.is_right) for r in review.rows] == [
        ("c", "B", "1", "1", True),
        ("a", "D", "2", "3", False),
        ("d", "A", "3", "", False),
        ("b", "C", "4", "", False),
    ]
