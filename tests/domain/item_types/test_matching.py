from __future__ import annotations

from fractions import Fraction

import pytest

from quizapp.domain.errors import DomainError
from quizapp.domain.item_types.matching import TYPE


def source(matches="cab", **extra):
    prompts = [
        {"id": f"p{place}", "text": f"Prompt {place}", "match": match, "rationale": "r"}
        for place, match in enumerate(matches, start=1)
    ]
    options = [{"id": each, "text": f"Option {each}"} for each in "abcd"]
    return {"stem": "Match.", "prompts": prompts, "options": options, **extra}


def mark(given, **extra):
    content, key = TYPE.split(source(**extra))
    pairs = {f"p{place}": each for place, each in enumerate(given, start=1) if each != "."}
    return TYPE.mark(key, content, {"pairs": pairs})


def test_pairs_are_secret():
    content, key = TYPE.split(source())
    assert content["prompts"][0] == {"id": "p1", "text": "Prompt 1"}
    assert key == {
        "pairs": {"p1": "c", "p2": "a", "p3": "b"},
        "rationales": {"p1": "r", "p2": "r", "p3": "r"},
    }


def test_only_the_options_are_shuffled(backwards):
    view = TYPE.present(TYPE.split(source())[0], backwards)
    assert [row["id"] for row in view["prompts"]] == ["p1", "p2", "p3"]
    assert [row["id"] for row in view["options"]] == ["d", "c", "b", "a"]


@pytest.mark.parametrize(
    ("scoring", "given", "points"),
    [
        ("all_or_nothing", "cab", Fraction(1)),
        ("all_or_nothing", "caa", Fraction(0)),
        ("per_pair", "cab", Fraction(1)),
        ("per_pair", "caa", Fraction(2, 3)),
        ("per_pair", "c..", Fraction(1, 3)),
        ("per_pair", "ddd", Fraction(0)),
    ],
)
def test_policies(scoring, given, points):
    marked = mark(given, scoring=scoring)
    assert (marked.points, marked.is_right) == (points, points == 1)


def test_unmatched_and_unknown_matches(reasons):
    wrong = source()
    del wrong["prompts"][0]["match"]
    wrong["prompts"][1]["match"] = "z"
    assert reasons(TYPE, wrong) == [
        ("prompts[p1].match", "unmatched"),
        ("prompts[p2].match", "unknown_option"),
    ]


def test_each_list_is_checked(reasons):
    wrong = source()
    wrong["options"] += [{"id": "a", "text": "Option  D"}]
    wrong["prompts"][1] |= {"text": "", "rationale": ""}
    assert reasons(TYPE, wrong) == [
        ("prompts[p2].text", "missing"),
        ("prompts[p2].rationale", "missing"),
        ("options[a].id", "duplicate_id"),
        ("options[a].text", "duplicate_text"),
    ]


def test_options_have_no_rationale_of_their_own(reasons):
    wrong = source()
    wrong["options"][0]["rationale"] = "r"
    assert reasons(TYPE, wrong) == [("options[a].rationale", "unknown_key")]


@pytest.mark.parametrize(
    ("matches", "found"), [("abc", "ids_reveal_key"), ("aab", "ids_reveal_key"), ("aaa", None)]
)
def test_ids_may_not_line_up(reasons, matches, found):
    assert reasons(TYPE, source(matches)) == ([("prompts", found)] if found else [])


def test_a_locked_order_may_not_line_up(reasons):
    lined_up = source()
    lined_up["options"] = [{"id": each, "text": f"Option {each}"} for each in "cabd"]
    assert reasons(TYPE, lined_up) == []
    assert reasons(TYPE, lined_up | {"lock_order": True}) == [("lock_order", "order_reveals_key")]


@pytest.mark.parametrize(
    ("fields", "response", "is_complete"),
    [
        ({"match-p1": ["a"], "match-p2": [""]}, {"pairs": {"p1": "a"}}, False),
        ({"match-p1": [""]}, None, False),
        (
            {"match-p1": ["a"], "match-p2": ["a"], "match-p3": ["d"]},
            {"pairs": {"p1": "a", "p2": "a", "p3": "d"}},
            True,
        ),
    ],
)
def test_forms(fields, response, is_complete):
    content, _ = TYPE.split(source())
    assert TYPE.parse(content, fields) == response
    assert TYPE.is_complete(content, response) is is_complete


@pytest.mark.parametrize(
    "fields",
    [{"match-p9": ["a"]}, {"match-p1": ["z"]}, {"match-p1": ["p1"]}, {"match-p1": ["a", "b"]}],
)
def test_impossible_fields(fields):
    with pytest.raises(DomainError) as refusal:
        TYPE.parse(TYPE.split(source())[0], fields)
    assert refusal.value.code == "bad_response"


def test_the_review_speaks_in_texts():
    content, key = TYPE.split(source())
    review = TYPE.describe(content, key, {"pairs": {"p1": "c", "p2": "d"}})
    assert [(r.id, r.given, r.expected, r.chosen, r.is_right) for r in review.rows] == [
        ("p1", "Option c", "Option c", True, True),
        ("p2", "Option d", "Option a", True, False),
        ("p3", "", "Option b", False, False),
    ]
